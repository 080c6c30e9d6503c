// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin of pppd that makes it an imposter: it lets in whoever answers its challenge, whatever the
 * answer, and says that it knows the password. The proof that MS-CHAPv2 asks for it cannot have
 * (RFC 2759 section 5).
 */
#include <stdio.h>
#include <pppd/pppd.h>
#if __has_include(<pppd/chap.h>)
#include <pppd/chap.h>
#else
#include <pppd/chap-new.h>
#endif

#ifndef PPPD_VERSION
#define PPPD_VERSION VERSION
#endif

const char pppd_version[] = PPPD_VERSION;

static int let_in(char *name, char *ourname, int id, struct chap_digest_type *digest,
		  unsigned char *challenge, unsigned char *response, char *message, int room)
{
	(void)name;
	(void)ourname;
	(void)id;
	(void)digest;
	(void)challenge;
	(void)response;
	snprintf(message, (size_t)room, "S=%040d M=come in", 0);
	return 1;
}

void plugin_init(void);

void plugin_init(void)
{
	chap_verify_hook = let_in;
}
