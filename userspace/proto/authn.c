// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/authn.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "wire/mschap.h"

static void timeout(void *arg)
{
	struct authn *a = arg;

	if (a->state != AUTHN_WAIT)
		return;
	if (--a->sends_left) {
		loop_timer_start(&a->timer, a->link->restart_ms);
		if (a->method != AUTH_PAP)
			chap_timeout(a);
		return;
	}
	snprintf(a->why, sizeof(a->why), "the peer did not authenticate itself with %s within %u s",
		 auth_method_to_str(a->method), AUTHN_SENDS_MAX * a->link->restart_ms / 1000);
	a->state = AUTHN_DENIED;
	a->link->denied(a->link->ctx);
}

void authn_init(struct authn *a, const struct authn_link *link)
{
	a->link = link;
	a->state = AUTHN_IDLE;
	loop_timer_init(&a->timer, link->loop, timeout, a);
}

void authn_start(struct authn *a, enum auth_method method)
{
	a->method = method;
	a->state = AUTHN_WAIT;
	a->sends_left = AUTHN_SENDS_MAX;
	a->tries_left = a->link->tries;
	a->answer_len = 0;
	a->why[0] = 0;
	loop_timer_start(&a->timer, a->link->restart_ms);
	if (method == AUTH_PAP)
		pap_start(a);
	else
		chap_start(a);
}

static bool complete(const struct auth_request *req)
{
	switch (req->method) {
	case AUTH_PAP:
		return true;
	case AUTH_CHAP_MD5:
		return req->challenge_len && req->response_len == CHAP_MD5_LEN;
	case AUTH_MSCHAP:
		return req->challenge_len == MSCHAP_CHALLENGE_LEN &&
		       req->response_len == MSCHAP_RESPONSE_LEN;
	case AUTH_MSCHAPV2:
		return req->challenge_len == MSCHAPV2_CHALLENGE_LEN &&
		       req->response_len == MSCHAP_RESPONSE_LEN;
	}
	return false;
}

/* No timer: the peer has spoken, and what it awaits comes of the answer. */
bool authn_adopt(struct authn *a, struct auth_request *req)
{
	if (!complete(req)) {
		secret_wipe(req, sizeof(*req));
		return false;
	}
	a->method = req->method;
	a->sends_left = AUTHN_SENDS_MAX;
	a->tries_left = a->link->tries;
	a->answer_len = 0;
	a->why[0] = 0;
	a->id = req->chap_id;
	authn_ask(a, req);
	return true;
}

void authn_stop(struct authn *a)
{
	a->state = AUTHN_IDLE;
	loop_timer_stop(&a->timer);
	secret_wipe(a->challenge, sizeof(a->challenge));
}

void authn_rx(struct authn *a, uint16_t protocol, const uint8_t *data, size_t len)
{
	bool pap = protocol == PPP_PAP;
	struct ppp_packet p;

	if (a->state == AUTHN_IDLE || a->state == AUTHN_DENIED || pap != (a->method == AUTH_PAP))
		return;
	if (ppp_packet_parse(&p, data, len)) {
		++*a->link->malformed;
		return;
	}
	if (pap)
		pap_rx(a, &p);
	else
		chap_rx(a, &p);
}

void authn_reply(struct authn *a, const struct auth_reply *reply)
{
	char user[AUTHN_WHY_MAX / 2], why[AUTHN_WHY_MAX];

	if (a->state != AUTHN_ASKED)
		return;
	if (reply->result != AUTH_OK) {
		snprintf(why, sizeof(why), "authentication of \"%s\" with %s failed: %s",
			 log_text(user, sizeof(user), a->user, strlen(a->user)),
			 auth_method_to_str(a->method), auth_result_to_str(reply->result));
		memcpy(a->why, why, sizeof(a->why));
	}
	if (a->method == AUTH_PAP)
		pap_reply(a, reply);
	else
		chap_reply(a, reply);
	if (a->state == AUTHN_ACCEPTED)
		a->link->accepted(a->link->ctx);
	else if (a->state == AUTHN_DENIED)
		a->link->denied(a->link->ctx);
}

void authn_ask(struct authn *a, struct auth_request *req)
{
	req->method = a->method;
	memcpy(a->user, req->user, sizeof(a->user));
	a->state = AUTHN_ASKED;
	loop_timer_stop(&a->timer);
	a->link->ask(a->link->ctx, req);
	secret_wipe(req, sizeof(*req));
}

void authn_answer(struct authn *a, uint16_t protocol, uint8_t code, const void *data, size_t len)
{
	struct wr w = wr_to(a->answer, sizeof(a->answer));

	ppp_packet_begin(&w, code, a->id);
	wr_bytes(&w, data, len);
	ppp_packet_end(&w);
	a->answer_len = w.bad ? 0 : w.len;
	if (a->answer_len)
		a->link->tx(a->link->ctx, protocol, a->answer, a->answer_len);
}

void authn_answer_again(struct authn *a, uint16_t protocol, uint8_t id)
{
	struct wr w = wr_to(a->answer, sizeof(a->answer));

	if (!a->answer_len)
		return;
	w.len = a->answer_len;
	wr_patch_u8(&w, 1, id);
	a->link->tx(a->link->ctx, protocol, a->answer, a->answer_len);
}

/* What the peer sent cannot even be asked about. */
void authn_fail(struct authn *a, const char *why)
{
	snprintf(a->why, sizeof(a->why), "%s failed: %s", auth_method_to_str(a->method), why);
	a->state = AUTHN_DENIED;
	loop_timer_stop(&a->timer);
	a->link->denied(a->link->ctx);
}

/* Whether the name or the password was wrong is nobody's business but ours. */
const char *authn_public_text(const struct auth_reply *reply)
{
	if (reply->message[0])
		return reply->message;
	if (reply->result == AUTH_OK)
		return "Welcome";
	if (reply->result == AUTH_WRONG_PASSWORD || reply->result == AUTH_UNKNOWN_USER)
		return "Authentication failed";
	return auth_result_to_str(reply->result);
}
