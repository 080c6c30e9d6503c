// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Models of MPPE peers.
 */
#include <assert.h>
#include <string.h>

#include <openssl/sha.h>

#include <uapi/linux/adit.h>

#include "mppe_model.h"

#define A	0x8000	/* flushed */
#define D	0x1000	/* encrypted */

static void rc4_key(struct model *m)
{
	assert(EVP_EncryptInit_ex(m->rc4, EVP_rc4(), NULL, NULL, NULL));
	assert(EVP_CIPHER_CTX_set_key_length(m->rc4, m->key_len));
	assert(EVP_EncryptInit_ex(m->rc4, NULL, NULL, m->key, NULL));
}

static void rc4(EVP_CIPHER_CTX *ctx, u8 *text, unsigned int len)
{
	int n;

	assert(EVP_EncryptUpdate(ctx, text, &n, text, len));
}

void model_crypt(const u8 *key, int key_len, u8 *text, unsigned int len)
{
	struct model m = { .rc4 = EVP_CIPHER_CTX_new(), .key_len = key_len };

	memcpy(m.key, key, key_len);
	rc4_key(&m);
	rc4(m.rc4, text, len);
	EVP_CIPHER_CTX_free(m.rc4);
}

static void reduce(struct model *m)
{
	static const u8 salt[] = { 0xd1, 0x26, 0x9e };

	if (m->strength == ADIT_MPPE_STRENGTH_40)
		memcpy(m->key, salt, 3);
	if (m->strength == ADIT_MPPE_STRENGTH_56)
		memcpy(m->key, salt, 1);
}

static void hash(struct model *m)
{
	u8 text[128], digest[SHA_DIGEST_LENGTH];
	int n = m->key_len;

	memcpy(text, m->start, n);
	memset(text + n, 0, 40);
	memcpy(text + n + 40, m->key, n);
	memset(text + n + 40 + n, 0xf2, 40);
	SHA1(text, 2 * n + 80, digest);
	memcpy(m->key, digest, n);
}

static void change_key(struct model *m)
{
	hash(m);
	model_crypt(m->key, m->key_len, m->key, m->key_len);
	reduce(m);
	rc4_key(m);
}

void model_init(struct model *m, enum peer peer, u32 strength, bool stateful, const u8 *start_key)
{
	*m = (struct model){
		.peer = peer, .strength = strength, .stateful = stateful, .count = 0xfff,
		.key_len = strength == ADIT_MPPE_STRENGTH_128 ? 16 : 8,
		.rc4 = EVP_CIPHER_CTX_new(),
	};
	memcpy(m->start, start_key, m->key_len);
	memcpy(m->key, start_key, m->key_len);
	hash(m);
	reduce(m);
	rc4_key(m);
}

void model_free(struct model *m)
{
	EVP_CIPHER_CTX_free(m->rc4);
}

static bool is_flag(u16 count)
{
	return (count & 0xff) == 0xff;
}

void model_seal(struct model *m, u8 *packet, unsigned int len)
{
	u16 bits = D;

	m->count = (m->count + 1) & 0xfff;
	if (!m->stateful || is_flag(m->count) || (m->flush && m->peer == PEER_LINUX))
		change_key(m);
	else if (m->flush)
		rc4_key(m);
	if (!m->stateful || m->flush || (is_flag(m->count) && m->peer == PEER_LINUX))
		bits |= A;
	m->flush = false;
	packet[0] = (bits | m->count) >> 8;
	packet[1] = m->count;
	rc4(m->rc4, packet + 2, len);
}

static enum model_verdict open_stateless(struct model *m, u16 count)
{
	if (((count - m->count) & 0xfff) > 0x800)
		return MODEL_DROP;
	for (; m->count != count; m->count = (m->count + 1) & 0xfff)
		change_key(m);
	return MODEL_OK;
}

static enum model_verdict open_linux(struct model *m, u16 count, bool flushed)
{
	if (is_flag(count) && !flushed)
		return MODEL_DROP;
	if (!m->discard) {
		m->count = (m->count + 1) & 0xfff;
		if (count != m->count) {
			m->discard = true;
			return MODEL_RESET;
		}
	} else {
		if (!flushed)
			return MODEL_DROP;
		for (; (m->count & 0xf00) != (count & 0xf00); m->count = (m->count + 256) & 0xfff)
			change_key(m);
		m->discard = false;
		m->count = count;
	}
	if (flushed)
		change_key(m);
	return MODEL_OK;
}

static enum model_verdict open_rfc(struct model *m, u16 count, bool flushed)
{
	u16 expected = (m->count + 1) & 0xfff;

	if (!flushed) {
		if (m->discard)
			return MODEL_DROP;
		if (count != expected) {
			m->discard = true;
			return MODEL_RESET;
		}
	}
	while (m->count != count) {
		m->count = (m->count + 1) & 0xfff;
		if (is_flag(m->count))
			change_key(m);
	}
	m->discard = false;
	if (flushed)
		rc4_key(m);
	return MODEL_OK;
}

enum model_verdict model_open(struct model *m, u8 *packet, unsigned int len)
{
	u16 header = packet[0] << 8 | packet[1], count = header & 0xfff;
	bool flushed = header & A;
	enum model_verdict verdict;

	assert(header & D);
	if (!m->stateful)
		verdict = open_stateless(m, count);
	else if (m->peer == PEER_LINUX)
		verdict = open_linux(m, count, flushed);
	else
		verdict = open_rfc(m, count, flushed);
	if (verdict == MODEL_OK)
		rc4(m->rc4, packet + 2, len);
	return verdict;
}
