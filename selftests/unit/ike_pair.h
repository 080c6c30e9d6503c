/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two IKE endpoints of ours with a wire between them and a virtual clock: datagrams take a
 * millisecond, and the test may lose, hold or look at each. What each would put into the kernel is kept.
 */
#ifndef ADIT_SELFTESTS_UNIT_IKE_PAIR_H
#define ADIT_SELFTESTS_UNIT_IKE_PAIR_H

#include <sys/queue.h>

#include "proto/ike.h"

#define PAIR_KIDS	32

struct pair_sa {
	uint32_t spi;		/* 0: none */
	struct dp_sa sa;
};

/* What stands for a child of the kernel. */
struct pair_kid {
	bool used;
	struct pair_sa in[4], out;
	unsigned int n_selectors;
	struct dp_selector selectors[DP_SELECTORS_MAX];
};

struct pair;

struct pair_end {
	struct pair *pair;
	const char *name;
	struct ike *ike;
	struct ike_config cfg;
	uint8_t record[32768];		/* of sa, as it was last */
	size_t record_len;
	struct ike_peer *peer;		/* that comes, or is gone to */
	struct ike_peer *more[4];	/* other candidates */
	unsigned int n_more;
	struct pair_kid kids[PAIR_KIDS];
	unsigned int ups, downs, replaced, moved, logs, child_fails;
	char why[IKE_WHY_MAX], log[8192];
	uint32_t chance;
	const char *user, *password;
	struct ike_assigned gives, got;
	bool have_got;
	struct ike_sa *sa;		/* the one that is up */
	unsigned int sent;
	size_t longest;
};

struct pair_datagram {
	STAILQ_ENTRY(pair_datagram) link;
	struct pair_end *to;
	struct ike_path path;		/* as the receiver sees it */
	uint64_t due_ms;
	size_t len;
	uint8_t data[];
};
STAILQ_HEAD(pair_wire, pair_datagram);

struct pair {
	struct loop *loop;
	struct pair_end a, b;		/* a begins */
	struct pair_wire wire;
	/* true: it is lost */
	bool (*lose)(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len);
	unsigned int count;		/* for lose() */
	bool nat;			/* a is seen from another port and address */
	bool block_4500;
};

void pair_init(struct pair *p);
void pair_fini(struct pair *p);
/* Of each test, whose state is its pair. */
int pair_set_up(void **state);
int pair_tear_down(void **state);
void pair_connect(struct pair *p);	/* asserts that there is one tunnel */
void pair_says(const struct pair_end *e, const char *words);	/* asserts that the log or why has them */
struct ike_sa *pair_dial(struct pair *p);
void pair_run(struct pair *p, uint64_t ms);	/* the clock and the wire */
/* Another process goes on with what was written down. False: it was not. */
bool pair_restart(struct pair_end *e);
unsigned int pair_kids(const struct pair_end *e);
/* Every child of one end can send to the other: asserts SPIs, keys and selectors. Returns how many. */
unsigned int pair_check(struct pair *p);
struct ike_sa *pair_only_sa(struct pair_end *e);

#endif /* ADIT_SELFTESTS_UNIT_IKE_PAIR_H */
