// SPDX-License-Identifier: GPL-2.0-or-later
#include "tape.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

FILE *tape_new(const char *dir, const char *kind, const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[512];
	FILE *tape;

	snprintf(name, sizeof(name), "%s/%s", dir, kind);
	mkdir(name, 0755);
	snprintf(name, sizeof(name), "%s/%s/%s", dir, kind, slash ? slash + 1 : path);
	tape = fopen(name, "w");
	if (!tape) {
		perror(name);
		exit(1);
	}
	return tape;
}

void tape_put(FILE *tape, enum tape_step step, const void *data, size_t len)
{
	uint8_t head[3] = { step, len >> 8, len & 0xff };

	if (!tape || len > TAPE_DATA_MAX)
		return;
	fwrite(head, sizeof(head), 1, tape);
	fwrite(data, 1, len, tape);
}

void tape_put_wait(FILE *tape, uint32_t ms)
{
	uint8_t data[4] = { ms >> 24, ms >> 16, ms >> 8, ms };

	tape_put(tape, TAPE_WAIT, data, sizeof(data));
}
