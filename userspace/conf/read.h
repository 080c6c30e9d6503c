/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reading under way; for the files of this directory. */
#ifndef ADIT_CONF_READ_H
#define ADIT_CONF_READ_H

#include <confuse.h>

#include "conf/conf.h"
#include "conf/scan.h"

struct reading {
	const char *path;
	conf_report_fn report;
	void *arg;
	bool failed;
	struct conf *conf;
	/* libconfuse's tree; section i of a kind is element i of conf's array */
	cfg_t *cfg;
	struct scan scan;
	bool readable_by_all;
};

void reading_error(struct reading *r, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void reading_warning(struct reading *r, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The line of an option's first value, or that on which the section ends. */
unsigned int reading_line(cfg_t *section, const char *option);
/* Likewise of value number i of a list. */
unsigned int reading_line_of(cfg_t *section, const char *option, unsigned int i);

/* What one option cannot know: whether all of them fit together. */
void check_conf(struct reading *r);

/* Client number i of the configuration; fills in what it leaves to others to say. */
void check_client(struct reading *r, unsigned int i);
void check_site(struct reading *r, unsigned int i);	/* likewise */
/* of a server ikev2 */
void check_l2tp_ipsec(struct reading *r, struct conf_server *s, cfg_t *cfg);
void check_ike_server(struct reading *r, struct conf_server *s, cfg_t *cfg);
void check_client_ipsec(struct reading *r, struct conf_client *c, cfg_t *cfg);
bool check_utf8(const char *text);
void check_hide(struct reading *r, cfg_t *cfg, enum conf_choice hide, bool secret);

#define KEY_METHODS	(CONF_AUTH_MSCHAP | CONF_AUTH_MSCHAPV2)	/* those that make keys: RFC 3079 */
#define IPV6_MTU_MIN	1280	/* RFC 8200 section 5 */

#endif /* ADIT_CONF_READ_H */
