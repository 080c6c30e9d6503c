/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP with MS-CHAPv2 as its method, both sides, as IKEv2 carries it (RFC 7296 section 2.16). Pure: packets in,
 * packets out, randomness handed in; plain structures that may be frozen as they are. Both sides know the same
 * MSK at the end, of which IKEv2's AUTH is made.
 */
#ifndef ADIT_PROTO_EAP_MSCHAPV2_H
#define ADIT_PROTO_EAP_MSCHAPV2_H

#include "wire/eap.h"

#define EAP_MSK_LEN		64
#define EAP_WHY_MAX		160

enum eap_outcome {
	EAP_SEND,	/* `out` is the next packet; more is to come */
	EAP_ASK,	/* the authenticator wants the password of s->user: eap_server_password() */
	EAP_DONE,	/* proved; the MSK is there, `out` is the last packet (the authenticator's Success) */
	EAP_REFUSED,	/* failed, s->why says why; `out` is the last packet, if any */
	EAP_IGNORED,	/* not for us: wait on */
};

struct eap_server {
	uint8_t state;
	uint8_t id;			/* of the request that is out */
	uint8_t challenge[MSCHAPV2_CHALLENGE_LEN];
	uint8_t response[MSCHAP_RESPONSE_LEN];
	uint8_t msk[EAP_MSK_LEN];
	char identity[EAP_NAME_MAX + 1];	/* of the Identity response, as text without NUL inside */
	char user[EAP_NAME_MAX + 1];	/* of the MS-CHAPv2 response: who it is; DOMAIN\ in front as it came */
	char why[EAP_WHY_MAX];
};

/* Begin: an Identity request is written. The challenge is random. */
void eap_server_start(struct eap_server *s, uint8_t id, const uint8_t challenge[MSCHAPV2_CHALLENGE_LEN],
		      struct wr *out);
/* server_name is told with the challenge. */
enum eap_outcome eap_server_rx(struct eap_server *s, const uint8_t *data, size_t len, const char *server_name,
			       struct wr *out);
/* The answer to EAP_ASK: NULL: there is no such user, which the peer is told as if the password were wrong. */
enum eap_outcome eap_server_password(struct eap_server *s, const char *password, struct wr *out);

struct eap_peer {
	uint8_t state;
	uint8_t last_id;
	uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN];
	uint8_t authenticator_challenge[MSCHAPV2_CHALLENGE_LEN], peer_challenge[MSCHAPV2_CHALLENGE_LEN];
	uint8_t msk[EAP_MSK_LEN];
	char why[EAP_WHY_MAX];
};

/* peer_challenge is random. User and password are handed in with each packet, and not kept. */
void eap_peer_start(struct eap_peer *p, const uint8_t peer_challenge[MSCHAPV2_CHALLENGE_LEN]);
/* The authenticator has to prove that it knows the password too, or EAP_REFUSED. */
enum eap_outcome eap_peer_rx(struct eap_peer *p, const uint8_t *data, size_t len, const char *user,
			     const char *password, struct wr *out);

#endif /* ADIT_PROTO_EAP_MSCHAPV2_H */
