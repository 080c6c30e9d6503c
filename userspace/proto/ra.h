/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router of a session (RFC 4861 section 6): tells the client its IPv6 network. IPV6CP gives the
 * two ends link-local addresses and nothing else (RFC 5072 section 5). Pure: packets in, packets
 * out. The prefix is the session's alone, so nothing here ever has to be taken back.
 */
#ifndef ADIT_PROTO_RA_H
#define ADIT_PROTO_RA_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define RA_PACKET_MAX	128
#define RA_LIFETIME_S	65535	/* of the router, the longest there is: RFC 8319 section 4 */

struct ra_config {
	uint8_t local_ifid[8];		/* of our link-local address */
	struct prefix prefix;		/* a /64 to make addresses from; family 0: none */
	uint16_t mtu;
};

/*
 * Answer the IPv6 packet of a client. Returns the length of the advertisement in out, or 0 when the
 * packet is no valid router solicitation and nothing is to be said.
 */
size_t ra_answer(const struct ra_config *cfg, const uint8_t *packet, size_t len,
		 uint8_t out[RA_PACKET_MAX]);
/* The same unasked, to every node of the link, which is one. */
size_t ra_advertise(const struct ra_config *cfg, uint8_t out[RA_PACKET_MAX]);

#endif /* ADIT_PROTO_RA_H */
