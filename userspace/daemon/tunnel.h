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

struct lns;

struct tunnel {
	struct carrier carrier;
	struct lns *lns;
	struct l2tp_tunnel *l2tp;	/* NULL once it is down */
	bool unsettled;
	struct loop_timer reaper;	/* frees it, from outside of every callback of the protocol */
	TAILQ_ENTRY(tunnel) link, unsettled_link;
};

/* NULL: logged. */
struct tunnel *tunnel_new(struct lns *lns, struct l2tp_tunnel *l2tp);
void tunnel_down(struct tunnel *t);			/* the protocol's object is over */
void tunnel_stop(struct tunnel *t, const char *why);	/* StopCCN */
void tunnel_changed(struct tunnel *t);
void tunnel_settle(struct tunnel *t);			/* write down */
void tunnel_work_on(struct tunnel *t);			/* what comes now is its affair */
void tunnel_free(struct tunnel *t);			/* at the end of the engine */
/* The session's call, as the kernel's session has it. */
struct dp_session tunnel_wire(const struct tunnel *t, const struct l2tp_call *call);

/* From the records, before sessions are; and the beginning of their work, after. */
void tunnel_thaw_all(struct engine *e);
void tunnel_resume_all(struct engine *e);

#endif /* ADIT_DAEMON_TUNNEL_H */
