// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "daemon/auth_conf.h"
#include "daemon/clientsetup.h"
#include "daemon/dialer.h"
#include "daemon/hosts.h"
#include "daemon/server.h"
#include "wire/ppp.h"

static const char *name_for_log(const struct session *s)
{
	if (s->dialer)
		return s->dialer->conf->user;
	if (!s->user[0])
		return NULL;
	return s->ppp ? ppp_user(s->ppp) : s->user;
}

struct log_about session_about(const struct session *s)
{
	return (struct log_about){ .session = s->id, .peer = s->peer_text, .user = name_for_log(s) };
}

void session_changed(struct session *s)
{
	if (s->unsettled)
		return;
	s->unsettled = true;
	TAILQ_INSERT_TAIL(&s->engine->unsettled_sessions, s, unsettled_link);
	engine_unsettled(s->engine);
}

void session_settle(struct session *s)
{
	struct log_about who = session_about(s);
	int err;

	if (s->unsettled) {
		s->unsettled = false;
		TAILQ_REMOVE(&s->engine->unsettled_sessions, s, unsettled_link);
	}
	err = session_write_record(s);
	if (err)
		log_error(&who, "the session cannot be written down: %s", strerror(-err));
}

/* --- finding --- */

static uint64_t id_hash(uint32_t id)
{
	return hash_bytes(&id, sizeof(id));
}

static bool same_id(const struct hash_node *node, const void *key)
{
	return hash_entry(node, struct session, by_id)->id == *(const uint32_t *)key;
}

struct session *session_by_id(const struct engine *e, uint32_t id)
{
	struct hash_node *node = hash_find(&e->sessions_by_id, id_hash(id), same_id, &id);

	return node ? hash_entry(node, struct session, by_id) : NULL;
}

struct wanted_user {
	const char *name;
	const struct session *after;
	bool passed;
};

static bool same_user(const struct hash_node *node, const void *key)
{
	struct wanted_user *want = (struct wanted_user *)(uintptr_t)key;
	const struct session *s = hash_entry(node, struct session, by_user);

	if (s == want->after) {
		want->passed = true;
		return false;
	}
	return want->passed && !s->ended && !strcmp(s->user, want->name);
}

struct session *session_of_user(const struct engine *e, const char *user,
				const struct session *prev)
{
	struct wanted_user want = { .name = user, .after = prev, .passed = !prev };
	struct hash_node *node =
		hash_find(&e->sessions_by_user, hash_bytes(user, strlen(user)), same_user, &want);

	return node ? hash_entry(node, struct session, by_user) : NULL;
}

static void login_over(struct session *s)
{
	if (s->login_from.family)
		hosts_remove(s->engine, &s->login_from, HOST_LOGINS);
	s->login_from.family = 0;
}

void session_set_user(struct session *s, const char *user, enum auth_method method)
{
	snprintf(s->user, sizeof(s->user), "%s", user);
	s->method = method;
	if (hash_add(&s->engine->sessions_by_user, &s->by_user,
		     hash_bytes(s->user, strlen(s->user))))
		s->user[0] = '\0';
	else
		login_over(s);
}

const char *session_encryption(const struct session *s, char buf[32])
{
	static const char *const bits[] = {
		[DP_MPPE_40] = "40", [DP_MPPE_56] = "56", [DP_MPPE_128] = "128"
	};

	if (s->kernel.tx.strength == DP_MPPE_NONE)
		return "none";
	snprintf(buf, 32, "mppe-%s %s", bits[s->kernel.tx.strength],
		 s->kernel.tx.stateful ? "stateful" : "stateless");
	return buf;
}

/* --- ending --- */

static void reap(void *arg)
{
	struct session *s = arg;
	struct engine *e = s->engine;

	if (!s->call_gone)
		return;		/* session_call_down() starts it again */
	session_discard(s);
	engine_progress(e);
}

static void log_end(struct session *s)
{
	struct log_about who = session_about(s);
	struct dp_stats stats = { 0 };
	struct dp_session unused;
	struct dp_err err;
	uint64_t up_s;

	if (!s->up_ms) {
		if (engine_stranger_line_ok(s->engine))
			log_info(&who, "ended before it was up: %s", s->why);
		return;
	}
	up_s = (loop_now_ms(s->engine->loop) - s->up_ms) / 1000;
	if (s->in_kernel && !s->lost_kernel &&
	    !dp_session_get(s->engine->dp, s->kernel.ifindex, s->kernel.id, &unused, &stats, &err))
		log_info(&who, "ended after %llu s, %llu octets received and %llu sent: %s",
			 (unsigned long long)up_s, (unsigned long long)stats.rx_bytes,
			 (unsigned long long)stats.tx_bytes, s->why);
	else
		log_info(&who, "ended after %llu s: %s", (unsigned long long)up_s, s->why);
}

static void leave_kernel(struct session *s)
{
	struct log_about who = session_about(s);
	struct dp_err err;

	if (s->dialer)
		return session_dial_leave(s);
	while (s->n_routes) {
		s->n_routes--;
		if (dp_route_del(s->engine->dp, s->kernel.ifindex, &s->routes[s->n_routes], &err))
			log_debug(&who, "route not removed: %s", err.text);
	}
	if (s->in_kernel && !s->lost_kernel &&
	    dp_session_del(s->engine->dp, s->kernel.ifindex, s->id, &err))
		log_warn(&who, "session not removed from the kernel: %s", err.text);
	s->in_kernel = false;
}

static void give_back(struct session *s)
{
	if (s->ask)
		auth_conf_cancel(s->server->auth, s->ask);
	s->ask = NULL;
	if (s->reply)
		auth_conf_release(s->server->auth, s->reply->lease);
	free(s->reply);
	s->reply = NULL;
}

void session_end(struct session *s, const char *why)
{
	if (s->ended)
		return;
	s->ended = true;
	snprintf(s->why, sizeof(s->why), "%s", why);
	clientsetup_stop(s);
	loop_timer_stop(&s->limit);
	log_end(s);
	leave_kernel(s);
	give_back(s);
	session_changed(s);
	if (!s->call_gone && s->carrier && !s->carrier->down)
		s->via->hang_up(s, s->why);
	if (!s->carrier || s->carrier->down)
		s->call_gone = true;
	loop_timer_start(&s->reaper, 0);
	if (s->dialer)
		dialer_session_over(s->dialer, s, s->why);
}

void session_call_down(struct session *s, const char *why)
{
	s->call_gone = true;
	if (!s->ended)
		ppp_lower_down(s->ppp, why);
	session_end(s, why);
	loop_timer_start(&s->reaper, 0);
}

void session_close(struct session *s, const char *why)
{
	if (!s->ended)
		ppp_close(s->ppp, why);
}

void session_abort(struct session *s, const char *why)
{
	if (s->ended)
		return;
	ppp_close(s->ppp, why);
	if (!s->ended)
		ppp_lower_down(s->ppp, why);
	session_end(s, why);
}

void session_fail(struct session *s, const char *fmt, ...)
{
	struct log_about who = session_about(s);
	char why[SESSION_WHY_MAX];
	va_list args;

	if (s->ended)
		return;
	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	log_error(&who, "%s", why);
	session_abort(s, why);
}

/* --- time limits --- */

static uint64_t idle_ms(struct session *s)
{
	struct dp_session unused;
	struct dp_stats stats;
	struct dp_err err;

	if (dp_session_get(s->engine->dp, s->kernel.ifindex, s->kernel.id, &unused, &stats, &err))
		return 0;
	return stats.rx_idle_ms < stats.tx_idle_ms ? stats.rx_idle_ms : stats.tx_idle_ms;
}

uint64_t session_data_seen_ms(struct session *s)
{
	uint64_t now = loop_now_ms(s->engine->loop);
	struct dp_session unused;
	struct dp_stats stats;
	struct dp_err err;

	if (!s->in_kernel || dp_session_get(s->engine->dp, s->kernel.ifindex, s->kernel.id, &unused, &stats, &err))
		return 0;
	return stats.rx_packets && stats.rx_idle_ms < now ? now - stats.rx_idle_ms : 0;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a && (!b || a < b) ? a : b;
}

static void check_limits(void *arg)
{
	struct session *s = arg;
	uint64_t idle_limit = (uint64_t)(s->dialer ? s->dialer->conf->idle_timeout_s :
						     s->server->conf->idle_timeout_s) * 1000;
	uint64_t limit = s->dialer ? 0 : (uint64_t)s->server->conf->session_timeout_s * 1000;
	uint64_t up = loop_now_ms(s->engine->loop) - s->up_ms;
	uint64_t idle = idle_limit ? idle_ms(s) : 0;
	uint64_t next = 0;

	if (limit && up >= limit)
		return session_close(s, "session-timeout is reached");
	if (idle_limit && idle >= idle_limit && s->dialer)
		dialer_rest(s->dialer);
	if (idle_limit && idle >= idle_limit)
		return session_close(s, "idle for as long as idle-timeout allows");
	if (limit)
		next = limit - up;
	if (idle_limit)
		next = earlier(next, idle_limit - idle);
	if (next)
		loop_timer_start(&s->limit, next);
}

/* Also after a reload: it looks again at once. */
void session_start_limits(struct session *s)
{
	if (s->up_ms && !s->ended)
		loop_timer_start(&s->limit, 0);
}

/* --- beginning --- */

struct session *session_alloc(struct carrier *carrier)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->engine = carrier->engine;
	s->server = carrier->server;
	s->dialer = carrier->dialer;
	loop_timer_init(&s->limit, s->engine->loop, check_limits, s);
	loop_timer_init(&s->reaper, s->engine->loop, reap, s);
	clientsetup_init(s);
	return s;
}

static void count(struct session *s, int n)
{
	unsigned int *whose = s->dialer ? &s->dialer->n_sessions : &s->server->n_sessions;

	s->engine->n_sessions += (unsigned int)n;
	*whose += (unsigned int)n;
}

void session_publish(struct session *s, struct carrier *carrier)
{
	s->carrier = carrier;
	s->via = carrier->ops;
	TAILQ_INSERT_TAIL(&carrier->sessions, s, of_carrier);
	TAILQ_INSERT_TAIL(&s->engine->sessions, s, link);
	count(s, 1);
	if (s->dialer)
		s->dialer->session = s;
	addr_to_str(&carrier->peer, s->peer_text);
}

static void unpublish(struct session *s)
{
	if (s->carrier)
		TAILQ_REMOVE(&s->carrier->sessions, s, of_carrier);
	TAILQ_REMOVE(&s->engine->sessions, s, link);
	count(s, -1);
	if (s->dialer && s->dialer->session == s)
		s->dialer->session = NULL;
	if (s->unsettled)
		TAILQ_REMOVE(&s->engine->unsettled_sessions, s, unsettled_link);
	login_over(s);
	hash_del(&s->engine->sessions_by_id, &s->by_id);
	if (s->user[0])
		hash_del(&s->engine->sessions_by_user, &s->by_user);
}

void session_free(struct session *s)
{
	struct dialer *dialer = s->dialer;

	if (s->ask)
		auth_conf_cancel(s->server->auth, s->ask);
	unpublish(s);
	clientsetup_stop(s);
	loop_timer_stop(&s->limit);
	loop_timer_stop(&s->reaper);
	if (s->ppp)
		ppp_free(s->ppp);
	s->via->forget(s);
	free(s->reply);
	free(s);
	if (dialer)
		dialer_gone(dialer);
}

/* Ended and without a call: forgotten for good. */
void session_discard(struct session *s)
{
	memory_slot_free(s->engine->memory, MEMORY_SESSION, s->slot);
	session_free(s);
}

static uint32_t next_id(struct engine *e)
{
	uint32_t *next = &memory_counters(e->memory)->next_session_id;

	do {
		if (!*next)
			*next = 1;
	} while (session_by_id(e, (*next)++));
	return *next - 1;
}

/* The numbers under which it will be known here. */
int session_take_names(struct session *s)
{
	struct engine *e = s->engine;
	int slot, err;

	slot = memory_slot_new(e->memory, MEMORY_SESSION);
	if (slot < 0)
		return slot;
	s->slot = (uint32_t)slot;
	s->id = next_id(e);
	err = hash_add(&e->sessions_by_id, &s->by_id, id_hash(s->id));
	if (err)
		memory_slot_free(e->memory, MEMORY_SESSION, s->slot);
	return err;
}

static int enter_kernel(struct session *s, struct dp_err *err)
{
	int ret;

	s->kernel.ifindex = s->server->ifindex;
	s->kernel.id = s->id;
	s->kernel.local = s->carrier->local;
	s->kernel.peer = s->carrier->peer;
	s->kernel.mppe_required = s->server->conf->encryption == CONF_ENCRYPTION_REQUIRED;
	ret = dp_session_new(s->engine->dp, &s->kernel, err);
	s->in_kernel = !ret;
	return ret;
}

static bool full(const struct server *server)
{
	return server->retired || server->engine->stopping ||
	       server->n_sessions >= server->conf->max_sessions;
}

/* A call costs a stranger less than its session costs the gateway. */
static bool too_many_logins(const struct carrier *c)
{
	return !c->proved && hosts_have(c->engine, &c->peer, HOST_LOGINS) >= c->server->conf->max_logins_per_address;
}

static int login_begins(struct session *s)
{
	const struct carrier *c = s->carrier;
	int err = c->proved ? 0 : hosts_add(s->engine, &c->peer, HOST_LOGINS);

	if (!err && !c->proved)
		s->login_from = c->peer;
	return err;
}

static struct ppp *new_link(struct session *s)
{
	struct ppp_config cfg;

	server_ppp_config(s->server, s->id, &cfg);
	return ppp_new(s->engine->loop, &cfg, &session_ppp_ops, s);
}

enum session_refusal session_new(struct carrier *carrier, const struct dp_session *wire,
				 struct session **out, char why[SESSION_WHY_MAX])
{
	struct dp_err err;
	struct session *s;

	if (full(carrier->server)) {
		snprintf(why, SESSION_WHY_MAX,
			 "max-sessions is reached, or the gateway is stopping");
		return SESSION_BUSY;
	}
	if (too_many_logins(carrier)) {
		snprintf(why, SESSION_WHY_MAX,
			 "max-logins-per-address is reached: in so many sessions of this address nobody has logged in "
			 "yet. Raise it where many clients share an address");
		return SESSION_BUSY;
	}
	s = session_alloc(carrier);
	if (!s)
		goto err_room;
	s->kernel = *wire;
	if (session_take_names(s))
		goto err_free;
	session_publish(s, carrier);
	if (login_begins(s)) {
		session_discard(s);
		goto err_room;
	}
	if (enter_kernel(s, &err)) {
		snprintf(why, SESSION_WHY_MAX, "the kernel takes no session: %s", err.text);
		session_discard(s);
		return SESSION_NO_KERNEL;
	}
	s->ppp = new_link(s);
	if (!s->ppp) {
		leave_kernel(s);
		session_discard(s);
		goto err_room;
	}
	session_changed(s);
	*out = s;
	return SESSION_TAKEN;

err_free:
	free(s);
err_room:
	snprintf(why, SESSION_WHY_MAX, "there is no room for one more");
	return SESSION_NO_ROOM;
}

void session_call_up(struct session *s, const struct ppp_proxy *proxy)
{
	struct log_about who = session_about(s);
	const char *host;

	if (s->ended || s->call_up)
		return;
	s->call_up = true;
	if (s->dialer && !session_dial_enter(s))
		return;
	host = s->via->host(s->carrier);
	if (engine_stranger_line_ok(s->engine))
		log_info(&who, "call %u of %s",
			 s->kernel.is_l2tp ? s->kernel.l2tp.session_id : s->kernel.call_id,
			 host[0] ? host : "an unnamed host");
	session_changed(s);
	if (!proxy || !ppp_start_proxy(s->ppp, proxy))
		ppp_start(s->ppp);
}

/* --- what comes from the kernel --- */

void session_frame(struct session *s, uint16_t protocol, bool encrypted, const uint8_t *data,
		   size_t len)
{
	(void)encrypted;	/* the kernel has dropped what came plain and must not */
	if (s->ended)
		return;
	memory_work_on(s->engine->memory, MEMORY_SESSION, s->slot);
	if ((protocol == PPP_IPV4 || protocol == PPP_IPV6) && s->server)
		clientsetup_frame(s, protocol, data, len);
	else
		ppp_rx(s->ppp, protocol, data, len);
	session_changed(s);
}
