// SPDX-License-Identifier: GPL-2.0
/* PPTP on the wire: enhanced GRE in IPv4, both ways. */

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/route.h>

#include "device.h"
#include "pptp.h"
#include "rx.h"
#include "session.h"
#include "tx.h"

/* Owe the peer an acknowledgment; it goes with the next data packet, or alone when the timer fires. */
static void adit_pptp_owe_ack(struct adit_session *s)
{
	lockdep_assert_held(&s->rx_lock);

	WRITE_ONCE(s->ack_seq, s->reorder.next - 1);
	smp_mb__before_atomic();	/* whoever takes the bit sees the number, or a later one */
	if (!test_and_set_bit(ADIT_ACK_DUE, &s->ack_flags) && !timer_pending(&s->ack_timer))
		mod_timer(&s->ack_timer, jiffies + s->ack_delay);
}

static bool adit_pptp_take_ack(struct adit_session *s, u32 *seq)
{
	if (!test_bit(ADIT_ACK_DUE, &s->ack_flags) || !test_and_clear_bit(ADIT_ACK_DUE, &s->ack_flags))
		return false;
	*seq = READ_ONCE(s->ack_seq);
	return true;
}

/* Hand on what is in order or overdue, and see that the rest has a timer. */
static void adit_pptp_drain(struct adit_session *s, struct adit_rx_batch *batch)
{
	struct sk_buff *skb;
	unsigned long due;

	lockdep_assert_held(&s->rx_lock);

	while ((skb = adit_reorder_take(&s->reorder, jiffies, &s->rx_stats.lost))) {
		adit_rx_ppp(s, skb, batch);
		adit_pptp_owe_ack(s);
	}
	/* Earlier than needed does no harm: the timer comes here again. */
	if (adit_reorder_deadline(&s->reorder, &due))
		timer_reduce(&s->reorder_timer, due);
}

static void adit_pptp_sort(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch)
{
	if (adit_reorder_in_order(&s->reorder, seq, jiffies)) {
		adit_rx_ppp(s, skb, batch);
		adit_pptp_owe_ack(s);
		return;
	}

	switch (adit_reorder_put(&s->reorder, skb, seq, jiffies)) {
	case ADIT_REORDER_READY:
		break;
	case ADIT_REORDER_WAIT:
		s->rx_stats.reordered++;
		break;
	case ADIT_REORDER_DUPLICATE:
		s->rx_stats.duplicate++;
		kfree_skb(skb);
		return;
	case ADIT_REORDER_LATE:
		s->rx_stats.late++;
		kfree_skb(skb);
		return;
	}
	adit_pptp_drain(s, batch);
}

static void adit_pptp_rx(struct adit_session *s, struct sk_buff *skb, const struct adit_gre_hdr *hdr)
{
	struct adit_rx_batch batch;

	adit_rx_batch_init(&batch);
	spin_lock_bh(&s->rx_lock);
	if (s->dead) {
		kfree_skb(skb);
	} else if (!hdr->has_seq) {
		/* Nothing waits for the peer's window, so the number itself is of no use. */
		s->rx_stats.acks++;
		consume_skb(skb);
	} else {
		adit_pptp_sort(s, skb, hdr->seq, &batch);
	}
	spin_unlock_bh(&s->rx_lock);
	adit_rx_finish(s, &batch);
}

static void adit_pptp_malformed(struct adit_session *s, struct sk_buff *skb)
{
	spin_lock_bh(&s->rx_lock);
	s->rx_stats.malformed++;
	spin_unlock_bh(&s->rx_lock);
	kfree_skb(skb);
}

/**
 * adit_pptp_rcv() - a GRE version 1 packet came in
 * @skb: skb->data at the GRE header, outer IPv4 header before it; consumed
 *
 * The one place where the length of a packet from the wire is believed: behind it, the payload is exactly what the
 * header announced. A packet that belongs to no session is dropped without a word, raw sockets have their own copy.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: NET_RX_SUCCESS or NET_RX_DROP.
 */
int adit_pptp_rcv(struct sk_buff *skb)
{
	struct adit_wire_key key = { .net = dev_net(skb->dev), .kind = ADIT_KIND_PPTP };
	struct adit_session *s;
	struct adit_gre_hdr hdr;
	int hlen;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, ADIT_GRE_HLEN_MAX)))
		goto drop;
	hlen = adit_gre_parse(skb->data, skb->len, &hdr);
	if (hlen < 0)
		goto drop;

	key.local = ip_hdr(skb)->daddr;
	key.peer = ip_hdr(skb)->saddr;
	key.call_id = hdr.call_id;
	s = adit_session_by_wire(&key);
	if (!s)
		goto drop;

	skb_pull_rcsum(skb, hlen);
	if (pskb_trim_rcsum(skb, hdr.payload_len)) {
		adit_pptp_malformed(s, skb);
		return NET_RX_DROP;
	}
	adit_pptp_rx(s, skb, &hdr);
	return NET_RX_SUCCESS;

drop:
	kfree_skb(skb);
	return NET_RX_DROP;
}

/**
 * adit_pptp_reorder_timer() - a packet has waited long enough for the ones before it
 * @timer: of the session
 *
 * Context: softirq. The session's memory lives until the timer is shut down.
 */
void adit_pptp_reorder_timer(struct timer_list *timer)
{
	struct adit_session *s = timer_container_of(s, timer, reorder_timer);
	struct adit_rx_batch batch;

	adit_rx_batch_init(&batch);
	rcu_read_lock();
	spin_lock_bh(&s->rx_lock);
	if (!s->dead)
		adit_pptp_drain(s, &batch);
	spin_unlock_bh(&s->rx_lock);
	adit_rx_finish(s, &batch);
	rcu_read_unlock();
}

/* Whether what goes to @peer through @dev comes back to @adev, through devices of ours alone. */
static bool adit_pptp_loops(const struct adit_dev *adev, const struct net_device *dev, __be32 peer)
{
	unsigned int depth;

	for (depth = 0; depth < ADIT_TX_DEPTH_MAX; depth++) {
		struct adit_dev *next;
		struct adit_session *s;
		struct dst_entry *dst;

		if (dev == adev->dev)
			return true;
		if (!adit_dev_is(dev))
			return false;
		next = adit_dev(dev);
		s = adit_dev_is_p2p(next) ? rcu_dereference(next->only) : adit_inner_find4(&next->inner, peer);
		dst = s ? rcu_dereference(s->dst) : NULL;
		if (!dst)
			return false;
		dev = dst->dev;
		peer = s->key.peer;
	}
	return true;
}

static struct rtable *adit_pptp_lookup(struct adit_session *s)
{
	struct adit_dev *adev = s->adev;
	struct flowi4 fl4 = {
		.flowi4_oif	= adev->link,
		.flowi4_mark	= READ_ONCE(adev->fwmark),
		.flowi4_proto	= IPPROTO_GRE,
		.saddr		= s->key.local,
		.daddr		= s->key.peer,
	};
	struct rtable *rt;

	rt = ip_route_output_key(adev->net, &fl4);
	if (IS_ERR(rt))
		return ERR_PTR(-EHOSTUNREACH);
	if (adit_pptp_loops(adev, rt->dst.dev, s->key.peer)) {
		ip_rt_put(rt);
		return ERR_PTR(-ELOOP);
	}
	/* The cache has the reference now; until RCU read side ends, memory lives even if it is swapped out at once. */
	dst_release(adit_session_dst_swap(s, &rt->dst));
	return rt;
}

/**
 * adit_pptp_route() - route to the peer
 * @s: session
 *
 * Context: RCU read side, bottom halves off.
 * Return: route without a reference, valid inside the RCU read side; -EHOSTUNREACH; -ELOOP when it leads back into the
 * session's own device.
 */
struct rtable *adit_pptp_route(struct adit_session *s)
{
	struct dst_entry *dst = rcu_dereference(s->dst);

	if (dst && dst_check(dst, 0))
		return (struct rtable *)dst;
	return adit_pptp_lookup(s);
}

/**
 * adit_pptp_headroom() - what an skb needs before its inner header
 * @rt: outer route
 */
unsigned int adit_pptp_headroom(const struct rtable *rt)
{
	return LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len + ADIT_PPTP_OVERHEAD;
}

/**
 * adit_pptp_push() - put the GRE header before a PPP packet
 * @s: session, tx_lock held: the sequence number is taken here
 * @skb: PPP packet with headroom
 */
void adit_pptp_push(struct adit_session *s, struct sk_buff *skb)
{
	struct adit_gre_hdr hdr = {
		.payload_len	= skb->len,
		.call_id	= s->peer_call_id,
		.has_seq	= true,
	};

	lockdep_assert_held(&s->tx_lock);

	hdr.seq = s->tx_seq++;
	hdr.has_ack = adit_pptp_take_ack(s, &hdr.ack);
	adit_gre_build(skb_push(skb, adit_gre_hlen(true, hdr.has_ack)), &hdr);
}

/**
 * adit_pptp_output() - send a GRE packet
 * @s: session
 * @skb: GRE header first, with headroom; consumed
 * @rt: from adit_pptp_route() in the same RCU read side
 * @tos: of the outer header
 *
 * The don't-fragment bit stays clear: a path with a smaller MTU costs fragments and not the session. ECN of RFC 6040 is
 * in compatibility mode, because PPTP peers do not carry a mark over to the inner header.
 *
 * Context: bottom halves off, none of the session's locks.
 * Return: 0 or -errno.
 */
int adit_pptp_output(struct adit_session *s, struct sk_buff *skb, struct rtable *rt, u8 tos)
{
	struct adit_dev *adev = s->adev;
	struct iphdr *iph;
	int err;

	skb_scrub_packet(skb, !net_eq(adev->net, dev_net(adev->dev)));
	/* One queue for all flows of a session: GRE packets that overtake one another are lost. */
	skb_clear_hash(skb);
	skb->mark = READ_ONCE(adev->fwmark);
	skb_dst_set_noref(skb, &rt->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));

	skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = tos & ~INET_ECN_MASK;
	iph->frag_off = 0;
	iph->ttl = ip4_dst_hoplimit(&rt->dst);
	iph->protocol = IPPROTO_GRE;
	iph->saddr = s->key.local;
	iph->daddr = s->key.peer;
	__ip_select_ident(adev->net, iph, 1);

	err = ip_local_out(adev->net, NULL, skb);
	return net_xmit_eval(err);	/* a macro that evaluates twice */
}

static int adit_pptp_send_ack(struct adit_session *s, u32 seq)
{
	struct adit_gre_hdr hdr = { .call_id = s->peer_call_id, .has_ack = true, .ack = seq };
	struct rtable *rt = adit_pptp_route(s);
	struct sk_buff *skb;

	if (IS_ERR(rt))
		return PTR_ERR(rt);

	skb = alloc_skb(adit_pptp_headroom(rt), GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, adit_pptp_headroom(rt));
	adit_gre_build(skb_push(skb, adit_gre_hlen(false, true)), &hdr);
	return adit_pptp_output(s, skb, rt, 0);
}

/**
 * adit_pptp_ack_timer() - no data packet went out to carry an acknowledgment
 * @timer: of the session
 *
 * Context: softirq. The session's memory lives until the timer is shut down.
 */
void adit_pptp_ack_timer(struct timer_list *timer)
{
	struct adit_session *s = timer_container_of(s, timer, ack_timer);
	u32 seq;

	rcu_read_lock();
	if (adit_pptp_take_ack(s, &seq) && !adit_pptp_send_ack(s, seq)) {
		spin_lock_bh(&s->tx_lock);
		s->tx_stats.acks++;
		spin_unlock_bh(&s->tx_lock);
	}
	rcu_read_unlock();
}
