// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/cursor.h"

struct rd rd_of(const void *data, size_t len)
{
	return (struct rd){ .at = data, .left = len };
}

/* The one place that checks a length against what is left to read. */
const uint8_t *rd_bytes(struct rd *r, size_t len)
{
	const uint8_t *at = r->at;

	if (r->bad || len > r->left) {
		r->bad = true;
		return NULL;
	}
	if (len)
		r->at += len;
	r->left -= len;
	return at;
}

static uint64_t rd_uint(struct rd *r, size_t octets)
{
	const uint8_t *p = rd_bytes(r, octets);
	uint64_t v = 0;

	if (!p)
		return 0;
	while (octets--)
		v = v << 8 | *p++;
	return v;
}

uint8_t rd_u8(struct rd *r)
{
	return rd_uint(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
	return rd_uint(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
	return rd_uint(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
	return rd_uint(r, 8);
}

void rd_copy(struct rd *r, void *dst, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);

	if (!len)
		return;
	if (p)
		memcpy(dst, p, len);
	else
		memset(dst, 0, len);
}

struct rd rd_sub(struct rd *r, size_t len)
{
	const uint8_t *p = rd_bytes(r, len);

	if (r->bad)
		return (struct rd){ .bad = true };
	return rd_of(p, len);
}

void rd_skip(struct rd *r, size_t len)
{
	rd_bytes(r, len);
}

struct wr wr_to(void *buf, size_t cap)
{
	return (struct wr){ .buf = buf, .cap = cap };
}

/* The one place that checks a length against the room that is left. */
static uint8_t *wr_room(struct wr *w, size_t len)
{
	uint8_t *at;

	if (w->bad || len > w->cap - w->len) {
		w->bad = true;
		return NULL;
	}
	at = w->buf + w->len;
	w->len += len;
	return at;
}

static void put_uint(uint8_t *p, uint64_t v, size_t octets)
{
	while (octets--) {
		p[octets] = v;
		v >>= 8;
	}
}

static void wr_uint(struct wr *w, uint64_t v, size_t octets)
{
	uint8_t *p = wr_room(w, octets);

	if (p)
		put_uint(p, v, octets);
}

void wr_u8(struct wr *w, uint8_t v)
{
	wr_uint(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
	wr_uint(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
	wr_uint(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
	wr_uint(w, v, 8);
}

void wr_bytes(struct wr *w, const void *src, size_t len)
{
	uint8_t *p = len ? wr_room(w, len) : NULL;

	if (p)
		memcpy(p, src, len);
}

void wr_zero(struct wr *w, size_t len)
{
	uint8_t *p = len ? wr_room(w, len) : NULL;

	if (p)
		memset(p, 0, len);
}

size_t wr_mark(struct wr *w, size_t len)
{
	size_t at = w->len;

	wr_zero(w, len);
	return at;
}

/* Only what has been written may be patched: an offset beyond is a codec's mistake. */
static void wr_patch(struct wr *w, size_t at, uint64_t v, size_t octets)
{
	if (w->bad || at > w->len || octets > w->len - at) {
		w->bad = true;
		return;
	}
	put_uint(w->buf + at, v, octets);
}

void wr_patch_u8(struct wr *w, size_t at, uint8_t v)
{
	wr_patch(w, at, v, 1);
}

void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	wr_patch(w, at, v, 2);
}
