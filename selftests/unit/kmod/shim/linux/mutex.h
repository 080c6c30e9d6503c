/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread: a lock is held or not, and to take it twice is the bug. */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <assert.h>

#include <linux/types.h>

struct mutex {
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name
#define __MUTEX_INITIALIZER(name) { .held = false }

static inline void mutex_lock(struct mutex *lock)
{
	assert(!lock->held);
	lock->held = true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	assert(lock->held);
	lock->held = false;
}

#endif /* SHIM_LINUX_MUTEX_H */
