/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A clock that the test moves. */
#ifndef SHIM_LINUX_JIFFIES_H
#define SHIM_LINUX_JIFFIES_H

#define HZ	250

extern unsigned long jiffies;

#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)

#endif /* SHIM_LINUX_JIFFIES_H */
