/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

static inline u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << (-shift & 31));
}

static inline u32 rol32(u32 word, unsigned int shift)
{
	return ror32(word, -shift);
}

#endif /* SHIM_LINUX_BITOPS_H */
