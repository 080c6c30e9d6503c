// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "base/loop_impl.h"

void loop_free(struct loop *loop)
{
	if (loop)
		loop->ops->free(loop);
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->ops->now_ms(loop);
}

int loop_run(struct loop *loop)
{
	return loop->ops->run(loop);
}

void loop_stop(struct loop *loop)
{
	loop->ops->stop(loop);
}

void loop_timer_init(struct loop_timer *t, struct loop *loop, void (*fn)(void *arg), void *arg)
{
	*t = (struct loop_timer){ .loop = loop, .fn = fn, .arg = arg };
}

int loop_timer_start(struct loop_timer *t, uint64_t delay_ms)
{
	int err = t->loop->ops->timer_start(t, delay_ms);

	if (!err)
		t->pending = true;
	return err;
}

void loop_timer_stop(struct loop_timer *t)
{
	/* An owner may die before it had a reason to init its timer. */
	if (!t->loop)
		return;
	t->loop->ops->timer_stop(t);
	t->pending = false;
}

int loop_io_start(struct loop_io *io, struct loop *loop, int fd,
		  void (*fn)(void *, int, bool, bool), void *arg)
{
	int err;

	*io = (struct loop_io){ .loop = loop, .fn = fn, .arg = arg, .fd = fd };
	err = loop->ops->io_start(io);
	if (err)
		io->loop = NULL;
	return err;
}

int loop_io_want_write(struct loop_io *io, bool want)
{
	return io->loop->ops->io_want_write(io, want);
}

void loop_io_stop(struct loop_io *io)
{
	if (!io->loop)
		return;
	io->loop->ops->io_stop(io);
	io->loop = NULL;
}

int loop_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg)
{
	return loop->ops->signal(loop, signo, fn, arg);
}
