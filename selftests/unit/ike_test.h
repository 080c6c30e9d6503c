/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of IKE share: octets from hexadecimal, and the usual headers of cmocka. */
#ifndef ADIT_IKE_TEST_H
#define ADIT_IKE_TEST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* How many octets; spaces are skipped. */
static inline size_t hex(const char *text, uint8_t *out, size_t cap)
{
	size_t n = 0;
	unsigned int v;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		assert_true(n < cap && sscanf(text, "%2x", &v) == 1);
		out[n++] = (uint8_t)v;
		text++;
	}
	return n;
}

static inline void assert_hex(const uint8_t *got, size_t len, const char *text)
{
	uint8_t want[2048];

	assert_int_equal(hex(text, want, sizeof(want)), len);
	assert_memory_equal(got, want, len);
}

/* Octets that are different from one another, the same each time. */
static inline void pattern(uint8_t *out, size_t len, unsigned int step, unsigned int start)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(i * step + start);
}

#endif /* ADIT_IKE_TEST_H */
