// SPDX-License-Identifier: GPL-2.0-or-later
/* CHAP with MD5 (RFC 1994), MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759), the authenticator's side.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/authn.h"
#include "wire/mschap.h"

enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE = 2, CHAP_SUCCESS = 3, CHAP_FAILURE = 4 };

/* RFC 2759 section 6. */
enum {
	ERROR_ACCT_DISABLED = 647,
	ERROR_NO_DIALIN_PERMISSION = 649,
	ERROR_AUTHENTICATION_FAILURE = 691,
};

static bool microsoft(const struct authn *a)
{
	return a->method == AUTH_MSCHAP || a->method == AUTH_MSCHAPV2;
}

static void new_challenge(struct authn *a)
{
	a->challenge_len = a->method == AUTH_MSCHAP ? MSCHAP_CHALLENGE_LEN : AUTHN_CHALLENGE_LEN;
	a->link->random(a->link->ctx, a->challenge, a->challenge_len);
}

/* Sent again it is the same, so that a late response to the first one counts. */
static void send_challenge(struct authn *a)
{
	uint8_t buf[PPP_HEADER_LEN + 1 + AUTHN_CHALLENGE_LEN + 64];
	struct wr w = wr_to(buf, sizeof(buf));

	ppp_packet_begin(&w, CHAP_CHALLENGE, a->id);
	wr_u8(&w, a->challenge_len);
	wr_bytes(&w, a->challenge, a->challenge_len);
	wr_bytes(&w, a->link->name, strlen(a->link->name));
	ppp_packet_end(&w);
	if (!w.bad)
		a->link->tx(a->link->ctx, PPP_CHAP, buf, w.len);
}

void chap_start(struct authn *a)
{
	a->link->random(a->link->ctx, &a->id, sizeof(a->id));
	new_challenge(a);
	send_challenge(a);
}

void chap_timeout(struct authn *a)
{
	send_challenge(a);
}

/* A response that no password could make right: say so and end. */
static void refuse(struct authn *a, const char *why)
{
	struct auth_reply reply = { .result = AUTH_UNAVAILABLE, .message = "Malformed response" };

	chap_reply(a, &reply);
	authn_fail(a, why);
}

static void ask(struct authn *a, const struct ppp_packet *p)
{
	struct auth_request req = { .chap_id = p->id, .challenge_len = a->challenge_len };
	size_t want = microsoft(a) ? MSCHAP_RESPONSE_LEN : CHAP_MD5_LEN;
	const uint8_t *value;
	uint8_t len;
	int ret;

	ret = ppp_chap_value_parse(p->data, &value, &len, req.user, sizeof(req.user));
	if (ret == -EBADMSG) {
		++*a->link->malformed;
		return;
	}
	a->id = p->id;
	if (ret) {
		refuse(a, "the user name is too long or holds a NUL");
		return;
	}
	if (len != want) {
		refuse(a, "the response has the wrong length");
		return;
	}
	memcpy(req.challenge, a->challenge, a->challenge_len);
	memcpy(req.response, value, len);
	req.response_len = len;
	authn_ask(a, &req);
}

/* A response to the failure that allowed a retry has the next identifier (RFC 2759 section 9.1.4).
 */
void chap_rx(struct authn *a, const struct ppp_packet *p)
{
	bool answered = a->state == AUTHN_ACCEPTED || a->state == AUTHN_RETRY;

	if (p->code != CHAP_RESPONSE || a->state == AUTHN_ASKED)
		return;
	if (answered && p->id == a->id)
		authn_answer_again(a, PPP_CHAP, p->id);
	else if ((a->state == AUTHN_WAIT && p->id == a->id) ||
		 (a->state == AUTHN_RETRY && p->id == (uint8_t)(a->id + 1)))
		ask(a, p);
}

static unsigned int error_code(enum auth_result result)
{
	switch (result) {
	case AUTH_DISABLED:
		return ERROR_ACCT_DISABLED;
	case AUTH_METHOD_REFUSED:
	case AUTH_NO_ADDRESS:
		return ERROR_NO_DIALIN_PERMISSION;
	default:
		return ERROR_AUTHENTICATION_FAILURE;
	}
}

/* RFC 2433 section 8, RFC 2759 section 6. A retry goes against a new challenge. */
static void microsoft_failure(struct authn *a, const struct auth_reply *reply)
{
	bool wrong = reply->result == AUTH_WRONG_PASSWORD || reply->result == AUTH_UNKNOWN_USER;
	bool retry = wrong && a->tries_left;
	char hex[2 * AUTHN_CHALLENGE_LEN + 1], text[64 + AUTH_MESSAGE_MAX];
	int len;

	new_challenge(a);
	for (size_t i = 0; i < a->challenge_len; i++)
		snprintf(hex + 2 * i, 3, "%02X", a->challenge[i]);
	if (a->method == AUTH_MSCHAP)
		len = snprintf(text, sizeof(text), "E=%u R=%d C=%s V=2", error_code(reply->result),
			       retry, hex);
	else
		len = snprintf(text, sizeof(text), "E=%u R=%d C=%s V=3 M=%s",
			       error_code(reply->result), retry, hex, authn_public_text(reply));
	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	if (retry)
		a->tries_left--;
	/* No timer: the user may be typing; the link's own limit ends it. */
	a->state = retry ? AUTHN_RETRY : AUTHN_DENIED;
	authn_answer(a, PPP_CHAP, CHAP_FAILURE, text, len);
}

void chap_reply(struct authn *a, const struct auth_reply *reply)
{
	const char *message = authn_public_text(reply);
	char text[64 + AUTH_MESSAGE_MAX];
	int len;

	if (reply->result != AUTH_OK && microsoft(a)) {
		microsoft_failure(a, reply);
		return;
	}
	a->state = reply->result == AUTH_OK ? AUTHN_ACCEPTED : AUTHN_DENIED;
	if (reply->result == AUTH_OK && a->method == AUTH_MSCHAPV2)
		len = snprintf(text, sizeof(text), "%s M=%s", reply->mschap_success, message);
	else
		len = snprintf(text, sizeof(text), "%s", message);
	if (len >= (int)sizeof(text))
		len = sizeof(text) - 1;
	authn_answer(a, PPP_CHAP, reply->result == AUTH_OK ? CHAP_SUCCESS : CHAP_FAILURE, text,
		     len);
}
