// SPDX-License-Identifier: GPL-2.0-or-later
/* Identities: written, printed, sent, matched. */
#include "ike_test.h"

#include "proto/ike_id.h"

static char error[IKE_ERROR_MAX], text[IKE_ID_STRLEN];

static struct ike_id id_of(const char *what)
{
	struct ike_id id;

	if (ike_id_parse(what, &id, error))
		fail_msg("%s: %s", what, error);
	return id;
}

static void kinds(void **state)
{
	static const struct { const char *written, *printed; uint8_t type; uint16_t len; } all[] = {
		{ "any", "any", IKE_ID_NONE, 0 },
		{ "%any", "any", IKE_ID_NONE, 0 },
		{ "*", "any", IKE_ID_NONE, 0 },
		{ "192.0.2.1", "192.0.2.1", IKE_ID_IPV4, 4 },
		{ "2001:db8::1", "2001:db8::1", IKE_ID_IPV6, 16 },
		{ "gw.example.org", "gw.example.org", IKE_ID_FQDN, 14 },
		{ "@gw.example.org", "gw.example.org", IKE_ID_FQDN, 14 },
		{ "*.example.org", "*.example.org", IKE_ID_FQDN, 13 },
		{ "fqdn:10.1.1.1", "fqdn:10.1.1.1", IKE_ID_FQDN, 8 },
		{ "fqdn:a@b", "fqdn:a@b", IKE_ID_FQDN, 3 },
		{ "user@example.org", "user@example.org", IKE_ID_RFC822, 16 },
		{ "email:user", "email:user", IKE_ID_RFC822, 4 },
		{ "@#0a0B0c", "@#0a0b0c", IKE_ID_KEY_ID, 3 },
		{ "key-id:group 1", "key-id:group 1", IKE_ID_KEY_ID, 7 },
		{ "@#41", "key-id:A", IKE_ID_KEY_ID, 1 },
		{ "CN=gw", "CN=gw", IKE_ID_DER_ASN1_DN, 0 },
		{ "C=DE, O=Example Ltd, CN=gw", "C=DE, O=Example Ltd, CN=gw", IKE_ID_DER_ASN1_DN, 0 },
		{ "/C=DE/O=Example/CN=gw", "C=DE, O=Example, CN=gw", IKE_ID_DER_ASN1_DN, 0 },
		{ "C=*,CN=*", "C=*, CN=*", IKE_ID_DER_ASN1_DN, 0 },
		{ "E=a@b.org, CN=x", "emailAddress=a@b.org, CN=x", IKE_ID_DER_ASN1_DN, 0 },
		{ "CN=Smith\\, John", "CN=Smith\\, John", IKE_ID_DER_ASN1_DN, 0 },
		{ "2.5.4.3=gw", "CN=gw", IKE_ID_DER_ASN1_DN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_id id = id_of(all[i].written), again, sent;

		assert_int_equal(id.type, all[i].type);
		if (all[i].len)
			assert_int_equal(id.len, all[i].len);
		assert_string_equal(ike_id_to_str(&id, text, sizeof(text)), all[i].printed);
		/* What is printed is read as the same. */
		again = id_of(text);
		assert_true(ike_id_equal(&id, &again));
		if (id.type != IKE_ID_NONE) {
			assert_int_equal(ike_id_from_wire(&sent, id.type, ike_octets_of(id.data, id.len)), 0);
			assert_true(ike_id_equal(&id, &sent));
		}
	}
}

static void what_is_none(void **state)
{
	static const struct { const char *written, *why; } all[] = {
		{ "", "empty" }, { "@#", "even number" }, { "@#abc", "even number" }, { "@#0x", "hexadecimal" },
		{ "fqdn:", "empty" }, { "CN=", "no value" }, { "=x", "no attribute" }, { "CN=a, b", "no attribute" },
		{ "Foo=bar", "no attribute of distinguished names" }, { "C=Germany", "cannot be" },
	};
	char long_one[IKE_ID_DATA_MAX + 10];
	struct ike_id id;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(ike_id_parse(all[i].written, &id, error), -EINVAL);
		if (!strstr(error, all[i].why))
			fail_msg("\"%s\": \"%s\" does not say \"%s\"", all[i].written, error, all[i].why);
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[IKE_ID_DATA_MAX] = '\0';
	assert_int_equal(ike_id_parse(long_one, &id, error), 0);
	long_one[IKE_ID_DATA_MAX] = 'a';
	long_one[IKE_ID_DATA_MAX + 1] = '\0';
	assert_int_equal(ike_id_parse(long_one, &id, error), -EINVAL);
	memcpy(long_one, "CN=", 3);
	assert_int_equal(ike_id_parse(long_one, &id, error), -EINVAL);
	assert_non_null(strstr(error, "too long"));
}

static void from_the_wire(void **state)
{
	static const uint8_t zeros[IKE_ID_DATA_MAX + 1];
	static const char nul[] = "gw\0.example.org";
	struct ike_id id;

	(void)state;
	for (size_t len = 0; len < 20; len++) {
		assert_int_equal(ike_id_from_wire(&id, IKE_ID_IPV4, ike_octets_of(zeros, len)), len == 4 ? 0 : -EINVAL);
		assert_int_equal(ike_id_from_wire(&id, IKE_ID_IPV6, ike_octets_of(zeros, len)), len == 16 ? 0 :
				 -EINVAL);
		assert_int_equal(ike_id_from_wire(&id, IKE_ID_DER_ASN1_DN, ike_octets_of(zeros, len)), -EINVAL);
	}
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_FQDN, ike_octets_of(nul, sizeof(nul) - 1)), -EINVAL);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_RFC822, ike_octets_of(nul, sizeof(nul) - 1)), -EINVAL);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_FQDN, ike_octets_of(nul, 2)), 0);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_FQDN, ike_octets_of(nul, 0)), -EINVAL);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_KEY_ID, ike_octets_of(zeros, 0)), -EINVAL);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_KEY_ID, ike_octets_of(zeros, IKE_ID_DATA_MAX)), 0);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_KEY_ID, ike_octets_of(zeros, IKE_ID_DATA_MAX + 1)), -E2BIG);
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_NONE, ike_octets_of(zeros, 4)), -EINVAL);
	assert_int_equal(ike_id_from_wire(&id, 201, ike_octets_of(zeros, 4)), -EINVAL);
	/* What a peer sent is printed as what it is, and no escape sequence reaches a terminal. */
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_FQDN, ike_octets_of("a\x1b[1m", 5)), 0);
	assert_null(strchr(ike_id_to_str(&id, text, sizeof(text)), '\x1b'));
	assert_int_equal(ike_id_from_wire(&id, IKE_ID_FQDN, ike_octets_of("any", 3)), 0);
	assert_string_equal(ike_id_to_str(&id, text, sizeof(text)), "fqdn:any");
}

static void matching(void **state)
{
	static const struct { const char *pattern, *id; bool match; } all[] = {
		{ "any", "gw.example.org", true }, { "any", "192.0.2.1", true }, { "any", "CN=x", true },
		{ "gw.example.org", "gw.example.org", true }, { "gw.example.org", "GW.Example.ORG", true },
		{ "gw.example.org", "gw.example.com", false }, { "gw.example.org", "xgw.example.org", false },
		{ "gw.example.org", "gw.example.org.", false },
		{ "*.example.org", "gw.example.org", true }, { "*.example.org", "a.b.example.org", true },
		{ "*.example.org", "example.org", false }, { "*.example.org", ".example.org", false },
		{ "*.example.org", "gw.example.com", false }, { "*.example.org", "user@x.example.org", false },
		{ "*@example.org", "user@example.org", true }, { "*@example.org", "@example.org", false },
		{ "*@example.org", "user@sub.example.org", false },
		{ "192.0.2.1", "192.0.2.1", true }, { "192.0.2.1", "192.0.2.2", false },
		{ "fqdn:192.0.2.1", "192.0.2.1", false },
		{ "CN=gw", "CN=gw", true }, { "CN=gw", "CN=GW", true }, { "CN=*", "CN=anything", true },
		{ "C=DE, O=Example, CN=*", "C=DE, O=Example, CN=gw", true },
		{ "C=DE, O=Example, CN=*", "C=DE, O=Other, CN=gw", false },
		{ "C=DE, O=Example, CN=*", "C=DE, CN=gw", false },
		{ "C=DE, CN=*", "C=DE, O=Example, CN=gw", false },
		{ "C=DE, CN=gw", "CN=gw, C=DE", false },
		{ "key-id:a", "key-id:a", true }, { "key-id:a", "key-id:A", false }, { "key-id:a", "fqdn:a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_id pattern_id = id_of(all[i].pattern), id = id_of(all[i].id);

		if (ike_id_matches(&pattern_id, &id) != all[i].match)
			fail_msg("%s and %s", all[i].pattern, all[i].id);
	}
}

/* A peer that calls itself "*" or anybody is not everybody. */
static void a_wildcard_in_the_identity_matches_nothing_more(void **state)
{
	struct ike_id exact = id_of("gw.example.org"), star = id_of("*.example.org"), any = id_of("any");

	(void)state;
	assert_false(ike_id_matches(&exact, &star));
	assert_false(ike_id_matches(&exact, &any));
	assert_false(ike_id_matches(&star, &any));
}

static void the_most_exact_first(void **state)
{
	static const char *const order[] = { "any", "*.org", "*.example.org", "a.org", "gw.example.org" };

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(order) / sizeof(order[0]); i++) {
		struct ike_id a = id_of(order[i]), b = id_of(order[i + 1]);

		assert_true(ike_id_exactness(&a) < ike_id_exactness(&b));
	}
}

/* A printable string of one kind matches one of another: certificates differ in that. */
static void kinds_of_strings(void **state)
{
	struct ike_id utf8 = id_of("CN=gw"), printable = utf8;

	(void)state;
	for (size_t i = 0; i < printable.len; i++)
		if (printable.data[i] == 0x0c)
			printable.data[i] = 0x13;
	assert_false(ike_id_equal(&utf8, &printable));
	assert_true(ike_id_matches(&utf8, &printable));
}

static void records(void **state)
{
	static const char *const all[] = { "any", "192.0.2.1", "gw.example.org", "CN=gw", "@#00ff" };
	uint8_t octets[IKE_ID_FROZEN_MAX];
	struct ike_id back;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_id id = id_of(all[i]);
		struct wr w = wr_to(octets, sizeof(octets));
		struct rd r;

		ike_id_freeze(&id, &w);
		assert_false(w.bad);
		r = rd_of(octets, w.len);
		assert_true(ike_id_thaw(&back, &r) && rd_done(&r));
		assert_true(ike_id_equal(&id, &back));
		for (size_t len = 0; len < w.len; len++) {
			r = rd_of(octets, len);
			assert_false(ike_id_thaw(&back, &r));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(from_the_wire),
		cmocka_unit_test(matching),
		cmocka_unit_test(a_wildcard_in_the_identity_matches_nothing_more),
		cmocka_unit_test(the_most_exact_first),
		cmocka_unit_test(kinds_of_strings),
		cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
