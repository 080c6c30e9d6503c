// SPDX-License-Identifier: GPL-2.0-or-later
/* Our own SPIs, and the places of records: tables that both versions of IKE have. */
#include "ike_test.h"

#include "proto/ike_slot.h"
#include "proto/ike_spis.h"

static struct hash table;

static int begin(void **state)
{
	(void)state;
	return hash_init(&table);
}

static int end(void **state)
{
	(void)state;
	hash_fini(&table);
	return 0;
}

/* What chance has next, as many octets as are asked for. */
struct chance {
	const uint64_t *next;
};

static void draw(void *ctx, void *buf, size_t len)
{
	struct chance *c = ctx;
	const uint64_t all = *c->next++;
	const uint32_t low = (uint32_t)all;

	assert_true(len == sizeof(all) || len == sizeof(low));
	memcpy(buf, len == sizeof(all) ? (const void *)&all : &low, len);
}

static void are_found(void **state)
{
	struct ike_spi a = { 0 }, b = { 0 };

	(void)state;
	assert_null(ike_spis_find(&table, 7));
	ike_spis_del(&table, &a);
	ike_spis_add(&table, &a, 7);
	ike_spis_add(&table, &b, (uint64_t)7 << 32);
	assert_ptr_equal(ike_spis_find(&table, 7), &a);
	assert_ptr_equal(ike_spis_find(&table, (uint64_t)7 << 32), &b);
	/* another one in the place of that of before */
	ike_spis_add(&table, &a, 8);
	assert_null(ike_spis_find(&table, 7));
	assert_ptr_equal(ike_spis_find(&table, 8), &a);
	ike_spis_del(&table, &a);
	ike_spis_del(&table, &a);
	assert_null(ike_spis_find(&table, 8));
	assert_int_equal(table.count, 1);
	ike_spis_del(&table, &b);
}

static void are_nobodys(void **state)
{
	static const uint64_t draws[] = { 0, 0x100000007, 0x200000007 };
	struct chance c = { draws };
	struct ike_spi taken = { 0 };

	(void)state;
	ike_spis_add(&table, &taken, 0x100000007);
	assert_int_equal(ike_spis_choose(&table, draw, &c), 0x200000007);
	ike_spis_del(&table, &taken);
}

/* RFC 4303 section 2.1: not those that are reserved. */
static void of_children_are_not_reserved(void **state)
{
	static const uint64_t draws[] = { 0, 255, 0xffff, 0x10001, 0x10000 };
	struct chance c = { draws };
	struct ike_spi taken = { 0 };

	(void)state;
	ike_spis_add(&table, &taken, 0x10001);
	assert_int_equal(ike_spis_choose_child(&table, draw, &c), 0x10000);
	assert_ptr_equal(c.next, draws + 5);
	ike_spis_del(&table, &taken);
}

static void changes_in_their_order(void **state)
{
	struct ike_slots changed = TAILQ_HEAD_INITIALIZER(changed);
	struct ike_slot a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	ike_slot_changed(&changed, &a);
	ike_slot_changed(&changed, &b);
	ike_slot_changed(&changed, &c);
	ike_slot_changed(&changed, &a);
	ike_slot_unchanged(&changed, &b);
	ike_slot_unchanged(&changed, &b);
	assert_ptr_equal(ike_slot_next(&changed), &a);
	ike_slot_changed(&changed, &a);
	assert_ptr_equal(ike_slot_next(&changed), &c);
	assert_ptr_equal(ike_slot_next(&changed), &a);
	assert_null(ike_slot_next(&changed));
}

static void told(void *ctx, uint32_t number)
{
	*(uint32_t *)ctx += number;
}

static void a_number_is_given_back_once(void **state)
{
	struct ike_slot a = { 0 }, b = { 0 };
	uint32_t sum = 0;

	(void)state;
	ike_slot_free(&a, told, &sum);
	assert_int_equal(sum, 0);
	ike_slot_give(&a, 5);
	ike_slot_move(&a, &b);
	ike_slot_free(&a, told, &sum);
	assert_int_equal(sum, 0);
	assert_true(b.given);
	assert_int_equal(b.number, 5);
	ike_slot_free(&b, told, &sum);
	ike_slot_free(&b, told, &sum);
	assert_int_equal(sum, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(are_found, begin, end),
		cmocka_unit_test_setup_teardown(are_nobodys, begin, end),
		cmocka_unit_test_setup_teardown(of_children_are_not_reserved, begin, end),
		cmocka_unit_test(changes_in_their_order),
		cmocka_unit_test(a_number_is_given_back_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
