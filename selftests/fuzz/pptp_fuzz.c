// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPTP control connection, from a peer that sends what the input says in pieces of any size, and
 * an owner that clears, stops and hands over. The world ends the program when an op comes after
 * down() or a timer outlives the connection.
 */
#include "fuzz.h"
#include "proto/pptp.h"
#include "tape_run.h"

#define SHORTEST	16	/* octets of a message */

static const char *const set_lines[] = {
	"refuse 0", "refuse 2", "refuse 4", "refuse 7", "idle-close 5", "idle-close 60", NULL
};

static const char *const do_lines[] = {
	"freeze", "clear 1001 enough", "clear 1002 enough", "clear 9 none", "stop enough", "eof", NULL
};

static const char *const say_lines[] = {
	"start 0100 0000 00000003 00000003 0000 0000 pad:144",
	"start 0099 0000 00000003 00000003 0000 0000 pad:144",
	"out-request 0001 0001 00000001 7fffffff 00000003 00000003 0040 0000 0000 0000 pad:156",
	"out-request 0002 0002 00000001 7fffffff 00000003 00000003 0040 0000 0000 0000 pad:156",
	"echo 11223344", "echo-reply 00000001 01 00 0000", "echo-reply 00000002 01 00 0000",
	"stop 01 00 0000", "stop-reply 01 00 0000", "clear 0001 0000", "clear 0002 0000",
	"disconnect 0001 0100 0000 0000 pad:136", "link-info 03e9 0000 ffffffff ffffffff",
	"wan-error 03e9 0000 00000001 00000000 00000000 00000000 00000000 00000000",
	"in-request 0007 0001 00000001 00000000 0000 0000 pad:208", "in-reply 0007 0001 01 00 0040 0000 0000",
	"in-connected 0001 0000 00000040 0040 0000 00000001", "raw 009c", "raw 00", NULL
};

const struct tape_target tape_target = {
	.kind = &world_pptp,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* A stop ends each call with a message and an event. */
	.outputs_max = 2 * PPTP_CALLS_MAX + 2 * TAPE_DATA_MAX / SHORTEST + 2,
};
