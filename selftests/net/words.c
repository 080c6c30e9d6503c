// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/genetlink.h>

void words_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(2);
}

void words_put(struct nlmsghdr *nlh, const struct word *words, char **argv,
	       void (*put)(struct nlmsghdr *nlh, const struct word *word, char *value))
{
	for (; *argv; argv++) {
		char *value = strchr(*argv, '=');
		const struct word *word = words;

		if (value)
			*value++ = '\0';
		while (word->name && strcmp(word->name, *argv))
			word++;
		if (!word->name)
			words_die(*argv);
		put(nlh, word, value ? value : "");
	}
}

void words_put_address(struct nlmsghdr *nlh, int attr, int attr6, const char *value)
{
	struct in6_addr addr6;
	struct in_addr addr4;

	if (inet_pton(AF_INET, value, &addr4) == 1)
		mnl_attr_put_u32(nlh, attr, addr4.s_addr);
	else if (inet_pton(AF_INET6, value, &addr6) == 1)
		mnl_attr_put(nlh, attr6, sizeof(addr6), &addr6);
	else
		words_die(value);
}

void words_put_prefix(struct nlmsghdr *nlh, int attr, char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	char *len = strchr(value, '/');
	struct in6_addr addr6;
	struct in_addr addr4;

	if (len)
		*len++ = '\0';
	/* One of neither family is left out: a test may want to hear of it from the kernel. */
	if (inet_pton(AF_INET, value, &addr4) == 1)
		mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, addr4.s_addr);
	else if (inet_pton(AF_INET6, value, &addr6) == 1)
		mnl_attr_put(nlh, ADIT_A_PREFIX_V6, sizeof(addr6), &addr6);
	if (len)
		mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, atoi(len));
	mnl_attr_nest_end(nlh, nest);
}

size_t words_hex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;

	for (; text[0] && text[1]; text += 2) {
		if (n == max || sscanf(text, "%2hhx", &out[n++]) != 1)
			words_die("bad hex");
	}
	return n;
}

void words_put_hex(struct nlmsghdr *nlh, int attr, const char *text)
{
	uint8_t octets[WORDS_OCTETS_MAX];

	words_put_wiped(nlh, attr, octets, words_hex(text, octets, sizeof(octets)));
}

void words_put_wiped(struct nlmsghdr *nlh, int attr, uint8_t *octets, size_t len)
{
	static const uint8_t zeros[WORDS_OCTETS_MAX];
	void *(*volatile copy)(void *to, const void *from, size_t n) = memcpy;

	mnl_attr_put(nlh, attr, len, octets);
	copy(octets, zeros, len);
}

uint32_t words_index(const char *const *names, const char *name)
{
	uint32_t i;

	for (i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	/* What the kernel does not know can be asked for by number. */
	return strtoul(name, NULL, 0);
}

unsigned int words_device(const char *dev)
{
	return isdigit(dev[0]) ? (unsigned int)atoi(dev) : if_nametoindex(dev);
}

struct nlmsghdr *words_begin(struct nl *nl, char *buf, int cmd, int flags, const char *dev)
{
	struct nlmsghdr *nlh;

	if (nl_open_genl(nl))
		words_die("no netlink family adit");
	nlh = nl_begin(nl, buf, cmd, flags);
	if (dev)
		mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, words_device(dev));
	return nlh;
}

int words_said(struct nl *nl, int err)
{
	if (err)
		fprintf(stderr, "%s: %s (attribute %u, missing %u)\n", strerror(-err), nl->text, nl->bad, nl->miss);
	return !!err;
}

int words_do(int cmd, const struct word *words, char **argv,
	     void (*put)(struct nlmsghdr *nlh, const struct word *word, char *value))
{
	char buf[NL_BUF];
	struct nl nl = { 0 };
	struct nlmsghdr *nlh = words_begin(&nl, buf, cmd, 0, argv[0]);
	int err;

	words_put(nlh, words, argv + 1, put);
	err = nl_talk(&nl, nlh, NULL, NULL);
	explicit_bzero(buf, sizeof(buf));
	return words_said(&nl, err);
}

static int count_cb(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

int words_dump(int cmd, const char *dev)
{
	unsigned int n = 0;
	char buf[NL_BUF];
	struct nl nl = { 0 };
	int err;

	err = nl_talk(&nl, words_begin(&nl, buf, cmd, NLM_F_DUMP, dev), count_cb, &n);
	if (!err)
		printf("%u\n", n);
	return words_said(&nl, err);
}

struct wanted {
	void (*tell)(const struct nlmsghdr *nlh, uint8_t cmd, char *line, size_t size);
	const char *text;
	bool seen;
};

static int listen_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct wanted *wanted = arg;
	char line[256];

	wanted->tell(nlh, genl->cmd, line, sizeof(line));
	puts(line);
	fflush(stdout);
	if (wanted->text && strstr(line, wanted->text))
		wanted->seen = true;
	return MNL_CB_OK;
}

int words_listen(char **argv, void (*tell)(const struct nlmsghdr *nlh, uint8_t cmd, char *line, size_t size))
{
	struct wanted wanted = { .tell = tell, .text = argv[2] };
	time_t end = time(NULL) + atoi(argv[1]);
	char buf[NL_BUF];
	struct nl nl = { 0 };

	if (words_said(&nl, nl_talk(&nl, words_begin(&nl, buf, ADIT_CMD_DEV_CLAIM, 0, argv[0]), NULL, NULL)))
		return 1;
	puts("claimed");
	fflush(stdout);
	while (!wanted.seen && time(NULL) < end)
		if (nl_listen(&nl, listen_cb, &wanted, 200) < 0)
			puts("overrun");
	return wanted.text && !wanted.seen;
}
