/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SA: a security association (RFC 4303 section 2.1), one way. It belongs to one child and holds a reference to it; the
 * child's references to its SAs are taken back when either is removed.
 *
 * Packet paths find an SA under RCU and take no reference, but for a packet whose algorithm goes on by itself
 * (crypt.c). Its memory and its algorithm are freed from a work item, because freeing an algorithm may sleep, a grace
 * period after the last reference.
 *
 * Lock: @lock, taken with bottom halves off, never held while a packet is handed on. Of those of a child it comes after
 * conf and is never held together with its lock.
 *
 * Tags: [I] immutable after publish, [R] RCU, else the lock.
 */
#ifndef ADIT_SA_H
#define ADIT_SA_H

#include <linux/in6.h>
#include <linux/kref.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <uapi/linux/adit.h>

#include "crypt.h"
#include "esp-hdr.h"
#include "netlink-esp.h"
#include "replay.h"

struct adit_child;
struct adit_sa_peer;
struct crypto_aead;
struct netlink_ext_ack;
struct nlattr;

#define ADIT_REPLAY_DEFAULT	64	/* RFC 4303 section 3.4.3 */

/**
 * struct adit_sa_key - what a packet names an SA by; a hash key, so without padding
 * @net: outer namespace
 * @addr: outer destination, IPv4 in the first word, the rest zero
 * @spi: its number there
 * @family: of @addr
 * @zero: no padding
 */
struct adit_sa_key {
	struct net *net;
	struct in6_addr addr;
	u32 spi;
	u16 family;
	u16 zero;
};

/* Counters, in the order of the netlink attributes of sa-stats, which have the meaning of each. */
struct adit_sa_stats {
	u64 packets;
	u64 bytes;
	u64 malformed;
	u64 late;
	u64 replayed;
	u64 forged;
	u64 padding;
	u64 protocol;
	u64 inner;
	u64 selector;
	u64 ecn;
	u64 dummy;
	u64 expired;
	u64 no_memory;
	u64 crypto;
	u64 down;
	u64 encap;
};

/**
 * struct adit_sa_limits - when an SA is worn out; U64_MAX is never, and 0 seconds
 * @soft_bytes: octets inside ESP after which the owner is told
 * @hard_bytes: after which nothing is carried
 * @soft_packets: likewise
 * @hard_packets: likewise
 * @soft_seconds: likewise
 * @hard_seconds: likewise
 */
struct adit_sa_limits {
	u64 soft_bytes;
	u64 hard_bytes;
	u64 soft_packets;
	u64 hard_packets;
	u32 soft_seconds;
	u32 hard_seconds;
};

/**
 * struct adit_sa_conf - what an SA is made with
 * @direction: enum adit_sa_direction
 * @spi: number
 * @spi_attr: the attribute that it came from, for extack
 * @alg: algorithm and keys; the caller wipes them
 * @window: of the replay window, 0 for none
 * @limits: when it is worn out
 * @seq: number that it has come to elsewhere
 */
struct adit_sa_conf {
	u32 direction;
	u32 spi;
	const struct nlattr *spi_attr;
	struct adit_alg_conf alg;
	u32 window;
	struct adit_sa_limits limits;
	u64 seq;
};

/**
 * struct adit_sa - one security association
 * @node: of an inbound one, in the hash of all
 * @peer: of an outbound one, its place in the hash by the peer's address, [conf of the child]
 * @key: [I] of an outbound one, without @addr
 * @child: [I] its child, referenced
 * @list: of an inbound one, among those of its child, [conf of the child]
 * @ref: keeps the memory
 * @free: frees it
 * @alg: [I] algorithm
 * @limits: [I]
 * @direction: [I] enum adit_sa_direction
 * @seq: of an outbound one, number of the last packet
 * @order: packets whose algorithm goes on by itself
 * @born: [I] jiffies
 * @timer: soft, then hard limit by time
 * @dead: withdrawn for good; read without the lock
 * @lock: what follows
 * @expired: a hard limit was reached; also read without the lock
 * @soft: a soft limit was reached and told; also read without the lock
 * @replay: of an inbound one
 * @stats: counters
 * @bits: of @replay
 */
struct adit_sa {
	struct rhash_head node;
	struct adit_sa_peer *peer;
	struct adit_sa_key key;
	struct adit_child *child;
	struct list_head list;
	struct kref ref;
	struct rcu_work free;
	struct adit_alg alg;
	struct adit_sa_limits limits;
	u8 direction;
	atomic64_t seq;
	struct adit_crypt_order order;
	unsigned long born;
	struct timer_list timer;
	bool dead;

	spinlock_t lock ____cacheline_aligned_in_smp;	/* what follows */
	bool expired;
	bool soft;
	struct adit_replay replay;
	struct adit_sa_stats stats;
	u64 bits[];
};

/**
 * struct adit_sa_view - a consistent copy for netlink
 * @stats: counters
 * @seq: highest sequence number sent or received
 * @expired: a hard limit was reached
 */
struct adit_sa_view {
	struct adit_sa_stats stats;
	u64 seq;
	bool expired;
};

struct adit_sa *adit_sa_new(struct adit_child *child, const struct adit_sa_conf *conf,
			    struct netlink_ext_ack *extack);
int adit_sa_publish(struct adit_sa *sa, const struct nlattr *spi, struct netlink_ext_ack *extack);
int adit_sa_move(struct adit_sa *sa, u16 family, const struct in6_addr *peer);
void adit_sa_withdraw(struct adit_sa *sa);
void adit_sa_put(struct adit_sa *sa);

struct adit_sa *adit_sa_find(const struct adit_sa_key *key);
struct adit_sa *adit_sa_find_sent(const struct adit_sa_key *key, const struct in6_addr *local, u32 seq);
void adit_sa_view(struct adit_sa *sa, struct adit_sa_view *view);

int adit_sa_take(struct adit_sa *sa, unsigned int packets, unsigned int bytes, u64 *seq);
int adit_sa_expect(struct adit_sa *sa, u32 low, u64 *seq, bool *newest);
int adit_sa_note(struct adit_sa *sa, u64 seq, unsigned int bytes);
void adit_sa_count(struct adit_sa *sa, u64 *reason);

/* Tell the owner about a limit: enum adit_sa_event, or not above 0 for nothing to tell. Without the SA's lock. */
static inline void adit_sa_told(struct adit_sa *sa, int event)
{
	if (unlikely(event > 0))
		adit_sa_event(sa, event);
}

/* Whether packets may go by it. A hint until adit_sa_take(). */
static inline bool adit_sa_usable(const struct adit_sa *sa)
{
	return sa && !READ_ONCE(sa->expired);
}

int adit_sa_init(void);
void adit_sa_exit(void);

#endif /* ADIT_SA_H */
