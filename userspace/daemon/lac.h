/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP of a client section: we are the LAC and its client at once (RFC 2661 section 4, "LAC
 * client"). It has one UDP socket, at the address from which the server is reached, of which the
 * parent keeps a duplicate, or with ipsec = required a child of IPsec instead of it (lacsec.h), and one
 * tunnel at a time with one call. It belongs to its dialer.
 */
#ifndef ADIT_DAEMON_LAC_H
#define ADIT_DAEMON_LAC_H

#include "daemon/endpoint.h"
#include "proto/l2tp.h"

struct dialer;
struct lacsec;

struct lac {
	struct dialer *dialer;
	struct endpoint endpoint;
	struct l2tp *l2tp;
	struct l2tp_tunnel *dialling;	/* that is not up yet, or NULL */
	struct lacsec *sec;		/* the IPsec that it goes in, or NULL */
	bool securing;			/* waits for that */
	struct loop_timer lost;		/* what was in a child that is gone; not from within the protocol */
};

struct lac *lac_new(struct dialer *dialer);	/* NULL on ENOMEM */
void lac_free(struct lac *lac);
/* Begin a tunnel; what comes of it, the dialer is told. -errno: nothing was begun. */
int lac_dial(struct lac *lac, const struct addr *peer);
void lac_hang_up(struct lac *lac, const char *why);	/* of a tunnel that is not up yet */
void lac_rest(struct lac *lac);		/* between two attempts, when no tunnel is left */
/* The LAC of a dialer with ipsec = required, made if there is none; NULL on ENOMEM. */
struct lacsec *lac_ipsec(struct dialer *dialer);
/* A child is there: L2TP may begin in it. -errno. Or there will be none. */
int lac_secured(struct lac *lac, uint32_t id);
void lac_unsecured(struct lac *lac, const char *why);
void lac_child_gone(struct lac *lac, uint32_t id);
/* The socket of an engine before this one; taken. */
void lac_take_socket(struct lac *lac, int fd);

#endif /* ADIT_DAEMON_LAC_H */
