// SPDX-License-Identifier: GPL-2.0
/* Owners, and the frames and events that go up to them. */

#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "device.h"
#include "frame.h"
#include "netlink.h"
#include "session.h"

/**
 * struct adit_owner - a claim, immutable
 * @net: namespace of the socket; only compared, and used while a device is in it, so never after its exit
 * @portid: port of the socket, not 0
 * @rcu: defers the free
 */
struct adit_owner {
	struct net *net;
	u32 portid;
	struct rcu_head rcu;
};

/* Serialises all claims; they are rare. */
static DEFINE_MUTEX(adit_owner_lock);

static struct adit_owner *adit_owner_locked(struct adit_dev *adev)
{
	return rcu_dereference_protected(adev->owner, lockdep_is_held(&adit_owner_lock));
}

static bool adit_owner_is(const struct adit_owner *owner, const struct net *net, u32 portid)
{
	return owner && owner->portid == portid && net_eq(owner->net, net);
}

static void adit_owner_set(struct adit_dev *adev, struct adit_owner *owner)
{
	struct adit_owner *old;

	lockdep_assert_held(&adit_owner_lock);

	old = adit_owner_locked(adev);
	rcu_assign_pointer(adev->owner, owner);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * adit_owner_claim() - make a socket the owner
 * @adev: device, held
 * @net: namespace of the socket
 * @portid: its port
 * @take_over: whether to put another one out
 * @extack: told why not
 *
 * Return: 0, -EBUSY when somebody else is owner, -ENODEV, -ENOMEM.
 */
int adit_owner_claim(struct adit_dev *adev, struct net *net, u32 portid, bool take_over,
		     struct netlink_ext_ack *extack)
{
	struct adit_owner *owner, *old;
	int err = 0;

	owner = kzalloc(sizeof(*owner), GFP_KERNEL_ACCOUNT);
	if (!owner)
		return -ENOMEM;
	owner->net = net;
	owner->portid = portid;

	/* The device's death sets @dying first and forgets its owner last. */
	down_read(&adev->life);
	mutex_lock(&adit_owner_lock);
	old = adit_owner_locked(adev);
	if (adev->dying) {
		err = -ENODEV;
	} else if (adit_owner_is(old, net, portid)) {
		kfree(owner);
	} else if (old && !take_over) {
		NL_SET_ERR_MSG(extack, "another socket owns the device; take-over takes it away from it");
		err = -EBUSY;
	} else {
		adit_owner_set(adev, owner);
	}
	mutex_unlock(&adit_owner_lock);
	up_read(&adev->life);

	if (err)
		kfree(owner);
	return err;
}

/**
 * adit_owner_release() - end a claim
 * @adev: device, held
 * @net: namespace of the socket
 * @portid: its port
 * @extack: told why not
 *
 * Return: 0, or -EPERM when the socket is not the owner.
 */
int adit_owner_release(struct adit_dev *adev, struct net *net, u32 portid, struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&adit_owner_lock);
	if (adit_owner_is(adit_owner_locked(adev), net, portid)) {
		adit_owner_set(adev, NULL);
	} else {
		NL_SET_ERR_MSG(extack, "this socket does not own the device");
		err = -EPERM;
	}
	mutex_unlock(&adit_owner_lock);
	return err;
}

/**
 * adit_owner_closed() - end a claim if it is this socket's
 * @adev: device
 * @net: namespace of the socket
 * @portid: its port
 */
void adit_owner_closed(struct adit_dev *adev, struct net *net, u32 portid)
{
	mutex_lock(&adit_owner_lock);
	if (adit_owner_is(adit_owner_locked(adev), net, portid))
		adit_owner_set(adev, NULL);
	mutex_unlock(&adit_owner_lock);
}

/**
 * adit_owner_forget() - end any claim
 * @adev: device that dies
 */
void adit_owner_forget(struct adit_dev *adev)
{
	mutex_lock(&adit_owner_lock);
	adit_owner_set(adev, NULL);
	mutex_unlock(&adit_owner_lock);
}

/**
 * adit_owner_portid() - who owns a device
 * @adev: device
 *
 * Return: port of the owner in the device's namespace, or 0.
 */
u32 adit_owner_portid(struct adit_dev *adev)
{
	const struct adit_owner *owner;
	u32 portid = 0;

	rcu_read_lock();
	owner = rcu_dereference(adev->owner);
	if (owner && net_eq(owner->net, dev_net(adev->dev)))
		portid = owner->portid;
	rcu_read_unlock();
	return portid;
}

/**
 * adit_allowance_init() - fill an allowance
 * @a: allowance
 */
void adit_allowance_init(struct adit_allowance *a)
{
	a->tokens = ADIT_FRAME_BURST;
	a->filled = jiffies;
}

/**
 * adit_allowance_take() - take one frame from it
 * @a: allowance, locked
 *
 * Return: whether there was one.
 */
bool adit_allowance_take(struct adit_allowance *a)
{
	unsigned long fresh = (jiffies - a->filled) * ADIT_FRAMES_PER_SEC / HZ;

	if (fresh) {
		a->tokens = min_t(unsigned long, a->tokens + fresh, ADIT_FRAME_BURST);
		a->filled = a->tokens == ADIT_FRAME_BURST ? jiffies : a->filled + fresh * HZ / ADIT_FRAMES_PER_SEC;
	}
	if (!a->tokens)
		return false;
	a->tokens--;
	return true;
}

/* Return: 0, -ENOTCONN without an owner, -EAGAIN when it does not read, -ENOMEM. */
static int adit_unicast(struct adit_session *s, struct sk_buff *msg)
{
	struct net *net = dev_net(s->adev->dev);
	u32 portid = adit_owner_portid(s->adev);

	if (!msg)
		return -ENOMEM;
	if (!portid) {
		nlmsg_free(msg);
		return -ENOTCONN;
	}
	return genlmsg_unicast(net, msg, portid);
}

/**
 * adit_frame_up() - hand a PPP packet to the owner
 * @s: session
 * @protocol: PPP protocol
 * @skb: information field; stays the caller's
 * @encrypted: it came by MPPE
 *
 * Context: RCU read side, bottom halves off, none of the session's locks.
 * Return: 0 or why it did not get there; the caller counts.
 */
int adit_frame_up(struct adit_session *s, u16 protocol, struct sk_buff *skb, bool encrypted)
{
	if (!adit_owner_portid(s->adev))
		return -ENOTCONN;
	if (skb->len > ADIT_FRAME_DATA_MAX)
		return -EMSGSIZE;
	return adit_unicast(s, adit_nl_frame_msg(s, protocol, skb, encrypted));
}

/**
 * adit_event_up() - tell the owner about a session
 * @s: session
 * @event: enum adit_session_event
 *
 * Context: any, none of the session's locks.
 * Return: 0 or why it was not told; counted already.
 */
int adit_event_up(struct adit_session *s, u32 event)
{
	int err = adit_unicast(s, adit_nl_event_msg(s, event));

	if (err && err != -ENOTCONN)
		atomic64_inc(&s->adev->frames_lost);
	return err;
}

/**
 * adit_frames_lost() - tell the owner that frames were dropped, now and then
 * @s: session
 * @n: how many
 *
 * When not even that reaches the owner, the next loss tries again.
 *
 * Context: as adit_frame_up().
 */
void adit_frames_lost(struct adit_session *s, unsigned int n)
{
	struct adit_dev *adev = s->adev;
	unsigned long told = READ_ONCE(adev->lost_told);

	atomic64_add(n, &adev->frames_lost);
	if (told && time_before(jiffies, told + ADIT_LOST_TOLD_EVERY))
		return;
	if (!adit_unicast(s, adit_nl_event_msg(s, ADIT_SESSION_EVENT_FRAMES_LOST)))
		WRITE_ONCE(adev->lost_told, jiffies ?: 1);
}

static int adit_socket_closed(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		adit_dev_drop_owner(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block adit_socket_notifier = { .notifier_call = adit_socket_closed };

/**
 * adit_frame_init() - be told about sockets that close
 *
 * Return: 0 or -errno.
 */
int adit_frame_init(void)
{
	return netlink_register_notifier(&adit_socket_notifier);
}

/**
 * adit_frame_exit() - undo adit_frame_init()
 */
void adit_frame_exit(void)
{
	netlink_unregister_notifier(&adit_socket_notifier);
}
