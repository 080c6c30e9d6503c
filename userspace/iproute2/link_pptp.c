// SPDX-License-Identifier: GPL-2.0-or-later
/* ip link ... type pptp: the netlink attribute set link-pptp in words, see ip-link-pptp(8). */
#include <linux/adit.h>
#include <sys/socket.h>

#include "iproute2/words.h"

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

static const struct word words[] = {
	{ .text = "mode", .attr = ADIT_A_LINK_PPTP_MODE, .parse = words_mode },
	{ .text = "local", .attr = ADIT_A_LINK_PPTP_LOCAL, .parse = words_addr4 },
	{ .text = "remote", .attr = ADIT_A_LINK_PPTP_REMOTE, .parse = words_addr4 },
	{ .text = "call-id", .attr = ADIT_A_LINK_PPTP_CALL_ID, .parse = words_u16, .max = UINT16_MAX },
	{ .text = "peer-call-id", .attr = ADIT_A_LINK_PPTP_PEER_CALL_ID, .parse = words_u16, .max = UINT16_MAX },
	{ .text = "fwmark", .attr = ADIT_A_LINK_PPTP_FWMARK, .parse = words_u32, .max = UINT32_MAX },
	{ .text = "outer-dev", .attr = ADIT_A_LINK_PPTP_LINK, .parse = words_dev },
	{ .text = "acfc", .parse = words_framing, .flag = ADIT_PPP_FRAMING_ACFC },
	{ .text = "pfc", .parse = words_framing, .flag = ADIT_PPP_FRAMING_PFC },
	{ .text = "mru", .attr = ADIT_A_LINK_PPTP_MRU, .parse = words_u16, .min = 128, .max = UINT16_MAX },
	{ .text = "mss-clamp", .attr = ADIT_A_LINK_PPTP_MSS_CLAMP, .parse = words_mss, .min = WORDS_MSS_MIN,
	  .max = WORDS_MSS_MAX },
	{ .text = "rx-window", .attr = ADIT_A_LINK_PPTP_RX_WINDOW, .parse = words_u32, .max = 256 },
	{ .text = "reorder-ms", .attr = ADIT_A_LINK_PPTP_REORDER_MS, .parse = words_u32, .min = 1, .max = 5000 },
	{ .text = "ack-delay-ms", .attr = ADIT_A_LINK_PPTP_ACK_DELAY_MS, .parse = words_u32, .min = 1, .max = 5000 },
	{ .text = "mppe-required", .attr = ADIT_A_LINK_PPTP_MPPE_REQUIRED, .parse = words_flag },
};

static const struct words_kind pptp_words = {
	.name = "pptp",
	.help = help_text,
	.words = words,
	.n_words = sizeof(words) / sizeof(words[0]),
	.framing = ADIT_A_LINK_PPTP_FRAMING,
};

static int pptp_parse(struct link_util *lu, int argc, char **argv, struct nlmsghdr *n)
{
	(void)lu;
	return words_parse(&pptp_words, argc, argv, n);
}

static void pptp_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	(void)f;
	if (!tb)
		return;
	words_print_mode(tb[ADIT_A_LINK_PPTP_MODE]);
	words_print_addr(AF_INET, tb[ADIT_A_LINK_PPTP_LOCAL], "local", "local %s ");
	words_print_addr(AF_INET, tb[ADIT_A_LINK_PPTP_REMOTE], "remote", "remote %s ");
	words_print_u16(tb[ADIT_A_LINK_PPTP_CALL_ID], "call_id", "call-id %u ");
	words_print_u16(tb[ADIT_A_LINK_PPTP_PEER_CALL_ID], "peer_call_id", "peer-call-id %u ");
	words_print_outer(tb[ADIT_A_LINK_PPTP_FWMARK], tb[ADIT_A_LINK_PPTP_LINK]);
	words_print_framing(tb[ADIT_A_LINK_PPTP_FRAMING]);
	words_print_u16(tb[ADIT_A_LINK_PPTP_MRU], "mru", "mru %u ");
	words_print_mss(tb[ADIT_A_LINK_PPTP_MSS_CLAMP]);
	words_print_u32(tb[ADIT_A_LINK_PPTP_RX_WINDOW], "rx_window", "rx-window %u ");
	words_print_u32(tb[ADIT_A_LINK_PPTP_REORDER_MS], "reorder_ms", "reorder-ms %u ");
	words_print_u32(tb[ADIT_A_LINK_PPTP_ACK_DELAY_MS], "ack_delay_ms", "ack-delay-ms %u ");
	words_print_flag(tb[ADIT_A_LINK_PPTP_MPPE_REQUIRED], "mppe_required", "mppe-required");
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
