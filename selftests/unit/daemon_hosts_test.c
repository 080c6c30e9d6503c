// SPDX-License-Identifier: GPL-2.0-or-later
/* What is counted by address: apart from one another, and of IPv6 by /64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/hosts.h"

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void counts_are_apart_and_go_with_the_last(void **state)
{
	const struct addr one = address("192.0.2.1"), other = address("192.0.2.2");
	struct engine e = { .keeper = -1 };

	(void)state;
	assert_int_equal(hash_init(&e.hosts), 0);
	assert_int_equal(hosts_have(&e, &one, HOST_LOGINS), 0);
	assert_int_equal(hosts_add(&e, &one, HOST_LOGINS), 0);
	assert_int_equal(hosts_add(&e, &one, HOST_LOGINS), 0);
	assert_int_equal(hosts_add(&e, &one, HOST_CONNS), 0);
	assert_int_equal(hosts_have(&e, &one, HOST_LOGINS), 2);
	assert_int_equal(hosts_have(&e, &one, HOST_CONNS), 1);
	assert_int_equal(hosts_have(&e, &other, HOST_LOGINS), 0);
	hosts_remove(&e, &one, HOST_LOGINS);
	hosts_remove(&e, &one, HOST_LOGINS);
	assert_int_equal(hosts_have(&e, &one, HOST_LOGINS), 0);
	assert_int_equal(hosts_have(&e, &one, HOST_CONNS), 1);
	hosts_remove(&e, &one, HOST_CONNS);
	assert_int_equal(e.hosts.count, 0);
	hash_fini(&e.hosts);
}

static void a_network_of_ipv6_is_one_host(void **state)
{
	const struct addr one = address("2001:db8:0:1::1"), same = address("2001:db8:0:1:ffff::2"),
			  other = address("2001:db8:0:2::1");
	struct engine e = { .keeper = -1 };

	(void)state;
	assert_int_equal(hash_init(&e.hosts), 0);
	assert_int_equal(hosts_add(&e, &one, HOST_LOGINS), 0);
	assert_int_equal(hosts_add(&e, &same, HOST_LOGINS), 0);
	assert_int_equal(hosts_have(&e, &one, HOST_LOGINS), 2);
	assert_int_equal(hosts_have(&e, &other, HOST_LOGINS), 0);
	hosts_remove(&e, &one, HOST_LOGINS);
	hosts_remove(&e, &one, HOST_LOGINS);
	assert_int_equal(e.hosts.count, 0);
	hash_fini(&e.hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_apart_and_go_with_the_last),
		cmocka_unit_test(a_network_of_ipv6_is_one_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
