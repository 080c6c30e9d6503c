// SPDX-License-Identifier: GPL-2.0
/* L2TP on the wire, both ways. */

#include <crypto/algapi.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip6_checksum.h>
#include <net/udp.h>

#include "device.h"
#include "l2tp.h"
#include "outer.h"
#include "rx.h"
#include "seq.h"
#include "session.h"
#include "socket.h"

#define ADIT_L2TP3_UDP_HLEN	8	/* flags, reserved and session id, RFC 3931 section 4.1.2.1 */
#define ADIT_L2TP3_IP_HLEN	4	/* session id alone, section 4.1.1.1 */

/* Receive. */

static noinline void adit_l2tp_count(struct adit_session *s, struct sk_buff *skb, u64 *reason)
{
	spin_lock_bh(&s->rx_lock);
	(*reason)++;
	spin_unlock_bh(&s->rx_lock);
	DEV_STATS_INC(s->adev->dev, rx_dropped);
	kfree_skb(skb);
}

/* A LAC sends numbers if and only if the LNS does, RFC 2661 section 5.4. */
static void adit_l2tp_follow(struct adit_session *s, bool has_seq)
{
	struct adit_l2tp *l2tp = &s->l2tp;

	lockdep_assert_held(&s->rx_lock);

	if (!(l2tp->seq & ADIT_L2TP_SEQ_FOLLOW) || has_seq == !!(l2tp->seq & ADIT_L2TP_SEQ_SEND))
		return;
	spin_lock(&s->tx_lock);
	WRITE_ONCE(l2tp->seq, l2tp->seq ^ ADIT_L2TP_SEQ_SEND);
	spin_unlock(&s->tx_lock);
}

static void adit_l2tp_rx_locked(struct adit_session *s, struct sk_buff *skb, const struct adit_l2tp_hdr *hdr,
				struct adit_rx_batch *batch)
{
	const unsigned int bits = s->l2tp.version == ADIT_L2TP_VERSION_V2 ? 16 : 24;

	if (s->l2tp.seq & ADIT_L2TP_SEQ_FOLLOW)
		adit_l2tp_follow(s, hdr->has_seq);
	if (hdr->has_seq) {
		adit_seq_rx(s, skb, s->reorder.started ? adit_l2tp_seq_extend(hdr->seq, bits, s->reorder.next) :
							 hdr->seq, batch);
	} else if (s->l2tp.seq & ADIT_L2TP_SEQ_REQUIRED) {
		s->rx_stats.unsequenced++;
		kfree_skb(skb);
	} else {
		adit_rx_payload(s, skb, batch);
	}
}

/* Bottom halves are off where packets come in. */
static noinline void adit_l2tp_rx_numbered(struct adit_session *s, struct sk_buff *skb, const struct adit_l2tp_hdr *hdr)
{
	struct adit_rx_batch batch;

	adit_rx_batch_init(&batch);
	spin_lock(&s->rx_lock);
	if (s->dead)
		kfree_skb(skb);
	else
		adit_l2tp_rx_locked(s, skb, hdr, &batch);
	spin_unlock(&s->rx_lock);
	adit_rx_finish(s, &batch);
}

/*
 * Whether a packet has no number, and none is missed. What is changed meanwhile is as if it had come a moment earlier
 * or later.
 */
static __always_inline bool adit_l2tp_is_plain(const struct adit_session *s, const struct adit_l2tp_hdr *hdr)
{
	const u32 seq = READ_ONCE(s->l2tp.seq);

	return !hdr->has_seq && !(seq & ADIT_L2TP_SEQ_REQUIRED) &&
	       !(seq & ADIT_L2TP_SEQ_FOLLOW && seq & ADIT_L2TP_SEQ_SEND);
}

static __always_inline void adit_l2tp_rx(struct adit_session *s, struct sk_buff *skb, const struct adit_l2tp_hdr *hdr)
{
	if (likely(adit_l2tp_is_plain(s, hdr)))
		adit_rx_packet(s, skb);
	else
		adit_l2tp_rx_numbered(s, skb, hdr);
}

/* Who sent @skb to whom, of what the UDP or IP layer has checked. */
static __always_inline void adit_l2tp_key_of(struct adit_wire_key *key, const struct sk_buff *skb, u16 family,
					     u16 protocol, u32 id)
{
	*key = (struct adit_wire_key){
		.net		= dev_net(skb->dev),
		.id		= id,
		.family		= family,
		.protocol	= protocol,
		.kind		= ADIT_KIND_L2TP,
	};
	if (family == AF_INET) {
		key->local.s6_addr32[0] = ip_hdr(skb)->daddr;
		key->peer.s6_addr32[0] = ip_hdr(skb)->saddr;
	} else {
		key->local = ipv6_hdr(skb)->daddr;
		key->peer = ipv6_hdr(skb)->saddr;
	}
	if (protocol == IPPROTO_UDP) {
		key->local_port = udp_hdr(skb)->dest;
		key->peer_port = udp_hdr(skb)->source;
	}
}

/*
 * Everything that follows the L2TP header is the payload, and nothing else is there. A super-packet was only merged
 * from, or is only made of, packets without length and numbers.
 */
static __always_inline void adit_l2tp_strip(struct adit_session *s, struct sk_buff *skb, unsigned int hlen,
					    const struct adit_l2tp_hdr *hdr)
{
	if (skb_is_gso(skb) && (hdr->has_length || hdr->has_seq)) {
		adit_l2tp_count(s, skb, &s->rx_stats.malformed);
		return;
	}
	/* The offset padding of version 2 may be anywhere. */
	if (!pskb_may_pull(skb, hlen) || (adit_rx_pull(skb, hlen), pskb_trim_rcsum(skb, hdr->payload_len))) {
		adit_l2tp_count(s, skb, &s->rx_stats.no_memory);
		return;
	}
	adit_l2tp_rx(s, skb, hdr);
}

static __always_inline bool adit_l2tp2_rcv(struct adit_wire_key *key, const struct adit_socket *sock,
					   struct sk_buff *skb)
{
	const unsigned int at = sizeof(struct udphdr);
	struct adit_l2tp_hdr hdr;
	struct adit_session *s;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, at + ADIT_L2TP2_HLEN_MAX)) ||
	    adit_l2tp2_read(skb->data + at, skb->len - at, &hdr))
		return false;

	key->id = hdr.id;
	s = adit_session_by_wire(key);
	if (!s || s->l2tp.version != ADIT_L2TP_VERSION_V2)
		return false;
	if (s->l2tp.sock != sock)
		adit_l2tp_count(s, skb, &s->rx_stats.wrong_socket);
	else
		adit_l2tp_strip(s, skb, at + hdr.len, &hdr);
	return true;
}

/* The session is known. @at: where its cookie begins. */
static noinline void adit_l2tp3_rcv(struct adit_session *s, struct sk_buff *skb, unsigned int at)
{
	const struct adit_l2tp *l2tp = &s->l2tp;
	struct adit_l2tp_hdr hdr;

	if (!pskb_may_pull(skb, min_t(unsigned int, skb->len, at + ADIT_L2TP3_HLEN_MAX)) ||
	    adit_l2tp3_parse(skb->data + at, skb->len - at, l2tp->cookie_len, l2tp->sublayer, &hdr)) {
		adit_l2tp_count(s, skb, &s->rx_stats.malformed);
		return;
	}
	/* How much of a guess was right must not be measurable. */
	if (crypto_memneq(skb->data + at, l2tp->cookie, l2tp->cookie_len)) {
		adit_l2tp_count(s, skb, &s->rx_stats.cookie);
		return;
	}
	adit_l2tp_strip(s, skb, at + hdr.len, &hdr);
}

static bool adit_l2tp3_udp_rcv(struct adit_wire_key *key, const struct adit_socket *sock, struct sk_buff *skb)
{
	const unsigned int at = sizeof(struct udphdr);
	struct adit_session *s;

	if (!pskb_may_pull(skb, at + ADIT_L2TP3_UDP_HLEN))
		return false;
	key->id = get_unaligned_be32(skb->data + at + 4);
	s = adit_session_by_wire(key);
	if (!s || s->l2tp.version != ADIT_L2TP_VERSION_V3)
		return false;
	if (s->l2tp.sock != sock)
		adit_l2tp_count(s, skb, &s->rx_stats.wrong_socket);
	else
		adit_l2tp3_rcv(s, skb, at + ADIT_L2TP3_UDP_HLEN);
	return true;
}

static __always_inline bool adit_l2tp_data(struct adit_wire_key *key, const struct adit_socket *sock,
					   struct sk_buff *skb, u16 flags)
{
	switch (flags & ADIT_L2TP_VERSION_MASK) {
	case 2:
		return adit_l2tp2_rcv(key, sock, skb);
	case 3:
		return adit_l2tp3_udp_rcv(key, sock, skb);
	}
	return false;
}

/**
 * adit_l2tp_data_rcv() - a datagram that is no control message came in
 * @key: from whom, without its id, which is set
 * @sock: at which place, or NULL in a child
 * @skb: skb->data at its UDP header, with the first octets of L2TP linear
 * @flags: those first octets
 *
 * The one place where the length of a packet from the wire is believed.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: whether it was consumed; it belongs to no session where not.
 */
bool adit_l2tp_data_rcv(struct adit_wire_key *key, const struct adit_socket *sock, struct sk_buff *skb, u16 flags)
{
	return adit_l2tp_data(key, sock, skb, flags);
}

/**
 * adit_l2tp_udp_rcv() - a datagram came in at a place
 * @sock: place
 * @skb: skb->data at its UDP header, checksum verified; consumed unless it is the socket's
 *
 * Data that belongs to no session, or to one of another socket, is dropped without a word.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: 0, or 1 when it is left to the socket: a control message.
 */
int adit_l2tp_udp_rcv(struct adit_socket *sock, struct sk_buff *skb)
{
	const unsigned int at = sizeof(struct udphdr);
	struct adit_wire_key key __uninitialized;
	u16 flags;

	if (!pskb_may_pull(skb, at + ADIT_L2TP_FLAGS_LEN))
		goto drop;
	flags = get_unaligned_be16(skb->data + at);
	/* A socket of our own has no reader. */
	if (unlikely(flags & ADIT_L2TP_FLAG_T)) {
		if (!sock->own)
			return 1;
		goto drop;
	}
	adit_l2tp_key_of(&key, skb, sock->key.family, IPPROTO_UDP, 0);
	if (adit_l2tp_data(&key, sock, skb, flags))
		return 0;
drop:
	kfree_skb(skb);
	return 0;
}

/**
 * adit_l2tp_ip_rcv() - a packet of IP protocol 115 came in
 * @skb: skb->data behind the outer IP header; consumed
 *
 * Session id 0 is a control message (RFC 3931 section 4.1.1.2); there is no control connection, so it has no session.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: 0.
 */
int adit_l2tp_ip_rcv(struct sk_buff *skb)
{
	u16 family = skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6;
	struct adit_wire_key key;
	struct adit_session *s;

	if (!pskb_may_pull(skb, ADIT_L2TP3_IP_HLEN))
		goto drop;
	adit_l2tp_key_of(&key, skb, family, IPPROTO_L2TP, get_unaligned_be32(skb->data));
	s = adit_session_by_wire(&key);
	if (!s)
		goto drop;
	adit_l2tp3_rcv(s, skb, ADIT_L2TP3_IP_HLEN);
	return 0;

drop:
	kfree_skb(skb);
	return 0;
}

/* Transmit. */

/*
 * The header that all packets of a session begin with, but for flags and numbers that come with sequencing. It is built
 * once, when the session is made.
 */
static void adit_l2tp_template(struct adit_l2tp *l2tp, const struct adit_session_conf *conf, bool udp)
{
	u8 *at = l2tp->hdr;

	if (l2tp->version == ADIT_L2TP_VERSION_V2) {
		put_unaligned_be16(2, at);
		put_unaligned_be16(conf->l2tp.peer_tunnel_id, at + 2);
		put_unaligned_be16(conf->l2tp.peer_session_id, at + 4);
		l2tp->hdr_len = ADIT_L2TP2_HLEN_MIN;
		return;
	}
	if (udp) {
		put_unaligned_be32(3 << 16, at);
		at += 4;
	}
	put_unaligned_be32(conf->l2tp.peer_session_id, at);
	at += 4;
	memcpy(at, conf->l2tp.peer_cookie, conf->l2tp.peer_cookie_len);
	at += conf->l2tp.peer_cookie_len;
	l2tp->hdr_len = at - l2tp->hdr;
}

/**
 * adit_l2tp_overhead() - how much a session will put before its payload
 * @conf: what it is made with
 *
 * Return: octets, outer IP header included, with the numbers of version 2, which may be switched on later.
 */
unsigned int adit_l2tp_overhead(const struct adit_session_conf *conf)
{
	const struct adit_l2tp_conf *l2tp = &conf->l2tp;
	unsigned int len = conf->key.family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (l2tp->version == ADIT_L2TP_VERSION_V2)
		return len + sizeof(struct udphdr) + ADIT_L2TP2_HLEN_MIN + 4;
	len += conf->key.protocol != IPPROTO_L2TP ? sizeof(struct udphdr) + ADIT_L2TP3_UDP_HLEN : ADIT_L2TP3_IP_HLEN;
	return len + l2tp->peer_cookie_len + (l2tp->sublayer ? ADIT_L2TP3_SUBLAYER_LEN : 0);
}

/**
 * adit_l2tp_hlen() - how long headers of a session are, UDP's included
 * @s: session
 *
 * Return: octets.
 */
unsigned int adit_l2tp_hlen(const struct adit_session *s)
{
	const struct adit_l2tp *l2tp = &s->l2tp;
	unsigned int len = l2tp->hdr_len + (s->key.protocol != IPPROTO_L2TP ? sizeof(struct udphdr) : 0);

	if (l2tp->version == ADIT_L2TP_VERSION_V2)
		return len + (READ_ONCE(l2tp->seq) & ADIT_L2TP_SEQ_SEND ? 4 : 0);
	return len + (l2tp->sublayer ? ADIT_L2TP3_SUBLAYER_LEN : 0);
}

/**
 * adit_l2tp_push() - put the L2TP header before a payload
 * @s: session, tx_lock held: the sequence number is taken here
 * @skb: payload with headroom for it
 */
void adit_l2tp_push(struct adit_session *s, struct sk_buff *skb)
{
	const struct adit_l2tp *l2tp = &s->l2tp;
	/* The segments of a super-packet cannot differ. Numbers that were just switched on begin behind it. */
	bool seq = l2tp->seq & ADIT_L2TP_SEQ_SEND && !skb_is_gso(skb);

	lockdep_assert_held(&s->tx_lock);

	if (l2tp->version == ADIT_L2TP_VERSION_V2) {
		/* Nr is reserved in data (RFC 2661 section 3.1). */
		if (seq)
			put_unaligned_be32(s->tx_seq++ << 16, __skb_push(skb, 4));
		memcpy(__skb_push(skb, ADIT_L2TP2_HLEN_MIN), l2tp->hdr, ADIT_L2TP2_HLEN_MIN);
		if (seq)
			put_unaligned_be16(2 | ADIT_L2TP_FLAG_S, skb->data);
		return;
	}
	if (l2tp->sublayer)
		adit_l2tp3_build_sublayer(__skb_push(skb, ADIT_L2TP3_SUBLAYER_LEN), seq, s->tx_seq);
	if (l2tp->sublayer && seq)
		s->tx_seq++;
	memcpy(__skb_push(skb, l2tp->hdr_len), l2tp->hdr, l2tp->hdr_len);
}

/**
 * adit_l2tp_may_segment_late() - whether a super-packet may be encapsulated as one
 * @s: session
 * @skb: inner packet, GSO
 *
 * So it may where every header is the same in all segments: in clear, over UDP, without numbers. UDP knows how to put
 * outer headers on segments of TCP. Ethernet peers get each segment with its checksum made, because the in-tree driver
 * looks at it even where the wire leaves checksums to hardware.
 */
bool adit_l2tp_may_segment_late(const struct adit_session *s, const struct sk_buff *skb)
{
	const unsigned int type = skb_shinfo(skb)->gso_type;

	return s->l2tp.sock && !s->adev->ether && !(READ_ONCE(s->l2tp.seq) & ADIT_L2TP_SEQ_SEND) &&
	       !skb->encapsulation && type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6) && !(type & SKB_GSO_FRAGLIST) &&
	       skb->len + s->adev->overhead <= IP_MAX_MTU;
}

static void adit_l2tp_push_udp(const struct adit_session *s, struct sk_buff *skb)
{
	const struct adit_wire_key *key = &s->key;
	struct udphdr *uh;

	uh = __skb_push(skb, sizeof(*uh));
	skb_reset_transport_header(skb);
	uh->source = key->local_port;
	uh->dest = key->peer_port;
	uh->len = htons(skb->len);
	if (key->family != AF_INET)
		udp6_set_csum(false, skb, &key->local, &key->peer, skb->len);
	else if (s->l2tp.no_udp_csum)
		uh->check = 0;
	else
		udp_set_csum(false, skb, key->local.s6_addr32[0], key->peer.s6_addr32[0], skb->len);
}

/**
 * adit_l2tp_output() - send what adit_l2tp_push() made
 * @s: session
 * @skb: L2TP header first; consumed
 * @way: how
 *
 * Context: bottom halves off, none of the session's locks.
 * Return: 0 or -errno.
 */
int adit_l2tp_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way)
{
	if (!s->l2tp.sock)
		return adit_outer_output(s, skb, way);
	/* A port that nobody holds is not ours to send from. */
	if (unlikely(!adit_socket_alive(s->l2tp.sock))) {
		spin_lock_bh(&s->tx_lock);
		s->tx_stats.no_socket++;
		spin_unlock_bh(&s->tx_lock);
		DEV_STATS_INC(s->adev->dev, tx_dropped);
		kfree_skb(skb);
		return -ENOTCONN;
	}
	adit_l2tp_push_udp(s, skb);
	return adit_outer_output(s, skb, way);
}

/* Life. */

/**
 * adit_l2tp_init() - set up L2TP's part of a session that nobody knows yet
 * @s: session
 * @conf: what it is made with
 * @extack: told why not
 *
 * Context: process, may sleep.
 * Return: 0, -ENOTCONN when no socket serves it, -EXDEV, -ENOMEM, or what opening a socket fails with.
 */
int adit_l2tp_init(struct adit_session *s, const struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	const struct adit_wire_key *key = &s->key;
	struct adit_l2tp *l2tp = &s->l2tp;
	struct adit_socket *sock;

	l2tp->version = conf->l2tp.version;
	l2tp->sublayer = conf->l2tp.sublayer;
	l2tp->no_udp_csum = conf->l2tp.no_udp_csum;
	l2tp->seq = conf->l2tp.seq;
	l2tp->cookie_len = conf->l2tp.cookie_len;
	memcpy(l2tp->cookie, conf->l2tp.cookie, l2tp->cookie_len);
	adit_l2tp_template(l2tp, conf, key->protocol != IPPROTO_L2TP);
	if (conf->l2tp.child)
		return adit_carry_join(s, conf->l2tp.child, extack);
	if (key->protocol != IPPROTO_UDP)
		return adit_l2tp_ip_join(s);

	if (conf->l2tp.open_socket)
		sock = adit_socket_open(key->net, key->family, &key->local, key->local_port, extack);
	else
		sock = adit_socket_find(key->net, key->family, &key->local, key->local_port);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	/* A place whose socket has gone keeps the sessions that it has and gets no more. */
	if (sock && (!adit_socket_alive(sock) || sock->kind != ADIT_KIND_L2TP)) {
		adit_socket_put(sock);
		sock = NULL;
	}
	if (!sock) {
		NL_SET_ERR_MSG(extack, "no socket is attached to the local address and port (socket-attach)");
		return -ENOTCONN;
	}
	l2tp->sock = sock;
	adit_socket_meet(sock, &key->peer, key->peer_port);
	return 0;
}

/**
 * adit_l2tp_set() - the part of a change that is L2TP's
 * @s: session, rx_lock and tx_lock held
 * @conf: with ADIT_CONF_L2TP_SEQ
 */
void adit_l2tp_set(struct adit_session *s, const struct adit_session_conf *conf)
{
	lockdep_assert_held(&s->rx_lock);
	lockdep_assert_held(&s->tx_lock);

	WRITE_ONCE(s->l2tp.seq, conf->l2tp.seq);
}

/**
 * adit_l2tp_release() - let go of the socket or child, and of errors
 * @s: session that is dead. Packets that found it may use either until RCU read side ends, and its memory lives on.
 */
void adit_l2tp_release(struct adit_session *s)
{
	if (s->l2tp.sock)
		adit_socket_put(s->l2tp.sock);
	if (s->l2tp.child)
		adit_carry_leave(s);
	if (s->key.protocol == IPPROTO_L2TP)
		adit_l2tp_ip_leave(s);
}
