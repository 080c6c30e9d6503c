// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arithmetic of IKE against published vectors, and against what Python's hmac, hashlib and pow() computed where
 * none are published; and what must be refused.
 */
#include "ike_test.h"

#include "proto/ike_crypto.h"

static const struct ike_alg *alg(const char *name)
{
	const struct ike_alg *a = ike_alg_by_name(name, strlen(name));

	assert_non_null(a);
	return a;
}

/* --- HMAC: RFC 4231, RFC 2202 --- */

static const struct {
	const char *prf, *key, *data, *mac;
} hmacs[] = {
	/* RFC 4231 section 4.2, 4.3, 4.4 */
	{ "prfsha256", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "prfsha384", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6" },
	{ "prfsha512", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	  "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ "prfsha256", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "prfsha256", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	  "dddddddddddddddddddddddddddddddddddd",
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	/* RFC 2202 */
	{ "prfsha1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ "prfmd5", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "9294727a3638bb1c13f48ef8158bfc9d" },
};

static void hmac(void **state)
{
	uint8_t key[64], data[128], out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(hmacs) / sizeof(hmacs[0]); i++) {
		size_t key_len = hex(hmacs[i].key, key, sizeof(key)), len = hex(hmacs[i].data, data, sizeof(data));
		/* In two parts it is the same. */
		const struct ike_part parts[] = { { data, len / 2 }, { data + len / 2, len - len / 2 } };

		assert_int_equal(ike_prf(alg(hmacs[i].prf), key, key_len, parts, 2, out), 0);
		assert_hex(out, alg(hmacs[i].prf)->out_len, hmacs[i].mac);
	}
}

/* RFC 4231 section 4.7: a key longer than a block. */
static void hmac_of_a_long_key(void **state)
{
	static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	const struct ike_part part = { text, sizeof(text) - 1 };
	uint8_t key[131], out[64];

	(void)state;
	memset(key, 0xaa, sizeof(key));
	assert_int_equal(ike_prf(alg("prfsha256"), key, sizeof(key), &part, 1, out), 0);
	assert_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_int_equal(ike_prf(alg("prfsha512"), key, sizeof(key), &part, 1, out), 0);
	assert_hex(out, 64, "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
			    "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

static void integrity_is_cut(void **state)
{
	static const struct { const char *name, *mac; } cut[] = {
		{ "sha1", "b617318655057264e28bc0b6" },
		{ "sha256", "198a607eb44bfbc69903a0f1cf2bbdc5" },
		{ "sha256_96", "198a607eb44bfbc69903a0f1" },
	};
	const struct ike_part part = { "Hi There", 8 };
	uint8_t key[64], out[64];

	(void)state;
	memset(key, 0x0b, sizeof(key));
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		memset(out, 0xee, sizeof(out));
		assert_int_equal(ike_integ(alg(cut[i].name), key, &part, 1, out), 0);
		assert_hex(out, alg(cut[i].name)->out_len, cut[i].mac);
		assert_int_equal(out[alg(cut[i].name)->out_len], 0xee);
	}
}

static void prf_plus(void **state)
{
	uint8_t long_one[255 * 20], out[255 * 20];
	const struct ike_part seed = { "seed", 4 };

	(void)state;
	assert_int_equal(ike_prf_plus(alg("prfsha1"), "key", 3, &seed, 1, long_one, sizeof(long_one)), 0);
	/* Python: T1 = HMAC(key, seed | 1), T2 = HMAC(key, T1 | seed | 2), T3 … */
	assert_hex(long_one, 50,
		   "0a4dd4d286ae93c5e1d24f24f3756216b533dd67ad15d19cef25f483bcc5300fd5487404a2c5000664d807a67dba048c69ac");
	for (size_t len = 0; len < 100; len++) {
		memset(out, 0, sizeof(out));
		assert_int_equal(ike_prf_plus(alg("prfsha1"), "key", 3, &seed, 1, out, len), 0);
		assert_memory_equal(out, long_one, len);
		assert_int_equal(out[len], 0);
	}
	assert_int_equal(ike_prf_plus(alg("prfsha1"), "key", 3, &seed, 1, out, sizeof(out) + 1), -EINVAL);
}

/* --- Diffie-Hellman --- */

/* Of private values that are patterns: SHA-256 of the public value and of the shared secret. */
static const struct {
	const char *group, *public, *shared;
} groups[] = {
	{ "modp1024",
	  "1a7198bd991b1337489a9a498da7a791d1450cbd0927a08b811a058b5836e1fc",
	  "c3f5144b0206df916828943f656ae16000a4382f79bc9a044b7c69288e68e959" },
	{ "modp1536",
	  "6626dbbc65cbaed49d52b3d0e2995c3fa467b355af16d5474df3d4a5aeb89697",
	  "6eaec38b77bcb9c5d2d895ed87ff93e480a6fd1caf0241c62d3213fd6436c652" },
	{ "modp2048",
	  "8654980f63a38c46fe3565b8ba8807297a20c7ac8bf5fb1e388b52f2add09b2a",
	  "e012107c585e3314499e05bc770aaf467c01af01f6b9c3870d3f79cf3e4e6b35" },
	{ "modp3072",
	  "9ab2fae61f34e02cc11fb5d694f8ab7ac311c0ee62225e2cb22cc14431384b64",
	  "a97461c5413c640496064bb869e3a2d8c2192e40825cd3c0a805068096e93030" },
	{ "modp4096",
	  "550f35341d45eea2dcbe6f593781ef960ed3ed78e1b7d35ea95953b5bd57193e",
	  "c3b3bc2d54a41e652ecf6e3fbb49bb17c1a27ad9e3af61c75ceeb027b8bb79cf" },
	{ "modp6144",
	  "30115f57a0e06f7ba059e7bef65e3b282d70ab4afa1de75ed60c2116e8f19b43",
	  "dedeb807ff2cd5c4c7fce498cdba26fb4b451842b4b0837bcb4b17eb5458fbe7" },
	{ "modp8192",
	  "48cee3cc6228166dcfcc30080cba73843aa2b633a4522b68ec4a8d5c5bd508e4",
	  "56594f7c451547d7723d809b31e83d247ca2c878ee746aba7a32e829d6c9c0a7" },
	{ "ecp256",
	  "fe5c484edf74b4f30527583dcc8b42286b2f2f1193db7b80cbc74c110688cf7a",
	  "ea886d2d0e7df8c36ce3b5da5489b816618ef4cffc3546b127786cb2f22f214f" },
	{ "ecp384",
	  "54a9642671e5ca0491f172b7eef919c7ebed49cca60728073f2b4211c99fa298",
	  "f6bd5cc09e78456b74e14d8dbed767abe785adbe7d839afc7b1172cf8563826a" },
	{ "ecp521",
	  "e1f7c5ae71fbda6afb56eb0170366398f7939da8b7e272c06e3ab4a09d2af975",
	  "db5829e52db3e9be20ef0fa7ade246bfe5be8fa2f35cb97a226d3327473eee0c" },
};

static void assert_sha256(const uint8_t *data, size_t len, const char *text)
{
	const struct ike_part part = { data, len };
	uint8_t out[32];

	assert_int_equal(ike_hash(IKE_HASH_SHA256, &part, 1, out), 0);
	assert_hex(out, sizeof(out), text);
}

static void groups_agree(void **state)
{
	uint8_t a[IKE_DH_PRIVATE_MAX], b[IKE_DH_PRIVATE_MAX];
	uint8_t public_a[IKE_DH_PUBLIC_MAX], public_b[IKE_DH_PUBLIC_MAX];
	uint8_t shared_a[IKE_DH_SHARED_MAX], shared_b[IKE_DH_SHARED_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		const struct ike_alg *g = alg(groups[i].group);

		pattern(a, g->key_len, 7, 1);
		pattern(b, g->key_len, 11, 3);
		assert_int_equal(ike_dh_public(g, a, public_a), 0);
		assert_int_equal(ike_dh_public(g, b, public_b), 0);
		assert_sha256(public_a, g->out_len, groups[i].public);
		assert_int_equal(ike_dh_shared(g, a, public_b, g->out_len, shared_a), 0);
		assert_int_equal(ike_dh_shared(g, b, public_a, g->out_len, shared_b), 0);
		assert_memory_equal(shared_a, shared_b, g->shared_len);
		assert_sha256(shared_a, g->shared_len, groups[i].shared);
	}
}

/* RFC 5903 section 8.1; the private value is one less, and has zeros ahead: see ike_dh_public(). */
static void ecp256(void **state)
{
	const struct ike_alg *g = alg("ecp256");
	uint8_t private[IKE_DH_PRIVATE_MAX], public[64], shared[32], peer[64];

	(void)state;
	hex("0000000000000000 c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1432", private,
	    sizeof(private));
	assert_int_equal(ike_dh_public(g, private, public), 0);
	assert_hex(public, 64, "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
			       "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
	hex("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab", peer, sizeof(peer));
	assert_int_equal(ike_dh_shared(g, private, peer, sizeof(peer), shared), 0);
	assert_hex(shared, 32, "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

/* RFC 7748 section 6.1 */
static void x25519(void **state)
{
	const struct ike_alg *g = alg("x25519");
	uint8_t private[32], public[32], shared[32], peer[32];

	(void)state;
	hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", private, 32);
	assert_int_equal(ike_dh_public(g, private, public), 0);
	assert_hex(public, 32, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", peer, 32);
	assert_int_equal(ike_dh_shared(g, private, peer, 32, shared), 0);
	assert_hex(shared, 32, "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

static int shared_with(const char *group, const uint8_t *peer, size_t len)
{
	uint8_t private[IKE_DH_PRIVATE_MAX], shared[IKE_DH_SHARED_MAX];

	pattern(private, sizeof(private), 7, 1);
	return ike_dh_shared(alg(group), private, peer, len, shared);
}

/* RFC 6989 section 2.1: 0, 1, p - 1, p and more than p; and a value of another length. */
static void modp_values_are_checked(void **state)
{
	const struct ike_alg *g = alg("modp1024");
	uint8_t p[128], peer[128] = { 0 };

	(void)state;
	hex("ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
	    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
	    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff", p, sizeof(p));
	assert_int_equal(shared_with("modp1024", peer, 128), -EBADMSG);
	peer[127] = 1;
	assert_int_equal(shared_with("modp1024", peer, 128), -EBADMSG);
	peer[127] = 2;
	assert_int_equal(shared_with("modp1024", peer, 128), 0);
	assert_int_equal(shared_with("modp1024", peer + 1, 127), -EBADMSG);
	assert_int_equal(shared_with("modp1024", peer, 0), -EBADMSG);
	assert_int_equal(shared_with("modp1024", p, 128), -EBADMSG);
	p[127]--;
	assert_int_equal(shared_with("modp1024", p, 128), -EBADMSG);
	p[127]--;
	assert_int_equal(shared_with("modp1024", p, 128), 0);
	memset(p, 0xff, sizeof(p));
	assert_int_equal(shared_with("modp1024", p, 128), -EBADMSG);
	assert_int_equal(g->out_len, 128);
}

static void ecp_values_are_checked(void **state)
{
	static const char *const names[] = { "ecp256", "ecp384", "ecp521" };
	uint8_t private[IKE_DH_PRIVATE_MAX], peer[IKE_DH_PUBLIC_MAX];

	(void)state;
	pattern(private, sizeof(private), 3, 1);
	for (size_t i = 0; i < 3; i++) {
		const struct ike_alg *g = alg(names[i]);

		assert_int_equal(ike_dh_public(g, private, peer), 0);
		assert_int_equal(shared_with(names[i], peer, g->out_len), 0);
		assert_int_equal(shared_with(names[i], peer, g->out_len - 1), -EBADMSG);
		for (size_t bit = 0; bit < 8; bit++) {
			peer[g->out_len - 1] ^= 1u << bit;
			assert_int_equal(shared_with(names[i], peer, g->out_len), -EBADMSG);
			peer[g->out_len - 1] ^= 1u << bit;
		}
		memset(peer, 0, g->out_len);
		assert_int_equal(shared_with(names[i], peer, g->out_len), -EBADMSG);
		memset(peer, 0xff, g->out_len);
		assert_int_equal(shared_with(names[i], peer, g->out_len), -EBADMSG);
	}
}

/* RFC 7748 section 6.1: points of small order give a secret of zeros, which everybody knows. */
static void x25519_of_small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	uint8_t peer[32];

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		hex(points[i], peer, sizeof(peer));
		assert_int_equal(shared_with("x25519", peer, 32), -EBADMSG);
	}
	peer[0] = 9;
	assert_int_equal(shared_with("x25519", peer, 32), 0);
	assert_int_equal(shared_with("x25519", peer, 31), -EBADMSG);
}

/* A private value of nothing but ones or zeros is as good as any other. */
static void extreme_private_values(void **state)
{
	uint8_t ones[IKE_DH_PRIVATE_MAX], zeros[IKE_DH_PRIVATE_MAX] = { 0 };
	uint8_t a[IKE_DH_PUBLIC_MAX], b[IKE_DH_PUBLIC_MAX], x[IKE_DH_SHARED_MAX], y[IKE_DH_SHARED_MAX];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		const struct ike_alg *g = alg(groups[i].group);

		assert_int_equal(ike_dh_public(g, ones, a), 0);
		assert_int_equal(ike_dh_public(g, zeros, b), 0);
		assert_int_equal(ike_dh_shared(g, ones, b, g->out_len, x), 0);
		assert_int_equal(ike_dh_shared(g, zeros, a, g->out_len, y), 0);
		assert_memory_equal(x, y, g->shared_len);
	}
}

/* --- ciphers --- */

static const struct {
	const char *name, *key, *iv, *aad, *plain, *cipher, *icv;
} ciphers[] = {
	/* "The Galois/Counter Mode of Operation", test case 4; the nonce is salt and IV */
	{ "aes128gcm16", "feffe9928665731c6d6a8f9467308308 cafebabe", "facedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
	  "b16aedf5aa0de657ba637b39",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
	  "1ba30b396a0aac973d58e091", "5bc94fbc3221a5db94fae95ae7121a47" },
	{ "aes128gcm12", "feffe9928665731c6d6a8f9467308308 cafebabe", "facedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2", "d9", "42", NULL },
	{ "aes128gcm8", "feffe9928665731c6d6a8f9467308308 cafebabe", "facedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2", "d9", "42", NULL },
	/* test case 16 */
	{ "aes256gcm16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308 cafebabe",
	  "facedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
	  "b16aedf5aa0de657ba637b39",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
	  "c5f61e6393ba7a0abcc9f662", "76fc6ece0f4e1768cddf8853bb2d551b" },
	/* RFC 8439 section 2.8.2 */
	{ "chacha20poly1305", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f 07000000",
	  "4041424344454647", "50515253c0c1c2c3c4c5c6c7",
	  "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a2049662049"
	  "20636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c20"
	  "73756e73637265656e20776f756c642062652069742e",
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92"
	  "728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b"
	  "4831d7bc3ff4def08e4b7a9de576d26586cec64b6116", "1ae10b594f09e26a7e902ecbd0600691" },
	/* RFC 3602 section 4, cases 1 and 2 */
	{ "aes128", "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41", "",
	  "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a", "" },
	{ "aes128", "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58", "",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1", "" },
};

static void known_ciphers(void **state)
{
	uint8_t key[64], iv[16], aad[32] = { 0 }, data[128], icv[16], tag[16];

	(void)state;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		const struct ike_alg *a = alg(ciphers[i].name);
		size_t len = hex(ciphers[i].plain, data, sizeof(data));
		const struct ike_part covered = { aad, hex(ciphers[i].aad, aad, sizeof(aad)) };

		assert_int_equal(hex(ciphers[i].key, key, sizeof(key)), a->key_len + a->salt_len);
		assert_int_equal(hex(ciphers[i].iv, iv, sizeof(iv)), a->iv_len);
		memset(icv, 0xee, sizeof(icv));
		assert_int_equal(ike_encrypt(a, key, iv, covered, data, len, icv), 0);
		assert_hex(data, len, ciphers[i].cipher);
		if (ciphers[i].icv)
			assert_hex(icv, a->out_len, ciphers[i].icv);
		if (a->out_len < sizeof(icv))
			assert_int_equal(icv[a->out_len], 0xee);
		memcpy(tag, icv, sizeof(tag));
		assert_int_equal(ike_decrypt(a, key, iv, covered, data, len, icv), 0);
		assert_hex(data, len, ciphers[i].plain);
		assert_memory_equal(tag, icv, sizeof(tag));
	}
}

/* One bit anywhere is found: in the data, in what is authenticated with it, in the value, in the IV. */
static void aeads_find_every_bit(void **state)
{
	uint8_t key[64], iv[8], aad[20], data[33], sealed[33], icv[16];
	struct { uint8_t *at; size_t len; } all[] = { { sealed, 33 }, { aad, 20 }, { icv, 0 }, { iv, 8 } };
	const struct ike_part covered = { aad, sizeof(aad) };

	(void)state;
	pattern(key, sizeof(key), 5, 1);
	pattern(iv, sizeof(iv), 3, 1);
	pattern(aad, sizeof(aad), 1, 1);
	for (size_t n = 0; ike_alg_at(n); n++) {
		const struct ike_alg *a = ike_alg_at(n);

		if (a->type != IKE_TRANSFORM_ENCR || !ike_alg_is_aead(a))
			continue;
		pattern(sealed, sizeof(sealed), 1, 9);
		assert_int_equal(ike_encrypt(a, key, iv, covered, sealed, sizeof(sealed), icv), 0);
		all[2].len = a->out_len;
		for (size_t i = 0; i < 4; i++) {
			for (size_t bit = 0; bit < 8 * all[i].len; bit++) {
				all[i].at[bit / 8] ^= 1u << bit % 8;
				memcpy(data, sealed, sizeof(data));
				assert_int_equal(ike_decrypt(a, key, iv, covered, data, sizeof(data), icv), -EBADMSG);
				all[i].at[bit / 8] ^= 1u << bit % 8;
			}
		}
		memcpy(data, sealed, sizeof(data));
		assert_int_equal(ike_decrypt(a, key, iv, covered, data, sizeof(data), icv), 0);
	}
}

static void blocks_have_to_be_whole(void **state)
{
	uint8_t key[32] = { 1 }, iv[16] = { 2 }, data[40] = { 0 }, plain[40] = { 0 };
	const struct ike_part none = { NULL, 0 };

	(void)state;
	for (size_t n = 0; ike_alg_at(n); n++) {
		const struct ike_alg *a = ike_alg_at(n);

		if (a->type != IKE_TRANSFORM_ENCR || !a->impl || ike_alg_is_aead(a))
			continue;
		for (size_t len = 0; len < sizeof(data); len++) {
			int want = (len % a->block_len) ? -EINVAL : 0;

			memset(data, 0, sizeof(data));
			assert_int_equal(ike_encrypt(a, key, iv, none, data, len, NULL), want);
			assert_int_equal(ike_decrypt(a, key, iv, none, data, len, NULL), want ? -EBADMSG : 0);
			assert_memory_equal(data, plain, sizeof(data));
		}
	}
}

static int setup(void **state)
{
	(void)state;
	return ike_crypto_init();
}

static int teardown(void **state)
{
	(void)state;
	ike_crypto_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac),
		cmocka_unit_test(hmac_of_a_long_key),
		cmocka_unit_test(integrity_is_cut),
		cmocka_unit_test(prf_plus),
		cmocka_unit_test(groups_agree),
		cmocka_unit_test(ecp256),
		cmocka_unit_test(x25519),
		cmocka_unit_test(modp_values_are_checked),
		cmocka_unit_test(ecp_values_are_checked),
		cmocka_unit_test(x25519_of_small_order),
		cmocka_unit_test(extreme_private_values),
		cmocka_unit_test(known_ciphers),
		cmocka_unit_test(aeads_find_every_bit),
		cmocka_unit_test(blocks_have_to_be_whole),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
