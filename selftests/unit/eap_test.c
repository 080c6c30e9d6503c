// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP packets, and EAP-MSCHAPv2 from both sides: that they agree on the MSK, what a wrong password or a gateway that
 * does not know it comes to, and what stands in no order.
 */
#include "ike_test.h"

#include "proto/eap_mschapv2.h"

static const uint8_t auth_challenge[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e, 0x3c, 0x2c, 0x60, 0x21,
					    0x32, 0x26, 0x26, 0x28 };
static const uint8_t peer_challenge[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a, 0x28, 0x29, 0x5f, 0x2b,
					    0x3a, 0x33, 0x7c, 0x7e };

/* --- packets --- */

static void every_length_of_a_packet(void **state)
{
	uint8_t data[12] = { EAP_REQUEST, 7, 0, 0, EAP_IDENTITY };
	struct eap_packet p;

	(void)state;
	for (unsigned int code = 0; code < 8; code++) {
		for (uint8_t length = 0; length < 14; length++) {
			for (size_t size = 0; size <= sizeof(data); size++) {
				bool bare = code == EAP_SUCCESS || code == EAP_FAILURE;
				bool right = code >= 1 && code <= 4 && size >= 4 && length <= size && length >= (bare ?
														 4 : 5);

				data[0] = (uint8_t)code;
				data[3] = length;
				assert_int_equal(eap_parse(&p, data, size), right ? 0 : -EBADMSG);
				if (right && !bare)
					assert_int_equal(p.data.left, length - 5);
			}
		}
	}
	data[0] = EAP_REQUEST;
	data[3] = 5;
	data[4] = 0;
	assert_int_equal(eap_parse(&p, data, 5), -EBADMSG);
}

static int method_parse(struct eap_mschapv2 *m, const uint8_t *data, size_t len, bool request)
{
	uint8_t *exact = malloc(len + 1);
	int err;

	memcpy(exact, data, len);
	err = eap_mschapv2_parse(m, rd_of(exact, len), request);
	free(exact);
	return err;
}

static void every_length_of_the_method(void **state)
{
	uint8_t data[80] = { EAP_MSCHAPV2_CHALLENGE, 1 };
	struct eap_mschapv2 m;

	(void)state;
	for (unsigned int ms = 0; ms < 90; ms++) {
		for (size_t len = 0; len <= sizeof(data); len++) {
			data[3] = (uint8_t)ms;
			data[0] = EAP_MSCHAPV2_CHALLENGE;
			data[4] = 16;
			assert_int_equal(method_parse(&m, data, len, true), len >= 21 && ms >= 4 && ms <= len ? 0 :
					 -EBADMSG);
			data[0] = EAP_MSCHAPV2_RESPONSE;
			data[4] = 49;
			assert_int_equal(method_parse(&m, data, len, false), len >= 54 && ms >= 4 && ms <= len ? 0 :
					 -EBADMSG);
			data[0] = EAP_MSCHAPV2_SUCCESS;
			assert_int_equal(method_parse(&m, data, len, true), len >= 4 && ms >= 4 && ms <= len ? 0 :
					 -EBADMSG);
			assert_int_equal(method_parse(&m, data, len, false), len ? 0 : -EBADMSG);
		}
	}
	/* Value sizes that are none. */
	data[3] = 60;
	for (unsigned int size = 0; size < 256; size++) {
		data[4] = (uint8_t)size;
		data[0] = EAP_MSCHAPV2_CHALLENGE;
		assert_int_equal(method_parse(&m, data, 80, true), size == 16 ? 0 : -EBADMSG);
		data[0] = EAP_MSCHAPV2_RESPONSE;
		assert_int_equal(method_parse(&m, data, 80, false), size == 49 ? 0 : -EBADMSG);
	}
}

/* --- both sides --- */

struct both {
	struct eap_server server;
	struct eap_peer peer;
	uint8_t to_peer[EAP_PACKET_MAX], to_server[EAP_PACKET_MAX];
	size_t to_peer_len, to_server_len;
	enum eap_outcome server_says, peer_says;
	unsigned int asked;
};

static void server_takes(struct both *b, const char *password)
{
	struct wr w = wr_to(b->to_peer, sizeof(b->to_peer));

	b->server_says = eap_server_rx(&b->server, b->to_server, b->to_server_len, "gw", &w);
	if (b->server_says == EAP_ASK) {
		b->asked++;
		b->server_says = eap_server_password(&b->server, password, &w);
	}
	assert_false(w.bad);
	b->to_peer_len = w.len;
}

static void peer_takes(struct both *b, const char *user, const char *password)
{
	struct wr w = wr_to(b->to_server, sizeof(b->to_server));

	b->peer_says = eap_peer_rx(&b->peer, b->to_peer, b->to_peer_len, user, password, &w);
	assert_false(w.bad);
	b->to_server_len = w.len;
}

static void begin(struct both *b)
{
	struct wr w = wr_to(b->to_peer, sizeof(b->to_peer));

	memset(b, 0, sizeof(*b));
	eap_server_start(&b->server, 200, auth_challenge, &w);
	b->to_peer_len = w.len;
	eap_peer_start(&b->peer, peer_challenge);
}

static void run(struct both *b, const char *user, const char *password, const char *known)
{
	begin(b);
	for (unsigned int i = 0; i < 10; i++) {
		peer_takes(b, user, password);
		if (!b->to_server_len)
			return;
		server_takes(b, known);
		if (!b->to_peer_len)
			return;
	}
	fail_msg("no end");
}

static void they_agree(void **state)
{
	static const uint8_t zeros[32];
	struct both b;

	(void)state;
	run(&b, "User", "clientPass", "clientPass");
	assert_int_equal(b.server_says, EAP_DONE);
	assert_int_equal(b.peer_says, EAP_DONE);
	assert_int_equal(b.asked, 1);
	assert_string_equal(b.server.user, "User");
	assert_string_equal(b.server.identity, "User");
	assert_memory_equal(b.server.msk, b.peer.msk, EAP_MSK_LEN);
	/* RFC 2759 section 9.2's response; RFC 3079 section 3.5.3's send key of 128 bits, from the server. */
	assert_hex(b.peer.nt_response, 24, "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
	assert_hex(b.server.msk + 16, 16, "8b7cdc149b993a1ba118cb153f56dccb");
	assert_memory_equal(b.server.msk + 32, zeros, 32);
	/* A domain in front is not part of the computation. */
	run(&b, "DOMAIN\\User", "clientPass", "clientPass");
	assert_int_equal(b.server_says, EAP_DONE);
	assert_string_equal(b.server.user, "DOMAIN\\User");
}

static void a_wrong_password(void **state)
{
	struct both b;

	(void)state;
	run(&b, "User", "clientPass", "other");
	assert_int_equal(b.server_says, EAP_REFUSED);
	assert_non_null(strstr(b.server.why, "wrong password, or no such user: User"));
	assert_int_equal(b.peer_says, EAP_IGNORED);	/* the EAP-Failure behind its own end */
	assert_non_null(strstr(b.peer.why, "E=691"));
	run(&b, "User", "clientPass", NULL);
	assert_int_equal(b.server_says, EAP_REFUSED);
	run(&b, "User", "", NULL);
	assert_int_equal(b.server_says, EAP_REFUSED);
}

/* The gateway has to know the password as well: each digit of its proof counts. */
static void a_gateway_that_does_not_know_it(void **state)
{
	struct both b;

	(void)state;
	for (size_t i = 0; i < 42; i++) {
		begin(&b);
		for (unsigned int j = 0; j < 2; j++) {
			peer_takes(&b, "User", "clientPass");
			server_takes(&b, "clientPass");
		}
		assert_memory_equal(b.to_peer + 9, "S=407A5589115FD0D6209F510FE9C04566932CDA56", 42);
		b.to_peer[9 + i] ^= 1;
		peer_takes(&b, "User", "clientPass");
		assert_int_equal(b.peer_says, EAP_REFUSED);
		assert_int_equal(b.to_server_len, 0);
	}
	/* Success without a proof. */
	begin(&b);
	peer_takes(&b, "User", "clientPass");
	memcpy(b.to_peer, (uint8_t[]){ EAP_SUCCESS, 200, 0, 4 }, 4);
	b.to_peer_len = 4;
	peer_takes(&b, "User", "clientPass");
	assert_int_equal(b.peer_says, EAP_REFUSED);
	assert_non_null(strstr(b.peer.why, "has proved nothing"));
}

/* Another method is asked for: EAP-MSCHAPv2 is asked for instead; the gateway has nothing else and ends. */
static void another_method(void **state)
{
	struct both b;

	(void)state;
	begin(&b);
	memcpy(b.to_peer, (uint8_t[]){ EAP_REQUEST, 200, 0, 6, EAP_TLS, 0x20 }, 6);
	b.to_peer_len = 6;
	peer_takes(&b, "User", "clientPass");
	assert_int_equal(b.peer_says, EAP_SEND);
	assert_hex(b.to_server, b.to_server_len, "02c8 0006 03 1a");
	begin(&b);
	peer_takes(&b, "User", "clientPass");
	server_takes(&b, "clientPass");
	memcpy(b.to_server, (uint8_t[]){ EAP_RESPONSE, 201, 0, 6, EAP_NAK, EAP_TLS }, 6);
	b.to_server_len = 6;
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_REFUSED);
	assert_hex(b.to_peer, b.to_peer_len, "04c9 0004");
}

/* What is no answer to what was asked changes nothing. */
static void what_stands_in_no_order(void **state)
{
	struct eap_server before;
	struct both b;

	(void)state;
	begin(&b);
	peer_takes(&b, "User", "clientPass");
	server_takes(&b, "clientPass");
	peer_takes(&b, "User", "clientPass");
	before = b.server;
	b.to_server[1]--;	/* of an earlier request */
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_IGNORED);
	b.to_server[1]++;
	b.to_server[0] = EAP_REQUEST;
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_IGNORED);
	b.to_server[0] = EAP_RESPONSE;
	assert_memory_equal(&before, &b.server, sizeof(before));
	assert_int_equal(eap_server_password(&b.server, "clientPass", NULL), EAP_IGNORED);
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_SEND);
	/* The same response once more, where the peer should say that it believes us. */
	b.to_server[1]++;
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_REFUSED);
}

static void names_that_are_none(void **state)
{
	struct both b;

	(void)state;
	begin(&b);
	peer_takes(&b, "Us\x01r", "clientPass");
	b.to_server[7] = 0;
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_REFUSED);
	begin(&b);
	memset(b.to_server, 'a', 300);
	memcpy(b.to_server, (uint8_t[]){ EAP_RESPONSE, 200, 1, 3, EAP_IDENTITY }, 5);	/* 254 octets of name */
	b.to_server_len = 259;
	server_takes(&b, "clientPass");
	assert_int_equal(b.server_says, EAP_REFUSED);
}

static void a_password_that_is_not_utf8(void **state)
{
	struct both b;

	(void)state;
	run(&b, "User", "\xff\xfe", "clientPass");
	assert_int_equal(b.peer_says, EAP_REFUSED);
	assert_non_null(strstr(b.peer.why, "UTF-8"));
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
		cmocka_unit_test(every_length_of_a_packet),
		cmocka_unit_test(every_length_of_the_method),
		cmocka_unit_test(they_agree),
		cmocka_unit_test(a_wrong_password),
		cmocka_unit_test(a_gateway_that_does_not_know_it),
		cmocka_unit_test(another_method),
		cmocka_unit_test(what_stands_in_no_order),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(a_password_that_is_not_utf8),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
