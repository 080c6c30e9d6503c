// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's GRE header (RFC 2637 section 4.1): a header that is taken is built again, octet for octet. */
#include <net/gre.h>

#include "fuzz.h"
#include "gre.h"

/* Strict source route and recursion control are ignored, and built as 0. */
#define IGNORED_HIGH	0x0f

int gre_add_protocol(const struct gre_protocol *proto, u8 version)
{
	(void)proto;
	(void)version;
	return 0;
}

int gre_del_protocol(const struct gre_protocol *proto, u8 version)
{
	(void)proto;
	(void)version;
	return 0;
}

int adit_pptp_rcv(struct sk_buff *skb)
{
	(void)skb;
	return 0;
}

struct delayed_work *shim_work;
unsigned long shim_work_delay;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct adit_gre_hdr untouched = { .payload_len = 0x5a5a, .seq = 0x5a5a5a5a };
	struct adit_gre_hdr hdr = untouched;
	u8 again[ADIT_GRE_HLEN_MAX];
	struct in in = in_of(data, size);
	u8 *packet;
	size_t len;
	int hlen;

	packet = in_take(&in, 65535, &len);
	hlen = adit_gre_parse(packet, len, &hdr);
	if (hlen < 0) {
		must(hlen == -EINVAL && !memcmp(&hdr, &untouched, sizeof(hdr)));
	} else {
		must(hlen == 12 || hlen == 16);
		must((unsigned int)hlen == adit_gre_hlen(hdr.has_seq, hdr.has_ack));
		must((size_t)hlen + hdr.payload_len <= len);
		must(hdr.has_seq || (hdr.has_ack && !hdr.payload_len));
		adit_gre_build(again, &hdr);
		packet[0] &= ~IGNORED_HIGH;
		must(!memcmp(again, packet, hlen));
	}
	free(packet);
	return 0;
}
