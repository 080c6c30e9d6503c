/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates of the scripted peer of IKEv2, good ones and others, made once. All are of one key: what is wrong with
 * one is its name, its issuer or its time, never its signature.
 */
#ifndef ADIT_REPLAY_WORLD_IKE_CERT_H
#define ADIT_REPLAY_WORLD_IKE_CERT_H

#include "proto/ike_cert.h"

#define WORLD_TIME	1780000000	/* of the scenarios' clock */

struct ike_key *world_cert_key(void);		/* the caller's */
struct ike_trust *world_cert_trust(void);	/* likewise; in the authority that the good ones are of */
/* The DER of one by its name; len 0: there is none of that name. */
struct ike_octets world_cert(const char *name);

#endif /* ADIT_REPLAY_WORLD_IKE_CERT_H */
