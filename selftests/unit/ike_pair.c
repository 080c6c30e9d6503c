// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike_pair.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "proto/ike_crypto.h"
#include "wire/mschap.h"

#define WIRE_MS	1

/* --- ops --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct pair_end *e = ctx;
	struct pair *p = e->pair;
	struct pair_end *to = e == &p->a ? &p->b : &p->a;
	struct pair_datagram *d;

	e->sent++;
	if (len > e->longest)
		e->longest = len;
	if ((p->lose && p->lose(p, e, data, len)) || (p->block_4500 && path->peer_port == 4500))
		return;
	d = calloc(1, sizeof(*d) + len);
	assert_non_null(d);
	d->to = to;
	d->path = (struct ike_path){ .local = path->peer, .peer = path->local, .local_port = path->peer_port,
				     .peer_port = path->local_port };
	if (p->nat && e == &p->a) {
		addr_parse("203.0.113.9", &d->path.peer);
		d->path.peer_port = (uint16_t)(path->local_port + 10000);
	} else if (p->nat) {
		addr_parse("192.0.2.1", &d->path.local);
		d->path.local_port = (uint16_t)(path->peer_port - 10000);
	}
	d->due_ms = loop_now_ms(p->loop) + WIRE_MS;
	d->len = len;
	memcpy(d->data, data, len);
	STAILQ_INSERT_TAIL(&p->wire, d, link);
}

/* Reproducible, and different at both ends. */
static void op_random(void *ctx, void *buf, size_t len)
{
	struct pair_end *e = ctx;
	uint8_t *out = buf;

	while (len--) {
		e->chance = e->chance * 1103515245 + 12345;
		*out++ = (uint8_t)(e->chance >> 16);
	}
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return 1780000000;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct pair_end *e = ctx;
	unsigned int n = 0, i;

	(void)path;
	if (e->peer && n < max)
		out[n++] = e->peer;
	for (i = 0; i < e->n_more && n < max; i++)
		out[n++] = e->more[i];
	return n;
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	struct pair_end *e = ctx;

	(void)sa;
	if (!e->user || strcmp(user, e->user))
		return false;
	snprintf(out, cap, "%s", e->password);
	return true;
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	struct pair_end *e = ctx;

	(void)sa;
	(void)ip4;
	(void)ip6;
	if (!e->gives.ip4.family) {
		snprintf(why, IKE_WHY_MAX, "the pool is empty");
		return false;
	}
	*out = e->gives;
	return true;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	struct pair_end *e = ctx;

	(void)sa;
	e->got = *a;
	e->have_got = true;
}

static void op_sa_up(void *ctx, struct ike_sa *sa)
{
	struct pair_end *e = ctx;

	e->ups++;
	e->sa = sa;
	ike_sa_set_owner(sa, e);
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	struct pair_end *e = ctx;

	(void)old;
	e->replaced++;
	e->sa = sa;
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct pair_end *e = ctx;

	(void)sa;
	e->downs++;
	e->sa = NULL;
	snprintf(e->why, sizeof(e->why), "%s", why);
}

static void op_sa_moved(void *ctx, struct ike_sa *sa)
{
	(void)sa;
	((struct pair_end *)ctx)->moved++;
}

static int op_child_new(void *ctx, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct pair_end *e = ctx;
	unsigned int i;

	for (i = 0; i < PAIR_KIDS; i++) {
		struct pair_kid *kid = &e->kids[i];

		if (kid->used)
			continue;
		memset(kid, 0, sizeof(*kid));
		kid->used = true;
		if (ike_child_selectors(c, kid->selectors, &kid->n_selectors)) {
			snprintf(why, IKE_WHY_MAX, "too many selectors");
			return -E2BIG;
		}
		ike_child_set_owner(c, kid);
		return 0;
	}
	return -ENOSPC;
}

static void op_child_replaced(void *ctx, struct ike_child *old, struct ike_child *c)
{
	(void)ctx;
	assert_ptr_equal(ike_child_owner(old), ike_child_owner(c));
	assert_non_null(ike_child_owner(c));
}

static int op_sa_add(void *ctx, struct ike_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	struct pair_kid *kid = ike_child_owner(c);
	unsigned int i;

	(void)ctx;
	(void)why;
	assert_non_null(kid);
	if (s->outbound) {
		kid->out = (struct pair_sa){ s->spi, *s };
		return 0;
	}
	for (i = 0; i < 4; i++) {
		if (kid->in[i].spi)
			continue;
		kid->in[i] = (struct pair_sa){ s->spi, *s };
		return 0;
	}
	fail_msg("%s", "a fifth inbound SA");
	return -ENOSPC;
}

static void op_sa_del(void *ctx, struct ike_child *c, bool outbound, uint32_t spi)
{
	struct pair_end *e = ctx;
	unsigned int i, k;

	(void)c;
	assert_false(outbound);
	for (i = 0; i < PAIR_KIDS; i++)
		for (k = 0; k < 4; k++)
			if (e->kids[i].used && e->kids[i].in[k].spi == spi)
				e->kids[i].in[k].spi = 0;
}

static void op_child_down(void *ctx, struct ike_child *c, const char *why)
{
	struct pair_kid *kid = ike_child_owner(c);

	(void)ctx;
	(void)why;
	assert_non_null(kid);
	kid->used = false;
}

static void op_child_failed(void *ctx, struct ike_sa *sa, const char *why)
{
	struct pair_end *e = ctx;

	(void)sa;
	(void)why;
	e->child_fails++;
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	struct pair_end *e = ctx;

	assert_int_equal(slot, 1);
	e->record_len = 0;
}

static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	struct pair_end *e = ctx;
	size_t len = strlen(e->log);

	(void)sa;
	e->logs++;
	snprintf(e->log + len, sizeof(e->log) - len, "%s\n", text);
	if (getenv("IKE_PAIR_LOG"))
		printf("# %s %d: %s\n", e->name, level, text);
}

static const struct ike_ops ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa_up,
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa_moved,
	.child_new = op_child_new, .child_replaced = op_child_replaced, .sa_add = op_sa_add,
	.sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,
	.slot_free = op_slot_free, .log = op_log,
};

/* --- the world --- */

static struct ike_peer *new_peer(const char *name, const char *local_id, const char *remote_id)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];
	struct prefix net;

	assert_non_null(p);
	snprintf(p->name, sizeof(p->name), "%s", name);
	assert_int_equal(ike_id_parse(local_id, &p->local_id, error), 0);
	assert_int_equal(ike_id_parse(remote_id, &p->remote_id, error), 0);
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup("a secret of both");
	ike_offers_default(IKE_V2, IKE_USE_IKE, false, &p->ike);
	ike_offers_default(IKE_V2, IKE_USE_ESP, false, &p->esp);
	prefix_parse(name[0] == 'a' ? "10.1.0.0/16" : "10.2.0.0/16", &net);
	ike_ts_of_prefix(&net, &p->local_ts[0]);
	prefix_parse(name[0] == 'a' ? "10.2.0.0/16" : "10.1.0.0/16", &net);
	ike_ts_of_prefix(&net, &p->remote_ts[0]);
	p->n_local_ts = p->n_remote_ts = 1;
	p->mobike = p->fragmentation = true;
	p->ike_lifetime_s = 14400;
	p->child_lifetime_s = 3600;
	p->dpd_interval_s = 30;
	p->retransmissions = 6;
	return p;
}

static void end_init(struct pair *p, struct pair_end *e, const char *name, const struct ike_config *cfg)
{
	e->pair = p;
	e->name = name;
	e->chance = (uint32_t)name[0] * 7919;
	e->cfg = *cfg;
	e->ike = ike_new(p->loop, cfg, &ops, e);
	assert_non_null(e->ike);
}

void pair_init(struct pair *p)
{
	const struct ike_config cfg = { .max_half_open = 1000, .cookie_above = 100, .half_open_ms = 30000,
					.keepalive_ms = 20000, .max_sas = 10000 };

	memset(p, 0, sizeof(*p));
	assert_int_equal(ike_crypto_init(), 0);
	assert_int_equal(mschap_init(), 0);
	STAILQ_INIT(&p->wire);
	p->loop = loop_new_virtual(1000);
	end_init(p, &p->a, "a", &cfg);
	end_init(p, &p->b, "b", &cfg);
	p->a.peer = new_peer("a", "a.example", "b.example");
	p->b.peer = new_peer("b", "b.example", "a.example");
}

void pair_fini(struct pair *p)
{
	struct pair_datagram *d;
	unsigned int i;

	ike_free(p->a.ike);
	ike_free(p->b.ike);
	ike_peer_put(p->a.peer);
	ike_peer_put(p->b.peer);
	for (i = 0; i < p->b.n_more; i++)
		ike_peer_put(p->b.more[i]);
	while ((d = STAILQ_FIRST(&p->wire))) {
		STAILQ_REMOVE_HEAD(&p->wire, link);
		free(d);
	}
	loop_free(p->loop);
	mschap_fini();
	ike_crypto_fini();
}

struct ike_sa *pair_dial(struct pair *p)
{
	struct ike_path path = { .local_port = 500, .peer_port = 500 };

	addr_parse("192.0.2.1", &path.local);
	addr_parse("192.0.2.2", &path.peer);
	return ike_initiate(p->a.ike, p->a.peer, &path, &p->a);
}

/* As the daemon does before anything leaves. */
static void write_down(struct pair_end *e)
{
	struct ike_sa *sa;
	struct wr w;

	while ((sa = ike_next_changed(e->ike))) {
		if (!ike_sa_can_freeze(sa) || sa != e->sa)
			continue;
		w = wr_to(e->record, sizeof(e->record));
		ike_sa_freeze(sa, &w);
		assert_false(w.bad);
		e->record_len = w.len;
		ike_sa_set_slot(sa, 1);
	}
}

static struct pair_kid *kid_with(struct pair_end *e, uint32_t spi_in)
{
	unsigned int i, k;

	for (i = 0; i < PAIR_KIDS; i++)
		for (k = 0; k < 4; k++)
			if (e->kids[i].used && e->kids[i].in[k].spi == spi_in)
				return &e->kids[i];
	return NULL;
}

bool pair_restart(struct pair_end *e)
{
	struct ike_child_info info;
	struct ike_child *c = NULL;
	struct rd r;

	write_down(e);
	ike_free(e->ike);
	e->ike = ike_new(e->pair->loop, &e->cfg, &ops, e);
	e->sa = NULL;
	if (!e->record_len)
		return false;
	r = rd_of(e->record, e->record_len);
	e->sa = ike_sa_thaw(e->ike, e->peer, e, &r);
	assert_non_null(e->sa);
	ike_sa_set_slot(e->sa, 1);
	while ((c = ike_child_next(e->sa, c))) {
		ike_child_get_info(c, &info);
		ike_child_set_owner(c, kid_with(e, info.spi_in));
		assert_non_null(ike_child_owner(c));
	}
	return true;
}

static void deliver(struct pair *p)
{
	struct pair_datagram *d;

	while ((d = STAILQ_FIRST(&p->wire)) && d->due_ms <= loop_now_ms(p->loop)) {
		STAILQ_REMOVE_HEAD(&p->wire, link);
		ike_rx(d->to->ike, &d->path, d->data, d->len);
		write_down(d->to);
		free(d);
	}
}

void pair_run(struct pair *p, uint64_t ms)
{
	uint64_t end = loop_now_ms(p->loop) + ms, now, next, due;
	const struct pair_datagram *d;

	for (;;) {
		deliver(p);
		now = loop_now_ms(p->loop);
		if (now >= end)
			return;
		d = STAILQ_FIRST(&p->wire);
		next = d && d->due_ms < end ? d->due_ms : end;
		if (loop_virtual_next(p->loop, &due) && due < next)
			next = due > now ? due : now;
		loop_virtual_advance(p->loop, next - now);
		write_down(&p->a);
		write_down(&p->b);
	}
}

unsigned int pair_kids(const struct pair_end *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < PAIR_KIDS; i++)
		n += e->kids[i].used;
	return n;
}

struct ike_sa *pair_only_sa(struct pair_end *e)
{
	struct ike_sa *sa = ike_sa_next(e->ike, NULL);

	assert_non_null(sa);
	assert_null(ike_sa_next(e->ike, sa));
	return sa;
}

static const struct dp_sa *receives(const struct pair_end *e, uint32_t spi)
{
	unsigned int i, k;

	for (i = 0; i < PAIR_KIDS; i++)
		for (k = 0; k < 4; k++)
			if (e->kids[i].used && e->kids[i].in[k].spi == spi)
				return &e->kids[i].in[k].sa;
	return NULL;
}

static void check_towards(const struct pair_end *from, const struct pair_end *to)
{
	unsigned int i;

	for (i = 0; i < PAIR_KIDS; i++) {
		const struct pair_kid *kid = &from->kids[i];
		const struct dp_sa *in;

		if (!kid->used)
			continue;
		assert_int_not_equal(kid->out.spi, 0);
		in = receives(to, kid->out.spi);
		assert_non_null(in);
		assert_int_equal(in->key_len, kid->out.sa.key_len);
		assert_memory_equal(in->key, kid->out.sa.key, in->key_len);
		assert_memory_equal(in->auth_key, kid->out.sa.auth_key, in->auth_key_len);
		assert_int_equal(in->cipher, kid->out.sa.cipher);
		assert_int_equal(in->esn, kid->out.sa.esn);
	}
}

unsigned int pair_check(struct pair *p)
{
	check_towards(&p->a, &p->b);
	check_towards(&p->b, &p->a);
	assert_int_equal(pair_kids(&p->a), pair_kids(&p->b));
	return pair_kids(&p->a);
}

/* --- for tests --- */

int pair_set_up(void **state)
{
	static struct pair world;

	pair_init(&world);
	*state = &world;
	return 0;
}

int pair_tear_down(void **state)
{
	pair_fini(*state);
	return 0;
}

void pair_connect(struct pair *p)
{
	assert_non_null(pair_dial(p));
	pair_run(p, 1000);
	assert_int_equal(p->a.ups, 1);
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(pair_check(p), 1);
}

void pair_says(const struct pair_end *e, const char *words)
{
	if (!strstr(e->log, words) && !strstr(e->why, words))
		fail_msg("%s did not say \"%s\" but \"%s\" and:\n%s", e->name, words, e->why, e->log);
}
