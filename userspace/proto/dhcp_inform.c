// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/dhcp_inform.h"

#include <string.h>

#include "base/cursor.h"
#include "wire/inet.h"

#define PORT_SERVER	67
#define PORT_CLIENT	68
#define BOOTREQUEST	1
#define BOOTREPLY	2
#define MAGIC		0x63825363	/* RFC 2131 section 3 */
#define CHADDR_LEN	16
#define NAMES_LEN	(64 + 128)	/* server host name and boot file name */
/* shorter ones are dropped by some relays and clients: RFC 1542 section 2.1 */
#define BOOTP_MIN	300
#define HOP_LIMIT	64

/* RFC 2132, RFC 3442; 249 is what Windows called 121 before that had a number */
enum {
	OPTION_PAD = 0,
	OPTION_DNS = 6,
	OPTION_NBNS = 44,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_REQUEST = 55,
	OPTION_ROUTES = 121,
	OPTION_ROUTES_WINDOWS = 249,
	OPTION_END = 255,
};

enum { TYPE_ACK = 5, TYPE_INFORM = 8 };

struct inform {
	uint8_t htype, hlen;
	uint32_t xid;
	uint16_t flags;
	const uint8_t *chaddr;
	bool wants_routes, wants_routes_windows;
};

static void parse_request_list(struct rd list, struct inform *in)
{
	while (list.left) {
		uint8_t option = rd_u8(&list);

		in->wants_routes |= option == OPTION_ROUTES;
		in->wants_routes_windows |= option == OPTION_ROUTES_WINDOWS;
	}
}

/* Whether the options are those of a DHCPINFORM. */
static bool parse_options(struct rd *r, struct inform *in)
{
	bool is_inform = false;

	while (r->left && !r->bad) {
		uint8_t option = rd_u8(r), len;
		struct rd value;

		if (option == OPTION_PAD)
			continue;
		if (option == OPTION_END)
			break;
		len = rd_u8(r);
		value = rd_sub(r, len);
		if (option == OPTION_TYPE)
			is_inform = len == 1 && rd_u8(&value) == TYPE_INFORM;
		else if (option == OPTION_REQUEST && !r->bad)
			parse_request_list(value, in);
	}
	return is_inform && !r->bad;
}

static bool parse_bootp(struct rd r, const struct dhcp_inform_config *cfg, struct inform *in)
{
	uint8_t op = rd_u8(&r);
	struct addr ciaddr = { .family = AF_INET };

	in->htype = rd_u8(&r);
	in->hlen = rd_u8(&r);
	rd_skip(&r, 1);		/* hops */
	in->xid = rd_u32(&r);
	rd_skip(&r, 2);		/* seconds */
	in->flags = rd_u16(&r);
	rd_copy(&r, ciaddr.bytes, 4);
	rd_skip(&r, 12);	/* yiaddr, siaddr, giaddr */
	in->chaddr = rd_bytes(&r, CHADDR_LEN);
	rd_skip(&r, NAMES_LEN);
	return rd_u32(&r) == MAGIC && op == BOOTREQUEST && in->hlen <= CHADDR_LEN &&
	       addr_equal(&ciaddr, &cfg->client) && parse_options(&r, in);
}

static bool parse(const uint8_t *packet, size_t len, const struct dhcp_inform_config *cfg,
		  struct inform *in)
{
	struct inet_packet p;
	uint16_t from, to, udp_len, sum;
	struct rd r;

	if (inet_parse4(packet, len, &p) || p.protocol != INET_PROTO_UDP ||
	    !addr_equal(&p.src, &cfg->client))
		return false;
	r = rd_of(p.data, p.len);
	from = rd_u16(&r);
	to = rd_u16(&r);
	udp_len = rd_u16(&r);
	sum = rd_u16(&r);
	if (r.bad || from != PORT_CLIENT || to != PORT_SERVER || udp_len < INET_UDP_LEN ||
	    udp_len > p.len)
		return false;
	p.len = udp_len;
	if (sum && inet_checksum(&p))
		return false;
	return parse_bootp(rd_sub(&r, udp_len - INET_UDP_LEN), cfg, in);
}

static void put_addrs(struct wr *w, uint8_t option, const struct addr a[2])
{
	unsigned int i, n = a[0].family ? a[1].family ? 2 : 1 : 0;

	if (!n)
		return;
	wr_u8(w, option);
	wr_u8(w, (uint8_t)(4 * n));
	for (i = 0; i < n; i++)
		wr_bytes(w, a[i].bytes, 4);
}

/* RFC 3442: the length, as many octets of the network as that covers, and the way there. */
static void put_routes(struct wr *w, uint8_t option, const struct dhcp_inform_config *cfg)
{
	size_t len_at;
	unsigned int i;

	wr_u8(w, option);
	len_at = wr_mark(w, 1);
	for (i = 0; i < cfg->n_routes; i++) {
		const struct prefix *p = &cfg->routes[i];
		size_t one = 1 + (p->len + 7u) / 8 + 4;

		if (p->addr.family != AF_INET || w->len - len_at - 1 + one > 255)
			continue;
		wr_u8(w, p->len);
		wr_bytes(w, p->addr.bytes, (p->len + 7u) / 8);
		wr_bytes(w, cfg->server.bytes, 4);
	}
	wr_patch_u8(w, len_at, (uint8_t)(w->len - len_at - 1));
}

static void put_options(struct wr *w, const struct dhcp_inform_config *cfg, const struct inform *in)
{
	wr_u8(w, OPTION_TYPE);
	wr_u8(w, 1);
	wr_u8(w, TYPE_ACK);
	wr_u8(w, OPTION_SERVER);
	wr_u8(w, 4);
	wr_bytes(w, cfg->server.bytes, 4);
	put_addrs(w, OPTION_DNS, cfg->dns);
	put_addrs(w, OPTION_NBNS, cfg->nbns);
	/* Who knows the standard's number needs no other; both might not fit. */
	if (cfg->n_routes && in->wants_routes)
		put_routes(w, OPTION_ROUTES, cfg);
	else if (cfg->n_routes && in->wants_routes_windows)
		put_routes(w, OPTION_ROUTES_WINDOWS, cfg);
	wr_u8(w, OPTION_END);
}

/* RFC 2131 section 4.3.5: to ciaddr, and neither an address nor a lease time in it. */
static size_t answer(const struct dhcp_inform_config *cfg, const struct inform *in,
		     uint8_t out[DHCP_INFORM_PACKET_MAX])
{
	struct wr w = wr_to(out, DHCP_INFORM_PACKET_MAX);
	size_t bootp_len;

	inet_begin(&w, &cfg->server, &cfg->client, INET_PROTO_UDP, HOP_LIMIT);
	inet_udp(&w, PORT_SERVER, PORT_CLIENT);
	wr_u8(&w, BOOTREPLY);
	wr_u8(&w, in->htype);
	wr_u8(&w, in->hlen);
	wr_u8(&w, 0);
	wr_u32(&w, in->xid);
	wr_u16(&w, 0);
	wr_u16(&w, in->flags);
	wr_bytes(&w, cfg->client.bytes, 4);
	wr_zero(&w, 12);
	wr_bytes(&w, in->chaddr, CHADDR_LEN);
	wr_zero(&w, NAMES_LEN);
	wr_u32(&w, MAGIC);
	put_options(&w, cfg, in);
	bootp_len = w.len - INET_HEADER4_LEN - INET_UDP_LEN;
	if (bootp_len < BOOTP_MIN)
		wr_zero(&w, BOOTP_MIN - bootp_len);
	inet_end(&w, INET_UDP_CHECKSUM_AT4);
	return w.bad ? 0 : w.len;
}

size_t dhcp_inform_answer(const struct dhcp_inform_config *cfg, const uint8_t *packet, size_t len,
			  uint8_t out[DHCP_INFORM_PACKET_MAX])
{
	struct inform in = { .htype = 0 };

	return parse(packet, len, cfg, &in) ? answer(cfg, &in, out) : 0;
}
