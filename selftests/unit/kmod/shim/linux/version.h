/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The oldest kernel that is supported, so that what compat-include/ adds is tested along. */
#ifndef SHIM_LINUX_VERSION_H
#define SHIM_LINUX_VERSION_H

#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE	KERNEL_VERSION(6, 1, 0)

#endif /* SHIM_LINUX_VERSION_H */
