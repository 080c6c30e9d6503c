// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 and IPv6 packets: what is read lies in the packet, and what is written can be read. */
#include <errno.h>

#include "fuzz.h"
#include "mend.h"
#include "wire/inet.h"

static int parse(const uint8_t *data, size_t len, bool v4, struct inet_packet *p)
{
	return v4 ? inet_parse4(data, len, p) : inet_parse6(data, len, p);
}

/* The same packet, built by us. */
static void write_again(const struct inet_packet *p, bool v4, size_t cap)
{
	bool udp = p->protocol == INET_PROTO_UDP;
	size_t header = v4 ? INET_HEADER4_LEN : INET_HEADER6_LEN;
	size_t checksum_at = header + (udp ? 6 : 2);
	uint8_t *octets = malloc(cap ? cap : 1);
	struct wr w = wr_to(octets, cap);
	struct inet_packet again;

	inet_begin(&w, &p->src, &p->dst, p->protocol, p->hop_limit);
	wr_bytes(&w, p->data, p->len);
	if (!w.bad && p->len >= 8)
		wr_patch_u16(&w, checksum_at, 0);
	inet_end(&w, checksum_at);
	if (cap < header + p->len || p->len < 8) {
		must(w.bad || p->len < 8);
	} else {
		must(!w.bad && w.len == header + p->len);
		must(parse(octets, w.len, v4, &again) == 0);
		must(again.len == p->len && again.hop_limit == p->hop_limit);
		must(addr_equal(&again.src, &p->src) && addr_equal(&again.dst, &p->dst));
		must(inet_checksum(&again) == 0);
	}
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in);
	size_t cap = in_u8(&in), len;
	uint8_t *copy = in_take(&in, 65535, &len);
	struct inet_packet p;
	bool v4 = how & 1;
	int ret;

	if (v4 && (how & 8))
		mend_ipv4(copy, len);
	ret = parse(copy, len, v4, &p);
	must(ret == 0 || ret == -EBADMSG);
	if (ret == 0) {
		must(p.data == copy + (v4 ? (copy[0] & 15) * 4 : INET_HEADER6_LEN));
		must(p.data + p.len <= copy + len);
		must(p.src.family == (v4 ? AF_INET : AF_INET6) && p.dst.family == p.src.family);
		inet_checksum(&p);
		/* Only these two have their checksums written. */
		p.protocol = v4 || (how & 2) ? INET_PROTO_UDP : INET_PROTO_ICMPV6;
		write_again(&p, v4, how & 4 ? cap : p.len + INET_HEADER6_LEN);
	}
	free(copy);
	return 0;
}
