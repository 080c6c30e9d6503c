// SPDX-License-Identifier: GPL-2.0-or-later
/* What adit.conf says of IPsec: sites and server ikev2, what they refuse, and that a dump gives the same again. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/secret.h"
#include "conf/conf.h"

static char path[] = "/tmp/adit-conf-ike-test-XXXXXX", pem[] = "/tmp/adit-conf-ike-pem-XXXXXX";
static char problems[4096], dumped[65536];

static void collect(void *arg, const char *file, const struct conf_problem *p)
{
	size_t at = strlen(problems);

	(void)arg;
	(void)file;
	if (!p->warning)
		snprintf(problems + at, sizeof(problems) - at, "%u: %s\n", p->line, p->text);
}

static void write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* PEM stands for the path of a file that begins as PEM does. */
static struct conf *read_text(const char *text)
{
	char filled[8192] = "";
	const char *at;

	while ((at = strstr(text, "PEM"))) {
		snprintf(filled + strlen(filled), sizeof(filled) - strlen(filled), "%.*s\"%s\"", (int)(at - text),
			 text, pem);
		text = at + 3;
	}
	snprintf(filled + strlen(filled), sizeof(filled) - strlen(filled), "%s", text);
	problems[0] = '\0';
	write_to(path, filled);
	return conf_read(path, collect, NULL);
}

#define SITE(more) "site office {\n remote = \"192.0.2.2\"\n" more "}\n"
#define POOL "pool p {\n range = \"10.9.0.2-10.9.0.9\"\n}\n"
#define SERVER(more) POOL "server ikev2 {\n address = \"10.9.0.1\"\n pool = p\n" more "}\n"
#define USER "user u {\n password = x\n}\n"

static const char whole[] =
	"ipsec-device = vpn0\n"
	"ipsec-mtu = 1380\n"
	SITE(" local = \"192.0.2.1\"\n"
	     " local-id = \"gw.example\"\n"
	     " remote-id = \"peer.example\"\n"
	     " auth = certificate\n"
	     " certificate = PEM\n"
	     " key = PEM\n"
	     " ca = { PEM, PEM }\n"
	     " crl = { PEM }\n"
	     " local-subnets = { \"10.1.0.0/16\", \"2001:db8:1::/48\" }\n"
	     " remote-subnets = { \"0.0.0.0/0\" }\n"
	     " start = traffic\n"
	     " ike-proposals = { \"aes256gcm16-prfsha384-ecp384\", \"aes128-sha256-modp2048-x25519\" }\n"
	     " esp-proposals = { \"aes128gcm16-x25519-esn\" }\n"
	     " ike-lifetime = 7200\n"
	     " child-lifetime = 900\n"
	     " child-megabytes = 500\n"
	     " mobike = no\n")
	"site old {\n"
	" remote = \"192.0.2.3\"\n"
	" version = ikev1\n"
	" secret = 'of a group'\n"
	" aggressive = yes\n"
	" user = u\n"
	" password = 'of mine'\n"
	" request-address = yes\n"
	"}\n"
	SERVER(" certificate = PEM\n"
	       " key = PEM\n"
	       " auth = { eap-mschapv2, psk }\n"
	       " secret = 'of all'\n"
	       " dns = { \"10.9.0.1\" }\n")
	USER;

static void check_whole(const struct conf *conf)
{
	const struct conf_server *server = &conf->servers[0];
	const struct conf_site *s = conf_site_find(conf, "office");

	assert_string_equal(conf->ipsec_device, "vpn0");
	assert_int_equal(conf->ipsec_fwmark, 0xad18);
	assert_non_null(s);
	assert_int_equal(s->version, CONF_IKEV2);
	assert_int_equal(s->auth, CONF_AUTH_CERT);
	assert_int_equal(s->start, CONF_START_TRAFFIC);
	assert_int_equal(s->ike.n_ca, 2);
	assert_int_equal(s->ike.n_crl, 1);
	assert_int_equal(strncmp(s->ike.key.text, "-----BEGIN ", 11), 0);
	assert_int_equal(s->ike.n_local_subnets, 2);
	assert_int_equal(s->remote_subnets[0].len, 0);
	assert_int_equal(s->ike.n_ike_proposals, 2);
	assert_int_equal(s->ike.child_lifetime_mb, 500);
	assert_false(s->ike.mobike);
	assert_false(s->aggressive);
	assert_string_equal(conf_site_find(conf, "old")->password, "of mine");
	assert_true(conf_site_find(conf, "old")->aggressive);
	assert_true(s->ike.fragmentation);
	assert_true(conf_server_is_ike(server));
	assert_int_equal(server->auth_methods, CONF_AUTH_EAP | CONF_AUTH_PSK);
	assert_string_equal(server->secret, "of all");
	assert_true(server->ike.retransmissions > 0);
	assert_true(conf_has_ike(conf));
}

static void a_whole_file_is_read(void **state)
{
	struct conf *conf = read_text(whole);

	(void)state;
	assert_string_equal(problems, "");
	assert_non_null(conf);
	check_whole(conf);
	conf_free(conf);
}

static void add_line(void *arg, const char *line)
{
	size_t at = strlen(dumped);

	(void)arg;
	snprintf(dumped + at, sizeof(dumped) - at, "%s\n", line);
}

/* The engine reads such a dump, and no other file. */
static void a_dump_gives_the_same(void **state)
{
	struct conf *conf = read_text(whole), *again;

	(void)state;
	assert_non_null(conf);
	dumped[0] = '\0';
	conf_dump_secrets(conf, add_line, NULL);
	write_to(path, dumped);
	again = conf_read(path, collect, NULL);
	assert_string_equal(problems, "");
	assert_non_null(again);
	check_whole(again);
	assert_int_equal(conf_site_change(&conf->sites[0], &again->sites[0]), CONF_UNCHANGED);
	secret_strfree(again->sites[0].ike.certificate.text);
	again->sites[0].ike.certificate.text = secret_strdup("-----BEGIN another");
	assert_int_equal(conf_site_change(&conf->sites[0], &again->sites[0]), CONF_CHANGED_FILES);
	again->sites[0].ike.child_lifetime_s++;
	assert_int_equal(conf_site_change(&conf->sites[0], &again->sites[0]), CONF_CHANGED);
	conf_free(again);
	dumped[0] = '\0';
	conf_dump(conf, add_line, NULL);
	assert_null(strstr(dumped, "-----BEGIN"));
	assert_null(strstr(dumped, "of all"));
	assert_non_null(strstr(dumped, pem));
	conf_free(conf);
}

static const struct { const char *text, *words; } refusals[] = {
	{ SITE(""), "3: site \"office\" has no secret" },
	{ "site office {\n secret = x\n}\n", "has no remote, which it needs" },
	{ SITE(" secret = x\n user = u\n"), "4: user: it means nothing without auth = eap-mschapv2" },
	{ SITE(" secret = x\n key = PEM\n"), "key: it means nothing without auth = certificate or raw-key" },
	{ SITE(" auth = certificate\n"), "needs our certificate" },
	{ SITE(" auth = certificate\n certificate = PEM\n key = PEM\n"), "needs the authority of the peer's" },
	{ SITE(" auth = raw-key\n key = PEM\n"), "and the peer's public one" },
	{ SITE(" auth = eap-mschapv2\n ca = { PEM }\n"), "needs a user and a password" },
	{ SITE(" secret = x\n version = ikev1\n user = u\n"), "needs a user and a password" },
	{ SITE(" secret = x\n version = ikev1\n user = u\n password = x\n start = peer\n"),
	  "7: start: whoever logs in has to begin" },
	{ SITE(" auth = raw-key\n key = PEM\n peer-key = PEM\n version = ikev1\n user = u\n password = x\n"),
	  "7: user: with ikev1 a user logs in after psk or certificate" },
	{ SITE(" secret = x\n aggressive = yes\n"), "4: aggressive: it is of version = ikev1 and auth = psk" },
	{ SITE(" secret = x\n version = ikev3\n"), "\"ikev3\" is none of ikev2, ikev1" },
	{ SITE(" secret = x\n local = \"0.0.0.0\"\n"), "0.0.0.0 is no address of a host" },
	{ SITE(" secret = x\n local = \"2001:db8::1\"\n"), "not of the same family" },
	{ SITE(" secret = x\n ike-proposals = { \"aes257-sha256-modp2048\" }\n"), "4: ike-proposals: " },
	{ SITE(" secret = x\n ike-proposals = { \"aes128-sha256\" }\n"), "4: ike-proposals: " },
	{ SITE(" secret = x\n esp-proposals = { \"3des-sha1\" }\n"), "4: esp-proposals: \"3des-sha1\": " },
	{ SITE(" secret = x\n local-subnets = { \"10.1.0.1/16\" }\n"), "bits set beyond" },
	{ SITE(" secret = x\n mode = transport\n local-subnets = { \"10.1.0.0/16\" }\n"), "between the two peers" },
	{ SITE(" secret = x\n mode = transport\n remote-subnets = { \"10.1.0.0/16\" }\n"),
	  "between the two peers" },
	{ SITE(" secret = x\n mode = transport\n request-address = yes\n"), "needs mode = tunnel" },
	{ SITE(" secret = x\n request-address = yes\n local-subnets = { \"10.1.0.0/16\" }\n"),
	  "the requested address alone" },
	{ SITE(" secret = x\n redial-min = 9\n redial-max = 2\n"), "redial-max: 2 is less" },
	{ SITE(" secret = x\n local-id = \"CN=\"\n"), "4: local-id: " },
	{ SITE(" secret = x\n remote-id = \"@#zz\"\n"), "4: remote-id: " },
	{ SITE(" secret = x\n crl = { PEM }\n"), "crl: there is no authority" },
	{ SITE(" secret = x\n device = esp1\n"), "unknown option 'device' in section site" },
	{ SITE(" auth = certificate\n certificate = \"/nonexistent\"\n"),
	  "4: certificate: /nonexistent cannot be opened" },
	{ SITE(" auth = certificate\n certificate = \"/etc/passwd\"\n"), "is not PEM" },
	{ "site s {\n remote = any\n secret = x\n remote-id = a\n}\n", "say start = peer" },
	{ "site s {\n remote = any\n secret = x\n start = peer\n}\n", "say by remote-id" },
	{ SERVER("") USER, "eap-mschapv2 needs our certificate" },
	{ SERVER(" auth = { psk }\n") USER, "auth = psk needs a secret" },
	{ SERVER(" certificate = PEM\n key = PEM\n xauth = yes\n") USER, "prove themselves by psk or certificate" },
	{ SERVER(" auth = { psk }\n secret = x\n aggressive = yes\n") USER, "nothing without xauth = yes" },
	{ SERVER(" auth = { mschapv2 }\n") USER, "are of pptp and l2tp" },
	{ SERVER(" auth = { psk }\n secret = x\n listen = { \"192.0.2.1\" }\n"),
	  "listen: server ikev2 has no such option: it is one of server pptp and l2tp" },
	{ POOL "server pptp {\n address = \"10.9.0.1\"\n pool = p\n auth = { eap-mschapv2 }\n}\n" USER,
	  "are of server ikev2" },
	{ POOL "server pptp {\n address = \"10.9.0.1\"\n pool = p\n secret = x\n}\n" USER, "server pptp has none" },
	{ "server ikev2 {\n address = \"10.9.0.1\"\n auth = { psk }\n secret = x\n}\n", "has no pool" },
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

static void a_key_that_all_can_read_is_refused(void **state)
{
	struct conf *conf;

	(void)state;
	chmod(pem, 0644);
	conf = read_text(SITE(" auth = certificate\n certificate = PEM\n key = PEM\n ca = { PEM }\n"));
	chmod(pem, 0600);
	assert_null(conf);
	assert_non_null(strstr(problems, "5: key: "));
	assert_non_null(strstr(problems, "chmod 600"));
	assert_null(strstr(problems, "certificate: "));
}

#define SIXTEEN "\"10.1.0.0/24\", \"10.1.1.0/24\", \"10.1.2.0/24\", \"10.1.3.0/24\", \"10.1.4.0/24\", \"10.1.5.0/24\", "	\
	"\"10.1.6.0/24\", \"10.1.7.0/24\", \"10.1.8.0/24\", \"10.1.9.0/24\", \"10.1.10.0/24\", \"10.1.11.0/24\", "	\
	"\"10.1.12.0/24\", \"10.1.13.0/24\", \"10.1.14.0/24\", \"10.1.15.0/24\""

/* Of each family alone; the kernel has 32 places. */
static void as_many_pairs_as_a_child_takes(void **state)
{
	struct conf *conf;

	(void)state;
	conf = read_text(SITE(" secret = x\n local-subnets = { " SIXTEEN " }\n"
			      " remote-subnets = { \"10.2.0.0/16\", \"10.3.0.0/16\", \"2001:db8::/48\" }\n"));
	assert_non_null(conf);
	conf_free(conf);
	conf = read_text(SITE(" secret = x\n local-subnets = { " SIXTEEN " }\n"
			      " remote-subnets = { \"10.2.0.0/16\", \"10.3.0.0/16\", \"10.4.0.0/16\" }\n"));
	assert_null(conf);
	assert_non_null(strstr(problems, "5: remote-subnets: "));
	assert_non_null(strstr(problems, "makes 48 pairs of networks, and one tunnel protects 32"));
}

static int set_up(void **state)
{
	(void)state;
	close(mkstemp(path));
	close(mkstemp(pem));
	write_to(pem, "a comment\n-----BEGIN NOTHING-----\nAA==\n-----END NOTHING-----\n");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(pem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(a_dump_gives_the_same),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(a_key_that_all_can_read_is_refused),
		cmocka_unit_test(as_many_pairs_as_a_child_takes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
