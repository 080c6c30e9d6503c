/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where control connections come in. The sockets are the parent's; here they are watched, and what
 * comes is held to the limits before it costs anything: connections in all and per address, so many
 * in one turn of the loop.
 */
#ifndef ADIT_DAEMON_LISTENER_H
#define ADIT_DAEMON_LISTENER_H

#include "base/addr.h"
#include "daemon/engine.h"

int listener_new(struct server *server, int fd);	/* takes fd; -errno: closed */
/* before a reload's new ones, and at the end */
void listener_free_all(struct engine *e);
unsigned int listener_addresses(const struct server *server, struct addr *out, unsigned int max);

#endif /* ADIT_DAEMON_LISTENER_H */
