/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPCP (RFC 1332) and its name servers (RFC 1877): we assign the peer's address, or as the client
 * get ours from it. Owned by the link.
 */
#ifndef ADIT_PROTO_IPCP_H
#define ADIT_PROTO_IPCP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "proto/auth.h"
#include "proto/fsm.h"

struct ipcp_config {
	bool client;
	bool ask_dns;					/* as client */
	struct addr local, peer;			/* IPv4 */
	struct addr dns[AUTH_NAMESERVERS_MAX];		/* family 0: none */
	struct addr nbns[AUTH_NAMESERVERS_MAX];
};

struct ipcp {
	struct fsm fsm;
	struct ipcp_config cfg;
	bool ask_dns[AUTH_NAMESERVERS_MAX];
	bool ask_address;		/* some peers do not want to know ours */
	bool peer_address;		/* the peer asked for the one that it has */
};

void ipcp_init(struct ipcp *ipcp, struct fsm_link *link, const struct ipcp_config *cfg);
void ipcp_freeze(const struct ipcp *ipcp, struct wr *w);
int ipcp_thaw(struct ipcp *ipcp, struct rd *r);	/* -EBADMSG */

#endif /* ADIT_PROTO_IPCP_H */
