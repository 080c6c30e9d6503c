// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE SAs as records: everything that is needed to go on where another process stopped, the exchange under
 * way included. What is read is checked like the wire.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define RECORD_VERSION	1
#define PACKETS_MAX	8	/* of one message; with more, the record is without it */
#define PACKET_MAX	1300
#define NO_PACKETS	0xff

/* --- small things --- */

static void put_addr(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->bytes, a->family == AF_INET6 ? 16 : 4);
}

static void get_addr(struct rd *r, struct addr *a)
{
	*a = (struct addr){ .family = rd_u8(r) };
	if (a->family && a->family != AF_INET && a->family != AF_INET6)
		r->bad = true;
	rd_copy(r, a->bytes, a->family == AF_INET6 ? 16 : 4);
}

static void put_path(struct wr *w, const struct ike_path *p)
{
	put_addr(w, &p->local);
	put_addr(w, &p->peer);
	wr_u16(w, p->local_port);
	wr_u16(w, p->peer_port);
}

static void get_path(struct rd *r, struct ike_path *p)
{
	get_addr(r, &p->local);
	get_addr(r, &p->peer);
	p->local_port = rd_u16(r);
	p->peer_port = rd_u16(r);
	if (!p->local.family || p->local.family != p->peer.family)
		r->bad = true;
}

static bool get_bool(struct rd *r)
{
	uint8_t v = rd_u8(r);

	if (v > 1)
		r->bad = true;
	return v;
}

static void put_packets(struct wr *w, const struct ike_packets *list)
{
	const struct ike_packet *p;
	unsigned int n = 0;

	STAILQ_FOREACH(p, list, link)
		n += p->len > PACKET_MAX ? PACKETS_MAX + 1 : 1;
	if (n > PACKETS_MAX) {
		wr_u8(w, NO_PACKETS);
		return;
	}
	wr_u8(w, (uint8_t)n);
	STAILQ_FOREACH(p, list, link) {
		wr_u16(w, (uint16_t)p->len);
		wr_bytes(w, p->data, p->len);
	}
}

/* False: they were too long to be written down. */
static bool get_packets(struct rd *r, struct ike_packets *list)
{
	uint8_t n = rd_u8(r);

	if (n == NO_PACKETS)
		return false;
	if (n > PACKETS_MAX)
		r->bad = true;
	while (n-- && !r->bad) {
		uint16_t len = rd_u16(r);
		struct ike_packet *p = len <= PACKET_MAX ? malloc(sizeof(*p) + len) : NULL;

		if (!p) {
			r->bad = true;
			return false;
		}
		p->len = len;
		rd_copy(r, p->data, len);
		STAILQ_INSERT_TAIL(list, p, link);
	}
	return true;
}

/* --- keys --- */

static void put_keys(struct wr *w, const struct ike2_keys *k)
{
	ike_suite_freeze(&k->suite, w);
	wr_bytes(w, k->d, sizeof(k->d));
	wr_bytes(w, k->pi, sizeof(k->pi));
	wr_bytes(w, k->pr, sizeof(k->pr));
	wr_bytes(w, k->ai, sizeof(k->ai));
	wr_bytes(w, k->ar, sizeof(k->ar));
	wr_bytes(w, k->ei, sizeof(k->ei));
	wr_bytes(w, k->er, sizeof(k->er));
}

static void get_keys(struct rd *r, struct ike2_keys *k)
{
	if (!ike_suite_thaw(&k->suite, r) || !k->suite.encr || !k->suite.prf || !k->suite.dh)
		r->bad = true;
	rd_copy(r, k->d, sizeof(k->d));
	rd_copy(r, k->pi, sizeof(k->pi));
	rd_copy(r, k->pr, sizeof(k->pr));
	rd_copy(r, k->ai, sizeof(k->ai));
	rd_copy(r, k->ar, sizeof(k->ar));
	rd_copy(r, k->ei, sizeof(k->ei));
	rd_copy(r, k->er, sizeof(k->er));
}

/* --- children --- */

static void put_ts(struct wr *w, const struct ike_selector *ts, unsigned int n)
{
	unsigned int i;

	wr_u8(w, (uint8_t)n);
	for (i = 0; i < n; i++) {
		wr_u8(w, ts[i].protocol);
		wr_u16(w, ts[i].port_from);
		wr_u16(w, ts[i].port_to);
		put_addr(w, &ts[i].from);
		put_addr(w, &ts[i].to);
	}
}

static void get_ts(struct rd *r, struct ike_selector *ts, unsigned int *n)
{
	unsigned int i;

	*n = rd_u8(r);
	if (!*n || *n > IKE_TS_MAX) {
		r->bad = true;
		*n = 0;
	}
	for (i = 0; i < *n; i++) {
		ts[i].protocol = rd_u8(r);
		ts[i].port_from = rd_u16(r);
		ts[i].port_to = rd_u16(r);
		get_addr(r, &ts[i].from);
		get_addr(r, &ts[i].to);
		if (!ts[i].from.family || ts[i].from.family != ts[i].to.family)
			r->bad = true;
	}
}

static void put_child(struct wr *w, const struct ike_child *c)
{
	wr_u32(w, c->spi_in);
	wr_u32(w, c->spi_out);
	ike_suite_freeze(&c->suite, w);
	wr_u8(w, c->transport);
	wr_u8(w, c->by_us);
	wr_u8(w, c->in_done);
	wr_u8(w, c->out_done);
	wr_u8(w, c->replaced);
	wr_u8(w, c->deleting);
	wr_u8(w, c->told);
	wr_u8(w, c->rekey_due);
	wr_u32(w, c->replaces ? c->replaces->spi_in : 0);
	wr_bytes(w, &c->keys, sizeof(c->keys));
	put_ts(w, c->local_ts, c->n_local_ts);
	put_ts(w, c->remote_ts, c->n_remote_ts);
	wr_u64(w, c->up_ms);
	wr_u64(w, c->rekey_at_ms);
}

/* replaces: the SPI of the one that it replaces, to be looked for once all are there. */
static void get_child(struct rd *r, struct ike_sa *sa, uint32_t *replaces)
{
	struct ike_child *c = ike_child_new(sa, false);
	uint32_t spi = rd_u32(r);

	if (!c) {
		r->bad = true;
		return;
	}
	if (spi)
		ike_child_set_spi(c, spi);
	c->spi_out = rd_u32(r);
	if (!ike_suite_thaw(&c->suite, r) || !c->suite.encr || c->spi_in < 256 || c->spi_out < 256)
		r->bad = true;
	c->transport = get_bool(r);
	c->by_us = get_bool(r);
	c->in_done = get_bool(r);
	c->out_done = get_bool(r);
	c->replaced = get_bool(r);
	c->deleting = get_bool(r);
	c->told = get_bool(r);
	c->rekey_due = get_bool(r);
	*replaces = rd_u32(r);
	rd_copy(r, &c->keys, sizeof(c->keys));
	if (c->keys.encr_len > IKE_CIPHER_KEY_MAX || c->keys.integ_len > IKE_KEY_MAX)
		r->bad = true;
	get_ts(r, c->local_ts, &c->n_local_ts);
	get_ts(r, c->remote_ts, &c->n_remote_ts);
	c->up_ms = rd_u64(r);
	c->rekey_at_ms = rd_u64(r);
}

/* --- tasks --- */

static void put_task(struct wr *w, const struct ike_task *t)
{
	wr_u8(w, (uint8_t)t->type);
	wr_u32(w, t->child ? t->child->spi_in : 0);
	wr_u32(w, t->spi_in);
	wr_u64(w, t->spi_ike);
	wr_bytes(w, t->nonce, sizeof(t->nonce));
	wr_u16(w, t->group ? t->group->id : 0);
	wr_bytes(w, t->private, sizeof(t->private));
	wr_u16(w, (uint16_t)t->their_nonce_len);
	wr_bytes(w, t->their_nonce, t->their_nonce_len);
	wr_u32(w, t->their_child ? t->their_child->spi_in : 0);
}

static struct ike_child *child_of(struct ike_sa *sa, uint32_t spi)
{
	return spi ? ike_child_by_spi(sa, spi, true) : NULL;
}

static struct ike_task *get_task(struct rd *r, struct ike_sa *sa)
{
	uint8_t type = rd_u8(r);
	struct ike_task *t;
	uint16_t group;

	if (type < TASK_CHILD_NEW || type > TASK_MOVE)
		r->bad = true;
	t = r->bad ? NULL : calloc(1, sizeof(*t));
	if (!t) {
		r->bad = true;
		return NULL;
	}
	sa->n_tasks++;
	t->type = (enum ike_task_type)type;
	t->child = child_of(sa, rd_u32(r));
	t->spi_in = rd_u32(r);
	t->spi_ike = rd_u64(r);
	rd_copy(r, t->nonce, sizeof(t->nonce));
	group = rd_u16(r);
	t->group = group ? ike_alg_find(IKE_TRANSFORM_DH, group, 0) : NULL;
	rd_copy(r, t->private, sizeof(t->private));
	t->their_nonce_len = rd_u16(r);
	if (t->their_nonce_len > sizeof(t->their_nonce) || !t->group != !group) {
		r->bad = true;
		t->their_nonce_len = 0;
	}
	rd_copy(r, t->their_nonce, t->their_nonce_len);
	t->their_child = child_of(sa, rd_u32(r));
	return t;
}

/* --- the whole --- */

bool ike_sa_can_freeze(const struct ike_sa *sa)
{
	return sa->phase == PHASE_UP && sa->peer && sa->told_up;
}

static void put_assigned(struct wr *w, const struct ike_sa *sa)
{
	wr_u8(w, sa->have_assigned);
	put_addr(w, &sa->assigned.ip4);
	put_addr(w, &sa->assigned.ip6.addr);
	wr_u8(w, sa->assigned.ip6.len);
}

static void get_assigned(struct rd *r, struct ike_sa *sa)
{
	sa->have_assigned = get_bool(r);
	get_addr(r, &sa->assigned.ip4);
	get_addr(r, &sa->assigned.ip6.addr);
	sa->assigned.ip6.len = rd_u8(r);
	if (sa->assigned.ip6.len > 128)
		r->bad = true;
}

static void put_flags(struct wr *w, const struct ike_sa *sa)
{
	wr_u8(w, sa->began);
	wr_u8(w, sa->natt);
	wr_u8(w, sa->nat_here);
	wr_u8(w, sa->nat_there);
	wr_u8(w, sa->fragmentation);
	wr_u8(w, sa->mobike);
	wr_u8(w, sa->rekey_due);
	wr_u32(w, sa->hashes);
}

static void get_flags(struct rd *r, struct ike_sa *sa)
{
	sa->began = get_bool(r);
	sa->natt = get_bool(r);
	sa->nat_here = get_bool(r);
	sa->nat_there = get_bool(r);
	sa->fragmentation = get_bool(r);
	sa->mobike = get_bool(r);
	sa->rekey_due = get_bool(r);
	sa->hashes = rd_u32(r);
}

void ike_sa_freeze(const struct ike_sa *sa, struct wr *w)
{
	const struct ike_child *c;
	const struct ike_task *t;

	wr_u8(w, RECORD_VERSION);
	wr_u8(w, sa->initiator);
	wr_u64(w, sa->spi_i);
	wr_u64(w, sa->spi_r);
	put_path(w, &sa->path);
	put_path(w, &sa->response_path);
	put_flags(w, sa);
	put_keys(w, &sa->keys);
	wr_u64(w, sa->iv);
	ike_id_freeze(&sa->local_id, w);
	ike_id_freeze(&sa->peer_id, w);
	wr_u8(w, (uint8_t)sa->peer_by);
	wr_u8(w, (uint8_t)strlen(sa->user));
	wr_bytes(w, sa->user, strlen(sa->user));
	put_assigned(w, sa);
	wr_u64(w, sa->up_ms);
	wr_u64(w, sa->rekey_at_ms);
	wr_u8(w, (uint8_t)sa->n_children);
	TAILQ_FOREACH(c, &sa->children, link)
		put_child(w, c);
	wr_u32(w, sa->next_id);
	wr_u32(w, sa->expect_id);
	wr_u64(w, sa->request_hash);
	put_packets(w, &sa->response);
	wr_u8(w, sa->current != NULL);
	if (sa->current) {
		put_task(w, sa->current);
		put_packets(w, &sa->request);
	}
	wr_u8(w, (uint8_t)(sa->n_tasks - (sa->current != NULL)));
	TAILQ_FOREACH(t, &sa->tasks, link)
		put_task(w, t);
}

static void get_children(struct rd *r, struct ike_sa *sa)
{
	uint32_t replaces[IKE_CHILDREN_MAX] = { 0 };
	unsigned int i, n = rd_u8(r);
	struct ike_child *c;

	if (n > IKE_CHILDREN_MAX)
		r->bad = true;
	for (i = 0; i < n && !r->bad; i++)
		get_child(r, sa, &replaces[i]);
	i = 0;
	TAILQ_FOREACH(c, &sa->children, link)
		c->replaces = child_of(sa, replaces[i++]);
}

static void get_tasks(struct rd *r, struct ike_sa *sa)
{
	struct ike_task *t;
	unsigned int n;

	if (get_bool(r)) {
		sa->current = get_task(r, sa);
		/* Those that wait have none yet. */
		if (sa->current && sa->current->type == TASK_IKE_REKEY && !sa->current->group)
			r->bad = true;
		/* One that was too long cannot be sent again, and must not be mistaken: the SA ends by its silence. */
		get_packets(r, &sa->request);
	}
	n = rd_u8(r);
	if (n > IKE_TASKS_MAX)
		r->bad = true;
	while (n-- && !r->bad) {
		t = get_task(r, sa);
		if (t)
			TAILQ_INSERT_TAIL(&sa->tasks, t, link);
	}
}

static void get_names(struct rd *r, struct ike_sa *sa)
{
	uint8_t len;

	if (!ike_id_thaw(&sa->local_id, r) || !ike_id_thaw(&sa->peer_id, r))
		r->bad = true;
	sa->peer_by = rd_u8(r);
	len = rd_u8(r);
	if (len > IKE_USER_MAX) {
		r->bad = true;
		return;
	}
	rd_copy(r, sa->user, len);
	sa->user[len] = '\0';
}

static void get_rest(struct rd *r, struct ike_sa *sa)
{
	get_path(r, &sa->response_path);
	get_flags(r, sa);
	get_keys(r, &sa->keys);
	sa->have_keys = true;
	sa->iv = rd_u64(r);
	get_names(r, sa);
	get_assigned(r, sa);
	sa->up_ms = rd_u64(r);
	sa->rekey_at_ms = rd_u64(r);
	get_children(r, sa);
	sa->next_id = rd_u32(r);
	sa->expect_id = rd_u32(r);
	sa->request_hash = rd_u64(r);
	get_packets(r, &sa->response);
	get_tasks(r, sa);
}

/* Timers of what goes on as if nothing had been. */
static void resume(struct ike_sa *sa)
{
	uint64_t now = loop_now_ms(sa->ike->loop), rekey = sa->rekey_at_ms;
	struct ike_child *c;
	bool due = sa->rekey_due;

	ike_sa_begin(sa);
	sa->rekey_due = due;
	sa->rekey_at_ms = rekey;
	loop_timer_start(&sa->timer, rekey > now ? rekey - now : 0);
	TAILQ_FOREACH(c, &sa->children, link)
		ike_child_resume(c);
	ike_window_resume(sa);
	ike_tasks_run(sa);
}

struct ike_sa *ike_sa_thaw(struct ike *ike, struct ike_peer *peer, void *owner, struct rd *r)
{
	struct ike_path path;
	uint64_t spi_i, spi_r, up_ms;
	struct ike_sa *sa;
	bool initiator;

	if (rd_u8(r) != RECORD_VERSION)
		return NULL;
	initiator = get_bool(r);
	spi_i = rd_u64(r);
	spi_r = rd_u64(r);
	get_path(r, &path);
	if (r->bad || !spi_i || !spi_r || ike_spi_taken(ike, initiator ? spi_i : spi_r))
		return NULL;
	sa = ike_sa_new(ike, initiator, &path);
	if (!sa)
		return NULL;
	hash_del(&ike->by_spi, &sa->by_spi);
	sa->spi_i = spi_i;
	sa->spi_r = spi_r;
	ike_sa_hash(sa);
	get_rest(r, sa);
	if (r->bad) {
		ike_sa_free(sa);
		return NULL;
	}
	sa->peer = ike_peer_get(peer);
	sa->owner = owner;
	sa->told_up = true;
	up_ms = sa->up_ms;
	resume(sa);
	sa->up_ms = up_ms;
	return sa;
}
