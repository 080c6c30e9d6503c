// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "conf/options.h"

typedef void (*put_fn)(void *arg, const char *line);

struct dump {
	put_fn put;
	void *arg;
	struct value_text line;
};

static void flush(struct dump *d)
{
	d->put(d->arg, d->line.text);
	secret_wipe(d->line.text, d->line.len);
	d->line.len = 0;
	d->line.text[0] = '\0';
}

static void dump_options(struct dump *d, const struct section *section, const void *base)
{
	const char *indent = section->name[0] ? "\t" : "";
	unsigned int i;

	for (i = 0; i < section->n_options; i++) {
		const struct option *o = &section->options[i];

		if (!option_applies(o, section_protocol(section, base)))
			continue;
		value_append(&d->line, "%s%s = ", indent, o->name);
		if (o->type->put(o, base, &d->line))
			flush(d);
		d->line.len = 0;
	}
}

static void dump_sections(struct dump *d, unsigned int kind, const void *array, unsigned int n)
{
	const struct section *section = &conf_sections[kind];
	unsigned int i;

	for (i = 0; i < n; i++) {
		const void *base = (const char *)array + i * section->size;

		flush(d);
		value_append(&d->line, "%s ", section->name);
		value_append_quoted(&d->line, *(char *const *)base);
		value_append(&d->line, " {");
		flush(d);
		dump_options(d, section, base);
		value_append(&d->line, "}");
		flush(d);
	}
}

static void dump(const struct conf *conf, bool secrets, put_fn put, void *arg)
{
	struct dump d = { .put = put, .arg = arg, .line.secrets = secrets };

	dump_options(&d, &conf_sections[SECTION_GLOBAL], conf);
	dump_sections(&d, SECTION_POOL, conf->pools, conf->n_pools);
	dump_sections(&d, SECTION_SERVER, conf->servers, conf->n_servers);
	dump_sections(&d, SECTION_L2TP_PEER, conf->l2tp_peers, conf->n_l2tp_peers);
	dump_sections(&d, SECTION_USER, conf->users, conf->n_users);
	dump_sections(&d, SECTION_CLIENT, conf->clients, conf->n_clients);
	dump_sections(&d, SECTION_SITE, conf->sites, conf->n_sites);
}

static bool same_value(const struct option *o, const void *a, const void *b, struct value_text texts[2])
{
	texts[0].len = texts[1].len = 0;
	texts[0].text[0] = texts[1].text[0] = '\0';
	texts[0].secrets = texts[1].secrets = true;
	o->type->put(o, a, &texts[0]);
	o->type->put(o, b, &texts[1]);
	return texts[0].len == texts[1].len && !memcmp(texts[0].text, texts[1].text, texts[0].len);
}

static bool is_of_files(const struct option *o)
{
	return o->type == &value_file || o->type == &value_files;
}

enum conf_change conf_site_change(const struct conf_site *a, const struct conf_site *b)
{
	const struct section *section = &conf_sections[SECTION_SITE];
	struct value_text *texts = calloc(2, sizeof(*texts));
	enum conf_change change = texts && !strcmp(a->name, b->name) ? CONF_UNCHANGED : CONF_CHANGED;
	unsigned int i;

	for (i = 0; change != CONF_CHANGED && i < section->n_options; i++) {
		const struct option *o = &section->options[i];

		if (!same_value(o, a, b, texts))
			change = is_of_files(o) ? CONF_CHANGED_FILES : CONF_CHANGED;
	}
	if (texts)
		secret_wipe(texts, 2 * sizeof(*texts));
	free(texts);
	return change;
}

void conf_dump(const struct conf *conf, put_fn put, void *arg)
{
	dump(conf, false, put, arg);
}

void conf_dump_secrets(const struct conf *conf, put_fn put, void *arg)
{
	dump(conf, true, put, arg);
}

/* --- the manual --- */

static void man_limits(struct dump *d, const struct section *section, const struct option *o)
{
	const struct option_word *w;

	if (o->type == &value_number && o->max != UINT32_MAX)
		value_append(&d->line, "From %" PRIu32 " to %" PRIu32 ". ", o->min, o->max);
	for (w = o->words; w && w->word; w++)
		value_append(&d->line, "%s%s%s",
			     w == o->words ? "One of " :
			     w[1].word	   ? ", " :
					     " and ",
			     w->word, w[1].word ? "" : ". ");
	if (o->type->list && !o->words)
		value_append(&d->line, "At most %" PRIu32 ". ", o->max);
	if (o->of)
		value_append(&d->line, "In %s %s alone. ", section->name, o->of);
	if (o->required)
		value_append(&d->line, "Must be given.");
	else if (o->fallback_ikev2)
		value_append(&d->line, "Default: %s, in %s ikev2 %s.", o->fallback,
			     section->name, o->fallback_ikev2);
	else if (o->fallback_l2tp)
		value_append(&d->line, "Default: %s, in %s l2tp %s.", o->fallback,
			     section->name, o->fallback_l2tp);
	else if (o->fallback)
		value_append(&d->line, "Default: %s.", o->fallback);
}

static void man_option(struct dump *d, const struct section *section, const struct option *o)
{
	value_append(&d->line, o->type->list ? ".It Ic %s No = Brq Ar %s" : ".It Ic %s No = Ar %s",
		     o->name, o->type->shown);
	flush(d);
	value_append(&d->line, "%s", o->doc);
	flush(d);
	man_limits(d, section, o);
	while (d->line.len && d->line.text[d->line.len - 1] == ' ')
		d->line.text[--d->line.len] = '\0';
	if (d->line.len)
		flush(d);
}

void conf_man_table(put_fn put, void *arg)
{
	struct dump d = { .put = put, .arg = arg };
	unsigned int i, k;

	for (i = 0; i < N_SECTIONS; i++) {
		const struct section *section = &conf_sections[i];

		if (section->name[0])
			value_append(&d.line, ".Ss Section %s Ar %s", section->name,
				     section->title);
		else
			value_append(&d.line, ".Ss Global options");
		flush(&d);
		value_append(&d.line, "%s", section->doc);
		flush(&d);
		value_append(&d.line, ".Bl -tag -width Ds");
		flush(&d);
		for (k = 0; k < section->n_options; k++)
			man_option(&d, section, &section->options[k]);
		value_append(&d.line, ".El");
		flush(&d);
	}
}
