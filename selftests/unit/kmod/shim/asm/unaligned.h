/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_ASM_UNALIGNED_H
#define SHIM_ASM_UNALIGNED_H

#include <endian.h>
#include <string.h>

#include <linux/types.h>

static inline u16 get_unaligned_be16(const void *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static inline u32 get_unaligned_be32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static inline u32 get_unaligned_le32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	v = htobe16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_le32(u32 v, void *p)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be64(u64 v, void *p)
{
	v = htobe64(v);
	memcpy(p, &v, sizeof(v));
}

/* A packed structure, as in the kernel: memcpy() from a typed pointer promises the alignment of its type. */
#define get_unaligned(p)	(((const struct { __typeof__(*(p)) value; } __attribute__((packed)) *)(p))->value)

#define put_unaligned(v, p)	\
	(((struct { __typeof__(*(p)) value; } __attribute__((packed)) *)(p))->value = (v))

#endif /* SHIM_ASM_UNALIGNED_H */
