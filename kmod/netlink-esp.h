/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netlink says of children and SAs. Requests, replies and events are in netlink-esp.c, what requests ask for in
 * netlink-esp-parse.c.
 */
#ifndef ADIT_NETLINK_ESP_H
#define ADIT_NETLINK_ESP_H

#include <net/genetlink.h>

struct adit_child;
struct adit_child_conf;
struct adit_flow;
struct adit_sa;
struct adit_sa_conf;

/**
 * struct adit_esp_nl_outer - outer addresses as attributes, NULL where absent
 * @local4: IPv4 address of this end
 * @peer4: IPv4 address of the peer
 * @local6: IPv6 address of this end
 * @peer6: IPv6 address of the peer
 */
struct adit_esp_nl_outer {
	const struct nlattr *local4;
	const struct nlattr *peer4;
	const struct nlattr *local6;
	const struct nlattr *peer6;
};

struct adit_child *adit_esp_nl_carrier(struct net *net, const struct nlattr *ifindex, const struct nlattr *id,
				       struct netlink_ext_ack *extack);
int adit_esp_nl_outer(const struct adit_esp_nl_outer *from, struct adit_child_conf *conf,
		      struct netlink_ext_ack *extack);
int adit_esp_nl_parse_child(struct genl_info *info, bool fresh, struct adit_child_conf *conf);
int adit_esp_nl_parse_sa(struct genl_info *info, struct adit_sa_conf *conf);
void adit_esp_nl_wipe(const struct nlattr *attr);

int adit_child_event(struct adit_child *child, u32 event, const struct adit_flow *flow);
int adit_sa_event(struct adit_sa *sa, u32 event);
int adit_control_up(struct adit_child *child, __be16 peer_port, const struct sk_buff *data);

#endif /* ADIT_NETLINK_ESP_H */
