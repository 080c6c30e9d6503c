// SPDX-License-Identifier: GPL-2.0
/* What the link kinds have in common. */

#include <linux/capability.h>
#include <linux/module.h>

#include "child.h"
#include "device.h"
#include "link.h"
#include "session.h"

static bool unprivileged_hooks;
module_param(unprivileged_hooks, bool, 0644);
MODULE_PARM_DESC(unprivileged_hooks,
		 "Let root of any user namespace take GRE version 1, IP protocol 115 and ESP, which the machine has once");

#define ADIT_MSS_MIN	536	/* what is left of the 576 octets that every host takes (RFC 791) */

const struct netlink_range_validation adit_link_mss_range = { .max = U16_MAX };

int adit_link_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
	}
	return -EINVAL;
}

/**
 * adit_link_check_needs() - all of what makes a session for point to point, nothing of it for a concentrator
 * @needs: what makes one
 * @n: number
 * @p2p: whether it is point to point
 * @data: attributes
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_link_check_needs(const struct adit_link_need *needs, unsigned int n, bool p2p, struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	const struct adit_link_need *need;

	for (need = needs; need < needs + n; need++) {
		if (p2p && need->missing && !data[need->attr])
			return adit_link_refuse(extack, NULL, need->missing);
		if (!p2p && data[need->attr])
			return adit_link_refuse(extack, data[need->attr], need->refused);
	}
	return 0;
}

/**
 * adit_link_check_mss() - what mss-clamp may be
 * @mss: attribute or NULL
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_link_check_mss(const struct nlattr *mss, struct netlink_ext_ack *extack)
{
	if (mss && nla_get_u32(mss) > ADIT_MSS_CLAMP_AUTO && nla_get_u32(mss) < ADIT_MSS_MIN)
		return adit_link_refuse(extack, mss, "mss-clamp is below 536 and neither 0 (off) nor 1 (from the MTU)");
	return 0;
}

/**
 * adit_link_may_hook() - whether the caller may take what the machine has but once
 *
 * Any local user may be root of a user namespace, so that is not enough, unless the administrator says so.
 */
bool adit_link_may_hook(void)
{
	return READ_ONCE(unprivileged_hooks) || capable(CAP_NET_ADMIN);
}

/**
 * adit_link_register() - register a device that is filled in
 * @adev: device, with the hook of its kind, which is given back on failure
 * @link: the attribute that @adev->link came from, or NULL
 * @extack: told why not
 *
 * Return: 0, -ENODEV, -ENOSPC, -ENOMEM, or what else register_netdevice() fails with.
 */
int adit_link_register(struct adit_dev *adev, const struct nlattr *link, struct netlink_ext_ack *extack)
{
	int err;

	if (adev->link && !__dev_get_by_index(adev->net, adev->link)) {
		NL_SET_ERR_MSG_ATTR(extack, link, "link is no interface of the outer namespace");
		err = -ENODEV;
		goto err_unhook;
	}
	err = register_netdevice(adev->dev);
	if (!err)
		return 0;
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "the outer namespace has as many devices as the parameter max_devices allows");
err_unhook:
	adit_dev_unhook(adev);
	return err;
}

/**
 * adit_link_ppp_conf() - what of PPP a device may be changed to as well as made with
 * @framing: attribute or NULL
 * @mru: attribute or NULL
 * @conf: gets it
 */
void adit_link_ppp_conf(const struct nlattr *framing, const struct nlattr *mru, struct adit_session_conf *conf)
{
	if (framing) {
		conf->framing = nla_get_u32(framing);
		conf->given |= ADIT_CONF_FRAMING;
	}
	if (mru) {
		conf->mru = nla_get_u16(mru);
		conf->given |= ADIT_CONF_MRU;
	}
}

/**
 * adit_link_change_session() - change the session of a point-to-point device
 * @adev: device
 * @conf: change
 * @extack: told why not
 *
 * Return: as adit_session_set().
 */
int adit_link_change_session(struct adit_dev *adev, struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	struct adit_session *s;
	int err;

	if (!conf->given)
		return 0;
	s = adit_session_get(adev, ADIT_P2P_ID);
	if (!s)
		return -ENOENT;
	err = adit_session_set(s, conf, extack);
	adit_session_put(s);
	return err;
}

/**
 * adit_link_change_dev() - change what is the device's
 * @adev: device
 * @mss: attribute or NULL
 * @fwmark: attribute or NULL
 */
void adit_link_change_dev(struct adit_dev *adev, const struct nlattr *mss, const struct nlattr *fwmark)
{
	if (mss)
		WRITE_ONCE(adev->mss_clamp, nla_get_u32(mss));
	if (fwmark) {
		WRITE_ONCE(adev->fwmark, nla_get_u32(fwmark));
		if (adev->kind == ADIT_KIND_ESP)
			adit_child_dst_flush(adev);
		else
			adit_session_dst_flush(adev);
	}
}

/**
 * adit_link_get_net() - the outer namespace, for IFLA_LINK_NETNSID
 * @dev: device
 *
 * Return: namespace.
 */
struct net *adit_link_get_net(const struct net_device *dev)
{
	return adit_dev(dev)->net;
}
