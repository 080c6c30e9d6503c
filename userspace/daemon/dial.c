// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/dial.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Hands the socket on: stop() closes only what is still ours. */
static void over(struct dial *d, int result)
{
	if (result >= 0)
		d->fd = -1;
	dial_stop(d);
	d->fn(d->arg, result);
}

static void overdue(void *arg)
{
	over(arg, -ETIMEDOUT);
}

static void ready(void *arg, int fd, bool readable, bool writable)
{
	struct dial *d = arg;
	socklen_t len = sizeof(int);
	int err = 0;

	(void)readable;
	if (!writable)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	over(d, err ? -err : fd);
}

void dial_init(struct dial *d, struct loop *loop, dial_fn fn, void *arg)
{
	*d = (struct dial){ .fd = -1, .fn = fn, .arg = arg };
	loop_timer_init(&d->timeout, loop, overdue, d);
}

static int begin(int fd, const struct dial_to *to)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(to->port), .sin_addr = to->addr.v4,
	};

	if (to->fwmark &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &to->fwmark, sizeof(to->fwmark)) < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 && errno != EINPROGRESS)
		return -errno;
	return 0;
}

int dial_start(struct dial *d, const struct dial_to *to)
{
	int err;

	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return -errno;
	err = begin(d->fd, to);
	if (!err)
		err = loop_io_start(&d->io, d->timeout.loop, d->fd, ready, d);
	if (!err)
		err = loop_io_want_write(&d->io, true);
	if (!err)
		err = loop_timer_start(&d->timeout, to->timeout_ms);
	if (err)
		dial_stop(d);
	return err;
}

void dial_stop(struct dial *d)
{
	loop_timer_stop(&d->timeout);
	loop_io_stop(&d->io);
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}
