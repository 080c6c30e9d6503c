// SPDX-License-Identifier: GPL-2.0
/* Replies and notifications. */

#include <linux/jiffies.h>
#include <linux/mutex.h>

#include "carry.h"
#include "device.h"
#include "encap.h"
#include "frame.h"
#include "netlink-gen.h"
#include "netlink-l2tp.h"
#include "netlink.h"
#include "session.h"

/**
 * adit_nl_put_dev() - tell about a device
 * @msg: to append to
 * @adev: device, held
 * @portid: of who asked
 * @seq: of the request
 * @flags: of the message
 *
 * Return: 0 or -EMSGSIZE, with nothing appended.
 */
int adit_nl_put_dev(struct sk_buff *msg, struct adit_dev *adev, u32 portid, u32 seq, int flags)
{
	u32 owner = adit_owner_portid(adev);
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &adit_nl_family, flags, ADIT_CMD_DEV_GET);
	if (!hdr)
		return -EMSGSIZE;

	if (nla_put_u32(msg, ADIT_A_DEV_IFINDEX, adev->dev->ifindex) ||
	    nla_put_string(msg, ADIT_A_DEV_IFNAME, adev->dev->name) ||
	    nla_put_u32(msg, ADIT_A_DEV_KIND, adev->kind) ||
	    nla_put_u32(msg, ADIT_A_DEV_MODE, adev->mode) ||
	    nla_put_u32(msg, ADIT_A_DEV_SESSIONS, atomic_read(&adev->n_sessions)) ||
	    (owner && nla_put_u32(msg, ADIT_A_DEV_OWNER, owner)) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_NO_SESSION, atomic64_read(&adev->no_session), ADIT_A_DEV_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_DEV_FRAMES_LOST, atomic64_read(&adev->frames_lost), ADIT_A_DEV_PAD)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/**
 * adit_nl_put_prefix() - tell an address or prefix
 * @msg: to append to
 * @type: of the nest
 * @prefix: prefix
 *
 * Return: 0 or -EMSGSIZE.
 */
int adit_nl_put_prefix(struct sk_buff *msg, int type, const struct adit_prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest)
		return -EMSGSIZE;
	if (prefix->family == AF_INET ?
	    nla_put_in_addr(msg, ADIT_A_PREFIX_V4, prefix->addr.s6_addr32[0]) :
	    nla_put_in6_addr(msg, ADIT_A_PREFIX_V6, &prefix->addr))
		return -EMSGSIZE;
	if (nla_put_u8(msg, ADIT_A_PREFIX_LEN, prefix->len))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int adit_nl_put_prefixes(struct sk_buff *msg, struct adit_session *s)
{
	const struct adit_inner_entry *entry;
	int err = 0;

	mutex_lock(&s->conf);
	list_for_each_entry(entry, &s->prefixes, list) {
		err = adit_nl_put_prefix(msg, ADIT_A_SESSION_PREFIX, &entry->prefix);
		if (err)
			break;
	}
	mutex_unlock(&s->conf);
	return err;
}

static int adit_nl_put_mppe(struct sk_buff *msg, int type, u8 strength, bool stateful)
{
	struct nlattr *nest;

	if (!strength)
		return 0;
	nest = nla_nest_start(msg, type);
	if (!nest || nla_put_u32(msg, ADIT_A_MPPE_STRENGTH, strength) ||
	    (stateful && nla_put_flag(msg, ADIT_A_MPPE_STATEFUL)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * adit_nl_put_stats() - tell counters
 * @msg: to append to
 * @type: of the nest
 * @counters: in the order of their attributes
 * @n: how many
 * @pad: the padding attribute, behind which theirs begin
 *
 * Return: 0 or -EMSGSIZE.
 */
int adit_nl_put_stats(struct sk_buff *msg, int type, const u64 *counters, unsigned int n, int pad)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < n; i++)
		if (nla_put_u64_64bit(msg, pad + 1 + i, counters[i], pad))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int adit_nl_put_counters(struct sk_buff *msg, const struct adit_session_view *view)
{
	static_assert(sizeof(view->rx) == sizeof(u64) * (ADIT_A_RX_STATS_MAX - ADIT_A_RX_STATS_PAD));
	static_assert(sizeof(view->tx) == sizeof(u64) * (ADIT_A_TX_STATS_MAX - ADIT_A_TX_STATS_PAD));

	if (adit_nl_put_stats(msg, ADIT_A_SESSION_RX_STATS, (const u64 *)&view->rx,
			      sizeof(view->rx) / sizeof(u64), ADIT_A_RX_STATS_PAD) ||
	    adit_nl_put_stats(msg, ADIT_A_SESSION_TX_STATS, (const u64 *)&view->tx,
			      sizeof(view->tx) / sizeof(u64), ADIT_A_TX_STATS_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_SESSION_RX_IDLE_MS, jiffies_to_msecs(jiffies - view->rx_last),
			      ADIT_A_SESSION_PAD) ||
	    nla_put_u64_64bit(msg, ADIT_A_SESSION_TX_IDLE_MS, jiffies_to_msecs(jiffies - view->tx_last),
			      ADIT_A_SESSION_PAD))
		return -EMSGSIZE;
	return 0;
}

static int adit_nl_put_key(struct sk_buff *msg, const struct adit_session *s)
{
	const struct adit_wire_key *key = &s->key;
	const struct adit_child *child = adit_encap_child(s);

	if (child)
		return nla_put_u32(msg, ADIT_A_SESSION_CHILD_IFINDEX, adit_carry_ifindex(child)) ||
		       nla_put_u32(msg, ADIT_A_SESSION_CHILD, child->id) ? -EMSGSIZE : 0;
	if (key->family == AF_INET)
		return nla_put_in_addr(msg, ADIT_A_SESSION_LOCAL_V4, key->local.s6_addr32[0]) ||
		       nla_put_in_addr(msg, ADIT_A_SESSION_PEER_V4, key->peer.s6_addr32[0]) ? -EMSGSIZE : 0;
	return nla_put_in6_addr(msg, ADIT_A_SESSION_LOCAL_V6, &key->local) ||
	       nla_put_in6_addr(msg, ADIT_A_SESSION_PEER_V6, &key->peer) ? -EMSGSIZE : 0;
}

static int adit_nl_put_kind(struct sk_buff *msg, const struct adit_session *s, const struct adit_session_view *view)
{
	if (s->key.kind != ADIT_KIND_L2TP)
		return nla_put_u16(msg, ADIT_A_SESSION_CALL_ID, s->key.id) ||
		       nla_put_u16(msg, ADIT_A_SESSION_PEER_CALL_ID, s->pptp.peer_call_id) ||
		       nla_put_u32(msg, ADIT_A_SESSION_ACK_DELAY_MS, jiffies_to_msecs(s->pptp.ack_delay)) ?
		       -EMSGSIZE : 0;
	/* That of a child is the child's. */
	if (s->key.local_port && !adit_encap_child(s) &&
	    nla_put_be16(msg, ADIT_A_SESSION_LOCAL_PORT, s->key.local_port))
		return -EMSGSIZE;
	if (s->key.peer_port && nla_put_be16(msg, ADIT_A_SESSION_PEER_PORT, s->key.peer_port))
		return -EMSGSIZE;
	return adit_nl_l2tp_put(msg, ADIT_A_SESSION_L2TP, s, view);
}

static int adit_nl_put_conf(struct sk_buff *msg, const struct adit_session_view *view)
{
	if (nla_put_u32(msg, ADIT_A_SESSION_NET, view->net) ||
	    nla_put_u32(msg, ADIT_A_SESSION_FRAMING, view->framing) ||
	    nla_put_u16(msg, ADIT_A_SESSION_MRU, view->mru) ||
	    (view->has_ifid && nla_put(msg, ADIT_A_SESSION_IFID, sizeof(view->ifid), view->ifid)) ||
	    (view->mppe_required && nla_put_flag(msg, ADIT_A_SESSION_MPPE_REQUIRED)) ||
	    adit_nl_put_mppe(msg, ADIT_A_SESSION_MPPE_TX, view->tx_strength, view->tx_stateful) ||
	    adit_nl_put_mppe(msg, ADIT_A_SESSION_MPPE_RX, view->rx_strength, view->rx_stateful) ||
	    nla_put_u32(msg, ADIT_A_SESSION_RX_WINDOW, view->rx_window) ||
	    nla_put_u32(msg, ADIT_A_SESSION_REORDER_MS, jiffies_to_msecs(view->reorder_wait)))
		return -EMSGSIZE;
	return 0;
}

/**
 * adit_nl_put_session() - tell about a session, without its keys
 * @msg: to append to
 * @s: session, referenced
 * @portid: of who asked
 * @seq: of the request
 * @flags: of the message
 *
 * Context: process, may sleep.
 * Return: 0 or -EMSGSIZE, with nothing appended.
 */
int adit_nl_put_session(struct sk_buff *msg, struct adit_session *s, u32 portid, u32 seq, int flags)
{
	struct adit_session_view view;
	void *hdr;

	hdr = genlmsg_put(msg, portid, seq, &adit_nl_family, flags, ADIT_CMD_SESSION_GET);
	if (!hdr)
		return -EMSGSIZE;

	adit_session_view(s, &view);
	if (nla_put_u32(msg, ADIT_A_SESSION_IFINDEX, s->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_SESSION_ID, s->id) ||
	    adit_nl_put_key(msg, s) || adit_nl_put_kind(msg, s, &view) ||
	    adit_nl_put_prefixes(msg, s) ||
	    adit_nl_put_conf(msg, &view) ||
	    adit_nl_put_counters(msg, &view)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/**
 * adit_nl_frame_msg() - a PPP packet for the owner
 * @s: session
 * @protocol: PPP protocol
 * @data: information field
 * @encrypted: it came by MPPE
 *
 * Context: any.
 * Return: message or NULL.
 */
struct sk_buff *adit_nl_frame_msg(struct adit_session *s, u16 protocol, const struct sk_buff *data,
				  bool encrypted)
{
	const size_t size = nla_total_size(data->len) + 2 * nla_total_size(sizeof(u32)) +
			    nla_total_size(sizeof(u16)) + nla_total_size(0);
	struct sk_buff *msg;
	struct nlattr *attr;
	void *hdr;

	msg = genlmsg_new(size, GFP_ATOMIC);
	if (!msg)
		return NULL;
	hdr = genlmsg_put(msg, 0, 0, &adit_nl_family, 0, ADIT_CMD_FRAME_NTF);
	if (!hdr || nla_put_u32(msg, ADIT_A_FRAME_IFINDEX, s->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_FRAME_ID, s->id) ||
	    nla_put_u16(msg, ADIT_A_FRAME_PROTOCOL, protocol) ||
	    (encrypted && nla_put_flag(msg, ADIT_A_FRAME_ENCRYPTED)))
		goto err_free;

	attr = nla_reserve(msg, ADIT_A_FRAME_DATA, data->len);
	if (!attr || skb_copy_bits(data, 0, nla_data(attr), data->len))
		goto err_free;
	genlmsg_end(msg, hdr);
	return msg;

err_free:
	nlmsg_free(msg);
	return NULL;
}

/**
 * adit_nl_event_msg() - something happened to a session
 * @s: session
 * @event: enum adit_session_event
 *
 * Context: any.
 * Return: message or NULL.
 */
struct sk_buff *adit_nl_event_msg(struct adit_session *s, u32 event)
{
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(3 * nla_total_size(sizeof(u32)), GFP_ATOMIC);
	if (!msg)
		return NULL;
	hdr = genlmsg_put(msg, 0, 0, &adit_nl_family, 0, ADIT_CMD_SESSION_NTF);
	if (!hdr || nla_put_u32(msg, ADIT_A_SESSION_IFINDEX, s->adev->dev->ifindex) ||
	    nla_put_u32(msg, ADIT_A_SESSION_ID, s->id) ||
	    nla_put_u32(msg, ADIT_A_SESSION_EVENT, event)) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, hdr);
	return msg;
}
