/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <string.h>

static inline void memzero_explicit(void *p, size_t len)
{
	explicit_bzero(p, len);
}

#endif /* SHIM_LINUX_STRING_H */
