/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys for signatures, and the signatures of both versions: RFC 7296 section 3.8 with RFC 7427 (RSA
 * PKCS#1 v1.5 and PSS, ECDSA, Ed25519 by RFC 8420) and RFC 4754, and IKEv1's (RFC 2409 section 5.1).
 *
 * Keys are immutable, and may be used from several threads at the same time; signing and verifying are
 * pure functions of what they are handed, but for the randomness that libcrypto blinds with.
 */
#ifndef ADIT_PROTO_IKE_SIGN_H
#define ADIT_PROTO_IKE_SIGN_H

#include "proto/ike_keys.h"

enum ike_key_type { IKE_KEY_RSA = 1, IKE_KEY_ECDSA, IKE_KEY_ED25519 };

#define IKE_SIGNATURE_MAX	1100	/* RSA of 8192 bits, with its AlgorithmIdentifier */
#define IKE_RSA_BITS_MIN	1024	/* shorter ones are refused; below 2048 is said in the log */
#define IKE_RSA_BITS_MAX	8192

struct ike_key;		/* private */
struct ike_pubkey;

/*
 * A private key from a file's octets, PEM or DER, without a passphrase. NULL with a sentence in error. libcrypto
 * keeps it in memory that it wipes; the octets are the caller's to wipe.
 */
struct ike_key *ike_key_load(const void *octets, size_t len, char error[IKE_ERROR_MAX]);
void ike_key_free(struct ike_key *key);
enum ike_key_type ike_key_type(const struct ike_key *key);

/* A public key: PEM, or DER as SubjectPublicKeyInfo. NULL with a sentence in error. */
struct ike_pubkey *ike_pubkey_load(const void *octets, size_t len, char error[IKE_ERROR_MAX]);
void ike_pubkey_free(struct ike_pubkey *key);
enum ike_key_type ike_pubkey_type(const struct ike_pubkey *key);
unsigned int ike_pubkey_bits(const struct ike_pubkey *key);
/* That of a private key, to send as IKE_CERT_RAW_KEY (RFC 7670): octets written, or -errno. */
int ike_key_public_der(const struct ike_key *key, uint8_t *der, size_t cap);
int ike_pubkey_der(const struct ike_pubkey *key, uint8_t *der, size_t cap);
bool ike_key_fits(const struct ike_key *key, const struct ike_pubkey *public);	/* are they a pair? */
bool ike_pubkey_equal(const struct ike_pubkey *a, const struct ike_pubkey *b);

/* --- IKEv2 --- */

enum {	/* RFC 7427 section 7, as bits of a mask: 1 << n */
	IKE2_SIG_SHA1 = 1,
	IKE2_SIG_SHA256 = 2,
	IKE2_SIG_SHA384 = 3,
	IKE2_SIG_SHA512 = 4,
	IKE2_SIG_IDENTITY = 5,	/* Ed25519, RFC 8420 */
};
/* What a SIGNATURE_HASH_ALGORITHMS notify says, as such a mask; 0 when it says nothing that we know. */
unsigned int ike2_sig_hashes(struct ike_octets data);
void ike2_put_sig_hashes(struct ike_chain *c);	/* what we take */

/*
 * Sign for AUTH. peer_hashes is 0 when the peer sent no SIGNATURE_HASH_ALGORITHMS: then RSA (with SHA-1, as RFC 7296
 * has it) or RFC 4754 is used. pss prefers RSASSA-PSS. -EOPNOTSUPP: the peer takes no signature that this key can
 * make (an Ed25519 key, or a hash that is none of ours).
 */
int ike2_sign(const struct ike_key *key, unsigned int peer_hashes, bool pss, const struct ike2_signed *so,
	      uint8_t *method, struct wr *auth);
/* Whether AUTH, by the method of RFC 7427, is RSASSA-PSS. */
bool ike2_sig_is_pss(uint8_t method, struct ike_octets auth);
/* Verify AUTH. -EBADMSG: it is wrong; -EOPNOTSUPP: not by a method that goes with the key; a sentence in error. */
int ike2_verify(const struct ike_pubkey *key, uint8_t method, struct ike_octets auth, const struct ike2_signed *so,
		char error[IKE_ERROR_MAX]);

/* --- IKEv1: over HASH_I or HASH_R itself, without the DER of PKCS#1 --- */

int ike1_sign(const struct ike_key *key, const uint8_t *hash, size_t hash_len, struct wr *sig);
/*
 * method is the one of signatures that was agreed on (enum ike1_auth_method), which says of ECDSA the curve as well
 * (RFC 4754 section 5). -EBADMSG: it is wrong; -EOPNOTSUPP: the key is not for that method; a sentence in error.
 */
int ike1_verify(const struct ike_pubkey *key, uint16_t method, const uint8_t *hash, size_t hash_len,
		struct ike_octets sig, char error[IKE_ERROR_MAX]);
/* The method that IKEv1 has for a key; 0: none (Ed25519). */
uint16_t ike1_auth_of(const struct ike_key *key);

#endif /* ADIT_PROTO_IKE_SIGN_H */
