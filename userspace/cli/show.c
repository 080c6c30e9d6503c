// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/log.h"
#include "cli/show.h"
#include "cli/table.h"

#define VALUE_MAX	512
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

void show_json(FILE *out, const json_t *result)
{
	json_dumpf(result, out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	fputc('\n', out);
}

static uint64_t number(const json_t *object, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(object, key));

	return v > 0 ? v : 0;
}

static const char *join(const json_t *array, char buf[VALUE_MAX])
{
	size_t at = 0, i;
	json_t *item;

	buf[0] = '\0';
	json_array_foreach(array, i, item) {
		const char *text = json_string_value(item);

		if (!text)
			continue;
		at += snprintf(buf + at, VALUE_MAX - at, "%s%s", at ? " " : "", text);
		if (at >= VALUE_MAX)
			break;
	}
	return buf;
}

/* Any member as text: what it is, is the daemon's to say. */
static const char *value(const json_t *object, const char *key, char buf[VALUE_MAX])
{
	const json_t *v = json_object_get(object, key);

	buf[0] = '\0';
	if (json_is_string(v))
		snprintf(buf, VALUE_MAX, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(buf, VALUE_MAX, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		snprintf(buf, VALUE_MAX, "%s", json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		join(v, buf);
	return buf;
}

static void add_value(struct table *t, const json_t *object, const char *key)
{
	char buf[VALUE_MAX];

	table_add(t, value(object, key, buf));
}

static void add_duration(struct table *t, const json_t *object, const char *key)
{
	char buf[TABLE_TEXT_MAX];

	if (json_is_integer(json_object_get(object, key)))
		table_add(t, table_duration(number(object, key), buf));
	else
		table_add(t, NULL);
}

static void add_bytes(struct table *t, const json_t *object, const char *key)
{
	char buf[TABLE_TEXT_MAX];

	table_add(t, table_bytes(number(object, key), buf));
}

static void show_servers(FILE *out, const json_t *servers)
{
	static const char *const columns[] = {
		"PROTOCOL", "DEVICE", "LISTEN", "SESSIONS>", "CONNECTIONS>", "LOGINS>", "FAILED>",
		"ADDRESSES USED>", NULL
	};
	char used[64];
	struct table t;
	json_t *s;
	size_t i;

	table_init(&t, columns);
	json_array_foreach(servers, i, s) {
		add_value(&t, s, "protocol");
		add_value(&t, s, "device");
		add_value(&t, s, "listen");
		add_value(&t, s, "sessions");
		add_value(&t, s, "connections");
		add_value(&t, s, "logins_ok");
		add_value(&t, s, "logins_failed");
		snprintf(used, sizeof(used), "%llu of %llu",
			 (unsigned long long)number(s, "pool_used"),
			 (unsigned long long)number(s, "pool_size"));
		table_add(&t, used);
	}
	table_print(&t, out);
	table_fini(&t);
}

static void show_ipsec(FILE *out, const json_t *ipsec)
{
	char device[VALUE_MAX];

	fprintf(out, "IPsec in %s: %llu IKE SAs (%llu half open) with %llu children", value(ipsec, "device", device),
		(unsigned long long)number(ipsec, "ike_sas"), (unsigned long long)number(ipsec, "half_open"),
		(unsigned long long)number(ipsec, "children"));
	if (json_object_get(ipsec, "pool_size"))
		fprintf(out, ", %llu of %llu addresses lent", (unsigned long long)number(ipsec, "pool_used"),
			(unsigned long long)number(ipsec, "pool_size"));
	fputc('\n', out);
}

void show_status(FILE *out, const json_t *result)
{
	const json_t *servers = json_object_get(result, "servers"), *ipsec = json_object_get(result, "ipsec");
	char version[VALUE_MAX], config[VALUE_MAX], level[VALUE_MAX], up[TABLE_TEXT_MAX];
	unsigned long long restarts = number(result, "engine_restarts");

	fprintf(out, "aditd %s, up %s, process %llu, engine %llu",
		value(result, "version", version), table_duration(number(result, "uptime_s"), up),
		(unsigned long long)number(result, "pid"),
		(unsigned long long)number(result, "engine_pid"));
	if (restarts)
		fprintf(out, " (restarted %llu time%s)", restarts, restarts == 1 ? "" : "s");
	fprintf(out, "\nconfiguration %s, log level %s\n", value(result, "config", config),
		value(result, "log_level", level));
	if (json_array_size(servers))
		show_servers(out, servers);
	if (json_is_object(ipsec))
		show_ipsec(out, ipsec);
	if (!json_array_size(servers) && !json_is_object(ipsec) && !number(result, "clients"))
		fputs("nothing is configured: there is no server, client or site section\n", out);
}

void show_sessions(FILE *out, const json_t *result)
{
	static const char *const columns[] = {
		"ID>", "USER", "PEER", "ADDRESS", "STATE", "DEVICE", "ENCRYPTION", "UP>", "RX>",
		"TX>", NULL
	};
	static const char *const text[] = {
		"id", "user", "peer", "address", "state", "device", "encryption"
	};
	struct table t;
	json_t *s;
	size_t i;

	if (!json_array_size(result)) {
		fputs("no sessions\n", out);
		return;
	}
	table_init(&t, columns);
	json_array_foreach(result, i, s) {
		for (size_t c = 0; c < ARRAY_SIZE(text); c++)
			add_value(&t, s, text[c]);
		add_duration(&t, s, "up_s");
		add_bytes(&t, s, "rx_bytes");
		add_bytes(&t, s, "tx_bytes");
	}
	table_print(&t, out);
	table_fini(&t);
}

/* What the client waits for, or why it does not. */
static const char *remark(const json_t *client, char buf[VALUE_MAX])
{
	char why[VALUE_MAX], after[TABLE_TEXT_MAX];

	value(client, "why", why);
	if (json_is_integer(json_object_get(client, "next_s")))
		snprintf(buf, VALUE_MAX, "%.200s%sagain in %s", why, *why ? "; " : "",
			 table_duration(number(client, "next_s"), after));
	else
		snprintf(buf, VALUE_MAX, "%s", why);
	return buf;
}

void show_clients(FILE *out, const json_t *result)
{
	static const char *const columns[] = {
		"CLIENT", "PROTOCOL", "GATEWAY", "STATE", "DEVICE", "ADDRESS", "NAME SERVERS",
		"ENCRYPTION", "UP>", "RX>", "TX>", "REMARK", NULL
	};
	static const char *const text[] = {
		"name", "protocol", "gateway", "state", "device", "address", "dns", "encryption"
	};
	char buf[VALUE_MAX];
	struct table t;
	json_t *c;
	size_t i;

	if (!json_array_size(result)) {
		fputs("no clients are configured\n", out);
		return;
	}
	table_init(&t, columns);
	json_array_foreach(result, i, c) {
		for (size_t n = 0; n < ARRAY_SIZE(text); n++)
			add_value(&t, c, text[n]);
		add_duration(&t, c, "up_s");
		add_bytes(&t, c, "rx_bytes");
		add_bytes(&t, c, "tx_bytes");
		table_add(&t, remark(c, buf));
	}
	table_print(&t, out);
	table_fini(&t);
}

void show_connected(FILE *out, const json_t *result)
{
	char name[VALUE_MAX], device[VALUE_MAX], address[VALUE_MAX], encryption[VALUE_MAX];

	fprintf(out, "%s is connected: device %s, address %s, encryption %s\n",
		value(result, "name", name), value(result, "device", device),
		*value(result, "address", address) ? address : "none",
		value(result, "encryption", encryption));
}

struct label {
	const char *text, *key;
};

static void show_labels(FILE *out, const json_t *object, const struct label *labels, size_t n)
{
	char buf[VALUE_MAX], shown[VALUE_MAX];

	for (size_t i = 0; i < n; i++) {
		value(object, labels[i].key, buf);
		fprintf(out, "%-18s %s\n", labels[i].text,
			*buf ? log_text(shown, sizeof(shown), buf, strlen(buf)) : "-");
	}
}

static void show_counters(FILE *out, const char *title, json_t *counters)
{
	const char *name;
	json_t *v;

	fprintf(out, "\n%s\n", title);
	json_object_foreach(counters, name, v) {
		if (json_integer_value(v))
			fprintf(out, "  %-16s %lld\n", name, (long long)json_integer_value(v));
	}
}

void show_session(FILE *out, const json_t *result)
{
	static const struct label labels[] = {
		{ "session", "id" },
		{ "protocol", "protocol" },
		{ "state", "state" },
		{ "user", "user" },
		{ "authenticated by", "auth" },
		{ "device", "device" },
		{ "peer", "peer" },
		{ "our inner address", "local_address" },
		{ "peer's host name", "peer_host" },
		{ "peer's vendor", "peer_vendor" },
		{ "address", "address" },
		{ "prefixes", "prefixes" },
		{ "IPv6 identifier", "ipv6_ifid" },
		{ "encryption", "encryption" },
		{ "MRU", "mru" },
		{ "peer's MRU", "peer_mru" },
		{ "ACFC", "acfc" },
		{ "PFC", "pfc" },
	};
	/* Of one protocol or another. */
	static const struct label call[] = {
		{ "inside of IPsec", "ipsec" },
		{ "call id", "call_id" },
		{ "peer's call id", "peer_call_id" },
		{ "our port", "local_port" },
		{ "peer's port", "peer_port" },
		{ "tunnel id", "tunnel_id" },
		{ "peer's tunnel id", "peer_tunnel_id" },
		{ "session id", "session_id" },
		{ "peer's session id", "peer_session_id" },
		{ "sends numbers", "seq_send" },
		{ "requires numbers", "seq_required" },
	};
	char up[TABLE_TEXT_MAX], rx[TABLE_TEXT_MAX], tx[TABLE_TEXT_MAX];

	show_labels(out, result, labels, ARRAY_SIZE(labels));
	for (size_t i = 0; i < ARRAY_SIZE(call); i++)
		if (json_object_get(result, call[i].key))
			show_labels(out, result, &call[i], 1);
	fprintf(out, "%-18s %s\n", "up for",
		json_is_integer(json_object_get(result, "up_s")) ?
			table_duration(number(result, "up_s"), up) :
			"-");
	fprintf(out, "%-18s received %s, sent %s\n", "idle for",
		table_duration(number(result, "rx_idle_ms") / 1000, rx),
		table_duration(number(result, "tx_idle_ms") / 1000, tx));
	show_counters(out, "received (counters that are 0 are left out)",
		      json_object_get(result, "rx"));
	show_counters(out, "sent", json_object_get(result, "tx"));
}

static void put_disconnected(FILE *out, const json_t *result, const char *rest)
{
	unsigned long long n = number(result, "disconnected");

	fprintf(out, "%llu session%s disconnected%s\n", n, n == 1 ? "" : "s", rest);
}

void show_disconnected(FILE *out, const json_t *result)
{
	put_disconnected(out, result, "");
}

void show_shutdown(FILE *out, const json_t *result)
{
	put_disconnected(out, result, ", aditd ends");
}

void show_reloaded(FILE *out, const json_t *result)
{
	const json_t *warnings = json_object_get(result, "warnings");
	json_t *w;
	size_t i;

	json_array_foreach(warnings, i, w) {
		if (json_is_string(w))
			fprintf(out, "warning: %s\n", json_string_value(w));
	}
	fputs("the configuration was reloaded\n", out);
}

void show_level(FILE *out, const json_t *result)
{
	char level[VALUE_MAX];

	fprintf(out, "%s\n", value(result, "level", level));
}
