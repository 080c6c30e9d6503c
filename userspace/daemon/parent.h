/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that outlives the engine: it opens and keeps every socket and the memory file, starts
 * the engine, and starts it again when it dies. It parses nothing that a peer sent.
 */
#ifndef ADIT_DAEMON_PARENT_H
#define ADIT_DAEMON_PARENT_H

struct options {
	const char *conf_path;
	const char *control_path;
};

/* Exit statuses of the engine that mean something to the parent; everything else is a death. */
enum {
	ENGINE_EXIT_DONE = 0,		/* shut down as asked */
	/* cannot serve, trying again would not help: already logged */
	ENGINE_EXIT_CANNOT = 78,
};

#define ENGINE_KEEPER_FD 3		/* where the engine finds its end of the pair */

int parent_run(const struct options *options);	/* exit status */

#endif /* ADIT_DAEMON_PARENT_H */
