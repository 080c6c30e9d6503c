// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scripted peer of IKEv2: up to eight IKE SAs with whom is tested, their keys, and messages in words (world_ike.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ike_sk.h"
#include "wire/eap.h"
#include "wire/ike2.h"
#include "world_ike_cert.h"
#include "world_ike_words.h"

#define INIT_MAX	2048
#define FRAGMENT_SIZE	400
#define CRITICAL	0x80

/* What one message had in it that keys are made of. */
struct half {
	uint8_t nonce[IKE_NONCE_MAX], public[IKE_DH_PUBLIC_MAX];
	size_t nonce_len, public_len;
	uint64_t spi;		/* of a new IKE SA; 0: it is about something else */
};

/* An IKE SA as the peer has it. */
struct conv {
	bool initiator;		/* the peer is that */
	uint64_t spi_i, spi_r;
	bool have_keys;
	struct ike2_keys keys;
	uint64_t iv;
	uint32_t next_id;	/* of the peer's next request */
	uint32_t heard_id;	/* of the last request that came */
	uint8_t eap_id;		/* of the last of EAP */
	struct half said[2], heard[2];	/* in a request, in an answer */
	uint8_t init[INIT_MAX];		/* the peer's own first message */
	size_t init_len;
};

struct script {
	const struct script_setup *setup;
	struct conv conv[CONVS_MAX];
	unsigned int n_convs, at;	/* at: the one spoken in last */
	uint8_t cookie[64];		/* that was asked for last */
	size_t cookie_len;
};

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
	struct words m;
	struct script *script;
	struct conv *conv;
	uint8_t id_body[IKE_ID_DATA_MAX + 8];
	size_t id_body_len;
};

/* --- keys --- */

static const struct ike_alg *group_of(const struct script *s)
{
	return s->setup->ike.offer[0].alg[IKE_TRANSFORM_DH][0];
}

/* The same each time, for each message of each IKE SA. */
static void private_of(const struct script *s, const struct conv *c, bool answer,
		       uint8_t private[IKE_DH_PRIVATE_MAX])
{
	memset(private, (int)(0x21 + 2 * (c - s->conv) + answer), IKE_DH_PRIVATE_MAX);
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

static struct ike_suite suite_of(const struct script *s)
{
	const struct ike_offer *o = &s->setup->ike.offer[0];

	return (struct ike_suite){ .encr = o->alg[IKE_TRANSFORM_ENCR][0], .prf = o->alg[IKE_TRANSFORM_PRF][0],
				   .integ = o->n[IKE_TRANSFORM_INTEG] ? o->alg[IKE_TRANSFORM_INTEG][0] : NULL,
				   .dh = group_of(s) };
}

/* Keys of to, by an exchange in c that the peer asked for or answered. */
static void derive(struct script *s, struct conv *c, struct conv *to, bool asked, const struct ike2_keys *old)
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
static void agreed(struct script *s, struct conv *c, uint8_t exchange, bool asked)
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

static bool put_sa(struct making *k, const char *text, unsigned int use)
{
	struct ike_offers own = use == IKE_USE_IKE ? k->script->setup->ike : k->script->setup->esp;
	bool anew = use == IKE_USE_IKE && k->m.header.exchange == IKE2_CREATE_CHILD_SA;
	uint64_t spi_new = NEW_SPI + k->script->n_convs * 16 + k->script->at * 2 +
			   !!(k->m.header.flags & IKE2_FLAG_RESPONSE);
	uint8_t spi[8] = { k->m.spi >> 24, k->m.spi >> 16 & 0xff, k->m.spi >> 8 & 0xff, k->m.spi & 0xff };
	char error[IKE_ERROR_MAX];
	struct ike2_sa sa;
	struct wr w = wr_to(spi, sizeof(spi));

	if (*text && ike_offers_parse(text, (enum ike_use)use, true, &own, error))
		return false;
	if (anew)
		wr_u64(&w, spi_new);
	ike2_sa_offer(&sa, &own, k->m.header.exchange == IKE2_AUTH ? IKE_NEG_NO_DH : 0, spi,
		      use == IKE_USE_ESP ? 4 : anew ? 8 : 0);
	ike2_put_sa(&k->m.chain, &sa);
	return true;
}

static bool put_ke(struct making *k, const char *text, unsigned int what)
{
	const struct ike_alg *group = *text ? ike_alg_by_name(text, strlen(text)) : group_of(k->script);
	uint8_t private[IKE_DH_PRIVATE_MAX], public[IKE_DH_PUBLIC_MAX];

	(void)what;
	private_of(k->script, k->conv, k->m.header.flags & IKE2_FLAG_RESPONSE, private);
	if (!group || group->type != IKE_TRANSFORM_DH || ike_dh_public(group, private, public))
		return false;
	ike2_put_ke(&k->m.chain, group->id, public, group->out_len);
	return true;
}

static bool put_nonce(struct making *k, const char *text, unsigned int what)
{
	uint8_t nonce[32];
	size_t len = words_nonce(text, nonce);

	(void)what;
	ike_put_octets(&k->m.chain, IKE2_PAYLOAD_NONCE, nonce, len);
	return len;
}

static bool put_id(struct making *k, const char *text, unsigned int payload)
{
	bool own = k->conv->initiator == (payload == IKE2_PAYLOAD_IDI);
	char error[IKE_ERROR_MAX];
	struct ike_id id;
	struct wr w = wr_to(k->id_body, sizeof(k->id_body));

	if (ike_id_parse(*text ? text : own ? "peer.example" : "us.example", &id, error))
		return false;
	ike2_put_id(&k->m.chain, (uint8_t)payload, id.type, id.data, id.len);
	if (!own)
		return true;
	ike2_id_body(&w, id.type, id.data, id.len);
	k->id_body_len = w.len;
	return true;
}

/* What a proof is over: the identity that was said before it in the same message. */
static bool to_prove(const struct making *k, struct ike2_signed *so)
{
	const struct conv *c = k->conv;
	const struct half *theirs = &c->heard[c->initiator];

	return c->have_keys &&
	       !ike2_signed_octets(so, &c->keys, c->initiator, ike_octets_of(c->init, c->init_len),
				   ike_octets_of(theirs->nonce, theirs->nonce_len),
				   ike_octets_of(k->id_body, k->id_body_len));
}

static bool put_auth(struct making *k, const char *text, unsigned int what)
{
	const char *secret = *text ? text : k->script->setup->secret;
	const struct conv *c = k->conv;
	uint8_t auth[IKE_HASH_MAX_LEN];
	struct ike2_signed so;

	(void)what;
	if (!to_prove(k, &so) || ike2_auth_psk(&c->keys, secret, strlen(secret), &so, auth))
		return false;
	ike2_put_auth(&k->m.chain, IKE2_AUTH_PSK, auth, c->keys.suite.prf->out_len);
	return true;
}

/* By the key that all certificates of the world are of. */
static bool put_sig(struct making *k, const char *text, unsigned int what)
{
	uint8_t octets[512], method;
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike2_signed so;

	(void)text;
	(void)what;
	if (!k->script->setup->key || !to_prove(k, &so) ||
	    ike2_sign(k->script->setup->key, 1u << IKE2_SIG_SHA256, false, &so, &method, &w))
		return false;
	ike2_put_auth(&k->m.chain, method, octets, w.len);
	return true;
}

static bool put_cert(struct making *k, const char *text, unsigned int what)
{
	struct ike_octets der = world_cert(text);

	(void)what;
	ike2_put_cert(&k->m.chain, IKE2_PAYLOAD_CERT, IKE_CERT_X509_SIGNATURE, der.at, der.len);
	return der.len;
}

/* An answer to what EAP asked last: its type and what is behind that, in hex. EAP-MSCHAPv2 has the number twice. */
static bool put_eap(struct making *k, const char *text, unsigned int what)
{
	uint8_t octets[1024] = { EAP_RESPONSE, k->conv->eap_id };
	size_t len = 4 + words_octets(text, octets + 4, sizeof(octets) - 4);

	(void)what;
	octets[2] = (uint8_t)(len >> 8);
	octets[3] = (uint8_t)len;
	if (octets[4] == EAP_MSCHAPV2 && len > 6)
		octets[6] = k->conv->eap_id;
	ike_put_octets(&k->m.chain, IKE2_PAYLOAD_EAP, octets, len);
	return true;
}

static bool put_ts(struct making *k, const char *text, unsigned int payload)
{
	struct ike_selector ts;
	struct prefix p;

	if (prefix_parse(text, &p))
		return false;
	ike_ts_of_prefix(&p, &ts);
	ike2_put_selectors(&k->m.chain, (uint8_t)payload, &ts, 1);
	return true;
}

static bool put_notify(struct making *k, const char *text, unsigned int what)
{
	size_t name = strcspn(text, ":"), len;
	uint16_t type = words_notify(text, ike2_notify_to_str);
	uint8_t data[256];

	(void)what;
	text += name + (text[name] == ':');
	len = words_octets(text, data, sizeof(data));
	if (type == IKE2_N_REKEY_SA || type == IKE2_N_CHILD_SA_NOT_FOUND)
		ike2_put_notify_spi(&k->m.chain, type, IKE_PROTO_ESP, (uint32_t)strtoul(text, NULL, 16), NULL, 0);
	else
		ike2_put_notify(&k->m.chain, type, data, len);
	return type != 0;
}

static bool put_delete(struct making *k, const char *text, unsigned int what)
{
	uint32_t spi = (uint32_t)strtoul(text, NULL, 16);

	(void)what;
	ike2_put_delete(&k->m.chain, *text ? IKE_PROTO_ESP : IKE_PROTO_IKE, &spi, *text ? 1 : 0);
	return true;
}

static bool put_critical(struct making *k, const char *text, unsigned int what)
{
	size_t at = k->m.chain.w->len;

	(void)what;
	ike_put_octets(&k->m.chain, (uint8_t)strtoul(text, NULL, 10), "?", 1);
	k->m.chain.w->buf[at + 1] |= CRITICAL;
	return true;
}

static bool put_payload(struct making *k, const char *text, unsigned int what)
{
	(void)what;
	words_put_payload(&k->m.chain, text);
	return true;
}

static bool put_cookie(struct making *k, const char *text, unsigned int what)
{
	(void)text;
	(void)what;
	ike2_put_notify(&k->m.chain, IKE2_N_COOKIE, k->script->cookie, k->script->cookie_len);
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
	{ "@auth", put_auth, 0 }, { "@sig", put_sig, 0 }, { "cert", put_cert, 0 },
	{ "eap", put_eap, 0 }, { "@cookie", put_cookie, 0 },
};

static bool put_item(struct making *k, const struct token *t)
{
	const char *text;
	unsigned int i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		text = words_value(t, items[i].word);
		if (text)
			return items[i].put(k, text, items[i].what);
	}
	return false;
}

/* Which IKE SA it is about; one that begins is a new one. */
static const char *choose_conv(struct making *k, const struct token **t, unsigned int *n)
{
	struct script *s = k->script;

	words_conv(t, n, &s->at);
	while (s->n_convs <= s->at) {
		struct conv *c = conv_new(s);

		if (!c)
			return "no such IKE SA";
		c->initiator = true;
		c->spi_i = NEW_SPI + s->n_convs;
	}
	k->conv = &s->conv[s->at];
	k->m.head.conv = (uint8_t)s->at;
	return NULL;
}

static const char *choose_exchange(struct making *k, const struct token **t, unsigned int *n)
{
	unsigned int i;

	for (i = 0; i < N_EXCHANGES && !words_take(t, n, exchanges[i].name); i++)
		;
	if (i == N_EXCHANGES)
		return "[cN] init|auth|create|info [answer] WORDS...";
	k->m.header.exchange = exchanges[i].number;
	if (words_take(t, n, "answer"))
		k->m.header.flags |= IKE2_FLAG_RESPONSE;
	return NULL;
}

static const char *encode(void *script, const struct token *t, unsigned int n, struct pattern *p)
{
	static struct making k;
	const char *err;
	unsigned int i = 0;

	memset(&k, 0, sizeof(k));
	k.script = script;
	words_begin(&k.m, IKE_V2);
	err = choose_conv(&k, &t, &n);
	if (!err)
		err = choose_exchange(&k, &t, &n);
	if (err)
		return err;
	if (k.m.header.exchange == IKE2_SA_INIT)
		k.m.head.how = 0;
	k.m.header.flags |= k.conv->initiator ? IKE2_FLAG_INITIATOR : 0;
	k.m.header.message_id = k.m.header.flags & IKE2_FLAG_RESPONSE ? k.conv->heard_id : k.conv->next_id;
	while (i < n && words_option(&k.m, t[i].text))
		i++;
	ike_message_begin(&k.m.chain, &k.m.w, &k.m.header);
	for (; i < n; i++)
		if (!put_item(&k, &t[i]))
			return "a word that cannot be read";
	return words_end(&k.m, p);
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
static void note_said(struct script *s, struct conv *c, const struct ike_header *h, const uint8_t *chain,
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

static bool seal_with(struct conv *c, const struct script_head *head, const struct ike_header *h, const uint8_t *chain,
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

/* What is zero in the header is what belongs there. */
static void complete(struct script *s, struct conv *c, struct ike_header *h)
{
	bool first = h->exchange == IKE2_SA_INIT, answer = h->flags & IKE2_FLAG_RESPONSE;

	h->spi_i = h->spi_i ? h->spi_i : c->spi_i;
	h->spi_r = h->spi_r ? h->spi_r : first && !answer ? 0 : c->spi_r;
	if (first && answer && !c->spi_r && h->next == IKE2_PAYLOAD_SA)
		h->spi_r = c->spi_r = NEW_SPI + s->n_convs;
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
	if ((head->how & SCRIPT_SEALED) && c->have_keys && !seal_with(c, head, &h, chain.at, chain.len, w))
		return false;
	if (!w->len)
		words_write_clear(w, &h, chain);
	if (w->bad)
		return false;
	if (head->how & SCRIPT_BENT)
		w->buf[w->len - 1] ^= 1;
	if (h.exchange == IKE2_SA_INIT && !c->have_keys && w->len <= INIT_MAX) {
		memcpy(c->init, w->buf, w->len);
		c->init_len = w->len;
	}
	note_said(s, c, &h, chain.at, chain.len);
	return true;
}

/* --- what comes --- */

/* A first request begins one, a first answer completes it. */
static struct conv *conv_of(struct script *s, const struct ike_header *h)
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

static void note_heard(struct script *s, struct conv *c, const struct ike2_message *m)
{
	const struct ike_notify *cookie = ike2_notify_find(m, IKE2_N_COOKIE);
	bool answer = m->header.flags & IKE2_FLAG_RESPONSE;

	if (cookie && cookie->data.len <= sizeof(s->cookie)) {
		memcpy(s->cookie, cookie->data.at, cookie->data.len);
		s->cookie_len = cookie->data.len;
	}
	if (!c)
		return;
	if (!answer)
		c->heard_id = m->header.message_id;
	if (ike2_has(m, IKE2_PAYLOAD_EAP) && m->eap.len > 1)
		c->eap_id = m->eap.at[1];
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

static void read_message(void *script, const uint8_t *data, size_t len, char *text, size_t cap)
{
	static uint8_t plain[IKE_MESSAGE_MAX];
	static struct ike2_message m;
	struct script *s = script;
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
			ike_append(text, cap, " (in the clear)");
		words_name_payloads(m.header.next, data + IKE_HEADER_LEN, len - IKE_HEADER_LEN, text, cap);
		note_heard(s, c, &m);
		return;
	}
	if (c)
		sk = ike2_sk_of(&c->keys, !c->initiator);
	if (!c || !c->have_keys || ike2_open(&sk, &m, plain, sizeof(plain), &n)) {
		ike_append(text, cap, " (not to be opened)");
		return;
	}
	if (m.encrypted.total) {
		ike_append(text, cap, " fragment %u of %u", m.encrypted.fragment, m.encrypted.total);
		return;
	}
	words_name_payloads(m.encrypted.first, plain, n, text, cap);
	if (!ike2_parse_chain(&m, m.encrypted.first, plain, n, &f))
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

const struct script_kind ike2_peer = { .make = make, .encode = encode, .seal = seal, .read = read_message };
