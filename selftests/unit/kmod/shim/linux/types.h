/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little of the kernel's headers that the pure files of the module need, for native tests. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include_next <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define U16_MAX	UINT16_MAX
#define U32_MAX	UINT32_MAX

typedef unsigned int gfp_t;

#define __force
#define swab16(v)	__builtin_bswap16(v)

#endif /* SHIM_LINUX_TYPES_H */
