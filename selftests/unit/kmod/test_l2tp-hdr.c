// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * L2TP data headers: every combination of bits of version 2 at every length, version 3 with every cookie and sublayer,
 * and short sequence numbers made long.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/string.h>
#include <linux/unaligned.h>

#include "l2tp-hdr.h"

#define PAYLOAD	5
#define PAD	3

/* A version 2 packet with what @flags announce. Return: its length; @hlen: of the header, offset padding included. */
static unsigned int build2(u8 *packet, u16 flags, unsigned int *hlen)
{
	unsigned int at = 2, length_at = 0;

	put_unaligned_be16(flags, packet);
	if (flags & ADIT_L2TP_FLAG_L) {
		length_at = at;
		at += 2;
	}
	put_unaligned_be16(0x1234, packet + at);
	put_unaligned_be16(0x5678, packet + at + 2);
	at += 4;
	if (flags & ADIT_L2TP_FLAG_S) {
		put_unaligned_be16(0xfedc, packet + at);
		put_unaligned_be16(0xaaaa, packet + at + 2);
		at += 4;
	}
	if (flags & ADIT_L2TP_FLAG_O) {
		put_unaligned_be16(PAD, packet + at);
		at += 2 + PAD;
	}
	*hlen = at;
	if (length_at)
		put_unaligned_be16(at + PAYLOAD, packet + length_at);
	return at + PAYLOAD;
}

/* Parse exactly @len octets, so that the sanitizer sees one read too many. */
static int parse2(const u8 *packet, unsigned int len, struct adit_l2tp_hdr *hdr)
{
	u8 *exact = malloc(len ? len : 1);
	int ret;

	memcpy(exact, packet, len);
	ret = adit_l2tp2_parse(exact, len, hdr);
	free(exact);
	return ret;
}

static void version_2_with_all_bits(void **state)
{
	struct adit_l2tp_hdr hdr;
	unsigned int flags, hlen, len, cut;
	u8 packet[64] = {};

	(void)state;
	for (flags = 0; flags < 0x10000; flags++) {
		bool good = !(flags & ADIT_L2TP_FLAG_T) && (flags & ADIT_L2TP_VERSION_MASK) == 2;

		len = build2(packet, flags, &hlen);
		assert_int_equal(parse2(packet, len, &hdr), good ? 0 : -EINVAL);
		if (!good)
			continue;
		assert_int_equal(hdr.len, hlen);
		assert_int_equal(hdr.payload_len, PAYLOAD);
		assert_int_equal(hdr.id, 0x12345678);
		assert_int_equal(hdr.has_length, !!(flags & ADIT_L2TP_FLAG_L));
		assert_int_equal(hdr.has_seq, !!(flags & ADIT_L2TP_FLAG_S));
		assert_int_equal(hdr.seq, (flags & ADIT_L2TP_FLAG_S) ? 0xfedc : 0);
		for (cut = 0; cut < len; cut++)
			assert_int_equal(parse2(packet, cut, &hdr),
					 cut < hlen || (flags & ADIT_L2TP_FLAG_L) ? -EINVAL : 0);
	}
}

static void version_2_lengths(void **state)
{
	struct adit_l2tp_hdr hdr;
	u8 packet[64] = {};
	unsigned int len, hlen, told;

	(void)state;
	len = build2(packet, 2 | ADIT_L2TP_FLAG_L | ADIT_L2TP_FLAG_O, &hlen);
	for (told = 0; told <= 0xffff; told++) {
		put_unaligned_be16(told, packet + 2);
		if (told < hlen || told > len) {
			assert_int_equal(parse2(packet, len, &hdr), -EINVAL);
			continue;
		}
		assert_int_equal(parse2(packet, len, &hdr), 0);
		assert_int_equal(hdr.payload_len, told - hlen);
	}
	/* An offset beyond the packet. */
	len = build2(packet, 2 | ADIT_L2TP_FLAG_O, &hlen);
	put_unaligned_be16(PAD + PAYLOAD, packet + 6);
	assert_int_equal(parse2(packet, len, &hdr), 0);
	assert_int_equal(hdr.payload_len, 0);
	put_unaligned_be16(PAD + PAYLOAD + 1, packet + 6);
	assert_int_equal(parse2(packet, len, &hdr), -EINVAL);
	put_unaligned_be16(0xffff, packet + 6);
	assert_int_equal(parse2(packet, len, &hdr), -EINVAL);
}

static void version_3(void **state)
{
	unsigned int cookie, len, sublayer;
	struct adit_l2tp_hdr hdr;

	(void)state;
	for (cookie = 0; cookie <= 8; cookie += 4) {
		for (sublayer = 0; sublayer < 2; sublayer++) {
			for (len = 0; len < 24; len++) {
				unsigned int hlen = cookie + 4 * sublayer;
				u8 *exact = calloc(1, len ? len : 1);
				int ret;

				if (sublayer && len >= hlen)
					adit_l2tp3_build_sublayer(exact + cookie, len & 1, 0xabcdef01);
				ret = adit_l2tp3_parse(exact, len, cookie, sublayer, &hdr);
				assert_int_equal(ret, len < hlen ? -EINVAL : 0);
				if (!ret) {
					assert_int_equal(hdr.len, hlen);
					assert_int_equal(hdr.payload_len, len - hlen);
					assert_int_equal(hdr.has_seq, sublayer && len & 1);
					assert_int_equal(hdr.seq, hdr.has_seq ? 0xcdef01 : 0);
				}
				free(exact);
			}
		}
	}
}

static void sequence_numbers(void **state)
{
	static const struct {
		u32 seq;
		unsigned int bits;
		u32 next, want;
	} cases[] = {
		{ 0, 16, 0, 0 },
		{ 1, 16, 0, 1 },
		{ 0xffff, 16, 0, 0xffffffff },
		{ 0, 16, 0xffff, 0x10000 },
		{ 0xffff, 16, 0x10000, 0xffff },
		{ 0x7fff, 16, 0x50000, 0x57fff },
		{ 0x8000, 16, 0x50000, 0x48000 },
		{ 5, 16, 0xfffffffe, 5 },
		{ 0, 24, 0xffffff, 0x1000000 },
		{ 0xffffff, 24, 0x1000000, 0xffffff },
		{ 0x000003, 24, 0x2fffffe, 0x3000003 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(adit_l2tp_seq_extend(cases[i].seq, cases[i].bits, cases[i].next), cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_2_with_all_bits),
		cmocka_unit_test(version_2_lengths),
		cmocka_unit_test(version_3),
		cmocka_unit_test(sequence_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
