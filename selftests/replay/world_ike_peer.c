// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ike_sk.h"
#include "world_ike_peer.h"

#define BUILD_MAX	3800	/* with its head below PATTERN_MAX */
#define FRAGMENT_SIZE	400
#define CRITICAL	0x80
#define DEFAULT_HOST	1
#define DEFAULT_NONCE	0x5a
#define NEW_SPI		0xa1a2a3a4a5a6a700ull	/* of IKE SAs that the peer makes, and a number */
#define CHILD_SPI	0xc0000001u
#define NAME_MAX_LEN	64

static const struct {
	const char *name;
	uint8_t number;
} exchanges[] = {
	{ "init", IKE2_SA_INIT }, { "auth", IKE2_AUTH }, { "create", IKE2_CREATE_CHILD_SA },
	{ "info", IKE2_INFORMATIONAL }, { "resume", IKE2_SESSION_RESUME },
};
#define N_EXCHANGES (sizeof(exchanges) / sizeof(exchanges[0]))

/* A message being made of words. */
struct making {
	struct ike_peer_script *script;
	struct conv *conv;
	struct script_head head;
	struct ike_header header;
	struct ike_chain chain;
	uint32_t spi;			/* of a child */
	struct half *half;
	uint8_t id_body[IKE_ID_DATA_MAX + 8];
	size_t id_body_len;
};

/* --- keys --- */

static const struct ike_alg *group_of(const struct ike_peer_script *s)
{
	return s->ike.offer[0].alg[IKE_TRANSFORM_DH][0];
}

/* The same each time, for each message of each IKE SA. */
static void private_of(const struct ike_peer_script *s, const struct conv *c, bool answer,
		       uint8_t private[IKE_DH_PRIVATE_MAX])
{
	memset(private, (int)(0x21 + 2 * (c - s->conv) + answer), IKE_DH_PRIVATE_MAX);
}

static struct conv *conv_new(struct ike_peer_script *s)
{
	struct conv *c;

	if (s->n_convs == CONVS_MAX)
		return NULL;
	c = &s->conv[s->n_convs++];
	memset(c, 0, sizeof(*c));
	return c;
}

static struct ike_suite suite_of(const struct ike_peer_script *s)
{
	const struct ike_offer *o = &s->ike.offer[0];

	return (struct ike_suite){ .encr = o->alg[IKE_TRANSFORM_ENCR][0], .prf = o->alg[IKE_TRANSFORM_PRF][0],
				   .integ = o->n[IKE_TRANSFORM_INTEG] ? o->alg[IKE_TRANSFORM_INTEG][0] : NULL,
				   .dh = group_of(s) };
}

/* Keys of to, by an exchange in c that the peer asked for or answered. */
static void derive(struct ike_peer_script *s, struct conv *c, struct conv *to, bool asked, const struct ike2_keys *old)
{
	const struct half *own = &c->said[!asked], *theirs = &c->heard[asked];
	const struct half *i = asked ? own : theirs, *r = asked ? theirs : own;
	uint8_t private[IKE_DH_PRIVATE_MAX], shared[IKE_DH_SHARED_MAX];
	struct ike_suite suite = suite_of(s);
	const struct ike2_exchange x = {
		.nonce_i = { i->nonce, i->nonce_len }, .nonce_r = { r->nonce, r->nonce_len },
		.shared = { shared, suite.dh->shared_len }, .spi_i = to->spi_i, .spi_r = to->spi_r,
	};

	private_of(s, c, !asked, private);
	if (!own->nonce_len || !theirs->nonce_len ||
	    ike_dh_shared(suite.dh, private, theirs->public, theirs->public_len, shared))
		return;
	to->have_keys = !(old ? ike2_keys_rekey(&to->keys, &suite, &x, old) : ike2_keys_derive(&to->keys, &suite, &x));
}

/* An answer of either end has made an IKE SA of what was asked for. */
static void agreed(struct ike_peer_script *s, struct conv *c, uint8_t exchange, bool asked)
{
	const struct half *own = &c->said[!asked], *theirs = &c->heard[asked];
	struct conv *to;

	if (exchange == IKE2_SA_INIT && !c->have_keys) {
		derive(s, c, c, asked, NULL);
		return;
	}
	if (exchange != IKE2_CREATE_CHILD_SA || !own->spi || !theirs->spi)
		return;
	to = conv_new(s);
	if (!to)
		return;
	to->initiator = asked;
	to->spi_i = asked ? own->spi : theirs->spi;
	to->spi_r = asked ? theirs->spi : own->spi;
	derive(s, c, to, asked, &c->keys);
}

/* --- what is said --- */

static const char *value_of(const struct token *t, const char *word)
{
	size_t len = strlen(word);

	return !t->quoted && !strncmp(t->text, word, len) && (!t->text[len] || t->text[len] == ':') ?
		       t->text + len + (t->text[len] == ':') : NULL;
}

static size_t octets_of(const char *text, uint8_t *out, size_t cap)
{
	char pair[3] = { 0 };
	size_t n = 0;

	for (; n < cap && text[0] && text[1]; text += 2) {
		memcpy(pair, text, 2);
		out[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static bool put_sa(struct making *k, const char *text, unsigned int use)
{
	struct ike_offers own = use == IKE_USE_IKE ? k->script->ike : k->script->esp;
	bool anew = use == IKE_USE_IKE && k->header.exchange == IKE2_CREATE_CHILD_SA;
	uint64_t spi_new = NEW_SPI + k->script->n_convs * 16 + k->script->at * 2 +
			   !!(k->header.flags & IKE2_FLAG_RESPONSE);
	uint8_t spi[8] = { k->spi >> 24, k->spi >> 16 & 0xff, k->spi >> 8 & 0xff, k->spi & 0xff };
	char error[IKE_ERROR_MAX];
	struct ike2_sa sa;
	struct wr w = wr_to(spi, sizeof(spi));

	if (*text && ike_offers_parse(text, (enum ike_use)use, true, &own, error))
		return false;
	if (anew)
		wr_u64(&w, spi_new);
	ike2_sa_offer(&sa, &own, k->header.exchange == IKE2_AUTH ? IKE_NEG_NO_DH : 0, spi,
		      use == IKE_USE_ESP ? 4 : anew ? 8 : 0);
	ike2_put_sa(&k->chain, &sa);
	return true;
}

static bool put_ke(struct making *k, const char *text, unsigned int what)
{
	const struct ike_alg *group = *text ? ike_alg_by_name(text, strlen(text)) : group_of(k->script);
	uint8_t private[IKE_DH_PRIVATE_MAX], public[IKE_DH_PUBLIC_MAX];

	(void)what;
	private_of(k->script, k->conv, k->header.flags & IKE2_FLAG_RESPONSE, private);
	if (!group || group->type != IKE_TRANSFORM_DH || ike_dh_public(group, private, public))
		return false;
	ike2_put_ke(&k->chain, group->id, public, group->out_len);
	return true;
}

/* One octet, repeated: who has the lower nonce is a matter of it. */
static bool put_nonce(struct making *k, const char *text, unsigned int what)
{
	uint8_t nonce[32];
	size_t len = sizeof(nonce);
	char *rest;

	(void)what;
	memset(nonce, *text ? (int)strtoul(text, &rest, 16) : DEFAULT_NONCE, sizeof(nonce));
	if (*text && *rest == '/')
		len = strtoul(rest + 1, NULL, 10);
	if (len > sizeof(nonce))
		return false;
	ike_put_octets(&k->chain, IKE2_PAYLOAD_NONCE, nonce, len);
	return true;
}

static bool put_id(struct making *k, const char *text, unsigned int payload)
{
	bool own = k->conv->initiator == (payload == IKE2_PAYLOAD_IDI);
	char error[IKE_ERROR_MAX];
	struct ike_id id;
	struct wr w = wr_to(k->id_body, sizeof(k->id_body));

	if (ike_id_parse(*text ? text : own ? "peer.example" : "us.example", &id, error))
		return false;
	ike2_put_id(&k->chain, (uint8_t)payload, id.type, id.data, id.len);
	if (!own)
		return true;
	ike2_id_body(&w, id.type, id.data, id.len);
	k->id_body_len = w.len;
	return true;
}

/* The proof of the identity that was said before it in the same message. */
static bool put_auth(struct making *k, const char *text, unsigned int what)
{
	const char *secret = *text ? text : k->script->secret;
	const struct conv *c = k->conv;
	const struct half *theirs = &c->heard[c->initiator];
	uint8_t auth[IKE_HASH_MAX_LEN];
	struct ike2_signed so;

	(void)what;
	if (!c->have_keys ||
	    ike2_signed_octets(&so, &c->keys, c->initiator, ike_octets_of(c->init, c->init_len),
			       ike_octets_of(theirs->nonce, theirs->nonce_len),
			       ike_octets_of(k->id_body, k->id_body_len)) ||
	    ike2_auth_psk(&c->keys, secret, strlen(secret), &so, auth))
		return false;
	ike2_put_auth(&k->chain, IKE2_AUTH_PSK, auth, c->keys.suite.prf->out_len);
	return true;
}

static bool put_ts(struct making *k, const char *text, unsigned int payload)
{
	struct ike_selector ts;
	struct prefix p;

	if (prefix_parse(text, &p))
		return false;
	ike_ts_of_prefix(&p, &ts);
	ike2_put_selectors(&k->chain, (uint8_t)payload, &ts, 1);
	return true;
}

static uint16_t notify_by_name(const char *name, size_t len)
{
	unsigned int n;

	for (n = 1; n <= UINT16_MAX; n++)
		if (!strncmp(ike2_notify_to_str((uint16_t)n), name, len) && !ike2_notify_to_str((uint16_t)n)[len])
			return (uint16_t)n;
	return (uint16_t)strtoul(name, NULL, 10);
}

static bool put_notify(struct making *k, const char *text, unsigned int what)
{
	size_t name = strcspn(text, ":"), len;
	uint16_t type = notify_by_name(text, name);
	uint8_t data[256];

	(void)what;
	text += name + (text[name] == ':');
	len = octets_of(text, data, sizeof(data));
	if (type == IKE2_N_REKEY_SA || type == IKE2_N_CHILD_SA_NOT_FOUND)
		ike2_put_notify_spi(&k->chain, type, IKE_PROTO_ESP, (uint32_t)strtoul(text, NULL, 16), NULL, 0);
	else
		ike2_put_notify(&k->chain, type, data, len);
	return type;
}

static bool put_delete(struct making *k, const char *text, unsigned int what)
{
	uint32_t spi = (uint32_t)strtoul(text, NULL, 16);

	(void)what;
	ike2_put_delete(&k->chain, *text ? IKE_PROTO_ESP : IKE_PROTO_IKE, &spi, *text ? 1 : 0);
	return true;
}

static bool put_critical(struct making *k, const char *text, unsigned int what)
{
	size_t at = k->chain.w->len;

	(void)what;
	ike_put_octets(&k->chain, (uint8_t)strtoul(text, NULL, 10), "?", 1);
	k->chain.w->buf[at + 1] |= CRITICAL;
	return true;
}

static bool put_payload(struct making *k, const char *text, unsigned int what)
{
	static const uint8_t zeros[BUILD_MAX];
	uint8_t data[256];
	char *rest;
	uint8_t type = (uint8_t)strtoul(text, &rest, 10);

	(void)what;
	if (*rest == '/')
		ike_put_octets(&k->chain, type, zeros, strtoul(rest + 1, NULL, 10) % sizeof(zeros));
	else
		ike_put_octets(&k->chain, type, data, *rest ? octets_of(rest + 1, data, sizeof(data)) : 0);
	return true;
}

static bool put_cookie(struct making *k, const char *text, unsigned int what)
{
	(void)text;
	(void)what;
	ike2_put_notify(&k->chain, IKE2_N_COOKIE, k->script->cookie, k->script->cookie_len);
	return true;
}

static const struct {
	const char *word;
	bool (*put)(struct making *k, const char *text, unsigned int what);
	unsigned int what;
} items[] = {
	{ "ike-sa", put_sa, IKE_USE_IKE }, { "esp-sa", put_sa, IKE_USE_ESP },
	{ "ke", put_ke, 0 }, { "nonce", put_nonce, 0 },
	{ "idi", put_id, IKE2_PAYLOAD_IDI }, { "idr", put_id, IKE2_PAYLOAD_IDR },
	{ "tsi", put_ts, IKE2_PAYLOAD_TSI }, { "tsr", put_ts, IKE2_PAYLOAD_TSR },
	{ "n", put_notify, 0 }, { "delete", put_delete, 0 },
	{ "critical", put_critical, 0 }, { "payload", put_payload, 0 },
	{ "@auth", put_auth, 0 }, { "@cookie", put_cookie, 0 },
};

static bool put_item(struct making *k, const struct token *t)
{
	const char *text;
	unsigned int i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		text = value_of(t, items[i].word);
		if (text)
			return items[i].put(k, text, items[i].what);
	}
	return false;
}

static bool number_of(const char *text, const char *word, int base, uint64_t *out)
{
	size_t len = strlen(word);

	if (strncmp(text, word, len))
		return false;
	*out = strtoull(text + len, NULL, base);
	return true;
}

static bool take_fragment(struct making *k, const char *text)
{
	char *rest;

	if (strncmp(text, "frag=", 5))
		return false;
	k->head.fragment = (uint8_t)strtoul(text + 5, &rest, 10);
	k->head.total = *rest == '/' ? (uint8_t)strtoul(rest + 1, NULL, 10) : 0;
	return true;
}

/* What is about the message rather than in it; true: it was such a word. */
static bool take_option(struct making *k, const char *text)
{
	uint64_t v;

	if (!strcmp(text, "clear"))
		k->head.how &= (uint8_t)~SCRIPT_SEALED;
	else if (!strcmp(text, "bent"))
		k->head.how |= SCRIPT_BENT;
	else if (number_of(text, "id=", 10, &v))
		k->header.message_id = (uint32_t)v;
	else if (number_of(text, "version=", 16, &v))
		k->header.version = (uint8_t)v;
	else if (number_of(text, "flags=", 16, &v))
		k->header.flags = (uint8_t)v;
	else if (number_of(text, "spi-i=", 16, &v))
		k->header.spi_i = v;
	else if (number_of(text, "spi-r=", 16, &v))
		k->header.spi_r = v;
	else if (number_of(text, "spi=", 16, &v))
		k->spi = (uint32_t)v;
	else if (number_of(text, "from=", 10, &v))
		k->head.host = (uint8_t)v;
	else if (number_of(text, "port=", 10, &v))
		k->head.port = (uint16_t)v;
	else
		return take_fragment(k, text);
	return true;
}

/* Which IKE SA it is about; one that begins is a new one. */
static const char *choose_conv(struct making *k, const struct token **t, unsigned int *n)
{
	struct ike_peer_script *s = k->script;
	const char *name = *n ? (*t)->text : "";

	/* "c1" and not "create" */
	if (name[0] == 'c' && name[1] >= '1' && name[1] < '1' + CONVS_MAX && !name[2]) {
		s->at = (unsigned int)(name[1] - '1');
		(*t)++;
		(*n)--;
	}
	while (s->n_convs <= s->at) {
		struct conv *c = conv_new(s);

		if (!c)
			return "no such IKE SA";
		c->initiator = true;
		c->spi_i = NEW_SPI + s->n_convs;
	}
	k->conv = &s->conv[s->at];
	k->head.conv = (uint8_t)s->at;
	return NULL;
}

static const char *choose_exchange(struct making *k, const struct token **t, unsigned int *n)
{
	unsigned int i;

	for (i = 0; i < N_EXCHANGES && (!*n || strcmp(exchanges[i].name, (*t)->text)); i++)
		;
	if (i == N_EXCHANGES)
		return "[cN] init|auth|create|info [answer] WORDS...";
	k->header.exchange = exchanges[i].number;
	(*t)++;
	(*n)--;
	if (!*n || strcmp((*t)->text, "answer"))
		return NULL;
	k->header.flags |= IKE2_FLAG_RESPONSE;
	(*t)++;
	(*n)--;
	return NULL;
}

static void put_head(const struct script_head *h, struct wr *w)
{
	wr_u8(w, h->how);
	wr_u8(w, h->conv);
	wr_u8(w, h->host);
	wr_u8(w, h->fragment);
	wr_u8(w, h->total);
	wr_u16(w, h->port);
}

const char *script_encode(struct ike_peer_script *s, const struct token *t, unsigned int n, struct pattern *p)
{
	uint8_t buf[SCRIPT_HEAD_LEN + BUILD_MAX];
	struct wr w = wr_to(buf + SCRIPT_HEAD_LEN, BUILD_MAX), head = wr_to(buf, SCRIPT_HEAD_LEN);
	struct making k = { .script = s, .spi = CHILD_SPI,
			    .head = { .how = SCRIPT_SEALED, .host = DEFAULT_HOST, .port = IKE_PORT },
			    .header = { .version = IKE_V2 } };
	const char *err = choose_conv(&k, &t, &n);
	unsigned int i = 0;

	if (!err)
		err = choose_exchange(&k, &t, &n);
	if (err)
		return err;
	if (k.header.exchange == IKE2_SA_INIT)
		k.head.how = 0;
	k.header.flags |= k.conv->initiator ? IKE2_FLAG_INITIATOR : 0;
	k.header.message_id = k.header.flags & IKE2_FLAG_RESPONSE ? k.conv->heard_id : k.conv->next_id;
	while (i < n && take_option(&k, t[i].text))
		i++;
	ike_message_begin(&k.chain, &w, &k.header);
	for (; i < n; i++)
		if (!put_item(&k, &t[i]))
			return "a word that cannot be read";
	ike_message_end(&k.chain);
	put_head(&k.head, &head);
	if (w.bad || head.bad)
		return "too long";
	pattern_put(p, buf, SCRIPT_HEAD_LEN + w.len);
	return NULL;
}

/* --- sealed --- */

static void note(struct half *h, const struct ike2_message *m)
{
	memset(h, 0, sizeof(*h));
	if (m->nonce.len <= sizeof(h->nonce))
		h->nonce_len = m->nonce.len;
	if (h->nonce_len)
		memcpy(h->nonce, m->nonce.at, h->nonce_len);
	if (ike2_has(m, IKE2_PAYLOAD_KE) && m->ke.data.len <= sizeof(h->public)) {
		h->public_len = m->ke.data.len;
		memcpy(h->public, m->ke.data.at, h->public_len);
	}
	if (m->sa.n_proposals && m->sa.proposal[0].protocol == IKE_PROTO_IKE && m->sa.proposal[0].spi.len == 8) {
		struct rd r = rd_of(m->sa.proposal[0].spi.at, 8);

		h->spi = rd_u64(&r);
	}
}

/* What the peer says is remembered as it is sent. */
static void note_said(struct ike_peer_script *s, struct conv *c, const struct ike_header *h, const uint8_t *chain,
		      size_t len)
{
	static struct ike2_message m;
	bool answer = h->flags & IKE2_FLAG_RESPONSE;
	struct ike_fault f;

	memset(&m, 0, sizeof(m));
	m.header = *h;
	if (!answer && h->message_id == c->next_id)
		c->next_id++;
	if ((h->exchange != IKE2_SA_INIT && h->exchange != IKE2_CREATE_CHILD_SA) ||
	    ike2_parse_chain(&m, h->next, chain, len, &f) || (h->exchange == IKE2_SA_INIT && c->have_keys))
		return;
	note(&c->said[answer], &m);
	if (answer)
		agreed(s, c, h->exchange, false);
}

static bool seal(struct conv *c, const struct script_head *head, const struct ike_header *h, const uint8_t *chain,
		 size_t len, struct wr *w)
{
	struct ike2_sk sk = ike2_sk_of(&c->keys, c->initiator);
	unsigned int total = ike2_fragments(&c->keys.suite, len, FRAGMENT_SIZE);
	uint8_t iv[IKE_IV_MAX] = { 0 };

	ike2_iv_counter(&c->keys.suite, ++c->iv, iv);
	if (!head->fragment)
		return !ike2_seal(&sk, h, h->next, chain, len, iv, w);
	return head->fragment <= total &&
	       !ike2_seal_fragment(&sk, h, h->next, chain, len, head->fragment, head->total ? head->total : total,
				   FRAGMENT_SIZE, iv, w);
}

static bool get_head(struct rd *r, struct script_head *h)
{
	h->how = rd_u8(r);
	h->conv = rd_u8(r);
	h->host = rd_u8(r);
	h->fragment = rd_u8(r);
	h->total = rd_u8(r);
	h->port = rd_u16(r);
	return !r->bad && h->conv < CONVS_MAX;
}

static void write_clear(struct wr *w, const struct ike_header *h, const uint8_t *chain, size_t len)
{
	struct ike_header whole = *h;

	whole.length = (uint32_t)(IKE_HEADER_LEN + len);
	ike_header_write(w, &whole);
	wr_bytes(w, chain, len);
}

bool script_seal(struct ike_peer_script *s, const uint8_t *data, size_t len, struct script_head *head, struct wr *w)
{
	struct rd r = rd_of(data, len), body;
	const uint8_t *at;
	struct ike_header h;
	struct conv *c;
	size_t n;

	if (!get_head(&r, head) || head->conv >= s->n_convs || len < SCRIPT_HEAD_LEN + IKE_HEADER_LEN)
		return false;
	c = &s->conv[head->conv];
	at = data + SCRIPT_HEAD_LEN;
	body = rd_of(at, len - SCRIPT_HEAD_LEN);
	h.spi_i = rd_u64(&body);
	h.spi_r = rd_u64(&body);
	h.next = rd_u8(&body);
	h.version = rd_u8(&body);
	h.exchange = rd_u8(&body);
	h.flags = rd_u8(&body);
	h.message_id = rd_u32(&body);
	h.spi_i = h.spi_i ? h.spi_i : c->spi_i;
	h.spi_r = h.spi_r ? h.spi_r : h.exchange == IKE2_SA_INIT && !(h.flags & IKE2_FLAG_RESPONSE) ? 0 : c->spi_r;
	at += IKE_HEADER_LEN;
	n = len - SCRIPT_HEAD_LEN - IKE_HEADER_LEN;
	if (h.exchange == IKE2_SA_INIT && (h.flags & IKE2_FLAG_RESPONSE) && !c->spi_r && h.next == IKE2_PAYLOAD_SA)
		h.spi_r = c->spi_r = NEW_SPI + s->n_convs;
	if ((head->how & SCRIPT_SEALED) && c->have_keys && !seal(c, head, &h, at, n, w))
		return false;
	if (!w->len)
		write_clear(w, &h, at, n);
	if (head->how & SCRIPT_BENT)
		w->buf[w->len - 1] ^= 1;
	if (h.exchange == IKE2_SA_INIT && !c->have_keys && w->len <= INIT_MAX) {
		memcpy(c->init, w->buf, w->len);
		c->init_len = w->len;
	}
	note_said(s, c, &h, at, n);
	return !w->bad;
}

/* --- what comes --- */

/* A first request begins one, a first answer completes it. */
static struct conv *conv_of(struct ike_peer_script *s, const struct ike_header *h)
{
	struct conv *c;
	unsigned int i;

	for (i = 0; i < s->n_convs; i++) {
		c = &s->conv[i];
		if (c->spi_i != h->spi_i || (c->spi_r && c->spi_r != h->spi_r))
			continue;
		return c;
	}
	if (h->exchange != IKE2_SA_INIT || (h->flags & IKE2_FLAG_RESPONSE))
		return NULL;
	c = conv_new(s);
	if (c)
		c->spi_i = h->spi_i;
	return c;
}

static void append(char *text, size_t cap, const char *word)
{
	size_t len = strlen(text);

	if (len < cap)
		snprintf(text + len, cap - len, "%s", word);
}

static void name_payload(const struct ike_payload *p, char *text, size_t cap)
{
	struct rd r = rd_of(p->body.at, p->body.len);
	uint8_t protocol = rd_u8(&r), spi = rd_u8(&r);
	uint16_t number = rd_u16(&r);
	char word[NAME_MAX_LEN];

	if (p->type == IKE2_PAYLOAD_N && !strcmp(ike2_notify_to_str(number), "unknown"))
		snprintf(word, sizeof(word), " N(%u)", number);
	else if (p->type == IKE2_PAYLOAD_N)
		snprintf(word, sizeof(word), " N(%s)", ike2_notify_to_str(number));
	else if (p->type == IKE2_PAYLOAD_D)
		snprintf(word, sizeof(word), " D(%s%s)", ike_protocol_to_str(protocol), spi ? "" : " itself");
	else
		snprintf(word, sizeof(word), " %s", ike_payload_to_str(p->type));
	append(text, cap, word);
}

static void name_payloads(uint8_t first, const uint8_t *at, size_t len, char *text, size_t cap)
{
	struct rd r = rd_of(at, len);
	struct ike_payload p;
	struct ike_fault f;

	while (ike_payload_next(&r, &first, &p, &f) == 1)
		name_payload(&p, text, cap);
}

static void note_heard(struct ike_peer_script *s, struct conv *c, const struct ike2_message *m)
{
	const struct ike2_notify *cookie = ike2_notify_find(m, IKE2_N_COOKIE);
	bool answer = m->header.flags & IKE2_FLAG_RESPONSE;

	if (cookie && cookie->data.len <= sizeof(s->cookie)) {
		memcpy(s->cookie, cookie->data.at, cookie->data.len);
		s->cookie_len = cookie->data.len;
	}
	if (!c)
		return;
	if (!answer)
		c->heard_id = m->header.message_id;
	if (m->header.exchange != IKE2_SA_INIT && m->header.exchange != IKE2_CREATE_CHILD_SA)
		return;
	if (!ike2_has(m, IKE2_PAYLOAD_SA)) {
		/* Asked for once more: the next request is the same one. */
		if (answer && m->header.exchange == IKE2_SA_INIT)
			c->next_id = 0;
		return;
	}
	if (m->header.exchange == IKE2_SA_INIT && answer)
		c->spi_r = m->header.spi_r;
	note(&c->heard[answer], m);
	if (answer)
		agreed(s, c, m->header.exchange, true);
}

static const char *exchange_name(uint8_t number)
{
	unsigned int i;

	for (i = 0; i < N_EXCHANGES; i++)
		if (exchanges[i].number == number)
			return exchanges[i].name;
	return "?";
}

void script_read(struct ike_peer_script *s, const uint8_t *data, size_t len, char *text, size_t cap)
{
	static uint8_t plain[IKE_MESSAGE_MAX];
	static struct ike2_message m;
	struct ike_fault f;
	struct ike2_sk sk;
	struct conv *c;
	size_t n;

	if (ike2_parse(&m, data, len, &f)) {
		snprintf(text, cap, "no message: %s", f.text);
		return;
	}
	c = conv_of(s, &m.header);
	snprintf(text, cap, "%s%.0u %s %s %u:", c ? "c" : "-", c ? (unsigned int)(c - s->conv) + 1 : 0,
		 exchange_name(m.header.exchange), m.header.flags & IKE2_FLAG_RESPONSE ? "answer" : "request",
		 m.header.message_id);
	if (!m.encrypted.body.at) {
		if (c && m.header.exchange != IKE2_SA_INIT)
			append(text, cap, " (in the clear)");
		name_payloads(m.header.next, data + IKE_HEADER_LEN, len - IKE_HEADER_LEN, text, cap);
		note_heard(s, c, &m);
		return;
	}
	if (c)
		sk = ike2_sk_of(&c->keys, !c->initiator);
	if (!c || !c->have_keys || ike2_open(&sk, &m, plain, sizeof(plain), &n)) {
		append(text, cap, " (not to be opened)");
		return;
	}
	if (m.encrypted.total) {
		snprintf(text + strlen(text), cap - strlen(text), " fragment %u of %u", m.encrypted.fragment,
			 m.encrypted.total);
		return;
	}
	name_payloads(m.encrypted.first, plain, n, text, cap);
	if (!ike2_parse_chain(&m, m.encrypted.first, plain, n, &f))
		note_heard(s, c, &m);
}
