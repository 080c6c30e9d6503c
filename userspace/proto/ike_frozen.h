/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of the records of IKE SAs that both versions have. What is read is checked like the wire: r->bad. */
#ifndef ADIT_PROTO_IKE_FROZEN_H
#define ADIT_PROTO_IKE_FROZEN_H

#include "proto/ike.h"

bool ike_bool_thaw(struct rd *r);
void ike_addr_freeze(const struct addr *a, struct wr *w);
void ike_addr_thaw(struct addr *a, struct rd *r);	/* family 0 is none */
void ike_path_freeze(const struct ike_path *p, struct wr *w);
void ike_path_thaw(struct ike_path *p, struct rd *r);
void ike_ts_freeze(const struct ike_selector *ts, unsigned int n, struct wr *w);
void ike_ts_thaw(struct ike_selector *ts, unsigned int *n, struct rd *r);	/* IKE_TS_MAX at most */
void ike_user_freeze(const char *user, struct wr *w);
void ike_user_thaw(char user[IKE_USER_MAX + 1], struct rd *r);
void ike_assigned_freeze(const struct ike_assigned *a, struct wr *w);	/* NULL: none */
bool ike_assigned_thaw(struct ike_assigned *a, struct rd *r);		/* false: none */

#endif /* ADIT_PROTO_IKE_FROZEN_H */
