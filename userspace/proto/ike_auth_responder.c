// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH as responder: who it is, whether that is so, EAP, and the first child. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define EAP_REPLY_MAX	512
#define PASSWORD_MAX	256

static void refuse(struct ike_sa *sa, const char *why)
{
	char id[IKE_ID_STRLEN / 4];
	struct ike_out o;

	sa->ike->stats.auth_failed++;
	ike_log(sa, LOG_LEVEL_WARN, "\"%s\" is refused: %s", ike_id_to_str(sa->peer_id, id, sizeof(id)), why);
	ike_out_begin(sa, &o);
	ike2_put_notify(&o.c, IKE2_N_AUTHENTICATION_FAILED, NULL, 0);
	ike_send_response(sa, IKE2_AUTH, &o);
	ike_sa_over(sa, why);
}

/* --- whom it is taken for --- */

static bool has_alg(const struct ike_offer *o, uint8_t type, const struct ike_alg *alg)
{
	unsigned int i;

	for (i = 0; i < o->n[type]; i++)
		if (o->alg[type][i] == alg)
			return true;
	return !alg;
}

/* The suite was agreed on for the first of the candidates; another may be stricter. */
static bool allows(const struct ike_offers *o, const struct ike_suite *s)
{
	unsigned int i;

	for (i = 0; i < o->n; i++) {
		const struct ike_offer *offer = &o->offer[i];

		if (has_alg(offer, IKE_TRANSFORM_ENCR, s->encr) && has_alg(offer, IKE_TRANSFORM_PRF, s->prf) &&
		    has_alg(offer, IKE_TRANSFORM_INTEG, s->integ) && has_alg(offer, IKE_TRANSFORM_DH, s->dh))
			return true;
	}
	return false;
}

static unsigned int proof_of(const struct ike2_message *m)
{
	if (!ike2_has(m, IKE2_PAYLOAD_AUTH))
		return IKE_BY_EAP;
	if (m->auth.method == IKE2_AUTH_PSK)
		return IKE_BY_PSK;
	return m->n_certs && m->cert[0].encoding == IKE_CERT_X509_SIGNATURE ? IKE_BY_CERT :
									      IKE_BY_CERT | IKE_BY_RAW_KEY;
}

/* 0: not that one. */
static unsigned int fit(const struct ike_peer *p, const struct ike_sa *sa, const struct ike2_message *m,
			unsigned int proof)
{
	struct ike_id wanted;

	if ((p->remote_id.type && !ike_id_matches(&p->remote_id, sa->peer_id)) || !(p->remote_auth & proof))
		return 0;
	if (ike2_has(m, IKE2_PAYLOAD_IDR) && p->local_id.type &&
	    (ike_id_from_wire(&wanted, m->id_r.type, m->id_r.data) || !ike_id_matches(&p->local_id, &wanted)))
		return 0;
	return 2 * ike_id_exactness(&p->remote_id) + (p->remote.family != 0) + 1;
}

static struct ike_peer *best(const struct ike_sa *sa, const struct ike2_message *m, unsigned int proof)
{
	struct ike_setup *setup = sa->setup;
	struct ike_peer *found = NULL;
	unsigned int i, most = 0;

	for (i = 0; i < setup->n_candidates; i++) {
		unsigned int one = fit(setup->candidates[i], sa, m, proof);

		if (one > most) {
			most = one;
			found = setup->candidates[i];
		}
	}
	return found;
}

static bool recognise(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_peer *p;
	struct ike_id id;

	if (!ike2_has(m, IKE2_PAYLOAD_IDI) || ike_id_from_wire(&id, m->id_i.type, m->id_i.data)) {
		refuse(sa, "it does not say who it is");
		return false;
	}
	if (ike_sa_set_id(&sa->peer_id, &id)) {
		refuse(sa, "out of memory");
		return false;
	}
	p = best(sa, m, proof_of(m));
	if (!p) {
		refuse(sa, best(sa, m, ~0u) ? "it is known, and has to prove itself in another way: see auth" :
			   "nobody with this identity is expected from there: see remote-id and local-id");
		return false;
	}
	if (!allows(&p->ike, &sa->keys.suite)) {
		refuse(sa, "its IKE proposal is not among those of its own section");
		return false;
	}
	sa->peer = ike_peer_get(p);
	if (!ike_auth_own_id(sa, ike2_has(m, IKE2_PAYLOAD_IDR) ? &m->id_r : NULL))
		return true;
	refuse(sa, "out of memory");
	return false;
}

/* --- the end of it --- */

/* RFC 6023 section 4: an address may be asked for without a child, which then comes later. */
static void put_address(struct ike_sa *sa, struct ike_chain *c, const struct ike2_message *m)
{
	char why[IKE_WHY_MAX];

	if (!sa->peer->assign_addresses || !ike2_has(m, IKE2_PAYLOAD_CP))
		return;
	if (ike_cp_assign(sa, &m->cfg, why)) {
		ike_cp_put_reply(sa, c, &m->cfg);
		return;
	}
	ike_log(sa, LOG_LEVEL_WARN, "it gets no address: %s", why);
	ike2_put_notify(c, IKE2_N_INTERNAL_ADDRESS_FAILURE, NULL, 0);
}

/* The child that IKE_AUTH makes, or why there is none. */
static void put_child(struct ike_sa *sa, struct ike_chain *c, const struct ike2_message *m)
{
	const struct ike_setup *setup = sa->setup;
	struct ike_octets ni = { setup->peer_nonce, setup->peer_nonce_len }, nr = { setup->nonce, IKE_NONCE_LEN };
	char why[IKE_WHY_MAX] = "no keys";
	enum ike_verdict verdict = VERDICT_OK;
	struct ike_child *child = NULL;
	struct ike2_sa accepted;
	static const struct ike_cfg nothing;

	if (!ike2_has(m, IKE2_PAYLOAD_SA)) {
		put_address(sa, c, m);
		return;
	}
	if (sa->peer->assign_addresses &&
	    !ike_cp_assign(sa, ike2_has(m, IKE2_PAYLOAD_CP) ? &m->cfg : &nothing, why))
		verdict = VERDICT_ADDRESS;
	if (verdict == VERDICT_OK)
		verdict = ike_child_choose(sa, m, IKE_NEG_NO_DH, NULL, &child, &accepted, why);
	if (verdict == VERDICT_OK &&
	    (ike_child_derive(child, ni, nr, ike_octets_of(NULL, 0)) || ike_child_install(child, true, why))) {
		ike_child_end(child, why);
		verdict = VERDICT_FAILED;
	}
	if (verdict != VERDICT_OK) {
		ike_log(sa, LOG_LEVEL_WARN, "the child is refused: %s", why);
		ike2_put_notify(c, ike_verdict_notify(verdict), NULL, 0);
		return;
	}
	if (sa->peer->assign_addresses)
		ike_cp_put_reply(sa, c, &m->cfg);
	ike2_put_sa(c, &accepted);
	ike_child_put_answer(child, c);
	ike_child_started(child);
}

/* m: the first request, with what the child is made of. */
static void finish(struct ike_sa *sa, const struct ike2_message *m, bool by_eap)
{
	struct ike_out o;
	int err;

	sa->mobike = sa->peer->mobike && ike2_notify_find(m, IKE2_N_MOBIKE_SUPPORTED);
	ike_out_begin(sa, &o);
	err = by_eap ? ike_auth_put_msk(sa, &o.c) : ike_auth_put_own(sa, &o.c);
	if (err) {
		refuse(sa, "our own proof cannot be made");
		return;
	}
	ike_sa_begin(sa);
	/* Before the owner makes room for it: what it had may be what there is no room beside. */
	ike_contact_rx(sa, m);
	sa->told_up = true;
	sa->ike->ops->sa_up(sa->ike->ctx, sa);
	if (sa->phase != PHASE_UP)
		return;
	put_child(sa, &o.c, m);
	if (sa->mobike)
		ike2_put_notify(&o.c, IKE2_N_MOBIKE_SUPPORTED, NULL, 0);
	ike_send_response(sa, IKE2_AUTH, &o);
	ike_setup_free(sa);
	ike_tasks_run(sa);
}

/* --- EAP --- */

static void put_eap(struct ike_sa *sa, struct ike_chain *c, const struct wr *w)
{
	(void)sa;
	ike_put_octets(c, IKE2_PAYLOAD_EAP, w->buf, w->len);
}

static void begin_eap(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	uint8_t challenge[MSCHAPV2_CHALLENGE_LEN], id, reply[EAP_REPLY_MAX];
	struct wr w = wr_to(reply, sizeof(reply));
	const struct ike *ike = sa->ike;
	struct ike_out o;

	setup->eap_server = calloc(1, sizeof(*setup->eap_server));
	setup->auth_chain = malloc(ike->plain_len + 1);
	setup->peer_id_body = malloc(m->id_i.body.len + 1);
	if (!setup->eap_server || !setup->auth_chain || !setup->peer_id_body) {
		refuse(sa, "out of memory");
		return;
	}
	memcpy(setup->auth_chain, ike->plain, ike->plain_len);
	setup->auth_chain_len = ike->plain_len;
	setup->auth_first = ike->plain_first;
	memcpy(setup->peer_id_body, m->id_i.body.at, m->id_i.body.len);
	setup->peer_id_body_len = m->id_i.body.len;
	ike->ops->random(ike->ctx, challenge, sizeof(challenge));
	ike->ops->random(ike->ctx, &id, sizeof(id));
	eap_server_start(setup->eap_server, id, challenge, &w);
	ike_out_begin(sa, &o);
	if (ike_auth_put_own(sa, &o.c)) {
		refuse(sa, "our own proof cannot be made");
		return;
	}
	put_eap(sa, &o.c, &w);
	ike_send_response(sa, IKE2_AUTH, &o);
}

static enum eap_outcome ask_password(struct ike_sa *sa, struct wr *w)
{
	struct ike_setup *setup = sa->setup;
	char password[PASSWORD_MAX + 1];
	enum eap_outcome outcome;
	bool known;

	known = !ike_sa_set_user(sa, mschap_user_of(setup->eap_server->user)) &&
		sa->ike->ops->password(sa->ike->ctx, sa, ike_sa_user(sa), password, sizeof(password));
	outcome = eap_server_password(setup->eap_server, known ? password : NULL, w);
	secret_wipe(password, sizeof(password));
	/* Told now: whoever gave a wrong password may not wait for the rest. */
	if (outcome == EAP_SEND && setup->eap_server->why[0])
		ike_log(sa, LOG_LEVEL_WARN, "login as \"%s\" failed: %s", ike_sa_user(sa),
			known ? "wrong password" : "there is no such user");
	return outcome;
}

static void rx_eap(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	uint8_t reply[EAP_REPLY_MAX];
	struct wr w = wr_to(reply, sizeof(reply));
	enum eap_outcome outcome;
	char why[IKE_WHY_MAX];
	struct ike_out o;

	outcome = eap_server_rx(setup->eap_server, m->eap.at, m->eap.len, "adit", &w);
	if (outcome == EAP_ASK)
		outcome = ask_password(sa, &w);
	if (outcome == EAP_IGNORED) {
		refuse(sa, "it sent an EAP packet that is none");
		return;
	}
	if (outcome == EAP_DONE) {
		memcpy(setup->eap_msk, setup->eap_server->msk, sizeof(setup->eap_msk));
		setup->have_msk = true;
	}
	ike_out_begin(sa, &o);
	if (w.len)
		put_eap(sa, &o.c, &w);
	if (outcome == EAP_REFUSED && !w.len)
		ike2_put_notify(&o.c, IKE2_N_AUTHENTICATION_FAILED, NULL, 0);
	ike_send_response(sa, IKE2_AUTH, &o);
	if (outcome != EAP_REFUSED || sa->phase == PHASE_OVER)
		return;
	snprintf(why, sizeof(why), "login as \"%s\" failed: %s", ike_sa_user(sa), setup->eap_server->why);
	sa->ike->stats.auth_failed++;
	ike_sa_over(sa, why);
}

static void after_eap(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	struct ike2_message first = { .header = m->header };
	struct ike_fault f;

	if (!ike2_has(m, IKE2_PAYLOAD_AUTH) ||
	    !ike_auth_verify_msk(sa, m, ike_octets_of(setup->peer_id_body, setup->peer_id_body_len))) {
		refuse(sa, "its last proof, after the password, is wrong");
		return;
	}
	if (ike2_parse_chain(&first, setup->auth_first, setup->auth_chain, setup->auth_chain_len, &f)) {
		refuse(sa, f.text);
		return;
	}
	sa->peer_by = IKE_BY_EAP;
	finish(sa, &first, true);
}

/* --- requests --- */

static void rx_first(struct ike_sa *sa, struct ike2_message *m)
{
	char why[IKE_WHY_MAX];

	sa->phase = PHASE_AUTH;
	/* Whoever got as far has the address that it says, and one more interval. */
	loop_timer_start(&sa->timer, sa->ike->cfg.half_open_ms);
	if (!recognise(sa, m))
		return;
	if (!ike2_has(m, IKE2_PAYLOAD_AUTH))
		begin_eap(sa, m);
	else if (!ike_auth_verify(sa, m, m->id_i.body, why))
		refuse(sa, why);
	else
		finish(sa, m, false);
}

void ike_auth_rx_request(struct ike_sa *sa, struct ike2_message *m)
{
	if (sa->phase == PHASE_INIT)
		rx_first(sa, m);
	else if (sa->setup->have_msk)
		after_eap(sa, m);
	else if (sa->setup->eap_server && ike2_has(m, IKE2_PAYLOAD_EAP))
		rx_eap(sa, m);
	else
		refuse(sa, "it does not go on as it has to");
}
