/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carries a peer's calls, as their sessions see it: a PPTP control connection (conn.h) or an
 * L2TP tunnel (tunnel.h), of which this is the first member.
 */
#ifndef ADIT_DAEMON_CARRIER_H
#define ADIT_DAEMON_CARRIER_H

#include "base/addr.h"
#include "base/cursor.h"
#include "daemon/engine.h"

struct carrier;

/* Each kind of carrier is a constant of this type; its sessions know it for as long as they live. */
struct carrier_ops {
	enum memory_kind kind;		/* of its record */
	struct carrier *(*by_slot)(struct engine *e, uint32_t slot);
	/* The session has ended and its call is still there: tell the peer. The carrier is not down. */
	void (*hang_up)(struct session *s, const char *why);
	/* The session goes: what the call was called may be given to another. The carrier may be gone. */
	void (*forget)(struct session *s);
	/* What the call is called, for the session's record, and back into s->kernel; false: taken. */
	void (*freeze_call)(const struct session *s, struct wr *w);
	bool (*thaw_call)(struct session *s, struct rd *r);
	/* As the peer calls itself, "" if it does not. */
	const char *(*host)(const struct carrier *c);
	const char *(*vendor)(const struct carrier *c);

	/* Of a carrier that a dialer made: call the peer, for a session of ours; false: it cannot be. */
	bool (*call)(struct session *s);
	/* LCP is open. */
	void (*link_up)(struct session *s);
	/* Good-bye, and the end of it: dialer_carrier_down() follows. */
	void (*stop)(struct carrier *c, const char *why);
};

struct carrier {
	const struct carrier_ops *ops;
	struct engine *engine;
	struct server *server;		/* whom it was made to; NULL: */
	struct dialer *dialer;		/* who made it */
	uint32_t slot;
	struct addr local, peer;	/* outer, also of the calls' data */
	char peer_text[ADDR_STRLEN];
	bool proved;			/* the peer is known for itself: its calls are not limited by address */
	bool down;			/* the protocol is over: nothing can be said about calls */
	struct session_list sessions;
};

extern const struct carrier_ops conn_carrier;		/* conn.c */
extern const struct carrier_ops tunnel_carrier;		/* tunnel.c */

/* Of its owner: how many connections or tunnels that has. */
unsigned int *carrier_count(const struct carrier *c);
/* Its owner, for the record; false: the section that it belonged to is gone. */
void carrier_write_owner(const struct carrier *c, struct wr *w);
bool carrier_read_owner(struct engine *e, struct carrier *c, struct rd *r);

#endif /* ADIT_DAEMON_CARRIER_H */
