// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The messages of phase 2 (RFC 2409 section 5.5): each exchange has a message id, a chain of IVs of its own, and a HASH
 * ahead of each message. What was answered is answered the same way again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

/*
 * The message ids of an SA differ (RFC 2408 section 3.1): one that was there before is an old message, sent again by
 * anybody. Only its third message would show that, and until then it holds the place of a child's new keys.
 */
static bool mid_was_used(const struct ike1_sa *sa, uint32_t mid)
{
	for (unsigned int i = 0; i < IKE1_MIDS_MAX && i < sa->n_mids; i++)
		if (sa->mids[i] == mid)
			return true;
	return false;
}

static void mid_remember(struct ike1_sa *sa, uint32_t mid)
{
	sa->mids[sa->n_mids++ % IKE1_MIDS_MAX] = mid;
}

/*
 * Who came to us and is silent now has gone without a word: nobody but us would ever end its SA. One that does DPD is
 * asked whether that is so.
 */
static bool has_gone(const struct ike1_xchg *x)
{
	return x->kind == IKE1_X_QUICK && x->by_us && !x->sa->initiator && x->sa->phase == IKE1_UP &&
	       x->sa->heard_ms < x->begun_ms;
}

static void unanswered_by_one_gone(struct ike1_xchg *x)
{
	if (!x->sa->dpd) {
		ike1_sa_close(x->sa, "the peer does not answer any more (quick mode)");
		return;
	}
	ike1_sa_probe(x->sa);
	ike1_quick_failed(x, "the peer does not answer in quick mode");
}

static void on_timer(void *arg)
{
	struct ike1_xchg *x = arg;

	if (x->done || (!x->by_us && x->kind != IKE1_X_QUICK)) {
		ike1_xchg_free(x);
		return;
	}
	if (x->sends >= ike1_sends_max(x->sa)) {
		if (has_gone(x))
			unanswered_by_one_gone(x);
		else if (x->kind == IKE1_X_QUICK)
			ike1_quick_failed(x, "the peer does not answer in quick mode");
		else if (x->kind == IKE1_X_XAUTH)
			ike1_sa_close(x->sa, "the peer does not answer who its user is (XAUTH)");
		else
			ike1_sa_close(x->sa, "the peer does not answer which address we get (mode-config)");
		return;
	}
	x->sends++;
	ike1_transmit(x->sa, &x->path, &x->sent);
	loop_timer_start(&x->timer, ike1_resend_after(x->sends));
}

/* Those that are over make room, the oldest first. */
static bool make_room(struct ike1_sa *sa)
{
	struct ike1_xchg *x;

	if (sa->n_xchgs < IKE1_EXCHANGES_MAX)
		return true;
	TAILQ_FOREACH(x, &sa->xchgs, link) {
		if (!x->done)
			continue;
		ike1_xchg_free(x);
		return true;
	}
	return false;
}

struct ike1_xchg *ike1_xchg_new(struct ike1_sa *sa, enum ike1_exchange_kind kind, uint32_t mid, bool by_us)
{
	struct ike1_xchg *x;

	if (!make_room(sa))
		return NULL;
	x = calloc(1, sizeof(*x));
	if (!x)
		return NULL;
	x->sa = sa;
	x->kind = kind;
	x->mid = mid;
	x->by_us = by_us;
	x->path = sa->path;
	x->begun_ms = loop_now_ms(sa->ike->loop);
	loop_timer_init(&x->timer, sa->ike->loop, on_timer, x);
	if (ike1_iv_of(&sa->suite, sa->iv, mid, x->iv)) {
		free(x);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&sa->xchgs, x, link);
	sa->n_xchgs++;
	return x;
}

struct ike1_xchg *ike1_xchg_find(struct ike1_sa *sa, uint32_t mid)
{
	struct ike1_xchg *x;

	TAILQ_FOREACH(x, &sa->xchgs, link)
		if (x->mid == mid)
			return x;
	return NULL;
}

void ike1_xchg_free(struct ike1_xchg *x)
{
	struct ike1_sa *sa = x->sa;

	ike1_sa_changed(sa);
	loop_timer_stop(&x->timer);
	ike1_sent_free(&x->sent);
	TAILQ_REMOVE(&sa->xchgs, x, link);
	sa->n_xchgs--;
	secret_wipe(x, sizeof(*x));
	free(x);
}

void ike1_xchg_done(struct ike1_xchg *x)
{
	x->done = true;
	x->child = NULL;
	/* One of ours that is sent back looks like one of the peer's. */
	if (x->by_us)
		mid_remember(x->sa, x->mid);
	ike1_sa_changed(x->sa);
	secret_wipe(x->private, sizeof(x->private));
	loop_timer_start(&x->timer, IKE1_LINGER_MS);
}

void ike1_xchg_resume(struct ike1_xchg *x)
{
	bool waits = !x->done && (x->by_us || x->kind == IKE1_X_QUICK);

	mid_remember(x->sa, x->mid);
	loop_timer_start(&x->timer, waits ? ike1_resend_after(x->sends) : IKE1_LINGER_MS);
}

/* --- sending --- */

/* HASH comes first, and covers what follows: its place is kept free. */
void ike1_xchg_begin(struct ike1_xchg *x, struct ike1_out *o)
{
	static const uint8_t zeros[IKE_HASH_MAX_LEN];

	ike1_out_begin(x->sa, o);
	ike_put_octets(&o->c, IKE1_PAYLOAD_HASH, zeros, x->sa->suite.prf->out_len);
}

int ike1_xchg_send(struct ike1_xchg *x, struct ike1_out *o, struct ike_octets hash_with, bool awaits)
{
	struct ike1_sa *sa = x->sa;
	const size_t hash_len = sa->suite.prf->out_len, behind = IKE_PAYLOAD_HEADER_LEN + hash_len;
	struct ike_header h = ike1_header(sa, x->kind == IKE1_X_QUICK ? IKE1_QUICK : IKE1_TRANSACTION, x->mid);
	struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));
	int err;

	if (o->w.bad)
		return -EMSGSIZE;
	/* HASH(3) was put there by its sender. */
	err = o->w.len == behind ? 0 :
	      ike1_hash_2(&sa->keys, x->mid, hash_with, ike_octets_of(o->w.buf + behind, o->w.len - behind),
			  o->w.buf + IKE_PAYLOAD_HEADER_LEN);
	if (!err)
		err = ike1_seal(&sa->keys, &h, o->c.first, o->w.buf, o->w.len, x->iv, &w);
	if (!err)
		err = ike1_keep(sa, &x->sent, w.buf, w.len);
	if (err)
		return err;
	x->sends = 1;
	ike1_transmit(sa, &x->path, &x->sent);
	if (awaits)
		loop_timer_start(&x->timer, ike1_resend_after(1));
	return 0;
}

/* --- receiving --- */

bool ike1_hash_is(const struct ike1_sa *sa, const struct ike1_message *m, const uint8_t *expected)
{
	return ike1_has(m, IKE1_PAYLOAD_HASH) && m->hash.len == sa->suite.prf->out_len &&
	       secret_equal(m->hash.at, expected, m->hash.len);
}

/* HASH(1) is prf(SKEYID_a, M-ID | rest); an answer of quick mode has the initiator's nonce in it. */
static bool hash_fits(const struct ike1_xchg *x, const struct ike1_message *m)
{
	bool answer = x->kind == IKE1_X_QUICK && x->by_us;
	struct ike_octets with = ike_octets_of(x->nonce_i, answer ? x->nonce_i_len : 0);
	uint8_t hash[IKE_HASH_MAX_LEN];

	/* HASH(3) stands alone. */
	if (x->kind == IKE1_X_QUICK && !x->by_us && x->nonce_i_len)
		return !ike1_hash_3(&x->sa->keys, x->mid, ike_octets_of(x->nonce_i, x->nonce_i_len),
				    ike_octets_of(x->nonce_r, x->nonce_r_len), hash) && ike1_hash_is(x->sa, m, hash);
	return !ike1_hash_2(&x->sa->keys, x->mid, with, m->after_hash, hash) && ike1_hash_is(x->sa, m, hash);
}

/* Decrypt and check; the exchange's IV moves on only when all is right. */
static bool take(struct ike1_xchg *x, struct ike1_message *m, struct ike_octets encrypted)
{
	struct ike1 *ike = x->sa->ike;
	uint8_t iv[IKE_IV_MAX], first = m->header.next;
	struct ike_fault fault;

	memcpy(iv, x->iv, sizeof(iv));
	if (encrypted.len > sizeof(ike->plain) || ike1_open(&x->sa->keys, encrypted, iv, ike->plain) ||
	    ike1_parse_chain(m, first, ike->plain, encrypted.len, &fault) || !hash_fits(x, m))
		return false;
	memcpy(x->iv, iv, sizeof(iv));
	return true;
}

static void rx_new(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		   uint64_t rx_hash)
{
	enum ike1_exchange_kind kind = m->header.exchange == IKE1_QUICK ? IKE1_X_QUICK : IKE1_X_CONFIG;
	struct ike1_xchg *x;

	if (kind == IKE1_X_QUICK && sa->phase != IKE1_UP)
		return;
	x = ike1_xchg_new(sa, kind, m->header.message_id, false);
	if (!x)
		return;
	if (!take(x, m, encrypted)) {
		sa->ike->stats.junk++;
		ike1_xchg_free(x);
		return;
	}
	/* It may be an old one, sent again by anybody: the answer goes there, and what proves more is to come. */
	mid_remember(sa, x->mid);
	x->rx_hash = rx_hash;
	x->path = *path;
	loop_timer_start(&x->timer, IKE1_LINGER_MS);
	if (kind == IKE1_X_QUICK)
		ike1_quick_rx_new(x, m);
	else
		ike1_config_rx_new(x, m);
}

void ike1_phase2_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
		    struct ike_octets encrypted,
		    uint64_t rx_hash)
{
	struct ike1_xchg *x;

	x = ike1_xchg_find(sa, m->header.message_id);
	if (!sa->have_keys || sa->phase < IKE1_XAUTH || sa->phase == IKE1_OVER || !m->header.message_id ||
	    (!x && (sa->phase == IKE1_REPLACED || mid_was_used(sa, m->header.message_id)))) {
		sa->ike->stats.strays++;
		return;
	}
	if (!x) {
		rx_new(sa, path, m, encrypted, rx_hash);
		return;
	}
	/* As in phase 1: who waits for an answer has a timer. The third message of quick mode is the last. */
	if (x->rx_hash == rx_hash) {
		if (!x->by_us || (x->done && x->kind == IKE1_X_QUICK))
			ike1_transmit(sa, &x->path, &x->sent);
		return;
	}
	/* Windows as responder sends a fourth message, which says nothing new. */
	if (x->done || !take(x, m, encrypted))
		return;
	x->rx_hash = rx_hash;
	x->path = *path;
	if (x->kind == IKE1_X_QUICK || x->by_us)
		ike1_sa_heard(sa, path);
	if (x->kind == IKE1_X_QUICK)
		ike1_quick_rx(x, m);
	else
		ike1_config_rx(x, m);
}
