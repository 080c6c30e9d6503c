// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

unsigned int tokens_split(const char *line, struct token *tokens)
{
	unsigned int n = 0;

	while (*line && n < TOKENS_MAX) {
		struct token *t = &tokens[n];
		size_t len;

		line += strspn(line, " \t");
		if (!*line || *line == '#')
			break;
		t->quoted = *line == '"';
		if (t->quoted)
			len = strcspn(++line, "\"");
		else
			len = *line == '(' || *line == ')' ? 1 : strcspn(line, " \t()");
		snprintf(t->text, sizeof(t->text), "%.*s", (int)len, line);
		line += len + (t->quoted && line[len]);
		n++;
	}
	return n;
}

void pattern_put(struct pattern *p, const void *data, size_t len)
{
	if (len > sizeof(p->value) - p->len)
		abort();
	memcpy(p->value + p->len, data, len);
	memset(p->mask + p->len, 0xff, len);
	p->len += len;
}

void pattern_any(struct pattern *p, size_t len)
{
	if (len > sizeof(p->value) - p->len)
		abort();
	memset(p->value + p->len, 0, len);
	memset(p->mask + p->len, 0, len);
	p->len += len;
}

bool pattern_token(struct pattern *p, const struct token *t)
{
	const char *s = t->text;
	size_t i, len = strlen(s);

	if (t->quoted) {
		pattern_put(p, s, len);
		return true;
	}
	if (!strcmp(s, "...")) {
		p->open = true;
		return true;
	}
	if (!len || len % 2)
		return false;
	for (i = 0; i < len; i++)
		if (!isxdigit((unsigned char)s[i]) && s[i] != '?')
			return false;
	for (i = 0; i < len; i += 2) {
		char pair[3] = { s[i], s[i + 1], 0 };
		uint8_t octet = strtoul(pair, NULL, 16);

		if (pair[0] == '?')
			pattern_any(p, 1);
		else
			pattern_put(p, &octet, 1);
	}
	return true;
}

static struct output *next_output(struct outputs *out)
{
	out->total++;
	if (out->n == OUTPUTS_MAX) {
		out->overflow = true;
		return NULL;
	}
	return &out->list[out->n++];
}

void outputs_packet(struct outputs *out, const void *data, size_t len)
{
	struct output *o = next_output(out);

	if (!o)
		return;
	o->is_event = false;
	o->len = len < sizeof(o->data) ? len : sizeof(o->data);
	memcpy(o->data, data, o->len);
}

void outputs_event(struct outputs *out, const char *fmt, ...)
{
	struct output *o = next_output(out);
	va_list ap;

	if (!o)
		return;
	o->is_event = true;
	va_start(ap, fmt);
	vsnprintf(o->event, sizeof(o->event), fmt, ap);
	va_end(ap);
}
