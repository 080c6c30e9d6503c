/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many half-open IKE SAs came from where, so that one address has no more than its share of the table. Addresses of
 * one hash share a count: who wants to be another's neighbour does not know the hash's key. Whoever has an address of
 * IPv6 has the 64 bits behind its network as well: those of one network are one address here.
 */
#ifndef ADIT_PROTO_IKE_NEIGHBOURS_H
#define ADIT_PROTO_IKE_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"

#define IKE_NEIGHBOURS		1024
#define IKE_NEIGHBOURS_SHARE	8	/* one address has an eighth */
#define IKE_NEIGHBOURS_IP6	8	/* octets of a network */

struct ike_neighbours {
	uint16_t half_open[IKE_NEIGHBOURS];
};

static inline uint16_t *ike_neighbours_of(struct ike_neighbours *n, const struct addr *peer)
{
	size_t len = peer->family == AF_INET ? sizeof(peer->v4) : IKE_NEIGHBOURS_IP6;

	return &n->half_open[hash_bytes(peer->bytes, len) % IKE_NEIGHBOURS];
}

static inline bool ike_neighbours_full(struct ike_neighbours *n, const struct addr *peer, unsigned int max_half_open)
{
	return *ike_neighbours_of(n, peer) * IKE_NEIGHBOURS_SHARE >= max_half_open;
}

#endif /* ADIT_PROTO_IKE_NEIGHBOURS_H */
