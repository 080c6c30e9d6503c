// SPDX-License-Identifier: GPL-2.0-or-later
/* Without memory for an identity there is no IKE SA of nobody: it is refused, and goes well the next time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ike_pair.h"

#define COPIES_MAX	16	/* of identities, more than there are in one exchange */

static struct pair world;
static unsigned int fails_at, copies;	/* fails_at 0: never */

const struct ike_id *__real_ike_id_dup(const struct ike_id *id);
const struct ike_id *__wrap_ike_id_dup(const struct ike_id *id);
const struct ike_id *__wrap_ike_id_dup(const struct ike_id *id)
{
	return ++copies == fails_at ? NULL : __real_ike_id_dup(id);
}

static void anybody(struct pair_end *e)
{
	e->peer->remote_id = ike_id_none;
}

/* Whoever is up knows who both are. */
static unsigned int known(const struct pair_end *e)
{
	const struct ike_sa *sa = NULL;
	struct ike_sa_info info;
	unsigned int n = 0;

	while ((sa = ike_sa_next(e->ike, sa))) {
		ike_sa_get_info(sa, &info);
		if (info.state != IKE_SA_UP)
			continue;
		assert_int_not_equal(info.local_id->type, IKE_ID_NONE);
		assert_int_not_equal(info.peer_id->type, IKE_ID_NONE);
		n++;
	}
	return n;
}

static void set_up(void)
{
	pair_init(&world);
	anybody(&world.a);
	anybody(&world.b);
	fails_at = copies = 0;
}

static void no_sa_of_nobody(void **state)
{
	unsigned int n = 0;

	(void)state;
	do {
		set_up();
		fails_at = ++n;
		pair_dial(&world);
		pair_run(&world, 60000);
		assert_int_equal(known(&world.a) && known(&world.b), copies < fails_at);
		pair_fini(&world);
	} while (copies >= fails_at && n < COPIES_MAX);
	assert_in_range(n, 4, COPIES_MAX - 1);	/* each side's own and the other's */
}

static void the_next_time_it_goes_well(void **state)
{
	(void)state;
	set_up();
	fails_at = 2;
	pair_dial(&world);
	pair_run(&world, 60000);
	assert_int_equal(known(&world.a), 0);
	pair_dial(&world);
	pair_run(&world, 60000);
	assert_int_equal(known(&world.a), 1);
	assert_int_equal(known(&world.b), 1);
	pair_fini(&world);
}

/* New keys that there is no memory for: the old ones are good still. */
static void no_successor_of_nobody(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= 4; n++) {
		set_up();
		pair_dial(&world);
		pair_run(&world, 1000);
		copies = 0;
		fails_at = n;
		ike_sa_rekey(world.a.sa);
		pair_run(&world, 1000);
		assert_true(copies >= n);
		assert_true(known(&world.a) >= 1);
		assert_true(known(&world.b) >= 1);
		pair_fini(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sa_of_nobody),
		cmocka_unit_test(the_next_time_it_goes_well),
		cmocka_unit_test(no_successor_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
