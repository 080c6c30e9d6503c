// SPDX-License-Identifier: GPL-2.0
/* ESP packets as octets. */

#include <linux/errno.h>
#include <linux/unaligned.h>

#include "esp-hdr.h"

unsigned int adit_esp_room(const struct adit_esp_dims *dims, unsigned int len)
{
	unsigned int around = adit_esp_head(dims) + dims->icv;

	if (len < around)
		return 0;
	len -= around;
	len -= len % dims->block;
	return len > ADIT_ESP_TLEN ? len - ADIT_ESP_TLEN : 0;
}

void adit_esp_build(u8 *dst, u32 spi, u32 seq)
{
	put_unaligned_be32(spi, dst);
	put_unaligned_be32(seq, dst + 4);
}

unsigned int adit_esp_close(u8 *at, unsigned int pad, u8 next)
{
	unsigned int i;

	for (i = 0; i < pad; i++)
		at[i] = i + 1;
	at[pad] = pad;
	at[pad + 1] = next;
	return pad + ADIT_ESP_TLEN;
}

int adit_esp_check(const struct adit_esp_dims *dims, unsigned int len)
{
	unsigned int around = adit_esp_head(dims) + dims->icv;

	if (len < around + ADIT_ESP_TLEN || (len - around) % dims->block)
		return -EINVAL;
	return len - around;
}

int adit_esp_open(const u8 *plain, unsigned int len, u8 *next)
{
	unsigned int pad = plain[len - 2], payload, i;

	if (pad + ADIT_ESP_TLEN > len)
		return -EINVAL;
	payload = len - ADIT_ESP_TLEN - pad;
	for (i = 0; i < pad; i++)
		if (plain[payload + i] != i + 1)
			return -EINVAL;
	*next = plain[len - 1];
	return payload;
}
