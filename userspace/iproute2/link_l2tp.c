// SPDX-License-Identifier: GPL-2.0-or-later
/* ip link ... type l2tp: the netlink attribute set link-l2tp in words, see ip-link-l2tp(8). */
#include <arpa/inet.h>
#include <linux/adit.h>
#include <string.h>

#include "iproute2/words.h"

static const char help_text[] =
	"Usage: ... l2tp [ mode point-to-point ] local ADDR remote ADDR\n"
	"                session-id ID peer-session-id ID\n"
	"                [ tunnel-id ID peer-tunnel-id ID ] [ version { 2 | 3 } ]\n"
	"                [ encap { udp | ip } ] [ local-port PORT ] [ remote-port PORT ]\n"
	"                [ cookie HEX ] [ peer-cookie HEX ] [ sublayer { default | none } ]\n"
	"                [ seq { off | SEQ } ] [ rx-window PACKETS ] [ reorder-ms MS ]\n"
	"                [ no-udp-csum ] [ df ] [ COMMON ]\n"
	"                { payload ethernet | [ payload ppp ] [ PPP ] }\n"
	"       ... l2tp child-dev NAME child ID ..., instead of local, remote and local-port\n"
	"       ... l2tp mode concentrator [ mss-clamp MSS ] [ COMMON ]\n"
	"\n"
	"Where: COMMON := [ fwmark MARK ] [ outer-dev NAME ]\n"
	"       PPP    := [ acfc { on | off } ] [ pfc { on | off } ] [ mru BYTES ]\n"
	"                 [ mss-clamp MSS ] [ mppe-required ]\n"
	"       ADDR   := IPv4 or IPv6 address of this end or of the peer\n"
	"       ID     := 1..65535, a session id of version 3 to 4294967295;\n"
	"                 version 2 needs tunnel ids, version 3 has none\n"
	"       PORT   := 1..65535, 1701 where nothing is said\n"
	"       HEX    := 8 or 16 digits, version 3 only\n"
	"       SEQ    := send, required, follow, or several with commas between\n"
	"       MSS    := { auto | off | 536..65535 }\n"
	"       BYTES  := 128..65535\n"
	"       MS     := 1..5000\n"
	"       PACKETS := 0..256, 0 never waits for a late packet\n";

static const struct words_choice payloads[] = {
	{ "ppp", ADIT_L2TP_PAYLOAD_PPP }, { "ethernet", ADIT_L2TP_PAYLOAD_ETHERNET }, { NULL, 0 } };
static const struct words_choice versions[] = {
	{ "2", ADIT_L2TP_VERSION_V2 }, { "3", ADIT_L2TP_VERSION_V3 }, { NULL, 0 } };
static const struct words_choice encaps[] = {
	{ "udp", ADIT_L2TP_ENCAP_UDP }, { "ip", ADIT_L2TP_ENCAP_IP }, { NULL, 0 } };
static const struct words_choice sublayers[] = {
	{ "default", ADIT_L2TP_SUBLAYER_DEFAULT }, { "none", ADIT_L2TP_SUBLAYER_NONE }, { NULL, 0 } };
static const struct words_choice seqs[] = {
	{ "send", ADIT_L2TP_SEQ_SEND }, { "required", ADIT_L2TP_SEQ_REQUIRED }, { "follow", ADIT_L2TP_SEQ_FOLLOW },
	{ NULL, 0 } };

static int parse_payload(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, payloads, "it is ppp or ethernet", req);
}

static int parse_version(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, versions, "it is 2 or 3", req);
}

static int parse_encap(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, encaps, "it is udp or ip", req);
}

static int parse_sublayer(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, sublayers, "it is default or none", req);
}

static int parse_seq(const struct word *w, const char *value, struct words_request *req)
{
	const char *at = value;
	uint32_t seq = 0;

	if (!strcmp(value, "off"))
		return words_put_u32(w, 0, req);
	for (;;) {
		size_t len = strcspn(at, ",");
		const struct words_choice *c = words_choose(seqs, at, len);

		if (!c)
			return words_wrong(w, value, "it is off, or of send, required and follow, with commas between",
					   req);
		seq |= c->value;
		if (!at[len])
			return words_put_u32(w, seq, req);
		at += len + 1;
	}
}

static int parse_port(const struct word *w, const char *value, struct words_request *req)
{
	uint16_t port;
	uint32_t v;

	if (words_number(w, value, &v, req))
		return -1;
	port = htons(v);
	return words_put(w, &port, sizeof(port), req);
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int parse_cookie(const struct word *w, const char *value, struct words_request *req)
{
	size_t len = strlen(value), i;
	uint8_t cookie[ADIT_L2TP_COOKIE_MAX];

	if (len != 8 && len != 2 * sizeof(cookie))
		return words_wrong(w, value, "it has 8 or 16 hexadecimal digits", req);
	for (i = 0; i < len / 2; i++) {
		if (digit(value[2 * i]) < 0 || digit(value[2 * i + 1]) < 0)
			return words_wrong(w, value, "it has 8 or 16 hexadecimal digits", req);
		cookie[i] = digit(value[2 * i]) << 4 | digit(value[2 * i + 1]);
	}
	return words_put(w, cookie, len / 2, req);
}

static const struct word words[] = {
	{ .text = "mode", .attr = ADIT_A_LINK_L2TP_MODE, .parse = words_mode },
	{ .text = "payload", .attr = ADIT_A_LINK_L2TP_PAYLOAD, .parse = parse_payload },
	{ .text = "local", .attr = ADIT_A_LINK_L2TP_LOCAL_V4, .parse = words_addr },
	{ .text = "remote", .attr = ADIT_A_LINK_L2TP_REMOTE_V4, .parse = words_addr },
	{ .text = "local-port", .attr = ADIT_A_LINK_L2TP_LOCAL_PORT, .parse = parse_port, .min = 1, .max = UINT16_MAX },
	{ .text = "remote-port", .attr = ADIT_A_LINK_L2TP_REMOTE_PORT, .parse = parse_port, .min = 1,
	  .max = UINT16_MAX },
	{ .text = "child-dev", .attr = ADIT_A_LINK_L2TP_CHILD_IFINDEX, .parse = words_dev },
	{ .text = "child", .attr = ADIT_A_LINK_L2TP_CHILD, .parse = words_u32, .min = 1, .max = UINT32_MAX },
	{ .text = "version", .attr = ADIT_A_L2TP_VERSION, .parse = parse_version, .nested = true },
	{ .text = "encap", .attr = ADIT_A_L2TP_ENCAP, .parse = parse_encap, .nested = true },
	{ .text = "tunnel-id", .attr = ADIT_A_L2TP_TUNNEL_ID, .parse = words_u16, .min = 1, .max = UINT16_MAX,
	  .nested = true },
	{ .text = "peer-tunnel-id", .attr = ADIT_A_L2TP_PEER_TUNNEL_ID, .parse = words_u16, .min = 1,
	  .max = UINT16_MAX, .nested = true },
	{ .text = "session-id", .attr = ADIT_A_L2TP_SESSION_ID, .parse = words_u32, .min = 1, .max = UINT32_MAX,
	  .nested = true },
	{ .text = "peer-session-id", .attr = ADIT_A_L2TP_PEER_SESSION_ID, .parse = words_u32, .min = 1,
	  .max = UINT32_MAX, .nested = true },
	{ .text = "cookie", .attr = ADIT_A_L2TP_COOKIE, .parse = parse_cookie, .nested = true },
	{ .text = "peer-cookie", .attr = ADIT_A_L2TP_PEER_COOKIE, .parse = parse_cookie, .nested = true },
	{ .text = "sublayer", .attr = ADIT_A_L2TP_SUBLAYER, .parse = parse_sublayer, .nested = true },
	{ .text = "seq", .attr = ADIT_A_L2TP_SEQ, .parse = parse_seq, .nested = true },
	{ .text = "no-udp-csum", .attr = ADIT_A_L2TP_NO_UDP_CSUM, .parse = words_flag, .nested = true },
	{ .text = "df", .attr = ADIT_A_L2TP_DF, .parse = words_flag, .nested = true },
	{ .text = "fwmark", .attr = ADIT_A_LINK_L2TP_FWMARK, .parse = words_u32, .max = UINT32_MAX },
	{ .text = "outer-dev", .attr = ADIT_A_LINK_L2TP_LINK, .parse = words_dev },
	{ .text = "acfc", .parse = words_framing, .flag = ADIT_PPP_FRAMING_ACFC },
	{ .text = "pfc", .parse = words_framing, .flag = ADIT_PPP_FRAMING_PFC },
	{ .text = "mru", .attr = ADIT_A_LINK_L2TP_MRU, .parse = words_u16, .min = 128, .max = UINT16_MAX },
	{ .text = "mss-clamp", .attr = ADIT_A_LINK_L2TP_MSS_CLAMP, .parse = words_mss, .min = WORDS_MSS_MIN,
	  .max = WORDS_MSS_MAX },
	{ .text = "rx-window", .attr = ADIT_A_LINK_L2TP_RX_WINDOW, .parse = words_u32, .max = 256 },
	{ .text = "reorder-ms", .attr = ADIT_A_LINK_L2TP_REORDER_MS, .parse = words_u32, .min = 1, .max = 5000 },
	{ .text = "mppe-required", .attr = ADIT_A_LINK_L2TP_MPPE_REQUIRED, .parse = words_flag },
};

static const struct words_kind l2tp_words = {
	.name = "l2tp",
	.help = help_text,
	.words = words,
	.n_words = sizeof(words) / sizeof(words[0]),
	.framing = ADIT_A_LINK_L2TP_FRAMING,
	.nest = ADIT_A_LINK_L2TP_L2TP,
};

static int l2tp_parse(struct link_util *lu, int argc, char **argv, struct nlmsghdr *n)
{
	(void)lu;
	return words_parse(&l2tp_words, argc, argv, n);
}

static void print_seq(const struct rtattr *attr)
{
	uint32_t seq = attr ? words_get_u32(attr) : 0;
	char text[32] = "";

	for (const struct words_choice *c = seqs; c->text; c++) {
		if (!(seq & c->value))
			continue;
		if (text[0])
			strcat(text, ",");
		strcat(text, c->text);
	}
	print_color_string(PRINT_ANY, COLOR_NONE, "seq", "seq %s ", seq ? text : "off");
}

static void print_port(const struct rtattr *attr, const char *key, const char *fmt)
{
	if (attr)
		print_color_uint(PRINT_ANY, COLOR_NONE, key, fmt, ntohs(words_get_u16(attr)));
}

static void print_nest(const struct rtattr *nest)
{
	const struct rtattr *tb[ADIT_A_L2TP_MAX + 1] = {};
	const struct rtattr *at;
	int len;

	if (!nest)
		return;
	len = RTA_PAYLOAD(nest);
	for (at = RTA_DATA(nest); RTA_OK(at, len); at = RTA_NEXT(at, len))
		if (at->rta_type <= ADIT_A_L2TP_MAX)
			tb[at->rta_type] = at;

	words_print_choice(tb[ADIT_A_L2TP_VERSION], versions, "version", "version %s ");
	words_print_choice(tb[ADIT_A_L2TP_ENCAP], encaps, "encap", "encap %s ");
	words_print_u16(tb[ADIT_A_L2TP_TUNNEL_ID], "tunnel_id", "tunnel-id %u ");
	words_print_u16(tb[ADIT_A_L2TP_PEER_TUNNEL_ID], "peer_tunnel_id", "peer-tunnel-id %u ");
	words_print_u32(tb[ADIT_A_L2TP_SESSION_ID], "session_id", "session-id %u ");
	words_print_u32(tb[ADIT_A_L2TP_PEER_SESSION_ID], "peer_session_id", "peer-session-id %u ");
	words_print_choice(tb[ADIT_A_L2TP_SUBLAYER], sublayers, "sublayer", "sublayer %s ");
	print_seq(tb[ADIT_A_L2TP_SEQ]);
	words_print_flag(tb[ADIT_A_L2TP_NO_UDP_CSUM], "no_udp_csum", "no-udp-csum");
	words_print_flag(tb[ADIT_A_L2TP_DF], "df", "df");
}

static void l2tp_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	(void)f;
	if (!tb)
		return;
	words_print_mode(tb[ADIT_A_LINK_L2TP_MODE]);
	words_print_choice(tb[ADIT_A_LINK_L2TP_PAYLOAD], payloads, "payload", "payload %s ");
	words_print_addr(AF_INET, tb[ADIT_A_LINK_L2TP_LOCAL_V4], "local", "local %s ");
	words_print_addr(AF_INET, tb[ADIT_A_LINK_L2TP_REMOTE_V4], "remote", "remote %s ");
	words_print_addr(AF_INET6, tb[ADIT_A_LINK_L2TP_LOCAL_V6], "local", "local %s ");
	words_print_addr(AF_INET6, tb[ADIT_A_LINK_L2TP_REMOTE_V6], "remote", "remote %s ");
	words_print_dev(tb[ADIT_A_LINK_L2TP_CHILD_IFINDEX], "child_dev", "child-dev %s ");
	words_print_u32(tb[ADIT_A_LINK_L2TP_CHILD], "child", "child %u ");
	print_port(tb[ADIT_A_LINK_L2TP_LOCAL_PORT], "local_port", "local-port %u ");
	print_port(tb[ADIT_A_LINK_L2TP_REMOTE_PORT], "remote_port", "remote-port %u ");
	print_nest(tb[ADIT_A_LINK_L2TP_L2TP]);
	words_print_outer(tb[ADIT_A_LINK_L2TP_FWMARK], tb[ADIT_A_LINK_L2TP_LINK]);
	words_print_framing(tb[ADIT_A_LINK_L2TP_FRAMING]);
	words_print_u16(tb[ADIT_A_LINK_L2TP_MRU], "mru", "mru %u ");
	if (tb[ADIT_A_LINK_L2TP_MSS_CLAMP])
		words_print_mss(tb[ADIT_A_LINK_L2TP_MSS_CLAMP]);
	words_print_u32(tb[ADIT_A_LINK_L2TP_RX_WINDOW], "rx_window", "rx-window %u ");
	words_print_u32(tb[ADIT_A_LINK_L2TP_REORDER_MS], "reorder_ms", "reorder-ms %u ");
	words_print_flag(tb[ADIT_A_LINK_L2TP_MPPE_REQUIRED], "mppe_required", "mppe-required");
}

static void l2tp_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	fputs(help_text, f);
}

/* The symbol that ip looks for. */
extern struct link_util l2tp_link_util;
struct link_util l2tp_link_util = {
	.id = "l2tp",
	.maxattr = ADIT_A_LINK_L2TP_MAX,
	.parse_opt = l2tp_parse,
	.print_opt = l2tp_print,
	.print_help = l2tp_help,
};
