// SPDX-License-Identifier: GPL-2.0
/* Replay window. */

#include <linux/minmax.h>
#include <linux/string.h>

#include "replay.h"

unsigned int adit_replay_words(u32 window)
{
	unsigned int words = 1;

	/* The window reaches into one word more than it fills. */
	while (words < (window + ADIT_REPLAY_WORD - 1) / ADIT_REPLAY_WORD + 1)
		words *= 2;
	return words;
}

void adit_replay_init(struct adit_replay *replay, u32 window, bool esn, u64 *bits)
{
	*replay = (struct adit_replay){
		.window	= window,
		.mask	= adit_replay_words(window) - 1,
		.esn	= esn,
		.bits	= bits,
	};
}

static u64 *adit_replay_word(const struct adit_replay *replay, u64 seq)
{
	return &replay->bits[(seq / ADIT_REPLAY_WORD) & replay->mask];
}

static u64 adit_replay_bit(u64 seq)
{
	return 1ULL << (seq % ADIT_REPLAY_WORD);
}

void adit_replay_begin(struct adit_replay *replay, u64 top)
{
	const u64 bit = adit_replay_bit(top);

	memset(replay->bits, 0xff, (replay->mask + 1) * sizeof(*replay->bits));
	/* Those behind it in its word are still to come. */
	*adit_replay_word(replay, top) = bit | (bit - 1);
	replay->top = top;
}

u64 adit_replay_guess(const struct adit_replay *replay, u32 seq)
{
	u32 high = replay->top >> 32, low = replay->top, bottom = low - replay->window + 1;

	if (low >= replay->window - 1) {
		/* The window is within one half: what is below it is of the next. */
		if (seq < bottom)
			high++;
	} else if (seq >= bottom) {
		/* The window begins in the half before. */
		if (!high)
			return 0;
		high--;
	}
	return (u64)high << 32 | seq;
}

enum adit_replay_verdict adit_replay_check(const struct adit_replay *replay, u64 seq)
{
	if (!replay->window)
		return ADIT_REPLAY_OK;
	if (!seq || (replay->top >= replay->window && seq <= replay->top - replay->window))
		return ADIT_REPLAY_LATE;
	if (seq <= replay->top && *adit_replay_word(replay, seq) & adit_replay_bit(seq))
		return ADIT_REPLAY_SEEN;
	return ADIT_REPLAY_OK;
}

/* Go up to @seq: words that come into the window anew have seen nothing. */
static void adit_replay_advance(struct adit_replay *replay, u64 seq)
{
	u64 word = replay->top / ADIT_REPLAY_WORD, last = seq / ADIT_REPLAY_WORD;
	u64 fresh = min_t(u64, last - word, replay->mask + 1);

	for (; fresh; fresh--, last--)
		replay->bits[last & replay->mask] = 0;
	replay->top = seq;
}

enum adit_replay_verdict adit_replay_note(struct adit_replay *replay, u64 seq)
{
	enum adit_replay_verdict verdict;

	if (!replay->window)
		return ADIT_REPLAY_OK;
	if (seq > replay->top) {
		adit_replay_advance(replay, seq);
	} else {
		verdict = adit_replay_check(replay, seq);
		if (verdict != ADIT_REPLAY_OK)
			return verdict;
	}
	*adit_replay_word(replay, seq) |= adit_replay_bit(seq);
	return ADIT_REPLAY_OK;
}
