// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_face.h"

static const struct ike_face *face_of_sa(const struct ike_sa *sa)
{
	return ((const struct ike_sa_base *)sa)->face;
}

/* Its first member. */
static const struct ike_face *face_of_child(const struct ike_child *c)
{
	return *(const struct ike_face *const *)c;
}

void ike_sa_get_info(const struct ike_sa *sa, struct ike_sa_info *info)
{
	face_of_sa(sa)->sa_get_info(sa, info);
}

void ike_sa_set_owner(struct ike_sa *sa, void *owner)
{
	face_of_sa(sa)->sa_set_owner(sa, owner);
}

void *ike_sa_owner(const struct ike_sa *sa)
{
	return face_of_sa(sa)->sa_owner(sa);
}

void ike_sa_close(struct ike_sa *sa, const char *why)
{
	face_of_sa(sa)->sa_close(sa, why);
}

void ike_sa_abort(struct ike_sa *sa, const char *why)
{
	face_of_sa(sa)->sa_abort(sa, why);
}

void ike_sa_rekey(struct ike_sa *sa)
{
	face_of_sa(sa)->sa_rekey(sa);
}

void ike_sa_probe(struct ike_sa *sa)
{
	face_of_sa(sa)->sa_probe(sa);
}

int ike_sa_move(struct ike_sa *sa, const struct ike_path *path)
{
	return face_of_sa(sa)->sa_move(sa, path);
}

int ike_child_initiate(struct ike_sa *sa)
{
	return face_of_sa(sa)->child_initiate(sa);
}

const struct ike_assigned *ike_sa_assigned(const struct ike_sa *sa)
{
	return face_of_sa(sa)->sa_assigned(sa);
}

void ike_child_rekey(struct ike_child *c)
{
	face_of_child(c)->child_rekey(c);
}

void ike_child_close(struct ike_child *c, const char *why)
{
	face_of_child(c)->child_close(c, why);
}

void ike_child_limit(struct ike_child *c, bool hard)
{
	face_of_child(c)->child_limit(c, hard);
}

void ike_child_get_info(const struct ike_child *c, struct ike_child_info *info)
{
	face_of_child(c)->child_get_info(c, info);
}

void ike_child_set_owner(struct ike_child *c, void *owner)
{
	face_of_child(c)->child_set_owner(c, owner);
}

void *ike_child_owner(const struct ike_child *c)
{
	return face_of_child(c)->child_owner(c);
}

void ike_sa_peer_moved(struct ike_sa *sa, const struct addr *peer, uint16_t port)
{
	face_of_sa(sa)->sa_peer_moved(sa, peer, port);
}

struct ike_child *ike_child_next(const struct ike_sa *sa, const struct ike_child *prev)
{
	return face_of_sa(sa)->child_next(sa, prev);
}

struct ike_child *ike_child_each(const struct ike_sa *sa, const struct ike_child *prev)
{
	return face_of_sa(sa)->child_each(sa, prev);
}

bool ike_sa_can_freeze(const struct ike_sa *sa)
{
	return face_of_sa(sa)->sa_can_freeze(sa);
}

void ike_sa_freeze(const struct ike_sa *sa, struct wr *w)
{
	face_of_sa(sa)->sa_freeze(sa, w);
}

void ike_sa_set_slot(struct ike_sa *sa, uint32_t slot)
{
	ike_slot_give(&((struct ike_sa_base *)sa)->slot, slot);
}

void ike_sa_drop_slot(struct ike_sa *sa)
{
	ike_slot_drop(&((struct ike_sa_base *)sa)->slot);
}

bool ike_sa_slot(const struct ike_sa *sa, uint32_t *slot)
{
	const struct ike_slot *s = &((const struct ike_sa_base *)sa)->slot;

	*slot = s->number;
	return s->given;
}
