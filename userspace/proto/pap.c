// SPDX-License-Identifier: GPL-2.0-or-later
/* PAP, the authenticator's side (RFC 1334 section 2). */
#include <errno.h>
#include <string.h>

#include "base/secret.h"
#include "proto/authn.h"

enum { PAP_REQUEST = 1, PAP_ACK = 2, PAP_NAK = 3 };

static void answer(struct authn *a, bool ok, const char *text)
{
	uint8_t buf[1 + AUTH_MESSAGE_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	size_t len = strlen(text);

	if (len > UINT8_MAX)
		len = UINT8_MAX;	/* RFC 1334 section 2.2.2: one octet of length */
	wr_u8(&w, len);
	wr_bytes(&w, text, len);
	authn_answer(a, PPP_PAP, ok ? PAP_ACK : PAP_NAK, buf, w.len);
}

void pap_start(struct authn *a)
{
	a->challenge_len = 0;	/* the peer speaks first */
}

void pap_rx(struct authn *a, const struct ppp_packet *p)
{
	struct auth_request req = { 0 };
	int ret;

	if (p->code != PAP_REQUEST || a->state == AUTHN_ASKED)
		return;
	/* RFC 1334 section 2.2.1: repeated requests get the answer that was given. */
	if (a->state == AUTHN_ACCEPTED) {
		authn_answer_again(a, PPP_PAP, p->id);
		return;
	}
	ret = ppp_pap_request_parse(p->data, req.user, sizeof(req.user), req.password,
				    sizeof(req.password));
	a->id = p->id;
	if (!ret) {
		authn_ask(a, &req);
		return;
	}
	secret_wipe(&req, sizeof(req));
	if (ret == -EBADMSG) {
		++*a->link->malformed;
		return;
	}
	answer(a, false, "Name or password is not acceptable");
	authn_fail(a, "the user name or password is too long or holds a NUL");
}

void pap_reply(struct authn *a, const struct auth_reply *reply)
{
	bool ok = reply->result == AUTH_OK;

	a->state = ok ? AUTHN_ACCEPTED : AUTHN_DENIED;
	answer(a, ok, authn_public_text(reply));
}
