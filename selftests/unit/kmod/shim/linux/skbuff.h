/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queues of packets as the kernel has them: a ring that begins and ends at the head. */
#ifndef SHIM_LINUX_SKBUFF_H
#define SHIM_LINUX_SKBUFF_H

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>

struct sk_buff {
	struct sk_buff *next;
	struct sk_buff *prev;
	u32 id;
	u8 *data;
	unsigned int len;
	char cb[48] __attribute__((__aligned__(8)));
};

struct sk_buff_head {
	struct sk_buff *next;
	struct sk_buff *prev;
	u32 qlen;
};

void kfree_skb(struct sk_buff *skb);

#define shim_ring(list)	((struct sk_buff *)(list))

#define skb_queue_reverse_walk(list, skb) \
	for ((skb) = (list)->prev; (skb) != shim_ring(list); (skb) = (skb)->prev)

static inline void __skb_queue_head_init(struct sk_buff_head *list)
{
	list->next = shim_ring(list);
	list->prev = shim_ring(list);
	list->qlen = 0;
}

static inline bool skb_queue_empty(const struct sk_buff_head *list)
{
	return list->next == (const struct sk_buff *)list;
}

static inline u32 skb_queue_len(const struct sk_buff_head *list)
{
	return list->qlen;
}

static inline struct sk_buff *skb_peek(const struct sk_buff_head *list)
{
	return skb_queue_empty(list) ? NULL : list->next;
}

static inline void __skb_queue_after(struct sk_buff_head *list, struct sk_buff *prev,
				     struct sk_buff *skb)
{
	skb->prev = prev;
	skb->next = prev->next;
	prev->next->prev = skb;
	prev->next = skb;
	list->qlen++;
}

static inline void __skb_queue_head(struct sk_buff_head *list, struct sk_buff *skb)
{
	__skb_queue_after(list, shim_ring(list), skb);
}

static inline void __skb_queue_tail(struct sk_buff_head *list, struct sk_buff *skb)
{
	__skb_queue_after(list, list->prev, skb);
}

static inline void __skb_unlink(struct sk_buff *skb, struct sk_buff_head *list)
{
	skb->prev->next = skb->next;
	skb->next->prev = skb->prev;
	skb->next = NULL;
	skb->prev = NULL;
	list->qlen--;
}

static inline void __skb_queue_purge(struct sk_buff_head *list)
{
	while (!skb_queue_empty(list)) {
		struct sk_buff *skb = list->next;

		__skb_unlink(skb, list);
		kfree_skb(skb);
	}
}

/* All packets are linear and nobody else's. */
static inline bool pskb_may_pull(const struct sk_buff *skb, unsigned int len)
{
	return len <= skb->len;
}

static inline int skb_ensure_writable(const struct sk_buff *skb, unsigned int len)
{
	return len <= skb->len ? 0 : -ENOMEM;
}

#endif /* SHIM_LINUX_SKBUFF_H */
