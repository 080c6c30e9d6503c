// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/callid.h"

static const uint8_t key[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* Every id once before any comes again, and never 0. */
static void test_an_id_returns_after_all_others(void **state)
{
	static bool seen[65536];
	uint32_t position = 0;
	struct callids *c = callids_new(key, &position);
	uint16_t id, first;
	int i;

	(void)state;
	memset(seen, 0, sizeof(seen));
	assert_int_equal(callids_take(c, c, &first), 0);
	seen[first] = true;
	callids_give(c, first);
	for (i = 1; i < 65535; i++) {
		assert_int_equal(callids_take(c, c, &id), 0);
		assert_int_not_equal(id, 0);
		assert_false(seen[id]);
		seen[id] = true;
		callids_give(c, id);
	}
	assert_int_equal(callids_take(c, c, &id), 0);
	assert_true(seen[id]);
	callids_free(c);
}

static void test_ids_in_use_are_not_given(void **state)
{
	uint32_t position = 0;
	struct callids *c = callids_new(key, &position);
	uint16_t id;
	int i;

	(void)state;
	for (i = 0; i < 65535; i++)
		assert_int_equal(callids_take(c, c, &id), 0);
	assert_int_equal(callids_take(c, c, &id), -ENOSPC);
	callids_give(c, 4711);
	assert_int_equal(callids_take(c, c, &id), 0);
	assert_int_equal(id, 4711);
	callids_free(c);
}

static void test_a_restart_goes_on_where_it_was(void **state)
{
	uint32_t position = 0;
	struct callids *c = callids_new(key, &position);
	int owner;
	uint16_t one, two;

	(void)state;
	callids_take(c, c, &one);
	callids_free(c);
	c = callids_new(key, &position);
	assert_int_equal(callids_reserve(c, one, &owner), 0);
	assert_int_equal(callids_reserve(c, one, c), -EBUSY);
	assert_int_equal(callids_reserve(c, 0, c), -EINVAL);
	assert_ptr_equal(callids_owner(c, one), &owner);
	callids_take(c, c, &two);
	assert_int_not_equal(one, two);
	callids_free(c);
}

static void test_neighbours_do_not_look_like_neighbours(void **state)
{
	uint32_t position = 0;
	struct callids *c = callids_new(key, &position);
	unsigned int steps = 0;
	uint16_t last, id;
	int i;

	(void)state;
	callids_take(c, c, &last);
	for (i = 0; i < 256; i++, last = id) {
		callids_take(c, c, &id);
		steps += id == (uint16_t)(last + 1);
	}
	assert_true(steps < 8);
	callids_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_id_returns_after_all_others),
		cmocka_unit_test(test_ids_in_use_are_not_given),
		cmocka_unit_test(test_a_restart_goes_on_where_it_was),
		cmocka_unit_test(test_neighbours_do_not_look_like_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
