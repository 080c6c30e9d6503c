// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/conftext.h"
#include "daemon/engine.h"
#include "daemon/parent.h"
#include "daemon/version.h"

#define DEFAULT_CONF	"/etc/adit/adit.conf"
#define DEFAULT_CONTROL	"/run/adit/control"

enum mode { MODE_PARENT, MODE_ENGINE, MODE_CHECK };

static const char usage_text[] =
	"usage: aditd [-c FILE] [-s SOCKET] [--foreground]\n"
	"       aditd --check [-c FILE]\n"
	"       aditd --version\n"
	"  -c, --config FILE     configuration (" DEFAULT_CONF ")\n"
	"  -s, --control SOCKET  control socket (" DEFAULT_CONTROL ")\n"
	"      --foreground      accepted for clarity: aditd always stays in the foreground\n"
	"      --check           read and check the configuration, needs no privilege\n"
	"      --version         print the version\n";

static int check(const char *path)
{
	struct conf_problems problems;
	struct conf *conf = conftext_read(path, &problems);
	bool valid = conf && conftext_check_files(conf, &problems);

	conf_free(conf);
	if (!valid)
		return EXIT_FAILURE;
	printf("%s: no errors, %u warning%s\n", path, problems.warnings, problems.warnings == 1 ? "" : "s");
	return EXIT_SUCCESS;
}

static int bad_usage(void)
{
	fputs(usage_text, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "control", required_argument, NULL, 's' },
		{ "foreground", no_argument, NULL, 'f' }, { "check", no_argument, NULL, 'k' },
		{ "engine", required_argument, NULL, 'e' }, { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct options options = { .conf_path = DEFAULT_CONF, .control_path = DEFAULT_CONTROL };
	enum log_level level = LOG_LEVEL_INFO;
	enum mode mode = MODE_PARENT;
	int c;

	while ((c = getopt_long(argc, argv, "c:s:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.conf_path = optarg;
			break;
		case 's':
			options.control_path = optarg;
			break;
		case 'f':
			break;
		case 'k':
			mode = MODE_CHECK;
			break;
		case 'e':
			mode = MODE_ENGINE;
			if (!log_level_parse(optarg, &level))
				return bad_usage();
			break;
		case 'V':
			puts("aditd " ADIT_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		default:
			return bad_usage();
		}
	}
	if (optind < argc)
		return bad_usage();
	if (mode == MODE_CHECK)
		return check(options.conf_path);
	log_set_level(level);
	return mode == MODE_ENGINE ? engine_run(options.conf_path) : parent_run(&options);
}
