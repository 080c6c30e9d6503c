// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 between two endpoints of ours: set-up, refusals, loss, new keys, collisions, ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "ike_pair.h"
#include "proto/ike_sa.h"
#include "wire/ike2.h"

static struct pair world;

static int set_up(void **state)
{
	(void)state;
	pair_init(&world);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pair_fini(&world);
	return 0;
}

static void connect_both(struct pair *p)
{
	assert_non_null(pair_dial(p));
	pair_run(p, 1000);
	assert_int_equal(p->a.ups, 1);
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(pair_check(p), 1);
}

static void says(const struct pair_end *e, const char *words)
{
	if (!strstr(e->log, words) && !strstr(e->why, words))
		fail_msg("%s did not say \"%s\" but \"%s\" and:\n%s", e->name, words, e->why, e->log);
}

static uint32_t newest_in(const struct pair_end *e)
{
	struct ike_child_info info;

	ike_child_get_info(ike_child_next(e->sa, NULL), &info);
	return info.spi_in;
}

static unsigned int inbound(const struct pair_end *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < 4; i++)
		n += e->kids[0].in[i].spi != 0;
	return n;
}

static void a_tunnel_with_a_secret(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
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
	struct pair *p = &world;

	(void)state;
	secret_strfree(p->b.peer->secret);
	p->b.peer->secret = secret_strdup("another");
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	says(&p->b, "the secrets differ");
	says(&p->a, "has another secret");
	assert_int_equal(p->a.downs, 1);
}

static void nobody_knows_the_identity(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_id_parse("c.example", &p->b.peer->remote_id, error);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	says(&p->b, "\"a.example\" is refused: nobody with this identity");
}

static void the_wrong_gateway(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_id_parse("*", &p->a.peer->remote_id, error);
	ike_id_parse("z.example", &p->b.peer->local_id, error);
	connect_both(p);
	p->a.ups = p->b.ups = 0;
	ike_sa_close(pair_only_sa(&p->a), "again");
	pair_run(p, 60000);
	ike_id_parse("*.example.org", &p->a.peer->remote_id, error);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups, 0);
	says(&p->a, "the peer is \"z.example\", and remote-id is \"*.example.org\"");
	/* Which had an SA already, and is told. */
	assert_int_equal(p->b.ups, 1);
	assert_int_equal(p->b.downs, 2);
	assert_non_null(strstr(p->b.why, "the peer refuses us as \"z.example\""));
}

static void no_proposal_in_common(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];

	(void)state;
	assert_int_equal(ike_offers_parse("aes128-sha256-modp2048", IKE_USE_IKE, false, &p->a.peer->ike, error), 0);
	assert_int_equal(ike_offers_parse("aes256-sha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error), 0);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups, 0);
	says(&p->b, "aes128");
	says(&p->b, "aes256");
	says(&p->a, "takes none of our IKE proposals");
}

static void networks_that_do_not_meet(void **state)
{
	struct pair *p = &world;
	struct prefix net;

	(void)state;
	prefix_parse("10.99.0.0/16", &net);
	ike_ts_of_prefix(&net, &p->b.peer->remote_ts[0]);
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
	says(&p->b, "here 10.99.0.0/16, the peer asks for 10.1.0.0/16");
	says(&p->a, "the peer has other networks");
}

static void the_intersection_is_protected(void **state)
{
	struct pair *p = &world;
	struct prefix net;
	char text[ADDR_STRLEN];

	(void)state;
	prefix_parse("10.2.128.0/17", &net);
	ike_ts_of_prefix(&net, &p->b.peer->local_ts[0]);
	connect_both(p);
	assert_string_equal(prefix_to_str(&p->a.kids[0].selectors[0].remote, text), "10.2.128.0/17");
	assert_string_equal(prefix_to_str(&p->b.kids[0].selectors[0].local, text), "10.2.128.0/17");
}

static void another_group_is_asked_for(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_offers_parse("aes256-sha256-x25519-modp2048", IKE_USE_IKE, false, &p->a.peer->ike, error);
	ike_offers_parse("aes256-sha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error);
	connect_both(p);
	assert_int_equal(p->a.sent, 3);
}

static void old_algorithms_are_told_of(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];

	(void)state;
	ike_offers_parse("3des-sha1-modp1024", IKE_USE_IKE, true, &p->a.peer->ike, error);
	p->b.peer->ike = p->a.peer->ike;
	ike_offers_parse("3des-sha1", IKE_USE_ESP, true, &p->a.peer->esp, error);
	p->b.peer->esp = p->a.peer->esp;
	connect_both(p);
	says(&p->b, "IKE itself uses what is for peers with nothing better: 3des, modp1024");
	says(&p->b, "3des-sha1; for peers with nothing better: 3des");
}

static void nat_moves_to_4500(void **state)
{
	struct pair *p = &world;
	struct ike_sa_info info;

	(void)state;
	p->nat = true;
	connect_both(p);
	ike_sa_get_info(p->b.sa, &info);
	assert_true(info.nat_there && !info.nat_here);
	assert_int_equal(info.path.local_port, 4500);
	assert_int_equal(info.path.peer_port, 14500);
	ike_sa_get_info(p->a.sa, &info);
	assert_true(info.nat_here && !info.nat_there);
	pair_run(p, 100000);
	assert_non_null(p->a.sa);
}

/* RFC 7296 section 2.23.1: what the peer calls itself is not what its packets come from. */
static void transport_mode_sees_through_nat(void **state)
{
	struct pair *p = &world;
	struct pair_kid *kid;
	char text[ADDR_STRLEN];

	(void)state;
	p->nat = true;
	p->a.peer->transport = p->b.peer->transport = true;
	p->a.peer->n_local_ts = p->a.peer->n_remote_ts = 0;
	p->b.peer->n_local_ts = p->b.peer->n_remote_ts = 0;
	connect_both(p);
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
	struct pair *p = &world;

	(void)state;
	host_to_host(p, true, true);
	connect_both(p);
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
	struct pair *p = &world;

	(void)state;
	host_to_host(p, true, false);
	pair_dial(p);
	pair_run(p, 10000);
	says(&p->a, "the peer takes tunnel mode alone, and here is mode = transport");
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
}

static void a_second_child_is_declined(void **state)
{
	struct pair *p = &world;

	(void)state;
	host_to_host(p, true, true);
	connect_both(p);
	p->b.peer->transport = false;
	ike_child_initiate(p->a.sa);
	pair_run(p, 20000);
	says(&p->a, "no child: the peer takes tunnel mode alone");
	assert_int_equal(p->a.child_fails, 1);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	assert_int_equal(pair_kids(&p->a), 1);
	assert_int_equal(pair_kids(&p->b), 1);
	assert_int_equal(pair_check(p), 1);
}

static void tunnel_mode_is_refused(void **state)
{
	struct pair *p = &world;

	(void)state;
	host_to_host(p, false, true);
	pair_dial(p);
	pair_run(p, 10000);
	says(&p->b, "the peer asks for tunnel mode, and here is mode = transport");
	says(&p->a, "or not tunnel mode");
	assert_int_equal(pair_kids(&p->a) + pair_kids(&p->b), 0);
}

static void a_blocked_port_is_named(void **state)
{
	struct pair *p = &world;

	(void)state;
	p->nat = true;
	p->block_4500 = true;
	pair_dial(p);
	pair_run(p, 120000);
	says(&p->a, "is UDP port 4500 blocked");
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
	struct pair *p = &world;

	(void)state;
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
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	p->lose = lose_all;
	pair_run(p, 120000);
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
	says(&p->a, "does not answer");
	assert_int_equal(pair_kids(&p->a), 0);
}

static void a_child_gets_new_keys(void **state)
{
	struct pair *p = &world;
	uint32_t before;

	(void)state;
	connect_both(p);
	before = p->a.kids[0].out.spi;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 200);
	assert_int_not_equal(p->a.kids[0].out.spi, before);
	assert_int_equal(pair_check(p), 1);
	before = p->a.kids[0].out.spi;
	pair_run(p, 600000);
	assert_int_equal(pair_check(p), 1);
	assert_null(ike_child_next(p->a.sa, ike_child_next(p->a.sa, NULL)));
	/* which last as long as the first ones would have */
	assert_int_equal(p->a.kids[0].out.spi, before);
}

static void a_peer_without_groups_for_children(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];
	uint32_t before;

	(void)state;
	/* As its responder refuses a proposal that has nothing but groups that it lacks. */
	ike_offers_parse("aes256gcm16-ecp384", IKE_USE_ESP, false, &p->a.peer->esp, error);
	ike_offers_parse("aes256gcm16", IKE_USE_ESP, false, &p->b.peer->esp, error);
	connect_both(p);
	before = p->a.kids[0].out.spi;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 20000);
	assert_int_equal(p->a.kids[0].out.spi, before);
	says(&p->a, "takes none of our ESP proposals");
	p->a.peer->pfs_optional = true;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 20000);
	assert_int_not_equal(p->a.kids[0].out.spi, before);
	assert_int_equal(pair_check(p), 1);
}

/* There is no second attempt: the group that the peer has for IKE comes first. */
static void a_child_begins_with_the_group_of_ike(void **state)
{
	struct pair *p = &world;
	char error[IKE_ERROR_MAX];
	unsigned int sent;
	uint32_t before;

	(void)state;
	ike_offers_parse("aes256gcm16-prfsha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error);
	ike_offers_parse("aes256gcm16-x25519-modp2048", IKE_USE_ESP, false, &p->a.peer->esp, error);
	ike_offers_parse("aes256gcm16-modp2048", IKE_USE_ESP, false, &p->b.peer->esp, error);
	connect_both(p);
	before = newest_in(&p->a);
	sent = p->a.sent;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 1000);
	assert_int_not_equal(newest_in(&p->a), before);
	assert_int_equal(p->a.sent - sent, 2);	/* the new one, the end of the old one */
	assert_int_equal(pair_check(p), 1);
}

static void both_replace_a_child_at_once(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	for (int i = 0; i < 20; i++) {
		ike_child_rekey(ike_child_next(p->a.sa, NULL));
		ike_child_rekey(ike_child_next(p->b.sa, NULL));
		for (int k = 0; k < 50; k++) {
			pair_run(p, 1);
			pair_check(p);
		}
		pair_run(p, 20000);
		assert_int_equal(pair_check(p), 1);
		assert_null(ike_child_next(p->a.sa, ike_child_next(p->a.sa, NULL)));
		assert_null(ike_child_next(p->b.sa, ike_child_next(p->b.sa, NULL)));
	}
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

static void both_replace_ike_at_once(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	for (int i = 0; i < 20; i++) {
		ike_sa_rekey(p->a.sa);
		ike_sa_rekey(p->b.sa);
		pair_run(p, 30000);
		assert_int_equal(pair_check(p), 1);
		pair_only_sa(&p->a);
		pair_only_sa(&p->b);
		/* and what is left can be used */
		ike_child_rekey(ike_child_next(p->b.sa, NULL));
		pair_run(p, 30000);
		assert_int_equal(pair_check(p), 1);
	}
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

static void ike_gets_new_keys(void **state)
{
	struct pair *p = &world;
	struct ike_sa *before;

	(void)state;
	connect_both(p);
	before = p->a.sa;
	ike_sa_rekey(p->b.sa);
	pair_run(p, 20000);
	assert_ptr_not_equal(p->a.sa, before);
	assert_int_equal(p->a.replaced, 1);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	assert_int_equal(pair_check(p), 1);
	pair_only_sa(&p->a);
	pair_only_sa(&p->b);
}

static void crossing_requests(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	/* a child's keys on one side and IKE's on the other */
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	ike_sa_rekey(p->b.sa);
	pair_run(p, 30000);
	assert_int_equal(pair_check(p), 1);
	/* a child's end on one side, new keys for it on the other */
	ike_child_close(ike_child_next(p->a.sa, NULL), "enough");
	ike_child_rekey(ike_child_next(p->b.sa, NULL));
	pair_run(p, 30000);
	assert_int_equal(pair_check(p), 0);
	ike_child_initiate(p->a.sa);
	pair_run(p, 1000);
	assert_int_equal(pair_check(p), 1);
	/* the end on both sides */
	ike_sa_close(p->a.sa, "enough");
	ike_sa_close(p->b.sa, "enough");
	pair_run(p, 30000);
	assert_int_equal(p->a.downs, 1);
	assert_int_equal(p->b.downs, 1);
}

static void hard_limits_end_a_child(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	ike_child_limit(ike_child_next(p->a.sa, NULL), false);
	pair_run(p, 20000);
	assert_int_equal(pair_check(p), 1);
	ike_child_limit(ike_child_next(p->b.sa, NULL), true);
	pair_run(p, 1000);
	assert_int_equal(pair_kids(&p->a), 0);
}

static void a_password_and_an_address(void **state)
{
	struct pair *p = &world;

	(void)state;
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
	connect_both(p);
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
	struct pair *p = &world;

	(void)state;
	p->a.peer->local_auth = IKE_BY_EAP;
	p->a.peer->user = secret_strdup("alice");
	p->a.peer->password = secret_strdup("wrong");
	p->b.peer->remote_auth = IKE_BY_EAP;
	p->b.user = "alice";
	p->b.password = "correct horse";
	pair_dial(p);
	pair_run(p, 60000);
	assert_int_equal(p->a.ups + p->b.ups, 0);
	says(&p->b, "login as \"alice\" failed");
	says(&p->a, "login as \"alice\" failed");
}

static void an_address_moves(void **state)
{
	struct pair *p = &world;
	struct ike_sa_info info;
	struct ike_path path;

	(void)state;
	connect_both(p);
	/* Whoever replaced the keys of IKE since: the one that began may move, and the other may not. */
	ike_sa_rekey(p->b.sa);
	pair_run(p, 20000);
	ike_sa_get_info(p->b.sa, &info);
	assert_false(info.initiator);
	assert_int_equal(ike_sa_move(p->b.sa, &info.path), -EOPNOTSUPP);
	ike_sa_get_info(p->a.sa, &info);
	assert_true(info.initiator);
	path = info.path;
	addr_parse("198.51.100.77", &path.local);
	assert_int_equal(ike_sa_move(p->a.sa, &path), 0);
	pair_run(p, 5000);
	ike_sa_get_info(p->b.sa, &info);
	assert_true(addr_equal(&info.path.peer, &path.local));
	assert_true(p->b.moved > 0 && p->a.moved > 0);
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

/* At every step of what goes on, either end is replaced by another process. */
static void another_process_goes_on(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	for (int step = 0; step < 14; step++) {
		struct pair_end *e = step % 2 ? &p->a : &p->b;

		ike_child_rekey(ike_child_next(p->a.sa, NULL));
		if (step % 4 == 2)
			ike_child_rekey(ike_child_next(p->b.sa, NULL));
		pair_run(p, (uint64_t)step / 2);
		assert_true(pair_restart(e));
		pair_run(p, 40000);
		assert_int_equal(pair_check(p), 1);
		ike_sa_rekey(p->b.sa);
		pair_run(p, (uint64_t)step / 2);
		assert_true(pair_restart(e));
		pair_run(p, 40000);
		assert_int_equal(pair_check(p), 1);
		pair_only_sa(&p->a);
		pair_only_sa(&p->b);
	}
	assert_int_equal(p->a.downs + p->b.downs, 0);
	ike_sa_close(p->a.sa, "enough");
	pair_run(p, 1000);
	assert_int_equal(p->b.downs, 1);
	assert_false(pair_restart(&p->b));
}

/* New keys for both at once: the end of the child that was replaced is told by who has its children then. */
static void both_kinds_of_keys_at_once(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	for (int i = 0; i < 5; i++) {
		ike_child_rekey(ike_child_next(p->a.sa, NULL));
		ike_sa_rekey(p->a.sa);
		pair_run(p, 1000);
		assert_int_equal(pair_check(p), 1);
		/* Either end sends by the newest, and has nothing left that waits for an end. */
		assert_true(p->b.kids[0].out.spi == newest_in(&p->a));
		assert_true(p->a.kids[0].out.spi == newest_in(&p->b));
		pair_run(p, 20000);
		assert_int_equal(pair_check(p), 1);
		assert_int_equal(inbound(&p->a), 1);
		assert_int_equal(inbound(&p->b), 1);
	}
}

/* What waits its turn is written down too. */
static void what_waits_goes_on(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	ike_child_initiate(p->a.sa);
	ike_sa_rekey(p->a.sa);
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	assert_true(pair_restart(&p->a));
	pair_run(p, 30000);
	assert_int_equal(p->a.replaced, 1);
	assert_int_equal(pair_check(p), 2);
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

/* Whatever is cut off or turned round in a record, it is refused or taken, and nothing else. */
static void a_spoilt_record_is_harmless(void **state)
{
	struct pair *p = &world;
	size_t len, i;
	struct rd r;

	(void)state;
	connect_both(p);
	len = p->a.record_len;
	assert_true(len > 100);
	ike_sa_abort(p->a.sa, "for another");
	pair_run(p, 20000);
	for (i = 0; i < len; i++) {
		r = rd_of(p->a.record, i);
		assert_null(ike_sa_thaw(p->a.ike, p->a.peer, &p->a, &r));
	}
}

static void cookies_under_load(void **state)
{
	struct pair *p = &world;
	struct ike_stats stats;

	(void)state;
	/* Whoever stays away after the first message fills the table. */
	for (int i = 0; i < 150; i++)
		pair_dial(p);
	p->lose = NULL;
	pair_run(p, 3);
	ike_get_stats(p->b.ike, &stats);
	assert_true(stats.half_open <= 100);
	pair_run(p, 5000);
	ike_get_stats(p->b.ike, &stats);
	assert_true(stats.cookies_asked >= 50);
	assert_int_equal(p->b.ups, 150);
}

/* --- strangers --- */

static uint8_t first_request[2048];
static size_t first_len;

static bool keeps_first(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	if (from == &p->a && !first_len && len <= sizeof(first_request)) {
		memcpy(first_request, data, len);
		first_len = len;
	}
	return true;
}

/* The same first request, from 198.51.100.HOST with an SPI of its own; the answer is lost. */
static void stranger(struct pair *p, unsigned int host, uint32_t number)
{
	struct ike_path path = { .local_port = 500, .peer_port = 500 };
	char text[32];

	addr_parse("192.0.2.2", &path.local);
	snprintf(text, sizeof(text), "198.51.100.%u", host);
	addr_parse(text, &path.peer);
	memcpy(first_request, &number, sizeof(number));
	ike_rx(p->b.ike, &path, first_request, first_len);
}

/* Who returns cookies and never goes on fills neither the table nor more than a share of it. */
static void strangers_have_a_share(void **state)
{
	struct pair *p = &world;
	struct ike_stats stats;
	unsigned int i;

	(void)state;
	p->b.ike->cfg.cookie_above = UINT32_MAX;
	p->b.ike->cfg.max_half_open = 80;
	first_len = 0;
	p->lose = keeps_first;
	ike_sa_abort(pair_dial(p), "it has said enough");
	assert_true(first_len);
	for (i = 0; i < 50; i++)
		stranger(p, 7, i);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 80 / 8);
	assert_int_equal(stats.refused, 50 - 80 / 8);
	/* Many together fill it, and then the oldest goes. */
	for (i = 0; i < 200; i++)
		stranger(p, 20 + i, 1000 + i);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 80);
	assert_int_equal(stats.sas, 80);
	p->lose = NULL;
	connect_both(p);
	/* A count goes down with those that it is of. */
	pair_run(p, 60000);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 0);
	stranger(p, 7, 5000);
	ike_get_stats(p->b.ike, &stats);
	assert_int_equal(stats.half_open, 1);
}

static struct ike_header seen;

static bool look_at(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	const char *why;
	struct rd body;

	(void)from;
	assert_int_equal(ike_header_parse(&seen, data, len, &body, &why), 0);
	p->count++;
	return true;
}

/* A message in an IKE SA that b does not have. */
static void send_stray(struct pair *p, uint8_t flags)
{
	const struct ike_header h = { .spi_i = 1, .spi_r = 2, .version = IKE_V2, .exchange = IKE2_INFORMATIONAL,
				      .flags = flags, .message_id = 7 };
	struct ike_path path = { .local_port = IKE_PORT, .peer_port = IKE_PORT };
	static const uint8_t body[48];
	uint8_t data[128];
	struct wr w = wr_to(data, sizeof(data));
	struct ike_chain c;

	addr_parse("192.0.2.2", &path.local);
	addr_parse("192.0.2.1", &path.peer);
	ike_message_begin(&c, &w, &h);
	ike_put_octets(&c, IKE2_PAYLOAD_SK, body, sizeof(body));
	ike_message_end(&c);
	assert_false(w.bad);
	ike_rx(p->b.ike, &path, data, w.len);
}

static void unknown_spis_are_answered_now_and_then(void **state)
{
	struct pair *p = &world;

	(void)state;
	p->lose = look_at;
	pair_run(p, 1000);
	send_stray(p, IKE2_FLAG_INITIATOR);
	assert_int_equal(p->count, 1);
	assert_true(seen.spi_i == 1 && seen.spi_r == 2 && seen.message_id == 7);
	assert_int_equal(seen.exchange, IKE2_INFORMATIONAL);
	assert_int_equal(seen.flags, IKE2_FLAG_RESPONSE);
	assert_int_equal(seen.next, IKE2_PAYLOAD_N);
	for (int i = 0; i < 100; i++)
		send_stray(p, IKE2_FLAG_INITIATOR);
	assert_int_equal(p->count, 1);
	pair_run(p, 1000);
	send_stray(p, IKE2_FLAG_INITIATOR | IKE2_FLAG_RESPONSE);
	send_stray(p, IKE2_FLAG_RESPONSE);
	assert_int_equal(p->count, 1);
	send_stray(p, 0);
	assert_int_equal(p->count, 2);
	assert_int_equal(seen.flags, IKE2_FLAG_RESPONSE | IKE2_FLAG_INITIATOR);
}

/* It is not believed, but what is asked then is asked less often. */
static void a_peer_that_forgot_us(void **state)
{
	struct pair *p = &world;

	(void)state;
	connect_both(p);
	p->b.sa = NULL;
	p->b.record_len = 0;
	assert_false(pair_restart(&p->b));
	pair_run(p, 32000);
	assert_int_equal(p->a.downs, 0);
	says(&p->a, "does not know this IKE SA any more");
	pair_run(p, 8000);
	assert_int_equal(p->a.downs, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		TEST(transport_mode_sees_through_nat),
		TEST(transport_mode_between_hosts),
		TEST(transport_mode_is_declined),
		TEST(a_second_child_is_declined),
		TEST(tunnel_mode_is_refused),
		TEST(a_blocked_port_is_named),
		TEST(loss_is_made_up_for),
		TEST(a_dead_peer_is_noticed),
		TEST(a_child_gets_new_keys),
		TEST(a_peer_without_groups_for_children),
		TEST(a_child_begins_with_the_group_of_ike),
		TEST(both_replace_a_child_at_once),
		TEST(both_replace_ike_at_once),
		TEST(ike_gets_new_keys),
		TEST(crossing_requests),
		TEST(hard_limits_end_a_child),
		TEST(a_password_and_an_address),
		TEST(a_wrong_password),
		TEST(an_address_moves),
		TEST(another_process_goes_on),
		TEST(both_kinds_of_keys_at_once),
		TEST(what_waits_goes_on),
		TEST(a_spoilt_record_is_harmless),
		TEST(cookies_under_load),
		TEST(strangers_have_a_share),
		TEST(unknown_spis_are_answered_now_and_then),
		TEST(a_peer_that_forgot_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
