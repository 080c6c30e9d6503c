/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LCP (RFC 1661 section 6, RFC 1570). As the authenticator it always asks the peer to authenticate
 * and never agrees to be authenticated itself; as the client it is the other way round. Owned by the
 * link.
 */
#ifndef ADIT_PROTO_LCP_H
#define ADIT_PROTO_LCP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/auth.h"
#include "proto/fsm.h"
#include "proto/ppp.h"

/* Configure-Requests of the peer with our own magic number before we believe in a loop. */
#define LCP_LOOPS_MAX	3

struct lcp {
	struct fsm fsm;
	const struct ppp_config *cfg;
	void (*protocol_rejected)(void *ctx, uint16_t protocol);
	void (*dead)(void *ctx, const char *why);	/* echoes are not answered */

	/* Ours. */
	unsigned int methods;		/* enum auth_method that may be offered, or agreed to */
	unsigned int refused;		/* the ones that the peer turned down */
	enum auth_method offer;
	bool ask_mru, ask_magic, ask_pfc, ask_acfc;
	uint16_t mru;
	uint32_t magic;			/* 0: none */
	uint8_t loops;
	char proposal[32];		/* what the peer would rather authenticate with */

	/* The peer's. */
	uint16_t peer_mru;
	bool peer_pfc, peer_acfc;
	enum auth_method demand;	/* how we are to authenticate, as client; 0: not at all */

	struct loop_timer echo;
	uint8_t echo_id;
	uint8_t unanswered;
};

/* allowed: the methods that may be offered, at least one. The callbacks get link->ctx. */
void lcp_init(struct lcp *lcp, struct fsm_link *link, const struct ppp_config *cfg,
	      unsigned int allowed);
/*
 * A LAC has negotiated for us (RFC 2661 section 4.4.5): take over the options of the last
 * Configure-Requests, sent in our name and received. False: there is something in them that we
 * would not have agreed to, or the peer negotiates already; nothing has happened.
 */
bool lcp_adopt(struct lcp *lcp, struct rd sent, struct rd received);
void lcp_echo_start(struct lcp *lcp);	/* when open, if the configuration asks for it */
void lcp_stop(struct lcp *lcp);
/* Protocol-Reject, cut to the peer's MRU (RFC 1661 section 5.7). Only when open. */
void lcp_reject_protocol(struct lcp *lcp, uint16_t protocol, const uint8_t *data, size_t len);
void lcp_freeze(const struct lcp *lcp, struct wr *w);
int lcp_thaw(struct lcp *lcp, struct rd *r);	/* -EBADMSG */

#endif /* ADIT_PROTO_LCP_H */
