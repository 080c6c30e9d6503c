/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For sparse alone, before everything else. Linux 7 has a word that sparse 0.6.4 does not know, and asserts the length
 * of strings, which is no constant to it.
 */
#ifndef ADIT_COMPAT_CHECKER_H
#define ADIT_COMPAT_CHECKER_H

#define __typeof_unqual__(x) __typeof__(x)
#define __builtin_strlen(s) (sizeof(s) - 1)

#endif /* ADIT_COMPAT_CHECKER_H */
