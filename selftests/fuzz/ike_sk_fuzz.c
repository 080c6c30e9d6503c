// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is encrypted in IKEv2. The first octet chooses a suite, the second what happens: a message as it is, by somebody
 * without the keys, of which nothing may be opened; a chain of the input's, sealed and opened; or fragments of it, in
 * an order and with numbers that the input chooses.
 */
#include <errno.h>

#include "fuzz.h"
#include "proto/ike_sk.h"

static const char *const suites[] = {
	"aes128-sha256-modp2048", "aes256-sha1-modp2048", "3des-md5-modp1024", "aes256gcm16-prfsha384-modp2048",
	"aes128gcm8-prfsha256-modp2048", "chacha20poly1305-prfsha256-x25519",
};
#define N_SUITES (sizeof(suites) / sizeof(suites[0]))

static struct ike2_keys keys[N_SUITES];
static const struct ike_header header = { .spi_i = 1, .spi_r = 2, .version = IKE_V2, .exchange = IKE2_AUTH,
					  .flags = IKE2_FLAG_INITIATOR, .message_id = 1 };
static struct ike2_message message;
static uint8_t sealed[70000], plain[70000];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t nonce[32] = { 1 }, shared[32] = { 2 };
	const struct ike2_exchange x = { .nonce_i = { nonce, 32 }, .nonce_r = { nonce, 32 }, .shared = { shared, 32 },
					 .spi_i = 1, .spi_r = 2 };

	(void)argc;
	(void)argv;
	must(!ike_crypto_init());
	for (size_t i = 0; i < N_SUITES; i++) {
		char error[IKE_ERROR_MAX];
		struct ike_offers o;
		struct ike_suite s;

		must(!ike_offers_parse(suites[i], IKE_USE_IKE, true, &o, error));
		s = (struct ike_suite){ .encr = o.offer[0].alg[IKE_TRANSFORM_ENCR][0],
					.prf = o.offer[0].alg[IKE_TRANSFORM_PRF][0],
					.dh = o.offer[0].alg[IKE_TRANSFORM_DH][0] };
		if (!ike_alg_is_aead(s.encr))
			s.integ = o.offer[0].alg[IKE_TRANSFORM_INTEG][0];
		must(!ike2_keys_derive(&keys[i], &s, &x));
	}
	return 0;
}

static void without_keys(const struct ike2_sk *sk, struct in *in)
{
	struct ike_fault f;
	size_t size, len;
	uint8_t *copy = in_take(in, IKE_MESSAGE_MAX, &size);

	if (!ike2_parse(&message, copy, size, &f) && message.encrypted.body.at)
		must(ike2_open(sk, &message, plain, sizeof(plain), &len));
	free(copy);
}

static void with_keys(const struct ike2_sk *sk, struct in *in)
{
	struct ike_fault f;
	uint8_t iv[IKE_IV_MAX] = { 9 }, first = in_u8(in);
	size_t size, len;
	uint8_t *inner = in_take(in, 60000, &size);
	struct wr w = wr_to(sealed, sizeof(sealed));

	must(!ike2_seal(sk, &header, first, inner, size, iv, &w) && w.len == ike2_sealed_len(sk->suite, size));
	must(!ike2_parse(&message, sealed, w.len, &f));
	must(!ike2_open(sk, &message, plain, sizeof(plain), &len) && len == size && !memcmp(plain, inner, size));
	ike2_parse_chain(&message, message.encrypted.first, plain, len, &f);
	free(inner);
}

/* Each step: an octet for the fragment, and one for what is done to its numbers. */
static void fragments(const struct ike2_sk *sk, struct in *in)
{
	struct ike2_reassembly r = { 0 };
	uint8_t inner[2000], iv[IKE_IV_MAX] = { 9 }, first, *whole;
	size_t inner_len = in_u16(in) % (sizeof(inner) + 1), size = 100 + in_u8(in) * 4, len;
	unsigned int total = ike2_fragments(sk->suite, inner_len, size);
	bool bent = false;
	struct ike_fault f;

	for (size_t i = 0; i < inner_len; i++)
		inner[i] = (uint8_t)(i * 7);
	for (unsigned int step = 0; total && in->left && step < 300; step++) {
		unsigned int number = 1 + in_u8(in) % total;
		uint8_t bend = in_u8(in);
		struct wr w = wr_to(sealed, sizeof(sealed));
		int done;

		must(!ike2_seal_fragment(sk, &header, 46, inner, inner_len, number, total, size, iv, &w) &&
		     w.len <= size);
		must(!ike2_parse(&message, sealed, w.len, &f));
		must(!ike2_open(sk, &message, plain, sizeof(plain), &len));
		if (bend & 1)
			message.header.message_id = bend;
		if (bend & 2)
			message.encrypted.total = bend;
		if (bend & 4)
			message.encrypted.fragment = bend;
		bent = bent || bend & 7;
		done = ike2_reassembly_add(&r, &message, plain, len);
		must(done == 0 || done == 1 || done == -EBADMSG);
		must(r.have <= r.total && r.octets <= IKE_MESSAGE_MAX && r.total <= IKE2_FRAGMENTS_MAX);
		if (done != 1)
			continue;
		whole = ike2_reassembly_take(&r, &first, &len);
		must(whole && (bent || (len == inner_len && !memcmp(whole, inner, len) && first == 46)));
		free(whole);
		bent = false;
	}
	ike2_reassembly_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct ike2_sk sk = ike2_sk_of(&keys[in_u8(&in) % N_SUITES], true);

	switch (in_u8(&in) % 3) {
	case 0:
		without_keys(&sk, &in);
		break;
	case 1:
		with_keys(&sk, &in);
		break;
	default:
		fragments(&sk, &in);
	}
	return 0;
}
