/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one server lends to its sessions: an IPv4 address, and an IPv6 /64 where the pool has a
 * prefix. Fixed addresses of users and the gateway's own are never lent to anybody else. Addresses
 * that came back rest until the rest of the range was used, so that packets still on their way to
 * the last holder do not reach the next one. A new configuration takes nothing away from who holds
 * it.
 */
#ifndef ADIT_DAEMON_POOL_H
#define ADIT_DAEMON_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf.h"

struct pool;

struct pool_lease {
	uint32_t id;			/* never 0 */
	struct addr address;		/* family 0: none */
	struct prefix ipv6;		/* a /64; family 0: none */
};

/*
 * The pool of one server of conf, which is read during the call alone. A server without a pool
 * lends only fixed addresses. NULL on ENOMEM.
 */
struct pool *pool_new(const struct conf *conf, const struct conf_server *server);
/* -ENOMEM: as it was */
int pool_reconfigure(struct pool *pool, const struct conf *conf, const struct conf_server *server);
void pool_free(struct pool *pool);

/*
 * Lend an address: the fixed one where given (one address may be lent several times: a login that
 * replaces another comes before the other's end), else one of the range. -ENOSPC: nothing is free;
 * -ENOMEM. A pool whose IPv6 prefix is used up lends IPv4 alone.
 */
int pool_lend(struct pool *pool, const struct addr *fixed, struct pool_lease *out);
bool pool_is_lent(const struct pool *pool, const struct addr *address);
/*
 * Lend again what a session held before the engine was replaced; what the pool no longer covers is
 * lent all the same. -ENOMEM.
 */
int pool_restore(struct pool *pool, const struct addr *address, const struct prefix *ipv6,
		 struct pool_lease *out);
/* an id that is not lent, 0 for one, is ignored */
void pool_give_back(struct pool *pool, uint32_t id);

uint32_t pool_used(const struct pool *pool);		/* leases */
uint32_t pool_size(const struct pool *pool); /* addresses of the range that may be lent */

#endif /* ADIT_DAEMON_POOL_H */
