// SPDX-License-Identifier: GPL-2.0
/* ESP transmit: packets routed into a device to sealed packets of a child. */

#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <net/dsfield.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "child.h"
#include "clamp.h"
#include "crypt.h"
#include "esp.h"
#include "sa.h"
#include "socket.h"
#include "tx.h"

/* Fragments that wait for one another here are no other's: a number beside those of enum ip_defrag_users. */
#define ADIT_ESP_DEFRAG		0x61646974

static DEFINE_PER_CPU(unsigned int, adit_esp_depth);

static void adit_esp_drop(struct adit_child *child, struct sk_buff *skb, u64 *reason)
{
	adit_child_count(child, reason);
	DEV_STATS_INC(child->adev->dev, tx_dropped);
	kfree_skb(skb);
}

/* Of a super-packet, often no more than the headers is linear: to make more so costs a copy of its head. */
static unsigned int adit_esp_flow_head(const struct sk_buff *skb)
{
	if (skb_headlen(skb) < sizeof(struct iphdr) + sizeof(struct tcphdr) || skb->data[0] >> 4 != 4)
		return ADIT_FLOW_HEAD;
	return (skb->data[0] & 0x0f) * 4 + 2 * sizeof(__be16);
}

static bool adit_esp_flow(struct sk_buff *skb, struct adit_flow *flow)
{
	u16 family;

	if (skb_network_offset(skb) || !pskb_may_pull(skb, min(skb->len, adit_esp_flow_head(skb))) ||
	    adit_flow_parse(skb->data, skb_headlen(skb), flow))
		return false;
	family = skb->protocol == htons(ETH_P_IP) ? AF_INET : skb->protocol == htons(ETH_P_IPV6) ? AF_INET6 : 0;
	return flow->family == family;
}

/* No child protects this: say so to its sender. */
static void adit_esp_no_child(struct adit_dev *adev, struct sk_buff *skb)
{
	atomic64_inc(&adev->no_session);
	DEV_STATS_INC(adev->dev, tx_dropped);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	kfree_skb(skb);
}

static unsigned int adit_esp_outer_len(const struct adit_esp_path *path)
{
	return (path->family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
	       (path->local_port ? sizeof(struct udphdr) : 0);
}

/**
 * adit_esp_path_room() - longest packet that the path takes whole
 * @out: way out
 *
 * Return: octets, those that go outside included.
 */
unsigned int adit_esp_path_room(const struct adit_esp_out *out)
{
	unsigned int mtu = adit_esp_path_mtu(out->path, out->dst), outer = adit_esp_outer_len(out->path);

	return mtu > outer ? out->hlen + adit_esp_room(&out->sa->alg.dims, mtu - outer) : 0;
}

static bool adit_esp_fits(const struct sk_buff *skb, unsigned int room)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, room) : skb->len <= room;
}

/* Whether the path takes @skb, or each of its segments, whole. */
static bool adit_esp_goes_whole(const struct adit_esp_out *out, const struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return adit_esp_fits(skb, adit_esp_path_room(out));
	return adit_esp_outer_len(out->path) + adit_esp_sealed(&out->sa->alg.dims, skb->len - out->hlen) <=
	       adit_esp_path_mtu(out->path, out->dst);
}

static void adit_esp_packet(struct adit_dev *adev, struct sk_buff *skb);

static int adit_esp_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	adit_esp_packet(adit_dev(skb->dev), skb);
	return 0;
}

/* Too long for the path: cut it where IP allows, else tell its sender what fits. */
static void adit_esp_too_big(struct adit_child *child, struct sk_buff *skb, const struct adit_flow *flow,
			     unsigned int room)
{
	int err = flow->may_fragment && skb_valid_dst(skb) ? adit_tx_cut(skb, room, adit_esp_fragment) : -EMSGSIZE;

	if (!err)
		return;
	if (err == -EMSGSIZE)
		adit_tx_tell_room(skb, flow->family, room);
	adit_esp_drop(child, skb, err == -EMSGSIZE ? &child->stats.too_big : &child->stats.no_memory);
}

/**
 * adit_esp_headroom() - what an skb needs before what is protected
 * @out: way out
 *
 * Return: octets.
 */
unsigned int adit_esp_headroom(const struct adit_esp_out *out)
{
	return LL_RESERVED_SPACE(out->dst->dev) + out->dst->header_len + adit_esp_outer_len(out->path) +
	       ADIT_ESP_HEAD_MAX;
}

/*
 * Turn @skb into packets that are ours to encrypt, on @list. Segments are made without scatter-gather, so that one pass
 * copies and sums the data into linear skbs.
 * Return: number of packets that were dropped on the way; @skb is consumed.
 */
static unsigned int adit_esp_prepare(const struct adit_esp_out *out, struct sk_buff *skb, struct sk_buff_head *list)
{
	const unsigned int headroom = adit_esp_headroom(out);
	netdev_features_t features = skb->dev->features & ~(NETIF_F_GSO_MASK | NETIF_F_CSUM_MASK | NETIF_F_SG |
							    NETIF_F_FRAGLIST);
	const struct adit_dev *adev = out->child->adev;
	unsigned int dropped = 0;
	struct sk_buff *next;

	/* Its route, connection and so on are none of the outer packet's; segments are copies of what is left. */
	skb_scrub_packet(skb, !net_eq(adev->net, dev_net(adev->dev)));
	if (skb_is_gso(skb)) {
		struct sk_buff *segs = skb_gso_segment(skb, features);

		if (IS_ERR_OR_NULL(segs)) {
			kfree_skb(skb);
			return 1;
		}
		consume_skb(skb);
		skb = segs;
	}
	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		skb = adit_tx_own(skb, headroom, ADIT_ESP_TAIL_MAX);
		if (skb)
			__skb_queue_tail(list, skb);
		else
			dropped++;
	}
	return dropped;
}

/* Put ESP around a packet that is ours and let the algorithm have it. */
static void adit_esp_seal(const struct adit_esp_out *out, struct sk_buff *skb, u64 seq)
{
	const struct adit_esp_dims *dims = &out->sa->alg.dims;
	struct adit_crypt *c = adit_crypt_new(out->sa, skb);
	unsigned int pad;

	if (!c) {
		adit_sa_count(out->sa, &out->sa->stats.no_memory);
		DEV_STATS_INC(out->child->adev->dev, tx_dropped);
		kfree_skb(skb);
		return;
	}
	__skb_pull(skb, out->hlen);
	pad = adit_esp_pad(dims, skb->len);
	adit_esp_close(skb_put(skb, pad + ADIT_ESP_TLEN + dims->icv), pad, out->next);
	adit_esp_build(skb_push(skb, adit_esp_head(dims)), out->sa->key.spi, seq);
	c->seq = seq;
	c->look = out->look;
	c->out = out;
	adit_crypt_seal(c);
}

/**
 * adit_esp_sealed_done() - a packet is sealed
 * @c: its request, consumed with the packet
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_esp_sealed_done(struct adit_crypt *c)
{
	struct adit_sa *sa = c->sa;
	struct adit_child *child = sa->child;
	const struct adit_esp_look look = c->look;
	const struct adit_esp_out *out = c->out;
	struct sk_buff *skb = c->skb;
	int err = adit_crypt_tidy(c);
	struct adit_esp_path *path;
	struct adit_socket *sock;
	struct dst_entry *dst;

	adit_crypt_free(c);
	if (unlikely(err || READ_ONCE(sa->dead))) {
		adit_sa_count(sa, &sa->stats.crypto);
		DEV_STATS_INC(child->adev->dev, tx_dropped);
		kfree_skb(skb);
		return;
	}
	/* A port that nobody holds is not ours to send from. */
	sock = rcu_dereference(child->sock);
	if (sock && !adit_socket_alive(sock)) {
		adit_esp_drop(child, skb, &child->stats.no_socket);
		return;
	}
	/* What was done at once goes as was decided a moment ago, in the same RCU read side. */
	if (likely(out)) {
		adit_esp_output(child, out->path, skb, out->dst, &look);
		return;
	}
	path = rcu_dereference(child->path);
	dst = adit_esp_route(child, path);
	if (IS_ERR(dst))
		adit_esp_drop(child, skb, &child->stats.no_route);
	else
		adit_esp_output(child, path, skb, dst, &look);
}

/**
 * adit_esp_seal_list() - protect packets and send them
 * @out: way out, of this RCU read side
 * @list: packets that are linear, ours and scrubbed, with headroom and ADIT_ESP_TAIL_MAX of tailroom; emptied
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_esp_seal_list(const struct adit_esp_out *out, struct sk_buff_head *list)
{
	struct net_device *dev = out->child->adev->dev;
	unsigned int packets = 0, bytes = 0;
	struct sk_buff *skb;
	int event;
	u64 seq;

	skb_queue_walk(list, skb) {
		packets++;
		bytes += skb->len;
	}
	event = adit_sa_take(out->sa, packets, bytes - packets * out->hlen, &seq);
	if (event < 0) {
		__skb_queue_purge(list);
		atomic_long_add(packets, &dev->stats.__tx_dropped);
		return;
	}
	WRITE_ONCE(out->child->tx_last, jiffies);
	dev_sw_netstats_tx_add(dev, packets, bytes);
	while ((skb = __skb_dequeue(list)))
		adit_esp_seal(out, skb, seq++);
	adit_sa_told(out->sa, event);
}

/* What the outer header shows of the inner one (RFC 4301 section 5.1.2, RFC 6040 section 4.1, RFC 2983 section 5). */
static void adit_esp_show(struct adit_esp_out *out, const struct sk_buff *skb, const struct adit_flow *flow)
{
	const struct adit_child *child = out->child;
	u8 ds = flow->family == AF_INET ? ipv4_get_dsfield(ip_hdr(skb)) : ipv6_get_dsfield(ipv6_hdr(skb));

	if (child->no_dscp)
		ds &= INET_ECN_MASK;
	if (child->no_ecn)
		ds &= ~INET_ECN_MASK;
	out->look.tos = ds;
	out->look.df = child->df == ADIT_ESP_DF_SET || (child->df == ADIT_ESP_DF_COPY && !flow->may_fragment);
	out->look.whole = child->df == ADIT_ESP_DF_CLEAR;
	out->next = flow->family == AF_INET ? IPPROTO_IPIP : IPPROTO_IPV6;
}

/* In transport mode, the IP header goes outside instead. */
static void adit_esp_strip(struct adit_esp_out *out, const struct sk_buff *skb)
{
	if (out->path->family == AF_INET) {
		out->hlen = sizeof(struct iphdr);
		out->next = ip_hdr(skb)->protocol;
		out->look.ttl = ip_hdr(skb)->ttl;
	} else {
		out->hlen = sizeof(struct ipv6hdr);
		out->next = ipv6_hdr(skb)->nexthdr;
		out->look.ttl = ipv6_hdr(skb)->hop_limit;
	}
}

/*
 * Whether the outer header can be the packet's own. ESP has its place behind options and the headers that routers look
 * at (RFC 4303 section 3.1.1), and what is protected is no fragment (section 3.3.4).
 */
static bool adit_esp_fit_to_transport(const struct adit_esp_path *path, const struct sk_buff *skb,
				      const struct adit_flow *flow)
{
	u8 next;

	if (flow->family != path->family || !ipv6_addr_equal(&flow->src, &path->local) ||
	    !ipv6_addr_equal(&flow->dst, &path->peer))
		return false;
	if (path->family == AF_INET)
		return ip_hdr(skb)->ihl * 4 == sizeof(struct iphdr) && !ip_is_fragment(ip_hdr(skb));
	next = ipv6_hdr(skb)->nexthdr;
	return next != NEXTHDR_HOP && next != NEXTHDR_ROUTING && next != NEXTHDR_FRAGMENT;
}

/* Whether fragments of a packet, in which no ports are to be seen, go by the child that it goes by. */
static bool adit_esp_pieces_go_along(const struct adit_esp_out *out, const struct adit_flow *flow)
{
	struct adit_flow piece = *flow;

	if (!flow->has_ports)
		return true;
	piece.has_ports = false;
	return adit_spd_find(&adit_esp_dev(out->child->adev)->spd, &piece) == out->child;
}

/*
 * Whether a packet that does not fit the path whole is cut all the same, outside: what IPv6 promises to carry (RFC 2473
 * section 7.1), and what IPv4 allows to be cut and cannot be before. That is so in transport mode, and where its
 * fragments would have the protection of another child, or none (RFC 4301 sections 5.1 and 7).
 */
static bool adit_esp_cut_outside(const struct adit_esp_out *out, const struct sk_buff *skb,
				 const struct adit_flow *flow)
{
	if (flow->family == AF_INET)
		return flow->may_fragment && (out->hlen || !adit_esp_pieces_go_along(out, flow));
	return adit_esp_fits(skb, IPV6_MIN_MTU);
}

/* The way of a packet by @out->child and @out->sa. Consumes it. */
static void adit_esp_send(struct adit_esp_out *out, struct sk_buff *skb, const struct adit_flow *flow)
{
	struct adit_child *child = out->child;
	unsigned int dropped;
	struct sk_buff_head list;

	out->path = rcu_dereference(child->path);
	out->dst = this_cpu_read(adit_esp_depth) > ADIT_TX_DEPTH_MAX ? ERR_PTR(-ELOOP) :
								       adit_esp_route(child, out->path);
	if (IS_ERR(out->dst)) {
		adit_esp_drop(child, skb, PTR_ERR(out->dst) == -ELOOP ? &child->stats.loop : &child->stats.no_route);
		return;
	}
	adit_esp_show(out, skb, flow);
	if (adit_child_transports(child)) {
		if (!adit_esp_fit_to_transport(out->path, skb, flow)) {
			adit_esp_drop(child, skb, &child->stats.unfit);
			return;
		}
		adit_esp_strip(out, skb);
	}
	if (!out->look.whole && !adit_esp_goes_whole(out, skb)) {
		out->look.whole = adit_esp_cut_outside(out, skb, flow);
		if (!out->look.whole) {
			adit_esp_too_big(child, skb, flow, adit_esp_path_room(out));
			return;
		}
		out->look.df = false;
	}
	adit_esp_clamp(child->adev, skb);

	__skb_queue_head_init(&list);
	dropped = adit_esp_prepare(out, skb, &list);
	if (dropped) {
		spin_lock(&child->lock);
		child->stats.no_memory += dropped;
		spin_unlock(&child->lock);
		atomic_long_add(dropped, &child->adev->dev->stats.__tx_dropped);
	}
	if (!skb_queue_empty(&list))
		adit_esp_seal_list(out, &list);
}

static bool adit_esp_is_fragment4(const struct sk_buff *skb, const struct adit_flow *flow)
{
	return flow->family == AF_INET && ip_is_fragment(ip_hdr(skb));
}

/* The stack cuts what is longer than the device's MTU; transport mode carries datagrams, so they are put together. */
static void adit_esp_join(struct adit_child *child, struct sk_buff *skb)
{
	struct adit_dev *adev = child->adev;
	int err;

	if (!(ip_hdr(skb)->frag_off & htons(IP_OFFSET)))
		adit_child_count(child, &child->stats.fragmented);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	/* Not 0, it has taken the fragment, and frees it if it must. */
	err = ip_defrag(dev_net(adev->dev), skb, ADIT_ESP_DEFRAG);
	if (err == -EINPROGRESS)
		return;
	adit_child_count(child, err ? &child->stats.fragments_lost : &child->stats.joined);
	if (err)
		DEV_STATS_INC(adev->dev, tx_dropped);
	else
		adit_esp_packet(adev, skb);
}

static void adit_esp_packet(struct adit_dev *adev, struct sk_buff *skb)
{
	struct adit_flow flow __uninitialized;
	struct adit_esp_out out = {};

	if (!adit_esp_flow(skb, &flow)) {
		DEV_STATS_INC(adev->dev, tx_dropped);
		kfree_skb(skb);
		return;
	}
	out.child = adit_spd_find(&adit_esp_dev(adev)->spd, &flow);
	if (!out.child) {
		adit_esp_no_child(adev, skb);
		return;
	}
	if (adit_child_transports(out.child) && adit_esp_is_fragment4(skb, &flow)) {
		adit_esp_join(out.child, skb);
		return;
	}
	out.sa = rcu_dereference(out.child->out);
	if (!adit_sa_usable(out.sa)) {
		if (adit_child_wait(out.child, skb, &flow))
			return;
		/* One has come meanwhile. If it has gone again, the sender tries again. */
		out.sa = rcu_dereference(out.child->out);
		if (!out.sa) {
			adit_esp_drop(out.child, skb, &out.child->stats.wait_dropped);
			return;
		}
	}
	adit_esp_send(&out, skb, &flow);
}

/**
 * adit_esp_resend() - a packet has waited
 * @adev: device that it was routed into
 * @skb: packet, consumed
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_esp_resend(struct adit_dev *adev, struct sk_buff *skb)
{
	this_cpu_inc(adit_esp_depth);
	adit_esp_packet(adev, skb);
	this_cpu_dec(adit_esp_depth);
}

/**
 * adit_esp_xmit() - a packet was routed into an esp device
 * @skb: packet
 * @dev: device
 *
 * Context: bottom halves off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t adit_esp_xmit(struct sk_buff *skb, struct net_device *dev)
{
	rcu_read_lock();
	adit_esp_resend(adit_dev(dev), skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
