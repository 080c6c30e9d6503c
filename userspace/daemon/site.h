/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One site section at work: it keeps a trap in the kernel for what it protects, so that nothing of it ever
 * leaves in the clear, knows whether there should be an IKE SA, finds the peer, and tries again when that
 * came to nothing.
 */
#ifndef ADIT_DAEMON_SITE_H
#define ADIT_DAEMON_SITE_H

#include "base/resolve.h"
#include "daemon/ipsec.h"

enum site_state {
	SITE_DOWN,		/* and nothing happens until there is traffic, or the peer or somebody says so */
	SITE_RESOLVING,
	SITE_CONNECTING,
	SITE_UP,
	SITE_WAITING,		/* for the next attempt */
	SITE_CLOSING,
};

/* A network that the peer itself lies in needs more than a route: what carries the tunnel must not see that. */
enum site_route_kind { ROUTE_PLAIN, ROUTE_FIRST, ROUTE_DEFAULT };

struct site_route {
	struct prefix to;
	enum site_route_kind kind;
	struct addr from;	/* to the peer itself: our address, as that alone is protected; family 0: any */
};

struct site {
	struct ipsec_holder holder;	/* first */
	TAILQ_ENTRY(site) link;
	struct conf_ref *ref;
	const struct conf_site *conf;	/* in ref */
	struct ike_peer *peer;		/* NULL: the section cannot be used, as why says */
	enum site_state state;
	bool wanted;			/* there should be an IKE SA */
	bool again;			/* as soon as this one is closed */
	struct addr remote;		/* the last one that is known; family 0: none */
	struct addr local;
	struct addr addrs[RESOLVE_MAX];
	unsigned int n_addrs, next_addr;
	struct resolve *resolve;
	struct kid *trap;		/* NULL: the peer's address is not known, or anybody's */
	struct site_route routes[CONF_LIST_MAX + IKE_TS_MAX];	/* that were added */
	unsigned int n_routes;
	struct prefix address;		/* that the peer gave us, on the device; family 0: none */
	unsigned int tries;		/* that failed in a row */
	uint64_t due_ms;		/* of the next attempt */
	uint64_t dialled_ms;		/* of the last one */
	char why[IKE_WHY_MAX];		/* it is not up, "" */
	struct loop_timer timer;
	struct loop_timer childless;	/* up, with nothing that traps: a child is asked for */
};

/* A new configuration: sites that it has as they are go on, others end; then new ones begin. */
void sites_keep(struct ipsec *ipsec, struct conf_ref *ref);
void sites_add(struct ipsec *ipsec, struct conf_ref *ref);
void site_free(struct site *s);
void site_begin(struct site *s);
struct site *site_by_name(const struct ipsec *ipsec, const char *name);
const char *site_state_to_str(enum site_state state);

void site_adopt(struct site *s, struct ike_sa *sa);
void site_thawed(struct site *s);

/* By hand. The outcome of the first two is told by control_answer(), unless it is so already: true. */
bool site_up(struct site *s);
bool site_down(struct site *s, const char *why);
bool site_rekey(struct site *s);	/* false: there is nothing to rekey */

/* Peers that may come this way, the most specific first. */
unsigned int site_candidates(struct ipsec *ipsec, enum conf_ike_version version, const struct ike_path *path,
			     struct ike_peer **out, unsigned int max);
/* The peer began: the IKE SA is this site's from now on. NULL: one of ours that began at the same time stays. */
struct ipsec_holder *site_taken(struct site *s, struct ike_sa *sa);
void site_acquire(struct ipsec_holder *h, const struct dp_selector *flow);

#endif /* ADIT_DAEMON_SITE_H */
