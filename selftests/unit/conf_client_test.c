// SPDX-License-Identifier: GPL-2.0-or-later
/* Client sections of adit.conf: what is taken, what goes without saying, what is refused and where. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf/conf.h"

static struct problems {
	struct conf_problem list[16];
	unsigned int n, errors;
} problems;

static void collect(void *arg, const char *file, const struct conf_problem *p)
{
	struct problems *all = arg;

	(void)file;
	assert_true(all->n < 16);
	all->list[all->n++] = *p;
	all->errors += !p->warning;
}

static struct conf *read_text(const char *text)
{
	int fd = memfd_create("adit.conf", MFD_CLOEXEC);
	struct conf *conf;
	char path[32];

	memset(&problems, 0, sizeof(problems));
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, 0600), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf = conf_read(path, collect, &problems);
	close(fd);
	assert_int_equal(!conf, problems.errors > 0);
	return conf;
}

#define L2TP "client \"hq\" {\nprotocol = l2tp\ngateway = vpn.example\nuser = u\npassword = 'p'\n"
#define LEAST "client \"hq\" {\nprotocol = pptp\ngateway = vpn.example\nuser = u\npassword = 'p'\n"

static const char whole[] =
	LEAST "auth = { mschapv2, pap, none }\n"
	"encryption = optional\nmppe = { 56, 128 }\nmppe-mode = stateless\ndevice = tun7\n"
	"routes = { \"10.20.0.0/16\", \"2001:db8:20::/48\" }\ndefault-route = yes\nfwmark = 0x10\n"
	"mtu = 1390\nmru = 1380\nmss-clamp = off\nipv6 = yes\nconnect = manual\n"
	"redial-min = 2\nredial-max = 60\nredial-tries = 7\nidle-timeout = 600\n"
	"lcp-echo-interval = 10\nlcp-echo-failures = 3\n}\n";

static void check_whole(const struct conf *conf)
{
	const struct conf_client *c = conf_client_find(conf, "hq");

	assert_non_null(c);
	assert_string_equal(c->protocol, "pptp");
	assert_string_equal(c->gateway, "vpn.example");
	assert_string_equal(c->user, "u");
	assert_int_equal(c->auth_methods, CONF_AUTH_MSCHAPV2 | CONF_AUTH_PAP | CONF_AUTH_NONE);
	assert_int_equal(c->encryption, CONF_ENCRYPTION_OPTIONAL);
	assert_int_equal(c->mppe_strengths, 2 | 4);
	assert_int_equal(c->mppe_mode, CONF_MPPE_STATELESS);
	assert_string_equal(c->device, "tun7");
	assert_int_equal(c->n_routes, 2);
	assert_int_equal(c->routes[1].len, 48);
	assert_true(c->default_route);
	assert_int_equal(c->fwmark, 0x10);
	assert_int_equal(c->mtu, 1390);
	assert_int_equal(c->mss_clamp, 0);
	assert_int_equal(c->connect, CONF_CONNECT_MANUAL);
	assert_int_equal(c->redial_min_s, 2);
	assert_int_equal(c->redial_max_s, 60);
	assert_int_equal(c->redial_tries, 7);
	assert_int_equal(c->idle_timeout_s, 600);
	assert_int_equal(c->lcp_echo_failures, 3);
}

static void put(void *arg, const char *line)
{
	char *out = arg;

	strcat(out, line);
	strcat(out, "\n");
}

/* It reads as it was, and the password is told to nobody but the engine. */
static void a_client_is_read_and_dumped(void **state)
{
	static char dumped[8192];
	struct conf *conf = read_text(whole), *again;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	check_whole(conf);
	conf_dump(conf, put, dumped);
	assert_non_null(strstr(dumped, "password = '***'"));
	assert_null(strstr(dumped, "'p'"));
	dumped[0] = '\0';
	conf_dump_secrets(conf, put, dumped);
	again = read_text(dumped);
	assert_non_null(again);
	check_whole(again);
	assert_string_equal(again->clients[0].password, "p");
	conf_free(again);
	conf_free(conf);
}

static void a_client_of_l2tp_in_ipsec(void **state)
{
	static char dumped[8192];
	struct conf *conf = read_text(L2TP "ipsec = required\nipsec-secret = 'of all'\nike-version = ikev2\n"
				      "esp-proposals = { \"aes256-sha256\" }\ndefault-route = yes\n}\n");
	const struct conf_client *c;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	assert_true(conf_has_ike(conf));
	conf_dump(conf, put, dumped);
	assert_null(strstr(dumped, "of all"));
	dumped[0] = '\0';
	conf_dump_secrets(conf, put, dumped);
	conf_free(conf);
	conf = read_text(dumped);
	assert_non_null(conf);
	c = &conf->clients[0];
	assert_true(conf_client_has_ipsec(c));
	assert_string_equal(c->ike.secret, "of all");
	assert_int_equal(c->ike_version, CONF_IKEV2);
	assert_int_equal(c->fwmark, conf->ipsec_fwmark);
	assert_int_equal(c->ike.n_esp_proposals, 1);
	conf_free(conf);
}

static void a_client_of_l2tp(void **state)
{
	static char dumped[8192];
	struct conf *conf = read_text(L2TP "secret = 'shh'\nhost-name = us\npeer-name = them\n"
				      "hide-avps = yes\nsequencing = always\nhello-interval = 5\n"
				      "retransmissions = 4\n}\n");
	const struct conf_client *c;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	conf_dump(conf, put, dumped);
	assert_null(strstr(dumped, "shh"));
	dumped[0] = '\0';
	conf_dump_secrets(conf, put, dumped);
	conf_free(conf);
	conf = read_text(dumped);
	assert_non_null(conf);
	c = &conf->clients[0];
	assert_string_equal(c->secret, "shh");
	assert_string_equal(c->host_name, "us");
	assert_string_equal(c->peer_name, "them");
	assert_int_equal(c->authenticate, CONF_YES);
	assert_int_equal(c->hide, CONF_YES);
	assert_int_equal(c->sequencing, CONF_SEQUENCING_ALWAYS);
	assert_int_equal(c->hello_interval_s, 5);
	assert_int_equal(c->retransmissions, 4);
	/* Nobody expects encryption there. */
	assert_int_equal(c->encryption, CONF_ENCRYPTION_NONE);
	conf_free(conf);

	/* What goes without saying is said when it is written, and must read as well. */
	conf = read_text(L2TP "}\n");
	assert_non_null(conf);
	dumped[0] = '\0';
	conf_dump_secrets(conf, put, dumped);
	conf_free(conf);
	conf = read_text(dumped);
	assert_non_null(conf);
	assert_null(conf->clients[0].secret);
	conf_free(conf);
}

static void what_goes_without_saying(void **state)
{
	struct conf *conf = read_text(LEAST "default-route = yes\n}\n");
	const struct conf_client *c;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	c = &conf->clients[0];
	assert_string_equal(c->device, "hq");
	assert_int_equal(c->auth_methods, CONF_AUTH_MSCHAPV2);
	assert_int_equal(c->encryption, CONF_ENCRYPTION_REQUIRED);
	assert_int_equal(c->connect, CONF_CONNECT_START);
	assert_int_equal(c->fwmark, CONF_CLIENT_FWMARK);
	assert_int_equal(c->redial_min_s, 5);
	assert_int_equal(c->redial_max_s, 300);
	conf_free(conf);
	conf = read_text(LEAST "}\n");
	assert_int_equal(conf->clients[0].fwmark, 0);
	conf_free(conf);
}

/* Put before the end of the least of sections, or a file of its own; a problem on line, with words. */
static const struct refusal {
	const char *text;
	unsigned int line;
	const char *words;
	bool warning;
} refusals[] = {
	{ LEAST "auth = { chap, mschapv2 }\n}\n", 6, "make no keys, and encryption is required", false },
	{ LEAST "auth = { mschapv2, none }\n}\n", 6, "make no keys, and encryption is required", false },
	{ LEAST "auth = { eap }\n}\n", 6, "is none of pap, chap, mschap, mschapv2, none", false },
	{ LEAST "encryption = none\nmppe = { 128 }\n}\n", 7, "means nothing", true },
	{ LEAST "routes = { \"2001:db8::/32\" }\n}\n", 6, "say ipv6 = yes", false },
	{ LEAST "routes = { \"0.0.0.0/0\" }\n}\n", 6, "is everything there is", false },
	{ LEAST "mtu = 1000\nipv6 = yes\n}\n", 6, "1280 at least for IPv6", false },
	{ LEAST "redial-max = 4\n}\n", 6, "less than redial-min", false },
	{ LEAST "connect = always\n}\n", 6, "none of start, manual", false },
	{ LEAST "device = \"a/b\"\n}\n", 6, "no device name", false },
	{ LEAST "listen = { \"1.2.3.4\" }\n}\n", 6, "unknown option 'listen' in section client", false },
	{ LEAST "default-route = yes\n}\nclient b {\nprotocol = pptp\ngateway = g\nuser = u\npassword = p\n"
		"default-route = yes\n}\n", 13, "client \"hq\" has it already", false },
	{ LEAST "}\nclient b {\nprotocol = pptp\ngateway = g\nuser = u\npassword = p\ndevice = hq\n}\n", 12,
	  "that of client \"hq\" already", false },
	{ LEAST "}\nclient hq {\n}\n", 7, "there is a section with the title", false },
	{ LEAST "secret = 's'\n}\n", 6, "client pptp has no such option: it is one of client l2tp", false },
	{ L2TP "hide-avps = yes\n}\n", 6, "no secret to hide them with", false },
	{ L2TP "retransmissions = 0\n}\n", 6, "from 1 to 30", false },
	{ L2TP "ipsec = required\n}\n", 6, "how do we and the gateway prove who we are?", false },
	{ L2TP "ipsec-secret = 's'\n}\n", 6, "means nothing without ipsec = required", false },
	{ L2TP "remote-id = gw\n}\n", 6, "means nothing without ipsec = required", false },
	{ L2TP "ipsec = required\nipsec-secret = 's'\nfwmark = 7\n}\n", 8, "whose mark is ipsec-fwmark", false },
	{ L2TP "ipsec = required\nipsec-secret = 's'\nesp-proposals = { \"3des-sha1\" }\n}\n", 8, "3des", false },
	{ LEAST "ipsec = required\n}\n", 6, "client pptp has no such option", false },
	{ "client b {\nprotocol = sstp\ngateway = g\nuser = u\npassword = p\n}\n", 2,
	  "there is no such protocol", false },
	{ "client b {\nprotocol = pptp\ngateway = g\nuser = u\n}\n", 5, "has no password", false },
	{ "client b {\nprotocol = pptp\nuser = u\npassword = p\n}\n", 5, "has no gateway", false },
	{ "client 12 {\nprotocol = pptp\ngateway = g\nuser = u\npassword = p\n}\n", 6,
	  "a number alone is no name", false },
	{ "client 192.0.2.7 {\nprotocol = pptp\ngateway = g\nuser = u\npassword = p\n}\n", 6,
	  "an address is no name", false },
	{ "client \"the main office\" {\nprotocol = pptp\ngateway = g\nuser = u\npassword = p\n}\n", 6,
	  "needs a device option", false },
	{ "pool p {\n range = \"10.0.0.2-10.0.0.9\"\n}\nserver pptp {\n address = \"10.0.0.1\"\n pool = p\n"
	  " device = hq\n}\nuser u {\n password = x\n}\n" LEAST "}\n", 17, "that of server pptp already",
	  false },
};

static void what_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *want = &refusals[i];

		conf_free(read_text(want->text));
		if (problems.n != 1 || problems.list[0].line != want->line ||
		    problems.list[0].warning != want->warning ||
		    !strstr(problems.list[0].text, want->words))
			fail_msg("refusal %zu: %u problems, line %u: %s", i, problems.n,
				 problems.list[0].line, problems.list[0].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_read_and_dumped),
		cmocka_unit_test(a_client_of_l2tp),
		cmocka_unit_test(a_client_of_l2tp_in_ipsec),
		cmocka_unit_test(what_goes_without_saying),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
