// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/adit.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "datapath/codec.h"
#include "datapath/impl.h"

/* A message with its family's header, NULL when out of memory, which channel_ask() reports. */
static struct nl_msg *message(int type, int flags, const void *header, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST | NLM_F_ACK);

	if (msg && nlmsg_append(msg, (void *)(uintptr_t)header, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int addr_len(const struct addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

static struct nl_msg *drop_if(struct nl_msg *msg, bool failed)
{
	if (!failed)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* --- devices --- */

struct found {
	int ifindex;
	char kind[16];
	char alias[DP_ALIAS_MAX];
};

static void on_link(void *arg, const struct nlmsghdr *msg)
{
	static const struct nla_policy info_policy[IFLA_INFO_MAX + 1] = {
		[IFLA_INFO_KIND] = { .type = NLA_STRING }
	};
	const struct ifinfomsg *link = nlmsg_data(msg);
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct found *found = arg;

	if (msg->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)msg, sizeof(*link), tb, IFLA_MAX, NULL) < 0)
		return;
	found->ifindex = link->ifi_index;
	if (tb[IFLA_IFALIAS])
		nla_strlcpy(found->alias, tb[IFLA_IFALIAS], sizeof(found->alias));
	if (tb[IFLA_LINKINFO] &&
	    nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], info_policy) == 0 &&
	    info[IFLA_INFO_KIND])
		nla_strlcpy(found->kind, info[IFLA_INFO_KIND], sizeof(found->kind));
}

int link_find(struct channel *ch, const char *name, int *ifindex, char kind[16], struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = message(RTM_GETLINK, 0, &link, sizeof(link));
	struct found found = { .ifindex = 0 };
	struct request req = { "device look-up", sizeof(link), &extack_link, on_link, &found };
	int ret;

	msg = drop_if(msg, msg && nla_put_string(msg, IFLA_IFNAME, name));
	ret = channel_ask(ch, msg, &req, err);
	if (ret)
		return ret;
	if (!found.ifindex)
		return dp_fail(err, -EPROTO, "device look-up: the kernel did not answer");
	*ifindex = found.ifindex;
	memcpy(kind, found.kind, sizeof(found.kind));
	return 0;
}

int link_alias(struct channel *ch, int ifindex, char alias[DP_ALIAS_MAX], struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct found found = { .ifindex = 0 };
	struct request req = { "device look-up", sizeof(link), &extack_link, on_link, &found };
	int ret = channel_ask(ch, message(RTM_GETLINK, 0, &link, sizeof(link)), &req, err);

	memcpy(alias, found.alias, sizeof(found.alias));
	return ret;
}

struct gathering {
	const char *alias;
	int *ifindexes;
	int n, max;
};

static void on_aliased(void *arg, const struct nlmsghdr *msg)
{
	struct gathering *g = arg;
	struct found found = { .ifindex = 0 };

	on_link(&found, msg);
	if (found.ifindex && g->n < g->max && !strncmp(found.alias, g->alias, strlen(g->alias)))
		g->ifindexes[g->n++] = found.ifindex;
}

int link_each_alias(struct channel *ch, const char *alias, int *ifindexes, int max, struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct gathering g = { .alias = alias, .ifindexes = ifindexes, .max = max };
	struct request req = { "device list", sizeof(link), &extack_link, on_aliased, &g };
	int ret = channel_ask(ch, message(RTM_GETLINK, NLM_F_DUMP, &link, sizeof(link)), &req, err);

	return ret ? ret : g.n;
}

/* Attributes of the kinds' own sets. */
struct kind {
	const char *name;
	int mode, fwmark, mss_clamp, mppe_required;
};

static const struct kind kinds[] = {
	{ "pptp", ADIT_A_LINK_PPTP_MODE, ADIT_A_LINK_PPTP_FWMARK, ADIT_A_LINK_PPTP_MSS_CLAMP,
	  ADIT_A_LINK_PPTP_MPPE_REQUIRED },
	{ "l2tp", ADIT_A_LINK_L2TP_MODE, ADIT_A_LINK_L2TP_FWMARK, ADIT_A_LINK_L2TP_MSS_CLAMP,
	  ADIT_A_LINK_L2TP_MPPE_REQUIRED },
	{ "esp", ADIT_A_LINK_ESP_MODE, ADIT_A_LINK_ESP_FWMARK, ADIT_A_LINK_ESP_MSS_CLAMP, 0 },
};

/* For a kind that is not ours the kernel finds the words. */
static const struct kind *kind_of(const char *name)
{
	size_t i;

	for (i = 1; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	return &kinds[0];
}

static bool put_pptp(struct nl_msg *msg, const struct dp_session *s)
{
	return !nla_put(msg, ADIT_A_LINK_PPTP_LOCAL, 4, s->local.bytes) &&
	       !nla_put(msg, ADIT_A_LINK_PPTP_REMOTE, 4, s->peer.bytes) &&
	       !nla_put_u16(msg, ADIT_A_LINK_PPTP_CALL_ID, s->call_id) &&
	       !nla_put_u16(msg, ADIT_A_LINK_PPTP_PEER_CALL_ID, s->peer_call_id);
}

/* A child stands instead of addresses and the local port. */
static bool put_l2tp_in_child(struct nl_msg *msg, const struct dp_session *s)
{
	return !nla_put_u32(msg, ADIT_A_LINK_L2TP_CHILD_IFINDEX, (uint32_t)s->l2tp.child_ifindex) &&
	       !nla_put_u32(msg, ADIT_A_LINK_L2TP_CHILD, s->l2tp.child) &&
	       !nla_put_u16(msg, ADIT_A_LINK_L2TP_REMOTE_PORT, htons(s->l2tp.peer_port)) &&
	       !codec_put_l2tp(msg, ADIT_A_LINK_L2TP_L2TP, &s->l2tp);
}

static bool put_l2tp(struct nl_msg *msg, const struct dp_session *s)
{
	bool v4 = s->local.family == AF_INET;
	int len = addr_len(&s->local);

	if (s->l2tp.child)
		return put_l2tp_in_child(msg, s);
	return !nla_put(msg, v4 ? ADIT_A_LINK_L2TP_LOCAL_V4 : ADIT_A_LINK_L2TP_LOCAL_V6, len,
			s->local.bytes) &&
	       !nla_put(msg, v4 ? ADIT_A_LINK_L2TP_REMOTE_V4 : ADIT_A_LINK_L2TP_REMOTE_V6, len,
			s->peer.bytes) &&
	       !nla_put_u16(msg, ADIT_A_LINK_L2TP_LOCAL_PORT, htons(s->l2tp.local_port)) &&
	       !nla_put_u16(msg, ADIT_A_LINK_L2TP_REMOTE_PORT, htons(s->l2tp.peer_port)) &&
	       !codec_put_l2tp(msg, ADIT_A_LINK_L2TP_L2TP, &s->l2tp);
}

/* What makes a device the one of a session. */
static bool put_session(struct nl_msg *msg, const struct kind *k, const struct dp_session *s)
{
	if (s->mppe_required && nla_put_flag(msg, k->mppe_required))
		return false;
	return s->is_l2tp ? put_l2tp(msg, s) : put_pptp(msg, s);
}

/* s: of a point-to-point device that is made; else NULL */
static bool put_info(struct nl_msg *msg, const char *kind, const struct dp_device_config *cfg,
		     bool creating, const struct dp_session *s)
{
	const struct kind *k = kind_of(kind);
	struct nlattr *info, *data;

	info = nla_nest_start(msg, IFLA_LINKINFO);
	if (!info || nla_put_string(msg, IFLA_INFO_KIND, kind))
		return false;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data ||
	    (creating && nla_put_u32(msg, k->mode, s ? ADIT_DEV_MODE_POINT_TO_POINT :
						       ADIT_DEV_MODE_CONCENTRATOR)) ||
	    (s && !put_session(msg, k, s)) ||
	    nla_put_u32(msg, k->fwmark, cfg->fwmark) ||
	    nla_put_u32(msg, k->mss_clamp, cfg->mss_clamp))
		return false;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return true;
}

static int send_link(struct channel *ch, struct nl_msg *msg, const char *doing, struct dp_err *err)
{
	struct request req = { doing, sizeof(struct ifinfomsg), &extack_link, NULL, NULL };

	return channel_ask(ch, msg, &req, err);
}

static int make(struct channel *ch, const char *kind, const struct dp_device_config *cfg,
		const struct dp_session *s, struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
	int ret;

	msg = drop_if(msg, msg && (nla_put_string(msg, IFLA_IFNAME, cfg->name) ||
				   nla_put_u32(msg, IFLA_MTU, cfg->mtu) ||
				   !put_info(msg, kind, cfg, true, s)));
	ret = send_link(ch, msg, "making the device", err);
	/*
	 * The kernel looks for a module that knows the kind, and says no more than this when there
	 * is none.
	 */
	if (ret == -EOPNOTSUPP)
		return dp_fail(
			err, -ENOENT,
			"kernel module adit is not loaded: modprobe adit (no link kind \"%s\")",
			kind);
	return ret;
}

int link_new(struct channel *ch, const char *kind, const struct dp_device_config *cfg,
	     struct dp_err *err)
{
	return make(ch, kind, cfg, NULL, err);
}

int link_new_tunnel(struct channel *ch, const struct dp_device_config *cfg,
		    const struct dp_session *s, struct dp_err *err)
{
	return make(ch, s->is_l2tp ? "l2tp" : "pptp", cfg, s, err);
}

/* Not when it is made: the kernel does not look for it then. */
int link_set_alias(struct channel *ch, int ifindex, const char *alias, struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = message(RTM_NEWLINK, 0, &link, sizeof(link));

	msg = drop_if(msg, msg && nla_put_string(msg, IFLA_IFALIAS, alias));
	return send_link(ch, msg, "naming the device's owner", err);
}

int link_set_addr_gen_none(struct channel *ch, int ifindex, struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = message(RTM_NEWLINK, 0, &link, sizeof(link));
	struct nlattr *families = msg ? nla_nest_start(msg, IFLA_AF_SPEC) : NULL;
	struct nlattr *inet6 = families ? nla_nest_start(msg, AF_INET6) : NULL;

	if (!inet6 || nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)) {
		msg = drop_if(msg, msg != NULL);
	} else {
		nla_nest_end(msg, inet6);
		nla_nest_end(msg, families);
	}
	return send_link(ch, msg, "keeping IPv6 addresses of the kernel's own away", err);
}

int link_set(struct channel *ch, int ifindex, const char *kind, const struct dp_device_config *cfg,
	     struct dp_err *err)
{
	struct ifinfomsg link = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = ifindex,
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct nl_msg *msg = message(RTM_NEWLINK, 0, &link, sizeof(link));

	msg = drop_if(msg, msg && (nla_put_u32(msg, IFLA_MTU, cfg->mtu) ||
				   !put_info(msg, kind, cfg, false, NULL)));
	return send_link(ch, msg, "setting up the device", err);
}

int link_del(struct channel *ch, int ifindex, struct dp_err *err)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };

	return send_link(ch, message(RTM_DELLINK, 0, &link, sizeof(link)), "removing the device",
			 err);
}

/* --- addresses and routes --- */

static int address_add(struct channel *ch, int ifindex, const struct prefix *p,
		       const struct addr *peer, struct dp_err *err)
{
	struct ifaddrmsg addr = {
		.ifa_family = p->addr.family,
		.ifa_prefixlen = p->len,
		.ifa_index = (unsigned int)ifindex,
		/*
		 * Nobody on the far side could object: duplicate address detection would only delay
		 * it.
		 */
		.ifa_flags = p->addr.family == AF_INET6 ? IFA_F_NODAD : 0,
	};
	struct nl_msg *msg =
		message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &addr, sizeof(addr));
	char text[ADDR_STRLEN], doing[ADDR_STRLEN + 32];
	struct request req = { doing, sizeof(addr), &extack_addr, NULL, NULL };

	snprintf(doing, sizeof(doing), "adding address %s", prefix_to_str(p, text));
	msg = drop_if(msg, msg && (nla_put(msg, IFA_LOCAL, addr_len(&p->addr), p->addr.bytes) ||
				   nla_put(msg, IFA_ADDRESS, addr_len(peer), peer->bytes)));
	return channel_ask(ch, msg, &req, err);
}

int link_address_add(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return address_add(ch, ifindex, p, &p->addr, err);
}

/* 0 when it is not there */
int link_address_del(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err)
{
	struct ifaddrmsg addr = { .ifa_family = p->addr.family, .ifa_prefixlen = p->len,
				  .ifa_index = (unsigned int)ifindex };
	struct nl_msg *msg = message(RTM_DELADDR, 0, &addr, sizeof(addr));
	char text[ADDR_STRLEN], doing[ADDR_STRLEN + 32];
	struct request req = { doing, sizeof(addr), &extack_addr, NULL, NULL };
	int ret;

	snprintf(doing, sizeof(doing), "removing address %s", prefix_to_str(p, text));
	msg = drop_if(msg, msg && nla_put(msg, IFA_LOCAL, addr_len(&p->addr), p->addr.bytes));
	ret = channel_ask(ch, msg, &req, err);
	return ret == -EADDRNOTAVAIL || ret == -ENODEV ? 0 : ret;
}

int link_ends_add(struct channel *ch, int ifindex, const struct dp_ends *ends, struct dp_err *err)
{
	struct prefix local = { .addr = ends->local, .len = 32 };

	/* A server may keep its own address to itself. */
	return address_add(ch, ifindex, &local, ends->peer.family ? &ends->peer : &ends->local,
			   err);
}

static int route(struct channel *ch, int type, int flags, int ifindex, const struct prefix *p,
		 struct dp_err *err)
{
	struct rtmsg rt = {
		.rtm_family = p->addr.family,
		.rtm_dst_len = p->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = p->addr.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg = message(type, flags, &rt, sizeof(rt));
	char text[ADDR_STRLEN], doing[ADDR_STRLEN + 32];
	struct request req = { doing, sizeof(rt), &extack_route, NULL, NULL };

	snprintf(doing, sizeof(doing), "route to %s", prefix_to_str(p, text));
	msg = drop_if(msg, msg && (nla_put(msg, RTA_DST, addr_len(&p->addr), p->addr.bytes) ||
				   nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex)));
	return channel_ask(ch, msg, &req, err);
}

/*
 * The kernel says EEXIST both for our own route and for somebody else's of the same prefix.
 * Appending tells them apart: it fails for the very same route only.
 */
int link_route_add(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err)
{
	char text[ADDR_STRLEN];
	int ret;

	ret = route(ch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex, p, err);
	if (ret != -EEXIST)
		return ret;
	ret = route(ch, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, ifindex, p, err);
	if (ret == -EEXIST)
		return 0;
	if (ret)
		return ret;
	ret = link_route_del(ch, ifindex, p, err);
	if (ret)
		return ret;
	return dp_fail(err, -EEXIST,
		       "route to %s: there is one through another device: ip route show %s",
		       prefix_to_str(p, text), text);
}

int link_route_del(struct channel *ch, int ifindex, const struct prefix *p, struct dp_err *err)
{
	int ret = route(ch, RTM_DELROUTE, 0, ifindex, p, err);

	return ret == -ESRCH || ret == -ENODEV ? 0 : ret;
}

struct way {
	int ifindex;
	struct addr source;
};

static void on_route(void *arg, const struct nlmsghdr *msg)
{
	static const struct nla_policy policy[RTA_MAX + 1] = { [RTA_OIF] = { .type = NLA_U32 } };
	const struct rtmsg *rt = nlmsg_data(msg);
	struct nlattr *tb[RTA_MAX + 1];
	struct way *way = arg;

	if (msg->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)msg, sizeof(struct rtmsg), tb, RTA_MAX,
			policy) != 0)
		return;
	if (tb[RTA_OIF])
		way->ifindex = (int)nla_get_u32(tb[RTA_OIF]);
	way->source.family = rt->rtm_family;
	if (tb[RTA_PREFSRC] && nla_len(tb[RTA_PREFSRC]) == addr_len(&way->source))
		memcpy(way->source.bytes, nla_data(tb[RTA_PREFSRC]), (size_t)addr_len(&way->source));
	else
		way->source.family = 0;
}

static int look_up(struct channel *ch, const struct addr *to, uint32_t mark, struct way *way,
		   struct dp_err *err)
{
	struct rtmsg rt = { .rtm_family = to->family,
			    .rtm_dst_len = (uint8_t)(8 * addr_len(to)) };
	struct nl_msg *msg = message(RTM_GETROUTE, 0, &rt, sizeof(rt));
	struct request req = { "route look-up", sizeof(rt), &extack_route, on_route, way };

	*way = (struct way){ .ifindex = 0 };
	msg = drop_if(msg, msg && (nla_put(msg, RTA_DST, addr_len(to), to->bytes) ||
				   nla_put_u32(msg, RTA_MARK, mark)));
	return channel_ask(ch, msg, &req, err);
}

int link_towards(struct channel *ch, const struct addr *to, uint32_t mark, int *ifindex,
		 struct dp_err *err)
{
	struct way way;
	int ret = look_up(ch, to, mark, &way, err);

	*ifindex = way.ifindex;
	return ret;
}

int link_source_for(struct channel *ch, const struct addr *to, uint32_t mark, struct addr *source,
		    struct dp_err *err)
{
	char text[ADDR_STRLEN];
	struct way way;
	int ret = look_up(ch, to, mark, &way, err);

	if (ret)
		return ret;
	if (!way.source.family)
		return dp_fail(err, -EADDRNOTAVAIL, "no address of ours leads to %s",
			       addr_to_str(to, text));
	*source = way.source;
	return 0;
}
