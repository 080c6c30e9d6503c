/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lengths of payloads made right after a change, in a message of the worlds of IKE: a head, a header, and a chain. */
#ifndef ADIT_FUZZ_IKE_MEND_H
#define ADIT_FUZZ_IKE_MEND_H

#include <stddef.h>
#include <stdint.h>

#include "replay/world_ike_words.h"

/* Payloads that end beyond the message end with it. */
static inline void ike_mend(uint8_t *data, size_t len)
{
	size_t at = SCRIPT_HEAD_LEN + IKE_HEADER_LEN, n;

	while (at + IKE_PAYLOAD_HEADER_LEN <= len) {
		n = (size_t)data[at + 2] << 8 | data[at + 3];
		if (n < IKE_PAYLOAD_HEADER_LEN || n > len - at || !data[at]) {
			n = len - at;
			data[at] = 0;
			data[at + 2] = (uint8_t)(n >> 8);
			data[at + 3] = (uint8_t)n;
		}
		at += n;
	}
}

#endif /* ADIT_FUZZ_IKE_MEND_H */
