/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ike_cert.c and ike_trust.c share of libcrypto's certificates. */
#ifndef ADIT_PROTO_IKE_X509_H
#define ADIT_PROTO_IKE_X509_H

#include <openssl/x509.h>

#include "proto/ike_cert.h"

__attribute__((format(printf, 2, 3)))
void ike_cert_say(char error[IKE_ERROR_MAX], const char *fmt, ...);
int ike_no_passphrase(char *buf, int size, int rwflag, void *arg);
BIO *ike_bio_of(const void *octets, size_t len);
X509 *ike_x509_from_der(const void *der, size_t len);
unsigned int ike_x509_read(const void *octets, size_t len, X509 **out, unsigned int max);
bool ike_x509_subject(const X509 *x, struct ike_id *id);
const char *ike_x509_subject_str(const X509 *x, char *buf, size_t cap);
bool ike_x509_is(X509 *x, const struct ike_id *id);	/* subject, or an alternative name */
const char *ike_x509_day(const ASN1_TIME *t, char buf[16]);
const char *ike_day(time_t now, char buf[16]);

#endif /* ADIT_PROTO_IKE_X509_H */
