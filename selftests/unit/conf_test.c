// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit.conf: what is taken, what is refused and where, and that what is written back reads as the
 * same.
 */
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

#include "conf/conf.h"
#include "proto/auth.h"

static char dir[] = "/tmp/adit-conf-test-XXXXXX";
static char path[64], secret_path[64];

static struct problems {
	struct conf_problem list[32];
	unsigned int n, errors;
} problems;

static void collect(void *arg, const char *file, const struct conf_problem *p)
{
	struct problems *all = arg;

	assert_string_equal(file, path);
	assert_true(all->n < 32);
	all->list[all->n++] = *p;
	all->errors += !p->warning;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct conf *read_mode(const char *text, mode_t mode)
{
	struct conf *conf;

	write_file(path, text, mode);
	memset(&problems, 0, sizeof(problems));
	conf = conf_read(path, collect, &problems);
	assert_int_equal(!conf, problems.errors > 0);
	return conf;
}

static struct conf *read_text(const char *text)
{
	return read_mode(text, 0600);
}

/* --- what is taken --- */

static const char whole[] =
	"# a comment, which must not disturb the line numbers\n"
	"log-level = debug\n"
	"run-as = \"root\"\n"
	"hostname = gateway /* another */\n"
	"pool \"office\" {\n"
	"	range = \"10.9.0.10-10.9.0.250\"\n"
	"	ipv6 = \"2001:db8:9::/48\"\n"
	"}\n"
	"server pptp {\n"
	"	listen = { \"192.0.2.1\", \"192.0.2.2\" } // and another\n"
	"	device = \"vpn7\"\n"
	"	address = \"10.9.0.1\"\n"
	"	pool = \"office\"\n"
	"	auth = { mschapv2, mschap }\n"
	"	encryption = required\n"
	"	mppe = { 40, 128 }\n"
	"	mppe-mode = stateful\n"
	"	dns = { \"10.9.0.1\", \"10.9.0.2\" }\n"
	"	nbns = { \"10.9.0.3\" }\n"
	"	client-routes = { \"172.16.0.0/12\" }\n"
	"	mtu = 1390\n"
	"	mru = 1380\n"
	"	mss-clamp = 1300\n"
	"	ipv6 = yes\n"
	"	fwmark = 0x10\n"
	"	lcp-echo-interval = 10\n"
	"	lcp-echo-failures = 3\n"
	"	idle-timeout = 600\n"
	"	session-timeout = 86400\n"
	"	max-sessions = 100\n"
	"	max-connections = 200\n"
	"	max-connections-per-address = 5\n"
	"	max-logins-per-address = 7\n"
	"	duplicate-login = refuse\n"
	"}\n"
	"user \"bob\" {\n"
	"	password = 'it\\'s a \\\\ ${HOME} \"word\"'\n"
	"	enabled = no\n"
	"}\n"
	"user 'CORP\\\\alice' {\n"
	"	password = 'correct horse'\n"
	"	address = \"10.9.0.20\"\n"
	"	routes = { \"192.168.7.0/24\", \"2001:db8:7::/64\" }\n"
	"	auth = { mschapv2 }\n"
	"}\n";

static void check_whole(const struct conf *conf)
{
	const struct conf_server *s = &conf->servers[0];
	const struct conf_user *u;

	assert_int_equal(conf->log_level, LOG_LEVEL_DEBUG);
	assert_string_equal(conf->user, "root");
	assert_string_equal(conf->hostname, "gateway");
	assert_int_equal(conf->n_pools, 1);
	assert_int_equal(addr_v4_host(&conf->pools[0].last), 0x0a0900fa);
	assert_int_equal(conf->pools[0].ipv6.len, 48);
	assert_int_equal(conf->n_servers, 1);
	assert_string_equal(s->protocol, "pptp");
	assert_int_equal(s->n_listen, 2);
	assert_int_equal(addr_v4_host(&s->listen[1]), 0xc0000202);
	assert_string_equal(s->device, "vpn7");
	assert_ptr_equal(s->pool, &conf->pools[0]);
	assert_int_equal(s->auth_methods, AUTH_MSCHAP | AUTH_MSCHAPV2);
	assert_int_equal(s->mppe_strengths, 1 | 4);
	assert_int_equal(s->mppe_mode, CONF_MPPE_STATEFUL);
	assert_int_equal(addr_v4_host(&s->dns[1]), 0x0a090002);
	assert_int_equal(s->nbns[1].family, 0);
	assert_int_equal(s->n_client_routes, 1);
	assert_int_equal(s->client_routes[0].len, 12);
	assert_int_equal(s->mtu, 1390);
	assert_int_equal(s->mru, 1380);
	assert_int_equal(s->mss_clamp, 1300);
	assert_true(s->ipv6);
	assert_int_equal(s->fwmark, 16);
	assert_int_equal(s->session_timeout_s, 86400);
	assert_int_equal(s->max_connections_per_address, 5);
	assert_int_equal(s->max_logins_per_address, 7);
	assert_int_equal(s->duplicate, CONF_DUPLICATE_REFUSE);
	u = conf_user_find(conf, "CORP\\alice");
	assert_non_null(u);
	assert_int_equal(addr_v4_host(&u->address), 0x0a090014);
	assert_int_equal(u->n_routes, 2);
	assert_int_equal(u->auth_methods, AUTH_MSCHAPV2);
	assert_false(u->disabled);
	u = conf_user_find(conf, "bob");
	assert_true(u->disabled);
	assert_null(conf_user_find(conf, "carol"));
}

static void a_whole_file_is_read(void **state)
{
	struct conf *conf = read_text(whole);

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	check_whole(conf);
	assert_string_equal(conf_user_find(conf, "bob")->password, "it's a \\ ${HOME} \"word\"");
	conf_free(conf);
}

static const char least[] =
	"pool p {\n range = \"10.0.0.2-10.0.0.9\"\n}\n"
	"server pptp {\n address = \"10.0.0.1\"\n pool = p\n}\nuser u {\n password = x\n}\n";

static void defaults_are_set(void **state)
{
	struct conf *conf = read_text(least);
	const struct conf_server *s;

	(void)state;
	assert_non_null(conf);
	assert_int_equal(problems.n, 0);
	s = &conf->servers[0];
	assert_int_equal(conf->log_level, LOG_LEVEL_INFO);
	assert_string_equal(conf->user, "adit");
	assert_string_equal(s->device, "pptp0");
	assert_int_equal(s->n_listen, 0);
	assert_int_equal(s->auth_methods, AUTH_MSCHAPV2);
	assert_int_equal(s->encryption, CONF_ENCRYPTION_REQUIRED);
	assert_int_equal(s->mppe_strengths, 4);
	assert_int_equal(s->mppe_mode, CONF_MPPE_ANY);
	assert_int_equal(s->mtu, 1400);
	assert_int_equal(s->mss_clamp, 1);
	assert_false(s->ipv6);
	assert_int_equal(s->lcp_echo_interval_s, 30);
	assert_int_equal(s->max_connections_per_address, 64);
	assert_int_equal(s->max_logins_per_address, 64);
	assert_int_equal(s->duplicate, CONF_DUPLICATE_REPLACE);
	conf_free(conf);
}

/* The daemon hands these bits to PPP as they are. */
static void methods_are_those_of_auth(void **state)
{
	(void)state;
	assert_int_equal(CONF_AUTH_PAP, AUTH_PAP);
	assert_int_equal(CONF_AUTH_CHAP_MD5, AUTH_CHAP_MD5);
	assert_int_equal(CONF_AUTH_MSCHAP, AUTH_MSCHAP);
	assert_int_equal(CONF_AUTH_MSCHAPV2, AUTH_MSCHAPV2);
	assert_int_equal(CONF_PASSWORD_MAX, AUTH_PASSWORD_MAX);
	assert_int_equal(CONF_USER_MAX, AUTH_USER_MAX);
}

/* --- what is refused --- */

/*
 * Put into the file above: "pool", "server", "user", "" for outside; problem on line, of a text
 * that holds words.
 */
struct refusal {
	const char *where, *text;
	unsigned int line;
	const char *words;
	bool warning;
};

static const struct refusal refusals[] = {
	{ "", "log-level = loud", 1, "log-level: \"loud\" is none of error, warn, info, debug",
	  false },
	{ "", "hostname = ''", 1, "hostname: \"\" is not between 1 and 63", false },
	{ "", "hostname = \"a\\tb\"", 1, "printable", false },
	{ "", "frobnicate = 1", 1, "unknown option 'frobnicate'", false },
	{ "", "log-level = info\nlog-level = info", 2, "log-level is given twice", false },
	{ "server", "dns = { \"1.1.1.1\" }\ndns = { \"2.2.2.2\" }", 6, "dns is given twice",
	  false },
	{ "", "mtu = 1400", 1, "unknown option 'mtu'", false },
	{ "", "''", 1, "neither an option nor a section", false },
	{ "", "server {\n}", 1, "missing title", false },
	{ "", "pool q {\n", 1, "{ is opened here and never closed", false },
	{ "", "hostname = 'gateway\n", 1, "quoted text is opened here and never closed", false },
	{ "", "/* for ever", 1, "comment is opened here and never closed", false },
	{ "", "pool q {\n}", 2, "pool \"q\" has no range, which it needs", false },
	{ "", "pool q {\n range = \"10.0.0.9\"\n}", 2, "range: \"10.0.0.9\" is no range", false },
	{ "", "pool q {\n range = \"10.1.0.9-10.1.0.8\"\n}", 2, "ends before it begins", false },
	{ "", "pool q {\n range = \"10.1.0.0-10.255.0.0\"\n}", 2, "more than the 1048576 addresses",
	  false },
	{ "", "pool q {\n range = \"10.1.0.x-10.1.0.9\"\n}", 2, "\"10.1.0.x\" is no IPv4 address",
	  false },
	{ "", "pool q {\n range = \"239.1.0.1-239.1.0.9\"\n}", 2, "no host can have", false },
	{ "", "pool q {\n range = \"10.0.0.9-10.0.0.12\"\n}", 5,
	  "pools \"q\" and \"p\" have addresses in common", false },
	{ "", "pool q {\n range = \"10.1.0.1-10.1.0.2\"\n ipv6 = \"2001:db8::/64\"\n}", 3,
	  "length from 16 to 63", false },
	{ "", "pool q {\n range = \"10.1.0.1-10.1.0.2\"\n ipv6 = \"10.0.0.0/8\"\n}", 3,
	  "not an IPv6 network", false },
	{ "", "pool q {\n range = \"10.1.0.1-10.1.0.2\"\n ipv6 = \"2001:db8::1/48\"\n}", 3,
	  "bits set beyond", false },
	{ "", "pool p {\n range = \"10.1.0.1-10.1.0.2\"\n}", 4,
	  "there is a section with the title 'p' above", false },
	{ "", "server l2f {\n address = \"10.0.0.1\"\n device = x\n}", 4,
	  "no such protocol: there are pptp, l2tp and ikev2", false },
	{ "server", "address = \"10.0.0.5\"", 5,
	  "address: the gateway's own 10.0.0.5 lies in pool \"p\"", false },
	{ "server", "address = \"fe80::1\"", 5, "is no IPv4 address", false },
	{ "server", "address = \"0.0.0.0\"", 5, "is no address of a host", false },
	{ "server", "pool = nowhere", 5, "there is no pool \"nowhere\"", false },
	{ "server", "device = \"a/b\"", 5, "no device name", false },
	{ "server", "device = \"a-name-too-long-for-it\"", 5, "no device name", false },
	{ "server", "device = all", 5, "no device name", false },
	{ "server", "auth = { mschapv2, kerberos }", 5,
	  "\"kerberos\" is none of pap, chap, mschap, mschapv2", false },
	{ "server", "auth = { pap }", 5, "pap and chap make no keys, and encryption is required",
	  false },
	{ "server", "auth = { mschapv2, chap }", 5,
	  "pap and chap make no keys, and encryption is required", false },
	{ "server", "encryption = maybe", 5, "\"maybe\" is none of required, optional, none",
	  false },
	{ "server", "encryption = none\nmppe = { 128 }", 6, "means nothing", true },
	{ "server", "mppe = { 127 }", 5, "\"127\" is none of 40, 56, 128", false },
	{ "server", "mtu = 575", 5, "mtu: \"575\" is not a number from 576 to 1500", false },
	{ "server", "mtu = 1501", 5, "from 576 to 1500", false },
	{ "server", "mtu = many", 5, "mtu: \"many\" is not a number", false },
	{ "server", "mtu = -1400", 5, "is not a number", false },
	{ "server", "mtu = 1400x", 5, "is not a number", false },
	{ "server", "mtu = 4294968696", 5, "is not a number", false },
	{ "server", "mtu = { 1400 }", 5, "unexpected token '{'", false },
	{ "server", "mss-clamp = 100", 5, "neither auto nor off nor a number from 536 to 1460",
	  false },
	{ "server", "ipv6 = perhaps", 5, "neither yes nor no", false },
	{ "server", "ipv6 = yes\nmtu = 1200", 6, "too small for IPv6, which needs 1280", false },
	{ "server", "ipv6 = yes\nmru = 1200", 6, "too small for IPv6, which needs 1280", false },
	{ "server", "ipv6 = yes", 5, "has no IPv6 network", true },
	{ "server", "dns = { \"1.1.1.1\", \"2.2.2.2\", \"3.3.3.3\" }", 5, "one more than the 2",
	  false },
	{ "server", "client-routes = { \"2001:db8::/32\" }", 5, "IPv4 networks alone", false },
	{ "server", "listen = { \"::1\" }", 5, "PPTP exists over IPv4 alone", false },
	{ "server", "listen = { \"here\" }", 5, "\"here\" is no address", false },
	{ "server", "hello-interval = 60", 5, "server pptp has no such option: it is one of server l2tp",
	  false },
	{ "server", "secret = x", 5, "secret: server pptp has none", false },
	{ "server", "max-sessions = 0", 5, "from 1 to", false },
	{ "server", "duplicate-login = never", 5, "none of replace, refuse, allow", false },
	{ "server", "unknown-thing = { 1 }", 5, "unknown option 'unknown-thing' in section server",
	  false },
	{ "user", "password = ''", 9, "has 0 octets", false },
	{ "user", "password = \"back\\\\slash\"", 9, "use single quotes", true },
	{ "user", "password = \"a${HOME}b\"", 9, "use single quotes", true },
	{ "user", "password = '\xff\xfe'", 9, "is not UTF-8", false },
	{ "user", "password = '\xc0\xaf'", 9, "is not UTF-8", false },
	{ "user", "password = '\xed\xa0\x80'", 9, "is not UTF-8", false },
	{ "user", "password = x\naddress = \"10.0.0.1\"", 5, "is the fixed address of user \"u\"",
	  false },
	{ "user", "password = x\naddress = \"2001:db8::1\"", 10, "is no IPv4 address", false },
	{ "user", "password = x\nroutes = { \"10.1.0.1/24\" }", 10, "bits set beyond its length",
	  false },
	{ "user", "password = x\nroutes = { \"0.0.0.0/0\" }", 10,
	  "is everything there is", false },
	{ "user", "password = x\nroutes = { \"net\" }", 10, "is no network", false },
	{ "user", "password = x\nauth = { chap }", 10, "no method in common", true },
	{ "user", "password = x\nenabled = 1", 10, "neither yes nor no", false },
	{ "user", "address = \"10.0.0.7\"", 10, "user \"u\" has no password", false },
	{ "user", "password-file = \"secret\"", 9, "does not begin with a slash", false },
	{ "user", "password-file = \"/nonexistent/secret\"", 9, "cannot be opened: No such file",
	  false },
	{ "user", "password-file = \"/tmp\"", 9, "is no regular file", false },
	{ "user", "password = x\npassword-file = \"/dev/null\"", 10, "is no regular file", false },
};

/*
 * The file least, with the text in the place of an option of a section, or as a file of its own in
 * front.
 */
static void compose(char *out, size_t cap, const struct refusal *r)
{
	const char *address = "address = \"10.0.0.1\"", *pool = "pool = p",
		   *password = "password = x";

	if (!strcmp(r->where, "server")) {
		if (strstr(r->text, "address = ") == r->text)
			address = r->text;
		else if (strstr(r->text, "pool = ") == r->text)
			pool = "", address = "address = \"10.0.0.1\"";
	}
	if (!strcmp(r->where, "user"))
		password = r->text;
	snprintf(
		out, cap,
		"%s%spool p {\n range = \"10.0.0.2-10.0.0.9\"\n}\nserver pptp {\n%s%s %s\n %s\n}\nuser u {\n%s\n}\n",
		r->where[0] ? "" : r->text, r->where[0] ? "" : "\n",
		!strcmp(r->where, "server") && address != r->text ? r->text : "",
		!strcmp(r->where, "server") && address != r->text ? "\n" : "", address, pool,
		password);
}

static void bad_values_are_refused_with_their_line(void **state)
{
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct conf *conf;
		bool found = false;

		compose(text, sizeof(text), r);
		conf = read_text(text);
		for (unsigned int k = 0; k < problems.n; k++)
			found |= problems.list[k].line == r->line &&
				 problems.list[k].warning == r->warning &&
				 strstr(problems.list[k].text, r->words);
		if (!found) {
			print_error("case %zu:\n%s", i, text);
			for (unsigned int k = 0; k < problems.n; k++)
				print_error("%u: %s\n", problems.list[k].line,
					    problems.list[k].text);
			fail_msg("expected on line %u: %s", r->line, r->words);
		}
		assert_int_equal(!conf, !r->warning);
		conf_free(conf);
	}
}

static void every_problem_is_reported(void **state)
{
	(void)state;
	assert_null(
		read_text("colour = red\nlog-level = loud\npool p {\n range = x\n smell = nice\n}\n"
			  "server pptp {\n mtu = 1\n pool = q\n}\n"));
	assert_int_equal(problems.errors, 7);
	assert_int_equal(problems.list[0].line, 1);
	assert_int_equal(problems.list[1].line, 5);
}

static void users_with_one_address_are_refused(void **state)
{
	char text[1024];

	(void)state;
	snprintf(
		text, sizeof(text),
		"%suser v {\n password = y\n address = \"10.0.0.7\"\n}\nuser w {\n password = y\n address = \"10.0.0.7\"\n}\n",
		least);
	assert_null(read_text(text));
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.list[0].text,
			       "users \"v\" and \"w\" have the same fixed address 10.0.0.7"));
	assert_int_equal(problems.list[0].line, 17);
}

static void an_unreadable_file_is_an_error(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/none", dir);
	memset(&problems, 0, sizeof(problems));
	assert_null(conf_read(path, collect, &problems));
	assert_int_equal(problems.errors, 1);
	assert_non_null(strstr(problems.list[0].text, "No such file"));
	snprintf(path, sizeof(path), "%s", dir);
	assert_null(conf_read(path, collect, &problems));
	snprintf(path, sizeof(path), "%s/adit.conf", dir);
}

static void readable_secrets_are_warned_of(void **state)
{
	(void)state;
	conf_free(read_mode(least, 0644));
	assert_int_equal(problems.n, 1);
	assert_true(problems.list[0].warning);
	assert_non_null(strstr(problems.list[0].text, "chmod 600"));
	conf_free(read_mode(least, 0640));
	assert_int_equal(problems.n, 0);
}

static void emptiness_is_warned_of(void **state)
{
	(void)state;
	conf_free(read_text(""));
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.list[0].text, "nothing is served"));
}

/* --- password files --- */

static struct conf *read_password_file(const char *content, mode_t mode)
{
	char text[1024];

	write_file(secret_path, content, mode);
	snprintf(text, sizeof(text), "%suser v {\n password-file = \"%s\"\n}\n", least,
		 secret_path);
	return read_text(text);
}

static void a_password_file_is_read(void **state)
{
	struct conf *conf = read_password_file("hush \\n ${HOME}'\"\n", 0600);

	(void)state;
	assert_non_null(conf);
	assert_string_equal(conf_user_find(conf, "v")->password, "hush \\n ${HOME}'\"");
	conf_free(conf);
	conf = read_password_file("no newline", 0640);
	assert_string_equal(conf_user_find(conf, "v")->password, "no newline");
	conf_free(conf);
}

static void bad_password_files_are_refused(void **state)
{
	char longest[CONF_PASSWORD_MAX + 8];
	struct conf *conf;

	(void)state;
	assert_null(read_password_file("hush\n", 0644));
	assert_non_null(strstr(problems.list[0].text, "can be read or written by everybody"));
	assert_null(read_password_file("hush\n", 0602));
	assert_null(read_password_file("", 0600));
	assert_null(read_password_file("\n", 0600));
	assert_null(read_password_file("two\nlines\n", 0600));
	memset(longest, 'x', sizeof(longest));
	longest[CONF_PASSWORD_MAX] = '\0';
	conf = read_password_file(longest, 0600);
	assert_non_null(conf);
	conf_free(conf);
	longest[CONF_PASSWORD_MAX] = 'x';
	longest[CONF_PASSWORD_MAX + 1] = '\0';
	assert_null(read_password_file(longest, 0600));
	longest[CONF_PASSWORD_MAX + 1] = 'x';
	longest[CONF_PASSWORD_MAX + 7] = '\0';
	assert_null(read_password_file(longest, 0600));
}

/* --- writing back --- */

struct text {
	char buf[16384];
	size_t len;
};

static void put(void *arg, const char *line)
{
	struct text *t = arg;

	assert_null(strchr(line, '\n'));
	t->len += (size_t)snprintf(t->buf + t->len, sizeof(t->buf) - t->len, "%s\n", line);
	assert_true(t->len < sizeof(t->buf));
}

static void a_dump_reads_as_the_same(void **state)
{
	static struct text first, second;
	struct conf *conf = read_text(whole), *again;

	(void)state;
	first.len = second.len = 0;
	conf_dump_secrets(conf, put, &first);
	again = read_text(first.buf);
	assert_non_null(again);
	assert_int_equal(problems.n, 0);
	check_whole(again);
	assert_string_equal(conf_user_find(again, "bob")->password, "it's a \\ ${HOME} \"word\"");
	conf_dump_secrets(again, put, &second);
	assert_string_equal(first.buf, second.buf);
	conf_free(conf);
	conf_free(again);
}

static void a_dump_tells_no_secret(void **state)
{
	static struct text out;
	struct conf *conf = read_text(whole), *again;

	(void)state;
	out.len = 0;
	conf_dump(conf, put, &out);
	assert_null(strstr(out.buf, "correct horse"));
	assert_non_null(strstr(out.buf, "password = '***'"));
	again = read_text(out.buf);
	assert_non_null(again);
	check_whole(again);
	conf_free(conf);
	conf_free(again);
}

static struct conf *read_example(const char *name)
{
	char keep[sizeof(path)];
	struct conf *conf;

	memcpy(keep, path, sizeof(path));
	snprintf(path, sizeof(path), "../../Documentation/%s", name);
	memset(&problems, 0, sizeof(problems));
	conf = conf_read(path, collect, &problems);
	/* In a checkout anybody may read it, and so the passwords in it, which are nobody's. */
	for (unsigned int i = 0; i < problems.n; i++)
		assert_non_null(strstr(problems.list[i].text, "everybody can read it"));
	assert_non_null(conf);
	memcpy(path, keep, sizeof(path));
	return conf;
}

static void the_examples_are_good(void **state)
{
	struct conf *conf = read_example("adit.conf.example");

	(void)state;
	assert_int_equal(conf->n_servers, 2);
	assert_true(conf->n_users > 0);
	conf_free(conf);
	conf = read_example("adit.conf.ipsec.example");
	assert_int_equal(conf->n_sites, 4);
	assert_int_equal(conf->n_clients, 1);
	conf_free(conf);
}

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/adit.conf", dir);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	unlink(secret_path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file_is_read),
		cmocka_unit_test(defaults_are_set),
		cmocka_unit_test(methods_are_those_of_auth),
		cmocka_unit_test(bad_values_are_refused_with_their_line),
		cmocka_unit_test(every_problem_is_reported),
		cmocka_unit_test(users_with_one_address_are_refused),
		cmocka_unit_test(an_unreadable_file_is_an_error),
		cmocka_unit_test(readable_secrets_are_warned_of),
		cmocka_unit_test(emptiness_is_warned_of),
		cmocka_unit_test(a_password_file_is_read),
		cmocka_unit_test(bad_password_files_are_refused),
		cmocka_unit_test(a_dump_reads_as_the_same),
		cmocka_unit_test(a_dump_tells_no_secret),
		cmocka_unit_test(the_examples_are_good),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
