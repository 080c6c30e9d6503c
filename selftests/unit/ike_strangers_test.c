// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 between two endpoints of ours, and strangers: cookies, shares, what belongs to no IKE SA. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ike_pair.h"
#include "proto/ike_sa.h"
#include "wire/ike2.h"

static void cookies_under_load(void **state)
{
	struct pair *p = *state;
	struct ike_stats stats;

	/* Whoever stays away after the first message fills the table. */
	for (int i = 0; i < 150; i++)
		pair_dial(p);
	p->lose = NULL;
	pair_run(p, 3);
	ike_get_stats(p->b.ike, &stats);
	assert_true(stats.half_open <= 100);
	pair_run(p, 5000);
	ike_get_stats(p->b.ike, &stats);
	assert_true(stats.cookies_asked >= 50);
	assert_int_equal(p->b.ups, 150);
}

/* --- strangers --- */

static uint8_t first_request[2048];

static size_t first_len;

static bool keeps_first(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	if (from == &p->a && !first_len && len <= sizeof(first_request)) {
		memcpy(first_request, data, len);
		first_len = len;
	}
	return true;
}

/* The same first request, from 198.51.100.HOST with an SPI of its own; the answer is lost. */
static void stranger(struct pair *p, unsigned int host, uint32_t number)
{
	struct ike_path path = { .local_port = 500, .peer_port = 500 };
	char text[32];

	addr_parse("192.0.2.2", &path.local);
	snprintf(text, sizeof(text), "198.51.100.%u", host);
	addr_parse(text, &path.peer);
	memcpy(first_request, &number, sizeof(number));
	ike_rx(p->b.ike, &path, first_request, first_len);
}

/* Who returns cookies and never goes on fills neither the table nor more than a share of it. */
static void strangers_have_a_share(void **state)
{
	struct pair *p = *state;
	struct ike_stats stats;
	unsigned int i;

	p->b.ike->cfg.cookie_above = UINT32_MAX;
	p->b.ike->cfg.max_half_open = 80;
	first_len = 0;
	p->lose = keeps_first;
	ike_sa_abort(pair_dial(p), "it has said enough");
	assert_true(first_len);
	for (i = 0; i < 50; i++)
		stranger(p, 7, i);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 80 / 8);
	assert_int_equal(stats.refused, 50 - 80 / 8);
	/* Many together fill it, and then the oldest goes. */
	for (i = 0; i < 200; i++)
		stranger(p, 20 + i, 1000 + i);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 80);
	assert_int_equal(stats.sas, 80);
	p->lose = NULL;
	pair_connect(p);
	/* A count goes down with those that it is of. */
	pair_run(p, 60000);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 0);
	stranger(p, 7, 5000);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 1);
}

static struct ike_header seen;

static bool look_at(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	const char *why;
	struct rd body;

	(void)from;
	assert_int_equal(ike_header_parse(&seen, data, len, &body, &why), 0);
	p->count++;
	return true;
}

/* A message in an IKE SA that b does not have. */
static void send_stray(struct pair *p, uint8_t flags)
{
	const struct ike_header h = { .spi_i = 1, .spi_r = 2, .version = IKE_V2, .exchange = IKE2_INFORMATIONAL,
				      .flags = flags, .message_id = 7 };
	struct ike_path path = { .local_port = IKE_PORT, .peer_port = IKE_PORT };
	static const uint8_t body[48];
	uint8_t data[128];
	struct wr w = wr_to(data, sizeof(data));
	struct ike_chain c;

	addr_parse("192.0.2.2", &path.local);
	addr_parse("192.0.2.1", &path.peer);
	ike_message_begin(&c, &w, &h);
	ike_put_octets(&c, IKE2_PAYLOAD_SK, body, sizeof(body));
	ike_message_end(&c);
	assert_false(w.bad);
	ike_rx(p->b.ike, &path, data, w.len);
}

static void unknown_spis_are_answered_now_and_then(void **state)
{
	struct pair *p = *state;

	p->lose = look_at;
	pair_run(p, 1000);
	send_stray(p, IKE2_FLAG_INITIATOR);
	assert_int_equal(p->count, 1);
	assert_true(seen.spi_i == 1 && seen.spi_r == 2 && seen.message_id == 7);
	assert_int_equal(seen.exchange, IKE2_INFORMATIONAL);
	assert_int_equal(seen.flags, IKE2_FLAG_RESPONSE);
	assert_int_equal(seen.next, IKE2_PAYLOAD_N);
	for (int i = 0; i < 100; i++)
		send_stray(p, IKE2_FLAG_INITIATOR);
	assert_int_equal(p->count, 1);
	pair_run(p, 1000);
	send_stray(p, IKE2_FLAG_INITIATOR | IKE2_FLAG_RESPONSE);
	send_stray(p, IKE2_FLAG_RESPONSE);
	assert_int_equal(p->count, 1);
	send_stray(p, 0);
	assert_int_equal(p->count, 2);
	assert_int_equal(seen.flags, IKE2_FLAG_RESPONSE | IKE2_FLAG_INITIATOR);
}

/* It is not believed, but what is asked then is asked less often. */
static void a_peer_that_forgot_us(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	p->b.sa = NULL;
	p->b.record_len = 0;
	assert_false(pair_restart(&p->b));
	pair_run(p, 32000);
	assert_int_equal(p->a.downs, 0);
	pair_says(&p->a, "does not know this IKE SA any more");
	pair_run(p, 8000);
	assert_int_equal(p->a.downs, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cookies_under_load),
		TEST(strangers_have_a_share),
		TEST(unknown_spis_are_answered_now_and_then),
		TEST(a_peer_that_forgot_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
