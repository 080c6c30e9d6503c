// SPDX-License-Identifier: GPL-2.0
/* Transmit: packets and frames to sealed PPP packets of a session. */

#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/percpu.h>
#include <linux/unaligned.h>
#include <net/dsfield.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/udp_tunnel.h>

#include "carry.h"
#include "device.h"
#include "encap.h"
#include "mppe.h"
#include "outer.h"
#include "ppp.h"
#include "session.h"
#include "tx.h"

/* What MPPE adds inside the information field: its header, and the protocol field that it hides. */
#define ADIT_MPPE_EXTRA		(ADIT_MPPE_HLEN + 2)

/* Octets that every fragment but the last carries a multiple of. */
#define ADIT_TX_FRAGMENT_MIN	8

static DEFINE_PER_CPU(unsigned int, adit_tx_depth);

/* A hint until tx_lock is held: adit_tx_seal() decides. */
static bool adit_tx_encrypts(const struct adit_session *s)
{
	return READ_ONCE(s->tx_mppe.strength);
}

/* Longest inner packet that the peer takes. */
static unsigned int adit_tx_room(const struct adit_session *s)
{
	unsigned int mru = READ_ONCE(s->mru) - (adit_tx_encrypts(s) ? ADIT_MPPE_EXTRA : 0);

	return min(mru, s->adev->dev->max_mtu);
}

/**
 * adit_tx_mss() - largest TCP MSS that may pass, either way
 * @s: session
 *
 * Return: MSS for IPv4, or 0 to leave TCP alone.
 */
unsigned int adit_tx_mss(const struct adit_session *s)
{
	unsigned int clamp = READ_ONCE(s->adev->mss_clamp);
	unsigned int mtu;

	if (clamp != ADIT_MSS_CLAMP_AUTO)
		return clamp;
	mtu = min(READ_ONCE(s->adev->dev->mtu), adit_tx_room(s));
	return mtu - sizeof(struct iphdr) - sizeof(struct tcphdr);
}

static noinline void adit_tx_drop(struct adit_session *s, struct sk_buff *skb, u64 *reason)
{
	spin_lock_bh(&s->tx_lock);
	(*reason)++;
	spin_unlock_bh(&s->tx_lock);
	DEV_STATS_INC(s->adev->dev, tx_dropped);
	kfree_skb(skb);
}

/* PPP protocol of a packet whose IP header is there, or 0. */
static u16 adit_tx_protocol(struct sk_buff *skb)
{
	if (skb_network_offset(skb) || !pskb_inet_may_pull(skb))
		return 0;
	if (skb->protocol == htons(ETH_P_IP) && ip_hdr(skb)->version == 4)
		return ADIT_PPP_IP;
	if (skb->protocol == htons(ETH_P_IPV6) && ipv6_hdr(skb)->version == 6)
		return ADIT_PPP_IPV6;
	return 0;
}

static noinline void adit_tx_no_session(struct adit_dev *adev, struct sk_buff *skb)
{
	atomic64_inc(&adev->no_session);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}

/* Broadcast, multicast and link-local are of the link, and a concentrator is many links: they select none. */
static bool adit_tx_selects(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return !ipv4_is_multicast(ip_hdr(skb)->daddr) && !ipv4_is_lbcast(ip_hdr(skb)->daddr);
	return !(ipv6_addr_type(&ipv6_hdr(skb)->daddr) & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL));
}

static struct adit_session *adit_tx_select(struct adit_dev *adev, struct sk_buff *skb)
{
	struct adit_session *s;

	if (adit_dev_is_p2p(adev))
		return rcu_dereference(adev->only);
	if (!adit_tx_selects(skb))
		return NULL;

	if (skb->protocol == htons(ETH_P_IP))
		s = adit_inner_find4(&adev->inner, ip_hdr(skb)->daddr);
	else
		s = adit_inner_find6(&adev->inner, &ipv6_hdr(skb)->daddr);
	if (!s)
		adit_tx_no_session(adev, skb);
	return s;
}

static void adit_tx_packet(struct adit_dev *adev, struct sk_buff *skb);

static int adit_tx_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	adit_tx_packet(adit_dev(skb->dev), skb);
	return 0;
}

static bool adit_tx_may_fragment(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) && !(ip_hdr(skb)->frag_off & htons(IP_DF)) && skb_valid_dst(skb);
}

/* Turn a super-packet into packets, each of which goes by @output. Return: 0, or -ENOMEM with @skb as it was. */
static int adit_tx_cut_gso(struct sk_buff *skb, int (*output)(struct net *, struct sock *, struct sk_buff *))
{
	struct net *net = dev_net(skb->dev);
	struct sk_buff *seg, *next;

	seg = skb_gso_segment(skb, skb->dev->features & ~(NETIF_F_GSO_MASK | NETIF_F_CSUM_MASK));
	if (IS_ERR_OR_NULL(seg))
		return -ENOMEM;
	consume_skb(skb);
	skb_list_walk_safe(seg, seg, next) {
		skb_mark_not_on_list(seg);
		output(net, NULL, seg);
	}
	return 0;
}

/**
 * adit_tx_cut() - cut an IPv4 packet into fragments
 * @skb: packet with a route (skb_valid_dst(): tc can leave something else in its place), which may be cut
 * @room: longest fragment
 * @output: where each of them goes
 *
 * A super-packet is cut into its packets first, which find their way here by themselves where @output takes them.
 *
 * A fragment carries 8 octets at least (RFC 791 section 3.2). The stack relies on that, and would never come to an end.
 *
 * Context: BH disabled.
 * Return: 0 when @skb was consumed; -EMSGSIZE, there is no room for a fragment; -ENOMEM.
 */
int adit_tx_cut(struct sk_buff *skb, unsigned int room, int (*output)(struct net *, struct sock *, struct sk_buff *))
{
	/* Not what the sender's socket makes of the route's MTU, which may be none of IP. */
	if (min(room, ip_skb_dst_mtu(NULL, skb)) < ip_hdrlen(skb) + ADIT_TX_FRAGMENT_MIN)
		return -EMSGSIZE;
	if (skb_is_gso(skb))
		return adit_tx_cut_gso(skb, output);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = room;
	ip_do_fragment(dev_net(skb->dev), NULL, skb, output);
	return 0;
}

/* Longest inner packet, or payload of a frame, that the path takes whole; 0 where headers alone are too long. */
static unsigned int adit_tx_path_room(const struct adit_session *s, const struct dst_entry *dst, bool crypt)
{
	unsigned int overhead = adit_encap_overhead(s) + (s->adev->ether ? ETH_HLEN : ADIT_PPP_HLEN_MAX) +
				(crypt ? ADIT_MPPE_EXTRA : 0);
	unsigned int mtu = dst_mtu(dst);

	return mtu > overhead ? mtu - overhead : 0;
}

/**
 * adit_tx_tell_room() - tell the sender of an inner packet that it is too long
 * @skb: inner packet, its network header set
 * @family: AF_INET or AF_INET6
 * @room: octets that fit
 *
 * Context: BH disabled. @skb stays the caller's.
 */
void adit_tx_tell_room(struct sk_buff *skb, int family, unsigned int room)
{
	if (family == AF_INET6)
		room = max_t(unsigned int, room, IPV6_MIN_MTU);
	if (skb_valid_dst(skb))
		skb_dst_update_pmtu_no_confirm(skb, room);
	if (family == AF_INET)
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(room));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, room);
}

/* Too long for the peer: cut it where IP allows, else tell its sender what fits. */
static noinline void adit_tx_too_big(struct adit_session *s, struct sk_buff *skb, unsigned int room)
{
	int err;

	if (s->adev->ether) {
		adit_tx_drop(s, skb, &s->tx_stats.too_big);
		return;
	}
	err = adit_tx_may_fragment(skb) ? adit_tx_cut(skb, room, adit_tx_fragment) : -EMSGSIZE;
	if (!err)
		return;
	if (err == -EMSGSIZE)
		adit_tx_tell_room(skb, skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6, room);
	adit_tx_drop(s, skb, err == -EMSGSIZE ? &s->tx_stats.too_big : &s->tx_stats.no_memory);
}

static bool adit_tx_fits(const struct sk_buff *skb, unsigned int room)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, room) :
				 skb->len - skb_network_offset(skb) <= room;
}

/**
 * adit_tx_own() - make a packet linear and nobody else's, to be encrypted in place
 * @skb: inner packet, consumed
 * @headroom: octets that will be put before it
 * @tailroom: octets that will be put behind it
 *
 * Context: BH disabled.
 * Return: @skb or a copy of it, with its checksum made; NULL when it was freed.
 */
noinline struct sk_buff *adit_tx_own(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom)
{
	struct sk_buff *own = skb;

	if (skb_is_nonlinear(skb) || skb_cloned(skb) || unlikely(skb_headroom(skb) < headroom) ||
	    skb_tailroom(skb) < tailroom) {
		own = skb_copy_expand(skb, headroom, tailroom, GFP_ATOMIC);
		if (!own)
			goto err_free;
		/* The sender's socket goes on to be charged until the packet has left. */
		if (skb->sk)
			skb_set_owner_w(own, skb->sk);
		consume_skb(skb);
		skb = own;
	}

	if (!adit_tx_sum(own))
		goto err_free;
	own->ip_summed = CHECKSUM_NONE;
	own->encapsulation = 0;
	return own;

err_free:
	kfree_skb(skb);
	return NULL;
}

/* Make the checksum, or see that it can be made further on: once headers are before the packet, all would be inside. */
static __always_inline bool adit_tx_head_sum(const struct adit_session *s, struct sk_buff *skb)
{
	if (!adit_encap_may_sum_late(s))
		return adit_tx_sum(skb);
	return skb->ip_summed != CHECKSUM_PARTIAL || likely(adit_tx_sum_is_inside(skb));
}

/*
 * Make the head of @skb writable; the rest stays as it is. Where the kind does not leave it to hardware, the checksum
 * is made here, unless it was a moment ago (@summed). Both ends of a wire may be in this machine: who receives it there
 * need not look at it again.
 */
static __always_inline struct sk_buff *adit_tx_head(struct adit_session *s, struct sk_buff *skb, bool summed,
						    unsigned int headroom)
{
	summed |= skb->ip_summed == CHECKSUM_PARTIAL;
	if (skb_cow_head(skb, headroom) || !adit_tx_head_sum(s, skb)) {
		kfree_skb(skb);
		return NULL;
	}
	/* As iptunnel_handle_offloads(): who makes the checksum finds it, and nobody else looks for inner headers. */
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (!skb->encapsulation)
			skb_reset_inner_headers(skb);
		skb->encapsulation = 1;
	} else {
		skb->ip_summed = summed ? CHECKSUM_UNNECESSARY : CHECKSUM_NONE;
		skb->csum_level = 0;
		skb->encapsulation = 0;
	}
	return skb;
}

/* Make a super-packet one of a UDP tunnel, which is segmented behind us. Return: it, or NULL when it was freed. */
static noinline struct sk_buff *adit_tx_late(struct adit_session *s, struct sk_buff *skb, unsigned int headroom)
{
	if (skb_cow_head(skb, headroom) || !adit_tx_head_sum(s, skb)) {
		kfree_skb(skb);
		return NULL;
	}
	/* Outer headers go before the link-layer header of the inner packet, which has none behind PPP. */
	skb_reset_mac_header(skb);
	skb_set_inner_protocol(skb, skb->protocol);
	if (udp_tunnel_handle_offloads(skb, adit_encap_has_csum(s))) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/*
 * Segments are summed when they are made; those that must be @own are made without scatter-gather as well, so that one
 * pass copies and sums the data into linear skbs. Return: a list; NULL when it failed. @skb is consumed.
 */
static noinline struct sk_buff *adit_tx_segment(struct sk_buff *skb, bool own)
{
	netdev_features_t features = skb->dev->features & ~(NETIF_F_GSO_MASK | NETIF_F_CSUM_MASK);
	struct sk_buff *segs;

	if (own)
		features &= ~(NETIF_F_SG | NETIF_F_FRAGLIST);
	segs = skb_gso_segment(skb, features);
	if (IS_ERR_OR_NULL(segs)) {
		kfree_skb(skb);
		return NULL;
	}
	consume_skb(skb);
	return segs;
}

/*
 * Make @skb one that needs only its headers. @segment: of a super-packet, which are summed when they are made. Return:
 * it or a copy; NULL when it was freed.
 */
static __always_inline struct sk_buff *adit_tx_prepare(struct adit_session *s, struct sk_buff *skb, bool crypt,
						       bool segment, unsigned int headroom)
{
	return unlikely(crypt) ? adit_tx_own(skb, headroom, 0) : adit_tx_head(s, skb, segment, headroom);
}

/* Count packets that were lost or refused, and free those of @list. */
static noinline void adit_tx_drop_list(struct adit_session *s, struct sk_buff *list, unsigned int dropped, u64 *reason)
{
	struct sk_buff *skb;

	for (skb = list; skb; skb = skb->next)
		dropped++;
	kfree_skb_list(list);
	spin_lock(&s->tx_lock);
	*reason += dropped;
	spin_unlock(&s->tx_lock);
	atomic_long_add(dropped, &s->adev->dev->stats.__tx_dropped);
}

/*
 * Turn a super-packet into packets that need only their headers, or make it one that is segmented behind us. Return: a
 * list; NULL when nothing is left of it. @skb is consumed.
 */
static noinline struct sk_buff *adit_tx_prepare_gso(struct adit_session *s, struct sk_buff *skb, bool crypt,
						    unsigned int headroom)
{
	struct sk_buff *list = NULL, **tail = &list, *next;
	bool late = !crypt && adit_encap_may_segment_late(s, skb);
	unsigned int dropped;

	skb = late ? adit_tx_late(s, skb, headroom) : adit_tx_segment(skb, crypt);
	dropped = !skb;
	if (late && skb)
		return skb;
	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		skb = adit_tx_prepare(s, skb, crypt, true, headroom);
		if (!skb) {
			dropped++;
			continue;
		}
		*tail = skb;
		tail = &skb->next;
	}
	if (dropped)
		adit_tx_drop_list(s, NULL, dropped, &s->tx_stats.no_memory);
	return list;
}

/*
 * Whether data may go, and in clear, is decided here and nowhere else, under the lock that keys change under.
 * Return: 0, -ENOENT when the session is dead, -ENOKEY.
 */
static int adit_tx_may(const struct adit_session *s, u16 protocol, bool crypt)
{
	lockdep_assert_held(&s->tx_lock);

	if (unlikely(s->dead))
		return -ENOENT;
	if (adit_ppp_is_data(protocol) &&
	    (adit_mppe_has_key(&s->tx_mppe) != crypt || (s->mppe_required && !crypt)))
		return -ENOKEY;
	return 0;
}

static __always_inline void adit_tx_push_ppp(struct sk_buff *skb, u16 protocol, u32 framing)
{
	if (!framing)
		put_unaligned_be32(ADIT_PPP_PLAIN | protocol, __skb_push(skb, ADIT_PPP_HLEN_MAX));
	else
		adit_ppp_build(__skb_push(skb, adit_ppp_hlen(protocol, framing)), protocol, framing);
}

static noinline void adit_tx_encrypt(struct adit_session *s, struct sk_buff *skb, u16 protocol)
{
	unsigned int len;
	u8 *hdr;

	put_unaligned_be16(protocol, __skb_push(skb, 2));
	len = skb->len;
	hdr = __skb_push(skb, ADIT_MPPE_HLEN);
	adit_mppe_seal(&s->tx_mppe, hdr, hdr + ADIT_MPPE_HLEN, len);
}

/* Everything that makes a packet one of the session: MPPE, PPP and the encapsulation's header, into its headroom. */
static __always_inline void adit_tx_seal(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool crypt)
{
	lockdep_assert_held(&s->tx_lock);

	if (unlikely(crypt)) {
		adit_tx_encrypt(s, skb, protocol);
		protocol = ADIT_PPP_MPPE;
	}
	if (!s->adev->ether)
		adit_tx_push_ppp(skb, protocol, s->framing);
	adit_encap_push(s, skb);
}

/* Seal the packets of @list, all or none, and add up what is sent. Return: 0, or why none may go. */
static __always_inline int adit_tx_seal_list(struct adit_session *s, struct sk_buff *list, u16 protocol, bool crypt,
					     u16 *ident)
{
	unsigned int packets = 0, bytes = 0;
	struct sk_buff *skb;
	int err;

	/* Bottom halves are off in ndo_start_xmit. */
	spin_lock(&s->tx_lock);
	err = adit_tx_may(s, protocol, crypt);
	for (skb = list; skb && !err; skb = skb->next) {
		packets += skb_shinfo(skb)->gso_segs ?: 1;
		bytes += skb->len;
		adit_tx_seal(s, skb, protocol, crypt);
	}
	if (packets) {
		s->tx_stats.packets += packets;
		s->tx_stats.bytes += bytes;
		s->tx_last = jiffies;
		*ident = adit_outer_idents(s, packets);
		dev_sw_netstats_tx_add(s->adev->dev, packets, bytes);
	}
	spin_unlock(&s->tx_lock);
	return err;
}

/*
 * DSCP is copied to the outer header in clear (RFC 2983 uniform model) and not told to the path where the packet is
 * encrypted.
 */
static u8 adit_tx_tos(const struct sk_buff *skb, bool crypt)
{
	if (crypt)
		return 0;
	if (skb->protocol == htons(ETH_P_IP))
		return ipv4_get_dsfield(ip_hdr(skb));
	return skb->protocol == htons(ETH_P_IPV6) ? ipv6_get_dsfield(ipv6_hdr(skb)) : 0;
}

/* Segment, seal and send what the session may carry; @protocol 0 is an Ethernet frame. */
static __always_inline void adit_tx_send(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool crypt, u8 tos)
{
	struct adit_way way = { .tos = tos };
	struct sk_buff *next;
	unsigned int headroom;

	way.dst = unlikely(this_cpu_read(adit_tx_depth) > ADIT_TX_DEPTH_MAX) ? ERR_PTR(-ELOOP) : adit_outer_route(s);
	if (IS_ERR(way.dst)) {
		adit_tx_drop(s, skb, PTR_ERR(way.dst) == -ELOOP ? &s->tx_stats.loop : &s->tx_stats.no_route);
		return;
	}
	if (unlikely(s->df) && !adit_tx_fits(skb, adit_tx_path_room(s, way.dst, crypt))) {
		adit_tx_too_big(s, skb, adit_tx_path_room(s, way.dst, crypt));
		return;
	}
	adit_tx_clamp(s, skb);

	headroom = adit_outer_headroom(s, way.dst);
	if (skb_is_gso(skb)) {
		skb = adit_tx_prepare_gso(s, skb, crypt, headroom);
		if (!skb)
			return;
	} else {
		skb_mark_not_on_list(skb);
		skb = adit_tx_prepare(s, skb, crypt, false, headroom);
		if (unlikely(!skb)) {
			adit_tx_drop_list(s, NULL, 1, &s->tx_stats.no_memory);
			return;
		}
	}

	if (unlikely(adit_tx_seal_list(s, skb, protocol, crypt, &way.ident))) {
		adit_tx_drop_list(s, skb, 0, &s->tx_stats.no_key);
		return;
	}
	do {
		next = skb->next;
		skb_mark_not_on_list(skb);
		adit_encap_output(s, skb, &way);
		skb = next;
	} while (unlikely(skb));
}

/* Make packets on a list that are ours, for a child to encrypt. Return: number of those lost; @skb is consumed. */
static unsigned int adit_tx_prepare_own(struct sk_buff *skb, unsigned int headroom, struct sk_buff **list)
{
	struct sk_buff *next, **tail = list;
	unsigned int dropped = 0;

	*list = NULL;
	if (skb_is_gso(skb)) {
		skb = adit_tx_segment(skb, true);
		dropped = !skb;
	}
	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		skb = adit_tx_own(skb, headroom, ADIT_ESP_TAIL_MAX);
		if (skb) {
			*tail = skb;
			tail = &skb->next;
		} else {
			dropped++;
		}
	}
	return dropped;
}

/* adit_tx_send() by a child: encapsulated and protected in one go. */
static noinline void adit_tx_send_child(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool crypt, u8 tos)
{
	unsigned int dropped, extra, room;
	struct adit_esp_out out;
	struct sk_buff *list;
	u64 *reason;
	u16 ident;

	reason = this_cpu_read(adit_tx_depth) > ADIT_TX_DEPTH_MAX ? &s->tx_stats.loop : adit_carry_begin(s, &out, tos);
	if (reason) {
		adit_tx_drop(s, skb, reason);
		return;
	}
	extra = (s->adev->ether ? ETH_HLEN : ADIT_PPP_HLEN_MAX) + (crypt ? ADIT_MPPE_EXTRA : 0);
	room = adit_carry_room(s, &out);
	if (!out.look.whole && !adit_tx_fits(skb, room - min(room, extra))) {
		adit_tx_too_big(s, skb, room - min(room, extra));
		return;
	}
	adit_tx_clamp(s, skb);

	skb_scrub_packet(skb, !net_eq(s->adev->net, dev_net(s->adev->dev)));
	dropped = adit_tx_prepare_own(skb, adit_esp_headroom(&out) + ADIT_CARRY_HEAD + s->adev->overhead, &list);
	if (dropped)
		adit_tx_drop_list(s, NULL, dropped, &s->tx_stats.no_memory);
	if (!list)
		return;
	if (adit_tx_seal_list(s, list, protocol, crypt, &ident))
		adit_tx_drop_list(s, list, 0, &s->tx_stats.no_key);
	else
		adit_carry_send(s, &out, list);
}

static void adit_tx_session(struct adit_session *s, struct sk_buff *skb, u16 protocol)
{
	const u32 net = protocol == ADIT_PPP_IP ? ADIT_PPP_NET_IPV4 : ADIT_PPP_NET_IPV6;
	const bool crypt = adit_tx_encrypts(s);
	unsigned int room = adit_tx_room(s);

	if (unlikely(!(READ_ONCE(s->net) & net))) {
		adit_tx_drop(s, skb, &s->tx_stats.closed);
		return;
	}
	if (unlikely(!adit_tx_fits(skb, room))) {
		adit_tx_too_big(s, skb, room);
		return;
	}
	if (unlikely(adit_encap_child(s)))
		adit_tx_send_child(s, skb, protocol, crypt, adit_tx_tos(skb, crypt));
	else
		adit_tx_send(s, skb, protocol, crypt, adit_tx_tos(skb, crypt));
}

static void adit_tx_packet(struct adit_dev *adev, struct sk_buff *skb)
{
	u16 protocol = adit_tx_protocol(skb);
	struct adit_session *s = NULL;

	if (protocol)
		s = adit_tx_select(adev, skb);
	if (!s) {
		DEV_STATS_INC(adev->dev, tx_dropped);
		kfree_skb(skb);
		return;
	}
	adit_tx_session(s, skb, protocol);
}

/**
 * adit_tx_xmit() - a packet was routed into a device
 * @skb: packet
 * @dev: device
 *
 * Context: bottom halves off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t adit_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	rcu_read_lock();
	this_cpu_inc(adit_tx_depth);
	adit_tx_packet(adit_dev(dev), skb);
	this_cpu_dec(adit_tx_depth);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void adit_tx_send_frame(struct adit_session *s, struct sk_buff *skb)
{
	u8 tos = pskb_inet_may_pull(skb) ? adit_tx_tos(skb, false) : 0;

	if (adit_encap_child(s))
		adit_tx_send_child(s, skb, 0, false, tos);
	else
		adit_tx_send(s, skb, 0, false, tos);
}

/**
 * adit_tx_xmit_ether() - an Ethernet frame goes into a device that carries them
 * @skb: frame
 * @dev: device
 *
 * Context: bottom halves off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t adit_tx_xmit_ether(struct sk_buff *skb, struct net_device *dev)
{
	struct adit_session *s;

	rcu_read_lock();
	this_cpu_inc(adit_tx_depth);
	s = rcu_dereference(adit_dev(dev)->only);
	if (s) {
		adit_tx_send_frame(s, skb);
	} else {
		DEV_STATS_INC(dev, tx_dropped);
		kfree_skb(skb);
	}
	this_cpu_dec(adit_tx_depth);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static int adit_tx_frame_check(const struct adit_session *s, u16 protocol, unsigned int len,
			       struct netlink_ext_ack *extack)
{
	u32 net;

	if (s->adev->ether) {
		NL_SET_ERR_MSG(extack, "the device carries Ethernet, there are no PPP frames");
		return -EOPNOTSUPP;
	}
	if ((protocol & 0x0101) != 0x0001 || protocol == ADIT_PPP_MPPE) {
		NL_SET_ERR_MSG(extack, "protocol is no number that a frame can have (RFC 1661 section 2)");
		return -EINVAL;
	}
	if (!adit_ppp_is_data(protocol))
		return 0;
	if (protocol != ADIT_PPP_IP && protocol != ADIT_PPP_IPV6) {
		NL_SET_ERR_MSG(extack, "protocol is data of neither IPv4 nor IPv6");
		return -EINVAL;
	}

	net = protocol == ADIT_PPP_IP ? ADIT_PPP_NET_IPV4 : ADIT_PPP_NET_IPV6;
	if (!(READ_ONCE(s->net) & net)) {
		NL_SET_ERR_MSG(extack, "the protocol is not open on the session");
		return -ENETDOWN;
	}
	if (len > adit_tx_room(s)) {
		NL_SET_ERR_MSG(extack, "data is longer than the peer's MRU");
		return -EMSGSIZE;
	}
	return 0;
}

static int adit_tx_frame_seal(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool crypt, u16 *ident,
			      struct netlink_ext_ack *extack)
{
	int err;

	spin_lock_bh(&s->tx_lock);
	err = adit_tx_may(s, protocol, crypt);
	if (!err) {
		adit_tx_seal(s, skb, protocol, crypt);
		*ident = adit_outer_idents(s, 1);
		s->tx_stats.frames++;
	} else if (err == -ENOKEY) {
		s->tx_stats.no_key++;
	}
	spin_unlock_bh(&s->tx_lock);

	if (err == -ENOKEY)
		NL_SET_ERR_MSG(extack, "encryption is required and no transmit key is set");
	return err;
}

static int adit_tx_frame_child(struct adit_session *s, struct sk_buff *skb, u16 protocol, bool crypt,
			       struct netlink_ext_ack *extack)
{
	struct adit_esp_out out;
	u64 *reason;
	u16 ident;
	int err;

	reason = adit_carry_begin(s, &out, 0);
	if (reason) {
		NL_SET_ERR_MSG(extack, "the child is gone or down, or has no security association or route");
		adit_tx_drop(s, skb, reason);
		return -EHOSTUNREACH;
	}
	err = skb_cow_head(skb, adit_esp_headroom(&out) + ADIT_CARRY_HEAD + s->adev->overhead);
	if (!err)
		err = adit_tx_frame_seal(s, skb, protocol, crypt, &ident, extack);
	if (err)
		kfree_skb(skb);
	else
		adit_carry_send(s, &out, skb);
	return err;
}

static int adit_tx_frame_skb(struct adit_session *s, struct sk_buff *skb, u16 protocol,
			     struct netlink_ext_ack *extack)
{
	const bool crypt = adit_ppp_is_data(protocol) && adit_tx_encrypts(s);
	struct adit_way way = {};
	int err;

	if (adit_encap_child(s))
		return adit_tx_frame_child(s, skb, protocol, crypt, extack);
	way.dst = adit_outer_route(s);

	if (way.dst == ERR_PTR(-ELOOP)) {
		NL_SET_ERR_MSG(extack, "the route to the peer leads back into the device");
		adit_tx_drop(s, skb, &s->tx_stats.loop);
		return -ELOOP;
	}
	if (IS_ERR(way.dst)) {
		NL_SET_ERR_MSG(extack, "no route to the peer");
		adit_tx_drop(s, skb, &s->tx_stats.no_route);
		return PTR_ERR(way.dst);
	}

	err = skb_cow_head(skb, adit_outer_headroom(s, way.dst));
	if (!err)
		err = adit_tx_frame_seal(s, skb, protocol, crypt, &way.ident, extack);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	/* What the outer path does to it is not the caller's: it repeats what is not answered. */
	adit_encap_output(s, skb, &way);
	return 0;
}

/**
 * adit_tx_frame() - send a PPP packet for the owner
 * @s: session, referenced
 * @protocol: PPP protocol
 * @data: information field
 * @len: its octets, at most ADIT_FRAME_DATA_MAX
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -EINVAL, -ENETDOWN, -EMSGSIZE, -ENOKEY, -ENOENT, -EHOSTUNREACH, -ELOOP, -ENOMEM.
 */
int adit_tx_frame(struct adit_session *s, u16 protocol, const void *data, unsigned int len,
		  struct netlink_ext_ack *extack)
{
	const unsigned int headroom = LL_MAX_HEADER + s->adev->overhead + (adit_encap_child(s) ? ADIT_CARRY_HEAD : 0);
	struct sk_buff *skb;
	int err;

	err = adit_tx_frame_check(s, protocol, len, extack);
	if (err)
		return err;

	skb = alloc_skb(headroom + len + (adit_encap_child(s) ? ADIT_ESP_TAIL_MAX : 0), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);

	local_bh_disable();
	rcu_read_lock();
	err = adit_tx_frame_skb(s, skb, protocol, extack);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}
