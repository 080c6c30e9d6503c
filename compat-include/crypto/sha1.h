/* SPDX-License-Identifier: GPL-2.0 */
/* Linux 6.17 has a one-call sha1(); before it there is only the bare compression function. */
#ifndef ADIT_COMPAT_CRYPTO_SHA1_H
#define ADIT_COMPAT_CRYPTO_SHA1_H

#include <linux/version.h>
#include_next <crypto/sha1.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)

#include <linux/string.h>
#include <linux/unaligned.h>

/* Contract of the newer kernel: @out has SHA1_DIGEST_SIZE octets. */
static inline void sha1(const u8 *data, size_t len, u8 *out)
{
	/* What is left over, a one bit, zeros, the length in bits. */
	u8 block[2 * SHA1_BLOCK_SIZE] = {};
	u32 digest[SHA1_DIGEST_WORDS], work[SHA1_WORKSPACE_WORDS];
	size_t rest = len % SHA1_BLOCK_SIZE, whole = len - rest, i;
	size_t tail = rest < SHA1_BLOCK_SIZE - 8 ? SHA1_BLOCK_SIZE : 2 * SHA1_BLOCK_SIZE;

	sha1_init(digest);
	for (i = 0; i < whole; i += SHA1_BLOCK_SIZE)
		sha1_transform(digest, (const char *)data + i, work);

	memcpy(block, data + whole, rest);
	block[rest] = 0x80;
	put_unaligned_be64((u64)len * 8, block + tail - 8);
	for (i = 0; i < tail; i += SHA1_BLOCK_SIZE)
		sha1_transform(digest, (const char *)block + i, work);

	for (i = 0; i < SHA1_DIGEST_WORDS; i++)
		put_unaligned_be32(digest[i], out + 4 * i);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(digest, sizeof(digest));
	memzero_explicit(work, sizeof(work));
}

#endif

#endif /* ADIT_COMPAT_CRYPTO_SHA1_H */
