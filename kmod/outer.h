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

/**
 * struct adit_way - how the packets of a session that leave together do so
 * @dst: from adit_outer_route() in the same RCU read side
 * @tos: of the outer headers
 * @ident: identification of the next outer IPv4 header, from adit_outer_idents()
 */
struct adit_way {
	struct dst_entry *dst;
	u8 tos;
	u16 ident;
};

struct dst_entry *adit_outer_find(struct adit_session *s);
u16 adit_outer_idents_more(struct adit_session *s, unsigned int n);
int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way);

/**
 * adit_outer_route() - route to the peer
 * @s: session
 *
 * Context: RCU read side, bottom halves off.
 * Return: route without a reference, valid inside the RCU read side; -EHOSTUNREACH; -ELOOP when it leads back into the
 * session's own device.
 */
static inline struct dst_entry *adit_outer_route(struct adit_session *s)
{
	struct dst_entry *dst = rcu_dereference(s->dst);

	if (likely(dst && dst_check(dst, READ_ONCE(s->dst_cookie))))
		return dst;
	return adit_outer_find(s);
}

/* Take identification numbers for @n IPv4 packets; tx_lock held. Return: the first, the others follow it. */
static inline u16 adit_outer_idents(struct adit_session *s, unsigned int n)
{
	u16 first = s->ident;

	lockdep_assert_held(&s->tx_lock);

	if (unlikely(n > s->idents || time_after(jiffies, s->idents_until)))
		return adit_outer_idents_more(s, n);
	s->ident += n;
	s->idents -= n;
	return first;
}

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
