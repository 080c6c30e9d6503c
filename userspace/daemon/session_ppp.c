// SPDX-License-Identifier: GPL-2.0-or-later
/* What PPP decides, done: to the kernel's session, the user's account and the log. */
#include "daemon/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "daemon/auth_conf.h"
#include "daemon/clientsetup.h"
#include "daemon/dialer.h"
#include "daemon/server.h"

void session_tx(struct session *s, uint16_t protocol, const uint8_t *data, size_t len)
{
	struct log_about who = session_about(s);
	struct dp_err err;

	/* A frame that cannot leave is like one lost on the way: PPP repeats what matters. */
	if (dp_frame_send(s->engine->dp, s->kernel.ifindex, s->kernel.id, protocol, data, len, &err))
		log_debug(&who, "frame of protocol %04x not sent: %s", protocol, err.text);
}

static void op_tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	struct session *s = ctx;

	if (s->ended)
		return;
	session_changed(s);
	session_tx(s, protocol, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	/*
	 * It cannot fail once the kernel's pool is seeded; a predictable challenge must not be sent
	 * if it does.
	 */
	if (secret_random(buf, len))
		abort();
}

bool session_change(struct session *s, const struct dp_session *next, unsigned int what,
		    const char *doing)
{
	struct dp_err err;

	if (dp_session_set(s->engine->dp, next, what, &err)) {
		session_fail(s, "the kernel refused %s: %s", doing, err.text);
		return false;
	}
	session_changed(s);
	return true;
}

static void op_link_up(void *ctx, bool tx_acfc, bool tx_pfc, uint16_t peer_mru)
{
	struct session *s = ctx;

	if (s->ended)
		return;
	s->kernel.tx_acfc = tx_acfc;
	s->kernel.tx_pfc = tx_pfc;
	s->kernel.mru = peer_mru;
	if (session_change(s, &s->kernel, DP_SET_FRAMING, "the framing that LCP agreed on") &&
	    s->dialer && s->carrier && !s->carrier->down && s->via->link_up)
		s->via->link_up(s);
}

static enum dp_strength strength_of(unsigned int ppp)
{
	return ppp == PPP_MPPE_128 ? DP_MPPE_128 : ppp == PPP_MPPE_56 ? DP_MPPE_56 : DP_MPPE_40;
}

static void op_mppe_up(void *ctx, const struct ppp_mppe_keys *keys)
{
	struct session *s = ctx;
	struct dp_session next;
	bool done;

	if (s->ended)
		return;
	s->kernel.tx.strength = s->kernel.rx.strength = strength_of(keys->strength);
	s->kernel.tx.stateful = s->kernel.rx.stateful = keys->stateful;
	/* The keys are in no object that lives longer than this call. */
	next = s->kernel;
	memcpy(next.tx.start_key, keys->tx, sizeof(next.tx.start_key));
	memcpy(next.rx.start_key, keys->rx, sizeof(next.rx.start_key));
	done = session_change(s, &next, DP_SET_MPPE, "the keys that CCP agreed on");
	secret_wipe(&next, sizeof(next));
	if (!done)
		s->kernel.tx.strength = s->kernel.rx.strength = DP_MPPE_NONE;
}

static void op_mppe_flush(void *ctx)
{
	struct session *s = ctx;

	if (!s->ended)
		session_change(s, &s->kernel, DP_SET_FLUSH, "the answer to a Reset-Request");
}

/* --- the user --- */

/* Ours, at somebody else's server. */
static void op_password(void *ctx, char password[AUTH_PASSWORD_MAX + 1])
{
	struct session *s = ctx;

	snprintf(password, AUTH_PASSWORD_MAX + 1, "%s",
		 s->dialer ? s->dialer->conf->password : "");
}

static bool is_duplicate(const struct session *s, const char *user)
{
	const struct session *other = NULL;

	while ((other = session_of_user(s->engine, user, other))) {
		if (other != s && other->server == s->server)
			return true;
	}
	return false;
}

static void log_refusal(struct session *s, const char *user, const char *why)
{
	struct log_about who = session_about(s);

	s->server->logins_failed++;
	who.user = user;
	if (engine_stranger_line_ok(s->engine))
		log_warn(&who, "login refused: %s", why);
}

/* What the session held already is not lent twice. */
static void give_back(struct session *s, uint32_t lease)
{
	if (!s->reply || s->reply->lease != lease)
		auth_conf_release(s->server->auth, lease);
}

static void on_answer(void *arg, const struct auth_reply *reply)
{
	struct session *s = arg;
	const char *user = s->asked;
	struct auth_reply answer = *reply;

	s->ask = NULL;
	memory_work_on(s->engine->memory, MEMORY_SESSION, s->slot);
	if (answer.result == AUTH_OK && s->server->conf->duplicate == CONF_DUPLICATE_REFUSE &&
	    is_duplicate(s, answer.user)) {
		log_refusal(s, user,
			    "this user has a session already, and duplicate-login is refuse");
		give_back(s, answer.lease);
		answer.result = AUTH_DISABLED;
	} else if (answer.result == AUTH_OK) {
		if (s->reply && s->reply->lease != answer.lease)
			auth_conf_release(s->server->auth, s->reply->lease);
		if (!s->reply)
			s->reply = malloc(sizeof(*s->reply));
		if (!s->reply)
			abort();
		*s->reply = answer;
		secret_wipe(&s->reply->keys, sizeof(s->reply->keys));
	} else {
		log_refusal(s, user, auth_result_to_str(answer.result));
	}
	ppp_auth_reply(s->ppp, &answer);
	secret_wipe(&answer, sizeof(answer));
	engine_settle(s->engine);
}

static void op_auth_forget(void *ctx)
{
	struct session *s = ctx;

	if (s->ask)
		auth_conf_cancel(s->server->auth, s->ask);
	s->ask = NULL;
}

/* A verdict is about what was asked last: the name may be another one since the link began anew. */
static void op_auth_ask(void *ctx, const struct auth_request *req)
{
	struct session *s = ctx;
	struct auth_request with_peer;
	int err;

	if (s->ended)
		return;
	op_auth_forget(s);
	memcpy(s->asked, req->user, sizeof(s->asked));
	with_peer = *req;
	with_peer.peer = s->peer_text;
	with_peer.held = s->user[0] && !strcmp(ppp_user(s->ppp), req->user) ? s->reply : NULL;
	err = auth_conf_ask(s->server->auth, &with_peer, on_answer, s, &s->ask);
	secret_wipe(&with_peer, sizeof(with_peer));
	if (err)
		session_fail(s, "the user cannot be looked up: %s", strerror(-err));
}

/* An address can be one session's alone, whatever duplicate-login says of users. */
static bool in_the_way(const struct session *other, const struct session *s)
{
	if (other == s || other->ended || !other->user[0])
		return false;
	if (other->server == s->server && s->server->conf->duplicate == CONF_DUPLICATE_REPLACE &&
	    !strcmp(other->user, s->user))
		return true;
	return s->reply->address.family && other->reply &&
	       addr_equal(&other->reply->address, &s->reply->address);
}

static void replace_duplicates(struct session *s)
{
	struct session *other;

	/* An aborted session stays in the list until it is reaped. */
	TAILQ_FOREACH(other, &s->engine->sessions, link) {
		struct log_about who = session_about(other);

		if (!in_the_way(other, s))
			continue;
		log_info(&who, "replaced by session %u from %s: the same user or address again",
			 s->id, s->peer_text);
		session_abort(other, "the same user or address logged in again");
	}
}

static void add_prefix(struct session *s, const struct prefix *p)
{
	if (p->addr.family && s->kernel.n_prefixes < DP_PREFIXES_MAX)
		s->kernel.prefixes[s->kernel.n_prefixes++] = *p;
}

/* What the peer may send from, and what is sent to it. */
static bool give_prefixes(struct session *s)
{
	struct prefix own = { .addr = s->reply->address, .len = 32 };
	unsigned int i;

	s->kernel.n_prefixes = 0;
	add_prefix(s, &own);
	add_prefix(s, &s->reply->ra_prefix);
	for (i = 0; i < s->reply->n_prefixes; i++)
		add_prefix(s, &s->reply->prefixes[i]);
	return session_change(s, &s->kernel, DP_SET_PREFIXES, "the user's addresses");
}

static bool has_route(const struct session *s, const struct prefix *p)
{
	unsigned int i;

	for (i = 0; i < s->n_routes; i++) {
		if (s->routes[i].len == p->len && addr_equal(&s->routes[i].addr, &p->addr))
			return true;
	}
	return false;
}

/*
 * The kernel's table leads the pool to the device already; what lies outside of it needs a route of
 * its own.
 */
bool session_give_routes(struct session *s)
{
	struct dp_err err;
	unsigned int i;

	if (s->ended)
		return false;
	for (i = 0; i < s->kernel.n_prefixes && s->n_routes < SESSION_ROUTES_MAX; i++) {
		const struct prefix *p = &s->kernel.prefixes[i];

		if (server_routes(s->server, &p->addr) || has_route(s, p))
			continue;
		if (dp_route_add(s->engine->dp, s->kernel.ifindex, p, &err)) {
			session_fail(s, "the kernel refused a route of the user: %s", err.text);
			return false;
		}
		s->routes[s->n_routes++] = *p;
		session_changed(s);
	}
	return true;
}

static void op_authenticated(void *ctx, const char *user, enum auth_method method,
			     const struct auth_reply *reply)
{
	struct session *s = ctx;

	(void)user;
	(void)reply;		/* kept since on_answer(), without its keys */
	if (s->ended || s->user[0] || !s->reply)
		return;
	session_set_user(s, s->reply->user, method);
	replace_duplicates(s);
	s->server->logins_ok++;
	if (give_prefixes(s))
		session_give_routes(s);
}

/* --- up and down --- */

static void log_up(struct session *s)
{
	struct log_about who = session_about(s);
	char address[ADDR_STRLEN], encryption[32];

	log_info(&who, "up: address %s, %s, encryption %s",
		 s->reply && s->reply->address.family ? addr_to_str(&s->reply->address, address) :
							"none",
		 auth_method_to_str(s->method), session_encryption(s, encryption));
}

static void op_net(void *ctx, unsigned int open)
{
	struct session *s = ctx;
	unsigned int what = DP_SET_NET;
	struct ppp_info info;

	if (s->ended)
		return;
	s->net = open;
	s->kernel.net = open;
	ppp_get_info(s->ppp, &info);
	if (open & PPP_NET_IPV6 && s->server) {
		memcpy(s->kernel.ifid, info.peer_ifid, sizeof(s->kernel.ifid));
		s->kernel.have_ifid = true;
		what |= DP_SET_IFID;
	}
	if (!session_change(s, &s->kernel, what, "the network protocols that are open"))
		return;
	if (s->dialer)
		return session_dial_net(s);
	if (open & PPP_NET_IPV6)
		clientsetup_start(s);
	if (open && !s->up_ms) {
		s->up_ms = loop_now_ms(s->engine->loop);
		log_up(s);
		session_start_limits(s);
	}
}

static void op_down(void *ctx, const char *why)
{
	session_end(ctx, why);
}

static struct log_about op_about(void *ctx)
{
	return session_about(ctx);
}

const struct ppp_ops session_ppp_ops = {
	.tx = op_tx,
	.random = op_random,
	.auth_ask = op_auth_ask,
	.auth_forget = op_auth_forget,
	.password = op_password,
	.link_up = op_link_up,
	.mppe_up = op_mppe_up,
	.mppe_flush = op_mppe_flush,
	.net = op_net,
	.authenticated = op_authenticated,
	.down = op_down,
	.about = op_about,
};
