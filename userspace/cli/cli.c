// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct cli_command commands[] = {
	{ "status", "", cli_status, 0, 0, false, "the daemon and its servers" },
	{ "sessions", "", cli_sessions, 0, 0, false, "who is connected" },
	{ "session", "ID", cli_session, 1, 1, false,
	  "everything about one session: what was negotiated, counters by reason" },
	{ "sites", "", cli_sites, 0, 0, false, "the sites of IPsec, and why one is not up" },
	{ "sas", "", cli_sas, 0, 0, false, "IKE's security associations and their children" },
	{ "site", "up|down|rekey NAME", cli_site, 2, 2, false, "bring a site up or down, or give it new keys" },
	{ "clients", "", cli_clients, 0, 0, false, "the servers that the daemon logs in to" },
	{ "connect", "CLIENT", cli_connect, 1, 1, false,
	  "connect a client, and wait for what comes of it" },
	{ "disconnect", "CLIENT | ID | ADDRESS | --user NAME", cli_disconnect, 1, 1, true,
	  "end a client's connection, a session, who has an address, or all of a user" },
	{ "check", "[FILE]", cli_check, 0, 1, false,
	  "read a configuration and name every mistake; needs neither daemon nor root" },
	{ "reload", "", cli_reload, 0, 0, false,
	  "make the daemon read its configuration again; sessions of its users stay" },
	{ "log-level", "[LEVEL]", cli_log_level, 0, 1, false,
	  "show or set it: error, warn, info, debug" },
	{ "shutdown", "", cli_shutdown, 0, 0, false,
	  "end all sessions towards their peers, then the daemon" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fputs("usage: adit [-s SOCKET] [--json] COMMAND\n\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-10s %-35s %s\n", commands[i].word, commands[i].synopsis,
			commands[i].help);
	fputs("\n  -s, --socket SOCKET  the daemon's control socket (" CLI_SOCKET_DEFAULT ")\n"
	      "      --json           print what the daemon said, as JSON\n"
	      "  -h, --help           this text\n"
	      "\nadit(8) has the rest.\n", out);
}

void cli_error(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	fputs("adit: ", cli->err);
	va_start(ap, fmt);
	vfprintf(cli->err, fmt, ap);
	va_end(ap);
	fputc('\n', cli->err);
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	optind = 0;	/* a test calls more than once */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":s:h", options, NULL)) != -1) {
		switch (c) {
		case 's':
			cli->socket = optarg;
			break;
		case 'j':
			cli->json = true;
			break;
		case 'u':
			cli->user = optarg;
			break;
		case 'h':
			usage(cli->out);
			return CLI_OK;
		case ':':
			cli_error(cli, "%s needs an argument; adit --help", argv[optind - 1]);
			return CLI_USAGE;
		default:
			cli_error(cli, "%s is no option of adit; adit --help", argv[optind - 1]);
			return CLI_USAGE;
		}
	}
	cli->n_args = argc - optind;
	cli->args = argv + optind;
	return -1;
}

static const struct cli_command *find_command(const char *word)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].word, word))
			return &commands[i];
	return NULL;
}

static int check_args(struct cli *cli, const struct cli_command *c)
{
	if (cli->user && !c->takes_user) {
		cli_error(cli, "--user goes with disconnect only");
		return CLI_USAGE;
	}
	if (cli->user && !cli->n_args)
		return CLI_OK;
	if (cli->user || cli->n_args < c->min_args || cli->n_args > c->max_args) {
		cli_error(cli, "usage: adit %s%s%s", c->word, *c->synopsis ? " " : "", c->synopsis);
		return CLI_USAGE;
	}
	return CLI_OK;
}

int cli_main(struct cli *cli, int argc, char **argv)
{
	const struct cli_command *c;
	int rc = parse_options(cli, argc, argv);

	if (rc >= 0)
		return rc;
	if (!cli->n_args) {
		usage(cli->err);
		return CLI_USAGE;
	}
	c = find_command(cli->args[0]);
	if (!c) {
		cli_error(cli, "'%s' is no command of adit; adit --help lists them", cli->args[0]);
		return CLI_USAGE;
	}
	cli->n_args--;
	cli->args++;
	rc = check_args(cli, c);
	if (rc == CLI_OK)
		rc = c->run(cli);
	if (cli->fd >= 0)
		close(cli->fd);
	cli->fd = -1;
	if (rc == CLI_OK && (fflush(cli->out) || ferror(cli->out))) {
		cli_error(cli, "the output could not be written: %m");
		rc = CLI_FAILED;
	}
	return rc;
}
