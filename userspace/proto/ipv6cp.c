// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ipv6cp.h"

#include <errno.h>
#include <string.h>

#define OPT_IFID	1	/* RFC 5072 section 4.1 */

static struct ipv6cp *ipv6cp_of(struct fsm *fsm)
{
	return hash_entry(fsm, struct ipv6cp, fsm);
}

static void begin(struct fsm *fsm)
{
	ipv6cp_of(fsm)->ask_ifid = true;
}

static void request(struct fsm *fsm, struct wr *w)
{
	struct ipv6cp *cp = ipv6cp_of(fsm);

	if (cp->ask_ifid)
		ppp_option_bytes(w, OPT_IFID, cp->local, sizeof(cp->local));
}

static void judge_begin(struct fsm *fsm)
{
	ipv6cp_of(fsm)->peer_ifid = false;
}

static enum fsm_verdict judge_ifid(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct ipv6cp *cp = ipv6cp_of(fsm);
	const uint8_t *ifid = data ? rd_bytes(data, sizeof(cp->peer)) : NULL;

	if (ifid && !memcmp(ifid, cp->peer, sizeof(cp->peer))) {
		cp->peer_ifid = true;
		return FSM_ACK;
	}
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "the peer insists on an interface identifier of its own");
	ppp_option_bytes(nak, OPT_IFID, cp->peer, sizeof(cp->peer));
	return FSM_NAK;
}

static enum fsm_verdict judge_end(struct fsm *fsm, struct wr *nak)
{
	struct ipv6cp *cp = ipv6cp_of(fsm);

	if (cp->peer_ifid)
		return FSM_ACK;
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "the peer does not want the interface identifier assigned to it");
	ppp_option_bytes(nak, OPT_IFID, cp->peer, sizeof(cp->peer));
	return FSM_NAK;
}

/* Our identifier is not the peer's to choose; the same request goes out again. */
static void nak(struct fsm *fsm, struct ppp_option *opt)
{
	(void)fsm;
	(void)opt;
}

static void rej(struct fsm *fsm, struct ppp_option *opt)
{
	(void)opt;
	ipv6cp_of(fsm)->ask_ifid = false;
}

/* The compression protocol (2) is left out, and so rejected. */
static const struct fsm_option options[] = {
	{ OPT_IFID, IPV6CP_IFID_LEN, judge_ifid },
};

static const struct fsm_proto proto = {
	.protocol = PPP_IPV6CP,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.judge_begin = judge_begin,
	.judge_end = judge_end,
	.nak = nak,
	.rej = rej,
};

void ipv6cp_init(struct ipv6cp *cp, struct fsm_link *link, const uint8_t local[IPV6CP_IFID_LEN],
		 const uint8_t peer[IPV6CP_IFID_LEN])
{
	fsm_init(&cp->fsm, &proto, link);
	memcpy(cp->local, local, sizeof(cp->local));
	memcpy(cp->peer, peer, sizeof(cp->peer));
}

void ipv6cp_freeze(const struct ipv6cp *cp, struct wr *w)
{
	fsm_freeze(&cp->fsm, w);
}

int ipv6cp_thaw(struct ipv6cp *cp, struct rd *r)
{
	return fsm_thaw(&cp->fsm, r);
}
