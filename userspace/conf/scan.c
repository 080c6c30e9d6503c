// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/scan.h"

#include <string.h>

/* sections and lists nest two deep; the rest is an error that libconfuse finds */
#define DEPTH_MAX 16

struct scanner {
	char *at, *end;
	unsigned int line;
	struct scan *out;
	unsigned int braces[DEPTH_MAX];	/* lines on which they were opened */
	unsigned int depth;
};

static char peek(const struct scanner *s, size_t ahead)
{
	return (size_t)(s->end - s->at) > ahead ? s->at[ahead] : '\0';
}

static void step(struct scanner *s)
{
	if (*s->at == '\n')
		s->line++;
	s->at++;
}

static void blank(struct scanner *s)
{
	if (*s->at != '\n')
		*s->at = ' ';
	step(s);
}

static void blank_line(struct scanner *s)
{
	while (s->at < s->end && *s->at != '\n')
		blank(s);
}

static void blank_block(struct scanner *s)
{
	unsigned int line = s->line;

	blank(s);
	blank(s);
	while (s->at < s->end && !(peek(s, 0) == '*' && peek(s, 1) == '/'))
		blank(s);
	if (s->at == s->end) {
		s->out->open = "comment";
		s->out->open_line = line;
		return;
	}
	blank(s);
	blank(s);
}

static void quoted(struct scanner *s)
{
	unsigned int line = s->line;
	char quote = *s->at;
	bool expanded = false;

	step(s);
	while (s->at < s->end && *s->at != quote) {
		if (*s->at == '\\' || (*s->at == '$' && peek(s, 1) == '{'))
			expanded = true;
		if (*s->at == '\\' && s->at + 1 < s->end)
			step(s);
		step(s);
	}
	if (s->at >= s->end) {
		s->out->open = "quoted text";
		s->out->open_line = line;
		return;
	}
	step(s);
	if (quote == '"' && expanded && s->out->n_expanded < SCAN_EXPANDED_MAX)
		s->out->expanded[s->out->n_expanded++] = s->line;
}

static void brace(struct scanner *s)
{
	if (*s->at == '{') {
		if (s->depth < DEPTH_MAX)
			s->braces[s->depth] = s->line;
		s->depth++;
	} else if (s->depth) {
		s->depth--;
	}
	step(s);
}

void scan_text(char *text, size_t len, struct scan *out)
{
	struct scanner s = { .at = text, .end = text + len, .line = 1, .out = out };

	memset(out, 0, sizeof(*out));
	while (s.at < s.end && !out->open) {
		if (*s.at == '#' || (*s.at == '/' && peek(&s, 1) == '/'))
			blank_line(&s);
		else if (*s.at == '/' && peek(&s, 1) == '*')
			blank_block(&s);
		else if (*s.at == '"' || *s.at == '\'')
			quoted(&s);
		else if (*s.at == '{' || *s.at == '}')
			brace(&s);
		else
			step(&s);
	}
	if (!out->open && s.depth) {
		out->open = "{";
		out->open_line = s.braces[s.depth <= DEPTH_MAX ? s.depth - 1 : DEPTH_MAX - 1];
	}
}

bool scan_expanded_at(const struct scan *scan, unsigned int line)
{
	unsigned int i;

	for (i = 0; i < scan->n_expanded; i++) {
		if (scan->expanded[i] == line)
			return true;
	}
	return false;
}
