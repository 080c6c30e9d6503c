/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Selectors (RFC 4301 section 4.4.1.1): which inner packets a child carries. Addresses, protocol and ports; what has no
 * ports to look at, such as a fragment that is not the first, fits only a selector that takes every port (section 7).
 */
#ifndef ADIT_SELECTOR_H
#define ADIT_SELECTOR_H

#include "prefix.h"

/* Octets of a packet that are looked at for ports: the longest IPv4 header, or IPv6 with extension headers. */
#define ADIT_FLOW_HEAD		128

/* Extension headers that are passed over on the way to the ports. */
#define ADIT_FLOW_EXT_MAX	6

#define ADIT_PROTO_ANY		0	/* as in IKE; IPv6 hop-by-hop options are no protocol of a packet */

/**
 * struct adit_flow - what of a packet a selector looks at
 * @src: source address, IPv4 in the first word, the rest zero
 * @dst: destination address, likewise
 * @family: of both
 * @sport: source port
 * @dport: destination port
 * @proto: IP protocol; of IPv6, that behind the extension headers
 * @has_ports: @sport and @dport are there
 * @may_fragment: IPv4 without the don't-fragment bit
 * @len: octets of the whole packet, by its header
 */
struct adit_flow {
	struct in6_addr src;
	struct in6_addr dst;
	u16 family;
	u16 sport;
	u16 dport;
	u8 proto;
	bool has_ports;
	bool may_fragment;
	u32 len;
};

/**
 * struct adit_selector - what a child carries
 * @local: addresses behind this end
 * @remote: addresses behind the peer, of the same family
 * @local_min: lowest port of this end
 * @local_max: highest
 * @remote_min: lowest port of the peer
 * @remote_max: highest
 * @proto: IP protocol or ADIT_PROTO_ANY
 */
struct adit_selector {
	struct adit_prefix local;
	struct adit_prefix remote;
	u16 local_min;
	u16 local_max;
	u16 remote_min;
	u16 remote_max;
	u8 proto;
};

/**
 * adit_flow_parse() - read a packet's headers
 * @data: the IP header, of version 4 or 6
 * @head: octets there, of which ADIT_FLOW_HEAD are enough
 * @flow: set on success, untouched otherwise
 *
 * Return: 0, or -EINVAL for what is no IP packet.
 */
int adit_flow_parse(const u8 *data, unsigned int head, struct adit_flow *flow);

/* Whether @addr of @family is covered. */
bool adit_prefix_covers(const struct adit_prefix *prefix, u16 family, const struct in6_addr *addr);

/* Whether the packet may go out, or has come in, by a child with this selector. */
bool adit_selector_fits_out(const struct adit_selector *sel, const struct adit_flow *flow);
bool adit_selector_fits_in(const struct adit_selector *sel, const struct adit_flow *flow);

#endif /* ADIT_SELECTOR_H */
