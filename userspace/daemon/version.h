/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ADIT_DAEMON_VERSION_H
#define ADIT_DAEMON_VERSION_H

#define ADIT_VERSION "0.1"

#endif /* ADIT_DAEMON_VERSION_H */
