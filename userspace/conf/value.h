/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of values: from text to field and from field to text. */
#ifndef ADIT_CONF_VALUE_H
#define ADIT_CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

#define VALUE_WHY_MAX	200
/* the longest line: a list of as many files as there may be, with what is in them */
#define VALUE_TEXT_MAX	(CONF_FILES_MAX * CONF_FILE_MAX + 4096)

struct option;

struct value_text {
	char text[VALUE_TEXT_MAX];
	size_t len;
	bool secrets;		/* tell them */
};

struct value_type {
	const char *shown;	/* what the manual calls such a value */
	bool list;
	/*
	 * Put one value into the field of base; of a list, add one. conf holds the sections read
	 * before. Returns 0, or -EINVAL with the end of a sentence in why.
	 */
	int (*set)(const struct conf *conf, const struct option *o, void *base, const char *text,
		   char why[VALUE_WHY_MAX]);
	/* Append the field in the file's language. False: there is nothing to write. */
	bool (*put)(const struct option *o, const void *base, struct value_text *out);
};

extern const struct value_type value_name, value_secret, value_secret_file, value_device,
	value_number, value_switch, value_enabled, value_word, value_words, value_clamp,
	value_addr_v4, value_addrs_v4, value_addrs, value_prefix_v6, value_prefixes, value_range, value_pool,
	value_addr, value_subnets, value_file, value_files, value_ike_proposals, value_esp_proposals;

/* For the types themselves. */
int value_bad(char why[VALUE_WHY_MAX], const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void value_append(struct value_text *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void value_append_quoted(struct value_text *out, const char *text);

#endif /* ADIT_CONF_VALUE_H */
