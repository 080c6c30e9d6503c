/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that kmod/l2tp.c needs of the kernel and of the module's other files, for kmod_l2tp_fuzz.c, which is
 * included with their headers off. Packets are as unfriendly as the kernel's can be: what is linear is a
 * block of exactly its length, and what is pulled makes another, so that the sanitizer sees octets read
 * that nobody pulled, and pointers used that a pull made stale.
 */
#ifndef SHIM_L2TP_RCV_H
#define SHIM_L2TP_RCV_H

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/errno.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/types.h>
#include <linux/udp.h>

#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/netlink.h>

#define SHIM_LINUX_SKBUFF_H
#define ADIT_DEVICE_H
#define ADIT_INNER_H
#define ADIT_OUTER_H

#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP	115
#endif
#define ETH_P_IP	0x0800
#define ETH_P_IPV6	0x86dd
#define IP_MAX_MTU	0xffffu
#define BIT(n)		(1u << (n))
#define __rcu
#define ____cacheline_aligned_in_smp
#define READ_ONCE(x)	(x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define rcu_access_pointer(p) (p)
#define IS_ERR(p)	((unsigned long)(p) >= -4095ul)
#define PTR_ERR(p)	((long)(p))

struct net { int number; };
struct net_device { struct net *net; unsigned int rx_dropped, tx_dropped; };
struct dst_entry { int none; };
struct list_head { struct list_head *next, *prev; };
struct rcu_head { int none; };
struct rhash_head { int none; };
struct rhlist_head { int none; };
struct llist_node { int none; };
struct kref { int none; };
struct timer_list { int none; };
struct sock;
struct socket;
struct nlattr;
typedef struct { int refs; } refcount_t;

#define DEV_STATS_INC(dev, counter) ((dev)->counter++)

/* One thread: to take a lock twice is the bug. */
typedef struct { bool held; } spinlock_t;

static inline void spin_lock(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
}

#define spin_lock_bh	spin_lock
#define spin_unlock_bh	spin_unlock

/* --- packets --- */

#define SKB_GSO_TCPV4		BIT(0)
#define SKB_GSO_TCPV6		BIT(1)
#define SKB_GSO_FRAGLIST	BIT(2)

struct skb_shared_info { unsigned int gso_type, gso_size; };

struct sk_buff {
	struct sk_buff *next, *prev;
	struct net_device *dev;
	__be16 protocol;
	bool encapsulation;
	u8 *block;		/* what is linear ends where this ends */
	u8 *data;
	unsigned int len, data_len;
	const u8 *rest;		/* what is not linear, borrowed */
	unsigned int transport;	/* offset of the UDP header in the block */
	const void *network;	/* the outer IP header, borrowed */
	struct skb_shared_info shinfo;
	char cb[48];
};

struct sk_buff_head { struct sk_buff *next, *prev; };

static inline void __skb_queue_head_init(struct sk_buff_head *list)
{
	list->next = list->prev = (struct sk_buff *)list;
}

static inline bool skb_queue_empty(const struct sk_buff_head *list)
{
	return list->next == (const struct sk_buff *)list;
}

#define skb_shinfo(skb)	(&(skb)->shinfo)
#define dev_net(dev)	((dev)->net)

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->shinfo.gso_size;
}

static inline const struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return skb->network;
}

static inline const struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return skb->network;
}

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)(skb->block + skb->transport);
}

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define noinline	__attribute__((noinline))
#define __uninitialized

static inline void skb_postpull_rcsum(struct sk_buff *skb, const void *start, unsigned int len)
{
}

void *__skb_pull(struct sk_buff *skb, unsigned int len);
bool pskb_may_pull(struct sk_buff *skb, unsigned int len);
int pskb_trim_rcsum(struct sk_buff *skb, unsigned int len);
void kfree_skb(struct sk_buff *skb);

/* --- what only what is sent needs --- */

void *__skb_push(struct sk_buff *skb, unsigned int len);
void skb_reset_transport_header(struct sk_buff *skb);
void udp_set_csum(bool nocheck, struct sk_buff *skb, __be32 saddr, __be32 daddr, int len);
void udp6_set_csum(bool nocheck, struct sk_buff *skb, const struct in6_addr *saddr, const struct in6_addr *daddr,
		   int len);

/* --- of the module's other files --- */

struct adit_dev {
	struct net_device *dev;
	bool ether;
	unsigned int overhead;
};

struct adit_session;
struct adit_prefix;

struct adit_way;
int adit_outer_output(struct adit_session *s, struct sk_buff *skb, struct adit_way *way);

/* Octets of one that nobody pulled are seen by the sanitizer. */
static inline unsigned long crypto_memneq(const void *a, const void *b, size_t len)
{
	return len && memcmp(a, b, len);
}

#endif /* SHIM_L2TP_RCV_H */
