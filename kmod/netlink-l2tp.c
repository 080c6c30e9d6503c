// SPDX-License-Identifier: GPL-2.0
/* The attribute set l2tp, of a session and of a link. */

#include <linux/in.h>
#include <linux/unaligned.h>

#include "carry.h"
#include "l2tp.h"
#include "netlink-esp.h"
#include "netlink-gen.h"
#include "netlink-l2tp.h"
#include "netlink.h"
#include "outer.h"
#include "session.h"

struct adit_l2tp_rule {
	int attr;
	const char *missing;
	const char *refused;
};

/* What version 2 needs and version 3 has not. */
static const struct adit_l2tp_rule adit_l2tp2_needs[] = {
	{ ADIT_A_L2TP_TUNNEL_ID, "version 2 needs tunnel-id", "tunnel-id is of version 2" },
	{ ADIT_A_L2TP_PEER_TUNNEL_ID, "version 2 needs peer-tunnel-id", "peer-tunnel-id is of version 2" },
};

/* What only version 3 has. */
static const struct adit_l2tp_rule adit_l2tp3_has[] = {
	{ ADIT_A_L2TP_COOKIE, NULL, "cookie is of version 3" },
	{ ADIT_A_L2TP_PEER_COOKIE, NULL, "peer-cookie is of version 3" },
	{ ADIT_A_L2TP_SUBLAYER, NULL, "sublayer is of version 3" },
};

/* What every session needs. */
static const struct adit_l2tp_rule adit_l2tp_needs[] = {
	{ ADIT_A_L2TP_SESSION_ID, "session-id is missing", NULL },
	{ ADIT_A_L2TP_PEER_SESSION_ID, "peer-session-id is missing", NULL },
};

static int adit_nl_l2tp_need(struct nlattr **tb, const struct adit_l2tp_rule *rules, unsigned int n,
			     const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (tb[rules[i].attr])
			continue;
		NL_SET_ERR_ATTR_MISS(extack, nest, rules[i].attr);
		return adit_nl_refuse(extack, nest, rules[i].missing);
	}
	return 0;
}

static int adit_nl_l2tp_forbid(struct nlattr **tb, const struct adit_l2tp_rule *rules, unsigned int n,
			       struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (tb[rules[i].attr])
			return adit_nl_refuse(extack, tb[rules[i].attr], rules[i].refused);
	return 0;
}

static int adit_nl_l2tp_check2(struct nlattr **tb, const struct nlattr *nest, bool ip, struct netlink_ext_ack *extack)
{
	int attr, err;

	if (ip)
		return adit_nl_refuse(extack, tb[ADIT_A_L2TP_ENCAP], "encap ip is of version 3");
	err = adit_nl_l2tp_forbid(tb, adit_l2tp3_has, ARRAY_SIZE(adit_l2tp3_has), extack);
	if (!err)
		err = adit_nl_l2tp_need(tb, adit_l2tp2_needs, ARRAY_SIZE(adit_l2tp2_needs), nest, extack);
	if (!err)
		err = adit_nl_l2tp_need(tb, adit_l2tp_needs, ARRAY_SIZE(adit_l2tp_needs), nest, extack);
	if (err)
		return err;
	for (attr = ADIT_A_L2TP_SESSION_ID; attr <= ADIT_A_L2TP_PEER_SESSION_ID; attr++)
		if (nla_get_u32(tb[attr]) > U16_MAX)
			return adit_nl_refuse(extack, tb[attr], "a session id of version 2 has 16 bits");
	return 0;
}

static int adit_nl_l2tp_check3(struct nlattr **tb, const struct nlattr *nest, bool ip, struct netlink_ext_ack *extack)
{
	int err;

	err = adit_nl_l2tp_forbid(tb, adit_l2tp2_needs, ARRAY_SIZE(adit_l2tp2_needs), extack);
	if (!err)
		err = adit_nl_l2tp_need(tb, adit_l2tp_needs, ARRAY_SIZE(adit_l2tp_needs), nest, extack);
	if (!err && ip && tb[ADIT_A_L2TP_NO_UDP_CSUM])
		err = adit_nl_refuse(extack, tb[ADIT_A_L2TP_NO_UDP_CSUM], "encap ip has no UDP checksum");
	return err;
}

static int adit_nl_l2tp_cookie(const struct nlattr *attr, u8 *cookie, u8 *len, struct netlink_ext_ack *extack)
{
	*len = 0;
	if (!attr)
		return 0;
	if (nla_len(attr) != 4 && nla_len(attr) != ADIT_L2TP_COOKIE_MAX)
		return adit_nl_refuse(extack, attr, "a cookie has 4 or 8 octets");
	*len = nla_len(attr);
	memcpy(cookie, nla_data(attr), *len);
	return 0;
}

static int adit_nl_l2tp_seq(struct nlattr **tb, struct adit_session_conf *conf, struct netlink_ext_ack *extack)
{
	const u32 always = ADIT_L2TP_SEQ_REQUIRED | ADIT_L2TP_SEQ_FOLLOW;

	conf->l2tp.seq = adit_nl_u32_or(tb[ADIT_A_L2TP_SEQ], 0);
	if ((conf->l2tp.seq & always) == always)
		return adit_nl_refuse(extack, tb[ADIT_A_L2TP_SEQ],
				      "numbers that are required have nothing to follow: required and follow exclude each other");
	if (conf->l2tp.seq && conf->l2tp.version == ADIT_L2TP_VERSION_V3 && !conf->l2tp.sublayer)
		return adit_nl_refuse(extack, tb[ADIT_A_L2TP_SEQ], "sequence numbers need the default sublayer");
	return 0;
}

static int adit_nl_l2tp_parse_nest(struct nlattr **tb, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	int err;

	err = nla_parse_nested(tb, ADIT_A_L2TP_MAX, nest, adit_l2tp_nl_policy, extack);
	return err ?: adit_nl_once(nla_data(nest), nla_len(nest), -1, extack);
}

/**
 * adit_nl_l2tp_parse() - read what a session is made with
 * @nest: attribute
 * @ether: the device carries Ethernet
 * @conf: gets it, with the ports and addresses in its key already
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_nl_l2tp_parse(const struct nlattr *nest, bool ether, struct adit_session_conf *conf,
		       struct netlink_ext_ack *extack)
{
	struct adit_l2tp_conf *l2tp = &conf->l2tp;
	struct nlattr *tb[ADIT_A_L2TP_MAX + 1];
	bool ip, v2;
	int err;

	err = adit_nl_l2tp_parse_nest(tb, nest, extack);
	if (err)
		return err;

	ip = adit_nl_u32_or(tb[ADIT_A_L2TP_ENCAP], ADIT_L2TP_ENCAP_UDP) == ADIT_L2TP_ENCAP_IP;
	l2tp->version = adit_nl_u32_or(tb[ADIT_A_L2TP_VERSION], ether ? ADIT_L2TP_VERSION_V3 : ADIT_L2TP_VERSION_V2);
	v2 = l2tp->version == ADIT_L2TP_VERSION_V2;
	if (ether && v2)
		return adit_nl_refuse(extack, tb[ADIT_A_L2TP_VERSION], "Ethernet is carried by version 3");
	err = v2 ? adit_nl_l2tp_check2(tb, nest, ip, extack) : adit_nl_l2tp_check3(tb, nest, ip, extack);
	if (err)
		return err;
	if (l2tp->child && (ip || tb[ADIT_A_L2TP_NO_UDP_CSUM]))
		return adit_nl_refuse(extack, tb[ip ? ADIT_A_L2TP_ENCAP : ADIT_A_L2TP_NO_UDP_CSUM],
				      "in a child L2TP is over UDP, with such a checksum as ESP needs");
	if (conf->key.family == AF_INET6 && tb[ADIT_A_L2TP_NO_UDP_CSUM])
		return adit_nl_refuse(extack, tb[ADIT_A_L2TP_NO_UDP_CSUM],
				      "over IPv6 UDP has a checksum (RFC 8200 section 8.1)");

	l2tp->sublayer = !v2 && adit_nl_u32_or(tb[ADIT_A_L2TP_SUBLAYER], ADIT_L2TP_SUBLAYER_DEFAULT);
	l2tp->no_udp_csum = nla_get_flag(tb[ADIT_A_L2TP_NO_UDP_CSUM]);
	l2tp->peer_tunnel_id = v2 ? nla_get_u16(tb[ADIT_A_L2TP_PEER_TUNNEL_ID]) : 0;
	l2tp->peer_session_id = nla_get_u32(tb[ADIT_A_L2TP_PEER_SESSION_ID]);
	conf->df = nla_get_flag(tb[ADIT_A_L2TP_DF]);
	conf->key.kind = ADIT_KIND_L2TP;
	if (!l2tp->child)
		conf->key.protocol = ip ? IPPROTO_L2TP : IPPROTO_UDP;
	conf->key.id = nla_get_u32(tb[ADIT_A_L2TP_SESSION_ID]);
	if (v2)
		conf->key.id |= (u32)nla_get_u16(tb[ADIT_A_L2TP_TUNNEL_ID]) << 16;
	conf->key_attr = tb[ADIT_A_L2TP_SESSION_ID];

	err = adit_nl_l2tp_cookie(tb[ADIT_A_L2TP_COOKIE], l2tp->cookie, &l2tp->cookie_len, extack);
	if (!err)
		err = adit_nl_l2tp_cookie(tb[ADIT_A_L2TP_PEER_COOKIE], l2tp->peer_cookie, &l2tp->peer_cookie_len,
					  extack);
	return err ?: adit_nl_l2tp_seq(tb, conf, extack);
}

/**
 * adit_nl_l2tp_parse_change() - read what a session is changed to
 * @nest: attribute
 * @s: session
 * @conf: gets it
 * @extack: told why not
 *
 * Return: 0, -EINVAL, or -EOPNOTSUPP for what cannot change.
 */
int adit_nl_l2tp_parse_change(const struct nlattr *nest, const struct adit_session *s, struct adit_session_conf *conf,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ADIT_A_L2TP_MAX + 1];
	int attr, err;

	err = adit_nl_l2tp_parse_nest(tb, nest, extack);
	if (err)
		return err;
	for (attr = 1; attr <= ADIT_A_L2TP_MAX; attr++) {
		if (!tb[attr] || attr == ADIT_A_L2TP_SEQ)
			continue;
		adit_nl_refuse(extack, tb[attr], "of l2tp, only seq can be changed");
		return -EOPNOTSUPP;
	}
	if (!tb[ADIT_A_L2TP_SEQ])
		return 0;
	conf->l2tp.version = s->l2tp.version;
	conf->l2tp.sublayer = s->l2tp.sublayer;
	conf->given |= ADIT_CONF_L2TP_SEQ;
	return adit_nl_l2tp_seq(tb, conf, extack);
}

static int adit_nl_l2tp_put_ids(struct sk_buff *msg, const struct adit_session *s)
{
	const u8 *hdr = s->l2tp.hdr;

	if (s->l2tp.version == ADIT_L2TP_VERSION_V2)
		return nla_put_u16(msg, ADIT_A_L2TP_TUNNEL_ID, s->key.id >> 16) ||
		       nla_put_u16(msg, ADIT_A_L2TP_PEER_TUNNEL_ID, get_unaligned_be16(hdr + 2)) ||
		       nla_put_u32(msg, ADIT_A_L2TP_SESSION_ID, s->key.id & U16_MAX) ||
		       nla_put_u32(msg, ADIT_A_L2TP_PEER_SESSION_ID, get_unaligned_be16(hdr + 4)) ? -EMSGSIZE : 0;
	return nla_put_u32(msg, ADIT_A_L2TP_SESSION_ID, s->key.id) ||
	       nla_put_u32(msg, ADIT_A_L2TP_PEER_SESSION_ID,
			   get_unaligned_be32(s->key.protocol == IPPROTO_L2TP ? hdr : hdr + 4)) ||
	       nla_put_u32(msg, ADIT_A_L2TP_SUBLAYER,
			   s->l2tp.sublayer ? ADIT_L2TP_SUBLAYER_DEFAULT : ADIT_L2TP_SUBLAYER_NONE) ? -EMSGSIZE : 0;
}

/**
 * adit_nl_l2tp_put() - tell about a session; no cookie
 * @msg: to append to
 * @type: of the nest
 * @s: session
 * @view: of it
 *
 * Return: 0 or -EMSGSIZE.
 */
int adit_nl_l2tp_put(struct sk_buff *msg, int type, const struct adit_session *s, const struct adit_session_view *view)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest || nla_put_u32(msg, ADIT_A_L2TP_VERSION, s->l2tp.version) ||
	    nla_put_u32(msg, ADIT_A_L2TP_ENCAP,
			s->key.protocol == IPPROTO_L2TP ? ADIT_L2TP_ENCAP_IP : ADIT_L2TP_ENCAP_UDP) ||
	    adit_nl_l2tp_put_ids(msg, s) || nla_put_u32(msg, ADIT_A_L2TP_SEQ, view->l2tp_seq) ||
	    (s->l2tp.no_udp_csum && nla_put_flag(msg, ADIT_A_L2TP_NO_UDP_CSUM)) ||
	    (s->df && nla_put_flag(msg, ADIT_A_L2TP_DF)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * adit_nl_l2tp_size() - what adit_nl_l2tp_put() takes at most
 *
 * Return: octets.
 */
size_t adit_nl_l2tp_size(void)
{
	return nla_total_size(0) + 6 * nla_total_size(sizeof(u32)) + 2 * nla_total_size(sizeof(u16)) +
	       2 * nla_total_size(0);
}

/* The way by a child, which knows the addresses. */
static int adit_nl_outer_child(struct net *net, const struct adit_nl_outer *from, struct adit_session_conf *conf,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *other = from->local4 ?: from->peer4 ?: from->local6 ?: from->peer6 ?: from->local_port;
	__be16 peer_port = from->peer_port ? nla_get_be16(from->peer_port) : htons(ADIT_L2TP_PORT);
	struct adit_child *child;
	u16 family;

	if (!from->child || !from->child_ifindex)
		return adit_nl_refuse(extack, from->child ?: from->child_ifindex,
				      "a child is named by child-ifindex and child");
	if (other)
		return adit_nl_refuse(extack, other, "a child stands instead of addresses and the local port");
	if (!peer_port)
		return adit_nl_refuse(extack, from->peer_port, "port 0 is none");
	child = adit_esp_nl_carrier(net, from->child_ifindex, from->child, extack);
	if (IS_ERR(child))
		return PTR_ERR(child);
	conf->l2tp.child = child;
	rcu_read_lock();
	family = rcu_dereference(child->path)->family;
	rcu_read_unlock();
	adit_carry_key(&conf->key, child, family, peer_port);
	return 0;
}

/**
 * adit_nl_l2tp_conf_free() - give back what adit_nl_outer_parse() found, and wipe the rest of L2TP's part
 * @conf: from it
 */
void adit_nl_l2tp_conf_free(struct adit_session_conf *conf)
{
	if (conf->l2tp.child)
		adit_child_put(conf->l2tp.child);
	memzero_explicit(&conf->l2tp, sizeof(conf->l2tp));
}

/**
 * adit_nl_outer_parse() - read outer addresses and ports
 * @net: namespace of the request
 * @from: attributes, in the set that they came in
 * @conf: gets them in its key; adit_nl_l2tp_conf_free() it on success and on failure
 * @extack: told why not
 *
 * Return: 0, -EINVAL, and as adit_esp_nl_carrier().
 */
int adit_nl_outer_parse(struct net *net, const struct adit_nl_outer *from, struct adit_session_conf *conf,
			struct netlink_ext_ack *extack)
{
	struct adit_wire_key *key = &conf->key;
	bool v4 = from->local4 || from->peer4, v6 = from->local6 || from->peer6;

	if (from->child || from->child_ifindex)
		return adit_nl_outer_child(net, from, conf, extack);
	if (v4 && v6)
		return adit_nl_refuse(extack, from->local6 ?: from->peer6, "outer addresses are all IPv4 or all IPv6");
	if (!(from->local4 || from->local6))
		return adit_nl_refuse(extack, NULL, "the local address is missing");
	if (!(from->peer4 || from->peer6))
		return adit_nl_refuse(extack, NULL, "the peer's address is missing");

	key->family = v4 ? AF_INET : AF_INET6;
	if (v4) {
		key->local.s6_addr32[0] = nla_get_in_addr(from->local4);
		key->peer.s6_addr32[0] = nla_get_in_addr(from->peer4);
	} else {
		key->local = nla_get_in6_addr(from->local6);
		key->peer = nla_get_in6_addr(from->peer6);
	}
	if (!adit_outer_addr_ok(key->family, &key->local))
		return adit_nl_refuse(extack, from->local4 ?: from->local6, "the local address is not unicast");
	if (!adit_outer_addr_ok(key->family, &key->peer))
		return adit_nl_refuse(extack, from->peer4 ?: from->peer6, "the peer's address is not unicast");

	key->local_port = from->local_port ? nla_get_be16(from->local_port) : htons(ADIT_L2TP_PORT);
	key->peer_port = from->peer_port ? nla_get_be16(from->peer_port) : htons(ADIT_L2TP_PORT);
	if (!key->local_port)
		return adit_nl_refuse(extack, from->local_port, "port 0 is none");
	if (!key->peer_port)
		return adit_nl_refuse(extack, from->peer_port, "port 0 is none");
	return 0;
}

/**
 * adit_nl_outer_check() - see that what carries L2TP has what was given
 * @from: attributes
 * @conf: parsed
 * @extack: told why not
 *
 * Return: 0 or -EINVAL. Ports of a session over IP are taken out of its key.
 */
int adit_nl_outer_check(const struct adit_nl_outer *from, struct adit_session_conf *conf,
			struct netlink_ext_ack *extack)
{
	if (conf->key.protocol != IPPROTO_L2TP)
		return 0;
	if (from->local_port || from->peer_port)
		return adit_nl_refuse(extack, from->local_port ?: from->peer_port, "encap ip has no ports");
	conf->key.local_port = 0;
	conf->key.peer_port = 0;
	return 0;
}
