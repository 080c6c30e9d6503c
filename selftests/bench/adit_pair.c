// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit_pair: both ends of our PPTP tunnels.
 *
 *	adit_pair p2p|concentrator c=NAMESPACE c-addr=ADDRESS g=NAMESPACE g-addr=ADDRESS id=FIRST name=PREFIX
 *		c-inner=ADDRESS g-inner=ADDRESS [count=N] [mppe=none|128|128s]
 *
 * Devices are called PREFIX and a number, PREFIX0 alone where a concentrator holds all sessions. Session i lets the
 * addresses c-inner + i and g-inner + i through; call ids are FIRST + i at both ends. Prints a JSON object with what the
 * sessions cost: devices of a concentrator are not counted, those of a session each are.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>

#include "bench.h"
#include "../net/nl.h"

struct end {
	const char *netns;
	struct in_addr addr;
	struct in_addr inner;	/* of the other end's side: what its packets come from */
	struct nl genl, rt;
};

struct job {
	bool p2p;
	const char *name;
	unsigned int id;
	const char *mppe;
};

static void said(const struct nl *nl, int err, const char *what)
{
	if (!err)
		return;
	errno = -err;
	if (nl->text[0])
		fprintf(stderr, "%s\n", nl->text);
	die(what);
}

static void end_open(struct end *end)
{
	enter(end->netns);
	said(&end->genl, nl_open_genl(&end->genl), "netlink family adit");
	said(&end->rt, nl_open_rtnl(&end->rt), "rtnetlink");
}

/* Both directions with the same key: what is measured does not depend on it. */
static void put_key(struct nlmsghdr *nlh, int attr, bool stateful)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[ADIT_MPPE_START_KEY_LEN];

	memset(key, 0x5a, sizeof(key));
	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, ADIT_MPPE_STRENGTH_128);
	if (stateful)
		mnl_attr_put(nlh, ADIT_A_MPPE_STATEFUL, 0, NULL);
	mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, sizeof(key), key);
	mnl_attr_nest_end(nlh, nest);
}

static void put_keys(struct nlmsghdr *nlh, const char *mppe)
{
	if (!strcmp(mppe, "none"))
		return;
	put_key(nlh, ADIT_A_SESSION_MPPE_TX, !strcmp(mppe, "128s"));
	put_key(nlh, ADIT_A_SESSION_MPPE_RX, !strcmp(mppe, "128s"));
}

static void p2p_new(const struct job *job, struct end *end, const struct end *peer, unsigned int i)
{
	char name[IFNAMSIZ], buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct nl_link link;

	snprintf(name, sizeof(name), "%s%u", job->name, i);
	nl_link_begin(&end->rt, &link, name, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, end->addr.s_addr);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, peer->addr.s_addr);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, job->id + i);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, job->id + i);
	said(&end->rt, nl_link_end(&end->rt, &link), name);
	if (!strcmp(job->mppe, "none"))
		return;

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_SESSION_SET, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(name));
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, 1);
	put_keys(nlh, job->mppe);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), name);
}

static void concentrator_new(const struct job *job, struct end *end)
{
	char name[IFNAMSIZ];

	enter(end->netns);
	snprintf(name, sizeof(name), "%s0", job->name);
	said(&end->rt, nl_link_concentrator(&end->rt, name), name);
}

static void session_new(const struct job *job, struct end *end, const struct end *peer, unsigned int ifindex,
			unsigned int i)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	char buf[NL_BUF];

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_SESSION_NEW, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, i + 1);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_LOCAL_V4, end->addr.s_addr);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_PEER_V4, peer->addr.s_addr);
	mnl_attr_put_u16(nlh, ADIT_A_SESSION_CALL_ID, job->id + i);
	mnl_attr_put_u16(nlh, ADIT_A_SESSION_PEER_CALL_ID, job->id + i);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4);
	nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);
	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, address_plus(end->inner, i).s_addr);
	mnl_attr_nest_end(nlh, nest);
	put_keys(nlh, job->mppe);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "session");
}

static void sessions_new(const struct job *job, struct end *end, const struct end *peer, unsigned int count)
{
	unsigned int ifindex, i;
	char name[IFNAMSIZ];

	enter(end->netns);
	if (job->p2p) {
		for (i = 0; i < count; i++)
			p2p_new(job, end, peer, i);
		return;
	}
	snprintf(name, sizeof(name), "%s0", job->name);
	ifindex = if_nametoindex(name);
	for (i = 0; i < count; i++)
		session_new(job, end, peer, ifindex, i);
}

int main(int argc, char **argv)
{
	struct end c = { .netns = word(argv, "c", NULL), .addr = word_address(argv, "c-addr"),
			 .inner = word_address(argv, "g-inner") };
	struct end g = { .netns = word(argv, "g", NULL), .addr = word_address(argv, "g-addr"),
			 .inner = word_address(argv, "c-inner") };
	unsigned int count = word_number(argv, "count", "1");
	struct job job = {
		.p2p = argc > 1 && !strcmp(argv[1], "p2p"), .name = word(argv, "name", NULL),
		.id = word_number(argv, "id", NULL), .mppe = word(argv, "mppe", "none"),
	};
	uint64_t start, ns;
	int64_t memory;

	end_open(&c);
	end_open(&g);
	if (!job.p2p) {
		concentrator_new(&job, &c);
		concentrator_new(&job, &g);
	}
	memory = memory_used();
	start = now_ns();
	sessions_new(&job, &c, &g, count);
	sessions_new(&job, &g, &c, count);
	ns = now_ns() - start;
	memory = memory_used() - memory;
	printf("{\"ends\": %u, \"ns\": %" PRIu64 ", \"octets\": %" PRId64 "}\n", 2 * count, ns, memory);
	return 0;
}
