// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/auth_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct auth_conf_ask {
	struct auth_conf_ask *next;
	struct auth_conf *ac;
	struct auth_request req;
	auth_conf_done_fn done;
	void *arg;
	struct loop_timer timer;	/* brings the answer through the loop */
};

struct auth_conf {
	struct loop *loop;
	const struct conf *conf;
	const struct conf_server *server;
	struct pool *pool;
	struct auth_conf_ask *asks;
};

struct auth_conf *auth_conf_new(struct loop *loop, const struct conf *conf,
				const struct conf_server *server, struct pool *pool)
{
	struct auth_conf *ac = calloc(1, sizeof(*ac));

	if (ac)
		*ac = (struct auth_conf){
			.loop = loop, .conf = conf, .server = server, .pool = pool
		};
	return ac;
}

void auth_conf_swap(struct auth_conf *ac, const struct conf *conf, const struct conf_server *server)
{
	ac->conf = conf;
	ac->server = server;
}

static void ask_free(struct auth_conf_ask *ask)
{
	struct auth_conf_ask **at;

	for (at = &ask->ac->asks; *at != ask; at = &(*at)->next)
		;
	*at = ask->next;
	loop_timer_stop(&ask->timer);
	secret_wipe(ask, sizeof(*ask));
	free(ask);
}

void auth_conf_free(struct auth_conf *ac)
{
	if (!ac)
		return;
	while (ac->asks)
		ask_free(ac->asks);
	free(ac);
}

/* As the peer sent it first; then without the Windows domain in front. */
const struct conf_user *auth_conf_user(const struct conf *conf, const char *name)
{
	const struct conf_user *user = conf_user_find(conf, name);
	const char *slash = strchr(name, '\\');

	return user || !slash ? user : conf_user_find(conf, slash + 1);
}

/* Whether the user may in at all; the password was right. */
static enum auth_result admit(const struct auth_conf *ac, const struct conf_user *user,
			      enum auth_method method)
{
	unsigned int methods = user->auth_methods ? user->auth_methods : ac->server->auth_methods;

	if (user->disabled)
		return AUTH_DISABLED;
	return (methods & method) ? AUTH_OK : AUTH_METHOD_REFUSED;
}

static void fill_routes(const struct conf_user *user, struct auth_reply *reply)
{
	for (unsigned int i = 0; i < user->n_routes && reply->n_prefixes < AUTH_PREFIXES_MAX; i++)
		reply->prefixes[reply->n_prefixes++] = user->routes[i];
}

/*
 * A session that renegotiates LCP goes on with what the kernel and the pool know of it: another
 * address would be one that it may not send from.
 */
static void keep(const struct auth_reply *held, struct auth_reply *reply)
{
	struct auth_reply proof = *reply;

	*reply = *held;
	reply->keys = proof.keys;
	memcpy(reply->mschap_success, proof.mschap_success, sizeof(reply->mschap_success));
	secret_wipe(&proof, sizeof(proof));
}

static void lend(struct auth_conf *ac, const struct conf_user *user, struct auth_reply *reply)
{
	const struct addr *fixed = user->address.family ? &user->address : NULL;
	struct pool_lease lease;

	/* Where a user may have several sessions, the fixed address is the first one's. */
	if (fixed && ac->server->duplicate == CONF_DUPLICATE_ALLOW && pool_is_lent(ac->pool, fixed))
		fixed = NULL;
	if (pool_lend(ac->pool, fixed, &lease)) {
		reply->result = AUTH_NO_ADDRESS;
		secret_wipe(&reply->keys, sizeof(reply->keys));
		return;
	}
	reply->lease = lease.id;
	reply->address = lease.address;
	if (ac->server->ipv6)
		reply->ra_prefix = lease.ipv6;
	memcpy(reply->dns, ac->server->dns, sizeof(reply->dns));
	memcpy(reply->nbns, ac->server->nbns, sizeof(reply->nbns));
	fill_routes(user, reply);
}

static void answer(struct auth_conf *ac, const struct auth_request *req, struct auth_reply *reply)
{
	/*
	 * An unknown name is verified against nobody's password, so that the time taken does not
	 * tell.
	 */
	static const char nobody[] = "no user has this password";
	const struct conf_user *user = auth_conf_user(ac->conf, req->user);

	auth_verify_password(req, user ? user->password : nobody, reply);
	if (!user)
		reply->result = AUTH_UNKNOWN_USER;
	else if (reply->result == AUTH_OK)
		reply->result = admit(ac, user, req->method);
	if (reply->result != AUTH_OK) {
		secret_wipe(&reply->keys, sizeof(reply->keys));
		return;
	}
	snprintf(reply->user, sizeof(reply->user), "%s", user->name);
	if (req->held)
		keep(req->held, reply);
	else
		lend(ac, user, reply);
}

static void on_turn(void *arg)
{
	struct auth_conf_ask *ask = arg;
	struct auth_reply reply = { 0 };
	auth_conf_done_fn done = ask->done;
	void *done_arg = ask->arg;

	answer(ask->ac, &ask->req, &reply);
	ask_free(ask);	/* before the asker hears of it, who may cancel no more */
	done(done_arg, &reply);
	secret_wipe(&reply, sizeof(reply));
}

int auth_conf_ask(struct auth_conf *ac, const struct auth_request *req, auth_conf_done_fn done,
		  void *arg, struct auth_conf_ask **out)
{
	struct auth_conf_ask *ask = calloc(1, sizeof(*ask));
	int err;

	if (!ask)
		return -ENOMEM;
	*ask = (struct auth_conf_ask){
		.next = ac->asks, .ac = ac, .req = *req, .done = done, .arg = arg
	};
	ask->req.peer = NULL;	/* borrowed for the call alone, and not needed here */
	loop_timer_init(&ask->timer, ac->loop, on_turn, ask);
	ac->asks = ask;
	err = loop_timer_start(&ask->timer, 0);
	if (err) {
		ask_free(ask);
		return err;
	}
	*out = ask;
	return 0;
}

void auth_conf_cancel(struct auth_conf *ac, struct auth_conf_ask *ask)
{
	(void)ac;
	if (ask)
		ask_free(ask);
}

void auth_conf_release(struct auth_conf *ac, uint32_t lease)
{
	pool_give_back(ac->pool, lease);
}

int auth_conf_reserve(struct auth_conf *ac, const char *user, struct auth_reply *reply)
{
	struct pool_lease lease;
	int err;

	(void)user;	/* the configuration's pool lends to anybody alike */
	err = pool_restore(ac->pool, &reply->address, &reply->ra_prefix, &lease);
	if (!err)
		reply->lease = lease.id;
	return err;
}
