// SPDX-License-Identifier: GPL-2.0-or-later
#include "iproute2/link_esp.c"
#include "iproute2/words.c"

#include "link_test.h"

static void words_become_attributes(void **state)
{
	static const struct line_text cases[] = {
		{ "local 192.0.2.1 remote 192.0.2.2", "2=c0000201 3=c0000202" },
		{ "local 2001:db8::1 remote ::2",
		  "4=20010db8000000000000000000000001 5=00000000000000000000000000000002" },
		{ "mode concentrator", "1=01000000" },
		{ "esp-mode transport df set", "12=01000000 9=01000000" },
		{ "esp-mode tunnel df clear no-dscp no-ecn", "12=00000000 9=02000000 10= 11=" },
		{ "fwmark 0x10 outer-dev wan0", "6=10000000 7=21000000" },
		{ "mss-clamp auto", "8=01000000" },
		{ "", "" },
	};

	(void)state;
	take_each(&esp_link_util, cases, COUNT(cases));
}

static void every_mistake_is_named(void **state)
{
	static const struct line_text cases[] = {
		{ "key 00", "\"key\" is no option of type esp" },
		{ "local 192.0.2", "local \"192.0.2\" is wrong: it is an address like" },
		{ "remote 2001:db8:::1", "remote \"2001:db8:::1\" is wrong" },
		{ "mode many", "mode \"many\" is wrong: it is point-to-point or concentrator" },
		{ "esp-mode beet", "esp-mode \"beet\" is wrong: it is tunnel or transport" },
		{ "df maybe", "df \"maybe\" is wrong: it is copy, set or clear" },
		{ "mss-clamp 535", "mss-clamp \"535\" is wrong: it is a number from 536 to 65535" },
		{ "outer-dev eth9", "outer-dev \"eth9\" is wrong: there is no such interface" },
		{ "no-ecn no-ecn", "no-ecn is given twice" },
		{ "df", "df needs a value" },
		{ "help", "Usage: ... esp" },
	};

	(void)state;
	refuse_each(&esp_link_util, cases, COUNT(cases));
}

static void print(struct dump *d)
{
	_Static_assert(ADIT_A_LINK_ESP_MAX < DUMP_ATTRS, "room for each");
	print_as(&esp_link_util, d);
}

static void a_tunnel_is_shown(void **state)
{
	struct dump d = { 0 };

	(void)state;
	dump_u32(&d, ADIT_A_LINK_ESP_MODE, ADIT_DEV_MODE_POINT_TO_POINT);
	dump_put(&d, ADIT_A_LINK_ESP_LOCAL_V4, "\xc0\x00\x02\x01", 4);
	dump_put(&d, ADIT_A_LINK_ESP_REMOTE_V4, "\xc0\x00\x02\x02", 4);
	dump_u32(&d, ADIT_A_LINK_ESP_ESP_MODE, ADIT_ESP_MODE_TRANSPORT);
	dump_u32(&d, ADIT_A_LINK_ESP_DF, ADIT_ESP_DF_CLEAR);
	dump_put(&d, ADIT_A_LINK_ESP_NO_ECN, NULL, 0);
	dump_u32(&d, ADIT_A_LINK_ESP_FWMARK, 0x10);
	dump_u32(&d, ADIT_A_LINK_ESP_LINK, 0x21);
	dump_u32(&d, ADIT_A_LINK_ESP_MSS_CLAMP, 1);
	print(&d);
	assert_string_equal(printed,
			    "mode point-to-point local 192.0.2.1 remote 192.0.2.2 esp-mode transport df clear "
			    "no-ecn fwmark 0x10 outer-dev wan0 mss-clamp auto ");
	assert_non_null(strstr(json, "esp_mode=\"transport\",df=\"clear\",no_ecn=true,"));
	assert_null(strstr(json, "no_dscp"));
}

/* Another module's idea of the attributes must not be read beyond their ends, nor its numbers be taken for ours. */
static void strange_attributes_are_harmless(void **state)
{
	struct dump d = { 0 };

	(void)state;
	for (unsigned int i = 1; i <= ADIT_A_LINK_ESP_MAX; i++)
		dump_put(&d, i, NULL, 0);
	print(&d);
	assert_non_null(strstr(printed, "local 0.0.0.0 "));
	assert_non_null(strstr(printed, "local :: "));
	dump_u32(&d, ADIT_A_LINK_ESP_DF, 99);
	print(&d);
	assert_null(strstr(printed, "df copy"));
	esp_link_util.print_opt(&esp_link_util, stdout, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_attributes),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(a_tunnel_is_shown),
		cmocka_unit_test(strange_attributes_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
