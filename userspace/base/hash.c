// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define HASH_SLOTS_MIN	16	/* a power of two; a table of a few entries is common */

static uint64_t seed[2];

void hash_seed(const uint8_t key[16])
{
	uint64_t k[2];

	memcpy(k, key, sizeof(k));
	seed[0] = le64toh(k[0]);
	seed[1] = le64toh(k[1]);
}

static uint64_t rotl(uint64_t v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
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

static void sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

/* SipHash-2-4, Aumasson and Bernstein 2012. */
uint64_t hash_bytes(const void *data, size_t len)
{
	uint64_t v[4] = { seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
			  seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573 };
	uint64_t m, last = (uint64_t)len << 56;
	const uint8_t *p = data;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&m, p, 8);
		sip_word(v, le64toh(m));
	}
	while (len--)
		last |= (uint64_t)p[len] << 8 * len;
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static size_t slot_of(const struct hash *h, uint64_t hash)
{
	return hash & (h->n_slots - 1);
}

int hash_init(struct hash *h)
{
	*h = (struct hash){ .n_slots = HASH_SLOTS_MIN };
	h->slots = calloc(h->n_slots, sizeof(*h->slots));
	if (!h->slots)
		h->n_slots = 0;
	return h->slots ? 0 : -ENOMEM;
}

void hash_fini(struct hash *h)
{
	free(h->slots);
	*h = (struct hash){ 0 };
}

/* Without memory to grow, chains become longer: slower, never wrong. */
static void grow(struct hash *h)
{
	struct hash bigger = { .n_slots = 2 * h->n_slots, .count = h->count };
	struct hash_node *node, *next;

	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return;
	for (size_t i = 0; i < h->n_slots; i++) {
		for (node = h->slots[i]; node; node = next) {
			size_t to = slot_of(&bigger, node->hash);

			next = node->next;
			node->next = bigger.slots[to];
			bigger.slots[to] = node;
		}
	}
	free(h->slots);
	*h = bigger;
}

int hash_add(struct hash *h, struct hash_node *node, uint64_t hash)
{
	size_t slot;

	if (!h->n_slots && hash_init(h))
		return -ENOMEM;
	if (h->count >= h->n_slots)
		grow(h);
	slot = slot_of(h, hash);
	node->hash = hash;
	node->next = h->slots[slot];
	h->slots[slot] = node;
	h->count++;
	return 0;
}

void hash_del(struct hash *h, struct hash_node *node)
{
	struct hash_node **at;

	if (!h->n_slots)
		return;
	for (at = &h->slots[slot_of(h, node->hash)]; *at; at = &(*at)->next) {
		if (*at != node)
			continue;
		*at = node->next;
		node->next = NULL;
		h->count--;
		return;
	}
}

struct hash_node *hash_find(const struct hash *h, uint64_t hash,
			    bool (*same)(const struct hash_node *, const void *key),
			    const void *key)
{
	struct hash_node *node;

	if (!h->n_slots)
		return NULL;
	for (node = h->slots[slot_of(h, hash)]; node; node = node->next)
		if (node->hash == hash && same(node, key))
			return node;
	return NULL;
}

struct hash_node *hash_next(const struct hash *h, size_t *cursor, struct hash_node *prev)
{
	if (prev && prev->next)
		return prev->next;
	*cursor = prev ? *cursor + 1 : 0;
	for (; *cursor < h->n_slots; ++*cursor)
		if (h->slots[*cursor])
			return h->slots[*cursor];
	return NULL;
}
