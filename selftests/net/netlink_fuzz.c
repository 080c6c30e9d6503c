// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests that know the spec and what is there: right ones of every operation on devices, sessions and sockets; the
 * same with one thing changed or wrong; and attributes of any kind without sense, with any flags; as root, as nobody,
 * and as root of a user namespace. What is right is done, what the spec forbids is refused, whatever is refused is
 * refused in words, nothing is done for who has no right, and afterwards all works.
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
#include "netlink_fuzz.h"
#include "nl.h"

#define REPLY_MS	5000
#define ERRNO_MAX	200
#define COUNT_MAX	1000000
#define COUNT_MIN	2000
#define SLOW		20
#define CMDS		32
#define LINKS		4
#define RIGHT_DONE_MIN	85	/* percent; the model does not follow every key and address */

enum shape {
	SHAPE_RIGHT,
	SHAPE_CHANGED,	/* in one place */
	SHAPE_SPOILT,	/* in a way that no policy sees */
	SHAPE_ANY,	/* no sense at all */
	SHAPES,
};

static const char *const shapes[SHAPES] = { "right", "changed", "wrong", "without sense" };

/* What became of the requests. */
struct tally {
	unsigned int sent, done, refused, unexplained, silent;
	unsigned int sent_of[SHAPES], done_of[SHAPES];
	unsigned int cmd_done[CMDS];	/* right ones */
	unsigned int forbidden;		/* what the spec does not allow */
	unsigned int allowed;		/* and was done all the same */
	unsigned int by_errno[ERRNO_MAX];
};

struct request {
	struct nlmsghdr *nlh;
	const struct spec_op *op;
	enum shape shape;
	unsigned int spoil;
	bool forbidden;
};

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

static enum shape any_shape(void)
{
	unsigned int n = chance(20);

	return n < 11 ? SHAPE_RIGHT : n < 15 ? SHAPE_CHANGED : n < 18 ? SHAPE_SPOILT : SHAPE_ANY;
}

static void make_any(struct nl *nl, void *buf, struct request *r)
{
	struct genlmsghdr *genl;

	r->nlh = nl_begin(nl, buf, one_in(50) ? chance(256) : r->op->cmd, 0);
	r->nlh->nlmsg_flags = any_flags();
	genl = mnl_nlmsg_get_payload(r->nlh);
	if (one_in(50))
		genl->version = chance(256);
	if (one_in(50))
		genl->reserved = chance(0x10000);
	spec_put_any(r->nlh, r->op->set, r->op->attrs, r->op->n_attrs, one_in(2));
	if (one_in(40))
		r->nlh->nlmsg_len -= chance(r->nlh->nlmsg_len - NLMSG_HDRLEN);
}

/* Made twice: only then it is known how many attributes there are to choose from. */
static void make_changed(struct nl *nl, void *buf, struct request *r)
{
	uint64_t before;
	bool spoilt;

	change.how = chance(CHANGE_COUNT);
	before = chance_state;
	change.wanted = false;
	change_begin();
	model_request(nl, buf, r->op, 0, &spoilt);
	change.at = chance(changes_put);
	chance_state = before;
	change.wanted = true;
	change_begin();
	r->nlh = model_request(nl, buf, r->op, 0, &spoilt);
	r->forbidden = change.forbidden;
	change.wanted = false;
}

static void make_spoilt(struct nl *nl, void *buf, struct request *r)
{
	unsigned int tries = 0;

	/* Not every request can be wrong in every way. */
	do {
		r->spoil = 1 + chance(model_spoils() - 1);
		r->nlh = model_request(nl, buf, r->op, r->spoil, &r->forbidden);
	} while (!r->forbidden && tries++ < 10);
}

static void make_right(struct nl *nl, void *buf, struct request *r)
{
	bool tells = r->op->cmd == ADIT_CMD_DEV_GET || r->op->cmd == ADIT_CMD_SESSION_GET ||
		     r->op->cmd == ADIT_CMD_CHILD_GET || r->op->cmd == ADIT_CMD_SA_GET;
	bool dump = tells && one_in(2), spoilt;

	if (dump)
		r->nlh = nl_begin(nl, buf, r->op->cmd, NLM_F_DUMP);
	else
		r->nlh = model_request(nl, buf, r->op, 0, &spoilt);
}

/* One that is asked for, not told; more than half of them make, change or remove something. */
static const struct spec_op *any_op(enum shape shape)
{
	static const uint8_t spoilt[] = {
		ADIT_CMD_SESSION_NEW, ADIT_CMD_SESSION_SET, ADIT_CMD_CHILD_NEW, ADIT_CMD_SA_NEW,
	};
	static const uint8_t often[] = {
		ADIT_CMD_SESSION_NEW, ADIT_CMD_SESSION_SET, ADIT_CMD_SESSION_DEL, ADIT_CMD_CHILD_NEW,
		ADIT_CMD_CHILD_NEW, ADIT_CMD_CHILD_SET, ADIT_CMD_CHILD_DEL, ADIT_CMD_SA_NEW, ADIT_CMD_SA_DEL,
	};
	const struct spec_op *op;

	if (shape == SHAPE_SPOILT)
		return spec_op_by_cmd(spoilt[chance(sizeof(spoilt))]);
	if (one_in(2))
		return spec_op_by_cmd(often[chance(sizeof(often))]);
	do
		op = spec_op(chance(spec_ops_n()));
	while ((!op->n_attrs || !model_knows(op)) && shape != SHAPE_ANY);
	return op;
}

static void make_request(struct nl *nl, void *buf, struct request *r)
{
	*r = (struct request){ .shape = any_shape() };
	r->op = any_op(r->shape);
	if (r->shape == SHAPE_RIGHT)
		make_right(nl, buf, r);
	else if (r->shape == SHAPE_CHANGED)
		make_changed(nl, buf, r);
	else if (r->shape == SHAPE_SPOILT)
		make_spoilt(nl, buf, r);
	else
		make_any(nl, buf, r);
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

static void note_done(struct tally *t, const struct request *r)
{
	t->done++;
	t->done_of[r->shape]++;
	model_done(r->nlh);
	if (r->shape == SHAPE_RIGHT && r->op->cmd < CMDS)
		t->cmd_done[r->op->cmd]++;
	if (!r->forbidden || t->allowed++)
		return;
	if (r->shape == SHAPE_SPOILT)
		ksft_print_msg("%s was done although it is wrong in way %u\n", r->op->name, r->spoil);
	else
		ksft_print_msg("%s was done with %s %s\n", r->op->name, change.name, change_to_str(change.how));
}

static void note(struct tally *t, const struct nlmsghdr *in, int err, const struct request *r)
{
	t->sent_of[r->shape]++;
	t->forbidden += r->forbidden;
	if (!err) {
		note_done(t, r);
		return;
	}
	t->refused++;
	t->by_errno[-err < ERRNO_MAX ? -err : 0]++;
	/* What is too short for a command is netlink's to refuse, without a word. */
	if (in->nlmsg_type != NLMSG_ERROR || !needs_words(-err) || explained(in) ||
	    r->nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return;
	if (!t->unexplained++)
		ksft_print_msg("no words: %s, %s, flags %#x: %s\n", r->op->name, shapes[r->shape],
			       r->nlh->nlmsg_flags, strerror(-err));
}

/* Reads on until the answer. Return: false when none comes. */
static bool await(struct nl *nl, const struct request *r, struct tally *t)
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
			if (in->nlmsg_seq != r->nlh->nlmsg_seq)
				continue;
			if (in->nlmsg_type != NLMSG_ERROR && in->nlmsg_type != NLMSG_DONE)
				continue;
			note(t, in, *(const int *)mnl_nlmsg_get_payload(in), r);
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

/* So long, and where requests are slow until there were enough to tell something; at the most SLOW times so long. */
static void run_requests(struct tally *t, unsigned int seconds)
{
	const uint64_t begin = now_ms(), end = begin + seconds * 1000ull, last = begin + seconds * SLOW * 1000ull;
	struct request r;
	char buf[NL_BUF];
	struct nl nl;

	memset(t, 0, sizeof(*t));
	if (nl_open_genl(&nl))
		return;
	while (t->sent < COUNT_MAX && now_ms() < (t->sent < COUNT_MIN ? last : end)) {
		make_request(&nl, buf, &r);
		if (mnl_socket_sendto(nl.sock, r.nlh, r.nlh->nlmsg_len) < 0)
			continue;
		t->sent++;
		/* One that is no request at all is not answered. */
		if (r.nlh->nlmsg_len >= NLMSG_HDRLEN && !await(&nl, &r, t))
			t->silent++;
	}
	nl_close(&nl);
}

static unsigned int share(unsigned int part, unsigned int whole)
{
	return whole ? 100 * part / whole : 0;
}

static void print_tally(const char *who, const struct tally *t)
{
	unsigned int i;

	ksft_print_msg("%s: %u requests, %u done (%u %%), %u refused, %u not answered\n", who, t->sent, t->done,
		       share(t->done, t->sent), t->refused, t->silent);
	for (i = 0; i < SHAPES; i++)
		ksft_print_msg("%s: %6u %s, of them %u %% done\n", who, t->sent_of[i], shapes[i],
			       share(t->done_of[i], t->sent_of[i]));
	ksft_print_msg("%s: %6u that the spec forbids, %u done\n", who, t->forbidden, t->allowed);
	for (i = 0; i < ERRNO_MAX; i++)
		if (t->by_errno[i])
			ksft_print_msg("%s: %6u %s\n", who, t->by_errno[i], strerror(i));
}

/* Of every operation that can be asked for, and that the model knows, some were right and done. */
static bool all_done(const struct tally *t)
{
	bool ok = true;

	for (unsigned int i = 0; i < spec_ops_n(); i++) {
		const struct spec_op *op = spec_op(i);

		if (!op->n_attrs || !model_knows(op))
			continue;
		ksft_print_msg("root: %6u %s done\n", t->cmd_done[op->cmd], op->name);
		ok &= t->cmd_done[op->cmd] > 0;
	}
	return ok;
}

/* --- links --- */

static bool link_there[LINKS];
static unsigned int link_kind[LINKS];

static void link_name(char *name, unsigned int number)
{
	snprintf(name, IFNAMSIZ, "lk%u", number);
}

static void put_any_link(struct nlmsghdr *nlh, const struct spec_set *set)
{
	uint16_t all[32] = { 0 };

	for (unsigned int i = 0; i < set->n; i++)
		all[i] = set->attrs[i].number;
	spec_put_any(nlh, set, all, one_in(2) ? set->n : chance(set->n), one_in(2));
}

static void put_changed_link(struct nlmsghdr *nlh, unsigned int kind, unsigned int number)
{
	struct nl_link scratch;
	struct nl none = { 0 };
	uint64_t before;

	change.how = chance(CHANGE_COUNT);
	before = chance_state;
	nl_link_begin_kind(&none, &scratch, "none", spec_link_name(kind), 0);
	change_begin();
	model_link(scratch.nlh, kind, number, link_there[number]);
	change.at = chance(changes_put);
	chance_state = before;
	change.wanted = true;
	change_begin();
	model_link(nlh, kind, number, link_there[number]);
	change.wanted = false;
}

/* Make link lkN, or change it where it is there. */
static void one_link(struct nl *rt, struct tally *t, unsigned int number)
{
	enum shape shape = any_shape();
	unsigned int kind = link_there[number] ? link_kind[number] : chance(LINK_KINDS);
	bool forbidden = false, fresh = !link_there[number];
	struct nl_link link;
	char name[IFNAMSIZ];
	int err;

	link_name(name, number);
	nl_link_begin_kind(rt, &link, name, spec_link_name(kind), fresh ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (shape == SHAPE_CHANGED)
		put_changed_link(link.nlh, kind, number), forbidden = change.forbidden;
	else if (shape == SHAPE_ANY)
		put_any_link(link.nlh, spec_link(kind));
	else
		shape = SHAPE_RIGHT, model_link(link.nlh, kind, number, !fresh);
	err = nl_link_end(rt, &link);
	t->sent_of[shape]++;
	t->forbidden += forbidden;
	t->done += !err;
	t->done_of[shape] += !err;
	t->refused += err != 0;
	if (!err && forbidden && !t->allowed++)
		ksft_print_msg("a link of kind %s was made with %s %s\n", spec_link_name(kind), change.name,
			       change_to_str(change.how));
	if (err && needs_words(-err) && !rt->text[0] && !rt->bad && !rt->miss && !t->unexplained++)
		ksft_print_msg("no words: a link of kind %s, %s, %s\n", spec_link_name(kind), shapes[shape],
			       strerror(-err));
	if (fresh && !err) {
		link_there[number] = true;
		link_kind[number] = kind;
	}
}

static void run_links(struct tally *t, unsigned int count)
{
	char name[IFNAMSIZ];
	unsigned int i;
	struct nl rt;

	memset(t, 0, sizeof(*t));
	if (nl_open_rtnl(&rt))
		return;
	for (; t->sent < count; t->sent++) {
		i = chance(LINKS);
		one_link(&rt, t, i);
		link_name(name, i);
		if (link_there[i] && one_in(2) && !nl_link_del(&rt, name))
			link_there[i] = false;
	}
	for (i = 0; i < LINKS; i++) {
		link_name(name, i);
		nl_link_del(&rt, name);
	}
	nl_close(&rt);
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

/* What a device says it has, sessions or children, and what it tells one by one. */
static bool counts_agree(struct nl *nl, const struct device *d)
{
	unsigned int said = ~0u, told = 0;
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, ADIT_CMD_DEV_GET, 0);
	mnl_attr_put_u32(nlh, ADIT_A_DEV_IFINDEX, d->ifindex);
	if (nl_talk(nl, nlh, sessions_cb, &said))
		return false;
	nlh = nl_begin(nl, buf, d->kind == LINK_ESP ? ADIT_CMD_CHILD_GET : ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	mnl_attr_put_u32(nlh, d->kind == LINK_ESP ? ADIT_A_CHILD_IFINDEX : ADIT_A_SESSION_IFINDEX, d->ifindex);
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
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, devices[0].ifindex);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, id);
	return nl_talk(nl, nlh, NULL, NULL);
}

static int new_session(struct nl *nl, uint32_t id)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, ADIT_CMD_SESSION_NEW, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, devices[0].ifindex);
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
		ok &= counts_agree(&nl, &devices[i]);
	for (id = 1; id <= IDS; id++)
		del_session(&nl, id);
	ok &= !new_session(&nl, 77) && new_session(&nl, 77) == -EEXIST && !del_session(&nl, 77) &&
	      del_session(&nl, 77) == -ENOENT;
	for (i = 0; i < DEVICES; i++)
		ok &= counts_agree(&nl, &devices[i]);
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
		ok &= !nl_link_del(&rt, devices[i].name) && !if_nametoindex(devices[i].name);
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
	ksft_set_plan(10);
	ksft_print_msg("FUZZ_SEED=%u repeats this\n", seed);
	chance_state = 0x9e3779b97f4a7c15ULL ^ seed;
	err = model_ground();
	if (err)
		ksft_exit_fail_msg("no devices: %s\n", strerror(-err));

	run_requests(&t, seconds);
	print_tally("root", &t);
	ksft_test_result(t.done > 50 && t.refused > 50 && !t.silent, "requests of root are done and refused\n");
	ksft_test_result(all_done(&t) && share(t.done_of[SHAPE_RIGHT], t.sent_of[SHAPE_RIGHT]) >= RIGHT_DONE_MIN,
			 "what is right is done, of every operation\n");
	ksft_test_result(t.forbidden > 50 && !t.allowed, "what the spec forbids is refused\n");
	ksft_test_result(!t.unexplained, "every refusal says why\n");
	run_links(&t, 20 * seconds);
	print_tally("links", &t);
	ksft_test_result(t.done && t.refused && !t.unexplained, "links of all kinds are made or refused in words\n");
	ksft_test_result(t.forbidden && !t.allowed, "links that the spec forbids are refused\n");
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
