// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_SLOTS_MIN 16	/* a power of two */

static uint64_t hash_k0, hash_k1;

static uint64_t le64(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

void hash_seed(const uint8_t key[16])
{
	hash_k0 = le64(key, 8);
	hash_k1 = le64(key + 8, 8);
}

static uint64_t rotl(uint64_t v, unsigned int n)
{
	return v << n | v >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static void sip_block(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

/* SipHash-2-4 (Aumasson and Bernstein, 2012). */
uint64_t hash_bytes(const void *data, size_t len)
{
	uint64_t v[4] = {
		hash_k0 ^ 0x736f6d6570736575, hash_k1 ^ 0x646f72616e646f6d,
		hash_k0 ^ 0x6c7967656e657261, hash_k1 ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	size_t left = len;

	for (; left >= 8; p += 8, left -= 8)
		sip_block(v, le64(p, 8));
	sip_block(v, le64(p, left) | (uint64_t)len << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int hash_init(struct hash *h)
{
	h->count = 0;
	h->n_slots = HASH_SLOTS_MIN;
	h->slots = calloc(h->n_slots, sizeof(*h->slots));
	return h->slots ? 0 : -ENOMEM;
}

void hash_fini(struct hash *h)
{
	free(h->slots);
	memset(h, 0, sizeof(*h));
}

static struct hash_node **hash_slot(const struct hash *h, uint64_t hash)
{
	return &h->slots[hash & (h->n_slots - 1)];
}

/* Doubles the table; without memory it stays as it is, which costs speed alone. */
static void hash_grow(struct hash *h)
{
	struct hash bigger = { .n_slots = h->n_slots * 2, .count = h->count };

	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return;
	for (size_t i = 0; i < h->n_slots; i++) {
		struct hash_node *node, *next;

		for (node = h->slots[i]; node; node = next) {
			struct hash_node **slot = hash_slot(&bigger, node->hash);

			next = node->next;
			node->next = *slot;
			*slot = node;
		}
	}
	free(h->slots);
	*h = bigger;
}

int hash_add(struct hash *h, struct hash_node *node, uint64_t hash)
{
	struct hash_node **slot;
	int err;

	if (!h->slots) {
		err = hash_init(h);
		if (err)
			return err;
	}
	if (h->count >= h->n_slots)
		hash_grow(h);
	slot = hash_slot(h, hash);
	node->hash = hash;
	node->next = *slot;
	*slot = node;
	h->count++;
	return 0;
}

void hash_del(struct hash *h, struct hash_node *node)
{
	struct hash_node **at;

	if (!h->slots)
		return;
	for (at = hash_slot(h, node->hash); *at; at = &(*at)->next) {
		if (*at != node)
			continue;
		*at = node->next;
		node->next = NULL;
		h->count--;
		return;
	}
}

struct hash_node *hash_find(const struct hash *h, uint64_t hash,
			    bool (*same)(const struct hash_node *, const void *key), const void *key)
{
	struct hash_node *node;

	if (!h->slots)
		return NULL;
	for (node = *hash_slot(h, hash); node; node = node->next)
		if (node->hash == hash && same(node, key))
			return node;
	return NULL;
}

struct hash_node *hash_next(const struct hash *h, size_t *cursor, struct hash_node *prev)
{
	if (!prev)
		*cursor = 0;
	else if (prev->next)
		return prev->next;
	while (*cursor < h->n_slots) {
		struct hash_node *node = h->slots[(*cursor)++];

		if (node)
			return node;
	}
	return NULL;
}
