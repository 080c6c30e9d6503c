// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/udp_set.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Datagrams in one turn of the loop, for strangers must not keep it from the sessions that are up. */
#define RX_AT_ONCE	32
/* More than any message of control has. */
#define DATAGRAM_MAX	65536

void udp_set_init(struct udp_set *set, struct loop *loop, const struct udp_set_ops *ops, void *ctx)
{
	*set = (struct udp_set){ .loop = loop, .ops = ops, .ctx = ctx };
	TAILQ_INIT(&set->sockets);
}

static void ready(void *arg, int fd, bool readable, bool writable)
{
	static uint8_t data[DATAGRAM_MAX];
	struct udp_socket *s = arg;
	struct udp_set *set = s->set;
	struct udp_path path;
	unsigned int i;
	ssize_t n;

	(void)readable;
	(void)writable;
	for (i = 0; i < RX_AT_ONCE; i++) {
		n = udp_recv(fd, s->port, data, sizeof(data), &path);
		if (n == -EAGAIN)
			break;
		if (n > 0)
			set->ops->receive(set->ctx, s, &path, data, (size_t)n);
	}
	set->ops->settle(set->ctx);
}

static void socket_free(struct udp_socket *s)
{
	TAILQ_REMOVE(&s->set->sockets, s, link);
	loop_io_stop(&s->io);
	close(s->fd);
	free(s);
}

/* Which of them has its place. */
static struct udp_socket *like(const struct udp_set *set, const struct udp_socket *new)
{
	struct udp_socket *s;

	TAILQ_FOREACH(s, &set->sockets, link)
		if (addr_equal(&s->addr, &new->addr) && (!set->several_ports || s->port == new->port))
			return s;
	return NULL;
}

void udp_set_begin(struct udp_set *set)
{
	struct udp_socket *s;

	TAILQ_FOREACH(s, &set->sockets, link)
		s->leaves = true;
}

int udp_set_add(struct udp_set *set, int fd)
{
	struct udp_socket *s = calloc(1, sizeof(*s)), *before;
	int err = -ENOMEM;

	if (!s)
		goto err_close;
	s->set = set;
	s->fd = fd;
	err = udp_bound(fd, &s->addr, &s->port);
	if (!err)
		err = set->ops->attach(set->ctx, fd, s->port);
	if (!err)
		err = loop_io_start(&s->io, set->loop, fd, ready, s);
	if (err)
		goto err_close;
	before = like(set, s);
	if (before)
		socket_free(before);
	TAILQ_INSERT_TAIL(&set->sockets, s, link);
	return 0;

err_close:
	free(s);
	close(fd);
	return err;
}

static void close_some(struct udp_set *set, bool all)
{
	struct udp_socket *s, *next;

	for (s = TAILQ_FIRST(&set->sockets); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (all || s->leaves)
			socket_free(s);
	}
}

void udp_set_end(struct udp_set *set)
{
	close_some(set, false);
}

void udp_set_fini(struct udp_set *set)
{
	close_some(set, true);
}
