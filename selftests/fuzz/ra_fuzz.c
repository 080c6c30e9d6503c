// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers to router solicitations (RFC 4861 section 6): only to what was one, and a packet that any
 * host takes.
 */
#include "fuzz.h"
#include "mend.h"
#include "proto/ra.h"
#include "wire/inet.h"

#define ROUTER_ADVERTISEMENT	134

static void take_config(struct in *in, struct ra_config *cfg)
{
	uint8_t prefix = in_u8(in);	/* lowest bit: there is one */

	*cfg = (struct ra_config){ .mtu = in_u16(in), .local_ifid = { 0, 0, 0, 0, 0, 0, 0, 1 } };
	if (!(prefix & 1))
		return;
	cfg->prefix.addr.family = AF_INET6;
	cfg->prefix.len = 64;
	cfg->prefix.addr.bytes[0] = 0x20;
	cfg->prefix.addr.bytes[7] = prefix;
}

static void check_answer(const struct ra_config *cfg, const uint8_t *out, size_t len)
{
	static const uint8_t link_local[8] = { 0xfe, 0x80 };
	struct inet_packet p;

	must(len <= RA_PACKET_MAX && inet_parse6(out, len, &p) == 0);
	must(p.protocol == INET_PROTO_ICMPV6 && p.hop_limit == 255 && inet_checksum(&p) == 0);
	must(p.len >= 16 && p.data[0] == ROUTER_ADVERTISEMENT && p.data[1] == 0);
	must(!memcmp(p.src.bytes, link_local, 8) && !memcmp(p.src.bytes + 8, cfg->local_ifid, 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct inet_packet asked;
	uint8_t out[RA_PACKET_MAX];
	struct ra_config cfg;
	uint8_t *packet;
	size_t len, n;
	bool mend = size && data[0] & 2;

	take_config(&in, &cfg);
	packet = in_take(&in, 2048, &len);
	if (mend)
		mend_icmpv6(packet, len);
	n = ra_answer(&cfg, packet, len, out);
	if (n) {
		check_answer(&cfg, out, n);
		must(inet_parse6(packet, len, &asked) == 0 && asked.hop_limit == 255);
		must(asked.protocol == INET_PROTO_ICMPV6 && inet_checksum(&asked) == 0);
		must(asked.len >= 8 && asked.data[0] == 133);
	}
	n = ra_advertise(&cfg, out);
	must(n);
	check_answer(&cfg, out, n);
	free(packet);
	return 0;
}
