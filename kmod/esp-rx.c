// SPDX-License-Identifier: GPL-2.0
/* ESP receive: packets of an SA to the stack. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "carry.h"
#include "child.h"
#include "clamp.h"
#include "crypt.h"
#include "esp.h"
#include "netlink-esp.h"
#include "rx.h"
#include "sa.h"
#include "socket.h"

/* What is counted already. */
static void adit_esp_lose_counted(struct adit_sa *sa, struct sk_buff *skb)
{
	DEV_STATS_INC(sa->child->adev->dev, rx_dropped);
	kfree_skb(skb);
}

static void adit_esp_lose(struct adit_sa *sa, struct sk_buff *skb, u64 *reason)
{
	adit_sa_count(sa, reason);
	adit_esp_lose_counted(sa, skb);
}

/* @port: UDP port that it came from, or 0 */
static void adit_esp_check_in(struct adit_sa *sa, struct sk_buff *skb, __be16 port)
{
	struct adit_crypt *c;
	bool newest;
	u64 seq;

	if (adit_esp_check(&sa->alg.dims, skb->len) < 0) {
		adit_esp_lose(sa, skb, &sa->stats.malformed);
		return;
	}
	if (adit_sa_expect(sa, get_unaligned_be32(skb->data + 4), &seq, &newest)) {
		adit_esp_lose_counted(sa, skb);
		return;
	}
	/* In place only where nobody else reads or owns the octets. */
	if (skb_linearize_cow(skb)) {
		adit_esp_lose(sa, skb, &sa->stats.no_memory);
		return;
	}
	c = adit_crypt_new(sa, skb);
	if (!c) {
		adit_esp_lose(sa, skb, &sa->stats.no_memory);
		return;
	}
	c->seq = seq;
	c->newest = newest;
	c->port = port;
	adit_crypt_open(c);
}

/**
 * adit_esp_rcv() - a packet of an SA came
 * @sa: SA
 * @skb: skb->data at its ESP header, which is linear, behind the outer IP header; consumed
 *
 * Context: softirq or bottom halves off, RCU read side.
 */
void adit_esp_rcv(struct adit_sa *sa, struct sk_buff *skb)
{
	if (rcu_access_pointer(sa->child->sock))
		adit_esp_lose(sa, skb, &sa->stats.encap);
	else
		adit_esp_check_in(sa, skb, 0);
}

/**
 * adit_esp_udp_rcv() - a datagram came in at a place
 * @sock: place, of kind ESP
 * @skb: skb->data at its UDP header; consumed unless it is the socket's
 *
 * RFC 3948 section 2: four zero octets begin an IKE message, one octet of ones is a keepalive, the rest is ESP.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: 0, or 1 when it is left to the socket.
 */
int adit_esp_udp_rcv(struct adit_socket *sock, struct sk_buff *skb)
{
	const unsigned int at = sizeof(struct udphdr);
	struct adit_sa_key key = { .net = sock->key.net, .family = sock->key.family };
	struct adit_sa *sa;

	if (!pskb_may_pull(skb, at + ADIT_ESP_HLEN))
		goto drop;
	key.spi = get_unaligned_be32(skb->data + at);
	if (!key.spi)
		return 1;
	if (key.family == AF_INET)
		key.addr.s6_addr32[0] = ip_hdr(skb)->daddr;
	else
		key.addr = ipv6_hdr(skb)->daddr;
	sa = adit_sa_find(&key);
	if (!sa)
		goto drop;
	if (rcu_access_pointer(sa->child->sock) != sock) {
		adit_esp_lose(sa, skb, &sa->stats.encap);
		return 0;
	}
	__skb_pull(skb, at);
	adit_esp_check_in(sa, skb, udp_hdr(skb)->source);
	return 0;

drop:
	kfree_skb(skb);
	return 0;
}

/*
 * Put the IP header that a packet came with before what was protected, as if there had been nothing between. Options
 * and extension headers have done what they do on the way here, and go.
 */
static void adit_esp_rejoin4(struct sk_buff *skb, u8 next)
{
	struct iphdr iph = *ip_hdr(skb);

	iph.ihl = sizeof(iph) / 4;
	iph.tot_len = htons(sizeof(iph) + skb->len);
	iph.frag_off &= htons(IP_DF);
	iph.protocol = next;
	ip_send_check(&iph);
	memcpy(__skb_push(skb, sizeof(iph)), &iph, sizeof(iph));
}

static void adit_esp_rejoin6(struct sk_buff *skb, u8 next)
{
	struct ipv6hdr ip6h = *ipv6_hdr(skb);

	ip6h.payload_len = htons(skb->len);
	ip6h.nexthdr = next;
	memcpy(__skb_push(skb, sizeof(ip6h)), &ip6h, sizeof(ip6h));
}

/* Transport mode: make it a packet again. Return: family, or 0 for what has its place before ESP or is a fragment. */
static u16 adit_esp_rejoin(struct adit_sa *sa, struct sk_buff *skb, u8 next)
{
	if (sa->key.family == AF_INET) {
		adit_esp_rejoin4(skb, next);
		return AF_INET;
	}
	if (next == NEXTHDR_HOP || next == NEXTHDR_ROUTING || next == NEXTHDR_FRAGMENT)
		return 0;
	adit_esp_rejoin6(skb, next);
	return AF_INET6;
}

/* Family of the packet that comes in a tunnel, or 0. */
static u16 adit_esp_tunnelled(u8 next)
{
	return next == IPPROTO_IPIP ? AF_INET : next == IPPROTO_IPV6 ? AF_INET6 : 0;
}

/* See that what was protected is a packet, and one that may come. Return: NULL, or the counter of why not. */
static u64 *adit_esp_inner(struct adit_sa *sa, struct sk_buff *skb, u8 next)
{
	struct adit_flow flow __uninitialized;
	u16 family;

	family = adit_child_transports(sa->child) ? adit_esp_rejoin(sa, skb, next) : adit_esp_tunnelled(next);
	if (!family)
		return &sa->stats.protocol;
	if (adit_flow_parse(skb->data, min_t(unsigned int, skb->len, ADIT_FLOW_HEAD), &flow) ||
	    flow.family != family || flow.len > skb->len)
		return &sa->stats.inner;
	if (!adit_child_fits_in(sa->child, &flow))
		return &sa->stats.selector;
	/* What follows the packet is padding to hide its length (RFC 4303 section 2.7). */
	__skb_trim(skb, flow.len);
	skb->protocol = family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return NULL;
}

static void adit_esp_deliver(struct adit_sa *sa, struct sk_buff *skb, u8 outer)
{
	struct adit_dev *adev = sa->child->adev;

	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->mac_len = 0;
	adit_esp_summed(skb);
	if (!adit_rx_ecn(skb, outer)) {
		adit_esp_lose(sa, skb, &sa->stats.ecn);
		return;
	}
	adit_esp_clamp(adev, skb);
	skb_reset_network_header(skb);
	__skb_tunnel_rx(skb, adev->dev, adev->net);
	dev_sw_netstats_rx_add(adev->dev, skb->len);
	adit_rx_stack(adev, skb);
}

/* An authentic packet with @len octets of payload for @next. */
static void adit_esp_payload(struct adit_sa *sa, struct sk_buff *skb, unsigned int len, u8 next)
{
	u8 outer = sa->key.family == AF_INET ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	u64 *reason;

	if (next == IPPROTO_NONE) {
		adit_sa_count(sa, &sa->stats.dummy);
		consume_skb(skb);
		return;
	}
	__skb_pull(skb, adit_esp_head(&sa->alg.dims));
	__skb_trim(skb, len);
	reason = sa->child->l2tp_port ? adit_carry_check(sa, skb, next) : adit_esp_inner(sa, skb, next);
	/*
	 * The device is closed, and packets are waited for, before it dies; so past this test it may be given packets
	 * until RCU read side ends.
	 */
	if (!reason && !(sa->child->adev->dev->flags & IFF_UP))
		reason = &sa->stats.down;
	if (reason)
		adit_esp_lose(sa, skb, reason);
	else if (sa->child->l2tp_port)
		adit_carry_rcv(sa->child, skb);
	else
		adit_esp_deliver(sa, skb, outer);
}

/* Follow the peer to where an authentic packet came from. */
static void adit_esp_follow(struct adit_child *child, const struct sk_buff *skb, __be16 port)
{
	struct in6_addr peer = {};

	if (rcu_dereference(child->path)->family == AF_INET)
		peer.s6_addr32[0] = ip_hdr(skb)->saddr;
	else
		peer = ipv6_hdr(skb)->saddr;
	if (adit_esp_path_move(child, &peer, port))
		adit_child_event(child, ADIT_CHILD_EVENT_PEER_MOVED, NULL);
}

/**
 * adit_esp_opened() - a packet was checked and decrypted
 * @c: its request, consumed with the packet
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_esp_opened(struct adit_crypt *c)
{
	struct adit_sa *sa = c->sa;
	struct sk_buff *skb = c->skb;
	const struct adit_esp_dims *dims = &sa->alg.dims;
	int err = adit_crypt_tidy(c), len, event;
	const bool newest = c->newest;
	const __be16 port = c->port;
	const u64 seq = c->seq;
	u8 next;

	adit_crypt_free(c);
	if (unlikely(err || READ_ONCE(sa->dead))) {
		adit_esp_lose(sa, skb, err == -EBADMSG ? &sa->stats.forged : &sa->stats.crypto);
		return;
	}
	len = adit_esp_open(skb->data + adit_esp_head(dims), adit_esp_check(dims, skb->len), &next);
	event = adit_sa_note(sa, seq, max(len, 0));
	if (event < 0) {
		adit_esp_lose_counted(sa, skb);
		return;
	}
	WRITE_ONCE(sa->child->rx_last, jiffies);
	if (port && newest)
		adit_esp_follow(sa->child, skb, port);
	if (len < 0)
		adit_esp_lose(sa, skb, &sa->stats.padding);
	else
		adit_esp_payload(sa, skb, len, next);
	adit_sa_told(sa, event);
}
