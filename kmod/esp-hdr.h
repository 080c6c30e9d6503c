/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ESP packets (RFC 4303 section 2) as octets: header, padding, trailer, and the lengths that algorithms make of them.
 * Neither keys nor packets of the stack are known here.
 */
#ifndef ADIT_ESP_HDR_H
#define ADIT_ESP_HDR_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#define ADIT_ESP_HLEN		8	/* SPI and sequence number */
#define ADIT_ESP_TLEN		2	/* pad length and next header */
#define ADIT_ESP_ALIGN		4	/* the ciphertext ends on such a boundary, section 2.4 */

#define ADIT_SPI_MIN		256	/* those below are reserved, section 2.1 */

/* Largest that any algorithm here asks for. */
#define ADIT_ESP_IV_MAX		16
#define ADIT_ESP_BLOCK_MAX	16
#define ADIT_ESP_ICV_MAX	32

/* Before and behind a payload, at most. */
#define ADIT_ESP_HEAD_MAX	(ADIT_ESP_HLEN + ADIT_ESP_IV_MAX)
#define ADIT_ESP_TAIL_MAX	(ADIT_ESP_BLOCK_MAX - 1 + ADIT_ESP_TLEN + ADIT_ESP_ICV_MAX)

/**
 * struct adit_esp_dims - lengths that an algorithm has, in octets
 * @iv: initialization vector in the packet
 * @block: the ciphertext is a multiple of it; a power of two, at least ADIT_ESP_ALIGN
 * @icv: integrity check value
 */
struct adit_esp_dims {
	u8 iv;
	u8 block;
	u8 icv;
};

/* What stands before the ciphertext. */
static inline unsigned int adit_esp_head(const struct adit_esp_dims *dims)
{
	return ADIT_ESP_HLEN + dims->iv;
}

/* Octets of padding behind a payload of @len. */
static inline unsigned int adit_esp_pad(const struct adit_esp_dims *dims, unsigned int len)
{
	return -(len + ADIT_ESP_TLEN) & (dims->block - 1U);
}

/* What a payload of @len takes as a packet, from the ESP header on. */
static inline unsigned int adit_esp_sealed(const struct adit_esp_dims *dims, unsigned int len)
{
	return adit_esp_head(dims) + len + adit_esp_pad(dims, len) + ADIT_ESP_TLEN + dims->icv;
}

/**
 * adit_esp_room() - longest payload whose packet is no longer than that
 * @dims: of the algorithm
 * @len: octets from the ESP header on
 *
 * Return: octets; 0 where not even an empty one fits.
 */
unsigned int adit_esp_room(const struct adit_esp_dims *dims, unsigned int len);

/**
 * adit_esp_build() - write a header
 * @dst: room for ADIT_ESP_HLEN octets
 * @spi: number of the security association
 * @seq: lower half of the sequence number
 */
static inline void adit_esp_build(u8 *dst, u32 spi, u32 seq)
{
	put_unaligned_be32(spi, dst);
	put_unaligned_be32(seq, dst + 4);
}

/**
 * adit_esp_close() - write padding and trailer behind a payload
 * @at: end of the payload, with room for both
 * @pad: octets of padding
 * @next: IP protocol of the payload
 *
 * Return: octets written.
 */
static inline unsigned int adit_esp_close(u8 *at, unsigned int pad, u8 next)
{
	unsigned int i;

	for (i = 0; i < pad; i++)
		at[i] = i + 1;
	at[pad] = pad;
	at[pad + 1] = next;
	return pad + ADIT_ESP_TLEN;
}

/**
 * adit_esp_check() - whether a packet can be one of an algorithm
 * @dims: of the algorithm
 * @len: octets from the ESP header on
 *
 * The one place where the length of a packet from the wire is believed.
 *
 * Return: octets of ciphertext, at least ADIT_ESP_TLEN, or -EINVAL.
 */
static inline int adit_esp_check(const struct adit_esp_dims *dims, unsigned int len)
{
	unsigned int around = adit_esp_head(dims) + dims->icv;

	if (len < around + ADIT_ESP_TLEN || (len - around) & (dims->block - 1U))
		return -EINVAL;
	return len - around;
}

/**
 * adit_esp_open() - find the payload in what was decrypted
 * @plain: the decrypted octets
 * @len: their number, adit_esp_check()ed
 * @next: set to the IP protocol of the payload on success, untouched otherwise
 *
 * Return: octets of payload, or -EINVAL when the padding is not 1, 2, 3, ... (section 2.4).
 */
int adit_esp_open(const u8 *plain, unsigned int len, u8 *next);

#endif /* ADIT_ESP_HDR_H */
