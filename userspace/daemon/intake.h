/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parent hands over, collected until it says READY: at the engine's start, and again for
 * each reload.
 */
#ifndef ADIT_DAEMON_INTAKE_H
#define ADIT_DAEMON_INTAKE_H

#include <stdint.h>

#include "daemon/keeper.h"
#include "daemon/sockets.h"

struct handed {
	uint32_t number;
	int fd;
};

struct intake {
	int memory, events, control, conf;	/* -1: not come */
	char warnings[KEEPER_TEXT_MAX];
	struct handed listeners[LISTENERS_MAX];
	unsigned int n_listeners;
	struct handed *conns;
	uint32_t n_conns, cap_conns;
};

void intake_init(struct intake *in);
void intake_clear(struct intake *in);	/* closes what nobody took */
/* Takes the descriptor in any case. -EBADMSG for a message that is none of these; -ENOMEM. */
int intake_add(struct intake *in, const struct keeper_msg *msg, int fd);
int intake_take(int *fd);		/* hands it to the caller */

#endif /* ADIT_DAEMON_INTAKE_H */
