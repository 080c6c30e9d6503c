// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cursor.h"

#include <string.h>

struct rd rd_of(const void *data, size_t len)
{
	return (struct rd){ .at = data, .left = len };
}

const uint8_t *rd_bytes(struct rd *r, size_t len)
{
	const uint8_t *at = r->at;

	if (r->bad || r->left < len) {
		r->bad = true;
		r->left = 0;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return at;
}

static uint64_t rd_be(struct rd *r, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);
	uint64_t v = 0;

	for (size_t i = 0; p && i < len; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t rd_u8(struct rd *r)
{
	return rd_be(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
	return rd_be(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
	return rd_be(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
	return rd_be(r, 8);
}

void rd_copy(struct rd *r, void *dst, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);

	if (p)
		memcpy(dst, p, len);
	else
		memset(dst, 0, len);
}

struct rd rd_sub(struct rd *r, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);

	return (struct rd){ .at = p, .left = p ? len : 0, .bad = !p };
}

void rd_skip(struct rd *r, size_t len)
{
	rd_bytes(r, len);
}

struct wr wr_to(void *buf, size_t cap)
{
	return (struct wr){ .buf = buf, .cap = cap };
}

/* Room for len octets, or NULL with bad latched. */
static uint8_t *wr_room(struct wr *w, size_t len)
{
	uint8_t *at;

	if (w->bad || w->cap - w->len < len) {
		w->bad = true;
		return NULL;
	}
	at = w->buf + w->len;
	w->len += len;
	return at;
}

static void wr_be(struct wr *w, uint64_t v, size_t len)
{
	uint8_t *p = wr_room(w, len);

	for (size_t i = 0; p && i < len; i++)
		p[i] = v >> 8 * (len - 1 - i);
}

void wr_u8(struct wr *w, uint8_t v)
{
	wr_be(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
	wr_be(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
	wr_be(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
	wr_be(w, v, 8);
}

void wr_bytes(struct wr *w, const void *src, size_t len)
{
	uint8_t *p = wr_room(w, len);

	if (p && len)
		memcpy(p, src, len);
}

void wr_zero(struct wr *w, size_t len)
{
	uint8_t *p = wr_room(w, len);

	if (p)
		memset(p, 0, len);
}

size_t wr_mark(struct wr *w, size_t len)
{
	size_t at = w->len;

	wr_zero(w, len);
	return at;
}

/* A mark made while bad lies beyond what was written, so patching it does nothing. */
void wr_patch_u8(struct wr *w, size_t at, uint8_t v)
{
	if (at < w->len)
		w->buf[at] = v;
}

void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	if (w->len < 2 || at > w->len - 2)
		return;
	w->buf[at] = v >> 8;
	w->buf[at + 1] = v;
}
