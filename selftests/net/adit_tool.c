// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit_tool: netlink requests for shell tests, word by word.
 *
 *	adit_tool link NAME [ATTR=VALUE...]		make a device of kind pptp
 *	adit_tool change NAME [ATTR=VALUE...]		change it
 *	adit_tool new|set DEV ATTR=VALUE...		session; tx=40|56|128[s]:HEX and rx= likewise give keys;
 *							l2tp=TUNNEL/SESSION/PEER-TUNNEL/PEER-SESSION, seq=FLAGS;
 *							l2tp3=SESSION/PEER-SESSION/COOKIE/PEER-COOKIE, cookies in hex
 *	adit_tool del|show DEV ID
 *	adit_tool dump [DEV]				number of sessions
 *	adit_tool send DEV ID PROTOCOL HEX [COUNT]	frame-send
 *	adit_tool socket ADDRESS PORT [OPTION...]	open a UDP socket, attach it, print what stays on it; OPTION:
 *							detach, twice, dual (takes IPv4 too), unbound, tcp,
 *							unhook (turn its encapsulation off, before detach)
 *	adit_tool fd NUMBER				attach a descriptor it was started with
 *	adit_tool udp SOURCE PORT DESTINATION PORT HEX	send one datagram
 *	adit_tool listen DEV SECONDS [TEXT]		claim, print frames and events; ends when a line holds TEXT
 *
 * DEV is a name or an index. A refusal is printed as the kernel words it, and the exit status is 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/udp.h>

#include "words.h"

enum type { FLAG, U16, U32, PORT, DEV, IP4, OUTER, IFID, PREFIX, KEY, L2TP, L2TP3, SEQ };

static const struct word link_words[] = {
	{ "mode", U32, ADIT_A_LINK_PPTP_MODE, NULL },
	{ "local", IP4, ADIT_A_LINK_PPTP_LOCAL, NULL },
	{ "remote", IP4, ADIT_A_LINK_PPTP_REMOTE, NULL },
	{ "call-id", U16, ADIT_A_LINK_PPTP_CALL_ID, NULL },
	{ "peer-call-id", U16, ADIT_A_LINK_PPTP_PEER_CALL_ID, NULL },
	{ "fwmark", U32, ADIT_A_LINK_PPTP_FWMARK, NULL },
	{ "link", U32, ADIT_A_LINK_PPTP_LINK, NULL },
	{ "framing", U32, ADIT_A_LINK_PPTP_FRAMING, NULL },
	{ "mru", U16, ADIT_A_LINK_PPTP_MRU, NULL },
	{ "mss-clamp", U32, ADIT_A_LINK_PPTP_MSS_CLAMP, NULL },
	{ "rx-window", U32, ADIT_A_LINK_PPTP_RX_WINDOW, NULL },
	{ "reorder-ms", U32, ADIT_A_LINK_PPTP_REORDER_MS, NULL },
	{ "ack-delay-ms", U32, ADIT_A_LINK_PPTP_ACK_DELAY_MS, NULL },
	{ "mppe-required", FLAG, ADIT_A_LINK_PPTP_MPPE_REQUIRED, NULL },
	{ }
};

static const struct word session_words[] = {
	{ "id", U32, ADIT_A_SESSION_ID, NULL },
	{ "local", OUTER, ADIT_A_SESSION_LOCAL_V4, NULL },
	{ "peer", OUTER, ADIT_A_SESSION_PEER_V4, NULL },
	{ "local-port", PORT, ADIT_A_SESSION_LOCAL_PORT, NULL },
	{ "peer-port", PORT, ADIT_A_SESSION_PEER_PORT, NULL },
	{ "child-dev", DEV, ADIT_A_SESSION_CHILD_IFINDEX, NULL },
	{ "child", U32, ADIT_A_SESSION_CHILD, NULL },
	{ "l2tp", L2TP, ADIT_A_SESSION_L2TP, NULL },
	{ "l2tp3", L2TP3, ADIT_A_SESSION_L2TP, NULL },
	{ "seq", SEQ, ADIT_A_SESSION_L2TP, NULL },
	{ "call-id", U16, ADIT_A_SESSION_CALL_ID, NULL },
	{ "peer-call-id", U16, ADIT_A_SESSION_PEER_CALL_ID, NULL },
	{ "prefix", PREFIX, ADIT_A_SESSION_PREFIX, NULL },
	{ "ifid", IFID, ADIT_A_SESSION_IFID, NULL },
	{ "net", U32, ADIT_A_SESSION_NET, NULL },
	{ "framing", U32, ADIT_A_SESSION_FRAMING, NULL },
	{ "mru", U16, ADIT_A_SESSION_MRU, NULL },
	{ "mppe-required", FLAG, ADIT_A_SESSION_MPPE_REQUIRED, NULL },
	{ "tx", KEY, ADIT_A_SESSION_MPPE_TX, NULL },
	{ "rx", KEY, ADIT_A_SESSION_MPPE_RX, NULL },
	{ "mppe-flush", FLAG, ADIT_A_SESSION_MPPE_FLUSH, NULL },
	{ "rx-window", U32, ADIT_A_SESSION_RX_WINDOW, NULL },
	{ "reorder-ms", U32, ADIT_A_SESSION_REORDER_MS, NULL },
	{ "ack-delay-ms", U32, ADIT_A_SESSION_ACK_DELAY_MS, NULL },
	{ }
};

static const char *const rx_names[] = {
	[ADIT_A_RX_STATS_PACKETS] = "packets", [ADIT_A_RX_STATS_BYTES] = "bytes",
	[ADIT_A_RX_STATS_FRAMES] = "frames", [ADIT_A_RX_STATS_ACKS] = "acks", [ADIT_A_RX_STATS_LOST] = "lost",
	[ADIT_A_RX_STATS_REORDERED] = "reordered", [ADIT_A_RX_STATS_DUPLICATE] = "duplicate",
	[ADIT_A_RX_STATS_LATE] = "late", [ADIT_A_RX_STATS_MALFORMED] = "malformed",
	[ADIT_A_RX_STATS_CLOSED] = "closed", [ADIT_A_RX_STATS_PLAINTEXT] = "plaintext",
	[ADIT_A_RX_STATS_NO_KEY] = "no-key", [ADIT_A_RX_STATS_MPPE_DESYNC] = "mppe-desync",
	[ADIT_A_RX_STATS_MPPE_JUMP] = "mppe-jump", [ADIT_A_RX_STATS_MPPE_FORGED] = "mppe-forged",
	[ADIT_A_RX_STATS_SOURCE] = "source", [ADIT_A_RX_STATS_FRAMES_LOST] = "frames-lost",
	[ADIT_A_RX_STATS_NO_MEMORY] = "no-memory", [ADIT_A_RX_STATS_COOKIE] = "cookie",
	[ADIT_A_RX_STATS_UNSEQUENCED] = "unsequenced", [ADIT_A_RX_STATS_WRONG_SOCKET] = "wrong-socket",
};

static const char *const tx_names[] = {
	[ADIT_A_TX_STATS_PACKETS] = "packets", [ADIT_A_TX_STATS_BYTES] = "bytes",
	[ADIT_A_TX_STATS_FRAMES] = "frames", [ADIT_A_TX_STATS_ACKS] = "acks",
	[ADIT_A_TX_STATS_CLOSED] = "closed", [ADIT_A_TX_STATS_NO_KEY] = "no-key",
	[ADIT_A_TX_STATS_TOO_BIG] = "too-big", [ADIT_A_TX_STATS_NO_ROUTE] = "no-route",
	[ADIT_A_TX_STATS_LOOP] = "loop", [ADIT_A_TX_STATS_NO_MEMORY] = "no-memory",
	[ADIT_A_TX_STATS_NO_SOCKET] = "no-socket", [ADIT_A_TX_STATS_NO_CHILD] = "no-child",
	[ADIT_A_TX_STATS_NO_SA] = "no-sa",
};

/* BITS[s]:HEX, or nothing to take the key away. */
static void put_key(struct nlmsghdr *nlh, int attr, const char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	uint8_t key[ADIT_MPPE_START_KEY_LEN] = {};
	char *rest;
	int bits;

	bits = strtol(value, &rest, 10);
	if (bits) {
		mnl_attr_put_u32(nlh, ADIT_A_MPPE_STRENGTH, bits == 40 ? ADIT_MPPE_STRENGTH_40 :
				 bits == 56 ? ADIT_MPPE_STRENGTH_56 : ADIT_MPPE_STRENGTH_128);
		if (*rest == 's') {
			mnl_attr_put(nlh, ADIT_A_MPPE_STATEFUL, 0, NULL);
			rest++;
		}
		words_hex(rest + 1, key, sizeof(key));
		words_put_wiped(nlh, ADIT_A_MPPE_START_KEY, key, sizeof(key));
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_l2tp(struct nlmsghdr *nlh, int attr, const char *value)
{
	unsigned int tunnel, session, peer_tunnel, peer_session, seq = 0;
	struct nlattr *nest;

	if (sscanf(value, "%u/%u/%u/%u/%u", &tunnel, &session, &peer_tunnel, &peer_session, &seq) < 4)
		words_die(value);
	nest = mnl_attr_nest_start(nlh, attr);
	mnl_attr_put_u16(nlh, ADIT_A_L2TP_TUNNEL_ID, tunnel);
	mnl_attr_put_u16(nlh, ADIT_A_L2TP_PEER_TUNNEL_ID, peer_tunnel);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, session);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, peer_session);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SEQ, seq);
	mnl_attr_nest_end(nlh, nest);
}

static void put_cookie(struct nlmsghdr *nlh, int attr, const char *text)
{
	uint8_t cookie[ADIT_L2TP_COOKIE_MAX];

	mnl_attr_put(nlh, attr, words_hex(text, cookie, sizeof(cookie)), cookie);
}

static void put_l2tp3(struct nlmsghdr *nlh, int attr, const char *value)
{
	char cookie[2 * ADIT_L2TP_COOKIE_MAX + 1], peer_cookie[2 * ADIT_L2TP_COOKIE_MAX + 1];
	unsigned int session, peer_session;
	struct nlattr *nest;

	if (sscanf(value, "%u/%u/%16[0-9a-f]/%16[0-9a-f]", &session, &peer_session, cookie, peer_cookie) != 4)
		words_die(value);
	nest = mnl_attr_nest_start(nlh, attr);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_VERSION, ADIT_L2TP_VERSION_V3);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SESSION_ID, session);
	mnl_attr_put_u32(nlh, ADIT_A_L2TP_PEER_SESSION_ID, peer_session);
	put_cookie(nlh, ADIT_A_L2TP_COOKIE, cookie);
	put_cookie(nlh, ADIT_A_L2TP_PEER_COOKIE, peer_cookie);
	mnl_attr_nest_end(nlh, nest);
}

static void put_seq(struct nlmsghdr *nlh, int attr, const char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	mnl_attr_put_u32(nlh, ADIT_A_L2TP_SEQ, atoi(value));
	mnl_attr_nest_end(nlh, nest);
}

static void put_word(struct nlmsghdr *nlh, const struct word *word, char *value)
{
	struct in_addr addr4;
	uint8_t ifid[8];

	switch (word->type) {
	case FLAG:
		mnl_attr_put(nlh, word->attr, 0, NULL);
		break;
	case U16:
		mnl_attr_put_u16(nlh, word->attr, strtoul(value, NULL, 0));
		break;
	case U32:
		mnl_attr_put_u32(nlh, word->attr, strtoul(value, NULL, 0));
		break;
	case PORT:
		mnl_attr_put_u16(nlh, word->attr, htons(atoi(value)));
		break;
	case DEV:
		mnl_attr_put_u32(nlh, word->attr, words_device(value));
		break;
	case OUTER:
		words_put_address(nlh, word->attr, word->attr == ADIT_A_SESSION_LOCAL_V4 ? ADIT_A_SESSION_LOCAL_V6 :
				  ADIT_A_SESSION_PEER_V6, value);
		break;
	case L2TP:
		put_l2tp(nlh, word->attr, value);
		break;
	case L2TP3:
		put_l2tp3(nlh, word->attr, value);
		break;
	case SEQ:
		put_seq(nlh, word->attr, value);
		break;
	case IP4:
		if (inet_pton(AF_INET, value, &addr4) != 1)
			words_die(value);
		mnl_attr_put_u32(nlh, word->attr, addr4.s_addr);
		break;
	case IFID:
		mnl_attr_put(nlh, word->attr, words_hex(value, ifid, sizeof(ifid)), ifid);
		break;
	case PREFIX:
		words_put_prefix(nlh, word->attr, value);
		break;
	case KEY:
		put_key(nlh, word->attr, value);
		break;
	}
}

static int do_link(char **argv, uint16_t flags)
{
	struct nl_link link;
	struct nl rt = { 0 };

	if (nl_open_rtnl(&rt))
		words_die("no rtnetlink");
	nl_link_begin(&rt, &link, argv[0], flags);
	words_put(link.nlh, link_words, argv + 1, put_word);
	return words_said(&rt, nl_link_end(&rt, &link));
}

static int do_session(int cmd, char **argv)
{
	return words_do(cmd, session_words, argv, put_word);
}

static void show_stats(const char *dir, const struct nlattr *nest, const char *const *names, unsigned int max)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max && names[mnl_attr_get_type(attr)])
			printf("%s-%s=%llu\n", dir, names[mnl_attr_get_type(attr)],
			       (unsigned long long)mnl_attr_get_u64(attr));
}

static int show_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];

	(void)arg;
	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	printf("id=%u\nnet=%u\nframing=%u\nmru=%u\n", mnl_attr_get_u32(tb[ADIT_A_SESSION_ID]),
	       mnl_attr_get_u32(tb[ADIT_A_SESSION_NET]), mnl_attr_get_u32(tb[ADIT_A_SESSION_FRAMING]),
	       mnl_attr_get_u16(tb[ADIT_A_SESSION_MRU]));
	printf("required=%d\ntx-key=%d\nrx-key=%d\n", !!tb[ADIT_A_SESSION_MPPE_REQUIRED],
	       !!tb[ADIT_A_SESSION_MPPE_TX], !!tb[ADIT_A_SESSION_MPPE_RX]);
	show_stats("rx", tb[ADIT_A_SESSION_RX_STATS], rx_names, ADIT_A_RX_STATS_MAX);
	show_stats("tx", tb[ADIT_A_SESSION_TX_STATS], tx_names, ADIT_A_TX_STATS_MAX);
	printf("rx-idle-ms=%llu\ntx-idle-ms=%llu\n",
	       (unsigned long long)mnl_attr_get_u64(tb[ADIT_A_SESSION_RX_IDLE_MS]),
	       (unsigned long long)mnl_attr_get_u64(tb[ADIT_A_SESSION_TX_IDLE_MS]));
	return MNL_CB_OK;
}

static int do_id(int cmd, char **argv)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl = { 0 };

	nlh = words_begin(&nl, buf, cmd, 0, argv[0]);
	mnl_attr_put_u32(nlh, ADIT_A_SESSION_ID, atoi(argv[1]));
	return words_said(&nl, nl_talk(&nl, nlh, cmd == ADIT_CMD_SESSION_GET ? show_cb : NULL, NULL));
}

static int do_send(char **argv)
{
	int count = argv[4] ? atoi(argv[4]) : 1, err = 0;
	uint8_t data[ADIT_FRAME_DATA_MAX + 1];
	size_t len = words_hex(argv[3], data, sizeof(data));
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl = { 0 };

	nlh = words_begin(&nl, buf, ADIT_CMD_FRAME_SEND, 0, NULL);
	mnl_attr_put_u32(nlh, ADIT_A_FRAME_IFINDEX, words_device(argv[0]));
	mnl_attr_put_u32(nlh, ADIT_A_FRAME_ID, atoi(argv[1]));
	mnl_attr_put_u16(nlh, ADIT_A_FRAME_PROTOCOL, strtoul(argv[2], NULL, 16));
	mnl_attr_put(nlh, ADIT_A_FRAME_DATA, len, data);
	while (!err && count--)
		err = nl_talk(&nl, nlh, NULL, NULL);
	return words_said(&nl, err);
}

static void line_of_frame(const struct nlmsghdr *nlh, char *line, size_t size)
{
	const struct nlattr *tb[ADIT_A_FRAME_MAX + 1];
	const uint8_t *data;
	size_t n, i;

	nl_attrs(nlh, tb, ADIT_A_FRAME_MAX);
	n = snprintf(line, size, "frame id=%u protocol=%04x%s data=", mnl_attr_get_u32(tb[ADIT_A_FRAME_ID]),
		     mnl_attr_get_u16(tb[ADIT_A_FRAME_PROTOCOL]), tb[ADIT_A_FRAME_ENCRYPTED] ? " encrypted" : "");
	data = mnl_attr_get_payload(tb[ADIT_A_FRAME_DATA]);
	for (i = 0; i < mnl_attr_get_payload_len(tb[ADIT_A_FRAME_DATA]) && n + 3 < size; i++)
		n += sprintf(line + n, "%02x", data[i]);
}

static void line_of_event(const struct nlmsghdr *nlh, char *line, size_t size)
{
	static const char *const names[] = {
		[ADIT_SESSION_EVENT_MPPE_DESYNC] = "mppe-desync",
		[ADIT_SESSION_EVENT_FRAMES_LOST] = "frames-lost",
		[ADIT_SESSION_EVENT_GONE] = "gone",
	};
	const struct nlattr *tb[ADIT_A_SESSION_MAX + 1];

	nl_attrs(nlh, tb, ADIT_A_SESSION_MAX);
	snprintf(line, size, "event id=%u %s", mnl_attr_get_u32(tb[ADIT_A_SESSION_ID]),
		 names[mnl_attr_get_u32(tb[ADIT_A_SESSION_EVENT])]);
}

static void tell(const struct nlmsghdr *nlh, uint8_t cmd, char *line, size_t size)
{
	if (cmd == ADIT_CMD_FRAME_NTF)
		line_of_frame(nlh, line, size);
	else
		line_of_event(nlh, line, size);
}

static socklen_t address(const char *text, const char *port, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (void *)ss;
	struct sockaddr_in *in = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(atoi(port));
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		words_die(text);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(atoi(port));
	return sizeof(*in6);
}

static bool has_option(char **argv, const char *option)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, option))
			return true;
	return false;
}

static int socket_open(char **argv)
{
	int fd, one = 1, v6only = !has_option(argv, "dual");
	struct sockaddr_storage ss;
	socklen_t len = address(argv[0], argv[1], &ss);

	fd = socket(ss.ss_family, has_option(argv, "tcp") ? SOCK_STREAM : SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (!has_option(argv, "unbound") && bind(fd, (struct sockaddr *)&ss, len)) {
		perror("bind");
		exit(1);
	}
	return fd;
}

static int socket_talk(struct nl *nl, int cmd, int fd)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];

	nlh = nl_begin(nl, buf, cmd, 0);
	mnl_attr_put_u32(nlh, ADIT_A_SOCKET_FD, fd);
	return words_said(nl, nl_talk(nl, nlh, NULL, NULL));
}

static int unhook(int fd)
{
	int none = 0;

	if (!setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &none, sizeof(none)))
		return 0;
	perror("UDP_ENCAP");
	return 1;
}

static int do_socket(char **argv)
{
	int fd = socket_open(argv);
	uint8_t data[2048];
	struct nl nl;
	ssize_t n, i;

	if (nl_open_genl(&nl))
		words_die("no netlink family adit");
	if (socket_talk(&nl, ADIT_CMD_SOCKET_ATTACH, fd) ||
	    (has_option(argv, "twice") && socket_talk(&nl, ADIT_CMD_SOCKET_ATTACH, fd)) ||
	    (has_option(argv, "unhook") && unhook(fd)) ||
	    (has_option(argv, "detach") && socket_talk(&nl, ADIT_CMD_SOCKET_DETACH, fd)))
		return 1;
	puts("attached");
	fflush(stdout);
	while ((n = recv(fd, data, sizeof(data), 0)) >= 0) {
		printf("received ");
		for (i = 0; i < n; i++)
			printf("%02x", data[i]);
		puts("");
		fflush(stdout);
	}
	return 1;
}

static int do_fd(char **argv)
{
	struct nl nl;

	if (nl_open_genl(&nl))
		words_die("no netlink family adit");
	return socket_talk(&nl, ADIT_CMD_SOCKET_ATTACH, atoi(argv[0]));
}

static int do_udp(char **argv)
{
	struct sockaddr_storage from, to;
	socklen_t from_len = address(argv[0], argv[1], &from), to_len = address(argv[2], argv[3], &to);
	int fd = socket(from.ss_family, SOCK_DGRAM, 0), one = 1;
	uint8_t data[2048];
	size_t len = words_hex(argv[4], data, sizeof(data));

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&from, from_len) ||
	    sendto(fd, data, len, 0, (struct sockaddr *)&to, to_len) != (ssize_t)len) {
		perror("udp");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	char **rest = argv + 2;

	if (!strcmp(verb, "dump"))
		return words_dump(ADIT_CMD_SESSION_GET, rest[0]);
	if (argc < 3)
		words_die("which device?");
	if (!strcmp(verb, "link"))
		return do_link(rest, NLM_F_CREATE | NLM_F_EXCL);
	if (!strcmp(verb, "change"))
		return do_link(rest, 0);
	if (!strcmp(verb, "fd"))
		return do_fd(rest);
	if (!strcmp(verb, "new"))
		return do_session(ADIT_CMD_SESSION_NEW, rest);
	if (!strcmp(verb, "set"))
		return do_session(ADIT_CMD_SESSION_SET, rest);
	if (argc < 4)
		words_die("which session?");
	if (!strcmp(verb, "del"))
		return do_id(ADIT_CMD_SESSION_DEL, rest);
	if (!strcmp(verb, "show"))
		return do_id(ADIT_CMD_SESSION_GET, rest);
	if (!strcmp(verb, "socket"))
		return do_socket(rest);
	if (!strcmp(verb, "udp") && argc >= 7)
		return do_udp(rest);
	if (!strcmp(verb, "listen"))
		return words_listen(rest, tell);
	if (!strcmp(verb, "send") && argc >= 6)
		return do_send(rest);
	words_die("unknown verb");
}
