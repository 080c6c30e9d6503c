// SPDX-License-Identifier: GPL-2.0
/* Selector table: one hash, longest remote prefix first, the newest of equals. */

#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <net/ipv6.h>

#include "spd.h"

/* Of a prefix of IPv4, two words hold all that differs. */
static __always_inline u32 adit_spd_hash(const void *data, u32 len, u32 seed)
{
	const struct adit_prefix *key = data;

	if (key->family == AF_INET)
		return jhash_2words((__force u32)key->addr.s6_addr32[0], key->len, seed);
	return jhash2(data, len / sizeof(u32), seed);
}

static __always_inline int adit_spd_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct adit_prefix *a = arg->key, *b = &((const struct adit_spd_entry *)obj)->sel.remote;

	return a->family != b->family || a->len != b->len || !ipv6_addr_equal(&a->addr, &b->addr);
}

static const struct rhashtable_params adit_spd_params = {
	.key_len	= sizeof(struct adit_prefix),
	.key_offset	= offsetof(struct adit_spd_entry, sel.remote),
	.head_offset	= offsetof(struct adit_spd_entry, node),
	.hashfn		= adit_spd_hash,
	.obj_cmpfn	= adit_spd_differs,
	.automatic_shrinking = true,
};

/**
 * adit_spd_init() - make an empty table
 * @spd: to initialise
 *
 * Return: 0 or -ENOMEM.
 */
int adit_spd_init(struct adit_spd *spd)
{
	spin_lock_init(&spd->lock);
	return rhltable_init(&spd->hash, &adit_spd_params);
}

/**
 * adit_spd_destroy() - free an empty table
 * @spd: no child has an entry in it any more
 */
void adit_spd_destroy(struct adit_spd *spd)
{
	rhltable_destroy(&spd->hash);
}

static unsigned int adit_spd_width(u16 family)
{
	return family == AF_INET ? 32 : 128;
}

static struct adit_spd_lens *adit_spd_lens(struct adit_spd *spd, u16 family)
{
	return family == AF_INET ? &spd->v4 : &spd->v6;
}

/**
 * adit_spd_add() - publish an entry
 * @spd: table
 * @entry: complete but for @born; the caller keeps owning it
 *
 * Return: 0 or -ENOMEM, or another error of rhashtable.
 */
int adit_spd_add(struct adit_spd *spd, struct adit_spd_entry *entry)
{
	const struct adit_prefix *key = &entry->sel.remote;
	struct adit_spd_lens *lens = adit_spd_lens(spd, key->family);
	int err;

	spin_lock_bh(&spd->lock);
	entry->born = ++spd->born;
	spin_unlock_bh(&spd->lock);

	err = rhltable_insert(&spd->hash, &entry->node, adit_spd_params);
	if (err)
		return err;

	spin_lock_bh(&spd->lock);
	if (!lens->count[key->len]++)
		__set_bit(adit_spd_width(key->family) - key->len, lens->used);
	spin_unlock_bh(&spd->lock);
	return 0;
}

/**
 * adit_spd_del() - withdraw an entry
 * @spd: table
 * @entry: added before; to be freed after a grace period
 */
void adit_spd_del(struct adit_spd *spd, struct adit_spd_entry *entry)
{
	const struct adit_prefix *key = &entry->sel.remote;
	struct adit_spd_lens *lens = adit_spd_lens(spd, key->family);

	rhltable_remove(&spd->hash, &entry->node, adit_spd_params);

	spin_lock_bh(&spd->lock);
	if (!--lens->count[key->len])
		__clear_bit(adit_spd_width(key->family) - key->len, lens->used);
	spin_unlock_bh(&spd->lock);
}

/* The newest of those with just this remote prefix. */
static struct adit_child *adit_spd_probe(struct adit_spd *spd, const struct adit_prefix *key,
					 const struct adit_flow *flow)
{
	const struct adit_spd_entry *entry, *best = NULL;
	struct rhlist_head *list, *pos;

	list = rhltable_lookup(&spd->hash, key, adit_spd_params);
	rhl_for_each_entry_rcu(entry, pos, list, node) {
		if ((!best || entry->born > best->born) && adit_selector_fits_out(&entry->sel, flow))
			best = entry;
	}
	return best ? best->child : NULL;
}

static void adit_spd_key(struct adit_prefix *key, const struct in6_addr *addr, unsigned int len)
{
	key->len = len;
	if (key->family == AF_INET)
		key->addr.s6_addr32[0] = addr->s6_addr32[0] & inet_make_mask(len);
	else
		ipv6_addr_prefix(&key->addr, addr, len);
}

/**
 * adit_spd_find() - which child does a packet go out by
 * @spd: table
 * @flow: packet
 *
 * Context: RCU read side. The bitmap is read without the lock: a length that comes or goes meanwhile is as if the
 * look-up had run a moment earlier or later.
 * Return: child without a reference, or NULL.
 */
struct adit_child *adit_spd_find(struct adit_spd *spd, const struct adit_flow *flow)
{
	const struct adit_spd_lens *lens = adit_spd_lens(spd, flow->family);
	const unsigned int width = adit_spd_width(flow->family);
	struct adit_prefix key = { .family = flow->family };
	struct adit_child *child;
	unsigned int bit;

	for_each_set_bit(bit, lens->used, width + 1) {
		adit_spd_key(&key, &flow->dst, width - bit);
		child = adit_spd_probe(spd, &key, flow);
		if (child)
			return child;
	}
	return NULL;
}
