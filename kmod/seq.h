/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequence: packets with numbers, put back in order before they are unpacked, whatever carried them. Runs under the
 * session's receive lock and owns the session's reorder timer.
 */
#ifndef ADIT_SEQ_H
#define ADIT_SEQ_H

#include <linux/skbuff.h>
#include <linux/timer.h>

#include "reorder.h"
#include "rx.h"
#include "session.h"

bool adit_seq_sort(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch);

/* adit_seq_sort() of a packet that most often is the one expected. */
static inline bool adit_seq_rx(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch)
{
	if (unlikely(!adit_reorder_in_order(&s->reorder, seq, jiffies)))
		return adit_seq_sort(s, skb, seq, batch);
	adit_rx_payload(s, skb, batch);
	return true;
}

void adit_seq_timer(struct timer_list *timer);

#endif /* ADIT_SEQ_H */
