// SPDX-License-Identifier: GPL-2.0-or-later
/* Each kind of request on l2tp devices and sockets, with each of its allocations failing in turn: fault_injection.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "fault_injection.h"
#include "harness.h"

#define DEV	"gw0"
#define P2P	"p0"
#define LOCAL	0xc0000201	/* 192.0.2.1 */
#define PEER	0xc0000202
#define ID	7

/* The sessions' port, one whose socket comes and goes, and one that the kernel opens. */
#define PORT		1701
#define PORT_PROBED	1702
#define PORT_OPENED	1703

#define SECONDS_MAX	900

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

/* Of DEV. Looked up once: that too is a system call. */
static uint32_t dev_index;

/* At PORT, attached; and at PORT_PROBED. */
static int udp = -1, probed = -1;

/* Several sockets may have one port, so that another can ask who is attached there. */
static int udp_open(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(LOCAL) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -errno;
	}
	return fd;
}

static int socket_request(struct nl *nl, uint8_t cmd, int fd)
{
	struct request rq;

	rq.nlh = nl_begin(nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SOCKET_FD, fd);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

static struct nlattr *put_ids(struct nlmsghdr *nlh, int attr, uint32_t version, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_L2TP_VERSION, version);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, id);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, id + 1);
	if (version == ADIT_L2TP_VERSION_V2) {
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, 1);
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, 2);
	}
	return nest;
}

/* Links. */

static void link_of(struct nl *rt, struct nl_link *link, uint16_t flags)
{
	nl_link_begin_kind(rt, link, P2P, "l2tp", flags);
	if (!(flags & NLM_F_CREATE))
		return;
	mnl_attr_put_u32(link->nlh, ADIT_A_LINK_L2TP_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(link->nlh, ADIT_A_LINK_L2TP_REMOTE_V4, htonl(PEER));
}

/* The kernel opens a socket for it. */
static int link_udp_act(struct world *w)
{
	struct nl_link link;

	link_of(&w->rt, &link, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_OPENED));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_MRU, 1300);
	mnl_attr_nest_end(link.nlh, put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V2, 1));
	return nl_link_end(&w->rt, &link);
}

/* IP protocol 115 is taken for it. */
static int link_ip_act(struct world *w)
{
	struct nl_link link;
	struct nlattr *nest;

	link_of(&w->rt, &link, NLM_F_CREATE | NLM_F_EXCL);
	nest = put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V3, 1);
	mnl_attr_put_u32(link.nlh, ADIT_A_L2TP_ENCAP, ADIT_L2TP_ENCAP_IP);
	mnl_attr_nest_end(link.nlh, nest);
	return nl_link_end(&w->rt, &link);
}

static int link_ether_act(struct world *w)
{
	struct nl_link link;

	link_of(&w->rt, &link, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(PORT_OPENED));
	mnl_attr_nest_end(link.nlh, put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, ADIT_L2TP_VERSION_V3, 1));
	return nl_link_end(&w->rt, &link);
}

static int link_concentrator_act(struct world *w)
{
	struct nl_link link;

	nl_link_begin_kind(&w->rt, &link, P2P, "l2tp", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	return nl_link_end(&w->rt, &link);
}

static bool link_there(struct world *w)
{
	return if_nametoindex(P2P);
}

static bool link_absent(struct world *w)
{
	return !if_nametoindex(P2P);
}

static int link_undo(struct world *w)
{
	struct nl rt;
	int rc;

	rc = nl_open_rtnl(&rt);
	if (rc)
		return rc;
	rc = nl_link_del(&rt, P2P);
	nl_close(&rt);
	return rc;
}

static const struct op link_udp = {
	.act = link_udp_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
static const struct op link_ip = {
	.act = link_ip_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
static const struct op link_ether = {
	.act = link_ether_act, .done = link_there, .before = link_absent, .undo = link_undo,
};
static const struct op link_concentrator = {
	.act = link_concentrator_act, .done = link_there, .before = link_absent, .undo = link_undo,
};

static int mru_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr, *info, *data;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) != IFLA_LINKINFO)
			continue;
		mnl_attr_for_each_nested(info, attr) {
			if (mnl_attr_get_type(info) != IFLA_INFO_DATA)
				continue;
			mnl_attr_for_each_nested(data, info)
				if (mnl_attr_get_type(data) == ADIT_A_LINK_L2TP_MRU)
					*(unsigned int *)arg = mnl_attr_get_u16(data);
		}
	}
	return MNL_CB_OK;
}

static int link_get(struct nl *rt, unsigned int *mru)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++rt->seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, P2P);
	*mru = 0;
	return nl_talk(rt, nlh, mru_told, mru);
}

static unsigned int link_mru(void)
{
	unsigned int mru = 0;
	struct nl rt;

	if (nl_open_rtnl(&rt))
		return 0;
	link_get(&rt, &mru);
	nl_close(&rt);
	return mru;
}

static int link_change_act(struct world *w)
{
	struct nl_link link;
	struct nlattr *nest;

	link_of(&w->rt, &link, 0);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_MRU, 1200);
	nest = mnl_attr_nest_start(link.nlh, ADIT_A_LINK_L2TP_L2TP);
	mnl_attr_put_u32(link.nlh, ADIT_A_L2TP_SEQ, ADIT_L2TP_SEQ_SEND);
	mnl_attr_nest_end(link.nlh, nest);
	return nl_link_end(&w->rt, &link);
}

static bool link_changed(struct world *w)
{
	return link_mru() == 1200;
}

static bool link_unchanged(struct world *w)
{
	return link_mru() == 1300;
}

static const struct op link_change = {
	.prepare = link_udp_act, .act = link_change_act, .done = link_changed, .before = link_unchanged,
	.undo = link_undo,
};

static int link_told_act(struct world *w)
{
	return link_get(&w->rt, &w->told);
}

static bool link_told_done(struct world *w)
{
	return w->told == 1300;
}

static const struct op link_told = {
	.prepare = link_udp_act, .act = link_told_act, .done = link_told_done, .undo = link_undo,
};

static int link_del_act(struct world *w)
{
	return nl_link_del(&w->rt, P2P);
}

/* The kernel's socket and the IP protocol go with it, or the next one could not be made. */
static const struct op link_del_udp = {
	.prepare = link_udp_act, .act = link_del_act, .done = link_absent, .before = link_there,
};
static const struct op link_del_ip = {
	.prepare = link_ip_act, .act = link_del_act, .done = link_absent, .before = link_there,
};

/* Sockets. */

static int probed_open(struct world *w)
{
	probed = udp_open(PORT_PROBED);
	return probed < 0 ? probed : 0;
}

static int probed_close(struct world *w)
{
	return close(probed);
}

static int attach_act(struct world *w)
{
	return socket_request(&w->nl, ADIT_CMD_SOCKET_ATTACH, probed);
}

static int detach_act(struct world *w)
{
	return socket_request(&w->nl, ADIT_CMD_SOCKET_DETACH, probed);
}

/* Another socket is refused where one is attached. Taken, it gives its place back when it is closed. */
static bool is_attached(struct world *w)
{
	struct nl nl;
	int fd, rc;

	fd = udp_open(PORT_PROBED);
	if (fd < 0 || nl_open_genl(&nl))
		abort();
	rc = socket_request(&nl, ADIT_CMD_SOCKET_ATTACH, fd);
	nl_close(&nl);
	close(fd);
	if (rc && rc != -EBUSY)
		abort();
	return rc == -EBUSY;
}

static bool not_attached(struct world *w)
{
	return !is_attached(w);
}

static int probed_attached(struct world *w)
{
	return probed_open(w) ?: attach_act(w);
}

static const struct op attach = {
	.prepare = probed_open, .act = attach_act, .done = is_attached, .before = not_attached, .undo = probed_close,
};
static const struct op detach = {
	.prepare = probed_attached, .act = detach_act, .done = not_attached, .before = is_attached,
	.undo = probed_close,
};

/* Sessions. */

static void session_of(struct nl *nl, struct request *rq, uint8_t cmd)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, dev_index);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, ID);
}

static void session_begin(struct nl *nl, struct request *rq)
{
	struct nlattr *nest;

	session_of(nl, rq, ADIT_CMD_SESSION_NEW);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	nest = mnl_attr_nest_start(rq->nlh, ADIT_A_SESSION_PREFIX);
	mnl_attr_put_u32(rq->nlh, ADIT_A_PREFIX_V4, htonl(0x0a010000));
	mnl_attr_put_u8(rq->nlh, ADIT_A_PREFIX_LEN, 16);
	mnl_attr_nest_end(rq->nlh, nest);
}

static int session_v2_act(struct world *w)
{
	struct request rq;

	session_begin(&w->nl, &rq);
	mnl_attr_nest_end(rq.nlh, put_ids(rq.nlh, ADIT_A_SESSION_L2TP, ADIT_L2TP_VERSION_V2, ID));
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static int session_v3_act(struct world *w)
{
	static const uint8_t cookie[8] = { 1, 2, 3 };
	struct nlattr *nest;
	struct request rq;

	session_begin(&w->nl, &rq);
	nest = put_ids(rq.nlh, ADIT_A_SESSION_L2TP, ADIT_L2TP_VERSION_V3, ID);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_COOKIE, sizeof(cookie), cookie);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_PEER_COOKIE, sizeof(cookie), cookie);
	mnl_attr_nest_end(rq.nlh, nest);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

struct told {
	unsigned int sessions;
	uint32_t seq;
};

static int session_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1], *l2tp[ADIT_A_L2TP_MAX + 1];
	struct told *told = arg;

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	nl_nested(tb[ADIT_A_SESSION_L2TP], l2tp, ADIT_A_L2TP_MAX);
	told->sessions++;
	told->seq = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_SEQ]);
	return MNL_CB_OK;
}

static int session_get(struct nl *nl, struct told *told)
{
	struct request rq;

	memset(told, 0, sizeof(*told));
	session_of(nl, &rq, ADIT_CMD_SESSION_GET);
	return nl_talk(nl, rq.nlh, session_told, told);
}

/* The request's own socket may be in the middle of something. */
static struct told session_now(void)
{
	struct told told;
	struct nl nl;

	if (nl_open_genl(&nl))
		abort();
	session_get(&nl, &told);
	nl_close(&nl);
	return told;
}

static bool session_there(struct world *w)
{
	return session_now().sessions == 1;
}

static bool session_absent(struct world *w)
{
	return session_now().sessions == 0;
}

static int session_del_act(struct world *w)
{
	struct request rq;

	session_of(&w->nl, &rq, ADIT_CMD_SESSION_DEL);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static int session_undo(struct world *w)
{
	struct request rq;
	struct nl nl;
	int rc;

	rc = nl_open_genl(&nl);
	if (rc)
		return rc;
	session_of(&nl, &rq, ADIT_CMD_SESSION_DEL);
	rc = nl_talk(&nl, rq.nlh, NULL, NULL);
	nl_close(&nl);
	return rc;
}

static const struct op session_v2 = {
	.act = session_v2_act, .done = session_there, .before = session_absent, .undo = session_undo,
};
static const struct op session_v3 = {
	.act = session_v3_act, .done = session_there, .before = session_absent, .undo = session_undo,
};
static const struct op session_del = {
	.prepare = session_v2_act, .act = session_del_act, .done = session_absent, .before = session_there,
};

static int session_set_act(struct world *w)
{
	struct nlattr *nest;
	struct request rq;

	session_of(&w->nl, &rq, ADIT_CMD_SESSION_SET);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_L2TP);
	mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_SEQ, ADIT_L2TP_SEQ_SEND);
	mnl_attr_nest_end(rq.nlh, nest);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static bool session_set_done(struct world *w)
{
	return session_now().seq == ADIT_L2TP_SEQ_SEND;
}

static bool session_unset(struct world *w)
{
	return session_now().seq == 0;
}

static const struct op session_set = {
	.prepare = session_v2_act, .act = session_set_act, .done = session_set_done, .before = session_unset,
	.undo = session_undo,
};

static int session_get_act(struct world *w)
{
	struct told told;
	int rc = session_get(&w->nl, &told);

	w->told = told.sessions;
	return rc;
}

static bool told_one(struct world *w)
{
	return w->told == 1;
}

static const struct op session_told_of = {
	.prepare = session_v3_act, .act = session_get_act, .done = told_one, .undo = session_undo,
};

FIXTURE(faults)
{
	struct world w;
};

FIXTURE_VARIANT(faults)
{
	const struct op *op;
};

FIXTURE_SETUP(faults)
{
	struct nl_link link;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, system("ip link set lo up && ip link add wan0 type dummy && ip addr add 192.0.2.1/24 dev wan0 && "
			    "ip link set wan0 up"));
	ASSERT_EQ(0, nl_open_rtnl(&self->w.rt));
	nl_link_begin_kind(&self->w.rt, &link, DEV, "l2tp", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	ASSERT_EQ(0, nl_link_end(&self->w.rt, &link)) TH_LOG("%s", self->w.rt.text);
	dev_index = if_nametoindex(DEV);
	ASSERT_EQ(0, nl_open_genl(&self->w.nl));
	udp = udp_open(PORT);
	ASSERT_LE(0, udp);
	ASSERT_EQ(0, socket_request(&self->w.nl, ADIT_CMD_SOCKET_ATTACH, udp)) TH_LOG("%s", self->w.nl.text);
	ASSERT_EQ(0, fault_limits(2, 1));
}

FIXTURE_TEARDOWN(faults)
{
	EXPECT_EQ(0, fault_limits(0, 0));
	EXPECT_TRUE(session_absent(&self->w));
	EXPECT_TRUE(link_absent(&self->w));
	EXPECT_FALSE(is_attached(&self->w));
	EXPECT_EQ(0, close(udp));
	EXPECT_EQ(0, nl_link_del(&self->w.rt, DEV));
	nl_close(&self->w.nl);
	nl_close(&self->w.rt);
}

FIXTURE_VARIANT_ADD(faults, link_udp) { .op = &link_udp };
FIXTURE_VARIANT_ADD(faults, link_ip) { .op = &link_ip };
FIXTURE_VARIANT_ADD(faults, link_ether) { .op = &link_ether };
FIXTURE_VARIANT_ADD(faults, link_concentrator) { .op = &link_concentrator };
FIXTURE_VARIANT_ADD(faults, link_change) { .op = &link_change };
FIXTURE_VARIANT_ADD(faults, link_told) { .op = &link_told };
FIXTURE_VARIANT_ADD(faults, link_del_udp) { .op = &link_del_udp };
FIXTURE_VARIANT_ADD(faults, link_del_ip) { .op = &link_del_ip };
FIXTURE_VARIANT_ADD(faults, attach) { .op = &attach };
FIXTURE_VARIANT_ADD(faults, detach) { .op = &detach };
FIXTURE_VARIANT_ADD(faults, session_v2) { .op = &session_v2 };
FIXTURE_VARIANT_ADD(faults, session_v3) { .op = &session_v3 };
FIXTURE_VARIANT_ADD(faults, session_set) { .op = &session_set };
FIXTURE_VARIANT_ADD(faults, session_del) { .op = &session_del };
FIXTURE_VARIANT_ADD(faults, session_told_of) { .op = &session_told_of };

TEST_F_TIMEOUT(faults, every_one, SECONDS_MAX)
{
	FAULT_EACH(&self->w, variant->op, true);
}

TEST_HARNESS_MAIN
