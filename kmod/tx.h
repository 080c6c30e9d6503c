/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transmit: from a packet routed into a device, or a frame of the owner, to a sealed PPP packet of a session.
 */
#ifndef ADIT_TX_H
#define ADIT_TX_H

#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/tcp.h>

#include "clamp.h"
#include "device.h"
#include "session.h"

struct netlink_ext_ack;

/* Devices of ours that may be stacked on the outer path of one packet, in one context; each costs stack. */
#define ADIT_TX_DEPTH_MAX	4

/* Identification numbers that are taken at once, and how long they are used: see adit_outer_idents_more(). */
#define ADIT_IDENTS	16
#define ADIT_IDENTS_FOR	(5 * HZ)

unsigned int adit_tx_mss(const struct adit_session *s);
netdev_tx_t adit_tx_xmit(struct sk_buff *skb, struct net_device *dev);
netdev_tx_t adit_tx_xmit_ether(struct sk_buff *skb, struct net_device *dev);
struct sk_buff *adit_tx_own(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom);
int adit_tx_cut(struct sk_buff *skb, unsigned int room, int (*output)(struct net *, struct sock *, struct sk_buff *));
void adit_tx_tell_room(struct sk_buff *skb, int family, unsigned int room);
int adit_tx_frame(struct adit_session *s, u16 protocol, const void *data, unsigned int len,
		  struct netlink_ext_ack *extack);

/*
 * Whether @skb may be a SYN, without looking closely: spares all others the call. skb->data is at its IP header, which
 * is linear as far as version 4 has one; what is not seen here may be one.
 */
static inline bool adit_tx_may_be_syn(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	unsigned int flags = iph->ihl * 4 + offsetof(struct tcphdr, ack_seq) + sizeof(u32) + 1;

	if (iph->version != 4)
		return true;
	return iph->protocol == IPPROTO_TCP && (flags >= skb_headlen(skb) || skb->data[flags] & TCPHDR_SYN);
}

/* Lower the MSS of a SYN that passes, either way, to what the session carries. */
static inline void adit_tx_clamp(const struct adit_session *s, struct sk_buff *skb)
{
	unsigned int mss;

	if (READ_ONCE(s->adev->mss_clamp) == ADIT_MSS_CLAMP_OFF || !adit_tx_may_be_syn(skb))
		return;
	mss = adit_tx_mss(s);
	if (mss)
		adit_clamp(skb, mss);
}

/*
 * Whether the checksum that was left to the device is one of this packet. Whoever put the packet into this machine said
 * where: that may be before it by now, which makes @start a large number.
 */
static __always_inline bool adit_tx_sum_is_inside(const struct sk_buff *skb)
{
	unsigned int start = skb_checksum_start_offset(skb);

	return start < skb_headlen(skb) && start + skb->csum_offset + sizeof(__sum16) <= skb_headlen(skb);
}

/*
 * Make the checksum that was left to the device; false when there is none to be made there. What is linear and nobody
 * else's needs no detour.
 */
static __always_inline bool adit_tx_sum(struct sk_buff *skb)
{
	unsigned int start, at;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	if (unlikely(!adit_tx_sum_is_inside(skb)))
		return false;
	start = skb_checksum_start_offset(skb);
	at = start + skb->csum_offset;
	if (skb_is_nonlinear(skb) || skb_cloned(skb) || skb_csum_is_sctp(skb))
		return !skb_csum_hwoffload_help(skb, 0);
	*(__sum16 *)(skb->data + at) = csum_fold(csum_partial(skb->data + start, skb->len - start, 0)) ?:
				       CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
	return true;
}

#endif /* ADIT_TX_H */
