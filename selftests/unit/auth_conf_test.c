// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration as the one who is asked whether a user may in: who may, what he gets, and when
 * the answer comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/auth_conf.h"

static struct conf_pool range;
/* in the order of their names, as conf_read() leaves them */
static struct conf_user users[4];
static struct conf_server server;
static struct conf conf;
static struct loop *loop;
static struct pool *pool;
static struct auth_conf *ac;

static struct {
	unsigned int n;
	struct auth_reply reply;
} answers;

static struct addr v4(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static int begin(void **state)
{
	(void)state;
	memset(users, 0, sizeof(users));
	memset(&range, 0, sizeof(range));
	memset(&answers, 0, sizeof(answers));
	range.first = v4("10.0.0.10");
	range.last = v4("10.0.0.11");
	users[0] = (struct conf_user){ .name = "alice", .password = "secret" };
	users[1] = (struct conf_user){ .name = "bob",
				       .password = "hidden",
				       .address = v4("192.0.2.9") };
	users[2] = (struct conf_user){ .name = "off", .password = "secret", .disabled = true };
	users[3] = (struct conf_user){ .name = "picky",
				       .password = "secret",
				       .auth_methods = AUTH_MSCHAPV2 };
	prefix_parse("192.168.7.0/24", &users[1].routes[0]);
	users[1].n_routes = 1;
	server = (struct conf_server){ .address = v4("10.0.0.1"),
				       .pool = &range,
				       .auth_methods = AUTH_PAP | AUTH_MSCHAPV2,
				       .dns = { v4("10.0.0.2") },
				       .nbns = { v4("10.0.0.3") } };
	conf = (struct conf){ .users = users, .n_users = 4, .servers = &server, .n_servers = 1 };
	loop = loop_new_virtual(1000);
	pool = pool_new(&conf, &server);
	ac = auth_conf_new(loop, &conf, &server, pool);
	return !ac;
}

static int end(void **state)
{
	(void)state;
	auth_conf_free(ac);
	pool_free(pool);
	loop_free(loop);
	return 0;
}

static void done(void *arg, const struct auth_reply *reply)
{
	assert_ptr_equal(arg, &answers);
	answers.n++;
	answers.reply = *reply;
}

static struct auth_conf_ask *ask(const char *user, const char *password)
{
	struct auth_request req = { .method = AUTH_PAP, .peer = "192.0.2.1" };
	struct auth_conf_ask *handle = NULL;

	snprintf(req.user, sizeof(req.user), "%s", user);
	snprintf(req.password, sizeof(req.password), "%s", password);
	assert_int_equal(auth_conf_ask(ac, &req, done, &answers, &handle), 0);
	assert_non_null(handle);
	memset(&req, 0xff, sizeof(req));	/* it was copied */
	return handle;
}

static const struct auth_reply *answer(const char *user, const char *password)
{
	unsigned int before = answers.n;

	ask(user, password);
	loop_virtual_advance(loop, 0);
	assert_int_equal(answers.n, before + 1);
	return &answers.reply;
}

static void the_answer_comes_through_the_loop(void **state)
{
	(void)state;
	ask("alice", "secret");
	assert_int_equal(answers.n, 0);
	loop_virtual_advance(loop, 0);
	assert_int_equal(answers.n, 1);
	loop_virtual_advance(loop, 60000);
	assert_int_equal(answers.n, 1);
}

static void a_user_gets_what_is_configured(void **state)
{
	const struct auth_reply *r = answer("alice", "secret");

	(void)state;
	assert_int_equal(r->result, AUTH_OK);
	assert_int_equal(addr_v4_host(&r->address), 0x0a00000a);
	assert_int_not_equal(r->lease, 0);
	assert_int_equal(addr_v4_host(&r->dns[0]), 0x0a000002);
	assert_int_equal(r->dns[1].family, 0);
	assert_int_equal(addr_v4_host(&r->nbns[0]), 0x0a000003);
	assert_int_equal(r->n_prefixes, 0);
	assert_int_equal(r->ra_prefix.addr.family, 0);
	r = answer("bob", "hidden");
	assert_int_equal(r->result, AUTH_OK);
	assert_int_equal(addr_v4_host(&r->address), 0xc0000209);
	assert_int_equal(r->n_prefixes, 1);
	assert_int_equal(r->prefixes[0].len, 24);
}

static void others_are_refused_and_get_nothing(void **state)
{
	static const struct { const char *user, *password; enum auth_result result; } cases[] = {
		{ "alice", "wrong", AUTH_WRONG_PASSWORD },
		{ "alice", "", AUTH_WRONG_PASSWORD },
		{ "alice", "secret ", AUTH_WRONG_PASSWORD },
		{ "alice", "hidden", AUTH_WRONG_PASSWORD },
		{ "Alice", "secret", AUTH_UNKNOWN_USER },
		{ "", "secret", AUTH_UNKNOWN_USER },
		{ "nobody", "no user has this password", AUTH_UNKNOWN_USER },
		{ "off", "secret", AUTH_DISABLED },
		/* Who does not know the password learns nothing about the account. */
		{ "off", "wrong", AUTH_WRONG_PASSWORD },
		{ "picky", "secret", AUTH_METHOD_REFUSED },
		{ "picky", "wrong", AUTH_WRONG_PASSWORD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct auth_reply *r = answer(cases[i].user, cases[i].password);

		assert_int_equal(r->result, cases[i].result);
		assert_int_equal(r->lease, 0);
		assert_int_equal(r->address.family, 0);
		assert_false(r->keys.have40 || r->keys.have128);
	}
	assert_int_equal(pool_used(pool), 0);
}

static void a_windows_domain_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(answer("OFFICE\\alice", "secret")->result, AUTH_OK);
	assert_string_equal(answers.reply.user, "alice");
	assert_int_equal(answer("OFFICE\\nobody", "secret")->result, AUTH_UNKNOWN_USER);
	users[0].name = "OFFICE\\alice";
	assert_int_equal(answer("OFFICE\\alice", "secret")->result, AUTH_OK);
	assert_string_equal(answers.reply.user, "OFFICE\\alice");
	assert_int_equal(answer("OTHER\\alice", "secret")->result, AUTH_UNKNOWN_USER);
}

static void an_empty_pool_is_told(void **state)
{
	uint32_t lease = answer("alice", "secret")->lease;

	(void)state;
	assert_int_equal(answer("alice", "secret")->result, AUTH_OK);
	assert_int_equal(answer("alice", "secret")->result, AUTH_NO_ADDRESS);
	assert_int_equal(answers.reply.lease, 0);
	auth_conf_release(ac, lease);
	assert_int_equal(answer("alice", "secret")->result, AUTH_OK);
	auth_conf_release(ac, 0);
	assert_int_equal(pool_used(pool), 2);
}

static void a_second_session_gets_another_address_where_that_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(addr_v4_host(&answer("bob", "hidden")->address), 0xc0000209);
	assert_int_equal(addr_v4_host(&answer("bob", "hidden")->address), 0xc0000209);
	server.duplicate = CONF_DUPLICATE_ALLOW;
	assert_int_equal(addr_v4_host(&answer("bob", "hidden")->address), 0x0a00000a);
}

static void a_cancelled_question_is_not_answered(void **state)
{
	struct auth_conf_ask *first = ask("alice", "secret"), *second = ask("bob", "hidden");

	(void)state;
	auth_conf_cancel(ac, first);
	auth_conf_cancel(ac, NULL);
	loop_virtual_advance(loop, 10);
	assert_int_equal(answers.n, 1);
	assert_int_equal(addr_v4_host(&answers.reply.address), 0xc0000209);
	assert_int_equal(pool_used(pool), 1);
	(void)second;
}

static void questions_end_with_the_backend(void **state)
{
	ask("alice", "secret");
	ask("alice", "secret");
	end(state);
	begin(state);
	loop_virtual_advance(loop, 10);
	assert_int_equal(answers.n, 0);
}

static void a_new_configuration_answers_what_was_asked_before(void **state)
{
	struct conf_user only = { .name = "alice", .password = "changed" };
	struct conf next = { .users = &only, .n_users = 1, .servers = &server, .n_servers = 1 };

	(void)state;
	ask("alice", "secret");
	auth_conf_swap(ac, &next, &server);
	loop_virtual_advance(loop, 0);
	assert_int_equal(answers.reply.result, AUTH_WRONG_PASSWORD);
	assert_int_equal(answer("alice", "changed")->result, AUTH_OK);
	assert_int_equal(answer("bob", "hidden")->result, AUTH_UNKNOWN_USER);
}

static void who_proves_himself_again_keeps_what_he_has(void **state)
{
	struct auth_request req = { .method = AUTH_PAP, .user = "alice", .password = "secret" };
	struct auth_conf_ask *handle;
	struct auth_reply held;

	(void)state;
	server.ipv6 = true;
	prefix_parse("2001:db8:9::/48", &range.ipv6);
	pool_reconfigure(pool, &conf, &server);
	held = *answer("alice", "secret");
	assert_int_equal(answer("alice", "secret")->result, AUTH_OK);
	assert_int_equal(answer("alice", "secret")->result, AUTH_NO_ADDRESS);

	req.held = &held;
	assert_int_equal(auth_conf_ask(ac, &req, done, &answers, &handle), 0);
	loop_virtual_advance(loop, 0);
	assert_int_equal(answers.reply.result, AUTH_OK);
	assert_true(addr_equal(&answers.reply.address, &held.address));
	assert_true(addr_equal(&answers.reply.ra_prefix.addr, &held.ra_prefix.addr));
	assert_int_equal(answers.reply.lease, held.lease);
	assert_int_equal(pool_used(pool), 2);

	/* Only who is let in keeps anything. */
	req.password[0] = 'S';
	assert_int_equal(auth_conf_ask(ac, &req, done, &answers, &handle), 0);
	loop_virtual_advance(loop, 0);
	assert_int_equal(answers.reply.result, AUTH_WRONG_PASSWORD);
	assert_int_equal(answers.reply.lease, 0);
}

static void ipv6_is_given_where_it_is_offered(void **state)
{
	struct auth_reply held;
	char text[ADDR_STRLEN];

	prefix_parse("2001:db8:9::/48", &range.ipv6);
	pool_reconfigure(pool, &conf, &server);
	assert_int_equal(answer("alice", "secret")->ra_prefix.addr.family, 0);
	auth_conf_release(ac, answers.reply.lease);
	server.ipv6 = true;
	assert_string_equal(prefix_to_str(&answer("alice", "secret")->ra_prefix, text),
			    "2001:db8:9:2::/64");
	held = answers.reply;

	/*
	 * Another engine takes the session up: its address and prefix are not lent to anybody else.
	 */
	auth_conf_free(ac);
	pool_free(pool);
	pool = pool_new(&conf, &server);
	ac = auth_conf_new(loop, &conf, &server, pool);
	held.lease = 77;
	assert_int_equal(auth_conf_reserve(ac, "alice", &held), 0);
	assert_int_equal(pool_used(pool), 1);
	for (unsigned int i = 0; i < 3; i++) {
		const struct auth_reply *r = answer("alice", "secret");

		assert_true(r->result != AUTH_OK || !addr_equal(&r->address, &held.address));
		assert_true(r->result != AUTH_OK ||
			    !addr_equal(&r->ra_prefix.addr, &held.ra_prefix.addr));
	}
	auth_conf_release(ac, held.lease);
	assert_int_equal(answer("alice", "secret")->result, AUTH_OK);
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answer_comes_through_the_loop),
		TEST(a_user_gets_what_is_configured),
		TEST(others_are_refused_and_get_nothing),
		TEST(a_windows_domain_is_left_out),
		TEST(an_empty_pool_is_told),
		TEST(a_second_session_gets_another_address_where_that_is_allowed),
		TEST(a_cancelled_question_is_not_answered),
		TEST(questions_end_with_the_backend),
		TEST(a_new_configuration_answers_what_was_asked_before),
		TEST(who_proves_himself_again_keeps_what_he_has),
		TEST(ipv6_is_given_where_it_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
