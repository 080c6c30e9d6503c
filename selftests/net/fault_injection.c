// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocations and copies that fail on request. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault_injection.h"

#define PARAMETERS	"/sys/module/adit/parameters/"
#define DEVICES_DEFAULT		1024
#define SESSIONS_DEFAULT	262144

/* More failures than any request here has allocations; loading the module is the longest. */
#define FAULTS_MAX	3000

/* The kernel's switches. */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int write_number(const char *path, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return write_file(path, text);
}

int fault_limits(unsigned int devices, unsigned int sessions)
{
	return write_number(PARAMETERS "max_devices", devices ?: DEVICES_DEFAULT) ?:
	       write_number(PARAMETERS "max_sessions", sessions ?: SESSIONS_DEFAULT);
}

/* By default only allocations that may not sleep fail, and each failure is told with a trace. */
static int faults_enable(void)
{
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
		{ "/sys/kernel/debug/fail_usercopy/verbose", "0" },
	};
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		err = write_file(settings[i][0], settings[i][1]);
		if (err)
			return err;
	}
	return 0;
}

static void arm(struct world *w, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* Not armed, and nothing that follows can be trusted. */
	if (pwrite(w->fail_nth, text, len, 0) != len)
		abort();
}

/*
 * Return: whether the fault came while armed. Reading and writing here are copies that can fail too: then the request
 * itself had less than n.
 */
static bool disarm(struct world *w)
{
	char text[16] = "";
	bool came;

	came = pread(w->fail_nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
	while (pwrite(w->fail_nth, "0", 1, 0) != 1)
		;
	return came;
}

/* The test of one kind of request. */

static int sockets_open(struct world *w, bool family)
{
	int err = nl_open_rtnl(&w->rt);

	return err || !family ? err : nl_open_genl(&w->nl);
}

static void sockets_close(struct world *w)
{
	nl_close(&w->rt);
	nl_close(&w->nl);
}

/* Answers that were not read are not taken for those of the next request. */
static void sockets_recover(struct world *w, const struct op *op)
{
	if (op->dump) {
		sockets_close(w);
		if (sockets_open(w, true))
			abort();
		return;
	}
	if (w->nl.sock)
		nl_drain(&w->nl);
	if (w->rt.sock)
		nl_drain(&w->rt);
}

/*
 * What a failed allocation or copy may be called. The driver core says EINVAL where it found no room for a name, and
 * who opens a socket ENFILE where there is none for its inode.
 */
static bool is_honest(const struct world *w)
{
	return w->gave == -ENOMEM || w->gave == -ENOBUFS || w->gave == -EFAULT || w->gave == -ENFILE ||
	       (w->gave == -EINVAL && !w->rt.text[0] && !w->nl.text[0]);
}

/* Whether what came of a request may be, with a fault or without one. Return: NULL, or what is wrong. */
static const char *verdict(struct world *w, const struct op *op, bool came, bool done)
{
	/* When the kernel said no, nothing may be there; when its answer was lost, nobody knows. */
	bool lost = w->nl.lost || w->rt.lost;
	int rc = w->gave;

	if (!rc && !done)
		return "success was told and is not there";
	if (rc && !came)
		return "an error was told without a fault";
	if (rc && !is_honest(w))
		return "an error was told that is none of a failed allocation's";
	if (rc && done && !lost)
		return "an error was told and the request's effect is there";
	if (!done && op->before && !op->before(w))
		return "something of it is there";
	return NULL;
}

/*
 * One fault. What it left as it was is where the next one begins, so each of them but the last is followed by another
 * try that gets further, and the last by one that succeeds. Return: whether the fault came, or -1 with the reason in
 * @why.
 */
static int one_fault(struct world *w, const struct op *op, unsigned int n, bool *prepared, const char **why)
{
	bool came, done;

	*why = "the state before cannot be made";
	if (!*prepared && op->prepare && op->prepare(w))
		return -1;
	*prepared = true;
	w->told = 0;
	arm(w, n);
	w->gave = op->act(w);
	came = disarm(w);
	done = op->done(w);

	*why = verdict(w, op, came, done);
	if (*why)
		return -1;
	if (w->gave)
		sockets_recover(w, op);
	if (!done)
		return came;
	*prepared = false;
	*why = "it cannot be undone";
	return op->undo && op->undo(w) ? -1 : came;
}

static void trouble(struct fault_report *report, const struct world *w, unsigned int n, const char *text)
{
	snprintf(report->trouble, sizeof(report->trouble),
		 "fault %u: %s; the request gave %d, netlink said \"%s\", rtnetlink \"%s\"", n, text, w->gave,
		 w->nl.text, w->rt.text);
}

static void every_fault(struct world *w, const struct op *op, bool family, struct fault_report *report)
{
	bool prepared = false;
	const char *why;
	unsigned int n;
	int came = 1;

	for (n = 1; came && n < FAULTS_MAX; n++) {
		/* A claim is among what is prepared, and ends with its socket. */
		if (!prepared && sockets_open(w, family))
			return trouble(report, w, n, "no sockets");
		came = one_fault(w, op, n, &prepared, &why);
		if (came < 0)
			return trouble(report, w, n, why);
		if (!prepared)
			sockets_close(w);
		report->faults += came;
	}
	if (came)
		trouble(report, w, n, "faults without end");
	else if (!report->faults)
		trouble(report, w, n, "no fault came at all");
}

void fault_each(struct world *w, const struct op *op, bool family, struct fault_report *report)
{
	memset(report, 0, sizeof(*report));
	w->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (w->fail_nth < 0 || faults_enable())
		return trouble(report, w, 0, "the kernel has no fault injection");
	sockets_close(w);
	every_fault(w, op, family, report);
	close(w->fail_nth);
	sockets_close(w);
	if (sockets_open(w, family))
		trouble(report, w, 0, "no sockets afterwards");
}
