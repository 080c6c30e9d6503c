// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/addr.h"

static void addresses_round_trip(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "192.0.2.1", "255.255.255.255",
					     "::", "2001:db8::1" };
	char buf[ADDR_STRLEN];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(addr_parse(texts[i], &a), 0);
		assert_string_equal(addr_to_str(&a, buf), texts[i]);
	}
	a.family = 0;
	assert_string_equal(addr_to_str(&a, buf), "none");
}

static void bad_addresses_are_refused(void **state)
{
	static const char *const texts[] = {
		"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4 ", "host", "fe80::1%eth0",
		":::", "1.2.3.4/32"
	};
	struct addr a = addr_v4(7);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(addr_parse(texts[i], &a), -EINVAL);
	assert_int_equal(addr_v4_host(&a), 7);
}

static void prefixes_parse(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *shown;
	} cases[] = {
		{ "10.9.0.0/24", 0, "10.9.0.0/24" },
		{ "10.9.0.5", 0, "10.9.0.5/32" },
		{ "0.0.0.0/0", 0, "0.0.0.0/0" },
		{ "2001:db8:9::/48", 0, "2001:db8:9::/48" },
		{ "2001:db8::1", 0, "2001:db8::1/128" },
		{ "10.9.0.1/24", -ERANGE, NULL },
		{ "10.9.0.128/24", -ERANGE, NULL },
		{ "10.9.0.0/33", -EINVAL, NULL },
		{ "10.9.0.0/", -EINVAL, NULL },
		{ "10.9.0.0/024", -EINVAL, NULL },
		{ "10.9.0.0/+8", -EINVAL, NULL },
		{ "10.9.0.0/8/8", -EINVAL, NULL },
		{ "10.9.0.0/4294967304", -EINVAL, NULL },
		{ "/8", -EINVAL, NULL },
		{ "::1/127", -ERANGE, NULL },
		{ "::/129", -EINVAL, NULL },
		{ "1111111111111111111111111111111111111111111111111111111111111111111111111111/8",
		  -EINVAL, NULL },
	};
	char buf[ADDR_STRLEN];
	struct prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(prefix_parse(cases[i].text, &p), cases[i].err);
		if (cases[i].shown)
			assert_string_equal(prefix_to_str(&p, buf), cases[i].shown);
	}
}

static void prefix_contains_by_bits(void **state)
{
	static const struct { const char *prefix, *addr; bool yes; } cases[] = {
		{ "10.9.0.0/23", "10.9.1.255", true },
		{ "10.9.0.0/23", "10.9.2.0", false },
		{ "10.9.0.8/29", "10.9.0.15", true },
		{ "10.9.0.8/29", "10.9.0.16", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "10.9.0.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "192.0.2.1/32", "192.0.2.1", true },
		{ "192.0.2.1/32", "192.0.2.0", false },
	};
	struct prefix p;
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(prefix_parse(cases[i].prefix, &p), 0);
		assert_int_equal(addr_parse(cases[i].addr, &a), 0);
		assert_int_equal(prefix_contains(&p, &a), cases[i].yes);
	}
}

static void equality_looks_at_the_family_only_so_far(void **state)
{
	struct addr a = addr_v4(0xc0000201), b = addr_v4(0xc0000201), none = { 0 },
		    none_too = { .bytes = { 1 } };

	(void)state;
	/* Octets behind an IPv4 address are no part of it. */
	memset(b.bytes + 4, 0xff, 12);
	assert_true(addr_equal(&a, &b));
	b.bytes[3] = 2;
	assert_false(addr_equal(&a, &b));
	assert_false(addr_equal(&a, &none));
	assert_true(addr_equal(&none, &none_too));
	assert_int_equal(addr_v4_host(&a), 0xc0000201);
	assert_int_equal(addr_v4_host(&none), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_round_trip),
		cmocka_unit_test(bad_addresses_are_refused),
		cmocka_unit_test(prefixes_parse),
		cmocka_unit_test(prefix_contains_by_bits),
		cmocka_unit_test(equality_looks_at_the_family_only_so_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
