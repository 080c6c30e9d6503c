// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network phase: encryption first, then the network protocols over it. RFC 3078 section 3 wants
 * CCP open before the first encrypted packet; here no network protocol so much as starts before
 * encryption is decided, so that none can be open in the clear by accident.
 */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ppp_link.h"

/* What was encrypted once stays so: a renegotiation must not be a way out. */
bool ppp_encryption_required(const struct ppp *ppp)
{
	return ppp->cfg.mppe == PPP_MPPE_REQUIRED || ppp->encrypted;
}

/* Allowed and with keys: RFC 3079 makes 40 and 56 bits from one, 128 from another. */
static unsigned int strengths(const struct ppp *ppp)
{
	unsigned int have = 0;

	if (ppp->cfg.mppe == PPP_MPPE_NONE)
		return 0;
	if (ppp->keys.have40)
		have |= PPP_MPPE_40 | PPP_MPPE_56;
	if (ppp->keys.have128)
		have |= PPP_MPPE_128;
	return have & ppp->cfg.mppe_strengths;
}

static bool in_phase(const struct ppp *ppp)
{
	return ppp->phase == PPP_PHASE_NETWORK && !ppp->over;
}

static void set_net(struct ppp *ppp, unsigned int net)
{
	if (net == ppp->net)
		return;
	ppp->net = net;
	if (net) {
		if (!ppp->up_since_ms)
			ppp->up_since_ms = loop_now_ms(ppp->loop);
		ppp->sealed = ppp->encrypted;
		secret_wipe(&ppp->keys, sizeof(ppp->keys));
		loop_timer_stop(&ppp->setup);
	} else if (in_phase(ppp)) {
		loop_timer_start(&ppp->setup, ppp->cfg.setup_timeout_ms);
	}
	if (!ppp->over)
		ppp->ops->net(ppp->ctx, net);
}

static void update_net(struct ppp *ppp)
{
	unsigned int net = 0;

	if (ppp->ipcp.fsm.state == FSM_OPENED)
		net |= PPP_NET_IPV4;
	if (ppp->ipv6cp.fsm.state == FSM_OPENED)
		net |= PPP_NET_IPV6;
	if (ppp_encryption_required(ppp) && ppp->ccp.fsm.state != FSM_OPENED)
		net = 0;
	set_net(ppp, net);
}

static unsigned int net_of(const struct ppp *ppp, const struct fsm *fsm)
{
	return fsm == &ppp->ipcp.fsm ? PPP_NET_IPV4 : PPP_NET_IPV6;
}

static void start_protocols(struct ppp *ppp)
{
	if (ppp->wanted & PPP_NET_IPV4) {
		fsm_open(&ppp->ipcp.fsm);
		fsm_up(&ppp->ipcp.fsm);
	}
	if (ppp->wanted & PPP_NET_IPV6 && in_phase(ppp)) {
		fsm_open(&ppp->ipv6cp.fsm);
		fsm_up(&ppp->ipv6cp.fsm);
	}
}

/* No encryption: the end where it is required, else CCP is closed for good and the rest begins. */
static void go_without(struct ppp *ppp, const char *why)
{
	char text[FSM_WHY_MAX];

	if (!ppp_encryption_required(ppp)) {
		fsm_close(&ppp->ccp.fsm, why);
		if (ppp->ipcp.fsm.state == FSM_INITIAL && ppp->ipv6cp.fsm.state == FSM_INITIAL)
			start_protocols(ppp);
		return;
	}
	if (!strncmp(why, "encryption is", 13))
		snprintf(text, sizeof(text), "%s", why);
	else
		snprintf(text, sizeof(text), "encryption is required and there is none: %.110s",
			 why);
	ppp_terminate(ppp, text, text);
}

static void ccp_up(struct ppp *ppp)
{
	struct ppp_mppe_keys keys = { 0 };
	bool k128;

	keys.strength = ccp_strength(&ppp->ccp, &keys.stateful);
	if (!keys.strength) {
		go_without(ppp, "the peer offers none");
		return;
	}
	k128 = keys.strength == PPP_MPPE_128;
	memcpy(keys.tx, k128 ? ppp->keys.tx128 : ppp->keys.tx40, k128 ? 16 : 8);
	memcpy(keys.rx, k128 ? ppp->keys.rx128 : ppp->keys.rx40, k128 ? 16 : 8);
	ppp->strength = keys.strength;
	ppp->stateful = keys.stateful;
	ppp->encrypted = true;
	ppp->ops->mppe_up(ppp->ctx, &keys);
	secret_wipe(&keys, sizeof(keys));
	if (in_phase(ppp))
		start_protocols(ppp);
}

/*
 * A negotiation of CCP that starts again before data could flow is a lost packet's doing: the
 * network protocols wait for its end. Afterwards the keys are gone, and starting the cipher anew
 * would use its stream twice.
 */
static void ccp_down(struct ppp *ppp)
{
	bool again = ppp->ccp.fsm.state >= FSM_REQ_SENT && ppp->ccp.fsm.state <= FSM_ACK_SENT;

	if (!ppp->encrypted)
		return;
	if (ppp->sealed || !again) {
		go_without(ppp, ppp->sealed && again ?
			   "the peer negotiates encryption anew while it is in use" :
			   ppp->ccp.fsm.why);
		return;
	}
	fsm_stop(&ppp->ipcp.fsm);
	fsm_stop(&ppp->ipv6cp.fsm);
}

void ppp_on_flush(void *ctx)
{
	struct ppp *ppp = ctx;

	if (ppp->encrypted)
		ppp->ops->mppe_flush(ppp->ctx);
}

void ppp_net_start(struct ppp *ppp)
{
	ppp->failed = 0;
	ppp->wanted = 0;
	if (ppp->cfg.ipv4 && (ppp->cfg.client || ppp->addresses.peer.family == AF_INET))
		ppp->wanted |= PPP_NET_IPV4;
	if (ppp->cfg.ipv6)
		ppp->wanted |= PPP_NET_IPV6;
	if (!ppp->wanted) {
		ppp_terminate(ppp, "no network protocol is possible: no address was assigned",
			      "no address was assigned");
		return;
	}
	ppp->sealed = false;
	ccp_init(&ppp->ccp, &ppp->link, &ppp->cfg, ppp_encryption_required(ppp), strengths(ppp));
	ppp->ccp.flush = ppp_on_flush;
	ipcp_init(&ppp->ipcp, &ppp->link, &ppp->addresses);
	ipv6cp_init(&ppp->ipv6cp, &ppp->link, ppp->cfg.client, ppp->cfg.local_ifid,
		    ppp->cfg.peer_ifid);
	if (!strengths(ppp)) {
		go_without(ppp, "there are no keys for it");
		return;
	}
	fsm_open(&ppp->ccp.fsm);
	fsm_up(&ppp->ccp.fsm);
}

void ppp_net_stop(struct ppp *ppp)
{
	if (!ppp->ccp.fsm.proto) { /* never started: make the automata ones that can be stopped */
		ccp_init(&ppp->ccp, &ppp->link, &ppp->cfg, false, 0);
		ipcp_init(&ppp->ipcp, &ppp->link, &ppp->addresses);
		ipv6cp_init(&ppp->ipv6cp, &ppp->link, ppp->cfg.client, ppp->cfg.local_ifid,
			    ppp->cfg.peer_ifid);
	}
	fsm_stop(&ppp->ccp.fsm);
	fsm_stop(&ppp->ipcp.fsm);
	fsm_stop(&ppp->ipv6cp.fsm);
	secret_wipe(&ppp->keys, sizeof(ppp->keys));
	set_net(ppp, 0);
}

/*
 * Protocols that we speak, only not with this peer or not now, are dropped; others are rejected
 * (RFC 1661 section 3.6).
 */
void ppp_net_rx(struct ppp *ppp, uint16_t protocol, const uint8_t *data, size_t len)
{
	if (protocol == PPP_IPV4 || protocol == PPP_IPV6 || protocol == PPP_COMPRESSED)
		return;
	if (protocol == PPP_CCP && ppp->ccp.strengths)
		fsm_rx(&ppp->ccp.fsm, data, len);
	else if (protocol == PPP_IPCP && ppp->wanted & PPP_NET_IPV4)
		fsm_rx(&ppp->ipcp.fsm, data, len);
	else if (protocol == PPP_IPV6CP && ppp->wanted & PPP_NET_IPV6)
		fsm_rx(&ppp->ipv6cp.fsm, data, len);
	else
		lcp_reject_protocol(&ppp->lcp, protocol, data, len);
}

void ppp_net_rejected(struct ppp *ppp, uint16_t protocol)
{
	if (protocol == PPP_CCP)
		fsm_rx_protocol_reject(&ppp->ccp.fsm);
	else if (protocol == PPP_IPCP)
		fsm_rx_protocol_reject(&ppp->ipcp.fsm);
	else if (protocol == PPP_IPV6CP)
		fsm_rx_protocol_reject(&ppp->ipv6cp.fsm);
	else if (protocol == PPP_COMPRESSED && ppp->encrypted)
		ppp_terminate(ppp, "the peer rejects encrypted packets",
			      "encrypted packets are rejected");
}

void ppp_net_up(struct ppp *ppp, struct fsm *fsm)
{
	if (fsm == &ppp->ccp.fsm) {
		ccp_up(ppp);
		return;
	}
	ppp->failed &= ~net_of(ppp, fsm);
	update_net(ppp);
}

void ppp_net_down(struct ppp *ppp, struct fsm *fsm)
{
	update_net(ppp);
	if (fsm == &ppp->ccp.fsm && in_phase(ppp))
		ccp_down(ppp);
}

void ppp_net_finished(struct ppp *ppp, struct fsm *fsm)
{
	char why[FSM_WHY_MAX];

	if (!in_phase(ppp))
		return;
	if (fsm == &ppp->ccp.fsm) {
		go_without(ppp, fsm->why);
		return;
	}
	ppp->failed |= net_of(ppp, fsm);
	if (ppp->failed != ppp->wanted || ppp->net)
		return;
	snprintf(why, sizeof(why), "no network protocol in common: %.120s", fsm->why);
	ppp_terminate(ppp, why, why);
}
