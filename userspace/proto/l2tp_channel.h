/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reliable delivery of L2TP's control messages (RFC 2661 section 5.8 and appendix A): sequence
 * numbers, a window in both directions, slow start, retransmission and acknowledgments. One side
 * of one control connection; what messages mean is the owner's affair.
 *
 * The owner calls nothing of this from within ops->tx(). From within deliver() it may send, and
 * close the channel; it frees the channel from the loop.
 */
#ifndef ADIT_PROTO_L2TP_CHANNEL_H
#define ADIT_PROTO_L2TP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/cursor.h"
#include "base/loop.h"
#include "wire/l2tp.h"

/* Messages that wait to be sent or acknowledged; a peer that lets more pile up is given up. */
#define L2TP_CHANNEL_QUEUE_MAX	8192
/*
 * Messages under way at most, whatever a peer offers, and what we offer at most: so many early ones
 * may wait, and so many have to go into a record.
 */
#define L2TP_CHANNEL_WINDOW_MAX	64

struct l2tp_channel_config {
	uint16_t window;		/* messages that the peer may have under way */
	uint32_t retransmit_ms;		/* 1000; doubles each time ... */
	uint32_t retransmit_cap_ms;	/* ... up to this: 8000 or more */
	uint32_t retransmit_max;	/* retransmissions of one message before the peer is dead */
	uint32_t ack_delay_ms;		/* for something to carry the acknowledgment */
	uint32_t queue_octets;		/* of a record that may wait; 0: as many as messages may */
};

enum l2tp_verdict {
	L2TP_GIVE_UP,		/* the channel is closed */
	L2TP_GO_ON,		/* at the slowest pace */
	L2TP_BE_SILENT,		/* until the peer speaks */
};

struct l2tp_channel_ops {
	void (*tx)(void *ctx, const uint8_t *data, size_t len);
	/* The next message in order. */
	void (*deliver)(void *ctx, const struct l2tp_header *h);
	/* Everything that was sent is acknowledged. */
	void (*drained)(void *ctx);
	/* The peer left a message of that type unanswered, however often it was sent. */
	enum l2tp_verdict (*unanswered)(void *ctx, uint16_t type);
};

struct l2tp_queued {
	STAILQ_ENTRY(l2tp_queued) link;
	uint16_t ns;
	uint16_t session_id;
	uint16_t type;
	uint16_t len;
	uint8_t body[];
};
STAILQ_HEAD(l2tp_queue, l2tp_queued);

struct l2tp_channel {
	struct l2tp_channel_config cfg;
	const struct l2tp_channel_ops *ops;
	void *ctx;
	struct loop *loop;
	struct loop_timer retransmit, ack;
	bool closed;		/* nothing is sent or delivered any more, only acknowledged */

	uint16_t peer_tunnel_id;	/* in what we send; 0 until known */
	uint16_t ns;		/* of the next message that is queued */
	uint16_t fresh;		/* of the next one that never left: what a ZLB carries */
	uint16_t nr;		/* of the next message in order */
	uint16_t unacked;	/* messages delivered since the last acknowledgment left */

	struct l2tp_queue tx;	/* not acknowledged yet, oldest first */
	unsigned int n_tx;
	size_t tx_octets;	/* of them in the record */
	unsigned int in_flight;	/* how many of them, from the front, are under way */
	/* Appendix A; credit counts acknowledgments towards one message more. */
	unsigned int cwnd, ssthresh, credit;
	uint16_t peer_window;
	unsigned int tries;	/* retransmissions of the oldest */
	uint32_t timeout_ms;

	struct l2tp_queue early;	/* came out of order, by Ns */
};

void l2tp_channel_init(struct l2tp_channel *c, struct loop *loop,
		       const struct l2tp_channel_config *cfg, const struct l2tp_channel_ops *ops,
		       void *ctx);
void l2tp_channel_fini(struct l2tp_channel *c);
/* The peer's Receive Window Size. */
void l2tp_channel_set_window(struct l2tp_channel *c, uint16_t window);
/*
 * Queue a message. -ENOMEM; -ENOBUFS: too many wait already. Nothing is sent on a closed channel.
 */
int l2tp_channel_send(struct l2tp_channel *c, uint16_t session_id, uint16_t type,
		      const uint8_t *body, size_t len);
/* A control message for this channel; early ones are kept only if keep_early. */
void l2tp_channel_rx(struct l2tp_channel *c, const struct l2tp_header *h, bool keep_early);
/* Send the oldest message again now, which carries an acknowledgment: a peer repeats itself. */
void l2tp_channel_repeat(struct l2tp_channel *c);
/* Forget what never left: something more important is to be said. */
void l2tp_channel_cut(struct l2tp_channel *c);
/* Forget everything; only acknowledge from now on. */
void l2tp_channel_close(struct l2tp_channel *c);
static inline bool l2tp_channel_empty(const struct l2tp_channel *c)
{
	return STAILQ_EMPTY(&c->tx);
}

/*
 * Early messages are not written down: the peer sends them again. Thawing checks like the wire;
 * -EBADMSG, -ENOMEM.
 */
void l2tp_channel_freeze(const struct l2tp_channel *c, struct wr *w);
int l2tp_channel_thaw(struct l2tp_channel *c, struct rd *r);
/* After a thaw, once ops may be called. */
void l2tp_channel_resume(struct l2tp_channel *c);

#endif /* ADIT_PROTO_L2TP_CHANNEL_H */
