// SPDX-License-Identifier: GPL-2.0
/* PPTP on the wire: enhanced GRE in IPv4, both ways. */

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "outer.h"
#include "pptp.h"
#include "rx.h"
#include "seq.h"
#include "session.h"

/**
 * adit_pptp_owe_ack() - owe the peer an acknowledgment of what was received
 * @s: session, rx_lock held
 *
 * It goes with the next data packet, or alone when the timer fires.
 */
void adit_pptp_owe_ack(struct adit_session *s)
{
	struct adit_pptp *pptp = &s->pptp;

	lockdep_assert_held(&s->rx_lock);

	WRITE_ONCE(pptp->ack_seq, s->reorder.next - 1);
	smp_mb__before_atomic();	/* whoever takes the bit sees the number, or a later one */
	if (!test_and_set_bit(ADIT_ACK_DUE, &pptp->ack_flags) && !timer_pending(&pptp->ack_timer))
		mod_timer(&pptp->ack_timer, jiffies + pptp->ack_delay);
}

static bool adit_pptp_take_ack(struct adit_session *s, u32 *seq)
{
	struct adit_pptp *pptp = &s->pptp;

	if (!test_bit(ADIT_ACK_DUE, &pptp->ack_flags) || !test_and_clear_bit(ADIT_ACK_DUE, &pptp->ack_flags))
		return false;
	*seq = READ_ONCE(pptp->ack_seq);
	return true;
}

/* Bottom halves are off where packets come in. */
static void adit_pptp_rx(struct adit_session *s, struct sk_buff *skb, const struct adit_gre_hdr *hdr)
{
	struct adit_rx_batch batch;

	adit_rx_batch_init(&batch);
	spin_lock(&s->rx_lock);
	if (unlikely(s->dead)) {
		kfree_skb(skb);
	} else if (!hdr->has_seq) {
		/* Nothing waits for the peer's window, so the number itself is of no use. */
		s->rx_stats.acks++;
		consume_skb(skb);
	} else if (adit_seq_rx(s, skb, hdr->seq, &batch)) {
		adit_pptp_owe_ack(s);
	}
	spin_unlock(&s->rx_lock);
	adit_rx_finish(s, &batch);
}

/**
 * adit_pptp_key() - what identifies a PPTP session on the wire
 * @key: filled in, but for the namespace
 * @local: outer address of this end
 * @peer: outer address of the peer
 * @call_id: assigned by this end
 */
void adit_pptp_key(struct adit_wire_key *key, __be32 local, __be32 peer, u16 call_id)
{
	*key = (struct adit_wire_key){
		.family		= AF_INET,
		.protocol	= IPPROTO_GRE,
		.kind		= ADIT_KIND_PPTP,
		.id		= call_id,
	};
	key->local.s6_addr32[0] = local;
	key->peer.s6_addr32[0] = peer;
}

static noinline void adit_pptp_malformed(struct adit_session *s, struct sk_buff *skb)
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
	struct adit_wire_key key;
	struct adit_session *s;
	struct adit_gre_hdr hdr;
	int hlen;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, ADIT_GRE_HLEN_MAX)))
		goto drop;
	hlen = adit_gre_parse(skb->data, skb->len, &hdr);
	if (hlen < 0)
		goto drop;

	adit_pptp_key(&key, ip_hdr(skb)->daddr, ip_hdr(skb)->saddr, hdr.call_id);
	key.net = dev_net(skb->dev);
	s = adit_session_by_wire(&key);
	if (!s)
		goto drop;

	adit_rx_pull(skb, hlen);
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
 * adit_pptp_push() - put the GRE header before a PPP packet
 * @s: session, tx_lock held: the sequence number is taken here
 * @skb: PPP packet with headroom for it
 */
void adit_pptp_push(struct adit_session *s, struct sk_buff *skb)
{
	struct adit_gre_hdr hdr = {
		.payload_len	= skb->len,
		.call_id	= s->pptp.peer_call_id,
		.has_seq	= true,
	};

	lockdep_assert_held(&s->tx_lock);

	hdr.seq = s->tx_seq++;
	hdr.has_ack = adit_pptp_take_ack(s, &hdr.ack);
	adit_gre_build(__skb_push(skb, adit_gre_hlen(true, hdr.has_ack)), &hdr);
}

static int adit_pptp_send_ack(struct adit_session *s, u32 seq)
{
	struct adit_gre_hdr hdr = { .call_id = s->pptp.peer_call_id, .has_ack = true, .ack = seq };
	struct adit_way way = { .dst = adit_outer_route(s) };
	struct sk_buff *skb;

	if (IS_ERR(way.dst))
		return PTR_ERR(way.dst);

	skb = alloc_skb(adit_outer_headroom(s, way.dst), GFP_ATOMIC);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, adit_outer_headroom(s, way.dst));
	adit_gre_build(skb_push(skb, adit_gre_hlen(false, true)), &hdr);
	spin_lock_bh(&s->tx_lock);
	way.ident = adit_outer_idents(s, 1);
	spin_unlock_bh(&s->tx_lock);
	return adit_outer_output(s, skb, &way);
}

/* No data packet went out to carry an acknowledgment. The session's memory lives until the timer is shut down. */
static void adit_pptp_ack_timer(struct timer_list *timer)
{
	struct adit_session *s = timer_container_of(s, timer, pptp.ack_timer);
	u32 seq;

	rcu_read_lock();
	if (adit_pptp_take_ack(s, &seq) && !adit_pptp_send_ack(s, seq)) {
		spin_lock_bh(&s->tx_lock);
		s->tx_stats.acks++;
		spin_unlock_bh(&s->tx_lock);
	}
	rcu_read_unlock();
}

/**
 * adit_pptp_init() - set up PPTP's part of a session that nobody knows yet
 * @s: session
 * @conf: what it is made with
 */
void adit_pptp_init(struct adit_session *s, const struct adit_session_conf *conf)
{
	s->pptp.peer_call_id = conf->pptp_peer_call_id;
	s->pptp.ack_delay = msecs_to_jiffies(conf->ack_delay_ms);
	timer_setup(&s->pptp.ack_timer, adit_pptp_ack_timer, 0);
}

/**
 * adit_pptp_stop() - stop what runs by itself
 * @s: session that is dead
 */
void adit_pptp_stop(struct adit_session *s)
{
	timer_shutdown_sync(&s->pptp.ack_timer);
}
