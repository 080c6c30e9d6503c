/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario as the fuzzers take it: what was done, without what was expected. A tape is steps, each
 * an octet that says its kind (modulo TAPE_STEPS), two octets of length, and data.
 */
#ifndef ADIT_REPLAY_TAPE_H
#define ADIT_REPLAY_TAPE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum tape_step {
	TAPE_SET,	/* words behind set */
	TAPE_DO,	/* words behind do */
	TAPE_RX,	/* octets of the peer */
	TAPE_SAY,	/* a packet in words, whose octets are only known when it is sent */
	TAPE_WAIT,	/* milliseconds, 32 bits */
	TAPE_STEPS,
};

#define TAPE_DATA_MAX	2048

/* The tape of world @kind for the scenario at @path in @dir, to be closed with fclose(). */
FILE *tape_new(const char *dir, const char *kind, const char *path);
void tape_put(FILE *tape, enum tape_step step, const void *data, size_t len);
void tape_put_wait(FILE *tape, uint32_t ms);

#endif /* ADIT_REPLAY_TAPE_H */
