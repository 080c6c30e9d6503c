// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/auth_conf.h"
#include "daemon/conftext.h"
#include "daemon/dialer.h"
#include "daemon/ipsec.h"
#include "daemon/listener.h"
#include "daemon/lns.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/warrior.h"

/* --- what changed, for the log --- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_user(const struct conf_user *a, const struct conf_user *b)
{
	return same_text(a->password, b->password) && addr_equal(&a->address, &b->address) &&
	       a->n_routes == b->n_routes &&
	       !memcmp(a->routes, b->routes, a->n_routes * sizeof(a->routes[0])) &&
	       a->disabled == b->disabled && a->auth_methods == b->auth_methods;
}

static void log_users(const struct conf *old, const struct conf *new)
{
	unsigned int added = 0, changed = 0, kept = 0, i;

	for (i = 0; i < new->n_users; i++) {
		const struct conf_user *before = conf_user_find(old, new->users[i].name);

		if (!before)
			added++;
		else if (!same_user(before, &new->users[i]))
			changed++;
		else
			kept++;
	}
	log_info(NULL,
		 "configuration reloaded: users: %u added, %u changed, %u removed, %u as before",
		 added, changed, old->n_users - changed - kept, kept);
}

static void log_changes(const struct conf *old, const struct conf *new)
{
	log_users(old, new);
	if (strcmp(old->user, new->user))
		log_warn(NULL, "run-as is \"%s\" now, which takes a restart of aditd", new->user);
	if (old->log_level != new->log_level)
		log_info(NULL, "log-level is %s now", log_level_to_str(new->log_level));
}

/* --- servers --- */

/* A device is of one kind. One that nobody uses makes room at once; it is gone then, and so is s. */
static int make_room(struct engine *e, struct server *s, const struct conf_server *conf)
{
	if (s->n_sessions || s->n_conns) {
		log_error(NULL,
			  "server %s: device %s is still that of server %s, with %u sessions: name another device, or "
			  "reload again when they have ended",
			  conf->protocol, conf->device, s->conf->protocol, s->n_sessions);
		return -EBUSY;
	}
	s->retired = true;
	engine_sweep(e);
	return 0;
}

static int apply_server(struct engine *e, struct conf_ref *ref, const struct conf_server *conf)
{
	struct server *s = server_by_device(e, conf->device);
	int err;

	if (s && !strcmp(s->conf->protocol, conf->protocol))
		return server_reconfigure(s, ref, conf);
	err = s ? make_room(e, s, conf) : 0;
	if (err)
		return err;
	if (e->n_servers == SERVERS_MAX) {
		log_error(NULL, "server %s: more than %d servers at a time", conf->protocol,
			  SERVERS_MAX);
		return -E2BIG;
	}
	s = server_new(e, ref, conf);
	if (!s)
		return -EIO;
	e->servers[e->n_servers++] = s;
	log_info(NULL, "server %s: serving on device %s", conf->protocol, conf->device);
	return 0;
}

static void retire_missing(struct engine *e, const struct conf_ref *ref)
{
	unsigned int i;

	for (i = 0; i < e->n_servers; i++) {
		struct server *s = e->servers[i];

		if (s->ref == ref || s->retired)
			continue;
		s->retired = true;
		log_info(NULL, "server %s on %s is no longer configured: its %u sessions %s",
			 s->conf->protocol, s->conf->device, s->n_sessions,
			 s->lns ? "end" : "go on until they end");
	}
}

static void take_listener(struct engine *e, struct handed *listener, const struct conf *conf)
{
	struct server *s = NULL;
	int err;

	if (listener->number == KEEPER_IKE) {
		err = ipsec_socket_add(e->ipsec, intake_take(&listener->fd));
		if (err)
			log_error(NULL, "IKE: cannot watch its socket: %s", strerror(-err));
		return;
	}
	if (listener->number < conf->n_servers)
		s = server_by_device(e, conf->servers[listener->number].device);
	/* A section whose server could not be had is nobody's to listen for. */
	if (!s || s->conf != &conf->servers[listener->number])
		return;
	if (s->lns)
		err = endpoint_socket_add(&s->lns->endpoint, intake_take(&listener->fd));
	else
		err = listener_new(s, intake_take(&listener->fd));
	if (err)
		log_error(NULL, "server %s: cannot watch its socket: %s", s->conf->protocol,
			  strerror(-err));
}

static void take_listeners(struct engine *e, struct intake *in, const struct conf *conf)
{
	unsigned int i;

	ipsec_sockets_begin(e->ipsec);
	for (i = 0; i < e->n_servers; i++)
		if (e->servers[i]->lns)
			endpoint_sockets_begin(&e->servers[i]->lns->endpoint);
	for (i = 0; i < in->n_listeners; i++)
		take_listener(e, &in->listeners[i], conf);
	for (i = 0; i < e->n_servers; i++)
		if (e->servers[i]->lns)
			lns_sockets_end(e->servers[i]->lns);
	ipsec_sockets_end(e->ipsec);
}

/* --- clients --- */

static int apply_client(struct engine *e, struct conf_ref *ref, const struct conf_client *conf)
{
	struct dialer *d = dialer_by_name(e, conf->name);

	if (d) {
		dialer_reconfigure(d, ref, conf);
		return 0;
	}
	d = dialer_new(e, ref, conf);
	if (!d)
		return -ENOMEM;
	/* At the engine's start, after all sessions are taken up. */
	if (e->conf)
		dialer_begin(d);
	return 0;
}

static void retire_missing_clients(struct engine *e, const struct conf_ref *ref)
{
	struct dialer *d, *next;

	for (d = TAILQ_FIRST(&e->dialers); d; d = next) {
		next = TAILQ_NEXT(d, link);
		if (d->ref == ref)
			continue;
		dialer_retire(d);
		dialer_gone(d);
	}
}

/* --- users --- */

void reload_end_refused(struct engine *e)
{
	char why[SESSION_WHY_MAX];
	const char *refusal;
	struct session *s;

	TAILQ_FOREACH(s, &e->sessions, link) {
		refusal = s->ended || !s->user[0] ? NULL : conf_user_refusal(auth_conf_user(e->conf->conf, s->user));
		if (!refusal)
			continue;
		snprintf(why, sizeof(why), "the user %s", refusal);
		session_close(s, why);
	}
	warrior_close_refused(e->ipsec);
}

int reload_apply(struct engine *e, struct intake *in)
{
	struct conf *conf = conftext_unpack(in->conf);
	struct session *s;
	struct conf_ref *ref;
	unsigned int i;
	int err = 0, one;

	if (!conf)
		return -EINVAL;
	ref = conf_ref_new(conf);
	if (!ref) {
		conf_free(conf);
		return -ENOMEM;
	}
	/* All come again; meanwhile servers go. */
	listener_free_all(e);
	for (i = 0; i < e->n_servers; i++)
		server_yield_routes(e->servers[i], conf);
	ipsec_yield_routes(e->ipsec, conf);
	for (i = 0; i < conf->n_servers; i++) {
		if (conf_server_is_ike(&conf->servers[i]))
			continue;
		one = apply_server(e, ref, &conf->servers[i]);
		if (one)
			err = one;
	}
	for (i = 0; i < conf->n_clients; i++) {
		one = apply_client(e, ref, &conf->clients[i]);
		if (one)
			err = one;
	}
	retire_missing(e, ref);
	retire_missing_clients(e, ref);
	engine_sweep(e);
	take_listeners(e, in, conf);
	one = ipsec_reconfigure(e->ipsec, ref);
	if (one)
		err = one;
	/* At the engine's start, after all that is taken up. */
	if (e->conf)
		ipsec_begin(e->ipsec);
	log_set_level(conf->log_level);
	if (e->conf)
		log_changes(e->conf->conf, conf);
	TAILQ_FOREACH(s, &e->sessions, link)
		session_start_limits(s);
	conf_ref_put(e->conf);
	e->conf = ref;
	reload_end_refused(e);
	return err;
}

int reload_start(struct engine *e, struct intake *in)
{
	bool succeeds = engine_succeeds(e);
	int err = reload_apply(e, in);

	/* Without any configuration there is nothing to serve. */
	if (!err || !succeeds || !e->conf)
		return err;
	log_error(NULL,
		  "not all of the configuration could be put to work, the rest is served: reload when the reason "
		  "is gone");
	return 0;
}
