/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop behind one interface: libevent in the daemon, a virtual clock in tests and fuzzers. Timers and watches
 * are embedded in their owner, which stops them before it dies. Callbacks run from loop_run() or
 * loop_virtual_advance(), never from within a start or stop.
 */
#ifndef ADIT_BASE_LOOP_H
#define ADIT_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop_timer {
	struct loop *loop;
	void (*fn)(void *arg);
	void *arg;
	void *impl;		/* the backend's */
	uint64_t due_ms;	/* virtual backend */
	struct loop_timer *next;
	bool pending;
};

struct loop_io {
	struct loop *loop;
	void (*fn)(void *arg, int fd, bool readable, bool writable);
	void *arg;
	void *impl;
	int fd;
};

struct loop *loop_new(void);				/* libevent; NULL on ENOMEM */
struct loop *loop_new_virtual(uint64_t start_ms);
void loop_free(struct loop *loop);
uint64_t loop_now_ms(const struct loop *loop);		/* monotonic */
int loop_run(struct loop *loop);			/* until loop_stop() */
void loop_stop(struct loop *loop);
/* fires what is due on the way, in order of time then of start */
void loop_virtual_advance(struct loop *loop, uint64_t ms);
bool loop_virtual_next(const struct loop *loop, uint64_t *due_ms);

void loop_timer_init(struct loop_timer *t, struct loop *loop, void (*fn)(void *arg), void *arg);
/* restarts a pending one; 0 means as soon as the loop turns */
int loop_timer_start(struct loop_timer *t, uint64_t delay_ms);
/* also frees what the backend holds; init is not needed again */
void loop_timer_stop(struct loop_timer *t);

int loop_io_start(struct loop_io *io, struct loop *loop, int fd, void (*fn)(void *, int, bool, bool), void *arg);
int loop_io_want_write(struct loop_io *io, bool want);	/* readable is always watched */
void loop_io_stop(struct loop_io *io);

int loop_signal(struct loop *loop, int signo, void (*fn)(void *arg, int signo), void *arg);

#endif /* ADIT_BASE_LOOP_H */
