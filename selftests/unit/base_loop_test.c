// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/loop.h"

static char order[32];

struct mark {
	struct loop_timer timer;
	char name;
	uint64_t at_ms;
	uint64_t again_ms;	/* restart itself once */
	struct loop_timer *stops;
};

static void marked(void *arg)
{
	struct mark *m = arg;
	size_t len = strlen(order);

	order[len] = m->name;
	order[len + 1] = '\0';
	m->at_ms = loop_now_ms(m->timer.loop);
	if (m->stops)
		loop_timer_stop(m->stops);
	if (m->again_ms)
		assert_int_equal(loop_timer_start(&m->timer, m->again_ms), 0);
	m->again_ms = 0;
}

static void mark_init(struct mark *m, struct loop *loop, char name)
{
	*m = (struct mark){ .name = name };
	loop_timer_init(&m->timer, loop, marked, m);
}

static void virtual_time_fires_in_order(void **state)
{
	struct loop *loop = loop_new_virtual(1000);
	struct mark a, b, c;
	uint64_t due;

	(void)state;
	order[0] = '\0';
	mark_init(&a, loop, 'a');
	mark_init(&b, loop, 'b');
	mark_init(&c, loop, 'c');
	a.again_ms = 25;
	loop_timer_start(&c.timer, 20);
	loop_timer_start(&a.timer, 10);
	loop_timer_start(&b.timer, 20);
	assert_true(a.timer.pending);
	assert_true(loop_virtual_next(loop, &due));
	assert_int_equal(due, 1010);
	loop_virtual_advance(loop, 9);
	assert_string_equal(order, "");
	loop_virtual_advance(loop, 31);
	/* c was started before b; a's second turn, started on the way, comes in its place. */
	assert_string_equal(order, "acba");
	assert_int_equal(c.at_ms, 1020);
	assert_int_equal(a.at_ms, 1035);
	assert_int_equal(loop_now_ms(loop), 1040);
	assert_false(a.timer.pending);
	assert_false(loop_virtual_next(loop, &due));
	loop_free(loop);
}

static void virtual_stop_and_restart(void **state)
{
	struct loop *loop = loop_new_virtual(0);
	struct mark a, b;

	(void)state;
	order[0] = '\0';
	mark_init(&a, loop, 'a');
	mark_init(&b, loop, 'b');
	loop_timer_start(&a.timer, 5);
	loop_timer_start(&b.timer, 6);
	a.stops = &b.timer;
	loop_virtual_advance(loop, 10);
	assert_string_equal(order, "a");
	loop_timer_start(&b.timer, 5);
	loop_timer_start(&b.timer, 50);
	loop_virtual_advance(loop, 49);
	assert_string_equal(order, "a");
	loop_virtual_advance(loop, 1);
	assert_string_equal(order, "ab");
	loop_timer_stop(&b.timer);
	loop_timer_start(&b.timer, 0);
	assert_string_equal(order, "ab");
	loop_virtual_advance(loop, 0);
	assert_string_equal(order, "abb");
	loop_free(loop);
}

struct reader {
	struct loop_io io;
	char got[16];
	bool wrote;
	bool once;
};

static void ready(void *arg, int fd, bool readable, bool writable)
{
	struct reader *r = arg;

	if (writable) {
		r->wrote = true;
		assert_int_equal(loop_io_want_write(&r->io, false), 0);
	}
	if (!readable)
		return;
	if (read(fd, r->got, sizeof(r->got) - 1) <= 0 || r->once) {
		struct loop *loop = r->io.loop;

		loop_io_stop(&r->io);
		loop_stop(loop);
	}
}

static void descriptors_are_served(struct loop *loop, void (*turn)(struct loop *loop))
{
	struct reader r = { .once = true };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(loop_io_start(&r.io, loop, fds[0], ready, &r), 0);
	r.once = true;
	assert_int_equal(loop_io_want_write(&r.io, true), 0);
	assert_int_equal(write(fds[1], "hello", 5), 5);
	turn(loop);
	assert_true(r.wrote);
	assert_string_equal(r.got, "hello");
	/* Stopped: nothing is read any more, and stopping again is nothing. */
	loop_io_stop(&r.io);
	close(fds[0]);
	close(fds[1]);
}

static void turn_virtual(struct loop *loop)
{
	loop_virtual_advance(loop, 0);
}

static void virtual_descriptors(void **state)
{
	struct loop *loop = loop_new_virtual(0);

	(void)state;
	descriptors_are_served(loop, turn_virtual);
	loop_free(loop);
}

static void virtual_hangup_is_readable(void **state)
{
	struct loop *loop = loop_new_virtual(0);
	struct reader r = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(loop_io_start(&r.io, loop, fds[0], ready, &r), 0);
	loop_virtual_advance(loop, 0);
	assert_non_null(r.io.loop);
	close(fds[1]);
	loop_virtual_advance(loop, 0);
	assert_null(r.io.loop);
	close(fds[0]);
	loop_free(loop);
}

static void stop_loop(void *arg)
{
	loop_stop(arg);
}

static void turn_real(struct loop *loop)
{
	assert_int_equal(loop_run(loop), 0);
}

static void real_timers(void **state)
{
	struct loop *loop = loop_new();
	struct loop_timer end;
	struct mark a, b, never;
	uint64_t start = loop_now_ms(loop);

	(void)state;
	order[0] = '\0';
	mark_init(&a, loop, 'a');
	mark_init(&b, loop, 'b');
	mark_init(&never, loop, 'x');
	a.again_ms = 1;
	a.stops = &never.timer;
	loop_timer_init(&end, loop, stop_loop, loop);
	loop_timer_start(&b.timer, 30);
	loop_timer_start(&a.timer, 0);
	loop_timer_start(&never.timer, 20);
	loop_timer_start(&end, 60);
	assert_string_equal(order, "");
	turn_real(loop);
	assert_string_equal(order, "aab");
	assert_true(b.at_ms >= start + 25);
	loop_timer_stop(&a.timer);
	loop_timer_stop(&b.timer);
	loop_timer_stop(&end);
	loop_free(loop);
}

static void real_descriptors(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	descriptors_are_served(loop, turn_real);
	loop_free(loop);
}

static int signal_seen;

static void on_signal(void *arg, int signo)
{
	signal_seen = signo;
	loop_stop(arg);
}

static void signals_come_through_the_loop(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	assert_int_equal(loop_signal(loop, SIGUSR1, on_signal, loop), 0);
	raise(SIGUSR1);
	assert_int_equal(signal_seen, 0);
	turn_real(loop);
	assert_int_equal(signal_seen, SIGUSR1);
	for (int i = 0; i < 7; i++)
		assert_int_equal(loop_signal(loop, SIGUSR2, on_signal, loop), 0);
	assert_int_equal(loop_signal(loop, SIGUSR2, on_signal, loop), -ENOSPC);
	loop_free(loop);
}

static void what_was_never_started_stops(void **state)
{
	struct loop_timer t = { 0 };
	struct loop_io io = { 0 };

	(void)state;
	loop_timer_stop(&t);
	loop_io_stop(&io);
	loop_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtual_time_fires_in_order),
		cmocka_unit_test(virtual_stop_and_restart),
		cmocka_unit_test(virtual_descriptors),
		cmocka_unit_test(virtual_hangup_is_readable),
		cmocka_unit_test(real_timers),
		cmocka_unit_test(real_descriptors),
		cmocka_unit_test(signals_come_through_the_loop),
		cmocka_unit_test(what_was_never_started_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
