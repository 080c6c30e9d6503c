// SPDX-License-Identifier: GPL-2.0-or-later
/* ip link ... type esp: the netlink attribute set link-esp in words, see ip-link-esp(8). */
#include <arpa/inet.h>
#include <linux/adit.h>
#include <string.h>

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

/* In the order of enum adit_esp_df. */
static const char *const dfs[] = { "copy", "set", "clear" };

/* In the order of enum adit_esp_mode. */
static const char *const modes[] = { "tunnel", "transport" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse_name(const struct word *w, const char *const *names, unsigned int n, const char *value,
		      const char *right, struct words_request *req)
{
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(value, names[i]))
			return words_put_u32(w, i, req);
	return words_wrong(w, value, right, req);
}

static int parse_df(const struct word *w, const char *value, struct words_request *req)
{
	return parse_name(w, dfs, COUNT(dfs), value, "it is copy, set or clear", req);
}

static int parse_mode(const struct word *w, const char *value, struct words_request *req)
{
	return parse_name(w, modes, COUNT(modes), value, "it is tunnel or transport", req);
}

/* The attribute of IPv4; that of IPv6 is two further. */
static int parse_addr(const struct word *w, const char *value, struct words_request *req)
{
	struct word w6 = *w;
	struct in6_addr addr6;
	struct in_addr addr;

	w6.attr += ADIT_A_LINK_ESP_LOCAL_V6 - ADIT_A_LINK_ESP_LOCAL_V4;
	if (inet_pton(AF_INET, value, &addr) == 1)
		return words_put(w, &addr, sizeof(addr), req);
	if (inet_pton(AF_INET6, value, &addr6) == 1)
		return words_put(&w6, &addr6, sizeof(addr6), req);
	return words_wrong(w, value, "it is an address like 192.0.2.1 or 2001:db8::1", req);
}

static const struct word words[] = {
	{ .text = "mode", .attr = ADIT_A_LINK_ESP_MODE, .parse = words_mode },
	{ .text = "local", .attr = ADIT_A_LINK_ESP_LOCAL_V4, .parse = parse_addr },
	{ .text = "remote", .attr = ADIT_A_LINK_ESP_REMOTE_V4, .parse = parse_addr },
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

static void print_name(const struct rtattr *attr, const char *const *names, unsigned int n, const char *key,
		       const char *text)
{
	uint32_t value = attr ? words_get_u32(attr) : UINT32_MAX;

	if (value < n)
		print_color_string(PRINT_ANY, COLOR_NONE, key, text, names[value]);
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
	print_name(tb[ADIT_A_LINK_ESP_ESP_MODE], modes, COUNT(modes), "esp_mode", "esp-mode %s ");
	print_name(tb[ADIT_A_LINK_ESP_DF], dfs, COUNT(dfs), "df", "df %s ");
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
