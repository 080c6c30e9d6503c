// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As ppp_fuzz.c, where we are the one who logs in: a server that asks for any method, proves itself or
 * not, and gives addresses or none. The world ends the program when a login is sent by a method that may
 * not be used, and when data may flow without the encryption that is required.
 */
#include "fuzz.h"
#include "tape_run.h"

static const char *const set_lines[] = {
	"auth pap", "auth chap", "auth mschap", "auth mschapv2", "auth pap chap mschap mschapv2",
	"auth mschapv2 mschap", "mppe none", "mppe optional", "mppe required", "strengths 40",
	"strengths 40 56 128", "strengths 128", "mode stateless", "mode stateful", "mode any",
	"mru 128", "mru 1500", "acfc 0", "pfc 0", "ipv4 0", "ipv6 1", "echo 10 3", "ask-dns",
	"want 10.9.0.7", "close-on link", "close-on mppe", "close-on net", NULL
};

static const char *const do_lines[] = {
	"start", "close enough", "lower-down gone", "desync", "freeze", "cannot-freeze", "info",
	"addresses", NULL
};

#define OF_16	"10 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf \"server\""
#define OF_8	"08 a0a1a2a3a4a5a6a7 \"server\""

static const char *const say_lines[] = {
	"lcp ack 1 (mru 0578) (magic 5a5b5c5d) (pfc) (acfc)", "lcp req 1 (auth c22381) (magic 0badcafe)",
	"lcp req 1 (auth c22380) (magic 0badcafe)", "lcp req 1 (auth c22305)", "lcp req 1 (auth c023)",
	"lcp req 1 (magic 0badcafe)", "lcp req 2 (auth c227)", "lcp rej 1 (pfc) (acfc)", "lcp term 9 \"bye\"",
	"lcp echo 7 11223344", "lcp proto-rej 5 c223 01010004", "lcp proto-rej 6 80fd 01010004",
	"chap challenge 7 " OF_16, "chap challenge 8 " OF_16, "chap challenge 7 " OF_8,
	"chap challenge 7 00", "chap challenge 7 ff 01",
	"chap success 7 @success clientPass", "chap success 7 \"S=00\"", "chap success 7",
	"chap success 8 @success clientPass", "chap failure 7 \"E=691 R=1 C=00 V=3 M=no\"",
	"chap failure 7 \"E=647 R=0 M=out\"", "chap failure 7 \"E=648 R=0 C=0011 V=3\"", "chap failure 7",
	"pap 2 1 07 \"Welcome\"", "pap 2 1", "pap 3 1 02 \"no\"", "pap 2 2 ff",
	"ccp req 1 (mppe 01000040)", "ccp req 2 (mppe 00000040)", "ccp req 3 (mppe 01000060)", "ccp req 1",
	"ccp ack 1 (mppe 01000040)", "ccp nak 1 (mppe 00000040)", "ccp nak 1 (mppe 01000020)",
	"ccp rej 1 (mppe 01000040)", "ccp reset 5", "ccp term 4",
	"ipcp req 1 (addr 0a090001)", "ipcp req 1", "ipcp nak 1 (addr 0a090007)",
	"ipcp nak 1 (addr 0a090007) (dns1 0a090035)", "ipcp ack 1 (addr 00000000)",
	"ipcp ack 2 (addr 0a090007)", "ipcp rej 1 (dns2 00000000)", "ipcp rej 1 (addr 00000000)",
	"ipcp term 6", "ipv6cp req 1 (ifid 0000000000000001)", "ipv6cp nak 1 (ifid 0200000000000009)",
	"ipv6cp ack 1 (ifid 0000000000000003)", "ipv4 raw 45", NULL
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
	.always = "client alice clientPass",
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	.outputs_max = 64,
	.mend = mend,
};
