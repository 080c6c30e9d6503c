/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outer path: the route to a session's peer, and the outer IP header, over IPv4 and IPv6, whatever the encapsulation.
 */
#ifndef ADIT_OUTER_H
#define ADIT_OUTER_H

#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "device.h"
#include "session.h"

struct dst_entry *adit_outer_route(struct adit_session *s);
int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct dst_entry *dst, u8 tos);

/* Whether an outer address can be one end of a session. */
static inline bool adit_outer_addr_ok(u16 family, const struct in6_addr *addr)
{
	__be32 addr4 = addr->s6_addr32[0];

	if (family == AF_INET)
		return !ipv4_is_zeronet(addr4) && !ipv4_is_multicast(addr4) && !ipv4_is_lbcast(addr4);
	return ipv6_addr_type(addr) & IPV6_ADDR_UNICAST && !(ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL);
}

/* What an skb needs before its inner header. */
static inline unsigned int adit_outer_headroom(const struct adit_session *s, const struct dst_entry *dst)
{
	return LL_RESERVED_SPACE(dst->dev) + dst->header_len + s->adev->overhead;
}

#endif /* ADIT_OUTER_H */
