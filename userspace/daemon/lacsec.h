/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPsec of a client section (RFC 3193): an IKE SA with the server, and in it one child in transport mode that
 * carries the client's L2TP and nothing else. L2TP begins when that is there, and ends with it; nothing of it is ever
 * without. It belongs to its LAC, one at a time; one that was left behind is closed.
 */
#ifndef ADIT_DAEMON_LACSEC_H
#define ADIT_DAEMON_LACSEC_H

#include "daemon/ipsec.h"
#include "daemon/lac.h"

struct lacsec {
	struct ipsec_holder holder;	/* first */
	struct lac *lac;
	struct ike_peer *peer;		/* of the attempt at hand, or NULL */
	struct loop_timer failed;	/* not from within the protocol */
	char why[IKE_WHY_MAX];
};

struct lacsec *lacsec_new(struct lac *lac);	/* NULL on ENOMEM */
void lacsec_free(struct lacsec *s);
/* Begin anew; what comes of it, lac_secured() or lac_unsecured() is told. False with why: nothing was begun. */
bool lacsec_begin(struct lacsec *s, const struct ike_path *path, char why[IKE_WHY_MAX]);
void lacsec_fail(struct lacsec *s, const char *why);	/* lac_unsecured() follows */
void lacsec_close(struct lacsec *s, const char *why);	/* the server is told; what was in it is gone */

/* Whose peers may begin with us as well: a server that wants new keys. How many were put into out. */
unsigned int lacsec_candidates(const struct ipsec *ipsec, enum conf_ike_version version, const struct ike_path *path,
			       struct ike_peer **out, unsigned int max);
/* The one that has this peer; NULL: none. */
struct lacsec *lacsec_of_peer(const struct ipsec *ipsec, const struct ike_peer *peer);
/*
 * Of an engine before this one: the client section of this name, with its peer for an IKE SA with that path. NULL:
 * there is none, or it has one already.
 */
struct lacsec *lacsec_thaw(struct ipsec *ipsec, const char *client, const struct ike_path *path);
void lacsec_adopt(struct ipsec_holder *h);	/* its IKE SA and kids are there */
void lacsec_stop(struct ipsec *ipsec);		/* of a process that ends: nobody is told */

#endif /* ADIT_DAEMON_LACSEC_H */
