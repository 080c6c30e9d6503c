// SPDX-License-Identifier: GPL-2.0-or-later
#include "tape_run.h"

#include "fuzz.h"
#include "lines.h"

#define STEPS_MAX	256
#define WAIT_MAX	3600000u	/* of one step, milliseconds */
#define WAIT_ALL_MAX	(4 * WAIT_MAX)
#define SLICE		1000u		/* outputs are counted after each */
#define HEAD_LEN	3

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

struct step {
	enum tape_step kind;
	const uint8_t *data;
	size_t len;
};

static struct outputs out;
static unsigned int waited;

static bool next_step(struct in *in, struct step *s)
{
	if (in->left < HEAD_LEN)
		return false;
	s->kind = in_u8(in) % TAPE_STEPS;
	s->len = in_u16(in) % (TAPE_DATA_MAX + 1);
	if (s->len > in->left)
		s->len = in->left;
	s->data = in->at;
	in->at += s->len;
	in->left -= s->len;
	return true;
}

/* --- playing --- */

static void outputs_checked(unsigned int *before)
{
	must(out.total - *before <= tape_target.outputs_max);
	*before = out.total;
	out.n = 0;
	out.overflow = false;
}

static void receive(struct world *w, void (*rx)(struct world *w, const uint8_t *data, size_t len),
		    const uint8_t *data, size_t len)
{
	struct in in = in_of(data, len);
	uint8_t *exact;

	exact = in_take(&in, PATTERN_MAX, &len);
	rx(w, exact, len);
	free(exact);
}

static void receive_tape(struct world *w, const struct step *s)
{
	const struct world_kind *kind = tape_target.kind;

	receive(w, kind->tape_rx ? kind->tape_rx : kind->rx, s->data, s->len);
}

/* Words of a tape may be anything; a world says what it does not understand. */
static void speak(struct world *w, const struct step *s)
{
	static struct token tokens[TOKENS_MAX];
	struct pattern p = { .len = 0 };
	char line[TAPE_DATA_MAX + 1];
	const char *err;
	unsigned int n;

	memcpy(line, s->data, s->len);
	line[s->len] = '\0';
	n = tokens_split(line, tokens);
	if (!n || s->len > (tape_target.line_max ? tape_target.line_max : LINE_DEFAULT))
		return;
	if (s->kind == TAPE_SET) {
		tape_target.kind->set(w, tokens, n);
	} else if (s->kind == TAPE_DO) {
		err = tape_target.kind->act(w, tokens, n);
		/* What was frozen must thaw, and be the same. */
		must(!err || !strstr(err, "record"));
	} else if (!tape_target.kind->encode(w, tokens, n, &p)) {
		receive(w, tape_target.kind->rx, p.value, p.len);
	}
}

static void wait_for(struct world *w, const struct step *s, unsigned int *before)
{
	struct in in = in_of(s->data, s->len);
	unsigned int ms = in_u32(&in) % (WAIT_MAX + 1);

	if (ms > WAIT_ALL_MAX - waited)
		ms = WAIT_ALL_MAX - waited;
	waited += ms;
	for (; ms > SLICE; ms -= SLICE) {
		tape_target.kind->advance(w, SLICE);
		outputs_checked(before);
	}
	tape_target.kind->advance(w, ms);
}

static void play(struct world *w, struct in in)
{
	unsigned int before = out.total, steps = 0;
	bool begun = false;
	struct step s;

	if (tape_target.always) {
		s = (struct step){ .kind = TAPE_SET, .data = (const uint8_t *)tape_target.always,
				   .len = strlen(tape_target.always) };
		speak(w, &s);
	}
	while (steps++ < STEPS_MAX && next_step(&in, &s)) {
		if (!begun && s.kind == TAPE_SET) {
			speak(w, &s);
			continue;
		}
		if (!begun && tape_target.kind->begin(w))
			return;
		begun = true;
		if (s.kind == TAPE_RX)
			receive_tape(w, &s);
		else if (s.kind == TAPE_WAIT)
			wait_for(w, &s, &before);
		else if (s.kind != TAPE_SET)
			speak(w, &s);
		tape_target.kind->advance(w, 0);
		outputs_checked(&before);
	}
}

/* A world may look at them itself. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	lines_checked();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w;

	out.n = 0;
	waited = 0;
	w = tape_target.kind->make(&out);
	play(w, in_of(data, size));
	tape_target.kind->destroy(w);
	return 0;
}

/* --- changing --- */

struct tape {
	uint8_t *data;
	size_t len, max;
};

static void append(struct tape *t, enum tape_step kind, const void *data, size_t len)
{
	if (len > TAPE_DATA_MAX || t->max - t->len < HEAD_LEN + len)
		return;
	t->data[t->len++] = kind;
	t->data[t->len++] = len >> 8;
	t->data[t->len++] = len & 0xff;
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

static void append_line(struct tape *t, enum tape_step kind)
{
	const char *const *lines = tape_target.lines[kind];
	size_t n = 0;

	while (lines && lines[n])
		n++;
	if (!n)
		return;
	n = (size_t)rand() % n;
	append(t, kind, lines[n], strlen(lines[n]));
}

static void append_wait(struct tape *t)
{
	static const uint32_t usual[] = { 1, 999, 3000, 10000, 30000, 60000, 61000, 600000 };
	uint32_t ms = usual[(size_t)rand() % (sizeof(usual) / sizeof(usual[0]))];
	uint8_t data[4] = { ms >> 24, ms >> 16, ms >> 8, ms };

	append(t, TAPE_WAIT, data, sizeof(data));
}

static void append_changed(struct tape *t, const struct step *s)
{
	uint8_t data[TAPE_DATA_MAX];
	size_t len;

	if (s->kind == TAPE_WAIT) {
		append_wait(t);
		return;
	}
	if (s->kind != TAPE_RX && rand() % 4) {
		append_line(t, s->kind);
		return;
	}
	memcpy(data, s->data, s->len);
	len = LLVMFuzzerMutate(data, s->len, sizeof(data));
	if (s->kind == TAPE_RX && tape_target.mend && rand() % 4)
		tape_target.mend(data, len);
	append(t, s->kind, data, len);
}

static void append_new(struct tape *t)
{
	if (rand() % 4)
		append_line(t, rand() % 2 ? TAPE_SAY : TAPE_DO);
	else
		append_wait(t);
}

/* One step is changed, repeated, left out, or has a new one before it. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	struct in in = in_of(data, size);
	struct tape t = { .data = malloc(max), .max = max };
	unsigned int n = 0, at;
	struct step s;

	srand(seed);
	while (next_step(&in, &s))
		n++;
	if (!t.data || !n || !(rand() % 8)) {
		free(t.data);
		return LLVMFuzzerMutate(data, size, max);
	}
	at = (unsigned int)rand() % n;
	in = in_of(data, size);
	for (n = 0; next_step(&in, &s); n++) {
		unsigned int how = n == at ? (unsigned int)rand() % 8 : 8;

		if (how < 4)
			append_changed(&t, &s);
		else if (how == 4 || how == 5)
			append_new(&t);
		if (how >= 4 && how != 6)
			append(&t, s.kind, s.data, s.len);
		if (how == 7)
			append(&t, s.kind, s.data, s.len);
	}
	memcpy(data, t.data, t.len);
	free(t.data);
	return t.len;
}
