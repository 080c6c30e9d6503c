// SPDX-License-Identifier: GPL-2.0
/* Sockets: attached, opened, found, taken back. */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "device.h"
#include "esp.h"
#include "l2tp.h"
#include "socket.h"

/**
 * struct adit_socket_lease - what a UDP socket knows of us, from its first attachment until its memory is freed
 * @sock: [R] its place, NULL after it was taken back; written under adit_sockets_lock
 * @kind: [I] whose data comes by it
 * @destruct: [I] what the socket did at its end before, and does still
 * @dead: in the list of those whose socket is gone
 * @rcu: defers the free of one whose socket the kernel opened
 */
struct adit_socket_lease {
	struct adit_socket __rcu *sock;
	u32 kind;
	void (*destruct)(struct sock *sk);
	struct llist_node dead;
	struct rcu_head rcu;
};

static struct rhashtable adit_sockets;

/* Serialises sockets that come and go. */
static DEFINE_MUTEX(adit_sockets_lock);

/* Sockets of our own that no session uses any more. Closing one sleeps, and who puts the last session may not. */
static LLIST_HEAD(adit_sockets_unused);

/* Leases whose socket is gone. Its place has a lock that sleeps. */
static LLIST_HEAD(adit_leases_dead);

static const struct rhashtable_params adit_socket_params = {
	.key_len	= sizeof(struct adit_socket_key),
	.key_offset	= offsetof(struct adit_socket, key),
	.head_offset	= offsetof(struct adit_socket, node),
	.automatic_shrinking = true,
};

static int adit_socket_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct adit_socket_lease *lease = rcu_dereference_sk_user_data(sk);
	struct adit_socket *sock = lease ? rcu_dereference(lease->sock) : NULL;

	/* Taken back: everything is the socket's. */
	if (!sock)
		return 1;
	return sock->kind == ADIT_KIND_ESP ? adit_esp_udp_rcv(sock, skb) : adit_l2tp_udp_rcv(sock, skb);
}

static void adit_socket_free(struct adit_socket *sock)
{
	rhashtable_remove_fast(&adit_sockets, &sock->node, adit_socket_params);
	kfree_rcu(sock, rcu);
}

/* Close those that are unused. */
static void adit_socket_reap(struct work_struct *work)
{
	struct adit_socket *sock, *next;

	llist_for_each_entry_safe(sock, next, llist_del_all(&adit_sockets_unused), reap) {
		struct sock *sk = sock->own->sk;
		struct adit_socket_lease *lease = sk->sk_user_data;

		/* Not as if its owner had closed it: it holds no module. */
		udp_sk(sk)->encap_destroy = NULL;
		rcu_assign_sk_user_data(sk, NULL);
		kernel_sock_shutdown(sock->own, SHUT_RDWR);
		sock_release(sock->own);
		kfree_rcu(lease, rcu);
		adit_socket_free(sock);
	}
}

static DECLARE_WORK(adit_socket_work, adit_socket_reap);

/**
 * adit_socket_flush() - see that every socket which nothing uses any more is closed
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_socket_flush(void)
{
	flush_work(&adit_socket_work);
}

/**
 * adit_socket_put() - give back a reference
 * @sock: place
 *
 * Context: process.
 */
void adit_socket_put(struct adit_socket *sock)
{
	if (!refcount_dec_and_test(&sock->users))
		return;
	if (!sock->own)
		adit_socket_free(sock);
	else if (llist_add(&sock->reap, &adit_sockets_unused))
		schedule_work(&adit_socket_work);
}

static struct adit_socket *adit_socket_get(const struct adit_socket_key *key)
{
	struct adit_socket *sock;

	rcu_read_lock();
	sock = rhashtable_lookup(&adit_sockets, key, adit_socket_params);
	if (sock && !refcount_inc_not_zero(&sock->users))
		sock = NULL;
	rcu_read_unlock();
	return sock;
}

/**
 * adit_socket_find() - the place that serves an address and port
 * @net: namespace
 * @family: of @addr
 * @addr: address, IPv4 in the first word
 * @port: UDP port
 *
 * Return: the place of just this address, else the one of any, with a reference; or NULL.
 */
struct adit_socket *adit_socket_find(struct net *net, u16 family, const struct in6_addr *addr, __be16 port)
{
	struct adit_socket_key key = { .net = net, .addr = *addr, .port = port, .family = family };
	struct adit_socket *sock = adit_socket_get(&key);

	if (sock)
		return sock;
	memset(&key.addr, 0, sizeof(key.addr));
	return adit_socket_get(&key);
}

static struct adit_socket *adit_socket_make(const struct adit_socket_key *key, u32 kind)
{
	struct adit_socket *sock = kzalloc(sizeof(*sock), GFP_KERNEL_ACCOUNT);

	if (!sock)
		return NULL;
	sock->key = *key;
	sock->kind = kind;
	refcount_set(&sock->users, 1);
	return sock;
}

/* Undo the last attachment of a socket, which leaves the place to its sessions. */
static void adit_socket_leave(struct adit_socket_lease *lease)
{
	struct adit_socket *sock = rcu_dereference_protected(lease->sock, lockdep_is_held(&adit_sockets_lock));

	if (!sock)
		return;
	RCU_INIT_POINTER(lease->sock, NULL);
	WRITE_ONCE(sock->alive, false);
	adit_socket_put(sock);
}

/* Free leases whose socket is gone. The module's reference goes last, and adit_socket_exit() waits for the rest. */
static void adit_socket_bury(struct work_struct *work)
{
	struct adit_socket_lease *lease, *next;

	llist_for_each_entry_safe(lease, next, llist_del_all(&adit_leases_dead), dead) {
		mutex_lock(&adit_sockets_lock);
		adit_socket_leave(lease);
		mutex_unlock(&adit_sockets_lock);
		kfree(lease);
		module_put(THIS_MODULE);
	}
}

static DECLARE_WORK(adit_lease_work, adit_socket_bury);

/*
 * The memory of a socket is about to be freed: no packet finds it, since UDP waits for a grace period before, and its
 * namespace is still there. This is the one call that whoever has the descriptor cannot take away from us.
 */
static void adit_socket_destruct(struct sock *sk)
{
	struct adit_socket_lease *lease = sk->sk_user_data;

	adit_socket_uncharge(sock_net(sk));
	lease->destruct(sk);
	if (llist_add(&lease->dead, &adit_leases_dead))
		schedule_work(&adit_lease_work);
}

/* The lease of a socket that was attached before, or NULL. */
static struct adit_socket_lease *adit_socket_lease(const struct sock *sk)
{
	return READ_ONCE(sk->sk_destruct) == adit_socket_destruct ? sk->sk_user_data : NULL;
}

/*
 * A socket is closed: another may have its place at once. Not every socket comes by here: setsockopt(UDP_ENCAP) can set
 * it to an encapsulation of the kernel's own, or to none.
 */
static void adit_socket_closed(struct sock *sk)
{
	struct adit_socket_lease *lease = adit_socket_lease(sk);

	mutex_lock(&adit_sockets_lock);
	if (lease)
		adit_socket_leave(lease);
	mutex_unlock(&adit_sockets_lock);
}

static void adit_socket_setup(struct socket *socket, struct adit_socket_lease *lease, u32 kind)
{
	struct udp_tunnel_sock_cfg cfg = {
		.sk_user_data	= lease,
		.encap_type	= UDP_ENCAP_L2TPINUDP,
		.encap_rcv	= adit_socket_rcv,
		.encap_destroy	= adit_socket_closed,
		.gro_receive	= adit_l2tp_gro_receive,
		.gro_complete	= adit_l2tp_gro_complete,
	};

	/* Nobody merges ciphertext. */
	if (kind == ADIT_KIND_ESP) {
		cfg.gro_receive = NULL;
		cfg.gro_complete = NULL;
	}
	adit_setup_udp_tunnel_sock(sock_net(socket->sk), socket, &cfg);
}

static int adit_socket_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text, int err)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
	}
	return err;
}

/* Whether what comes by a socket that was attached comes to us: its owner can have changed that with setsockopt(). */
static bool adit_socket_hooked(const struct sock *sk)
{
	return READ_ONCE(udp_sk(sk)->encap_rcv) == adit_socket_rcv && READ_ONCE(udp_sk(sk)->encap_type);
}

static int adit_socket_check(struct net *net, const struct sock *sk, const struct nlattr *fd,
			     struct netlink_ext_ack *extack)
{
	if (sk->sk_type != SOCK_DGRAM || sk->sk_protocol != IPPROTO_UDP ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return adit_socket_refuse(extack, fd, "fd is no UDP socket", -EPROTOTYPE);
	if (!net_eq(sock_net(sk), net))
		return adit_socket_refuse(extack, fd, "the socket is of another network namespace than the request",
					  -EXDEV);
	if (sk->sk_family == AF_INET6 && !ipv6_only_sock(sk))
		return adit_socket_refuse(extack, fd, "the IPv6 socket takes IPv4 as well: set IPV6_V6ONLY", -EINVAL);
	if (!inet_sk(sk)->inet_num)
		return adit_socket_refuse(extack, fd, "the socket is not bound to a port", -EINVAL);
	if ((udp_sk(sk)->encap_type || sk->sk_user_data) && !adit_socket_lease(sk))
		return adit_socket_refuse(extack, fd, "the socket has an encapsulation already", -EBUSY);
	return 0;
}

/* Give a socket its lease, once. */
static int adit_socket_hook(struct socket *socket, const struct nlattr *fd, u32 kind, struct netlink_ext_ack *extack)
{
	struct adit_socket_lease *lease;
	struct sock *sk = socket->sk;
	int err;

	err = adit_socket_charge(sock_net(sk));
	if (err)
		return adit_socket_refuse(extack, fd, "no more sockets here: module parameter max_sockets", err);
	lease = kzalloc(sizeof(*lease), GFP_KERNEL_ACCOUNT);
	if (!lease) {
		adit_socket_uncharge(sock_net(sk));
		return -ENOMEM;
	}
	lease->kind = kind;

	lock_sock(sk);
	write_lock_bh(&sk->sk_callback_lock);
	err = adit_socket_check(sock_net(sk), sk, fd, extack);
	if (!err) {
		rcu_assign_sk_user_data(sk, lease);
		lease->destruct = sk->sk_destruct;
		WRITE_ONCE(sk->sk_destruct, adit_socket_destruct);
	}
	write_unlock_bh(&sk->sk_callback_lock);
	if (!err) {
		__module_get(THIS_MODULE);
		adit_socket_setup(socket, lease, kind);
	}
	release_sock(sk);
	if (err) {
		adit_socket_uncharge(sock_net(sk));
		kfree(lease);
	}
	return err;
}

static void adit_socket_key_of(const struct sock *sk, struct adit_socket_key *key)
{
	memset(key, 0, sizeof(*key));
	key->net = sock_net(sk);
	key->port = inet_sk(sk)->inet_sport;
	key->family = sk->sk_family;
	if (sk->sk_family == AF_INET)
		key->addr.s6_addr32[0] = inet_sk(sk)->inet_rcv_saddr;
	else
		key->addr = sk->sk_v6_rcv_saddr;
}

/* The place of @key, with a reference; made where there is none. */
static struct adit_socket *adit_socket_place(const struct adit_socket_key *key, u32 kind)
{
	struct adit_socket *sock;
	int err;

	lockdep_assert_held(&adit_sockets_lock);

	do {
		sock = adit_socket_get(key);
		if (sock)
			return sock;
		sock = adit_socket_make(key, kind);
		if (!sock)
			return ERR_PTR(-ENOMEM);
		err = rhashtable_lookup_insert_fast(&adit_sockets, &sock->node, adit_socket_params);
		if (!err)
			return sock;
		kfree(sock);
		/* Only its last user may be on the way out; then it is gone from the hash in a moment. */
		cond_resched();
	} while (err == -EEXIST);
	return ERR_PTR(err);
}

static int adit_socket_attach_locked(struct socket *socket, const struct nlattr *fd, u32 kind,
				     struct netlink_ext_ack *extack)
{
	struct adit_socket_lease *lease = adit_socket_lease(socket->sk);
	struct adit_socket_key key;
	struct adit_socket *sock;
	int err;

	if (lease && rcu_access_pointer(lease->sock))
		return adit_socket_refuse(extack, fd, "the socket is attached already", -EALREADY);
	if (lease && lease->kind != kind)
		return adit_socket_refuse(extack, fd, "the socket was attached for another kind, and stays of that one",
					  -EBUSY);
	if (lease && !adit_socket_hooked(socket->sk))
		return adit_socket_refuse(extack, fd, "the socket was given another encapsulation since (UDP_ENCAP)",
					  -EBUSY);
	adit_socket_key_of(socket->sk, &key);
	sock = adit_socket_place(&key, kind);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	if (sock->kind != kind) {
		adit_socket_put(sock);
		return adit_socket_refuse(extack, fd, "sessions or children of another kind have this address and port",
					  -EBUSY);
	}
	if (adit_socket_alive(sock)) {
		adit_socket_put(sock);
		return adit_socket_refuse(extack, fd, "another socket with this address and port is attached", -EBUSY);
	}

	err = lease ? 0 : adit_socket_hook(socket, fd, kind, extack);
	if (err) {
		adit_socket_put(sock);
		return err;
	}
	lease = socket->sk->sk_user_data;
	WRITE_ONCE(sock->alive, true);
	rcu_assign_pointer(lease->sock, sock);
	return 0;
}

/**
 * adit_socket_attach() - let a UDP socket receive for sessions
 * @net: namespace of the request
 * @fd: attribute with the descriptor, of the process that asks
 * @kind: of their devices, ADIT_KIND_L2TP or ADIT_KIND_ESP
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -EBADF, -ENOTSOCK, -EPROTOTYPE, -EXDEV, -EINVAL, -EBUSY, -EALREADY, -ENOSPC, -ENOMEM.
 */
int adit_socket_attach(struct net *net, const struct nlattr *fd, u32 kind, struct netlink_ext_ack *extack)
{
	struct socket *socket;
	int err;

	socket = sockfd_lookup(nla_get_u32(fd), &err);
	if (!socket)
		return adit_socket_refuse(extack, fd, "fd is no socket", err);

	mutex_lock(&adit_sockets_lock);
	err = adit_socket_check(net, socket->sk, fd, extack);
	if (!err)
		err = adit_socket_attach_locked(socket, fd, kind, extack);
	mutex_unlock(&adit_sockets_lock);
	sockfd_put(socket);
	return err;
}

/**
 * adit_socket_detach() - take a socket back
 * @net: namespace of the request
 * @fd: attribute with the descriptor, of the process that asks
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -EBADF, -ENOTSOCK, -EPROTOTYPE, -EXDEV, -ENOTCONN.
 */
int adit_socket_detach(struct net *net, const struct nlattr *fd, struct netlink_ext_ack *extack)
{
	struct adit_socket_lease *lease;
	struct socket *socket;
	int err;

	socket = sockfd_lookup(nla_get_u32(fd), &err);
	if (!socket)
		return adit_socket_refuse(extack, fd, "fd is no socket", err);

	mutex_lock(&adit_sockets_lock);
	err = adit_socket_check(net, socket->sk, fd, extack);
	lease = err ? NULL : adit_socket_lease(socket->sk);
	if (!err && !(lease && rcu_access_pointer(lease->sock)))
		err = adit_socket_refuse(extack, fd, "the socket is not attached", -ENOTCONN);
	if (!err)
		adit_socket_leave(lease);
	mutex_unlock(&adit_sockets_lock);
	sockfd_put(socket);
	return err;
}

static int adit_socket_create(const struct adit_socket_key *key, struct socket **socket)
{
	struct udp_port_cfg cfg = {
		.family			= key->family,
		.local_udp_port		= key->port,
		.use_udp_checksums	= 1,
		.use_udp6_tx_checksums	= 1,
		.use_udp6_rx_checksums	= 1,
		.ipv6_v6only		= 1,
	};

	if (key->family == AF_INET)
		cfg.local_ip.s_addr = key->addr.s6_addr32[0];
	else
		cfg.local_ip6 = key->addr;
	return udp_sock_create(key->net, &cfg, socket);
}

/* Open a socket and publish its place. */
static int adit_socket_open_new(struct adit_socket *sock)
{
	struct adit_socket_lease *lease;
	int err;

	lease = kzalloc(sizeof(*lease), GFP_KERNEL_ACCOUNT);
	if (!lease)
		return -ENOMEM;
	err = adit_socket_create(&sock->key, &sock->own);
	if (err)
		goto err_lease;

	RCU_INIT_POINTER(lease->sock, sock);
	sock->alive = true;
	mutex_lock(&adit_sockets_lock);
	err = rhashtable_lookup_insert_fast(&adit_sockets, &sock->node, adit_socket_params);
	mutex_unlock(&adit_sockets_lock);
	if (err)
		goto err_release;
	adit_socket_setup(sock->own, lease, sock->kind);
	return 0;

err_release:
	sock_release(sock->own);
err_lease:
	kfree(lease);
	return err;
}

/**
 * adit_socket_open() - the place that serves an address and port, with a socket of our own where there is none
 * @net: namespace
 * @family: of @addr
 * @addr: address, IPv4 in the first word
 * @port: UDP port
 * @extack: told why not
 *
 * Context: process, may sleep; rtnl may be held.
 * Return: the place, with a reference; -EADDRINUSE, -EADDRNOTAVAIL and whatever else binding a socket fails with.
 */
struct adit_socket *adit_socket_open(struct net *net, u16 family, const struct in6_addr *addr, __be16 port,
				     struct netlink_ext_ack *extack)
{
	struct adit_socket_key key = { .net = net, .addr = *addr, .port = port, .family = family };
	struct adit_socket *sock;
	int err;

	sock = adit_socket_find(net, family, addr, port);
	if (sock)
		return sock;

	/* One that was used a moment ago may still have the port. */
	adit_socket_flush();
	sock = adit_socket_make(&key, ADIT_KIND_L2TP);
	if (!sock)
		return ERR_PTR(-ENOMEM);
	err = adit_socket_open_new(sock);
	if (!err)
		return sock;

	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG(extack, "the local port is used by a socket that is not attached");
	else if (err == -EADDRNOTAVAIL)
		NL_SET_ERR_MSG(extack, "the local address is none of the outer namespace");
	else
		NL_SET_ERR_MSG(extack, "no UDP socket could be opened at the local address and port");
	kfree(sock);
	return ERR_PTR(err);
}

/* Connect a socket of our own; without a port it is any peer's again. */
static void adit_socket_connect(struct adit_socket *sock, const struct in6_addr *peer, __be16 port)
{
	struct sockaddr_storage ss = {};
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)&ss;

	lockdep_assert_held(&adit_sockets_lock);

	if (port && sock->key.family == AF_INET) {
		sin->sin_family = AF_INET;
		sin->sin_addr.s_addr = peer->s6_addr32[0];
		sin->sin_port = port;
	} else if (port) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_addr = *peer;
		sin6->sin6_port = port;
	}
	sock->peer = *peer;
	/* One that cannot be connected, for lack of a route, does as well. Kernels differ in the address's type. */
	sock->peer_port = kernel_connect(sock->own, (void *)&ss, sizeof(ss), 0) ? 0 : port;
}

/**
 * adit_socket_meet() - a session of the place has this peer
 * @sock: place, referenced for the session
 * @peer: its address
 * @port: its UDP port
 *
 * A socket of our own that has one peer is connected to it: the kernel then finds the socket of a packet before it
 * looks for a route, and takes the one that the last packet had. With a second peer it is everybody's again.
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_socket_meet(struct adit_socket *sock, const struct in6_addr *peer, __be16 port)
{
	bool same;

	if (!sock->own)
		return;
	mutex_lock(&adit_sockets_lock);
	same = sock->peer_port == port && ipv6_addr_equal(&sock->peer, peer);
	if (refcount_read(&sock->users) == 1)
		adit_socket_connect(sock, peer, port);
	else if (sock->peer_port && !same)
		adit_socket_connect(sock, peer, 0);
	mutex_unlock(&adit_sockets_lock);
}

/**
 * adit_socket_init() - make the table
 *
 * Return: 0 or -ENOMEM.
 */
int adit_socket_init(void)
{
	BUILD_BUG_ON(sizeof(struct adit_socket_key) != sizeof(struct net *) + 24);

	return rhashtable_init(&adit_sockets, &adit_socket_params);
}

/**
 * adit_socket_exit() - undo adit_socket_init()
 *
 * No session is left, and no socket that holds the module; who has put its reference may not have returned yet, from
 * adit_socket_bury() or, in a callback of RCU, from adit_socket_destruct().
 */
void adit_socket_exit(void)
{
	flush_work(&adit_lease_work);
	flush_work(&adit_socket_work);
	rcu_barrier();
	rhashtable_destroy(&adit_sockets);
}
