// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ESP packets as octets: every length with every shape of algorithm, there and back; lengths and paddings that no
 * sender makes are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/errno.h>
#include <linux/string.h>

#include "esp-hdr.h"

static const struct adit_esp_dims shapes[] = {
	{ .iv = 8, .block = 4, .icv = 16 },	/* AES-GCM, ChaCha20-Poly1305 */
	{ .iv = 16, .block = 16, .icv = 12 },	/* AES-CBC */
	{ .iv = 16, .block = 16, .icv = 32 },
	{ .iv = 8, .block = 8, .icv = 12 },	/* 3DES-CBC */
	{ .iv = 0, .block = 4, .icv = 16 },	/* null */
};

#define SHAPES	(sizeof(shapes) / sizeof(shapes[0]))

static void test_header(void **state)
{
	static const u8 expected[] = { 0x12, 0x34, 0x56, 0x78, 0xff, 0xff, 0xff, 0xfe };
	u8 hdr[ADIT_ESP_HLEN];

	(void)state;
	adit_esp_build(hdr, 0x12345678, 0xfffffffe);
	assert_memory_equal(hdr, expected, sizeof(expected));
}

/* Close a payload and open it again, in memory of just its size. */
static void there_and_back(const struct adit_esp_dims *dims, unsigned int len)
{
	unsigned int pad = adit_esp_pad(dims, len), plain = len + pad + ADIT_ESP_TLEN;
	u8 *octets = malloc(plain), next = 0;

	memset(octets, 0xaa, plain);
	assert_true(pad < dims->block);
	assert_int_equal(adit_esp_close(octets + len, pad, 41), pad + ADIT_ESP_TLEN);
	assert_int_equal(plain % dims->block, 0);
	assert_int_equal(adit_esp_sealed(dims, len), ADIT_ESP_HLEN + dims->iv + plain + dims->icv);
	assert_int_equal(adit_esp_check(dims, adit_esp_sealed(dims, len)), plain);
	assert_int_equal(adit_esp_open(octets, plain, &next), len);
	assert_int_equal(next, 41);
	free(octets);
}

static void test_there_and_back(void **state)
{
	unsigned int i, len;

	(void)state;
	for (i = 0; i < SHAPES; i++)
		for (len = 0; len < 100; len++)
			there_and_back(&shapes[i], len);
}

/* What has room fits, and one octet more does not. */
static void test_room(void **state)
{
	unsigned int i, len, room;

	(void)state;
	for (i = 0; i < SHAPES; i++) {
		assert_int_equal(adit_esp_room(&shapes[i], 0), 0);
		for (len = 100; len < 200; len++) {
			room = adit_esp_room(&shapes[i], len);
			assert_true(room && adit_esp_sealed(&shapes[i], room) <= len);
			assert_true(adit_esp_sealed(&shapes[i], room + 1) > len);
		}
	}
}

static void test_lengths_refused(void **state)
{
	unsigned int i, len;

	(void)state;
	for (i = 0; i < SHAPES; i++) {
		unsigned int least = ADIT_ESP_HLEN + shapes[i].iv + shapes[i].block + shapes[i].icv;

		for (len = 0; len < least; len++)
			assert_int_equal(adit_esp_check(&shapes[i], len), -EINVAL);
		assert_int_equal(adit_esp_check(&shapes[i], least), shapes[i].block);
		for (len = least + 1; len < least + shapes[i].block; len++)
			assert_int_equal(adit_esp_check(&shapes[i], len), -EINVAL);
	}
}

static void test_padding_refused(void **state)
{
	u8 plain[16] = { 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 4 }, next = 0;
	unsigned int i;

	(void)state;
	assert_int_equal(adit_esp_open(plain, sizeof(plain), &next), 4);
	for (i = 4; i < 14; i++) {
		plain[i] ^= 0x80;
		assert_int_equal(adit_esp_open(plain, sizeof(plain), &next), -EINVAL);
		plain[i] ^= 0x80;
	}
	plain[14] = 15;
	assert_int_equal(adit_esp_open(plain, sizeof(plain), &next), -EINVAL);
	plain[14] = 255;
	assert_int_equal(adit_esp_open(plain, sizeof(plain), &next), -EINVAL);
	assert_int_equal(adit_esp_open(plain + 14, 2, &next), -EINVAL);
	plain[14] = 0;
	assert_int_equal(adit_esp_open(plain + 14, 2, &next), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_lengths_refused),
		cmocka_unit_test(test_padding_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
