// SPDX-License-Identifier: GPL-2.0-or-later
#include "iproute2/link_l2tp.c"
#include "iproute2/words.c"

#include "link_test.h"

static void words_become_attributes(void **state)
{
	static const struct line_text cases[] = {
		{ "local 192.0.2.1 remote 192.0.2.2", "3=c0000201 4=c0000202" },
		{ "local 2001:db8::1 remote ::2",
		  "5=20010db8000000000000000000000001 6=00000000000000000000000000000002" },
		{ "local-port 1702 remote-port 65535", "7=06a6 8=ffff" },
		{ "mode concentrator payload ethernet", "1=01000000 2=01000000" },
		{ "session-id 1 mode point-to-point peer-session-id 4294967295",
		  "1=00000000 32777=080005000100000008000600ffffffff" },
		{ "tunnel-id 258 peer-tunnel-id 1", "32777=06000300020100000600040001000000" },
		{ "version 3 encap ip", "32777=08000100030000000800020001000000" },
		{ "cookie 01020304", "32777=0800070001020304" },
		{ "peer-cookie 01020304050607fF", "32777=0c00080001020304050607ff" },
		{ "sublayer none", "32777=0800090000000000" },
		{ "seq off", "32777=08000a0000000000" },
		{ "seq send,follow", "32777=08000a0005000000" },
		{ "seq required", "32777=08000a0002000000" },
		{ "df no-udp-csum", "32777=04000c0004000b00" },
		{ "fwmark 0x10 outer-dev wan0", "10=10000000 11=21000000" },
		{ "acfc on pfc off", "12=01000000" },
		{ "mru 128 mss-clamp off", "13=8000 14=00000000" },
		{ "rx-window 0 reorder-ms 5000 mppe-required", "15=00000000 16=88130000 17=" },
		{ "", "" },
	};

	(void)state;
	take_each(&l2tp_link_util, cases, COUNT(cases));
}

static void every_mistake_is_named(void **state)
{
	static const struct line_text cases[] = {
		{ "call-id 1", "\"call-id\" is no option of type l2tp" },
		{ "local 192.0.2", "local \"192.0.2\" is wrong: it is an address like" },
		{ "local-port 0", "local-port \"0\" is wrong: it is a number from 1 to 65535" },
		{ "version 4", "version \"4\" is wrong: it is 2 or 3" },
		{ "payload atm", "it is ppp or ethernet" },
		{ "encap gre", "it is udp or ip" },
		{ "sublayer atm", "it is default or none" },
		{ "tunnel-id 65536", "tunnel-id \"65536\" is wrong: it is a number from 1 to 65535" },
		{ "session-id 0", "it is a number from 1 to 4294967295" },
		{ "cookie 0102", "cookie \"0102\" is wrong: it has 8 or 16 hexadecimal digits" },
		{ "cookie 0102030g", "it has 8 or 16" },
		{ "cookie 010203040", "it has 8 or 16" },
		{ "seq send,", "it is off, or of send" },
		{ "seq off,send", "it is off, or of send" },
		{ "seq sen", "it is off, or of send" },
		{ "df df", "df is given twice" },
		{ "seq", "seq needs a value" },
		{ "help", "Usage: ... l2tp" },
	};

	(void)state;
	refuse_each(&l2tp_link_util, cases, COUNT(cases));
}

static void print(struct dump *d)
{
	_Static_assert(ADIT_A_LINK_L2TP_MAX < DUMP_ATTRS, "room for each");
	print_as(&l2tp_link_util, d);
}

static void a_session_is_shown(void **state)
{
	static const uint8_t nest[] = {
		8, 0, ADIT_A_L2TP_VERSION, 0, 3, 0, 0, 0, 8, 0, ADIT_A_L2TP_ENCAP, 0, 0, 0, 0, 0,
		6, 0, ADIT_A_L2TP_TUNNEL_ID, 0, 9, 0, 0, 0, 8, 0, ADIT_A_L2TP_SESSION_ID, 0, 7, 0, 0, 0,
		8, 0, ADIT_A_L2TP_PEER_SESSION_ID, 0, 8, 0, 0, 0, 8, 0, ADIT_A_L2TP_SUBLAYER, 0, 1, 0, 0, 0,
		8, 0, ADIT_A_L2TP_SEQ, 0, 5, 0, 0, 0, 4, 0, ADIT_A_L2TP_DF, 0, 4, 0, ADIT_A_L2TP_NO_UDP_CSUM, 0,
	};
	struct dump d = { 0 };

	(void)state;
	dump_u32(&d, ADIT_A_LINK_L2TP_MODE, ADIT_DEV_MODE_POINT_TO_POINT);
	dump_u32(&d, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	dump_put(&d, ADIT_A_LINK_L2TP_LOCAL_V6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	dump_put(&d, ADIT_A_LINK_L2TP_REMOTE_V6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	dump_u16(&d, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(1701));
	dump_u16(&d, ADIT_A_LINK_L2TP_REMOTE_PORT, htons(5000));
	dump_put(&d, ADIT_A_LINK_L2TP_L2TP, nest, sizeof(nest));
	dump_u32(&d, ADIT_A_LINK_L2TP_RX_WINDOW, 64);
	dump_u32(&d, ADIT_A_LINK_L2TP_REORDER_MS, 100);
	print(&d);
	assert_string_equal(
		printed,
		"mode point-to-point payload ethernet local 2001:db8::1 remote 2001:db8::2 local-port 1701 "
		"remote-port 5000 version 3 encap udp tunnel-id 9 session-id 7 peer-session-id 8 sublayer default "
		"seq send,follow no-udp-csum df rx-window 64 reorder-ms 100 ");
	assert_non_null(strstr(json, "seq=\"send,follow\",no_udp_csum=true,df=true,rx_window=64,"));
}

/* Another module's idea of the attributes must not be read beyond their ends. */
static void short_attributes_are_harmless(void **state)
{
	static const uint8_t nest[] = { 4, 0, ADIT_A_L2TP_SESSION_ID, 0, 4, 0, ADIT_A_L2TP_SEQ, 0, 99, 0 };
	struct dump d = { 0 };

	(void)state;
	for (unsigned int i = 1; i <= ADIT_A_LINK_L2TP_MAX; i++)
		dump_put(&d, i, NULL, 0);
	print(&d);
	assert_non_null(strstr(printed, "local 0.0.0.0 "));
	assert_non_null(strstr(printed, "local :: "));
	dump_put(&d, ADIT_A_LINK_L2TP_L2TP, nest, sizeof(nest));
	print(&d);
	assert_non_null(strstr(printed, "session-id 0 "));
	l2tp_link_util.print_opt(&l2tp_link_util, stdout, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_attributes),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(a_session_is_shown),
		cmocka_unit_test(short_attributes_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
