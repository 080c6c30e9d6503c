// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SHA-1 against FIPS 180 and against OpenSSL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include <linux/string.h>
#include <linux/unaligned.h>

#include "sha1.h"

#define LEN_MAX	200

/* Pad and hash; @text has room for two more blocks. */
static void hash(u8 *text, size_t len, u8 *out)
{
	size_t total = (len + 8) / ADIT_SHA1_BLOCK * ADIT_SHA1_BLOCK + ADIT_SHA1_BLOCK;
	u32 digest[ADIT_SHA1_WORDS];

	memset(text + len, 0, total - len);
	text[len] = 0x80;
	put_unaligned_be64(len * 8, text + total - 8);
	adit_sha1_init(digest);
	for (size_t off = 0; off < total; off += ADIT_SHA1_BLOCK)
		adit_sha1_block(digest, text + off);
	for (int i = 0; i < ADIT_SHA1_WORDS; i++)
		put_unaligned_be32(digest[i], out + 4 * i);
}

static void known_answers(void **state)
{
	static const u8 abc[] = {
		0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d,
	};
	u8 text[3 * ADIT_SHA1_BLOCK] = "abc", out[ADIT_SHA1_LEN];

	(void)state;
	hash(text, 3, out);
	assert_memory_equal(out, abc, sizeof(abc));
}

static void every_length_as_openssl(void **state)
{
	u8 text[LEN_MAX + 2 * ADIT_SHA1_BLOCK], out[ADIT_SHA1_LEN], expected[ADIT_SHA1_LEN];

	(void)state;
	for (size_t len = 0; len < LEN_MAX; len++) {
		for (size_t i = 0; i < len; i++)
			text[i] = rand();
		SHA1(text, len, expected);
		hash(text, len, out);
		assert_memory_equal(out, expected, sizeof(out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(every_length_as_openssl),
	};

	return cmocka_run_group_tests_name("sha1", tests, NULL, NULL);
}
