// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink family about devices: who owns them, what their owner hears, who may ask from where, dumps while all
 * changes, and the end. Each test has a namespace of its own.
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
#include <sys/wait.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "gw.h"
#include "gw_fixture.h"

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
