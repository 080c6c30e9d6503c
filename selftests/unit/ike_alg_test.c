// SPDX-License-Identifier: GPL-2.0-or-later
/* Algorithms: their names, proposals as text, what two sides agree on in both versions, and why they do not. */
#include "ike_test.h"

#include "linux/adit.h"
#include "proto/ike_alg.h"

static char error[IKE_ERROR_MAX], text[IKE_TEXT_MAX];

static struct ike_offers offers(const char *what, enum ike_use use)
{
	struct ike_offers o;

	if (ike_offers_parse(what, use, true, &o, error))
		fail_msg("%s: %s", what, error);
	return o;
}

static const struct ike_alg *alg(const char *name)
{
	const struct ike_alg *a = ike_alg_by_name(name, strlen(name));

	if (!a)
		fail_msg("%s", name);
	return a;
}

static void assert_same_suite(const struct ike_suite *a, const struct ike_suite *b)
{
	assert_ptr_equal(a->encr, b->encr);
	assert_ptr_equal(a->prf, b->prf);
	assert_ptr_equal(a->integ, b->integ);
	assert_ptr_equal(a->dh, b->dh);
	assert_int_equal(a->esn, b->esn);
}

/* --- the table --- */

static void the_table_fits_itself(void **state)
{
	const struct ike_alg *a;

	(void)state;
	for (size_t i = 0; (a = ike_alg_at(i)); i++) {
		assert_ptr_equal(alg(a->name), a);
		assert_true(a->uses);
		assert_true(a->type >= IKE_TRANSFORM_ENCR && a->type <= IKE_TRANSFORM_ESN);
		assert_true(a->key_len + a->salt_len <= IKE_CIPHER_KEY_MAX || a->type != IKE_TRANSFORM_ENCR);
		assert_true(a->type != IKE_TRANSFORM_DH || (a->out_len <= IKE_DH_PUBLIC_MAX &&
							    a->key_len <= IKE_DH_PRIVATE_MAX));
		if (strcmp(a->name, "sha256_96"))
			assert_ptr_equal(ike_alg_find(a->type, a->id, a->key_bits), a);
		/* What is for ESP the kernel has, and the other way round. */
		if (a->type == IKE_TRANSFORM_ENCR || a->type == IKE_TRANSFORM_INTEG)
			assert_int_equal(!!a->kernel, !!(a->uses & IKE_USE_ESP));
	}
}

static void the_kernel_says_the_same(void **state)
{
	static const struct { const char *name; int kernel; } all[] = {
		{ "aes128gcm16", ADIT_SA_CIPHER_AES_GCM }, { "aes256gcm16", ADIT_SA_CIPHER_AES_GCM },
		{ "chacha20poly1305", ADIT_SA_CIPHER_CHACHA20_POLY1305 }, { "aes192", ADIT_SA_CIPHER_AES_CBC },
		{ "3des", ADIT_SA_CIPHER_DES3_CBC }, { "null", ADIT_SA_CIPHER_NULL },
		{ "sha1", ADIT_SA_AUTH_HMAC_SHA1_96 }, { "sha256", ADIT_SA_AUTH_HMAC_SHA256_128 },
		{ "sha256_96", ADIT_SA_AUTH_HMAC_SHA256_96 }, { "sha384", ADIT_SA_AUTH_HMAC_SHA384_192 },
		{ "sha512", ADIT_SA_AUTH_HMAC_SHA512_256 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(alg(all[i].name)->kernel, all[i].kernel);
}

static void proposals_as_text(void **state)
{
	static const struct { enum ike_use use; const char *written, *printed; } all[] = {
		{ IKE_USE_IKE, "aes256-sha256-modp2048", "aes256-sha256-modp2048" },
		{ IKE_USE_IKE, "AES256-SHA2_256-MODP2048", "aes256-sha256-modp2048" },
		{ IKE_USE_IKE, "modp2048-sha256-aes256", "aes256-sha256-modp2048" },
		{ IKE_USE_IKE, "aes256-aes128-sha256-sha1-x25519-curve25519", "aes256-aes128-sha256-sha1-x25519" },
		{ IKE_USE_IKE, "aes256-sha256-prfsha512-modp2048", "aes256-sha256-prfsha512-modp2048" },
		{ IKE_USE_IKE, "aes256gcm16-prfsha384-ecp384", "aes256gcm16-prfsha384-ecp384" },
		{ IKE_USE_IKE, "aes256gcm-sha384-ecp384", "aes256gcm16-prfsha384-ecp384" },
		{ IKE_USE_IKE, " aes128-sha1-modp1024 , 3des-sha1-modp1024 ",
		  "aes128-sha1-modp1024, 3des-sha1-modp1024" },
		{ IKE_USE_ESP, "aes256-sha256", "aes256-sha256" },
		{ IKE_USE_ESP, "aes128gcm16-x25519-esn-noesn", "aes128gcm16-x25519-esn-noesn" },
		{ IKE_USE_ESP, "null-sha256", "null-sha256" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_offers o = offers(all[i].written, all[i].use), again;

		assert_string_equal(ike_offers_to_str(&o, text, sizeof(text)), all[i].printed);
		again = offers(all[i].printed, all[i].use);
		assert_int_equal(o.n, again.n);
		for (unsigned int j = 0; j < o.n; j++)
			assert_memory_equal(o.offer[j].n, again.offer[j].n, sizeof(o.offer[j].n));
	}
}

static void proposals_that_are_none(void **state)
{
	static const struct { enum ike_use use; bool legacy; const char *written, *why; } all[] = {
		{ IKE_USE_IKE, true, "", "keywords with one \"-\" between them" },
		{ IKE_USE_IKE, true, "aes256--sha256", "keywords with one" },
		{ IKE_USE_IKE, true, "aes256-sha256-modp2048,", "keywords with one" },
		{ IKE_USE_IKE, true, "aes257-sha256-modp2048", "\"aes257\" is no algorithm that adit knows" },
		{ IKE_USE_IKE, true, "sha256-modp2048", "without encryption" },
		{ IKE_USE_IKE, true, "aes256-modp2048", "aes256 needs an integrity algorithm" },
		{ IKE_USE_IKE, true, "aes256-sha256", "without a group" },
		{ IKE_USE_IKE, true, "aes256gcm16-modp2048", "aes256gcm16 needs a PRF" },
		{ IKE_USE_IKE, true, "aes256gcm16-aes256-sha256-modp2048", "cannot be in one proposal: write two" },
		{ IKE_USE_IKE, true, "null-sha256-modp2048", "null is not for IKE itself" },
		{ IKE_USE_IKE, true, "aes256-sha256-modp2048-esn", "esn is not for IKE itself" },
		{ IKE_USE_ESP, true, "aes256-sha256-prfsha256", "prfsha256 is not for ESP" },
		{ IKE_USE_ESP, true, "aes256-md5", "md5 is not for ESP" },
		{ IKE_USE_ESP, true, "aes256gcm8", "aes256gcm8 is not for ESP" },
		{ IKE_USE_IKE, false, "3des-sha256-modp2048",
		  "3des is for peers with nothing better, and needs legacy = yes" },
		{ IKE_USE_IKE, false, "aes256-sha256-modp1024", "modp1024 is for peers with nothing better" },
		{ IKE_USE_ESP, false, "aes256-sha256_96", "sha256_96 is for peers with nothing better" },
		{ IKE_USE_ESP, true,
		  "aes128-sha1,aes128-sha1,aes128-sha1,aes128-sha1,aes128-sha1,aes128-sha1,aes128-sha1,"
				     "aes128-sha1,aes128-sha1", "more than 8 proposals" },
	};
	struct ike_offers o;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!ike_offers_parse(all[i].written, all[i].use, all[i].legacy, &o, error))
			fail_msg("%s was taken", all[i].written);
		if (!strstr(error, all[i].why))
			fail_msg("%s: \"%s\" does not say \"%s\"", all[i].written, error, all[i].why);
	}
}

/* Those that are for nobody who has something better are not among what is offered unasked. */
static void defaults(void **state)
{
	static const enum ike_version versions[] = { IKE_V1, IKE_V2 };

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		bool legacy = i & 1, found = false;
		struct ike_offers o;

		ike_offers_default(versions[i >> 1 & 1], i & 4 ? IKE_USE_ESP : IKE_USE_IKE, legacy, &o);
		assert_true(o.n);
		for (unsigned int j = 0; j < o.n; j++)
			for (unsigned int type = 1; type <= IKE_TRANSFORM_TYPE_MAX; type++)
				for (unsigned int k = 0; k < o.offer[j].n[type]; k++)
					found = found || o.offer[j].alg[type][k]->legacy;
		assert_int_equal(found, legacy);
	}
}

static void suites_in_records(void **state)
{
	struct ike_suite s = { .encr = alg("aes256"), .prf = alg("prfsha256"), .integ = alg("sha256_96"),
			       .dh = alg("modp2048"), .esn = true }, back;
	uint8_t octets[IKE_SUITE_FROZEN_LEN];
	struct wr w = wr_to(octets, sizeof(octets));
	struct rd r;

	(void)state;
	ike_suite_freeze(&s, &w);
	assert_int_equal(w.len, IKE_SUITE_FROZEN_LEN);
	r = rd_of(octets, w.len);
	assert_true(ike_suite_thaw(&back, &r));
	assert_same_suite(&s, &back);
	assert_string_equal(ike_suite_legacy(&back, text, sizeof(text)), "sha256_96");
	octets[0] = 0x77;
	r = rd_of(octets, w.len);
	assert_false(ike_suite_thaw(&back, &r));
	r = rd_of(octets, w.len - 1);
	assert_false(ike_suite_thaw(&back, &r));
}

/* --- IKEv2 --- */

static const uint8_t spi[4] = { 1, 2, 3, 4 };

/* What comes of two sides, as text; NULL: nothing in common. */
static const char *agree(const char *own, const char *peer, enum ike_use use, unsigned int flags, uint16_t ke)
{
	static struct ike2_sa sa, answer;
	struct ike_offers o = offers(own, use), p = offers(peer, use);
	const struct ike_proposal *chosen;
	struct ike_suite s, again;

	ike2_sa_offer(&sa, &p, flags & IKE_NEG_NO_DH, spi, 4);
	if (ike2_select(&o, &sa, flags, ke, &s, &chosen))
		return NULL;
	/* The peer takes the answer for what it offered. */
	ike2_sa_accept(&answer, &s, use, chosen->number, spi, 4);
	assert_int_equal(ike2_check_answer(&p, &answer, flags | IKE_NEG_DH_OPTIONAL, &again, &chosen), 0);
	assert_same_suite(&s, &again);
	return ike_suite_to_str(&s, text, sizeof(text));
}

static void what_both_have(void **state)
{
	static const struct { const char *own,
			      *peer; enum ike_use use; unsigned int flags; uint16_t ke; const char *both; } all[] = {
		{ "aes256-sha256-modp2048", "aes256-sha256-modp2048", IKE_USE_IKE, 0, 0,
		  "aes256-sha256-prfsha256-modp2048" },
		{ "aes256-aes128-sha256-modp2048-x25519", "aes128-aes256-sha256-x25519-modp2048", IKE_USE_IKE, 0, 0,
		  "aes256-sha256-prfsha256-modp2048" },
		{ "aes256-aes128-sha256-modp2048-x25519", "aes128-aes256-sha256-x25519-modp2048", IKE_USE_IKE,
		  IKE_NEG_PREFER_PEER, 0, "aes128-sha256-prfsha256-x25519" },
		/* the group whose public value is there already */
		{ "aes256-sha256-modp2048-x25519", "aes256-sha256-x25519-modp2048", IKE_USE_IKE, 0, 31,
		  "aes256-sha256-prfsha256-x25519" },
		{ "aes256-sha256-modp2048", "aes256-sha256-x25519-modp2048", IKE_USE_IKE, 0, 31,
		  "aes256-sha256-prfsha256-modp2048" },
		/* the second proposal of each */
		{ "aes256gcm16-prfsha256-x25519,aes128-sha1-modp1024", "3des-sha1-modp1024,aes128-sha1-modp1024",
		  IKE_USE_IKE, 0,
		  0, "aes128-sha1-prfsha1-modp1024" },
		{ "aes256-sha256-modp2048", "aes128-sha256-modp2048", IKE_USE_IKE, 0, 0, NULL },
		{ "aes256-sha256-modp2048", "aes256-sha384-prfsha256-modp2048", IKE_USE_IKE, 0, 0, NULL },
		{ "aes256-sha256-modp2048", "aes256-sha256-prfsha1-modp2048", IKE_USE_IKE, 0, 0, NULL },
		{ "aes256-sha256-modp2048", "aes256-sha256-modp3072", IKE_USE_IKE, 0, 0, NULL },
		{ "aes256gcm16-prfsha256-x25519", "aes256-sha256-x25519", IKE_USE_IKE, 0, 0, NULL },
		{ "aes256gcm16", "aes256gcm16", IKE_USE_ESP, 0, 0, "aes256gcm16" },
		{ "aes256gcm16-x25519", "aes256gcm16", IKE_USE_ESP, 0, 0, NULL },
		{ "aes256gcm16-x25519", "aes256gcm16", IKE_USE_ESP, IKE_NEG_DH_OPTIONAL, 0, "aes256gcm16" },
		{ "aes256gcm16-x25519", "aes256gcm16", IKE_USE_ESP, IKE_NEG_NO_DH, 0, "aes256gcm16" },
		{ "aes256gcm16", "aes256gcm16-x25519", IKE_USE_ESP, 0, 0, NULL },
		{ "aes256gcm16", "aes256gcm16-x25519", IKE_USE_ESP, IKE_NEG_NO_DH, 0, "aes256gcm16" },
		{ "aes256gcm16-esn-noesn", "aes256gcm16-noesn", IKE_USE_ESP, 0, 0, "aes256gcm16" },
		{ "aes256gcm16-esn-noesn", "aes256gcm16-noesn-esn", IKE_USE_ESP, 0, 0, "aes256gcm16-esn" },
		{ "aes256gcm16", "aes256gcm16-esn", IKE_USE_ESP, 0, 0, NULL },
		{ "aes256gcm16-esn", "aes256gcm16", IKE_USE_ESP, 0, 0, NULL },
		{ "aes256gcm16", "aes256gcm16-noesn-esn", IKE_USE_ESP, 0, 0, "aes256gcm16" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *got = agree(all[i].own, all[i].peer, all[i].use, all[i].flags, all[i].ke);

		if (!got != !all[i].both || (got && strcmp(got, all[i].both)))
			fail_msg("%s and %s: %s", all[i].own, all[i].peer, got ? got : "nothing");
	}
}

static struct ike2_sa one_proposal(uint8_t protocol)
{
	struct ike2_sa sa = { .n_proposals = 1 };

	sa.proposal[0] = (struct ike_proposal){ .number = 1, .protocol = protocol };
	return sa;
}

static void put(struct ike2_sa *sa, uint8_t type, uint16_t id, uint16_t bits, bool foreign)
{
	sa->transform[sa->n_transforms++] = (struct ike2_transform){ type, id, bits, foreign };
	sa->proposal[0].n++;
}

static void what_peers_do(void **state)
{
	static struct ike2_sa sa;
	struct ike_offers gcm = offers("aes256gcm16", IKE_USE_ESP), chacha = offers("chacha20poly1305", IKE_USE_ESP);
	const struct ike_proposal *chosen;
	struct ike_suite s;

	(void)state;
	/* NONE as integrity of an AEAD, NONE as group: as if they were not there. */
	sa = one_proposal(IKE_PROTO_ESP);
	put(&sa, IKE_TRANSFORM_ENCR, 20, 256, false);
	put(&sa, IKE_TRANSFORM_INTEG, 0, 0, false);
	put(&sa, IKE_TRANSFORM_DH, 0, 0, false);
	put(&sa, IKE_TRANSFORM_ESN, 0, 0, false);
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), 0);
	/* A key length where there is one alone. */
	sa = one_proposal(IKE_PROTO_ESP);
	put(&sa, IKE_TRANSFORM_ENCR, 28, 256, false);
	assert_int_equal(ike2_select(&chacha, &sa, 0, 0, &s, &chosen), 0);
	sa.transform[0].key_bits = 128;
	assert_int_equal(ike2_select(&chacha, &sa, 0, 0, &s, &chosen), -ENOENT);
	/* No key length where there are several. */
	sa = one_proposal(IKE_PROTO_ESP);
	put(&sa, IKE_TRANSFORM_ENCR, 20, 0, false);
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), -ENOENT);
	/* An attribute that is not known, a kind of transform that is not, another protocol. */
	sa = one_proposal(IKE_PROTO_ESP);
	put(&sa, IKE_TRANSFORM_ENCR, 20, 256, true);
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), -ENOENT);
	sa.transform[0].foreign = false;
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), 0);
	put(&sa, 6, 36, 0, false);
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), -ENOENT);
	put(&sa, 6, 0, 0, false);
	sa.transform[1].id = 0;
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), 0);
	sa.proposal[0].protocol = IKE_PROTO_AH;
	assert_int_equal(ike2_select(&gcm, &sa, 0, 0, &s, &chosen), -ENOENT);
}

/* An answer that is none of ours, or two. */
static void answers_are_checked(void **state)
{
	struct ike_offers o = offers("aes256-sha256-modp2048,aes128-sha1-modp1024", IKE_USE_IKE);
	const struct ike_proposal *chosen;
	static struct ike2_sa sa;
	struct ike_suite s;

	(void)state;
	sa = one_proposal(IKE_PROTO_IKE);
	put(&sa, IKE_TRANSFORM_ENCR, 12, 256, false);
	put(&sa, IKE_TRANSFORM_PRF, 5, 0, false);
	put(&sa, IKE_TRANSFORM_INTEG, 12, 0, false);
	put(&sa, IKE_TRANSFORM_DH, 14, 0, false);
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), 0);
	/* Half of one, half of the other. */
	sa.transform[3].id = 2;
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), -ENOENT);
	sa.transform[3].id = 14;
	/* Less, and twice the same. */
	sa.proposal[0].n = 3;
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), -ENOENT);
	sa.proposal[0].n = 4;
	put(&sa, IKE_TRANSFORM_DH, 14, 0, false);
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), -ENOENT);
	sa.proposal[0].n = 4;
	sa.proposal[0].number = 0;
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), -ENOENT);
	sa.proposal[0].number = 200;
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), 0);
	sa.n_proposals = 2;
	assert_int_equal(ike2_check_answer(&o, &sa, 0, &s, &chosen), -ENOENT);
}

static void assert_explains(const char *own, const char *peer, enum ike_use use, const char *want)
{
	static struct ike2_sa sa;
	struct ike_offers o = offers(own, use), p = offers(peer, use);
	char buf[1024];

	ike2_sa_offer(&sa, &p, 0, spi, 4);
	if (!strstr(ike2_explain(&o, &sa, 0, buf, sizeof(buf)), want))
		fail_msg("\"%s\" does not say \"%s\"", buf, want);
	for (size_t cap = 1; cap < 200; cap++)
		assert_true(strlen(ike2_explain(&o, &sa, 0, buf, cap)) < cap);
}

static void why_nothing_is_in_common(void **state)
{
	static struct ike2_sa sa;
	struct ike_offers o = offers("aes256gcm16", IKE_USE_ESP);
	char buf[512];

	(void)state;
	assert_explains("aes256-sha256-modp2048", "3des-sha256-modp2048", IKE_USE_IKE,
			"no proposal in common: encryption differs (here aes256, the peer has 3des); "
			"here: aes256-sha256-modp2048; peer: 3des-prfsha256-sha256-modp2048");
	assert_explains("aes256-sha256-modp2048-x25519", "aes256-sha256-modp1024", IKE_USE_IKE,
			"DH group differs (here modp2048-x25519, the peer has modp1024)");
	assert_explains("aes256gcm16-prfsha256-x25519,aes256-sha256-modp2048",
			"3des-sha1-modp1024,aes256-sha1-modp2048",
			IKE_USE_IKE,
				"PRF differs (here prfsha256, the peer has prfsha1), integrity differs (here sha256, "
				     "the peer has sha1)");
	assert_explains("aes256gcm16-x25519", "aes256gcm16", IKE_USE_ESP,
			"DH group differs (here x25519, the peer has none)");
	sa = one_proposal(IKE_PROTO_ESP);
	put(&sa, IKE_TRANSFORM_ENCR, 99, 192, false);
	assert_non_null(strstr(ike2_explain(&o, &sa, 0, buf, sizeof(buf)), "the peer has encr#99/192"));
	sa.proposal[0].protocol = IKE_PROTO_AH;
	assert_non_null(strstr(ike2_explain(&o, &sa, 0, buf, sizeof(buf)), "the peer proposes none for ESP"));
}

/* --- IKEv1 --- */

static const uint16_t psk = IKE1_AUTH_PSK, transport = IKE1_ENCAP_TRANSPORT;

/* Windows 10's first messages, as transforms: what it offers for L2TP. */
static void windows(void **state)
{
	static const struct ike1_transform phase1[] = {
		{ .number = 1, .id = 1, .encr = 7, .key_bits = 256, .hash = 2, .group = 20, .auth = 1,
		  .life_seconds = 28800 },
		{ .number = 2, .id = 1, .encr = 7, .key_bits = 128, .hash = 2, .group = 19, .auth = 1,
		  .life_seconds = 28800 },
		{ .number = 3, .id = 1, .encr = 7, .key_bits = 256, .hash = 2, .group = 14, .auth = 1,
		  .life_seconds = 28800 },
		{ .number = 4, .id = 1, .encr = 5, .hash = 2, .group = 14, .auth = 1, .life_seconds = 28800 },
		{ .number = 5, .id = 1, .encr = 5, .hash = 2, .group = 2, .auth = 1, .life_seconds = 28800 },
	};
	static const struct ike1_transform phase2[] = {
		{ .number = 1, .id = 12, .key_bits = 256, .hash = 2, .encap = 4, .life_seconds = 3600,
		  .life_kilobytes = 250000 },
		{ .number = 2, .id = 12, .key_bits = 128, .hash = 2, .encap = 4, .life_seconds = 3600,
		  .life_kilobytes = 250000 },
		{ .number = 3, .id = 3, .hash = 2, .encap = 4, .life_seconds = 3600, .life_kilobytes = 250000 },
	};
	static struct ike1_proposals sa;
	static const uint16_t modes[] = { IKE1_ENCAP_UDP_TRANSPORT };
	const struct ike1_transform *t;
	const struct ike_proposal *p;
	struct ike_offers ike, esp;
	struct ike_suite s;

	(void)state;
	ike_offers_default(IKE_V1, IKE_USE_IKE, false, &ike);
	ike_offers_default(IKE_V1, IKE_USE_ESP, false, &esp);
	sa = (struct ike1_proposals){ .n_proposals = 1, .n_transforms = 5 };
	sa.proposal[0] = (struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_IKE, .n = 5 };
	memcpy(sa.transform, phase1, sizeof(phase1));
	assert_int_equal(ike1_select(&ike, &sa, &psk, 1, &s, &p, &t), 0);
	assert_string_equal(ike_suite_to_str(&s, text, sizeof(text)), "aes256-prfsha1-ecp384");
	/* The oldest alone need legacy. */
	memmove(sa.transform, phase1 + 3, 2 * sizeof(phase1[0]));
	sa.proposal[0].n = 2;
	assert_int_equal(ike1_select(&ike, &sa, &psk, 1, &s, &p, &t), -ENOENT);
	ike_offers_default(IKE_V1, IKE_USE_IKE, true, &ike);
	assert_int_equal(ike1_select(&ike, &sa, &psk, 1, &s, &p, &t), 0);
	assert_string_equal(ike_suite_legacy(&s, text, sizeof(text)), "3des");

	sa = (struct ike1_proposals){ .n_proposals = 1, .n_transforms = 3 };
	sa.proposal[0] = (struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_ESP, .n = 3, .spi = { spi, 4 } };
	memcpy(sa.transform, phase2, sizeof(phase2));
	assert_int_equal(ike1_select_ipsec(&esp, &sa, modes, 1, 0, &s, &p, &t), 0);
	assert_string_equal(ike_suite_to_str(&s, text, sizeof(text)), "aes256-sha1");
	assert_int_equal(ike1_select_ipsec(&esp, &sa, &transport, 1, 0, &s, &p, &t), -ENOENT);
	/* AH beside it, to be used together: not ours. */
	sa.n_proposals = 2;
	sa.proposal[1] = (struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_AH, .spi = { spi, 4 } };
	assert_int_equal(ike1_select_ipsec(&esp, &sa, modes, 1, 0, &s, &p, &t), -ENOENT);
	sa.proposal[1].number = 2;
	assert_int_equal(ike1_select_ipsec(&esp, &sa, modes, 1, 0, &s, &p, &t), 0);
}

static void ikev1_offers_and_takes(void **state)
{
	static struct ike1_proposals sa;
	const struct ike1_life life = { 3600, 0 };
	struct ike_offers o = offers("aes256-aes128-3des-sha256-sha1-modp2048-modp1024", IKE_USE_IKE);
	struct ike_offers e = offers("aes256gcm16,aes256-aes128-sha256-sha1", IKE_USE_ESP);
	const struct ike1_transform *t;
	const struct ike_proposal *p;
	struct ike_suite s, again;
	char buf[2048];

	(void)state;
	ike1_sa_offer(&sa, &o, NULL, IKE1_AUTH_PSK, 28800);
	assert_int_equal(sa.n_transforms, 3 * 2 * 2);
	for (unsigned int i = 0; i < sa.n_transforms; i++) {
		assert_int_equal(sa.transform[i].number, i + 1);
		assert_true(ike1_suite_of(&sa.transform[i], IKE_USE_IKE, &s));
	}
	assert_int_equal(ike1_select(&o, &sa, &psk, 1, &s, &p, &t), 0);
	assert_string_equal(ike_suite_to_str(&s, text, sizeof(text)), "aes256-prfsha256-modp2048");
	assert_int_equal(ike1_select(&o, &sa, &(uint16_t){ IKE1_AUTH_RSA_SIG }, 1, &s, &p, &t), -ENOENT);
	ike1_sa_offer(&sa, &o, alg("modp1024"), IKE1_AUTH_PSK, 28800);
	assert_int_equal(sa.n_transforms, 3 * 2);
	for (unsigned int i = 0; i < sa.n_transforms; i++)
		assert_int_equal(sa.transform[i].group, alg("modp1024")->ike1);
	ike1_sa_offer_ipsec(&sa, &e, alg("modp2048"), IKE1_ENCAP_TRANSPORT, &life, spi);
	assert_int_equal(sa.n_transforms, 5);
	/* PFS where we name no group: any good one. */
	assert_int_equal(ike1_select_ipsec(&e, &sa, &transport, 1, 0, &s, &p, &t), 0);
	assert_ptr_equal(s.dh, alg("modp2048"));
	assert_true(ike1_suite_of(t, IKE_USE_ESP, &again));
	assert_same_suite(&s, &again);
	ike1_sa_offer_ipsec(&sa, &e, alg("modp1024"), IKE1_ENCAP_TRANSPORT, &life, spi);
	assert_int_equal(ike1_select_ipsec(&e, &sa, &transport, 1, 0, &s, &p, &t), -ENOENT);
	/* and where we name one: that, or none where none will do */
	e = offers("aes256-sha256-modp2048", IKE_USE_ESP);
	ike1_sa_offer_ipsec(&sa, &e, NULL, IKE1_ENCAP_TRANSPORT, &life, spi);
	assert_int_equal(ike1_select_ipsec(&e, &sa, &transport, 1, 0, &s, &p, &t), -ENOENT);
	assert_int_equal(ike1_select_ipsec(&e, &sa, &transport, 1, IKE_NEG_DH_OPTIONAL, &s, &p, &t), 0);
	o = offers("aes256-sha512-modp4096", IKE_USE_IKE);
	ike1_sa_offer(&sa, &o, NULL, IKE1_AUTH_PSK, 28800);
	o = offers("aes128-sha512-modp4096", IKE_USE_IKE);
	assert_non_null(strstr(ike1_explain(&o, &sa, buf, sizeof(buf)),
			       "no proposal in common: encryption differs; here: aes128-sha512-modp4096; peer: "
			       "aes256-sha512-modp4096 (pre-shared key)"));
	for (size_t cap = 1; cap < 200; cap++)
		assert_true(strlen(ike1_explain(&o, &sa, buf, cap)) < cap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_fits_itself),
		cmocka_unit_test(the_kernel_says_the_same),
		cmocka_unit_test(proposals_as_text),
		cmocka_unit_test(proposals_that_are_none),
		cmocka_unit_test(defaults),
		cmocka_unit_test(suites_in_records),
		cmocka_unit_test(what_both_have),
		cmocka_unit_test(what_peers_do),
		cmocka_unit_test(answers_are_checked),
		cmocka_unit_test(why_nothing_is_in_common),
		cmocka_unit_test(windows),
		cmocka_unit_test(ikev1_offers_and_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
