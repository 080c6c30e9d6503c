/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transmit: from a packet routed into a device, or a frame of the owner, to a sealed PPP packet of a session.
 */
#ifndef ADIT_TX_H
#define ADIT_TX_H

#include <linux/netdevice.h>

struct adit_session;
struct netlink_ext_ack;

/* Devices of ours that may be stacked on the outer path of one packet, in one context; each costs stack. */
#define ADIT_TX_DEPTH_MAX	4

unsigned int adit_tx_mss(const struct adit_session *s);
netdev_tx_t adit_tx_xmit(struct sk_buff *skb, struct net_device *dev);
netdev_tx_t adit_tx_xmit_ether(struct sk_buff *skb, struct net_device *dev);
int adit_tx_frame(struct adit_session *s, u16 protocol, const void *data, unsigned int len,
		  struct netlink_ext_ack *extack);

#endif /* ADIT_TX_H */
