// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IKEv2 endpoint, and a peer that says what the scenario says (world_ike_peer.c). A message of the peer's is
 *
 *   [cN] init|auth|create|info [answer] OPTIONS... PAYLOADS...
 *
 * in the peer's Nth IKE SA; without cN in the one that was spoken of last. It is a request with the next message id, or
 * the answer to the last request; sealed as soon as there are keys, but for init. Options: id=N, version=HEX,
 * flags=HEX, spi-i=HEX, spi-r=HEX, spi=HEX (of a child, in esp-sa), from=N (192.0.2.N), port=N, clear (not sealed), bent
 * (with a wrong integrity value), frag=K or frag=K/N (the Kth fragment alone, of N). Payloads: ike-sa[:PROPOSALS]
 * esp-sa[:PROPOSALS] ke[:GROUP] nonce[:OCTET[/LEN]] idi[:ID] idr[:ID] tsi:PREFIX tsr:PREFIX n:NAME[:HEX] delete[:SPI]
 * critical:TYPE payload:TYPE[:HEX] payload:TYPE/ZEROS, and, made of what came before, @auth[:SECRET] and @cookie.
 *
 * What the endpoint sends comes out as the event "cN EXCHANGE request|answer ID: PAYLOADS", with "again" in front where
 * it is octet for octet what was sent before, and " to ADDRESS:PORT" behind where that is not where the peer is at
 * first. A "-" has the place of cN where no IKE SA of the peer's is meant. Then there are: up, down WHY, replaced,
 * moved, child, child-replaced, child-down, child-failed WHY, in, in-gone, out SPI, keepalive, and log TEXT for warnings.
 *
 * do dial|close|rekey|probe|child|rekey-child|close-child is what the owner may do, stats tells numbers, die is another
 * process that goes on with the record, and again [from=N] is the peer's last datagram once more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "proto/ike_crypto.h"
#include "world_ike_peer.h"

#define PROPOSAL	"aes128gcm16-prfsha256-x25519"
#define PEER_HOST	1
#define OWN_HOST	2
#define SENT_MAX	512
#define RECORD_MAX	32768
#define DATAGRAM_MAX	4600
#define RANDOM_SEED	0x5eed

struct world {
	struct outputs *out;
	struct loop *loop;
	struct ike_config cfg;
	struct ike *ike;
	struct ike_peer *peer;
	struct ike_peer_script script;
	struct ike_sa *sa;		/* up, or on its way */
	uint32_t chance;
	unsigned int owned;		/* children that the owner has */
	uint8_t again[DATAGRAM_MAX];	/* what the peer sent last */
	size_t again_len;
	struct ike_path again_path;
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
	return addr_v4(0xc0000200u | number);
}

/* --- what the endpoint asks for --- */

static bool sent_before(struct world *w, const uint8_t *data, size_t len)
{
	uint64_t hash = hash_bytes(data, len);
	unsigned int i;

	for (i = 0; i < w->n_sent && i < SENT_MAX; i++)
		if (w->sent[i].hash == hash && w->sent[i].len == len)
			return true;
	w->sent[w->n_sent % SENT_MAX].hash = hash;
	w->sent[w->n_sent++ % SENT_MAX].len = len;
	return false;
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
	script_read(&w->script, data, len, text, sizeof(text));
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
	return 1780000000;
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct world *w = ctx;

	(void)path;
	if (!max)
		return 0;
	out[0] = w->peer;
	return 1;
}

static bool op_password(void *ctx, struct ike_sa *sa, const char *user, char *out, size_t cap)
{
	(void)ctx;
	(void)sa;
	(void)user;
	(void)out;
	(void)cap;
	return false;
}

static bool op_assign(void *ctx, struct ike_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	(void)ctx;
	(void)sa;
	(void)ip4;
	(void)ip6;
	(void)out;
	snprintf(why, IKE_WHY_MAX, "there is no pool");
	return false;
}

static void op_assigned(void *ctx, struct ike_sa *sa, const struct ike_assigned *a)
{
	(void)ctx;
	(void)sa;
	(void)a;
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

static struct ike_peer *peer_new(void)
{
	struct ike_peer *p = ike_peer_new();
	char error[IKE_ERROR_MAX];

	if (!p || ike_id_parse("us.example", &p->local_id, error) || ike_id_parse("peer.example", &p->remote_id, error))
		broken("no peer");
	snprintf(p->name, sizeof(p->name), "site test");
	p->local_auth = p->remote_auth = IKE_BY_PSK;
	p->secret = secret_strdup("secret");
	parse_offers(PROPOSAL, IKE_USE_IKE, &p->ike);
	parse_offers("aes128gcm16", IKE_USE_ESP, &p->esp);
	network("10.2.0.0/16", &p->local_ts[0]);
	network("10.1.0.0/16", &p->remote_ts[0]);
	p->n_local_ts = p->n_remote_ts = 1;
	p->fragmentation = true;
	p->ike_lifetime_s = 14400;
	p->child_lifetime_s = 3600;
	p->retransmissions = 3;
	return p;
}

static struct world *make(struct outputs *out)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || ike_crypto_init())
		abort();
	w->out = out;
	w->chance = RANDOM_SEED;
	w->loop = loop_new_virtual(1000000);
	w->cfg = (struct ike_config){ .max_half_open = 16, .cookie_above = 1000, .half_open_ms = 30000,
				      .keepalive_ms = 20000, .max_sas = 100 };
	w->peer = peer_new();
	w->script.secret = "secret";
	parse_offers(PROPOSAL, IKE_USE_IKE, &w->script.ike);
	parse_offers("aes128gcm16", IKE_USE_ESP, &w->script.esp);
	return w;
}

static void destroy(struct world *w)
{
	uint64_t due;

	ike_free(w->ike);
	ike_peer_put(w->peer);
	if (loop_virtual_next(w->loop, &due))
		broken("a timer runs although its owner is gone");
	loop_free(w->loop);
	ike_crypto_fini();
	free(w);
}

static const char *set(struct world *w, const struct token *t, unsigned int n)
{
	const char *key = n ? t[0].text : "", *value = n == 2 ? t[1].text : "";
	unsigned int number = (unsigned int)strtoul(value, NULL, 10);
	char error[IKE_ERROR_MAX];

	if (!strcmp(key, "max-half-open"))
		w->cfg.max_half_open = number;
	else if (!strcmp(key, "cookie-above"))
		w->cfg.cookie_above = number;
	else if (!strcmp(key, "dpd"))
		w->peer->dpd_interval_s = number;
	else if (!strcmp(key, "mobike"))
		w->peer->mobike = true;
	else if (!strcmp(key, "no-fragmentation"))
		w->peer->fragmentation = false;
	else if (!strcmp(key, "ike"))
		return ike_offers_parse(value, IKE_USE_IKE, true, &w->peer->ike, error) ? "no proposal" : NULL;
	else if (!strcmp(key, "esp"))
		return ike_offers_parse(value, IKE_USE_ESP, true, &w->peer->esp, error) ? "no proposal" : NULL;
	else
		return "no such setting";
	return NULL;
}

static const char *begin(struct world *w)
{
	w->ike = ike_new(w->loop, &w->cfg, &ops, w);
	return w->ike ? NULL : "ike_new() failed";
}

/* --- what its owner does --- */

static void write_down(struct world *w)
{
	struct ike_sa *sa;
	struct wr wr;

	while ((sa = ike_next_changed(w->ike))) {
		if (sa != w->sa || !ike_sa_can_freeze(sa))
			continue;
		wr = wr_to(w->record, sizeof(w->record));
		ike_sa_freeze(sa, &wr);
		if (wr.bad)
			broken("a record is too long");
		w->record_len = wr.len;
		ike_sa_set_slot(sa, 1);
	}
}

/* Another process goes on with what was written down. */
static const char *die(struct world *w)
{
	struct ike_child *c = NULL;
	struct rd r;

	write_down(w);
	ike_free(w->ike);
	w->ike = ike_new(w->loop, &w->cfg, &ops, w);
	w->sa = NULL;
	if (!w->record_len)
		return NULL;
	r = rd_of(w->record, w->record_len);
	w->sa = ike_sa_thaw(w->ike, w->peer, w, &r);
	if (!w->sa)
		return "the record is not valid";
	ike_sa_set_slot(w->sa, 1);
	while ((c = ike_child_each(w->sa, c)))
		ike_child_set_owner(c, w);
	return NULL;
}

static void dial(struct world *w)
{
	const struct ike_path path = { .local = host(OWN_HOST), .peer = host(PEER_HOST), .local_port = IKE_PORT,
				       .peer_port = IKE_PORT };

	w->sa = ike_initiate(w->ike, w->peer, &path, w);
}

static void stats(struct world *w)
{
	struct ike_stats s;

	ike_get_stats(w->ike, &s);
	outputs_event(w->out, "stats sas=%u half-open=%u children=%u junk=%llu strays=%llu cookies=%llu refused=%llu "
		      "auth-failed=%llu", s.sas, s.half_open, s.children, (unsigned long long)s.junk,
		      (unsigned long long)s.strays, (unsigned long long)s.cookies_asked,
		      (unsigned long long)s.refused, (unsigned long long)s.auth_failed);
}

static void deliver(struct world *w)
{
	uint8_t *exact = malloc(w->again_len);	/* the sanitizer sees one octet too far */

	if (!exact)
		abort();
	memcpy(exact, w->again, w->again_len);
	ike_rx(w->ike, &w->again_path, exact, w->again_len);
	free(exact);
	write_down(w);
}

/* What the peer sent last, from where it was or from elsewhere. */
static const char *repeat(struct world *w, const struct token *t, unsigned int n)
{
	if (!w->again_len)
		return "nothing was sent";
	if (n == 2 && !strncmp(t[1].text, "from=", 5))
		w->again_path.peer = host((uint8_t)strtoul(t[1].text + 5, NULL, 10));
	deliver(w);
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
		return repeat(w, t, n);
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
	return script_encode(&w->script, t, n, p);
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	struct wr wr = wr_to(w->again, sizeof(w->again));
	struct script_head head;

	if (!script_seal(&w->script, data, len, &head, &wr))
		return;
	w->again_len = wr.len;
	w->again_path = (struct ike_path){ .local = host(OWN_HOST), .peer = host(head.host), .local_port = IKE_PORT,
					   .peer_port = head.port };
	deliver(w);
}

static void advance(struct world *w, uint64_t ms)
{
	loop_virtual_advance(w->loop, ms);
	write_down(w);
}

const struct world_kind world_ike = {
	.name = "ike",
	.make = make,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};
