/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequence: packets with numbers, put back in order before they are unpacked, whatever carried them. Runs under the
 * session's receive lock and owns the session's reorder timer.
 */
#ifndef ADIT_SEQ_H
#define ADIT_SEQ_H

#include <linux/skbuff.h>
#include <linux/timer.h>

struct adit_rx_batch;
struct adit_session;

bool adit_seq_rx(struct adit_session *s, struct sk_buff *skb, u32 seq, struct adit_rx_batch *batch);
void adit_seq_timer(struct timer_list *timer);

#endif /* ADIT_SEQ_H */
