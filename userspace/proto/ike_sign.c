// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_sign.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "proto/ike_impl.h"
#include "proto/ike_pkey.h"

#define RAW_MAX 1024	/* octets of a signature: RSA of 8192 bits */

struct ike_key {
	EVP_PKEY *pkey;
	enum ike_key_type type;
};

struct ike_pubkey {
	EVP_PKEY *pkey;
	enum ike_key_type type;
};

__attribute__((format(printf, 2, 3)))
static void say(char error[IKE_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, IKE_ERROR_MAX, fmt, args);
	va_end(args);
	ERR_clear_error();
}

/* --- keys --- */

/* By name: there are other curves of 256 bits. */
static bool curve_is_known(EVP_PKEY *pkey, char name[32])
{
	static const char *const known[] = { "prime256v1", "secp384r1", "secp521r1" };

	snprintf(name, 32, "no name");
	if (!EVP_PKEY_get_group_name(pkey, name, 32, NULL))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i]))
			return true;
	return false;
}

/* 0: of a kind that IKE does not sign with, and error says so. */
static enum ike_key_type type_of(EVP_PKEY *pkey, char error[IKE_ERROR_MAX])
{
	int bits = EVP_PKEY_get_bits(pkey);
	char curve[32];

	if (EVP_PKEY_is_a(pkey, "ED25519"))
		return IKE_KEY_ED25519;
	if (EVP_PKEY_is_a(pkey, "EC") && curve_is_known(pkey, curve))
		return IKE_KEY_ECDSA;
	if (EVP_PKEY_is_a(pkey, "EC"))
		say(error, "an ECDSA key of the curve %s, which is none of IKE's: P-256, P-384 and P-521 are", curve);
	else if (!EVP_PKEY_is_a(pkey, "RSA") && !EVP_PKEY_is_a(pkey, "RSA-PSS"))
		say(error, "a key for %s cannot sign for IKE: RSA, ECDSA and Ed25519 can",
		    EVP_PKEY_get0_type_name(pkey));
	else if (bits < IKE_RSA_BITS_MIN || bits > IKE_RSA_BITS_MAX)
		say(error, "an RSA key of %d bits: %u to %u are taken", bits, IKE_RSA_BITS_MIN, IKE_RSA_BITS_MAX);
	else
		return IKE_KEY_RSA;
	return 0;
}

/* A file without a passphrase: one that has one is refused, nobody is asked. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	*(bool *)arg = true;
	return -1;
}

static EVP_PKEY *decode(const void *octets, size_t len, int selection, bool *encrypted)
{
	const unsigned char *at = octets;
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, NULL, NULL, NULL, selection, NULL, NULL);

	*encrypted = false;
	if (ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, no_passphrase, encrypted))
		OSSL_DECODER_from_data(ctx, &at, &len);
	OSSL_DECODER_CTX_free(ctx);
	ERR_clear_error();
	return pkey;
}

struct ike_key *ike_key_load(const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	struct ike_key *key = calloc(1, sizeof(*key));
	bool encrypted = false;

	if (!key)
		return NULL;
	key->pkey = decode(octets, len, EVP_PKEY_KEYPAIR, &encrypted);
	if (!key->pkey)
		say(error, encrypted ? "the key has a passphrase: write it without, readable by the daemon alone" :
				       "it holds no private key in PEM or DER");
	else
		key->type = type_of(key->pkey, error);
	if (key->type)
		return key;
	ike_key_free(key);
	return NULL;
}

void ike_key_free(struct ike_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum ike_key_type ike_key_type(const struct ike_key *key)
{
	return key->type;
}

struct ike_pubkey *ike_pubkey_wrap(EVP_PKEY *pkey, char error[IKE_ERROR_MAX])
{
	struct ike_pubkey *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	key->type = type_of(pkey, error);
	if (!key->type || !EVP_PKEY_up_ref(pkey)) {
		free(key);
		return NULL;
	}
	key->pkey = pkey;
	return key;
}

struct ike_pubkey *ike_pubkey_load(const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	bool encrypted;
	EVP_PKEY *pkey = decode(octets, len, EVP_PKEY_PUBLIC_KEY, &encrypted);
	struct ike_pubkey *key = NULL;

	if (pkey)
		key = ike_pubkey_wrap(pkey, error);
	else
		say(error, "it holds no public key in PEM or DER");
	EVP_PKEY_free(pkey);
	return key;
}

void ike_pubkey_free(struct ike_pubkey *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum ike_key_type ike_pubkey_type(const struct ike_pubkey *key)
{
	return key->type;
}

unsigned int ike_pubkey_bits(const struct ike_pubkey *key)
{
	return EVP_PKEY_get_bits(key->pkey);
}

static int public_der(EVP_PKEY *pkey, uint8_t *der, size_t cap)
{
	unsigned char *at = NULL;
	int len = i2d_PUBKEY(pkey, &at);
	int ret = len <= 0 ? -EIO : (size_t)len > cap ? -ENOSPC : len;

	if (ret > 0)
		memcpy(der, at, len);
	OPENSSL_free(at);
	return ret;
}

int ike_key_public_der(const struct ike_key *key, uint8_t *der, size_t cap)
{
	return public_der(key->pkey, der, cap);
}

int ike_pubkey_der(const struct ike_pubkey *key, uint8_t *der, size_t cap)
{
	return public_der(key->pkey, der, cap);
}

bool ike_key_fits(const struct ike_key *key, const struct ike_pubkey *public)
{
	return EVP_PKEY_eq(key->pkey, public->pkey) == 1;
}

bool ike_pubkey_equal(const struct ike_pubkey *a, const struct ike_pubkey *b)
{
	return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

/* --- signatures of any kind --- */

/* How one is made: the hash (none of Ed25519's choosing), and whether RSA's padding is PSS. */
struct scheme {
	bool has_md;
	enum ike_hash hash;
	bool pss;
};

/* The octets that are signed in one piece: EVP_DigestSign() of Ed25519 takes them in no other way. */
static uint8_t *join(const struct ike_signed_parts *parts, size_t *len)
{
	uint8_t *all;
	struct wr w;

	*len = 0;
	for (size_t i = 0; i < parts->n; i++)
		*len += parts->part[i].len;
	all = malloc(*len ? *len : 1);
	if (!all)
		return NULL;
	w = wr_to(all, *len);
	for (size_t i = 0; i < parts->n; i++)
		wr_bytes(&w, parts->part[i].at, parts->part[i].len);
	return all;
}

/* RFC 8017 section 8.1, RFC 7427 section 4: MGF1 with the same hash, a salt of its length. */
static bool set_padding(EVP_PKEY_CTX *ctx, const EVP_PKEY *pkey, const struct scheme *s)
{
	if (!EVP_PKEY_is_a(pkey, "RSA") && !EVP_PKEY_is_a(pkey, "RSA-PSS"))
		return true;
	if (!s->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static int sign_raw(EVP_PKEY *pkey, const struct scheme *s, const struct ike_signed_parts *parts, uint8_t *out,
		    size_t *out_len)
{
	const EVP_MD *md = s->has_md ? ike_md(s->hash) : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	size_t len;
	uint8_t *all = join(parts, &len);
	int err = -ENOMEM;

	if (ctx && all)
		err = EVP_DigestSignInit(ctx, &pctx, md, NULL, pkey) > 0 && set_padding(pctx, pkey, s) &&
		      EVP_DigestSign(ctx, out, out_len, all, len) > 0 ? 0 : -EIO;
	free(all);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return err;
}

static bool verify_raw(EVP_PKEY *pkey, const struct scheme *s, const struct ike_signed_parts *parts, const uint8_t *sig,
		       size_t sig_len)
{
	const EVP_MD *md = s->has_md ? ike_md(s->hash) : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	size_t len;
	uint8_t *all = join(parts, &len);
	bool right = false;

	if (ctx && all)
		right = EVP_DigestVerifyInit(ctx, &pctx, md, NULL, pkey) > 0 && set_padding(pctx, pkey, s) &&
			EVP_DigestVerify(ctx, sig, sig_len, all, len) == 1;
	free(all);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return right;
}

/* --- ECDSA as RFC 4754 has it: r and s, each of the curve's length --- */

static size_t curve_len(EVP_PKEY *pkey)
{
	return ((size_t)EVP_PKEY_get_bits(pkey) + 7) / 8;
}

static int der_to_rs(EVP_PKEY *pkey, const uint8_t *der, size_t der_len, struct wr *out)
{
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
	int len = (int)curve_len(pkey);
	uint8_t rs[2 * 66];
	int err = -EIO;

	if (sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), rs, len) == len &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), rs + len, len) == len)
		err = 0;
	if (!err)
		wr_bytes(out, rs, 2 * (size_t)len);
	ECDSA_SIG_free(sig);
	return err;
}

/* 0 when it is no pair of that length; der has room for both with their headers. */
static size_t rs_to_der(EVP_PKEY *pkey, struct ike_octets rs, uint8_t *der)
{
	size_t len = curve_len(pkey);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r, *s;
	int n = 0;

	if (!sig || rs.len != 2 * len)
		goto out;
	r = BN_bin2bn(rs.at, (int)len, NULL);
	s = BN_bin2bn(rs.at + len, (int)len, NULL);
	if (!r || !s || !ECDSA_SIG_set0(sig, r, s)) {
		BN_free(r);
		BN_free(s);
		goto out;
	}
	n = i2d_ECDSA_SIG(sig, &der);
out:
	ECDSA_SIG_free(sig);
	return n < 0 ? 0 : (size_t)n;
}

/* RFC 4754 section 3: the hash follows the curve. */
static enum ike_hash curve_hash(EVP_PKEY *pkey)
{
	switch (EVP_PKEY_get_bits(pkey)) {
	case 256:	return IKE_HASH_SHA256;
	case 384:	return IKE_HASH_SHA384;
	default:	return IKE_HASH_SHA512;
	}
}

static uint8_t curve_method(EVP_PKEY *pkey)
{
	switch (EVP_PKEY_get_bits(pkey)) {
	case 256:	return IKE2_AUTH_ECDSA_256;
	case 384:	return IKE2_AUTH_ECDSA_384;
	default:	return IKE2_AUTH_ECDSA_521;
	}
}

static int sign_rs(EVP_PKEY *pkey, enum ike_hash hash, const struct ike_signed_parts *parts, struct wr *out)
{
	const struct scheme s = { .has_md = true, .hash = hash };
	uint8_t der[RAW_MAX];
	size_t len = sizeof(der);
	int err = sign_raw(pkey, &s, parts, der, &len);

	return err ? err : der_to_rs(pkey, der, len, out);
}

static bool verify_rs(EVP_PKEY *pkey, enum ike_hash hash, const struct ike_signed_parts *parts, struct ike_octets rs)
{
	const struct scheme s = { .has_md = true, .hash = hash };
	uint8_t der[RAW_MAX];
	size_t len = rs_to_der(pkey, rs, der);

	return len && verify_raw(pkey, &s, parts, der, len);
}

/* --- IKEv2, RFC 7427 --- */

/*
 * The AlgorithmIdentifier of each signature, in DER (RFC 7427 appendix A, RFC 8420), and of which hash number it is
 * an example.
 */
#define SEQ(n)		0x30, n
#define NULL_PARAMS	0x05, 0x00
#define RSA_OID(last)	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last
#define ECDSA_OID(last)	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last
#define SHA_OID(last)	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last
#define MGF1_OID	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08
#define PSS(hash, salt)	SEQ(0x41), RSA_OID(0x0a), SEQ(0x34), 0xa0, 0x0f, SEQ(0x0d), SHA_OID(hash), NULL_PARAMS,	\
			0xa1, 0x1c, SEQ(0x1a), MGF1_OID, SEQ(0x0d), SHA_OID(hash), NULL_PARAMS,			\
			0xa2, 0x03, 0x02, 0x01, salt

static const struct algorithm {
	enum ike_key_type type;
	unsigned int number;	/* of its hash, RFC 7427 section 7 */
	struct scheme scheme;
	uint8_t len;
	uint8_t der[67];
} algorithms[] = {
	{ IKE_KEY_RSA, IKE2_SIG_SHA256, { true, IKE_HASH_SHA256, false }, 15, { SEQ(13), RSA_OID(11), NULL_PARAMS } },
	{ IKE_KEY_RSA, IKE2_SIG_SHA384, { true, IKE_HASH_SHA384, false }, 15, { SEQ(13), RSA_OID(12), NULL_PARAMS } },
	{ IKE_KEY_RSA, IKE2_SIG_SHA512, { true, IKE_HASH_SHA512, false }, 15, { SEQ(13), RSA_OID(13), NULL_PARAMS } },
	{ IKE_KEY_RSA, IKE2_SIG_SHA256, { true, IKE_HASH_SHA256, true }, 67, { PSS(1, 32) } },
	{ IKE_KEY_RSA, IKE2_SIG_SHA384, { true, IKE_HASH_SHA384, true }, 67, { PSS(2, 48) } },
	{ IKE_KEY_RSA, IKE2_SIG_SHA512, { true, IKE_HASH_SHA512, true }, 67, { PSS(3, 64) } },
	{ IKE_KEY_ECDSA, IKE2_SIG_SHA256, { true, IKE_HASH_SHA256, false }, 12, { SEQ(10), ECDSA_OID(2) } },
	{ IKE_KEY_ECDSA, IKE2_SIG_SHA384, { true, IKE_HASH_SHA384, false }, 12, { SEQ(10), ECDSA_OID(3) } },
	{ IKE_KEY_ECDSA, IKE2_SIG_SHA512, { true, IKE_HASH_SHA512, false }, 12, { SEQ(10), ECDSA_OID(4) } },
	{ IKE_KEY_ED25519, IKE2_SIG_IDENTITY, { false, 0, false }, 7, { SEQ(5), 0x06, 0x03, 0x2b, 0x65, 0x70 } },
	/* Last: of peers that offer nothing else. */
	{ IKE_KEY_RSA, IKE2_SIG_SHA1, { true, IKE_HASH_SHA1, false }, 15, { SEQ(13), RSA_OID(5), NULL_PARAMS } },
};

#define N_ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

unsigned int ike2_sig_hashes(struct ike_octets data)
{
	struct rd r = rd_of(data.at, data.len);
	unsigned int mask = 0;

	while (r.left >= 2) {
		uint16_t number = rd_u16(&r);

		if (number >= IKE2_SIG_SHA1 && number <= IKE2_SIG_IDENTITY)
			mask |= 1u << number;
	}
	return mask;
}

void ike2_put_sig_hashes(struct ike_chain *c)
{
	uint8_t octets[8];
	struct wr w = wr_to(octets, sizeof(octets));

	wr_u16(&w, IKE2_SIG_SHA256);
	wr_u16(&w, IKE2_SIG_SHA384);
	wr_u16(&w, IKE2_SIG_SHA512);
	wr_u16(&w, IKE2_SIG_IDENTITY);
	ike2_put_notify(c, IKE2_N_SIGNATURE_HASH_ALGORITHMS, octets, w.len);
}

/* That of the key's kind which the peer takes; the hash of the curve first, where there is one. */
static const struct algorithm *choose(const struct ike_key *key, unsigned int peer_hashes, bool pss)
{
	const struct algorithm *found = NULL;

	for (size_t i = 0; i < N_ALGORITHMS; i++) {
		const struct algorithm *a = &algorithms[i];

		if (a->type != key->type || !(peer_hashes & 1u << a->number))
			continue;
		if (key->type == IKE_KEY_ECDSA && a->scheme.hash == curve_hash(key->pkey))
			return a;
		if (key->type == IKE_KEY_RSA && a->scheme.pss != pss && found)
			continue;
		if (!found || (key->type == IKE_KEY_RSA && found->scheme.pss != pss && a->scheme.pss == pss))
			found = a;
	}
	return found;
}

static struct ike_signed_parts parts_of(const struct ike2_signed *so)
{
	struct ike_signed_parts parts = { .n = 3 };

	memcpy(parts.part, so->part, sizeof(so->part));
	parts.part[2].at = so->id_hash;	/* wherever so was copied to */
	return parts;
}

/* RFC 7427 section 3: the length of the AlgorithmIdentifier, itself, the signature. */
static int sign_7427(const struct ike_key *key, unsigned int peer_hashes, bool pss,
		     const struct ike_signed_parts *parts,
		     struct wr *auth)
{
	const struct algorithm *a = choose(key, peer_hashes, pss);
	uint8_t sig[RAW_MAX];
	size_t len = sizeof(sig);
	int err;

	if (!a)
		return -EOPNOTSUPP;
	err = sign_raw(key->pkey, &a->scheme, parts, sig, &len);
	if (err)
		return err;
	wr_u8(auth, a->len);
	wr_bytes(auth, a->der, a->len);
	wr_bytes(auth, sig, len);
	return auth->bad ? -ENOSPC : 0;
}

/* RFC 7296 section 3.8: PKCS#1 v1.5, with SHA-1 as the only hash that everybody knows. */
static int sign_rsa(const struct ike_key *key, const struct ike_signed_parts *parts, struct wr *auth)
{
	const struct scheme s = { .has_md = true, .hash = IKE_HASH_SHA1 };
	uint8_t sig[RAW_MAX];
	size_t len = sizeof(sig);
	int err = sign_raw(key->pkey, &s, parts, sig, &len);

	if (!err)
		wr_bytes(auth, sig, len);
	return err;
}

int ike2_sign(const struct ike_key *key, unsigned int peer_hashes, bool pss, const struct ike2_signed *so,
	      uint8_t *method, struct wr *auth)
{
	const struct ike_signed_parts parts = parts_of(so);

	if (peer_hashes) {
		*method = IKE2_AUTH_SIGNATURE;
		return sign_7427(key, peer_hashes, pss, &parts, auth);
	}
	switch (key->type) {
	case IKE_KEY_RSA:
		*method = IKE2_AUTH_RSA;
		return sign_rsa(key, &parts, auth);
	case IKE_KEY_ECDSA:
		*method = curve_method(key->pkey);
		return sign_rs(key->pkey, curve_hash(key->pkey), &parts, auth);
	default:
		return -EOPNOTSUPP;
	}
}

static const char *key_to_str(enum ike_key_type type)
{
	return type == IKE_KEY_RSA ? "RSA" : type == IKE_KEY_ECDSA ? "ECDSA" : "Ed25519";
}

static int verify_7427(const struct ike_pubkey *key, struct ike_octets auth, const struct ike_signed_parts *parts,
		       char error[IKE_ERROR_MAX])
{
	struct rd r = rd_of(auth.at, auth.len);
	uint8_t len = rd_u8(&r);
	const uint8_t *der = rd_bytes(&r, len);

	if (r.bad || !r.left) {
		say(error, "the AUTH payload has no signature behind its algorithm");
		return -EBADMSG;
	}
	for (size_t i = 0; i < N_ALGORITHMS; i++) {
		const struct algorithm *a = &algorithms[i];

		/* We never say that we take SHA-1. */
		if (a->len != len || memcmp(a->der, der, len) || a->number == IKE2_SIG_SHA1)
			continue;
		if (a->type != key->type) {
			say(error, "the signature is of another kind than the key, which is for %s",
			    key_to_str(key->type));
			return -EOPNOTSUPP;
		}
		if (verify_raw(key->pkey, &a->scheme, parts, r.at, r.left))
			return 0;
		say(error, "the %s signature is wrong", key_to_str(key->type));
		return -EBADMSG;
	}
	say(error, "the signature is of an algorithm that is not known here, or of a hash that was not offered");
	return -EOPNOTSUPP;
}

bool ike2_sig_is_pss(uint8_t method, struct ike_octets auth)
{
	struct rd r = rd_of(auth.at, auth.len);
	uint8_t len = rd_u8(&r);
	const uint8_t *der = rd_bytes(&r, len);

	if (method != IKE2_AUTH_SIGNATURE || r.bad)
		return false;
	for (size_t i = 0; i < N_ALGORITHMS; i++)
		if (algorithms[i].scheme.pss && algorithms[i].len == len && !memcmp(algorithms[i].der, der, len))
			return true;
	return false;
}

/* The peer's choice of hash is in what it signed: try those there are. */
static bool verify_rsa(const struct ike_pubkey *key, struct ike_octets auth, const struct ike_signed_parts *parts)
{
	static const enum ike_hash order[] = { IKE_HASH_SHA1, IKE_HASH_SHA256, IKE_HASH_SHA384, IKE_HASH_SHA512 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct scheme s = { .has_md = true, .hash = order[i] };

		if (verify_raw(key->pkey, &s, parts, auth.at, auth.len))
			return true;
	}
	return false;
}

int ike2_verify(const struct ike_pubkey *key, uint8_t method, struct ike_octets auth, const struct ike2_signed *so,
		char error[IKE_ERROR_MAX])
{
	const struct ike_signed_parts parts = parts_of(so);
	bool right;

	if (method == IKE2_AUTH_SIGNATURE)
		return verify_7427(key, auth, &parts, error);
	if (method == IKE2_AUTH_RSA && key->type == IKE_KEY_RSA) {
		right = verify_rsa(key, auth, &parts);
	} else if (key->type == IKE_KEY_ECDSA && method == curve_method(key->pkey)) {
		right = verify_rs(key->pkey, curve_hash(key->pkey), &parts, auth);
	} else {
		say(error, "authentication method %u does not go with its key, which is for %s", method,
		    key_to_str(key->type));
		return -EOPNOTSUPP;
	}
	if (right)
		return 0;
	say(error, "the %s signature is wrong", key_to_str(key->type));
	return -EBADMSG;
}

/* --- IKEv1 --- */

static uint16_t ike1_method(enum ike_key_type type, EVP_PKEY *pkey)
{
	switch (type) {
	case IKE_KEY_RSA:	return IKE1_AUTH_RSA_SIG;
	case IKE_KEY_ECDSA:	return curve_method(pkey);	/* the same numbers, RFC 4754 section 5 */
	default:		return 0;
	}
}

uint16_t ike1_auth_of(const struct ike_key *key)
{
	return ike1_method(key->type, key->pkey);
}

/* RFC 2409 section 5.1: the hash itself is what PKCS#1 pads, without the DER that says which it is; ECDSA likewise. */
static EVP_PKEY_CTX *bare_begin(EVP_PKEY *pkey, enum ike_key_type type, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);

	if (ctx && init(ctx) > 0 &&
	    (type != IKE_KEY_RSA || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0))
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

int ike1_sign(const struct ike_key *key, const uint8_t *hash, size_t hash_len, struct wr *sig)
{
	EVP_PKEY_CTX *ctx;
	uint8_t raw[RAW_MAX];
	size_t len = sizeof(raw);
	int err;

	if (key->type == IKE_KEY_ED25519)
		return -EOPNOTSUPP;
	ctx = bare_begin(key->pkey, key->type, EVP_PKEY_sign_init);
	err = ctx && EVP_PKEY_sign(ctx, raw, &len, hash, hash_len) > 0 ? 0 : -EIO;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (!err && key->type == IKE_KEY_ECDSA)
		return der_to_rs(key->pkey, raw, len, sig);
	if (!err)
		wr_bytes(sig, raw, len);
	return err;
}

int ike1_verify(const struct ike_pubkey *key, uint16_t method, const uint8_t *hash, size_t hash_len,
		struct ike_octets sig, char error[IKE_ERROR_MAX])
{
	EVP_PKEY_CTX *ctx;
	uint8_t der[RAW_MAX];
	bool right;

	if (key->type == IKE_KEY_ED25519) {
		say(error, "IKEv1 has no signatures with Ed25519");
		return -EOPNOTSUPP;
	}
	if (ike1_method(key->type, key->pkey) != method) {
		say(error, "its key, for %s of %u bits, does not go with the %s that were agreed on",
		    key_to_str(key->type), ike_pubkey_bits(key), ike1_auth_to_str(method));
		return -EOPNOTSUPP;
	}
	if (key->type == IKE_KEY_ECDSA)
		sig = ike_octets_of(der, rs_to_der(key->pkey, sig, der));
	ctx = bare_begin(key->pkey, key->type, EVP_PKEY_verify_init);
	right = ctx && sig.len && EVP_PKEY_verify(ctx, sig.at, sig.len, hash, hash_len) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (right)
		return 0;
	say(error, "the %s signature is wrong", key_to_str(key->type));
	return -EBADMSG;
}
