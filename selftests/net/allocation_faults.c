// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every allocation, and every copy from and to userspace, that a request makes is made to fail in turn: the first, the
 * second, and so on until the request passes with none failed (/proc/self/fail-nth, see the kernel's
 * Documentation/fault-injection). Each time the request either says with an errno that it failed, and nothing of it is
 * there, or it did what was asked; and the same request without a fault works.
 *
 * Needs a kernel with fault injection (make check-debug); on others this is no test.
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "harness.h"
#include "nl.h"

#define DEV	"gw0"
#define P2P	"p0"
#define LOCAL	0xc0000201	/* 192.0.2.1 */
#define PEER	0xc0000202
#define ID	7

/* Sessions that are there all the time: a dump of them takes more than one message. */
#define OTHERS	60

/* More failures than any request here has allocations; loading the module is the longest. */
#define FAULTS_MAX	3000
#define SECONDS_MAX	900

/* Until the module can go, its last device gone. */
#define SECONDS_TO_UNLOAD	20

/* Where requests are made, and what they told. */
struct world {
	struct nl rt;
	struct nl nl;
	struct nl owner;	/* of DEV, in some tests */
	int fail_nth;
	unsigned int told;	/* by the last request */
};

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

/*
 * One kind of request. It starts from the state that @prepare makes, and @undo goes back to the state before that.
 * @done says whether the request's effect is there, @before whether nothing of it is. A @dump that failed leaves its
 * socket unusable.
 */
struct op {
	int (*prepare)(struct world *w);
	int (*act)(struct world *w);
	bool (*done)(struct world *w);
	bool (*before)(struct world *w);
	int (*undo)(struct world *w);
	bool dump;
};

/* Of DEV. Looked up once: that too is a system call. */
static uint32_t dev_index;

/* The kernel's switches. */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

/* By default only allocations that may not sleep fail, and each failure is told with a trace. */
static int faults_enable(void)
{
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
		{ "/sys/kernel/debug/fail_usercopy/verbose", "0" },
	};
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		err = write_file(settings[i][0], settings[i][1]);
		if (err)
			return err;
	}
	return 0;
}

static void arm(struct world *w, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* Not armed, and nothing that follows can be trusted. */
	if (pwrite(w->fail_nth, text, len, 0) != len)
		abort();
}

/*
 * Return: whether the fault came while armed. Reading and writing here are copies that can fail too: then the request
 * itself had less than n.
 */
static bool disarm(struct world *w)
{
	char text[16] = "";
	bool came;

	came = pread(w->fail_nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;
	while (pwrite(w->fail_nth, "0", 1, 0) != 1)
		;
	return came;
}

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

	if (!w->owner.sock) {
		rc = nl_open_genl(&w->owner);
		if (rc)
			return rc;
		request_of(&w->owner, &rq, ADIT_CMD_DEV_CLAIM, 0);
		rc = nl_talk(&w->owner, rq.nlh, NULL, NULL);
		if (rc)
			return rc;
	}
	return session_new_act(w);
}

static int owner_drained(struct world *w)
{
	nl_drain(&w->owner);
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

/* The socket's close ends the claim, see each_fault(). */
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

/* The test of one kind of request. */

static int sockets_open(struct world *w, bool family)
{
	int err = nl_open_rtnl(&w->rt);

	return err || !family ? err : nl_open_genl(&w->nl);
}

static void sockets_close(struct world *w)
{
	nl_close(&w->rt);
	nl_close(&w->nl);
}

/* Answers that were not read are not taken for those of the next request. */
static void sockets_recover(struct world *w, const struct op *op)
{
	if (op->dump) {
		sockets_close(w);
		if (sockets_open(w, true))
			abort();
		return;
	}
	if (w->nl.sock)
		nl_drain(&w->nl);
	if (w->rt.sock)
		nl_drain(&w->rt);
}

/* What an allocation or a copy that failed may be called. */
static bool is_honest(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -EFAULT;
}

/*
 * One fault. When the kernel said no, nothing may be there; when its answer was lost, nobody knows. Return: whether the
 * fault came, or -1 with the reason in @why.
 */
static int one_fault(struct world *w, const struct op *op, unsigned int n, const char **why)
{
	bool came, done;
	int rc, again;

	*why = "the state before cannot be made";
	if (op->prepare && op->prepare(w))
		return -1;
	w->told = 0;
	arm(w, n);
	rc = op->act(w);
	came = disarm(w);
	done = op->done(w);

	*why = "success was told and is not there";
	if (!rc && !done)
		return -1;
	*why = "an error was told that is none of a failed allocation's";
	if (rc && (!came || !is_honest(rc)))
		return -1;
	*why = "an error was told and the request's effect is there";
	if (rc && done && !w->nl.lost && !w->rt.lost)
		return -1;
	*why = "something of it is there";
	if (!done && op->before && !op->before(w))
		return -1;
	if (rc)
		sockets_recover(w, op);
	if (!done) {
		w->told = 0;
		again = op->act(w);
		*why = "without a fault it does not work afterwards";
		if (again || !op->done(w))
			return -1;
	}
	*why = "it cannot be undone";
	if (op->undo && op->undo(w))
		return -1;
	return came;
}

static void each_fault(struct __test_metadata *_metadata, struct world *w, const struct op *op, bool family)
{
	unsigned int n = 0;
	const char *why;
	int came;

	ASSERT_EQ(0, faults_enable()) TH_LOG("the kernel has no fault injection");
	w->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, w->fail_nth);
	sockets_close(w);
	do {
		n++;
		ASSERT_EQ(0, sockets_open(w, family));
		came = one_fault(w, op, n, &why);
		ASSERT_LE(0, came) {
			TH_LOG("fault %u: %s; netlink: \"%s\", rtnetlink: \"%s\"", n, why, w->nl.text, w->rt.text);
		}
		sockets_close(w);
	} while (came && n < FAULTS_MAX);
	EXPECT_LT(1, n) TH_LOG("no fault came at all");
	EXPECT_GT(FAULTS_MAX, n) TH_LOG("faults without end");
	TH_LOG("%u faults", n - 1);
	close(w->fail_nth);
	ASSERT_EQ(0, sockets_open(w, family));
}

FIXTURE(faults)
{
	struct world w;
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
}

FIXTURE_TEARDOWN(faults)
{
	struct device device = { .sessions = 4711 };

	EXPECT_EQ(0, device_get(&device));
	EXPECT_EQ(OTHERS, device.sessions);
	EXPECT_EQ(0, nl_link_del(&self->w.rt, DEV));
	nl_close(&self->w.owner);
	sockets_close(&self->w);
}

#define FAULT_TEST(name)						\
	TEST_F_TIMEOUT(faults, name, SECONDS_MAX)			\
	{								\
		each_fault(_metadata, &self->w, &name, true);			\
	}

FAULT_TEST(link_p2p)
FAULT_TEST(link_concentrator)
FAULT_TEST(link_change)
FAULT_TEST(link_told)
FAULT_TEST(link_del)
FAULT_TEST(session_new)
FAULT_TEST(session_set)
FAULT_TEST(session_del)
FAULT_TEST(session_del_told)
FAULT_TEST(session_get)
FAULT_TEST(sessions_dump)
FAULT_TEST(device_told_of)
FAULT_TEST(devices_dump)
FAULT_TEST(claim)
FAULT_TEST(release)
FAULT_TEST(frame_send)

/* The module's own birth. */

static int module_load(struct world *w)
{
	struct utsname uts;
	char path[192];
	int fd, rc;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/updates/adit.ko", uts.release);
	fd = open(path, O_RDONLY | O_CLOEXEC);
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
	ASSERT_EQ(0, module_unload(&self->w));
}

FIXTURE_TEARDOWN(module)
{
	sockets_close(&self->w);
}

TEST_F_TIMEOUT(module, birth, SECONDS_MAX)
{
	each_fault(_metadata, &self->w, &load, false);
	EXPECT_TRUE(module_absent(&self->w));
}

TEST_HARNESS_MAIN
