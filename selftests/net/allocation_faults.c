// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each kind of request on pptp devices, and the module's birth, with each of its allocations failing in turn:
 * fault_injection.h.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
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

/* Sessions that are there all the time: a dump of them takes more than one message. */
#define OTHERS	60

#define SECONDS_MAX	900

/* Until the module can go, its last device gone. */
#define SECONDS_TO_UNLOAD	20

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

/* Of DEV. Looked up once: that too is a system call. */
static uint32_t dev_index;

/* Of DEV, in some tests. */
static struct nl owner;

/* Requests. */

static void put_prefix4(struct nlmsghdr *nlh, uint32_t addr, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

static void put_prefix6(struct nlmsghdr *nlh, const char *text, int len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);
	struct in6_addr addr;

	inet_pton(AF_INET6, text, &addr);
	mnl_attr_put(nlh, ADIT_A_PREFIX_V6, sizeof(addr), &addr);
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

static void put_key(struct nlmsghdr *nlh, int attr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[16] = { 1, 2, 3 };

	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, ADIT_MPPE_STRENGTH_128);
	mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, sizeof(key), key);
	mnl_attr_nest_end(nlh, nest);
}

static void request_of(struct nl *nl, struct request *rq, uint8_t cmd, uint32_t id)
{
	rq->nlh = nl_begin(nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, dev_index);
	if (id)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

static void request_new(struct nl *nl, struct request *rq, uint32_t id)
{
	request_of(nl, rq, ADIT_CMD_SESSION_NEW, id);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_CALL_ID, id);
	mnl_attr_put_u16(rq->nlh, ADIT_A_SESSION_PEER_CALL_ID, id + 1);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4 | ADIT_PPP_NET_IPV6);
}

static int counted(const struct nlmsghdr *nlh, void *arg)
{
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

static unsigned int prefixes_of(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int n = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		n += mnl_attr_get_type(attr) == ADIT_A_SESSION_PREFIX;
	return n;
}

static int prefixes_counted(const struct nlmsghdr *nlh, void *arg)
{
	*(unsigned int *)arg = prefixes_of(nlh);
	return MNL_CB_OK;
}

/* Return: prefixes of session ID, or -errno. The request's own socket may be in the middle of something. */
static int session_prefixes(void)
{
	unsigned int prefixes = 0;
	struct request rq;
	struct nl nl;
	int rc;

	rc = nl_open_genl(&nl);
	if (rc)
		return rc;
	request_of(&nl, &rq, ADIT_CMD_SESSION_GET, ID);
	rc = nl_talk(&nl, rq.nlh, prefixes_counted, &prefixes);
	nl_close(&nl);
	return rc ?: (int)prefixes;
}

struct device {
	uint32_t sessions;
	uint32_t owner;
};

static int device_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];
	struct device *device = arg;

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	device->sessions = mnl_attr_get_u32(tb[ADIT_A_DEV_SESSIONS]);
	device->owner = tb[ADIT_A_DEV_OWNER] ? mnl_attr_get_u32(tb[ADIT_A_DEV_OWNER]) : 0;
	return MNL_CB_OK;
}

static int device_get(struct device *device)
{
	struct request rq;
	struct nl nl;
	int rc;

	memset(device, 0, sizeof(*device));
	rc = nl_open_genl(&nl);
	if (rc)
		return rc;
	request_of(&nl, &rq, ADIT_CMD_DEV_GET, 0);
	rc = nl_talk(&nl, rq.nlh, device_told, device);
	nl_close(&nl);
	return rc;
}

/* Links. */

static int link_p2p_act(struct world *w)
{
	struct nl_link link;

	nl_link_begin(&w->rt, &link, P2P, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, htonl(PEER + 1));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, 1);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, 2);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_MRU, 1300);
	return nl_link_end(&w->rt, &link);
}

static bool link_p2p_done(struct world *w)
{
	return if_nametoindex(P2P);
}

static int link_p2p_undo(struct world *w)
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

static bool link_absent(struct world *w)
{
	return !if_nametoindex(P2P);
}

static const struct op link_p2p = {
	.act = link_p2p_act, .done = link_p2p_done, .before = link_absent, .undo = link_p2p_undo,
};

static int link_concentrator_act(struct world *w)
{
	return nl_link_concentrator(&w->rt, P2P);
}

static const struct op link_concentrator = {
	.act = link_concentrator_act, .done = link_p2p_done, .before = link_absent, .undo = link_p2p_undo,
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
				if (mnl_attr_get_type(data) == ADIT_A_LINK_PPTP_MRU)
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

static int link_change_act(struct world *w)
{
	struct nl_link link;

	nl_link_begin(&w->rt, &link, P2P, 0);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_MRU, 1200);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_FWMARK, 9);
	return nl_link_end(&w->rt, &link);
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

static bool link_change_done(struct world *w)
{
	return link_mru() == 1200;
}

static bool link_unchanged(struct world *w)
{
	return link_mru() == 1300;
}

static const struct op link_change = {
	.prepare = link_p2p_act, .act = link_change_act, .done = link_change_done, .before = link_unchanged,
	.undo = link_p2p_undo,
};

static int link_get_act(struct world *w)
{
	return link_get(&w->rt, &w->told);
}

static bool link_get_done(struct world *w)
{
	return w->told == 1300;
}

static const struct op link_told = {
	.prepare = link_p2p_act, .act = link_get_act, .done = link_get_done, .undo = link_p2p_undo,
};

static int link_del_act(struct world *w)
{
	return nl_link_del(&w->rt, P2P);
}

static const struct op link_del = {
	.prepare = link_p2p_act, .act = link_del_act, .done = link_absent, .before = link_p2p_done,
};

/* Sessions. */

static int session_new_act(struct world *w)
{
	struct request rq;

	request_new(&w->nl, &rq, ID);
	put_prefix4(rq.nlh, 0x0a000001, 32);
	put_prefix4(rq.nlh, 0x0a010000, 16);
	put_prefix6(rq.nlh, "2001:db8::1", 128);
	put_prefix6(rq.nlh, "2001:db8:1::", 48);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static bool session_new_done(struct world *w)
{
	return session_prefixes() == 4;
}

static int session_del_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_DEL, ID);
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
	request_of(&nl, &rq, ADIT_CMD_SESSION_DEL, ID);
	rc = nl_talk(&nl, rq.nlh, NULL, NULL);
	nl_close(&nl);
	return rc;
}

static bool session_absent(struct world *w)
{
	return session_prefixes() == -ENOENT;
}

static const struct op session_new = {
	.act = session_new_act, .done = session_new_done, .before = session_absent, .undo = session_undo,
};

/* One prefix stays, three go, two come. */
static int session_set_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_SET, ID);
	put_prefix4(rq.nlh, 0x0a000001, 32);
	put_prefix4(rq.nlh, 0x0a020000, 24);
	put_prefix6(rq.nlh, "2001:db8:2::", 64);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static bool session_set_done(struct world *w)
{
	return session_prefixes() == 3;
}

static const struct op session_set = {
	.prepare = session_new_act, .act = session_set_act, .done = session_set_done, .before = session_new_done,
	.undo = session_undo,
};

static const struct op session_del = {
	.prepare = session_new_act, .act = session_del_act, .done = session_absent, .before = session_new_done,
};

/* Another than the owner removes it, so the owner is told. */
static int session_owned(struct world *w)
{
	struct request rq;
	int rc;

	if (!owner.sock) {
		rc = nl_open_genl(&owner);
		if (rc)
			return rc;
		request_of(&owner, &rq, ADIT_CMD_DEV_CLAIM, 0);
		rc = nl_talk(&owner, rq.nlh, NULL, NULL);
		if (rc)
			return rc;
	}
	return session_new_act(w);
}

static int owner_drained(struct world *w)
{
	nl_drain(&owner);
	return 0;
}

static const struct op session_del_told = {
	.prepare = session_owned, .act = session_del_act, .done = session_absent, .before = session_new_done,
	.undo = owner_drained,
};

/* What is told. */

static int session_get_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_SESSION_GET, ID);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static bool told_one(struct world *w)
{
	return w->told == 1;
}

static const struct op session_get = {
	.prepare = session_new_act, .act = session_get_act, .done = told_one, .undo = session_undo,
};

static int sessions_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static bool told_others(struct world *w)
{
	return w->told == OTHERS;
}

static const struct op sessions_dump = { .act = sessions_dump_act, .done = told_others, .dump = true };

static int device_get_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_GET, 0);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static const struct op device_told_of = { .act = device_get_act, .done = told_one };

static int devices_dump_act(struct world *w)
{
	struct request rq;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	return nl_talk(&w->nl, rq.nlh, counted, &w->told);
}

static const struct op devices_dump = { .act = devices_dump_act, .done = told_one, .dump = true };

/* Claims. */

static int claim_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_CLAIM, 0);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static bool claim_done(struct world *w)
{
	struct device device;

	return !device_get(&device) && device.owner == nl_port(&w->nl);
}

static int release_act(struct world *w)
{
	struct request rq;

	request_of(&w->nl, &rq, ADIT_CMD_DEV_RELEASE, 0);
	return nl_talk(&w->nl, rq.nlh, NULL, NULL);
}

static bool release_done(struct world *w)
{
	return !claim_done(w);
}

/* The socket's close ends the claim, see fault_each(). */
static const struct op claim = { .act = claim_act, .done = claim_done, .before = release_done };
static const struct op release = {
	.prepare = claim_act, .act = release_act, .done = release_done, .before = claim_done,
};

/* Frames. */

static int frame_act(struct world *w)
{
	static const uint8_t lcp_echo[] = { 9, 1, 0, 8, 0, 0, 0, 0 };
	struct request rq;
	int rc;

	rq.nlh = nl_begin(&w->nl, rq.buf, ADIT_CMD_FRAME_SEND, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_IFINDEX, dev_index);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_ID, 1000);
	mnl_attr_put_u16(rq.nlh, ADIT_A_FRAME_PROTOCOL, 0xc021);
	mnl_attr_put(rq.nlh, ADIT_A_FRAME_DATA, sizeof(lcp_echo), lcp_echo);
	rc = nl_talk(&w->nl, rq.nlh, NULL, NULL);
	w->told = !rc;
	return rc;
}

static const struct op frame_send = { .act = frame_act, .done = told_one };

FIXTURE(faults)
{
	struct world w;
};

FIXTURE_VARIANT(faults)
{
	const struct op *op;
};

static int others_new(struct nl *nl)
{
	struct request rq;
	uint32_t id;
	int rc = 0;

	for (id = 1000; id < 1000 + OTHERS && !rc; id++) {
		request_new(nl, &rq, id);
		rc = nl_talk(nl, rq.nlh, NULL, NULL);
	}
	return rc;
}

FIXTURE_SETUP(faults)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, system("ip link set lo up && ip link add wan0 type dummy && ip addr add 192.0.2.1/24 dev wan0 && "
			    "ip link set wan0 up"));
	ASSERT_EQ(0, nl_open_rtnl(&self->w.rt));
	ASSERT_EQ(0, nl_link_concentrator(&self->w.rt, DEV)) TH_LOG("%s", self->w.rt.text);
	ASSERT_EQ(0, system("ip link set " DEV " up"));
	dev_index = if_nametoindex(DEV);
	ASSERT_EQ(0, nl_open_genl(&self->w.nl));
	ASSERT_EQ(0, others_new(&self->w.nl));
	ASSERT_EQ(0, fault_limits(2, OTHERS + 1));
}

FIXTURE_TEARDOWN(faults)
{
	struct device device = { .sessions = 4711 };

	EXPECT_EQ(0, fault_limits(0, 0));
	EXPECT_EQ(0, device_get(&device));
	EXPECT_EQ(OTHERS, device.sessions);
	EXPECT_EQ(0, nl_link_del(&self->w.rt, DEV));
	nl_close(&owner);
	nl_close(&self->w.nl);
	nl_close(&self->w.rt);
}

FIXTURE_VARIANT_ADD(faults, link_p2p) { .op = &link_p2p };
FIXTURE_VARIANT_ADD(faults, link_concentrator) { .op = &link_concentrator };
FIXTURE_VARIANT_ADD(faults, link_change) { .op = &link_change };
FIXTURE_VARIANT_ADD(faults, link_told) { .op = &link_told };
FIXTURE_VARIANT_ADD(faults, link_del) { .op = &link_del };
FIXTURE_VARIANT_ADD(faults, session_new) { .op = &session_new };
FIXTURE_VARIANT_ADD(faults, session_set) { .op = &session_set };
FIXTURE_VARIANT_ADD(faults, session_del) { .op = &session_del };
FIXTURE_VARIANT_ADD(faults, session_del_told) { .op = &session_del_told };
FIXTURE_VARIANT_ADD(faults, session_get) { .op = &session_get };
FIXTURE_VARIANT_ADD(faults, sessions_dump) { .op = &sessions_dump };
FIXTURE_VARIANT_ADD(faults, device_told_of) { .op = &device_told_of };
FIXTURE_VARIANT_ADD(faults, devices_dump) { .op = &devices_dump };
FIXTURE_VARIANT_ADD(faults, claim) { .op = &claim };
FIXTURE_VARIANT_ADD(faults, release) { .op = &release };
FIXTURE_VARIANT_ADD(faults, frame_send) { .op = &frame_send };

TEST_F_TIMEOUT(faults, every_one, SECONDS_MAX)
{
	FAULT_EACH(&self->w, variant->op, true);
}

/* The module's own birth. */

static char module_path[192];

static int module_load(struct world *w)
{
	int fd, rc;

	fd = open(module_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return rc;
}

static bool module_loaded(struct world *w)
{
	return !access("/sys/module/adit/parameters", F_OK);
}

static bool module_absent(struct world *w)
{
	return !module_loaded(w);
}

/* What uses the module last, a device's destructor, runs a little after the device was removed. */
static int module_unload(struct world *w)
{
	unsigned int tries = 0;

	while (syscall(SYS_delete_module, "adit", O_NONBLOCK)) {
		if (errno == ENOENT)
			return 0;
		if (errno != EWOULDBLOCK || ++tries == 100 * SECONDS_TO_UNLOAD)
			return -errno;
		usleep(10000);
	}
	return 0;
}

static const struct op load = {
	.act = module_load, .done = module_loaded, .before = module_absent, .undo = module_unload,
};

FIXTURE(module)
{
	struct world w;
};

FIXTURE_SETUP(module)
{
	struct utsname uts;

	ASSERT_EQ(0, uname(&uts));
	snprintf(module_path, sizeof(module_path), "/lib/modules/%s/updates/adit.ko", uts.release);
	ASSERT_EQ(0, module_unload(&self->w));
}

FIXTURE_TEARDOWN(module)
{
	nl_close(&self->w.nl);
	nl_close(&self->w.rt);
}

TEST_F_TIMEOUT(module, birth, SECONDS_MAX)
{
	FAULT_EACH(&self->w, &load, false);
	EXPECT_TRUE(module_absent(&self->w));
}

TEST_HARNESS_MAIN
