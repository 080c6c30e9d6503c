/* SPDX-License-Identifier: GPL-2.0 */
/* system_wq is called system_percpu_wq since Linux 6.17; later kernels complain when the old one is given work. */
#ifndef ADIT_COMPAT_LINUX_WORKQUEUE_H
#define ADIT_COMPAT_LINUX_WORKQUEUE_H

#include <linux/version.h>
#include_next <linux/workqueue.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define system_percpu_wq system_wq
#endif

#endif /* ADIT_COMPAT_LINUX_WORKQUEUE_H */
