// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/secret.h"
#include "daemon/dialer.h"
#include "daemon/endpoint.h"
#include "daemon/lac.h"
#include "daemon/lns.h"
#include "daemon/server.h"
#include "daemon/session.h"

#define RECORD_VERSION	2
/* RFC 2661 section 5.8: one second, doubled up to no less than eight. */
#define RETRANSMIT_MS		1000
#define RETRANSMIT_CAP_MS	8000
/* To those who proved nothing: each datagram of theirs may cost a victim this many of ours. */
#define STRANGER_RETRANSMISSIONS 2
#define WINDOW			32
#define ACK_DELAY_MS		100
#define SETUP_MS		30000
#define CALL_MS			60000
/* Clients that redial at once find their tunnel still there. */
#define IDLE_CLOSE_MS		60000
#define LINGER_MS		31000	/* RFC 2661 section 5.7 */
/* Data that came within this time is news enough. */
#define DATA_IS_NOW_MS	1000

/* What waits for a peer has to fit into its tunnel's record, beside names, path and numbers. */
#define RECORD_REST		2048
#define QUEUE_OCTETS		(MEMORY_TUNNEL_RECORD_MAX - RECORD_REST)

static struct log_about about(const struct tunnel *t)
{
	return (struct log_about){ .peer = t->carrier.peer_text };
}

static struct tunnel *tunnel_of(const struct carrier *c)
{
	return (struct tunnel *)(uintptr_t)c;	/* its first member */
}

void tunnel_changed(struct tunnel *t)
{
	if (t->unsettled)
		return;
	t->unsettled = true;
	TAILQ_INSERT_TAIL(&t->carrier.engine->unsettled_tunnels, t, unsettled_link);
	engine_unsettled(t->carrier.engine);
}

void tunnel_work_on(struct tunnel *t)
{
	memory_work_on(t->carrier.engine->memory, MEMORY_TUNNEL, t->carrier.slot);
	tunnel_changed(t);
}

/* --- what its sessions ask for --- */

static struct carrier *carrier_by_slot(struct engine *e, uint32_t slot)
{
	struct tunnel *t;

	TAILQ_FOREACH(t, &e->tunnels, link)
		if (t->carrier.slot == slot)
			return &t->carrier;
	return NULL;
}

static void hang_up(struct session *s, const char *why)
{
	if (!s->call)
		return;
	tunnel_changed(tunnel_of(s->carrier));
	l2tp_call_close(s->call, L2TP_CDN_ADMIN, why);
}

/* Call ids are the protocol's own. */
static void forget(struct session *s)
{
	(void)s;
}

/* Without a call there is nothing to go on with: an id of 0 is never valid. */
static void freeze_call(const struct session *s, struct wr *w)
{
	if (s->call)
		l2tp_call_freeze(s->call, w);
	else
		wr_zero(w, L2TP_CALL_FROZEN_MAX);
}

static bool thaw_call(struct session *s, struct rd *r)
{
	struct tunnel *t = tunnel_of(s->carrier);

	s->call = l2tp_call_thaw(t->l2tp, s, r);
	if (!s->call)
		return false;
	s->kernel = tunnel_wire(t, s->call);
	return true;
}

static const char *host(const struct carrier *c)
{
	struct l2tp_tunnel_info info;

	if (c->down)
		return "";
	l2tp_tunnel_get_info(tunnel_of(c)->l2tp, &info);
	return info.host_name;
}

static const char *vendor(const struct carrier *c)
{
	struct l2tp_tunnel_info info;

	if (c->down)
		return "";
	l2tp_tunnel_get_info(tunnel_of(c)->l2tp, &info);
	return info.vendor;
}

/* As LAC: a client of its own is the one who calls. */
static bool call(struct session *s)
{
	const struct l2tp_call_request request = { .outgoing = false };
	struct tunnel *t = tunnel_of(s->carrier);

	s->call = l2tp_call_open(t->l2tp, &request, s);
	tunnel_changed(t);
	return s->call;
}

static void stop(struct carrier *c, const char *why)
{
	tunnel_stop(tunnel_of(c), why);
}

const struct carrier_ops tunnel_carrier = {
	.kind = MEMORY_TUNNEL, .by_slot = carrier_by_slot, .hang_up = hang_up, .forget = forget,
	.freeze_call = freeze_call, .thaw_call = thaw_call, .host = host, .vendor = vendor,
	.call = call, .stop = stop,
};

struct dp_session tunnel_wire(const struct tunnel *t, const struct l2tp_call *call)
{
	const struct endpoint_child *child = endpoint_child_find(t->endpoint, t->child);
	struct l2tp_tunnel_info tunnel;
	struct l2tp_call_info info;

	l2tp_tunnel_get_info(t->l2tp, &tunnel);
	l2tp_call_get_info(call, &info);
	return (struct dp_session){
		.is_l2tp = true,
		.l2tp = { .child_ifindex = child ? child->ifindex : 0, .child = t->child,
			  .local_port = tunnel.path.local_port, .peer_port = tunnel.path.peer_port,
			  .tunnel_id = tunnel.id, .peer_tunnel_id = tunnel.peer_id,
			  .session_id = info.id, .peer_session_id = info.peer_id },
	};
}

/* --- what LNS and LAC do alike --- */

void tunnel_op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	/* As in a session: a challenge or a hiding vector that can be guessed must not be sent. */
	if (secret_random(buf, len))
		abort();
}

void tunnel_op_call_down(void *ctx, struct l2tp_call *c, const char *why)
{
	struct session *s = l2tp_call_owner(c);

	(void)ctx;
	if (!s)
		return;
	s->call = NULL;
	session_call_down(s, why);
}

/* Nobody who negotiates PPP here has to be told about characters of a line. */
void tunnel_op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	struct session *s = l2tp_call_owner(c);
	struct log_about who;

	(void)ctx;
	if (!s)
		return;
	who = session_about(s);
	log_debug(&who, "character maps %08x and %08x, which L2TP has no use for", send_accm,
		  recv_accm);
}

void tunnel_op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	struct session *s = l2tp_call_owner(c);
	struct log_about who;

	(void)ctx;
	if (!s)
		return;
	who = session_about(s);
	log_info(&who,
		 "the access concentrator reports errors on its line: %u CRC, %u framing, %u overruns",
		 errors->crc, errors->framing, errors->hardware_overrun);
}

static uint64_t data_seen_ms(const struct tunnel *t)
{
	uint64_t now = loop_now_ms(t->carrier.engine->loop), newest = 0;
	struct session *s;

	TAILQ_FOREACH(s, &t->carrier.sessions, of_carrier) {
		uint64_t seen = session_data_seen_ms(s);

		if (seen > newest)
			newest = seen;
		if (newest + DATA_IS_NOW_MS >= now)
			break;
	}
	return newest;
}

uint64_t tunnel_op_data_seen_ms(void *ctx, const struct l2tp_tunnel *l2tp)
{
	const struct tunnel *t = l2tp_tunnel_owner(l2tp);

	(void)ctx;
	return t ? data_seen_ms(t) : 0;
}

void tunnel_l2tp_config(struct l2tp_config *cfg, uint32_t retransmissions)
{
	*cfg = (struct l2tp_config){
		.vendor = "adit",
		.channel = { .window = WINDOW, .retransmit_ms = RETRANSMIT_MS,
			     .retransmit_cap_ms = RETRANSMIT_CAP_MS,
			     .retransmit_max = retransmissions, .ack_delay_ms = ACK_DELAY_MS,
			     .queue_octets = QUEUE_OCTETS },
		.half_open_retransmit_max = STRANGER_RETRANSMISSIONS,
		.setup_timeout_ms = SETUP_MS,
		.call_timeout_ms = CALL_MS,
		.idle_close_ms = IDLE_CLOSE_MS,
		.linger_ms = LINGER_MS,
	};
}

/* --- the record --- */

/* Of one that is going nothing is worth keeping. */
static int write_record(struct tunnel *t)
{
	static uint8_t record[MEMORY_TUNNEL_RECORD_MAX];	/* one thread, used only within this call */
	struct wr w = wr_to(record, sizeof(record));
	bool up = !t->carrier.down && l2tp_tunnel_can_freeze(t->l2tp);

	wr_u8(&w, RECORD_VERSION);
	wr_u8(&w, up);
	carrier_write_owner(&t->carrier, &w);
	if (up)
		l2tp_tunnel_freeze(t->l2tp, &w);
	if (w.bad)
		return -EMSGSIZE;
	return memory_commit(t->carrier.engine->memory, MEMORY_TUNNEL, t->carrier.slot, record, w.len);
}

void tunnel_settle(struct tunnel *t)
{
	struct log_about who = about(t);
	int err;

	if (t->unsettled) {
		t->unsettled = false;
		TAILQ_REMOVE(&t->carrier.engine->unsettled_tunnels, t, unsettled_link);
	}
	err = write_record(t);
	if (err && engine_stranger_line_ok(t->carrier.engine))
		log_error(&who, "the tunnel cannot be written down: %s", strerror(-err));
}

/* --- life --- */

static void reap(void *arg)
{
	struct tunnel *t = arg;
	struct engine *e = t->carrier.engine;

	tunnel_free(t);
	engine_progress(e);
}

static struct tunnel *tunnel_alloc(const struct carrier *whose, struct endpoint *endpoint)
{
	struct tunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->endpoint = endpoint;
	t->carrier = *whose;
	t->carrier.ops = &tunnel_carrier;
	TAILQ_INIT(&t->carrier.sessions);
	loop_timer_init(&t->reaper, t->carrier.engine->loop, reap, t);
	return t;
}

static void publish(struct tunnel *t, struct l2tp_tunnel *l2tp)
{
	struct l2tp_tunnel_info info;

	t->l2tp = l2tp;
	l2tp_tunnel_set_owner(l2tp, t);
	l2tp_tunnel_get_info(l2tp, &info);
	t->carrier.local = info.path.local;
	t->carrier.peer = info.path.peer;
	t->child = info.path.transport;
	addr_to_str(&t->carrier.peer, t->carrier.peer_text);
	TAILQ_INSERT_TAIL(&t->carrier.engine->tunnels, t, link);
	t->carrier.engine->n_conns++;
	++*carrier_count(&t->carrier);
	tunnel_changed(t);
}

struct tunnel *tunnel_new(const struct carrier *whose, struct endpoint *endpoint,
			  struct l2tp_tunnel *l2tp)
{
	struct tunnel *t = tunnel_alloc(whose, endpoint);
	int slot = t ? memory_slot_new(t->carrier.engine->memory, MEMORY_TUNNEL) : -ENOMEM;

	if (slot < 0) {
		log_warn(NULL, "no room for an L2TP tunnel: %s", strerror(-slot));
		free(t);
		return NULL;
	}
	t->carrier.slot = (uint32_t)slot;
	publish(t, l2tp);
	return t;
}

void tunnel_down(struct tunnel *t)
{
	t->carrier.down = true;
	/* The protocol's object lingers, and outlives this one. */
	l2tp_tunnel_set_owner(t->l2tp, NULL);
	t->l2tp = NULL;
	tunnel_changed(t);
	/* After its sessions, which are going by timers of the same kind. */
	loop_timer_start(&t->reaper, 0);
}

void tunnel_stop(struct tunnel *t, const char *why)
{
	if (t->carrier.down)
		return;
	tunnel_changed(t);
	l2tp_tunnel_stop(t->l2tp, L2TP_STOP_SHUTDOWN, why);
}

void tunnel_free(struct tunnel *t)
{
	struct dialer *dialer = t->carrier.dialer;
	struct engine *e = t->carrier.engine;
	struct session *s;

	TAILQ_FOREACH(s, &t->carrier.sessions, of_carrier)
		s->carrier = NULL;
	if (t->unsettled)
		TAILQ_REMOVE(&e->unsettled_tunnels, t, unsettled_link);
	TAILQ_REMOVE(&e->tunnels, t, link);
	e->n_conns--;
	--*carrier_count(&t->carrier);
	loop_timer_stop(&t->reaper);
	memory_slot_free(e->memory, MEMORY_TUNNEL, t->carrier.slot);
	free(t);
	if (dialer)
		dialer_gone(dialer);
}

/* --- after a restart --- */

static struct endpoint *endpoint_of(const struct carrier *whose)
{
	if (whose->dialer)
		return whose->dialer->lac ? &whose->dialer->lac->endpoint : NULL;
	return whose->server->lns ? &whose->server->lns->endpoint : NULL;
}

static bool thaw_record(struct engine *e, uint32_t slot, struct rd *r)
{
	uint8_t version = rd_u8(r), up = rd_u8(r);
	struct carrier whose = { .engine = e };
	struct endpoint *endpoint;
	struct l2tp_tunnel *l2tp;
	struct tunnel *t;

	if (version != RECORD_VERSION || !up || !carrier_read_owner(e, &whose, r))
		return false;
	endpoint = endpoint_of(&whose);
	t = endpoint ? tunnel_alloc(&whose, endpoint) : NULL;
	if (!t)
		return false;
	l2tp = l2tp_tunnel_thaw(endpoint->l2tp, t, r);
	if (!l2tp) {
		free(t);
		return false;
	}
	t->carrier.slot = slot;
	publish(t, l2tp);
	return true;
}

void tunnel_thaw_all(struct engine *e)
{
	const void *data;
	uint32_t slot;
	size_t len;
	struct rd r;

	for (slot = 0; slot < memory_slot_end(e->memory, MEMORY_TUNNEL); slot++) {
		bool taken = false;

		if (!memory_slot_used(e->memory, MEMORY_TUNNEL, slot))
			continue;
		memory_work_on(e->memory, MEMORY_TUNNEL, slot);
		if (memory_deaths(e->memory, MEMORY_TUNNEL, slot) < MEMORY_DEATHS_MAX &&
		    !memory_read(e->memory, MEMORY_TUNNEL, slot, &data, &len)) {
			r = rd_of(data, len);
			taken = thaw_record(e, slot, &r);
		}
		if (!taken)
			memory_slot_free(e->memory, MEMORY_TUNNEL, slot);
		memory_work_done(e->memory);
	}
}

/* Whoever is not let in any more goes while the others begin. */
void tunnel_resume_all(struct engine *e)
{
	struct l2tp_tunnel_info info;
	struct tunnel *t;

	TAILQ_FOREACH(t, &e->tunnels, link) {
		if (t->carrier.down)
			continue;
		l2tp_tunnel_get_info(t->l2tp, &info);
		if (endpoint_has(t->endpoint, &info.path))
			l2tp_tunnel_resume(t->l2tp);
		else
			tunnel_stop(t, t->child ? "its IPsec child is gone" :
						  "the gateway does not listen there any more");
	}
}
