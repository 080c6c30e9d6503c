/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the owner of an IKE SA, of either version, keeps the record of it, and which are to be written down again. */
#ifndef ADIT_PROTO_IKE_SLOT_H
#define ADIT_PROTO_IKE_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct ike_slot {
	TAILQ_ENTRY(ike_slot) link;	/* changed */
	bool changed;			/* since it was written down */
	bool given;			/* the owner has given it a number */
	uint32_t number;
};
TAILQ_HEAD(ike_slots, ike_slot);	/* those that changed, the first to do so first */

void ike_slot_changed(struct ike_slots *changed, struct ike_slot *slot);
void ike_slot_unchanged(struct ike_slots *changed, struct ike_slot *slot);
struct ike_slot *ike_slot_next(struct ike_slots *changed);	/* the first, unchanged from now on; NULL: none */

void ike_slot_give(struct ike_slot *slot, uint32_t number);
void ike_slot_drop(struct ike_slot *slot);	/* its number, which the owner has again */
void ike_slot_move(struct ike_slot *from, struct ike_slot *to);	/* its number */
/* The owner is told that it has it again, by its slot_free(), if it has given one. */
void ike_slot_free(struct ike_slot *slot, void (*slot_free)(void *ctx, uint32_t number), void *ctx);

#endif /* ADIT_PROTO_IKE_SLOT_H */
