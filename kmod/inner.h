/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inner addresses: which session of a concentrator an inner address belongs to. One hash per device holds single
 * addresses and prefixes alike, keyed by family, prefix length and masked address; a bitmap tells which prefix lengths
 * are in use, so a look-up costs one probe for a single address and one for each shorter length that somebody has.
 *
 * Entries belong to their session (session.h) and are added and removed under its conf mutex. Look-ups run under RCU;
 * an entry and its session are freed a grace period after they were removed.
 */
#ifndef ADIT_INNER_H
#define ADIT_INNER_H

#include <linux/in6.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "prefix.h"

struct adit_session;

/**
 * struct adit_inner_entry - one prefix of one session
 * @node: in the device's hash
 * @prefix: [I]
 * @session: [I] whose it is
 * @list: in the session's list, [conf]
 * @keep: scratch of a change, [conf]
 * @rcu: defers the free
 */
struct adit_inner_entry {
	struct rhash_head node;
	struct adit_prefix prefix;
	struct adit_session *session;
	struct list_head list;
	bool keep;
	struct rcu_head rcu;
};

/**
 * struct adit_inner_lens - prefix lengths in use of one family, single addresses not counted
 * @used: bit (width - length), so that the longest prefix comes first; set bits only after an entry is in the hash
 * @count: entries of each length, [adit_inner.lock]
 */
struct adit_inner_lens {
	DECLARE_BITMAP(used, 129);
	u32 count[129];
};

/**
 * struct adit_inner - inner addresses of one device
 * @hash: of struct adit_inner_entry
 * @lock: serialises the counts; single addresses never take it
 * @v4: lengths 0 to 31
 * @v6: lengths 0 to 127
 */
struct adit_inner {
	struct rhashtable hash;
	spinlock_t lock;	/* the counts of v4 and v6 */
	struct adit_inner_lens v4;
	struct adit_inner_lens v6;
};

int adit_inner_init(struct adit_inner *inner);
void adit_inner_destroy(struct adit_inner *inner);

int adit_inner_add(struct adit_inner *inner, struct adit_inner_entry *entry);
void adit_inner_del(struct adit_inner *inner, struct adit_inner_entry *entry);

struct adit_session *adit_inner_find4(struct adit_inner *inner, __be32 addr);
struct adit_session *adit_inner_find6(struct adit_inner *inner, const struct in6_addr *addr);

#endif /* ADIT_INNER_H */
