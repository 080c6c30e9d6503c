/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One server section at work: its device, its pool and its users. A reload gives it a new
 * configuration under its sessions; when its section is gone it is retired: it takes nobody new and
 * lives as long as its sessions.
 */
#ifndef ADIT_DAEMON_SERVER_H
#define ADIT_DAEMON_SERVER_H

#include "conf/conf.h"
#include "daemon/auth_conf.h"
#include "daemon/engine.h"
#include "daemon/pool.h"
#include "proto/ppp.h"
#include "proto/pptp.h"

/* A configuration that several servers stand on; the last one to leave it frees it. */
struct conf_ref {
	struct conf *conf;
	unsigned int refs;
};

/* owns conf; NULL on ENOMEM, conf is then still the caller's */
struct conf_ref *conf_ref_new(struct conf *conf);
struct conf_ref *conf_ref_get(struct conf_ref *ref);
void conf_ref_put(struct conf_ref *ref);

struct server {
	struct engine *engine;
	struct conf_ref *ref;
	const struct conf_server *conf;		/* in ref */
	bool retired;
	int ifindex;
	struct dp_device_config device;		/* as the kernel has it */
	struct pool *pool;
	struct auth_conf *auth;
	struct lns *lns;			/* of server l2tp */
	unsigned int n_conns, n_sessions;
	uint64_t logins_ok, logins_failed;
};

/* NULL: logged */
struct server *server_new(struct engine *e, struct conf_ref *ref, const struct conf_server *conf);
void server_free(struct server *s);			/* its sessions are gone */
int server_reconfigure(struct server *s, struct conf_ref *ref, const struct conf_server *conf);
void server_remove_device(struct server *s);		/* at shutdown, if this daemon made it */
/* For devices that are no server's: those that this daemon made are removed at shutdown. */
void server_remember_made(struct engine *e, int ifindex);
void server_remove_made(struct engine *e, int ifindex, const char *name);
/*
 * When an engine has taken up what it could: devices that this daemon made and that no server has any more, of sections
 * that a reload took out while another engine ran. other: the one that is no server's.
 */
void server_remove_leftovers(struct engine *e, int other);
unsigned int server_range_prefixes(uint32_t first, uint32_t last, struct prefix *out,
				   unsigned int max);
/* The prefixes of its pool. How many. */
unsigned int server_pool_routes(const struct conf_server *conf, struct prefix out[DP_ROUTES_MAX]);
/*
 * Before a reload, for a prefix is led to one device at a time: the routes that lead to another one under next are
 * taken from this. Sessions with addresses there get routes of their own.
 */
void server_yield_routes(struct server *s, const struct conf *next);
bool server_route_moves(const struct conf *next, const char *device, const struct prefix *p);
struct server *server_by_device(struct engine *e, const char *device);
void server_pptp_config(const struct server *s, struct pptp_config *cfg);
/* What clients of ours have in common with servers. */
void server_pptp_defaults(const char *hostname, struct pptp_config *cfg);
void server_ppp_defaults(const char *hostname, enum conf_encryption encryption,
			 unsigned int strengths, enum conf_mppe_mode mode, struct ppp_config *cfg);
void server_ppp_config(const struct server *s, uint32_t session_id, struct ppp_config *cfg);
/*
 * Whether the device's own routes lead to the address, so that a session with it needs none of its
 * own.
 */
bool server_routes(const struct server *s, const struct addr *addr);

#endif /* ADIT_DAEMON_SERVER_H */
