/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intrusive hash table that grows. The owner embeds a hash_node, gives the key's hash (hash_bytes(), keyed at start-up
 * so that peers cannot choose collisions) and compares keys itself. Nodes are the owner's memory.
 */
#ifndef ADIT_BASE_HASH_H
#define ADIT_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *next;
	uint64_t hash;
};

struct hash {
	struct hash_node **slots;
	size_t n_slots;
	size_t count;
};

#define hash_entry(node, type, member) ((type *)((char *)(node) - offsetof(type, member)))

void hash_seed(const uint8_t key[16]);			/* once, before the first table; fixed zero key in tests */
uint64_t hash_bytes(const void *data, size_t len);	/* SipHash-2-4 */
int hash_init(struct hash *h);				/* -ENOMEM */
void hash_fini(struct hash *h);				/* nodes are left alone */
int hash_add(struct hash *h, struct hash_node *node, uint64_t hash);	/* -ENOMEM only if the very first table fails */
void hash_del(struct hash *h, struct hash_node *node);
struct hash_node *hash_find(const struct hash *h, uint64_t hash,
			    bool (*same)(const struct hash_node *, const void *key), const void *key);
/* iterate: prev NULL starts; deleting the returned node is safe after taking the next */
struct hash_node *hash_next(const struct hash *h, size_t *cursor, struct hash_node *prev);

#endif /* ADIT_BASE_HASH_H */
