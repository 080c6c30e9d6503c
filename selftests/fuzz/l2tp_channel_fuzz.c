// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reliable delivery of L2TP's control messages: two channels and a network that loses, repeats and
 * holds back what the input says, with another process taking over an end at any time. What is delivered
 * is what was sent, each once and in order; once the network is well again everything arrives. Then
 * datagrams come in that are forged, and nothing may grow or be acknowledged that was not sent.
 */
#include "fuzz.h"
#include "proto/l2tp_channel.h"

#define FLYING_MAX	256
#define SENT_MAX	400
#define RECORD_MAX	65536
#define QUIET_MS	40000
/* Datagrams that one makes leave: a window of messages, and an acknowledgment of each that waited. */
#define ANSWERS_MAX	(2 * L2TP_CHANNEL_WINDOW_MAX + 2)

struct end {
	struct l2tp_channel channel;
	struct end *other;
	unsigned int sent, delivered;
	bool dead;
};

struct datagram {
	struct end *to;
	uint8_t octets[L2TP_CONTROL_HEADER_LEN + 4];
	size_t len;
};

static struct loop *loop;
static struct end ends[2];
static struct datagram flying[FLYING_MAX];
static unsigned int n_flying, lose, repeat;
static bool forged;
static uint16_t windows[2];
static unsigned int tx_count;

static void arrive(const struct datagram *d)
{
	struct l2tp_header h;
	uint8_t *exact = malloc(d->len);
	unsigned int before = tx_count;
	const char *why;

	must(exact);
	memcpy(exact, d->octets, d->len);
	must(!l2tp_header_parse(&h, exact, d->len, &why));
	l2tp_channel_rx(&d->to->channel, &h, true);
	must(tx_count - before <= ANSWERS_MAX);
	free(exact);
}

/* The oldest, or any. */
static void let_go(unsigned int which)
{
	struct datagram d;

	if (!n_flying)
		return;
	which %= n_flying;
	d = flying[which];
	memmove(&flying[which], &flying[which + 1], (--n_flying - which) * sizeof(d));
	arrive(&d);
}

static void op_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct end *e = ctx;
	struct datagram *d;

	tx_count++;
	if (lose) {
		lose--;
		return;
	}
	must(len >= L2TP_CONTROL_HEADER_LEN && len <= sizeof(d->octets));
	for (unsigned int n = repeat ? 2 : 1; n && n_flying < FLYING_MAX; n--) {
		d = &flying[n_flying++];
		*d = (struct datagram){ .to = e->other, .len = len };
		memcpy(d->octets, data, len);
	}
	repeat -= repeat > 0;
}

static void op_deliver(void *ctx, const struct l2tp_header *h)
{
	struct end *e = ctx;
	struct rd r = h->body;
	uint32_t number = rd_u32(&r);

	must(!e->channel.closed);
	if (!forged)
		must(rd_done(&r) && number == e->delivered && number < e->other->sent);
	e->delivered++;
}

static void op_drained(void *ctx)
{
	const struct end *e = ctx;

	must(l2tp_channel_empty(&e->channel) && !e->channel.in_flight);
}

static enum l2tp_verdict op_unanswered(void *ctx, uint16_t type)
{
	struct end *e = ctx;

	must(type == 6);
	e->dead = true;
	return L2TP_GIVE_UP;
}

static const struct l2tp_channel_ops ops = {
	.tx = op_tx, .deliver = op_deliver, .drained = op_drained, .unanswered = op_unanswered,
};

static struct l2tp_channel_config config_of(unsigned int i)
{
	return (struct l2tp_channel_config){ .window = windows[i], .retransmit_ms = 1000,
					     .retransmit_cap_ms = 8000, .retransmit_max = 30,
					     .ack_delay_ms = 50 };
}

static void end_init(unsigned int i)
{
	struct l2tp_channel_config cfg = config_of(i);

	l2tp_channel_init(&ends[i].channel, loop, &cfg, &ops, &ends[i]);
	ends[i].other = &ends[!i];
	ends[i].channel.peer_tunnel_id = (uint16_t)(i + 1);
	l2tp_channel_set_window(&ends[i].channel, windows[!i]);
}

/* What always holds. */
static void check(const struct end *e)
{
	const struct l2tp_channel *c = &e->channel;
	const struct l2tp_queued *q;
	unsigned int n = 0, early = 0;
	size_t octets = 0;
	uint16_t oldest = c->ns - c->n_tx;
	bool first = true;
	uint16_t last = 0;

	STAILQ_FOREACH(q, &c->tx, link) {
		must(q->ns == (uint16_t)(oldest + n++));
		octets += 6 + q->len;
	}
	must(octets == c->tx_octets);
	must(n == c->n_tx && n <= L2TP_CHANNEL_QUEUE_MAX && c->in_flight <= n);
	must(c->in_flight <= c->peer_window && c->cwnd >= 1 && c->cwnd <= c->peer_window);
	must((uint16_t)(c->ns - c->fresh) <= c->n_tx);
	STAILQ_FOREACH(q, &c->early, link) {
		must((int16_t)(q->ns - c->nr) > 0 && (uint16_t)(q->ns - c->nr) < c->cfg.window);
		must(first || (int16_t)(q->ns - last) > 0);
		first = false;
		last = q->ns;
		early++;
	}
	must(early < L2TP_CHANNEL_WINDOW_MAX);
	must(!c->closed || (!n && !early));
	must(!c->in_flight || c->retransmit.pending || e->dead);
}

static void send_one(struct end *e)
{
	uint8_t body[4] = { e->sent >> 24, e->sent >> 16 & 0xff, e->sent >> 8 & 0xff, e->sent & 0xff };

	if (e->sent >= SENT_MAX || e->channel.closed)
		return;
	must(!l2tp_channel_send(&e->channel, 7, 6, body, sizeof(body)));
	e->sent++;
}

/* Early messages are not in a record, and what was sent is sent again. */
static void take_over(unsigned int i)
{
	static uint8_t record[RECORD_MAX], again[RECORD_MAX];
	struct wr w = wr_to(record, sizeof(record)), w2 = wr_to(again, sizeof(again));
	struct l2tp_channel_config cfg = config_of(i);
	struct rd r;

	l2tp_channel_freeze(&ends[i].channel, &w);
	must(!w.bad);
	l2tp_channel_fini(&ends[i].channel);
	l2tp_channel_init(&ends[i].channel, loop, &cfg, &ops, &ends[i]);
	r = rd_of(record, w.len);
	must(!l2tp_channel_thaw(&ends[i].channel, &r) && rd_done(&r));
	l2tp_channel_freeze(&ends[i].channel, &w2);
	must(w.len == w2.len && !memcmp(record, again, w.len));
	l2tp_channel_resume(&ends[i].channel);
}

static void forge(struct in *in, struct end *e)
{
	struct datagram d = { .to = e, .len = sizeof(d.octets) };
	struct wr w = wr_to(d.octets, sizeof(d.octets));
	uint16_t ns = in_u16(in), nr = in_u16(in), fresh = e->channel.fresh;
	unsigned int before = e->channel.n_tx;
	struct l2tp_header h = { .ns = ns, .nr = nr };

	forged = true;
	l2tp_control_header(&w, &h, 4);
	wr_u32(&w, in_u16(in));
	arrive(&d);
	/* What was never sent is not taken for acknowledged. */
	if ((int16_t)(nr - fresh) > 0)
		must(d.to->channel.n_tx >= before || d.to->channel.closed);
}

/* What never left is forgotten, and so was never sent. */
static void cut(struct end *e)
{
	e->sent -= (uint16_t)(e->channel.ns - e->channel.fresh);
	l2tp_channel_cut(&e->channel);
}

static void step(struct in *in)
{
	uint8_t op = in_u8(in), arg = in_u8(in);
	unsigned int i = op >> 7;

	switch (op & 15) {
	case 0:
	case 1:
		for (unsigned int n = 0; n <= arg % 8u; n++)
			send_one(&ends[i]);
		break;
	case 2:
		lose = arg % 16u;
		break;
	case 3:
		repeat = arg % 16u;
		break;
	case 4:
		let_go(arg);
		break;
	case 5:
		loop_virtual_advance(loop, arg * 16u);
		break;
	case 6:
		take_over(i);
		break;
	case 7:
		l2tp_channel_repeat(&ends[i].channel);
		break;
	case 8:
		forge(in, &ends[i]);
		break;
	case 9:
		cut(&ends[i]);
		break;
	default:
		while (arg-- && n_flying)
			let_go(0);
		break;
	}
}

/* The network is well again: what was sent arrives, unless a peer was given up before. */
static void gets_well(void)
{
	lose = repeat = 0;
	for (unsigned int n = 0; n < QUIET_MS / 50; n++) {
		while (n_flying)
			let_go(0);
		loop_virtual_advance(loop, 50);		/* an acknowledgment that waits */
	}
	check(&ends[0]);
	check(&ends[1]);
	for (unsigned int i = 0; i < 2 && !forged && !ends[0].dead && !ends[1].dead; i++)
		must(ends[i].delivered == ends[!i].sent && l2tp_channel_empty(&ends[!i].channel));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint64_t due;

	memset(ends, 0, sizeof(ends));
	n_flying = lose = repeat = 0;
	forged = false;
	windows[0] = in_u8(&in) % L2TP_CHANNEL_WINDOW_MAX + 1;
	windows[1] = in_u8(&in) % L2TP_CHANNEL_WINDOW_MAX + 1;
	loop = loop_new_virtual(1000000);
	end_init(0);
	end_init(1);
	while (in.left) {
		step(&in);
		check(&ends[0]);
		check(&ends[1]);
	}
	gets_well();
	l2tp_channel_fini(&ends[0].channel);
	l2tp_channel_fini(&ends[1].channel);
	must(!loop_virtual_next(loop, &due));
	loop_free(loop);
	return 0;
}
