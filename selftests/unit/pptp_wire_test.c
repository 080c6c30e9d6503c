// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PPTP control messages as octets: every length of RFC 2637 section 2, every wrong one, and what is
 * in which place.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "wire/pptp.h"

/* From the figures of the RFC, not from the code. */
static const uint16_t lengths[PPTP_TYPE_MAX + 1] = {
	[1] = 156, [2] = 156, [3] = 16, [4] = 16, [5] = 16, [6] = 20, [7] = 168, [8] = 32,
	[9] = 220, [10] = 24, [11] = 28, [12] = 16, [13] = 148, [14] = 40, [15] = 24,
};

static void header(uint8_t *buf, uint16_t len, uint16_t type)
{
	static const uint8_t fixed[] = { 0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d };

	memcpy(buf, fixed, sizeof(fixed));
	buf[0] = (uint8_t)(len >> 8);
	buf[1] = (uint8_t)len;
	buf[8] = (uint8_t)(type >> 8);
	buf[9] = (uint8_t)type;
	buf[10] = buf[11] = 0;
}

static void every_wrong_length_is_refused(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX];
	const char *why;

	(void)state;
	for (uint16_t type = 0; type < 20; type++) {
		for (unsigned int len = 0; len < 300; len++) {
			bool right = type >= 1 && type <= 15 && len == lengths[type];

			header(buf, (uint16_t)len, type);
			assert_int_equal(pptp_message_len(buf, PPTP_HEADER_LEN, &why),
					 right ? (int)len : -EPROTO);
			assert_int_equal(!why, right);
		}
	}
	header(buf, 65535, 1);
	assert_int_equal(pptp_message_len(buf, PPTP_HEADER_LEN, &why), -EPROTO);
}

static void half_a_header_says_nothing(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX];
	const char *why;

	(void)state;
	header(buf, 16, 5);
	for (size_t len = 0; len < PPTP_HEADER_LEN; len++)
		assert_int_equal(pptp_message_len(buf, len, &why), 0);
	assert_int_equal(pptp_message_len(buf, PPTP_HEADER_LEN, &why), 16);
}

static void a_wrong_header_is_refused(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX];
	const char *why;

	(void)state;
	for (size_t at = 2; at < 8; at++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			header(buf, 16, 5);
			buf[at] ^= (uint8_t)(1 << bit);
			assert_int_equal(pptp_message_len(buf, PPTP_HEADER_LEN, &why), -EPROTO);
			assert_non_null(why);
		}
	}
}

static void a_truncated_message_is_not_decoded(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX + 1] = { 0 };
	struct pptp_message msg;

	(void)state;
	for (uint16_t type = 1; type <= 15; type++) {
		header(buf, lengths[type], type);
		for (size_t len = 0; len <= sizeof(buf); len++)
			assert_int_equal(pptp_decode(buf, len, &msg),
					 len == lengths[type] ? 0 : -EPROTO);
	}
}

/* Reserved octets are the only ones that may change when a message goes through both ways. */
static void every_message_round_trips(void **state)
{
	uint8_t in[PPTP_MESSAGE_MAX], out[PPTP_MESSAGE_MAX];
	struct pptp_message msg;

	(void)state;
	for (uint16_t type = 1; type <= 15; type++) {
		unsigned int differ = 0;
		struct wr w = wr_to(out, sizeof(out));

		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = (uint8_t)(i * 7 + type) | 1;
		header(in, lengths[type], type);
		assert_int_equal(pptp_decode(in, lengths[type], &msg), 0);
		assert_int_equal(msg.type, type);
		pptp_encode(&w, &msg);
		assert_false(w.bad);
		assert_int_equal(w.len, lengths[type]);
		for (size_t i = 0; i < w.len; i++) {
			differ += in[i] != out[i];
			assert_true(in[i] == out[i] || out[i] == 0);
		}
		assert_true(differ <= 3);
	}
}

static void fields_are_where_the_rfc_has_them(void **state)
{
	uint8_t buf[PPTP_MESSAGE_MAX] = { 0 };
	struct pptp_message msg;

	(void)state;
	header(buf, 168, 7);
	buf[12] = 0x12;				/* Call ID */
	buf[13] = 0x34;
	buf[14] = 0x56;				/* Call Serial Number */
	buf[15] = 0x78;
	buf[21] = 1;				/* Maximum BPS 0x00010000 */
	buf[32] = 0;				/* Packet Recv. Window Size */
	buf[33] = 64;
	assert_int_equal(pptp_decode(buf, 168, &msg), 0);
	assert_int_equal(msg.out_request.call_id, 0x1234);
	assert_int_equal(msg.out_request.serial, 0x5678);
	assert_int_equal(msg.out_request.max_bps, 0x10000);
	assert_int_equal(msg.out_request.window, 64);

	memset(buf, 0, sizeof(buf));
	header(buf, 24, 15);
	buf[12] = 0xab;				/* Peer's Call ID */
	buf[13] = 0xcd;
	buf[19] = 0x11;				/* Send ACCM */
	buf[23] = 0x22;				/* Receive ACCM */
	assert_int_equal(pptp_decode(buf, 24, &msg), 0);
	assert_int_equal(msg.link_info.peer_call_id, 0xabcd);
	assert_int_equal(msg.link_info.send_accm, 0x11);
	assert_int_equal(msg.link_info.recv_accm, 0x22);

	memset(buf, 0, sizeof(buf));
	header(buf, 156, 1);
	buf[12] = 1;				/* Protocol Version */
	memset(buf + 28, 'h', 64);		/* Host Name, without an end */
	memset(buf + 92, 'v', 64);		/* Vendor String */
	assert_int_equal(pptp_decode(buf, 156, &msg), 0);
	assert_int_equal(msg.start.version, 0x0100);
	assert_int_equal(strlen(msg.start.host), 64);
	assert_int_equal(msg.start.vendor[63], 'v');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wrong_length_is_refused),
		cmocka_unit_test(half_a_header_says_nothing),
		cmocka_unit_test(a_wrong_header_is_refused),
		cmocka_unit_test(a_truncated_message_is_not_decoded),
		cmocka_unit_test(every_message_round_trips),
		cmocka_unit_test(fields_are_where_the_rfc_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
