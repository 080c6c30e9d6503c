// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of tests and fuzzers: time passes only in loop_virtual_advance(). Descriptors are polled
 * there without waiting, before each timer and at the end, so that a test may hold the other end of
 * a socket pair.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/loop_impl.h"

/* Two ends that answer each other for ever are a bug of the test: stop, and let it see. */
#define IO_TURNS_MAX	1000

struct watched {
	struct loop_io *io;
	short events;
	struct watched *next;
};

struct loop_virtual {
	struct loop loop;
	uint64_t now_ms;
	struct loop_timer *timers;	/* by due_ms, then by start */
	struct watched *watched;
	bool stopped;
};

static struct loop_virtual *virtual_of(const struct loop *loop)
{
	return (struct loop_virtual *)loop;
}

static void virtual_free(struct loop *loop)
{
	struct loop_virtual *self = virtual_of(loop);
	struct watched *w;

	while ((w = self->watched)) {
		self->watched = w->next;
		free(w);
	}
	free(self);
}

static uint64_t virtual_now_ms(const struct loop *loop)
{
	return virtual_of(loop)->now_ms;
}

static void virtual_timer_stop(struct loop_timer *t)
{
	struct loop_timer **at;

	for (at = &virtual_of(t->loop)->timers; *at; at = &(*at)->next) {
		if (*at != t)
			continue;
		*at = t->next;
		t->next = NULL;
		return;
	}
}

static int virtual_timer_start(struct loop_timer *t, uint64_t delay_ms)
{
	struct loop_virtual *self = virtual_of(t->loop);
	struct loop_timer **at = &self->timers;

	virtual_timer_stop(t);
	t->due_ms = self->now_ms + delay_ms;
	while (*at && (*at)->due_ms <= t->due_ms)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	return 0;
}

static int virtual_io_start(struct loop_io *io)
{
	struct loop_virtual *self = virtual_of(io->loop);
	struct watched *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct watched){ .io = io, .events = POLLIN, .next = self->watched };
	self->watched = w;
	io->impl = w;
	return 0;
}

static int virtual_io_want_write(struct loop_io *io, bool want)
{
	struct watched *w = io->impl;

	w->events = POLLIN | (want ? POLLOUT : 0);
	return 0;
}

static void virtual_io_stop(struct loop_io *io)
{
	struct watched **at;

	for (at = &virtual_of(io->loop)->watched; *at; at = &(*at)->next) {
		if (*at != io->impl)
			continue;
		*at = (*at)->next;
		free(io->impl);
		io->impl = NULL;
		return;
	}
}

/* Serve one ready descriptor. One at a time: its callback may stop any other. */
static bool serve_io(struct loop_virtual *self)
{
	for (struct watched *w = self->watched; w; w = w->next) {
		struct pollfd p = { .fd = w->io->fd, .events = w->events };
		struct loop_io *io = w->io;

		if (poll(&p, 1, 0) <= 0)
			continue;
		io->fn(io->arg, io->fd, p.revents & (POLLIN | POLLHUP | POLLERR),
		       p.revents & POLLOUT);
		return true;
	}
	return false;
}

static void serve_all_io(struct loop_virtual *self)
{
	for (int turns = 0; turns < IO_TURNS_MAX && serve_io(self); turns++)
		;
}

void loop_virtual_advance(struct loop *loop, uint64_t ms)
{
	struct loop_virtual *self = virtual_of(loop);
	uint64_t until = self->now_ms + ms;
	struct loop_timer *t;

	serve_all_io(self);
	while ((t = self->timers) && t->due_ms <= until) {
		self->timers = t->next;
		t->next = NULL;
		t->pending = false;
		if (t->due_ms > self->now_ms)
			self->now_ms = t->due_ms;
		t->fn(t->arg);
		serve_all_io(self);
	}
	self->now_ms = until;
}

bool loop_virtual_next(const struct loop *loop, uint64_t *due_ms)
{
	const struct loop_timer *t = virtual_of(loop)->timers;

	if (t)
		*due_ms = t->due_ms;
	return t;
}

static int virtual_run(struct loop *loop)
{
	struct loop_virtual *self = virtual_of(loop);
	uint64_t due_ms;

	self->stopped = false;
	loop_virtual_advance(loop, 0);
	while (!self->stopped && loop_virtual_next(loop, &due_ms))
		loop_virtual_advance(loop, due_ms > self->now_ms ? due_ms - self->now_ms : 0);
	return 0;
}

static void virtual_stop(struct loop *loop)
{
	virtual_of(loop)->stopped = true;
}

/* A test calls the handler itself. */
static int virtual_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	(void)loop;
	(void)signo;
	(void)fn;
	(void)arg;
	return 0;
}

static const struct loop_ops virtual_ops = {
	.free = virtual_free,
	.now_ms = virtual_now_ms,
	.run = virtual_run,
	.stop = virtual_stop,
	.timer_start = virtual_timer_start,
	.timer_stop = virtual_timer_stop,
	.io_start = virtual_io_start,
	.io_want_write = virtual_io_want_write,
	.io_stop = virtual_io_stop,
	.signal = virtual_signal,
};

struct loop *loop_new_virtual(uint64_t start_ms)
{
	struct loop_virtual *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->loop.ops = &virtual_ops;
	self->now_ms = start_ms;
	return &self->loop;
}
