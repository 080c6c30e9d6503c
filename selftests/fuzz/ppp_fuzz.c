// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPP link with all its automata, from a peer that sends what the input says at times that it
 * says, and an owner that does what an owner may. The world itself ends the program when an op comes
 * after down(), when data may flow without the encryption that is required, when a packet's length is
 * wrong or a timer outlives the link.
 */
#include "fuzz.h"
#include "tape_run.h"

static const char *const set_lines[] = {
	"user alice clientPass 10.9.0.2", "user bob secret 10.9.0.3", "user alice clientPass",
	"auth pap", "auth chap", "auth mschap", "auth mschapv2", "auth pap chap mschap mschapv2",
	"auth mschapv2 mschap", "mppe none", "mppe optional", "mppe required", "strengths 40",
	"strengths 40 56 128", "strengths 128", "mode stateless", "mode stateful", "mode any",
	"mru 128", "mru 1500", "acfc 0", "pfc 0", "ipv4 0", "ipv6 1", "echo 10 3", "echo 1 0",
	"tries 0", "tries 2", "answers manual", "keys none", "dns 10.9.0.53 10.9.0.54",
	"nbns 10.9.0.55", "close-on link", "close-on mppe", "close-on net", "close-on user", NULL
};

static const char *const do_lines[] = {
	"start", "close enough", "lower-down gone", "desync", "freeze", "cannot-freeze", "info",
	"answer ok", "answer wrong", "answer unknown", "answer method", "answer no-address",
	"answer disabled", "answer unavailable", NULL
};

static const char *const say_lines[] = {
	"lcp req 1 (magic 11223344)", "lcp req 2 (mru 0578) (magic 11223344) (pfc) (acfc)",
	"lcp ack 1 (mru 0578) (auth c22381) (magic 5a5b5c5d) (pfc) (acfc)", "lcp nak 1 (auth c22380)",
	"lcp nak 1 (auth c02305)", "lcp rej 1 (auth c22381)", "lcp rej 1 (pfc) (acfc)",
	"lcp term 9 \"bye\"", "lcp term-ack 9", "lcp echo 7 11223344", "lcp proto-rej 5 80fd 01010004",
	"lcp proto-rej 6 8021 01010004", "lcp code-rej 3 0c010004", "lcp req 3 (auth c22381)",
	"chap response 1 @mschapv2 alice clientPass", "chap response 2 @mschapv2 alice clientPass",
	"chap response 1 @mschapv2 bob secret", "chap response 1 @mschapv2 alice wrong",
	"chap response 1 @mschap alice clientPass", "chap response 1 @md5 alice clientPass",
	"pap req 1 05 \"alice\" 0a \"clientPass\"", "pap req 2 05 \"alice\" 05 \"wrong\"",
	"ccp req 1 (mppe 01000040)", "ccp req 2 (mppe 00000040)", "ccp req 3 (mppe 010000e0)",
	"ccp req 1", "ccp ack 1 (mppe 01000040)", "ccp nak 1 (mppe 00000040)", "ccp rej 1 (mppe 01000040)",
	"ccp reset 5", "ccp reset-ack 1", "ccp term 4", "ipcp req 1 (addr 00000000)",
	"ipcp req 2 (addr 0a090002)", "ipcp req 3 (addr 00000000) (dns1 00000000) (nbns1 00000000)",
	"ipcp ack 1 (addr 0a090001)", "ipcp nak 1 (addr 0a090063)", "ipcp rej 1 (addr 0a090001)",
	"ipcp term 6", "ipv6cp req 1 (ifid 0200000000000002)", "ipv6cp req 2 (ifid 0000000000000000)",
	"ipv6cp ack 1 (ifid 0000000000000001)", "acsp req 1", "ipv4 raw 45", NULL
};

/* The length field of a control packet, which nothing else would get right. */
static void mend(uint8_t *data, size_t len)
{
	if (len < 6)
		return;
	data[4] = (len - 2) >> 8;
	data[5] = (len - 2) & 0xff;
}

const struct tape_target tape_target = {
	.kind = &world_ppp,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	.outputs_max = 64,
	.mend = mend,
};
