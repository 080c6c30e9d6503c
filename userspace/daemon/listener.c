// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn.h"
#include "daemon/hosts.h"
#include "daemon/server.h"

/* A burst of connections must not keep the loop from the sessions that are up. */
#define ACCEPTS_AT_ONCE	16
/* Out of descriptors: the time for some to come back. */
#define PAUSE_MS	1000

struct listener {
	struct server *server;
	int fd;
	/* given up to accept, and so refuse, one connection when there is no other descriptor */
	int reserve;
	struct addr addr;
	struct loop_io io;
	struct loop_timer pause;
	struct listener *next;
};

/* --- accepting --- */

static const char *refusal(const struct server *s, const struct addr *peer)
{
	if (s->engine->stopping)
		return "the gateway is stopping";
	if (s->n_conns >= s->conf->max_connections)
		return "max-connections is reached";
	if (hosts_have(s->engine, peer, HOST_CONNS) >= s->conf->max_connections_per_address)
		return "max-connections-per-address is reached";
	return NULL;
}

static void admit(struct listener *l, int fd, const struct sockaddr_in *from)
{
	struct addr peer = { .family = AF_INET, .v4 = from->sin_addr };
	struct addr local = { .family = AF_INET };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	char text[ADDR_STRLEN];
	struct log_about who = { .peer = addr_to_str(&peer, text) };
	const char *why = refusal(l->server, &peer);

	if (why) {
		if (engine_stranger_line_ok(l->server->engine))
			log_warn(&who, "connection refused: %s", why);
		close(fd);
		return;
	}
	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0) {
		close(fd);
		return;
	}
	local.v4 = sin.sin_addr;
	if (conn_new(l->server, fd, &local, &peer) && engine_stranger_line_ok(l->server->engine))
		log_info(&who, "control connection");
}

static void ready(void *arg, int fd, bool readable, bool writable);

static void resume(void *arg)
{
	struct listener *l = arg;

	if (l->reserve < 0)
		l->reserve = fcntl(l->server->engine->keeper, F_DUPFD_CLOEXEC, 0);
	if (loop_io_start(&l->io, l->server->engine->loop, l->fd, ready, l))
		loop_timer_start(&l->pause, PAUSE_MS);
}

/* The backlog would wake us for ever: refuse the one at its head, and look away for a while. */
static void out_of_files(struct listener *l)
{
	int fd;

	log_error(
		NULL,
		"out of descriptors: no connection is taken for a second (LimitNOFILE, max-connections)");
	if (l->reserve >= 0)
		close(l->reserve);
	l->reserve = -1;
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	loop_io_stop(&l->io);
	loop_timer_start(&l->pause, PAUSE_MS);
}

static void ready(void *arg, int fd, bool readable, bool writable)
{
	struct listener *l = arg;
	unsigned int i;

	(void)readable;
	(void)writable;
	for (i = 0; i < ACCEPTS_AT_ONCE; i++) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		int got = accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (got < 0 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			out_of_files(l);
			break;
		}
		if (got < 0)
			break;
		admit(l, got, &from);
	}
	engine_settle(l->server->engine);
}

int listener_new(struct server *server, int fd)
{
	struct listener *l = calloc(1, sizeof(*l));
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int err = -ENOMEM;

	if (!l)
		goto err_close;
	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0) {
		err = -errno;
		goto err_close;
	}
	l->server = server;
	l->fd = fd;
	l->addr = (struct addr){ .family = AF_INET, .v4 = sin.sin_addr };
	l->reserve = fcntl(server->engine->keeper, F_DUPFD_CLOEXEC, 0);
	loop_timer_init(&l->pause, server->engine->loop, resume, l);
	err = loop_io_start(&l->io, server->engine->loop, fd, ready, l);
	if (err)
		goto err_close;
	l->next = server->engine->listeners;
	server->engine->listeners = l;
	return 0;

err_close:
	free(l);
	close(fd);
	return err;
}

void listener_free_all(struct engine *e)
{
	struct listener *l, *next;

	for (l = e->listeners; l; l = next) {
		next = l->next;
		loop_io_stop(&l->io);
		loop_timer_stop(&l->pause);
		if (l->reserve >= 0)
			close(l->reserve);
		close(l->fd);
		free(l);
	}
	e->listeners = NULL;
}

unsigned int listener_addresses(const struct server *server, struct addr *out, unsigned int max)
{
	const struct listener *l;
	unsigned int n = 0;

	for (l = server->engine->listeners; l && n < max; l = l->next) {
		if (l->server == server)
			out[n++] = l->addr;
	}
	return n;
}
