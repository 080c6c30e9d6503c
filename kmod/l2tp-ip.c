// SPDX-License-Identifier: GPL-2.0
/* IP protocol 115, one slot for the machine and family. */

#include <linux/in.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/workqueue.h>
#include <net/protocol.h>

#include "l2tp.h"

/* A device replaced by another need not take the slot twice. */
#define LINGER	HZ

static const struct net_protocol l2tp_protocol4 = {
	.handler = adit_l2tp_ip_rcv,
};

static const struct inet6_protocol l2tp_protocol6 = {
	.handler = adit_l2tp_ip_rcv,
	.flags	 = INET6_PROTO_FINAL,
};

static DEFINE_MUTEX(slot_lock);
static unsigned int slot_users;	/* [slot_lock] */
static bool slot_held;		/* [slot_lock] registered, true also while it lingers */

static int slot_take(void)
{
	if (inet_add_protocol(&l2tp_protocol4, IPPROTO_L2TP))
		return -EBUSY;
	if (inet6_add_protocol(&l2tp_protocol6, IPPROTO_L2TP)) {
		inet_del_protocol(&l2tp_protocol4, IPPROTO_L2TP);
		return -EBUSY;
	}
	return 0;
}

/* Waits for an RCU grace period, which is why the last put, often under rtnl, leaves it to a work item. */
static void slot_release(void)
{
	lockdep_assert_held(&slot_lock);
	if (slot_users || !slot_held)
		return;
	inet6_del_protocol(&l2tp_protocol6, IPPROTO_L2TP);
	inet_del_protocol(&l2tp_protocol4, IPPROTO_L2TP);
	slot_held = false;
}

static void slot_linger_over(struct work_struct *work)
{
	mutex_lock(&slot_lock);
	slot_release();
	mutex_unlock(&slot_lock);
}

static DECLARE_DELAYED_WORK(slot_work, slot_linger_over);

/**
 * adit_l2tp_ip_get() - take the slots, or use them once more
 * @extack: told when another module has one
 *
 * Packets come to adit_l2tp_ip_rcv() from then on. Context: process, may sleep; rtnl may be held.
 *
 * Return: 0 or -EBUSY.
 */
int adit_l2tp_ip_get(struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&slot_lock);
	if (!slot_held)
		err = slot_take();
	if (err) {
		NL_SET_ERR_MSG(extack, "IP protocol 115 is held by another module (l2tp_ip?): rmmod l2tp_ip l2tp_ip6");
	} else {
		slot_held = true;
		slot_users++;
	}
	mutex_unlock(&slot_lock);
	return err;
}

/**
 * adit_l2tp_ip_put() - undo one adit_l2tp_ip_get()
 *
 * The last one gives the slots back a second later. Context: process, may sleep; rtnl may be held.
 */
void adit_l2tp_ip_put(void)
{
	mutex_lock(&slot_lock);
	if (!--slot_users)
		mod_delayed_work(system_percpu_wq, &slot_work, LINGER);
	mutex_unlock(&slot_lock);
}

/**
 * adit_l2tp_ip_exit() - give the slots back now, when nobody uses them any more
 *
 * No packet is in adit_l2tp_ip_rcv() afterwards. Context: process, may sleep.
 */
void adit_l2tp_ip_exit(void)
{
	cancel_delayed_work_sync(&slot_work);
	mutex_lock(&slot_lock);
	slot_release();
	mutex_unlock(&slot_lock);
}
