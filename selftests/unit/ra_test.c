// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router solicitations that are answered, those that are not (RFC 4861 section 6.1.1), and with
 * what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/ra.h"

static struct ra_config cfg = { .local_ifid = { 2, 0, 0, 0, 0, 0, 0, 1 }, .mtu = 1400 };

/*
 * A checksum of the test's own: the sum of all words of source, destination, length, next header
 * and message.
 */
static uint16_t sum(const uint8_t *ip, size_t len)
{
	uint32_t s = ip[6] + (uint32_t)(len - 40);

	for (size_t i = 8; i < len; i++)
		s += (uint32_t)ip[i] << (i % 2 ? 0 : 8);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static void seal(uint8_t *ip, size_t len)
{
	uint16_t s;

	ip[4] = (uint8_t)((len - 40) >> 8);
	ip[5] = (uint8_t)(len - 40);
	ip[42] = ip[43] = 0;
	s = sum(ip, len);
	ip[42] = (uint8_t)(s >> 8);
	ip[43] = (uint8_t)s;
}

/* From fe80::2 to ff02::2, with the source link-layer address option. */
static size_t solicitation(uint8_t *ip)
{
	static const uint8_t header[] = {
		0x60, 0, 0, 0, 0, 16, 58, 255, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0,
	};

	memcpy(ip, header, sizeof(header));
	seal(ip, sizeof(header));
	return sizeof(header);
}

static void a_solicitation_is_answered(void **state)
{
	uint8_t ip[64], out[RA_PACKET_MAX];
	size_t len = solicitation(ip), n;

	(void)state;
	assert_int_equal(prefix_parse("2001:db8:9:5::/64", &cfg.prefix), 0);
	n = ra_answer(&cfg, ip, len, out);
	assert_int_equal(n, 40 + 16 + 8 + 32);
	assert_int_equal(out[0] >> 4, 6);
	assert_int_equal(out[5], n - 40);
	assert_int_equal(out[6], 58);
	assert_int_equal(out[7], 255);
	assert_int_equal(out[8], 0xfe);
	assert_memory_equal(out + 16, cfg.local_ifid, 8);
	assert_memory_equal(out + 24, ip + 8, 16);
	assert_int_equal(out[40], 134);
	assert_int_equal(out[44], 64);
	assert_int_equal(out[45], 0);
	assert_true(out[46] || out[47]);
	assert_int_equal(sum(out, n), 0);
	/* MTU */
	assert_int_equal(out[56], 5);
	assert_int_equal(out[57], 1);
	assert_int_equal(out[62] << 8 | out[63], 1400);
	/* prefix: autonomous, not on-link */
	assert_int_equal(out[64], 3);
	assert_int_equal(out[65], 4);
	assert_int_equal(out[66], 64);
	assert_int_equal(out[67], 0x40);
	assert_int_equal(out[68], 0xff);
	assert_memory_equal(out + 80, cfg.prefix.addr.bytes, 16);
}

/* From :: there is nobody to answer to but everybody, and no link-layer address may be given. */
static void one_without_an_address_is_answered_to_all(void **state)
{
	uint8_t ip[64], out[RA_PACKET_MAX];
	size_t len = solicitation(ip);

	(void)state;
	memset(ip + 8, 0, 16);
	seal(ip, len);
	assert_int_equal(ra_answer(&cfg, ip, len, out), 0);
	seal(ip, 48);
	assert_int_not_equal(ra_answer(&cfg, ip, 48, out), 0);
	assert_int_equal(out[24], 0xff);
	assert_int_equal(out[25], 2);
	assert_int_equal(out[39], 1);
}

static void without_a_prefix_there_is_still_a_router(void **state)
{
	uint8_t ip[64], out[RA_PACKET_MAX];
	struct ra_config none = { .local_ifid = { 1 } };
	size_t len = solicitation(ip);

	(void)state;
	assert_int_equal(ra_answer(&none, ip, len, out), 56);
	assert_int_equal(sum(out, 56), 0);
	assert_int_equal(ra_advertise(&cfg, out), 40 + 16 + 8 + (cfg.prefix.addr.family ? 32 : 0));
	assert_int_equal(out[39], 1);
}

static void every_cut_and_every_flipped_bit_is_refused(void **state)
{
	uint8_t ip[64], copy[64], out[RA_PACKET_MAX];
	size_t len = solicitation(ip);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(ra_answer(&cfg, ip, cut, out), 0);
	for (size_t i = 0; i < len; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			/* Traffic class and flow label are nobody's business here. */
			if (i >= 1 && i <= 3)
				continue;
			if (i == 0 && bit < 4)
				continue;
			memcpy(copy, ip, len);
			copy[i] ^= (uint8_t)(1 << bit);
			assert_int_equal(ra_answer(&cfg, copy, len, out), 0);
		}
	}
}

static void well_sealed_nonsense_is_refused(void **state)
{
	static const struct { size_t at; uint8_t value; } cases[] = {
		{ 7, 254 }, { 40, 134 }, { 40, 135 }, { 41, 1 }, { 49, 0 }, { 49, 2 }, { 49, 255 },
	};
	uint8_t ip[64], out[RA_PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = solicitation(ip);

		ip[cases[i].at] = cases[i].value;
		seal(ip, len);
		assert_int_equal(ra_answer(&cfg, ip, len, out), 0);
	}
	/* Half an option, and less than a solicitation. */
	solicitation(ip);
	for (size_t len = 41; len < 56; len++) {
		seal(ip, len);
		assert_int_equal(ra_answer(&cfg, ip, len, out) != 0, len == 48);
		solicitation(ip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_solicitation_is_answered),
		cmocka_unit_test(one_without_an_address_is_answered_to_all),
		cmocka_unit_test(without_a_prefix_there_is_still_a_router),
		cmocka_unit_test(every_cut_and_every_flipped_bit_is_refused),
		cmocka_unit_test(well_sealed_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
