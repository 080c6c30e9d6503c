// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traffic: sends through a tunnel and receives behind it in one thread, so that with one CPU elapsed time is work.
 *
 *	traffic udp WORD=VALUE...	bursts of packets; both=1: each burst is answered by as many packets back
 *	traffic tcp WORD=VALUE...	one stream of octets
 *
 *	from=NAMESPACE src=ADDRESS	who sends
 *	to=NAMESPACE dst=ADDRESS	who receives
 *	sessions=N			session i has the addresses src + i and dst + i (udp)
 *	spread=0|1			0: a burst is one session's, the next another's; 1: so is every packet
 *	size=OCTETS			payload of a datagram
 *	count=N				datagrams of a direction, or KiB of a stream
 *	warm=N				as many before, not measured
 *	mark=1				tells the profiling plugin where the measured part begins and ends
 *
 * Prints one JSON object.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "mark.h"

#define PORT		4000
#define BURST		32
#define STRIDE		7	/* sessions from one burst's to the next's, so that few bursts come far around */
#define SIZE_MAX_UDP	2048
#define CHUNK		256	/* packets that are short enough to pass while nobody else wants the processor */
#define LOST_AFTER_S	5
#define STREAM_CHUNK	65536

struct side {
	const char *netns;
	struct in_addr addr;
	int fd;
};

struct flow {
	struct side from, to;
	unsigned int sessions;
	unsigned int size;
	unsigned int next;	/* session of the next packet */
	bool spread;
};

static uint8_t payload[STREAM_CHUNK];

/* A burst that is being built: who is told in each message is chosen per packet. */
struct burst {
	struct mmsghdr msgs[BURST];
	struct iovec iov[BURST];
	struct sockaddr_in to[BURST];
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control[BURST];
};

static void udp_open(struct side *side, int port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct timeval timeout = { .tv_sec = LOST_AFTER_S };

	enter(side->netns);
	side->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (side->fd < 0 || bind(side->fd, (struct sockaddr *)&any, sizeof(any)) ||
	    setsockopt(side->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		die("udp socket");
}

static void fill(struct burst *b, unsigned int i, struct in_addr src, struct in_addr dst, unsigned int size)
{
	struct msghdr *msg = &b->msgs[i].msg_hdr;
	struct in_pktinfo info = { .ipi_spec_dst = src };
	struct cmsghdr *cmsg;

	b->iov[i] = (struct iovec){ .iov_base = payload, .iov_len = size };
	b->to[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = dst };
	*msg = (struct msghdr){
		.msg_name = &b->to[i], .msg_namelen = sizeof(b->to[i]), .msg_iov = &b->iov[i], .msg_iovlen = 1,
		.msg_control = b->control[i].buf, .msg_controllen = sizeof(b->control[i].buf),
	};
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

static void receive(int fd, unsigned int n)
{
	static uint8_t bufs[BURST][SIZE_MAX_UDP];
	struct mmsghdr msgs[BURST] = {};
	struct iovec iov[BURST];
	unsigned int i;
	int got;

	for (i = 0; i < n; i++) {
		iov[i] = (struct iovec){ .iov_base = bufs[i], .iov_len = SIZE_MAX_UDP };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	for (i = 0; i < n; i += got) {
		got = recvmmsg(fd, msgs + i, n - i, MSG_WAITFORONE, NULL);
		if (got <= 0)
			die("a packet was lost on the way");
	}
}

static void send_burst(struct flow *flow, const struct side *from, const struct side *to, unsigned int first,
		       unsigned int n)
{
	static struct burst b;
	unsigned int i, session = first;

	for (i = 0; i < n; i++) {
		fill(&b, i, address_plus(from->addr, session), address_plus(to->addr, session), flow->size);
		if (flow->spread && ++session == flow->sessions)
			session = 0;
	}
	if (sendmmsg(from->fd, b.msgs, n, 0) != (int)n)
		die("sendmmsg");
	receive(to->fd, n);
}

static void udp_run(struct flow *flow, unsigned int count, bool both)
{
	unsigned int n;

	for (; count; count -= n) {
		n = count < BURST ? count : BURST;
		send_burst(flow, &flow->from, &flow->to, flow->next, n);
		if (both)
			send_burst(flow, &flow->to, &flow->from, flow->next, n);
		flow->next = (flow->next + (flow->spread ? n : STRIDE)) % flow->sessions;
	}
}

/* As udp_run(), in pieces. Return: the least that a packet took on average of a piece. */
static double udp_measure(struct flow *flow, unsigned int count, bool both)
{
	double least = 0;

	while (count) {
		unsigned int n = count < 2 * CHUNK ? count : CHUNK;
		uint64_t start = now_ns();
		double each;

		udp_run(flow, n, both);
		each = (double)(now_ns() - start) / (both ? 2 * n : n);
		if (!least || each < least)
			least = each;
		count -= n;
	}
	return least;
}

static void udp(struct flow *flow, char **argv)
{
	unsigned int count = word_number(argv, "count", "2000"), warm = word_number(argv, "warm", "256");
	bool both = word_number(argv, "both", "0"), mark = word_number(argv, "mark", "0");
	uint64_t start, ns;
	double least;

	flow->size = word_number(argv, "size", "64");
	flow->sessions = word_number(argv, "sessions", "1");
	flow->spread = word_number(argv, "spread", "0");
	if (flow->size > SIZE_MAX_UDP || !flow->sessions || !count)
		die("size, sessions or count");
	udp_open(&flow->from, PORT);
	udp_open(&flow->to, PORT);

	udp_run(flow, warm, both);
	if (mark)
		mark_begin();
	start = now_ns();
	least = udp_measure(flow, count, both);
	ns = now_ns() - start;
	if (mark)
		mark_end();
	count *= both ? 2 : 1;
	printf("{\"packets\": %u, \"ns\": %" PRIu64 ", \"ns_per_packet\": %.1f, \"least\": %.1f}\n", count, ns,
	       (double)ns / count, least);
}

/* One stream. */

static int tcp_listen(struct side *side)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = side->addr };
	int fd, on = 1;

	enter(side->netns);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		die("listen");
	return fd;
}

static void tcp_connect(struct flow *flow)
{
	struct sockaddr_in src = { .sin_family = AF_INET, .sin_addr = flow->from.addr };
	struct sockaddr_in dst = { .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = flow->to.addr };
	int listening = tcp_listen(&flow->to);

	enter(flow->from.netns);
	flow->from.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (flow->from.fd < 0 || bind(flow->from.fd, (struct sockaddr *)&src, sizeof(src)) ||
	    connect(flow->from.fd, (struct sockaddr *)&dst, sizeof(dst)))
		die("connect");
	flow->to.fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (flow->to.fd < 0 || fcntl(flow->from.fd, F_SETFL, O_NONBLOCK))
		die("accept");
	close(listening);
}

/* Return: times when there was nothing to do but wait. */
static unsigned int tcp_run(struct flow *flow, uint64_t octets)
{
	static uint8_t sink[STREAM_CHUNK];
	uint64_t to_send = octets;
	unsigned int waits = 0;

	while (octets) {
		ssize_t sent = 0, got;

		if (to_send)
			sent = send(flow->from.fd, payload, to_send < STREAM_CHUNK ? to_send : STREAM_CHUNK, 0);
		if (sent < 0 && errno != EAGAIN)
			die("send");
		to_send -= sent > 0 ? sent : 0;
		got = recv(flow->to.fd, sink, sizeof(sink), 0);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			die("recv");
		octets -= got > 0 ? got : 0;
		if (got < 0 && sent <= 0) {
			struct pollfd fds[] = { { .fd = flow->to.fd, .events = POLLIN },
						{ .fd = flow->from.fd, .events = to_send ? POLLOUT : 0 } };

			waits++;
			if (poll(fds, 2, LOST_AFTER_S * 1000) <= 0)
				die("the stream stalled");
		}
	}
	return waits;
}

static void tcp_info(int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len))
		die("TCP_INFO");
}

static void tcp(struct flow *flow, char **argv)
{
	uint64_t kib = word_number(argv, "count", "16384"), warm = word_number(argv, "warm", "8192"), start, ns;
	bool mark = word_number(argv, "mark", "0");
	struct tcp_info before, after;
	unsigned int waits;

	tcp_connect(flow);
	tcp_run(flow, warm * 1024);
	tcp_info(flow->from.fd, &before);
	if (mark)
		mark_begin();
	start = now_ns();
	waits = tcp_run(flow, kib * 1024);
	ns = now_ns() - start;
	if (mark)
		mark_end();
	tcp_info(flow->from.fd, &after);
	printf("{\"kib\": %" PRIu64 ", \"ns\": %" PRIu64 ", \"ns_per_kib\": %.1f, \"segments\": %u, \"acks\": %u, "
	       "\"retransmits\": %u, \"waits\": %u}\n", kib, ns, (double)ns / kib,
	       after.tcpi_data_segs_out - before.tcpi_data_segs_out, after.tcpi_segs_in - before.tcpi_segs_in,
	       after.tcpi_total_retrans - before.tcpi_total_retrans, waits);
}

int main(int argc, char **argv)
{
	struct flow flow = {};

	if (argc < 2 || (strcmp(argv[1], "udp") && strcmp(argv[1], "tcp")))
		die("udp or tcp?");
	flow.from.netns = word(argv, "from", NULL);
	flow.from.addr = word_address(argv, "src");
	flow.to.netns = word(argv, "to", NULL);
	flow.to.addr = word_address(argv, "dst");
	if (!strcmp(argv[1], "udp"))
		udp(&flow, argv);
	else
		tcp(&flow, argv);
	return 0;
}
