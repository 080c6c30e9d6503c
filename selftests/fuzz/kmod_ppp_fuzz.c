// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's PPP header: what is read can be built in every framing, and is read as the same again. */
#include "fuzz.h"
#include "ppp.h"

#include <uapi/linux/adit.h>

static void build_again(u16 protocol, u32 framing)
{
	unsigned int hlen = adit_ppp_hlen(protocol, framing);
	u8 *dst = malloc(hlen);
	u16 again = 0;

	must(hlen >= 1 && hlen <= ADIT_PPP_HLEN_MAX);
	must(adit_ppp_build(dst, protocol, framing) == hlen);
	must(adit_ppp_parse(dst, hlen, &again) == (int)hlen && again == protocol);
	free(dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	u16 protocol = 0x5a5a;
	u32 framing;
	u8 *packet;
	size_t len;
	int hlen;

	packet = in_take(&in, 16, &len);
	hlen = adit_ppp_parse(packet, len, &protocol);
	if (hlen < 0) {
		must(hlen == -EINVAL);
	} else {
		must(hlen >= 1 && hlen <= ADIT_PPP_HLEN_MAX && (size_t)hlen <= len);
		must((protocol & 1) && !(protocol >> 8 & 1));
		for (framing = 0; framing <= (ADIT_PPP_FRAMING_ACFC | ADIT_PPP_FRAMING_PFC); framing++)
			build_again(protocol, framing);
	}
	free(packet);
	return 0;
}
