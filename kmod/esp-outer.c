// SPDX-License-Identifier: GPL-2.0
/* ESP's outer path: route, path MTU and IP header. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp.h>

#include "child.h"
#include "crypt.h"
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
		path = child ? rcu_dereference(child->path) : NULL;
		dst = path ? rcu_dereference(path->dst) : NULL;
		if (!dst)
			return false;
		dev = dst->dev;
	}
	return true;
}

static u8 adit_esp_protocol(const struct adit_esp_path *path)
{
	return path->local_port ? IPPROTO_UDP : IPPROTO_ESP;
}

static struct dst_entry *adit_esp_find4(const struct adit_dev *adev, const struct adit_esp_path *path)
{
	struct flowi4 fl4 = {
		.flowi4_oif	= adev->link,
		.flowi4_mark	= READ_ONCE(adev->fwmark),
		.flowi4_proto	= adit_esp_protocol(path),
		.saddr		= path->local.s6_addr32[0],
		.daddr		= path->peer.s6_addr32[0],
		.fl4_sport	= path->local_port,
		.fl4_dport	= path->peer_port,
	};
	struct rtable *rt = ip_route_output_key(adev->net, &fl4);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *adit_esp_find6(const struct adit_dev *adev, const struct adit_esp_path *path)
{
	struct flowi6 fl6 = {
		.flowi6_oif	= adev->link,
		.flowi6_mark	= READ_ONCE(adev->fwmark),
		.flowi6_proto	= adit_esp_protocol(path),
		.saddr		= path->local,
		.daddr		= path->peer,
		.fl6_sport	= path->local_port,
		.fl6_dport	= path->peer_port,
	};

	return adit_ip6_dst_lookup_flow(adev->net, &fl6);
}

static void adit_esp_dst_set(struct adit_esp_path *path, struct dst_entry *dst, u32 cookie)
{
	/* A reader that sees the old cookie with the new route, or the reverse, looks the route up once more. */
	WRITE_ONCE(path->dst_cookie, cookie);
	dst_release((__force struct dst_entry *)xchg((__force struct dst_entry **)&path->dst, dst));
}

static struct dst_entry *adit_esp_find(struct adit_child *child, struct adit_esp_path *path)
{
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
 * @path: its path
 *
 * Context: RCU read side, bottom halves off.
 * Return: route without a reference, valid inside the RCU read side; -EHOSTUNREACH; -ELOOP when it leads back into the
 * child's own device.
 */
struct dst_entry *adit_esp_route(struct adit_child *child, struct adit_esp_path *path)
{
	struct dst_entry *dst = rcu_dereference(path->dst);

	if (dst && dst_check(dst, READ_ONCE(path->dst_cookie)))
		return dst;
	return adit_esp_find(child, path);
}

/**
 * adit_esp_path_flush() - forget the route
 * @child: child; a packet that is under way may put one back, which goes with the path at the latest
 *
 * Context: any.
 */
void adit_esp_path_flush(struct adit_child *child)
{
	rcu_read_lock();
	adit_esp_dst_set(rcu_dereference(child->path), NULL, 0);
	rcu_read_unlock();
}

/**
 * adit_esp_path_free() - free a path and what it holds
 * @path: path that no packet has any more
 */
void adit_esp_path_free(struct adit_esp_path *path)
{
	dst_release(rcu_dereference_protected(path->dst, true));
	kfree(path);
}

static void adit_esp_path_free_rcu(struct rcu_head *rcu)
{
	adit_esp_path_free(container_of(rcu, struct adit_esp_path, rcu));
}

/**
 * adit_esp_path_free_later() - free a path that packets may still have
 * @path: path that another took the place of
 */
void adit_esp_path_free_later(struct adit_esp_path *path)
{
	call_rcu(&path->rcu, adit_esp_path_free_rcu);
}

static bool adit_esp_path_is(const struct adit_esp_path *path, const struct in6_addr *peer, __be16 port)
{
	return path->peer_port == port && ipv6_addr_equal(&path->peer, peer);
}

/**
 * adit_esp_path_move() - an authentic packet, newer than all before it, came from elsewhere
 * @child: child with UDP encapsulation
 * @peer: the peer's address
 * @port: its port
 *
 * Between the peers a NAT has changed its mind (RFC 3948 section 4 and RFC 7296 section 2.23 speak of it).
 *
 * Context: RCU read side, bottom halves off.
 * Return: whether packets go there from now on, and did not before.
 */
bool adit_esp_path_move(struct adit_child *child, const struct in6_addr *peer, __be16 port)
{
	struct adit_esp_path *old, *path;

	if (likely(adit_esp_path_is(rcu_dereference(child->path), peer, port)))
		return false;
	path = kzalloc(sizeof(*path), GFP_ATOMIC);
	if (!path)
		return false;

	spin_lock(&child->lock);
	old = rcu_dereference_protected(child->path, lockdep_is_held(&child->lock));
	path->local = old->local;
	path->peer = *peer;
	path->family = old->family;
	path->local_port = old->local_port;
	path->peer_port = port;
	rcu_assign_pointer(child->path, path);
	spin_unlock(&child->lock);
	adit_esp_path_free_later(old);
	return true;
}

/**
 * adit_esp_path_mtu() - longest outer packet
 * @path: path
 * @dst: from adit_esp_route() in the same RCU read side
 *
 * Return: octets.
 */
unsigned int adit_esp_path_mtu(const struct adit_esp_path *path, const struct dst_entry *dst)
{
	unsigned int mtu = dst_mtu(dst), told = READ_ONCE(path->pmtu);

	if (told && told < mtu && time_before(jiffies, READ_ONCE(path->pmtu_until)))
		return told;
	return mtu;
}

/**
 * adit_esp_path_shrunk() - ICMP told a path MTU
 * @child: child of the SA that sent the quoted packet
 * @mtu: as told
 *
 * Context: RCU read side.
 */
void adit_esp_path_shrunk(struct adit_child *child, u32 mtu)
{
	struct adit_esp_path *path = rcu_dereference(child->path);

	WRITE_ONCE(path->pmtu_until, jiffies + ADIT_PMTU_FOR);
	WRITE_ONCE(path->pmtu, max_t(u32, mtu, path->family == AF_INET ? ADIT_PMTU_MIN4 : ADIT_PMTU_MIN6));
}

/*
 * The UDP header of RFC 3948 section 2.1: over IPv4 without a checksum, which a NAT would have to mend and which is
 * needless beside the integrity check; IPv6 has none without (RFC 8200 section 8.1).
 */
static void adit_esp_push_udp(const struct adit_esp_path *path, struct sk_buff *skb)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = path->local_port;
	uh->dest = path->peer_port;
	uh->len = htons(skb->len);
	uh->check = 0;
	if (path->family == AF_INET6)
		udp6_set_csum(false, skb, &path->local, &path->peer, skb->len);
}

/* Take ADIT_IDENTS identification numbers, of which the first is returned and the others are kept. */
static u16 adit_esp_idents_more(struct net *net, struct adit_esp_path *path)
{
	struct iphdr iph = {
		.protocol = adit_esp_protocol(path),
		.saddr = path->local.s6_addr32[0],
		.daddr = path->peer.s6_addr32[0],
	};
	u16 first;

	__ip_select_ident(net, &iph, ADIT_IDENTS);
	first = ntohs(iph.id);
	WRITE_ONCE(path->idents_until, jiffies + ADIT_IDENTS_FOR);
	atomic_set(&path->idents, (ADIT_IDENTS - 1) << 16 | (u16)(first + 1));
	return first;
}

/*
 * Identification of an outer header. What may not be fragmented needs none (RFC 6864 section 4.1). The kernel's counter
 * is dear to ask, see adit_outer_idents_more(); those kept are, in one word, how many and the next. Two processors that
 * ask at once both get some, of which one's are kept.
 */
static u16 adit_esp_ident(struct net *net, struct adit_esp_path *path, const struct adit_esp_look *look)
{
	int kept = atomic_read(&path->idents), left = kept >> 16;

	if (look->df && !look->whole)
		return 0;
	if (likely(left && time_before(jiffies, READ_ONCE(path->idents_until)) &&
		   atomic_try_cmpxchg(&path->idents, &kept, (left - 1) << 16 | (u16)(kept + 1))))
		return kept;
	return adit_esp_idents_more(net, path);
}

static void adit_esp_output4(struct net *net, struct adit_esp_path *path, struct sk_buff *skb,
			     const struct dst_entry *dst, const struct adit_esp_look *look)
{
	struct iphdr *iph;

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = look->tos;
	iph->frag_off = look->df ? htons(IP_DF) : 0;
	iph->ttl = look->ttl ?: ip4_dst_hoplimit(dst);
	iph->protocol = adit_esp_protocol(path);
	iph->saddr = path->local.s6_addr32[0];
	iph->daddr = path->peer.s6_addr32[0];
	iph->id = htons(adit_esp_ident(net, path, look));
	ip_local_out(net, NULL, skb);
}

static void adit_esp_output6(struct net *net, const struct adit_esp_path *path, struct sk_buff *skb,
			     struct dst_entry *dst, const struct adit_esp_look *look)
{
	struct ipv6hdr *ip6h;

	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, look->tos, 0);
	ip6h->nexthdr = adit_esp_protocol(path);
	ip6h->hop_limit = look->ttl ?: ip6_dst_hoplimit(dst);
	ip6h->saddr = path->local;
	ip6h->daddr = path->peer;
	ip6_local_out(net, NULL, skb);
}

/**
 * adit_esp_output() - send a sealed packet
 * @child: child
 * @path: its path
 * @skb: ESP header first, with headroom, scrubbed of what it was before; consumed
 * @dst: from adit_esp_route() for @path in the same RCU read side
 * @look: what the outer header shows
 *
 * Context: bottom halves off, no lock.
 */
void adit_esp_output(struct adit_child *child, struct adit_esp_path *path, struct sk_buff *skb,
		     struct dst_entry *dst, const struct adit_esp_look *look)
{
	const struct adit_dev *adev = child->adev;

	/* One queue for all flows of a child: numbered packets that overtake one another may be lost. */
	skb_clear_hash(skb);
	skb->mark = READ_ONCE(adev->fwmark);
	skb->ignore_df = look->whole;
	skb_reset_transport_header(skb);
	skb->protocol = path->family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb_dst_set_noref(skb, dst);

	if (path->local_port)
		adit_esp_push_udp(path, skb);
	if (path->family == AF_INET)
		adit_esp_output4(adev->net, path, skb, dst, look);
	else
		adit_esp_output6(adev->net, path, skb, dst, look);
}
