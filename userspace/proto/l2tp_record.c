// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Established tunnels and calls as records for another process. No secret is in them. A record is
 * checked like a packet when it is read: a wrong one makes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "proto/l2tp_impl.h"

#define RECORD_VERSION 1

bool l2tp_tunnel_can_freeze(const struct l2tp_tunnel *t)
{
	return t->state == L2TP_ESTABLISHED;
}

static void text_freeze(struct wr *w, const char *text)
{
	size_t len = strlen(text);

	wr_u8(w, len);
	wr_bytes(w, text, len);
}

static bool text_thaw(struct rd *r, char *text, size_t cap)
{
	uint8_t len = rd_u8(r);

	if (len >= cap)
		return false;
	rd_copy(r, text, len);
	return !r->bad && !memchr(text, 0, len);
}

static void addr_freeze(struct wr *w, const struct addr *a)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->bytes, sizeof(a->bytes));
}

static bool addr_thaw(struct rd *r, struct addr *a)
{
	uint8_t family = rd_u8(r);
	uint8_t bytes[16];

	rd_copy(r, bytes, sizeof(bytes));
	memset(a, 0, sizeof(*a));
	a->family = family;
	memcpy(a->bytes, bytes, family == AF_INET ? 4 : sizeof(bytes));
	return family == AF_INET || family == AF_INET6;
}

void l2tp_tunnel_freeze(const struct l2tp_tunnel *t, struct wr *w)
{
	wr_u8(w, RECORD_VERSION);
	wr_u32(w, t->path.transport);
	addr_freeze(w, &t->path.local);
	addr_freeze(w, &t->path.peer);
	wr_u16(w, t->path.local_port);
	wr_u16(w, t->path.peer_port);
	wr_u16(w, t->id);
	wr_u16(w, t->peer_id);
	wr_u8(w, t->initiator);
	wr_u8(w, t->authenticated);
	wr_u8(w, t->has_bearer_cap);
	wr_u32(w, t->framing_cap);
	wr_u32(w, t->bearer_cap);
	text_freeze(w, t->host_name);
	text_freeze(w, t->vendor);
	l2tp_channel_freeze(&t->channel, w);
}

static bool path_thaw(struct rd *r, struct l2tp_path *path)
{
	path->transport = rd_u32(r);
	if (!addr_thaw(r, &path->local) || !addr_thaw(r, &path->peer))
		return false;
	path->local_port = rd_u16(r);
	path->peer_port = rd_u16(r);
	return !r->bad && path->local.family == path->peer.family;
}

static bool fields_thaw(struct l2tp_tunnel *t, struct rd *r)
{
	uint8_t initiator = rd_u8(r), authenticated = rd_u8(r), has_bearer_cap = rd_u8(r);

	t->initiator = initiator;
	t->authenticated = authenticated;
	t->has_bearer_cap = has_bearer_cap;
	t->framing_cap = rd_u32(r);
	t->bearer_cap = rd_u32(r);
	return initiator <= 1 && authenticated <= 1 && has_bearer_cap <= 1 &&
	       text_thaw(r, t->host_name, sizeof(t->host_name)) && t->host_name[0] &&
	       text_thaw(r, t->vendor, sizeof(t->vendor)) && !l2tp_channel_thaw(&t->channel, r) &&
	       !t->channel.closed;
}

struct l2tp_tunnel *l2tp_tunnel_thaw(struct l2tp *l2tp, void *owner, struct rd *r)
{
	struct l2tp_path path = { .transport = 0 };
	struct l2tp_tunnel *t;
	uint16_t id, peer_id;

	if (rd_u8(r) != RECORD_VERSION || !path_thaw(r, &path))
		return NULL;
	id = rd_u16(r);
	peer_id = rd_u16(r);
	t = l2tp_tunnel_new(l2tp, &path);
	if (!t || !l2tp_tunnel_publish(t, id))
		return NULL;
	if (!fields_thaw(t, r) || !peer_id || t->channel.peer_tunnel_id != peer_id ||
	    l2tp_tunnel_by_peer_id(l2tp, &t->path, peer_id, NULL) ||
	    !l2tp_tunnel_set_peer_id(t, peer_id)) {
		l2tp_tunnel_bury(t);
		return NULL;
	}
	t->owner = owner;
	l2tp_tunnel_set_state(t, L2TP_ESTABLISHED);
	return t;
}

void l2tp_tunnel_resume(struct l2tp_tunnel *t)
{
	l2tp_channel_resume(&t->channel);
	t->l2tp->ops->peer_ask(t->l2tp->ctx, t, t->host_name);
}

bool l2tp_call_can_freeze(const struct l2tp_call *c)
{
	return c->state == L2TP_CALL_ESTABLISHED;
}

void l2tp_call_freeze(const struct l2tp_call *c, struct wr *w)
{
	wr_u8(w, RECORD_VERSION);
	wr_u8(w, c->role);
	wr_u16(w, c->id);
	wr_u16(w, c->peer_id);
	wr_u32(w, c->serial);
}

struct l2tp_call *l2tp_call_thaw(struct l2tp_tunnel *t, void *owner, struct rd *r)
{
	uint8_t version = rd_u8(r), role = rd_u8(r);
	uint16_t id = rd_u16(r), peer_id = rd_u16(r);
	uint32_t serial = rd_u32(r);
	struct l2tp_call *c;

	if (r->bad || version != RECORD_VERSION || role > L2TP_LNS_OUT || !id || !peer_id)
		return NULL;
	c = l2tp_call_new(t, role, id);
	if (!c)
		return NULL;
	if (!l2tp_call_set_peer_id(c, peer_id)) {
		l2tp_call_bury(c);
		return NULL;
	}
	c->owner = owner;
	c->serial = serial;
	l2tp_call_set_state(c, L2TP_CALL_ESTABLISHED);
	return c;
}
