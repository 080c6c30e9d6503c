// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers to DHCPINFORM (RFC 2131 section 3.4), with any configuration that adit.conf can hold. */
#include "fuzz.h"
#include "mend.h"
#include "proto/dhcp_inform.h"
#include "wire/inet.h"

#define ROUTES_MAX	16	/* CONF_LIST_MAX */
#define BOOTP_LEN	236	/* up to the magic cookie, RFC 2131 section 2 */
#define OPTION_PAD	0
#define OPTION_END	255

static struct prefix take_prefix(struct in *in)
{
	struct prefix p = { .len = in_u8(in) % 33 };
	uint32_t mask = p.len ? ~0u << (32 - p.len) : 0;

	p.addr = addr_v4(in_u32(in) & mask);
	if (!p.addr.v4.s_addr && p.len > 8)
		p.addr.family = AF_INET6;
	return p;
}

static void take_config(struct in *in, struct dhcp_inform_config *cfg, struct prefix *routes)
{
	uint8_t what = in_u8(in);
	unsigned int i;

	cfg->server = addr_v4(0x0a090001);
	cfg->client = addr_v4(0x0a09000a);	/* whom the unit test's packets are from */
	cfg->n_routes = in_u8(in) % (ROUTES_MAX + 1);
	cfg->routes = routes;
	for (i = 0; i < 2; i++) {
		if (what & 1 << i)
			cfg->dns[i] = addr_v4(0x0a090035 + i);
		if (what & 4 << i)
			cfg->nbns[i] = addr_v4(0x0a090045 + i);
	}
	for (i = 0; i < cfg->n_routes; i++)
		routes[i] = take_prefix(in);
}

/* Options one after the other, to the end mark. */
static void walk_options(const uint8_t *at, size_t left)
{
	while (left && *at != OPTION_END) {
		size_t len = *at == OPTION_PAD ? 1 : left > 1 ? at[1] + 2u : left + 1;

		must(len <= left);
		at += len;
		left -= len;
	}
	must(left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct prefix routes[ROUTES_MAX];
	struct dhcp_inform_config cfg = { .n_routes = 0 };
	uint8_t out[DHCP_INFORM_PACKET_MAX];
	struct inet_packet p;
	uint8_t *packet;
	size_t len, n;
	bool mend = size && data[0] & 16;

	take_config(&in, &cfg, routes);
	packet = in_take(&in, 2048, &len);
	if (mend) {
		mend_ipv4(packet, len);
		if (len >= 28 && packet[0] == 0x45)
			packet[26] = packet[27] = 0;	/* no checksum, RFC 768 */
	}
	n = dhcp_inform_answer(&cfg, packet, len, out);
	must(n <= sizeof(out));
	if (n) {
		must(inet_parse4(out, n, &p) == 0 && p.protocol == INET_PROTO_UDP);
		must(inet_checksum(&p) == 0 && addr_equal(&p.src, &cfg.server));
		must(addr_equal(&p.dst, &cfg.client) || p.dst.v4.s_addr == INADDR_BROADCAST);
		must(p.len >= INET_UDP_LEN + BOOTP_LEN + 4);
		walk_options(p.data + INET_UDP_LEN + BOOTP_LEN + 4,
			     p.len - INET_UDP_LEN - BOOTP_LEN - 4);
	}
	free(packet);
	return 0;
}
