// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void intake_init(struct intake *in)
{
	memset(in, 0, sizeof(*in));
	in->memory = in->events = in->control = in->conf = -1;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void intake_clear(struct intake *in)
{
	uint32_t i;

	close_if_open(in->memory);
	close_if_open(in->events);
	close_if_open(in->control);
	close_if_open(in->conf);
	for (i = 0; i < in->n_listeners; i++)
		close_if_open(in->listeners[i].fd);
	for (i = 0; i < in->n_conns; i++)
		close_if_open(in->conns[i].fd);
	free(in->conns);
	intake_init(in);
}

int intake_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static void put(int *place, int fd)
{
	close_if_open(*place);
	*place = fd;
}

static int add_conn(struct intake *in, uint32_t number, int fd)
{
	uint32_t cap = in->cap_conns ? 2 * in->cap_conns : 64;
	struct handed *more;

	if (in->n_conns == in->cap_conns) {
		more = realloc(in->conns, cap * sizeof(*more));
		if (!more) {
			close(fd);
			return -ENOMEM;
		}
		in->conns = more;
		in->cap_conns = cap;
	}
	in->conns[in->n_conns++] = (struct handed){ .number = number, .fd = fd };
	return 0;
}

int intake_add(struct intake *in, const struct keeper_msg *msg, int fd)
{
	if (fd < 0)
		return -EBADMSG;
	switch (msg->type) {
	case KEEPER_MEMORY:
		put(&in->memory, fd);
		return 0;
	case KEEPER_EVENTS:
		put(&in->events, fd);
		return 0;
	case KEEPER_CONTROL:
		put(&in->control, fd);
		return 0;
	case KEEPER_CONF:
		put(&in->conf, fd);
		memcpy(in->warnings, msg->text, sizeof(in->warnings));
		return 0;
	case KEEPER_LISTENER:
		if (in->n_listeners == LISTENERS_MAX)
			break;
		in->listeners[in->n_listeners++] =
			(struct handed){ .number = msg->number, .fd = fd };
		return 0;
	case KEEPER_CONN:
		return add_conn(in, msg->number, fd);
	}
	close(fd);
	return -EBADMSG;
}
