/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reorder queue: puts packets with 32-bit sequence numbers back in order, bounded in number and time. Owned by a
 * session, serialised by its receive lock; owns no timer: the caller arms one for adit_reorder_deadline().
 */
#ifndef ADIT_REORDER_H
#define ADIT_REORDER_H

#include <linux/skbuff.h>

/* Where a sequence number stands in an skb while it waits: skb->cb, struct adit_reorder_cb. */
struct adit_reorder_cb {
	u32 seq;
	unsigned long arrived;	/* jiffies */
};

/**
 * struct adit_reorder - queue and window of one session
 * @queue: packets that came early, ordered by sequence number, no duplicates
 * @next: sequence number expected next
 * @started: @next is known; the first packet of a session sets it (some peers start at 1)
 * @window: most packets that may wait
 * @wait: jiffies that a packet may wait
 */
struct adit_reorder {
	struct sk_buff_head queue;
	u32 next;
	bool started;
	u32 window;
	unsigned long wait;
};

enum adit_reorder_verdict {
	ADIT_REORDER_READY,	/* packets may be taken with adit_reorder_take() */
	ADIT_REORDER_WAIT,	/* queued */
	ADIT_REORDER_DUPLICATE,	/* not taken; the caller frees */
	ADIT_REORDER_LATE,	/* not taken; the caller frees */
};

void adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait);
void adit_reorder_purge(struct adit_reorder *ro);

/* Give a packet in. On READY and WAIT the queue owns @skb. */
enum adit_reorder_verdict adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb, u32 seq, unsigned long now);

/*
 * Take the next packet that is in order, or whose predecessors are given up (they waited too long at @now, or more than
 * the window wait). @lost: incremented by the sequence numbers skipped. Return: packet or NULL.
 */
struct sk_buff *adit_reorder_take(struct adit_reorder *ro, unsigned long now, u64 *lost);

/* Return: true and the jiffies at which the oldest waiting packet is due, or false when none waits. */
bool adit_reorder_deadline(const struct adit_reorder *ro, unsigned long *due);

#endif /* ADIT_REORDER_H */
