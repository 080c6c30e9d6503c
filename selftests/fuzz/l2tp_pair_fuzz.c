// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two of our L2TP endpoints against each other, both dialing and calling, through a network that loses,
 * repeats, holds back and bends what the input says, with owners that end things in any op. When the
 * network is well again both agree on what there is: each tunnel and call of one is one of the other.
 * What was bent may have been believed, so then it only has to end well.
 */
#include "fuzz.h"
#include "lines.h"
#include "network.h"
#include "proto/l2tp.h"
#include "wire/mschap.h"

#define TUNNELS_MAX	8
#define CALLS_MAX	16
#define STEPS_MAX	200
#define DATAGRAM_MAX	L2TP_CONTROL_MAX

enum op { OP_NONE, OP_ASK, OP_UP, OP_NEW, OP_ACCEPTED, OP_CALL_UP, OP_CALL_DOWN, OP_COUNT };
enum deed { DEED_STOP, DEED_CLOSE, DEED_REFUSE, DEED_CALL, DEED_COUNT };

struct end {
	struct l2tp *l2tp;
	struct end *other;
	struct addr addr;
	struct l2tp_peer peer;
	struct l2tp_tunnel *tunnels[TUNNELS_MAX];
	struct l2tp_call *calls[CALLS_MAX];
	unsigned int n_tunnels, n_calls;
	enum op on;		/* where the owner does ... */
	enum deed deed;		/* ... this, once */
};

static struct loop *loop;
static struct end ends[2];
static struct network net;
static uint32_t seed;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!mschap_init());
	lines_checked();
	return 0;
}

/* --- the network --- */

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path, const uint8_t *data,
		  size_t len)
{
	const struct l2tp_path back = { .transport = path->transport, .local = path->peer, .peer = path->local,
					.local_port = path->peer_port, .peer_port = path->local_port };
	struct end *e = ctx;

	(void)t;
	must(len >= L2TP_CONTROL_HEADER_LEN && len <= DATAGRAM_MAX);
	network_send(&net, e->other, &back, sizeof(back), data, len);
}

static void let_go(unsigned int which)
{
	struct network_datagram d;
	struct l2tp_path path;
	struct end *to;

	if (!net.n)
		return;
	d = network_take(&net, which % net.n);
	to = d.to;
	memcpy(&path, d.path, sizeof(path));
	l2tp_rx(to->l2tp, &path, d.octets, d.len);
	free(d.octets);
	loop_virtual_advance(loop, 0);
}

/* --- owners --- */

static void open_call(struct end *e, struct l2tp_tunnel *t, bool outgoing)
{
	struct l2tp_call_request req = { .outgoing = outgoing, .bearer_type = L2TP_BEARER_DIGITAL,
					 .framing_type = L2TP_FRAMING_SYNC };
	struct l2tp_call *c;

	if (e->n_calls == CALLS_MAX)
		return;
	c = l2tp_call_open(t, &req, e);
	if (c)
		e->calls[e->n_calls++] = c;
}

/* False: refuse, where that can be said. */
static bool interfere(struct end *e, enum op op, struct l2tp_tunnel *t, struct l2tp_call *c)
{
	struct l2tp_call_info info;

	if (e->on != op)
		return true;
	e->on = OP_NONE;
	if (c && !t) {
		l2tp_call_get_info(c, &info);
		t = info.tunnel;
	}
	if (e->deed == DEED_STOP)
		l2tp_tunnel_stop(t, L2TP_STOP_SHUTDOWN, "the owner had enough");
	else if (e->deed == DEED_CLOSE && c)
		l2tp_call_close(c, L2TP_CDN_ADMIN, "the owner had enough");
	else if (e->deed == DEED_CALL)
		open_call(e, t, false);
	return e->deed != DEED_REFUSE;
}

static void op_random(void *ctx, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)ctx;
	while (len--) {
		seed = seed * 1664525 + 1013904223;
		*p++ = seed >> 24;
	}
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	const struct end *e = ctx;

	(void)path;
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_ERROR, .error = L2TP_ERROR_RESOURCES,
					  .why = "full" };
	return e->n_tunnels < TUNNELS_MAX;
}

static unsigned int tunnel_at(const struct end *e, const struct l2tp_tunnel *t)
{
	unsigned int i;

	for (i = 0; i < e->n_tunnels && e->tunnels[i] != t; i++)
		;
	return i;
}

static unsigned int call_at(const struct end *e, const struct l2tp_call *c)
{
	unsigned int i;

	for (i = 0; i < e->n_calls && e->calls[i] != c; i++)
		;
	return i;
}

static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	static const struct l2tp_refusal refusal = { .result = L2TP_STOP_NOT_AUTHORIZED, .why = "no" };
	struct end *e = ctx;

	must(host_name[0]);
	if (tunnel_at(e, t) == e->n_tunnels) {
		must(e->n_tunnels < TUNNELS_MAX);
		e->tunnels[e->n_tunnels++] = t;
		l2tp_tunnel_set_owner(t, e);
	}
	l2tp_peer_reply(t, interfere(e, OP_ASK, t, NULL) ? &e->peer : NULL, &refusal);
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	struct end *e = ctx;
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	must(tunnel_at(e, t) < e->n_tunnels && info.established && info.id && info.peer_id);
	must(info.authenticated || !e->peer.authenticate);
	interfere(e, OP_UP, t, NULL);
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	struct end *e = ctx;
	unsigned int i = tunnel_at(e, t);
	struct l2tp_tunnel_info info;

	l2tp_tunnel_get_info(t, &info);
	must(!info.calls && why[0]);
	must(i < e->n_tunnels || !l2tp_tunnel_owner(t));
	if (i < e->n_tunnels)
		e->tunnels[i] = e->tunnels[--e->n_tunnels];
	l2tp_tunnel_stop(t, L2TP_STOP_CLEAR, "again");	/* must do no harm */
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	struct end *e = ctx;

	(void)req;
	*refusal = (struct l2tp_refusal){ .result = L2TP_CDN_BUSY_NOW, .why = "full" };
	if (e->n_calls == CALLS_MAX)
		return false;
	e->calls[e->n_calls++] = c;
	if (interfere(e, OP_NEW, NULL, c))
		return true;
	if (call_at(e, c) < e->n_calls)
		e->calls[call_at(e, c)] = e->calls[e->n_calls - 1], e->n_calls--;
	return false;
}

static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	struct end *e = ctx;

	must(call_at(e, c) < e->n_calls && info->tx_speed);
	interfere(e, OP_ACCEPTED, NULL, c);
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	struct end *e = ctx;

	(void)info;
	must(call_at(e, c) < e->n_calls);
	interfere(e, OP_CALL_UP, NULL, c);
}

static void op_call_down(void *ctx, struct l2tp_call *c, const char *why)
{
	struct end *e = ctx;
	unsigned int i = call_at(e, c);

	must(i < e->n_calls && why[0]);		/* once for each */
	e->calls[i] = e->calls[--e->n_calls];
	l2tp_call_close(c, L2TP_CDN_ADMIN, "again");	/* must do no harm */
	interfere(e, OP_CALL_DOWN, NULL, c);
}

static void op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	const struct end *e = ctx;

	(void)send_accm;
	(void)recv_accm;
	must(call_at(e, c) < e->n_calls);
}

static void op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	const struct end *e = ctx;

	(void)errors;
	must(call_at(e, c) < e->n_calls);
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

/* --- steps --- */

static void end_new(struct end *e)
{
	struct l2tp_config cfg = {
		.vendor = "adit",
		.channel = { .window = 4, .retransmit_ms = 1000, .retransmit_cap_ms = 8000,
			     .retransmit_max = 8, .ack_delay_ms = 50 },
		.half_open_retransmit_max = 2, .setup_timeout_ms = 30000, .call_timeout_ms = 30000,
		.linger_ms = 31000, .max_tunnels = TUNNELS_MAX, .max_tunnels_per_address = TUNNELS_MAX,
		.max_half_open = 4, .max_half_open_per_address = 4, .max_calls_per_tunnel = CALLS_MAX,
		.max_calls_per_address = CALLS_MAX, .places_calls = true,
	};

	snprintf(cfg.host_name, sizeof(cfg.host_name), "end%d", e == &ends[1]);
	e->l2tp = l2tp_new(loop, &cfg, &ops, e);
	must(e->l2tp);
}

static void end_init(unsigned int i, uint8_t how)
{
	struct end *e = &ends[i];

	*e = (struct end){ .other = &ends[!i], .addr = addr_v4(0xc0000201 + i) };
	e->peer = (struct l2tp_peer){ .authenticate = how & 1, .hide = how & 2, .tie_breaker = how & 4,
				      .hello_ms = 60000 };
	/* Without one nothing can be hidden or proven; with different ones no tunnel comes about. */
	if (how & 3 || how & 8)
		snprintf(e->peer.secret, sizeof(e->peer.secret), "%s", how & 16 ? "other" : "shared");
	end_new(e);
}

static void dial(struct end *e, bool other_port)
{
	struct l2tp_path path = { .transport = 1, .local = e->addr, .peer = e->other->addr,
				  .local_port = other_port ? 40000 : L2TP_PORT, .peer_port = L2TP_PORT };
	struct l2tp_tunnel *t;

	if (e->n_tunnels == TUNNELS_MAX)
		return;
	t = l2tp_dial(e->l2tp, &path, &e->peer, e);
	if (t)
		e->tunnels[e->n_tunnels++] = t;
}

struct frozen {
	uint8_t tunnel[L2TP_TUNNEL_FROZEN_MAX], calls[CALLS_MAX][L2TP_CALL_FROZEN_MAX];
	struct wr tw, cw[CALLS_MAX];
	unsigned int n_calls;
};

static bool freeze_one(const struct end *e, struct l2tp_tunnel *t, struct frozen *f)
{
	struct l2tp_call_info info;

	f->n_calls = 0;
	f->tw = wr_to(f->tunnel, sizeof(f->tunnel));
	if (!l2tp_tunnel_can_freeze(t))
		return false;
	l2tp_tunnel_freeze(t, &f->tw);
	for (unsigned int i = 0; i < e->n_calls; i++) {
		l2tp_call_get_info(e->calls[i], &info);
		if (info.tunnel != t || !l2tp_call_can_freeze(e->calls[i]))
			continue;
		f->cw[f->n_calls] = wr_to(f->calls[f->n_calls], L2TP_CALL_FROZEN_MAX);
		l2tp_call_freeze(e->calls[i], &f->cw[f->n_calls]);
		must(!f->cw[f->n_calls++].bad);
	}
	return !f->tw.bad;
}

static void thaw_one(struct end *e, const struct frozen *f)
{
	struct rd r = rd_of(f->tunnel, f->tw.len);
	struct l2tp_tunnel *t = l2tp_tunnel_thaw(e->l2tp, e, &r);

	must(t && rd_done(&r));
	e->tunnels[e->n_tunnels++] = t;
	for (unsigned int i = 0; i < f->n_calls; i++) {
		r = rd_of(f->calls[i], f->cw[i].len);
		e->calls[e->n_calls] = l2tp_call_thaw(t, e, &r);
		must(e->calls[e->n_calls++] && rd_done(&r));
	}
}

/* Another process takes over what is established; the rest is lost. */
static void take_over(struct end *e)
{
	static struct frozen frozen[TUNNELS_MAX];
	struct l2tp_tunnel *all[TUNNELS_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->n_tunnels; i++)
		n += freeze_one(e, e->tunnels[i], &frozen[n]);
	l2tp_free(e->l2tp);
	e->n_tunnels = e->n_calls = 0;
	end_new(e);
	for (unsigned int i = 0; i < n; i++)
		thaw_one(e, &frozen[i]);
	memcpy(all, e->tunnels, sizeof(all));
	for (unsigned int i = 0; i < n; i++)
		l2tp_tunnel_resume(all[i]);
}

static void owner_acts(struct end *e, uint8_t op, uint8_t arg)
{
	static const struct l2tp_connected connected = { .tx_speed = 64000,
							 .framing_type = L2TP_FRAMING_SYNC };
	struct l2tp_tunnel *t = e->n_tunnels ? e->tunnels[arg % e->n_tunnels] : NULL;
	struct l2tp_call *c = e->n_calls ? e->calls[arg % e->n_calls] : NULL;

	if (op == 0)
		dial(e, arg & 1);
	else if (op == 1 && t)
		open_call(e, t, arg & 0x80);
	else if (op == 2 && t && arg & 0x40)
		l2tp_tunnel_stop(t, L2TP_STOP_SHUTDOWN, "enough");
	else if (op == 2 && c)
		l2tp_call_close(c, L2TP_CDN_ADMIN, "enough");
	else if (op == 3 && c && arg & 0x80)
		l2tp_call_answered(c, &connected);
	else if (op == 3 && c)
		l2tp_call_link_info(c, 0xffffffff, 0);
	else if (op == 4)
		take_over(e);
	else if (op == 5)
		e->on = arg % OP_COUNT, e->deed = (arg >> 4) % DEED_COUNT;
}

static void step(struct in *in)
{
	uint8_t op = in_u8(in), arg = in_u8(in);

	switch (op & 15) {
	case 6:
		net.lose = arg % 16u;
		break;
	case 7:
		net.repeat = arg % 16u;
		break;
	case 8:
		net.bend_at = in_u16(in);
		net.bend_bits = arg;
		break;
	case 9:
		let_go(arg);
		break;
	case 10:
		loop_virtual_advance(loop, arg * 256u);
		break;
	case 11:
	case 12:
	case 13:
		while (arg-- && net.n)
			let_go(0);
		break;
	default:
		owner_acts(&ends[op >> 7], op & 15, arg);
		loop_virtual_advance(loop, 0);
		break;
	}
}

/* --- both agree --- */

static bool has_tunnel(const struct end *e, uint16_t id, uint16_t peer_id)
{
	struct l2tp_tunnel_info info;

	for (unsigned int i = 0; i < e->n_tunnels; i++) {
		l2tp_tunnel_get_info(e->tunnels[i], &info);
		if (info.established && info.id == id && info.peer_id == peer_id)
			return true;
	}
	return false;
}

static bool has_call(const struct end *e, const struct l2tp_call_info *theirs, uint16_t tunnel_id)
{
	struct l2tp_tunnel_info tunnel;
	struct l2tp_call_info info;

	for (unsigned int i = 0; i < e->n_calls; i++) {
		l2tp_call_get_info(e->calls[i], &info);
		l2tp_tunnel_get_info(info.tunnel, &tunnel);
		if (tunnel.id == tunnel_id && info.id == theirs->peer_id && info.peer_id == theirs->id &&
		    info.established == theirs->established && info.lns != theirs->lns &&
		    info.outgoing == theirs->outgoing)
			return true;
	}
	return false;
}

static void agrees(const struct end *e)
{
	struct l2tp_tunnel_info tunnel;
	struct l2tp_call_info call;

	for (unsigned int i = 0; i < e->n_tunnels; i++) {
		l2tp_tunnel_get_info(e->tunnels[i], &tunnel);
		must(tunnel.established && has_tunnel(e->other, tunnel.peer_id, tunnel.id));
	}
	for (unsigned int i = 0; i < e->n_calls; i++) {
		l2tp_call_get_info(e->calls[i], &call);
		l2tp_tunnel_get_info(call.tunnel, &tunnel);
		must(call.established && has_call(e->other, &call, tunnel.peer_id));
	}
}

static void counts_are_right(const struct end *e)
{
	struct l2tp_stats stats;

	l2tp_get_stats(e->l2tp, &stats);
	must(stats.calls == e->n_calls && stats.tunnels >= e->n_tunnels);
	must(stats.half_open <= 4 && stats.lingering <= L2TP_LINGERING_MAX);
}

/* As long as timers and retransmissions can take, and several rounds of HELLO. */
static void gets_well(void)
{
	network_heal(&net);
	for (unsigned int n = 0; n < 400; n++) {
		while (net.n)
			let_go(0);
		loop_virtual_advance(loop, 1000);
	}
	while (net.n)
		let_go(0);
	if (net.bent)
		return;
	agrees(&ends[0]);
	agrees(&ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	unsigned int steps = 0;
	uint64_t due;

	net = (struct network){ .n = 0 };
	seed = 1;
	loop = loop_new_virtual(1000000);
	end_init(0, in_u8(&in));
	end_init(1, in_u8(&in));
	while (in.left && steps++ < STEPS_MAX) {
		step(&in);
		counts_are_right(&ends[0]);
		counts_are_right(&ends[1]);
	}
	gets_well();
	l2tp_free(ends[0].l2tp);
	l2tp_free(ends[1].l2tp);
	network_clear(&net);
	must(!loop_virtual_next(loop, &due));
	loop_free(loop);
	return 0;
}
