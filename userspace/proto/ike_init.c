// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_SA_INIT (RFC 7296 section 1.2): cookies, groups, NAT detection, and the first keys. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike_sa.h"

#define INIT_TRIES_MAX		6	/* cookies and other groups that are asked for */
#define COOKIE_LIFE_MS		60000
#define COOKIE_LEN		20
#define AUTHORITIES_MAX		32	/* that we name */
#define INIT_MESSAGE_MAX	4096	/* the largest group and all that we offer */

/* --- both --- */

static const struct ike_alg *offered_group(const struct ike_offers *o, uint16_t id)
{
	unsigned int i, k;

	for (i = 0; i < o->n; i++) {
		const struct ike_offer *offer = &o->offer[i];

		for (k = 0; k < offer->n[IKE_TRANSFORM_DH]; k++)
			if (!id || offer->alg[IKE_TRANSFORM_DH][k]->id == id)
				return offer->alg[IKE_TRANSFORM_DH][k];
	}
	return NULL;
}

/* A responder does not know yet who it is: the most specific of those that it may be. */
static bool encapsulates(const struct ike_sa *sa)
{
	const struct ike_setup *setup = sa->setup;
	const struct ike_peer *p = sa->peer ? sa->peer : setup && setup->n_candidates ? setup->candidates[0] : NULL;

	return p && p->encapsulate;
}

void ike_put_natd(struct ike_sa *sa, struct ike_chain *c, uint64_t spi_i, uint64_t spi_r)
{
	uint8_t hash[IKE2_NATD_LEN];

	/* A source that is not ours looks like a NAT: the peer then takes everything in UDP. */
	if (encapsulates(sa))
		sa->ike->ops->random(sa->ike->ctx, hash, sizeof(hash));
	else
		ike2_natd(spi_i, spi_r, &sa->path.local, sa->path.local_port, hash);
	ike2_put_notify(c, IKE2_N_NAT_DETECTION_SOURCE_IP, hash, sizeof(hash));
	ike2_natd(spi_i, spi_r, &sa->path.peer, sa->path.peer_port, hash);
	ike2_put_notify(c, IKE2_N_NAT_DETECTION_DESTINATION_IP, hash, sizeof(hash));
}

static bool natd_has(const struct ike2_message *m, uint16_t type, const uint8_t hash[IKE2_NATD_LEN], bool *any)
{
	unsigned int i;

	for (i = 0; i < m->n_notifies; i++) {
		const struct ike_notify *n = &m->notify[i];

		if (n->type != type)
			continue;
		*any = true;
		if (n->data.len == IKE2_NATD_LEN && !memcmp(n->data.at, hash, IKE2_NATD_LEN))
			return true;
	}
	return false;
}

/* RFC 7296 section 2.23: whoever is not known by the address that he knows is behind a NAT. */
void ike_see_natd(struct ike_sa *sa, const struct ike2_message *m, const struct ike_path *path)
{
	bool source = false, destination = false, as_sent, as_received;
	uint8_t hash[IKE2_NATD_LEN];

	ike2_natd(m->header.spi_i, m->header.spi_r, &path->peer, path->peer_port, hash);
	as_sent = natd_has(m, IKE2_N_NAT_DETECTION_SOURCE_IP, hash, &source);
	ike2_natd(m->header.spi_i, m->header.spi_r, &path->local, path->local_port, hash);
	as_received = natd_has(m, IKE2_N_NAT_DETECTION_DESTINATION_IP, hash, &destination);
	sa->nat_there = source && !as_sent;
	sa->nat_here = destination && !as_received;
	if (encapsulates(sa) && source)
		sa->nat_there = true;
}

static void see_abilities(struct ike_sa *sa, const struct ike2_message *m, bool fragmentation)
{
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_SIGNATURE_HASH_ALGORITHMS);

	sa->hashes = n ? ike2_sig_hashes(n->data) : 0;
	sa->fragmentation = fragmentation && ike2_notify_find(m, IKE2_N_FRAGMENTATION_SUPPORTED);
}

static int keep_message(uint8_t **at, size_t *at_len, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, len);
	free(*at);
	*at = copy;
	*at_len = len;
	return 0;
}

static int derive(struct ike_sa *sa, const struct ike_suite *suite, struct ike_octets peer_public)
{
	struct ike_setup *setup = sa->setup;
	struct ike_octets own = { setup->nonce, IKE_NONCE_LEN }, theirs = { setup->peer_nonce, setup->peer_nonce_len };
	uint8_t shared[IKE_DH_SHARED_MAX];
	struct ike2_exchange x = {
		.nonce_i = sa->initiator ? own : theirs, .nonce_r = sa->initiator ? theirs : own,
		.shared = { shared, suite->dh->shared_len }, .spi_i = sa->spi_i, .spi_r = sa->spi_r,
	};
	int err = ike_dh_shared(suite->dh, setup->private, peer_public.at, peer_public.len, shared);

	if (!err)
		err = ike2_keys_derive(&sa->keys, suite, &x);
	secret_wipe(shared, sizeof(shared));
	secret_wipe(setup->private, sizeof(setup->private));
	sa->have_keys = !err;
	return err;
}

static bool take_nonce(struct ike_sa *sa, const struct ike2_message *m)
{
	if (!ike2_has(m, IKE2_PAYLOAD_NONCE) || m->nonce.len < IKE_NONCE_MIN || m->nonce.len > IKE_NONCE_MAX)
		return false;
	memcpy(sa->setup->peer_nonce, m->nonce.at, m->nonce.len);
	sa->setup->peer_nonce_len = m->nonce.len;
	return true;
}

static void put_abilities(struct ike_sa *sa, struct ike_chain *c, bool fragmentation)
{
	if (fragmentation)
		ike2_put_notify(c, IKE2_N_FRAGMENTATION_SUPPORTED, NULL, 0);
	ike2_put_sig_hashes(c);
	if (!sa->initiator)
		ike2_put_notify(c, IKE2_N_CHILDLESS_SUPPORTED, NULL, 0);
}

/* --- initiator --- */

void ike_init_send(struct ike_sa *sa)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_header h = { .spi_i = sa->spi_i, .next = 0, .version = IKE_V2, .exchange = IKE2_SA_INIT,
				      .flags = IKE2_FLAG_INITIATOR };
	uint8_t buf[INIT_MESSAGE_MAX], public[IKE_DH_PUBLIC_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct ike2_sa offer;
	struct ike_chain c;

	if (!setup->group) {
		setup->group = offered_group(&sa->peer->ike, 0);
		sa->ike->ops->random(sa->ike->ctx, setup->nonce, sizeof(setup->nonce));
		sa->ike->ops->random(sa->ike->ctx, setup->private, sizeof(setup->private));
	}
	if (!setup->group || ike_dh_public(setup->group, setup->private, public)) {
		ike_sa_over(sa, "no group can be computed with");
		return;
	}
	ike2_sa_offer(&offer, &sa->peer->ike, 0, NULL, 0);
	ike_message_begin(&c, &w, &h);
	if (setup->cookie_len)
		ike2_put_notify(&c, IKE2_N_COOKIE, setup->cookie, setup->cookie_len);
	ike2_put_sa(&c, &offer);
	ike2_put_ke(&c, setup->group->id, public, setup->group->out_len);
	ike_put_octets(&c, IKE2_PAYLOAD_NONCE, setup->nonce, IKE_NONCE_LEN);
	ike_put_natd(sa, &c, sa->spi_i, 0);
	put_abilities(sa, &c, sa->peer->fragmentation);
	ike_message_end(&c);
	if (w.bad || keep_message(&setup->init_i, &setup->init_i_len, buf, w.len)) {
		ike_sa_over(sa, "out of memory, or there are too many proposals");
		return;
	}
	sa->phase = PHASE_INIT;
	ike_send_init(sa, buf, w.len, true);
}

static bool asked_for_cookie(struct ike_sa *sa, const struct ike2_message *m)
{
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_COOKIE);

	if (!n || ike2_has(m, IKE2_PAYLOAD_SA) || !n->data.len || n->data.len > IKE_COOKIE_MAX)
		return false;
	memcpy(sa->setup->cookie, n->data.at, n->data.len);
	sa->setup->cookie_len = n->data.len;
	return true;
}

static bool asked_for_group(struct ike_sa *sa, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_INVALID_KE_PAYLOAD);
	const struct ike_alg *group;

	if (!n || n->data.len != 2)
		return false;
	group = offered_group(&sa->peer->ike, (uint16_t)(n->data.at[0] << 8 | n->data.at[1]));
	if (!group || group == setup->group)
		return false;
	ike_log(sa, LOG_LEVEL_DEBUG, "the peer wants the group %s", group->name);
	setup->group = group;
	sa->ike->ops->random(sa->ike->ctx, setup->private, sizeof(setup->private));
	return true;
}

/* Not authentic: told, and not believed before it was said again and again. */
static void refused(struct ike_sa *sa, const struct ike_notify *n)
{
	char own[IKE_TEXT_MAX / 4], why[IKE_WHY_MAX];

	if (sa->refused)
		return;
	sa->refused = true;
	if (n->type == IKE2_N_NO_PROPOSAL_CHOSEN)
		snprintf(why, sizeof(why),
			 "the peer takes none of our IKE proposals (%s): its log says which it has",
			 ike_offers_to_str(&sa->peer->ike, own, sizeof(own)));
	else
		snprintf(why, sizeof(why), "the peer answers IKE_SA_INIT with %s", ike2_notify_to_str(n->type));
	ike_sa_set_why(sa, why);
	ike_log(sa, LOG_LEVEL_WARN, "%s", why);
}

static void accepted(struct ike_sa *sa, const struct ike_path *path, const struct ike2_message *m,
		     const uint8_t *data, size_t len)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_proposal *chosen;
	struct ike_suite suite;
	char text[IKE_TEXT_MAX];

	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_KE) || !take_nonce(sa, m))
		return;
	if (ike2_check_answer(&sa->peer->ike, &m->sa, 0, &suite, &chosen)) {
		ike_log(sa, LOG_LEVEL_WARN, "the peer chose what was not offered: %s",
			ike2_sa_to_str(&m->sa, text, sizeof(text)));
		return;
	}
	if (suite.dh != setup->group || m->ke.group != setup->group->id)
		return;
	sa->spi_r = m->header.spi_r;
	if (derive(sa, &suite, m->ke.data) || keep_message(&setup->init_r, &setup->init_r_len, data, len)) {
		ike_sa_over(sa, "the peer's Diffie-Hellman value is none of the group's");
		return;
	}
	see_abilities(sa, m, sa->peer->fragmentation);
	ike_see_natd(sa, m, path);
	/* RFC 4555 section 3.3 has MOBIKE on port 4500 too. */
	if (!sa->natt && ike2_notify_find(m, IKE2_N_NAT_DETECTION_SOURCE_IP) &&
	    (sa->nat_here || sa->nat_there || sa->peer->mobike)) {
		sa->natt = true;
		sa->path.local_port = sa->path.peer_port = IKE_NATT_PORT;
	}
	loop_timer_stop(&sa->resend_timer);
	ike_packets_free(&sa->request);
	sa->next_id++;
	sa->refused = false;
	sa->phase = PHASE_AUTH;
	if (!ike_task_add(sa, TASK_AUTH, NULL))
		ike_sa_over(sa, "out of memory");
	else
		ike_task_done(sa);
}

void ike_init_rx_response(struct ike_sa *sa, const struct ike_path *path, struct ike2_message *m,
			  const uint8_t *data, size_t len)
{
	const struct ike_notify *n;

	if (!sa->initiator || sa->phase != PHASE_INIT || m->header.message_id)
		return;
	if (asked_for_cookie(sa, m) || asked_for_group(sa, m)) {
		if (++sa->setup->init_tries > INIT_TRIES_MAX)
			ike_sa_over(sa, "the peer asks for cookies or other groups without end");
		else
			ike_init_send(sa);
		return;
	}
	n = ike2_error_find(m);
	if (n)
		refused(sa, n);
	else if (m->header.spi_r)
		accepted(sa, path, m, data, len);
}

/* --- responder: strangers --- */

static uint64_t init_hash(uint64_t spi_i)
{
	return hash_bytes(&spi_i, sizeof(spi_i));
}

struct by_init {
	uint64_t spi_i;
	const struct ike_path *path;
};

static bool same_init(const struct hash_node *node, const void *key)
{
	const struct ike_sa *sa = hash_entry(node, struct ike_sa, by_init);
	const struct by_init *k = key;

	return sa->spi_i == k->spi_i && addr_equal(&sa->path.peer, &k->path->peer);
}

struct ike_sa *ike_init_find(struct ike *ike, const struct ike_path *path, uint64_t spi_i)
{
	const struct by_init key = { spi_i, path };
	struct hash_node *node = hash_find(&ike->by_init, init_hash(spi_i), same_init, &key);

	return node ? hash_entry(node, struct ike_sa, by_init) : NULL;
}

/* Section 2.6: of what the stranger must have received, and nothing of it is kept. */
static int cookie_of(struct ike *ike, unsigned int secret, const struct ike_path *path,
		     const struct ike2_message *m, uint8_t cookie[COOKIE_LEN])
{
	uint8_t out[IKE_HASH_MAX_LEN];
	const struct ike_part parts[] = {
		{ ike->cookie_secret[secret], sizeof(ike->cookie_secret[secret]) },
		{ m->nonce.at, m->nonce.len },
		{ path->peer.bytes, path->peer.family == AF_INET ? 4 : 16 },
		{ &path->peer_port, sizeof(path->peer_port) },
		{ &m->header.spi_i, sizeof(m->header.spi_i) },
	};
	int err = ike_hash(IKE_HASH_SHA256, parts, sizeof(parts) / sizeof(parts[0]), out);

	memcpy(cookie, out, COOKIE_LEN);
	return err;
}

static void turn_secret(struct ike *ike)
{
	uint64_t now = loop_now_ms(ike->loop);

	if (now - ike->cookie_turn_ms < COOKIE_LIFE_MS)
		return;
	ike->cookie_turn_ms = now;
	memcpy(ike->cookie_secret[1], ike->cookie_secret[0], sizeof(ike->cookie_secret[0]));
	ike->ops->random(ike->ctx, ike->cookie_secret[0], sizeof(ike->cookie_secret[0]));
}

static bool cookie_good(struct ike *ike, const struct ike_path *path, const struct ike2_message *m)
{
	const struct ike_notify *n = ike2_notify_find(m, IKE2_N_COOKIE);
	uint8_t cookie[COOKIE_LEN];
	unsigned int i;

	for (i = 0; n && n->data.len == COOKIE_LEN && i < 2; i++)
		if (!cookie_of(ike, i, path, m, cookie) && secret_equal(cookie, n->data.at, COOKIE_LEN))
			return true;
	return false;
}

/* Whether it is let in; if not, it was told so or is not worth a word. */
static bool admit(struct ike *ike, const struct ike_path *path, const struct ike2_message *m)
{
	uint8_t cookie[COOKIE_LEN];

	if (!ike2_has(m, IKE2_PAYLOAD_SA) || !ike2_has(m, IKE2_PAYLOAD_KE) ||
	    !ike2_has(m, IKE2_PAYLOAD_NONCE) || m->nonce.len < IKE_NONCE_MIN || m->nonce.len > IKE_NONCE_MAX ||
	    !(m->header.flags & IKE2_FLAG_INITIATOR) || m->header.spi_r || m->header.message_id) {
		ike->stats.junk++;
		return false;
	}
	turn_secret(ike);
	if (ike->stats.half_open >= ike->cfg.cookie_above && !cookie_good(ike, path, m)) {
		ike->stats.cookies_asked++;
		if (!cookie_of(ike, 0, path, m, cookie))
			ike_answer_clear(ike, path, m, IKE2_N_COOKIE, cookie, sizeof(cookie));
		return false;
	}
	if (!ike_sa_make_room(ike, &path->peer)) {
		ike->stats.refused++;
		return false;
	}
	return true;
}

/* --- responder: an answer --- */

static bool choose(struct ike_sa *sa, const struct ike2_message *m, struct ike_suite *suite,
		   const struct ike_proposal **chosen)
{
	unsigned int i;

	for (i = 0; i < sa->setup->n_candidates; i++)
		if (!ike2_select(&sa->setup->candidates[i]->ike, &m->sa, 0, m->ke.group, suite, chosen))
			return true;
	return false;
}

static bool has_hash(const uint8_t *hashes, size_t len, const uint8_t *hash)
{
	size_t at;

	for (at = 0; at < len; at += IKE_CERT_HASH_LEN)
		if (!memcmp(hashes + at, hash, IKE_CERT_HASH_LEN))
			return true;
	return false;
}

/* Section 3.7: whom any of those believes that it may be. */
static size_t believed(const struct ike_setup *setup, uint8_t *hashes, size_t cap)
{
	uint8_t all[IKE_CERT_HASH_LEN * AUTHORITIES_MAX];
	size_t len = 0, n, at;
	unsigned int i;

	for (i = 0; i < setup->n_candidates; i++) {
		const struct ike_peer *p = setup->candidates[i];

		n = (p->remote_auth & IKE_BY_CERT) && p->trust ? ike_trust_hashes(p->trust, all, sizeof(all)) : 0;
		for (at = 0; at < n && len < cap; at += IKE_CERT_HASH_LEN) {
			if (has_hash(hashes, len, all + at))
				continue;
			memcpy(hashes + len, all + at, IKE_CERT_HASH_LEN);
			len += IKE_CERT_HASH_LEN;
		}
	}
	return len;
}

static bool takes_fragments(const struct ike_setup *setup)
{
	unsigned int i;

	for (i = 0; i < setup->n_candidates; i++)
		if (setup->candidates[i]->fragmentation)
			return true;
	return false;
}

static void answer(struct ike_sa *sa, const struct ike2_message *m, const struct ike_suite *suite, uint8_t number)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_header h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_V2,
				      .exchange = IKE2_SA_INIT, .flags = IKE2_FLAG_RESPONSE };
	uint8_t buf[INIT_MESSAGE_MAX], public[IKE_DH_PUBLIC_MAX], hashes[IKE_CERT_HASH_LEN * AUTHORITIES_MAX];
	struct wr w = wr_to(buf, sizeof(buf));
	struct ike2_sa sa_answer;
	struct ike_chain c;
	size_t len;

	if (ike_dh_public(suite->dh, setup->private, public) || derive(sa, suite, m->ke.data)) {
		ike_log(sa, LOG_LEVEL_WARN, "the peer's Diffie-Hellman value is none of the group %s",
			suite->dh->name);
		ike_sa_over(sa, "no keys can be made");
		return;
	}
	ike2_sa_accept(&sa_answer, suite, IKE_USE_IKE, number, NULL, 0);
	ike_message_begin(&c, &w, &h);
	ike2_put_sa(&c, &sa_answer);
	ike2_put_ke(&c, suite->dh->id, public, suite->dh->out_len);
	ike_put_octets(&c, IKE2_PAYLOAD_NONCE, setup->nonce, IKE_NONCE_LEN);
	ike_put_natd(sa, &c, sa->spi_i, sa->spi_r);
	len = believed(setup, hashes, sizeof(hashes));
	if (len)
		ike2_put_cert(&c, IKE2_PAYLOAD_CERTREQ, IKE_CERT_X509_SIGNATURE, hashes, len);
	put_abilities(sa, &c, sa->fragmentation);
	ike_message_end(&c);
	if (w.bad || keep_message(&setup->init_r, &setup->init_r_len, buf, w.len)) {
		ike_sa_over(sa, "out of memory");
		return;
	}
	sa->expect_id = 1;
	sa->answered_in_clear = true;
	ike_send_init(sa, buf, w.len, false);
	loop_timer_start(&sa->timer, sa->ike->cfg.half_open_ms);
}

static struct ike_sa *new_half_open(struct ike *ike, const struct ike_path *path, const struct ike2_message *m,
				    const uint8_t *data, size_t len)
{
	struct ike_sa *sa = ike_sa_new_setup(ike, false, path);

	if (!sa)
		return NULL;
	sa->spi_i = m->header.spi_i;
	if (!take_nonce(sa, m) || keep_message(&sa->setup->init_i, &sa->setup->init_i_len, data, len)) {
		ike_sa_free(sa);
		return NULL;
	}
	ike->ops->random(ike->ctx, sa->setup->nonce, sizeof(sa->setup->nonce));
	ike->ops->random(ike->ctx, sa->setup->private, sizeof(sa->setup->private));
	ike_sa_half_open(sa);
	return sa;
}

static void no_proposal(struct ike *ike, struct ike_sa *sa, const struct ike_path *path,
			const struct ike2_message *m)
{
	char text[IKE_TEXT_MAX];

	ike->stats.refused++;
	ike_log(sa, LOG_LEVEL_WARN, "%s", ike2_explain(&sa->setup->candidates[0]->ike, &m->sa, 0, text, sizeof(text)));
	ike_answer_clear(ike, path, m, IKE2_N_NO_PROPOSAL_CHOSEN, NULL, 0);
}

static void first_message(struct ike_sa *sa, const struct ike_path *path, const struct ike2_message *m)
{
	struct ike_setup *setup = sa->setup;
	const struct ike_proposal *chosen;
	struct ike *ike = sa->ike;
	struct ike_suite suite;
	uint8_t group[2];
	unsigned int i;

	setup->n_candidates = ike->ops->candidates(ike->ctx, path, setup->candidates, IKE_CANDIDATES_MAX);
	for (i = 0; i < setup->n_candidates; i++)
		ike_peer_get(setup->candidates[i]);
	if (!setup->n_candidates) {
		ike->stats.refused++;
		ike_log(sa, LOG_LEVEL_WARN, "nobody is expected from there: there is no site with this remote "
			"address, and no server ikev2");
		ike_answer_clear(ike, path, m, IKE2_N_NO_PROPOSAL_CHOSEN, NULL, 0);
		ike_sa_free(sa);
		return;
	}
	if (!choose(sa, m, &suite, &chosen)) {
		no_proposal(ike, sa, path, m);
		ike_sa_free(sa);
		return;
	}
	if (suite.dh->id != m->ke.group) {
		group[0] = (uint8_t)(suite.dh->id >> 8);
		group[1] = (uint8_t)suite.dh->id;
		ike_answer_clear(ike, path, m, IKE2_N_INVALID_KE_PAYLOAD, group, sizeof(group));
		ike_sa_free(sa);
		return;
	}
	see_abilities(sa, m, takes_fragments(setup));
	ike_see_natd(sa, m, path);
	answer(sa, m, &suite, chosen->number);
}

void ike_init_rx_request(struct ike *ike, const struct ike_path *path, struct ike2_message *m,
			 const uint8_t *data, size_t len)
{
	struct ike_sa *sa = ike_init_find(ike, path, m->header.spi_i);
	const struct ike_packet *p;

	if (sa) {
		/* Repeated: the same octets, if it is the same request. */
		p = STAILQ_FIRST(&sa->response);
		if (sa->answered_in_clear && p && sa->setup->init_i_len == len && !memcmp(sa->setup->init_i, data, len))
			ike->ops->tx(ike->ctx, path, p->data, p->len);
		return;
	}
	if (!admit(ike, path, m))
		return;
	sa = new_half_open(ike, path, m, data, len);
	if (sa)
		first_message(sa, path, m);
}
