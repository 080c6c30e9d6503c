/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzz targets may do to world_daemon beyond what a scenario can. */
#ifndef ADIT_REPLAY_WORLD_DAEMON_H
#define ADIT_REPLAY_WORLD_DAEMON_H

#include "daemon/engine.h"
#include "world.h"

struct engine *world_daemon_engine(struct world *w);
/* A new client of the control socket; the caller's to close. */
int world_daemon_control(struct world *w);
/*
 * do die, with the memory file changed in between. From then on kernel and engine may differ about
 * which sessions there are.
 */
void world_daemon_die(struct world *w, void (*tamper)(void *arg, struct memory *memory), void *arg);
/* What the kernel will say of the stream of connection 0. */
void world_daemon_position(struct world *w, uint64_t taken, uint64_t given);

#endif /* ADIT_REPLAY_WORLD_DAEMON_H */
