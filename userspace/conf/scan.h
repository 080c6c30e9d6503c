/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A first look at the raw text, for what libconfuse does not do: it counts lines wrongly past a
 * comment, accepts a section that is never closed, and expands ${...} and backslashes in double
 * quotes without a word.
 */
#ifndef ADIT_CONF_SCAN_H
#define ADIT_CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define SCAN_EXPANDED_MAX 64	/* more such strings than this are not told apart */

struct scan {
	/* Lines on which a string in double quotes ends that libconfuse changes. */
	unsigned int expanded[SCAN_EXPANDED_MAX];
	unsigned int n_expanded;
	/* What was opened and never closed; NULL: nothing. */
	const char *open;
	unsigned int open_line;
};

/* Turns comments into blanks, newlines excepted. text[len] is NUL. */
void scan_text(char *text, size_t len, struct scan *out);
bool scan_expanded_at(const struct scan *scan, unsigned int line);

#endif /* ADIT_CONF_SCAN_H */
