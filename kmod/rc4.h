/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RC4, for MPPE alone. Whoever holds a state owns it and serialises its use; it is a secret and is
 * wiped by its owner.
 */
#ifndef ADIT_RC4_H
#define ADIT_RC4_H

#include <linux/types.h>

#define ADIT_RC4_KEY_MAX	16

/**
 * struct adit_rc4 - RC4 state
 * @s: the permutation; u32 cells because byte stores stall the next load on common CPUs
 * @i: first index, 0 to 255
 * @j: second index, 0 to 255
 */
struct adit_rc4 {
	u32 s[256];
	u32 i;
	u32 j;
};

/**
 * adit_rc4_init() - schedule a key
 * @rc4: state to set up
 * @key: key octets
 * @len: number of octets, 8 or 16: MPPE knows no other
 *
 * Context: any.
 */
void adit_rc4_init(struct adit_rc4 *rc4, const u8 *key, unsigned int len);

/**
 * adit_rc4_crypt() - encrypt or decrypt octets
 * @rc4: state, advanced by @len octets
 * @dst: output: @src itself or not overlapping it
 * @src: input
 * @len: number of octets
 *
 * Context: any.
 */
void adit_rc4_crypt(struct adit_rc4 *rc4, u8 *dst, const u8 *src, unsigned int len);

/**
 * adit_rc4_rewind() - take back octets of key stream
 * @rc4: state, as it was @len octets ago afterwards
 * @len: number of octets, at most what was produced since the key was scheduled
 *
 * The step of RC4 is a permutation of its states, so it can be run backwards. Costs as much as
 * going forward: meant for the few octets of a packet that turned out to be forged, instead of a
 * copy of the state for each honest one.
 * Context: any.
 */
void adit_rc4_rewind(struct adit_rc4 *rc4, unsigned int len);

#endif /* ADIT_RC4_H */
