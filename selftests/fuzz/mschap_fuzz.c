// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict on a password. A client that knows it is believed, whatever else it chose; one octet
 * changed and it is not; and who is not believed gets no keys.
 */
#include "fuzz.h"
#include "proto/auth.h"
#include "wire/mschap.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(mschap_init() == 0);
	return 0;
}

/* A string of up to max octets from the input, its length first. */
static void take_string(struct in *in, char *out, size_t max)
{
	size_t len = in_u8(in) % (max + 1);

	in_fill(in, out, len);
	out[len] = '\0';
}

/* What a client with this password answers. False: it cannot. */
static bool respond(struct auth_request *req, const char *password)
{
	uint8_t challenge[MSCHAP_CHALLENGE_LEN], hash[MSCHAP_HASH_LEN];

	switch (req->method) {
	case AUTH_PAP:
		snprintf(req->password, sizeof(req->password), "%s", password);
		return true;
	case AUTH_CHAP_MD5:
		req->response_len = CHAP_MD5_LEN;
		return !chap_md5(req->chap_id, password, req->challenge, req->challenge_len,
				 req->response);
	case AUTH_MSCHAP:
		req->challenge_len = MSCHAP_CHALLENGE_LEN;
		memcpy(challenge, req->challenge, sizeof(challenge));
		req->response[48] = 1;
		break;
	case AUTH_MSCHAPV2:
		req->challenge_len = MSCHAPV2_CHALLENGE_LEN;
		memset(req->response + 16, 0, 8);
		req->response[48] = 0;
		if (mschapv2_challenge_hash(req->response, req->challenge,
					    mschap_user_of(req->user), challenge))
			return false;
		break;
	}
	req->response_len = MSCHAP_RESPONSE_LEN;
	return !mschap_nt_hash(password, hash) &&
	       !mschap_challenge_response(challenge, hash, req->response + 24);
}

static void take_request(struct in *in, struct auth_request *req)
{
	req->method = 1 << in_u8(in) % 4;
	take_string(in, req->user, AUTH_USER_MAX);
	req->chap_id = in_u8(in);
	req->challenge_len = in_u8(in) % (AUTH_CHALLENGE_MAX + 1);
	in_fill(in, req->challenge, req->challenge_len);
	req->response_len = in_u8(in) % (AUTH_RESPONSE_MAX + 1);
	in_fill(in, req->response, req->response_len);
	if (req->method == AUTH_PAP)
		take_string(in, req->password, AUTH_PASSWORD_MAX);
	req->peer = "192.0.2.1";
}

static void nothing_granted(const struct auth_reply *reply)
{
	static const struct auth_keys none;

	must(!memcmp(&reply->keys, &none, sizeof(none)) && !reply->mschap_success[0]);
}

/* Only octets that the method looks at. */
static void spoil(struct auth_request *req, uint8_t where)
{
	if (req->method == AUTH_PAP)
		req->password[0] ^= req->password[0] == 1 ? 2 : 1;
	else if (req->method == AUTH_CHAP_MD5)
		req->response[where % CHAP_MD5_LEN] ^= 0x40;
	else
		req->response[24 + where % MSCHAP_NT_RESPONSE_LEN] ^= 0x40;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct auth_request req = { .peer = NULL };
	struct auth_reply reply = { .result = AUTH_UNKNOWN_USER };
	uint8_t how = in_u8(&in);
	char password[AUTH_PASSWORD_MAX + 1];

	take_string(&in, password, AUTH_PASSWORD_MAX);
	take_request(&in, &req);
	if ((how & 3) && respond(&req, password)) {
		auth_verify_password(&req, password, &reply);
		must(reply.result == AUTH_OK);
		must((req.method == AUTH_MSCHAPV2) == (reply.mschap_success[0] != '\0'));
		must(reply.keys.have128 == (req.method >= AUTH_MSCHAP));
		if (!(how & 2))
			return 0;
		spoil(&req, how >> 2);
		memset(&reply, 0, sizeof(reply));
		auth_verify_password(&req, password, &reply);
		must(reply.result == AUTH_WRONG_PASSWORD);
	} else {
		auth_verify_password(&req, password, &reply);
	}
	if (reply.result != AUTH_OK)
		nothing_granted(&reply);
	return 0;
}
