/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv1 for an owner that takes SAs and children of both versions: the same ops, the same functions (ike_face.h).
 */
#ifndef ADIT_PROTO_IKE1_FACE_H
#define ADIT_PROTO_IKE1_FACE_H

#include "proto/ike1.h"

struct ike1_owner {
	const struct ike_ops *ops;
	void *ctx;
};

/* owner outlives it. NULL on ENOMEM. */
struct ike1 *ike1_new_for(struct loop *loop, const struct ike_config *cfg, struct ike1_owner *owner);
/* As those without _for. */
struct ike_sa *ike1_initiate_for(struct ike1 *ike, struct ike_peer *peer, const struct ike_path *path, void *owner);
struct ike_sa *ike1_sa_next_for(const struct ike1 *ike, const struct ike_sa *prev);
struct ike_sa *ike1_sa_at_for(const struct ike1 *ike, const uint8_t *data, size_t len);
struct ike_sa *ike1_next_changed_for(struct ike1 *ike);
struct ike_sa *ike1_sa_thaw_for(struct ike1 *ike, struct ike_peer *peer, void *owner, struct rd *r);

#endif /* ADIT_PROTO_IKE1_FACE_H */
