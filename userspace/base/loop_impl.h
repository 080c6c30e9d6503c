/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a backend of base/loop.h is. Two exist: libevent (loop_event.c) and the virtual clock
 * (loop_virtual.c). A backend embeds struct loop at its beginning.
 */
#ifndef ADIT_BASE_LOOP_IMPL_H
#define ADIT_BASE_LOOP_IMPL_H

#include "base/loop.h"

struct loop_ops {
	void (*free)(struct loop *loop);
	uint64_t (*now_ms)(const struct loop *loop);
	int (*run)(struct loop *loop);
	void (*stop)(struct loop *loop);
	int (*timer_start)(struct loop_timer *t, uint64_t delay_ms);
	void (*timer_stop)(struct loop_timer *t);
	int (*io_start)(struct loop_io *io);
	int (*io_want_write)(struct loop_io *io, bool want);
	void (*io_stop)(struct loop_io *io);
	int (*signal)(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg);
};

struct loop {
	const struct loop_ops *ops;
};

/* What libevent's other parts want to be told; NULL: a virtual clock. */
struct event_base;
struct event_base *loop_event_base(struct loop *loop);

#endif /* ADIT_BASE_LOOP_IMPL_H */
