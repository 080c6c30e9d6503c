// SPDX-License-Identifier: GPL-2.0
/* ESP's outer path: route, path MTU and IP header. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>

#include "child.h"
#include "esp.h"
#include "tx.h"

/* A smaller MTU than these is no path's but a forger's: what every host takes, less what a router may be wrong by. */
#define ADIT_PMTU_MIN4	552
#define ADIT_PMTU_MIN6	IPV6_MIN_MTU

/* The child that @path's peer would be reached by through @adev, or NULL. */
static struct adit_child *adit_esp_through(struct adit_dev *adev, const struct adit_esp_path *path)
{
	const struct adit_flow flow = {
		.src = path->local, .dst = path->peer, .family = path->family, .proto = IPPROTO_ESP,
	};

	return adit_spd_find(&adit_esp_dev(adev)->spd, &flow);
}

/* Whether what goes to @path's peer through @dev comes back to @adev, through esp devices alone. */
static bool adit_esp_loops(const struct adit_dev *adev, const struct net_device *dev, const struct adit_esp_path *path)
{
	unsigned int depth;

	for (depth = 0; depth < ADIT_TX_DEPTH_MAX; depth++) {
		struct adit_child *child;
		struct dst_entry *dst;

		if (dev == adev->dev)
			return true;
		if (!adit_dev_is(dev) || adit_dev(dev)->kind != ADIT_KIND_ESP)
			return false;
		child = adit_esp_through(adit_dev(dev), path);
		dst = child ? rcu_dereference(child->path.dst) : NULL;
		if (!dst)
			return false;
		dev = dst->dev;
		path = &child->path;
	}
	return true;
}

static struct dst_entry *adit_esp_find4(const struct adit_dev *adev, const struct adit_esp_path *path)
{
	struct flowi4 fl4 = {
		.flowi4_oif	= adev->link,
		.flowi4_mark	= READ_ONCE(adev->fwmark),
		.flowi4_proto	= IPPROTO_ESP,
		.saddr		= path->local.s6_addr32[0],
		.daddr		= path->peer.s6_addr32[0],
	};
	struct rtable *rt = ip_route_output_key(adev->net, &fl4);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *adit_esp_find6(const struct adit_dev *adev, const struct adit_esp_path *path)
{
	struct flowi6 fl6 = {
		.flowi6_oif	= adev->link,
		.flowi6_mark	= READ_ONCE(adev->fwmark),
		.flowi6_proto	= IPPROTO_ESP,
		.saddr		= path->local,
		.daddr		= path->peer,
	};

	return adit_ip6_dst_lookup_flow(adev->net, &fl6);
}

static void adit_esp_dst_set(struct adit_esp_path *path, struct dst_entry *dst, u32 cookie)
{
	/* A reader that sees the old cookie with the new route, or the reverse, looks the route up once more. */
	WRITE_ONCE(path->dst_cookie, cookie);
	dst_release((__force struct dst_entry *)xchg((__force struct dst_entry **)&path->dst, dst));
}

static struct dst_entry *adit_esp_find(struct adit_child *child)
{
	struct adit_esp_path *path = &child->path;
	const bool v4 = path->family == AF_INET;
	struct dst_entry *dst;

	dst = v4 ? adit_esp_find4(child->adev, path) : adit_esp_find6(child->adev, path);
	if (IS_ERR(dst))
		return ERR_PTR(-EHOSTUNREACH);
	if (adit_esp_loops(child->adev, dst->dev, path)) {
		dst_release(dst);
		return ERR_PTR(-ELOOP);
	}
	/* The cache has the reference now; until RCU read side ends, memory lives even if it is swapped out at once. */
	adit_esp_dst_set(path, dst, v4 ? 0 : rt6_get_cookie((const struct rt6_info *)dst));
	return dst;
}

/**
 * adit_esp_route() - route to the peer
 * @child: child
 *
 * Context: RCU read side, bottom halves off.
 * Return: route without a reference, valid inside the RCU read side; -EHOSTUNREACH; -ELOOP when it leads back into the
 * child's own device.
 */
struct dst_entry *adit_esp_route(struct adit_child *child)
{
	struct dst_entry *dst = rcu_dereference(child->path.dst);

	if (dst && dst_check(dst, READ_ONCE(child->path.dst_cookie)))
		return dst;
	return adit_esp_find(child);
}

/**
 * adit_esp_path_flush() - forget the route
 * @child: child; a packet that is under way may put one back, which goes with the child at the latest
 */
void adit_esp_path_flush(struct adit_child *child)
{
	adit_esp_dst_set(&child->path, NULL, 0);
}

/**
 * adit_esp_path_free() - let go of what a path holds
 * @child: child that no packet finds any more
 */
void adit_esp_path_free(struct adit_child *child)
{
	dst_release(rcu_dereference_protected(child->path.dst, true));
}

/**
 * adit_esp_path_mtu() - longest outer packet
 * @child: child
 * @dst: from adit_esp_route() in the same RCU read side
 *
 * Return: octets.
 */
unsigned int adit_esp_path_mtu(const struct adit_child *child, const struct dst_entry *dst)
{
	unsigned int mtu = dst_mtu(dst), told = READ_ONCE(child->path.pmtu);

	if (told && told < mtu && time_before(jiffies, READ_ONCE(child->path.pmtu_until)))
		return told;
	return mtu;
}

/**
 * adit_esp_path_shrunk() - ICMP told a path MTU
 * @child: child of the SA that sent the quoted packet
 * @mtu: as told
 */
void adit_esp_path_shrunk(struct adit_child *child, u32 mtu)
{
	struct adit_esp_path *path = &child->path;

	WRITE_ONCE(path->pmtu_until, jiffies + ADIT_PMTU_FOR);
	WRITE_ONCE(path->pmtu, max_t(u32, mtu, path->family == AF_INET ? ADIT_PMTU_MIN4 : ADIT_PMTU_MIN6));
}

static void adit_esp_output4(struct adit_child *child, struct sk_buff *skb, const struct dst_entry *dst, u8 tos, bool df)
{
	struct net *net = child->adev->net;
	struct iphdr *iph;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = tos;
	iph->frag_off = df ? htons(IP_DF) : 0;
	iph->ttl = ip4_dst_hoplimit(dst);
	iph->protocol = IPPROTO_ESP;
	iph->saddr = child->path.local.s6_addr32[0];
	iph->daddr = child->path.peer.s6_addr32[0];
	__ip_select_ident(net, iph, 1);
	ip_local_out(net, NULL, skb);
}

static void adit_esp_output6(struct adit_child *child, struct sk_buff *skb, struct dst_entry *dst, u8 tos)
{
	struct ipv6hdr *ip6h;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->nexthdr = IPPROTO_ESP;
	ip6h->hop_limit = ip6_dst_hoplimit(dst);
	ip6h->saddr = child->path.local;
	ip6h->daddr = child->path.peer;
	ip6_local_out(child->adev->net, NULL, skb);
}

/**
 * adit_esp_output() - send a sealed packet
 * @child: child
 * @skb: ESP header first, with headroom; consumed
 * @dst: from adit_esp_route() in the same RCU read side
 * @tos: DSCP and ECN of the outer header
 * @df: don't-fragment bit over IPv4
 * @whole: may be fragmented now that it is sealed
 *
 * Context: bottom halves off, no lock.
 */
void adit_esp_output(struct adit_child *child, struct sk_buff *skb, struct dst_entry *dst, u8 tos, bool df, bool whole)
{
	const struct adit_dev *adev = child->adev;

	skb_scrub_packet(skb, !net_eq(adev->net, dev_net(adev->dev)));
	/* One queue for all flows of a child: numbered packets that overtake one another may be lost. */
	skb_clear_hash(skb);
	skb->mark = READ_ONCE(adev->fwmark);
	skb->ignore_df = whole;
	skb_reset_transport_header(skb);
	skb->protocol = child->path.family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb_dst_set_noref(skb, dst);

	if (child->path.family == AF_INET)
		adit_esp_output4(child, skb, dst, tos, df);
	else
		adit_esp_output6(child, skb, dst, tos);
}
