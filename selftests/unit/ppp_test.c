// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A link against itself: frozen records that were tampered with, and packets that nobody would
 * send. Scenarios are in ../replay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/ppp.h"
#include "wire/mschap.h"
#include "wire/ppp.h"

#define RECORD_MAX PPP_FROZEN_MAX

static struct loop *loop;
static struct ppp *ppp;
static struct auth_request asked;
static bool is_asked, encrypted, over;
static unsigned int net;
static uint8_t last[PPP_PACKET_MAX];	/* the last packet that came out */
static size_t last_len;
static uint16_t last_protocol;

static void op_tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	(void)ctx;
	assert_false(over);
	assert_true(len <= sizeof(last));
	last_protocol = protocol;
	last_len = len;
	memcpy(last, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	while (len--)
		((uint8_t *)buf)[len] = rand();
}

static void op_auth_ask(void *ctx, const struct auth_request *req)
{
	(void)ctx;
	asked = *req;
	is_asked = true;
}

static void op_auth_forget(void *ctx)
{
	(void)ctx;
	is_asked = false;
}

static void op_link_up(void *ctx, bool acfc, bool pfc, uint16_t mru)
{
	(void)ctx;
	(void)acfc;
	(void)pfc;
	assert_true(mru >= PPP_MRU_MIN);
}

static void op_mppe_up(void *ctx, const struct ppp_mppe_keys *keys)
{
	(void)ctx;
	assert_true(keys->strength);
	encrypted = true;
}

static void op_mppe_flush(void *ctx)
{
	(void)ctx;
}

static void op_net(void *ctx, unsigned int open)
{
	(void)ctx;
	assert_false(over);
	assert_true(!open || encrypted);
	net = open;
}

static void op_authenticated(void *ctx, const char *user, enum auth_method method,
			     const struct auth_reply *reply)
{
	(void)ctx;
	(void)user;
	(void)method;
	(void)reply;
}

static void op_down(void *ctx, const char *why)
{
	(void)ctx;
	assert_false(over);
	assert_true(why[0]);
	over = true;
}

static struct log_about op_about(void *ctx)
{
	(void)ctx;
	return (struct log_about){ 0 };
}

static const struct ppp_ops ops = {
	.tx = op_tx, .random = op_random, .auth_ask = op_auth_ask, .auth_forget = op_auth_forget,
	.link_up = op_link_up, .mppe_up = op_mppe_up, .mppe_flush = op_mppe_flush, .net = op_net,
	.authenticated = op_authenticated, .down = op_down, .about = op_about,
};

static struct ppp_config config(void)
{
	return (struct ppp_config){
		.mru = 1400,
		.auth_methods = AUTH_MSCHAPV2,
		.mppe = PPP_MPPE_REQUIRED,
		.mppe_strengths = PPP_MPPE_128,
		.mppe_mode = PPP_MPPE_ANY,
		.ipv4 = true,
		.ipv6 = true,
		.local = addr_v4(0x0a090001),
		.local_ifid = { 1 },
		.peer_ifid = { 2 },
		.restart_ms = 3000,
		.max_configure = 10,
		.max_terminate = 2,
		.max_failure = 5,
		.echo_interval_ms = 30000,
		.echo_failures = 3,
		.auth_tries = 3,
		.setup_timeout_ms = 60000,
		.name = "gw",
	};
}

static void rx(uint16_t protocol, const void *data, size_t len)
{
	uint8_t *exact = calloc(1, len ? len : 1);

	memcpy(exact, data, len);
	ppp_rx(ppp, protocol, exact, len);
	free(exact);
}

/* Acknowledge the request that came out last, and make the same kind of request ourselves. */
static void agree(uint16_t protocol, const void *request, size_t len)
{
	uint8_t ack[PPP_PACKET_MAX];

	memcpy(ack, last, last_len);
	ack[0] = PPP_CONF_ACK;
	rx(protocol, ack, last_len);
	rx(protocol, request, len);
}

static void log_in(void)
{
	struct auth_reply reply = { .result = AUTH_OK,
				    .address = addr_v4(0x0a090002),
				    .keys = { .have128 = true } };
	uint8_t response[4 + 1 + MSCHAP_RESPONSE_LEN + 5] = { 2, last[1], 0, sizeof(response),
							      MSCHAP_RESPONSE_LEN };

	memcpy(response + sizeof(response) - 5, "alice", 5);
	rx(PPP_CHAP, response, sizeof(response));
	assert_true(is_asked);
	assert_string_equal(asked.user, "alice");
	ppp_auth_reply(ppp, &reply);
}

static void new_link(void)
{
	struct ppp_config cfg = config();

	is_asked = encrypted = over = false;
	net = 0;
	ppp = ppp_new(loop, &cfg, &ops, NULL);
	assert_non_null(ppp);
	ppp_start(ppp);
}

static void bring_up(void)
{
	static const uint8_t lcp[] = { 1, 1, 0, 10, 5, 6, 1, 2, 3, 4 };
	static const uint8_t ccp[] = { 1, 1, 0, 10, 18, 6, 1, 0, 0, 0x40 };
	static const uint8_t ipcp[] = { 1, 1, 0, 10, 3, 6, 10, 9, 0, 2 };
	static const uint8_t ipv6cp[] = { 1, 1, 0, 14, 1, 10, 2, 0, 0, 0, 0, 0, 0, 0 };

	new_link();
	agree(PPP_LCP, lcp, sizeof(lcp));
	log_in();
	assert_int_equal(last_protocol, PPP_CCP);
	agree(PPP_CCP, ccp, sizeof(ccp));
	assert_int_equal(last_protocol, PPP_IPV6CP);
	agree(PPP_IPV6CP, ipv6cp, sizeof(ipv6cp));
	assert_int_equal(net, PPP_NET_IPV6);
	memcpy(last, (const uint8_t[]){ 1, 1, 0, 10, 3, 6, 10, 9, 0, 1 }, 10);
	last_len = 10;
	agree(PPP_IPCP, ipcp, sizeof(ipcp));
	assert_int_equal(net, PPP_NET_IPV4 | PPP_NET_IPV6);
}

static size_t frozen(uint8_t record[RECORD_MAX])
{
	struct wr w = wr_to(record, RECORD_MAX);

	bring_up();
	assert_true(ppp_can_freeze(ppp));
	ppp_freeze(ppp, &w);
	assert_false(w.bad);
	ppp_free(ppp);
	return w.len;
}

static struct ppp *thaw(const uint8_t *record, size_t len, const struct ppp_config *cfg)
{
	uint8_t *exact = calloc(1, len ? len : 1);
	struct rd r = rd_of(exact, len);
	struct ppp *p;

	memcpy(exact, record, len);
	p = ppp_thaw(loop, cfg, &ops, NULL, &r);
	free(exact);
	return p;
}

static void thaw_good(void **state)
{
	struct ppp_config cfg = config();
	uint8_t record[RECORD_MAX];
	size_t len = frozen(record);
	struct ppp_info info;

	(void)state;
	ppp = thaw(record, len, &cfg);
	assert_non_null(ppp);
	ppp_get_info(ppp, &info);
	assert_string_equal(info.user, "alice");
	assert_string_equal(info.phase, "up");
	assert_int_equal(info.net, 3);
	assert_int_equal(info.mppe_strength, PPP_MPPE_128);
	assert_int_equal(addr_v4_host(&info.peer), 0x0a090002);
	assert_int_equal(info.up_since_ms, loop_now_ms(loop));
	ppp_free(ppp);
}

static void thaw_truncated(void **state)
{
	struct ppp_config cfg = config();
	uint8_t record[RECORD_MAX];
	size_t i, len = frozen(record);

	(void)state;
	for (i = 0; i < len; i++)
		assert_null(thaw(record, i, &cfg));
}

/*
 * Whatever is flipped: no crash, and never a link that is open without the encryption that is
 * required.
 */
static void thaw_flipped(void **state)
{
	struct ppp_config cfg = config();
	uint8_t record[RECORD_MAX];
	size_t bit, len = frozen(record);
	struct ppp_info info;
	struct ppp *p;

	(void)state;
	for (bit = 0; bit < len * 8; bit++) {
		record[bit / 8] ^= 1 << bit % 8;
		p = thaw(record, len, &cfg);
		record[bit / 8] ^= 1 << bit % 8;
		if (!p)
			continue;
		ppp_get_info(p, &info);
		assert_true(info.net && !(info.net & ~3U));
		assert_int_equal(info.mppe_strength, PPP_MPPE_128);
		ppp_free(p);
	}
	for (bit = 0; bit < 5 * 8; bit++) {	/* version, net, wanted, failed, method */
		record[bit / 8] ^= 1 << bit % 8;
		p = thaw(record, len, &cfg);
		record[bit / 8] ^= 1 << bit % 8;
		/* "failed" is the one of them of which another value is as good. */
		assert_true(!p || bit / 8 == 3);
		ppp_free(p);
	}
}

/* The configuration changed in between: what it forbids now is not taken up. */
static void thaw_forbidden(void **state)
{
	struct ppp_config cfg = config();
	uint8_t record[RECORD_MAX];
	size_t len = frozen(record);

	(void)state;
	cfg.ipv6 = false;
	assert_null(thaw(record, len, &cfg));
}

static void thaw_future(void **state)
{
	struct ppp_config cfg = config();
	uint8_t record[RECORD_MAX];
	size_t len = frozen(record);

	(void)state;
	record[6] = 1;	/* up since a time to come */
	assert_null(thaw(record, len, &cfg));
}

static uint16_t random_protocol(void)
{
	static const uint16_t known[] = { PPP_LCP,  PPP_LCP,	PPP_CHAP, PPP_PAP, PPP_CCP,
					  PPP_IPCP, PPP_IPV6CP, PPP_IPV4, 0x8235 };
	unsigned int i = rand() % (sizeof(known) / sizeof(known[0]) + 1);

	return i < sizeof(known) / sizeof(known[0]) ? known[i] : rand();
}

/* A packet that looks like one, with lengths that are nearly right. */
static size_t random_packet(uint8_t buf[64])
{
	size_t i, len = rand() % 48;

	for (i = 0; i < 64; i++)
		buf[i] = rand() % 4 ? rand() % 8 : rand();
	buf[0] = rand() % 16;
	buf[2] = 0;
	buf[3] = rand() % 8 ? len : (size_t)rand() % 64;
	for (i = 4; i + 2 < len && rand() % 8; i += buf[i + 1])
		buf[i + 1] = 2 + rand() % 8;
	return len;
}

/* With a fixed seed: the assertions of the ops hold whatever comes in, at any stage. */
static void random_packets(void **state)
{
	uint8_t buf[64];
	int round, i;

	(void)state;
	srand(1661);
	for (round = 0; round < 2000; round++) {
		if (round % 2)
			bring_up();
		else
			new_link();
		for (i = 0; i < 60 && !over; i++) {
			size_t len = random_packet(buf);

			rx(random_protocol(), buf, len);
			if (!over && rand() % 10 == 0)
				loop_virtual_advance(loop, rand() % 5000);
		}
		ppp_free(ppp);
	}
}

static int setup(void **state)
{
	(void)state;
	loop = loop_new_virtual(1000000);
	return !loop || mschap_init();
}

static int teardown(void **state)
{
	(void)state;
	loop_free(loop);
	mschap_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thaw_good),
		cmocka_unit_test(thaw_truncated),
		cmocka_unit_test(thaw_flipped),
		cmocka_unit_test(thaw_forbidden),
		cmocka_unit_test(thaw_future),
		cmocka_unit_test(random_packets),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
