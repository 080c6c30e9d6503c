/* SPDX-License-Identifier: GPL-2.0 */
/* Segmentation has a header of its own since Linux 6.5. */
#ifndef ADIT_COMPAT_NET_GSO_H
#define ADIT_COMPAT_NET_GSO_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/netdevice.h>
#else
#include_next <net/gso.h>
#endif

#endif /* ADIT_COMPAT_NET_GSO_H */
