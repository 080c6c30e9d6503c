// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's extended acknowledgment: an answer of any octets to a request of any attributes, explained
 * in a text of any size. An octet that chooses the request's kind, one for the size of the text, the
 * request's attributes with their length, then the answer behind its netlink header.
 */
#include <errno.h>
#include <linux/netlink.h>

#include "datapath/extack.h"
#include "fuzz.h"

#define ATTRS_MAX	512
#define TEXT_MAX	256

static const struct {
	const struct extack_set *set;
	size_t header;		/* of the family, behind the netlink one */
} kinds[] = {
	{ &extack_dev, 4 }, { &extack_session, 4 }, { &extack_frame, 4 }, { &extack_socket, 4 },
	{ &extack_link, 16 }, { &extack_addr, 8 }, { &extack_route, 12 },
};

/* In a block of exactly its length. */
static struct nlmsghdr *message(struct in *in, size_t max, size_t skip, uint16_t flags)
{
	size_t len = in_u16(in) % (max + 1);
	struct nlmsghdr *nl;

	if (len > in->left)
		len = in->left;
	nl = calloc(1, NLMSG_HDRLEN + skip + len);
	must(nl);
	in_fill(in, (uint8_t *)nl + NLMSG_HDRLEN + skip, len);
	nl->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + skip + len);
	nl->nlmsg_flags = flags;
	return nl;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t kind = in_u8(&in) % (sizeof(kinds) / sizeof(kinds[0])), cap = in_u8(&in), flags = in_u8(&in);
	struct nlmsghdr *request = message(&in, ATTRS_MAX, kinds[kind].header, NLM_F_REQUEST);
	struct nlmsghdr *error = message(&in, 65535, 0, flags & 1 ? NLM_F_ACK_TLVS : NLM_F_ACK_TLVS | NLM_F_CAPPED);
	struct extack_request req = { .msg = request, .header = kinds[kind].header, .set = kinds[kind].set };
	char *text = malloc(cap ? cap : TEXT_MAX);
	int ret;

	must(text);
	ret = extack_explain(error, &req, text, cap ? cap : TEXT_MAX);
	must(ret <= 0 && memchr(text, 0, cap ? cap : TEXT_MAX));
	free(text);
	free(error);
	free(request);
	return 0;
}
