// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"

static void wipes(void **state)
{
	char s[] = "secret";
	static const char zero[sizeof(s)];

	(void)state;
	secret_wipe(s, sizeof(s));
	assert_memory_equal(s, zero, sizeof(s));
	secret_wipe(NULL, 0);
	secret_strfree(NULL);
}

static void compares(void **state)
{
	(void)state;
	assert_true(secret_equal("abc", "abc", 3));
	assert_true(secret_equal("abc", "abd", 2));
	assert_false(secret_equal("abc", "abd", 3));
	assert_false(secret_equal("xbc", "abc", 3));
	assert_true(secret_equal("x", "y", 0));
}

static void copies(void **state)
{
	char *s = secret_strdup("secret");

	(void)state;
	assert_string_equal(s, "secret");
	secret_strfree(s);
}

static void random_differs(void **state)
{
	uint8_t a[300] = { 0 }, b[300] = { 0 };

	(void)state;
	assert_int_equal(secret_random(a, sizeof(a)), 0);
	assert_int_equal(secret_random(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a + 280, b + 280, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wipes),
		cmocka_unit_test(compares),
		cmocka_unit_test(copies),
		cmocka_unit_test(random_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
