/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outer path: the route to a session's peer, and the outer IP header, over IPv4 and IPv6, whatever the encapsulation.
 */
#ifndef ADIT_OUTER_H
#define ADIT_OUTER_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/dst.h>

#include "device.h"
#include "session.h"

struct dst_entry *adit_outer_route(struct adit_session *s);
int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct dst_entry *dst, u8 tos);

/* What an skb needs before its inner header. */
static inline unsigned int adit_outer_headroom(const struct adit_session *s, const struct dst_entry *dst)
{
	return LL_RESERVED_SPACE(dst->dev) + dst->header_len + s->adev->overhead;
}

#endif /* ADIT_OUTER_H */
