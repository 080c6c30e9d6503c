/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ChaCha20-Poly1305 of ESP (RFC 7634), by the kernel's library, as WireGuard has it. A packet lies in one piece, so
 * nothing is gained by the walks over scatterlists which the same algorithm costs behind the kernel's interface of
 * AEADs: with short packets they are dearer than itself.
 */
#ifndef ADIT_CHAPOLY_H
#define ADIT_CHAPOLY_H

#include <linux/types.h>
#include <crypto/chacha.h>

#define ADIT_CHAPOLY_SALT	4	/* RFC 7634 section 2 */
#define ADIT_CHAPOLY_IV		8
#define ADIT_CHAPOLY_ICV	16
#define ADIT_CHAPOLY_AAD_MAX	16	/* SPI and sequence number; ESP has 12 at most */

/**
 * struct adit_chapoly - a key
 * @key: of ChaCha20
 * @salt: that each nonce begins with
 */
struct adit_chapoly {
	u32 key[CHACHA_KEY_SIZE / sizeof(u32)];
	u8 salt[ADIT_CHAPOLY_SALT];
};

/**
 * struct adit_chapoly_text - what is sealed or opened
 * @data: in place, with room for the integrity check value behind it where it is sealed, and that value where it is
 *	opened
 * @len: its octets
 * @iv: ADIT_CHAPOLY_IV octets
 * @aad: what is authenticated before it
 * @aad_len: octets, at most ADIT_CHAPOLY_AAD_MAX
 */
struct adit_chapoly_text {
	u8 *data;
	unsigned int len;
	const u8 *iv;
	const u8 *aad;
	unsigned int aad_len;
};

void adit_chapoly_set_key(struct adit_chapoly *c, const u8 *key);
void adit_chapoly_seal(const struct adit_chapoly *c, const struct adit_chapoly_text *text);
int adit_chapoly_open(const struct adit_chapoly *c, const struct adit_chapoly_text *text);

#endif /* ADIT_CHAPOLY_H */
