// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCPINFORM (RFC 2131 section 3.4): what is answered, what is not, and that what was asked for is
 * in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proto/dhcp_inform.h"

#define UDP	20
#define BOOTP	28
#define OPTIONS	(BOOTP + 240)

static struct prefix routes[3];
static struct dhcp_inform_config cfg;

static uint32_t add(uint32_t s, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static uint16_t udp_sum(const uint8_t *ip)
{
	size_t len = (size_t)(ip[UDP + 4] << 8 | ip[UDP + 5]);

	return (uint16_t)~add(add(17 + (uint32_t)len, ip + 12, 8), ip + UDP, len);
}

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void seal(uint8_t *ip, size_t len)
{
	put16(ip + 2, (unsigned int)len);
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~add(0, ip, 20));
	put16(ip + UDP + 4, (unsigned int)len - UDP);
	put16(ip + UDP + 6, 0);
	put16(ip + UDP + 6, udp_sum(ip));
}

/* As Windows sends it: from its address to everybody. */
static size_t inform(uint8_t *ip, const uint8_t *options, size_t n)
{
	memset(ip, 0, OPTIONS);
	ip[0] = 0x45;
	ip[8] = 128;
	ip[9] = 17;
	memcpy(ip + 12, cfg.client.bytes, 4);
	memset(ip + 16, 0xff, 4);
	put16(ip + UDP, 68);
	put16(ip + UDP + 2, 67);
	ip[BOOTP] = 1;
	ip[BOOTP + 1] = 8;
	ip[BOOTP + 2] = 6;
	memcpy(ip + BOOTP + 4, "\x12\x34\x56\x78", 4);
	memcpy(ip + BOOTP + 12, cfg.client.bytes, 4);
	memcpy(ip + BOOTP + 28, "SAVE\x01", 5);
	memcpy(ip + BOOTP + 236, "\x63\x82\x53\x63", 4);
	memcpy(ip + OPTIONS, options, n);
	seal(ip, OPTIONS + n);
	return OPTIONS + n;
}

static const uint8_t asks_both[] = { 53, 1, 8, 0, 55, 4, 6, 121, 249, 43, 255 };
static const uint8_t asks_windows[] = { 53, 1, 8, 55, 2, 249, 6, 255 };
static const uint8_t asks_none[] = { 53, 1, 8, 255 };

/* The value of an option of the answer, NULL: it is not there. */
static const uint8_t *option(const uint8_t *out, size_t n, uint8_t code, uint8_t *len)
{
	size_t at = OPTIONS;

	while (at + 1 < n && out[at] != 255) {
		if (out[at] == code) {
			*len = out[at + 1];
			return out + at + 2;
		}
		at += 2u + out[at + 1];
	}
	return NULL;
}

static int begin(void **state)
{
	(void)state;
	memset(&cfg, 0, sizeof(cfg));
	addr_parse("10.9.0.1", &cfg.server);
	addr_parse("10.9.0.10", &cfg.client);
	addr_parse("10.9.0.2", &cfg.dns[0]);
	addr_parse("10.9.0.3", &cfg.dns[1]);
	addr_parse("10.9.0.4", &cfg.nbns[0]);
	prefix_parse("192.168.7.0/25", &routes[0]);
	prefix_parse("2001:db8::/32", &routes[1]);
	prefix_parse("172.16.0.0/12", &routes[2]);
	cfg.routes = routes;
	cfg.n_routes = 3;
	return 0;
}

static void inform_is_answered(void **state)
{
	static const uint8_t want[] = { 25, 192, 168, 7, 0, 10, 9, 0, 1, 12, 172, 16, 10, 9, 0, 1 };
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX], len;
	size_t n = dhcp_inform_answer(&cfg, ip, inform(ip, asks_both, sizeof(asks_both)), out);
	const uint8_t *value;

	(void)state;
	assert_true(n >= 28 + 300);
	assert_int_equal(out[2] << 8 | out[3], n);
	assert_int_equal(add(0, out, 20), 0xffff);
	assert_int_equal(udp_sum(out), 0);
	assert_memory_equal(out + 12, cfg.server.bytes, 4);
	assert_memory_equal(out + 16, cfg.client.bytes, 4);
	assert_int_equal(out[UDP + 1], 67);
	assert_int_equal(out[UDP + 3], 68);
	assert_int_equal(out[BOOTP], 2);
	assert_memory_equal(out + BOOTP + 4, "\x12\x34\x56\x78", 4);
	assert_memory_equal(out + BOOTP + 12, cfg.client.bytes, 4);
	assert_memory_equal(out + BOOTP + 16, "\0\0\0\0", 4);	/* no yiaddr */
	assert_memory_equal(out + BOOTP + 28, "SAVE\x01", 5);
	value = option(out, n, 53, &len);
	assert_true(value && len == 1 && *value == 5);
	value = option(out, n, 54, &len);
	assert_true(value && len == 4 && !memcmp(value, cfg.server.bytes, 4));
	value = option(out, n, 6, &len);
	assert_true(value && len == 8 && value[3] == 2 && value[7] == 3);
	value = option(out, n, 44, &len);
	assert_true(value && len == 4 && value[3] == 4);
	value = option(out, n, 121, &len);
	assert_non_null(value);
	assert_int_equal(len, sizeof(want));
	assert_memory_equal(value, want, sizeof(want));
	assert_null(option(out, n, 249, &len));
	assert_null(option(out, n, 51, &len));	/* no lease time */
}

static void routes_are_told_to_who_asks(void **state)
{
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX], len;
	size_t n =
		dhcp_inform_answer(&cfg, ip, inform(ip, asks_windows, sizeof(asks_windows)), out);

	(void)state;
	assert_non_null(option(out, n, 249, &len));
	assert_null(option(out, n, 121, &len));
	n = dhcp_inform_answer(&cfg, ip, inform(ip, asks_none, sizeof(asks_none)), out);
	assert_true(n);
	assert_null(option(out, n, 249, &len));
	assert_null(option(out, n, 121, &len));
	cfg.n_routes = 0;
	memset(cfg.dns, 0, sizeof(cfg.dns));
	memset(cfg.nbns, 0, sizeof(cfg.nbns));
	n = dhcp_inform_answer(&cfg, ip, inform(ip, asks_both, sizeof(asks_both)), out);
	assert_true(n);
	assert_null(option(out, n, 121, &len));
	assert_null(option(out, n, 6, &len));
}

static void many_routes_fit_or_are_left_out_whole(void **state)
{
	static struct prefix many[64];
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX], len;
	const uint8_t *value;
	size_t n;

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		prefix_parse("192.168.7.1/32", &many[i]);
	cfg.routes = many;
	cfg.n_routes = 64;
	n = dhcp_inform_answer(&cfg, ip, inform(ip, asks_both, sizeof(asks_both)), out);
	assert_true(n && n <= 576);
	value = option(out, n, 121, &len);
	assert_non_null(value);
	assert_int_equal(len % 9, 0);
	assert_true(len > 200);
}

static void only_the_sessions_own_address_is_answered(void **state)
{
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX];
	size_t len = inform(ip, asks_both, sizeof(asks_both));

	(void)state;
	ip[15] = 11;
	seal(ip, len);
	assert_int_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
	len = inform(ip, asks_both, sizeof(asks_both));
	ip[BOOTP + 15] = 11;
	seal(ip, len);
	assert_int_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
}

static void every_cut_is_refused(void **state)
{
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX];
	size_t len = inform(ip, asks_both, sizeof(asks_both));

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(dhcp_inform_answer(&cfg, ip, cut, out), 0);
	/* Cut and sealed anew: whole enough once the message type is there. */
	for (size_t cut = 28; cut < len; cut++) {
		inform(ip, asks_both, sizeof(asks_both));
		seal(ip, cut);
		assert_int_equal(dhcp_inform_answer(&cfg, ip, cut, out) != 0,
				 cut == OPTIONS + 3 || cut == OPTIONS + 4 || cut == OPTIONS + 10);
	}
}

static void sealed_nonsense_is_refused(void **state)
{
	static const struct { size_t at; uint8_t value;
	} cases[] = {
		{ 0, 0x44 },	    { 0, 0x55 },	  { 6, 0x20 },	      { 7, 1 },
		{ 9, 6 },	    { UDP + 1, 67 },	  { UDP + 3, 68 },    { BOOTP, 2 },
		{ BOOTP + 2, 17 },  { BOOTP + 236, 0 },	  { OPTIONS + 1, 2 }, { OPTIONS + 2, 1 },
		{ OPTIONS + 2, 3 }, { OPTIONS + 5, 200 },
	};
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = inform(ip, asks_both, sizeof(asks_both));

		ip[cases[i].at] = cases[i].value;
		seal(ip, len);
		assert_int_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
	}
}

static void checksums_are_checked_where_they_are(void **state)
{
	uint8_t ip[600], out[DHCP_INFORM_PACKET_MAX];
	size_t len = inform(ip, asks_both, sizeof(asks_both));

	(void)state;
	ip[UDP + 6] ^= 1;
	assert_int_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
	put16(ip + UDP + 6, 0);		/* none: RFC 768 */
	assert_int_not_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
	ip[10] ^= 1;
	assert_int_equal(dhcp_inform_answer(&cfg, ip, len, out), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(inform_is_answered),
		TEST(routes_are_told_to_who_asks),
		TEST(many_routes_fit_or_are_left_out_whole),
		TEST(only_the_sessions_own_address_is_answered),
		TEST(every_cut_is_refused),
		TEST(sealed_nonsense_is_refused),
		TEST(checksums_are_checked_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
