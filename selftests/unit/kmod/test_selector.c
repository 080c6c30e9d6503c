// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Selectors: what is read of a packet's headers, at every length that may be there of them, and which packets fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <arpa/inet.h>

#include <cmocka.h>

#include <linux/errno.h>
#include <linux/string.h>

#include "selector.h"

static const u8 udp4[] = {
	0x45, 0x00, 0x00, 0x1c, 0, 1, 0x40, 0x00, 64, 17, 0, 0, 10, 1, 0, 1, 10, 2, 0, 2,
	0x04, 0xd2, 0x00, 0x35, 0, 8, 0, 0,
};

/* UDP behind hop-by-hop options and a destination option of 16 octets. */
static const u8 udp6[] = {
	0x60, 0, 0, 0, 0, 32, 0, 64, 0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	60, 0, 1, 4, 0, 0, 0, 0, 17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x04, 0xd2, 0x00, 0x35, 0, 8, 0, 0,
};

/* Parse exactly @len octets, so that the sanitizer sees one read too many. */
static int parse(const u8 *packet, unsigned int len, struct adit_flow *flow)
{
	u8 *exact = malloc(len ? len : 1);
	int ret;

	memcpy(exact, packet, len);
	ret = adit_flow_parse(exact, len, flow);
	free(exact);
	return ret;
}

static void test_v4(void **state)
{
	struct adit_flow flow;
	unsigned int len;

	(void)state;
	for (len = 0; len < 20; len++)
		assert_int_equal(parse(udp4, len, &flow), -EINVAL);
	for (; len <= sizeof(udp4); len++) {
		assert_int_equal(parse(udp4, len, &flow), 0);
		assert_int_equal(flow.has_ports, len >= 24);
	}
	assert_int_equal(flow.family, AF_INET);
	assert_int_equal(flow.proto, 17);
	assert_int_equal(flow.sport, 1234);
	assert_int_equal(flow.dport, 53);
	assert_int_equal(flow.len, 28);
	assert_false(flow.may_fragment);
	assert_memory_equal(&flow.src, udp4 + 12, 4);
	assert_memory_equal(&flow.dst, udp4 + 16, 4);
}

static void test_v4_refused(void **state)
{
	struct adit_flow flow;
	u8 p[sizeof(udp4)];

	(void)state;
	memcpy(p, udp4, sizeof(p));
	p[0] = 0x44;
	assert_int_equal(parse(p, sizeof(p), &flow), -EINVAL);
	p[0] = 0x4f;
	assert_int_equal(parse(p, sizeof(p), &flow), -EINVAL);
	p[0] = 0x55;
	assert_int_equal(parse(p, sizeof(p), &flow), -EINVAL);
	p[0] = 0x45;
	p[3] = 19;
	assert_int_equal(parse(p, sizeof(p), &flow), -EINVAL);
}

static void test_v4_fragments(void **state)
{
	static const u8 fragments[][2] = { { 0x20, 0 }, { 0x20, 1 }, { 0, 1 }, { 0x1f, 0xff } };
	struct adit_flow flow;
	u8 p[sizeof(udp4)];
	unsigned int i;

	(void)state;
	memcpy(p, udp4, sizeof(p));
	for (i = 0; i < 4; i++) {
		memcpy(p + 6, fragments[i], 2);
		assert_int_equal(parse(p, sizeof(p), &flow), 0);
		assert_false(flow.has_ports);
		assert_true(flow.may_fragment);
	}
}

static void test_v6(void **state)
{
	struct adit_flow flow;
	unsigned int len;

	(void)state;
	for (len = 0; len < 40; len++)
		assert_int_equal(parse(udp6, len, &flow), -EINVAL);
	for (; len <= sizeof(udp6); len++) {
		assert_int_equal(parse(udp6, len, &flow), 0);
		assert_int_equal(flow.has_ports, len >= 68);
	}
	assert_int_equal(flow.family, AF_INET6);
	assert_int_equal(flow.proto, 17);
	assert_int_equal(flow.sport, 1234);
	assert_int_equal(flow.dport, 53);
	assert_int_equal(flow.len, 72);
	assert_false(flow.may_fragment);
}

static void test_v6_extension_headers(void **state)
{
	struct adit_flow flow;
	u8 p[256] = { 0x60 };
	unsigned int i;

	(void)state;
	/* A fragment has no ports, not even the first. */
	memcpy(p, udp6, 40);
	p[6] = 44;
	p[40] = 17;
	assert_int_equal(parse(p, 60, &flow), 0);
	assert_int_equal(flow.proto, 17);
	assert_false(flow.has_ports);

	/* An authentication header counts in words of four. */
	p[6] = 51;
	p[40] = 17;
	p[41] = 4;
	assert_int_equal(parse(p, 40 + 24 + 4, &flow), 0);
	assert_int_equal(flow.proto, 17);
	assert_true(flow.has_ports);

	/* More than anybody needs: what is behind them stays unknown. */
	memset(p + 40, 0, sizeof(p) - 40);
	p[6] = 0;
	for (i = 40; i < 200; i += 8)
		p[i] = 60;
	assert_int_equal(parse(p, 200, &flow), 0);
	assert_int_equal(flow.proto, 60);
	assert_false(flow.has_ports);

	/* One that says it is longer than the packet. */
	p[41] = 255;
	assert_int_equal(parse(p, 60, &flow), 0);
	assert_false(flow.has_ports);
}

static void prefix(struct adit_prefix *prefix, const char *text, u16 len)
{
	memset(prefix, 0, sizeof(*prefix));
	prefix->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	prefix->len = len;
	assert_int_equal(inet_pton(prefix->family, text, &prefix->addr), 1);
}

static bool covers(const char *net, u16 len, const char *addr)
{
	struct adit_prefix p, a;

	prefix(&p, net, len);
	prefix(&a, addr, 0);
	return adit_prefix_covers(&p, a.family, &a.addr);
}

static void test_prefixes(void **state)
{
	(void)state;
	assert_true(covers("10.0.0.0", 8, "10.255.0.1"));
	assert_false(covers("10.0.0.0", 8, "11.0.0.1"));
	assert_true(covers("10.1.2.128", 25, "10.1.2.255"));
	assert_false(covers("10.1.2.128", 25, "10.1.2.127"));
	assert_true(covers("10.1.2.3", 32, "10.1.2.3"));
	assert_false(covers("10.1.2.3", 32, "10.1.2.2"));
	assert_true(covers("0.0.0.0", 0, "255.255.255.255"));
	assert_false(covers("0.0.0.0", 0, "::"));
	assert_true(covers("128.0.0.0", 1, "255.0.0.1"));
	assert_false(covers("128.0.0.0", 1, "127.0.0.1"));
	assert_true(covers("::", 0, "ff02::1"));
	assert_false(covers("2000::", 3, "4000::"));
	assert_true(covers("2001:db8::", 33, "2001:db8:7fff::1"));
	assert_false(covers("2001:db8::", 33, "2001:db8:8000::1"));
	assert_true(covers("fd01::2", 128, "fd01::2"));
	assert_false(covers("fd01::2", 128, "fd01::3"));
}

static void any(struct adit_selector *sel)
{
	*sel = (struct adit_selector){ .local_max = U16_MAX, .remote_max = U16_MAX };
	prefix(&sel->local, "10.1.0.0", 24);
	prefix(&sel->remote, "10.2.0.0", 24);
}

static void test_directions(void **state)
{
	struct adit_selector sel;
	struct adit_flow flow;

	(void)state;
	any(&sel);
	assert_int_equal(parse(udp4, sizeof(udp4), &flow), 0);
	assert_true(adit_selector_fits_out(&sel, &flow));
	assert_false(adit_selector_fits_in(&sel, &flow));

	sel.proto = 17;
	assert_true(adit_selector_fits_out(&sel, &flow));
	sel.proto = 6;
	assert_false(adit_selector_fits_out(&sel, &flow));
	sel.proto = 17;
	sel.local_min = 1234;
	sel.local_max = 1234;
	sel.remote_min = 50;
	sel.remote_max = 53;
	assert_true(adit_selector_fits_out(&sel, &flow));
	sel.remote_max = 52;
	assert_false(adit_selector_fits_out(&sel, &flow));
	sel.remote_max = 53;
	sel.local_min = 1235;
	sel.local_max = 1300;
	assert_false(adit_selector_fits_out(&sel, &flow));
	/* Seen from the other end, its port is ours. */
	any(&sel);
	prefix(&sel.local, "10.2.0.0", 24);
	prefix(&sel.remote, "10.1.0.0", 24);
	sel.local_min = 53;
	sel.local_max = 53;
	assert_true(adit_selector_fits_in(&sel, &flow));
	assert_false(adit_selector_fits_out(&sel, &flow));
	sel.local_max = sel.local_min = 1234;
	assert_false(adit_selector_fits_in(&sel, &flow));
}

/* Where ports matter, what has none does not fit (RFC 4301 section 7). */
static void test_no_ports(void **state)
{
	struct adit_selector sel;
	struct adit_flow flow;
	u8 p[sizeof(udp4)];

	(void)state;
	memcpy(p, udp4, sizeof(p));
	p[6] = 0x20;
	assert_int_equal(parse(p, sizeof(p), &flow), 0);
	any(&sel);
	assert_true(adit_selector_fits_out(&sel, &flow));
	sel.remote_min = 1;
	assert_false(adit_selector_fits_out(&sel, &flow));
	sel.remote_min = 0;
	sel.local_max = U16_MAX - 1;
	assert_false(adit_selector_fits_out(&sel, &flow));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_v4_refused),
		cmocka_unit_test(test_v4_fragments),
		cmocka_unit_test(test_v6),
		cmocka_unit_test(test_v6_extension_headers),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_no_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
