/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of text, printed in aligned columns, escaped as base/log.h's log_text() does. */
#ifndef ADIT_CLI_TABLE_H
#define ADIT_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 16

struct table {
	unsigned int n_columns;
	bool right[TABLE_COLUMNS_MAX];	/* numbers stand to the right */
	char **cells;			/* by row; the table's */
	size_t n_cells, cap;
	bool failed;			/* out of memory: rows are missing */
};

/* Names of the columns, "ID>" for one that is aligned to the right; ended by NULL. */
void table_init(struct table *t, const char *const *columns);
/* The next cell; copied; NULL or "" becomes "-". */
void table_add(struct table *t, const char *text);
void table_print(const struct table *t, FILE *out);
void table_fini(struct table *t);

/* Values as people read them; buf is returned. */
#define TABLE_TEXT_MAX 32

/* 999, 1.2k, 34.5M (powers of 1000) */
const char *table_bytes(uint64_t bytes, char buf[TABLE_TEXT_MAX]);
/* 59s, 12m30s, 3h05m, 2d07h */
const char *table_duration(uint64_t seconds, char buf[TABLE_TEXT_MAX]);

#endif /* ADIT_CLI_TABLE_H */
