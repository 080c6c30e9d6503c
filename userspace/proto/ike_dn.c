// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ike_dn.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/log.h"

#define KEY_MAX		64	/* "emailAddress", or an OID with dots */
#define VALUE_MAX	256

/* --- from text --- */

/* The attribute's name in front of "=". Returns what is behind that, or NULL. */
static const char *key_scan(const char *text, char key[KEY_MAX])
{
	size_t len = strcspn(text, "=,/");

	if (text[len] != '=')
		return NULL;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (!len || len >= KEY_MAX)
		return NULL;
	memcpy(key, text, len);
	key[len] = '\0';
	return strchr(text, '=') + 1;
}

/* The value up to a comma or slash; a backslash takes the next character as it is. NULL: too long. */
static const char *value_scan(const char *text, char value[VALUE_MAX])
{
	size_t len = 0, kept = 0;

	text += strspn(text, " \t");
	while (*text && *text != ',' && *text != '/') {
		bool escaped = *text == '\\' && text[1];

		if (escaped)
			text++;
		if (len == VALUE_MAX - 1)
			return NULL;
		value[len++] = *text;
		if (escaped || !isspace((unsigned char)*text))
			kept = len;
		text++;
	}
	value[kept] = '\0';
	return text;
}

static ASN1_OBJECT *object_of(const char *key)
{
	return OBJ_txt2obj(!strcasecmp(key, "E") || !strcasecmp(key, "email") ? "emailAddress" : key, 0);
}

/* A wildcard is written as it is: what a country may be does not hold for it. */
static bool entry_add(X509_NAME *name, const ASN1_OBJECT *obj, const char *value)
{
	int type = strcmp(value, "*") ? MBSTRING_UTF8 : V_ASN1_UTF8STRING;

	return X509_NAME_add_entry_by_OBJ(name, obj, type, (const unsigned char *)value, -1, -1, 0);
}

static int entries_parse(X509_NAME *name, const char *text, char error[IKE_ERROR_MAX])
{
	char key[KEY_MAX], value[VALUE_MAX];

	while (text += strspn(text, ",/ \t"), *text) {
		ASN1_OBJECT *obj;
		const char *next = key_scan(text, key);
		bool ok;

		if (!next)
			return ike_refuse(error, "\"%.40s\" is no attribute of a distinguished name, such as CN=name",
					  text);
		next = value_scan(next, value);
		if (!next || !*value)
			return ike_refuse(error, "%s of a distinguished name has %s", key,
					  next ? "no value" : "a value that is too long");
		obj = object_of(key);
		if (!obj)
			return ike_refuse(error, "%s is no attribute of distinguished names; C, O, OU, CN and others "
					  "are", key);
		ok = entry_add(name, obj, value);
		ASN1_OBJECT_free(obj);
		if (!ok)
			return ike_refuse(error, "%s of a distinguished name cannot be \"%.60s\"", key, value);
		text = next;
	}
	return X509_NAME_entry_count(name) ? 0 : ike_refuse(error, "a distinguished name is empty");
}

int ike_dn_parse(const char *text, struct wr *w, char error[IKE_ERROR_MAX])
{
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	int err, len;

	if (!name)
		return ike_refuse(error, "out of memory");
	err = entries_parse(name, text, error);
	len = err ? 0 : i2d_X509_NAME(name, &der);
	if (len > 0)
		wr_bytes(w, der, len);
	OPENSSL_free(der);
	X509_NAME_free(name);
	return err;
}

/* --- from DER --- */

static X509_NAME *name_of(const uint8_t *der, size_t len)
{
	const unsigned char *at = der;
	X509_NAME *name = len <= INT16_MAX ? d2i_X509_NAME(NULL, &at, (long)len) : NULL;

	if (name && at == der + len)
		return name;
	X509_NAME_free(name);
	return NULL;
}

bool ike_dn_valid(const uint8_t *der, size_t len)
{
	X509_NAME *name = name_of(der, len);
	bool valid = name && X509_NAME_entry_count(name) > 0;

	X509_NAME_free(name);
	return valid;
}

/* An entry's value in UTF-8, libcrypto's to free; -1: none. */
static int value_of(const X509_NAME_ENTRY *entry, unsigned char **utf8)
{
	*utf8 = NULL;
	return ASN1_STRING_to_UTF8(utf8, X509_NAME_ENTRY_get_data(entry));
}

static void key_print(const X509_NAME_ENTRY *entry, char key[KEY_MAX])
{
	const ASN1_OBJECT *obj = X509_NAME_ENTRY_get_object(entry);
	int nid = OBJ_obj2nid(obj);

	if (nid == NID_undef)
		OBJ_obj2txt(key, KEY_MAX, obj, 1);
	else
		snprintf(key, KEY_MAX, "%s", OBJ_nid2sn(nid));
}

/* Printable, with what separates attributes escaped. */
static void value_print(const unsigned char *utf8, int len, char *buf, size_t cap)
{
	char text[4 * VALUE_MAX + 1];
	size_t at = 0;

	log_text(text, sizeof(text), utf8, len);
	for (const char *c = text; *c && at + 2 < cap; c++) {
		if (*c == ',' || *c == '/')
			buf[at++] = '\\';
		buf[at++] = *c;
	}
	buf[at] = '\0';
}

static size_t entry_print(const X509_NAME_ENTRY *entry, bool first, char *buf, size_t cap)
{
	char key[KEY_MAX], value[4 * VALUE_MAX + 1];
	unsigned char *utf8;
	int len = value_of(entry, &utf8), n;

	key_print(entry, key);
	value_print(utf8, len < 0 ? 0 : len, value, sizeof(value));
	OPENSSL_free(utf8);
	n = snprintf(buf, cap, "%s%s=%s", first ? "" : ", ", key, value);
	return (size_t)n < cap ? (size_t)n : cap - 1;
}

const char *ike_dn_to_str(const uint8_t *der, size_t len, char *buf, size_t cap)
{
	X509_NAME *name = name_of(der, len);
	size_t at = 0;

	snprintf(buf, cap, "%s", name ? "" : "invalid DN");
	for (int i = 0; name && i < X509_NAME_entry_count(name); i++)
		at += entry_print(X509_NAME_get_entry(name, i), !i, buf + at, cap - at);
	X509_NAME_free(name);
	return buf;
}

/* --- matching --- */

static bool is_wildcard(const unsigned char *utf8, int len)
{
	return len == 1 && *utf8 == '*';
}

static bool same_text(const unsigned char *a, int a_len, const unsigned char *b, int b_len)
{
	if (a_len != b_len || a_len < 0)
		return false;
	for (int i = 0; i < a_len; i++)
		if (tolower(a[i]) != tolower(b[i]))
			return false;
	return true;
}

static bool entry_matches(const X509_NAME_ENTRY *pattern, const X509_NAME_ENTRY *entry)
{
	unsigned char *a, *b;
	int a_len, b_len;
	bool ok;

	if (OBJ_cmp(X509_NAME_ENTRY_get_object(pattern), X509_NAME_ENTRY_get_object(entry)))
		return false;
	a_len = value_of(pattern, &a);
	b_len = value_of(entry, &b);
	ok = is_wildcard(a, a_len) || same_text(a, a_len, b, b_len);
	OPENSSL_free(a);
	OPENSSL_free(b);
	return ok;
}

static bool names_match(const X509_NAME *pattern, const X509_NAME *name)
{
	int n = X509_NAME_entry_count(pattern);

	if (n != X509_NAME_entry_count(name))
		return false;
	for (int i = 0; i < n; i++)
		if (!entry_matches(X509_NAME_get_entry(pattern, i), X509_NAME_get_entry(name, i)))
			return false;
	return true;
}

bool ike_dn_matches(const uint8_t *pattern, size_t pattern_len, const uint8_t *der, size_t len)
{
	X509_NAME *a = name_of(pattern, pattern_len), *b = name_of(der, len);
	bool ok = a && b && names_match(a, b);

	X509_NAME_free(a);
	X509_NAME_free(b);
	return ok;
}

bool ike_dn_is_pattern(const uint8_t *der, size_t len)
{
	X509_NAME *name = name_of(der, len);
	bool found = false;

	for (int i = 0; name && !found && i < X509_NAME_entry_count(name); i++) {
		unsigned char *utf8;
		int n = value_of(X509_NAME_get_entry(name, i), &utf8);

		found = is_wildcard(utf8, n);
		OPENSSL_free(utf8);
	}
	X509_NAME_free(name);
	return found;
}
