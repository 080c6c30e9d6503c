// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ike_refuse(char error[IKE_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, IKE_ERROR_MAX, fmt, args);
	va_end(args);
	return -EINVAL;
}

void ike_append(char *buf, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list args;

	va_start(args, fmt);
	if (len < cap)
		vsnprintf(buf + len, cap - len, fmt, args);
	va_end(args);
}
