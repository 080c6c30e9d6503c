/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of IKEv1 (RFC 2409 section 5 and appendix B), its hashes, and its encryption, which chains from message to
 * message. Plain structures of octets, which the owner wipes.
 */
#ifndef ADIT_PROTO_IKE1_KEYS_H
#define ADIT_PROTO_IKE1_KEYS_H

#include "proto/ike_keys.h"

struct ike1_keys {
	struct ike_suite suite;
	uint8_t skeyid[IKE_KEY_MAX], d[IKE_KEY_MAX], a[IKE_KEY_MAX], e[IKE_KEY_MAX];	/* of the PRF's length */
	uint8_t encr[IKE_CIPHER_KEY_MAX];
};

/* What goes into the keys of an ISAKMP SA. */
struct ike1_exchange {
	struct ike_octets nonce_i, nonce_r;
	struct ike_octets shared;		/* g^xy */
	struct ike_octets ke_i, ke_r;		/* g^xi, g^xr */
	struct ike_octets sa_body;		/* SAi_b */
	uint64_t spi_i, spi_r;
};

/* psk.at NULL: by signatures. */
int ike1_keys_derive(struct ike1_keys *k, const struct ike_suite *s, const struct ike1_exchange *x,
		     struct ike_octets psk);
/* HASH_I, or HASH_R, over that side's ID payload, by a PRF that need not be the keys' own; out has its out_len. */
int ike1_hash_auth(const struct ike1_keys *k, const struct ike_alg *prf, const struct ike1_exchange *x,
		   bool by_initiator, struct ike_octets id_body, uint8_t *out);

/* --- phase 2 --- */

/* prf(SKEYID_a, M-ID | parts): HASH(1) of quick mode, and that of informational and transaction exchanges. */
int ike1_hash_mid(const struct ike1_keys *k, uint32_t message_id, const struct ike_part *parts, size_t n, uint8_t *out);
/* HASH(2): with the initiator's nonce ahead of the payloads. HASH(3): a zero octet ahead of all. */
int ike1_hash_2(const struct ike1_keys *k, uint32_t message_id, struct ike_octets nonce_i, struct ike_octets payloads,
		uint8_t *out);
int ike1_hash_3(const struct ike1_keys *k, uint32_t message_id, struct ike_octets nonce_i, struct ike_octets nonce_r,
		uint8_t *out);
/* Keys of one SA of a child, by the SPI that its receiver chose; shared is of PFS, or none. */
int ike1_keymat(const struct ike1_keys *k, const struct ike_suite *child, struct ike_octets shared, uint8_t protocol,
		uint32_t spi, struct ike_octets nonce_i, struct ike_octets nonce_r, uint8_t encr[IKE_CIPHER_KEY_MAX],
		uint8_t integ[IKE_KEY_MAX]);

/* --- encryption, appendix B --- */

/* The first IV of phase 1: a hash over both public values. */
int ike1_iv_first(const struct ike_suite *s, struct ike_octets ke_i, struct ike_octets ke_r, uint8_t iv[IKE_IV_MAX]);
/* The first IV of a later exchange, of the last one of phase 1. */
int ike1_iv_of(const struct ike_suite *s, const uint8_t *last, uint32_t message_id, uint8_t iv[IKE_IV_MAX]);
/*
 * Write a message with its chain encrypted; iv becomes the next one. w is at its buffer's start; -ENOSPC when it does
 * not fit.
 */
int ike1_seal(const struct ike1_keys *k, const struct ike_header *h, uint8_t first, const uint8_t *inner, size_t len,
	      uint8_t iv[IKE_IV_MAX], struct wr *w);
/* Decrypt; iv becomes the next one only then. plain has room for what is encrypted. -EBADMSG: no whole blocks. */
int ike1_open(const struct ike1_keys *k, struct ike_octets encrypted, uint8_t iv[IKE_IV_MAX], uint8_t *plain);

/* NAT-D, RFC 3947 section 3.2: by the negotiated hash; octets written are prf->out_len. */
int ike1_natd(const struct ike_alg *prf, uint64_t spi_i, uint64_t spi_r, const struct addr *a, uint16_t port,
	      uint8_t *out);

#endif /* ADIT_PROTO_IKE1_KEYS_H */
