// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop of the daemon: libevent core. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "base/loop_impl.h"

#define SIGNALS_MAX	8	/* a daemon has a handful */

struct watched_signal {
	struct event *event;
	void (*fn)(void *arg, int signo);
	void *arg;
};

struct loop_event {
	struct loop loop;
	struct event_base *base;
	struct watched_signal signals[SIGNALS_MAX];
	unsigned int n_signals;
};

static struct event_base *base_of(const struct loop *loop)
{
	return ((const struct loop_event *)loop)->base;
}

static void event_loop_free(struct loop *loop)
{
	struct loop_event *self = (struct loop_event *)loop;

	for (unsigned int i = 0; i < self->n_signals; i++)
		event_free(self->signals[i].event);
	event_base_free(self->base);
	free(self);
}

static uint64_t event_now_ms(const struct loop *loop)
{
	struct timespec ts;

	(void)loop;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000) + ts.tv_nsec / 1000000;
}

static int event_run(struct loop *loop)
{
	return event_base_loop(base_of(loop), EVLOOP_NO_EXIT_ON_EMPTY) < 0 ? -EIO : 0;
}

static void event_stop(struct loop *loop)
{
	event_base_loopbreak(base_of(loop));
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	(void)fd;
	(void)what;
	t->pending = false;
	t->fn(t->arg);
}

static int event_timer_start(struct loop_timer *t, uint64_t delay_ms)
{
	struct timeval tv = { .tv_sec = delay_ms / 1000, .tv_usec = delay_ms % 1000 * 1000 };

	if (!t->impl)
		t->impl = evtimer_new(base_of(t->loop), timer_fired, t);
	if (!t->impl)
		return -ENOMEM;
	return evtimer_add(t->impl, &tv) ? -ENOMEM : 0;
}

static void event_timer_stop(struct loop_timer *t)
{
	if (t->impl)
		event_free(t->impl);
	t->impl = NULL;
}

static void io_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;

	io->fn(io->arg, fd, what & EV_READ, what & EV_WRITE);
}

static int event_io_start(struct loop_io *io)
{
	struct event *ev = event_new(base_of(io->loop), io->fd, EV_READ | EV_PERSIST, io_ready, io);

	if (!ev)
		return -ENOMEM;
	if (event_add(ev, NULL)) {
		event_free(ev);
		return -ENOMEM;
	}
	io->impl = ev;
	return 0;
}

static int event_io_want_write(struct loop_io *io, bool want)
{
	struct event *ev = io->impl;
	short what = EV_READ | EV_PERSIST | (want ? EV_WRITE : 0);

	if (event_get_events(ev) == what)
		return 0;
	event_del(ev);
	event_assign(ev, base_of(io->loop), io->fd, what, io_ready, io);
	return event_add(ev, NULL) ? -ENOMEM : 0;
}

static void event_io_stop(struct loop_io *io)
{
	if (io->impl)
		event_free(io->impl);
	io->impl = NULL;
}

static void signal_came(evutil_socket_t signo, short what, void *arg)
{
	struct watched_signal *s = arg;

	(void)what;
	s->fn(s->arg, signo);
}

static int event_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	struct loop_event *self = (struct loop_event *)loop;
	struct watched_signal *s = &self->signals[self->n_signals];

	if (self->n_signals == SIGNALS_MAX)
		return -ENOSPC;
	*s = (struct watched_signal){ .fn = fn, .arg = arg };
	s->event = evsignal_new(self->base, signo, signal_came, s);
	if (!s->event)
		return -ENOMEM;
	if (evsignal_add(s->event, NULL)) {
		event_free(s->event);
		return -EINVAL;
	}
	self->n_signals++;
	return 0;
}

static const struct loop_ops event_ops = {
	.free = event_loop_free,
	.now_ms = event_now_ms,
	.run = event_run,
	.stop = event_stop,
	.timer_start = event_timer_start,
	.timer_stop = event_timer_stop,
	.io_start = event_io_start,
	.io_want_write = event_io_want_write,
	.io_stop = event_io_stop,
	.signal = event_signal,
};

struct event_base *loop_event_base(struct loop *loop)
{
	return loop->ops == &event_ops ? base_of(loop) : NULL;
}

struct loop *loop_new(void)
{
	struct loop_event *self = calloc(1, sizeof(*self));
	struct event_config *config = event_config_new();

	if (!self || !config)
		goto err_config;
	/* The environment of a privileged process does not choose its backend. */
	event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
	self->base = event_base_new_with_config(config);
	if (!self->base)
		goto err_config;
	event_config_free(config);
	self->loop.ops = &event_ops;
	return &self->loop;

err_config:
	if (config)
		event_config_free(config);
	free(self);
	return NULL;
}
