// SPDX-License-Identifier: GPL-2.0
/* Link kind l2tp: devices made and changed over rtnetlink. */

#include <linux/etherdevice.h>
#include <linux/module.h>
#include <net/rtnetlink.h>

#include "carry.h"
#include "device.h"
#include "l2tp.h"
#include "link.h"
#include "netlink-gen.h"
#include "netlink-l2tp.h"
#include "session.h"

/* Devices that use IP protocol 115. */
static atomic_t adit_l2tp_ip_users = ATOMIC_INIT(0);

static const struct nla_policy adit_link_l2tp_policy[ADIT_A_LINK_L2TP_MAX + 1] = {
	[0]				= { .strict_start_type = ADIT_A_LINK_L2TP_MODE },
	[ADIT_A_LINK_L2TP_MODE]		= NLA_POLICY_MAX(NLA_U32, ADIT_DEV_MODE_CONCENTRATOR),
	[ADIT_A_LINK_L2TP_PAYLOAD]	= NLA_POLICY_MAX(NLA_U32, ADIT_L2TP_PAYLOAD_ETHERNET),
	[ADIT_A_LINK_L2TP_LOCAL_V4]	= { .type = NLA_U32 },
	[ADIT_A_LINK_L2TP_REMOTE_V4]	= { .type = NLA_U32 },
	[ADIT_A_LINK_L2TP_LOCAL_V6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[ADIT_A_LINK_L2TP_REMOTE_V6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[ADIT_A_LINK_L2TP_LOCAL_PORT]	= { .type = NLA_U16 },
	[ADIT_A_LINK_L2TP_REMOTE_PORT]	= { .type = NLA_U16 },
	[ADIT_A_LINK_L2TP_L2TP]		= NLA_POLICY_NESTED(adit_l2tp_nl_policy),
	[ADIT_A_LINK_L2TP_FWMARK]	= { .type = NLA_U32 },
	[ADIT_A_LINK_L2TP_LINK]		= { .type = NLA_U32 },
	[ADIT_A_LINK_L2TP_FRAMING]	= NLA_POLICY_MASK(NLA_U32, ADIT_PPP_FRAMING_ACFC | ADIT_PPP_FRAMING_PFC),
	[ADIT_A_LINK_L2TP_MRU]		= NLA_POLICY_MIN(NLA_U16, ADIT_MRU_MIN),
	[ADIT_A_LINK_L2TP_MSS_CLAMP]	= NLA_POLICY_FULL_RANGE(NLA_U32, &adit_link_mss_range),
	[ADIT_A_LINK_L2TP_RX_WINDOW]	= NLA_POLICY_MAX(NLA_U32, 256),
	[ADIT_A_LINK_L2TP_REORDER_MS]	= NLA_POLICY_RANGE(NLA_U32, 1, 5000),
	[ADIT_A_LINK_L2TP_MPPE_REQUIRED] = { .type = NLA_FLAG },
	[ADIT_A_LINK_L2TP_CHILD_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[ADIT_A_LINK_L2TP_CHILD]	= NLA_POLICY_MIN(NLA_U32, 1),
};

/* What makes a session; those of a concentrator have their own. */
static const struct adit_link_need adit_link_l2tp_needs[] = {
	{ ADIT_A_LINK_L2TP_L2TP, "l2tp is missing",
	  "ids and what else is in l2tp are of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_LOCAL_V4, NULL, "local is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_REMOTE_V4, NULL, "remote is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_LOCAL_V6, NULL, "local is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_REMOTE_V6, NULL, "remote is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_LOCAL_PORT, NULL, "local-port is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_REMOTE_PORT, NULL, "remote-port is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_FRAMING, NULL, "framing is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_MRU, NULL, "mru is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_RX_WINDOW, NULL, "rx-window is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_REORDER_MS, NULL, "reorder-ms is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_MPPE_REQUIRED, NULL, "mppe-required is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_CHILD_IFINDEX, NULL, "child-ifindex is of a session, a concentrator has none" },
	{ ADIT_A_LINK_L2TP_CHILD, NULL, "child is of a session, a concentrator has none" },
};

/* What a device with Ethernet has not. */
static const int adit_link_l2tp_ppp[] = {
	ADIT_A_LINK_L2TP_FRAMING, ADIT_A_LINK_L2TP_MRU, ADIT_A_LINK_L2TP_MSS_CLAMP, ADIT_A_LINK_L2TP_MPPE_REQUIRED,
};

static bool adit_link_is_ether(struct nlattr *data[])
{
	return data && adit_link_u32_or(data[ADIT_A_LINK_L2TP_PAYLOAD], ADIT_L2TP_PAYLOAD_PPP) ==
	       ADIT_L2TP_PAYLOAD_ETHERNET;
}

static enum adit_dev_mode adit_link_mode(struct nlattr *data[])
{
	return adit_link_u32_or(data[ADIT_A_LINK_L2TP_MODE], ADIT_DEV_MODE_POINT_TO_POINT);
}

static int adit_link_l2tp_check_addr(const struct nlattr *addr, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (!addr)
		return 0;
	if (!adit_link_is_ether(data))
		return adit_link_refuse(extack, addr, "an l2tp device with PPP has no link-layer address");
	if (nla_len(addr) != ETH_ALEN || !is_valid_ether_addr(nla_data(addr)))
		return adit_link_refuse(extack, addr, "address is no unicast Ethernet address");
	return 0;
}

static int adit_link_l2tp_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	int err;

	err = adit_link_l2tp_check_addr(tb[IFLA_ADDRESS], data, extack);
	if (err || !data)
		return err;
	return adit_link_check_mss(data[ADIT_A_LINK_L2TP_MSS_CLAMP], extack);
}

static int adit_link_l2tp_check(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	bool p2p = adit_link_mode(data) == ADIT_DEV_MODE_POINT_TO_POINT;
	unsigned int i;

	if (!p2p && adit_link_is_ether(data))
		return adit_link_refuse(extack, data[ADIT_A_LINK_L2TP_PAYLOAD],
					"Ethernet is one session per device: point to point");
	for (i = 0; adit_link_is_ether(data) && i < ARRAY_SIZE(adit_link_l2tp_ppp); i++)
		if (data[adit_link_l2tp_ppp[i]])
			return adit_link_refuse(extack, data[adit_link_l2tp_ppp[i]],
						"framing, mru, mss-clamp and mppe-required are of PPP, not of Ethernet");
	return adit_link_check_needs(adit_link_l2tp_needs, ARRAY_SIZE(adit_link_l2tp_needs), p2p, data, extack);
}

static int adit_link_l2tp_conf(struct net *net, struct nlattr *data[], struct adit_session_conf *conf,
			       struct netlink_ext_ack *extack)
{
	const struct adit_nl_outer outer = {
		.local4		= data[ADIT_A_LINK_L2TP_LOCAL_V4],
		.peer4		= data[ADIT_A_LINK_L2TP_REMOTE_V4],
		.local6		= data[ADIT_A_LINK_L2TP_LOCAL_V6],
		.peer6		= data[ADIT_A_LINK_L2TP_REMOTE_V6],
		.local_port	= data[ADIT_A_LINK_L2TP_LOCAL_PORT],
		.peer_port	= data[ADIT_A_LINK_L2TP_REMOTE_PORT],
		.child_ifindex	= data[ADIT_A_LINK_L2TP_CHILD_IFINDEX],
		.child		= data[ADIT_A_LINK_L2TP_CHILD],
	};
	int err;

	conf->id = ADIT_P2P_ID;
	conf->net = ADIT_PPP_NET_ALL;
	conf->given = ADIT_CONF_NET;
	conf->rx_window = adit_link_u32_or(data[ADIT_A_LINK_L2TP_RX_WINDOW], ADIT_RX_WINDOW_DEFAULT);
	conf->reorder_ms = adit_link_u32_or(data[ADIT_A_LINK_L2TP_REORDER_MS], ADIT_REORDER_MS_DEFAULT);
	conf->l2tp.open_socket = true;
	if (nla_get_flag(data[ADIT_A_LINK_L2TP_MPPE_REQUIRED]))
		conf->given |= ADIT_CONF_REQUIRED;
	adit_link_ppp_conf(data[ADIT_A_LINK_L2TP_FRAMING], data[ADIT_A_LINK_L2TP_MRU], conf);

	err = adit_nl_outer_parse(net, &outer, conf, extack);
	if (!err)
		err = adit_nl_l2tp_parse(data[ADIT_A_LINK_L2TP_L2TP], adit_link_is_ether(data), conf, extack);
	return err ?: adit_nl_outer_check(&outer, conf, extack);
}

static int adit_l2tp_hook(struct netlink_ext_ack *extack)
{
	int err;

	if (!atomic_read(&adit_l2tp_ip_users) && !adit_link_may_hook()) {
		NL_SET_ERR_MSG(extack,
			       "the first device over IP takes protocol 115 of the machine: needs CAP_NET_ADMIN outside user namespaces, or unprivileged_hooks=1");
		return -EPERM;
	}
	err = adit_l2tp_ip_get(extack);
	if (err)
		return err;
	atomic_inc(&adit_l2tp_ip_users);
	return 0;
}

static void adit_l2tp_unhook(void)
{
	adit_l2tp_ip_put();
	atomic_dec(&adit_l2tp_ip_users);
}

/* @conf: of a point-to-point device's session */
static int adit_link_l2tp_fill(struct adit_dev *adev, struct net *net, struct nlattr *tb[], struct nlattr *data[],
			       const struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	unsigned int overhead;

	adev->net = net;
	adev->kind = ADIT_KIND_L2TP;
	adev->mode = adit_link_mode(data);
	adev->fwmark = adit_link_u32_or(data[ADIT_A_LINK_L2TP_FWMARK], 0);
	adev->link = adit_link_u32_or(data[ADIT_A_LINK_L2TP_LINK], 0);
	adev->mss_clamp = adit_link_u32_or(data[ADIT_A_LINK_L2TP_MSS_CLAMP], ADIT_MSS_CLAMP_AUTO);
	overhead = adit_dev_is_p2p(adev) ? adit_l2tp_overhead(conf) : ADIT_L2TP_OVERHEAD_MAX;
	if (conf->l2tp.child)
		overhead += ADIT_CARRY_OVERHEAD;
	if (adit_link_is_ether(data)) {
		adit_dev_setup_ether(adev->dev);
		adev->mss_clamp = ADIT_MSS_CLAMP_OFF;
	} else {
		overhead += ADIT_L2TP_OVERHEAD_PPP;
		if (adit_dev_is_p2p(adev))
			adev->dev->flags |= IFF_MULTICAST;
	}
	return adit_dev_set_overhead(adev, overhead, tb[IFLA_MTU], extack);
}

static int adit_link_l2tp_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
				  struct netlink_ext_ack *extack)
{
	struct net *outer = rtnl_newlink_link_net(params);
	struct adit_dev *adev = adit_dev(dev);
	struct adit_session_conf conf = {};
	struct nlattr **data = params->data;
	int err;

	if (!data)
		return adit_link_refuse(extack, NULL, "addresses and ids, or mode, are missing");
	err = adit_link_l2tp_check(data, extack);
	if (!err && adit_link_mode(data) == ADIT_DEV_MODE_POINT_TO_POINT)
		err = adit_link_l2tp_conf(outer, data, &conf, extack);
	if (!err)
		err = adit_link_l2tp_fill(adev, outer, params->tb, data, &conf, extack);
	if (!err && conf.key.protocol == IPPROTO_L2TP) {
		err = adit_l2tp_hook(extack);
		if (!err)
			adev->unhook = adit_l2tp_unhook;
	}
	if (err)
		goto out;

	err = adit_link_register(adev, data[ADIT_A_LINK_L2TP_LINK], extack);
	if (err || !adit_dev_is_p2p(adev))
		goto out;
	err = adit_session_new(adev, &conf, extack);
	if (err)
		unregister_netdevice(dev);
out:
	adit_nl_l2tp_conf_free(&conf);
	return err;
}

ADIT_RTNL_NEWLINK(adit_link_l2tp_newlink)

static int adit_link_l2tp_may_change(struct adit_dev *adev, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	int attr;

	for (attr = 1; attr <= ADIT_A_LINK_L2TP_MAX; attr++) {
		if (!data[attr])
			continue;
		switch (attr) {
		case ADIT_A_LINK_L2TP_FWMARK:
			break;
		case ADIT_A_LINK_L2TP_MSS_CLAMP:
			if (!adev->ether)
				break;
			NL_SET_ERR_MSG_ATTR(extack, data[attr], "mss-clamp is of PPP, not of Ethernet");
			return -EOPNOTSUPP;
		case ADIT_A_LINK_L2TP_FRAMING:
		case ADIT_A_LINK_L2TP_MRU:
			if (adit_dev_is_p2p(adev) && !adev->ether)
				break;
			NL_SET_ERR_MSG_ATTR(extack, data[attr], "framing and mru are of a PPP session: use netlink");
			return -EOPNOTSUPP;
		case ADIT_A_LINK_L2TP_L2TP:
			if (adit_dev_is_p2p(adev))
				break;
			NL_SET_ERR_MSG_ATTR(extack, data[attr], "seq is of a session: use netlink");
			return -EOPNOTSUPP;
		default:
			NL_SET_ERR_MSG_ATTR(extack, data[attr],
					    "only seq, framing, mru, mss-clamp and fwmark can be changed");
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int adit_link_l2tp_change(struct adit_dev *adev, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct adit_session_conf conf = {};
	struct adit_session *s;
	int err = 0;

	adit_link_ppp_conf(data[ADIT_A_LINK_L2TP_FRAMING], data[ADIT_A_LINK_L2TP_MRU], &conf);
	if (data[ADIT_A_LINK_L2TP_L2TP]) {
		s = adit_session_get(adev, ADIT_P2P_ID);
		if (!s)
			return -ENOENT;
		err = adit_nl_l2tp_parse_change(data[ADIT_A_LINK_L2TP_L2TP], s, &conf, extack);
		adit_session_put(s);
	}
	return err ?: adit_link_change_session(adev, &conf, extack);
}

static int adit_link_l2tp_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
				     struct netlink_ext_ack *extack)
{
	struct adit_dev *adev = adit_dev(dev);
	int err;

	if (!data)
		return 0;
	err = adit_link_l2tp_may_change(adev, data, extack);
	if (!err)
		err = adit_link_l2tp_change(adev, data, extack);
	if (!err)
		adit_link_change_dev(adev, data[ADIT_A_LINK_L2TP_MSS_CLAMP], data[ADIT_A_LINK_L2TP_FWMARK]);
	return err;
}

static size_t adit_link_l2tp_get_size(const struct net_device *dev)
{
	/* Of 32 bits: mode, payload, fwmark, link, framing, mss-clamp, rx-window, reorder-ms, child-ifindex, child. */
	return 10 * nla_total_size(sizeof(u32)) +
	       2 * nla_total_size(sizeof(struct in6_addr)) +	/* local, remote */
	       3 * nla_total_size(sizeof(u16)) +		/* ports, mru */
	       nla_total_size(0) +				/* mppe-required */
	       adit_nl_l2tp_size();
}

static int adit_link_l2tp_fill_outer(struct sk_buff *skb, const struct adit_session *s)
{
	const struct adit_wire_key *key = &s->key;
	int err;

	if (s->l2tp.child)
		return nla_put_u32(skb, ADIT_A_LINK_L2TP_CHILD_IFINDEX, adit_carry_ifindex(s->l2tp.child)) ||
		       nla_put_u32(skb, ADIT_A_LINK_L2TP_CHILD, s->l2tp.child->id) ||
		       nla_put_be16(skb, ADIT_A_LINK_L2TP_REMOTE_PORT, key->peer_port) ? -EMSGSIZE : 0;
	if (key->family == AF_INET)
		err = nla_put_in_addr(skb, ADIT_A_LINK_L2TP_LOCAL_V4, key->local.s6_addr32[0]) ||
		      nla_put_in_addr(skb, ADIT_A_LINK_L2TP_REMOTE_V4, key->peer.s6_addr32[0]);
	else
		err = nla_put_in6_addr(skb, ADIT_A_LINK_L2TP_LOCAL_V6, &key->local) ||
		      nla_put_in6_addr(skb, ADIT_A_LINK_L2TP_REMOTE_V6, &key->peer);
	if (!err && key->local_port)
		err = nla_put_be16(skb, ADIT_A_LINK_L2TP_LOCAL_PORT, key->local_port) ||
		      nla_put_be16(skb, ADIT_A_LINK_L2TP_REMOTE_PORT, key->peer_port);
	return err ? -EMSGSIZE : 0;
}

static int adit_link_l2tp_fill_session(struct sk_buff *skb, struct adit_session *s)
{
	struct adit_session_view view;

	adit_session_view(s, &view);
	if (adit_link_l2tp_fill_outer(skb, s) || adit_nl_l2tp_put(skb, ADIT_A_LINK_L2TP_L2TP, s, &view) ||
	    nla_put_u32(skb, ADIT_A_LINK_L2TP_RX_WINDOW, view.rx_window) ||
	    nla_put_u32(skb, ADIT_A_LINK_L2TP_REORDER_MS, jiffies_to_msecs(view.reorder_wait)))
		return -EMSGSIZE;
	if (s->adev->ether)
		return 0;
	return nla_put_u32(skb, ADIT_A_LINK_L2TP_FRAMING, view.framing) ||
	       nla_put_u16(skb, ADIT_A_LINK_L2TP_MRU, view.mru) ||
	       (view.mppe_required && nla_put_flag(skb, ADIT_A_LINK_L2TP_MPPE_REQUIRED)) ? -EMSGSIZE : 0;
}

static int adit_link_l2tp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_session *s;
	int err;

	if (nla_put_u32(skb, ADIT_A_LINK_L2TP_MODE, adev->mode) ||
	    nla_put_u32(skb, ADIT_A_LINK_L2TP_PAYLOAD,
			adev->ether ? ADIT_L2TP_PAYLOAD_ETHERNET : ADIT_L2TP_PAYLOAD_PPP) ||
	    nla_put_u32(skb, ADIT_A_LINK_L2TP_FWMARK, adev->fwmark) ||
	    nla_put_u32(skb, ADIT_A_LINK_L2TP_LINK, adev->link) ||
	    (!adev->ether && nla_put_u32(skb, ADIT_A_LINK_L2TP_MSS_CLAMP, adev->mss_clamp)))
		return -EMSGSIZE;

	s = adit_dev_is_p2p(adev) ? adit_session_get(adev, ADIT_P2P_ID) : NULL;
	if (!s)
		return 0;
	err = adit_link_l2tp_fill_session(skb, s);
	adit_session_put(s);
	return err;
}

static struct rtnl_link_ops adit_link_l2tp_ops __read_mostly = {
	.kind		= "l2tp",
	.priv_size	= sizeof(struct adit_dev),
	.setup		= adit_dev_setup,
	.maxtype	= ADIT_A_LINK_L2TP_MAX,
	.policy		= adit_link_l2tp_policy,
	.validate	= adit_link_l2tp_validate,
	.newlink	= adit_link_l2tp_newlink_op,
	.changelink	= adit_link_l2tp_changelink,
	.get_size	= adit_link_l2tp_get_size,
	.fill_info	= adit_link_l2tp_fill_info,
	.get_link_net	= adit_link_get_net,
};

/**
 * adit_link_l2tp_init() - register the link kind
 *
 * Return: 0 or -errno.
 */
int __init adit_link_l2tp_init(void)
{
	return rtnl_link_register(&adit_link_l2tp_ops);
}

/**
 * adit_link_l2tp_exit() - unregister it
 */
void adit_link_l2tp_exit(void)
{
	rtnl_link_unregister(&adit_link_l2tp_ops);
}

MODULE_ALIAS_RTNL_LINK("l2tp");
