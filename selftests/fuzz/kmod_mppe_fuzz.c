// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's MPPE between two ends: packets sealed by it or by the model of another
 * implementation, lost, repeated, changed and forged as the input says. Whatever comes, what is
 * accepted is what was sealed, what is refused moves no key, and the hashing that one packet causes
 * is bounded. At the end, with a flush, the session still works.
 */
#include <linux/jiffies.h>
#include <openssl/provider.h>

#include "fuzz.h"
#include "kmod/mppe_model.h"
#include "mppe.h"
#include "sha1.h"

#define TEXT_MAX	80
#define KEPT		4
/* What a plaintext begins with, for the check. */
#define MAGIC		"\x00\x21" "ADIT"
#define MAGIC_LEN	6
/* Hashed blocks that one packet may cause: two for a key, most for a stateless jump. */
#define BLOCKS_MAX	(2 * (ADIT_MPPE_JUMP_MAX + 1 + 16 + ADIT_MPPE_FLUSH_MAX))

struct sealed {
	u8 octets[ADIT_MPPE_HLEN + TEXT_MAX];
	unsigned int len;
	u32 number;
};

static struct adit_mppe tx, rx;
static struct model model;
static bool peer_is_model;
static struct sealed kept[KEPT];
static u32 number;
static unsigned int blocks;
/* Counts and flushes since the last packet that was accepted, and whether they were ever too many. */
static unsigned int counts, flushes;
static bool out_of_reach, forged;

void __real_adit_sha1_block(u32 *digest, const u8 *block);
void __wrap_adit_sha1_block(u32 *digest, const u8 *block);

void __wrap_adit_sha1_block(u32 *digest, const u8 *block)
{
	blocks++;
	__real_adit_sha1_block(digest, block);
}

/* The model's RC4. What stays loaded at the end is a leak to the sanitizer, with OpenSSL 3.5. */
static OSSL_PROVIDER *standard, *legacy;

static void unload(void)
{
	OSSL_PROVIDER_unload(standard);
	OSSL_PROVIDER_unload(legacy);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	standard = OSSL_PROVIDER_load(NULL, "default");
	legacy = OSSL_PROVIDER_load(NULL, "legacy");
	must(standard && legacy && !atexit(unload));
	return 0;
}

static bool check(const u8 *plain, unsigned int len, const void *arg)
{
	(void)arg;
	return len >= MAGIC_LEN + 4 && !memcmp(plain, MAGIC, MAGIC_LEN);
}

/* Magic, number, then octets that follow from the number. */
static void write_text(u8 *text, unsigned int len, u32 n)
{
	unsigned int i;

	memcpy(text, MAGIC, MAGIC_LEN);
	memcpy(text + MAGIC_LEN, &n, 4);
	for (i = MAGIC_LEN + 4; i < len; i++)
		text[i] = (u8)(n + i);
}

static u16 count_of_sender(void)
{
	return peer_is_model ? model.count + 1 : tx.count;
}

/*
 * A count of 12 bits says nothing about a loss of more than its range, and a receiver believes in
 * so many lost flushes as it says: what is beyond is lost by design.
 */
static void seal(struct sealed *s, unsigned int len)
{
	u16 before = count_of_sender();

	s->number = ++number;
	s->len = ADIT_MPPE_HLEN + len;
	write_text(s->octets + ADIT_MPPE_HLEN, len, s->number);
	if (peer_is_model)
		model_seal(&model, s->octets, len);
	else
		adit_mppe_seal(&tx, s->octets, s->octets + ADIT_MPPE_HLEN, len);
	counts += (count_of_sender() - before) & 0xfff;
	if (counts > 4096 - 2 * ADIT_MPPE_LATE_MAX - 256 || flushes >= ADIT_MPPE_FLUSH_MAX)
		out_of_reach = true;
}

static void check_accepted(const u8 *text, unsigned int len)
{
	u8 want[TEXT_MAX];
	u32 n;

	memcpy(&n, text + MAGIC_LEN, 4);
	must(n && n <= number && len <= sizeof(want));
	write_text(want, len, n);
	must(!memcmp(text, want, len));
	counts = flushes = 0;
}

/* The octets are handed over in a block of exactly their length. */
static enum adit_mppe_verdict deliver(const u8 *octets, unsigned int len)
{
	struct adit_mppe before = rx;
	struct adit_rc4 cipher;
	u8 *copy = malloc(len ? len : 1);
	enum adit_mppe_verdict verdict;

	must(copy);
	if (len)
		memcpy(copy, octets, len);
	if (rx.rc4)
		cipher = *rx.rc4;
	blocks = 0;
	verdict = adit_mppe_open(&rx, copy, len, check, NULL);
	must(blocks <= BLOCKS_MAX && rx.spent <= ADIT_MPPE_JUMP_RATE);
	if (verdict == ADIT_MPPE_OK && !forged) {
		check_accepted(copy + ADIT_MPPE_HLEN, len - ADIT_MPPE_HLEN);
		must(!rx.desync);
	} else if (verdict != ADIT_MPPE_OK) {
		must(rx.count == before.count && !memcmp(rx.key, before.key, sizeof(rx.key)));
		must(!rx.rc4 || !memcmp(rx.rc4, &cipher, sizeof(cipher)));
	}
	free(copy);
	return verdict;
}

/* With an octet changed of those that MPPE or the check look at: nothing protects the others. */
static void deliver_changed(const struct sealed *s, u8 where, u8 how)
{
	struct sealed copy = *s;

	copy.octets[where % (ADIT_MPPE_HLEN + MAGIC_LEN)] ^= how;
	deliver(copy.octets, copy.len);
}

static void forge(struct in *in)
{
	u8 octets[ADIT_MPPE_HLEN + TEXT_MAX];
	unsigned int len = in_u8(in) % (sizeof(octets) + 1);

	in_fill(in, octets, len);
	forged = true;		/* who finds the key may send what he likes */
	if (deliver(octets, len) == ADIT_MPPE_OK)
		out_of_reach = true;
	forged = false;
}

/* Linux changes its key with each, also with those that are lost. */
static void flush(void)
{
	if (peer_is_model && model.peer == PEER_LINUX)
		flushes++;
	if (peer_is_model)
		model.flush = true;
	else
		tx.flush = true;
}

static void step(struct in *in)
{
	u8 op = in_u8(in), arg = in_u8(in);
	struct sealed *s = &kept[arg % KEPT];
	unsigned int i;

	switch (op % 8) {
	case 0:
	case 1:
		seal(s, MAGIC_LEN + 4 + arg % (TEXT_MAX - MAGIC_LEN - 3));
		deliver(s->octets, s->len);
		break;
	case 2:		/* lost, or late */
		for (i = 0; i <= (op >> 3) * 4u; i++)
			seal(s, MAGIC_LEN + 4);
		break;
	case 3:
		deliver(s->octets, s->len);
		break;
	case 4:
		if (s->len)
			deliver_changed(s, op & 64 ? in_u8(in) % ADIT_MPPE_HLEN : in_u8(in), in_u8(in));
		break;
	case 5:
		forge(in);
		break;
	case 6:
		jiffies += arg * 8u;
		break;
	case 7:
		flush();
		break;
	}
}

/*
 * With some time and a flush whenever the receiver asks for one it works again, whatever was:
 * stateless when the jump is made in steps, stateful at the latest at one of the next packets at
 * which everybody changes the key, one in 256. Until then a flushed packet that is sent again with
 * another count can hold it up.
 */
static void recovers(void)
{
	enum adit_mppe_verdict verdict = ADIT_MPPE_DESYNC;
	struct sealed s;
	unsigned int i;

	for (i = 0; i < 2 * 256 + 4096 / ADIT_MPPE_JUMP_MAX && !out_of_reach; i++) {
		jiffies += HZ;
		if (verdict == ADIT_MPPE_DESYNC)
			flush();
		seal(&s, TEXT_MAX);
		verdict = deliver(s.octets, s.len);
		if (verdict == ADIT_MPPE_OK)
			return;
	}
	must(out_of_reach);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	u8 how = in_u8(&in), key[ADIT_MPPE_KEY_MAX] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u32 strength = ADIT_MPPE_STRENGTH_40 + how % 3;
	bool stateful = how & 4;

	if (strength == ADIT_MPPE_STRENGTH_128)
		memset(key + 8, how, 8);
	peer_is_model = how & 8;
	number = counts = flushes = 0;
	out_of_reach = false;
	jiffies = -5 * HZ;
	memset(kept, 0, sizeof(kept));
	model_init(&model, how & 16 ? PEER_LINUX : PEER_RFC, strength, stateful, key);
	must(!adit_mppe_init(&tx, strength, stateful, key));
	must(!adit_mppe_init(&rx, strength, stateful, key));
	if (how & 32 && !peer_is_model)		/* shortly before all change the key */
		tx.count = rx.count = 0xfa;
	while (in.left)
		step(&in);
	recovers();
	adit_mppe_wipe(&tx);
	adit_mppe_wipe(&rx);
	model_free(&model);
	return 0;
}
