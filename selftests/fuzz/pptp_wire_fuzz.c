// SPDX-License-Identifier: GPL-2.0-or-later
/* PPTP control messages: what is taken as one can be written again, and then is the same. */
#include <errno.h>

#include "fuzz.h"
#include "wire/pptp.h"

/* Struct assignment would leave padding to chance; decode begins with a memset. */
static void write_again(const struct pptp_message *msg, size_t len)
{
	uint8_t octets[PPTP_MESSAGE_MAX];
	struct wr whole = wr_to(octets, len), short_of = wr_to(octets, len - 1);
	struct pptp_message again;

	pptp_encode(&short_of, msg);
	must(short_of.bad);
	pptp_encode(&whole, msg);
	must(!whole.bad && whole.len == len);
	must(pptp_decode(octets, len, &again) == 0);
	must(!memcmp(&again, msg, sizeof(again)));
}

static void decode(const uint8_t *data, size_t len)
{
	struct pptp_message msg;

	must(pptp_decode(data, len, &msg) == 0);
	must(msg.type && msg.type <= PPTP_TYPE_MAX);
	must(pptp_type_to_str(msg.type)[0]);
	if (msg.type == PPTP_START_REQUEST || msg.type == PPTP_START_REPLY)
		must(!msg.start.host[PPTP_NAME_LEN] && !msg.start.vendor[PPTP_NAME_LEN]);
	write_again(&msg, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	const char *why = NULL;
	struct pptp_message msg;
	size_t len;
	uint8_t *copy = in_take(&in, PPTP_MESSAGE_MAX + 1, &len);
	int ret = pptp_message_len(copy, len, &why);

	must(ret == 0 || ret == -EPROTO || (ret > PPTP_HEADER_LEN && ret <= PPTP_MESSAGE_MAX));
	must((ret < 0) == (why != NULL));
	must((ret == 0) == (len < PPTP_HEADER_LEN));
	if (ret != (int)len)
		must(pptp_decode(copy, len, &msg) == -EPROTO);
	else if (ret > 0)
		decode(copy, len);
	free(copy);
	return 0;
}
