/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The authenticator of one link: PAP (RFC 1334), CHAP (RFC 1994), MS-CHAP (RFC 2433) or MS-CHAPv2
 * (RFC 2759), whichever LCP agreed on. It asks the link for a verdict and is told it later. Answers
 * are kept, because the peer repeats what was lost: the same question is answered with the same
 * packet. Owned by the link.
 */
#ifndef ADIT_PROTO_AUTHN_H
#define ADIT_PROTO_AUTHN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "proto/auth.h"
#include "wire/ppp.h"

/* Challenges sent, or periods of waiting for a PAP request, before the peer is given up. */
#define AUTHN_SENDS_MAX		10
#define AUTHN_CHALLENGE_LEN	16
#define AUTHN_ANSWER_MAX	(PPP_HEADER_LEN + 64 + AUTH_MESSAGE_MAX)
#define AUTHN_WHY_MAX		160

struct authn_link {
	struct loop *loop;
	uint32_t restart_ms;
	uint8_t tries;			/* MS-CHAP retries granted */
	const char *name;		/* ours, in challenges */
	uint32_t *malformed;		/* packets dropped because their lengths do not add up */
	void *ctx;
	void (*tx)(void *ctx, uint16_t protocol, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	void (*ask)(void *ctx, const struct auth_request *req);	/* borrowed; wiped afterwards */
	/* The verdict was sent. The peer may repeat its question still. */
	void (*accepted)(void *ctx);
	void (*denied)(void *ctx);	/* authn->why says why, for our eyes */
};

enum authn_state { AUTHN_IDLE, AUTHN_WAIT, AUTHN_ASKED, AUTHN_RETRY, AUTHN_ACCEPTED, AUTHN_DENIED };

struct authn {
	const struct authn_link *link;
	enum auth_method method;
	enum authn_state state;
	struct loop_timer timer;
	uint8_t sends_left;
	uint8_t tries_left;
	uint8_t id;			/* of the response awaited or answered */
	uint8_t challenge[AUTHN_CHALLENGE_LEN];
	uint8_t challenge_len;
	char user[AUTH_USER_MAX + 1];	/* the last one seen */
	uint8_t answer[AUTHN_ANSWER_MAX];
	size_t answer_len;
	char why[AUTHN_WHY_MAX];	/* the last failure: "authentication of ... failed: ..." */
};

void authn_init(struct authn *a, const struct authn_link *link);
void authn_start(struct authn *a, enum auth_method method);
/*
 * Begin where somebody else has got to: req is the peer's answer, method included. False: it cannot
 * be one; nothing has happened. Wipes req.
 */
bool authn_adopt(struct authn *a, struct auth_request *req);
void authn_rx(struct authn *a, uint16_t protocol, const uint8_t *data, size_t len);
/* Ignored when nothing was asked. */
void authn_reply(struct authn *a, const struct auth_reply *reply);
void authn_stop(struct authn *a);

/* For pap.c and chap.c. */
void authn_ask(struct authn *a, struct auth_request *req); /* fills in method and user; wipes */
void authn_answer(struct authn *a, uint16_t protocol, uint8_t code, const void *data, size_t len);
void authn_answer_again(struct authn *a, uint16_t protocol, uint8_t id);
void authn_fail(struct authn *a, const char *why);
const char *authn_public_text(const struct auth_reply *reply);	/* what the peer may know */

void pap_start(struct authn *a);
void pap_rx(struct authn *a, const struct ppp_packet *p);
void pap_reply(struct authn *a, const struct auth_reply *reply);
void chap_start(struct authn *a);
void chap_rx(struct authn *a, const struct ppp_packet *p);
void chap_reply(struct authn *a, const struct auth_reply *reply);
void chap_timeout(struct authn *a);

#endif /* ADIT_PROTO_AUTHN_H */
