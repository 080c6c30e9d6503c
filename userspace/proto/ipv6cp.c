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

static bool is_none(const uint8_t *ifid)
{
	static const uint8_t none[IPV6CP_IFID_LEN];

	return !memcmp(ifid, none, sizeof(none));
}

/* RFC 5072 section 4.1: any will do that is not zero and not the other side's. */
static bool may_have(struct ipv6cp *cp, const uint8_t *ifid)
{
	if (!cp->client)
		return !memcmp(ifid, cp->peer, sizeof(cp->peer));
	if (is_none(ifid) || !memcmp(ifid, cp->local, sizeof(cp->local)))
		return false;
	memcpy(cp->peer, ifid, sizeof(cp->peer));
	return true;
}

static enum fsm_verdict judge_ifid(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct ipv6cp *cp = ipv6cp_of(fsm);
	const uint8_t *ifid = data ? rd_bytes(data, sizeof(cp->peer)) : NULL;

	if (ifid && may_have(cp, ifid)) {
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

	if (cp->peer_ifid || cp->client)
		return FSM_ACK;
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "the peer does not want the interface identifier assigned to it");
	ppp_option_bytes(nak, OPT_IFID, cp->peer, sizeof(cp->peer));
	return FSM_NAK;
}

/* As server our identifier is not the peer's to choose; the same request goes out again. */
static void nak(struct fsm *fsm, struct ppp_option *opt)
{
	struct ipv6cp *cp = ipv6cp_of(fsm);
	const uint8_t *ifid = opt->len == sizeof(cp->local) ? rd_bytes(&opt->data, opt->len) : NULL;

	if (cp->client && ifid && !is_none(ifid))
		memcpy(cp->local, ifid, sizeof(cp->local));
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

void ipv6cp_init(struct ipv6cp *cp, struct fsm_link *link, bool client,
		 const uint8_t local[IPV6CP_IFID_LEN], const uint8_t peer[IPV6CP_IFID_LEN])
{
	fsm_init(&cp->fsm, &proto, link);
	cp->client = client;
	memcpy(cp->local, local, sizeof(cp->local));
	memcpy(cp->peer, peer, sizeof(cp->peer));
}

void ipv6cp_freeze(const struct ipv6cp *cp, struct wr *w)
{
	fsm_freeze(&cp->fsm, w);
	if (!cp->client)
		return;		/* both are in the configuration */
	wr_bytes(w, cp->local, sizeof(cp->local));
	wr_bytes(w, cp->peer, sizeof(cp->peer));
}

int ipv6cp_thaw(struct ipv6cp *cp, struct rd *r)
{
	if (fsm_thaw(&cp->fsm, r))
		return -EBADMSG;
	if (cp->client) {
		rd_copy(r, cp->local, sizeof(cp->local));
		rd_copy(r, cp->peer, sizeof(cp->peer));
	}
	return r->bad ? -EBADMSG : 0;
}
