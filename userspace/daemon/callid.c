// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/callid.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define IDS	65536
#define ROUNDS	4	/* of a Feistel network: a bijection whatever the round function is */

struct callids {
	const uint8_t *key;
	uint32_t *position;
	void *owner[IDS];
};

struct callids *callids_new(const uint8_t key[16], uint32_t *position)
{
	struct callids *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->key = key;
	c->position = position;
	return c;
}

void callids_free(struct callids *c)
{
	free(c);
}

/* Not cryptography: it only has to look unordered. */
static uint8_t round_of(const uint8_t *key, unsigned int round, uint8_t half)
{
	uint32_t x = (half + 1u) * 0x9e3779b1u;
	unsigned int i;

	for (i = 0; i < 4; i++)
		x = (x ^ key[4 * round + i]) * 0x85ebca6bu;
	return (uint8_t)(x >> 24);
}

static uint16_t permute(const struct callids *c, uint16_t v)
{
	uint8_t left = (uint8_t)(v >> 8);
	uint8_t right = (uint8_t)v;
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		uint8_t next = left ^ round_of(c->key, round, right);

		left = right;
		right = next;
	}
	return (uint16_t)(left << 8 | right);
}

int callids_take(struct callids *c, void *owner, uint16_t *id)
{
	unsigned int i;

	for (i = 0; i < IDS; i++) {
		uint16_t try = permute(c, (uint16_t)(*c->position)++);

		if (!try || c->owner[try])
			continue;
		c->owner[try] = owner;
		*id = try;
		return 0;
	}
	return -ENOSPC;
}

int callids_reserve(struct callids *c, uint16_t id, void *owner)
{
	if (!id)
		return -EINVAL;
	if (c->owner[id])
		return -EBUSY;
	c->owner[id] = owner;
	return 0;
}

void callids_give(struct callids *c, uint16_t id)
{
	c->owner[id] = NULL;
}

void *callids_owner(const struct callids *c, uint16_t id)
{
	return c->owner[id];
}
