/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PPTP control connection: the TCP socket, the protocol object and the slot in the memory file,
 * under which the parent keeps a duplicate of the socket. Octets are read only after what they
 * caused is written down, and what is sent is written down first; the kernel's own counts of the
 * stream tell a next engine how far this one came. So a death at any instant loses and repeats
 * nothing.
 */
#ifndef ADIT_DAEMON_CONN_H
#define ADIT_DAEMON_CONN_H

#include "base/addr.h"
#include "daemon/carrier.h"
#include "proto/pptp.h"

/*
 * Farewells of as many calls as one connection may hold, 148 octets each (RFC 2637 section 2.13),
 * and some more.
 */
#define CONN_TX_MAX	24576

struct conn {
	struct carrier carrier;		/* down: only what is queued still leaves */
	struct pptp *pptp;
	int fd;
	uint64_t rx_total;		/* octets of the stream that are worked off */
	uint64_t tx_total;		/* octets that the socket has taken */
	uint8_t *tx;			/* octets that it has not */
	size_t tx_len;
	bool closing;			/* our direction is shut, waiting for the peer's */
	bool unsettled;
	struct loop_io io;
	struct loop_timer reaper;	/* frees it, from outside of every callback of its own */
	TAILQ_ENTRY(conn) link, unsettled_link;
};

/* Takes the socket; NULL: it is closed and the reason logged. */
struct conn *conn_new(struct server *server, int fd, const struct addr *local,
		      const struct addr *peer);
/* Takes the connected socket of a dialer. NULL: it is closed. */
struct conn *conn_dialled(struct dialer *dialer, int fd, const struct addr *peer);
/* From its record and the socket that the parent kept; NULL: both are given up. */
struct conn *conn_thaw(struct engine *e, uint32_t slot, int fd);
void conn_settle(struct conn *c);			/* write down, then send */
void conn_stop(struct conn *c, const char *why);	/* Stop-Control-Connection-Request */
void conn_lost(struct conn *c, const char *why);	/* as if the peer had closed it */
void conn_changed(struct conn *c);
struct conn *conn_by_slot(struct engine *e, uint32_t slot);
/* Frees at once what is left; at the end of the engine. */
void conn_free(struct conn *c);

#endif /* ADIT_DAEMON_CONN_H */
