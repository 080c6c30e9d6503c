/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions as attributes of the netlink spec and back. */
#ifndef ADIT_DATAPATH_CODEC_H
#define ADIT_DATAPATH_CODEC_H

#include <netlink/msg.h>

#include "datapath/datapath.h"

/* -ENOMEM, as the others */
int codec_put_id(struct nl_msg *msg, int ifindex, uint32_t id);
int codec_put_new(struct nl_msg *msg, const struct dp_session *s);
/* The nest of that type, version 2 over UDP. */
int codec_put_l2tp(struct nl_msg *msg, int type, const struct dp_l2tp *l2tp);
int codec_put_change(struct nl_msg *msg, const struct dp_session *s, unsigned int what);
/* A session as the kernel tells it, without the generic netlink header; -EPROTO. */
int codec_get(struct nlattr *attrs, int len, struct dp_session *s, struct dp_stats *stats);

#endif /* ADIT_DATAPATH_CODEC_H */
