/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP sockets of one protocol, which come and go with the configuration, and are read from the loop.
 */
#ifndef ADIT_DAEMON_UDP_SET_H
#define ADIT_DAEMON_UDP_SET_H

#include <stdbool.h>
#include <sys/queue.h>

#include "base/loop.h"
#include "daemon/udp.h"

struct udp_set;

struct udp_socket {
	TAILQ_ENTRY(udp_socket) link;
	struct udp_set *set;
	int fd;
	struct addr addr;		/* that it is bound to, which may be any of its family */
	uint16_t port;
	bool leaves;			/* unless it is added again before udp_set_end() */
	struct loop_io io;
};

struct udp_set_ops {
	/* Before it is read; 0, or -errno, logged. */
	int (*attach)(void *ctx, int fd, uint16_t port);
	/* data is overwritten by the next one. */
	void (*receive)(void *ctx, const struct udp_socket *s, const struct udp_path *path, const uint8_t *data,
			size_t len);
	/* What was received in one turn of the loop has all been handled. */
	void (*settle)(void *ctx);
};

struct udp_set {
	TAILQ_HEAD(, udp_socket) sockets;
	struct loop *loop;
	const struct udp_set_ops *ops;
	void *ctx;
	bool several_ports;		/* an address may have sockets at several; else a new one takes its place */
};

void udp_set_init(struct udp_set *set, struct loop *loop, const struct udp_set_ops *ops, void *ctx);
void udp_set_fini(struct udp_set *set);

/* Those that are not added again between begin and end are closed at the end. */
void udp_set_begin(struct udp_set *set);
int udp_set_add(struct udp_set *set, int fd);	/* takes fd, also when it fails: -errno */
void udp_set_end(struct udp_set *set);

#endif /* ADIT_DAEMON_UDP_SET_H */
