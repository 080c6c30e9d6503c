// SPDX-License-Identifier: GPL-2.0-or-later
/* Values that are addresses, and the name of the pool that they come from. */
#include "conf/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/options.h"

static int parse_v4(const char *text, struct addr *a, char why[VALUE_WHY_MAX])
{
	if (addr_parse(text, a) || a->family != AF_INET)
		return value_bad(why, "\"%s\" is no IPv4 address", text);
	return 0;
}

/* --- one address --- */

static int addr_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		    char why[VALUE_WHY_MAX])
{
	struct addr a;

	(void)conf;
	if (parse_v4(text, &a, why))
		return -EINVAL;
	if (!a.v4.s_addr || IN_MULTICAST(addr_v4_host(&a)) || a.v4.s_addr == INADDR_BROADCAST)
		return value_bad(why, "%s is no address of a host", text);
	memcpy((char *)base + o->at, &a, sizeof(a));
	return 0;
}

static int any_addr_set(const struct conf *conf, const struct option *o, void *base, const char *text,
			char why[VALUE_WHY_MAX])
{
	static const struct addr none;
	struct addr a;

	(void)conf;
	if (addr_parse(text, &a))
		return value_bad(why, "\"%s\" is no address", text);
	if (!memcmp(a.bytes, none.bytes, a.family == AF_INET ? 4 : 16) ||
	    (a.family == AF_INET ? IN_MULTICAST(addr_v4_host(&a)) : IN6_IS_ADDR_MULTICAST(&a.v6)))
		return value_bad(why, "%s is no address of a host", text);
	memcpy((char *)base + o->at, &a, sizeof(a));
	return 0;
}

static bool addr_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct addr *a = (const void *)((const char *)base + o->at);
	char buf[ADDR_STRLEN];

	if (a->family)
		value_append(out, "\"%s\"", addr_to_str(a, buf));
	return a->family;
}

const struct value_type value_addr_v4 = { "address", false, addr_set, addr_put };
const struct value_type value_addr = { "address", false, any_addr_set, addr_put };

/* --- lists --- */

/*
 * The place for one more entry of a list; NULL: it is full. Lists without a count end at the first
 * entry without a family.
 */
static void *next_entry(const struct option *o, void *base, size_t size)
{
	unsigned int *count = (unsigned int *)(void *)((char *)base + o->count_at);
	uint8_t *entries = (uint8_t *)base + o->at;
	unsigned int i;

	if (o->count_at)
		return *count < o->max ? entries + (*count)++ * size : NULL;
	for (i = 0; i < o->max; i++) {
		if (!((struct addr *)(void *)(entries + i * size))->family)
			return entries + i * size;
	}
	return NULL;
}

static unsigned int n_entries(const struct option *o, const void *base, size_t size)
{
	const uint8_t *entries = (const uint8_t *)base + o->at;
	unsigned int n = 0;

	if (o->count_at)
		return *(const unsigned int *)(const void *)((const char *)base + o->count_at);
	while (n < o->max && ((const struct addr *)(const void *)(entries + n * size))->family)
		n++;
	return n;
}

static int add_addr(const struct option *o, void *base, const char *text, const struct addr *a,
		    char why[VALUE_WHY_MAX])
{
	struct addr *entry = next_entry(o, base, sizeof(*a));

	if (!entry)
		return value_bad(why, "%s is one more than the %u that are possible", text, o->max);
	*entry = *a;
	return 0;
}

static int addrs_v4_set(const struct conf *conf, const struct option *o, void *base,
			const char *text, char why[VALUE_WHY_MAX])
{
	struct addr a;

	(void)conf;
	return parse_v4(text, &a, why) ? -EINVAL : add_addr(o, base, text, &a, why);
}

static int addrs_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		     char why[VALUE_WHY_MAX])
{
	struct addr a;

	(void)conf;
	if (addr_parse(text, &a))
		return value_bad(why, "\"%s\" is no address", text);
	return add_addr(o, base, text, &a, why);
}

static bool addrs_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct addr *a = (const void *)((const char *)base + o->at);
	unsigned int i, n = n_entries(o, base, sizeof(*a));
	char buf[ADDR_STRLEN];

	for (i = 0; i < n; i++)
		value_append(out, "%s\"%s\"%s", i ? ", " : "{ ", addr_to_str(&a[i], buf),
			     i + 1 < n ? "" : " }");
	return n;
}

const struct value_type value_addrs_v4 = { "addresses", true, addrs_v4_set, addrs_put };
const struct value_type value_addrs = { "addresses", true, addrs_set, addrs_put };

static int parse_prefix(const char *text, struct prefix *p, char why[VALUE_WHY_MAX])
{
	int err = prefix_parse(text, p);

	if (err == -ERANGE)
		return value_bad(why, "%s has bits set beyond its length", text);
	return err ? value_bad(why, "\"%s\" is no network: write address/length", text) : 0;
}

static int subnets_set(const struct conf *conf, const struct option *o, void *base,
		       const char *text, char why[VALUE_WHY_MAX])
{
	struct prefix p, *entry;

	(void)conf;
	if (parse_prefix(text, &p, why))
		return -EINVAL;
	entry = next_entry(o, base, sizeof(p));
	if (!entry)
		return value_bad(why, "%s is one more than the %u that are possible", text, o->max);
	*entry = p;
	return 0;
}

static int prefixes_set(const struct conf *conf, const struct option *o, void *base,
			const char *text, char why[VALUE_WHY_MAX])
{
	struct prefix p;

	if (!prefix_parse(text, &p) && !p.len)
		return value_bad(why, "%s is everything there is: name the networks", text);
	return subnets_set(conf, o, base, text, why);
}

static bool prefixes_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct prefix *p = (const void *)((const char *)base + o->at);
	unsigned int i, n = n_entries(o, base, sizeof(*p));
	char buf[ADDR_STRLEN];

	for (i = 0; i < n; i++)
		value_append(out, "%s\"%s\"%s", i ? ", " : "{ ", prefix_to_str(&p[i], buf),
			     i + 1 < n ? "" : " }");
	return n;
}

const struct value_type value_prefixes = { "networks", true, prefixes_set, prefixes_put };
/* where everything there is may be meant */
const struct value_type value_subnets = { "networks", true, subnets_set, prefixes_put };

/* --- what a pool is made of --- */

static int prefix_v6_set(const struct conf *conf, const struct option *o, void *base,
			 const char *text, char why[VALUE_WHY_MAX])
{
	struct prefix p;

	(void)conf;
	if (parse_prefix(text, &p, why))
		return -EINVAL;
	if (p.addr.family != AF_INET6 || p.len < o->min || p.len > o->max)
		return value_bad(why, "%s is not an IPv6 network with a length from %u to %u", text,
				 o->min, o->max);
	memcpy((char *)base + o->at, &p, sizeof(p));
	return 0;
}

static bool prefix_v6_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct prefix *p = (const void *)((const char *)base + o->at);
	char buf[ADDR_STRLEN];

	if (p->addr.family)
		value_append(out, "\"%s\"", prefix_to_str(p, buf));
	return p->addr.family;
}

const struct value_type value_prefix_v6 = { "network", false, prefix_v6_set, prefix_v6_put };

static int range_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		     char why[VALUE_WHY_MAX])
{
	struct conf_pool *pool = base;
	struct addr first, last;
	char from[ADDR_STRLEN];
	const char *dash = strchr(text, '-');

	(void)conf;
	(void)o;
	if (!dash || (size_t)(dash - text) >= sizeof(from))
		return value_bad(why, "\"%s\" is no range: write first-last", text);
	snprintf(from, sizeof(from), "%.*s", (int)(dash - text), text);
	if (parse_v4(from, &first, why) || parse_v4(dash + 1, &last, why))
		return -EINVAL;
	if (addr_v4_host(&first) > addr_v4_host(&last))
		return value_bad(why, "%s ends before it begins", text);
	if (addr_v4_host(&last) - addr_v4_host(&first) >= CONF_POOL_MAX)
		return value_bad(why, "%s has more than the %u addresses that are possible", text,
				 CONF_POOL_MAX);
	if (!first.v4.s_addr || addr_v4_host(&last) >= 0xe0000000)
		return value_bad(why, "%s has addresses that no host can have", text);
	pool->first = first;
	pool->last = last;
	return 0;
}

static bool range_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct conf_pool *pool = base;
	char first[ADDR_STRLEN], last[ADDR_STRLEN];

	(void)o;
	value_append(out, "\"%s-%s\"", addr_to_str(&pool->first, first),
		     addr_to_str(&pool->last, last));
	return true;
}

const struct value_type value_range = { "first-last", false, range_set, range_put };

static int pool_set(const struct conf *conf, const struct option *o, void *base, const char *text,
		    char why[VALUE_WHY_MAX])
{
	const struct conf_pool **at = (const struct conf_pool **)(void *)((char *)base + o->at);
	unsigned int i;

	for (i = 0; i < conf->n_pools; i++) {
		if (strcmp(conf->pools[i].name, text))
			continue;
		*at = &conf->pools[i];
		return 0;
	}
	return value_bad(
		why,
		"there is no pool \"%s\": add a section  pool \"%s\" { range = \"first-last\" }",
		text, text);
}

static bool pool_put(const struct option *o, const void *base, struct value_text *out)
{
	const struct conf_pool *const *at = (const void *)((const char *)base + o->at);

	if (!*at)
		return false;
	value_append_quoted(out, (*at)->name);
	return true;
}

const struct value_type value_pool = { "name", false, pool_set, pool_put };
