// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that ask the daemon. Each sends one request and shows the result. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "cli/client.h"
#include "cli/show.h"

/* Sixteen addresses that do not answer, and a login that is never answered. */
#define CONNECT_TIMEOUT_S	300

/* Every command ends here: the result as JSON, or as its own function shows it. */
static int ask(struct cli *cli, json_t *request, void (*show)(FILE *out, const json_t *result))
{
	json_t *result;
	int rc = client_request(cli, request, &result);

	if (rc != CLI_OK)
		return rc;
	if (cli->json)
		show_json(cli->out, result);
	else
		show(cli->out, result);
	json_decref(result);
	return CLI_OK;
}

static int parse_id(struct cli *cli, const char *text, uint32_t *id)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || !v || v > UINT32_MAX) {
		cli_error(cli,
			  "'%s' is no session id: a number from 1 on, as adit sessions shows it",
			  text);
		return CLI_USAGE;
	}
	*id = v;
	return CLI_OK;
}

int cli_status(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "status"), show_status);
}

int cli_sessions(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "sessions"), show_sessions);
}

int cli_session(struct cli *cli)
{
	uint32_t id;
	int rc = parse_id(cli, cli->args[0], &id);

	if (rc != CLI_OK)
		return rc;
	return ask(cli, json_pack("{sssI}", "command", "session", "id", (json_int_t)id),
		   show_session);
}

int cli_clients(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "clients"), show_clients);
}

static int ask_about_client(struct cli *cli, const char *command,
			    void (*show)(FILE *out, const json_t *result))
{
	json_t *name = json_string(cli->args[0]);

	if (!name) {
		cli_error(cli, "the name of the client is no UTF-8 text");
		return CLI_USAGE;
	}
	return ask(cli, json_pack("{ssso}", "command", command, "client", name), show);
}

int cli_connect(struct cli *cli)
{
	cli->patience_s = CONNECT_TIMEOUT_S;
	return ask_about_client(cli, "connect", show_connected);
}

int cli_disconnect(struct cli *cli)
{
	struct addr address;
	json_t *name;
	uint32_t id;
	int rc;

	if (cli->user) {
		name = json_string(cli->user);
		if (!name) {
			cli_error(cli, "the name after --user is no UTF-8 text");
			return CLI_USAGE;
		}
		return ask(cli, json_pack("{ssso}", "command", "disconnect", "user", name),
			   show_disconnected);
	}
	/* A client is called neither by an address nor by a number alone. */
	if (!addr_parse(cli->args[0], &address))
		return ask(cli, json_pack("{ssss}", "command", "disconnect", "address", cli->args[0]),
			   show_disconnected);
	if (cli->args[0][strspn(cli->args[0], "0123456789")])
		return ask_about_client(cli, "disconnect", show_disconnected);
	rc = parse_id(cli, cli->args[0], &id);
	if (rc != CLI_OK)
		return rc;
	return ask(cli, json_pack("{sssI}", "command", "disconnect", "id", (json_int_t)id),
		   show_disconnected);
}

int cli_sites(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "sites"), show_sites);
}

int cli_sas(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "sas"), show_sas);
}

/* adit site up NAME, adit site down NAME, adit site rekey NAME */
int cli_site(struct cli *cli)
{
	static const char *const verbs[] = { "up", "down", "rekey" };
	char command[16];
	json_t *name;
	size_t i;

	for (i = 0; i < 3 && strcmp(cli->args[0], verbs[i]); i++)
		;
	if (i == 3) {
		cli_error(cli, "'%s' is none of up, down and rekey", cli->args[0]);
		return CLI_USAGE;
	}
	name = json_string(cli->args[1]);
	if (!name) {
		cli_error(cli, "the name of the site is no UTF-8 text");
		return CLI_USAGE;
	}
	cli->patience_s = CONNECT_TIMEOUT_S;
	snprintf(command, sizeof(command), "site-%s", verbs[i]);
	return ask(cli, json_pack("{ssso}", "command", command, "site", name), show_site);
}

int cli_reload(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "reload"), show_reloaded);
}

int cli_log_level(struct cli *cli)
{
	json_t *level;

	if (!cli->n_args)
		return ask(cli, json_pack("{ss}", "command", "log-level"), show_level);
	level = json_string(cli->args[0]);
	if (!level) {
		cli_error(cli, "a log level is error, warn, info or debug");
		return CLI_USAGE;
	}
	return ask(cli, json_pack("{ssso}", "command", "log-level", "level", level), show_level);
}

int cli_shutdown(struct cli *cli)
{
	return ask(cli, json_pack("{ss}", "command", "shutdown"), show_shutdown);
}
