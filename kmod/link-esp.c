// SPDX-License-Identifier: GPL-2.0
/* Link kind esp: devices made and changed over rtnetlink. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/rtnetlink.h>

#include "child.h"
#include "esp.h"
#include "link.h"
#include "netlink-esp.h"

#define ADIT_ESP_P2P_ID		1	/* id of a point-to-point device's child */

static const struct nla_policy adit_link_esp_policy[ADIT_A_LINK_ESP_MAX + 1] = {
	[0]				= { .strict_start_type = ADIT_A_LINK_ESP_MODE },
	[ADIT_A_LINK_ESP_MODE]		= NLA_POLICY_MAX(NLA_U32, ADIT_DEV_MODE_CONCENTRATOR),
	[ADIT_A_LINK_ESP_LOCAL_V4]	= { .type = NLA_U32 },
	[ADIT_A_LINK_ESP_REMOTE_V4]	= { .type = NLA_U32 },
	[ADIT_A_LINK_ESP_LOCAL_V6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[ADIT_A_LINK_ESP_REMOTE_V6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[ADIT_A_LINK_ESP_FWMARK]	= { .type = NLA_U32 },
	[ADIT_A_LINK_ESP_LINK]		= { .type = NLA_U32 },
	[ADIT_A_LINK_ESP_MSS_CLAMP]	= NLA_POLICY_FULL_RANGE(NLA_U32, &adit_link_mss_range),
	[ADIT_A_LINK_ESP_DF]		= NLA_POLICY_MAX(NLA_U32, ADIT_ESP_DF_CLEAR),
	[ADIT_A_LINK_ESP_NO_DSCP]	= { .type = NLA_FLAG },
	[ADIT_A_LINK_ESP_NO_ECN]	= { .type = NLA_FLAG },
	[ADIT_A_LINK_ESP_ESP_MODE]	= NLA_POLICY_MAX(NLA_U32, ADIT_ESP_MODE_TRANSPORT),
};

/* What makes a child; those of a concentrator have their own. */
static const struct adit_link_need adit_link_esp_needs[] = {
	{ ADIT_A_LINK_ESP_LOCAL_V4, NULL, "local is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_REMOTE_V4, NULL, "remote is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_LOCAL_V6, NULL, "local is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_REMOTE_V6, NULL, "remote is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_DF, NULL, "df is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_NO_DSCP, NULL, "no-dscp is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_NO_ECN, NULL, "no-ecn is of a child, a concentrator has none" },
	{ ADIT_A_LINK_ESP_ESP_MODE, NULL, "esp-mode is of a child, a concentrator has none" },
};

static int adit_link_esp_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS])
		return adit_link_refuse(extack, tb[IFLA_ADDRESS], "an esp device has no link-layer address");
	return data ? adit_link_check_mss(data[ADIT_A_LINK_ESP_MSS_CLAMP], extack) : 0;
}

static enum adit_dev_mode adit_link_esp_mode(struct nlattr *data[])
{
	return adit_link_u32_or(data[ADIT_A_LINK_ESP_MODE], ADIT_DEV_MODE_POINT_TO_POINT);
}

/* What is routed into a point-to-point device is for its peer, whatever it is. */
static void adit_link_esp_selectors(struct adit_selector sel[static 2])
{
	const struct adit_selector any4 = {
		.local		= { .family = AF_INET },
		.remote		= { .family = AF_INET },
		.local_max	= U16_MAX,
		.remote_max	= U16_MAX,
	};

	sel[0] = any4;
	sel[1] = any4;
	sel[1].local.family = AF_INET6;
	sel[1].remote.family = AF_INET6;
}

static int adit_link_esp_conf(struct nlattr *data[], struct adit_child_conf *conf, struct netlink_ext_ack *extack)
{
	const struct adit_esp_nl_outer outer = {
		.local4	= data[ADIT_A_LINK_ESP_LOCAL_V4],
		.peer4	= data[ADIT_A_LINK_ESP_REMOTE_V4],
		.local6	= data[ADIT_A_LINK_ESP_LOCAL_V6],
		.peer6	= data[ADIT_A_LINK_ESP_REMOTE_V6],
	};

	conf->id = ADIT_ESP_P2P_ID;
	conf->mode = adit_link_u32_or(data[ADIT_A_LINK_ESP_ESP_MODE], ADIT_ESP_MODE_TUNNEL);
	conf->df = adit_link_u32_or(data[ADIT_A_LINK_ESP_DF], ADIT_ESP_DF_COPY);
	conf->no_dscp = nla_get_flag(data[ADIT_A_LINK_ESP_NO_DSCP]);
	conf->no_ecn = nla_get_flag(data[ADIT_A_LINK_ESP_NO_ECN]);
	return adit_esp_nl_outer(&outer, conf, extack);
}

/* Hooks of the machine, from the first device on. */
static int adit_link_esp_hook(struct netlink_ext_ack *extack)
{
	if (!adit_esp_used() && !adit_link_may_hook()) {
		NL_SET_ERR_MSG(extack,
			       "the first esp device goes before the machine's IPsec: needs CAP_NET_ADMIN outside user namespaces, or unprivileged_hooks=1");
		return -EPERM;
	}
	return adit_esp_get(extack);
}

static int adit_link_esp_fill(struct adit_dev *adev, struct net *net, struct nlattr *tb[], struct nlattr *data[],
			      const struct adit_child_conf *conf, struct netlink_ext_ack *extack)
{
	unsigned int overhead = ADIT_ESP_OVERHEAD_MAX;

	adev->net = net;
	adev->kind = ADIT_KIND_ESP;
	adev->mode = adit_link_esp_mode(data);
	adev->fwmark = adit_link_u32_or(data[ADIT_A_LINK_ESP_FWMARK], 0);
	adev->link = adit_link_u32_or(data[ADIT_A_LINK_ESP_LINK], 0);
	adev->mss_clamp = adit_link_u32_or(data[ADIT_A_LINK_ESP_MSS_CLAMP], ADIT_MSS_CLAMP_AUTO);
	if (adit_dev_is_p2p(adev)) {
		adev->dev->flags |= IFF_MULTICAST;
		/* In transport mode, the IP header outside is the packet's own. */
		if (conf->mode == ADIT_ESP_MODE_TRANSPORT)
			overhead -= sizeof(struct ipv6hdr);
		else if (conf->family == AF_INET)
			overhead -= sizeof(struct ipv6hdr) - sizeof(struct iphdr);
		overhead -= sizeof(struct udphdr);
	}
	return adit_dev_set_overhead(adev, overhead, tb[IFLA_MTU], extack);
}

static int adit_link_esp_newlink(struct net_device *dev, struct rtnl_newlink_params *params,
				 struct netlink_ext_ack *extack)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_selector selectors[2];
	struct adit_child_conf conf = { .selectors = selectors, .n_selectors = ARRAY_SIZE(selectors) };
	struct nlattr **data = params->data;
	bool p2p;
	int err;

	if (!data)
		return adit_link_refuse(extack, NULL, "addresses, or mode, are missing");
	p2p = adit_link_esp_mode(data) == ADIT_DEV_MODE_POINT_TO_POINT;
	err = adit_link_check_needs(adit_link_esp_needs, ARRAY_SIZE(adit_link_esp_needs), p2p, data, extack);
	if (!err && p2p)
		err = adit_link_esp_conf(data, &conf, extack);
	if (!err)
		err = adit_link_esp_fill(adev, rtnl_newlink_link_net(params), params->tb, data, &conf, extack);
	if (!err)
		err = adit_link_esp_hook(extack);
	if (err)
		return err;
	adev->unhook = adit_esp_put;

	err = adit_link_register(adev, data[ADIT_A_LINK_ESP_LINK], extack);
	if (err || !p2p)
		return err;
	adit_link_esp_selectors(selectors);
	err = adit_child_new(adev, &conf, extack);
	if (err)
		unregister_netdevice(dev);
	return err;
}

ADIT_RTNL_NEWLINK(adit_link_esp_newlink)

static int adit_link_esp_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
				    struct netlink_ext_ack *extack)
{
	int attr;

	for (attr = 1; data && attr <= ADIT_A_LINK_ESP_MAX; attr++) {
		if (!data[attr] || attr == ADIT_A_LINK_ESP_FWMARK || attr == ADIT_A_LINK_ESP_MSS_CLAMP)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, data[attr], "only mss-clamp and fwmark can be changed");
		return -EOPNOTSUPP;
	}
	if (data)
		adit_link_change_dev(adit_dev(dev), data[ADIT_A_LINK_ESP_MSS_CLAMP], data[ADIT_A_LINK_ESP_FWMARK]);
	return 0;
}

static size_t adit_link_esp_get_size(const struct net_device *dev)
{
	return 6 * nla_total_size(sizeof(u32)) +		/* mode, fwmark, link, mss-clamp, df, esp-mode */
	       2 * nla_total_size(sizeof(struct in6_addr)) +	/* local, remote */
	       2 * nla_total_size(0);				/* no-dscp, no-ecn */
}

static int adit_link_esp_fill_child(struct sk_buff *skb, const struct adit_child *child)
{
	const struct adit_esp_path *path;
	int err;

	rcu_read_lock();
	path = rcu_dereference(child->path);
	if (path->family == AF_INET)
		err = nla_put_in_addr(skb, ADIT_A_LINK_ESP_LOCAL_V4, path->local.s6_addr32[0]) ||
		      nla_put_in_addr(skb, ADIT_A_LINK_ESP_REMOTE_V4, path->peer.s6_addr32[0]);
	else
		err = nla_put_in6_addr(skb, ADIT_A_LINK_ESP_LOCAL_V6, &path->local) ||
		      nla_put_in6_addr(skb, ADIT_A_LINK_ESP_REMOTE_V6, &path->peer);
	rcu_read_unlock();
	return err || nla_put_u32(skb, ADIT_A_LINK_ESP_DF, child->df) ||
	       nla_put_u32(skb, ADIT_A_LINK_ESP_ESP_MODE, child->mode) ||
	       (child->no_dscp && nla_put_flag(skb, ADIT_A_LINK_ESP_NO_DSCP)) ||
	       (child->no_ecn && nla_put_flag(skb, ADIT_A_LINK_ESP_NO_ECN)) ? -EMSGSIZE : 0;
}

static int adit_link_esp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_child *child;
	int err;

	if (nla_put_u32(skb, ADIT_A_LINK_ESP_MODE, adev->mode) ||
	    nla_put_u32(skb, ADIT_A_LINK_ESP_FWMARK, adev->fwmark) ||
	    nla_put_u32(skb, ADIT_A_LINK_ESP_LINK, adev->link) ||
	    nla_put_u32(skb, ADIT_A_LINK_ESP_MSS_CLAMP, adev->mss_clamp))
		return -EMSGSIZE;

	child = adit_dev_is_p2p(adev) ? adit_child_get(adev, ADIT_ESP_P2P_ID) : NULL;
	if (!child)
		return 0;
	err = adit_link_esp_fill_child(skb, child);
	adit_child_put(child);
	return err;
}

static struct rtnl_link_ops adit_link_esp_ops __read_mostly = {
	.kind		= "esp",
	.priv_size	= sizeof(struct adit_esp_dev),
	.setup		= adit_dev_setup_esp,
	.maxtype	= ADIT_A_LINK_ESP_MAX,
	.policy		= adit_link_esp_policy,
	.validate	= adit_link_esp_validate,
	.newlink	= adit_link_esp_newlink_op,
	.changelink	= adit_link_esp_changelink,
	.get_size	= adit_link_esp_get_size,
	.fill_info	= adit_link_esp_fill_info,
	.get_link_net	= adit_link_get_net,
};

/**
 * adit_link_esp_init() - register the link kind
 *
 * Return: 0 or -errno.
 */
int __init adit_link_esp_init(void)
{
	return rtnl_link_register(&adit_link_esp_ops);
}

/**
 * adit_link_esp_exit() - unregister it
 */
void adit_link_esp_exit(void)
{
	rtnl_link_unregister(&adit_link_esp_ops);
}

MODULE_ALIAS_RTNL_LINK("esp");
