// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike1_keys.h"

#include <errno.h>
#include <string.h>

#include "base/secret.h"

static void u64_octets(uint8_t out[8], uint64_t v)
{
	struct wr w = wr_to(out, 8);

	wr_u64(&w, v);
}

static void u32_octets(uint8_t out[4], uint32_t v)
{
	struct wr w = wr_to(out, 4);

	wr_u32(&w, v);
}

/* --- phase 1, RFC 2409 section 5 --- */

static int skeyid(struct ike1_keys *k, const struct ike1_exchange *x, struct ike_octets psk)
{
	const struct ike_part nonces[] = { IKE_PART(x->nonce_i), IKE_PART(x->nonce_r) }, shared = IKE_PART(x->shared);
	uint8_t key[2 * IKE_NONCE_MAX];
	struct wr w = wr_to(key, sizeof(key));

	if (psk.at)
		return ike_prf(k->suite.prf, psk.at, psk.len, nonces, 2, k->skeyid);
	wr_bytes(&w, x->nonce_i.at, x->nonce_i.len);
	wr_bytes(&w, x->nonce_r.at, x->nonce_r.len);
	return w.bad ? -EINVAL : ike_prf(k->suite.prf, key, w.len, &shared, 1, k->skeyid);
}

/* SKEYID_d, _a and _e, each over the one before it. */
static int skeyid_next(const struct ike1_keys *k, const struct ike1_exchange *x, const uint8_t *before, uint8_t number,
		       uint8_t *out)
{
	const struct ike_alg *prf = k->suite.prf;
	uint8_t spi_i[8], spi_r[8];
	const struct ike_part parts[] = { { before, before ? prf->out_len : 0 }, IKE_PART(x->shared), { spi_i, 8 },
					  { spi_r, 8 }, { &number, 1 } };

	u64_octets(spi_i, x->spi_i);
	u64_octets(spi_r, x->spi_r);
	return ike_prf(prf, k->skeyid, prf->out_len, parts, 5, out);
}

/* Appendix B: SKEYID_e, or what is made of it where that is too short. */
static int encr_key(struct ike1_keys *k)
{
	static const uint8_t zero;
	const struct ike_alg *prf = k->suite.prf;
	size_t len = k->suite.encr->key_len;
	uint8_t block[IKE_KEY_MAX];
	struct ike_part part = { &zero, 1 };
	int err = 0;

	if (len <= prf->out_len) {
		memcpy(k->encr, k->e, len);
		return 0;
	}
	for (size_t at = 0; at < len && !err; at += prf->out_len) {
		err = ike_prf(prf, k->e, prf->out_len, &part, 1, block);
		if (!err)
			memcpy(k->encr + at, block, len - at < prf->out_len ? len - at : prf->out_len);
		part = (struct ike_part){ block, prf->out_len };
	}
	secret_wipe(block, sizeof(block));
	return err;
}

int ike1_keys_derive(struct ike1_keys *k, const struct ike_suite *s, const struct ike1_exchange *x,
		     struct ike_octets psk)
{
	int err;

	memset(k, 0, sizeof(*k));
	k->suite = *s;
	err = skeyid(k, x, psk);
	if (!err)
		err = skeyid_next(k, x, NULL, 0, k->d);
	if (!err)
		err = skeyid_next(k, x, k->d, 1, k->a);
	if (!err)
		err = skeyid_next(k, x, k->a, 2, k->e);
	return err ? err : encr_key(k);
}

int ike1_hash_auth(const struct ike1_keys *k, const struct ike_alg *prf, const struct ike1_exchange *x,
		   bool by_initiator, struct ike_octets id_body, uint8_t *out)
{
	uint8_t spi_i[8], spi_r[8];
	const struct ike_part ke_i = IKE_PART(x->ke_i), ke_r = IKE_PART(x->ke_r), i = { spi_i, 8 }, r = { spi_r, 8 };
	const struct ike_part parts[] = { by_initiator ? ke_i : ke_r, by_initiator ? ke_r : ke_i, by_initiator ? i : r,
					  by_initiator ? r : i, IKE_PART(x->sa_body), IKE_PART(id_body) };

	u64_octets(spi_i, x->spi_i);
	u64_octets(spi_r, x->spi_r);
	return ike_prf(prf, k->skeyid, k->suite.prf->out_len, parts, 6, out);
}

/* --- phase 2, section 5.5 --- */

int ike1_hash_mid(const struct ike1_keys *k, uint32_t message_id, const struct ike_part *parts, size_t n, uint8_t *out)
{
	struct ike_part all[IKE_PARTS_MAX];
	uint8_t mid[4];

	if (n >= IKE_PARTS_MAX)
		return -EINVAL;
	u32_octets(mid, message_id);
	all[0] = (struct ike_part){ mid, 4 };
	memcpy(all + 1, parts, n * sizeof(*parts));
	return ike_prf(k->suite.prf, k->a, k->suite.prf->out_len, all, n + 1, out);
}

int ike1_hash_2(const struct ike1_keys *k, uint32_t message_id, struct ike_octets nonce_i, struct ike_octets payloads,
		uint8_t *out)
{
	const struct ike_part parts[] = { IKE_PART(nonce_i), IKE_PART(payloads) };

	return ike1_hash_mid(k, message_id, parts, 2, out);
}

int ike1_hash_3(const struct ike1_keys *k, uint32_t message_id, struct ike_octets nonce_i, struct ike_octets nonce_r,
		uint8_t *out)
{
	static const uint8_t zero;
	uint8_t mid[4];
	const struct ike_part parts[] = { { &zero, 1 }, { mid, 4 }, IKE_PART(nonce_i), IKE_PART(nonce_r) };

	u32_octets(mid, message_id);
	return ike_prf(k->suite.prf, k->a, k->suite.prf->out_len, parts, 4, out);
}

int ike1_keymat(const struct ike1_keys *k, const struct ike_suite *child, struct ike_octets shared, uint8_t protocol,
		uint32_t spi, struct ike_octets nonce_i, struct ike_octets nonce_r, uint8_t encr[IKE_CIPHER_KEY_MAX],
		uint8_t integ[IKE_KEY_MAX])
{
	const struct ike_alg *prf = k->suite.prf;
	size_t encr_len = child->encr->key_len + child->encr->salt_len, integ_len = child->integ ?
		child->integ->key_len : 0;
	uint8_t material[IKE_CIPHER_KEY_MAX + 2 * IKE_KEY_MAX], block[IKE_KEY_MAX], spi_octets[4];
	struct ike_part parts[] = { { block, 0 }, IKE_PART(shared), { &protocol, 1 }, { spi_octets, 4 },
				    IKE_PART(nonce_i), IKE_PART(nonce_r) };
	int err = 0;

	u32_octets(spi_octets, spi);
	for (size_t at = 0; at < encr_len + integ_len && !err; at += prf->out_len) {
		err = ike_prf(prf, k->d, prf->out_len, parts, 6, block);
		memcpy(material + at, block, prf->out_len);
		parts[0].len = prf->out_len;
	}
	if (!err) {
		memcpy(encr, material, encr_len);
		memcpy(integ, material + encr_len, integ_len);
	}
	secret_wipe(material, sizeof(material));
	secret_wipe(block, sizeof(block));
	return err;
}

/* --- encryption --- */

static int iv_hash(const struct ike_suite *s, const struct ike_part *parts, size_t n, uint8_t iv[IKE_IV_MAX])
{
	uint8_t full[IKE_HASH_MAX_LEN];
	int err = ike_hash(ike_hash_of_prf(s->prf), parts, n, full);

	if (!err)
		memcpy(iv, full, s->encr->iv_len);
	return err;
}

int ike1_iv_first(const struct ike_suite *s, struct ike_octets ke_i, struct ike_octets ke_r, uint8_t iv[IKE_IV_MAX])
{
	const struct ike_part parts[] = { IKE_PART(ke_i), IKE_PART(ke_r) };

	return iv_hash(s, parts, 2, iv);
}

int ike1_iv_of(const struct ike_suite *s, const uint8_t *last, uint32_t message_id, uint8_t iv[IKE_IV_MAX])
{
	uint8_t mid[4];
	const struct ike_part parts[] = { { last, s->encr->iv_len }, { mid, 4 } };

	u32_octets(mid, message_id);
	return iv_hash(s, parts, 2, iv);
}

int ike1_seal(const struct ike1_keys *k, const struct ike_header *h, uint8_t first, const uint8_t *inner, size_t len,
	      uint8_t iv[IKE_IV_MAX], struct wr *w)
{
	const struct ike_alg *encr = k->suite.encr;
	const struct ike_part none = { NULL, 0 };
	struct ike_header header = *h;
	size_t pad = (encr->block_len - len % encr->block_len) % encr->block_len, at;
	int err;

	header.next = first;
	header.flags |= IKE1_FLAG_ENCRYPTED;
	header.length = IKE_HEADER_LEN + len + pad;
	ike_header_write(w, &header);
	at = w->len;
	wr_bytes(w, inner, len);
	wr_zero(w, pad);
	if (w->bad || !len)
		return -ENOSPC;
	err = ike_encrypt(encr, k->encr, iv, none, w->buf + at, len + pad, NULL);
	if (!err)
		memcpy(iv, w->buf + w->len - encr->iv_len, encr->iv_len);
	return err;
}

int ike1_open(const struct ike1_keys *k, struct ike_octets encrypted, uint8_t iv[IKE_IV_MAX], uint8_t *plain)
{
	const struct ike_alg *encr = k->suite.encr;
	const struct ike_part none = { NULL, 0 };
	int err;

	if (!encrypted.len || encrypted.len % encr->block_len)
		return -EBADMSG;
	memcpy(plain, encrypted.at, encrypted.len);
	err = ike_decrypt(encr, k->encr, iv, none, plain, encrypted.len, NULL);
	if (!err)
		memcpy(iv, encrypted.at + encrypted.len - encr->iv_len, encr->iv_len);
	return err;
}

int ike1_natd(const struct ike_alg *prf, uint64_t spi_i, uint64_t spi_r, const struct addr *a, uint16_t port,
	      uint8_t *out)
{
	uint8_t i[8], r[8], port_octets[2] = { port >> 8, port & 0xff };
	const struct ike_part parts[] = { { i, 8 }, { r, 8 }, { a->bytes, a->family == AF_INET ? 4 : 16 },
					  { port_octets, 2 } };

	u64_octets(i, spi_i);
	u64_octets(r, spi_r);
	return ike_hash(ike_hash_of_prf(prf), parts, 4, out);
}
