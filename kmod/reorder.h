/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reorder queue: puts packets with 32-bit sequence numbers back in order, bounded in number and
 * time. Owned by a session, serialised by its receive lock; owns no timer: the caller arms one for
 * adit_reorder_deadline().
 *
 * Sequence numbers are not protected, so they are believed only as far as it does no harm:
 *
 * - A packet up to ADIT_REORDER_NEAR ahead of the expected one may be early: it waits, and when it
 *   has waited long enough, or too many wait, the ones before it are given up and later counted as
 *   late.
 * - Any other is a stray: behind (late, a duplicate, or a peer that started over) or far ahead (a
 *   long loss or a forgery). It is dropped as late. But when ADIT_REORDER_STRAYS of them make a run
 *   of rising numbers without a single near packet among them, the stream has moved, and the queue
 *   goes there with it; going back also needs silence at the old place for ADIT_REORDER_SILENCE, so
 *   that a burst that was held up on the way does not break the order.
 *
 * So one forged packet costs at most the packets it jumps over, and a session recovers from
 * anything by itself.
 */
#ifndef ADIT_REORDER_H
#define ADIT_REORDER_H

#include <linux/jiffies.h>
#include <linux/skbuff.h>

/*
 * Sequence numbers that a loss may skip without proof: 0.1 s of minimal packets at 20 Mbit/s, more
 * of large ones.
 */
#define ADIT_REORDER_NEAR	4096

/* Strays in a row that prove that the stream has moved; the session loses this many less one. */
#define ADIT_REORDER_STRAYS	8

/* Most that a stray may be ahead of the one before it in its run: losses while the stream moves. */
#define ADIT_REORDER_STRIDE	64

/* No burst is held up this long (jiffies) while the path is otherwise silent. */
#define ADIT_REORDER_SILENCE	HZ

/**
 * struct adit_reorder_cb - where a sequence number stands in an skb while it waits
 * @seq: sequence number
 * @since: jiffies since which it is known that something before it is missing; never falls along
 *   the queue
 */
struct adit_reorder_cb {
	u32 seq;
	unsigned long since;
};

#define ADIT_REORDER_CB(skb)	((struct adit_reorder_cb *)(skb)->cb)

/**
 * struct adit_reorder - queue and window of one session
 * @queue: packets that came early, ordered by sequence number, no duplicates
 * @next: sequence number expected next
 * @window: most packets that may wait; 0: none does, what comes early is given out at once and
 *   skips the missing
 * @wait: jiffies that a packet may wait
 * @near_at: jiffies at which the last packet came that was no stray
 * @drain: packets at the head of the queue that are due whatever is missing
 * @stray: highest sequence number of the run of strays
 * @strays: packets in that run
 * @started: @next is known; the first packet of a session sets it (some peers start at 1)
 */
struct adit_reorder {
	struct sk_buff_head queue;
	u32 next;
	u32 window;
	unsigned long wait;
	unsigned long near_at;
	u32 drain;
	u32 stray;
	u32 strays;
	bool started;
};

enum adit_reorder_verdict {
	ADIT_REORDER_READY,	/* packets may be taken with adit_reorder_take() */
	ADIT_REORDER_WAIT,	/* queued */
	ADIT_REORDER_DUPLICATE,	/* not taken; the caller frees */
	ADIT_REORDER_LATE,	/* not taken; the caller frees */
};

/**
 * adit_reorder_init() - set up an empty queue
 * @ro: queue
 * @window: most packets that may wait
 * @wait: jiffies that a packet may wait
 */
void adit_reorder_init(struct adit_reorder *ro, u32 window, unsigned long wait);

/**
 * adit_reorder_purge() - free all packets that wait
 * @ro: queue; what is expected next stays
 */
void adit_reorder_purge(struct adit_reorder *ro);

/**
 * adit_reorder_in_order() - the usual case without a list
 * @ro: queue
 * @seq: sequence number of a packet
 * @now: jiffies
 *
 * Return: true when the packet is the one expected and none waits: it is counted, and stays the
 * caller's to deliver.
 */
static inline bool adit_reorder_in_order(struct adit_reorder *ro, u32 seq, unsigned long now)
{
	if (seq != ro->next || !ro->started || !skb_queue_empty(&ro->queue))
		return false;
	ro->next++;
	ro->near_at = now;
	ro->strays = 0;
	return true;
}

/**
 * adit_reorder_put() - give a packet in
 * @ro: queue; owns @skb on READY and WAIT
 * @skb: packet; its cb is overwritten
 * @seq: its sequence number
 * @now: jiffies
 *
 * After READY take packets until there is none; after WAIT see that a timer is armed.
 *
 * Return: verdict.
 */
enum adit_reorder_verdict adit_reorder_put(struct adit_reorder *ro, struct sk_buff *skb,
					   u32 seq, unsigned long now);

/**
 * adit_reorder_take() - take a packet that is due
 * @ro: queue
 * @now: jiffies
 * @lost: incremented by the sequence numbers skipped
 *
 * Due is the next packet in order, and one whose predecessors are given up: it waited too long, or
 * more than the window wait.
 *
 * Return: packet, now the caller's, or NULL.
 */
struct sk_buff *adit_reorder_take(struct adit_reorder *ro, unsigned long now, u64 *lost);

/**
 * adit_reorder_deadline() - when the next packet is due if nothing more comes
 * @ro: queue
 * @due: set to the jiffies, when a packet waits
 *
 * Return: whether a packet waits.
 */
bool adit_reorder_deadline(const struct adit_reorder *ro, unsigned long *due);

#endif /* ADIT_REORDER_H */
