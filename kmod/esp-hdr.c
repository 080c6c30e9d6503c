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
	len &= -(unsigned int)dims->block;
	return len > ADIT_ESP_TLEN ? len - ADIT_ESP_TLEN : 0;
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
