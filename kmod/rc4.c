// SPDX-License-Identifier: GPL-2.0
/*
 * RC4. Nearly all the processor time of a PPTP gateway is spent here, so the loops are written for
 * the number of instructions: groups of steps whose cells have constant offsets, and key stream
 * mixed into words instead of octets.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "rc4.h"

/*
 * The permutation under two names that the compiler believes to be different: it would otherwise
 * compute the address of cell j in an instruction of its own to load and store through it, one in
 * twelve.
 */
struct cells {
	u32 *rd;
	u32 *wr;
};

static __always_inline struct cells cells_of(struct adit_rc4 *rc4)
{
	struct cells s = { .rd = rc4->s, .wr = rc4->s };

	OPTIMIZER_HIDE_VAR(s.wr);
	return s;
}

/*
 * Sum modulo 256 of two octets. Compilers add words and then clear what is above the octet, two instructions; the
 * processor can do with one. Of words: an index that is one wants no instruction to be widened either.
 */
static __always_inline unsigned long add8(unsigned long x, unsigned long y)
{
#ifdef __x86_64__
	asm("addb %b1, %b0" : "+r" (x) : "r" (y) : "cc");
	return x;
#else
	return (u8)(x + y);
#endif
}

/* @x + @y + the octet at @key, likewise. */
static __always_inline unsigned long add8_key(unsigned long x, u32 y, const u8 *key)
{
#ifdef __x86_64__
	asm("addb %b1, %b0\n\taddb %2, %b0" : "+&r" (x) : "r" (y), "m" (*key) : "cc");
	return x;
#else
	return (u8)(x + y + *key);
#endif
}

/* One step on the cell at @p: advances @j, returns an octet of key stream. */
static __always_inline u32 step(struct cells s, u32 *p, unsigned long *j)
{
	unsigned long a = *p, b;

	*j = add8(*j, a);
	b = s.rd[*j];
	*p = b;
	s.wr[*j] = a;
	return s.rd[add8(a, b)];
}

/* Copied in one sweep, where a loop would add a third to a key schedule. */
static const u32 identity[256] = {
	0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
	0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
	0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f,
	0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
	0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
	0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
	0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f,
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
	0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
	0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
	0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
	0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
};

/*
 * Four steps; each octet is mixed in at the bottom of the word, which has gone round once when all
 * are done.
 */
static __always_inline u32 mix4(struct cells s, u32 *p, unsigned long *j, u32 word)
{
	word = ror32(word ^ step(s, p, j), 8);
	word = ror32(word ^ step(s, p + 1, j), 8);
	word = ror32(word ^ step(s, p + 2, j), 8);
	return ror32(word ^ step(s, p + 3, j), 8);
}

/* Sixteen steps from the cell at @p on. */
static __always_inline void mix16(struct cells s, u32 *p, unsigned long *j, u8 *dst, const u8 *src)
{
	put_unaligned_le32(mix4(s, p, j, get_unaligned_le32(src)), dst);
	put_unaligned_le32(mix4(s, p + 4, j, get_unaligned_le32(src + 4)), dst + 4);
	put_unaligned_le32(mix4(s, p + 8, j, get_unaligned_le32(src + 8)), dst + 8);
	put_unaligned_le32(mix4(s, p + 12, j, get_unaligned_le32(src + 12)), dst + 12);
}

/* One step of the key schedule. */
static __always_inline void schedule_step(struct cells s, u32 *p, unsigned long *j, const u8 *key)
{
	u32 a = *p, b;

	*j = add8_key(*j, a, key);
	b = s.rd[*j];
	s.wr[*j] = a;
	*p = b;
}

static __always_inline void schedule4(struct cells s, u32 *p, unsigned long *j, const u8 *key)
{
	schedule_step(s, p, j, key);
	schedule_step(s, p + 1, j, key + 1);
	schedule_step(s, p + 2, j, key + 2);
	schedule_step(s, p + 3, j, key + 3);
}

/* The key repeated to its longest length, so that no step has to ask where in the key it is. */
void adit_rc4_init(struct adit_rc4 *rc4, const u8 *key, unsigned int len)
{
	struct cells s = cells_of(rc4);
	u8 whole[ADIT_RC4_KEY_MAX];
	unsigned long j = 0;
	u32 i;

	memcpy(whole, key, len < sizeof(whole) ? sizeof(whole) / 2 : sizeof(whole));
	if (len < sizeof(whole))
		memcpy(whole + sizeof(whole) / 2, key, sizeof(whole) / 2);
	memcpy(rc4->s, identity, sizeof(rc4->s));
	for (i = 0; i < 256; i += 16) {
		schedule4(s, s.rd + i, &j, whole);
		schedule4(s, s.rd + i + 4, &j, whole + 4);
		schedule4(s, s.rd + i + 8, &j, whole + 8);
		schedule4(s, s.rd + i + 12, &j, whole + 12);
	}
	rc4->i = 0;
	rc4->j = 0;
	memzero_explicit(whole, sizeof(whole));
}

void adit_rc4_crypt(struct adit_rc4 *rc4, u8 *dst, const u8 *src, unsigned int len)
{
	struct cells s = cells_of(rc4);
	unsigned long j = rc4->j;

	while (len) {
		u32 first = (u8)(rc4->i + 1);
		u32 n = min_t(u32, len, 256 - first);	/* the cells from here on are in a row */
		u32 *p = s.rd + first;

		rc4->i = first + n - 1;
		len -= n;
		for (; n >= 16; n -= 16, p += 16, dst += 16, src += 16)
			mix16(s, p, &j, dst, src);
		for (; n >= 4; n -= 4, p += 4, dst += 4, src += 4)
			put_unaligned_le32(mix4(s, p, &j, get_unaligned_le32(src)), dst);
		for (; n; n--)
			*dst++ = *src++ ^ step(s, p++, &j);
	}
	rc4->j = j;
}

void adit_rc4_rewind(struct adit_rc4 *rc4, unsigned int len)
{
	u32 *s = rc4->s, i = rc4->i, j = rc4->j;

	for (; len; len--) {
		u32 a = s[j];

		s[j] = s[i];
		s[i] = a;
		j = (u8)(j - a);
		i = (u8)(i - 1);
	}
	rc4->i = i;
	rc4->j = j;
}
