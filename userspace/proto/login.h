/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one who logs in: PAP (RFC 1334), CHAP (RFC 1994), MS-CHAP (RFC 2433) or MS-CHAPv2 (RFC 2759),
 * whichever the peer asked for, as the client of it. With MS-CHAPv2 the peer has to prove that it
 * knows the password too. The password is asked for when it is needed and wiped. Owned by the link.
 */
#ifndef ADIT_PROTO_LOGIN_H
#define ADIT_PROTO_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "proto/auth.h"
#include "wire/mschap.h"
#include "wire/ppp.h"

#define LOGIN_SENDS_MAX		10	/* PAP requests before the peer is given up */
#define LOGIN_CHALLENGE_MAX	255
#define LOGIN_ANSWER_MAX	(PPP_HEADER_LEN + 1 + MSCHAP_RESPONSE_LEN + AUTH_USER_MAX)
#define LOGIN_WHY_MAX		160

struct login_link {
	struct loop *loop;
	uint32_t restart_ms;
	const char *user;
	uint32_t *malformed;		/* packets dropped because their lengths do not add up */
	void *ctx;
	void (*tx)(void *ctx, uint16_t protocol, const uint8_t *data, size_t len);
	void (*random)(void *ctx, void *buf, size_t len);
	void (*password)(void *ctx, char password[AUTH_PASSWORD_MAX + 1]);
	/* The peer is content, and if it had to prove something it did. May come again. */
	void (*accepted)(void *ctx);
	void (*denied)(void *ctx);	/* login->why says why */
};

enum login_state { LOGIN_IDLE, LOGIN_WAIT, LOGIN_ACCEPTED, LOGIN_DENIED };

struct login {
	const struct login_link *link;
	enum auth_method method;
	enum login_state state;
	struct loop_timer timer;	/* PAP: until the next request */
	uint8_t sends_left;
	uint8_t id;			/* of what was sent last */
	uint8_t challenge[LOGIN_CHALLENGE_MAX];
	uint8_t challenge_len;		/* 0: none was answered yet */
	uint8_t answer[LOGIN_ANSWER_MAX];	/* the same question gets the same answer */
	size_t answer_len;
	char proof[MSCHAPV2_SUCCESS_CAP];	/* what the peer has to say, MS-CHAPv2 */
	struct auth_keys keys;		/* as the client uses them; wiped by whoever takes them */
	char why[LOGIN_WHY_MAX];
};

void login_init(struct login *l, const struct login_link *link);
void login_start(struct login *l, enum auth_method method);
void login_rx(struct login *l, uint16_t protocol, const uint8_t *data, size_t len);
/* After a thaw: it was accepted by that method, and may be asked again. */
void login_resume(struct login *l, enum auth_method method);
void login_stop(struct login *l);

#endif /* ADIT_PROTO_LOGIN_H */
