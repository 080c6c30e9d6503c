/* SPDX-License-Identifier: GPL-2.0 */
/* The header moved here from asm/ in Linux 6.12. */
#ifndef ADIT_COMPAT_LINUX_UNALIGNED_H
#define ADIT_COMPAT_LINUX_UNALIGNED_H

#if __has_include_next(<linux/unaligned.h>)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* ADIT_COMPAT_LINUX_UNALIGNED_H */
