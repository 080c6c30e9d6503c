// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE SAs as records: everything that is needed to go on where another process stopped, the exchange under
 * way included. What is read is checked like the wire.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_frozen.h"
#include "proto/ike_sa.h"

#define RECORD_VERSION	3
#define PACKETS_MAX	8	/* of one message; with more, the record is without it */
#define PACKET_MAX	1300
#define NO_PACKETS	0xff

/* --- packets --- */

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

/* How long each of them is: the suite says so. */
struct key_sizes {
	size_t prf, integ, encr;
};

static struct key_sizes key_sizes(const struct ike_suite *s)
{
	return (struct key_sizes){ .prf = s->prf->out_len, .integ = s->integ ? s->integ->key_len : 0,
				   .encr = (size_t)s->encr->key_len + s->encr->salt_len };
}

static void put_keys(struct wr *w, const struct ike2_keys *k)
{
	struct key_sizes n = key_sizes(&k->suite);

	ike_suite_freeze(&k->suite, w);
	wr_bytes(w, k->d, n.prf);
	wr_bytes(w, k->pi, n.prf);
	wr_bytes(w, k->pr, n.prf);
	wr_bytes(w, k->ai, n.integ);
	wr_bytes(w, k->ar, n.integ);
	wr_bytes(w, k->ei, n.encr);
	wr_bytes(w, k->er, n.encr);
}

static void get_keys(struct rd *r, struct ike2_keys *k)
{
	struct key_sizes n;

	if (!ike_suite_thaw(&k->suite, r) || !k->suite.encr || !k->suite.prf || !k->suite.dh) {
		r->bad = true;
		return;
	}
	n = key_sizes(&k->suite);
	rd_copy(r, k->d, n.prf);
	rd_copy(r, k->pi, n.prf);
	rd_copy(r, k->pr, n.prf);
	rd_copy(r, k->ai, n.integ);
	rd_copy(r, k->ar, n.integ);
	rd_copy(r, k->ei, n.encr);
	rd_copy(r, k->er, n.encr);
}

/* --- children --- */

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
	wr_u8(w, c->keys != NULL);
	if (c->keys)
		wr_bytes(w, c->keys, sizeof(*c->keys));
	wr_u8(w, c->local_ts != NULL);
	if (c->local_ts) {
		ike_ts_freeze(c->local_ts, c->n_local_ts, w);
		ike_ts_freeze(c->remote_ts, c->n_remote_ts, w);
	}
	wr_u64(w, c->up_ms);
	wr_u64(w, c->rekey_at_ms);
}

/* One that is only to be deleted may have neither keys nor networks; it takes nobody's place either. */
static bool only_ends(const struct ike_child *c, uint32_t replaces)
{
	return c->deleting && !replaces;
}

static void get_child_keys(struct rd *r, struct ike_child *c, uint32_t replaces)
{
	bool kept = ike_bool_thaw(r);

	if (!kept && !(c->in_done && c->out_done) && !only_ends(c, replaces))
		r->bad = true;
	if (!kept || r->bad)
		return;
	c->keys = calloc(1, sizeof(*c->keys));
	if (!c->keys) {
		r->bad = true;
		return;
	}
	rd_copy(r, c->keys, sizeof(*c->keys));
	if (c->keys->encr_len > IKE_CIPHER_KEY_MAX || c->keys->integ_len > IKE_KEY_MAX)
		r->bad = true;
}

static void get_ts(struct rd *r, struct ike_child *c, uint32_t replaces)
{
	struct ike_selector local[IKE_TS_MAX], remote[IKE_TS_MAX];
	unsigned int n_local, n_remote;

	if (!ike_bool_thaw(r)) {
		r->bad = r->bad || !only_ends(c, replaces);
		return;
	}
	ike_ts_thaw(local, &n_local, r);
	ike_ts_thaw(remote, &n_remote, r);
	if (!r->bad && ike_child_set_ts(c, local, n_local, remote, n_remote))
		r->bad = true;
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
	c->transport = ike_bool_thaw(r);
	c->by_us = ike_bool_thaw(r);
	c->in_done = ike_bool_thaw(r);
	c->out_done = ike_bool_thaw(r);
	c->replaced = ike_bool_thaw(r);
	c->deleting = ike_bool_thaw(r);
	c->told = ike_bool_thaw(r);
	c->rekey_due = ike_bool_thaw(r);
	*replaces = rd_u32(r);
	get_child_keys(r, c, *replaces);
	get_ts(r, c, *replaces);
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
	for (unsigned int i = 0; i < IKE_TASK_DELETED_MAX; i++)
		wr_u32(w, t->deleted[i]);
	wr_u8(w, t->n_deleted % IKE_TASK_DELETED_MAX);
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
	for (unsigned int i = 0; i < IKE_TASK_DELETED_MAX; i++)
		t->deleted[i] = rd_u32(r);
	t->n_deleted = rd_u8(r);
	return t;
}

/* --- the whole --- */

bool ike2_sa_can_freeze(const struct ike_sa *sa)
{
	return sa->phase == PHASE_UP && sa->peer && sa->told_up;
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
	sa->began = ike_bool_thaw(r);
	sa->natt = ike_bool_thaw(r);
	sa->nat_here = ike_bool_thaw(r);
	sa->nat_there = ike_bool_thaw(r);
	sa->fragmentation = ike_bool_thaw(r);
	sa->mobike = ike_bool_thaw(r);
	sa->rekey_due = ike_bool_thaw(r);
	sa->hashes = rd_u32(r);
}

void ike2_sa_freeze(const struct ike_sa *sa, struct wr *w)
{
	const struct ike_child *c;
	const struct ike_task *t;

	wr_u8(w, RECORD_VERSION);
	wr_u8(w, sa->initiator);
	wr_u64(w, sa->spi_i);
	wr_u64(w, sa->spi_r);
	ike_path_freeze(&sa->path, w);
	ike_path_freeze(&sa->response_path, w);
	put_flags(w, sa);
	put_keys(w, &sa->keys);
	wr_u64(w, sa->iv);
	ike_id_freeze(sa->local_id, w);
	ike_id_freeze(sa->peer_id, w);
	wr_u8(w, (uint8_t)sa->peer_by);
	ike_user_freeze(ike_sa_user(sa), w);
	ike_assigned_freeze(sa->have_assigned ? &sa->assigned : NULL, w);
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

	if (ike_bool_thaw(r)) {
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

static void get_id(struct rd *r, const struct ike_id **at)
{
	struct ike_id id;

	if (!ike_id_thaw(&id, r) || ike_sa_set_id(at, &id))
		r->bad = true;
}

static void get_rest(struct rd *r, struct ike_sa *sa)
{
	char user[IKE_USER_MAX + 1] = "";

	ike_path_thaw(&sa->response_path, r);
	get_flags(r, sa);
	get_keys(r, &sa->keys);
	sa->have_keys = true;
	sa->iv = rd_u64(r);
	get_id(r, &sa->local_id);
	get_id(r, &sa->peer_id);
	sa->peer_by = rd_u8(r);
	ike_user_thaw(user, r);
	if (ike_sa_set_user(sa, user))
		r->bad = true;
	sa->have_assigned = ike_assigned_thaw(&sa->assigned, r);
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
	uint64_t rekey = sa->rekey_at_ms;
	struct ike_child *c;
	bool due = sa->rekey_due;

	ike_sa_begin(sa);
	sa->rekey_due = due;
	sa->rekey_at_ms = rekey;
	ike_sa_resume(sa);
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
	initiator = ike_bool_thaw(r);
	spi_i = rd_u64(r);
	spi_r = rd_u64(r);
	ike_path_thaw(&path, r);
	if (r->bad || !spi_i || !spi_r || ike_spis_find(&ike->by_spi, initiator ? spi_i : spi_r))
		return NULL;
	sa = ike_sa_new(ike, initiator, &path);
	if (!sa)
		return NULL;
	ike_sa_set_spis(sa, spi_i, spi_r);
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
