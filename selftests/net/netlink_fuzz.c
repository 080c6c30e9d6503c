// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests that know the spec and break it: of every operation, with attributes that are right,
 * missing, doubled, of a wrong length, out of range, nested wrongly or cut, with any flags; as root,
 * as nobody, and as root of a user namespace; on devices that are there. Whatever is refused must be
 * refused in words, nothing may be done for who has no right, and afterwards all works.
 *
 * FUZZ_SEED=N repeats a run, FUZZ_SECONDS=N makes it longer (10 for the largest part).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "kselftest.h"
#include "nl.h"

enum spec_type {
	SPEC_PAD, SPEC_U8, SPEC_U16, SPEC_U32, SPEC_U64, SPEC_STRING, SPEC_BINARY, SPEC_FLAG, SPEC_NEST
};

struct spec_set;

struct spec_attr {
	const char *name;
	uint16_t number;
	enum spec_type type;
	uint64_t min, max;
	unsigned int exact_len;		/* of binary, 0: any */
	const struct spec_set *nest;
	bool multi;
};

struct spec_set {
	const char *name;
	const struct spec_attr *attrs;
	unsigned int n;
};

struct spec_op {
	const char *name;
	uint8_t cmd;
	const struct spec_set *set;
	const uint16_t *attrs;		/* that a request may have */
	unsigned int n_attrs;
};

#include "spec_table.h"

#define N_OPS		(sizeof(spec_ops) / sizeof(spec_ops[0]))
#define DEVICES		3
#define IDS		12		/* sessions are made under few ids, so that they meet */
#define MESSAGE_MAX	3000
#define REPLY_MS	5000
#define ERRNO_MAX	200
#define COUNT_MAX	1000000

static const char *const devices[DEVICES] = { "fz0", "fz1", "fzp" };
static int ifindexes[DEVICES];

/* What became of the requests. */
struct tally {
	unsigned int sent, done, refused, unexplained, silent;
	unsigned int by_errno[ERRNO_MAX];
};

/* --- chance --- */

static uint64_t state;
/* This request is right but for its values, which lets it come further. */
static bool careful;

static uint32_t chance(uint32_t n)
{
	/* xorshift64*; the same everywhere */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n ? (uint32_t)(state * 0x2545f4914f6cdd1dULL >> 32) % n : 0;
}

static bool one_in(uint32_t n)
{
	return !chance(n);
}

static void fill(void *data, size_t len)
{
	uint8_t *p = data;

	while (len--)
		*p++ = chance(256);
}

/* --- values --- */

static uint64_t in_range(const struct spec_attr *a)
{
	uint64_t span = a->max - a->min;

	if (one_in(4))
		return one_in(2) ? a->min : a->max;
	return a->min + chance(span < 4096 ? (uint32_t)span + 1 : 4096);
}

static uint64_t out_of_range(const struct spec_attr *a)
{
	switch (chance(5)) {
	case 0:
		return a->min - 1;
	case 1:
		return a->max + 1;
	case 2:
		return 0;
	case 3:
		return UINT64_MAX;
	default:
		return (uint64_t)chance(0) << 32 | chance(UINT32_MAX);
	}
}

/* Values that mean something here, in network order where the spec says so. */
static bool meaningful(const struct spec_attr *a, uint64_t *value)
{
	static const uint16_t protocols[] = { 0xc021, 0xc223, 0x8021, 0x8057, 0x80fd, 0x0021, 0x0057, 0x00fd };

	if (!strcmp(a->name, "ifindex"))
		*value = (uint32_t)ifindexes[chance(DEVICES)];
	else if (!strcmp(a->name, "id"))
		*value = 1 + chance(IDS);
	else if (strstr(a->name, "call-id"))
		*value = 1 + chance(IDS);
	else if (!strcmp(a->name, "local-v4") || !strcmp(a->name, "local"))
		*value = htonl(0xc0000201);
	else if (!strcmp(a->name, "peer-v4") || !strcmp(a->name, "remote"))
		*value = htonl(0xc000020a + chance(3));
	else if (!strcmp(a->name, "v4"))
		*value = htonl(0x0a090000 + chance(16) * (one_in(2) ? 1 : 256));
	else if (!strcmp(a->name, "len"))
		*value = one_in(2) ? 32 : chance(129);
	else if (!strcmp(a->name, "protocol"))
		*value = protocols[chance(sizeof(protocols) / sizeof(protocols[0]))];
	else if (!strcmp(a->name, "link"))
		*value = if_nametoindex("out0");
	else
		return false;
	return true;
}

static void put_number(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int octets)
{
	uint64_t value;

	if (!meaningful(a, &value) || (!careful && one_in(12)))
		value = !careful && one_in(8) ? out_of_range(a) : in_range(a);
	mnl_attr_put(nlh, a->number, octets, &value);	/* little endian, as all that we run on */
}

static void put_binary(struct nlmsghdr *nlh, const struct spec_attr *a)
{
	size_t len = a->exact_len ? a->exact_len : chance(one_in(30) ? 2100 : 64);
	uint8_t data[2100];

	fill(data, sizeof(data));
	/* A control packet with its length, or an address of the documentation's prefix. */
	if (!a->exact_len && len > 4) {
		data[2] = len >> 8;
		data[3] = len & 0xff;
	} else if (a->exact_len == 16 && one_in(2)) {
		memset(data + 2, 0, 13);
		memcpy(data, "\x20\x01", 2);
	}
	mnl_attr_put(nlh, a->number, len, data);
}

static void put_set(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted,
		    unsigned int n_wanted, unsigned int depth);

static void put_right(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	struct nlattr *nest;

	switch (a->type) {
	case SPEC_U8:
		put_number(nlh, a, 1);
		break;
	case SPEC_U16:
		put_number(nlh, a, 2);
		break;
	case SPEC_U32:
		put_number(nlh, a, 4);
		break;
	case SPEC_U64:
		put_number(nlh, a, 8);
		break;
	case SPEC_STRING:
		mnl_attr_put_strz(nlh, a->number, devices[chance(DEVICES)]);
		break;
	case SPEC_FLAG:
	case SPEC_PAD:
		mnl_attr_put(nlh, a->number, 0, NULL);
		break;
	case SPEC_BINARY:
		put_binary(nlh, a);
		break;
	case SPEC_NEST:
		nest = mnl_attr_nest_start(nlh, a->number);
		put_set(nlh, a->nest, NULL, 0, depth + 1);
		mnl_attr_nest_end(nlh, nest);
		break;
	}
}

/* Octets without regard to the type; or right ones in an attribute that says otherwise of itself. */
static void put_wrong(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	struct nlattr *at = mnl_nlmsg_get_payload_tail(nlh);
	uint8_t data[40];

	if (one_in(2)) {
		fill(data, sizeof(data));
		mnl_attr_put(nlh, a->number, chance(sizeof(data)), data);
	} else {
		put_right(nlh, a, depth);
	}
	switch (chance(8)) {
	case 0:
		at->nla_len = chance(4);
		break;
	case 1:
		at->nla_len += 1 + chance(64);
		break;
	case 2:
		at->nla_len = 0xffff;
		break;
	case 3:
		at->nla_type ^= NLA_F_NESTED;
		break;
	case 4:
		at->nla_type |= NLA_F_NET_BYTEORDER;
		break;
	case 5:
		at->nla_type = chance(one_in(2) ? 64 : 0x4000);
		break;
	}
}

static bool is_wanted(uint16_t number, const uint16_t *wanted, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && wanted[i] != number; i++)
		;
	return i < n;
}

static void put_attr(struct nlmsghdr *nlh, const struct spec_attr *a, unsigned int depth)
{
	unsigned int times = (!careful && one_in(15)) || (a->multi && one_in(2)) ? 1 + chance(4) : 1;

	while (times-- && nlh->nlmsg_len < MESSAGE_MAX) {
		if (!careful && one_in(25))
			put_wrong(nlh, a, depth);
		else
			put_right(nlh, a, depth);
	}
}

/* Of a nest, where nothing is wanted: exactly one of v4 and v6, as a rule, or all. */
static void put_set(struct nlmsghdr *nlh, const struct spec_set *set, const uint16_t *wanted,
		    unsigned int n_wanted, unsigned int depth)
{
	bool prefix = !strcmp(set->name, "prefix") && !one_in(8), v6 = one_in(3);
	unsigned int i;

	if (depth > 4 || (!wanted && !careful && one_in(12)))
		return;
	for (i = 0; i < set->n && nlh->nlmsg_len < MESSAGE_MAX; i++) {
		const struct spec_attr *a = &set->attrs[i];
		bool want = !wanted || is_wanted(a->number, wanted, n_wanted);

		if (prefix && !strcmp(a->name, v6 ? "v4" : "v6"))
			continue;
		if (want ? !one_in(careful ? 30 : 8) : !careful && one_in(40))
			put_attr(nlh, a, depth);
	}
}

/* --- requests --- */

static uint16_t any_flags(void)
{
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;

	if (one_in(6))
		flags |= NLM_F_DUMP;
	if (one_in(10))
		flags |= chance(0x10000) & ~(NLM_F_REQUEST | NLM_F_ACK);
	return flags;
}

static struct nlmsghdr *make_request(struct nl *nl, void *buf)
{
	const struct spec_op *op = &spec_ops[chance(N_OPS)];
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	careful = one_in(2);
	/* More of what makes and changes sessions. */
	if (one_in(2))
		op = &spec_ops[3 + chance(3)];
	nlh = nl_begin(nl, buf, one_in(50) ? chance(256) : op->cmd, 0);
	nlh->nlmsg_flags = any_flags();
	genl = mnl_nlmsg_get_payload(nlh);
	if (one_in(50))
		genl->version = chance(256);
	if (one_in(50))
		genl->reserved = chance(0x10000);
	put_set(nlh, op->set, op->attrs, op->n_attrs, 0);
	if (one_in(40))
		nlh->nlmsg_len -= chance(nlh->nlmsg_len - NLMSG_HDRLEN);
	return nlh;
}

/* Words of the kernel's, or which attribute it is about. */
static bool explained(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return false;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	mnl_attr_for_each(attr, nlh, skip) {
		if (mnl_attr_get_type(attr) <= NLMSGERR_ATTR_MISS_NEST)
			return true;
	}
	return false;
}

/* Of these the caller knows why by the number alone; generic netlink itself says no more. */
static bool needs_words(int err)
{
	return err != EPERM && err != EOPNOTSUPP && err != ENOMEM && err != EBUSY && err != ENOBUFS;
}

static void note(struct tally *t, const struct nlmsghdr *in, int err, const struct nlmsghdr *sent)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(sent);

	if (!err) {
		t->done++;
		return;
	}
	t->refused++;
	t->by_errno[-err < ERRNO_MAX ? -err : 0]++;
	/* What is too short for a command is netlink's to refuse, without a word. */
	if (in->nlmsg_type != NLMSG_ERROR || !needs_words(-err) || explained(in) ||
	    sent->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return;
	if (!t->unexplained++)
		ksft_print_msg("no words: command %u, flags %#x: %s\n", genl->cmd, sent->nlmsg_flags, strerror(-err));
}

/* Reads on until the answer to @sent. Return: false when none comes. */
static bool await(struct nl *nl, const struct nlmsghdr *sent, struct tally *t)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN };
	char buf[2 * NL_BUF];
	int len;

	for (;;) {
		const struct nlmsghdr *in = (const void *)buf;

		if (poll(&pfd, 1, REPLY_MS) <= 0)
			return false;
		len = mnl_socket_recvfrom(nl->sock, buf, sizeof(buf));
		for (; len > 0 && mnl_nlmsg_ok(in, len); in = mnl_nlmsg_next(in, &len)) {
			if (in->nlmsg_seq != sent->nlmsg_seq)
				continue;
			if (in->nlmsg_type != NLMSG_ERROR && in->nlmsg_type != NLMSG_DONE)
				continue;
			note(t, in, *(const int *)mnl_nlmsg_get_payload(in), sent);
			return true;
		}
	}
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void run_requests(struct tally *t, unsigned int seconds)
{
	uint64_t end = now_ms() + seconds * 1000ull;
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl;

	memset(t, 0, sizeof(*t));
	if (nl_open_genl(&nl))
		return;
	while (t->sent < COUNT_MAX && now_ms() < end) {
		nlh = make_request(&nl, buf);
		if (mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0)
			continue;
		t->sent++;
		/* One that is no request at all is not answered. */
		if (nlh->nlmsg_len >= NLMSG_HDRLEN && !await(&nl, nlh, t))
			t->silent++;
	}
	nl_close(&nl);
}

static void print_tally(const char *who, const struct tally *t)
{
	unsigned int i;

	ksft_print_msg("%s: %u requests, %u done, %u refused, %u not answered\n", who, t->sent, t->done, t->refused,
		       t->silent);
	for (i = 0; i < ERRNO_MAX; i++)
		if (t->by_errno[i])
			ksft_print_msg("%s: %6u %s\n", who, t->by_errno[i], strerror(i));
}

/* --- links --- */

static void run_links(struct tally *t, unsigned int count)
{
	const struct spec_set *set = &set_link_pptp;
	uint16_t all[32];
	unsigned int i;
	struct nl rt;
	int err;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < set->n; i++)
		all[i] = set->attrs[i].number;
	if (nl_open_rtnl(&rt))
		return;
	for (; t->sent < count; t->sent++) {
		static struct nl_link link;
		char name[IFNAMSIZ];

		careful = one_in(2);
		snprintf(name, sizeof(name), "fl%u", chance(4));
		nl_link_begin(&rt, &link, name, NLM_F_CREATE | (one_in(2) ? NLM_F_EXCL : 0));
		put_set(link.nlh, set, all, one_in(2) ? set->n : chance(set->n), 0);
		err = nl_link_end(&rt, &link);
		t->done += !err;
		t->refused += err != 0;
		/* A name that is taken is rtnetlink's to refuse, without a word. */
		if (err && err != -EEXIST && needs_words(-err) && !rt.text[0] && !rt.bad && !rt.miss && !t->unexplained++)
			ksft_print_msg("no words: a link, %s\n", strerror(-err));
		if (one_in(3))
			nl_link_del(&rt, name);
	}
	for (i = 0; i < 4; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "fl%u", i);
		nl_link_del(&rt, name);
	}
	nl_close(&rt);
}

/* --- the ground --- */

static int quiet(const char *command)
{
	return system(command);
}

/* A namespace with a device for outer packets, two concentrators and a point-to-point device. */
static int make_ground(void)
{
	struct nl_link link;
	struct nl rt;
	unsigned int i;
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	if (quiet("ip link set lo up && ip link add out0 type dummy && ip addr add 192.0.2.1/24 dev out0 && "
		  "ip link set out0 up"))
		return -EIO;
	err = nl_open_rtnl(&rt);
	if (!err)
		err = nl_link_concentrator(&rt, devices[0]);
	if (!err)
		err = nl_link_concentrator(&rt, devices[1]);
	if (err)
		return err;
	nl_link_begin(&rt, &link, devices[2], NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, htonl(0xc0000201));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, htonl(0xc000020a));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, 4000);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, 4001);
	err = nl_link_end(&rt, &link);
	nl_close(&rt);
	for (i = 0; i < DEVICES; i++)
		ifindexes[i] = if_nametoindex(devices[i]);
	return err ? err : quiet("ip link set fz0 up && ip link set fzp up") ? -EIO : 0;
}

/* --- afterwards --- */

static int count_cb(const struct nlmsghdr *nlh, void *arg)
{
	++*(unsigned int *)arg;
	return MNL_CB_OK;
}

static int sessions_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	if (tb[ADIT_A_DEV_SESSIONS])
		*(unsigned int *)arg = mnl_attr_get_u32(tb[ADIT_A_DEV_SESSIONS]);
	return MNL_CB_OK;
}

/* What a device says it has, and what it tells one by one. */
static bool counts_agree(struct nl *nl, int ifindex)
{
	unsigned int said = ~0u, told = 0;
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, ADIT_CMD_DEV_GET, 0);
	mnl_attr_put_u32(nlh, ADIT_A_DEV_IFINDEX, ifindex);
	if (nl_talk(nl, nlh, sessions_cb, &said))
		return false;
	nlh = nl_begin(nl, buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	if (nl_talk(nl, nlh, count_cb, &told))
		return false;
	if (said != told)
		ksft_print_msg("a device says %u sessions and tells %u\n", said, told);
	return said == told;
}

static int del_session(struct nl *nl, uint32_t id)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, ADIT_CMD_SESSION_DEL, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, ifindexes[0]);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, id);
	return nl_talk(nl, nlh, NULL, NULL);
}

static int new_session(struct nl *nl, uint32_t id)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, ADIT_CMD_SESSION_NEW, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, ifindexes[0]);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, id);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_LOCAL_V4, htonl(0xc0000201));
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_PEER_V4, htonl(0xc00002c8));
	mnl_attr_put_u16(nlh, ADIT_A_SESSION_CALL_ID, 5000);
	mnl_attr_put_u16(nlh, ADIT_A_SESSION_PEER_CALL_ID, 5001);
	return nl_talk(nl, nlh, NULL, NULL);
}

static bool works_afterwards(void)
{
	bool ok = true;
	struct nl nl;
	unsigned int i;
	uint32_t id;

	if (nl_open_genl(&nl))
		return false;
	for (i = 0; i < DEVICES; i++)
		ok &= counts_agree(&nl, ifindexes[i]);
	for (id = 1; id <= IDS; id++)
		del_session(&nl, id);
	ok &= !new_session(&nl, 77) && new_session(&nl, 77) == -EEXIST && !del_session(&nl, 77) &&
	      del_session(&nl, 77) == -ENOENT;
	for (i = 0; i < DEVICES; i++)
		ok &= counts_agree(&nl, ifindexes[i]);
	nl_close(&nl);
	return ok;
}

static bool devices_go(void)
{
	unsigned int i;
	bool ok = true;
	struct nl rt;

	if (nl_open_rtnl(&rt))
		return false;
	for (i = 0; i < DEVICES; i++)
		ok &= !nl_link_del(&rt, devices[i]) && !if_nametoindex(devices[i]);
	nl_close(&rt);
	return ok;
}

/* --- without rights --- */

static bool become_nobody(void)
{
	return !setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* Root over a network namespace of its own, and nothing else. */
static bool become_root_of_nothing(void)
{
	return !unshare(CLONE_NEWUSER | CLONE_NEWNET) && write_file("/proc/self/uid_map", "0 0 1");
}

/* What another user, in a process of its own, could do. */
static bool as_other(bool (*become)(void), struct tally *t, unsigned int seconds)
{
	int fds[2], status;
	pid_t pid;

	if (pipe(fds))
		return false;
	pid = fork();
	if (!pid) {
		if (!become())
			_exit(1);
		run_requests(t, seconds);
		_exit(write(fds[1], t, sizeof(*t)) != sizeof(*t));
	}
	close(fds[1]);
	if (read(fds[0], t, sizeof(*t)) != sizeof(*t))
		memset(t, 0, sizeof(*t));
	close(fds[0]);
	return waitpid(pid, &status, 0) == pid && !status;
}

static unsigned int from_environment(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? (unsigned int)strtoul(text, NULL, 0) : otherwise;
}

int main(void)
{
	unsigned int seconds = from_environment("FUZZ_SECONDS", 10);
	unsigned int seed = from_environment("FUZZ_SEED", (unsigned int)time(NULL));
	struct tally t;
	int err;

	ksft_print_header();
	ksft_set_plan(7);
	ksft_print_msg("FUZZ_SEED=%u repeats this\n", seed);
	state = 0x9e3779b97f4a7c15ULL ^ seed;
	err = make_ground();
	if (err)
		ksft_exit_fail_msg("no devices: %s\n", strerror(-err));

	run_requests(&t, seconds);
	print_tally("root", &t);
	ksft_test_result(t.done > 50 && t.refused > 50 && !t.silent, "requests of root are done and refused\n");
	ksft_test_result(!t.unexplained, "every refusal says why\n");
	run_links(&t, 20 * seconds);
	print_tally("links", &t);
	ksft_test_result(t.done && t.refused && !t.unexplained, "links of all kinds are made or refused in words\n");
	err = !as_other(become_nobody, &t, 1 + seconds / 5);
	print_tally("nobody", &t);
	ksft_test_result(!err && t.refused && !t.done, "nothing is done for nobody\n");
	err = !as_other(become_root_of_nothing, &t, 1 + seconds / 5);
	print_tally("another's root", &t);
	ksft_test_result(!err && t.refused && !t.by_errno[EPERM] && !t.silent,
			 "who is root elsewhere is answered there\n");
	ksft_test_result(works_afterwards(), "afterwards sessions are made and removed, and the counts agree\n");
	ksft_test_result(devices_go(), "the devices are removed with what was on them\n");
	ksft_finished();
}
