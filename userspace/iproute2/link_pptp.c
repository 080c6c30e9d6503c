// SPDX-License-Identifier: GPL-2.0-or-later
/* ip link ... type pptp: the netlink attribute set link-pptp in words, see ip-link-pptp(8). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/adit.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "iproute2/ip_plugin.h"

#define MSS_OFF		0
#define MSS_AUTO	1
#define MSS_MIN		536	/* every host takes that much, RFC 9293 §3.7.1 */
#define MSS_MAX		65535

static const char help_text[] =
	"Usage: ... pptp [ mode point-to-point ] local ADDR remote ADDR\n"
	"                call-id ID peer-call-id ID\n"
	"                [ acfc { on | off } ] [ pfc { on | off } ] [ mru BYTES ]\n"
	"                [ rx-window PACKETS ] [ reorder-ms MS ] [ ack-delay-ms MS ]\n"
	"                [ mppe-required ] [ COMMON ]\n"
	"       ... pptp mode concentrator [ COMMON ]\n"
	"\n"
	"Where: COMMON := [ fwmark MARK ] [ outer-dev NAME ]\n"
	"                 [ mss-clamp { auto | off | BYTES } ]\n"
	"       ADDR   := IPv4 address of this end or of the peer\n"
	"       ID     := 0..65535, the call id of this end or of the peer\n"
	"       BYTES  := mru 128..65535, mss-clamp 536..65535\n"
	"       MS     := 1..5000\n"
	"       PACKETS := 0..256, 0 never waits for a late packet\n";

struct request {
	struct nlmsghdr *n;
	uint32_t framing;	/* enum adit_ppp_framing */
	uint32_t framing_named;
};

/* A word, the attribute it becomes, and who reads the value behind it. */
struct word {
	const char *text;
	unsigned int attr;
	int (*parse)(const struct word *w, const char *value, struct request *req);
	uint32_t min, max;	/* of a number */
	uint32_t flag;		/* of a framing word */
};

static int wrong(const struct word *w, const char *value, const char *why)
{
	fprintf(stderr, "pptp: %s \"%s\" is wrong: %s\n", w->text, value, why);
	return -1;
}

static int put(struct request *req, unsigned int attr, const void *data, int len)
{
	return addattr_l(req->n, IP_REQUEST_MAX, attr, data, len);
}

static int put_u32(struct request *req, unsigned int attr, uint32_t value)
{
	return put(req, attr, &value, sizeof(value));
}

static int parse_mode(const struct word *w, const char *value, struct request *req)
{
	if (!strcmp(value, "point-to-point"))
		return put_u32(req, w->attr, ADIT_DEV_MODE_POINT_TO_POINT);
	if (!strcmp(value, "concentrator"))
		return put_u32(req, w->attr, ADIT_DEV_MODE_CONCENTRATOR);
	return wrong(w, value, "it is point-to-point or concentrator");
}

static int parse_addr(const struct word *w, const char *value, struct request *req)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, value, &addr) != 1)
		return wrong(w, value, "it is an IPv4 address like 192.0.2.1");
	return put(req, w->attr, &addr, sizeof(addr));
}

static int number(const struct word *w, const char *value, uint32_t *out)
{
	char why[64], *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(value, &end, 0);
	if (value[0] >= '0' && value[0] <= '9' && !*end && !errno && v >= w->min && v <= w->max) {
		*out = v;
		return 0;
	}
	snprintf(why, sizeof(why), "it is a number from %u to %u", w->min, w->max);
	return wrong(w, value, why);
}

static int parse_u16(const struct word *w, const char *value, struct request *req)
{
	uint32_t v;
	uint16_t v16;

	if (number(w, value, &v))
		return -1;
	v16 = v;
	return put(req, w->attr, &v16, sizeof(v16));
}

static int parse_u32(const struct word *w, const char *value, struct request *req)
{
	uint32_t v;

	return number(w, value, &v) ? -1 : put_u32(req, w->attr, v);
}

static int parse_mss(const struct word *w, const char *value, struct request *req)
{
	if (!strcmp(value, "auto"))
		return put_u32(req, w->attr, MSS_AUTO);
	if (!strcmp(value, "off"))
		return put_u32(req, w->attr, MSS_OFF);
	return parse_u32(w, value, req);
}

static int parse_dev(const struct word *w, const char *value, struct request *req)
{
	unsigned int ifindex = ll_name_to_index(value);

	if (!ifindex)
		return wrong(w, value, "there is no such interface in this namespace");
	return put_u32(req, w->attr, ifindex);
}

static int parse_framing(const struct word *w, const char *value, struct request *req)
{
	if (!strcmp(value, "on"))
		req->framing |= w->flag;
	else if (strcmp(value, "off"))
		return wrong(w, value, "it is on or off");
	req->framing_named |= w->flag;
	return 0;
}

static int parse_flag(const struct word *w, const char *value, struct request *req)
{
	(void)value;
	return put(req, w->attr, NULL, 0);
}

static const struct word words[] = {
	{ "mode", ADIT_A_LINK_PPTP_MODE, parse_mode, 0, 0, 0 },
	{ "local", ADIT_A_LINK_PPTP_LOCAL, parse_addr, 0, 0, 0 },
	{ "remote", ADIT_A_LINK_PPTP_REMOTE, parse_addr, 0, 0, 0 },
	{ "call-id", ADIT_A_LINK_PPTP_CALL_ID, parse_u16, 0, UINT16_MAX, 0 },
	{ "peer-call-id", ADIT_A_LINK_PPTP_PEER_CALL_ID, parse_u16, 0, UINT16_MAX, 0 },
	{ "fwmark", ADIT_A_LINK_PPTP_FWMARK, parse_u32, 0, UINT32_MAX, 0 },
	{ "outer-dev", ADIT_A_LINK_PPTP_LINK, parse_dev, 0, 0, 0 },
	{ "acfc", ADIT_A_LINK_PPTP_FRAMING, parse_framing, 0, 0, ADIT_PPP_FRAMING_ACFC },
	{ "pfc", ADIT_A_LINK_PPTP_FRAMING, parse_framing, 0, 0, ADIT_PPP_FRAMING_PFC },
	{ "mru", ADIT_A_LINK_PPTP_MRU, parse_u16, 128, UINT16_MAX, 0 },
	{ "mss-clamp", ADIT_A_LINK_PPTP_MSS_CLAMP, parse_mss, MSS_MIN, MSS_MAX, 0 },
	{ "rx-window", ADIT_A_LINK_PPTP_RX_WINDOW, parse_u32, 0, 256, 0 },
	{ "reorder-ms", ADIT_A_LINK_PPTP_REORDER_MS, parse_u32, 1, 5000, 0 },
	{ "ack-delay-ms", ADIT_A_LINK_PPTP_ACK_DELAY_MS, parse_u32, 1, 5000, 0 },
	{ "mppe-required", ADIT_A_LINK_PPTP_MPPE_REQUIRED, parse_flag, 0, 0, 0 },
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

static int find_word(const char *text)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (!strcmp(words[i].text, text))
			return i;
	return -1;
}

/* The module knows one attribute for both: what a request leaves out of it is off. */
static int finish_framing(struct request *req)
{
	const uint32_t both = ADIT_PPP_FRAMING_ACFC | ADIT_PPP_FRAMING_PFC;

	if (!req->framing_named)
		return 0;
	if (!(req->n->nlmsg_flags & NLM_F_CREATE) && req->framing_named != both) {
		fputs("pptp: acfc and pfc are changed together: give both\n", stderr);
		return -1;
	}
	return put_u32(req, ADIT_A_LINK_PPTP_FRAMING, req->framing);
}

static int pptp_parse(struct link_util *lu, int argc, char **argv, struct nlmsghdr *n)
{
	struct request req = { .n = n };
	uint32_t seen = 0;

	(void)lu;
	while (argc > 0) {
		int i = find_word(*argv);
		bool takes_value = i >= 0 && words[i].parse != parse_flag;

		if (i < 0) {
			if (strcmp(*argv, "help"))
				fprintf(stderr, "pptp: \"%s\" is no option of type pptp\n", *argv);
			fputs(help_text, stderr);
			return -1;
		}
		if (seen & 1U << i) {
			fprintf(stderr, "pptp: %s is given twice\n", *argv);
			return -1;
		}
		seen |= 1U << i;
		if (takes_value && argc < 2) {
			fprintf(stderr, "pptp: %s needs a value\n", *argv);
			return -1;
		}
		if (words[i].parse(&words[i], takes_value ? argv[1] : NULL, &req))
			return -1;
		argc -= 1 + takes_value;
		argv += 1 + takes_value;
	}
	return finish_framing(&req);
}

static uint32_t get_u32(const struct rtattr *attr)
{
	uint32_t v;

	if (RTA_PAYLOAD(attr) < sizeof(v))
		return 0;
	memcpy(&v, RTA_DATA(attr), sizeof(v));
	return v;
}

static unsigned int get_u16(const struct rtattr *attr)
{
	uint16_t v;

	if (RTA_PAYLOAD(attr) < sizeof(v))
		return 0;
	memcpy(&v, RTA_DATA(attr), sizeof(v));
	return v;
}

static void print_addr(const struct rtattr *attr, const char *key, const char *fmt)
{
	struct in_addr addr = { .s_addr = attr ? get_u32(attr) : 0 };
	char buf[INET_ADDRSTRLEN];

	if (attr)
		print_color_string(PRINT_ANY, COLOR_NONE, key, fmt,
				   inet_ntop(AF_INET, &addr, buf, sizeof(buf)));
}

static void print_u16(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, get_u16(attr));
}

static void print_u32(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, get_u32(attr));
}

static void print_mode(const struct rtattr *attr)
{
	bool many = attr && get_u32(attr) == ADIT_DEV_MODE_CONCENTRATOR;

	print_color_string(PRINT_ANY, COLOR_NONE, "mode", "mode %s ",
			   many ? "concentrator" : "point-to-point");
}

static void print_on_off(bool on, const char *key, const char *fmt)
{
	print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, on);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, fmt, on ? "on" : "off");
}

static void print_framing(const struct rtattr *attr)
{
	if (!attr)
		return;
	print_on_off(get_u32(attr) & ADIT_PPP_FRAMING_ACFC, "acfc", "acfc %s ");
	print_on_off(get_u32(attr) & ADIT_PPP_FRAMING_PFC, "pfc", "pfc %s ");
}

/* A number or a word, in JSON too: the module's own 0 and 1 would read as sizes. */
static void print_mss(const struct rtattr *attr)
{
	uint32_t mss = attr ? get_u32(attr) : MSS_AUTO;

	if (mss > MSS_AUTO)
		print_color_uint(PRINT_ANY, COLOR_NONE, "mss_clamp", "mss-clamp %u ", mss);
	else
		print_color_string(PRINT_ANY, COLOR_NONE, "mss_clamp", "mss-clamp %s ",
				   mss == MSS_OFF ? "off" : "auto");
}

static void print_outer(struct rtattr *tb[])
{
	const struct rtattr *mark = tb[ADIT_A_LINK_PPTP_FWMARK], *link = tb[ADIT_A_LINK_PPTP_LINK];

	if (mark && get_u32(mark))
		print_color_0xhex(PRINT_ANY, COLOR_NONE, "fwmark", "fwmark %#llx ", get_u32(mark));
	if (link && get_u32(link))
		print_color_string(PRINT_ANY, COLOR_NONE, "outer_dev", "outer-dev %s ",
				   ll_index_to_name(get_u32(link)));
}

static void pptp_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	(void)f;
	if (!tb)
		return;
	print_mode(tb[ADIT_A_LINK_PPTP_MODE]);
	print_addr(tb[ADIT_A_LINK_PPTP_LOCAL], "local", "local %s ");
	print_addr(tb[ADIT_A_LINK_PPTP_REMOTE], "remote", "remote %s ");
	print_u16(tb[ADIT_A_LINK_PPTP_CALL_ID], "call_id", "call-id %u ");
	print_u16(tb[ADIT_A_LINK_PPTP_PEER_CALL_ID], "peer_call_id", "peer-call-id %u ");
	print_outer(tb);
	print_framing(tb[ADIT_A_LINK_PPTP_FRAMING]);
	print_u16(tb[ADIT_A_LINK_PPTP_MRU], "mru", "mru %u ");
	print_mss(tb[ADIT_A_LINK_PPTP_MSS_CLAMP]);
	print_u32(tb[ADIT_A_LINK_PPTP_RX_WINDOW], "rx_window", "rx-window %u ");
	print_u32(tb[ADIT_A_LINK_PPTP_REORDER_MS], "reorder_ms", "reorder-ms %u ");
	print_u32(tb[ADIT_A_LINK_PPTP_ACK_DELAY_MS], "ack_delay_ms", "ack-delay-ms %u ");
	if (tb[ADIT_A_LINK_PPTP_MPPE_REQUIRED]) {
		print_color_bool(PRINT_JSON, COLOR_NONE, "mppe_required", NULL, true);
		print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", "mppe-required");
	}
}

static void pptp_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	fputs(help_text, f);
}

/* The symbol that ip looks for. */
extern struct link_util pptp_link_util;
struct link_util pptp_link_util = {
	.id = "pptp",
	.maxattr = ADIT_A_LINK_PPTP_MAX,
	.parse_opt = pptp_parse,
	.print_opt = pptp_print,
	.print_help = pptp_help,
};
