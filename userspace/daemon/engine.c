// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "daemon/conftext.h"
#include "daemon/conn.h"
#include "daemon/control.h"
#include "daemon/dialer.h"
#include "daemon/endpoint.h"
#include "daemon/intake.h"
#include "daemon/ipsec.h"
#include "daemon/listener.h"
#include "daemon/parent.h"
#include "daemon/privs.h"
#include "daemon/reload.h"
#include "daemon/seccomp.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/tunnel.h"
#include "wire/mschap.h"

/* Sessions have this long to be told good-bye, then connections, then all ends. */
#define STOP_SESSIONS_MS	2500
#define STOP_CONNS_MS		1500
/* Lines that strangers cause: a burst, then no more than these in each interval. */
#define STRANGER_LINES		200
#define STRANGER_INTERVAL_MS	10000

/* --- what changed is written down --- */

static void settle_due(void *arg)
{
	engine_settle(arg);
}

void engine_unsettled(struct engine *e)
{
	loop_timer_start(&e->settle_timer, 0);
}

static bool settle_one_carrier(struct engine *e)
{
	struct conn *c = TAILQ_FIRST(&e->unsettled_conns);
	struct tunnel *t = TAILQ_FIRST(&e->unsettled_tunnels);

	if (c)
		conn_settle(c);
	if (t)
		tunnel_settle(t);
	return c || t;
}

/* Sessions first: a call that a carrier's record knows must have its session's record. */
void engine_settle(struct engine *e)
{
	struct endpoint *ep;
	struct session *s;

	do {
		while ((s = TAILQ_FIRST(&e->unsettled_sessions)))
			session_settle(s);
	} while (settle_one_carrier(e));
	ipsec_settle(e->ipsec);
	TAILQ_FOREACH(ep, &e->endpoints, link)
		endpoint_flush(ep);
	memory_work_done(e->memory);
}

bool engine_stranger_line_ok(struct engine *e)
{
	return log_limit_ok(&e->stranger_lines, loop_now_ms(e->loop), STRANGER_LINES,
			    STRANGER_INTERVAL_MS);
}

bool engine_succeeds(const struct engine *e)
{
	return !e->conf && memory_counters(e->memory)->engine_starts > 1;
}

/* --- stopping --- */

static void all_gone(struct engine *e)
{
	unsigned int i;

	for (i = 0; i < e->n_servers; i++)
		server_remove_device(e->servers[i]);
	ipsec_remove_device(e->ipsec);
	loop_stop(e->loop);
}

static void stop_conns(struct engine *e)
{
	struct tunnel *t;
	struct conn *c;

	TAILQ_FOREACH(c, &e->conns, link)
		conn_stop(c, "the gateway shuts down");
	TAILQ_FOREACH(t, &e->tunnels, link)
		tunnel_stop(t, "the gateway shuts down");
}

static void stop_overdue(void *arg)
{
	struct engine *e = arg;
	struct session *s;

	if (!e->n_sessions)
		return all_gone(e);
	TAILQ_FOREACH(s, &e->sessions, link)
		session_abort(s, "the gateway shuts down");
	stop_conns(e);
	loop_timer_start(&e->stop_timer, STOP_CONNS_MS);
}

/* L2TP's IPsec is the last. From within engine_progress(), which closing leads to. */
static bool say_good_bye(struct engine *e)
{
	bool idle;

	if (e->last_words)
		return false;
	e->last_words = true;
	idle = ipsec_stop(e->ipsec, true);
	/* Version 1 waits for no answer, and nothing else may be there to wait for. */
	ipsec_settle(e->ipsec);
	return idle;
}

void engine_sweep(struct engine *e)
{
	unsigned int i = 0;

	while (i < e->n_servers) {
		struct server *s = e->servers[i];

		if (!s->retired || s->n_sessions || s->n_conns) {
			i++;
			continue;
		}
		log_info(NULL, "server %s on %s is gone", s->conf->protocol, s->conf->device);
		server_remove_device(s);
		server_free(s);
		e->servers[i] = e->servers[--e->n_servers];
	}
}

static void sweep_due(void *arg)
{
	engine_sweep(arg);
}

void engine_progress(struct engine *e)
{
	/* Later, for its last may end from within the server's own doing. */
	if (!e->stopping) {
		loop_timer_start(&e->sweep_timer, 0);
		return;
	}
	if (!e->n_sessions && !e->n_conns && (ipsec_is_idle(e->ipsec) || say_good_bye(e)))
		return all_gone(e);
	if (!e->n_sessions && e->n_conns) {
		stop_conns(e);
		loop_timer_start(&e->stop_timer, STOP_CONNS_MS);
	}
}

void engine_shutdown(struct engine *e, const char *why)
{
	struct session *s;
	struct dialer *d;
	bool ike_idle;

	if (e->stopping)
		return;
	e->stopping = true;
	log_info(NULL, "shutting down (%s): %u sessions are cleared", why, e->n_sessions);
	listener_free_all(e);
	ike_idle = ipsec_stop(e->ipsec, !e->n_conns);
	TAILQ_FOREACH(d, &e->dialers, link)
		dialer_disconnect(d, "the gateway shuts down");
	TAILQ_FOREACH(s, &e->sessions, link) {
		if (!s->dialer)
			session_close(s, "the gateway shuts down");
	}
	if (!e->n_sessions)
		stop_conns(e);
	loop_timer_start(&e->stop_timer, e->n_sessions || !ike_idle ? STOP_SESSIONS_MS :
					 e->n_conns		    ? STOP_CONNS_MS :
								      0);
}

/* --- the kernel --- */

static struct session *session_at(struct engine *e, int ifindex, uint32_t id)
{
	struct session *s = session_by_id(e, id);

	if (s && !s->dialer && s->kernel.ifindex == ifindex)
		return s;
	return dialer_session_at(e, ifindex);
}

static void on_frame(void *ctx, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		     const uint8_t *data, size_t len)
{
	struct session *s = session_at(ctx, ifindex, id);

	if (s)
		session_frame(s, protocol, encrypted, data, len);
}

static void on_control(void *ctx, int ifindex, uint32_t child, uint16_t peer_port, const uint8_t *data,
		       size_t len)
{
	endpoint_control(ctx, ifindex, child, peer_port, data, len);
}

static void on_desync(void *ctx, int ifindex, uint32_t id)
{
	struct session *s = session_at(ctx, ifindex, id);

	if (s && !s->ended)
		ppp_mppe_desync(s->ppp);
}

static void on_gone(void *ctx, int ifindex, uint32_t id)
{
	struct session *s = session_at(ctx, ifindex, id);

	if (!s || s->ended)
		return;
	s->lost_kernel = true;
	session_fail(s, "somebody removed the session from the kernel");
}

static void on_frames_lost(void *ctx, int ifindex, uint32_t id)
{
	struct session *s = session_at(ctx, ifindex, id);
	struct log_about who = { .session = id };

	if (s)
		who = session_about(s);
	if (engine_stranger_line_ok(ctx))
		log_warn(&who, "control frames were lost: too many at a time");
}

static void on_acquire(void *ctx, int ifindex, uint32_t id, const struct dp_selector *flow)
{
	ipsec_acquire(((struct engine *)ctx)->ipsec, ifindex, id, flow);
}

static void on_child_gone(void *ctx, int ifindex, uint32_t id)
{
	ipsec_child_gone(((struct engine *)ctx)->ipsec, ifindex, id);
}

static void on_child_moved(void *ctx, int ifindex, uint32_t id, const struct addr *peer, uint16_t port)
{
	ipsec_child_moved(((struct engine *)ctx)->ipsec, ifindex, id, peer, port);
}

static void on_sa_limit(void *ctx, int ifindex, uint32_t child, bool outbound, uint32_t spi, bool hard)
{
	(void)outbound;
	ipsec_sa_limit(((struct engine *)ctx)->ipsec, ifindex, child, spi, hard);
}

const struct dp_events engine_dp_events = {
	.frame = on_frame, .mppe_desync = on_desync, .gone = on_gone, .frames_lost = on_frames_lost,
	.control = on_control, .child_acquire = on_acquire, .child_gone = on_child_gone,
	.child_moved = on_child_moved, .sa_limit = on_sa_limit,
};

static void dp_ready(void *arg, int fd, bool readable, bool writable)
{
	struct engine *e = arg;

	(void)fd;
	(void)readable;
	(void)writable;
	dp_events_read(e->dp);
	engine_settle(e);
}

struct strangers {
	struct engine *engine;
	uint32_t *ids;
	size_t n, cap;
};

static void note_stranger(void *arg, const struct dp_session *k, const struct dp_stats *stats)
{
	struct strangers *all = arg;
	uint32_t *more;

	(void)stats;
	if (session_by_id(all->engine, k->id))
		return;
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 64;
		more = realloc(all->ids, all->cap * sizeof(*more));
		if (!more)
			return;
		all->ids = more;
	}
	all->ids[all->n++] = k->id;
}

/* Sessions of an engine whose parent died with it: no control connection leads to them any more. */
static void remove_strangers(struct engine *e, const struct server *server)
{
	struct strangers all = { .engine = e };
	struct dp_err err;
	size_t i;

	if (dp_session_each(e->dp, server->ifindex, note_stranger, &all, &err))
		log_warn(NULL, "device %s: sessions cannot be listed: %s", server->conf->device,
			 err.text);
	for (i = 0; i < all.n; i++) {
		if (!dp_session_del(e->dp, server->ifindex, all.ids[i], &err))
			log_warn(NULL, "device %s: session %u belongs to nobody any more: removed",
				 server->conf->device, all.ids[i]);
	}
	free(all.ids);
}

/* --- the parent --- */

static struct intake pending;	/* a reload coming in */

static void reload_ready(struct engine *e)
{
	int err = reload_apply(e, &pending);

	control_reloaded(e->control, !err, err ? "see the log" : pending.warnings);
	engine_settle(e);
	intake_clear(&pending);
}

static void keeper_ready(void *arg, int fd, bool readable, bool writable)
{
	struct keeper_msg msg;
	struct engine *e = arg;
	int pass, got;

	(void)readable;
	(void)writable;
	got = keeper_recv(fd, &msg, &pass, 0);
	if (got == -EAGAIN)
		return;
	if (got <= 0) {
		log_error(
			NULL,
			"the parent process is gone: the engine ends, sessions stay in the kernel");
		loop_stop(e->loop);
		return;
	}
	switch (msg.type) {
	case KEEPER_READY:
		return reload_ready(e);
	case KEEPER_REFUSED:
		return control_reloaded(e->control, false, msg.text);
	case KEEPER_STOP:
		return engine_shutdown(e, "the daemon was told to stop");
	}
	if (intake_add(&pending, &msg, pass))
		log_error(NULL, "unexpected message %u from the parent", msg.type);
}

static int receive_start(struct intake *in, int keeper)
{
	struct keeper_msg msg;
	int fd, got;

	intake_init(in);
	for (;;) {
		got = keeper_recv(keeper, &msg, &fd, 1);
		if (got <= 0)
			return -EPIPE;
		if (msg.type == KEEPER_READY)
			break;
		if (intake_add(in, &msg, fd))
			return -EBADMSG;
	}
	if (in->memory < 0 || in->events < 0 || in->control < 0 || in->conf < 0)
		return -EBADMSG;
	return 0;
}

/* --- taking up --- */

/* Records whose socket did not come: the parent closed it, or died before it got it. */
static void forget_lost_conns(struct engine *e, const struct intake *in)
{
	uint32_t slot, i;

	for (slot = 0; slot < memory_slot_end(e->memory, MEMORY_CONN); slot++) {
		bool have = false;

		if (!memory_slot_used(e->memory, MEMORY_CONN, slot))
			continue;
		for (i = 0; i < in->n_conns && !have; i++)
			have = in->conns[i].number == slot;
		if (!have)
			memory_slot_free(e->memory, MEMORY_CONN, slot);
	}
}

static void take_up_socket(struct engine *e, uint32_t number, int fd)
{
	if (number < KEEPER_CLIENTS)
		conn_thaw(e, number, fd);
	else
		dialer_take_socket(e, number - KEEPER_CLIENTS, fd);
}

static void take_up(struct engine *e, struct intake *in)
{
	unsigned int i;

	forget_lost_conns(e, in);
	for (i = 0; i < in->n_conns; i++)
		take_up_socket(e, in->conns[i].number, intake_take(&in->conns[i].fd));
	/* Tunnels may be in its children. */
	ipsec_thaw(e->ipsec);
	tunnel_thaw_all(e);
	session_thaw_all(e);
	tunnel_resume_all(e);
	for (i = 0; i < e->n_servers; i++)
		remove_strangers(e, e->servers[i]);
	server_remove_leftovers(e, e->ipsec->ifindex);
	dialer_forget_others(e);
	reload_end_refused(e);
	engine_settle(e);
	if (memory_counters(e->memory)->engine_starts == 1)
		dialer_sweep(e);
	else
		log_info(NULL, "taken up: %u connections, %u sessions", e->n_conns, e->n_sessions);
}

/* --- life --- */

static int start_parts(struct engine *e, struct intake *in)
{
	struct memory_counters *counters;
	struct dp_err err;

	e->memory = memory_map(in->memory);
	e->loop = loop_new();
	if (!e->memory || !e->loop || hash_init(&e->sessions_by_id) ||
	    hash_init(&e->sessions_by_user) || hash_init(&e->hosts))
		return -ENOMEM;
	counters = memory_counters(e->memory);
	e->callids = callids_new(counters->call_key, &counters->next_call);
	if (!e->callids)
		return -ENOMEM;
	e->ipsec = ipsec_new(e);
	if (!e->ipsec)
		return -ENOMEM;
	loop_timer_init(&e->settle_timer, e->loop, settle_due, e);
	loop_timer_init(&e->stop_timer, e->loop, stop_overdue, e);
	loop_timer_init(&e->sweep_timer, e->loop, sweep_due, e);
	e->dp = dp_new(intake_take(&in->events), &engine_dp_events, e, &err);
	if (!e->dp) {
		log_error(NULL, "%s", err.text);
		return -EIO;
	}
	return 0;
}

static int start_rights(const struct intake *in)
{
	struct account account;
	struct conf *conf;
	int err;

	/* OpenSSL reads its legacy provider from disk: before the filter. */
	err = mschap_init();
	if (!err)
		err = ike_crypto_init();
	if (err)
		return err;
	conf = conftext_unpack(in->conf);
	if (!conf)
		return -EINVAL;
	err = account_find(conf->user, &account);
	conf_free(conf);
	if (!err)
		err = privs_drop(&account);
	if (err)
		log_error(NULL, "cannot give up root's rights: %s", strerror(-err));
	return err;
}

static int start_serving(struct engine *e, struct intake *in)
{
	struct dialer *d;
	int err;

	err = seccomp_engine();
	if (err) {
		log_error(NULL, "cannot install the system call filter: %s", strerror(-err));
		return err;
	}
	err = reload_start(e, in);
	if (err)
		return err;
	take_up(e, in);
	e->control = control_new(e, intake_take(&in->control));
	if (!e->control)
		return -ENOMEM;
	TAILQ_FOREACH(d, &e->dialers, link)
		dialer_begin(d);
	ipsec_begin(e->ipsec);
	err = loop_io_start(&e->dp_io, e->loop, dp_events_fd(e->dp), dp_ready, e);
	if (!err)
		err = loop_io_start(&e->keeper_io, e->loop, e->keeper, keeper_ready, e);
	if (!err)
		err = keeper_send(e->keeper, KEEPER_RUNNING, 0, NULL, -1);
	return err;
}

/*
 * Only after a shutdown. An engine that ends in any other way leaves connections and records to the
 * next one.
 */
static void free_objects(struct engine *e)
{
	struct session *s;
	struct dialer *d;
	struct conn *c;

	while ((s = TAILQ_FIRST(&e->sessions)))
		session_free(s);
	while ((c = TAILQ_FIRST(&e->conns)))
		conn_free(c);
	while ((d = TAILQ_FIRST(&e->dialers)))
		dialer_free(d);
	listener_free_all(e);
	while (e->n_servers)
		server_free(e->servers[--e->n_servers]);
	conf_ref_put(e->conf);
}

static void free_parts(struct engine *e)
{
	control_free(e->control);
	e->control = NULL;
	ipsec_free(e->ipsec);
	free_objects(e);
	loop_io_stop(&e->keeper_io);
	loop_io_stop(&e->dp_io);
	dp_free(e->dp);
	loop_timer_stop(&e->sweep_timer);
	loop_timer_stop(&e->stop_timer);
	loop_timer_stop(&e->settle_timer);
	callids_free(e->callids);
	hash_fini(&e->hosts);
	hash_fini(&e->sessions_by_user);
	hash_fini(&e->sessions_by_id);
	loop_free(e->loop);
	memory_unmap(e->memory);
}

void engine_lists_init(struct engine *e)
{
	TAILQ_INIT(&e->dialers);
	TAILQ_INIT(&e->endpoints);
	TAILQ_INIT(&e->conns);
	TAILQ_INIT(&e->tunnels);
	TAILQ_INIT(&e->sessions);
	TAILQ_INIT(&e->unsettled_conns);
	TAILQ_INIT(&e->unsettled_tunnels);
	TAILQ_INIT(&e->unsettled_sessions);
}

static void seed(void)
{
	uint8_t key[16];

	if (secret_random(key, sizeof(key)))
		abort();
	hash_seed(key);
}

/* A careless kill reaches both processes; the parent decides. */
static void ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
}

int engine_run(const char *conf_path)
{
	struct engine e = { .keeper = ENGINE_KEEPER_FD, .conf_path = conf_path };
	struct intake in;

	engine_lists_init(&e);
	intake_init(&pending);
	ignore_signals();
	privs_harden();
	seed();
	if (receive_start(&in, e.keeper)) {
		log_error(NULL, "the engine is started by aditd, not by hand");
		return ENGINE_EXIT_CANNOT;
	}
	if (start_rights(&in) || start_parts(&e, &in) || start_serving(&e, &in))
		return ENGINE_EXIT_CANNOT;
	intake_clear(&in);
	loop_run(e.loop);
	if (!e.stopping)
		return EXIT_FAILURE;
	free_parts(&e);
	return ENGINE_EXIT_DONE;
}
