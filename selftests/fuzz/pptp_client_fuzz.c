// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As pptp_fuzz.c, where we opened the connection and ask for the calls: a server that answers what was
 * not asked, twice, or never.
 */
#include "fuzz.h"
#include "proto/pptp.h"
#include "tape_run.h"

#define SHORTEST	16	/* octets of a message */

static const char *const set_lines[] = { "idle-close 5", "idle-close 60", NULL };

static const char *const do_lines[] = {
	"freeze", "call 1", "call 2", "call 4660", "clear 1 enough", "clear 2 enough", "clear 9 none",
	"link-info 1", "link-info 9", "stop enough", "eof", NULL
};

static const char *const say_lines[] = {
	"start-reply 0100 01 00 00000003 00000003 0000 0000 pad:144",
	"start-reply 0100 02 04 00000003 00000003 0000 0000 pad:144",
	"start-reply 0099 01 00 00000003 00000003 0000 0000 pad:144",
	"out-reply abcd 0001 01 00 0000 05f5e100 0040 0000 00000000",
	"out-reply abce 0002 01 00 0000 05f5e100 0040 0000 00000000",
	"out-reply abcd 0002 01 00 0000 05f5e100 0040 0000 00000000",
	"out-reply 0000 0001 02 06 0001 00000000 0000 0000 00000000",
	"echo 11223344", "echo-reply 00000001 01 00 0000", "echo-reply 00000002 01 00 0000",
	"stop 01 00 0000", "stop-reply 01 00 0000", "disconnect abcd 01 00 0000 0000 pad:136",
	"disconnect abce 01 00 0000 0000 pad:136", "clear abcd 0000", "link-info 0001 0000 ffffffff ffffffff",
	"wan-error 0001 0000 00000001 00000000 00000000 00000000 00000000 00000000",
	"in-request 0007 0001 00000001 00000000 0000 0000 pad:208",
	"start 0100 0000 00000003 00000003 0000 0000 pad:144", "raw 009c", "raw 00", NULL
};

const struct tape_target tape_target = {
	.kind = &world_pptp,
	.always = "client",
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* A stop ends each call with a message and an event. */
	.outputs_max = 2 * PPTP_CALLS_MAX + 2 * TAPE_DATA_MAX / SHORTEST + 2,
};
