/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One L2TP tunnel that is established: the protocol's object, its slot in the memory file, and the
 * sessions whose calls it carries. Tunnels of those who proved nothing have neither. It is born when
 * the protocol says that it is up and dies when that says that it is down.
 */
#ifndef ADIT_DAEMON_TUNNEL_H
#define ADIT_DAEMON_TUNNEL_H

#include "daemon/carrier.h"
#include "proto/l2tp.h"

struct endpoint;

struct tunnel {
	struct carrier carrier;
	struct endpoint *endpoint;	/* where its datagrams come and go */
	struct l2tp_tunnel *l2tp;	/* NULL once it is down */
	uint32_t child;			/* of the endpoint, which carries it; 0: a socket does */
	bool unsettled;
	bool distrust_told;		/* that its word for its clients is not taken */
	struct loop_timer reaper;	/* frees it, from outside of every callback of the protocol */
	TAILQ_ENTRY(tunnel) link, unsettled_link;
};

/* Of the engine, and the server or dialer, that whose says. NULL: logged. */
struct tunnel *tunnel_new(const struct carrier *whose, struct endpoint *endpoint,
			  struct l2tp_tunnel *l2tp);
void tunnel_down(struct tunnel *t);			/* the protocol's object is over */
void tunnel_stop(struct tunnel *t, const char *why);	/* StopCCN */
void tunnel_changed(struct tunnel *t);
void tunnel_settle(struct tunnel *t);			/* write down */
void tunnel_work_on(struct tunnel *t);			/* what comes now is its affair */
void tunnel_free(struct tunnel *t);			/* at the end of the engine */
/* The session's call, as the kernel's session has it. */
struct dp_session tunnel_wire(const struct tunnel *t, const struct l2tp_call *call);

/* Of struct l2tp_ops, what is the same for LNS and LAC. */
void tunnel_op_random(void *ctx, void *buf, size_t len);
void tunnel_op_call_down(void *ctx, struct l2tp_call *c, const char *why);
void tunnel_op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm);
void tunnel_op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors);
uint64_t tunnel_op_data_seen_ms(void *ctx, const struct l2tp_tunnel *l2tp);
void tunnel_l2tp_config(struct l2tp_config *cfg, uint32_t retransmissions);	/* without limits */

/* From the records, before sessions are; and the beginning of their work, after. */
void tunnel_thaw_all(struct engine *e);
void tunnel_resume_all(struct engine *e);

#endif /* ADIT_DAEMON_TUNNEL_H */
