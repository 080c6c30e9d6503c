// SPDX-License-Identifier: GPL-2.0-or-later
/* Negotiation of IKEv1 (RFC 2408 section 4.2, RFC 2409 section 5, RFC 2407 section 4.5) over the table of ike_alg.c. */
#include "proto/ike_alg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENCR	IKE_TRANSFORM_ENCR
#define PRF	IKE_TRANSFORM_PRF
#define INTEG	IKE_TRANSFORM_INTEG
#define DH	IKE_TRANSFORM_DH
#define ESN	IKE_TRANSFORM_ESN
#define AES_DEFAULT_BITS 128	/* of an AES transform that does not say: some old ones */

static uint16_t number_of(const struct ike_alg *alg, enum ike_use use)
{
	return use == IKE_USE_IKE ? alg->ike1 : alg->ipsec1;
}

/* --- offering --- */

static struct ike_proposal *begin(struct ike1_proposals *sa, uint8_t protocol, const void *spi, size_t spi_len)
{
	struct ike_proposal *p = &sa->proposal[0];

	*sa = (struct ike1_proposals){ .doi = IKE1_DOI_IPSEC, .situation = IKE1_SIT_IDENTITY_ONLY, .n_proposals = 1 };
	*p = (struct ike_proposal){ .number = 1, .protocol = protocol, .spi = ike_octets_of(spi, spi_len) };
	return p;
}

static bool same_transform(const struct ike1_transform *a, const struct ike1_transform *b)
{
	return a->id == b->id && a->encr == b->encr && a->hash == b->hash && a->group == b->group &&
	       a->key_bits == b->key_bits && a->esn == b->esn;
}

/* Each once, numbered from 1 on. */
static void add(struct ike1_proposals *sa, struct ike1_transform t)
{
	for (unsigned int i = 0; i < sa->n_transforms; i++)
		if (same_transform(&sa->transform[i], &t))
			return;
	if (sa->n_transforms == IKE1_OFFERED_MAX)
		return;
	t.number = sa->n_transforms + 1;
	sa->transform[sa->n_transforms++] = t;
	sa->proposal[0].n = sa->n_transforms;
}

static void offer_phase1(struct ike1_proposals *sa, const struct ike_offer *o, const struct ike1_transform *base)
{
	for (unsigned int g = 0; g < o->n[DH]; g++) {
		if (base->group && o->alg[DH][g]->ike1 != base->group)
			continue;
		for (unsigned int e = 0; e < o->n[ENCR]; e++) {
			for (unsigned int h = 0; h < o->n[PRF]; h++) {
				struct ike1_transform t = *base;

				t.encr = o->alg[ENCR][e]->ike1;
				t.key_bits = o->alg[ENCR][e]->key_bits;
				t.hash = o->alg[PRF][h]->ike1;
				t.group = o->alg[DH][g]->ike1;
				if (t.encr && t.hash && t.group)
					add(sa, t);
			}
		}
	}
}

void ike1_sa_offer(struct ike1_proposals *sa, const struct ike_offers *o, const struct ike_alg *group,
		   uint16_t auth_method, uint32_t life_seconds)
{
	const struct ike1_transform base = { .id = IKE1_TRANSFORM_KEY_IKE, .auth = auth_method,
					     .group = group ? group->ike1 : 0, .life_seconds = life_seconds };

	begin(sa, IKE_PROTO_IKE, NULL, 0);
	for (unsigned int i = 0; i < o->n; i++)
		offer_phase1(sa, &o->offer[i], &base);
}

static void offer_phase2(struct ike1_proposals *sa, const struct ike_offer *o, const struct ike1_transform *base)
{
	for (unsigned int e = 0; e < o->n[ENCR]; e++) {
		struct ike1_transform t = *base;

		t.id = o->alg[ENCR][e]->ipsec1;
		t.key_bits = o->alg[ENCR][e]->key_bits;
		if (!t.id)
			continue;
		if (ike_alg_is_aead(o->alg[ENCR][e]))
			add(sa, t);
		for (unsigned int h = 0; !ike_alg_is_aead(o->alg[ENCR][e]) && h < o->n[INTEG]; h++) {
			t.hash = o->alg[INTEG][h]->ipsec1;
			if (t.hash)
				add(sa, t);
		}
	}
}

void ike1_sa_offer_ipsec(struct ike1_proposals *sa, const struct ike_offers *o, const struct ike_alg *pfs,
			 uint16_t encap,
			 const struct ike1_life *life, const void *spi)
{
	const struct ike1_transform base = { .encap = encap, .group = pfs ? pfs->ipsec1 : 0,
					     .life_seconds = life->seconds, .life_kilobytes = life->kilobytes };

	begin(sa, IKE_PROTO_ESP, spi, 4);
	for (unsigned int i = 0; i < o->n; i++)
		offer_phase2(sa, &o->offer[i], &base);
}

void ike1_sa_accept(struct ike1_proposals *sa, const struct ike_proposal *chosen,
		    const struct ike1_transform *transform,
		    const void *spi, size_t spi_len)
{
	struct ike_proposal *p = begin(sa, chosen->protocol, spi, spi_len);

	p->number = chosen->number;
	p->n = 1;
	sa->n_transforms = 1;
	sa->transform[0] = *transform;
}

/* --- choosing --- */

static bool encr_is(const struct ike1_transform *t, const struct ike_alg *alg, enum ike_use use)
{
	uint16_t bits = t->key_bits;

	if (!bits && alg->key_bits == AES_DEFAULT_BITS)
		bits = AES_DEFAULT_BITS;
	return number_of(alg, use) && number_of(alg, use) == (use == IKE_USE_IKE ? t->encr : t->id) &&
	       (bits == alg->key_bits || (!alg->key_bits && bits == 8 * alg->key_len));
}

static const struct ike_alg *encr_of(const struct ike_offer *o, const struct ike1_transform *t, enum ike_use use)
{
	for (unsigned int i = 0; i < o->n[ENCR]; i++)
		if (encr_is(t, o->alg[ENCR][i], use))
			return o->alg[ENCR][i];
	return NULL;
}

/* Of hash, integrity, group. */
static const struct ike_alg *alg_of(const struct ike_offer *o, uint8_t type, uint16_t number, enum ike_use use)
{
	for (unsigned int i = 0; number && i < o->n[type]; i++)
		if (number_of(o->alg[type][i], use) == number)
			return o->alg[type][i];
	return NULL;
}

/* What of the transform is not in an offer, as bits of types; 0: s is what was agreed on. */
static unsigned int match_phase1(const struct ike_offer *o, const struct ike1_transform *t, struct ike_suite *s)
{
	*s = (struct ike_suite){ .encr = encr_of(o, t, IKE_USE_IKE), .prf = alg_of(o, PRF, t->hash, IKE_USE_IKE),
				 .dh = alg_of(o, DH, t->group, IKE_USE_IKE) };
	return !s->encr << ENCR | !s->prf << PRF | !s->dh << DH;
}

/* The group of PFS: one of ours, any that is good where we name none, none where that will do. */
static bool match_group(const struct ike_offer *o, const struct ike1_transform *t, unsigned int flags,
			const struct ike_alg **dh)
{
	*dh = NULL;
	if (!t->group)
		return !o->n[DH] || flags & IKE_NEG_DH_OPTIONAL;
	*dh = o->n[DH] ? alg_of(o, DH, t->group, IKE_USE_ESP) : ike_alg_find(DH, t->group, 0);
	return *dh && (o->n[DH] || !(*dh)->legacy);
}

static bool match_esn(const struct ike_offer *o, const struct ike1_transform *t)
{
	for (unsigned int i = 0; i < o->n[ESN]; i++)
		if (o->alg[ESN][i]->id == t->esn)
			return true;
	return !o->n[ESN] && !t->esn;
}

static unsigned int match_phase2(const struct ike_offer *o, const struct ike1_transform *t, unsigned int flags,
				 struct ike_suite *s)
{
	unsigned int differ = 0;

	*s = (struct ike_suite){ .encr = encr_of(o, t, IKE_USE_ESP), .esn = t->esn };
	differ |= !s->encr << ENCR;
	if (!s->encr || !ike_alg_is_aead(s->encr)) {
		s->integ = alg_of(o, INTEG, t->hash, IKE_USE_ESP);
		differ |= !s->integ << INTEG;
	} else if (t->hash) {
		differ |= 1u << INTEG;
	}
	differ |= !match_group(o, t, flags, &s->dh) << DH;
	differ |= !match_esn(o, t) << ESN;
	return differ;
}

static bool among(const uint16_t *numbers, size_t n, uint16_t number)
{
	for (size_t i = 0; i < n; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

int ike1_select(const struct ike_offers *own, const struct ike1_proposals *peer, const uint16_t *auths, size_t n_auths,
		struct ike_suite *s, const struct ike_proposal **chosen, const struct ike1_transform **transform)
{
	for (unsigned int i = 0; i < peer->n_proposals; i++) {
		const struct ike_proposal *p = &peer->proposal[i];

		for (unsigned int j = 0; p->protocol == IKE_PROTO_IKE && j < p->n; j++) {
			const struct ike1_transform *t = &peer->transform[p->first + j];

			if (t->foreign || t->id != IKE1_TRANSFORM_KEY_IKE || !among(auths, n_auths, t->auth))
				continue;
			for (unsigned int k = 0; k < own->n; k++) {
				if (match_phase1(&own->offer[k], t, s))
					continue;
				*chosen = p;
				*transform = t;
				return 0;
			}
		}
	}
	return -ENOENT;
}

/* Section 4.2 of RFC 2408: proposals of one number go together. Those of ESP alone are ours to take. */
static bool is_alone(const struct ike1_proposals *sa, const struct ike_proposal *p)
{
	for (unsigned int i = 0; i < sa->n_proposals; i++)
		if (&sa->proposal[i] != p && sa->proposal[i].number == p->number)
			return false;
	return true;
}

int ike1_select_ipsec(const struct ike_offers *own, const struct ike1_proposals *peer, const uint16_t *encaps,
		      size_t n_encaps, unsigned int flags, struct ike_suite *s, const struct ike_proposal **chosen,
		      const struct ike1_transform **transform)
{
	for (unsigned int i = 0; i < peer->n_proposals; i++) {
		const struct ike_proposal *p = &peer->proposal[i];

		if (p->protocol != IKE_PROTO_ESP || p->spi.len != 4 || !is_alone(peer, p))
			continue;
		for (unsigned int j = 0; j < p->n; j++) {
			const struct ike1_transform *t = &peer->transform[p->first + j];

			if (t->foreign || !among(encaps, n_encaps, t->encap))
				continue;
			for (unsigned int k = 0; k < own->n; k++) {
				if (match_phase2(&own->offer[k], t, flags, s))
					continue;
				*chosen = p;
				*transform = t;
				return 0;
			}
		}
	}
	return -ENOENT;
}

/* Any algorithm of the table, as an offer of everything. */
static const struct ike_alg *any_encr(const struct ike1_transform *t, enum ike_use use)
{
	const struct ike_alg *alg;

	for (size_t i = 0; (alg = ike_alg_at(i)); i++)
		if (alg->type == ENCR && alg->uses & use && encr_is(t, alg, use))
			return alg;
	return NULL;
}

static const struct ike_alg *any_of(uint8_t type, uint16_t number, enum ike_use use)
{
	const struct ike_alg *alg;

	for (size_t i = 0; number && (alg = ike_alg_at(i)); i++)
		if (alg->type == type && number_of(alg, use) == number)
			return alg;
	return NULL;
}

bool ike1_suite_of(const struct ike1_transform *t, enum ike_use use, struct ike_suite *s)
{
	bool ike = use == IKE_USE_IKE;

	*s = (struct ike_suite){ .encr = any_encr(t, use), .dh = any_of(DH, t->group, use), .esn = !ike && t->esn };
	if (ike)
		s->prf = any_of(PRF, t->hash, use);
	else
		s->integ = any_of(INTEG, t->hash, use);
	if (t->foreign || !s->encr || (t->group && !s->dh))
		return false;
	return ike ? s->prf && s->dh : ike_alg_is_aead(s->encr) ? !t->hash : s->integ != NULL;
}

/* --- telling --- */

static void number_print(const struct ike_alg *alg, const char *what, uint16_t number, char *buf, size_t cap)
{
	if (alg)
		ike_append(buf, cap, "%s", alg->name);
	else
		ike_append(buf, cap, "%s#%u", what, number);
}

static void transform_print(const struct ike1_transform *t, enum ike_use use, char *buf, size_t cap)
{
	bool ike = use == IKE_USE_IKE;
	const struct ike_alg *encr = any_encr(t, use);

	number_print(encr, "encr", ike ? t->encr : t->id, buf, cap);
	if (!encr && t->key_bits)
		ike_append(buf, cap, "/%u", t->key_bits);
	if (t->hash) {
		ike_append(buf, cap, "-");
		number_print(any_of(INTEG, t->hash, use), "hash", t->hash, buf, cap);
	}
	if (t->group) {
		ike_append(buf, cap, "-");
		number_print(any_of(DH, t->group, use), "group", t->group, buf, cap);
	}
	if (ike)
		ike_append(buf, cap, " (%s)", ike1_auth_to_str(t->auth));
}

const char *ike1_sa_to_str(const struct ike1_proposals *sa, enum ike_use use, char *buf, size_t cap)
{
	const char *between = "";

	buf[0] = '\0';
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		const struct ike_proposal *p = &sa->proposal[i];

		if (p->protocol != (use == IKE_USE_IKE ? IKE_PROTO_IKE : IKE_PROTO_ESP)) {
			ike_append(buf, cap, "%s%s", between, ike_protocol_to_str(p->protocol));
			between = ", ";
			continue;
		}
		for (unsigned int j = 0; j < p->n; j++) {
			ike_append(buf, cap, "%s", between);
			transform_print(&sa->transform[p->first + j], use, buf, cap);
			between = ", ";
		}
	}
	return buf;
}

/* A value that no transform of the peer's has, where ours has others: the most telling difference. */
static unsigned int least_difference(const struct ike_offers *own, const struct ike1_proposals *peer)
{
	unsigned int least = ~0u;

	for (unsigned int i = 0; i < own->n; i++) {
		for (unsigned int j = 0; j < peer->n_transforms; j++) {
			const struct ike1_transform *t = &peer->transform[j];
			struct ike_suite s;
			unsigned int differ = own->use == IKE_USE_IKE ? match_phase1(&own->offer[i], t, &s) :
							match_phase2(&own->offer[i], t, IKE_NEG_DH_OPTIONAL, &s);

			if (__builtin_popcount(differ) < __builtin_popcount(least))
				least = differ;
		}
	}
	return least;
}

const char *ike1_explain(const struct ike_offers *own, const struct ike1_proposals *peer, char *buf, size_t cap)
{
	unsigned int differ = least_difference(own, peer);
	char ours[IKE_TEXT_MAX], theirs[IKE_TEXT_MAX];
	const char *between = " ";

	buf[0] = '\0';
	ike_append(buf, cap, "no proposal in common:");
	if (!differ)
		ike_append(buf, cap, " authentication or mode differs");
	for (unsigned int type = ENCR; differ != ~0u && type <= IKE_TRANSFORM_TYPE_MAX; type++) {
		if (!(differ & 1u << type))
			continue;
		ike_append(buf, cap, "%s%s differs", between, type == PRF ? "hash" : ike_transform_type_to_str(type));
		between = ", ";
	}
	ike_append(buf, cap, "; here: %s; peer: %s", ike_offers_to_str(own, ours, sizeof(ours)),
		   ike1_sa_to_str(peer, own->use, theirs, sizeof(theirs)));
	return buf;
}
