// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv2 between two ends of ours and a network that loses, repeats and holds back what the input says, with new keys of
 * both kinds asked for by either, and another process taking over an end at any time. Once the network is well again
 * either both have the same children with the same keys, or none. With a forger, who has the keys of one end and sends
 * whatever the input holds, nothing has to work any more, but nothing may break either.
 */
#include "base/secret.h"
#include "network.h"
#include "proto/ike_sa.h"

#define KIDS_MAX	128
#define RECORD_MAX	65536
#define HEAL_MS		120000

struct kid {
	bool used;
	uint32_t in[8], out;
	uint8_t in_key[8][DP_SA_KEY_MAX], out_key[DP_SA_KEY_MAX];
};

struct end {
	struct end *other;
	struct ike *ike;
	struct ike_sa *sa;
	struct kid kids[KIDS_MAX];
	struct ike_peer *peer;
	uint32_t chance;
	uint8_t record[RECORD_MAX];
	size_t record_len;
};

static struct loop *loop;
static struct end ends[2];
static struct network net;
static bool forged;

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	const struct ike_path back = { .local = path->peer, .peer = path->local, .local_port = path->peer_port,
				       .peer_port = path->local_port };
	struct end *e = ctx;

	network_send(&net, e->other, &back, sizeof(back), data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct end *e = ctx;
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
	(void)path;
	(void)max;
	out[0] = ((struct end *)ctx)->peer;
	return 1;
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	(void)ctx;
	(void)sa;
	snprintf(out, cap, "pass");
	return user[0] == 'a';
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out, char *why)
{
	(void)ctx;
	(void)sa;
	(void)ip6;
	(void)why;
	addr_parse("10.9.0.2", &out->ip4);
	return ip4;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	(void)ctx;
	(void)sa;
	(void)a;
}

static void op_sa_up(void *ctx, struct ike_sa *sa)
{
	struct end *e = ctx;

	e->sa = sa;
	ike_sa_set_owner(sa, e);
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	struct end *e = ctx;

	if (e->sa == old)
		e->sa = sa;
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct end *e = ctx;

	(void)why;
	if (e->sa == sa)
		e->sa = NULL;
}

static void op_sa_moved(void *ctx, struct ike_sa *sa)
{
	(void)ctx;
	(void)sa;
}

static int op_child_new(void *ctx, struct ike_child *c, char *why)
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct end *e = ctx;
	unsigned int i, n;

	(void)why;
	if (ike_child_selectors(c, selectors, &n))
		return -1;
	for (i = 0; i < KIDS_MAX; i++) {
		if (e->kids[i].used)
			continue;
		memset(&e->kids[i], 0, sizeof(e->kids[i]));
		e->kids[i].used = true;
		ike_child_set_owner(c, &e->kids[i]);
		return 0;
	}
	return -1;
}

static void op_child_replaced(void *ctx, struct ike_child *old, struct ike_child *c)
{
	(void)ctx;
	(void)old;
	must(ike_child_owner(c));
}

static int op_sa_add(void *ctx, struct ike_child *c, struct dp_sa *s, char *why)
{
	struct kid *k = ike_child_owner(c);
	unsigned int i;

	(void)ctx;
	(void)why;
	must(k && k->used);
	if (s->outbound) {
		k->out = s->spi;
		memcpy(k->out_key, s->key, sizeof(k->out_key));
		return 0;
	}
	for (i = 0; i < 8; i++) {
		if (k->in[i])
			continue;
		k->in[i] = s->spi;
		memcpy(k->in_key[i], s->key, sizeof(k->in_key[i]));
		return 0;
	}
	return -1;
}

static void op_sa_del(void *ctx, struct ike_child *c, bool outbound, uint32_t spi)
{
	struct end *e = ctx;
	unsigned int i, n;

	(void)c;
	must(!outbound);
	for (i = 0; i < KIDS_MAX; i++)
		for (n = 0; n < 8; n++)
			if (e->kids[i].in[n] == spi)
				e->kids[i].in[n] = 0;
}

static void op_child_down(void *ctx, struct ike_child *c, const char *why)
{
	struct kid *k = ike_child_owner(c);

	(void)ctx;
	(void)why;
	/* One whose record was spoilt is nobody's. */
	must(k ? k->used : forged);
	if (k)
		k->used = false;
}

static void op_child_failed(void *ctx, struct ike_sa *sa, const char *why)
{
	(void)ctx;
	(void)sa;
	(void)why;
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	(void)slot;
	((struct end *)ctx)->record_len = 0;
}

static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	const char *c;

	(void)ctx;
	(void)sa;
	(void)level;
	for (c = text; *c; c++)
		must(*c >= ' ' && *c <= '~');
}

static const struct ike_ops ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa_up,
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa_moved,
	.child_new = op_child_new, .child_replaced = op_child_replaced, .sa_add = op_sa_add,
	.sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,
	.slot_free = op_slot_free, .log = op_log,
};

static const struct ike_config config = { .max_half_open = 8, .cookie_above = 4, .half_open_ms = 30000,
					  .keepalive_ms = 20000, .max_sas = 32 };

static void write_down(struct end *e)
{
	struct ike_sa *sa;
	struct wr w;

	while ((sa = ike_next_changed(e->ike))) {
		if (sa != e->sa || !ike_sa_can_freeze(sa))
			continue;
		w = wr_to(e->record, sizeof(e->record));
		ike_sa_freeze(sa, &w);
		must(!w.bad);
		e->record_len = w.len;
		ike_sa_set_slot(sa, 1);
	}
}

static struct kid *kid_with(struct end *e, uint32_t spi)
{
	unsigned int i, n;

	for (i = 0; i < KIDS_MAX; i++)
		for (n = 0; n < 8; n++)
			if (e->kids[i].used && e->kids[i].in[n] == spi)
				return &e->kids[i];
	return NULL;
}

/* flip: one bit of the record is another one. */
static void restart(struct end *e, bool flip, uint32_t where)
{
	struct ike_child_info info;
	struct ike_child *c = NULL;
	struct rd r;

	write_down(e);
	if (!e->record_len)
		return;
	ike_free(e->ike);
	e->ike = ike_new(loop, &config, &ops, e);
	e->sa = NULL;
	must(e->ike);
	if (flip) {
		forged = true;
		e->record[where % e->record_len] ^= (uint8_t)(1u << (where >> 24) % 8);
	}
	r = rd_of(e->record, e->record_len);
	e->sa = ike_sa_thaw(e->ike, e->peer, e, &r);
	must(e->sa || flip);
	if (e->sa)
		ike_sa_set_slot(e->sa, 1);
	else
		e->record_len = 0;
	while (e->sa && (c = ike_child_next(e->sa, c))) {
		ike_child_get_info(c, &info);
		ike_child_set_owner(c, kid_with(e, info.spi_in));
		if (ike_child_owner(c))
			continue;
		/* As the daemon does with what the kernel does not have. */
		must(flip);
		ike_sa_abort(e->sa, "the record was spoilt");
		e->sa = NULL;
		e->record_len = 0;
	}
}

static void arrives(const struct network_datagram *d)
{
	struct end *to = d->to;
	/* Its own, so that the sanitizer sees one octet too far, and one that stays on its way is not changed. */
	uint8_t *octets = malloc(d->len);
	struct ike_path path;

	must(octets);
	memcpy(octets, d->octets, d->len);
	memcpy(&path, d->path, sizeof(path));
	ike_rx(to->ike, &path, octets, d->len);
	write_down(to);
	free(octets);
}

/* keep: it will arrive once more. */
static void deliver(unsigned int which, bool keep)
{
	struct network_datagram d;

	if (which >= net.n)
		return;
	d = keep ? net.flying[which] : network_take(&net, which);
	arrives(&d);
	if (!keep)
		free(d.octets);
}

static void lose(unsigned int which)
{
	if (which < net.n)
		free(network_take(&net, which).octets);
}

static void pass(uint64_t ms)
{
	loop_virtual_advance(loop, ms);
	write_down(&ends[0]);
	write_down(&ends[1]);
}

/* What only who has the keys of one end can send: any payloads, in any exchange, as request or as answer. */
static void forge(struct in *in, struct end *from)
{
	struct ike_sa *sa = from->sa, *to = from->other->sa;
	uint8_t plain[1024], sealed[2048], iv[IKE_IV_MAX] = { 0 }, flags = in_u8(in), first = in_u8(in);
	struct wr w = wr_to(sealed, sizeof(sealed));
	struct ike_header h;
	struct ike_path path;
	struct ike2_sk sk;
	size_t n = in_u16(in) % sizeof(plain), i;

	if (!sa || !to)
		return;
	forged = true;
	for (i = 0; i < n; i++)
		plain[i] = in_u8(in);
	h = (struct ike_header){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_V2,
				 .exchange = (uint8_t)(35 + flags % 3),
				 .flags = (uint8_t)((sa->initiator ? IKE2_FLAG_INITIATOR : 0) |
						    (flags & 0x80 ? IKE2_FLAG_RESPONSE : 0)) };
	h.message_id = flags & 0x80 ? to->next_id : to->expect_id;
	sk = ike2_sk_of(&sa->keys, sa->initiator);
	op_random(from, iv, sizeof(iv));
	if (ike2_seal(&sk, &h, first, plain, n, iv, &w) || w.bad)
		return;
	path = (struct ike_path){ .local = to->path.local, .peer = to->path.peer, .local_port = to->path.local_port,
				  .peer_port = to->path.peer_port };
	ike_rx(from->other->ike, &path, sealed, w.len);
	write_down(from->other);
}

static void act(struct in *in, uint8_t what)
{
	struct end *e = &ends[what >> 7];
	struct ike_child *c = e->sa ? ike_child_next(e->sa, NULL) : NULL;

	switch (what % 12) {
	case 0: case 1: case 2:
		deliver(0, false);
		break;
	case 3:
		deliver(in_u8(in), what & 0x40);
		break;
	case 4:
		lose(in_u8(in) % NETWORK_FLYING_MAX);
		break;
	case 5:
		pass((uint64_t)in_u8(in) * 40);
		break;
	case 6:
		if (c)
			ike_child_rekey(c);
		break;
	case 7:
		if (e->sa)
			ike_sa_rekey(e->sa);
		break;
	case 8:
		if (c && what & 0x40)
			ike_child_close(c, "enough");
		else if (e->sa)
			ike_child_initiate(e->sa);
		break;
	case 9:
		restart(e, false, 0);
		break;
	case 10:
		if (what & 0x40)
			restart(e, true, in_u32(in));
		break;
	case 11:
		if (what & 0x40)
			forge(in, e);
		break;
	}
	write_down(&ends[0]);
	write_down(&ends[1]);
}

static void heal(void)
{
	uint64_t until = loop_now_ms(loop) + HEAL_MS, due;

	for (;;) {
		while (net.n)
			deliver(0, false);
		if (!loop_virtual_next(loop, &due) || due > until)
			return;
		pass(due > loop_now_ms(loop) ? due - loop_now_ms(loop) : 0);
	}
}

static unsigned int kids_of(const struct end *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < KIDS_MAX; i++)
		n += e->kids[i].used;
	return n;
}

/* Each way out of one leads into the other, with the same key. */
static void same_kids(struct end *from)
{
	unsigned int i, n;

	for (i = 0; i < KIDS_MAX; i++) {
		const struct kid *k = &from->kids[i], *there;

		if (!k->used)
			continue;
		must(k->out);
		there = kid_with(from->other, k->out);
		must(there);
		for (n = 0; there->in[n] != k->out; n++)
			;
		must(!memcmp(there->in_key[n], k->out_key, sizeof(k->out_key)));
	}
}

static struct ike_peer *new_peer(bool first)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];
	struct prefix inner;

	must(p);
	ike_id_parse(first ? "a.example" : "b.example", &p->local_id, error);
	ike_id_parse(first ? "b.example" : "a.example", &p->remote_id, error);
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup("a secret of both");
	must(!ike_offers_parse("aes128gcm16-prfsha256-x25519", IKE_USE_IKE, false, &p->ike, error));
	must(!ike_offers_parse("aes128gcm16", IKE_USE_ESP, false, &p->esp, error));
	prefix_parse(first ? "10.1.0.0/16" : "10.2.0.0/16", &inner);
	ike_ts_of_prefix(&inner, &p->local_ts[0]);
	prefix_parse(first ? "10.2.0.0/16" : "10.1.0.0/16", &inner);
	ike_ts_of_prefix(&inner, &p->remote_ts[0]);
	p->n_local_ts = p->n_remote_ts = 1;
	p->mobike = p->fragmentation = true;
	p->ike_lifetime_s = 14400;
	p->child_lifetime_s = 3600;
	p->dpd_interval_s = 30;
	p->retransmissions = 6;
	return p;
}

static void begin(void)
{
	struct ike_path path = { .local_port = 500, .peer_port = 500 };
	unsigned int i;

	loop = loop_new_virtual(1000);
	must(loop);
	memset(ends, 0, sizeof(ends));
	forged = false;
	for (i = 0; i < 2; i++) {
		ends[i].other = &ends[!i];
		ends[i].chance = 7919 * (i + 1);
		ends[i].peer = new_peer(!i);
		ends[i].ike = ike_new(loop, &config, &ops, &ends[i]);
		must(ends[i].ike);
	}
	addr_parse("192.0.2.1", &path.local);
	addr_parse("192.0.2.2", &path.peer);
	ike_initiate(ends[0].ike, ends[0].peer, &path, &ends[0]);
}

static void end(void)
{
	unsigned int i;

	network_clear(&net);
	for (i = 0; i < 2; i++) {
		ike_free(ends[i].ike);
		ike_peer_put(ends[i].peer);
	}
	loop_free(loop);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!ike_crypto_init() && !mschap_init());
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size > 2048 ? 2048 : size);
	uint8_t first = in_u8(&in);

	begin();
	/* Most inputs begin with both connected. */
	while (first & 1 && net.n)
		deliver(0, false);
	while (in.left)
		act(&in, in_u8(&in));
	heal();
	if (!forged) {
		must(kids_of(&ends[0]) == kids_of(&ends[1]));
		same_kids(&ends[0]);
		same_kids(&ends[1]);
	}
	end();
	return 0;
}
