// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_crypto.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "proto/ike_impl.h"

#define BLOCK_MAX	128	/* of a hash: SHA-512 */

static struct {
	struct {
		EVP_MD *md;
	} hash[IKE_HASH_COUNT];
	struct {
		const char *name;
		EVP_CIPHER *cipher;
	} encr[16];	/* those of the table that have different names */
} crypto;

static const struct {
	const char *name;
	uint8_t len, block;
} hashes[IKE_HASH_COUNT] = {
	[IKE_HASH_MD5] = { "MD5", 16, 64 },
	[IKE_HASH_SHA1] = { "SHA1", 20, 64 },
	[IKE_HASH_SHA256] = { "SHA256", 32, 64 },
	[IKE_HASH_SHA384] = { "SHA384", 48, 128 },
	[IKE_HASH_SHA512] = { "SHA512", 64, 128 },
};

/* --- life --- */

static int cipher_fetch(const char *name)
{
	size_t i;

	for (i = 0; crypto.encr[i].cipher; i++)
		if (!strcmp(crypto.encr[i].name, name))
			return 0;
	crypto.encr[i].cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	crypto.encr[i].name = name;
	return crypto.encr[i].cipher ? 0 : -ENOENT;
}

static int missing(const char *name)
{
	log_error(NULL,
		  "OpenSSL has no %s, which IKE needs: it was built without, or is kept from it by its configuration",
		  name);
	ike_crypto_fini();
	return -ENOENT;
}

int ike_crypto_init(void)
{
	const struct ike_alg *alg;
	size_t i;
	int err;

	if (crypto.hash[0].md)
		return 0;
	for (i = 0; i < IKE_HASH_COUNT; i++) {
		crypto.hash[i].md = EVP_MD_fetch(NULL, hashes[i].name, NULL);
		if (!crypto.hash[i].md)
			return missing(hashes[i].name);
	}
	for (i = 0; (alg = ike_alg_at(i)); i++)
		if (alg->type == IKE_TRANSFORM_ENCR && alg->impl && cipher_fetch(alg->impl))
			return missing(alg->impl);
	err = ike_dh_init();
	if (err)
		ike_crypto_fini();
	return err;
}

void ike_crypto_fini(void)
{
	size_t i;

	ike_dh_fini();
	for (i = 0; i < sizeof(crypto.encr) / sizeof(crypto.encr[0]); i++)
		EVP_CIPHER_free(crypto.encr[i].cipher);
	for (i = 0; i < IKE_HASH_COUNT; i++)
		EVP_MD_free(crypto.hash[i].md);
	memset(&crypto, 0, sizeof(crypto));
}

const struct evp_md_st *ike_md(enum ike_hash hash)
{
	return crypto.hash[hash].md;
}

/* --- hashes and what is made of them --- */

size_t ike_hash_len(enum ike_hash hash)
{
	return hashes[hash].len;
}

static enum ike_hash hash_of(const struct ike_alg *alg)
{
	size_t i;

	for (i = 0; strcmp(hashes[i].name, alg->impl); i++)
		;
	return i;
}

enum ike_hash ike_hash_of_prf(const struct ike_alg *prf)
{
	return hash_of(prf);
}

static int digest(EVP_MD_CTX *ctx, enum ike_hash hash, const struct ike_part *first, const struct ike_part *parts,
		  size_t n, uint8_t *out)
{
	int ok = crypto.hash[hash].md && EVP_DigestInit_ex2(ctx, crypto.hash[hash].md, NULL);

	if (first)
		ok = ok && EVP_DigestUpdate(ctx, first->at, first->len);
	for (size_t i = 0; ok && i < n; i++)
		ok = !parts[i].len || EVP_DigestUpdate(ctx, parts[i].at, parts[i].len);
	return ok && EVP_DigestFinal_ex(ctx, out, NULL) ? 0 : -EIO;
}

int ike_hash(enum ike_hash hash, const struct ike_part *parts, size_t n, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int err;

	if (!ctx)
		return -ENOMEM;
	err = digest(ctx, hash, NULL, parts, n, out);
	EVP_MD_CTX_free(ctx);
	return err;
}

uint64_t ike_fingerprint(const void *data, size_t len)
{
	const struct ike_part part = { data, len };
	uint8_t out[IKE_HASH_MAX_LEN];
	uint64_t first;

	if (ike_hash(IKE_HASH_SHA256, &part, 1, out))
		return 0;
	memcpy(&first, out, sizeof(first));
	return first;
}

/* RFC 2104: a key longer than a block is hashed first. block ends up as key and zeros. */
static int hmac_key(EVP_MD_CTX *ctx, enum ike_hash hash, const void *key, size_t len, uint8_t block[BLOCK_MAX])
{
	struct ike_part part = { key, len };

	memset(block, 0, BLOCK_MAX);
	if (len > hashes[hash].block)
		return digest(ctx, hash, NULL, &part, 1, block);
	if (len)
		memcpy(block, key, len);
	return 0;
}

static void xor_block(uint8_t block[BLOCK_MAX], uint8_t with)
{
	for (size_t i = 0; i < BLOCK_MAX; i++)
		block[i] ^= with;
}

/* out has the hash's full length. */
static int hmac(enum ike_hash hash, const void *key, size_t key_len, const struct ike_part *parts, size_t n,
		uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t block[BLOCK_MAX], inner[IKE_HASH_MAX_LEN];
	const struct ike_part pad = { block, hashes[hash].block }, result = { inner, hashes[hash].len };
	int err;

	if (!ctx)
		return -ENOMEM;
	err = hmac_key(ctx, hash, key, key_len, block);
	xor_block(block, 0x36);
	if (!err)
		err = digest(ctx, hash, &pad, parts, n, inner);
	xor_block(block, 0x36 ^ 0x5c);
	if (!err)
		err = digest(ctx, hash, &pad, &result, 1, out);
	EVP_MD_CTX_free(ctx);
	secret_wipe(block, sizeof(block));
	secret_wipe(inner, sizeof(inner));
	return err;
}

int ike_prf(const struct ike_alg *prf, const void *key, size_t key_len, const struct ike_part *parts, size_t n,
	    uint8_t *out)
{
	return hmac(hash_of(prf), key, key_len, parts, n, out);
}

int ike_prf_plus(const struct ike_alg *prf, const void *key, size_t key_len, const struct ike_part *seed, size_t n,
		 uint8_t *out, size_t len)
{
	struct ike_part parts[IKE_PARTS_MAX + 2];
	uint8_t t[IKE_HASH_MAX_LEN], number = 0;
	int err = 0;

	if (n > IKE_PARTS_MAX || len > (size_t)255 * prf->out_len)
		return -EINVAL;
	parts[0] = (struct ike_part){ t, 0 };
	memcpy(parts + 1, seed, n * sizeof(*seed));
	parts[n + 1] = (struct ike_part){ &number, 1 };
	while (len && !err) {
		size_t take = len < prf->out_len ? len : prf->out_len;

		number++;
		err = ike_prf(prf, key, key_len, parts, n + 2, t);
		if (err)
			break;
		memcpy(out, t, take);
		parts[0].len = prf->out_len;
		out += take;
		len -= take;
	}
	secret_wipe(t, sizeof(t));
	return err;
}

int ike_integ(const struct ike_alg *integ, const uint8_t *key, const struct ike_part *parts, size_t n, uint8_t *out)
{
	uint8_t full[IKE_HASH_MAX_LEN];
	int err = hmac(hash_of(integ), key, integ->key_len, parts, n, full);

	if (!err)
		memcpy(out, full, integ->out_len);
	secret_wipe(full, sizeof(full));
	return err;
}

/* --- encryption --- */

static const EVP_CIPHER *cipher_of(const struct ike_alg *encr)
{
	for (size_t i = 0; crypto.encr[i].cipher; i++)
		if (!strcmp(crypto.encr[i].name, encr->impl))
			return crypto.encr[i].cipher;
	return NULL;
}

/* One of both directions: OpenSSL's calls are the same but for the flag. */
static int begin(EVP_CIPHER_CTX *ctx, const struct ike_alg *encr, const uint8_t *key, const uint8_t *iv,
		 struct ike_part aad, int encrypt)
{
	const EVP_CIPHER *cipher = cipher_of(encr);
	uint8_t nonce[IKE_IV_MAX];
	int len, ok;

	memcpy(nonce, key + encr->key_len, encr->salt_len);
	memcpy(nonce + encr->salt_len, iv, encr->iv_len);
	ok = cipher && EVP_CipherInit_ex2(ctx, cipher, key, nonce, encrypt, NULL) &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0);
	if (ok && ike_alg_is_aead(encr) && aad.len)
		ok = EVP_CipherUpdate(ctx, NULL, &len, aad.at, aad.len);
	secret_wipe(nonce, sizeof(nonce));
	return ok ? 0 : -EIO;
}

static int run(EVP_CIPHER_CTX *ctx, uint8_t *data, size_t len)
{
	int n = 0;

	if (len > INT_MAX)
		return -EINVAL;
	if (len && (!EVP_CipherUpdate(ctx, data, &n, data, (int)len) || (size_t)n != len))
		return -EIO;
	return 0;
}

int ike_encrypt(const struct ike_alg *encr, const uint8_t *key, const uint8_t *iv, struct ike_part aad, uint8_t *data,
		size_t len, uint8_t *icv)
{
	EVP_CIPHER_CTX *ctx;
	uint8_t rest[IKE_IV_MAX];
	int n, err;

	if (len % encr->block_len)
		return -EINVAL;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -ENOMEM;
	err = begin(ctx, encr, key, iv, aad, 1);
	if (!err)
		err = run(ctx, data, len);
	if (!err && !EVP_CipherFinal_ex(ctx, rest, &n))
		err = -EIO;
	if (!err && ike_alg_is_aead(encr) && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, encr->out_len, icv))
		err = -EIO;
	EVP_CIPHER_CTX_free(ctx);
	return err;
}

int ike_decrypt(const struct ike_alg *encr, const uint8_t *key, const uint8_t *iv, struct ike_part aad, uint8_t *data,
		size_t len, const uint8_t *icv)
{
	EVP_CIPHER_CTX *ctx;
	uint8_t tag[IKE_ICV_MAX], rest[IKE_IV_MAX];
	int n, err;

	if (len % encr->block_len)
		return -EBADMSG;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -ENOMEM;
	err = begin(ctx, encr, key, iv, aad, 0);
	if (!err && ike_alg_is_aead(encr)) {
		memcpy(tag, icv, encr->out_len);
		if (!EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, encr->out_len, tag))
			err = -EIO;
	}
	if (!err)
		err = run(ctx, data, len);
	if (!err && !EVP_CipherFinal_ex(ctx, rest, &n))
		err = -EBADMSG;
	EVP_CIPHER_CTX_free(ctx);
	return err;
}
