// SPDX-License-Identifier: GPL-2.0-or-later
/* The two sides of IKEv1 and their wire: ike1_world.h. */
#include "ike1_world.h"

struct addr addr_of(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

/* --- ops --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct side *s = ctx;
	struct world *w = s->w;
	struct packet *p = &w->q[w->tail % PACKETS_MAX];

	s->responder ? w->sent_r++ : w->sent_i++;
	if (len == 1)
		return;
	assert_true(len <= sizeof(p->data) && w->tail - w->head < PACKETS_MAX);
	p->to_responder = !s->responder;
	p->path = (struct ike_path){ .local = path->peer, .peer = path->local, .local_port = path->peer_port,
				     .peer_port = path->local_port };
	if (w->nat && p->to_responder) {
		p->path.peer = addr_of("203.0.113.1");
		p->path.peer_port = path->local_port == IKE_PORT ? w->nat_port_500 : w->nat_port_4500;
	} else if (w->nat) {
		p->path.local = addr_of("10.0.0.2");
		p->path.local_port = path->peer_port == w->nat_port_500 ? IKE_PORT : IKE_NATT_PORT;
		/* To where it was, or somebody else. */
		if (path->peer_port != w->nat_port_500 && path->peer_port != w->nat_port_4500)
			return;
	}
	p->len = len;
	memcpy(p->data, data, len);
	if (p->to_responder && w->n_tape < TAPE_MAX)
		w->tape[w->n_tape++] = *p;
	if ((p->to_responder ? w->drop_to_r : w->drop_to_i) || (w->drop_next && !--w->drop_next))
		return;
	w->tail++;
	if (!w->twice)
		return;
	w->q[w->tail % PACKETS_MAX] = *p;
	w->tail++;
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct side *s = ctx;
	uint8_t *at = buf;

	for (size_t i = 0; i < len; i++) {
		s->w->random = s->w->random * 1103515245 + 12345;
		at[i] = (uint8_t)(s->w->random >> 16);
	}
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return NOW;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct side *s = ctx;

	(void)path;
	(void)max;
	memcpy(out, s->peers, s->n_peers * sizeof(*out));
	return s->n_peers;
}

static bool op_password(void *ctx, struct ike1_sa *sa, const char *user, char *out, size_t cap)
{
	(void)ctx;
	(void)sa;
	if (strcmp(user, "alice"))
		return false;
	snprintf(out, cap, "wonderland");
	return true;
}

static bool op_assign(void *ctx, struct ike1_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)sa;
	(void)ip6;
	(void)why;
	out->ip4 = addr_of("10.9.0.7");
	out->dns[out->n_dns++] = addr_of("10.9.0.1");
	return ip4;
}

static void op_assigned(void *ctx, struct ike1_sa *sa, const struct ike_assigned *a)
{
	struct side *s = ctx;

	(void)sa;
	s->assigned++;
	s->got = *a;
}

static void op_sa_up(void *ctx, struct ike1_sa *sa)
{
	struct side *s = ctx;

	s->ups++;
	s->sa = sa;
}

static void op_sa_replaced(void *ctx, struct ike1_sa *old, struct ike1_sa *sa)
{
	struct side *s = ctx;

	assert_ptr_equal(s->sa, old);
	s->replaced++;
	s->sa = sa;
}

static void op_sa_down(void *ctx, struct ike1_sa *sa, const char *why)
{
	struct side *s = ctx;

	s->downs++;
	if (s->sa == sa)
		s->sa = NULL;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

static void op_sa_moved(void *ctx, struct ike1_sa *sa)
{
	struct side *s = ctx;

	(void)sa;
	s->moved++;
}

static int op_child_new(void *ctx, struct ike1_child *c, char why[IKE_WHY_MAX])
{
	struct side *s = ctx;

	if (s->no_children) {
		snprintf(why, IKE_WHY_MAX, "the kernel is full");
		return -ENOSPC;
	}
	s->child_ups++;
	s->child = c;
	ike1_child_set_owner(c, s);
	return 0;
}

static void op_child_replaced(void *ctx, struct ike1_child *old, struct ike1_child *c)
{
	struct side *s = ctx;

	assert_ptr_equal(ike1_child_owner(old), s);
	assert_ptr_equal(ike1_child_owner(c), s);
	s->child_replaced++;
	s->child = c;
}

static int op_sa_add(void *ctx, struct ike1_child *c, struct dp_sa *sa, char why[IKE_WHY_MAX])
{
	struct side *s = ctx;

	(void)why;
	assert_non_null(ike1_child_owner(c));
	assert_true(s->n_sas < SAS_MAX);
	s->sas[s->n_sas++] = *sa;
	return 0;
}

static void op_sa_del(void *ctx, struct ike1_child *c, bool outbound, uint32_t spi)
{
	struct side *s = ctx;

	(void)c;
	assert_false(outbound);
	s->sa_dels++;
	for (unsigned int i = 0; i < s->n_sas; i++)
		if (!s->sas[i].outbound && s->sas[i].spi == spi)
			s->sas[i].spi = 0;
}

static void op_child_down(void *ctx, struct ike1_child *c, const char *why)
{
	struct side *s = ctx;

	s->child_downs++;
	if (s->child == c)
		s->child = NULL;
	snprintf(s->child_why, sizeof(s->child_why), "%s", why);
}

static void op_child_failed(void *ctx, struct ike1_sa *sa, const char *why)
{
	struct side *s = ctx;

	assert_ptr_equal(sa, s->sa);
	s->child_fails++;
	snprintf(s->child_why, sizeof(s->child_why), "%s", why);
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	struct side *s = ctx;

	assert_int_equal(slot, SLOT);
	s->slots_freed++;
}

static void op_log(void *ctx, const struct ike1_sa *sa, enum log_level level, const char *text)
{
	struct side *s = ctx;
	size_t len = strlen(s->log);

	(void)sa;
	(void)level;
	snprintf(s->log + len, sizeof(s->log) - len, "%s\n", text);
}

const struct ike1_ops ike1_world_ops = {
	op_tx, op_random, op_wall_time, op_candidates, op_password, op_assign, op_assigned, op_sa_up, op_sa_replaced,
	op_sa_down, op_sa_moved, op_child_new, op_child_replaced, op_sa_add, op_sa_del, op_child_down,
	op_child_failed, op_slot_free, op_log,
};

/* --- the world --- */

struct ike_peer *peer_psk(const char *secret)
{
	struct ike_peer *p = ike_peer_new();
	struct prefix net;

	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup(secret);
	ike_offers_default(IKE_V1, IKE_USE_IKE, false, &p->ike);
	ike_offers_default(IKE_V1, IKE_USE_ESP, false, &p->esp);
	p->ike_lifetime_s = 28800;
	p->child_lifetime_s = 3600;
	p->dpd_interval_s = 30;
	p->retransmissions = 4;
	p->fragmentation = true;
	assert_int_equal(prefix_parse("10.1.0.0/16", &net), 0);
	ike_ts_of_prefix(&net, &p->local_ts[0]);
	assert_int_equal(prefix_parse("10.2.0.0/16", &net), 0);
	ike_ts_of_prefix(&net, &p->remote_ts[0]);
	p->n_local_ts = p->n_remote_ts = 1;
	return p;
}

static void swap_ts(struct ike_peer *p)
{
	struct ike_selector ts = p->local_ts[0];

	p->local_ts[0] = p->remote_ts[0];
	p->remote_ts[0] = ts;
}

void esp(struct ike_peer *p, const char *text)
{
	char error[IKE_ERROR_MAX];

	assert_int_equal(ike_offers_parse(text, IKE_USE_ESP, true, &p->esp, error), 0);
}

void ike(struct ike_peer *p, const char *text)
{
	char error[IKE_ERROR_MAX];

	assert_int_equal(ike_offers_parse(text, IKE_USE_IKE, true, &p->ike, error), 0);
}

struct ike_path path_of_initiator(void)
{
	return (struct ike_path){ .local = addr_of("10.0.0.2"), .peer = addr_of("192.0.2.1"), .local_port = IKE_PORT,
				  .peer_port = IKE_PORT };
}

struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct ike_config cfg = { .max_half_open = 8, .half_open_ms = 30000, .keepalive_ms = 20000,
					.max_sas = 100 };

	w->loop = loop_new_virtual(1000);
	w->random = 1;
	w->nat_port_500 = 1500;
	w->nat_port_4500 = 45000;
	w->i.w = w->r.w = w;
	w->r.responder = true;
	w->i.peers[0] = peer_psk("the secret");
	w->r.peers[0] = peer_psk("the secret");
	swap_ts(w->r.peers[0]);
	w->i.n_peers = w->r.n_peers = 1;
	w->i.ike = ike1_new(w->loop, &cfg, &ike1_world_ops, &w->i);
	w->r.ike = ike1_new(w->loop, &cfg, &ike1_world_ops, &w->r);
	return w;
}

void world_free(struct world *w)
{
	ike1_free(w->i.ike);
	ike1_free(w->r.ike);
	for (unsigned int i = 0; i < w->i.n_peers; i++)
		ike_peer_put(w->i.peers[i]);
	for (unsigned int i = 0; i < w->r.n_peers; i++)
		ike_peer_put(w->r.peers[i]);
	loop_free(w->loop);
	free(w);
}

void settle(struct side *s)
{
	struct wr w = wr_to(s->record, sizeof(s->record));
	struct ike1_sa *sa;

	while ((sa = ike1_next_changed(s->ike))) {
		if (sa != s->sa || !ike1_sa_can_freeze(sa))
			continue;
		w.len = 0;
		ike1_sa_set_slot(sa, SLOT);
		ike1_sa_freeze(sa, &w);
		assert_false(w.bad);
		s->record_len = w.len;
	}
}

void deliver(struct world *w, const struct packet *p)
{
	struct side *to = p->to_responder ? &w->r : &w->i;
	uint8_t *exact = malloc(p->len);

	memcpy(exact, p->data, p->len);
	ike1_rx(to->ike, &p->path, exact, p->len);
	free(exact);
	settle(to);
}

void run(struct world *w)
{
	while (w->head != w->tail) {
		struct packet p = w->q[w->head++ % PACKETS_MAX];

		assert_true(w->head < 10000);	/* it ends */
		deliver(w, &p);
	}
}

void pass(struct world *w, uint64_t ms)
{
	for (uint64_t at = 0; at < ms; at += 500) {
		loop_virtual_advance(w->loop, 500);
		settle(&w->i);
		settle(&w->r);
		run(w);
	}
}

struct ike1_sa *begin(struct world *w)
{
	struct ike_path path = path_of_initiator();

	return ike1_initiate(w->i.ike, w->i.peers[0], &path, NULL);
}

void dial(struct world *w)
{
	assert_non_null(begin(w));
	run(w);
	/* The initiator sends by a child when the responder surely receives. */
	pass(w, 500);
}

const struct dp_sa *sa_of(const struct side *s, bool outbound)
{
	const struct dp_sa *found = NULL;

	for (unsigned int i = 0; i < s->n_sas; i++)
		if (s->sas[i].outbound == outbound && s->sas[i].spi)
			found = &s->sas[i];
	assert_non_null(found);
	return found;
}

void same_keys(const struct dp_sa *out, const struct dp_sa *in)
{
	assert_int_equal(out->spi, in->spi);
	assert_int_equal(out->cipher, in->cipher);
	assert_int_equal(out->auth, in->auth);
	assert_int_equal(out->key_len, in->key_len);
	assert_memory_equal(out->key, in->key, out->key_len);
	assert_int_equal(out->auth_key_len, in->auth_key_len);
	assert_memory_equal(out->auth_key, in->auth_key, out->auth_key_len);
}

void assert_connected(struct world *w)
{
	if (w->i.ups != 1 || w->r.ups != 1 || w->i.child_ups != 1 || w->r.child_ups != 1)
		fail_msg("initiator: %s%s\nresponder: %s%s", w->i.why, w->i.log, w->r.why, w->r.log);
	same_keys(sa_of(&w->i, true), sa_of(&w->r, false));
	same_keys(sa_of(&w->r, true), sa_of(&w->i, false));
	assert_int_not_equal(sa_of(&w->i, true)->spi, sa_of(&w->i, false)->spi);
}

struct ike1_child_info child_of(const struct side *s)
{
	struct ike1_child_info info;

	assert_non_null(s->child);
	ike1_child_get_info(s->child, &info);
	return info;
}

struct ike1_sa_info info_of(const struct side *s)
{
	struct ike1_sa_info info;

	assert_non_null(s->sa);
	ike1_sa_get_info(s->sa, &info);
	return info;
}

/* --- of a program --- */

int world_setup(void **state)
{
	(void)state;
	return ike_crypto_init();
}

int world_teardown(void **state)
{
	(void)state;
	ike_crypto_fini();
	return 0;
}
