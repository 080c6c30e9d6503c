/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences of IKE: what is wrong, and what is listed. Longer ones are cut off. */
#ifndef ADIT_PROTO_IKE_TEXT_H
#define ADIT_PROTO_IKE_TEXT_H

#include <stddef.h>

#define IKE_ERROR_MAX 256	/* of a sentence that says what is wrong */

/* Write such a sentence; -EINVAL. */
int ike_refuse(char error[IKE_ERROR_MAX], const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Behind what is in buf, of cap octets. */
void ike_append(char *buf, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif /* ADIT_PROTO_IKE_TEXT_H */
