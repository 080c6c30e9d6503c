/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RC4, for MPPE alone. One state per direction and session; the caller serialises.
 */
#ifndef ADIT_RC4_H
#define ADIT_RC4_H

#include <linux/types.h>

/**
 * struct adit_rc4 - RC4 state
 * @s: the permutation; u32 cells because byte stores stall the next load on common CPUs
 * @i: first index
 * @j: second index
 */
struct adit_rc4 {
	u32 s[256];
	u8 i;
	u8 j;
};

/**
 * adit_rc4_init() - schedule a key
 * @rc4: state to set up
 * @key: key octets
 * @len: number of octets, 1 to 256
 *
 * Context: any.
 */
void adit_rc4_init(struct adit_rc4 *rc4, const u8 *key, unsigned int len);

/**
 * adit_rc4_crypt() - encrypt or decrypt octets
 * @rc4: state, advanced by @len octets
 * @dst: output, may be @src
 * @src: input
 * @len: number of octets
 *
 * Context: any.
 */
void adit_rc4_crypt(struct adit_rc4 *rc4, u8 *dst, const u8 *src, unsigned int len);

#endif /* ADIT_RC4_H */
