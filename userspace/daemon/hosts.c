// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IPV6_HOST_OCTETS	8	/* those behind the /64 */

struct host {
	struct hash_node node;
	struct addr addr;
	unsigned int has[HOST_WHATS];
};

static struct addr key_of(const struct addr *peer)
{
	struct addr key = *peer;

	if (key.family == AF_INET6)
		memset(key.bytes + sizeof(key.bytes) - IPV6_HOST_OCTETS, 0, IPV6_HOST_OCTETS);
	return key;
}

static bool same_host(const struct hash_node *node, const void *key)
{
	return addr_equal(&hash_entry(node, struct host, node)->addr, key);
}

static struct host *find(const struct engine *e, const struct addr *key)
{
	struct hash_node *node = hash_find(&e->hosts, addr_hash(key), same_host, key);

	return node ? hash_entry(node, struct host, node) : NULL;
}

unsigned int hosts_have(const struct engine *e, const struct addr *peer, enum host_what what)
{
	struct addr key = key_of(peer);
	const struct host *h = find(e, &key);

	return h ? h->has[what] : 0;
}

int hosts_add(struct engine *e, const struct addr *peer, enum host_what what)
{
	struct addr key = key_of(peer);
	struct host *h = find(e, &key);
	int err;

	if (!h) {
		h = calloc(1, sizeof(*h));
		if (!h)
			return -ENOMEM;
		h->addr = key;
		err = hash_add(&e->hosts, &h->node, addr_hash(&key));
		if (err) {
			free(h);
			return err;
		}
	}
	h->has[what]++;
	return 0;
}

static bool is_empty(const struct host *h)
{
	unsigned int i;

	for (i = 0; i < HOST_WHATS && !h->has[i]; i++)
		;
	return i == HOST_WHATS;
}

void hosts_remove(struct engine *e, const struct addr *peer, enum host_what what)
{
	struct addr key = key_of(peer);
	struct host *h = find(e, &key);

	if (!h)
		return;
	h->has[what]--;
	if (!is_empty(h))
		return;
	hash_del(&e->hosts, &h->node);
	free(h);
}
