// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configurations put to work in an engine whose kernel is a table: what cannot be had at the start of the daemon's
 * first engine and of a later one, and what a reload may move from one device to another or make of one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/conftext.h"
#include "daemon/ipsec.h"
#include "daemon/listener.h"
#include "daemon/reload.h"
#include "daemon/server.h"
#include "daemon/session.h"
#include "daemon/udp.h"
#include "datapath/null.h"

#define PPTP(device, pool)	"server pptp {\n device = \"" device "\"\n address = \"10.8.0.1\"\n pool = " pool "\n}\n"
#define L2TP(device, pool)	"server l2tp {\n device = \"" device "\"\n address = \"10.8.0.2\"\n pool = " pool "\n}\n"
#define IKEV2(pool)		"server ikev2 {\n address = \"10.8.0.3\"\n pool = " pool "\n auth = { psk }\n secret = 's'\n}\n"
#define OTHER_DEVICE		99	/* somebody else's */

static const char common[] = "pool p {\n range = \"10.9.0.2-10.9.0.4\"\n}\n"
			     "pool q {\n range = \"10.10.0.2-10.10.0.3\"\n ipv6 = \"2001:db8:9::/56\"\n}\n"
			     "user alice {\n password = 'clientPass'\n}\n";

struct bench {
	struct engine e;
	struct carrier carrier;
};

static char lines[65536];

static void on_line(void *arg, enum log_level level, const char *line)
{
	size_t len = strlen(lines);

	(void)arg;
	(void)level;
	snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static void on_problem(void *arg, const char *file, const struct conf_problem *p)
{
	(void)arg;
	if (!p->warning)
		fprintf(stderr, "%s:%u: %s\n", file, p->line, p->text);
}

static int text_of(const char *servers)
{
	const struct account me = { .uid = getuid(), .gid = getgid() };
	int packed, fd = memfd_create("adit.conf", MFD_CLOEXEC);
	struct conf *conf;
	char path[32];

	assert_true(fd >= 0 && !fchmod(fd, 0600));
	dprintf(fd, "%s%s", common, servers);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, on_problem, NULL);
	assert_non_null(conf);
	packed = conftext_pack(conf, &me);
	assert_true(packed >= 0);
	conf_free(conf);
	close(fd);
	return packed;
}

/* A socket of each server's, whichever address it is at. */
static int socket_of(const char *section)
{
	const struct addr localhost = addr_v4(INADDR_LOOPBACK);
	int fd;

	if (strncmp(section, "server pptp", 11))
		return udp_open(&localhost, 0, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0 && !listen(fd, 1));
	return fd;
}

static int apply(struct bench *b, const char *servers, int (*how)(struct engine *e, struct intake *in))
{
	const char *section = servers;
	struct intake in;
	int err;

	intake_init(&in);
	in.conf = text_of(servers);
	for (; (section = strstr(section, "server ")); section++, in.n_listeners++)
		in.listeners[in.n_listeners] = (struct handed){
			.number = strncmp(section, "server ikev2", 12) ? in.n_listeners : KEEPER_IKE,
			.fd = socket_of(section) };
	lines[0] = '\0';
	err = how(&b->e, &in);
	intake_clear(&in);
	return err;
}

static void ignore(void *arg)
{
	(void)arg;
}

static int open_bench(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct engine *e = &b->e;
	int fd = memory_create();

	*e = (struct engine){ .keeper = -1, .memory = memory_map(fd), .loop = loop_new_virtual(1000000) };
	close(fd);
	engine_lists_init(e);
	loop_timer_init(&e->settle_timer, e->loop, ignore, e);
	loop_timer_init(&e->sweep_timer, e->loop, ignore, e);
	e->dp = dp_new_null(&engine_dp_events, e);
	assert_false(hash_init(&e->hosts) || hash_init(&e->sessions_by_id) || hash_init(&e->sessions_by_user));
	e->ipsec = ipsec_new(e);
	assert_non_null(e->ipsec);
	memory_counters(e->memory)->engine_starts = 1;
	log_set_sink(on_line, NULL);
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;
	struct engine *e = &b->e;

	while (!TAILQ_EMPTY(&e->sessions))
		session_free(TAILQ_FIRST(&e->sessions));
	listener_free_all(e);
	while (e->n_servers)
		server_free(e->servers[--e->n_servers]);
	conf_ref_put(e->conf);
	ipsec_free(e->ipsec);
	hash_fini(&e->hosts);
	hash_fini(&e->sessions_by_id);
	hash_fini(&e->sessions_by_user);
	loop_timer_stop(&e->settle_timer);
	loop_timer_stop(&e->sweep_timer);
	dp_free(e->dp);
	loop_free(e->loop);
	memory_unmap(e->memory);
	free(b);
	return 0;
}

static int leads_to(struct bench *b, const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_parse(text, &p), 0);
	return dp_null_route(b->e.dp, &p);
}

static int ifindex_of(struct bench *b, const char *device)
{
	struct server *s = server_by_device(&b->e, device);

	return s ? s->ifindex : 0;
}

/* --- a session whose call is nobody's --- */

static void hang_up(struct session *s, const char *why)
{
	(void)s;
	(void)why;
}

static void forget(struct session *s)
{
	(void)s;
}

static const struct carrier_ops no_carrier = { .kind = MEMORY_CONN, .hang_up = hang_up, .forget = forget };

/* Logged in, with this address. */
static struct session *session_with(struct bench *b, const char *device, const char *address)
{
	struct server *server = server_by_device(&b->e, device);
	struct session *s;
	char why[SESSION_WHY_MAX];

	b->carrier = (struct carrier){ .ops = &no_carrier, .engine = &b->e, .server = server,
				       .local = addr_v4(0xc0000201), .peer = addr_v4(0xc0000202) };
	TAILQ_INIT(&b->carrier.sessions);
	assert_int_equal(session_new(&b->carrier, &(struct dp_session){ .call_id = 1 }, &s, why), SESSION_TAKEN);
	s->kernel.prefixes[s->kernel.n_prefixes].len = 32;
	assert_int_equal(addr_parse(address, &s->kernel.prefixes[s->kernel.n_prefixes++].addr), 0);
	session_set_user(s, "alice", AUTH_MSCHAPV2);
	return s;
}

/* --- at an engine's start --- */

static void the_first_engine_fails_for_what_cannot_be_had(void **state)
{
	struct bench *b = *state;

	dp_null_refuse(b->e.dp, "device-ensure", -EBUSY, "the GRE slot is taken");
	assert_int_not_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_start), 0);
}

static void a_later_engine_serves_the_rest(void **state)
{
	struct bench *b = *state;

	memory_counters(b->e.memory)->engine_starts = 2;
	dp_null_refuse(b->e.dp, "device-ensure", -EBUSY, "the GRE slot is taken");
	assert_int_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_start), 0);
	assert_null(server_by_device(&b->e, "a"));
	assert_non_null(server_by_device(&b->e, "b"));
	assert_non_null(strstr(lines, "the GRE slot is taken"));
	assert_non_null(strstr(lines, "the rest is served"));
	/* A reload says so when something fails, whichever engine it is. */
	dp_null_refuse(b->e.dp, "device-ensure", -EBUSY, "the GRE slot is taken");
	assert_int_not_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_apply), 0);
	assert_int_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_apply), 0);
	assert_non_null(server_by_device(&b->e, "a"));
}

static void without_a_configuration_no_engine_starts(void **state)
{
	struct bench *b = *state;
	struct intake in;

	memory_counters(b->e.memory)->engine_starts = 2;
	intake_init(&in);
	in.conf = memfd_create("empty", MFD_CLOEXEC);
	assert_true(dprintf(in.conf, "server nothing {\n}\n") > 0);
	assert_int_not_equal(reload_start(&b->e, &in), 0);
	intake_clear(&in);
}

/* Its sessions are in the device, whatever else leads there. */
static void a_later_engine_has_the_server_whose_pool_leads_elsewhere(void **state)
{
	struct bench *b = *state;
	struct prefix taken;
	struct dp_err err;

	assert_int_equal(prefix_parse("10.9.0.4/32", &taken), 0);
	assert_int_equal(dp_route_add(b->e.dp, OTHER_DEVICE, &taken, &err), 0);
	memory_counters(b->e.memory)->engine_starts = 2;
	assert_int_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	assert_int_not_equal(ifindex_of(b, "a"), 0);
	assert_int_equal(leads_to(b, "10.9.0.4/32"), OTHER_DEVICE);
	/* It is not said to lead everything there, so that each session has a route. */
	assert_false(server_routes(server_by_device(&b->e, "a"), &taken.addr));
}

static void the_first_engine_leaves_no_device_that_it_cannot_use(void **state)
{
	struct bench *b = *state;
	struct prefix taken;
	struct dp_err err;

	assert_int_equal(prefix_parse("10.9.0.4/32", &taken), 0);
	assert_int_equal(dp_route_add(b->e.dp, OTHER_DEVICE, &taken, &err), 0);
	assert_int_not_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	assert_non_null(strstr(dp_null_requests(b->e.dp), "device-delete"));
}

/* --- pools that move --- */

static void two_servers_exchange_their_pools(void **state)
{
	struct bench *b = *state;

	assert_int_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_start), 0);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "a"));
	assert_int_equal(leads_to(b, "10.10.0.2/31"), ifindex_of(b, "b"));
	assert_int_equal(apply(b, PPTP("a", "q") L2TP("b", "p"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "b"));
	assert_int_equal(leads_to(b, "10.9.0.4/32"), ifindex_of(b, "b"));
	assert_int_equal(leads_to(b, "10.10.0.2/31"), ifindex_of(b, "a"));
}

static void a_pool_goes_to_a_new_device_and_its_sessions_keep_theirs(void **state)
{
	struct bench *b = *state;
	struct session *s, *last;
	int before;

	assert_int_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	before = ifindex_of(b, "a");
	s = session_with(b, "a", "10.9.0.3");
	assert_int_equal(apply(b, PPTP("c", "p"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.3/32"), before);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "c"));
	assert_int_not_equal(ifindex_of(b, "c"), before);
	session_end(s, "it hung up");
	assert_int_equal(leads_to(b, "10.9.0.3/32"), 0);
	/* A prefix of the pool that is one session's alone cannot lead to two devices: that session has it. */
	last = session_with(b, "c", "10.9.0.4");
	assert_int_not_equal(apply(b, PPTP("d", "p"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.4/32"), ifindex_of(b, "c"));
	session_end(last, "it hung up");
	assert_int_equal(apply(b, PPTP("d", "p"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.4/32"), ifindex_of(b, "d"));
}

static void the_device_of_ipsec_gives_its_pool_away(void **state)
{
	struct bench *b = *state;
	int esp;

	assert_int_equal(apply(b, IKEV2("p") PPTP("a", "q"), reload_start), 0);
	esp = leads_to(b, "10.9.0.2/31");
	assert_int_equal(esp, b->e.ipsec->ifindex);
	assert_int_equal(apply(b, IKEV2("q") PPTP("a", "p"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "a"));
	assert_int_equal(leads_to(b, "10.10.0.2/31"), esp);
}

static void a_pool_that_is_taken_away_leaves_no_route(void **state)
{
	struct bench *b = *state;
	struct session *s;

	assert_int_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	s = session_with(b, "a", "10.9.0.3");
	assert_int_equal(s->n_routes, 0);
	/* Under a reload that does not concern the pool nothing moves. */
	dp_null_requests(b->e.dp);
	assert_int_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_apply), 0);
	assert_null(strstr(dp_null_requests(b->e.dp), "route-"));
	assert_int_equal(apply(b, PPTP("a", "q"), reload_apply), 0);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), 0);
	assert_int_equal(leads_to(b, "10.9.0.4/32"), 0);
	assert_int_equal(leads_to(b, "10.9.0.3/32"), ifindex_of(b, "a"));
	assert_int_equal(s->n_routes, 1);
}

/* --- a device that gets another protocol --- */

static void a_device_without_sessions_gets_another_protocol(void **state)
{
	struct bench *b = *state;
	struct addr at[2];

	assert_int_equal(apply(b, PPTP("a", "p") L2TP("b", "q"), reload_start), 0);
	assert_int_equal(listener_addresses(server_by_device(&b->e, "a"), at, 2), 1);
	assert_int_equal(apply(b, L2TP("a", "p") PPTP("b", "q"), reload_apply), 0);
	assert_int_equal(b->e.n_servers, 2);
	assert_string_equal(server_by_device(&b->e, "a")->conf->protocol, "l2tp");
	assert_string_equal(server_by_device(&b->e, "b")->conf->protocol, "pptp");
	assert_int_equal(listener_addresses(server_by_device(&b->e, "a"), at, 2), 0);
	assert_int_equal(listener_addresses(server_by_device(&b->e, "b"), at, 2), 1);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "a"));
}

static void a_device_with_sessions_keeps_its_protocol(void **state)
{
	struct bench *b = *state;
	struct server *server;
	struct session *s;

	assert_int_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	server = server_by_device(&b->e, "a");
	s = session_with(b, "a", "10.9.0.3");
	assert_int_not_equal(apply(b, L2TP("a", "p"), reload_apply), 0);
	assert_non_null(strstr(lines, "server l2tp: device a is still that of server pptp"));
	/* It is like one without a section, and nobody listens for it: not at the other's socket either. */
	assert_ptr_equal(server_by_device(&b->e, "a"), server);
	assert_true(server->retired && !s->ended);
	assert_null(b->e.listeners);
	session_end(s, "it hung up");
	session_free(s);
	engine_sweep(&b->e);
	assert_int_equal(b->e.n_servers, 0);
	assert_int_equal(apply(b, L2TP("a", "p"), reload_apply), 0);
	assert_string_equal(server_by_device(&b->e, "a")->conf->protocol, "l2tp");
}

/* --- a device that no server has any more --- */

static void devices_without_a_server_are_removed(void **state)
{
	const char *const names[] = { "gone", "esp" };
	struct bench *b = *state;
	struct prefix to[2];
	int ifindex[2];
	struct dp_err err;
	unsigned int i;

	assert_int_equal(apply(b, PPTP("a", "p"), reload_start), 0);
	for (i = 0; i < 2; i++) {
		struct dp_device_config cfg = { .mtu = 1400 };

		snprintf(cfg.name, sizeof(cfg.name), "%s", names[i]);
		assert_int_equal(dp_device_ensure(b->e.dp, "pptp", &cfg, &ifindex[i], &err), 0);
		server_remember_made(&b->e, ifindex[i]);
		to[i] = (struct prefix){ .addr = addr_v4(0x0a140000 + i), .len = 32 };
		assert_int_equal(dp_route_add(b->e.dp, ifindex[i], &to[i], &err), 0);
	}
	server_remove_leftovers(&b->e, ifindex[1]);
	assert_non_null(strstr(lines, "no server has it any more"));
	assert_int_equal(dp_null_route(b->e.dp, &to[0]), 0);
	assert_int_equal(dp_null_route(b->e.dp, &to[1]), ifindex[1]);
	assert_int_equal(leads_to(b, "10.9.0.2/31"), ifindex_of(b, "a"));
	/* Each once. */
	lines[0] = '\0';
	server_remove_leftovers(&b->e, ifindex[1]);
	assert_null(strstr(lines, "no server has it any more"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_engine_fails_for_what_cannot_be_had),
		TEST(a_later_engine_serves_the_rest),
		TEST(without_a_configuration_no_engine_starts),
		TEST(a_later_engine_has_the_server_whose_pool_leads_elsewhere),
		TEST(the_first_engine_leaves_no_device_that_it_cannot_use),
		TEST(two_servers_exchange_their_pools),
		TEST(a_pool_goes_to_a_new_device_and_its_sessions_keep_theirs),
		TEST(the_device_of_ipsec_gives_its_pool_away),
		TEST(a_pool_that_is_taken_away_leaves_no_route),
		TEST(a_device_without_sessions_gets_another_protocol),
		TEST(a_device_with_sessions_keeps_its_protocol),
		TEST(devices_without_a_server_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
