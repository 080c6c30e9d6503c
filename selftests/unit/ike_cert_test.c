// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates: chains that lead to an authority and those that do not, each reason in its own sentence, names, our
 * own.
 */
#include "ike_test_pki.h"

#include "proto/ike_cert.h"

static char error[IKE_ERROR_MAX];
static struct ike_cert_verdict verdict;

static struct pki_cert ca, other_ca, middle, gw, deep;

static const char san[] = "DNS:gw.example.org,email:gw@example.org,IP:192.0.2.1,IP:2001:db8::1,DNS:*.wild.example.org";

static struct ike_trust *trust_in(const struct pki_cert *authority)
{
	struct ike_trust *t = ike_trust_new();
	struct pki_octets pem = pki_cert_pem(authority->x);

	if (ike_trust_add_ca(t, pem.at, pem.len, error) != 1)
		fail_msg("%s", error);
	free(pem.at);
	return t;
}

static void add_crl(struct ike_trust *t, X509_CRL *crl)
{
	struct pki_octets pem = pki_crl_pem(crl);

	assert_int_equal(ike_trust_add_crl(t, pem.at, pem.len, error), 1);
	free(pem.at);
}

static struct ike_id id_of(const char *what)
{
	struct ike_id id;

	assert_int_equal(ike_id_parse(what, &id, error), 0);
	return id;
}

/* What comes of certificates sent in that order; an identity that gw has. */
static enum ike_cert_fault judge_as(const struct ike_trust *t, time_t now, const char *who,
				    const struct pki_cert *const *sent,
				    unsigned int n)
{
	struct ike_cert certs[4];
	struct pki_octets der[4];
	struct ike_id id = id_of(who);
	struct ike_pubkey *key;

	for (unsigned int i = 0; i < n; i++) {
		der[i] = pki_cert_der(sent[i]->x);
		certs[i] = (struct ike_cert){ IKE_CERT_X509_SIGNATURE, { der[i].at, der[i].len } };
	}
	key = ike_trust_verify(t, certs, n, &id, now, &verdict);
	assert_true(!key == (verdict.fault != IKE_CERT_OK));
	if (!key)
		assert_true(verdict.text[0]);
	ike_pubkey_free(key);
	for (unsigned int i = 0; i < n; i++)
		free(der[i].at);
	return verdict.fault;
}

#define JUDGE(t, now, ...)									\
	judge_as(t, now, "gw.example.org", (const struct pki_cert *const[]){ __VA_ARGS__ },	\
		 sizeof((const struct pki_cert *const[]){ __VA_ARGS__ }) / sizeof(struct pki_cert *))

static void assert_says(const char *what)
{
	if (!strstr(verdict.text, what))
		fail_msg("\"%s\" does not say \"%s\"", verdict.text, what);
}

static void chains(void **state)
{
	struct ike_trust *t = trust_in(&ca), *m = trust_in(&middle), *none = ike_trust_new();

	(void)state;
	assert_int_equal(JUDGE(t, NOW, &gw), IKE_CERT_OK);
	assert_int_equal(JUDGE(t, NOW, &deep, &middle), IKE_CERT_OK);
	/* the root as well, and in another order */
	assert_int_equal(JUDGE(t, NOW, &deep, &ca, &middle), IKE_CERT_OK);
	/* one in the middle may be the one that is trusted */
	assert_int_equal(JUDGE(m, NOW, &deep), IKE_CERT_OK);
	assert_int_equal(JUDGE(t, NOW, &deep), IKE_CERT_UNKNOWN_CA);
	assert_says("C=DE, O=Example, CN=middle, which is no authority that is trusted here");
	assert_int_equal(JUDGE(m, NOW, &gw), IKE_CERT_UNKNOWN_CA);
	assert_int_equal(JUDGE(none, NOW, &gw), IKE_CERT_UNKNOWN_CA);
	assert_int_equal(JUDGE(none, NOW, &gw, &ca), IKE_CERT_UNKNOWN_CA);
	ike_trust_free(t);
	ike_trust_free(m);
	ike_trust_free(none);
}

/* An authority of the same name and another key. */
static void an_impostor(void **state)
{
	struct pki_cert false_ca = pki_ca("ca");
	struct pki_cert forged = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san,
							     .issuer = &false_ca });
	struct ike_trust *t = trust_in(&ca);

	(void)state;
	assert_int_not_equal(JUDGE(t, NOW, &forged), IKE_CERT_OK);
	assert_int_not_equal(JUDGE(t, NOW, &forged, &false_ca), IKE_CERT_OK);
	ike_trust_free(t);
	pki_free(&forged);
	pki_free(&false_ca);
}

/* One that is no authority has issued another. */
static void a_leaf_is_no_authority(void **state)
{
	struct pki_cert below = pki_make((struct pki_want){ .cn = "below", .key = "P-256", .san = san, .issuer = &gw });
	struct ike_trust *t = trust_in(&ca);
	struct pki_octets pem = pki_cert_pem(gw.x);

	(void)state;
	assert_int_not_equal(JUDGE(t, NOW, &below, &gw), IKE_CERT_OK);
	assert_int_equal(ike_trust_add_ca(t, pem.at, pem.len, error), -EINVAL);
	assert_non_null(strstr(error, "is not an authority's"));
	free(pem.at);
	ike_trust_free(t);
	pki_free(&below);
}

static void dates(void **state)
{
	struct ike_trust *t = trust_in(&ca);

	(void)state;
	assert_int_equal(JUDGE(t, NOW + 9 * DAY, &gw), IKE_CERT_OK);
	assert_int_equal(JUDGE(t, NOW + 11 * DAY, &gw), IKE_CERT_EXPIRED);
	assert_says("expired on 2026-12-06, and it is 2026-12-07 here");
	assert_int_equal(JUDGE(t, NOW - 9 * DAY, &gw), IKE_CERT_OK);
	assert_int_equal(JUDGE(t, NOW - 11 * DAY, &gw), IKE_CERT_NOT_YET_VALID);
	assert_says("valid from 2026-11-16 on, and it is 2026-11-15 here: is the clock right?");
	ike_trust_free(t);
}

static void revocation(void **state)
{
	struct ike_trust *t = trust_in(&ca);
	struct pki_cert fine = pki_make((struct pki_want){ .cn = "fine", .key = "P-256", .san = san, .issuer = &ca });

	(void)state;
	add_crl(t, pki_crl(&ca, gw.x, NOW - DAY, NOW + DAY));
	assert_int_equal(JUDGE(t, NOW, &gw), IKE_CERT_REVOKED);
	assert_says("the certificate of C=DE, O=Example, CN=gw was revoked by C=DE, O=Example, CN=ca");
	assert_int_equal(JUDGE(t, NOW, &fine), IKE_CERT_OK);
	/* middle has no list of its own, ca's says nothing against middle */
	assert_int_equal(JUDGE(t, NOW, &deep, &middle), IKE_CERT_OK);
	/* a list out of date is as none: nothing is believed */
	assert_int_equal(JUDGE(t, NOW + 2 * DAY, &fine), IKE_CERT_BAD_CRL);
	assert_says("revocation list");
	ike_trust_free(t);

	/* one in the middle was revoked */
	t = trust_in(&ca);
	add_crl(t, pki_crl(&ca, middle.x, NOW - DAY, NOW + DAY));
	assert_int_equal(JUDGE(t, NOW, &deep, &middle), IKE_CERT_REVOKED);
	assert_int_equal(JUDGE(t, NOW, &gw), IKE_CERT_OK);
	ike_trust_free(t);

	/* a list that somebody else signed in the authority's name */
	t = trust_in(&ca);
	{
		struct pki_cert false_ca = pki_ca("ca");

		add_crl(t, pki_crl(&false_ca, NULL, NOW - DAY, NOW + DAY));
		assert_int_equal(JUDGE(t, NOW, &gw), IKE_CERT_BAD_CRL);
		pki_free(&false_ca);
	}
	ike_trust_free(t);
	pki_free(&fine);
}

static void names(void **state)
{
	static const struct { const char *who; bool is; } all[] = {
		{ "gw.example.org", true }, { "GW.example.org", true }, { "gw@example.org", true }, { "192.0.2.1",
												      true },
		{ "2001:db8::1", true }, { "C=DE, O=Example, CN=gw", true }, { "fqdn:gw", false },
		{ "other.example.org", false }, { "192.0.2.2", false }, { "C=DE, O=Example, CN=other", false },
		{ "C=DE, O=Example", false }, { "x.wild.example.org", false }, { "fqdn:*.wild.example.org", false },
		{ "fqdn:192.0.2.1", false }, { "email:gw.example.org", false }, { "key-id:gw", false },
	};
	struct ike_trust *t = trust_in(&ca);
	struct pki_octets pem = pki_cert_pem(gw.x);
	struct ike_chain_file *own = ike_own_load(pem.at, pem.len, error);

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_id id = id_of(all[i].who);
		enum ike_cert_fault fault = judge_as(t, NOW, all[i].who, (const struct pki_cert *const[]){ &gw }, 1);

		if (fault != (all[i].is ? IKE_CERT_OK : IKE_CERT_NAME))
			fail_msg("%s: %d", all[i].who, fault);
		assert_int_equal(ike_own_is(own, &id), all[i].is);
	}
	judge_as(t, NOW, "other.example.org", (const struct pki_cert *const[]){ &gw }, 1);
	assert_says("the certificate of C=DE, O=Example, CN=gw does not name other.example.org, which the peer says it is");
	free(pem.at);
	ike_own_free(own);
	ike_trust_free(t);
}

/* RFC 5280 section 4.2.1.10: an authority that may speak of some names alone. */
static void name_constraints(void **state)
{
	struct pki_cert narrow = pki_make((struct pki_want){
		.cn = "narrow", .key = "P-256", .constraints = "critical,CA:TRUE", .usage = "critical,keyCertSign",
		.permitted = "critical,permitted;DNS:narrow.example.org", .issuer = &ca });
	struct pki_cert in = pki_make((struct pki_want){ .cn = "in", .key = "P-256", .san = "DNS:a.narrow.example.org",
							 .issuer = &narrow });
	struct pki_cert out = pki_make((struct pki_want){ .cn = "out", .key = "P-256", .san = "DNS:gw.example.org",
							  .issuer = &narrow });
	struct ike_trust *t = trust_in(&ca);

	(void)state;
	assert_int_equal(judge_as(t, NOW, "a.narrow.example.org", (const struct pki_cert *const[]){ &in, &narrow }, 2),
			 IKE_CERT_OK);
	assert_int_not_equal(JUDGE(t, NOW, &out, &narrow), IKE_CERT_OK);
	ike_trust_free(t);
	pki_free(&in);
	pki_free(&out);
	pki_free(&narrow);
}

static void weak_ones(void **state)
{
	struct pki_cert sha1 = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca,
							   .md = EVP_sha1() });
	struct pki_cert rsa512 = pki_make((struct pki_want){ .cn = "gw", .key = "RSA512", .san = san, .issuer = &ca });
	struct ike_trust *t = trust_in(&ca);

	(void)state;
	assert_int_equal(JUDGE(t, NOW, &sha1), IKE_CERT_WEAK);
	assert_int_equal(JUDGE(t, NOW, &rsa512), IKE_CERT_WEAK);
	ike_trust_free(t);
	pki_free(&sha1);
	pki_free(&rsa512);
}

static void usage(void **state)
{
	struct pki_cert enc = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca,
							  .usage = "critical,keyAgreement" });
	struct pki_cert sig = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca,
							  .usage = "critical,digitalSignature" });
	struct ike_trust *t = trust_in(&ca);

	(void)state;
	assert_int_equal(JUDGE(t, NOW, &enc), IKE_CERT_USAGE);
	assert_says("is not for signatures");
	assert_int_equal(JUDGE(t, NOW, &sig), IKE_CERT_OK);
	ike_trust_free(t);
	pki_free(&enc);
	pki_free(&sig);
}

static void what_is_no_certificate(void **state)
{
	struct ike_trust *t = trust_in(&ca);
	struct pki_octets der = pki_cert_der(gw.x);
	struct ike_id id = id_of("gw.example.org");
	struct ike_cert cert = { .encoding = IKE_CERT_HASH_AND_URL, .data = { der.at, der.len } };

	(void)state;
	assert_null(ike_trust_verify(t, NULL, 0, &id, NOW, &verdict));
	assert_int_equal(verdict.fault, IKE_CERT_NONE);
	assert_null(ike_trust_verify(t, &cert, 1, &id, NOW, &verdict));
	assert_int_equal(verdict.fault, IKE_CERT_NONE);
	cert.encoding = IKE_CERT_X509_SIGNATURE;
	for (size_t len = 0; len < der.len; len += 7) {
		uint8_t *exact = malloc(len + 1);

		memcpy(exact, der.at, len);
		cert.data = ike_octets_of(exact, len);
		assert_null(ike_trust_verify(t, &cert, 1, &id, NOW, &verdict));
		assert_int_equal(verdict.fault, IKE_CERT_MALFORMED);
		free(exact);
	}
	/* and one octet more */
	der.at = realloc(der.at, der.len + 1);
	der.at[der.len] = 0;
	cert.data = ike_octets_of(der.at, der.len + 1);
	assert_null(ike_trust_verify(t, &cert, 1, &id, NOW, &verdict));
	assert_int_equal(verdict.fault, IKE_CERT_MALFORMED);
	free(der.at);
	ike_trust_free(t);
}

/* --- files --- */

static void our_own(void **state)
{
	struct pki_octets a = pki_cert_pem(deep.x), b = pki_cert_pem(middle.x), c = pki_cert_pem(ca.x), der;
	struct pki_octets key_pem = pki_key_pem(deep.key, NULL), gw_pem = pki_key_pem(gw.key, NULL);
	struct ike_key *key = ike_key_load(key_pem.at, key_pem.len, error), *gw_key = ike_key_load(gw_pem.at,
												   gw_pem.len, error);
	uint8_t *all = malloc(a.len + b.len + c.len);
	struct ike_chain_file *own;
	struct ike_id id;
	char text[IKE_ID_STRLEN];

	(void)state;
	memcpy(all, a.at, a.len);
	memcpy(all + a.len, b.at, b.len);
	memcpy(all + a.len + b.len, c.at, c.len);
	own = ike_own_load(all, a.len + b.len + c.len, error);
	assert_non_null(own);
	assert_int_equal(ike_own_count(own), 2);	/* the root is not sent */
	der = pki_cert_der(middle.x);
	assert_int_equal(ike_own_der(own, 1).len, der.len);
	assert_memory_equal(ike_own_der(own, 1).at, der.at, der.len);
	assert_true(ike_own_fits(own, key));
	assert_false(ike_own_fits(own, gw_key));
	ike_own_subject(own, &id);
	assert_string_equal(ike_id_to_str(&id, text, sizeof(text)), "C=DE, O=Example, CN=deep");
	assert_null(ike_own_check(own, NOW, error));
	assert_non_null(ike_own_check(own, NOW + 11 * DAY, error));
	assert_string_equal(error, "our own certificate expired on 2026-12-06, and it is 2026-12-07 here");
	assert_non_null(strstr(ike_own_check(own, NOW - 11 * DAY, error), "is the clock right?"));
	ike_own_free(own);
	/* in DER */
	own = ike_own_load(der.at, der.len, error);
	assert_int_equal(ike_own_count(own), 1);
	ike_own_free(own);
	assert_null(ike_own_load(key_pem.at, key_pem.len, error));
	assert_non_null(strstr(error, "no X.509 certificate"));
	assert_null(ike_own_load(all, 0, error));
	ike_key_free(key);
	ike_key_free(gw_key);
	free(all);
	free(a.at);
	free(b.at);
	free(c.at);
	free(der.at);
	free(key_pem.at);
	free(gw_pem.at);
}

static void authorities_in_requests(void **state)
{
	struct ike_trust *t = trust_in(&ca);
	struct pki_octets pem = pki_cert_pem(other_ca.x);
	uint8_t hashes[64], want[20], der[512];
	unsigned char *at = der, *name = NULL;
	struct ike_part part = { der, 0 };
	int len;

	(void)state;
	assert_int_equal(ike_trust_add_ca(t, pem.at, pem.len, error), 1);
	free(pem.at);
	assert_int_equal(ike_trust_count(t), 2);
	assert_int_equal(ike_trust_hashes(t, hashes, sizeof(hashes)), 40);
	part.len = i2d_PUBKEY(other_ca.key, &at);
	assert_int_equal(ike_hash(IKE_HASH_SHA1, &part, 1, want), 0);
	assert_memory_equal(hashes + 20, want, 20);
	assert_int_equal(ike_trust_hashes(t, hashes, 39), 20);
	len = i2d_X509_NAME(X509_get_subject_name(ca.x), &name);
	assert_int_equal(ike_trust_name(t, 0).len, len);
	assert_memory_equal(ike_trust_name(t, 0).at, name, len);
	OPENSSL_free(name);
	assert_int_equal(ike_trust_add_crl(t, "x", 1, error), -EINVAL);
	assert_int_equal(ike_trust_add_ca(t, "x", 1, error), -EINVAL);
	ike_trust_free(t);
}

static void key_of_one_certificate(void **state)
{
	struct pki_octets pem = pki_cert_pem(gw.x);
	struct ike_pubkey *key = ike_cert_pubkey(pem.at, pem.len, error);

	(void)state;
	assert_non_null(key);
	assert_int_equal(ike_pubkey_type(key), IKE_KEY_ECDSA);
	ike_pubkey_free(key);
	assert_null(ike_cert_pubkey("x", 1, error));
	free(pem.at);
}

static int setup(void **state)
{
	(void)state;
	ca = pki_ca("ca");
	other_ca = pki_ca("other");
	middle = pki_make((struct pki_want){ .cn = "middle", .key = "RSA2048", .constraints = "critical,CA:TRUE",
					     .usage = "critical,keyCertSign,cRLSign", .issuer = &ca });
	gw = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .san = san, .issuer = &ca });
	deep = pki_make((struct pki_want){ .cn = "deep", .key = "ED25519", .san = san, .issuer = &middle });
	return ike_crypto_init();
}

static int teardown(void **state)
{
	(void)state;
	pki_free(&ca);
	pki_free(&other_ca);
	pki_free(&middle);
	pki_free(&gw);
	pki_free(&deep);
	ike_crypto_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains),
		cmocka_unit_test(an_impostor),
		cmocka_unit_test(a_leaf_is_no_authority),
		cmocka_unit_test(dates),
		cmocka_unit_test(revocation),
		cmocka_unit_test(names),
		cmocka_unit_test(name_constraints),
		cmocka_unit_test(weak_ones),
		cmocka_unit_test(usage),
		cmocka_unit_test(what_is_no_certificate),
		cmocka_unit_test(our_own),
		cmocka_unit_test(authorities_in_requests),
		cmocka_unit_test(key_of_one_certificate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
