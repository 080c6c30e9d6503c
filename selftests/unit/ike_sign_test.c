// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and signatures: every kind by every method, each bit of them, and what does not go together. */
#include "ike_test_pki.h"

#include "proto/ike_sign.h"

static const char *const kinds[] = { "RSA2048", "P-256", "P-384", "P-521", "ED25519" };
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))
static const unsigned int all_hashes = 1u << IKE2_SIG_SHA256 | 1u << IKE2_SIG_SHA384 | 1u << IKE2_SIG_SHA512 |
				       1u << IKE2_SIG_IDENTITY;

static struct {
	struct ike_key *key;
	struct ike_pubkey *public;
} keys[N_KINDS], others[N_KINDS];

static struct ike2_signed so = {
	.part = { { "message one", 11 }, { "nonce of the other", 18 }, { NULL, 32 } },
	.id_hash = { 1, 2, 3 },
};
static char error[IKE_ERROR_MAX];

static struct ike_key *load(EVP_PKEY *pkey)
{
	struct pki_octets pem = pki_key_pem(pkey, NULL);
	struct ike_key *key = ike_key_load(pem.at, pem.len, error);

	if (!key)
		fail_msg("%s", error);
	free(pem.at);
	return key;
}

static struct ike_pubkey *public_of(const struct ike_key *key)
{
	uint8_t der[2048];
	int len = ike_key_public_der(key, der, sizeof(der));
	struct ike_pubkey *public;

	assert_true(len > 0);
	assert_int_equal(ike_key_public_der(key, der, len - 1), -ENOSPC);
	public = ike_pubkey_load(der, len, error);
	assert_non_null(public);
	return public;
}

static int verify(const struct ike_pubkey *public, uint8_t method, const struct wr *w)
{
	return ike2_verify(public, method, ike_octets_of(w->buf, w->len), &so, error);
}

/* Sign, verify, and verify again with each bit of it turned over, and with another's key. */
static void sign_and_verify(size_t i, unsigned int hashes, bool pss, uint8_t want)
{
	uint8_t auth[IKE_SIGNATURE_MAX], method;
	struct wr w = wr_to(auth, sizeof(auth));

	assert_int_equal(ike2_sign(keys[i].key, hashes, pss, &so, &method, &w), 0);
	assert_int_equal(method, want);
	assert_int_equal(verify(keys[i].public, method, &w), 0);
	assert_int_equal(verify(others[i].public, method, &w), -EBADMSG);
	assert_non_null(strstr(error, "signature is wrong"));
	for (size_t bit = 0; bit < 8 * w.len; bit += 5) {
		auth[bit / 8] ^= 1u << bit % 8;
		assert_int_not_equal(verify(keys[i].public, method, &w), 0);
		auth[bit / 8] ^= 1u << bit % 8;
	}
	for (size_t len = 0; len < w.len; len++) {
		struct wr cut = { .buf = auth, .len = len };

		assert_int_not_equal(verify(keys[i].public, method, &cut), 0);
	}
	so.id_hash[0] ^= 1;
	assert_int_equal(verify(keys[i].public, method, &w), -EBADMSG);
	so.id_hash[0] ^= 1;
	assert_int_equal(verify(keys[i].public, method, &w), 0);
}

static void every_kind_by_rfc_7427(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KINDS; i++) {
		sign_and_verify(i, all_hashes, false, IKE2_AUTH_SIGNATURE);
		sign_and_verify(i, all_hashes, true, IKE2_AUTH_SIGNATURE);
	}
	/* A peer with one hash alone. */
	sign_and_verify(0, 1u << IKE2_SIG_SHA384, false, IKE2_AUTH_SIGNATURE);
	sign_and_verify(0, 1u << IKE2_SIG_SHA512, true, IKE2_AUTH_SIGNATURE);
	sign_and_verify(1, 1u << IKE2_SIG_SHA512, false, IKE2_AUTH_SIGNATURE);
}

static void every_kind_of_old(void **state)
{
	(void)state;
	sign_and_verify(0, 0, false, IKE2_AUTH_RSA);
	sign_and_verify(1, 0, false, IKE2_AUTH_ECDSA_256);
	sign_and_verify(2, 0, false, IKE2_AUTH_ECDSA_384);
	sign_and_verify(3, 0, false, IKE2_AUTH_ECDSA_521);
}

/* The algorithm that goes with what was chosen, RFC 7427 appendix A. */
static void algorithm_identifiers(void **state)
{
	static const struct { size_t kind; bool pss; unsigned int hashes; const char *der; } cases[] = {
		{ 0, false, 1u << IKE2_SIG_SHA256, "0f 300d06092a864886f70d01010b0500" },
		{ 0, false, 1u << IKE2_SIG_SHA512, "0f 300d06092a864886f70d01010d0500" },
		{ 1, false, all_hashes, "0c 300a06082a8648ce3d040302" },
		{ 2, false, all_hashes, "0c 300a06082a8648ce3d040303" },
		{ 3, false, all_hashes, "0c 300a06082a8648ce3d040304" },
		{ 4, false, all_hashes, "07 300506032b6570" },
		{ 0, true, 1u << IKE2_SIG_SHA256,
		  "43 304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108"
		  "300d06096086480165030402010500a203020120" },
	};
	uint8_t auth[IKE_SIGNATURE_MAX], want[80], method;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wr w = wr_to(auth, sizeof(auth));
		size_t len = hex(cases[i].der, want, sizeof(want));

		assert_int_equal(ike2_sign(keys[cases[i].kind].key, cases[i].hashes, cases[i].pss, &so, &method, &w),
				 0);
		assert_memory_equal(auth, want, len);
		assert_int_equal(ike2_sig_is_pss(method, ike_octets_of(auth, w.len)), cases[i].pss);
		assert_false(ike2_sig_is_pss(IKE2_AUTH_RSA, ike_octets_of(auth, w.len)));
		assert_false(ike2_sig_is_pss(method, ike_octets_of(auth, len - 1)));
	}
}

static void what_does_not_go_together(void **state)
{
	uint8_t auth[IKE_SIGNATURE_MAX], method;
	struct wr w = wr_to(auth, sizeof(auth));

	(void)state;
	/* No Ed25519 without RFC 7427, nor with a peer that has hashes alone. */
	assert_int_equal(ike2_sign(keys[4].key, 0, false, &so, &method, &w), -EOPNOTSUPP);
	assert_int_equal(ike2_sign(keys[4].key, 1u << IKE2_SIG_SHA256, false, &so, &method, &w), -EOPNOTSUPP);
	assert_int_equal(ike2_sign(keys[0].key, 1u << IKE2_SIG_IDENTITY, false, &so, &method, &w), -EOPNOTSUPP);
	assert_int_equal(w.len, 0);
	/* A signature of another kind than the key. */
	assert_int_equal(ike2_sign(keys[1].key, all_hashes, false, &so, &method, &w), 0);
	assert_int_equal(verify(keys[0].public, method, &w), -EOPNOTSUPP);
	assert_int_equal(verify(keys[4].public, method, &w), -EOPNOTSUPP);
	/* A method of another kind. */
	assert_int_equal(verify(keys[1].public, IKE2_AUTH_RSA, &w), -EOPNOTSUPP);
	assert_int_equal(verify(keys[0].public, IKE2_AUTH_ECDSA_256, &w), -EOPNOTSUPP);
	assert_int_equal(verify(keys[1].public, IKE2_AUTH_ECDSA_384, &w), -EOPNOTSUPP);
	assert_int_equal(verify(keys[1].public, IKE2_AUTH_PSK, &w), -EOPNOTSUPP);
	/* No room. */
	w = wr_to(auth, 20);
	assert_int_equal(ike2_sign(keys[0].key, all_hashes, false, &so, &method, &w), -ENOSPC);
}

/* SHA-1 in RFC 7427 was not offered, and is refused though the signature is right. */
static void sha1_is_not_taken(void **state)
{
	uint8_t auth[IKE_SIGNATURE_MAX], method;
	struct wr w = wr_to(auth, sizeof(auth));

	(void)state;
	assert_int_equal(ike2_sign(keys[0].key, 1u << IKE2_SIG_SHA1, false, &so, &method, &w), 0);
	assert_int_equal(verify(keys[0].public, method, &w), -EOPNOTSUPP);
	assert_non_null(strstr(error, "not offered"));
}

static void hash_notifies(void **state)
{
	static const uint8_t odd[] = { 0, 2, 0, 99, 0, 5, 0 };
	uint8_t octets[128];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	(void)state;
	ike_chain_begin(&c, &w);
	ike2_put_sig_hashes(&c);
	assert_int_equal(ike2_sig_hashes(ike_octets_of(octets + 8, w.len - 8)), all_hashes);
	assert_int_equal(ike2_sig_hashes(ike_octets_of(odd, sizeof(odd))), 1u << 2 | 1u << 5);
	assert_int_equal(ike2_sig_hashes(ike_octets_of(NULL, 0)), 0);
}

static int verify1(const struct ike_pubkey *public, uint16_t method, const uint8_t *hash, size_t len,
		   const struct wr *w)
{
	return ike1_verify(public, method, hash, len, ike_octets_of(w->buf, w->len), error);
}

static void ikev1(void **state)
{
	static const uint16_t methods[N_KINDS] = { IKE1_AUTH_RSA_SIG, IKE1_AUTH_ECDSA_256, IKE1_AUTH_ECDSA_384,
						   IKE1_AUTH_ECDSA_521, 0 };
	uint8_t sig[IKE_SIGNATURE_MAX], hash[32];

	(void)state;
	pattern(hash, sizeof(hash), 3, 1);
	for (size_t i = 0; i < N_KINDS; i++) {
		/* the lengths of all hashes; an EC key takes the leftmost bits of what is longer */
		static const size_t lens[] = { 16, 20, 32 };

		for (size_t j = 0; j < 3; j++) {
			struct wr w = wr_to(sig, sizeof(sig));

			if (i == 4) {
				assert_int_equal(ike1_sign(keys[i].key, hash, lens[j], &w), -EOPNOTSUPP);
				continue;
			}
			assert_int_equal(ike1_sign(keys[i].key, hash, lens[j], &w), 0);
			assert_int_equal(verify1(keys[i].public, methods[i], hash, lens[j], &w), 0);
			assert_int_equal(verify1(others[i].public, methods[i], hash, lens[j], &w), -EBADMSG);
			hash[0] ^= 1;
			assert_int_equal(verify1(keys[i].public, methods[i], hash, lens[j], &w), -EBADMSG);
			hash[0] ^= 1;
			for (size_t k = 0; k < N_KINDS; k++)
				if (k != i)
					assert_int_equal(verify1(keys[i].public, methods[k], hash, lens[j], &w),
							 -EOPNOTSUPP);
			sig[w.len / 2] ^= 1;
			assert_int_equal(verify1(keys[i].public, methods[i], hash, lens[j], &w), -EBADMSG);
		}
		assert_int_equal(ike1_auth_of(keys[i].key), methods[i]);
	}
	/* What agreed on one curve is not proven with another, and told so. */
	assert_int_equal(verify1(keys[2].public, IKE1_AUTH_ECDSA_256, hash, 32, &(struct wr){ .buf = sig, .len = 96 }),
			 -EOPNOTSUPP);
	assert_non_null(strstr(error, "ECDSA of 384 bits"));
	assert_non_null(strstr(error, "ECDSA signatures with P-256"));
}

/* The hash itself is what was padded: RFC 2409 section 5.1, no DigestInfo. */
static void ikev1_pads_the_hash_alone(void **state)
{
	uint8_t sig[IKE_SIGNATURE_MAX], hash[20], back[256], der[2048];
	struct wr w = wr_to(sig, sizeof(sig));
	size_t len = sizeof(back);
	int der_len = ike_pubkey_der(keys[0].public, der, sizeof(der));
	const unsigned char *at = der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, der_len);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);

	(void)state;
	pattern(hash, sizeof(hash), 7, 1);
	assert_int_equal(ike1_sign(keys[0].key, hash, sizeof(hash), &w), 0);
	assert_int_equal(EVP_PKEY_verify_recover_init(ctx), 1);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0);
	assert_int_equal(EVP_PKEY_verify_recover(ctx, back, &len, sig, w.len), 1);
	assert_int_equal(len, sizeof(hash));
	assert_memory_equal(back, hash, sizeof(hash));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

/* --- loading --- */

static void assert_refused(struct pki_octets o, const char *why)
{
	assert_null(ike_key_load(o.at, o.len, error));
	if (!strstr(error, why))
		fail_msg("\"%s\" does not say \"%s\"", error, why);
	free(o.at);
}

static void keys_that_are_refused(void **state)
{
	EVP_PKEY *key = pki_key("RSA2048"), *short_one = pki_key("RSA512"), *x = pki_key("X25519");
	EVP_PKEY *odd = EVP_EC_gen("secp256k1"), *wide = EVP_EC_gen("secp224r1");
	struct pki_octets pem;

	(void)state;
	assert_refused(pki_key_pem(key, "secret"), "passphrase");
	assert_refused(pki_key_pem(short_one, NULL), "512 bits");
	assert_refused(pki_key_pem(x, NULL), "X25519 cannot sign");
	assert_refused(pki_key_pem(wide, NULL), "secp224r1");
	assert_refused(pki_key_pem(odd, NULL), "P-256, P-384 and P-521 are");
	pem = pki_key_pem(key, NULL);
	pem.len /= 2;
	assert_refused(pem, "no private key");
	pem = (struct pki_octets){ malloc(1), 0 };
	assert_refused(pem, "no private key");
	EVP_PKEY_free(key);
	EVP_PKEY_free(short_one);
	EVP_PKEY_free(x);
	EVP_PKEY_free(odd);
	EVP_PKEY_free(wide);
}

static void pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KINDS; i++) {
		assert_true(ike_key_fits(keys[i].key, keys[i].public));
		assert_false(ike_key_fits(keys[i].key, others[i].public));
		assert_true(ike_pubkey_equal(keys[i].public, keys[i].public));
		assert_false(ike_pubkey_equal(keys[i].public, others[i].public));
		assert_int_equal(ike_key_type(keys[i].key), ike_pubkey_type(keys[i].public));
	}
	assert_int_equal(ike_pubkey_bits(keys[0].public), 2048);
	assert_false(ike_key_fits(keys[0].key, keys[1].public));
}

static int setup(void **state)
{
	(void)state;
	if (ike_crypto_init())
		return -1;
	for (size_t i = 0; i < N_KINDS; i++) {
		EVP_PKEY *a = pki_key(kinds[i]), *b = pki_key(kinds[i]);

		keys[i].key = load(a);
		keys[i].public = public_of(keys[i].key);
		others[i].key = load(b);
		others[i].public = public_of(others[i].key);
		EVP_PKEY_free(a);
		EVP_PKEY_free(b);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KINDS; i++) {
		ike_key_free(keys[i].key);
		ike_pubkey_free(keys[i].public);
		ike_key_free(others[i].key);
		ike_pubkey_free(others[i].public);
	}
	ike_crypto_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_by_rfc_7427),
		cmocka_unit_test(every_kind_of_old),
		cmocka_unit_test(algorithm_identifiers),
		cmocka_unit_test(what_does_not_go_together),
		cmocka_unit_test(sha1_is_not_taken),
		cmocka_unit_test(hash_notifies),
		cmocka_unit_test(ikev1),
		cmocka_unit_test(ikev1_pads_the_hash_alone),
		cmocka_unit_test(keys_that_are_refused),
		cmocka_unit_test(pairs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
