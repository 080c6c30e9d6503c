/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question "may this user in, and with what?" as PPP (later IKE) asks it and a backend
 * (configuration now, RADIUS later) answers it, always through the loop, never from within the
 * call. Verification of a known password is a pure function here, so every backend that knows
 * passwords shares it.
 */
#ifndef ADIT_PROTO_AUTH_H
#define ADIT_PROTO_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define AUTH_USER_MAX		253	/* octets; RFC 2865 section 5.1 */
#define AUTH_CHALLENGE_MAX	64
#define AUTH_RESPONSE_MAX	64	/* CHAP-MD5 16, MS-CHAP and MS-CHAPv2 49 */
#define AUTH_PASSWORD_MAX	255	/* PAP: one octet of length, RFC 1334 section 2.2.1 */
#define AUTH_MESSAGE_MAX	256
#define AUTH_PREFIXES_MAX	16
#define AUTH_NAMESERVERS_MAX	2

enum auth_method {
	AUTH_PAP	= 1 << 0,	/* RFC 1334 */
	AUTH_CHAP_MD5	= 1 << 1,	/* RFC 1994 */
	AUTH_MSCHAP	= 1 << 2,	/* RFC 2433 */
	AUTH_MSCHAPV2	= 1 << 3,	/* RFC 2759 */
};

struct auth_reply;

struct auth_request {
	enum auth_method method;
	char user[AUTH_USER_MAX + 1];		/* as the peer sent it, no NUL inside */
	uint8_t chap_id;
	uint8_t challenge[AUTH_CHALLENGE_MAX];	/* ours */
	uint8_t challenge_len;
	uint8_t response[AUTH_RESPONSE_MAX];
	uint8_t response_len;
	char password[AUTH_PASSWORD_MAX + 1];	/* PAP alone; wiped by whoever holds the request */
	const char *peer;			/* outer address as text, for logs and RADIUS */
	/* what this user's session was given before it renegotiated, and keeps; NULL: nothing */
	const struct auth_reply *held;
};

enum auth_result {
	AUTH_OK,
	AUTH_WRONG_PASSWORD,
	AUTH_UNKNOWN_USER,
	AUTH_METHOD_REFUSED,	/* this user may not use this method */
	AUTH_NO_ADDRESS,	/* pool used up */
	AUTH_DISABLED,
	AUTH_UNAVAILABLE,	/* the backend could not be asked */
};

/* MPPE start keys as RFC 3079 derives them; the gateway sends with tx and receives with rx. */
struct auth_keys {
	/* Start keys of 8 octets, for 40 and 56 bits (RFC 3079 sections 2 and 3), and of 16 octets.
	 */
	bool have40;
	bool have128;
	uint8_t tx40[8], rx40[8];
	uint8_t tx128[16], rx128[16];
};

struct auth_reply {
	enum auth_result result;
	/* Whom the backend found, whatever domain the peer put in front; "" unless AUTH_OK. */
	char user[AUTH_USER_MAX + 1];
	/* MS-CHAPv2 "S=..." authenticator response, without " M=" (RFC 2759 section 5). */
	char mschap_success[64];
	struct auth_keys keys;		/* MS-CHAP and MS-CHAPv2 alone */
	struct addr address;		/* the peer's IPv4 address; family 0: none */
	struct prefix prefixes[AUTH_PREFIXES_MAX];	/* framed routes and IPv6 prefixes */
	uint8_t n_prefixes;
	struct prefix ra_prefix;	/* IPv6 prefix to advertise, family 0: none */
	struct addr dns[AUTH_NAMESERVERS_MAX];
	struct addr nbns[AUTH_NAMESERVERS_MAX];
	char message[AUTH_MESSAGE_MAX];	/* shown to the user by the peer, may be empty */
	uint32_t lease; /* the backend's handle of what it lent; given back with it */
};

const char *auth_result_to_str(enum auth_result result); /* a sentence's end: "wrong password" */
const char *auth_method_to_str(enum auth_method method);	/* "MS-CHAPv2" */

/*
 * Verify @req against @password (UTF-8) and fill in result, mschap_success and keys. Constant-time
 * comparison. Source: RFC 1334, 1994, 2433, 2759, 3079. A password that is not UTF-8 or longer than
 * 256 characters gives AUTH_UNAVAILABLE with Microsoft's methods.
 */
void auth_verify_password(const struct auth_request *req, const char *password,
			  struct auth_reply *reply);

#endif /* ADIT_PROTO_AUTH_H */
