// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"

static char last[2048];
static unsigned int lines;

static void keep(void *arg, enum log_level level, const char *line)
{
	(void)arg;
	snprintf(last, sizeof(last), "%s|%s", log_level_to_str(level), line);
	lines++;
}

static int begin(void **state)
{
	(void)state;
	lines = 0;
	last[0] = '\0';
	log_set_level(LOG_LEVEL_INFO);
	log_set_sink(keep, NULL);
	return 0;
}

static void says_what_it_is_about(void **state)
{
	struct log_about about = { .session = 12, .peer = "192.0.2.1", .user = "alice" };

	(void)state;
	log_info(&about, "up after %u ms", 7);
	assert_string_equal(last, "info|session 12 peer 192.0.2.1 user alice: up after 7 ms");
	about.session = 0;
	log_info(&about, "up");
	assert_string_equal(last, "info|peer 192.0.2.1 user alice: up");
	about.peer = NULL;
	log_info(&about, "up");
	assert_string_equal(last, "info|user alice: up");
	about = (struct log_about){ .session = 3 };
	log_info(&about, "up");
	assert_string_equal(last, "info|session 3: up");
	about.session = 0;
	log_warn(&about, "up");
	assert_string_equal(last, "warn|up");
	log_error(NULL, "down");
	assert_string_equal(last, "error|down");
}

static void level_decides(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	(void)state;
	log_debug(NULL, "quiet");
	assert_int_equal(lines, 0);
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	log_set_level(level);
	log_debug(NULL, "loud");
	assert_int_equal(lines, 1);
	assert_false(log_level_parse("verbose", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_get_level(), LOG_LEVEL_DEBUG);
}

static void a_peer_cannot_forge_a_line(void **state)
{
	struct log_about about = { .user = "eve\ninfo|session 1: \"\\\x1b[0m\xff" };

	(void)state;
	log_info(&about, "no such user");
	assert_string_equal(
		last, "info|user eve\\x0ainfo|session 1: \\x22\\x5c\\x1b[0m\\xff: no such user");
	log_info(NULL, "two\nlines\r%s", "\t");
	assert_string_equal(last, "info|two lines  ");
}

static void long_text_is_cut(void **state)
{
	static char big[5000];
	char small[8];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	log_info(NULL, "%s", big);
	assert_true(strlen(last) < 1100);
	assert_string_equal(log_text(small, sizeof(small), "abcdefghij", 10), "abcdefg");
	/* An escape is whole or absent. */
	assert_string_equal(log_text(small, sizeof(small), "abcd\n", 5), "abcd");
	assert_string_equal(log_text(small, sizeof(small), "abc\n", 4), "abc\\x0a");
	assert_string_equal(log_text(small, 1, "abc", 3), "");
	assert_string_equal(log_text(small, sizeof(small), NULL, 0), "");
}

static void a_flood_is_limited_and_told(void **state)
{
	struct log_limit limit = { 0 };

	(void)state;
	assert_true(log_limit_ok(&limit, 5000, 2, 1000));
	assert_true(log_limit_ok(&limit, 5001, 2, 1000));
	assert_false(log_limit_ok(&limit, 5002, 2, 1000));
	assert_false(log_limit_ok(&limit, 5999, 2, 1000));
	assert_int_equal(lines, 0);
	assert_true(log_limit_ok(&limit, 6000, 2, 1000));
	assert_int_equal(lines, 1);
	assert_non_null(strstr(last, "2 more lines"));
	assert_true(log_limit_ok(&limit, 7000, 2, 1000));
	assert_int_equal(lines, 1);
}

/* What systemd reads: a priority in angle brackets at the beginning of each line. */
static void stderr_has_priorities(void **state)
{
	int saved = dup(STDERR_FILENO), fds[2];
	char got[64] = "";

	(void)state;
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	log_set_sink(NULL, NULL);
	log_warn(NULL, "hot");
	log_info(NULL, "cold");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[1]);
	assert_true(read(fds[0], got, sizeof(got) - 1) > 0);
	close(fds[0]);
	assert_string_equal(got, "<4>hot\n<6>cold\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(says_what_it_is_about, begin),
		cmocka_unit_test_setup(level_decides, begin),
		cmocka_unit_test_setup(a_peer_cannot_forge_a_line, begin),
		cmocka_unit_test_setup(long_text_is_cut, begin),
		cmocka_unit_test_setup(a_flood_is_limited_and_told, begin),
		cmocka_unit_test_setup(stderr_has_priorities, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
