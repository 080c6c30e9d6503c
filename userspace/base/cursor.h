/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds-latching cursors over octets in network order. Reading or writing past the end sets `bad` for good, reads then
 * give 0 or NULL and writes do nothing, so a codec checks once at its end. No codec does pointer arithmetic of its own.
 */
#ifndef ADIT_BASE_CURSOR_H
#define ADIT_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
	const uint8_t *at;
	size_t left;
	bool bad;
};

struct wr {
	uint8_t *buf;
	size_t len;	/* octets written */
	size_t cap;
	bool bad;
};

struct rd rd_of(const void *data, size_t len);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
const uint8_t *rd_bytes(struct rd *r, size_t len);	/* borrowed; NULL and bad when fewer are left */
void rd_copy(struct rd *r, void *dst, size_t len);	/* zeroes dst when bad */
/* cursor over the next len octets; bad in both when fewer are left */
struct rd rd_sub(struct rd *r, size_t len);
void rd_skip(struct rd *r, size_t len);
static inline bool rd_done(const struct rd *r) { return !r->bad && !r->left; }

struct wr wr_to(void *buf, size_t cap);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *src, size_t len);
void wr_zero(struct wr *w, size_t len);
size_t wr_mark(struct wr *w, size_t len);		/* reserve octets to be patched later; returns their offset */
void wr_patch_u8(struct wr *w, size_t at, uint8_t v);
void wr_patch_u16(struct wr *w, size_t at, uint16_t v);

#endif /* ADIT_BASE_CURSOR_H */
