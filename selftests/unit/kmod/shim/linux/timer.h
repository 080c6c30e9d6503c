/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_TIMER_H
#define SHIM_LINUX_TIMER_H

struct timer_list;

#endif /* SHIM_LINUX_TIMER_H */
