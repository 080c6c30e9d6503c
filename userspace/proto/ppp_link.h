/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of a struct ppp, for ppp.c (its life and its phases), ppp_net.c (encryption and
 * network protocols) and ppp_record.c (freezing and thawing) alone. Every op is called through the
 * functions here, which know that nothing may follow down().
 */
#ifndef ADIT_PROTO_PPP_LINK_H
#define ADIT_PROTO_PPP_LINK_H

#include "proto/authn.h"
#include "proto/ccp.h"
#include "proto/ipcp.h"
#include "proto/ipv6cp.h"
#include "proto/lcp.h"
#include "proto/login.h"
#include "proto/ppp.h"

/*
 * LCP negotiations after the first that are put up with until the link has been up for a minute:
 * lost Acks cause a few, a peer that keeps the authentication busy causes more.
 */
#define PPP_RENEGOTIATIONS_MAX	8
#define PPP_STEADY_MS		60000

enum ppp_phase { /* RFC 1661 section 3.2 */
		 PPP_PHASE_DEAD,
		 PPP_PHASE_ESTABLISH,
		 PPP_PHASE_AUTHENTICATE,
		 PPP_PHASE_NETWORK,
		 PPP_PHASE_TERMINATE,
};

struct ppp {
	struct loop *loop;
	struct ppp_config cfg;
	const struct ppp_ops *ops;
	void *ctx;

	struct fsm_link link;
	struct authn_link authn_link;
	struct login_link login_link;
	struct lcp lcp;
	struct authn authn;		/* as server */
	struct login login;		/* as client */
	struct ccp ccp;
	struct ipcp ipcp;
	struct ipv6cp ipv6cp;
	struct loop_timer setup;	/* runs while no network protocol is open */

	enum ppp_phase phase;
	bool over;			/* down() was called */
	bool denied;			/* as client: there is no way in */
	uint8_t renegotiations;

	char user[AUTH_USER_MAX + 1];	/* once authenticated */
	enum auth_method method;
	struct ipcp_config addresses;	/* what the user was given, or as client: to begin with */
	struct auth_keys keys;		/* until data may flow */

	unsigned int wanted;		/* PPP_NET_* that this user may have */
	unsigned int failed;		/* those of them that did not come to be */
	unsigned int net;		/* those that are open */
	bool encrypted;			/* mppe_up() was called: from then on never without */
	bool sealed;			/* data may have flowed under the keys: they are gone */
	unsigned int strength;
	bool stateful;
	uint64_t up_since_ms;
	char why[FSM_WHY_MAX];		/* why the link is going down, for us */
};

/* ppp.c */
void ppp_init_link(struct ppp *ppp);
/* End the link politely: why is for our eyes, told for the peer's. The first reason counts. */
void ppp_terminate(struct ppp *ppp, const char *why, const char *told);

/* ppp_net.c */
bool ppp_encryption_required(const struct ppp *ppp);
void ppp_on_flush(void *ctx);			/* CCP heard a Reset-Request */
void ppp_net_start(struct ppp *ppp);		/* the user is known */
void ppp_net_stop(struct ppp *ppp); /* the link under it goes: nothing is open, silently */
void ppp_net_rx(struct ppp *ppp, uint16_t protocol, const uint8_t *data, size_t len);
void ppp_net_rejected(struct ppp *ppp, uint16_t protocol);	/* by the peer's Protocol-Reject */
void ppp_net_up(struct ppp *ppp, struct fsm *fsm);
void ppp_net_down(struct ppp *ppp, struct fsm *fsm);
void ppp_net_finished(struct ppp *ppp, struct fsm *fsm);

#endif /* ADIT_PROTO_PPP_LINK_H */
