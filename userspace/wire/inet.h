/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768) and their checksum (RFC 1071) as the
 * few packets need that set a client up. No fragments, no extension headers.
 */
#ifndef ADIT_WIRE_INET_H
#define ADIT_WIRE_INET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"

#define INET_PROTO_UDP		17
#define INET_PROTO_ICMPV6	58
#define INET_HEADER4_LEN	20
#define INET_HEADER6_LEN	40
#define INET_UDP_LEN		8

struct inet_packet {
	struct addr src, dst;
	uint8_t protocol;
	uint8_t hop_limit;
	const uint8_t *data;	/* behind the header, as much as the header's own length says */
	size_t len;
};

/* -EBADMSG: not a whole packet of that version, a fragment, or a wrong header checksum. */
int inet_parse4(const uint8_t *data, size_t len, struct inet_packet *p);
int inet_parse6(const uint8_t *data, size_t len, struct inet_packet *p);

/* The checksum over pseudo header and data; 0 where data holds the right one already. */
uint16_t inet_checksum(const struct inet_packet *p);

/*
 * Write a packet: the header, then whatever the caller appends, then the end, which fills in the
 * lengths and the checksums. The cursor must be at its buffer's start, and checksum_at is where the
 * data has room for its own checksum.
 */
void inet_begin(struct wr *w, const struct addr *src, const struct addr *dst, uint8_t protocol,
		uint8_t hop_limit);
void inet_end(struct wr *w, size_t checksum_at);
/* the header, behind inet_begin() */
void inet_udp(struct wr *w, uint16_t from, uint16_t to);
#define INET_UDP_CHECKSUM_AT4	(INET_HEADER4_LEN + 6)

#endif /* ADIT_WIRE_INET_H */
