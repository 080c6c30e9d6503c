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

/* One step on the cell at @p: advances @j, returns an octet of key stream. */
static __always_inline u32 step(struct cells s, u32 *p, u32 *j)
{
	u32 a = *p, b;

	*j = (u8)(*j + a);
	b = s.rd[*j];
	*p = b;
	s.wr[*j] = a;
	return s.rd[(u8)(a + b)];
}

#define CELLS4(n)	(n), (n) + 1, (n) + 2, (n) + 3
#define CELLS16(n)	CELLS4(n), CELLS4((n) + 4), CELLS4((n) + 8), CELLS4((n) + 12)
#define CELLS64(n)	CELLS16(n), CELLS16((n) + 16), CELLS16((n) + 32), CELLS16((n) + 48)

/* Copied in one sweep, where a loop would add a third to a key schedule. */
static const u32 identity[256] = { CELLS64(0), CELLS64(64), CELLS64(128), CELLS64(192) };

/*
 * Four steps; each octet is mixed in at the bottom of the word, which has gone round once when all
 * are done.
 */
static __always_inline u32 mix4(struct cells s, u32 *p, u32 *j, u32 word)
{
	word = ror32(word ^ step(s, p, j), 8);
	word = ror32(word ^ step(s, p + 1, j), 8);
	word = ror32(word ^ step(s, p + 2, j), 8);
	return ror32(word ^ step(s, p + 3, j), 8);
}

/* Sixteen steps from the cell at @p on. */
static __always_inline void mix16(struct cells s, u32 *p, u32 *j, u8 *dst, const u8 *src)
{
	put_unaligned_le32(mix4(s, p, j, get_unaligned_le32(src)), dst);
	put_unaligned_le32(mix4(s, p + 4, j, get_unaligned_le32(src + 4)), dst + 4);
	put_unaligned_le32(mix4(s, p + 8, j, get_unaligned_le32(src + 8)), dst + 8);
	put_unaligned_le32(mix4(s, p + 12, j, get_unaligned_le32(src + 12)), dst + 12);
}

/*
 * One step of the key schedule. Of @j and the word that begins with the key octet only the lowest
 * octets count, so neither is masked: the octet is added from where it is in memory.
 */
static __always_inline void schedule_step(struct cells s, u32 *p, u32 *j, const u8 *key)
{
	u32 a = *p;

	*j += a;
	OPTIMIZER_HIDE_VAR(*j);	/* in this order each sum is one instruction */
	*j += get_unaligned_le32(key);
	*p = s.rd[(u8)*j];
	s.wr[(u8)*j] = a;
}

static __always_inline void schedule8(struct cells s, u32 *p, u32 *j, const u8 *key)
{
	schedule_step(s, p, j, key);
	schedule_step(s, p + 1, j, key + 1);
	schedule_step(s, p + 2, j, key + 2);
	schedule_step(s, p + 3, j, key + 3);
	schedule_step(s, p + 4, j, key + 4);
	schedule_step(s, p + 5, j, key + 5);
	schedule_step(s, p + 6, j, key + 6);
	schedule_step(s, p + 7, j, key + 7);
}

void adit_rc4_init(struct adit_rc4 *rc4, const u8 *key, unsigned int len)
{
	u8 word[ADIT_RC4_KEY_MAX + sizeof(u32)] = {};	/* the last octets are read as words, too */
	struct cells s = cells_of(rc4);
	u32 i, j = 0;

	memcpy(word, key, len);
	memcpy(rc4->s, identity, sizeof(rc4->s));
	for (i = 0; i < 256; i += 8)
		schedule8(s, s.rd + i, &j, word + (i & (len - 1)));
	rc4->i = 0;
	rc4->j = 0;
	memzero_explicit(word, sizeof(word));
}

void adit_rc4_crypt(struct adit_rc4 *rc4, u8 *dst, const u8 *src, unsigned int len)
{
	struct cells s = cells_of(rc4);
	u32 j = rc4->j;

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
