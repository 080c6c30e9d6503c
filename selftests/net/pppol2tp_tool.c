// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pppol2tp_tool: one end of an L2TP session by the in-tree driver, with a PPP unit on it that passes IPv4 and IPv6, as
 * if PPP had been negotiated. Prints the unit's name and stays until it is ended.
 *
 *	pppol2tp_tool LOCAL PORT REMOTE PORT TUNNEL PEER-TUNNEL SESSION PEER-SESSION [seq] [lns]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_pppol2tp.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>

struct end {
	struct sockaddr_in local, remote;
	int tunnel, peer_tunnel, session, peer_session;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void address(struct sockaddr_in *in, const char *text, const char *port)
{
	*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
		die(text);
}

static int udp_open(const struct end *end)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (const void *)&end->local, sizeof(end->local)) ||
	    connect(fd, (const void *)&end->remote, sizeof(end->remote)))
		die("udp");
	return fd;
}

/* Session ids of 0 make the tunnel itself. */
static int l2tp_open(const struct end *end, int udp, int session, int peer_session)
{
	union {
		struct sockaddr_pppol2tp l2tp;
		struct sockaddr any;
	} to = {
		.l2tp = {
			.sa_family = AF_PPPOX,
			.sa_protocol = PX_PROTO_OL2TP,
			.pppol2tp = {
				.fd = udp,
				.addr = end->remote,
				.s_tunnel = end->tunnel,
				.s_session = session,
				.d_tunnel = end->peer_tunnel,
				.d_session = peer_session,
			},
		},
	};
	int fd = socket(AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP);

	if (fd < 0 || connect(fd, &to.any, sizeof(to.l2tp)))
		die("pppol2tp");
	return fd;
}

static int unit_make(int l2tp)
{
	struct npioctl ip = { .protocol = PPP_IP, .mode = NPMODE_PASS };
	struct npioctl ip6 = { .protocol = PPP_IPV6, .mode = NPMODE_PASS };
	int channel = open("/dev/ppp", O_RDWR), ppp = open("/dev/ppp", O_RDWR), index, unit = -1;

	if (ioctl(l2tp, PPPIOCGCHAN, &index) || ioctl(channel, PPPIOCATTCHAN, &index) ||
	    ioctl(ppp, PPPIOCNEWUNIT, &unit) || ioctl(channel, PPPIOCCONNECT, &unit) ||
	    ioctl(ppp, PPPIOCSNPMODE, &ip) || ioctl(ppp, PPPIOCSNPMODE, &ip6))
		die("ppp");
	return unit;
}

int main(int argc, char **argv)
{
	int tunnel, session, udp, one = 1;
	struct end end;

	if (argc < 9) {
		fprintf(stderr, "pppol2tp_tool: LOCAL PORT REMOTE PORT and four ids\n");
		return 2;
	}
	address(&end.local, argv[1], argv[2]);
	address(&end.remote, argv[3], argv[4]);
	end.tunnel = atoi(argv[5]);
	end.peer_tunnel = atoi(argv[6]);
	end.session = atoi(argv[7]);
	end.peer_session = atoi(argv[8]);

	udp = udp_open(&end);
	tunnel = l2tp_open(&end, udp, 0, 0);
	session = l2tp_open(&end, udp, end.session, end.peer_session);
	for (argv += 9; *argv; argv++) {
		if (!strcmp(*argv, "seq") &&
		    (setsockopt(session, SOL_PPPOL2TP, PPPOL2TP_SO_SENDSEQ, &one, sizeof(one)) ||
		     setsockopt(session, SOL_PPPOL2TP, PPPOL2TP_SO_RECVSEQ, &one, sizeof(one))))
			die("seq");
		if (!strcmp(*argv, "lns") &&
		    setsockopt(session, SOL_PPPOL2TP, PPPOL2TP_SO_LNSMODE, &one, sizeof(one)))
			die("lns");
	}
	printf("unit ppp%d\n", unit_make(session));
	fflush(stdout);
	pause();
	return tunnel < 0;
}
