/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of IKEv2 (RFC 7296 sections 2.13 to 2.18): plain structures of octets, which the owner wipes.
 * i and r are initiator and responder of the IKE SA in question, or for a child of the exchange.
 */
#ifndef ADIT_PROTO_IKE_KEYS_H
#define ADIT_PROTO_IKE_KEYS_H

#include "proto/ike_crypto.h"

struct ike2_keys {
	struct ike_suite suite;
	uint8_t d[IKE_KEY_MAX], pi[IKE_KEY_MAX], pr[IKE_KEY_MAX];	/* of the PRF's length */
	uint8_t ai[IKE_KEY_MAX], ar[IKE_KEY_MAX];			/* of the integrity algorithm's */
	uint8_t ei[IKE_CIPHER_KEY_MAX], er[IKE_CIPHER_KEY_MAX];		/* with the salt */
};

/* What goes into the keys of an IKE SA. */
struct ike2_exchange {
	struct ike_octets nonce_i, nonce_r;
	struct ike_octets shared;	/* of Diffie-Hellman; none for a child without PFS */
	uint64_t spi_i, spi_r;		/* of the IKE SA */
};

/* Of the first IKE SA. */
int ike2_keys_derive(struct ike2_keys *k, const struct ike_suite *s, const struct ike2_exchange *x);
/* Of one that replaces old; x has the new SPIs. RFC 7296 section 2.18. */
int ike2_keys_rekey(struct ike2_keys *k, const struct ike_suite *s, const struct ike2_exchange *x,
		    const struct ike2_keys *old);

/* Of a child: cipher with its salt, and integrity, in each direction. */
struct ike_child_keys {
	uint8_t encr_i[IKE_CIPHER_KEY_MAX], encr_r[IKE_CIPHER_KEY_MAX];
	uint8_t integ_i[IKE_KEY_MAX], integ_r[IKE_KEY_MAX];
	size_t encr_len, integ_len;
};
/* x->shared with PFS; its SPIs are not used. RFC 7296 section 2.17. */
int ike2_child_keys(struct ike_child_keys *k, const struct ike_suite *child, const struct ike2_keys *ike,
		    const struct ike2_exchange *x);

/*
 * What AUTH is computed over (RFC 7296 section 2.15): the first message of the one who authenticates, the
 * other's nonce, and prf(SK_p, IDx'), written to id_hash.
 */
struct ike2_signed {
	struct ike_part part[3];
	uint8_t id_hash[IKE_HASH_MAX_LEN];
};
int ike2_signed_octets(struct ike2_signed *so, const struct ike2_keys *k, bool by_initiator, struct ike_octets message,
		       struct ike_octets nonce, struct ike_octets id_body);
/* With a pre-shared key, or the MSK of an EAP method: out has prf->out_len octets. */
int ike2_auth_psk(const struct ike2_keys *k, const void *psk, size_t psk_len, const struct ike2_signed *so,
		  uint8_t *out);
/* Compares in constant time. */
bool ike2_auth_psk_check(const struct ike2_keys *k, const void *psk, size_t psk_len, const struct ike2_signed *so,
			 struct ike_octets auth);

/* NAT_DETECTION_*_IP, RFC 7296 section 2.23: SHA-1 over SPIs, address and port. */
#define IKE2_NATD_LEN 20
int ike2_natd(uint64_t spi_i, uint64_t spi_r, const struct addr *a, uint16_t port, uint8_t out[IKE2_NATD_LEN]);

#endif /* ADIT_PROTO_IKE_KEYS_H */
