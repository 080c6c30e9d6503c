/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call of adit(8): the words of the command line, where to write, and the connection to the
 * daemon. Everything that the daemon says arrives as the JSON of Documentation/control-socket.md;
 * nothing else of the daemon is known here.
 */
#ifndef ADIT_CLI_CLI_H
#define ADIT_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define CLI_SOCKET_DEFAULT	"/run/adit/control"
#define CLI_CONF_DEFAULT	"/etc/adit/adit.conf"

/* Exit status, as adit(8) documents it. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_NO_DAEMON = 3 };

struct cli {
	const char *socket;
	const char *user;	/* --user, or NULL */
	bool json;
	int fd;			/* connection, opened when first needed; -1 before */
	unsigned int patience_s;	/* for an answer */
	int n_args;		/* words after the command */
	char **args;
	FILE *out, *err;
};

struct cli_command {
	const char *word;
	const char *synopsis;	/* of the words after it */
	int (*run)(struct cli *cli);
	int min_args, max_args;
	bool takes_user;	/* --user stands for its argument */
	const char *help;
};

/* Parse argv, run the command; returns the exit status. Opens cli->fd if it is -1; closes it. */
int cli_main(struct cli *cli, int argc, char **argv);

/* A message on cli->err, after "adit: ". */
void cli_error(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

int cli_status(struct cli *cli);
int cli_sessions(struct cli *cli);
int cli_session(struct cli *cli);
int cli_clients(struct cli *cli);
int cli_sites(struct cli *cli);
int cli_sas(struct cli *cli);
int cli_site(struct cli *cli);
int cli_connect(struct cli *cli);
int cli_disconnect(struct cli *cli);
int cli_check(struct cli *cli);
int cli_reload(struct cli *cli);
int cli_log_level(struct cli *cli);
int cli_shutdown(struct cli *cli);

#endif /* ADIT_CLI_CLI_H */
