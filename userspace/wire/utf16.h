/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 (RFC 3629) to UTF-16LE, as Windows passwords are hashed. */
#ifndef ADIT_WIRE_UTF16_H
#define ADIT_WIRE_UTF16_H

#include <stddef.h>
#include <stdint.h>

/*
 * Octets written, or -EILSEQ for what is not UTF-8 (overlong forms, surrogates and values past
 * U+10FFFF included), or -ENOSPC. A text of n octets never needs more than 2 × n.
 */
int utf16le_from_utf8(const char *text, uint8_t *out, size_t cap);

#endif /* ADIT_WIRE_UTF16_H */
