// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * esp_tool: netlink requests about children and security associations for shell tests, word by word.
 *
 *	esp_tool child-new|child-set DEV ATTR=VALUE...	sel=LOCAL,REMOTE[,PROTOCOL[,PORT-PORT[,PORT-PORT]]], the
 *							ports of this end first; many times
 *	esp_tool child-del|child-show DEV ID
 *	esp_tool child-dump|sa-dump [DEV]		number of them
 *	esp_tool sa-new DEV ATTR=VALUE...		dir=in|out, cipher=NAME, auth=NAME, keys in hex
 *	esp_tool sa-del|sa-show DEV CHILD in|out SPI
 *	esp_tool control DEV CHILD PORT HEX		send an L2TP control message to this port of the peer
 *	esp_tool socket ADDRESS PORT [KIND]		open a UDP socket, attach it for esp or the kind of this
 *							number, print what stays on it
 *	esp_tool listen DEV SECONDS [TEXT]		claim, print events; ends when a line holds TEXT
 *
 * DEV is a name or an index. A refusal is printed as the kernel words it, and the exit status is 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>

#include "words.h"

enum type { FLAG, PORT, U32, U64, OUTER, HEX, NAME, SELECTOR };

static const char *const directions[] = { "", "in", "out", NULL };
static const char *const dfs[] = { "copy", "set", "clear", NULL };
static const char *const modes[] = { "tunnel", "transport", NULL };
static const char *const states[] = { "larval", "mature", "dying" };
static const char *const ciphers[] = { "", "aes-gcm", "chacha20-poly1305", "aes-cbc", "des3-cbc", "null", NULL };
static const char *const auths[] = {
	"none", "hmac-sha1-96", "hmac-sha256-96", "hmac-sha256-128", "hmac-sha384-192", "hmac-sha512-256", NULL
};

static const struct word child_words[] = {
	{ "id", U32, ADIT_A_CHILD_ID, NULL },
	{ "local", OUTER, ADIT_A_CHILD_LOCAL_V4, NULL },
	{ "peer", OUTER, ADIT_A_CHILD_PEER_V4, NULL },
	{ "sel", SELECTOR, ADIT_A_CHILD_SELECTOR, NULL },
	{ "df", NAME, ADIT_A_CHILD_DF, dfs },
	{ "mode", NAME, ADIT_A_CHILD_MODE, modes },
	{ "l2tp-port", PORT, ADIT_A_CHILD_L2TP_PORT, NULL },
	{ "local-port", PORT, ADIT_A_CHILD_LOCAL_PORT, NULL },
	{ "peer-port", PORT, ADIT_A_CHILD_PEER_PORT, NULL },
	{ "no-dscp", FLAG, ADIT_A_CHILD_NO_DSCP, NULL },
	{ "no-ecn", FLAG, ADIT_A_CHILD_NO_ECN, NULL },
	{ }
};

static const struct word sa_words[] = {
	{ "child", U32, ADIT_A_SA_CHILD, NULL },
	{ "dir", NAME, ADIT_A_SA_DIRECTION, directions },
	{ "spi", U32, ADIT_A_SA_SPI, NULL },
	{ "cipher", NAME, ADIT_A_SA_CIPHER, ciphers },
	{ "key", HEX, ADIT_A_SA_KEY, NULL },
	{ "auth", NAME, ADIT_A_SA_AUTH, auths },
	{ "auth-key", HEX, ADIT_A_SA_AUTH_KEY, NULL },
	{ "esn", FLAG, ADIT_A_SA_ESN, NULL },
	{ "replay-window", U32, ADIT_A_SA_REPLAY_WINDOW, NULL },
	{ "legacy", FLAG, ADIT_A_SA_LEGACY, NULL },
	{ "soft-seconds", U32, ADIT_A_SA_SOFT_SECONDS, NULL },
	{ "hard-seconds", U32, ADIT_A_SA_HARD_SECONDS, NULL },
	{ "soft-bytes", U64, ADIT_A_SA_SOFT_BYTES, NULL },
	{ "hard-bytes", U64, ADIT_A_SA_HARD_BYTES, NULL },
	{ "soft-packets", U64, ADIT_A_SA_SOFT_PACKETS, NULL },
	{ "hard-packets", U64, ADIT_A_SA_HARD_PACKETS, NULL },
	{ "seq", U64, ADIT_A_SA_SEQ, NULL },
	{ }
};

static const char *const child_stats[] = {
	NULL, "acquires", "waited", "wait-dropped", "too-big", "no-route", "loop", "no-memory",
	"no-socket", "unfit", "no-session", "controls", "controls-lost", "fragmented", "joined", "fragments-lost",
};

static const char *const sa_stats[] = {
	NULL, "packets", "bytes", "malformed", "late", "replayed", "forged", "padding", "protocol", "inner", "selector",
	"ecn", "dummy", "expired", "no-memory", "crypto", "down", "encap",
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static void put_ports(struct nlmsghdr *nlh, int attr, const char *value)
{
	unsigned int min, max;

	if (sscanf(value, "%u-%u", &min, &max) != 2)
		words_die(value);
	mnl_attr_put_u16(nlh, attr, min);
	mnl_attr_put_u16(nlh, attr + 1, max);
}

static void put_selector(struct nlmsghdr *nlh, int attr, char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);
	char *word = strtok(value, ",");
	int n;

	for (n = 0; word; n++, word = strtok(NULL, ",")) {
		if (n < 2)
			words_put_prefix(nlh, ADIT_A_SELECTOR_LOCAL + n, word);
		else if (n == 2)
			mnl_attr_put_u8(nlh, ADIT_A_SELECTOR_PROTOCOL, atoi(word));
		else
			put_ports(nlh, n == 3 ? ADIT_A_SELECTOR_LOCAL_PORT_MIN : ADIT_A_SELECTOR_REMOTE_PORT_MIN, word);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_word(struct nlmsghdr *nlh, const struct word *word, char *value)
{
	switch (word->type) {
	case FLAG:
		mnl_attr_put(nlh, word->attr, 0, NULL);
		break;
	case PORT:
		mnl_attr_put_u16(nlh, word->attr, htons(atoi(value)));
		break;
	case U32:
		mnl_attr_put_u32(nlh, word->attr, strtoul(value, NULL, 0));
		break;
	case U64:
		mnl_attr_put_u64(nlh, word->attr, strtoull(value, NULL, 0));
		break;
	case OUTER:
		words_put_address(nlh, word->attr, word->attr + 2, value);
		break;
	case HEX:
		words_put_hex(nlh, word->attr, value);
		break;
	case NAME:
		mnl_attr_put_u32(nlh, word->attr, words_index(word->names, value));
		break;
	case SELECTOR:
		put_selector(nlh, word->attr, value);
		break;
	}
}

static void show_stats(const struct nlattr *nest, const char *const *names, unsigned int n)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		/* The first attribute is padding. */
		unsigned int i = mnl_attr_get_type(attr) - 1;

		if (i && i < n)
			printf("%s=%llu\n", names[i], (unsigned long long)mnl_attr_get_u64(attr));
	}
}

static unsigned int count_selectors(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int n = 0;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		n += mnl_attr_get_type(attr) == ADIT_A_CHILD_SELECTOR;
	return n;
}

static void show_peer(const struct nlattr **tb)
{
	char text[INET6_ADDRSTRLEN];

	if (tb[ADIT_A_CHILD_PEER_V4])
		inet_ntop(AF_INET, mnl_attr_get_payload(tb[ADIT_A_CHILD_PEER_V4]), text, sizeof(text));
	else
		inet_ntop(AF_INET6, mnl_attr_get_payload(tb[ADIT_A_CHILD_PEER_V6]), text, sizeof(text));
	printf("peer=%s", text);
	if (tb[ADIT_A_CHILD_PEER_PORT])
		printf(" %u", ntohs(mnl_attr_get_u16(tb[ADIT_A_CHILD_PEER_PORT])));
	putchar('\n');
}

static int child_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_CHILD_MAX + 1];

	(void)arg;
	nl_attrs(nlh, tb, ADIT_A_CHILD_MAX);
	printf("id=%u\nstate=%s\nmode=%s\ndf=%s\nselectors=%u\n", mnl_attr_get_u32(tb[ADIT_A_CHILD_ID]),
	       states[mnl_attr_get_u32(tb[ADIT_A_CHILD_STATE])], modes[mnl_attr_get_u32(tb[ADIT_A_CHILD_MODE])],
	       dfs[mnl_attr_get_u32(tb[ADIT_A_CHILD_DF])], count_selectors(nlh));
	show_peer(tb);
	printf("rx-idle-ms=%llu\ntx-idle-ms=%llu\n",
	       (unsigned long long)mnl_attr_get_u64(tb[ADIT_A_CHILD_RX_IDLE_MS]),
	       (unsigned long long)mnl_attr_get_u64(tb[ADIT_A_CHILD_TX_IDLE_MS]));
	show_stats(tb[ADIT_A_CHILD_STATS], child_stats, COUNT(child_stats));
	return MNL_CB_OK;
}

static int sa_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[ADIT_A_SA_MAX + 1];

	(void)arg;
	nl_attrs(nlh, tb, ADIT_A_SA_MAX);
	printf("spi=0x%x\ncipher=%s\nauth=%s\nesn=%d\nis-expired=%d\nseq=%llu\n", mnl_attr_get_u32(tb[ADIT_A_SA_SPI]),
	       ciphers[mnl_attr_get_u32(tb[ADIT_A_SA_CIPHER])], auths[mnl_attr_get_u32(tb[ADIT_A_SA_AUTH])],
	       !!tb[ADIT_A_SA_ESN], !!tb[ADIT_A_SA_EXPIRED], (unsigned long long)mnl_attr_get_u64(tb[ADIT_A_SA_SEQ]));
	printf("keys=%d\n", tb[ADIT_A_SA_KEY] || tb[ADIT_A_SA_AUTH_KEY]);
	if (tb[ADIT_A_SA_REPLAY_WINDOW])
		printf("replay-window=%u\n", mnl_attr_get_u32(tb[ADIT_A_SA_REPLAY_WINDOW]));
	show_stats(tb[ADIT_A_SA_STATS], sa_stats, COUNT(sa_stats));
	return MNL_CB_OK;
}

static int do_child(int cmd, char **argv)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl = { 0 };

	nlh = words_begin(&nl, buf, cmd, 0, argv[0]);
	mnl_attr_put_u32(nlh, ADIT_A_CHILD_ID, atoi(argv[1]));
	return words_said(&nl, nl_talk(&nl, nlh, cmd == ADIT_CMD_CHILD_GET ? child_cb : NULL, NULL));
}

static int do_sa(int cmd, char **argv)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl = { 0 };

	nlh = words_begin(&nl, buf, cmd, 0, argv[0]);
	mnl_attr_put_u32(nlh, ADIT_A_SA_CHILD, atoi(argv[1]));
	mnl_attr_put_u32(nlh, ADIT_A_SA_DIRECTION, words_index(directions, argv[2]));
	mnl_attr_put_u32(nlh, ADIT_A_SA_SPI, strtoul(argv[3], NULL, 0));
	return words_said(&nl, nl_talk(&nl, nlh, cmd == ADIT_CMD_SA_GET ? sa_cb : NULL, NULL));
}

static int do_control(int cmd, char **argv)
{
	struct nlmsghdr *nlh;
	char buf[NL_BUF];
	struct nl nl = { 0 };

	nlh = words_begin(&nl, buf, cmd, 0, NULL);
	mnl_attr_put_u32(nlh, ADIT_A_CONTROL_IFINDEX, words_device(argv[0]));
	mnl_attr_put_u32(nlh, ADIT_A_CONTROL_CHILD, atoi(argv[1]));
	mnl_attr_put_u16(nlh, ADIT_A_CONTROL_PEER_PORT, htons(atoi(argv[2])));
	words_put_hex(nlh, ADIT_A_CONTROL_DATA, argv[3]);
	return words_said(&nl, nl_talk(&nl, nlh, NULL, NULL));
}

static void line_of_child(const struct nlmsghdr *nlh, char *line, size_t size)
{
	static const char *const names[] = { "", "acquire", "gone", "peer-moved" };
	const struct nlattr *tb[ADIT_A_CHILD_MAX + 1], *sel[ADIT_A_SELECTOR_MAX + 1];
	int n;

	nl_attrs(nlh, tb, ADIT_A_CHILD_MAX);
	n = snprintf(line, size, "child id=%u %s", mnl_attr_get_u32(tb[ADIT_A_CHILD_ID]),
		     names[mnl_attr_get_u32(tb[ADIT_A_CHILD_EVENT])]);
	if (!tb[ADIT_A_CHILD_FLOW])
		return;
	nl_nested(tb[ADIT_A_CHILD_FLOW], sel, ADIT_A_SELECTOR_MAX);
	snprintf(line + n, size - n, " protocol=%u port=%u", mnl_attr_get_u8(sel[ADIT_A_SELECTOR_PROTOCOL]),
		 mnl_attr_get_u16(sel[ADIT_A_SELECTOR_REMOTE_PORT_MIN]));
}

static void line_of_sa(const struct nlmsghdr *nlh, char *line, size_t size)
{
	static const char *const names[] = { "", "soft", "hard" };
	const struct nlattr *tb[ADIT_A_SA_MAX + 1];

	nl_attrs(nlh, tb, ADIT_A_SA_MAX);
	snprintf(line, size, "sa child=%u %s 0x%x %s", mnl_attr_get_u32(tb[ADIT_A_SA_CHILD]),
		 directions[mnl_attr_get_u32(tb[ADIT_A_SA_DIRECTION])], mnl_attr_get_u32(tb[ADIT_A_SA_SPI]),
		 names[mnl_attr_get_u32(tb[ADIT_A_SA_EVENT])]);
}

static void line_of_control(const struct nlmsghdr *nlh, char *line, size_t size)
{
	const struct nlattr *tb[ADIT_A_CONTROL_MAX + 1];
	const uint8_t *data;
	unsigned int i;
	int n;

	nl_attrs(nlh, tb, ADIT_A_CONTROL_MAX);
	n = snprintf(line, size, "control child=%u port=%u ", mnl_attr_get_u32(tb[ADIT_A_CONTROL_CHILD]),
		     ntohs(mnl_attr_get_u16(tb[ADIT_A_CONTROL_PEER_PORT])));
	data = mnl_attr_get_payload(tb[ADIT_A_CONTROL_DATA]);
	for (i = 0; i < mnl_attr_get_payload_len(tb[ADIT_A_CONTROL_DATA]) && n + 2 < (int)size; i++)
		n += snprintf(line + n, size - n, "%02x", data[i]);
}

static void tell(const struct nlmsghdr *nlh, uint8_t cmd, char *line, size_t size)
{
	if (cmd == ADIT_CMD_CHILD_NTF)
		line_of_child(nlh, line, size);
	else if (cmd == ADIT_CMD_CONTROL_NTF)
		line_of_control(nlh, line, size);
	else
		line_of_sa(nlh, line, size);
}

static int do_dump(int cmd, char **argv)
{
	return words_dump(cmd, argv[0]);
}

static int socket_open(const char *address, const char *port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	bool v6 = strchr(address, ':');
	int one = 1, fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, address, &sin.sin_addr);
	inet_pton(AF_INET6, address, &sin6.sin6_addr);
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, v6 ? (struct sockaddr *)&sin6 : (struct sockaddr *)&sin, v6 ? sizeof(sin6) : sizeof(sin)))
		words_die("cannot bind");
	return fd;
}

static int do_socket(char **argv)
{
	int fd = socket_open(argv[0], argv[1]);
	struct nlmsghdr *nlh;
	uint8_t octets[64];
	char buf[NL_BUF];
	struct nl nl = { 0 };
	ssize_t n, i;

	nlh = words_begin(&nl, buf, ADIT_CMD_SOCKET_ATTACH, 0, NULL);
	mnl_attr_put_u32(nlh, ADIT_A_SOCKET_FD, fd);
	mnl_attr_put_u32(nlh, ADIT_A_SOCKET_KIND, argv[2] ? atoi(argv[2]) : ADIT_KIND_ESP);
	if (words_said(&nl, nl_talk(&nl, nlh, NULL, NULL)))
		return 1;
	puts("attached");
	while (!fflush(stdout) && (n = recv(fd, octets, sizeof(octets), 0)) >= 0) {
		printf("left ");
		for (i = 0; i < n; i++)
			printf("%02x", octets[i]);
		putchar('\n');
	}
	return 0;
}

static const struct verb {
	const char *name;
	int cmd;
	int args;
	const struct word *words;
	int (*run)(int cmd, char **argv);
} verbs[] = {
	{ "child-new", ADIT_CMD_CHILD_NEW, 1, child_words, NULL },
	{ "child-set", ADIT_CMD_CHILD_SET, 1, child_words, NULL },
	{ "child-del", ADIT_CMD_CHILD_DEL, 2, NULL, do_child },
	{ "child-show", ADIT_CMD_CHILD_GET, 2, NULL, do_child },
	{ "child-dump", ADIT_CMD_CHILD_GET, 0, NULL, do_dump },
	{ "sa-new", ADIT_CMD_SA_NEW, 1, sa_words, NULL },
	{ "sa-del", ADIT_CMD_SA_DEL, 4, NULL, do_sa },
	{ "sa-show", ADIT_CMD_SA_GET, 4, NULL, do_sa },
	{ "sa-dump", ADIT_CMD_SA_GET, 0, NULL, do_dump },
	{ "control", ADIT_CMD_CONTROL_SEND, 4, NULL, do_control },
};

int main(int argc, char **argv)
{
	const struct verb *verb;

	if (argc > 3 && !strcmp(argv[1], "listen"))
		return words_listen(argv + 2, tell);
	if (argc > 3 && !strcmp(argv[1], "socket"))
		return do_socket(argv + 2);
	for (verb = verbs; argc > 1 && verb < verbs + COUNT(verbs); verb++) {
		if (strcmp(argv[1], verb->name) || argc - 2 < verb->args)
			continue;
		if (verb->words)
			return words_do(verb->cmd, verb->words, argv + 2, put_word);
		return verb->run(verb->cmd, argv + 2);
	}
	words_die("see the head of esp_tool.c");
}
