// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs in the memory file: whose each is stays known through reloads, and the next engine goes on with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "daemon/l2tpsec.h"
#include "daemon/lns.h"
#include "daemon/memory.h"
#include "daemon/warrior.h"
#include "datapath/null.h"
#include "ike_pair.h"
#include "proto/ike_sa.h"

static const char text[] =
	"pool p {\n range = \"10.9.0.2-10.9.0.4\"\n}\npool q {\n range = \"10.8.0.2-10.8.0.4\"\n}\n"
	"user alice {\n password = 'clientPass'\n}\n"
	"server l2tp {\n address = \"10.9.0.1\"\n pool = p\n ipsec = required\n ipsec-secret = 's'\n}\n"
	"server ikev2 {\n address = \"10.8.0.1\"\n pool = q\n auth = psk\n secret = 's'\n}\n";

static struct pair world;		/* whose IKE SA is taken for the daemon's */
static struct conf_ref *ref;
static struct engine e;

static void on_problem(void *arg, const char *file, const struct conf_problem *p)
{
	(void)arg;
	if (!p->warning)
		fail_msg("%s:%u: %s", file, p->line, p->text);
}

static struct conf_ref *read_conf(void)
{
	int fd = memfd_create("adit.conf", MFD_CLOEXEC);
	struct conf *conf;
	char path[32];

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, on_problem, NULL);
	close(fd);
	assert_non_null(conf);
	return conf_ref_new(conf);
}

static void settle_due(void *arg)
{
	(void)arg;
}

/* Another engine, with the memory file of the one before. */
static void start(struct memory *memory, struct dp *dp)
{
	e = (struct engine){ .keeper = -1, .loop = world.loop, .conf = ref, .memory = memory, .dp = dp };
	engine_lists_init(&e);
	loop_timer_init(&e.settle_timer, e.loop, settle_due, &e);
	e.servers[0] = server_new(&e, ref, &ref->conf->servers[0]);
	assert_non_null(e.servers[0]);
	e.n_servers = 1;
	e.ipsec = ipsec_new(&e);
	assert_non_null(e.ipsec);
	assert_int_equal(ipsec_reconfigure(e.ipsec, ref), 0);
	ipsec_thaw(e.ipsec);
}

static void stop(void)
{
	ipsec_free(e.ipsec);
	server_free(e.servers[0]);
	loop_timer_stop(&e.settle_timer);
}

static void restart(void)
{
	stop();
	start(e.memory, e.dp);
}

static int set_up(void **state)
{
	static const struct dp_events none;
	int fd = memory_create();

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	pair_init(&world);
	ref = read_conf();
	start(memory_map(fd), dp_new_null(&none, &e));
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop();
	memory_unmap(e.memory);
	dp_free(e.dp);
	conf_ref_put(ref);
	pair_fini(&world);
	return 0;
}

/* As if it had been set up with this peer, for this holder. */
static struct ike_sa *an_sa(struct ike_peer *peer, struct ipsec_holder *h)
{
	struct ike_sa *sa;
	struct rd r;

	pair_connect(&world);
	ike_child_close(ike_child_next(world.a.sa, NULL), "it is not in the daemon's kernel");
	pair_run(&world, 20000);
	r = rd_of(world.b.record, world.b.record_len);
	assert_non_null(h);
	sa = ike_sa_thaw(e.ipsec->ike, peer, h, &r);
	assert_non_null(sa);
	h->sa = sa;
	return sa;
}

static struct ike_peer *of_server(struct ipsec_peers both[2])
{
	struct ipsec_peers *peers = ipsec_peers_of(both, CONF_IKEV2);

	assert_int_equal(peers->n, 1);
	return peers->peer[0];
}

/* Its own peers are gone with the first, and it is with L2TP still. */
static void a_reload_before_the_end(void **state)
{
	struct ike_sa *sa = an_sa(of_server(e.ipsec->l2tp_peers), l2tpsec_new(e.ipsec, NULL));

	(void)state;
	for (int reloads = 0; reloads < 3; reloads++) {
		ipsec_record_write(e.ipsec, sa);
		restart();
		assert_int_equal(e.ipsec->n_l2tpsecs, 1);
		assert_int_equal(e.ipsec->n_warriors, 0);
		sa = ike_sa_next(e.ipsec->ike, NULL);
		assert_non_null(sa);
		assert_true(((struct ipsec_holder *)ike_sa_owner(sa))->ops->carries_l2tp);
		assert_int_equal(ipsec_reconfigure(e.ipsec, ref), 0);
	}
}

static void a_road_warrior_stays_one(void **state)
{
	struct ike_sa *sa = an_sa(of_server(e.ipsec->peers), warrior_new(e.ipsec, NULL));

	(void)state;
	assert_int_equal(ipsec_reconfigure(e.ipsec, ref), 0);
	ipsec_record_write(e.ipsec, sa);
	restart();
	assert_int_equal(e.ipsec->n_warriors, 1);
	assert_int_equal(e.ipsec->n_l2tpsecs, 0);
}

static void add_children(struct ike_sa *sa, unsigned int n)
{
	struct ike_selector ts[IKE_TS_MAX] = { { .protocol = 0 } };

	for (unsigned int i = 0; i < IKE_TS_MAX; i++)
		ike_ts_of_addr(&sa->path.peer, &ts[i]);
	while (n--) {
		struct ike_child *c = ike_child_new(sa, true);

		assert_non_null(c);
		c->suite = sa->keys.suite;
		assert_int_equal(ike_child_set_ts(c, ts, IKE_TS_MAX, ts, IKE_TS_MAX), 0);
	}
}

/* What it was before is not gone on with: its counters have been used since. */
static void one_that_is_too_long_is_not_kept(void **state)
{
	struct ike_sa *sa = an_sa(of_server(e.ipsec->l2tp_peers), l2tpsec_new(e.ipsec, NULL));
	uint32_t slot;

	(void)state;
	ipsec_record_write(e.ipsec, sa);
	add_children(sa, 40);
	ipsec_record_write(e.ipsec, sa);
	assert_int_equal(memory_slot_end(e.memory, MEMORY_IKE), 0);
	assert_false(ike_sa_slot(sa, &slot));
	while (!TAILQ_EMPTY(&sa->children))
		ike_child_free(TAILQ_FIRST(&sa->children));
	ipsec_record_write(e.ipsec, sa);
	restart();
	assert_int_equal(e.ipsec->n_l2tpsecs, 1);
	sa = ike_sa_next(e.ipsec->ike, NULL);
	add_children(sa, 40);
	ipsec_record_write(e.ipsec, sa);
	restart();
	assert_int_equal(e.ipsec->n_l2tpsecs, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reload_before_the_end),
		TEST(a_road_warrior_stays_one),
		TEST(one_that_is_too_long_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
