/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every allocation, and every copy from and to userspace, that a request makes is made to fail in turn: the first, the
 * second, and so on until the request passes with none failed (/proc/self/fail-nth, see the kernel's
 * Documentation/fault-injection). Each time the request either says with an errno that it failed, and nothing of it is
 * there, or it did what was asked; and at last it works.
 *
 * Needs a kernel with fault injection (make check-debug); on others what includes this is no test.
 */
#ifndef ADIT_TEST_FAULT_INJECTION_H
#define ADIT_TEST_FAULT_INJECTION_H

#include <stdbool.h>

#include "nl.h"

/* Where requests are made, and what they told. */
struct world {
	struct nl rt;
	struct nl nl;
	int fail_nth;
	unsigned int told;	/* by the last request */
	int gave;		/* its answer, 0 or -errno */
};

/*
 * One kind of request. It starts from the state that @prepare makes, and @undo goes back to the state before that.
 * @done says whether the request's effect is there, @before whether nothing of it is. A @dump that failed leaves its
 * socket unusable.
 */
struct op {
	int (*prepare)(struct world *w);
	int (*act)(struct world *w);
	bool (*done)(struct world *w);
	bool (*before)(struct world *w);
	int (*undo)(struct world *w);
	bool dump;
};

/* What came of it. */
struct fault_report {
	unsigned int faults;
	char trouble[640];	/* the first, empty without */
};

/*
 * How many devices and sessions one namespace may have, 0 for as many as by default. Where no more is allowed than a
 * test needs, a failed request that did not give back what it took shows in the next.
 */
int fault_limits(unsigned int devices, unsigned int sessions);

/* Make each fault of @op, with sockets of rtnetlink and, where @family says so, of ours. */
void fault_each(struct world *w, const struct op *op, bool family, struct fault_report *report);

/* As a step of a test, which is over at the first trouble. */
#define FAULT_EACH(w, op, family)							\
	do {										\
		struct fault_report report_;						\
											\
		fault_each(w, op, family, &report_);					\
		ASSERT_STREQ("", report_.trouble);					\
		TH_LOG("%u faults", report_.faults);					\
	} while (0)

#endif /* ADIT_TEST_FAULT_INJECTION_H */
