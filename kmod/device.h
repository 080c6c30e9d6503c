/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device: what lies in a netdev's private area, whatever its kind. It is born in newlink under rtnl, dies in ndo_uninit
 * under rtnl together with its sessions, and its memory goes with the netdev's last reference.
 *
 * Sessions are made and removed without rtnl. What keeps a session from being born on a device that dies is @life: a
 * creator holds it for reading and looks at @dying first; death takes it for writing once, sets @dying and only then
 * walks the sessions, so it sees all that were ever published. Whoever holds a session over a sleep holds its device
 * too.
 *
 * Tags: [I] immutable after publish, [R] RCU, [RTNL] written under rtnl and read with READ_ONCE, else the named lock.
 */
#ifndef ADIT_DEVICE_H
#define ADIT_DEVICE_H

#include <linux/netdevice.h>
#include <linux/rwsem.h>
#include <linux/xarray.h>
#include <net/gro_cells.h>
#include <uapi/linux/adit.h>

#include "inner.h"

struct adit_owner;
struct adit_session;
struct netlink_ext_ack;
struct nlattr;

#define ADIT_MSS_CLAMP_OFF	0
#define ADIT_MSS_CLAMP_AUTO	1	/* the device's MTU less the headers */

/**
 * struct adit_dev - one device
 * @dev: [I] the netdev around it
 * @net: [I] outer namespace, where encapsulated packets live; its exit removes the device first
 * @kind: [I] what it encapsulates in
 * @mode: [I] point to point or concentrator
 * @ether: [I] its packets are Ethernet frames
 * @fwmark: [RTNL] mark of outer packets and look-ups
 * @link: [I] ifindex in @net that outer packets take, or 0
 * @overhead: [I] octets that encapsulation puts before an inner packet, at most; outer IP header included
 * @mss_clamp: [RTNL] largest TCP MSS let through, ADIT_MSS_CLAMP_*
 * @list: among all devices, [adit_devs_lock]
 * @life: see above
 * @dying: no session may be made any more, [life]
 * @sessions: struct adit_session by id; ordered, so that a dump resumes exactly
 * @n_sessions: how many there are; of an esp device, its children
 * @only: [R] the session of a point-to-point device
 * @inner: inner addresses of a concentrator
 * @gro_cells: TCP from all sessions is aggregated here
 * @owner: [R] who claimed the device, written under adit_owner_lock
 * @no_session: packets to an inner address of nobody
 * @frames_lost: frames and events that did not reach the owner
 * @lost_told: jiffies at which the owner last heard of lost frames
 * @unhook: gives back what the kind took for the device, or NULL; called once
 */
struct adit_dev {
	struct net_device *dev;
	struct net *net;
	enum adit_kind kind;
	enum adit_dev_mode mode;
	bool ether;
	u32 fwmark;
	u32 link;
	unsigned int overhead;
	u32 mss_clamp;
	struct list_head list;
	struct rw_semaphore life;
	bool dying;
	struct xarray sessions;
	atomic_t n_sessions;
	struct adit_session __rcu *only;
	struct adit_inner inner;
	struct gro_cells gro_cells;
	struct adit_owner __rcu *owner;
	atomic64_t no_session;
	atomic64_t frames_lost;
	unsigned long lost_told;
	void (*unhook)(void);
};

/* Callers know that @dev is ours; adit_dev_is() tells for others. */
static inline struct adit_dev *adit_dev(const struct net_device *dev)
{
	return netdev_priv(dev);
}

static inline bool adit_dev_is_p2p(const struct adit_dev *adev)
{
	return adev->mode == ADIT_DEV_MODE_POINT_TO_POINT;
}

bool adit_dev_is(const struct net_device *dev);
void adit_dev_setup(struct net_device *dev);
void adit_dev_setup_ether(struct net_device *dev);
void adit_dev_setup_esp(struct net_device *dev);
int adit_dev_set_overhead(struct adit_dev *adev, unsigned int overhead, const struct nlattr *mtu,
			  struct netlink_ext_ack *extack);
void adit_dev_unhook(struct adit_dev *adev);

struct adit_dev *adit_dev_get(struct net *net, u32 ifindex, netdevice_tracker *tracker);
struct adit_dev *adit_dev_next(struct net *net, u32 ifindex, netdevice_tracker *tracker);
void adit_dev_put(struct adit_dev *adev, netdevice_tracker *tracker);

void adit_dev_drop_owner(struct net *net, u32 portid);

int adit_session_charge(struct adit_dev *adev);
void adit_session_uncharge(struct adit_dev *adev);
int adit_socket_charge(struct net *net);
void adit_socket_uncharge(struct net *net);

int adit_device_init(void);
void adit_device_exit(void);

#endif /* ADIT_DEVICE_H */
