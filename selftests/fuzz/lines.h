/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the log are made, all of them, and looked at: whatever a peer says, each is one line of text. */
#ifndef ADIT_FUZZ_LINES_H
#define ADIT_FUZZ_LINES_H

#include "base/log.h"
#include "fuzz.h"

static inline void lines_check(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	must(level <= LOG_LEVEL_DEBUG && line[0]);
	for (; *line; line++)
		must((uint8_t)*line >= ' ' && (uint8_t)*line != 0x7f);
}

static inline void lines_checked(void)
{
	log_set_level(LOG_LEVEL_DEBUG);
	log_set_sink(lines_check, NULL);
}

#endif /* ADIT_FUZZ_LINES_H */
