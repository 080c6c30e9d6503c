// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of L2TP tunnels and calls, which a new process reads like the wire: for each a kind, its
 * length and its octets. What is taken up can be written down and taken up again and is the same; it is
 * spoken to, grows old, and ends without a trace.
 */
#include "fuzz.h"
#include "lines.h"
#include "proto/l2tp.h"
#include "wire/mschap.h"

#define TUNNELS_MAX	4
#define CALLS_MAX	16

static struct {
	struct loop *loop;
	struct l2tp *l2tp;
	struct l2tp_tunnel *tunnels[TUNNELS_MAX];
	struct l2tp_call *calls[CALLS_MAX];
	unsigned int n_tunnels, n_calls;
	uint16_t next_id;
} world;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!mschap_init());
	lines_checked();
	return 0;
}

/* --- an owner --- */

static void never(const char *because)
{
	fprintf(stderr, "an op that cannot be: %s\n", because);
	abort();
}

static void op_tx(void *ctx, struct l2tp_tunnel *t, const struct l2tp_path *path, const uint8_t *data,
		  size_t len)
{
	struct l2tp_header h;
	const char *why;

	(void)ctx;
	must(t);	/* there are no strangers */
	must(path->peer.family == path->local.family && len <= L2TP_CONTROL_MAX);
	must(!l2tp_header_parse(&h, data, len, &why) && h.control);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0x5a, len);
	if (len == sizeof(world.next_id))
		memcpy(buf, &world.next_id, len);
	world.next_id++;
}

static bool op_admit(void *ctx, const struct l2tp_path *path, struct l2tp_refusal *refusal)
{
	(void)ctx;
	(void)path;
	*refusal = (struct l2tp_refusal){ .result = L2TP_STOP_SHUTDOWN, .why = "no" };
	return false;
}

static void op_peer_ask(void *ctx, struct l2tp_tunnel *t, const char *host_name)
{
	static const struct l2tp_peer peer = { .secret = "s3cret", .hello_ms = 60000 };

	(void)ctx;
	must(host_name[0]);
	l2tp_peer_reply(t, &peer, NULL);
}

static void op_tunnel_up(void *ctx, struct l2tp_tunnel *t)
{
	(void)ctx;
	(void)t;
	never("a thawed tunnel is up already");
}

static void op_tunnel_down(void *ctx, struct l2tp_tunnel *t, const char *why)
{
	unsigned int i;

	(void)ctx;
	must(why[0]);
	for (i = 0; i < world.n_tunnels && world.tunnels[i] != t; i++)
		;
	must(i < world.n_tunnels);
	world.tunnels[i] = world.tunnels[--world.n_tunnels];
}

static bool op_call_new(void *ctx, struct l2tp_call *c, const struct l2tp_call_request *req,
			struct l2tp_refusal *refusal)
{
	(void)ctx;
	(void)c;
	(void)req;
	(void)refusal;
	return false;
}

static void op_call_accepted(void *ctx, struct l2tp_call *c, struct l2tp_connected *info)
{
	(void)ctx;
	(void)c;
	(void)info;
	never("nobody called");
}

static void op_call_up(void *ctx, struct l2tp_call *c, const struct l2tp_connected *info)
{
	(void)ctx;
	(void)c;
	(void)info;
	never("a thawed call is up already");
}

static void op_call_down(void *ctx, struct l2tp_call *c, const char *why)
{
	unsigned int i;

	(void)ctx;
	must(why[0]);
	for (i = 0; i < world.n_calls && world.calls[i] != c; i++)
		;
	must(i < world.n_calls);
	world.calls[i] = world.calls[--world.n_calls];
}

static void op_link_info(void *ctx, struct l2tp_call *c, uint32_t send_accm, uint32_t recv_accm)
{
	(void)ctx;
	(void)c;
	(void)send_accm;
	(void)recv_accm;
}

static void op_wan_errors(void *ctx, struct l2tp_call *c, const struct l2tp_call_errors *errors)
{
	(void)ctx;
	(void)c;
	(void)errors;
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

static void begin(void)
{
	static const struct l2tp_config cfg = {
		.host_name = "gw", .vendor = "adit",
		.channel = { .window = 8, .retransmit_ms = 1000, .retransmit_cap_ms = 8000,
			     .retransmit_max = 5, .ack_delay_ms = 50 },
		.half_open_retransmit_max = 2, .setup_timeout_ms = 30000, .call_timeout_ms = 30000,
		.linger_ms = 31000, .max_tunnels = 10, .max_tunnels_per_address = 10,
		.max_half_open = 2, .max_half_open_per_address = 2, .max_calls_per_tunnel = CALLS_MAX,
		.max_calls_per_address = CALLS_MAX,
	};

	world.n_tunnels = world.n_calls = 0;
	world.next_id = 1001;
	world.loop = loop_new_virtual(1000000);
	world.l2tp = l2tp_new(world.loop, &cfg, &ops, NULL);
	must(world.loop && world.l2tp);
}

static void end(void)
{
	struct l2tp_stats stats;
	uint64_t due;

	l2tp_get_stats(world.l2tp, &stats);
	must(stats.tunnels == world.n_tunnels && stats.calls == world.n_calls && !stats.half_open);
	l2tp_free(world.l2tp);
	must(!loop_virtual_next(world.loop, &due));
	loop_free(world.loop);
}

/* --- records --- */

static void thaw_tunnel(struct rd r)
{
	struct l2tp_tunnel *t;

	if (world.n_tunnels == TUNNELS_MAX)
		return;
	t = l2tp_tunnel_thaw(world.l2tp, &world, &r);
	if (t)
		world.tunnels[world.n_tunnels++] = t;
}

static void thaw_call(struct rd r)
{
	struct l2tp_call *c;

	if (!world.n_tunnels || world.n_calls == CALLS_MAX)
		return;
	c = l2tp_call_thaw(world.tunnels[world.n_tunnels - 1], &world, &r);
	if (c)
		world.calls[world.n_calls++] = c;
}

static void thaw_all(struct in in)
{
	while (in.left) {
		uint8_t kind = in_u8(&in);
		size_t len = in_u16(&in);
		uint8_t *record = in_take(&in, len, &len);

		if (kind & 1)
			thaw_call(rd_of(record, len));
		else
			thaw_tunnel(rd_of(record, len));
		free(record);
	}
}

static size_t put(uint8_t *all, size_t at, uint8_t kind, const uint8_t *record, const struct wr *w)
{
	must(!w->bad && w->len <= UINT16_MAX);
	all[at] = kind;
	all[at + 1] = w->len >> 8;
	all[at + 2] = w->len & 0xff;
	memcpy(all + at + 3, record, w->len);
	return at + 3 + w->len;
}

/*
 * Everything, as an input; calls go behind the last tunnel, which is where they are put. 0: too much waits to be
 * acknowledged.
 */
static size_t freeze_all(uint8_t *all)
{
	uint8_t record[L2TP_TUNNEL_FROZEN_MAX];
	struct wr w;
	size_t at = 0;

	for (unsigned int i = 0; i < world.n_tunnels; i++) {
		must(l2tp_tunnel_can_freeze(world.tunnels[i]));
		w = wr_to(record, sizeof(record));
		l2tp_tunnel_freeze(world.tunnels[i], &w);
		if (w.bad)
			return 0;
		at = put(all, at, 0, record, &w);
	}
	for (unsigned int i = 0; i < world.n_calls; i++) {
		struct l2tp_call_info info;

		l2tp_call_get_info(world.calls[i], &info);
		must(info.established && info.id && info.peer_id);
		if (info.tunnel != world.tunnels[world.n_tunnels - 1])
			continue;
		w = wr_to(record, L2TP_CALL_FROZEN_MAX);
		l2tp_call_freeze(world.calls[i], &w);
		at = put(all, at, 1, record, &w);
	}
	return at;
}

/* --- a life --- */

static void speak(struct l2tp_tunnel *t)
{
	static const uint8_t hello[] = { 0x80, 8, 0, 0, 0, 0, 0, L2TP_HELLO };
	uint8_t datagram[L2TP_CONTROL_HEADER_LEN + sizeof(hello)];
	struct wr w = wr_to(datagram, sizeof(datagram));
	struct l2tp_tunnel_info info;
	struct l2tp_header h = { .ns = 0 };

	l2tp_tunnel_get_info(t, &info);
	h.tunnel_id = info.id;
	for (h.ns = 0; h.ns < 3; h.ns++) {
		w.len = 0;
		l2tp_control_header(&w, &h, sizeof(hello));
		wr_bytes(&w, hello, sizeof(hello));
		l2tp_rx(world.l2tp, &info.path, datagram, w.len);
	}
}

static void live(void)
{
	struct l2tp_tunnel *all[TUNNELS_MAX];
	unsigned int i, n = world.n_tunnels;

	memcpy(all, world.tunnels, sizeof(all));
	for (i = 0; i < n; i++)
		l2tp_tunnel_resume(all[i]);
	if (world.n_calls)
		l2tp_call_link_info(world.calls[0], 0xffffffff, 0);
	loop_virtual_advance(world.loop, 1000);
	for (i = 0; i < world.n_tunnels; i++)
		speak(world.tunnels[i]);
	loop_virtual_advance(world.loop, 5000);
	if (world.n_calls)
		l2tp_call_close(world.calls[0], L2TP_CDN_ADMIN, "enough");
	if (world.n_tunnels)
		l2tp_tunnel_stop(world.tunnels[0], L2TP_STOP_SHUTDOWN, "enough");
	loop_virtual_advance(world.loop, 600000);
	/* Nobody answered. */
	must(!world.n_tunnels && !world.n_calls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[TUNNELS_MAX * (3 + L2TP_TUNNEL_FROZEN_MAX) + CALLS_MAX * (3 + L2TP_CALL_FROZEN_MAX)],
		       second[sizeof(first)];
	size_t len, again;

	begin();
	thaw_all(in_of(data, size));
	len = freeze_all(first);
	end();
	begin();
	thaw_all(in_of(first, len));
	again = freeze_all(second);
	must(again == len && !memcmp(first, second, len));
	live();
	end();
	return 0;
}
