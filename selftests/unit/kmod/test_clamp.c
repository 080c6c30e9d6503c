// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MSS clamp: where the option stands, what is lowered and to what, and that everything else is left
 * alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "clamp.h"

#define IP4	"\x45\0\0\x2c\0\0\x40\0\x40\x06\0\0\x0a\x09\0\x02\x0a\x05\0\x02"
#define IP6	"\x60\0\0\0\0\x18\x06\x40" "2001:db8::client" "2001:db8::server"
#define SYN	"\x03\xe8\0\x50\0\0\0\x01\0\0\0\0\x60\x02\xff\xff\x12\x34\0\0"
#define ACK	"\x03\xe8\0\x50\0\0\0\x01\0\0\0\0\x60\x10\xff\xff\x12\x34\0\0"
#define SYN_ODD	"\x03\xe8\0\x50\0\0\0\x01\0\0\0\0\x70\x02\xff\xff\x12\x34\0\0"
#define MSS	"\x02\x04\x05\xb4"	/* 1460 */

/* No extension headers here. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdr, __be16 *frag)
{
	(void)skb;
	(void)nexthdr;
	(void)frag;
	return start;
}

static const struct {
	const char *what, *octets;
	unsigned int len, mss, at;	/* of the value, 0: nothing changes */
	u16 value;
} table[] = {
	{ "a SYN", IP4 SYN MSS, 44, 1360, 42, 1360 },
	{ "one that asks for less", IP4 SYN "\x02\x04\x02\x18", 44, 1360, 0, 0 },
	{ "IPv6 gets 20 less", IP6 SYN MSS, 64, 1360, 62, 1340 },
	{ "never below 536", IP4 SYN MSS, 44, 100, 42, 536 },
	{ "nor for IPv6", IP6 SYN MSS, 64, 100, 62, 536 },
	{ "on an odd offset", IP4 SYN_ODD "\x01" MSS "\x01\x01\0", 48, 1360, 43, 1360 },
	{ "no SYN", IP4 ACK MSS, 44, 1360, 0, 0 },
	{ "an option of length 3", IP4 SYN "\x02\x03\x05\xb4", 44, 1360, 0, 0 },
	{ "an option of length 0", IP4 SYN "\x05\x00\x05\xb4", 44, 1360, 0, 0 },
	{ "an option past the header", IP4 SYN "\x01\x01\x02\x04\x05\xb4", 46, 1360, 0, 0 },
	{ "behind the end of options", IP4 SYN_ODD "\0\0\0\0" MSS, 48, 1360, 0, 0 },
	{ "a header cut short", IP4 SYN, 40, 1360, 0, 0 },
	{ "no TCP", "\x45\0\0\x2c\0\0\x40\0\x40\x11\0\0\x0a\x09\0\x02\x0a\x05\0\x02" SYN MSS, 44, 1360, 0, 0 },
	{ "a later fragment",
	  "\x45\0\0\x2c\0\0\0\x10\x40\x06\0\0\x0a\x09\0\x02\x0a\x05\0\x02" SYN MSS, 44, 1360, 0, 0 },
};

/* Over everything behind the addresses, with the octets in pairs as they stand. */
static u16 sum(const u8 *data, unsigned int len)
{
	u32 s = 0;

	for (unsigned int i = 0; i + 1 < len; i += 2)
		s += get_unaligned_be16(data + i);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static void syns_are_clamped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		unsigned int len = table[i].len;
		u8 *packet = malloc(len);
		struct sk_buff skb = { .data = packet, .len = len };

		memcpy(packet, table[i].octets, len);
		adit_clamp(&skb, table[i].mss);
		if (!table[i].at) {
			assert_memory_equal(packet, table[i].octets, len);
		} else {
			assert_int_equal(get_unaligned_be16(packet + table[i].at), table[i].value);
			assert_int_equal(sum(packet, len), sum((const u8 *)table[i].octets, len));
		}
		free(packet);
	}
}

static void option_is_found(void **state)
{
	static const u8 syn[] = SYN "\x01\x01\x02\x04\x05\xb4";

	(void)state;
	assert_int_equal(adit_clamp_find(syn, 26), 24);
	assert_int_equal(adit_clamp_find(syn, 25), 0);
	assert_int_equal(adit_clamp_find(syn, 22), 0);
	assert_int_equal(adit_clamp_find(syn, 20), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syns_are_clamped),
		cmocka_unit_test(option_is_found),
	};

	return cmocka_run_group_tests_name("clamp", tests, NULL, NULL);
}
