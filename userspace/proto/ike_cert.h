/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates (RFC 5280, as RFC 4945 and RFC 7296 section 3.6 use them): our own chain, the authorities and
 * revocation lists that are trusted, and whether a peer's certificates prove that it is who it says.
 * Files' octets and the clock are handed in. Immutable once loaded.
 */
#ifndef ADIT_PROTO_IKE_CERT_H
#define ADIT_PROTO_IKE_CERT_H

#include <time.h>

#include "proto/ike_id.h"
#include "proto/ike_sign.h"

#define IKE_CHAIN_MAX	8	/* certificates that we send, the authority's not among them */
#define IKE_CERT_MAX	16384	/* octets of one */
#define IKE_CERT_HASH_LEN 20	/* SHA-1 of an authority's key, in CERTREQ */

/* --- our own --- */

struct ike_chain_file;	/* our certificate, and those between it and its authority */

/* From a file's octets: PEM with ours first, or one in DER. NULL with a sentence in error. */
struct ike_chain_file *ike_own_load(const void *octets, size_t len, char error[IKE_ERROR_MAX]);
void ike_own_free(struct ike_chain_file *own);
unsigned int ike_own_count(const struct ike_chain_file *own);
struct ike_octets ike_own_der(const struct ike_chain_file *own, unsigned int index);	/* 0 is ours */
bool ike_own_fits(const struct ike_chain_file *own, const struct ike_key *key);
/* Its subject, as identity; what we are called when the configuration says nothing. */
void ike_own_subject(const struct ike_chain_file *own, struct ike_id *id);
/* Whether it can prove that we are id: subject or a subject alternative name. */
bool ike_own_is(const struct ike_chain_file *own, const struct ike_id *id);
/* What peers would say against it now: a sentence, or NULL. */
const char *ike_own_check(const struct ike_chain_file *own, time_t now, char error[IKE_ERROR_MAX]);

/* --- whom we trust --- */

struct ike_trust;

struct ike_trust *ike_trust_new(void);
void ike_trust_free(struct ike_trust *t);
/* Authorities, PEM (several) or DER. How many, or -EINVAL with a sentence in error. */
int ike_trust_add_ca(struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX]);
/* Revocation lists, PEM (several) or DER. What their authorities have issued is looked up in them from then on. */
int ike_trust_add_crl(struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX]);
unsigned int ike_trust_count(const struct ike_trust *t);	/* authorities */
/* CERTREQ's data: a hash for each authority. Octets written (count × 20), up to cap. */
size_t ike_trust_hashes(const struct ike_trust *t, uint8_t *out, size_t cap);
/* The name of each authority in DER, for IKEv1's CR. */
struct ike_octets ike_trust_name(const struct ike_trust *t, unsigned int index);

enum ike_cert_fault {
	IKE_CERT_OK,
	IKE_CERT_MALFORMED,	/* is no X.509 certificate */
	IKE_CERT_NONE,		/* the peer sent none */
	IKE_CERT_EXPIRED,
	IKE_CERT_NOT_YET_VALID,	/* or our clock is wrong */
	IKE_CERT_UNKNOWN_CA,
	IKE_CERT_REVOKED,
	IKE_CERT_BAD_CRL,	/* its authority's revocation list is out of date, or wrong */
	IKE_CERT_NAME,		/* good, but not of that identity */
	IKE_CERT_USAGE,		/* not for signatures, or the authority is none */
	IKE_CERT_WEAK,		/* a key or a hash too short */
	IKE_CERT_OTHER,
};

struct ike_cert_verdict {
	enum ike_cert_fault fault;
	char text[IKE_ERROR_MAX];	/* "the certificate of CN=gw expired on 2026-01-02 (it is 2026-11-26 here)" */
};

/*
 * Whether the certificates that a peer sent (its own first, X.509 alone is looked at) lead to one of the
 * authorities at that time, and the first one is of that identity. The key is the caller's to free.
 * NULL with the verdict filled in.
 */
struct ike_pubkey *ike_trust_verify(const struct ike_trust *t, const struct ike_cert *certs, unsigned int n,
				    const struct ike_id *id, time_t now, struct ike_cert_verdict *v);
/* The key of one certificate whose octets the configuration names: trusted as it is, but for its dates. */
struct ike_pubkey *ike_cert_pubkey(const void *octets, size_t len, char error[IKE_ERROR_MAX]);

#endif /* ADIT_PROTO_IKE_CERT_H */
