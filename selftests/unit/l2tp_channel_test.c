// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reliable channel of L2TP (RFC 2661 section 5.8) between two of its ends, with a clock of ours
 * and a network that loses, repeats and reorders what it likes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/l2tp_channel.h"

#define DELAY_MS	20
#define FLYING_MAX	512

static const struct l2tp_channel_config cfg = {
	.window = 8, .retransmit_ms = 1000, .retransmit_cap_ms = 8000, .retransmit_max = 12,
	.ack_delay_ms = 50,
};

struct end {
	struct l2tp_channel channel;
	struct end *other;
	uint32_t sent, got;	/* messages, which are numbered in their bodies */
	unsigned int transmissions, zlbs, most_flying;
	bool dead;
};

struct datagram {
	struct end *to;
	uint64_t due_ms;
	uint8_t data[64];
	size_t len;
};

static struct {
	struct loop *loop;
	struct loop_timer arrival;
	struct end a, b;
	struct datagram flying[FLYING_MAX];
	unsigned int n_flying;
	unsigned int loss, repeat, jitter_ms;	/* percent, percent, most */
	uint32_t seed;
} net;

static uint32_t dice(uint32_t sides)
{
	net.seed ^= net.seed << 13;
	net.seed ^= net.seed >> 17;
	net.seed ^= net.seed << 5;
	return net.seed % sides;
}

static void fly(struct end *to, const uint8_t *data, size_t len)
{
	struct datagram *d = &net.flying[net.n_flying++];

	assert_true(net.n_flying < FLYING_MAX && len <= sizeof(d->data));
	*d = (struct datagram){ .to = to, .len = len, .due_ms = loop_now_ms(net.loop) + DELAY_MS +
				(net.jitter_ms ? dice(net.jitter_ms) : 0) };
	memcpy(d->data, data, len);
	if (!net.arrival.pending)
		loop_timer_start(&net.arrival, 1);
}

static void op_tx(void *ctx, const uint8_t *data, size_t len)
{
	struct end *e = ctx;

	e->transmissions++;
	e->zlbs += len == L2TP_CONTROL_HEADER_LEN;
	if (e->channel.in_flight > e->most_flying)
		e->most_flying = e->channel.in_flight;
	for (unsigned int n = dice(100) < net.repeat ? 2 : 1; n; n--)
		if (dice(100) >= net.loss)
			fly(e->other, data, len);
}

static void op_deliver(void *ctx, const struct l2tp_header *h)
{
	struct end *e = ctx;
	struct rd r = h->body;

	assert_int_equal(rd_u32(&r), e->got);	/* in order, each once */
	assert_true(rd_done(&r));
	assert_int_equal(h->session_id, (uint16_t)e->got);
	e->got++;
}

static void op_drained(void *ctx)
{
	(void)ctx;
}

static enum l2tp_verdict op_unanswered(void *ctx, uint16_t type)
{
	struct end *e = ctx;

	assert_int_equal(type, 42);
	e->dead = true;
	return L2TP_GIVE_UP;
}

static const struct l2tp_channel_ops ops = {
	.tx = op_tx, .deliver = op_deliver, .drained = op_drained, .unanswered = op_unanswered,
};

/* The datagrams that are due, in the order that the network has made of them. */
static void arrive(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < net.n_flying;) {
		struct datagram d = net.flying[i];
		struct l2tp_header h;
		const char *why;

		if (d.due_ms > loop_now_ms(net.loop)) {
			i++;
			continue;
		}
		memmove(&net.flying[i], &net.flying[i + 1], (--net.n_flying - i) * sizeof(d));
		assert_int_equal(l2tp_header_parse(&h, d.data, d.len, &why), 0);
		l2tp_channel_rx(&d.to->channel, &h, true);
	}
	if (net.n_flying)
		loop_timer_start(&net.arrival, 1);
}

static void send_one(struct end *e)
{
	uint8_t body[4];
	struct wr w = wr_to(body, sizeof(body));

	wr_u32(&w, e->sent);
	assert_int_equal(l2tp_channel_send(&e->channel, (uint16_t)e->sent, 42, body, 4), 0);
	e->sent++;
}

static void end_init(struct end *e, struct end *other)
{
	memset(e, 0, sizeof(*e));
	e->other = other;
	l2tp_channel_init(&e->channel, net.loop, &cfg, &ops, e);
	l2tp_channel_set_window(&e->channel, cfg.window);
}

static int begin(void **state)
{
	(void)state;
	memset(&net, 0, sizeof(net));
	net.seed = 1;
	net.loop = loop_new_virtual(1000);
	loop_timer_init(&net.arrival, net.loop, arrive, NULL);
	end_init(&net.a, &net.b);
	end_init(&net.b, &net.a);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	l2tp_channel_fini(&net.a.channel);
	l2tp_channel_fini(&net.b.channel);
	loop_timer_stop(&net.arrival);
	loop_free(net.loop);
	return 0;
}

/* Whatever the network does short of losing a message thirteen times. */
static void everything_arrives_in_order(void **state)
{
	static const struct { unsigned int loss, repeat, jitter_ms; } networks[] = {
		{ 0, 0, 0 }, { 0, 0, 500 }, { 0, 50, 100 }, { 10, 0, 0 }, { 30, 10, 200 },
	};

	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		for (uint32_t seed = 1; seed <= 10; seed++) {
			net.loss = networks[i].loss;
			net.repeat = networks[i].repeat;
			net.jitter_ms = networks[i].jitter_ms;
			net.seed = seed;
			for (int n = 0; n < 100; n++) {
				send_one(&net.a);
				if (n % 3 == 0)
					send_one(&net.b);
			}
			loop_virtual_advance(net.loop, 3600 * 1000);
			assert_false(net.a.dead || net.b.dead);
			assert_int_equal(net.b.got, 100);
			assert_int_equal(net.a.got, 34);
			assert_true(l2tp_channel_empty(&net.a.channel));
			assert_true(l2tp_channel_empty(&net.b.channel));
			assert_true(STAILQ_EMPTY(&net.b.channel.early));
			assert_true(net.a.most_flying <= cfg.window);
			finish(state);
			begin(state);
		}
	}
}

/* Numbers are modulo 2^16. */
static void numbers_wrap(void **state)
{
	(void)state;
	net.jitter_ms = 50;
	while (net.a.sent < 70000) {
		for (int n = 0; n < 100; n++)
			send_one(&net.a);
		loop_virtual_advance(net.loop, 60 * 1000);
	}
	assert_int_equal(net.b.got, 70000);
	assert_int_equal(net.a.channel.ns, 70000 % 65536);
	assert_true(l2tp_channel_empty(&net.a.channel));
}

/* Nothing else to carry it: one acknowledgment for two messages, and one for the last. */
static void acknowledgments_are_few(void **state)
{
	(void)state;
	for (int n = 0; n < 101; n++)
		send_one(&net.a);
	loop_virtual_advance(net.loop, 600 * 1000);
	assert_int_equal(net.b.got, 101);
	assert_int_equal(net.a.transmissions, 101);
	assert_true(net.b.zlbs <= 60);
	assert_int_equal(net.a.zlbs, 0);
}

static void a_peer_that_is_gone_is_given_up(void **state)
{
	(void)state;
	net.loss = 100;
	send_one(&net.a);
	send_one(&net.a);
	loop_virtual_advance(net.loop, (1 + 2 + 4 + 8 * 10) * 1000 - 1);
	assert_false(net.a.dead);
	assert_int_equal(net.a.transmissions, 13);
	loop_virtual_advance(net.loop, 1);
	assert_true(net.a.dead);
	assert_true(net.a.channel.closed);
	loop_virtual_advance(net.loop, 3600 * 1000);
	assert_int_equal(net.a.transmissions, 13);
	assert_int_equal(l2tp_channel_send(&net.a.channel, 0, 42, (const uint8_t *)"x", 1), 0);
	assert_int_equal(net.a.transmissions, 13);
}

static void the_queue_is_bounded(void **state)
{
	(void)state;
	net.loss = 100;
	for (int n = 0; n < L2TP_CHANNEL_QUEUE_MAX; n++)
		send_one(&net.a);
	assert_int_equal(l2tp_channel_send(&net.a.channel, 0, 42, (const uint8_t *)"x", 1), -ENOBUFS);
}

/* By what a record holds; what is cut off makes room. */
static void the_queue_fits_into_a_record(void **state)
{
	static const uint8_t body[1000];
	static uint8_t record[20000];
	struct l2tp_channel *c = &net.a.channel;
	struct wr w = wr_to(record, sizeof(record));
	int n = 0;

	(void)state;
	c->cfg.queue_octets = sizeof(record) - 11;
	net.loss = 100;
	while (!l2tp_channel_send(c, 0, 42, body, sizeof(body)))
		n++;
	assert_int_equal(n, c->cfg.queue_octets / 1006);
	assert_int_equal(l2tp_channel_send(c, 0, 42, body, sizeof(body)), -ENOBUFS);
	while (!l2tp_channel_send(c, 0, 42, body, 1))
		;
	l2tp_channel_freeze(c, &w);
	assert_false(w.bad);
	assert_true(w.len + 7 > sizeof(record));
	l2tp_channel_cut(c);
	assert_int_equal(l2tp_channel_send(c, 0, 42, body, sizeof(body)), 0);
	assert_int_equal(c->tx_octets, c->n_tx * 1006);
}

/* What is acknowledged makes room. */
static void a_queue_that_drains_has_no_end(void **state)
{
	(void)state;
	net.a.channel.cfg.queue_octets = 1000;
	for (int n = 0; n < 2000; n++) {
		send_one(&net.a);
		if (n % 50 == 49)
			loop_virtual_advance(net.loop, 60 * 1000);
	}
	assert_int_equal(net.b.got, 2000);
	assert_int_equal(net.a.channel.tx_octets, 0);
}

/* A peer may offer as much as it likes. */
static void the_window_is_bounded(void **state)
{
	(void)state;
	l2tp_channel_set_window(&net.a.channel, 65535);
	for (int n = 0; n < 400; n++)
		send_one(&net.a);
	loop_virtual_advance(net.loop, 60 * 1000);
	assert_int_equal(net.b.got, 400);
	assert_int_equal(net.a.most_flying, L2TP_CHANNEL_WINDOW_MAX);
	/* A smaller one holds at once. */
	l2tp_channel_set_window(&net.a.channel, 1);
	net.a.most_flying = 0;
	for (int n = 0; n < 10; n++)
		send_one(&net.a);
	loop_virtual_advance(net.loop, 60 * 1000);
	assert_int_equal(net.b.got, 410);
	assert_int_equal(net.a.most_flying, 1);
}

static void a_message_too_long_is_refused(void **state)
{
	static uint8_t body[L2TP_CONTROL_MAX];

	(void)state;
	net.loss = 100;
	assert_int_equal(l2tp_channel_send(&net.a.channel, 0, 42, body, sizeof(body) - 11), -ENOBUFS);
	assert_int_equal(l2tp_channel_send(&net.a.channel, 0, 42, body, sizeof(body) - 12), 0);
}

/* What is to be done with every number: delivered, kept, acknowledged as a duplicate, or nothing. */
static void every_number(void **state)
{
	(void)state;
	for (unsigned int ns = 0; ns <= 0xffff; ns++) {
		uint8_t body[4] = { 0, 0, 0, 0 };
		struct l2tp_header h = { .control = true, .sequenced = true, .ns = (uint16_t)ns,
					 .body = rd_of(body, 4) };
		struct l2tp_channel *c = &net.b.channel;
		bool in_order = ns == 0, early = ns > 0 && ns < 8, duplicate = ns >= 0x8000;

		net.loss = 100;
		l2tp_channel_rx(c, &h, true);
		assert_int_equal(net.b.got, in_order);
		assert_int_equal(!STAILQ_EMPTY(&c->early), early);
		assert_int_equal(net.b.transmissions, duplicate);
		l2tp_channel_fini(c);
		end_init(&net.b, &net.a);
	}
}

/* Nr may acknowledge what was sent and not yet acknowledged, nothing else. */
static void every_acknowledgment(void **state)
{
	(void)state;
	net.loss = 100;
	for (unsigned int nr = 0; nr <= 0xffff; nr++) {
		struct l2tp_header h = { .control = true, .sequenced = true, .nr = (uint16_t)nr };
		struct l2tp_channel *c = &net.a.channel;

		for (int n = 0; n < 5; n++)
			send_one(&net.a);
		l2tp_channel_rx(c, &(struct l2tp_header){ .nr = 1 }, true);
		assert_int_equal(c->in_flight, 2);	/* numbers 1 and 2 */
		l2tp_channel_rx(c, &h, true);
		assert_int_equal(c->n_tx, nr == 2 ? 3 : nr == 3 ? 2 : 4);
		l2tp_channel_fini(c);
		end_init(&net.a, &net.b);
	}
}

static size_t freeze(const struct l2tp_channel *c, uint8_t *record, size_t cap)
{
	struct wr w = wr_to(record, cap);

	l2tp_channel_freeze(c, &w);
	assert_false(w.bad);
	return w.len;
}

static int thaw(struct end *e, const uint8_t *record, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct rd r;
	int err;

	assert_non_null(exact);
	memcpy(exact, record, len);
	r = rd_of(exact, len);
	l2tp_channel_fini(&e->channel);
	l2tp_channel_init(&e->channel, net.loop, &cfg, &ops, e);
	err = l2tp_channel_thaw(&e->channel, &r);
	if (!err && !rd_done(&r))
		err = -EBADMSG;
	free(exact);
	return err;
}

/* Killed again and again in the middle of it, on a bad network. */
static void another_process_goes_on(void **state)
{
	uint8_t record[8192];

	for (uint32_t seed = 1; seed <= 10; seed++) {
		net.loss = 30;
		net.jitter_ms = 100;
		net.seed = seed;
		for (int n = 0; n < 100; n++) {
			send_one(&net.a);
			loop_virtual_advance(net.loop, dice(3000));
			if (dice(4))
				continue;
			assert_int_equal(thaw(&net.a, record, freeze(&net.a.channel, record,
								     sizeof(record))), 0);
			l2tp_channel_resume(&net.a.channel);
			assert_int_equal(thaw(&net.b, record, freeze(&net.b.channel, record,
								     sizeof(record))), 0);
			l2tp_channel_resume(&net.b.channel);
		}
		loop_virtual_advance(net.loop, 3600 * 1000);
		assert_int_equal(net.b.got, 100);
		assert_true(l2tp_channel_empty(&net.a.channel));
		finish(state);
		begin(state);
	}
}

static void a_wrong_record_makes_nothing(void **state)
{
	uint8_t record[8192];
	size_t len;

	(void)state;
	for (int n = 0; n < 3; n++)
		send_one(&net.a);
	len = freeze(&net.a.channel, record, sizeof(record));
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(thaw(&net.b, record, cut), 0);
	assert_int_equal(thaw(&net.b, record, len), 0);
	for (size_t at = 0; at < len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			record[at] ^= (uint8_t)(1 << bit);
			thaw(&net.b, record, len);	/* the sanitizers look on */
			record[at] ^= (uint8_t)(1 << bit);
		}
	}
	memset(record + 7, 0, 2);	/* a window of nothing */
	assert_int_equal(thaw(&net.b, record, len), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_arrives_in_order, begin, finish),
		cmocka_unit_test_setup_teardown(numbers_wrap, begin, finish),
		cmocka_unit_test_setup_teardown(acknowledgments_are_few, begin, finish),
		cmocka_unit_test_setup_teardown(a_peer_that_is_gone_is_given_up, begin, finish),
		cmocka_unit_test_setup_teardown(the_queue_is_bounded, begin, finish),
		cmocka_unit_test_setup_teardown(the_queue_fits_into_a_record, begin, finish),
		cmocka_unit_test_setup_teardown(a_queue_that_drains_has_no_end, begin, finish),
		cmocka_unit_test_setup_teardown(the_window_is_bounded, begin, finish),
		cmocka_unit_test_setup_teardown(a_message_too_long_is_refused, begin, finish),
		cmocka_unit_test_setup_teardown(every_number, begin, finish),
		cmocka_unit_test_setup_teardown(every_acknowledgment, begin, finish),
		cmocka_unit_test_setup_teardown(another_process_goes_on, begin, finish),
		cmocka_unit_test_setup_teardown(a_wrong_record_makes_nothing, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
