// SPDX-License-Identifier: GPL-2.0-or-later
/* IKEv2 between two endpoints of ours: new keys, collisions, another address, another process. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ike_pair.h"
#include "proto/ike_sa.h"

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

static void a_child_gets_new_keys(void **state)
{
	struct pair *p = *state;
	uint32_t before;

	pair_connect(p);
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
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];
	uint32_t before;

	/* As its responder refuses a proposal that has nothing but groups that it lacks. */
	ike_offers_parse("aes256gcm16-ecp384", IKE_USE_ESP, false, &p->a.peer->esp, error);
	ike_offers_parse("aes256gcm16", IKE_USE_ESP, false, &p->b.peer->esp, error);
	pair_connect(p);
	before = p->a.kids[0].out.spi;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 20000);
	assert_int_equal(p->a.kids[0].out.spi, before);
	pair_says(&p->a, "takes none of our ESP proposals");
	p->a.peer->pfs_optional = true;
	ike_child_rekey(ike_child_next(p->a.sa, NULL));
	pair_run(p, 20000);
	assert_int_not_equal(p->a.kids[0].out.spi, before);
	assert_int_equal(pair_check(p), 1);
}

/* There is no second attempt: the group that the peer has for IKE comes first. */
static void a_child_begins_with_the_group_of_ike(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];
	unsigned int sent;
	uint32_t before;

	ike_offers_parse("aes256gcm16-prfsha256-modp2048", IKE_USE_IKE, false, &p->b.peer->ike, error);
	ike_offers_parse("aes256gcm16-x25519-modp2048", IKE_USE_ESP, false, &p->a.peer->esp, error);
	ike_offers_parse("aes256gcm16-modp2048", IKE_USE_ESP, false, &p->b.peer->esp, error);
	pair_connect(p);
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
	struct pair *p = *state;

	pair_connect(p);
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
	struct pair *p = *state;

	pair_connect(p);
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
	struct pair *p = *state;
	struct ike_sa *before;

	pair_connect(p);
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
	struct pair *p = *state;

	pair_connect(p);
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
	struct pair *p = *state;

	pair_connect(p);
	ike_child_limit(ike_child_next(p->a.sa, NULL), false);
	pair_run(p, 20000);
	assert_int_equal(pair_check(p), 1);
	ike_child_limit(ike_child_next(p->b.sa, NULL), true);
	pair_run(p, 1000);
	assert_int_equal(pair_kids(&p->a), 0);
}

static void an_address_moves(void **state)
{
	struct pair *p = *state;
	struct ike_sa_info info;
	struct ike_path path;

	pair_connect(p);
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

static void move_to(struct pair *p, const char *address)
{
	struct ike_sa_info info;
	struct ike_path path;

	ike_sa_get_info(p->a.sa, &info);
	path = info.path;
	addr_parse(address, &path.local);
	assert_int_equal(ike_sa_move(p->a.sa, &path), 0);
}

/* RFC 4555 section 3.5: whatever of the first one got through, the peer is told of the second. */
static void an_address_moves_twice(void **state)
{
	struct pair *p = *state;
	char text[ADDR_STRLEN];

	pair_connect(p);
	for (uint64_t between = 0; between < 4; between++) {
		struct ike_sa_info info;

		move_to(p, "198.51.100.77");
		pair_run(p, between);
		move_to(p, "198.51.100.88");
		pair_run(p, 5000);
		for (int i = 0; i < 2; i++) {
			ike_sa_get_info(i ? p->a.sa : p->b.sa, &info);
			assert_string_equal(addr_to_str(i ? &info.path.local : &info.path.peer, text),
					    "198.51.100.88");
			assert_false(info.nat_here || info.nat_there);
		}
		move_to(p, "192.0.2.1");
		pair_run(p, 5000);
	}
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

static bool count_keepalives(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	p->count += from == &p->a && len == 1 && data[0] == 0xff;
	return false;
}

/* RFC 3948 section 4: whoever has a NAT in front of it keeps its mapping, and nobody else does. */
static void a_nat_is_moved_behind(void **state)
{
	struct pair *p = *state;

	p->lose = count_keepalives;
	pair_connect(p);
	p->nat = true;
	move_to(p, "192.0.2.1");
	pair_run(p, 65000);
	assert_int_equal(p->count, 3);
	p->nat = false;
	move_to(p, "192.0.2.1");
	pair_run(p, 1000);
	p->count = 0;
	pair_run(p, 100000);
	assert_int_equal(p->count, 0);
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

/* At every step of what goes on, either end is replaced by another process. */
static void another_process_goes_on(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
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

static bool lose_create(struct pair *p, struct pair_end *from, const uint8_t *data, size_t len)
{
	(void)p;
	(void)from;
	return len > 18 && data[18] == IKE2_CREATE_CHILD_SA;
}

/* Until a has asked for new keys of IKE by itself; its keys last ten minutes. */
static void run_until_due(struct pair *p)
{
	struct ike_sa_info info;

	p->a.peer->ike_lifetime_s = 600;
	pair_connect(p);
	ike_sa_get_info(p->a.sa, &info);
	pair_run(p, info.rekey_ms - loop_now_ms(p->loop) + 1000);
	assert_true(p->a.sa->rekey_due);
}

/* Another process goes on just when new keys are due, and they are not too late for that. */
static void new_keys_are_due_meanwhile(void **state)
{
	struct pair *p = *state;

	p->lose = lose_create;
	run_until_due(p);
	assert_true(pair_restart(&p->a));
	pair_run(p, 1000);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	p->lose = NULL;
	pair_run(p, 30000);
	assert_int_equal(p->a.downs + p->b.downs, 0);
	assert_int_equal(p->a.replaced, 1);
	assert_int_equal(pair_check(p), 1);
}

/* Where the peer refuses them the old ones end when they would have, through how many processes it be. */
static void old_keys_end_in_time(void **state)
{
	struct pair *p = *state;
	char error[IKE_ERROR_MAX];

	p->lose = lose_create;
	run_until_due(p);
	p->lose = NULL;
	ike_offers_parse("3des-sha1-modp1024", IKE_USE_IKE, true, &p->b.peer->ike, error);
	assert_true(pair_restart(&p->a));
	pair_run(p, 60000);
	pair_says(&p->a, "the peer refuses new keys for IKE");
	assert_true(pair_restart(&p->a));
	pair_run(p, 40000);
	assert_int_equal(p->a.downs, 0);
	pair_run(p, 10000);
	assert_int_equal(p->a.downs, 1);
	pair_says(&p->a, "could not be replaced");
}

/* New keys for both at once: the end of the child that was replaced is told by who has its children then. */
static void both_kinds_of_keys_at_once(void **state)
{
	struct pair *p = *state;

	pair_connect(p);
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
	struct pair *p = *state;

	pair_connect(p);
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
	struct pair *p = *state;
	size_t len, i;
	struct rd r;

	pair_connect(p);
	len = p->a.record_len;
	assert_true(len > 100);
	ike_sa_abort(p->a.sa, "for another");
	pair_run(p, 20000);
	for (i = 0; i < len; i++) {
		r = rd_of(p->a.record, i);
		assert_null(ike_sa_thaw(p->a.ike, p->a.peer, &p->a, &r));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_child_gets_new_keys),
		TEST(a_peer_without_groups_for_children),
		TEST(a_child_begins_with_the_group_of_ike),
		TEST(both_replace_a_child_at_once),
		TEST(both_replace_ike_at_once),
		TEST(ike_gets_new_keys),
		TEST(crossing_requests),
		TEST(hard_limits_end_a_child),
		TEST(an_address_moves),
		TEST(an_address_moves_twice),
		TEST(a_nat_is_moved_behind),
		TEST(another_process_goes_on),
		TEST(new_keys_are_due_meanwhile),
		TEST(old_keys_end_in_time),
		TEST(both_kinds_of_keys_at_once),
		TEST(what_waits_goes_on),
		TEST(a_spoilt_record_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
