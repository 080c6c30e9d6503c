// SPDX-License-Identifier: GPL-2.0-or-later
/* The wire of IKE: its sockets, and what waits to leave until what caused it is written down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ipsec.h"

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

static const struct udp_socket *socket_of(const struct ipsec *ipsec, uint8_t family, uint16_t port)
{
	const struct udp_socket *s;

	TAILQ_FOREACH(s, &ipsec->set.sockets, link)
		if (s->addr.family == family && s->port == port)
			return s;
	return NULL;
}

static void op_receive(void *ctx, const struct udp_socket *s, const struct udp_path *from, const uint8_t *data,
		       size_t len)
{
	static const uint8_t marker[MARKER_LEN];
	const struct ike_path path = { .local = from->local, .peer = from->peer, .local_port = from->local_port,
				       .peer_port = from->peer_port };
	struct ipsec *ipsec = ctx;
	struct ike_sa *sa;
	uint32_t slot;
	bool first;		/* version */

	if (len > IKE_MESSAGE_MAX)
		return;
	if (s->port == IKE_NATT_PORT && len > 1) {
		if (len < MARKER_LEN || memcmp(data, marker, MARKER_LEN))
			return;
		data += MARKER_LEN;
		len -= MARKER_LEN;
	}
	first = len > VERSION_AT && data[VERSION_AT] >> 4 == 1;
	sa = first ? ike1_sa_at_for(ipsec->ike1, data, len) : ike_sa_at(ipsec->ike, &path, data, len);
	if (sa && ike_sa_slot(sa, &slot))
		memory_work_on(ipsec->engine->memory, MEMORY_IKE, slot);
	if (first)
		ike1_rx(ipsec->ike1, &path, data, len);
	else
		ike_rx(ipsec->ike, &path, data, len);
}

static int op_attach(void *ctx, int fd, uint16_t port)
{
	struct ipsec *ipsec = ctx;
	struct dp_err err;
	int ret = port == IKE_NATT_PORT ? dp_socket_attach_esp(ipsec->engine->dp, fd, &err) : 0;

	if (!ret || ret == -EALREADY)
		return 0;
	log_error(NULL, "the kernel does not take the socket for ESP in UDP: %s", err.text);
	return ret;
}

static void op_settle(void *ctx)
{
	struct ipsec *ipsec = ctx;

	engine_settle(ipsec->engine);
}

static const struct udp_set_ops set_ops = { .attach = op_attach, .receive = op_receive, .settle = op_settle };

void ipsec_wire_init(struct ipsec *ipsec)
{
	STAILQ_INIT(&ipsec->waiting);
	udp_set_init(&ipsec->set, ipsec->engine->loop, &set_ops, ipsec);
	ipsec->set.several_ports = true;
}

void ipsec_sockets_begin(struct ipsec *ipsec)
{
	udp_set_begin(&ipsec->set);
}

int ipsec_socket_add(struct ipsec *ipsec, int fd)
{
	return udp_set_add(&ipsec->set, fd);
}

void ipsec_sockets_end(struct ipsec *ipsec)
{
	udp_set_end(&ipsec->set);
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
	const struct udp_socket *s = socket_of(ipsec, path->local.family, path->local_port);
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
	struct ipsec_datagram *d;

	while ((d = STAILQ_FIRST(&ipsec->waiting))) {
		STAILQ_REMOVE_HEAD(&ipsec->waiting, link);
		free(d);
	}
	udp_set_fini(&ipsec->set);
}
