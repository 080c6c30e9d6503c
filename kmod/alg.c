// SPDX-License-Identifier: GPL-2.0
/* Algorithms: which there are, and keys for them. */

#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <crypto/authenc.h>
#include <crypto/hash.h>

#include "chapoly.h"
#include "crypt.h"
#include "netlink.h"

/**
 * struct adit_alg_cipher - a cipher
 * @name: the kernel's, of a whole AEAD or of what authenc() takes; NULL where it is of neither
 * @text: what to say where the length of a key is wrong
 * @key_min: octets of the shortest key
 * @key_max: of the longest; those between go up by 8
 * @salt: octets that follow the key
 * @iv: octets in the packet
 * @block: octets of a block
 * @icv: octets of the integrity check value of an AEAD, else 0
 * @legacy: only where that is asked for
 */
struct adit_alg_cipher {
	const char *name;
	const char *text;
	u8 key_min;
	u8 key_max;
	u8 salt;
	u8 iv;
	u8 block;
	u8 icv;
	bool legacy;
};

static const struct adit_alg_cipher adit_alg_ciphers[] = {
	[ADIT_SA_CIPHER_AES_GCM] = {
		"gcm(aes)", "a key of aes-gcm has 20, 28 or 36 octets, the last four are the salt", 16, 32,
		ADIT_GCM_SALT, ADIT_GCM_IV, 4, 16, false
	},
	[ADIT_SA_CIPHER_CHACHA20_POLY1305] = {
		NULL, "a key of chacha20-poly1305 has 36 octets, the last four are the salt", CHACHA_KEY_SIZE,
		CHACHA_KEY_SIZE, ADIT_CHAPOLY_SALT, ADIT_CHAPOLY_IV, 4, ADIT_CHAPOLY_ICV, false
	},
	[ADIT_SA_CIPHER_AES_CBC] = {
		"cbc(aes)", "a key of aes-cbc has 16, 24 or 32 octets", 16, 32, 0, 16, 16, 0, false
	},
	[ADIT_SA_CIPHER_DES3_CBC] = {
		"cbc(des3_ede)", "a key of des3-cbc has 24 octets", 24, 24, 0, 8, 8, 0, true
	},
	[ADIT_SA_CIPHER_NULL] = { NULL, "null has no key", 0, 0, 0, 0, 4, 0, false },
};

/**
 * struct adit_alg_auth - an integrity algorithm
 * @name: the kernel's
 * @text: what to say where the length of a key is wrong
 * @key: octets of its key
 * @icv: octets that stay of its value
 */
struct adit_alg_auth {
	const char *name;
	const char *text;
	u8 key;
	u8 icv;
};

static const struct adit_alg_auth adit_alg_auths[] = {
	[ADIT_SA_AUTH_HMAC_SHA1_96]	= { "hmac(sha1)", "a key of hmac-sha1-96 has 20 octets", 20, 12 },
	[ADIT_SA_AUTH_HMAC_SHA256_96]	= { "hmac(sha256)", "a key of hmac-sha256-96 has 32 octets", 32, 12 },
	[ADIT_SA_AUTH_HMAC_SHA256_128]	= { "hmac(sha256)", "a key of hmac-sha256-128 has 32 octets", 32, 16 },
	[ADIT_SA_AUTH_HMAC_SHA384_192]	= { "hmac(sha384)", "a key of hmac-sha384-192 has 48 octets", 48, 24 },
	[ADIT_SA_AUTH_HMAC_SHA512_256]	= { "hmac(sha512)", "a key of hmac-sha512-256 has 64 octets", 64, 32 },
};

static int adit_alg_check_cipher(const struct adit_alg_conf *conf, struct netlink_ext_ack *extack)
{
	const struct adit_alg_cipher *cipher = &adit_alg_ciphers[conf->cipher];
	unsigned int len = conf->key_len - cipher->salt;

	if (cipher->legacy && !conf->legacy)
		return adit_nl_refuse(extack, conf->cipher_attr,
				      "des3-cbc is for peers with nothing better, and needs legacy");
	if (conf->key_len < cipher->salt || len < cipher->key_min || len > cipher->key_max || len % 8)
		return adit_nl_refuse(extack, conf->key_attr, cipher->text);
	return 0;
}

static int adit_alg_check_auth(const struct adit_alg_conf *conf, struct netlink_ext_ack *extack)
{
	if (adit_alg_ciphers[conf->cipher].icv) {
		if (conf->auth != ADIT_SA_AUTH_NONE || conf->auth_key_len)
			return adit_nl_refuse(extack, conf->auth_attr ?: conf->auth_key_attr,
					      "the cipher has an integrity check of its own");
		return 0;
	}
	if (conf->auth == ADIT_SA_AUTH_NONE)
		return adit_nl_refuse(extack, conf->auth_attr, "the cipher needs auth");
	if (conf->auth_key_len != adit_alg_auths[conf->auth].key)
		return adit_nl_refuse(extack, conf->auth_key_attr, adit_alg_auths[conf->auth].text);
	return 0;
}

static void adit_alg_name(const struct adit_alg_conf *conf, char name[static CRYPTO_MAX_ALG_NAME])
{
	const struct adit_alg_cipher *cipher = &adit_alg_ciphers[conf->cipher];

	if (cipher->icv)
		strscpy(name, cipher->name, CRYPTO_MAX_ALG_NAME);
	else
		snprintf(name, CRYPTO_MAX_ALG_NAME, "%s(%s,%s)", conf->esn ? "authencesn" : "authenc",
			 adit_alg_auths[conf->auth].name, cipher->name);
}

/* The key of authenc(): an attribute with the length of the cipher's, then both keys. */
static int adit_alg_set_authenc_key(struct crypto_aead *tfm, const struct adit_alg_conf *conf)
{
	struct crypto_authenc_key_param *param;
	unsigned int len = RTA_SPACE(sizeof(*param)) + conf->auth_key_len + conf->key_len;
	struct rtattr *rta;
	u8 *key, *at;
	int err;

	key = kzalloc(len, GFP_KERNEL);
	if (!key)
		return -ENOMEM;
	rta = (struct rtattr *)key;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(conf->key_len);
	at = key + RTA_SPACE(sizeof(*param));
	memcpy(at, conf->auth_key, conf->auth_key_len);
	memcpy(at + conf->auth_key_len, conf->key, conf->key_len);

	err = crypto_aead_setkey(tfm, key, len);
	kfree_sensitive(key);
	return err;
}

/* The salt is ours to add to each nonce: rfc4106() does no more, and does it for each packet anew. */
static int adit_alg_set_gcm_key(struct adit_alg *alg, const struct adit_alg_conf *conf)
{
	const unsigned int len = conf->key_len - ADIT_GCM_SALT;

	memcpy(alg->salt, conf->key + len, ADIT_GCM_SALT);
	return crypto_aead_setkey(alg->tfm, conf->key, len);
}

static int adit_alg_set_key(struct adit_alg *alg, const struct adit_alg_conf *conf, struct netlink_ext_ack *extack)
{
	int err;

	if (alg->chapoly) {
		adit_chapoly_set_key(alg->chapoly, conf->key);
		return 0;
	}
	if (alg->hash)
		return crypto_shash_setkey(alg->hash, conf->auth_key, conf->auth_key_len);
	err = crypto_aead_setauthsize(alg->tfm, alg->dims.icv);
	if (err)
		return err;
	/* RFC 2451: no three keys of which two are one, which make 3DES into DES. */
	crypto_aead_set_flags(alg->tfm, CRYPTO_TFM_REQ_FORBID_WEAK_KEYS);
	if (alg->gcm)
		err = adit_alg_set_gcm_key(alg, conf);
	else
		err = adit_alg_set_authenc_key(alg->tfm, conf);
	if (err && err != -ENOMEM)
		adit_nl_refuse(extack, conf->key_attr, "the kernel's algorithm refuses the key as weak");
	return err;
}

/* Packets are signed with bottom halves off, so a hash that works by itself is none for us. */
static int adit_alg_get_hash(struct adit_alg *alg, const struct adit_alg_conf *conf)
{
	alg->hash = crypto_alloc_shash(adit_alg_auths[conf->auth].name, 0, 0);
	if (IS_ERR(alg->hash))
		return PTR_ERR(alg->hash);
	alg->size = sizeof(struct adit_crypt) + crypto_shash_descsize(alg->hash);
	return 0;
}

static int adit_alg_get_aead(struct adit_alg *alg, const struct adit_alg_conf *conf)
{
	char name[CRYPTO_MAX_ALG_NAME];

	adit_alg_name(conf, name);
	alg->tfm = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(alg->tfm))
		return PTR_ERR(alg->tfm);
	alg->size = sizeof(struct adit_crypt) + crypto_aead_reqsize(alg->tfm);
	return 0;
}

static int adit_alg_get_chapoly(struct adit_alg *alg)
{
	alg->chapoly = kmalloc(sizeof(*alg->chapoly), GFP_KERNEL_ACCOUNT);
	return alg->chapoly ? 0 : -ENOMEM;
}

static int adit_alg_get(struct adit_alg *alg, const struct adit_alg_conf *conf)
{
	*alg = (struct adit_alg){};
	if (conf->cipher == ADIT_SA_CIPHER_CHACHA20_POLY1305)
		return adit_alg_get_chapoly(alg);
	if (conf->cipher == ADIT_SA_CIPHER_NULL)
		return adit_alg_get_hash(alg, conf);
	return adit_alg_get_aead(alg, conf);
}

/**
 * adit_alg_init() - get an algorithm and give it its key
 * @alg: to initialise
 * @conf: which; the keys stay the caller's to wipe
 * @extack: told why not
 *
 * Context: process, may sleep; modules may be loaded.
 * Return: 0, -EINVAL, -ENOENT when the kernel has no such algorithm, -ENOMEM.
 */
int adit_alg_init(struct adit_alg *alg, const struct adit_alg_conf *conf, struct netlink_ext_ack *extack)
{
	const struct adit_alg_cipher *cipher = &adit_alg_ciphers[conf->cipher];
	int err;

	err = adit_alg_check_cipher(conf, extack);
	if (!err)
		err = adit_alg_check_auth(conf, extack);
	if (err)
		return err;

	err = adit_alg_get(alg, conf);
	if (err == -ENOENT)
		adit_nl_refuse(extack, conf->cipher_attr,
			       "the kernel has no such algorithm (modprobe what it is of?)");
	if (err)
		return err;
	alg->size = max_t(unsigned int, alg->size, ADIT_CRYPT_SIZE);
	alg->dims.iv = cipher->iv;
	alg->dims.block = cipher->block;
	alg->dims.icv = cipher->icv ?: adit_alg_auths[conf->auth].icv;
	alg->cipher = conf->cipher;
	alg->auth = conf->auth;
	alg->esn = conf->esn;
	alg->counter_iv = cipher->icv;
	alg->gcm = conf->cipher == ADIT_SA_CIPHER_AES_GCM;
	err = adit_alg_set_key(alg, conf, extack);
	if (err)
		adit_alg_free(alg);
	return err;
}

/**
 * adit_alg_free() - give an algorithm back, which wipes its key
 * @alg: initialised
 *
 * Context: process, may sleep.
 */
void adit_alg_free(struct adit_alg *alg)
{
	if (alg->chapoly)
		kfree_sensitive(alg->chapoly);
	else if (alg->hash)
		crypto_free_shash(alg->hash);
	else
		crypto_free_aead(alg->tfm);
}
