// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reorder queue: scripts of arrivals, and what must come out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reorder.h"

#define WINDOW	8
#define WAIT	20
#define LOG	256

static struct adit_reorder ro;
static unsigned long now;
static u64 lost;
static char out[LOG * 12];	/* numbers delivered since last looked at */
static u32 last;

static void begin(u32 window)
{
	adit_reorder_purge(&ro);
	adit_reorder_init(&ro, window, WAIT);
	now = jiffies;
	lost = 0;
	out[0] = 0;
}

static void deliver(u32 seq)
{
	size_t len = strlen(out);

	snprintf(out + len, sizeof(out) - len, "%s%u", len ? " " : "", seq);
	last = seq;
}

static void drain(void)
{
	struct sk_buff *skb;

	while ((skb = adit_reorder_take(&ro, now, &lost))) {
		deliver(skb->id);
		kfree_skb(skb);
	}
}

/* As a receive path does it: the fast path, the queue, then all that is due. */
static enum adit_reorder_verdict arrive(u32 seq)
{
	enum adit_reorder_verdict verdict;
	struct sk_buff *skb;

	if (adit_reorder_in_order(&ro, seq, now)) {
		deliver(seq);
		return ADIT_REORDER_READY;
	}
	skb = calloc(1, sizeof(*skb));
	skb->id = seq;
	verdict = adit_reorder_put(&ro, skb, seq, now);
	if (verdict == ADIT_REORDER_READY)
		drain();
	else if (verdict != ADIT_REORDER_WAIT)
		kfree_skb(skb);
	return verdict;
}

#define expect(seq, verdict)	assert_int_equal(arrive(seq), ADIT_REORDER_##verdict)

static void expect_out(const char *numbers)
{
	assert_string_equal(out, numbers);
	out[0] = 0;
}

/* Let time pass until the timer that the queue asks for. */
static void expire(void)
{
	unsigned long due;

	assert_true(adit_reorder_deadline(&ro, &due));
	out[0] = 0;
	now = due - 1;
	drain();
	expect_out("");
	now = due;
	drain();
}

static void in_order(void **state)
{
	static const u32 starts[] = { 0, 1, 77, 0xfffffffd };
	unsigned long due;

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		begin(WINDOW);
		for (u32 n = 0; n < 10; n++) {
			expect(starts[i] + n, READY);
			assert_int_equal(last, starts[i] + n);
			assert_false(adit_reorder_deadline(&ro, &due));
		}
		assert_int_equal(lost, 0);
	}
}

static void swapped_is_put_right(void **state)
{
	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(2, WAIT);
	expect(3, WAIT);
	expect(1, READY);
	expect(4, READY);
	expect_out("0 1 2 3 4");
	expect(8, WAIT);
	expect(6, WAIT);
	expect(7, WAIT);
	expect(5, READY);
	expect_out("5 6 7 8");
	assert_int_equal(lost, 0);
}

static void over_the_wrap(void **state)
{
	(void)state;
	begin(WINDOW);
	expect(0xfffffffe, READY);
	expect(0, WAIT);
	expect(2, WAIT);
	expect(1, WAIT);
	expect(0xfffffffe, LATE);
	expect(0xffffffff, READY);
	expect_out("4294967294 4294967295 0 1 2");
	assert_int_equal(lost, 0);
	begin(WINDOW);
	expect(0xfffffffc, READY);
	expect(1, WAIT);
	expect(0xffffffff, WAIT);
	expect(0, WAIT);
	expect(0xfffffffe, WAIT);
	expect(0xfffffffd, READY);
	expect_out("4294967292 4294967293 4294967294 4294967295 0 1");
}

static void duplicates_and_late(void **state)
{
	(void)state;
	begin(WINDOW);
	expect(5, READY);
	expect(5, LATE);
	expect(4, LATE);
	expect(7, WAIT);
	expect(9, WAIT);
	expect(7, DUPLICATE);
	expect(9, DUPLICATE);
	expect(6, READY);
	expect(7, LATE);
	expect(9, DUPLICATE);
	expect(8, READY);
	expect_out("5 6 7 8 9");
}

static void gap_is_given_up_in_time(void **state)
{
	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(2, WAIT);
	now += 5;
	expect(5, WAIT);
	expire();
	expect_out("2");
	assert_int_equal(lost, 1);
	expire();
	expect_out("5");
	assert_int_equal(lost, 3);
	expect(1, LATE);
	expect(6, READY);
	expect_out("6");
}

/*
 * A gap is as old as the first packet behind it, whatever comes into it later: none waits longer
 * than it may.
 */
static void new_head_does_not_prolong_the_wait(void **state)
{
	unsigned long due, first;

	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(5, WAIT);
	first = now + WAIT;
	for (u32 seq = 4; seq > 1; seq--) {
		now += 4;
		expect(seq, WAIT);
		assert_true(adit_reorder_deadline(&ro, &due));
		assert_int_equal(due, first);
	}
	expire();
	expect_out("2 3 4 5");
	assert_int_equal(now, first);
	assert_int_equal(lost, 1);
}

static void overflow_gives_up_the_oldest_gap(void **state)
{
	(void)state;
	begin(4);
	expect(0, READY);
	expect(2, WAIT);
	expect(4, WAIT);
	expect(6, WAIT);
	expect(8, WAIT);
	expect(10, READY);
	expect_out("0 2");
	assert_int_equal(lost, 1);
	assert_int_equal(skb_queue_len(&ro.queue), 4);
	expect(3, READY);
	expect_out("3 4");
}

static void window_zero_never_waits(void **state)
{
	unsigned long due;

	(void)state;
	begin(0);
	expect(0, READY);
	expect(3, READY);
	expect(1, LATE);
	expect(4, READY);
	expect_out("0 3 4");
	assert_int_equal(lost, 2);
	assert_false(adit_reorder_deadline(&ro, &due));
}

static void one_far_packet_changes_nothing(void **state)
{
	static const u32 far[] = { ADIT_REORDER_NEAR, 100000, 0x7fffffff, 0x80000000, 0xffffff00 };

	(void)state;
	for (size_t i = 0; i < sizeof(far) / sizeof(*far); i++) {
		begin(WINDOW);
		expect(0, READY);
		for (u32 n = 1; n < 50; n++) {
			expect(n + far[i], LATE);
			expect(n, READY);
		}
		assert_int_equal(lost, 0);
		assert_true(skb_queue_empty(&ro.queue));
	}
}

/* Not even as many of them as one likes, as long as the stream goes on in between. */
static void runs_of_strays_among_the_stream(void **state)
{
	u32 forged = 1 << 30;

	(void)state;
	begin(WINDOW);
	for (u32 n = 0; n < 20; n++) {
		expect(n, READY);
		for (u32 k = 0; k < ADIT_REORDER_STRAYS - 1; k++)
			expect(forged++, LATE);
	}
	assert_int_equal(lost, 0);
	/* and as little while a gap is open and the stream goes into the queue */
	for (u32 n = 21; n < 21 + WINDOW; n++) {
		expect(n, WAIT);
		for (u32 k = 0; k < ADIT_REORDER_STRAYS - 1; k++)
			expect(forged++, LATE);
	}
	expect(20, READY);
	assert_int_equal(lost, 0);
}

static void long_loss_is_followed(void **state)
{
	u32 seq = 1000000;

	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(2, WAIT);
	for (u32 k = 1; k < ADIT_REORDER_STRAYS; k++, seq += 2)
		expect(seq, LATE);
	out[0] = 0;
	expect(seq, READY);
	expect_out("2 1000014");
	expect(seq + 1, READY);
	expect_out("1000015");
	assert_int_equal(lost, 1);
}

/* Each two packets swapped, as two paths of different length do it. */
static void long_loss_is_followed_in_disorder(void **state)
{
	unsigned int n;

	(void)state;
	begin(WINDOW);
	expect(0, READY);
	for (n = 0; n < 2 * ADIT_REORDER_STRAYS - 2; n++)
		expect(1000000 + (n ^ 1), LATE);
	expect(1000000 + (n ^ 1), READY);
}

/* The same stray again and again, or strays all over the place, are no stream. */
static void no_run_no_move(void **state)
{
	(void)state;
	begin(WINDOW);
	expect(0, READY);
	for (u32 k = 0; k < 100; k++)
		expect(1000000, LATE);
	for (u32 k = 0; k < 100; k++)
		expect(1000000 - k, LATE);
	for (u32 k = 0; k < 100; k++)
		expect(1000000 + k * (ADIT_REORDER_STRIDE + 1), LATE);
	for (u32 k = 0; k < 100; k++)
		expect(rand() | 0x40000000, LATE);
	expect(1, READY);
	assert_int_equal(lost, 0);
}

static void forged_jump_costs_no_more_than_it_jumps(void **state)
{
	u32 jump = 300;

	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(jump, WAIT);
	expire();
	for (u32 n = 1; n < jump; n++)
		expect(n, LATE);
	expect(jump, LATE);
	expect(jump + 1, READY);
}

static void stream_that_started_over_is_followed_after_silence(void **state)
{
	u32 n;

	(void)state;
	begin(WINDOW);
	for (n = 0; n < 5000; n++)
		arrive(n);
	for (n = 0; n < 20; n++)
		expect(n, LATE);
	now += ADIT_REORDER_SILENCE;
	out[0] = 0;
	expect(n++, READY);
	expect(n, READY);
	expect_out("20 21");
}

/* A burst that was held up must not be delivered behind its successors. */
static void held_up_burst_stays_late(void **state)
{
	(void)state;
	begin(WINDOW);
	for (u32 n = 0; n < 100; n++)
		arrive(n);
	expect(200, WAIT);
	expire();
	now += ADIT_REORDER_SILENCE / 2;
	for (u32 n = 100; n < 200; n++)
		expect(n, LATE);
	expect(201, READY);
}

/* A packet forged as the very first one shuts nobody out. */
static void forged_first_packet(void **state)
{
	u32 n;

	(void)state;
	for (u32 forged = 100; forged < 0xf0000000; forged += 0x0fffffff) {
		begin(WINDOW);
		expect(forged, READY);
		for (n = 0; n < 40; n++) {
			arrive(n);
			now += ADIT_REORDER_SILENCE / 8;
		}
		out[0] = 0;
		expect(n, READY);
		assert_int_equal(last, n);
	}
}

static void purge_keeps_the_place(void **state)
{
	unsigned long due;

	(void)state;
	begin(WINDOW);
	expect(0, READY);
	expect(2, WAIT);
	expect(3, WAIT);
	adit_reorder_purge(&ro);
	assert_false(adit_reorder_deadline(&ro, &due));
	expect(1, READY);
	expect(2, READY);
}

/*
 * Any traffic: never out of order, never twice, never more than the window in the queue, and every
 * number accounted for.
 */
static void random_traffic(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 300; round++) {
		u32 base = rand() * 2u, done = 0, window = round % 20, delivered = 0;

		begin(window);
		arrive(base);
		for (unsigned int n = 0; n < 400; n++) {
			u32 before = ro.next, seq = base + done + rand() % (window + 3);

			now += rand() % 6;
			out[0] = 0;
			if (arrive(seq) == ADIT_REORDER_READY && out[0])
				assert_true((s32)(last - before) >= 0);
			drain();
			assert_true(skb_queue_len(&ro.queue) <= window);
			done = ro.next - base;
			for (const char *p = out; *p; p++)
				delivered += p == out || *p == ' ';
			assert_int_equal(delivered + lost, done - 1);
		}
	}
}

static int end(void **state)
{
	(void)state;
	adit_reorder_purge(&ro);
	return 0;
}

static int start(void **state)
{
	(void)state;
	adit_reorder_init(&ro, WINDOW, WAIT);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(swapped_is_put_right),
		cmocka_unit_test(over_the_wrap),
		cmocka_unit_test(duplicates_and_late),
		cmocka_unit_test(gap_is_given_up_in_time),
		cmocka_unit_test(new_head_does_not_prolong_the_wait),
		cmocka_unit_test(overflow_gives_up_the_oldest_gap),
		cmocka_unit_test(window_zero_never_waits),
		cmocka_unit_test(one_far_packet_changes_nothing),
		cmocka_unit_test(runs_of_strays_among_the_stream),
		cmocka_unit_test(long_loss_is_followed),
		cmocka_unit_test(long_loss_is_followed_in_disorder),
		cmocka_unit_test(no_run_no_move),
		cmocka_unit_test(forged_jump_costs_no_more_than_it_jumps),
		cmocka_unit_test(stream_that_started_over_is_followed_after_silence),
		cmocka_unit_test(held_up_burst_stays_late),
		cmocka_unit_test(forged_first_packet),
		cmocka_unit_test(purge_keeps_the_place),
		cmocka_unit_test(random_traffic),
	};

	return cmocka_run_group_tests_name("reorder", tests, start, end);
}
