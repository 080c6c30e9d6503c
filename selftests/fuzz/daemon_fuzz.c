// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine whole: clients on two control connections with several calls, their PPP links, a kernel
 * that refuses and loses, requests of the control socket, and the death of the engine at any step.
 * The world ends the program when data may flow without the encryption that is required, when the
 * kernel has sessions or the pool has lent addresses that nobody knows of, and when a timer outlives
 * its owner.
 */
#include "fuzz.h"
#include "tape_run.h"

static const char *const set_lines[] = { "conf required", "conf optional", "conf none", NULL };

static const char *const do_lines[] = {
	"connect", "eof 0", "eof 1", "die", "login 1 alice clientPass", "login 2 alice clientPass",
	"login 1 bob secret", "login 2 bob secret", "login 3 bob secret", "login 1 alice wrong",
	"desync 1", "gone 1", "gone 2", "lost 1", "lost 0", "refuse session-new", "refuse session-set",
	"refuse session-del", "refuse session-get", "refuse frame-send", "refuse route-add",
	"refuse route-del", "control status", "control sessions", "control session id 1",
	"control session id 2", "control disconnect id 1", "control disconnect user alice",
	"control disconnect user nobody", "control disconnect address 10.9.0.2", "users no-alice",
	"users alice-disabled", "users all", "reload", NULL
};

#define OUT_REQUEST(c, id)								\
	c " out-request " id " 0001 00000001 7fffffff 00000003 00000003 0040 0000 0000 0000 pad:156"

#define LINK(s)										\
	s " lcp req 1 (magic 11223344)", s " lcp req 2 (mru 0578) (magic 55667788) (pfc) (acfc)",	\
	s " lcp ack 1 (mru 0578) (auth c22381) (magic 6a6b6c6d) (pfc) (acfc)",		\
	s " lcp nak 1 (auth c02305)", s " lcp nak 1 (auth c22305)", s " lcp term 5 \"bye\"",	\
	s " lcp echo 7 11223344", s " pap req 1 05 \"alice\" 0a \"clientPass\"",		\
	s " ccp req 1 (mppe 01000040)", s " ccp ack 1 (mppe 01000040)", s " ccp rej 1 (mppe 01000040)",	\
	s " ccp req 1", s " ccp reset 3", s " ipcp req 1 (addr 00000000)",			\
	s " ipcp req 2 (addr 0a090002)", s " ipcp req 2 (addr 0a090009)",			\
	s " ipcp ack 1 (addr 0a090001)", s " ipv6cp req 1 (ifid 0000000100000001)",		\
	s " ipv6cp ack 1 (ifid 0000000000000001)", s " ipcp term 4"

static const char *const say_lines[] = {
	"c0 start 0100 0000 00000003 00000003 0000 0000 pad:144",
	"c1 start 0100 0000 00000003 00000003 0000 0000 pad:144",
	OUT_REQUEST("c0", "0001"), OUT_REQUEST("c0", "0002"), OUT_REQUEST("c1", "0001"),
	"c0 clear 0001 0000", "c0 clear 0002 0000", "c0 stop 01 00 0000", "c1 stop 01 00 0000",
	"c0 echo 11223344", "c0 raw 0010", "c0 raw 00",
	LINK("s1"), LINK("s2"), LINK("s3"), NULL
};

/* The length field of a control packet behind session and protocol. */
static void mend(uint8_t *data, size_t len)
{
	if (len < 7 || data[0] < 16)
		return;
	data[5] = (len - 3) >> 8;
	data[6] = (len - 3) & 0xff;
}

const struct tape_target tape_target = {
	.kind = &world_daemon,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* Dozens of requests in one piece of the stream, each with its session, its frame and reply. */
	.outputs_max = 1024,
	.mend = mend,
};
