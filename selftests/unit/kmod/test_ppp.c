// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PPP framing: every header of up to four octets, and every protocol with every framing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/string.h>
#include <uapi/linux/adit.h>

#include "ppp.h"

#define FRAMINGS	4

static int parse(const char *octets, unsigned int len, u16 *protocol)
{
	u8 *exact = malloc(len);
	u16 read = *protocol;
	int ret;

	memcpy(exact, octets, len);
	/* The short cut is one. */
	ret = adit_ppp_read(exact, len, &read);
	assert_int_equal(adit_ppp_parse(exact, len, protocol), ret);
	assert_int_equal(*protocol, read);
	free(exact);
	return ret;
}

static void parse_table(void **state)
{
	static const struct {
		const char *octets;
		unsigned int len;
		int ret;
		u16 protocol;
	} table[] = {
		{ "\xff\x03\x00\x21", 4, 4, 0x0021 },
		{ "\xff\x03\x21", 3, 3, 0x0021 },
		{ "\x00\x21", 2, 2, 0x0021 },
		{ "\x21", 1, 1, 0x0021 },
		{ "\x21\x45", 2, 1, 0x0021 },
		{ "\xc0\x21", 2, 2, 0xc021 },
		{ "\xff\x03\xc0\x21\x01", 5, 4, 0xc021 },
		{ "\x03\x45", 2, 1, 0x0003 },
		{ "\xfd\x90", 2, 1, 0x00fd },
		{ "\x00\xfd\x90", 3, 2, 0x00fd },
		/*
		 * refused: nothing, nothing behind the address, half a protocol, an even last
		 * octet, 0xff
		 */
		{ "", 0, -EINVAL, 0 },
		{ "\xff", 1, -EINVAL, 0 },
		{ "\xff\x03", 2, -EINVAL, 0 },
		{ "\xff\x03\x00", 3, -EINVAL, 0 },
		{ "\xff\x03\xc0", 3, -EINVAL, 0 },
		{ "\x00", 1, -EINVAL, 0 },
		{ "\xc0", 1, -EINVAL, 0 },
		{ "\x00\x20", 2, -EINVAL, 0 },
		{ "\xff\x03\x00\x20", 4, -EINVAL, 0 },
		{ "\xff\x21", 2, -EINVAL, 0 },
		{ "\xff\x03\xff\x03\x21", 5, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		u16 protocol = 0;

		assert_int_equal(parse(table[i].octets, table[i].len, &protocol), table[i].ret);
		assert_int_equal(protocol, table[i].protocol);
	}
}

/* Valid: last octet odd, first octet even (RFC 1661 section 2). */
static bool is_protocol(unsigned int protocol)
{
	return (protocol & 0x0101) == 0x0001;
}

static void build_is_parsed(void **state)
{
	(void)state;
	for (unsigned int protocol = 0; protocol <= 0xffff; protocol++) {
		for (u32 framing = 0; is_protocol(protocol) && framing < FRAMINGS; framing++) {
			unsigned int len = adit_ppp_hlen(protocol, framing);
			u8 *header = malloc(len);
			u16 parsed = 0;

			assert_int_equal(adit_ppp_build(header, protocol, framing), len);
			assert_int_equal(parse((char *)header, len, &parsed), len);
			assert_int_equal(parsed, protocol);
			free(header);
		}
	}
}

static void compression_is_used_where_allowed(void **state)
{
	static const struct {
		u16 protocol;
		unsigned int len[FRAMINGS];	/* none, ACFC, PFC, both */
	} table[] = {
		{ ADIT_PPP_IP, { 4, 2, 3, 1 } },
		{ ADIT_PPP_MPPE, { 4, 2, 3, 1 } },
		{ ADIT_PPP_CCP, { 4, 2, 4, 2 } },
		{ ADIT_PPP_LCP, { 4, 4, 4, 4 } },
		{ 0x00ff, { 4, 2, 4, 2 } },	/* short it would be the address */
	};
	u8 header[ADIT_PPP_HLEN_MAX];

	(void)state;
	assert_int_equal(ADIT_PPP_FRAMING_ACFC, 1);
	assert_int_equal(ADIT_PPP_FRAMING_PFC, 2);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		for (u32 framing = 0; framing < FRAMINGS; framing++)
			assert_int_equal(adit_ppp_hlen(table[i].protocol, framing),
					 table[i].len[framing]);
	assert_int_equal(adit_ppp_build(header, ADIT_PPP_LCP, 3), 4);
	assert_memory_equal(header, "\xff\x03\xc0\x21", 4);
	assert_int_equal(adit_ppp_build(header, ADIT_PPP_IPV6, 3), 1);
	assert_memory_equal(header, "\x57", 1);
}

static void data_range(void **state)
{
	(void)state;
	assert_false(adit_ppp_is_data(0x001f));
	assert_true(adit_ppp_is_data(0x0021));
	assert_true(adit_ppp_is_data(0x0057));
	assert_true(adit_ppp_is_data(0x00fa));
	assert_false(adit_ppp_is_data(0x00fb));
	assert_false(adit_ppp_is_data(0x00fd));
	assert_false(adit_ppp_is_data(0x0121));
	assert_false(adit_ppp_is_data(0x8021));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_table),
		cmocka_unit_test(build_is_parsed),
		cmocka_unit_test(compression_is_used_where_allowed),
		cmocka_unit_test(data_range),
	};

	return cmocka_run_group_tests_name("ppp", tests, NULL, NULL);
}
