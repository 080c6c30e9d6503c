/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has come to server ikev2: an IKE SA, the address lent to it, and its children. */
#ifndef ADIT_DAEMON_WARRIOR_H
#define ADIT_DAEMON_WARRIOR_H

#include "daemon/ipsec.h"
#include "daemon/pool.h"

struct warrior {
	struct ipsec_holder holder;	/* first */
	TAILQ_ENTRY(warrior) link;
	struct pool_lease lease;	/* id 0: none */
	uint64_t up_ms;
};

/* NULL: there is no room. */
struct ipsec_holder *warrior_new(struct ipsec *ipsec, struct ike_sa *sa);
/* Of an earlier engine: what it was lent is lent again. */
void warrior_adopt(struct ipsec_holder *h, struct ike_sa *sa);
void warrior_drop(struct ipsec_holder *h);		/* that never had an IKE SA */
bool warrior_assign(struct ipsec_holder *h, bool ip4, bool ip6, struct ike_assigned *out,
		    char why[IKE_WHY_MAX]);
/*
 * Those who are called so, which is their user or, of those without one, their identity as it is shown; name NULL:
 * those to whom the address is lent. They are told. How many; ipsec NULL: nobody.
 */
unsigned int warrior_close(struct ipsec *ipsec, const char *name, const struct addr *address, const char *why);
/* Those whose user may not log in any more. NULL is nobody here, too. */
void warrior_close_refused(struct ipsec *ipsec);
void warrior_server_reconfigure(struct ipsec *ipsec, const struct conf *conf);
void warrior_server_stop(struct ipsec *ipsec);		/* everything of it goes */

#endif /* ADIT_DAEMON_WARRIOR_H */
