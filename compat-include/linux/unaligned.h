/* SPDX-License-Identifier: GPL-2.0 */
/* The header moved here from asm/ in Linux 6.12. */
#ifndef ADIT_COMPAT_LINUX_UNALIGNED_H
#define ADIT_COMPAT_LINUX_UNALIGNED_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include_next <linux/unaligned.h>
#endif

#endif /* ADIT_COMPAT_LINUX_UNALIGNED_H */
