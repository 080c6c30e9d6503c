// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs scenario files, one TAP line each. A scenario is lines of:
 *
 *   world KIND            what it drives; first
 *   set KEY VALUE...      how it is configured; before anything else
 *   do VERB ARGS...       what its owner does
 *   > TOKENS              what the peer sends
 *   < TOKENS              the next thing that comes out is this packet
 *   = TEXT                the next thing that comes out is this event; * stands for any text
 *   wait 3s | 500ms       time goes by
 *   repeat N ... end      the lines between, N times
 *   include FILE          the lines of that file, found beside this one
 *
 * Everything that comes out must be expected, in its order, before the next thing is done. What the
 * tokens mean is the world's affair, see world_*.c; hex octets, ??, ... and "text" are understood
 * everywhere. # starts a comment.
 *
 * replay -r DIR FILE... also records what was done as tapes for the fuzzers, in DIR.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tape.h"
#include "world.h"

#define LINES_MAX	2000
#define LINE_MAX_LEN	1024
#define INCLUDES_MAX	16

static const struct world_kind *const kinds[] = {
	&world_ike, &world_ike1, &world_l2tp, &world_ppp, &world_pptp, &world_daemon
};

struct scenario {
	const char *path;
	char *lines[LINES_MAX];
	struct {
		const char *file;
		unsigned int number;
	} from[LINES_MAX];
	char *includes[INCLUDES_MAX];
	unsigned int n_includes;
	unsigned int n_lines;
	const struct world_kind *kind;
	struct world *world;
	bool begun;
	FILE *tape;
	struct outputs out;
};

static char problem[2048];
static const char *tapes;	/* directory, NULL: nothing is recorded */

static bool fail(const struct scenario *s, unsigned int line, const char *what, const char *detail)
{
	snprintf(problem, sizeof(problem), "%s:%u: %s%s%s", s->from[line].file,
		 s->from[line].number, what, detail[0] ? ": " : "", detail);
	return false;
}

static const char *output_to_str(const struct output *o, char *buf, size_t cap)
{
	size_t i, len;

	if (o->is_event) {
		snprintf(buf, cap, "= %s", o->event);
		return buf;
	}
	len = snprintf(buf, cap, "<");
	for (i = 0; i < o->len && len + 4 < cap; i++)
		len += snprintf(buf + len, cap - len, " %02x", o->data[i]);
	return buf;
}

static bool take_output(struct scenario *s, unsigned int line, struct output *o)
{
	if (!s->out.n)
		return fail(s, line, "nothing came out", "");
	*o = s->out.list[0];
	s->out.n--;
	memmove(s->out.list, s->out.list + 1, s->out.n * sizeof(*o));
	return true;
}

/* Nothing may be left unexpected when something new is done. */
static bool all_expected(const struct scenario *s, unsigned int line)
{
	char buf[1024];

	if (s->out.n)
		return fail(s, line, "unexpected before this line",
			    output_to_str(&s->out.list[0], buf, sizeof(buf)));
	if (s->out.overflow)
		return fail(s, line, "too much came out", "");
	return true;
}

static bool matches(const struct pattern *p, const struct output *o)
{
	size_t i;

	if (o->is_event || o->len < p->len || (!p->open && o->len != p->len))
		return false;
	for (i = 0; i < p->len; i++)
		if ((o->data[i] ^ p->value[i]) & p->mask[i])
			return false;
	return true;
}

static bool expect_packet(struct scenario *s, unsigned int line, const struct token *t,
			  unsigned int n)
{
	struct pattern p = { .len = 0 };
	const char *err = s->kind->encode(s->world, t, n, &p);
	struct output o, wanted = { .is_event = false };
	char got[1024], want[1024], both[2048];

	if (err)
		return fail(s, line, err, "");
	if (!take_output(s, line, &o))
		return false;
	if (matches(&p, &o))
		return true;
	wanted.len = p.len;
	memcpy(wanted.data, p.value, p.len);
	snprintf(both, sizeof(both), "got\n#   %s, wanted\n#   %s%s",
		 output_to_str(&o, got, sizeof(got)), output_to_str(&wanted, want, sizeof(want)),
		 p.open ? " ..." : "");
	return fail(s, line, "wrong output", both);
}

static bool expect_event(struct scenario *s, unsigned int line, const char *text)
{
	struct output o;
	char got[1024];

	text += strspn(text, " \t");
	if (!take_output(s, line, &o))
		return false;
	if (o.is_event && !fnmatch(text, o.event, FNM_NOESCAPE))
		return true;
	return fail(s, line, "wrong output, got", output_to_str(&o, got, sizeof(got)));
}

/* Octets that depend on what came out before are recorded as the words that stand for them. */
static void record_packet(struct scenario *s, const char *text, const struct pattern *p)
{
	uint8_t data[TAPE_HEAD_MAX + PATTERN_MAX];
	size_t head;

	text += strspn(text, " \t") + 1;
	if (strchr(text, '@')) {
		tape_put(s->tape, TAPE_SAY, text, strlen(text));
		return;
	}
	head = s->kind->tape_head ? s->kind->tape_head(s->world, data) : 0;
	memcpy(data + head, p->value, p->len);
	tape_put(s->tape, TAPE_RX, data, head + p->len);
}

static bool send_packet(struct scenario *s, unsigned int line, const struct token *t,
			unsigned int n)
{
	struct pattern p = { .len = 0 };
	const char *err = s->kind->encode(s->world, t, n, &p);
	uint8_t *exact;

	if (err)
		return fail(s, line, err, "");
	record_packet(s, s->lines[line], &p);
	exact = malloc(p.len ? p.len : 1);	/* the sanitizer sees one octet too far */
	if (!exact)
		abort();
	memcpy(exact, p.value, p.len);
	s->kind->rx(s->world, exact, p.len);
	free(exact);
	s->kind->advance(s->world, 0);
	return true;
}

static bool wait_for(struct scenario *s, unsigned int line, const char *text)
{
	char *unit;
	unsigned long n = strtoul(text, &unit, 10);

	if (strcmp(unit, "s") && strcmp(unit, "ms"))
		return fail(s, line, "wait wants a number with s or ms", text);
	n = strcmp(unit, "s") ? n : n * 1000;
	tape_put_wait(s->tape, n);
	s->kind->advance(s->world, n);
	return true;
}

static bool make_world(struct scenario *s, unsigned int line, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i]->name, name))
			s->kind = kinds[i];
	if (!s->kind || s->world)
		return fail(s, line, "no such world, or a second one", name);
	s->world = s->kind->make(&s->out);
	if (tapes)
		s->tape = tape_new(tapes, name, s->path);
	return true;
}

static void record_words(struct scenario *s, enum tape_step step, const char *text)
{
	text += strspn(text, " \t");
	text += strcspn(text, " \t");
	tape_put(s->tape, step, text, strlen(text));
}

static bool act(struct scenario *s, unsigned int line, const struct token *t, unsigned int n)
{
	const char *err;

	record_words(s, !strcmp(t[0].text, "set") ? TAPE_SET : TAPE_DO, s->lines[line]);
	if (!strcmp(t[0].text, "set"))
		err = s->begun ? "set comes before everything else" :
				 s->kind->set(s->world, t + 1, n - 1);
	else
		err = s->kind->act(s->world, t + 1, n - 1);
	if (err)
		return fail(s, line, err, n > 1 ? t[1].text : "");
	if (s->begun)
		s->kind->advance(s->world, 0);
	return true;
}

static bool run_line(struct scenario *s, unsigned int line)
{
	static struct token t[TOKENS_MAX];
	const char *text = s->lines[line];
	unsigned int n = tokens_split(text, t);
	const char *err;

	if (!n)
		return true;
	if (!strcmp(t[0].text, "world"))
		return n == 2 ? make_world(s, line, t[1].text) : fail(s, line, "world KIND", "");
	if (!s->world)
		return fail(s, line, "the first line says: world KIND", "");
	if (!s->begun && strcmp(t[0].text, "set")) {
		err = s->kind->begin(s->world);
		if (err)
			return fail(s, line, err, "");
		s->begun = true;
	}
	if (!strcmp(t[0].text, "<"))
		return expect_packet(s, line, t + 1, n - 1);
	if (!strcmp(t[0].text, "="))
		return expect_event(s, line, strchr(text, '=') + 1);
	if (!all_expected(s, line))
		return false;
	if (!strcmp(t[0].text, ">"))
		return send_packet(s, line, t + 1, n - 1);
	if (!strcmp(t[0].text, "wait") && n == 2)
		return wait_for(s, line, t[1].text);
	if (!strcmp(t[0].text, "do") || !strcmp(t[0].text, "set"))
		return act(s, line, t, n);
	return fail(s, line, "no such kind of line", t[0].text);
}

static bool starts(const char *line, const char *word)
{
	line += strspn(line, " \t");
	return !strncmp(line, word, strlen(word)) && strchr(" \t", line[strlen(word)]);
}

/* Runs from one line up to another; repeat blocks do not nest. */
static bool run_range(struct scenario *s, unsigned int from, unsigned int to)
{
	unsigned int i, end, times;

	for (i = from; i < to; i++) {
		if (!starts(s->lines[i], "repeat")) {
			if (!run_line(s, i))
				return false;
			continue;
		}
		times = strtoul(s->lines[i] + strcspn(s->lines[i], "0123456789"), NULL, 10);
		for (end = i + 1; end < to && !starts(s->lines[end], "end"); end++)
			;
		if (!times || end == to)
			return fail(s, i, "repeat N needs a number and an end", "");
		while (times--)
			if (!run_range(s, i + 1, end))
				return false;
		i = end;
	}
	return true;
}

static bool read_lines(struct scenario *s, const char *path);

static bool include(struct scenario *s, const char *name)
{
	const char *slash = strrchr(s->path, '/');
	int dir = slash ? slash - s->path + 1 : 0;
	char *path;

	name += strspn(name, " \t");
	if (s->n_includes == INCLUDES_MAX || asprintf(&path, "%.*s%s", dir, s->path, name) < 0)
		return false;
	s->includes[s->n_includes++] = path;
	return read_lines(s, path);
}

static bool read_lines(struct scenario *s, const char *path)
{
	char line[LINE_MAX_LEN];
	FILE *f = fopen(path, "r");
	unsigned int number = 0;
	bool ok = true;

	if (!f) {
		snprintf(problem, sizeof(problem), "%s: cannot be read", path);
		return false;
	}
	while (ok && s->n_lines < LINES_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		number++;
		if (starts(line, "include")) {
			ok = include(s, line + strlen("include"));
			continue;
		}
		s->from[s->n_lines].file = path;
		s->from[s->n_lines].number = number;
		s->lines[s->n_lines++] = strdup(line);
	}
	fclose(f);
	return ok;
}

static bool run_scenario(struct scenario *s)
{
	return read_lines(s, s->path) && run_range(s, 0, s->n_lines) &&
	       (s->world ? all_expected(s, s->n_lines - 1) : fail(s, 0, "an empty scenario", ""));
}

static bool run_file(const char *path)
{
	struct scenario *s = calloc(1, sizeof(*s));
	unsigned int i;
	bool ok;

	if (!s)
		abort();
	s->path = path;
	ok = run_scenario(s);
	if (s->world)
		s->kind->destroy(s->world);
	if (s->tape)
		fclose(s->tape);
	for (i = 0; i < s->n_lines; i++)
		free(s->lines[i]);
	for (i = 0; i < s->n_includes; i++)
		free(s->includes[i]);
	free(s);
	return ok;
}

int main(int argc, char **argv)
{
	int i, failed = 0;

	if (argc > 2 && !strcmp(argv[1], "-r")) {
		tapes = argv[2];
		argv += 2;
		argc -= 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		bool ok = run_file(argv[i]);

		printf("%s %d - %s\n", ok ? "ok" : "not ok", i, argv[i]);
		if (!ok)
			printf("# %s\n", problem);
		failed += !ok;
	}
	return failed != 0;
}
