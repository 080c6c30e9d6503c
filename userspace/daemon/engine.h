/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: the process that speaks the protocols. struct engine joins the parts and is handed to
 * each of them; nobody but engine.c makes or frees what it points to.
 */
#ifndef ADIT_DAEMON_ENGINE_H
#define ADIT_DAEMON_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/loop.h"
#include "daemon/callid.h"
#include "daemon/memory.h"
#include "datapath/datapath.h"

#define SERVERS_MAX	MEMORY_DEVICES_MAX

struct carrier;
struct conn;
struct control;
struct dialer;
struct ipsec;
struct listener;
struct endpoint;
struct server;
struct session;
struct tunnel;

TAILQ_HEAD(conn_list, conn);
TAILQ_HEAD(endpoint_list, endpoint);
TAILQ_HEAD(session_list, session);
TAILQ_HEAD(tunnel_list, tunnel);
TAILQ_HEAD(dialer_list, dialer);

struct engine {
	struct loop *loop;
	struct dp *dp;
	struct memory *memory;
	struct callids *callids;
	struct control *control;
	struct loop_io dp_io, keeper_io;
	int keeper;
	const char *conf_path;
	struct conf_ref *conf;			/* in use; replaced by a reload */
	struct server *servers[SERVERS_MAX];
	unsigned int n_servers;
	struct dialer_list dialers;
	struct ipsec *ipsec;
	struct listener *listeners;
	struct endpoint_list endpoints;
	struct conn_list conns;
	struct tunnel_list tunnels;
	struct session_list sessions;
	unsigned int n_conns, n_sessions;	/* tunnels are among the former */
	struct hash sessions_by_id, sessions_by_user;
	struct hash hosts;			/* outer addresses, see hosts.h */
	struct conn_list unsettled_conns;
	struct tunnel_list unsettled_tunnels;
	struct session_list unsettled_sessions;
	struct loop_timer settle_timer;
	struct log_limit stranger_lines;	/* lines that anybody can cause */
	bool stopping;
	bool last_words;	/* were said to IPsec in which there was L2TP */
	struct loop_timer stop_timer;
	struct loop_timer sweep_timer;	/* of servers that are no longer configured, engine_sweep() */
};

int engine_run(const char *conf_path);		/* exit status */
void engine_lists_init(struct engine *e);	/* the first thing */
/* what the kernel tells; ctx is the engine */
extern const struct dp_events engine_dp_events;

/*
 * Every change of a connection, tunnel or session is written to the memory file before its output leaves.
 * What has changed waits in the lists above until the input at hand is worked off; changes from
 * timers are settled as soon as the loop turns.
 */
void engine_unsettled(struct engine *e);
void engine_settle(struct engine *e);

/* clear every session, bounded; then the loop ends */
void engine_shutdown(struct engine *e, const char *why);
/* frees servers that are no longer configured, with their devices, when the last of each is gone */
void engine_sweep(struct engine *e);
/* a session or connection is gone */
void engine_progress(struct engine *e);
bool engine_stranger_line_ok(struct engine *e);
/*
 * It is starting, and not the daemon's first: there are sessions to take up, and what cannot be had of the
 * configuration is no reason to lose them.
 */
bool engine_succeeds(const struct engine *e);

#endif /* ADIT_DAEMON_ENGINE_H */
