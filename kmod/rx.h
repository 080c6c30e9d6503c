/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive: from a PPP packet or an Ethernet frame of a session to the stack or the owner, whatever carried it. What
 * needs the session's receive lock (decryption, checks, counters) and what must not hold it (handing on) are two calls
 * with a batch between, or one call for a packet that comes without a number.
 */
#ifndef ADIT_RX_H
#define ADIT_RX_H

#include <linux/skbuff.h>
#include <net/inet_ecn.h>

struct adit_dev;
struct adit_session;

/**
 * struct adit_rx_batch - packets between the two halves, on the stack
 * @packets: to be handed on, linked by their next, struct adit_rx_cb in each
 * @tail: where the next one is put
 * @desync: the owner is to be told that stateful MPPE lost a packet
 * @lost: frames that were dropped, of which the owner is to be told
 */
struct adit_rx_batch {
	struct sk_buff *packets;
	struct sk_buff **tail;
	bool desync;
	unsigned int lost;
};

/**
 * struct adit_rx_cb - what the second half must know about a packet
 * @protocol: PPP protocol, or 0 for an Ethernet frame
 * @frame: for the owner, not for the stack
 * @encrypted: came by MPPE
 */
struct adit_rx_cb {
	u16 protocol;
	bool frame;
	bool encrypted;
};

static inline void adit_rx_batch_init(struct adit_rx_batch *batch)
{
	batch->packets = NULL;
	batch->tail = &batch->packets;
	batch->desync = false;
	batch->lost = 0;
}

/* skb_pull_rcsum() of octets that are linear, without a call. */
static inline void adit_rx_pull(struct sk_buff *skb, unsigned int len)
{
	const void *start = skb->data;

	__skb_pull(skb, len);
	skb_postpull_rcsum(skb, start, len);
}

void adit_rx_payload(struct adit_session *s, struct sk_buff *skb, struct adit_rx_batch *batch);
void adit_rx_finish(struct adit_session *s, struct adit_rx_batch *batch);
void adit_rx_packet(struct adit_session *s, struct sk_buff *skb);

bool adit_rx_ecn_carry(struct sk_buff *skb, u8 outer);
void adit_rx_stack(struct adit_dev *adev, struct sk_buff *skb);

/* What the outer header's ECN field makes of a packet that came in it. */
static inline bool adit_rx_ecn(struct sk_buff *skb, u8 outer)
{
	return likely(!INET_ECN_is_ce(outer)) || adit_rx_ecn_carry(skb, outer);
}

#endif /* ADIT_RX_H */
