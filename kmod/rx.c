// SPDX-License-Identifier: GPL-2.0
/* Receive: PPP packets and Ethernet frames of a session to the stack or to the owner. */

#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "device.h"
#include "frame.h"
#include "ppp.h"
#include "rx.h"
#include "session.h"
#include "tx.h"

/* Tunnels in tunnels that are unpacked on one stack; deeper ones go through the backlog. */
#define ADIT_RX_DEPTH_MAX	2

#define ADIT_DHCP_SERVER	67	/* RFC 2131 section 4.1 */
#define ADIT_DHCP_CLIENT	68
#define ADIT_DHCP6_CLIENT	546	/* RFC 8415 section 7.2 */
#define ADIT_DHCP6_SERVER	547

static DEFINE_PER_CPU(unsigned int, adit_rx_depth);

static struct adit_rx_cb *adit_rx_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct adit_rx_cb) > sizeof(skb->cb));
	return (struct adit_rx_cb *)skb->cb;
}

static noinline void adit_rx_drop(struct adit_session *s, struct sk_buff *skb, u64 *reason)
{
	lockdep_assert_held(&s->rx_lock);

	(*reason)++;
	DEV_STATS_INC(s->adev->dev, rx_dropped);
	kfree_skb(skb);
}

static void adit_rx_queue(struct sk_buff *skb, u16 protocol, bool frame, bool encrypted,
			  struct adit_rx_batch *batch)
{
	*adit_rx_cb(skb) = (struct adit_rx_cb){ .protocol = protocol, .frame = frame, .encrypted = encrypted };
	skb_mark_not_on_list(skb);
	*batch->tail = skb;
	batch->tail = &skb->next;
}

static noinline void adit_rx_frame(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool encrypted,
				   struct adit_rx_batch *batch)
{
	if (!adit_allowance_take(&s->frames)) {
		batch->lost++;
		adit_rx_drop(s, skb, &s->rx_stats.frames_lost);
		return;
	}
	adit_rx_queue(skb, protocol, true, encrypted, batch);
}

static bool adit_rx_source4(struct adit_session *s, __be32 addr)
{
	if (adit_dev_is_p2p(s->adev) || (addr && addr == s->addr4))
		return true;
	return adit_inner_find4(&s->adev->inner, addr) == s;
}

static bool adit_rx_is_link_local(const struct adit_session *s, const struct in6_addr *addr)
{
	return s->has_ifid && addr->s6_addr32[0] == htonl(0xfe800000) && !addr->s6_addr32[1] &&
	       !memcmp(&addr->s6_addr[8], s->ifid, sizeof(s->ifid));
}

static bool adit_rx_source6(struct adit_session *s, const struct in6_addr *addr)
{
	if (adit_dev_is_p2p(s->adev))
		return true;
	if (ipv6_addr_any(addr))
		return false;
	if (ipv6_addr_equal(addr, &s->addr6) || adit_rx_is_link_local(s, addr))
		return true;
	/* Link-local never selects a session, not by a prefix that covers it either. */
	return !(ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) && adit_inner_find6(&s->adev->inner, addr) == s;
}

static bool adit_rx_is_udp(struct sk_buff *skb, unsigned int at, u16 source, u16 dest)
{
	const struct udphdr *uh;

	if (!pskb_may_pull(skb, at + sizeof(*uh)))
		return false;
	uh = (const struct udphdr *)(skb->data + at);
	return uh->source == htons(source) && uh->dest == htons(dest);
}

/* DHCPINFORM, with which clients ask for routes and a domain name, is the owner's to answer. */
static noinline bool adit_rx_is_setup4(struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	return !(iph->frag_off & htons(IP_OFFSET | IP_MF)) &&
	       adit_rx_is_udp(skb, iph->ihl * 4, ADIT_DHCP_CLIENT, ADIT_DHCP_SERVER);
}

static bool adit_rx_is_rs(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

	if (ip6h->nexthdr != IPPROTO_ICMPV6 || !pskb_may_pull(skb, sizeof(*ip6h) + sizeof(struct icmp6hdr)))
		return false;
	return ((const struct icmp6hdr *)(skb->data + sizeof(*ip6h)))->icmp6_type == NDISC_ROUTER_SOLICITATION;
}

static bool adit_rx_is_setup6(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

	if (ip6h->nexthdr == IPPROTO_UDP)
		return adit_rx_is_udp(skb, sizeof(*ip6h), ADIT_DHCP6_CLIENT, ADIT_DHCP6_SERVER);
	return adit_rx_is_rs(skb);
}

/* Check an IPv4 packet and cut it to its length. Return: NULL, or the counter of why it is dropped. */
static u64 *adit_rx_check4(struct adit_session *s, struct sk_buff *skb, bool *setup)
{
	const struct iphdr *iph;
	unsigned int len;

	if (!(s->net & ADIT_PPP_NET_IPV4))
		return &s->rx_stats.closed;
	if (!pskb_may_pull(skb, sizeof(*iph)))
		return &s->rx_stats.malformed;

	iph = (const struct iphdr *)skb->data;
	len = ntohs(iph->tot_len);
	if (iph->version != 4 || iph->ihl < 5 || len < iph->ihl * 4 || len > skb->len)
		return &s->rx_stats.malformed;
	if (!pskb_may_pull(skb, iph->ihl * 4) || pskb_trim_rcsum(skb, len))
		return &s->rx_stats.no_memory;

	iph = (const struct iphdr *)skb->data;
	if (!adit_rx_source4(s, iph->saddr))
		return &s->rx_stats.source;
	*setup = iph->protocol == IPPROTO_UDP && !adit_dev_is_p2p(s->adev) && adit_rx_is_setup4(skb);
	return NULL;
}

static noinline u64 *adit_rx_check6(struct adit_session *s, struct sk_buff *skb, bool *setup)
{
	const struct ipv6hdr *ip6h;
	unsigned int len;
	bool rs;

	if (!(s->net & ADIT_PPP_NET_IPV6))
		return &s->rx_stats.closed;
	if (!pskb_may_pull(skb, sizeof(*ip6h)))
		return &s->rx_stats.malformed;

	ip6h = (const struct ipv6hdr *)skb->data;
	len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	if (ip6h->version != 6 || len > skb->len)
		return &s->rx_stats.malformed;
	if (pskb_trim_rcsum(skb, len))
		return &s->rx_stats.no_memory;

	/* A host that has no address yet solicits routers from :: (RFC 4861 section 4.1). */
	rs = adit_rx_is_rs(skb);
	ip6h = (const struct ipv6hdr *)skb->data;
	if (!adit_rx_source6(s, &ip6h->saddr) && !(rs && ipv6_addr_any(&ip6h->saddr)))
		return &s->rx_stats.source;
	*setup = !adit_dev_is_p2p(s->adev) && adit_rx_is_setup6(skb);
	return NULL;
}

static __always_inline void adit_rx_data(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool encrypted,
					 struct adit_rx_batch *batch)
{
	u64 *reason = &s->rx_stats.closed;
	bool setup = false;

	if (protocol == ADIT_PPP_IP)
		reason = adit_rx_check4(s, skb, &setup);
	else if (protocol == ADIT_PPP_IPV6)
		reason = adit_rx_check6(s, skb, &setup);
	if (unlikely(reason)) {
		adit_rx_drop(s, skb, reason);
		return;
	}
	if (unlikely(setup)) {
		adit_rx_frame(s, skb, protocol, encrypted, batch);
		return;
	}

	s->rx_stats.packets++;
	s->rx_stats.bytes += skb->len;
	s->rx_last = jiffies;
	adit_rx_queue(skb, protocol, false, encrypted, batch);
}

static bool adit_rx_plausible4(const u8 *ip, unsigned int plain, unsigned int len)
{
	const unsigned int hlen = (ip[0] & 0x0f) * 4, total = get_unaligned_be16(ip + 2);

	if (ip[0] >> 4 != 4 || hlen < sizeof(struct iphdr) || total < hlen || total > len)
		return false;
	/* With more options than were decrypted so far, version and lengths have to do. */
	return hlen > plain || !csum_fold(csum_partial(ip, hlen, 0));
}

static bool adit_rx_plausible6(const u8 *ip, unsigned int len)
{
	return ip[0] >> 4 == 6 && sizeof(struct ipv6hdr) + get_unaligned_be16(ip + 4) == len;
}

/*
 * What a key that is not the sender's makes of a packet passes here once in 2^28 or more times: for IPv4 the header
 * checksum decides, for IPv6, which has none, the exact length. Whether the protocol is open does not matter: a peer
 * may send before our side has it open, and the keys must stay in step.
 */
static bool adit_rx_plausible(const u8 *data, unsigned int len, const void *arg)
{
	unsigned int plain = min_t(unsigned int, len, ADIT_MPPE_HEAD);
	u16 protocol;
	int hlen;

	hlen = adit_ppp_parse(data, plain, &protocol);
	if (hlen < 0)
		return false;
	plain -= hlen;
	if (protocol == ADIT_PPP_IP)
		return plain >= sizeof(struct iphdr) && adit_rx_plausible4(data + hlen, plain, len - hlen);
	if (protocol == ADIT_PPP_IPV6)
		return plain >= sizeof(struct ipv6hdr) && adit_rx_plausible6(data + hlen, len - hlen);
	return false;
}

/*
 * Ask the owner for a Reset-Request: soon where the stream was in step until now, then again and again while packets
 * are lost, but not with each.
 */
static void adit_rx_desync(struct adit_session *s, bool in_step, struct adit_rx_batch *batch)
{
	unsigned int pause = in_step ? ADIT_DESYNC_EVENT_MIN_MS : ADIT_DESYNC_EVENT_MS;

	if (time_before(jiffies, s->desync_told + msecs_to_jiffies(pause)))
		return;
	s->desync_told = jiffies;
	batch->desync = true;
}

static u64 *adit_rx_open(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	bool in_step = !s->rx_mppe.desync;

	if (!adit_mppe_has_key(&s->rx_mppe))
		return &s->rx_stats.no_key;
	/* Nobody merges ciphertext. */
	if (skb_is_gso(skb))
		return &s->rx_stats.malformed;
	/* In place only where nobody else reads or owns the octets. */
	if (skb_linearize_cow(skb))
		return &s->rx_stats.no_memory;

	switch (adit_mppe_open(&s->rx_mppe, skb->data, skb->len, adit_rx_plausible, NULL)) {
	case ADIT_MPPE_OK:
		return NULL;
	case ADIT_MPPE_MALFORMED:
		return &s->rx_stats.malformed;
	case ADIT_MPPE_DESYNC:
		adit_rx_desync(s, in_step, batch);
		return &s->rx_stats.mppe_desync;
	case ADIT_MPPE_JUMP:
		return &s->rx_stats.mppe_jump;
	case ADIT_MPPE_LATE:
		return &s->rx_stats.late;
	case ADIT_MPPE_FORGED:
		break;
	}
	return &s->rx_stats.mppe_forged;
}

/* Decrypt @skb, which is freed where that fails. Return: whether it is a packet of @protocol now. */
static noinline bool adit_rx_mppe(struct adit_session *s, struct sk_buff *skb, u16 *protocol,
				  struct adit_rx_batch *batch)
{
	u64 *reason = adit_rx_open(s, skb, batch);

	if (reason) {
		adit_rx_drop(s, skb, reason);
		return false;
	}
	/* Whatever hardware said about checksums, it said about the ciphertext. */
	skb->ip_summed = CHECKSUM_NONE;
	__skb_pull(skb, ADIT_MPPE_HLEN);
	__skb_pull(skb, adit_ppp_parse(skb->data, skb->len, protocol));
	return true;
}

static __always_inline void adit_rx_ppp(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	bool encrypted = false;
	u16 protocol;
	int hlen = -EINVAL;

	if (pskb_may_pull(skb, min_t(unsigned int, skb->len, ADIT_PPP_HLEN_MAX)))
		hlen = adit_ppp_read(skb->data, skb_headlen(skb), &protocol);
	if (unlikely(hlen < 0)) {
		adit_rx_drop(s, skb, &s->rx_stats.malformed);
		return;
	}
	adit_rx_pull(skb, hlen);

	if (protocol == ADIT_PPP_MPPE) {
		encrypted = true;
		if (!adit_rx_mppe(s, skb, &protocol, batch))
			return;
	} else if (!adit_ppp_is_data(protocol)) {
		adit_rx_frame(s, skb, protocol, false, batch);
		return;
	} else if (s->mppe_required || adit_mppe_has_key(&s->rx_mppe)) {
		adit_rx_drop(s, skb, &s->rx_stats.plaintext);
		return;
	}
	adit_rx_data(s, skb, protocol, encrypted, batch);
}

static noinline void adit_rx_ether(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	if (!pskb_may_pull(skb, ETH_HLEN)) {
		adit_rx_drop(s, skb, &s->rx_stats.malformed);
		return;
	}
	s->rx_stats.packets++;
	s->rx_stats.bytes += skb->len;
	s->rx_last = jiffies;
	adit_rx_queue(skb, 0, false, false, batch);
}

static __always_inline void adit_rx_take(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	lockdep_assert_held(&s->rx_lock);

	if (s->adev->ether)
		adit_rx_ether(s, skb, batch);
	else
		adit_rx_ppp(s, skb, batch);
}

/**
 * adit_rx_payload() - first half: what is in a packet of a session
 * @s: session, alive, rx_lock held
 * @skb: PPP packet or Ethernet frame without more; consumed
 * @batch: gets what is to be handed on
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_rx_payload(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch)
{
	adit_rx_take(s, skb, batch);
}

/**
 * adit_rx_ecn_carry() - carry a congestion mark over, or refuse what cannot be true (RFC 6040)
 * @skb: skb->data at the inner IP header; what is no IP has no mark
 * @outer: DSCP and ECN of the outer header
 *
 * Return: whether the packet may go on; it is still the caller's.
 */
bool adit_rx_ecn_carry(struct sk_buff *skb, u8 outer)
{
	unsigned int hlen = skb->protocol == htons(ETH_P_IP) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (skb->protocol != htons(ETH_P_IP) && skb->protocol != htons(ETH_P_IPV6))
		return true;
	if (!pskb_may_pull(skb, hlen) || skb_ensure_writable(skb, hlen))
		return false;
	skb_reset_network_header(skb);
	if (skb->protocol == htons(ETH_P_IP))
		return INET_ECN_decapsulate(skb, outer, ip_hdr(skb)->tos) < 2;
	return INET_ECN_decapsulate(skb, outer, ipv6_get_dsfield(ipv6_hdr(skb))) < 2;
}

/* @skb: as it is given to the stack; what is in an Ethernet frame has not been looked at before. */
static bool adit_rx_is_tcp(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return skb_headlen(skb) >= sizeof(struct iphdr) && ip_hdr(skb)->protocol == IPPROTO_TCP;
	return skb->protocol == htons(ETH_P_IPV6) && skb_headlen(skb) >= sizeof(struct ipv6hdr) &&
	       ipv6_hdr(skb)->nexthdr == IPPROTO_TCP;
}

/**
 * adit_rx_stack() - give a packet to the stack as if it had come by the device
 * @adev: device, up
 * @skb: packet; what was merged before needs no merging
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_rx_stack(struct adit_dev *adev, struct sk_buff *skb)
{
	if (!skb_is_gso(skb) && adit_rx_is_tcp(skb)) {
		gro_cells_receive(&adev->gro_cells, skb);
		return;
	}
	if (this_cpu_read(adit_rx_depth) >= ADIT_RX_DEPTH_MAX) {
		netif_rx(skb);
		return;
	}
	this_cpu_inc(adit_rx_depth);
	netif_receive_skb(skb);
	this_cpu_dec(adit_rx_depth);
}

/* Make @skb a packet of the device: skb->data behind its link-layer header. */
static void adit_rx_link_layer(struct adit_dev *adev, struct sk_buff *skb, u16 protocol)
{
	skb_reset_mac_header(skb);
	if (adev->ether) {
		skb->protocol = eth_type_trans(skb, adev->dev);
		skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
		skb->mac_len = ETH_HLEN;
		return;
	}
	skb->mac_len = 0;
	skb->protocol = htons(protocol == ADIT_PPP_IP ? ETH_P_IP : ETH_P_IPV6);
}

static void adit_rx_deliver(struct adit_session *s, struct sk_buff *skb, u16 protocol)
{
	u8 outer = s->key.family == AF_INET ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	struct adit_dev *adev = s->adev;

	/*
	 * The device is closed, and packets are waited for, before it dies; so past this test it may be given packets
	 * until RCU read side ends.
	 */
	if (!(adev->dev->flags & IFF_UP) || iptunnel_pull_offloads(skb))
		goto drop;

	/* It makes everything a packet to this host: whose frame it is, is seen behind it. */
	__skb_tunnel_rx(skb, adev->dev, adev->net);
	adit_rx_link_layer(adev, skb, protocol);
	if (!adit_rx_ecn(skb, outer))
		goto drop;
	adit_tx_clamp(s, skb);

	skb_reset_network_header(skb);
	dev_sw_netstats_rx_add(adev->dev, skb->len);
	adit_rx_stack(adev, skb);
	return;

drop:
	DEV_STATS_INC(adev->dev, rx_dropped);
	kfree_skb(skb);
}

static noinline void adit_rx_owner(struct adit_session *s, struct sk_buff *skb, const struct adit_rx_cb *cb)
{
	int err = adit_frame_up(s, cb->protocol, skb, cb->encrypted);

	spin_lock_bh(&s->rx_lock);
	if (err)
		s->rx_stats.frames_lost++;
	else
		s->rx_stats.frames++;
	spin_unlock_bh(&s->rx_lock);

	if (err)
		adit_frames_lost(s, 1);
	consume_skb(skb);
}

static __always_inline void adit_rx_give(struct adit_session *s, struct adit_rx_batch *batch)
{
	struct sk_buff *skb, *next;

	skb_list_walk_safe(batch->packets, skb, next) {
		struct adit_rx_cb cb = *adit_rx_cb(skb);

		skb_mark_not_on_list(skb);
		if (unlikely(cb.frame))
			adit_rx_owner(s, skb, &cb);
		else
			adit_rx_deliver(s, skb, cb.protocol);
	}
	if (unlikely(batch->desync))
		adit_event_up(s, ADIT_SESSION_EVENT_MPPE_DESYNC);
	if (unlikely(batch->lost))
		adit_frames_lost(s, batch->lost);
}

/**
 * adit_rx_finish() - second half: hand on what the first half let through
 * @s: session; may have died meanwhile, its memory and device have not
 * @batch: its packets are consumed
 *
 * Context: RCU read side, bottom halves off, none of the session's locks.
 */
void adit_rx_finish(struct adit_session *s, struct adit_rx_batch *batch)
{
	adit_rx_give(s, batch);
}

/**
 * adit_rx_packet() - both halves at once, of a packet that waits for no other
 * @s: session
 * @skb: as for adit_rx_payload(); consumed
 *
 * Context: RCU read side, bottom halves off, none of the session's locks.
 */
void adit_rx_packet(struct adit_session *s, struct sk_buff *skb)
{
	struct adit_rx_batch batch __uninitialized;

	adit_rx_batch_init(&batch);
	spin_lock(&s->rx_lock);
	if (likely(!s->dead))
		adit_rx_take(s, skb, &batch);
	else
		kfree_skb(skb);
	spin_unlock(&s->rx_lock);
	adit_rx_give(s, &batch);
}
