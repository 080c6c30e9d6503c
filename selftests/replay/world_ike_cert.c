// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "world_ike_cert.h"

#define DAY	86400

/* The issuer stands before what it has issued; NULL: itself. */
static const struct {
	const char *name, *issuer, *san, *constraints, *permitted, *points;
	int from, to;		/* days from now */
} certs[] = {
	{ .name = "authority", .constraints = "critical,CA:TRUE", .from = -9, .to = 9 },
	{ .name = "unknown", .constraints = "critical,CA:TRUE", .from = -9, .to = 9 },
	{ .name = "good", .issuer = "authority", .san = "DNS:peer.example", .from = -9, .to = 9 },
	{ .name = "expired", .issuer = "authority", .san = "DNS:peer.example", .from = -9, .to = -1 },
	{ .name = "early", .issuer = "authority", .san = "DNS:peer.example", .from = 1, .to = 9 },
	{ .name = "other", .issuer = "authority", .san = "DNS:other.example", .from = -9, .to = 9 },
	{ .name = "stranger", .issuer = "unknown", .san = "DNS:peer.example", .from = -9, .to = 9 },
	/* A certificate of somebody's is no authority. */
	{ .name = "below", .issuer = "good", .san = "DNS:peer.example", .from = -9, .to = 9 },
	/* An authority for some names alone: RFC 5280 section 4.2.1.10. */
	{ .name = "narrow", .issuer = "authority", .constraints = "critical,CA:TRUE",
	  .permitted = "critical,permitted;DNS:branch.example", .from = -9, .to = 9 },
	{ .name = "outside", .issuer = "narrow", .san = "DNS:peer.example", .from = -9, .to = 9 },
	{ .name = "without", .issuer = "authority", .constraints = "critical,CA:TRUE",
	  .permitted = "critical,excluded;DNS:peer.example", .from = -9, .to = 9 },
	{ .name = "excluded", .issuer = "without", .san = "DNS:peer.example", .from = -9, .to = 9 },
	{ .name = "wide", .issuer = "authority", .constraints = "critical,CA:TRUE",
	  .permitted = "critical,permitted;DNS:example", .from = -9, .to = 9 },
	{ .name = "inside", .issuer = "wide", .san = "DNS:peer.example", .from = -9, .to = 9 },
	/* Where its issuer could be fetched, and what was revoked. */
	{ .name = "pointing", .issuer = "unknown", .san = "DNS:peer.example", .from = -9, .to = 9,
	  .points = "http://192.0.2.1/" },
};
#define N_CERTS (sizeof(certs) / sizeof(certs[0]))

static EVP_PKEY *pkey;
static X509 *made[N_CERTS];
static unsigned char *der[N_CERTS];
static int der_len[N_CERTS];

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "certificates of the world: %s\n", what);
	abort();
}

static unsigned int find(const char *name)
{
	unsigned int i = 0;

	while (i < N_CERTS && strcmp(certs[i].name, name))
		i++;
	return i;
}

static void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	need(ext && X509_add_ext(x, ext, -1), value);
	X509_EXTENSION_free(ext);
}

static void extend_points(X509 *x, X509 *issuer, const char *uri)
{
	char text[64];

	if (!uri)
		return;
	snprintf(text, sizeof(text), "caIssuers;URI:%s", uri);
	extend(x, issuer, NID_info_access, text);
	snprintf(text, sizeof(text), "URI:%s", uri);
	extend(x, issuer, NID_crl_distribution_points, text);
}

static void make(unsigned int i)
{
	unsigned int by = certs[i].issuer ? find(certs[i].issuer) : i;
	X509 *x = X509_new();

	need(x, "out of memory");
	made[i] = x;
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1000 + (long)i);
	ASN1_TIME_set(X509_getm_notBefore(x), WORLD_TIME + certs[i].from * DAY);
	ASN1_TIME_set(X509_getm_notAfter(x), WORLD_TIME + certs[i].to * DAY);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
				   (const unsigned char *)certs[i].name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(made[by]));
	X509_set_pubkey(x, pkey);
	extend(x, made[by], NID_basic_constraints, certs[i].constraints);
	extend(x, made[by], NID_subject_alt_name, certs[i].san);
	extend(x, made[by], NID_name_constraints, certs[i].permitted);
	extend_points(x, made[by], certs[i].points);
	need(X509_sign(x, pkey, EVP_sha256()), "no signature");
	der_len[i] = i2d_X509(x, &der[i]);
}

static void make_all(void)
{
	unsigned int i;

	if (pkey)
		return;
	pkey = EVP_EC_gen("P-256");
	need(pkey, "no key");
	for (i = 0; i < N_CERTS; i++)
		make(i);
}

struct ike_key *world_cert_key(void)
{
	unsigned char *octets = NULL;
	char error[IKE_ERROR_MAX];
	struct ike_key *key;
	int len;

	make_all();
	len = i2d_PrivateKey(pkey, &octets);
	key = len > 0 ? ike_key_load(octets, (size_t)len, error) : NULL;
	need(key, "no key");
	OPENSSL_free(octets);
	return key;
}

struct ike_trust *world_cert_trust(void)
{
	struct ike_trust *trust = ike_trust_new();
	char error[IKE_ERROR_MAX];

	make_all();
	need(trust && ike_trust_add_ca(trust, der[0], (size_t)der_len[0], error) == 1, "no authority");
	return trust;
}

struct ike_octets world_cert(const char *name)
{
	unsigned int i = find(name);

	make_all();
	return i < N_CERTS ? ike_octets_of(der[i], (size_t)der_len[i]) : ike_octets_of(NULL, 0);
}
