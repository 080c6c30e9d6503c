// SPDX-License-Identifier: GPL-2.0-or-later
/* adit check: read the configuration here, without the daemon and without root. */
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/show.h"
#include "conf/conf.h"

struct problems {
	struct cli *cli;
	json_t *list;		/* with --json */
	unsigned int errors, warnings;
};

/* What a file holds is no UTF-8 for certain, and a long text may be cut within a character. */
static json_t *show_text(const char *text)
{
	json_t *as_is = json_string(text);
	char escaped[4 * sizeof(((struct conf_problem *)0)->text) + 1];

	return as_is ? as_is : json_string(log_text(escaped, sizeof(escaped), text, strlen(text)));
}

static void report(void *arg, const char *file, const struct conf_problem *problem)
{
	struct problems *p = arg;
	const char *severity = problem->warning ? "warning" : "error";

	if (problem->warning)
		p->warnings++;
	else
		p->errors++;
	if (p->list)
		json_array_append_new(p->list, json_pack("{sosIssso}", "file", show_text(file),
							 "line", (json_int_t)problem->line,
							 "severity", severity, "text",
							 show_text(problem->text)));
	else if (problem->line)
		fprintf(p->cli->err, "%s:%u: %s: %s\n", file, problem->line, severity,
			problem->text);
	else
		fprintf(p->cli->err, "%s: %s: %s\n", file, severity, problem->text);
}

int cli_check(struct cli *cli)
{
	const char *path = cli->n_args ? cli->args[0] : CLI_CONF_DEFAULT;
	struct problems p = { .cli = cli, .list = cli->json ? json_array() : NULL };
	struct conf *conf = conf_read(path, report, &p);
	bool valid = conf && conf_check_files(conf, time(NULL), report, &p);
	json_t *result;

	if (p.list) {
		result = json_pack("{sbso}", "valid", valid, "problems", p.list);
		show_json(cli->out, result);
		json_decref(result);
	} else {
		fprintf(cli->out, "%s: %u error%s, %u warning%s\n", path, p.errors,
			p.errors == 1 ? "" : "s", p.warnings, p.warnings == 1 ? "" : "s");
	}
	conf_free(conf);
	return valid ? CLI_OK : CLI_FAILED;
}
