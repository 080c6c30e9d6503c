// SPDX-License-Identifier: GPL-2.0
/* Security associations: made, found, worn out, buried. */

#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/xfrm.h>

#include "child.h"
#include "netlink-esp.h"
#include "sa.h"

/* Of the quoted packet of an ICMP error, how many packets ago it may have been sent. */
#define ADIT_SA_SENT_LATELY	65536

/**
 * struct adit_sa_peer - where an outbound SA is found by the peer's address; a peer that moves gets another
 * @node: in the hash
 * @key: [I]
 * @sa: [I] the SA, which is freed later
 * @rcu: defers the free
 */
struct adit_sa_peer {
	struct rhlist_head node;
	struct adit_sa_key key;
	struct adit_sa *sa;
	struct rcu_head rcu;
};

static struct workqueue_struct *adit_sa_wq;
static struct rhashtable adit_sas;		/* inbound, by what a packet names them by */
static struct rhltable adit_sas_out;		/* outbound, by the peer's address; peers choose SPIs as they like */

/* Of a key in IPv4, two words hold all that differs between SAs of a namespace. */
static __always_inline u32 adit_sa_hash(const void *data, u32 len, u32 seed)
{
	const struct adit_sa_key *key = data;

	if (key->family == AF_INET)
		return jhash_2words((__force u32)key->addr.s6_addr32[0], key->spi, seed);
	return jhash2(data, len / sizeof(u32), seed);
}

static __always_inline bool adit_sa_keys_differ(const struct adit_sa_key *a, const struct adit_sa_key *b)
{
	return a->spi != b->spi || a->net != b->net || a->family != b->family || !ipv6_addr_equal(&a->addr, &b->addr);
}

static __always_inline int adit_sa_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	return adit_sa_keys_differ(arg->key, &((const struct adit_sa *)obj)->key);
}

static __always_inline int adit_sa_peer_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	return adit_sa_keys_differ(arg->key, &((const struct adit_sa_peer *)obj)->key);
}

static const struct rhashtable_params adit_sa_params = {
	.key_len	= sizeof(struct adit_sa_key),
	.key_offset	= offsetof(struct adit_sa, key),
	.head_offset	= offsetof(struct adit_sa, node),
	.hashfn		= adit_sa_hash,
	.obj_cmpfn	= adit_sa_differs,
	.automatic_shrinking = true,
};

static const struct rhashtable_params adit_sa_out_params = {
	.key_len	= sizeof(struct adit_sa_key),
	.key_offset	= offsetof(struct adit_sa_peer, key),
	.head_offset	= offsetof(struct adit_sa_peer, node),
	.hashfn		= adit_sa_hash,
	.obj_cmpfn	= adit_sa_peer_differs,
	.automatic_shrinking = true,
};

/* Limits. */

/* What was carried has changed: whether a limit was reached with it. Return: enum adit_sa_event to be told, or 0. */
static int adit_sa_wear(struct adit_sa *sa, bool hard, bool soft)
{
	lockdep_assert_held(&sa->lock);

	if (hard && !sa->expired) {
		WRITE_ONCE(sa->expired, true);
		return ADIT_SA_EVENT_HARD;
	}
	if (soft && !sa->soft && !sa->expired) {
		WRITE_ONCE(sa->soft, true);
		return ADIT_SA_EVENT_SOFT;
	}
	return 0;
}

static __always_inline int adit_sa_account(struct adit_sa *sa, unsigned int packets, unsigned int bytes)
{
	struct adit_sa_stats *stats = &sa->stats;
	const struct adit_sa_limits *limits = &sa->limits;

	lockdep_assert_held(&sa->lock);

	stats->packets += packets;
	stats->bytes += bytes;
	if (likely(stats->packets < limits->soft_packets && stats->bytes < limits->soft_bytes &&
		   stats->packets < limits->hard_packets && stats->bytes < limits->hard_bytes))
		return 0;
	return adit_sa_wear(sa, stats->packets >= limits->hard_packets || stats->bytes >= limits->hard_bytes,
			    stats->packets >= limits->soft_packets || stats->bytes >= limits->soft_bytes);
}

static void adit_sa_timer(struct timer_list *timer)
{
	struct adit_sa *sa = timer_container_of(sa, timer, timer);
	unsigned long hard = sa->born + (unsigned long)sa->limits.hard_seconds * HZ;
	bool is_hard = sa->limits.hard_seconds && time_after_eq(jiffies, hard);
	int event;

	spin_lock(&sa->lock);
	event = adit_sa_wear(sa, is_hard, true);
	spin_unlock(&sa->lock);
	if (sa->limits.hard_seconds && !is_hard)
		mod_timer(&sa->timer, hard);
	adit_sa_told(sa, event);
}

static void adit_sa_start_timer(struct adit_sa *sa)
{
	u32 first = sa->limits.soft_seconds ?: sa->limits.hard_seconds;

	if (sa->limits.hard_seconds)
		first = min(first, sa->limits.hard_seconds);
	if (first)
		mod_timer(&sa->timer, sa->born + (unsigned long)first * HZ);
}

/**
 * adit_sa_take() - take sequence numbers for packets that go out
 * @sa: outbound SA
 * @packets: how many
 * @bytes: octets inside them
 * @seq: set to the first number on success
 *
 * The counter must not cycle (RFC 4303 section 3.3.3).
 *
 * Context: bottom halves off.
 * Return: 0, an event for adit_sa_told(), or -EKEYEXPIRED.
 */
int adit_sa_take(struct adit_sa *sa, unsigned int packets, unsigned int bytes, u64 *seq)
{
	const u64 last = sa->alg.esn ? U64_MAX : U32_MAX;
	int event = -EKEYEXPIRED;

	spin_lock(&sa->lock);
	if (!sa->expired && (u64)atomic64_read(&sa->seq) > last - packets) {
		event = adit_sa_wear(sa, true, false);
		sa->stats.expired += packets;
		spin_unlock(&sa->lock);
		adit_sa_told(sa, event);
		return -EKEYEXPIRED;
	}
	if (sa->expired) {
		sa->stats.expired += packets;
	} else {
		*seq = atomic64_add_return(packets, &sa->seq) - packets + 1;
		event = adit_sa_account(sa, packets, bytes);
	}
	spin_unlock(&sa->lock);
	return event;
}

static int adit_sa_judge(struct adit_sa *sa, enum adit_replay_verdict verdict)
{
	lockdep_assert_held(&sa->lock);

	if (verdict == ADIT_REPLAY_OK)
		return 0;
	if (verdict == ADIT_REPLAY_LATE)
		sa->stats.late++;
	else
		sa->stats.replayed++;
	return -EALREADY;
}

/**
 * adit_sa_expect() - whether a packet is worth the work of checking it
 * @sa: inbound SA
 * @low: lower half of its sequence number
 * @seq: set to the whole on success
 * @newest: set to whether no higher one has come; without a window, that is not known
 *
 * Context: bottom halves off.
 * Return: 0, or -EALREADY or -EKEYEXPIRED, counted.
 */
int adit_sa_expect(struct adit_sa *sa, u32 low, u64 *seq, bool *newest)
{
	int err = -EKEYEXPIRED;

	spin_lock(&sa->lock);
	if (sa->expired) {
		sa->stats.expired++;
	} else {
		*seq = adit_replay_extend(&sa->replay, low);
		*newest = sa->replay.window && *seq > sa->replay.top;
		err = *newest ? 0 : adit_sa_judge(sa, adit_replay_check(&sa->replay, *seq));
	}
	spin_unlock(&sa->lock);
	return err;
}

/**
 * adit_sa_note() - a packet proved authentic
 * @sa: inbound SA
 * @seq: its sequence number
 * @bytes: octets inside
 *
 * Context: bottom halves off.
 * Return: 0, an event for adit_sa_told(), or -EALREADY, counted, when it came twice meanwhile.
 */
int adit_sa_note(struct adit_sa *sa, u64 seq, unsigned int bytes)
{
	int ret;

	spin_lock(&sa->lock);
	ret = adit_sa_judge(sa, adit_replay_note(&sa->replay, seq));
	if (!ret)
		ret = adit_sa_account(sa, 1, bytes);
	spin_unlock(&sa->lock);
	return ret;
}

/**
 * adit_sa_count() - count a packet that was dropped
 * @sa: SA
 * @reason: one of its counters
 *
 * Context: any.
 */
void adit_sa_count(struct adit_sa *sa, u64 *reason)
{
	spin_lock_bh(&sa->lock);
	(*reason)++;
	spin_unlock_bh(&sa->lock);
}

/**
 * adit_sa_view() - copy what netlink tells
 * @sa: SA
 * @view: set
 */
void adit_sa_view(struct adit_sa *sa, struct adit_sa_view *view)
{
	spin_lock_bh(&sa->lock);
	view->stats = sa->stats;
	view->expired = sa->expired;
	view->seq = sa->direction == ADIT_SA_DIRECTION_IN ? sa->replay.top : (u64)atomic64_read(&sa->seq);
	spin_unlock_bh(&sa->lock);
}

/* Look-ups. */

/**
 * adit_sa_find() - look up what a received packet belongs to
 * @key: every field
 *
 * Context: RCU read side.
 * Return: inbound SA without a reference, or NULL.
 */
struct adit_sa *adit_sa_find(const struct adit_sa_key *key)
{
	return rhashtable_lookup(&adit_sas, key, adit_sa_params);
}

/**
 * adit_sa_find_sent() - look up what sent a packet
 * @key: its destination and SPI
 * @local: its source
 * @seq: lower half of its sequence number
 *
 * Who has not seen a packet knows none of these numbers.
 *
 * Context: RCU read side.
 * Return: outbound SA without a reference, or NULL.
 */
struct adit_sa *adit_sa_find_sent(const struct adit_sa_key *key, const struct in6_addr *local, u32 seq)
{
	struct rhlist_head *list, *pos;
	struct adit_sa_peer *peer;

	list = rhltable_lookup(&adit_sas_out, key, adit_sa_out_params);
	rhl_for_each_entry_rcu(peer, pos, list, node) {
		struct adit_sa *sa = peer->sa;
		u32 ago = (u32)atomic64_read(&sa->seq) - seq;

		if (ipv6_addr_equal(&rcu_dereference(sa->child->path)->local, local) && ago < ADIT_SA_SENT_LATELY)
			return sa;
	}
	return NULL;
}

/* Life. */

static void adit_sa_free(struct work_struct *work)
{
	struct adit_sa *sa = container_of(to_rcu_work(work), struct adit_sa, free);

	adit_alg_free(&sa->alg);
	adit_child_put(sa->child);
	kfree_sensitive(sa);
}

static void adit_sa_release(struct kref *ref)
{
	struct adit_sa *sa = container_of(ref, struct adit_sa, ref);

	queue_rcu_work(adit_sa_wq, &sa->free);
}

/**
 * adit_sa_put() - give back a reference
 * @sa: SA
 *
 * Context: any.
 */
void adit_sa_put(struct adit_sa *sa)
{
	kref_put(&sa->ref, adit_sa_release);
}

static void adit_sa_fill(struct adit_sa *sa, struct adit_child *child, const struct adit_sa_conf *conf)
{
	sa->key.net = child->adev->net;
	sa->key.spi = conf->spi;
	sa->direction = conf->direction;
	sa->limits = conf->limits;
	sa->born = jiffies;
	kref_init(&sa->ref);
	INIT_RCU_WORK(&sa->free, adit_sa_free);
	INIT_LIST_HEAD(&sa->list);
	spin_lock_init(&sa->lock);
	adit_crypt_order_init(&sa->order);
	timer_setup(&sa->timer, adit_sa_timer, 0);
	adit_replay_init(&sa->replay, conf->window, conf->alg.esn, sa->bits);
	if (conf->direction == ADIT_SA_DIRECTION_IN)
		adit_replay_begin(&sa->replay, conf->seq);
	else
		atomic64_set(&sa->seq, conf->seq);
	kref_get(&child->ref);
	sa->child = child;
}

/**
 * adit_sa_new() - make an SA that nobody knows yet
 * @child: its child, referenced
 * @conf: complete
 * @extack: told why not
 *
 * Context: process, may sleep; modules may be loaded.
 * Return: SA with a reference, or -EINVAL, -ENOENT without such an algorithm, -ENOMEM.
 */
struct adit_sa *adit_sa_new(struct adit_child *child, const struct adit_sa_conf *conf,
			    struct netlink_ext_ack *extack)
{
	struct adit_sa *sa;
	int err;

	sa = kzalloc(struct_size(sa, bits, adit_replay_words(conf->window)), GFP_KERNEL_ACCOUNT);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	err = adit_alg_init(&sa->alg, &conf->alg, extack);
	if (err) {
		kfree_sensitive(sa);
		return ERR_PTR(err);
	}
	adit_sa_fill(sa, child, conf);
	return sa;
}

/* Whether the kernel's own IPsec has an SA that the same packets would name. */
static bool adit_sa_is_xfrms(const struct adit_sa_key *key)
{
	struct xfrm_state *x;

	x = xfrm_state_lookup(key->net, 0, (const xfrm_address_t *)&key->addr, htonl(key->spi), IPPROTO_ESP,
			      key->family);
	if (!x)
		return false;
	xfrm_state_put(x);
	return true;
}

static int adit_sa_publish_in(struct adit_sa *sa, const struct nlattr *spi, struct netlink_ext_ack *extack)
{
	int err;

	if (adit_sa_is_xfrms(&sa->key)) {
		NL_SET_ERR_MSG_ATTR(extack, spi, "xfrm has a state with this SPI at the local address (ip xfrm state)");
		return -EEXIST;
	}
	err = rhashtable_lookup_insert_fast(&adit_sas, &sa->node, adit_sa_params);
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(extack, spi,
				    "the SPI belongs to a security association at the local address already");
	return err;
}

static struct adit_sa_peer *adit_sa_peer_new(struct adit_sa *sa, u16 family, const struct in6_addr *addr)
{
	struct adit_sa_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT);
	int err;

	if (!peer)
		return ERR_PTR(-ENOMEM);
	peer->key.net = sa->key.net;
	peer->key.addr = *addr;
	peer->key.spi = sa->key.spi;
	peer->key.family = family;
	peer->sa = sa;
	err = rhltable_insert(&adit_sas_out, &peer->node, adit_sa_out_params);
	if (!err)
		return peer;
	kfree(peer);
	return ERR_PTR(err);
}

static void adit_sa_peer_del(struct adit_sa_peer *peer)
{
	rhltable_remove(&adit_sas_out, &peer->node, adit_sa_out_params);
	kfree_rcu(peer, rcu);
}

/**
 * adit_sa_move() - let errors about what is sent to another address find an outbound SA
 * @sa: published
 * @family: of @peer
 * @peer: where its packets go from now on
 *
 * Context: process; conf of its child.
 * Return: 0 or -ENOMEM, or another error of rhashtable, and it is found by the old address.
 */
int adit_sa_move(struct adit_sa *sa, u16 family, const struct in6_addr *peer)
{
	struct adit_sa_peer *fresh, *old = sa->peer;

	lockdep_assert_held(&sa->child->conf);

	fresh = adit_sa_peer_new(sa, family, peer);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	sa->peer = fresh;
	adit_sa_peer_del(old);
	return 0;
}

static int adit_sa_publish_out(struct adit_sa *sa, const struct in6_addr *addr)
{
	struct adit_sa_peer *peer = adit_sa_peer_new(sa, sa->key.family, addr);

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	sa->peer = peer;
	return 0;
}

/**
 * adit_sa_publish() - let packets find an SA
 * @sa: from adit_sa_new()
 * @spi: the attribute with the SPI, for extack
 * @extack: told why not
 *
 * Context: process; conf of its child.
 * Return: 0, -EEXIST, -ENOMEM; on failure nobody has found it.
 */
int adit_sa_publish(struct adit_sa *sa, const struct nlattr *spi, struct netlink_ext_ack *extack)
{
	const struct adit_esp_path *path;
	struct in6_addr peer;
	int err;

	lockdep_assert_held(&sa->child->conf);

	rcu_read_lock();
	path = rcu_dereference(sa->child->path);
	sa->key.family = path->family;
	if (sa->direction == ADIT_SA_DIRECTION_IN)
		sa->key.addr = path->local;
	peer = path->peer;
	rcu_read_unlock();

	if (sa->direction == ADIT_SA_DIRECTION_IN)
		err = adit_sa_publish_in(sa, spi, extack);
	else
		err = adit_sa_publish_out(sa, &peer);
	if (!err)
		adit_sa_start_timer(sa);
	return err;
}

/**
 * adit_sa_withdraw() - the death of an SA
 * @sa: published, and taken out of its child
 *
 * Phase 1: no packet finds it any more. Phase 2: @dead, so that packets whose algorithm is still at work are dropped
 * when it is through. Phase 3: its timer has finished and cannot be armed again. Phase 4: the reference of the tables
 * is put; packets under way hold their own, and the last one frees it a grace period later, when no packet holds a
 * pointer.
 *
 * Context: process; conf of its child.
 */
void adit_sa_withdraw(struct adit_sa *sa)
{
	lockdep_assert_held(&sa->child->conf);

	if (sa->direction == ADIT_SA_DIRECTION_IN)
		rhashtable_remove_fast(&adit_sas, &sa->node, adit_sa_params);
	else
		adit_sa_peer_del(sa->peer);
	WRITE_ONCE(sa->dead, true);
	timer_shutdown_sync(&sa->timer);
	adit_sa_put(sa);
}

/**
 * adit_sa_init() - make the tables
 *
 * Return: 0 or -ENOMEM.
 */
int adit_sa_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct adit_sa_key) != sizeof(struct net *) + 24);
	BUILD_BUG_ON(ADIT_REPLAY_MAX != ADIT_REPLAY_WINDOW_MAX);

	adit_sa_wq = alloc_workqueue("adit_sa", WQ_UNBOUND, 0);
	if (!adit_sa_wq)
		return -ENOMEM;
	err = rhashtable_init(&adit_sas, &adit_sa_params);
	if (err)
		goto err_wq;
	err = rhltable_init(&adit_sas_out, &adit_sa_out_params);
	if (err)
		goto err_sas;
	return 0;

err_sas:
	rhashtable_destroy(&adit_sas);
err_wq:
	destroy_workqueue(adit_sa_wq);
	return err;
}

/**
 * adit_sa_exit() - undo adit_sa_init()
 *
 * No child is left. What was buried is freed here: first what waits for RCU is queued, then the queue is emptied, then
 * the children that were freed with it are.
 */
void adit_sa_exit(void)
{
	rcu_barrier();
	destroy_workqueue(adit_sa_wq);
	rcu_barrier();
	rhltable_destroy(&adit_sas_out);
	rhashtable_destroy(&adit_sas);
}
