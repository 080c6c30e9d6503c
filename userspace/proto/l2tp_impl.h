/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of an L2TP endpoint, for l2tp_endpoint.c (which tunnel is meant, limits, the end of
 * objects), l2tp_tunnel.c (the control connection), l2tp_call.c and l2tp_record.c alone.
 *
 * Objects end in two steps: out of every table at once, freed when the loop turns, so a function
 * may look at an object again after an op has ended it.
 */
#ifndef ADIT_PROTO_L2TP_IMPL_H
#define ADIT_PROTO_L2TP_IMPL_H

#include <sys/queue.h>

#include "base/hash.h"
#include "base/log.h"
#include "proto/l2tp.h"

#define L2TP_CHALLENGE_LEN	16
/* Lines about those who proved nothing. */
#define L2TP_STRANGER_LINES	10
#define L2TP_STRANGER_INTERVAL_MS 10000

enum l2tp_tunnel_state {	/* RFC 2661 section 7.2.1 */
	L2TP_IDLE,		/* a responder's SCCRQ is on its way in */
	L2TP_WAIT_PEER,		/* ours: the owner was asked who it is */
	L2TP_WAIT_CTL_REPLY,
	L2TP_WAIT_CTL_CONN,
	L2TP_ESTABLISHED,
	L2TP_STOPPING,		/* we sent StopCCN, its acknowledgment is awaited */
	L2TP_LINGERING,		/* over, but duplicates are still acknowledged */
	L2TP_DEAD,
};
#define L2TP_TUNNEL_STATES (L2TP_ESTABLISHED + 1)	/* those of the table */

enum l2tp_call_state {		/* RFC 2661 sections 7.4 and 7.5 */
	L2TP_CALL_WAIT_TUNNEL,
	L2TP_CALL_WAIT_REPLY,
	L2TP_CALL_WAIT_CONNECT,
	L2TP_CALL_WAIT_CS_ANSWER,
	L2TP_CALL_ESTABLISHED,
	L2TP_CALL_DEAD,
};

enum l2tp_role { L2TP_LAC_IN, L2TP_LNS_IN, L2TP_LAC_OUT, L2TP_LNS_OUT };

TAILQ_HEAD(l2tp_tunnels, l2tp_tunnel);
TAILQ_HEAD(l2tp_calls, l2tp_call);

struct l2tp_host {		/* an address of peers, while it has tunnels */
	struct hash_node node;
	struct addr addr;
	unsigned int tunnels, half_open, calls;
	struct l2tp_tunnels opening;	/* half-open ones */
	struct l2tp_tunnels dialing;	/* ours to it, in wait-ctl-reply */
};

struct l2tp {
	struct loop *loop;
	struct l2tp_config cfg;
	const struct l2tp_ops *ops;
	void *ctx;
	struct hash by_id;		/* tunnels by path and our id */
	struct hash by_peer;		/* those not over by path and the peer's id, once known */
	struct hash calls;		/* by tunnel and our id */
	struct hash calls_by_peer;	/* by tunnel and the peer's id, once known */
	struct hash hosts;
	struct l2tp_tunnels tunnels, half_open, lingering;	/* the latter two oldest first */
	struct l2tp_tunnels dead_tunnels;
	struct l2tp_calls dead_calls;
	struct loop_timer reaper;
	struct log_limit strangers;
	struct l2tp_stats stats;
	uint32_t serial;
};

struct l2tp_tunnel {
	struct l2tp *l2tp;
	void *owner;
	struct l2tp_path path;
	char peer_text[ADDR_STRLEN];
	struct l2tp_host *host;
	struct hash_node by_id, by_peer;
	bool in_by_id, in_by_peer;
	bool listed;			/* in l2tp->tunnels, counted in host->tunnels */
	bool half_open;			/* in l2tp->half_open: a peer that proved nothing */
	bool dialing;			/* in host->dialing */
	TAILQ_ENTRY(l2tp_tunnel) link, half_open_link, host_link;

	enum l2tp_tunnel_state state;
	bool initiator;
	bool floating;			/* the peer may answer from any port: by_id is without */
	bool authenticated;
	bool tie_won;			/* by the peer, over those that we dial: when established */
	bool tie_lost;
	bool told_down;			/* tunnel_down() was called */
	uint16_t id, peer_id;
	struct l2tp_channel channel;
	struct loop_timer timer;	/* set-up, then without a call, then lingering */
	struct loop_timer hello;
	uint64_t heard_ms;		/* the last control message */
	uint64_t asked_ms;		/* HELLO was sent, or found unanswered */

	bool peer_known;		/* peer holds */
	struct l2tp_peer peer;
	char host_name[L2TP_NAME_MAX + 1];
	char vendor[128];
	uint32_t framing_cap, bearer_cap;
	bool has_bearer_cap;
	uint8_t challenge[L2TP_CHALLENGE_LEN];	/* ours */
	bool challenged;
	bool has_tie_breaker;
	uint64_t tie_breaker;
	uint64_t sccrq_hash;		/* of a responder's SCCRQ: it may come again */
	uint8_t *sccrq;			/* until the peer is known */
	size_t sccrq_len;

	struct l2tp_calls calls;	/* in order of birth */
	unsigned int n_calls;
	char why[L2TP_WHY_MAX];		/* of the end, told when it has come */
};

struct l2tp_call {
	struct l2tp_tunnel *tunnel;
	void *owner;
	struct hash_node by_id, by_peer;
	bool in_by_peer;
	TAILQ_ENTRY(l2tp_call) link;
	enum l2tp_role role;
	enum l2tp_call_state state;
	uint16_t id, peer_id;
	uint32_t serial;
	struct loop_timer timer;	/* until established */
	struct l2tp_call_request *request;	/* in wait-tunnel */
};

/* l2tp_endpoint.c */
struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp *l2tp, const struct l2tp_path *path);
bool l2tp_tunnel_publish(struct l2tp_tunnel *t, uint16_t id);	/* false: no memory, or taken */
uint16_t l2tp_tunnel_free_id(struct l2tp *l2tp, const struct l2tp_path *path);	/* 0: none */
/* The peer's id is known. False: no memory. */
bool l2tp_tunnel_set_peer_id(struct l2tp_tunnel *t, uint16_t peer_id);
struct l2tp_tunnel *l2tp_tunnel_by_peer_id(struct l2tp *l2tp, const struct l2tp_path *path,
					   uint16_t peer_id, const struct l2tp_tunnel *except);
/* The peer answered from there: from now on it stays there. */
void l2tp_tunnel_settle_path(struct l2tp_tunnel *t, const struct l2tp_path *from);
void l2tp_tunnel_set_half_open(struct l2tp_tunnel *t, bool half_open);
void l2tp_tunnel_set_dialing(struct l2tp_tunnel *t, bool dialing);
void l2tp_tunnel_linger(struct l2tp_tunnel *t);
void l2tp_tunnel_bury(struct l2tp_tunnel *t);
void l2tp_call_bury(struct l2tp_call *c);
bool l2tp_stranger_line_ok(struct l2tp *l2tp);

/* l2tp_tunnel.c */
extern const struct l2tp_channel_ops l2tp_tunnel_channel_ops;
void l2tp_tunnel_init_timers(struct l2tp_tunnel *t);
void l2tp_tunnel_set_state(struct l2tp_tunnel *t, enum l2tp_tunnel_state state);
void l2tp_tunnel_rx(struct l2tp_tunnel *t, const struct l2tp_path *from,
		    const struct l2tp_header *h);
void l2tp_tunnel_send(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg);
void l2tp_tunnel_arm_idle(struct l2tp_tunnel *t);
struct log_about l2tp_tunnel_about(const struct l2tp_tunnel *t);
const char *l2tp_fault_to_str(const struct l2tp_message *msg, char *buf, size_t cap);
static inline bool l2tp_tunnel_open(const struct l2tp_tunnel *t)
{
	return t->state <= L2TP_ESTABLISHED;
}

/* l2tp_call.c */
void l2tp_call_rx(struct l2tp_tunnel *t, uint16_t session_id, const struct l2tp_message *msg);
void l2tp_calls_tunnel_open(struct l2tp_tunnel *t);
/* Waiting calls go on to another tunnel with the same peer. */
void l2tp_calls_move(struct l2tp_tunnel *from, struct l2tp_tunnel *to);
void l2tp_calls_end(struct l2tp_tunnel *t, const char *why);
struct l2tp_call *l2tp_call_new(struct l2tp_tunnel *t, enum l2tp_role role, uint16_t id);
bool l2tp_call_set_peer_id(struct l2tp_call *c, uint16_t peer_id);
void l2tp_call_set_state(struct l2tp_call *c, enum l2tp_call_state state);

#endif /* ADIT_PROTO_L2TP_IMPL_H */
