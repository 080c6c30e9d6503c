// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* A lease is found by its id, by its address and by its IPv6 prefix. */
struct lease {
	struct hash_node by_id, by_address, by_ipv6;
	struct pool_lease out;
};

struct pool {
	uint32_t first, last;	/* of the range, host order; first > last: no range */
	uint32_t next;		/* where the search begins */
	uint32_t *reserved;	/* fixed addresses and the gateway's, ascending */
	unsigned int n_reserved;
	uint32_t size;		/* addresses of the range that are not reserved */
	struct prefix ipv6;	/* family 0: none */
	/* number of the /64 where the search begins; number 0 is left to the gateway */
	uint64_t next_ipv6;
	uint32_t last_id;
	struct hash by_id, by_address, by_ipv6;
};

static bool same_id(const struct hash_node *node, const void *key)
{
	return hash_entry(node, struct lease, by_id)->out.id == *(const uint32_t *)key;
}

static bool same_address(const struct hash_node *node, const void *key)
{
	return addr_equal(&hash_entry(node, struct lease, by_address)->out.address, key);
}

static bool same_ipv6(const struct hash_node *node, const void *key)
{
	return addr_equal(&hash_entry(node, struct lease, by_ipv6)->out.ipv6.addr, key);
}

static struct lease *lease_find(const struct pool *pool, uint32_t id)
{
	struct hash_node *node = hash_find(&pool->by_id, hash_bytes(&id, sizeof(id)), same_id, &id);

	return node ? hash_entry(node, struct lease, by_id) : NULL;
}

bool pool_is_lent(const struct pool *pool, const struct addr *address)
{
	return hash_find(&pool->by_address, addr_hash(address), same_address, address);
}

static int cmp_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_reserved(const struct pool *pool, uint32_t address)
{
	return pool->n_reserved &&
	       bsearch(&address, pool->reserved, pool->n_reserved, sizeof(address), cmp_u32);
}

/* All fixed addresses and the gateway's, ascending and each once. NULL on ENOMEM. */
static uint32_t *collect_reserved(const struct conf *conf, const struct conf_server *server,
				  unsigned int *count)
{
	uint32_t *list = malloc((conf->n_users + 1) * sizeof(*list));
	unsigned int n = 0, kept = 0;

	if (!list)
		return NULL;
	if (server->address.family == AF_INET)
		list[n++] = addr_v4_host(&server->address);
	for (unsigned int i = 0; i < conf->n_users; i++)
		if (conf->users[i].address.family == AF_INET)
			list[n++] = addr_v4_host(&conf->users[i].address);
	qsort(list, n, sizeof(*list), cmp_u32);
	for (unsigned int i = 0; i < n; i++)
		if (!kept || list[i] != list[kept - 1])
			list[kept++] = list[i];
	*count = kept;
	return list;
}

int pool_reconfigure(struct pool *pool, const struct conf *conf, const struct conf_server *server)
{
	unsigned int n_reserved;
	uint32_t *reserved = collect_reserved(conf, server, &n_reserved);

	if (!reserved)
		return -ENOMEM;
	free(pool->reserved);
	pool->reserved = reserved;
	pool->n_reserved = n_reserved;
	pool->first = 1;
	pool->last = 0;
	memset(&pool->ipv6, 0, sizeof(pool->ipv6));
	if (server->pool) {
		pool->ipv6 = server->pool->ipv6;
		if (server->pool->first.family == AF_INET) {
			pool->first = addr_v4_host(&server->pool->first);
			pool->last = addr_v4_host(&server->pool->last);
		}
	}
	if (pool->next < pool->first || pool->next > pool->last)
		pool->next = pool->first;
	pool->size = pool->last - pool->first + 1;
	for (unsigned int i = 0; i < n_reserved; i++)
		pool->size -= reserved[i] >= pool->first && reserved[i] <= pool->last;
	return 0;
}

struct pool *pool_new(const struct conf *conf, const struct conf_server *server)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	if (!hash_init(&pool->by_id) && !hash_init(&pool->by_address) &&
	    !hash_init(&pool->by_ipv6) && !pool_reconfigure(pool, conf, server))
		return pool;
	pool_free(pool);
	return NULL;
}

void pool_free(struct pool *pool)
{
	struct hash_node *node, *next;
	size_t cursor;

	if (!pool)
		return;
	if (pool->by_id.slots) {
		for (node = hash_next(&pool->by_id, &cursor, NULL); node; node = next) {
			next = hash_next(&pool->by_id, &cursor, node);
			free(hash_entry(node, struct lease, by_id));
		}
	}
	hash_fini(&pool->by_id);
	hash_fini(&pool->by_address);
	hash_fini(&pool->by_ipv6);
	free(pool->reserved);
	free(pool);
}

/* The next address of the range that nobody has and nobody else has a right to; family 0: none. */
static struct addr find_address(struct pool *pool)
{
	uint64_t length = (uint64_t)pool->last - pool->first + 1;

	if (pool->first > pool->last || !pool->size)
		return (struct addr){ 0 };
	for (uint64_t i = 0; i < length; i++) {
		uint32_t at = pool->first + (pool->next - pool->first + i) % length;
		struct addr candidate = addr_v4(at);

		if (is_reserved(pool, at) || pool_is_lent(pool, &candidate))
			continue;
		pool->next = at == pool->last ? pool->first : at + 1;
		return candidate;
	}
	return (struct addr){ 0 };
}

/* Put the number of a /64 into the bits between the pool's prefix and bit 64. */
static struct prefix nth_ipv6(const struct prefix *base, uint64_t n)
{
	struct prefix p = { .addr = base->addr, .len = 64 };

	for (int i = 7; i >= 0 && n; i--, n >>= 8)
		p.addr.bytes[i] |= n & 0xff;
	return p;
}

static struct prefix find_ipv6(struct pool *pool)
{
	unsigned int bits;
	uint64_t count, tries;

	if (pool->ipv6.addr.family != AF_INET6 || pool->ipv6.len >= 64)
		return (struct prefix){ 0 };
	bits = 64 - pool->ipv6.len;
	count = bits > 32 ? 1ULL << 32 : 1ULL << bits;
	/* One more try than there are leases always finds a free one, where there is one. */
	tries = pool->by_ipv6.count + 2 < count ? pool->by_ipv6.count + 2 : count;
	while (tries--) {
		struct prefix p;

		pool->next_ipv6 %= count;
		if (!pool->next_ipv6)
			pool->next_ipv6 = 1;
		p = nth_ipv6(&pool->ipv6, pool->next_ipv6++);
		if (!hash_find(&pool->by_ipv6, addr_hash(&p.addr), same_ipv6, &p.addr))
			return p;
	}
	return (struct prefix){ 0 };
}

static uint32_t next_id(struct pool *pool)
{
	do {
		pool->last_id++;
	} while (!pool->last_id || lease_find(pool, pool->last_id));
	return pool->last_id;
}

static int lend(struct pool *pool, const struct addr *address, const struct prefix *ipv6,
		struct pool_lease *out)
{
	struct lease *lease = calloc(1, sizeof(*lease));

	if (!lease)
		return -ENOMEM;
	lease->out = (struct pool_lease){ .id = next_id(pool), .address = *address, .ipv6 = *ipv6 };
	/* The tables exist since pool_new(), so adding cannot fail. */
	hash_add(&pool->by_id, &lease->by_id, hash_bytes(&lease->out.id, sizeof(lease->out.id)));
	if (address->family)
		hash_add(&pool->by_address, &lease->by_address, addr_hash(address));
	if (ipv6->addr.family)
		hash_add(&pool->by_ipv6, &lease->by_ipv6, addr_hash(&ipv6->addr));
	*out = lease->out;
	return 0;
}

int pool_lend(struct pool *pool, const struct addr *fixed, struct pool_lease *out)
{
	struct addr address = fixed && fixed->family ? *fixed : find_address(pool);
	struct prefix ipv6;

	if (!address.family)
		return -ENOSPC;
	ipv6 = find_ipv6(pool);
	return lend(pool, &address, &ipv6, out);
}

int pool_restore(struct pool *pool, const struct addr *address, const struct prefix *ipv6,
		 struct pool_lease *out)
{
	return lend(pool, address, ipv6, out);
}

void pool_give_back(struct pool *pool, uint32_t id)
{
	struct lease *lease = lease_find(pool, id);

	if (!lease)
		return;
	hash_del(&pool->by_id, &lease->by_id);
	if (lease->out.address.family)
		hash_del(&pool->by_address, &lease->by_address);
	if (lease->out.ipv6.addr.family)
		hash_del(&pool->by_ipv6, &lease->by_ipv6);
	free(lease);
}

uint32_t pool_used(const struct pool *pool)
{
	return pool->by_id.count;
}

uint32_t pool_size(const struct pool *pool)
{
	return pool->size;
}
