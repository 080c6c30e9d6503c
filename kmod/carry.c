// SPDX-License-Identifier: GPL-2.0
/* L2TP in a child. */

#include <linux/skbuff.h>
#include <linux/unaligned.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/udp.h>

#include "carry.h"
#include "l2tp.h"
#include "netlink-esp.h"
#include "sa.h"

/* Most that a device asks for, as tunnels of the kernel do. */
#define ADIT_HEADROOM_MAX	512U

/* Out. */

/*
 * The way out of @child as it is now. What is inside has no IP header of its own: none of it can be shown outside but
 * what is in @tos.
 * Return: 0, -ENOTCONN when it is gone or its device is down, -ENOKEY without an SA, -EHOSTUNREACH, -ELOOP.
 */
static int adit_carry_way(struct adit_child *child, struct adit_esp_out *out, u8 tos)
{
	if (READ_ONCE(child->dead) || !(child->adev->dev->flags & IFF_UP))
		return -ENOTCONN;
	*out = (struct adit_esp_out){
		.child	= child,
		.sa	= rcu_dereference(child->out),
		.path	= rcu_dereference(child->path),
		.next	= IPPROTO_UDP,
		.look	= {
			.tos	= child->no_dscp ? 0 : tos & ~INET_ECN_MASK,
			.df	= child->df == ADIT_ESP_DF_SET,
			.whole	= child->df != ADIT_ESP_DF_SET,
		},
	};
	if (!adit_sa_usable(out->sa)) {
		adit_child_ask(child);
		return -ENOKEY;
	}
	out->dst = adit_esp_route(child, out->path);
	return PTR_ERR_OR_ZERO(out->dst);
}

/* As adit_outer_find() does: what comes next is made with room for everything. */
static void adit_carry_ask_for_room(struct adit_session *s, const struct adit_esp_out *out)
{
	struct net_device *dev = s->adev->dev;
	unsigned int headroom = adit_esp_headroom(out) + ADIT_CARRY_HEAD + s->adev->overhead;

	if (unlikely(headroom > READ_ONCE(dev->needed_headroom) && READ_ONCE(dev->needed_headroom) < ADIT_HEADROOM_MAX))
		WRITE_ONCE(dev->needed_headroom, min(headroom, ADIT_HEADROOM_MAX));
	if (unlikely(READ_ONCE(dev->needed_tailroom) < ADIT_ESP_TAIL_MAX))
		WRITE_ONCE(dev->needed_tailroom, ADIT_ESP_TAIL_MAX);
}

/**
 * adit_carry_begin() - find the way out of a session's packets
 * @s: session in a child
 * @out: set
 * @tos: DSCP and ECN that may be shown outside
 *
 * ECN is not: L2TP does not carry a mark back (RFC 6040 section 4.1, compatibility mode).
 *
 * Context: RCU read side, bottom halves off.
 * Return: NULL, or the counter of why there is none.
 */
u64 *adit_carry_begin(struct adit_session *s, struct adit_esp_out *out, u8 tos)
{
	int err = adit_carry_way(s->l2tp.child, out, tos);

	if (likely(!err && out->dst->dev != s->adev->dev)) {
		if (s->df && out->child->df == ADIT_ESP_DF_COPY) {
			out->look.df = true;
			out->look.whole = false;
		}
		adit_carry_ask_for_room(s, out);
		return NULL;
	}
	switch (err) {
	case -ENOTCONN:
		return &s->tx_stats.no_child;
	case -ENOKEY:
		return &s->tx_stats.no_sa;
	case -EHOSTUNREACH:
		return &s->tx_stats.no_route;
	}
	return &s->tx_stats.loop;
}

/**
 * adit_carry_room() - longest L2TP payload that the path takes whole
 * @s: session in a child
 * @out: from adit_carry_begin()
 *
 * Return: octets; 0 where headers alone are too long.
 */
unsigned int adit_carry_room(const struct adit_session *s, const struct adit_esp_out *out)
{
	unsigned int room = adit_esp_path_room(out), hlen = adit_l2tp_hlen(s);

	return room > hlen ? room - hlen : 0;
}

/*
 * UDP over IPv4 inside has no checksum: the integrity check covers the same and more, and where a NAT changes the
 * addresses, a checksum over them would be wrong (RFC 3948 section 3.1.2).
 */
static void adit_carry_push_udp(const struct adit_esp_out *out, struct sk_buff *skb, __be16 peer_port)
{
	const struct adit_esp_path *path = out->path;
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));

	uh->source = out->child->l2tp_port;
	uh->dest = peer_port;
	uh->len = htons(skb->len);
	uh->check = 0;
	if (path->family == AF_INET6)
		uh->check = csum_ipv6_magic(&path->local, &path->peer, skb->len, IPPROTO_UDP,
					    csum_partial(uh, skb->len, 0)) ?: CSUM_MANGLED_0;
}

/**
 * adit_carry_send() - protect and send a session's packets
 * @s: session in a child
 * @out: from adit_carry_begin() in the same RCU read side
 * @list: L2TP header first in each, linear and ours, with room for what ESP adds; linked by their next, consumed
 *
 * Context: RCU read side, bottom halves off, none of the session's locks.
 */
void adit_carry_send(const struct adit_session *s, const struct adit_esp_out *out, struct sk_buff *list)
{
	struct sk_buff_head sealed;
	struct sk_buff *skb, *next;

	__skb_queue_head_init(&sealed);
	skb_list_walk_safe(list, skb, next) {
		skb_mark_not_on_list(skb);
		adit_carry_push_udp(out, skb, s->key.peer_port);
		__skb_queue_tail(&sealed, skb);
	}
	adit_esp_seal_list(out, &sealed);
}

static int adit_carry_control_skb(struct adit_child *child, struct sk_buff *skb, __be16 peer_port,
				  struct netlink_ext_ack *extack)
{
	struct sk_buff_head list;
	struct adit_esp_out out;
	int err;

	err = adit_carry_way(child, &out, 0);
	if (err == -ENOTCONN)
		NL_SET_ERR_MSG(extack, "the child was removed, or its device is down");
	else if (err == -ENOKEY)
		NL_SET_ERR_MSG(extack, "the child has no outbound security association");
	else if (err == -ELOOP)
		NL_SET_ERR_MSG(extack, "the route to the peer leads back into the device");
	else if (err)
		NL_SET_ERR_MSG(extack, "no route to the peer");
	if (!err)
		err = skb_cow_head(skb, adit_esp_headroom(&out));
	if (err) {
		kfree_skb(skb);
		return err;
	}
	adit_carry_push_udp(&out, skb, peer_port);
	__skb_queue_head_init(&list);
	__skb_queue_tail(&list, skb);
	adit_esp_seal_list(&out, &list);
	return 0;
}

/**
 * adit_carry_control() - send an L2TP control message for the owner
 * @child: child with an l2tp-port, referenced
 * @peer_port: UDP port of the peer inside
 * @data: from the L2TP header on
 * @len: its octets, at most ADIT_FRAME_DATA_MAX
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -ENOTCONN, -ENOKEY, -EHOSTUNREACH, -ELOOP, -ENOMEM.
 */
int adit_carry_control(struct adit_child *child, __be16 peer_port, const void *data, unsigned int len,
		       struct netlink_ext_ack *extack)
{
	const unsigned int headroom = LL_MAX_HEADER + child->adev->overhead + ADIT_CARRY_HEAD;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb(headroom + len + ADIT_ESP_TAIL_MAX, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);

	local_bh_disable();
	rcu_read_lock();
	err = adit_carry_control_skb(child, skb, peer_port, extack);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

/* In. */

/**
 * adit_carry_check() - see that what was protected is a datagram for L2TP
 * @sa: inbound SA of a child with an l2tp-port
 * @skb: what was protected, linear; the outer IP header is before it. Cut to its length
 * @next: its next header
 *
 * The one place where the length of what is inside is believed. Its checksum is not looked at: see
 * adit_carry_push_udp().
 *
 * Return: NULL, or the counter of why not.
 */
u64 *adit_carry_check(struct adit_sa *sa, struct sk_buff *skb, u8 next)
{
	const struct udphdr *uh = (const struct udphdr *)skb->data;
	unsigned int len;

	if (next != IPPROTO_UDP)
		return &sa->stats.protocol;
	if (skb->len < sizeof(*uh) + ADIT_L2TP_FLAGS_LEN)
		return &sa->stats.inner;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) + ADIT_L2TP_FLAGS_LEN || len > skb->len || !uh->source)
		return &sa->stats.inner;
	if (uh->dest != sa->child->l2tp_port)
		return &sa->stats.selector;
	__skb_trim(skb, len);
	return NULL;
}

/* A control message, for the owner. */
static void adit_carry_control_up(struct adit_child *child, struct sk_buff *skb, __be16 peer_port)
{
	int err = -EAGAIN;
	bool allowed;

	spin_lock(&child->lock);
	allowed = adit_allowance_take(&child->controls);
	spin_unlock(&child->lock);

	__skb_pull(skb, sizeof(struct udphdr));
	if (allowed)
		err = adit_control_up(child, peer_port, skb);
	adit_child_count(child, err ? &child->stats.controls_lost : &child->stats.controls);
	consume_skb(skb);
}

/**
 * adit_carry_rcv() - a datagram of L2TP came in a child
 * @child: child with an l2tp-port, whose device is up
 * @skb: skb->data at its UDP header, adit_carry_check()ed; consumed
 *
 * Context: RCU read side, bottom halves off.
 */
void adit_carry_rcv(struct adit_child *child, struct sk_buff *skb)
{
	const struct udphdr *uh = (const struct udphdr *)skb->data;
	const u16 flags = get_unaligned_be16(uh + 1);
	struct adit_wire_key key __uninitialized;

	adit_esp_summed(skb);
	if (flags & ADIT_L2TP_FLAG_T) {
		adit_carry_control_up(child, skb, uh->source);
		return;
	}
	adit_carry_key(&key, child, rcu_dereference(child->path)->family, uh->source);
	if (adit_l2tp_data_rcv(&key, NULL, skb, flags))
		return;
	adit_child_count(child, &child->stats.no_session);
	DEV_STATS_INC(child->adev->dev, rx_dropped);
	kfree_skb(skb);
}

/**
 * adit_carry_join() - let a child carry a session
 * @s: session that nobody knows yet
 * @child: child, referenced by the caller
 * @extack: told why not
 *
 * Return: 0 or -EXDEV.
 */
int adit_carry_join(struct adit_session *s, struct adit_child *child, struct netlink_ext_ack *extack)
{
	if (!net_eq(s->key.net, s->adev->net)) {
		NL_SET_ERR_MSG(extack, "the child's device has another outer namespace than the session's");
		return -EXDEV;
	}
	kref_get(&child->ref);
	s->l2tp.child = child;
	return 0;
}

/**
 * adit_carry_leave() - undo adit_carry_join()
 * @s: session that is dead; the child's memory lives on until RCU read side ends
 */
void adit_carry_leave(struct adit_session *s)
{
	adit_child_put(s->l2tp.child);
}

/**
 * adit_carry_ifindex() - where a child is that carries a session
 * @child: child, referenced
 *
 * Return: index of its device, or 0 when it is gone.
 */
u32 adit_carry_ifindex(const struct adit_child *child)
{
	u32 ifindex = 0;

	rcu_read_lock();
	if (!READ_ONCE(child->dead))
		ifindex = child->adev->dev->ifindex;
	rcu_read_unlock();
	return ifindex;
}
