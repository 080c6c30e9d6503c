// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transaction exchanges: XAUTH (draft-beaulieu-ike-xauth-02) and mode-config (draft-dukes-ike-mode-cfg-02), both sides
 * of both. The responder of phase 1 asks who its user is; the initiator asks for an address.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

enum { STEP_ASKED = 1, STEP_TOLD };

#define PASSWORD_MAX	256

static void add(struct ike_cfg *cfg, uint16_t type, const void *value, size_t len)
{
	if (cfg->n < IKE2_ATTRIBUTES_MAX)
		cfg->attr[cfg->n++] = (struct ike_cfg_attr){ .type = type, .value = ike_octets_of(value, len) };
}

static int send_cfg(struct ike1_xchg *x, const struct ike_cfg *cfg, bool awaits)
{
	struct ike1_out o;

	ike1_xchg_begin(x, &o);
	ike1_put_cfg(&o.c, cfg);
	return ike1_xchg_send(x, &o, (struct ike_octets){ 0 }, awaits);
}

static uint16_t id_new(struct ike1_sa *sa)
{
	uint16_t id;

	sa->ike->ops->random(sa->ike->ctx, &id, sizeof(id));
	return id;
}

/* --- XAUTH, as the one who asks --- */

void ike1_xauth_begin(struct ike1_sa *sa)
{
	static const uint8_t generic[2];
	struct ike1_xchg *x = ike1_xchg_new(sa, IKE1_X_XAUTH, ike1_mid_new(sa), true);
	struct ike_cfg cfg = { .type = IKE_CFG_REQUEST };

	if (!x) {
		ike1_sa_close(sa, "out of memory");
		return;
	}
	x->step = STEP_ASKED;
	cfg.id = id_new(sa);
	add(&cfg, IKE1_XAUTH_TYPE, generic, sizeof(generic));
	add(&cfg, IKE1_XAUTH_USER_NAME, NULL, 0);
	add(&cfg, IKE1_XAUTH_USER_PASSWORD, NULL, 0);
	if (send_cfg(x, &cfg, true))
		ike1_sa_close(sa, "a message cannot be made");
}

/* Text of a peer; a NUL at its end, as Android sends it, is no part of it. False: too long, or with NUL inside. */
static bool text_of(const struct ike_cfg *cfg, uint16_t type, char *out, size_t cap)
{
	const struct ike_cfg_attr *a = ike_cfg_find(cfg, type);
	size_t len = a ? a->value.len : 0;

	while (len && !a->value.at[len - 1])
		len--;
	if (!len || len >= cap || memchr(a->value.at, '\0', len))
		return false;
	memcpy(out, a->value.at, len);
	out[len] = '\0';
	return true;
}

static bool password_fits(struct ike1_sa *sa, const struct ike_cfg *cfg, const char *user)
{
	char given[PASSWORD_MAX + 1] = "", known[PASSWORD_MAX + 1] = "";
	bool right;

	right = text_of(cfg, IKE1_XAUTH_USER_PASSWORD, given, sizeof(given));
	right = sa->ike->ops->password(sa->ike->ctx, sa, user, known, sizeof(known)) && right;
	/* The whole of both buffers: how much is the same does not show. */
	known[PASSWORD_MAX] = given[PASSWORD_MAX] = '\0';
	for (size_t i = strlen(known); i < sizeof(known); i++)
		known[i] = '\0';
	for (size_t i = strlen(given); i < sizeof(given); i++)
		given[i] = '\0';
	right = secret_equal(given, known, sizeof(known)) && right && known[0];
	secret_wipe(given, sizeof(given));
	secret_wipe(known, sizeof(known));
	return right;
}

static void xauth_reply(struct ike1_xchg *x, const struct ike_cfg *cfg)
{
	struct ike1_sa *sa = x->sa;
	struct ike_cfg set = { .type = IKE_CFG_SET };
	struct ike1_xchg *told;
	char user[IKE_USER_MAX + 1] = "", shown[IKE_USER_MAX + 1];
	bool right = text_of(cfg, IKE1_XAUTH_USER_NAME, user, sizeof(user)) && password_fits(sa, cfg, user);
	uint8_t status[2] = { 0, right };

	snprintf(sa->user, sizeof(sa->user), "%s", right ? user : "");
	if (!right) {
		sa->ike->stats.auth_failed++;
		log_text(shown, sizeof(shown), user, strlen(user));
		ike1_log(sa, LOG_LEVEL_WARN, "wrong password, or no such user: %s", shown);
	}
	ike1_xchg_done(x);
	told = ike1_xchg_new(sa, IKE1_X_XAUTH, ike1_mid_new(sa), true);
	if (told) {
		told->step = STEP_TOLD;
		set.id = id_new(sa);
		add(&set, IKE1_XAUTH_STATUS, status, sizeof(status));
	}
	if (!told || send_cfg(told, &set, true))
		ike1_sa_close(sa, "a message cannot be made");
}

static void xauth_rx(struct ike1_xchg *x, const struct ike_cfg *cfg)
{
	struct ike1_sa *sa = x->sa;
	bool right = sa->user[0];

	if (x->step == STEP_ASKED && cfg->type == IKE_CFG_REPLY) {
		xauth_reply(x, cfg);
		return;
	}
	if (x->step != STEP_TOLD || cfg->type != IKE_CFG_ACK)
		return;
	ike1_xchg_done(x);
	if (right)
		ike1_sa_begin(sa);
	else
		ike1_sa_close(sa, "wrong password, or no such user (XAUTH)");
}

/* --- XAUTH, as the one who is asked --- */

static void xauth_answer(struct ike1_xchg *x, const struct ike_cfg *asked)
{
	static const uint8_t generic[2];
	const struct ike_peer *p = x->sa->peer;
	struct ike_cfg reply = { .type = IKE_CFG_REPLY, .id = asked->id };

	if (!p->user || !p->password) {
		ike1_sa_close(x->sa, "the gateway asks for a user (XAUTH), and none is configured");
		return;
	}
	add(&reply, IKE1_XAUTH_TYPE, generic, sizeof(generic));
	add(&reply, IKE1_XAUTH_USER_NAME, p->user, strlen(p->user));
	add(&reply, IKE1_XAUTH_USER_PASSWORD, p->password, strlen(p->password));
	send_cfg(x, &reply, false);
}

static void xauth_status(struct ike1_xchg *x, const struct ike_cfg *set)
{
	const struct ike_cfg_attr *status = ike_cfg_find(set, IKE1_XAUTH_STATUS);
	struct ike_cfg ack = { .type = IKE_CFG_ACK, .id = set->id };
	struct ike1_sa *sa = x->sa;

	add(&ack, IKE1_XAUTH_STATUS, NULL, 0);
	send_cfg(x, &ack, false);
	ike1_xchg_done(x);
	if (!ike1_cfg_u16(status))
		ike1_sa_close(sa, "the gateway refuses user or password (XAUTH)");
	else if (sa->phase == IKE1_XAUTH)
		ike1_sa_begin(sa);
}

/* --- mode-config, as the one who asks --- */

int ike1_config_request(struct ike1_sa *sa)
{
	struct ike1_xchg *x = ike1_xchg_new(sa, IKE1_X_CONFIG, ike1_mid_new(sa), true);
	struct ike_cfg cfg = { .type = IKE_CFG_REQUEST };

	if (!x)
		return -ENOMEM;
	cfg.id = id_new(sa);
	add(&cfg, IKE_CFG_IP4_ADDRESS, NULL, 0);
	add(&cfg, IKE_CFG_IP4_NETMASK, NULL, 0);
	add(&cfg, IKE_CFG_IP4_DNS, NULL, 0);
	return send_cfg(x, &cfg, true);
}

static void config_reply(struct ike1_xchg *x, const struct ike_cfg *cfg)
{
	struct ike1_sa *sa = x->sa;
	struct ike_assigned *a = &sa->assigned;

	memset(a, 0, sizeof(*a));
	for (unsigned int i = 0; i < cfg->n; i++) {
		const struct ike_cfg_attr *attr = &cfg->attr[i];

		if (attr->value.len != 4)
			continue;
		if (attr->type == IKE_CFG_IP4_ADDRESS && !a->ip4.family) {
			a->ip4.family = AF_INET;
			memcpy(a->ip4.bytes, attr->value.at, 4);
		} else if (attr->type == IKE_CFG_IP4_DNS && a->n_dns < IKE_DNS_MAX) {
			a->dns[a->n_dns].family = AF_INET;
			memcpy(a->dns[a->n_dns++].bytes, attr->value.at, 4);
		}
	}
	ike1_xchg_done(x);
	if (!a->ip4.family) {
		ike1_sa_close(sa, "the gateway gives us no address (mode-config)");
		return;
	}
	sa->have_assigned = true;
	sa->ike->ops->assigned(sa->ike->ctx, sa, a);
	ike1_child_initiate(sa);
}

/* --- mode-config, as the one who is asked --- */

static bool assign(struct ike1_sa *sa, const struct ike_cfg *asked, char why[IKE_WHY_MAX])
{
	bool ip4 = ike_cfg_find(asked, IKE_CFG_IP4_ADDRESS), ip6 = ike_cfg_find(asked, IKE_CFG_IP6_ADDRESS);

	if (sa->have_assigned)
		return true;
	snprintf(why, IKE_WHY_MAX, "the peer asks for an address, and none are given here");
	if (!sa->peer->assign_addresses || sa->phase != IKE1_UP || (!ip4 && !ip6))
		return false;
	memset(&sa->assigned, 0, sizeof(sa->assigned));
	sa->have_assigned = sa->ike->ops->assign(sa->ike->ctx, sa, ip4, ip6, &sa->assigned, why);
	return sa->have_assigned;
}

static void config_answer(struct ike1_xchg *x, const struct ike_cfg *asked)
{
	static const uint8_t whole4[4] = { 255, 255, 255, 255 };
	struct ike1_sa *sa = x->sa;
	const struct ike_assigned *a = &sa->assigned;
	struct ike_cfg reply = { .type = IKE_CFG_REPLY, .id = asked->id };
	char why[IKE_WHY_MAX];

	if (!assign(sa, asked, why)) {
		ike1_log(sa, LOG_LEVEL_WARN, "%s", why);
	} else {
		if (a->ip4.family)
			add(&reply, IKE_CFG_IP4_ADDRESS, a->ip4.bytes, 4);
		if (a->ip4.family && ike_cfg_find(asked, IKE_CFG_IP4_NETMASK))
			add(&reply, IKE_CFG_IP4_NETMASK, whole4, sizeof(whole4));
		if (a->ip6.addr.family)
			add(&reply, IKE_CFG_IP6_ADDRESS, a->ip6.addr.bytes, 16);
		for (unsigned int i = 0; i < a->n_dns; i++)
			add(&reply, a->dns[i].family == AF_INET ? IKE_CFG_IP4_DNS : IKE_CFG_IP6_DNS, a->dns[i].bytes,
			    a->dns[i].family == AF_INET ? 4 : 16);
	}
	send_cfg(x, &reply, false);
	ike1_xchg_done(x);
}

/* What is set unasked is acknowledged, and not heeded. */
static void config_ack(struct ike1_xchg *x, const struct ike_cfg *set)
{
	struct ike_cfg ack = { .type = IKE_CFG_ACK, .id = set->id };

	for (unsigned int i = 0; i < set->n; i++)
		add(&ack, set->attr[i].type, NULL, 0);
	send_cfg(x, &ack, false);
	ike1_xchg_done(x);
}

/* --- whose affair it is --- */

static bool is_xauth(const struct ike_cfg *cfg)
{
	for (unsigned int i = 0; i < cfg->n; i++)
		if (cfg->attr[i].type >= IKE1_XAUTH_TYPE && cfg->attr[i].type <= IKE1_XAUTH_ANSWER)
			return true;
	return false;
}

static void rx_asked(struct ike1_xchg *x, const struct ike_cfg *cfg)
{
	struct ike1_sa *sa = x->sa;

	if (cfg->type == IKE_CFG_REQUEST && is_xauth(cfg) && sa->initiator)
		xauth_answer(x, cfg);
	else if (cfg->type == IKE_CFG_SET && ike_cfg_find(cfg, IKE1_XAUTH_STATUS) && sa->initiator)
		xauth_status(x, cfg);
	else if (cfg->type == IKE_CFG_REQUEST && !is_xauth(cfg))
		config_answer(x, cfg);
	else if (cfg->type == IKE_CFG_SET)
		config_ack(x, cfg);
}

void ike1_config_rx_new(struct ike1_xchg *x, struct ike1_message *m)
{
	if (ike1_has(m, IKE1_PAYLOAD_ATTR))
		rx_asked(x, &m->cfg);
	else
		ike1_xchg_free(x);
}

void ike1_config_rx(struct ike1_xchg *x, struct ike1_message *m)
{
	if (!ike1_has(m, IKE1_PAYLOAD_ATTR))
		return;
	if (!x->by_us)
		rx_asked(x, &m->cfg);
	else if (x->kind == IKE1_X_XAUTH)
		xauth_rx(x, &m->cfg);
	else if (m->cfg.type == IKE_CFG_REPLY)
		config_reply(x, &m->cfg);
}
