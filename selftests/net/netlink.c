// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink family, request by request: what is missing, doubled, out of range, unknown, in the wrong namespace or
 * without privilege is refused in words; what is right works. Each test has a namespace of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "harness.h"
#include "nl.h"

#define DEV	"gw0"
#define LOCAL	0xc0000201	/* 192.0.2.1 */
#define PEER	0xc0000202

/* What a request of session-new or session-set says; the harness changes one thing at a time. */
struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

static void put_prefix4(struct nlmsghdr *nlh, uint32_t addr, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	if (len >= 0)
		mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

static void put_prefix6(struct nlmsghdr *nlh, const char *text, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);
	struct in6_addr addr;

	inet_pton(AF_INET6, text, &addr);
	mnl_attr_put(nlh, ADIT_A_PREFIX_V6, sizeof(addr), &addr);
	if (len >= 0)
		mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

static void put_key(struct nlmsghdr *nlh, int attr, uint32_t strength, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[32] = { 1, 2, 3 };

	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, strength);
	if (len)
		mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, len, key);
	mnl_attr_nest_end(nlh, nest);
}

/* The identity of session @id, without what is in @skip. */
static void session_begin(struct nl *nl, struct request *rq, uint32_t id, int skip)
{
	rq->nlh = nl_begin(nl, rq->buf, ADIT_CMD_SESSION_NEW, 0);
	if (skip != ADIT_A_SESSION_IFINDEX)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(DEV));
	if (skip != ADIT_A_SESSION_ID)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
	if (skip != ADIT_A_SESSION_LOCAL_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	if (skip != ADIT_A_SESSION_PEER_V4)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	if (skip != ADIT_A_SESSION_CALL_ID)
		mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_CALL_ID, id);
	if (skip != ADIT_A_SESSION_PEER_CALL_ID)
		mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_PEER_CALL_ID, id + 1);
}

static int session_new(struct nl *nl, uint32_t id)
{
	struct request rq;

	session_begin(nl, &rq, id, 0);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

static void session_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(DEV));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

static int session_del(struct nl *nl, uint32_t id)
{
	struct request rq;

	session_of(nl, &rq, ADIT_CMD_SESSION_DEL, id);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

/* What a dump or a get told of sessions. */
struct told {
	unsigned int sessions;
	unsigned int prefixes;
	uint32_t last_id;
	bool ordered;
	bool key_told;
	uint32_t net;
	uint32_t tx_strength;
	uint32_t window;
};

static void told_nests(const struct nlmsghdr *nlh, struct told *told)
{
	const struct nlattr *attr, *in;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		told->prefixes += mnl_attr_get_type(attr) == ADIT_A_SESSION_PREFIX;
		if (mnl_attr_get_type(attr) != ADIT_A_SESSION_MPPE_TX)
			continue;
		mnl_attr_for_each_nested(in, attr) {
			if (mnl_attr_get_type(in) == ADIT_A_MPPE_STRENGTH)
				told->tx_strength = mnl_attr_get_u32(in);
			if (mnl_attr_get_type(in) == ADIT_A_MPPE_START_KEY)
				told->key_told = true;
		}
	}
}

static int told_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];
	struct told *told = arg;
	uint32_t id;

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	id = mnl_attr_get_u32(tb[ADIT_A_SESSION_ID]);
	told->ordered = told->ordered && (!told->sessions || id > told->last_id);
	told->last_id = id;
	told->sessions++;
	told->net = mnl_attr_get_u32(tb[ADIT_A_SESSION_NET]);
	told->window = mnl_attr_get_u32(tb[ADIT_A_SESSION_RX_WINDOW]);
	told_nests(nlh, told);
	return MNL_CB_OK;
}

static int session_get(struct nl *nl, uint32_t id, struct told *told)
{
	struct request rq;

	*told = (struct told){ .ordered = true };
	session_of(nl, &rq, ADIT_CMD_SESSION_GET, id);
	return nl_talk(nl, rq.nlh, told_cb, told);
}

static int session_dump(struct nl *nl, uint32_t ifindex, struct told *told)
{
	struct request rq;

	*told = (struct told){ .ordered = true };
	rq.nlh = nl_begin(nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	if (ifindex)
		mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	return nl_talk(nl, rq.nlh, told_cb, told);
}

/* What dev-get told. */
struct device {
	unsigned int devices;
	uint32_t sessions;
	uint32_t owner;
	uint64_t lost;
};

static int device_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];
	struct device *device = arg;

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	device->devices++;
	device->sessions = mnl_attr_get_u32(tb[ADIT_A_DEV_SESSIONS]);
	device->owner = tb[ADIT_A_DEV_OWNER] ? mnl_attr_get_u32(tb[ADIT_A_DEV_OWNER]) : 0;
	device->lost = mnl_attr_get_u64(tb[ADIT_A_DEV_FRAMES_LOST]);
	return MNL_CB_OK;
}

static int device_request(struct nl *nl, uint8_t cmd, bool take_over, struct device *device)
{
	struct request rq;

	rq.nlh = nl_begin(nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, if_nametoindex(DEV));
	if (take_over)
		mnl_attr_put(rq.nlh, ADIT_A_DEV_TAKE_OVER, 0, NULL);
	if (device)
		memset(device, 0, sizeof(*device));
	return nl_talk(nl, rq.nlh, device ? device_cb : NULL, device);
}

FIXTURE(gw)
{
	struct nl rt;
	struct nl nl;
};

FIXTURE_SETUP(gw)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, nl_open_rtnl(&self->rt));
	/* The kind loads the module, and the module brings the family. */
	ASSERT_EQ(0, nl_link_concentrator(&self->rt, DEV)) TH_LOG("%s", self->rt.text);
	ASSERT_EQ(0, nl_open_genl(&self->nl));
}

FIXTURE_TEARDOWN(gw)
{
	nl_link_del(&self->rt, DEV);
	nl_close(&self->nl);
	nl_close(&self->rt);
}

TEST_F(gw, session_lives)
{
	struct device device;
	struct told told;

	EXPECT_EQ(0, session_new(&self->nl, 7));
	EXPECT_EQ(0, session_get(&self->nl, 7, &told));
	EXPECT_EQ(1, told.sessions);
	EXPECT_EQ(0, told.net);
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(1, device.sessions);
	EXPECT_EQ(0, session_del(&self->nl, 7));
	EXPECT_EQ(-ENOENT, session_get(&self->nl, 7, &told));
	EXPECT_STREQ("the device has no session with this id", self->nl.text);
	EXPECT_EQ(-ENOENT, session_del(&self->nl, 7));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(0, device.sessions);
}

TEST_F(gw, each_attribute_missing)
{
	static const int needed[] = {
		ADIT_A_SESSION_IFINDEX, ADIT_A_SESSION_ID, ADIT_A_SESSION_LOCAL_V4, ADIT_A_SESSION_PEER_V4,
		ADIT_A_SESSION_CALL_ID, ADIT_A_SESSION_PEER_CALL_ID,
	};
	struct request rq;
	unsigned int i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		session_begin(&self->nl, &rq, 1, needed[i]);
		EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
		EXPECT_EQ(needed[i], self->nl.miss);
		EXPECT_NE(NULL, strstr(self->nl.text, "is missing"));
	}
}

/* The other operations: every attribute they need. */
TEST_F(gw, each_operation_without_attributes)
{
	static const uint8_t cmds[] = {
		ADIT_CMD_DEV_GET, ADIT_CMD_DEV_CLAIM, ADIT_CMD_DEV_RELEASE, ADIT_CMD_SESSION_SET,
		ADIT_CMD_SESSION_DEL, ADIT_CMD_SESSION_GET, ADIT_CMD_FRAME_SEND,
	};
	struct request rq;
	unsigned int i;

	for (i = 0; i < sizeof(cmds); i++) {
		rq.nlh = nl_begin(&self->nl, rq.buf, cmds[i], 0);
		EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("command %u", cmds[i]);
		EXPECT_STREQ("ifindex is missing", self->nl.text);
	}
}

TEST_F(gw, each_attribute_doubled)
{
	struct request rq;
	int attr;

	for (attr = ADIT_A_SESSION_IFINDEX; attr <= ADIT_A_SESSION_PEER_CALL_ID; attr++) {
		session_begin(&self->nl, &rq, 1, 0);
		if (attr >= ADIT_A_SESSION_CALL_ID)
			mnl_attr_put_u16(rq.nlh, attr, 1);
		else
			mnl_attr_put_u32(rq.nlh, attr, 1);
		EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("attribute %d", attr);
		EXPECT_STREQ("attribute is given twice", self->nl.text);
		EXPECT_EQ(attr, self->nl.bad);
	}
}

TEST_F(gw, doubled_in_a_nest)
{
	struct nlattr *nest;
	struct request rq;

	session_begin(&self->nl, &rq, 1, 0);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_PREFIX);
	mnl_attr_put_u32(rq.nlh, ADIT_A_PREFIX_V4, htonl(0x0a000001));
	mnl_attr_put_u32(rq.nlh, ADIT_A_PREFIX_V4, htonl(0x0a000002));
	mnl_attr_nest_end(rq.nlh, nest);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("attribute is given twice", self->nl.text);
}

/* Attributes out of range, one at a time: @size is 1, 2, 4 octets or another length with zeros. */
struct wrong {
	int attr;
	int size;
	uint32_t value;
};

static void put_wrong(struct nlmsghdr *nlh, const struct wrong *wrong)
{
	uint8_t zeros[32] = {};

	switch (wrong->size) {
	case 2:
		mnl_attr_put_u16(nlh, wrong->attr, wrong->value);
		break;
	case 4:
		mnl_attr_put_u32(nlh, wrong->attr, wrong->value);
		break;
	default:
		mnl_attr_put(nlh, wrong->attr, wrong->size, zeros);
	}
}

TEST_F(gw, each_attribute_out_of_range)
{
	static const struct wrong wrongs[] = {
		{ ADIT_A_SESSION_IFINDEX, 4, 0 }, { ADIT_A_SESSION_IFINDEX, 4, 0x80000000 },
		{ ADIT_A_SESSION_IFINDEX, 2, 1 }, { ADIT_A_SESSION_ID, 4, 0 }, { ADIT_A_SESSION_ID, 2, 1 },
		{ ADIT_A_SESSION_LOCAL_V4, 2, 1 }, { ADIT_A_SESSION_LOCAL_V4, 4, 0 },
		{ ADIT_A_SESSION_LOCAL_V4, 4, 0xffffffff }, { ADIT_A_SESSION_PEER_V4, 4, 0 },
		{ ADIT_A_SESSION_PEER_V4, 4, 0x000000e0 /* 224.0.0.0 in network order */ },
		{ ADIT_A_SESSION_CALL_ID, 4, 1 }, { ADIT_A_SESSION_CALL_ID, 1, 0 },
		{ ADIT_A_SESSION_PEER_CALL_ID, 4, 1 }, { ADIT_A_SESSION_IFID, 7, 0 }, { ADIT_A_SESSION_IFID, 9, 0 },
		{ ADIT_A_SESSION_NET, 4, 4 }, { ADIT_A_SESSION_FRAMING, 4, 8 }, { ADIT_A_SESSION_MRU, 2, 127 },
		{ ADIT_A_SESSION_RX_WINDOW, 4, 257 }, { ADIT_A_SESSION_REORDER_MS, 4, 0 },
		{ ADIT_A_SESSION_REORDER_MS, 4, 5001 }, { ADIT_A_SESSION_ACK_DELAY_MS, 4, 0 },
		{ ADIT_A_SESSION_ACK_DELAY_MS, 4, 5001 }, { ADIT_A_SESSION_MPPE_REQUIRED, 4, 1 },
		{ ADIT_A_SESSION_MPPE_TX, 4, 0 }, { ADIT_A_SESSION_PREFIX, 4, 0 },
	};
	struct told told;
	struct request rq;
	unsigned int i;

	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		session_begin(&self->nl, &rq, 1, wrongs[i].attr);
		put_wrong(rq.nlh, &wrongs[i]);
		EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) {
			TH_LOG("attribute %d, %d octets, value %u was taken", wrongs[i].attr, wrongs[i].size,
			       wrongs[i].value);
		}
		EXPECT_STRNE("", self->nl.text);
		EXPECT_EQ(wrongs[i].attr, self->nl.bad);
	}
	EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
	EXPECT_EQ(0, told.sessions);
}

TEST_F(gw, unknown_attributes)
{
	static const int unknown[] = { ADIT_A_SESSION_PAD, ADIT_A_SESSION_RX_STATS, ADIT_A_SESSION_EVENT, 40, 300 };
	struct request rq;
	unsigned int i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		session_begin(&self->nl, &rq, 1, 0);
		mnl_attr_put_u32(rq.nlh, unknown[i], 1);
		EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("attribute %d was taken", unknown[i]);
		EXPECT_STRNE("", self->nl.text);
	}
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_FRAME_NTF, 0);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	rq.nlh = nl_begin(&self->nl, rq.buf, 200, 0);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

TEST_F(gw, what_is_taken_is_named)
{
	struct request rq;

	ASSERT_EQ(0, session_new(&self->nl, 5));
	EXPECT_EQ(-EEXIST, session_new(&self->nl, 5));
	EXPECT_EQ(ADIT_A_SESSION_ID, self->nl.bad);

	session_begin(&self->nl, &rq, 6, ADIT_A_SESSION_CALL_ID);
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_CALL_ID, 5);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(ADIT_A_SESSION_CALL_ID, self->nl.bad);

	/* The same call id is another session with another peer. */
	session_begin(&self->nl, &rq, 6, ADIT_A_SESSION_PEER_V4);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER + 1));
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

TEST_F(gw, prefixes)
{
	struct told told;
	struct request rq;

	session_begin(&self->nl, &rq, 1, 0);
	put_prefix4(rq.nlh, 0x0a000001, -1);
	put_prefix4(rq.nlh, 0x0a010000, 16);
	put_prefix6(rq.nlh, "2001:db8::1", -1);
	put_prefix6(rq.nlh, "2001:db8:1::", 48);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("%s", self->nl.text);
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(4, told.prefixes);

	/* All or nothing: the second is taken, so the first does not stay. */
	session_begin(&self->nl, &rq, 2, 0);
	put_prefix4(rq.nlh, 0x0a000002, -1);
	put_prefix4(rq.nlh, 0x0a010000, 16);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(ADIT_A_SESSION_PREFIX, self->nl.bad);
	EXPECT_NE(NULL, strstr(self->nl.text, "prefix"));
	session_begin(&self->nl, &rq, 2, 0);
	put_prefix4(rq.nlh, 0x0a000002, -1);
	/* A longer one inside another's is not the same. */
	put_prefix4(rq.nlh, 0x0a010100, 24);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("%s", self->nl.text);

	/* A change replaces: what is given up can be taken, what stays cannot, a failed one changes nothing. */
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_prefix4(rq.nlh, 0x0a000003, -1);
	put_prefix4(rq.nlh, 0x0a000002, -1);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(4, told.prefixes);
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_prefix4(rq.nlh, 0x0a000001, -1);
	put_prefix4(rq.nlh, 0x0a000003, -1);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("%s", self->nl.text);
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(2, told.prefixes);
	session_begin(&self->nl, &rq, 3, 0);
	put_prefix4(rq.nlh, 0x0a010000, 16);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_begin(&self->nl, &rq, 4, 0);
	put_prefix4(rq.nlh, 0x0a000001, -1);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

static int refused_prefix(struct nl *nl, uint32_t addr, int len)
{
	struct request rq;

	session_begin(nl, &rq, 1, 0);
	put_prefix4(rq.nlh, addr, len);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

static int refused_prefix6(struct nl *nl, const char *addr, int len)
{
	struct request rq;

	session_begin(nl, &rq, 1, 0);
	put_prefix6(rq.nlh, addr, len);
	return nl_talk(nl, rq.nlh, NULL, NULL);
}

TEST_F(gw, prefixes_refused)
{
	struct nlattr *nest;
	struct request rq;
	unsigned int i;

	EXPECT_EQ(-EINVAL, refused_prefix(&self->nl, 0x0a000001, 24));
	EXPECT_STREQ("prefix has bits set below its length", self->nl.text);
	EXPECT_EQ(-EINVAL, refused_prefix(&self->nl, 0x0a000000, 33));
	EXPECT_EQ(-EINVAL, refused_prefix(&self->nl, 0xe0000001, 32));
	EXPECT_EQ(-EINVAL, refused_prefix(&self->nl, 0xffffffff, 32));
	EXPECT_EQ(-EINVAL, refused_prefix(&self->nl, 0, 32));
	EXPECT_EQ(-EINVAL, refused_prefix6(&self->nl, "fe80::1", 128));
	EXPECT_EQ(-EINVAL, refused_prefix6(&self->nl, "ff02::1", 128));
	EXPECT_EQ(-EINVAL, refused_prefix6(&self->nl, "2001:db8::1", 64));
	EXPECT_EQ(-EINVAL, refused_prefix6(&self->nl, "::", 128));
	EXPECT_GT(0, refused_prefix6(&self->nl, "2001:db8::", 129));

	session_begin(&self->nl, &rq, 1, 0);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_PREFIX);
	mnl_attr_nest_end(rq.nlh, nest);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("prefix needs either v4 or v6", self->nl.text);

	/* Twice the same in one request. */
	session_begin(&self->nl, &rq, 1, 0);
	put_prefix4(rq.nlh, 0x0a000001, -1);
	put_prefix4(rq.nlh, 0x0a000001, 32);
	EXPECT_EQ(-EEXIST, nl_talk(&self->nl, rq.nlh, NULL, NULL));

	session_begin(&self->nl, &rq, 1, 0);
	for (i = 0; i <= ADIT_PREFIXES_MAX; i++)
		put_prefix4(rq.nlh, 0x0a000001 + i, -1);
	EXPECT_EQ(-E2BIG, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_begin(&self->nl, &rq, 1, 0);
	for (i = 0; i < ADIT_PREFIXES_MAX; i++)
		put_prefix4(rq.nlh, 0x0a000001 + i, -1);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

TEST_F(gw, keys)
{
	struct nlattr *nest;
	struct told told;
	struct request rq;

	session_begin(&self->nl, &rq, 1, 0);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, ADIT_MPPE_STRENGTH_128, 16);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL)) TH_LOG("%s", self->nl.text);
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(ADIT_MPPE_STRENGTH_128, told.tx_strength);
	EXPECT_FALSE(told.key_told);

	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, ADIT_MPPE_STRENGTH_128, 0);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("a key needs strength and start-key", self->nl.text);
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, ADIT_MPPE_STRENGTH_128, 15);
	EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, ADIT_MPPE_STRENGTH_128, 17);
	EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, 4, 16);
	EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));

	/* All or nothing: a good net beside a bad key does not open anything. */
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX, 0, 16);
	EXPECT_GT(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
	EXPECT_EQ(0, told.net);

	/* An empty nest takes the key away, unless encryption is required. */
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	mnl_attr_nest_end(rq.nlh, nest);
	mnl_attr_put(rq.nlh, ADIT_A_SESSION_MPPE_REQUIRED, 0, NULL);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	nest = mnl_attr_nest_start(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	mnl_attr_nest_end(rq.nlh, nest);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 1);
	mnl_attr_put(rq.nlh, ADIT_A_SESSION_MPPE_FLUSH, 0, NULL);
	EXPECT_EQ(-ENOKEY, nl_talk(&self->nl, rq.nlh, NULL, NULL));
}

/* The error reply quotes the request: no key may stand in it. */
static bool quoted_key(struct nl *nl, struct nlmsghdr *nlh)
{
	static const uint8_t key[4] = { 1, 2, 3, 0 };
	char buf[NL_BUF];
	int len;

	mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len);
	len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
	return len > 0 && memmem(buf, len, key, sizeof(key));
}

TEST_F(gw, keys_are_not_quoted)
{
	struct request rq;

	/* Refused by the session look-up, and by the check for doubles. */
	session_of(&self->nl, &rq, ADIT_CMD_SESSION_SET, 99);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX, ADIT_MPPE_STRENGTH_128, 16);
	EXPECT_FALSE(quoted_key(&self->nl, rq.nlh));
	session_begin(&self->nl, &rq, 1, 0);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX, ADIT_MPPE_STRENGTH_128, 16);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_ID, 1);
	EXPECT_FALSE(quoted_key(&self->nl, rq.nlh));
}

TEST_F(gw, devices)
{
	struct device device;
	struct request rq;
	struct told told;

	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(1, device.devices);

	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_DEV_GET, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, 4711);
	EXPECT_EQ(-ENODEV, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(ADIT_A_DEV_IFINDEX, self->nl.bad);

	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_DEV_GET, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, if_nametoindex("lo"));
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("the device is none of adit's", self->nl.text);

	EXPECT_EQ(0, nl_link_concentrator(&self->rt, "gw1"));
	memset(&device, 0, sizeof(device));
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	EXPECT_EQ(0, nl_talk(&self->nl, rq.nlh, device_cb, &device));
	EXPECT_EQ(2, device.devices);

	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, 1);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(-ENODEV, session_dump(&self->nl, 4711, &told));
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_ID, 1);
	EXPECT_EQ(-EINVAL, nl_talk(&self->nl, rq.nlh, NULL, NULL));

	EXPECT_EQ(0, nl_link_del(&self->rt, "gw1"));
}

TEST_F(gw, claims)
{
	struct device device;
	struct nl other;

	ASSERT_EQ(0, nl_open_genl(&other));
	EXPECT_EQ(-EPERM, device_request(&self->nl, ADIT_CMD_DEV_RELEASE, false, NULL));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_CLAIM, false, NULL));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_CLAIM, false, NULL));
	EXPECT_EQ(0, device_request(&other, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(nl_port(&self->nl), device.owner);

	EXPECT_EQ(-EBUSY, device_request(&other, ADIT_CMD_DEV_CLAIM, false, NULL));
	EXPECT_NE(NULL, strstr(other.text, "take-over"));
	EXPECT_EQ(-EPERM, device_request(&other, ADIT_CMD_DEV_RELEASE, false, NULL));
	EXPECT_EQ(0, device_request(&other, ADIT_CMD_DEV_CLAIM, true, NULL));
	EXPECT_EQ(-EPERM, device_request(&self->nl, ADIT_CMD_DEV_RELEASE, false, NULL));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(nl_port(&other), device.owner);

	/* The owner's socket closes: the claim is gone. */
	nl_close(&other);
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(0, device.owner);
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_CLAIM, false, NULL));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_RELEASE, false, NULL));
	EXPECT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_GET, false, &device));
	EXPECT_EQ(0, device.owner);
}

static int event_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];
	uint32_t *event = arg;

	if (genl->cmd != ADIT_CMD_SESSION_NTF)
		return MNL_CB_OK;
	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	event[0] = mnl_attr_get_u32(tb[ADIT_A_SESSION_ID]);
	event[1] = mnl_attr_get_u32(tb[ADIT_A_SESSION_EVENT]);
	return MNL_CB_OK;
}

TEST_F(gw, the_owner_hears_of_sessions_that_others_remove)
{
	uint32_t event[2] = {};
	struct nl other;

	ASSERT_EQ(0, nl_open_genl(&other));
	ASSERT_EQ(0, device_request(&self->nl, ADIT_CMD_DEV_CLAIM, false, NULL));
	ASSERT_EQ(0, session_new(&self->nl, 1));
	ASSERT_EQ(0, session_new(&self->nl, 2));
	EXPECT_EQ(0, session_del(&self->nl, 1));
	EXPECT_EQ(0, nl_listen(&self->nl, event_cb, event, 100));
	EXPECT_EQ(0, session_del(&other, 2));
	EXPECT_EQ(1, nl_listen(&self->nl, event_cb, event, 2000));
	EXPECT_EQ(2, event[0]);
	EXPECT_EQ(ADIT_SESSION_EVENT_GONE, event[1]);

	/* With the device too. */
	ASSERT_EQ(0, session_new(&self->nl, 3));
	EXPECT_EQ(0, nl_link_del(&self->rt, DEV));
	EXPECT_EQ(1, nl_listen(&self->nl, event_cb, event, 2000));
	EXPECT_EQ(3, event[0]);
	nl_close(&other);
}

TEST_F(gw, frames)
{
	uint8_t data[ADIT_FRAME_DATA_MAX + 1] = { 0x45 };
	struct request rq;
	unsigned int len;

	ASSERT_EQ(0, session_new(&self->nl, 1));
	for (len = ADIT_FRAME_DATA_MAX; len <= ADIT_FRAME_DATA_MAX + 1; len++) {
		rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_FRAME_SEND, 0);
		mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_IFINDEX, if_nametoindex(DEV));
		mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_ID, 1);
		mnl_attr_put_u16(rq.nlh, ADIT_A_FRAME_PROTOCOL, 0xc021);
		mnl_attr_put(rq.nlh, ADIT_A_FRAME_DATA, len, data);
		/* There is no route to the peer in this namespace. */
		EXPECT_EQ(len > ADIT_FRAME_DATA_MAX ? -EMSGSIZE : -EHOSTUNREACH,
			  nl_talk(&self->nl, rq.nlh, NULL, NULL));
		EXPECT_STRNE("", self->nl.text);
	}

	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_FRAME_SEND, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_IFINDEX, if_nametoindex(DEV));
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_ID, 1);
	mnl_attr_put_u16(rq.nlh, ADIT_A_FRAME_PROTOCOL, 0x0021);
	mnl_attr_put(rq.nlh, ADIT_A_FRAME_DATA, 20, data);
	EXPECT_EQ(-ENETDOWN, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_STREQ("the protocol is not open on the session", self->nl.text);
}

TEST_F(gw, point_to_point_has_its_one_session)
{
	uint32_t event[2] = {};
	struct nl_link link;
	struct request rq;
	uint32_t ifindex;

	nl_link_begin(&self->rt, &link, "p0", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, htonl(PEER));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, 1);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, 1);
	ASSERT_EQ(0, nl_link_end(&self->rt, &link)) TH_LOG("%s", self->rt.text);
	ifindex = if_nametoindex("p0");

	session_begin(&self->nl, &rq, 2, ADIT_A_SESSION_IFINDEX);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_SESSION_DEL, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_ID, 1);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_SESSION_SET, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_ID, 1);
	put_prefix4(rq.nlh, 0x0a000001, -1);
	EXPECT_EQ(-EOPNOTSUPP, nl_talk(&self->nl, rq.nlh, NULL, NULL));

	/* It goes with the device, and its owner hears of it. */
	rq.nlh = nl_begin(&self->nl, rq.buf, ADIT_CMD_DEV_CLAIM, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_DEV_IFINDEX, ifindex);
	ASSERT_EQ(0, nl_talk(&self->nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(0, nl_link_del(&self->rt, "p0"));
	EXPECT_EQ(1, nl_listen(&self->nl, event_cb, event, 2000));
	EXPECT_EQ(1, event[0]);
	EXPECT_EQ(ADIT_SESSION_EVENT_GONE, event[1]);
}

/* Links: what is missing or refused, by rtnetlink. */
TEST_F(gw, links_refused)
{
	static const struct wrong wrongs[] = {
		{ ADIT_A_LINK_PPTP_MODE, 4, 2 }, { ADIT_A_LINK_PPTP_LOCAL, 4, 0x01020304 },
		{ ADIT_A_LINK_PPTP_MRU, 2, 1400 }, { ADIT_A_LINK_PPTP_FRAMING, 4, 1 },
		{ ADIT_A_LINK_PPTP_RX_WINDOW, 4, 1 }, { ADIT_A_LINK_PPTP_MSS_CLAMP, 4, 100 },
		{ ADIT_A_LINK_PPTP_MSS_CLAMP, 4, 65536 }, { ADIT_A_LINK_PPTP_LINK, 4, 4711 },
		{ ADIT_A_LINK_PPTP_MPPE_REQUIRED, 0, 0 }, { ADIT_A_LINK_PPTP_CALL_ID, 1, 0 },
	};
	struct nl_link link;
	unsigned int i;

	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		nl_link_begin(&self->rt, &link, "gw1", NLM_F_CREATE | NLM_F_EXCL);
		if (wrongs[i].attr != ADIT_A_LINK_PPTP_MODE)
			mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
		put_wrong(link.nlh, &wrongs[i]);
		EXPECT_GT(0, nl_link_end(&self->rt, &link)) TH_LOG("attribute %d", wrongs[i].attr);
		EXPECT_STRNE("", self->rt.text);
		EXPECT_EQ(0, if_nametoindex("gw1"));
	}
	nl_link_begin(&self->rt, &link, "p0", NLM_F_CREATE | NLM_F_EXCL);
	EXPECT_EQ(-EINVAL, nl_link_end(&self->rt, &link));
	EXPECT_STREQ("local is missing", self->rt.text);

	nl_link_begin(&self->rt, &link, DEV, 0);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_POINT_TO_POINT);
	EXPECT_EQ(-EOPNOTSUPP, nl_link_end(&self->rt, &link));
	nl_link_begin(&self->rt, &link, DEV, 0);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_MRU, 1400);
	EXPECT_EQ(-EOPNOTSUPP, nl_link_end(&self->rt, &link));
	nl_link_begin(&self->rt, &link, DEV, 0);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_FWMARK, 7);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_MSS_CLAMP, 1200);
	EXPECT_EQ(0, nl_link_end(&self->rt, &link)) TH_LOG("%s", self->rt.text);
}

/* In a child: what is refused to who has no right. Exit status: 0 when every request was refused with EPERM. */
static int without_privilege(struct nl *nl)
{
	static const uint8_t cmds[] = {
		ADIT_CMD_DEV_GET, ADIT_CMD_DEV_CLAIM, ADIT_CMD_DEV_RELEASE, ADIT_CMD_SESSION_NEW,
		ADIT_CMD_SESSION_SET, ADIT_CMD_SESSION_DEL, ADIT_CMD_SESSION_GET, ADIT_CMD_FRAME_SEND,
	};
	struct request rq;
	unsigned int i;

	if (setuid(65534))
		return 100;
	for (i = 0; i < sizeof(cmds); i++) {
		rq.nlh = nl_begin(nl, rq.buf, cmds[i], 0);
		if (nl_talk(nl, rq.nlh, NULL, NULL) != -EPERM)
			return cmds[i];
		rq.nlh = nl_begin(nl, rq.buf, cmds[i], NLM_F_DUMP);
		if (cmds[i] != ADIT_CMD_DEV_GET && cmds[i] != ADIT_CMD_SESSION_GET)
			continue;
		if (nl_talk(nl, rq.nlh, NULL, NULL) != -EPERM)
			return cmds[i] + 50;
	}
	return 0;
}

TEST_F(gw, without_privilege)
{
	struct nl nl;
	int status;

	if (!fork()) {
		if (nl_open_genl(&nl))
			_exit(101);
		_exit(without_privilege(&nl));
	}
	ASSERT_LT(0, wait(&status));
	EXPECT_EQ(0, WEXITSTATUS(status)) TH_LOG("command %d was not refused", WEXITSTATUS(status));
}

/* Another namespace has indexes of its own, and none of ours is in it. */
TEST_F(gw, from_another_namespace)
{
	uint32_t ifindex = if_nametoindex(DEV);
	struct device device = {};
	struct request rq;
	struct told told;
	struct nl nl;
	int ours;

	ASSERT_EQ(0, session_new(&self->nl, 1));
	ours = open("/proc/self/ns/net", O_RDONLY);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, nl_open_genl(&nl));

	session_begin(&nl, &rq, 2, ADIT_A_SESSION_IFINDEX);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	EXPECT_EQ(-ENODEV, nl_talk(&nl, rq.nlh, NULL, NULL));
	EXPECT_EQ(0, session_dump(&nl, 0, &told));
	EXPECT_EQ(0, told.sessions);
	rq.nlh = nl_begin(&nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	EXPECT_EQ(0, nl_talk(&nl, rq.nlh, device_cb, &device));
	EXPECT_EQ(0, device.devices);

	/* The same socket from elsewhere still speaks for its own namespace. */
	EXPECT_EQ(0, session_dump(&self->nl, ifindex, &told));
	EXPECT_EQ(1, told.sessions);
	nl_close(&nl);
	ASSERT_EQ(0, setns(ours, CLONE_NEWNET));
	EXPECT_EQ(0, session_get(&self->nl, 1, &told));
}

#define MANY	2000

TEST_F(gw, dumps_are_complete)
{
	struct told told;
	uint32_t id;

	for (id = 1; id <= MANY; id++)
		ASSERT_EQ(0, session_new(&self->nl, id * 3));
	EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
	EXPECT_EQ(MANY, told.sessions);
	EXPECT_TRUE(told.ordered);
	EXPECT_EQ(0, session_dump(&self->nl, if_nametoindex(DEV), &told));
	EXPECT_EQ(MANY, told.sessions);
	for (id = 1; id <= MANY; id++)
		ASSERT_EQ(0, session_del(&self->nl, id * 3));
	EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
	EXPECT_EQ(0, told.sessions);
}

/* Sessions that come and go while dumps run. */
static volatile bool churn_stop;

static void *churn(void *arg)
{
	uint32_t base = *(uint32_t *)arg, id;
	struct nl nl;

	if (nl_open_genl(&nl))
		return NULL;
	while (!churn_stop) {
		for (id = base; id < base + 50; id++)
			session_new(&nl, id);
		for (id = base; id < base + 50; id++)
			session_del(&nl, id);
	}
	nl_close(&nl);
	return NULL;
}

TEST_F(gw, dumps_survive_changes)
{
	uint32_t base[2] = { 10001, 1 };
	pthread_t thread[2];
	struct told told;
	unsigned int i;

	for (i = 0; i < 300; i++)
		ASSERT_EQ(0, session_new(&self->nl, 5000 + i));
	churn_stop = false;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, churn, &base[i]));
	for (i = 0; i < 50; i++) {
		EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
		/* What stayed all the time is told once, in order. */
		EXPECT_LE(300, told.sessions);
		EXPECT_GE(400, told.sessions);
		EXPECT_TRUE(told.ordered);
	}
	churn_stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
	EXPECT_EQ(300, told.sessions);
}

/* The device dies while others make sessions on it: every request ends, and nothing stays. */
TEST_F(gw, the_device_dies_under_its_makers)
{
	uint32_t base[2] = { 20001, 30001 };
	pthread_t thread[2];
	unsigned int i;

	churn_stop = false;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, churn, &base[i]));
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, nl_link_del(&self->rt, DEV));
		EXPECT_EQ(0, nl_link_concentrator(&self->rt, DEV)) TH_LOG("%s", self->rt.text);
	}
	churn_stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
}

static int set_parameter(const char *name, const char *value)
{
	char path[96];
	int fd, rc;

	snprintf(path, sizeof(path), "/sys/module/adit/parameters/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	rc = write(fd, value, strlen(value)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

TEST_F(gw, allowances)
{
	uint32_t id;

	ASSERT_EQ(0, set_parameter("max_sessions", "10"));
	for (id = 1; id <= 10; id++)
		EXPECT_EQ(0, session_new(&self->nl, id));
	EXPECT_EQ(-ENOSPC, session_new(&self->nl, 11));
	EXPECT_NE(NULL, strstr(self->nl.text, "max_sessions"));
	EXPECT_EQ(0, session_del(&self->nl, 1));
	EXPECT_EQ(0, session_new(&self->nl, 11));
	EXPECT_EQ(0, set_parameter("max_sessions", "262144"));

	ASSERT_EQ(0, set_parameter("max_devices", "1"));
	EXPECT_EQ(-ENOSPC, nl_link_concentrator(&self->rt, "gw1"));
	EXPECT_NE(NULL, strstr(self->rt.text, "max_devices"));
	EXPECT_EQ(0, set_parameter("max_devices", "1024"));
	EXPECT_EQ(0, nl_link_concentrator(&self->rt, "gw1"));
	EXPECT_EQ(0, nl_link_del(&self->rt, "gw1"));
}

TEST_HARNESS_MAIN
