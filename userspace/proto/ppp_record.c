// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A settled link as a record for another process. It holds no secret: the keys went to the kernel
 * and were wiped before data flowed. A record is checked like a packet when it is read: a wrong one
 * makes no link.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/ppp_link.h"

#define RECORD_VERSION	1
#define RECORD_CLIENT	0x80	/* of a client, whose addresses are in it too */

bool ppp_can_freeze(const struct ppp *ppp)
{
	return !ppp->over && ppp->phase == PPP_PHASE_NETWORK && ppp->net &&
	       fsm_settled(&ppp->lcp.fsm) && fsm_settled(&ppp->ccp.fsm) &&
	       fsm_settled(&ppp->ipcp.fsm) && fsm_settled(&ppp->ipv6cp.fsm);
}

void ppp_freeze(const struct ppp *ppp, struct wr *w)
{
	size_t user_len = strlen(ppp->user);

	wr_u8(w, RECORD_VERSION | (ppp->cfg.client ? RECORD_CLIENT : 0));
	wr_u8(w, ppp->net);
	wr_u8(w, ppp->wanted);
	wr_u8(w, ppp->failed);
	wr_u8(w, ppp->method);
	wr_u8(w, ppp->renegotiations);
	wr_u64(w, ppp->up_since_ms);
	wr_u8(w, user_len);
	wr_bytes(w, ppp->user, user_len);
	lcp_freeze(&ppp->lcp, w);
	ccp_freeze(&ppp->ccp, w);
	ipcp_freeze(&ppp->ipcp, w);
	ipv6cp_freeze(&ppp->ipv6cp, w);
}

static bool one_method(unsigned int method)
{
	return method == AUTH_PAP || method == AUTH_CHAP_MD5 || method == AUTH_MSCHAP ||
	       method == AUTH_MSCHAPV2;
}

static bool thaw_user(struct ppp *ppp, struct rd *r)
{
	uint8_t len = rd_u8(r);

	if (len > AUTH_USER_MAX)
		return false;
	rd_copy(r, ppp->user, len);
	return !r->bad && !memchr(ppp->user, 0, len);
}

static bool thaw_link(struct ppp *ppp, struct rd *r)
{
	if (rd_u8(r) != (RECORD_VERSION | (ppp->cfg.client ? RECORD_CLIENT : 0)))
		return false;
	ppp->net = rd_u8(r);
	ppp->wanted = rd_u8(r);
	ppp->failed = rd_u8(r);
	ppp->method = rd_u8(r);
	ppp->renegotiations = rd_u8(r);
	ppp->up_since_ms = rd_u64(r);
	return thaw_user(ppp, r);
}

/* Whether what the parts say fits together, and fits the configuration that is in force now. */
static bool coherent(const struct ppp *ppp)
{
	unsigned int allowed = (ppp->cfg.ipv4 ? PPP_NET_IPV4 : 0) |
			       (ppp->cfg.ipv6 ? PPP_NET_IPV6 : 0);
	unsigned int open = (ppp->ipcp.fsm.state == FSM_OPENED ? PPP_NET_IPV4 : 0) |
			    (ppp->ipv6cp.fsm.state == FSM_OPENED ? PPP_NET_IPV6 : 0);

	if (!ppp->net || ppp->net != open || (ppp->net & ~ppp->wanted) ||
	    (ppp->wanted & ~allowed) || (ppp->failed & ~ppp->wanted))
		return false;
	if (!one_method(ppp->method) && (ppp->method || !ppp->cfg.client))
		return false;
	if (ppp->wanted & PPP_NET_IPV4 && !ppp->cfg.client && !ppp->addresses.peer.family)
		return false;
	if (ppp->net & PPP_NET_IPV4 && !ppp->addresses.local.family)
		return false;
	if (ppp->encrypted != (ppp->ccp.fsm.state == FSM_OPENED))
		return false;
	if (ppp->cfg.mppe == PPP_MPPE_REQUIRED && !ppp->encrypted)
		return false;
	return ppp->up_since_ms && ppp->up_since_ms <= loop_now_ms(ppp->loop);
}

static bool thaw_parts(struct ppp *ppp, struct rd *r)
{
	if (lcp_thaw(&ppp->lcp, r) || ccp_thaw(&ppp->ccp, r) || ipcp_thaw(&ppp->ipcp, r) ||
	    ipv6cp_thaw(&ppp->ipv6cp, r))
		return false;
	ppp->strength = ccp_strength(&ppp->ccp, &ppp->stateful);
	ppp->encrypted = ppp->strength;
	ppp->sealed = ppp->encrypted;
	ppp->ccp.required = ppp_encryption_required(ppp);
	ppp->addresses = ppp->ipcp.cfg;
	return coherent(ppp);
}

struct ppp *ppp_thaw(struct loop *loop, const struct ppp_config *cfg, const struct ppp_ops *ops,
		     void *ctx, struct rd *r)
{
	struct ppp *ppp = ppp_new(loop, cfg, ops, ctx);

	if (!ppp)
		return NULL;
	ppp->addresses.local = cfg->local;
	ppp->ipcp.cfg.local = cfg->local;
	if (!thaw_link(ppp, r) || !thaw_parts(ppp, r)) {
		ppp->net = 0;
		ppp_free(ppp);
		return NULL;
	}
	ppp->phase = PPP_PHASE_NETWORK;
	ppp->authn.method = ppp->method;
	if (cfg->client && ppp->method)
		login_resume(&ppp->login, ppp->method);
	ppp->link.peer_mru = ppp->lcp.peer_mru;
	ppp->ccp.flush = ppp_on_flush;
	lcp_echo_start(&ppp->lcp);
	return ppp;
}
