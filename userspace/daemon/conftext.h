/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration on its way from the parent to the engine. Only the parent may read the file and
 * the password files it names; it checks them and hands the whole over as one text, secrets
 * inlined, in a sealed memory file that belongs to the engine's account. So a reload needs no
 * privilege in the engine.
 */
#ifndef ADIT_DAEMON_CONFTEXT_H
#define ADIT_DAEMON_CONFTEXT_H

#include <stddef.h>

#include "conf/conf.h"
#include "daemon/privs.h"

/* Problems as text, one per line, "file:line: error: ...". */
struct conf_problems {
	char text[8192];
	size_t len;
	unsigned int errors, warnings;
};

/* Reads path, logs every problem and collects it. NULL when one was an error. */
struct conf *conftext_read(const char *path, struct conf_problems *problems);
/* Likewise of what is in the files that it names. Whether all of it can be used. */
bool conftext_check_files(const struct conf *conf, struct conf_problems *problems);
/* a descriptor, or -errno */
int conftext_pack(const struct conf *conf, const struct account *account);
struct conf *conftext_unpack(int fd);						/* NULL: logged */

#endif /* ADIT_DAEMON_CONFTEXT_H */
