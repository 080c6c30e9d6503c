/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parent and engine say to each other, one message per datagram of a SOCK_SEQPACKET pair, each
 * with at most one descriptor. The same messages serve a start and a reload:
 *
 *   parent: MEMORY EVENTS CONTROL CONF LISTENER* CONN* READY
 *   engine: RUNNING, then KEEP and DROP as connections come and go
 *   engine: RELOAD      parent: CONF LISTENER* READY, or REFUSED with the reasons
 *   parent: STOP        engine: clears every session and exits with status 0
 */
#ifndef ADIT_DAEMON_KEEPER_H
#define ADIT_DAEMON_KEEPER_H

#include <stdint.h>

#include "daemon/memory.h"

/* reasons of a refused configuration; the rest is in the parent's log */
#define KEEPER_TEXT_MAX	8192

enum keeper_type {
	KEEPER_MEMORY = 1,	/* fd: the memory file */
	KEEPER_EVENTS,		/* fd: the netlink socket for frames and events */
	KEEPER_CONTROL,		/* fd: the listening control socket */
	/* fd: the configuration's text with its secrets, sealed; text: warnings, one per line */
	KEEPER_CONF,
	/* fd: a socket where clients are awaited; number: index of its server section */
	/* or KEEPER_IKE: one of IKE's sockets */
	KEEPER_LISTENER,
	KEEPER_CONN,		/* fd: a kept connection; number: its slot, or as below */
	KEEPER_READY,		/* that was all */
	KEEPER_REFUSED,		/* the configuration has errors; text: one per line */
	KEEPER_STOP,
	KEEPER_RUNNING,		/* the engine took everything up and serves */
	/* fd: a connection; number: its slot, or KEEPER_CLIENTS and the slot of a client section */
	KEEPER_KEEP,
	KEEPER_DROP,		/* number: the slot whose connection is closed */
	KEEPER_RELOAD,
};

#define KEEPER_IKE	UINT32_MAX	/* in the place of a server's index */
#define KEEPER_CLIENTS	MEMORY_SLOTS_MAX
#define KEEPER_KEPT_MAX	(2 * MEMORY_SLOTS_MAX)

struct keeper_msg {
	uint32_t type;
	uint32_t number;
	char text[KEEPER_TEXT_MAX];
};

int keeper_pair(int fds[2]);						/* -errno */
/* text NULL and pass -1: none; -errno */
int keeper_send(int fd, uint32_t type, uint32_t number, const char *text, int pass);
/*
 * 1: a message; 0: the other side is gone; -errno (-EAGAIN: none now). *pass is the receiver's to
 * close, -1 when none came.
 */
int keeper_recv(int fd, struct keeper_msg *msg, int *pass, int wait);

#endif /* ADIT_DAEMON_KEEPER_H */
