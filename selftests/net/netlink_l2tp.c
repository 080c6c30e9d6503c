// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink family, what is of L2TP: sessions and sockets, each attribute missing, out of range, in the wrong company
 * or of the other kind, and what is right. Each test has a namespace of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "harness.h"
#include "nl.h"

#define DEV	"gw0"

static const uint32_t local4 = 0xc0000201, peer4 = 0xc0000202;	/* 192.0.2.1 and 2 */
static const uint8_t addr6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

FIXTURE(l2tp)
{
	struct nl rt;
	struct nl nl;
	int udp;
};

static int udp_open(uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return bind(fd, (struct sockaddr *)&any, sizeof(any)) ? -1 : fd;
}

static int socket_request(struct nl *nl, uint8_t cmd, int fd)
{
	struct request rq;

	rq.nlh = nl_begin(nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SOCKET_FD, fd);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

FIXTURE_SETUP(l2tp)
{
	struct nl_link link;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, nl_open_rtnl(&self->rt));
	nl_link_begin_kind(&self->rt, &link, DEV, "l2tp", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	ASSERT_EQ(0, nl_link_end(&self->rt, &link)) TH_LOG("%s", self->rt.text);
	ASSERT_EQ(0, nl_open_genl(&self->nl));
	self->udp = udp_open(1701);
	ASSERT_LE(0, self->udp);
	ASSERT_EQ(0, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, self->udp)) TH_LOG("%s", self->nl.text);
}

FIXTURE_TEARDOWN(l2tp)
{
	close(self->udp);
	nl_link_del(&self->rt, DEV);
	nl_close(&self->nl);
	nl_close(&self->rt);
}

/* A nest of version 2, with @size octets in the place of attribute @skip, or without it. */
static void put_l2tp_but(struct nlmsghdr *nlh, uint32_t id, int skip, int size, const void *octets)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_L2TP);

	if (skip != ADIT_A_L2TP_TUNNEL_ID)
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, 7);
	if (skip != ADIT_A_L2TP_PEER_TUNNEL_ID)
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, 8);
	if (skip != ADIT_A_L2TP_SESSION_ID)
		mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, id);
	if (skip != ADIT_A_L2TP_PEER_SESSION_ID)
		mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, id + 1);
	if (octets)
		mnl_attr_put(nlh, skip, size, octets);
	mnl_attr_nest_end(nlh, nest);
}

static void put_l2tp(struct nlmsghdr *nlh, uint32_t id, int skip)
{
	put_l2tp_but(nlh, id, skip, 0, NULL);
}

static void session_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(DEV));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

/* A new session with IPv4 outside, without addresses where @skip says so, and without its nest. */
static void session_begin(struct nl *nl, struct request *rq, uint32_t id, int skip)
{
	session_of(nl, rq, ADIT_CMD_SESSION_NEW, id);
	if (skip != ADIT_A_SESSION_LOCAL_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(local4));
	if (skip != ADIT_A_SESSION_PEER_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(peer4));
}

static int session_new(struct nl *nl, uint32_t id)
{
	struct request rq;

	session_begin(nl, &rq, id, 0);
	put_l2tp(rq.nlh, id, 0);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

struct told {
	unsigned int sessions;
	uint16_t local_port, peer_port, tunnel, peer_tunnel;
	uint32_t session, peer_session, version, seq;
	bool cookie;
	bool ack_delay;
};

static int told_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1], *l2tp[ADIT_A_L2TP_MAX + 1];
	struct told *told = arg;

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	nl_nested(tb[ADIT_A_SESSION_L2TP], l2tp, ADIT_A_L2TP_MAX);
	told->sessions++;
	told->local_port = ntohs(mnl_attr_get_u16(tb[ADIT_A_SESSION_LOCAL_PORT]));
	told->peer_port = ntohs(mnl_attr_get_u16(tb[ADIT_A_SESSION_PEER_PORT]));
	told->ack_delay = tb[ADIT_A_SESSION_ACK_DELAY_MS];
	told->version = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_VERSION]);
	told->tunnel = l2tp[ADIT_A_L2TP_TUNNEL_ID] ? mnl_attr_get_u16(l2tp[ADIT_A_L2TP_TUNNEL_ID]) : 0;
	told->peer_tunnel = l2tp[ADIT_A_L2TP_PEER_TUNNEL_ID] ? mnl_attr_get_u16(l2tp[ADIT_A_L2TP_PEER_TUNNEL_ID]) : 0;
	told->session = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_SESSION_ID]);
	told->peer_session = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_PEER_SESSION_ID]);
	told->seq = mnl_attr_get_u32(l2tp[ADIT_A_L2TP_SEQ]);
	told->cookie = l2tp[ADIT_A_L2TP_COOKIE] || l2tp[ADIT_A_L2TP_PEER_COOKIE];
	return MNL_CB_OK;
}

static int session_get(struct nl *nl, uint32_t id, struct told *told)
{
	struct request rq;

	memset(told, 0, sizeof(*told));
	session_of(nl, &rq, ADIT_CMD_SESSION_GET, id);
	return nl_talk(nl, rq.nlh, told_cb, told);
}

TEST_F(l2tp, a_session_is_told_as_it_was_made)
{
	struct told told;
	struct request rq;

	session_begin(&self->nl, &rq, 3, 0);
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_PEER_PORT, htons(40000));
	put_l2tp(rq.nlh, 65534, 0);
	ASSERT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("%s", self->nl.text);
	ASSERT_EQ(0, session_get(&self->nl, 3, &told));
	EXPECT_EQ(1701, told.local_port);
	EXPECT_EQ(40000, told.peer_port);
	EXPECT_EQ(ADIT_L2TP_VERSION_V2, told.version);
	EXPECT_EQ(7, told.tunnel);
	EXPECT_EQ(8, told.peer_tunnel);
	EXPECT_EQ(65534, told.session);
	EXPECT_EQ(65535, told.peer_session);
	EXPECT_EQ(0, told.seq);
	/* That is PPTP's. */
	EXPECT_FALSE(told.ack_delay);
}

TEST_F(l2tp, version_3_and_its_cookies)
{
	uint8_t cookie[9] = { 1, 2, 3 };
	struct nlattr *nest;
	struct told told;
	struct request rq;
	size_t len;

	for (len = 0; len <= sizeof(cookie); len++) {
		session_begin(&self->nl, &rq, 1 + len, 0);
		nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_L2TP);
		mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_VERSION, ADIT_L2TP_VERSION_V3);
		mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_SESSION_ID, 0x10000 + len);
		mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_PEER_SESSION_ID, 0xffffffff);
		mnl_attr_put(rq.nlh, ADIT_A_L2TP_PEER_COOKIE, len, cookie);
		mnl_attr_put(rq.nlh, ADIT_A_L2TP_COOKIE, len, cookie);
		mnl_attr_nest_end(rq.nlh, nest);
		EXPECT_EQ(len == 4 || len == 8 ? 0 : -EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL)) {
			TH_LOG("a cookie of %zu octets: %s", len, self->nl.text);
		}
		if (len != 4 && len != 8) {
			EXPECT_STREQ("a cookie has 4 or 8 octets", self->nl.text);
			EXPECT_EQ(ADIT_A_L2TP_COOKIE, self->nl.bad);
			continue;
		}
		EXPECT_EQ(0, session_get(&self->nl, 1 + len, &told));
		EXPECT_EQ(ADIT_L2TP_VERSION_V3, told.version);
		EXPECT_EQ(0x10000 + len, told.session);
		EXPECT_EQ(0xffffffff, told.peer_session);
		EXPECT_FALSE(told.cookie);
	}
}

TEST_F(l2tp, each_attribute_missing)
{
	static const struct {
		int skip, skip_nested;
		const char *text;
	} cases[] = {
		{ ADIT_A_SESSION_LOCAL_V4, 0, "the local address is missing" },
		{ ADIT_A_SESSION_PEER_V4, 0, "the peer's address is missing" },
		{ 0, ADIT_A_L2TP_TUNNEL_ID, "version 2 needs tunnel-id" },
		{ 0, ADIT_A_L2TP_PEER_TUNNEL_ID, "version 2 needs peer-tunnel-id" },
		{ 0, ADIT_A_L2TP_SESSION_ID, "session-id is missing" },
		{ 0, ADIT_A_L2TP_PEER_SESSION_ID, "peer-session-id is missing" },
	};
	struct request rq;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		session_begin(&self->nl, &rq, 1, cases[i].skip);
		put_l2tp(rq.nlh, 1, cases[i].skip_nested);
		EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
		EXPECT_STREQ(cases[i].text, self->nl.text);
		if (cases[i].skip_nested)
			EXPECT_EQ(cases[i].skip_nested, self->nl.miss);
	}
	session_begin(&self->nl, &rq, 1, 0);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("l2tp is missing", self->nl.text);
	EXPECT_EQ(ADIT_A_SESSION_L2TP, self->nl.miss);
}

/* One attribute more than is right; its value is a number of 4 octets, or 16 zeros but for the last. */
TEST_F(l2tp, each_attribute_wrong)
{
	static const struct {
		int attr, size;
		uint32_t value;
		int err;
	} cases[] = {
		{ ADIT_A_SESSION_LOCAL_V6, 16, 1, -EINVAL }, { ADIT_A_SESSION_PEER_V6, 16, 1, -EINVAL },
		{ ADIT_A_SESSION_LOCAL_V6, 15, 0, -ERANGE }, { ADIT_A_SESSION_LOCAL_PORT, 4, 1, -EINVAL },
		{ ADIT_A_SESSION_LOCAL_PORT, 2, 0, -EINVAL }, { ADIT_A_SESSION_PEER_PORT, 2, 0, -EINVAL },
		{ ADIT_A_SESSION_CALL_ID, 2, 1, -EINVAL }, { ADIT_A_SESSION_PEER_CALL_ID, 2, 1, -EINVAL },
		{ ADIT_A_SESSION_ACK_DELAY_MS, 4, 1, -EINVAL },
	};
	uint8_t octets[16] = {};
	struct request rq;
	unsigned int i;
	struct told told;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(octets, 0, sizeof(octets));
		if (cases[i].size == 16)
			octets[15] = cases[i].value;
		else
			memcpy(octets, &cases[i].value, sizeof(cases[i].value));
		session_begin(&self->nl, &rq, 1, 0);
		put_l2tp(rq.nlh, 1, 0);
		mnl_attr_put(rq.nlh, cases[i].attr, cases[i].size, octets);
		EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("attribute %d was taken", cases[i].attr);
		EXPECT_STRNE("", self->nl.text);
		EXPECT_EQ(cases[i].attr, self->nl.bad);
	}
	EXPECT_EQ(-ENOENT, session_get(&self->nl, 1, &told));
}

TEST_F(l2tp, each_nested_attribute_wrong)
{
	static const struct {
		int attr, size;
		uint32_t value;
	} cases[] = {
		{ ADIT_A_L2TP_VERSION, 4, 1 }, { ADIT_A_L2TP_VERSION, 4, 4 }, { ADIT_A_L2TP_VERSION, 2, 2 },
		{ ADIT_A_L2TP_ENCAP, 4, 2 }, { ADIT_A_L2TP_ENCAP, 4, ADIT_L2TP_ENCAP_IP },
		{ ADIT_A_L2TP_TUNNEL_ID, 2, 0 }, { ADIT_A_L2TP_TUNNEL_ID, 4, 1 }, { ADIT_A_L2TP_PEER_TUNNEL_ID, 2, 0 },
		{ ADIT_A_L2TP_SESSION_ID, 4, 0 }, { ADIT_A_L2TP_SESSION_ID, 4, 65536 },
		{ ADIT_A_L2TP_SESSION_ID, 2, 1 }, { ADIT_A_L2TP_PEER_SESSION_ID, 4, 0 },
		{ ADIT_A_L2TP_PEER_SESSION_ID, 4, 65536 }, { ADIT_A_L2TP_COOKIE, 4, 1 },
		{ ADIT_A_L2TP_PEER_COOKIE, 8, 1 }, { ADIT_A_L2TP_SUBLAYER, 4, 0 }, { ADIT_A_L2TP_SUBLAYER, 4, 2 },
		{ ADIT_A_L2TP_SEQ, 4, 8 }, { ADIT_A_L2TP_SEQ, 4, ADIT_L2TP_SEQ_REQUIRED | ADIT_L2TP_SEQ_FOLLOW },
		{ ADIT_A_L2TP_DF, 4, 1 }, { ADIT_A_L2TP_NO_UDP_CSUM, 4, 1 }, { 40, 4, 1 },
	};
	uint8_t octets[8];
	struct request rq;
	unsigned int i;
	struct told told;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(octets, 0, sizeof(octets));
		memcpy(octets, &cases[i].value, sizeof(cases[i].value));
		session_begin(&self->nl, &rq, 1, 0);
		put_l2tp_but(rq.nlh, 1, cases[i].attr, cases[i].size, octets);
		EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) {
			TH_LOG("attribute %d, %d octets, value %u was taken", cases[i].attr, cases[i].size,
			       cases[i].value);
		}
		EXPECT_STRNE("", self->nl.text);
	}
	EXPECT_EQ(-ENOENT, session_get(&self->nl, 1, &told));
}

TEST_F(l2tp, doubled_in_the_nest)
{
	uint8_t seq[4] = {};
	struct nlattr *nest;
	struct request rq;

	session_begin(&self->nl, &rq, 1, 0);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_L2TP);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_SEQ, sizeof(seq), seq);
	mnl_attr_put(rq.nlh, ADIT_A_L2TP_SEQ, sizeof(seq), seq);
	mnl_attr_nest_end(rq.nlh, nest);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("attribute is given twice", self->nl.text);
}

TEST_F(l2tp, only_seq_changes)
{
	uint8_t value[4] = { 5 };
	struct told told;
	struct request rq;
	int attr;

	ASSERT_EQ(0, session_new(&self->nl, 1));
	for (attr = 1; attr <= ADIT_A_L2TP_MAX; attr++) {
		struct nlattr *nest;

		session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
		nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_L2TP);
		if (attr == ADIT_A_L2TP_NO_UDP_CSUM || attr == ADIT_A_L2TP_DF)
			mnl_attr_put(rq.nlh, attr, 0, NULL);
		else if (attr == ADIT_A_L2TP_TUNNEL_ID || attr == ADIT_A_L2TP_PEER_TUNNEL_ID)
			mnl_attr_put_u16(rq.nlh, attr, 1);
		else
			mnl_attr_put_u32(rq.nlh, attr, attr == ADIT_A_L2TP_SEQ ? value[0] : attr == 1 ? 2 : 1);
		mnl_attr_nest_end(rq.nlh, nest);
		EXPECT_EQ(attr == ADIT_A_L2TP_SEQ ? 0 : -EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL)) {
			TH_LOG("attribute %d: %s", attr, self->nl.text);
		}
		if (attr != ADIT_A_L2TP_SEQ)
			EXPECT_EQ(attr, self->nl.bad);
	}
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(5, told.seq);
}

TEST_F(l2tp, what_is_taken_is_named)
{
	struct request rq;

	ASSERT_EQ(0, session_new(&self->nl, 1));
	session_begin(&self->nl, &rq, 2, 0);
	put_l2tp(rq.nlh, 1, 0);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(ADIT_A_L2TP_SESSION_ID, self->nl.bad);

	/* With another port of the peer it is another session. */
	session_begin(&self->nl, &rq, 2, 0);
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_PEER_PORT, htons(1702));
	put_l2tp(rq.nlh, 1, 0);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

TEST_F(l2tp, no_socket_no_session)
{
	struct request rq;

	session_begin(&self->nl, &rq, 1, 0);
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_LOCAL_PORT, htons(1799));
	put_l2tp(rq.nlh, 1, 0);
	EXPECT_EQ(-ENOTCONN, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STRNE("", self->nl.text);

	session_of(&self->nl, &rq, ADIT_CMD_SESSION_NEW, 1);
	mnl_attr_put(rq.nlh, ADIT_A_SESSION_LOCAL_V6, sizeof(addr6), addr6);
	mnl_attr_put(rq.nlh, ADIT_A_SESSION_PEER_V6, sizeof(addr6), addr6);
	put_l2tp(rq.nlh, 1, 0);
	EXPECT_EQ(-ENOTCONN, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

TEST_F(l2tp, sockets)
{
	int other = udp_open(1702);
	struct request rq;

	EXPECT_EQ(-EALREADY, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, self->udp));
	EXPECT_EQ(-ENOTCONN, socket_request(&self->nl, ADIT_CMD_SOCKET_DETACH, other));
	EXPECT_STREQ("the socket is not attached", self->nl.text);
	EXPECT_EQ(ADIT_A_SOCKET_FD, self->nl.bad);
	EXPECT_EQ(0, socket_request(&self->nl, ADIT_CMD_SOCKET_DETACH, self->udp));
	EXPECT_EQ(-ENOTCONN, session_new(&self->nl, 1));
	EXPECT_EQ(0, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, self->udp)) TH_LOG("%s", self->nl.text);
	EXPECT_EQ(0, session_new(&self->nl, 1));
	EXPECT_EQ(-EBADF, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, 1000));
	EXPECT_EQ(-ENOTSOCK, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, 0));
	EXPECT_GT(0, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, -1));
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_SOCKET_ATTACH, 0);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("fd is missing", self->nl.text);
	close(other);
}

TEST_F(l2tp, a_socket_with_an_encapsulation)
{
	int type = 2 /* UDP_ENCAP_ESPINUDP */, fd = udp_open(4500);

	ASSERT_EQ(0, setsockopt(fd, IPPROTO_UDP, 100 /* UDP_ENCAP */, &type, sizeof(type)));
	EXPECT_EQ(-EBUSY, socket_request(&self->nl, ADIT_CMD_SOCKET_ATTACH, fd));
	EXPECT_STREQ("the socket has an encapsulation already", self->nl.text);
	close(fd);
}

TEST_F(l2tp, pptp_has_none_of_it)
{
	static const int l2tp_only[] = {
		ADIT_A_SESSION_LOCAL_V6, ADIT_A_SESSION_PEER_V6, ADIT_A_SESSION_LOCAL_PORT, ADIT_A_SESSION_PEER_PORT,
		ADIT_A_SESSION_L2TP,
	};
	struct request rq;
	unsigned int i;

	nl_link_del(&self->rt, DEV);
	ASSERT_EQ(0, nl_link_concentrator(&self->rt, DEV)) TH_LOG("%s", self->rt.text);
	for (i = 0; i < sizeof(l2tp_only) / sizeof(l2tp_only[0]); i++) {
		session_begin(&self->nl, &rq, 1, 0);
		mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_CALL_ID, 1);
		mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_PEER_CALL_ID, 1);
		if (l2tp_only[i] == ADIT_A_SESSION_L2TP)
			put_l2tp(rq.nlh, 1, 0);
		else if (l2tp_only[i] == ADIT_A_SESSION_LOCAL_PORT || l2tp_only[i] == ADIT_A_SESSION_PEER_PORT)
			mnl_attr_put_u16(rq.nlh, l2tp_only[i], htons(1));
		else
			mnl_attr_put(rq.nlh, l2tp_only[i], sizeof(addr6), addr6);
		EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
		EXPECT_NE(NULL, strstr(self->nl.text, "l2tp"));
		EXPECT_EQ(l2tp_only[i], self->nl.bad);
	}
}

TEST_HARNESS_MAIN
