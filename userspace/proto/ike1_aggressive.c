// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aggressive mode (RFC 2409 sections 5.1 and 5.4): three messages. It tells the identities to everybody, and gives who
 * listens something to try pre-shared keys on; only where the configuration asks for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

static void put_id(struct ike1_sa *sa, struct ike1_out *o)
{
	uint8_t id[4 + IKE_ID_DATA_MAX];

	ike_put_octets(&o->c, IKE1_PAYLOAD_ID, id, ike1_own_id_body(sa, id, sizeof(id)));
}

/* --- initiator --- */

/* The group is ours to say before anything was agreed on: the first that IKEv1 has. */
static const struct ike_alg *own_group(const struct ike_offers *o)
{
	for (unsigned int i = 0; i < o->n; i++)
		for (unsigned int g = 0; g < o->offer[i].n[IKE_TRANSFORM_DH]; g++)
			if (o->offer[i].alg[IKE_TRANSFORM_DH][g]->ike1)
				return o->offer[i].alg[IKE_TRANSFORM_DH][g];
	return NULL;
}

void ike1_aggressive_send_1(struct ike1_sa *sa)
{
	uint16_t methods[4];
	struct ike1_out o;

	sa->phase = IKE1_AG_I1;
	sa->suite.dh = own_group(&sa->peer->ike);
	if (!sa->suite.dh) {
		ike1_log(sa, LOG_LEVEL_ERROR, "IKEv1 has none of the groups of ike-proposals");
		return;
	}
	sa->auth_method = ike1_methods(sa->peer, methods) ? methods[0] : IKE1_AUTH_PSK;
	ike1_own_id(sa);
	ike1_clear_begin(sa, &o, IKE1_AGGRESSIVE);
	ike1_put_offer(sa, &o.c);
	if (ike1_put_ke(sa, &o.c)) {
		ike1_log(sa, LOG_LEVEL_ERROR, "libcrypto refuses to compute a public value");
		return;
	}
	put_id(sa, &o);
	ike1_put_vendors(sa, &o.c);
	ike1_clear_send(sa, &o, true);
}

static bool take_2(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_message *m, char why[IKE_WHY_MAX])
{
	const struct ike_alg *offered = sa->suite.dh;

	snprintf(why, IKE_WHY_MAX, "the peer's answer has no SA payload, or not one identity");
	if (!ike1_has(m, IKE1_PAYLOAD_SA) || m->n_ids != 1 || !ike1_check_choice(sa, m, why))
		return false;
	snprintf(why, IKE_WHY_MAX, "the peer chose another group than that of our public value");
	if (sa->suite.dh != offered) {
		sa->suite.dh = offered;
		return false;
	}
	sa->spi_r = m->header.spi_r;
	ike1_see_vendors(sa, m);
	if (!ike1_take_ke(sa, m, why))
		return false;
	ike1_see_natds(sa, m, path);
	snprintf(why, IKE_WHY_MAX, "the peer's public value is none of %s", sa->suite.dh->name);
	if (ike1_share(sa) || ike1_derive(sa, sa->peer, &sa->keys))
		return false;
	return ike1_proof_check(sa, sa->peer, &sa->keys, m, m->id[0].body, why);
}

static void send_3(struct ike1_sa *sa)
{
	struct ike_header h = ike1_header(sa, IKE1_AGGRESSIVE, 0);
	struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));
	struct ike1_out o;
	int err;

	if (sa->nat_here || sa->nat_there) {
		sa->path.local_port = sa->path.local_port == IKE_PORT ? IKE_NATT_PORT : sa->path.local_port;
		sa->path.peer_port = sa->path.peer_port == IKE_PORT ? IKE_NATT_PORT : sa->path.peer_port;
	}
	ike1_out_begin(sa, &o);
	err = ike1_put_proof(sa, &o.c);
	ike1_put_natds(sa, &o.c);
	if (!err)
		err = ike1_iv_first(&sa->suite, ike_octets_of(sa->ke_i, sa->ke_i_len),
				    ike_octets_of(sa->ke_r, sa->ke_r_len), sa->iv);
	if (!err)
		err = o.w.bad ? -EMSGSIZE : ike1_seal(&sa->keys, &h, o.c.first, o.w.buf, o.w.len, sa->iv, &w);
	if (err) {
		ike1_sa_over(sa, "our proof of who we are cannot be made");
		return;
	}
	sa->have_keys = true;
	ike1_send_phase1(sa, w.buf, w.len, false);
	ike1_sa_authenticated(sa);
}

static void rx_2(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_message *m, uint64_t rx_hash)
{
	char why[IKE_WHY_MAX];

	if (take_2(sa, path, m, why)) {
		sa->rx_hash = rx_hash;
		send_3(sa);
		return;
	}
	/* Anybody could have sent it: a right one may follow. */
	sa->spi_r = 0;
	sa->refused = true;
	snprintf(sa->why, sizeof(sa->why), "%s", why);
}

/* --- responder --- */

/* Only those who are allowed to, and are whom the identity says. */
static void filter(struct ike1_sa *sa)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < sa->n_candidates; i++) {
		struct ike_peer *p = sa->candidates[i];

		if (p->aggressive && ike_id_matches(&p->remote_id, &sa->peer_id))
			sa->candidates[kept++] = p;
		else
			ike_peer_put(p);
	}
	sa->n_candidates = kept;
}

static int answer(struct ike1_sa *sa, const struct ike1_message *m, struct ike1_out *o)
{
	char why[IKE_WHY_MAX];
	int err;

	if (!sa->n_candidates || !ike1_take_ke(sa, m, why))
		return -ENOENT;
	sa->peer = ike_peer_get(sa->candidates[0]);
	ike1_own_id(sa);
	err = ike1_put_ke(sa, &o->c);
	if (!err)
		err = ike1_share(sa);
	if (!err)
		err = ike1_derive(sa, sa->peer, &sa->keys);
	if (err)
		return err;
	sa->have_keys = true;
	put_id(sa, o);
	err = ike1_put_proof(sa, &o->c);
	ike1_put_vendors(sa, &o->c);
	ike1_put_natds(sa, &o->c);
	return err;
}

void ike1_aggressive_rx_1(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m, uint64_t rx_hash)
{
	struct ike1_sa *sa;
	struct ike1_out o;

	if (!ike1_has(m, IKE1_PAYLOAD_SA) || m->n_ids != 1) {
		ike->stats.junk++;
		return;
	}
	sa = ike1_sa_new_responder(ike, path, m, rx_hash);
	if (!sa) {
		ike->stats.refused++;
		return;
	}
	sa->aggressive = true;
	sa->phase = IKE1_AG_R2;
	ike1_clear_begin(sa, &o, IKE1_AGGRESSIVE);
	if (ike_id_from_wire(&sa->peer_id, m->id[0].type, m->id[0].data) ||
	    ike1_dup(&sa->id_body, &sa->id_body_len, m->id[0].body.at, m->id[0].body.len))
		goto refuse;
	filter(sa);
	if (!sa->n_candidates) {
		ike1_log(sa, LOG_LEVEL_WARN,
			 "the peer begins in aggressive mode, which nobody of that identity is allowed here "
			 "(aggressive = yes)");
		goto refuse;
	}
	if (!ike1_choose(sa, m, &o.c)) {
		ike1_sa_free(sa);
		return;
	}
	if (answer(sa, m, &o))
		goto refuse;
	ike1_clear_send(sa, &o, false);
	return;
refuse:
	ike1_notify_plain(ike, path, sa->spi_i, sa->spi_r, IKE1_N_NO_PROPOSAL_CHOSEN);
	ike->stats.refused++;
	ike1_sa_free(sa);
}

static void rx_3(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		 uint64_t rx_hash)
{
	uint8_t iv[IKE_IV_MAX], first = m->header.next;
	char why[IKE_WHY_MAX] = "the peer's proof cannot be decrypted: it has another pre-shared key";
	struct ike_fault fault;
	bool ok;

	ok = !ike1_iv_first(&sa->suite, ike_octets_of(sa->ke_i, sa->ke_i_len), ike_octets_of(sa->ke_r, sa->ke_r_len),
			    iv);
	/* Some send it in the clear: it is a proof all the same. */
	if (ok && encrypted.at)
		ok = encrypted.len <= sizeof(sa->ike->plain) && !ike1_open(&sa->keys, encrypted, iv, sa->ike->plain) &&
		     !ike1_parse_chain(m, first, sa->ike->plain, encrypted.len, &fault);
	ok = ok && ike1_proof_check(sa, sa->peer, &sa->keys, m, ike_octets_of(sa->id_body, sa->id_body_len), why);
	if (!ok) {
		if (!sa->refused)
			ike1_log(sa, LOG_LEVEL_WARN, "%s", why);
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "%s", why);
		sa->ike->stats.auth_failed++;
		ike1_notify_plain(sa->ike, path, sa->spi_i, sa->spi_r, IKE1_N_AUTHENTICATION_FAILED);
		return;
	}
	memcpy(sa->iv, iv, sizeof(iv));
	sa->rx_hash = rx_hash;
	sa->path = *path;
	ike1_see_natds(sa, m, path);
	ike1_sent_free(&sa->sent);
	if (ike1_notify_find(m, IKE1_N_INITIAL_CONTACT))
		ike1_initial_contact(sa);
	ike1_sa_authenticated(sa);
}

void ike1_aggressive_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m,
			struct ike_octets encrypted, uint64_t rx_hash)
{
	if (sa->phase == IKE1_AG_I1 && !encrypted.at)
		rx_2(sa, path, m, rx_hash);
	else if (sa->phase == IKE1_AG_R2)
		rx_3(sa, path, m, encrypted, rx_hash);
	else
		sa->ike->stats.strays++;
}
