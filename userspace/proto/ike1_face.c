// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike1_face.h"

#include <errno.h>

#include "proto/ike1_impl.h"

/* What the owner holds is what we call struct ike1_sa and struct ike1_child; both begin with their face. */
static struct ike1_sa *sa1(const struct ike_sa *sa)
{
	return (struct ike1_sa *)(uintptr_t)sa;
}

static struct ike1_child *child1(const struct ike_child *c)
{
	return (struct ike1_child *)(uintptr_t)c;
}

static struct ike_sa *face_sa(const struct ike1_sa *sa)
{
	return (struct ike_sa *)(uintptr_t)sa;
}

static struct ike_child *face_child(const struct ike1_child *c)
{
	return (struct ike_child *)(uintptr_t)c;
}

/* --- what the owner calls --- */

static void sa_get_info(const struct ike_sa *sa, struct ike_sa_info *info)
{
	struct ike1_sa_info i;

	ike1_sa_get_info(sa1(sa), &i);
	*info = (struct ike_sa_info){
		.version = 1, .path = i.path, .spi_i = i.spi_i, .spi_r = i.spi_r, .initiator = i.initiator,
		.state = i.state, .peer = i.peer, .suite = i.suite, .peer_id = i.peer_id, .local_id = i.local_id,
		.user = i.user, .nat_here = i.nat_here, .nat_there = i.nat_there,
		.fragmentation = i.fragmentation, .up_ms = i.up_ms, .rekey_ms = i.rekey_ms,
		.children = i.children,
	};
}

static void sa_set_owner(struct ike_sa *sa, void *owner)
{
	ike1_sa_set_owner(sa1(sa), owner);
}

static void *sa_owner(const struct ike_sa *sa)
{
	return ike1_sa_owner(sa1(sa));
}

static void sa_close(struct ike_sa *sa, const char *why)
{
	ike1_sa_close(sa1(sa), why);
}

static void sa_abort(struct ike_sa *sa, const char *why)
{
	ike1_sa_abort(sa1(sa), why);
}

static void sa_rekey(struct ike_sa *sa)
{
	ike1_sa_rekey(sa1(sa));
}

static void sa_probe(struct ike_sa *sa)
{
	ike1_sa_probe(sa1(sa));
}

/* There is no MOBIKE for this version. */
static int sa_move(struct ike_sa *sa, const struct ike_path *path)
{
	(void)sa;
	(void)path;
	return -EOPNOTSUPP;
}

static int child_initiate(struct ike_sa *sa)
{
	return ike1_child_initiate(sa1(sa));
}

static const struct ike_assigned *sa_assigned(const struct ike_sa *sa)
{
	return ike1_sa_assigned(sa1(sa));
}

static void child_rekey(struct ike_child *c)
{
	ike1_child_rekey(child1(c));
}

static void child_close(struct ike_child *c, const char *why)
{
	ike1_child_close(child1(c), why);
}

static void child_limit(struct ike_child *c, bool hard)
{
	ike1_child_limit(child1(c), hard);
}

static void child_get_info(const struct ike_child *c, struct ike_child_info *info)
{
	struct ike1_child_info i;

	ike1_child_get_info(child1(c), &i);
	*info = (struct ike_child_info){
		.sa = face_sa(i.sa), .spi_in = i.spi_in, .spi_out = i.spi_out, .suite = i.suite,
		.transport = i.transport, .encapsulated = i.encapsulated, .local_ts = i.local_ts,
		.remote_ts = i.remote_ts, .n_local_ts = 1, .n_remote_ts = 1, .up_ms = i.up_ms,
		.rekey_ms = i.rekey_ms,
	};
}

static void child_set_owner(struct ike_child *c, void *owner)
{
	ike1_child_set_owner(child1(c), owner);
}

static void *child_owner(const struct ike_child *c)
{
	return ike1_child_owner(child1(c));
}

static void sa_peer_moved(struct ike_sa *sa, const struct addr *peer, uint16_t port)
{
	ike1_sa_peer_moved(sa1(sa), peer, port);
}

static struct ike_child *child_next(const struct ike_sa *sa, const struct ike_child *prev)
{
	return face_child(ike1_child_next(sa1(sa), child1(prev)));
}

static struct ike_child *child_each(const struct ike_sa *sa, const struct ike_child *prev)
{
	return face_child(ike1_child_each(sa1(sa), child1(prev)));
}

static bool sa_can_freeze(const struct ike_sa *sa)
{
	return ike1_sa_can_freeze(sa1(sa));
}

static void sa_freeze(const struct ike_sa *sa, struct wr *w)
{
	ike1_sa_freeze(sa1(sa), w);
}

const struct ike_face ike1_face = {
	.sa_get_info = sa_get_info, .sa_set_owner = sa_set_owner, .sa_owner = sa_owner, .sa_close = sa_close,
	.sa_abort = sa_abort, .sa_rekey = sa_rekey, .sa_probe = sa_probe, .sa_move = sa_move,
	.child_initiate = child_initiate, .sa_assigned = sa_assigned, .child_rekey = child_rekey,
	.child_close = child_close, .child_limit = child_limit, .child_get_info = child_get_info,
	.child_set_owner = child_set_owner, .child_owner = child_owner, .sa_peer_moved = sa_peer_moved,
	.child_next = child_next, .child_each = child_each, .sa_can_freeze = sa_can_freeze, .sa_freeze = sa_freeze,
};

/* --- what the owner is told --- */

static void op_tx(void *ctx, const struct ike_path *path, const uint8_t *data, size_t len)
{
	struct ike1_owner *o = ctx;

	o->ops->tx(o->ctx, path, data, len);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct ike1_owner *o = ctx;

	o->ops->random(o->ctx, buf, len);
}

static int64_t op_wall_time(void *ctx)
{
	struct ike1_owner *o = ctx;

	return o->ops->wall_time(o->ctx);
}

static unsigned int op_candidates(void *ctx, const struct ike_path *path, struct ike_peer **out, unsigned int max)
{
	struct ike1_owner *o = ctx;

	return o->ops->candidates(o->ctx, path, out, max);
}

static bool op_password(void *ctx, struct ike1_sa *sa, const char *user, char *out, size_t cap)
{
	struct ike1_owner *o = ctx;

	return o->ops->password(o->ctx, face_sa(sa), user, out, cap);
}

static bool op_assign(void *ctx, struct ike1_sa *sa, bool ip4, bool ip6, struct ike_assigned *out,
		      char why[IKE_WHY_MAX])
{
	struct ike1_owner *o = ctx;

	return o->ops->assign(o->ctx, face_sa(sa), ip4, ip6, out, why);
}

static void op_assigned(void *ctx, struct ike1_sa *sa, const struct ike_assigned *a)
{
	struct ike1_owner *o = ctx;

	o->ops->assigned(o->ctx, face_sa(sa), a);
}

static void op_sa_up(void *ctx, struct ike1_sa *sa)
{
	struct ike1_owner *o = ctx;

	o->ops->sa_up(o->ctx, face_sa(sa));
}

static void op_sa_replaced(void *ctx, struct ike1_sa *old, struct ike1_sa *sa)
{
	struct ike1_owner *o = ctx;

	o->ops->sa_replaced(o->ctx, face_sa(old), face_sa(sa));
}

static void op_sa_down(void *ctx, struct ike1_sa *sa, const char *why)
{
	struct ike1_owner *o = ctx;

	o->ops->sa_down(o->ctx, face_sa(sa), why);
}

static void op_sa_moved(void *ctx, struct ike1_sa *sa)
{
	struct ike1_owner *o = ctx;

	o->ops->sa_moved(o->ctx, face_sa(sa));
}

static int op_child_new(void *ctx, struct ike1_child *c, char why[IKE_WHY_MAX])
{
	struct ike1_owner *o = ctx;

	return o->ops->child_new(o->ctx, face_child(c), why);
}

static void op_child_replaced(void *ctx, struct ike1_child *old, struct ike1_child *c)
{
	struct ike1_owner *o = ctx;

	o->ops->child_replaced(o->ctx, face_child(old), face_child(c));
}

static int op_sa_add(void *ctx, struct ike1_child *c, struct dp_sa *s, char why[IKE_WHY_MAX])
{
	struct ike1_owner *o = ctx;

	return o->ops->sa_add(o->ctx, face_child(c), s, why);
}

static void op_sa_del(void *ctx, struct ike1_child *c, bool outbound, uint32_t spi)
{
	struct ike1_owner *o = ctx;

	o->ops->sa_del(o->ctx, face_child(c), outbound, spi);
}

static void op_child_down(void *ctx, struct ike1_child *c, const char *why)
{
	struct ike1_owner *o = ctx;

	o->ops->child_down(o->ctx, face_child(c), why);
}

static void op_child_failed(void *ctx, struct ike1_sa *sa, const char *why)
{
	struct ike1_owner *o = ctx;

	o->ops->child_failed(o->ctx, face_sa(sa), why);
}

static void op_slot_free(void *ctx, uint32_t slot)
{
	struct ike1_owner *o = ctx;

	o->ops->slot_free(o->ctx, slot);
}

static void op_log(void *ctx, const struct ike1_sa *sa, enum log_level level, const char *text)
{
	struct ike1_owner *o = ctx;

	o->ops->log(o->ctx, face_sa(sa), level, text);
}

static const struct ike1_ops ops = {
	.tx = op_tx, .random = op_random, .wall_time = op_wall_time, .candidates = op_candidates,
	.password = op_password, .assign = op_assign, .assigned = op_assigned, .sa_up = op_sa_up,
	.sa_replaced = op_sa_replaced, .sa_down = op_sa_down, .sa_moved = op_sa_moved,
	.child_new = op_child_new, .child_replaced = op_child_replaced, .sa_add = op_sa_add,
	.sa_del = op_sa_del, .child_down = op_child_down, .child_failed = op_child_failed,
	.slot_free = op_slot_free, .log = op_log,
};

struct ike1 *ike1_new_for(struct loop *loop, const struct ike_config *cfg, struct ike1_owner *owner)
{
	return ike1_new(loop, cfg, &ops, owner);
}

struct ike_sa *ike1_initiate_for(struct ike1 *ike, struct ike_peer *peer, const struct ike_path *path, void *owner)
{
	return face_sa(ike1_initiate(ike, peer, path, owner));
}

struct ike_sa *ike1_sa_next_for(const struct ike1 *ike, const struct ike_sa *prev)
{
	return face_sa(ike1_sa_next(ike, sa1(prev)));
}

struct ike_sa *ike1_sa_at_for(const struct ike1 *ike, const uint8_t *data, size_t len)
{
	return face_sa(ike1_sa_at(ike, data, len));
}

struct ike_sa *ike1_next_changed_for(struct ike1 *ike)
{
	return face_sa(ike1_next_changed(ike));
}

struct ike_sa *ike1_sa_thaw_for(struct ike1 *ike, struct ike_peer *peer, void *owner, struct rd *r)
{
	return face_sa(ike1_sa_thaw(ike, peer, owner, r));
}
