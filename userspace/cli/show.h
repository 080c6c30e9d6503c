/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's results for people. A member that is absent or null is shown as "-". */
#ifndef ADIT_CLI_SHOW_H
#define ADIT_CLI_SHOW_H

#include <jansson.h>
#include <stdio.h>

void show_json(FILE *out, const json_t *result);
void show_status(FILE *out, const json_t *result);
void show_sessions(FILE *out, const json_t *result);
void show_session(FILE *out, const json_t *result);
void show_clients(FILE *out, const json_t *result);
void show_sites(FILE *out, const json_t *result);
void show_site(FILE *out, const json_t *result);
void show_sas(FILE *out, const json_t *result);
void show_connected(FILE *out, const json_t *result);
void show_disconnected(FILE *out, const json_t *result);
void show_reloaded(FILE *out, const json_t *result);
void show_level(FILE *out, const json_t *result);
void show_shutdown(FILE *out, const json_t *result);

#endif /* ADIT_CLI_SHOW_H */
