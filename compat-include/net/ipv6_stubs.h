/* SPDX-License-Identifier: GPL-2.0 */
/* IPv6 was a module once, called through stubs; newer kernels have neither, and this header is gone. */
#ifndef ADIT_COMPAT_NET_IPV6_STUBS_H
#define ADIT_COMPAT_NET_IPV6_STUBS_H

#include <linux/version.h>
#include <net/ipv6.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#include_next <net/ipv6_stubs.h>

static inline struct dst_entry *adit_ip6_dst_lookup_flow(struct net *net, struct flowi6 *fl6)
{
	return ipv6_stub->ipv6_dst_lookup_flow(net, NULL, fl6, NULL);
}
#else
static inline struct dst_entry *adit_ip6_dst_lookup_flow(struct net *net, struct flowi6 *fl6)
{
	return ip6_dst_lookup_flow(net, NULL, fl6, NULL);
}
#endif

#endif /* ADIT_COMPAT_NET_IPV6_STUBS_H */
