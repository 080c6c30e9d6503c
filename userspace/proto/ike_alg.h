/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms of IKE and of its children: one table, their names in the configuration, and the
 * negotiation of both versions over it. Pure.
 *
 * A proposal is written as strongSwan's administrators know it: keywords joined by "-", of which all
 * of one kind are alternatives, the preferred first; proposals are separated by commas:
 *
 *	aes256gcm16-aes128gcm16-prfsha384-x25519-ecp384, aes256-sha256-modp2048
 *
 * The PRF follows the integrity algorithm where none is named.
 */
#ifndef ADIT_PROTO_IKE_ALG_H
#define ADIT_PROTO_IKE_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ike_text.h"
#include "wire/ike1.h"
#include "wire/ike2.h"

/* Largest of their kind, for buffers. */
#define IKE_KEY_MAX		64	/* of a PRF, an integrity algorithm */
#define IKE_CIPHER_KEY_MAX	36	/* with the salt */
#define IKE_IV_MAX		16
#define IKE_ICV_MAX		32
#define IKE_DH_PUBLIC_MAX	1024	/* MODP 8192 */
#define IKE_DH_PRIVATE_MAX	80
#define IKE_DH_SHARED_MAX	1024

enum ike_use {		/* what a proposal is for */
	IKE_USE_IKE = 1,
	IKE_USE_ESP = 2,
};

struct ike_alg {
	const char *name;	/* keyword: "aes256gcm16" */
	uint8_t type;		/* enum ike_transform_type */
	uint16_t id;		/* IKEv2's transform id */
	uint16_t key_bits;	/* of the Key Length attribute; 0: it has none */
	uint16_t ike1;		/* IKEv1 phase 1: value of its attribute; 0: not there */
	uint16_t ipsec1;	/* IKEv1 phase 2: ESP transform id, or authentication algorithm */
	uint8_t uses;		/* enum ike_use, or-ed */
	bool legacy;		/* for peers with nothing better */
	/* octets */
	uint16_t key_len;	/* encryption: without salt; DH: of the private value that we choose */
	uint16_t out_len;	/* PRF: its output; integrity and AEAD: the integrity value; DH: the public value */
	uint16_t shared_len;	/* DH */
	uint8_t salt_len, iv_len, block_len;	/* encryption */
	const char *impl;	/* what libcrypto calls it */
	int kernel;		/* enum adit_sa_cipher or adit_sa_auth of linux/adit.h; 0: not for ESP */
};

static inline bool ike_alg_is_aead(const struct ike_alg *encr) { return encr->salt_len; }

/* NULL: not in the table. key_bits 0 also finds those that have one size alone. */
const struct ike_alg *ike_alg_find(uint8_t type, uint16_t id, uint16_t key_bits);
const struct ike_alg *ike_alg_by_name(const char *name, size_t len);
/* Every algorithm of the table in turn; NULL behind the last. */
const struct ike_alg *ike_alg_at(size_t index);

/* One proposal of ours: alternatives of each type, the preferred first. */
#define IKE_ALTERNATIVES_MAX 12
struct ike_offer {
	uint8_t n[IKE_TRANSFORM_TYPE_MAX + 1];
	const struct ike_alg *alg[IKE_TRANSFORM_TYPE_MAX + 1][IKE_ALTERNATIVES_MAX];
};

#define IKE_OFFERS_MAX 8
struct ike_offers {
	enum ike_use use;
	unsigned int n;
	struct ike_offer offer[IKE_OFFERS_MAX];
};

/* What was agreed on. Those that there are none of are NULL: integ of an AEAD, dh without PFS, prf of ESP. */
struct ike_suite {
	const struct ike_alg *encr, *prf, *integ, *dh;
	bool esn;
};

#define IKE_TEXT_MAX 1024	/* of proposals as text */

/*
 * Read proposals. legacy: those for peers with nothing better may be named. -EINVAL with a sentence in
 * error ("aes257 is no algorithm that adit knows").
 */
int ike_offers_parse(const char *text, enum ike_use use, bool legacy, struct ike_offers *out,
		     char error[IKE_ERROR_MAX]);
/* What we offer where nothing is said. version is IKE_V1 or IKE_V2. */
void ike_offers_default(enum ike_version version, enum ike_use use, bool legacy, struct ike_offers *out);
/* As they are written in the configuration; returns buf. */
const char *ike_offers_to_str(const struct ike_offers *o, char *buf, size_t cap);
/* "aes256-sha256-prfsha256-modp2048" */
const char *ike_suite_to_str(const struct ike_suite *s, char *buf, size_t cap);
/* Whether something in it is for peers with nothing better; names it ("3des, modp1024"), else NULL. */
const char *ike_suite_legacy(const struct ike_suite *s, char *buf, size_t cap);
/* Some octets that name a suite, for records; thaw: false when one is not in the table. */
#define IKE_SUITE_FROZEN_LEN 17
void ike_suite_freeze(const struct ike_suite *s, struct wr *w);
bool ike_suite_thaw(struct ike_suite *s, struct rd *r);

/* --- IKEv2 --- */

enum {	/* how to negotiate, or-ed */
	IKE_NEG_PREFER_PEER = 1,	/* the peer's order rather than ours */
	IKE_NEG_NO_DH = 2,		/* of a child in IKE_AUTH: groups are left out and ignored */
	IKE_NEG_DH_OPTIONAL = 4,	/* a peer that offers no group is taken without PFS */
};

/*
 * The proposals that we offer, for ike2_put_sa(). spi is borrowed, of spi_len octets (0 for the first
 * IKE SA, 8 for a new one that replaces it, 4 for ESP).
 */
void ike2_sa_offer(struct ike2_sa *sa, const struct ike_offers *o, unsigned int flags, const void *spi, size_t spi_len);
/* The one that we accept; number is that of the peer's proposal. */
void ike2_sa_accept(struct ike2_sa *sa, const struct ike_suite *s, enum ike_use use, uint8_t number, const void *spi,
		    size_t spi_len);
/*
 * As responder: choose. The group of the peer's KE payload is taken where both allow it (0: none).
 * -ENOENT: nothing in common, see ike2_explain(). chosen is the peer's proposal: its number and SPI.
 */
int ike2_select(const struct ike_offers *own, const struct ike2_sa *peer, unsigned int flags, uint16_t ke_group,
		struct ike_suite *s, const struct ike_proposal **chosen);
/* As initiator: whether the answer is one of what ike2_sa_offer() offered. -ENOENT: not. */
int ike2_check_answer(const struct ike_offers *own, const struct ike2_sa *answer, unsigned int flags,
		      struct ike_suite *s, const struct ike_proposal **chosen);
/*
 * Why nothing is in common, in one sentence that shows both sides and what differs in the pair that
 * comes closest: "no proposal in common: encryption differs (here aes256, the peer has 3des); here: …; peer: …".
 */
const char *ike2_explain(const struct ike_offers *own, const struct ike2_sa *peer, unsigned int flags, char *buf,
			 size_t cap);
const char *ike2_sa_to_str(const struct ike2_sa *sa, char *buf, size_t cap);

/* --- IKEv1 --- */

struct ike1_life {
	uint32_t seconds, kilobytes;	/* 0: not said */
};

/*
 * Phase 1: one proposal with a transform for each combination, at most IKE1_OFFERED_MAX; of this group alone, if one is
 * given.
 */
#define IKE1_OFFERED_MAX 60
void ike1_sa_offer(struct ike1_proposals *sa, const struct ike_offers *o, const struct ike_alg *group,
		   uint16_t auth_method, uint32_t life_seconds);
/*
 * As responder, phase 1: the first transform of the peer's that we have too, by one of n_auths
 * methods. -ENOENT: see ike1_explain().
 */
int ike1_select(const struct ike_offers *own, const struct ike1_proposals *peer, const uint16_t *auths, size_t n_auths,
		struct ike_suite *s, const struct ike_proposal **chosen, const struct ike1_transform **transform);
/* Phase 2: encap is of enum ike1_encap; group 0 (pfs NULL): no PFS, or that of the offers. */
void ike1_sa_offer_ipsec(struct ike1_proposals *sa, const struct ike_offers *o, const struct ike_alg *pfs,
			 uint16_t encap,
			 const struct ike1_life *life, const void *spi);
/*
 * As responder, phase 2: ESP by one of n_encaps. group: that of the peer's KE payload, or 0; a peer without PFS
 * is taken with IKE_NEG_DH_OPTIONAL.
 */
int ike1_select_ipsec(const struct ike_offers *own, const struct ike1_proposals *peer, const uint16_t *encaps,
		      size_t n_encaps, unsigned int flags, struct ike_suite *s, const struct ike_proposal **chosen,
		      const struct ike1_transform **transform);
/* The one that was chosen, for the answer: proposal and transform as they came, with our SPI. */
void ike1_sa_accept(struct ike1_proposals *sa, const struct ike_proposal *chosen,
		    const struct ike1_transform *transform,
		    const void *spi, size_t spi_len);
/* The suite of one transform; false: we do not know it all. use says of which phase. */
bool ike1_suite_of(const struct ike1_transform *t, enum ike_use use, struct ike_suite *s);
const char *ike1_explain(const struct ike_offers *own, const struct ike1_proposals *peer, char *buf, size_t cap);
const char *ike1_sa_to_str(const struct ike1_proposals *sa, enum ike_use use, char *buf, size_t cap);

#endif /* ADIT_PROTO_IKE_ALG_H */
