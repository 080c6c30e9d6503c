// SPDX-License-Identifier: GPL-2.0-or-later
/* The wire of IKE: its sockets, and what waits to leave until what caused it is written down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ipsec.h"
#include "daemon/udp.h"

#define RX_AT_ONCE	32
#define MARKER_LEN	4	/* zeros ahead of IKE on port 4500, RFC 3948 section 2.2 */
#define VERSION_AT	17	/* in IKE's header, which both versions have (RFC 7296 section 3.1) */
/* Beyond, they are lost. */
#define WAITING_MAX	65536

struct ipsec_datagram {
	STAILQ_ENTRY(ipsec_datagram) link;
	struct ike_path path;
	size_t len;
	uint8_t data[];
};

struct ipsec_socket {
	struct ipsec *ipsec;
	int fd;
	struct addr addr;
	uint16_t port;
	bool leaves;
	struct loop_io io;
	TAILQ_ENTRY(ipsec_socket) link;
};

static struct ipsec_socket *socket_of(struct ipsec *ipsec, uint8_t family, uint16_t port)
{
	struct ipsec_socket *s;

	TAILQ_FOREACH(s, &ipsec->sockets, link)
		if (s->addr.family == family && s->port == port)
			return s;
	return NULL;
}

static void receive(struct ipsec_socket *s, const struct udp_path *from, const uint8_t *data, size_t len)
{
	static const uint8_t marker[MARKER_LEN];
	const struct ike_path path = { .local = from->local, .peer = from->peer, .local_port = from->local_port,
				       .peer_port = from->peer_port };
	struct ike_sa *sa;
	uint32_t slot;
	bool first;		/* version */

	if (s->port == IKE_NATT_PORT && len > 1) {
		if (len < MARKER_LEN || memcmp(data, marker, MARKER_LEN))
			return;
		data += MARKER_LEN;
		len -= MARKER_LEN;
	}
	first = len > VERSION_AT && data[VERSION_AT] >> 4 == 1;
	sa = first ? ike1_sa_at_for(s->ipsec->ike1, data, len) : ike_sa_at(s->ipsec->ike, &path, data, len);
	if (sa && ike_sa_slot(sa, &slot))
		memory_work_on(s->ipsec->engine->memory, MEMORY_IKE, slot);
	if (first)
		ike1_rx(s->ipsec->ike1, &path, data, len);
	else
		ike_rx(s->ipsec->ike, &path, data, len);
}

static void ready(void *arg, int fd, bool readable, bool writable)
{
	static uint8_t data[IKE_MESSAGE_MAX];
	struct ipsec_socket *s = arg;
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
			receive(s, &path, data, (size_t)n);
	}
	engine_settle(s->ipsec->engine);
}

static void socket_free(struct ipsec_socket *s)
{
	TAILQ_REMOVE(&s->ipsec->sockets, s, link);
	loop_io_stop(&s->io);
	close(s->fd);
	free(s);
}

void ipsec_sockets_begin(struct ipsec *ipsec)
{
	struct ipsec_socket *s;

	TAILQ_FOREACH(s, &ipsec->sockets, link)
		s->leaves = true;
}

static int attach(struct ipsec *ipsec, int fd)
{
	struct dp_err err;
	int ret = dp_socket_attach_esp(ipsec->engine->dp, fd, &err);

	if (!ret || ret == -EALREADY)
		return 0;
	log_error(NULL, "the kernel does not take the socket for ESP in UDP: %s", err.text);
	return ret;
}

int ipsec_socket_add(struct ipsec *ipsec, int fd)
{
	struct ipsec_socket *s = calloc(1, sizeof(*s)), *before;
	int err = -ENOMEM;

	if (!s)
		goto err_close;
	s->ipsec = ipsec;
	s->fd = fd;
	err = udp_bound(fd, &s->addr, &s->port);
	if (!err && s->port == IKE_NATT_PORT)
		err = attach(ipsec, fd);
	if (!err)
		err = loop_io_start(&s->io, ipsec->engine->loop, fd, ready, s);
	if (err)
		goto err_close;
	before = socket_of(ipsec, s->addr.family, s->port);
	if (before)
		socket_free(before);
	TAILQ_INSERT_TAIL(&ipsec->sockets, s, link);
	return 0;

err_close:
	free(s);
	close(fd);
	return err;
}

void ipsec_sockets_end(struct ipsec *ipsec)
{
	struct ipsec_socket *s, *next;

	for (s = TAILQ_FIRST(&ipsec->sockets); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->leaves)
			socket_free(s);
	}
}

/* --- what leaves --- */

void ipsec_send(struct ipsec *ipsec, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct ipsec_datagram *d = ipsec->n_waiting < WAITING_MAX ? malloc(sizeof(*d) + len) : NULL;

	if (!d)
		return;
	d->path = *path;
	d->len = len;
	memcpy(d->data, data, len);
	STAILQ_INSERT_TAIL(&ipsec->waiting, d, link);
	ipsec->n_waiting++;
	engine_unsettled(ipsec->engine);
}

static void send_now(struct ipsec *ipsec, const struct ike_path *path, const uint8_t *data, size_t len)
{
	const struct udp_path to = { .local = path->local, .peer = path->peer, .local_port = path->local_port,
				     .peer_port = path->peer_port };
	static uint8_t marked[IKE_MESSAGE_MAX];
	struct ipsec_socket *s = socket_of(ipsec, path->local.family, path->local_port);
	char peer[ADDR_STRLEN];
	int err = s ? 0 : -ENOTCONN;

	if (s && s->port == IKE_NATT_PORT && len > 1 && len <= sizeof(marked) - MARKER_LEN) {
		memcpy(marked + MARKER_LEN, data, len);
		data = marked;
		len += MARKER_LEN;
	}
	if (!err)
		err = udp_send(s->fd, &to, data, len);
	if (err)
		log_debug(NULL, "IKE: nothing was sent to %s: %s", addr_to_str(&path->peer, peer), strerror(-err));
}

void ipsec_flush(struct ipsec *ipsec)
{
	struct ipsec_datagram *d;

	while ((d = STAILQ_FIRST(&ipsec->waiting))) {
		STAILQ_REMOVE_HEAD(&ipsec->waiting, link);
		ipsec->n_waiting--;
		send_now(ipsec, &d->path, d->data, d->len);
		free(d);
	}
}

void ipsec_wire_free(struct ipsec *ipsec)
{
	struct ipsec_socket *s, *next;
	struct ipsec_datagram *d;

	while ((d = STAILQ_FIRST(&ipsec->waiting))) {
		STAILQ_REMOVE_HEAD(&ipsec->waiting, link);
		free(d);
	}
	for (s = TAILQ_FIRST(&ipsec->sockets); s; s = next) {
		next = TAILQ_NEXT(s, link);
		socket_free(s);
	}
}
