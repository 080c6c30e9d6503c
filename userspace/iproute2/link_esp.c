// SPDX-License-Identifier: GPL-2.0-or-later
/* ip link ... type esp: the netlink attribute set link-esp in words, see ip-link-esp(8). */
#include <arpa/inet.h>
#include <linux/adit.h>

#include "iproute2/words.h"

static const char help_text[] =
	"Usage: ... esp [ mode point-to-point ] local ADDR remote ADDR\n"
	"               [ esp-mode { tunnel | transport } ] [ df { copy | set | clear } ]\n"
	"               [ no-dscp ] [ no-ecn ] [ COMMON ]\n"
	"       ... esp mode concentrator [ COMMON ]\n"
	"\n"
	"Where: COMMON := [ fwmark MARK ] [ outer-dev NAME ] [ mss-clamp MSS ]\n"
	"       ADDR   := IPv4 or IPv6 address of this end or of the peer\n"
	"       MSS    := { auto | off | 536..65535 }\n"
	"\n"
	"Keys are no options: nothing passes before security associations are given to\n"
	"the device over netlink.\n";

static const struct words_choice dfs[] = {
	{ "copy", ADIT_ESP_DF_COPY }, { "set", ADIT_ESP_DF_SET }, { "clear", ADIT_ESP_DF_CLEAR }, { NULL, 0 } };
static const struct words_choice modes[] = {
	{ "tunnel", ADIT_ESP_MODE_TUNNEL }, { "transport", ADIT_ESP_MODE_TRANSPORT }, { NULL, 0 } };

static int parse_df(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, dfs, "it is copy, set or clear", req);
}

static int parse_mode(const struct word *w, const char *value, struct words_request *req)
{
	return words_put_choice(w, value, modes, "it is tunnel or transport", req);
}

static const struct word words[] = {
	{ .text = "mode", .attr = ADIT_A_LINK_ESP_MODE, .parse = words_mode },
	{ .text = "local", .attr = ADIT_A_LINK_ESP_LOCAL_V4, .parse = words_addr },
	{ .text = "remote", .attr = ADIT_A_LINK_ESP_REMOTE_V4, .parse = words_addr },
	{ .text = "fwmark", .attr = ADIT_A_LINK_ESP_FWMARK, .parse = words_u32, .max = UINT32_MAX },
	{ .text = "outer-dev", .attr = ADIT_A_LINK_ESP_LINK, .parse = words_dev },
	{ .text = "mss-clamp", .attr = ADIT_A_LINK_ESP_MSS_CLAMP, .parse = words_mss, .min = WORDS_MSS_MIN,
	  .max = WORDS_MSS_MAX },
	{ .text = "esp-mode", .attr = ADIT_A_LINK_ESP_ESP_MODE, .parse = parse_mode },
	{ .text = "df", .attr = ADIT_A_LINK_ESP_DF, .parse = parse_df },
	{ .text = "no-dscp", .attr = ADIT_A_LINK_ESP_NO_DSCP, .parse = words_flag },
	{ .text = "no-ecn", .attr = ADIT_A_LINK_ESP_NO_ECN, .parse = words_flag },
};

static const struct words_kind esp_words = {
	.name = "esp",
	.help = help_text,
	.words = words,
	.n_words = sizeof(words) / sizeof(words[0]),
};

static int esp_parse(struct link_util *lu, int argc, char **argv, struct nlmsghdr *n)
{
	(void)lu;
	return words_parse(&esp_words, argc, argv, n);
}

static void esp_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	(void)f;
	if (!tb)
		return;
	words_print_mode(tb[ADIT_A_LINK_ESP_MODE]);
	words_print_addr(AF_INET, tb[ADIT_A_LINK_ESP_LOCAL_V4], "local", "local %s ");
	words_print_addr(AF_INET, tb[ADIT_A_LINK_ESP_REMOTE_V4], "remote", "remote %s ");
	words_print_addr(AF_INET6, tb[ADIT_A_LINK_ESP_LOCAL_V6], "local", "local %s ");
	words_print_addr(AF_INET6, tb[ADIT_A_LINK_ESP_REMOTE_V6], "remote", "remote %s ");
	words_print_choice(tb[ADIT_A_LINK_ESP_ESP_MODE], modes, "esp_mode", "esp-mode %s ");
	words_print_choice(tb[ADIT_A_LINK_ESP_DF], dfs, "df", "df %s ");
	words_print_flag(tb[ADIT_A_LINK_ESP_NO_DSCP], "no_dscp", "no-dscp");
	words_print_flag(tb[ADIT_A_LINK_ESP_NO_ECN], "no_ecn", "no-ecn");
	words_print_outer(tb[ADIT_A_LINK_ESP_FWMARK], tb[ADIT_A_LINK_ESP_LINK]);
	if (tb[ADIT_A_LINK_ESP_MSS_CLAMP])
		words_print_mss(tb[ADIT_A_LINK_ESP_MSS_CLAMP]);
}

static void esp_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	fputs(help_text, f);
}

/* The symbol that ip looks for. */
extern struct link_util esp_link_util;
struct link_util esp_link_util = {
	.id = "esp",
	.maxattr = ADIT_A_LINK_ESP_MAX,
	.parse_opt = esp_parse,
	.print_opt = esp_print,
	.print_help = esp_help,
};
