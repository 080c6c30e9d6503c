/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of adit.conf as tables: what libconfuse is told, what a value may be, where it goes,
 * how it is written back and what the manual says about it.
 */
#ifndef ADIT_CONF_OPTIONS_H
#define ADIT_CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/value.h"

struct option_word {
	const char *word;
	uint32_t value;
};

struct option {
	const char *name;
	const struct value_type *type;
	size_t at, size;		/* the field in the section's structure */
	/* of a list: unsigned int that counts, none where max is 0 */
	size_t count_at;
	uint32_t min, max;		/* of a number; of a list, max is the most entries */
	const struct option_word *words;	/* ends with a NULL word */
	const char *fallback;		/* as it would be written; NULL: the field stays zero */
	const char *fallback_l2tp;	/* in server l2tp, where it is another */
	const char *fallback_ikev2;	/* likewise */
	/*
	 * The protocol whose server alone has it; NULL: every one; OPTION_OF_PPP: all but ikev2;
	 * OPTION_OF_IPSEC: all but pptp.
	 */
	const char *of;
	bool required;
	const char *doc;		/* for the manual, sentences in mdoc */
};

#define OPTION_OF_PPP	"pptp and l2tp"
#define OPTION_OF_IPSEC	"l2tp and ikev2"

struct section {
	const char *name;		/* "" for what stands outside of sections */
	const char *title;		/* what the manual calls its title */
	const struct option *options;
	unsigned int n_options;
	size_t size;			/* of its structure */
	const char *doc;
};

enum { SECTION_GLOBAL, SECTION_POOL, SECTION_SERVER, SECTION_L2TP_PEER, SECTION_USER,
       SECTION_CLIENT, SECTION_SITE, N_SECTIONS };
extern const struct section conf_sections[N_SECTIONS];

#define OPTIONS_MAX 64	/* of one section */

const struct option *option_find(const struct section *section, const char *name);
/* protocol: of the server section at hand; NULL: another section. */
bool option_applies(const struct option *o, const char *protocol);
const char *option_fallback(const struct option *o, const char *protocol);
/* The protocol of a section's structure, NULL for what is no server. */
const char *section_protocol(const struct section *section, const void *base);

#endif /* ADIT_CONF_OPTIONS_H */
