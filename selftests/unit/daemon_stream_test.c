// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's account of a stream, on which a restarted engine relies, over the loopback. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/stream.h"

struct pair {
	int client, server;
};

static int open_pair(void **state)
{
	static struct pair p;
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len), 0);
	p.client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(p.client, (struct sockaddr *)&sin, sizeof(sin)), 0);
	p.server = accept(listener, NULL, NULL);
	assert_true(p.server >= 0);
	close(listener);
	*state = &p;
	return 0;
}

static int close_pair(void **state)
{
	struct pair *p = *state;

	close(p->client);
	close(p->server);
	return 0;
}

static void assert_at(int fd, bool opened, uint64_t taken, uint64_t given)
{
	struct stream_position pos;

	assert_int_equal(stream_position(fd, opened, &pos), 0);
	assert_int_equal(pos.taken, taken);
	assert_int_equal(pos.given, given);
}

static void assert_position(int fd, uint64_t taken, uint64_t given)
{
	assert_at(fd, false, taken, given);
}

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 5000), 1);
}

static void test_a_new_stream_is_at_its_beginning(void **state)
{
	struct pair *p = *state;

	assert_position(p->server, 0, 0);
	assert_at(p->client, true, 0, 0);
}

static void test_the_side_that_connected_counts_alike(void **state)
{
	struct pair *p = *state;
	char data[64];

	assert_int_equal(send(p->client, "hello", 5, 0), 5);
	assert_at(p->client, true, 0, 5);
	wait_readable(p->server);
	assert_int_equal(recv(p->server, data, sizeof(data), 0), 5);
	assert_int_equal(send(p->server, "and you", 7, 0), 7);
	wait_readable(p->client);
	assert_int_equal(recv(p->client, data, 3, 0), 3);
	assert_at(p->client, true, 3, 5);
}

static void test_what_was_peeked_is_not_taken(void **state)
{
	struct pair *p = *state;
	char data[64];

	assert_int_equal(send(p->client, "0123456789", 10, 0), 10);
	wait_readable(p->server);
	assert_int_equal(recv(p->server, data, sizeof(data), MSG_PEEK), 10);
	assert_position(p->server, 0, 0);
	assert_int_equal(recv(p->server, NULL, 4, MSG_TRUNC), 4);
	assert_position(p->server, 4, 0);
	assert_int_equal(recv(p->server, data, sizeof(data), 0), 6);
	assert_memory_equal(data, "456789", 6);
	assert_position(p->server, 10, 0);
}

static void test_what_is_sent_counts_acknowledged_or_not(void **state)
{
	struct pair *p = *state;
	char data[64];

	assert_int_equal(send(p->server, "hello", 5, 0), 5);
	assert_position(p->server, 0, 5);
	wait_readable(p->client);
	assert_int_equal(recv(p->client, data, sizeof(data), 0), 5);
	assert_int_equal(send(p->server, "again", 5, 0), 5);
	assert_position(p->server, 0, 10);
}

static void test_the_end_of_the_stream_is_no_octet(void **state)
{
	struct pair *p = *state;
	char data[64];

	assert_int_equal(send(p->client, "bye", 3, 0), 3);
	shutdown(p->client, SHUT_WR);
	wait_readable(p->server);
	assert_int_equal(recv(p->server, data, 1, 0), 1);
	assert_position(p->server, 1, 0);
	assert_int_equal(recv(p->server, data, sizeof(data), 0), 2);
	wait_readable(p->server);
	assert_int_equal(recv(p->server, data, sizeof(data), 0), 0);
	assert_position(p->server, 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_new_stream_is_at_its_beginning, open_pair,
						close_pair),
		cmocka_unit_test_setup_teardown(test_the_side_that_connected_counts_alike,
						open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_what_was_peeked_is_not_taken, open_pair,
						close_pair),
		cmocka_unit_test_setup_teardown(test_what_is_sent_counts_acknowledged_or_not,
						open_pair, close_pair),
		cmocka_unit_test_setup_teardown(test_the_end_of_the_stream_is_no_octet, open_pair,
						close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
