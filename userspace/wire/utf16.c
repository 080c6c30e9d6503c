// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/utf16.h"

#include <errno.h>

/*
 * The table of RFC 3629 section 3: lead octet, how many follow, the smallest value that may use so
 * many.
 */
static const struct utf8_form {
	uint8_t mask, lead;
	uint8_t follow;
	uint32_t min;
} forms[] = {
	{ 0x80, 0x00, 0, 0x0 },
	{ 0xe0, 0xc0, 1, 0x80 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

static int utf8_next(const uint8_t **at, uint32_t *cp)
{
	const struct utf8_form *form = forms;
	const uint8_t *p = *at;
	unsigned int i;

	while ((*p & form->mask) != form->lead)
		if (++form == forms + sizeof(forms) / sizeof(forms[0]))
			return -EILSEQ;
	*cp = *p++ & ~form->mask;
	for (i = 0; i < form->follow; i++, p++) {
		/* The terminating NUL is no continuation, so this also ends at the end. */
		if ((*p & 0xc0) != 0x80)
			return -EILSEQ;
		*cp = *cp << 6 | (*p & 0x3f);
	}
	if (*cp < form->min || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return -EILSEQ;
	*at = p;
	return 0;
}

static void put_unit(uint8_t *out, uint16_t unit)
{
	out[0] = unit & 0xff;
	out[1] = unit >> 8;
}

int utf16le_from_utf8(const char *text, uint8_t *out, size_t cap)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t len = 0;
	uint32_t cp;

	while (*at) {
		size_t need;

		if (utf8_next(&at, &cp))
			return -EILSEQ;
		need = cp >= 0x10000 ? 4 : 2;
		if (cap - len < need)
			return -ENOSPC;
		if (need == 4) {
			cp -= 0x10000;
			put_unit(out + len, 0xd800 | cp >> 10);
			put_unit(out + len + 2, 0xdc00 | (cp & 0x3ff));
		} else {
			put_unit(out + len, cp);
		}
		len += need;
	}
	return len;
}
