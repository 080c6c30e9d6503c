/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our own SPIs, by which what comes is found: of IKE SAs (eight octets; version 1 calls them cookies), and of children
 * (four, of the inbound SA). An endpoint has a table of either; their nodes are in what they name.
 */
#ifndef ADIT_PROTO_IKE_SPIS_H
#define ADIT_PROTO_IKE_SPIS_H

#include "base/hash.h"

struct ike_spi {
	struct hash_node node;
	uint64_t value;		/* 0: it is in no table */
};

#define ike_spi_entry(spi, type, member) hash_entry(&(spi)->node, type, member.node)

void ike_spis_add(struct hash *table, struct ike_spi *spi, uint64_t value);	/* not 0; that of before goes */
void ike_spis_del(struct hash *table, struct ike_spi *spi);			/* if it is there */
struct ike_spi *ike_spis_find(const struct hash *table, uint64_t value);	/* or NULL */

/*
 * One that nobody has, not yet in the table. That two of the few that are offered and not yet agreed on are the same is
 * left to chance, and of a child's to the kernel, which takes one once.
 */
typedef void ike_random_fn(void *ctx, void *buf, size_t len);
uint64_t ike_spis_choose(const struct hash *table, ike_random_fn *random, void *ctx);
uint32_t ike_spis_choose_child(const struct hash *table, ike_random_fn *random, void *ctx);

#endif /* ADIT_PROTO_IKE_SPIS_H */
