// SPDX-License-Identifier: GPL-2.0-or-later
/* adit.conf(5) says of the options what the daemon's own table says; "make -C userspace man" writes it. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"

#define PAGE "../../Documentation/adit.conf.5"

/* White space apart: the page has each sentence on a line of its own. */
static void squeeze(char *to, const char *from, size_t len)
{
	for (; len; len--, from++)
		if (!isspace((unsigned char)*from))
			*to++ = *from;
	*to = '\0';
}

static char *page(void)
{
	FILE *f = fopen(PAGE, "r");
	char *text = calloc(1, 100000);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, 99999, f) > 0);
	fclose(f);
	return text;
}

static void append(void *arg, const char *line)
{
	strcat(arg, line);
	strcat(arg, "\n");
}

static void the_manual_is_current(void **state)
{
	static const char begin[] = ".\\\" options begin\n";
	char *text = page(), *from = strstr(text, begin), *to = strstr(text, ".\\\" options end\n");
	char *table = calloc(1, 100000), *want = malloc(100000), *got = malloc(100000);

	(void)state;
	assert_non_null(from);
	assert_non_null(to);
	from += strlen(begin);
	conf_man_table(append, table);
	squeeze(want, table, strlen(table));
	squeeze(got, from, to - from);
	assert_true(strlen(want) > 1000);
	assert_string_equal(got, want);
	free(text);
	free(table);
	free(want);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_manual_is_current) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
