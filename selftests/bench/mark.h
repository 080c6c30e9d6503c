/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where profile.c begins and ends to count: no-ops with an operand that no compiler emits. */
#ifndef ADIT_BENCH_MARK_H
#define ADIT_BENCH_MARK_H

#define MARK_BEGIN	0x5adb0001
#define MARK_END	0x5adb0002

#if defined(__x86_64__)
/* nopl MARK(%rax) */
#define MARK(number)	asm volatile(".byte 0x0f, 0x1f, 0x80; .long %c0" : : "i" (number) : "memory")
#else
#define MARK(number)	asm volatile("" : : : "memory")
#endif

static inline void mark_begin(void)
{
	MARK(MARK_BEGIN);
}

static inline void mark_end(void)
{
	MARK(MARK_END);
}

#endif /* ADIT_BENCH_MARK_H */
