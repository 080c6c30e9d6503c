// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPP client of ours at a server of ours, over a line that loses packets: every method, every kind
 * of encryption, that both have the same keys, and what becomes of a wrong password.
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

#define DELAY_MS	15
#define FLYING_MAX	256

struct side {
	struct ppp *ppp;
	struct side *other;
	struct ppp_mppe_keys keys;
	unsigned int net;
	bool encrypted, down;
};

struct packet {
	struct side *to;
	uint64_t due_ms;
	uint16_t protocol;
	uint8_t data[1500];
	size_t len;
};

static struct {
	struct loop *loop;
	struct loop_timer arrival, answer;
	struct side client, server;
	struct packet flying[FLYING_MAX];
	unsigned int n_flying, loss;
	uint32_t seed;
	struct auth_request request;
	const char *password;	/* as the server knows it */
} line;

static uint32_t dice(uint32_t sides)
{
	line.seed ^= line.seed << 13;
	line.seed ^= line.seed >> 17;
	line.seed ^= line.seed << 5;
	return line.seed % sides;
}

static void arrive(void *arg)
{
	(void)arg;
	while (line.n_flying && line.flying[0].due_ms <= loop_now_ms(line.loop)) {
		struct packet p = line.flying[0];

		memmove(line.flying, line.flying + 1, --line.n_flying * sizeof(p));
		ppp_rx(p.to->ppp, p.protocol, p.data, p.len);
	}
	if (line.n_flying)
		loop_timer_start(&line.arrival, 1);
}

static void op_tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	struct side *s = ctx;
	struct packet *p = &line.flying[line.n_flying];

	assert_false(s->down);
	if (dice(100) < line.loss)
		return;
	assert_true(++line.n_flying < FLYING_MAX && len <= sizeof(p->data));
	*p = (struct packet){ .to = s->other, .due_ms = loop_now_ms(line.loop) + DELAY_MS,
			      .protocol = protocol, .len = len };
	memcpy(p->data, data, len);
	if (!line.arrival.pending)
		loop_timer_start(&line.arrival, 1);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	while (len--)
		((uint8_t *)buf)[len] = (uint8_t)dice(256);
}

static void answer(void *arg)
{
	struct auth_reply reply = { .dns = { addr_v4(0x0a090035), addr_v4(0x0a090036) } };

	(void)arg;
	auth_verify_password(&line.request, line.password, &reply);
	reply.address = addr_v4(0x0a090007);
	ppp_auth_reply(line.server.ppp, &reply);
}

static void op_auth_ask(void *ctx, const struct auth_request *req)
{
	assert_ptr_equal(ctx, &line.server);
	assert_string_equal(req->user, "DOMAIN\\alice");
	line.request = *req;
	loop_timer_start(&line.answer, 5);
}

static void op_auth_forget(void *ctx)
{
	(void)ctx;
	loop_timer_stop(&line.answer);
}

static void op_password(void *ctx, char password[AUTH_PASSWORD_MAX + 1])
{
	assert_ptr_equal(ctx, &line.client);
	strcpy(password, "p\xc3\xa4ssword");
}

static void op_link_up(void *ctx, bool acfc, bool pfc, uint16_t mru)
{
	(void)ctx;
	(void)acfc;
	(void)pfc;
	(void)mru;
}

static void op_mppe_up(void *ctx, const struct ppp_mppe_keys *keys)
{
	struct side *s = ctx;

	s->keys = *keys;
	s->encrypted = true;
}

static void op_mppe_flush(void *ctx)
{
	(void)ctx;
}

static void op_net(void *ctx, unsigned int open)
{
	((struct side *)ctx)->net = open;
}

static void op_authenticated(void *ctx, const char *user, enum auth_method method,
			     const struct auth_reply *reply)
{
	assert_ptr_equal(ctx, &line.server);
	(void)user;
	(void)method;
	(void)reply;
}

static void op_down(void *ctx, const char *why)
{
	struct side *s = ctx;

	assert_true(why[0]);
	assert_false(s->down);
	s->down = true;
}

static struct log_about op_about(void *ctx)
{
	(void)ctx;
	return (struct log_about){ 0 };
}

static const struct ppp_ops ops = {
	.tx = op_tx, .random = op_random, .auth_ask = op_auth_ask, .auth_forget = op_auth_forget,
	.password = op_password, .link_up = op_link_up, .mppe_up = op_mppe_up, .mppe_flush = op_mppe_flush,
	.net = op_net, .authenticated = op_authenticated, .down = op_down, .about = op_about,
};

static struct ppp_config config(unsigned int methods, enum ppp_mppe_policy mppe,
				unsigned int strengths)
{
	return (struct ppp_config){
		.mru = 1400, .auth_methods = methods, .mppe = mppe, .mppe_strengths = strengths,
		.mppe_mode = PPP_MPPE_ANY, .acfc = true, .pfc = true, .ipv4 = true, .ipv6 = true,
		.restart_ms = 3000, .max_configure = 10, .max_terminate = 2, .max_failure = 5,
		.auth_tries = 0, .setup_timeout_ms = 60000, .name = "gw",
	};
}

static void connect_ends(unsigned int methods, enum ppp_mppe_policy mppe, unsigned int strengths)
{
	struct ppp_config server = config(methods, mppe, strengths), client = server;

	server.local = addr_v4(0x0a090001);
	server.local_ifid[7] = 1;
	server.peer_ifid[7] = 2;
	client.client = true;
	client.ask_dns = true;
	client.auth_methods = AUTH_PAP | AUTH_CHAP_MD5 | AUTH_MSCHAP | AUTH_MSCHAPV2;
	strcpy(client.user, "DOMAIN\\alice");
	client.local_ifid[7] = 77;
	client.peer_ifid[7] = 78;
	memset(&line.client, 0, sizeof(line.client));
	memset(&line.server, 0, sizeof(line.server));
	line.client.other = &line.server;
	line.server.other = &line.client;
	line.n_flying = 0;
	line.client.ppp = ppp_new(line.loop, &client, &ops, &line.client);
	line.server.ppp = ppp_new(line.loop, &server, &ops, &line.server);
	assert_true(line.client.ppp && line.server.ppp);
	ppp_start(line.client.ppp);
	ppp_start(line.server.ppp);
}

static void disconnect_ends(void)
{
	ppp_free(line.client.ppp);
	ppp_free(line.server.ppp);
	loop_timer_stop(&line.answer);
	loop_timer_stop(&line.arrival);
}

static void both_are_up(enum auth_method method, unsigned int strength)
{
	struct ppp_info c, s;

	ppp_get_info(line.client.ppp, &c);
	ppp_get_info(line.server.ppp, &s);
	assert_string_equal(c.phase, "up");
	assert_string_equal(s.phase, "up");
	assert_int_equal(line.client.net, PPP_NET_IPV4 | PPP_NET_IPV6);
	assert_int_equal(line.server.net, PPP_NET_IPV4 | PPP_NET_IPV6);
	assert_int_equal(c.method, method);
	assert_int_equal(c.mppe_strength, strength);
	assert_int_equal(s.mppe_strength, strength);
	assert_int_equal(addr_v4_host(&c.local), 0x0a090007);
	assert_int_equal(addr_v4_host(&c.peer), 0x0a090001);
	assert_int_equal(addr_v4_host(&c.dns[0]), 0x0a090035);
	assert_int_equal(addr_v4_host(&c.dns[1]), 0x0a090036);
	assert_int_equal(c.local_ifid[7], 2);
	assert_int_equal(c.peer_ifid[7], 1);
	assert_int_equal(line.client.encrypted, strength != 0);
	assert_memory_equal(line.client.keys.tx, line.server.keys.rx, 16);
	assert_memory_equal(line.client.keys.rx, line.server.keys.tx, 16);
}

static const enum auth_method all[] = { AUTH_PAP, AUTH_CHAP_MD5, AUTH_MSCHAP, AUTH_MSCHAPV2 };

static void every_method(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		connect_ends(all[i], PPP_MPPE_NONE, 0);
		loop_virtual_advance(line.loop, 10000);
		both_are_up(all[i], 0);
		disconnect_ends();
	}
}

static void every_encryption(void **state)
{
	static const unsigned int strengths[] = { PPP_MPPE_40, PPP_MPPE_56, PPP_MPPE_128 };

	(void)state;
	for (size_t i = 2; i < 4; i++) {
		for (size_t n = 0; n < 3; n++) {
			connect_ends(all[i], PPP_MPPE_REQUIRED, strengths[n]);
			loop_virtual_advance(line.loop, 10000);
			both_are_up(all[i], strengths[n]);
			disconnect_ends();
		}
	}
}

static void a_bad_line(void **state)
{
	unsigned int up = 0;

	(void)state;
	line.loss = 20;
	for (line.seed = 1; line.seed <= 60; ) {
		uint32_t seed = line.seed;

		connect_ends(AUTH_MSCHAPV2, PPP_MPPE_REQUIRED, PPP_MPPE_128);
		loop_virtual_advance(line.loop, 120000);
		if (!line.client.down && !line.server.down) {
			both_are_up(AUTH_MSCHAPV2, PPP_MPPE_128);
			up++;
		} else {	/* the limits of either may end it, and then both know */
			loop_virtual_advance(line.loop, 600000);
			assert_int_equal(line.client.net | line.server.net, 0);
		}
		disconnect_ends();
		line.seed = seed + 1;
	}
	line.loss = 0;
	assert_true(up > 45);
}

static bool denied(void)
{
	struct ppp_info info;

	ppp_get_info(line.client.ppp, &info);
	return info.denied;
}

static void a_wrong_password(void **state)
{
	(void)state;
	line.password = "another";
	for (size_t i = 0; i < 4; i++) {
		connect_ends(all[i], PPP_MPPE_NONE, 0);
		loop_virtual_advance(line.loop, 10000);
		assert_true(line.client.down && line.server.down);
		assert_int_equal(line.client.net | line.server.net, 0);
		assert_true(denied());
		disconnect_ends();
	}
}

/* Two clients: neither asks. Only one that may do without goes on. */
static void a_server_that_does_not_ask(void **state)
{
	(void)state;
	for (int must = 0; must < 2; must++) {
		struct ppp_config client = config(AUTH_MSCHAPV2, PPP_MPPE_NONE, 0);

		connect_ends(AUTH_MSCHAPV2, PPP_MPPE_NONE, 0);
		ppp_free(line.client.ppp);
		ppp_free(line.server.ppp);
		client.client = true;
		client.ipv4 = false;
		client.local_ifid[7] = client.peer_ifid[6] = 1;
		line.server.ppp = ppp_new(line.loop, &client, &ops, &line.server);
		client.local_ifid[7] = 2;
		client.must_login = must;
		line.client.ppp = ppp_new(line.loop, &client, &ops, &line.client);
		ppp_start(line.client.ppp);
		ppp_start(line.server.ppp);
		loop_virtual_advance(line.loop, 1000);
		assert_int_equal(denied(), must);
		assert_int_equal(line.client.net, must ? 0 : PPP_NET_IPV6);
		disconnect_ends();
	}
}

/* What the client may is decided by the client: no encryption, no link. */
static void a_server_without_encryption(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct ppp_config client = config(AUTH_MSCHAPV2, PPP_MPPE_REQUIRED, PPP_MPPE_128);

		connect_ends(all[i], PPP_MPPE_NONE, 0);
		ppp_free(line.client.ppp);
		client.client = true;
		strcpy(client.user, "DOMAIN\\alice");
		line.client.ppp = ppp_new(line.loop, &client, &ops, &line.client);
		ppp_start(line.client.ppp);
		loop_virtual_advance(line.loop, 90000);
		assert_true(line.client.down);
		assert_int_equal(line.client.net, 0);
		disconnect_ends();
	}
}

static void records(void **state)
{
	struct ppp_config client = config(AUTH_MSCHAPV2, PPP_MPPE_REQUIRED, PPP_MPPE_128);
	uint8_t record[PPP_FROZEN_MAX];
	struct wr w = wr_to(record, sizeof(record));
	struct ppp_info info;
	struct ppp *p;
	struct rd r;

	(void)state;
	connect_ends(AUTH_MSCHAPV2, PPP_MPPE_REQUIRED, PPP_MPPE_128);
	loop_virtual_advance(line.loop, 10000);
	assert_true(ppp_can_freeze(line.client.ppp));
	ppp_freeze(line.client.ppp, &w);
	assert_false(w.bad);
	assert_null(memmem(record, w.len, "ssword", 6));
	r = rd_of(record, w.len);
	assert_null(ppp_thaw(line.loop, &client, &ops, &line.client, &r));	/* not as server */
	client.client = true;
	strcpy(client.user, "DOMAIN\\alice");
	for (size_t len = 0; len < w.len; len++) {
		r = rd_of(record, len);
		assert_null(ppp_thaw(line.loop, &client, &ops, &line.client, &r));
	}
	for (size_t bit = 0; bit < w.len * 8; bit++) {
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = rd_of(record, w.len);
		p = ppp_thaw(line.loop, &client, &ops, &line.client, &r);
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (!p)
			continue;
		ppp_get_info(p, &info);
		assert_int_equal(info.mppe_strength, PPP_MPPE_128);
		ppp_free(p);
	}
	ppp_free(line.client.ppp);
	r = rd_of(record, w.len);
	line.client.ppp = ppp_thaw(line.loop, &client, &ops, &line.client, &r);
	assert_non_null(line.client.ppp);
	ppp_get_info(line.client.ppp, &info);
	assert_int_equal(addr_v4_host(&info.local), 0x0a090007);
	assert_string_equal(info.user, "DOMAIN\\alice");
	disconnect_ends();
}

/* With a fixed seed: whatever a server says at whatever stage. */
static void random_packets(void **state)
{
	static const uint16_t known[] = { PPP_LCP, PPP_CHAP, PPP_CHAP, PPP_PAP, PPP_CCP, PPP_IPCP,
					  PPP_IPV6CP, PPP_LCP };
	uint8_t buf[64];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		line.seed = (uint32_t)round + 1;
		connect_ends(all[round % 4], PPP_MPPE_NONE, 0);
		loop_virtual_advance(line.loop, dice(400));
		for (int i = 0; i < 40 && !line.client.down; i++) {
			size_t len = dice(48);

			for (size_t n = 0; n < sizeof(buf); n++)
				buf[n] = (uint8_t)(dice(4) ? dice(8) : dice(256));
			buf[0] = (uint8_t)dice(12);
			buf[2] = 0;
			buf[3] = (uint8_t)(dice(8) ? len : dice(64));
			ppp_rx(line.client.ppp, known[dice(8)], buf, len);
			loop_virtual_advance(line.loop, dice(50));
		}
		disconnect_ends();
	}
}

static int begin(void **state)
{
	(void)state;
	line.password = "p\xc3\xa4ssword";
	line.seed = 1;
	line.loss = 0;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	line.loop = loop_new_virtual(1000000);
	loop_timer_init(&line.arrival, line.loop, arrive, NULL);
	loop_timer_init(&line.answer, line.loop, answer, NULL);
	return !line.loop || mschap_init();
}

static int teardown(void **state)
{
	(void)state;
	loop_free(line.loop);
	mschap_fini();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_method),
		TEST(every_encryption),
		TEST(a_bad_line),
		TEST(a_wrong_password),
		TEST(a_server_that_does_not_ask),
		TEST(a_server_without_encryption),
		TEST(records),
		TEST(random_packets),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
