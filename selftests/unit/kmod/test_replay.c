// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay window against a model that remembers every number, at windows around the words of the ring, with short and
 * with extended numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay.h"

#define SPAN	20000

static u64 ring[ADIT_REPLAY_WORDS_MAX];
static u8 seen[SPAN];

static void fresh(struct adit_replay *r, u32 window, bool esn)
{
	memset(ring, 0, sizeof(ring));
	memset(seen, 0, sizeof(seen));
	adit_replay_init(r, window, esn, ring);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(adit_replay_words(0), 1);
	assert_int_equal(adit_replay_words(1), 2);
	assert_int_equal(adit_replay_words(64), 2);
	assert_int_equal(adit_replay_words(65), 4);
	assert_int_equal(adit_replay_words(128), 4);
	assert_true(adit_replay_words(ADIT_REPLAY_MAX) <= ADIT_REPLAY_WORDS_MAX);
}

static void test_truth_table(void **state)
{
	static const struct {
		u64 seq;
		enum adit_replay_verdict verdict;
	} table[] = {
		{ 0, ADIT_REPLAY_LATE }, { 1, ADIT_REPLAY_OK }, { 1, ADIT_REPLAY_SEEN }, { 64, ADIT_REPLAY_OK },
		{ 2, ADIT_REPLAY_OK }, { 2, ADIT_REPLAY_SEEN }, { 65, ADIT_REPLAY_OK }, { 1, ADIT_REPLAY_LATE },
		{ 3, ADIT_REPLAY_OK }, { 66, ADIT_REPLAY_OK }, { 3, ADIT_REPLAY_SEEN }, { 2, ADIT_REPLAY_LATE },
		{ 1000, ADIT_REPLAY_OK }, { 66, ADIT_REPLAY_LATE }, { 936, ADIT_REPLAY_LATE }, { 937, ADIT_REPLAY_OK },
		{ 937, ADIT_REPLAY_SEEN }, { 999, ADIT_REPLAY_OK }, { 1000, ADIT_REPLAY_SEEN },
		{ U32_MAX, ADIT_REPLAY_OK }, { 1000, ADIT_REPLAY_LATE },
	};
	struct adit_replay r;
	unsigned int i;

	(void)state;
	fresh(&r, 64, false);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(adit_replay_note(&r, table[i].seq), table[i].verdict);
}

static enum adit_replay_verdict model(const struct adit_replay *r, u64 seq)
{
	if (!seq || seq + r->window <= r->top)
		return ADIT_REPLAY_LATE;
	return seen[seq] ? ADIT_REPLAY_SEEN : ADIT_REPLAY_OK;
}

static void walk(u32 window, unsigned int jump)
{
	struct adit_replay r;
	unsigned int i;

	fresh(&r, window, false);
	for (i = 0; i < 50000; i++) {
		u64 from = r.top > window + 70 ? r.top - window - 70 : 0, seq = from + rand() % (window + 70 + jump);
		enum adit_replay_verdict expected;

		if (seq >= SPAN)
			break;
		expected = model(&r, seq);
		assert_int_equal(adit_replay_check(&r, seq), expected);
		assert_int_equal(adit_replay_note(&r, seq), expected);
		seen[seq] = 1;
	}
}

static void test_model(void **state)
{
	static const u32 windows[] = { 1, 2, 31, 32, 63, 64, 65, 127, 128, 129, 1024, 4095, 4096 };
	unsigned int i;

	(void)state;
	srand(1);
	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		walk(windows[i], 3);
		walk(windows[i], 100);
		walk(windows[i], 5000);
	}
}

static void test_no_window(void **state)
{
	struct adit_replay r;

	(void)state;
	fresh(&r, 0, false);
	assert_int_equal(adit_replay_note(&r, 5), ADIT_REPLAY_OK);
	assert_int_equal(adit_replay_note(&r, 5), ADIT_REPLAY_OK);
	assert_int_equal(adit_replay_note(&r, 0), ADIT_REPLAY_OK);
}

/* RFC 4303 appendix A2.2, both cases, at their edges. */
static void test_extend(void **state)
{
	static const struct {
		u64 top;
		u32 seq;
		u64 whole;
	} table[] = {
		/* The window begins before the first number: a high one is of no packet that was ever sent. */
		{ 0, 1, 1 }, { 10, 9, 9 }, { 10, U32_MAX - 10, 0 },
		/* Within one half: case A. */
		{ 0x100000100, 0x101, 0x100000101 }, { 0x100000100, 0xc1, 0x1000000c1 },
		{ 0x100000100, 0xc0, 0x2000000c0 }, { 0x1ffffffff, 0, 0x200000000 }, { U32_MAX, 0, 0x100000000 },
		{ U32_MAX, U32_MAX - 63, U32_MAX - 63 }, { U32_MAX, U32_MAX - 64, 0x100000000 + U32_MAX - 64 },
		/* Across two halves: case B. */
		{ 0x100000000, U32_MAX, U32_MAX }, { 0x100000000, U32_MAX - 62, U32_MAX - 62 },
		{ 0x100000000, U32_MAX - 63, 0x100000000ULL + U32_MAX - 63 }, { 0x10000003e, U32_MAX, U32_MAX },
		{ 0x10000003f, U32_MAX, 0x1ffffffff }, { 0x10000003e, 0x3d, 0x10000003d },
	};
	struct adit_replay r;
	unsigned int i;

	(void)state;
	fresh(&r, 64, true);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		r.top = table[i].top;
		assert_int_equal(adit_replay_extend(&r, table[i].seq), table[i].whole);
	}
	r.esn = false;
	r.top = 0x100000100;
	assert_int_equal(adit_replay_extend(&r, 7), 7);
}

/* A stream that crosses into the next half with losses and swaps is followed exactly. */
static void test_crossing(void **state)
{
	struct adit_replay r;
	u64 seq;

	(void)state;
	fresh(&r, 64, true);
	r.top = U32_MAX - 1000ULL;
	for (seq = U32_MAX - 999ULL; seq < U32_MAX + 1000ULL; seq += 2) {
		assert_int_equal(adit_replay_extend(&r, seq + 1), seq + 1);
		assert_int_equal(adit_replay_note(&r, seq + 1), ADIT_REPLAY_OK);
		assert_int_equal(adit_replay_extend(&r, seq), seq);
		assert_int_equal(adit_replay_note(&r, seq), ADIT_REPLAY_OK);
		assert_int_equal(adit_replay_note(&r, seq), ADIT_REPLAY_SEEN);
	}
}

/* Nothing up to where it begins comes again, and everything behind it may, wherever in a word that is. */
static void test_begin(void **state)
{
	static const u64 tops[] = { 0, 1, 62, 63, 64, 65, 127, 1000, U32_MAX, U32_MAX + 5ULL };
	struct adit_replay r;
	unsigned int i;
	u64 seq;

	(void)state;
	for (i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		fresh(&r, 64, true);
		adit_replay_begin(&r, tops[i]);
		for (seq = tops[i] > 100 ? tops[i] - 100 : 0; seq <= tops[i]; seq++)
			assert_int_not_equal(adit_replay_check(&r, seq), ADIT_REPLAY_OK);
		assert_int_equal(adit_replay_note(&r, tops[i] + 63), ADIT_REPLAY_OK);
		for (seq = tops[i] + 1; seq < tops[i] + 63; seq++)
			assert_int_equal(adit_replay_note(&r, seq), ADIT_REPLAY_OK);
		assert_int_equal(adit_replay_extend(&r, tops[i] + 64), tops[i] + 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_truth_table),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_no_window),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
