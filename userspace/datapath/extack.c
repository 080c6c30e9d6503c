// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/extack.h"

#include <errno.h>
#include <linux/adit.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SET(name, ...)                                                    \
	static const struct extack_attr name##_attrs[] = { __VA_ARGS__ }; \
	const struct extack_set extack_##name = { name##_attrs,           \
						  sizeof(name##_attrs) / sizeof(name##_attrs[0]) }
#define NESTED(name, ...)                                                    \
	static const struct extack_attr name##_attrs[] = { __VA_ARGS__ };    \
	static const struct extack_set name##_set = {                        \
		name##_attrs, sizeof(name##_attrs) / sizeof(name##_attrs[0]) \
	}

NESTED(prefix, [ADIT_A_PREFIX_V4] = { "v4", NULL }, [ADIT_A_PREFIX_V6] = { "v6", NULL },
       [ADIT_A_PREFIX_LEN] = { "len", NULL });

NESTED(mppe, [ADIT_A_MPPE_STRENGTH] = { "strength", NULL },
       [ADIT_A_MPPE_STATEFUL] = { "stateful", NULL },
       [ADIT_A_MPPE_START_KEY] = { "start-key", NULL });

SET(dev,
	[ADIT_A_DEV_IFINDEX] = { "ifindex", NULL }, [ADIT_A_DEV_TAKE_OVER] = { "take-over", NULL });

NESTED(l2tp, [ADIT_A_L2TP_VERSION] = { "version", NULL }, [ADIT_A_L2TP_ENCAP] = { "encap", NULL },
       [ADIT_A_L2TP_TUNNEL_ID] = { "tunnel-id", NULL },
       [ADIT_A_L2TP_PEER_TUNNEL_ID] = { "peer-tunnel-id", NULL },
       [ADIT_A_L2TP_SESSION_ID] = { "session-id", NULL },
       [ADIT_A_L2TP_PEER_SESSION_ID] = { "peer-session-id", NULL },
       [ADIT_A_L2TP_SEQ] = { "seq", NULL });

SET(socket,
	[ADIT_A_SOCKET_FD] = { "fd", NULL }, [ADIT_A_SOCKET_KIND] = { "kind", NULL });

NESTED(selector, [ADIT_A_SELECTOR_LOCAL] = { "local", &prefix_set },
       [ADIT_A_SELECTOR_REMOTE] = { "remote", &prefix_set },
       [ADIT_A_SELECTOR_PROTOCOL] = { "protocol", NULL },
       [ADIT_A_SELECTOR_LOCAL_PORT_MIN] = { "local-port-min", NULL },
       [ADIT_A_SELECTOR_LOCAL_PORT_MAX] = { "local-port-max", NULL },
       [ADIT_A_SELECTOR_REMOTE_PORT_MIN] = { "remote-port-min", NULL },
       [ADIT_A_SELECTOR_REMOTE_PORT_MAX] = { "remote-port-max", NULL });

SET(child,
	[ADIT_A_CHILD_IFINDEX] = { "ifindex", NULL },
	[ADIT_A_CHILD_ID] = { "id", NULL },
	[ADIT_A_CHILD_LOCAL_V4] = { "local-v4", NULL },
	[ADIT_A_CHILD_PEER_V4] = { "peer-v4", NULL },
	[ADIT_A_CHILD_LOCAL_V6] = { "local-v6", NULL },
	[ADIT_A_CHILD_PEER_V6] = { "peer-v6", NULL },
	[ADIT_A_CHILD_SELECTOR] = { "selector", &selector_set },
	[ADIT_A_CHILD_LOCAL_PORT] = { "local-port", NULL },
	[ADIT_A_CHILD_PEER_PORT] = { "peer-port", NULL },
	[ADIT_A_CHILD_MODE] = { "mode", NULL },
	[ADIT_A_CHILD_L2TP_PORT] = { "l2tp-port", NULL });

SET(control,
	[ADIT_A_CONTROL_IFINDEX] = { "ifindex", NULL },
	[ADIT_A_CONTROL_CHILD] = { "child", NULL },
	[ADIT_A_CONTROL_PEER_PORT] = { "peer-port", NULL },
	[ADIT_A_CONTROL_DATA] = { "data", NULL });

SET(sa,
	[ADIT_A_SA_IFINDEX] = { "ifindex", NULL },
	[ADIT_A_SA_CHILD] = { "child", NULL },
	[ADIT_A_SA_DIRECTION] = { "direction", NULL },
	[ADIT_A_SA_SPI] = { "spi", NULL },
	[ADIT_A_SA_CIPHER] = { "cipher", NULL },
	[ADIT_A_SA_KEY] = { "key", NULL },
	[ADIT_A_SA_AUTH] = { "auth", NULL },
	[ADIT_A_SA_AUTH_KEY] = { "auth-key", NULL },
	[ADIT_A_SA_ESN] = { "esn", NULL },
	[ADIT_A_SA_REPLAY_WINDOW] = { "replay-window", NULL },
	[ADIT_A_SA_LEGACY] = { "legacy", NULL });

SET(session,
	[ADIT_A_SESSION_IFINDEX] = { "ifindex", NULL },
	[ADIT_A_SESSION_ID] = { "id", NULL },
	[ADIT_A_SESSION_LOCAL_V4] = { "local-v4", NULL },
	[ADIT_A_SESSION_PEER_V4] = { "peer-v4", NULL },
	[ADIT_A_SESSION_CALL_ID] = { "call-id", NULL },
	[ADIT_A_SESSION_PEER_CALL_ID] = { "peer-call-id", NULL },
	[ADIT_A_SESSION_PREFIX] = { "prefix", &prefix_set },
	[ADIT_A_SESSION_IFID] = { "ifid", NULL },
	[ADIT_A_SESSION_NET] = { "net", NULL },
	[ADIT_A_SESSION_FRAMING] = { "framing", NULL },
	[ADIT_A_SESSION_MRU] = { "mru", NULL },
	[ADIT_A_SESSION_MPPE_REQUIRED] = { "mppe-required", NULL },
	[ADIT_A_SESSION_MPPE_TX] = { "mppe-tx", &mppe_set },
	[ADIT_A_SESSION_MPPE_RX] = { "mppe-rx", &mppe_set },
	[ADIT_A_SESSION_MPPE_FLUSH] = { "mppe-flush", NULL },
	[ADIT_A_SESSION_RX_WINDOW] = { "rx-window", NULL },
	[ADIT_A_SESSION_REORDER_MS] = { "reorder-ms", NULL },
	[ADIT_A_SESSION_ACK_DELAY_MS] = { "ack-delay-ms", NULL },
	[ADIT_A_SESSION_LOCAL_V6] = { "local-v6", NULL },
	[ADIT_A_SESSION_PEER_V6] = { "peer-v6", NULL },
	[ADIT_A_SESSION_LOCAL_PORT] = { "local-port", NULL },
	[ADIT_A_SESSION_PEER_PORT] = { "peer-port", NULL },
	[ADIT_A_SESSION_L2TP] = { "l2tp", &l2tp_set });

SET(frame,
	[ADIT_A_FRAME_IFINDEX] = { "ifindex", NULL }, [ADIT_A_FRAME_ID] = { "id", NULL },
	[ADIT_A_FRAME_PROTOCOL] = { "protocol", NULL }, [ADIT_A_FRAME_DATA] = { "data", NULL });

NESTED(link_pptp,
	[ADIT_A_LINK_PPTP_MODE] = { "mode", NULL },
	[ADIT_A_LINK_PPTP_LOCAL] = { "local", NULL },
	[ADIT_A_LINK_PPTP_REMOTE] = { "remote", NULL },
	[ADIT_A_LINK_PPTP_CALL_ID] = { "call-id", NULL },
	[ADIT_A_LINK_PPTP_PEER_CALL_ID] = { "peer-call-id", NULL },
	[ADIT_A_LINK_PPTP_MPPE_REQUIRED] = { "mppe-required", NULL },
	[ADIT_A_LINK_PPTP_FWMARK] = { "fwmark", NULL },
	[ADIT_A_LINK_PPTP_MSS_CLAMP] = { "mss-clamp", NULL });

NESTED(link_info,
	[IFLA_INFO_KIND] = { "kind", NULL }, [IFLA_INFO_DATA] = { "data", &link_pptp_set });

SET(link, [IFLA_IFNAME] = { "name", NULL }, [IFLA_MTU] = { "mtu", NULL },
    [IFLA_LINKINFO] = { "link-info", &link_info_set });

SET(addr,
	[IFA_LOCAL] = { "local", NULL }, [IFA_ADDRESS] = { "address", NULL });

SET(route,
	[RTA_DST] = { "destination", NULL }, [RTA_OIF] = { "device", NULL });

SET(rule,
	[FRA_TABLE] = { "table", NULL }, [FRA_FWMARK] = { "fwmark", NULL },
	[FRA_PRIORITY] = { "priority", NULL });

/* as deep as the tables above nest, so a cyclic table could not recurse for ever */
#define PATH_DEPTH_MAX	4
#define KERNEL_ERRNO_MAX	4095	/* the kernel's MAX_ERRNO */

struct path {
	char *text;
	size_t cap;
	size_t len;
};

static void path_add(struct path *p, const char *name)
{
	int n = snprintf(p->text + p->len, p->cap - p->len, "%s%s", p->len ? "." : "", name);

	if (n > 0)
		p->len += (size_t)n < p->cap - p->len ? (size_t)n : p->cap - p->len - 1;
}

static const struct extack_attr *attr_of(const struct extack_set *set, unsigned int type)
{
	return set && type < set->n && set->attrs[type].name ? &set->attrs[type] : NULL;
}

static void path_add_type(struct path *p, const struct extack_set *set, unsigned int type)
{
	const struct extack_attr *attr = attr_of(set, type);
	char number[32];

	snprintf(number, sizeof(number), "number %u", type);
	path_add(p, attr ? attr->name : number);
}

/* Walk to the attribute that starts at target; returns the set that is nested in it. */
static const struct extack_set *path_to(struct path *p, const struct nlattr *at, int left,
					const struct extack_set *set, const uint8_t *target,
					unsigned int depth)
{
	const struct extack_attr *known;
	const uint8_t *end;

	for (; depth && nla_ok(at, left); at = nla_next(at, &left)) {
		end = (const uint8_t *)at + nla_total_size(nla_len(at));
		if (target < (const uint8_t *)at || target >= end)
			continue;
		known = attr_of(set, (unsigned int)nla_type(at));
		path_add_type(p, set, (unsigned int)nla_type(at));
		if (target == (const uint8_t *)at || !known || !known->nested)
			return known ? known->nested : NULL;
		return path_to(p, nla_data(at), nla_len(at), known->nested, target, depth - 1);
	}
	return NULL;
}

static const struct extack_set *path_to_offset(struct path *p, const struct extack_request *req,
					       uint32_t offset)
{
	const struct nlattr *first = nlmsg_attrdata(req->msg, (int)req->header);

	if (offset >= req->msg->nlmsg_len)
		return NULL;
	return path_to(p, first, nlmsg_attrlen(req->msg, (int)req->header), req->set,
		       (const uint8_t *)req->msg + offset, PATH_DEPTH_MAX);
}

static void explain_attr(struct nlattr **tb, const struct extack_request *req, char *text,
			 size_t cap)
{
	struct path p = { .text = text, .cap = cap };
	const struct extack_set *set = req->set;

	text[0] = '\0';
	if (tb[NLMSGERR_ATTR_MISS_TYPE]) {
		if (tb[NLMSGERR_ATTR_MISS_NEST])
			set = path_to_offset(&p, req, nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]));
		path_add_type(&p, set, nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]));
		if (p.len < cap)
			snprintf(text + p.len, cap - p.len, " is missing");
	} else if (tb[NLMSGERR_ATTR_OFFS]) {
		path_to_offset(&p, req, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	}
}

/*
 * Behind the error number stands the request's header, and its payload unless the kernel capped it.
 */
static int parse(const struct nlmsghdr *error, struct nlattr **tb)
{
	static const struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST] = { .type = NLA_U32 },
	};
	const struct nlmsgerr *e = nlmsg_data(error);
	uint32_t quoted = (error->nlmsg_flags & NLM_F_CAPPED) ? NLMSG_HDRLEN : e->msg.nlmsg_len;
	int header;

	if (!(error->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	if (quoted < NLMSG_HDRLEN || quoted > (uint32_t)nlmsg_datalen(error) - sizeof(e->error))
		return -EPROTO;
	header = (int)(sizeof(e->error) + quoted);
	return nlmsg_parse((struct nlmsghdr *)(uintptr_t)error, header, tb, NLMSGERR_ATTR_MAX,
			   policy) < 0 ?
		       -EPROTO :
		       0;
}

int extack_explain(const struct nlmsghdr *error, const struct extack_request *req, char *text,
		   size_t cap)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	const struct nlmsgerr *e = nlmsg_data(error);
	const char *words = "";
	char attr[96];

	if (nlmsg_datalen(error) < (int)sizeof(*e) || e->error > 0 || e->error < -KERNEL_ERRNO_MAX) {
		snprintf(text, cap, "the kernel's answer makes no sense");
		return -EPROTO;
	}
	if (parse(error, tb))
		memset(tb, 0, sizeof(tb));
	explain_attr(tb, req, attr, sizeof(attr));
	if (tb[NLMSGERR_ATTR_MSG])
		words = nla_get_string(tb[NLMSGERR_ATTR_MSG]);
	snprintf(text, cap, "%s%s%s%s%s%s", words, words[0] ? ": " : "", strerror(-e->error),
		 attr[0] ? " (attribute " : "", attr, attr[0] ? ")" : "");
	return e->error;
}
