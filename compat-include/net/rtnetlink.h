/* SPDX-License-Identifier: GPL-2.0 */
/* What a link is made of comes as one struct since Linux 6.15. */
#ifndef ADIT_COMPAT_NET_RTNETLINK_H
#define ADIT_COMPAT_NET_RTNETLINK_H

#include <linux/version.h>
#include_next <net/rtnetlink.h>

/* ADIT_RTNL_NEWLINK(function) makes function_op, which is for rtnl_link_ops, of one with the arguments of today. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct net *link_net;
	struct nlattr **tb;
	struct nlattr **data;
};

static inline struct net *rtnl_newlink_link_net(struct rtnl_newlink_params *p)
{
	return p->link_net;
}

#define ADIT_RTNL_NEWLINK(function)									\
static int function##_op(struct net *net, struct net_device *dev, struct nlattr *tb[],			\
			 struct nlattr *data[], struct netlink_ext_ack *extack)				\
{													\
	struct rtnl_newlink_params params = { .link_net = net, .tb = tb, .data = data };		\
													\
	return function(dev, &params, extack);								\
}
#else
#define ADIT_RTNL_NEWLINK(function)									\
static int function##_op(struct net_device *dev, struct rtnl_newlink_params *params,			\
			 struct netlink_ext_ack *extack)						\
{													\
	return function(dev, params, extack);								\
}
#endif

#endif /* ADIT_COMPAT_NET_RTNETLINK_H */
