/* SPDX-License-Identifier: GPL-2.0 */
/* ChaCha's state is a structure since Linux 6.16, before that its words; lib/crypto then has functions of one name. */
#ifndef ADIT_COMPAT_CRYPTO_CHACHA_H
#define ADIT_COMPAT_CRYPTO_CHACHA_H

#include <linux/version.h>
#include_next <crypto/chacha.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
struct chacha_state {
	u32 x[CHACHA_BLOCK_SIZE / sizeof(u32)];
};

static inline void adit_chacha_init(struct chacha_state *state, const u32 *key, const u8 *iv)
{
	chacha_init(state->x, key, iv);
}

static inline void adit_chacha20_crypt(struct chacha_state *state, u8 *dst, const u8 *src, unsigned int len)
{
	chacha20_crypt(state->x, dst, src, len);
}
#else
static inline void adit_chacha_init(struct chacha_state *state, const u32 *key, const u8 *iv)
{
	chacha_init(state, key, iv);
}

static inline void adit_chacha20_crypt(struct chacha_state *state, u8 *dst, const u8 *src, unsigned int len)
{
	chacha20_crypt(state, dst, src, len);
}
#endif

#endif /* ADIT_COMPAT_CRYPTO_CHACHA_H */
