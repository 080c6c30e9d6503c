// SPDX-License-Identifier: GPL-2.0-or-later
/* Sites and security associations for people. */
#include <string.h>

#include "base/log.h"
#include "cli/show.h"
#include "cli/table.h"

static const char *text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void add_list(struct table *t, const json_t *array)
{
	char buf[512] = "";
	size_t i, len = 0;
	json_t *one;

	json_array_foreach(array, i, one) {
		if (len < sizeof(buf) && json_is_string(one))
			len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%s%s", i ? " " : "",
						json_string_value(one));
	}
	table_add(t, buf);
}

static void add_duration(struct table *t, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	char buf[TABLE_TEXT_MAX];

	table_add(t, json_is_integer(v) ? table_duration((uint64_t)json_integer_value(v), buf) : NULL);
}

static void add_bytes(struct table *t, const json_t *o, const char *key)
{
	char buf[TABLE_TEXT_MAX];

	table_add(t, table_bytes((uint64_t)json_integer_value(json_object_get(o, key)), buf));
}

static void show_why(FILE *out, const json_t *site)
{
	const char *why = text(site, "why"), *state = text(site, "state");
	char escaped[2048];

	if (why && state && strcmp(state, "up"))
		fprintf(out, "%s: %s\n", text(site, "name"), log_text(escaped, sizeof(escaped), why, strlen(why)));
}

void show_sites(FILE *out, const json_t *result)
{
	static const char *const columns[] = { "NAME", "REMOTE", "STATE", "PEER", "UP", "CHILDREN>", "FAILURES>",
					       NULL };
	char number[32];
	struct table t;
	json_t *site;
	size_t i;

	table_init(&t, columns);
	json_array_foreach(result, i, site) {
		table_add(&t, text(site, "name"));
		table_add(&t, text(site, "remote"));
		table_add(&t, text(site, "state"));
		table_add(&t, text(site, "peer_address"));
		add_duration(&t, site, "up_s");
		snprintf(number, sizeof(number), "%zu", json_array_size(json_object_get(site, "children")));
		table_add(&t, number);
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_value(json_object_get(site, "failures")));
		table_add(&t, number);
	}
	table_print(&t, out);
	table_fini(&t);
	json_array_foreach(result, i, site)
		show_why(out, site);
}

static void show_children(FILE *out, const json_t *children)
{
	static const char *const columns[] = { "CHILD>", "MODE", "LOCAL", "REMOTE", "ALGORITHMS", "IN", "OUT",
					       "RX>", "TX>", "REKEY", NULL };
	char number[32];
	struct table t;
	json_t *c;
	size_t i;

	table_init(&t, columns);
	json_array_foreach(children, i, c) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(json_object_get(c, "id")));
		table_add(&t, number);
		table_add(&t, text(c, "mode"));
		add_list(&t, json_object_get(c, "local"));
		add_list(&t, json_object_get(c, "remote"));
		table_add(&t, text(c, "algorithms"));
		table_add(&t, text(c, "spi_in"));
		table_add(&t, text(c, "spi_out"));
		add_bytes(&t, c, "rx_bytes");
		add_bytes(&t, c, "tx_bytes");
		add_duration(&t, c, "rekey_s");
	}
	if (i)
		table_print(&t, out);
	table_fini(&t);
}

void show_site(FILE *out, const json_t *result)
{
	const char *id = text(result, "peer_id"), *peer = text(result, "peer_address");

	fprintf(out, "%s is %s", text(result, "name"), text(result, "state"));
	if (id)
		fprintf(out, ", with \"%s\" at %s", id, peer ? peer : "-");
	fputc('\n', out);
	show_children(out, json_object_get(result, "children"));
}

void show_sas(FILE *out, const json_t *result)
{
	const char *of, *id, *user, *address;
	json_t *sa;
	size_t i;

	json_array_foreach(result, i, sa) {
		of = text(sa, "of");
		id = text(sa, "peer_id");
		user = text(sa, "user");
		address = text(sa, "address");
		fprintf(out, "%s%s: %s with %s \"%s\", %s\n", i ? "\n" : "", of ? of : "a stranger",
			text(sa, "state"), text(sa, "peer_address"), id ? id : "-",
			text(sa, "algorithms") ? text(sa, "algorithms") : "-");
		if (user || address)
			fprintf(out, "user %s, address %s\n", user ? user : "-", address ? address : "-");
		show_children(out, json_object_get(sa, "children"));
	}
}
