// SPDX-License-Identifier: GPL-2.0-or-later
/* INITIAL_CONTACT of IKEv2: whose IKE SAs it ends, and whose it may not. a begins, b is the gateway. */
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

#define LEAVE_IT_MS	500	/* less than the time after which a silent peer is asked for */

static unsigned int sas(const struct pair_end *e)
{
	const struct ike_sa *sa = NULL;
	unsigned int n = 0;

	while ((sa = ike_sa_next(e->ike, sa)))
		n++;
	return n;
}

static void set_id(struct ike_id *id, const char *text)
{
	char error[IKE_ERROR_MAX];

	assert_int_equal(ike_id_parse(text, id, error), 0);
}

static void dial(struct pair *p, unsigned int ups)
{
	assert_non_null(pair_dial(p));
	pair_run(p, LEAVE_IT_MS);
	assert_int_equal(p->b.ups, ups);
}

/* a, or another client with its address, knows of nothing any more. */
static void forgets(struct pair *p)
{
	p->a.sa = NULL;
	p->a.record_len = 0;
	memset(p->a.kids, 0, sizeof(p->a.kids));
	assert_false(pair_restart(&p->a));
}

/* b takes whoever proves to know its secret. */
static void a_secret_for_all(struct pair *p)
{
	set_id(&p->b.peer->remote_id, "*");
}

static void by_password(struct pair *p, const char *user)
{
	secret_strfree(p->a.peer->user);
	secret_strfree(p->a.peer->password);
	p->a.peer->user = secret_strdup(user);
	p->a.peer->password = secret_strdup("correct horse");
	p->a.peer->local_auth = IKE_BY_EAP;
	p->b.peer->remote_auth = IKE_BY_EAP;
	p->b.user = user;
	p->b.password = "correct horse";
}

static void what_a_peer_lost_is_over(void **state)
{
	struct pair *p = *state;
	struct ike_sa *old;

	dial(p, 1);
	old = p->b.sa;
	forgets(p);
	p->b.sent = 0;
	dial(p, 2);
	assert_int_equal(p->b.downs, 1);
	assert_string_equal(p->b.why, "the peer has begun anew (INITIAL_CONTACT)");
	assert_ptr_not_equal(pair_only_sa(&p->b), old);
	/* The two answers, and not a word about the one that is over. */
	assert_int_equal(p->b.sent, 2);
	assert_int_equal(pair_check(p), 1);
}

static void what_was_replaced_and_thawed_is_found(void **state)
{
	struct pair *p = *state;

	dial(p, 1);
	ike_sa_rekey(p->a.sa);
	pair_run(p, 20000);
	assert_int_equal(p->b.replaced, 1);
	assert_true(pair_restart(&p->b));
	forgets(p);
	dial(p, 2);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(sas(&p->b), 1);
}

static void a_wrong_proof_ends_nothing(void **state)
{
	struct pair *p = *state;
	struct ike_sa *old;

	dial(p, 1);
	old = p->b.sa;
	forgets(p);
	secret_strfree(p->a.peer->secret);
	p->a.peer->secret = secret_strdup("another");
	dial(p, 1);
	assert_int_equal(p->b.downs, 0);
	assert_ptr_equal(pair_only_sa(&p->b), old);
}

static void a_wrong_password_ends_nothing(void **state)
{
	struct pair *p = *state;

	by_password(p, "alice");
	dial(p, 1);
	forgets(p);
	secret_strfree(p->a.peer->password);
	p->a.peer->password = secret_strdup("wrong");
	dial(p, 1);
	assert_non_null(strstr(p->b.log, "wrong password"));
	assert_int_equal(p->b.downs, 0);
}

static void another_identity_is_left_alone(void **state)
{
	struct pair *p = *state;

	a_secret_for_all(p);
	dial(p, 1);
	forgets(p);
	set_id(&p->a.peer->local_id, "c.example");
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
}

static void another_section_is_left_alone(void **state)
{
	struct pair *p = *state;
	struct ike_peer *first = p->b.peer;

	dial(p, 1);
	forgets(p);
	/* With the same identity and secret. */
	p->b.peer = ike_peer_new();
	assert_non_null(p->b.peer);
	*p->b.peer = *first;
	p->b.peer->refs = 1;
	p->b.peer->secret = secret_strdup(first->secret);
	snprintf(p->b.peer->name, sizeof(p->b.peer->name), "another");
	ike_peer_put(first);
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
}

static void users_of_one_identity_are_left_alone(void **state)
{
	struct pair *p = *state;

	by_password(p, "alice");
	dial(p, 1);
	forgets(p);
	by_password(p, "bob");
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
	/* Each of them may begin anew. */
	forgets(p);
	dial(p, 3);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(sas(&p->b), 2);
}

static void devices_of_one_user_are_left_alone(void **state)
{
	struct pair *p = *state;

	set_id(&p->b.peer->remote_id, "*");
	by_password(p, "alice");
	dial(p, 1);
	forgets(p);
	set_id(&p->a.peer->local_id, "phone.example");
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
}

/* What a sends comes from another address. */
static void dial_from(struct pair *p, const char *text, unsigned int ups)
{
	struct ike_path path = { .local_port = 500, .peer_port = 500 };

	addr_parse(text, &path.local);
	addr_parse("192.0.2.2", &path.peer);
	assert_non_null(ike_initiate(p->a.ike, p->a.peer, &path, &p->a));
	pair_run(p, LEAVE_IT_MS);
	assert_int_equal(p->b.ups, ups);
}

static void members_of_one_secret_are_left_alone(void **state)
{
	struct pair *p = *state;

	a_secret_for_all(p);
	dial(p, 1);
	forgets(p);
	dial_from(p, "192.0.2.77", 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
	/* The same host, and no NAT that could hide another there. */
	forgets(p);
	dial_from(p, "192.0.2.77", 3);
	assert_int_equal(p->b.downs, 1);
	assert_int_equal(sas(&p->b), 2);
}

static void members_behind_one_nat_are_left_alone(void **state)
{
	struct pair *p = *state;

	a_secret_for_all(p);
	p->nat = true;
	dial(p, 1);
	forgets(p);
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
}

static void a_peer_of_its_own_is_known_behind_a_nat(void **state)
{
	struct pair *p = *state;

	p->nat = true;
	dial(p, 1);
	forgets(p);
	dial(p, 2);
	assert_int_equal(p->b.downs, 1);
}

/* --- what we say ourselves --- */

static void who_has_another_does_not_say_it(void **state)
{
	struct pair *p = *state;

	dial(p, 1);
	dial(p, 2);
	assert_int_equal(p->b.downs, 0);
	assert_int_equal(sas(&p->b), 2);
}

static bool loses_proof_once(struct pair *p, struct pair_end *end, const uint8_t *data, size_t len)
{
	const char *why;
	struct ike_header h;
	struct rd body;

	assert_int_equal(ike_header_parse(&h, data, len, &body, &why), 0);
	return end == &p->b && h.exchange == IKE2_AUTH && !(h.flags & IKE2_FLAG_RESPONSE) && !p->count++;
}

/* What b says comes late, when a's own is up; it was not when b said it, and is no remainder. */
static void both_begin_at_once(void **state)
{
	struct pair *p = *state;
	struct ike_path path = { .local_port = 500, .peer_port = 500 };

	addr_parse("192.0.2.2", &path.local);
	addr_parse("192.0.2.1", &path.peer);
	p->lose = loses_proof_once;
	assert_non_null(pair_dial(p));
	assert_non_null(ike_initiate(p->b.ike, p->b.peer, &path, &p->b));
	pair_run(p, 10000);
	assert_int_equal(p->count, 2);
	assert_int_equal(p->a.ups, 2);
	assert_int_equal(p->b.ups, 2);
	assert_int_equal(p->a.downs + p->b.downs, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_set_up, pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_peer_lost_is_over),
		TEST(what_was_replaced_and_thawed_is_found),
		TEST(a_wrong_proof_ends_nothing),
		TEST(a_wrong_password_ends_nothing),
		TEST(another_identity_is_left_alone),
		TEST(another_section_is_left_alone),
		TEST(users_of_one_identity_are_left_alone),
		TEST(devices_of_one_user_are_left_alone),
		TEST(members_of_one_secret_are_left_alone),
		TEST(members_behind_one_nat_are_left_alone),
		TEST(a_peer_of_its_own_is_known_behind_a_nat),
		TEST(who_has_another_does_not_say_it),
		TEST(both_begin_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
