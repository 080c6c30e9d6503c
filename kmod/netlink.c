// SPDX-License-Identifier: GPL-2.0
/* Requests. */

#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "device.h"
#include "frame.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "session.h"
#include "socket.h"
#include "tx.h"

/**
 * adit_nl_dev() - the device a request is about
 * @net: namespace of the request
 * @attr: attribute with its index
 * @tracker: for adit_dev_put()
 * @extack: told why not
 *
 * Return: device, held; -ENODEV, -EOPNOTSUPP.
 */
struct adit_dev *adit_nl_dev(struct net *net, const struct nlattr *attr, netdevice_tracker *tracker,
			     struct netlink_ext_ack *extack)
{
	struct adit_dev *adev = adit_dev_get(net, nla_get_u32(attr), tracker);

	if (adev == ERR_PTR(-ENODEV))
		NL_SET_ERR_MSG_ATTR(extack, attr, "no device with this ifindex in the namespace of the request");
	else if (IS_ERR(adev))
		NL_SET_ERR_MSG_ATTR(extack, attr, "the device is none of adit's");
	return adev;
}

/* Likewise a session, referenced, with its device held. */
static struct adit_session *adit_nl_session(struct genl_info *info, int ifindex, int id,
					    netdevice_tracker *tracker)
{
	struct adit_session *s;
	struct adit_dev *adev;

	adev = adit_nl_dev(genl_info_net(info), info->attrs[ifindex], tracker, info->extack);
	if (IS_ERR(adev))
		return ERR_CAST(adev);

	s = adit_session_get(adev, nla_get_u32(info->attrs[id]));
	if (!s) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[id], "the device has no session with this id");
		adit_dev_put(adev, tracker);
		return ERR_PTR(-ENOENT);
	}
	return s;
}

static void adit_nl_session_put(struct adit_session *s, netdevice_tracker *tracker)
{
	struct adit_dev *adev = s->adev;

	adit_session_put(s);
	adit_dev_put(adev, tracker);
}

/**
 * adit_nl_reply() - answer a request
 * @info: the request
 * @msg: the answer, which this takes; NULL if there was no memory for one
 * @err: why there is none after all, or 0
 *
 * Return: 0, @err, or the errno of sending.
 */
int adit_nl_reply(struct genl_info *info, struct sk_buff *msg, int err)
{
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

int adit_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_dev *adev;
	struct sk_buff *msg;
	int err = -ENOMEM;

	adev = adit_nl_dev(genl_info_net(info), info->attrs[ADIT_A_DEV_IFINDEX], &tracker, info->extack);
	if (IS_ERR(adev))
		return PTR_ERR(adev);

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (msg)
		err = adit_nl_put_dev(msg, adev, info->snd_portid, info->snd_seq, 0);
	adit_dev_put(adev, &tracker);
	return adit_nl_reply(info, msg, err);
}

/*
 * cb->args of every dump: 0: smallest ifindex still to be told; 1: smallest session or child id of it; 2: checked;
 * 3: of SAs, how many of the child were told.
 */
int adit_nl_dump_check(struct netlink_callback *cb, u8 cmd)
{
	int err;

	if (cb->args[2])
		return 0;
	err = adit_nl_check(cb->nlh, cmd, NULL, cb->extack);
	if (!err)
		cb->args[2] = 1;
	return err;
}

int adit_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = adit_genl_dump_attrs(cb);
	struct net *net = sock_net(skb->sk);
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	err = adit_nl_dump_check(cb, ADIT_CMD_DEV_GET);
	if (err)
		return err;
	if (attrs && attrs[ADIT_A_DEV_IFINDEX]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[ADIT_A_DEV_IFINDEX], "a dump of devices takes no ifindex");
		return -EINVAL;
	}

	while ((adev = adit_dev_next(net, cb->args[0], &tracker))) {
		err = adit_nl_put_dev(skb, adev, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI);
		cb->args[0] = adev->dev->ifindex + !err;
		adit_dev_put(adev, &tracker);
		if (err)
			return skb->len ?: err;
	}
	return skb->len;
}

int adit_nl_dev_claim_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	adev = adit_nl_dev(genl_info_net(info), info->attrs[ADIT_A_DEV_IFINDEX], &tracker, info->extack);
	if (IS_ERR(adev))
		return PTR_ERR(adev);
	err = adit_owner_claim(adev, genl_info_net(info), info->snd_portid,
			       nla_get_flag(info->attrs[ADIT_A_DEV_TAKE_OVER]), info->extack);
	adit_dev_put(adev, &tracker);
	return err;
}

int adit_nl_dev_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	adev = adit_nl_dev(genl_info_net(info), info->attrs[ADIT_A_DEV_IFINDEX], &tracker, info->extack);
	if (IS_ERR(adev))
		return PTR_ERR(adev);
	err = adit_owner_release(adev, genl_info_net(info), info->snd_portid, info->extack);
	adit_dev_put(adev, &tracker);
	return err;
}

int adit_nl_session_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_session_conf conf = {};
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	adev = adit_nl_dev(genl_info_net(info), info->attrs[ADIT_A_SESSION_IFINDEX], &tracker, info->extack);
	if (IS_ERR(adev))
		return PTR_ERR(adev);

	err = -EOPNOTSUPP;
	if (adit_dev_is_p2p(adev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_SESSION_IFINDEX],
				    "a point-to-point device has its one session already");
		goto out;
	}
	err = adit_nl_parse_session(info, adev, NULL, &conf);
	if (!err)
		err = adit_session_new(adev, &conf, info->extack);
	adit_nl_conf_free(&conf);
out:
	adit_dev_put(adev, &tracker);
	return err;
}

int adit_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_session_conf conf = {};
	netdevice_tracker tracker;
	struct adit_session *s;
	int err;

	s = adit_nl_session(info, ADIT_A_SESSION_IFINDEX, ADIT_A_SESSION_ID, &tracker);
	if (IS_ERR(s))
		return PTR_ERR(s);

	err = adit_nl_parse_session(info, s->adev, s, &conf);
	if (!err && adit_dev_is_p2p(s->adev) && conf.given & (ADIT_CONF_PREFIX | ADIT_CONF_IFID)) {
		NL_SET_ERR_MSG(info->extack, "a point-to-point session takes every inner address");
		err = -EOPNOTSUPP;
	}
	if (!err)
		err = adit_session_set(s, &conf, info->extack);
	adit_nl_conf_free(&conf);
	adit_nl_session_put(s, &tracker);
	return err;
}

int adit_nl_session_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_session *s;
	int err;

	s = adit_nl_session(info, ADIT_A_SESSION_IFINDEX, ADIT_A_SESSION_ID, &tracker);
	if (IS_ERR(s))
		return PTR_ERR(s);

	if (adit_dev_is_p2p(s->adev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_SESSION_ID],
				    "the session of a point-to-point device goes with the device");
		err = -EOPNOTSUPP;
	} else {
		err = adit_session_del(s);
		if (!err && adit_owner_portid(s->adev) != info->snd_portid)
			adit_event_up(s, ADIT_SESSION_EVENT_GONE);
	}
	adit_nl_session_put(s, &tracker);
	return err;
}

int adit_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_session *s;
	struct sk_buff *msg;
	int err = -ENOMEM;

	s = adit_nl_session(info, ADIT_A_SESSION_IFINDEX, ADIT_A_SESSION_ID, &tracker);
	if (IS_ERR(s))
		return PTR_ERR(s);

	/* With prefixes-max prefixes a session takes less than three of the default's four kilobytes. */
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (msg)
		err = adit_nl_put_session(msg, s, info->snd_portid, info->snd_seq, 0);
	adit_nl_session_put(s, &tracker);
	return adit_nl_reply(info, msg, err);
}

/* Tell the sessions of one device from id cb->args[1] on. Return: 0 or -EMSGSIZE when @skb is full. */
static int adit_nl_tell_sessions(struct sk_buff *skb, struct netlink_callback *cb, struct adit_dev *adev)
{
	unsigned long id = cb->args[1];
	struct adit_session *s;
	int err;

	while ((s = adit_session_next(adev, &id))) {
		cb->args[1] = id;
		err = adit_nl_put_session(skb, s, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI);
		adit_session_put(s);
		if (err)
			return err;
		cb->args[1] = ++id;
	}
	return 0;
}

static int adit_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, const struct nlattr *attr,
			    const struct adit_nl_told *told)
{
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	adev = told->find(sock_net(skb->sk), attr, &tracker, cb->extack);
	/* Gone in the middle of a dump: that was all. */
	if (IS_ERR(adev))
		return cb->args[1] ? 0 : PTR_ERR(adev);
	err = told->tell(skb, cb, adev);
	adit_dev_put(adev, &tracker);
	return skb->len ? skb->len : err;
}

/**
 * adit_nl_dump() - dump what devices have
 * @skb: message being filled
 * @cb: of the dump; args as adit_nl_dump_check() says
 * @ifindex: attribute with the one device that was asked for; NULL: every device
 * @told: what is told of a device
 *
 * Return: length of @skb, 0 at the end, or an errno with extack set.
 */
int adit_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, const struct nlattr *ifindex,
		 const struct adit_nl_told *told)
{
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	if (ifindex)
		return adit_nl_dump_one(skb, cb, ifindex, told);
	while ((adev = adit_dev_next(sock_net(skb->sk), cb->args[0], &tracker))) {
		if (adev->dev->ifindex != cb->args[0]) {
			cb->args[1] = 0;
			cb->args[3] = 0;
		}
		err = told->tell(skb, cb, adev);
		cb->args[0] = adev->dev->ifindex + !err;
		if (!err)
			cb->args[1] = 0;
		adit_dev_put(adev, &tracker);
		if (err)
			return skb->len ?: err;
	}
	return skb->len;
}

static const struct adit_nl_told adit_nl_sessions = { .find = adit_nl_dev, .tell = adit_nl_tell_sessions };

int adit_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = adit_genl_dump_attrs(cb);
	int err;

	err = adit_nl_dump_check(cb, ADIT_CMD_SESSION_GET);
	if (err)
		return err;
	if (attrs && attrs[ADIT_A_SESSION_ID])
		return adit_nl_refuse(cb->extack, attrs[ADIT_A_SESSION_ID], "a dump of sessions takes no id");
	return adit_nl_dump(skb, cb, attrs ? attrs[ADIT_A_SESSION_IFINDEX] : NULL, &adit_nl_sessions);
}

int adit_nl_frame_send_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *data = info->attrs[ADIT_A_FRAME_DATA];
	netdevice_tracker tracker;
	struct adit_session *s;
	int err;

	if (nla_len(data) > ADIT_FRAME_DATA_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, data, "data is longer than frame-data-max");
		return -EMSGSIZE;
	}
	s = adit_nl_session(info, ADIT_A_FRAME_IFINDEX, ADIT_A_FRAME_ID, &tracker);
	if (IS_ERR(s))
		return PTR_ERR(s);
	err = adit_tx_frame(s, nla_get_u16(info->attrs[ADIT_A_FRAME_PROTOCOL]), nla_data(data), nla_len(data),
			    info->extack);
	adit_nl_session_put(s, &tracker);
	return err;
}

int adit_nl_socket_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *kind = info->attrs[ADIT_A_SOCKET_KIND];

	if (kind && nla_get_u32(kind) == ADIT_KIND_PPTP) {
		NL_SET_ERR_MSG_ATTR(info->extack, kind, "pptp has no UDP socket");
		return -EINVAL;
	}
	return adit_socket_attach(genl_info_net(info), info->attrs[ADIT_A_SOCKET_FD],
				  kind ? nla_get_u32(kind) : ADIT_KIND_L2TP, info->extack);
}

int adit_nl_socket_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	return adit_socket_detach(genl_info_net(info), info->attrs[ADIT_A_SOCKET_FD], info->extack);
}

static int adit_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	int err = adit_nl_check(info->nlhdr, info->genlhdr->cmd, info->attrs, info->extack);

	/* Without success here there is no post_doit. */
	if (err)
		adit_nl_wipe_keys(info->nlhdr, info->genlhdr->cmd);
	return err;
}

static void adit_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	adit_nl_wipe_keys(info->nlhdr, info->genlhdr->cmd);
}

struct genl_family adit_nl_family __ro_after_init = {
	.name		= ADIT_FAMILY_NAME,
	.version	= ADIT_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= adit_nl_ops,
	.n_ops		= ARRAY_SIZE(adit_nl_ops),
	.resv_start_op	= 1,
	.pre_doit	= adit_nl_pre_doit,
	.post_doit	= adit_nl_post_doit,
};

/**
 * adit_netlink_init() - register the family
 *
 * Return: 0 or -errno.
 */
int __init adit_netlink_init(void)
{
	return genl_register_family(&adit_nl_family);
}

/**
 * adit_netlink_exit() - unregister it; no request runs afterwards
 */
void adit_netlink_exit(void)
{
	genl_unregister_family(&adit_nl_family);
}
