/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Socket: the place, an address and UDP port of a namespace, at which sessions receive and send. A UDP socket attached
 * there by its owner serves every session of the place; when it goes, they wait for another. Where a device made by
 * hand finds none, the kernel opens one, which lives as long as a session uses it.
 *
 * An attached socket is not held: it lives as its owner wants, and tells when it goes.
 *
 * A place is born with its first socket and dies with its last session or its socket, whichever goes last. Each of them
 * holds a reference; memory is freed a grace period after the last. Making a session finds its place under RCU; only
 * sockets that come and go take the lock.
 */
#ifndef ADIT_SOCKET_H
#define ADIT_SOCKET_H

#include <linux/in6.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <net/sock.h>

struct netlink_ext_ack;
struct nlattr;

/**
 * struct adit_socket_key - where it is; a hash key, so without padding
 * @net: namespace
 * @addr: address, IPv4 in the first word, or all zero for any
 * @port: UDP port
 * @family: of @addr
 * @zero: no padding
 */
struct adit_socket_key {
	struct net *net;
	struct in6_addr addr;
	__be16 port;
	u16 family;
	u32 zero;
};

/**
 * struct adit_socket - one place
 * @node: in the hash
 * @key: [I]
 * @kind: [I] whose data comes here, ADIT_KIND_L2TP or ADIT_KIND_ESP
 * @users: one for a socket that is attached, one for each session or child
 * @alive: a socket is attached, or opened by the kernel; written under adit_sockets_lock, read without
 * @own: [I] the socket that the kernel opened, to be closed after the last session; or NULL
 * @peer: what @own is connected to, [adit_sockets_lock]
 * @peer_port: likewise, or 0
 * @reap: in the list of those to be closed
 * @rcu: defers the free
 */
struct adit_socket {
	struct rhash_head node;
	struct adit_socket_key key;
	u32 kind;
	refcount_t users;
	bool alive;
	struct socket *own;
	struct in6_addr peer;
	__be16 peer_port;
	struct llist_node reap;
	struct rcu_head rcu;
};

int adit_socket_attach(struct net *net, const struct nlattr *fd, u32 kind, struct netlink_ext_ack *extack);
int adit_socket_detach(struct net *net, const struct nlattr *fd, struct netlink_ext_ack *extack);

struct adit_socket *adit_socket_find(struct net *net, u16 family, const struct in6_addr *addr, __be16 port);
struct adit_socket *adit_socket_open(struct net *net, u16 family, const struct in6_addr *addr, __be16 port,
				     struct netlink_ext_ack *extack);
void adit_socket_meet(struct adit_socket *sock, const struct in6_addr *peer, __be16 port);
void adit_socket_put(struct adit_socket *sock);

/* Whether packets may be sent from there. A hint: it may go at any time. */
static inline bool adit_socket_alive(const struct adit_socket *sock)
{
	return READ_ONCE(sock->alive);
}

void adit_socket_flush(void);
int adit_socket_init(void);
void adit_socket_exit(void);

#endif /* ADIT_SOCKET_H */
