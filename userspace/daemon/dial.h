/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP connection of ours on its way: to one address, or not within the time. */
#ifndef ADIT_DAEMON_DIAL_H
#define ADIT_DAEMON_DIAL_H

#include "base/addr.h"
#include "base/loop.h"

struct dial_to {
	struct addr addr;
	uint16_t port;
	uint32_t fwmark;
	uint32_t timeout_ms;
};

/* fd, which is the callee's, or -errno */
typedef void (*dial_fn)(void *arg, int fd);

struct dial {
	int fd;			/* -1: nothing is on its way */
	dial_fn fn;
	void *arg;
	struct loop_io io;
	struct loop_timer timeout;
};

void dial_init(struct dial *d, struct loop *loop, dial_fn fn, void *arg);
/* -errno: it did not even begin. The outcome comes from the loop. */
int dial_start(struct dial *d, const struct dial_to *to);
void dial_stop(struct dial *d);

#endif /* ADIT_DAEMON_DIAL_H */
