/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Selector table of an esp device (RFC 4301 section 4.4.1, without an order that anybody has to keep): which child a
 * packet goes out by. A hash by remote prefix; a bitmap tells which prefix lengths are in use, so that a look-up costs
 * a probe for each of them and nothing for the number of children.
 *
 * Entries belong to their child (child.h) and are added and removed under its conf mutex. Look-ups run under RCU; an
 * entry and its child are freed a grace period after they were removed.
 */
#ifndef ADIT_SPD_H
#define ADIT_SPD_H

#include <linux/rhashtable.h>
#include <linux/spinlock.h>

#include "selector.h"

struct adit_child;

/**
 * struct adit_spd_entry - one selector of one child
 * @node: in the device's table
 * @sel: [I] its remote prefix is the hash key
 * @child: [I] whose it is
 * @born: [I] rises from entry to entry, the newest wins
 * @list: in the child's list, [R], written under its conf
 * @rcu: defers the free
 */
struct adit_spd_entry {
	struct rhlist_head node;
	struct adit_selector sel;
	struct adit_child *child;
	u64 born;
	struct list_head list;
	struct rcu_head rcu;
};

/**
 * struct adit_spd_lens - prefix lengths in use of one family
 * @used: bit (width - length), so that the longest comes first; set only after an entry is in the table
 * @count: entries of each length, [adit_spd.lock]
 */
struct adit_spd_lens {
	DECLARE_BITMAP(used, 129);
	u32 count[129];
};

/**
 * struct adit_spd - selectors of one device
 * @hash: of struct adit_spd_entry
 * @lock: serialises what follows
 * @born: of the entry added last
 * @v4: lengths of IPv4 prefixes
 * @v6: lengths of IPv6 prefixes
 */
struct adit_spd {
	struct rhltable hash;
	spinlock_t lock;	/* the counts of v4 and v6, and born */
	u64 born;
	struct adit_spd_lens v4;
	struct adit_spd_lens v6;
};

int adit_spd_init(struct adit_spd *spd);
void adit_spd_destroy(struct adit_spd *spd);

int adit_spd_add(struct adit_spd *spd, struct adit_spd_entry *entry);
void adit_spd_del(struct adit_spd *spd, struct adit_spd_entry *entry);

struct adit_child *adit_spd_find(struct adit_spd *spd, const struct adit_flow *flow);

#endif /* ADIT_SPD_H */
