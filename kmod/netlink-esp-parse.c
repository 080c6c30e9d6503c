// SPDX-License-Identifier: GPL-2.0
/* What requests about children and SAs ask for. */

#include <linux/slab.h>

#include "child.h"
#include "netlink-esp.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "outer.h"
#include "sa.h"

static u16 adit_esp_nl_u16_or(const struct nlattr *attr, u16 otherwise)
{
	return attr ? nla_get_u16(attr) : otherwise;
}

/* A limit of 0 is none. */
static u64 adit_esp_nl_limit(const struct nlattr *attr)
{
	return attr && nla_get_u64(attr) ? nla_get_u64(attr) : U64_MAX;
}

/**
 * adit_esp_nl_outer() - read outer addresses
 * @from: attributes, in the set that they came in
 * @conf: gets them
 * @extack: told why not
 *
 * Return: 0 or -EINVAL.
 */
int adit_esp_nl_outer(const struct adit_esp_nl_outer *from, struct adit_child_conf *conf,
		      struct netlink_ext_ack *extack)
{
	bool v4 = from->local4 || from->peer4, v6 = from->local6 || from->peer6;

	if (v4 && v6)
		return adit_nl_refuse(extack, from->local6 ?: from->peer6,
				      "outer addresses are all IPv4 or all IPv6");
	if (!(from->local4 || from->local6))
		return adit_nl_refuse(extack, NULL, "the local address is missing");
	if (!(from->peer4 || from->peer6))
		return adit_nl_refuse(extack, NULL, "the peer's address is missing");

	conf->family = v4 ? AF_INET : AF_INET6;
	if (v4) {
		conf->local.s6_addr32[0] = nla_get_in_addr(from->local4);
		conf->peer.s6_addr32[0] = nla_get_in_addr(from->peer4);
	} else {
		conf->local = nla_get_in6_addr(from->local6);
		conf->peer = nla_get_in6_addr(from->peer6);
	}
	if (!adit_outer_addr_ok(conf->family, &conf->local))
		return adit_nl_refuse(extack, from->local4 ?: from->local6, "the local address is not unicast");
	if (!adit_outer_addr_ok(conf->family, &conf->peer))
		return adit_nl_refuse(extack, from->peer4 ?: from->peer6, "the peer's address is not unicast");
	return 0;
}

/* Both or neither. */
static int adit_esp_nl_ports(struct genl_info *info, struct adit_child_conf *conf)
{
	const struct nlattr *local = info->attrs[ADIT_A_CHILD_LOCAL_PORT];
	const struct nlattr *peer = info->attrs[ADIT_A_CHILD_PEER_PORT];

	if (!local && !peer)
		return 0;
	if (!local || !peer)
		return adit_nl_refuse(info->extack, local ?: peer,
				      "UDP encapsulation needs local-port and peer-port");
	conf->local_port = nla_get_be16(local);
	conf->peer_port = nla_get_be16(peer);
	conf->port_attr = local;
	if (!conf->local_port || !conf->peer_port)
		return adit_nl_refuse(info->extack, conf->local_port ? peer : local, "port 0 is none");
	return 0;
}

static int adit_esp_nl_selector(const struct nlattr *attr, struct adit_selector *sel, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ADIT_A_SELECTOR_MAX + 1];
	int err;

	err = adit_nl_nest(tb, ADIT_A_SELECTOR_MAX, attr, adit_selector_nl_policy, extack);
	if (err)
		return err;
	if (!tb[ADIT_A_SELECTOR_LOCAL] || !tb[ADIT_A_SELECTOR_REMOTE])
		return adit_nl_refuse(extack, attr, "a selector needs local and remote");
	err = adit_nl_parse_prefix(tb[ADIT_A_SELECTOR_LOCAL], &sel->local, extack);
	if (!err)
		err = adit_nl_parse_prefix(tb[ADIT_A_SELECTOR_REMOTE], &sel->remote, extack);
	if (err)
		return err;
	if (sel->local.family != sel->remote.family)
		return adit_nl_refuse(extack, attr, "the addresses of a selector are all IPv4 or all IPv6");

	sel->proto = tb[ADIT_A_SELECTOR_PROTOCOL] ? nla_get_u8(tb[ADIT_A_SELECTOR_PROTOCOL]) : ADIT_PROTO_ANY;
	sel->local_min = adit_esp_nl_u16_or(tb[ADIT_A_SELECTOR_LOCAL_PORT_MIN], 0);
	sel->local_max = adit_esp_nl_u16_or(tb[ADIT_A_SELECTOR_LOCAL_PORT_MAX], U16_MAX);
	sel->remote_min = adit_esp_nl_u16_or(tb[ADIT_A_SELECTOR_REMOTE_PORT_MIN], 0);
	sel->remote_max = adit_esp_nl_u16_or(tb[ADIT_A_SELECTOR_REMOTE_PORT_MAX], U16_MAX);
	if (sel->local_min > sel->local_max || sel->remote_min > sel->remote_max)
		return adit_nl_refuse(extack, attr, "a range of ports ends before it begins");
	return 0;
}

/* A child that carries L2TP has it instead of selectors. */
static int adit_esp_nl_l2tp_port(struct genl_info *info, struct adit_child_conf *conf)
{
	const struct nlattr *port = info->attrs[ADIT_A_CHILD_L2TP_PORT], *mode = info->attrs[ADIT_A_CHILD_MODE];
	const struct nlattr *selector = info->attrs[ADIT_A_CHILD_SELECTOR];

	if (!port && !selector) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, ADIT_A_CHILD_SELECTOR);
		return adit_nl_refuse(info->extack, NULL, "selector is missing");
	}
	if (!port)
		return 0;
	if (selector)
		return adit_nl_refuse(info->extack, selector, "a child with an l2tp-port has no selectors");
	if (adit_nl_u32_or(mode, ADIT_ESP_MODE_TUNNEL) != ADIT_ESP_MODE_TRANSPORT)
		return adit_nl_refuse(info->extack, mode ?: port, "an l2tp-port needs mode transport");
	conf->l2tp_port = nla_get_be16(port);
	return conf->l2tp_port ? 0 : adit_nl_refuse(info->extack, port, "port 0 is none");
}

static int adit_esp_nl_selectors(struct genl_info *info, struct adit_child_conf *conf)
{
	const struct nlattr *head = nlmsg_attrdata(info->nlhdr, GENL_HDRLEN), *attr;
	int len = nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), rem, err;

	conf->selectors = kcalloc(ADIT_SELECTORS_MAX, sizeof(*conf->selectors), GFP_KERNEL);
	if (!conf->selectors)
		return -ENOMEM;
	nla_for_each_attr(attr, head, len, rem) {
		if (nla_type(attr) != ADIT_A_CHILD_SELECTOR)
			continue;
		if (conf->n_selectors == ADIT_SELECTORS_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "more than selectors-max selectors");
			return -E2BIG;
		}
		err = adit_esp_nl_selector(attr, &conf->selectors[conf->n_selectors++], info->extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * adit_esp_nl_parse_child() - read child-new or child-set
 * @info: request, adit_nl_check()ed
 * @fresh: it is child-new
 * @conf: zeroed; the caller frees its selectors on success and on failure
 *
 * Return: 0, -EINVAL, -E2BIG, -ENOMEM.
 */
int adit_esp_nl_parse_child(struct genl_info *info, bool fresh, struct adit_child_conf *conf)
{
	struct nlattr **attrs = info->attrs;
	const struct adit_esp_nl_outer outer = {
		.local4	= attrs[ADIT_A_CHILD_LOCAL_V4],
		.peer4	= attrs[ADIT_A_CHILD_PEER_V4],
		.local6	= attrs[ADIT_A_CHILD_LOCAL_V6],
		.peer6	= attrs[ADIT_A_CHILD_PEER_V6],
	};
	int err;

	conf->has_outer = fresh || outer.local4 || outer.peer4 || outer.local6 || outer.peer6 ||
			  attrs[ADIT_A_CHILD_LOCAL_PORT] || attrs[ADIT_A_CHILD_PEER_PORT];
	if (conf->has_outer) {
		err = adit_esp_nl_outer(&outer, conf, info->extack);
		if (!err)
			err = adit_esp_nl_ports(info, conf);
		if (err)
			return err;
	}
	if (fresh) {
		conf->id = nla_get_u32(attrs[ADIT_A_CHILD_ID]);
		conf->id_attr = attrs[ADIT_A_CHILD_ID];
		err = adit_esp_nl_l2tp_port(info, conf);
		if (err)
			return err;
		conf->mode = adit_nl_u32_or(attrs[ADIT_A_CHILD_MODE], ADIT_ESP_MODE_TUNNEL);
		conf->df = adit_nl_u32_or(attrs[ADIT_A_CHILD_DF], ADIT_ESP_DF_COPY);
		conf->no_dscp = nla_get_flag(attrs[ADIT_A_CHILD_NO_DSCP]);
		conf->no_ecn = nla_get_flag(attrs[ADIT_A_CHILD_NO_ECN]);
	}
	return conf->l2tp_port ? 0 : adit_esp_nl_selectors(info, conf);
}

static int adit_esp_nl_key(const struct nlattr *attr, u8 *key, unsigned int *len, unsigned int max,
			   struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) > max)
		return adit_nl_refuse(extack, attr, "the key is longer than any algorithm's");
	*len = nla_len(attr);
	memcpy(key, nla_data(attr), *len);
	return 0;
}

static int adit_esp_nl_alg(struct genl_info *info, struct adit_alg_conf *alg)
{
	struct nlattr **attrs = info->attrs;
	int err;

	alg->cipher = nla_get_u32(attrs[ADIT_A_SA_CIPHER]);
	alg->auth = adit_nl_u32_or(attrs[ADIT_A_SA_AUTH], ADIT_SA_AUTH_NONE);
	alg->esn = nla_get_flag(attrs[ADIT_A_SA_ESN]);
	alg->legacy = nla_get_flag(attrs[ADIT_A_SA_LEGACY]);
	alg->cipher_attr = attrs[ADIT_A_SA_CIPHER];
	alg->auth_attr = attrs[ADIT_A_SA_AUTH];
	alg->key_attr = attrs[ADIT_A_SA_KEY];
	alg->auth_key_attr = attrs[ADIT_A_SA_AUTH_KEY];
	err = adit_esp_nl_key(attrs[ADIT_A_SA_KEY], alg->key, &alg->key_len, sizeof(alg->key), info->extack);
	if (!err)
		err = adit_esp_nl_key(attrs[ADIT_A_SA_AUTH_KEY], alg->auth_key, &alg->auth_key_len,
				      sizeof(alg->auth_key), info->extack);
	return err;
}

static int adit_esp_nl_window(struct genl_info *info, struct adit_sa_conf *conf)
{
	const struct nlattr *window = info->attrs[ADIT_A_SA_REPLAY_WINDOW];

	if (conf->direction == ADIT_SA_DIRECTION_OUT)
		return window ? adit_nl_refuse(info->extack, window, "replay-window is of an inbound one") : 0;
	conf->window = adit_nl_u32_or(window, ADIT_REPLAY_DEFAULT);
	if (conf->alg.esn && !conf->window)
		return adit_nl_refuse(info->extack, window, "extended sequence numbers need a replay window");
	return 0;
}

static int adit_esp_nl_seq(struct genl_info *info, struct adit_sa_conf *conf)
{
	const struct nlattr *seq = info->attrs[ADIT_A_SA_SEQ];

	conf->seq = seq ? nla_get_u64(seq) : 0;
	if (conf->seq > U32_MAX && !conf->alg.esn)
		return adit_nl_refuse(info->extack, seq, "above 32 bits, seq needs extended sequence numbers");
	return 0;
}

/**
 * adit_esp_nl_parse_sa() - read sa-new
 * @info: request, adit_nl_check()ed
 * @conf: zeroed; the caller wipes it on success and on failure
 *
 * Return: 0 or -EINVAL.
 */
int adit_esp_nl_parse_sa(struct genl_info *info, struct adit_sa_conf *conf)
{
	struct nlattr **attrs = info->attrs;
	int err;

	conf->direction = nla_get_u32(attrs[ADIT_A_SA_DIRECTION]);
	conf->spi = nla_get_u32(attrs[ADIT_A_SA_SPI]);
	conf->spi_attr = attrs[ADIT_A_SA_SPI];
	conf->limits = (struct adit_sa_limits){
		.soft_bytes	= adit_esp_nl_limit(attrs[ADIT_A_SA_SOFT_BYTES]),
		.hard_bytes	= adit_esp_nl_limit(attrs[ADIT_A_SA_HARD_BYTES]),
		.soft_packets	= adit_esp_nl_limit(attrs[ADIT_A_SA_SOFT_PACKETS]),
		.hard_packets	= adit_esp_nl_limit(attrs[ADIT_A_SA_HARD_PACKETS]),
		.soft_seconds	= adit_nl_u32_or(attrs[ADIT_A_SA_SOFT_SECONDS], 0),
		.hard_seconds	= adit_nl_u32_or(attrs[ADIT_A_SA_HARD_SECONDS], 0),
	};
	err = adit_esp_nl_alg(info, &conf->alg);
	return err ?: adit_esp_nl_window(info, conf) ?: adit_esp_nl_seq(info, conf);
}

/**
 * adit_esp_nl_wipe() - zero an attribute of a request about an SA if it is a key
 * @attr: attribute
 */
void adit_esp_nl_wipe(const struct nlattr *attr)
{
	if (nla_type(attr) == ADIT_A_SA_KEY || nla_type(attr) == ADIT_A_SA_AUTH_KEY)
		memzero_explicit(nla_data(attr), nla_len(attr));
}
