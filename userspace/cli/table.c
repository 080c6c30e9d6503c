// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/table.h"

#define CELL_MAX 512	/* longer text is cut; no value of the daemon's is */

static void add(struct table *t, const char *text, size_t len)
{
	char shown[CELL_MAX];
	char **cells;

	if (t->n_cells == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 64;

		cells = realloc(t->cells, cap * sizeof(*cells));
		if (!cells) {
			t->failed = true;
			return;
		}
		t->cells = cells;
		t->cap = cap;
	}
	t->cells[t->n_cells] = strdup(log_text(shown, sizeof(shown), text, len));
	if (t->cells[t->n_cells])
		t->n_cells++;
	else
		t->failed = true;
}

void table_init(struct table *t, const char *const *columns)
{
	*t = (struct table){ 0 };
	for (; columns[t->n_columns] && t->n_columns < TABLE_COLUMNS_MAX; t->n_columns++) {
		const char *name = columns[t->n_columns];
		size_t len = strcspn(name, ">");

		t->right[t->n_columns] = name[len];
		add(t, name, len);
	}
}

void table_add(struct table *t, const char *text)
{
	if (!text || !*text)
		text = "-";
	add(t, text, strlen(text));
}

static size_t width_of(const struct table *t, unsigned int column)
{
	size_t width = 0;

	for (size_t i = column; i < t->n_cells; i += t->n_columns)
		if (strlen(t->cells[i]) > width)
			width = strlen(t->cells[i]);
	return width;
}

void table_print(const struct table *t, FILE *out)
{
	int width[TABLE_COLUMNS_MAX] = { 0 };

	for (unsigned int c = 0; c < t->n_columns; c++)
		width[c] = width_of(t, c);
	for (size_t i = 0; i < t->n_cells && t->n_columns; i++) {
		unsigned int c = i % t->n_columns;
		bool last = c + 1 == t->n_columns;
		int pad = t->right[c] ? width[c] : -width[c];

		if (last && !t->right[c])
			pad = 0;	/* no blanks at the end of a line */
		fprintf(out, "%*s%s", pad, t->cells[i], last ? "\n" : "  ");
	}
	if (t->failed)
		fputs("(out of memory: lines are missing)\n", out);
}

void table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
}

const char *table_bytes(uint64_t bytes, char buf[TABLE_TEXT_MAX])
{
	static const char units[] = "kMGTPE";
	unsigned int unit = 0;
	uint64_t scale = 1000;

	if (bytes < 1000) {
		snprintf(buf, TABLE_TEXT_MAX, "%u", (unsigned int)bytes);
		return buf;
	}
	for (; bytes / scale >= 1000; scale *= 1000)
		unit++;
	/* Tenths are cut, not rounded: 999.9k never becomes 1000.0k. */
	snprintf(buf, TABLE_TEXT_MAX, "%u.%u%c", (unsigned int)(bytes / scale),
		 (unsigned int)(bytes % scale / (scale / 10)), units[unit]);
	return buf;
}

const char *table_duration(uint64_t seconds, char buf[TABLE_TEXT_MAX])
{
	unsigned long long s = seconds;

	if (s < 60)
		snprintf(buf, TABLE_TEXT_MAX, "%llus", s);
	else if (s < 3600)
		snprintf(buf, TABLE_TEXT_MAX, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, TABLE_TEXT_MAX, "%lluh%02llum", s / 3600, s / 60 % 60);
	else
		snprintf(buf, TABLE_TEXT_MAX, "%llud%02lluh", s / 86400, s / 3600 % 24);
	return buf;
}
