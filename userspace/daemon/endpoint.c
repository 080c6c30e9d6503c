// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/tunnel.h"

/* Beyond, they are lost: several windows of as many tunnels as may be. */
#define WAITING_MAX	65536

struct datagram {
	STAILQ_ENTRY(datagram) link;
	uint32_t child;			/* 0: by a socket */
	struct udp_path path;
	size_t len;
	uint8_t data[];
};

/* --- sockets --- */

static bool addr_is_any(const struct addr *a)
{
	static const uint8_t any[16];

	return !memcmp(a->bytes, any, a->family == AF_INET6 ? 16 : 4);
}

static struct udp_socket *socket_at(const struct endpoint *ep, const struct addr *bound)
{
	struct udp_socket *s;

	TAILQ_FOREACH(s, &ep->set.sockets, link)
		if (addr_equal(&s->addr, bound))
			return s;
	return NULL;
}

/* As the kernel does: the socket of just this address before that of any. */
static struct udp_socket *socket_for(const struct endpoint *ep, const struct addr *local)
{
	struct udp_socket *s = socket_at(ep, local);

	if (s)
		return s;
	TAILQ_FOREACH(s, &ep->set.sockets, link)
		if (s->addr.family == local->family && addr_is_any(&s->addr))
			return s;
	return NULL;
}

bool endpoint_serves(const struct endpoint *ep, const struct addr *local)
{
	return socket_for(ep, local);
}

uint16_t endpoint_port(const struct endpoint *ep, const struct addr *local)
{
	const struct udp_socket *s = socket_for(ep, local);

	return s ? s->port : 0;
}

bool endpoint_leaves(const struct endpoint *ep, const struct addr *local)
{
	const struct udp_socket *s;

	TAILQ_FOREACH(s, &ep->set.sockets, link)
		if (s->leaves && (addr_equal(&s->addr, local) ||
				  (s->addr.family == local->family && addr_is_any(&s->addr))))
			return true;
	return false;
}

unsigned int endpoint_addresses(const struct endpoint *ep, struct addr *out, unsigned int max)
{
	const struct udp_socket *s;
	unsigned int n = 0;

	TAILQ_FOREACH(s, &ep->set.sockets, link)
		if (n < max)
			out[n++] = s->addr;
	return n;
}

static void receive(struct endpoint *ep, const struct l2tp_path *from, const uint8_t *data, size_t len)
{
	struct l2tp_tunnel *t = l2tp_tunnel_at(ep->l2tp, from, data, len);

	if (t && l2tp_tunnel_owner(t))
		tunnel_work_on(l2tp_tunnel_owner(t));
	l2tp_rx(ep->l2tp, from, data, len);
}

static int op_attach(void *ctx, int fd, uint16_t port)
{
	struct endpoint *ep = ctx;
	struct dp_err dp_err;
	int err = dp_socket_attach(ep->engine->dp, fd, &dp_err);

	(void)port;
	/* -EALREADY: an engine before this one has attached it. */
	if (!err || err == -EALREADY)
		return 0;
	log_error(NULL, "the kernel does not take an L2TP socket: %s", dp_err.text);
	return err;
}

static void op_receive(void *ctx, const struct udp_socket *s, const struct udp_path *path, const uint8_t *data,
		       size_t len)
{
	const struct l2tp_path from = { .local = path->local, .peer = path->peer, .local_port = path->local_port,
					.peer_port = path->peer_port };

	(void)s;
	if (len <= L2TP_CONTROL_MAX)
		receive(ctx, &from, data, len);
}

static void op_settle(void *ctx)
{
	struct endpoint *ep = ctx;

	engine_settle(ep->engine);
}

static const struct udp_set_ops set_ops = { .attach = op_attach, .receive = op_receive, .settle = op_settle };

void endpoint_sockets_begin(struct endpoint *ep)
{
	udp_set_begin(&ep->set);
}

int endpoint_socket_add(struct endpoint *ep, int fd)
{
	return udp_set_add(&ep->set, fd);
}

void endpoint_sockets_end(struct endpoint *ep)
{
	endpoint_flush(ep);
	udp_set_end(&ep->set);
}

/* --- children --- */

static bool same_child(const struct hash_node *node, const void *key)
{
	return hash_entry(node, struct endpoint_child, by_id)->id == *(const uint32_t *)key;
}

static struct endpoint_child *child_at(const struct endpoint *ep, uint32_t id)
{
	struct hash_node *node = hash_find(&ep->children, hash_bytes(&id, sizeof(id)), same_child, &id);

	return node ? hash_entry(node, struct endpoint_child, by_id) : NULL;
}

const struct endpoint_child *endpoint_child_find(const struct endpoint *ep, uint32_t id)
{
	return child_at(ep, id);
}

void endpoint_child_del(struct endpoint *ep, uint32_t id)
{
	struct endpoint_child *child = child_at(ep, id);

	if (!child)
		return;
	hash_del(&ep->children, &child->by_id);
	free(child);
}

int endpoint_child_add(struct endpoint *ep, const struct endpoint_child *child)
{
	struct endpoint_child *mine = malloc(sizeof(*mine));

	if (!mine)
		return -ENOMEM;
	endpoint_child_del(ep, child->id);
	*mine = *child;
	if (hash_add(&ep->children, &mine->by_id, hash_bytes(&mine->id, sizeof(mine->id)))) {
		free(mine);
		return -ENOMEM;
	}
	return 0;
}

void endpoint_control(struct engine *e, int ifindex, uint32_t child, uint16_t peer_port,
		      const uint8_t *data, size_t len)
{
	const struct endpoint_child *c;
	struct l2tp_path from;
	struct endpoint *ep;

	TAILQ_FOREACH(ep, &e->endpoints, link) {
		c = child_at(ep, child);
		if (!c || c->ifindex != ifindex)
			continue;
		from = (struct l2tp_path){ .transport = c->id, .local = c->local, .peer = c->peer,
					   .local_port = c->port, .peer_port = peer_port };
		receive(ep, &from, data, len);
		return;
	}
}

bool endpoint_has(const struct endpoint *ep, const struct l2tp_path *path)
{
	return path->transport ? child_at(ep, path->transport) != NULL :
				 endpoint_serves(ep, &path->local);
}

/* --- what leaves --- */

void endpoint_tx(struct endpoint *ep, const struct l2tp_path *path, const uint8_t *data, size_t len)
{
	struct datagram *d;

	if (ep->n_waiting == WAITING_MAX)
		return;
	d = malloc(sizeof(*d) + len);
	if (!d)
		return;
	d->child = path->transport;
	d->path = (struct udp_path){ .local = path->local, .peer = path->peer,
				     .local_port = path->local_port, .peer_port = path->peer_port };
	d->len = len;
	memcpy(d->data, data, len);
	STAILQ_INSERT_TAIL(&ep->waiting, d, link);
	ep->n_waiting++;
	engine_unsettled(ep->engine);
}

static int send_by_socket(const struct endpoint *ep, const struct datagram *d, struct dp_err *why)
{
	const struct udp_socket *s = socket_for(ep, &d->path.local);
	int err = s ? udp_send(s->fd, &d->path, d->data, d->len) : -ENOTCONN;

	if (err)
		snprintf(why->text, sizeof(why->text), "%s", strerror(-err));
	return err;
}

static int send_in_child(const struct endpoint *ep, const struct datagram *d, struct dp_err *why)
{
	const struct endpoint_child *c = child_at(ep, d->child);

	if (c)
		return dp_control_send(ep->engine->dp, c->ifindex, c->id, d->path.peer_port, d->data,
				       d->len, why);
	snprintf(why->text, sizeof(why->text), "its IPsec child is gone");
	return -ENOENT;
}

static void send_one(struct endpoint *ep, const struct datagram *d)
{
	char peer[ADDR_STRLEN];
	struct log_about who = { .peer = addr_to_str(&d->path.peer, peer) };
	struct dp_err why;

	if (d->child ? send_in_child(ep, d, &why) : send_by_socket(ep, d, &why))
		log_debug(&who, "L2TP: a control message was not sent: %s", why.text);
}

void endpoint_flush(struct endpoint *ep)
{
	struct datagram *d;

	while ((d = STAILQ_FIRST(&ep->waiting))) {
		STAILQ_REMOVE_HEAD(&ep->waiting, link);
		ep->n_waiting--;
		send_one(ep, d);
		free(d);
	}
}

/* --- life --- */

int endpoint_init(struct endpoint *ep, struct engine *e)
{
	*ep = (struct endpoint){ .engine = e };
	if (hash_init(&ep->children))
		return -ENOMEM;
	udp_set_init(&ep->set, e->loop, &set_ops, ep);
	STAILQ_INIT(&ep->waiting);
	TAILQ_INSERT_TAIL(&e->endpoints, ep, link);
	return 0;
}

static void drop_children(struct endpoint *ep)
{
	struct hash_node *node, *next;
	size_t cursor;

	for (node = hash_next(&ep->children, &cursor, NULL); node; node = next) {
		next = hash_next(&ep->children, &cursor, node);
		free(hash_entry(node, struct endpoint_child, by_id));
	}
	hash_fini(&ep->children);
}

void endpoint_fini(struct endpoint *ep)
{
	endpoint_flush(ep);
	drop_children(ep);
	udp_set_fini(&ep->set);
	TAILQ_REMOVE(&ep->engine->endpoints, ep, link);
}
