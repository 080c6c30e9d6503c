/* SPDX-License-Identifier: GPL-2.0 */
/* Callbacks before and after an operation get a struct genl_split_ops since Linux 6.2; dumps a genl_info since 6.7. */
#ifndef ADIT_COMPAT_NET_GENETLINK_H
#define ADIT_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops genl_ops
#endif

static inline struct nlattr **adit_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif /* ADIT_COMPAT_NET_GENETLINK_H */
