/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to addresses without waiting: one question, answered from the loop, by /etc/hosts and the
 * name servers of /etc/resolv.conf as they are at that moment. An address in words needs nobody's
 * answer. Only a loop of libevent has a resolver.
 */
#ifndef ADIT_BASE_RESOLVE_H
#define ADIT_BASE_RESOLVE_H

#include "base/addr.h"
#include "base/loop.h"

#define RESOLVE_MAX	16	/* addresses of one name */

struct resolve;

/* n 0: there is none, and why is the end of a sentence. Afterwards the question is gone. */
typedef void (*resolve_fn)(void *arg, const struct addr *addrs, unsigned int n, const char *why);

/* family: AF_INET, or AF_UNSPEC for both. NULL: out of memory. */
struct resolve *resolve_start(struct loop *loop, const char *name, int family, resolve_fn fn,
			      void *arg);
void resolve_cancel(struct resolve *r);

#endif /* ADIT_BASE_RESOLVE_H */
