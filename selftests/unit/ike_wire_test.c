// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE on the wire: every length of a header and of a payload, what is written is read as the same, and what is refused
 * says what and where.
 */
#include "ike_test.h"

#include "wire/ike1.h"
#include "wire/ike2.h"

static struct ike2_message two;
static struct ike1_message one;
static struct ike_fault fault;

static const struct ike_header header2 = { .spi_i = 0x0102030405060708, .spi_r = 0x1112131415161718, .version = IKE_V2,
					   .exchange = IKE2_AUTH, .flags = IKE2_FLAG_INITIATOR, .message_id = 1 };
static const struct ike_header header1 = { .spi_i = 0x0102030405060708, .spi_r = 0x1112131415161718, .version = IKE_V1,
					   .exchange = IKE1_MAIN };

/* In a block of exactly its length, so that the sanitizer sees one octet too far. */
static int parse2(const uint8_t *data, size_t len)
{
	static uint8_t *exact;
	int err;

	free(exact);
	exact = malloc(len ? len : 1);
	memcpy(exact, data, len);
	err = ike2_parse(&two, exact, len, &fault);
	assert_int_equal(!err, !fault.text[0]);
	return err;
}

static int parse1(const uint8_t *data, size_t len)
{
	static uint8_t *exact;
	struct ike_octets encrypted;
	int err;

	free(exact);
	exact = malloc(len ? len : 1);
	memcpy(exact, data, len);
	err = ike1_parse(&one, exact, len, &encrypted, &fault);
	assert_int_equal(!err, !fault.text[0]);
	return err;
}

static void assert_fault(const char *text)
{
	if (!strstr(fault.text, text))
		fail_msg("\"%s\" does not say \"%s\"", fault.text, text);
}

/* One payload of that type, with what is in hexadecimal. */
static int payload2(uint8_t type, const char *text)
{
	uint8_t octets[4096], body[4000];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	ike_message_begin(&c, &w, &header2);
	ike_put_octets(&c, type, body, hex(text, body, sizeof(body)));
	ike_message_end(&c);
	return parse2(octets, w.len);
}

static int payload1(uint8_t type, const char *text)
{
	uint8_t octets[4096], body[4000];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	ike_message_begin(&c, &w, &header1);
	ike_put_octets(&c, type, body, hex(text, body, sizeof(body)));
	ike_message_end(&c);
	return parse1(octets, w.len);
}

/* --- header and chain --- */

static void headers(void **state)
{
	uint8_t octets[64] = { 0 };
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_header h;
	const char *why;
	struct rd body;

	(void)state;
	ike_header_write(&w, &header2);
	for (uint32_t length = 0; length < 70; length++) {
		octets[27] = (uint8_t)length;
		for (size_t len = 0; len <= sizeof(octets); len++) {
			bool right = len >= 28 && length >= 28 && length <= len;

			assert_int_equal(ike_header_parse(&h, octets, len, &body, &why), right ? 0 : -EBADMSG);
			assert_int_equal(!why, right);
			if (right)
				assert_int_equal(body.left, length - 28);
		}
	}
	octets[27] = 28;
	assert_int_equal(ike_header_parse(&h, octets, 28, &body, &why), 0);
	assert_int_equal(h.spi_i, header2.spi_i);
	assert_int_equal(h.spi_r, header2.spi_r);
	assert_int_equal(h.message_id, 1);
	assert_int_equal(ike_major(&h), 2);
	memset(octets, 0, 8);
	assert_int_equal(ike_header_parse(&h, octets, 28, &body, &why), -EBADMSG);
	assert_string_equal(why, "the initiator's SPI is zero");
}

static void chains(void **state)
{
	uint8_t octets[80] = { 0 };
	struct wr w = wr_to(octets, sizeof(octets));

	(void)state;
	ike_header_write(&w, &header2);
	octets[16] = IKE2_PAYLOAD_V;
	octets[27] = 40;
	for (unsigned int len = 0; len < 20; len++) {
		octets[31] = (uint8_t)len;
		assert_int_equal(parse2(octets, 40), len == 12 ? 0 : -EBADMSG);
		if (len < 4)
			assert_fault("payload 43 (V): its length is");
		else if (len > 12)
			assert_fault("12 octets are left");
		else if (len < 12)
			assert_fault("octets behind the last payload");
	}
	octets[27] = 30;
	assert_int_equal(parse2(octets, 40), -EBADMSG);
	assert_fault("payload 43 (V): the message ends before its header does");
	/* A critical one that nobody knows. */
	octets[16] = 200;
	octets[27] = 40;
	octets[31] = 12;
	assert_int_equal(parse2(octets, 40), 0);
	octets[29] = 0x80;
	assert_int_equal(parse2(octets, 40), -EOPNOTSUPP);
	assert_int_equal(fault.payload, 200);
	assert_fault("payload 200 (unknown) is critical");
	octets[17] = 0x30;
	assert_int_equal(parse2(octets, 40), -EPROTONOSUPPORT);
	octets[17] = 0x10;
	assert_int_equal(parse2(octets, 40), -EPROTONOSUPPORT);
	/* The critical bit of one that is known means nothing. */
	octets[17] = 0x20;
	octets[16] = IKE2_PAYLOAD_V;
	assert_int_equal(parse2(octets, 40), 0);
}

static void many_payloads(void **state)
{
	uint8_t octets[2000];
	struct ike_chain c;

	(void)state;
	for (unsigned int n = 0; n < 200; n++) {
		struct wr w = wr_to(octets, sizeof(octets));

		ike_message_begin(&c, &w, &header2);
		for (unsigned int i = 0; i < n; i++)
			ike_put_octets(&c, IKE2_PAYLOAD_V, "v", 1);
		ike_message_end(&c);
		assert_int_equal(parse2(octets, w.len), n <= IKE_PAYLOADS_MAX ? 0 : -EBADMSG);
		if (n <= IKE_PAYLOADS_MAX)
			assert_int_equal(two.n_vendors, n < IKE2_VENDORS_MAX ? n : IKE2_VENDORS_MAX);
	}
}

/* --- IKEv2 --- */

static void everything_of_ikev2(void **state)
{
	static const uint32_t spis[] = { 0x11223344, 0x55667788 };
	static const uint8_t spi[] = { 1, 2, 3, 4 };
	static struct ike2_sa sa;
	struct ike_selector ts[2] = { { .protocol = 17, .port_from = 1701, .port_to = 1701 }, { .port_to = 65535 } };
	struct ike_cfg cfg = { .type = IKE_CFG_REQUEST, .n = 2 };
	uint8_t octets[2000], nonce[32];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	(void)state;
	pattern(nonce, sizeof(nonce), 1, 1);
	addr_parse("10.0.0.1", &ts[0].from);
	ts[0].to = ts[0].from;
	addr_parse("2001:db8::", &ts[1].from);
	addr_parse("2001:db8::ffff", &ts[1].to);
	cfg.attr[0] = (struct ike_cfg_attr){ .type = IKE_CFG_IP4_ADDRESS };
	cfg.attr[1] = (struct ike_cfg_attr){ .type = IKE_CFG_IP4_DNS, .value = { spi, 4 } };
	sa.n_proposals = 2;
	sa.n_transforms = 3;
	sa.proposal[0] = (struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_ESP, .spi = { spi, 4 }, .n = 2 };
	sa.proposal[1] = (struct ike_proposal){ .number = 2, .protocol = IKE_PROTO_ESP, .spi = { spi, 4 }, .first = 2,
						 .n = 1 };
	sa.transform[0] = (struct ike2_transform){ .type = IKE_TRANSFORM_ENCR, .id = 12, .key_bits = 256 };
	sa.transform[1] = (struct ike2_transform){ .type = IKE_TRANSFORM_INTEG, .id = 12 };
	sa.transform[2] = (struct ike2_transform){ .type = IKE_TRANSFORM_ENCR, .id = 28 };

	ike_message_begin(&c, &w, &header2);
	ike2_put_id(&c, IKE2_PAYLOAD_IDI, IKE_ID_FQDN, "gw", 2);
	ike2_put_cert(&c, IKE2_PAYLOAD_CERT, IKE_CERT_X509_SIGNATURE, "cert", 4);
	ike2_put_cert(&c, IKE2_PAYLOAD_CERTREQ, IKE_CERT_X509_SIGNATURE, "hash", 4);
	ike2_put_auth(&c, IKE2_AUTH_PSK, "proof", 5);
	ike2_put_sa(&c, &sa);
	ike2_put_ke(&c, 31, "public", 6);
	ike_put_octets(&c, IKE2_PAYLOAD_NONCE, nonce, sizeof(nonce));
	ike2_put_selectors(&c, IKE2_PAYLOAD_TSI, ts, 2);
	ike2_put_selectors(&c, IKE2_PAYLOAD_TSR, ts, 1);
	ike2_put_cfg(&c, &cfg);
	ike2_put_notify(&c, IKE2_N_COOKIE, "biscuit", 7);
	ike2_put_notify_spi(&c, IKE2_N_REKEY_SA, IKE_PROTO_ESP, 0x11223344, NULL, 0);
	ike2_put_delete(&c, IKE_PROTO_ESP, spis, 2);
	ike2_put_delete(&c, IKE_PROTO_IKE, NULL, 0);
	ike_put_octets(&c, IKE2_PAYLOAD_V, "vendor", 6);
	ike_put_octets(&c, IKE2_PAYLOAD_EAP, "eap!", 4);
	ike_message_end(&c);
	assert_false(w.bad);
	if (parse2(octets, w.len))
		fail_msg("%s", fault.text);
	assert_int_equal(two.id_i.type, IKE_ID_FQDN);
	assert_memory_equal(two.id_i.data.at, "gw", 2);
	assert_int_equal(two.id_i.body.len, 6);
	assert_int_equal(two.n_certs, 1);
	assert_int_equal(two.n_certreqs, 1);
	assert_int_equal(two.auth.method, IKE2_AUTH_PSK);
	assert_int_equal(two.sa.n_proposals, 2);
	assert_int_equal(two.sa.transform[0].key_bits, 256);
	assert_int_equal(two.sa.proposal[1].first, 2);
	assert_int_equal(two.sa.transform[2].id, 28);
	assert_int_equal(two.ke.group, 31);
	assert_int_equal(two.nonce.len, 32);
	assert_int_equal(two.ts_i.n, 2);
	assert_int_equal(two.ts_i.s[0].port_from, 1701);
	assert_memory_equal(&two.ts_i.s[1].to, &ts[1].to, sizeof(ts[1].to));
	assert_int_equal(two.ts_r.n, 1);
	assert_int_equal(two.cfg.n, 2);
	assert_int_equal(ike_cfg_find(&two.cfg, IKE_CFG_IP4_DNS)->value.len, 4);
	assert_int_equal(ike2_notify_find(&two, IKE2_N_COOKIE)->data.len, 7);
	assert_int_equal(ike2_notify_find(&two, IKE2_N_REKEY_SA)->spi.len, 4);
	assert_null(ike2_error_find(&two));
	assert_int_equal(two.n_deletes, 2);
	assert_int_equal(two.del[0].n, 2);
	assert_hex(two.del[0].spis.at, 8, "1122334455667788");
	assert_int_equal(two.eap.len, 4);
	/* cut anywhere, and with each length field that is not its own */
	for (size_t len = 0; len < w.len; len++)
		assert_int_not_equal(parse2(octets, len), 0);
	/* No room latches. */
	for (size_t cap = 0; cap < w.len; cap += 7) {
		struct wr small = wr_to(octets, cap);

		ike_message_begin(&c, &small, &header2);
		ike2_put_sa(&c, &sa);
		ike2_put_selectors(&c, IKE2_PAYLOAD_TSI, ts, 2);
		ike2_put_cfg(&c, &cfg);
		ike2_put_delete(&c, IKE_PROTO_ESP, spis, 2);
		ike_message_end(&c);
		assert_true(small.len <= cap);
	}
}

static const struct refusal {
	uint8_t type;
	const char *body, *why;
} refused2[] = {
	{ IKE2_PAYLOAD_SA, "", "payload 33 (SA): no proposal in it" },
	{ IKE2_PAYLOAD_SA, "0000", "payload 33 (SA), proposal 1: its length is 0" },
	{ IKE2_PAYLOAD_SA, "00000007 010100", "payload 33 (SA), proposal 1: its length is 7" },
	{ IKE2_PAYLOAD_SA, "00000009 01010000", "payload 33 (SA), proposal 1: its length is 9, and 4 octets are left" },
	{ IKE2_PAYLOAD_SA, "00000008 01010400",
	  "payload 33 (SA), proposal 1: its SPI of 4 octets is longer than itself" },
	{ IKE2_PAYLOAD_SA, "02000008 01010000 00000008 02010100", "payload 33 (SA), proposal 2: its SPI of 1" },
	{ IKE2_PAYLOAD_SA, "00000008 01010001", "payload 33 (SA), proposal 1: a transform has a length of 0" },
	{ IKE2_PAYLOAD_SA, "00000010 01010001 00000007 0100000c", "a transform has a length of 7" },
	{ IKE2_PAYLOAD_SA, "00000010 01010001 00000009 0100000c",
	  "a transform has a length of 9, and 4 octets are left" },
	{ IKE2_PAYLOAD_SA, "00000010 01010000 00000008 0100000c", "proposal 1: 8 octets behind its 0 transforms" },
	{ IKE2_PAYLOAD_SA, "00000012 01010001 0000000a 0100000c 800e", "attribute 14 is longer than the transform" },
	{ IKE2_PAYLOAD_SA, "00000014 01010001 0000000c 0100000c 00110005",
	  "attribute 17 is longer than the transform" },
	{ IKE2_PAYLOAD_KE, "001f0000", "payload 34 (KE): no public value in it" },
	{ IKE2_PAYLOAD_KE, "001f", "payload 34 (KE): no public value in it" },
	{ IKE2_PAYLOAD_IDI, "020000", "payload 35 (IDi): it has 3 octets" },
	{ IKE2_PAYLOAD_CERT, "", "payload 37 (CERT): no encoding" },
	{ IKE2_PAYLOAD_AUTH, "02000000", "payload 39 (AUTH): no authentication data" },
	{ IKE2_PAYLOAD_NONCE, "000102030405060708090a0b0c0d0e",
	  "payload 40 (Nonce): 15 octets, and a nonce has 16 to 256" },
	{ IKE2_PAYLOAD_N, "000040", "payload 41 (N): its SPI" },
	{ IKE2_PAYLOAD_N, "03054000 01020304", "payload 41 (N): its SPI of 5 octets is longer than itself" },
	{ IKE2_PAYLOAD_D, "03040002 01020304", "payload 42 (D): 2 SPIs of 4 octets do not fill its 4" },
	{ IKE2_PAYLOAD_D, "03020001 0102", "payload 42 (D): SPIs of protocol 3 with 2 octets" },
	{ IKE2_PAYLOAD_D, "01040001 01020304", "payload 42 (D): SPIs of protocol 1 with 4 octets" },
	{ IKE2_PAYLOAD_D, "0300ffff", "payload 42 (D): SPIs of protocol 3 with 0 octets" },
	{ IKE2_PAYLOAD_TSI, "0100", "payload 44 (TSi): it is shorter" },
	{ IKE2_PAYLOAD_TSI, "41000000", "payload 44 (TSi): 65 selectors" },
	{ IKE2_PAYLOAD_TSI, "01000000", "payload 44 (TSi): selector 1 has a length of 0" },
	{ IKE2_PAYLOAD_TSI, "01000000 07000010 0000ffff 0a000000",
	  "selector 1 has a length of 16, and 8 octets are left" },
	{ IKE2_PAYLOAD_TSR, "01000000 08000010 0000ffff 0a000000 0a0000ff", "selector 1 of type 8 has a length of 16" },
	{ IKE2_PAYLOAD_TSR, "00000000 00", "payload 45 (TSr): 1 octets behind its 0 selectors" },
	{ IKE2_PAYLOAD_CP, "01000000 00010008 0a000001", "payload 47 (CP): attribute 1 is longer than the payload" },
	{ IKE2_PAYLOAD_SKF, "00000001 00", "payload 53 (SKF): it is fragment 0 of 1" },
	{ IKE2_PAYLOAD_SKF, "00030002 00", "payload 53 (SKF): it is fragment 3 of 2" },
	{ IKE2_PAYLOAD_SKF, "000100", "payload 53 (SKF)" },
};

static void what_ikev2_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused2) / sizeof(refused2[0]); i++) {
		if (payload2(refused2[i].type, refused2[i].body) != -EBADMSG)
			fail_msg("%u %s was taken", refused2[i].type, refused2[i].body);
		assert_fault(refused2[i].why);
		assert_int_equal(fault.payload, refused2[i].type);
	}
}

static void what_ikev2_takes(void **state)
{
	(void)state;
	/* Selectors of a kind that nobody knows are left out, and said to be. */
	assert_int_equal(payload2(IKE2_PAYLOAD_TSI, "02000000 09000008 01020304 07110010 06a506a5 0a000001 0a000001"),
			 0);
	assert_int_equal(two.ts_i.n, 1);
	assert_int_equal(two.ts_i.foreign, 1);
	/* An attribute that is not known makes its transform one not to be chosen. */
	assert_int_equal(payload2(IKE2_PAYLOAD_SA,
				  "0000001a 01010002 0300000c 0100000c 800e0100 0000000a 0100000c 0011"), -EBADMSG);
	assert_int_equal(payload2(IKE2_PAYLOAD_SA,
				  "00000022 01010002 0300000c 0100000c 800e0100 0000000e 0100000c 0011000200ff"),
			 0);
	assert_false(two.sa.transform[0].foreign);
	assert_int_equal(two.sa.transform[0].key_bits, 256);
	assert_true(two.sa.transform[1].foreign);
	/* A type of 1 bit reserved in configuration attributes. */
	assert_int_equal(payload2(IKE2_PAYLOAD_CP, "01000000 80010000"), 0);
	assert_int_equal(two.cfg.attr[0].type, IKE_CFG_IP4_ADDRESS);
}

static void a_second_one(void **state)
{
	static const uint8_t single[] = { IKE2_PAYLOAD_NONCE, IKE2_PAYLOAD_IDI, IKE2_PAYLOAD_AUTH, IKE2_PAYLOAD_KE,
					  IKE2_PAYLOAD_EAP };
	uint8_t octets[256], body[20] = { 1, 2, 3, 4, 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(single); i++) {
		struct wr w = wr_to(octets, sizeof(octets));
		struct ike_chain c;

		ike_message_begin(&c, &w, &header2);
		ike_put_octets(&c, single[i], body, sizeof(body));
		ike_put_octets(&c, single[i], body, sizeof(body));
		ike_message_end(&c);
		assert_int_equal(parse2(octets, w.len), -EBADMSG);
		assert_fault(": a second one");
	}
}

/* SK is the last of what is in the clear, and is not in itself. */
static void sk_ends_a_chain(void **state)
{
	uint8_t octets[256];
	struct wr w = wr_to(octets, sizeof(octets));
	struct ike_chain c;

	(void)state;
	ike_message_begin(&c, &w, &header2);
	ike_put_octets(&c, IKE2_PAYLOAD_V, "v", 1);
	ike_put_octets(&c, IKE2_PAYLOAD_SK, "sealed", 6);
	ike_message_end(&c);
	octets[28 + 5] = IKE2_PAYLOAD_IDI;	/* what is inside begins with it */
	assert_int_equal(parse2(octets, w.len), 0);
	assert_int_equal(two.encrypted.first, IKE2_PAYLOAD_IDI);
	assert_int_equal(two.encrypted.aad.len, 28 + 5 + 4);
	assert_int_equal(two.encrypted.body.len, 6);
	ike_put_octets(&c, IKE2_PAYLOAD_V, "v", 1);
	ike_message_end(&c);
	assert_int_equal(parse2(octets, w.len), -EBADMSG);
	assert_fault("payload 46 (SK): 5 octets behind it");
	assert_int_equal(ike2_parse_chain(&two, IKE2_PAYLOAD_SK, octets + 33, 10, &fault), -EBADMSG);
	assert_fault("payload 46 (SK): inside of another");
}

/* --- IKEv1 --- */

static void everything_of_ikev1(void **state)
{
	static const uint8_t spi[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	static struct ike1_proposals sa;
	struct ike_cfg cfg = { .type = IKE_CFG_SET, .id = 0x1234, .n = 2 };
	uint8_t octets[2000], status[2] = { 0, 1 };
	struct wr w = wr_to(octets, sizeof(octets));
	struct addr a;
	struct ike_chain c;

	(void)state;
	addr_parse("10.0.0.2", &a);
	sa.n_proposals = sa.n_transforms = 1;
	sa.proposal[0] = (struct ike_proposal){ .number = 1, .protocol = IKE_PROTO_IKE, .n = 1 };
	sa.transform[0] = (struct ike1_transform){ .number = 1, .id = IKE1_TRANSFORM_KEY_IKE, .encr = 7,
						   .key_bits = 256,
						   .hash = 2, .group = 14, .auth = IKE1_AUTH_PSK, .life_seconds = 86400,
						   .life_kilobytes = 10 };
	cfg.attr[0] = (struct ike_cfg_attr){ .type = IKE1_XAUTH_STATUS, .value = { status, 2 } };
	cfg.attr[1] = (struct ike_cfg_attr){ .type = IKE1_XAUTH_USER_NAME, .value = { spi, 5 } };
	ike_message_begin(&c, &w, &header1);
	ike_put_octets(&c, IKE1_PAYLOAD_HASH, spi, 16);
	ike1_put_sa(&c, &sa);
	ike_put_octets(&c, IKE1_PAYLOAD_KE, "public", 6);
	ike_put_octets(&c, IKE1_PAYLOAD_NONCE, spi, 8);
	ike1_put_id(&c, IKE_ID_FQDN, 17, 1701, "gw", 2);
	ike1_put_id(&c, IKE_ID_IPV4, 0, 0, spi, 4);
	ike1_put_cert(&c, IKE1_PAYLOAD_CERT, IKE_CERT_X509_SIGNATURE, "cert", 4);
	ike1_put_cert(&c, IKE1_PAYLOAD_CR, IKE_CERT_X509_SIGNATURE, "name", 4);
	ike_put_octets(&c, IKE1_PAYLOAD_SIG, "sig", 3);
	ike1_put_notify(&c, IKE_PROTO_IKE, IKE1_N_R_U_THERE, spi, 16, spi, 4);
	ike1_put_delete(&c, IKE_PROTO_IKE, spi, 16, 1);
	ike1_put_delete(&c, IKE_PROTO_ESP, spi, 4, 4);
	ike_put_octets(&c, IKE1_PAYLOAD_NATD, spi, 16);
	ike_put_octets(&c, IKE1_PAYLOAD_NATD_DRAFT, spi, 16);
	ike_put_octets(&c, IKE1_PAYLOAD_NATD_DRAFT3, spi, 16);
	ike1_put_natoa(&c, IKE1_PAYLOAD_NATOA, &a);
	ike1_put_natoa(&c, IKE1_PAYLOAD_NATOA_DRAFT, &a);
	ike1_put_cfg(&c, &cfg);
	ike1_put_vendor(&c, IKE1_VID_DPD);
	ike_put_octets(&c, 200, "private", 7);
	ike_message_end(&c);
	assert_false(w.bad);
	if (parse1(octets, w.len))
		fail_msg("%s", fault.text);
	assert_int_equal(one.hash.len, 16);
	assert_int_equal(one.after_hash.len, w.len - 28 - 20);
	assert_int_equal(one.sa.transform[0].encr, 7);
	assert_int_equal(one.sa.transform[0].key_bits, 256);
	assert_int_equal(one.sa.transform[0].auth, IKE1_AUTH_PSK);
	assert_int_equal(one.sa.transform[0].life_seconds, 86400);
	assert_int_equal(one.sa.transform[0].life_kilobytes, 10);
	assert_false(one.sa.transform[0].foreign);
	assert_int_equal(one.n_ids, 2);
	assert_int_equal(one.id[0].port, 1701);
	assert_int_equal(one.n_natds, 3);
	assert_int_equal(one.n_natoas, 2);
	assert_true(addr_equal(&one.natoa[1], &a));
	assert_int_equal(one.del[1].n, 4);
	assert_int_equal(ike1_notify_find(&one, IKE1_N_R_U_THERE)->spi.len, 16);
	assert_int_equal(one.cfg.id, 0x1234);
	assert_int_equal(ike1_cfg_u16(&one.cfg.attr[0]), 1);
	assert_true(ike1_has_vendor(&one, IKE1_VID_DPD));
	assert_false(ike1_has_vendor(&one, IKE1_VID_NATT));
	for (size_t len = 0; len < w.len; len++)
		assert_int_not_equal(parse1(octets, len), 0);
}

static const struct refusal refused1[] = {
	{ IKE1_PAYLOAD_SA, "00000001", "payload 1 (SA): it is shorter than DOI and situation" },
	{ IKE1_PAYLOAD_SA, "00000002 00000001", "payload 1 (SA): DOI 2 and situation 1" },
	{ IKE1_PAYLOAD_SA, "00000001 00000003", "DOI 1 and situation 3" },
	{ IKE1_PAYLOAD_SA, "00000001 00000001", "payload 1 (SA): no proposal" },
	{ IKE1_PAYLOAD_SA, "00000001 00000001 00000009 01010001",
	  "proposal 1: its length is 9, and 4 octets are left" },
	{ IKE1_PAYLOAD_SA, "00000001 00000001 00000008 01010901", "proposal 1: its SPI of 9 octets" },
	{ IKE1_PAYLOAD_SA, "00000001 00000001 00000010 01010001 00000006 01010000", "a transform has a length of 6" },
	{ IKE1_PAYLOAD_SA, "00000001 00000001 00000014 01010001 0000000c 01010000 000c0005",
	  "an attribute of transform 1 is longer than the transform" },
	{ IKE1_PAYLOAD_KE, "", "payload 4 (KE): no public value" },
	{ IKE1_PAYLOAD_ID, "010000", "payload 5 (ID): it has 3 octets" },
	{ IKE1_PAYLOAD_HASH, "", "payload 8 (HASH): no hash" },
	{ IKE1_PAYLOAD_SIG, "", "payload 9 (SIG): no signature" },
	{ IKE1_PAYLOAD_NONCE, "01020304050607", "payload 10 (NONCE): 7 octets, and a nonce has 8 to 256" },
	{ IKE1_PAYLOAD_N, "00000001 01ff6000 0102", "payload 11 (N): its SPI of 255 octets" },
	{ IKE1_PAYLOAD_D, "00000001 03040002 01020304", "payload 12 (D): 2 SPIs of 4 octets do not fill its 4" },
	{ IKE1_PAYLOAD_D, "00000001 01040001 01020304", "payload 12 (D): SPIs of protocol 1 with 4 octets" },
	{ IKE1_PAYLOAD_ATTR, "01000000 40890005 61", "payload 14 (ATTR): attribute 1 is longer" },
	{ IKE1_PAYLOAD_NATOA, "02000000 6162", "payload 21 (NAT-OA): an id of type 2" },
	{ IKE1_PAYLOAD_NATOA, "01000000 0a0000", "payload 21 (NAT-OA): the address has the wrong length" },
	{ IKE1_PAYLOAD_NATOA, "01000000 0a00000001", "the address has the wrong length" },
	{ IKE1_PAYLOAD_FRAGMENT, "00010001", "payload 132 (fragment): fragment 0 with 0 octets" },
	{ 99, "00", "payload 99 (unknown) is not known here" },
};

static void what_ikev1_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused1) / sizeof(refused1[0]); i++) {
		if (payload1(refused1[i].type, refused1[i].body) != -EBADMSG)
			fail_msg("%u %s was taken", refused1[i].type, refused1[i].body);
		assert_fault(refused1[i].why);
	}
	/* NAT-OA with reserved octets that are none, as some send it. */
	assert_int_equal(payload1(IKE1_PAYLOAD_NATOA, "01110000 0a000001"), 0);
}

/* Identities of quick mode, there and back. */
static void selectors_of_ids(void **state)
{
	static const struct { const char *from, *to; uint8_t type; } all[] = {
		{ "10.0.0.1", "10.0.0.1", IKE_ID_IPV4 },
		{ "10.0.0.0", "10.255.255.255", IKE1_ID_IPV4_SUBNET },
		{ "0.0.0.0", "255.255.255.255", IKE1_ID_IPV4_SUBNET },
		{ "10.0.0.1", "10.0.0.6", IKE1_ID_IPV4_RANGE },
		{ "10.0.0.0", "10.0.0.6", IKE1_ID_IPV4_RANGE },
		{ "2001:db8::1", "2001:db8::1", IKE_ID_IPV6 },
		{ "2001:db8::", "2001:db8::ffff:ffff", IKE1_ID_IPV6_SUBNET },
		{ "2001:db8::", "2001:db8::fffe", IKE1_ID_IPV6_RANGE },
	};
	uint8_t octets[128];
	struct ike_chain c;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike_selector ts = { .protocol = 17, .port_from = 1701, .port_to = 1701 }, back;
		struct wr w = wr_to(octets, sizeof(octets));

		addr_parse(all[i].from, &ts.from);
		addr_parse(all[i].to, &ts.to);
		ike_message_begin(&c, &w, &header1);
		ike1_put_id_selector(&c, &ts);
		ike_message_end(&c);
		assert_int_equal(parse1(octets, w.len), 0);
		assert_int_equal(one.id[0].type, all[i].type);
		assert_int_equal(ike1_id_selector(&one.id[0], &back), 0);
		assert_true(addr_equal(&back.from, &ts.from) && addr_equal(&back.to, &ts.to));
		assert_int_equal(back.port_from, 1701);
		assert_int_equal(back.port_to, 1701);
	}
}

static void ids_that_are_no_selectors(void **state)
{
	static const struct { uint8_t type; const char *data; } all[] = {
		{ IKE_ID_IPV4, "0a0000" }, { IKE_ID_IPV4, "0a00000001" }, { IKE_ID_FQDN, "0a000001" },
		{ IKE1_ID_IPV4_SUBNET, "0a000001" }, { IKE1_ID_IPV4_SUBNET, "0a000000ff00ff00" },
		{ IKE1_ID_IPV4_RANGE, "0a0000020a000001" }, { IKE_ID_IPV6, "0a000001" }, { 0, "" },
	};
	uint8_t data[32] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ike1_id id = { .type = all[i].type, .data = { data, hex(all[i].data, data, sizeof(data)) } };
		struct ike_selector ts;

		assert_int_equal(ike1_id_selector(&id, &ts), -EINVAL);
	}
}

/* What was chosen goes back as it came, with attributes that we would not have sent. */
static void a_chosen_transform_is_the_same(void **state)
{
	static struct ike1_proposals answer;
	uint8_t body[128];
	struct wr w = wr_to(body, sizeof(body));

	(void)state;
	assert_int_equal(payload1(IKE1_PAYLOAD_SA,
				  "00000001 00000001 00000030 01010001 00000028 01010000 80010007 800e0100 80020002 80040002"
				  "80030001 800b0001 000c0004 00007080"), 0);
	assert_int_equal(one.sa.transform[0].life_seconds, 28800);
	answer = one.sa;
	ike1_sa_body(&w, &answer);
	assert_int_equal(w.len, one.sa.body.len);
	assert_memory_equal(body, one.sa.body.at, w.len);
}

static void names(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		assert_true(ike_payload_to_str((uint8_t)i)[0] && ike_exchange_to_str((uint8_t)i)[0]);
		assert_true(ike_protocol_to_str((uint8_t)i)[0] && ike_transform_type_to_str((uint8_t)i)[0]);
	}
	for (unsigned int i = 0; i < 65536; i++)
		assert_true(ike2_notify_to_str((uint16_t)i)[0] && ike1_notify_to_str((uint16_t)i)[0] &&
			    ike1_auth_to_str((uint16_t)i)[0]);
	assert_string_equal(ike2_notify_to_str(14), "NO_PROPOSAL_CHOSEN");
	assert_string_equal(ike1_notify_to_str(36136), "R-U-THERE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(chains),
		cmocka_unit_test(many_payloads),
		cmocka_unit_test(everything_of_ikev2),
		cmocka_unit_test(what_ikev2_refuses),
		cmocka_unit_test(what_ikev2_takes),
		cmocka_unit_test(a_second_one),
		cmocka_unit_test(sk_ends_a_chain),
		cmocka_unit_test(everything_of_ikev1),
		cmocka_unit_test(what_ikev1_refuses),
		cmocka_unit_test(selectors_of_ids),
		cmocka_unit_test(ids_that_are_no_selectors),
		cmocka_unit_test(a_chosen_transform_is_the_same),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
