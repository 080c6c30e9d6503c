// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE on the wire. The first octet chooses: a message of IKEv2 or of IKEv1, or a chain as it comes out of one that was
 * encrypted, whose first payload's type follows. What was taken refers into the message, and what is written again from
 * it is read as the same.
 */
#include <errno.h>

#include "base/cursor.h"
#include "fuzz.h"
#include "proto/ike_alg.h"

enum { IKEV1 = 1, CHAIN = 2 };

static const uint8_t *from;
static size_t size_of;

static void inside(struct ike_octets o)
{
	must(!o.len || (o.at >= from && o.len <= size_of && o.at + o.len <= from + size_of));
}

static void text_is_fine(const char *text)
{
	must(text[0]);
	for (; *text; text++)
		must((uint8_t)*text >= ' ' && (uint8_t)*text < 0x7f);
}

/* --- IKEv2 --- */

static void same_sa(const struct ike2_message *m)
{
	static struct ike2_message again;
	static uint8_t octets[65536];
	const struct ike_header h = { .spi_i = 1, .version = IKE_V2, .exchange = IKE2_SA_INIT };
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_fault f;
	struct ike_chain c;
	char text[IKE_TEXT_MAX];

	ike_message_begin(&c, &w, &h);
	ike2_put_sa(&c, &m->sa);
	ike_message_end(&c);
	must(!w.bad && !ike2_parse(&again, octets, w.len, &f));
	must(again.sa.n_proposals == m->sa.n_proposals && again.sa.n_transforms == m->sa.n_transforms);
	for (unsigned int i = 0; i < m->sa.n_transforms; i++)
		must(again.sa.transform[i].type == m->sa.transform[i].type &&
		     again.sa.transform[i].id == m->sa.transform[i].id &&
		     again.sa.transform[i].key_bits == m->sa.transform[i].key_bits);
	ike2_sa_to_str(&m->sa, text, sizeof(text));
}

static void negotiate2(const struct ike2_message *m)
{
	const struct ike_proposal *chosen;
	struct ike_offers o;
	struct ike_suite s, again;
	static struct ike2_sa answer;
	char text[512];

	for (unsigned int use = IKE_USE_IKE; use <= IKE_USE_ESP; use++) {
		for (unsigned int flags = 0; flags < 8; flags++) {
			ike_offers_default(IKE_V2, use, flags & 1, &o);
			if (ike2_select(&o, &m->sa, flags, m->ke.group, &s, &chosen)) {
				text_is_fine(ike2_explain(&o, &m->sa, flags, text, sizeof(text)));
				continue;
			}
			must(s.encr && (use == IKE_USE_ESP || (s.prf && (s.dh || flags & IKE_NEG_NO_DH ||
									 flags & IKE_NEG_DH_OPTIONAL))));
			must(!!s.integ == !ike_alg_is_aead(s.encr));
			if (!chosen->number)
				continue;
			ike2_sa_accept(&answer, &s, use, chosen->number, NULL, 0);
			must(!ike2_check_answer(&o, &answer, flags | IKE_NEG_DH_OPTIONAL, &again, &chosen));
		}
	}
}

static void same_selectors(const struct ike2_selectors *ts)
{
	static struct ike2_message again;
	static uint8_t octets[8192];
	const struct ike_header h = { .spi_i = 1, .version = IKE_V2, .exchange = IKE2_AUTH };
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_fault f;
	struct ike_chain c;

	ike_message_begin(&c, &w, &h);
	ike2_put_selectors(&c, IKE2_PAYLOAD_TSI, ts->s, ts->n);
	ike_message_end(&c);
	must(!w.bad && !ike2_parse(&again, octets, w.len, &f) && again.ts_i.n == ts->n);
	must(!memcmp(again.ts_i.s, ts->s, ts->n * sizeof(ts->s[0])) || ts->n == 0);
}

static void message2(const struct ike2_message *m)
{
	unsigned int i;

	inside(m->ke.data);
	inside(m->id_i.body);
	inside(m->id_r.data);
	inside(m->auth.data);
	inside(m->nonce);
	inside(m->eap);
	inside(m->encrypted.body);
	inside(m->encrypted.aad);
	must(!m->nonce.len || (m->nonce.len >= IKE_NONCE_MIN && m->nonce.len <= IKE_NONCE_MAX));
	for (i = 0; i < m->n_certs; i++)
		inside(m->cert[i].data);
	for (i = 0; i < m->n_notifies; i++) {
		inside(m->notify[i].spi);
		inside(m->notify[i].data);
	}
	for (i = 0; i < m->n_deletes; i++) {
		inside(m->del[i].spis);
		must(m->del[i].spis.len == (size_t)m->del[i].n * m->del[i].spi_size);
	}
	for (i = 0; i < m->cfg.n; i++)
		inside(m->cfg.attr[i].value);
	for (i = 0; i < m->sa.n_proposals; i++) {
		inside(m->sa.proposal[i].spi);
		must(m->sa.proposal[i].first + m->sa.proposal[i].n <= m->sa.n_transforms);
	}
	if (ike2_has(m, IKE2_PAYLOAD_SA)) {
		same_sa(m);
		negotiate2(m);
	}
	if (ike2_has(m, IKE2_PAYLOAD_TSI))
		same_selectors(&m->ts_i);
}

static void ikev2(const uint8_t *data, size_t len, bool chain, uint8_t first)
{
	static struct ike2_message m;
	struct ike_fault f = { 0 };
	const uint8_t none[] = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 35, 0, 0, 0, 0, 1, 0, 0, 0,
				 28 };
	int err;

	if (chain) {
		must(!ike2_parse(&m, none, sizeof(none), &f));
		err = ike2_parse_chain(&m, first, data, len, &f);
	} else {
		err = ike2_parse(&m, data, len, &f);
	}
	must(!err || err == -EBADMSG || err == -EOPNOTSUPP || (!chain && err == -EPROTONOSUPPORT));
	if (err)
		text_is_fine(f.text);
	else
		message2(&m);
}

/* --- IKEv1 --- */

static void negotiate1(const struct ike1_message *m)
{
	static const uint16_t auths[] = { 1, 3, 65001 }, encaps[] = { 1, 2, 3, 4, 61443, 61444 };
	const struct ike_proposal *p;
	const struct ike1_transform *t;
	struct ike_suite s, again;
	struct ike_offers o;
	char text[512];

	for (unsigned int use = IKE_USE_IKE; use <= IKE_USE_ESP; use++) {
		int err;

		ike_offers_default(IKE_V1, use, true, &o);
		err = use == IKE_USE_IKE ? ike1_select(&o, &m->sa, auths, 3, &s, &p, &t) :
					   ike1_select_ipsec(&o, &m->sa, encaps, 6, IKE_NEG_DH_OPTIONAL, &s, &p, &t);
		if (err) {
			text_is_fine(ike1_explain(&o, &m->sa, text, sizeof(text)));
			continue;
		}
		inside(t->whole);
		must(s.encr && !t->foreign && ike1_suite_of(t, use, &again) && again.encr == s.encr &&
		     again.dh == s.dh);
	}
}

/* What is answered with a transform of the peer's is read as that. */
static void same_transforms(const struct ike1_message *m)
{
	static struct ike1_message again;
	static uint8_t octets[65536];
	const struct ike_header h = { .spi_i = 1, .version = IKE_V1, .exchange = IKE1_MAIN };
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_octets encrypted;
	struct ike_fault f;
	struct ike_chain c;

	ike_message_begin(&c, &w, &h);
	ike1_put_sa(&c, &m->sa);
	ike_message_end(&c);
	must(!w.bad && !ike1_parse(&again, octets, w.len, &encrypted, &f));
	must(again.sa.n_transforms == m->sa.n_transforms);
	for (unsigned int i = 0; i < m->sa.n_transforms; i++)
		must(again.sa.transform[i].encr == m->sa.transform[i].encr &&
		     again.sa.transform[i].life_seconds == m->sa.transform[i].life_seconds);
}

static void message1(const struct ike1_message *m)
{
	struct ike_selector ts;
	unsigned int i;

	inside(m->ke);
	inside(m->nonce);
	inside(m->hash);
	inside(m->sig);
	inside(m->after_hash);
	inside(m->sa.body);
	inside(m->fragment.data);
	for (i = 0; i < m->n_ids; i++) {
		inside(m->id[i].body);
		if (!ike1_id_selector(&m->id[i], &ts))
			must(ts.from.family == ts.to.family && ts.port_from <= ts.port_to);
	}
	for (i = 0; i < m->n_natds; i++)
		inside(m->natd[i]);
	for (i = 0; i < m->n_notifies; i++)
		inside(m->notify[i].data);
	for (i = 0; i < m->n_deletes; i++)
		must(m->del[i].spis.len == (size_t)m->del[i].n * m->del[i].spi_size);
	for (i = 0; i < m->cfg.n; i++)
		inside(m->cfg.attr[i].value);
	if (ike1_has(m, IKE1_PAYLOAD_SA)) {
		negotiate1(m);
		same_transforms(m);
	}
}

static void ikev1(const uint8_t *data, size_t len, bool chain, uint8_t first)
{
	static struct ike1_message m;
	struct ike_octets encrypted = { 0 };
	struct ike_fault f;
	int err = chain ? ike1_parse_chain(&m, first, data, len, &f) : ike1_parse(&m, data, len, &encrypted, &f);

	must(!err || err == -EBADMSG || (!chain && err == -EPROTONOSUPPORT));
	inside(encrypted);
	if (err)
		text_is_fine(f.text);
	else if (!encrypted.at)
		message1(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in), first = how & CHAIN ? in_u8(&in) : 0;
	uint8_t *copy = in_take(&in, IKE_MESSAGE_MAX, &size_of);

	from = copy;
	if (how & IKEV1)
		ikev1(copy, size_of, how & CHAIN, first);
	else
		ikev2(copy, size_of, how & CHAIN, first);
	free(copy);
	return 0;
}
