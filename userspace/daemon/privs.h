/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processes may do, and how the engine gives the rest up for good. */
#ifndef ADIT_DAEMON_PRIVS_H
#define ADIT_DAEMON_PRIVS_H

#include <sys/types.h>

struct account {
	uid_t uid;
	gid_t gid;
};

/* -ENOENT: no such account; says so in the log */
int account_find(const char *name, struct account *account);
/* not dumpable, no core files; in both processes; -errno */
int privs_harden(void);
/* descriptors and locked memory, as far as the system lets us */
void privs_raise_limits(unsigned int files);
/* become the account with CAP_NET_ADMIN alone, for ever; -errno */
int privs_drop(const struct account *account);

#endif /* ADIT_DAEMON_PRIVS_H */
