// SPDX-License-Identifier: GPL-2.0-or-later
/* How SAs of IKEv1 go on: new keys in time, one SA in another's place, another process. */
#include "ike1_world.h"

#include "proto/ike1_impl.h"

/* --- new keys in time --- */

static void a_child_is_replaced_in_time(void **state)
{
	struct world *w = world_new();
	struct dp_sa old_in, old_out;

	(void)state;
	dial(w);
	old_in = *sa_of(&w->i, false);
	old_out = *sa_of(&w->i, true);
	pass(w, 3600 * 1000);
	assert_true(w->i.child_replaced >= 1);
	assert_int_equal(w->i.child_replaced, w->r.child_replaced);
	assert_int_equal(w->i.child_downs + w->r.child_downs, 0);
	assert_int_equal(w->i.child_ups, 1);
	assert_int_not_equal(sa_of(&w->i, false)->spi, old_in.spi);
	assert_int_not_equal(sa_of(&w->i, true)->spi, old_out.spi);
	same_keys(sa_of(&w->i, true), sa_of(&w->r, false));
	same_keys(sa_of(&w->r, true), sa_of(&w->i, false));
	assert_true(w->i.sa_dels >= 1 && w->r.sa_dels >= 1);	/* the old ones are gone */
	world_free(w);
}

static void phase_1_is_replaced_in_time(void **state)
{
	struct world *w = world_new();
	uint64_t old;

	(void)state;
	dial(w);
	old = info_of(&w->i).spi_i;
	pass(w, 8ull * 3600 * 1000);
	assert_int_equal(w->i.replaced, 1);
	assert_int_equal(w->r.replaced, 1);
	assert_int_equal(w->i.downs + w->r.downs, 0);
	assert_int_equal(w->i.child_downs + w->r.child_downs, 0);
	assert_int_not_equal(info_of(&w->i).spi_i, old);
	assert_int_equal(info_of(&w->i).children, 1);
	assert_int_equal(info_of(&w->r).children, 1);
	world_free(w);
}

static void the_shorter_lifetime_holds(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->r.peers[0]->child_lifetime_s = 600;
	dial(w);
	assert_connected(w);
	/* RESPONDER-LIFETIME tells the initiator, which replaces it in time. */
	assert_true(child_of(&w->i).rekey_ms <= 1000 + 600 * 1000);
	pass(w, 600 * 1000);
	assert_true(w->i.child_replaced >= 1);
	assert_int_equal(w->i.child_downs + w->r.child_downs, 0);
	world_free(w);
}

/* --- another process goes on --- */

static bool restart(struct side *s)
{
	const struct ike_config cfg = { .max_half_open = 8, .half_open_ms = 30000, .keepalive_ms = 20000,
					.max_sas = 100 };
	struct rd r = rd_of(s->record, s->record_len);
	struct ike1_child *c = NULL;

	ike1_free(s->ike);
	s->ike = ike1_new(s->w->loop, &cfg, &ike1_world_ops, s);
	s->child = NULL;
	s->sa = ike1_sa_thaw(s->ike, s->peers[0], NULL, &r);
	if (!s->sa || r.bad || r.left)
		return false;
	ike1_sa_set_slot(s->sa, SLOT);
	while ((c = ike1_child_next(s->sa, c))) {
		ike1_child_set_owner(c, s);
		s->child = c;
	}
	settle(s);
	return true;
}

static void some(struct world *w, unsigned int n)
{
	while (n-- && w->head != w->tail)
		deliver(w, &w->q[w->head++ % PACKETS_MAX]);
}

static void assert_one_child(struct world *w)
{
	if (w->i.downs + w->r.downs + w->i.child_downs + w->r.child_downs)
		fail_msg("initiator: %s%s\nresponder: %s%s", w->i.why, w->i.log, w->r.why, w->r.log);
	assert_int_equal(info_of(&w->i).children, 1);
	assert_int_equal(info_of(&w->r).children, 1);
	same_keys(sa_of(&w->i, true), sa_of(&w->r, false));
	same_keys(sa_of(&w->r, true), sa_of(&w->i, false));
}

/* The responder is quick with the end of what was replaced: what waits to take its place does not wait any more. */
static void an_heir_is_there_in_time(void **state)
{
	struct world *w = world_new();
	struct ike1_child *old;

	(void)state;
	dial(w);
	old = w->r.child;
	ike1_child_rekey(w->i.child);
	run(w);
	assert_int_equal(w->i.child_replaced, 0);
	assert_ptr_not_equal(w->r.child, old);
	ike1_child_close(old, "at once");
	run(w);
	assert_int_equal(w->i.child_replaced, 1);
	assert_one_child(w);
	world_free(w);
}

/* After every message of quick mode, whoever began it, either side is replaced; what is on the wire may be lost. */
static void another_process_goes_on(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	for (unsigned int step = 0; step < 32; step++) {
		struct side *by = step & 1 ? &w->i : &w->r, *killed = step & 2 ? &w->i : &w->r;
		uint32_t before = child_of(by).spi_in;

		w->i.n_sas = w->r.n_sas = 0;
		ike1_child_rekey(by->child);
		settle(by);
		some(w, step >> 2 & 3);
		assert_true(restart(killed));
		if (step & 16)
			w->head = w->tail;
		pass(w, 25000);
		assert_int_not_equal(child_of(by).spi_in, before);
		assert_one_child(w);
	}
	/* Time goes on where it was. */
	pass(w, 3600000);
	assert_one_child(w);
	ike1_sa_close(w->i.sa, "enough");
	run(w);
	assert_int_equal(w->r.downs, 1);
	assert_int_equal(w->i.slots_freed + w->r.slots_freed, 2);
	world_free(w);
}

/* Likewise of phase 1; but an initiator whose proof is on its way cannot go on with what only the responder has. */
static void phase_1_goes_on(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	for (unsigned int step = 0; step < 14; step++) {
		struct side *killed = step & 1 ? &w->i : &w->r;

		if (step == 9 || step == 11)
			continue;
		ike1_sa_rekey(w->i.sa);
		some(w, step >> 1);
		assert_true(restart(killed));
		pass(w, 45000);
		w->i.n_sas = w->r.n_sas = 0;
		ike1_child_rekey(step & 2 ? w->i.child : w->r.child);
		pass(w, 25000);
		assert_one_child(w);
	}
	for (unsigned int hour = 0; hour < 9; hour++) {
		w->i.n_sas = w->r.n_sas = 0;
		pass(w, 3600000);
		assert_one_child(w);
	}
	world_free(w);
}

/* Whatever is cut off a record, or turned round in it, it is refused or taken, and nothing else. */
static void a_spoilt_record_is_harmless(void **state)
{
	struct world *w = world_new();
	size_t len;

	(void)state;
	dial(w);
	ike1_child_rekey(w->i.child);
	settle(&w->i);
	len = w->i.record_len;
	for (w->i.record_len = 0; w->i.record_len < len; w->i.record_len++)
		assert_false(restart(&w->i));
	for (size_t at = 0; at < len; at++) {
		w->i.record[at] ^= 0x81;
		restart(&w->i);
		w->i.record[at] ^= 0x81;
	}
	assert_true(restart(&w->i));
	pass(w, 25000);
	assert_one_child(w);
	world_free(w);
}

/* --- one in another's place --- */

static unsigned int n_sas(const struct side *s)
{
	struct ike_stats stats;

	ike1_get_stats(s->ike, &stats);
	return stats.sas;
}

/* New keys of phase 1, and the old SAs of both sides are there still. */
static struct ike1_sa *replace_phase_1(struct world *w, struct side *by)
{
	struct ike1_sa *old = by->sa;

	ike1_sa_rekey(old);
	run(w);
	assert_ptr_not_equal(by->sa, old);
	assert_int_equal(n_sas(by), 2);
	return old;
}

/* A peer moves its children when it has the new SA; with the old one they would be gone until then. */
static void the_old_one_lingers(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	replace_phase_1(w, &w->i);
	assert_int_equal(n_sas(&w->r), 2);
	assert_null(ike1_sa_next(w->i.ike, w->i.sa));	/* which nobody has to know */
	w->sent_i = w->sent_r = 0;
	pass(w, 9000);
	assert_int_equal(w->sent_i + w->sent_r, 0);
	pass(w, 2000);
	assert_int_equal(n_sas(&w->i), 1);
	assert_int_equal(n_sas(&w->r), 1);
	assert_one_child(w);
	world_free(w);
}

static void several_do_not_linger(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	for (unsigned int i = 0; i < 5; i++)
		replace_phase_1(w, i & 1 ? &w->r : &w->i);
	assert_int_equal(n_sas(&w->r), 2);
	/* The end of one is the end of the other. */
	ike1_sa_close(w->i.sa, "enough");
	run(w);
	assert_int_equal(n_sas(&w->i), 0);
	assert_int_equal(n_sas(&w->r), 0);
	assert_int_equal(w->i.downs, 1);
	assert_int_equal(w->r.downs, 1);
	assert_string_equal(w->r.why, "the peer has ended it");
	world_free(w);
}

/* The section is read again: another object, of the same name. */
static void read_again(struct side *s, const char *secret)
{
	struct ike_peer *p = peer_psk(secret);

	memcpy(p->local_ts, s->peers[0]->local_ts, sizeof(p->local_ts));
	memcpy(p->remote_ts, s->peers[0]->remote_ts, sizeof(p->remote_ts));
	ike_peer_put(s->peers[0]);
	s->peers[0] = p;
}

/* A reload does not make a stranger of a peer that goes on, and new proofs are made by what is said now. */
static void the_section_is_read_again(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	read_again(&w->r, "the secret");
	replace_phase_1(w, &w->i);
	pass(w, 11000);
	assert_int_equal(w->r.replaced, 1);
	assert_one_child(w);
	read_again(&w->r, "another secret");
	read_again(&w->i, "another secret");
	replace_phase_1(w, &w->r);
	pass(w, 11000);
	assert_int_equal(w->r.replaced, 2);
	assert_int_equal(w->i.replaced, 2);
	assert_one_child(w);
	world_free(w);
}

/* A process that has lost all that it had says so, and what it had is ended at the peer. */
static void a_new_beginning_is_told(void **state)
{
	const struct ike_config cfg = { .max_half_open = 8, .half_open_ms = 30000, .max_sas = 100 };
	struct world *w = world_new();

	(void)state;
	dial(w);
	ike1_free(w->i.ike);
	w->head = w->tail;
	w->i.ike = ike1_new(w->loop, &cfg, &ike1_world_ops, &w->i);
	w->i.n_sas = w->i.child_ups = w->i.ups = 0;
	dial(w);
	assert_int_equal(w->r.downs, 1);
	assert_string_equal(w->r.why, "the peer has begun anew (INITIAL-CONTACT)");
	assert_int_equal(n_sas(&w->r), 1);
	world_free(w);
}

/* An initiator that does not believe the responder says so by the SA that the responder has. */
static void a_refusal_ends_it(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	ike1_send_notify(w->i.sa, IKE_PROTO_IKE, IKE1_N_PAYLOAD_MALFORMED, NULL, 0, NULL, 0);
	run(w);
	assert_int_equal(w->r.downs, 0);
	ike1_send_notify(w->i.sa, IKE_PROTO_IKE, IKE1_N_AUTHENTICATION_FAILED, NULL, 0, NULL, 0);
	run(w);
	assert_int_equal(w->r.downs, 1);
	assert_non_null(strstr(w->r.why, "the peer refuses us"));
	assert_int_equal(n_sas(&w->r), 0);
	world_free(w);
}

/* Nor is one that lives called a beginning: another with the same peer takes its place. */
static void another_is_no_new_beginning(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	dial(w);
	assert_int_equal(w->r.downs, 0);
	assert_int_equal(w->r.replaced, 1);
	world_free(w);
}

/* What is answered is answered the same way again; what is new is not taken. */
static void one_that_lingers_takes_nothing_new(void **state)
{
	struct world *w = world_new();
	struct ike1_sa *old;
	unsigned int before, children;
	struct packet answer, first;

	(void)state;
	dial(w);
	old = w->i.sa;
	ike1_child_rekey(w->i.child);
	some(w, 1);
	answer = w->q[w->head % PACKETS_MAX];	/* the second message, which the third one answers */
	run(w);
	pass(w, 500);
	ike1_child_rekey(w->i.child);
	first = w->q[w->head % PACKETS_MAX];
	w->head = w->tail;		/* which never arrives */
	replace_phase_1(w, &w->i);
	assert_ptr_not_equal(w->i.sa, old);
	pass(w, 500);
	children = info_of(&w->r).children;
	before = w->sent_i;
	deliver(w, &answer);
	assert_int_equal(w->sent_i, before + 1);
	before = w->sent_r;
	deliver(w, &first);
	assert_int_equal(w->sent_r, before);
	w->head = w->tail;
	assert_int_equal(info_of(&w->r).children, children);
	pass(w, 25000);
	assert_one_child(w);
	world_free(w);
}

/*
 * New keys of a child that were being made when phase 1 was replaced: after each message of quick mode, whoever began
 * it, and whether what was on the wire arrives. Both sides have the same one child in the end, with new keys.
 */
static void what_was_under_way_goes_on(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	for (unsigned int n = 0; n < 32; n++) {
		struct side *by = n & 1 ? &w->r : &w->i;
		uint32_t before = child_of(by).spi_in;

		w->i.n_sas = w->r.n_sas = 0;
		ike1_child_rekey(by->child);
		some(w, n >> 3);
		if (n & 2)
			w->head = w->tail;
		replace_phase_1(w, n & 4 ? &w->r : &w->i);
		pass(w, 45000);
		assert_int_not_equal(child_of(by).spi_in, before);
		assert_one_child(w);
		assert_int_equal(n_sas(&w->i) + n_sas(&w->r), 2);
	}
	world_free(w);
}

/*
 * Either side makes new ones at the same time, whoever is done first, and whichever SPI is the lower one: both go on
 * with the same ones, and the others are deleted once.
 */
static void new_keys_of_both_sides_at_once(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 64; n++) {
		struct world *w = world_new();
		struct side *first = n & 4 ? &w->r : &w->i, *second = n & 4 ? &w->i : &w->r;

		w->random = 1 + (n >> 3);
		dial(w);
		ike1_child_rekey(first->child);
		some(w, n & 3);
		ike1_child_rekey(second->child);
		pass(w, 1000);
		assert_int_equal(w->i.child_ups, 1);
		assert_int_equal(w->r.child_ups, 1);
		pass(w, 45000);
		assert_one_child(w);
		assert_int_equal(child_of(&w->i).spi_in, child_of(&w->r).spi_out);
		/* Nor does either wait for the end of something. */
		pass(w, 3600000);
		assert_one_child(w);
		world_free(w);
	}
}

static bool receives_by(const struct side *s, uint32_t spi)
{
	for (unsigned int i = 0; i < s->n_sas; i++)
		if (!s->sas[i].outbound && s->sas[i].spi == spi)
			return true;
	return false;
}

/*
 * The one that gave way is there when the peer, which may know nothing of a precedence, deletes the one that did not.
 * So it is after another process took over in between.
 */
static void one_that_gave_way_is_kept(void **state)
{
	unsigned int kept = 0;

	(void)state;
	for (unsigned int n = 0; n < 32; n++) {
		struct world *w = world_new();
		struct side *by = n & 1 ? &w->i : &w->r, *other = n & 1 ? &w->r : &w->i;

		w->random = 1 + (n >> 1);
		dial(w);
		ike1_child_rekey(w->i.child);
		ike1_child_rekey(w->r.child);
		pass(w, 1000);
		assert_int_equal(w->i.child_replaced + w->r.child_replaced, 3);
		if (other->child_replaced == 1) {
			kept++;
			if (n & 2)
				assert_true(restart(other));
			ike1_send_delete_child(by->sa, child_of(by).spi_in);
			run(w);
			assert_int_equal(other->child_downs, 0);
			assert_int_not_equal(child_of(other).spi_out, child_of(by).spi_in);
			assert_int_equal(sa_of(other, true)->spi, child_of(other).spi_out);
			assert_true(receives_by(by, child_of(other).spi_out));
			assert_true(receives_by(other, child_of(other).spi_in));
		}
		world_free(w);
	}
	assert_int_equal(kept, 16);
}

/* Whoever did not begin it leaves the initiator time to see to it, by what it has carried as by its age. */
static void the_initiator_is_first(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->i.peers[0]->child_lifetime_bytes = w->r.peers[0]->child_lifetime_bytes = 1024000;
	dial(w);
	assert_int_equal(sa_of(&w->i, true)->soft_bytes, 921600);
	assert_int_equal(sa_of(&w->r, true)->soft_bytes, 993280);
	assert_int_equal(sa_of(&w->i, true)->hard_bytes, sa_of(&w->r, true)->hard_bytes);
	world_free(w);
}

/* What is refused is what the peer says is refused, whether it is its networks or its proposals. */
static void an_error_is_about_one_exchange(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		struct world *w = world_new();
		struct ike_offers own;
		struct ike_selector ts;

		dial(w);
		own = w->i.peers[0]->esp;
		ts = w->i.peers[0]->remote_ts[0];
		if (n)
			esp(w->i.peers[0], "3des-sha1");
		else
			ts = w->i.peers[0]->local_ts[0];
		ike1_quick_initiate(w->i.sa, &w->i.peers[0]->local_ts[0], &ts, NULL);
		w->i.peers[0]->esp = own;
		ike1_child_rekey(w->i.child);
		pass(w, 1000);
		assert_int_equal(w->i.child_fails, 1);
		assert_int_equal(w->i.child_replaced, 1);
		pass(w, 15000);
		assert_one_child(w);
		world_free(w);
	}
}

/* One that says nothing of that is about the only one there is, or about none. */
static void an_error_without_an_spi(void **state)
{
	struct world *w = world_new();

	(void)state;
	dial(w);
	w->drop_to_r = true;
	ike1_quick_initiate(w->i.sa, &w->i.peers[0]->local_ts[0], &w->i.peers[0]->remote_ts[0], NULL);
	ike1_child_rekey(w->i.child);
	ike1_send_notify(w->r.sa, IKE_PROTO_ESP, IKE1_N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
	run(w);
	assert_int_equal(w->i.child_fails, 0);
	world_free(w);
	w = world_new();
	dial(w);
	w->drop_to_r = true;
	ike1_quick_initiate(w->i.sa, &w->i.peers[0]->local_ts[0], &w->i.peers[0]->remote_ts[0], NULL);
	ike1_send_notify(w->r.sa, IKE_PROTO_ESP, IKE1_N_NO_PROPOSAL_CHOSEN, NULL, 0, NULL, 0);
	run(w);
	assert_int_equal(w->i.child_fails, 1);
	world_free(w);
}

/* Whoever says by the old SA that a child is over means it. */
static void an_end_told_by_the_old_one(void **state)
{
	struct world *w = world_new();
	struct ike1_child *c;
	struct packet p;

	(void)state;
	dial(w);
	c = w->r.child;
	ike1_child_close(c, "over");
	p = w->q[w->head % PACKETS_MAX];
	w->head = w->tail;		/* and comes late */
	replace_phase_1(w, &w->i);
	assert_int_equal(w->i.child_downs, 0);
	deliver(w, &p);
	assert_int_equal(w->i.child_downs, 1);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_is_replaced_in_time),
		cmocka_unit_test(phase_1_is_replaced_in_time),
		cmocka_unit_test(the_shorter_lifetime_holds),
		cmocka_unit_test(an_heir_is_there_in_time),
		cmocka_unit_test(another_process_goes_on),
		cmocka_unit_test(phase_1_goes_on),
		cmocka_unit_test(a_spoilt_record_is_harmless),
		cmocka_unit_test(the_old_one_lingers),
		cmocka_unit_test(several_do_not_linger),
		cmocka_unit_test(the_section_is_read_again),
		cmocka_unit_test(a_new_beginning_is_told),
		cmocka_unit_test(a_refusal_ends_it),
		cmocka_unit_test(another_is_no_new_beginning),
		cmocka_unit_test(one_that_lingers_takes_nothing_new),
		cmocka_unit_test(what_was_under_way_goes_on),
		cmocka_unit_test(new_keys_of_both_sides_at_once),
		cmocka_unit_test(one_that_gave_way_is_kept),
		cmocka_unit_test(the_initiator_is_first),
		cmocka_unit_test(an_error_is_about_one_exchange),
		cmocka_unit_test(an_error_without_an_spi),
		cmocka_unit_test(an_end_told_by_the_old_one),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
