// SPDX-License-Identifier: GPL-2.0-or-later
/* A link's life and phases (RFC 1661 section 3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ppp_link.h"

static void set_why(struct ppp *ppp, const char *why)
{
	if (!ppp->why[0])
		snprintf(ppp->why, sizeof(ppp->why), "%s", why);
}

/* A login that failed is why the link ends, whoever hangs up on it then. */
static const char *final_why(const struct ppp *ppp, const char *otherwise)
{
	if (ppp->why[0])
		return ppp->why;
	if (ppp->authn.state == AUTHN_RETRY)
		return ppp->authn.why;
	return otherwise;
}

static void stop_authentication(struct ppp *ppp)
{
	if (ppp->authn.state == AUTHN_ASKED && !ppp->over)
		ppp->ops->auth_forget(ppp->ctx);
	authn_stop(&ppp->authn);
	login_stop(&ppp->login);
}

static void end(struct ppp *ppp, const char *why)
{
	char last[FSM_WHY_MAX];

	if (ppp->over)
		return;
	snprintf(last, sizeof(last), "%s", final_why(ppp, why));
	ppp_net_stop(ppp);
	stop_authentication(ppp);
	lcp_stop(&ppp->lcp);
	loop_timer_stop(&ppp->setup);
	ppp->phase = PPP_PHASE_DEAD;
	if (ppp->over)
		return;		/* net(0) made the owner end it */
	ppp->over = true;
	ppp->ops->down(ppp->ctx, last);
}

void ppp_terminate(struct ppp *ppp, const char *why, const char *told)
{
	char reason[FSM_WHY_MAX];

	if (ppp->over)
		return;
	snprintf(reason, sizeof(reason), "%s", final_why(ppp, why));
	set_why(ppp, reason);
	ppp->phase = PPP_PHASE_TERMINATE;
	ppp_net_stop(ppp);
	stop_authentication(ppp);
	loop_timer_stop(&ppp->setup);
	fsm_close(&ppp->lcp.fsm, told);
	if (fsm_settled(&ppp->lcp.fsm))
		end(ppp, reason);	/* nobody is there to be told */
}

static void setup_expired(void *arg)
{
	static const char *const waiting[] = {
		[PPP_PHASE_DEAD] = "",
		[PPP_PHASE_ESTABLISH] = "LCP did not finish",
		[PPP_PHASE_AUTHENTICATE] = "the peer was not authenticated",
		[PPP_PHASE_NETWORK] = "no network protocol was opened",
		[PPP_PHASE_TERMINATE] = "",
	};
	struct ppp *ppp = arg;
	char why[FSM_WHY_MAX];

	snprintf(why, sizeof(why), "%s in %u s",
		 ppp->cfg.client && ppp->phase == PPP_PHASE_AUTHENTICATE ?
			 "the peer did not answer our login" : waiting[ppp->phase],
		 ppp->cfg.setup_timeout_ms / 1000);
	if (ppp->phase == PPP_PHASE_NETWORK && ppp->ccp.fsm.state != FSM_OPENED &&
	    ppp_encryption_required(ppp))
		snprintf(why, sizeof(why), "encryption is required and was not agreed in %u s",
			 ppp->cfg.setup_timeout_ms / 1000);
	ppp_terminate(ppp, why, why);
}

/* --- what the parts tell the link --- */

static void on_tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	struct ppp *ppp = ctx;

	if (!ppp->over)
		ppp->ops->tx(ppp->ctx, protocol, data, len);
}

static void on_random(void *ctx, void *buf, size_t len)
{
	struct ppp *ppp = ctx;

	ppp->ops->random(ppp->ctx, buf, len);
}

static void on_debug(void *ctx, const char *what)
{
	struct ppp *ppp = ctx;
	struct log_about about;

	if (ppp->over || log_get_level() < LOG_LEVEL_DEBUG)
		return;
	about = ppp->ops->about(ppp->ctx);
	log_debug(&about, "%s", what);
}

static void on_accepted(void *ctx)
{
	struct ppp *ppp = ctx;

	ppp->phase = PPP_PHASE_NETWORK;
	ppp_net_start(ppp);
}

/* We are in. A login that is only asked for again changes nothing (RFC 1994 section 2). */
static void on_login(void *ctx)
{
	struct ppp *ppp = ctx;

	if (ppp->phase == PPP_PHASE_AUTHENTICATE) {
		memcpy(ppp->user, ppp->cfg.user, sizeof(ppp->user));
		ppp->method = ppp->login.method;
		ppp->keys = ppp->login.keys;
	}
	secret_wipe(&ppp->login.keys, sizeof(ppp->login.keys));
	if (ppp->phase == PPP_PHASE_AUTHENTICATE)
		on_accepted(ppp);
}

static void on_login_denied(void *ctx)
{
	struct ppp *ppp = ctx;

	ppp->denied = true;
	ppp_terminate(ppp, ppp->login.why, "authentication failed");
}

static void on_password(void *ctx, char password[AUTH_PASSWORD_MAX + 1])
{
	struct ppp *ppp = ctx;

	ppp->ops->password(ppp->ctx, password);
}

/* False: the owner ended it. */
static bool lcp_opened(struct ppp *ppp)
{
	ppp->phase = PPP_PHASE_AUTHENTICATE;
	ppp->link.peer_mru = ppp->lcp.peer_mru;
	ppp->ops->link_up(ppp->ctx, ppp->lcp.peer_acfc, ppp->lcp.peer_pfc, ppp->lcp.peer_mru);
	if (ppp->phase != PPP_PHASE_AUTHENTICATE)
		return false;
	lcp_echo_start(&ppp->lcp);
	return true;
}

/* Who asks for no proof of us gives none of itself either. */
static void unasked(struct ppp *ppp)
{
	ppp->denied = true;
	ppp_terminate(ppp, "the peer does not ask who we are, and so proves nothing of itself",
		      "authentication is required");
}

static void lcp_up(struct ppp *ppp)
{
	if (!lcp_opened(ppp))
		return;
	if (!ppp->cfg.client)
		authn_start(&ppp->authn, ppp->lcp.offer);
	else if (ppp->lcp.demand)
		login_start(&ppp->login, ppp->lcp.demand);
	else if (ppp->cfg.must_login)
		unasked(ppp);
	else
		on_accepted(ppp);	/* nobody asks who we are */
}

/* Too many before the link was up for long: the peer would have us authenticate for ever. */
static bool renegotiates_too_often(struct ppp *ppp)
{
	if (ppp->up_since_ms && loop_now_ms(ppp->loop) - ppp->up_since_ms >= PPP_STEADY_MS)
		ppp->renegotiations = 0;
	return ++ppp->renegotiations > PPP_RENEGOTIATIONS_MAX;
}

/* Either the peer hangs up, or it wants to begin again: everything above LCP is void. */
static void lcp_down(struct ppp *ppp)
{
	static const char often[] = "the peer negotiates LCP over and over again";

	loop_timer_stop(&ppp->lcp.echo);
	if (ppp->phase == PPP_PHASE_TERMINATE)
		return;
	if (fsm_settled(&ppp->lcp.fsm) || ppp->lcp.fsm.state == FSM_STOPPING ||
	    ppp->lcp.fsm.state == FSM_CLOSING) {
		set_why(ppp, final_why(ppp, ppp->lcp.fsm.why));
		ppp->phase = PPP_PHASE_TERMINATE;
		loop_timer_stop(&ppp->setup);
	} else {
		ppp->phase = PPP_PHASE_ESTABLISH;
		loop_timer_start(&ppp->setup, ppp->cfg.setup_timeout_ms);
	}
	stop_authentication(ppp);
	ppp_net_stop(ppp);
	ppp->link.peer_mru = PPP_MRU_DEFAULT;
	if (ppp->phase == PPP_PHASE_ESTABLISH && renegotiates_too_often(ppp))
		ppp_terminate(ppp, often, often);
}

static void on_up(void *ctx, struct fsm *fsm)
{
	struct ppp *ppp = ctx;

	if (ppp->over)
		return;
	if (fsm == &ppp->lcp.fsm)
		lcp_up(ppp);
	else
		ppp_net_up(ppp, fsm);
}

static void on_down(void *ctx, struct fsm *fsm)
{
	struct ppp *ppp = ctx;

	if (ppp->over)
		return;
	if (fsm == &ppp->lcp.fsm)
		lcp_down(ppp);
	else
		ppp_net_down(ppp, fsm);
}

static void on_finished(void *ctx, struct fsm *fsm)
{
	struct ppp *ppp = ctx;

	if (ppp->over)
		return;
	if (fsm == &ppp->lcp.fsm)
		end(ppp, fsm->why);
	else
		ppp_net_finished(ppp, fsm);
}

static void on_refused(void *ctx, struct fsm *fsm)
{
	struct ppp *ppp = ctx;

	if (ppp->over)
		return;
	if (fsm == &ppp->lcp.fsm)
		ppp_terminate(ppp, fsm->why, fsm->why);
	else
		ppp_net_finished(ppp, fsm);
}

static void on_dead(void *ctx, const char *why)
{
	ppp_terminate(ctx, why, why);
}

static void on_protocol_rejected(void *ctx, uint16_t protocol)
{
	struct ppp *ppp = ctx;
	char why[FSM_WHY_MAX];

	if (protocol == PPP_LCP) {
		fsm_rx_protocol_reject(&ppp->lcp.fsm);
	} else if (ppp->phase == PPP_PHASE_AUTHENTICATE &&
		   (protocol == PPP_PAP || protocol == PPP_CHAP)) {
		snprintf(why, sizeof(why), ppp->cfg.client ?
			 "the peer asked for %s and rejects it" :
			 "the peer agreed to %s and does not know it",
			 auth_method_to_str(ppp->cfg.client ? ppp->login.method :
							      ppp->authn.method));
		ppp_terminate(ppp, why, why);
	} else if (ppp->phase == PPP_PHASE_NETWORK) {
		ppp_net_rejected(ppp, protocol);
	}
}

static void on_ask(void *ctx, const struct auth_request *req)
{
	struct ppp *ppp = ctx;

	ppp->ops->auth_ask(ppp->ctx, req);
}

/* Our log says what was wrong; the peer was told what it may know by the authentication itself. */
static void on_denied(void *ctx)
{
	struct ppp *ppp = ctx;

	ppp_terminate(ppp, ppp->authn.why, "authentication failed");
}

/* --- the outside --- */

/* Only Microsoft's methods make keys (RFC 3079). */
static unsigned int usable_methods(const struct ppp_config *cfg)
{
	if (cfg->mppe == PPP_MPPE_REQUIRED)
		return cfg->auth_methods & (AUTH_MSCHAP | AUTH_MSCHAPV2);
	return cfg->auth_methods;
}

void ppp_init_link(struct ppp *ppp)
{
	ppp->link = (struct fsm_link){
		.loop = ppp->loop,
		.restart_ms = ppp->cfg.restart_ms,
		.max_configure = ppp->cfg.max_configure,
		.max_terminate = ppp->cfg.max_terminate,
		.max_failure = ppp->cfg.max_failure,
		.peer_mru = PPP_MRU_DEFAULT,
		.ctx = ppp,
		.tx = on_tx,
		.random = on_random,
		.up = on_up,
		.down = on_down,
		.finished = on_finished,
		.refused = on_refused,
		.debug = on_debug,
	};
	ppp->authn_link = (struct authn_link){
		.loop = ppp->loop,
		.restart_ms = ppp->cfg.restart_ms,
		.tries = ppp->cfg.auth_tries,
		.name = ppp->cfg.name,
		.malformed = &ppp->link.malformed,
		.ctx = ppp,
		.tx = on_tx,
		.random = on_random,
		.ask = on_ask,
		.accepted = on_accepted,
		.denied = on_denied,
	};
	ppp->login_link = (struct login_link){
		.loop = ppp->loop,
		.restart_ms = ppp->cfg.restart_ms,
		.user = ppp->cfg.user,
		.malformed = &ppp->link.malformed,
		.ctx = ppp,
		.tx = on_tx,
		.random = on_random,
		.password = on_password,
		.accepted = on_login,
		.denied = on_login_denied,
	};
	lcp_init(&ppp->lcp, &ppp->link, &ppp->cfg, usable_methods(&ppp->cfg));
	ppp->lcp.dead = on_dead;
	ppp->lcp.protocol_rejected = on_protocol_rejected;
	authn_init(&ppp->authn, &ppp->authn_link);
	login_init(&ppp->login, &ppp->login_link);
	loop_timer_init(&ppp->setup, ppp->loop, setup_expired, ppp);
}

struct ppp *ppp_new(struct loop *loop, const struct ppp_config *cfg, const struct ppp_ops *ops,
		    void *ctx)
{
	struct ppp *ppp = calloc(1, sizeof(*ppp));

	if (!ppp)
		return NULL;
	ppp->loop = loop;
	ppp->cfg = *cfg;
	ppp->ops = ops;
	ppp->ctx = ctx;
	ppp->addresses.client = cfg->client;
	ppp->addresses.ask_dns = cfg->ask_dns;
	if (cfg->client)
		ppp->addresses.local = cfg->local;
	ppp_init_link(ppp);
	ppp_net_stop(ppp);
	return ppp;
}

void ppp_free(struct ppp *ppp)
{
	if (!ppp)
		return;
	ppp->over = true;
	ppp_net_stop(ppp);
	stop_authentication(ppp);
	lcp_stop(&ppp->lcp);
	loop_timer_stop(&ppp->setup);
	secret_wipe(ppp, sizeof(*ppp));
	free(ppp);
}

void ppp_start(struct ppp *ppp)
{
	if (ppp->over || ppp->phase != PPP_PHASE_DEAD)
		return;
	if (!ppp->lcp.methods && (!ppp->cfg.client || ppp->cfg.mppe == PPP_MPPE_REQUIRED)) {
		end(ppp, "no authentication method is allowed that makes keys, and encryption is "
		    "required: allow MS-CHAPv2");
		return;
	}
	ppp->phase = PPP_PHASE_ESTABLISH;
	loop_timer_start(&ppp->setup, ppp->cfg.setup_timeout_ms);
	fsm_open(&ppp->lcp.fsm);
	fsm_up(&ppp->lcp.fsm);
}

static bool take_text(struct rd from, char *to, size_t cap)
{
	if (from.left >= cap || memchr(from.at, 0, from.left))
		return false;
	rd_copy(&from, to, from.left);
	return true;
}

/* The client's answer as the question that we would have asked about it. False: it is none. */
static bool proxy_request(const struct ppp_proxy *proxy, enum auth_method method,
			  struct auth_request *req)
{
	struct rd challenge = proxy->challenge, response = proxy->response;

	*req = (struct auth_request){ .method = method, .chap_id = proxy->id };
	if (!take_text(proxy->name, req->user, sizeof(req->user)))
		return false;
	if (method == AUTH_PAP)
		return take_text(response, req->password, sizeof(req->password));
	if (challenge.left > sizeof(req->challenge) || response.left > sizeof(req->response))
		return false;
	req->challenge_len = challenge.left;
	req->response_len = response.left;
	rd_copy(&challenge, req->challenge, challenge.left);
	rd_copy(&response, req->response, response.left);
	return true;
}

/* What the client answered is judged as if it had come from it; without that we ask. */
static void proxy_authentication(struct ppp *ppp, const struct ppp_proxy *proxy)
{
	struct auth_request req;
	bool ok = proxy->answered && proxy_request(proxy, ppp->lcp.offer, &req);

	if (!ok || !authn_adopt(&ppp->authn, &req))
		authn_start(&ppp->authn, ppp->lcp.offer);
	secret_wipe(&req, sizeof(req));
}

bool ppp_start_proxy(struct ppp *ppp, const struct ppp_proxy *proxy)
{
	if (ppp->over || ppp->phase != PPP_PHASE_DEAD || ppp->cfg.client || !ppp->lcp.methods ||
	    !lcp_adopt(&ppp->lcp, proxy->sent, proxy->received))
		return false;
	loop_timer_start(&ppp->setup, ppp->cfg.setup_timeout_ms);
	if (lcp_opened(ppp))
		proxy_authentication(ppp, proxy);
	return true;
}

/*
 * RFC 1661 sections 3.4, 3.5 and 3.7 say what is dropped in which phase. LCP is heard always: what
 * comes before ppp_start() waits for it, because the peer may be faster than the lower layer's last
 * message.
 */
void ppp_rx(struct ppp *ppp, uint16_t protocol, const uint8_t *data, size_t len)
{
	if (ppp->over)
		return;
	if (protocol == PPP_LCP)
		fsm_rx(&ppp->lcp.fsm, data, len);
	else if (ppp->cfg.client && (protocol == PPP_PAP || protocol == PPP_CHAP))
		login_rx(&ppp->login, protocol, data, len);
	else if (protocol == PPP_PAP || protocol == PPP_CHAP)
		authn_rx(&ppp->authn, protocol, data, len);
	else if (ppp->phase == PPP_PHASE_NETWORK)
		ppp_net_rx(ppp, protocol, data, len);
}

void ppp_auth_reply(struct ppp *ppp, const struct auth_reply *reply)
{
	static const char other[] = "the peer is another user since it renegotiated";

	if (ppp->over || ppp->authn.state != AUTHN_ASKED)
		return;
	if (reply->result == AUTH_OK && ppp->user[0] && strcmp(ppp->user, ppp->authn.user)) {
		ppp_terminate(ppp, other, other);
		return;
	}
	if (reply->result == AUTH_OK) {
		memcpy(ppp->user, ppp->authn.user, sizeof(ppp->user));
		ppp->method = ppp->authn.method;
		ppp->keys = reply->keys;
		ppp->addresses.local = ppp->cfg.local;
		ppp->addresses.peer = reply->address;
		memcpy(ppp->addresses.dns, reply->dns, sizeof(reply->dns));
		memcpy(ppp->addresses.nbns, reply->nbns, sizeof(reply->nbns));
		ppp->ops->authenticated(ppp->ctx, ppp->user, ppp->method, reply);
	}
	if (!ppp->over)
		authn_reply(&ppp->authn, reply);
}

void ppp_mppe_desync(struct ppp *ppp)
{
	if (!ppp->over && ppp->encrypted)
		ccp_desync(&ppp->ccp);
}

void ppp_close(struct ppp *ppp, const char *why)
{
	ppp_terminate(ppp, why, why);
}

void ppp_lower_down(struct ppp *ppp, const char *why)
{
	end(ppp, why);
}

const char *ppp_user(const struct ppp *ppp)
{
	return ppp->user;
}

static const char *phase_to_str(const struct ppp *ppp)
{
	switch (ppp->phase) {
	case PPP_PHASE_DEAD:
	case PPP_PHASE_ESTABLISH:
		return "lcp";
	case PPP_PHASE_AUTHENTICATE:
		return "authenticate";
	case PPP_PHASE_NETWORK:
		return ppp->net ? "up" : "network";
	case PPP_PHASE_TERMINATE:
		break;
	}
	return "terminate";
}

void ppp_get_info(const struct ppp *ppp, struct ppp_info *info)
{
	*info = (struct ppp_info){
		.phase = phase_to_str(ppp),
		.net = ppp->net,
		.user = ppp->user,
		.method = ppp->method,
		.local_mru = ppp->lcp.ask_mru ? ppp->lcp.mru : PPP_MRU_DEFAULT,
		.peer_mru = ppp->lcp.peer_mru,
		.tx_acfc = ppp->lcp.peer_acfc,
		.tx_pfc = ppp->lcp.peer_pfc,
		.mppe_strength = ppp->encrypted ? ppp->strength : 0,
		.mppe_stateful = ppp->encrypted && ppp->stateful,
		.local = ppp->cfg.client ? ppp->ipcp.cfg.local : ppp->cfg.local,
		.peer = ppp->cfg.client ? ppp->ipcp.cfg.peer : ppp->addresses.peer,
		.up_since_ms = ppp->net ? ppp->up_since_ms : 0,
		.malformed = ppp->link.malformed,
		.denied = ppp->denied,
	};
	memcpy(info->dns, ppp->ipcp.cfg.dns, sizeof(info->dns));
	memcpy(info->local_ifid, ppp->ipv6cp.local, sizeof(info->local_ifid));
	memcpy(info->peer_ifid, ppp->ipv6cp.peer, sizeof(info->peer_ifid));
}
