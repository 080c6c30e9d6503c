// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/secret.h"

void secret_wipe(void *data, size_t len)
{
	if (data && len)
		explicit_bzero(data, len);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
	/* volatile: the compiler may not stop at the first difference */
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	while (len--)
		differ |= *x++ ^ *y++;
	return !differ;
}

char *secret_strdup(const char *s)
{
	return strdup(s);
}

void secret_strfree(char *s)
{
	if (!s)
		return;
	secret_wipe(s, strlen(s));
	free(s);
}

int secret_random(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= n;
	}
	return 0;
}
