/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ip(8) and its plugins have in common. ip loads link_KIND.so from its library directory for a
 * kind that it does not know, looks for the symbol KIND_link_util, and offers the plugin its own
 * functions as dynamic symbols. iproute2 installs no header for this; the shapes below are those of
 * iproute2 5.19 and all later ones (6.1 and 6.15 among them).
 */
#ifndef ADIT_IPROUTE2_IP_PLUGIN_H
#define ADIT_IPROUTE2_IP_PLUGIN_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdio.h>

struct link_util {
	struct link_util *next;		/* ip's own list */
	const char *id;
	int maxattr;
	/* Add attributes to n, inside IFLA_INFO_DATA. 0, or -1 after the reason was printed. */
	int (*parse_opt)(struct link_util *lu, int argc, char **argv, struct nlmsghdr *n);
	/* tb has maxattr + 1 entries, or is NULL. */
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f, struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv, FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

/* The room of an ip-link request; what ip's own kinds give as maxlen. */
#define IP_REQUEST_MAX 1024

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data, int alen);

/* Both give 0 or a made-up name ("if7") for an interface that is not there. */
unsigned int ll_name_to_index(const char *name);
const char *ll_index_to_name(unsigned int ifindex);

/* As text where text is wanted, as JSON after ip -json; ANY is both. */
enum output_type { PRINT_FP = 1, PRINT_JSON = 2, PRINT_ANY = 4 };
enum color_attr { COLOR_NONE = 6 };

int print_color_string(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		       const char *value);
int print_color_uint(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		     unsigned int value);
int print_color_bool(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		     bool value);
int print_color_0xhex(enum output_type t, enum color_attr color, const char *key, const char *fmt,
		      unsigned long long value);

#endif /* ADIT_IPROUTE2_IP_PLUGIN_H */
