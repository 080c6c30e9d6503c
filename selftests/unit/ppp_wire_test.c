// SPDX-License-Identifier: GPL-2.0-or-later
/* PPP's codecs: what is accepted, and every length that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "wire/ppp.h"

/* An exact copy on the heap: the sanitizer sees one octet too far. */
static uint8_t *exact(const void *data, size_t len)
{
	uint8_t *p = malloc(len ? len : 1);

	assert_non_null(p);
	if (len)
		memcpy(p, data, len);
	return p;
}

static int parse(const void *data, size_t len, struct ppp_packet *p)
{
	uint8_t *copy = exact(data, len);
	int ret = ppp_packet_parse(p, copy, len);

	free(copy);
	return ret;
}

static void packet(void **state)
{
	static const uint8_t good[] = { 1, 7, 0, 6, 0xaa, 0xbb, 0xcc };
	struct ppp_packet p;

	(void)state;
	assert_int_equal(parse(good, sizeof(good), &p), 0);
	assert_int_equal(p.code, 1);
	assert_int_equal(p.id, 7);
	assert_int_equal(p.len, 6);
	assert_int_equal(p.data.left, 2);
	assert_int_equal(parse(good, 6, &p), 0);
}

static void packet_refused(void **state)
{
	static const uint8_t good[] = { 1, 7, 0, 6, 0xaa, 0xbb };
	uint8_t bad[6];
	struct ppp_packet p;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(good); len++)
		assert_int_equal(parse(good, len, &p), -EBADMSG);
	for (len = 0; len < 4; len++) {
		memcpy(bad, good, sizeof(bad));
		bad[3] = len;
		assert_int_equal(parse(bad, sizeof(bad), &p), -EBADMSG);
	}
	memcpy(bad, good, sizeof(bad));
	bad[2] = 0xff;
	assert_int_equal(parse(bad, sizeof(bad), &p), -EBADMSG);
}

static bool options(const void *data, size_t len)
{
	uint8_t *copy = exact(data, len);
	bool valid = ppp_options_valid(rd_of(copy, len));

	free(copy);
	return valid;
}

static void option_lists(void **state)
{
	static const uint8_t two[] = { 1, 4, 5, 0xdc, 7, 2 };
	struct rd r = rd_of(two, sizeof(two));
	struct ppp_option opt;

	(void)state;
	assert_true(options(two, 0));
	assert_true(options(two, sizeof(two)));
	assert_int_equal(ppp_option_next(&r, &opt), 1);
	assert_int_equal(opt.type, 1);
	assert_int_equal(opt.len, 2);
	assert_int_equal(rd_u16(&opt.data), 1500);
	assert_int_equal(ppp_option_next(&r, &opt), 1);
	assert_int_equal(opt.len, 0);
	assert_int_equal(ppp_option_next(&r, &opt), 0);
}

static void option_lists_refused(void **state)
{
	uint8_t two[] = { 1, 4, 5, 0xdc, 7, 2 };
	int len;

	(void)state;
	assert_false(options(two, 1));
	assert_false(options(two, 2));
	assert_false(options(two, 3));
	assert_true(options(two, 4));
	assert_false(options(two, 5));
	for (len = 0; len < 256; len++) {
		two[5] = len;
		assert_int_equal(options(two, sizeof(two)), len == 2);
	}
}

/* A length octet of 0 or 1 must not turn into a large one: here there is enough behind it. */
static void option_lengths_below_two(void **state)
{
	uint8_t list[600] = { 7, 1 };
	size_t i;

	(void)state;
	for (i = 2; i < sizeof(list); i += 2) {
		list[i] = 7;
		list[i + 1] = 2;
	}
	assert_false(options(list, sizeof(list)));
	list[1] = 0;
	assert_false(options(list, sizeof(list)));
	list[1] = 2;
	assert_true(options(list, sizeof(list)));
}

static int chap(const void *data, size_t len, char *name, size_t cap, uint8_t *value_len)
{
	uint8_t *copy = exact(data, len);
	const uint8_t *value;
	int ret = ppp_chap_value_parse(rd_of(copy, len), &value, value_len, name, cap);

	free(copy);
	return ret;
}

static void chap_values(void **state)
{
	char name[6];
	uint8_t len;

	(void)state;
	assert_int_equal(chap("\x02zzalice", 8, name, sizeof(name), &len), 0);
	assert_int_equal(len, 2);
	assert_string_equal(name, "alice");
	assert_int_equal(chap("\x02zz", 3, name, sizeof(name), &len), 0);
	assert_string_equal(name, "");
	assert_int_equal(chap("\x00", 1, name, sizeof(name), &len), 0);
	assert_int_equal(chap("", 0, name, sizeof(name), &len), -EBADMSG);
	assert_int_equal(chap("\x03zz", 3, name, sizeof(name), &len), -EBADMSG);
	assert_int_equal(chap("\xffzz", 3, name, sizeof(name), &len), -EBADMSG);
	assert_int_equal(chap("\x00" "alicex", 7, name, sizeof(name), &len), -EMSGSIZE);
	assert_int_equal(chap("\x00" "al\0ce", 6, name, sizeof(name), &len), -EINVAL);
}

static int pap(const void *data, size_t len, char *name, char *password, size_t cap)
{
	uint8_t *copy = exact(data, len);
	int ret = ppp_pap_request_parse(rd_of(copy, len), name, cap, password, cap);

	free(copy);
	return ret;
}

static void pap_requests(void **state)
{
	char name[6], password[6];
	size_t len;

	(void)state;
	assert_int_equal(pap("\x05" "alice\x01x", 8, name, password, sizeof(name)), 0);
	assert_string_equal(name, "alice");
	assert_string_equal(password, "x");
	for (len = 0; len < 8; len++)
		assert_int_equal(pap("\x05"
				     "alice\x01x",
				     len, name, password, sizeof(name)),
				 -EBADMSG);
	assert_int_equal(pap("\x00\x00", 2, name, password, sizeof(name)), 0);
	assert_int_equal(pap("\x06" "alicex\x00", 8, name, password, sizeof(name)), -EMSGSIZE);
	assert_int_equal(pap("\x01" "a\x06secret", 9, name, password, sizeof(name)), -EMSGSIZE);
	assert_int_equal(pap("\x01\0\x01x", 4, name, password, sizeof(name)), -EINVAL);
	assert_int_equal(pap("\x01" "a\x02x\0", 5, name, password, sizeof(name)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet),
		cmocka_unit_test(packet_refused),
		cmocka_unit_test(option_lists),
		cmocka_unit_test(option_lists_refused),
		cmocka_unit_test(option_lengths_below_two),
		cmocka_unit_test(chap_values),
		cmocka_unit_test(pap_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
