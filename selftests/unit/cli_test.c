// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit(8) against a daemon that is this test: the answer lies in a socket pair before the command
 * runs, and the request is read from it afterwards.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/cli.h"
#include "cli/table.h"

struct call {
	char request[1024];
	char *out, *err;
	int rc;
};

/* C strings full of JSON are hard to read: both ways, ' stands for ". */
static char *swap_quotes(char *text)
{
	for (char *c = text; *c; c++) {
		if (*c == '\'')
			*c = '"';
		else if (*c == '"')
			*c = '\'';
	}
	return text;
}

/* Run a line of words separated by blanks against an answer; NULL closes the connection. */
static void run(struct call *call, const char *line, const char *answer)
{
	struct cli cli = { .socket = "/nonexistent/control", .fd = -1 };
	char words[256], *argv[16] = { "adit" };
	size_t out_len, err_len;
	int argc = 1, fds[2];
	ssize_t n;

	*call = (struct call){ 0 };
	snprintf(words, sizeof(words), "%s", line);
	for (char *at = words, *word; (word = strsep(&at, " ")); )
		if (*word)
			argv[argc++] = word;
	cli.out = open_memstream(&call->out, &out_len);
	cli.err = open_memstream(&call->err, &err_len);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	cli.fd = fds[0];
	if (answer) {
		char *json = swap_quotes(strdup(answer));

		assert_int_equal(write(fds[1], json, strlen(json)), (ssize_t)strlen(json));
		free(json);
	} else {
		shutdown(fds[1], SHUT_WR);
	}
	call->rc = cli_main(&cli, argc, argv);
	fclose(cli.out);
	fclose(cli.err);
	n = recv(fds[1], call->request, sizeof(call->request) - 1, MSG_DONTWAIT);
	call->request[n > 0 ? n : 0] = '\0';
	swap_quotes(call->request);
	close(fds[1]);
	if (cli.fd >= 0)
		close(cli.fd);
}

static void done(struct call *call)
{
	free(call->out);
	free(call->err);
}

static void expect(const char *line, const char *answer, const char *request, int rc,
		   const char *out, const char *err)
{
	struct call call;

	run(&call, line, answer);
	assert_int_equal(call.rc, rc);
	assert_string_equal(call.request, request);
	assert_string_equal(call.out, out);
	assert_string_equal(call.err, err);
	done(&call);
}

#define SESSION_SHORT \
	"'id':12,'protocol':'pptp','user':'alice','peer':'192.0.2.7','address':'10.9.0.10','state':'up'," \
	"'device':'pptp0','encryption':'mppe-128 stateless','up_s':3725,'rx_bytes':1234567,'tx_bytes':999"

static void sessions_are_a_table(void **state)
{
	(void)state;
	expect("sessions",
	       "{'ok':true,'result':[{" SESSION_SHORT
	       "},{'id':3,'protocol':'pptp','user':'e\\u001bve','peer':'192.0.2.100',"
	       "'address':null,'state':'lcp','device':'pptp0','encryption':'none','up_s':null,'rx_bytes':0,'tx_bytes':0}]}\n",
	       "{'command':'sessions'}\n", CLI_OK,
	       "ID  USER     PEER         ADDRESS    STATE  DEVICE  ENCRYPTION             UP    RX   TX\n"
	       "12  alice    192.0.2.7    10.9.0.10  up     pptp0   mppe-128 stateless  1h02m  1.2M  999\n"
	       " 3  e\\x1bve  192.0.2.100  -          lcp    pptp0   none                    -     0    0\n",
	       "");
	expect("sessions", "{'ok':true,'result':[]}\n", "{'command':'sessions'}\n", CLI_OK,
	       "no sessions\n", "");
}

static void one_session_in_detail(void **state)
{
	struct call call;

	(void)state;
	run(&call, "session 12",
	    "{'ok':true,'result':{" SESSION_SHORT
	    ",'auth':'MS-CHAPv2','peer_host':'home\\nbox','acfc':true,'pfc':false,"
	    "'prefixes':['10.9.0.10/32','192.168.7.0/24'],'rx':{'packets':5,'late':0,'source':2},'tx':{'packets':9},"
	    "'rx_idle_ms':61000,'tx_idle_ms':10}}\n");
	assert_int_equal(call.rc, CLI_OK);
	assert_string_equal(call.request, "{'command':'session','id':12}\n");
	assert_non_null(strstr(call.out, "authenticated by   MS-CHAPv2\n"));
	assert_non_null(strstr(call.out, "peer's host name   home\\x0abox\n"));
	assert_non_null(strstr(call.out, "peer's vendor      -\n"));
	assert_non_null(strstr(call.out, "prefixes           10.9.0.10/32 192.168.7.0/24\n"));
	assert_non_null(strstr(call.out, "ACFC               yes\nPFC                no\n"));
	assert_null(strstr(call.out, "tunnel id"));
	assert_null(strstr(call.out, "IPsec"));
	assert_non_null(strstr(call.out, "idle for           received 1m01s, sent 0s\n"));
	assert_non_null(strstr(call.out, "  source           2\n"));
	assert_null(strstr(call.out, "late"));
	done(&call);
	run(&call, "session 12", "{'ok':true,'result':{" SESSION_SHORT ",'ipsec':true,'tunnel_id':7}}\n");
	assert_non_null(strstr(call.out, "inside of IPsec    yes\ntunnel id          7\n"));
	done(&call);
	run(&call, "session 12", "{'ok':true,'result':{" SESSION_SHORT ",'ipsec':false,'tunnel_id':7}}\n");
	assert_non_null(strstr(call.out, "inside of IPsec    no\n"));
	done(&call);
}

static void json_is_what_the_daemon_said(void **state)
{
	(void)state;
	expect("log-level --json", "{'ok':true,'result':{'level':'info'}}\n",
	       "{'command':'log-level'}\n", CLI_OK, "{\n  \"level\": \"info\"\n}\n", "");
	expect("--json sessions", "{'ok':true,'result':[]}\n", "{'command':'sessions'}\n",
	       CLI_OK, "[]\n", "");
}

static void status_names_the_servers(void **state)
{
	(void)state;
	expect("status",
	       "{'ok':true,'result':{'version':'0.1','pid':5,'engine_pid':6,'engine_restarts':1,'uptime_s':7200,"
	       "'config':'/etc/adit/adit.conf','log_level':'info','servers':[{'protocol':'pptp','device':'pptp0',"
	       "'listen':['192.0.2.1','192.0.2.2'],'sessions':2,'connections':3,'logins_ok':40,'logins_failed':1,"
	       "'pool_used':2,'pool_size':241}]}}\n",
	       "{'command':'status'}\n", CLI_OK,
	       "aditd 0.1, up 2h00m, process 5, engine 6 (restarted 1 time)\n"
	       "configuration /etc/adit/adit.conf, log level info\n"
	       "PROTOCOL  DEVICE  LISTEN               SESSIONS  CONNECTIONS  LOGINS  FAILED  ADDRESSES USED\n"
	       "pptp      pptp0   192.0.2.1 192.0.2.2         2            3      40       1        2 of 241\n",
	       "");
}

#define STATUS_OF(what)	"{'ok':true,'result':{'version':'0.1','pid':5,'engine_pid':6,'engine_restarts':0,'uptime_s':60,"	\
			"'config':'adit.conf','log_level':'info','servers':[]," what "}}\n"
#define STATUS_SHOWN	"aditd 0.1, up 1m00s, process 5, engine 6\nconfiguration adit.conf, log level info\n"

/* Sites and server ikev2 are not among the servers. */
static void status_without_a_server_of_ppp(void **state)
{
	(void)state;
	expect("status", STATUS_OF("'clients':0,'ipsec':{'device':'esp0','ike_sas':1,'half_open':0,'children':1}"),
	       "{'command':'status'}\n", CLI_OK,
	       STATUS_SHOWN "IPsec in esp0: 1 IKE SAs (0 half open) with 1 children\n", "");
	expect("status", STATUS_OF("'clients':1,'ipsec':null"), "{'command':'status'}\n", CLI_OK, STATUS_SHOWN, "");
	expect("status", STATUS_OF("'clients':0,'ipsec':null"), "{'command':'status'}\n", CLI_OK,
	       STATUS_SHOWN "nothing is configured: there is no server, client or site section\n", "");
}

static void commands_that_change_something(void **state)
{
	(void)state;
	expect("disconnect 7", "{'ok':true,'result':{'disconnected':1}}\n",
	       "{'command':'disconnect','id':7}\n", CLI_OK, "1 session disconnected\n", "");
	expect("disconnect --user bob", "{'ok':true,'result':{'disconnected':2}}\n",
	       "{'command':'disconnect','user':'bob'}\n", CLI_OK,
	       "2 sessions disconnected\n", "");
	expect("disconnect 10.9.0.10", "{'ok':true,'result':{'disconnected':1}}\n",
	       "{'command':'disconnect','address':'10.9.0.10'}\n", CLI_OK, "1 session disconnected\n", "");
	expect("disconnect 2001:db8::7", "{'ok':true,'result':{'disconnected':1}}\n",
	       "{'command':'disconnect','address':'2001:db8::7'}\n", CLI_OK, "1 session disconnected\n", "");
	expect("disconnect 10.9.0", "{'ok':false,'error':'no client'}\n",
	       "{'command':'disconnect','client':'10.9.0'}\n", CLI_FAILED, "", "adit: no client\n");
	expect("reload",
	       "{'ok':true,'result':{'reloaded':true,'warnings':['line 3: hm']}}\n",
	       "{'command':'reload'}\n", CLI_OK,
	       "warning: line 3: hm\nthe configuration was reloaded\n", "");
	expect("log-level debug", "{'ok':true,'result':{'level':'debug'}}\n",
	       "{'command':'log-level','level':'debug'}\n", CLI_OK, "debug\n", "");
	expect("shutdown", "{'ok':true,'result':{'disconnected':0}}\n",
	       "{'command':'shutdown'}\n", CLI_OK, "0 sessions disconnected, aditd ends\n", "");
}

static void clients_are_a_table(void **state)
{
	(void)state;
	expect("clients",
	       "{'ok':true,'result':[{'name':'hq','protocol':'pptp','gateway':'vpn.example','state':'up','device':'hq',"
	       "'address':'10.9.0.7','dns':['10.9.0.53'],'encryption':'none','up_s':60,'rx_bytes':5,'tx_bytes':6,"
	       "'why':null,'next_s':null},{'name':'b2','protocol':'pptp','gateway':'192.0.2.1','state':'waiting',"
	       "'device':'b2','address':null,'dns':null,'encryption':null,'up_s':null,'rx_bytes':null,"
	       "'tx_bytes':null,'why':'busy','next_s':90}]}\n",
	       "{'command':'clients'}\n", CLI_OK,
	       "CLIENT  PROTOCOL  GATEWAY      STATE    DEVICE  ADDRESS   NAME SERVERS  ENCRYPTION     UP  RX  TX  REMARK\n"
	       "hq      pptp      vpn.example  up       hq      10.9.0.7  10.9.0.53     none        1m00s   5   6  -\n"
	       "b2      pptp      192.0.2.1    waiting  b2      -         -             -               -   0   0  "
	       "busy; again in 1m30s\n",
	       "");
	expect("clients", "{'ok':true,'result':[]}\n", "{'command':'clients'}\n", CLI_OK,
	       "no clients are configured\n", "");
}

static void clients_are_told_what_to_do(void **state)
{
	(void)state;
	expect("connect hq",
	       "{'ok':true,'result':{'name':'hq','device':'ppp7','address':'10.9.0.7','encryption':'none'}}\n",
	       "{'command':'connect','client':'hq'}\n", CLI_OK,
	       "hq is connected: device ppp7, address 10.9.0.7, encryption none\n", "");
	expect("connect hq", "{'ok':false,'error':'client hq: not connected: wrong password'}\n",
	       "{'command':'connect','client':'hq'}\n", CLI_FAILED, "",
	       "adit: client hq: not connected: wrong password\n");
	expect("disconnect 2nd-office", "{'ok':true,'result':{'disconnected':1}}\n",
	       "{'command':'disconnect','client':'2nd-office'}\n", CLI_OK,
	       "1 session disconnected\n", "");
}

static void the_daemons_refusal_is_told(void **state)
{
	(void)state;
	expect("session 99",
	       "{'ok':false,'error':'no session 99: adit sessions lists them'}\n",
	       "{'command':'session','id':99}\n", CLI_FAILED, "",
	       "adit: no session 99: adit sessions lists them\n");
	expect("session 99 --json", "{'ok':false,'error':'no session 99'}\n",
	       "{'command':'session','id':99}\n", CLI_FAILED, "", "adit: no session 99\n");
}

static void a_broken_daemon_is_told(void **state)
{
	struct call call;

	(void)state;
	run(&call, "status", NULL);
	assert_int_equal(call.rc, CLI_NO_DAEMON);
	assert_non_null(strstr(call.err, "closed the connection without an answer"));
	done(&call);
	run(&call, "status", "nonsense\n");
	assert_int_equal(call.rc, CLI_NO_DAEMON);
	assert_non_null(strstr(call.err, "what is no answer"));
	done(&call);
	run(&call, "status", "{'ok':true}\n");
	assert_int_equal(call.rc, CLI_FAILED);
	assert_non_null(strstr(call.err, "without a result"));
	done(&call);
	run(&call, "status", "{'ok':true,'result':[3]}\n");
	assert_int_equal(call.rc, CLI_OK);
	done(&call);
}

static void nobody_listens(void **state)
{
	struct cli cli = { .socket = "/nonexistent/control", .fd = -1 };
	char *argv[] = { "adit", "-s", "/nonexistent/other", "status", NULL }, *err;
	size_t len;

	(void)state;
	cli.out = stdout;
	cli.err = open_memstream(&err, &len);
	assert_int_equal(cli_main(&cli, 4, argv), CLI_NO_DAEMON);
	fclose(cli.err);
	assert_string_equal(
		err, "adit: cannot connect to /nonexistent/other: No such file or directory; "
		     "is aditd running? systemctl status aditd\n");
	free(err);
}

static void wrong_usage_asks_nobody(void **state)
{
	static const struct { const char *line, *err; } cases[] = {
		{ "", "usage: adit" },
		{ "sesions", "'sesions' is no command" },
		{ "session", "usage: adit session ID" },
		{ "session 1 2", "usage: adit session ID" },
		{ "session 0", "'0' is no session id" },
		{ "session 1x", "'1x' is no session id" },
		{ "session +1", "'+1' is no session id" },
		{ "session 4294967296", "'4294967296' is no session id" },
		{ "disconnect", "usage: adit disconnect CLIENT | ID | ADDRESS | --user NAME" },
		{ "connect", "usage: adit connect CLIENT" },
		{ "connect hq 2", "usage: adit connect CLIENT" },
		{ "disconnect 0", "'0' is no session id" },
		{ "disconnect 10.9.0.10 10.9.0.11", "usage: adit disconnect" },
		{ "disconnect 1 --user bob", "usage: adit disconnect" },
		{ "disconnect --user", "--user needs an argument" },
		{ "sessions --user bob", "--user goes with disconnect only" },
		{ "status --jason", "--jason is no option" },
		{ "log-level info debug", "usage: adit log-level [LEVEL]" },
	};
	struct call call;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(&call, cases[i].line, "{'ok':true,'result':[]}\n");
		assert_int_equal(call.rc, CLI_USAGE);
		assert_non_null(strstr(call.err, cases[i].err));
		assert_string_equal(call.out, "");
		assert_string_equal(call.request, "");
		done(&call);
	}
}

static void help_lists_every_command(void **state)
{
	static const char *const words[] = { "status", "sessions", "session",	"clients",
					     "connect", "disconnect", "check", "reload",
					     "log-level", "shutdown" };
	struct call call;

	(void)state;
	run(&call, "--help", NULL);
	assert_int_equal(call.rc, CLI_OK);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_non_null(strstr(call.out, words[i]));
	done(&call);
}

static void check_reads_here(void **state)
{
	char path[] = "/tmp/adit-cli-test-XXXXXX", line[64];
	int fd = mkstemp(path);
	struct call call;

	(void)state;
	assert_true(fd >= 0);
	snprintf(line, sizeof(line), "check %s", path);
	assert_int_equal(write(fd, "log-level = info\nflavour = sweet\n", 33), 33);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_FAILED);
	assert_string_equal(call.request, "");
	assert_non_null(strstr(call.err, ":2: error: "));
	assert_non_null(strstr(call.err, "flavour"));
	done(&call);
	snprintf(line, sizeof(line), "check --json %s", path);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_FAILED);
	assert_non_null(strstr(call.out, "\"valid\": false"));
	assert_string_equal(call.err, "");
	done(&call);
	assert_int_equal(ftruncate(fd, 17), 0);
	snprintf(line, sizeof(line), "check %s", path);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_OK);
	assert_non_null(strstr(call.out, ": 0 errors, "));
	done(&call);
	/* A file in an old encoding: JSON takes no such octets, and no mistake may be left out. */
	assert_int_equal(pwrite(fd, "log-level = \"caf\xe9\"\n", 19, 0), 19);
	snprintf(line, sizeof(line), "check --json %s", path);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_FAILED);
	assert_non_null(strstr(call.out, "caf\\\\xe9"));
	done(&call);
	close(fd);
	unlink(path);
}

static void values_for_people(void **state)
{
	static const struct {
		uint64_t v;
		const char *bytes, *duration;
	} cases[] = {
		{ 0, "0", "0s" },
		{ 59, "59", "59s" },
		{ 60, "60", "1m00s" },
		{ 999, "999", "16m39s" },
		{ 1000, "1.0k", "16m40s" },
		{ 3600, "3.6k", "1h00m" },
		{ 86399, "86.3k", "23h59m" },
		{ 86400, "86.4k", "1d00h" },
		{ 999999, "999.9k", "11d13h" },
		{ 1000000, "1.0M", "11d13h" },
		{ UINT64_MAX, "18.4E", "213503982334601d07h" },
	};
	char buf[TABLE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(table_bytes(cases[i].v, buf), cases[i].bytes);
		assert_string_equal(table_duration(cases[i].v, buf), cases[i].duration);
	}
}

static void check_looks_into_files(void **state)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
	char path[] = "/tmp/adit-cli-test-XXXXXX", broken[] = "/tmp/adit-cli-pem-XXXXXX", text[256], line[64];
	int fd = mkstemp(path), fd_pem = mkstemp(broken);
	struct call call;
	ssize_t len;

	(void)state;
	assert_true(fd >= 0 && fd_pem >= 0);
	assert_int_equal(write(fd_pem, pem, sizeof(pem) - 1), (ssize_t)sizeof(pem) - 1);
	len = snprintf(text, sizeof(text), "site office {\n remote = \"192.0.2.2\"\n auth = certificate\n"
		       " certificate = \"%s\"\n key = \"%s\"\n ca = { \"%s\" }\n}\n", broken, broken, broken);
	assert_int_equal(write(fd, text, (size_t)len), len);
	snprintf(line, sizeof(line), "check %s", path);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_FAILED);
	snprintf(text, sizeof(text), "%s:4: error: certificate: %s: it holds no X.509 certificate", path, broken);
	assert_non_null(strstr(call.err, text));
	snprintf(text, sizeof(text), "%s:5: error: key: %s: ", path, broken);
	assert_non_null(strstr(call.err, text));
	assert_non_null(strstr(call.out, ": 3 errors, "));
	done(&call);
	snprintf(line, sizeof(line), "check --json %s", path);
	run(&call, line, NULL);
	assert_int_equal(call.rc, CLI_FAILED);
	assert_non_null(strstr(call.out, "\"valid\": false"));
	done(&call);
	close(fd);
	close(fd_pem);
	unlink(path);
	unlink(broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_a_table),
		cmocka_unit_test(one_session_in_detail),
		cmocka_unit_test(json_is_what_the_daemon_said),
		cmocka_unit_test(status_names_the_servers),
		cmocka_unit_test(status_without_a_server_of_ppp),
		cmocka_unit_test(commands_that_change_something),
		cmocka_unit_test(clients_are_a_table),
		cmocka_unit_test(clients_are_told_what_to_do),
		cmocka_unit_test(the_daemons_refusal_is_told),
		cmocka_unit_test(a_broken_daemon_is_told),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(wrong_usage_asks_nobody),
		cmocka_unit_test(help_lists_every_command),
		cmocka_unit_test(check_reads_here),
		cmocka_unit_test(check_looks_into_files),
		cmocka_unit_test(values_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
