// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/mschap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "base/log.h"
#include "base/secret.h"
#include "wire/utf16.h"

#define PASSWORD_UNITS_MAX	256	/* RFC 2759 section 8.1: 0 to 256 Unicode characters */
#define LM_PASSWORD_LEN		14	/* RFC 2433 section A.2 */
#define SHA1_LEN		20
#define KEY_PAD_LEN		40	/* RFC 3079 section 3.4 */

/*
 * A library context of our own: the legacy provider stays away from whatever else the process does
 * with OpenSSL.
 */
static struct {
	OSSL_LIB_CTX *lib;
	OSSL_PROVIDER *usual, *legacy;
	EVP_MD *md4, *md5, *sha1;
	EVP_CIPHER *des;
} crypto;

int mschap_init(void)
{
	if (crypto.lib)
		return 0;
	crypto.lib = OSSL_LIB_CTX_new();
	if (!crypto.lib)
		return -ENOMEM;
	crypto.usual = OSSL_PROVIDER_load(crypto.lib, "default");
	crypto.legacy = OSSL_PROVIDER_load(crypto.lib, "legacy");
	if (!crypto.usual || !crypto.legacy) {
		log_error(NULL, "MS-CHAP needs OpenSSL's %s provider, which cannot be loaded: "
			  "install the package that has ossl-modules/legacy.so (libssl3 on Debian)",
			  crypto.usual ? "legacy" : "default");
		goto err_fini;
	}
	crypto.md4 = EVP_MD_fetch(crypto.lib, "MD4", NULL);
	crypto.md5 = EVP_MD_fetch(crypto.lib, "MD5", NULL);
	crypto.sha1 = EVP_MD_fetch(crypto.lib, "SHA1", NULL);
	crypto.des = EVP_CIPHER_fetch(crypto.lib, "DES-ECB", NULL);
	if (!crypto.md4 || !crypto.md5 || !crypto.sha1 || !crypto.des) {
		log_error(NULL,
			  "OpenSSL has no %s, which CHAP and MS-CHAP need: "
			  "it was built without legacy algorithms",
			  !crypto.md4  ? "MD4" :
			  !crypto.md5  ? "MD5" :
			  !crypto.sha1 ? "SHA1" :
					 "DES");
		goto err_fini;
	}
	return 0;

err_fini:
	mschap_fini();
	return -ENOENT;
}

void mschap_fini(void)
{
	EVP_CIPHER_free(crypto.des);
	EVP_MD_free(crypto.sha1);
	EVP_MD_free(crypto.md5);
	EVP_MD_free(crypto.md4);
	if (crypto.legacy)
		OSSL_PROVIDER_unload(crypto.legacy);
	if (crypto.usual)
		OSSL_PROVIDER_unload(crypto.usual);
	OSSL_LIB_CTX_free(crypto.lib);
	memset(&crypto, 0, sizeof(crypto));
}

struct part {
	const void *data;
	size_t len;
};

/* out has room for the digest's full size. */
static int digest(const EVP_MD *md, const struct part *parts, size_t n, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t i;
	int ok;

	if (!ctx)
		return -ENOMEM;
	ok = md && EVP_DigestInit_ex(ctx, md, NULL);
	for (i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -EIO;
}

#define DIGEST(md, out, ...)							\
	digest(md, (const struct part[]){ __VA_ARGS__ },			\
	       sizeof((const struct part[]){ __VA_ARGS__ }) / sizeof(struct part), out)

/*
 * One DES block under a key of 56 bits; the parity bits in between do not matter (RFC 2759
 * section 9.3).
 */
static int des_block(const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t spread[8];
	uint64_t bits = 0;
	int i, len, ok;

	if (!ctx)
		return -ENOMEM;
	for (i = 0; i < 7; i++)
		bits = bits << 8 | key[i];
	for (i = 0; i < 8; i++)
		spread[i] = (bits >> (49 - 7 * i) & 0x7f) << 1;
	ok = crypto.des && EVP_EncryptInit_ex2(ctx, crypto.des, spread, NULL, NULL) &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0) && EVP_EncryptUpdate(ctx, out, &len, in, 8);
	EVP_CIPHER_CTX_free(ctx);
	secret_wipe(spread, sizeof(spread));
	secret_wipe(&bits, sizeof(bits));
	return ok && len == 8 ? 0 : -EIO;
}

int md5_join(const void *a, size_t a_len, const void *b, size_t b_len, const void *c, size_t c_len,
	     uint8_t out[CHAP_MD5_LEN])
{
	return DIGEST(crypto.md5, out, { a, a_len }, { b, b_len }, { c, c_len });
}

int chap_md5(uint8_t id, const char *password, const uint8_t *challenge, size_t challenge_len,
	     uint8_t out[CHAP_MD5_LEN])
{
	return DIGEST(crypto.md5, out, { &id, 1 }, { password, strlen(password) },
		      { challenge, challenge_len });
}

int mschap_nt_hash(const char *password, uint8_t out[MSCHAP_HASH_LEN])
{
	uint8_t utf16[2 * PASSWORD_UNITS_MAX];
	int len = utf16le_from_utf8(password, utf16, sizeof(utf16));
	int ret;

	if (len == -ENOSPC)
		ret = -E2BIG;
	else if (len < 0)
		ret = len;
	else
		ret = DIGEST(crypto.md4, out, { utf16, len });
	secret_wipe(utf16, sizeof(utf16));
	return ret;
}

static uint8_t ascii_upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

int mschap_lm_hash(const char *password, uint8_t out[MSCHAP_HASH_LEN])
{
	static const uint8_t plain[8] = "KGS!@#$%";	/* RFC 2433 section A.3 */
	uint8_t upper[LM_PASSWORD_LEN] = { 0 };
	size_t i;
	int ret;

	for (i = 0; i < sizeof(upper) && password[i]; i++)
		upper[i] = ascii_upper(password[i]);
	ret = des_block(upper, plain, out);
	if (!ret)
		ret = des_block(upper + 7, plain, out + 8);
	secret_wipe(upper, sizeof(upper));
	return ret;
}

int mschap_hash_hash(const uint8_t hash[MSCHAP_HASH_LEN], uint8_t out[MSCHAP_HASH_LEN])
{
	return DIGEST(crypto.md4, out, { hash, MSCHAP_HASH_LEN });
}

const char *mschap_user_of(const char *name)
{
	const char *backslash = strrchr(name, '\\');

	return backslash ? backslash + 1 : name;
}

int mschapv2_challenge_hash(const uint8_t peer[MSCHAPV2_CHALLENGE_LEN],
			    const uint8_t authenticator[MSCHAPV2_CHALLENGE_LEN], const char *user,
			    uint8_t out[MSCHAP_CHALLENGE_LEN])
{
	uint8_t sha[SHA1_LEN];
	int ret;

	ret = DIGEST(crypto.sha1, sha, { peer, MSCHAPV2_CHALLENGE_LEN },
		     { authenticator, MSCHAPV2_CHALLENGE_LEN }, { user, strlen(user) });
	if (!ret)
		memcpy(out, sha, MSCHAP_CHALLENGE_LEN);
	return ret;
}

int mschap_challenge_response(const uint8_t challenge[MSCHAP_CHALLENGE_LEN],
			      const uint8_t hash[MSCHAP_HASH_LEN],
			      uint8_t out[MSCHAP_NT_RESPONSE_LEN])
{
	uint8_t padded[21] = { 0 };	/* three keys of seven octets: RFC 2759 section 8.5 */
	int ret = 0;

	memcpy(padded, hash, MSCHAP_HASH_LEN);
	for (size_t i = 0; i < 3 && !ret; i++)
		ret = des_block(padded + 7 * i, challenge, out + 8 * i);
	secret_wipe(padded, sizeof(padded));
	return ret;
}

int mschapv2_success(const uint8_t hash_hash[MSCHAP_HASH_LEN],
		     const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN],
		     const uint8_t challenge[MSCHAP_CHALLENGE_LEN], char out[MSCHAPV2_SUCCESS_CAP])
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one iteration";
	uint8_t sha[SHA1_LEN];
	int ret;

	ret = DIGEST(crypto.sha1, sha, { hash_hash, MSCHAP_HASH_LEN },
		     { nt_response, MSCHAP_NT_RESPONSE_LEN }, { magic1, sizeof(magic1) - 1 });
	if (!ret)
		ret = DIGEST(crypto.sha1, sha, { sha, sizeof(sha) },
			     { challenge, MSCHAP_CHALLENGE_LEN }, { magic2, sizeof(magic2) - 1 });
	if (ret)
		return ret;
	snprintf(out, 3, "S=");
	for (size_t i = 0; i < SHA1_LEN; i++)
		snprintf(out + 2 + 2 * i, 3, "%02X", sha[i]);
	return 0;
}

int mschap_start_key128(const uint8_t challenge[MSCHAP_CHALLENGE_LEN],
			const uint8_t hash_hash[MSCHAP_HASH_LEN], uint8_t out[16])
{
	uint8_t sha[SHA1_LEN];
	int ret;

	ret = DIGEST(crypto.sha1, sha, { hash_hash, MSCHAP_HASH_LEN },
		     { hash_hash, MSCHAP_HASH_LEN }, { challenge, MSCHAP_CHALLENGE_LEN });
	if (!ret)
		memcpy(out, sha, 16);
	secret_wipe(sha, sizeof(sha));
	return ret;
}

/* GetAsymmetricStartKey() of RFC 3079 section 3.4; the words say whose direction it is. */
static int asymmetric_key(const uint8_t master[16], const char *words, uint8_t out[16])
{
	static const uint8_t pad1[KEY_PAD_LEN];
	uint8_t pad2[KEY_PAD_LEN], sha[SHA1_LEN];
	int ret;

	memset(pad2, 0xf2, sizeof(pad2));
	ret = DIGEST(crypto.sha1, sha, { master, 16 }, { pad1, sizeof(pad1) },
		     { words, strlen(words) }, { pad2, sizeof(pad2) });
	if (!ret)
		memcpy(out, sha, 16);
	secret_wipe(sha, sizeof(sha));
	return ret;
}

int mschapv2_start_keys(const uint8_t hash_hash[MSCHAP_HASH_LEN],
			const uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN], uint8_t tx[16],
			uint8_t rx[16])
{
	static const char magic[] = "This is the MPPE Master Key";
	static const char client_rx[] =
		"On the client side, this is the receive key; "
		"on the server side, it is the send key.";
	static const char client_tx[] =
		"On the client side, this is the send key; "
		"on the server side, it is the receive key.";
	uint8_t master[SHA1_LEN];
	int ret;

	ret = DIGEST(crypto.sha1, master, { hash_hash, MSCHAP_HASH_LEN },
		     { nt_response, MSCHAP_NT_RESPONSE_LEN }, { magic, sizeof(magic) - 1 });
	if (!ret)
		ret = asymmetric_key(master, client_rx, tx);
	if (!ret)
		ret = asymmetric_key(master, client_tx, rx);
	secret_wipe(master, sizeof(master));
	return ret;
}
