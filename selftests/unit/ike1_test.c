// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv1's state machine: an initiator and a responder of our own, and what comes between them. */
#include "ike1_world.h"

#include "proto/ike_neighbours.h"

/* --- that it works --- */

static void main_mode_with_psk(void **state)
{
	struct world *w = world_new();
	struct ike1_child_info c;

	(void)state;
	dial(w);
	assert_connected(w);
	assert_int_equal(w->sent_i, 5);		/* 1, 3, 5, quick 1 and 3 */
	assert_int_equal(w->sent_r, 4);
	c = child_of(&w->i);
	assert_false(c.transport);
	assert_false(c.encapsulated);
	assert_memory_equal(c.local_ts, child_of(&w->r).remote_ts, sizeof(*c.local_ts));
	assert_int_equal(info_of(&w->i).path.peer_port, IKE_PORT);
	assert_true(info_of(&w->i).dpd);
	assert_int_equal(info_of(&w->r).peer_id->type, IKE_ID_IPV4);
	world_free(w);
}

/* Whichever end wants everything in UDP: that it begins or answers is the same. */
static void udp_is_asked_for(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct world *w = world_new();

		w->i.peers[0]->encapsulate = i % 2;
		w->r.peers[0]->encapsulate = i / 2;
		dial(w);
		assert_connected(w);
		assert_int_equal(child_of(&w->i).encapsulated, i > 0);
		assert_int_equal(child_of(&w->r).encapsulated, i > 0);
		world_free(w);
	}
}

static void every_algorithm(void **state)
{
	static const char *const ike_all[] = {
		"aes128-sha1-modp1024", "aes192-sha256-modp1536", "aes256-sha384-modp2048", "aes256-sha512-ecp256",
		"3des-md5-modp1024", "3des-sha1-ecp384", "aes256-md5-ecp521", "aes256-sha1-x25519",
	};
	static const char *const esp_all[] = {
		"aes128-sha1", "aes256-sha256", "aes192-sha384", "aes256-sha512-modp2048", "3des-sha1-modp1024",
		"aes128gcm16", "aes256gcm16-ecp256", "null-sha256",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ike_all) / sizeof(ike_all[0]); i++) {
		struct world *w = world_new();

		ike(w->i.peers[0], ike_all[i]);
		ike(w->r.peers[0], ike_all[i]);
		esp(w->i.peers[0], esp_all[i]);
		esp(w->r.peers[0], esp_all[i]);
		dial(w);
		assert_connected(w);
		/* Where it is old, both say so. */
		assert_int_equal(strstr(w->r.log, "IKE itself uses what is for peers with nothing better") != NULL,
				 strstr(ike_all[i], "3des") || strstr(ike_all[i], "md5") ||
				 strstr(ike_all[i], "modp1024") || strstr(ike_all[i], "modp1536"));
		assert_int_equal(strstr(w->i.log, "; for peers with nothing better: 3des") != NULL,
				 !strncmp(esp_all[i], "3des", 4));
		assert_int_equal(child_of(&w->r).suite->dh != NULL, strchr(strchr(esp_all[i], '-') ? esp_all[i] : "",
									   'm') &&
				 strstr(esp_all[i], "modp") ? 1 : strstr(esp_all[i], "ecp") ? 1 : 0);
		world_free(w);
	}
}

static void transport_behind_nat(void **state)
{
	struct world *w = world_new();
	struct ike1_child_info c;

	(void)state;
	w->nat = true;
	for (unsigned int i = 0; i < 2; i++) {
		struct ike_peer *p = i ? w->r.peers[0] : w->i.peers[0];

		p->transport = true;
		p->n_local_ts = p->n_remote_ts = 1;
		memset(p->local_ts, 0, sizeof(p->local_ts[0]));
		memset(&p->local_ts[0].to, 0xff, sizeof(p->local_ts[0].to));
		p->local_ts[0].from.family = p->local_ts[0].to.family = AF_INET;
		p->local_ts[0].protocol = 17;
		p->local_ts[0].port_from = p->local_ts[0].port_to = 1701;
		p->remote_ts[0] = p->local_ts[0];
	}
	dial(w);
	assert_connected(w);
	assert_true(info_of(&w->i).nat_here);
	assert_false(info_of(&w->i).nat_there);
	assert_true(info_of(&w->r).nat_there);
	assert_int_equal(info_of(&w->i).path.peer_port, IKE_NATT_PORT);
	assert_int_equal(info_of(&w->r).path.peer_port, 45000);
	assert_int_equal(info_of(&w->r).path.local_port, IKE_NATT_PORT);
	c = child_of(&w->r);
	assert_true(c.transport);
	assert_true(c.encapsulated);
	assert_int_equal(c.remote_ts->protocol, 17);
	assert_int_equal(c.remote_ts->port_from, 1701);
	assert_true(addr_equal(&c.remote_ts->from, &(struct addr){ .family = AF_INET, .bytes = { 203, 0, 113, 1 } }));
	assert_true(addr_equal(&c.peer_original, &(struct addr){ .family = AF_INET, .bytes = { 10, 0, 0, 2 } }));
	/* Keepalives from the one behind the NAT alone. */
	w->sent_i = w->sent_r = 0;
	loop_virtual_advance(w->loop, 25000);
	assert_int_equal(w->sent_i, 1);
	assert_int_equal(w->sent_r, 0);
	world_free(w);
}

static void a_secret_of_several(void **state)
{
	struct world *w = world_new();
	struct ike_peer *right = w->r.peers[0];

	(void)state;
	/* Others come first: the one whose secret fits is found by trying. */
	w->r.peers[0] = peer_psk("another secret");
	w->r.peers[1] = peer_psk("a third one");
	w->r.peers[2] = right;
	w->r.n_peers = 3;
	dial(w);
	assert_connected(w);
	assert_ptr_equal(info_of(&w->r).peer, right);
	world_free(w);
}

static void aggressive_mode(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->i.peers[0]->aggressive = w->r.peers[0]->aggressive = true;
	ike(w->i.peers[0], "aes256-sha256-modp2048");
	dial(w);
	assert_connected(w);
	assert_true(info_of(&w->r).aggressive);
	assert_int_equal(w->sent_i, 4);		/* 1, 3, quick 1 and 3 */
	world_free(w);
	/* behind a NAT */
	w = world_new();
	w->nat = true;
	w->i.peers[0]->aggressive = w->r.peers[0]->aggressive = true;
	dial(w);
	assert_connected(w);
	assert_int_equal(info_of(&w->r).path.peer_port, 45000);
	world_free(w);
	/* not where it was not asked for */
	w = world_new();
	w->i.peers[0]->aggressive = true;
	dial(w);
	assert_int_equal(w->r.ups, 0);
	assert_non_null(strstr(w->r.log, "aggressive mode, which nobody of that identity is allowed"));
	pass(w, 60000);
	assert_int_equal(w->i.downs, 1);
	assert_non_null(strstr(w->i.why, "no proposal in common"));
	world_free(w);
}

static void xauth_and_an_address(void **state)
{
	struct world *w = world_new();
	struct ike_peer *i = w->i.peers[0], *r = w->r.peers[0];

	(void)state;
	i->xauth = r->xauth = true;
	i->user = strdup("alice");
	i->password = strdup("wonderland");
	i->request_address = r->assign_addresses = true;
	dial(w);
	assert_connected(w);
	assert_string_equal(info_of(&w->r).user, "alice");
	assert_int_equal(w->i.assigned, 1);
	assert_int_equal(w->i.got.n_dns, 1);
	assert_true(addr_equal(&w->i.got.ip4, &(struct addr){ .family = AF_INET, .bytes = { 10, 9, 0, 7 } }));
	assert_true(addr_equal(&child_of(&w->r).remote_ts->from, &w->i.got.ip4));
	world_free(w);
}

static void xauth_refused(void **state)
{
	static const struct { const char *user, *password; } wrong[] = {
		{ "alice", "Wonderland" }, { "bob", "wonderland" }, { "alice", "wonderlan" },
			{ "alice", "wonderlandd" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct world *w = world_new();

		w->i.peers[0]->xauth = w->r.peers[0]->xauth = true;
		w->i.peers[0]->user = strdup(wrong[i].user);
		w->i.peers[0]->password = strdup(wrong[i].password);
		dial(w);
		assert_int_equal(w->r.ups, 0);
		assert_int_equal(w->i.ups, 0);
		assert_int_equal(w->i.downs, 1);
		assert_non_null(strstr(w->i.why, "the gateway refuses user or password"));
		assert_non_null(strstr(w->r.log, "wrong password, or no such user"));
		world_free(w);
	}
}

/* A plain client is not let in where a user has to be proved. */
static void xauth_cannot_be_left_out(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->r.peers[0]->xauth = true;
	dial(w);
	assert_int_equal(w->r.ups, 0);
	assert_non_null(strstr(w->r.log, "no proposal in common: authentication or mode differs"));
	world_free(w);
}

static struct ike_peer *peer_cert(struct ike_peer *p, struct pki_cert *cert, struct pki_cert *ca)
{
	struct pki_octets pem = pki_cert_pem(cert->x), key = pki_key_pem(cert->key, NULL),
		authority = pki_cert_pem(ca->x);
	char error[IKE_ERROR_MAX];

	p->local_auth = p->remote_auth = IKE_BY_CERT;
	p->own = ike_own_load(pem.at, pem.len, error);
	p->key = ike_key_load(key.at, key.len, error);
	p->trust = ike_trust_new();
	assert_int_equal(ike_trust_add_ca(p->trust, authority.at, authority.len, error), 1);
	free(pem.at);
	free(key.at);
	free(authority.at);
	return p;
}

static void certificates(void **state)
{
	static const char *const kinds[] = { "RSA2048", "RSA4096", "P-256", "P-384" };
	struct pki_cert ca = pki_ca("ca"), other = pki_ca("other");

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct pki_cert gw = pki_make((struct pki_want){ .cn = "gw", .key = kinds[k], .issuer = &ca });
		struct pki_cert client = pki_make((struct pki_want){ .cn = "client", .key = kinds[k], .issuer = &ca });
		struct world *w = world_new();
		char error[IKE_ERROR_MAX], text[IKE_ID_STRLEN];

		peer_cert(w->i.peers[0], &client, &ca);
		peer_cert(w->r.peers[0], &gw, &ca);
		assert_int_equal(ike_id_parse("C=DE, O=Example, CN=*", &w->r.peers[0]->remote_id, error), 0);
		w->nat = k == 1;
		dial(w);
		assert_connected(w);
		assert_string_equal(ike_id_to_str(info_of(&w->r).peer_id, text, sizeof(text)),
				    "C=DE, O=Example, CN=client");
		world_free(w);

		/* an authority that the responder does not know */
		w = world_new();
		peer_cert(w->i.peers[0], &client, &ca);
		peer_cert(w->r.peers[0], &gw, &other);
		dial(w);
		assert_int_equal(w->r.ups, 0);
		assert_non_null(strstr(w->r.log, "no authority that is trusted here"));
		world_free(w);

		/* one that the initiator does not know */
		w = world_new();
		peer_cert(w->i.peers[0], &client, &other);
		peer_cert(w->r.peers[0], &gw, &ca);
		dial(w);
		assert_int_equal(w->i.ups, 0);
		pass(w, 60000);
		assert_non_null(strstr(w->i.why, "no authority that is trusted here"));
		world_free(w);
		pki_free(&gw);
		pki_free(&client);
	}
	pki_free(&ca);
	pki_free(&other);
}

/* --- telling what went wrong --- */

static void our_own_certificate_is_over(void **state)
{
	struct pki_cert ca = pki_ca("ca");
	struct pki_cert old = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .issuer = &ca, .to = NOW - DAY });
	struct pki_cert client = pki_make((struct pki_want){ .cn = "client", .key = "P-256", .issuer = &ca });
	struct world *w = world_new();

	(void)state;
	peer_cert(w->i.peers[0], &client, &ca);
	peer_cert(w->r.peers[0], &old, &ca);
	dial(w);
	assert_int_equal(w->i.ups, 0);
	assert_non_null(strstr(w->r.log, "our own certificate expired on"));
	assert_null(strstr(w->i.log, "our own certificate"));
	pass(w, 60000);
	assert_non_null(strstr(w->i.why, "expired on"));
	world_free(w);
	pki_free(&client);
	pki_free(&old);
	pki_free(&ca);
}

/* RFC 4754 section 5: the method says which curve, and the certificate is for another. */
static void another_curve_than_agreed_on(void **state)
{
	struct pki_cert ca = pki_ca("ca");
	struct pki_cert gw = pki_make((struct pki_want){ .cn = "gw", .key = "P-256", .issuer = &ca });
	struct pki_cert client = pki_make((struct pki_want){ .cn = "client", .key = "P-384", .issuer = &ca });
	struct pki_octets key = pki_key_pem(gw.key, NULL);
	struct world *w = world_new();
	struct ike_peer *liar = peer_cert(w->i.peers[0], &client, &ca);
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_key_free(liar->key);
	liar->key = ike_key_load(key.at, key.len, error);
	free(key.at);
	peer_cert(w->r.peers[0], &gw, &ca);
	dial(w);
	assert_int_equal(w->r.ups, 0);
	assert_non_null(strstr(w->r.log, "its key, for ECDSA of 384 bits, does not go with the ECDSA signatures "
			       "with P-256 that were agreed on"));
	world_free(w);
	pki_free(&client);
	pki_free(&gw);
	pki_free(&ca);
}

static void a_wrong_secret(void **state)
{
	struct world *w = world_new();

	(void)state;
	secret_strfree(w->i.peers[0]->secret);
	w->i.peers[0]->secret = secret_strdup("not the secret");
	dial(w);
	assert_int_equal(w->r.ups, 0);
	assert_non_null(strstr(w->r.log, "it has another pre-shared key than is configured here"));
	pass(w, 60000);
	assert_int_equal(w->i.downs, 1);
	assert_non_null(strstr(w->i.why, "is the pre-shared key, or our identity, another one there?"));
	world_free(w);
}

static void nothing_in_common(void **state)
{
	struct world *w = world_new();

	(void)state;
	ike(w->i.peers[0], "3des-sha1-modp1024");
	dial(w);
	assert_non_null(strstr(w->r.log, "no proposal in common: encryption differs, DH group differs; here: aes256-"));
	assert_non_null(strstr(w->r.log, "peer: 3des-sha1-modp1024 (pre-shared key)"));
	pass(w, 60000);
	assert_non_null(strstr(w->i.why, "the peer has no proposal in common with us; here: 3des-sha1-"));
	world_free(w);

	w = world_new();
	esp(w->i.peers[0], "3des-sha1");
	dial(w);
	assert_int_equal(w->i.ups, 1);
	assert_non_null(strstr(w->r.log, "quick mode failed: no proposal in common"));
	assert_non_null(strstr(w->i.log, "quick mode failed: the peer answers NO-PROPOSAL-CHOSEN"));
	world_free(w);
}

static void networks_that_do_not_meet(void **state)
{
	struct world *w = world_new();
	struct prefix net;

	(void)state;
	prefix_parse("10.77.0.0/16", &net);
	ike_ts_of_prefix(&net, &w->i.peers[0]->remote_ts[0]);
	dial(w);
	assert_int_equal(w->r.child_ups, 0);
	assert_non_null(strstr(w->r.log,
			       "selectors do not meet: the peer asks for 10.77.0.0/16 here and 10.1.0.0/16 there; "
					 "configured are 10.2.0.0/16 here and 10.1.0.0/16 there"));
	assert_non_null(strstr(w->i.log, "INVALID-ID-INFORMATION"));
	world_free(w);

	w = world_new();
	prefix_parse("10.0.0.0/15", &net);	/* wider than what is allowed */
	ike_ts_of_prefix(&net, &w->i.peers[0]->local_ts[0]);
	dial(w);
	assert_int_equal(w->r.child_ups, 0);
	assert_non_null(strstr(w->r.log,
			       "selectors do not meet: the peer asks for 10.2.0.0/16 here and 10.0.0.0/15 there"));
	world_free(w);
}

static void another_identity(void **state)
{
	struct world *w = world_new();
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_id_parse("gw.example.org", &w->i.peers[0]->local_id, error);
	ike_id_parse("other.example.org", &w->r.peers[0]->remote_id, error);
	dial(w);
	assert_int_equal(w->r.ups, 0);
	assert_non_null(strstr(w->r.log, "the peer says it is gw.example.org, and other.example.org is expected"));
	world_free(w);
}

static void nobody_answers(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->drop_to_r = true;
	dial(w);
	pass(w, 90000);
	assert_int_equal(w->sent_i, 5);
	assert_int_equal(w->i.downs, 1);
	assert_string_equal(w->i.why, "the peer 192.0.2.1 does not answer on port 500");
	world_free(w);
}

static void port_4500_is_blocked(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->nat = true;
	begin(w);
	while (w->head != w->tail) {
		struct packet p = w->q[w->head++ % PACKETS_MAX];

		if (p.path.local_port != IKE_NATT_PORT)
			deliver(w, &p);
	}
	for (unsigned int i = 0; i < 60; i++) {
		loop_virtual_advance(w->loop, 1000);
		w->head = w->tail;
	}
	assert_non_null(strstr(w->i.why, "is UDP port 4500 blocked on the way"));
	world_free(w);
}

/* --- loss and repetition --- */

/* Each message of ours is lost once: it comes again, and all is as it was. */
static void every_message_may_be_lost(void **state)
{
	(void)state;
	for (unsigned int lost = 1; lost <= 9; lost++) {
		struct world *w = world_new();

		w->drop_next = lost;
		dial(w);
		pass(w, 10000);
		assert_connected(w);
		assert_int_equal(w->i.child_downs + w->r.child_downs, 0);
		world_free(w);
	}
}

/* Each message comes twice: the answer is the same, octet for octet, and nothing else changes. */
static void every_message_may_come_twice(void **state)
{
	struct world *w = world_new();

	(void)state;
	begin(w);
	while (w->head != w->tail) {
		struct packet p = w->q[w->head++ % PACKETS_MAX], first;
		unsigned int tail;
		bool answered;

		deliver(w, &p);
		answered = w->tail != w->head;
		first = w->q[(w->tail - 1) % PACKETS_MAX];
		tail = w->tail;
		deliver(w, &p);
		if (answered && w->tail != tail) {
			struct packet again = w->q[(w->tail - 1) % PACKETS_MAX];

			assert_int_equal(again.len, first.len);
			assert_memory_equal(again.data, first.data, first.len);
		}
		w->tail = tail;
	}
	/* It does not send by it before the responder surely receives. */
	assert_int_equal(w->i.n_sas, 1);
	pass(w, 500);
	assert_connected(w);
	assert_int_equal(w->r.n_sas, 2);
	assert_int_equal(w->i.n_sas, 2);
	world_free(w);
}

/* On a wire that doubles everything the two do not answer one another's repetitions for ever. */
static void repetitions_do_not_echo(void **state)
{
	(void)state;
	for (unsigned int how = 0; how < 4; how++) {
		struct world *w = world_new();

		w->twice = true;
		w->i.peers[0]->aggressive = w->r.peers[0]->aggressive = how & 1;
		w->i.peers[0]->xauth = w->r.peers[0]->xauth = how & 2;
		w->i.peers[0]->user = strdup("alice");
		w->i.peers[0]->password = strdup("wonderland");
		dial(w);
		assert_connected(w);
		assert_true(w->sent_i + w->sent_r < 60);
		pass(w, 3600 * 1000);
		assert_int_equal(w->i.downs + w->r.downs, 0);
		world_free(w);
		/* and when the last message fails */
		w = world_new();
		w->twice = w->i.no_children = true;
		dial(w);
		pass(w, 60000);
		assert_int_equal(w->i.n_sas, 0);
		world_free(w);
	}
}

static void a_dead_peer_is_noticed(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	pass(w, 120000);
	assert_int_equal(w->i.downs + w->r.downs, 0);
	w->drop_to_i = w->drop_to_r = true;
	pass(w, 90000);
	assert_int_equal(w->i.downs, 1);
	assert_int_equal(w->r.downs, 1);
	assert_non_null(strstr(w->i.why, "dead peer detection"));
	assert_int_equal(w->r.child_downs, 1);
	world_free(w);
}

static void good_byes(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	ike1_child_close(w->i.child, "closed");
	run(w);
	assert_int_equal(w->r.child_downs, 1);
	assert_string_equal(w->r.child_why, "the peer has deleted it");
	assert_int_equal(w->r.downs, 0);
	assert_int_equal(ike1_child_initiate(w->i.sa), 0);
	run(w);
	assert_int_equal(w->i.child_ups, 2);
	assert_int_equal(w->r.child_ups, 2);
	ike1_sa_close(w->r.sa, "shut down");
	run(w);
	assert_int_equal(w->i.downs, 1);
	assert_string_equal(w->i.why, "the peer has ended it");
	assert_int_equal(w->i.child_downs, 2);
	world_free(w);
}

static void the_nat_gives_another_port(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->nat = true;
	dial(w);
	w->nat_port_4500 = 46000;
	pass(w, 60000);	/* DPD */
	assert_int_equal(w->r.moved, 1);
	assert_int_equal(info_of(&w->r).path.peer_port, 46000);
	assert_int_equal(w->i.downs + w->r.downs, 0);
	world_free(w);
}

/* Ten clients behind one NAT with the same address inside, one after the other. */
static void clients_behind_one_nat(void **state)
{
	const struct ike_config cfg = { .max_half_open = 8, .half_open_ms = 30000, .keepalive_ms = 20000,
					.max_sas = 100 };
	struct ike_path path = path_of_initiator();
	struct world *w = world_new();
	struct ike1 *clients[10];

	(void)state;
	w->nat = true;
	ike1_free(w->i.ike);
	for (uint16_t i = 0; i < 10; i++) {
		w->nat_port_500 = 1500 + i;
		w->nat_port_4500 = 45000 + i;
		w->i.ike = clients[i] = ike1_new(w->loop, &cfg, &ike1_world_ops, &w->i);
		assert_non_null(ike1_initiate(w->i.ike, w->i.peers[0], &path, NULL));
		run(w);
	}
	assert_int_equal(w->r.ups, 10);
	assert_int_equal(w->r.child_ups, 10);
	assert_int_equal(w->r.replaced, 0);
	assert_int_equal(w->r.downs, 0);
	for (unsigned int i = 0; i < 9; i++)
		ike1_free(clients[i]);
	world_free(w);
}

static void the_kernel_refuses(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->r.no_children = true;
	dial(w);
	assert_int_equal(w->r.n_sas, 0);
	assert_non_null(strstr(w->r.log, "the kernel is full"));
	assert_int_equal(w->i.child_ups, 0);
	world_free(w);
}

/* --- hostile --- */

static void half_open_ones_are_bounded(void **state)
{
	struct world *w = world_new();
	struct packet first;
	struct ike_stats stats;

	(void)state;
	begin(w);
	first = w->q[0];
	w->head = w->tail;
	for (unsigned int i = 0; i < 100; i++) {
		first.data[7] = (uint8_t)i;
		first.path.peer_port = (uint16_t)(1000 + i);
		deliver(w, &first);
		w->head = w->tail;
		ike1_get_stats(w->r.ike, &stats);
		assert_true(stats.half_open <= 8);
	}
	/* One that means it gets through all the same. */
	pass(w, 3000);
	assert_int_equal(w->r.ups, 1);
	pass(w, 40000);
	ike1_get_stats(w->r.ike, &stats);
	assert_int_equal(stats.half_open, 0);
	assert_int_equal(stats.sas, 1);
	world_free(w);
}

/* All that was ever sent is sent once more, from elsewhere, long after: nothing moves, nothing ends. */
static void an_old_conversation_is_replayed(void **state)
{
	struct world *w = world_new();
	struct ike_path before, after;
	unsigned int n, sas;
	struct dp_sa out;

	(void)state;
	w->nat = true;
	dial(w);
	assert_connected(w);
	ike1_child_close(w->i.child, "closed");
	run(w);
	assert_int_equal(ike1_child_initiate(w->i.sa), 0);
	run(w);
	pass(w, 100000);	/* DPD from both sides; the exchanges do not linger any more */
	before = info_of(&w->r).path;
	out = *sa_of(&w->r, true);
	sas = w->r.n_sas;
	n = w->n_tape;
	assert_true(n > 10);
	for (unsigned int i = 0; i < n; i++) {
		struct packet p = w->tape[i];

		p.path.peer = addr_of("198.51.100.66");
		p.path.peer_port = 6666;
		deliver(w, &p);
		w->head = w->tail;
	}
	assert_int_equal(w->r.downs, 0);
	assert_int_equal(w->r.child_downs, 1);
	assert_int_equal(w->r.child_replaced, 0);
	assert_int_equal(w->r.moved, 0);
	after = info_of(&w->r).path;
	assert_memory_equal(&before, &after, sizeof(before));
	same_keys(&out, sa_of(&w->r, true));
	/* What the quick modes made for a moment goes again. */
	pass(w, 40000);
	assert_int_equal(w->r.child_downs, 1);
	assert_int_equal(w->r.sa_dels, w->r.n_sas - sas);
	world_free(w);
}

/* Each bit of the proof counts, though what is around it can be read. */
static void a_proof_is_checked_to_its_end(void **state)
{
	struct world *w = world_new();
	struct packet p;

	(void)state;
	begin(w);
	for (unsigned int i = 0; i < 4; i++) {
		p = w->q[w->head++ % PACKETS_MAX];
		deliver(w, &p);
	}
	p = w->q[w->head++ % PACKETS_MAX];
	assert_true(p.to_responder);
	/* Behind the header, the identity and the proof's own header. */
	for (size_t bit = 8 * (28 + 12 + 4); bit < 8 * (28 + 12 + 4 + 32); bit++) {
		p.data[bit / 8] ^= 1u << bit % 8;
		deliver(w, &p);
		assert_int_equal(w->r.ups, 0);
		p.data[bit / 8] ^= 1u << bit % 8;
		w->head = w->tail;
	}
	deliver(w, &p);
	run(w);
	pass(w, 500);
	assert_connected(w);
	world_free(w);

	/* In aggressive mode the responder proves itself first. */
	w = world_new();
	w->i.peers[0]->aggressive = w->r.peers[0]->aggressive = true;
	secret_strfree(w->r.peers[0]->secret);
	w->r.peers[0]->secret = secret_strdup("not the secret");
	dial(w);
	assert_int_equal(w->i.ups + w->r.ups, 0);
	pass(w, 60000);
	assert_string_equal(w->i.why, "the peer does not prove that it knows the pre-shared key");
	world_free(w);
}

/* A forged good-bye, a forged refusal, and each bit of what is encrypted. */
static void forged_messages_change_nothing(void **state)
{
	struct world *w = world_new();
	struct packet p;

	(void)state;
	dial(w);
	ike1_child_rekey(w->i.child);
	p = w->q[w->head % PACKETS_MAX];
	w->head = w->tail;
	for (size_t bit = 8 * 16; bit < 8 * p.len; bit++) {
		/* IKEv1 does not protect its header's minor version, nor the flags. */
		if (bit / 8 == 17 || bit / 8 == 19)
			continue;
		p.data[bit / 8] ^= 1u << bit % 8;
		deliver(w, &p);
		p.data[bit / 8] ^= 1u << bit % 8;
	}
	assert_int_equal(w->r.child_replaced, 0);
	assert_int_equal(w->r.downs, 0);
	assert_int_equal(w->r.n_sas, 2);
	w->head = w->tail;
	deliver(w, &p);
	run(w);
	assert_int_equal(w->r.child_replaced, 1);
	world_free(w);
}

/* Whoever has one address of an IPv6 network has all of them; a hash alone does not make neighbours of two networks. */
static void an_ip6_network_is_one_neighbour(void **state)
{
	static struct ike_neighbours n;
	struct addr a = addr_of("2001:db8::1"), b = addr_of("2001:db8::2:3:4:5"), other = addr_of("2001:db8:0:1::1");
	struct addr v4 = addr_of("192.0.2.1"), v4_next = addr_of("192.0.2.2");
	unsigned int apart = 0;

	(void)state;
	assert_ptr_equal(ike_neighbours_of(&n, &a), ike_neighbours_of(&n, &b));
	for (unsigned int i = 0; i < 200; i++, other.bytes[7]++, v4.bytes[2]++, v4_next.bytes[2]++) {
		apart += ike_neighbours_of(&n, &a) != ike_neighbours_of(&n, &other);
		apart += ike_neighbours_of(&n, &v4) != ike_neighbours_of(&n, &v4_next);
	}
	assert_true(apart > 380);
	*ike_neighbours_of(&n, &a) = 2;
	assert_true(ike_neighbours_full(&n, &b, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ip6_network_is_one_neighbour),
		cmocka_unit_test(main_mode_with_psk),
		cmocka_unit_test(udp_is_asked_for),
		cmocka_unit_test(every_algorithm),
		cmocka_unit_test(transport_behind_nat),
		cmocka_unit_test(a_secret_of_several),
		cmocka_unit_test(aggressive_mode),
		cmocka_unit_test(xauth_and_an_address),
		cmocka_unit_test(xauth_refused),
		cmocka_unit_test(xauth_cannot_be_left_out),
		cmocka_unit_test(certificates),
		cmocka_unit_test(our_own_certificate_is_over),
		cmocka_unit_test(another_curve_than_agreed_on),
		cmocka_unit_test(a_wrong_secret),
		cmocka_unit_test(nothing_in_common),
		cmocka_unit_test(networks_that_do_not_meet),
		cmocka_unit_test(another_identity),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(port_4500_is_blocked),
		cmocka_unit_test(every_message_may_be_lost),
		cmocka_unit_test(every_message_may_come_twice),
		cmocka_unit_test(repetitions_do_not_echo),
		cmocka_unit_test(a_dead_peer_is_noticed),
		cmocka_unit_test(good_byes),
		cmocka_unit_test(the_nat_gives_another_port),
		cmocka_unit_test(clients_behind_one_nat),
		cmocka_unit_test(the_kernel_refuses),
		cmocka_unit_test(half_open_ones_are_bounded),
		cmocka_unit_test(an_old_conversation_is_replayed),
		cmocka_unit_test(a_proof_is_checked_to_its_end),
		cmocka_unit_test(forged_messages_change_nothing),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
