// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/value.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "conf/options.h"

/* --- helpers --- */

int value_bad(char why[VALUE_WHY_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, VALUE_WHY_MAX, fmt, args);
	va_end(args);
	return -EINVAL;
}

static void *field(const struct option *o, void *base)
{
	return (char *)base + o->at;
}

static const void *const_field(const struct option *o, const void *base)
{
	return (const char *)base + o->at;
}

void value_append(struct value_text *out, const char *fmt, ...)
{
	size_t room = sizeof(out->text) - out->len;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(out->text + out->len, room, fmt, args);
	va_end(args);
	if (n > 0)
		out->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* In single quotes only the quote and the backslash need one in front. */
void value_append_quoted(struct value_text *out, const char *text)
{
	value_append(out, "'");
	for (; *text; text++)
		value_append(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
	value_append(out, "'");
}

/* Unsigned integers and enumerations of any width. */
static void store(const struct option *o, void *base, uint32_t v)
{
	uint8_t v8 = (uint8_t)v;
	uint16_t v16 = (uint16_t)v;

	memcpy(field(o, base),
	       o->size == 1 ? (void *)&v8 :
	       o->size == 2 ? (void *)&v16 :
			      (void *)&v,
	       o->size);
}

static uint32_t load(const struct option *o, const void *base)
{
	const void *at = const_field(o, base);
	uint32_t v32;
	uint16_t v16;

	if (o->size == 1)
		return *(const uint8_t *)at;
	if (o->size == 2) {
		memcpy(&v16, at, sizeof(v16));
		return v16;
	}
	memcpy(&v32, at, sizeof(v32));
	return v32;
}

static int parse_number(const char *text, uint32_t *out)
{
	unsigned long long v;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || *end || v > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

/* --- names --- */

static bool printable(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static int replace_string(const struct option *o, void *base, const char *text,
			  char why[VALUE_WHY_MAX])
{
	char **at = field(o, base);
	char *copy = secret_strdup(text);

	if (!copy)
		return value_bad(why, "out of memory");
	secret_strfree(*at);
	*at = copy;
	return 0;
}

static int name_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		    char why[VALUE_WHY_MAX])
{
	(void)conf;
	if (!text[0] || strlen(text) > o->max || !printable(text))
		return value_bad(why, "\"%s\" is not between 1 and %u printable ASCII characters",
				 text, o->max);
	return replace_string(o, base, text, why);
}

static bool name_put(const struct option *o, const void *base, struct value_text *out)
{
	char *const *at = const_field(o, base);

	if (!*at)
		return false;
	value_append_quoted(out, *at);
	return true;
}

const struct value_type value_name = { "text", false, name_set, name_put };

static int device_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		      char why[VALUE_WHY_MAX])
{
	char *at = field(o, base);

	(void)conf;
	/* What dev_valid_name() of the kernel takes, and not the words that sysctl knows. */
	if (!text[0] || strlen(text) >= o->size || strpbrk(text, "/: \t\n\v\f\r%") ||
	    !printable(text) || !strcmp(text, ".") || !strcmp(text, "..") || !strcmp(text, "all") ||
	    !strcmp(text, "default"))
		return value_bad(
			why,
			"\"%s\" is no device name: 1 to %zu characters without space, slash, colon and percent",
			text, o->size - 1);
	memset(at, 0, o->size);
	snprintf(at, o->size, "%s", text);
	return 0;
}

static bool device_put(const struct option *o, const void *base, struct value_text *out)
{
	value_append_quoted(out, const_field(o, base));
	return true;
}

const struct value_type value_device = { "name", false, device_set, device_put };

/* --- secrets --- */

static int secret_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		      char why[VALUE_WHY_MAX])
{
	char *const *at = const_field(o, base);
	int len = (int)strcspn(o->name, "-");	/* password and password-file are one thing */

	(void)conf;
	if (*at)
		return value_bad(why, "there is a %.*s already: give one of %.*s and %.*s-file",
				 len, o->name, len, o->name, len, o->name);
	if (!text[0] || strlen(text) > o->max)
		return value_bad(why, "the %.*s has %zu octets: 1 to %u are possible", len, o->name,
				 strlen(text), o->max);
	return replace_string(o, base, text, why);
}

static bool secret_put(const struct option *o, const void *base, struct value_text *out)
{
	char *const *at = const_field(o, base);

	if (!*at)
		return false;
	value_append_quoted(out, out->secrets ? *at : "***");
	return true;
}

const struct value_type value_secret = { "text", false, secret_set, secret_put };

/* Reads one line; a newline at its end belongs to the editor that wrote it. -EINVAL with why. */
static int read_secret(int fd, const char *path, char *buf, size_t cap, char why[VALUE_WHY_MAX])
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return value_bad(why, "%s is no regular file", path);
	if (st.st_mode & (S_IROTH | S_IWOTH))
		return value_bad(why, "%s can be read or written by everybody: chmod 600 %s", path,
				 path);
	n = read(fd, buf, cap - 1);
	if (n < 0)
		return value_bad(why, "%s cannot be read: %s", path, strerror(errno));
	buf[n] = '\0';
	if (n && buf[n - 1] == '\n')
		buf[--n] = '\0';
	if (strlen(buf) != (size_t)n || strchr(buf, '\n'))
		return value_bad(why, "%s is not one line of text", path);
	return 0;
}

static int secret_file_set(const struct conf *conf, const struct option *o, void *base,
			   const char *text, char why[VALUE_WHY_MAX])
{
	/* a newline, an octet that shows that it is too long, and NUL */
	char buf[CONF_PASSWORD_MAX + 3] = "";
	int fd, ret;

	if (text[0] != '/')
		return value_bad(why, "\"%s\" does not begin with a slash: give the whole path",
				 text);
	fd = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return value_bad(why, "%s cannot be opened: %s", text, strerror(errno));
	ret = read_secret(fd, text, buf, sizeof(buf), why);
	close(fd);
	if (!ret)
		ret = secret_set(conf, o, base, buf, why);
	secret_wipe(buf, sizeof(buf));
	return ret;
}

/* Where a password came from is not kept; value_secret writes it. */
static bool secret_file_put(const struct option *o, const void *base, struct value_text *out)
{
	(void)o;
	(void)base;
	(void)out;
	return false;
}

const struct value_type value_secret_file = { "file", false, secret_file_set, secret_file_put };

/* --- numbers, switches and words --- */

static int number_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		      char why[VALUE_WHY_MAX])
{
	uint32_t v;

	(void)conf;
	if (parse_number(text, &v) || v < o->min || v > o->max)
		return value_bad(why, "\"%s\" is not a number from %" PRIu32 " to %" PRIu32, text,
				 o->min, o->max);
	store(o, base, v);
	return 0;
}

static bool number_put(const struct option *o, const void *base, struct value_text *out)
{
	value_append(out, "%" PRIu32, load(o, base));
	return true;
}

const struct value_type value_number = { "number", false, number_set, number_put };

static int parse_switch(const char *text, bool *on, char why[VALUE_WHY_MAX])
{
	*on = !strcmp(text, "yes");
	return *on || !strcmp(text, "no") ? 0 :
					    value_bad(why, "\"%s\" is neither yes nor no", text);
}

static int switch_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		      char why[VALUE_WHY_MAX])
{
	bool on;

	(void)conf;
	if (parse_switch(text, &on, why))
		return -EINVAL;
	*(bool *)field(o, base) = on;
	return 0;
}

static bool switch_put(const struct option *o, const void *base, struct value_text *out)
{
	value_append(out, "%s", *(const bool *)const_field(o, base) ? "yes" : "no");
	return true;
}

const struct value_type value_switch = { "yes | no", false, switch_set, switch_put };

/*
 * A switch whose field means the opposite, so that a structure of zeros is a user who may log in.
 */
static int enabled_set(const struct conf *conf, const struct option *o, void *base,
		       const char *text, char why[VALUE_WHY_MAX])
{
	bool on;

	(void)conf;
	if (parse_switch(text, &on, why))
		return -EINVAL;
	*(bool *)field(o, base) = !on;
	return 0;
}

static bool enabled_put(const struct option *o, const void *base, struct value_text *out)
{
	value_append(out, "%s", *(const bool *)const_field(o, base) ? "no" : "yes");
	return true;
}

const struct value_type value_enabled = { "yes | no", false, enabled_set, enabled_put };

static int find_word(const struct option *o, const char *text, uint32_t *v, char why[VALUE_WHY_MAX])
{
	char known[VALUE_WHY_MAX / 2] = "";
	const struct option_word *w;
	size_t len = 0;

	for (w = o->words; w->word; w++) {
		if (!strcmp(w->word, text)) {
			*v = w->value;
			return 0;
		}
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", len ? ", " : "",
					w->word);
	}
	return value_bad(why, "\"%s\" is none of %s", text, known);
}

static int word_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		    char why[VALUE_WHY_MAX])
{
	uint32_t v;

	(void)conf;
	if (find_word(o, text, &v, why))
		return -EINVAL;
	store(o, base, v);
	return 0;
}

static bool word_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct option_word *w;

	for (w = o->words; w->word; w++) {
		if (w->value != load(o, base))
			continue;
		value_append(out, "%s", w->word);
		return true;
	}
	return false;
}

const struct value_type value_word = { "word", false, word_set, word_put };

static int words_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		     char why[VALUE_WHY_MAX])
{
	uint32_t v = 0;

	(void)conf;
	if (find_word(o, text, &v, why))
		return -EINVAL;
	store(o, base, load(o, base) | v);
	return 0;
}

static bool words_put(const struct option *o, const void *base, struct value_text *out)
{
	uint32_t set = load(o, base);
	const struct option_word *w;
	bool first = true;

	for (w = o->words; w->word; w++) {
		if (!(set & w->value))
			continue;
		value_append(out, "%s%s", first ? "{ " : ", ", w->word);
		first = false;
	}
	value_append(out, first ? "" : " }");
	return !first;
}

const struct value_type value_words = { "words", true, words_set, words_put };

static int clamp_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		     char why[VALUE_WHY_MAX])
{
	uint32_t v;

	(void)conf;
	if (!strcmp(text, "auto"))
		v = 1;
	else if (!strcmp(text, "off"))
		v = 0;
	else if (parse_number(text, &v) || v < o->min || v > o->max)
		return value_bad(why,
				 "\"%s\" is neither auto nor off nor a number from %" PRIu32
				 " to %" PRIu32,
				 text, o->min, o->max);
	store(o, base, v);
	return 0;
}

static bool clamp_put(const struct option *o, const void *base, struct value_text *out)
{
	uint32_t v = load(o, base);

	if (v > 1)
		value_append(out, "%" PRIu32, v);
	else
		value_append(out, "%s", v ? "auto" : "off");
	return true;
}

const struct value_type value_clamp = { "auto | off | number", false, clamp_set, clamp_put };
