// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ISAKMP SAs as records: keys, the last IV of phase 1, of which every later exchange's is made, children, and the
 * exchanges with their message ids, so that what is repeated is answered as it was, and what waits for an answer goes
 * on. What is read is checked like the wire.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"
#include "proto/ike_frozen.h"

#define RECORD_VERSION	1
#define SENT_MAX	2048	/* of one message; a longer one is not sent again, and its exchange ends by silence */
/* Exchanges that are over are answers to what is repeated late: as many as there is room for. */
#define OVER_OCTETS	8192

/* --- messages that were sent --- */

static void put_sent(struct wr *w, const struct ike1_sent *sent)
{
	size_t len = sent->at && sent->len <= SENT_MAX ? sent->len : 0;

	wr_u16(w, (uint16_t)len);
	wr_u16(w, sent->fragment_id);
	wr_bytes(w, sent->at, len);
}

static void get_sent(struct rd *r, struct ike1_sent *sent)
{
	size_t len = rd_u16(r);

	sent->fragment_id = rd_u16(r);
	if (len > SENT_MAX)
		r->bad = true;
	if (r->bad || !len)
		return;
	sent->at = malloc(len);
	if (!sent->at) {
		r->bad = true;
		return;
	}
	sent->len = len;
	rd_copy(r, sent->at, len);
}

/* --- children --- */

static void put_child(struct wr *w, const struct ike1_child *c)
{
	wr_u32(w, c->spi_in);
	wr_u32(w, c->spi_out);
	wr_u8(w, c->suite.encr != NULL);
	if (c->suite.encr)
		ike_suite_freeze(&c->suite, w);
	wr_u8(w, c->by_us);
	wr_u8(w, c->transport);
	wr_u16(w, c->encap);
	wr_u8(w, c->in_done);
	wr_u8(w, c->out_done);
	wr_u8(w, c->told);
	wr_u8(w, c->replaced);
	wr_u8(w, c->rekey_due);
	wr_u8(w, c->waits);
	wr_u32(w, c->replaces ? c->replaces->spi_in : 0);
	ike_ts_freeze(&c->local_ts, 1, w);
	ike_ts_freeze(&c->remote_ts, 1, w);
	ike_addr_freeze(&c->peer_original, w);
	/* Those that the kernel has are wiped. */
	wr_bytes(w, &c->out, sizeof(c->out));
	wr_u32(w, c->life_seconds);
	wr_u32(w, c->life_kilobytes);
	wr_u64(w, c->up_ms);
	wr_u64(w, c->rekey_at_ms);
}

static void get_flags(struct rd *r, struct ike1_child *c)
{
	c->by_us = ike_bool_thaw(r);
	c->transport = ike_bool_thaw(r);
	c->encap = rd_u16(r);
	c->in_done = ike_bool_thaw(r);
	c->out_done = ike_bool_thaw(r);
	c->told = ike_bool_thaw(r);
	c->replaced = ike_bool_thaw(r);
	c->rekey_due = ike_bool_thaw(r);
	c->waits = ike_bool_thaw(r);
	if (c->waits && (!c->in_done || c->out_done || c->replaced))
		r->bad = true;
}

/* replaces: the SPI of the one that it is to replace, to be looked for once all are there. */
static void get_child(struct rd *r, struct ike1_sa *sa, uint32_t *replaces)
{
	struct ike1_child *c = ike1_child_new(sa, false);
	unsigned int n_local, n_remote;
	struct ike_selector ts[IKE_TS_MAX];
	uint32_t spi = rd_u32(r);

	if (!c) {
		r->bad = true;
		return;
	}
	if (spi)
		ike1_child_set_spi(c, spi);
	c->spi_out = rd_u32(r);
	if (ike_bool_thaw(r) && (!ike_suite_thaw(&c->suite, r) || !c->suite.encr))
		r->bad = true;
	get_flags(r, c);
	if (c->spi_in < 256 || ((c->in_done || c->out_done) && (c->spi_out < 256 || !c->suite.encr)))
		r->bad = true;
	*replaces = rd_u32(r);
	ike_ts_thaw(ts, &n_local, r);
	c->local_ts = ts[0];
	ike_ts_thaw(ts, &n_remote, r);
	c->remote_ts = ts[0];
	if (n_local != 1 || n_remote != 1)
		r->bad = true;
	ike_addr_thaw(&c->peer_original, r);
	rd_copy(r, &c->out, sizeof(c->out));
	c->life_seconds = rd_u32(r);
	c->life_kilobytes = rd_u32(r);
	c->up_ms = rd_u64(r);
	c->rekey_at_ms = rd_u64(r);
}

static struct ike1_child *child_of(struct ike1_sa *sa, uint32_t spi)
{
	return spi ? ike1_child_by_spi(sa, spi, true) : NULL;
}

static void get_children(struct rd *r, struct ike1_sa *sa)
{
	uint32_t replaces[IKE1_CHILDREN_MAX] = { 0 };
	unsigned int i, n = rd_u8(r);
	struct ike1_child *c;

	if (n > IKE1_CHILDREN_MAX)
		r->bad = true;
	for (i = 0; i < n && !r->bad; i++)
		get_child(r, sa, &replaces[i]);
	i = 0;
	TAILQ_FOREACH(c, &sa->children, link) {
		c->replaces = child_of(sa, replaces[i++]);
		if (c->replaces && c->by_us)
			c->replaces->rekeying = true;
	}
}

/* --- exchanges --- */

static void put_xchg(struct wr *w, const struct ike1_xchg *x)
{
	wr_u8(w, (uint8_t)x->kind);
	wr_u32(w, x->mid);
	wr_u8(w, x->by_us);
	wr_u8(w, x->done);
	ike_path_freeze(&x->path, w);
	wr_bytes(w, x->iv, sizeof(x->iv));
	wr_u64(w, x->rx_hash);
	put_sent(w, &x->sent);
	wr_u8(w, (uint8_t)x->sends);
	wr_u8(w, x->step);
	wr_u32(w, x->child ? x->child->spi_in : 0);
	wr_u16(w, x->group ? x->group->id : 0);
	wr_bytes(w, x->private, sizeof(x->private));
	wr_u16(w, (uint16_t)x->nonce_i_len);
	wr_bytes(w, x->nonce_i, x->nonce_i_len);
	wr_u16(w, (uint16_t)x->nonce_r_len);
	wr_bytes(w, x->nonce_r, x->nonce_r_len);
}

static size_t get_nonce(struct rd *r, uint8_t nonce[IKE_NONCE_MAX])
{
	size_t len = rd_u16(r);

	if (len > IKE_NONCE_MAX) {
		r->bad = true;
		return 0;
	}
	rd_copy(r, nonce, len);
	return len;
}

/* What its owner may take for granted: who waits has a child in quick mode, and a group if there is a secret of it. */
static bool holds(const struct ike1_xchg *x, uint16_t group)
{
	return !x->group == !group && (x->kind != IKE1_X_QUICK || x->done || x->child) && (!x->done || !x->child);
}

static void get_xchg(struct rd *r, struct ike1_sa *sa)
{
	uint8_t kind = rd_u8(r);
	uint32_t mid = rd_u32(r);
	bool by_us = ike_bool_thaw(r);
	struct ike1_xchg *x = NULL;
	uint16_t group;

	if (kind > IKE1_X_CONFIG || !mid || ike1_xchg_find(sa, mid))
		r->bad = true;
	if (!r->bad)
		x = ike1_xchg_new(sa, (enum ike1_exchange_kind)kind, mid, by_us);
	if (!x) {
		r->bad = true;
		return;
	}
	x->done = ike_bool_thaw(r);
	ike_path_thaw(&x->path, r);
	rd_copy(r, x->iv, sizeof(x->iv));
	x->rx_hash = rd_u64(r);
	get_sent(r, &x->sent);
	x->sends = rd_u8(r);
	x->step = rd_u8(r);
	x->child = child_of(sa, rd_u32(r));
	group = rd_u16(r);
	x->group = group ? ike_alg_find(IKE_TRANSFORM_DH, group, 0) : NULL;
	rd_copy(r, x->private, sizeof(x->private));
	x->nonce_i_len = get_nonce(r, x->nonce_i);
	x->nonce_r_len = get_nonce(r, x->nonce_r);
	if (!holds(x, group))
		r->bad = true;
}

/* Those under way first. */
static void put_xchgs(struct wr *w, const struct ike1_sa *sa)
{
	const struct ike1_xchg *x;
	size_t n_at = w->len, over_at;
	unsigned int n = 0;

	wr_u8(w, 0);
	TAILQ_FOREACH(x, &sa->xchgs, link) {
		if (x->done)
			continue;
		put_xchg(w, x);
		n++;
	}
	over_at = w->len;
	TAILQ_FOREACH_REVERSE(x, &sa->xchgs, ike1_xchgs, link) {
		if (!x->done || w->len - over_at > OVER_OCTETS)
			continue;
		put_xchg(w, x);
		n++;
	}
	if (!w->bad)
		w->buf[n_at] = (uint8_t)n;
}

static void get_xchgs(struct rd *r, struct ike1_sa *sa)
{
	const struct ike1_child *c;
	const struct ike1_xchg *x;
	unsigned int n = rd_u8(r);

	if (n > IKE1_EXCHANGES_MAX)
		r->bad = true;
	while (n-- && !r->bad)
		get_xchg(r, sa);
	/* Nobody would end one that is still being made and belongs to no exchange. */
	TAILQ_FOREACH(c, &sa->children, link) {
		TAILQ_FOREACH(x, &sa->xchgs, link)
			if (x->child == c)
				break;
		if (!x && !c->out_done && !c->waits)
			r->bad = true;
	}
}

/* --- the whole --- */

bool ike1_sa_can_freeze(const struct ike1_sa *sa)
{
	return sa->phase == IKE1_UP && sa->peer && sa->told_up;
}

static void put_keys(struct wr *w, const struct ike1_keys *k)
{
	ike_suite_freeze(&k->suite, w);
	wr_bytes(w, k->skeyid, sizeof(k->skeyid));
	wr_bytes(w, k->d, sizeof(k->d));
	wr_bytes(w, k->a, sizeof(k->a));
	wr_bytes(w, k->e, sizeof(k->e));
	wr_bytes(w, k->encr, sizeof(k->encr));
}

static void get_keys(struct rd *r, struct ike1_keys *k)
{
	if (!ike_suite_thaw(&k->suite, r) || !k->suite.encr || !k->suite.prf || !k->suite.dh)
		r->bad = true;
	rd_copy(r, k->skeyid, sizeof(k->skeyid));
	rd_copy(r, k->d, sizeof(k->d));
	rd_copy(r, k->a, sizeof(k->a));
	rd_copy(r, k->e, sizeof(k->e));
	rd_copy(r, k->encr, sizeof(k->encr));
}

static void put_peer(struct wr *w, const struct ike1_sa *sa)
{
	wr_u8(w, sa->aggressive);
	wr_u8(w, (uint8_t)sa->natt);
	wr_u8(w, sa->nat_here);
	wr_u8(w, sa->nat_there);
	wr_u8(w, sa->dpd);
	wr_u8(w, sa->fragmentation);
	wr_u8(w, sa->xauth_vendor);
	wr_u8(w, sa->unity);
	wr_u16(w, sa->auth_method);
	wr_u32(w, sa->life_seconds);
	ike_id_freeze(&sa->local_id, w);
	ike_id_freeze(&sa->peer_id, w);
	ike_user_freeze(sa->user, w);
	ike_assigned_freeze(sa->have_assigned ? &sa->assigned : NULL, w);
}

static void get_peer(struct rd *r, struct ike1_sa *sa)
{
	uint8_t natt;

	sa->aggressive = ike_bool_thaw(r);
	natt = rd_u8(r);
	if (natt > IKE1_NATT_DRAFT)
		r->bad = true;
	sa->natt = r->bad ? IKE1_NATT_NONE : (enum ike1_natt)natt;
	sa->nat_here = ike_bool_thaw(r);
	sa->nat_there = ike_bool_thaw(r);
	sa->dpd = ike_bool_thaw(r);
	sa->fragmentation = ike_bool_thaw(r);
	sa->xauth_vendor = ike_bool_thaw(r);
	sa->unity = ike_bool_thaw(r);
	sa->auth_method = rd_u16(r);
	sa->life_seconds = rd_u32(r);
	if (!ike_id_thaw(&sa->local_id, r) || !ike_id_thaw(&sa->peer_id, r))
		r->bad = true;
	ike_user_thaw(sa->user, r);
	sa->have_assigned = ike_assigned_thaw(&sa->assigned, r);
}

void ike1_sa_freeze(const struct ike1_sa *sa, struct wr *w)
{
	const struct ike1_child *c;

	wr_u8(w, RECORD_VERSION);
	wr_u8(w, sa->initiator);
	wr_u64(w, sa->spi_i);
	wr_u64(w, sa->spi_r);
	ike_path_freeze(&sa->path, w);
	put_peer(w, sa);
	put_keys(w, &sa->keys);
	wr_bytes(w, sa->iv, sizeof(sa->iv));
	wr_u64(w, sa->rx_hash);
	put_sent(w, &sa->sent);
	wr_u16(w, sa->fragment_id);
	wr_u32(w, sa->dpd_seq);
	wr_u32(w, sa->dpd_heard);
	wr_u8(w, sa->dpd_any);
	wr_u64(w, sa->up_ms);
	wr_u64(w, sa->rekey_at_ms);
	wr_u8(w, sa->rekey_due);
	wr_u8(w, (uint8_t)sa->n_children);
	TAILQ_FOREACH(c, &sa->children, link)
		put_child(w, c);
	put_xchgs(w, sa);
}

static void get_rest(struct rd *r, struct ike1_sa *sa)
{
	get_peer(r, sa);
	get_keys(r, &sa->keys);
	sa->suite = sa->keys.suite;
	sa->have_keys = true;
	rd_copy(r, sa->iv, sizeof(sa->iv));
	sa->rx_hash = rd_u64(r);
	get_sent(r, &sa->sent);
	sa->fragment_id = rd_u16(r);
	sa->dpd_seq = rd_u32(r);
	sa->dpd_heard = rd_u32(r);
	sa->dpd_any = ike_bool_thaw(r);
	sa->up_ms = rd_u64(r);
	sa->rekey_at_ms = rd_u64(r);
	sa->rekey_due = ike_bool_thaw(r);
	if (r->bad)
		return;
	get_children(r, sa);
	if (!r->bad)
		get_xchgs(r, sa);
}

static void resume(struct ike1_sa *sa)
{
	struct ike1_child *c;
	struct ike1_xchg *x;

	TAILQ_FOREACH(c, &sa->children, link)
		ike1_child_resume(c);
	TAILQ_FOREACH(x, &sa->xchgs, link)
		ike1_xchg_resume(x);
	ike1_sa_resume(sa);
}

struct ike1_sa *ike1_sa_thaw(struct ike1 *ike, struct ike_peer *peer, void *owner, struct rd *r)
{
	struct ike_path path;
	uint64_t spi_i, spi_r;
	struct ike1_sa *sa;
	bool initiator;

	if (rd_u8(r) != RECORD_VERSION)
		return NULL;
	initiator = ike_bool_thaw(r);
	spi_i = rd_u64(r);
	spi_r = rd_u64(r);
	ike_path_thaw(&path, r);
	if (r->bad || !spi_i || !spi_r || ike_spis_find(&ike->by_spi, initiator ? spi_i : spi_r))
		return NULL;
	sa = ike1_sa_new(ike, initiator, &path);
	if (!sa)
		return NULL;
	ike1_sa_set_spis(sa, spi_i, spi_r);
	sa->peer = ike_peer_get(peer);
	sa->phase = IKE1_UP;
	get_rest(r, sa);
	if (r->bad) {
		ike1_sa_free(sa);
		return NULL;
	}
	sa->owner = owner;
	sa->told_up = true;
	resume(sa);
	return sa;
}
