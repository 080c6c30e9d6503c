// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon's world has in the place of a parent process, TCP and chance: linked with --wrap. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn.h"
#include "daemon/keeper.h"
#include "daemon/stream.h"
#include "daemon/udp.h"
#include "world_daemon_impl.h"

int __wrap_secret_random(void *buf, size_t len);
int __wrap_keeper_send(int fd, uint32_t type, uint32_t number, const char *text, int pass);
int __wrap_stream_position(int fd, bool opened, struct stream_position *pos);
ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags);
int __wrap_shutdown(int fd, int how);
int __wrap_dial_start(struct dial *d, const struct dial_to *to);
int __wrap_udp_send(int fd, const struct udp_path *path, const void *data, size_t len);
int __real_udp_send(int fd, const struct udp_path *path, const void *data, size_t len);
void __wrap_dial_stop(struct dial *d);
ssize_t __real_recv(int fd, void *buf, size_t len, int flags);
ssize_t __real_send(int fd, const void *buf, size_t len, int flags);
int __real_shutdown(int fd, int how);

int __wrap_secret_random(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = world ? world->next_random++ : 0x5a;
	return 0;
}

static struct conn *conn_at(unsigned int slot)
{
	return conn_by_slot(&world->e, slot);
}

static struct wire *wire_of(int fd)
{
	unsigned int i;

	for (i = 0; i < CONNS; i++)
		if (conn_at(i) && conn_at(i)->fd == fd)
			return &world->wires[i];
	return NULL;
}

static void keep_port(int fd)
{
	if (world->udp_kept >= 0)
		close(world->udp_kept);
	world->udp_kept = fd >= 0 ? dup(fd) : -1;
}

/* The parent keeps a duplicate of each connection under its slot. */
int __wrap_keeper_send(int fd, uint32_t type, uint32_t number, const char *text, int pass)
{
	struct wire *wire = number < CONNS ? &world->wires[number] : NULL;

	(void)fd;
	(void)text;
	if (!world->dying && number >= KEEPER_CLIENTS)
		keep_port(type == KEEPER_KEEP ? pass : -1);
	if (world->dying || !wire || (type != KEEPER_KEEP && type != KEEPER_DROP))
		return 0;
	if (wire->kept >= 0)
		close(wire->kept);
	wire->kept = type == KEEPER_KEEP ? dup(pass) : -1;
	return 0;
}

int __wrap_stream_position(int fd, bool opened, struct stream_position *pos)
{
	unsigned int i;

	(void)fd;
	(void)opened;
	/* Asked about the connection that is being taken up, which is in no list yet. */
	for (i = 0; i < CONNS && (world->wires[i].kept < 0 || conn_at(i)); i++)
		;
	if (i == CONNS)
		return -ENOTCONN;
	*pos = (struct stream_position){ .taken = world->wires[i].taken,
					 .given = world->wires[i].given };
	return 0;
}

/* A stream of the local family does not throw octets away for a null buffer. */
ssize_t __wrap_recv(int fd, void *buf, size_t len, int flags)
{
	struct wire *wire = wire_of(fd);
	char scrap[4096];
	ssize_t n;

	if (buf)
		n = __real_recv(fd, buf, len, flags);
	else
		n = __real_recv(fd, scrap, len < sizeof(scrap) ? len : sizeof(scrap),
				flags & ~MSG_TRUNC);
	if (wire && n > 0 && !(flags & MSG_PEEK))
		wire->taken += (uint64_t)n;
	return n;
}

ssize_t __wrap_send(int fd, const void *buf, size_t len, int flags)
{
	struct wire *wire = wire_of(fd);
	ssize_t n = __real_send(fd, buf, len, flags);

	if (wire && n > 0)
		wire->given += (uint64_t)n;
	return n;
}

/* A server of the test's own is at another port, from which it answers. */
int __wrap_udp_send(int fd, const struct udp_path *path, const void *data, size_t len)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct udp_path there = *path;
	socklen_t n = sizeof(sin);

	if (!world->server && path->peer_port == 1701 &&
	    !getsockname(world->udp_client, (struct sockaddr *)&sin, &n))
		there.peer_port = ntohs(sin.sin_port);
	return __real_udp_send(fd, &there, data, len);
}

int __wrap_shutdown(int fd, int how)
{
	return world->dying ? 0 : __real_shutdown(fd, how);
}

int __wrap_dial_start(struct dial *d, const struct dial_to *to)
{
	char text[ADDR_STRLEN];

	outputs_event(world->out, "dial %s mark %#x", addr_to_str(&to->addr, text), to->fwmark);
	world->dial = d;
	loop_timer_start(&world->dialled, 10);
	return 0;
}

void __wrap_dial_stop(struct dial *d)
{
	if (world->dial == d)
		loop_timer_stop(&world->dialled);
}
