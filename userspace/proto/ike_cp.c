// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration payloads (RFC 7296 sections 2.19 and 3.15): addresses asked for and lent. */
#include <stdio.h>
#include <string.h>

#include "proto/ike_sa.h"

/* --- as the one who asks --- */

void ike_cp_put_request(struct ike_sa *sa, struct ike_chain *c)
{
	static const uint16_t asked[] = { IKE_CFG_IP4_ADDRESS, IKE_CFG_IP4_DNS, IKE_CFG_IP6_ADDRESS, IKE_CFG_IP6_DNS };
	struct ike_cfg cfg = { .type = IKE_CFG_REQUEST };

	if (!sa->peer->request_address)
		return;
	for (; cfg.n < sizeof(asked) / sizeof(asked[0]); cfg.n++)
		cfg.attr[cfg.n].type = asked[cfg.n];
	ike2_put_cfg(c, &cfg);
}

static void take_addr(const struct ike_cfg_attr *a, uint8_t family, struct addr *out)
{
	size_t len = family == AF_INET ? 4 : 16;

	if (a->value.len < len)
		return;
	*out = (struct addr){ .family = family };
	memcpy(out->bytes, a->value.at, len);
}

static void take_attribute(const struct ike_cfg_attr *a, struct ike_assigned *out)
{
	switch (a->type) {
	case IKE_CFG_IP4_ADDRESS:
		if (!out->ip4.family)
			take_addr(a, AF_INET, &out->ip4);
		break;
	case IKE_CFG_IP6_ADDRESS:
		if (!out->ip6.addr.family)
			take_addr(a, AF_INET6, &out->ip6.addr);
		out->ip6.len = 128;
		break;
	case IKE_CFG_IP4_DNS:
		if (out->n_dns < IKE_DNS_MAX && a->value.len == 4)
			take_addr(a, AF_INET, &out->dns[out->n_dns++]);
		break;
	case IKE_CFG_IP6_DNS:
		if (out->n_dns < IKE_DNS_MAX && a->value.len == 16)
			take_addr(a, AF_INET6, &out->dns[out->n_dns++]);
		break;
	}
}

bool ike_cp_take(struct ike_sa *sa, const struct ike2_message *m, char why[IKE_WHY_MAX])
{
	unsigned int i;

	if (!sa->peer->request_address)
		return true;
	memset(&sa->assigned, 0, sizeof(sa->assigned));
	for (i = 0; ike2_has(m, IKE2_PAYLOAD_CP) && m->cfg.type == IKE_CFG_REPLY && i < m->cfg.n; i++)
		take_attribute(&m->cfg.attr[i], &sa->assigned);
	if (!sa->assigned.ip4.family && !sa->assigned.ip6.addr.family) {
		snprintf(why, IKE_WHY_MAX, "the peer gives us no address");
		return false;
	}
	sa->have_assigned = true;
	sa->ike->ops->assigned(sa->ike->ctx, sa, &sa->assigned);
	return true;
}

/* --- as the one who is asked --- */

bool ike_cp_assign(struct ike_sa *sa, const struct ike_cfg *cfg, char why[IKE_WHY_MAX])
{
	bool ip4 = ike_cfg_find(cfg, IKE_CFG_IP4_ADDRESS), ip6 = ike_cfg_find(cfg, IKE_CFG_IP6_ADDRESS);

	if (cfg->type != IKE_CFG_REQUEST || (!ip4 && !ip6)) {
		snprintf(why, IKE_WHY_MAX, "the peer does not ask for an address, and has to");
		return false;
	}
	if (sa->have_assigned)
		return true;
	memset(&sa->assigned, 0, sizeof(sa->assigned));
	sa->have_assigned = sa->ike->ops->assign(sa->ike->ctx, sa, ip4, ip6, &sa->assigned, why);
	return sa->have_assigned;
}

static void add(struct ike_cfg *cfg, uint16_t type, const void *value, size_t len)
{
	if (cfg->n < IKE2_ATTRIBUTES_MAX)
		cfg->attr[cfg->n++] = (struct ike_cfg_attr){ .type = type, .value = ike_octets_of(value, len) };
}

void ike_cp_put_reply(struct ike_sa *sa, struct ike_chain *c, const struct ike_cfg *asked)
{
	static const uint8_t whole4[4] = { 255, 255, 255, 255 };
	const struct ike_assigned *a = &sa->assigned;
	struct ike_cfg cfg = { .type = IKE_CFG_REPLY };
	uint8_t ip6[17];
	unsigned int i;

	if (a->ip4.family) {
		add(&cfg, IKE_CFG_IP4_ADDRESS, a->ip4.bytes, 4);
		if (ike_cfg_find(asked, IKE_CFG_IP4_NETMASK))
			add(&cfg, IKE_CFG_IP4_NETMASK, whole4, sizeof(whole4));
	}
	if (a->ip6.addr.family) {
		memcpy(ip6, a->ip6.addr.bytes, 16);
		ip6[16] = a->ip6.len;
		add(&cfg, IKE_CFG_IP6_ADDRESS, ip6, sizeof(ip6));
	}
	for (i = 0; i < a->n_dns; i++)
		add(&cfg, a->dns[i].family == AF_INET ? IKE_CFG_IP4_DNS : IKE_CFG_IP6_DNS, a->dns[i].bytes,
		    a->dns[i].family == AF_INET ? 4 : 16);
	ike2_put_cfg(c, &cfg);
}
