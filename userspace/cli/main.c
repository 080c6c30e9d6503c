// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cli.h"

int main(int argc, char **argv)
{
	struct cli cli = { .socket = CLI_SOCKET_DEFAULT, .fd = -1, .out = stdout, .err = stderr };

	return cli_main(&cli, argc, argv);
}
