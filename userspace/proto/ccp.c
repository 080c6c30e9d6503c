// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ccp.h"

#include <errno.h>
#include <stdio.h>

#define OPT_MPPE	18

/* Supported bits, RFC 3078 section 2.1. All others, MPPC's among them, are answered as 0. */
#define BIT_STATELESS	0x01000000
#define BIT_56		0x00000080
#define BIT_128		0x00000040
#define BIT_40		0x00000020
#define BIT_STRENGTHS	(BIT_56 | BIT_128 | BIT_40)

static struct ccp *ccp_of(struct fsm *fsm)
{
	return hash_entry(fsm, struct ccp, fsm);
}

static uint32_t bits_of(unsigned int strengths)
{
	return (strengths & PPP_MPPE_128 ? BIT_128 : 0) | (strengths & PPP_MPPE_56 ? BIT_56 : 0) |
	       (strengths & PPP_MPPE_40 ? BIT_40 : 0);
}

/* RFC 3078 section 2.1: 128 before 56 before 40. */
static uint32_t strongest(uint32_t bits)
{
	return bits & BIT_128 ? BIT_128 : bits & BIT_56 ? BIT_56 : bits & BIT_40;
}

static const char *bits_to_str(uint32_t bits)
{
	switch (strongest(bits)) {
	case BIT_128:
		return bits & BIT_STATELESS ? "MPPE-128 stateless" : "MPPE-128 stateful";
	case BIT_56:
		return bits & BIT_STATELESS ? "MPPE-56 stateless" : "MPPE-56 stateful";
	case BIT_40:
		return bits & BIT_STATELESS ? "MPPE-40 stateless" : "MPPE-40 stateful";
	}
	return "no encryption";
}

/* The mode to have when the peer says theirs. */
static uint32_t mode_bit(const struct ccp *ccp, uint32_t theirs)
{
	switch (ccp->cfg->mppe_mode) {
	case PPP_MPPE_STATELESS:
		return BIT_STATELESS;
	case PPP_MPPE_STATEFUL:
		return 0;
	case PPP_MPPE_ANY:
		break;
	}
	return theirs & BIT_STATELESS;
}

static void begin(struct fsm *fsm)
{
	struct ccp *ccp = ccp_of(fsm);

	ccp->want = bits_of(ccp->strengths) | mode_bit(ccp, BIT_STATELESS);
	ccp->ours = 0;
	ccp->theirs = 0;
	ccp->reset_pending = false;
}

static void request(struct fsm *fsm, struct wr *w)
{
	struct ccp *ccp = ccp_of(fsm);

	if (ccp->want)
		ppp_option_u32(w, OPT_MPPE, ccp->want);
	ccp->sent = ccp->want;
	ccp->ours = 0;
}

static void judge_begin(struct fsm *fsm)
{
	ccp_of(fsm)->theirs = 0;
}

/* What we would have the peer ask for, given what it asks for now. */
static uint32_t preferred(const struct ccp *ccp, uint32_t theirs)
{
	uint32_t common = theirs & bits_of(ccp->strengths);

	if (ccp->ours)
		return ccp->ours;
	if (!common)
		return strongest(bits_of(ccp->strengths)) | mode_bit(ccp, BIT_STATELESS);
	return strongest(common) | mode_bit(ccp, theirs);
}

static enum fsm_verdict judge_mppe(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct ccp *ccp = ccp_of(fsm);
	uint32_t theirs = data ? rd_u32(data) : 0;
	uint32_t better = preferred(ccp, theirs);

	/* It turned our request down: encryption in one direction alone is none. */
	if (!ccp->want || (!ccp->required && data && !(theirs & BIT_STRENGTHS)))
		return FSM_REJECT;
	if (data && theirs == better) {
		ccp->theirs = theirs;
		ccp->want = theirs;
		return FSM_ACK;
	}
	if (ccp->required && !fsm_patient(fsm))
		fsm_refuse(fsm,
			   "encryption is required and the peer does not agree: "
			   "we want %s, the peer wants %s",
			   bits_to_str(better), bits_to_str(theirs));
	ppp_option_u32(nak, OPT_MPPE, better);
	return FSM_NAK;
}

/* The peer names no encryption: ask for it while that may help. */
static enum fsm_verdict judge_end(struct fsm *fsm, struct wr *nak)
{
	struct ccp *ccp = ccp_of(fsm);

	if (ccp->theirs || !ccp->want)
		return FSM_ACK;
	if (!fsm_patient(fsm)) {
		if (ccp->required)
			fsm_refuse(fsm, "encryption is required and the peer offers none");
		else if (ccp->ours)
			fsm_refuse(fsm, "the peer would decrypt but not encrypt");
		ccp->want = 0;
		return FSM_ACK;
	}
	ppp_option_u32(nak, OPT_MPPE, preferred(ccp, 0));
	return FSM_NAK;
}

/* The peer will not encrypt what it sends to us. */
static void without(struct ccp *ccp, const char *how)
{
	if (ccp->required)
		fsm_refuse(&ccp->fsm, "encryption is required and the peer offers none (it %s %s)",
			   how, bits_to_str(ccp->sent));
	else if (ccp->theirs)
		fsm_refuse(&ccp->fsm, "the peer would encrypt in one direction only (it %s %s)",
			   how, bits_to_str(ccp->sent));
	ccp->want = 0;
}

static void nak(struct fsm *fsm, struct ppp_option *opt)
{
	struct ccp *ccp = ccp_of(fsm);
	uint32_t bits = opt->len == 4 ? rd_u32(&opt->data) : 0;
	uint32_t common = bits & bits_of(ccp->strengths);

	if (ccp->theirs)
		ccp->want = ccp->theirs;
	else if (common)
		ccp->want = strongest(common) | mode_bit(ccp, bits);
	else
		without(ccp, "refused");
}

static void rej(struct fsm *fsm, struct ppp_option *opt)
{
	(void)opt;
	without(ccp_of(fsm), "rejected");
}

/* An Ack to several strengths names none, and both directions must be alike. */
static bool acked(struct fsm *fsm)
{
	struct ccp *ccp = ccp_of(fsm);
	uint32_t one = ccp->theirs ? ccp->theirs
				   : strongest(ccp->sent) | (ccp->sent & BIT_STATELESS);

	if (ccp->sent != one) {
		ccp->want = one;
		return false;
	}
	ccp->ours = ccp->sent;
	return true;
}

static void rx_code(struct fsm *fsm, const struct ppp_packet *p)
{
	struct ccp *ccp = ccp_of(fsm);

	if (p->code == PPP_RESET_ACK) {
		if (p->id == ccp->reset_id)
			ccp->reset_pending = false;
		return;
	}
	ccp->flush(fsm->link->ctx);
	fsm_send(fsm, PPP_RESET_ACK, p->id, NULL, 0);
}

static const struct fsm_option options[] = {
	{ OPT_MPPE, 4, judge_mppe },
};

static const struct fsm_proto proto = {
	.protocol = PPP_CCP,
	.codes = 1 << PPP_RESET_REQ | 1 << PPP_RESET_ACK,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.judge_begin = judge_begin,
	.judge_end = judge_end,
	.nak = nak,
	.rej = rej,
	.acked = acked,
	.rx_code = rx_code,
};

void ccp_init(struct ccp *ccp, struct fsm_link *link, const struct ppp_config *cfg, bool required,
	      unsigned int strengths)
{
	fsm_init(&ccp->fsm, &proto, link);
	ccp->cfg = cfg;
	ccp->required = required;
	ccp->strengths = strengths;
}

unsigned int ccp_strength(const struct ccp *ccp, bool *stateful)
{
	*stateful = ccp->ours && !(ccp->ours & BIT_STATELESS);
	switch (ccp->ours & BIT_STRENGTHS) {
	case BIT_128:	return PPP_MPPE_128;
	case BIT_56:	return PPP_MPPE_56;
	case BIT_40:	return PPP_MPPE_40;
	}
	return 0;
}

void ccp_desync(struct ccp *ccp)
{
	if (ccp->fsm.state != FSM_OPENED)
		return;
	if (!ccp->reset_pending)
		ccp->reset_id = fsm_new_id(&ccp->fsm);
	ccp->reset_pending = true;
	fsm_send(&ccp->fsm, PPP_RESET_REQ, ccp->reset_id, NULL, 0);
}

void ccp_freeze(const struct ccp *ccp, struct wr *w)
{
	fsm_freeze(&ccp->fsm, w);
	wr_u8(w, ccp->strengths);
	wr_u32(w, ccp->fsm.state == FSM_OPENED ? ccp->ours : 0);
}

int ccp_thaw(struct ccp *ccp, struct rd *r)
{
	int ret = fsm_thaw(&ccp->fsm, r);
	unsigned int strengths = rd_u8(r);
	uint32_t bits = rd_u32(r);
	uint32_t strength = bits & BIT_STRENGTHS;

	if (ret || r->bad || strengths > (PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128))
		return -EBADMSG;
	if ((bits & ~(BIT_STRENGTHS | BIT_STATELESS)) || strength != strongest(bits) ||
	    (strength & ~bits_of(strengths)) || !strength != (ccp->fsm.state != FSM_OPENED))
		return -EBADMSG;
	ccp->strengths = strengths;
	ccp->ours = bits;
	ccp->theirs = bits;
	ccp->want = bits;
	return 0;
}
