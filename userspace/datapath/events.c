// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/adit.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/impl.h"
#include "datapath/ipsec.h"

/*
 * A hundred clients that negotiate at once send some thousand frames before the daemon's next turn.
 */
#define EVENTS_BUFFER		(4 * 1024 * 1024)
#define EVENTS_PER_READ		64
/* The longest frame, its attributes and headers; one message to a datagram. */
#define EVENT_MAX		(ADIT_FRAME_DATA_MAX + 256)

int events_open(struct dp_err *err)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int size = EVENTS_BUFFER, fd, ret;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (fd < 0)
		return dp_fail(err, -errno, "netlink socket for events: %s", strerror(errno));
	/*
	 * Beyond the system's limit where we may; as much as we get where not: what does not fit is
	 * reported as lost.
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		ret = dp_fail(err, -errno, "netlink socket for events: %s", strerror(errno));
		close(fd);
		return ret;
	}
	return fd;
}

int events_port(int fd, uint32_t *port)
{
	struct sockaddr_nl self = { 0 };
	socklen_t len = sizeof(self);

	if (getsockname(fd, (struct sockaddr *)&self, &len) < 0)
		return -errno;
	if (len != sizeof(self) || self.nl_family != AF_NETLINK || !self.nl_pid)
		return -EINVAL;
	*port = self.nl_pid;
	return 0;
}

int events_claim(int fd, int family, int ifindex)
{
	struct {
		struct nlmsghdr nl;
		struct genlmsghdr genl;
		struct nlattr attr;
		uint32_t ifindex;
	} msg = {
		.nl = { .nlmsg_len = sizeof(msg),
			.nlmsg_type = (uint16_t)family,
			.nlmsg_flags = NLM_F_REQUEST },
		.genl = { .cmd = ADIT_CMD_DEV_CLAIM, .version = ADIT_FAMILY_VERSION },
		.attr = { .nla_len = NLA_HDRLEN + sizeof(uint32_t),
			  .nla_type = ADIT_A_DEV_IFINDEX },
		.ifindex = (uint32_t)ifindex,
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, &msg, sizeof(msg), 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static void on_frame(struct nlattr **tb, const struct dp_events *events, void *ctx)
{
	if (!tb[ADIT_A_FRAME_IFINDEX] || !tb[ADIT_A_FRAME_ID] || !tb[ADIT_A_FRAME_PROTOCOL] ||
	    !tb[ADIT_A_FRAME_DATA])
		return;
	events->frame(ctx, (int)nla_get_u32(tb[ADIT_A_FRAME_IFINDEX]),
		      nla_get_u32(tb[ADIT_A_FRAME_ID]), nla_get_u16(tb[ADIT_A_FRAME_PROTOCOL]),
		      tb[ADIT_A_FRAME_ENCRYPTED] != NULL, nla_data(tb[ADIT_A_FRAME_DATA]),
		      (size_t)nla_len(tb[ADIT_A_FRAME_DATA]));
}

static void on_session_event(struct nlattr **tb, const struct dp_events *events, void *ctx)
{
	uint32_t id;
	int ifindex;

	if (!tb[ADIT_A_SESSION_IFINDEX] || !tb[ADIT_A_SESSION_ID] || !tb[ADIT_A_SESSION_EVENT])
		return;
	ifindex = (int)nla_get_u32(tb[ADIT_A_SESSION_IFINDEX]);
	id = nla_get_u32(tb[ADIT_A_SESSION_ID]);
	switch (nla_get_u32(tb[ADIT_A_SESSION_EVENT])) {
	case ADIT_SESSION_EVENT_MPPE_DESYNC:
		events->mppe_desync(ctx, ifindex, id);
		break;
	case ADIT_SESSION_EVENT_FRAMES_LOST:
		events->frames_lost(ctx, ifindex, id);
		break;
	case ADIT_SESSION_EVENT_GONE:
		events->gone(ctx, ifindex, id);
		break;
	}
}

static void on_child_event(struct nlattr **tb, const struct dp_events *events, void *ctx)
{
	struct dp_selector flow;
	struct addr peer;
	uint16_t port;
	uint32_t id;
	int ifindex;

	if (!tb[ADIT_A_CHILD_IFINDEX] || !tb[ADIT_A_CHILD_ID] || !tb[ADIT_A_CHILD_EVENT])
		return;
	ifindex = (int)nla_get_u32(tb[ADIT_A_CHILD_IFINDEX]);
	id = nla_get_u32(tb[ADIT_A_CHILD_ID]);
	switch (nla_get_u32(tb[ADIT_A_CHILD_EVENT])) {
	case ADIT_CHILD_EVENT_ACQUIRE:
		if (events->child_acquire && !ipsec_get_selector(tb[ADIT_A_CHILD_FLOW], &flow))
			events->child_acquire(ctx, ifindex, id, &flow);
		break;
	case ADIT_CHILD_EVENT_GONE:
		if (events->child_gone)
			events->child_gone(ctx, ifindex, id);
		break;
	case ADIT_CHILD_EVENT_PEER_MOVED:
		if (events->child_moved && !ipsec_get_peer(tb, &peer, &port))
			events->child_moved(ctx, ifindex, id, &peer, port);
		break;
	}
}

static void on_sa_event(struct nlattr **tb, const struct dp_events *events, void *ctx)
{
	if (!tb[ADIT_A_SA_IFINDEX] || !tb[ADIT_A_SA_CHILD] || !tb[ADIT_A_SA_DIRECTION] ||
	    !tb[ADIT_A_SA_SPI] || !tb[ADIT_A_SA_EVENT] || !events->sa_limit)
		return;
	events->sa_limit(ctx, (int)nla_get_u32(tb[ADIT_A_SA_IFINDEX]),
			 nla_get_u32(tb[ADIT_A_SA_CHILD]),
			 nla_get_u32(tb[ADIT_A_SA_DIRECTION]) == ADIT_SA_DIRECTION_OUT,
			 nla_get_u32(tb[ADIT_A_SA_SPI]),
			 nla_get_u32(tb[ADIT_A_SA_EVENT]) == ADIT_SA_EVENT_HARD);
}

static void on_control(struct nlattr **tb, const struct dp_events *events, void *ctx)
{
	if (!tb[ADIT_A_CONTROL_IFINDEX] || !tb[ADIT_A_CONTROL_CHILD] || !tb[ADIT_A_CONTROL_PEER_PORT] ||
	    !tb[ADIT_A_CONTROL_DATA] || !events->control)
		return;
	events->control(ctx, (int)nla_get_u32(tb[ADIT_A_CONTROL_IFINDEX]),
			nla_get_u32(tb[ADIT_A_CONTROL_CHILD]),
			ntohs(nla_get_u16(tb[ADIT_A_CONTROL_PEER_PORT])),
			nla_data(tb[ADIT_A_CONTROL_DATA]), (size_t)nla_len(tb[ADIT_A_CONTROL_DATA]));
}

static void dispatch_ipsec(struct nlmsghdr *nl, uint8_t cmd, const struct dp_events *events, void *ctx)
{
	static const struct nla_policy sa_policy[ADIT_A_SA_MAX + 1] = {
		[ADIT_A_SA_IFINDEX] = { .type = NLA_U32 }, [ADIT_A_SA_CHILD] = { .type = NLA_U32 },
		[ADIT_A_SA_DIRECTION] = { .type = NLA_U32 }, [ADIT_A_SA_SPI] = { .type = NLA_U32 },
		[ADIT_A_SA_EVENT] = { .type = NLA_U32 },
	};
	static const struct nla_policy control_policy[ADIT_A_CONTROL_MAX + 1] = {
		[ADIT_A_CONTROL_IFINDEX] = { .type = NLA_U32 },
		[ADIT_A_CONTROL_CHILD] = { .type = NLA_U32 },
		[ADIT_A_CONTROL_PEER_PORT] = { .type = NLA_U16 },
	};
	struct nlattr *child[ADIT_A_CHILD_MAX + 1], *sa[ADIT_A_SA_MAX + 1];
	struct nlattr *control[ADIT_A_CONTROL_MAX + 1];

	if (cmd == ADIT_CMD_CHILD_NTF) {
		if (nlmsg_parse(nl, GENL_HDRLEN, child, ADIT_A_CHILD_MAX, ipsec_child_policy) >= 0)
			on_child_event(child, events, ctx);
	} else if (cmd == ADIT_CMD_SA_NTF) {
		if (nlmsg_parse(nl, GENL_HDRLEN, sa, ADIT_A_SA_MAX, sa_policy) >= 0)
			on_sa_event(sa, events, ctx);
	} else if (cmd == ADIT_CMD_CONTROL_NTF) {
		if (nlmsg_parse(nl, GENL_HDRLEN, control, ADIT_A_CONTROL_MAX, control_policy) >= 0)
			on_control(control, events, ctx);
	}
}

static void dispatch(struct nlmsghdr *nl, int family, const struct dp_events *events, void *ctx)
{
	static const struct nla_policy frame_policy[ADIT_A_FRAME_MAX + 1] = {
		[ADIT_A_FRAME_IFINDEX] = { .type = NLA_U32 },
		[ADIT_A_FRAME_ID] = { .type = NLA_U32 },
		[ADIT_A_FRAME_PROTOCOL] = { .type = NLA_U16 },
	};
	static const struct nla_policy session_policy[ADIT_A_SESSION_MAX + 1] = {
		[ADIT_A_SESSION_IFINDEX] = { .type = NLA_U32 },
		[ADIT_A_SESSION_ID] = { .type = NLA_U32 },
		[ADIT_A_SESSION_EVENT] = { .type = NLA_U32 },
	};
	struct nlattr *frame[ADIT_A_FRAME_MAX + 1], *session[ADIT_A_SESSION_MAX + 1];
	const struct genlmsghdr *genl = nlmsg_data(nl);

	/* Refusals of claims are such messages too; dev-get has told about them. */
	if (nl->nlmsg_type != family || nlmsg_datalen(nl) < (int)GENL_HDRLEN)
		return;
	if (genl->cmd == ADIT_CMD_FRAME_NTF) {
		if (nlmsg_parse(nl, GENL_HDRLEN, frame, ADIT_A_FRAME_MAX, frame_policy) >= 0)
			on_frame(frame, events, ctx);
	} else if (genl->cmd == ADIT_CMD_SESSION_NTF) {
		if (nlmsg_parse(nl, GENL_HDRLEN, session, ADIT_A_SESSION_MAX, session_policy) >= 0)
			on_session_event(session, events, ctx);
	} else {
		dispatch_ipsec(nl, genl->cmd, events, ctx);
	}
}

/* Returns false when there is nothing more to read. */
static bool read_one(int fd, int family, const struct dp_events *events, void *ctx)
{
	union {
		struct nlmsghdr nl;
		uint8_t octets[EVENT_MAX];
	} buf;
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	struct nlmsghdr *nl = &buf.nl;
	ssize_t n;
	int left;

	n = recvfrom(fd, &buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	if (n < 0 && errno == ENOBUFS) {
		/*
		 * The kernel could not queue something for us, and does not know for whom it was.
		 */
		events->frames_lost(ctx, 0, 0);
		return true;
	}
	if (n < 0)
		return errno == EINTR;
	/* Anybody may send to a netlink port; only the kernel's own is 0. */
	if (from_len != sizeof(from) || from.nl_pid)
		return true;
	left = (int)n;
	for (; nlmsg_ok(nl, left); nl = nlmsg_next(nl, &left))
		dispatch(nl, family, events, ctx);
	return true;
}

void events_read(int fd, int family, const struct dp_events *events, void *ctx)
{
	unsigned int i;

	for (i = 0; i < EVENTS_PER_READ; i++) {
		if (!read_one(fd, family, events, ctx))
			return;
	}
}
