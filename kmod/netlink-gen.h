/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_ADIT_GEN_H
#define _LINUX_ADIT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/adit.h>

/* Common nested types */
extern const struct nla_policy adit_l2tp_nl_policy[ADIT_A_L2TP_DF + 1];
extern const struct nla_policy adit_mppe_nl_policy[ADIT_A_MPPE_START_KEY + 1];
extern const struct nla_policy adit_prefix_nl_policy[ADIT_A_PREFIX_LEN + 1];
extern const struct nla_policy adit_selector_nl_policy[ADIT_A_SELECTOR_REMOTE_PORT_MAX + 1];

extern const struct nla_policy adit_dev_get_nl_policy[ADIT_A_DEV_IFINDEX + 1];

extern const struct nla_policy adit_dev_claim_nl_policy[ADIT_A_DEV_TAKE_OVER + 1];

extern const struct nla_policy adit_dev_release_nl_policy[ADIT_A_DEV_IFINDEX + 1];

extern const struct nla_policy adit_session_new_nl_policy[ADIT_A_SESSION_CHILD + 1];

extern const struct nla_policy adit_session_set_nl_policy[ADIT_A_SESSION_L2TP + 1];

extern const struct nla_policy adit_session_del_nl_policy[ADIT_A_SESSION_ID + 1];

extern const struct nla_policy adit_session_get_nl_policy[ADIT_A_SESSION_ID + 1];

extern const struct nla_policy adit_frame_send_nl_policy[ADIT_A_FRAME_DATA + 1];

extern const struct nla_policy adit_socket_attach_nl_policy[ADIT_A_SOCKET_KIND + 1];

extern const struct nla_policy adit_socket_detach_nl_policy[ADIT_A_SOCKET_FD + 1];

extern const struct nla_policy adit_child_new_nl_policy[ADIT_A_CHILD_L2TP_PORT + 1];

extern const struct nla_policy adit_child_set_nl_policy[ADIT_A_CHILD_PEER_PORT + 1];

extern const struct nla_policy adit_child_del_nl_policy[ADIT_A_CHILD_ID + 1];

extern const struct nla_policy adit_child_get_nl_policy[ADIT_A_CHILD_ID + 1];

extern const struct nla_policy adit_sa_new_nl_policy[ADIT_A_SA_SEQ + 1];

extern const struct nla_policy adit_sa_del_nl_policy[ADIT_A_SA_SPI + 1];

extern const struct nla_policy adit_sa_get_nl_policy[ADIT_A_SA_SPI + 1];

extern const struct nla_policy adit_control_send_nl_policy[ADIT_A_CONTROL_DATA + 1];

/* Ops table for adit */
extern const struct genl_ops adit_nl_ops[18];

int adit_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int adit_nl_dev_claim_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_dev_release_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_session_new_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_session_del_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_session_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int adit_nl_frame_send_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_socket_attach_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_socket_detach_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_child_new_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_child_set_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_child_del_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_child_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_child_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int adit_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info);
int adit_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int adit_nl_control_send_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* _LINUX_ADIT_GEN_H */
