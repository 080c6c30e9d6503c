// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates as files hold them, our own, and the names in one. Whom we trust is in ike_trust.c. */
#include "proto/ike_cert.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "proto/ike_pkey.h"
#include "proto/ike_x509.h"

void ike_cert_say(char error[IKE_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, IKE_ERROR_MAX, fmt, args);
	va_end(args);
	ERR_clear_error();
}

/* --- reading --- */

BIO *ike_bio_of(const void *octets, size_t len)
{
	return len <= INT32_MAX ? BIO_new_mem_buf(octets, (int)len) : NULL;
}

X509 *ike_x509_from_der(const void *der, size_t len)
{
	const unsigned char *at = der;
	X509 *x = len <= IKE_CERT_MAX ? d2i_X509(NULL, &at, (long)len) : NULL;

	if (x && at == (const unsigned char *)der + len)
		return x;
	X509_free(x);
	ERR_clear_error();
	return NULL;
}

/* A certificate with a passphrase is none: nobody is asked. */
int ike_no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

/* Up to max certificates of a file; how many. */
unsigned int ike_x509_read(const void *octets, size_t len, X509 **out, unsigned int max)
{
	BIO *bio = ike_bio_of(octets, len);
	unsigned int n = 0;

	while (bio && n < max && (out[n] = PEM_read_bio_X509(bio, NULL, ike_no_passphrase, NULL)))
		n++;
	BIO_free(bio);
	ERR_clear_error();
	if (n || !max)
		return n;
	out[0] = ike_x509_from_der(octets, len);
	return out[0] != NULL;
}

/* --- names in a certificate --- */

bool ike_x509_subject(const X509 *x, struct ike_id *id)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_subject_name(x), &der);
	bool ok = len > 0 && !ike_id_from_dn(id, der, len);

	OPENSSL_free(der);
	return ok;
}

const char *ike_x509_subject_str(const X509 *x, char *buf, size_t cap)
{
	struct ike_id id;

	if (!ike_x509_subject(x, &id) || !id.len)
		snprintf(buf, cap, "nobody");
	else
		ike_id_to_str(&id, buf, cap);
	return buf;
}

static bool string_is(const ASN1_STRING *s, const struct ike_id *id)
{
	struct ike_id name = { .type = id->type };
	int len = ASN1_STRING_length(s);

	if (len < 0 || (size_t)len > sizeof(name.data))
		return false;
	name.len = len;
	memcpy(name.data, ASN1_STRING_get0_data(s), len);
	/* A wildcard in a certificate is no name of ours, and one in id was none to begin with. */
	return !ike_id_is_pattern(&name) && ike_id_matches(&name, id);
}

static bool san_is(const GENERAL_NAME *name, const struct ike_id *id)
{
	switch (name->type) {
	case GEN_DNS:
		return id->type == IKE_ID_FQDN && string_is(name->d.dNSName, id);
	case GEN_EMAIL:
		return id->type == IKE_ID_RFC822 && string_is(name->d.rfc822Name, id);
	case GEN_IPADD:
		return (id->type == IKE_ID_IPV4 || id->type == IKE_ID_IPV6) && string_is(name->d.iPAddress, id);
	default:
		return false;
	}
}

static bool any_san_is(const X509 *x, const struct ike_id *id)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++)
		found = san_is(sk_GENERAL_NAME_value(names, i), id);
	GENERAL_NAMES_free(names);
	return found;
}

static bool key_id_is(X509 *x, const struct ike_id *id)
{
	const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(x);

	return key_id && string_is(key_id, id);
}

bool ike_x509_is(X509 *x, const struct ike_id *id)
{
	struct ike_id subject;

	switch (id->type) {
	case IKE_ID_DER_ASN1_DN:
		return ike_x509_subject(x, &subject) && !ike_id_is_pattern(&subject) && ike_id_matches(&subject, id);
	case IKE_ID_KEY_ID:
		return key_id_is(x, id);
	default:
		return any_san_is(x, id);
	}
}

/* --- our own --- */

struct ike_chain_file {
	unsigned int n;
	X509 *x[IKE_CHAIN_MAX];
	unsigned char *der[IKE_CHAIN_MAX];
	int len[IKE_CHAIN_MAX];
};

static bool is_root(X509 *x)
{
	return X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
}

/* Roots are known to the peer or are not: they are not sent. */
static bool keep(struct ike_chain_file *own, X509 *x)
{
	if (own->n && is_root(x)) {
		X509_free(x);
		return true;
	}
	own->x[own->n] = x;
	own->len[own->n] = i2d_X509(x, &own->der[own->n]);
	return own->len[own->n++] > 0;
}

struct ike_chain_file *ike_own_load(const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	struct ike_chain_file *own = calloc(1, sizeof(*own));
	X509 *x[IKE_CHAIN_MAX];
	unsigned int n;
	bool ok = true;

	if (!own) {
		ike_cert_say(error, "out of memory");
		return NULL;
	}
	n = ike_x509_read(octets, len, x, IKE_CHAIN_MAX);
	for (unsigned int i = 0; i < n; i++)
		ok = keep(own, x[i]) && ok;
	if (n && ok)
		return own;
	ike_cert_say(error, "it holds no X.509 certificate in PEM or DER");
	ike_own_free(own);
	return NULL;
}

void ike_own_free(struct ike_chain_file *own)
{
	if (!own)
		return;
	for (unsigned int i = 0; i < own->n; i++) {
		OPENSSL_free(own->der[i]);
		X509_free(own->x[i]);
	}
	free(own);
}

unsigned int ike_own_count(const struct ike_chain_file *own)
{
	return own->n;
}

struct ike_octets ike_own_der(const struct ike_chain_file *own, unsigned int index)
{
	return ike_octets_of(own->der[index], own->len[index]);
}

bool ike_own_fits(const struct ike_chain_file *own, const struct ike_key *key)
{
	char error[IKE_ERROR_MAX];
	EVP_PKEY *pkey = X509_get0_pubkey(own->x[0]);
	struct ike_pubkey *public = pkey ? ike_pubkey_wrap(pkey, error) : NULL;
	bool fits = public && ike_key_fits(key, public);

	ike_pubkey_free(public);
	ERR_clear_error();
	return fits;
}

void ike_own_subject(const struct ike_chain_file *own, struct ike_id *id)
{
	if (!ike_x509_subject(own->x[0], id))
		memset(id, 0, sizeof(*id));
}

bool ike_own_is(const struct ike_chain_file *own, const struct ike_id *id)
{
	return ike_x509_is(own->x[0], id);
}

/* A day, in UTC. */
static const char *day(const struct tm *tm, char buf[16])
{
	strftime(buf, 16, "%Y-%m-%d", tm);
	return buf;
}

const char *ike_x509_day(const ASN1_TIME *t, char buf[16])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm))
		return day(&tm, buf);
	snprintf(buf, 16, "an unknown day");
	return buf;
}

const char *ike_day(time_t now, char buf[16])
{
	struct tm tm;

	gmtime_r(&now, &tm);
	return day(&tm, buf);
}

const char *ike_own_check(const struct ike_chain_file *own, time_t now, char error[IKE_ERROR_MAX])
{
	const ASN1_TIME *from = X509_get0_notBefore(own->x[0]), *to = X509_get0_notAfter(own->x[0]);
	char limit[16], today[16];

	if (X509_cmp_time(to, &now) < 0)
		ike_cert_say(error, "our own certificate expired on %s, and it is %s here", ike_x509_day(to, limit),
			     ike_day(now, today));
	else if (X509_cmp_time(from, &now) > 0)
		ike_cert_say(error, "our own certificate is valid from %s on, and it is %s here: is the clock right?",
			     ike_x509_day(from, limit), ike_day(now, today));
	else
		return NULL;
	return error;
}

struct ike_pubkey *ike_cert_pubkey(const void *octets, size_t len, char error[IKE_ERROR_MAX])
{
	X509 *x = NULL;
	struct ike_pubkey *key = NULL;
	EVP_PKEY *pkey;

	if (!ike_x509_read(octets, len, &x, 1)) {
		ike_cert_say(error, "it holds no X.509 certificate in PEM or DER");
		return NULL;
	}
	pkey = X509_get0_pubkey(x);
	if (pkey)
		key = ike_pubkey_wrap(pkey, error);
	else
		ike_cert_say(error, "the certificate has a key of a kind that is not known here");
	X509_free(x);
	return key;
}
