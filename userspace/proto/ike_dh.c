// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diffie-Hellman: MODP (RFC 2409 section 6.2, RFC 3526), ECP (RFC 5903), X25519 (RFC 8031). What is done with
 * private values is done in constant time, as far as libcrypto does.
 */
#include <errno.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "base/log.h"
#include "base/secret.h"
#include "proto/ike_crypto.h"
#include "proto/ike_impl.h"

#define X25519_LEN	32
#define ECP_LEN_MAX	66	/* P-521 */

struct modp {
	uint16_t id;
	BIGNUM *(*prime)(BIGNUM *bn);
	BIGNUM *p;
	BN_MONT_CTX *mont;
};

static struct modp modps[] = {
	{ .id = 2, .prime = BN_get_rfc2409_prime_1024 },
	{ .id = 5, .prime = BN_get_rfc3526_prime_1536 },
	{ .id = 14, .prime = BN_get_rfc3526_prime_2048 },
	{ .id = 15, .prime = BN_get_rfc3526_prime_3072 },
	{ .id = 16, .prime = BN_get_rfc3526_prime_4096 },
	{ .id = 17, .prime = BN_get_rfc3526_prime_6144 },
	{ .id = 18, .prime = BN_get_rfc3526_prime_8192 },
};

struct ecp {
	uint16_t id;
	int nid;
	EC_GROUP *group;
};

static struct ecp ecps[] = {
	{ .id = 19, .nid = NID_X9_62_prime256v1 },
	{ .id = 20, .nid = NID_secp384r1 },
	{ .id = 21, .nid = NID_secp521r1 },
};

static BIGNUM *generator;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- life --- */

static int modp_init(struct modp *m, BN_CTX *ctx)
{
	m->p = m->prime(NULL);
	m->mont = BN_MONT_CTX_new();
	return m->p && m->mont && BN_MONT_CTX_set(m->mont, m->p, ctx) ? 0 : -ENOMEM;
}

static int groups_init(BN_CTX *ctx)
{
	size_t i;

	generator = BN_new();
	if (!generator || !BN_set_word(generator, 2))
		return -ENOMEM;
	for (i = 0; i < COUNT(modps); i++)
		if (modp_init(&modps[i], ctx))
			return -ENOMEM;
	for (i = 0; i < COUNT(ecps); i++) {
		ecps[i].group = EC_GROUP_new_by_curve_name(ecps[i].nid);
		if (ecps[i].group)
			continue;
		log_error(NULL, "OpenSSL has no curve of group %u, which IKE needs: it was built without", ecps[i].id);
		return -ENOENT;
	}
	return 0;
}

int ike_dh_init(void)
{
	BN_CTX *ctx = BN_CTX_new();
	int err = ctx ? groups_init(ctx) : -ENOMEM;

	BN_CTX_free(ctx);
	if (err)
		ike_dh_fini();
	return err;
}

void ike_dh_fini(void)
{
	size_t i;

	for (i = 0; i < COUNT(ecps); i++) {
		EC_GROUP_free(ecps[i].group);
		ecps[i].group = NULL;
	}
	for (i = 0; i < COUNT(modps); i++) {
		BN_MONT_CTX_free(modps[i].mont);
		BN_free(modps[i].p);
		modps[i].mont = NULL;
		modps[i].p = NULL;
	}
	BN_free(generator);
	generator = NULL;
}

/* --- MODP --- */

/* The private value: its highest bit set, so that it always has the same length. */
static BIGNUM *modp_private(const struct ike_alg *group, const uint8_t *octets)
{
	BIGNUM *x = BN_secure_new();

	if (x)
		BN_set_flags(x, BN_FLG_CONSTTIME);
	if (x && BN_bin2bn(octets, group->key_len, x) && BN_set_bit(x, 8 * group->key_len - 1))
		return x;
	BN_clear_free(x);
	return NULL;
}

/* base to the private power, padded to the group's length (RFC 7296 section 2.14). */
static int modp_power(const struct modp *m, const struct ike_alg *group, const BIGNUM *base, const uint8_t *private,
		      uint8_t *out)
{
	BIGNUM *x = modp_private(group, private), *y = BN_secure_new();
	BN_CTX *ctx = BN_CTX_secure_new();
	int err = -ENOMEM;

	if (x && y && ctx)
		err = BN_mod_exp_mont_consttime(y, base, x, m->p, ctx, m->mont) &&
		      BN_bn2binpad(y, out, group->out_len) == group->out_len ? 0 : -EIO;
	BN_CTX_free(ctx);
	BN_clear_free(y);
	BN_clear_free(x);
	return err;
}

/* RFC 6989 section 2.1: 1 < y < p - 1. These primes are safe ones: that is all there is to check. */
static bool modp_valid(const struct modp *m, const BIGNUM *y, BIGNUM *limit)
{
	return BN_copy(limit, m->p) && BN_sub_word(limit, 1) && BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, limit) < 0;
}

static int modp_shared(const struct modp *m, const struct ike_alg *group, const uint8_t *private, const uint8_t *peer,
		       uint8_t *out)
{
	BIGNUM *y = BN_bin2bn(peer, group->out_len, NULL), *limit = BN_new();
	int err = -ENOMEM;

	if (y && limit)
		err = modp_valid(m, y, limit) ? modp_power(m, group, y, private, out) : -EBADMSG;
	BN_free(limit);
	BN_free(y);
	return err;
}

/* --- ECP --- */

/* 1 to n - 1: from more random bits than n has, so that the remainder is evenly spread. */
static BIGNUM *ecp_private(const struct ecp *e, const struct ike_alg *group, const uint8_t *octets, BN_CTX *ctx)
{
	BIGNUM *x = BN_secure_new(), *limit = BN_dup(EC_GROUP_get0_order(e->group));
	bool ok = x && limit;

	if (ok) {
		BN_set_flags(x, BN_FLG_CONSTTIME);
		BN_set_flags(limit, BN_FLG_CONSTTIME);
	}
	ok = ok && BN_sub_word(limit, 1) && BN_bin2bn(octets, group->key_len, x) && BN_mod(x, x, limit, ctx) &&
	     BN_add_word(x, 1);
	BN_free(limit);
	if (ok)
		return x;
	BN_clear_free(x);
	return NULL;
}

/* Multiply a point (NULL: the generator), and write x, and y when it is asked for: RFC 5903 sections 7 and 9. */
static int ecp_multiply(const struct ecp *e, const struct ike_alg *group, const EC_POINT *point, const uint8_t *private,
			bool with_y, uint8_t *out)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *k = ctx ? ecp_private(e, group, private, ctx) : NULL, *x = BN_secure_new(), *y = BN_secure_new();
	EC_POINT *q = EC_POINT_new(e->group);
	int len = group->shared_len, err = -ENOMEM;

	if (k && x && y && q)
		err = EC_POINT_mul(e->group, q, point ? NULL : k, point, point ? k : NULL, ctx) &&
		      EC_POINT_get_affine_coordinates(e->group, q, x, y, ctx) &&
		      BN_bn2binpad(x, out, len) == len && (!with_y || BN_bn2binpad(y, out + len, len) == len) ?
		      0 : -EIO;
	EC_POINT_clear_free(q);
	BN_clear_free(y);
	BN_clear_free(x);
	BN_clear_free(k);
	BN_CTX_free(ctx);
	return err;
}

static int ecp_shared(const struct ecp *e, const struct ike_alg *group, const uint8_t *private, const uint8_t *peer,
		      uint8_t *out)
{
	uint8_t octets[1 + 2 * ECP_LEN_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
	EC_POINT *q = EC_POINT_new(e->group);
	int err;

	if (!q)
		return -ENOMEM;
	memcpy(octets + 1, peer, group->out_len);
	/* That it is on the curve is checked here; there are no small subgroups. */
	if (!EC_POINT_oct2point(e->group, q, octets, 1 + group->out_len, NULL))
		err = -EBADMSG;
	else
		err = ecp_multiply(e, group, q, private, false, out);
	EC_POINT_free(q);
	return err;
}

/* --- X25519 --- */

static int x25519_public(const uint8_t *private, uint8_t *public)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private, X25519_LEN);
	size_t len = X25519_LEN;
	int err = key && EVP_PKEY_get_raw_public_key(key, public, &len) ? 0 : -EIO;

	EVP_PKEY_free(key);
	return err;
}

static bool all_zero(const uint8_t *octets, size_t len)
{
	static const uint8_t zeros[X25519_LEN];

	return secret_equal(octets, zeros, len);
}

static int x25519_shared(const uint8_t *private, const uint8_t *peer, uint8_t *out)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private, X25519_LEN);
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, X25519_LEN);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	size_t len = X25519_LEN;
	int err = -ENOMEM;

	if (ctx && other) {
		err = EVP_PKEY_derive_init(ctx) > 0 ? 0 : -EIO;
		/* RFC 7748 section 6.1: libcrypto refuses a result of zeros itself. */
		if (!err && (EVP_PKEY_derive_set_peer(ctx, other) <= 0 || EVP_PKEY_derive(ctx, out, &len) <= 0 ||
			     all_zero(out, X25519_LEN)))
			err = -EBADMSG;
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
	return err;
}

/* --- one for all --- */

static const struct modp *modp_of(const struct ike_alg *group)
{
	for (size_t i = 0; i < COUNT(modps); i++)
		if (modps[i].id == group->id)
			return &modps[i];
	return NULL;
}

static const struct ecp *ecp_of(const struct ike_alg *group)
{
	for (size_t i = 0; i < COUNT(ecps); i++)
		if (ecps[i].id == group->id)
			return &ecps[i];
	return NULL;
}

int ike_dh_public(const struct ike_alg *group, const uint8_t *private, uint8_t *public)
{
	const struct modp *m = modp_of(group);
	const struct ecp *e = ecp_of(group);

	if (m)
		return modp_power(m, group, generator, private, public);
	if (e)
		return ecp_multiply(e, group, NULL, private, true, public);
	return x25519_public(private, public);
}

int ike_dh_shared(const struct ike_alg *group, const uint8_t *private, const uint8_t *peer, size_t peer_len,
		  uint8_t *shared)
{
	const struct modp *m = modp_of(group);
	const struct ecp *e = ecp_of(group);

	if (peer_len != group->out_len)
		return -EBADMSG;
	if (m)
		return modp_shared(m, group, private, peer, shared);
	if (e)
		return ecp_shared(e, group, private, peer, shared);
	return x25519_shared(private, peer, shared);
}
