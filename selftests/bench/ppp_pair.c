// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppp_pair: both ends of in-tree PPP tunnels by ioctl alone: PPPoX socket, channel, unit, and MPPE keys.
 *
 *	ppp_pair pptp|l2tp c=NAMESPACE c-addr=ADDRESS g=NAMESPACE g-addr=ADDRESS id=FIRST [count=N]
 *		[mppe=none|128|128s]
 *
 * Call or session ids begin with FIRST; of PPTP pair i has FIRST + 2i and FIRST + 2i + 1, of L2TP both ends have
 * FIRST + i, in the tunnel FIRST that was made before. Prints a JSON object with the units' numbers, which are in a
 * row, and what they cost; the tunnels live as long as the program, which sleeps until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_pppox.h>
#include <linux/if_pppol2tp.h>
#include <linux/ppp-ioctl.h>

#include "bench.h"

/* CCP (RFC 1962) and its option MPPE (RFC 3078 section 2.1); the kernel wants the key behind the option. */
#define PPP_CCP		0x80fd
#define CCP_CONFACK	2
#define CI_MPPE		18
#define CILEN_MPPE	6
#define MPPE_STATELESS	0x01	/* in the option's first octet */
#define MPPE_128	0x40	/* in its last */
#define KEY_LEN		16

struct end {
	const char *netns;
	struct in_addr addr;
	int unit_fd;
	int unit;
	bool first_known;
	int first;
};

static int pppox_bind_pptp(const struct end *self, uint16_t call)
{
	struct sockaddr_pppox sa = { .sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_PPTP };
	int fd = socket(AF_PPPOX, SOCK_STREAM | SOCK_CLOEXEC, PX_PROTO_PPTP);

	if (fd < 0)
		die("PPTP socket");
	sa.sa_addr.pptp.call_id = call;
	sa.sa_addr.pptp.sin_addr = self->addr;
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)))
		die("bind of a call id");
	return fd;
}

static int pppox_pptp(const struct end *self, const struct end *peer, uint16_t call, uint16_t peer_call)
{
	struct sockaddr_pppox sa = { .sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_PPTP };
	int fd = pppox_bind_pptp(self, call);

	sa.sa_addr.pptp.call_id = peer_call;
	sa.sa_addr.pptp.sin_addr = peer->addr;
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		die("connect to a call id");
	return fd;
}

static int pppox_l2tp(const struct end *peer, uint16_t tunnel, uint16_t session)
{
	struct sockaddr_pppol2tp sa = { .sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP };
	int fd = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);

	if (fd < 0)
		die("L2TP socket");
	sa.pppol2tp.addr = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = peer->addr };
	sa.pppol2tp.s_tunnel = tunnel;
	sa.pppol2tp.d_tunnel = tunnel;
	sa.pppol2tp.s_session = session;
	sa.pppol2tp.d_session = session;
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		die("connect to an L2TP session");
	return fd;
}

static int ppp_open(void)
{
	int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/ppp");
	return fd;
}

/* A unit on the channel of @sock, in the namespace that we are in. */
static void unit_new(struct end *end, int sock)
{
	int channel = ppp_open(), index;

	end->unit_fd = ppp_open();
	end->unit = -1;
	if (ioctl(sock, PPPIOCGCHAN, &index) || ioctl(channel, PPPIOCATTCHAN, &index) ||
	    ioctl(end->unit_fd, PPPIOCNEWUNIT, &end->unit) || ioctl(channel, PPPIOCCONNECT, &end->unit))
		die("ppp unit");
	if (!end->first_known)
		end->first = end->unit;
	end->first_known = true;
}

static void set_flags(int fd, int flags)
{
	if (ioctl(fd, PPPIOCSFLAGS, &flags))
		die("PPPIOCSFLAGS");
}

static void mppe_option(uint8_t *option, bool stateful)
{
	memset(option, 0, CILEN_MPPE);
	option[0] = CI_MPPE;
	option[1] = CILEN_MPPE;
	option[2] = stateful ? 0 : MPPE_STATELESS;
	option[5] = MPPE_128;
}

/* Both directions with the same key: what is measured does not depend on it. */
static void mppe_prepare(const struct end *end, bool stateful)
{
	struct ppp_option_data data = {};
	uint8_t option[CILEN_MPPE + KEY_LEN];
	int transmit;

	mppe_option(option, stateful);
	memset(option + CILEN_MPPE, 0x5a, KEY_LEN);
	data.ptr = option;
	data.length = sizeof(option);
	for (transmit = 0; transmit < 2; transmit++) {
		data.transmit = transmit;
		if (ioctl(end->unit_fd, PPPIOCSCOMPRESS, &data))
			die("MPPE keys");
	}
	set_flags(end->unit_fd, SC_CCP_OPEN);
}

/* The driver switches MPPE on when it sees CCP's acknowledgment pass, at the sender and at the receiver. */
static void mppe_acknowledge(const struct end *end, bool stateful)
{
	uint8_t frame[2 + 4 + CILEN_MPPE] = { PPP_CCP >> 8, PPP_CCP & 0xff, CCP_CONFACK, 1, 0, 4 + CILEN_MPPE };

	mppe_option(frame + 6, stateful);
	if (write(end->unit_fd, frame, sizeof(frame)) != sizeof(frame))
		die("CCP");
}

static void mppe_start(const struct end *c, const struct end *g, bool stateful)
{
	mppe_prepare(c, stateful);
	mppe_prepare(g, stateful);
	mppe_acknowledge(c, stateful);
	mppe_acknowledge(g, stateful);
	set_flags(c->unit_fd, SC_CCP_OPEN | SC_CCP_UP);
	set_flags(g->unit_fd, SC_CCP_OPEN | SC_CCP_UP);
}

static void pair(struct end *c, struct end *g, bool l2tp, unsigned int id, unsigned int i)
{
	int sock;

	enter(c->netns);
	sock = l2tp ? pppox_l2tp(g, id, id + i) : pppox_pptp(c, g, id + 2 * i, id + 2 * i + 1);
	unit_new(c, sock);
	enter(g->netns);
	sock = l2tp ? pppox_l2tp(c, id, id + i) : pppox_pptp(g, c, id + 2 * i + 1, id + 2 * i);
	unit_new(g, sock);
}

int main(int argc, char **argv)
{
	bool l2tp = argc > 1 && !strcmp(argv[1], "l2tp");
	struct end c = { .netns = word(argv, "c", NULL), .addr = word_address(argv, "c-addr") };
	struct end g = { .netns = word(argv, "g", NULL), .addr = word_address(argv, "g-addr") };
	unsigned int id = word_number(argv, "id", NULL), count = word_number(argv, "count", "1"), i;
	const char *mppe = word(argv, "mppe", "none");
	uint64_t start, ns;
	int64_t memory;

	many_files();
	memory = memory_used();
	start = now_ns();
	for (i = 0; i < count; i++) {
		pair(&c, &g, l2tp, id, i);
		if (strcmp(mppe, "none"))
			mppe_start(&c, &g, !strcmp(mppe, "128s"));
	}
	ns = now_ns() - start;
	memory = memory_used() - memory;

	printf("{\"c_unit\": %d, \"g_unit\": %d, \"ends\": %u, \"ns\": %" PRIu64 ", \"octets\": %" PRId64 "}\n",
	       c.first, g.first, 2 * count, ns, memory);
	fclose(stdout);
	for (;;)
		pause();
}
