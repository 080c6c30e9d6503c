// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of algorithms, and proposals as text. Negotiation is in ike_negotiate.c and ike1_negotiate.c. */
#include "proto/ike_alg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENCR	IKE_TRANSFORM_ENCR
#define PRF	IKE_TRANSFORM_PRF
#define INTEG	IKE_TRANSFORM_INTEG
#define DH	IKE_TRANSFORM_DH
#define ESN	IKE_TRANSFORM_ESN
#define IKE	IKE_USE_IKE
#define ESP	IKE_USE_ESP
#define BOTH	(IKE_USE_IKE | IKE_USE_ESP)

/* What linux/adit.h calls them: protocol code does not see that header, and a unit test compares. */
enum { GCM = 1, CHACHA, CBC, DES3, NULL_CIPHER };
enum { SHA1_96 = 1, SHA256_96, SHA256_128, SHA384_192, SHA512_256 };

#define AES_CBC(name_, bits, impl_)								\
	{ .name = (name_), .type = ENCR, .id = 12, .key_bits = (bits), .ike1 = 7, .ipsec1 = 12,	\
	  .uses = BOTH, .key_len = (bits) / 8, .iv_len = 16, .block_len = 16, .impl = (impl_), .kernel = CBC }
#define AES_GCM(name_, id_, bits, icv, uses_, impl_)						\
	{ .name = (name_), .type = ENCR, .id = (id_), .key_bits = (bits), .ipsec1 = (id_), .uses = (uses_),	\
	  .key_len = (bits) / 8, .out_len = (icv), .salt_len = 4, .iv_len = 8, .block_len = 1, .impl = (impl_),	\
	  .kernel = (uses_) & ESP ? GCM : 0 }
#define MODP(name_, id_, bits, private, legacy_)						\
	{ .name = (name_), .type = DH, .id = (id_), .ike1 = (id_), .ipsec1 = (id_), .uses = BOTH,	\
	  .legacy = (legacy_), .key_len = (private), .out_len = (bits) / 8, .shared_len = (bits) / 8 }
#define ECP(name_, id_, len, impl_)								\
	{ .name = (name_), .type = DH, .id = (id_), .ike1 = (id_), .ipsec1 = (id_), .uses = BOTH,	\
	  .key_len = (len) + 8, .out_len = 2 * (len), .shared_len = (len), .impl = (impl_) }

/*
 * IKEv2's numbers are IANA's (ikev2-parameters), IKEv1's those of ipsec-registry and isakmp-registry.
 * A MODP group's private value has the bits that RFC 3526 section 8 names, the higher estimate, and 256 with the
 * oldest two.
 * That of a curve has 64 bits more than the curve, so that what is left of them is evenly spread.
 */
static const struct ike_alg algs[] = {
	AES_GCM("aes128gcm16", 20, 128, 16, BOTH, "AES-128-GCM"),
	AES_GCM("aes192gcm16", 20, 192, 16, BOTH, "AES-192-GCM"),
	AES_GCM("aes256gcm16", 20, 256, 16, BOTH, "AES-256-GCM"),
	AES_GCM("aes128gcm12", 19, 128, 12, IKE, "AES-128-GCM"),
	AES_GCM("aes192gcm12", 19, 192, 12, IKE, "AES-192-GCM"),
	AES_GCM("aes256gcm12", 19, 256, 12, IKE, "AES-256-GCM"),
	AES_GCM("aes128gcm8", 18, 128, 8, IKE, "AES-128-GCM"),
	AES_GCM("aes192gcm8", 18, 192, 8, IKE, "AES-192-GCM"),
	AES_GCM("aes256gcm8", 18, 256, 8, IKE, "AES-256-GCM"),
	{ .name = "chacha20poly1305", .type = ENCR, .id = 28, .uses = BOTH, .key_len = 32, .out_len = 16,
	  .salt_len = 4, .iv_len = 8, .block_len = 1, .impl = "ChaCha20-Poly1305", .kernel = CHACHA },
	AES_CBC("aes128", 128, "AES-128-CBC"),
	AES_CBC("aes192", 192, "AES-192-CBC"),
	AES_CBC("aes256", 256, "AES-256-CBC"),
	{ .name = "3des", .type = ENCR, .id = 3, .ike1 = 5, .ipsec1 = 3, .uses = BOTH, .legacy = true, .key_len = 24,
	  .iv_len = 8, .block_len = 8, .impl = "DES-EDE3-CBC", .kernel = DES3 },
	{ .name = "null", .type = ENCR, .id = 11, .ipsec1 = 11, .uses = ESP, .block_len = 1, .kernel = NULL_CIPHER },

	{ .name = "prfsha256", .type = PRF, .id = 5, .ike1 = 4, .uses = IKE, .key_len = 32, .out_len = 32,
	  .impl = "SHA256" },
	{ .name = "prfsha384", .type = PRF, .id = 6, .ike1 = 5, .uses = IKE, .key_len = 48, .out_len = 48,
	  .impl = "SHA384" },
	{ .name = "prfsha512", .type = PRF, .id = 7, .ike1 = 6, .uses = IKE, .key_len = 64, .out_len = 64,
	  .impl = "SHA512" },
	{ .name = "prfsha1", .type = PRF, .id = 2, .ike1 = 2, .uses = IKE, .key_len = 20, .out_len = 20,
	  .impl = "SHA1" },
	{ .name = "prfmd5", .type = PRF, .id = 1, .ike1 = 1, .uses = IKE, .legacy = true, .key_len = 16,
	  .out_len = 16, .impl = "MD5" },

	{ .name = "sha256", .type = INTEG, .id = 12, .ike1 = 4, .ipsec1 = 5, .uses = BOTH, .key_len = 32,
	  .out_len = 16, .impl = "SHA256", .kernel = SHA256_128 },
	{ .name = "sha384", .type = INTEG, .id = 13, .ike1 = 5, .ipsec1 = 6, .uses = BOTH, .key_len = 48,
	  .out_len = 24, .impl = "SHA384", .kernel = SHA384_192 },
	{ .name = "sha512", .type = INTEG, .id = 14, .ike1 = 6, .ipsec1 = 7, .uses = BOTH, .key_len = 64,
	  .out_len = 32, .impl = "SHA512", .kernel = SHA512_256 },
	{ .name = "sha1", .type = INTEG, .id = 2, .ike1 = 2, .ipsec1 = 2, .uses = BOTH, .key_len = 20, .out_len = 12,
	  .impl = "SHA1", .kernel = SHA1_96 },
	{ .name = "md5", .type = INTEG, .id = 1, .ike1 = 1, .ipsec1 = 1, .uses = IKE, .legacy = true, .key_len = 16,
	  .out_len = 12, .impl = "MD5" },
	/* Sent under SHA-256's number: peers that cut it to 96 bits cannot be told from others. */
	{ .name = "sha256_96", .type = INTEG, .id = 12, .ipsec1 = 5, .uses = ESP, .legacy = true, .key_len = 32,
	  .out_len = 12, .impl = "SHA256", .kernel = SHA256_96 },

	{ .name = "x25519", .type = DH, .id = 31, .ike1 = 31, .ipsec1 = 31, .uses = BOTH, .key_len = 32,
	  .out_len = 32, .shared_len = 32, .impl = "X25519" },
	ECP("ecp256", 19, 32, "P-256"),
	ECP("ecp384", 20, 48, "P-384"),
	ECP("ecp521", 21, 66, "P-521"),
	MODP("modp2048", 14, 2048, 40, false),
	MODP("modp3072", 15, 3072, 52, false),
	MODP("modp4096", 16, 4096, 60, false),
	MODP("modp6144", 17, 6144, 68, false),
	MODP("modp8192", 18, 8192, 78, false),
	MODP("modp1536", 5, 1536, 32, true),
	MODP("modp1024", 2, 1024, 32, true),

	{ .name = "noesn", .type = ESN, .id = 0, .uses = ESP },
	{ .name = "esn", .type = ESN, .id = 1, .uses = ESP },
};

#define N_ALGS (sizeof(algs) / sizeof(algs[0]))

/* Other words for the same. */
static const struct {
	const char *word, *name;
} aliases[] = {
	{ "aes", "aes128" }, { "aes128gcm", "aes128gcm16" }, { "aes192gcm", "aes192gcm16" },
	{ "aes256gcm", "aes256gcm16" }, { "aes128gcm128", "aes128gcm16" }, { "aes192gcm128", "aes192gcm16" },
	{ "aes256gcm128", "aes256gcm16" }, { "aes128cbc", "aes128" }, { "aes192cbc", "aes192" },
	{ "aes256cbc", "aes256" }, { "chacha20", "chacha20poly1305" }, { "sha", "sha1" }, { "sha2_256", "sha256" },
	{ "sha2_384", "sha384" }, { "sha2_512", "sha512" }, { "sha2_256_96", "sha256_96" },
	{ "curve25519", "x25519" }, { "modp2048bit", "modp2048" }, { "prfsha2_256", "prfsha256" },
	{ "prfsha2_384", "prfsha384" }, { "prfsha2_512", "prfsha512" },
};

const struct ike_alg *ike_alg_at(size_t index)
{
	return index < N_ALGS ? &algs[index] : NULL;
}

const struct ike_alg *ike_alg_find(uint8_t type, uint16_t id, uint16_t key_bits)
{
	for (size_t i = 0; i < N_ALGS; i++)
		if (algs[i].type == type && algs[i].id == id && algs[i].key_bits == key_bits)
			return &algs[i];
	return NULL;
}

static bool same_word(const char *word, const char *text, size_t len)
{
	return strlen(word) == len && !strncasecmp(word, text, len);
}

const struct ike_alg *ike_alg_by_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!same_word(aliases[i].word, name, len))
			continue;
		name = aliases[i].name;
		len = strlen(name);
		break;
	}
	for (i = 0; i < N_ALGS; i++)
		if (same_word(algs[i].name, name, len))
			return &algs[i];
	return NULL;
}

/* --- proposals as text --- */

static bool has(const struct ike_offer *o, const struct ike_alg *alg)
{
	for (unsigned int i = 0; i < o->n[alg->type]; i++)
		if (o->alg[alg->type][i] == alg)
			return true;
	return false;
}

/* Once is enough. */
static bool add(struct ike_offer *o, const struct ike_alg *alg)
{
	if (has(o, alg))
		return true;
	if (o->n[alg->type] == IKE_ALTERNATIVES_MAX)
		return false;
	o->alg[alg->type][o->n[alg->type]++] = alg;
	return true;
}

static int word_parse(const char *word, size_t len, enum ike_use use, bool legacy, struct ike_offer *o,
		      char error[IKE_ERROR_MAX])
{
	const struct ike_alg *alg = ike_alg_by_name(word, len);
	int n = len > 40 ? 40 : (int)len;

	if (!len)
		return ike_refuse(error,
				  "a proposal is keywords with one \"-\" between them, such as aes256-sha256-modp2048");
	if (!alg)
		return ike_refuse(error, "\"%.*s\" is no algorithm that adit knows", n, word);
	if (!(alg->uses & use))
		return ike_refuse(error, "%s is not for %s", alg->name, use == IKE_USE_IKE ? "IKE itself" : "ESP");
	if (alg->legacy && !legacy)
		return ike_refuse(error, "%s is for peers with nothing better, and needs legacy = yes", alg->name);
	if (!add(o, alg))
		return ike_refuse(error, "more than %u alternatives of one kind in a proposal", IKE_ALTERNATIVES_MAX);
	return 0;
}

/* The PRF with the same hash: prf follows integrity where nothing is said. */
static void prf_follows(struct ike_offer *o)
{
	for (unsigned int i = 0; i < o->n[INTEG]; i++)
		for (size_t j = 0; j < N_ALGS; j++)
			if (algs[j].type == PRF && !strcmp(algs[j].impl, o->alg[INTEG][i]->impl))
				add(o, &algs[j]);
}

static unsigned int count_aeads(const struct ike_offer *o)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < o->n[ENCR]; i++)
		n += ike_alg_is_aead(o->alg[ENCR][i]);
	return n;
}

/* RFC 7296 section 3.3: what a proposal of that use has to have, and cannot have. */
static int offer_check(struct ike_offer *o, enum ike_use use, char error[IKE_ERROR_MAX])
{
	unsigned int aeads = count_aeads(o);

	if (!o->n[ENCR])
		return ike_refuse(error, "a proposal without encryption: add one such as aes256gcm16 or aes256");
	if (aeads && aeads != o->n[ENCR])
		return ike_refuse(error, "%s and %s cannot be in one proposal: write two, with a comma between them",
				  o->alg[ENCR][0]->name, o->alg[ENCR][o->n[ENCR] - 1]->name);
	if (use == IKE_USE_IKE && !o->n[PRF])
		prf_follows(o);
	if (aeads)
		o->n[INTEG] = 0;
	else if (!o->n[INTEG])
		return ike_refuse(error, "%s needs an integrity algorithm beside it: add one such as sha256",
				  o->alg[ENCR][0]->name);
	if (use == IKE_USE_IKE && !o->n[PRF])
		return ike_refuse(error, "%s needs a PRF beside it: add one such as prfsha256", o->alg[ENCR][0]->name);
	if (use == IKE_USE_IKE && !o->n[DH])
		return ike_refuse(error, "a proposal for IKE without a group: add one such as x25519 or modp2048");
	return 0;
}

static int offer_parse(const char *text, size_t len, enum ike_use use, bool legacy, struct ike_offer *o,
		       char error[IKE_ERROR_MAX])
{
	memset(o, 0, sizeof(*o));
	while (len && text[len - 1] == ' ')
		len--;
	for (;;) {
		const char *dash = memchr(text, '-', len);
		size_t word = dash ? (size_t)(dash - text) : len;
		int err = word_parse(text, word, use, legacy, o, error);

		if (err)
			return err;
		if (!dash)
			return offer_check(o, use, error);
		text += word + 1;
		len -= word + 1;
	}
}

int ike_offers_parse(const char *text, enum ike_use use, bool legacy, struct ike_offers *out,
		     char error[IKE_ERROR_MAX])
{
	struct ike_offers o = { .use = use };

	for (;;) {
		size_t len;
		int err;

		text += strspn(text, " ");
		len = strcspn(text, ",");
		if (o.n == IKE_OFFERS_MAX)
			return ike_refuse(error, "more than %u proposals", IKE_OFFERS_MAX);
		err = offer_parse(text, len, use, legacy, &o.offer[o.n], error);
		if (err)
			return err;
		o.n++;
		if (!text[len])
			break;
		text += len + 1;
	}
	*out = o;
	return 0;
}

/*
 * Defaults. Strong ones first; every group of 128 bits and more, and what phones and routers have. IKEv1 has no
 * AEAD of its own, and its clients know SHA-1 alone.
 */
#define GROUPS		"x25519-ecp256-ecp384-ecp521-modp2048-modp3072-modp4096"
#define OLD_GROUPS	"modp2048-modp1536-modp1024"

static const struct {
	enum ike_version version;
	enum ike_use use;
	const char *safe, *legacy;
} defaults[] = {
	{ IKE_V2, IKE_USE_IKE,
	  "aes256gcm16-aes128gcm16-chacha20poly1305-prfsha384-prfsha256-prfsha512-" GROUPS ","
	  "aes256-aes128-sha256-sha384-sha512-" GROUPS,
	  "aes256-aes128-3des-sha256-sha384-sha1-" OLD_GROUPS },
	{ IKE_V2, IKE_USE_ESP,
	  "aes256gcm16-aes128gcm16-chacha20poly1305-" GROUPS "-noesn-esn,aes256-aes128-sha256-sha384-sha512-" GROUPS
	  "-noesn-esn",
	  "aes256-aes128-3des-sha256-sha1-" OLD_GROUPS "-noesn" },
	{ IKE_V1, IKE_USE_IKE,
	  "aes256-aes128-sha256-sha384-sha1-ecp384-ecp256-modp2048", "aes256-aes128-3des-sha1-sha256-md5-" OLD_GROUPS },
	{ IKE_V1, IKE_USE_ESP,
	  "aes256gcm16-aes128gcm16,aes256-aes128-sha256-sha1", "3des-sha1-sha256" },
};

void ike_offers_default(enum ike_version version, enum ike_use use, bool legacy, struct ike_offers *out)
{
	char text[IKE_TEXT_MAX], error[IKE_ERROR_MAX];
	size_t i;

	for (i = 0; defaults[i].version != version || defaults[i].use != use; i++)
		;
	snprintf(text, sizeof(text), "%s%s%s", defaults[i].safe, legacy ? "," : "", legacy ? defaults[i].legacy : "");
	ike_offers_parse(text, use, legacy, out, error);
}

/* --- printing --- */

static void put_word(char *buf, size_t cap, const char *between, const char *word)
{
	size_t len = strlen(buf);

	if (len < cap)
		snprintf(buf + len, cap - len, "%s%s", len ? between : "", word);
}

/* Whether the PRFs are those that follow from the integrity algorithms: they go without saying. */
static bool prf_is_implied(const struct ike_offer *o)
{
	struct ike_offer implied = *o;

	implied.n[PRF] = 0;
	prf_follows(&implied);
	return implied.n[PRF] == o->n[PRF] && !memcmp(implied.alg[PRF], o->alg[PRF],
						      o->n[PRF] * sizeof(o->alg[PRF][0]));
}

static void put_offer(const struct ike_offer *o, char *buf, size_t cap)
{
	static const uint8_t order[] = { ENCR, INTEG, PRF, DH, ESN };
	const char *between = ", ";

	for (size_t k = 0; k < sizeof(order); k++) {
		uint8_t type = order[k];

		if (type == PRF && prf_is_implied(o))
			continue;
		for (unsigned int i = 0; i < o->n[type]; i++) {
			put_word(buf, cap, between, o->alg[type][i]->name);
			between = "-";
		}
	}
}

const char *ike_offers_to_str(const struct ike_offers *o, char *buf, size_t cap)
{
	buf[0] = '\0';
	for (unsigned int i = 0; i < o->n; i++)
		put_offer(&o->offer[i], buf, cap);
	return buf;
}

const char *ike_suite_to_str(const struct ike_suite *s, char *buf, size_t cap)
{
	const struct ike_alg *all[] = { s->encr, s->integ, s->prf, s->dh };

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i])
			put_word(buf, cap, "-", all[i]->name);
	if (s->esn)
		put_word(buf, cap, "-", "esn");
	return buf;
}

const char *ike_suite_legacy(const struct ike_suite *s, char *buf, size_t cap)
{
	const struct ike_alg *all[] = { s->encr, s->integ, s->prf, s->dh };

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && all[i]->legacy)
			put_word(buf, cap, ", ", all[i]->name);
	return buf[0] ? buf : NULL;
}

/* --- records --- */

static void alg_freeze(const struct ike_alg *a, struct wr *w)
{
	wr_u16(w, a ? a->id : UINT16_MAX);
	wr_u16(w, a ? a->key_bits : 0);
}

static bool alg_thaw(const struct ike_alg **a, uint8_t type, struct rd *r)
{
	uint16_t id = rd_u16(r), bits = rd_u16(r);

	*a = id == UINT16_MAX ? NULL : ike_alg_find(type, id, bits);
	return id == UINT16_MAX || *a;
}

void ike_suite_freeze(const struct ike_suite *s, struct wr *w)
{
	alg_freeze(s->encr, w);
	alg_freeze(s->prf, w);
	alg_freeze(s->integ, w);
	alg_freeze(s->dh, w);
	/* sha256_96 shares its number with another */
	wr_u8(w, s->esn | (s->integ && s->integ->kernel == SHA256_96) << 1);
}

bool ike_suite_thaw(struct ike_suite *s, struct rd *r)
{
	bool ok = alg_thaw(&s->encr, ENCR, r);
	uint8_t flags;

	ok = alg_thaw(&s->prf, PRF, r) && ok;
	ok = alg_thaw(&s->integ, INTEG, r) && ok;
	ok = alg_thaw(&s->dh, DH, r) && ok;
	flags = rd_u8(r);
	s->esn = flags & 1;
	if (flags & 2)
		s->integ = ike_alg_by_name("sha256_96", strlen("sha256_96"));
	return ok && !r->bad && s->encr && flags < 4;
}
