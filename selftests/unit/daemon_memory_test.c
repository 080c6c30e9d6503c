// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/memory.h"

struct file {
	int fd;
	struct memory *m;
};

static int open_file(void **state)
{
	static struct file f;

	f.fd = memory_create();
	assert_true(f.fd >= 0);
	f.m = memory_map(f.fd);
	assert_non_null(f.m);
	*state = &f;
	return 0;
}

static int close_file(void **state)
{
	struct file *f = *state;

	memory_unmap(f->m);
	close(f->fd);
	return 0;
}

static void assert_record(struct memory *m, enum memory_kind kind, uint32_t slot, const char *text)
{
	const void *data;
	size_t len;

	assert_int_equal(memory_read(m, kind, slot, &data, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(data, text, len);
}

static void test_newest_record_is_read_by_the_next_engine(void **state)
{
	struct file *f = *state;
	int slot = memory_slot_new(f->m, MEMORY_CONN);
	struct memory *next;

	assert_int_equal(memory_commit(f->m, MEMORY_CONN, slot, "first", 5), 0);
	assert_int_equal(memory_commit(f->m, MEMORY_CONN, slot, "second", 6), 0);
	assert_int_equal(memory_commit(f->m, MEMORY_CONN, slot, "third", 5), 0);
	next = memory_map(f->fd);
	assert_non_null(next);
	assert_true(memory_slot_used(next, MEMORY_CONN, slot));
	assert_record(next, MEMORY_CONN, slot, "third");
	memory_unmap(next);
}

static uint8_t *find(uint8_t *base, size_t len, const char *text)
{
	return memmem(base, len, text, strlen(text));
}

/* A death in the middle of writing: one octet of the newest copy is not what it should be. */
static void test_torn_record_gives_the_one_before(void **state)
{
	struct file *f = *state;
	int slot = memory_slot_new(f->m, MEMORY_SESSION);
	const void *data;
	uint8_t *torn;
	size_t len;

	memory_commit(f->m, MEMORY_SESSION, slot, "the old record", 14);
	memory_commit(f->m, MEMORY_SESSION, slot, "the new record", 14);
	assert_int_equal(memory_read(f->m, MEMORY_SESSION, slot, &data, &len), 0);
	torn = (uint8_t *)(uintptr_t)data;
	torn[4] ^= 1;
	assert_record(f->m, MEMORY_SESSION, slot, "the old record");
	torn = find(torn - 8192, 16384, "the old record");
	assert_non_null(torn);
	torn[0] ^= 1;
	assert_int_equal(memory_read(f->m, MEMORY_SESSION, slot, &data, &len), -ENOENT);
}

static void test_slot_reuse_forgets_the_record_before(void **state)
{
	struct file *f = *state;
	int slot = memory_slot_new(f->m, MEMORY_CONN);
	const void *data;
	size_t len;

	memory_commit(f->m, MEMORY_CONN, slot, "gone", 4);
	memory_slot_free(f->m, MEMORY_CONN, slot);
	assert_false(memory_slot_used(f->m, MEMORY_CONN, slot));
	assert_int_equal(memory_slot_new(f->m, MEMORY_CONN), slot);
	assert_int_equal(memory_read(f->m, MEMORY_CONN, slot, &data, &len), -ENOENT);
}

static void test_slots_are_the_lowest_and_bounded(void **state)
{
	struct file *f = *state;
	int i;

	for (i = 0; i < MEMORY_SLOTS_MAX; i += 1024)
		assert_int_equal(memory_slot_take(f->m, MEMORY_SESSION, i), 0);
	assert_int_equal(memory_slot_take(f->m, MEMORY_SESSION, 0), -EBUSY);
	assert_int_equal(memory_slot_take(f->m, MEMORY_SESSION, MEMORY_SLOTS_MAX), -EINVAL);
	assert_int_equal(memory_slot_end(f->m, MEMORY_SESSION), MEMORY_SLOTS_MAX - 1023);
	assert_int_equal(memory_slot_new(f->m, MEMORY_SESSION), 1);
	assert_int_equal(memory_slot_new(f->m, MEMORY_SESSION), 2);
	memory_slot_free(f->m, MEMORY_SESSION, 1);
	assert_int_equal(memory_slot_new(f->m, MEMORY_SESSION), 1);
	assert_false(memory_slot_used(f->m, MEMORY_SESSION, MEMORY_SLOTS_MAX));
}

static void test_too_long_a_record_is_refused(void **state)
{
	static uint8_t big[MEMORY_SESSION_RECORD_MAX + 1];
	struct file *f = *state;
	int slot = memory_slot_new(f->m, MEMORY_SESSION);

	assert_int_equal(memory_commit(f->m, MEMORY_SESSION, slot, big, sizeof(big)), -EMSGSIZE);
	assert_int_equal(memory_commit(f->m, MEMORY_SESSION, slot, big, sizeof(big) - 1), 0);
}

/* Short and long by turns: the newest is read, and until it is whole the one before, whichever size that has. */
static void test_long_records_beside_short_ones(void **state)
{
	static uint8_t text[MEMORY_IKE_RECORD_SHORT + 2];
	struct file *f = *state;
	int slot = memory_slot_new(f->m, MEMORY_IKE), i;
	const void *data;
	size_t len;

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "short", 5), 0);
	for (i = 0; i < 5; i++) {
		text[0] = (uint8_t)('a' + i);
		assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, text, sizeof(text) - 1), 0);
		assert_record(f->m, MEMORY_IKE, slot, (char *)text);
		if (i % 2)
			assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "short", 5), 0);
	}
	assert_record(f->m, MEMORY_IKE, slot, (char *)text);
	assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "brief", 5), 0);
	assert_int_equal(memory_read(f->m, MEMORY_IKE, slot, &data, &len), 0);
	((uint8_t *)(uintptr_t)data)[0] ^= 1;
	assert_record(f->m, MEMORY_IKE, slot, (char *)text);
	memory_slot_free(f->m, MEMORY_IKE, slot);
	assert_int_equal(memory_slot_new(f->m, MEMORY_IKE), slot);
	assert_int_equal(memory_read(f->m, MEMORY_IKE, slot, &data, &len), -ENOENT);
	/* What a long one left is not taken for this one's either. */
	assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, text, sizeof(text) - 1), 0);
	assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "short", 5), 0);
	assert_record(f->m, MEMORY_IKE, slot, "short");
}

/* A thousand short records cost what is in them: not a page for each copy, nor anything of their long places. */
static void test_short_records_cost_little(void **state)
{
	struct file *f = *state;
	struct stat before, after;
	int i;

	assert_int_equal(fstat(f->fd, &before), 0);
	for (i = 0; i < 1000; i++) {
		int slot = memory_slot_new(f->m, MEMORY_IKE);

		assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "first", 5), 0);
		assert_int_equal(memory_commit(f->m, MEMORY_IKE, slot, "second", 6), 0);
		assert_record(f->m, MEMORY_IKE, slot, "second");
	}
	assert_int_equal(fstat(f->fd, &after), 0);
	assert_true((after.st_blocks - before.st_blocks) * 512 < 1000 * 3200);
}

static void test_deaths_are_counted_against_the_object(void **state)
{
	struct file *f = *state;
	enum memory_kind kind;
	unsigned int deaths;
	uint32_t slot;

	memory_slot_take(f->m, MEMORY_SESSION, 7);
	assert_false(memory_blame(f->m, &kind, &slot, &deaths));
	memory_work_on(f->m, MEMORY_SESSION, 7);
	assert_true(memory_blame(f->m, &kind, &slot, &deaths));
	assert_int_equal(kind, MEMORY_SESSION);
	assert_int_equal(slot, 7);
	assert_int_equal(deaths, 1);
	/* Told once for each death. */
	assert_false(memory_blame(f->m, &kind, &slot, &deaths));
	memory_work_on(f->m, MEMORY_SESSION, 7);
	memory_work_done(f->m);
	assert_false(memory_blame(f->m, &kind, &slot, &deaths));
	memory_work_on(f->m, MEMORY_SESSION, 7);
	assert_true(memory_blame(f->m, &kind, &slot, &deaths));
	assert_int_equal(memory_deaths(f->m, MEMORY_SESSION, 7), MEMORY_DEATHS_MAX);
	memory_slot_free(f->m, MEMORY_SESSION, 7);
	memory_slot_take(f->m, MEMORY_SESSION, 7);
	assert_int_equal(memory_deaths(f->m, MEMORY_SESSION, 7), 0);
}

static void test_another_file_is_refused(void **state)
{
	int fd = memfd_create("other", MFD_CLOEXEC);

	(void)state;
	assert_null(memory_map(fd));
	assert_int_equal(errno, EINVAL);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_newest_record_is_read_by_the_next_engine,
						open_file, close_file),
		cmocka_unit_test_setup_teardown(test_torn_record_gives_the_one_before, open_file,
						close_file),
		cmocka_unit_test_setup_teardown(test_slot_reuse_forgets_the_record_before,
						open_file, close_file),
		cmocka_unit_test_setup_teardown(test_slots_are_the_lowest_and_bounded, open_file,
						close_file),
		cmocka_unit_test_setup_teardown(test_too_long_a_record_is_refused, open_file,
						close_file),
		cmocka_unit_test_setup_teardown(test_long_records_beside_short_ones, open_file,
						close_file),
		cmocka_unit_test_setup_teardown(test_short_records_cost_little, open_file,
						close_file),
		cmocka_unit_test_setup_teardown(test_deaths_are_counted_against_the_object,
						open_file, close_file),
		cmocka_unit_test(test_another_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
