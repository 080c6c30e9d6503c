// SPDX-License-Identifier: GPL-2.0
/* Selectors. */

#include <linux/errno.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "selector.h"

#define V4_HLEN		20
#define V4_DF		0x4000
#define V4_MF		0x2000
#define V4_OFFSET	0x1fff
#define V6_HLEN		40

enum {
	P_HOPOPTS = 0, P_TCP = 6, P_UDP = 17, P_DCCP = 33, P_ROUTING = 43, P_FRAGMENT = 44, P_AH = 51, P_DSTOPTS = 60,
	P_SCTP = 132, P_UDPLITE = 136,
};

static bool proto_has_ports(u8 proto)
{
	return proto == P_TCP || proto == P_UDP || proto == P_SCTP || proto == P_UDPLITE || proto == P_DCCP;
}

static inline void flow_ports(const u8 *data, unsigned int at, unsigned int head, struct adit_flow *flow)
{
	if (!proto_has_ports(flow->proto) || at + 4 > head)
		return;
	flow->has_ports = true;
	flow->sport = get_unaligned_be16(data + at);
	flow->dport = get_unaligned_be16(data + at + 2);
}

static inline void flow_set_addr4(struct in6_addr *addr, const u8 *data)
{
	memcpy(addr->s6_addr, data, 4);
	addr->s6_addr32[1] = 0;
	addr->s6_addr32[2] = 0;
	addr->s6_addr32[3] = 0;
}

static int flow_parse4(const u8 *data, unsigned int head, struct adit_flow *flow)
{
	unsigned int hlen, len;
	u16 frag;

	if (head < V4_HLEN)
		return -EINVAL;
	hlen = (data[0] & 0x0f) * 4;
	len = get_unaligned_be16(data + 2);
	if (hlen < V4_HLEN || hlen > head || len < hlen)
		return -EINVAL;

	frag = get_unaligned_be16(data + 6);
	flow_set_addr4(&flow->src, data + 12);
	flow_set_addr4(&flow->dst, data + 16);
	flow->family = AF_INET;
	flow->sport = 0;
	flow->dport = 0;
	flow->proto = data[9];
	flow->has_ports = false;
	flow->may_fragment = !(frag & V4_DF);
	flow->len = len;
	/* The first fragment has ports, but what follows it cannot be told by them: all go the same way. */
	if (!(frag & (V4_OFFSET | V4_MF)))
		flow_ports(data, hlen, head, flow);
	return 0;
}

/* Length of the extension header @proto at @at, or 0 when that is none or not there. */
static unsigned int flow_ext(const u8 *data, unsigned int at, unsigned int head, u8 proto)
{
	if (proto != P_HOPOPTS && proto != P_ROUTING && proto != P_DSTOPTS && proto != P_AH && proto != P_FRAGMENT)
		return 0;
	if (at + 8 > head)
		return 0;
	if (proto == P_FRAGMENT)
		return 8;
	return proto == P_AH ? (data[at + 1] + 2) * 4 : (data[at + 1] + 1) * 8;
}

static int flow_parse6(const u8 *data, unsigned int head, struct adit_flow *flow)
{
	unsigned int at = V6_HLEN, len, n;
	u8 proto;

	if (head < V6_HLEN)
		return -EINVAL;
	*flow = (struct adit_flow){ .family = AF_INET6, .len = V6_HLEN + get_unaligned_be16(data + 4) };
	memcpy(&flow->src, data + 8, 16);
	memcpy(&flow->dst, data + 24, 16);

	proto = data[6];
	for (n = 0; n < ADIT_FLOW_EXT_MAX; n++) {
		len = flow_ext(data, at, head, proto);
		if (!len)
			break;
		flow->proto = data[at];
		/* Any fragment, as in IPv4. */
		if (proto == P_FRAGMENT)
			return 0;
		proto = data[at];
		at += len;
	}
	flow->proto = proto;
	flow_ports(data, at, head, flow);
	return 0;
}

int adit_flow_parse(const u8 *data, unsigned int head, struct adit_flow *flow)
{
	if (head && data[0] >> 4 == 4)
		return flow_parse4(data, head, flow);
	if (head && data[0] >> 4 == 6)
		return flow_parse6(data, head, flow);
	return -EINVAL;
}

static bool prefix_bits_equal(const struct adit_prefix *prefix, const struct in6_addr *addr)
{
	unsigned int words = prefix->len / 32, bits = prefix->len % 32, i;
	const u8 *a = prefix->addr.s6_addr, *b = addr->s6_addr;

	for (i = 0; i < words; i++)
		if (prefix->addr.s6_addr32[i] != addr->s6_addr32[i])
			return false;
	return !bits || !((get_unaligned_be32(a + i * 4) ^ get_unaligned_be32(b + i * 4)) >> (32 - bits));
}

static inline bool prefix_covers(const struct adit_prefix *prefix, u16 family, const struct in6_addr *addr)
{
	return family == prefix->family && (!prefix->len || prefix_bits_equal(prefix, addr));
}

bool adit_prefix_covers(const struct adit_prefix *prefix, u16 family, const struct in6_addr *addr)
{
	return prefix_covers(prefix, family, addr);
}

/* The ports of this end and of the peer. */
static bool selector_ports(const struct adit_selector *sel, const struct adit_flow *flow, u16 local, u16 remote)
{
	bool every = !sel->local_min && sel->local_max == U16_MAX && !sel->remote_min && sel->remote_max == U16_MAX;

	if (every)
		return true;
	return flow->has_ports && local >= sel->local_min && local <= sel->local_max &&
	       remote >= sel->remote_min && remote <= sel->remote_max;
}

static bool selector_proto(const struct adit_selector *sel, const struct adit_flow *flow)
{
	return sel->proto == ADIT_PROTO_ANY || sel->proto == flow->proto;
}

bool adit_selector_fits_out(const struct adit_selector *sel, const struct adit_flow *flow)
{
	return selector_proto(sel, flow) && selector_ports(sel, flow, flow->sport, flow->dport) &&
	       prefix_covers(&sel->remote, flow->family, &flow->dst) &&
	       prefix_covers(&sel->local, flow->family, &flow->src);
}

bool adit_selector_fits_in(const struct adit_selector *sel, const struct adit_flow *flow)
{
	return selector_proto(sel, flow) && selector_ports(sel, flow, flow->dport, flow->sport) &&
	       prefix_covers(&sel->remote, flow->family, &flow->src) &&
	       prefix_covers(&sel->local, flow->family, &flow->dst);
}
