// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors (RFC 7296 section 2.9): ranges, what two sides have in common, and the kernel's networks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/ike_sa.h"

static int addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->bytes, b->bytes, a->family == AF_INET ? 4 : 16);
}

void ike_ts_of_addr(const struct addr *a, struct ike_selector *ts)
{
	*ts = (struct ike_selector){ .port_to = UINT16_MAX, .from = *a, .to = *a };
}

static unsigned int bits_of(const struct addr *a)
{
	return a->family == AF_INET ? 32 : 128;
}

/* Set the bits behind the first len. */
static void fill_bits(struct addr *a, unsigned int len)
{
	unsigned int i, n = bits_of(a);

	for (i = len; i < n; i++)
		a->bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

void ike_ts_of_prefix(const struct prefix *p, struct ike_selector *ts)
{
	ike_ts_of_addr(&p->addr, ts);
	fill_bits(&ts->to, p->len);
}

static bool intersect(const struct ike_selector *a, const struct ike_selector *b, struct ike_selector *out)
{
	if (a->from.family != b->from.family || (a->protocol && b->protocol && a->protocol != b->protocol))
		return false;
	out->protocol = a->protocol ? a->protocol : b->protocol;
	out->port_from = a->port_from > b->port_from ? a->port_from : b->port_from;
	out->port_to = a->port_to < b->port_to ? a->port_to : b->port_to;
	out->from = addr_cmp(&a->from, &b->from) > 0 ? a->from : b->from;
	out->to = addr_cmp(&a->to, &b->to) < 0 ? a->to : b->to;
	return out->port_from <= out->port_to && addr_cmp(&out->from, &out->to) <= 0;
}

static bool covers(const struct ike_selector *outer, const struct ike_selector *inner)
{
	struct ike_selector both;

	return intersect(outer, inner, &both) && (!outer->protocol || outer->protocol == inner->protocol) &&
	       both.port_from == inner->port_from && both.port_to == inner->port_to &&
	       !addr_cmp(&both.from, &inner->from) && !addr_cmp(&both.to, &inner->to);
}

bool ike_ts_covers(const struct ike_selector *outer, unsigned int n_outer, const struct ike_selector *inner)
{
	unsigned int i;

	for (i = 0; i < n_outer; i++)
		if (covers(&outer[i], inner))
			return true;
	return false;
}

/* What others cover already is left out. Peers often name the packet at hand first, then its network. */
static unsigned int add(struct ike_selector *list, unsigned int n, unsigned int max, const struct ike_selector *one)
{
	unsigned int i, kept = 0;

	if (ike_ts_covers(list, n, one))
		return n;
	for (i = 0; i < n; i++)
		if (!covers(one, &list[i]))
			list[kept++] = list[i];
	if (kept < max)
		list[kept++] = *one;
	return kept;
}

unsigned int ike_ts_intersect(const struct ike_selector *a, unsigned int n_a, const struct ike_selector *b,
			      unsigned int n_b, struct ike_selector *out, unsigned int max)
{
	struct ike_selector one;
	unsigned int i, k, n = 0;

	for (i = 0; i < n_a; i++)
		for (k = 0; k < n_b; k++)
			if (intersect(&a[i], &b[k], &one))
				n = add(out, n, max, &one);
	return n;
}

/* --- networks --- */

/* The largest network that begins at from and does not go beyond to. */
static unsigned int longest_run(const struct addr *from, const struct addr *to)
{
	unsigned int len = bits_of(from);
	struct addr end;

	while (len) {
		/* Shorter by one: the bit that it gives up must be zero. */
		if (from->bytes[(len - 1) / 8] & 0x80 >> (len - 1) % 8)
			break;
		end = *from;
		fill_bits(&end, len - 1);
		if (addr_cmp(&end, to) > 0)
			break;
		len--;
	}
	return len;
}

/* The address behind a network's last; false: there is none. */
static bool next_addr(struct addr *a)
{
	unsigned int i = bits_of(a) / 8;

	while (i--)
		if (++a->bytes[i])
			return true;
	return false;
}

/* The networks that a range is made of. */
static int split(const struct ike_selector *ts, struct prefix *out, unsigned int *n, unsigned int max)
{
	struct addr at = ts->from;

	for (;;) {
		struct prefix p = { .addr = at, .len = (uint8_t)longest_run(&at, &ts->to) };

		if (*n == max)
			return -E2BIG;
		out[(*n)++] = p;
		fill_bits(&at, p.len);
		if (!next_addr(&at) || addr_cmp(&at, &ts->to) > 0)
			return 0;
	}
}

static int add_pair(const struct ike_selector *l, const struct ike_selector *r, struct dp_selector *out,
		    unsigned int *n)
{
	struct prefix locals[DP_SELECTORS_MAX], remotes[DP_SELECTORS_MAX];
	unsigned int n_l = 0, n_r = 0, i, k;

	if (l->from.family != r->from.family || (l->protocol && r->protocol && l->protocol != r->protocol))
		return 0;
	if (split(l, locals, &n_l, DP_SELECTORS_MAX) || split(r, remotes, &n_r, DP_SELECTORS_MAX) ||
	    *n + n_l * n_r > DP_SELECTORS_MAX)
		return -E2BIG;
	for (i = 0; i < n_l; i++)
		for (k = 0; k < n_r; k++)
			out[(*n)++] = (struct dp_selector){
				.local = locals[i], .remote = remotes[k],
				.protocol = l->protocol ? l->protocol : r->protocol,
				.local_min = l->port_from, .local_max = l->port_to,
				.remote_min = r->port_from, .remote_max = r->port_to,
			};
	return 0;
}

int ike_child_selectors(const struct ike_child *c, struct dp_selector *out, unsigned int *n)
{
	struct ike_child_info info;
	unsigned int i, k;

	ike_child_get_info(c, &info);
	*n = 0;
	for (i = 0; i < info.n_local_ts; i++)
		for (k = 0; k < info.n_remote_ts; k++)
			if (add_pair(&info.local_ts[i], &info.remote_ts[k], out, n))
				return -E2BIG;
	return *n ? 0 : -EINVAL;
}

/* --- text --- */

static const char *protocol_name(uint8_t protocol, char buf[16])
{
	if (protocol == 6 || protocol == 17 || protocol == 1)
		return protocol == 6 ? "tcp" : protocol == 17 ? "udp" : "icmp";
	snprintf(buf, 16, "protocol %u", protocol);
	return buf;
}

static void one_to_str(const struct ike_selector *ts, char *buf, size_t cap)
{
	char from[ADDR_STRLEN], to[ADDR_STRLEN], word[16];
	struct prefix p = { .addr = ts->from, .len = (uint8_t)longest_run(&ts->from, &ts->to) };
	struct addr end = ts->from;
	int n;

	fill_bits(&end, p.len);
	if (!addr_cmp(&end, &ts->to))
		n = snprintf(buf, cap, "%s", p.len == bits_of(&p.addr) ? addr_to_str(&p.addr, from) :
									  prefix_to_str(&p, from));
	else
		n = snprintf(buf, cap, "%s-%s", addr_to_str(&ts->from, from), addr_to_str(&ts->to, to));
	if (ts->protocol && n > 0 && (size_t)n < cap)
		n += snprintf(buf + n, cap - (size_t)n, " %s", protocol_name(ts->protocol, word));
	if ((ts->port_from || ts->port_to != UINT16_MAX) && n > 0 && (size_t)n < cap)
		snprintf(buf + n, cap - (size_t)n, ts->port_from == ts->port_to ? " port %u" : " ports %u-%u",
			 ts->port_from, ts->port_to);
}

const char *ike_ts_to_str(const struct ike_selector *ts, unsigned int n, char *buf, size_t cap)
{
	size_t len = 0;
	unsigned int i;

	snprintf(buf, cap, "nothing");
	for (i = 0; i < n && len + 2 < cap; i++) {
		if (i)
			len += (size_t)snprintf(buf + len, cap - len, ", ");
		one_to_str(&ts[i], buf + len, cap - len);
		len += strlen(buf + len);
	}
	return buf;
}
