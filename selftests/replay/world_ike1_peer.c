// SPDX-License-Identifier: GPL-2.0-or-later
/* The scripted peer of IKEv1: its keys, what it seals, and what it reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_ike1_peer.h"

#define FRAGMENT_HEAD	4	/* id, number, flags */

/* --- keys --- */

struct ike_suite script_suite(const struct script *s)
{
	const struct ike_offer *o = &s->setup->ike.offer[0];

	return (struct ike_suite){ .encr = o->alg[IKE_TRANSFORM_ENCR][0], .prf = o->alg[IKE_TRANSFORM_PRF][0],
				   .dh = o->alg[IKE_TRANSFORM_DH][0] };
}

/* The same each time. */
void script_private(const struct script *s, const struct conv *c, uint8_t private[IKE_DH_PRIVATE_MAX])
{
	memset(private, (int)(0x21 + 2 * (c - s->conv)), IKE_DH_PRIVATE_MAX);
}

static struct conv *conv_new(struct script *s)
{
	struct conv *c;

	if (s->n_convs == CONVS_MAX)
		return NULL;
	c = &s->conv[s->n_convs++];
	memset(c, 0, sizeof(*c));
	return c;
}

static void keep(struct kept *k, struct ike_octets o)
{
	if (!o.len || o.len > sizeof(k->at))
		return;
	memcpy(k->at, o.at, o.len);
	k->len = o.len;
}

static struct ike_octets octets_of(const struct kept *k)
{
	return ike_octets_of(k->at, k->len);
}

struct ike1_exchange script_material(const struct script *s, const struct conv *c)
{
	return (struct ike1_exchange){
		.nonce_i = octets_of(&c->nonce_i), .nonce_r = octets_of(&c->nonce_r), .ke_i = octets_of(&c->ke_i),
		.ke_r = octets_of(&c->ke_r), .shared = { c->shared, script_suite(s).dh->shared_len },
		.sa_body = { c->sa_body, c->sa_body_len }, .spi_i = c->spi_i, .spi_r = c->spi_r,
	};
}

/* Once both values and both nonces are there. */
static void derive(const struct script *s, struct conv *c)
{
	static const char another[] = "another secret";
	const struct kept *theirs = c->initiator ? &c->ke_r : &c->ke_i;
	const struct ike_suite suite = script_suite(s);
	uint8_t private[IKE_DH_PRIVATE_MAX];
	struct ike_octets psk = { NULL, 0 }, wrong = psk;
	struct ike1_exchange x;

	script_private(s, c, private);
	if (c->have_keys || !c->ke_i.len || !c->ke_r.len || !c->nonce_i.len || !c->nonce_r.len || !c->spi_r ||
	    ike_dh_shared(suite.dh, private, theirs->at, theirs->len, c->shared))
		return;
	if (!s->setup->key) {
		psk = ike_octets_of(s->setup->secret, strlen(s->setup->secret));
		wrong = ike_octets_of(another, strlen(another));
	}
	x = script_material(s, c);
	if (ike1_keys_derive(&c->keys, &suite, &x, psk) || ike1_keys_derive(&c->stranger, &suite, &x, wrong) ||
	    ike1_iv_first(&suite, x.ke_i, x.ke_r, c->iv_first))
		return;
	memcpy(c->iv_5, c->iv_first, sizeof(c->iv_5));
	memcpy(c->iv, c->iv_first, sizeof(c->iv));
	c->have_keys = true;
}

static struct xchg *xchg_find(struct conv *c, uint32_t mid)
{
	for (unsigned int i = 0; i < c->n_xchgs && i < XCHGS_MAX; i++)
		if (c->xchg[i].mid == mid)
			return &c->xchg[i];
	return NULL;
}

/* Of many the oldest are forgotten. */
static struct xchg *xchg_get(struct conv *c, const struct ike_header *h, bool by_peer)
{
	struct xchg *x = xchg_find(c, h->message_id);

	if (x)
		return x;
	x = &c->xchg[c->n_xchgs++ % XCHGS_MAX];
	*x = (struct xchg){ .mid = h->message_id, .exchange = h->exchange, .by_peer = by_peer };
	ike1_iv_of(&c->keys.suite, c->iv, x->mid, x->iv);
	return x;
}

static bool is_phase1(uint8_t exchange)
{
	return exchange == IKE1_MAIN || exchange == IKE1_AGGRESSIVE;
}

/* --- messages in words --- */

/* Which ISAKMP SA it is about; one that begins is a new one. */
static const char *choose_conv(struct making *k, const struct token **t, unsigned int *n)
{
	struct script *s = k->script;

	words_conv(t, n, &s->at);
	while (s->n_convs <= s->at) {
		struct conv *c = conv_new(s);

		if (!c)
			return "no such ISAKMP SA";
		c->initiator = true;
		c->spi_i = NEW_SPI + s->n_convs;
	}
	k->conv = &s->conv[s->at];
	k->m.head.conv = (uint8_t)s->at;
	return NULL;
}

/* The message id: of a new exchange, of the one that was begun last (more), or heard of last (answer). */
static void choose_mid(struct making *k, const struct token **t, unsigned int *n)
{
	struct script *s = k->script;

	if (is_phase1(k->m.header.exchange))
		return;
	if (words_take(t, n, "answer"))
		k->m.header.message_id = s->mid_heard;
	else if (words_take(t, n, "more"))
		k->m.header.message_id = s->mid;
	else
		k->m.header.message_id = ++s->mid;
}

static bool take_option(struct making *k, const char *text)
{
	uint64_t v;

	if (!strcmp(text, "forged"))
		k->m.head.how |= SCRIPT_FORGED;
	else if (!strcmp(text, "stranger"))
		k->m.head.how |= SCRIPT_STRANGER;
	else if (words_number(text, "encap=", 10, &v))
		k->encap = (uint16_t)v;
	else if (words_number(text, "cut=", 10, &v))
		k->m.head.how |= SCRIPT_CUT, k->m.head.total = (uint8_t)v;
	else
		return words_option(&k->m, text);
	return true;
}

/* "piece K [number=N] [of=ID] [last|more]": the Kth piece of what was cut, whatever it says of itself. */
static const char *encode_piece(struct making *k, const struct token *t, unsigned int n, struct pattern *p)
{
	uint64_t number, id = 1;
	bool last;

	if (!n)
		return "piece K";
	number = strtoul(t->text, NULL, 10);
	k->m.head.fragment = (uint8_t)number;
	k->m.head.how = 0;
	last = number == k->script->cut_pieces;
	k->m.header.exchange = IKE1_MAIN;
	for (t++, n--; n; t++, n--) {
		if (!strcmp(t->text, "last"))
			last = true;
		else if (!strcmp(t->text, "more"))
			last = false;
		else if (!words_number(t->text, "number=", 10, &number) && !words_number(t->text, "of=", 10, &id) &&
			 !take_option(k, t->text))
			return "a word that cannot be read";
	}
	ike_message_begin(&k->m.chain, &k->m.w, &k->m.header);
	ike_payload_begin(&k->m.chain, IKE1_PAYLOAD_FRAGMENT);
	wr_u16(&k->m.w, (uint16_t)id);
	wr_u8(&k->m.w, (uint8_t)number);
	wr_u8(&k->m.w, last);
	ike_payload_end(&k->m.chain);
	return words_end(&k->m, p);
}

static const char *encode(void *script, const struct token *t, unsigned int n, struct pattern *p)
{
	static struct making k;
	const char *err;
	unsigned int i = 0;

	memset(&k, 0, sizeof(k));
	k.script = script;
	k.encap = k.script->setup->transport ? IKE1_ENCAP_TRANSPORT : IKE1_ENCAP_TUNNEL;
	words_begin(&k.m, IKE_V1);
	err = choose_conv(&k, &t, &n);
	if (err)
		return err;
	if (words_take(&t, &n, "piece"))
		return encode_piece(&k, t, n, p);
	if (!script_exchange(&k, &t, &n))
		return "[cN] main|aggressive|quick|info|config|group|piece WORDS...";
	choose_mid(&k, &t, &n);
	while (i < n && take_option(&k, t[i].text))
		i++;
	ike_message_begin(&k.m.chain, &k.m.w, &k.m.header);
	if (!is_phase1(k.m.header.exchange) && (k.m.head.how & SCRIPT_SEALED))
		script_say(&k, &(struct token){ .text = "hash" });
	for (; i < n; i++)
		if (!script_say(&k, &t[i]))
			return "a word that cannot be read";
	return words_end(&k.m, p);
}

/* --- sealed --- */

/* What the peer says in phase 1 is remembered as it is sent, until there are keys. */
static void note_said(const struct script *s, struct conv *c, const struct ike1_message *m)
{
	if (m->n_ids && m->id[0].body.len <= sizeof(c->id_body)) {
		memcpy(c->id_body, m->id[0].body.at, m->id[0].body.len);
		c->id_body_len = m->id[0].body.len;
	}
	if (c->have_keys)
		return;
	if (c->initiator && m->sa.n_proposals && m->sa.body.len <= sizeof(c->sa_body)) {
		memcpy(c->sa_body, m->sa.body.at, m->sa.body.len);
		c->sa_body_len = m->sa.body.len;
	}
	keep(c->initiator ? &c->ke_i : &c->ke_r, m->ke);
	keep(c->initiator ? &c->nonce_i : &c->nonce_r, m->nonce);
	derive(s, c);
}

/* The header's zeros are what belongs there. */
static void complete(struct script *s, struct conv *c, struct ike_header *h)
{
	bool first = is_phase1(h->exchange) && h->next == IKE1_PAYLOAD_SA;

	if (first && !c->initiator && !c->spi_r)
		c->spi_r = NEW_SPI + s->n_convs;
	h->spi_i = h->spi_i ? h->spi_i : c->spi_i;
	h->spi_r = h->spi_r || (first && c->initiator) ? h->spi_r : c->spi_r;
}

/* The proof of phase 1 and HASH(1) to HASH(3) of phase 2 (RFC 2409 sections 5 and 5.5), into their place at hash. */
static int prove(const struct script *s, struct conv *c, const struct ike_header *h, const struct ike1_keys *keys,
		 uint8_t *hash, struct ike_octets behind)
{
	const struct ike1_exchange material = script_material(s, c);
	const struct ike_octets none = { NULL, 0 };
	const struct xchg *x;

	if (is_phase1(h->exchange))
		return ike1_hash_auth(keys, keys->suite.prf, &material, c->initiator,
				      ike_octets_of(c->id_body, c->id_body_len), hash);
	x = h->exchange == IKE1_QUICK ? xchg_find(c, h->message_id) : NULL;
	if (x && x->by_peer && x->said)
		return ike1_hash_3(keys, h->message_id, octets_of(&x->nonce_i), octets_of(&x->nonce_r), hash);
	return ike1_hash_2(keys, h->message_id, x && !x->by_peer ? octets_of(&x->nonce_i) : none, behind, hash);
}

/* Where in a chain the value of its HASH payload is, if it has one of that length; NULL: not. */
static uint8_t *hash_in(uint8_t *chain, size_t len, uint8_t type, size_t hash_len, struct ike_octets *behind)
{
	struct rd r = rd_of(chain, len);
	struct ike_payload p;
	struct ike_fault f;

	while (ike_payload_next(&r, &type, &p, &f) == 1) {
		if (p.type != IKE1_PAYLOAD_HASH || p.body.len != hash_len)
			continue;
		*behind = ike_octets_of(r.at, r.left);
		return chain + (p.body.at - chain);
	}
	return NULL;
}

/* The IV of a message that is about to be sent, or came, and where the next one is to be put; NULL: nowhere. */
static uint8_t *iv_of(struct conv *c, const struct ike_header *h, bool sent, uint8_t iv[IKE_IV_MAX])
{
	bool fifth = sent == c->initiator;
	struct xchg *x;

	if (is_phase1(h->exchange)) {
		memcpy(iv, fifth ? c->iv_first : c->iv_5, IKE_IV_MAX);
		return c->done ? NULL : fifth ? c->iv_5 : c->iv;
	}
	c->done = c->done || (!sent && h->exchange != IKE1_INFORMATIONAL);
	if (h->exchange == IKE1_INFORMATIONAL) {
		ike1_iv_of(&c->keys.suite, c->iv, h->message_id, iv);
		return NULL;
	}
	x = xchg_get(c, h, sent);
	memcpy(iv, x->iv, IKE_IV_MAX);
	return x->iv;
}

/* What is right moves the exchange on. */
static void moved(struct conv *c, const struct ike_header *h, bool sent, const struct ike1_message *m)
{
	bool fifth = sent == c->initiator;
	struct xchg *x;

	/* After message 5, or 3 of aggressive mode, there may be informational ones. */
	if (is_phase1(h->exchange) && fifth && !c->done)
		memcpy(c->iv, c->iv_5, sizeof(c->iv));
	c->done = c->done || (h->exchange == IKE1_MAIN && !fifth);
	x = is_phase1(h->exchange) ? NULL : xchg_find(c, h->message_id);
	if (!x)
		return;
	x->said += sent;
	if (m && m->nonce.len)
		keep(x->by_peer == sent ? &x->nonce_i : &x->nonce_r, m->nonce);
}

static bool seal_with(struct conv *c, const struct script_head *head, const struct ike_header *h,
		      struct ike_octets chain, const struct ike1_message *m, struct wr *w)
{
	bool wrong = head->how & (SCRIPT_BENT | SCRIPT_FORGED | SCRIPT_STRANGER);
	const struct ike1_keys *keys = head->how & SCRIPT_STRANGER ? &c->stranger : &c->keys;
	uint8_t iv[IKE_IV_MAX], *next;

	next = iv_of(c, h, true, iv);
	if (ike1_seal(keys, h, h->next, chain.at, chain.len, iv, w))
		return false;
	if (wrong)
		return true;
	if (next)
		memcpy(next, iv, sizeof(iv));
	moved(c, h, true, m);
	return true;
}

/* One of the pieces of what was cut, behind its four octets. */
static bool seal_piece(const struct script *s, unsigned int number, const struct ike_header *h,
		       struct ike_octets chain, struct wr *w)
{
	size_t each = s->cut_pieces ? (s->cut_len + s->cut_pieces - 1) / s->cut_pieces : 0;
	size_t at = (number - 1) * each, len = at < s->cut_len ? s->cut_len - at : 0;
	const size_t head = IKE_PAYLOAD_HEADER_LEN + FRAGMENT_HEAD;
	struct ike_header whole = *h;

	len = len < each ? len : each;
	if (chain.len < head)
		return false;
	whole.length = (uint32_t)(IKE_HEADER_LEN + head + len);
	ike_header_write(w, &whole);
	wr_bytes(w, chain.at, 2);
	wr_u16(w, (uint16_t)(head + len));
	wr_bytes(w, chain.at + IKE_PAYLOAD_HEADER_LEN, FRAGMENT_HEAD);
	wr_bytes(w, s->cut + at, len);
	return !w->bad;
}

static bool seal_whole(struct script *s, struct conv *c, const struct script_head *head, const struct ike_header *h,
		       struct ike_octets chain, struct wr *w)
{
	static struct ike1_message m;
	static uint8_t copy[PATTERN_MAX];
	bool sealed = (head->how & SCRIPT_SEALED) && c->have_keys && chain.len, sound;
	bool wrong = head->how & (SCRIPT_BENT | SCRIPT_FORGED | SCRIPT_STRANGER);
	struct ike_octets behind;
	struct ike_fault fault;
	uint8_t *hash;

	if (chain.len > sizeof(copy))
		return false;
	memcpy(copy, chain.at, chain.len);
	memset(&m, 0, sizeof(m));
	sound = !ike1_parse_chain(&m, h->next, copy, chain.len, &fault);
	if (sound && is_phase1(h->exchange) && !wrong)
		note_said(s, c, &m);
	hash = c->have_keys ? hash_in(copy, chain.len, h->next, c->keys.suite.prf->out_len, &behind) : NULL;
	if (hash && prove(s, c, h, head->how & SCRIPT_STRANGER ? &c->stranger : &c->keys, hash, behind))
		return false;
	if (hash && (head->how & SCRIPT_FORGED))
		hash[0] ^= 1;
	chain.at = copy;
	if (sealed)
		return seal_with(c, head, h, chain, sound ? &m : NULL, w);
	words_write_clear(w, h, chain);
	return !w->bad;
}

static bool seal(void *script, const uint8_t *data, size_t len, struct script_head *head, struct wr *w)
{
	struct script *s = script;
	struct ike_octets chain;
	struct ike_header h;
	struct conv *c;

	if (!words_split(data, len, head, &h, &chain) || head->conv >= s->n_convs)
		return false;
	c = &s->conv[head->conv];
	complete(s, c, &h);
	if (head->fragment)
		return seal_piece(s, head->fragment, &h, chain, w);
	if (!seal_whole(s, c, head, &h, chain, w))
		return false;
	if (head->how & SCRIPT_BENT)
		w->buf[w->len - 1] ^= 1;
	if (!(head->how & SCRIPT_CUT))
		return true;
	memcpy(s->cut, w->buf, w->len);
	s->cut_len = w->len;
	s->cut_pieces = head->total;
	return false;
}

/* --- what comes --- */

/* A first message begins one, and the answer to one completes it. */
static struct conv *conv_of(struct script *s, const struct ike_header *h)
{
	struct conv *c;

	for (unsigned int i = 0; i < s->n_convs; i++) {
		c = &s->conv[i];
		if (c->spi_i == h->spi_i && (!c->spi_r || c->spi_r == h->spi_r))
			return c;
	}
	if (!is_phase1(h->exchange) || h->spi_r)
		return NULL;
	c = conv_new(s);
	if (!c)
		return NULL;
	c->spi_i = h->spi_i;
	s->at = (unsigned int)(c - s->conv);
	return c;
}

static void note_heard(const struct script *s, struct conv *c, const struct ike1_message *m)
{
	if (!is_phase1(m->header.exchange) || c->have_keys)
		return;
	if (c->initiator && m->sa.n_proposals)
		c->spi_r = m->header.spi_r;
	if (!c->initiator && m->sa.n_proposals && m->sa.body.len <= sizeof(c->sa_body)) {
		memcpy(c->sa_body, m->sa.body.at, m->sa.body.len);
		c->sa_body_len = m->sa.body.len;
	}
	keep(c->initiator ? &c->ke_r : &c->ke_i, m->ke);
	keep(c->initiator ? &c->nonce_r : &c->nonce_i, m->nonce);
	derive(s, c);
}

/* One that comes again is opened as it was the first time. */
static bool open_with(struct conv *c, const struct ike_header *h, struct ike_octets encrypted, uint8_t *plain)
{
	uint64_t hash = ike_fingerprint(encrypted.at, encrypted.len);
	uint8_t iv[IKE_IV_MAX], first[IKE_IV_MAX], *next = iv_of(c, h, false, iv);
	struct xchg *x = is_phase1(h->exchange) ? NULL : xchg_find(c, h->message_id);

	if (x && x->heard_hash == hash) {
		memcpy(first, x->heard_iv, sizeof(first));
		return !ike1_open(&c->keys, encrypted, first, plain);
	}
	if (x) {
		x->heard_hash = hash;
		memcpy(x->heard_iv, iv, sizeof(iv));
	}
	if (ike1_open(&c->keys, encrypted, iv, plain))
		return false;
	if (next)
		memcpy(next, iv, sizeof(iv));
	return true;
}

static void read_sealed(struct script *s, struct conv *c, struct ike1_message *m, struct ike_octets encrypted,
			char *text, size_t cap)
{
	static uint8_t plain[IKE_MESSAGE_MAX];
	uint8_t first = m->header.next;
	struct ike_fault fault;

	if (!c || !c->have_keys || !open_with(c, &m->header, encrypted, plain)) {
		ike_append(text, cap, " (not to be opened)");
		return;
	}
	words_name_payloads(first, plain, encrypted.len, text, cap);
	if (ike1_parse_chain(m, first, plain, encrypted.len, &fault))
		ike_append(text, cap, " (which makes no sense)");
	else
		moved(c, &m->header, false, m);
	if (!is_phase1(m->header.exchange) && m->header.message_id > s->mid)
		s->mid_heard = m->header.message_id;
}

static void read_message(void *script, const uint8_t *data, size_t len, char *text, size_t cap)
{
	static struct ike1_message m;
	struct script *s = script;
	struct ike_octets encrypted;
	struct ike_fault fault;
	struct conv *c;

	if (ike1_parse(&m, data, len, &encrypted, &fault)) {
		snprintf(text, cap, "no message: %s", fault.text);
		return;
	}
	c = conv_of(s, &m.header);
	snprintf(text, cap, "%s%.0u %s", c ? "c" : "-", c ? (unsigned int)(c - s->conv) + 1 : 0,
		 script_exchange_name(m.header.exchange));
	/* Message ids of whom is tested are as chance has them. */
	if (!is_phase1(m.header.exchange) && m.header.message_id && m.header.message_id <= s->mid)
		ike_append(text, cap, " %u", m.header.message_id);
	ike_append(text, cap, ":");
	if (encrypted.at) {
		read_sealed(s, c, &m, encrypted, text, cap);
		return;
	}
	if (c && c->done)
		ike_append(text, cap, " (in the clear)");
	words_name_payloads(m.header.next, data + IKE_HEADER_LEN, len - IKE_HEADER_LEN, text, cap);
	if (c)
		note_heard(s, c, &m);
}

static void *make(const struct script_setup *setup)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->setup = setup;
	return s;
}

const struct script_kind ike1_peer = { .make = make, .encode = encode, .seal = seal, .read = read_message };
