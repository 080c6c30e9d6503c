// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop under a clock that moves only when told to. It has timers and neither descriptors nor signals. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/loop_impl.h"

struct loop_virtual {
	struct loop loop;
	uint64_t now_ms;
	struct loop_timer *first;	/* by due time, then by order of start */
};

static struct loop_virtual *virtual_of(const struct loop *loop);

static void virtual_free(struct loop *loop)
{
	free(virtual_of(loop));
}

static uint64_t virtual_now_ms(const struct loop *loop)
{
	return virtual_of(loop)->now_ms;
}

static void virtual_timer_stop(struct loop_timer *t)
{
	struct loop_timer **at;

	if (!t->pending)
		return;
	for (at = &virtual_of(t->loop)->first; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	t->next = NULL;
	t->pending = false;
}

static int virtual_timer_start(struct loop_timer *t, uint64_t delay_ms)
{
	struct loop_virtual *v = virtual_of(t->loop);
	struct loop_timer **at;

	virtual_timer_stop(t);
	t->due_ms = v->now_ms + delay_ms;
	for (at = &v->first; *at && (*at)->due_ms <= t->due_ms; at = &(*at)->next)
		;
	t->next = *at;
	*at = t;
	t->pending = true;
	return 0;
}

static int virtual_run(struct loop *loop)
{
	uint64_t due;

	while (loop_virtual_next(loop, &due))
		loop_virtual_advance(loop, due - virtual_of(loop)->now_ms);
	return 0;
}

static void virtual_stop(struct loop *loop)
{
	(void)loop;
}

static const struct loop_backend virtual_backend = {
	.free = virtual_free,
	.now_ms = virtual_now_ms,
	.run = virtual_run,
	.stop = virtual_stop,
	.timer_start = virtual_timer_start,
	.timer_stop = virtual_timer_stop,
};

static struct loop_virtual *virtual_of(const struct loop *loop)
{
	assert(loop->backend == &virtual_backend);
	return (struct loop_virtual *)loop;	/* loop is the first member */
}

struct loop *loop_new_virtual(uint64_t start_ms)
{
	struct loop_virtual *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->loop.backend = &virtual_backend;
	v->now_ms = start_ms;
	return &v->loop;
}

bool loop_virtual_next(const struct loop *loop, uint64_t *due_ms)
{
	const struct loop_timer *first = virtual_of(loop)->first;

	if (first)
		*due_ms = first->due_ms;
	return first;
}

void loop_virtual_advance(struct loop *loop, uint64_t ms)
{
	struct loop_virtual *v = virtual_of(loop);
	uint64_t until = v->now_ms + ms;

	while (v->first && v->first->due_ms <= until) {
		struct loop_timer *t = v->first;

		v->now_ms = t->due_ms;
		virtual_timer_stop(t);
		t->fn(t->arg);
	}
	v->now_ms = until;
}
