/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP where the local address of each datagram matters: who is asked at one of several addresses
 * answers from that one.
 */
#ifndef ADIT_DAEMON_UDP_H
#define ADIT_DAEMON_UDP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"

struct udp_path {
	struct addr local, peer;
	uint16_t local_port, peer_port;
};

/* A socket at the address, which may be any of its family. IPv6 without IPv4. fd or -errno. */
int udp_open(const struct addr *addr, uint16_t port, uint32_t fwmark);
int udp_set_mark(int fd, uint32_t fwmark);			/* -errno */
int udp_connect(int fd, const struct addr *peer, uint16_t port);	/* -errno */
int udp_bound(int fd, struct addr *addr, uint16_t *port);	/* -errno */
/*
 * The octets of one datagram; 0: it is to be forgotten, as it is empty, longer than cap, or not to
 * an address of one host; -errno, -EAGAIN: there is none.
 */
ssize_t udp_recv(int fd, uint16_t local_port, void *buf, size_t cap, struct udp_path *path);
int udp_send(int fd, const struct udp_path *path, const void *data, size_t len);	/* -errno */

#endif /* ADIT_DAEMON_UDP_H */
