/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line per event. A line about a session says its id, peer and user. Text that a peer chose is printed with
 * everything outside printable ASCII, and the quote and backslash, as \xNN. Secrets never come here.
 */
#ifndef ADIT_BASE_LOG_H
#define ADIT_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* What a line is about; any field may be 0 or NULL. Borrowed for the call. "session 12 peer 192.0.2.1 user alice: " */
struct log_about {
	uint32_t session;
	const char *peer;
	const char *user;
};

typedef void (*log_sink_fn)(void *arg, enum log_level level, const char *line);

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
bool log_level_parse(const char *word, enum log_level *level);	/* error, warn, info, debug */
const char *log_level_to_str(enum log_level level);
/* NULL: stderr, with sd-daemon(3) priority prefix when not a terminal */
void log_set_sink(log_sink_fn sink, void *arg);

void log_at(enum log_level level, const struct log_about *about, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define log_error(about, ...) log_at(LOG_LEVEL_ERROR, about, __VA_ARGS__)
#define log_warn(about, ...) log_at(LOG_LEVEL_WARN, about, __VA_ARGS__)
#define log_info(about, ...) log_at(LOG_LEVEL_INFO, about, __VA_ARGS__)
#define log_debug(about, ...) log_at(LOG_LEVEL_DEBUG, about, __VA_ARGS__)

/*
 * For lines that an unauthenticated peer can cause: at most `burst` in each `interval_ms`, then one line that says how
 * many were left out.
 */
struct log_limit {
	uint64_t window_start_ms;
	uint32_t seen;
	uint32_t suppressed;
};
bool log_limit_ok(struct log_limit *limit, uint64_t now_ms, uint32_t burst, uint32_t interval_ms);

/* Copy peer-chosen octets into dst as printable text, always terminated. Returns dst. */
const char *log_text(char *dst, size_t cap, const void *src, size_t len);

#endif /* ADIT_BASE_LOG_H */
