// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of the memory file, which a new engine reads like the wire: for each its kind, its length
 * and its octets. Sessions that they name are in the kernel. Whatever was taken up is shown, spoken
 * to, grows old and ends without a trace.
 */
#include <string.h>

#include "daemon/memory.h"
#include "datapath/datapath.h"
#include "fuzz.h"
#include "replay/world_daemon.h"

#define SESSIONS_MAX	4
#define IFINDEX		10	/* of the table's first device */
#define CONN_RX_TOTAL	25	/* where a connection's record has its counts of the stream */

static struct outputs out;

struct records {
	struct world *w;
	struct in in;
	unsigned int n_sessions;
};

/* Version, settled, id. */
static void into_kernel(struct records *r, const uint8_t *record, size_t len)
{
	struct in in = in_of(record, len);
	struct dp_session k = { .ifindex = IFINDEX, .mru = 1400, .mppe_required = true };
	struct dp_err err;

	in_u16(&in);
	k.id = in_u32(&in);
	k.tx.strength = k.rx.strength = DP_MPPE_128;
	dp_session_new(world_daemon_engine(r->w)->dp, &k, &err);
}

static void commit_session(struct records *r, struct memory *m, const uint8_t *record, size_t len)
{
	int slot = memory_slot_new(m, MEMORY_SESSION);

	if (slot < 0 || r->n_sessions++ == SESSIONS_MAX)
		return;
	into_kernel(r, record, len);
	must(memory_commit(m, MEMORY_SESSION, (uint32_t)slot, record, len) == 0 ||
	     len > MEMORY_SESSION_RECORD_MAX);
}

/* The stream stands where the record says, but for what a death between two steps leaves. */
static void commit_conn(struct records *r, struct memory *m, const uint8_t *record, size_t len, bool behind)
{
	struct in in = in_of(record, len);
	uint64_t rx, tx;
	size_t i;

	for (i = 0; i < CONN_RX_TOTAL; i++)
		in_u8(&in);
	rx = (uint64_t)in_u32(&in) << 32 | in_u32(&in);
	tx = (uint64_t)in_u32(&in) << 32 | in_u32(&in);
	world_daemon_position(r->w, rx - behind, tx + behind);
	must(memory_commit(m, MEMORY_CONN, 0, record, len) == 0 || len > MEMORY_CONN_RECORD_MAX);
}

static void commit_tunnel(struct memory *m, const uint8_t *record, size_t len)
{
	int slot = memory_slot_new(m, MEMORY_TUNNEL);

	must(slot < 0 || memory_commit(m, MEMORY_TUNNEL, (uint32_t)slot, record, len) == 0 ||
	     len > MEMORY_TUNNEL_RECORD_MAX);
}

/* Kinds are those of the memory file, and one more for a connection that is behind. */
static void tamper(void *arg, struct memory *m)
{
	struct records *r = arg;

	while (r->in.left) {
		uint8_t kind = in_u8(&r->in), *record;
		size_t len = in_u16(&r->in);

		record = in_take(&r->in, len, &len);
		if (kind % 4 == MEMORY_SESSION)
			commit_session(r, m, record, len);
		else if (kind % 4 == MEMORY_TUNNEL)
			commit_tunnel(m, record, len);
		else
			commit_conn(r, m, record, len, kind % 4);
		free(record);
	}
}

static void act(struct world *w, const char *line)
{
	static struct token tokens[TOKENS_MAX];

	world_daemon.act(w, tokens, tokens_split(line, tokens));
	out.n = 0;
}

/* Of each session that there may be. */
static void visit(struct world *w)
{
	static const uint8_t echo[] = { 0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4 };
	uint8_t packet[1 + sizeof(echo)];
	unsigned int id;

	act(w, "control status");
	act(w, "control sessions");
	for (id = 1; id <= 3; id++) {
		packet[0] = (uint8_t)(16 + id);
		memcpy(packet + 1, echo, sizeof(echo));
		world_daemon.rx(w, packet, sizeof(packet));
		world_daemon.advance(w, 1000);
		out.n = 0;
	}
	act(w, "control session id 1");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token tokens[TOKENS_MAX];
	struct records r = { .in = in_of(data, size) };
	bool l2tp;
	unsigned int i;

	out.n = 0;
	r.w = world_daemon.make(&out);
	l2tp = size && data[0] % 4 == MEMORY_TUNNEL;
	if (l2tp)
		world_daemon.set(r.w, tokens, tokens_split("conf l2tp", tokens));
	world_daemon.begin(r.w);
	if (!l2tp)
		act(r.w, "connect");
	world_daemon.advance(r.w, 0);
	world_daemon_die(r.w, tamper, &r);
	for (i = 0; i < 3; i++) {
		visit(r.w);
		world_daemon.advance(r.w, 40000);
		out.n = 0;
	}
	/* What was taken up can be taken up again. */
	act(r.w, "die");
	visit(r.w);
	act(r.w, "control disconnect user alice");
	world_daemon.advance(r.w, 60000);
	world_daemon.destroy(r.w);
	return 0;
}
