// SPDX-License-Identifier: GPL-2.0-or-later
/* What adit.conf says of L2TP: the server's options, and which peer's section is meant. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf/conf.h"

static char path[] = "/tmp/adit-conf-l2tp-test-XXXXXX";
static char problems[4096];
static unsigned int n_warnings;

static void collect(void *arg, const char *file, const struct conf_problem *p)
{
	size_t at = strlen(problems);

	(void)arg;
	(void)file;
	n_warnings += p->warning;
	snprintf(problems + at, sizeof(problems) - at, "%u: %s\n", p->line, p->text);
}

static struct conf *read_text(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	problems[0] = '\0';
	n_warnings = 0;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return conf_read(path, collect, NULL);
}

#define POOL "pool p {\n range = \"10.0.0.2-10.0.0.9\"\n}\n"
#define USER "user u {\n password = x\n}\n"
#define SERVER(more) POOL "server l2tp {\n address = \"10.0.0.1\"\n pool = p\n" more "}\n" USER

static const char whole[] = SERVER(
	" listen = { \"192.0.2.1\", \"2001:db8::1\" }\n"
	" host-name = \"lns.example\"\n"
	" secret = 'between us'\n"
	" authenticate = no\n"
	" hide-avps = yes\n"
	" sequencing = always\n"
	" proxy = renegotiate\n"
	" peers = known\n"
	" hello-interval = 20\n"
	" retransmissions = 12\n"
	" max-sessions-per-tunnel = 2000\n"
	" max-half-open = 50\n"
	" max-half-open-per-address = 5\n")
	"l2tp-peer \"branch\" {\n"
	" addresses = { \"192.0.2.0/24\", \"2001:db8::/32\" }\n"
	" secret = 'between them'\n"
	" local-name = \"head\"\n"
	" authenticate = yes\n"
	" hide-avps = no\n"
	" sequencing = asked\n"
	" proxy = accept\n"
	"}\n"
	"l2tp-peer \"the provider\" {\n"
	" host-name = \"*\"\n"
	"}\n";

static void check_whole(const struct conf *conf)
{
	const struct conf_server *s = &conf->servers[0];
	const struct conf_l2tp_peer *p = &conf->l2tp_peers[0];

	assert_int_equal(s->n_listen, 2);
	assert_int_equal(s->listen[1].family, AF_INET6);
	assert_string_equal(s->host_name, "lns.example");
	assert_string_equal(s->secret, "between us");
	assert_int_equal(s->authenticate, CONF_NO);
	assert_int_equal(s->hide, CONF_YES);
	assert_int_equal(s->sequencing, CONF_SEQUENCING_ALWAYS);
	assert_int_equal(s->proxy, CONF_PROXY_RENEGOTIATE);
	assert_int_equal(s->peers, CONF_PEERS_KNOWN);
	assert_int_equal(s->hello_interval_s, 20);
	assert_int_equal(s->retransmissions, 12);
	assert_int_equal(s->max_sessions_per_tunnel, 2000);
	assert_int_equal(s->max_half_open, 50);
	assert_int_equal(s->max_half_open_per_address, 5);
	assert_int_equal(conf->n_l2tp_peers, 2);
	assert_string_equal(p->name, "branch");
	assert_null(p->host_name);
	assert_int_equal(p->n_addresses, 2);
	assert_string_equal(p->secret, "between them");
	assert_string_equal(p->local_name, "head");
	assert_int_equal(p->authenticate, CONF_YES);
	assert_int_equal(p->hide, CONF_NO);
	assert_int_equal(p->sequencing, CONF_SEQUENCING_ASKED);
	assert_int_equal(p->proxy, CONF_PROXY_ACCEPT);
	p++;
	assert_string_equal(p->host_name, "*");
	assert_int_equal(p->authenticate, CONF_UNSET);
	assert_int_equal(p->sequencing, 0);
}

static void a_whole_section_is_read(void **state)
{
	struct conf *conf = read_text(whole);

	(void)state;
	assert_string_equal(problems, "");
	assert_non_null(conf);
	check_whole(conf);
	conf_free(conf);
}

static void defaults_are_set(void **state)
{
	struct conf *conf = read_text(SERVER(""));
	const struct conf_server *s;

	(void)state;
	assert_string_equal(problems, "");
	assert_non_null(conf);
	s = &conf->servers[0];
	assert_string_equal(s->device, "l2tp0");
	assert_int_equal(s->encryption, CONF_ENCRYPTION_NONE);
	assert_null(s->host_name);
	assert_null(s->secret);
	assert_int_equal(s->authenticate, CONF_YES);
	assert_int_equal(s->hide, CONF_NO);
	assert_int_equal(s->sequencing, CONF_SEQUENCING_ASKED);
	assert_int_equal(s->proxy, CONF_PROXY_ACCEPT);
	assert_int_equal(s->peers, CONF_PEERS_ANY);
	assert_int_equal(s->hello_interval_s, 60);
	assert_true(s->retransmissions >= 8);
	conf_free(conf);
}

static const struct { const char *text, *words; } refusals[] = {
	{ SERVER(" hide-avps = yes\n"), "7: hide-avps: there is no secret" },
	{ SERVER(" ipsec = required\n"), "7: ipsec: how do clients and gateway prove who they are" },
	{ SERVER(" ipsec-secret = 'secret'\n"), "7: ipsec-secret: it means nothing without ipsec = required" },
	{ SERVER(" ipsec = required\n ipsec-secret = 's'\n esp-proposals = { \"3des-sha1\" }\n"),
	  "9: esp-proposals: \"3des-sha1\"" },
	{ SERVER(" authenticate = perhaps\n"), "7: authenticate: \"perhaps\" is none of yes, no" },
	{ SERVER(" sequencing = never\n"), "none of asked, always" },
	{ SERVER(" retransmissions = 0\n"), "from 1 to 30" },
	{ SERVER(" secret = ''\n"), "the secret has 0 octets" },
	{ SERVER(" secret = x\n secret-file = \"/etc/passwd\"\n"), "8: secret-file: /etc/passwd can be read" },
	{ SERVER(" host-name = ''\n"), "not between 1 and 255" },
	{ SERVER(" max-sessions-per-tunnel = 65536\n"), "from 1 to 65535" },
	{ SERVER("") "l2tp-peer b {\n authenticate = yes\n}\n", "authenticate: there is no secret" },
	{ SERVER("") "l2tp-peer b {\n hide-avps = yes\n}\n", "hide-avps: there is no secret" },
	{ SERVER("") "l2tp-peer b {\n}\nl2tp-peer c {\n host-name = b\n}\n", "same host name and addresses" },
	{ SERVER("") "l2tp-peer b {\n addresses = { \"192.0.2.1/24\" }\n}\n", "bits set beyond" },
	{ SERVER("") "l2tp-peer b {\n mtu = 1400\n}\n", "unknown option 'mtu' in section l2tp-peer" },
	{ SERVER("") "server pptp {\n address = \"10.0.0.1\"\n pool = p\n}\n", "is that of server l2tp" },
};

static void bad_values_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct conf *conf = read_text(refusals[i].text);

		if (conf || !strstr(problems, refusals[i].words))
			fail_msg("case %zu: expected \"%s\", got:\n%s", i, refusals[i].words, problems);
	}
}

static void nobody_known_is_warned_of(void **state)
{
	struct conf *conf = read_text(SERVER(" peers = known\n"));

	(void)state;
	assert_non_null(conf);
	assert_int_equal(n_warnings, 1);
	assert_non_null(strstr(problems, "nobody is known"));
	conf_free(conf);
}

static const char peers[] = SERVER("")
	"l2tp-peer \"anybody there\" {\n host-name = \"*\"\n addresses = { \"192.0.2.0/24\" }\n}\n"
	"l2tp-peer \"closer\" {\n host-name = \"*\"\n addresses = { \"192.0.2.64/26\", \"10.0.0.0/8\" }\n}\n"
	"l2tp-peer \"branch\" {\n}\n"
	"l2tp-peer \"branch at home\" {\n host-name = branch\n addresses = { \"198.51.100.7/32\" }\n}\n"
	"l2tp-peer \"six\" {\n host-name = \"*\"\n addresses = { \"2001:db8::/32\" }\n}\n";

static const struct { const char *host, *from, *found; } finds[] = {
	{ "branch", "203.0.113.1", "branch" },
	{ "branch", "198.51.100.7", "branch at home" },
	{ "branch", "192.0.2.65", "branch" },
	{ "stranger", "192.0.2.1", "anybody there" },
	{ "stranger", "192.0.2.65", "closer" },
	{ "stranger", "10.1.2.3", "closer" },
	{ "stranger", "2001:db8:1::1", "six" },
	{ "stranger", "203.0.113.1", NULL },
	{ "Branch", "203.0.113.1", NULL },
	{ "*", "203.0.113.1", NULL },
};

static void the_narrowest_peer_is_found(void **state)
{
	struct conf *conf = read_text(peers);
	struct addr from;

	(void)state;
	assert_string_equal(problems, "");
	assert_non_null(conf);
	for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		const struct conf_l2tp_peer *p;

		assert_int_equal(addr_parse(finds[i].from, &from), 0);
		p = conf_l2tp_peer_find(conf, finds[i].host, &from);
		if (!p != !finds[i].found || (p && strcmp(p->name, finds[i].found)))
			fail_msg("%s from %s: %s", finds[i].host, finds[i].from, p ? p->name : "nobody");
	}
	conf_free(conf);
}

struct text {
	char buf[16384];
	size_t len;
};

static void put(void *arg, const char *line)
{
	struct text *t = arg;

	t->len += (size_t)snprintf(t->buf + t->len, sizeof(t->buf) - t->len, "%s\n", line);
	assert_true(t->len < sizeof(t->buf));
}

static void dump_is_the_same(const char *text)
{
	static struct text first, second;
	struct conf *conf = read_text(text), *again;

	first.len = second.len = 0;
	conf_dump_secrets(conf, put, &first);
	again = read_text(first.buf);
	assert_non_null(again);
	conf_dump_secrets(again, put, &second);
	assert_string_equal(first.buf, second.buf);
	if (text == whole)
		check_whole(again);
	conf_free(conf);
	conf_free(again);
}

static void a_dump_reads_as_the_same(void **state)
{
	(void)state;
	dump_is_the_same(whole);
	dump_is_the_same(SERVER(""));
	dump_is_the_same(peers);
}

static void a_dump_tells_no_secret(void **state)
{
	static struct text out;
	struct conf *conf = read_text(whole);

	(void)state;
	out.len = 0;
	conf_dump(conf, put, &out);
	assert_null(strstr(out.buf, "between"));
	conf_free(conf);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_section_is_read),
		cmocka_unit_test(defaults_are_set),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(nobody_known_is_warned_of),
		cmocka_unit_test(the_narrowest_peer_is_found),
		cmocka_unit_test(a_dump_reads_as_the_same),
		cmocka_unit_test(a_dump_tells_no_secret),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
