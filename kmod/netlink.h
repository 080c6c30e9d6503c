/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink family. Requests are in netlink.c, what they ask for in netlink-parse.c, replies and notifications in
 * netlink-msg.c, what is of L2TP in netlink-l2tp.c, of ESP in netlink-esp.c and netlink-esp-parse.c; nothing else of
 * the module knows an attribute, but the link kinds theirs.
 */
#ifndef ADIT_NETLINK_H
#define ADIT_NETLINK_H

#include <net/genetlink.h>
#include <uapi/linux/adit.h>

struct adit_dev;
struct adit_prefix;
struct adit_session;
struct adit_session_conf;

extern struct genl_family adit_nl_family;

/* Say why not. @text is a string that lives as long as the module. */
static inline int adit_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text)
{
	if (extack) {
		extack->_msg = text;
		extack->bad_attr = attr;
	}
	return -EINVAL;
}

static inline u32 adit_nl_u32_or(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

/**
 * struct adit_nl_told - what a dump tells of devices
 * @find: the one device that was asked for, held; an errno with extack set if it is not there or has none of these
 * @tell: tells of a device from cb->args[1] on, nothing if it has none of these; 0, or -EMSGSIZE when @skb is full
 */
struct adit_nl_told {
	struct adit_dev *(*find)(struct net *net, const struct nlattr *attr, netdevice_tracker *tracker,
				 struct netlink_ext_ack *extack);
	int (*tell)(struct sk_buff *skb, struct netlink_callback *cb, struct adit_dev *adev);
};

/* netlink.c */
int adit_nl_dump_check(struct netlink_callback *cb, u8 cmd);
int adit_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, const struct nlattr *ifindex,
		 const struct adit_nl_told *told);
struct adit_dev *adit_nl_dev(struct net *net, const struct nlattr *attr, netdevice_tracker *tracker,
			     struct netlink_ext_ack *extack);
int adit_nl_reply(struct genl_info *info, struct sk_buff *msg, int err);

/* netlink-parse.c */
int adit_nl_nest(struct nlattr **tb, int max, const struct nlattr *attr, const struct nla_policy *policy,
		 struct netlink_ext_ack *extack);
int adit_nl_parse_prefix(const struct nlattr *attr, struct adit_prefix *prefix, struct netlink_ext_ack *extack);
int adit_nl_once(const struct nlattr *head, int len, int multi, struct netlink_ext_ack *extack);
int adit_nl_check(const struct nlmsghdr *nlh, u8 cmd, struct nlattr **attrs, struct netlink_ext_ack *extack);
int adit_nl_parse_session(struct genl_info *info, const struct adit_dev *adev, const struct adit_session *s,
			  struct adit_session_conf *conf);
void adit_nl_conf_free(struct adit_session_conf *conf);
void adit_nl_wipe_keys(const struct nlmsghdr *nlh, u8 cmd);

/* netlink-msg.c */
int adit_nl_put_prefix(struct sk_buff *msg, int type, const struct adit_prefix *prefix);
int adit_nl_put_stats(struct sk_buff *msg, int type, const u64 *counters, unsigned int n, int pad);
int adit_nl_put_dev(struct sk_buff *msg, struct adit_dev *adev, u32 portid, u32 seq, int flags);
int adit_nl_put_session(struct sk_buff *msg, struct adit_session *s, u32 portid, u32 seq, int flags);
struct sk_buff *adit_nl_frame_msg(struct adit_session *s, u16 protocol, const struct sk_buff *data,
				  bool encrypted);
struct sk_buff *adit_nl_event_msg(struct adit_session *s, u32 event);

int adit_netlink_init(void);
void adit_netlink_exit(void);

#endif /* ADIT_NETLINK_H */
