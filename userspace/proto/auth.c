// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/auth.h"

#include <string.h>

#include "base/secret.h"
#include "wire/mschap.h"

const char *auth_result_to_str(enum auth_result result)
{
	switch (result) {
	case AUTH_OK:			return "accepted";
	case AUTH_WRONG_PASSWORD:	return "wrong password";
	case AUTH_UNKNOWN_USER:		return "unknown user";
	case AUTH_METHOD_REFUSED:	return "this user may not use this authentication method";
	case AUTH_NO_ADDRESS:		return "no free address is left in the pool";
	case AUTH_DISABLED:		return "this user is disabled";
	case AUTH_UNAVAILABLE:		return "the authentication backend could not be asked";
	}
	return "unknown result";
}

const char *auth_method_to_str(enum auth_method method)
{
	switch (method) {
	case AUTH_PAP:		return "PAP";
	case AUTH_CHAP_MD5:	return "CHAP-MD5";
	case AUTH_MSCHAP:	return "MS-CHAP";
	case AUTH_MSCHAPV2:	return "MS-CHAPv2";
	}
	return "unknown method";
}

/* Passwords of different lengths compare in the time of the longest allowed. */
static bool pap_equal(const char *a, const char *b)
{
	char pa[AUTH_PASSWORD_MAX + 1] = { 0 }, pb[AUTH_PASSWORD_MAX + 1] = { 0 };
	bool same = strlen(a) <= AUTH_PASSWORD_MAX && strlen(b) <= AUTH_PASSWORD_MAX;

	strncpy(pa, a, AUTH_PASSWORD_MAX);
	strncpy(pb, b, AUTH_PASSWORD_MAX);
	same = secret_equal(pa, pb, sizeof(pa)) && same;
	secret_wipe(pa, sizeof(pa));
	secret_wipe(pb, sizeof(pb));
	return same;
}

static int verify_chap_md5(const struct auth_request *req, const char *password,
			   struct auth_reply *reply)
{
	uint8_t want[CHAP_MD5_LEN];
	int ret;

	if (req->response_len != sizeof(want))
		return 0;
	ret = chap_md5(req->chap_id, password, req->challenge, req->challenge_len, want);
	if (!ret && secret_equal(want, req->response, sizeof(want)))
		reply->result = AUTH_OK;
	secret_wipe(want, sizeof(want));
	return ret;
}

struct hashes {
	uint8_t nt[MSCHAP_HASH_LEN];
	uint8_t nt_nt[MSCHAP_HASH_LEN];
	uint8_t want[MSCHAP_NT_RESPONSE_LEN];
};

/*
 * Hash the password and compute the response that it gives; -EILSEQ for one that Windows could not
 * have hashed.
 */
static int hashes_make(struct hashes *h, const char *password,
		       const uint8_t challenge[MSCHAP_CHALLENGE_LEN])
{
	int ret;

	ret = mschap_nt_hash(password, h->nt);
	if (!ret)
		ret = mschap_hash_hash(h->nt, h->nt_nt);
	if (!ret)
		ret = mschap_challenge_response(challenge, h->nt, h->want);
	return ret;
}

static int mschap_keys(const struct auth_request *req, const char *password, const struct hashes *h,
		       struct auth_keys *keys)
{
	uint8_t lm[MSCHAP_HASH_LEN];
	int ret;

	ret = mschap_lm_hash(password, lm);
	if (!ret)
		ret = mschap_start_key128(req->challenge, h->nt_nt, keys->tx128);
	if (!ret) {
		memcpy(keys->rx128, keys->tx128, sizeof(keys->rx128));
		memcpy(keys->tx40, lm, sizeof(keys->tx40));
		memcpy(keys->rx40, lm, sizeof(keys->rx40));
		keys->have40 = keys->have128 = true;
	}
	secret_wipe(lm, sizeof(lm));
	return ret;
}

/*
 * RFC 2433 section 6: the octet behind both responses says whether the Windows NT one counts. The
 * LAN Manager one is deprecated there and weaker than the password; a peer that sends nothing else
 * is refused.
 */
static int verify_mschap(const struct auth_request *req, const char *password,
			 struct auth_reply *reply)
{
	const uint8_t *nt_response = req->response + MSCHAP_NT_RESPONSE_LEN;
	struct hashes h;
	int ret;

	if (req->response_len != MSCHAP_RESPONSE_LEN ||
	    req->challenge_len != MSCHAP_CHALLENGE_LEN ||
	    !(req->response[MSCHAP_RESPONSE_LEN - 1] & 1))
		return 0;
	ret = hashes_make(&h, password, req->challenge);
	if (!ret && secret_equal(h.want, nt_response, sizeof(h.want))) {
		ret = mschap_keys(req, password, &h, &reply->keys);
		if (!ret)
			reply->result = AUTH_OK;
	}
	secret_wipe(&h, sizeof(h));
	return ret;
}

static int mschapv2_accept(const struct hashes *h, const uint8_t *nt_response,
			   const uint8_t challenge[MSCHAP_CHALLENGE_LEN], struct auth_reply *reply)
{
	struct auth_keys *keys = &reply->keys;
	int ret;

	ret = mschapv2_success(h->nt_nt, nt_response, challenge, reply->mschap_success);
	if (!ret)
		ret = mschapv2_start_keys(h->nt_nt, nt_response, keys->tx128, keys->rx128);
	if (ret)
		return ret;
	memcpy(keys->tx40, keys->tx128, sizeof(keys->tx40));
	memcpy(keys->rx40, keys->rx128, sizeof(keys->rx40));
	keys->have40 = keys->have128 = true;
	reply->result = AUTH_OK;
	return 0;
}

/* RFC 2759 section 4: peer's challenge 16, reserved 8, response 24, flags 1. */
static int verify_mschapv2(const struct auth_request *req, const char *password,
			   struct auth_reply *reply)
{
	const uint8_t *nt_response = req->response + MSCHAPV2_CHALLENGE_LEN + 8;
	uint8_t challenge[MSCHAP_CHALLENGE_LEN];
	struct hashes h;
	int ret;

	if (req->response_len != MSCHAP_RESPONSE_LEN ||
	    req->challenge_len != MSCHAPV2_CHALLENGE_LEN)
		return 0;
	ret = mschapv2_challenge_hash(req->response, req->challenge, mschap_user_of(req->user),
				      challenge);
	if (!ret)
		ret = hashes_make(&h, password, challenge);
	if (!ret && secret_equal(h.want, nt_response, sizeof(h.want)))
		ret = mschapv2_accept(&h, nt_response, challenge, reply);
	secret_wipe(&h, sizeof(h));
	return ret;
}

void auth_verify_password(const struct auth_request *req, const char *password,
			  struct auth_reply *reply)
{
	int ret = 0;

	reply->result = AUTH_WRONG_PASSWORD;
	reply->mschap_success[0] = 0;
	memset(&reply->keys, 0, sizeof(reply->keys));
	switch (req->method) {
	case AUTH_PAP:
		if (pap_equal(req->password, password))
			reply->result = AUTH_OK;
		break;
	case AUTH_CHAP_MD5:
		ret = verify_chap_md5(req, password, reply);
		break;
	case AUTH_MSCHAP:
		ret = verify_mschap(req, password, reply);
		break;
	case AUTH_MSCHAPV2:
		ret = verify_mschapv2(req, password, reply);
		break;
	}
	if (ret) {
		secret_wipe(&reply->keys, sizeof(reply->keys));
		reply->result = AUTH_UNAVAILABLE;
	}
}
