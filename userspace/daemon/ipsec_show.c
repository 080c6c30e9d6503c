// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ipsec_show.h"

#include <stdio.h>
#include <string.h>

#include "daemon/warrior.h"

#define TEXT_MAX 1024

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value ? value : json_null());
}

static void set_number(json_t *object, const char *key, uint64_t value)
{
	set(object, key, json_integer((json_int_t)value));
}

/* What a peer or a file chose is no UTF-8 for certain, and JSON takes nothing else. */
static json_t *text(const char *s)
{
	json_t *as_is = json_string(s);
	char escaped[4 * TEXT_MAX + 1];

	return as_is ? as_is : json_string(log_text(escaped, sizeof(escaped), s, strlen(s)));
}

static json_t *addr(const struct addr *a)
{
	char buf[ADDR_STRLEN];

	return a->family ? json_string(addr_to_str(a, buf)) : json_null();
}

static json_t *networks(const struct ike_selector *ts, unsigned int n)
{
	json_t *all = json_array();
	char buf[TEXT_MAX];
	unsigned int i;

	for (i = 0; i < n; i++)
		json_array_append_new(all, json_string(ike_ts_to_str(&ts[i], 1, buf, sizeof(buf))));
	return all;
}

static json_t *spi(uint32_t v)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "%08x", v);
	return json_string(buf);
}

static void show_counters(json_t *o, struct ipsec *ipsec, const struct kid *k, const struct ike_child_info *info)
{
	struct dp_sa_stats in = { .packets = 0 }, out = { .packets = 0 };
	struct dp_err err;

	if (k && k->in_kernel) {
		dp_sa_get(ipsec->engine->dp, k->kernel.ifindex, k->kernel.id, false, info->spi_in, &in, &err);
		dp_sa_get(ipsec->engine->dp, k->kernel.ifindex, k->kernel.id, true, info->spi_out, &out, &err);
	}
	set_number(o, "rx_packets", in.packets);
	set_number(o, "rx_bytes", in.bytes);
	set_number(o, "tx_packets", out.packets);
	set_number(o, "tx_bytes", out.bytes);
}

static uint64_t seconds_to(uint64_t when, uint64_t now)
{
	return when > now ? (when - now) / 1000 : 0;
}

static json_t *show_child(struct ipsec *ipsec, struct ike_child *c)
{
	uint64_t now = loop_now_ms(ipsec->engine->loop);
	struct kid *k = ike_child_owner(c);
	struct ike_child_info info;
	json_t *o = json_object();
	char suite[TEXT_MAX];

	ike_child_get_info(c, &info);
	set_number(o, "id", k ? k->kernel.id : 0);
	set(o, "mode", json_string(info.transport ? "transport" : "tunnel"));
	set(o, "udp", json_boolean(info.encapsulated));
	set(o, "local", networks(info.local_ts, info.n_local_ts));
	set(o, "remote", networks(info.remote_ts, info.n_remote_ts));
	set(o, "algorithms", json_string(ike_suite_to_str(info.suite, suite, sizeof(suite))));
	set(o, "spi_in", spi(info.spi_in));
	set(o, "spi_out", spi(info.spi_out));
	set_number(o, "up_s", info.up_ms ? (now - info.up_ms) / 1000 : 0);
	set_number(o, "rekey_s", seconds_to(info.rekey_ms, now));
	show_counters(o, ipsec, k, &info);
	return o;
}

static json_t *show_children(struct ipsec *ipsec, struct ike_sa *sa)
{
	json_t *all = json_array();
	struct ike_child *c = NULL;

	while (sa && (c = ike_child_next(sa, c)))
		json_array_append_new(all, show_child(ipsec, c));
	return all;
}

json_t *ipsec_show_site(struct site *s)
{
	struct ipsec *ipsec = s->holder.ipsec;
	uint64_t now = loop_now_ms(ipsec->engine->loop);
	struct ike_sa_info info = { .up_ms = 0 };
	json_t *o = json_object();
	char id[IKE_ID_STRLEN];

	if (s->holder.sa)
		ike_sa_get_info(s->holder.sa, &info);
	set(o, "name", text(s->conf->name));
	set(o, "remote", text(s->conf->remote));
	set(o, "state", json_string(site_state_to_str(s->state)));
	set(o, "local_address", addr(&s->local));
	set(o, "peer_address", addr(&s->remote));
	set(o, "peer_id", s->state == SITE_UP && info.peer_id ? text(ike_id_to_str(info.peer_id, id, sizeof(id))) :
								NULL);
	set(o, "address", addr(&s->address.addr));
	set(o, "up_s", info.up_ms ? json_integer((json_int_t)((now - info.up_ms) / 1000)) : NULL);
	set(o, "children", show_children(ipsec, s->holder.sa));
	set_number(o, "failures", s->tries);
	set(o, "why", s->why[0] ? text(s->why) : NULL);
	set(o, "next_s", s->state == SITE_WAITING ? json_integer((json_int_t)seconds_to(s->due_ms + 999, now)) : NULL);
	return o;
}

json_t *ipsec_show_sites(struct ipsec *ipsec)
{
	json_t *all = json_array();
	struct site *s;

	TAILQ_FOREACH(s, &ipsec->sites, link)
		json_array_append_new(all, ipsec_show_site(s));
	return all;
}

static const char *state_word(const struct ike_sa_info *info)
{
	return info->state == IKE_SA_UP ? "up" : info->state == IKE_SA_CONNECTING ? "connecting" : "closing";
}

static json_t *show_sa(struct ipsec *ipsec, struct ike_sa *sa)
{
	const struct ike_assigned *a = ike_sa_assigned(sa);
	uint64_t now = loop_now_ms(ipsec->engine->loop);
	struct ike_sa_info info;
	char buf[TEXT_MAX], spis[40];
	json_t *o = json_object();

	ike_sa_get_info(sa, &info);
	snprintf(spis, sizeof(spis), "%016llx_%016llx", (unsigned long long)info.spi_i,
		 (unsigned long long)info.spi_r);
	set(o, "spis", json_string(spis));
	set_number(o, "version", info.version);
	set(o, "of", info.peer ? text(info.peer->name) : NULL);
	set(o, "state", json_string(state_word(&info)));
	set(o, "initiator", json_boolean(info.initiator));
	set(o, "local_address", addr(&info.path.local));
	set_number(o, "local_port", info.path.local_port);
	set(o, "peer_address", addr(&info.path.peer));
	set_number(o, "peer_port", info.path.peer_port);
	set(o, "local_id", info.local_id->type ? text(ike_id_to_str(info.local_id, buf, sizeof(buf))) : NULL);
	set(o, "peer_id", info.peer_id->type ? text(ike_id_to_str(info.peer_id, buf, sizeof(buf))) : NULL);
	set(o, "user", info.user[0] ? text(info.user) : NULL);
	set(o, "address", a && a->ip4.family ? addr(&a->ip4) : NULL);
	set(o, "algorithms", info.suite ? json_string(ike_suite_to_str(info.suite, buf, sizeof(buf))) : NULL);
	set(o, "nat_here", json_boolean(info.nat_here));
	set(o, "nat_there", json_boolean(info.nat_there));
	set(o, "up_s", info.up_ms ? json_integer((json_int_t)((now - info.up_ms) / 1000)) : NULL);
	set(o, "rekey_s", info.rekey_ms ? json_integer((json_int_t)seconds_to(info.rekey_ms, now)) : NULL);
	set(o, "children", show_children(ipsec, sa));
	return o;
}

json_t *ipsec_show_sas(struct ipsec *ipsec)
{
	json_t *all = json_array();
	struct ike_sa *sa = NULL;

	while ((sa = ipsec_sa_next(ipsec, sa)))
		json_array_append_new(all, show_sa(ipsec, sa));
	return all;
}

json_t *ipsec_show_status(const struct ipsec *ipsec)
{
	struct ike_stats v1, v2;
	json_t *o;

	if (!ipsec || !ipsec->ref || !conf_has_ike(ipsec->ref->conf))
		return json_null();
	ike1_get_stats(ipsec->ike1, &v1);
	ike_get_stats(ipsec->ike, &v2);
	o = json_object();
	set(o, "device", text(ipsec->ref->conf->ipsec_device));
	set_number(o, "ike_sas", v1.sas + v2.sas);
	set_number(o, "half_open", v1.half_open + v2.half_open);
	set_number(o, "children", v1.children + v2.children);
	set_number(o, "cookies_asked", v2.cookies_asked);
	set_number(o, "refused", v1.refused + v2.refused);
	set_number(o, "auth_failed", v1.auth_failed + v2.auth_failed);
	set_number(o, "junk", v1.junk + v2.junk);
	set_number(o, "strays", v1.strays + v2.strays);
	if (!ipsec->pool)
		return o;
	set_number(o, "pool_used", pool_used(ipsec->pool));
	set_number(o, "pool_size", pool_size(ipsec->pool));
	return o;
}
