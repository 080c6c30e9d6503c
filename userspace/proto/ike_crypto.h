/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arithmetic of IKE: Diffie-Hellman, PRFs, hashes, integrity and encryption. Pure functions over
 * OpenSSL that take keys as octets, so that what a state machine holds can be frozen, and work can
 * be given to other threads. Random octets are handed in. Each returns 0 or -errno (-EIO when libcrypto
 * refuses, -ENOMEM), and wipes what it held in between.
 */
#ifndef ADIT_PROTO_IKE_CRYPTO_H
#define ADIT_PROTO_IKE_CRYPTO_H

#include "proto/ike_alg.h"

/* Load what is needed, once, before files can no longer be opened. Logs what is missing; -ENOENT. */
int ike_crypto_init(void);
void ike_crypto_fini(void);	/* for leak checkers */

struct ike_part {	/* of what is hashed, one behind the other */
	const void *at;
	size_t len;
};
#define IKE_PART(o)	((struct ike_part){ (o).at, (o).len })
#define IKE_PARTS_MAX	16

enum ike_hash { IKE_HASH_MD5, IKE_HASH_SHA1, IKE_HASH_SHA256, IKE_HASH_SHA384, IKE_HASH_SHA512, IKE_HASH_COUNT };
#define IKE_HASH_MAX_LEN 64
size_t ike_hash_len(enum ike_hash hash);
int ike_hash(enum ike_hash hash, const struct ike_part *parts, size_t n, uint8_t *out);
/* Of a datagram, to know it again: in every process the same, as records have it. 0: it cannot be made. */
uint64_t ike_fingerprint(const void *data, size_t len);
/* Of a PRF: what IKEv1 negotiates as its hash. */
enum ike_hash ike_hash_of_prf(const struct ike_alg *prf);

/* out has prf->out_len octets. */
int ike_prf(const struct ike_alg *prf, const void *key, size_t key_len, const struct ike_part *parts, size_t n,
	    uint8_t *out);
/* prf+ of RFC 7296 section 2.13: at most 255 × prf->out_len octets. */
int ike_prf_plus(const struct ike_alg *prf, const void *key, size_t key_len, const struct ike_part *seed, size_t n,
		 uint8_t *out, size_t len);
/* The first integ->out_len octets of the HMAC; the key has integ->key_len. */
int ike_integ(const struct ike_alg *integ, const uint8_t *key, const struct ike_part *parts, size_t n, uint8_t *out);

/*
 * Diffie-Hellman. A private value is group->key_len random octets; each group makes of them what it
 * needs, the same each time.
 */
int ike_dh_public(const struct ike_alg *group, const uint8_t *private, uint8_t *public);
/*
 * -EBADMSG: the peer's value is none of the group (its length, its range, not on the curve, or a
 * shared secret of zeros: RFC 6989, RFC 8031). shared has group->shared_len octets.
 */
int ike_dh_shared(const struct ike_alg *group, const uint8_t *private, const uint8_t *peer, size_t peer_len,
		  uint8_t *shared);

/*
 * Encrypt or decrypt in place. key has key_len and, with an AEAD, salt_len octets; iv has iv_len. AEADs write or
 * check the integrity value (out_len octets) at icv, over aad and data; the others leave it alone, and
 * len is a multiple of block_len. -EBADMSG: the integrity value is wrong.
 */
int ike_encrypt(const struct ike_alg *encr, const uint8_t *key, const uint8_t *iv, struct ike_part aad, uint8_t *data,
		size_t len, uint8_t *icv);
int ike_decrypt(const struct ike_alg *encr, const uint8_t *key, const uint8_t *iv, struct ike_part aad, uint8_t *data,
		size_t len, const uint8_t *icv);

#endif /* ADIT_PROTO_IKE_CRYPTO_H */
