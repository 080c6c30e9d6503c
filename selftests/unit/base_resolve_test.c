// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names to addresses: from the hosts file, from a name server that is a child of this test in a
 * namespace of its own, and what becomes of questions that nobody answers or that are taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/resolve.h"

static struct {
	struct loop *loop;
	struct loop_timer enough;
	pid_t server;
	bool alone;		/* in namespaces of our own */
	bool answered;
	struct addr addrs[RESOLVE_MAX];
	unsigned int n;
	char why[128];
} test;

static void on_answer(void *arg, const struct addr *addrs, unsigned int n, const char *why)
{
	assert_ptr_equal(arg, &test);
	assert_false(test.answered);
	test.answered = true;
	test.n = n;
	memcpy(test.addrs, addrs, n * sizeof(*addrs));
	snprintf(test.why, sizeof(test.why), "%s", n ? "" : why);
	loop_stop(test.loop);
}

static void on_enough(void *arg)
{
	(void)arg;
	loop_stop(test.loop);
}

static void ask(const char *name, int family)
{
	test.answered = false;
	assert_non_null(resolve_start(test.loop, name, family, on_answer, &test));
	/* Never from within. */
	assert_false(test.answered);
	loop_run(test.loop);
	assert_true(test.answered);
}

/* Answers two addresses to whoever asks for "two.example", and says of every other name that there is none. */
static void serve(int fd)
{
	static const uint8_t records[] = {
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
		0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 2 };
	uint8_t msg[512];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fd, msg, sizeof(msg) - sizeof(records), 0, (struct sockaddr *)&from, &len)) > 16) {
		/* The asker mixes capitals in, to know its answer again. */
		bool known = !strcasecmp((char *)msg + 12, "\3two\7example");
		bool a = !memcmp(msg + n - 4, "\0\1", 2);

		if (!strncasecmp((char *)msg + 12, "\6silent", 7))
			continue;
		msg[2] = 0x81;
		msg[3] = known ? 0x80 : 0x83;
		msg[7] = known && a ? 2 : 0;
		memset(msg + 8, 0, 4);
		if (known && a) {
			memcpy(msg + n, records, sizeof(records));
			n += sizeof(records);
		}
		sendto(fd, msg, (size_t)n, 0, (struct sockaddr *)&from, len);
		len = sizeof(from);
	}
}

static bool put_file(const char *place, const char *text)
{
	char path[] = "/tmp/adit-resolve-XXXXXX";
	int fd = mkstemp(path);
	bool ok;

	ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	     !mount(path, place, NULL, MS_BIND, NULL);
	close(fd);
	unlink(path);
	return ok;
}

/* False: not root, or a machine without one of these files. */
static bool leave_the_world(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(53),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		return false;
	/* In a chroot / is no mount; who made it keeps mounts to himself. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && errno != EINVAL)
		return false;
	if (!put_file("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n") ||
	    !put_file("/etc/hosts", "127.0.0.1 localhost\n10.0.0.7 seven\n10.0.0.8 seven\n") ||
	    system("ip link set lo up"))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	test.server = fork();
	if (test.server == 0) {
		serve(fd);
		_exit(0);
	}
	close(fd);
	return true;
}

static void addresses_need_nobody(void **state)
{
	(void)state;
	ask("192.0.2.7", AF_INET);
	assert_int_equal(test.n, 1);
	assert_int_equal(addr_v4_host(&test.addrs[0]), 0xc0000207);
	ask("2001:db8::7", AF_UNSPEC);
	assert_int_equal(test.n, 1);
	ask("2001:db8::7", AF_INET);
	assert_int_equal(test.n, 0);
	assert_non_null(strstr(test.why, "IPv6 address"));
}

static void names_have_several(void **state)
{
	(void)state;
	if (!test.alone)
		skip();
	ask("seven", AF_INET);
	assert_int_equal(test.n, 2);
	assert_int_equal(addr_v4_host(&test.addrs[1]), 0x0a000008);
	for (int family = AF_UNSPEC; family <= AF_INET; family += AF_INET) {
		ask("two.example", family);
		assert_int_equal(test.n, 2);
		assert_int_equal(addr_v4_host(&test.addrs[0]), 0xc0000201);
		assert_int_equal(addr_v4_host(&test.addrs[1]), 0xc0000202);
	}
}

static void names_that_nobody_has(void **state)
{
	(void)state;
	if (!test.alone)
		skip();
	ask("none.example", AF_INET);
	assert_int_equal(test.n, 0);
	assert_string_not_equal(test.why, "");
	ask("silent.example", AF_INET);
	assert_int_equal(test.n, 0);
	assert_string_not_equal(test.why, "");
}

/* Taken back before an answer, and after one that was not told yet. */
static void questions_taken_back(void **state)
{
	static const char *const names[] = { "silent.example", "192.0.2.7", "two.example" };
	struct resolve *r;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		if (i != 1 && !test.alone)
			continue;
		for (unsigned int ms = 0; ms < 4; ms += 3) {
			test.answered = false;
			r = resolve_start(test.loop, names[i], AF_INET, on_answer, &test);
			if (ms && i != 1) {
				loop_timer_start(&test.enough, ms);
				loop_run(test.loop);
				if (test.answered)
					continue;
			}
			resolve_cancel(r);
			loop_timer_start(&test.enough, 50);
			loop_run(test.loop);
			assert_false(test.answered);
		}
	}
}

static void a_virtual_clock_has_no_resolver(void **state)
{
	struct loop *loop = loop_new_virtual(1);

	(void)state;
	test.answered = false;
	assert_non_null(resolve_start(loop, "name", AF_INET, on_answer, &test));
	loop_virtual_advance(loop, 1);
	assert_true(test.answered);
	assert_int_equal(test.n, 0);
	loop_free(loop);
}

static int setup(void **state)
{
	(void)state;
	test.alone = leave_the_world();
	test.loop = loop_new();
	loop_timer_init(&test.enough, test.loop, on_enough, NULL);
	return !test.loop;
}

static int teardown(void **state)
{
	(void)state;
	loop_timer_stop(&test.enough);
	loop_free(test.loop);
	if (test.server > 0)
		kill(test.server, SIGKILL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_need_nobody),
		cmocka_unit_test(names_have_several),
		cmocka_unit_test(names_that_nobody_has),
		cmocka_unit_test(questions_taken_back),
		cmocka_unit_test(a_virtual_clock_has_no_resolver),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
