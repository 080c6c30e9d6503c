// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RC4 against known answers and against OpenSSL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <linux/string.h>

#include "rc4.h"

#define LEN_MAX	4200	/* several rounds of the permutation, every remainder of the loop */

/*
 * Keys 0x01 0x02 ... of 64 and 128 bits as in RFC 6229 section 2; the key stream at offsets 0 and
 * 4096 was made with "openssl enc -provider legacy -rc4".
 */
static const struct {
	unsigned int key_len;
	u8 at_0[16];
	u8 at_4096[16];
} vectors[] = {
	{ 8,
	  { 0x97, 0xab, 0x8a, 0x1b, 0xf0, 0xaf, 0xb9, 0x61,
	    0x32, 0xf2, 0xf6, 0x72, 0x58, 0xda, 0x15, 0xa8 },
	  { 0x3f, 0xb4, 0x6e, 0x2c, 0x8f, 0x0f, 0x06, 0x8e,
	    0xdc, 0xe8, 0xcd, 0xcd, 0x7d, 0xfc, 0x58, 0x62 } },
	{ 16,
	  { 0x9a, 0xc7, 0xcc, 0x9a, 0x60, 0x9d, 0x1e, 0xf7,
	    0xb2, 0x93, 0x28, 0x99, 0xcd, 0xe4, 0x1b, 0x97 },
	  { 0xa3, 0x6a, 0x4c, 0x30, 0x1a, 0xe8, 0xac, 0x13,
	    0x61, 0x0c, 0xcb, 0xc1, 0x22, 0x56, 0xca, 0xcc } },
};

static void fill(u8 *buf, size_t len)
{
	while (len--)
		*buf++ = rand();
}

static void openssl_rc4(const u8 *key, int key_len, const u8 *in, u8 *out, int len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	assert_true(EVP_EncryptInit_ex(ctx, EVP_rc4(), NULL, NULL, NULL));
	assert_true(EVP_CIPHER_CTX_set_key_length(ctx, key_len));
	assert_true(EVP_EncryptInit_ex(ctx, NULL, NULL, key, NULL));
	assert_true(EVP_EncryptUpdate(ctx, out, &n, in, len));
	EVP_CIPHER_CTX_free(ctx);
}

static void known_answers(void **state)
{
	(void)state;
	for (size_t v = 0; v < sizeof(vectors) / sizeof(*vectors); v++) {
		u8 key[16], stream[4112] = {};
		struct adit_rc4 rc4;

		for (unsigned int i = 0; i < vectors[v].key_len; i++)
			key[i] = i + 1;
		adit_rc4_init(&rc4, key, vectors[v].key_len);
		adit_rc4_crypt(&rc4, stream, stream, sizeof(stream));
		assert_memory_equal(stream, vectors[v].at_0, 16);
		assert_memory_equal(stream + 4096, vectors[v].at_4096, 16);
	}
}

/* Buffers of exactly the length, so that the sanitizer sees an access past either end. */
static void every_length_as_openssl(void **state)
{
	(void)state;
	for (unsigned int len = 0; len < LEN_MAX; len += len < 600 ? 1 : 97) {
		u8 key[16], *in = malloc(len), *out = malloc(len), *expected = malloc(len + 1);
		unsigned int key_len = len & 1 ? 8 : 16;
		struct adit_rc4 rc4;

		fill(key, sizeof(key));
		fill(in, len);
		openssl_rc4(key, key_len, in, expected, len);
		adit_rc4_init(&rc4, key, key_len);
		adit_rc4_crypt(&rc4, out, in, len);
		assert_memory_equal(out, expected, len);
		free(in);
		free(out);
		free(expected);
	}
}

static void in_place_and_in_pieces(void **state)
{
	u8 key[16], buf[LEN_MAX], expected[LEN_MAX];

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct adit_rc4 rc4;
		size_t off = 0, n;

		fill(key, sizeof(key));
		fill(buf, sizeof(buf));
		openssl_rc4(key, 16, buf, expected, sizeof(buf));
		adit_rc4_init(&rc4, key, 16);
		while (off < sizeof(buf)) {
			n = rand() % (round + 2);
			if (n > sizeof(buf) - off)
				n = sizeof(buf) - off;
			adit_rc4_crypt(&rc4, buf + off, buf + off, n);
			off += n;
		}
		assert_memory_equal(buf, expected, sizeof(buf));
	}
}

static void rewind_undoes_crypt(void **state)
{
	u8 key[8] = "rewound", scrap[700];
	struct adit_rc4 rc4, before;

	(void)state;
	adit_rc4_init(&rc4, key, sizeof(key));
	for (unsigned int len = 0; len < sizeof(scrap); len++) {
		before = rc4;
		adit_rc4_crypt(&rc4, scrap, scrap, len);
		if (len)
			assert_memory_not_equal(&rc4, &before, sizeof(rc4));
		adit_rc4_rewind(&rc4, len);
		assert_memory_equal(&rc4, &before, sizeof(rc4));
		adit_rc4_crypt(&rc4, scrap, scrap, 13);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(every_length_as_openssl),
		cmocka_unit_test(in_place_and_in_pieces),
		cmocka_unit_test(rewind_undoes_crypt),
	};

	OSSL_PROVIDER *legacy = OSSL_PROVIDER_load(NULL, "legacy");
	OSSL_PROVIDER *standard = OSSL_PROVIDER_load(NULL, "default");
	int failed = cmocka_run_group_tests_name("rc4", tests, NULL, NULL);

	OSSL_PROVIDER_unload(standard);
	OSSL_PROVIDER_unload(legacy);
	return failed;
}
