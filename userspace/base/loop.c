// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/loop.h"

#include <errno.h>

#include "base/loop_impl.h"

void loop_free(struct loop *loop)
{
	if (loop)
		loop->backend->free(loop);
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->backend->now_ms(loop);
}

int loop_run(struct loop *loop)
{
	return loop->backend->run(loop);
}

void loop_stop(struct loop *loop)
{
	loop->backend->stop(loop);
}

void loop_timer_init(struct loop_timer *t, struct loop *loop, void (*fn)(void *arg), void *arg)
{
	*t = (struct loop_timer){ .loop = loop, .fn = fn, .arg = arg };
}

int loop_timer_start(struct loop_timer *t, uint64_t delay_ms)
{
	return t->loop->backend->timer_start(t, delay_ms);
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t->loop)
		t->loop->backend->timer_stop(t);
}

int loop_io_start(struct loop_io *io, struct loop *loop, int fd, void (*fn)(void *, int, bool, bool), void *arg)
{
	*io = (struct loop_io){ .loop = loop, .fn = fn, .arg = arg, .fd = fd };
	return loop->backend->io_start ? loop->backend->io_start(io) : -EOPNOTSUPP;
}

int loop_io_want_write(struct loop_io *io, bool want)
{
	return io->loop->backend->io_want_write(io, want);
}

void loop_io_stop(struct loop_io *io)
{
	if (io->loop && io->impl)
		io->loop->backend->io_stop(io);
}

int loop_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	return loop->backend->signal ? loop->backend->signal(loop, signo, fn, arg) : -EOPNOTSUPP;
}
