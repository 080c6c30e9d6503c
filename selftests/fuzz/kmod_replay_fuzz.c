// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's replay window (RFC 4303 appendix A): numbers in any order. None is taken twice, and none before the
 * window; what a number is extended to ends in it.
 */
#include "fuzz.h"
#include "replay.h"

#define TAKEN_MAX	4096

static uint64_t ring[ADIT_REPLAY_WORDS_MAX];
static uint64_t taken[TAKEN_MAX];
static unsigned int n_taken;

static bool was_taken(uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < n_taken; i++)
		if (taken[i] == seq)
			return true;
	return false;
}

static void one(struct adit_replay *r, uint64_t seq)
{
	enum adit_replay_verdict asked = adit_replay_check(r, seq), noted;
	uint64_t top = r->top;

	noted = adit_replay_note(r, seq);
	must(asked == noted);
	if (!r->window) {
		must(noted == ADIT_REPLAY_OK && r->top == top);
		return;
	}
	must(r->top == (noted == ADIT_REPLAY_OK && seq > top ? seq : top));
	if (noted == ADIT_REPLAY_OK) {
		must(seq && (seq > top || top - seq < r->window) && !was_taken(seq));
		if (n_taken < TAKEN_MAX)
			taken[n_taken++] = seq;
	} else if (noted == ADIT_REPLAY_SEEN) {
		must(was_taken(seq));
	} else {
		must(!seq || (seq <= top && top - seq >= r->window) || (!r->esn && seq > UINT32_MAX));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint32_t window = in_u16(&in) % (ADIT_REPLAY_MAX + 1);
	struct adit_replay r;
	bool esn = window && in_u8(&in) & 1;

	memset(ring, 0, sizeof(ring));
	n_taken = 0;
	must(adit_replay_words(window) <= ADIT_REPLAY_WORDS_MAX);
	adit_replay_init(&r, window, esn, ring);
	while (in.left && n_taken < TAKEN_MAX) {
		uint8_t how = in_u8(&in);
		/* Near the top, anywhere, or far ahead. */
		uint32_t low = how & 1 ? (uint32_t)r.top + (how >> 1) - 32 : how & 2 ? in_u32(&in) :
			       (uint32_t)r.top + in_u16(&in) - 2048;
		uint64_t seq = adit_replay_extend(&r, low);

		must((uint32_t)seq == low || !seq);
		must(esn || seq == low);
		one(&r, seq);
	}
	return 0;
}
