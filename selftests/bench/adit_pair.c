// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit_pair: both ends of our tunnels.
 *
 *	adit_pair p2p|concentrator pptp|l2tp|l2tp-eth|l2tp-esp|esp c=NAMESPACE c-addr=ADDRESS g=NAMESPACE g-addr=ADDRESS
 *		name=PREFIX c-inner=ADDRESS g-inner=ADDRESS [id=FIRST] [port=PORT] [count=N] [mppe=none|128|128s]
 *		[alg=null|hmac|gcm|cbc|chacha] [udp=PORT] [del=1] [mark=1]
 *
 * Devices are called PREFIX and a number, PREFIX0 alone where a concentrator holds all sessions. Session i lets the
 * addresses c-inner + i and g-inner + i through. Ids are the same at both ends: PPTP's call ids are FIRST + i, an L2TP
 * session has the tunnel i + 1 of PORT to itself and sends no UDP checksums, as the kernel's own has it. Prints a JSON
 * object with what the sessions cost: devices of a concentrator are not counted, those of a session each are. Where a
 * concentrator needs a socket, the program keeps it, and sleeps until it is killed.
 *
 * Of esp, a session is a child with its two security associations; in a concentrator, it carries what goes between just
 * those two addresses, in UDP if udp= says so. Of l2tp-esp, it is an L2TP session in a child, whose device is PREFIXe.
 * With del=1, children are removed again, and the time is that of both. mark=1 as for traffic.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "bench.h"
#include "mark.h"
#include "../net/nl.h"

struct end {
	const char *netns;
	struct in_addr addr;
	struct in_addr inner;	/* of the other end's side: what its packets come from */
	struct nl genl, rt;
	bool first;
};

struct job {
	bool p2p;
	bool l2tp;
	bool ether;
	bool esp;
	bool carried;	/* L2TP in children */
	const char *alg;
	uint16_t udp;
	const char *name;
	unsigned int id;
	uint16_t port;
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

/* Ids of both ends, of version 2 and of version 3, which has no tunnels. */
static void put_l2tp(struct nlmsghdr *nlh, int attr, const struct job *job, unsigned int i)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	if (!job->ether) {
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, i + 1);
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, i + 1);
	}
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, i + 1);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, i + 1);
	/* In a child there is none over IPv4 in any case. */
	if (!job->carried)
		mnl_attr_put(nlh, ADIT_A_L2TP_NO_UDP_CSUM, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static void put_link_l2tp(struct nlmsghdr *nlh, const struct job *job, const struct end *end, const struct end *peer,
			  unsigned int i)
{
	if (job->ether)
		mnl_attr_put_u32(nlh, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	mnl_attr_put_u32(nlh, ADIT_A_LINK_L2TP_LOCAL_V4, end->addr.s_addr);
	mnl_attr_put_u32(nlh, ADIT_A_LINK_L2TP_REMOTE_V4, peer->addr.s_addr);
	mnl_attr_put_u16(nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(job->port));
	mnl_attr_put_u16(nlh, ADIT_A_LINK_L2TP_REMOTE_PORT, htons(job->port));
	put_l2tp(nlh, ADIT_A_LINK_L2TP_L2TP, job, i);
}

static void put_link_pptp(struct nlmsghdr *nlh, const struct job *job, const struct end *end, const struct end *peer,
			  unsigned int i)
{
	mnl_attr_put_u32(nlh, ADIT_A_LINK_PPTP_LOCAL, end->addr.s_addr);
	mnl_attr_put_u32(nlh, ADIT_A_LINK_PPTP_REMOTE, peer->addr.s_addr);
	mnl_attr_put_u16(nlh, ADIT_A_LINK_PPTP_CALL_ID, job->id + i);
	mnl_attr_put_u16(nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, job->id + i);
}

static void put_octets(struct nlmsghdr *nlh, int attr, size_t len)
{
	uint8_t key[64];

	memset(key, 0x5a, sizeof(key));
	mnl_attr_put(nlh, attr, len, key);
}

static void put_alg(struct nlmsghdr *nlh, const char *alg)
{
	if (!strcmp(alg, "gcm")) {
		mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_AES_GCM);
		put_octets(nlh, ADIT_A_SA_KEY, 20);
		return;
	}
	if (!strcmp(alg, "chacha")) {
		mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_CHACHA20_POLY1305);
		put_octets(nlh, ADIT_A_SA_KEY, 36);
		return;
	}
	if (!strcmp(alg, "cbc")) {
		mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_AES_CBC);
		put_octets(nlh, ADIT_A_SA_KEY, 16);
	} else {
		mnl_attr_put_u32(nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_NULL);
	}
	if (!strcmp(alg, "null")) {
		mnl_attr_put_u32(nlh, ADIT_A_SA_AUTH, ADIT_SA_AUTH_HMAC_SHA384_192);
		put_octets(nlh, ADIT_A_SA_AUTH_KEY, 48);
		return;
	}
	mnl_attr_put_u32(nlh, ADIT_A_SA_AUTH, ADIT_SA_AUTH_HMAC_SHA256_128);
	put_octets(nlh, ADIT_A_SA_AUTH_KEY, 32);
}

/* SPIs are the receiver's to choose; ids differ between all kinds of a run. */
static uint32_t spi_of(const struct job *job, bool to_first, unsigned int i)
{
	return 2 * (0x10000 + job->id + i) + to_first;
}

static void sas_new(const struct job *job, struct end *end, unsigned int ifindex, uint32_t child, unsigned int i)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	int dir;

	for (dir = ADIT_SA_DIRECTION_IN; dir <= ADIT_SA_DIRECTION_OUT; dir++) {
		nlh = nl_begin(&end->genl, buf, ADIT_CMD_SA_NEW, 0);
		mnl_attr_put_u32(nlh, ADIT_A_SA_IFINDEX, ifindex);
		mnl_attr_put_u32(nlh, ADIT_A_SA_CHILD, child);
		mnl_attr_put_u32(nlh, ADIT_A_SA_DIRECTION, dir);
		mnl_attr_put_u32(nlh, ADIT_A_SA_SPI, spi_of(job, (dir == ADIT_SA_DIRECTION_IN) == end->first, i));
		put_alg(nlh, job->alg);
		said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "association");
	}
}

static void put_host(struct nlmsghdr *nlh, int attr, struct in_addr addr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, addr.s_addr);
	mnl_attr_nest_end(nlh, nest);
}

static void child_new(const struct job *job, struct end *end, const struct end *peer, unsigned int ifindex,
		      unsigned int i)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	char buf[NL_BUF];

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_CHILD_NEW, 0);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_ID, i + 1);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_LOCAL_V4, end->addr.s_addr);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_PEER_V4, peer->addr.s_addr);
	if (job->udp) {
		mnl_attr_put_u16(nlh, ADIT_A_CHILD_LOCAL_PORT, htons(job->udp));
		mnl_attr_put_u16(nlh, ADIT_A_CHILD_PEER_PORT, htons(job->udp));
	}
	if (job->carried) {
		mnl_attr_put_u32(nlh, ADIT_A_CHILD_MODE, ADIT_ESP_MODE_TRANSPORT);
		mnl_attr_put_u16(nlh, ADIT_A_CHILD_L2TP_PORT, htons(job->port));
	} else {
		nest = mnl_attr_nest_start(nlh, ADIT_A_CHILD_SELECTOR);
		put_host(nlh, ADIT_A_SELECTOR_LOCAL, address_plus(peer->inner, i));
		put_host(nlh, ADIT_A_SELECTOR_REMOTE, address_plus(end->inner, i));
		mnl_attr_nest_end(nlh, nest);
	}
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "child");
	sas_new(job, end, ifindex, i + 1, i);
}

static void child_del(struct end *end, unsigned int ifindex, unsigned int i)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_CHILD_DEL, 0);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_ID, i + 1);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "child");
}

static const char *kind_of(const struct job *job)
{
	return job->esp ? "esp" : job->l2tp ? "l2tp" : "pptp";
}

static void put_link_esp(struct nlmsghdr *nlh, const struct end *end, const struct end *peer)
{
	mnl_attr_put_u32(nlh, ADIT_A_LINK_ESP_LOCAL_V4, end->addr.s_addr);
	mnl_attr_put_u32(nlh, ADIT_A_LINK_ESP_REMOTE_V4, peer->addr.s_addr);
}

static void p2p_new(const struct job *job, struct end *end, const struct end *peer, unsigned int i)
{
	char name[IFNAMSIZ], buf[NL_BUF];
	struct nlmsghdr *nlh;
	struct nl_link link;

	snprintf(name, sizeof(name), "%s%u", job->name, i);
	nl_link_begin_kind(&end->rt, &link, name, kind_of(job), NLM_F_CREATE | NLM_F_EXCL);
	if (job->esp)
		put_link_esp(link.nlh, end, peer);
	else if (job->l2tp)
		put_link_l2tp(link.nlh, job, end, peer, i);
	else
		put_link_pptp(link.nlh, job, end, peer, i);
	said(&end->rt, nl_link_end(&end->rt, &link), name);
	if (job->esp)
		sas_new(job, end, if_nametoindex(name), 1, i);
	if (!strcmp(job->mppe, "none"))
		return;

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_SESSION_SET, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, if_nametoindex(name));
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, 1);
	put_keys(nlh, job->mppe);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), name);
}

/* A socket that all sessions of the end share, and that lives as long as the program. */
static void socket_new(struct end *end, uint16_t port, uint32_t kind)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = end->addr, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("socket");
	nlh = nl_begin(&end->genl, buf, ADIT_CMD_SOCKET_ATTACH, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SOCKET_FD, fd);
	mnl_attr_put_u32(nlh, ADIT_A_SOCKET_KIND, kind);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "socket");
}

/* The attribute has the same number in every kind. */
static void link_new(struct end *end, const char *name, const char *kind)
{
	struct nl_link link;

	_Static_assert((int)ADIT_A_LINK_ESP_MODE == (int)ADIT_A_LINK_PPTP_MODE &&
		       (int)ADIT_A_LINK_L2TP_MODE == (int)ADIT_A_LINK_PPTP_MODE, "mode");
	nl_link_begin_kind(&end->rt, &link, name, kind, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_MODE, ADIT_DEV_MODE_CONCENTRATOR);
	said(&end->rt, nl_link_end(&end->rt, &link), name);
}

static void concentrator_new(const struct job *job, struct end *end)
{
	char name[IFNAMSIZ];

	enter(end->netns);
	if (job->l2tp && !job->carried)
		socket_new(end, job->port, ADIT_KIND_L2TP);
	if (job->udp)
		socket_new(end, job->udp, ADIT_KIND_ESP);
	snprintf(name, sizeof(name), "%s0", job->name);
	link_new(end, name, kind_of(job));
	if (!job->carried)
		return;
	snprintf(name, sizeof(name), "%se", job->name);
	link_new(end, name, "esp");
}

/* What tells the session from others on the wire, outer addresses aside. */
static void put_wire(struct nlmsghdr *nlh, const struct job *job, unsigned int i)
{
	if (!job->l2tp) {
		mnl_attr_put_u16(nlh, ADIT_A_SESSION_CALL_ID, job->id + i);
		mnl_attr_put_u16(nlh, ADIT_A_SESSION_PEER_CALL_ID, job->id + i);
		return;
	}
	if (!job->carried)
		mnl_attr_put_u16(nlh, ADIT_A_SESSION_LOCAL_PORT, htons(job->port));
	mnl_attr_put_u16(nlh, ADIT_A_SESSION_PEER_PORT, htons(job->port));
	put_l2tp(nlh, ADIT_A_SESSION_L2TP, job, i);
}

/* @carrier: device of the children, or 0 */
static void session_new(const struct job *job, struct end *end, const struct end *peer, unsigned int ifindex,
			unsigned int carrier, unsigned int i)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	char buf[NL_BUF];

	nlh = nl_begin(&end->genl, buf, ADIT_CMD_SESSION_NEW, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, i + 1);
	if (carrier) {
		mnl_attr_put_u32(nlh, ADIT_A_SESSION_CHILD_IFINDEX, carrier);
		mnl_attr_put_u32(nlh, ADIT_A_SESSION_CHILD, i + 1);
	} else {
		mnl_attr_put_u32(nlh, ADIT_A_SESSION_LOCAL_V4, end->addr.s_addr);
		mnl_attr_put_u32(nlh, ADIT_A_SESSION_PEER_V4, peer->addr.s_addr);
	}
	put_wire(nlh, job, i);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4);
	nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);
	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, address_plus(end->inner, i).s_addr);
	mnl_attr_nest_end(nlh, nest);
	put_keys(nlh, job->mppe);
	said(&end->genl, nl_talk(&end->genl, nlh, NULL, NULL), "session");
}

static void sessions_new(const struct job *job, struct end *end, const struct end *peer, unsigned int count)
{
	unsigned int ifindex, carrier, i;
	char name[IFNAMSIZ];

	enter(end->netns);
	if (job->p2p) {
		for (i = 0; i < count; i++)
			p2p_new(job, end, peer, i);
		return;
	}
	snprintf(name, sizeof(name), "%s0", job->name);
	ifindex = if_nametoindex(name);
	snprintf(name, sizeof(name), "%se", job->name);
	carrier = if_nametoindex(name);
	for (i = 0; i < count; i++) {
		if (job->esp || job->carried)
			child_new(job, end, peer, job->carried ? carrier : ifindex, i);
		if (!job->esp)
			session_new(job, end, peer, ifindex, carrier, i);
	}
}

static void children_del(const struct job *job, struct end *end, unsigned int count)
{
	char name[IFNAMSIZ];
	unsigned int i;

	enter(end->netns);
	snprintf(name, sizeof(name), "%s0", job->name);
	for (i = 0; i < count; i++)
		child_del(end, if_nametoindex(name), i);
}

int main(int argc, char **argv)
{
	struct end c = { .netns = word(argv, "c", NULL), .addr = word_address(argv, "c-addr"),
			 .inner = word_address(argv, "g-inner"), .first = true };
	struct end g = { .netns = word(argv, "g", NULL), .addr = word_address(argv, "g-addr"),
			 .inner = word_address(argv, "c-inner") };
	unsigned int count = word_number(argv, "count", "1");
	struct job job = {
		.p2p = argc > 2 && !strcmp(argv[1], "p2p"), .l2tp = argc > 2 && !strncmp(argv[2], "l2tp", 4),
		.ether = argc > 2 && !strcmp(argv[2], "l2tp-eth"), .esp = argc > 2 && !strcmp(argv[2], "esp"),
		.carried = argc > 2 && !strcmp(argv[2], "l2tp-esp"), .alg = word(argv, "alg", "gcm"),
		.udp = word_number(argv, "udp", "0"), .name = word(argv, "name", NULL),
		.id = word_number(argv, "id", "1"), .port = word_number(argv, "port", "1701"),
		.mppe = word(argv, "mppe", "none"),
	};
	bool mark = word_number(argv, "mark", "0");
	uint64_t start, made, ns;
	int64_t memory;

	end_open(&c);
	end_open(&g);
	if (!job.p2p) {
		concentrator_new(&job, &c);
		concentrator_new(&job, &g);
	}
	/* Who asks for an algorithm first waits for the kernel to test it. */
	if (word_number(argv, "del", "0")) {
		sessions_new(&job, &c, &g, 1);
		children_del(&job, &c, 1);
	}
	memory = memory_used();
	if (mark)
		mark_begin();
	start = now_ns();
	sessions_new(&job, &c, &g, count);
	sessions_new(&job, &g, &c, count);
	ns = made = now_ns() - start;
	memory = memory_used() - memory;
	if (word_number(argv, "del", "0")) {
		start = now_ns();
		children_del(&job, &c, count);
		children_del(&job, &g, count);
		ns += now_ns() - start;
	}
	if (mark)
		mark_end();
	printf("{\"ends\": %u, \"made\": %" PRIu64 ", \"ns\": %" PRIu64 ", \"octets\": %" PRId64 "}\n", 2 * count, made,
	       ns, memory);
	if (job.p2p || ((!job.l2tp || job.carried) && !job.udp))
		return 0;
	fclose(stdout);
	for (;;)
		pause();
}
