// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/l2tp_hide.h"

#include <errno.h>
#include <string.h>

#include "base/secret.h"
#include "wire/mschap.h"

#define CHUNK 16	/* octets that one MD5 covers */

/* The octets that are combined with the chunk at the place `at` of a value. */
static int pad_of(uint16_t attribute, const struct l2tp_secret *secret, struct l2tp_octets vector,
		  const uint8_t *previous, uint8_t pad[CHUNK])
{
	uint8_t number[2] = { attribute >> 8, attribute & 0xff };

	if (previous)
		return md5_join(secret->at, secret->len, previous, CHUNK, NULL, 0, pad);
	return md5_join(number, sizeof(number), secret->at, secret->len, vector.at, vector.len, pad);
}

static void combine(uint8_t *dst, const uint8_t *src, const uint8_t *pad, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = src[i] ^ pad[i];
}

/* dst may not be src: the cipher goes on from what was sent. */
static int reveal(uint16_t attribute, const struct l2tp_secret *secret, struct l2tp_octets vector,
		  struct rd *hidden, uint8_t *dst)
{
	const uint8_t *previous = NULL, *chunk;
	uint8_t pad[CHUNK];
	int err = 0;

	while (!err && hidden->left) {
		size_t len = hidden->left < CHUNK ? hidden->left : CHUNK;

		err = pad_of(attribute, secret, vector, previous, pad);
		chunk = rd_bytes(hidden, len);
		if (!err)
			combine(dst, chunk, pad, len);
		previous = chunk;
		dst += len;
	}
	secret_wipe(pad, sizeof(pad));
	return err;
}

int l2tp_unhide(uint16_t attribute, const struct l2tp_secret *secret, struct l2tp_octets vector,
		struct rd hidden, struct wr *scratch, struct rd *value)
{
	size_t len = hidden.left, at = wr_mark(scratch, len);
	struct rd inner;
	uint16_t inner_len;
	int err;

	if (hidden.bad || scratch->bad)
		return -EBADMSG;
	err = reveal(attribute, secret, vector, &hidden, scratch->buf + at);
	if (err)
		return err;
	inner = rd_of(scratch->buf + at, len);
	inner_len = rd_u16(&inner);
	*value = rd_sub(&inner, inner_len);	/* the one check of a length that anybody may choose */
	return value->bad ? -EBADMSG : 0;
}

void l2tp_hide(struct wr *w, uint16_t attribute, const struct l2tp_hiding *hiding,
	       const uint8_t *value, size_t len)
{
	struct l2tp_octets vector = { hiding->vector, sizeof(hiding->vector) };
	uint8_t plain[CHUNK * 64];	/* more than an AVP's value can have */
	uint8_t pad[CHUNK], chunk[CHUNK];
	struct wr sub = wr_to(plain, sizeof(plain));
	bool first = true;

	wr_u16(&sub, len);
	wr_bytes(&sub, value, len);
	wr_bytes(&sub, hiding->padding, (CHUNK - sub.len % CHUNK) % CHUNK);
	if (sub.bad || sub.len > L2TP_AVP_VALUE_MAX)
		w->bad = true;
	for (size_t at = 0; at < sub.len && !w->bad; at += CHUNK) {
		if (pad_of(attribute, &hiding->secret, vector, first ? NULL : chunk, pad))
			w->bad = true;
		combine(chunk, plain + at, pad, CHUNK);
		wr_bytes(w, chunk, CHUNK);
		first = false;
	}
	secret_wipe(plain, sizeof(plain));
	secret_wipe(pad, sizeof(pad));
}
