// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_frozen.h"

#include <string.h>

bool ike_bool_thaw(struct rd *r)
{
	uint8_t v = rd_u8(r);

	if (v > 1)
		r->bad = true;
	return v == 1;
}

void ike_addr_freeze(const struct addr *a, struct wr *w)
{
	wr_u8(w, a->family);
	wr_bytes(w, a->bytes, a->family == AF_INET6 ? 16 : 4);
}

void ike_addr_thaw(struct addr *a, struct rd *r)
{
	*a = (struct addr){ .family = rd_u8(r) };
	if (a->family && a->family != AF_INET && a->family != AF_INET6)
		r->bad = true;
	rd_copy(r, a->bytes, a->family == AF_INET6 ? 16 : 4);
}

void ike_path_freeze(const struct ike_path *p, struct wr *w)
{
	ike_addr_freeze(&p->local, w);
	ike_addr_freeze(&p->peer, w);
	wr_u16(w, p->local_port);
	wr_u16(w, p->peer_port);
}

void ike_path_thaw(struct ike_path *p, struct rd *r)
{
	ike_addr_thaw(&p->local, r);
	ike_addr_thaw(&p->peer, r);
	p->local_port = rd_u16(r);
	p->peer_port = rd_u16(r);
	if (!p->local.family || p->local.family != p->peer.family)
		r->bad = true;
}

void ike_ts_freeze(const struct ike_selector *ts, unsigned int n, struct wr *w)
{
	unsigned int i;

	wr_u8(w, (uint8_t)n);
	for (i = 0; i < n; i++) {
		wr_u8(w, ts[i].protocol);
		wr_u16(w, ts[i].port_from);
		wr_u16(w, ts[i].port_to);
		ike_addr_freeze(&ts[i].from, w);
		ike_addr_freeze(&ts[i].to, w);
	}
}

void ike_ts_thaw(struct ike_selector *ts, unsigned int *n, struct rd *r)
{
	unsigned int i;

	*n = rd_u8(r);
	if (!*n || *n > IKE_TS_MAX) {
		r->bad = true;
		*n = 0;
	}
	for (i = 0; i < *n; i++) {
		ts[i].protocol = rd_u8(r);
		ts[i].port_from = rd_u16(r);
		ts[i].port_to = rd_u16(r);
		ike_addr_thaw(&ts[i].from, r);
		ike_addr_thaw(&ts[i].to, r);
		if (!ts[i].from.family || ts[i].from.family != ts[i].to.family)
			r->bad = true;
	}
}

void ike_user_freeze(const char *user, struct wr *w)
{
	wr_u8(w, (uint8_t)strlen(user));
	wr_bytes(w, user, strlen(user));
}

void ike_user_thaw(char user[IKE_USER_MAX + 1], struct rd *r)
{
	uint8_t len = rd_u8(r);

	if (len > IKE_USER_MAX) {
		r->bad = true;
		return;
	}
	rd_copy(r, user, len);
	user[len] = '\0';
}

void ike_assigned_freeze(const struct ike_assigned *a, struct wr *w)
{
	static const struct ike_assigned none;

	wr_u8(w, a != NULL);
	if (!a)
		a = &none;
	ike_addr_freeze(&a->ip4, w);
	ike_addr_freeze(&a->ip6.addr, w);
	wr_u8(w, a->ip6.len);
}

bool ike_assigned_thaw(struct ike_assigned *a, struct rd *r)
{
	bool there = ike_bool_thaw(r);

	ike_addr_thaw(&a->ip4, r);
	ike_addr_thaw(&a->ip6.addr, r);
	a->ip6.len = rd_u8(r);
	if (a->ip6.len > 128)
		r->bad = true;
	return there;
}
