/* SPDX-License-Identifier: GPL-2.0 */
/* That a device needs no lock to transmit is a bit of its own since Linux 6.12; before, it was one of the features. */
#ifndef ADIT_COMPAT_LINUX_NETDEVICE_H
#define ADIT_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

static inline void adit_netdev_set_lltx(struct net_device *dev)
{
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

#endif /* ADIT_COMPAT_LINUX_NETDEVICE_H */
