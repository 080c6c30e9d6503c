/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_CRYPTO_SHA1_H
#define SHIM_CRYPTO_SHA1_H

#include <linux/types.h>

#define SHA1_DIGEST_SIZE	20
#define SHA1_BLOCK_SIZE		64
#define SHA1_DIGEST_WORDS	(SHA1_DIGEST_SIZE / 4)
#define SHA1_WORKSPACE_WORDS	16

/* Blocks hashed since the program began: how much work a packet made. */
extern unsigned long shim_sha1_blocks;

void sha1_init(u32 *digest);
void sha1_transform(u32 *digest, const char *data, u32 *work);

#endif /* SHIM_CRYPTO_SHA1_H */
