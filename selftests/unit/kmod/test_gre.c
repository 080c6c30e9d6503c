// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Enhanced GRE: every combination of header bits, every length, and the life of the slot.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>
#include <net/gre.h>

#include "gre.h"
#include "pptp-rcv.h"

#define PACKET	40

struct delayed_work *shim_work;
unsigned long shim_work_delay;

static const struct gre_protocol *slot;

int gre_add_protocol(const struct gre_protocol *proto, u8 version)
{
	assert_int_equal(version, GREPROTO_PPTP);
	if (slot)
		return -EBUSY;
	slot = proto;
	return 0;
}

int gre_del_protocol(const struct gre_protocol *proto, u8 version)
{
	assert_int_equal(version, GREPROTO_PPTP);
	assert_ptr_equal(slot, proto);
	slot = NULL;
	return 0;
}

int adit_pptp_rcv(struct sk_buff *skb)
{
	(void)skb;
	return 0;
}

static void fill(u8 *packet, u16 flags, u16 protocol, u16 payload_len)
{
	put_unaligned_be16(flags, packet);
	put_unaligned_be16(protocol, packet + 2);
	put_unaligned_be16(payload_len, packet + 4);
	put_unaligned_be16(0xca11, packet + 6);
	put_unaligned_be32(0x11111111, packet + 8);
	put_unaligned_be32(0x22222222, packet + 12);
}

/* RFC 2637 section 4.1, bit by bit; numbers are the RFC's, from the left. */
static bool acceptable(u16 flags, bool payload)
{
	bool c = flags & 0x8000, r = flags & 0x4000, k = flags & 0x2000, s = flags & 0x1000;
	bool a = flags & 0x0080, reserved = flags & 0x0078;

	if (c || r || !k || reserved || (flags & 7) != 1)
		return false;
	return s || (a && !payload);
}

static void every_flag_combination(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags <= 0xffff; flags++) {
		for (int payload = 0; payload < 2; payload++) {
			struct adit_gre_hdr hdr = { .call_id = 0xdead };
			u8 packet[PACKET] = {};
			bool s = flags & 0x1000, a = flags & 0x0080;
			int ret;

			fill(packet, flags, 0x880b, payload ? 20 : 0);
			ret = adit_gre_parse(packet, sizeof(packet), &hdr);
			if (!acceptable(flags, payload)) {
				assert_int_equal(ret, -EINVAL);
				assert_int_equal(hdr.call_id, 0xdead);
				continue;
			}
			assert_int_equal(ret, 8 + 4 * s + 4 * a);
			assert_int_equal(hdr.call_id, 0xca11);
			assert_int_equal(hdr.payload_len, payload ? 20 : 0);
			assert_int_equal(hdr.has_seq, s);
			assert_int_equal(hdr.has_ack, a);
			assert_int_equal(hdr.seq, s ? 0x11111111 : 0);
			/* without S the acknowledgment moves to where the sequence number was */
			assert_int_equal(hdr.ack, !a ? 0 : s ? 0x22222222 : 0x11111111);
		}
	}
}

static void only_ppp_inside(void **state)
{
	struct adit_gre_hdr hdr;
	u8 packet[PACKET] = {};

	(void)state;
	for (unsigned int protocol = 0; protocol <= 0xffff; protocol++) {
		fill(packet, 0x3001, protocol, 20);
		assert_int_equal(adit_gre_parse(packet, sizeof(packet), &hdr),
				 protocol == 0x880b ? 12 : -EINVAL);
	}
}

/*
 * Padding behind the payload is fine, a payload that is not all there is not; no octet past the end
 * is read.
 */
static void every_length(void **state)
{
	static const u16 flags[] = { 0x3001, 0x3081, 0x2081 };

	(void)state;
	for (size_t f = 0; f < 3; f++) {
		unsigned int hlen = f == 1 ? 16 : 12, payload = f == 2 ? 0 : 20;

		for (unsigned int len = 0; len <= PACKET; len++) {
			u8 packet[PACKET] = {}, *exact = malloc(len);
			struct adit_gre_hdr hdr;

			fill(packet, flags[f], 0x880b, payload);
			memcpy(exact, packet, len);
			assert_int_equal(adit_gre_parse(exact, len, &hdr),
					 len >= hlen + payload ? (int)hlen : -EINVAL);
			free(exact);
		}
	}
}

static void longest_payload(void **state)
{
	struct adit_gre_hdr hdr;
	u8 packet[12 + 0xffff] = {};

	(void)state;
	fill(packet, 0x3001, 0x880b, 0xffff);
	assert_int_equal(adit_gre_parse(packet, sizeof(packet), &hdr), 12);
	assert_int_equal(adit_gre_parse(packet, sizeof(packet) - 1, &hdr), -EINVAL);
}

static void build_is_parsed(void **state)
{
	(void)state;
	for (int kind = 1; kind < 4; kind++) {
		struct adit_gre_hdr in = {
			.payload_len = kind & 1 ? 1400 : 0, .call_id = 0x1234,
			.has_seq = kind & 1, .seq = kind & 1 ? 0xfffffffe : 0,
			.has_ack = kind & 2, .ack = kind & 2 ? 0x80000001 : 0,
		}, out;
		unsigned int hlen = adit_gre_hlen(in.has_seq, in.has_ack);
		u8 *header = malloc(hlen), packet[16 + 1400] = {};

		adit_gre_build(header, &in);
		memcpy(packet, header, hlen);
		assert_int_equal(adit_gre_parse(packet, hlen + in.payload_len, &out), hlen);
		assert_int_equal(out.payload_len, in.payload_len);
		assert_int_equal(out.call_id, in.call_id);
		assert_int_equal(out.has_seq, in.has_seq);
		assert_int_equal(out.has_ack, in.has_ack);
		assert_int_equal(out.seq, in.seq);
		assert_int_equal(out.ack, in.ack);
		free(header);
	}
}

static void build_octets(void **state)
{
	struct adit_gre_hdr hdr = { .payload_len = 5, .call_id = 7, .has_seq = true, .seq = 9,
				    .has_ack = true, .ack = 11 };
	u8 header[ADIT_GRE_HLEN_MAX];

	(void)state;
	adit_gre_build(header, &hdr);
	assert_memory_equal(header, "\x30\x81\x88\x0b\0\5\0\7\0\0\0\x9\0\0\0\xb", 16);
	hdr.has_seq = false;
	hdr.payload_len = 0;
	adit_gre_build(header, &hdr);
	assert_memory_equal(header, "\x20\x81\x88\x0b\0\0\0\7\0\0\0\xb", 12);
}

static void run_work(void)
{
	struct delayed_work *work = shim_work;

	assert_non_null(work);
	shim_work = NULL;
	work->work.fn(&work->work);
}

static void slot_is_counted_and_lingers(void **state)
{
	(void)state;
	assert_int_equal(adit_gre_get(NULL), 0);
	assert_non_null(slot);
	assert_ptr_equal(slot->handler, adit_pptp_rcv);
	assert_int_equal(adit_gre_get(NULL), 0);
	adit_gre_put();
	assert_null(shim_work);
	adit_gre_put();
	assert_non_null(slot);
	assert_int_equal(shim_work_delay, HZ);
	run_work();
	assert_null(slot);
}

static void slot_taken_again_while_it_lingers(void **state)
{
	(void)state;
	assert_int_equal(adit_gre_get(NULL), 0);
	adit_gre_put();
	assert_int_equal(adit_gre_get(NULL), 0);
	run_work();
	assert_non_null(slot);
	adit_gre_put();
	run_work();
	assert_null(slot);
}

static void exit_gives_back_at_once(void **state)
{
	(void)state;
	assert_int_equal(adit_gre_get(NULL), 0);
	adit_gre_put();
	assert_non_null(slot);
	adit_gre_exit();
	assert_null(slot);
	assert_null(shim_work);
	adit_gre_exit();
}

static void slot_of_somebody_else(void **state)
{
	static const struct gre_protocol pptp;
	struct netlink_ext_ack extack = {};

	(void)state;
	slot = &pptp;
	assert_int_equal(adit_gre_get(&extack), -EBUSY);
	assert_non_null(strstr(extack._msg, "pptp"));
	assert_int_equal(adit_gre_get(NULL), -EBUSY);
	adit_gre_exit();
	assert_ptr_equal(slot, &pptp);
	/* the refused ones are not counted */
	slot = NULL;
	assert_int_equal(adit_gre_get(&extack), 0);
	adit_gre_put();
	run_work();
	assert_null(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flag_combination),
		cmocka_unit_test(only_ppp_inside),
		cmocka_unit_test(every_length),
		cmocka_unit_test(longest_payload),
		cmocka_unit_test(build_is_parsed),
		cmocka_unit_test(build_octets),
		cmocka_unit_test(slot_is_counted_and_lingers),
		cmocka_unit_test(slot_taken_again_while_it_lingers),
		cmocka_unit_test(exit_gives_back_at_once),
		cmocka_unit_test(slot_of_somebody_else),
	};

	return cmocka_run_group_tests_name("gre", tests, NULL, NULL);
}
