// SPDX-License-Identifier: GPL-2.0
/* Sequence: from numbered packets to packets in order. */

#include "encap.h"
#include "reorder.h"
#include "rx.h"
#include "seq.h"
#include "session.h"

/* Hand on what is in order or overdue, and see that the rest has a timer. Return: whether something was handed on. */
static bool adit_seq_drain(struct adit_session *s, struct adit_rx_batch *batch)
{
	bool progress = false;
	struct sk_buff *skb;
	unsigned long due;

	lockdep_assert_held(&s->rx_lock);

	while ((skb = adit_reorder_take(&s->reorder, jiffies, &s->rx_stats.lost))) {
		adit_rx_payload(s, skb, batch);
		progress = true;
	}
	/* Earlier than needed does no harm: the timer comes here again. */
	if (adit_reorder_deadline(&s->reorder, &due))
		timer_reduce(&s->reorder_timer, due);
	return progress;
}

/**
 * adit_seq_sort() - take in a packet that may not be the one expected
 * @s: session, alive, rx_lock held
 * @skb: its payload; consumed
 * @seq: its number
 * @batch: gets what is to be handed on
 *
 * Context: RCU read side, bottom halves off.
 * Return: whether the sequence went on.
 */
bool adit_seq_sort(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch)
{
	switch (adit_reorder_put(&s->reorder, skb, seq, jiffies)) {
	case ADIT_REORDER_READY:
		break;
	case ADIT_REORDER_WAIT:
		s->rx_stats.reordered++;
		break;
	case ADIT_REORDER_DUPLICATE:
		s->rx_stats.duplicate++;
		kfree_skb(skb);
		return false;
	case ADIT_REORDER_LATE:
		s->rx_stats.late++;
		kfree_skb(skb);
		return false;
	}
	return adit_seq_drain(s, batch);
}

/**
 * adit_seq_timer() - a packet has waited long enough for the ones before it
 * @timer: of the session
 *
 * Context: softirq. The session's memory lives until the timer is shut down.
 */
void adit_seq_timer(struct timer_list *timer)
{
	struct adit_session *s = timer_container_of(s, timer, reorder_timer);
	struct adit_rx_batch batch;

	adit_rx_batch_init(&batch);
	rcu_read_lock();
	spin_lock_bh(&s->rx_lock);
	if (!s->dead && adit_seq_drain(s, &batch))
		adit_encap_progress(s);
	spin_unlock_bh(&s->rx_lock);
	adit_rx_finish(s, &batch);
	rcu_read_unlock();
}
