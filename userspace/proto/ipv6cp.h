/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPV6CP (RFC 5072). As server both interface identifiers are ours to assign: they are what the
 * kernel checks link-local sources against, so they have to be unique on the device. As client we
 * take what the peer would have us take, and leave it its own. Owned by the link.
 */
#ifndef ADIT_PROTO_IPV6CP_H
#define ADIT_PROTO_IPV6CP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/fsm.h"

#define IPV6CP_IFID_LEN	8

struct ipv6cp {
	struct fsm fsm;
	uint8_t local[IPV6CP_IFID_LEN], peer[IPV6CP_IFID_LEN];
	bool client;
	bool ask_ifid;
	bool peer_ifid;		/* the peer asked for the one that it has */
};

/* client: peer is what we propose to a peer that has none. */
void ipv6cp_init(struct ipv6cp *cp, struct fsm_link *link, bool client,
		 const uint8_t local[IPV6CP_IFID_LEN], const uint8_t peer[IPV6CP_IFID_LEN]);
void ipv6cp_freeze(const struct ipv6cp *cp, struct wr *w);
int ipv6cp_thaw(struct ipv6cp *cp, struct rd *r);	/* -EBADMSG */

#endif /* ADIT_PROTO_IPV6CP_H */
