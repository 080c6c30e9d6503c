// SPDX-License-Identifier: GPL-2.0-or-later
/* What the pool lends, to whom, and when it lends it again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/pool.h"

static struct conf_pool range;
static struct conf_user users[3];
static struct conf_server server;
static struct conf conf;
static struct pool *pool;

static struct addr v4(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static int begin(void **state)
{
	(void)state;
	memset(users, 0, sizeof(users));
	memset(&range, 0, sizeof(range));
	range.first = v4("10.0.0.10");
	range.last = v4("10.0.0.19");
	server = (struct conf_server){ .address = v4("10.0.0.1"), .pool = &range };
	conf = (struct conf){ .users = users, .n_users = 3, .servers = &server, .n_servers = 1 };
	pool = pool_new(&conf, &server);
	return !pool;
}

static int end(void **state)
{
	(void)state;
	pool_free(pool);
	return 0;
}

static void again(void)
{
	end(NULL);
	pool = pool_new(&conf, &server);
	assert_non_null(pool);
}

/* Lend from the range, and give the last octet back; 0: nothing was free. */
static unsigned int lend(struct pool_lease *lease)
{
	int err = pool_lend(pool, NULL, lease);

	assert_true(!err || err == -ENOSPC);
	return err ? 0 : addr_v4_host(&lease->address) & 0xff;
}

static void every_address_is_lent_once(void **state)
{
	struct pool_lease leases[11];
	unsigned int seen = 0, octet;

	(void)state;
	assert_int_equal(pool_size(pool), 10);
	for (unsigned int i = 0; i < 10; i++) {
		octet = lend(&leases[i]);
		assert_true(octet >= 10 && octet <= 19);
		assert_false(seen & (1u << octet));
		assert_int_not_equal(leases[i].id, 0);
		assert_int_equal(leases[i].ipv6.addr.family, 0);
		seen |= 1u << octet;
	}
	assert_int_equal(pool_used(pool), 10);
	assert_int_equal(lend(&leases[10]), 0);
	pool_give_back(pool, leases[4].id);
	pool_give_back(pool, leases[4].id);
	assert_int_equal(pool_used(pool), 9);
	assert_int_equal(lend(&leases[10]), 14);
	assert_int_equal(lend(&leases[4]), 0);
}

static void an_address_rests_after_use(void **state)
{
	struct pool_lease lease;

	(void)state;
	for (unsigned int i = 0; i < 25; i++) {
		assert_int_equal(lend(&lease), 10 + i % 10);
		pool_give_back(pool, lease.id);
	}
}

static void fixed_addresses_and_the_gateways_are_kept_back(void **state)
{
	struct pool_lease lease;
	unsigned int octet;

	(void)state;
	users[0].address = v4("10.0.0.12");
	users[1].address = v4("10.0.0.10");
	users[2].address = v4("192.0.2.1");
	server.address = v4("10.0.0.19");
	again();
	assert_int_equal(pool_size(pool), 7);
	for (unsigned int i = 0; i < 7; i++) {
		octet = lend(&lease);
		assert_true(octet == 11 || (octet >= 13 && octet <= 18));
	}
	assert_int_equal(lend(&lease), 0);
	/* The user's own, and the one outside of the range, are there for him all the same. */
	assert_int_equal(pool_lend(pool, &users[0].address, &lease), 0);
	assert_int_equal(addr_v4_host(&lease.address) & 0xff, 12);
	assert_int_equal(pool_lend(pool, &users[2].address, &lease), 0);
}

/* A login that replaces another gets the address before the other one gives it back. */
static void a_fixed_address_is_lent_twice(void **state)
{
	struct addr fixed = v4("10.0.0.12");
	struct pool_lease old, new;

	(void)state;
	users[0].address = fixed;
	again();
	assert_false(pool_is_lent(pool, &fixed));
	assert_int_equal(pool_lend(pool, &fixed, &old), 0);
	assert_int_equal(pool_lend(pool, &fixed, &new), 0);
	assert_int_not_equal(old.id, new.id);
	pool_give_back(pool, old.id);
	assert_true(pool_is_lent(pool, &fixed));
	pool_give_back(pool, new.id);
	assert_false(pool_is_lent(pool, &fixed));
	assert_int_equal(pool_used(pool), 0);
}

static void without_a_range_only_fixed_addresses_are_lent(void **state)
{
	struct addr fixed = v4("10.0.0.12");
	struct pool_lease lease;

	(void)state;
	server.pool = NULL;
	again();
	assert_int_equal(pool_size(pool), 0);
	assert_int_equal(lend(&lease), 0);
	assert_int_equal(pool_lend(pool, &fixed, &lease), 0);
}

static void a_pool_of_one_and_of_the_last_address_there_is(void **state)
{
	struct pool_lease lease;

	(void)state;
	range.first = range.last = v4("223.255.255.255");
	again();
	assert_int_equal(lend(&lease), 255);
	assert_int_equal(lend(&lease), 0);
	range.first = v4("255.255.255.250");
	range.last = v4("255.255.255.255");
	again();
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(lend(&lease), 250 + i);
	assert_int_equal(lend(&lease), 0);
}

static void every_session_gets_a_64(void **state)
{
	struct pool_lease leases[4];
	char text[ADDR_STRLEN];

	(void)state;
	assert_int_equal(prefix_parse("2001:db8:0:fc::/62", &range.ipv6), 0);
	again();
	lend(&leases[0]);
	lend(&leases[1]);
	lend(&leases[2]);
	assert_string_equal(prefix_to_str(&leases[0].ipv6, text), "2001:db8:0:fd::/64");
	assert_string_equal(prefix_to_str(&leases[1].ipv6, text), "2001:db8:0:fe::/64");
	assert_string_equal(prefix_to_str(&leases[2].ipv6, text), "2001:db8:0:ff::/64");
	/* The first one is the gateway's; a session without IPv6 is better than none. */
	assert_int_not_equal(lend(&leases[3]), 0);
	assert_int_equal(leases[3].ipv6.addr.family, 0);
	pool_give_back(pool, leases[1].id);
	lend(&leases[1]);
	assert_string_equal(prefix_to_str(&leases[1].ipv6, text), "2001:db8:0:fe::/64");
}

static void a_large_prefix_counts_past_an_octet(void **state)
{
	struct pool_lease lease;
	char text[ADDR_STRLEN];

	(void)state;
	assert_int_equal(prefix_parse("2001:db8:9::/48", &range.ipv6), 0);
	again();
	for (unsigned int i = 0; i < 0x1234; i++) {
		lend(&lease);
		pool_give_back(pool, lease.id);
	}
	assert_string_equal(prefix_to_str(&lease.ipv6, text), "2001:db8:9:1234::/64");
}

static void a_new_configuration_takes_nothing_away(void **state)
{
	struct pool_lease a, b, lease;
	struct addr first;

	(void)state;
	assert_int_equal(lend(&a), 10);
	assert_int_equal(lend(&b), 11);
	first = a.address;
	range.first = v4("10.0.0.11");
	range.last = v4("10.0.0.12");
	assert_int_equal(pool_reconfigure(pool, &conf, &server), 0);
	assert_int_equal(pool_size(pool), 2);
	assert_int_equal(pool_used(pool), 2);
	assert_true(pool_is_lent(pool, &first));
	assert_int_equal(lend(&lease), 12);
	assert_int_equal(lend(&lease), 0);
	pool_give_back(pool, a.id);
	assert_int_equal(lend(&lease), 0);
	pool_give_back(pool, b.id);
	assert_int_equal(lend(&lease), 11);
}

static void what_a_session_held_is_lent_again(void **state)
{
	struct addr held = v4("10.0.0.11"), elsewhere = v4("172.16.0.1");
	struct prefix none = { .len = 0 };
	struct pool_lease lease;

	(void)state;
	assert_int_equal(pool_restore(pool, &held, &none, &lease), 0);
	assert_int_equal(pool_restore(pool, &elsewhere, &none, &lease), 0);
	assert_int_equal(pool_used(pool), 2);
	for (unsigned int i = 0; i < 9; i++)
		assert_int_not_equal(lend(&lease), 11);
	assert_int_equal(lend(&lease), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_address_is_lent_once),
		TEST(an_address_rests_after_use),
		TEST(fixed_addresses_and_the_gateways_are_kept_back),
		TEST(a_fixed_address_is_lent_twice),
		TEST(without_a_range_only_fixed_addresses_are_lent),
		TEST(a_pool_of_one_and_of_the_last_address_there_is),
		TEST(every_session_gets_a_64),
		TEST(a_large_prefix_counts_past_an_octet),
		TEST(a_new_configuration_takes_nothing_away),
		TEST(what_a_session_held_is_lent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
