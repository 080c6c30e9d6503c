/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compression function of SHA-1 (FIPS 180-4), for the key chain of MPPE alone.
 *
 * Ours, because stateless MPPE needs it twice for every packet: the kernel's generic one takes
 * nearly twice the instructions, it is not for new code, and its name and place change between the
 * kernels that we build for.
 */
#ifndef ADIT_SHA1_H
#define ADIT_SHA1_H

#include <linux/types.h>

#define ADIT_SHA1_BLOCK		64
#define ADIT_SHA1_LEN		20
#define ADIT_SHA1_WORDS		(ADIT_SHA1_LEN / 4)

/**
 * adit_sha1_init() - begin a digest
 * @digest: ADIT_SHA1_WORDS words
 */
void adit_sha1_init(u32 *digest);

/**
 * adit_sha1_block() - hash a block
 * @digest: ADIT_SHA1_WORDS words, updated
 * @block: ADIT_SHA1_BLOCK octets; padding is the caller's
 *
 * Leaves nothing of the block in memory. Context: any.
 */
void adit_sha1_block(u32 *digest, const u8 *block);

#endif /* ADIT_SHA1_H */
