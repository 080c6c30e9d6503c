// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "conf/options.h"

/* some hundred octets for each of the users of the largest pool */
#define FILE_MAX	(64u << 20)
#define UNKNOWN_MAX	20		/* unknown options that are reported before reading stops */
/* of an option in libconfuse's tree; its own flags are far below */
#define FLAG_SEEN	(1 << 30)

/* --- problems --- */

static void report(struct reading *r, unsigned int line, bool warning, const char *fmt,
		   va_list args)
{
	struct conf_problem p = { .line = line, .warning = warning };

	vsnprintf(p.text, sizeof(p.text), fmt, args);
	if (!warning)
		r->failed = true;
	r->report(r->arg, r->path, &p);
}

void reading_error(struct reading *r, unsigned int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(r, line, false, fmt, args);
	va_end(args);
}

void reading_warning(struct reading *r, unsigned int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(r, line, true, fmt, args);
	va_end(args);
}

/* --- libconfuse --- */

/*
 * libconfuse tells a value's line only while it reads that value, and has no room for a pointer of
 * ours. So the one reading under way stands here, and every value that libconfuse keeps begins with
 * its line and a space.
 */
static struct {
	struct reading *r;
	char *kept;		/* the value handed to libconfuse, which copies it */
	/* of an unknown option that ended the parsing, 0: none did */
	unsigned int unknown_line;
} parsing;

static void drop_kept(void)
{
	if (parsing.kept)
		secret_wipe(parsing.kept, strlen(parsing.kept));
	free(parsing.kept);
	parsing.kept = NULL;
}

static int on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	drop_kept();
	if (asprintf(&parsing.kept, "%d %s", cfg->line, value) < 0) {
		parsing.kept = NULL;
		return -1;
	}
	/*
	 * The value at hand is counted already: the second first value means a second assignment,
	 * which libconfuse lets win.
	 */
	if ((opt->flags & FLAG_SEEN) && cfg_opt_size(opt) == 1)
		reading_error(parsing.r, (unsigned int)cfg->line,
			      "%s is given twice: keep one of them", opt->name);
	opt->flags |= FLAG_SEEN;
	*(const char **)result = parsing.kept;
	return 0;
}

static const char *unknown_hint(const char *section)
{
	return section[0] ? "see adit.conf(5) for the options of this section" :
	       "see adit.conf(5) for the options that stand outside of sections";
}

static void on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	const char *section = strcmp(cfg->name, "root") ? cfg->name : "";
	unsigned int line = (unsigned int)cfg->line;
	char text[160];

	vsnprintf(text, sizeof(text), fmt, args);
	if (!strncmp(fmt, "no such option", strlen("no such option"))) {
		parsing.unknown_line = line;
		reading_error(parsing.r, line, "unknown option %s%s%s: %s",
			      text + strlen("no such option "), section[0] ? " in section " : "",
			      section, unknown_hint(section));
	} else if (!strncmp(fmt, "found duplicate title", strlen("found duplicate title"))) {
		reading_error(
			parsing.r, line,
			"there is a section with the title %s above already: give each its own",
			text + strlen("found duplicate title "));
	} else {
		reading_error(
			parsing.r, line,
			"%s: an option is written  name = value , a section  name \"title\" { ... }",
			text);
	}
}

static void fill_options(cfg_opt_t *out, const struct section *section)
{
	static const cfg_opt_t end = CFG_END();
	unsigned int i;

	for (i = 0; i < section->n_options; i++) {
		const struct option *o = &section->options[i];
		cfg_opt_t one = CFG_STR_CB(o->name, NULL, CFGF_NODEFAULT, on_value);
		cfg_opt_t many = CFG_STR_LIST_CB(o->name, NULL, CFGF_NODEFAULT, on_value);

		out[i] = o->type->list ? many : one;
	}
	out[i] = end;
}

/* libconfuse copies the tables. NULL: out of memory. */
static cfg_t *new_parser(void)
{
	static const cfg_opt_t end = CFG_END();
	cfg_opt_t inner[N_SECTIONS][OPTIONS_MAX + 1], global[OPTIONS_MAX + N_SECTIONS];
	unsigned int i, n = conf_sections[SECTION_GLOBAL].n_options;
	cfg_t *cfg;

	fill_options(global, &conf_sections[SECTION_GLOBAL]);
	for (i = SECTION_POOL; i < N_SECTIONS; i++) {
		cfg_opt_t section = CFG_SEC(conf_sections[i].name, inner[i],
					    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);

		fill_options(inner[i], &conf_sections[i]);
		global[n++] = section;
	}
	global[n] = end;
	cfg = cfg_init(global, CFGF_NONE);
	if (cfg)
		cfg_set_error_function(cfg, on_error);
	return cfg;
}

static void wipe_values(cfg_t *section)
{
	cfg_opt_t *opt;
	unsigned int i;

	for (opt = section->opts; opt && opt->name; opt++) {
		for (i = 0; i < cfg_opt_size(opt); i++) {
			if (opt->type == CFGT_SEC)
				wipe_values(cfg_opt_getnsec(opt, i));
			else if (opt->type == CFGT_STR && cfg_opt_getnstr(opt, i))
				secret_wipe(cfg_opt_getnstr(opt, i),
					    strlen(cfg_opt_getnstr(opt, i)));
		}
	}
}

static void free_parser(cfg_t *cfg)
{
	if (!cfg)
		return;
	wipe_values(cfg);
	cfg_free(cfg);
}

/*
 * An unknown option ends libconfuse's work. Where it and its value stand on a line alone they are
 * taken out and everything is read again, so that the next mistake is found as well.
 */
static bool blank_line(char *text, unsigned int line)
{
	size_t len;

	while (--line && text)
		text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
	if (!text)
		return false;
	len = strcspn(text, "\n");
	if (!memchr(text, '=', len) || memchr(text, '{', len) || memchr(text, '}', len))
		return false;
	memset(text, ' ', len);
	return true;
}

static bool parse(struct reading *r, char *text)
{
	unsigned int tries;
	int ret;

	for (tries = 0; tries < UNKNOWN_MAX; tries++) {
		r->cfg = new_parser();
		if (!r->cfg) {
			reading_error(r, 0, "out of memory");
			return false;
		}
		parsing.r = r;
		parsing.unknown_line = 0;
		ret = cfg_parse_buf(r->cfg, text);
		drop_kept();
		if (ret == CFG_SUCCESS)
			return true;
		/* Some of its refusals libconfuse keeps to itself, an empty name's for one. */
		if (!r->failed)
			reading_error(r, (unsigned int)r->cfg->line,
				      "this is neither an option nor a section: an option is written  "
				      "name = value , a section  name \"title\" { ... }");
		if (!parsing.unknown_line || !blank_line(text, parsing.unknown_line))
			return false;
		free_parser(r->cfg);
		r->cfg = NULL;
	}
	return false;
}

/* --- the file --- */

static char *slurp(struct reading *r, int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t len = 0;
	ssize_t n;

	if (!text) {
		reading_error(r, 0, "out of memory");
		return NULL;
	}
	while (len < size && (n = pread(fd, text + len, size - len, (off_t)len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	if (len == size && !memchr(text, '\0', size))
		return text;
	reading_error(r, 0,
		      len == size ? "there is a NUL octet in it: this is no text" :
				    "it cannot be read to its end");
	secret_wipe(text, size);
	free(text);
	return NULL;
}

static char *read_file(struct reading *r, size_t *size)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = NULL;
	struct stat st;

	if (fd < 0) {
		reading_error(r, 0, "it cannot be opened: %s", strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		reading_error(r, 0, "it is no regular file");
	else if (st.st_size > (off_t)FILE_MAX)
		reading_error(r, 0, "it is larger than %u MiB", FILE_MAX >> 20);
	else
		text = slurp(r, fd, (size_t)st.st_size);
	r->readable_by_all = text && (st.st_mode & S_IROTH);
	*size = (size_t)st.st_size;
	close(fd);
	return text;
}

/* --- from libconfuse's tree to ours --- */

/* What keep() put before the text of a value. */
static unsigned int line_of(const char *kept)
{
	return (unsigned int)strtoul(kept, NULL, 10);
}

unsigned int reading_line_of(cfg_t *section, const char *option, unsigned int i)
{
	cfg_opt_t *opt = cfg_getopt(section, option);

	if (opt && i < cfg_opt_size(opt) && cfg_opt_getnstr(opt, i))
		return line_of(cfg_opt_getnstr(opt, i));
	return (unsigned int)section->line;
}

unsigned int reading_line(cfg_t *section, const char *option)
{
	return reading_line_of(section, option, 0);
}

static void set(struct reading *r, const struct option *o, void *base, const char *kept)
{
	const char *space = strchr(kept, ' ');
	char why[VALUE_WHY_MAX];

	if (o->type->set(r->conf, o, base, space + 1, why))
		reading_error(r, line_of(kept), "%s: %s", o->name, why);
	if (o->type == &value_secret && scan_expanded_at(&r->scan, line_of(kept)))
		reading_warning(
			r, line_of(kept),
			"%s: a backslash or ${ in double quotes is not taken as it stands: use single quotes",
			o->name);
}

static void read_option(struct reading *r, const struct section *section, const struct option *o,
			cfg_t *cfg, void *base)
{
	const char *protocol = section_protocol(section, base);
	const char *fallback = option_fallback(o, protocol);
	unsigned int k, n = cfg_size(cfg, o->name);
	char why[VALUE_WHY_MAX];

	if (n && !option_applies(o, protocol)) {
		reading_error(r, reading_line(cfg, o->name),
			      "%s: %s %s has no such option: it is one of %s %s", o->name, section->name,
			      protocol, section->name, o->of);
		return;
	}
	for (k = 0; k < n; k++)
		set(r, o, base, cfg_getnstr(cfg, o->name, k));
	if (!n && o->of && !strcmp(o->of, OPTION_OF_PPP) && !option_applies(o, protocol))
		return;
	if (!n && fallback && o->type->set(r->conf, o, base, fallback, why))
		reading_error(r, 0, "%s: default: %s", o->name, why);
	if (!n && o->required)
		reading_error(r, (unsigned int)cfg->line, "%s \"%s\" has no %s, which it needs",
			      section->name, cfg_title(cfg), o->name);
}

static void read_options(struct reading *r, const struct section *section, cfg_t *cfg, void *base)
{
	unsigned int i;

	for (i = 0; i < section->n_options; i++)
		read_option(r, section, &section->options[i], cfg, base);
}

/* A title in a structure's first field, of as many octets as a login may name. */
static bool read_title(struct reading *r, const struct section *section, cfg_t *cfg, void *base)
{
	const char *c, *title = cfg_title(cfg);
	char **at = base;

	for (c = title; *c && (unsigned char)*c >= ' ' && *c != 0x7f; c++)
		;
	if (*c || c == title || c - title > CONF_USER_MAX)
		reading_error(
			r, (unsigned int)cfg->line,
			"the %s of a %s has 1 to %u octets, and no control characters among them",
			section->title, section->name, CONF_USER_MAX);
	*at = strdup(title);
	return *at;
}

/* Every section of one kind into a new array. */
static void *read_sections(struct reading *r, unsigned int kind, unsigned int *count)
{
	const struct section *section = &conf_sections[kind];
	unsigned int i, n = cfg_size(r->cfg, section->name);
	char *array;

	if (!n)
		return NULL;
	array = calloc(n, section->size);
	if (!array) {
		reading_error(r, 0, "out of memory");
		return NULL;
	}
	*count = n;
	for (i = 0; i < n; i++) {
		cfg_t *cfg = cfg_getnsec(r->cfg, section->name, i);
		void *base = array + i * section->size;

		if (read_title(r, section, cfg, base))
			read_options(r, section, cfg, base);
		else
			reading_error(r, 0, "out of memory");
	}
	return array;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct conf_user *)a)->name, ((const struct conf_user *)b)->name);
}

/* Servers name pools, so pools come first. */
static void fill(struct reading *r)
{
	struct conf *conf = r->conf;

	read_options(r, &conf_sections[SECTION_GLOBAL], r->cfg, conf);
	conf->pools = read_sections(r, SECTION_POOL, &conf->n_pools);
	conf->servers = read_sections(r, SECTION_SERVER, &conf->n_servers);
	conf->l2tp_peers = read_sections(r, SECTION_L2TP_PEER, &conf->n_l2tp_peers);
	conf->users = read_sections(r, SECTION_USER, &conf->n_users);
	conf->clients = read_sections(r, SECTION_CLIENT, &conf->n_clients);
	conf->sites = read_sections(r, SECTION_SITE, &conf->n_sites);
	if (r->failed)
		return;
	check_conf(r);
	/* conf_user_find() searches by halves; libconfuse's order is not needed any more. */
	if (conf->n_users)
		qsort(conf->users, conf->n_users, sizeof(*conf->users), by_name);
}

struct conf *conf_read(const char *path, conf_report_fn report_fn, void *arg)
{
	struct reading r = { .path = path, .report = report_fn, .arg = arg };
	size_t size = 0;
	char *text;

	text = read_file(&r, &size);
	if (!text)
		return NULL;
	scan_text(text, size, &r.scan);
	r.conf = calloc(1, sizeof(*r.conf));
	if (r.conf)
		r.conf->path = strdup(path);
	if (!r.conf || !r.conf->path)
		reading_error(&r, 0, "out of memory");
	else if (r.scan.open)
		reading_error(&r, r.scan.open_line, "%s is opened here and never closed",
			      r.scan.open);
	else if (parse(&r, text))
		fill(&r);
	free_parser(r.cfg);
	secret_wipe(text, size);
	free(text);
	if (!r.failed)
		return r.conf;
	conf_free(r.conf);
	return NULL;
}
