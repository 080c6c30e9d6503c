// SPDX-License-Identifier: GPL-2.0
/* Outer path: route and IP header. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>

#include "device.h"
#include "outer.h"
#include "session.h"
#include "tx.h"

/* Most that a device asks for, as tunnels of the kernel do: devices in devices must not ask for more and more. */
#define ADIT_HEADROOM_MAX	512U

/* The session that @key's peer would be reached by through @adev, or NULL. */
static struct adit_session *adit_outer_through(struct adit_dev *adev, const struct adit_wire_key *key)
{
	if (adit_dev_is_p2p(adev))
		return rcu_dereference(adev->only);
	if (key->family == AF_INET)
		return adit_inner_find4(&adev->inner, key->peer.s6_addr32[0]);
	return adit_inner_find6(&adev->inner, &key->peer);
}

/* Whether what goes to @key's peer through @dev comes back to @adev, through devices of ours alone. */
static bool adit_outer_loops(const struct adit_dev *adev, const struct net_device *dev,
			     const struct adit_wire_key *key)
{
	unsigned int depth;

	for (depth = 0; depth < ADIT_TX_DEPTH_MAX; depth++) {
		struct adit_session *s;
		struct dst_entry *dst;

		if (dev == adev->dev)
			return true;
		if (!adit_dev_is(dev))
			return false;
		s = adit_outer_through(adit_dev(dev), key);
		dst = s ? rcu_dereference(s->dst) : NULL;
		if (!dst)
			return false;
		dev = dst->dev;
		key = &s->key;
	}
	return true;
}

static struct dst_entry *adit_outer_find4(const struct adit_session *s)
{
	const struct adit_dev *adev = s->adev;
	struct flowi4 fl4 = {
		.flowi4_oif	= adev->link,
		.flowi4_mark	= READ_ONCE(adev->fwmark),
		.flowi4_proto	= s->key.protocol,
		.saddr		= s->key.local.s6_addr32[0],
		.daddr		= s->key.peer.s6_addr32[0],
		.fl4_sport	= s->key.local_port,
		.fl4_dport	= s->key.peer_port,
	};
	struct rtable *rt = ip_route_output_key(adev->net, &fl4);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *adit_outer_find6(const struct adit_session *s)
{
	const struct adit_dev *adev = s->adev;
	struct flowi6 fl6 = {
		.flowi6_oif	= adev->link,
		.flowi6_mark	= READ_ONCE(adev->fwmark),
		.flowi6_proto	= s->key.protocol,
		.saddr		= s->key.local,
		.daddr		= s->key.peer,
		.fl6_sport	= s->key.local_port,
		.fl6_dport	= s->key.peer_port,
	};

	return adit_ip6_dst_lookup_flow(adev->net, &fl6);
}

/**
 * adit_outer_find() - look up the route to the peer, and keep it
 * @s: session
 *
 * Context: RCU read side, bottom halves off.
 * Return: as adit_outer_route().
 */
struct dst_entry *adit_outer_find(struct adit_session *s)
{
	const bool v4 = s->key.family == AF_INET;
	struct dst_entry *dst;
	unsigned int headroom;

	dst = v4 ? adit_outer_find4(s) : adit_outer_find6(s);
	if (IS_ERR(dst))
		return ERR_PTR(-EHOSTUNREACH);
	if (adit_outer_loops(s->adev, dst->dev, &s->key)) {
		dst_release(dst);
		return ERR_PTR(-ELOOP);
	}
	/* As ip_tunnel_adj_headroom(): what comes next is made with room for all headers. */
	headroom = adit_outer_headroom(s, dst);
	if (headroom > READ_ONCE(s->adev->dev->needed_headroom))
		WRITE_ONCE(s->adev->dev->needed_headroom, min(headroom, ADIT_HEADROOM_MAX));
	/* The cache has the reference now; until RCU read side ends, memory lives even if it is swapped out at once. */
	adit_session_dst_set(s, dst, v4 ? 0 : rt6_get_cookie((const struct rt6_info *)dst));
	return dst;
}

/**
 * adit_outer_idents_more() - take more identification numbers, of which some will be left
 * @s: session, tx_lock held
 * @n: how many are needed now
 *
 * Fragments find one another by this number. It must not be that of another packet between the same two addresses,
 * whose counter is the kernel's and dear to ask: so some are taken at once, and what is left of them is not used when
 * it has become old, because the counter goes round.
 *
 * Return: the first of @n.
 */
u16 adit_outer_idents_more(struct adit_session *s, unsigned int n)
{
	struct iphdr iph = { .protocol = s->key.protocol };
	unsigned int taken = max_t(unsigned int, n, ADIT_IDENTS);

	lockdep_assert_held(&s->tx_lock);

	/* In a child, ESP numbers its packets. */
	if (s->key.family != AF_INET || s->key.protocol == IPPROTO_ESP)
		return 0;
	iph.saddr = s->key.local.s6_addr32[0];
	iph.daddr = s->key.peer.s6_addr32[0];
	__ip_select_ident(s->key.net, &iph, taken);
	s->ident = ntohs(iph.id) + n;
	s->idents = taken - n;
	s->idents_until = jiffies + ADIT_IDENTS_FOR;
	return ntohs(iph.id);
}

static int adit_outer_output4(struct adit_session *s, struct sk_buff *skb, struct adit_way *way)
{
	struct net *net = s->key.net;
	struct iphdr *iph;
	int err;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	__skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = way->tos & ~INET_ECN_MASK;
	iph->id = htons(way->ident);
	iph->frag_off = s->df ? htons(IP_DF) : 0;
	iph->ttl = ip4_dst_hoplimit(way->dst);
	iph->protocol = s->key.protocol;
	iph->saddr = s->key.local.s6_addr32[0];
	iph->daddr = s->key.peer.s6_addr32[0];
	way->ident += skb_shinfo(skb)->gso_segs ?: 1;

	err = ip_local_out(net, NULL, skb);
	return net_xmit_eval(err);	/* a macro that evaluates twice */
}

static int adit_outer_output6(struct adit_session *s, struct sk_buff *skb, const struct adit_way *way)
{
	struct ipv6hdr *ip6h;
	int err;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb->ignore_df = !s->df;
	__skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, way->tos & ~INET_ECN_MASK, 0);
	ip6h->nexthdr = s->key.protocol;
	ip6h->hop_limit = ip6_dst_hoplimit(way->dst);
	ip6h->saddr = s->key.local;
	ip6h->daddr = s->key.peer;

	err = ip6_local_out(s->key.net, NULL, skb);
	return net_xmit_eval(err);
}

/**
 * adit_outer_output() - send an encapsulated packet
 * @s: session
 * @skb: what follows the outer IP header, with headroom; consumed
 * @way: how
 *
 * The don't-fragment bit stays clear unless asked for: a path with a smaller MTU costs fragments and not the session.
 * ECN of RFC 6040 is in compatibility mode, because PPTP and L2TP peers do not carry a mark over to the inner header.
 *
 * Context: bottom halves off, none of the session's locks.
 * Return: 0 or -errno.
 */
int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way)
{
	const struct adit_dev *adev = s->adev;

	skb_scrub_packet(skb, !net_eq(adev->net, dev_net(adev->dev)));
	/* One queue for all flows of a session: numbered packets that overtake one another are lost. */
	skb_clear_hash(skb);
	skb->mark = READ_ONCE(adev->fwmark);
	skb_dst_set_noref(skb, way->dst);

	if (s->key.family == AF_INET)
		return adit_outer_output4(s, skb, way);
	return adit_outer_output6(s, skb, way);
}
