// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's ESP packets as octets (RFC 4303 section 2): what is closed opens again, what opens has just the padding
 * that it says, and no length that is believed leads out of the packet.
 */
#include "fuzz.h"
#include "esp-hdr.h"

#define PAYLOAD_MAX	2048

/* As algorithms have them, and others. */
static struct adit_esp_dims dims_of(struct in *in)
{
	static const uint8_t blocks[] = { 4, 8, 16 };

	return (struct adit_esp_dims){
		.iv	= in_u8(in) % (ADIT_ESP_IV_MAX + 1),
		.block	= blocks[in_u8(in) % sizeof(blocks)],
		.icv	= in_u8(in) % (ADIT_ESP_ICV_MAX + 1),
	};
}

static void closed(const struct adit_esp_dims *dims, const uint8_t *payload, unsigned int len, uint8_t next)
{
	unsigned int pad = adit_esp_pad(dims, len), sealed = adit_esp_sealed(dims, len);
	uint8_t *plain = malloc(len + pad + ADIT_ESP_TLEN), got = 0;

	must(plain && pad < dims->block && !((len + pad + ADIT_ESP_TLEN) % dims->block));
	if (len)
		memcpy(plain, payload, len);
	must(adit_esp_close(plain + len, pad, next) == pad + ADIT_ESP_TLEN);
	must(adit_esp_check(dims, sealed) == (int)(len + pad + ADIT_ESP_TLEN));
	must(adit_esp_open(plain, len + pad + ADIT_ESP_TLEN, &got) == (int)len && got == next);
	/* The longest that fits where this one does is no shorter, and fits. */
	must(adit_esp_room(dims, sealed) >= len && adit_esp_sealed(dims, adit_esp_room(dims, sealed)) <= sealed);
	free(plain);
}

static void opened(const struct adit_esp_dims *dims, const uint8_t *data, size_t size)
{
	unsigned int len = (unsigned int)size + adit_esp_head(dims) + dims->icv, i, pad;
	uint8_t next = 0x5a;
	int cipher = adit_esp_check(dims, len), payload;

	must(cipher == (size < ADIT_ESP_TLEN || size % dims->block ? -EINVAL : (int)size));
	if (cipher < 0)
		return;
	payload = adit_esp_open(data, (unsigned int)cipher, &next);
	pad = data[size - 2];
	if (payload < 0) {
		bool right = pad + ADIT_ESP_TLEN <= size;

		for (i = 0; right && i < pad; i++)
			right = data[size - ADIT_ESP_TLEN - pad + i] == i + 1;
		must(!right && next == 0x5a);
		return;
	}
	must(payload + pad + ADIT_ESP_TLEN == size && next == data[size - 1]);
	for (i = 0; i < pad; i++)
		must(data[(unsigned int)payload + i] == i + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	struct adit_esp_dims dims = dims_of(&in);
	uint8_t how = in_u8(&in);

	if (in.left > PAYLOAD_MAX)
		return 0;
	if (how & 1)
		closed(&dims, in.at, (unsigned int)in.left, how);
	else
		opened(&dims, in.at, in.left);
	return 0;
}
