/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a TCP stream came, in both directions, from the socket itself: octets that the
 * application has taken from it and given to it since it was accepted or, opened, connected. Survives
 * the application.
 */
#ifndef ADIT_DAEMON_STREAM_H
#define ADIT_DAEMON_STREAM_H

#include <stdbool.h>
#include <stdint.h>

struct stream_position {
	uint64_t taken;
	uint64_t given;
};

int stream_position(int fd, bool opened, struct stream_position *pos);	/* -errno */

#endif /* ADIT_DAEMON_STREAM_H */
