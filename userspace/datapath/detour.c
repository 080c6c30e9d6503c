// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/detour.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <string.h>

/* Before the rule for the main table, which is 32766, and where others' helpers put no rules. */
#define PRIORITY_FIRST	32690
#define PRIORITY_MAIN	32700
#define PRIORITY_MARK	32701

static int ask(struct channel *ch, struct nl_msg *msg, const char *doing, size_t header,
	       const struct extack_set *set, struct dp_err *err)
{
	struct request req = { doing, header, set, NULL, NULL };

	return channel_ask(ch, msg, &req, err);
}

static struct nl_msg *message(int type, int flags, const void *header, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST | NLM_F_ACK);

	if (msg && nlmsg_append(msg, (void *)(uintptr_t)header, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int rule(struct channel *ch, struct nl_msg *msg, bool failed, const char *doing,
		struct dp_err *err)
{
	if (msg && failed) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return ask(ch, msg, doing, sizeof(struct fib_rule_hdr), &extack_rule, err);
}

/* The main table, but not its default routes: what has a route of its own keeps it. */
static int rule_main(struct channel *ch, int type, int flags, uint8_t family, struct dp_err *err)
{
	struct fib_rule_hdr head = { .family = family, .action = FR_ACT_TO_TBL };
	struct nl_msg *msg = message(type, flags, &head, sizeof(head));

	return rule(ch, msg, msg && (nla_put_u32(msg, FRA_TABLE, RT_TABLE_MAIN) ||
				     nla_put_u32(msg, FRA_PRIORITY, PRIORITY_MAIN) ||
				     nla_put_u32(msg, FRA_SUPPRESS_PREFIXLEN, 0)),
		    "the rule that lets the main table be asked first", err);
}

static int rule_mark_at(struct channel *ch, int type, int flags, uint8_t family, uint32_t priority,
			const struct dp_detour *d, struct dp_err *err)
{
	struct fib_rule_hdr head = { .family = family,
				     .action = FR_ACT_TO_TBL,
				     .flags = FIB_RULE_INVERT };
	struct nl_msg *msg = message(type, flags, &head, sizeof(head));

	return rule(ch, msg, msg && (nla_put_u32(msg, FRA_TABLE, d->table) ||
				     nla_put_u32(msg, FRA_PRIORITY, priority) ||
				     nla_put_u32(msg, FRA_FWMARK, d->fwmark) ||
				     nla_put_u32(msg, FRA_FWMASK, UINT32_MAX)),
		    "the rule for what does not carry the mark", err);
}

static int rule_mark(struct channel *ch, int type, int flags, uint8_t family,
		     const struct dp_detour *d, struct dp_err *err)
{
	return rule_mark_at(ch, type, flags, family, PRIORITY_MARK, d, err);
}

static int default_route(struct channel *ch, int ifindex, uint8_t family, uint32_t table,
			 struct dp_err *err)
{
	struct rtmsg rt = {
		.rtm_family = family,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg =
		message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &rt, sizeof(rt));

	if (msg && (nla_put_u32(msg, RTA_TABLE, table) ||
		    nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return ask(ch, msg, "the default route", sizeof(rt), &extack_route, err);
}

static int there_is_none(int ret)
{
	return ret == -ENOENT || ret == -EAFNOSUPPORT ? 0 : ret;
}

/* As often as they are there: who was killed may have left one. */
static int family_del(struct channel *ch, uint8_t family, const struct dp_detour *d,
		      struct dp_err *err)
{
	int main, mark;

	while (!(mark = rule_mark(ch, RTM_DELRULE, 0, family, d, err)))
		;
	while (!(main = rule_main(ch, RTM_DELRULE, 0, family, err)))
		;
	return there_is_none(mark) ? mark : there_is_none(main);
}

/* The route first: a rule must not lead to an empty table and from there to the next. */
static int family_add(struct channel *ch, int ifindex, uint8_t family, const struct dp_detour *d,
		      struct dp_err *err)
{
	const int new = NLM_F_CREATE | NLM_F_EXCL;
	int ret;

	ret = default_route(ch, ifindex, family, d->table, err);
	if (!ret)
		ret = rule_main(ch, RTM_NEWRULE, new, family, err);
	if (!ret || ret == -EEXIST)
		ret = rule_mark(ch, RTM_NEWRULE, new, family, d, err);
	return ret == -EEXIST ? 0 : ret;
}

int detour_add(struct channel *ch, int ifindex, const struct dp_detour *d, struct dp_err *err)
{
	struct dp_err unused;
	int ret = 0;

	if (d->ipv4)
		ret = family_add(ch, ifindex, AF_INET, d, err);
	if (!ret && d->ipv6)
		ret = family_add(ch, ifindex, AF_INET6, d, err);
	if (ret)
		detour_del(ch, d, &unused);
	return ret;
}

int detour_del(struct channel *ch, const struct dp_detour *d, struct dp_err *err)
{
	struct dp_err first;
	int v4 = family_del(ch, AF_INET, d, err);
	int v6 = family_del(ch, AF_INET6, d, &first);

	if (!v4 && v6)
		*err = first;
	return v4 ? v4 : v6;
}

/* --- one network --- */

static int network_route(struct channel *ch, int type, int flags, int ifindex, const struct dp_detour *d,
			 const struct prefix *p, struct dp_err *err)
{
	struct rtmsg rt = {
		.rtm_family = p->addr.family,
		.rtm_dst_len = p->len,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = p->addr.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg = message(type, flags, &rt, sizeof(rt));
	int len = p->addr.family == AF_INET ? 4 : 16;

	if (msg && (nla_put_u32(msg, RTA_TABLE, d->table) || nla_put(msg, RTA_DST, len, p->addr.bytes) ||
		    (d->from.family && nla_put(msg, RTA_PREFSRC, len, d->from.bytes)) ||
		    nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return ask(ch, msg, "the route to the peer's own network", sizeof(rt), &extack_route, err);
}

int detour_route_add(struct channel *ch, int ifindex, const struct dp_detour *d, const struct prefix *p,
		     struct dp_err *err)
{
	int ret;

	ret = network_route(ch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, ifindex, d, p, err);
	if (!ret)
		ret = rule_mark_at(ch, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, p->addr.family, PRIORITY_FIRST,
				   d, err);
	return ret == -EEXIST ? 0 : ret;
}

int detour_route_del(struct channel *ch, int ifindex, const struct dp_detour *d, const struct prefix *p,
		     struct dp_err *err)
{
	int ret = network_route(ch, RTM_DELROUTE, 0, ifindex, d, p, err);

	return ret == -ESRCH || ret == -ENODEV ? 0 : ret;
}

int detour_rule_del(struct channel *ch, const struct dp_detour *d, struct dp_err *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 2; i++) {
		while (!(ret = rule_mark_at(ch, RTM_DELRULE, 0, families[i], PRIORITY_FIRST, d, err)))
			;
		ret = there_is_none(ret);
	}
	return ret;
}
