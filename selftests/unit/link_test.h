/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ip-link plugin with a test in the place of ip: the functions that ip exports are here, and keep what they were
 * given. A plugin is statics behind one symbol, so it is included, before this.
 */
#ifndef ADIT_UNIT_LINK_TEST_H
#define ADIT_UNIT_LINK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char put_attrs[512];	/* "type=hex ..." in the order of the calls */
static char printed[1024];	/* as text */
static char json[1024];

/* What waits for the nest is put where it waits, as ip does. */
static void put_nested(struct nlmsghdr *n, int type, const void *data, int alen)
{
	struct rtattr *a = (struct rtattr *)((char *)n + n->nlmsg_len);

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(alen);
	if (alen)
		memcpy(RTA_DATA(a), data, alen);
	n->nlmsg_len += RTA_ALIGN(a->rta_len);
}

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data, int alen)
{
	const uint8_t *p = data;
	size_t at = strlen(put_attrs);

	assert_non_null(n);
	if (n->nlmsg_len) {
		put_nested(n, type, data, alen);
		return 0;
	}
	assert_int_equal(maxlen, IP_REQUEST_MAX);
	at += snprintf(put_attrs + at, sizeof(put_attrs) - at, "%s%d=", at ? " " : "", type);
	for (int i = 0; i < alen; i++)
		at += snprintf(put_attrs + at, sizeof(put_attrs) - at, "%02x", p[i]);
	return 0;
}

unsigned int ll_name_to_index(const char *name)
{
	return strcmp(name, "wan0") ? 0 : 0x21;
}

const char *ll_index_to_name(unsigned int ifindex)
{
	return ifindex == 0x21 ? "wan0" : "if?";
}

static void add(char *to, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void add(char *to, size_t cap, const char *fmt, ...)
{
	size_t at = strlen(to);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to + at, cap - at, fmt, ap);
	va_end(ap);
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
int print_color_string(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		       const char *value)
{
	assert_int_equal(color, COLOR_NONE);
	if (t & (PRINT_FP | PRINT_ANY))
		add(printed, sizeof(printed), fmt, value);
	if (t & (PRINT_JSON | PRINT_ANY))
		add(json, sizeof(json), "%s=\"%s\",", key, value);
	return 0;
}

int print_color_uint(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		     unsigned int value)
{
	assert_int_equal(t, PRINT_ANY);
	assert_int_equal(color, COLOR_NONE);
	add(printed, sizeof(printed), fmt, value);
	add(json, sizeof(json), "%s=%u,", key, value);
	return 0;
}

int print_color_0xhex(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		      unsigned long long value)
{
	assert_int_equal(t, PRINT_ANY);
	assert_int_equal(color, COLOR_NONE);
	add(printed, sizeof(printed), fmt, value);
	add(json, sizeof(json), "%s=\"%#llx\",", key, value);
	return 0;
}

int print_color_bool(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		     bool value)
{
	assert_int_equal(t, PRINT_JSON);
	assert_int_equal(color, COLOR_NONE);
	assert_null(fmt);
	add(json, sizeof(json), "%s=%s,", key, value ? "true" : "false");
	return 0;
}

static char said[1024];		/* on stderr */

/* Parse words separated by single blanks, as ip hands them over. */
static int parse_as(struct link_util *kind, const char *line, unsigned int flags)
{
	struct nlmsghdr n = { .nlmsg_flags = flags };
	char words_buf[512], *argv[40];
	int argc = 0, saved = dup(STDERR_FILENO), fds[2], rc;
	ssize_t len;

	snprintf(words_buf, sizeof(words_buf), "%s", line);
	for (char *at = words_buf, *word; (word = strsep(&at, " ")); )
		if (*word)
			argv[argc++] = word;
	put_attrs[0] = '\0';
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	rc = kind->parse_opt(kind, argc, argv, &n);
	dup2(saved, STDERR_FILENO);
	close(saved);
	len = read(fds[0], said, sizeof(said) - 1);
	said[len > 0 ? len : 0] = '\0';
	close(fds[0]);
	return rc;
}

struct line_text {
	const char *line, *text;
};

/* Each line becomes the attributes beside it. */
static void take_each(struct link_util *kind, const struct line_text *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(parse_as(kind, cases[i].line, NLM_F_CREATE), 0);
		assert_string_equal(put_attrs, cases[i].text);
		assert_string_equal(said, "");
	}
}

/* Each line is refused with the words beside it. */
static void refuse_each(struct link_util *kind, const struct line_text *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(parse_as(kind, cases[i].line, NLM_F_CREATE), -1);
		assert_non_null(strstr(said, cases[i].text));
	}
}

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* What the kernel says of a device, to be shown. */
#define DUMP_ATTRS	32

struct dump {
	struct rtattr *tb[DUMP_ATTRS];
	uint8_t space[DUMP_ATTRS][RTA_SPACE(128)] __attribute__((aligned(4)));
};

static void dump_put(struct dump *d, unsigned int type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)d->space[type];

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	d->tb[type] = a;
}

static void dump_u32(struct dump *d, unsigned int type, uint32_t v)
{
	dump_put(d, type, &v, sizeof(v));
}

__attribute__((unused))
static void dump_u16(struct dump *d, unsigned int type, uint16_t v)
{
	dump_put(d, type, &v, sizeof(v));
}

static void print_as(struct link_util *util, struct dump *d)
{
	printed[0] = '\0';
	json[0] = '\0';
	util->print_opt(util, stdout, d->tb);
}

#endif /* ADIT_UNIT_LINK_TEST_H */
