// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_cert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "proto/ike_pkey.h"
#include "proto/ike_x509.h"

#define CAS_MAX		256	/* authorities of one site or server */
#define CRLS_MAX	256
#define DEPTH_MAX	8	/* certificates between a peer's and its authority's */
/* OpenSSL's level 1: 80 bits, so no MD5 and no SHA-1 in signatures, and RSA of 1024 bits at least. */
#define AUTH_LEVEL	1

struct ike_trust {
	X509_STORE *store;
	unsigned int n, n_crls;
	struct {
		X509 *x;
		unsigned char *name;
		int name_len;
	} ca[CAS_MAX];
	struct {
		X509_CRL *list;
	} crl[CRLS_MAX];
};

struct ike_trust *ike_trust_new(void)
{
	struct ike_trust *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->store = X509_STORE_new();
	if (t->store)
		return t;
	free(t);
	return NULL;
}

void ike_trust_free(struct ike_trust *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->n; i++) {
		OPENSSL_free(t->ca[i].name);
		X509_free(t->ca[i].x);
	}
	for (unsigned int i = 0; i < t->n_crls; i++)
		X509_CRL_free(t->crl[i].list);
	X509_STORE_free(t->store);
	free(t);
}

/* --- authorities --- */

static bool ca_add(struct ike_trust *t, X509 *x, char error[IKE_ERROR_MAX])
{
	char name[128];

	if (!X509_check_ca(x)) {
		ike_cert_say(error, "the certificate of %s is not an authority's", ike_x509_subject_str(x, name,
													sizeof(name)));
		return false;
	}
	if (!X509_STORE_add_cert(t->store, x)) {
		ike_cert_say(error, "libcrypto refuses the authority %s", ike_x509_subject_str(x, name, sizeof(name)));
		return false;
	}
	t->ca[t->n].name_len = i2d_X509_NAME(X509_get_subject_name(x), &t->ca[t->n].name);
	X509_up_ref(x);
	t->ca[t->n++].x = x;
	return true;
}

int ike_trust_add_ca(struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	X509 *x[CAS_MAX];
	unsigned int n = ike_x509_read(octets, len, x, CAS_MAX - t->n);
	bool ok = n;

	if (!n)
		ike_cert_say(error, "%s", t->n == CAS_MAX ? "more than 256 authorities" :
			     "it holds no X.509 certificate in PEM or DER");
	for (unsigned int i = 0; i < n; i++) {
		ok = ok && ca_add(t, x[i], error);
		X509_free(x[i]);
	}
	return ok ? (int)n : -EINVAL;
}

unsigned int ike_trust_count(const struct ike_trust *t)
{
	return t->n;
}

/* RFC 7296 section 3.7: of the SubjectPublicKeyInfo. */
static bool key_hash(X509 *x, uint8_t out[IKE_CERT_HASH_LEN])
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	const struct ike_part part = { der, len > 0 ? len : 0 };
	bool ok = len > 0 && !ike_hash(IKE_HASH_SHA1, &part, 1, out);

	OPENSSL_free(der);
	return ok;
}

size_t ike_trust_hashes(const struct ike_trust *t, uint8_t *out, size_t cap)
{
	struct wr w = wr_to(out, cap);
	uint8_t hash[IKE_CERT_HASH_LEN];

	for (unsigned int i = 0; i < t->n && w.cap - w.len >= sizeof(hash); i++)
		if (key_hash(t->ca[i].x, hash))
			wr_bytes(&w, hash, sizeof(hash));
	return w.len;
}

struct ike_octets ike_trust_name(const struct ike_trust *t, unsigned int index)
{
	return ike_octets_of(t->ca[index].name, t->ca[index].name_len);
}

/* --- revocation lists --- */

static X509_CRL *crl_next(BIO *bio, const void *octets, size_t len, bool first)
{
	const unsigned char *at = octets;
	X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, ike_no_passphrase, NULL);

	ERR_clear_error();
	return crl || !first ? crl : d2i_X509_CRL(NULL, &at, (long)len);
}

int ike_trust_add_crl(struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	BIO *bio = ike_bio_of(octets, len);
	X509_CRL *crl;
	int n = 0;

	while (bio && t->n_crls < CRLS_MAX && (crl = crl_next(bio, octets, len, !n))) {
		if (X509_STORE_add_crl(t->store, crl))
			t->crl[t->n_crls++].list = crl;
		else
			X509_CRL_free(crl);
		n++;
	}
	BIO_free(bio);
	ERR_clear_error();
	if (n)
		return n;
	ike_cert_say(error, "%s", t->n_crls == CRLS_MAX ? "more than 256 revocation lists" :
		     "it holds no revocation list in PEM or DER");
	return -EINVAL;
}

/* --- verifying --- */

/* Where the authority's own list is not there, nothing was to be looked up. */
static bool has_crl(const struct ike_trust *t, const X509 *x)
{
	for (unsigned int i = 0; i < t->n_crls; i++)
		if (!X509_NAME_cmp(X509_CRL_get_issuer(t->crl[i].list), X509_get_issuer_name(x)))
			return true;
	return false;
}

static int on_verify(int ok, X509_STORE_CTX *ctx)
{
	const struct ike_trust *t = X509_STORE_CTX_get_app_data(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);

	if (ok || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNABLE_TO_GET_CRL || !x || has_crl(t, x))
		return ok;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static enum ike_cert_fault fault_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return IKE_CERT_OK;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return IKE_CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return IKE_CERT_NOT_YET_VALID;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_CERT_UNTRUSTED:
		return IKE_CERT_UNKNOWN_CA;
	case X509_V_ERR_CERT_REVOKED:
		return IKE_CERT_REVOKED;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		return IKE_CERT_BAD_CRL;
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_INVALID_PURPOSE:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return IKE_CERT_USAGE;
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return IKE_CERT_WEAK;
	default:
		return IKE_CERT_OTHER;
	}
}

/* The sentence for what is wrong with one certificate of the chain. */
static void explain(struct ike_cert_verdict *v, X509 *x, int error, time_t now)
{
	char name[96], issuer[96], limit[16], today[16];
	struct ike_id id;
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_issuer_name(x), &der);

	ike_x509_subject_str(x, name, sizeof(name));
	snprintf(issuer, sizeof(issuer), "nobody");
	if (len > 0 && !ike_id_from_dn(&id, der, len))
		ike_id_to_str(&id, issuer, sizeof(issuer));
	OPENSSL_free(der);
	ike_day(now, today);
	switch (v->fault) {
	case IKE_CERT_EXPIRED:
		ike_cert_say(v->text, "the certificate of %s expired on %s, and it is %s here", name,
			     ike_x509_day(X509_get0_notAfter(x), limit), today);
		break;
	case IKE_CERT_NOT_YET_VALID:
		ike_cert_say(v->text,
			     "the certificate of %s is valid from %s on, and it is %s here: is the clock right?",
			     name, ike_x509_day(X509_get0_notBefore(x), limit), today);
		break;
	case IKE_CERT_UNKNOWN_CA:
		ike_cert_say(v->text, "the certificate of %s is by %s, which is no authority that is trusted here",
			     name, issuer);
		break;
	case IKE_CERT_REVOKED:
		ike_cert_say(v->text, "the certificate of %s was revoked by %s", name, issuer);
		break;
	case IKE_CERT_BAD_CRL:
		ike_cert_say(v->text, "the revocation list of %s cannot be used: %s", issuer,
			     X509_verify_cert_error_string(error));
		break;
	default:
		ike_cert_say(v->text, "the certificate of %s cannot be used: %s", name,
			     X509_verify_cert_error_string(error));
	}
}

static bool context_init(const struct ike_trust *t, X509_STORE_CTX *ctx, X509 *leaf, struct stack_st_X509 *others,
			 time_t now)
{
	X509_VERIFY_PARAM *param;

	if (!X509_STORE_CTX_init(ctx, t->store, leaf, others))
		return false;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, now);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	/* An authority in the middle may be the one that is trusted. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
				    (t->n_crls ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0));
	X509_STORE_CTX_set_verify_cb(ctx, on_verify);
	return X509_STORE_CTX_set_app_data(ctx, (void *)t);
}

static void verify_chain(const struct ike_trust *t, X509 *leaf, struct stack_st_X509 *others, time_t now,
			 struct ike_cert_verdict *v)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int error = X509_V_ERR_OUT_OF_MEM;
	X509 *at = leaf;

	if (ctx && context_init(t, ctx, leaf, others, now)) {
		int ok = X509_verify_cert(ctx);

		error = X509_STORE_CTX_get_error(ctx);
		if (ok != 1 && error == X509_V_OK)
			error = X509_V_ERR_UNSPECIFIED;
		if (X509_STORE_CTX_get_current_cert(ctx))
			at = X509_STORE_CTX_get_current_cert(ctx);
	}
	v->fault = fault_of(error);
	if (v->fault != IKE_CERT_OK)
		explain(v, at, error, now);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
}

/* RFC 4945 section 5.1.3.2: a certificate that says what it is for has to say signatures. */
static bool usage_fits(X509 *leaf)
{
	return X509_get_key_usage(leaf) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

static struct ike_pubkey *key_of(X509 *leaf, const struct ike_id *id, struct ike_cert_verdict *v)
{
	char name[96], whom[96];
	EVP_PKEY *pkey = X509_get0_pubkey(leaf);

	ike_x509_subject_str(leaf, name, sizeof(name));
	if (!usage_fits(leaf)) {
		v->fault = IKE_CERT_USAGE;
		ike_cert_say(v->text, "the certificate of %s is not for signatures", name);
	} else if (!ike_x509_is(leaf, id)) {
		v->fault = IKE_CERT_NAME;
		ike_cert_say(v->text, "the certificate of %s does not name %s, which the peer says it is", name,
			     ike_id_to_str(id, whom, sizeof(whom)));
	} else if (!pkey) {
		v->fault = IKE_CERT_OTHER;
		ike_cert_say(v->text, "the certificate of %s has a key of a kind that is not known here", name);
	} else {
		struct ike_pubkey *key = ike_pubkey_wrap(pkey, v->text);

		v->fault = key ? IKE_CERT_OK : IKE_CERT_WEAK;
		return key;
	}
	return NULL;
}

/* The first X.509 certificate is the peer's own, the others may lead to an authority. */
static X509 *certs_read(const struct ike_cert *certs, unsigned int n, struct stack_st_X509 *others,
			struct ike_cert_verdict *v)
{
	X509 *leaf = NULL;

	for (unsigned int i = 0; i < n; i++) {
		X509 *x;

		if (certs[i].encoding != IKE_CERT_X509_SIGNATURE)
			continue;
		x = ike_x509_from_der(certs[i].data.at, certs[i].data.len);
		if (!x && !leaf) {
			v->fault = IKE_CERT_MALFORMED;
			ike_cert_say(v->text, "the peer's certificate is no X.509 certificate");
			return NULL;
		}
		if (!leaf)
			leaf = x;
		else if (x && !sk_X509_push(others, x))
			X509_free(x);
	}
	if (!leaf) {
		v->fault = IKE_CERT_NONE;
		ike_cert_say(v->text, "the peer sent no certificate");
	}
	return leaf;
}

struct ike_pubkey *ike_trust_verify(const struct ike_trust *t, const struct ike_cert *certs, unsigned int n,
				    const struct ike_id *id, time_t now, struct ike_cert_verdict *v)
{
	struct stack_st_X509 *others = sk_X509_new_null();
	struct ike_pubkey *key = NULL;
	X509 *leaf;

	*v = (struct ike_cert_verdict){ .fault = IKE_CERT_OTHER, .text = "out of memory" };
	if (!others)
		return NULL;
	leaf = certs_read(certs, n, others, v);
	if (leaf) {
		verify_chain(t, leaf, others, now, v);
		if (v->fault == IKE_CERT_OK)
			key = key_of(leaf, id, v);
	}
	X509_free(leaf);
	sk_X509_pop_free(others, X509_free);
	ERR_clear_error();
	return key;
}
