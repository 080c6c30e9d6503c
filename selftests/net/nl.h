/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink for tests: every octet is the test's to choose, and what the kernel says about a refusal is kept. A second,
 * independent reader of the ABI beside the daemon's.
 */
#ifndef ADIT_TEST_NL_H
#define ADIT_TEST_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>
#include <linux/adit.h>

#define NL_BUF	16384

/* One socket, and what came of its last request. */
struct nl {
	struct mnl_socket *sock;
	uint16_t family;	/* 0: rtnetlink */
	uint32_t seq;
	char text[256];		/* extack's words, empty without */
	uint16_t bad;		/* attribute type that extack points at, 0 without */
	uint16_t miss;		/* attribute type that extack misses, 0 without */
	uint32_t miss_nest;	/* its nest's offset */
	bool lost;		/* the answer could not be read: the request may have been carried out */
};

typedef int (*nl_cb_t)(const struct nlmsghdr *nlh, void *arg);

int nl_open_genl(struct nl *nl);	/* 0 or -errno; -ENOENT: no such family */
int nl_open_rtnl(struct nl *nl);
void nl_close(struct nl *nl);
uint32_t nl_port(const struct nl *nl);

/* Begin a request of command @cmd in @buf of NL_BUF octets. */
struct nlmsghdr *nl_begin(struct nl *nl, void *buf, uint8_t cmd, uint16_t flags);
/* Send it and hand every reply to @cb until the acknowledgment or the end of a dump. Return: 0 or -errno. */
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, nl_cb_t cb, void *arg);
/* Read and drop what is there, errors too. */
void nl_drain(struct nl *nl);
/* Read what comes unasked within @timeout_ms. Return: messages read, 0 at the timeout, -errno. */
int nl_listen(struct nl *nl, nl_cb_t cb, void *arg, int timeout_ms);

/* Attributes of a generic netlink message, or of a nest, by type up to @max. */
void nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb, unsigned int max);
void nl_nested(const struct nlattr *nest, const struct nlattr **tb, unsigned int max);

/* Link, of kind pptp where none is said: begin, add ADIT_A_LINK_* attributes, finish. */
struct nl_link {
	char buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct nlattr *info;
	struct nlattr *data;
};

void nl_link_begin(struct nl *rt, struct nl_link *link, const char *name, uint16_t flags);
void nl_link_begin_kind(struct nl *rt, struct nl_link *link, const char *name, const char *kind, uint16_t flags);
int nl_link_end(struct nl *rt, struct nl_link *link);
int nl_link_concentrator(struct nl *rt, const char *name);
int nl_link_concentrator_kind(struct nl *rt, const char *name, const char *kind);
int nl_link_del(struct nl *rt, const char *name);

#endif /* ADIT_TEST_NL_H */
