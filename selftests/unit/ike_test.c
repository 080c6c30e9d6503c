// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 between two endpoints of ours: set-up, refusals, NAT, loss, logins. */
#include "ike_test_pki.h"

#include "base/secret.h"
#include "ike_pair.h"
#include "proto/ike_sa.h"

static void a_tunnel_with_a_secret(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	assert_int_equal(p->a.kids[0].n_selectors, 1);
	assert_int_equal(p->a.sent, 2);
	assert_int_equal(p->b.sent, 2);
	ike_sa_close(pair_only_sa(&p->a), "enough");
	pair_run(p, 1000);
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
	assert_string_equal(p->b.why, "the peer ends it");
}

static void another_secret(void **state)
{
	struct pair *p = *state;

	secret_strfree(p->b.peer->secret);
	p->b.peer->secret = secret_strdup("another");
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	pair_says(&p->b, "the secrets differ");
	pair_says(&p->a, "has another secret");
	assert_int_equal(p->a.downs, 1);
}

static void nobody_knows_the_identity(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	ike_id_parse("c.example", &p->b.peer->remote_id, error);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	pair_says(&p->b, "\"a.example\" is refused: nobody with this identity");
}

static void the_wrong_gateway(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	ike_id_parse("*", &p->a.peer->remote_id, error);
	ike_id_parse("z.example", &p->b.peer->local_id, error);
	pair_connect(p);
	p->a.ups = p->b.ups = 0;
	ike_sa_close(pair_only_sa(&p->a), "again");
	pair_run(p, 60000);
	ike_id_parse("*.example.org", &p->a.peer->remote_id, error);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups, 0);
	pair_says(&p->a, "the peer is \"z.example\", and remote-id is \"*.example.org\"");
	/* Which had an SA already, and is told. */
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(p->b.downs, 2);
	assert_non_null(strstr(p->b.why, "the peer refuses us as \"z.example\""));
}

static void no_proposal_in_common(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	assert_int_equal(ike_offers_parse("aes128-sha256-modp2048", IKE_USE_IKE, false, &p->a.peer->ike, error), 0);
	assert_int_equal(ike_offers_parse("aes256-sha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error), 0);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups, 0);
	pair_says(&p->b, "aes128");
	pair_says(&p->b, "aes256");
	pair_says(&p->a, "takes none of our IKE proposals");
}

static void networks_that_do_not_meet(void **state)
{
	struct pair *p = *state;
	struct prefix net;

	prefix_parse("10.99.0.0/16", &net);
	ike_ts_of_prefix(&net, &p->b.peer->remote_ts[0]);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
	pair_says(&p->b, "here 10.99.0.0/16, the peer asks for 10.1.0.0/16");
	pair_says(&p->a, "the peer has other networks");
}

static void the_intersection_is_protected(void **state)
{
	struct pair *p = *state;
	struct prefix net;
	char text[ADDR_STRLEN];

	prefix_parse("10.2.128.0/17", &net);
	ike_ts_of_prefix(&net, &p->b.peer->local_ts[0]);
	pair_connect(p);
	assert_string_equal(prefix_to_str(&p->a.kids[0].selectors[0].remote, text), "10.2.128.0/17");
	assert_string_equal(prefix_to_str(&p->b.kids[0].selectors[0].local, text), "10.2.128.0/17");
}

static void another_group_is_asked_for(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	ike_offers_parse("aes256-sha256-x25519-modp2048", IKE_USE_IKE, false, &p->a.peer->ike, error);
	ike_offers_parse("aes256-sha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error);
	pair_connect(p);
	assert_int_equal(p->a.sent, 3);
}

static void old_algorithms_are_told_of(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	ike_offers_parse("3des-sha1-modp1024", IKE_USE_IKE, true, &p->a.peer->ike, error);
	p->b.peer->ike = p->a.peer->ike;
	ike_offers_parse("3des-sha1", IKE_USE_ESP, true, &p->a.peer->esp, error);
	p->b.peer->esp = p->a.peer->esp;
	pair_connect(p);
	pair_says(&p->b, "IKE itself uses what is for peers with nothing better: 3des, modp1024");
	pair_says(&p->b, "3des-sha1; for peers with nothing better: 3des");
}

static void nat_moves_to_4500(void **state)
{
	struct pair *p = *state;
	struct ike_sa_info info;

	p->nat = true;
	pair_connect(p);
	ike_sa_get_info(p->b.sa, &info);
	assert_true(info.nat_there && !info.nat_here);
	assert_int_equal(info.path.local_port, 4500);
	assert_int_equal(info.path.peer_port, 14500);
	ike_sa_get_info(p->a.sa, &info);
	assert_true(info.nat_here && !info.nat_there);
	pair_run(p, 100000);
	assert_non_null(p->a.sa);
}

static bool in_udp(const struct pair_end *e)
{
	struct ike_child_info info;
	struct ike_sa_info sa;

	ike_child_get_info(ike_child_next(e->sa, NULL), &info);
	ike_sa_get_info(e->sa, &sa);
	assert_int_equal(sa.path.local_port, IKE_NATT_PORT);	/* for MOBIKE in any case */
	return info.encapsulated;
}

/* RFC 7296 section 2.23: whichever end wants everything in UDP, whoever begins. */
static void udp_is_asked_for(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	assert_false(in_udp(&p->a) || in_udp(&p->b));
	for (int i = 0; i < 2; i++) {
		ike_sa_close(p->a.sa, "again");
		pair_run(p, 20000);
		p->a.ups = p->b.ups = 0;
		p->a.peer->encapsulate = !i;
		p->b.peer->encapsulate = i;
		pair_connect(p);
		assert_true(in_udp(&p->a) && in_udp(&p->b));
	}
}

/* RFC 7296 section 2.23.1: what the peer calls itself is not what its packets come from. */
static void transport_mode_sees_through_nat(void **state)
{
	struct pair *p = *state;
	struct pair_kid *kid;
	char text[ADDR_STRLEN];

	p->nat = true;
	p->a.peer->transport = p->b.peer->transport = true;
	p->a.peer->n_local_ts = p->a.peer->n_remote_ts = 0;
	p->b.peer->n_local_ts = p->b.peer->n_remote_ts = 0;
	pair_connect(p);
	kid = &p->b.kids[0];
	assert_int_equal(kid->n_selectors, 1);
	assert_string_equal(addr_to_str(&kid->selectors[0].remote.addr, text), "203.0.113.9");
	assert_int_equal(kid->selectors[0].remote.len, 32);
	kid = &p->a.kids[0];
	assert_string_equal(addr_to_str(&kid->selectors[0].local.addr, text), "192.0.2.1");
	/* and with new keys, whoever begins */
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 10000);
	assert_int_equal(pair_check(p), 1);
	ike_child_rekey(ike_child_next(p->b.sa, NULL));
	pair_run(p, 10000);
	assert_int_equal(pair_check(p), 1);
}

static void host_to_host(struct pair *p, bool a, bool b)
{
	p->a.peer->transport = a;
	p->b.peer->transport = b;
	p->a.peer->n_local_ts = p->a.peer->n_remote_ts = 0;
	p->b.peer->n_local_ts = p->b.peer->n_remote_ts = 0;
}

static bool carries_transport(const struct pair_end *e)
{
	struct ike_child_info info;

	ike_child_get_info(ike_child_next(e->sa, NULL), &info);
	return info.transport;
}

/* RFC 7296 section 1.3.1: asked for by one and confirmed by the other, also with new keys. */
static void transport_mode_between_hosts(void **state)
{
	struct pair *p = *state;

	host_to_host(p, true, true);
	pair_connect(p);
	assert_true(carries_transport(&p->a) && carries_transport(&p->b));
	assert_int_equal(p->a.kids[0].selectors[0].local.len, 32);
	assert_int_equal(p->a.kids[0].selectors[0].remote.len, 32);
	ike_child_rekey(ike_child_next(p->b.sa, NULL));
	pair_run(p, 10000);
	assert_int_equal(pair_check(p), 1);
	assert_true(carries_transport(&p->a) && carries_transport(&p->b));
}

/* The same section: a responder may decline by silence, and then the initiator has to delete. */
static void transport_mode_is_declined(void **state)
{
	struct pair *p = *state;

	host_to_host(p, true, false);
	pair_dial(p);
	pair_run(p, 10000);
	pair_says(&p->a, "the peer takes tunnel mode alone, and here is mode = transport");
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
}

static void a_second_child_is_declined(void **state)
{
	struct pair *p = *state;

	host_to_host(p, true, true);
	pair_connect(p);
	p->b.peer->transport = false;
	ike_child_initiate(p->a.sa);
	pair_run(p, 20000);
	pair_says(&p->a, "no child: the peer takes tunnel mode alone");
	assert_int_equal(p->a.child_fails, 1);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	assert_int_equal(pair_kids(&p->a), 1);
	assert_int_equal(pair_kids(&p->b), 1);
	assert_int_equal(pair_check(p), 1);
}

static void tunnel_mode_is_refused(void **state)
{
	struct pair *p = *state;

	host_to_host(p, false, true);
	pair_dial(p);
	pair_run(p, 10000);
	pair_says(&p->b, "the peer asks for tunnel mode, and here is mode = transport");
	pair_says(&p->a, "or not tunnel mode");
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
}

static void a_blocked_port_is_named(void **state)
{
	struct pair *p = *state;

	p->nat = true;
	p->block_4500 = true;
	pair_dial(p);
	pair_run(p, 120000);
	pair_says(&p->a, "is UDP port 4500 blocked");
	assert_int_equal(p->a.downs, 1);
}

static bool lose_a_third(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	(void)from;
	(void)data;
	(void)len;
	return p->count++ % 3 == 0;
}

static void loss_is_made_up_for(void **state)
{
	struct pair *p = *state;

	p->lose = lose_a_third;
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups, 1);
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(pair_check(p), 1);
	/* through new keys of both kinds */
	pair_run(p, 5 * 3600 * 1000);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	assert_true(p->a.replaced && p->b.replaced);
	assert_int_equal(pair_check(p), 1);
}

static bool lose_all(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	(void)p;
	(void)from;
	(void)data;
	(void)len;
	return true;
}

static void a_dead_peer_is_noticed(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
	p->lose = lose_all;
	pair_run(p, 120000);
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
	pair_says(&p->a, "does not answer");
	assert_int_equal(pair_kids(&p->a), 0);
}

static void a_password_and_an_address(void **state)
{
	struct pair *p = *state;

	/* The gateway proves itself by the secret here, for a certificate has a test of its own. */
	p->a.peer->local_auth = IKE_BY_EAP;
	p->a.peer->user = secret_strdup("alice");
	p->a.peer->password = secret_strdup("correct horse");
	p->a.peer->request_address = true;
	p->b.peer->remote_auth = IKE_BY_EAP;
	p->b.peer->assign_addresses = true;
	p->b.user = "alice";
	p->b.password = "correct horse";
	addr_parse("10.9.0.7", &p->b.gives.ip4);
	addr_parse("10.9.0.1", &p->b.gives.dns[0]);
	p->b.gives.n_dns = 1;
	p->b.peer->n_local_ts = 1;
	pair_connect(p);
	assert_true(addr_equal(&p->a.got.ip4, &p->b.gives.ip4));
	assert_int_equal(p->a.got.n_dns, 1);
	assert_int_equal(p->b.kids[0].selectors[0].remote.len, 32);
	/* through new keys */
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	ike_sa_rekey(p->b.sa);
	pair_run(p, 30000);
	assert_int_equal(pair_check(p), 1);
}

static void a_wrong_password(void **state)
{
	struct pair *p = *state;

	p->a.peer->local_auth = IKE_BY_EAP;
	p->a.peer->user = secret_strdup("alice");
	p->a.peer->password = secret_strdup("wrong");
	p->b.peer->remote_auth = IKE_BY_EAP;
	p->b.user = "alice";
	p->b.password = "correct horse";
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	pair_says(&p->b, "login as \"alice\" failed");
	pair_says(&p->a, "login as \"alice\" failed");
}

/* --- before it says who it is --- */

static void believe(struct pair_end *e, struct ike_peer *p, const struct pki_cert *authority)
{
	struct pki_octets pem = pki_cert_pem(authority->x);
	char error[IKE_ERROR_MAX];

	if (!p->trust)
		p->trust = ike_trust_new();
	assert_int_equal(ike_trust_add_ca(p->trust, pem.at, pem.len, error), 1);
	free(pem.at);
	if (!e->n_more || e->more[e->n_more - 1] != p)
		e->more[e->n_more++] = p;
}

static size_t named;	/* octets of the authorities in b's first answer */

static bool see_named(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	static struct ike2_message m;
	struct ike_fault f;

	if (from != &p->b || len < 19 || data[18] != IKE2_SA_INIT)
		return false;
	assert_int_equal(ike2_parse(&m, data, len, &f), 0);
	named = m.n_certreqs ? m.certreq[0].data.len : 0;
	return false;
}

/* RFC 7296 section 3.7: it may be any of those that are expected from there, and not the first alone. */
static void all_that_it_may_be_count(void **state)
{
	struct pki_cert one = pki_ca("one"), two = pki_ca("two"), three = pki_ca("three");
	struct ike_peer *site = ike_peer_new(), *warriors = ike_peer_new(), *by_secret = ike_peer_new();
	struct pair *p = *state;
	struct ike_sa_info info;

	p->b.peer->fragmentation = false;
	p->lose = see_named;
	pair_connect(p);
	ike_sa_get_info(p->b.sa, &info);
	assert_false(info.fragmentation);
	assert_int_equal(named, 0);
	ike_sa_close(p->a.sa, "again");
	pair_run(p, 20000);
	p->a.ups = p->b.ups = 0;
	site->remote_auth = warriors->remote_auth = IKE_BY_CERT;
	by_secret->remote_auth = IKE_BY_PSK;
	warriors->fragmentation = true;
	believe(&p->b, site, &one);
	believe(&p->b, warriors, &two);
	believe(&p->b, warriors, &one);
	believe(&p->b, by_secret, &three);
	pair_connect(p);
	ike_sa_get_info(p->b.sa, &info);
	assert_true(info.fragmentation);
	assert_int_equal(named, 2 * IKE_CERT_HASH_LEN);
	pki_free(&one);
	pki_free(&two);
	pki_free(&three);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tunnel_with_a_secret),
		TEST(another_secret),
		TEST(nobody_knows_the_identity),
		TEST(the_wrong_gateway),
		TEST(no_proposal_in_common),
		TEST(networks_that_do_not_meet),
		TEST(the_intersection_is_protected),
		TEST(another_group_is_asked_for),
		TEST(old_algorithms_are_told_of),
		TEST(nat_moves_to_4500),
		TEST(udp_is_asked_for),
		TEST(transport_mode_sees_through_nat),
		TEST(transport_mode_between_hosts),
		TEST(transport_mode_is_declined),
		TEST(a_second_child_is_declined),
		TEST(tunnel_mode_is_refused),
		TEST(a_blocked_port_is_named),
		TEST(loss_is_made_up_for),
		TEST(a_dead_peer_is_noticed),
		TEST(a_password_and_an_address),
		TEST(a_wrong_password),
		TEST(all_that_it_may_be_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
