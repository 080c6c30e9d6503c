// SPDX-License-Identifier: GPL-2.0
/* IP protocol 115, one slot for the machine and family, and what ICMP says about packets of it. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/unaligned.h>
#include <net/ip6_route.h>
#include <net/netns/hash.h>
#include <net/protocol.h>
#include <net/route.h>

#include "device.h"
#include "l2tp.h"
#include "session.h"
#include "slot.h"

/* Every ICMP error quotes that much of what follows the IP header (RFC 792). */
#define QUOTED_MIN	8

/* Sessions over IP by what stands in the packets that they send, of which only errors come back. */
static struct rhltable l2tp_sent;

/* What a sent packet began with. */
struct sent_key {
	struct net *net;
	const struct in6_addr *local;
	const struct in6_addr *peer;
	u32 family;
	u32 peer_id;
};

static u32 sent_hash_of(const struct net *net, const struct in6_addr *peer, u32 peer_id, u32 seed)
{
	return jhash2((__force const u32 *)peer->s6_addr32, ARRAY_SIZE(peer->s6_addr32),
		      jhash_2words(peer_id, net_hash_mix(net), seed));
}

static u32 sent_peer_id(const struct adit_session *s)
{
	return get_unaligned_be32(s->l2tp.hdr);
}

static u32 sent_key_hash(const void *data, u32 len, u32 seed)
{
	const struct sent_key *key = data;

	return sent_hash_of(key->net, key->peer, key->peer_id, seed);
}

static u32 sent_session_hash(const void *data, u32 len, u32 seed)
{
	const struct adit_session *s = data;

	return sent_hash_of(s->key.net, &s->key.peer, sent_peer_id(s), seed);
}

static int sent_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct sent_key *key = arg->key;
	const struct adit_session *s = obj;

	return s->key.net != key->net || s->key.family != key->family || sent_peer_id(s) != key->peer_id ||
	       !ipv6_addr_equal(&s->key.peer, key->peer) || !ipv6_addr_equal(&s->key.local, key->local);
}

static const struct rhashtable_params sent_params = {
	.key_len	= sizeof(struct sent_key),
	.head_offset	= offsetof(struct adit_session, l2tp.sent),
	.hashfn		= sent_key_hash,
	.obj_hashfn	= sent_session_hash,
	.obj_cmpfn	= sent_differs,
	.automatic_shrinking = true,
};

/**
 * adit_l2tp_ip_join() - errors about what a session sends are its own from now on
 * @s: session over IP; its memory outlives RCU read side
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM and the like.
 */
int adit_l2tp_ip_join(struct adit_session *s)
{
	const struct sent_key key = {
		.net = s->key.net, .local = &s->key.local, .peer = &s->key.peer, .family = s->key.family,
		.peer_id = sent_peer_id(s),
	};

	return rhltable_insert_key(&l2tp_sent, &key, &s->l2tp.sent, sent_params);
}

/**
 * adit_l2tp_ip_leave() - undo adit_l2tp_ip_join()
 * @s: session
 */
void adit_l2tp_ip_leave(struct adit_session *s)
{
	rhltable_remove(&l2tp_sent, &s->l2tp.sent, sent_params);
}

/*
 * The session that sent the packet of which @quoted is what followed the IP header. Who has not seen it does not know
 * the cookie; whatever is quoted of that must be right.
 */
static const struct adit_session *sent_by(const struct sk_buff *skb, u16 family, const struct in6_addr *local,
					  const struct in6_addr *peer, const u8 *quoted)
{
	const struct sent_key key = {
		.net = dev_net(skb->dev), .local = local, .peer = peer, .family = family,
		.peer_id = get_unaligned_be32(quoted),
	};
	const struct adit_session *s;
	struct rhlist_head *list, *pos;

	list = rhltable_lookup(&l2tp_sent, &key, sent_params);
	rhl_for_each_entry_rcu(s, pos, list, l2tp.sent)
		if (!memcmp(quoted, s->l2tp.hdr, min_t(unsigned int, s->l2tp.hdr_len, QUOTED_MIN)))
			return s;
	return NULL;
}

/* A smaller path (RFC 1191, RFC 8201) is the route's, where adit_outer_route() finds it. */
static int l2tp4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct in6_addr local = { .s6_addr32 = { iph->saddr } }, peer = { .s6_addr32 = { iph->daddr } };
	const struct adit_session *s = sent_by(skb, AF_INET, &local, &peer, skb->data + iph->ihl * 4);

	if (!s)
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH && icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
		ipv4_update_pmtu(skb, dev_net(skb->dev), info, s->adev->link, IPPROTO_L2TP);
	return 0;
}

static int l2tp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code, int offset, __be32 info)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const struct adit_session *s = sent_by(skb, AF_INET6, &ip6h->saddr, &ip6h->daddr, skb->data + offset);

	if (!s)
		return -ENOENT;
	if (type == ICMPV6_PKT_TOOBIG)
		ip6_update_pmtu(skb, dev_net(skb->dev), info, s->adev->link, READ_ONCE(s->adev->fwmark),
				sock_net_uid(s->adev->net, NULL));
	return 0;
}

static const struct net_protocol l2tp_protocol4 = {
	.handler     = adit_l2tp_ip_rcv,
	.err_handler = l2tp4_err,
};

static const struct inet6_protocol l2tp_protocol6 = {
	.handler     = adit_l2tp_ip_rcv,
	.err_handler = l2tp6_err,
	.flags	     = INET6_PROTO_FINAL,
};

static int slot_take(void)
{
	if (inet_add_protocol(&l2tp_protocol4, IPPROTO_L2TP))
		return -EBUSY;
	if (inet6_add_protocol(&l2tp_protocol6, IPPROTO_L2TP)) {
		inet_del_protocol(&l2tp_protocol4, IPPROTO_L2TP);
		return -EBUSY;
	}
	return 0;
}

static void slot_release(void)
{
	inet6_del_protocol(&l2tp_protocol6, IPPROTO_L2TP);
	inet_del_protocol(&l2tp_protocol4, IPPROTO_L2TP);
}

static ADIT_SLOT(l2tp_slot, slot_take, slot_release,
		 "IP protocol 115 is held by another module (l2tp_ip?): rmmod l2tp_ip l2tp_ip6");

/**
 * adit_l2tp_ip_get() - take the slots, or use them once more
 * @extack: told when another module has one
 *
 * Packets come to adit_l2tp_ip_rcv() from then on. Context: process, may sleep; rtnl may be held.
 *
 * Return: 0 or -EBUSY.
 */
int adit_l2tp_ip_get(struct netlink_ext_ack *extack)
{
	return adit_slot_get(&l2tp_slot, extack);
}

/**
 * adit_l2tp_ip_put() - undo one adit_l2tp_ip_get()
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_l2tp_ip_put(void)
{
	adit_slot_put(&l2tp_slot);
}

/**
 * adit_l2tp_ip_init() - make the table
 *
 * Return: 0 or -ENOMEM.
 */
int adit_l2tp_ip_init(void)
{
	return rhltable_init(&l2tp_sent, &sent_params);
}

/**
 * adit_l2tp_ip_exit() - give the slots back now, when nobody uses them any more
 *
 * No packet is in adit_l2tp_ip_rcv() afterwards, and no session is left. Context: process, may sleep.
 */
void adit_l2tp_ip_exit(void)
{
	adit_slot_exit(&l2tp_slot);
	rhltable_destroy(&l2tp_sent);
}
