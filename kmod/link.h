/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the link kinds have in common: checks of attributes that mean the same in each, and changes of the session of a
 * point-to-point device. A kind knows its own attributes and its ops.
 */
#ifndef ADIT_LINK_H
#define ADIT_LINK_H

#include <linux/netdevice.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

struct adit_dev;
struct adit_session_conf;

/* NLA_POLICY_MAX() keeps its limit in an s16, too small for this one. */
extern const struct netlink_range_validation adit_link_mss_range;

/**
 * struct adit_link_need - an attribute that makes a session
 * @attr: type
 * @missing: what to say where a point-to-point device has none, or NULL where it may be absent
 * @refused: what to say where a concentrator has it
 */
struct adit_link_need {
	int attr;
	const char *missing;
	const char *refused;
};

/* @text is a string that lives as long as the module. */
int adit_link_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text);

static inline u32 adit_link_u32_or(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

int adit_link_check_needs(const struct adit_link_need *needs, unsigned int n, bool p2p, struct nlattr *data[],
			  struct netlink_ext_ack *extack);
int adit_link_check_mss(const struct nlattr *mss, struct netlink_ext_ack *extack);
bool adit_link_may_hook(void);
int adit_link_register(struct adit_dev *adev, const struct nlattr *link, struct netlink_ext_ack *extack);

void adit_link_ppp_conf(const struct nlattr *framing, const struct nlattr *mru, struct adit_session_conf *conf);
int adit_link_change_session(struct adit_dev *adev, struct adit_session_conf *conf, struct netlink_ext_ack *extack);
void adit_link_change_dev(struct adit_dev *adev, const struct nlattr *mss, const struct nlattr *fwmark);
struct net *adit_link_get_net(const struct net_device *dev);

#endif /* ADIT_LINK_H */
