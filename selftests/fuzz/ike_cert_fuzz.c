// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Octets that are said to be certificates, keys or revocation lists: a peer's, and files'. The first octet chooses. No
 * certificate of the input is believed, as nobody has signed one.
 */
#include <time.h>

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include "fuzz.h"
#include "proto/ike_cert.h"

static struct ike_trust *trust;
static char error[IKE_ERROR_MAX];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BASIC_CONSTRAINTS constraints = { .ca = 1 };
	unsigned char *der = NULL;
	int len;

	(void)argc;
	(void)argv;
	must(!ike_crypto_init() && key && x);
	X509_set_version(x, 2);
	X509_gmtime_adj(X509_getm_notBefore(x), -1000);
	X509_gmtime_adj(X509_getm_notAfter(x), 1000000);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const unsigned char *)"ca", -1, -1,
				   0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	X509_add1_ext_i2d(x, NID_basic_constraints, &constraints, 1, 0);
	must(X509_sign(x, key, EVP_sha256()));
	len = i2d_X509(x, &der);
	trust = ike_trust_new();
	must(trust && ike_trust_add_ca(trust, der, len, error) == 1);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	return 0;
}

static void sent(struct in *in)
{
	struct ike_cert certs[3];
	struct ike_cert_verdict v;
	struct ike_id id;
	uint8_t *octets[3];
	unsigned int n = 0;

	must(!ike_id_parse("gw.example.org", &id, error));
	while (n < 3 && in->left) {
		size_t len = in_u16(in);

		certs[n].encoding = IKE_CERT_X509_SIGNATURE;
		octets[n] = in_take(in, len, &certs[n].data.len);
		certs[n].data.at = octets[n];
		n++;
	}
	must(!ike_trust_verify(trust, certs, n, &id, time(NULL), &v) && v.fault != IKE_CERT_OK && v.text[0]);
	while (n)
		free(octets[--n]);
}

static void our_own(const uint8_t *octets, size_t len)
{
	struct ike_chain_file *own = ike_own_load(octets, len, error);
	struct ike_id id;
	char text[IKE_ID_STRLEN];

	if (!own)
		return;
	must(ike_own_count(own) && ike_own_der(own, 0).len);
	ike_own_subject(own, &id);
	ike_id_to_str(&id, text, sizeof(text));
	ike_own_is(own, &id);
	ike_own_check(own, 0, error);
	ike_own_free(own);
}

static void file(struct in *in, uint8_t kind)
{
	size_t len;
	uint8_t *octets = in_take(in, 65535, &len);
	struct ike_trust *t;

	error[0] = '\0';
	switch (kind % 5) {
	case 0:
		our_own(octets, len);
		break;
	case 1:
		ike_key_free(ike_key_load(octets, len, error));
		break;
	case 2:
		ike_pubkey_free(ike_pubkey_load(octets, len, error));
		break;
	case 3:
		ike_pubkey_free(ike_cert_pubkey(octets, len, error));
		break;
	default:
		t = ike_trust_new();
		must(t);
		ike_trust_add_ca(t, octets, len, error);
		ike_trust_add_crl(t, octets, len, error);
		ike_trust_free(t);
	}
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in);

	if (how & 1)
		sent(&in);
	else
		file(&in, how >> 1);
	return 0;
}
