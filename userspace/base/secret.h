/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets that must not outlive their use nor be compared in data-dependent time. */
#ifndef ADIT_BASE_SECRET_H
#define ADIT_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

void secret_wipe(void *data, size_t len);
bool secret_equal(const void *a, const void *b, size_t len);	/* constant time */
char *secret_strdup(const char *s);				/* NULL on ENOMEM */
void secret_strfree(char *s);					/* wipes; NULL is fine */
int secret_random(void *buf, size_t len);			/* getrandom(2); -errno */

#endif /* ADIT_BASE_SECRET_H */
