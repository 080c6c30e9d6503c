// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes on the netlink socket for frames and events, and sessions as the kernel tells them.
 * The first octet chooses which. recvfrom() here stands before the C library's and gives out the
 * input: for each datagram an octet that says who sent it, its length and its octets.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "datapath/codec.h"
#include "datapath/events.h"
#include "fuzz.h"

#define FAMILY		33
#define DATAGRAMS_MAX	200

static struct in datagrams;
static unsigned int n_datagrams;
static const uint8_t *buffer;
static size_t buffer_len;

ssize_t recvfrom(int fd, void *buf, size_t cap, int flags, struct sockaddr *from, socklen_t *from_len)
{
	struct sockaddr_nl *sender = (struct sockaddr_nl *)from;
	uint8_t who = in_u8(&datagrams);
	size_t len = in_u16(&datagrams) % 4096;

	must(fd == 7 && (flags & MSG_DONTWAIT) && *from_len == sizeof(*sender));
	if (!datagrams.left || ++n_datagrams > DATAGRAMS_MAX || who == 1) {
		errno = who == 1 ? ENOBUFS : EAGAIN;
		return -1;
	}
	*sender = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = who & 2 ? who : 0 };
	if (len > datagrams.left)
		len = datagrams.left;
	if (len > cap)
		len = cap;	/* cut, as the kernel does */
	memcpy(buf, datagrams.at, len);
	datagrams.at += len;
	datagrams.left -= len;
	buffer = buf;
	buffer_len = len;
	return (ssize_t)len;
}

static void on_frame(void *ctx, int ifindex, uint32_t id, uint16_t protocol, bool encrypted,
		     const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)ifindex;
	(void)id;
	(void)protocol;
	(void)encrypted;
	must(data >= buffer && len <= buffer_len && data + len <= buffer + buffer_len);
}

static void on_event(void *ctx, int ifindex, uint32_t id)
{
	(void)ifindex;
	(void)id;
	must(ctx == &datagrams);
}

static const struct dp_events events = {
	.frame = on_frame, .mppe_desync = on_event, .gone = on_event, .frames_lost = on_event,
};

static void read_events(struct in in)
{
	unsigned int turns = 0;

	datagrams = in;
	n_datagrams = 0;
	while (datagrams.left && turns++ < 10)
		events_read(7, FAMILY, &events, &datagrams);
}

static void check_prefix(const struct prefix *p)
{
	must(p->addr.family == AF_INET ? p->len <= 32 : p->addr.family == AF_INET6 && p->len <= 128);
}

/* Told to the kernel as a new session, and read back. */
static void tell(const struct dp_session *s)
{
	struct nl_msg *msg = nlmsg_alloc_size(65536);
	struct dp_session again;

	must(msg && nlmsg_put(msg, 0, 0, FAMILY, 0, 0));
	must(codec_put_new(msg, s) == 0);
	if (s->id)
		must(codec_get(nlmsg_attrdata(nlmsg_hdr(msg), 0), nlmsg_attrlen(nlmsg_hdr(msg), 0),
			       &again, NULL) == 0 && again.id == s->id);
	nlmsg_free(msg);
}

static void read_session(struct in in)
{
	struct dp_session s;
	struct dp_stats stats;
	unsigned int i;
	uint8_t *copy;
	size_t len;

	copy = in_take(&in, 65535, &len);
	if (codec_get((struct nlattr *)copy, (int)len, &s, &stats) == 0) {
		must(s.n_prefixes <= DP_PREFIXES_MAX);
		for (i = 0; i < s.n_prefixes; i++)
			check_prefix(&s.prefixes[i]);
		must(s.tx.strength <= DP_MPPE_128 && s.rx.strength <= DP_MPPE_128 && s.net <= 3);
		must(stats.n_rx <= DP_COUNTERS_MAX && stats.n_tx <= DP_COUNTERS_MAX);
		tell(&s);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);

	if (in_u8(&in) & 1)
		read_session(in);
	else
		read_events(in);
	return 0;
}
