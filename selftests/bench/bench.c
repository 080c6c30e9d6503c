// SPDX-License-Identifier: GPL-2.0-or-later
/* What the bench's programs share. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define FILES_MAX	65536

void die(const char *what)
{
	fprintf(stderr, "%s: %s%s%s\n", program_invocation_short_name, what, errno ? ": " : "",
		errno ? strerror(errno) : "");
	exit(1);
}

const char *word(char **argv, const char *name, const char *otherwise)
{
	size_t len = strlen(name);

	for (; *argv; argv++)
		if (!strncmp(*argv, name, len) && (*argv)[len] == '=')
			return *argv + len + 1;
	if (!otherwise) {
		errno = 0;
		fprintf(stderr, "%s= is missing\n", name);
		exit(2);
	}
	return otherwise;
}

unsigned long word_number(char **argv, const char *name, const char *otherwise)
{
	return strtoul(word(argv, name, otherwise), NULL, 0);
}

struct in_addr word_address(char **argv, const char *name)
{
	const char *text = word(argv, name, NULL);
	struct in_addr addr;

	errno = 0;
	if (inet_pton(AF_INET, text, &addr) != 1)
		die(text);
	return addr;
}

struct in_addr address_plus(struct in_addr base, unsigned int i)
{
	return (struct in_addr){ .s_addr = htonl(ntohl(base.s_addr) + i) };
}

void enter(const char *netns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void reclaim(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "3", 1) != 1)
		die("/proc/sys/vm/drop_caches");
	close(fd);
}

int64_t memory_used(void)
{
	int64_t kib, used = 0;
	char line[128];
	FILE *file;

	reclaim();
	file = fopen("/proc/meminfo", "re");
	if (!file)
		die("/proc/meminfo");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemTotal: %" SCNd64, &kib) == 1)
			used += kib;
		else if (sscanf(line, "MemFree: %" SCNd64, &kib) == 1 || sscanf(line, "Cached: %" SCNd64, &kib) == 1 ||
			 sscanf(line, "Buffers: %" SCNd64, &kib) == 1)
			used -= kib;
	}
	fclose(file);
	return used * 1024;
}

void many_files(void)
{
	struct rlimit limit = { .rlim_cur = FILES_MAX, .rlim_max = FILES_MAX };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
}
