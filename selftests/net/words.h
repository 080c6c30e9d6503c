/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What adit_tool and esp_tool have in common: requests word by word, refusals as the kernel words them, events. */
#ifndef ADIT_TEST_WORDS_H
#define ADIT_TEST_WORDS_H

#include "nl.h"

#define WORDS_OCTETS_MAX	(ADIT_FRAME_DATA_MAX + 64)

/* NAME=VALUE on the command line; each tool knows its own types. */
struct word {
	const char *name;
	int type;
	int attr;
	const char *const *names;	/* of which VALUE is one, see words_index() */
};

/* All end the program with status 2 where a word is not understood. */
__attribute__((noreturn)) void words_die(const char *what);
/* Each of @argv by its entry of @words, which an empty one ends. */
void words_put(struct nlmsghdr *nlh, const struct word *words, char **argv,
	       void (*put)(struct nlmsghdr *nlh, const struct word *word, char *value));
/* @attr is that of IPv4, @attr6 that of IPv6. */
void words_put_address(struct nlmsghdr *nlh, int attr, int attr6, const char *value);
/* ADDRESS[/LENGTH] */
void words_put_prefix(struct nlmsghdr *nlh, int attr, char *value);
void words_put_hex(struct nlmsghdr *nlh, int attr, const char *text);
/*
 * Put @octets, at most WORDS_OCTETS_MAX, and wipe them: by the same copy of zeros, which takes them out of the vector
 * registers as well. The kernel keeps those for a process, and does not wipe them behind it.
 */
void words_put_wiped(struct nlmsghdr *nlh, int attr, uint8_t *octets, size_t len);
/* Return: octets, @max at the most. */
size_t words_hex(const char *text, uint8_t *out, size_t max);
/* Place of @name in @names, which NULL ends, or the number it is. */
uint32_t words_index(const char *const *names, const char *name);
/* A device's index, by its name or as it stands. */
unsigned int words_device(const char *dev);

/* A request about @dev, or NULL for none; its attribute has the same number in every set. */
struct nlmsghdr *words_begin(struct nl *nl, char *buf, int cmd, int flags, const char *dev);
/* Print what the kernel said. Return: exit status for @err. */
int words_said(struct nl *nl, int err);
/*
 * A request about the device argv[0], of the words behind it, each by its entry of @words. No copy of a key is left,
 * for a test that looks for it in the machine's memory. Return: exit status.
 */
int words_do(int cmd, const struct word *words, char **argv,
	     void (*put)(struct nlmsghdr *nlh, const struct word *word, char *value));
/* Number of objects that a dump tells; printed. Return: exit status. */
int words_dump(int cmd, const char *dev);
/*
 * Claim argv[0] and print a line for each message during argv[1] seconds, or until one holds the text argv[2].
 * Return: exit status, 1 where the text did not come.
 */
int words_listen(char **argv, void (*tell)(const struct nlmsghdr *nlh, uint8_t cmd, char *line, size_t size));

#endif /* ADIT_TEST_WORDS_H */
