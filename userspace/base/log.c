// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_MAX_OCTETS	1024	/* one line of the journal at its default; longer ones are cut */
#define TEXT_MAX_OCTETS	256	/* of a peer's name within a line */

static const char *const level_words[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* sd-daemon(3): the priorities of syslog in angle brackets. */
static const char level_priority[] = {
	[LOG_LEVEL_ERROR] = '3',
	[LOG_LEVEL_WARN] = '4',
	[LOG_LEVEL_INFO] = '6',
	[LOG_LEVEL_DEBUG] = '7',
};

static enum log_level threshold = LOG_LEVEL_INFO;
static log_sink_fn sink_fn;
static void *sink_arg;

void log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level log_get_level(void)
{
	return threshold;
}

bool log_level_parse(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(level_words) / sizeof(level_words[0]); i++) {
		if (strcmp(word, level_words[i]))
			continue;
		*level = i;
		return true;
	}
	return false;
}

const char *log_level_to_str(enum log_level level)
{
	return level_words[level];
}

void log_set_sink(log_sink_fn sink, void *arg)
{
	sink_fn = sink;
	sink_arg = arg;
}

static void to_stderr(enum log_level level, const char *line)
{
	char out[LINE_MAX_OCTETS + 8];
	int len;

	if (isatty(STDERR_FILENO))
		len = snprintf(out, sizeof(out), "%s: %s\n", level_words[level], line);
	else
		len = snprintf(out, sizeof(out), "<%c>%s\n", level_priority[level], line);
	/* One write: lines of several processes do not mix. A failure has nowhere to go. */
	if (write(STDERR_FILENO, out, len) < 0)
		return;
}

static size_t put_about(char *line, size_t cap, const struct log_about *about)
{
	char peer[TEXT_MAX_OCTETS], user[TEXT_MAX_OCTETS], session[16] = "";

	if (about->session)
		snprintf(session, sizeof(session), "%u", about->session);
	log_text(peer, sizeof(peer), about->peer, about->peer ? strlen(about->peer) : 0);
	log_text(user, sizeof(user), about->user, about->user ? strlen(about->user) : 0);
	if (!*session && !*peer && !*user)
		return 0;
	snprintf(line, cap, "%s%s%s%s%s%s%s%s: ", *session ? "session " : "", session,
		 *session && (*peer || *user) ? " " : "",
		 *peer ? "peer " : "", peer, *peer && *user ? " " : "", *user ? "user " : "", user);
	return strlen(line);
}

void log_at(enum log_level level, const struct log_about *about, const char *fmt, ...)
{
	char line[LINE_MAX_OCTETS];
	size_t at = 0;
	va_list ap;

	if (level > threshold)
		return;
	if (about)
		at = put_about(line, sizeof(line), about);
	va_start(ap, fmt);
	vsnprintf(line + at, sizeof(line) - at, fmt, ap);
	va_end(ap);
	/* A line stays one line whatever a library's error text holds. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	if (sink_fn)
		sink_fn(sink_arg, level, line);
	else
		to_stderr(level, line);
}

bool log_limit_ok(struct log_limit *limit, uint64_t now_ms, uint32_t burst, uint32_t interval_ms)
{
	if (now_ms - limit->window_start_ms >= interval_ms) {
		if (limit->suppressed)
			log_warn(NULL, "%u more lines like the next were left out",
				 limit->suppressed);
		*limit = (struct log_limit){ .window_start_ms = now_ms };
	}
	if (limit->seen < burst) {
		limit->seen++;
		return true;
	}
	limit->suppressed++;
	return false;
}

const char *log_text(char *dst, size_t cap, const void *src, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p = src;
	size_t at = 0;

	if (!cap)
		return dst;
	for (; len; len--, p++) {
		bool plain = *p >= ' ' && *p < 0x7f && *p != '"' && *p != '\\';

		if (at + (plain ? 1 : 4) >= cap)
			break;
		if (plain) {
			dst[at++] = *p;
			continue;
		}
		dst[at++] = '\\';
		dst[at++] = 'x';
		dst[at++] = hex[*p >> 4];
		dst[at++] = hex[*p & 15];
	}
	dst[at] = '\0';
	return dst;
}
