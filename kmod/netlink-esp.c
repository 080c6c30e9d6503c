// SPDX-License-Identifier: GPL-2.0
/* Children and SAs: requests, replies and events. */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "carry.h"
#include "child.h"
#include "frame.h"
#include "netlink-esp.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "sa.h"

/* Replies. */

static int adit_esp_nl_put_selector(struct sk_buff *msg, int type, const struct adit_selector *sel)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest || adit_nl_put_prefix(msg, ADIT_A_SELECTOR_LOCAL, &sel->local) ||
	    adit_nl_put_prefix(msg, ADIT_A_SELECTOR_REMOTE, &sel->remote) ||
	    nla_put_u8(msg, ADIT_A_SELECTOR_PROTOCOL, sel->proto) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_LOCAL_PORT_MIN, sel->local_min) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_LOCAL_PORT_MAX, sel->local_max) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_REMOTE_PORT_MIN, sel->remote_min) ||
	    nla_put_u16(msg, ADIT_A_SELECTOR_REMOTE_PORT_MAX, sel->remote_max))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int adit_esp_nl_put_selectors(struct sk_buff *msg, struct adit_child *child)
{
	const struct adit_spd_entry *entry;
	int err = 0;

	mutex_lock(&child->conf);
	list_for_each_entry(entry, &child->entries, list) {
		err = adit_esp_nl_put_selector(msg, ADIT_A_CHILD_SELECTOR, &entry->sel);
		if (err)
			break;
	}
	mutex_unlock(&child->conf);
	return err;
}

static int adit_esp_nl_put_local(struct sk_buff *msg, const struct adit_esp_path *path)
{
	if (path->local_port && nla_put_be16(msg, ADIT_A_CHILD_LOCAL_PORT, path->local_port))
		return -EMSGSIZE;
	if (path->family == AF_INET)
		return nla_put_in_addr(msg, ADIT_A_CHILD_LOCAL_V4, path->local.s6_addr32[0]);
	return nla_put_in6_addr(msg, ADIT_A_CHILD_LOCAL_V6, &path->local);
}

static int adit_esp_nl_put_peer(struct sk_buff *msg, const struct adit_esp_path *path)
{
	if (path->peer_port && nla_put_be16(msg, ADIT_A_CHILD_PEER_PORT, path->peer_port))
		return -EMSGSIZE;
	if (path->family == AF_INET)
		return nla_put_in_addr(msg, ADIT_A_CHILD_PEER_V4, path->peer.s6_addr32[0]);
	return nla_put_in6_addr(msg, ADIT_A_CHILD_PEER_V6, &path->peer);
}

static int adit_esp_nl_put_outer(struct sk_buff *msg, struct adit_child *child)
{
	const struct adit_esp_path *path;
	int err;

	rcu_read_lock();
	path = rcu_dereference(child->path);
	err = adit_esp_nl_put_local(msg, path) ?: adit_esp_nl_put_peer(msg, path);
	rcu_read_unlock();
	return err;
}

static u32 adit_esp_nl_state(struct adit_child *child)
{
	u32 state = ADIT_CHILD_STATE_LARVAL;
	const struct adit_sa *sa;

	rcu_read_lock();
	sa = rcu_dereference(child->out);
	if (adit_sa_usable(sa))
		state = READ_ONCE(sa->soft) ? ADIT_CHILD_STATE_DYING : ADIT_CHILD_STATE_MATURE;
	rcu_read_unlock();
	return state;
}

static int adit_esp_nl_put_conf(struct sk_buff *msg, struct adit_child *child)
{
	return adit_esp_nl_put_outer(msg, child) || nla_put_u32(msg, ADIT_A_CHILD_MODE, child->mode) ||
	       (child->l2tp_port && nla_put_be16(msg, ADIT_A_CHILD_L2TP_PORT, child->l2tp_port)) ||
	       nla_put_u32(msg, ADIT_A_CHILD_DF, child->df) ||
	       (child->no_dscp && nla_put_flag(msg, ADIT_A_CHILD_NO_DSCP)) ||
	       (child->no_ecn && nla_put_flag(msg, ADIT_A_CHILD_NO_ECN)) ||
	       nla_put_u32(msg, ADIT_A_CHILD_STATE, adit_esp_nl_state(child)) ? -EMSGSIZE : 0;
}

static int adit_esp_nl_put_child(struct sk_buff *msg, struct adit_child *child, u32 portid, u32 seq, int flags)
{
	struct adit_child_stats stats;
	void *hdr;

	static_assert(sizeof(stats) == sizeof(u64) * (ADIT_A_CHILD_STATS_MAX - ADIT_A_CHILD_STATS_PAD));

	hdr = genlmsg_put(msg, portid, seq, &adit_nl_family, flags, ADIT_CMD_CHILD_GET);
	if (!hdr)
		return -EMSGSIZE;
	adit_child_stats(child, &stats);
	if (nla_put_u32(msg, ADIT_A_CHILD_IFINDEX, child->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_CHILD_ID, child->id) || adit_esp_nl_put_conf(msg, child) ||
	    adit_esp_nl_put_selectors(msg, child) ||
	    adit_nl_put_stats(msg, ADIT_A_CHILD_STATS, (const u64 *)&stats, sizeof(stats) / sizeof(u64),
			      ADIT_A_CHILD_STATS_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_CHILD_RX_IDLE_MS, jiffies_to_msecs(jiffies - READ_ONCE(child->rx_last)),
			      ADIT_A_CHILD_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_CHILD_TX_IDLE_MS, jiffies_to_msecs(jiffies - READ_ONCE(child->tx_last)),
			      ADIT_A_CHILD_PAD)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int adit_esp_nl_put_limit(struct sk_buff *msg, int type, u64 limit)
{
	return limit == U64_MAX ? 0 : nla_put_u64_64bit(msg, type, limit, ADIT_A_SA_PAD);
}

static int adit_esp_nl_put_limits(struct sk_buff *msg, const struct adit_sa_limits *limits)
{
	return adit_esp_nl_put_limit(msg, ADIT_A_SA_SOFT_BYTES, limits->soft_bytes) ||
	       adit_esp_nl_put_limit(msg, ADIT_A_SA_HARD_BYTES, limits->hard_bytes) ||
	       adit_esp_nl_put_limit(msg, ADIT_A_SA_SOFT_PACKETS, limits->soft_packets) ||
	       adit_esp_nl_put_limit(msg, ADIT_A_SA_HARD_PACKETS, limits->hard_packets) ||
	       (limits->soft_seconds && nla_put_u32(msg, ADIT_A_SA_SOFT_SECONDS, limits->soft_seconds)) ||
	       (limits->hard_seconds && nla_put_u32(msg, ADIT_A_SA_HARD_SECONDS, limits->hard_seconds)) ? -EMSGSIZE : 0;
}

static int adit_esp_nl_put_sa_name(struct sk_buff *msg, const struct adit_sa *sa)
{
	return nla_put_u32(msg, ADIT_A_SA_IFINDEX, sa->child->adev->dev->ifindex) ||
	       nla_put_u32(msg, ADIT_A_SA_CHILD, sa->child->id) ||
	       nla_put_u32(msg, ADIT_A_SA_DIRECTION, sa->direction) ||
	       nla_put_u32(msg, ADIT_A_SA_SPI, sa->key.spi) ? -EMSGSIZE : 0;
}

static int adit_esp_nl_put_alg(struct sk_buff *msg, const struct adit_sa *sa)
{
	return nla_put_u32(msg, ADIT_A_SA_CIPHER, sa->alg.cipher) || nla_put_u32(msg, ADIT_A_SA_AUTH, sa->alg.auth) ||
	       (sa->alg.esn && nla_put_flag(msg, ADIT_A_SA_ESN)) ||
	       (sa->direction == ADIT_SA_DIRECTION_IN &&
		nla_put_u32(msg, ADIT_A_SA_REPLAY_WINDOW, sa->replay.window)) ? -EMSGSIZE : 0;
}

static int adit_esp_nl_put_sa(struct sk_buff *msg, struct adit_sa *sa, u32 portid, u32 seq, int flags)
{
	struct adit_sa_view view;
	void *hdr;

	static_assert(sizeof(view.stats) == sizeof(u64) * (ADIT_A_SA_STATS_MAX - ADIT_A_SA_STATS_PAD));

	hdr = genlmsg_put(msg, portid, seq, &adit_nl_family, flags, ADIT_CMD_SA_GET);
	if (!hdr)
		return -EMSGSIZE;
	adit_sa_view(sa, &view);
	if (adit_esp_nl_put_sa_name(msg, sa) || adit_esp_nl_put_alg(msg, sa) ||
	    adit_esp_nl_put_limits(msg, &sa->limits) ||
	    nla_put_u64_64bit(msg, ADIT_A_SA_SEQ, view.seq, ADIT_A_SA_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_SA_AGE_MS, jiffies_to_msecs(jiffies - sa->born), ADIT_A_SA_PAD) ||
	    (view.expired && nla_put_flag(msg, ADIT_A_SA_EXPIRED)) ||
	    adit_nl_put_stats(msg, ADIT_A_SA_STATS, (const u64 *)&view.stats, sizeof(view.stats) / sizeof(u64),
			      ADIT_A_SA_STATS_PAD)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* Events. */

static int adit_esp_nl_unicast(struct adit_dev *adev, struct sk_buff *msg)
{
	u32 portid = adit_owner_portid(adev);
	int err = -ENOTCONN;

	if (portid)
		err = genlmsg_unicast(dev_net(adev->dev), msg, portid);
	else
		nlmsg_free(msg);
	if (err && err != -ENOTCONN)
		atomic64_inc(&adev->frames_lost);
	return err;
}

/* The narrowest selector that a packet on its way out fits. */
static void adit_esp_nl_narrow(const struct adit_flow *flow, struct adit_selector *sel)
{
	u16 width = flow->family == AF_INET ? 32 : 128;

	*sel = (struct adit_selector){
		.local		= { .addr = flow->src, .family = flow->family, .len = width },
		.remote		= { .addr = flow->dst, .family = flow->family, .len = width },
		.local_min	= flow->sport,
		.local_max	= flow->has_ports ? flow->sport : U16_MAX,
		.remote_min	= flow->dport,
		.remote_max	= flow->has_ports ? flow->dport : U16_MAX,
		.proto		= flow->proto,
	};
}

static int adit_esp_nl_put_moved(struct sk_buff *msg, struct adit_child *child)
{
	int err;

	rcu_read_lock();
	err = adit_esp_nl_put_peer(msg, rcu_dereference(child->path));
	rcu_read_unlock();
	return err;
}

/**
 * adit_child_event() - tell the owner about a child
 * @child: child
 * @event: enum adit_child_event
 * @flow: of an acquire, the packet; else NULL
 *
 * Context: any, no lock.
 * Return: 0 or why it was not told; counted already.
 */
int adit_child_event(struct adit_child *child, u32 event, const struct adit_flow *flow)
{
	struct adit_selector sel;
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE / 4, GFP_ATOMIC);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put(msg, 0, 0, &adit_nl_family, 0, ADIT_CMD_CHILD_NTF);
	if (flow)
		adit_esp_nl_narrow(flow, &sel);
	if (!hdr || nla_put_u32(msg, ADIT_A_CHILD_IFINDEX, child->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_CHILD_ID, child->id) || nla_put_u32(msg, ADIT_A_CHILD_EVENT, event) ||
	    (flow && adit_esp_nl_put_selector(msg, ADIT_A_CHILD_FLOW, &sel)) ||
	    (event == ADIT_CHILD_EVENT_PEER_MOVED && adit_esp_nl_put_moved(msg, child))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return adit_esp_nl_unicast(child->adev, msg);
}

/**
 * adit_sa_event() - tell the owner about an SA
 * @sa: SA
 * @event: enum adit_sa_event
 *
 * Context: any, no lock.
 * Return: 0 or why it was not told; counted already.
 */
int adit_sa_event(struct adit_sa *sa, u32 event)
{
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(5 * nla_total_size(sizeof(u32)), GFP_ATOMIC);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put(msg, 0, 0, &adit_nl_family, 0, ADIT_CMD_SA_NTF);
	if (!hdr || adit_esp_nl_put_sa_name(msg, sa) || nla_put_u32(msg, ADIT_A_SA_EVENT, event)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return adit_esp_nl_unicast(sa->child->adev, msg);
}

/**
 * adit_control_up() - hand an L2TP control message to the owner
 * @child: child that it came in
 * @peer_port: UDP port of the peer inside
 * @data: from the L2TP header on; stays the caller's
 *
 * Context: RCU read side, no lock.
 * Return: 0 or why it did not get there; the caller counts.
 */
int adit_control_up(struct adit_child *child, __be16 peer_port, const struct sk_buff *data)
{
	struct sk_buff *msg;
	struct nlattr *attr;
	void *hdr;

	if (data->len > ADIT_FRAME_DATA_MAX || !adit_owner_portid(child->adev))
		return -ENOTCONN;
	msg = genlmsg_new(nla_total_size(data->len) + 2 * nla_total_size(sizeof(u32)) + nla_total_size(sizeof(u16)),
			  GFP_ATOMIC);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put(msg, 0, 0, &adit_nl_family, 0, ADIT_CMD_CONTROL_NTF);
	if (!hdr || nla_put_u32(msg, ADIT_A_CONTROL_IFINDEX, child->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_CONTROL_CHILD, child->id) ||
	    nla_put_be16(msg, ADIT_A_CONTROL_PEER_PORT, peer_port))
		goto err_free;
	attr = nla_reserve(msg, ADIT_A_CONTROL_DATA, data->len);
	if (!attr || skb_copy_bits(data, 0, nla_data(attr), data->len))
		goto err_free;
	genlmsg_end(msg, hdr);
	return adit_esp_nl_unicast(child->adev, msg);

err_free:
	nlmsg_free(msg);
	return -EMSGSIZE;
}

/* Requests. */

/* The esp device a request is about, held. */
static struct adit_dev *adit_esp_nl_dev(struct net *net, const struct nlattr *attr, netdevice_tracker *tracker,
					struct netlink_ext_ack *extack)
{
	struct adit_dev *adev = adit_nl_dev(net, attr, tracker, extack);

	if (IS_ERR(adev) || adev->kind == ADIT_KIND_ESP)
		return adev;
	NL_SET_ERR_MSG_ATTR(extack, attr, "the device is no esp device, it has sessions and not children");
	adit_dev_put(adev, tracker);
	return ERR_PTR(-EOPNOTSUPP);
}

/* Likewise a child, referenced, with its device held. */
static struct adit_child *adit_esp_nl_child(struct genl_info *info, int ifindex, int id, netdevice_tracker *tracker)
{
	struct adit_child *child;
	struct adit_dev *adev;

	adev = adit_esp_nl_dev(genl_info_net(info), info->attrs[ifindex], tracker, info->extack);
	if (IS_ERR(adev))
		return ERR_CAST(adev);
	child = adit_child_get(adev, nla_get_u32(info->attrs[id]));
	if (child)
		return child;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[id], "the device has no child with this id");
	adit_dev_put(adev, tracker);
	return ERR_PTR(-ENOENT);
}

static void adit_esp_nl_child_put(struct adit_child *child, netdevice_tracker *tracker)
{
	struct adit_dev *adev = child->adev;

	adit_child_put(child);
	adit_dev_put(adev, tracker);
}

/**
 * adit_esp_nl_carrier() - the child that is to carry a session
 * @net: namespace of the request
 * @ifindex: attribute with the index of its device
 * @id: attribute with its id
 * @extack: told why not
 *
 * Return: child, referenced; it may be removed at any time. -ENODEV, -ENOENT, -EOPNOTSUPP.
 */
struct adit_child *adit_esp_nl_carrier(struct net *net, const struct nlattr *ifindex, const struct nlattr *id,
				       struct netlink_ext_ack *extack)
{
	netdevice_tracker tracker;
	struct adit_child *child;
	struct adit_dev *adev;

	adev = adit_esp_nl_dev(net, ifindex, &tracker, extack);
	if (IS_ERR(adev))
		return ERR_CAST(adev);
	child = adit_child_get(adev, nla_get_u32(id));
	adit_dev_put(adev, &tracker);
	if (!child) {
		NL_SET_ERR_MSG_ATTR(extack, id, "the device has no child with this id");
		return ERR_PTR(-ENOENT);
	}
	if (child->l2tp_port)
		return child;
	NL_SET_ERR_MSG_ATTR(extack, id, "the child has no l2tp-port, it carries what is routed into its device");
	adit_child_put(child);
	return ERR_PTR(-EOPNOTSUPP);
}

int adit_nl_child_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_child_conf conf = {};
	netdevice_tracker tracker;
	struct adit_dev *adev;
	int err;

	adev = adit_esp_nl_dev(genl_info_net(info), info->attrs[ADIT_A_CHILD_IFINDEX], &tracker, info->extack);
	if (IS_ERR(adev))
		return PTR_ERR(adev);
	err = -EOPNOTSUPP;
	if (adit_dev_is_p2p(adev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_CHILD_IFINDEX],
				    "a point-to-point device has its one child already");
		goto out;
	}
	err = adit_esp_nl_parse_child(info, true, &conf);
	if (!err)
		err = adit_child_new(adev, &conf, info->extack);
	kfree(conf.selectors);
out:
	adit_dev_put(adev, &tracker);
	return err;
}

int adit_nl_child_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_child_conf conf = {};
	netdevice_tracker tracker;
	struct adit_child *child;
	int err;

	child = adit_esp_nl_child(info, ADIT_A_CHILD_IFINDEX, ADIT_A_CHILD_ID, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	err = adit_esp_nl_parse_child(info, false, &conf);
	if (!err)
		err = adit_child_set(child, &conf, info->extack);
	kfree(conf.selectors);
	adit_esp_nl_child_put(child, &tracker);
	return err;
}

int adit_nl_child_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_child *child;
	int err;

	child = adit_esp_nl_child(info, ADIT_A_CHILD_IFINDEX, ADIT_A_CHILD_ID, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	if (adit_dev_is_p2p(child->adev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_CHILD_ID],
				    "the child of a point-to-point device goes with the device");
		err = -EOPNOTSUPP;
	} else {
		err = adit_child_del(child);
		if (!err && adit_owner_portid(child->adev) != info->snd_portid)
			adit_child_event(child, ADIT_CHILD_EVENT_GONE, NULL);
	}
	adit_esp_nl_child_put(child, &tracker);
	return err;
}

int adit_nl_child_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_child *child;
	struct sk_buff *msg;
	int err = -ENOMEM;

	child = adit_esp_nl_child(info, ADIT_A_CHILD_IFINDEX, ADIT_A_CHILD_ID, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	/* With selectors-max selectors of IPv6 a child takes less than four of these eight kilobytes. */
	msg = nlmsg_new(2 * NLMSG_GOODSIZE, GFP_KERNEL);
	if (msg)
		err = adit_esp_nl_put_child(msg, child, info->snd_portid, info->snd_seq, 0);
	adit_esp_nl_child_put(child, &tracker);
	return adit_nl_reply(info, msg, err);
}

int adit_nl_control_send_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *data = info->attrs[ADIT_A_CONTROL_DATA];
	const __be16 peer_port = nla_get_be16(info->attrs[ADIT_A_CONTROL_PEER_PORT]);
	netdevice_tracker tracker;
	struct adit_child *child;
	int err;

	if (nla_len(data) > ADIT_FRAME_DATA_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, data, "data is longer than frame-data-max");
		return -EMSGSIZE;
	}
	if (!peer_port)
		return adit_nl_refuse(info->extack, info->attrs[ADIT_A_CONTROL_PEER_PORT], "port 0 is none");
	child = adit_esp_nl_child(info, ADIT_A_CONTROL_IFINDEX, ADIT_A_CONTROL_CHILD, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	if (child->l2tp_port) {
		err = adit_carry_control(child, peer_port, nla_data(data), nla_len(data), info->extack);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_CONTROL_CHILD], "the child has no l2tp-port");
		err = -EOPNOTSUPP;
	}
	adit_esp_nl_child_put(child, &tracker);
	return err;
}

int adit_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adit_sa_conf conf = {};
	netdevice_tracker tracker;
	struct adit_child *child;
	int err;

	child = adit_esp_nl_child(info, ADIT_A_SA_IFINDEX, ADIT_A_SA_CHILD, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	err = adit_esp_nl_parse_sa(info, &conf);
	if (!err)
		err = adit_child_add_sa(child, &conf, info->extack);
	memzero_explicit(&conf, sizeof(conf));
	adit_esp_nl_child_put(child, &tracker);
	return err;
}

static int adit_esp_nl_no_sa(struct genl_info *info)
{
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[ADIT_A_SA_SPI],
			    "the child has no security association with this SPI in this direction");
	return -ENOENT;
}

int adit_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_child *child;
	int err;

	child = adit_esp_nl_child(info, ADIT_A_SA_IFINDEX, ADIT_A_SA_CHILD, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	err = adit_child_del_sa(child, nla_get_u32(info->attrs[ADIT_A_SA_DIRECTION]),
				nla_get_u32(info->attrs[ADIT_A_SA_SPI]));
	if (err)
		err = adit_esp_nl_no_sa(info);
	adit_esp_nl_child_put(child, &tracker);
	return err;
}

int adit_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	netdevice_tracker tracker;
	struct adit_child *child;
	struct sk_buff *msg = NULL;
	struct adit_sa *sa;
	int err;

	child = adit_esp_nl_child(info, ADIT_A_SA_IFINDEX, ADIT_A_SA_CHILD, &tracker);
	if (IS_ERR(child))
		return PTR_ERR(child);
	sa = adit_child_get_sa(child, nla_get_u32(info->attrs[ADIT_A_SA_DIRECTION]),
			       nla_get_u32(info->attrs[ADIT_A_SA_SPI]));
	err = sa ? -ENOMEM : adit_esp_nl_no_sa(info);
	if (sa) {
		msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (msg)
			err = adit_esp_nl_put_sa(msg, sa, info->snd_portid, info->snd_seq, 0);
		adit_sa_put(sa);
	}
	adit_esp_nl_child_put(child, &tracker);
	return adit_nl_reply(info, msg, err);
}

/* Dumps. */

typedef int (*adit_esp_nl_tell_t)(struct sk_buff *skb, struct netlink_callback *cb, struct adit_child *child);

static int adit_esp_nl_tell_child(struct sk_buff *skb, struct netlink_callback *cb, struct adit_child *child)
{
	return adit_esp_nl_put_child(skb, child, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI);
}

static int adit_esp_nl_tell_sas(struct sk_buff *skb, struct netlink_callback *cb, struct adit_child *child)
{
	struct adit_sa *sa;
	int err;

	while ((sa = adit_child_nth_sa(child, cb->args[3]))) {
		err = adit_esp_nl_put_sa(skb, sa, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI);
		adit_sa_put(sa);
		if (err)
			return err;
		cb->args[3]++;
	}
	return 0;
}

/* Tell the children of one device from id cb->args[1] on. Return: 0 or -EMSGSIZE when @skb is full. */
static int adit_esp_nl_tell_device(struct sk_buff *skb, struct netlink_callback *cb, struct adit_dev *adev,
				   adit_esp_nl_tell_t tell)
{
	unsigned long id = cb->args[1];
	struct adit_child *child;
	int err;

	if (adev->kind != ADIT_KIND_ESP)
		return 0;
	while ((child = adit_child_next(adev, &id))) {
		if (id != cb->args[1])
			cb->args[3] = 0;
		cb->args[1] = id;
		err = tell(skb, cb, child);
		adit_child_put(child);
		if (err)
			return err;
		cb->args[1] = ++id;
		cb->args[3] = 0;
	}
	return 0;
}

static int adit_esp_nl_tell_children(struct sk_buff *skb, struct netlink_callback *cb, struct adit_dev *adev)
{
	return adit_esp_nl_tell_device(skb, cb, adev, adit_esp_nl_tell_child);
}

static int adit_esp_nl_tell_all_sas(struct sk_buff *skb, struct netlink_callback *cb, struct adit_dev *adev)
{
	return adit_esp_nl_tell_device(skb, cb, adev, adit_esp_nl_tell_sas);
}

static const struct adit_nl_told adit_esp_nl_children = {
	.find = adit_esp_nl_dev, .tell = adit_esp_nl_tell_children,
};

static const struct adit_nl_told adit_esp_nl_sas = {
	.find = adit_esp_nl_dev, .tell = adit_esp_nl_tell_all_sas,
};

int adit_nl_child_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = adit_genl_dump_attrs(cb);
	int err;

	err = adit_nl_dump_check(cb, ADIT_CMD_CHILD_GET);
	if (err)
		return err;
	if (attrs && attrs[ADIT_A_CHILD_ID])
		return adit_nl_refuse(cb->extack, attrs[ADIT_A_CHILD_ID], "a dump of children takes no id");
	return adit_nl_dump(skb, cb, attrs ? attrs[ADIT_A_CHILD_IFINDEX] : NULL, &adit_esp_nl_children);
}

int adit_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = adit_genl_dump_attrs(cb);
	int attr, err;

	err = adit_nl_dump_check(cb, ADIT_CMD_SA_GET);
	if (err)
		return err;
	for (attr = ADIT_A_SA_CHILD; attrs && attr <= ADIT_A_SA_SPI; attr++)
		if (attrs[attr])
			return adit_nl_refuse(cb->extack, attrs[attr],
						  "a dump of security associations takes nothing but ifindex");
	return adit_nl_dump(skb, cb, attrs ? attrs[ADIT_A_SA_IFINDEX] : NULL, &adit_esp_nl_sas);
}
