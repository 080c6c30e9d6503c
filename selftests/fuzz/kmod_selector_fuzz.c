// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's reading of packets for selectors (RFC 4301 section 4.4.1.1): what is read stands in the packet, nothing
 * beyond what is there is looked at, and a packet that goes out by a selector may come back by it.
 */
#include "fuzz.h"
#include "selector.h"

static void swap_ends(struct adit_flow *flow)
{
	struct in6_addr addr = flow->src;
	uint16_t port = flow->sport;

	flow->src = flow->dst;
	flow->dst = addr;
	flow->sport = flow->dport;
	flow->dport = port;
}

static struct adit_prefix prefix_of(struct in *in, const struct adit_flow *flow, const struct in6_addr *addr)
{
	struct adit_prefix prefix = { .addr = *addr, .family = flow->family };

	prefix.len = in_u8(in) % (flow->family == AF_INET ? 33 : 129);
	if (in_u8(in) & 1)
		prefix.addr.s6_addr[in_u8(in) % 16] ^= in_u8(in);
	return prefix;
}

static void selected(struct in *in, struct adit_flow *flow)
{
	struct adit_selector sel = {
		.local = prefix_of(in, flow, &flow->src), .remote = prefix_of(in, flow, &flow->dst),
		.local_max = UINT16_MAX, .remote_max = UINT16_MAX,
	};
	bool out;

	if (in_u8(in) & 1) {
		sel.local_min = in_u16(in);
		sel.local_max = in_u16(in);
	}
	sel.proto = in_u8(in) & 1 ? flow->proto : in_u8(in);
	out = adit_selector_fits_out(&sel, flow);
	if (out && !flow->has_ports)
		must(!sel.local_min && sel.local_max == UINT16_MAX);
	if (out && flow->has_ports)
		must(flow->sport >= sel.local_min && flow->sport <= sel.local_max);
	must(!out || sel.proto == ADIT_PROTO_ANY || sel.proto == flow->proto);
	swap_ends(flow);
	must(adit_selector_fits_in(&sel, flow) == out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	size_t len = in_u8(&in) % (ADIT_FLOW_HEAD + 1);
	struct adit_flow flow, untouched;
	uint8_t *exact;

	if (len > in.left)
		len = in.left;
	exact = malloc(len ? len : 1);
	must(exact);
	if (len)
		memcpy(exact, in.at, len);
	in = in_of(in.at + len, in.left - len);
	memset(&flow, 0x5a, sizeof(flow));
	untouched = flow;
	if (adit_flow_parse(exact, (unsigned int)len, &flow)) {
		must(!memcmp(&flow, &untouched, sizeof(flow)));
	} else if (exact[0] >> 4 == 4) {
		must(flow.family == AF_INET && len >= 20 && !memcmp(&flow.src, exact + 12, 4));
		must(flow.len >= 20 && flow.proto == exact[9] && flow.may_fragment == !(exact[6] & 0x40));
		must(!flow.has_ports || !((exact[6] & 0x3f) | exact[7]));
		selected(&in, &flow);
	} else {
		must(flow.family == AF_INET6 && len >= 40 && !memcmp(&flow.dst, exact + 24, 16) && flow.len >= 40);
		selected(&in, &flow);
	}
	free(exact);
	return 0;
}
