// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_MAX 1024

static const struct {
	const char *word;
	const char *prefix;	/* sd-daemon(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", "<3>" },
	[LOG_LEVEL_WARN] = { "warn", "<4>" },
	[LOG_LEVEL_INFO] = { "info", "<6>" },
	[LOG_LEVEL_DEBUG] = { "debug", "<7>" },
};

static enum log_level log_threshold = LOG_LEVEL_INFO;
static log_sink_fn log_sink;
static void *log_sink_arg;

void log_set_level(enum log_level level)
{
	log_threshold = level;
}

enum log_level log_get_level(void)
{
	return log_threshold;
}

bool log_level_parse(const char *word, enum log_level *level)
{
	for (unsigned int i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(word, levels[i].word))
			continue;
		*level = i;
		return true;
	}
	return false;
}

const char *log_level_to_str(enum log_level level)
{
	return levels[level].word;
}

void log_set_sink(log_sink_fn sink, void *arg)
{
	log_sink = sink;
	log_sink_arg = arg;
}

static void log_to_stderr(enum log_level level, const char *line)
{
	/* One write per line, so that lines of parent and engine do not mix. */
	dprintf(STDERR_FILENO, "%s%s\n", isatty(STDERR_FILENO) ? "" : levels[level].prefix, line);
}

const char *log_text(char *dst, size_t cap, const void *src, size_t len)
{
	const unsigned char *p = src;
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		bool plain = p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\';

		if (at + (plain ? 1 : 4) >= cap)
			break;
		if (plain)
			dst[at++] = p[i];
		else
			at += snprintf(dst + at, cap - at, "\\x%02x", p[i]);
	}
	if (cap)
		dst[at] = '\0';
	return dst;
}

static size_t log_about_to_str(char *dst, size_t cap, const struct log_about *about)
{
	char text[256];
	size_t at = 0;

	dst[0] = '\0';
	if (!about)
		return 0;
	if (about->session)
		at += snprintf(dst + at, cap - at, "session %u ", about->session);
	if (about->peer && *about->peer)
		at += snprintf(dst + at, cap - at, "peer %s ", log_text(text, 64, about->peer, strlen(about->peer)));
	if (about->user && *about->user)
		at += snprintf(dst + at, cap - at, "user %s ",
			       log_text(text, sizeof(text), about->user, strlen(about->user)));
	if (at)
		memcpy(dst + at - 1, ": ", sizeof(": "));
	return at ? at + 1 : 0;
}

void log_at(enum log_level level, const struct log_about *about, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	size_t at;
	va_list ap;

	if (level > log_threshold)
		return;
	at = log_about_to_str(line, sizeof(line) / 2, about);
	va_start(ap, fmt);
	vsnprintf(line + at, sizeof(line) - at, fmt, ap);
	va_end(ap);
	if (log_sink)
		log_sink(log_sink_arg, level, line);
	else
		log_to_stderr(level, line);
}

bool log_limit_ok(struct log_limit *limit, uint64_t now_ms, uint32_t burst, uint32_t interval_ms)
{
	if (now_ms - limit->window_start_ms >= interval_ms) {
		if (limit->suppressed)
			log_warn(NULL, "%u more lines like the last were left out", limit->suppressed);
		*limit = (struct log_limit){ .window_start_ms = now_ms };
	}
	if (limit->seen < burst) {
		limit->seen++;
		return true;
	}
	limit->suppressed++;
	return false;
}
