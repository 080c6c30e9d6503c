// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath over netlink. Three sockets of its own, one each for generic netlink requests, for
 * dumps (whose callback may make requests) and for rtnetlink; and the events socket, which belongs
 * to whoever handed it in.
 */
#include "datapath/impl.h"

#include <errno.h>
#include <linux/adit.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datapath/codec.h"
#include "datapath/detour.h"
#include "datapath/events.h"
#include "datapath/ipsec.h"
#include "datapath/link.h"
#include "datapath/request.h"

#define TUNNEL_SESSION_ID	1	/* of a point-to-point device, as the netlink spec has it */

#define SWEEP_MAX		1024	/* devices at a time */

struct dp_netlink {
	struct dp dp;
	struct channel commands, dumps, rtnl;
	int family;
	int events_fd;
	bool own_events_fd;
	uint32_t events_port;
};

static struct dp_netlink *netlink_of(struct dp *dp)
{
	return (struct dp_netlink *)dp;
}

static struct nl_msg *message(const struct dp_netlink *nl, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
			 flags | NLM_F_REQUEST | NLM_F_ACK, cmd, ADIT_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static struct nl_msg *drop_if(struct nl_msg *msg, bool failed)
{
	if (!failed)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int ask(struct channel *ch, struct nl_msg *msg, const char *doing,
	       const struct extack_set *set, answer_fn fn, void *arg, struct dp_err *err)
{
	struct request req = { doing, GENL_HDRLEN, set, fn, arg };

	return channel_ask(ch, msg, &req, err);
}

/* --- sessions --- */

static int op_session_new(struct dp *dp, const struct dp_session *s, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SESSION_NEW, 0);

	msg = drop_if(msg, msg && codec_put_new(msg, s));
	return ask(&nl->commands, msg, "session-new", &extack_session, NULL, NULL, err);
}

static int op_session_set(struct dp *dp, const struct dp_session *s, unsigned int what,
			  struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SESSION_SET, 0);

	msg = drop_if(msg, msg && codec_put_change(msg, s, what));
	return ask(&nl->commands, msg, "session-set", &extack_session, NULL, NULL, err);
}

static int op_session_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SESSION_DEL, 0);

	msg = drop_if(msg, msg && codec_put_id(msg, ifindex, id));
	return ask(&nl->commands, msg, "session-del", &extack_session, NULL, NULL, err);
}

struct getting {
	struct dp_session *session;
	struct dp_stats *stats;
	bool got;
};

static int get_session(const struct nlmsghdr *nlh, struct dp_session *s, struct dp_stats *stats)
{
	if (nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
		return -EPROTO;
	return codec_get(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN), s,
			 stats);
}

static void on_session(void *arg, const struct nlmsghdr *nlh)
{
	struct getting *g = arg;

	g->got = !get_session(nlh, g->session, g->stats);
}

static int op_session_get(struct dp *dp, int ifindex, uint32_t id, struct dp_session *s,
			  struct dp_stats *stats, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SESSION_GET, 0);
	struct getting g = { .session = s, .stats = stats };
	int ret;

	msg = drop_if(msg, msg && codec_put_id(msg, ifindex, id));
	ret = ask(&nl->commands, msg, "session-get", &extack_session, on_session, &g, err);
	if (ret)
		return ret;
	return g.got ? 0 : dp_fail(err, -EPROTO, "session-get: the kernel's answer makes no sense");
}

struct each {
	dp_session_fn fn;
	void *arg;
	bool nonsense;
};

static void on_each(void *arg, const struct nlmsghdr *nlh)
{
	struct each *each = arg;
	struct dp_session s;
	struct dp_stats stats;

	if (get_session(nlh, &s, &stats))
		each->nonsense = true;
	else
		each->fn(each->arg, &s, &stats);
}

static int op_session_each(struct dp *dp, int ifindex, dp_session_fn fn, void *arg,
			   struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SESSION_GET, NLM_F_DUMP);
	struct each each = { .fn = fn, .arg = arg };
	int ret;

	msg = drop_if(msg, msg && nla_put_u32(msg, ADIT_A_SESSION_IFINDEX, (uint32_t)ifindex));
	ret = ask(&nl->dumps, msg, "session-get", &extack_session, on_each, &each, err);
	if (!ret && each.nonsense)
		return dp_fail(err, -EPROTO, "session-get: the kernel's answer makes no sense");
	return ret;
}

static int op_frame_send(struct dp *dp, int ifindex, uint32_t id, uint16_t protocol,
			 const uint8_t *data, size_t len, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg;

	if (len > ADIT_FRAME_DATA_MAX)
		return dp_fail(err, -EMSGSIZE,
			       "frame-send: %zu octets are more than the %d of a frame", len,
			       ADIT_FRAME_DATA_MAX);
	msg = message(nl, ADIT_CMD_FRAME_SEND, 0);
	msg = drop_if(msg, msg && (nla_put_u32(msg, ADIT_A_FRAME_IFINDEX, (uint32_t)ifindex) ||
				   nla_put_u32(msg, ADIT_A_FRAME_ID, id) ||
				   nla_put_u16(msg, ADIT_A_FRAME_PROTOCOL, protocol) ||
				   nla_put(msg, ADIT_A_FRAME_DATA, (int)len, data)));
	return ask(&nl->commands, msg, "frame-send", &extack_frame, NULL, NULL, err);
}

/* --- sockets --- */

/* kind 0: the default, l2tp */
static int socket_request(struct dp *dp, uint8_t cmd, const char *doing, int fd, uint32_t kind,
			  struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, cmd, 0);

	msg = drop_if(msg, msg && (nla_put_u32(msg, ADIT_A_SOCKET_FD, (uint32_t)fd) ||
				   (kind && nla_put_u32(msg, ADIT_A_SOCKET_KIND, kind))));
	return ask(&nl->commands, msg, doing, &extack_socket, NULL, NULL, err);
}

static int op_socket_attach(struct dp *dp, int fd, struct dp_err *err)
{
	return socket_request(dp, ADIT_CMD_SOCKET_ATTACH, "socket-attach", fd, 0, err);
}

static int op_socket_attach_esp(struct dp *dp, int fd, struct dp_err *err)
{
	return socket_request(dp, ADIT_CMD_SOCKET_ATTACH, "socket-attach", fd, ADIT_KIND_ESP, err);
}

static int op_socket_detach(struct dp *dp, int fd, struct dp_err *err)
{
	return socket_request(dp, ADIT_CMD_SOCKET_DETACH, "socket-detach", fd, 0, err);
}

/* --- children and security associations --- */

static int op_child_new(struct dp *dp, const struct dp_child *c, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_CHILD_NEW, 0);

	msg = drop_if(msg, msg && (ipsec_put_child(msg, c, DP_CHILD_OUTER | DP_CHILD_SELECTORS) ||
				   ipsec_put_mode(msg, c)));
	return ask(&nl->commands, msg, "child-new", &extack_child, NULL, NULL, err);
}

static int op_child_set(struct dp *dp, const struct dp_child *c, unsigned int what,
			struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_CHILD_SET, 0);

	msg = drop_if(msg, msg && ipsec_put_child(msg, c, what));
	return ask(&nl->commands, msg, "child-set", &extack_child, NULL, NULL, err);
}

static int op_child_del(struct dp *dp, int ifindex, uint32_t id, struct dp_err *err)
{
	const struct dp_child c = { .ifindex = ifindex, .id = id };
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_CHILD_DEL, 0);

	msg = drop_if(msg, msg && ipsec_put_child(msg, &c, 0));
	return ask(&nl->commands, msg, "child-del", &extack_child, NULL, NULL, err);
}

struct each_child {
	dp_child_fn fn;
	void *arg;
	bool nonsense;
};

static void on_each_child(void *arg, const struct nlmsghdr *nlh)
{
	struct dp_selector selectors[DP_SELECTORS_MAX];
	struct each_child *each = arg;
	struct dp_child c;

	if (nlmsg_datalen(nlh) < (int)GENL_HDRLEN ||
	    ipsec_get_child(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN), &c,
			    selectors))
		each->nonsense = true;
	else
		each->fn(each->arg, &c);
}

static int op_child_each(struct dp *dp, int ifindex, dp_child_fn fn, void *arg, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_CHILD_GET, NLM_F_DUMP);
	struct each_child each = { .fn = fn, .arg = arg };
	int ret;

	msg = drop_if(msg, msg && nla_put_u32(msg, ADIT_A_CHILD_IFINDEX, (uint32_t)ifindex));
	ret = ask(&nl->dumps, msg, "child-get", &extack_child, on_each_child, &each, err);
	if (!ret && each.nonsense)
		return dp_fail(err, -EPROTO, "child-get: the kernel's answer makes no sense");
	return ret;
}

static int op_sa_new(struct dp *dp, const struct dp_sa *sa, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SA_NEW, 0);

	msg = drop_if(msg, msg && ipsec_put_sa(msg, sa));
	return ask(&nl->commands, msg, "sa-new", &extack_sa, NULL, NULL, err);
}

static int op_sa_del(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		     struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SA_DEL, 0);

	msg = drop_if(msg, msg && ipsec_put_sa_name(msg, ifindex, child, outbound, spi));
	return ask(&nl->commands, msg, "sa-del", &extack_sa, NULL, NULL, err);
}

struct getting_sa {
	struct dp_sa_stats *stats;
	bool got;
};

static void on_sa(void *arg, const struct nlmsghdr *nlh)
{
	struct getting_sa *g = arg;

	g->got = nlmsg_datalen(nlh) >= (int)GENL_HDRLEN &&
		 !ipsec_get_sa_stats(nlmsg_attrdata(nlh, GENL_HDRLEN), nlmsg_attrlen(nlh, GENL_HDRLEN),
				     g->stats);
}

static int op_sa_get(struct dp *dp, int ifindex, uint32_t child, bool outbound, uint32_t spi,
		     struct dp_sa_stats *stats, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg = message(nl, ADIT_CMD_SA_GET, 0);
	struct getting_sa g = { .stats = stats };
	int ret;

	msg = drop_if(msg, msg && ipsec_put_sa_name(msg, ifindex, child, outbound, spi));
	ret = ask(&nl->commands, msg, "sa-get", &extack_sa, on_sa, &g, err);
	if (ret)
		return ret;
	return g.got ? 0 : dp_fail(err, -EPROTO, "sa-get: the kernel's answer makes no sense");
}

static int op_control_send(struct dp *dp, int ifindex, uint32_t child, uint16_t peer_port,
			   const uint8_t *data, size_t len, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct nl_msg *msg;

	if (len > ADIT_FRAME_DATA_MAX)
		return dp_fail(err, -EMSGSIZE,
			       "control-send: %zu octets are more than the %d of a message", len,
			       ADIT_FRAME_DATA_MAX);
	msg = message(nl, ADIT_CMD_CONTROL_SEND, 0);
	msg = drop_if(msg, msg && (nla_put_u32(msg, ADIT_A_CONTROL_IFINDEX, (uint32_t)ifindex) ||
				   nla_put_u32(msg, ADIT_A_CONTROL_CHILD, child) ||
				   nla_put_u16(msg, ADIT_A_CONTROL_PEER_PORT, htons(peer_port)) ||
				   nla_put(msg, ADIT_A_CONTROL_DATA, (int)len, data)));
	return ask(&nl->commands, msg, "control-send", &extack_control, NULL, NULL, err);
}

static int op_address_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return link_address_add(&netlink_of(dp)->rtnl, ifindex, p, err);
}

static int op_address_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return link_address_del(&netlink_of(dp)->rtnl, ifindex, p, err);
}

static int op_source_for(struct dp *dp, const struct addr *peer, uint32_t fwmark,
			 struct addr *source, struct dp_err *err)
{
	return link_source_for(&netlink_of(dp)->rtnl, peer, fwmark, source, err);
}

/* --- devices --- */

struct device {
	uint32_t mode;
	uint32_t owner;		/* 0: nobody */
	bool got;
};

static void on_device(void *arg, const struct nlmsghdr *nlh)
{
	static const struct nla_policy policy[ADIT_A_DEV_MAX + 1] = {
		[ADIT_A_DEV_MODE] = { .type = NLA_U32 }, [ADIT_A_DEV_OWNER] = { .type = NLA_U32 },
	};
	struct nlattr *tb[ADIT_A_DEV_MAX + 1];
	struct device *d = arg;

	if (nlmsg_parse((struct nlmsghdr *)(uintptr_t)nlh, GENL_HDRLEN, tb, ADIT_A_DEV_MAX,
			policy) < 0 ||
	    !tb[ADIT_A_DEV_MODE])
		return;
	d->mode = nla_get_u32(tb[ADIT_A_DEV_MODE]);
	d->owner = tb[ADIT_A_DEV_OWNER] ? nla_get_u32(tb[ADIT_A_DEV_OWNER]) : 0;
	d->got = true;
}

static int device_get(struct dp_netlink *nl, int ifindex, struct device *d, struct dp_err *err)
{
	struct nl_msg *msg = message(nl, ADIT_CMD_DEV_GET, 0);
	int ret;

	*d = (struct device){ .got = false };
	msg = drop_if(msg, msg && nla_put_u32(msg, ADIT_A_DEV_IFINDEX, (uint32_t)ifindex));
	ret = ask(&nl->commands, msg, "dev-get", &extack_dev, on_device, d, err);
	if (ret)
		return ret;
	return d->got ? 0 : dp_fail(err, -EPROTO, "dev-get: the kernel's answer makes no sense");
}

/*
 * The claim is made on the events socket, where its acknowledgment would stand in line with
 * frames. The kernel has dealt with it when sending returns, so who owns the device now is the
 * answer.
 */
static int device_claim(struct dp_netlink *nl, int ifindex, const char *name, struct dp_err *err)
{
	struct device d;
	int ret;

	ret = events_claim(nl->events_fd, nl->family, ifindex);
	if (ret)
		return dp_fail(err, ret, "dev-claim: %s", strerror(-ret));
	ret = device_get(nl, ifindex, &d, err);
	if (ret || d.owner == nl->events_port)
		return ret;
	if (d.owner)
		return dp_fail(
			err, -EBUSY,
			"device %s belongs to the owner of netlink port %u already: is another aditd running?",
			name, d.owner);
	return dp_fail(err, -EPERM,
		       "dev-claim: the kernel refused device %s: has the process CAP_NET_ADMIN?",
		       name);
}

static int device_find_or_make(struct dp_netlink *nl, const char *kind,
			       const struct dp_device_config *cfg, int *ifindex, struct dp_err *err)
{
	char is[16] = "";
	struct device d;
	int ret;

	ret = link_find(&nl->rtnl, cfg->name, ifindex, is, err);
	if (ret == -ENODEV) {
		ret = link_new(&nl->rtnl, kind, cfg, err);
		return ret ? ret : link_find(&nl->rtnl, cfg->name, ifindex, is, err);
	}
	if (ret)
		return ret;
	if (strcmp(is, kind))
		return dp_fail(
			err, -EEXIST,
			"a device %s exists and is not of kind %s: remove it (ip link del %s) or choose another name",
			cfg->name, kind, cfg->name);
	ret = device_get(nl, *ifindex, &d, err);
	if (ret)
		return ret;
	if (d.mode != ADIT_DEV_MODE_CONCENTRATOR)
		return dp_fail(
			err, -EEXIST,
			"device %s exists as a point-to-point tunnel: remove it (ip link del %s) or choose another name",
			cfg->name, cfg->name);
	return 0;
}

static int op_device_ensure(struct dp *dp, const char *kind, const struct dp_device_config *cfg,
			    int *ifindex, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	unsigned int i;
	int index, ret;

	ret = device_find_or_make(nl, kind, cfg, &index, err);
	if (!ret)
		ret = device_claim(nl, index, cfg->name, err);
	if (ret)
		return ret;
	*ifindex = index;
	ret = link_set(&nl->rtnl, index, kind, cfg, err);
	for (i = 0; !ret && i < cfg->n_addresses; i++)
		ret = link_address_add(&nl->rtnl, index, &cfg->addresses[i], err);
	for (i = 0; !ret && i < cfg->n_routes; i++)
		ret = link_route_add(&nl->rtnl, index, &cfg->routes[i], err);
	return ret;
}

/* --- point-to-point devices --- */

static int refuse_name(const char *name, struct dp_err *err)
{
	return dp_fail(
		err, -EEXIST,
		"a device %s exists already: remove it (ip link del %s) or choose another name",
		name, name);
}

/* What a daemon that was killed left behind: its sign is on it, and nobody owns it. */
static int remove_leftover(struct dp_netlink *nl, const struct dp_device_config *cfg,
			   struct dp_err *err)
{
	char kind[16], alias[DP_ALIAS_MAX];
	struct device d;
	int ifindex, ret;

	ret = link_find(&nl->rtnl, cfg->name, &ifindex, kind, err);
	if (ret == -ENODEV)
		return 0;
	if (!ret)
		ret = link_alias(&nl->rtnl, ifindex, alias, err);
	if (ret)
		return ret;
	if (!cfg->alias[0] || strcmp(alias, cfg->alias) || device_get(nl, ifindex, &d, err) ||
	    d.owner || d.mode != ADIT_DEV_MODE_POINT_TO_POINT)
		return refuse_name(cfg->name, err);
	return link_del(&nl->rtnl, ifindex, err);
}

static int tunnel_take(struct dp_netlink *nl, const struct dp_device_config *cfg,
		       struct dp_session *s, struct dp_err *err)
{
	char kind[16];
	int ret;

	ret = link_find(&nl->rtnl, cfg->name, &s->ifindex, kind, err);
	if (!ret)
		ret = device_claim(nl, s->ifindex, cfg->name, err);
	if (!ret && cfg->alias[0])
		ret = link_set_alias(&nl->rtnl, s->ifindex, cfg->alias, err);
	s->id = TUNNEL_SESSION_ID;
	s->net = 0;
	if (!ret)
		ret = op_session_set(&nl->dp, s, DP_SET_NET, err);
	return ret;
}

static int op_tunnel_new(struct dp *dp, const struct dp_device_config *cfg, struct dp_session *s,
			 struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	struct dp_err unused;
	int ret;

	ret = remove_leftover(nl, cfg, err);
	if (!ret)
		ret = link_new_tunnel(&nl->rtnl, cfg, s, err);
	if (ret)
		return ret;
	ret = tunnel_take(nl, cfg, s, err);
	if (ret)
		link_del(&nl->rtnl, s->ifindex, &unused);
	return ret;
}

static int op_tunnels_sweep(struct dp *dp, const char *alias, struct dp_err *err)
{
	struct dp_netlink *nl = netlink_of(dp);
	int ifindexes[SWEEP_MAX], n, i, swept = 0;
	struct device d;

	n = link_each_alias(&nl->rtnl, alias, ifindexes, SWEEP_MAX, err);
	for (i = 0; i < n; i++)
		if (!device_get(nl, ifindexes[i], &d, err) && !d.owner &&
		    d.mode == ADIT_DEV_MODE_POINT_TO_POINT && !link_del(&nl->rtnl, ifindexes[i], err))
			swept++;
	return n < 0 ? n : swept;
}

/* A route of the device that covers the server, which has no better one, would end everything. */
static int check_way_out(struct channel *ch, const struct dp_session *s,
			 const struct dp_device_config *cfg, struct dp_err *err)
{
	char text[ADDR_STRLEN];
	int out, ret;

	ret = link_towards(ch, &s->peer, cfg->fwmark, &out, err);
	if (ret || out != s->ifindex)
		return ret;
	return dp_fail(
		err, -ELOOP,
		"its routes lead to the server %s itself: leave the server out of them, or give it a route of its own",
		addr_to_str(&s->peer, text));
}

static int op_tunnel_up(struct dp *dp, const struct dp_session *s,
			const struct dp_device_config *cfg, const struct dp_ends *ends,
			struct dp_err *err)
{
	struct prefix ll = { .addr = { .family = AF_INET6, .bytes = { 0xfe, 0x80 } }, .len = 64 };
	struct channel *ch = &netlink_of(dp)->rtnl;
	unsigned int i;
	int ret = 0;

	if (ends->have_ifid)
		ret = link_set_addr_gen_none(ch, s->ifindex, err);
	if (!ret)
		ret = link_set(ch, s->ifindex, s->is_l2tp ? "l2tp" : "pptp", cfg, err);
	if (!ret && ends->local.family)
		ret = link_ends_add(ch, s->ifindex, ends, err);
	memcpy(ll.addr.bytes + 8, ends->ifid, sizeof(ends->ifid));
	if (!ret && ends->have_ifid)
		ret = link_address_add(ch, s->ifindex, &ll, err);
	for (i = 0; !ret && i < cfg->n_routes; i++)
		ret = link_route_add(ch, s->ifindex, &cfg->routes[i], err);
	return ret ? ret : check_way_out(ch, s, cfg, err);
}

static int op_detour_add(struct dp *dp, int ifindex, const struct dp_detour *d, struct dp_err *err)
{
	return detour_add(&netlink_of(dp)->rtnl, ifindex, d, err);
}

static int op_detour_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	return detour_del(&netlink_of(dp)->rtnl, d, err);
}

static int op_first_route_add(struct dp *dp, int ifindex, const struct dp_detour *d,
			      const struct prefix *p, struct dp_err *err)
{
	return detour_route_add(&netlink_of(dp)->rtnl, ifindex, d, p, err);
}

static int op_first_route_del(struct dp *dp, int ifindex, const struct dp_detour *d,
			      const struct prefix *p, struct dp_err *err)
{
	return detour_route_del(&netlink_of(dp)->rtnl, ifindex, d, p, err);
}

static int op_first_rule_del(struct dp *dp, const struct dp_detour *d, struct dp_err *err)
{
	return detour_rule_del(&netlink_of(dp)->rtnl, d, err);
}

static int op_device_delete(struct dp *dp, int ifindex, struct dp_err *err)
{
	return link_del(&netlink_of(dp)->rtnl, ifindex, err);
}

static int op_route_add(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return link_route_add(&netlink_of(dp)->rtnl, ifindex, p, err);
}

static int op_route_del(struct dp *dp, int ifindex, const struct prefix *p, struct dp_err *err)
{
	return link_route_del(&netlink_of(dp)->rtnl, ifindex, p, err);
}

/* --- life --- */

static int op_events_fd(const struct dp *dp)
{
	return ((const struct dp_netlink *)dp)->events_fd;
}

static void op_events_read(struct dp *dp)
{
	struct dp_netlink *nl = netlink_of(dp);

	events_read(nl->events_fd, nl->family, dp->events, dp->ctx);
}

static void op_free(struct dp *dp)
{
	struct dp_netlink *nl = netlink_of(dp);

	channel_close(&nl->commands);
	channel_close(&nl->dumps);
	channel_close(&nl->rtnl);
	if (nl->own_events_fd)
		close(nl->events_fd);
	free(nl);
}

static const struct dp_ops netlink_ops = {
	.free = op_free, .events_fd = op_events_fd, .events_read = op_events_read,
	.device_ensure = op_device_ensure, .device_delete = op_device_delete,
	.tunnel_new = op_tunnel_new, .tunnel_up = op_tunnel_up,
	.tunnels_sweep = op_tunnels_sweep,
	.detour_add = op_detour_add, .detour_del = op_detour_del,
	.session_new = op_session_new, .session_set = op_session_set, .session_del = op_session_del,
	.session_get = op_session_get, .session_each = op_session_each, .frame_send = op_frame_send,
	.socket_attach = op_socket_attach, .socket_detach = op_socket_detach,
	.route_add = op_route_add, .route_del = op_route_del,
	.socket_attach_esp = op_socket_attach_esp,
	.child_new = op_child_new, .child_set = op_child_set, .child_del = op_child_del,
	.child_each = op_child_each, .sa_new = op_sa_new, .sa_del = op_sa_del, .sa_get = op_sa_get,
	.first_route_add = op_first_route_add, .first_route_del = op_first_route_del,
	.first_rule_del = op_first_rule_del,
	.control_send = op_control_send,
	.address_add = op_address_add, .address_del = op_address_del, .source_for = op_source_for,
};

int dp_open_events(struct dp_err *err)
{
	return events_open(err);
}

static int open_channels(struct dp_netlink *nl, struct dp_err *err)
{
	int ret;

	ret = channel_open(&nl->commands, NETLINK_GENERIC, err);
	if (!ret)
		ret = channel_open(&nl->dumps, NETLINK_GENERIC, err);
	if (!ret)
		ret = channel_open(&nl->rtnl, NETLINK_ROUTE, err);
	if (ret)
		return ret;
	nl->family = channel_family(&nl->commands, err);
	return nl->family < 0 ? nl->family : 0;
}

struct dp *dp_new(int events_fd, const struct dp_events *events, void *ctx, struct dp_err *err)
{
	struct dp_netlink *nl = calloc(1, sizeof(*nl));
	int ret;

	if (!nl) {
		dp_fail(err, -ENOMEM, "out of memory");
		return NULL;
	}
	nl->dp = (struct dp){ .ops = &netlink_ops, .events = events, .ctx = ctx };
	nl->events_fd = events_fd;
	if (events_fd < 0) {
		nl->events_fd = events_open(err);
		nl->own_events_fd = nl->events_fd >= 0;
	}
	if (nl->events_fd < 0 || open_channels(nl, err))
		goto err_free;
	ret = events_port(nl->events_fd, &nl->events_port);
	if (ret) {
		dp_fail(err, ret, "the socket handed in for events is no netlink socket: %s",
			strerror(-ret));
		goto err_free;
	}
	return &nl->dp;

err_free:
	op_free(&nl->dp);
	return NULL;
}
