// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/hash.h"

struct item {
	struct hash_node node;
	uint32_t key;
	unsigned int seen;
};

static bool same_key(const struct hash_node *node, const void *key)
{
	return hash_entry(node, struct item, node)->key == *(const uint32_t *)key;
}

static struct item *find(const struct hash *h, uint32_t key)
{
	struct hash_node *node = hash_find(h, hash_bytes(&key, sizeof(key)), same_key, &key);

	return node ? hash_entry(node, struct item, node) : NULL;
}

/* The SipHash paper's vector: key 00..0f, message 00..0e; and its reference code's empty one. */
static void siphash_vectors(void **state)
{
	uint8_t key[16], data[15], zero[16] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i;
	hash_seed(key);
	assert_true(hash_bytes(data, 15) == UINT64_C(0xa129ca6149be45e5));
	assert_true(hash_bytes(data, 0) == UINT64_C(0x726fdb47dd0e0e31));
	hash_seed(zero);
	assert_false(hash_bytes(data, 15) == UINT64_C(0xa129ca6149be45e5));
}

#define ITEMS 5000

static struct item *fill(struct hash *h)
{
	struct item *items = calloc(ITEMS, sizeof(*items));

	assert_non_null(items);
	assert_int_equal(hash_init(h), 0);
	for (uint32_t i = 0; i < ITEMS; i++) {
		items[i].key = i;
		assert_int_equal(hash_add(h, &items[i].node, hash_bytes(&i, sizeof(i))), 0);
	}
	return items;
}

static void grows_and_finds(void **state)
{
	struct hash h;
	struct item *items = fill(&h);

	(void)state;
	assert_int_equal(h.count, ITEMS);
	assert_true(h.n_slots >= ITEMS / 2);
	for (uint32_t i = 0; i < ITEMS; i++)
		assert_ptr_equal(find(&h, i), &items[i]);
	assert_null(find(&h, ITEMS));
	for (uint32_t i = 0; i < ITEMS; i += 2)
		hash_del(&h, &items[i].node);
	assert_int_equal(h.count, ITEMS / 2);
	assert_null(find(&h, 0));
	assert_ptr_equal(find(&h, 1), &items[1]);
	/* A node that is not in the table changes nothing. */
	hash_del(&h, &items[0].node);
	assert_int_equal(h.count, ITEMS / 2);
	hash_fini(&h);
	free(items);
}

static void iterating_meets_each_once_and_may_delete(void **state)
{
	struct hash h;
	struct item *items = fill(&h);
	struct hash_node *node, *next;
	size_t cursor = 12345;

	(void)state;
	for (node = hash_next(&h, &cursor, NULL); node; node = next) {
		next = hash_next(&h, &cursor, node);
		hash_entry(node, struct item, node)->seen++;
		hash_del(&h, node);
	}
	assert_int_equal(h.count, 0);
	for (uint32_t i = 0; i < ITEMS; i++)
		assert_int_equal(items[i].seen, 1);
	assert_null(hash_next(&h, &cursor, NULL));
	hash_fini(&h);
	free(items);
}

static void equal_hashes_are_told_apart(void **state)
{
	struct item a = { .key = 1 }, b = { .key = 2 };
	struct hash h = { 0 };

	(void)state;
	assert_int_equal(hash_add(&h, &a.node, 42), 0);
	assert_int_equal(hash_add(&h, &b.node, 42), 0);
	assert_ptr_equal(hash_find(&h, 42, same_key, &a.key), &a.node);
	assert_ptr_equal(hash_find(&h, 42, same_key, &b.key), &b.node);
	hash_del(&h, &b.node);
	assert_null(hash_find(&h, 42, same_key, &b.key));
	hash_fini(&h);
}

static void nothing_is_in_no_table(void **state)
{
	struct hash h = { 0 };
	struct item a = { .key = 1 };
	size_t cursor;

	(void)state;
	assert_null(find(&h, 1));
	assert_null(hash_next(&h, &cursor, NULL));
	hash_del(&h, &a.node);
	hash_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_vectors),
		cmocka_unit_test(grows_and_finds),
		cmocka_unit_test(iterating_meets_each_once_and_may_delete),
		cmocka_unit_test(equal_hashes_are_told_apart),
		cmocka_unit_test(nothing_is_in_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
