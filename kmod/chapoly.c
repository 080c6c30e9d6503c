// SPDX-License-Identifier: GPL-2.0
/* ChaCha20-Poly1305 (RFC 8439 section 2.8). */

#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <crypto/algapi.h>
#include <crypto/poly1305.h>

#include "chapoly.h"

/**
 * adit_chapoly_set_key() - take a key
 * @c: to set
 * @key: CHACHA_KEY_SIZE octets and the salt, the caller's to wipe
 */
void adit_chapoly_set_key(struct adit_chapoly *c, const u8 *key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c->key); i++)
		c->key[i] = get_unaligned_le32(key + i * sizeof(u32));
	memcpy(c->salt, key + CHACHA_KEY_SIZE, sizeof(c->salt));
}

/* The first block of the stream is the key of Poly1305, the second is where the text begins (section 2.6). */
static void chapoly_begin(const struct adit_chapoly *c, const struct adit_chapoly_text *text,
			  struct chacha_state *state, struct poly1305_desc_ctx *poly)
{
	u8 nonce[CHACHA_IV_SIZE] = {}, once[POLY1305_KEY_SIZE] = {};

	memcpy(nonce + sizeof(u32), c->salt, sizeof(c->salt));
	memcpy(nonce + sizeof(u32) + sizeof(c->salt), text->iv, ADIT_CHAPOLY_IV);
	adit_chacha_init(state, c->key, nonce);
	adit_chacha20_crypt(state, once, once, sizeof(once));
	poly1305_init(poly, once);
	memzero_explicit(once, sizeof(once));
}

/* What is authenticated: both texts, each filled up to a block, and how long they were. */
static void chapoly_sum(struct poly1305_desc_ctx *poly, const struct adit_chapoly_text *text, u8 *sum)
{
	u8 head[ADIT_CHAPOLY_AAD_MAX] = {}, tail[2 * POLY1305_BLOCK_SIZE] = {};
	const unsigned int fill = -text->len % POLY1305_BLOCK_SIZE;

	memcpy(head, text->aad, text->aad_len);
	put_unaligned_le64(text->aad_len, tail + fill);
	put_unaligned_le64(text->len, tail + fill + sizeof(u64));
	poly1305_update(poly, head, sizeof(head));
	poly1305_update(poly, text->data, text->len);
	poly1305_update(poly, tail, fill + 2 * sizeof(u64));
	poly1305_final(poly, sum);
}

/**
 * adit_chapoly_seal() - encrypt and sign
 * @c: key
 * @text: the integrity check value is put behind its data
 *
 * Context: any but hard interrupts.
 */
void adit_chapoly_seal(const struct adit_chapoly *c, const struct adit_chapoly_text *text)
{
	struct poly1305_desc_ctx poly __uninitialized;
	struct chacha_state state __uninitialized;

	chapoly_begin(c, text, &state, &poly);
	adit_chacha20_crypt(&state, text->data, text->data, text->len);
	chapoly_sum(&poly, text, text->data + text->len);
	memzero_explicit(&state, sizeof(state));
}

/**
 * adit_chapoly_open() - check and decrypt
 * @c: key
 * @text: as it was sealed; what is not authentic stays as it is
 *
 * Context: any but hard interrupts.
 * Return: 0 or -EBADMSG.
 */
int adit_chapoly_open(const struct adit_chapoly *c, const struct adit_chapoly_text *text)
{
	struct poly1305_desc_ctx poly __uninitialized;
	struct chacha_state state __uninitialized;
	u8 sum[POLY1305_DIGEST_SIZE];
	int err = 0;

	chapoly_begin(c, text, &state, &poly);
	chapoly_sum(&poly, text, sum);
	if (crypto_memneq(sum, text->data + text->len, sizeof(sum)))
		err = -EBADMSG;
	else
		adit_chacha20_crypt(&state, text->data, text->data, text->len);
	memzero_explicit(&state, sizeof(state));
	return err;
}
