// SPDX-License-Identifier: GPL-2.0
/* Inner addresses of a concentrator: one hash, longest prefix first. */

#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "inner.h"

/* Every packet is hashed: these know which words of a prefix say something, where the general functions take all. */
static __always_inline u32 adit_inner_hash(const void *data, u32 len, u32 seed)
{
	const struct adit_prefix *prefix = data;

	if (prefix->family == AF_INET)
		return jhash_2words((__force u32)prefix->addr.s6_addr32[0], prefix->len, seed);
	return jhash2((__force const u32 *)prefix->addr.s6_addr32, 4, seed + prefix->len);
}

static __always_inline int adit_inner_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct adit_prefix *a = &((const struct adit_inner_entry *)obj)->prefix, *b = arg->key;

	return a->addr.s6_addr32[0] != b->addr.s6_addr32[0] || a->len != b->len || a->family != b->family ||
	       (a->family == AF_INET6 && !ipv6_addr_equal(&a->addr, &b->addr));
}

static const struct rhashtable_params adit_inner_params = {
	.key_len	= sizeof(struct adit_prefix),
	.key_offset	= offsetof(struct adit_inner_entry, prefix),
	.head_offset	= offsetof(struct adit_inner_entry, node),
	.hashfn		= adit_inner_hash,
	.obj_cmpfn	= adit_inner_differs,
	.automatic_shrinking = true,
};

/**
 * adit_inner_init() - make an empty table
 * @inner: to initialise
 *
 * Return: 0 or -ENOMEM.
 */
int adit_inner_init(struct adit_inner *inner)
{
	BUILD_BUG_ON(sizeof(struct adit_prefix) != 20);

	spin_lock_init(&inner->lock);
	return rhashtable_init(&inner->hash, &adit_inner_params);
}

/**
 * adit_inner_destroy() - free an empty table
 * @inner: no session has an entry in it any more
 */
void adit_inner_destroy(struct adit_inner *inner)
{
	rhashtable_destroy(&inner->hash);
}

static unsigned int adit_inner_width(u16 family)
{
	return family == AF_INET ? 32 : 128;
}

static struct adit_inner_lens *adit_inner_lens(struct adit_inner *inner, u16 family)
{
	return family == AF_INET ? &inner->v4 : &inner->v6;
}

/**
 * adit_inner_add() - publish an entry
 * @inner: table
 * @entry: complete; the caller keeps owning it
 *
 * Return: 0, -EEXIST when the prefix is somebody's (perhaps the same session's), or another error of rhashtable.
 */
int adit_inner_add(struct adit_inner *inner, struct adit_inner_entry *entry)
{
	struct adit_inner_lens *lens = adit_inner_lens(inner, entry->prefix.family);
	unsigned int width = adit_inner_width(entry->prefix.family);
	unsigned int len = entry->prefix.len;
	int err;

	err = rhashtable_lookup_insert_fast(&inner->hash, &entry->node, adit_inner_params);
	if (err || len == width)
		return err;

	spin_lock_bh(&inner->lock);
	if (!lens->count[len]++)
		__set_bit(width - len, lens->used);
	spin_unlock_bh(&inner->lock);
	return 0;
}

/**
 * adit_inner_del() - withdraw an entry
 * @inner: table
 * @entry: added before; to be freed after a grace period
 */
void adit_inner_del(struct adit_inner *inner, struct adit_inner_entry *entry)
{
	struct adit_inner_lens *lens = adit_inner_lens(inner, entry->prefix.family);
	unsigned int width = adit_inner_width(entry->prefix.family);
	unsigned int len = entry->prefix.len;

	rhashtable_remove_fast(&inner->hash, &entry->node, adit_inner_params);
	if (len == width)
		return;

	spin_lock_bh(&inner->lock);
	if (!--lens->count[len])
		__clear_bit(width - len, lens->used);
	spin_unlock_bh(&inner->lock);
}

static struct adit_session *adit_inner_probe(struct adit_inner *inner, const struct adit_prefix *key)
{
	const struct adit_inner_entry *entry;

	entry = rhashtable_lookup(&inner->hash, key, adit_inner_params);
	return entry ? entry->session : NULL;
}

/**
 * adit_inner_find4() - whose inner address is this
 * @inner: table
 * @addr: IPv4 address
 *
 * Context: RCU read side. The bitmap is read without the lock: a length that comes or goes meanwhile is as if the
 * look-up had run a moment earlier or later.
 * Return: the session with the longest prefix that covers @addr, or NULL.
 */
struct adit_session *adit_inner_find4(struct adit_inner *inner, __be32 addr)
{
	struct adit_prefix key = { .family = AF_INET, .len = 32 };
	struct adit_session *session;
	unsigned int bit;

	key.addr.s6_addr32[0] = addr;
	session = adit_inner_probe(inner, &key);
	if (session)
		return session;

	for_each_set_bit(bit, inner->v4.used, 33) {
		key.len = 32 - bit;
		key.addr.s6_addr32[0] = addr & inet_make_mask(key.len);
		session = adit_inner_probe(inner, &key);
		if (session)
			return session;
	}
	return NULL;
}

/**
 * adit_inner_find6() - as adit_inner_find4() for IPv6
 * @inner: table
 * @addr: IPv6 address
 *
 * Context: RCU read side.
 * Return: the session with the longest prefix that covers @addr, or NULL.
 */
struct adit_session *adit_inner_find6(struct adit_inner *inner, const struct in6_addr *addr)
{
	struct adit_prefix key = { .addr = *addr, .family = AF_INET6, .len = 128 };
	struct adit_session *session;
	unsigned int bit;

	session = adit_inner_probe(inner, &key);
	if (session)
		return session;

	for_each_set_bit(bit, inner->v6.used, 129) {
		key.len = 128 - bit;
		ipv6_addr_prefix(&key.addr, addr, key.len);
		session = adit_inner_probe(inner, &key);
		if (session)
			return session;
	}
	return NULL;
}
