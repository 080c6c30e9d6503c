/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration put to work: at the start, and in place of another without a session noticing. */
#ifndef ADIT_DAEMON_RELOAD_H
#define ADIT_DAEMON_RELOAD_H

#include "daemon/engine.h"
#include "daemon/intake.h"

/*
 * Takes configuration and listeners from the intake. -errno: logged, and what was in use still is.
 */
int reload_apply(struct engine *e, struct intake *in);
/*
 * The same at the start of an engine. The daemon's first fails for whatever cannot be had; its successors have sessions
 * to take up, and serve what came up.
 */
int reload_start(struct engine *e, struct intake *in);
/*
 * Ends what users have who are not in the configuration any more, or may not log in. reload_apply() does so itself, and
 * an engine that takes up what another has left does so after that: the file may have been read in between.
 */
void reload_end_refused(struct engine *e);

#endif /* ADIT_DAEMON_RELOAD_H */
