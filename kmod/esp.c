// SPDX-License-Identifier: GPL-2.0
/*
 * ESP's hooks in the stack. They are those of the kernel's own IPsec, which stays in place behind them: what is not
 * ours goes on to it untouched.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/unaligned.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "child.h"
#include "esp.h"
#include "sa.h"
#include "slot.h"

/* vti, at 100, takes every packet between the addresses of its tunnels. */
#define PRIORITY	200

static struct adit_sa *esp_find(const struct sk_buff *skb, u16 family, u32 spi)
{
	struct adit_sa_key key = { .net = dev_net(skb->dev), .spi = spi, .family = family };

	if (family == AF_INET)
		key.addr.s6_addr32[0] = ip_hdr(skb)->daddr;
	else
		key.addr = ipv6_hdr(skb)->daddr;
	return adit_sa_find(&key);
}

static int esp_rcv(struct sk_buff *skb, u16 family)
{
	struct adit_sa *sa;

	if (!pskb_may_pull(skb, ADIT_ESP_HLEN))
		return -EINVAL;
	sa = esp_find(skb, family, get_unaligned_be32(skb->data));
	if (!sa)
		return -EINVAL;
	adit_esp_rcv(sa, skb);
	return 0;
}

static int esp4_rcv(struct sk_buff *skb)
{
	return esp_rcv(skb, AF_INET);
}

static int esp6_rcv(struct sk_buff *skb)
{
	return esp_rcv(skb, AF_INET6);
}

/* From a UDP socket that in-tree IPsec has: never ours. */
static int esp_input(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;
}

/* Decrypted by in-tree IPsec: likewise. Zero would end the walk over the handlers. */
static int esp_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/* The SA that sent the packet whose ESP header is quoted at @esp, from @local to @peer. */
static struct adit_sa *esp_sent(const struct sk_buff *skb, u16 family, const u8 *esp, const struct in6_addr *local,
				const struct in6_addr *peer)
{
	struct adit_sa_key key = {
		.net = dev_net(skb->dev), .addr = *peer, .spi = get_unaligned_be32(esp), .family = family,
	};

	return adit_sa_find_sent(&key, local, get_unaligned_be32(esp + 4));
}

static int esp4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct in6_addr local = { .s6_addr32 = { iph->saddr } }, peer = { .s6_addr32 = { iph->daddr } };
	struct adit_sa *sa = esp_sent(skb, AF_INET, skb->data + iph->ihl * 4, &local, &peer);

	if (!sa)
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH && icmp_hdr(skb)->code == ICMP_FRAG_NEEDED) {
		adit_esp_path_shrunk(sa->child, info);
		ipv4_update_pmtu(skb, dev_net(skb->dev), info, sa->child->adev->link, IPPROTO_ESP);
	}
	return 0;
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code, int offset, __be32 info)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	struct adit_sa *sa = esp_sent(skb, AF_INET6, skb->data + offset, &ip6h->saddr, &ip6h->daddr);

	if (!sa)
		return -ENOENT;
	if (type == ICMPV6_PKT_TOOBIG) {
		const struct adit_dev *adev = sa->child->adev;

		adit_esp_path_shrunk(sa->child, ntohl(info));
		ip6_update_pmtu(skb, dev_net(skb->dev), info, adev->link, READ_ONCE(adev->fwmark),
				sock_net_uid(adev->net, NULL));
	}
	return 0;
}

static struct xfrm4_protocol esp4_protocol = {
	.handler	= esp4_rcv,
	.input_handler	= esp_input,
	.cb_handler	= esp_cb,
	.err_handler	= esp4_err,
	.priority	= PRIORITY,
};

static struct xfrm6_protocol esp6_protocol = {
	.handler	= esp6_rcv,
	.input_handler	= esp_input,
	.cb_handler	= esp_cb,
	.err_handler	= esp6_err,
	.priority	= PRIORITY,
};

static int slot_take(void)
{
	int err;

	err = xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);
	if (err)
		return err;
	err = xfrm6_protocol_register(&esp6_protocol, IPPROTO_ESP);
	if (err)
		xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	return err;
}

static void slot_release(void)
{
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
}

static ADIT_SLOT(esp_slot, slot_take, slot_release,
		 "another module has ESP, before the kernel's own IPsec, at the same priority");

/**
 * adit_esp_get() - take the hooks, or use them once more
 * @extack: told why not
 *
 * Packets come to adit_esp_rcv() from then on. Context: process, may sleep; rtnl may be held.
 *
 * Return: 0 or -errno.
 */
int adit_esp_get(struct netlink_ext_ack *extack)
{
	return adit_slot_get(&esp_slot, extack);
}

/**
 * adit_esp_used() - whether any device uses the hooks
 *
 * Context: rtnl, which serialises the making of devices.
 */
bool adit_esp_used(void)
{
	return READ_ONCE(esp_slot.users);
}

/**
 * adit_esp_put() - undo one adit_esp_get()
 *
 * Context: process, may sleep; rtnl may be held.
 */
void adit_esp_put(void)
{
	adit_slot_put(&esp_slot);
}

/**
 * adit_esp_exit() - give the hooks back now, when nobody uses them any more
 *
 * No packet is in adit_esp_rcv() afterwards. Context: process, may sleep.
 */
void adit_esp_exit(void)
{
	adit_slot_exit(&esp_slot);
}
