/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's harness, with its limit of time as long as this kernel needs. TIME_FACTOR comes from the Makefile. */
#ifndef ADIT_TEST_HARNESS_H
#define ADIT_TEST_HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	(30 * TIME_FACTOR)

#endif /* ADIT_TEST_HARNESS_H */
