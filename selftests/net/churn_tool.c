// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * churn_tool: one of several processes that make and remove things at once, for stress.sh.
 *
 *	churn_tool WHAT CPU SECONDS [DEV]
 *
 * WHAT is
 *	sessions	made, changed and removed on the concentrator DEV
 *	links		point-to-point devices made, changed and removed
 *	namespaces	made, with devices in them, one of which is moved to ours; then left
 *	claims		of DEV, taken over from whoever has it, with frames sent and read
 *	dumps		of devices, sessions and links
 *	inside		packets to the inner addresses of the sessions
 *	outside		GRE packets to the call ids of the sessions, from the peer
 *	l2tp-links	as links: over UDP with a socket of the kernel's, over IP, with PPP and with Ethernet
 *	l2tp-sessions	of a UDP socket that is attached, taken back and closed under them
 *	l2tp-inside	as inside
 *	l2tp-outside	datagrams to the ids of the sessions
 *	esp-links	as links
 *	esp-children	with security associations, both ways of which lead back here
 *	esp-inside	as inside; each packet comes back sealed
 *	esp-outside	ESP packets to the SPIs of the children, none of them authentic
 *
 * Runs on one CPU for so many seconds, prints how often it went round, and fails at an answer that cannot be right.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "nl.h"

#define LOCAL		0xc0000201	/* 192.0.2.1 */
#define PEER		0xc0000202
#define INNER		0x0a020000	/* 10.2.0.0, session ID at 10.2.0.ID */
#define INNER_L2TP	0x0a080000	/* 10.8.0.0, likewise */
#define INNER_ESP	0x0a0c0000	/* 10.12.0.0, child ID takes what goes to 10.12.0.ID */
#define SESSIONS	64

/* Child ID has this and its id for an SPI. */
#define SPI		0x1000

/* Packets between two looks at the clock. */
#define PACKETS		64

static const char *device = "gw0";
static struct nl nl, rt;
static unsigned int seed;

struct request {
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
};

static void die(const char *what, int err)
{
	fprintf(stderr, "churn_tool: %s: %s; netlink: \"%s\", rtnetlink: \"%s\"\n", what, strerror(-err), nl.text,
		rt.text);
	exit(1);
}

/* Answers that a request may get when others are busy with the same things; 0 is always one. */
static void expect(const char *what, int rc, const int *allowed)
{
	if (!rc)
		return;
	for (; *allowed; allowed++)
		if (rc == *allowed)
			return;
	die(what, rc);
}

static uint32_t pick(uint32_t n)
{
	return rand_r(&seed) % n;
}

static void request_begin(struct request *rq, uint8_t cmd, uint32_t ifindex, uint32_t id)
{
	rq->nlh = nl_begin(&nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_IFINDEX, ifindex);
	if (id)
		mnl_attr_put_u32(rq->nlh, ADIT_A_SESSION_ID, id);
}

static void put_prefix(struct nlmsghdr *nlh, uint32_t addr, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_SESSION_PREFIX);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

static void put_key(struct nlmsghdr *nlh, int attr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[16] = { pick(256) };

	mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, ADIT_MPPE_STRENGTH_128);
	mnl_attr_put(nlh, ADIT_A_MPPE_START_KEY, sizeof(key), key);
	mnl_attr_nest_end(nlh, nest);
}

/* An index that does not exist any more is as good as any: it is refused. */
static uint32_t device_index(void)
{
	return if_nametoindex(device) ?: 0x7fffffff;
}

static void session_new(uint32_t id)
{
	static const int allowed[] = { -EEXIST, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_SESSION_NEW, device_index(), id);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_CALL_ID, id);
	mnl_attr_put_u16(rq.nlh, ADIT_A_SESSION_PEER_CALL_ID, 10000 + id);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4 | ADIT_PPP_NET_IPV6);
	put_prefix(rq.nlh, INNER + id, 32);
	put_prefix(rq.nlh, INNER + 0x10000 + (id << 8), 24);
	if (pick(2))
		put_key(rq.nlh, ADIT_A_SESSION_MPPE_TX);
	expect("session-new", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void session_set(uint32_t id)
{
	static const int allowed[] = { -ENOENT, -EEXIST, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_SESSION_SET, device_index(), id);
	put_prefix(rq.nlh, INNER + id, 32);
	if (pick(2))
		put_prefix(rq.nlh, INNER + 0x20000 + (pick(SESSIONS) << 8), 24);
	if (pick(2))
		put_key(rq.nlh, ADIT_A_SESSION_MPPE_RX);
	expect("session-set", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void session_del(uint32_t id)
{
	static const int allowed[] = { -ENOENT, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_SESSION_DEL, device_index(), id);
	expect("session-del", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void sessions(void)
{
	unsigned int i;

	for (i = 0; i < SESSIONS; i++)
		session_new(1 + pick(SESSIONS));
	for (i = 0; i < SESSIONS / 2; i++)
		session_set(1 + pick(SESSIONS));
	for (i = 0; i < SESSIONS; i++)
		session_del(1 + pick(SESSIONS));
}

/* Two of these processes may want the same call id. */
static int link_new(const char *name, uint16_t call_id)
{
	struct nl_link link;

	nl_link_begin(&rt, &link, name, NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_LOCAL, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_REMOTE, htonl(PEER));
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_CALL_ID, call_id);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_PEER_CALL_ID, 10000 + call_id);
	return nl_link_end(&rt, &link);
}

static void links(void)
{
	static const int taken[] = { -EEXIST, 0 }, none[] = { 0 };
	uint16_t call_id = 1 + pick(2 * SESSIONS);
	struct nl_link link;
	char name[16];
	int rc;

	snprintf(name, sizeof(name), "c%d", getpid());
	rc = link_new(name, call_id);
	expect("link", rc, taken);
	if (rc)
		return;
	nl_link_begin(&rt, &link, name, 0);
	mnl_attr_put_u16(link.nlh, ADIT_A_LINK_PPTP_MRU, 1200);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_PPTP_FWMARK, pick(2));
	expect("change", nl_link_end(&rt, &link), none);
	expect("unlink", nl_link_del(&rt, name), none);
}

static int link_move(const char *name, int ns)
{
	char buf[NL_BUF];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++rt.seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, ns);
	return nl_talk(&rt, nlh, NULL, NULL);
}

/* In a child, whose end is the namespace's. */
static void namespace_live(int ours)
{
	static const int none[] = { 0 };
	char name[16];

	snprintf(name, sizeof(name), "m%d", getpid());
	if (unshare(CLONE_NEWNET) || nl_open_rtnl(&rt) || nl_open_genl(&nl))
		die("namespace", -errno);
	device = "n0";
	expect("link in a namespace", nl_link_concentrator(&rt, device), none);
	session_new(1 + pick(SESSIONS));
	session_new(1 + pick(SESSIONS));
	expect("link to be moved", link_new(name, 4000), none);
	expect("move", link_move(name, ours), none);
	_exit(0);
}

static void namespaces(void)
{
	int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), status;
	pid_t pid = fork();

	if (!pid)
		namespace_live(ours);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("a child", pid < 0 ? -errno : -ECHILD);
	close(ours);
}

static int ignored(const struct nlmsghdr *nlh, void *arg)
{
	return MNL_CB_OK;
}

/* ENOBUFS: more frames came up than were read. */
static void frame_send(uint32_t id)
{
	static const int allowed[] = { -ENOENT, -ENODEV, -EHOSTUNREACH, -ENETUNREACH, -ENOBUFS, 0 };
	static const uint8_t echo[] = { 9, 1, 0, 8, 0, 0, 0, 0 };
	struct request rq;

	rq.nlh = nl_begin(&nl, rq.buf, ADIT_CMD_FRAME_SEND, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_IFINDEX, device_index());
	mnl_attr_put_u32(rq.nlh, ADIT_A_FRAME_ID, id);
	mnl_attr_put_u16(rq.nlh, ADIT_A_FRAME_PROTOCOL, 0xc021);
	mnl_attr_put(rq.nlh, ADIT_A_FRAME_DATA, sizeof(echo), echo);
	expect("frame-send", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

/* Every second claim is left to the socket's close. */
static void claims(void)
{
	static const int allowed[] = { -ENODEV, -ENOBUFS, 0 }, lost[] = { -EPERM, -ENODEV, -ENOBUFS, 0 };
	struct request rq;
	unsigned int i;

	request_begin(&rq, ADIT_CMD_DEV_CLAIM, device_index(), 0);
	mnl_attr_put(rq.nlh, ADIT_A_DEV_TAKE_OVER, 0, NULL);
	expect("dev-claim", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
	for (i = 0; i < 16; i++) {
		frame_send(1 + pick(SESSIONS));
		if (nl_listen(&nl, ignored, NULL, 0) == -ENOBUFS)
			nl_drain(&nl);
	}
	if (pick(2)) {
		request_begin(&rq, ADIT_CMD_DEV_RELEASE, device_index(), 0);
		expect("dev-release", nl_talk(&nl, rq.nlh, NULL, NULL), lost);
		return;
	}
	nl_close(&nl);
	if (nl_open_genl(&nl))
		die("netlink", -errno);
}

/* A device that is not complete yet has no index. */
static int device_told(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_DEV_MAX + 1];

	nl_attrs(nlh, tb, ADIT_A_DEV_MAX);
	if (!mnl_attr_get_u32(tb[ADIT_A_DEV_IFINDEX]))
		die("a device without an index", -EPROTO);
	return MNL_CB_OK;
}

static void dumps(void)
{
	static const int none[] = { 0 };
	struct request rq;
	char buf[NL_BUF];
	struct nlmsghdr *nlh;

	rq.nlh = nl_begin(&nl, rq.buf, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	expect("dump of sessions", nl_talk(&nl, rq.nlh, ignored, NULL), none);
	rq.nlh = nl_begin(&nl, rq.buf, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	expect("dump of devices", nl_talk(&nl, rq.nlh, device_told, NULL), none);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++rt.seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	expect("dump of links", nl_talk(&rt, nlh, ignored, NULL), none);
}

/* What becomes of a packet does not matter here. */
static void inside_of(uint32_t inner)
{
	static int sock = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	char data[1200] = {};
	unsigned int i;

	if (sock < 0)
		sock = socket(AF_INET, SOCK_DGRAM, 0);
	for (i = 0; i < PACKETS; i++) {
		to.sin_addr.s_addr = htonl(inner + (pick(3) << 16) + 1 + pick(SESSIONS));
		sendto(sock, data, pick(sizeof(data)), MSG_DONTWAIT, (void *)&to, sizeof(to));
	}
}

static void inside(void)
{
	inside_of(INNER);
}

static void outside(void)
{
	static uint32_t seq;
	static int sock = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(LOCAL) };
	/* K, S, version 1; PPP; then length, call id and sequence number (RFC 2637 4.1), and an LCP echo or rubbish. */
	uint8_t packet[] = {
		0x30, 0x01, 0x88, 0x0b, 0, 12, 0, 0, 0, 0, 0, 0, 0xff, 3, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0
	};
	uint32_t number;
	unsigned int i;

	if (sock < 0)
		sock = socket(AF_INET, SOCK_RAW, 47);
	for (i = 0; i < PACKETS; i++) {
		packet[7] = 1 + pick(SESSIONS);
		packet[15] = pick(4) ? 0x21 : pick(256);
		/* Gaps, so that packets wait for others. */
		seq += 1 + !pick(4);
		number = htonl(seq);
		memcpy(packet + 8, &number, sizeof(number));
		sendto(sock, packet, sizeof(packet), MSG_DONTWAIT, (void *)&to, sizeof(to));
	}
}

/* L2TP. */

static struct nlattr *put_ids(struct nlmsghdr *nlh, int attr, uint32_t version, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_L2TP_VERSION, version);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, id);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, 10000 + id);
	if (version == ADIT_L2TP_VERSION_V2) {
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, 1);
		mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, 2);
	}
	return nest;
}

/* Few ports, so that one process often uses the other's socket. */
static int l2tp_link_new(const char *name)
{
	uint32_t kind = pick(4), version = kind ? ADIT_L2TP_VERSION_V3 : ADIT_L2TP_VERSION_V2;
	struct nl_link link;
	struct nlattr *nest;

	nl_link_begin_kind(&rt, &link, name, "l2tp", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_REMOTE_V4, htonl(PEER));
	nest = put_ids(link.nlh, ADIT_A_LINK_L2TP_L2TP, version, 1000 + pick(SESSIONS));
	if (kind == 1)
		mnl_attr_put_u32(link.nlh, ADIT_A_L2TP_ENCAP, ADIT_L2TP_ENCAP_IP);
	mnl_attr_nest_end(link.nlh, nest);
	if (kind != 1)
		mnl_attr_put_u16(link.nlh, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(1702 + pick(2)));
	if (kind == 2)
		mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_PAYLOAD, ADIT_L2TP_PAYLOAD_ETHERNET);
	return nl_link_end(&rt, &link);
}

static void l2tp_links(void)
{
	static const int taken[] = { -EEXIST, 0 }, none[] = { 0 };
	struct nl_link link;
	struct nlattr *nest;
	char name[16];
	int rc;

	snprintf(name, sizeof(name), "l%d", getpid());
	rc = l2tp_link_new(name);
	expect("l2tp link", rc, taken);
	if (rc)
		return;
	nl_link_begin_kind(&rt, &link, name, "l2tp", 0);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_L2TP_FWMARK, pick(2));
	nest = mnl_attr_nest_start(link.nlh, ADIT_A_LINK_L2TP_L2TP);
	mnl_attr_put_u32(link.nlh, ADIT_A_L2TP_SEQ, pick(2) ? ADIT_L2TP_SEQ_SEND : 0);
	mnl_attr_nest_end(link.nlh, nest);
	expect("l2tp change", nl_link_end(&rt, &link), none);
	expect("l2tp unlink", nl_link_del(&rt, name), none);
}

static int udp_open(uint32_t addr)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(1701), .sin_addr.s_addr = htonl(addr) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("UDP socket", -errno);
	return fd;
}

static void socket_request(const char *what, uint8_t cmd, int fd, const int *allowed)
{
	struct request rq;

	rq.nlh = nl_begin(&nl, rq.buf, cmd, 0);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SOCKET_FD, fd);
	expect(what, nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

/* ENOTCONN: the other process has closed its socket, and ours was refused. */
static void l2tp_session_new(uint32_t id)
{
	static const int allowed[] = { -EEXIST, -ENODEV, -ENOTCONN, 0 };
	struct request rq;
	struct nlattr *nest;

	request_begin(&rq, ADIT_CMD_SESSION_NEW, device_index(), id);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_PEER_V4, htonl(PEER));
	nest = put_ids(rq.nlh, ADIT_A_SESSION_L2TP, ADIT_L2TP_VERSION_V2, id);
	mnl_attr_put_u32(rq.nlh, ADIT_A_L2TP_SEQ, pick(2) ? ADIT_L2TP_SEQ_FOLLOW : 0);
	mnl_attr_nest_end(rq.nlh, nest);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SESSION_NET, ADIT_PPP_NET_IPV4 | ADIT_PPP_NET_IPV6);
	put_prefix(rq.nlh, INNER_L2TP + id, 32);
	put_prefix(rq.nlh, INNER_L2TP + 0x10000 + (id << 8), 24);
	expect("l2tp session-new", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

/* Every second socket is closed as it is; sessions of either outlive it. */
static void l2tp_sessions(void)
{
	static const int busy[] = { -EBUSY, 0 }, gone[] = { -ENOTCONN, 0 };
	int fd = udp_open(LOCAL);
	unsigned int i;

	socket_request("socket-attach", ADIT_CMD_SOCKET_ATTACH, fd, busy);
	for (i = 0; i < SESSIONS; i++)
		l2tp_session_new(1 + pick(SESSIONS));
	for (i = 0; i < SESSIONS; i++)
		session_del(1 + pick(SESSIONS));
	if (pick(2))
		socket_request("socket-detach", ADIT_CMD_SOCKET_DETACH, fd, gone);
	close(fd);
}

static void l2tp_inside(void)
{
	inside_of(INNER_L2TP);
}

static void l2tp_outside(void)
{
	static int sock = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(1701), .sin_addr.s_addr = htonl(LOCAL) };
	/* S, version 2, tunnel 1, session id, Ns, Nr (RFC 2661 section 3.1), and an LCP echo or rubbish. */
	uint8_t packet[] = { 8, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0xff, 3, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0 };
	static uint16_t seq;
	unsigned int i;

	if (sock < 0)
		sock = udp_open(PEER);
	for (i = 0; i < PACKETS; i++) {
		packet[5] = 1 + pick(SESSIONS);
		packet[13] = pick(4) ? 0x21 : pick(256);
		seq += 1 + !pick(4);
		packet[6] = seq >> 8;
		packet[7] = seq;
		sendto(sock, packet, sizeof(packet), MSG_DONTWAIT, (void *)&to, sizeof(to));
	}
}

/* ESP. */

static void put_address(struct nlmsghdr *nlh, int attr, uint32_t addr, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_PREFIX_V4, htonl(addr));
	mnl_attr_put_u8(nlh, ADIT_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

/* Everything comes from inside, so that what a child has sent fits it when it comes back. */
static void put_selector(struct nlmsghdr *nlh, uint32_t remote, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ADIT_A_CHILD_SELECTOR);

	put_address(nlh, ADIT_A_SELECTOR_LOCAL, INNER_ESP, 14);
	put_address(nlh, ADIT_A_SELECTOR_REMOTE, remote, len);
	mnl_attr_nest_end(nlh, nest);
}

static void child_new(uint32_t id)
{
	static const int allowed[] = { -EEXIST, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_CHILD_NEW, device_index(), id);
	mnl_attr_put_u32(rq.nlh, ADIT_A_CHILD_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(rq.nlh, ADIT_A_CHILD_PEER_V4, htonl(LOCAL));
	put_selector(rq.nlh, INNER_ESP + id, 32);
	put_selector(rq.nlh, INNER_ESP, 14);
	expect("child-new", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void child_set(uint32_t id)
{
	static const int allowed[] = { -ENOENT, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_CHILD_SET, device_index(), id);
	put_selector(rq.nlh, INNER_ESP + id, 32);
	if (pick(2))
		put_selector(rq.nlh, INNER_ESP + (pick(3) << 16), 16);
	expect("child-set", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void child_del(uint32_t id)
{
	static const int allowed[] = { -ENOENT, -ENODEV, 0 };
	struct request rq;

	request_begin(&rq, ADIT_CMD_CHILD_DEL, device_index(), id);
	expect("child-del", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void sa_begin(struct request *rq, uint8_t cmd, uint32_t id, uint32_t direction)
{
	rq->nlh = nl_begin(&nl, rq->buf, cmd, 0);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_IFINDEX, device_index());
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_CHILD, id);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_DIRECTION, direction);
	mnl_attr_put_u32(rq->nlh, ADIT_A_SA_SPI, SPI + id);
}

/* With limits that are soon reached. */
static void sa_new(uint32_t id, uint32_t direction)
{
	static const int allowed[] = { -ENOENT, -EEXIST, -ENODEV, 0 };
	static const uint8_t key[20] = { 1, 2, 3 };
	struct request rq;

	sa_begin(&rq, ADIT_CMD_SA_NEW, id, direction);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SA_CIPHER, ADIT_SA_CIPHER_AES_GCM);
	mnl_attr_put(rq.nlh, ADIT_A_SA_KEY, sizeof(key), key);
	mnl_attr_put_u32(rq.nlh, ADIT_A_SA_SOFT_SECONDS, 1 + pick(2));
	mnl_attr_put_u64(rq.nlh, ADIT_A_SA_HARD_PACKETS, 1 + pick(1000));
	expect("sa-new", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void sa_del(uint32_t id, uint32_t direction)
{
	static const int allowed[] = { -ENOENT, -ENODEV, 0 };
	struct request rq;

	sa_begin(&rq, ADIT_CMD_SA_DEL, id, direction);
	expect("sa-del", nl_talk(&nl, rq.nlh, NULL, NULL), allowed);
}

static void esp_children(void)
{
	unsigned int i;
	uint32_t id;

	for (i = 0; i < SESSIONS; i++) {
		id = 1 + pick(SESSIONS);
		child_new(id);
		sa_new(id, ADIT_SA_DIRECTION_IN);
		sa_new(id, ADIT_SA_DIRECTION_OUT);
	}
	for (i = 0; i < SESSIONS / 2; i++) {
		child_set(1 + pick(SESSIONS));
		sa_del(1 + pick(SESSIONS), pick(2) ? ADIT_SA_DIRECTION_IN : ADIT_SA_DIRECTION_OUT);
	}
	for (i = 0; i < SESSIONS; i++)
		child_del(1 + pick(SESSIONS));
}

static void esp_links(void)
{
	static const int none[] = { 0 };
	struct nl_link link;
	char name[16];

	snprintf(name, sizeof(name), "e%d", getpid());
	nl_link_begin_kind(&rt, &link, name, "esp", NLM_F_CREATE | NLM_F_EXCL);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_ESP_LOCAL_V4, htonl(LOCAL));
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_ESP_REMOTE_V4, htonl(PEER));
	expect("esp link", nl_link_end(&rt, &link), none);
	nl_link_begin_kind(&rt, &link, name, "esp", 0);
	mnl_attr_put_u32(link.nlh, ADIT_A_LINK_ESP_FWMARK, pick(2));
	expect("esp change", nl_link_end(&rt, &link), none);
	expect("esp unlink", nl_link_del(&rt, name), none);
}

static void esp_inside(void)
{
	inside_of(INNER_ESP);
}

static void esp_outside(void)
{
	static int sock = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(LOCAL) };
	/* SPI and sequence number (RFC 4303 section 2), IV, and a ciphertext with an ICV of 16 octets. */
	uint8_t packet[8 + 8 + 64 + 16] = {};
	uint32_t word;
	unsigned int i;

	if (sock < 0)
		sock = socket(AF_INET, SOCK_RAW, IPPROTO_ESP);
	for (i = 0; i < PACKETS; i++) {
		word = htonl(SPI + 1 + pick(SESSIONS));
		memcpy(packet, &word, sizeof(word));
		word = htonl(1 + pick(1000));
		memcpy(packet + 4, &word, sizeof(word));
		sendto(sock, packet, 8 + pick(sizeof(packet) - 7), MSG_DONTWAIT, (void *)&to, sizeof(to));
	}
}

static const struct churn {
	const char *name;
	void (*round)(void);
} churns[] = {
	{ "sessions", sessions }, { "links", links }, { "namespaces", namespaces }, { "claims", claims },
	{ "dumps", dumps }, { "inside", inside }, { "outside", outside }, { "l2tp-links", l2tp_links },
	{ "l2tp-sessions", l2tp_sessions }, { "l2tp-inside", l2tp_inside }, { "l2tp-outside", l2tp_outside },
	{ "esp-links", esp_links }, { "esp-children", esp_children }, { "esp-inside", esp_inside },
	{ "esp-outside", esp_outside }, { }
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU", -errno);
}

int main(int argc, char **argv)
{
	const struct churn *churn = churns;
	unsigned int rounds = 0;
	double end;

	if (argc < 4)
		die("usage: churn_tool WHAT CPU SECONDS [DEV]", -EINVAL);
	while (churn->name && strcmp(churn->name, argv[1]))
		churn++;
	if (!churn->name)
		die(argv[1], -EINVAL);
	if (argc > 4)
		device = argv[4];
	pin(atoi(argv[2]));
	seed = getpid();
	if (nl_open_rtnl(&rt) || nl_open_genl(&nl))
		die("netlink", -errno);
	for (end = now() + atof(argv[3]); now() < end; rounds++)
		churn->round();
	printf("%s: %u rounds\n", churn->name, rounds);
	return 0;
}
