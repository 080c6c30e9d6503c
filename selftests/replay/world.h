/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a scenario drives: one protocol object with a virtual clock, and the octets and events that
 * come out of it. A world is made for each scenario; its kind is the scenario's first word after
 * "world".
 */
#ifndef ADIT_REPLAY_WORLD_H
#define ADIT_REPLAY_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_MAX	4096
#define OUTPUTS_MAX	64
#define TOKENS_MAX	256
#define TAPE_HEAD_MAX	8

/*
 * Octets to send, or to compare with: where mask is 0 any octet will do, and open lets any number
 * follow.
 */
struct pattern {
	uint8_t value[PATTERN_MAX];
	uint8_t mask[PATTERN_MAX];
	size_t len;
	bool open;
};

struct token {
	char text[512];
	bool quoted;
};

struct output {
	bool is_event;
	char event[512];
	uint8_t data[PATTERN_MAX];
	size_t len;
};

/* What came out and was not yet expected; the oldest first. */
struct outputs {
	struct output list[OUTPUTS_MAX];
	unsigned int n;
	unsigned int total;	/* that ever came out */
	bool overflow;
};

void outputs_packet(struct outputs *out, const void *data, size_t len);
void outputs_event(struct outputs *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The words of a line; how many, at most TOKENS_MAX. */
unsigned int tokens_split(const char *line, struct token *tokens);

void pattern_put(struct pattern *p, const void *data, size_t len);
void pattern_any(struct pattern *p, size_t len);
/*
 * A token that means the same everywhere: hex octets, ?? for any octet, ... for any rest, "text".
 * False: none of these.
 */
bool pattern_token(struct pattern *p, const struct token *t);

struct world;

struct world_kind {
	const char *name;
	struct world *(*make)(struct outputs *out);
	void (*destroy)(struct world *w);	/* aborts where a timer is left */
	/* All return NULL, or what was wrong with the line. */
	/* Before begin, which says what is wrong with all of them together. */
	const char *(*set)(struct world *w, const struct token *t, unsigned int n);
	const char *(*begin)(struct world *w);
	const char *(*act)(struct world *w, const struct token *t, unsigned int n);
	const char *(*encode)(struct world *w, const struct token *t, unsigned int n,
			      struct pattern *p);
	void (*rx)(struct world *w, const uint8_t *data, size_t len);
	void (*advance)(struct world *w, uint64_t ms);
	/*
	 * What has to stand on a tape before the octets that encode() made last, because they do not
	 * say it; how many octets, at most TAPE_HEAD_MAX. tape_rx() is rx() with that before. Both
	 * are NULL where the octets say everything.
	 */
	size_t (*tape_head)(struct world *w, uint8_t *head);
	void (*tape_rx)(struct world *w, const uint8_t *data, size_t len);
};

extern const struct world_kind world_ike, world_ike1, world_l2tp, world_ppp, world_pptp, world_daemon;

#endif /* ADIT_REPLAY_WORLD_H */
