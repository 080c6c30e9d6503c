/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's end of the control socket: one request, one answer. */
#ifndef ADIT_CLI_CLIENT_H
#define ADIT_CLI_CLIENT_H

#include "cli/cli.h"

/*
 * Send a request (its reference is taken over, also on failure) and hand out the result, which the
 * caller owns. Returns CLI_OK, CLI_FAILED when the daemon refused, or CLI_NO_DAEMON; the reason has
 * then been told.
 */
int client_request(struct cli *cli, json_t *request, json_t **result);

#endif /* ADIT_CLI_CLIENT_H */
