/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world of ../replay driven by a tape, and tapes changed step by step. A target says which world,
 * which lines its owner may say, and how much may come out.
 */
#ifndef ADIT_FUZZ_TAPE_RUN_H
#define ADIT_FUZZ_TAPE_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "replay/tape.h"
#include "replay/world.h"

/* Each octet of a line makes at most so many of a packet. */
#define LINE_GROWTH	32
#define LINE_DEFAULT	(PATTERN_MAX / LINE_GROWTH)

struct tape_target {
	const struct world_kind *kind;
	const char *always;			/* set before anything else, or NULL */
	const char *const *lines[TAPE_STEPS];	/* for TAPE_SET, TAPE_DO, TAPE_SAY; NULL at the end */
	unsigned int outputs_max;		/* of one step */
	size_t line_max;			/* octets of a line; 0: LINE_DEFAULT */
	/* Make lengths inside of octets right again after a change. */
	void (*mend)(uint8_t *data, size_t len);
};

extern const struct tape_target tape_target;

#endif /* ADIT_FUZZ_TAPE_RUN_H */
