/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory file: what the engine must know again after it died. The parent creates it and holds
 * it open; each engine maps it. One record per connection, tunnel, session, client section and IKE SA, at a
 * fixed slot, written twice alternately with a generation and a checksum, so that a death while writing leaves the
 * record before. Of secrets there are the keys of IKE SAs alone, and no password. The file is sparse: a slot costs
 * memory only once it was used, and low slots are used first. Of a kind whose records are mostly short and may be long,
 * slots have places of both sizes, and the long ones cost memory once they were used.
 *
 * One writer at a time: the engine while it lives, the parent between two engines.
 */
#ifndef ADIT_DAEMON_MEMORY_H
#define ADIT_DAEMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

enum memory_kind { MEMORY_CONN, MEMORY_SESSION, MEMORY_TUNNEL, MEMORY_CLIENT, MEMORY_IKE, MEMORY_KINDS };

#define MEMORY_SLOTS_MAX		CONF_SESSIONS_MAX
/* A frozen control connection and the octets that its socket did not take yet. */
#define MEMORY_CONN_RECORD_MAX		(32768 - 24)
/* A frozen tunnel with what waits for its peer, of which a thousand farewells are the most. */
#define MEMORY_TUNNEL_RECORD_MAX	(65536 - 24)
/* A frozen link, addresses and routes of one session. */
#define MEMORY_SESSION_RECORD_MAX	(4096 - 24)
/* A frozen IKE SA with its children, the answer it gave last and the request under way. */
#define MEMORY_IKE_RECORD_MAX		(32768 - 24)
/* One with a child, an answer, and a request without certificates; most are shorter by far. */
#define MEMORY_IKE_RECORD_SHORT		(1536 - 24)
/* What becomes of a client section. */
#define MEMORY_CLIENT_RECORD_MAX	(1024 - 24)
/* Deaths of an engine over one object after which the object is given up. */
#define MEMORY_DEATHS_MAX		2
#define MEMORY_DEVICES_MAX		16

/* Counters that must not start again with each engine. */
struct memory_counters {
	uint32_t next_session_id;
	uint32_t next_call;		/* position in the permutation of call ids */
	uint8_t call_key[16];		/* of that permutation; no secret of a session */
	uint32_t engine_starts;
	uint64_t started_ms;		/* monotonic, of the parent */
	/* ifindex of devices that this daemon made, 0: free */
	int32_t made_devices[MEMORY_DEVICES_MAX];
};

struct memory;

/* a new file of the full, sparse size; a descriptor or -errno */
int memory_create(void);
/* NULL with errno; EINVAL: not a memory file of this version */
struct memory *memory_map(int fd);
void memory_unmap(struct memory *m);
struct memory_counters *memory_counters(struct memory *m);

int memory_slot_new(struct memory *m, enum memory_kind kind);	/* lowest free slot, or -ENOSPC */
/* -EINVAL, -EBUSY */
int memory_slot_take(struct memory *m, enum memory_kind kind, uint32_t slot);
void memory_slot_free(struct memory *m, enum memory_kind kind, uint32_t slot);
bool memory_slot_used(const struct memory *m, enum memory_kind kind, uint32_t slot);
/* no slot at or above it is used */
uint32_t memory_slot_end(const struct memory *m, enum memory_kind kind);

/* -EMSGSIZE */
int memory_commit(struct memory *m, enum memory_kind kind, uint32_t slot, const void *data,
		  size_t len);
/* The newest whole record; borrowed until the next commit. -ENOENT: none, or both copies torn. */
int memory_read(const struct memory *m, enum memory_kind kind, uint32_t slot, const void **data,
		size_t *len);

/*
 * The object whose input is being worked on; one at a time. A crash in between is counted against
 * it.
 */
void memory_work_on(struct memory *m, enum memory_kind kind, uint32_t slot);
void memory_work_done(struct memory *m);
/* For the parent, after a crash. True when an object is to blame, which is then told. */
bool memory_blame(struct memory *m, enum memory_kind *kind, uint32_t *slot, unsigned int *deaths);
unsigned int memory_deaths(const struct memory *m, enum memory_kind kind, uint32_t slot);

#endif /* ADIT_DAEMON_MEMORY_H */
