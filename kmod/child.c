// SPDX-License-Identifier: GPL-2.0
/* Children: made, found, changed, buried; their SAs, and packets that wait for one. */

#include <linux/slab.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "child.h"
#include "esp.h"
#include "netlink-esp.h"
#include "sa.h"
#include "socket.h"

/* Selectors: a change adds what is new, then removes what was; readers see both meanwhile. */

static void adit_child_drop_entries(struct adit_child *child, struct list_head *list)
{
	struct adit_esp_dev *edev = adit_esp_dev(child->adev);
	struct adit_spd_entry *entry, *next;

	list_for_each_entry_safe(entry, next, list, list) {
		list_del_rcu(&entry->list);
		adit_spd_del(&edev->spd, entry);
		kfree_rcu(entry, rcu);
	}
}

static int adit_child_add_entry(struct adit_child *child, const struct adit_selector *sel, struct list_head *list)
{
	struct adit_spd_entry *entry;
	int err;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	entry->sel = *sel;
	entry->child = child;
	err = adit_spd_add(&adit_esp_dev(child->adev)->spd, entry);
	if (err) {
		kfree(entry);
		return err;
	}
	list_add_tail(&entry->list, list);
	return 0;
}

static int adit_child_prepare(struct adit_child *child, const struct adit_child_conf *conf, struct list_head *fresh)
{
	unsigned int i;
	int err;

	lockdep_assert_held(&child->conf);

	for (i = 0; i < conf->n_selectors; i++) {
		err = adit_child_add_entry(child, &conf->selectors[i], fresh);
		if (err) {
			adit_child_drop_entries(child, fresh);
			return err;
		}
	}
	return 0;
}

/* Make @fresh the child's set: it joins behind the old one, which then goes. */
static void adit_child_commit(struct adit_child *child, struct list_head *fresh)
{
	struct adit_spd_entry *entry, *next;
	struct adit_spd_entry *last = list_empty(&child->entries) ? NULL :
				      list_last_entry(&child->entries, struct adit_spd_entry, list);
	bool old = last;

	lockdep_assert_held(&child->conf);

	list_for_each_entry_safe(entry, next, fresh, list) {
		list_del(&entry->list);
		list_add_tail_rcu(&entry->list, &child->entries);
	}
	list_for_each_entry_safe(entry, next, &child->entries, list) {
		if (!old)
			break;
		old = entry != last;
		list_del_rcu(&entry->list);
		adit_spd_del(&adit_esp_dev(child->adev)->spd, entry);
		kfree_rcu(entry, rcu);
	}
}

static int adit_child_change_selectors(struct adit_child *child, const struct adit_child_conf *conf)
{
	LIST_HEAD(fresh);
	int err;

	lockdep_assert_held(&child->conf);

	err = adit_child_prepare(child, conf, &fresh);
	if (!err)
		adit_child_commit(child, &fresh);
	return err;
}

/**
 * adit_child_fits_in() - whether a packet that came may have
 * @child: child that its SA is of
 * @flow: packet
 *
 * Context: RCU read side.
 */
bool adit_child_fits_in(const struct adit_child *child, const struct adit_flow *flow)
{
	const struct adit_spd_entry *entry;

	list_for_each_entry_rcu(entry, &child->entries, list)
		if (adit_selector_fits_in(&entry->sel, flow))
			return true;
	return false;
}

/* Waiting. */

static void adit_child_timer(struct timer_list *timer)
{
	struct adit_child *child = timer_container_of(child, timer, wait_timer);
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock(&child->lock);
	child->stats.wait_dropped += skb_queue_len(&child->waiting);
	skb_queue_splice_init(&child->waiting, &list);
	spin_unlock(&child->lock);
	__skb_queue_purge(&list);
}

/* Whether the owner is to be asked. */
static bool adit_child_acquires(struct adit_child *child)
{
	lockdep_assert_held(&child->lock);

	if (time_before(jiffies, child->acquired + ADIT_ACQUIRE_EVERY))
		return false;
	child->acquired = jiffies;
	child->stats.acquires++;
	return true;
}

/* Return: 0, -EAGAIN when there is an SA after all, -ENOBUFS when the packet may not wait. */
static int adit_child_queue(struct adit_child *child, struct sk_buff *skb)
{
	lockdep_assert_held(&child->lock);

	/* Whoever installs one empties the queue afterwards, under the same lock. */
	if (adit_sa_usable(rcu_dereference(child->out)))
		return -EAGAIN;
	if (child->dead || skb_queue_len(&child->waiting) >= ADIT_CHILD_WAIT_MAX) {
		child->stats.wait_dropped++;
		return -ENOBUFS;
	}
	if (skb_queue_empty(&child->waiting))
		mod_timer(&child->wait_timer, jiffies + msecs_to_jiffies(ADIT_CHILD_WAIT_MS));
	skb_dst_force(skb);
	__skb_queue_tail(&child->waiting, skb);
	return 0;
}

/**
 * adit_child_wait() - a packet finds no SA
 * @child: its child
 * @skb: packet
 * @flow: what it is
 *
 * Nothing leaves in clear: it waits while the owner is asked, and is dropped when nobody answers in time.
 *
 * Context: RCU read side, bottom halves off.
 * Return: whether it was consumed; there is an SA after all where not.
 */
bool adit_child_wait(struct adit_child *child, struct sk_buff *skb, const struct adit_flow *flow)
{
	bool ask = false;
	int err;

	spin_lock(&child->lock);
	err = adit_child_queue(child, skb);
	if (err != -EAGAIN)
		ask = adit_child_acquires(child);
	spin_unlock(&child->lock);

	if (err == -EAGAIN)
		return false;
	if (err) {
		DEV_STATS_INC(child->adev->dev, tx_dropped);
		kfree_skb(skb);
	}
	if (ask)
		adit_child_event(child, ADIT_CHILD_EVENT_ACQUIRE, flow);
	return true;
}

/**
 * adit_child_ask() - ask the owner for an SA, for a packet that does not wait
 * @child: child without one
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_child_ask(struct adit_child *child)
{
	bool ask;

	spin_lock(&child->lock);
	ask = !child->dead && adit_child_acquires(child);
	spin_unlock(&child->lock);
	if (ask)
		adit_child_event(child, ADIT_CHILD_EVENT_ACQUIRE, NULL);
}

/* An SA has come: send what waits. */
static void adit_child_release_waiting(struct adit_child *child)
{
	struct sk_buff_head list;
	struct sk_buff *skb;

	__skb_queue_head_init(&list);
	local_bh_disable();
	rcu_read_lock();
	spin_lock(&child->lock);
	child->stats.waited += skb_queue_len(&child->waiting);
	skb_queue_splice_init(&child->waiting, &list);
	spin_unlock(&child->lock);
	while ((skb = __skb_dequeue(&list)))
		adit_esp_resend(child->adev, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* SAs. */

static struct adit_sa *adit_child_out(struct adit_child *child)
{
	return rcu_dereference_protected(child->out, lockdep_is_held(&child->conf));
}

static int adit_child_install(struct adit_child *child, struct adit_sa *sa, const struct adit_sa_conf *conf,
			      struct netlink_ext_ack *extack)
{
	struct adit_sa *old = adit_child_out(child);
	int err;

	lockdep_assert_held(&child->conf);

	if (child->dead)
		return -ENOENT;
	if (sa->direction == ADIT_SA_DIRECTION_IN && child->n_ins >= ADIT_SA_IN_MAX) {
		NL_SET_ERR_MSG(extack, "the child has sa-in-max inbound security associations already");
		return -ENOSPC;
	}
	/* The same SPI again would begin its sequence numbers anew, and with the same key its nonces. */
	if (sa->direction == ADIT_SA_DIRECTION_OUT && old && old->key.spi == sa->key.spi) {
		NL_SET_ERR_MSG_ATTR(extack, conf->spi_attr, "the outbound security association has this SPI already");
		return -EEXIST;
	}
	err = adit_sa_publish(sa, conf->spi_attr, extack);
	if (err)
		return err;

	if (sa->direction == ADIT_SA_DIRECTION_IN) {
		list_add_tail(&sa->list, &child->ins);
		child->n_ins++;
		return 0;
	}
	rcu_assign_pointer(child->out, sa);
	if (old)
		adit_sa_withdraw(old);
	return 0;
}

/**
 * adit_child_add_sa() - give a child an SA
 * @child: child, referenced
 * @conf: complete
 * @extack: told why not
 *
 * Context: process, may sleep; modules may be loaded.
 * Return: 0, -ENOENT, -ENOSPC, -EEXIST, and as adit_sa_new().
 */
int adit_child_add_sa(struct adit_child *child, const struct adit_sa_conf *conf, struct netlink_ext_ack *extack)
{
	struct adit_sa *sa;
	int err;

	sa = adit_sa_new(child, conf, extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);

	mutex_lock(&child->conf);
	err = adit_child_install(child, sa, conf, extack);
	mutex_unlock(&child->conf);
	if (err)
		adit_sa_put(sa);
	else if (conf->direction == ADIT_SA_DIRECTION_OUT)
		adit_child_release_waiting(child);
	return err;
}

static struct adit_sa *adit_child_find_sa(struct adit_child *child, u32 direction, u32 spi)
{
	struct adit_sa *sa = adit_child_out(child);

	if (direction == ADIT_SA_DIRECTION_OUT)
		return sa && sa->key.spi == spi ? sa : NULL;
	list_for_each_entry(sa, &child->ins, list)
		if (sa->key.spi == spi)
			return sa;
	return NULL;
}

static void adit_child_remove_sa(struct adit_child *child, struct adit_sa *sa)
{
	lockdep_assert_held(&child->conf);

	if (sa->direction == ADIT_SA_DIRECTION_IN) {
		list_del(&sa->list);
		child->n_ins--;
	} else {
		RCU_INIT_POINTER(child->out, NULL);
	}
	adit_sa_withdraw(sa);
}

/**
 * adit_child_del_sa() - take an SA away
 * @child: child, referenced
 * @direction: enum adit_sa_direction
 * @spi: its number
 *
 * Context: process.
 * Return: 0 or -ENOENT.
 */
int adit_child_del_sa(struct adit_child *child, u32 direction, u32 spi)
{
	struct adit_sa *sa;

	mutex_lock(&child->conf);
	sa = adit_child_find_sa(child, direction, spi);
	if (sa)
		adit_child_remove_sa(child, sa);
	mutex_unlock(&child->conf);
	return sa ? 0 : -ENOENT;
}

/**
 * adit_child_get_sa() - look up an SA
 * @child: child, referenced
 * @direction: enum adit_sa_direction
 * @spi: its number
 *
 * Return: SA with a reference, or NULL.
 */
struct adit_sa *adit_child_get_sa(struct adit_child *child, u32 direction, u32 spi)
{
	struct adit_sa *sa;

	mutex_lock(&child->conf);
	sa = adit_child_find_sa(child, direction, spi);
	if (sa)
		kref_get(&sa->ref);
	mutex_unlock(&child->conf);
	return sa;
}

/**
 * adit_child_nth_sa() - walk the SAs of a child
 * @child: child, referenced
 * @n: which, the outbound one first
 *
 * Return: SA with a reference, or NULL at the end.
 */
struct adit_sa *adit_child_nth_sa(struct adit_child *child, unsigned int n)
{
	struct adit_sa *sa, *found = NULL;

	mutex_lock(&child->conf);
	sa = adit_child_out(child);
	if (sa && !n--)
		found = sa;
	if (!found) {
		list_for_each_entry(sa, &child->ins, list) {
			if (n--)
				continue;
			found = sa;
			break;
		}
	}
	if (found)
		kref_get(&found->ref);
	mutex_unlock(&child->conf);
	return found;
}

/* Counters. */

/**
 * adit_child_count() - count a packet that was dropped
 * @child: child
 * @reason: one of its counters
 *
 * Context: any.
 */
void adit_child_count(struct adit_child *child, u64 *reason)
{
	spin_lock_bh(&child->lock);
	(*reason)++;
	spin_unlock_bh(&child->lock);
}

/**
 * adit_child_stats() - copy the counters
 * @child: child
 * @stats: set
 */
void adit_child_stats(struct adit_child *child, struct adit_child_stats *stats)
{
	spin_lock_bh(&child->lock);
	*stats = child->stats;
	spin_unlock_bh(&child->lock);
}

/* Life. */

static struct adit_esp_path *adit_child_path(const struct adit_child_conf *conf)
{
	struct adit_esp_path *path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);

	if (!path)
		return NULL;
	path->family = conf->family;
	path->local = conf->local;
	path->peer = conf->peer;
	path->local_port = conf->local_port;
	path->peer_port = conf->peer_port;
	return path;
}

/* The place of a child with UDP encapsulation. Return: place, referenced, or -errno. */
static struct adit_socket *adit_child_socket(struct adit_dev *adev, const struct adit_child_conf *conf,
					     struct netlink_ext_ack *extack)
{
	struct adit_socket *sock;

	sock = adit_socket_find(adev->net, conf->family, &conf->local, conf->local_port);
	/* A place whose socket has gone keeps the children that it has and gets no more. */
	if (sock && adit_socket_alive(sock) && sock->kind == ADIT_KIND_ESP)
		return sock;
	if (sock)
		adit_socket_put(sock);
	NL_SET_ERR_MSG_ATTR(extack, conf->port_attr,
			    "no socket is attached to the local address and port for esp (socket-attach)");
	return ERR_PTR(-ENOTCONN);
}

static struct adit_child *adit_child_alloc(struct adit_dev *adev, const struct adit_child_conf *conf)
{
	struct adit_child *child = kzalloc(sizeof(*child), GFP_KERNEL_ACCOUNT);
	struct adit_esp_path *path = adit_child_path(conf);

	if (!child || !path) {
		kfree(child);
		kfree(path);
		return NULL;
	}
	RCU_INIT_POINTER(child->path, path);
	child->adev = adev;
	child->id = conf->id;
	child->mode = conf->mode;
	child->l2tp_port = conf->l2tp_port;
	child->df = conf->df;
	child->no_dscp = conf->no_dscp;
	child->no_ecn = conf->no_ecn;
	kref_init(&child->ref);
	mutex_init(&child->conf);
	INIT_LIST_HEAD(&child->entries);
	INIT_LIST_HEAD(&child->ins);
	spin_lock_init(&child->lock);
	__skb_queue_head_init(&child->waiting);
	timer_setup(&child->wait_timer, adit_child_timer, 0);
	child->acquired = jiffies - ADIT_ACQUIRE_EVERY;
	adit_allowance_init(&child->controls);
	child->rx_last = jiffies;
	child->tx_last = jiffies;
	return child;
}

/*
 * Phase 1 of death: no packet finds the child or its SAs any more. The conf mutex and @dead keep a change that has a
 * reference from adding anything after it was removed here, and a packet that found the child before from waiting.
 */
static void adit_child_unlink(struct adit_child *child)
{
	struct adit_sa *sa, *next;

	mutex_lock(&child->conf);
	spin_lock_bh(&child->lock);
	WRITE_ONCE(child->dead, true);
	spin_unlock_bh(&child->lock);

	adit_child_drop_entries(child, &child->entries);
	sa = adit_child_out(child);
	if (sa)
		adit_child_remove_sa(child, sa);
	list_for_each_entry_safe(sa, next, &child->ins, list)
		adit_child_remove_sa(child, sa);
	mutex_unlock(&child->conf);
}

/*
 * Phase 2: stop the timer; nothing waits that could arm it again. Phase 3: drop what waits. Phase 4: put the reference
 * of the tables; SAs whose packets are still under way hold others, and the last one frees after a grace period.
 */
static void adit_child_bury(struct adit_child *child)
{
	struct adit_socket *sock;

	timer_shutdown_sync(&child->wait_timer);
	spin_lock_bh(&child->lock);
	__skb_queue_purge(&child->waiting);
	spin_unlock_bh(&child->lock);
	adit_esp_path_flush(child);
	/* Packets that found the child may use the place until RCU read side ends, and its memory lives on. */
	sock = rcu_dereference_protected(child->sock, true);
	if (sock)
		adit_socket_put(sock);
	adit_child_put(child);
}

/* What a packet names an inbound SA by has the local address in it (RFC 4301 section 4.1). */
static bool adit_child_may_move(struct adit_child *child, const struct adit_child_conf *conf)
{
	const struct adit_esp_path *path;
	bool same;

	lockdep_assert_held(&child->conf);

	/* A peer that is followed gets another path at any time, with the local address of this one. */
	rcu_read_lock();
	path = rcu_dereference(child->path);
	same = path->family == conf->family && ipv6_addr_equal(&path->local, &conf->local);
	rcu_read_unlock();
	return same || (!child->n_ins && !rcu_access_pointer(child->out));
}

/* Packets that found the old path or place use it until their RCU read side ends. */
static void adit_child_change_outer(struct adit_child *child, struct adit_esp_path *path, struct adit_socket *sock)
{
	struct adit_socket *old_sock;
	struct adit_esp_path *old;

	lockdep_assert_held(&child->conf);

	spin_lock_bh(&child->lock);
	old = rcu_dereference_protected(child->path, lockdep_is_held(&child->lock));
	old_sock = rcu_dereference_protected(child->sock, lockdep_is_held(&child->lock));
	rcu_assign_pointer(child->sock, sock);
	rcu_assign_pointer(child->path, path);
	spin_unlock_bh(&child->lock);
	adit_esp_path_free_later(old);
	if (old_sock)
		adit_socket_put(old_sock);
}

static int adit_child_set_outer(struct adit_child *child, const struct adit_child_conf *conf,
				struct netlink_ext_ack *extack)
{
	struct adit_sa *out = adit_child_out(child);
	struct adit_socket *sock = NULL;
	struct adit_esp_path *path;
	int err;

	lockdep_assert_held(&child->conf);

	if (!adit_child_may_move(child, conf)) {
		NL_SET_ERR_MSG(extack, "the local address of a child stays as long as it has a security association");
		return -EBUSY;
	}
	if (conf->local_port)
		sock = adit_child_socket(child->adev, conf, extack);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = -ENOMEM;
	path = adit_child_path(conf);
	if (!path)
		goto err_socket;
	err = out ? adit_sa_move(out, conf->family, &conf->peer) : 0;
	if (err)
		goto err_path;
	adit_child_change_outer(child, path, sock);
	return 0;

err_path:
	kfree(path);
err_socket:
	if (sock)
		adit_socket_put(sock);
	return err;
}

/**
 * adit_child_set() - change the selectors or the outer path of a child, all or nothing
 * @child: child, referenced
 * @conf: what is given
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -EINVAL when nothing is given, -ENOENT when it was removed meanwhile, -EBUSY, -EOPNOTSUPP, -ENOTCONN,
 * -ENOMEM.
 */
int adit_child_set(struct adit_child *child, const struct adit_child_conf *conf, struct netlink_ext_ack *extack)
{
	LIST_HEAD(fresh);
	int err = -ENOENT;

	if (!conf->n_selectors && !conf->has_outer) {
		NL_SET_ERR_MSG(extack, "there is nothing to change: give selectors, or outer addresses, or both");
		return -EINVAL;
	}
	if (child->l2tp_port && conf->n_selectors) {
		NL_SET_ERR_MSG(extack, "a child with an l2tp-port has no selectors");
		return -EOPNOTSUPP;
	}
	mutex_lock(&child->conf);
	if (!child->dead)
		err = adit_child_prepare(child, conf, &fresh);
	if (!err && conf->has_outer) {
		err = adit_child_set_outer(child, conf, extack);
		if (err)
			adit_child_drop_entries(child, &fresh);
	}
	if (!err && conf->n_selectors)
		adit_child_commit(child, &fresh);
	mutex_unlock(&child->conf);
	return err;
}

static int adit_child_reserve(struct adit_dev *adev, const struct adit_child_conf *conf,
			      struct netlink_ext_ack *extack)
{
	int err;

	err = adit_session_charge(adev);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "the namespace has as many children and sessions as module parameter max_sessions allows");
		return err;
	}
	err = xa_insert(&adit_esp_dev(adev)->children, conf->id, NULL, GFP_KERNEL_ACCOUNT);
	if (!err)
		return 0;
	if (err == -EBUSY) {
		NL_SET_ERR_MSG_ATTR(extack, conf->id_attr, "id belongs to a child of this device already");
		err = -EEXIST;
	}
	adit_session_uncharge(adev);
	return err;
}

static int adit_child_publish(struct adit_child *child, const struct adit_child_conf *conf,
			      struct netlink_ext_ack *extack)
{
	struct adit_socket *sock = NULL;
	int err;

	if (conf->local_port)
		sock = adit_child_socket(child->adev, conf, extack);
	err = PTR_ERR_OR_ZERO(sock);
	if (!err) {
		RCU_INIT_POINTER(child->sock, sock);
		mutex_lock(&child->conf);
		err = adit_child_change_selectors(child, conf);
		mutex_unlock(&child->conf);
	}
	if (err) {
		adit_child_unlink(child);
		adit_child_bury(child);
	}
	return err;
}

/**
 * adit_child_new() - make and publish a child, all or nothing
 * @adev: its device, held
 * @conf: complete
 * @extack: told why not
 *
 * The id is reserved first and filled in last, so netlink cannot find, change or remove what is not complete.
 *
 * Context: process, without rtnl or with it.
 * Return: 0, -ENODEV when the device dies, -EEXIST, -ENOSPC when the namespace has its fill, -ENOTCONN without the
 * socket that UDP encapsulation needs, -ENOMEM.
 */
int adit_child_new(struct adit_dev *adev, const struct adit_child_conf *conf, struct netlink_ext_ack *extack)
{
	struct xarray *children = &adit_esp_dev(adev)->children;
	struct adit_child *child;
	int err;

	down_read(&adev->life);
	err = -ENODEV;
	if (adev->dying)
		goto err_up;
	err = adit_child_reserve(adev, conf, extack);
	if (err)
		goto err_up;
	err = -ENOMEM;
	child = adit_child_alloc(adev, conf);
	if (!child)
		goto err_release;
	err = adit_child_publish(child, conf, extack);
	if (err)
		goto err_release;

	atomic_inc(&adev->n_sessions);
	/* Cannot fail: the slot was reserved, and nobody else may take it meanwhile. */
	xa_store(children, conf->id, child, GFP_KERNEL_ACCOUNT);
	up_read(&adev->life);
	return 0;

err_release:
	xa_release(children, conf->id);
	adit_session_uncharge(adev);
err_up:
	up_read(&adev->life);
	return err;
}

/**
 * adit_child_del() - remove a child
 * @child: child, referenced; of two that try at once one wins
 *
 * Context: process.
 * Return: 0, or -ENOENT when it was removed already.
 */
int adit_child_del(struct adit_child *child)
{
	struct adit_dev *adev = child->adev;

	if (xa_cmpxchg(&adit_esp_dev(adev)->children, child->id, child, NULL, GFP_KERNEL) != child)
		return -ENOENT;
	adit_child_unlink(child);
	atomic_dec(&adev->n_sessions);
	adit_session_uncharge(adev);
	adit_child_bury(child);
	return 0;
}

/**
 * adit_child_del_all() - remove all children of a device that dies
 * @adev: @dying is set, so none is added
 *
 * Context: process, under rtnl.
 */
void adit_child_del_all(struct adit_dev *adev)
{
	struct adit_child *child;
	unsigned long id = 0;

	while ((child = adit_child_next(adev, &id))) {
		if (!adit_child_del(child) && !adit_dev_is_p2p(adev))
			adit_child_event(child, ADIT_CHILD_EVENT_GONE, NULL);
		adit_child_put(child);
		id++;
		cond_resched();
	}
}

static void adit_child_free_rcu(struct rcu_head *rcu)
{
	struct adit_child *child = container_of(rcu, struct adit_child, rcu);

	/* A packet that found the child before its death may have put a route back. */
	adit_esp_path_free(rcu_dereference_protected(child->path, true));
	kfree(child);
}

static void adit_child_release(struct kref *ref)
{
	struct adit_child *child = container_of(ref, struct adit_child, ref);

	call_rcu(&child->rcu, adit_child_free_rcu);
}

/**
 * adit_child_put() - give back a reference
 * @child: child
 */
void adit_child_put(struct adit_child *child)
{
	kref_put(&child->ref, adit_child_release);
}

/**
 * adit_child_get() - look up by id
 * @adev: device, held for as long as the child is
 * @id: its id
 *
 * Return: child with a reference, or NULL.
 */
struct adit_child *adit_child_get(struct adit_dev *adev, u32 id)
{
	struct adit_child *child;

	rcu_read_lock();
	child = xa_load(&adit_esp_dev(adev)->children, id);
	if (child && !kref_get_unless_zero(&child->ref))
		child = NULL;
	rcu_read_unlock();
	return child;
}

/**
 * adit_child_next() - walk the children of a device
 * @adev: device, held
 * @id: smallest id wanted; set to the id found
 *
 * Return: child with a reference, or NULL at the end.
 */
struct adit_child *adit_child_next(struct adit_dev *adev, unsigned long *id)
{
	struct xarray *children = &adit_esp_dev(adev)->children;
	struct adit_child *child;

	rcu_read_lock();
	child = xa_find(children, id, U32_MAX, XA_PRESENT);
	while (child && !kref_get_unless_zero(&child->ref))
		child = xa_find_after(children, id, U32_MAX, XA_PRESENT);
	rcu_read_unlock();
	return child;
}

/**
 * adit_child_dst_flush() - forget the outer routes of all children of a device
 * @adev: device, held
 */
void adit_child_dst_flush(struct adit_dev *adev)
{
	struct adit_child *child;
	unsigned long id = 0;

	while ((child = adit_child_next(adev, &id))) {
		adit_esp_path_flush(child);
		adit_child_put(child);
		id++;
	}
}

/**
 * adit_esp_dev_init() - what a device has more than others
 * @adev: device of the kind esp that is being registered
 *
 * Return: 0 or -ENOMEM.
 */
int adit_esp_dev_init(struct adit_dev *adev)
{
	struct adit_esp_dev *edev = adit_esp_dev(adev);

	xa_init_flags(&edev->children, XA_FLAGS_ACCOUNT);
	return adit_spd_init(&edev->spd);
}

/**
 * adit_esp_dev_destroy() - undo adit_esp_dev_init()
 * @adev: device without children
 */
void adit_esp_dev_destroy(struct adit_dev *adev)
{
	struct adit_esp_dev *edev = adit_esp_dev(adev);

	adit_spd_destroy(&edev->spd);
	xa_destroy(&edev->children);
}
