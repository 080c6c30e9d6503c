/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What owners call of IKE SAs and children, whatever version of IKE made them: both, of either version, begin with
 * whose functions these are. What each does is in ike.h.
 */
#ifndef ADIT_PROTO_IKE_FACE_H
#define ADIT_PROTO_IKE_FACE_H

#include "proto/ike.h"
#include "proto/ike_slot.h"

struct ike_face {
	void (*sa_get_info)(const struct ike_sa *sa, struct ike_sa_info *info);
	void (*sa_set_owner)(struct ike_sa *sa, void *owner);
	void *(*sa_owner)(const struct ike_sa *sa);
	void (*sa_close)(struct ike_sa *sa, const char *why);
	void (*sa_abort)(struct ike_sa *sa, const char *why);
	void (*sa_rekey)(struct ike_sa *sa);
	void (*sa_probe)(struct ike_sa *sa);
	int (*sa_move)(struct ike_sa *sa, const struct ike_path *path);
	int (*child_initiate)(struct ike_sa *sa);
	const struct ike_assigned *(*sa_assigned)(const struct ike_sa *sa);
	void (*child_rekey)(struct ike_child *c);
	void (*child_close)(struct ike_child *c, const char *why);
	void (*child_limit)(struct ike_child *c, bool hard);
	void (*child_get_info)(const struct ike_child *c, struct ike_child_info *info);
	void (*child_set_owner)(struct ike_child *c, void *owner);
	void *(*child_owner)(const struct ike_child *c);
	void (*sa_peer_moved)(struct ike_sa *sa, const struct addr *peer, uint16_t port);
	struct ike_child *(*child_next)(const struct ike_sa *sa, const struct ike_child *prev);
	struct ike_child *(*child_each)(const struct ike_sa *sa, const struct ike_child *prev);
	bool (*sa_can_freeze)(const struct ike_sa *sa);
	void (*sa_freeze)(const struct ike_sa *sa, struct wr *w);
};

/* The first member of every IKE SA. */
struct ike_sa_base {
	const struct ike_face *face;
	struct ike_slot slot;
};

extern const struct ike_face ike2_face;		/* ike_sa.c */

#endif /* ADIT_PROTO_IKE_FACE_H */
