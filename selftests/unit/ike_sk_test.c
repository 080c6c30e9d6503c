// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys of IKEv2, AUTH with a pre-shared key, and sealed messages with their fragments. Keys were computed by Python's
 * hmac from RFC 7296's formulas.
 */
#include "ike_test.h"

#include "proto/ike_sk.h"

#define SPI_I 0x0102030405060708
#define SPI_R 0x1112131415161718

static uint8_t nonce_i[32], nonce_r[40], shared[256];
static struct ike2_exchange exchange = {
	.nonce_i = { nonce_i, sizeof(nonce_i) }, .nonce_r = { nonce_r, sizeof(nonce_r) },
	.shared = { shared, sizeof(shared) }, .spi_i = SPI_I, .spi_r = SPI_R,
};

static struct ike_suite suite_of(const char *text, enum ike_use use)
{
	char error[IKE_ERROR_MAX];
	struct ike_offers o;
	struct ike_offer *f = &o.offer[0];

	assert_int_equal(ike_offers_parse(text, use, true, &o, error), 0);
	return (struct ike_suite){
		.encr = f->alg[IKE_TRANSFORM_ENCR][0],
		.prf = f->n[IKE_TRANSFORM_PRF] ? f->alg[IKE_TRANSFORM_PRF][0] : NULL,
		.integ = f->n[IKE_TRANSFORM_INTEG] ? f->alg[IKE_TRANSFORM_INTEG][0] : NULL,
		.dh = f->n[IKE_TRANSFORM_DH] ? f->alg[IKE_TRANSFORM_DH][0] : NULL,
	};
}

static struct ike2_keys keys_of(const char *text)
{
	struct ike_suite s = suite_of(text, IKE_USE_IKE);
	struct ike2_keys k;

	assert_int_equal(ike2_keys_derive(&k, &s, &exchange), 0);
	return k;
}

/* --- keys --- */

static void keys_of_an_ike_sa(void **state)
{
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");

	(void)state;
	assert_hex(k.d, 32, "b895bda252bdea43d920dd5d0f3e9197a8a9ec999c4e586510bee362d394eb36");
	assert_hex(k.ai, 32, "2ed704d522c0acbb18a73f990a2942dc53d5416655104793b29a38b845e8a75e");
	assert_hex(k.ar, 32, "faa56add57d22d1ed6cdcab488b7d4edd118187c89981381450618574b7a744e");
	assert_hex(k.ei, 16, "2e5339a482463d261c565b67c0306c9d");
	assert_hex(k.er, 16, "8305b5401fb11ff6ab8ca586f6a30e6c");
	assert_hex(k.pi, 32, "d41b569bb55065eaf6e4a4192acb3b1d02ccb50b61706eb762c1fa401e4a35e7");
	assert_hex(k.pr, 32, "a119c386386c8158cd47f33b18151fc58f5ade4f7c2297979e4f35720626c379");
}

/* An AEAD has no integrity keys, and a salt behind each key. */
static void keys_of_an_aead(void **state)
{
	struct ike2_keys k = keys_of("aes256gcm16-prfsha384-modp2048");
	static const uint8_t zeros[IKE_KEY_MAX];

	(void)state;
	assert_hex(k.d, 48,
		   "f4d51168f7cda28b1e3f92025e0eb7b092fede309df56a07dc382a8affbecd53f7e12de46dc5a95723b79f4e5ce8fc8b");
	assert_hex(k.ei, 36, "73b2788108484dbab172eef74a368f6dcd24ad7b4aa6bef9a3a145a7913fedbc8f73d0dd");
	assert_hex(k.er, 36, "83a9a9bc340e60653a4eded4e189f8e15fa16ed5250313a3872beee0ad430c02f14b2414");
	assert_hex(k.pi, 48,
		   "7cfeab572d5de27f369420456f0966ca1ef9d8355a9cfe39459d59759980bd9775024330f0ea5a21ce75838c80c0db7c");
	assert_memory_equal(k.ai, zeros, sizeof(zeros));
}

/* RFC 7296 section 2.18: the old PRF makes the seed, the new one the keys. */
static void keys_of_a_new_ike_sa(void **state)
{
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");
	struct ike_suite s = suite_of("aes256gcm16-prfsha384-modp2048", IKE_USE_IKE);

	(void)state;
	assert_int_equal(ike2_keys_rekey(&k, &s, &exchange, &k), 0);
	assert_hex(k.d, 48,
		   "4341894720981fdcdf7509bc35bdcf6bb7f67644f8cd201fa335d4b7b820edeb227410569cde5f251446394db8030f4c");
	assert_hex(k.pr, 48,
		   "3422a2220a7be0eed35060f73d8f0bf8a533421d92276ca09abe5445fd744f07899da87880cadd41da709c5a4b18942c");
}

static void keys_of_a_child(void **state)
{
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");
	struct ike_suite s = suite_of("aes128-sha256", IKE_USE_ESP);
	struct ike2_exchange x = exchange;
	struct ike_child_keys c;

	(void)state;
	x.shared.len = 0;
	assert_int_equal(ike2_child_keys(&c, &s, &k, &x), 0);
	assert_int_equal(c.encr_len, 16);
	assert_int_equal(c.integ_len, 32);
	assert_hex(c.encr_i, 16, "e7c3415f2b960a13e732f69fa65507b1");
	assert_hex(c.integ_i, 32, "acb69d65a6d2e728bb4933077ec8dbba45ba3cfef9fdb3e695eea593ea391c6a");
	assert_hex(c.encr_r, 16, "856d8f94922cd18dcd88bd8484be4c72");
	assert_hex(c.integ_r, 32, "39c6bf4f2563e70bb8198c9db12e64935bc40856737e10a62a9219b26b87a147");

	/* with PFS, and an AEAD */
	s = suite_of("aes256gcm16", IKE_USE_ESP);
	assert_int_equal(ike2_child_keys(&c, &s, &k, &exchange), 0);
	assert_int_equal(c.encr_len, 36);
	assert_int_equal(c.integ_len, 0);
	assert_hex(c.encr_i, 36, "8c0b9e99ef7b599b6a314d24bcad1e07458eebab0b6320e90f8fdd4b5db1fb260b7b97f7");
	assert_hex(c.encr_r, 36, "eda157bf151046fe80f7370ecea9decdb6763e16bf81a99656b7d9e2537aadfa893aed77");
}

static void auth_with_a_psk(void **state)
{
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");
	uint8_t id[18], auth[32];
	struct wr w = wr_to(id, sizeof(id));
	struct ike2_signed so;

	(void)state;
	ike2_id_body(&w, IKE_ID_FQDN, "gw.example.org", 14);
	assert_int_equal(ike2_signed_octets(&so, &k, true, ike_octets_of("message one", 11), exchange.nonce_r,
					    ike_octets_of(id, sizeof(id))), 0);
	assert_int_equal(ike2_auth_psk(&k, "secret", 6, &so, auth), 0);
	assert_hex(auth, 32, "94fd5aff2e7999a98ce9d14e70b649c0942e5f38a805bf6fec2d015cc3ee4a09");
	assert_true(ike2_auth_psk_check(&k, "secret", 6, &so, ike_octets_of(auth, 32)));
	assert_false(ike2_auth_psk_check(&k, "Secret", 6, &so, ike_octets_of(auth, 32)));
	assert_false(ike2_auth_psk_check(&k, "secret", 6, &so, ike_octets_of(auth, 31)));
	auth[31] ^= 1;
	assert_false(ike2_auth_psk_check(&k, "secret", 6, &so, ike_octets_of(auth, 32)));
}

static void nat_detection(void **state)
{
	struct addr a;
	uint8_t out[IKE2_NATD_LEN];

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &a), 0);
	assert_int_equal(ike2_natd(SPI_I, SPI_R, &a, 500, out), 0);
	assert_hex(out, sizeof(out), "d798d986143f878f70765e0e869c80bbc375f701");
}

/* --- sealed messages --- */

static const char *const suites[] = {
	"aes128-sha256-modp2048", "aes256-sha512-modp2048", "aes128-sha1-modp2048", "3des-sha1-modp1024",
		"3des-md5-modp1024",
	"aes256gcm16-prfsha384-modp2048", "aes128gcm8-prfsha256-modp2048", "aes192gcm12-prfsha256-modp2048",
	"chacha20poly1305-prfsha256-x25519",
};
#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

static const struct ike_header header = {
	.spi_i = SPI_I, .spi_r = SPI_R, .version = IKE_V2, .exchange = IKE2_INFORMATIONAL, .flags = IKE2_FLAG_INITIATOR,
	.message_id = 7,
};

static struct ike2_message message;

static void parse(const uint8_t *data, size_t len)
{
	struct ike_fault f;

	if (ike2_parse(&message, data, len, &f))
		fail_msg("%s", f.text);
}

static void every_suite_and_length(void **state)
{
	uint8_t inner[80], out[256], plain[256], iv[IKE_IV_MAX];
	size_t len;

	(void)state;
	pattern(inner, sizeof(inner), 3, 5);
	for (size_t i = 0; i < N_SUITES; i++) {
		struct ike2_keys k = keys_of(suites[i]);
		struct ike2_sk i2r = ike2_sk_of(&k, true), r2i = ike2_sk_of(&k, false);

		for (size_t n = 0; n <= sizeof(inner); n++) {
			struct wr w = wr_to(out, sizeof(out));

			ike2_iv_counter(&k.suite, n + 1, iv);
			assert_int_equal(ike2_seal(&i2r, &header, IKE2_PAYLOAD_N, inner, n, iv, &w), 0);
			assert_int_equal(w.len, ike2_sealed_len(&k.suite, n));
			parse(out, w.len);
			assert_int_equal(message.header.length, w.len);
			assert_int_equal(message.header.next, IKE2_PAYLOAD_SK);
			assert_int_equal(message.encrypted.first, IKE2_PAYLOAD_N);
			assert_int_equal(ike2_open(&i2r, &message, plain, sizeof(plain), &len), 0);
			assert_int_equal(len, n);
			assert_memory_equal(plain, inner, n);
			/* The keys of the other direction open nothing. */
			assert_int_equal(ike2_open(&r2i, &message, plain, sizeof(plain), &len), -EBADMSG);
		}
	}
}

/* One bit anywhere in a message, its header included, and it is not opened. */
static void every_bit_is_protected(void **state)
{
	uint8_t inner[20], out[256], plain[256], iv[IKE_IV_MAX] = { 0 };
	struct ike_fault f;
	size_t len;

	(void)state;
	pattern(inner, sizeof(inner), 3, 5);
	for (size_t i = 0; i < N_SUITES; i++) {
		struct ike2_keys k = keys_of(suites[i]);
		struct ike2_sk sk = ike2_sk_of(&k, true);
		struct wr w = wr_to(out, sizeof(out));

		assert_int_equal(ike2_seal(&sk, &header, IKE2_PAYLOAD_N, inner, sizeof(inner), iv, &w), 0);
		for (size_t bit = 0; bit < 8 * w.len; bit++) {
			out[bit / 8] ^= 1u << bit % 8;
			if (!ike2_parse(&message, out, w.len, &f) && ike2_has(&message, IKE2_PAYLOAD_SK))
				assert_int_equal(ike2_open(&sk, &message, plain, sizeof(plain), &len), -EBADMSG);
			out[bit / 8] ^= 1u << bit % 8;
		}
	}
}

/* Too short for an IV, a padding length and an integrity value. */
static void short_ones_are_refused(void **state)
{
	uint8_t out[128], plain[128];
	size_t len;

	(void)state;
	for (size_t i = 0; i < N_SUITES; i++) {
		struct ike2_keys k = keys_of(suites[i]);
		struct ike2_sk sk = ike2_sk_of(&k, true);

		for (size_t n = 0; n < 48; n++) {
			struct wr w = wr_to(out, sizeof(out));
			struct ike_chain c;

			ike_message_begin(&c, &w, &header);
			ike_payload_begin(&c, IKE2_PAYLOAD_SK);
			wr_zero(&w, n);
			ike_payload_end(&c);
			ike_message_end(&c);
			parse(out, w.len);
			assert_int_equal(ike2_open(&sk, &message, plain, sizeof(plain), &len), -EBADMSG);
		}
	}
}

/* What a peer with the keys may do: a padding length beyond the chain. */
static void padding_that_does_not_fit(void **state)
{
	struct ike2_keys k = keys_of("aes256gcm16-prfsha384-modp2048");
	struct ike2_sk sk = ike2_sk_of(&k, true);
	uint8_t out[128], plain[128], iv[IKE_IV_MAX] = { 0 }, inner[8] = { 0 };
	const size_t at = IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN + 8;
	const struct ike_part aad = { out, IKE_HEADER_LEN + IKE_PAYLOAD_HEADER_LEN };
	size_t len;

	(void)state;
	for (unsigned int pad = 0; pad < 256; pad++) {
		struct wr w = wr_to(out, sizeof(out));

		assert_int_equal(ike2_seal(&sk, &header, 0, inner, sizeof(inner), iv, &w), 0);
		memset(out + at, 0, sizeof(inner) + 1);
		out[at + sizeof(inner)] = (uint8_t)pad;
		assert_int_equal(ike_encrypt(k.suite.encr, k.ei, iv, aad, out + at, sizeof(inner) + 1,
					     out + at + sizeof(inner) + 1), 0);
		parse(out, w.len);
		assert_int_equal(ike2_open(&sk, &message, plain, sizeof(plain), &len), pad <= 8 ? 0 : -EBADMSG);
		if (pad <= 8)
			assert_int_equal(len, 8 - pad);
	}
}

static void no_room_is_an_error(void **state)
{
	struct ike2_keys k = keys_of("aes256gcm16-prfsha384-modp2048");
	struct ike2_sk sk = ike2_sk_of(&k, true);
	uint8_t out[128], plain[128], iv[IKE_IV_MAX] = { 0 }, inner[8] = { 0 };
	size_t whole = ike2_sealed_len(&k.suite, sizeof(inner)), len;

	(void)state;
	for (size_t cap = 0; cap < whole; cap++) {
		struct wr w = wr_to(out, cap);

		assert_int_equal(ike2_seal(&sk, &header, 0, inner, sizeof(inner), iv, &w), -ENOSPC);
	}
	struct wr w = wr_to(out, whole);

	assert_int_equal(ike2_seal(&sk, &header, 0, inner, sizeof(inner), iv, &w), 0);
	parse(out, w.len);
	assert_int_equal(ike2_open(&sk, &message, plain, 8, &len), -ENOSPC);
	assert_int_equal(ike2_open(&sk, &message, plain, 9, &len), 0);
}

/* --- fragments --- */

struct fragments {
	unsigned int n;
	size_t len[IKE2_FRAGMENTS_MAX];
	uint8_t octets[IKE2_FRAGMENTS_MAX][600];
};

static void seal_all(const struct ike2_sk *sk, const uint8_t *inner, size_t len, size_t size, struct fragments *f)
{
	uint8_t iv[IKE_IV_MAX];

	f->n = ike2_fragments(sk->suite, len, size);
	for (unsigned int i = 0; i < f->n; i++) {
		struct wr w = wr_to(f->octets[i], sizeof(f->octets[i]));

		ike2_iv_counter(sk->suite, i + 1, iv);
		assert_int_equal(ike2_seal_fragment(sk, &header, IKE2_PAYLOAD_IDI, inner, len, i + 1, f->n, size, iv,
						    &w), 0);
		assert_true(w.len <= size);
		f->len[i] = w.len;
	}
}

static int add(const struct ike2_sk *sk, struct ike2_reassembly *r, const uint8_t *octets, size_t len)
{
	uint8_t plain[600];
	size_t n;

	parse(octets, len);
	assert_true(ike2_has(&message, IKE2_PAYLOAD_SKF));
	assert_int_equal(ike2_open(sk, &message, plain, sizeof(plain), &n), 0);
	return ike2_reassembly_add(r, &message, plain, n);
}

/* In any order, and twice. */
static void fragments_come_together(void **state)
{
	static struct fragments f;
	uint8_t inner[3000], *whole, first;
	size_t len;

	(void)state;
	pattern(inner, sizeof(inner), 17, 5);
	for (size_t i = 0; i < N_SUITES; i++) {
		struct ike2_keys k = keys_of(suites[i]);
		struct ike2_sk sk = ike2_sk_of(&k, true);
		struct ike2_reassembly r = { 0 };

		seal_all(&sk, inner, sizeof(inner), 576, &f);
		assert_in_range(f.n, 6, 7);
		for (unsigned int j = 0; j < f.n; j++) {
			unsigned int at = (5 * j + 3) % f.n;	/* 5 and 6 or 7 have nothing in common */

			assert_int_equal(add(&sk, &r, f.octets[at], f.len[at]), j + 1 == f.n);
			if (j + 1 < f.n)
				assert_int_equal(add(&sk, &r, f.octets[at], f.len[at]), 0);
		}
		whole = ike2_reassembly_take(&r, &first, &len);
		assert_non_null(whole);
		assert_int_equal(first, IKE2_PAYLOAD_IDI);
		assert_int_equal(len, sizeof(inner));
		assert_memory_equal(whole, inner, len);
		assert_int_equal(r.total, 0);
		free(whole);
	}
}

/* Every length of a chain, around where another fragment begins. */
static void fragments_of_every_length(void **state)
{
	static struct fragments f;
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");
	struct ike2_sk sk = ike2_sk_of(&k, true);
	uint8_t inner[400], *whole, first;
	size_t len;

	(void)state;
	pattern(inner, sizeof(inner), 3, 1);
	for (size_t n = 0; n <= sizeof(inner); n++) {
		struct ike2_reassembly r = { 0 };

		seal_all(&sk, inner, n, 200, &f);
		assert_true(f.n);
		for (unsigned int i = 0; i < f.n; i++)
			assert_int_equal(add(&sk, &r, f.octets[i], f.len[i]), i + 1 == f.n);
		whole = ike2_reassembly_take(&r, &first, &len);
		assert_int_equal(len, n);
		assert_memory_equal(whole, inner, n);
		free(whole);
	}
}

/* RFC 7383 section 2.5.1: a peer that fragments anew begins anew; a stray older one changes nothing. */
static void fragmented_anew(void **state)
{
	static struct fragments coarse, fine;
	struct ike2_keys k = keys_of("aes128-sha256-modp2048");
	struct ike2_sk sk = ike2_sk_of(&k, true);
	struct ike2_reassembly r = { 0 };
	uint8_t inner[1000];

	(void)state;
	pattern(inner, sizeof(inner), 3, 1);
	seal_all(&sk, inner, sizeof(inner), 576, &coarse);
	seal_all(&sk, inner, sizeof(inner), 200, &fine);
	assert_true(coarse.n < fine.n);
	assert_int_equal(add(&sk, &r, coarse.octets[0], coarse.len[0]), 0);
	assert_int_equal(r.have, 1);
	assert_int_equal(add(&sk, &r, fine.octets[1], fine.len[1]), 0);
	assert_int_equal(r.total, fine.n);
	assert_int_equal(r.have, 1);
	assert_int_equal(add(&sk, &r, coarse.octets[1], coarse.len[1]), 0);
	assert_int_equal(r.have, 1);
	ike2_reassembly_free(&r);
	assert_int_equal(r.total, 0);
}

static void fragments_are_bounded(void **state)
{
	struct ike2_message m = { .header = header };
	struct ike2_reassembly r = { 0 };
	static uint8_t plain[65535];

	(void)state;
	m.encrypted.total = IKE2_FRAGMENTS_MAX + 1;
	m.encrypted.fragment = 1;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 1), -EBADMSG);
	m.encrypted.total = 3;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 40000), 0);
	m.encrypted.fragment = 2;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 40000), -EBADMSG);
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 25535), 0);
	m.encrypted.fragment = 3;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 1), -EBADMSG);
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 0), 1);
	ike2_reassembly_free(&r);
	/* Another message id begins anew. */
	m.encrypted.fragment = 1;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 10), 0);
	m.header.message_id++;
	assert_int_equal(ike2_reassembly_add(&r, &m, plain, 10), 0);
	assert_int_equal(r.have, 1);
	ike2_reassembly_free(&r);
	/* A size that no fragment fits in, and a chain that needs too many. */
	{
		struct ike2_keys k = keys_of("aes128-sha256-modp2048");

		assert_int_equal(ike2_fragments(&k.suite, 100, 60), 0);
		assert_int_equal(ike2_fragments(&k.suite, 65000, 576), 0);
		assert_int_equal(ike2_fragments(&k.suite, 20000, 576), 41);
	}
}

static int setup(void **state)
{
	(void)state;
	pattern(nonce_i, sizeof(nonce_i), 1, 0);
	pattern(nonce_r, sizeof(nonce_r), 1, 100);
	pattern(shared, sizeof(shared), 3, 0);
	return ike_crypto_init();
}

static int teardown(void **state)
{
	(void)state;
	ike_crypto_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_an_ike_sa),
		cmocka_unit_test(keys_of_an_aead),
		cmocka_unit_test(keys_of_a_new_ike_sa),
		cmocka_unit_test(keys_of_a_child),
		cmocka_unit_test(auth_with_a_psk),
		cmocka_unit_test(nat_detection),
		cmocka_unit_test(every_suite_and_length),
		cmocka_unit_test(every_bit_is_protected),
		cmocka_unit_test(short_ones_are_refused),
		cmocka_unit_test(padding_that_does_not_fit),
		cmocka_unit_test(no_room_is_an_error),
		cmocka_unit_test(fragments_come_together),
		cmocka_unit_test(fragments_of_every_length),
		cmocka_unit_test(fragmented_anew),
		cmocka_unit_test(fragments_are_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
