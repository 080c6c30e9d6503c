/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP network server of a "server l2tp" section: who may open tunnels, what holds towards each
 * peer, and the sessions that come of calls (RFC 2661). It belongs to its server.
 */
#ifndef ADIT_DAEMON_LNS_H
#define ADIT_DAEMON_LNS_H

#include "daemon/endpoint.h"
#include "daemon/session.h"

struct lns {
	struct server *server;
	struct endpoint endpoint;
	struct l2tp *l2tp;
	char why[SESSION_WHY_MAX];	/* of the refusal at hand */
};

struct lns *lns_new(struct server *server);	/* NULL on ENOMEM */
void lns_free(struct lns *lns);			/* its sessions are gone */
void lns_reconfigure(struct lns *lns);		/* the server has another configuration */
/*
 * A peer has a child in which it may speak L2TP; -ENOMEM. At the end its tunnels have nothing any more
 * to say anything in.
 */
int lns_child_up(struct lns *lns, const struct endpoint_child *child);
void lns_child_down(struct lns *lns, uint32_t id, const char *why);
/* The sockets of a reload have come: endpoint_sockets_begin() was before them. */
void lns_sockets_end(struct lns *lns);

#endif /* ADIT_DAEMON_LNS_H */
