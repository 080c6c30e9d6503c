// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin of QEMU's TCG (API version 4): how many instructions each translated block executed between the marks that
 * traffic sets (mark.h). Writes "address instructions" lines at each end mark, into FILE.NUMBER, the marks' number from
 * 1 on: -plugin plugin.so,out=FILE. Blocks have counters that the translated code adds to by itself.
 *
 * QEMU's header for plugins is in no package; what is used of it is declared here, after its documentation.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

#define EXPORT	__attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

/* A number for each virtual CPU; there is one CPU. */
struct qemu_plugin_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

enum { QEMU_PLUGIN_INLINE_ADD_U64 };
enum { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*tb_trans_cb)(uint64_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int cpu, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_trans_cb cb);
extern struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
extern void qemu_plugin_u64_set(struct qemu_plugin_u64 entry, unsigned int cpu, uint64_t value);
extern uint64_t qemu_plugin_u64_sum(struct qemu_plugin_u64 entry);
extern void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *tb, int op,
							      struct qemu_plugin_u64 entry, uint64_t add);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, int flags, void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
extern size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *data, size_t size);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 4;

/* One translation of a block; the same address may be translated many times. */
struct block {
	struct block *next;
	uint64_t address;
	struct qemu_plugin_u64 executed;
};

static struct block *blocks;
static const char *out;
static unsigned int ends;

static void at_begin(unsigned int cpu, void *data)
{
	struct block *block;

	(void)data;
	for (block = blocks; block; block = block->next)
		qemu_plugin_u64_set(block->executed, cpu, 0);
}

static void at_end(unsigned int cpu, void *data)
{
	const struct block *block;
	uint64_t executed;
	char path[4096];
	FILE *file;

	(void)cpu;
	(void)data;
	snprintf(path, sizeof(path), "%s.%u", out, ++ends);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		return;
	}
	for (block = blocks; block; block = block->next) {
		executed = qemu_plugin_u64_sum(block->executed);
		if (executed)
			fprintf(file, "%" PRIx64 " %" PRIu64 "\n", block->address, executed);
	}
	fclose(file);
}

/* nopl MARK(%rax), see mark.h. */
static void look_for_marks(struct qemu_plugin_insn *insn)
{
	uint8_t data[7];
	uint32_t mark;

	if (qemu_plugin_insn_size(insn) != sizeof(data) ||
	    qemu_plugin_insn_data(insn, data, sizeof(data)) != sizeof(data) || memcmp(data, "\x0f\x1f\x80", 3))
		return;
	memcpy(&mark, data + 3, sizeof(mark));
	if (mark == MARK_BEGIN)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_begin, QEMU_PLUGIN_CB_NO_REGS, NULL);
	else if (mark == MARK_END)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_end, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->executed.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_ADD_U64, block->executed, n);
	for (i = 0; i < n; i++)
		look_for_marks(qemu_plugin_tb_get_insn(tb, i));
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "plugin.so,out=FILE\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
