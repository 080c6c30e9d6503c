/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that a running engine needs and no other. One that is not listed fails with
 * EPERM and the kernel logs its number (audit type 1326): a forgotten call costs a feature, not
 * every login.
 */
#ifndef ADIT_DAEMON_SECCOMP_H
#define ADIT_DAEMON_SECCOMP_H

/* after the cryptography providers are loaded and netlink is open; -errno */
int seccomp_engine(void);

#endif /* ADIT_DAEMON_SECCOMP_H */
