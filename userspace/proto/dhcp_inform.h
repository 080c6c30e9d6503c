/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to DHCPINFORM (RFC 2131 section 3.4), with which clients that got their address from
 * PPP ask for what IPCP cannot say: which networks lie behind the gateway. Pure: packets in,
 * packets out; nothing is leased.
 */
#ifndef ADIT_PROTO_DHCP_INFORM_H
#define ADIT_PROTO_DHCP_INFORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* What every client takes, RFC 2131 section 2: 576 octets with the headers. */
#define DHCP_INFORM_PACKET_MAX	576

struct dhcp_inform_config {
	struct addr server;		/* the gateway's inner IPv4 address */
	struct addr client;		/* the session's; nobody else is answered */
	struct addr dns[2], nbns[2];	/* family 0: none */
	const struct prefix *routes;	/* IPv4 networks behind the gateway; others are left out */
	unsigned int n_routes;
};

/*
 * Answer the IPv4 packet of a client. Returns the length of the DHCPACK in out, or 0 when the
 * packet is no valid DHCPINFORM and nothing is to be said.
 */
size_t dhcp_inform_answer(const struct dhcp_inform_config *cfg, const uint8_t *packet, size_t len,
			  uint8_t out[DHCP_INFORM_PACKET_MAX]);

#endif /* ADIT_PROTO_DHCP_INFORM_H */
