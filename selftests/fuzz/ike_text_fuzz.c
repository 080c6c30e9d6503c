// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of IKE is written in the configuration, and identities as peers send them. The first octet chooses: a list of
 * proposals; an identity as text; one from the wire, of the type that follows, against a pattern. What is printed is
 * read as the same.
 */
#include <errno.h>

#include "fuzz.h"
#include "proto/ike_id.h"

#define TEXT_MAX_LEN 1000

static char error[IKE_ERROR_MAX];

static char *text_of(struct in *in)
{
	size_t len;
	uint8_t *octets = in_take(in, TEXT_MAX_LEN, &len);
	char *text = malloc(len + 1);

	must(text);
	memcpy(text, octets, len);
	text[len] = '\0';
	free(octets);
	return text;
}

static void proposals(struct in *in, unsigned int how)
{
	enum ike_use use = how & 1 ? IKE_USE_IKE : IKE_USE_ESP;
	bool legacy = how & 2;
	struct ike_offers o, again;
	char *text = text_of(in), printed[4096];

	if (ike_offers_parse(text, use, legacy, &o, error)) {
		must(error[0]);
	} else {
		must(o.n && o.n <= IKE_OFFERS_MAX);
		ike_offers_to_str(&o, printed, sizeof(printed));
		must(!ike_offers_parse(printed, use, legacy, &again, error) && again.n == o.n);
		for (unsigned int i = 0; i < o.n; i++)
			must(!memcmp(o.offer[i].n, again.offer[i].n, sizeof(o.offer[i].n)));
	}
	free(text);
}

static bool printable(const struct ike_id *id)
{
	for (size_t i = 0; i < id->len; i++)
		if (id->data[i] < ' ' || id->data[i] > '~' || id->data[i] == '\\' || id->data[i] == '"')
			return false;
	return true;
}

static void one(const struct ike_id *id)
{
	static uint8_t octets[IKE_ID_FROZEN_MAX];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_id again;
	char text[8 * IKE_ID_DATA_MAX + 64];
	struct rd r;

	ike_id_to_str(id, text, sizeof(text));
	must(text[0]);
	for (const char *c = text; *c; c++)
		must((uint8_t)*c >= ' ' && (uint8_t)*c < 0x7f);
	if (id->type != IKE_ID_DER_ASN1_DN && printable(id) && !(id->type == IKE_ID_KEY_ID && id->data[0] == ' '))
		must(!ike_id_parse(text, &again, error) && ike_id_equal(id, &again));
	/* A DN may have values that are no text, which match nothing. */
	must(id->type == IKE_ID_NONE || id->type == IKE_ID_DER_ASN1_DN || ike_id_matches(id, id));
	ike_id_freeze(id, &w);
	r = rd_of(octets, w.len);
	must(!w.bad && ike_id_thaw(&again, &r) && ike_id_equal(id, &again));
	must(!ike_id_exactness(id) == (id->type == IKE_ID_NONE));
}

static void written(struct in *in)
{
	char *text = text_of(in);
	struct ike_id id;

	if (ike_id_parse(text, &id, error))
		must(error[0]);
	else
		one(&id);
	free(text);
}

static void sent(struct in *in)
{
	static const char *const patterns[] = { "any", "*.example.org", "*@example.org", "C=DE, CN=*", "10.0.0.1",
						"@#00" };
	uint8_t type = in_u8(in), which = in_u8(in);
	struct ike_id id, pattern;
	size_t len;
	uint8_t *octets = in_take(in, 2 * IKE_ID_DATA_MAX, &len);

	must(!ike_id_parse(patterns[which % 6], &pattern, error));
	if (!ike_id_from_wire(&id, type, ike_octets_of(octets, len))) {
		must(id.type == type && id.len == len);
		one(&id);
		must(ike_id_matches(&pattern, &id) <= (pattern.type == IKE_ID_NONE || pattern.type == id.type));
	}
	free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in);

	if (how < 4)
		proposals(&in, how);
	else if (how & 1)
		written(&in);
	else
		sent(&in);
	return 0;
}
