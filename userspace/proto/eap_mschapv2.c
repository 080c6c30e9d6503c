// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/eap_mschapv2.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

enum server_state { SERVER_IDLE, SERVER_IDENTITY, SERVER_CHALLENGE, SERVER_ASKED, SERVER_SUCCESS, SERVER_FAILURE,
		    SERVER_OVER };
enum peer_state { PEER_IDLE, PEER_BEGUN, PEER_ANSWERED, PEER_PROVED, PEER_OVER };

/* Where things are in a response (RFC 2759 section 4). */
#define PEER_CHALLENGE_AT	0
#define NT_RESPONSE_AT		24

/* What can be computed of a password and both challenges. */
struct proof {
	uint8_t nt_response[MSCHAP_NT_RESPONSE_LEN];
	char success[MSCHAPV2_SUCCESS_CAP];
	uint8_t msk[EAP_MSK_LEN];
};

/* The server's receive key, its send key, zeros: the MSK of this method. */
static int proof_keys(struct proof *p, const uint8_t hash_hash[MSCHAP_HASH_LEN])
{
	uint8_t tx[16], rx[16];
	int err = mschapv2_start_keys(hash_hash, p->nt_response, tx, rx);

	memset(p->msk, 0, sizeof(p->msk));
	if (!err) {
		memcpy(p->msk, rx, sizeof(rx));
		memcpy(p->msk + sizeof(rx), tx, sizeof(tx));
	}
	secret_wipe(tx, sizeof(tx));
	secret_wipe(rx, sizeof(rx));
	return err;
}

static int proof_make(struct proof *p, const char *password, const char *user,
		      const uint8_t authenticator[MSCHAPV2_CHALLENGE_LEN], const uint8_t peer[MSCHAPV2_CHALLENGE_LEN])
{
	uint8_t challenge[MSCHAP_CHALLENGE_LEN], hash[MSCHAP_HASH_LEN], hash_hash[MSCHAP_HASH_LEN];
	int err;

	err = mschapv2_challenge_hash(peer, authenticator, mschap_user_of(user), challenge);
	if (!err)
		err = mschap_nt_hash(password, hash);
	if (!err)
		err = mschap_hash_hash(hash, hash_hash);
	if (!err)
		err = mschap_challenge_response(challenge, hash, p->nt_response);
	if (!err)
		err = mschapv2_success(hash_hash, p->nt_response, challenge, p->success);
	if (!err)
		err = proof_keys(p, hash_hash);
	secret_wipe(hash, sizeof(hash));
	secret_wipe(hash_hash, sizeof(hash_hash));
	return err;
}

__attribute__((format(printf, 2, 3)))
static enum eap_outcome refused(char why[EAP_WHY_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, EAP_WHY_MAX, fmt, args);
	va_end(args);
	return EAP_REFUSED;
}

/* Text that a peer sent, without NUL inside; false: too long or with one. */
static bool text_copy(char *dst, const uint8_t *text, size_t len)
{
	if (len > EAP_NAME_MAX || (len && memchr(text, '\0', len)))
		return false;
	if (len)
		memcpy(dst, text, len);
	dst[len] = '\0';
	return true;
}

/* --- the authenticator --- */

void eap_server_start(struct eap_server *s, uint8_t id, const uint8_t challenge[MSCHAPV2_CHALLENGE_LEN],
		      struct wr *out)
{
	memset(s, 0, sizeof(*s));
	s->state = SERVER_IDENTITY;
	s->id = id;
	memcpy(s->challenge, challenge, sizeof(s->challenge));
	eap_begin(out, EAP_REQUEST, id, EAP_IDENTITY);
	eap_end(out);
}

/* Whatever s->why says. */
static enum eap_outcome server_end(struct eap_server *s, struct wr *out)
{
	s->state = SERVER_OVER;
	eap_begin(out, EAP_FAILURE, s->id, 0);
	eap_end(out);
	return EAP_REFUSED;
}

static enum eap_outcome server_fail(struct eap_server *s, struct wr *out, const char *why)
{
	refused(s->why, "%s", why);
	return server_end(s, out);
}

static enum eap_outcome server_challenge(struct eap_server *s, const char *server_name, struct wr *out)
{
	size_t len = strnlen(server_name, EAP_NAME_MAX);

	s->state = SERVER_CHALLENGE;
	s->id++;
	eap_begin(out, EAP_REQUEST, s->id, EAP_MSCHAPV2);
	eap_mschapv2_put(out, EAP_MSCHAPV2_CHALLENGE, s->id, s->challenge, sizeof(s->challenge), server_name, len);
	eap_end(out);
	return EAP_SEND;
}

static enum eap_outcome server_identity(struct eap_server *s, const struct eap_packet *p, const char *server_name,
					struct wr *out)
{
	if (p->type != EAP_IDENTITY)
		return EAP_IGNORED;
	if (!text_copy(s->identity, p->data.at, p->data.left))
		return server_fail(s, out, "its EAP identity is too long, or no text");
	return server_challenge(s, server_name, out);
}

static enum eap_outcome server_response(struct eap_server *s, const struct eap_mschapv2 *m, struct wr *out)
{
	if (m->op != EAP_MSCHAPV2_RESPONSE || m->id != s->id)
		return EAP_IGNORED;
	if (!text_copy(s->user, m->text, m->text_len))
		return server_fail(s, out, "its user name is too long, or no text");
	memcpy(s->response, m->value, sizeof(s->response));
	s->state = SERVER_ASKED;
	return EAP_ASK;
}

static enum eap_outcome server_method(struct eap_server *s, const struct eap_packet *p, struct wr *out)
{
	struct eap_mschapv2 m;

	if (p->type == EAP_NAK)
		return server_fail(s, out, "the peer does not do EAP-MSCHAPv2, which is what there is here");
	if (p->type != EAP_MSCHAPV2)
		return EAP_IGNORED;
	if (eap_mschapv2_parse(&m, p->data, false))
		return server_fail(s, out, "its EAP-MSCHAPv2 packet is malformed");
	switch (s->state) {
	case SERVER_CHALLENGE:
		return server_response(s, &m, out);
	case SERVER_SUCCESS:
		if (m.op != EAP_MSCHAPV2_SUCCESS)
			return server_fail(s, out, "the peer does not believe that we know the password");
		s->state = SERVER_OVER;
		eap_begin(out, EAP_SUCCESS, s->id, 0);
		eap_end(out);
		return EAP_DONE;
	default:	/* SERVER_FAILURE: what it says does not matter any more */
		return server_end(s, out);
	}
}

enum eap_outcome eap_server_rx(struct eap_server *s, const uint8_t *data, size_t len, const char *server_name,
			       struct wr *out)
{
	struct eap_packet p;

	if (eap_parse(&p, data, len) || p.code != EAP_RESPONSE || p.id != s->id)
		return EAP_IGNORED;
	switch (s->state) {
	case SERVER_IDENTITY:
		return server_identity(s, &p, server_name, out);
	case SERVER_CHALLENGE:
	case SERVER_SUCCESS:
	case SERVER_FAILURE:
		return server_method(s, &p, out);
	default:
		return EAP_IGNORED;
	}
}

/* RFC 2759 section 6: the peer is told, and answers; then it is over. */
static enum eap_outcome server_wrong(struct eap_server *s, struct wr *out)
{
	static const char text[] = "E=691 R=0 C=00000000000000000000000000000000 V=3 M=Authentication failed";
	char user[64];

	snprintf(s->why, sizeof(s->why), "wrong password, or no such user: %s",
		 log_text(user, sizeof(user), s->user, strlen(s->user)));
	s->state = SERVER_FAILURE;
	s->id++;
	eap_begin(out, EAP_REQUEST, s->id, EAP_MSCHAPV2);
	eap_mschapv2_put(out, EAP_MSCHAPV2_FAILURE, s->id - 1, NULL, 0, text, sizeof(text) - 1);
	eap_end(out);
	return EAP_SEND;
}

static enum eap_outcome server_right(struct eap_server *s, const struct proof *p, struct wr *out)
{
	char text[MSCHAPV2_SUCCESS_CAP + 16];
	int len = snprintf(text, sizeof(text), "%s M=Welcome", p->success);

	memcpy(s->msk, p->msk, sizeof(s->msk));
	s->state = SERVER_SUCCESS;
	s->id++;
	eap_begin(out, EAP_REQUEST, s->id, EAP_MSCHAPV2);
	eap_mschapv2_put(out, EAP_MSCHAPV2_SUCCESS, s->id - 1, NULL, 0, text, len);
	eap_end(out);
	return EAP_SEND;
}

enum eap_outcome eap_server_password(struct eap_server *s, const char *password, struct wr *out)
{
	enum eap_outcome outcome;
	struct proof p;
	bool right;

	if (s->state != SERVER_ASKED)
		return EAP_IGNORED;
	/* For nobody the same is computed, so that how long it takes does not tell. */
	right = !proof_make(&p, password ? password : "", s->user, s->challenge, s->response + PEER_CHALLENGE_AT) &&
		secret_equal(p.nt_response, s->response + NT_RESPONSE_AT, sizeof(p.nt_response)) && password;
	secret_wipe(s->response, sizeof(s->response));
	outcome = right ? server_right(s, &p, out) : server_wrong(s, out);
	secret_wipe(&p, sizeof(p));
	return outcome;
}

/* --- the peer --- */

void eap_peer_start(struct eap_peer *p, const uint8_t peer_challenge[MSCHAPV2_CHALLENGE_LEN])
{
	memset(p, 0, sizeof(*p));
	p->state = PEER_BEGUN;
	memcpy(p->peer_challenge, peer_challenge, sizeof(p->peer_challenge));
}

static enum eap_outcome peer_fail(struct eap_peer *p, const char *why)
{
	p->state = PEER_OVER;
	return refused(p->why, "%s", why);
}

static void nak(uint8_t id, struct wr *out)
{
	eap_begin(out, EAP_RESPONSE, id, EAP_NAK);
	wr_u8(out, EAP_MSCHAPV2);
	eap_end(out);
}

static enum eap_outcome peer_challenge(struct eap_peer *p, uint8_t id, const struct eap_mschapv2 *m, const char *user,
				       const char *password, struct wr *out)
{
	uint8_t response[MSCHAP_RESPONSE_LEN] = { 0 };
	struct proof proof;
	int err;

	memcpy(p->authenticator_challenge, m->value, sizeof(p->authenticator_challenge));
	err = proof_make(&proof, password, user, p->authenticator_challenge, p->peer_challenge);
	if (!err) {
		memcpy(p->nt_response, proof.nt_response, sizeof(p->nt_response));
		memcpy(response + PEER_CHALLENGE_AT, p->peer_challenge, sizeof(p->peer_challenge));
		memcpy(response + NT_RESPONSE_AT, proof.nt_response, sizeof(proof.nt_response));
	}
	secret_wipe(&proof, sizeof(proof));
	if (err)
		return peer_fail(p, err == -EILSEQ ? "the password is not UTF-8" : "MS-CHAPv2 cannot be computed");
	p->state = PEER_ANSWERED;
	eap_begin(out, EAP_RESPONSE, id, EAP_MSCHAPV2);
	eap_mschapv2_put(out, EAP_MSCHAPV2_RESPONSE, m->id, response, sizeof(response), user,
			 strnlen(user, EAP_NAME_MAX));
	eap_end(out);
	return EAP_SEND;
}

/* RFC 2759 section 5: the authenticator's proof, upper case as it is computed. */
static enum eap_outcome peer_success(struct eap_peer *p, uint8_t id, const struct eap_mschapv2 *m, const char *user,
				     const char *password, struct wr *out)
{
	struct proof proof;
	size_t len = MSCHAPV2_SUCCESS_CAP - 1;
	bool right;

	if (p->state != PEER_ANSWERED)
		return EAP_IGNORED;
	right = !proof_make(&proof, password, user, p->authenticator_challenge, p->peer_challenge) &&
		m->text_len >= len && secret_equal(proof.success, m->text, len);
	if (right)
		memcpy(p->msk, proof.msk, sizeof(p->msk));
	secret_wipe(&proof, sizeof(proof));
	if (!right)
		return peer_fail(p, "the gateway does not prove that it knows the password");
	p->state = PEER_PROVED;
	eap_begin(out, EAP_RESPONSE, id, EAP_MSCHAPV2);
	wr_u8(out, EAP_MSCHAPV2_SUCCESS);
	eap_end(out);
	return EAP_SEND;
}

static enum eap_outcome peer_failure(struct eap_peer *p, uint8_t id, const struct eap_mschapv2 *m, struct wr *out)
{
	char text[100];

	p->state = PEER_OVER;
	eap_begin(out, EAP_RESPONSE, id, EAP_MSCHAPV2);
	wr_u8(out, EAP_MSCHAPV2_FAILURE);
	eap_end(out);
	return refused(p->why, "the gateway refuses user or password: \"%s\"",
		       log_text(text, sizeof(text), m->text, m->text_len));
}

static enum eap_outcome peer_method(struct eap_peer *p, const struct eap_packet *packet, const char *user,
				    const char *password, struct wr *out)
{
	struct eap_mschapv2 m;

	if (eap_mschapv2_parse(&m, packet->data, true))
		return peer_fail(p, "the gateway's EAP-MSCHAPv2 packet is malformed");
	switch (m.op) {
	case EAP_MSCHAPV2_CHALLENGE:
		return peer_challenge(p, packet->id, &m, user, password, out);
	case EAP_MSCHAPV2_SUCCESS:
		return peer_success(p, packet->id, &m, user, password, out);
	case EAP_MSCHAPV2_FAILURE:
		return peer_failure(p, packet->id, &m, out);
	default:
		return EAP_IGNORED;
	}
}

static enum eap_outcome peer_request(struct eap_peer *p, const struct eap_packet *packet, const char *user,
				     const char *password, struct wr *out)
{
	switch (packet->type) {
	case EAP_IDENTITY:
		eap_begin(out, EAP_RESPONSE, packet->id, EAP_IDENTITY);
		wr_bytes(out, user, strnlen(user, EAP_NAME_MAX));
		eap_end(out);
		return EAP_SEND;
	case EAP_NOTIFICATION:
		eap_begin(out, EAP_RESPONSE, packet->id, EAP_NOTIFICATION);
		eap_end(out);
		return EAP_SEND;
	case EAP_MSCHAPV2:
		return peer_method(p, packet, user, password, out);
	default:
		nak(packet->id, out);
		return EAP_SEND;
	}
}

enum eap_outcome eap_peer_rx(struct eap_peer *p, const uint8_t *data, size_t len, const char *user,
			     const char *password, struct wr *out)
{
	struct eap_packet packet;

	if (eap_parse(&packet, data, len) || p->state == PEER_IDLE || p->state == PEER_OVER)
		return EAP_IGNORED;
	switch (packet.code) {
	case EAP_REQUEST:
		return peer_request(p, &packet, user, password, out);
	case EAP_SUCCESS:
		if (p->state != PEER_PROVED)
			return peer_fail(p, "the gateway says that it is done, and has proved nothing");
		p->state = PEER_OVER;
		return EAP_DONE;
	case EAP_FAILURE:
		return peer_fail(p, "the gateway refuses without saying why");
	default:
		return EAP_IGNORED;
	}
}
