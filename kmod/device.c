// SPDX-License-Identifier: GPL-2.0
/* Devices of every kind: birth, look-up, death, allowances per namespace. */

#include <linux/capability.h>
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "child.h"
#include "device.h"
#include "esp.h"
#include "frame.h"
#include "session.h"
#include "socket.h"
#include "tx.h"

static unsigned int max_devices = 1024;
module_param(max_devices, uint, 0644);
MODULE_PARM_DESC(max_devices, "Devices whose outer side is in one network namespace");

static unsigned int max_sessions = 262144;
module_param(max_sessions, uint, 0644);
MODULE_PARM_DESC(max_sessions, "Sessions whose outer side is in one network namespace");

static unsigned int max_sockets = 1024;
module_param(max_sockets, uint, 0644);
MODULE_PARM_DESC(max_sockets, "UDP sockets of one network namespace that were attached and are not closed");

/**
 * struct adit_net - what a namespace has, as outer namespace
 * @devices: number
 * @sessions: number
 * @sockets: number
 */
struct adit_net {
	atomic_t devices;
	atomic_t sessions;
	atomic_t sockets;
};

static unsigned int adit_net_id;

/* All devices of the machine; never needed for a packet or a session's life. */
static LIST_HEAD(adit_devs);
static DEFINE_MUTEX(adit_devs_lock);

static int adit_charge(atomic_t *count, unsigned int max)
{
	if (atomic_inc_return(count) <= max)
		return 0;
	atomic_dec(count);
	return -ENOSPC;
}

/**
 * adit_session_charge() - take one session from the allowance of the outer namespace
 * @adev: device
 *
 * Return: 0 or -ENOSPC.
 */
int adit_session_charge(struct adit_dev *adev)
{
	struct adit_net *an = net_generic(adev->net, adit_net_id);

	return adit_charge(&an->sessions, READ_ONCE(max_sessions));
}

/**
 * adit_session_uncharge() - give it back
 * @adev: device, whose outer namespace lives as long as it is registered
 */
void adit_session_uncharge(struct adit_dev *adev)
{
	struct adit_net *an = net_generic(adev->net, adit_net_id);

	atomic_dec(&an->sessions);
}

/**
 * adit_socket_charge() - take one socket from the allowance of its namespace
 * @net: namespace
 *
 * Return: 0 or -ENOSPC.
 */
int adit_socket_charge(struct net *net)
{
	struct adit_net *an = net_generic(net, adit_net_id);

	return adit_charge(&an->sockets, READ_ONCE(max_sockets));
}

/**
 * adit_socket_uncharge() - give it back
 * @net: namespace
 *
 * Context: any.
 */
void adit_socket_uncharge(struct net *net)
{
	struct adit_net *an = net_generic(net, adit_net_id);

	atomic_dec(&an->sockets);
}

static int adit_dev_init(struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_net *an = net_generic(adev->net, adit_net_id);
	int err;

	err = adit_charge(&an->devices, READ_ONCE(max_devices));
	if (err)
		return err;

	err = -ENOMEM;
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		goto err_uncharge;

	err = gro_cells_init(&adev->gro_cells, dev);
	if (err)
		goto err_stats;

	err = adit_inner_init(&adev->inner);
	if (err)
		goto err_gro;

	err = adev->kind == ADIT_KIND_ESP ? adit_esp_dev_init(adev) : 0;
	if (err)
		goto err_inner;

	__module_get(THIS_MODULE);
	mutex_lock(&adit_devs_lock);
	list_add_tail(&adev->list, &adit_devs);
	mutex_unlock(&adit_devs_lock);
	return 0;

err_inner:
	adit_inner_destroy(&adev->inner);
err_gro:
	gro_cells_destroy(&adev->gro_cells);
err_stats:
	free_percpu(dev->tstats);
	dev->tstats = NULL;
err_uncharge:
	atomic_dec(&an->devices);
	return err;
}

/*
 * Death of a device, under rtnl. Nobody finds the device by index any more. First no session can be born (@life), then
 * none is left; packets that found a session or the device before are past it when unregister_netdevice() has waited
 * for RCU, which it does after this and before the destructor.
 */
static void adit_dev_uninit(struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);
	struct adit_net *an = net_generic(adev->net, adit_net_id);

	down_write(&adev->life);
	adev->dying = true;
	up_write(&adev->life);

	mutex_lock(&adit_devs_lock);
	list_del_init(&adev->list);
	mutex_unlock(&adit_devs_lock);

	if (adev->kind == ADIT_KIND_ESP)
		adit_child_del_all(adev);
	else
		adit_session_del_all(adev);
	adit_owner_forget(adev);
	atomic_dec(&an->devices);
}

/**
 * adit_dev_unhook() - give back what the kind took for a device, if it has not been
 * @adev: device
 */
void adit_dev_unhook(struct adit_dev *adev)
{
	if (adev->unhook)
		adev->unhook();
	adev->unhook = NULL;
}

/* rmmod of the kind waits in rtnl_link_unregister() until this function has returned, so it may put the module. */
static void adit_dev_destructor(struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);

	gro_cells_destroy(&adev->gro_cells);
	if (adev->kind == ADIT_KIND_ESP)
		adit_esp_dev_destroy(adev);
	adit_inner_destroy(&adev->inner);
	xa_destroy(&adev->sessions);
	free_percpu(dev->tstats);
	adit_dev_unhook(adev);
	module_put(THIS_MODULE);
}

/* A device without link-layer addresses has nothing to resolve and no header to write: straight to the queue. */
static int adit_dev_neigh_output(struct neighbour *neigh, struct sk_buff *skb)
{
	return dev_queue_xmit(skb);
}

static int adit_dev_neigh(struct net_device *dev, struct neighbour *neigh)
{
	neigh->output = adit_dev_neigh_output;
	return 0;
}

static const struct net_device_ops adit_netdev_ops = {
	.ndo_init		= adit_dev_init,
	.ndo_uninit		= adit_dev_uninit,
	.ndo_start_xmit		= adit_tx_xmit,
	.ndo_neigh_construct	= adit_dev_neigh,
	.ndo_get_stats64	= dev_get_tstats64,
};

static const struct net_device_ops adit_ether_ops = {
	.ndo_init		= adit_dev_init,
	.ndo_uninit		= adit_dev_uninit,
	.ndo_start_xmit		= adit_tx_xmit_ether,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
};

static const struct net_device_ops adit_esp_ops = {
	.ndo_init		= adit_dev_init,
	.ndo_uninit		= adit_dev_uninit,
	.ndo_start_xmit		= adit_esp_xmit,
	.ndo_neigh_construct	= adit_dev_neigh,
	.ndo_get_stats64	= dev_get_tstats64,
};

static const struct device_type adit_dev_type = { .name = KBUILD_MODNAME };

/* Checksums and segments can be left to the device: segments are made in adit_tx_xmit() at the latest. */
static void adit_dev_setup_features(struct net_device *dev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | NETIF_F_HW_CSUM |
					   NETIF_F_RXCSUM | NETIF_F_GSO_SOFTWARE;

	dev->needs_free_netdev = true;
	dev->priv_destructor = adit_dev_destructor;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= features;
	dev->hw_features |= features;
	dev->hw_enc_features |= features;
	adit_netdev_set_lltx(dev);
	SET_NETDEV_DEVTYPE(dev, &adit_dev_type);
}

/**
 * adit_dev_setup() - the setup callback of every link kind
 * @dev: fresh; with IP payload, unless adit_dev_setup_ether() follows
 */
void adit_dev_setup(struct net_device *dev)
{
	struct adit_dev *adev = adit_dev(dev);

	dev->netdev_ops = &adit_netdev_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->min_mtu = IPV4_MIN_MTU;
	adit_dev_setup_features(dev);
	/* ICMP errors about a packet need the route that it came by. */
	netif_keep_dst(dev);

	adev->dev = dev;
	INIT_LIST_HEAD(&adev->list);
	init_rwsem(&adev->life);
	xa_init_flags(&adev->sessions, XA_FLAGS_ACCOUNT);
	atomic_set(&adev->n_sessions, 0);
}

/**
 * adit_dev_setup_ether() - make a device one with Ethernet payload
 * @dev: set up, not registered yet, with the address that was asked for or none
 */
void adit_dev_setup_ether(struct net_device *dev)
{
	bool has_addr = dev->addr_assign_type == NET_ADDR_SET;

	ether_setup(dev);
	dev->netdev_ops = &adit_ether_ops;
	dev->flags &= ~(IFF_POINTOPOINT | IFF_NOARP);
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	adit_dev_setup_features(dev);
	adit_dev(dev)->ether = true;
	if (!has_addr)
		eth_hw_addr_random(dev);
}

/**
 * adit_dev_setup_esp() - the setup callback of the link kind esp
 * @dev: fresh
 */
void adit_dev_setup_esp(struct net_device *dev)
{
	adit_dev_setup(dev);
	dev->netdev_ops = &adit_esp_ops;
	dev->needed_tailroom = ADIT_ESP_TAIL_MAX;
}

/**
 * adit_dev_set_overhead() - say how much longer packets get
 * @adev: device that is not registered yet
 * @overhead: octets that go before an inner packet or frame, outer IP header included
 * @mtu: IFLA_MTU, or NULL for the MTU that leaves room on Ethernet
 * @extack: told why not
 *
 * Return: 0, or -EINVAL when packets of that MTU do not fit into IP.
 */
int adit_dev_set_overhead(struct adit_dev *adev, unsigned int overhead, const struct nlattr *mtu,
			  struct netlink_ext_ack *extack)
{
	struct net_device *dev = adev->dev;

	adev->overhead = overhead;
	/* More than Ethernet outside is learned from the route: a buffer of the next size is dear for small packets. */
	dev->needed_headroom = ALIGN(ETH_HLEN, HH_DATA_MOD) + overhead;
	overhead += dev->hard_header_len;
	dev->max_mtu = IP_MAX_MTU - overhead;
	dev->mtu = mtu ? nla_get_u32(mtu) : ETH_DATA_LEN - overhead;
	if (dev->mtu <= dev->max_mtu)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, mtu, "mtu is greater than what IP leaves after encapsulation");
	return -EINVAL;
}

/**
 * adit_dev_is() - whether a netdev is one of ours
 * @dev: any
 */
bool adit_dev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &adit_netdev_ops || dev->netdev_ops == &adit_ether_ops ||
	       dev->netdev_ops == &adit_esp_ops;
}

/**
 * adit_dev_get() - look up by interface index
 * @net: namespace where the device is
 * @ifindex: index
 * @tracker: for adit_dev_put()
 *
 * Return: device, held; -ENODEV when there is none, -EOPNOTSUPP when it is not one of ours.
 */
struct adit_dev *adit_dev_get(struct net *net, u32 ifindex, netdevice_tracker *tracker)
{
	struct adit_dev *adev = ERR_PTR(-ENODEV);
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		adev = adit_dev_is(dev) ? adit_dev(dev) : ERR_PTR(-EOPNOTSUPP);
	if (!IS_ERR(adev))
		netdev_hold(dev, tracker, GFP_ATOMIC);
	rcu_read_unlock();
	return adev;
}

/**
 * adit_dev_next() - walk the devices of a namespace in the order of their index
 * @net: namespace where they are
 * @ifindex: smallest index wanted
 * @tracker: for adit_dev_put()
 *
 * Return: device, held, or NULL at the end.
 */
struct adit_dev *adit_dev_next(struct net *net, u32 ifindex, netdevice_tracker *tracker)
{
	struct adit_dev *adev, *best = NULL;

	mutex_lock(&adit_devs_lock);
	list_for_each_entry(adev, &adit_devs, list) {
		if (!net_eq(dev_net(adev->dev), net) || adev->dev->ifindex < ifindex)
			continue;
		/* One whose registration may still fail is freed then, whoever holds it. */
		if (READ_ONCE(adev->dev->reg_state) != NETREG_REGISTERED)
			continue;
		if (!best || adev->dev->ifindex < best->dev->ifindex)
			best = adev;
	}
	if (best)
		netdev_hold(best->dev, tracker, GFP_KERNEL);
	mutex_unlock(&adit_devs_lock);
	return best;
}

/**
 * adit_dev_put() - let go of a device
 * @adev: device
 * @tracker: as it was held with
 */
void adit_dev_put(struct adit_dev *adev, netdevice_tracker *tracker)
{
	netdev_put(adev->dev, tracker);
}

/**
 * adit_dev_drop_owner() - a netlink socket was closed
 * @net: its namespace
 * @portid: its port
 */
void adit_dev_drop_owner(struct net *net, u32 portid)
{
	struct adit_dev *adev;

	mutex_lock(&adit_devs_lock);
	list_for_each_entry(adev, &adit_devs, list)
		adit_owner_closed(adev, net, portid);
	mutex_unlock(&adit_devs_lock);
}

static bool adit_net_listed(const struct net *net, struct list_head *nets)
{
	const struct net *other;

	list_for_each_entry(other, nets, exit_list)
		if (net_eq(net, other))
			return true;
	return false;
}

/* Devices inside the namespaces go by the core; those that live elsewhere and are only outside there go here. */
static void __net_exit adit_net_exit_batch(struct list_head *nets)
{
	struct adit_dev *adev;
	LIST_HEAD(kill);

	rtnl_lock();
	mutex_lock(&adit_devs_lock);
	list_for_each_entry(adev, &adit_devs, list)
		if (adit_net_listed(adev->net, nets))
			unregister_netdevice_queue(adev->dev, &kill);
	mutex_unlock(&adit_devs_lock);
	unregister_netdevice_many(&kill);
	rtnl_unlock();
	/* Their own sockets are in these namespaces. */
	adit_socket_flush();
}

static struct pernet_operations adit_net_ops = {
	.exit_batch	= adit_net_exit_batch,
	.id		= &adit_net_id,
	.size		= sizeof(struct adit_net),
};

/**
 * adit_device_init() - be told about namespaces
 *
 * Return: 0 or -errno.
 */
int adit_device_init(void)
{
	return register_pernet_device(&adit_net_ops);
}

/**
 * adit_device_exit() - undo adit_device_init()
 */
void adit_device_exit(void)
{
	unregister_pernet_device(&adit_net_ops);
}
