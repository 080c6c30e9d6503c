// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/lcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* RFC 1661 section 6, RFC 1662 section 7.1. */
enum { OPT_MRU = 1, OPT_ACCM = 2, OPT_AUTH = 3, OPT_MAGIC = 5, OPT_PFC = 7, OPT_ACFC = 8 };

/* Algorithms of CHAP: RFC 1994 section 3, RFC 2433 section 4, RFC 2759 section 2. */
enum { CHAP_ALG_MD5 = 0x05, CHAP_ALG_MSCHAP = 0x80, CHAP_ALG_MSCHAPV2 = 0x81 };

#define PROTO_EAP	0xc227

static const struct {
	enum auth_method method;
	uint16_t protocol;
	uint8_t algorithm;
} methods[] = {	/* strongest first */
	{ AUTH_MSCHAPV2, PPP_CHAP, CHAP_ALG_MSCHAPV2 },
	{ AUTH_MSCHAP, PPP_CHAP, CHAP_ALG_MSCHAP },
	{ AUTH_CHAP_MD5, PPP_CHAP, CHAP_ALG_MD5 },
	{ AUTH_PAP, PPP_PAP, 0 },
};

#define N_METHODS (sizeof(methods) / sizeof(methods[0]))

static struct lcp *lcp_of(struct fsm *fsm)
{
	return hash_entry(fsm, struct lcp, fsm);
}

static uint32_t new_magic(struct lcp *lcp)
{
	uint8_t octets[4] = { 0 };
	struct rd r = rd_of(octets, sizeof(octets));
	uint32_t magic;

	lcp->fsm.link->random(lcp->fsm.link->ctx, octets, sizeof(octets));
	magic = rd_u32(&r);
	return magic ? magic : 1;	/* zero means none: RFC 1661 section 6.4 */
}

/* The strongest method that is allowed and was not refused, or 0. */
static enum auth_method next_offer(const struct lcp *lcp)
{
	size_t i;

	for (i = 0; i < N_METHODS; i++)
		if (methods[i].method & lcp->methods & ~lcp->refused)
			return methods[i].method;
	return 0;
}

static void begin(struct fsm *fsm)
{
	struct lcp *lcp = lcp_of(fsm);

	lcp->refused = 0;
	lcp->offer = lcp->cfg->client ? 0 : next_offer(lcp);
	lcp->proposal[0] = 0;
	lcp->mru = lcp->cfg->mru;
	lcp->ask_mru = lcp->mru != PPP_MRU_DEFAULT;
	lcp->ask_magic = true;
	lcp->magic = new_magic(lcp);
	lcp->ask_pfc = lcp->cfg->pfc;
	lcp->ask_acfc = lcp->cfg->acfc;
	lcp->loops = 0;
}

static void write_auth(struct wr *w, enum auth_method method)
{
	size_t i;

	for (i = 0; i < N_METHODS; i++) {
		if (methods[i].method != method)
			continue;
		wr_u8(w, OPT_AUTH);
		wr_u8(w, methods[i].algorithm ? 5 : 4);
		wr_u16(w, methods[i].protocol);
		if (methods[i].algorithm)
			wr_u8(w, methods[i].algorithm);
	}
}

static void request(struct fsm *fsm, struct wr *w)
{
	struct lcp *lcp = lcp_of(fsm);

	if (lcp->ask_mru)
		ppp_option_u16(w, OPT_MRU, lcp->mru);
	write_auth(w, lcp->offer);
	if (lcp->ask_magic)
		ppp_option_u32(w, OPT_MAGIC, lcp->magic);
	if (lcp->ask_pfc)
		ppp_option_empty(w, OPT_PFC);
	if (lcp->ask_acfc)
		ppp_option_empty(w, OPT_ACFC);
}

static void judge_begin(struct fsm *fsm)
{
	struct lcp *lcp = lcp_of(fsm);

	lcp->peer_mru = PPP_MRU_DEFAULT;
	lcp->peer_pfc = false;
	lcp->peer_acfc = false;
	lcp->demand = 0;
}

static enum fsm_verdict judge_mru(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct lcp *lcp = lcp_of(fsm);
	uint16_t mru = data ? rd_u16(data) : 0;

	if (mru < PPP_MRU_MIN) {
		ppp_option_u16(nak, OPT_MRU, lcp->cfg->mru);
		return FSM_NAK;
	}
	lcp->peer_mru = mru;
	return FSM_ACK;
}

/* For asynchronous lines; there is nothing to escape on this one, so any map is as good. */
static enum fsm_verdict judge_accm(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	(void)fsm;
	if (data)
		return FSM_ACK;
	ppp_option_u32(nak, OPT_ACCM, 0);
	return FSM_NAK;
}

/* RFC 1661 section 6.4: our own number coming back is a loop, or a coincidence of 1 in 2^32. */
static enum fsm_verdict judge_magic(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct lcp *lcp = lcp_of(fsm);
	uint32_t magic = data ? rd_u32(data) : 0;
	bool ours = magic && lcp->ask_magic && magic == lcp->magic;

	if (magic && !ours)
		return FSM_ACK;
	if (ours && ++lcp->loops > LCP_LOOPS_MAX)
		fsm_refuse(fsm, "the line is looped back: our own packets come in");
	ppp_option_u32(nak, OPT_MAGIC, new_magic(lcp));
	return FSM_NAK;
}

static enum fsm_verdict judge_flag(bool allowed, uint8_t type, bool *flag, struct rd *data,
				   struct wr *nak)
{
	if (!allowed)
		return FSM_REJECT;
	if (!data) {
		ppp_option_empty(nak, type);
		return FSM_NAK;
	}
	*flag = true;
	return FSM_ACK;
}

static enum fsm_verdict judge_pfc(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct lcp *lcp = lcp_of(fsm);

	return judge_flag(lcp->cfg->pfc, OPT_PFC, &lcp->peer_pfc, data, nak);
}

static enum fsm_verdict judge_acfc(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct lcp *lcp = lcp_of(fsm);

	return judge_flag(lcp->cfg->acfc, OPT_ACFC, &lcp->peer_acfc, data, nak);
}

static void methods_to_str(unsigned int mask, char *buf, size_t cap)
{
	size_t i, len = 0;

	buf[0] = 0;
	for (i = 0; i < N_METHODS && len < cap; i++)
		if (methods[i].method & mask)
			len += snprintf(buf + len, cap - len, "%s%s", len ? " or " : "",
					auth_method_to_str(methods[i].method));
}

/* What the peer would rather use: its bit, or 0 for one that is not ours; in words in any case. */
static enum auth_method read_proposal(struct lcp *lcp, struct rd *data)
{
	uint16_t protocol = rd_u16(data);
	uint8_t algorithm = data->left ? rd_u8(data) : 0;
	size_t i;

	if (data->bad)
		return 0;
	for (i = 0; i < N_METHODS; i++) {
		if (methods[i].protocol != protocol || methods[i].algorithm != algorithm)
			continue;
		snprintf(lcp->proposal, sizeof(lcp->proposal), "%s",
			 auth_method_to_str(methods[i].method));
		return methods[i].method;
	}
	if (protocol == PROTO_EAP)
		snprintf(lcp->proposal, sizeof(lcp->proposal), "EAP");
	else if (protocol == PPP_CHAP)
		snprintf(lcp->proposal, sizeof(lcp->proposal), "CHAP algorithm %u", algorithm);
	else
		snprintf(lcp->proposal, sizeof(lcp->proposal), "protocol 0x%04x", protocol);
	return 0;
}

/* As client: in what way we are to authenticate. What we may not is answered with the best we may. */
static enum fsm_verdict judge_auth(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct lcp *lcp = lcp_of(fsm);
	enum auth_method wanted;
	char ours[64];

	if (!lcp->cfg->client || !lcp->methods)
		return FSM_REJECT;
	lcp->proposal[0] = 0;
	wanted = read_proposal(lcp, data);
	if (wanted & lcp->methods && !data->left) {
		lcp->demand = wanted;
		return FSM_ACK;
	}
	methods_to_str(lcp->methods, ours, sizeof(ours));
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "no common authentication: we allow %s, the peer wants %s", ours,
			   lcp->proposal[0] ? lcp->proposal : "something malformed");
	write_auth(nak, next_offer(lcp));
	return FSM_NAK;
}

/* Step down: what the peer proposes if it may be, else the next weaker that it did not refuse. */
static void nak_auth(struct lcp *lcp, struct ppp_option *opt)
{
	enum auth_method proposed = read_proposal(lcp, &opt->data);
	char ours[64];

	if (!lcp->offer)
		return;		/* we asked for none, and will not */
	lcp->refused |= lcp->offer;
	if (proposed & lcp->methods & ~lcp->refused)
		lcp->offer = proposed;
	else
		lcp->offer = next_offer(lcp);
	if (lcp->offer)
		return;
	methods_to_str(lcp->methods, ours, sizeof(ours));
	fsm_refuse(&lcp->fsm, "no common authentication: we allow %s, the peer proposes %s", ours,
		   lcp->proposal[0] ? lcp->proposal : "nothing");
}

/* The peer may ask for less than we can take; for more, the default holds without the option. */
static void nak_mru(struct lcp *lcp, struct ppp_option *opt)
{
	uint16_t mru = opt->len == 2 ? rd_u16(&opt->data) : 0;

	if (mru >= PPP_MRU_MIN && mru < lcp->mru)
		lcp->mru = mru;
	else
		lcp->ask_mru = false;
}

static void nak(struct fsm *fsm, struct ppp_option *opt)
{
	struct lcp *lcp = lcp_of(fsm);

	switch (opt->type) {
	case OPT_MRU:
		nak_mru(lcp, opt);
		break;
	case OPT_AUTH:
		nak_auth(lcp, opt);
		break;
	case OPT_MAGIC:
		lcp->magic = new_magic(lcp);
		break;
	case OPT_PFC:
		lcp->ask_pfc = false;
		break;
	case OPT_ACFC:
		lcp->ask_acfc = false;
		break;
	}
}

static void rej(struct fsm *fsm, struct ppp_option *opt)
{
	struct lcp *lcp = lcp_of(fsm);
	char ours[64];

	switch (opt->type) {
	case OPT_MRU:
		lcp->ask_mru = false;
		break;
	case OPT_AUTH:
		methods_to_str(lcp->methods, ours, sizeof(ours));
		fsm_refuse(fsm, "no common authentication: we allow %s, the peer refuses to "
			   "authenticate itself", ours);
		break;
	case OPT_MAGIC:
		lcp->ask_magic = false;
		lcp->magic = 0;
		break;
	case OPT_PFC:
		lcp->ask_pfc = false;
		break;
	case OPT_ACFC:
		lcp->ask_acfc = false;
		break;
	}
}

static void rx_echo_request(struct lcp *lcp, const struct ppp_packet *p)
{
	uint8_t buf[PPP_PACKET_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct rd data = p->data;
	uint32_t magic = rd_u32(&data);
	size_t room = lcp->peer_mru - PPP_HEADER_LEN - sizeof(magic);

	if (room > sizeof(buf) - PPP_HEADER_LEN - sizeof(magic))
		room = sizeof(buf) - PPP_HEADER_LEN - sizeof(magic);
	if (data.bad) {
		lcp->fsm.link->malformed++;
		return;
	}
	if (magic && magic == lcp->magic)
		return;		/* our own: RFC 1661 section 5.8 */
	wr_u32(&w, lcp->magic);
	wr_bytes(&w, data.at, data.left < room ? data.left : room);
	fsm_send(&lcp->fsm, PPP_ECHO_REP, p->id, buf, w.len);
}

static void rx_echo_reply(struct lcp *lcp, const struct ppp_packet *p)
{
	struct rd data = p->data;
	uint32_t magic = rd_u32(&data);

	if (data.bad) {
		lcp->fsm.link->malformed++;
		return;
	}
	if (magic && magic == lcp->magic)
		return;
	lcp->unanswered = 0;
}

static void rx_protocol_reject(struct lcp *lcp, const struct ppp_packet *p)
{
	struct rd data = p->data;
	uint16_t protocol = rd_u16(&data);

	if (data.bad)
		lcp->fsm.link->malformed++;
	else
		lcp->protocol_rejected(lcp->fsm.link->ctx, protocol);
}

/* Discard-Request, Identification and Time-Remaining (RFC 1570) want no answer. */
static void rx_code(struct fsm *fsm, const struct ppp_packet *p)
{
	struct lcp *lcp = lcp_of(fsm);

	if (p->code == PPP_ECHO_REQ)
		rx_echo_request(lcp, p);
	else if (p->code == PPP_ECHO_REP)
		rx_echo_reply(lcp, p);
	else if (p->code == PPP_PROTO_REJ)
		rx_protocol_reject(lcp, p);
}

static const struct fsm_option options[] = {
	{ OPT_MRU, 2, judge_mru },
	{ OPT_ACCM, 4, judge_accm },
	{ OPT_AUTH, FSM_ANY_LEN, judge_auth },
	{ OPT_MAGIC, 4, judge_magic },
	{ OPT_PFC, 0, judge_pfc },
	{ OPT_ACFC, 0, judge_acfc },
};

static const struct fsm_proto proto = {
	.protocol = PPP_LCP,
	.codes = 1 << PPP_PROTO_REJ | 1 << PPP_ECHO_REQ | 1 << PPP_ECHO_REP |
		 1 << PPP_DISCARD_REQ | 1 << PPP_IDENT | 1 << PPP_TIME_LEFT,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.judge_begin = judge_begin,
	.nak = nak,
	.rej = rej,
	.rx_code = rx_code,
};

static void echo_tick(void *arg)
{
	struct lcp *lcp = arg;
	uint8_t magic[4];
	struct wr w = wr_to(magic, sizeof(magic));
	char why[64];

	if (lcp->cfg->echo_failures && lcp->unanswered >= lcp->cfg->echo_failures) {
		snprintf(why, sizeof(why), "the peer did not answer %u LCP Echo-Requests",
			 lcp->unanswered);
		lcp->dead(lcp->fsm.link->ctx, why);
		return;
	}
	if (lcp->unanswered < UINT8_MAX)
		lcp->unanswered++;
	wr_u32(&w, lcp->magic);
	loop_timer_start(&lcp->echo, lcp->cfg->echo_interval_ms);
	fsm_send(&lcp->fsm, PPP_ECHO_REQ, ++lcp->echo_id, magic, sizeof(magic));
}

void lcp_init(struct lcp *lcp, struct fsm_link *link, const struct ppp_config *cfg,
	      unsigned int allowed)
{
	fsm_init(&lcp->fsm, &proto, link);
	loop_timer_init(&lcp->echo, link->loop, echo_tick, lcp);
	lcp->cfg = cfg;
	lcp->methods = allowed;
	lcp->peer_mru = PPP_MRU_DEFAULT;
}

void lcp_echo_start(struct lcp *lcp)
{
	lcp->unanswered = 0;
	if (lcp->cfg->echo_interval_ms)
		loop_timer_start(&lcp->echo, lcp->cfg->echo_interval_ms);
}

/* An option that was agreed in our name. */
static bool adopt_option(struct lcp *lcp, struct ppp_option *opt)
{
	switch (opt->type) {
	case OPT_MRU:
		lcp->mru = rd_u16(&opt->data);
		lcp->ask_mru = true;
		return rd_done(&opt->data) && lcp->mru >= PPP_MRU_MIN;
	case OPT_AUTH:
		lcp->offer = read_proposal(lcp, &opt->data) & lcp->methods;
		return rd_done(&opt->data) && lcp->offer;
	case OPT_MAGIC:
		lcp->magic = rd_u32(&opt->data);
		lcp->ask_magic = lcp->magic;
		return rd_done(&opt->data);
	case OPT_ACCM:		/* for the LAC's line */
	case OPT_PFC:		/* both forms are understood here */
	case OPT_ACFC:
		return true;
	default:
		return false;	/* such as multilink: the LAC's promise, not ours */
	}
}

bool lcp_adopt(struct lcp *lcp, struct rd sent, struct rd received)
{
	struct ppp_option opt;

	if (lcp->fsm.state != FSM_INITIAL || lcp->fsm.held_len || !ppp_options_valid(sent) ||
	    !ppp_options_valid(received))
		return false;
	fsm_adopt_begin(&lcp->fsm);
	lcp->ask_mru = false;
	lcp->ask_magic = false;
	lcp->magic = 0;
	lcp->offer = 0;
	while (ppp_option_next(&sent, &opt) > 0)
		if (!adopt_option(lcp, &opt))
			return false;
	if (!lcp->offer || !fsm_would_ack(&lcp->fsm, received))
		return false;
	fsm_adopt(&lcp->fsm);
	return true;
}

void lcp_stop(struct lcp *lcp)
{
	loop_timer_stop(&lcp->echo);
	fsm_stop(&lcp->fsm);
}

void lcp_reject_protocol(struct lcp *lcp, uint16_t protocol, const uint8_t *data, size_t len)
{
	uint8_t buf[PPP_PACKET_MAX - PPP_HEADER_LEN];
	struct wr w = wr_to(buf, sizeof(buf));
	size_t room = lcp->peer_mru - PPP_HEADER_LEN - sizeof(protocol);

	if (lcp->fsm.state != FSM_OPENED)
		return;
	if (room > sizeof(buf) - sizeof(protocol))
		room = sizeof(buf) - sizeof(protocol);
	wr_u16(&w, protocol);
	wr_bytes(&w, data, len < room ? len : room);
	fsm_send(&lcp->fsm, PPP_PROTO_REJ, fsm_new_id(&lcp->fsm), buf, w.len);
}

void lcp_freeze(const struct lcp *lcp, struct wr *w)
{
	fsm_freeze(&lcp->fsm, w);
	wr_u16(w, lcp->ask_mru ? lcp->mru : PPP_MRU_DEFAULT);
	wr_u32(w, lcp->magic);
	wr_u16(w, lcp->peer_mru);
	wr_u8(w, lcp->peer_pfc | lcp->peer_acfc << 1);
	wr_u8(w, lcp->echo_id);
}

int lcp_thaw(struct lcp *lcp, struct rd *r)
{
	uint8_t flags;

	if (fsm_thaw(&lcp->fsm, r) || lcp->fsm.state != FSM_OPENED)
		return -EBADMSG;
	lcp->mru = rd_u16(r);
	lcp->magic = rd_u32(r);
	lcp->peer_mru = rd_u16(r);
	flags = rd_u8(r);
	lcp->echo_id = rd_u8(r);
	if (r->bad || flags > 3 || lcp->mru < PPP_MRU_MIN || lcp->peer_mru < PPP_MRU_MIN)
		return -EBADMSG;
	lcp->ask_mru = true;
	lcp->ask_magic = lcp->magic;
	lcp->peer_pfc = flags & 1;
	lcp->peer_acfc = flags & 2;
	return 0;
}
