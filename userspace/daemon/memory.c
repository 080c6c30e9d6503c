// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

#define MEMORY_MAGIC	0x41444954	/* "ADIT" */
#define MEMORY_VERSION	4
#define NOBODY		UINT32_MAX

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

struct copy_head {
	uint64_t generation;		/* 0: never written or being written */
	uint64_t checksum;
	uint32_t len;
	uint32_t pad;
};

struct slot_state {
	uint8_t used;
	uint8_t deaths;
	uint8_t is_long;	/* its long copies were written; else not even a look at them is worth their memory */
};

struct memory_head {
	uint32_t magic, version;
	struct memory_counters counters;
	uint32_t work_kind, work_slot;	/* work_slot NOBODY: idle */
	uint32_t end[MEMORY_KINDS];
	struct slot_state slots[MEMORY_KINDS][MEMORY_SLOTS_MAX];
};

struct memory {
	struct memory_head *head;
	uint8_t *base;
	uint32_t hint[MEMORY_KINDS];	/* every slot below is used */
};

enum size { SHORT, LONG, SIZES };

/* Of a copy, with its head; 0: the kind has none of this size. */
static const size_t copy_size[MEMORY_KINDS][SIZES] = {
	[MEMORY_CONN] = { 0, MEMORY_CONN_RECORD_MAX + sizeof(struct copy_head) },
	[MEMORY_SESSION] = { 0, MEMORY_SESSION_RECORD_MAX + sizeof(struct copy_head) },
	[MEMORY_TUNNEL] = { 0, MEMORY_TUNNEL_RECORD_MAX + sizeof(struct copy_head) },
	[MEMORY_CLIENT] = { 0, MEMORY_CLIENT_RECORD_MAX + sizeof(struct copy_head) },
	[MEMORY_IKE] = { MEMORY_IKE_RECORD_SHORT + sizeof(struct copy_head),
			 MEMORY_IKE_RECORD_MAX + sizeof(struct copy_head) },
};

/* Rounded up so that every record starts on a page: an unused one then costs nothing. */
static size_t head_size(void)
{
	return (sizeof(struct memory_head) + 65535) & ~(size_t)65535;
}

static size_t area_size(enum memory_kind kind, enum size size)
{
	return 2 * copy_size[kind][size] * MEMORY_SLOTS_MAX;
}

/* Where the area of a kind begins, those of short copies first; of MEMORY_KINDS: where the last one ends. */
static size_t area_at(enum memory_kind kind, enum size size)
{
	size_t at = head_size();
	unsigned int k;

	for (k = 0; k < kind; k++)
		at += area_size((enum memory_kind)k, SHORT) + area_size((enum memory_kind)k, LONG);
	return size == LONG ? at + area_size(kind, SHORT) : at;
}

static size_t file_size(void)
{
	return area_at(MEMORY_KINDS, SHORT);
}

static struct copy_head *copy_at(const struct memory *m, enum memory_kind kind, enum size size, uint32_t slot,
				 unsigned int which)
{
	return (struct copy_head *)(m->base + area_at(kind, size) +
				    (2 * (size_t)slot + which) * copy_size[kind][size]);
}

/* Whether there is anything in the copies of that size. */
static bool has_size(const struct memory *m, enum memory_kind kind, enum size size, uint32_t slot)
{
	return copy_size[kind][size] && (size == SHORT || m->head->slots[kind][slot].is_long);
}

/* FNV-1a: finds a torn copy, which is all that is asked; nobody but the engine can write here. */
static uint64_t checksum(const struct copy_head *c)
{
	const uint8_t *data = (const uint8_t *)(c + 1);
	uint64_t sum = 0xcbf29ce484222325ULL ^ c->len;
	uint32_t i;

	for (i = 0; i < c->len; i++)
		sum = (sum ^ data[i]) * 0x100000001b3ULL;
	return sum;
}

static int head_init(int fd)
{
	struct memory_head *head;
	int err;

	head = mmap(NULL, head_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (head == MAP_FAILED)
		return -errno;
	head->magic = MEMORY_MAGIC;
	head->version = MEMORY_VERSION;
	head->counters.next_session_id = 1;
	head->work_slot = NOBODY;
	err = secret_random(head->counters.call_key, sizeof(head->counters.call_key));
	munmap(head, head_size());
	return err;
}

int memory_create(void)
{
	int fd, err;

	fd = memfd_create("adit-memory", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)file_size()) < 0) {
		err = -errno;
		goto err_close;
	}
	err = head_init(fd);
	if (err)
		goto err_close;
	return fd;

err_close:
	close(fd);
	return err;
}

struct memory *memory_map(int fd)
{
	struct memory *m;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NULL;
	if ((size_t)st.st_size != file_size()) {
		errno = EINVAL;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->base =
		mmap(NULL, file_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (m->base == MAP_FAILED)
		goto err_free;
	m->head = (struct memory_head *)m->base;
	if (m->head->magic != MEMORY_MAGIC || m->head->version != MEMORY_VERSION) {
		errno = EINVAL;
		goto err_unmap;
	}
	madvise(m->base, file_size(), MADV_DONTDUMP);
	/*
	 * Pages are locked as they come into use. Not being allowed to is no reason to refuse
	 * service: no secret is here.
	 */
	mlock2(m->base, file_size(), MLOCK_ONFAULT);
	return m;

err_unmap:
	munmap(m->base, file_size());
err_free:
	free(m);
	return NULL;
}

void memory_unmap(struct memory *m)
{
	if (!m)
		return;
	munmap(m->base, file_size());
	free(m);
}

struct memory_counters *memory_counters(struct memory *m)
{
	return &m->head->counters;
}

static bool slot_valid(enum memory_kind kind, uint32_t slot)
{
	return kind < MEMORY_KINDS && slot < MEMORY_SLOTS_MAX;
}

static void forget_copies(struct memory *m, enum memory_kind kind, enum size size, uint32_t slot)
{
	copy_at(m, kind, size, slot, 0)->generation = 0;
	copy_at(m, kind, size, slot, 1)->generation = 0;
}

static void slot_init(struct memory *m, enum memory_kind kind, uint32_t slot)
{
	m->head->slots[kind][slot] = (struct slot_state){ .used = 1 };
	if (copy_size[kind][SHORT])
		forget_copies(m, kind, SHORT, slot);
	if (slot >= m->head->end[kind])
		m->head->end[kind] = slot + 1;
}

int memory_slot_new(struct memory *m, enum memory_kind kind)
{
	uint32_t slot;

	for (slot = m->hint[kind]; slot < MEMORY_SLOTS_MAX; slot++) {
		if (m->head->slots[kind][slot].used)
			continue;
		slot_init(m, kind, slot);
		m->hint[kind] = slot + 1;
		return (int)slot;
	}
	return -ENOSPC;
}

int memory_slot_take(struct memory *m, enum memory_kind kind, uint32_t slot)
{
	if (!slot_valid(kind, slot))
		return -EINVAL;
	if (m->head->slots[kind][slot].used)
		return -EBUSY;
	slot_init(m, kind, slot);
	return 0;
}

void memory_slot_free(struct memory *m, enum memory_kind kind, uint32_t slot)
{
	uint32_t *end = &m->head->end[kind];

	m->head->slots[kind][slot].used = 0;
	if (slot < m->hint[kind])
		m->hint[kind] = slot;
	while (*end && !m->head->slots[kind][*end - 1].used)
		(*end)--;
}

bool memory_slot_used(const struct memory *m, enum memory_kind kind, uint32_t slot)
{
	return slot_valid(kind, slot) && m->head->slots[kind][slot].used;
}

uint32_t memory_slot_end(const struct memory *m, enum memory_kind kind)
{
	return m->head->end[kind] < MEMORY_SLOTS_MAX ? m->head->end[kind] : MEMORY_SLOTS_MAX;
}

/* The newest that passes, or NULL. Before anything was written every generation is 0. */
static struct copy_head *newest(const struct memory *m, enum memory_kind kind, uint32_t slot,
				bool (*passes)(const struct copy_head *c, size_t max))
{
	struct copy_head *best = NULL;
	unsigned int size, i;

	for (size = SHORT; size < SIZES; size++) {
		for (i = 0; has_size(m, kind, (enum size)size, slot) && i < 2; i++) {
			struct copy_head *c = copy_at(m, kind, (enum size)size, slot, i);

			if (passes(c, copy_size[kind][size]) && (!best || c->generation > best->generation))
				best = c;
		}
	}
	return best;
}

static bool is_written(const struct copy_head *c, size_t max)
{
	(void)max;
	return c->generation;
}

static bool is_whole(const struct copy_head *c, size_t max)
{
	return c->generation && c->len <= max - sizeof(*c) && c->checksum == checksum(c);
}

int memory_commit(struct memory *m, enum memory_kind kind, uint32_t slot, const void *data,
		  size_t len)
{
	enum size size = len + sizeof(struct copy_head) <= copy_size[kind][SHORT] ? SHORT : LONG;
	struct copy_head *last = newest(m, kind, slot, is_written), *at;

	if (len > copy_size[kind][size] - sizeof(*at))
		return -EMSGSIZE;
	if (!has_size(m, kind, size, slot)) {
		forget_copies(m, kind, size, slot);
		m->head->slots[kind][slot].is_long = 1;
	}
	/* Never the last one, which is what there is until this is written. */
	at = copy_at(m, kind, size, slot, 0);
	if (at == last)
		at = copy_at(m, kind, size, slot, 1);
	/* The generation goes first and comes back last: in between the copy counts for nothing. */
	__atomic_store_n(&at->generation, 0, __ATOMIC_SEQ_CST);
	memcpy(at + 1, data, len);
	at->len = (uint32_t)len;
	at->checksum = checksum(at);
	__atomic_store_n(&at->generation, (last ? last->generation : 0) + 1, __ATOMIC_SEQ_CST);
	return 0;
}

int memory_read(const struct memory *m, enum memory_kind kind, uint32_t slot, const void **data,
		size_t *len)
{
	const struct copy_head *best = newest(m, kind, slot, is_whole);

	if (!best)
		return -ENOENT;
	*data = best + 1;
	*len = best->len;
	return 0;
}

void memory_work_on(struct memory *m, enum memory_kind kind, uint32_t slot)
{
	m->head->work_kind = kind;
	__atomic_store_n(&m->head->work_slot, slot, __ATOMIC_SEQ_CST);
}

void memory_work_done(struct memory *m)
{
	__atomic_store_n(&m->head->work_slot, NOBODY, __ATOMIC_SEQ_CST);
}

bool memory_blame(struct memory *m, enum memory_kind *kind, uint32_t *slot, unsigned int *deaths)
{
	struct memory_head *head = m->head;
	struct slot_state *state;

	if (!slot_valid(head->work_kind, head->work_slot))
		return false;
	*kind = head->work_kind;
	*slot = head->work_slot;
	state = &head->slots[*kind][*slot];
	if (state->deaths < UINT8_MAX)
		state->deaths++;
	*deaths = state->deaths;
	memory_work_done(m);
	return true;
}

unsigned int memory_deaths(const struct memory *m, enum memory_kind kind, uint32_t slot)
{
	return m->head->slots[kind][slot].deaths;
}
