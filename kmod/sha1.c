// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-1, one block at a time. A stateless MPPE packet takes two blocks on either side, so the rounds are written out:
 * every variable stays in its register, and each word of the message schedule is made in the round that needs it.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "sha1.h"

#define WORDS	16	/* of the message schedule that are needed again */

/* FIPS 180-4 §4.1.1, Parity and the others in forms that take fewer operations. */
static __always_inline u32 choose(u32 x, u32 y, u32 z)
{
	return z ^ (x & (y ^ z));
}

static __always_inline u32 parity(u32 x, u32 y, u32 z)
{
	return x ^ y ^ z;
}

static __always_inline u32 majority(u32 x, u32 y, u32 z)
{
	return (x & y) + (z & (x ^ y));
}

/* FIPS 180-4 §6.1.3: word @t of the message schedule, in the place of the one sixteen before it. */
static __always_inline u32 word(u32 *w, const u8 *block, int t)
{
	if (t < WORDS)
		w[t] = get_unaligned_be32(block + 4 * t);
	else
		w[t % WORDS] = rol32(w[(t - 3) % WORDS] ^ w[(t - 8) % WORDS] ^ w[(t - 14) % WORDS] ^ w[t % WORDS], 1);
	return w[t % WORDS];
}

#define ROUND(f, k, t, a, b, c, d, e)			\
do {							\
	(e) += word(w, block, (t)) + (k);		\
	(e) += f((b), (c), (d)) + rol32((a), 5);	\
	(b) = rol32((b), 30);				\
} while (0)

/* Five rounds in one go bring every variable back to its place. */
#define ROUNDS5(f, k, t)				\
do {							\
	ROUND(f, k, (t), a, b, c, d, e);		\
	ROUND(f, k, (t) + 1, e, a, b, c, d);		\
	ROUND(f, k, (t) + 2, d, e, a, b, c);		\
	ROUND(f, k, (t) + 3, c, d, e, a, b);		\
	ROUND(f, k, (t) + 4, b, c, d, e, a);		\
} while (0)

#define ROUNDS20(f, k, t)				\
do {							\
	ROUNDS5(f, k, (t));				\
	ROUNDS5(f, k, (t) + 5);				\
	ROUNDS5(f, k, (t) + 10);			\
	ROUNDS5(f, k, (t) + 15);			\
} while (0)

void adit_sha1_init(u32 *digest)
{
	digest[0] = 0x67452301;
	digest[1] = 0xefcdab89;
	digest[2] = 0x98badcfe;
	digest[3] = 0x10325476;
	digest[4] = 0xc3d2e1f0;
}

void adit_sha1_block(u32 *digest, const u8 *block)
{
	u32 a = digest[0], b = digest[1], c = digest[2], d = digest[3], e = digest[4];
	u32 w[WORDS];

	ROUNDS20(choose, 0x5a827999, 0);
	ROUNDS20(parity, 0x6ed9eba1, 20);
	ROUNDS20(majority, 0x8f1bbcdc, 40);
	ROUNDS20(parity, 0xca62c1d6, 60);
	digest[0] += a;
	digest[1] += b;
	digest[2] += c;
	digest[3] += d;
	digest[4] += e;
	memzero_explicit(w, sizeof(w));
}
