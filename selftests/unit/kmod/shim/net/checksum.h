/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_NET_CHECKSUM_H
#define SHIM_NET_CHECKSUM_H

#include <linux/types.h>

struct sk_buff;

/* RFC 1624: a 16-bit word of what a sum covers changes. */
static inline void inet_proto_csum_replace2(__sum16 *sum, struct sk_buff *skb, __be16 from,
					    __be16 to, bool pseudohdr)
{
	u32 s = (u16)~*sum + (u16)~from + to;

	(void)skb;
	(void)pseudohdr;
	s = (s & 0xffff) + (s >> 16);
	*sum = ~(s + (s >> 16));
}

#endif /* SHIM_NET_CHECKSUM_H */
