// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/adit.h>

/* Integer value ranges */
static const struct netlink_range_validation adit_a_dev_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_socket_fd_range = {
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_session_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_session_id_range = {
	.min	= 1ULL,
	.max	= 4294967294ULL,
};

static const struct netlink_range_validation adit_a_session_child_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_frame_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_child_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_child_id_range = {
	.min	= 1ULL,
	.max	= 4294967294ULL,
};

static const struct netlink_range_validation adit_a_control_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

static const struct netlink_range_validation adit_a_sa_ifindex_range = {
	.min	= 1ULL,
	.max	= S32_MAX,
};

/* Common nested types */
const struct nla_policy adit_l2tp_nl_policy[ADIT_A_L2TP_DF + 1] = {
	[ADIT_A_L2TP_VERSION] = NLA_POLICY_RANGE(NLA_U32, 2, 3),
	[ADIT_A_L2TP_ENCAP] = NLA_POLICY_MAX(NLA_U32, 1),
	[ADIT_A_L2TP_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U16, 1),
	[ADIT_A_L2TP_PEER_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U16, 1),
	[ADIT_A_L2TP_SESSION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_L2TP_PEER_SESSION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_L2TP_COOKIE] = { .type = NLA_BINARY, },
	[ADIT_A_L2TP_PEER_COOKIE] = { .type = NLA_BINARY, },
	[ADIT_A_L2TP_SUBLAYER] = NLA_POLICY_MAX(NLA_U32, 1),
	[ADIT_A_L2TP_SEQ] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[ADIT_A_L2TP_NO_UDP_CSUM] = { .type = NLA_FLAG, },
	[ADIT_A_L2TP_DF] = { .type = NLA_FLAG, },
};

const struct nla_policy adit_mppe_nl_policy[ADIT_A_MPPE_START_KEY + 1] = {
	[ADIT_A_MPPE_STRENGTH] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[ADIT_A_MPPE_STATEFUL] = { .type = NLA_FLAG, },
	[ADIT_A_MPPE_START_KEY] = NLA_POLICY_EXACT_LEN(ADIT_MPPE_START_KEY_LEN),
};

const struct nla_policy adit_prefix_nl_policy[ADIT_A_PREFIX_LEN + 1] = {
	[ADIT_A_PREFIX_V4] = { .type = NLA_U32, },
	[ADIT_A_PREFIX_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy adit_selector_nl_policy[ADIT_A_SELECTOR_REMOTE_PORT_MAX + 1] = {
	[ADIT_A_SELECTOR_LOCAL] = NLA_POLICY_NESTED(adit_prefix_nl_policy),
	[ADIT_A_SELECTOR_REMOTE] = NLA_POLICY_NESTED(adit_prefix_nl_policy),
	[ADIT_A_SELECTOR_PROTOCOL] = { .type = NLA_U8, },
	[ADIT_A_SELECTOR_LOCAL_PORT_MIN] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_LOCAL_PORT_MAX] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_REMOTE_PORT_MIN] = { .type = NLA_U16, },
	[ADIT_A_SELECTOR_REMOTE_PORT_MAX] = { .type = NLA_U16, },
};

/* ADIT_CMD_DEV_GET - do */
const struct nla_policy adit_dev_get_nl_policy[ADIT_A_DEV_IFINDEX + 1] = {
	[ADIT_A_DEV_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_dev_ifindex_range),
};

/* ADIT_CMD_DEV_CLAIM - do */
const struct nla_policy adit_dev_claim_nl_policy[ADIT_A_DEV_TAKE_OVER + 1] = {
	[ADIT_A_DEV_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_dev_ifindex_range),
	[ADIT_A_DEV_TAKE_OVER] = { .type = NLA_FLAG, },
};

/* ADIT_CMD_DEV_RELEASE - do */
const struct nla_policy adit_dev_release_nl_policy[ADIT_A_DEV_IFINDEX + 1] = {
	[ADIT_A_DEV_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_dev_ifindex_range),
};

/* ADIT_CMD_SESSION_NEW - do */
const struct nla_policy adit_session_new_nl_policy[ADIT_A_SESSION_CHILD + 1] = {
	[ADIT_A_SESSION_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_ifindex_range),
	[ADIT_A_SESSION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_id_range),
	[ADIT_A_SESSION_LOCAL_V4] = { .type = NLA_U32, },
	[ADIT_A_SESSION_PEER_V4] = { .type = NLA_U32, },
	[ADIT_A_SESSION_CALL_ID] = { .type = NLA_U16, },
	[ADIT_A_SESSION_PEER_CALL_ID] = { .type = NLA_U16, },
	[ADIT_A_SESSION_PREFIX] = NLA_POLICY_NESTED(adit_prefix_nl_policy),
	[ADIT_A_SESSION_IFID] = NLA_POLICY_EXACT_LEN(8),
	[ADIT_A_SESSION_NET] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ADIT_A_SESSION_FRAMING] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ADIT_A_SESSION_MRU] = NLA_POLICY_MIN(NLA_U16, 128),
	[ADIT_A_SESSION_MPPE_REQUIRED] = { .type = NLA_FLAG, },
	[ADIT_A_SESSION_MPPE_TX] = NLA_POLICY_NESTED(adit_mppe_nl_policy),
	[ADIT_A_SESSION_MPPE_RX] = NLA_POLICY_NESTED(adit_mppe_nl_policy),
	[ADIT_A_SESSION_RX_WINDOW] = NLA_POLICY_MAX(NLA_U32, 256),
	[ADIT_A_SESSION_REORDER_MS] = NLA_POLICY_RANGE(NLA_U32, 1, 5000),
	[ADIT_A_SESSION_ACK_DELAY_MS] = NLA_POLICY_RANGE(NLA_U32, 1, 5000),
	[ADIT_A_SESSION_LOCAL_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_SESSION_PEER_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_SESSION_LOCAL_PORT] = { .type = NLA_U16, },
	[ADIT_A_SESSION_PEER_PORT] = { .type = NLA_U16, },
	[ADIT_A_SESSION_L2TP] = NLA_POLICY_NESTED(adit_l2tp_nl_policy),
	[ADIT_A_SESSION_CHILD_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_child_ifindex_range),
	[ADIT_A_SESSION_CHILD] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* ADIT_CMD_SESSION_SET - do */
const struct nla_policy adit_session_set_nl_policy[ADIT_A_SESSION_L2TP + 1] = {
	[ADIT_A_SESSION_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_ifindex_range),
	[ADIT_A_SESSION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_id_range),
	[ADIT_A_SESSION_PREFIX] = NLA_POLICY_NESTED(adit_prefix_nl_policy),
	[ADIT_A_SESSION_IFID] = NLA_POLICY_EXACT_LEN(8),
	[ADIT_A_SESSION_NET] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ADIT_A_SESSION_FRAMING] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ADIT_A_SESSION_MRU] = NLA_POLICY_MIN(NLA_U16, 128),
	[ADIT_A_SESSION_MPPE_REQUIRED] = { .type = NLA_FLAG, },
	[ADIT_A_SESSION_MPPE_TX] = NLA_POLICY_NESTED(adit_mppe_nl_policy),
	[ADIT_A_SESSION_MPPE_RX] = NLA_POLICY_NESTED(adit_mppe_nl_policy),
	[ADIT_A_SESSION_MPPE_FLUSH] = { .type = NLA_FLAG, },
	[ADIT_A_SESSION_L2TP] = NLA_POLICY_NESTED(adit_l2tp_nl_policy),
};

/* ADIT_CMD_SESSION_DEL - do */
const struct nla_policy adit_session_del_nl_policy[ADIT_A_SESSION_ID + 1] = {
	[ADIT_A_SESSION_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_ifindex_range),
	[ADIT_A_SESSION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_id_range),
};

/* ADIT_CMD_SESSION_GET - do */
const struct nla_policy adit_session_get_nl_policy[ADIT_A_SESSION_ID + 1] = {
	[ADIT_A_SESSION_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_ifindex_range),
	[ADIT_A_SESSION_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_session_id_range),
};

/* ADIT_CMD_FRAME_SEND - do */
const struct nla_policy adit_frame_send_nl_policy[ADIT_A_FRAME_DATA + 1] = {
	[ADIT_A_FRAME_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_frame_ifindex_range),
	[ADIT_A_FRAME_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_FRAME_PROTOCOL] = { .type = NLA_U16, },
	[ADIT_A_FRAME_DATA] = { .type = NLA_BINARY, },
};

/* ADIT_CMD_SOCKET_ATTACH - do */
const struct nla_policy adit_socket_attach_nl_policy[ADIT_A_SOCKET_KIND + 1] = {
	[ADIT_A_SOCKET_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_socket_fd_range),
	[ADIT_A_SOCKET_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
};

/* ADIT_CMD_SOCKET_DETACH - do */
const struct nla_policy adit_socket_detach_nl_policy[ADIT_A_SOCKET_FD + 1] = {
	[ADIT_A_SOCKET_FD] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_socket_fd_range),
};

/* ADIT_CMD_CHILD_NEW - do */
const struct nla_policy adit_child_new_nl_policy[ADIT_A_CHILD_L2TP_PORT + 1] = {
	[ADIT_A_CHILD_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_ifindex_range),
	[ADIT_A_CHILD_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_id_range),
	[ADIT_A_CHILD_LOCAL_V4] = { .type = NLA_U32, },
	[ADIT_A_CHILD_PEER_V4] = { .type = NLA_U32, },
	[ADIT_A_CHILD_LOCAL_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_CHILD_PEER_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_CHILD_SELECTOR] = NLA_POLICY_NESTED(adit_selector_nl_policy),
	[ADIT_A_CHILD_DF] = NLA_POLICY_MAX(NLA_U32, 2),
	[ADIT_A_CHILD_NO_DSCP] = { .type = NLA_FLAG, },
	[ADIT_A_CHILD_NO_ECN] = { .type = NLA_FLAG, },
	[ADIT_A_CHILD_LOCAL_PORT] = { .type = NLA_U16, },
	[ADIT_A_CHILD_PEER_PORT] = { .type = NLA_U16, },
	[ADIT_A_CHILD_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ADIT_A_CHILD_L2TP_PORT] = { .type = NLA_U16, },
};

/* ADIT_CMD_CHILD_SET - do */
const struct nla_policy adit_child_set_nl_policy[ADIT_A_CHILD_PEER_PORT + 1] = {
	[ADIT_A_CHILD_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_ifindex_range),
	[ADIT_A_CHILD_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_id_range),
	[ADIT_A_CHILD_LOCAL_V4] = { .type = NLA_U32, },
	[ADIT_A_CHILD_PEER_V4] = { .type = NLA_U32, },
	[ADIT_A_CHILD_LOCAL_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_CHILD_PEER_V6] = NLA_POLICY_EXACT_LEN(16),
	[ADIT_A_CHILD_SELECTOR] = NLA_POLICY_NESTED(adit_selector_nl_policy),
	[ADIT_A_CHILD_LOCAL_PORT] = { .type = NLA_U16, },
	[ADIT_A_CHILD_PEER_PORT] = { .type = NLA_U16, },
};

/* ADIT_CMD_CHILD_DEL - do */
const struct nla_policy adit_child_del_nl_policy[ADIT_A_CHILD_ID + 1] = {
	[ADIT_A_CHILD_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_ifindex_range),
	[ADIT_A_CHILD_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_id_range),
};

/* ADIT_CMD_CHILD_GET - do */
const struct nla_policy adit_child_get_nl_policy[ADIT_A_CHILD_ID + 1] = {
	[ADIT_A_CHILD_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_ifindex_range),
	[ADIT_A_CHILD_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_child_id_range),
};

/* ADIT_CMD_SA_NEW - do */
const struct nla_policy adit_sa_new_nl_policy[ADIT_A_SA_SEQ + 1] = {
	[ADIT_A_SA_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_sa_ifindex_range),
	[ADIT_A_SA_CHILD] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[ADIT_A_SA_SPI] = NLA_POLICY_MIN(NLA_U32, 256),
	[ADIT_A_SA_CIPHER] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[ADIT_A_SA_KEY] = { .type = NLA_BINARY, },
	[ADIT_A_SA_AUTH] = NLA_POLICY_MAX(NLA_U32, 5),
	[ADIT_A_SA_AUTH_KEY] = { .type = NLA_BINARY, },
	[ADIT_A_SA_ESN] = { .type = NLA_FLAG, },
	[ADIT_A_SA_REPLAY_WINDOW] = NLA_POLICY_MAX(NLA_U32, ADIT_REPLAY_WINDOW_MAX),
	[ADIT_A_SA_LEGACY] = { .type = NLA_FLAG, },
	[ADIT_A_SA_SOFT_SECONDS] = { .type = NLA_U32, },
	[ADIT_A_SA_HARD_SECONDS] = { .type = NLA_U32, },
	[ADIT_A_SA_SOFT_BYTES] = { .type = NLA_U64, },
	[ADIT_A_SA_HARD_BYTES] = { .type = NLA_U64, },
	[ADIT_A_SA_SOFT_PACKETS] = { .type = NLA_U64, },
	[ADIT_A_SA_HARD_PACKETS] = { .type = NLA_U64, },
	[ADIT_A_SA_SEQ] = { .type = NLA_U64, },
};

/* ADIT_CMD_SA_DEL - do */
const struct nla_policy adit_sa_del_nl_policy[ADIT_A_SA_SPI + 1] = {
	[ADIT_A_SA_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_sa_ifindex_range),
	[ADIT_A_SA_CHILD] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[ADIT_A_SA_SPI] = NLA_POLICY_MIN(NLA_U32, 256),
};

/* ADIT_CMD_SA_GET - do */
const struct nla_policy adit_sa_get_nl_policy[ADIT_A_SA_SPI + 1] = {
	[ADIT_A_SA_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_sa_ifindex_range),
	[ADIT_A_SA_CHILD] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_SA_DIRECTION] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[ADIT_A_SA_SPI] = NLA_POLICY_MIN(NLA_U32, 256),
};

/* ADIT_CMD_CONTROL_SEND - do */
const struct nla_policy adit_control_send_nl_policy[ADIT_A_CONTROL_DATA + 1] = {
	[ADIT_A_CONTROL_IFINDEX] = NLA_POLICY_FULL_RANGE(NLA_U32, &adit_a_control_ifindex_range),
	[ADIT_A_CONTROL_CHILD] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_CONTROL_PEER_PORT] = { .type = NLA_U16, },
	[ADIT_A_CONTROL_DATA] = { .type = NLA_BINARY, },
};

/* Ops table for adit */
const struct genl_ops adit_nl_ops[18] = {
	{
		.cmd		= ADIT_CMD_DEV_GET,
		.doit		= adit_nl_dev_get_doit,
		.dumpit		= adit_nl_dev_get_dumpit,
		.policy		= adit_dev_get_nl_policy,
		.maxattr	= ADIT_A_DEV_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_DEV_CLAIM,
		.doit		= adit_nl_dev_claim_doit,
		.policy		= adit_dev_claim_nl_policy,
		.maxattr	= ADIT_A_DEV_TAKE_OVER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_DEV_RELEASE,
		.doit		= adit_nl_dev_release_doit,
		.policy		= adit_dev_release_nl_policy,
		.maxattr	= ADIT_A_DEV_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SESSION_NEW,
		.doit		= adit_nl_session_new_doit,
		.policy		= adit_session_new_nl_policy,
		.maxattr	= ADIT_A_SESSION_CHILD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SESSION_SET,
		.doit		= adit_nl_session_set_doit,
		.policy		= adit_session_set_nl_policy,
		.maxattr	= ADIT_A_SESSION_L2TP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SESSION_DEL,
		.doit		= adit_nl_session_del_doit,
		.policy		= adit_session_del_nl_policy,
		.maxattr	= ADIT_A_SESSION_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SESSION_GET,
		.doit		= adit_nl_session_get_doit,
		.dumpit		= adit_nl_session_get_dumpit,
		.policy		= adit_session_get_nl_policy,
		.maxattr	= ADIT_A_SESSION_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_FRAME_SEND,
		.doit		= adit_nl_frame_send_doit,
		.policy		= adit_frame_send_nl_policy,
		.maxattr	= ADIT_A_FRAME_DATA,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SOCKET_ATTACH,
		.doit		= adit_nl_socket_attach_doit,
		.policy		= adit_socket_attach_nl_policy,
		.maxattr	= ADIT_A_SOCKET_KIND,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SOCKET_DETACH,
		.doit		= adit_nl_socket_detach_doit,
		.policy		= adit_socket_detach_nl_policy,
		.maxattr	= ADIT_A_SOCKET_FD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_CHILD_NEW,
		.doit		= adit_nl_child_new_doit,
		.policy		= adit_child_new_nl_policy,
		.maxattr	= ADIT_A_CHILD_L2TP_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_CHILD_SET,
		.doit		= adit_nl_child_set_doit,
		.policy		= adit_child_set_nl_policy,
		.maxattr	= ADIT_A_CHILD_PEER_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_CHILD_DEL,
		.doit		= adit_nl_child_del_doit,
		.policy		= adit_child_del_nl_policy,
		.maxattr	= ADIT_A_CHILD_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_CHILD_GET,
		.doit		= adit_nl_child_get_doit,
		.dumpit		= adit_nl_child_get_dumpit,
		.policy		= adit_child_get_nl_policy,
		.maxattr	= ADIT_A_CHILD_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_NEW,
		.doit		= adit_nl_sa_new_doit,
		.policy		= adit_sa_new_nl_policy,
		.maxattr	= ADIT_A_SA_SEQ,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_DEL,
		.doit		= adit_nl_sa_del_doit,
		.policy		= adit_sa_del_nl_policy,
		.maxattr	= ADIT_A_SA_SPI,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_SA_GET,
		.doit		= adit_nl_sa_get_doit,
		.dumpit		= adit_nl_sa_get_dumpit,
		.policy		= adit_sa_get_nl_policy,
		.maxattr	= ADIT_A_SA_SPI,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ADIT_CMD_CONTROL_SEND,
		.doit		= adit_nl_control_send_doit,
		.policy		= adit_control_send_nl_policy,
		.maxattr	= ADIT_A_CONTROL_DATA,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};
