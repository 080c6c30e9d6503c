/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all fuzz targets share. A target is NAME_fuzz.c with LLVMFuzzerTestOneInput(); what must
 * always hold it says with must(), which ends the program as a sanitizer would.
 */
#ifndef ADIT_FUZZ_H
#define ADIT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define must(what)									\
	do {										\
		if (!(what)) {								\
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,		\
				__LINE__, #what);					\
			abort();							\
		}									\
	} while (0)

/*
 * An input read from its front; beyond its end everything is 0. Not the cursor of userspace/base,
 * which is under test itself.
 */
struct in {
	const uint8_t *at;
	size_t left;
};

static inline struct in in_of(const uint8_t *data, size_t size)
{
	return (struct in){ .at = data, .left = size };
}

static inline uint8_t in_u8(struct in *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t in_u16(struct in *in)
{
	uint16_t high = in_u8(in);

	return high << 8 | in_u8(in);
}

static inline uint32_t in_u32(struct in *in)
{
	uint32_t high = in_u16(in);

	return high << 16 | in_u16(in);
}

/* Fills all of dst, with zeros where the input is too short. */
static inline void in_fill(struct in *in, void *dst, size_t len)
{
	uint8_t *p = dst;

	while (len--)
		*p++ = in_u8(in);
}

/*
 * Up to max octets of what is left, in a block of exactly their length, so that the sanitizer sees
 * one octet too far; the caller frees.
 */
static inline uint8_t *in_take(struct in *in, size_t max, size_t *len)
{
	size_t n = in->left < max ? in->left : max;
	uint8_t *copy = malloc(n ? n : 1);

	must(copy);
	if (n)
		memcpy(copy, in->at, n);
	in->at += n;
	in->left -= n;
	*len = n;
	return copy;
}

#endif /* ADIT_FUZZ_H */
