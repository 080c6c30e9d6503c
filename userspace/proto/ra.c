// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ra.h"

#include <string.h>

#include "base/cursor.h"
#include "wire/inet.h"

#define ROUTER_SOLICITATION	133	/* RFC 4861 section 4.1 */
#define ROUTER_ADVERTISEMENT	134	/* section 4.2 */
#define OPTION_SOURCE_LINK	1	/* section 4.6.1 */
#define OPTION_PREFIX		3	/* section 4.6.2 */
#define OPTION_MTU		5	/* section 4.6.4 */
#define HOP_LIMIT		255	/* what no router has touched: section 6.1.1 */
#define CUR_HOP_LIMIT		64
/* without the on-link flag: everything goes to the peer anyway */
#define PREFIX_AUTONOMOUS	0x40
#define LIFETIME_FOR_EVER	0xffffffff	/* as long as the session */
#define CHECKSUM_AT		(INET_HEADER6_LEN + 2)

static const struct addr all_nodes = { .family = AF_INET6, .bytes = { 0xff, 2, [15] = 1 } };
static const struct addr unspecified = { .family = AF_INET6 };

static struct addr link_local(const uint8_t ifid[8])
{
	struct addr a = { .family = AF_INET6, .bytes = { 0xfe, 0x80 } };

	memcpy(a.bytes + 8, ifid, 8);
	return a;
}

/* RFC 4861 section 6.1.1: who is not there yet cannot name his link-layer address. */
static bool options_valid(struct rd options, bool source_unspecified)
{
	while (options.left && !options.bad) {
		uint8_t type = rd_u8(&options), units = rd_u8(&options);

		if (!units || (type == OPTION_SOURCE_LINK && source_unspecified))
			return false;
		rd_skip(&options, units * 8u - 2);
	}
	return !options.bad;
}

static bool is_solicitation(const struct inet_packet *p)
{
	struct rd r = rd_of(p->data, p->len);
	uint8_t type = rd_u8(&r), code = rd_u8(&r);

	rd_skip(&r, 6);		/* checksum, and a reserved field that is not to be looked at */
	return !r.bad && p->protocol == INET_PROTO_ICMPV6 && p->hop_limit == HOP_LIMIT &&
	       type == ROUTER_SOLICITATION && !code && !inet_checksum(p) &&
	       options_valid(r, addr_equal(&p->src, &unspecified));
}

static void put_prefix(struct wr *w, const struct prefix *prefix)
{
	wr_u8(w, OPTION_PREFIX);
	wr_u8(w, 4);
	wr_u8(w, prefix->len);
	wr_u8(w, PREFIX_AUTONOMOUS);
	wr_u32(w, LIFETIME_FOR_EVER);
	wr_u32(w, LIFETIME_FOR_EVER);
	wr_u32(w, 0);
	wr_bytes(w, prefix->addr.bytes, 16);
}

static size_t advertise(const struct ra_config *cfg, const struct addr *to,
			uint8_t out[RA_PACKET_MAX])
{
	struct addr from = link_local(cfg->local_ifid);
	struct wr w = wr_to(out, RA_PACKET_MAX);

	inet_begin(&w, &from, to, INET_PROTO_ICMPV6, HOP_LIMIT);
	wr_u8(&w, ROUTER_ADVERTISEMENT);
	wr_zero(&w, 3);		/* code, and the checksum, which comes last */
	wr_u8(&w, CUR_HOP_LIMIT);
	wr_u8(&w, 0);		/* neither managed nor other configuration */
	wr_u16(&w, RA_LIFETIME_S);
	wr_zero(&w, 8);		/* reachable time, retransmission timer: unspecified */
	if (cfg->mtu) {
		wr_u8(&w, OPTION_MTU);
		wr_u8(&w, 1);
		wr_u16(&w, 0);
		wr_u32(&w, cfg->mtu);
	}
	if (cfg->prefix.addr.family)
		put_prefix(&w, &cfg->prefix);
	inet_end(&w, CHECKSUM_AT);
	return w.bad ? 0 : w.len;
}

size_t ra_advertise(const struct ra_config *cfg, uint8_t out[RA_PACKET_MAX])
{
	return advertise(cfg, &all_nodes, out);
}

size_t ra_answer(const struct ra_config *cfg, const uint8_t *packet, size_t len,
		 uint8_t out[RA_PACKET_MAX])
{
	struct inet_packet p;

	if (inet_parse6(packet, len, &p) || !is_solicitation(&p))
		return 0;
	return advertise(cfg, addr_equal(&p.src, &unspecified) ? &all_nodes : &p.src, out);
}
