/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlink and the link kind l2tp say alike: the attribute set l2tp, outer addresses and ports.
 */
#ifndef ADIT_NETLINK_L2TP_H
#define ADIT_NETLINK_L2TP_H

#include <net/netlink.h>

struct adit_session;
struct adit_session_conf;
struct adit_session_view;

/**
 * struct adit_nl_outer - outer addresses and ports as attributes, NULL where absent
 * @local4: IPv4 address of this end
 * @peer4: IPv4 address of the peer
 * @local6: IPv6 address of this end
 * @peer6: IPv6 address of the peer
 * @local_port: UDP port of this end
 * @peer_port: UDP port of the peer
 * @child_ifindex: device of the child that stands for all but the peer's port
 * @child: its id
 */
struct adit_nl_outer {
	const struct nlattr *local4;
	const struct nlattr *peer4;
	const struct nlattr *local6;
	const struct nlattr *peer6;
	const struct nlattr *local_port;
	const struct nlattr *peer_port;
	const struct nlattr *child_ifindex;
	const struct nlattr *child;
};

int adit_nl_outer_parse(struct net *net, const struct adit_nl_outer *from, struct adit_session_conf *conf,
			struct netlink_ext_ack *extack);
void adit_nl_l2tp_conf_free(struct adit_session_conf *conf);
int adit_nl_outer_check(const struct adit_nl_outer *from, struct adit_session_conf *conf,
			struct netlink_ext_ack *extack);
int adit_nl_l2tp_parse(const struct nlattr *nest, bool ether, struct adit_session_conf *conf,
		       struct netlink_ext_ack *extack);
int adit_nl_l2tp_parse_change(const struct nlattr *nest, const struct adit_session *s, struct adit_session_conf *conf,
			      struct netlink_ext_ack *extack);
int adit_nl_l2tp_put(struct sk_buff *msg, int type, const struct adit_session *s, const struct adit_session_view *view);
size_t adit_nl_l2tp_size(void);

#endif /* ADIT_NETLINK_L2TP_H */
