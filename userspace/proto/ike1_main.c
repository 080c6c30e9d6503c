// SPDX-License-Identifier: GPL-2.0-or-later
/* Main mode (RFC 2409 sections 5.1 and 5.4): six messages, the last two encrypted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

static void send_encrypted(struct ike1_sa *sa, struct ike1_out *o, bool awaits)
{
	struct ike_header h = ike1_header(sa, IKE1_MAIN, 0);
	struct wr w = wr_to(sa->ike->sealed, sizeof(sa->ike->sealed));

	if (o->w.bad || ike1_seal(&sa->keys, &h, o->c.first, o->w.buf, o->w.len, sa->iv, &w))
		ike1_log(sa, LOG_LEVEL_ERROR, "a message cannot be encrypted");
	else
		ike1_send_phase1(sa, w.buf, w.len, awaits);
}

/* --- initiator --- */

void ike1_main_send_1(struct ike1_sa *sa)
{
	struct ike1_out o;

	sa->phase = IKE1_MM_I1;
	ike1_clear_begin(sa, &o, IKE1_MAIN);
	ike1_put_offer(sa, &o.c);
	ike1_put_vendors(sa, &o.c);
	ike1_clear_send(sa, &o, true);
}

static void rx_2(struct ike1_sa *sa, const struct ike1_message *m, uint64_t rx_hash)
{
	char why[IKE_WHY_MAX];
	struct ike1_out o;

	if (!ike1_has(m, IKE1_PAYLOAD_SA))
		return;
	/* Anybody could have sent it: we go on waiting for a better one. */
	if (!ike1_check_choice(sa, m, why)) {
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "%s", why);
		return;
	}
	sa->spi_r = m->header.spi_r;
	sa->rx_hash = rx_hash;
	ike1_see_vendors(sa, m);
	ike1_clear_begin(sa, &o, IKE1_MAIN);
	if (ike1_put_ke(sa, &o.c)) {
		ike1_sa_over(sa, "libcrypto refuses to compute a public value");
		return;
	}
	ike1_put_crs(sa, &o.c);
	ike1_put_natds(sa, &o.c);
	sa->phase = IKE1_MM_I3;
	ike1_clear_send(sa, &o, true);
}

/* RFC 3947 section 4: with a NAT on the way, on to port 4500. */
static void to_natt_port(struct ike1_sa *sa)
{
	if (!sa->nat_here && !sa->nat_there)
		return;
	if (sa->path.local_port == IKE_PORT)
		sa->path.local_port = IKE_NATT_PORT;
	if (sa->path.peer_port == IKE_PORT)
		sa->path.peer_port = IKE_NATT_PORT;
}

static int send_5(struct ike1_sa *sa)
{
	uint8_t id[4 + IKE_ID_DATA_MAX];
	struct ike1_out o;
	size_t len;
	int err;

	ike1_own_id(sa);
	len = ike1_own_id_body(sa, id, sizeof(id));
	ike1_out_begin(sa, &o);
	ike_put_octets(&o.c, IKE1_PAYLOAD_ID, id, len);
	err = ike1_put_proof(sa, &o.c);
	if (err)
		return err;
	if (ike1_contact_is_first(sa))
		ike1_put_initial_contact(sa, &o.c);
	sa->phase = IKE1_MM_I5;
	send_encrypted(sa, &o, true);
	return 0;
}

static void rx_4(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_message *m, uint64_t rx_hash)
{
	char why[IKE_WHY_MAX];
	int err;

	if (!ike1_take_ke(sa, m, why)) {
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "%s", why);
		return;
	}
	ike1_see_vendors(sa, m);
	ike1_see_natds(sa, m, path);
	err = ike1_share(sa);
	if (err == -EBADMSG) {
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "the peer's public value is none of %s", sa->suite.dh->name);
		return;
	}
	if (!err)
		err = ike1_derive(sa, sa->peer, &sa->keys);
	if (!err)
		err = ike1_iv_first(&sa->suite, ike_octets_of(sa->ke_i, sa->ke_i_len),
				    ike_octets_of(sa->ke_r, sa->ke_r_len), sa->iv);
	sa->have_keys = !err;
	sa->rx_hash = rx_hash;
	to_natt_port(sa);
	if (!err)
		err = send_5(sa);
	if (err)
		ike1_sa_over(sa, "our proof of who we are cannot be made");
}

/* --- responder --- */

/*
 * Who has answered is where it says, but may be there for this alone: of those who have most the oldest, who has had
 * the longest time to go on.
 */
static struct ike1_sa *oldest_of_the_most(struct ike1 *ike)
{
	struct ike1_sa *sa, *found = NULL;
	uint16_t most = 0;

	TAILQ_FOREACH(sa, &ike->half_open, half_open_link) {
		uint16_t has = *ike_neighbours_of(&ike->neighbours, &sa->came_from);

		if (sa->phase != IKE1_MM_R4 || has <= most)
			continue;
		most = has;
		found = sa;
	}
	return found;
}

/*
 * The oldest that has not answered yet goes: it may be forged, and so may its address, whose next one is to get
 * through. Who answers is where it says, and has its share of the table alone; a table full of those does not shut out
 * everybody else.
 */
bool ike1_make_room(struct ike1 *ike, const struct addr *peer)
{
	const uint16_t *from = ike_neighbours_of(&ike->neighbours, peer);
	bool share = ike_neighbours_full(&ike->neighbours, peer, ike->cfg.max_half_open);
	bool full = ike->stats.half_open >= ike->cfg.max_half_open;
	struct ike1_sa *sa;

	if (!share && !full && ike->stats.sas < ike->cfg.max_sas)
		return true;
	TAILQ_FOREACH(sa, &ike->half_open, half_open_link)
		if ((sa->phase == IKE1_MM_R2 || sa->phase == IKE1_AG_R2) &&
		    (!share || ike_neighbours_of(&ike->neighbours, &sa->came_from) == from))
			break;
	if (!sa && full && !share)
		sa = oldest_of_the_most(ike);
	if (!sa)
		return false;
	ike1_sa_free(sa);
	return true;
}

struct ike1_sa *ike1_sa_new_responder(struct ike1 *ike, const struct ike_path *path, const struct ike1_message *m,
				      uint64_t rx_hash)
{
	struct ike1_sa *sa;

	if (!ike1_make_room(ike, &path->peer))
		return NULL;
	sa = ike1_sa_new(ike, false, path);
	if (!sa)
		return NULL;
	sa->spi_i = m->header.spi_i;
	sa->rx_hash = rx_hash;
	ike1_sa_hash_init(sa);
	ike1_see_vendors(sa, m);
	sa->n_candidates = ike->ops->candidates(ike->ctx, path, sa->candidates, IKE_CANDIDATES_MAX);
	for (unsigned int i = 0; i < sa->n_candidates; i++)
		ike_peer_get(sa->candidates[i]);
	return sa;
}

void ike1_main_rx_1(struct ike1 *ike, const struct ike_path *path, struct ike1_message *m, uint64_t rx_hash)
{
	struct ike1_out o;
	struct ike1_sa *sa;

	if (!ike1_has(m, IKE1_PAYLOAD_SA)) {
		ike->stats.junk++;
		return;
	}
	sa = ike1_sa_new_responder(ike, path, m, rx_hash);
	if (!sa) {
		ike->stats.refused++;
		return;
	}
	if (!sa->n_candidates) {
		ike1_notify_plain(ike, path, sa->spi_i, sa->spi_r, IKE1_N_NO_PROPOSAL_CHOSEN);
		ike->stats.refused++;
		ike1_sa_free(sa);
		return;
	}
	sa->phase = IKE1_MM_R2;
	ike1_clear_begin(sa, &o, IKE1_MAIN);
	if (!ike1_choose(sa, m, &o.c)) {
		ike1_sa_free(sa);
		return;
	}
	ike1_put_vendors(sa, &o.c);
	ike1_clear_send(sa, &o, false);
}

static void rx_3(struct ike1_sa *sa, const struct ike_path *path, const struct ike1_message *m, uint64_t rx_hash)
{
	char why[IKE_WHY_MAX];
	struct ike1_out o;

	if (!ike1_take_ke(sa, m, why)) {
		ike1_log(sa, LOG_LEVEL_WARN, "%s", why);
		ike1_notify_plain(sa->ike, path, sa->spi_i, sa->spi_r, IKE1_N_INVALID_KEY_INFORMATION);
		return;
	}
	/* It knows our cookie: it is where it says. */
	sa->path = *path;
	sa->rx_hash = rx_hash;
	ike1_see_vendors(sa, m);
	ike1_see_natds(sa, m, path);
	ike1_clear_begin(sa, &o, IKE1_MAIN);
	if (ike1_put_ke(sa, &o.c))
		return;
	ike1_put_crs(sa, &o.c);
	ike1_put_natds(sa, &o.c);
	sa->phase = IKE1_MM_R4;
	ike1_clear_send(sa, &o, false);
}

/* Decrypt with one candidate's keys. False: it makes no sense with them. */
static bool open_with(struct ike1_sa *sa, const struct ike1_keys *keys, struct ike_octets encrypted,
		      struct ike1_message *m, uint8_t iv[IKE_IV_MAX])
{
	uint8_t first = m->header.next;
	struct ike_fault fault;

	if (encrypted.len > sizeof(sa->ike->plain) || ike1_open(keys, encrypted, iv, sa->ike->plain))
		return false;
	return !ike1_parse_chain(m, first, sa->ike->plain, encrypted.len, &fault) && m->n_ids == 1;
}

/* The one of the candidates that it is; NULL with why. */
static struct ike_peer *recognise(struct ike1_sa *sa, struct ike1_message *m, struct ike_octets encrypted,
				  char why[IKE_WHY_MAX])
{
	uint8_t iv[IKE_IV_MAX];
	bool opened = false;

	for (unsigned int i = 0; i < sa->n_candidates; i++) {
		struct ike1_keys keys;

		if (ike1_derive(sa, sa->candidates[i], &keys) ||
		    ike1_iv_first(&sa->suite, ike_octets_of(sa->ke_i, sa->ke_i_len),
				  ike_octets_of(sa->ke_r, sa->ke_r_len), iv))
			continue;
		if (open_with(sa, &keys, encrypted, m, iv)) {
			opened = true;
			if (ike1_proof_check(sa, sa->candidates[i], &keys, m, m->id[0].body, why)) {
				sa->keys = keys;
				memcpy(sa->iv, iv, sizeof(iv));
				secret_wipe(&keys, sizeof(keys));
				return sa->candidates[i];
			}
		}
		secret_wipe(&keys, sizeof(keys));
	}
	if (!opened)
		snprintf(why, IKE_WHY_MAX,
			 "the peer's proof cannot be decrypted: it has another pre-shared key than is configured "
			 "here for it");
	return NULL;
}

static void rx_5(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		 uint64_t rx_hash)
{
	char why[IKE_WHY_MAX] = "nobody is expected from there";
	uint8_t id[4 + IKE_ID_DATA_MAX];
	bool begins_anew;
	struct ike1_out o;
	struct ike_peer *peer;

	if (ike1_share(sa)) {
		ike1_log(sa, LOG_LEVEL_WARN, "the peer's public value is none of %s", sa->suite.dh->name);
		return;
	}
	peer = recognise(sa, m, encrypted, why);
	if (!peer) {
		/* It may be forged, or another try comes: the half-open SA stays until its time is over. */
		if (!sa->refused)
			ike1_log(sa, LOG_LEVEL_WARN, "%s", why);
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "%s", why);
		sa->ike->stats.auth_failed++;
		ike1_notify_plain(sa->ike, path, sa->spi_i, sa->spi_r, IKE1_N_AUTHENTICATION_FAILED);
		return;
	}
	begins_anew = ike1_notify_find(m, IKE1_N_INITIAL_CONTACT);
	sa->peer = ike_peer_get(peer);
	sa->have_keys = true;
	sa->path = *path;
	sa->rx_hash = rx_hash;
	ike1_own_id(sa);
	ike1_out_begin(sa, &o);
	ike_put_octets(&o.c, IKE1_PAYLOAD_ID, id, ike1_own_id_body(sa, id, sizeof(id)));
	if (ike1_put_proof(sa, &o.c)) {
		ike1_sa_over(sa, "our proof of who we are cannot be made");
		return;
	}
	send_encrypted(sa, &o, false);
	if (begins_anew)
		ike1_initial_contact(sa);
	ike1_sa_authenticated(sa);
}

/* --- initiator, the end --- */

static void rx_6(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		 uint64_t rx_hash)
{
	char why[IKE_WHY_MAX] = "the peer's proof cannot be decrypted: it has another pre-shared key";
	uint8_t iv[IKE_IV_MAX];

	memcpy(iv, sa->iv, sizeof(iv));
	if (!open_with(sa, &sa->keys, encrypted, m, iv) ||
	    !ike1_proof_check(sa, sa->peer, &sa->keys, m, m->id[0].body, why)) {
		sa->refused = true;
		snprintf(sa->why, sizeof(sa->why), "%s", why);
		sa->ike->stats.auth_failed++;
		return;
	}
	sa->rx_hash = rx_hash;
	memcpy(sa->iv, iv, sizeof(iv));
	ike1_sa_heard(sa, path);
	ike1_sent_free(&sa->sent);
	ike1_sa_authenticated(sa);
}

void ike1_main_rx(struct ike1_sa *sa, const struct ike_path *path, struct ike1_message *m, struct ike_octets encrypted,
		  uint64_t rx_hash)
{
	switch (sa->phase) {
	case IKE1_MM_I1:
		if (!encrypted.at)
			rx_2(sa, m, rx_hash);
		break;
	case IKE1_MM_I3:
		if (!encrypted.at)
			rx_4(sa, path, m, rx_hash);
		break;
	case IKE1_MM_I5:
		if (encrypted.at)
			rx_6(sa, path, m, encrypted, rx_hash);
		break;
	case IKE1_MM_R2:
		if (!encrypted.at)
			rx_3(sa, path, m, rx_hash);
		break;
	case IKE1_MM_R4:
		if (encrypted.at)
			rx_5(sa, path, m, encrypted, rx_hash);
		break;
	default:
		sa->ike->stats.strays++;
	}
}
