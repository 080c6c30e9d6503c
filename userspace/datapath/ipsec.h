/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children and security associations as attributes of the netlink spec and back. */
#ifndef ADIT_DATAPATH_IPSEC_H
#define ADIT_DATAPATH_IPSEC_H

#include <linux/adit.h>
#include <netlink/msg.h>

#include "datapath/datapath.h"

int ipsec_put_child(struct nl_msg *msg, const struct dp_child *c, unsigned int what);	/* -ENOMEM */
int ipsec_put_mode(struct nl_msg *msg, const struct dp_child *c);	/* of a new one */
int ipsec_put_sa(struct nl_msg *msg, const struct dp_sa *sa);
int ipsec_put_sa_name(struct nl_msg *msg, int ifindex, uint32_t child, bool outbound, uint32_t spi);

extern const struct nla_policy ipsec_child_policy[ADIT_A_CHILD_MAX + 1];
/* -EPROTO: it is missing or makes no sense */
int ipsec_get_selector(struct nlattr *nest, struct dp_selector *sel);
int ipsec_get_peer(struct nlattr **tb, struct addr *peer, uint16_t *port);
/* What the kernel tells of one, without the generic netlink header; selectors are where c has its own. */
int ipsec_get_child(struct nlattr *attrs, int len, struct dp_child *c, struct dp_selector selectors[DP_SELECTORS_MAX]);
int ipsec_get_sa_stats(struct nlattr *attrs, int len, struct dp_sa_stats *stats);

#endif /* ADIT_DATAPATH_IPSEC_H */
