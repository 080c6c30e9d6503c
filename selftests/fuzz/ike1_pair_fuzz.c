// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two of our IKEv1 endpoints against each other through a network that loses, repeats, holds back and bends what the
 * input says, with octets of the input's own among it. Payloads are bent also before they are hashed and encrypted, as
 * one who has the keys may do it. At the end the network is well: an SA in the one's kernel that the other sends by
 * has the same keys there, and nothing of either side is left when both are gone.
 */
#include "base/secret.h"
#include "fuzz.h"
#include "lines.h"
#include "network.h"
#include "proto/ike1.h"

#define STEPS_MAX	120
#define SAS_MAX		256
#define DATAGRAM_MAX	4096

struct end {
	struct ike1 *ike;
	struct end *other;
	struct ike_peer *peer;
	struct addr addr;
	struct ike1_sa *sa;
	unsigned int children;		/* that were told of and did not end */
	struct dp_sa sas[SAS_MAX];
	unsigned int n_sas;
	bool refuses;			/* the next one in the kernel */
};

static struct loop *loop;
static struct end ends[2];
static struct network net;
static uint16_t bend_inside;	/* 0: not */
static uint32_t seed;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!ike_crypto_init());
	lines_checked();
	return 0;
}

/* --- payloads, bent before they are hashed and sealed --- */

void __real_ike_payload_end(struct ike_chain *c);
void __wrap_ike_payload_end(struct ike_chain *c);
void __wrap_ike_payload_end(struct ike_chain *c)
{
	size_t len;

	__real_ike_payload_end(c);
	if (!bend_inside || c->w->bad)
		return;
	if (--bend_inside & 7)
		return;
	len = c->w->len - c->payload_at;
	c->w->buf[c->payload_at + bend_inside / 8 % len] ^= net.bend_bits;
	bend_inside = 0;
	net.bent = true;
}

/* --- the network --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	const struct ike_path back = { .local = path->peer, .peer = path->local, .local_port = path->peer_port,
				       .peer_port = path->local_port };
	struct end *e = ctx;

	must(len && len <= DATAGRAM_MAX);
	network_send(&net, e->other, &back, sizeof(back), data, len);
}

static void let_go(unsigned int which)
{
	struct network_datagram d;
	struct ike_path path;
	struct end *to;

	if (!net.n)
		return;
	d = network_take(&net, which % net.n);
	to = d.to;
	memcpy(&path, d.path, sizeof(path));
	ike1_rx(to->ike, &path, d.octets, d.len);
	free(d.octets);
}

/* --- owners --- */

static void op_random(void *ctx, void *buf, size_t len)
{
	uint8_t *at = buf;

	(void)ctx;
	while (len--) {
		seed = seed * 1103515245 + 12345;
		*at++ = (uint8_t)(seed >> 16);
	}
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return 1000000;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct end *e = ctx;

	(void)path;
	must(max);
	out[0] = e->peer;
	return 1;
}

static bool op_password(void *ctx, struct ike1_sa *sa, const char *user, char *out, size_t cap)
{
	(void)ctx;
	(void)sa;
	must(strlen(user) <= IKE_USER_MAX);
	snprintf(out, cap, "password");
	return !strcmp(user, "user");
}

static bool op_assign(void *ctx, struct ike1_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)sa;
	(void)ip6;
	snprintf(why, IKE_WHY_MAX, "there is none");
	addr_parse("10.9.0.7", &out->ip4);
	return ip4;
}

static void op_assigned(void *ctx, struct ike1_sa *sa, const struct ike_assigned *a)
{
	(void)ctx;
	(void)sa;
	must(a->ip4.family == AF_INET && a->n_dns <= IKE_DNS_MAX);
}

static void op_sa_up(void *ctx, struct ike1_sa *sa)
{
	((struct end *)ctx)->sa = sa;
}

static void op_sa_replaced(void *ctx, struct ike1_sa *old, struct ike1_sa *sa)
{
	struct end *e = ctx;

	if (e->sa == old)
		e->sa = sa;
}

static void op_sa_down(void *ctx, struct ike1_sa *sa, const char *why)
{
	struct end *e = ctx;

	must(why[0]);
	if (e->sa == sa)
		e->sa = NULL;
}

static void op_sa_moved(void *ctx, struct ike1_sa *sa)
{
	(void)ctx;
	(void)sa;
}

static int op_child_new(void *ctx, struct ike1_child *c, char why[IKE_WHY_MAX])
{
	struct end *e = ctx;

	snprintf(why, IKE_WHY_MAX, "the kernel has no room");
	if (e->refuses) {
		e->refuses = false;
		return -1;
	}
	ike1_child_set_owner(c, e);
	e->children++;
	return 0;
}

static void op_child_replaced(void *ctx, struct ike1_child *old, struct ike1_child *c)
{
	must(ike1_child_owner(old) == ctx && ike1_child_owner(c) == ctx);
}

static int op_sa_add(void *ctx, struct ike1_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	struct end *e = ctx;

	(void)why;
	must(ike1_child_owner(c) == ctx && s->spi > 255 && s->key_len <= DP_SA_KEY_MAX);
	if (e->n_sas < SAS_MAX)
		e->sas[e->n_sas++] = *s;
	return 0;
}

static void op_sa_del(void *ctx, struct ike1_child *c, bool outbound, uint32_t spi)
{
	(void)ctx;
	(void)c;
	must(!outbound && spi);
}

static void op_child_down(void *ctx, struct ike1_child *c, const char *why)
{
	struct end *e = ctx;

	must(ike1_child_owner(c) == ctx && e->children && why[0]);
	e->children--;
}

static void op_log(void *ctx, const struct ike1_sa *sa, enum log_level level, const char *text)
{
	struct ike1_sa_info info;

	(void)ctx;
	ike1_sa_get_info(sa, &info);
	log_at(level, NULL, "%s", text);
}

static void op_child_failed(void *ctx, struct ike1_sa *sa, const char *why)
{
	(void)ctx;
	(void)sa;
	(void)why;
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	(void)ctx;
	(void)slot;
}

static const struct ike1_ops ops = {
	op_tx, op_random, op_wall_time, op_candidates, op_password, op_assign, op_assigned, op_sa_up, op_sa_replaced,
	op_sa_down, op_sa_moved, op_child_new, op_child_replaced, op_sa_add, op_sa_del, op_child_down,
	op_child_failed, op_slot_free, op_log,
};

/* --- the world --- */

enum { NAT = 1, AGGRESSIVE = 2, XAUTH = 4, TRANSPORT = 8, PFS = 16, WRONG = 32 };

static struct ike_peer *peer_new(bool responder, uint8_t how)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];

	must(p);
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup(how & WRONG && responder ? "another" : "secret");
	must(!ike_offers_parse("aes128-sha1-x25519", IKE_USE_IKE, true, &p->ike, error));
	must(!ike_offers_parse(how & PFS ? "aes128-sha1-x25519" : "aes256gcm16,aes128-sha1", IKE_USE_ESP, true, &p->esp,
			       error));
	p->ike_lifetime_s = 600;
	p->child_lifetime_s = 120;
	p->dpd_interval_s = 30;
	p->retransmissions = 3;
	p->aggressive = how & AGGRESSIVE;
	p->xauth = how & XAUTH;
	p->transport = how & TRANSPORT;
	p->encapsulate = how & NAT;
	p->user = secret_strdup("user");
	p->password = secret_strdup("password");
	p->assign_addresses = responder && how & XAUTH;
	p->request_address = !responder && how & XAUTH;
	return p;
}

static void world_new(uint8_t how)
{
	const struct ike_config cfg = { .max_half_open = 4, .half_open_ms = 20000, .keepalive_ms = 20000,
					.max_sas = 16 };

	loop = loop_new_virtual(1000);
	must(loop);
	net = (struct network){ .n = 0 };
	bend_inside = 0;
	seed = 1;
	for (unsigned int i = 0; i < 2; i++) {
		memset(&ends[i], 0, sizeof(ends[i]));
		ends[i].other = &ends[!i];
		ends[i].peer = peer_new(i, how);
		must(!addr_parse(i ? "192.0.2.1" : "192.0.2.2", &ends[i].addr));
		ends[i].ike = ike1_new(loop, &cfg, &ops, &ends[i]);
		must(ends[i].ike);
	}
}

static void world_free(void)
{
	network_clear(&net);
	for (unsigned int i = 0; i < 2; i++) {
		struct ike_stats stats;

		ike1_get_stats(ends[i].ike, &stats);
		must(stats.sas <= 32 && stats.half_open <= 4);
		ike1_free(ends[i].ike);
		must(ends[i].peer->refs == 1);
		ike_peer_put(ends[i].peer);
	}
	loop_free(loop);
}

static struct ike_path path_from(const struct end *e)
{
	return (struct ike_path){ .local = e->addr, .peer = e->other->addr, .local_port = IKE_PORT,
				  .peer_port = IKE_PORT };
}

static void inject(struct in *in, struct end *to)
{
	struct ike_path path = path_from(to);
	size_t len;
	uint8_t *octets = in_take(in, in_u8(in), &len);

	if (len)
		ike1_rx(to->ike, &path, octets, len);
	free(octets);
}

static void owner(struct end *e, uint8_t what)
{
	struct ike1_child *c = e->sa ? ike1_child_next(e->sa, NULL) : NULL;
	struct ike_path path = path_from(e);

	switch (what % 8) {
	case 0:
		ike1_initiate(e->ike, e->peer, &path, e);
		break;
	case 1:
		if (e->sa)
			ike1_sa_close(e->sa, "closed");
		break;
	case 2:
		if (e->sa)
			ike1_sa_rekey(e->sa);
		break;
	case 3:
		if (c)
			ike1_child_rekey(c);
		break;
	case 4:
		if (c)
			ike1_child_close(c, "closed");
		break;
	case 5:
		if (e->sa)
			ike1_child_initiate(e->sa);
		break;
	case 6:
		e->refuses = true;
		break;
	default:
		if (e->sa)
			ike1_sa_probe(e->sa);
	}
}

static void step(struct in *in)
{
	uint8_t what = in_u8(in);

	switch (what & 7) {
	case 0:
	case 1:
		let_go(what >> 3);
		break;
	case 2:
		loop_virtual_advance(loop, (what >> 3) * 700);
		break;
	case 3:
		net.lose += what >> 3 & 3;
		net.repeat += what >> 5 & 3;
		break;
	case 4:
		net.bend_at = in_u16(in);
		net.bend_bits = in_u8(in);
		break;
	case 5:
		bend_inside = in_u16(in);
		net.bend_bits = in_u8(in);
		break;
	case 6:
		owner(&ends[what >> 7], what >> 3);
		break;
	default:
		inject(in, &ends[what >> 7]);
	}
}

static const struct dp_sa *outbound(const struct end *e, uint32_t spi)
{
	for (unsigned int i = e->n_sas; i; i--)
		if (e->sas[i - 1].outbound && e->sas[i - 1].spi == spi)
			return &e->sas[i - 1];
	return NULL;
}

/* Who sends by what the other receives by does so with the same keys: whatever was bent, HASH covers it. */
static void same_keys(const struct end *a, const struct end *b)
{
	for (unsigned int i = 0; i < a->n_sas; i++) {
		const struct dp_sa *in = &a->sas[i], *out = in->outbound ? NULL : outbound(b, in->spi);

		if (out && !net.bent)
			must(in->key_len == out->key_len && !memcmp(in->key, out->key, in->key_len) &&
			     !memcmp(in->auth_key, out->auth_key, in->auth_key_len));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);

	world_new(in_u8(&in));
	owner(&ends[0], 0);
	for (unsigned int n = 0; n < STEPS_MAX && in.left; n++)
		step(&in);
	network_heal(&net);
	bend_inside = 0;
	for (unsigned int n = 0; n < 100; n++) {
		while (net.n)
			let_go(0);
		loop_virtual_advance(loop, 500);
	}
	same_keys(&ends[0], &ends[1]);
	same_keys(&ends[1], &ends[0]);
	world_free();
	return 0;
}
