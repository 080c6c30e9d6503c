/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire of an L2TP endpoint: UDP sockets, which are attached to the kernel for the sessions' data
 * and from which control messages are read, and what waits to leave. A datagram leaves when what
 * caused it is written down; one that cannot is like one that got lost.
 */
#ifndef ADIT_DAEMON_ENDPOINT_H
#define ADIT_DAEMON_ENDPOINT_H

#include <sys/queue.h>

#include "daemon/engine.h"
#include "daemon/udp_set.h"
#include "proto/l2tp.h"

struct datagram;
STAILQ_HEAD(datagrams, datagram);

struct endpoint {
	struct engine *engine;
	struct l2tp *l2tp;		/* the owner's */
	struct udp_set set;
	struct hash children;
	struct datagrams waiting;
	unsigned int n_waiting;
	TAILQ_ENTRY(endpoint) link;
};

/*
 * A peer that speaks L2TP inside a child of an esp device (dp_child.l2tp_port) is told from others by
 * the child alone: its tunnels have the child's id as their path's transport, and addresses that the
 * child had when it was made. Where the kernel sends to is the kernel's affair.
 */
struct endpoint_child {
	int ifindex;
	uint32_t id;			/* unique in the endpoint */
	struct addr local, peer;
	uint16_t port;			/* ours, inside */
	struct hash_node by_id;
};

/* The owner sets l2tp before the first socket comes. */
int endpoint_init(struct endpoint *ep, struct engine *e);	/* -ENOMEM */
void endpoint_fini(struct endpoint *ep);
/* The op of struct l2tp_ops that sends ends here. */
void endpoint_tx(struct endpoint *ep, const struct l2tp_path *path, const uint8_t *data, size_t len);
void endpoint_flush(struct endpoint *ep);	/* what waits leaves */

/*
 * The sockets are those that were added since the last begin; one for the same address takes the
 * place of its former one, of which it is a duplicate. Whoever is served by one that was not added
 * again has until the end to say good-bye.
 */
void endpoint_sockets_begin(struct endpoint *ep);
int endpoint_socket_add(struct endpoint *ep, int fd);	/* takes fd; -errno: logged */
/* Whether the socket that the kernel has for sessions at this address goes at the end. */
bool endpoint_leaves(const struct endpoint *ep, const struct addr *local);
void endpoint_sockets_end(struct endpoint *ep);

/* Copied; one of the same id is replaced. -ENOMEM. */
int endpoint_child_add(struct endpoint *ep, const struct endpoint_child *child);
void endpoint_child_del(struct endpoint *ep, uint32_t id);	/* its tunnels are the owner's affair */
const struct endpoint_child *endpoint_child_find(const struct endpoint *ep, uint32_t id);
/* What the kernel handed up: a control message in some endpoint's child. */
void endpoint_control(struct engine *e, int ifindex, uint32_t child, uint16_t peer_port,
		      const uint8_t *data, size_t len);

/* Whether datagrams of the path come and go: a socket, or the child that it names. */
bool endpoint_has(const struct endpoint *ep, const struct l2tp_path *path);
bool endpoint_serves(const struct endpoint *ep, const struct addr *local);
uint16_t endpoint_port(const struct endpoint *ep, const struct addr *local);	/* 0: not served */
unsigned int endpoint_addresses(const struct endpoint *ep, struct addr *out, unsigned int max);

#endif /* ADIT_DAEMON_ENDPOINT_H */
