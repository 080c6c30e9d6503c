// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * L2TP on the wire: every bit and length of the header (RFC 2661 section 3.1), every length of every
 * AVP (section 4.4), what M and H bits do, and hidden values computed elsewhere.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/l2tp.h"
#include "wire/l2tp_hide.h"
#include "wire/mschap.h"

#define M 0x8000
#define H 0x4000

static const struct l2tp_secret secret = { "tunnel secret", 13 };

static uint8_t scratch_buf[L2TP_CONTROL_MAX];

/* --- header --- */

static const char *why;

static int parse(const uint8_t *data, size_t len, struct l2tp_header *h)
{
	uint8_t *exact = malloc(len ? len : 1);
	int err;

	assert_non_null(exact);
	memcpy(exact, data, len);
	err = l2tp_header_parse(h, exact, len, &why);
	assert_true(!err == !why);
	if (!err)
		assert_true(h->body.at >= exact && h->body.at + h->body.left <= exact + len);
	free(exact);
	return err;
}

/* Of all 65536 first words, which are a packet? Everything behind is large enough. */
static void every_first_word(void **state)
{
	uint8_t data[64] = { 0, 0, 0, 64 };
	struct l2tp_header h;

	(void)state;
	for (unsigned int bits = 0; bits <= 0xffff; bits++) {
		bool t = bits & 0x8000, l = bits & 0x4000, s = bits & 0x0800, o = bits & 0x0200;
		bool right = (bits & 0xf) == 2 && (!t || (l && s && !o));
		size_t header = 6 + 2 * l + 4 * s + 2 * o;

		data[0] = (uint8_t)(bits >> 8);
		data[1] = (uint8_t)bits;
		assert_int_equal(parse(data, sizeof(data), &h),
				 right ? 0 : (bits & 0xf) == 2 ? -EPROTO : -EPROTONOSUPPORT);
		if (!right)
			continue;
		assert_int_equal(h.control, t);
		assert_int_equal(h.sequenced, s);
		assert_int_equal(h.body.left, 64 - header);
	}
}

/* A header with everything: Length, Ns, Nr, Offset. */
static void every_length_of_a_header(void **state)
{
	uint8_t data[80] = { 0x4a, 0x02, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 1, 0, 2, 0, 0 };
	struct l2tp_header h;

	(void)state;
	for (uint8_t offset = 0; offset < 80; offset++) {
		for (uint8_t length = 0; length < 80; length++) {
			for (size_t size = 0; size < 80; size++) {
				bool right = length <= size && length >= 14 + offset;

				data[3] = length;
				data[13] = offset;
				assert_int_equal(parse(data, size, &h), right ? 0 : -EPROTO);
				if (right)
					assert_int_equal(h.body.left, length - 14 - offset);
			}
		}
	}
	assert_int_equal(h.tunnel_id, 0x1122);
	assert_int_equal(h.session_id, 0x3344);
	assert_int_equal(h.ns, 1);
	assert_int_equal(h.nr, 2);
}

static void an_offset_past_the_end_is_refused(void **state)
{
	uint8_t data[] = { 0x02, 0x02, 0, 1, 0, 2, 0xff, 0xff, 1, 2 };
	struct l2tp_header h;

	(void)state;
	assert_int_equal(parse(data, sizeof(data), &h), -EPROTO);
}

static void a_control_header_round_trips(void **state)
{
	struct l2tp_header in = { .tunnel_id = 0x1234, .session_id = 0x5678, .ns = 9, .nr = 10 }, h;
	uint8_t buf[L2TP_CONTROL_HEADER_LEN];
	struct wr w = wr_to(buf, sizeof(buf));

	(void)state;
	l2tp_control_header(&w, &in, 0);
	assert_false(w.bad);
	assert_int_equal(parse(buf, w.len, &h), 0);
	assert_memory_equal(buf, "\xc8\x02\x00\x0c\x12\x34\x56\x78\x00\x09\x00\x0a", 12);
	assert_int_equal(h.tunnel_id, 0x1234);
	assert_int_equal(h.nr, 10);
}

/* --- messages --- */

struct text {
	uint8_t buf[L2TP_CONTROL_MAX];
	struct wr w;
};

static void avp(struct text *t, unsigned int bits, uint16_t vendor, uint16_t attribute,
		const void *value, size_t len)
{
	wr_u16(&t->w, (uint16_t)(bits | (len + 6)));
	wr_u16(&t->w, vendor);
	wr_u16(&t->w, attribute);
	wr_bytes(&t->w, value, len);
}

static void begin(struct text *t, uint16_t type)
{
	uint8_t value[2] = { (uint8_t)(type >> 8), (uint8_t)type };

	t->w = wr_to(t->buf, sizeof(t->buf));
	avp(t, M, 0, L2TP_MESSAGE_TYPE, value, 2);
}

static int decode_with(const struct text *t, const struct l2tp_secret *s, struct l2tp_message *msg)
{
	struct wr scratch = wr_to(scratch_buf, t->w.len);
	uint8_t *exact = malloc(t->w.len ? t->w.len : 1);
	int err;

	assert_false(t->w.bad);
	assert_non_null(exact);
	memcpy(exact, t->buf, t->w.len);
	err = l2tp_decode(rd_of(exact, t->w.len), s, &scratch, msg);
	free(exact);
	assert_int_equal(err == -EBADMSG, msg->fault.what != NULL);
	return err;
}

static int decode(const struct text *t, struct l2tp_message *msg)
{
	return decode_with(t, &secret, msg);
}

/* Lengths of the values, from the text of RFC 2661 section 4.4: Length minus 6. */
static const struct {
	uint16_t attribute, min, max;
	bool hideable, mandatory;
} rfc[] = {
	{ 1, 2, 1017, false, true },	{ 2, 2, 2, false, true },     { 3, 4, 4, true, true },
	{ 4, 4, 4, true, true },	{ 5, 8, 8, false, false },    { 6, 2, 2, true, false },
	{ 7, 1, 1017, false, true },	{ 8, 0, 1017, true, false },  { 9, 2, 2, true, true },
	{ 10, 2, 2, false, true },	{ 11, 1, 1017, true, true },  { 12, 3, 1017, false, true },
	{ 13, 16, 16, true, true },	{ 14, 2, 2, true, true },     { 15, 4, 4, true, true },
	{ 16, 4, 4, true, true },	{ 17, 4, 4, true, true },     { 18, 4, 4, true, true },
	{ 19, 4, 4, true, true },	{ 21, 0, 1017, true, true },  { 22, 0, 1017, true, true },
	{ 23, 0, 1017, true, true },	{ 24, 4, 4, true, true },     { 25, 4, 4, true, false },
	{ 26, 0, 1017, true, false },	{ 27, 0, 1017, true, false }, { 28, 0, 1017, true, false },
	{ 29, 2, 2, true, false },	{ 30, 0, 1017, true, false }, { 31, 1, 1017, true, false },
	{ 32, 2, 2, true, false },	{ 33, 0, 1017, true, false }, { 34, 26, 26, true, true },
	{ 35, 10, 10, true, true },	{ 37, 0, 1017, true, false }, { 38, 4, 4, true, false },
	{ 39, 0, 0, false, true },
};
#define N_RFC (sizeof(rfc) / sizeof(rfc[0]))

static void every_length_of_every_avp(void **state)
{
	static uint8_t value[1017];
	struct l2tp_message msg;
	struct text t;

	(void)state;
	memset(value, 0x11, sizeof(value));
	for (size_t i = 0; i < N_RFC; i++) {
		for (size_t len = 0; len <= sizeof(value); len += len < 40 ? 1 : 977) {
			bool right = len >= rfc[i].min && len <= rfc[i].max;

			begin(&t, L2TP_HELLO);
			avp(&t, M, 0, rfc[i].attribute, value, len);
			assert_int_equal(decode(&t, &msg), right ? 0 : -EBADMSG);
			assert_int_equal(l2tp_has(&msg, rfc[i].attribute), right);
			if (!right) {
				assert_int_equal(msg.fault.error, L2TP_ERROR_LENGTH);
				assert_int_equal(msg.fault.attribute, rfc[i].attribute);
			}
			/* Without the M bit it is as if it were not there: section 7.1. */
			begin(&t, L2TP_HELLO);
			avp(&t, 0, 0, rfc[i].attribute, value, len);
			assert_int_equal(decode(&t, &msg), 0);
			assert_int_equal(l2tp_has(&msg, rfc[i].attribute), right);
		}
	}
}

static void unknown_avps_are_taken_by_their_m_bit(void **state)
{
	static const struct { unsigned int bits; uint16_t vendor, attribute; } cases[] = {
		{ 0, 0, 20 }, { 0, 0, 40 }, { 0, 0, 0xffff }, { 0, 9, 1 }, { 0, 0xffff, 7 },
		{ 0x2000, 0, 7 }, { 0x0400, 0, 7 }, { H, 0, 77 },
	};
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned int m = 0; m < 2; m++) {
			begin(&t, L2TP_HELLO);
			avp(&t, cases[i].bits | (m ? M : 0), cases[i].vendor, cases[i].attribute,
			    "value", 5);
			assert_int_equal(decode(&t, &msg), m ? -EBADMSG : 0);
			assert_int_equal(msg.have, 1);
			if (!m)
				continue;
			assert_int_equal(msg.fault.error, L2TP_ERROR_UNKNOWN_AVP);
			assert_int_equal(msg.fault.vendor, cases[i].vendor);
			assert_int_equal(msg.fault.attribute, cases[i].attribute);
		}
	}
}

static void the_type_comes_first(void **state)
{
	struct l2tp_message msg;
	struct text t = { .w = wr_to(t.buf, sizeof(t.buf)) };

	(void)state;
	assert_int_equal(decode(&t, &msg), -EBADMSG);	/* nothing at all */
	avp(&t, M, 0, L2TP_HOST_NAME, "h", 1);
	avp(&t, M, 0, L2TP_MESSAGE_TYPE, "\0\6", 2);
	assert_int_equal(decode(&t, &msg), -EBADMSG);
	assert_int_equal(msg.type, 0);
	t.w.len = 0;
	avp(&t, M, 0, L2TP_TUNNEL_ID, "\0\6", 2);
	assert_int_equal(decode(&t, &msg), -EBADMSG);
	t.w.len = 0;
	avp(&t, M, 9, L2TP_MESSAGE_TYPE, "\0\6", 2);
	assert_int_equal(decode(&t, &msg), -EBADMSG);
	for (size_t len = 0; len < 6; len++) {
		t.w.len = 0;
		avp(&t, M, 0, L2TP_MESSAGE_TYPE, "\0\6\0\0\0", len);
		assert_int_equal(decode(&t, &msg), len == 2 ? 0 : -EBADMSG);
	}
	t.w.len = 0;
	avp(&t, M | H, 0, L2TP_MESSAGE_TYPE, "\0\6", 2);
	assert_int_equal(decode(&t, &msg), -EBADMSG);
}

static void unknown_types_say_whether_they_matter(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (uint16_t type = 0; type < 40; type++) {
		bool known = (type >= 1 && type <= 4) || (type >= 6 && type <= 12) ||
			     (type >= 14 && type <= 16);
		uint8_t value[2] = { 0, (uint8_t)type };
		int err;

		t.w = wr_to(t.buf, sizeof(t.buf));
		avp(&t, type & 1 ? M : 0, 0, L2TP_MESSAGE_TYPE, value, 2);
		err = decode(&t, &msg);
		assert_int_equal(err == -ENOMSG, !known);
		assert_int_equal(msg.type, type);
		assert_int_equal(msg.type_mandatory, type & 1);
	}
}

static void lengths_that_leave_the_message(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (uint16_t len = 0; len < 1024; len++) {
		begin(&t, L2TP_HELLO);
		wr_u16(&t.w, len);	/* no M bit: the frame is broken all the same */
		wr_u16(&t.w, 0);
		wr_u16(&t.w, L2TP_VENDOR_NAME);
		wr_bytes(&t.w, "vend", 4);
		assert_int_equal(decode(&t, &msg), len == 10 ? 0 : -EBADMSG);
		if (len != 10 && len != 6)
			assert_int_equal(msg.fault.error, L2TP_ERROR_LENGTH);
	}
	for (size_t left = 1; left < 6; left++) {
		begin(&t, L2TP_HELLO);
		wr_bytes(&t.w, "\x80\x06\0\0\0\0", left);
		assert_int_equal(decode(&t, &msg), -EBADMSG);
	}
}

static void what_must_be_there(void **state)
{
	static const struct { uint16_t type; uint16_t need[8]; } cases[] = {
		{ L2TP_SCCRQ, { 2, 7, 3, 9 } }, { L2TP_SCCRP, { 2, 7, 3, 9 } },
		{ L2TP_SCCCN, { 0 } }, { L2TP_STOPCCN, { 0 } }, { L2TP_HELLO, { 0 } },
		{ L2TP_OCRQ, { 14, 15, 16, 17, 18, 19, 21 } }, { L2TP_OCRP, { 14 } },
		{ L2TP_OCCN, { 24, 19 } }, { L2TP_ICRQ, { 14, 15 } }, { L2TP_ICRP, { 14 } },
		{ L2TP_ICCN, { 24, 19 } }, { L2TP_CDN, { 0 } }, { L2TP_WEN, { 34 } },
		{ L2TP_SLI, { 35 } },
	};
	static uint8_t value[32];
	struct l2tp_message msg;
	struct text t;

	(void)state;
	memset(value, 1, sizeof(value));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned int without = 0; without <= 8; without++) {
			uint16_t missing = 0;

			begin(&t, cases[i].type);
			for (unsigned int n = 0; n < 8 && cases[i].need[n]; n++) {
				size_t row = 0;

				while (rfc[row].attribute != cases[i].need[n])
					row++;
				if (n == without)
					missing = cases[i].need[n];
				else
					avp(&t, M, 0, cases[i].need[n], value, rfc[row].min);
			}
			assert_int_equal(decode(&t, &msg), missing ? -EBADMSG : 0);
			assert_int_equal(msg.fault.attribute, missing);
		}
	}
}

static void zero_is_no_id(void **state)
{
	static const uint16_t nonzero[] = { L2TP_TUNNEL_ID, L2TP_SESSION_ID, L2TP_WINDOW_SIZE };
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		begin(&t, L2TP_HELLO);
		avp(&t, M, 0, nonzero[i], "\0\0", 2);
		assert_int_equal(decode(&t, &msg), -EBADMSG);
		assert_int_equal(msg.fault.error, L2TP_ERROR_VALUE);
		assert_false(l2tp_has(&msg, nonzero[i]));
	}
}

static void the_first_of_two_counts(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	begin(&t, L2TP_CDN);
	avp(&t, M, 0, L2TP_SESSION_ID, "\0\1", 2);
	avp(&t, M, 0, L2TP_SESSION_ID, "\0\2", 2);
	assert_int_equal(decode(&t, &msg), 0);
	assert_int_equal(msg.session_id, 1);
}

/* RFC 2661 section 4.4.2: the error code and the text are optional. */
static void result_codes(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (size_t len = 2; len < 8; len++) {
		begin(&t, L2TP_CDN);
		avp(&t, M, 0, L2TP_RESULT_CODE, "\0\2\0\4why", len);
		assert_int_equal(decode(&t, &msg), 0);
		assert_int_equal(msg.result.code, 2);
		assert_int_equal(msg.result.has_error, len >= 4);
		assert_int_equal(msg.result.error, len >= 4 ? 4 : 0);
		assert_int_equal(msg.result.text.len, len >= 4 ? len - 4 : len - 2);
	}
}

/* --- hidden values --- */

/* Made with another program after the text of RFC 2661 section 4.3. */
static const uint8_t vector[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t hidden_password[] = {
	0x55, 0x2b, 0xa4, 0x84, 0x62, 0xed, 0xb2, 0xc3, 0x53, 0xbf, 0x48, 0xf1, 0x90, 0xb3, 0xa6,
	0x84, 0x9d, 0xd7, 0xb8, 0x25, 0xa0, 0x41, 0x9a, 0x3e, 0xd8, 0x89, 0x32, 0x45, 0xc6, 0x21,
};
static const uint8_t hidden_id[] = { 0x37, 0x2c, 0xad, 0xd2 };
static const uint8_t hidden_id_padded[] = {
	0x37, 0x2c, 0xad, 0xd2, 0xdb, 0xe7, 0x97, 0xbd, 0x9d, 0x18, 0x59, 0xce, 0xa7, 0xe4, 0xf9,
	0xc8,
};

static void hidden_values_are_read(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	begin(&t, L2TP_CDN);
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);
	avp(&t, H, 0, L2TP_PROXY_RESPONSE, hidden_password, sizeof(hidden_password));
	avp(&t, M | H, 0, L2TP_SESSION_ID, hidden_id, sizeof(hidden_id));
	assert_int_equal(decode(&t, &msg), 0);
	assert_int_equal(msg.proxy_response.len, 28);
	assert_memory_equal(msg.proxy_response.at, "correct horse battery staple", 28);
	assert_int_equal(msg.session_id, 0x1234);
	begin(&t, L2TP_CDN);
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, "another", 7);
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);	/* the nearest one counts */
	avp(&t, M | H, 0, L2TP_SESSION_ID, hidden_id_padded, sizeof(hidden_id_padded));
	assert_int_equal(decode(&t, &msg), 0);
	assert_int_equal(msg.session_id, 0x1234);
}

static void hidden_values_need_their_vector(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	begin(&t, L2TP_CDN);
	avp(&t, M | H, 0, L2TP_SESSION_ID, hidden_id, sizeof(hidden_id));
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);	/* too late */
	assert_int_equal(decode(&t, &msg), -EBADMSG);
	assert_int_equal(msg.fault.attribute, L2TP_SESSION_ID);
	assert_false(l2tp_has(&msg, L2TP_SESSION_ID));
}

static void without_a_secret_they_are_left_unread(void **state)
{
	struct l2tp_message msg;
	struct text t;

	(void)state;
	begin(&t, L2TP_ICRQ);
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);
	avp(&t, M | H, 0, L2TP_SESSION_ID, hidden_id, sizeof(hidden_id));
	assert_int_equal(decode_with(&t, NULL, &msg), 0);
	assert_int_equal(msg.unread, 1);
	assert_false(l2tp_has(&msg, L2TP_SESSION_ID));
	/* When it is known that there is none, the M bit decides. */
	assert_int_equal(decode_with(&t, &(struct l2tp_secret){ "", 0 }, &msg), -EBADMSG);
	assert_int_equal(msg.fault.error, L2TP_ERROR_UNKNOWN_AVP);
	begin(&t, L2TP_HELLO);
	avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);
	avp(&t, H, 0, L2TP_SESSION_ID, hidden_id, sizeof(hidden_id));
	assert_int_equal(decode_with(&t, &(struct l2tp_secret){ "", 0 }, &msg), 0);
	assert_int_equal(msg.unread, 0);
}

/* What must not be hidden is refused, as is every value whose length is wrong inside. */
static void every_avp_hidden(void **state)
{
	static uint8_t value[64];
	struct l2tp_hiding hiding = { .secret = secret };
	struct l2tp_message msg;
	struct text t;

	(void)state;
	memset(value, 0x11, sizeof(value));
	memcpy(hiding.vector, vector, 16);
	for (size_t i = 0; i < N_RFC; i++) {
		for (size_t len = 0; len < 40; len++) {
			bool right = rfc[i].hideable && len >= rfc[i].min && len <= rfc[i].max;
			uint8_t hidden[128];
			struct wr w = wr_to(hidden, sizeof(hidden));

			l2tp_hide(&w, rfc[i].attribute, &hiding, value, len);
			begin(&t, L2TP_HELLO);
			avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);
			avp(&t, M | H, 0, rfc[i].attribute, hidden, w.len);
			assert_int_equal(decode(&t, &msg), right ? 0 : -EBADMSG);
			assert_int_equal(l2tp_has(&msg, rfc[i].attribute), right);
		}
	}
}

/* The length inside is whatever the attacker wants: he knows the secret, or guesses. */
static void every_inner_length(void **state)
{
	struct l2tp_octets rv = { vector, 16 };
	uint8_t pad[16], hidden[40];

	(void)state;
	assert_int_equal(md5_join("\0\41", 2, secret.at, secret.len, vector, 16, pad), 0);
	for (size_t len = 0; len <= 16; len++) {
		for (unsigned int inner = 0; inner <= 0xffff; inner += inner < 64 ? 1 : 251) {
			uint8_t *exact = malloc(len ? len : 1), *out = malloc(len ? len : 1);
			struct wr scratch = wr_to(out, len);
			struct rd value;
			int err;

			assert_true(exact && out);
			memset(hidden, 0, sizeof(hidden));
			hidden[0] = (uint8_t)(pad[0] ^ inner >> 8);
			hidden[1] = (uint8_t)(pad[1] ^ inner);
			memcpy(exact, hidden, len);
			err = l2tp_unhide(L2TP_PROXY_RESPONSE, &secret, rv, rd_of(exact, len),
					  &scratch, &value);
			assert_int_equal(err, len >= 2 && inner <= len - 2 ? 0 : -EBADMSG);
			if (!err)
				assert_int_equal(value.left, inner);
			free(out);
			free(exact);
		}
	}
}

static void hiding_agrees_with_the_vectors(void **state)
{
	struct l2tp_hiding hiding = { .secret = secret };
	uint8_t buf[64];
	struct wr w = wr_to(buf, sizeof(buf));

	(void)state;
	memcpy(hiding.vector, vector, 16);
	memset(hiding.padding, 0xa5, 16);
	l2tp_hide(&w, L2TP_SESSION_ID, &hiding, (const uint8_t *)"\x12\x34", 2);
	assert_int_equal(w.len, 16);
	assert_memory_equal(buf, hidden_id_padded, 16);
	w.len = 0;
	l2tp_hide(&w, L2TP_PROXY_RESPONSE, &hiding,
		  (const uint8_t *)"correct horse battery staple", 28);
	assert_int_equal(w.len, 32);
	assert_memory_equal(buf, hidden_password, 30);
}

static void a_value_too_long_to_hide_is_latched(void **state)
{
	static uint8_t value[1017], buf[2048];
	struct l2tp_hiding hiding = { .secret = secret };

	(void)state;
	for (size_t len = 990; len <= 1017; len++) {
		struct wr w = wr_to(buf, sizeof(buf));

		l2tp_hide(&w, L2TP_PROXY_RESPONSE, &hiding, value, len);
		assert_int_equal(w.bad, len > 1006);
	}
}

static void challenges_are_answered(void **state)
{
	static const uint8_t reply[] = { 0x17, 0xda, 0xab, 0xd7, 0xd8, 0xf4, 0xe0, 0x81,
					 0x31, 0x49, 0x13, 0x0b, 0x3a, 0x91, 0x78, 0xf8 };
	static const uint8_t connected[] = { 0x29, 0xa9, 0x97, 0x3f, 0x69, 0x05, 0x4b, 0xae,
					     0x83, 0xaa, 0xdb, 0xcc, 0xfd, 0xbe, 0x5c, 0xc4 };
	uint8_t challenge[16], out[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		challenge[i] = 0x20 + i;
	assert_int_equal(l2tp_response(L2TP_SCCRP, &secret, challenge, 16, out), 0);
	assert_memory_equal(out, reply, 16);
	assert_int_equal(l2tp_response(L2TP_SCCCN, &secret, challenge, 16, out), 0);
	assert_memory_equal(out, connected, 16);
}

/* --- encoding --- */

static const struct l2tp_octets text = { (const uint8_t *)"some text", 9 };

static struct l2tp_message full(void)
{
	return (struct l2tp_message){
		.type = L2TP_ICCN,
		.have = ((UINT64_C(1) << 40) - 1) & ~L2TP_BIT(20) & ~L2TP_BIT(36),
		.result = { 2, true, 4, text }, .version = L2TP_VERSION, .framing_cap = 3,
		.bearer_cap = 1, .tie_breaker = 0x1122334455667788, .firmware = 1,
		.host_name = text, .vendor_name = text, .tunnel_id = 7, .window = 8,
		.challenge = text, .response = { 1, 2, 3 }, .cause = { 16, 69, text },
		.session_id = 9, .serial = 10, .min_bps = 11, .max_bps = 12, .bearer_type = 2,
		.framing_type = 1, .called = text, .calling = text, .sub_address = text,
		.tx_speed = 100, .rx_speed = 200, .channel = 5, .initial_rx_confreq = text,
		.last_tx_confreq = text, .last_rx_confreq = text, .proxy_type = 2,
		.proxy_id = 77, .proxy_name = text, .proxy_challenge = text,
		.proxy_response = text, .errors = { 1, 2, 3, 4, 5, 6 }, .accm = { 1, 2 },
		.private_group = text,
	};
}

static void same(const struct l2tp_octets *o)
{
	assert_int_equal(o->len, text.len);
	assert_memory_equal(o->at, text.at, text.len);
}

static void every_avp_round_trips(void **state)
{
	struct l2tp_message in = full(), out;
	struct l2tp_hiding hiding = { .secret = secret, .vector = { 3, 1, 4 } };
	uint8_t buf[L2TP_CONTROL_MAX];

	(void)state;
	for (int hide = 0; hide < 2; hide++) {
		struct wr w = wr_to(buf, sizeof(buf)), scratch = wr_to(scratch_buf, sizeof(buf));

		l2tp_encode(&w, &in, hide ? &hiding : NULL);
		assert_false(w.bad);
		assert_int_equal(l2tp_decode(rd_of(buf, w.len), hide ? &secret : NULL, &scratch,
					     &out), 0);
		assert_int_equal(out.unread, 0);
		assert_true(out.have == in.have);
		assert_int_equal(out.result.error, 4);
		same(&out.result.text);
		same(&out.cause.text);
		same(&out.host_name);
		same(&out.called);
		same(&out.last_rx_confreq);
		same(&out.proxy_response);
		assert_true(out.tie_breaker == in.tie_breaker);
		assert_memory_equal(out.response, in.response, 16);
		assert_memory_equal(&out.errors, &in.errors, sizeof(in.errors));
		assert_memory_equal(&out.accm, &in.accm, sizeof(in.accm));
		assert_int_equal(out.serial, 10);
		assert_int_equal(out.rx_speed, 200);
		assert_int_equal(out.tx_speed, 100);
		assert_int_equal(out.proxy_id, 77);
	}
}

/* What is sent has the M and H bits that RFC 2661 section 4.4 gives it. */
static void bits_of_what_is_sent(void **state)
{
	struct l2tp_message in = full();
	struct l2tp_hiding hiding = { .secret = secret, .vector = { 3, 1, 4 } };
	uint8_t buf[L2TP_CONTROL_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	size_t at = 8, seen = 0;

	(void)state;
	l2tp_encode(&w, &in, &hiding);
	assert_memory_equal(buf, "\x80\x08\0\0\0\0\0\x0c", 8);
	assert_memory_equal(buf + 8, "\x80\x16\0\0\0\x24\3\1\4", 9);	/* Random Vector */
	for (at += 22; at < w.len; at += (buf[at] & 3) << 8 | buf[at + 1]) {
		size_t row = 0;

		while (row < N_RFC - 1 && rfc[row].attribute != buf[at + 5])
			row++;
		assert_int_equal(rfc[row].attribute, buf[at + 5]);
		assert_int_equal(!!(buf[at] & 0x80), rfc[row].mandatory);
		assert_int_equal(!!(buf[at] & 0x40), rfc[row].hideable);
		assert_int_equal(buf[at] & 0x3c, 0);
		seen++;
	}
	assert_int_equal(at, w.len);
	assert_int_equal(seen, N_RFC);
}

static void no_room_is_latched(void **state)
{
	struct l2tp_message in = full();
	struct l2tp_hiding hiding = { .secret = secret };
	uint8_t buf[L2TP_CONTROL_MAX];
	struct wr whole = wr_to(buf, sizeof(buf));

	(void)state;
	l2tp_encode(&whole, &in, &hiding);
	for (size_t cap = 0; cap < whole.len; cap++) {
		uint8_t *exact = malloc(cap ? cap : 1);
		struct wr w = wr_to(exact, cap);

		l2tp_encode(&w, &in, &hiding);
		assert_true(w.bad);
		free(exact);
	}
}

/* Whatever the octets are, the sanitizers have nothing to say. */
static void noise_is_survived(void **state)
{
	uint32_t x = 2463534242u;
	struct l2tp_message msg;
	struct text t;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		begin(&t, (uint16_t)(1 + round % 16));
		avp(&t, M, 0, L2TP_RANDOM_VECTOR, vector, 16);
		for (int n = 0; n < 60; n++) {
			x ^= x << 13, x ^= x >> 17, x ^= x << 5;
			/* Every other octet small, so that lengths and numbers come near to right. */
			wr_u8(&t.w, (uint8_t)(n % 2 ? x & 0x3f : n % 6 ? 0 : x & 0xc0));
		}
		decode(&t, &msg);
	}
}

static int setup(void **state)
{
	(void)state;
	return mschap_init();
}

static int teardown(void **state)
{
	(void)state;
	mschap_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_first_word),
		cmocka_unit_test(every_length_of_a_header),
		cmocka_unit_test(an_offset_past_the_end_is_refused),
		cmocka_unit_test(a_control_header_round_trips),
		cmocka_unit_test(every_length_of_every_avp),
		cmocka_unit_test(unknown_avps_are_taken_by_their_m_bit),
		cmocka_unit_test(the_type_comes_first),
		cmocka_unit_test(unknown_types_say_whether_they_matter),
		cmocka_unit_test(lengths_that_leave_the_message),
		cmocka_unit_test(what_must_be_there),
		cmocka_unit_test(zero_is_no_id),
		cmocka_unit_test(the_first_of_two_counts),
		cmocka_unit_test(result_codes),
		cmocka_unit_test(hidden_values_are_read),
		cmocka_unit_test(hidden_values_need_their_vector),
		cmocka_unit_test(without_a_secret_they_are_left_unread),
		cmocka_unit_test(every_avp_hidden),
		cmocka_unit_test(every_inner_length),
		cmocka_unit_test(hiding_agrees_with_the_vectors),
		cmocka_unit_test(a_value_too_long_to_hide_is_latched),
		cmocka_unit_test(challenges_are_answered),
		cmocka_unit_test(every_avp_round_trips),
		cmocka_unit_test(bits_of_what_is_sent),
		cmocka_unit_test(no_room_is_latched),
		cmocka_unit_test(noise_is_survived),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
