// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop on libevent. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "base/loop_impl.h"

struct loop_signal {
	struct loop_signal *next;
	struct event *event;
	void (*fn)(void *arg, int signo);
	void *arg;
};

struct loop_event {
	struct loop loop;
	struct event_base *base;
	struct loop_signal *signals;
};

/* An io has one event for reading and, while wanted, one for writing. */
struct io_events {
	struct event *read;
	struct event *write;
};

static struct loop_event *event_of(const struct loop *loop)
{
	return (struct loop_event *)loop;	/* loop is the first member */
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
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
		t->impl = evtimer_new(event_of(t->loop)->base, on_timer, t);
	if (!t->impl || event_add(t->impl, &tv))
		return -ENOMEM;
	t->pending = true;
	return 0;
}

static void event_timer_stop(struct loop_timer *t)
{
	if (t->impl)
		event_free(t->impl);
	t->impl = NULL;
	t->pending = false;
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;

	io->fn(io->arg, fd, what & EV_READ, what & EV_WRITE);
}

static void event_io_stop(struct loop_io *io)
{
	struct io_events *ev = io->impl;

	if (ev->read)
		event_free(ev->read);
	if (ev->write)
		event_free(ev->write);
	free(ev);
	io->impl = NULL;
}

static int event_io_start(struct loop_io *io)
{
	struct event_base *base = event_of(io->loop)->base;
	struct io_events *ev = calloc(1, sizeof(*ev));

	io->impl = ev;
	if (!ev)
		return -ENOMEM;
	ev->read = event_new(base, io->fd, EV_READ | EV_PERSIST, on_io, io);
	ev->write = event_new(base, io->fd, EV_WRITE | EV_PERSIST, on_io, io);
	if (ev->read && ev->write && !event_add(ev->read, NULL))
		return 0;
	event_io_stop(io);
	return -ENOMEM;
}

static int event_io_want_write(struct loop_io *io, bool want)
{
	struct io_events *ev = io->impl;
	int err = want ? event_add(ev->write, NULL) : event_del(ev->write);

	return err ? -ENOMEM : 0;
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *s = arg;

	(void)what;
	s->fn(s->arg, signo);
}

static int event_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	struct loop_event *l = event_of(loop);
	struct loop_signal *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*s = (struct loop_signal){ .next = l->signals, .fn = fn, .arg = arg };
	s->event = evsignal_new(l->base, signo, on_signal, s);
	if (!s->event || event_add(s->event, NULL)) {
		if (s->event)
			event_free(s->event);
		free(s);
		return -ENOMEM;
	}
	l->signals = s;
	return 0;
}

static void event_loop_free(struct loop *loop)
{
	struct loop_event *l = event_of(loop);
	struct loop_signal *s;

	while ((s = l->signals)) {
		l->signals = s->next;
		event_free(s->event);
		free(s);
	}
	event_base_free(l->base);
	free(l);
}

/* CLOCK_MONOTONIC is the same in the process that takes over a frozen session. */
static uint64_t event_now_ms(const struct loop *loop)
{
	struct timespec ts;

	(void)loop;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int event_run(struct loop *loop)
{
	return event_base_dispatch(event_of(loop)->base) < 0 ? -EIO : 0;
}

static void event_stop(struct loop *loop)
{
	event_base_loopbreak(event_of(loop)->base);
}

static const struct loop_backend event_backend = {
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

struct loop *loop_new(void)
{
	struct loop_event *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->loop.backend = &event_backend;
	l->base = event_base_new();
	if (l->base)
		return &l->loop;
	free(l);
	return NULL;
}
