// SPDX-License-Identifier: GPL-2.0-or-later
/* Negotiation of IKEv2 (RFC 7296 sections 2.7 and 3.3) over the table of ike_alg.c. */
#include "proto/ike_alg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENCR	IKE_TRANSFORM_ENCR
#define PRF	IKE_TRANSFORM_PRF
#define INTEG	IKE_TRANSFORM_INTEG
#define DH	IKE_TRANSFORM_DH
#define ESN	IKE_TRANSFORM_ESN
#define NONE	0	/* of integrity and group: the same as not mentioned, section 3.3.6 */

static uint8_t protocol_of(enum ike_use use)
{
	return use == IKE_USE_IKE ? IKE_PROTO_IKE : IKE_PROTO_ESP;
}

/* --- offering --- */

static void transform_add(struct ike2_sa *sa, uint8_t type, uint16_t id, uint16_t key_bits)
{
	if (sa->n_transforms < IKE2_TRANSFORMS_MAX)
		sa->transform[sa->n_transforms++] =
			(struct ike2_transform){ .type = type, .id = id, .key_bits = key_bits };
}

static struct ike_proposal *proposal_add(struct ike2_sa *sa, enum ike_use use, uint8_t number, const void *spi,
					  size_t spi_len)
{
	struct ike_proposal *p = &sa->proposal[sa->n_proposals++];

	*p = (struct ike_proposal){ .number = number, .protocol = protocol_of(use),
				     .spi = ike_octets_of(spi, spi_len), .first = sa->n_transforms };
	return p;
}

void ike2_sa_offer(struct ike2_sa *sa, const struct ike_offers *o, unsigned int flags, const void *spi, size_t spi_len)
{
	sa->n_proposals = sa->n_transforms = 0;
	for (unsigned int i = 0; i < o->n; i++) {
		const struct ike_offer *offer = &o->offer[i];
		struct ike_proposal *p = proposal_add(sa, o->use, i + 1, spi, spi_len);

		for (unsigned int type = ENCR; type <= IKE_TRANSFORM_TYPE_MAX; type++) {
			if (type == DH && flags & IKE_NEG_NO_DH)
				continue;
			for (unsigned int j = 0; j < offer->n[type]; j++)
				transform_add(sa, type, offer->alg[type][j]->id, offer->alg[type][j]->key_bits);
		}
		/* Section 3.3.3: ESP has to say something of sequence numbers. */
		if (o->use == IKE_USE_ESP && !offer->n[ESN])
			transform_add(sa, ESN, NONE, 0);
		p->n = sa->n_transforms - p->first;
	}
}

static void alg_add(struct ike2_sa *sa, const struct ike_alg *alg)
{
	if (alg)
		transform_add(sa, alg->type, alg->id, alg->key_bits);
}

void ike2_sa_accept(struct ike2_sa *sa, const struct ike_suite *s, enum ike_use use, uint8_t number, const void *spi,
		    size_t spi_len)
{
	struct ike_proposal *p;

	sa->n_proposals = sa->n_transforms = 0;
	p = proposal_add(sa, use, number, spi, spi_len);
	alg_add(sa, s->encr);
	alg_add(sa, s->prf);
	alg_add(sa, s->integ);
	alg_add(sa, s->dh);
	if (use == IKE_USE_ESP)
		transform_add(sa, ESN, s->esn, 0);
	p->n = sa->n_transforms;
}

/* --- choosing --- */

/* One proposal of the peer's against one of ours. */
struct pairing {
	const struct ike_offer *own;
	const struct ike2_sa *sa;
	const struct ike_proposal *peer;
	unsigned int flags;
	uint16_t ke_group;
};

static const struct ike2_transform *transform_at(const struct pairing *m, unsigned int i)
{
	return &m->sa->transform[m->peer->first + i];
}

static bool is_alg(const struct ike2_transform *t, const struct ike_alg *alg)
{
	/* A fixed size may be said all the same: some send 256 with ChaCha20, 192 with 3DES. */
	return !t->foreign && t->type == alg->type && t->id == alg->id &&
	       (t->key_bits == alg->key_bits || (!alg->key_bits && t->key_bits == 8 * alg->key_len));
}

static bool peer_has(const struct pairing *m, const struct ike_alg *alg)
{
	for (unsigned int i = 0; i < m->peer->n; i++)
		if (is_alg(transform_at(m, i), alg))
			return true;
	return false;
}

/* Whether the peer leaves a type out, or says that none will do. */
static bool peer_has_none(const struct pairing *m, uint8_t type)
{
	bool any = false, none = false;

	for (unsigned int i = 0; i < m->peer->n; i++) {
		const struct ike2_transform *t = transform_at(m, i);

		any = any || t->type == type;
		none = none || (t->type == type && t->id == NONE);
	}
	return !any || none;
}

static bool peer_has_strange_type(const struct pairing *m)
{
	for (unsigned int i = 0; i < m->peer->n; i++)
		if (transform_at(m, i)->type > IKE_TRANSFORM_TYPE_MAX && transform_at(m, i)->id != NONE)
			return true;
	return false;
}

static const struct ike_alg *own_of(const struct pairing *m, const struct ike2_transform *t, uint8_t type)
{
	for (unsigned int i = 0; i < m->own->n[type]; i++)
		if (is_alg(t, m->own->alg[type][i]))
			return m->own->alg[type][i];
	return NULL;
}

/* The best that both have of a type; NULL: none. */
static const struct ike_alg *common(const struct pairing *m, uint8_t type)
{
	unsigned int i;

	for (i = 0; type == DH && m->ke_group && i < m->own->n[DH]; i++)
		if (m->own->alg[DH][i]->id == m->ke_group && peer_has(m, m->own->alg[DH][i]))
			return m->own->alg[DH][i];
	for (i = 0; m->flags & IKE_NEG_PREFER_PEER && i < m->peer->n; i++) {
		const struct ike_alg *alg = own_of(m, transform_at(m, i), type);

		if (alg)
			return alg;
	}
	for (i = 0; i < m->own->n[type]; i++)
		if (peer_has(m, m->own->alg[type][i]))
			return m->own->alg[type][i];
	return NULL;
}

/* Choose of one type. False: the two do not go together. */
static bool match_type(const struct pairing *m, uint8_t type, const struct ike_alg **chosen)
{
	*chosen = NULL;
	if (type == DH && m->flags & IKE_NEG_NO_DH)
		return true;
	if (m->own->n[type])
		*chosen = common(m, type);
	if (*chosen)
		return true;
	if (!m->own->n[type])
		return peer_has_none(m, type);
	/* Ours has some: the peer's may have none only where we say so. */
	if (type == DH && m->flags & IKE_NEG_DH_OPTIONAL)
		return peer_has_none(m, type);
	return false;
}

/* Sequence numbers: a side that says nothing means the short ones. */
static bool match_esn(const struct pairing *m, bool *esn)
{
	const struct ike_alg *chosen;

	*esn = false;
	if (m->own->n[ESN] && match_type(m, ESN, &chosen)) {
		*esn = chosen->id;
		return true;
	}
	if (!peer_has_none(m, ESN))
		return false;
	for (unsigned int i = 0; i < m->own->n[ESN]; i++)
		if (m->own->alg[ESN][i]->id == NONE)
			return true;
	return !m->own->n[ESN];
}

/* Which types do not go together, as bits; 0: s is what both have. */
static unsigned int match(const struct pairing *m, enum ike_use use, struct ike_suite *s)
{
	unsigned int differ = 0;

	*s = (struct ike_suite){ 0 };
	differ |= !match_type(m, ENCR, &s->encr) << ENCR;
	differ |= !match_type(m, INTEG, &s->integ) << INTEG;
	differ |= !match_type(m, DH, &s->dh) << DH;
	if (use == IKE_USE_IKE)
		differ |= !match_type(m, PRF, &s->prf) << PRF;
	else
		differ |= !match_esn(m, &s->esn) << ESN;
	return differ;
}

static bool usable(const struct pairing *m, enum ike_use use)
{
	return m->peer->protocol == protocol_of(use) && !peer_has_strange_type(m);
}

static bool try_pair(const struct pairing *m, enum ike_use use, struct ike_suite *s)
{
	return usable(m, use) && !match(m, use, s);
}

int ike2_select(const struct ike_offers *own, const struct ike2_sa *peer, unsigned int flags, uint16_t ke_group,
		struct ike_suite *s, const struct ike_proposal **chosen)
{
	bool by_peer = flags & IKE_NEG_PREFER_PEER;
	unsigned int outer = by_peer ? peer->n_proposals : own->n;
	unsigned int inner = by_peer ? own->n : peer->n_proposals;

	for (unsigned int i = 0; i < outer; i++) {
		for (unsigned int j = 0; j < inner; j++) {
			struct pairing m = {
				.own = &own->offer[by_peer ? j : i], .sa = peer,
				.peer = &peer->proposal[by_peer ? i : j], .flags = flags, .ke_group = ke_group,
			};

			if (!try_pair(&m, own->use, s))
				continue;
			*chosen = m.peer;
			return 0;
		}
	}
	return -ENOENT;
}

/* An answer has one transform of each type at most. */
static bool is_single(const struct ike2_sa *sa, const struct ike_proposal *p)
{
	unsigned int seen = 0;

	for (unsigned int i = 0; i < p->n; i++) {
		uint8_t type = sa->transform[p->first + i].type;

		if (type > IKE_TRANSFORM_TYPE_MAX || seen & 1u << type)
			return false;
		seen |= 1u << type;
	}
	return true;
}

int ike2_check_answer(const struct ike_offers *own, const struct ike2_sa *answer, unsigned int flags,
		      struct ike_suite *s, const struct ike_proposal **chosen)
{
	const struct ike_proposal *p = &answer->proposal[0];

	if (answer->n_proposals != 1 || !is_single(answer, p) || !p->number)
		return -ENOENT;
	/* Section 3.3.1: the number says which of ours; not all keep to it. */
	for (unsigned int i = 0; i < own->n; i++) {
		struct pairing m = { .own = &own->offer[(p->number - 1 + i) % own->n], .sa = answer, .peer = p,
				     .flags = flags & ~IKE_NEG_PREFER_PEER };

		if (!try_pair(&m, own->use, s))
			continue;
		*chosen = p;
		return 0;
	}
	return -ENOENT;
}

/* --- telling --- */

static const char *type_letter(uint8_t type)
{
	static const char *const words[] = { [ENCR] = "encr", [PRF] = "prf", [INTEG] = "integ", [DH] = "group",
					     [ESN] = "esn" };

	return type <= IKE_TRANSFORM_TYPE_MAX && words[type] ? words[type] : "type";
}

static void transform_print(const struct ike2_transform *t, char *buf, size_t cap)
{
	const struct ike_alg *alg = ike_alg_find(t->type, t->id, t->key_bits);

	if (!alg && t->key_bits)
		alg = ike_alg_find(t->type, t->id, 0);
	if (alg)
		ike_append(buf, cap, "%s", alg->name);
	else if (t->id == NONE && (t->type == INTEG || t->type == DH))
		ike_append(buf, cap, "no%s", type_letter(t->type));
	else
		ike_append(buf, cap, "%s#%u", type_letter(t->type), t->id);
	if (!alg && t->key_bits)
		ike_append(buf, cap, "/%u", t->key_bits);
}

static void proposal_print(const struct ike2_sa *sa, const struct ike_proposal *p, uint8_t only, char *buf, size_t cap)
{
	const char *between = "";

	for (unsigned int i = 0; i < p->n; i++) {
		const struct ike2_transform *t = &sa->transform[p->first + i];

		if (only && t->type != only)
			continue;
		ike_append(buf, cap, "%s", between);
		transform_print(t, buf, cap);
		between = "-";
	}
	if (!*between)
		ike_append(buf, cap, "none");
}

const char *ike2_sa_to_str(const struct ike2_sa *sa, char *buf, size_t cap)
{
	buf[0] = '\0';
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		ike_append(buf, cap, "%s", i ? ", " : "");
		proposal_print(sa, &sa->proposal[i], 0, buf, cap);
	}
	return buf;
}

static unsigned int count(unsigned int bits)
{
	unsigned int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* The pair that comes closest, and what differs in it; UINT_MAX bits when no proposal is of this protocol. */
static unsigned int closest(const struct ike_offers *own, const struct ike2_sa *peer, unsigned int flags,
			    struct pairing *best)
{
	unsigned int differ = ~0u;

	for (unsigned int i = 0; i < own->n; i++) {
		for (unsigned int j = 0; j < peer->n_proposals; j++) {
			struct pairing m = { .own = &own->offer[i], .sa = peer, .peer = &peer->proposal[j],
					     .flags = flags };
			struct ike_suite s;
			unsigned int bits;

			if (m.peer->protocol != protocol_of(own->use))
				continue;
			bits = match(&m, own->use, &s);
			if (count(bits) >= count(differ))
				continue;
			differ = bits;
			*best = m;
		}
	}
	return differ;
}

static void difference_print(const struct pairing *m, uint8_t type, const char *between, char *buf, size_t cap)
{
	ike_append(buf, cap, "%s%s differs (here ", between, ike_transform_type_to_str(type));
	for (unsigned int i = 0; i < m->own->n[type]; i++)
		ike_append(buf, cap, "%s%s", i ? "-" : "", m->own->alg[type][i]->name);
	ike_append(buf, cap, "%s, the peer has ", m->own->n[type] ? "" : "none");
	proposal_print(m->sa, m->peer, type, buf, cap);
	ike_append(buf, cap, ")");
}

const char *ike2_explain(const struct ike_offers *own, const struct ike2_sa *peer, unsigned int flags, char *buf,
			 size_t cap)
{
	struct pairing best = { 0 };
	unsigned int differ = closest(own, peer, flags, &best);
	char ours[IKE_TEXT_MAX], theirs[IKE_TEXT_MAX];
	const char *between = " ";

	buf[0] = '\0';
	ike_append(buf, cap, "no proposal in common:");
	if (differ == ~0u)
		ike_append(buf, cap, " the peer proposes none for %s",
			   ike_protocol_to_str(protocol_of(own->use)));
	else if (!differ)
		ike_append(buf, cap, " the peer asks for a kind of transform that is not known here");
	for (unsigned int type = ENCR; differ != ~0u && type <= IKE_TRANSFORM_TYPE_MAX; type++) {
		if (!(differ & 1u << type))
			continue;
		difference_print(&best, type, between, buf, cap);
		between = ", ";
	}
	ike_append(buf, cap, "; here: %s; peer: %s", ike_offers_to_str(own, ours, sizeof(ours)),
		   ike2_sa_to_str(peer, theirs, sizeof(theirs)));
	return buf;
}
