// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_keys.h"

#include <errno.h>
#include <string.h>

#include "base/secret.h"

#define MATERIAL_MAX	(5 * IKE_KEY_MAX + 2 * IKE_CIPHER_KEY_MAX)

static void spis_write(uint8_t out[2 * IKE_SPI_LEN], uint64_t spi_i, uint64_t spi_r)
{
	struct wr w = wr_to(out, (size_t)2 * IKE_SPI_LEN);

	wr_u64(&w, spi_i);
	wr_u64(&w, spi_r);
}

static size_t encr_len(const struct ike_suite *s)
{
	return s->encr->key_len + s->encr->salt_len;
}

static size_t integ_len(const struct ike_suite *s)
{
	return s->integ ? s->integ->key_len : 0;
}

/* RFC 7296 section 2.14: {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr}. */
static int expand(struct ike2_keys *k, const struct ike2_exchange *x, const uint8_t *skeyseed, size_t seed_len)
{
	const struct ike_suite *s = &k->suite;
	size_t prf = s->prf->key_len;
	size_t len = 3 * prf + 2 * integ_len(s) + 2 * encr_len(s);
	uint8_t material[MATERIAL_MAX], spis[2 * IKE_SPI_LEN];
	const struct ike_part seed[] = { IKE_PART(x->nonce_i), IKE_PART(x->nonce_r), { spis, sizeof(spis) } };
	struct rd r;
	int err;

	spis_write(spis, x->spi_i, x->spi_r);
	err = ike_prf_plus(s->prf, skeyseed, seed_len, seed, 3, material, len);
	if (!err) {
		r = rd_of(material, len);
		rd_copy(&r, k->d, prf);
		rd_copy(&r, k->ai, integ_len(s));
		rd_copy(&r, k->ar, integ_len(s));
		rd_copy(&r, k->ei, encr_len(s));
		rd_copy(&r, k->er, encr_len(s));
		rd_copy(&r, k->pi, prf);
		rd_copy(&r, k->pr, prf);
	}
	secret_wipe(material, sizeof(material));
	return err;
}

static void keys_begin(struct ike2_keys *k, const struct ike_suite *s)
{
	memset(k, 0, sizeof(*k));
	k->suite = *s;
}

int ike2_keys_derive(struct ike2_keys *k, const struct ike_suite *s, const struct ike2_exchange *x)
{
	const struct ike_part shared = IKE_PART(x->shared);
	uint8_t nonces[2 * IKE_NONCE_MAX], skeyseed[IKE_KEY_MAX];
	struct wr w = wr_to(nonces, sizeof(nonces));
	int err;

	keys_begin(k, s);
	wr_bytes(&w, x->nonce_i.at, x->nonce_i.len);
	wr_bytes(&w, x->nonce_r.at, x->nonce_r.len);
	if (w.bad)
		return -EINVAL;
	err = ike_prf(s->prf, nonces, w.len, &shared, 1, skeyseed);
	if (!err)
		err = expand(k, x, skeyseed, s->prf->out_len);
	secret_wipe(skeyseed, sizeof(skeyseed));
	return err;
}

/* Section 2.18: the old PRF makes the seed, and the new one goes on with it as its key. k may be old. */
int ike2_keys_rekey(struct ike2_keys *k, const struct ike_suite *s, const struct ike2_exchange *x,
		    const struct ike2_keys *old)
{
	const struct ike_part parts[] = { IKE_PART(x->shared), IKE_PART(x->nonce_i), IKE_PART(x->nonce_r) };
	const struct ike_alg *prf = old->suite.prf;
	uint8_t skeyseed[IKE_KEY_MAX];
	struct ike2_keys made;
	int err;

	keys_begin(&made, s);
	err = ike_prf(prf, old->d, prf->key_len, parts, 3, skeyseed);
	if (!err)
		err = expand(&made, x, skeyseed, prf->out_len);
	if (!err)
		*k = made;
	secret_wipe(skeyseed, sizeof(skeyseed));
	secret_wipe(&made, sizeof(made));
	return err;
}

/* Section 2.17: encryption before integrity, initiator to responder before the other way. */
int ike2_child_keys(struct ike_child_keys *k, const struct ike_suite *child, const struct ike2_keys *ike,
		    const struct ike2_exchange *x)
{
	const struct ike_part seed[] = { IKE_PART(x->shared), IKE_PART(x->nonce_i), IKE_PART(x->nonce_r) };
	const struct ike_alg *prf = ike->suite.prf;
	uint8_t material[MATERIAL_MAX];
	size_t len;
	struct rd r;
	int err;

	memset(k, 0, sizeof(*k));
	k->encr_len = encr_len(child);
	k->integ_len = integ_len(child);
	len = 2 * k->encr_len + 2 * k->integ_len;
	err = ike_prf_plus(prf, ike->d, prf->key_len, seed, 3, material, len);
	if (!err) {
		r = rd_of(material, len);
		rd_copy(&r, k->encr_i, k->encr_len);
		rd_copy(&r, k->integ_i, k->integ_len);
		rd_copy(&r, k->encr_r, k->encr_len);
		rd_copy(&r, k->integ_r, k->integ_len);
	}
	secret_wipe(material, sizeof(material));
	return err;
}

/* --- AUTH, section 2.15 --- */

int ike2_signed_octets(struct ike2_signed *so, const struct ike2_keys *k, bool by_initiator, struct ike_octets message,
		       struct ike_octets nonce, struct ike_octets id_body)
{
	const struct ike_alg *prf = k->suite.prf;
	const struct ike_part id = IKE_PART(id_body);

	so->part[0] = IKE_PART(message);
	so->part[1] = IKE_PART(nonce);
	so->part[2] = (struct ike_part){ so->id_hash, prf->out_len };
	return ike_prf(prf, by_initiator ? k->pi : k->pr, prf->key_len, &id, 1, so->id_hash);
}

int ike2_auth_psk(const struct ike2_keys *k, const void *psk, size_t psk_len, const struct ike2_signed *so,
		  uint8_t *out)
{
	static const char pad[] = "Key Pad for IKEv2";
	const struct ike_part part = { pad, sizeof(pad) - 1 };
	const struct ike_part parts[] = { so->part[0], so->part[1], { so->id_hash, k->suite.prf->out_len } };
	uint8_t key[IKE_KEY_MAX];
	int err;

	err = ike_prf(k->suite.prf, psk, psk_len, &part, 1, key);
	if (!err)
		err = ike_prf(k->suite.prf, key, k->suite.prf->out_len, parts, 3, out);
	secret_wipe(key, sizeof(key));
	return err;
}

bool ike2_auth_psk_check(const struct ike2_keys *k, const void *psk, size_t psk_len, const struct ike2_signed *so,
			 struct ike_octets auth)
{
	uint8_t expected[IKE_KEY_MAX];
	bool right;

	right = !ike2_auth_psk(k, psk, psk_len, so, expected) && auth.len == k->suite.prf->out_len &&
		secret_equal(expected, auth.at, auth.len);
	secret_wipe(expected, sizeof(expected));
	return right;
}

int ike2_natd(uint64_t spi_i, uint64_t spi_r, const struct addr *a, uint16_t port, uint8_t out[IKE2_NATD_LEN])
{
	uint8_t spis[2 * IKE_SPI_LEN], port_octets[2] = { port >> 8, port & 0xff };
	const struct ike_part parts[] = { { spis, sizeof(spis) }, { a->bytes, a->family == AF_INET ? 4 : 16 },
					  { port_octets, 2 } };

	spis_write(spis, spi_i, spi_r);
	return ike_hash(IKE_HASH_SHA1, parts, 3, out);
}
