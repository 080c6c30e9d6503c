// SPDX-License-Identifier: GPL-2.0
/* MSS clamp. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "clamp.h"

/* RFC 791: every host takes 576 octets. A clamp below what that leaves for TCP would only hurt. */
#define ADIT_CLAMP_MIN		536

#define ADIT_CLAMP_V6_EXTRA	20	/* an IPv6 header is that much longer */

/**
 * adit_clamp_find() - find the MSS option
 * @tcp: TCP header
 * @len: its length with options
 *
 * Each option ends inside @len and is at least two octets long (RFC 9293 section 3.1), so the walk ends.
 *
 * Return: offset of the 16-bit value, or 0.
 */
unsigned int adit_clamp_find(const u8 *tcp, unsigned int len)
{
	unsigned int at = sizeof(struct tcphdr), size;

	while (at < len && tcp[at] != TCPOPT_EOL) {
		if (tcp[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (at + 2 > len)
			return 0;
		size = tcp[at + 1];
		if (size < 2 || at + size > len)
			return 0;
		if (tcp[at] == TCPOPT_MSS)
			return size == TCPOLEN_MSS ? at + 2 : 0;
		at += size;
	}
	return 0;
}

/* Return: offset of the TCP header of a first or only fragment, or 0. @extra: the header is this longer than IPv4's. */
static unsigned int adit_clamp_tcp(struct sk_buff *skb, unsigned int *extra)
{
	__be16 frag = 0;
	u8 next;
	int at;

	if (!pskb_may_pull(skb, sizeof(struct iphdr)))
		return 0;

	if (skb->data[0] >> 4 == 4) {
		const struct iphdr *iph = (const struct iphdr *)skb->data;

		*extra = 0;
		return iph->protocol == IPPROTO_TCP && !(iph->frag_off & htons(IP_OFFSET)) ? iph->ihl * 4 : 0;
	}

	if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		return 0;
	next = ((const struct ipv6hdr *)skb->data)->nexthdr;
	at = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next, &frag);
	*extra = ADIT_CLAMP_V6_EXTRA;
	return at > 0 && next == IPPROTO_TCP && !(frag & htons(IP6_OFFSET)) ? at : 0;
}

/**
 * adit_clamp() - lower the MSS of a SYN
 * @skb: skb->data at its IP header, whose length was checked
 * @mss4: largest MSS for IPv4
 */
void adit_clamp(struct sk_buff *skb, unsigned int mss4)
{
	unsigned int at, pos, len, extra, max;
	struct tcphdr *th;
	__be16 old, new;

	at = adit_clamp_tcp(skb, &extra);
	if (!at || !pskb_may_pull(skb, at + sizeof(*th)))
		return;

	th = (struct tcphdr *)(skb->data + at);
	len = th->doff * 4;
	if (!th->syn || len < sizeof(*th) || !pskb_may_pull(skb, at + len))
		return;

	max = max_t(unsigned int, mss4, ADIT_CLAMP_MIN + extra) - extra;
	pos = adit_clamp_find(skb->data + at, len);
	if (!pos || get_unaligned_be16(skb->data + at + pos) <= max || skb_ensure_writable(skb, at + len))
		return;

	th = (struct tcphdr *)(skb->data + at);
	old = get_unaligned((__be16 *)((u8 *)th + pos));
	new = htons(max);
	put_unaligned(new, (__be16 *)((u8 *)th + pos));
	/* An option on an odd offset is folded into the sum with its octets swapped. */
	if (pos & 1) {
		old = (__force __be16)swab16((__force u16)old);
		new = (__force __be16)swab16((__force u16)new);
	}
	inet_proto_csum_replace2(&th->check, skb, old, new, false);
}
