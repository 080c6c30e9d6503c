// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/conftext.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"

static void collect(void *arg, const char *file, const struct conf_problem *problem)
{
	struct conf_problems *all = arg;
	const char *kind = problem->warning ? "warning" : "error";
	size_t room = sizeof(all->text) - all->len;
	char line[512];
	int n;

	if (problem->line)
		n = snprintf(line, sizeof(line), "%s:%u: %s: %s", file, problem->line, kind,
			     problem->text);
	else
		n = snprintf(line, sizeof(line), "%s: %s: %s", file, kind, problem->text);
	log_at(problem->warning ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR, NULL, "%s", line);
	if (problem->warning)
		all->warnings++;
	else
		all->errors++;
	/* A line that does not fit is in the log. */
	if (n > 0 && (size_t)n + 2 < room)
		all->len += (size_t)snprintf(all->text + all->len, room, "%s%s",
					     all->len ? "\n" : "", line);
}

struct conf *conftext_read(const char *path, struct conf_problems *problems)
{
	*problems = (struct conf_problems){ .len = 0 };
	return conf_read(path, collect, problems);
}

bool conftext_check_files(const struct conf *conf, struct conf_problems *problems)
{
	return conf_check_files(conf, time(NULL), collect, problems);
}

static void put_line(void *arg, const char *line)
{
	int *fd = arg;
	struct iovec {
		const char *text;
		size_t len;
	} parts[] = { { line, strlen(line) }, { "\n", 1 } };
	size_t i;

	for (i = 0; i < 2 && *fd >= 0; i++) {
		if (write(*fd, parts[i].text, parts[i].len) != (ssize_t)parts[i].len)
			*fd = -1;
	}
}

int conftext_pack(const struct conf *conf, const struct account *account)
{
	int fd, out, err;

	fd = memfd_create("adit-conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	out = fd;
	conf_dump_secrets(conf, put_line, &out);
	if (out < 0) {
		err = -ENOMEM;
		goto err_close;
	}
	if (fchmod(fd, 0400) < 0 || fchown(fd, account->uid, account->gid) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) {
		err = -errno;
		goto err_close;
	}
	return fd;

err_close:
	close(fd);
	return err;
}

/* The parent has told the warnings, and some are about its defaults. */
static void collect_errors(void *arg, const char *file, const struct conf_problem *problem)
{
	if (!problem->warning)
		collect(arg, file, problem);
}

struct conf *conftext_unpack(int fd)
{
	struct conf_problems *problems;
	char path[32];
	struct conf *conf;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	problems = &(struct conf_problems){ .len = 0 };
	conf = conf_read(path, collect_errors, problems);
	if (!conf)
		log_error(
			NULL,
			"the parent's copy of the configuration cannot be read back: see the lines above");
	return conf;
}
