/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H

#include <linux/types.h>

#define IP6_OFFSET	0xfff8

struct sk_buff;

/* The test's, of a kind with the kernel's. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr, __be16 *frag);

#endif /* SHIM_NET_IPV6_H */
