/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TP in IPsec (RFC 3193): the peers of IKE that server l2tp with ipsec = required takes. A child of theirs carries
 * L2TP alone, and the child says who is speaking: clients behind one NAT may have the same addresses and ports.
 */
#ifndef ADIT_DAEMON_L2TPSEC_H
#define ADIT_DAEMON_L2TPSEC_H

#include "daemon/ipsec.h"

struct l2tpsec {			/* an IKE SA of such a peer's */
	struct ipsec_holder holder;	/* first */
	TAILQ_ENTRY(l2tpsec) link;
	struct loop_timer idle;
};

void l2tpsec_reconfigure(struct ipsec *ipsec, const struct conf *conf);
void l2tpsec_stop(struct ipsec *ipsec);		/* of a process that ends: nobody is told */
bool l2tpsec_owns(const struct ipsec *ipsec, const struct ike_peer *peer);
struct ipsec_holder *l2tpsec_new(struct ipsec *ipsec, struct ike_sa *sa);	/* NULL: no room */
/* Of an engine before this one, from its record: its IKE SA and kids are there. */
void l2tpsec_adopt(struct ipsec_holder *h);
void l2tpsec_drop(struct ipsec_holder *h);

#endif /* ADIT_DAEMON_L2TPSEC_H */
