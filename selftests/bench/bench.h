/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the bench's programs share: words NAME=VALUE, namespaces, the clock, memory. */
#ifndef ADIT_BENCH_H
#define ADIT_BENCH_H

#include <netinet/in.h>
#include <stdint.h>

/* Ends the program, with errno's words where it is set. */
void die(const char *what) __attribute__((noreturn));

/* VALUE of the word NAME=VALUE in @argv, or @otherwise; without one the word has to be there. */
const char *word(char **argv, const char *name, const char *otherwise);
unsigned long word_number(char **argv, const char *name, const char *otherwise);
struct in_addr word_address(char **argv, const char *name);

/* The @i-th address after @base. */
struct in_addr address_plus(struct in_addr base, unsigned int i);

/* This thread is in the network namespace from here on; sockets stay where they were made. */
void enter(const char *netns);

uint64_t now_ns(void);

/* Octets of memory that are in use and cannot be reclaimed. */
int64_t memory_used(void);

/* Allow as many open files as a thousand PPP units need. */
void many_files(void);

#endif /* ADIT_BENCH_H */
