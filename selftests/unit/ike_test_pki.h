/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, authorities, certificates and revocation lists, made by libcrypto as tests need them. */
#ifndef ADIT_IKE_TEST_PKI_H
#define ADIT_IKE_TEST_PKI_H

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "ike_test.h"

#define DAY	86400
#define NOW	1795651200	/* 2026-11-26 */

struct pki_cert {
	EVP_PKEY *key;
	X509 *x;
};

/* "RSA2048", "P-256", "ED25519" and the like */
static inline EVP_PKEY *pki_key(const char *kind)
{
	EVP_PKEY *key;

	if (!strncmp(kind, "RSA", 3))
		key = EVP_RSA_gen(atoi(kind + 3));
	else if (!strncmp(kind, "P-", 2))
		key = EVP_EC_gen(kind);
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	assert_non_null(key);
	return key;
}

static inline void pki_extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_true(X509_add_ext(x, ext, -1));
	X509_EXTENSION_free(ext);
}

static inline void pki_name(X509_NAME *name, const char *cn)
{
	assert_true(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_UTF8, (const unsigned char *)"DE", -1, -1, 0));
	assert_true(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Example", -1, -1, 0));
	assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0));
}

static inline const EVP_MD *pki_md(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();
}

/* What a certificate is made of; issuer NULL: itself. */
struct pki_want {
	const char *cn, *key, *san, *usage, *constraints, *permitted;
	const struct pki_cert *issuer;
	time_t from, to;
	const EVP_MD *md;
};

static inline struct pki_cert pki_make(struct pki_want want)
{
	static long serial = 1000;
	struct pki_cert c = { .key = pki_key(want.key), .x = X509_new() };
	const struct pki_cert *by = want.issuer ? want.issuer : &c;

	assert_non_null(c.x);
	X509_set_version(c.x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c.x), ++serial);
	ASN1_TIME_set(X509_getm_notBefore(c.x), want.from ? want.from : NOW - 10 * DAY);
	ASN1_TIME_set(X509_getm_notAfter(c.x), want.to ? want.to : NOW + 10 * DAY);
	pki_name(X509_get_subject_name(c.x), want.cn);
	X509_set_issuer_name(c.x, X509_get_subject_name(by->x));
	X509_set_pubkey(c.x, c.key);
	if (want.constraints)
		pki_extend(c.x, by->x, NID_basic_constraints, want.constraints);
	if (want.usage)
		pki_extend(c.x, by->x, NID_key_usage, want.usage);
	if (want.san)
		pki_extend(c.x, by->x, NID_subject_alt_name, want.san);
	if (want.permitted)
		pki_extend(c.x, by->x, NID_name_constraints, want.permitted);
	pki_extend(c.x, by->x, NID_subject_key_identifier, "hash");
	assert_true(X509_sign(c.x, by->key, want.md ? want.md : pki_md(by->key)));
	return c;
}

static inline struct pki_cert pki_ca(const char *cn)
{
	return pki_make((struct pki_want){ .cn = cn, .key = "P-256", .constraints = "critical,CA:TRUE",
					   .usage = "critical,keyCertSign,cRLSign" });
}

static inline void pki_free(struct pki_cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
}

/* A list of one certificate (NULL: of none). */
static inline X509_CRL *pki_crl(const struct pki_cert *ca, X509 *revoked, time_t from, time_t to)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, from);

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->x));
	X509_CRL_set1_lastUpdate(crl, t);
	ASN1_TIME_set(t, to);
	X509_CRL_set1_nextUpdate(crl, t);
	if (revoked) {
		X509_REVOKED *r = X509_REVOKED_new();

		ASN1_TIME_set(t, from);
		X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(revoked));
		X509_REVOKED_set_revocationDate(r, t);
		assert_true(X509_CRL_add0_revoked(crl, r));
	}
	ASN1_TIME_free(t);
	assert_true(X509_CRL_sign(crl, ca->key, pki_md(ca->key)));
	return crl;
}

/* --- to octets; the caller frees --- */

struct pki_octets {
	uint8_t *at;
	size_t len;
};

static inline struct pki_octets pki_take(BIO *bio)
{
	struct pki_octets o;
	char *data;

	o.len = BIO_get_mem_data(bio, &data);
	o.at = malloc(o.len);
	memcpy(o.at, data, o.len);
	BIO_free(bio);
	return o;
}

static inline struct pki_octets pki_cert_pem(X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_X509(bio, x));
	return pki_take(bio);
}

static inline struct pki_octets pki_cert_der(X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(i2d_X509_bio(bio, x));
	return pki_take(bio);
}

static inline struct pki_octets pki_key_pem(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_PrivateKey(bio, key, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
					     (void *)passphrase));
	return pki_take(bio);
}

static inline struct pki_octets pki_crl_pem(X509_CRL *crl)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_true(PEM_write_bio_X509_CRL(bio, crl));
	X509_CRL_free(crl);
	return pki_take(bio);
}

#endif /* ADIT_IKE_TEST_PKI_H */
