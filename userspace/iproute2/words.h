/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of an ip-link command and the attributes they become: what the plugins have in common. A plugin has a table of
 * words; here they are read, with every mistake named, and values are printed as text or JSON.
 */
#ifndef ADIT_IPROUTE2_WORDS_H
#define ADIT_IPROUTE2_WORDS_H

#include <stdint.h>

#include "iproute2/ip_plugin.h"

/* ip exports functions of its own, which must not stand in for these. */
#pragma GCC visibility push(hidden)

#define WORDS_MSS_MIN	536	/* every host takes that much, RFC 9293 §3.7.1 */
#define WORDS_MSS_MAX	65535

struct words_request;

/* A word, the attribute it becomes, and who reads the value behind it. */
struct word {
	const char *text;
	unsigned int attr;
	int (*parse)(const struct word *w, const char *value, struct words_request *req);
	uint32_t min, max;	/* of a number */
	uint32_t flag;		/* of a framing word */
	bool nested;		/* goes into the kind's nest */
};

struct words_kind {
	const char *name;
	const char *help;
	const struct word *words;
	unsigned int n_words;
	unsigned int framing;	/* attribute of both framing words */
	unsigned int nest;	/* attribute, or 0 */
};

/* Of a word with fixed values, what each becomes. The last has no text. */
struct words_choice {
	const char *text;
	uint32_t value;
};

/* Attributes for the nest wait here until every word is read. */
struct words_nest {
	struct nlmsghdr header;
	char room[IP_REQUEST_MAX];
};

struct words_request {
	const struct words_kind *kind;
	struct nlmsghdr *n;
	struct words_nest nest;
	uint32_t framing;	/* enum adit_ppp_framing */
	uint32_t framing_named;
};

/* 0, or -1 after the reason was printed. */
int words_parse(const struct words_kind *kind, int argc, char **argv, struct nlmsghdr *n);

/* Readers of values. */
int words_wrong(const struct word *w, const char *value, const char *why, const struct words_request *req);
int words_put(const struct word *w, const void *data, int len, struct words_request *req);
int words_put_u32(const struct word *w, uint32_t value, struct words_request *req);
int words_mode(const struct word *w, const char *value, struct words_request *req);
int words_put_choice(const struct word *w, const char *value, const struct words_choice *choices, const char *why,
		     struct words_request *req);
const struct words_choice *words_choose(const struct words_choice *choices, const char *text, size_t len);
/* IPv4 or IPv6, whose attribute is two further. */
int words_addr(const struct word *w, const char *value, struct words_request *req);
int words_addr4(const struct word *w, const char *value, struct words_request *req);
int words_u16(const struct word *w, const char *value, struct words_request *req);
int words_u32(const struct word *w, const char *value, struct words_request *req);
int words_mss(const struct word *w, const char *value, struct words_request *req);
int words_dev(const struct word *w, const char *value, struct words_request *req);
int words_framing(const struct word *w, const char *value, struct words_request *req);
int words_flag(const struct word *w, const char *value, struct words_request *req);
int words_number(const struct word *w, const char *value, uint32_t *out, const struct words_request *req);

/* Printers; @attr may be NULL. */
uint32_t words_get_u32(const struct rtattr *attr);
uint16_t words_get_u16(const struct rtattr *attr);
void words_print_choice(const struct rtattr *attr, const struct words_choice *choices, const char *key,
			const char *fmt);
void words_print_addr(int family, const struct rtattr *attr, const char *key, const char *fmt);
void words_print_u16(const struct rtattr *attr, const char *key, const char *fmt);
void words_print_u32(const struct rtattr *attr, const char *key, const char *fmt);
void words_print_dev(const struct rtattr *attr, const char *key, const char *fmt);
void words_print_mode(const struct rtattr *attr);
void words_print_framing(const struct rtattr *attr);
void words_print_mss(const struct rtattr *attr);
void words_print_outer(const struct rtattr *mark, const struct rtattr *link);
void words_print_flag(const struct rtattr *attr, const char *key, const char *word);

#pragma GCC visibility pop

#endif /* ADIT_IPROUTE2_WORDS_H */
