// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the options of adit.conf(5) in mdoc, for "make man". */
#include <ctype.h>
#include <stdio.h>

#include "conf/conf.h"

/* mdoc(7) wants each sentence on a line of its own. */
static void print(void *arg, const char *line)
{
	(void)arg;
	for (; *line; line++) {
		putchar(*line);
		if (line[0] == '.' && line[1] == ' ' && isupper((unsigned char)line[2])) {
			putchar('\n');
			line++;
		}
	}
	putchar('\n');
}

int main(void)
{
	conf_man_table(print, NULL);
	return 0;
}
