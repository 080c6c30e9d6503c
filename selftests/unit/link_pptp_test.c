// SPDX-License-Identifier: GPL-2.0-or-later
#include "iproute2/link_pptp.c"
#include "iproute2/words.c"

#include "link_test.h"

static int parse(const char *line, unsigned int flags)
{
	return parse_as(&pptp_link_util, line, flags);
}

static void words_become_attributes(void **state)
{
	static const struct line_text cases[] = {
		{ "local 192.0.2.1 remote 192.0.2.2 call-id 258 peer-call-id 65535",
		  "2=c0000201 3=c0000202 4=0201 5=ffff" },
		{ "mode concentrator", "1=01000000" },
		{ "mode point-to-point", "1=00000000" },
		{ "fwmark 0x10 outer-dev wan0", "6=10000000 7=21000000" },
		{ "acfc on pfc off", "8=01000000" },
		{ "pfc on", "8=02000000" },
		{ "pfc on acfc on", "8=03000000" },
		{ "acfc off", "8=00000000" },
		{ "mru 128", "9=8000" },
		{ "mss-clamp auto", "10=01000000" },
		{ "mss-clamp off", "10=00000000" },
		{ "mss-clamp 536", "10=18020000" },
		{ "rx-window 0 reorder-ms 5000 ack-delay-ms 1",
		  "11=00000000 12=88130000 13=01000000" },
		{ "mppe-required mru 1400", "14= 9=7805" },
		{ "", "" },
	};

	(void)state;
	take_each(&pptp_link_util, cases, COUNT(cases));
}

static void every_mistake_is_named(void **state)
{
	static const struct line_text cases[] = {
		{ "locl 192.0.2.1", "\"locl\" is no option of type pptp" },
		{ "local ::1", "local \"::1\" is wrong: it is an IPv4 address" },
		{ "remote 192.0.2", "remote \"192.0.2\" is wrong" },
		{ "call-id 65536", "call-id \"65536\" is wrong: it is a number from 0 to 65535" },
		{ "call-id -1", "call-id \"-1\" is wrong" },
		{ "peer-call-id 1x", "peer-call-id \"1x\" is wrong" },
		{ "fwmark 4294967296", "fwmark \"4294967296\" is wrong" },
		{ "fwmark 99999999999999999999999", "is wrong" },
		{ "mode many", "mode \"many\" is wrong: it is point-to-point or concentrator" },
		{ "outer-dev eth9", "outer-dev \"eth9\" is wrong: there is no such interface" },
		{ "acfc yes", "acfc \"yes\" is wrong: it is on or off" },
		{ "mru 127", "mru \"127\" is wrong: it is a number from 128 to 65535" },
		{ "mss-clamp 1", "mss-clamp \"1\" is wrong: it is a number from 536 to 65535" },
		{ "rx-window 257", "rx-window \"257\" is wrong: it is a number from 0 to 256" },
		{ "reorder-ms 0", "reorder-ms \"0\" is wrong: it is a number from 1 to 5000" },
		{ "ack-delay-ms 5001", "ack-delay-ms \"5001\" is wrong" },
		{ "mru 1400 mru 1400", "mru is given twice" },
		{ "local", "local needs a value" },
		{ "help", "Usage: ... pptp" },
	};

	(void)state;
	refuse_each(&pptp_link_util, cases, COUNT(cases));
}

/* One attribute holds both: a change of one word alone would turn the other off. */
static void framing_is_changed_as_a_whole(void **state)
{
	(void)state;
	assert_int_equal(parse("acfc on", 0), -1);
	assert_non_null(strstr(said, "acfc and pfc are changed together"));
	assert_int_equal(parse("acfc on pfc off", 0), 0);
	assert_string_equal(put_attrs, "8=01000000");
	assert_int_equal(parse("mru 1300", 0), 0);
}

static void print(struct dump *d)
{
	_Static_assert(ADIT_A_LINK_PPTP_MAX < DUMP_ATTRS, "room for each");
	print_as(&pptp_link_util, d);
}

static void a_session_is_shown(void **state)
{
	struct dump d = { 0 };

	(void)state;
	dump_u32(&d, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_POINT_TO_POINT);
	dump_put(&d, ADIT_A_LINK_PPTP_LOCAL, "\xc0\x00\x02\x01", 4);
	dump_put(&d, ADIT_A_LINK_PPTP_REMOTE, "\xc0\x00\x02\x02", 4);
	dump_u16(&d, ADIT_A_LINK_PPTP_CALL_ID, 7);
	dump_u16(&d, ADIT_A_LINK_PPTP_PEER_CALL_ID, 65535);
	dump_u32(&d, ADIT_A_LINK_PPTP_FWMARK, 0x10);
	dump_u32(&d, ADIT_A_LINK_PPTP_LINK, 0x21);
	dump_u32(&d, ADIT_A_LINK_PPTP_FRAMING, ADIT_PPP_FRAMING_PFC);
	dump_u16(&d, ADIT_A_LINK_PPTP_MRU, 1400);
	dump_u32(&d, ADIT_A_LINK_PPTP_MSS_CLAMP, 1360);
	dump_u32(&d, ADIT_A_LINK_PPTP_RX_WINDOW, 64);
	dump_u32(&d, ADIT_A_LINK_PPTP_REORDER_MS, 100);
	dump_u32(&d, ADIT_A_LINK_PPTP_ACK_DELAY_MS, 200);
	dump_put(&d, ADIT_A_LINK_PPTP_MPPE_REQUIRED, NULL, 0);
	print(&d);
	assert_string_equal(
		printed,
		"mode point-to-point local 192.0.2.1 remote 192.0.2.2 call-id 7 peer-call-id 65535 fwmark 0x10 "
		"outer-dev wan0 acfc off pfc on mru 1400 mss-clamp 1360 rx-window 64 reorder-ms 100 ack-delay-ms 200 "
		"mppe-required ");
	assert_string_equal(
		json,
		"mode=\"point-to-point\",local=\"192.0.2.1\",remote=\"192.0.2.2\",call_id=7,peer_call_id=65535,"
		"fwmark=\"0x10\",outer_dev=\"wan0\",acfc=false,pfc=true,mru=1400,mss_clamp=1360,rx_window=64,"
		"reorder_ms=100,ack_delay_ms=200,mppe_required=true,");
}

static void a_concentrator_is_shown(void **state)
{
	struct dump d = { 0 };

	(void)state;
	dump_u32(&d, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	dump_u32(&d, ADIT_A_LINK_PPTP_FWMARK, 0);
	dump_u32(&d, ADIT_A_LINK_PPTP_MSS_CLAMP, 0);
	print(&d);
	assert_string_equal(printed, "mode concentrator mss-clamp off ");
	dump_u32(&d, ADIT_A_LINK_PPTP_MSS_CLAMP, 1);
	print(&d);
	assert_string_equal(json, "mode=\"concentrator\",mss_clamp=\"auto\",");
}

/* Another module's idea of the attributes must not be read beyond their ends. */
static void short_attributes_are_harmless(void **state)
{
	struct dump d = { 0 };

	(void)state;
	for (unsigned int i = 1; i <= ADIT_A_LINK_PPTP_MAX; i++)
		dump_put(&d, i, NULL, 0);
	print(&d);
	assert_non_null(strstr(printed, "local 0.0.0.0 "));
	pptp_link_util.print_opt(&pptp_link_util, stdout, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_attributes),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(framing_is_changed_as_a_whole),
		cmocka_unit_test(a_session_is_shown),
		cmocka_unit_test(a_concentrator_is_shown),
		cmocka_unit_test(short_attributes_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
