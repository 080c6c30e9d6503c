// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IKE endpoint of version 2 (world ike) or 1 (world ike1), and a peer that says what the scenario says: a message of
 * the peer's is sealed as soon as there are keys, unless it is said otherwise.
 *
 * IKEv2 (world_ike2_peer.c):	[cN] init|auth|create|info [answer] OPTIONS... PAYLOADS...
 * in the peer's Nth IKE SA; without cN in the one that was spoken of last. It is a request with the next message id, or
 * the answer to the last request. Options: id=N, version=HEX, flags=HEX, spi-i=HEX, spi-r=HEX, spi=HEX (of a child, in
 * esp-sa), from=N (192.0.2.N), port=N, clear (not sealed), bent (with a wrong integrity value), frag=K or frag=K/N (the
 * Kth fragment alone, of N). Payloads: ike-sa[:PROPOSALS] esp-sa[:PROPOSALS] ke[:GROUP] nonce[:OCTET[/LEN]] idi[:ID]
 * idr[:ID] tsi:PREFIX tsr:PREFIX n:NAME[:HEX] delete[:SPI] critical:TYPE payload:TYPE[:HEX] payload:TYPE/ZEROS, and,
 * made of what came before, @auth[:SECRET], @sig (with cert:NAME, see world_ike_cert.c), eap:HEX and @cookie.
 *
 * IKEv1 (world_ike1_peer.c):	[cN] main|aggressive|quick|info|config|group [more|answer] OPTIONS... PAYLOADS...
 * begins an exchange of phase 2, goes on with the one it began last (more), or with what it heard of last (answer).
 * Options as above, and forged (the proof in it is wrong), stranger (as one would say it who has another secret),
 * encap=N (in esp-sa), cut=N (not sent, but in N pieces): piece K [number=N] [of=ID] [last|more] is the Kth of them.
 * Payloads: ike-sa esp-sa ke nonce id[:ID] net:PREFIX[,PROTOCOL[,PORT]] hash n:NAME[:HEX] n-esp:NAME:SPI delete[:SPIS]
 * vid:NAME natoa:ADDRESS request|reply|set|ack:NAME[=VALUE],... payload:... as above, lie:TYPE:LEN (one whose length is
 * said to be LEN), bomb:PROPOSALS/TRANSFORMS/ATTRIBUTES, and, made of what came before, @natd[:here|:there] and
 * @sig[:ID]. In phase 2 the proof is put ahead by itself; clear ones have none.
 *
 * What the endpoint sends comes out as the event "cN EXCHANGE request|answer ID: PAYLOADS", or "cN EXCHANGE [ID]:
 * PAYLOADS" with the id where the peer chose it, with "again" in front where it is octet for octet what was sent
 * before, and " to ADDRESS:PORT" behind where that is not where the peer is at first. A "-" has the place of cN where
 * no IKE SA of the peer's is meant. Then there are: up, down WHY, replaced, moved, assigned ADDRESS, child,
 * child-replaced, child-down, child-failed WHY, in, in-gone, out SPI, keepalive, and log TEXT for warnings.
 *
 * do dial|close|rekey|probe|child|rekey-child|close-child is what the owner may do, stats tells numbers, die is another
 * process that goes on with the record, and again [from=N] [port=N] [back=K] is the peer's last datagram once more, or
 * the Kth before it. reflect [from=N] [port=N] [back=K] is the endpoint's own, sent back to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/hash.h"
#include "base/secret.h"
#include "proto/ike1_face.h"
#include "proto/ike_crypto.h"
#include "proto/ike_sign.h"
#include "world_ike_cert.h"
#include "world_ike_words.h"

#define PEER_HOST	1
#define OWN_HOST	WORDS_OWN_HOST
#define SENT_MAX	512
#define RECORD_MAX	32768
#define SAID_MAX	16
enum { BY_PEER, BY_US };
#define RANDOM_SEED	0x5eed

/* A datagram of the peer's. */
struct said {
	uint8_t data[DATAGRAM_MAX];
	size_t len;
	struct ike_path path;
};

struct world {
	struct outputs *out;
	struct loop *loop;
	struct ike_config cfg;
	bool v1;
	struct ike *ike;		/* one of the two */
	struct ike1 *ike1;
	struct ike1_owner owner1;
	struct ike_peer *peer;
	struct ike_peer *other;		/* whom somebody might be as well, or NULL */
	bool nobody;			/* is expected */
	const struct script_kind *kind;
	struct script_setup setup;
	void *script;
	const char *password;		/* of alice and bob; NULL: nobody is known here */
	struct addr pool;		/* what is given; family 0: nothing */
	struct ike_sa *sa;		/* up, or on its way */
	uint32_t chance;
	unsigned int owned;		/* children that the owner has */
	struct said said[2][SAID_MAX];	/* by the peer, and by whom is tested; the latest */
	unsigned int n_said[2];
	struct {
		uint64_t hash;
		size_t len;
	} sent[SENT_MAX];
	unsigned int n_sent;
	uint8_t record[RECORD_MAX];
	size_t record_len;
};

static void broken(const char *what)
{
	fprintf(stderr, "world ike: %s\n", what);
	abort();
}

static struct addr host(uint8_t number)
{
	return addr_v4(WORDS_NETWORK | number);
}

/* --- what the endpoint asks for --- */

static bool sent_before(struct world *w, const uint8_t *data, size_t len)
{
	uint64_t hash = ike_fingerprint(data, len);
	unsigned int i;

	for (i = 0; i < w->n_sent && i < SENT_MAX; i++)
		if (w->sent[i].hash == hash && w->sent[i].len == len)
			return true;
	w->sent[w->n_sent % SENT_MAX].hash = hash;
	w->sent[w->n_sent++ % SENT_MAX].len = len;
	return false;
}

/* How it would come back. */
static void keep_sent(struct world *w, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct said *said = &w->said[BY_US][w->n_said[BY_US]++ % SAID_MAX];

	said->len = len < sizeof(said->data) ? len : sizeof(said->data);
	said->path = *path;
	memcpy(said->data, data, said->len);
}

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct world *w = ctx;
	struct addr peer = host(PEER_HOST);
	bool again = sent_before(w, data, len);
	char text[400], where[ADDR_STRLEN + 16] = "", address[ADDR_STRLEN];

	if (len == 1) {
		outputs_event(w->out, "keepalive");
		return;
	}
	keep_sent(w, path, data, len);
	w->kind->read(w->script, data, len, text, sizeof(text));
	if (!addr_equal(&path->peer, &peer) || path->peer_port != IKE_PORT)
		snprintf(where, sizeof(where), " to %s:%u", addr_to_str(&path->peer, address), path->peer_port);
	outputs_event(w->out, "%s%s%s", again ? "again " : "", text, where);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct world *w = ctx;
	uint8_t *out = buf;

	while (len--) {
		w->chance = w->chance * 1103515245 + 12345;
		*out++ = (uint8_t)(w->chance >> 16);
	}
}

static int64_t op_wall_time(void *ctx)
{
	(void)ctx;
	return WORLD_TIME;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct world *w = ctx;
	unsigned int n = 0;

	(void)path;
	if (n < max && !w->nobody)
		out[n++] = w->peer;
	if (n < max && w->other)
		out[n++] = w->other;
	return n;
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	struct world *w = ctx;

	(void)sa;
	if (!w->password || (strcmp(user, "alice") && strcmp(user, "bob")))
		return false;
	snprintf(out, cap, "%s", w->password);
	return true;
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	struct world *w = ctx;

	(void)sa;
	(void)ip6;
	snprintf(why, IKE_WHY_MAX, "there is no pool");
	out->ip4 = w->pool;
	return ip4 && w->pool.family;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	char text[ADDR_STRLEN];

	(void)sa;
	outputs_event(((struct world *)ctx)->out, "assigned %s", addr_to_str(&a->ip4, text));
}

static void op_sa_up(void *ctx, struct ike_sa *sa)
{
	struct world *w = ctx;

	w->sa = sa;
	ike_sa_set_owner(sa, w);
	outputs_event(w->out, "up");
}

static void op_sa_replaced(void *ctx, struct ike_sa *old, struct ike_sa *sa)
{
	struct world *w = ctx;

	if (w->sa == old)
		w->sa = sa;
	outputs_event(w->out, "replaced");
}

static void op_sa_down(void *ctx, struct ike_sa *sa, const char *why)
{
	struct world *w = ctx;

	if (w->sa == sa)
		w->sa = NULL;
	outputs_event(w->out, "down %s", why);
}

static void op_sa_moved(void *ctx, struct ike_sa *sa)
{
	(void)sa;
	outputs_event(((struct world *)ctx)->out, "moved");
}

static int op_child_new(void *ctx, struct ike_child *c, char why[IKE_WHY_MAX])
{
	struct world *w = ctx;

	(void)why;
	w->owned++;
	ike_child_set_owner(c, w);
	outputs_event(w->out, "child");
	return 0;
}

static void op_child_replaced(void *ctx, struct ike_child *old, struct ike_child *c)
{
	struct world *w = ctx;

	if (ike_child_owner(old) != w || ike_child_owner(c) != w)
		broken("a child is replaced whose owner is another");
	outputs_event(w->out, "child-replaced");
}

static int op_sa_add(void *ctx, struct ike_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	struct world *w = ctx;

	(void)why;
	if (ike_child_owner(c) != w)
		broken("an SA of a child that the owner was not told of");
	/* Of those that are received by only the peer knows which they are. */
	if (s->outbound)
		outputs_event(w->out, "out %08x", s->spi);
	else
		outputs_event(w->out, "in");
	return 0;
}

static void op_sa_del(void *ctx, struct ike_child *c, bool outbound, uint32_t spi)
{
	(void)c;
	(void)spi;
	outputs_event(((struct world *)ctx)->out, outbound ? "out-gone" : "in-gone");
}

static void op_child_down(void *ctx, struct ike_child *c, const char *why)
{
	struct world *w = ctx;

	(void)why;
	if (ike_child_owner(c) != w || !w->owned--)
		broken("a child is down that was not up");
	outputs_event(w->out, "child-down");
}

static void op_child_failed(void *ctx, struct ike_sa *sa, const char *why)
{
	(void)sa;
	outputs_event(((struct world *)ctx)->out, "child-failed %s", why);
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	(void)slot;
	((struct world *)ctx)->record_len = 0;
}

static void op_log(void *ctx, const struct ike_sa *sa, enum log_level level, const char *text)
{
	(void)sa;
	if (level <= LOG_LEVEL_WARN)
		outputs_event(((struct world *)ctx)->out, "log %s", text);
}

static const struct ike_ops ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa_up,
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa_moved,
	.child_new = op_child_new, .child_replaced = op_child_replaced, .sa_add = op_sa_add,
	.sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,
	.slot_free = op_slot_free, .log = op_log,
};

/* --- life --- */

/* The same one each time. */
static struct ike_key *test_key(void)
{
	static EVP_PKEY *pkey;
	unsigned char *der = NULL;
	char error[IKE_ERROR_MAX];
	struct ike_key *key;
	int len;

	if (!pkey)
		pkey = EVP_RSA_gen(2048);
	len = pkey ? i2d_PrivateKey(pkey, &der) : -1;
	key = len > 0 ? ike_key_load(der, (size_t)len, error) : NULL;
	if (!key)
		broken("no key");
	OPENSSL_free(der);
	return key;
}

static void parse_offers(const char *text, enum ike_use use, struct ike_offers *out)
{
	char error[IKE_ERROR_MAX];

	if (ike_offers_parse(text, use, true, out, error))
		broken(error);
}

static void network(const char *text, struct ike_selector *ts)
{
	struct prefix p;

	if (prefix_parse(text, &p))
		broken(text);
	ike_ts_of_prefix(&p, ts);
}

static struct ike_peer *peer_new(const struct script_setup *setup)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];

	if (!p || ike_id_parse("us.example", &p->local_id, error) || ike_id_parse("peer.example", &p->remote_id, error))
		broken("no peer");
	snprintf(p->name, sizeof(p->name), "site test");
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup(setup->secret);
	p->ike = setup->ike;
	p->esp = setup->esp;
	network("10.2.0.0/16", &p->local_ts[0]);
	network("10.1.0.0/16", &p->remote_ts[0]);
	p->n_local_ts = p->n_remote_ts = 1;
	p->fragmentation = true;
	p->ike_lifetime_s = 14400;
	p->child_lifetime_s = 3600;
	p->retransmissions = 3;
	return p;
}

static struct world *make_version(struct outputs *out, bool v1)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || ike_crypto_init())
		abort();
	w->out = out;
	w->v1 = v1;
	w->chance = RANDOM_SEED;
	w->loop = loop_new_virtual(1000000);
	w->cfg = (struct ike_config){ .max_half_open = 16, .cookie_above = 1000, .half_open_ms = 30000,
				      .keepalive_ms = 20000, .max_sas = 100 };
	w->setup.secret = "secret";
	parse_offers(v1 ? "aes128-sha256-x25519" : "aes128gcm16-prfsha256-x25519", IKE_USE_IKE, &w->setup.ike);
	parse_offers("aes128gcm16", IKE_USE_ESP, &w->setup.esp);
	w->peer = peer_new(&w->setup);
	w->owner1 = (struct ike1_owner){ &ops, w };
	w->kind = v1 ? &ike1_peer : &ike2_peer;
	w->script = w->kind->make(&w->setup);
	return w;
}

static struct world *make2(struct outputs *out)
{
	return make_version(out, false);
}

static struct world *make1(struct outputs *out)
{
	return make_version(out, true);
}

static void destroy(struct world *w)
{
	uint64_t due;

	ike_free(w->ike);
	ike1_free(w->ike1);
	/* SAs hold on to them, and are gone. */
	if (w->peer->refs != 1 || (w->other && w->other->refs != 1))
		broken("somebody holds on to a peer");
	ike_peer_put(w->peer);
	ike_peer_put(w->other);
	if (loop_virtual_next(w->loop, &due))
		broken("a timer runs although its owner is gone");
	loop_free(w->loop);
	ike_key_free(w->setup.key);
	ike_crypto_fini();
	free(w->script);
	free(w);
}

/* Both ends of it sign with the same key, which nobody else has. */
static const char *sign(struct world *w)
{
	char error[IKE_ERROR_MAX];
	uint8_t der[1024];
	int len;

	if (w->setup.key)
		return "it is said already";
	w->setup.key = test_key();
	w->peer->key = test_key();
	len = ike_key_public_der(w->setup.key, der, sizeof(der));
	w->peer->peer_key = len > 0 ? ike_pubkey_load(der, (size_t)len, error) : NULL;
	w->peer->local_auth = w->peer->remote_auth = IKE_BY_RAW_KEY;
	return w->peer->peer_key ? NULL : "no key";
}

/* The peer of IKEv2 has a certificate, and we the secret. */
static const char *certify(struct world *w)
{
	if (w->v1 || w->setup.key)
		return "it is of ike, and said once";
	w->setup.key = world_cert_key();
	w->peer->trust = world_cert_trust();
	w->peer->remote_auth = IKE_BY_CERT;
	return NULL;
}

/* And so have we, that one. */
static const char *certify_us(struct world *w, const char *name)
{
	struct ike_octets der = world_cert(name);
	char error[IKE_ERROR_MAX];

	w->peer->own = der.len ? ike_own_load(der.at, der.len, error) : NULL;
	w->peer->key = world_cert_key();
	w->peer->local_auth = IKE_BY_CERT;
	return w->peer->own ? NULL : "no certificate";
}

static bool set_number(struct world *w, const char *key, unsigned int number)
{
	const struct {
		const char *word;
		unsigned int *at;
	} numbers[] = {
		{ "max-half-open", &w->cfg.max_half_open }, { "max-sas", &w->cfg.max_sas },
		{ "cookie-above", &w->cfg.cookie_above }, { "dpd", &w->peer->dpd_interval_s },
		{ "lifetime", &w->peer->ike_lifetime_s }, { "child-lifetime", &w->peer->child_lifetime_s },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].word, key))
			continue;
		*numbers[i].at = number;
		return true;
	}
	return false;
}

static bool set_flag(struct world *w, const char *key)
{
	const struct {
		const char *word;
		bool *at;
		bool value;
	} flags[] = {
		{ "mobike", &w->peer->mobike, true }, { "no-fragmentation", &w->peer->fragmentation, false },
		{ "aggressive", &w->peer->aggressive, true }, { "transport", &w->peer->transport, true },
		{ "xauth", &w->peer->xauth, true }, { "encapsulate", &w->peer->encapsulate, true },
		{ "request", &w->peer->request_address, true }, { "nobody", &w->nobody, true },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(flags[i].word, key))
			continue;
		*flags[i].at = flags[i].value;
		w->setup.transport = w->peer->transport;
		w->setup.xauth = w->peer->xauth;
		return true;
	}
	return false;
}

/* Of the peers' configuration. */
static const char *set_text(struct world *w, const char *key, const char *value)
{
	char error[IKE_ERROR_MAX];

	if (!strcmp(key, "ike"))
		return ike_offers_parse(value, IKE_USE_IKE, true, &w->peer->ike, error) ? "no proposal" : NULL;
	if (!strcmp(key, "esp"))
		return ike_offers_parse(value, IKE_USE_ESP, true, &w->peer->esp, error) ? "no proposal" : NULL;
	if (!strcmp(key, "user")) {
		w->password = "wonderland";
		return NULL;
	}
	if (!strcmp(key, "pool")) {
		w->peer->assign_addresses = true;
		return addr_parse(value, &w->pool) ? "no address" : NULL;
	}
	return "no such setting";
}

/* Somebody with another secret, and another name, might come from there too. */
static void add_other(struct world *w)
{
	struct script_setup setup = w->setup;
	char error[IKE_ERROR_MAX];

	setup.secret = "another secret";
	ike_peer_put(w->other);
	w->other = peer_new(&setup);
	if (ike_id_parse("other.example", &w->other->remote_id, error))
		broken(error);
}

static const char *set(struct world *w, const struct token *t, unsigned int n)
{
	const char *key = n ? t[0].text : "", *value = n == 2 ? t[1].text : "";

	if (set_number(w, key, (unsigned int)strtoul(value, NULL, 10)) || set_flag(w, key))
		return NULL;
	if (!strcmp(key, "sign"))
		return sign(w);
	if (!strcmp(key, "certificates"))
		return certify(w);
	if (!strcmp(key, "own") && !w->peer->own)
		return certify_us(w, value);
	if (!strcmp(key, "eap")) {
		w->peer->remote_auth = IKE_BY_EAP;
		return NULL;
	}
	if (!strcmp(key, "other"))
		return add_other(w), NULL;
	/* What is protected are the addresses themselves. */
	if (!strcmp(key, "hosts")) {
		w->peer->n_local_ts = w->peer->n_remote_ts = 0;
		return NULL;
	}
	/* What we say where we are asked who our user is. */
	if (!strcmp(key, "login") && !w->peer->user) {
		w->peer->user = secret_strdup("bob");
		w->peer->password = secret_strdup("builder");
		return NULL;
	}
	return set_text(w, key, value);
}

static bool start(struct world *w)
{
	if (w->v1)
		w->ike1 = ike1_new_for(w->loop, &w->cfg, &w->owner1);
	else
		w->ike = ike_new(w->loop, &w->cfg, &ops, w);
	return w->ike || w->ike1;
}

static const char *begin(struct world *w)
{
	return start(w) ? NULL : "there is no endpoint";
}

/* --- what its owner does --- */

static void write_down(struct world *w)
{
	struct ike_sa *sa;
	struct wr wr;

	while ((sa = w->v1 ? ike1_next_changed_for(w->ike1) : ike_next_changed(w->ike))) {
		if (sa != w->sa || !ike_sa_can_freeze(sa))
			continue;
		wr = wr_to(w->record, sizeof(w->record));
		ike_sa_freeze(sa, &wr);
		/* One that has too much under way is written down when it has less. */
		if (wr.bad)
			continue;
		w->record_len = wr.len;
		ike_sa_set_slot(sa, 1);
	}
}

/* Another process, which hashes in another way, goes on with what was written down. */
static const char *die(struct world *w)
{
	static uint8_t seed[16];
	struct ike_child *c = NULL;
	struct rd r;

	write_down(w);
	ike_free(w->ike);
	ike1_free(w->ike1);
	seed[0]++;
	hash_seed(seed);
	start(w);
	w->sa = NULL;
	if (!w->record_len)
		return NULL;
	r = rd_of(w->record, w->record_len);
	w->sa = w->v1 ? ike1_sa_thaw_for(w->ike1, w->peer, w, &r) : ike_sa_thaw(w->ike, w->peer, w, &r);
	if (!w->sa)
		return "the record is not valid";
	ike_sa_set_slot(w->sa, 1);
	while ((c = ike_child_each(w->sa, c)))
		ike_child_set_owner(c, w);
	for (w->owned = 0; (c = ike_child_next(w->sa, c));)
		w->owned++;
	return NULL;
}

static void dial(struct world *w)
{
	const struct ike_path path = { .local = host(OWN_HOST), .peer = host(PEER_HOST), .local_port = IKE_PORT,
				       .peer_port = IKE_PORT };

	w->sa = w->v1 ? ike1_initiate_for(w->ike1, w->peer, &path, w) : ike_initiate(w->ike, w->peer, &path, w);
}

static void stats(struct world *w)
{
	struct ike_stats s;

	if (w->v1)
		ike1_get_stats(w->ike1, &s);
	else
		ike_get_stats(w->ike, &s);
	outputs_event(w->out, "stats sas=%u half-open=%u children=%u junk=%llu strays=%llu cookies=%llu refused=%llu "
		      "auth-failed=%llu", s.sas, s.half_open, s.children, (unsigned long long)s.junk,
		      (unsigned long long)s.strays, (unsigned long long)s.cookies_asked,
		      (unsigned long long)s.refused, (unsigned long long)s.auth_failed);
}

static void deliver(struct world *w, const struct said *said)
{
	uint8_t *exact = malloc(said->len);	/* the sanitizer sees one octet too far */

	if (!exact)
		abort();
	memcpy(exact, said->data, said->len);
	if (w->v1)
		ike1_rx(w->ike1, &said->path, exact, said->len);
	else
		ike_rx(w->ike, &said->path, exact, said->len);
	free(exact);
	write_down(w);
}

/* What was sent by one of the two, from where the peer was or from elsewhere. */
static const char *repeat(struct world *w, const struct token *t, unsigned int n, unsigned int by)
{
	uint64_t host_number = 0, port = 0, back = 0;
	static struct said said;

	for (unsigned int i = 1; i < n; i++)
		if (!words_number(t[i].text, "from=", 10, &host_number) &&
		    !words_number(t[i].text, "port=", 10, &port) && !words_number(t[i].text, "back=", 10, &back))
			return "[from=N] [port=N] [back=K]";
	if (back >= w->n_said[by] || back >= SAID_MAX)
		return "nothing was sent";
	said = w->said[by][(w->n_said[by] - 1 - back) % SAID_MAX];
	if (host_number)
		said.path.peer = host((uint8_t)host_number);
	if (port)
		said.path.peer_port = (uint16_t)port;
	deliver(w, &said);
	return NULL;
}

static const char *act(struct world *w, const struct token *t, unsigned int n)
{
	const char *verb = n ? t[0].text : "";
	struct ike_child *c = w->sa ? ike_child_next(w->sa, NULL) : NULL;

	if (!strcmp(verb, "dial"))
		return dial(w), NULL;
	if (!strcmp(verb, "stats"))
		return stats(w), NULL;
	if (!strcmp(verb, "die"))
		return die(w);
	if (!strcmp(verb, "again"))
		return repeat(w, t, n, BY_PEER);
	if (!strcmp(verb, "reflect"))
		return repeat(w, t, n, BY_US);
	if (!w->sa)
		return "there is no IKE SA";
	if (!strcmp(verb, "close"))
		ike_sa_close(w->sa, "it is told to");
	else if (!strcmp(verb, "rekey"))
		ike_sa_rekey(w->sa);
	else if (!strcmp(verb, "probe"))
		ike_sa_probe(w->sa);
	else if (!strcmp(verb, "child"))
		return ike_child_initiate(w->sa) ? "ike_child_initiate() failed" : NULL;
	else if (!strcmp(verb, "rekey-child") && c)
		ike_child_rekey(c);
	else if (!strcmp(verb, "close-child") && c)
		ike_child_close(c, "it is told to");
	else
		return "no such act";
	return NULL;
}

/* --- messages --- */

static const char *encode(struct world *w, const struct token *t, unsigned int n, struct pattern *p)
{
	return w->kind->encode(w->script, t, n, p);
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	struct said *said = &w->said[BY_PEER][w->n_said[BY_PEER] % SAID_MAX];
	struct wr wr = wr_to(said->data, sizeof(said->data));
	struct script_head head;
	bool natt;

	if (!w->kind->seal(w->script, data, len, &head, &wr))
		return;
	/* Who is on another port of the peer's speaks to 4500 here. */
	natt = w->v1 && head.port != IKE_PORT;
	w->n_said[BY_PEER]++;
	said->len = wr.len;
	said->path = (struct ike_path){ .local = host(OWN_HOST), .peer = host(head.host), .peer_port = head.port,
					.local_port = natt ? IKE_NATT_PORT : IKE_PORT };
	deliver(w, said);
}

static void advance(struct world *w, uint64_t ms)
{
	loop_virtual_advance(w->loop, ms);
	write_down(w);
}

const struct world_kind world_ike = {
	.name = "ike",
	.make = make2,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};

const struct world_kind world_ike1 = {
	.name = "ike1",
	.make = make1,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};
