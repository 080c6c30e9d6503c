// SPDX-License-Identifier: GPL-2.0
/*
 * Reorder queue.
 */
#include <linux/jiffies.h>
#include <linux/skbuff.h>

#include "reorder.h"

void adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait)
{
	memset(ro, 0, sizeof(*ro));
	__skb_queue_head_init(&ro->queue);
	ro->window = window;
	ro->wait = wait;
}

void adit_reorder_purge(struct adit_reorder *ro)
{
	__skb_queue_purge(&ro->queue);
	ro->drain = 0;
}

/* Return: false when @seq waits already. */
static bool insert(struct adit_reorder *ro, struct sk_buff *skb, u32 seq, unsigned long now)
{
	struct sk_buff *pos;

	ADIT_REORDER_CB(skb)->seq = seq;
	ADIT_REORDER_CB(skb)->since = now;
	if (seq == ro->next) {
		__skb_queue_head(&ro->queue, skb);
		return true;
	}
	skb_queue_reverse_walk(&ro->queue, pos) {
		if (ADIT_REORDER_CB(pos)->seq == seq)
			return false;
		if ((s32)(seq - ADIT_REORDER_CB(pos)->seq) > 0)
			break;
		/*
		 * What misses before @pos misses before @skb: the head always has the earliest
		 * deadline.
		 */
		ADIT_REORDER_CB(skb)->since = ADIT_REORDER_CB(pos)->since;
	}
	__skb_queue_after(&ro->queue, pos, skb);
	return true;
}

/* Whether the head of the queue may go. */
static bool is_due(const struct adit_reorder *ro, const struct sk_buff *head, unsigned long now)
{
	return ADIT_REORDER_CB(head)->seq == ro->next || ro->drain ||
	       skb_queue_len(&ro->queue) > ro->window ||
	       time_after_eq(now, ADIT_REORDER_CB(head)->since + ro->wait);
}

/*
 * Count a packet that cannot be early. Return: whether its run proves that the stream has moved to
 * it.
 */
static bool stream_moved(struct adit_reorder *ro, u32 seq, unsigned long now)
{
	s32 step = seq - ro->stray;
	bool back = (s32)(seq - ro->next) < 0;

	if (ro->strays && step <= 0 && step > -ADIT_REORDER_STRIDE)
		return false;
	if (ro->strays && step > 0 && step <= ADIT_REORDER_STRIDE)
		ro->strays++;
	else
		ro->strays = 1;
	ro->stray = seq;
	if (ro->strays < ADIT_REORDER_STRAYS)
		return false;
	return !back || time_after_eq(now, ro->near_at + ADIT_REORDER_SILENCE);
}

/* What waited at the old place came earlier and goes first. */
static void follow(struct adit_reorder *ro, struct sk_buff *skb, u32 seq, unsigned long now)
{
	ADIT_REORDER_CB(skb)->seq = seq;
	ADIT_REORDER_CB(skb)->since = now;
	__skb_queue_tail(&ro->queue, skb);
	ro->drain = skb_queue_len(&ro->queue);
}

enum adit_reorder_verdict adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb,
					   u32 seq, unsigned long now)
{
	if (!ro->started) {
		ro->started = true;
		ro->next = seq;
	}
	if (seq - ro->next >= ADIT_REORDER_NEAR) {
		if (!stream_moved(ro, seq, now))
			return ADIT_REORDER_LATE;
		follow(ro, skb, seq, now);
	} else if (!insert(ro, skb, seq, now)) {
		return ADIT_REORDER_DUPLICATE;
	}
	ro->strays = 0;
	ro->near_at = now;
	return is_due(ro, skb_peek(&ro->queue), now) ? ADIT_REORDER_READY : ADIT_REORDER_WAIT;
}

struct sk_buff *adit_reorder_take(struct adit_reorder *ro, unsigned long now, u64 *lost)
{
	struct sk_buff *head = skb_peek(&ro->queue);
	u32 seq;

	if (!head || !is_due(ro, head, now))
		return NULL;
	seq = ADIT_REORDER_CB(head)->seq;
	/* Where the stream has moved, nobody knows what was lost. */
	if (seq - ro->next < ADIT_REORDER_NEAR)
		*lost += seq - ro->next;
	if (ro->drain)
		ro->drain--;
	ro->next = seq + 1;
	__skb_unlink(head, &ro->queue);
	return head;
}

bool adit_reorder_deadline(const struct adit_reorder *ro, unsigned long *due)
{
	const struct sk_buff *head = skb_peek(&ro->queue);

	if (!head)
		return false;
	*due = ADIT_REORDER_CB(head)->since + ro->wait;
	return true;
}
