/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arithmetic of CHAP-MD5 (RFC 1994), MS-CHAP (RFC 2433), MS-CHAPv2 (RFC 2759) and the MPPE
 * start keys that come of the latter two (RFC 3079). Pure functions over OpenSSL; MD4 and DES live
 * in its legacy provider. Every function returns 0 or -errno (-ENOMEM, or -EIO when libcrypto
 * refuses) and wipes what it held in between.
 */
#ifndef ADIT_WIRE_MSCHAP_H
#define ADIT_WIRE_MSCHAP_H

#include <stddef.h>
#include <stdint.h>

#define MSCHAP_HASH_LEN		16
#define MSCHAP_CHALLENGE_LEN	8
#define MSCHAPV2_CHALLENGE_LEN	16
#define MSCHAP_NT_RESPONSE_LEN	24
#define MSCHAP_RESPONSE_LEN	49	/* both versions: RFC 2433 section 6, RFC 2759 section 4 */
#define MSCHAPV2_SUCCESS_CAP	43	/* "S=", 40 hexadecimal digits, NUL */
#define CHAP_MD5_LEN		16

/*
 * Load the providers and algorithms, once, before the process gives up the right to open files.
 * Logs what is missing. -ENOENT: no legacy provider or one without MD4 and DES.
 */
int mschap_init(void);
void mschap_fini(void);		/* for leak checkers */

/* MD5 of three pieces, one behind the other: what L2TP hides and authenticates with. */
int md5_join(const void *a, size_t a_len, const void *b, size_t b_len, const void *c, size_t c_len,
	     uint8_t out[CHAP_MD5_LEN]);
int chap_md5(uint8_t id, const char *password, const uint8_t *challenge, size_t challenge_len,
	     uint8_t out[CHAP_MD5_LEN]);

/* -EILSEQ: the password is not UTF-8; -E2BIG: it has over 256 characters. */
int mschap_nt_hash(const char *password, uint8_t out[MSCHAP_HASH_LEN]);
/* Of the first 14 octets; only ASCII letters change their case. */
int mschap_lm_hash(const char *password, uint8_t out[MSCHAP_HASH_LEN]);
int mschap_hash_hash(const uint8_t hash[MSCHAP_HASH_LEN], uint8_t out[MSCHAP_HASH_LEN]);

/* The part of DOMAIN\user that goes into the computation (RFC 2759 section 8.2). */
const char *mschap_user_of(const char *name);
int mschapv2_challenge_hash(const uint8_t peer[MSCHAPV2_CHALLENGE_LEN],
			    const uint8_t authenticator[MSCHAPV2_CHALLENGE_LEN], const char *user,
			    uint8_t out[MSCHAP_CHALLENGE_LEN]);
int mschap_challenge_response(const uint8_t challenge[MSCHAP_CHALLENGE_LEN],
			      const uint8_t hash[MSCHAP_HASH_LEN],
			      uint8_t out[MSCHAP_NT_RESPONSE_LEN]);
/* The text "S=..." that proves to the peer that we know the password too (RFC 2759 section 8.7). */
int mschapv2_success(const uint8_t hash_hash[MSCHAP_HASH_LEN],
		     const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
		     const uint8_t challenge[MSCHAP_CHALLENGE_LEN], char out[MSCHAPV2_SUCCESS_CAP]);

/*
 * 128-bit start key of MS-CHAP, the same in both directions (RFC 3079 section 2.3); the one of 40
 * and 56 bits is the LM hash's first half.
 */
int mschap_start_key128(const uint8_t challenge[MSCHAP_CHALLENGE_LEN],
			const uint8_t hash_hash[MSCHAP_HASH_LEN], uint8_t out[16]);
/*
 * Start keys of MS-CHAPv2 for the server's side (RFC 3079 section 3); 40 and 56 bits use the first
 * 8 octets.
 */
int mschapv2_start_keys(const uint8_t hash_hash[MSCHAP_HASH_LEN],
			const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN], uint8_t tx[16],
			uint8_t rx[16]);

#endif /* ADIT_WIRE_MSCHAP_H */
