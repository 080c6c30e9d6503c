// SPDX-License-Identifier: GPL-2.0-or-later
/* The vectors of RFC 2433 section B.2, RFC 2759 section 9.2 and RFC 3079 sections 2.5 and 3.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "proto/auth.h"
#include "wire/mschap.h"
#include "wire/utf16.h"

static const uint8_t auth_challenge[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
					    0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
static const uint8_t peer_challenge[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
					    0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e };
static const uint8_t nt_response[24] = { 0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e,
					 0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83, 0x54,
					 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf };
static const uint8_t hash[16] = { 0x44, 0xeb, 0xba, 0x8d, 0x53, 0x12, 0xb8, 0xd6,
				  0x11, 0x47, 0x44, 0x11, 0xf5, 0x69, 0x89, 0xae };
static const uint8_t hash_hash[16] = { 0x41, 0xc0, 0x0c, 0x58, 0x4b, 0xd2, 0xd9, 0x1c,
				       0x40, 0x17, 0xa2, 0xa1, 0x2f, 0xa5, 0x9f, 0x3f };

static int init(void **state)
{
	(void)state;
	return mschap_init();
}

static int fini(void **state)
{
	(void)state;
	mschap_fini();
	return 0;
}

static void nt_hash(void **state)
{
	uint8_t out[16], out2[16];

	(void)state;
	assert_int_equal(mschap_nt_hash("clientPass", out), 0);
	assert_memory_equal(out, hash, 16);
	assert_int_equal(mschap_hash_hash(out, out2), 0);
	assert_memory_equal(out2, hash_hash, 16);
}

static void nt_hash_limits(void **state)
{
	char long_password[258];
	uint8_t out[16];

	(void)state;
	memset(long_password, 'x', sizeof(long_password));
	long_password[257] = 0;
	assert_int_equal(mschap_nt_hash(long_password, out), -E2BIG);
	long_password[256] = 0;
	assert_int_equal(mschap_nt_hash(long_password, out), 0);
	assert_int_equal(mschap_nt_hash("", out), 0);
	assert_int_equal(mschap_nt_hash("caf\xe9", out), -EILSEQ);
}

/* RFC 3079 section 2.5.1. */
static void lm_hash(void **state)
{
	static const uint8_t want[16] = { 0x76, 0xa1, 0x52, 0x93, 0x60, 0x96, 0xd7, 0x83,
					  0x0e, 0x23, 0x90, 0x22, 0x74, 0x04, 0xaf, 0xd2 };
	uint8_t out[16];

	(void)state;
	assert_int_equal(mschap_lm_hash("clientPass", out), 0);
	assert_memory_equal(out, want, 16);
	assert_int_equal(mschap_lm_hash("CLIENTpASS", out), 0);
	assert_memory_equal(out, want, 16);
}

/* RFC 2433 section B.2. */
static void v1_response(void **state)
{
	static const uint8_t challenge[8] = { 0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41 };
	static const uint8_t want[24] = { 0x4e, 0x9d, 0x3c, 0x8f, 0x9c, 0xfd, 0x38, 0x5d,
					  0x5b, 0xf4, 0xd3, 0x24, 0x67, 0x91, 0x95, 0x6c,
					  0xa4, 0xc3, 0x51, 0xab, 0x40, 0x9a, 0x3d, 0x61 };
	uint8_t nt[16], out[24];

	(void)state;
	assert_int_equal(mschap_nt_hash("MyPw", nt), 0);
	assert_int_equal(mschap_challenge_response(challenge, nt, out), 0);
	assert_memory_equal(out, want, 24);
}

/* RFC 3079 section 2.5.3, step 3. */
static void v1_start_key128(void **state)
{
	static const uint8_t challenge[8] = { 0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41 };
	static const uint8_t want[16] = { 0xa8, 0x94, 0x78, 0x50, 0xcf, 0xc0, 0xac, 0xc1,
					  0xd1, 0x78, 0x9f, 0xb6, 0x2d, 0xdc, 0xdd, 0xb0 };
	uint8_t out[16];

	(void)state;
	assert_int_equal(mschap_start_key128(challenge, hash_hash, out), 0);
	/* Step 3 of the RFC prints ca where step 4 has c1; only c1 leads to the key of step 5. */
	assert_memory_equal(out, want, 16);
}

static void v2_response(void **state)
{
	static const uint8_t want[8] = { 0xd0, 0x2e, 0x43, 0x86, 0xbc, 0xe9, 0x12, 0x26 };
	char success[MSCHAPV2_SUCCESS_CAP];
	uint8_t challenge[8], out[24];

	(void)state;
	assert_int_equal(mschapv2_challenge_hash(peer_challenge, auth_challenge, "User", challenge),
			 0);
	assert_memory_equal(challenge, want, 8);
	assert_int_equal(mschap_challenge_response(challenge, hash, out), 0);
	assert_memory_equal(out, nt_response, 24);
	assert_int_equal(mschapv2_success(hash_hash, nt_response, challenge, success), 0);
	assert_string_equal(success, "S=407A5589115FD0D6209F510FE9C04566932CDA56");
}

/* RFC 3079 section 3.5 has the server's send key; the other was computed by another implementation.
 */
static void v2_start_keys(void **state)
{
	static const uint8_t want[16] = { 0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99, 0x3a, 0x1b,
					  0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb };
	static const uint8_t want_rx[16] = { 0xd5, 0xf0, 0xe9, 0x52, 0x1e, 0x3e, 0xa9, 0x58,
					     0x96, 0x45, 0xe8, 0x60, 0x51, 0xc8, 0x22, 0x26 };
	uint8_t tx[16], rx[16];

	(void)state;
	assert_int_equal(mschapv2_start_keys(hash_hash, nt_response, tx, rx), 0);
	assert_memory_equal(tx, want, 16);
	assert_memory_equal(rx, want_rx, 16);
}

static struct auth_request v2_request(const char *user)
{
	struct auth_request req = { .method = AUTH_MSCHAPV2,
				    .challenge_len = 16,
				    .response_len = 49 };

	snprintf(req.user, sizeof(req.user), "%s", user);
	memcpy(req.challenge, auth_challenge, 16);
	memcpy(req.response, peer_challenge, 16);
	memcpy(req.response + 24, nt_response, 24);
	return req;
}

static void verify_v2(void **state)
{
	struct auth_request req = v2_request("User");
	struct auth_reply reply = { 0 };

	(void)state;
	auth_verify_password(&req, "clientPass", &reply);
	assert_int_equal(reply.result, AUTH_OK);
	assert_string_equal(reply.mschap_success, "S=407A5589115FD0D6209F510FE9C04566932CDA56");
	assert_true(reply.keys.have40 && reply.keys.have128);
	assert_memory_equal(reply.keys.tx40, reply.keys.tx128, 8);
	req = v2_request("CORP\\User");
	auth_verify_password(&req, "clientPass", &reply);
	assert_int_equal(reply.result, AUTH_OK);
}

static void verify_v2_refused(void **state)
{
	struct auth_request req = v2_request("User");
	struct auth_reply reply = { 0 };
	static const struct auth_keys none;

	(void)state;
	auth_verify_password(&req, "clientpass", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	assert_memory_equal(&reply.keys, &none, sizeof(none));
	assert_string_equal(reply.mschap_success, "");
	req = v2_request("user");
	auth_verify_password(&req, "clientPass", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	req = v2_request("User");
	req.response_len = 48;
	auth_verify_password(&req, "clientPass", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	req = v2_request("User");
	req.response[24 + 23] ^= 1;
	auth_verify_password(&req, "clientPass", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	req = v2_request("User");
	auth_verify_password(&req, "caf\xe9", &reply);
	assert_int_equal(reply.result, AUTH_UNAVAILABLE);
}

static void verify_pap(void **state)
{
	struct auth_request req = { .method = AUTH_PAP, .user = "alice", .password = "secret" };
	struct auth_reply reply = { 0 };

	(void)state;
	auth_verify_password(&req, "secret", &reply);
	assert_int_equal(reply.result, AUTH_OK);
	assert_false(reply.keys.have40 || reply.keys.have128);
	auth_verify_password(&req, "secre", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	auth_verify_password(&req, "secret ", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	auth_verify_password(&req, "", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
}

/* MD5("\x01" "secret" "0123456789abcdef"), computed by another implementation. */
static void verify_chap(void **state)
{
	static const uint8_t want[16] = { 0x11, 0x66, 0xc5, 0xa4, 0xd6, 0x53, 0xb5, 0xf4,
					  0x1c, 0xc0, 0x43, 0x15, 0x12, 0xa9, 0x1a, 0x1c };
	struct auth_request req = { .method = AUTH_CHAP_MD5, .chap_id = 1, .challenge_len = 16,
				    .challenge = "0123456789abcdef", .response_len = 16 };
	struct auth_reply reply = { 0 };

	(void)state;
	memcpy(req.response, want, 16);
	auth_verify_password(&req, "secret", &reply);
	assert_int_equal(reply.result, AUTH_OK);
	req.chap_id = 2;
	auth_verify_password(&req, "secret", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
	req.chap_id = 1;
	req.response_len = 15;
	auth_verify_password(&req, "secret", &reply);
	assert_int_equal(reply.result, AUTH_WRONG_PASSWORD);
}

static void utf16(void **state)
{
	static const struct {
		const char *in;
		int len;
		uint8_t out[8];
	} good[] = {
		{ "", 0, { 0 } },
		{ "A", 2, { 0x41, 0 } },
		{ "\xc3\xa9", 2, { 0xe9, 0 } },
		{ "\xe2\x82\xac", 2, { 0xac, 0x20 } },
		{ "\xf0\x9f\x94\x91", 4, { 0x3d, 0xd8, 0x11, 0xdd } },
		{ "\xf4\x8f\xbf\xbf", 4, { 0xff, 0xdb, 0xff, 0xdf } },
		{ "\xef\xbf\xbf", 2, { 0xff, 0xff } },
	};
	uint8_t out[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(utf16le_from_utf8(good[i].in, out, sizeof(out)), good[i].len);
		assert_memory_equal(out, good[i].out, good[i].len);
	}
}

static void utf16_refused(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xc3",
		"\xc3"
		"A",
		"\xe2\x82",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xff",
		"A\xfe",
	};
	uint8_t out[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf16le_from_utf8(bad[i], out, sizeof(out)), -EILSEQ);
	assert_int_equal(utf16le_from_utf8("abcde", out, sizeof(out)), -ENOSPC);
	assert_int_equal(utf16le_from_utf8("abc\xf0\x9f\x94\x91", out, sizeof(out)), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nt_hash),
		cmocka_unit_test(nt_hash_limits),
		cmocka_unit_test(lm_hash),
		cmocka_unit_test(v1_response),
		cmocka_unit_test(v1_start_key128),
		cmocka_unit_test(v2_response),
		cmocka_unit_test(v2_start_keys),
		cmocka_unit_test(verify_v2),
		cmocka_unit_test(verify_v2_refused),
		cmocka_unit_test(verify_pap),
		cmocka_unit_test(verify_chap),
		cmocka_unit_test(utf16),
		cmocka_unit_test(utf16_refused),
	};

	return cmocka_run_group_tests(tests, init, fini);
}
