/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets that the parent opens and keeps for as long as the daemon lives: one socket per
 * server and address, listening TCP of PPTP and UDP of L2TP, those of IKE, and the control socket. Engines come and go
 * behind them.
 */
#ifndef ADIT_DAEMON_SOCKETS_H
#define ADIT_DAEMON_SOCKETS_H

#include "conf/conf.h"

#define LISTENERS_MAX	64	/* servers times addresses; more is a mistake */
#define ERROR_TEXT_MAX	256

struct listening {
	bool udp;
	uint16_t port;
	struct addr addr;
	unsigned int server;	/* index of its section; KEEPER_IKE: those of IKE */
	int fd;
};

struct sockets {
	struct listening listening[LISTENERS_MAX];
	unsigned int n;
};

/*
 * Open what conf asks for that is not open, close what it no longer asks for. All or nothing; error
 * says what went wrong. Returns 0 or -errno.
 */
int sockets_listen(struct sockets *s, const struct conf *conf, char error[ERROR_TEXT_MAX]);
void sockets_close(struct sockets *s);
/* a descriptor or -errno; replaces a stale one */
int control_socket_open(const char *path, char error[ERROR_TEXT_MAX]);

#endif /* ADIT_DAEMON_SOCKETS_H */
