// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kcore_tool has|lacks HEX...: whether all of these octets are somewhere in the machine's memory, or none is: where a
 * word begins, as keys do. All begin with the same four, and at most 64 octets of each are looked for.
 *
 * It must not find itself, nor leave what it has found: the octets are only ever there turned over, what it has read is
 * wiped, and never in vector registers, which the kernel keeps for a process and does not wipe behind it.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK		(1 << 20)
#define OCTETS_MAX	64
#define WORD		sizeof(uint32_t)
#define SECRETS_MAX	16
#define SEGMENTS_MAX	512

struct secret {
	uint8_t inverse[OCTETS_MAX];
	size_t len;
	unsigned int found;
	uint64_t at;		/* physical address where it was last */
};

static struct secret secrets[SECRETS_MAX];
static unsigned int n_secrets;
/* A chunk, and what may lie across its end. */
static uint32_t buf[(OCTETS_MAX + CHUNK) / WORD];

static void die(const char *what)
{
	fprintf(stderr, "kcore_tool: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint8_t nibble(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void take(const char *hex)
{
	struct secret *s = &secrets[n_secrets++];

	for (; hex[0] && hex[1] && s->len < OCTETS_MAX; hex += 2)
		s->inverse[s->len++] = ~(nibble(hex[0]) << 4 | nibble(hex[1]));
	if (s->len < 2 * WORD || memcmp(s->inverse, secrets[0].inverse, WORD)) {
		errno = EINVAL;
		die("octets");
	}
}

static bool is(const struct secret *s, const uint8_t *at)
{
	size_t i;

	for (i = 0; i < s->len; i++)
		if (at[i] != (uint8_t)~s->inverse[i])
			return false;
	return true;
}

static void found(const uint8_t *at, uint64_t address)
{
	unsigned int i;

	for (i = 0; i < n_secrets; i++) {
		if (is(&secrets[i], at)) {
			secrets[i].found++;
			secrets[i].at = address;
		}
	}
}

/* All that begins in so many words; OCTETS_MAX more are there. */
static void search(const uint32_t *at, size_t words, uint64_t address)
{
	uint32_t inverse;
	size_t i;

	memcpy(&inverse, secrets[0].inverse, WORD);
	for (i = 0; i < words; i++)
		if (~at[i] == inverse)
			found((const uint8_t *)&at[i], address + i * WORD);
}

static void search_chunk(int fd, const Elf64_Phdr *segment, uint64_t from)
{
	size_t want = segment->p_memsz - from, i;
	ssize_t n;

	if (want > sizeof(buf))
		want = sizeof(buf);
	n = pread(fd, buf, want, segment->p_offset + from);
	if (n != (ssize_t)want)
		die("/proc/kcore");
	search(buf, (want < CHUNK ? want : CHUNK) / WORD, segment->p_paddr + from);
	for (i = 0; i < sizeof(buf) / WORD; i++)
		*(volatile uint32_t *)&buf[i] = 0;
}

/* Memory of the kernel's direct map is what has a physical address. */
static void search_segment(int fd, const Elf64_Phdr *segment)
{
	uint64_t from;

	for (from = 0; from < segment->p_memsz; from += CHUNK)
		search_chunk(fd, segment, from);
}

static uint64_t search_all(void)
{
	static Elf64_Phdr segments[SEGMENTS_MAX];
	int fd = open("/proc/kcore", O_RDONLY);
	uint64_t octets = 0;
	Elf64_Ehdr head;
	unsigned int i;

	if (fd < 0 || pread(fd, &head, sizeof(head), 0) != sizeof(head) || head.e_phnum > SEGMENTS_MAX ||
	    pread(fd, segments, head.e_phnum * sizeof(*segments), head.e_phoff) < 0)
		die("/proc/kcore");
	for (i = 0; i < head.e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD || segments[i].p_paddr == (uint64_t)-1)
			continue;
		search_segment(fd, &segments[i]);
		octets += segments[i].p_memsz;
	}
	close(fd);
	return octets;
}

int main(int argc, char **argv)
{
	bool has, ok = true;
	unsigned int i;

	if (argc < 3 || argc - 2 > SECRETS_MAX || (strcmp(argv[1], "has") && strcmp(argv[1], "lacks")))
		return 2;
	has = !strcmp(argv[1], "has");
	for (i = 2; i < (unsigned int)argc; i++)
		take(argv[i]);
	printf("%llu MiB\n", (unsigned long long)search_all() >> 20);
	for (i = 0; i < n_secrets; i++) {
		printf("%s: %u times", argv[i + 2], secrets[i].found);
		if (secrets[i].found)
			printf(", the last at 0x%llx", (unsigned long long)secrets[i].at);
		putchar('\n');
		ok &= !secrets[i].found == !has;
	}
	return !ok;
}
