// SPDX-License-Identifier: GPL-2.0
/* Sessions: made, found, changed, buried. */

#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/hash.h>

#include "device.h"
#include "encap.h"
#include "frame.h"
#include "seq.h"
#include "session.h"

static struct kmem_cache *adit_session_cache;
static struct rhashtable adit_session_wires;

/*
 * Of a key in IPv4, these words hold all that differs between sessions. Whoever may make a namespace may make sessions
 * with any of them in it; so each is hashed by itself, because of a sum keys could be chosen that have the same one. As
 * the hash is one for the machine, that would be at the cost of all others.
 */
static __always_inline u32 adit_wire_hash(const void *data, u32 len, u32 seed)
{
	const struct adit_wire_key *key = data;
	const u32 words[] = {
		(__force u32)key->peer.s6_addr32[0], key->id, (__force u32)key->local.s6_addr32[0],
		(__force u32)key->local_port << 16 | (__force u32)key->peer_port,
		key->kind << 16 | key->protocol, net_hash_mix(key->net),
	};

	if (key->family == AF_INET)
		return jhash2(words, ARRAY_SIZE(words), seed);
	return jhash2((const u32 *)data, len / sizeof(u32), seed);
}

/* Those of other sessions are told by the word with the id; that it is the same takes all words, but not a call. */
static __always_inline int adit_wire_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const u64 *a = arg->key, *b = (const u64 *)&((const struct adit_session *)obj)->key;

	/* Of 32 bits. */
	if (sizeof(struct adit_wire_key) != 7 * sizeof(u64))
		return memcmp(a, b, sizeof(struct adit_wire_key));
	BUILD_BUG_ON(offsetof(struct adit_wire_key, id) / sizeof(u64) != 5 && sizeof(void *) == sizeof(u64));
	if (a[5] != b[5])
		return 1;
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[6] ^ b[6])) != 0;
}

static const struct rhashtable_params adit_wire_params = {
	.key_len	= sizeof(struct adit_wire_key),
	.key_offset	= offsetof(struct adit_session, key),
	.head_offset	= offsetof(struct adit_session, wire),
	.hashfn		= adit_wire_hash,
	.obj_cmpfn	= adit_wire_differs,
	.automatic_shrinking = true,
};

/* Prefixes: a change adds what is new, switches, then removes what is left over; readers see the union meanwhile. */

static struct adit_inner_entry *adit_prefix_owned(struct list_head *list, const struct adit_prefix *prefix)
{
	struct adit_inner_entry *entry;

	list_for_each_entry(entry, list, list)
		if (!memcmp(&entry->prefix, prefix, sizeof(*prefix)))
			return entry;
	return NULL;
}

static void adit_prefixes_drop(struct adit_session *s, struct list_head *list)
{
	struct adit_inner_entry *entry, *next;

	list_for_each_entry_safe(entry, next, list, list) {
		list_del(&entry->list);
		adit_inner_del(&s->adev->inner, entry);
		kfree_rcu(entry, rcu);
	}
}

static int adit_prefix_add(struct adit_session *s, const struct adit_prefix *prefix, struct list_head *fresh)
{
	struct adit_inner_entry *entry;
	int err;

	entry = adit_prefix_owned(&s->prefixes, prefix);
	if (entry) {
		if (entry->keep)
			return -EEXIST;
		entry->keep = true;
		return 0;
	}

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;

	entry->prefix = *prefix;
	entry->session = s;
	err = adit_inner_add(&s->adev->inner, entry);
	if (err) {
		kfree(entry);
		return err;
	}
	list_add_tail(&entry->list, fresh);
	return 0;
}

/* Publish what @conf has and the session has not, on @fresh. On failure everything is as before. */
static int adit_prefixes_prepare(struct adit_session *s, const struct adit_session_conf *conf,
				 struct list_head *fresh, struct netlink_ext_ack *extack)
{
	struct adit_inner_entry *entry;
	unsigned int i;
	int err;

	lockdep_assert_held(&s->conf);

	list_for_each_entry(entry, &s->prefixes, list)
		entry->keep = false;

	for (i = 0; i < conf->n_prefixes; i++) {
		err = adit_prefix_add(s, &conf->prefixes[i], fresh);
		if (err)
			goto err_drop;
	}
	return 0;

err_drop:
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(extack, conf->prefix_attr[i],
				    "inner prefix belongs to a session of this device already");
	adit_prefixes_drop(s, fresh);
	return err;
}

/* Make @fresh and what was kept the session's set; put what goes on @stale. */
static void adit_prefixes_commit(struct adit_session *s, struct list_head *fresh, struct list_head *stale)
{
	struct adit_inner_entry *entry, *next;

	lockdep_assert_held(&s->conf);
	lockdep_assert_held(&s->rx_lock);

	list_for_each_entry_safe(entry, next, &s->prefixes, list)
		if (!entry->keep)
			list_move_tail(&entry->list, stale);
	list_splice_tail_init(fresh, &s->prefixes);

	s->n_prefixes = 0;
	s->addr4 = 0;
	memset(&s->addr6, 0, sizeof(s->addr6));
	list_for_each_entry(entry, &s->prefixes, list) {
		const struct adit_prefix *prefix = &entry->prefix;

		s->n_prefixes++;
		if (prefix->family == AF_INET && prefix->len == 32 && !s->addr4)
			s->addr4 = prefix->addr.s6_addr32[0];
		if (prefix->family == AF_INET6 && prefix->len == 128 && ipv6_addr_any(&s->addr6))
			s->addr6 = prefix->addr;
	}
}

static int adit_session_check(const struct adit_session *s, const struct adit_session_conf *conf,
			      struct netlink_ext_ack *extack)
{
	bool required = s->mppe_required || (conf->given & ADIT_CONF_REQUIRED);
	bool bare = (conf->given & ADIT_CONF_MPPE_TX && !adit_mppe_has_key(&conf->tx_mppe)) ||
		    (conf->given & ADIT_CONF_MPPE_RX && !adit_mppe_has_key(&conf->rx_mppe));

	if (required && bare) {
		NL_SET_ERR_MSG(extack, "encryption is required: a key can be replaced, not taken away");
		return -EINVAL;
	}
	if (conf->given & ADIT_CONF_FLUSH && !adit_mppe_has_key(&s->tx_mppe) &&
	    !adit_mppe_has_key(&conf->tx_mppe)) {
		NL_SET_ERR_MSG(extack, "no transmit key is set, there is nothing to flush");
		return -ENOKEY;
	}
	return 0;
}

/* The part of a change that cannot fail. */
static void adit_session_commit(struct adit_session *s, struct adit_session_conf *conf)
{
	lockdep_assert_held(&s->rx_lock);
	lockdep_assert_held(&s->tx_lock);

	if (conf->given & ADIT_CONF_REQUIRED)
		WRITE_ONCE(s->mppe_required, true);
	if (conf->given & ADIT_CONF_MPPE_TX)
		adit_mppe_replace(&s->tx_mppe, &conf->tx_mppe);
	if (conf->given & ADIT_CONF_MPPE_RX)
		adit_mppe_replace(&s->rx_mppe, &conf->rx_mppe);
	if (conf->given & ADIT_CONF_FLUSH)
		s->tx_mppe.flush = true;
	if (conf->given & ADIT_CONF_IFID) {
		memcpy(s->ifid, conf->ifid, sizeof(s->ifid));
		s->has_ifid = true;
	}
	if (conf->given & ADIT_CONF_FRAMING)
		WRITE_ONCE(s->framing, conf->framing);
	if (conf->given & ADIT_CONF_MRU)
		WRITE_ONCE(s->mru, conf->mru);
	if (conf->given & ADIT_CONF_NET)
		WRITE_ONCE(s->net, conf->net);
	if (conf->given & ADIT_CONF_L2TP_SEQ)
		adit_l2tp_set(s, conf);
}

/**
 * adit_session_set() - change a session, all or nothing
 * @s: session, referenced
 * @conf: the members named by @given
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -ENOENT when it was removed meanwhile, -EEXIST for a prefix that is taken, -EINVAL, -ENOKEY, -ENOMEM.
 */
int adit_session_set(struct adit_session *s, struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	LIST_HEAD(fresh);
	LIST_HEAD(stale);
	int err;

	mutex_lock(&s->conf);
	err = -ENOENT;
	if (s->dead)
		goto out;

	err = adit_session_check(s, conf, extack);
	if (err)
		goto out;

	if (conf->given & ADIT_CONF_PREFIX) {
		err = adit_prefixes_prepare(s, conf, &fresh, extack);
		if (err)
			goto out;
	}

	spin_lock_bh(&s->rx_lock);
	spin_lock(&s->tx_lock);
	if (conf->given & ADIT_CONF_PREFIX)
		adit_prefixes_commit(s, &fresh, &stale);
	adit_session_commit(s, conf);
	spin_unlock(&s->tx_lock);
	spin_unlock_bh(&s->rx_lock);

	adit_prefixes_drop(s, &stale);
out:
	mutex_unlock(&s->conf);
	return err;
}

static struct adit_session *adit_session_alloc(struct adit_dev *adev, const struct adit_session_conf *conf)
{
	struct adit_session *s = kmem_cache_zalloc(adit_session_cache, GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;

	s->key = conf->key;
	/* A session in a child has the child's, which has to be the same. */
	if (!conf->l2tp.child)
		s->key.net = adev->net;
	s->adev = adev;
	s->id = conf->id;
	s->df = conf->df;
	s->mru = ADIT_MRU_DEFAULT;
	kref_init(&s->ref);
	mutex_init(&s->conf);
	INIT_LIST_HEAD(&s->prefixes);
	spin_lock_init(&s->tx_lock);
	spin_lock_init(&s->rx_lock);
	adit_reorder_init(&s->reorder, conf->rx_window, msecs_to_jiffies(conf->reorder_ms));
	adit_allowance_init(&s->frames);
	s->rx_last = jiffies;
	s->tx_last = jiffies;
	s->desync_told = jiffies - msecs_to_jiffies(ADIT_DESYNC_EVENT_MS);
	timer_setup(&s->reorder_timer, adit_seq_timer, 0);
	return s;
}

/*
 * Phase 1 of death: nobody finds the session any more. The conf mutex and @dead keep a change that has a reference from
 * adding prefixes after they were removed here.
 */
static void adit_session_unlink(struct adit_session *s)
{
	mutex_lock(&s->conf);
	spin_lock_bh(&s->rx_lock);
	spin_lock(&s->tx_lock);
	WRITE_ONCE(s->dead, true);
	spin_unlock(&s->tx_lock);
	spin_unlock_bh(&s->rx_lock);

	adit_prefixes_drop(s, &s->prefixes);
	s->n_prefixes = 0;
	mutex_unlock(&s->conf);
	rhashtable_remove_fast(&adit_session_wires, &s->wire, adit_wire_params);
}

/*
 * Phase 2: stop what runs by itself. Shut down, a timer has finished and cannot be armed again, not even by a packet
 * that found the session before phase 1.
 * Phase 3: drop what waits and wipe the keys. A packet that still holds a pointer takes a lock first, sees @dead and
 * touches neither.
 * Phase 4: put the reference of the tables; the last one frees after a grace period, when no packet holds a pointer.
 */
static void adit_session_bury(struct adit_session *s)
{
	timer_shutdown_sync(&s->reorder_timer);
	adit_encap_stop(s);

	spin_lock_bh(&s->rx_lock);
	adit_reorder_purge(&s->reorder);
	adit_mppe_wipe(&s->rx_mppe);
	spin_unlock_bh(&s->rx_lock);
	spin_lock_bh(&s->tx_lock);
	adit_mppe_wipe(&s->tx_mppe);
	spin_unlock_bh(&s->tx_lock);
	adit_session_dst_drop(s);
	adit_encap_release(s);

	adit_session_put(s);
}

static int adit_session_reserve(struct adit_dev *adev, const struct adit_session_conf *conf,
				struct netlink_ext_ack *extack)
{
	int err;

	err = adit_session_charge(adev);
	if (err) {
		NL_SET_ERR_MSG(extack, "the namespace has as many sessions as module parameter max_sessions allows");
		return err;
	}

	err = xa_insert(&adev->sessions, conf->id, NULL, GFP_KERNEL_ACCOUNT);
	if (err) {
		if (err == -EBUSY) {
			NL_SET_ERR_MSG_ATTR(extack, conf->id_attr,
					    "id belongs to a session of this device already");
			err = -EEXIST;
		}
		adit_session_uncharge(adev);
	}
	return err;
}

static void adit_session_free_rcu(struct rcu_head *rcu)
{
	struct adit_session *s = container_of(rcu, struct adit_session, rcu);

	/* A packet that found the session before its death may have put a route back. */
	dst_release(rcu_dereference_protected(s->dst, true));
	memzero_explicit(s, sizeof(*s));
	kmem_cache_free(adit_session_cache, s);
}

static int adit_session_publish(struct adit_session *s, struct adit_session_conf *conf,
				struct netlink_ext_ack *extack)
{
	int err;

	err = adit_encap_init(s, conf, extack);
	if (err)
		goto err_free;

	err = rhashtable_lookup_insert_fast(&adit_session_wires, &s->wire, adit_wire_params);
	if (err) {
		if (err == -EEXIST)
			NL_SET_ERR_MSG_ATTR(extack, conf->key_attr,
					    "the id belongs to a session with the same addresses already");
		goto err_release;
	}

	err = adit_session_set(s, conf, extack);
	if (err) {
		adit_session_unlink(s);
		adit_session_bury(s);
	}
	return err;

err_release:
	adit_encap_release(s);
	/* An error of its path may have found it. */
	call_rcu(&s->rcu, adit_session_free_rcu);
	return err;

err_free:
	memzero_explicit(s, sizeof(*s));
	kmem_cache_free(adit_session_cache, s);
	return err;
}

/**
 * adit_session_new() - make and publish a session, all or nothing
 * @adev: its device, held
 * @conf: complete; keys are taken over on success
 * @extack: told why not
 *
 * The id is reserved first and filled in last, so netlink cannot find, change or remove what is not complete. Packets
 * may find the session a moment earlier, by its wire key.
 *
 * Context: process, without rtnl or with it.
 * Return: 0, -ENODEV when the device dies, -EEXIST, -ENOSPC when the namespace has its fill, -EINVAL, -ENOMEM.
 */
int adit_session_new(struct adit_dev *adev, struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	struct adit_session *s;
	int err;

	down_read(&adev->life);
	err = -ENODEV;
	if (adev->dying)
		goto err_up;

	err = adit_session_reserve(adev, conf, extack);
	if (err)
		goto err_up;

	s = adit_session_alloc(adev, conf);
	if (!s) {
		err = -ENOMEM;
		goto err_release;
	}

	err = adit_session_publish(s, conf, extack);
	if (err)
		goto err_release;

	atomic_inc(&adev->n_sessions);
	if (adit_dev_is_p2p(adev))
		rcu_assign_pointer(adev->only, s);
	/* Cannot fail: the slot was reserved, and nobody else may take it meanwhile. */
	xa_store(&adev->sessions, conf->id, s, GFP_KERNEL_ACCOUNT);
	up_read(&adev->life);
	return 0;

err_release:
	xa_release(&adev->sessions, conf->id);
	adit_session_uncharge(adev);
err_up:
	up_read(&adev->life);
	return err;
}

/**
 * adit_session_del() - remove a session
 * @s: session, referenced; of two that try at once one wins
 *
 * Context: process.
 * Return: 0, or -ENOENT when it was removed already.
 */
int adit_session_del(struct adit_session *s)
{
	struct adit_dev *adev = s->adev;

	if (xa_cmpxchg(&adev->sessions, s->id, s, NULL, GFP_KERNEL) != s)
		return -ENOENT;

	if (adit_dev_is_p2p(adev))
		RCU_INIT_POINTER(adev->only, NULL);
	adit_session_unlink(s);
	atomic_dec(&adev->n_sessions);
	adit_session_uncharge(adev);
	adit_session_bury(s);
	return 0;
}

/**
 * adit_session_del_all() - remove all sessions of a device that dies
 * @adev: @dying is set, so none is added
 *
 * Context: process, under rtnl.
 */
void adit_session_del_all(struct adit_dev *adev)
{
	struct adit_session *s;
	unsigned long id = 0;

	while ((s = adit_session_next(adev, &id))) {
		if (!adit_session_del(s))
			adit_event_up(s, ADIT_SESSION_EVENT_GONE);
		adit_session_put(s);
		id++;
		cond_resched();
	}
}

static void adit_session_release(struct kref *ref)
{
	struct adit_session *s = container_of(ref, struct adit_session, ref);

	call_rcu(&s->rcu, adit_session_free_rcu);
}

/**
 * adit_session_put() - give back a reference
 * @s: session
 */
void adit_session_put(struct adit_session *s)
{
	kref_put(&s->ref, adit_session_release);
}

/**
 * adit_session_get() - look up by id
 * @adev: device, held for as long as the session is
 * @id: session id
 *
 * Return: session with a reference, or NULL.
 */
struct adit_session *adit_session_get(struct adit_dev *adev, u32 id)
{
	struct adit_session *s;

	rcu_read_lock();
	s = xa_load(&adev->sessions, id);
	if (s && !kref_get_unless_zero(&s->ref))
		s = NULL;
	rcu_read_unlock();
	return s;
}

/**
 * adit_session_next() - walk the sessions of a device
 * @adev: device, held
 * @id: smallest id wanted; set to the id found
 *
 * Return: session with a reference, or NULL at the end.
 */
struct adit_session *adit_session_next(struct adit_dev *adev, unsigned long *id)
{
	struct adit_session *s;

	rcu_read_lock();
	s = xa_find(&adev->sessions, id, U32_MAX, XA_PRESENT);
	while (s && !kref_get_unless_zero(&s->ref))
		s = xa_find_after(&adev->sessions, id, U32_MAX, XA_PRESENT);
	rcu_read_unlock();
	return s;
}

/**
 * adit_session_by_wire() - look up what a received packet belongs to
 * @key: every field
 *
 * Context: RCU read side.
 * Return: session without a reference, or NULL.
 */
struct adit_session *adit_session_by_wire(const struct adit_wire_key *key)
{
	return rhashtable_lookup(&adit_session_wires, key, adit_wire_params);
}

/**
 * adit_session_view() - copy what a dump tells
 * @s: session
 * @view: filled in; no key
 */
void adit_session_view(struct adit_session *s, struct adit_session_view *view)
{
	spin_lock_bh(&s->rx_lock);
	view->net = s->net;
	view->framing = s->framing;
	view->mru = s->mru;
	view->mppe_required = s->mppe_required;
	view->has_ifid = s->has_ifid;
	memcpy(view->ifid, s->ifid, sizeof(view->ifid));
	view->rx_strength = s->rx_mppe.strength;
	view->rx_stateful = s->rx_mppe.stateful;
	view->rx_window = s->reorder.window;
	view->reorder_wait = s->reorder.wait;
	view->l2tp_seq = s->key.kind == ADIT_KIND_L2TP ? s->l2tp.seq : 0;
	view->rx = s->rx_stats;
	view->rx_last = s->rx_last;
	spin_unlock_bh(&s->rx_lock);

	spin_lock_bh(&s->tx_lock);
	view->tx_strength = s->tx_mppe.strength;
	view->tx_stateful = s->tx_mppe.stateful;
	view->tx = s->tx_stats;
	view->tx_last = s->tx_last;
	spin_unlock_bh(&s->tx_lock);
}

static struct dst_entry *adit_session_dst_swap(struct adit_session *s, struct dst_entry *dst)
{
	return unrcu_pointer(xchg(&s->dst, RCU_INITIALIZER(dst)));
}

/**
 * adit_session_dst_set() - put a route in the cache
 * @s: session
 * @dst: with a reference for the cache
 * @cookie: for dst_check()
 *
 * The lock keeps route and cookie together, so that of two look-ups at once the older one is seen to be so. A reader
 * without it may for one packet take a route with the other's cookie.
 *
 * Context: bottom halves off.
 */
void adit_session_dst_set(struct adit_session *s, struct dst_entry *dst, u32 cookie)
{
	struct dst_entry *old;

	spin_lock_bh(&s->tx_lock);
	old = adit_session_dst_swap(s, dst);
	WRITE_ONCE(s->dst_cookie, cookie);
	spin_unlock_bh(&s->tx_lock);
	dst_release(old);
}

/**
 * adit_session_dst_drop() - empty the cache
 * @s: session
 */
void adit_session_dst_drop(struct adit_session *s)
{
	dst_release(adit_session_dst_swap(s, NULL));
}

/**
 * adit_session_dst_flush() - forget the routes of a device's sessions
 * @adev: a parameter of its route look-ups changed
 */
void adit_session_dst_flush(struct adit_dev *adev)
{
	struct adit_session *s;
	unsigned long id = 0;

	while ((s = adit_session_next(adev, &id))) {
		adit_session_dst_drop(s);
		adit_session_put(s);
		id++;
	}
}

/**
 * adit_session_init() - make the tables of the machine
 *
 * Return: 0 or -ENOMEM.
 */
int adit_session_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct adit_wire_key) != sizeof(struct net *) + 48);

	adit_session_cache = KMEM_CACHE(adit_session, SLAB_ACCOUNT);
	if (!adit_session_cache)
		return -ENOMEM;

	err = rhashtable_init(&adit_session_wires, &adit_wire_params);
	if (err)
		kmem_cache_destroy(adit_session_cache);
	return err;
}

/**
 * adit_session_exit() - undo adit_session_init()
 *
 * No session is left in a table; some may still wait for their grace period.
 */
void adit_session_exit(void)
{
	rcu_barrier();
	rhashtable_destroy(&adit_session_wires);
	kmem_cache_destroy(adit_session_cache);
}
