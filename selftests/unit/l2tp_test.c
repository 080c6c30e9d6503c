// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two L2TP endpoints, a LAC and an LNS, with a clock of ours and a network that loses, repeats and
 * reorders: that both agree in the end; owners that end things from within every op; records that
 * are cut and bent; and datagrams that are nearly right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/log.h"
#include "proto/l2tp.h"
#include "wire/mschap.h"

#define DELAY_MS	10
#define FLYING_MAX	4096
#define CALLS_MAX	1200

enum op { OP_NONE, OP_ASK, OP_UP, OP_NEW, OP_ACCEPTED, OP_CALL_UP, OP_CALL_DOWN, OP_INFO, OP_COUNT };
enum deed { DEED_STOP, DEED_CLOSE, DEED_REFUSE, DEED_CALL, DEED_COUNT };

struct end {
	struct l2tp *l2tp;
	struct addr addr;
	struct end *other;
	struct l2tp_peer peer;
	struct l2tp_tunnel *tunnel;	/* the last one that is up or dialed, while it is there */
	struct l2tp_call *calls[CALLS_MAX];
	unsigned int n_calls, ups, tunnel_ups, tunnel_downs, refused;
	enum op on;			/* where the owner does ... */
	enum deed deed;			/* ... this */
	bool done;
};

struct datagram {
	struct end *to;
	struct l2tp_path path;		/* as the receiver sees it */
	uint64_t due_ms;
	uint8_t *data;
	size_t len;
};

static struct {
	struct loop *loop;
	struct loop_timer arrival;
	struct end lac, lns;
	struct datagram flying[FLYING_MAX];
	unsigned int n_flying;
	unsigned int loss, repeat, jitter_ms;
	uint32_t seed;
	bool bend;		/* one octet in each datagram, now and then */
} net;

static uint32_t dice(uint32_t sides)
{
	net.seed ^= net.seed << 13;
	net.seed ^= net.seed >> 17;
	net.seed ^= net.seed << 5;
	return net.seed % sides;
}

static void fly(struct end *to, const struct l2tp_path *path, const uint8_t *data, size_t len)
{
	struct datagram *d = &net.flying[net.n_flying++];

	assert_true(net.n_flying < FLYING_MAX);
	*d = (struct datagram){
		.to = to, .len = len,
		.due_ms = loop_now_ms(net.loop) + DELAY_MS + (net.jitter_ms ? dice(net.jitter_ms) : 0),
		.path = { .transport = path->transport, .local = path->peer, .peer = path->local,
			  .local_port = path->peer_port, .peer_port = path->local_port },
		.data = malloc(len),
	};
	assert_non_null(d->data);
	memcpy(d->data, data, len);
	if (net.bend && !dice(3))
		d->data[dice((uint32_t)len)] ^= (uint8_t)(1 << dice(8));
	if (!net.arrival.pending)
		loop_timer_start(&net.arrival, 1);
}

static void arrive(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < net.n_flying;) {
		struct datagram d = net.flying[i];

		if (d.due_ms > loop_now_ms(net.loop)) {
			i++;
			continue;
		}
		memmove(&net.flying[i], &net.flying[i + 1], (--net.n_flying - i) * sizeof(d));
		l2tp_rx(d.to->l2tp, &d.path, d.data, d.len);
		free(d.data);
	}
	if (net.n_flying)
		loop_timer_start(&net.arrival, 1);
}

/* --- an owner --- */

static void open_call(struct end *e, struct l2tp_tunnel *t)
{
	struct l2tp_call_request req = { .bearer_type = 1 };
	struct l2tp_call *c = l2tp_call_open(t, &req, e);

	if (c)
		e->calls[e->n_calls++] = c;
}

/* False: refuse, where that can be said. */
static bool interfere(struct end *e, enum op op, struct l2tp_tunnel *t, struct l2tp_call *c)
{
	struct l2tp_call_info info;

	if (e->on != op || e->done)
		return true;
	e->done = e->deed != DEED_CALL;
	if (c && !t) {
		l2tp_call_get_info(c, &info);
		t = info.tunnel;
	}
	if (e->deed == DEED_STOP)
		l2tp_tunnel_stop(t, L2TP_STOP_SHUTDOWN, "the owner had enough");
	else if (e->deed == DEED_CLOSE && c)
		l2tp_call_close(c, L2TP_CDN_ADMIN, "the owner had enough");
	else if (e->deed == DEED_CALL && e->n_calls < 40)
		open_call(e, t);
	return e->deed != DEED_REFUSE;
}

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path, const uint8_t *data,
		  size_t len)
{
	struct end *e = ctx;

	(void)t;
	for (unsigned int n = dice(100) < net.repeat ? 2 : 1; n; n--)
		if (dice(100) >= net.loss)
			fly(e->other, path, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)dice(256);
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	(void)ctx;
	(void)path;
	(void)refusal;
	return true;
}

static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	static const struct l2tp_refusal refusal = { .result = L2TP_STOP_NOT_AUTHORIZED,
						     .why = "unknown" };
	struct end *e = ctx;

	if (!net.bend)
		assert_string_equal(host_name, e->other == &net.lac ? "lac" : "lns");
	l2tp_peer_reply(t, interfere(e, OP_ASK, t, NULL) ? &e->peer : NULL, &refusal);
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	struct end *e = ctx;

	e->tunnel = t;
	e->tunnel_ups++;
	interfere(e, OP_UP, t, NULL);
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	struct end *e = ctx;
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	assert_int_equal(info.calls, 0);
	assert_true(why[0]);
	e->tunnel_downs++;
	if (e->tunnel == t)
		e->tunnel = NULL;
	l2tp_tunnel_stop(t, L2TP_STOP_CLEAR, "again");	/* must do no harm */
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	struct end *e = ctx;

	(void)req;
	assert_true(e->n_calls < CALLS_MAX);
	e->calls[e->n_calls++] = c;
	if (interfere(e, OP_NEW, NULL, c))
		return true;
	e->n_calls--;
	e->refused++;
	*refusal = (struct l2tp_refusal){ .result = L2TP_CDN_BUSY_NOW, .why = "full" };
	return false;
}

static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	(void)info;
	interfere(ctx, OP_ACCEPTED, NULL, c);
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	struct end *e = ctx;

	assert_true(net.bend || info->tx_speed);
	e->ups++;
	interfere(e, OP_CALL_UP, NULL, c);
}

static void op_call_down(void *ctx, struct l2tp_call *c, const char *why)
{
	struct end *e = ctx;
	unsigned int i = 0;

	assert_true(why[0]);
	while (i < e->n_calls && e->calls[i] != c)
		i++;
	assert_true(i < e->n_calls);	/* once for each */
	e->calls[i] = e->calls[--e->n_calls];
	l2tp_call_close(c, L2TP_CDN_ADMIN, "again");	/* must do no harm */
	interfere(e, OP_CALL_DOWN, NULL, c);
}

static void op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	(void)send_accm;
	(void)recv_accm;
	interfere(ctx, OP_INFO, NULL, c);
}

static void op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	(void)errors;
	interfere(ctx, OP_INFO, NULL, c);
}

static uint64_t op_data_seen_ms(void *ctx, const struct l2tp_tunnel *t)
{
	(void)ctx;
	(void)t;
	return 0;
}

static const struct l2tp_ops ops = {
	.tx = op_tx, .random = op_random, .admit = op_admit, .peer_ask = op_peer_ask,
	.tunnel_up = op_tunnel_up, .tunnel_down = op_tunnel_down, .call_new = op_call_new,
	.call_accepted = op_call_accepted, .call_up = op_call_up, .call_down = op_call_down,
	.link_info = op_link_info, .wan_errors = op_wan_errors, .data_seen_ms = op_data_seen_ms,
};

/* --- the stage --- */

static struct l2tp_config cfg = {
	.vendor = "test",
	.channel = { .window = 8, .retransmit_ms = 1000, .retransmit_cap_ms = 8000,
		     .retransmit_max = 14, .ack_delay_ms = 50 },
	.half_open_retransmit_max = 2, .setup_timeout_ms = 120000, .call_timeout_ms = 120000,
	.linger_ms = 31000, .max_tunnels = 100, .max_tunnels_per_address = 100,
	.max_half_open = 100, .max_half_open_per_address = 100, .max_calls_per_tunnel = CALLS_MAX,
	.max_calls_per_address = CALLS_MAX,
};

static void end_init(struct end *e, struct end *other, const char *name, uint32_t addr)
{
	memset(e, 0, sizeof(*e));
	e->other = other;
	e->addr = addr_v4(addr);
	e->peer = (struct l2tp_peer){ .secret = "shared", .authenticate = true, .hide = true,
				      .hello_ms = 60000 };
	strcpy(cfg.host_name, name);
	e->l2tp = l2tp_new(net.loop, &cfg, &ops, e);
	assert_non_null(e->l2tp);
}

static int begin(void **state)
{
	(void)state;
	memset(&net, 0, sizeof(net));
	net.seed = 1;
	net.loop = loop_new_virtual(1000);
	loop_timer_init(&net.arrival, net.loop, arrive, NULL);
	log_set_level(LOG_LEVEL_ERROR);
	end_init(&net.lac, &net.lns, "lac", 0xc0000201);
	end_init(&net.lns, &net.lac, "lns", 0xc0000202);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	l2tp_free(net.lac.l2tp);
	l2tp_free(net.lns.l2tp);
	while (net.n_flying)
		free(net.flying[--net.n_flying].data);
	loop_timer_stop(&net.arrival);
	loop_free(net.loop);
	return 0;
}

static void dial(struct end *e)
{
	struct l2tp_path path = { .transport = 1, .local = e->addr, .peer = e->other->addr,
				  .local_port = 40000, .peer_port = L2TP_PORT };

	e->tunnel = l2tp_dial(e->l2tp, &path, &e->peer, e);
	assert_non_null(e->tunnel);
}

static void pass(uint32_t seconds)
{
	loop_virtual_advance(net.loop, seconds * UINT64_C(1000));
}

static void nothing_is_left(struct end *e)
{
	struct l2tp_stats stats;

	l2tp_get_stats(e->l2tp, &stats);
	assert_int_equal(stats.tunnels, 0);
	assert_int_equal(stats.half_open, 0);
	assert_int_equal(stats.calls, 0);
	assert_int_equal(e->n_calls, 0);
}

/* --- both agree --- */

static void a_bad_network_is_put_up_with(void **state)
{
	for (uint32_t seed = 1; seed <= 20; seed++) {
		net.seed = seed;
		net.loss = 30;
		net.repeat = 10;
		net.jitter_ms = 300;
		dial(&net.lac);
		for (int n = 0; n < 20; n++)
			open_call(&net.lac, net.lac.tunnel);
		pass(600);
		assert_int_equal(net.lac.ups, 20);
		assert_int_equal(net.lns.ups, 20);
		assert_int_equal(net.lns.tunnel_ups, 1);
		while (net.lac.n_calls > 10)
			l2tp_call_close(net.lac.calls[0], L2TP_CDN_ADMIN, "enough");
		pass(600);
		assert_int_equal(net.lns.n_calls, 10);
		l2tp_tunnel_stop(net.lns.tunnel, L2TP_STOP_SHUTDOWN, "enough");
		pass(600);
		nothing_is_left(&net.lac);
		nothing_is_left(&net.lns);
		assert_int_equal(net.lac.tunnel_downs, 1);
		assert_int_equal(net.lns.tunnel_downs, 1);
		finish(state);
		begin(state);
	}
}

static void a_thousand_calls_in_one_tunnel(void **state)
{
	(void)state;
	net.loss = 5;
	dial(&net.lac);
	for (int n = 0; n < 1000; n++)
		open_call(&net.lac, net.lac.tunnel);
	pass(3600);
	assert_int_equal(net.lac.ups, 1000);
	assert_int_equal(net.lns.ups, 1000);
	for (int i = 0; i < 1000; i++) {
		struct l2tp_call_info info;

		l2tp_call_get_info(net.lns.calls[i], &info);
		assert_true(info.established && info.id && info.peer_id && info.lns);
	}
	l2tp_tunnel_stop(net.lac.tunnel, L2TP_STOP_CLEAR, "enough");
	pass(60);
	nothing_is_left(&net.lac);
	nothing_is_left(&net.lns);
}

static void a_dead_peer_is_noticed(void **state)
{
	(void)state;
	dial(&net.lac);
	open_call(&net.lac, net.lac.tunnel);
	pass(600);
	assert_int_equal(net.lns.ups, 1);
	net.loss = 100;
	pass(60 + 1 + 2 + 4 + 8 * 12 + 60);
	nothing_is_left(&net.lac);
	nothing_is_left(&net.lns);
}

/* Both dial at once, with tie breakers: one tunnel in the end, and the calls of both in it. */
static void both_dial_at_once(void **state)
{
	for (uint32_t seed = 1; seed <= 20; seed++) {
		net.seed = seed;
		net.lac.peer.tie_breaker = net.lns.peer.tie_breaker = true;
		dial(&net.lac);
		dial(&net.lns);
		open_call(&net.lac, net.lac.tunnel);
		open_call(&net.lns, net.lns.tunnel);
		pass(60);
		assert_int_equal(net.lac.tunnel_ups, 1);
		assert_int_equal(net.lns.tunnel_ups, 1);
		assert_int_equal(net.lac.n_calls, 2);
		assert_int_equal(net.lns.n_calls, 2);
		assert_int_equal(net.lac.ups, 2);
		finish(state);
		begin(state);
	}
}

static void different_secrets(void **state)
{
	(void)state;
	strcpy(net.lns.peer.secret, "another");
	dial(&net.lac);
	pass(60);
	assert_int_equal(net.lac.tunnel_ups, 0);
	assert_int_equal(net.lns.tunnel_ups, 0);
	nothing_is_left(&net.lac);
	nothing_is_left(&net.lns);
}

/* --- the owner does something from within an op --- */

static void owners_interfere(void **state)
{
	for (enum op op = OP_ASK; op < OP_COUNT; op++) {
		for (enum deed deed = 0; deed < DEED_COUNT; deed++) {
			for (int who = 0; who < 2; who++) {
				struct end *e = who ? &net.lac : &net.lns;

				e->on = op;
				e->deed = deed;
				dial(&net.lac);
				for (int n = 0; n < 5; n++)
					open_call(&net.lac, net.lac.tunnel);
				pass(5);
				if (net.lns.n_calls)
					l2tp_call_link_info(net.lns.calls[0], 0, 0);
				if (net.lac.n_calls)
					l2tp_call_link_info(net.lac.calls[0], 0, 0);
				pass(5);
				while (net.lac.n_calls && e->deed != DEED_CALL)
					l2tp_call_close(net.lac.calls[0], L2TP_CDN_ADMIN, "enough");
				pass(5);
				e->on = OP_NONE;
				if (net.lac.tunnel)
					l2tp_tunnel_stop(net.lac.tunnel, L2TP_STOP_CLEAR, "enough");
				pass(200);
				nothing_is_left(&net.lac);
				nothing_is_left(&net.lns);
				finish(state);
				begin(state);
			}
		}
	}
}

/* --- records --- */

static struct l2tp_tunnel *thaw(struct end *e, const uint8_t *record, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct l2tp_tunnel *t;
	struct rd r;

	assert_non_null(exact);
	memcpy(exact, record, len);
	r = rd_of(exact, len);
	t = l2tp_tunnel_thaw(e->l2tp, e, &r);
	free(exact);
	return t;
}

/* A process that knows nothing. */
static void another_end(struct end *e)
{
	l2tp_free(e->l2tp);
	e->n_calls = 0;
	e->tunnel = NULL;
	strcpy(cfg.host_name, e == &net.lac ? "lac" : "lns");
	e->l2tp = l2tp_new(net.loop, &cfg, &ops, e);
	assert_non_null(e->l2tp);
}

#define PEER_ID_AT (1 + 4 + 17 + 17 + 2 + 2 + 2)	/* in the record */

static void refused_with(struct end *e, const uint8_t *record, size_t len, size_t at,
			 const void *wrong, size_t wrong_len)
{
	uint8_t copy[L2TP_TUNNEL_FROZEN_MAX];

	memcpy(copy, record, len);
	memcpy(copy + at, wrong, wrong_len);
	assert_null(thaw(e, copy, len));
}

static void records(void **state)
{
	uint8_t record[L2TP_TUNNEL_FROZEN_MAX], call[L2TP_CALL_FROZEN_MAX];
	struct wr w = wr_to(record, sizeof(record)), cw = wr_to(call, sizeof(call));
	struct l2tp_call_info info, again;
	struct l2tp_tunnel *t;
	const uint8_t *name;
	struct l2tp_call *c;
	struct rd r;

	(void)state;
	dial(&net.lac);
	open_call(&net.lac, net.lac.tunnel);
	assert_false(l2tp_tunnel_can_freeze(net.lac.tunnel));
	assert_false(l2tp_call_can_freeze(net.lac.calls[0]));
	pass(5);
	assert_true(l2tp_call_can_freeze(net.lns.calls[0]));
	l2tp_tunnel_freeze(net.lns.tunnel, &w);
	l2tp_call_freeze(net.lns.calls[0], &cw);
	l2tp_call_get_info(net.lns.calls[0], &info);
	assert_false(w.bad || cw.bad);
	assert_null(memmem(record, w.len, "shared", 6));
	assert_null(thaw(&net.lns, record, w.len));	/* its place is taken */
	another_end(&net.lns);
	for (size_t cut = 0; cut < w.len; cut++)
		assert_null(thaw(&net.lns, record, cut));
	for (size_t at = 0; at < w.len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			record[at] ^= (uint8_t)(1 << bit);
			if (thaw(&net.lns, record, w.len))
				another_end(&net.lns);
			record[at] ^= (uint8_t)(1 << bit);
		}
	}
	refused_with(&net.lns, record, w.len, PEER_ID_AT, "\0\0", 2);
	refused_with(&net.lns, record, w.len, PEER_ID_AT, "\x7f\x7f", 2);	/* not the channel's */
	record[5] = record[22] = 0;	/* addresses of no family */
	assert_null(thaw(&net.lns, record, w.len));
	record[5] = record[22] = AF_INET;
	name = memmem(record, w.len, "lac", 3);
	assert_non_null(name);
	refused_with(&net.lns, record, w.len, (size_t)(name - record), "l", 2);	/* and a NUL */
	t = thaw(&net.lns, record, w.len);
	assert_non_null(t);
	for (size_t at = 1; at < 6; at += at == 1 ? 1 : 2) {	/* role, ids */
		uint8_t copy[L2TP_CALL_FROZEN_MAX];

		memcpy(copy, call, cw.len);
		memset(copy + at, at == 1 ? 4 : 0, at == 1 ? 1 : 2);
		r = rd_of(copy, cw.len);
		assert_null(l2tp_call_thaw(t, &net.lns, &r));
	}
	for (size_t cut = 0; cut < cw.len; cut++) {
		r = rd_of(call, cut);
		assert_null(l2tp_call_thaw(t, &net.lns, &r));
	}
	r = rd_of(call, cw.len);
	c = l2tp_call_thaw(t, &net.lns, &r);
	assert_non_null(c);
	net.lns.calls[net.lns.n_calls++] = c;
	l2tp_call_get_info(c, &again);
	assert_int_equal(again.id, info.id);
	assert_int_equal(again.peer_id, info.peer_id);
	r = rd_of(call, cw.len);
	assert_null(l2tp_call_thaw(t, &net.lns, &r));	/* its place is taken */
	l2tp_tunnel_resume(t);
	l2tp_call_close(net.lac.calls[0], L2TP_CDN_ADMIN, "enough");
	pass(5);
	assert_int_equal(net.lns.n_calls, 0);
}

/* --- hostile --- */

/* One bit is wrong in a third of all datagrams: nobody is hurt, and what is kept stays bounded. */
static void bent_datagrams(void **state)
{
	for (uint32_t seed = 1; seed <= 150; seed++) {
		net.seed = seed;
		net.bend = true;
		net.lac.peer.hide = net.lns.peer.hide = seed % 2;
		for (int n = 0; n < 3; n++) {
			dial(&net.lac);
			for (int i = 0; i < 5; i++)
				open_call(&net.lac, net.lac.tunnel);
			pass(20);
		}
		pass(600);
		finish(state);
		begin(state);
	}
}

/* A peer that asks for calls without end, and acknowledges nothing of what it is told. */
static void refuse_without_end(uint32_t queue_octets)
{
	static uint8_t record[L2TP_CHANNEL_QUEUE_MAX * 128];
	size_t room = queue_octets ? queue_octets + 2048 : sizeof(record);
	struct l2tp_config small = cfg;
	struct l2tp_path path;
	struct l2tp_tunnel_info info;
	uint8_t body[128], buf[256];

	net.lns.peer.hide = false;
	small.max_calls_per_tunnel = 1;
	small.channel.queue_octets = queue_octets;
	l2tp_set_config(net.lns.l2tp, &small);
	dial(&net.lac);
	pass(1);
	l2tp_tunnel_get_info(net.lns.tunnel, &info);
	path = info.path;
	for (int n = 0; n < 3 * L2TP_CHANNEL_QUEUE_MAX && net.lns.tunnel; n++) {
		struct wr r = wr_to(record, room);
		struct l2tp_message msg = {
			.type = L2TP_ICRQ, .session_id = (uint16_t)(n % 60000 + 1),
			.have = L2TP_BIT(L2TP_SESSION_ID) | L2TP_BIT(L2TP_CALL_SERIAL),
		};
		struct l2tp_header h = { .tunnel_id = info.id, .ns = (uint16_t)(n + 2), .nr = 1 };
		struct wr b = wr_to(body, sizeof(body)), w = wr_to(buf, sizeof(buf));

		l2tp_encode(&b, &msg, NULL);
		l2tp_control_header(&w, &h, b.len);
		wr_bytes(&w, body, b.len);
		net.loss = 100;
		l2tp_rx(net.lns.l2tp, &path, buf, w.len);
		if (net.lns.tunnel && (n % 64 == 0 || queue_octets)) {
			l2tp_tunnel_freeze(net.lns.tunnel, &r);
			assert_false(r.bad);
		}
	}
	assert_null(net.lns.tunnel);
	nothing_is_left(&net.lns);
}

static void refusals_do_not_pile_up(void **state)
{
	(void)state;
	refuse_without_end(0);
}

static void what_piles_up_fits_into_a_record(void **state)
{
	(void)state;
	refuse_without_end(20000);
}

/* Opening and closing without end leaves a bounded number of tunnels that acknowledge, for a while. */
static void what_lingers_is_bounded(void **state)
{
	struct l2tp_config patient = cfg;
	struct l2tp_stats stats;

	(void)state;
	patient.linger_ms = 1000000;
	l2tp_set_config(net.lns.l2tp, &patient);
	for (int n = 0; n < L2TP_LINGERING_MAX + 50; n++) {
		dial(&net.lac);
		loop_virtual_advance(net.loop, 100);
		assert_non_null(net.lns.tunnel);
		l2tp_tunnel_stop(net.lns.tunnel, L2TP_STOP_CLEAR, "enough");
		loop_virtual_advance(net.loop, 100);
		l2tp_get_stats(net.lns.l2tp, &stats);
		assert_int_equal(stats.tunnels, 0);
		assert_int_equal(stats.lingering, n < L2TP_LINGERING_MAX ? n + 1 :
								       L2TP_LINGERING_MAX);
	}
	pass(1000);
	l2tp_get_stats(net.lns.l2tp, &stats);
	assert_int_equal(stats.lingering, 0);
	l2tp_get_stats(net.lac.l2tp, &stats);
	assert_int_equal(stats.lingering, 0);
}

static int setup(void **state)
{
	(void)state;
	return mschap_init();
}

static int teardown(void **state)
{
	(void)state;
	mschap_fini();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bad_network_is_put_up_with),
		TEST(a_thousand_calls_in_one_tunnel),
		TEST(a_dead_peer_is_noticed),
		TEST(both_dial_at_once),
		TEST(different_secrets),
		TEST(owners_interfere),
		TEST(records),
		TEST(bent_datagrams),
		TEST(refusals_do_not_pile_up),
		TEST(what_piles_up_fits_into_a_record),
		TEST(what_lingers_is_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
