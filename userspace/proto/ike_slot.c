// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_slot.h"

void ike_slot_changed(struct ike_slots *changed, struct ike_slot *slot)
{
	if (slot->changed)
		return;
	slot->changed = true;
	TAILQ_INSERT_TAIL(changed, slot, link);
}

void ike_slot_unchanged(struct ike_slots *changed, struct ike_slot *slot)
{
	if (slot->changed)
		TAILQ_REMOVE(changed, slot, link);
	slot->changed = false;
}

struct ike_slot *ike_slot_next(struct ike_slots *changed)
{
	struct ike_slot *slot = TAILQ_FIRST(changed);

	if (slot)
		ike_slot_unchanged(changed, slot);
	return slot;
}

void ike_slot_give(struct ike_slot *slot, uint32_t number)
{
	slot->given = true;
	slot->number = number;
}

void ike_slot_drop(struct ike_slot *slot)
{
	slot->given = false;
}

void ike_slot_move(struct ike_slot *from, struct ike_slot *to)
{
	to->given = from->given;
	to->number = from->number;
	from->given = false;
}

void ike_slot_free(struct ike_slot *slot, void (*slot_free)(void *ctx, uint32_t number), void *ctx)
{
	if (slot->given)
		slot_free(ctx, slot->number);
	slot->given = false;
}
