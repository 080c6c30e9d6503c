// SPDX-License-Identifier: GPL-2.0
/* Link kind pptp: devices made and changed over rtnetlink. */

#include <linux/module.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "gre.h"
#include "link.h"
#include "outer.h"
#include "pptp.h"
#include "session.h"

/* Devices that use the GRE slot. */
static atomic_t adit_pptp_users = ATOMIC_INIT(0);

static const struct nla_policy adit_link_pptp_policy[ADIT_A_LINK_PPTP_MAX + 1] = {
	[0]				= { .strict_start_type = ADIT_A_LINK_PPTP_MODE },
	[ADIT_A_LINK_PPTP_MODE]		= NLA_POLICY_MAX(NLA_U32, ADIT_DEV_MODE_CONCENTRATOR),
	[ADIT_A_LINK_PPTP_LOCAL]	= { .type = NLA_U32 },
	[ADIT_A_LINK_PPTP_REMOTE]	= { .type = NLA_U32 },
	[ADIT_A_LINK_PPTP_CALL_ID]	= { .type = NLA_U16 },
	[ADIT_A_LINK_PPTP_PEER_CALL_ID]	= { .type = NLA_U16 },
	[ADIT_A_LINK_PPTP_FWMARK]	= { .type = NLA_U32 },
	[ADIT_A_LINK_PPTP_LINK]		= { .type = NLA_U32 },
	[ADIT_A_LINK_PPTP_FRAMING]	= NLA_POLICY_MASK(NLA_U32, ADIT_PPP_FRAMING_ACFC | ADIT_PPP_FRAMING_PFC),
	[ADIT_A_LINK_PPTP_MRU]		= NLA_POLICY_MIN(NLA_U16, ADIT_MRU_MIN),
	[ADIT_A_LINK_PPTP_MSS_CLAMP]	= NLA_POLICY_FULL_RANGE(NLA_U32, &adit_link_mss_range),
	[ADIT_A_LINK_PPTP_RX_WINDOW]	= NLA_POLICY_MAX(NLA_U32, 256),
	[ADIT_A_LINK_PPTP_REORDER_MS]	= NLA_POLICY_RANGE(NLA_U32, 1, 5000),
	[ADIT_A_LINK_PPTP_ACK_DELAY_MS]	= NLA_POLICY_RANGE(NLA_U32, 1, 5000),
	[ADIT_A_LINK_PPTP_MPPE_REQUIRED] = { .type = NLA_FLAG },
};

/* What makes a session; those of a concentrator have their own. */
static const struct adit_link_need adit_link_pptp_needs[] = {
	{ ADIT_A_LINK_PPTP_LOCAL, "local is missing", "local is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_REMOTE, "remote is missing", "remote is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_CALL_ID, "call-id is missing", "call-id is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_PEER_CALL_ID, "peer-call-id is missing",
	  "peer-call-id is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_FRAMING, NULL, "framing is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_MRU, NULL, "mru is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_RX_WINDOW, NULL, "rx-window is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_REORDER_MS, NULL, "reorder-ms is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_ACK_DELAY_MS, NULL, "ack-delay-ms is of a session, a concentrator has none" },
	{ ADIT_A_LINK_PPTP_MPPE_REQUIRED, NULL, "mppe-required is of a session, a concentrator has none" },
};

static enum adit_dev_mode adit_link_mode(struct nlattr *data[])
{
	return data[ADIT_A_LINK_PPTP_MODE] ? nla_get_u32(data[ADIT_A_LINK_PPTP_MODE]) :
					     ADIT_DEV_MODE_POINT_TO_POINT;
}

static int adit_link_pptp_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS])
		return adit_link_refuse(extack, tb[IFLA_ADDRESS], "a pptp device has no link-layer address");
	return data ? adit_link_check_mss(data[ADIT_A_LINK_PPTP_MSS_CLAMP], extack) : 0;
}

static int adit_link_check(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	bool p2p = adit_link_mode(data) == ADIT_DEV_MODE_POINT_TO_POINT;
	struct in6_addr addr = {};
	int err;

	err = adit_link_check_needs(adit_link_pptp_needs, ARRAY_SIZE(adit_link_pptp_needs), p2p, data, extack);
	if (err || !p2p)
		return err;
	addr.s6_addr32[0] = nla_get_in_addr(data[ADIT_A_LINK_PPTP_LOCAL]);
	if (!adit_outer_addr_ok(AF_INET, &addr))
		return adit_link_refuse(extack, data[ADIT_A_LINK_PPTP_LOCAL], "local is not unicast");
	addr.s6_addr32[0] = nla_get_in_addr(data[ADIT_A_LINK_PPTP_REMOTE]);
	if (!adit_outer_addr_ok(AF_INET, &addr))
		return adit_link_refuse(extack, data[ADIT_A_LINK_PPTP_REMOTE], "remote is not unicast");
	return 0;
}

static int adit_link_session(struct adit_dev *adev, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct adit_session_conf conf = {
		.given		= ADIT_CONF_NET,
		.id		= ADIT_P2P_ID,
		.net		= ADIT_PPP_NET_ALL,
		.key_attr	= data[ADIT_A_LINK_PPTP_CALL_ID],
		.pptp_peer_call_id = nla_get_u16(data[ADIT_A_LINK_PPTP_PEER_CALL_ID]),
		.rx_window	= adit_link_u32_or(data[ADIT_A_LINK_PPTP_RX_WINDOW], ADIT_RX_WINDOW_DEFAULT),
		.reorder_ms	= adit_link_u32_or(data[ADIT_A_LINK_PPTP_REORDER_MS], ADIT_REORDER_MS_DEFAULT),
		.ack_delay_ms	= adit_link_u32_or(data[ADIT_A_LINK_PPTP_ACK_DELAY_MS],
						   ADIT_ACK_DELAY_MS_DEFAULT),
	};

	adit_pptp_key(&conf.key, nla_get_in_addr(data[ADIT_A_LINK_PPTP_LOCAL]),
		      nla_get_in_addr(data[ADIT_A_LINK_PPTP_REMOTE]), nla_get_u16(data[ADIT_A_LINK_PPTP_CALL_ID]));
	if (nla_get_flag(data[ADIT_A_LINK_PPTP_MPPE_REQUIRED]))
		conf.given |= ADIT_CONF_REQUIRED;
	adit_link_ppp_conf(data[ADIT_A_LINK_PPTP_FRAMING], data[ADIT_A_LINK_PPTP_MRU], &conf);
	return adit_session_new(adev, &conf, extack);
}

/*
 * The slot of GRE version 1 is the machine's, so who takes it first must be root of the machine; any local user may be
 * root of a user namespace.
 */
static int adit_pptp_hook(struct netlink_ext_ack *extack)
{
	int err;

	if (!atomic_read(&adit_pptp_users) && !adit_link_may_hook()) {
		NL_SET_ERR_MSG(extack,
			       "the first pptp device takes GRE version 1 of the machine: needs CAP_NET_ADMIN outside user namespaces, or unprivileged_hooks=1");
		return -EPERM;
	}
	err = adit_gre_get(extack);
	if (err)
		return err;
	atomic_inc(&adit_pptp_users);
	return 0;
}

static void adit_pptp_unhook(void)
{
	adit_gre_put();
	atomic_dec(&adit_pptp_users);
}

static int adit_link_fill(struct adit_dev *adev, struct net *net, struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	adev->net = net;
	adev->kind = ADIT_KIND_PPTP;
	adev->mode = adit_link_mode(data);
	adev->fwmark = adit_link_u32_or(data[ADIT_A_LINK_PPTP_FWMARK], 0);
	adev->link = adit_link_u32_or(data[ADIT_A_LINK_PPTP_LINK], 0);
	adev->mss_clamp = adit_link_u32_or(data[ADIT_A_LINK_PPTP_MSS_CLAMP], ADIT_MSS_CLAMP_AUTO);
	if (adit_dev_is_p2p(adev))
		adev->dev->flags |= IFF_MULTICAST;
	return adit_dev_set_overhead(adev, ADIT_PPTP_OVERHEAD, tb[IFLA_MTU], extack);
}

static int adit_link_pptp_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
				  struct netlink_ext_ack *extack)
{
	struct net *outer = rtnl_newlink_link_net(params);
	struct adit_dev *adev = adit_dev(dev);
	struct nlattr **data = params->data;
	int err;

	if (!data)
		return adit_link_refuse(extack, NULL, "local, remote, call-id and peer-call-id, or mode, are missing");
	err = adit_link_check(data, extack);
	if (err)
		return err;

	err = adit_link_fill(adev, outer, params->tb, data, extack);
	if (err)
		return err;
	err = adit_pptp_hook(extack);
	if (err)
		return err;
	adev->unhook = adit_pptp_unhook;
	err = adit_link_register(adev, data[ADIT_A_LINK_PPTP_LINK], extack);
	if (err || !adit_dev_is_p2p(adev))
		return err;

	err = adit_link_session(adev, data, extack);
	if (err)
		unregister_netdevice(dev);
	return err;
}

ADIT_RTNL_NEWLINK(adit_link_pptp_newlink)

static int adit_link_may_change(struct adit_dev *adev, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	int attr;

	for (attr = 1; attr <= ADIT_A_LINK_PPTP_MAX; attr++) {
		if (!data[attr])
			continue;
		switch (attr) {
		case ADIT_A_LINK_PPTP_FWMARK:
		case ADIT_A_LINK_PPTP_MSS_CLAMP:
			break;
		case ADIT_A_LINK_PPTP_FRAMING:
		case ADIT_A_LINK_PPTP_MRU:
			if (adit_dev_is_p2p(adev))
				break;
			NL_SET_ERR_MSG_ATTR(extack, data[attr], "framing and mru are of a session: use netlink");
			return -EOPNOTSUPP;
		default:
			NL_SET_ERR_MSG_ATTR(extack, data[attr],
					    "only framing, mru, mss-clamp and fwmark can be changed");
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int adit_link_pptp_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
				     struct netlink_ext_ack *extack)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_session_conf conf = {};
	int err;

	if (!data)
		return 0;
	err = adit_link_may_change(adev, data, extack);
	if (err)
		return err;
	adit_link_ppp_conf(data[ADIT_A_LINK_PPTP_FRAMING], data[ADIT_A_LINK_PPTP_MRU], &conf);
	err = adit_link_change_session(adev, &conf, extack);
	if (!err)
		adit_link_change_dev(adev, data[ADIT_A_LINK_PPTP_MSS_CLAMP], data[ADIT_A_LINK_PPTP_FWMARK]);
	return err;
}

static size_t adit_link_pptp_get_size(const struct net_device *dev)
{
	return 7 * nla_total_size(sizeof(u32)) +	/* mode, local, remote, fwmark, link, framing, mss-clamp */
	       3 * nla_total_size(sizeof(u32)) +	/* rx-window, reorder-ms, ack-delay-ms */
	       3 * nla_total_size(sizeof(u16)) +	/* call-id, peer-call-id, mru */
	       nla_total_size(0);			/* mppe-required */
}

static int adit_link_fill_session(struct sk_buff *skb, struct adit_session *s)
{
	struct adit_session_view view;

	adit_session_view(s, &view);
	if (nla_put_in_addr(skb, ADIT_A_LINK_PPTP_LOCAL, s->key.local.s6_addr32[0]) ||
	    nla_put_in_addr(skb, ADIT_A_LINK_PPTP_REMOTE, s->key.peer.s6_addr32[0]) ||
	    nla_put_u16(skb, ADIT_A_LINK_PPTP_CALL_ID, s->key.id) ||
	    nla_put_u16(skb, ADIT_A_LINK_PPTP_PEER_CALL_ID, s->pptp.peer_call_id) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_FRAMING, view.framing) ||
	    nla_put_u16(skb, ADIT_A_LINK_PPTP_MRU, view.mru) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_RX_WINDOW, view.rx_window) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_REORDER_MS, jiffies_to_msecs(view.reorder_wait)) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_ACK_DELAY_MS, jiffies_to_msecs(s->pptp.ack_delay)) ||
	    (view.mppe_required && nla_put_flag(skb, ADIT_A_LINK_PPTP_MPPE_REQUIRED)))
		return -EMSGSIZE;
	return 0;
}

static int adit_link_pptp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_session *s;
	int err;

	if (nla_put_u32(skb, ADIT_A_LINK_PPTP_MODE, adev->mode) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_FWMARK, adev->fwmark) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_LINK, adev->link) ||
	    nla_put_u32(skb, ADIT_A_LINK_PPTP_MSS_CLAMP, adev->mss_clamp))
		return -EMSGSIZE;

	s = adit_dev_is_p2p(adev) ? adit_session_get(adev, ADIT_P2P_ID) : NULL;
	if (!s)
		return 0;
	err = adit_link_fill_session(skb, s);
	adit_session_put(s);
	return err;
}

static struct rtnl_link_ops adit_link_pptp_ops __read_mostly = {
	.kind		= "pptp",
	.priv_size	= sizeof(struct adit_dev),
	.setup		= adit_dev_setup,
	.maxtype	= ADIT_A_LINK_PPTP_MAX,
	.policy		= adit_link_pptp_policy,
	.validate	= adit_link_pptp_validate,
	.newlink	= adit_link_pptp_newlink_op,
	.changelink	= adit_link_pptp_changelink,
	.get_size	= adit_link_pptp_get_size,
	.fill_info	= adit_link_pptp_fill_info,
	.get_link_net	= adit_link_get_net,
};

/**
 * adit_link_pptp_init() - register the link kind
 *
 * Return: 0 or -errno.
 */
int __init adit_link_pptp_init(void)
{
	return rtnl_link_register(&adit_link_pptp_ops);
}

/**
 * adit_link_pptp_exit() - unregister it
 */
void adit_link_pptp_exit(void)
{
	rtnl_link_unregister(&adit_link_pptp_ops);
}

MODULE_ALIAS_RTNL_LINK("pptp");
