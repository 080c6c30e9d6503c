// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An L2TP endpoint, from peers that send what the input says from anywhere, and an owner that dials,
 * calls, refuses, hands over and ends things. The world ends the program when an op is about what is
 * not there, when a tunnel is up whose peer did not prove what it had to, and when a timer outlives the
 * endpoint.
 */
#include "fuzz.h"
#include "tape_run.h"

static const char *const set_lines[] = {
	"secret s3cret", "authenticate", "hide", "tie", "manual", "places-calls", "close-accepted",
	"no-admit", "expect lns", "window 1", "window 8", "window 64", "hello 1", "hello 0",
	"idle-close 5", "retries 0", "retries 2", "setup 1", "max-tunnels 1", "max-per-address 1",
	"max-half-open 1", "max-half-open-per-address 1", "max-calls 1", "max-calls-per-address 1",
	"refuse-call 4 0", "refuse-peer 4", NULL
};

static const char *const do_lines[] = {
	"dial", "call 123", "call", "call-out 555", "freeze", "reply", "proxy", "stop enough",
	"close 1002 enough", "close 1003 enough", "answered 1002", "sli 1002", "wen 1002", "lose 1",
	"lose 5", "data", "stats", "set secret s3cret", "set authenticate", "set hide", "set tie",
	"set manual", "set close-accepted", "set no-admit", "set refuse-call 4 0", NULL
};

#define FROM_A_LAC	"(version 0100) (framing 00000003) (host \"lac\") (tunnel 0007)"
#define FROM_AN_LNS	"(version 0100) (framing 00000003) (bearer 00000003) (host \"lns\") (tunnel 0009)"
#define VECTOR		"(vector 000102030405060708090a0b0c0d0e0f)"

static const char *const say_lines[] = {
	"sccrq tid=0 nr=0 " FROM_A_LAC, "sccrq tid=0 nr=0 " FROM_A_LAC " (challenge 0102)",
	"sccrq tid=0 ns=0 nr=0 " FROM_A_LAC, "sccrq tid=0 nr=0 " FROM_A_LAC " (tie 0000000000000000)",
	"sccrq tid=0 ns=0 nr=0 " FROM_A_LAC " (tie ffffffffffffffff)",
	"sccrq tid=0 ns=0 nr=0 from=192.0.2.77 " FROM_A_LAC, "sccrq tid=0 ns=0 nr=0 port=4000 " FROM_A_LAC,
	"sccrp " FROM_AN_LNS, "sccrp ns=0 " FROM_AN_LNS, "sccrp " FROM_AN_LNS " (response @answer s3cret) (challenge 03)",
	"sccrp " FROM_AN_LNS " (window 0001)", "sccrp ns=0 port=4000 " FROM_AN_LNS,
	"scccn", "scccn (response @proof s3cret)", "scccn (response @proof wrong)",
	"stopccn (tunnel 0007) (result 0001)", "stopccn tid=0 ns=1 (tunnel 0007) (result 0002 0004 \"no\")",
	"hello", "zlb", "zlb nr=0", "hello ns=7", "raw c802000c03e9000000000000",
	"icrq (session 0011) (serial 00000009)", "icrq (session 0012) (serial 00000009) (called \"1\")",
	"icrq " VECTOR " (session:h 0011) (serial:h 00000009)",
	"icrp sid=1002 (session 0021)", "icrp sid=1003 (session 0021)",
	"iccn sid=1002 (speed 00000100) (framing-type 00000001)",
	"iccn sid=1002 (speed 00000100) (framing-type 00000001) (p-type 0003) (p-name \"a\") (p-id 0009) "
		VECTOR " (p-response:h \"password\")",
	"iccn sid=1002 (speed 00000100) (framing-type 00000001) (sequencing) (rx-speed 00000200)",
	"ocrq (session 0011) (serial 00000009) (min-bps 00000001) (max-bps 00000002) (bearer-type 00000001) "
		"(framing-type 00000001) (called \"555\")",
	"ocrp sid=1002 (session 0021)", "occn sid=1002 (speed 00000100) (framing-type 00000001)",
	"cdn sid=1002 (result 0001) (session 0011)", "cdn (result 0001) (session 0011)", "cdn sid=1002",
	"wen sid=1002 (errors 0000000000010000000000000000000000000000000000000006)",
	"sli sid=1002 (accm 0000ffffffff000a0000)", "hello (9/1:m 01)", "hello (host:x \"x\")",
	"hello " VECTOR " (vendor:h \"x\")", NULL
};

const struct tape_target tape_target = {
	.kind = &world_l2tp,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* Of as many tunnels and calls as the world holds, each with a message and an event or two. */
	.outputs_max = 512,
	.line_max = PATTERN_MAX / 8,
};
