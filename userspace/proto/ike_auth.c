// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH (RFC 7296 sections 1.2, 2.15 and 2.16): proofs of both ends, and the exchange as initiator. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

/* --- who we are --- */

int ike_auth_own_id(struct ike_sa *sa, const struct ike2_id *wanted)
{
	const struct ike_peer *p = sa->peer;
	struct ike_id id = { .type = IKE_ID_NONE };

	/* As the peer calls us, where our certificate agrees: it may have several names. */
	if (p->local_id.type)
		id = p->local_id;
	else if (wanted && p->own && !ike_id_from_wire(&id, wanted->type, wanted->data) && ike_own_is(p->own, &id))
		;
	else if (p->own)
		ike_own_subject(p->own, &id);
	else
		ike_id_from_addr(&id, &sa->path.local);
	return ike_sa_set_id(&sa->local_id, &id);
}

/* --- our proof --- */

static int own_signed(struct ike_sa *sa, struct ike2_signed *so, uint8_t *body, size_t cap)
{
	const struct ike_setup *setup = sa->setup;
	struct ike_octets message = sa->initiator ? ike_octets_of(setup->init_i, setup->init_i_len) :
						    ike_octets_of(setup->init_r, setup->init_r_len);
	struct wr w = wr_to(body, cap);

	ike2_id_body(&w, sa->local_id->type, sa->local_id->data, sa->local_id->len);
	return ike2_signed_octets(so, &sa->keys, sa->initiator, message,
				  ike_octets_of(setup->peer_nonce, setup->peer_nonce_len), ike_octets_of(body, w.len));
}

static int put_shared(struct ike_sa *sa, struct ike_chain *c, const void *secret, size_t len)
{
	uint8_t body[IKE_ID_DATA_MAX + 8], auth[IKE_HASH_MAX_LEN];
	struct ike2_signed so;
	int err = own_signed(sa, &so, body, sizeof(body));

	if (!err)
		err = ike2_auth_psk(&sa->keys, secret, len, &so, auth);
	if (!err)
		ike2_put_auth(c, IKE2_AUTH_PSK, auth, sa->keys.suite.prf->out_len);
	return err;
}

int ike_auth_put_msk(struct ike_sa *sa, struct ike_chain *c)
{
	return put_shared(sa, c, sa->setup->eap_msk, sizeof(sa->setup->eap_msk));
}

static int put_signature(struct ike_sa *sa, struct ike_chain *c)
{
	uint8_t body[IKE_ID_DATA_MAX + 8], signature[IKE_SIGNATURE_MAX], method;
	struct wr w = wr_to(signature, sizeof(signature));
	struct ike2_signed so;
	int err = own_signed(sa, &so, body, sizeof(body));

	if (!err)
		err = ike2_sign(sa->peer->key, sa->hashes, sa->initiator ? sa->peer->pss : sa->peer_pss, &so, &method,
				&w);
	if (err == -EOPNOTSUPP)
		ike_log(sa, LOG_LEVEL_ERROR, "the peer takes no signature that our key can make");
	if (!err)
		ike2_put_auth(c, method, signature, w.len);
	return err;
}

static void put_certificates(struct ike_sa *sa, struct ike_chain *c)
{
	const struct ike_peer *p = sa->peer;
	uint8_t der[IKE_SIGNATURE_MAX * 2];
	char error[IKE_ERROR_MAX];
	unsigned int i;
	int len;

	/* It is the peer's to refuse it. */
	if (p->own && ike_own_check(p->own, sa->ike->ops->wall_time(sa->ike->ctx), error))
		ike_log(sa, LOG_LEVEL_WARN, "%s", error);
	for (i = 0; p->own && i < ike_own_count(p->own); i++) {
		struct ike_octets o = ike_own_der(p->own, i);

		ike2_put_cert(c, IKE2_PAYLOAD_CERT, IKE_CERT_X509_SIGNATURE, o.at, o.len);
	}
	if (p->own || p->local_auth != IKE_BY_RAW_KEY)
		return;
	len = ike_key_public_der(p->key, der, sizeof(der));
	if (len > 0)
		ike2_put_cert(c, IKE2_PAYLOAD_CERT, IKE_CERT_RAW_KEY, der, (size_t)len);
}

static void put_id(struct ike_sa *sa, struct ike_chain *c)
{
	ike2_put_id(c, sa->initiator ? IKE2_PAYLOAD_IDI : IKE2_PAYLOAD_IDR, sa->local_id->type,
		    sa->local_id->data, sa->local_id->len);
}

static void put_certreq(struct ike_sa *sa, struct ike_chain *c)
{
	uint8_t hashes[IKE_CERT_HASH_LEN * 32];
	size_t len;

	if (!sa->peer->trust || !(sa->peer->remote_auth & IKE_BY_CERT))
		return;
	len = ike_trust_hashes(sa->peer->trust, hashes, sizeof(hashes));
	if (len)
		ike2_put_cert(c, IKE2_PAYLOAD_CERTREQ, IKE_CERT_X509_SIGNATURE, hashes, len);
}

static int put_proof(struct ike_sa *sa, struct ike_chain *c)
{
	const struct ike_peer *p = sa->peer;

	if (p->local_auth == IKE_BY_PSK)
		return p->secret ? put_shared(sa, c, p->secret, strlen(p->secret)) : -ENOENT;
	if (p->local_auth == IKE_BY_EAP)
		return 0;
	return p->key ? put_signature(sa, c) : -ENOENT;
}

int ike_auth_put_own(struct ike_sa *sa, struct ike_chain *c)
{
	put_id(sa, c);
	put_certificates(sa, c);
	return put_proof(sa, c);
}

/* --- the peer's proof --- */

static int their_signed(struct ike_sa *sa, struct ike2_signed *so, struct ike_octets id_body)
{
	const struct ike_setup *setup = sa->setup;
	struct ike_octets message = sa->initiator ? ike_octets_of(setup->init_r, setup->init_r_len) :
						    ike_octets_of(setup->init_i, setup->init_i_len);

	return ike2_signed_octets(so, &sa->keys, !sa->initiator, message,
				  ike_octets_of(setup->nonce, IKE_NONCE_LEN), id_body);
}

static bool fails(char why[IKE_WHY_MAX], const char *text)
{
	snprintf(why, IKE_WHY_MAX, "%s", text);
	return false;
}

static bool verify_psk(struct ike_sa *sa, const struct ike2_message *m, const struct ike2_signed *so,
		       char why[IKE_WHY_MAX])
{
	const char *secret = sa->peer->secret;

	if (!(sa->peer->remote_auth & IKE_BY_PSK) || !secret)
		return fails(why, "the peer proves itself by a secret, and another proof is asked for here");
	if (!ike2_auth_psk_check(&sa->keys, secret, strlen(secret), so, m->auth.data))
		return fails(why, "the secrets differ: the peer does not know ours");
	sa->peer_by = IKE_BY_PSK;
	return true;
}

static struct ike_pubkey *raw_key(struct ike_sa *sa, const struct ike2_message *m, char why[IKE_WHY_MAX])
{
	char error[IKE_ERROR_MAX];
	struct ike_pubkey *key;

	/* It is not needed, but another one than ours would explain what follows. */
	if (!m->n_certs || m->cert[0].encoding != IKE_CERT_RAW_KEY)
		return NULL;
	key = ike_pubkey_load(m->cert[0].data.at, m->cert[0].data.len, error);
	if (key && !ike_pubkey_equal(key, sa->peer->peer_key))
		fails(why, "the peer has another key than peer-key says");
	ike_pubkey_free(key);
	return NULL;
}

static bool verify_signature(struct ike_sa *sa, const struct ike2_message *m, const struct ike2_signed *so,
			     char why[IKE_WHY_MAX])
{
	const struct ike_peer *p = sa->peer;
	struct ike_pubkey *key = NULL;
	struct ike_cert_verdict v;
	char error[IKE_ERROR_MAX] = "";
	int err;

	if ((p->remote_auth & IKE_BY_RAW_KEY) && p->peer_key) {
		raw_key(sa, m, why);
		err = ike2_verify(p->peer_key, m->auth.method, m->auth.data, so, error);
		sa->peer_by = IKE_BY_RAW_KEY;
		return !err || (why[0] ? false : fails(why, error));
	}
	if (!(p->remote_auth & IKE_BY_CERT) || !p->trust)
		return fails(why, "the peer proves itself by a signature, and another proof is asked for here");
	key = ike_trust_verify(p->trust, m->cert, m->n_certs, sa->peer_id, sa->ike->ops->wall_time(sa->ike->ctx),
			       &v);
	if (!key)
		return fails(why, v.text);
	err = ike2_verify(key, m->auth.method, m->auth.data, so, error);
	ike_pubkey_free(key);
	sa->peer_by = IKE_BY_CERT;
	return err ? fails(why, error) : true;
}

bool ike_auth_verify(struct ike_sa *sa, const struct ike2_message *m, struct ike_octets id_body,
		     char why[IKE_WHY_MAX])
{
	struct ike2_signed so;

	why[0] = '\0';
	if (their_signed(sa, &so, id_body))
		return fails(why, "out of memory");
	sa->peer_pss = ike2_sig_is_pss(m->auth.method, m->auth.data);
	if (m->auth.method == IKE2_AUTH_PSK)
		return verify_psk(sa, m, &so, why);
	return verify_signature(sa, m, &so, why);
}

bool ike_auth_verify_msk(struct ike_sa *sa, const struct ike2_message *m, struct ike_octets id_body)
{
	struct ike2_signed so;

	return m->auth.method == IKE2_AUTH_PSK && !their_signed(sa, &so, id_body) &&
	       ike2_auth_psk_check(&sa->keys, sa->setup->eap_msk, sizeof(sa->setup->eap_msk), &so, m->auth.data);
}

/* --- initiator: requests --- */

static void put_expected_id(struct ike_sa *sa, struct ike_chain *c)
{
	const struct ike_id *id = &sa->peer->remote_id;

	if (id->type && !ike_id_is_pattern(id))
		ike2_put_id(c, IKE2_PAYLOAD_IDR, id->type, id->data, id->len);
}

static void put_rest(struct ike_sa *sa, struct ike_chain *c)
{
	sa->setup->first_spi = ike_child_spi(sa->ike);
	ike_cp_put_request(sa, c);
	ike_child_put_offer(sa, c, IKE_NEG_NO_DH, sa->setup->first_spi, NULL);
	if (sa->peer->mobike)
		ike2_put_notify(c, IKE2_N_MOBIKE_SUPPORTED, NULL, 0);
	ike2_put_notify(c, IKE2_N_ESP_TFC_PADDING_NOT_SUPPORTED, NULL, 0);
	if (ike_contact_is_first(sa))
		ike2_put_notify(c, IKE2_N_INITIAL_CONTACT, NULL, 0);
}

static int put_first(struct ike_sa *sa, struct ike_chain *c)
{
	struct ike_setup *setup = sa->setup;
	uint8_t challenge[MSCHAPV2_CHALLENGE_LEN];
	int err = ike_auth_own_id(sa, NULL);

	if (err)
		return err;
	put_id(sa, c);
	put_certificates(sa, c);
	put_certreq(sa, c);
	put_expected_id(sa, c);
	err = put_proof(sa, c);
	put_rest(sa, c);
	if (sa->peer->local_auth != IKE_BY_EAP || err)
		return err;
	setup->eap_peer = calloc(1, sizeof(*setup->eap_peer));
	if (!setup->eap_peer)
		return -ENOMEM;
	sa->ike->ops->random(sa->ike->ctx, challenge, sizeof(challenge));
	eap_peer_start(setup->eap_peer, challenge);
	return 0;
}

void ike_auth_send(struct ike_sa *sa)
{
	struct ike_setup *setup = sa->setup;
	struct ike_out o;
	int err = 0;

	ike_out_begin(sa, &o);
	if (setup->have_msk)
		err = ike_auth_put_msk(sa, &o.c);
	else if (setup->eap_out_len)
		ike_put_octets(&o.c, IKE2_PAYLOAD_EAP, setup->eap_out, setup->eap_out_len);
	else
		err = put_first(sa, &o.c);
	setup->eap_out_len = 0;
	if (err)
		ike_sa_over(sa, "our own proof cannot be made: see the log");
	else
		ike_send_request(sa, IKE2_AUTH, &o);
}

/* --- initiator: answers --- */

static void give_up(struct ike_sa *sa, const char *why)
{
	sa->ike->stats.auth_failed++;
	ike_sa_over(sa, why);
}

/*
 * RFC 7296 section 2.21.2: the responder believes us, and has an SA already. It is told once, and nobody waits for its
 * answer: whoever he is, we have no business with him. Some understand it by the Delete alone.
 */
static void reject(struct ike_sa *sa, const char *why)
{
	struct ike_out o;

	ike_out_begin(sa, &o);
	ike2_put_notify(&o.c, IKE2_N_AUTHENTICATION_FAILED, NULL, 0);
	ike2_put_delete(&o.c, IKE_PROTO_IKE, NULL, 0);
	if (!ike_send_request(sa, IKE2_INFORMATIONAL, &o))
		give_up(sa, why);
}

const char *ike_auth_doubt(const struct ike_peer *p)
{
	if (p->local_auth == IKE_BY_PSK)
		return "has another secret";
	return p->local_auth == IKE_BY_EAP ? "does not take this user and password" :
					     "does not believe our certificate or key";
}

/*
 * Of the paddings of RSA a peer that speaks RFC 7427 may take one alone, and has no way to say which: libreswan's
 * rsa-sha2 wants PSS, and what is older, or is set up to, the other. The next attempt is with the one that was not
 * tried.
 */
static void try_other_padding(struct ike_sa *sa)
{
	struct ike_peer *p = sa->peer;

	if (sa->hashes && p->key && ike_key_type(p->key) == IKE_KEY_RSA && p->local_auth != IKE_BY_PSK &&
	    p->local_auth != IKE_BY_EAP)
		p->pss = !p->pss;
}

static void refused(struct ike_sa *sa, const struct ike_notify *n)
{
	char own[IKE_ID_STRLEN / 8], theirs[IKE_ID_STRLEN / 8], why[IKE_WHY_MAX];
	const struct ike_id *asked = &sa->peer->remote_id;

	if (n->type == IKE2_N_AUTHENTICATION_FAILED && asked->type && !ike_id_is_pattern(asked))
		snprintf(why, sizeof(why),
			 "the peer refuses us as \"%s\": it does not know this identity, or is not \"%s\" itself, "
			 "or %s (its log says which)",
			 ike_id_to_str(sa->local_id, own, sizeof(own)),
			 ike_id_to_str(asked, theirs, sizeof(theirs)), ike_auth_doubt(sa->peer));
	else if (n->type == IKE2_N_AUTHENTICATION_FAILED)
		snprintf(why, sizeof(why),
			 "the peer refuses us as \"%s\": it does not know this identity, or %s (its log says which)",
			 ike_id_to_str(sa->local_id, own, sizeof(own)), ike_auth_doubt(sa->peer));
	else
		snprintf(why, sizeof(why), "the peer refuses: %s", ike2_notify_to_str(n->type));
	if (n->type == IKE2_N_AUTHENTICATION_FAILED)
		try_other_padding(sa);
	give_up(sa, why);
}

static bool right_peer(struct ike_sa *sa, const struct ike2_message *m)
{
	char theirs[IKE_ID_STRLEN / 4], wanted[IKE_ID_STRLEN / 4], why[IKE_WHY_MAX];
	struct ike_id id;

	if (!ike2_has(m, IKE2_PAYLOAD_IDR) || ike_id_from_wire(&id, m->id_r.type, m->id_r.data)) {
		reject(sa, "the peer does not say who it is");
		return false;
	}
	if (ike_sa_set_id(&sa->peer_id, &id)) {
		give_up(sa, "out of memory");
		return false;
	}
	if (!sa->peer->remote_id.type || ike_id_matches(&sa->peer->remote_id, sa->peer_id))
		return true;
	snprintf(why, sizeof(why), "the peer is \"%s\", and remote-id is \"%s\"",
		 ike_id_to_str(sa->peer_id, theirs, sizeof(theirs)),
		 ike_id_to_str(&sa->peer->remote_id, wanted, sizeof(wanted)));
	reject(sa, why);
	return false;
}

static void first_child(struct ike_sa *sa, struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	struct ike_octets ni = { setup->nonce, IKE_NONCE_LEN }, nr = { setup->peer_nonce, setup->peer_nonce_len };
	char why[IKE_WHY_MAX] = "no keys";
	enum ike_verdict verdict;
	struct ike_child *c;

	if (!ike_cp_take(sa, m, why)) {
		ike2_sa_close(sa, why);
		return;
	}
	verdict = ike_child_take(sa, m, IKE_NEG_NO_DH, setup->first_spi, NULL, &c, why);
	setup->first_spi = 0;
	if (verdict != VERDICT_OK) {
		ike2_sa_close(sa, why);
		return;
	}
	if (ike_child_derive(c, ni, nr, ike_octets_of(NULL, 0)) || ike_child_install(c, true, why)) {
		ike_child_end(c, why);
		ike2_sa_close(sa, why);
		return;
	}
	ike_child_started(c);
}

static void established(struct ike_sa *sa, struct ike2_message *m)
{
	sa->mobike = sa->peer->mobike && ike2_notify_find(m, IKE2_N_MOBIKE_SUPPORTED);
	ike_sa_begin(sa);
	ike_contact_rx(sa, m);
	sa->told_up = true;
	sa->ike->ops->sa_up(sa->ike->ctx, sa);
	if (sa->phase == PHASE_UP)
		first_child(sa, m);
	ike_setup_free(sa);
	ike_task_done(sa);
}

static void more(struct ike_sa *sa)
{
	if (!ike_task_add(sa, TASK_AUTH, NULL))
		ike_sa_over(sa, "out of memory");
	else
		ike_task_done(sa);
}

static void rx_eap(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	struct wr w = wr_to(setup->eap_out, sizeof(setup->eap_out));
	char why[IKE_WHY_MAX];

	switch (eap_peer_rx(setup->eap_peer, m->eap.at, m->eap.len, sa->peer->user, sa->peer->password, &w)) {
	case EAP_DONE:
		memcpy(setup->eap_msk, setup->eap_peer->msk, sizeof(setup->eap_msk));
		setup->have_msk = true;
		more(sa);
		return;
	case EAP_SEND:
		setup->eap_out_len = w.len;
		more(sa);
		return;
	default:
		snprintf(why, sizeof(why), "login as \"%s\" failed: %s", sa->peer->user,
			 setup->eap_peer->why[0] ? setup->eap_peer->why : "the peer speaks another EAP");
		give_up(sa, why);
	}
}

void ike_auth_rx_response(struct ike_sa *sa, struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_notify *error = ike2_error_find(m);
	char why[IKE_WHY_MAX], text[IKE_WHY_MAX + 64];

	if (setup->have_msk && ike2_has(m, IKE2_PAYLOAD_AUTH)) {
		if (!ike_auth_verify_msk(sa, m, ike_octets_of(setup->peer_id_body, setup->peer_id_body_len)))
			reject(sa, "the peer does not know the password");
		else
			established(sa, m);
		return;
	}
	if (!ike2_has(m, IKE2_PAYLOAD_AUTH) && error) {
		refused(sa, error);
		return;
	}
	if (sa->peer_by && setup->eap_peer && ike2_has(m, IKE2_PAYLOAD_EAP)) {
		rx_eap(sa, m);
		return;
	}
	if (!right_peer(sa, m))
		return;
	if (!ike2_has(m, IKE2_PAYLOAD_AUTH) || !ike_auth_verify(sa, m, m->id_r.body, why)) {
		snprintf(text, sizeof(text), "the peer has not proved who it is: %s",
			 ike2_has(m, IKE2_PAYLOAD_AUTH) ? why : "there is no AUTH in its answer");
		reject(sa, text);
		return;
	}
	if (!setup->eap_peer) {
		established(sa, m);
		return;
	}
	setup->peer_id_body = malloc(m->id_r.body.len);
	if (!setup->peer_id_body || !ike2_has(m, IKE2_PAYLOAD_EAP)) {
		give_up(sa, "the peer does not ask for a password");
		return;
	}
	memcpy(setup->peer_id_body, m->id_r.body.at, m->id_r.body.len);
	setup->peer_id_body_len = m->id_r.body.len;
	rx_eap(sa, m);
}
