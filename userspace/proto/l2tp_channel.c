// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/l2tp_channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define ACK_AT_ONCE 2	/* messages that wait for one acknowledgment, as in TCP */

static void on_retransmit(void *arg);
static void on_ack(void *arg);

void l2tp_channel_init(struct l2tp_channel *c, struct loop *loop,
		       const struct l2tp_channel_config *cfg, const struct l2tp_channel_ops *ops,
		       void *ctx)
{
	*c = (struct l2tp_channel){ .cfg = *cfg, .ops = ops, .ctx = ctx, .loop = loop, .cwnd = 1 };
	STAILQ_INIT(&c->tx);
	STAILQ_INIT(&c->early);
	loop_timer_init(&c->retransmit, loop, on_retransmit, c);
	loop_timer_init(&c->ack, loop, on_ack, c);
	c->timeout_ms = cfg->retransmit_ms;
	l2tp_channel_set_window(c, L2TP_WINDOW_DEFAULT);
}

static size_t record_octets(size_t len)
{
	return 3 * sizeof(uint16_t) + len;	/* see l2tp_channel_freeze() */
}

static struct l2tp_queued *take_first(struct l2tp_queue *queue)
{
	struct l2tp_queued *q = STAILQ_FIRST(queue);

	STAILQ_REMOVE_HEAD(queue, link);
	return q;
}

/* Bodies may hold passwords of the proxy AVPs. */
static void queued_free(struct l2tp_queued *q)
{
	secret_wipe(q->body, q->len);
	free(q);
}

static void drop_all(struct l2tp_queue *queue)
{
	while (!STAILQ_EMPTY(queue))
		queued_free(take_first(queue));
}

void l2tp_channel_fini(struct l2tp_channel *c)
{
	loop_timer_stop(&c->retransmit);
	loop_timer_stop(&c->ack);
	drop_all(&c->tx);
	drop_all(&c->early);
}

void l2tp_channel_close(struct l2tp_channel *c)
{
	c->closed = true;
	drop_all(&c->tx);
	drop_all(&c->early);
	c->n_tx = 0;
	c->tx_octets = 0;
	c->in_flight = 0;
	loop_timer_stop(&c->retransmit);
}

void l2tp_channel_cut(struct l2tp_channel *c)
{
	struct l2tp_queue sent = STAILQ_HEAD_INITIALIZER(sent);
	struct l2tp_queued *q;

	c->n_tx -= (uint16_t)(c->ns - c->fresh);
	c->ns = c->fresh;
	c->tx_octets = 0;
	for (unsigned int n = c->n_tx; n; n--) {
		q = take_first(&c->tx);
		STAILQ_INSERT_TAIL(&sent, q, link);
		c->tx_octets += record_octets(q->len);
	}
	drop_all(&c->tx);
	STAILQ_CONCAT(&c->tx, &sent);
}

void l2tp_channel_set_window(struct l2tp_channel *c, uint16_t window)
{
	if (window > L2TP_CHANNEL_WINDOW_MAX)
		window = L2TP_CHANNEL_WINDOW_MAX;
	c->peer_window = window;
	c->ssthresh = window;
	if (c->cwnd > window)
		c->cwnd = window;
}

static struct l2tp_queued *queued_new(uint16_t ns, uint16_t session_id, const void *body,
				      size_t len)
{
	struct l2tp_queued *q = malloc(sizeof(*q) + len);

	if (!q)
		return NULL;
	*q = (struct l2tp_queued){ .ns = ns, .session_id = session_id, .len = len };
	memcpy(q->body, body, len);
	return q;
}

static void queue(struct l2tp_channel *c, struct l2tp_queued *q)
{
	STAILQ_INSERT_TAIL(&c->tx, q, link);
	c->n_tx++;
	c->tx_octets += record_octets(q->len);
}

/* --- sending --- */

/* Every message tells how far the peer was heard (RFC 2661 section 5.8). */
static void transmit(struct l2tp_channel *c, uint16_t ns, uint16_t session_id, const uint8_t *body,
		     size_t len)
{
	struct l2tp_header h = { .tunnel_id = c->peer_tunnel_id, .session_id = session_id,
				 .ns = ns, .nr = c->nr };
	uint8_t buf[L2TP_CONTROL_MAX];
	struct wr w = wr_to(buf, sizeof(buf));

	l2tp_control_header(&w, &h, len);
	wr_bytes(&w, body, len);
	c->unacked = 0;
	loop_timer_stop(&c->ack);
	c->ops->tx(c->ctx, buf, w.len);
	secret_wipe(buf, w.len);
}

static void transmit_queued(struct l2tp_channel *c, const struct l2tp_queued *q)
{
	if (q->ns == c->fresh)
		c->fresh++;
	transmit(c, q->ns, q->session_id, q->body, q->len);
}

/* A ZLB has the number of the next message, which it does not use up. */
static void acknowledge(struct l2tp_channel *c)
{
	transmit(c, c->fresh, 0, NULL, 0);
}

static void on_ack(void *arg)
{
	acknowledge(arg);
}

/* What the window lets through; it is never wider than the peer's. */
static void push(struct l2tp_channel *c)
{
	struct l2tp_queued *q = STAILQ_FIRST(&c->tx);
	unsigned int n;

	for (n = 0; q && n < c->in_flight; n++)
		q = STAILQ_NEXT(q, link);
	for (; q && c->in_flight < c->cwnd; q = STAILQ_NEXT(q, link)) {
		c->in_flight++;
		transmit_queued(c, q);
	}
	if (c->in_flight && !c->retransmit.pending)
		loop_timer_start(&c->retransmit, c->timeout_ms);
}

int l2tp_channel_send(struct l2tp_channel *c, uint16_t session_id, uint16_t type,
		      const uint8_t *body, size_t len)
{
	struct l2tp_queued *q;

	if (c->closed)
		return 0;
	if (c->n_tx >= L2TP_CHANNEL_QUEUE_MAX ||
	    (c->cfg.queue_octets && c->tx_octets + record_octets(len) > c->cfg.queue_octets) ||
	    len > L2TP_CONTROL_MAX - L2TP_CONTROL_HEADER_LEN)
		return -ENOBUFS;
	q = queued_new(c->ns, session_id, body, len);
	if (!q)
		return -ENOMEM;
	q->type = type;
	c->ns++;
	queue(c, q);
	push(c);
	return 0;
}

/*
 * Appendix A: half of the window is remembered, and everything begins with one message again. What
 * was under way behind it is sent anew as the window opens, unless the peer had it.
 */
static void on_retransmit(void *arg)
{
	struct l2tp_channel *c = arg;
	struct l2tp_queued *oldest = STAILQ_FIRST(&c->tx);

	if (!oldest)
		return;
	if (c->tries >= c->cfg.retransmit_max) {
		enum l2tp_verdict verdict = c->ops->unanswered(c->ctx, oldest->type);

		if (verdict == L2TP_GIVE_UP)
			l2tp_channel_close(c);
		if (verdict != L2TP_GO_ON)
			return;
	} else {
		c->tries++;
	}
	c->ssthresh = c->cwnd > 1 ? c->cwnd / 2 : 1;
	c->cwnd = 1;
	c->credit = 0;
	c->in_flight = 1;
	c->timeout_ms = 2 * c->timeout_ms < c->cfg.retransmit_cap_ms ? 2 * c->timeout_ms :
								      c->cfg.retransmit_cap_ms;
	loop_timer_start(&c->retransmit, c->timeout_ms);
	transmit_queued(c, oldest);
}

void l2tp_channel_repeat(struct l2tp_channel *c)
{
	if (STAILQ_EMPTY(&c->tx))
		acknowledge(c);
	else
		transmit_queued(c, STAILQ_FIRST(&c->tx));
}

/* --- receiving --- */

/* Appendix A: one more for each acknowledgment, and later one more for each window of them. */
static void open_window(struct l2tp_channel *c)
{
	if (c->cwnd >= c->ssthresh && ++c->credit < c->cwnd)
		return;
	c->credit = 0;
	if (c->cwnd < c->peer_window)
		c->cwnd++;
}

/*
 * Nr acknowledges everything before it. False: it acknowledges what was never sent, so the message
 * is not of this connection.
 */
static bool take_ack(struct l2tp_channel *c, uint16_t nr)
{
	uint16_t oldest = c->ns - c->n_tx;
	uint16_t acked = nr - oldest;

	if ((int16_t)(nr - c->fresh) > 0)
		return false;
	if (!acked || acked > c->n_tx)
		return true;	/* nothing new, or an old message that comes late */
	for (uint16_t n = acked; n; n--) {
		struct l2tp_queued *q = take_first(&c->tx);

		c->tx_octets -= record_octets(q->len);
		queued_free(q);
	}
	c->n_tx -= acked;
	c->in_flight -= acked < c->in_flight ? acked : c->in_flight;
	c->tries = 0;
	c->timeout_ms = c->cfg.retransmit_ms;
	loop_timer_stop(&c->retransmit);
	open_window(c);
	push(c);
	return true;
}

static void deliver(struct l2tp_channel *c, const struct l2tp_header *h)
{
	c->nr++;
	c->unacked++;
	c->ops->deliver(c->ctx, h);
}

/* By number, each once; the window bounds how many there are. */
static void keep(struct l2tp_channel *c, const struct l2tp_header *h)
{
	struct l2tp_queued *at, *q, *before = NULL;

	STAILQ_FOREACH(at, &c->early, link) {
		if (at->ns == h->ns)
			return;
		if ((int16_t)(at->ns - h->ns) > 0)
			break;
		before = at;
	}
	q = queued_new(h->ns, h->session_id, h->body.at, h->body.left);
	if (!q)
		return;		/* as if it were lost */
	if (before)
		STAILQ_INSERT_AFTER(&c->early, before, q, link);
	else
		STAILQ_INSERT_HEAD(&c->early, q, link);
}

static void deliver_early(struct l2tp_channel *c)
{
	struct l2tp_queued *q;

	while ((q = STAILQ_FIRST(&c->early)) && q->ns == c->nr && !c->closed) {
		struct l2tp_header h = { .control = true, .sequenced = true, .ns = q->ns,
					 .session_id = q->session_id,
					 .body = rd_of(q->body, q->len) };

		take_first(&c->early);
		deliver(c, &h);
		queued_free(q);
	}
}

static void ack_later(struct l2tp_channel *c)
{
	if (c->unacked >= ACK_AT_ONCE)
		acknowledge(c);
	else if (c->unacked && !c->ack.pending)
		loop_timer_start(&c->ack, c->cfg.ack_delay_ms);
}

void l2tp_channel_rx(struct l2tp_channel *c, const struct l2tp_header *h, bool keep_early)
{
	int16_t ahead = h->ns - c->nr;
	bool was_empty = STAILQ_EMPTY(&c->tx);

	if (!c->closed && !take_ack(c, h->nr))
		return;
	if (!was_empty && STAILQ_EMPTY(&c->tx))
		c->ops->drained(c->ctx);
	if (!h->body.left)
		return;		/* ZLB */
	if (ahead < 0 || (c->closed && ahead)) {
		acknowledge(c);	/* a duplicate: its acknowledgment was lost */
	} else if (!ahead && c->closed) {
		c->nr++;	/* of no interest any more, but the peer has to know that it came */
		acknowledge(c);
	} else if (!ahead) {
		deliver(c, h);
		deliver_early(c);
		ack_later(c);
	} else if (keep_early && ahead < c->cfg.window) {
		keep(c, h);
	}
}

/* --- the record --- */

void l2tp_channel_freeze(const struct l2tp_channel *c, struct wr *w)
{
	const struct l2tp_queued *q;

	wr_u8(w, c->closed);
	wr_u16(w, c->peer_tunnel_id);
	wr_u16(w, c->ns);
	wr_u16(w, c->nr);
	wr_u16(w, c->peer_window);
	wr_u16(w, c->n_tx);
	STAILQ_FOREACH(q, &c->tx, link) {
		wr_u16(w, q->session_id);
		wr_u16(w, q->type);
		wr_u16(w, q->len);
		wr_bytes(w, q->body, q->len);
	}
}

static int thaw_queued(struct l2tp_channel *c, struct rd *r, uint16_t ns)
{
	uint16_t session_id = rd_u16(r), type = rd_u16(r), len = rd_u16(r);
	const uint8_t *body = rd_bytes(r, len);
	struct l2tp_queued *q;

	if (r->bad || !len || len > L2TP_CONTROL_MAX - L2TP_CONTROL_HEADER_LEN)
		return -EBADMSG;
	q = queued_new(ns, session_id, body, len);
	if (!q)
		return -ENOMEM;
	q->type = type;
	queue(c, q);
	return 0;
}

int l2tp_channel_thaw(struct l2tp_channel *c, struct rd *r)
{
	uint8_t closed = rd_u8(r);
	uint16_t peer_window, n_tx;
	int err = 0;

	c->peer_tunnel_id = rd_u16(r);
	c->ns = rd_u16(r);
	c->nr = rd_u16(r);
	peer_window = rd_u16(r);
	n_tx = rd_u16(r);
	if (r->bad || closed > 1 || !peer_window || n_tx > L2TP_CHANNEL_QUEUE_MAX ||
	    (closed && n_tx))
		return -EBADMSG;
	c->closed = closed;
	c->fresh = c->ns;
	l2tp_channel_set_window(c, peer_window);
	for (uint16_t n = n_tx; n && !err; n--)
		err = thaw_queued(c, r, c->ns - n);
	return err;
}

void l2tp_channel_resume(struct l2tp_channel *c)
{
	push(c);
	/* Whether the last acknowledgment left nobody knows: once more does no harm. */
	if (c->nr)
		loop_timer_start(&c->ack, c->cfg.ack_delay_ms);
}
