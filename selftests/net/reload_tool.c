// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reload_tool FILE NAME ROUNDS: loads and unloads a module so often, at the pace of the kernel. Status 1: it did not
 * load, or was in use for ten seconds (TIME_FACTOR times that).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

#define PATIENCE_S	(10 * TIME_FACTOR)

static int load(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), err = -1;

	if (fd >= 0)
		err = (int)syscall(SYS_finit_module, fd, "", 0);
	if (err)
		fprintf(stderr, "%s does not load: %s\n", file, strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

/* What the last user left may be on its way out still. */
static int unload(const char *name)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	time_t end = time(NULL) + PATIENCE_S;
	int err;

	while ((err = (int)syscall(SYS_delete_module, name, O_NONBLOCK)) && errno == EWOULDBLOCK && time(NULL) < end)
		nanosleep(&moment, NULL);
	if (err)
		fprintf(stderr, "%s does not unload: %s\n", name, strerror(errno));
	return err;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

	if (!rounds) {
		fprintf(stderr, "usage: reload_tool FILE NAME ROUNDS\n");
		return 2;
	}
	for (unsigned long i = 1; i <= rounds; i++) {
		if (!load(argv[1]) && !unload(argv[2]))
			continue;
		fprintf(stderr, "that was round %lu\n", i);
		return 1;
	}
	return 0;
}
