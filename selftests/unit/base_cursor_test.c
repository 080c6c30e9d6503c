// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cursor.h"

static void reads_network_order(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct rd r = rd_of(data, sizeof(data));

	(void)state;
	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u32(&r), 0x04050607);
	assert_int_equal(rd_u64(&r), UINT64_C(0x08090a0b0c0d0e0f));
	assert_false(rd_done(&r));
	rd_skip(&r, 1);
	assert_true(rd_done(&r));
}

static void reading_past_the_end_latches(void **state)
{
	static const uint8_t data[] = { 1, 2, 3 };
	struct rd r = rd_of(data, sizeof(data));
	uint8_t copy[2] = { 0xaa, 0xaa };

	(void)state;
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad);
	/* What is left would be enough for these: the first fault counts. */
	assert_int_equal(rd_u8(&r), 0);
	assert_null(rd_bytes(&r, 1));
	rd_copy(&r, copy, sizeof(copy));
	assert_int_equal(copy[0] | copy[1], 0);
	assert_false(rd_done(&r));
}

static void lengths_do_not_wrap(void **state)
{
	static const uint8_t data[] = { 1, 2, 3 };
	struct rd r = rd_of(data, sizeof(data));
	uint8_t buf[4];
	struct wr w = wr_to(buf, sizeof(buf));

	(void)state;
	rd_u8(&r);
	assert_null(rd_bytes(&r, SIZE_MAX));
	assert_true(r.bad);
	wr_u8(&w, 1);
	wr_zero(&w, SIZE_MAX);
	assert_true(w.bad);
	assert_int_equal(w.len, 1);
}

static void sub_is_bounded(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4 };
	struct rd r = rd_of(data, sizeof(data));
	struct rd sub = rd_sub(&r, 2);

	(void)state;
	assert_int_equal(rd_u16(&sub), 0x0102);
	assert_int_equal(rd_u8(&sub), 0);
	assert_true(sub.bad);
	assert_false(r.bad);
	assert_int_equal(rd_u8(&r), 3);
	sub = rd_sub(&r, 2);
	assert_true(sub.bad);
	assert_true(r.bad);
}

static void empty_is_done(void **state)
{
	struct rd r = rd_of(NULL, 0);
	struct rd sub = rd_sub(&r, 0);

	(void)state;
	assert_true(rd_done(&r));
	assert_true(rd_done(&sub));
	rd_copy(&r, NULL, 0);
	assert_false(r.bad);
	rd_u8(&r);
	assert_true(r.bad);
}

static void writes_network_order(void **state)
{
	static const uint8_t want[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'a', 'b', 0
	};
	uint8_t buf[sizeof(want)];
	struct wr w = wr_to(buf, sizeof(buf));

	(void)state;
	wr_u8(&w, 0x01);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	wr_bytes(&w, "ab", 2);
	wr_zero(&w, 1);
	assert_false(w.bad);
	assert_int_equal(w.len, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void writing_past_the_end_latches(void **state)
{
	uint8_t buf[4] = { 0 };
	struct wr w = wr_to(buf, 3);

	(void)state;
	wr_u8(&w, 1);
	wr_u32(&w, 0xffffffff);
	assert_true(w.bad);
	wr_u8(&w, 2);
	assert_int_equal(w.len, 1);
	assert_int_equal(buf[1], 0);
}

static void marks_are_patched(void **state)
{
	uint8_t buf[5];
	struct wr w = wr_to(buf, sizeof(buf));
	size_t len_at, code_at;

	(void)state;
	len_at = wr_mark(&w, 2);
	code_at = wr_mark(&w, 1);
	wr_u16(&w, 0xbeef);
	wr_patch_u16(&w, len_at, w.len);
	wr_patch_u8(&w, code_at, 7);
	assert_false(w.bad);
	assert_memory_equal(buf, "\x00\x05\x07\xbe\xef", 5);
	wr_patch_u16(&w, 4, 0);
	assert_true(w.bad);
	assert_int_equal(buf[4], 0xef);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_order),
		cmocka_unit_test(reading_past_the_end_latches),
		cmocka_unit_test(lengths_do_not_wrap),
		cmocka_unit_test(sub_is_bounded),
		cmocka_unit_test(empty_is_done),
		cmocka_unit_test(writes_network_order),
		cmocka_unit_test(writing_past_the_end_latches),
		cmocka_unit_test(marks_are_patched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
