/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replay window (RFC 4303 section 3.4.3 and appendix A): which sequence numbers of an inbound security association have
 * come. A ring of bits, as RFC 6479 has it: the window moves by words, nothing is ever shifted.
 *
 * Owned by an SA, serialised by its lock. A number is asked about before the packet is checked and noted only after it
 * proved authentic.
 */
#ifndef ADIT_REPLAY_H
#define ADIT_REPLAY_H

#include <linux/types.h>

#define ADIT_REPLAY_MAX		4096	/* numbers */
#define ADIT_REPLAY_WORD	64	/* bits of a word of the ring */

/* One word more than the window has, and a power of two. */
#define ADIT_REPLAY_WORDS_MAX	128

/**
 * struct adit_replay - window of one SA
 * @top: highest number that came authentic, 0 before the first
 * @window: how many numbers up to @top may still come; 0: none is looked at
 * @mask: words of @bits less one, a power of two less one
 * @esn: numbers have 64 bits, of which the lower 32 are in the packet
 * @bits: the ring, adit_replay_words() of them, zeroed
 */
struct adit_replay {
	u64 top;
	u32 window;
	u32 mask;
	bool esn;
	u64 *bits;
};

enum adit_replay_verdict {
	ADIT_REPLAY_OK,
	ADIT_REPLAY_LATE,	/* before the window, or no number that is ever sent */
	ADIT_REPLAY_SEEN,	/* came before */
};

/* Words that a window takes. */
unsigned int adit_replay_words(u32 window);

/**
 * adit_replay_init() - make an empty window
 * @replay: to initialise
 * @window: numbers, at most ADIT_REPLAY_MAX; not 0 with @esn
 * @esn: whether numbers have 64 bits
 * @bits: adit_replay_words() words, zeroed
 */
void adit_replay_init(struct adit_replay *replay, u32 window, bool esn, u64 *bits);

/**
 * adit_replay_begin() - go on where the numbers of an association have come to elsewhere
 * @replay: empty window
 * @top: highest number that came; none up to it may come again
 */
void adit_replay_begin(struct adit_replay *replay, u64 top);

/* What the upper half makes of it, with ESN; see adit_replay_extend(). */
u64 adit_replay_guess(const struct adit_replay *replay, u32 seq);

/**
 * adit_replay_extend() - the whole of a number that stands in a packet
 * @replay: window
 * @seq: lower half
 *
 * With ESN, the upper half is guessed from where the window is (appendix A2.2); a wrong guess fails the check.
 *
 * Return: number; 0, which is never sent, for one from before the first.
 */
static inline u64 adit_replay_extend(const struct adit_replay *replay, u32 seq)
{
	return replay->esn ? adit_replay_guess(replay, seq) : seq;
}

/* Whether a packet with this number may come. */
enum adit_replay_verdict adit_replay_check(const struct adit_replay *replay, u64 seq);

/* Note that a packet with this number came authentic; it may have come twice meanwhile. */
enum adit_replay_verdict adit_replay_note(struct adit_replay *replay, u64 seq);

#endif /* ADIT_REPLAY_H */
