// SPDX-License-Identifier: GPL-2.0
/* What requests ask for. The policies have checked lengths and ranges; here is what a policy cannot say. */

#include <linux/slab.h>
#include <net/ipv6.h>

#include "device.h"
#include "netlink-esp.h"
#include "netlink-gen.h"
#include "netlink-l2tp.h"
#include "netlink.h"
#include "outer.h"
#include "pptp.h"
#include "session.h"

/* Room for every type of an attribute set; the largest has 31. */
#define ADIT_NL_TYPES_MAX	64

struct adit_nl_need {
	u8 cmd;
	u8 attr;
	const char *text;
};

static const struct adit_nl_need adit_nl_needs[] = {
	{ ADIT_CMD_DEV_GET,	ADIT_A_DEV_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_DEV_CLAIM,	ADIT_A_DEV_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_DEV_RELEASE,	ADIT_A_DEV_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SESSION_NEW,	ADIT_A_SESSION_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SESSION_NEW,	ADIT_A_SESSION_ID,		"id is missing" },
	{ ADIT_CMD_SESSION_SET,	ADIT_A_SESSION_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SESSION_SET,	ADIT_A_SESSION_ID,		"id is missing" },
	{ ADIT_CMD_SESSION_DEL,	ADIT_A_SESSION_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SESSION_DEL,	ADIT_A_SESSION_ID,		"id is missing" },
	{ ADIT_CMD_SESSION_GET,	ADIT_A_SESSION_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SESSION_GET,	ADIT_A_SESSION_ID,		"id is missing" },
	{ ADIT_CMD_FRAME_SEND,	ADIT_A_FRAME_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_FRAME_SEND,	ADIT_A_FRAME_ID,		"id is missing" },
	{ ADIT_CMD_FRAME_SEND,	ADIT_A_FRAME_PROTOCOL,		"protocol is missing" },
	{ ADIT_CMD_FRAME_SEND,	ADIT_A_FRAME_DATA,		"data is missing" },
	{ ADIT_CMD_CHILD_NEW,	ADIT_A_CHILD_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_CHILD_NEW,	ADIT_A_CHILD_ID,		"id is missing" },
	{ ADIT_CMD_CHILD_SET,	ADIT_A_CHILD_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_CHILD_SET,	ADIT_A_CHILD_ID,		"id is missing" },
	{ ADIT_CMD_CHILD_DEL,	ADIT_A_CHILD_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_CHILD_DEL,	ADIT_A_CHILD_ID,		"id is missing" },
	{ ADIT_CMD_CHILD_GET,	ADIT_A_CHILD_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_CHILD_GET,	ADIT_A_CHILD_ID,		"id is missing" },
	{ ADIT_CMD_SA_NEW,	ADIT_A_SA_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SA_NEW,	ADIT_A_SA_CHILD,		"child is missing" },
	{ ADIT_CMD_SA_NEW,	ADIT_A_SA_DIRECTION,		"direction is missing" },
	{ ADIT_CMD_SA_NEW,	ADIT_A_SA_SPI,			"spi is missing" },
	{ ADIT_CMD_SA_NEW,	ADIT_A_SA_CIPHER,		"cipher is missing" },
	{ ADIT_CMD_SA_DEL,	ADIT_A_SA_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SA_DEL,	ADIT_A_SA_CHILD,		"child is missing" },
	{ ADIT_CMD_SA_DEL,	ADIT_A_SA_DIRECTION,		"direction is missing" },
	{ ADIT_CMD_SA_DEL,	ADIT_A_SA_SPI,			"spi is missing" },
	{ ADIT_CMD_SA_GET,	ADIT_A_SA_IFINDEX,		"ifindex is missing" },
	{ ADIT_CMD_SA_GET,	ADIT_A_SA_CHILD,		"child is missing" },
	{ ADIT_CMD_SA_GET,	ADIT_A_SA_DIRECTION,		"direction is missing" },
	{ ADIT_CMD_SA_GET,	ADIT_A_SA_SPI,			"spi is missing" },
	{ ADIT_CMD_CONTROL_SEND, ADIT_A_CONTROL_IFINDEX,	"ifindex is missing" },
	{ ADIT_CMD_CONTROL_SEND, ADIT_A_CONTROL_CHILD,		"child is missing" },
	{ ADIT_CMD_CONTROL_SEND, ADIT_A_CONTROL_PEER_PORT,	"peer-port is missing" },
	{ ADIT_CMD_CONTROL_SEND, ADIT_A_CONTROL_DATA,		"data is missing" },
	{ ADIT_CMD_SOCKET_ATTACH, ADIT_A_SOCKET_FD,		"fd is missing" },
	{ ADIT_CMD_SOCKET_DETACH, ADIT_A_SOCKET_FD,		"fd is missing" },
};

struct adit_nl_kind_need {
	u8 kind;
	u8 attr;
	const char *text;
};

/* What a new session needs by the kind of its device. */
static const struct adit_nl_kind_need adit_nl_kind_needs[] = {
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_LOCAL_V4,	"local-v4 is missing" },
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_PEER_V4,		"peer-v4 is missing" },
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_CALL_ID,		"call-id is missing" },
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_PEER_CALL_ID,	"peer-call-id is missing" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_L2TP,		"l2tp is missing" },
};

/* What only sessions of one kind have. */
static const struct adit_nl_kind_need adit_nl_kind_has[] = {
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_CALL_ID,		"call-id is of pptp" },
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_PEER_CALL_ID,	"peer-call-id is of pptp" },
	{ ADIT_KIND_PPTP,	ADIT_A_SESSION_ACK_DELAY_MS,	"ack-delay-ms is of pptp" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_L2TP,		"l2tp is of kind l2tp" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_LOCAL_V6,	"local-v6 is of l2tp, pptp has IPv4 outside" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_PEER_V6,		"peer-v6 is of l2tp, pptp has IPv4 outside" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_LOCAL_PORT,	"local-port is of l2tp" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_PEER_PORT,	"peer-port is of l2tp" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_CHILD_IFINDEX,	"child-ifindex is of l2tp" },
	{ ADIT_KIND_L2TP,	ADIT_A_SESSION_CHILD,		"child is of l2tp" },
};

/* What is of PPP, and of no session of a device that carries Ethernet. */
static const u8 adit_nl_ppp_has[] = {
	ADIT_A_SESSION_NET, ADIT_A_SESSION_FRAMING, ADIT_A_SESSION_MRU, ADIT_A_SESSION_MPPE_REQUIRED,
	ADIT_A_SESSION_MPPE_TX, ADIT_A_SESSION_MPPE_RX, ADIT_A_SESSION_MPPE_FLUSH,
};

static bool adit_nl_has_session_attrs(u8 cmd)
{
	return cmd == ADIT_CMD_SESSION_NEW || cmd == ADIT_CMD_SESSION_SET;
}

/* The attribute of a command that may come many times, or -1. */
static int adit_nl_multi(u8 cmd)
{
	if (adit_nl_has_session_attrs(cmd))
		return ADIT_A_SESSION_PREFIX;
	return cmd == ADIT_CMD_CHILD_NEW || cmd == ADIT_CMD_CHILD_SET ? ADIT_A_CHILD_SELECTOR : -1;
}

/**
 * adit_nl_once() - refuse an attribute that is given twice, it could mean either
 * @head: first attribute
 * @len: octets of all
 * @multi: the one that may come many times, or -1
 * @extack: told which
 *
 * Return: 0 or -EINVAL.
 */
int adit_nl_once(const struct nlattr *head, int len, int multi, struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, ADIT_NL_TYPES_MAX) = {};
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, head, len, rem) {
		int type = nla_type(attr);

		if (type == multi || type >= ADIT_NL_TYPES_MAX)
			continue;
		if (__test_and_set_bit(type, seen)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "attribute is given twice");
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * adit_nl_check() - refuse what is doubled or missing
 * @nlh: request
 * @cmd: its command
 * @attrs: its attributes; NULL for a dump, which needs none
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_nl_check(const struct nlmsghdr *nlh, u8 cmd, struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	const struct adit_nl_need *need;
	unsigned int i;
	int err;

	err = adit_nl_once(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN), adit_nl_multi(cmd),
			   extack);
	if (err || !attrs)
		return err;

	for (i = 0; i < ARRAY_SIZE(adit_nl_needs); i++) {
		need = &adit_nl_needs[i];
		if (need->cmd != cmd || attrs[need->attr])
			continue;
		NL_SET_ERR_ATTR_MISS(extack, NULL, need->attr);
		if (extack)
			extack->_msg = need->text;
		return -EINVAL;
	}
	return 0;
}

/**
 * adit_nl_nest() - read a nest in which nothing may come twice
 * @tb: gets its attributes
 * @max: highest type
 * @attr: nest
 * @policy: of its attributes
 * @extack: told why not
 *
 * Return: 0 or -errno.
 */
int adit_nl_nest(struct nlattr **tb, int max, const struct nlattr *attr, const struct nla_policy *policy,
		 struct netlink_ext_ack *extack)
{
	int err;

	err = nla_parse_nested(tb, max, attr, policy, extack);
	if (err)
		return err;
	return adit_nl_once(nla_data(attr), nla_len(attr), -1, extack);
}

/* Host bits below the prefix must be zero, and the address must be one that can select a session. */
static int adit_nl_check_prefix(const struct adit_prefix *prefix, const struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	bool v4 = prefix->family == AF_INET;
	__be32 addr4 = prefix->addr.s6_addr32[0];
	struct in6_addr masked;

	if (prefix->len > (v4 ? 32 : 128)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "prefix is longer than an IPv4 address");
		return -EINVAL;
	}
	ipv6_addr_prefix(&masked, &prefix->addr, prefix->len);
	if (!ipv6_addr_equal(&masked, &prefix->addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "prefix has bits set below its length");
		return -EINVAL;
	}
	if (v4 ? ipv4_is_multicast(addr4) || ipv4_is_lbcast(addr4) || (!addr4 && prefix->len == 32) :
		 ipv6_addr_type(&prefix->addr) & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL) ||
		 (ipv6_addr_any(&prefix->addr) && prefix->len == 128)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "prefix is not unicast, or link-local");
		return -EINVAL;
	}
	return 0;
}

/**
 * adit_nl_parse_prefix() - read an address or prefix
 * @attr: nest
 * @prefix: set on success
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_nl_parse_prefix(const struct nlattr *attr, struct adit_prefix *prefix, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(adit_prefix_nl_policy)];
	int err;

	err = adit_nl_nest(tb, ARRAY_SIZE(tb) - 1, attr, adit_prefix_nl_policy, extack);
	if (err)
		return err;
	if (!tb[ADIT_A_PREFIX_V4] == !tb[ADIT_A_PREFIX_V6]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "prefix needs either v4 or v6");
		return -EINVAL;
	}

	memset(prefix, 0, sizeof(*prefix));
	if (tb[ADIT_A_PREFIX_V4]) {
		prefix->family = AF_INET;
		prefix->len = 32;
		prefix->addr.s6_addr32[0] = nla_get_in_addr(tb[ADIT_A_PREFIX_V4]);
	} else {
		prefix->family = AF_INET6;
		prefix->len = 128;
		prefix->addr = nla_get_in6_addr(tb[ADIT_A_PREFIX_V6]);
	}
	if (tb[ADIT_A_PREFIX_LEN])
		prefix->len = nla_get_u8(tb[ADIT_A_PREFIX_LEN]);
	return adit_nl_check_prefix(prefix, attr, extack);
}

static int adit_nl_parse_prefixes(struct genl_info *info, struct adit_session_conf *conf)
{
	const struct nlattr *head = nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
	int len = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), rem, err;
	const struct nlattr *attr;
	unsigned int n = 0;

	nla_for_each_attr(attr, head, len, rem)
		n += nla_type(attr) == ADIT_A_SESSION_PREFIX;
	if (!n)
		return 0;
	if (n > ADIT_PREFIXES_MAX) {
		NL_SET_ERR_MSG(info->extack, "more than prefixes-max prefixes");
		return -E2BIG;
	}

	conf->prefixes = kcalloc(n, sizeof(*conf->prefixes), GFP_KERNEL);
	conf->prefix_attr = kcalloc(n, sizeof(*conf->prefix_attr), GFP_KERNEL);
	if (!conf->prefixes || !conf->prefix_attr)
		return -ENOMEM;

	conf->given |= ADIT_CONF_PREFIX;
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != ADIT_A_SESSION_PREFIX)
			continue;
		err = adit_nl_parse_prefix(attr, &conf->prefixes[conf->n_prefixes], info->extack);
		if (err)
			return err;
		conf->prefix_attr[conf->n_prefixes++] = attr;
	}
	return 0;
}

/* An empty nest means: no key any more. */
static int adit_nl_parse_mppe(const struct nlattr *attr, struct adit_mppe *mppe, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(adit_mppe_nl_policy)];
	int err;

	err = adit_nl_nest(tb, ARRAY_SIZE(tb) - 1, attr, adit_mppe_nl_policy, extack);
	if (err || !nla_len(attr))
		return err;
	if (!tb[ADIT_A_MPPE_STRENGTH] || !tb[ADIT_A_MPPE_START_KEY]) {
		NL_SET_ERR_ATTR_MISS(extack, attr,
				     tb[ADIT_A_MPPE_STRENGTH] ? ADIT_A_MPPE_START_KEY : ADIT_A_MPPE_STRENGTH);
		NL_SET_ERR_MSG_ATTR(extack, attr, "a key needs strength and start-key");
		return -EINVAL;
	}
	return adit_mppe_init(mppe, nla_get_u32(tb[ADIT_A_MPPE_STRENGTH]),
			      nla_get_flag(tb[ADIT_A_MPPE_STATEFUL]), nla_data(tb[ADIT_A_MPPE_START_KEY]));
}

static int adit_nl_parse_keys(struct genl_info *info, struct adit_session_conf *conf)
{
	int err;

	if (info->attrs[ADIT_A_SESSION_MPPE_TX]) {
		conf->given |= ADIT_CONF_MPPE_TX;
		err = adit_nl_parse_mppe(info->attrs[ADIT_A_SESSION_MPPE_TX], &conf->tx_mppe, info->extack);
		if (err)
			return err;
	}
	if (info->attrs[ADIT_A_SESSION_MPPE_RX]) {
		conf->given |= ADIT_CONF_MPPE_RX;
		err = adit_nl_parse_mppe(info->attrs[ADIT_A_SESSION_MPPE_RX], &conf->rx_mppe, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* What session-new and session-set have in common. */
static void adit_nl_parse_common(struct nlattr **attrs, struct adit_session_conf *conf)
{
	if (attrs[ADIT_A_SESSION_IFID]) {
		nla_memcpy(conf->ifid, attrs[ADIT_A_SESSION_IFID], sizeof(conf->ifid));
		conf->given |= ADIT_CONF_IFID;
	}
	if (attrs[ADIT_A_SESSION_NET]) {
		conf->net = nla_get_u32(attrs[ADIT_A_SESSION_NET]);
		conf->given |= ADIT_CONF_NET;
	}
	if (attrs[ADIT_A_SESSION_FRAMING]) {
		conf->framing = nla_get_u32(attrs[ADIT_A_SESSION_FRAMING]);
		conf->given |= ADIT_CONF_FRAMING;
	}
	if (attrs[ADIT_A_SESSION_MRU]) {
		conf->mru = nla_get_u16(attrs[ADIT_A_SESSION_MRU]);
		conf->given |= ADIT_CONF_MRU;
	}
	if (nla_get_flag(attrs[ADIT_A_SESSION_MPPE_REQUIRED]))
		conf->given |= ADIT_CONF_REQUIRED;
}

static int adit_nl_kind_check(struct genl_info *info, const struct adit_dev *adev, bool fresh)
{
	/* The array of attributes ends with the last one that the command may have. */
	const unsigned int n_attrs = fresh ? ARRAY_SIZE(adit_session_new_nl_policy) :
					     ARRAY_SIZE(adit_session_set_nl_policy);
	const struct adit_nl_kind_need *need;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(adit_nl_kind_has); i++) {
		need = &adit_nl_kind_has[i];
		if (need->kind == adev->kind || need->attr >= n_attrs || !info->attrs[need->attr])
			continue;
		NL_SET_BAD_ATTR(info->extack, info->attrs[need->attr]);
		info->extack->_msg = need->text;
		return -EINVAL;
	}
	for (i = 0; adev->ether && i < ARRAY_SIZE(adit_nl_ppp_has); i++) {
		if (!info->attrs[adit_nl_ppp_has[i]])
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[adit_nl_ppp_has[i]],
				    "the device carries Ethernet, there is no PPP");
		return -EINVAL;
	}
	for (i = 0; fresh && i < ARRAY_SIZE(adit_nl_kind_needs); i++) {
		need = &adit_nl_kind_needs[i];
		if (need->kind != adev->kind || info->attrs[need->attr])
			continue;
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, need->attr);
		info->extack->_msg = need->text;
		return -EINVAL;
	}
	return 0;
}

static int adit_nl_parse_pptp(struct genl_info *info, struct adit_session_conf *conf)
{
	struct nlattr **attrs = info->attrs;

	adit_pptp_key(&conf->key, nla_get_in_addr(attrs[ADIT_A_SESSION_LOCAL_V4]),
		      nla_get_in_addr(attrs[ADIT_A_SESSION_PEER_V4]), nla_get_u16(attrs[ADIT_A_SESSION_CALL_ID]));
	conf->key_attr = attrs[ADIT_A_SESSION_CALL_ID];
	conf->pptp_peer_call_id = nla_get_u16(attrs[ADIT_A_SESSION_PEER_CALL_ID]);
	conf->ack_delay_ms = adit_nl_u32_or(attrs[ADIT_A_SESSION_ACK_DELAY_MS], ADIT_ACK_DELAY_MS_DEFAULT);

	if (!adit_outer_addr_ok(AF_INET, &conf->key.local)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[ADIT_A_SESSION_LOCAL_V4], "local-v4 is not unicast");
		return -EINVAL;
	}
	if (!adit_outer_addr_ok(AF_INET, &conf->key.peer)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[ADIT_A_SESSION_PEER_V4], "peer-v4 is not unicast");
		return -EINVAL;
	}
	return 0;
}

static int adit_nl_parse_l2tp(struct genl_info *info, struct adit_session_conf *conf)
{
	struct nlattr **attrs = info->attrs;
	const struct adit_nl_outer outer = {
		.local4		= attrs[ADIT_A_SESSION_LOCAL_V4],
		.peer4		= attrs[ADIT_A_SESSION_PEER_V4],
		.local6		= attrs[ADIT_A_SESSION_LOCAL_V6],
		.peer6		= attrs[ADIT_A_SESSION_PEER_V6],
		.local_port	= attrs[ADIT_A_SESSION_LOCAL_PORT],
		.peer_port	= attrs[ADIT_A_SESSION_PEER_PORT],
		.child_ifindex	= attrs[ADIT_A_SESSION_CHILD_IFINDEX],
		.child		= attrs[ADIT_A_SESSION_CHILD],
	};
	int err;

	err = adit_nl_outer_parse(genl_info_net(info), &outer, conf, info->extack);
	if (!err)
		err = adit_nl_l2tp_parse(attrs[ADIT_A_SESSION_L2TP], false, conf, info->extack);
	if (!err)
		err = adit_nl_outer_check(&outer, conf, info->extack);
	if (!err && conf->key.protocol == IPPROTO_L2TP) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[ADIT_A_SESSION_L2TP],
				    "encap ip is of point-to-point devices, the sessions of a concentrator are over UDP");
		err = -EOPNOTSUPP;
	}
	return err;
}

static int adit_nl_parse_new(struct genl_info *info, const struct adit_dev *adev, struct adit_session_conf *conf)
{
	struct nlattr **attrs = info->attrs;

	conf->id = nla_get_u32(attrs[ADIT_A_SESSION_ID]);
	conf->id_attr = attrs[ADIT_A_SESSION_ID];
	conf->rx_window = adit_nl_u32_or(attrs[ADIT_A_SESSION_RX_WINDOW], ADIT_RX_WINDOW_DEFAULT);
	conf->reorder_ms = adit_nl_u32_or(attrs[ADIT_A_SESSION_REORDER_MS], ADIT_REORDER_MS_DEFAULT);

	if (adev->kind == ADIT_KIND_L2TP)
		return adit_nl_parse_l2tp(info, conf);
	return adit_nl_parse_pptp(info, conf);
}

static int adit_nl_parse_change(struct genl_info *info, const struct adit_session *s, struct adit_session_conf *conf)
{
	if (nla_get_flag(info->attrs[ADIT_A_SESSION_MPPE_FLUSH]))
		conf->given |= ADIT_CONF_FLUSH;
	if (!info->attrs[ADIT_A_SESSION_L2TP])
		return 0;
	return adit_nl_l2tp_parse_change(info->attrs[ADIT_A_SESSION_L2TP], s, conf, info->extack);
}

/**
 * adit_nl_parse_session() - read session-new or session-set
 * @info: request, adit_nl_check()ed
 * @adev: the device it is about
 * @s: the session to be changed, or NULL for a new one
 * @conf: zeroed; adit_nl_conf_free() it on success and on failure
 *
 * Return: 0, -EINVAL, -E2BIG, -EOPNOTSUPP, -ENOMEM.
 */
int adit_nl_parse_session(struct genl_info *info, const struct adit_dev *adev, const struct adit_session *s,
			  struct adit_session_conf *conf)
{
	int err;

	if (adev->kind == ADIT_KIND_ESP) {
		NL_SET_ERR_MSG(info->extack, "an esp device has children, not sessions (child-new)");
		return -EOPNOTSUPP;
	}
	err = adit_nl_kind_check(info, adev, !s);
	if (!err)
		err = s ? adit_nl_parse_change(info, s, conf) : adit_nl_parse_new(info, adev, conf);
	if (err)
		return err;

	adit_nl_parse_common(info->attrs, conf);
	err = adit_nl_parse_prefixes(info, conf);
	return err ?: adit_nl_parse_keys(info, conf);
}

/**
 * adit_nl_conf_free() - free and wipe what adit_nl_parse_session() made
 * @conf: from it
 */
void adit_nl_conf_free(struct adit_session_conf *conf)
{
	adit_mppe_wipe(&conf->tx_mppe);
	adit_mppe_wipe(&conf->rx_mppe);
	adit_nl_l2tp_conf_free(conf);
	kfree(conf->prefixes);
	kfree(conf->prefix_attr);
}

/* Wipe the attributes @first to @last of a nest. */
static void adit_nl_wipe_nest(const struct nlattr *nest, int first, int last)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) >= first && nla_type(attr) <= last)
			memzero_explicit(nla_data(attr), nla_len(attr));
}

static void adit_nl_wipe_attr(const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case ADIT_A_SESSION_MPPE_TX:
	case ADIT_A_SESSION_MPPE_RX:
		adit_nl_wipe_nest(attr, ADIT_A_MPPE_START_KEY, ADIT_A_MPPE_START_KEY);
		break;
	case ADIT_A_SESSION_L2TP:
		adit_nl_wipe_nest(attr, ADIT_A_L2TP_COOKIE, ADIT_A_L2TP_PEER_COOKIE);
		break;
	}
}

/**
 * adit_nl_wipe_keys() - zero every key and cookie in a request
 * @nlh: request; an error reply may quote it, and its memory is used again
 * @cmd: its command
 */
void adit_nl_wipe_keys(const struct nlmsghdr *nlh, u8 cmd)
{
	const struct nlattr *head = nlmsg_attrdata(nlh, GENL_HDRLEN), *attr;
	int rem;

	if (!adit_nl_has_session_attrs(cmd) && cmd != ADIT_CMD_SA_NEW)
		return;
	nla_for_each_attr(attr, head, nlmsg_attrlen(nlh, GENL_HDRLEN), rem) {
		if (cmd == ADIT_CMD_SA_NEW)
			adit_esp_nl_wipe(attr);
		else
			adit_nl_wipe_attr(attr);
	}
}
