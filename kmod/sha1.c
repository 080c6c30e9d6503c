// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-1, one block at a time.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "sha1.h"

#define ROUNDS		80
#define PHASE_ROUNDS	20

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

/* Five rounds in one go bring every variable back to its place. */
static __always_inline void phase(u32 *v, const u32 *w, u32 k, u32 (*f)(u32 x, u32 y, u32 z))
{
	u32 a = v[0], b = v[1], c = v[2], d = v[3], e = v[4];
	int t;

	for (t = 0; t < PHASE_ROUNDS; t += 5, w += 5) {
		e += rol32(a, 5) + f(b, c, d) + k + w[0];
		b = rol32(b, 30);
		d += rol32(e, 5) + f(a, b, c) + k + w[1];
		a = rol32(a, 30);
		c += rol32(d, 5) + f(e, a, b) + k + w[2];
		e = rol32(e, 30);
		b += rol32(c, 5) + f(d, e, a) + k + w[3];
		d = rol32(d, 30);
		a += rol32(b, 5) + f(c, d, e) + k + w[4];
		c = rol32(c, 30);
	}
	v[0] = a;
	v[1] = b;
	v[2] = c;
	v[3] = d;
	v[4] = e;
}

static __always_inline u32 expand(const u32 *w)
{
	return rol32(w[-3] ^ w[-8] ^ w[-14] ^ w[-16], 1);
}

static __always_inline void message_schedule(u32 *w, const u8 *block)
{
	int t;

	for (t = 0; t < 16; t++)
		w[t] = get_unaligned_be32(block + 4 * t);
	for (; t < ROUNDS; t += 4) {
		w[t] = expand(w + t);
		w[t + 1] = expand(w + t + 1);
		w[t + 2] = expand(w + t + 2);
		w[t + 3] = expand(w + t + 3);
	}
}

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
	u32 w[ROUNDS], v[ADIT_SHA1_WORDS];
	int i;

	message_schedule(w, block);
	memcpy(v, digest, sizeof(v));
	phase(v, w, 0x5a827999, choose);
	phase(v, w + 20, 0x6ed9eba1, parity);
	phase(v, w + 40, 0x8f1bbcdc, majority);
	phase(v, w + 60, 0xca62c1d6, parity);
	for (i = 0; i < ADIT_SHA1_WORDS; i++)
		digest[i] += v[i];
	memzero_explicit(w, sizeof(w));
	memzero_explicit(v, sizeof(v));
}
