// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink family, request by request: what is missing, doubled, out of range, unknown, in the wrong namespace or
 * without privilege is refused in words; what is right works. Each test has a namespace of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "gw.h"
#include "gw_fixture.h"

TEST_F(gw, session_lives)
{
	struct device device;
	struct told told;

	EXPECT_EQ(0, session_new(&self->nl, 7));
	EXPECT_EQ(0, session_get(&self->nl, 7, &told));
	EXPECT_EQ(1, told.sessions);
	EXPECT_EQ(0, told.net);
	EXPECT_EQ(1, told.ack_delays);
	EXPECT_EQ(200, told.ack_delay);
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

TEST_F(gw, each_attribute_out_of_range)
{
	static const struct wrong wrongs[] = {
		{ ADIT_A_SESSION_IFINDEX, 4, 0 }, { ADIT_A_SESSION_IFINDEX, 4, 0x80000000 },
		{ ADIT_A_SESSION_IFINDEX, 2, 1 }, { ADIT_A_SESSION_ID, 4, 0 }, { ADIT_A_SESSION_ID, 2, 1 },
		{ ADIT_A_SESSION_ID, 4, 0xffffffff },
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

	/* The largest id that may be. */
	EXPECT_EQ(0, session_new(&self->nl, 0xfffffffe));
	EXPECT_EQ(0, session_dump(&self->nl, 0, &told));
	EXPECT_EQ(1, told.sessions);
	EXPECT_EQ(0xfffffffe, told.last_id);
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

TEST_HARNESS_MAIN
