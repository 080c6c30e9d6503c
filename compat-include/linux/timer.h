/* SPDX-License-Identifier: GPL-2.0 */
/* from_timer() is called timer_container_of() since Linux 6.16. */
#ifndef ADIT_COMPAT_LINUX_TIMER_H
#define ADIT_COMPAT_LINUX_TIMER_H

#include_next <linux/timer.h>

#ifndef timer_container_of
#define timer_container_of from_timer
#endif

#endif /* ADIT_COMPAT_LINUX_TIMER_H */
