/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outer addresses of peers, and how much of what is limited by address each has: control connections, and sessions
 * in which nobody has logged in yet. An address is known for as long as it has some. Of IPv6 it is the /64 that counts,
 * for everybody has as many addresses as that holds.
 */
#ifndef ADIT_DAEMON_HOSTS_H
#define ADIT_DAEMON_HOSTS_H

#include "base/addr.h"
#include "daemon/engine.h"

enum host_what { HOST_CONNS, HOST_LOGINS, HOST_WHATS };

unsigned int hosts_have(const struct engine *e, const struct addr *peer, enum host_what what);
int hosts_add(struct engine *e, const struct addr *peer, enum host_what what);		/* -ENOMEM */
void hosts_remove(struct engine *e, const struct addr *peer, enum host_what what);	/* of one that was added */

#endif /* ADIT_DAEMON_HOSTS_H */
