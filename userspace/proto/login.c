// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/login.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

enum { PAP_REQUEST = 1, PAP_ACK = 2, PAP_NAK = 3 };
enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE = 2, CHAP_SUCCESS = 3, CHAP_FAILURE = 4 };

static void deny(struct login *l, const char *why)
{
	snprintf(l->why, sizeof(l->why), "%s", why);
	l->state = LOGIN_DENIED;
	loop_timer_stop(&l->timer);
	secret_wipe(&l->keys, sizeof(l->keys));
	l->link->denied(l->link->ctx);
}

static void accepted(struct login *l)
{
	l->state = LOGIN_ACCEPTED;
	loop_timer_stop(&l->timer);
	l->link->accepted(l->link->ctx);
}

/* --- PAP, RFC 1334 section 2.2 --- */

/* Each request has an identifier of its own (section 2.2.1). */
static void send_pap(struct login *l)
{
	char password[AUTH_PASSWORD_MAX + 1] = "";
	uint8_t buf[PPP_HEADER_LEN + 2 + AUTH_USER_MAX + AUTH_PASSWORD_MAX];
	struct wr w = wr_to(buf, sizeof(buf));

	l->link->password(l->link->ctx, password);
	ppp_packet_begin(&w, PAP_REQUEST, ++l->id);
	wr_u8(&w, strlen(l->link->user));
	wr_bytes(&w, l->link->user, strlen(l->link->user));
	wr_u8(&w, strlen(password));
	wr_bytes(&w, password, strlen(password));
	ppp_packet_end(&w);
	secret_wipe(password, sizeof(password));
	if (!w.bad)
		l->link->tx(l->link->ctx, PPP_PAP, buf, w.len);
	secret_wipe(buf, sizeof(buf));
}

static void timeout(void *arg)
{
	struct login *l = arg;
	char why[LOGIN_WHY_MAX];

	if (l->state != LOGIN_WAIT)
		return;
	if (!l->sends_left) {
		snprintf(why, sizeof(why), "the peer did not answer our login within %u s",
			 LOGIN_SENDS_MAX * l->link->restart_ms / 1000);
		deny(l, why);
		return;
	}
	l->sends_left--;
	loop_timer_start(&l->timer, l->link->restart_ms);
	send_pap(l);
}

static void pap_rx(struct login *l, const struct ppp_packet *p)
{
	struct rd data = p->data;
	struct rd text = rd_sub(&data, data.left ? rd_u8(&data) : 0);
	char said[64], why[LOGIN_WHY_MAX];

	if (l->state != LOGIN_WAIT || p->id != l->id)
		return;
	if (text.bad) {
		++*l->link->malformed;
	} else if (p->code == PAP_ACK) {
		accepted(l);
	} else if (p->code == PAP_NAK) {
		log_text(said, sizeof(said), text.at, text.left);
		snprintf(why, sizeof(why), "the peer does not let us in with PAP: %s",
			 said[0] ? said : "it gives no reason");
		deny(l, why);
	}
}

/* --- CHAP --- */

static int answer_md5(struct login *l, const char *password, uint8_t *response)
{
	return chap_md5(l->id, password, l->challenge, l->challenge_len, response);
}

struct hashes {
	uint8_t nt[MSCHAP_HASH_LEN], nt_nt[MSCHAP_HASH_LEN], lm[MSCHAP_HASH_LEN];
};

/* RFC 2433 section 6: the Windows NT response alone; the LAN Manager one gives the password away. */
static int answer_mschap(struct login *l, const char *password, uint8_t *response)
{
	uint8_t *nt_response = response + MSCHAP_NT_RESPONSE_LEN;
	struct auth_keys *k = &l->keys;
	struct hashes h;
	int ret;

	response[MSCHAP_RESPONSE_LEN - 1] = 1;
	ret = mschap_nt_hash(password, h.nt);
	if (!ret)
		ret = mschap_hash_hash(h.nt, h.nt_nt);
	if (!ret)
		ret = mschap_lm_hash(password, h.lm);
	if (!ret)
		ret = mschap_challenge_response(l->challenge, h.nt, nt_response);
	if (!ret)
		ret = mschap_start_key128(l->challenge, h.nt_nt, k->tx128);
	if (!ret) {	/* RFC 3079 section 2: the same in both directions */
		memcpy(k->rx128, k->tx128, sizeof(k->rx128));
		memcpy(k->tx40, h.lm, sizeof(k->tx40));
		memcpy(k->rx40, h.lm, sizeof(k->rx40));
		k->have40 = k->have128 = true;
	}
	secret_wipe(&h, sizeof(h));
	return ret;
}

/* RFC 2759 section 4: our challenge 16, reserved 8, response 24, flags 1. */
static int answer_mschapv2(struct login *l, const char *password, uint8_t *response)
{
	uint8_t *nt_response = response + MSCHAPV2_CHALLENGE_LEN + 8;
	uint8_t challenge[MSCHAP_CHALLENGE_LEN];
	struct auth_keys *k = &l->keys;
	struct hashes h;
	int ret;

	l->link->random(l->link->ctx, response, MSCHAPV2_CHALLENGE_LEN);
	ret = mschapv2_challenge_hash(response, l->challenge, mschap_user_of(l->link->user),
				      challenge);
	if (!ret)
		ret = mschap_nt_hash(password, h.nt);
	if (!ret)
		ret = mschap_hash_hash(h.nt, h.nt_nt);
	if (!ret)
		ret = mschap_challenge_response(challenge, h.nt, nt_response);
	if (!ret)
		ret = mschapv2_success(h.nt_nt, nt_response, challenge, l->proof);
	if (!ret)	/* the server's tx is our rx */
		ret = mschapv2_start_keys(h.nt_nt, nt_response, k->rx128, k->tx128);
	if (!ret) {
		memcpy(k->tx40, k->tx128, sizeof(k->tx40));
		memcpy(k->rx40, k->rx128, sizeof(k->rx40));
		k->have40 = k->have128 = true;
	}
	secret_wipe(&h, sizeof(h));
	return ret;
}

static int make_response(struct login *l, uint8_t response[MSCHAP_RESPONSE_LEN])
{
	char password[AUTH_PASSWORD_MAX + 1] = "";
	int ret;

	memset(response, 0, MSCHAP_RESPONSE_LEN);
	memset(&l->keys, 0, sizeof(l->keys));
	l->link->password(l->link->ctx, password);
	if (l->method == AUTH_CHAP_MD5)
		ret = answer_md5(l, password, response);
	else if (l->method == AUTH_MSCHAP)
		ret = answer_mschap(l, password, response);
	else
		ret = answer_mschapv2(l, password, response);
	secret_wipe(password, sizeof(password));
	return ret;
}

static bool right_length(const struct login *l, uint8_t challenge_len)
{
	switch (l->method) {
	case AUTH_MSCHAP:
		return challenge_len == MSCHAP_CHALLENGE_LEN;
	case AUTH_MSCHAPV2:
		return challenge_len == MSCHAPV2_CHALLENGE_LEN;
	default:
		return challenge_len;
	}
}

static void respond(struct login *l)
{
	uint8_t response[MSCHAP_RESPONSE_LEN];
	uint8_t len = l->method == AUTH_CHAP_MD5 ? CHAP_MD5_LEN : MSCHAP_RESPONSE_LEN;
	struct wr w = wr_to(l->answer, sizeof(l->answer));

	if (make_response(l, response)) {
		deny(l, "our password cannot be used with Microsoft's methods: it is not UTF-8, or too long");
		return;
	}
	ppp_packet_begin(&w, CHAP_RESPONSE, l->id);
	wr_u8(&w, len);
	wr_bytes(&w, response, len);
	wr_bytes(&w, l->link->user, strlen(l->link->user));
	ppp_packet_end(&w);
	l->answer_len = w.len;
	l->link->tx(l->link->ctx, PPP_CHAP, l->answer, l->answer_len);
}

/*
 * A challenge may come at any time (RFC 1994 section 2). The same one again means that our answer
 * was lost: another answer to it would spoil the peer's proof.
 */
static void rx_challenge(struct login *l, const struct ppp_packet *p)
{
	char name[LOGIN_CHALLENGE_MAX + 1];
	const uint8_t *value;
	uint8_t len;
	int ret = ppp_chap_value_parse(p->data, &value, &len, name, sizeof(name));

	/* What the peer calls itself does not matter, so neither does a name that cannot be. */
	if (ret == -EBADMSG || !right_length(l, len)) {
		++*l->link->malformed;
		return;
	}
	if (l->challenge_len == len && l->id == p->id && !memcmp(l->challenge, value, len)) {
		l->link->tx(l->link->ctx, PPP_CHAP, l->answer, l->answer_len);
		return;
	}
	l->id = p->id;
	l->challenge_len = len;
	memcpy(l->challenge, value, len);
	respond(l);
}

/* RFC 2759 section 5: "S=" and forty digits; what comes behind them is for the user. */
static bool proven(const struct login *l, struct rd text)
{
	size_t len = strlen(l->proof);
	char said[MSCHAPV2_SUCCESS_CAP] = "";
	const uint8_t *at = rd_bytes(&text, len);

	if (l->method != AUTH_MSCHAPV2)
		return true;
	for (size_t i = 0; at && i < len; i++)
		said[i] = toupper(at[i]);
	return at && secret_equal(said, l->proof, len);
}

/* RFC 2433 section 8, RFC 2759 section 6 */
static const char *error_to_str(unsigned long error)
{
	switch (error) {
	case 646:
		return "not at this time of the day";
	case 647:
		return "the account is disabled";
	case 648:
		return "the password has expired";
	case 649:
		return "the account may not dial in";
	case 691:
		return "wrong user or password";
	default:
		return NULL;
	}
}

static void rx_failure(struct login *l, const struct ppp_packet *p)
{
	bool microsoft = l->method != AUTH_CHAP_MD5;
	char said[80], why[LOGIN_WHY_MAX];
	const char *words = NULL;

	log_text(said, sizeof(said), p->data.at, p->data.left);
	if (microsoft && !strncmp(said, "E=", 2))
		words = error_to_str(strtoul(said + 2, NULL, 10));
	if (!words)
		words = said[0] ? said : "it gives no reason";
	snprintf(why, sizeof(why), "the peer does not let us in with %s: %s",
		 auth_method_to_str(l->method), words);
	deny(l, why);
}

static void chap_rx(struct login *l, const struct ppp_packet *p)
{
	if (p->code == CHAP_CHALLENGE)
		rx_challenge(l, p);
	else if (!l->challenge_len || p->id != l->id)
		return;		/* nothing was answered that this could be about */
	else if (p->code == CHAP_FAILURE)
		rx_failure(l, p);
	else if (p->code == CHAP_SUCCESS && proven(l, p->data))
		accepted(l);
	else if (p->code == CHAP_SUCCESS)
		deny(l, "the peer does not know our password: it is not the one that we want");
}

/* --- the link's side --- */

void login_init(struct login *l, const struct login_link *link)
{
	l->link = link;
	l->state = LOGIN_IDLE;
	loop_timer_init(&l->timer, link->loop, timeout, l);
}

void login_start(struct login *l, enum auth_method method)
{
	l->method = method;
	l->state = LOGIN_WAIT;
	l->challenge_len = 0;
	l->answer_len = 0;
	l->why[0] = 0;
	l->sends_left = LOGIN_SENDS_MAX;
	if (method == AUTH_PAP)
		timeout(l);
}

void login_resume(struct login *l, enum auth_method method)
{
	l->method = method;
	l->state = LOGIN_ACCEPTED;
}

void login_stop(struct login *l)
{
	l->state = LOGIN_IDLE;
	l->challenge_len = 0;
	loop_timer_stop(&l->timer);
	secret_wipe(&l->keys, sizeof(l->keys));
}

void login_rx(struct login *l, uint16_t protocol, const uint8_t *data, size_t len)
{
	bool pap = protocol == PPP_PAP;
	struct ppp_packet p;

	if (l->state == LOGIN_IDLE || l->state == LOGIN_DENIED || pap != (l->method == AUTH_PAP))
		return;
	if (ppp_packet_parse(&p, data, len))
		++*l->link->malformed;
	else if (pap)
		pap_rx(l, &p);
	else
		chap_rx(l, &p);
}
