// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_spis.h"

/* The lowest 255 are reserved (RFC 4303 section 2.1); we leave out some more, which people give by hand. */
#define CHILD_MIN 0x10000u

static uint64_t hash_of(uint64_t value)
{
	return hash_bytes(&value, sizeof(value));
}

void ike_spis_add(struct hash *table, struct ike_spi *spi, uint64_t value)
{
	ike_spis_del(table, spi);
	spi->value = value;
	hash_add(table, &spi->node, hash_of(value));
}

void ike_spis_del(struct hash *table, struct ike_spi *spi)
{
	if (spi->value)
		hash_del(table, &spi->node);
	spi->value = 0;
}

static bool same(const struct hash_node *node, const void *key)
{
	return hash_entry(node, struct ike_spi, node)->value == *(const uint64_t *)key;
}

struct ike_spi *ike_spis_find(const struct hash *table, uint64_t value)
{
	struct hash_node *node = hash_find(table, hash_of(value), same, &value);

	return node ? hash_entry(node, struct ike_spi, node) : NULL;
}

uint64_t ike_spis_choose(const struct hash *table, ike_random_fn *random, void *ctx)
{
	uint64_t value;

	do {
		random(ctx, &value, sizeof(value));
	} while (!value || ike_spis_find(table, value));
	return value;
}

uint32_t ike_spis_choose_child(const struct hash *table, ike_random_fn *random, void *ctx)
{
	uint32_t value;

	do {
		random(ctx, &value, sizeof(value));
	} while (value < CHILD_MIN || ike_spis_find(table, value));
	return value;
}
