/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backend that answers "may this user in?" from the configuration's users and lends addresses
 * from the server's pool. An answer always comes through the loop. An unknown user takes as long as
 * a wrong password.
 */
#ifndef ADIT_DAEMON_AUTH_CONF_H
#define ADIT_DAEMON_AUTH_CONF_H

#include "base/loop.h"
#include "conf/conf.h"
#include "daemon/pool.h"
#include "proto/auth.h"

struct auth_conf;
struct auth_conf_ask;

/*
 * reply is borrowed for the call; its lease is the asker's to give back. May call auth_conf_*(),
 * except free.
 */
typedef void (*auth_conf_done_fn)(void *arg, const struct auth_reply *reply);

/*
 * conf, server and pool are borrowed and live as long, or until auth_conf_swap(). NULL on ENOMEM.
 */
struct auth_conf *auth_conf_new(struct loop *loop, const struct conf *conf,
				const struct conf_server *server, struct pool *pool);
/*
 * Another configuration from now on, questions under way included. The pool is reconfigured by its
 * owner.
 */
void auth_conf_swap(struct auth_conf *ac, const struct conf *conf,
		    const struct conf_server *server);
void auth_conf_free(struct auth_conf *ac);		/* questions under way are never answered */

/*
 * Ask. The request is copied, and wiped when it is answered or cancelled; what it holds is only
 * pointed to. *out is the handle until
 * done() is called, which never happens from within. -ENOMEM: there is no handle and done() will
 * not come.
 */
int auth_conf_ask(struct auth_conf *ac, const struct auth_request *req, auth_conf_done_fn done,
		  void *arg, struct auth_conf_ask **out);
/* done() will not come; NULL is fine */
void auth_conf_cancel(struct auth_conf *ac, struct auth_conf_ask *ask);

/* Whom a name means as a peer sent it, with a Windows domain in front or without. NULL: nobody. */
const struct conf_user *auth_conf_user(const struct conf *conf, const char *name);

void auth_conf_release(struct auth_conf *ac, uint32_t lease);			/* 0 is fine */
/*
 * A session that outlived the engine holds reply's address and ra_prefix: lend them again and set
 * reply->lease. -ENOMEM.
 */
int auth_conf_reserve(struct auth_conf *ac, const char *user, struct auth_reply *reply);

#endif /* ADIT_DAEMON_AUTH_CONF_H */
