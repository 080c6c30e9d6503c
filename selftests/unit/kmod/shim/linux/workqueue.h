/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One delayed work item at most, which the test runs when its time has come. */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <stddef.h>

#include <linux/types.h>

struct work_struct {
	void (*fn)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
};

#define DECLARE_DELAYED_WORK(name, f)	struct delayed_work name = { .work = { .fn = (f) } }
#define __DELAYED_WORK_INITIALIZER(name, f, flags)	{ .work = { .fn = (f) } }
#define to_delayed_work(w)		((struct delayed_work *)(w))	/* its first member */
#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))
#define system_wq			0

extern struct delayed_work *shim_work;
extern unsigned long shim_work_delay;

static inline void mod_delayed_work(int queue, struct delayed_work *work, unsigned long delay)
{
	(void)queue;
	shim_work = work;
	shim_work_delay = delay;
}

static inline void cancel_delayed_work_sync(struct delayed_work *work)
{
	if (shim_work == work)
		shim_work = NULL;
}

#endif /* SHIM_LINUX_WORKQUEUE_H */
