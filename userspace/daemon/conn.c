// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/secret.h"
#include "daemon/dialer.h"
#include "daemon/hosts.h"
#include "daemon/keeper.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/stream.h"

#define RECORD_VERSION	2
/*
 * Some twenty control messages at a time; the rest waits for the loop's next turn, so one peer
 * cannot hold it.
 */
#define RX_AT_ONCE	4096
/* For the peer to take our last octets and close its side. */
#define LINGER_MS	3000
/* Outgoing-Call-Reply, RFC 2637 section 2.8, and general error codes of section 2.16. */
#define RESULT_GENERAL_ERROR	2
#define RESULT_BUSY		4
#define ERROR_NO_RESOURCE	4
#define ERROR_PAC		6

static void rx_ready(void *arg, int fd, bool readable, bool writable);

static struct log_about about(const struct conn *c)
{
	return (struct log_about){ .peer = c->carrier.peer_text };
}

void conn_changed(struct conn *c)
{
	if (c->unsettled)
		return;
	c->unsettled = true;
	TAILQ_INSERT_TAIL(&c->carrier.engine->unsettled_conns, c, unsettled_link);
	engine_unsettled(c->carrier.engine);
}

/*
 * Its sessions, and with them pptp, are gone or going: this runs from the loop, never from within
 * the connection.
 */
static void reap(void *arg)
{
	struct conn *c = arg;
	struct engine *e = c->carrier.engine;

	conn_free(c);
	engine_progress(e);
}

/* --- what PPTP asks for --- */

static bool op_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct conn *c = ctx;

	if (len > CONN_TX_MAX - c->tx_len)
		return false;
	memcpy(c->tx + c->tx_len, data, len);
	c->tx_len += len;
	conn_changed(c);
	return true;
}

/* A result code of Outgoing-Call-Reply, RFC 2637 section 2.8, with its error code of section 2.16. */
static int result_of(enum session_refusal refusal, uint16_t *error_code)
{
	switch (refusal) {
	case SESSION_TAKEN:
		return 0;
	case SESSION_BUSY:
		return RESULT_BUSY;
	case SESSION_NO_ROOM:
		*error_code = ERROR_NO_RESOURCE;
		break;
	case SESSION_NO_KERNEL:
		*error_code = ERROR_PAC;
		break;
	}
	return RESULT_GENERAL_ERROR;
}

static int op_call_new(void *ctx, uint16_t peer_call_id, uint16_t *call_id, uint16_t *error_code)
{
	struct conn *c = ctx;
	struct callids *ids = c->carrier.engine->callids;
	struct dp_session wire = { .peer_call_id = peer_call_id };
	enum session_refusal refusal = SESSION_NO_ROOM;
	char why[SESSION_WHY_MAX] = "there is no free call id";
	struct log_about who = about(c);
	struct session *s;

	conn_changed(c);
	*error_code = 0;
	if (!callids_take(ids, c, &wire.call_id)) {
		refusal = session_new(&c->carrier, &wire, &s, why);
		callids_give(ids, wire.call_id);
	}
	if (refusal) {
		if (engine_stranger_line_ok(c->carrier.engine))
			log_warn(&who, "call refused: %s", why);
		return result_of(refusal, error_code);
	}
	callids_reserve(ids, wire.call_id, s);
	*call_id = wire.call_id;
	return 0;
}

static struct session *session_of(struct conn *c, uint16_t call_id)
{
	struct session *s = callids_owner(c->carrier.engine->callids, call_id);

	return s && s->carrier == &c->carrier ? s : NULL;
}

static void op_up(void *ctx)
{
	struct conn *c = ctx;

	conn_changed(c);
	dialer_carrier_up(c->carrier.dialer);
}

static void op_call_up(void *ctx, const struct pptp_call_info *call)
{
	struct session *s = session_of(ctx, call->call_id);

	conn_changed(ctx);
	if (!s)
		return;
	/* Of a call of ours, it is news. */
	s->kernel.peer_call_id = call->peer_call_id;
	session_call_up(s, NULL);
}

static void op_call_down(void *ctx, uint16_t call_id, const char *why)
{
	struct session *s = session_of(ctx, call_id);

	conn_changed(ctx);
	if (s)
		session_call_down(s, why);
}

static void op_link_info(void *ctx, uint16_t call_id, uint32_t send_accm, uint32_t recv_accm)
{
	struct log_about who = about(ctx);

	log_debug(&who, "call %u: character maps %08x and %08x, which GRE has no use for", call_id,
		  send_accm, recv_accm);
}

static void op_down(void *ctx, const char *why)
{
	struct conn *c = ctx;
	struct log_about who = about(c);

	if (c->carrier.down)
		return;
	c->carrier.down = true;
	if (engine_stranger_line_ok(c->carrier.engine))
		log_info(&who, "control connection closed: %s", why);
	conn_changed(c);
	loop_timer_start(&c->reaper, LINGER_MS);
	if (c->carrier.dialer)
		dialer_carrier_down(c->carrier.dialer, &c->carrier, why);
}

static struct log_about op_about(void *ctx)
{
	return about(ctx);
}

static const struct pptp_ops pptp_ops = {
	.tx = op_tx, .call_new = op_call_new, .up = op_up, .call_up = op_call_up,
	.call_down = op_call_down,
	.link_info = op_link_info, .down = op_down, .about = op_about,
};

/* --- what its sessions ask for --- */

static struct conn *conn_of(const struct carrier *c)
{
	return (struct conn *)(uintptr_t)c;	/* its first member */
}

static struct carrier *carrier_by_slot(struct engine *e, uint32_t slot)
{
	struct conn *c = conn_by_slot(e, slot);

	return c ? &c->carrier : NULL;
}

static void hang_up(struct session *s, const char *why)
{
	pptp_call_clear(conn_of(s->carrier)->pptp, s->kernel.call_id, why);
}

static void forget(struct session *s)
{
	callids_give(s->engine->callids, s->kernel.call_id);
}

static void freeze_call(const struct session *s, struct wr *w)
{
	wr_u16(w, s->kernel.call_id);
	wr_u16(w, s->kernel.peer_call_id);
}

static bool thaw_call(struct session *s, struct rd *r)
{
	s->kernel.call_id = rd_u16(r);
	s->kernel.peer_call_id = rd_u16(r);
	return !r->bad && !callids_reserve(s->engine->callids, s->kernel.call_id, s);
}

static const char *host(const struct carrier *c)
{
	return pptp_peer_host(conn_of(c)->pptp);
}

static const char *vendor(const struct carrier *c)
{
	return pptp_peer_vendor(conn_of(c)->pptp);
}

static bool call(struct session *s)
{
	if (callids_take(s->engine->callids, s, &s->kernel.call_id))
		return false;
	return pptp_call_open(conn_of(s->carrier)->pptp, s->kernel.call_id);
}

/* RFC 2637 section 2.15. GRE carries no characters to be mapped, but some servers wait for it. */
static void link_up(struct session *s)
{
	pptp_set_link_info(conn_of(s->carrier)->pptp, s->kernel.call_id, UINT32_MAX, UINT32_MAX);
}

static void stop(struct carrier *c, const char *why)
{
	conn_stop(conn_of(c), why);
}

const struct carrier_ops conn_carrier = {
	.kind = MEMORY_CONN, .by_slot = carrier_by_slot, .hang_up = hang_up, .forget = forget,
	.freeze_call = freeze_call, .thaw_call = thaw_call, .host = host, .vendor = vendor,
	.call = call, .link_up = link_up, .stop = stop,
};

/* --- the record --- */

static int write_record(struct conn *c)
{
	static uint8_t record[MEMORY_CONN_RECORD_MAX];	/* one thread, used only within this call */
	struct wr w = wr_to(record, sizeof(record));

	wr_u8(&w, RECORD_VERSION);
	carrier_write_owner(&c->carrier, &w);
	wr_u32(&w, addr_v4_host(&c->carrier.local));
	wr_u32(&w, addr_v4_host(&c->carrier.peer));
	wr_u64(&w, c->rx_total);
	wr_u64(&w, c->tx_total);
	wr_u8(&w, c->carrier.down);
	wr_u16(&w, (uint16_t)c->tx_len);
	wr_bytes(&w, c->tx, c->tx_len);
	pptp_freeze(c->pptp, &w);
	if (w.bad)
		return -EMSGSIZE;
	return memory_commit(c->carrier.engine->memory, MEMORY_CONN, c->carrier.slot, record, w.len);
}

static void flush(struct conn *c)
{
	ssize_t n = 0;

	if (c->tx_len)
		n = send(c->fd, c->tx, c->tx_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		c->tx_len = 0;
		conn_lost(c, strerror(errno));
		return;
	}
	if (n > 0) {
		memmove(c->tx, c->tx + n, c->tx_len - (size_t)n);
		c->tx_len -= (size_t)n;
		c->tx_total += (uint64_t)n;
	}
	loop_io_want_write(&c->io, c->tx_len > 0);
}

void conn_settle(struct conn *c)
{
	struct log_about who = about(c);
	int err;

	if (c->unsettled) {
		c->unsettled = false;
		TAILQ_REMOVE(&c->carrier.engine->unsettled_conns, c, unsettled_link);
	}
	err = write_record(c);
	if (err)
		log_error(&who, "the connection cannot be written down: %s", strerror(-err));
	flush(c);
	if (c->carrier.down && !c->tx_len && !c->closing) {
		c->closing = true;
		shutdown(c->fd, SHUT_WR);
	}
}

/* --- the socket --- */

/*
 * After the end: take and forget what still comes, so that closing sends no reset over our last
 * message.
 */
static void drain(struct conn *c)
{
	char scrap[1024];
	ssize_t n = recv(c->fd, scrap, sizeof(scrap), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		loop_io_stop(&c->io);
		loop_timer_start(&c->reaper, 0);
	}
}

static void consume(struct conn *c, size_t len)
{
	while (len) {
		/*
		 * A null buffer with MSG_TRUNC throws octets away, tcp(7). They were seen, so they
		 * are there.
		 */
		ssize_t n = recv(c->fd, NULL, len, MSG_DONTWAIT | MSG_TRUNC);

		if (n <= 0)
			return;
		len -= (size_t)n;
	}
}

static void receive(struct conn *c)
{
	uint8_t data[RX_AT_ONCE];
	ssize_t n = recv(c->fd, data, sizeof(data), MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_lost(c, n ? strerror(errno) : "the peer closed it");
		return;
	}
	memory_work_on(c->carrier.engine->memory, MEMORY_CONN, c->carrier.slot);
	c->rx_total += (uint64_t)n;
	pptp_rx(c->pptp, data, (size_t)n);
	conn_changed(c);
	/* Written down before it is taken from the socket, and before any answer leaves. */
	engine_settle(c->carrier.engine);
	consume(c, (size_t)n);
}

static void rx_ready(void *arg, int fd, bool readable, bool writable)
{
	struct conn *c = arg;

	(void)fd;
	if (writable)
		conn_changed(c);
	if (readable && c->carrier.down)
		drain(c);
	else if (readable)
		receive(c);
	engine_settle(c->carrier.engine);
}

void conn_lost(struct conn *c, const char *why)
{
	if (c->carrier.down)
		return;
	pptp_rx_eof(c->pptp, why);
	if (!c->carrier.down)
		op_down(c, why);
}

void conn_stop(struct conn *c, const char *why)
{
	if (!c->carrier.down)
		pptp_stop(c->pptp, why);
}

/* --- life --- */

/* Whose it is, is in template: engine, server or dialer, addresses. */
static struct conn *conn_alloc(const struct carrier *template, int fd)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->tx = malloc(CONN_TX_MAX);
	if (!c->tx) {
		free(c);
		return NULL;
	}
	c->carrier = *template;
	c->carrier.ops = &conn_carrier;
	c->fd = fd;
	addr_to_str(&c->carrier.peer, c->carrier.peer_text);
	TAILQ_INIT(&c->carrier.sessions);
	loop_timer_init(&c->reaper, c->carrier.engine->loop, reap, c);
	return c;
}

/* Those that come to us are limited by address. */
static int count(struct conn *c)
{
	if (c->carrier.server)
		return hosts_add(c->carrier.engine, &c->carrier.peer, HOST_CONNS);
	return 0;
}

static void uncount(struct conn *c)
{
	if (c->carrier.server)
		hosts_remove(c->carrier.engine, &c->carrier.peer, HOST_CONNS);
}

static int publish(struct conn *c)
{
	int err = count(c);

	if (err)
		return err;
	err = loop_io_start(&c->io, c->carrier.engine->loop, c->fd, rx_ready, c);
	if (err) {
		uncount(c);
		return err;
	}
	TAILQ_INSERT_TAIL(&c->carrier.engine->conns, c, link);
	c->carrier.engine->n_conns++;
	++*carrier_count(&c->carrier);
	return 0;
}

static void config(const struct carrier *whose, struct pptp_config *cfg)
{
	if (whose->dialer)
		dialer_pptp_config(whose->dialer, cfg);
	else
		server_pptp_config(whose->server, cfg);
}

static void conn_destroy(struct conn *c)
{
	loop_timer_stop(&c->reaper);
	if (c->pptp)
		pptp_free(c->pptp);
	close(c->fd);
	free(c->tx);
	free(c);
}

static struct conn *conn_make(const struct carrier *template, int fd)
{
	struct engine *e = template->engine;
	struct pptp_config cfg;
	struct conn *c;
	int slot;

	c = conn_alloc(template, fd);
	if (!c) {
		close(fd);
		return NULL;
	}
	slot = memory_slot_new(e->memory, MEMORY_CONN);
	if (slot < 0)
		goto err_destroy;
	c->carrier.slot = (uint32_t)slot;
	config(&c->carrier, &cfg);
	c->pptp = pptp_new(e->loop, &cfg, &pptp_ops, c);
	if (!c->pptp)
		goto err_slot;
	/* Before the first octet is read, so that a next engine finds the socket. */
	if (keeper_send(e->keeper, KEEPER_KEEP, c->carrier.slot, NULL, fd))
		goto err_slot;
	if (publish(c))
		goto err_drop;
	conn_changed(c);
	return c;

err_drop:
	keeper_send(e->keeper, KEEPER_DROP, c->carrier.slot, NULL, -1);
err_slot:
	memory_slot_free(e->memory, MEMORY_CONN, c->carrier.slot);
err_destroy:
	log_warn(NULL, "no room for a connection with %s", c->carrier.peer_text);
	conn_destroy(c);
	return NULL;
}

struct conn *conn_new(struct server *server, int fd, const struct addr *local,
		      const struct addr *peer)
{
	const struct carrier template = { .engine = server->engine, .server = server,
					  .local = *local, .peer = *peer };

	return conn_make(&template, fd);
}

struct conn *conn_dialled(struct dialer *dialer, int fd, const struct addr *peer)
{
	struct carrier template = { .engine = dialer->engine, .dialer = dialer, .peer = *peer };
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0) {
		close(fd);
		return NULL;
	}
	template.local = (struct addr){ .family = AF_INET, .v4 = sin.sin_addr };
	return conn_make(&template, fd);
}

void conn_free(struct conn *c)
{
	struct dialer *dialer = c->carrier.dialer;
	struct engine *e = c->carrier.engine;
	struct session *s;

	TAILQ_FOREACH(s, &c->carrier.sessions, of_carrier)
		s->carrier = NULL;
	if (c->unsettled)
		TAILQ_REMOVE(&e->unsettled_conns, c, unsettled_link);
	TAILQ_REMOVE(&e->conns, c, link);
	e->n_conns--;
	--*carrier_count(&c->carrier);
	uncount(c);
	loop_io_stop(&c->io);
	/* The parent's duplicate would keep it open. */
	shutdown(c->fd, SHUT_RDWR);
	keeper_send(e->keeper, KEEPER_DROP, c->carrier.slot, NULL, -1);
	memory_slot_free(e->memory, MEMORY_CONN, c->carrier.slot);
	conn_destroy(c);
	if (dialer)
		dialer_gone(dialer);
}

struct conn *conn_by_slot(struct engine *e, uint32_t slot)
{
	struct conn *c;

	TAILQ_FOREACH(c, &e->conns, link) {
		if (c->carrier.slot == slot)
			return c;
	}
	return NULL;
}

/* --- after a restart --- */

/* The socket tells what really left and came; the record, what was meant to. */
static int reconcile(struct conn *c)
{
	struct stream_position pos;
	uint64_t done;
	int err;

	err = stream_position(c->fd, c->carrier.dialer, &pos);
	if (err)
		return err;
	if (pos.given < c->tx_total || pos.given - c->tx_total > c->tx_len ||
	    pos.taken > c->rx_total)
		return -EILSEQ;
	done = pos.given - c->tx_total;
	memmove(c->tx, c->tx + done, c->tx_len - done);
	c->tx_len -= done;
	c->tx_total = pos.given;
	/* Worked off and written down, but the engine died before it took them from the socket. */
	consume(c, (size_t)(c->rx_total - pos.taken));
	return 0;
}

static struct conn *thaw_record(struct engine *e, int fd, struct rd *r)
{
	struct carrier template = { .engine = e };
	struct conn *c = NULL;
	struct pptp_config cfg;

	if (rd_u8(r) != RECORD_VERSION || !carrier_read_owner(e, &template, r))
		return NULL;
	template.local = addr_v4(rd_u32(r));
	template.peer = addr_v4(rd_u32(r));
	c = conn_alloc(&template, fd);
	if (!c)
		return NULL;
	c->rx_total = rd_u64(r);
	c->tx_total = rd_u64(r);
	c->carrier.down = rd_u8(r);
	c->tx_len = rd_u16(r);
	if (c->tx_len <= CONN_TX_MAX)
		rd_copy(r, c->tx, c->tx_len);
	config(&c->carrier, &cfg);
	if (!r->bad && c->tx_len <= CONN_TX_MAX && !c->carrier.down && !reconcile(c))
		c->pptp = pptp_thaw(e->loop, &cfg, &pptp_ops, c, r);
	if (!c->pptp) {
		loop_timer_stop(&c->reaper);
		free(c->tx);
		free(c);
		return NULL;
	}
	return c;
}

struct conn *conn_thaw(struct engine *e, uint32_t slot, int fd)
{
	const void *data;
	struct conn *c = NULL;
	struct rd r;
	size_t len;

	memory_work_on(e->memory, MEMORY_CONN, slot);
	if (memory_deaths(e->memory, MEMORY_CONN, slot) < MEMORY_DEATHS_MAX &&
	    memory_read(e->memory, MEMORY_CONN, slot, &data, &len) == 0) {
		r = rd_of(data, len);
		c = thaw_record(e, fd, &r);
	}
	if (c) {
		c->carrier.slot = slot;
		if (publish(c)) {
			pptp_free(c->pptp);
			free(c->tx);
			free(c);
			c = NULL;
		}
	}
	memory_work_done(e->memory);
	if (c) {
		conn_changed(c);
		return c;
	}
	shutdown(fd, SHUT_RDWR);
	close(fd);
	keeper_send(e->keeper, KEEPER_DROP, slot, NULL, -1);
	memory_slot_free(e->memory, MEMORY_CONN, slot);
	return NULL;
}
