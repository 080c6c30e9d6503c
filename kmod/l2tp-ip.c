// SPDX-License-Identifier: GPL-2.0
/* IP protocol 115, one slot for the machine and family. */

#include <linux/in.h>
#include <linux/netlink.h>
#include <net/protocol.h>

#include "l2tp.h"
#include "slot.h"

static const struct net_protocol l2tp_protocol4 = {
	.handler = adit_l2tp_ip_rcv,
};

static const struct inet6_protocol l2tp_protocol6 = {
	.handler = adit_l2tp_ip_rcv,
	.flags	 = INET6_PROTO_FINAL,
};

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

static void slot_release(void)
{
	inet6_del_protocol(&l2tp_protocol6, IPPROTO_L2TP);
	inet_del_protocol(&l2tp_protocol4, IPPROTO_L2TP);
}

static ADIT_SLOT(l2tp_slot, slot_take, slot_release,
		 "IP protocol 115 is held by another module (l2tp_ip?): rmmod l2tp_ip l2tp_ip6");

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
	return adit_slot_get(&l2tp_slot, extack);
}

/**
 * adit_l2tp_ip_put() - undo one adit_l2tp_ip_get()
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_l2tp_ip_put(void)
{
	adit_slot_put(&l2tp_slot);
}

/**
 * adit_l2tp_ip_exit() - give the slots back now, when nobody uses them any more
 *
 * No packet is in adit_l2tp_ip_rcv() afterwards. Context: process, may sleep.
 */
void adit_l2tp_ip_exit(void)
{
	adit_slot_exit(&l2tp_slot);
}
