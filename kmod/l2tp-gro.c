// SPDX-License-Identifier: GPL-2.0
/*
 * Aggregation of IP packets in PPP in L2TP version 2 over UDP, before the socket. Only packets whose headers have
 * nothing but ids, which are then the same in all that are merged.
 */

#include <linux/netdevice.h>
#include <linux/unaligned.h>
#include <net/gro.h>

#include "l2tp.h"
#include "ppp.h"

#define ADIT_GRO_HLEN_MAX	(ADIT_L2TP2_HLEN_MIN + ADIT_PPP_HLEN_MAX)

/* Length of the headers at @data, ADIT_GRO_HLEN_MAX octets, or 0. An IP header is longer than what PPP leaves out. */
static unsigned int adit_gro_parse(const u8 *data, __be16 *type)
{
	u16 protocol;
	int hlen;

	if (get_unaligned_be16(data) != 2)
		return 0;
	hlen = adit_ppp_parse(data + ADIT_L2TP2_HLEN_MIN, ADIT_PPP_HLEN_MAX, &protocol);
	if (hlen < 0 || (protocol != ADIT_PPP_IP && protocol != ADIT_PPP_IPV6))
		return 0;
	*type = protocol == ADIT_PPP_IP ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return ADIT_L2TP2_HLEN_MIN + hlen;
}

/**
 * adit_l2tp_gro_receive() - see whether a datagram continues one that is held
 * @sk: socket
 * @head: what is held
 * @skb: datagram, at its L2TP header
 *
 * Return: what is to be handed on now, or NULL.
 */
struct sk_buff *adit_l2tp_gro_receive(struct sock *sk, struct list_head *head, struct sk_buff *skb)
{
	unsigned int at = skb_gro_offset(skb), hlen;
	const struct packet_offload *offload;
	struct sk_buff *p, *pp = NULL;
	int flush = 1;
	__be16 type;
	u8 *data;

	data = skb_gro_header(skb, at + ADIT_GRO_HLEN_MAX, at);
	hlen = data ? adit_gro_parse(data, &type) : 0;
	if (!hlen)
		goto out;
	offload = gro_find_receive_by_type(type);
	if (!offload)
		goto out;

	list_for_each_entry(p, head, list)
		if (NAPI_GRO_CB(p)->same_flow && memcmp(p->data + at, data, hlen))
			NAPI_GRO_CB(p)->same_flow = 0;

	skb_gro_pull(skb, hlen);
	skb_gro_postpull_rcsum(skb, data, hlen);
	pp = call_gro_receive(offload->callbacks.gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, pp, flush);
	return pp;
}

/**
 * adit_l2tp_gro_complete() - what was merged is handed on
 * @sk: socket
 * @skb: super-packet
 * @nhoff: where its L2TP header is
 *
 * Return: 0 or -errno.
 */
int adit_l2tp_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	const struct packet_offload *offload;
	unsigned int hlen;
	__be16 type;

	hlen = adit_gro_parse(skb->data + nhoff, &type);
	offload = hlen ? gro_find_complete_by_type(type) : NULL;
	if (!offload)
		return -EPROTONOSUPPORT;
	skb_set_inner_mac_header(skb, nhoff + hlen);
	return offload->callbacks.gro_complete(skb, nhoff + hlen);
}
