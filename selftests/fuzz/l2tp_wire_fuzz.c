// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * L2TP on the wire. The first octet chooses: a datagram's header; or the body of a control message, with
 * a secret or none. What stands in AVPs with the H bit is hidden first, as who knows the secret would, so
 * that the input chooses what comes out of the cipher, lengths and all; or it is left as it is. What is
 * taken as a message can be written again, in clear and hidden, and then is the same.
 */
#include <errno.h>

#include "base/cursor.h"
#include "fuzz.h"
#include "wire/l2tp.h"
#include "wire/l2tp_hide.h"
#include "wire/mschap.h"

#define CHUNK		16
#define AVP_HEADER	6
#define SECRET_MAX	40
#define WRITTEN_MAX	(2 * L2TP_CONTROL_MAX)
/* With its length and padding the hidden value has to fit into an AVP. */
#define HIDEABLE_MAX	(L2TP_AVP_VALUE_MAX - 2 - CHUNK)

enum { HEADER = 1, SECRET = 2, AS_IT_IS = 4 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!mschap_init());
	return 0;
}

/* --- the header --- */

static void write_header_again(const struct l2tp_header *h)
{
	uint8_t octets[65536 + L2TP_CONTROL_HEADER_LEN];
	struct wr w = wr_to(octets, sizeof(octets));
	struct l2tp_header again;
	const char *why;

	l2tp_control_header(&w, h, h->body.left);
	wr_bytes(&w, h->body.at, h->body.left);
	must(!w.bad && !l2tp_header_parse(&again, octets, w.len, &why));
	must(again.control && again.sequenced && again.tunnel_id == h->tunnel_id &&
	     again.session_id == h->session_id && again.ns == h->ns && again.nr == h->nr &&
	     again.body.left == h->body.left);
}

static void header(struct in in)
{
	struct l2tp_header h;
	const char *why = "nothing";
	size_t len;
	uint8_t *copy = in_take(&in, 65535, &len);
	int ret = l2tp_header_parse(&h, copy, len, &why);

	must(!ret == !why && (!ret || ret == -EPROTO || ret == -EPROTONOSUPPORT));
	if (!ret) {
		must(h.body.at >= copy && h.body.left <= len && h.body.at + h.body.left <= copy + len);
		must(!h.control || h.sequenced);
	}
	if (!ret && h.control)
		write_header_again(&h);
	free(copy);
}

/* --- hiding, RFC 2661 section 4.3, for octets that need not be a value with its length --- */

static void hide(uint8_t *value, size_t len, uint16_t attribute, const struct l2tp_secret *secret,
		 const uint8_t *vector, size_t vector_len)
{
	uint8_t number[2] = { attribute >> 8, attribute & 0xff }, pad[CHUNK];
	size_t at, i;

	for (at = 0; at < len; at += CHUNK) {
		if (at)
			must(!md5_join(secret->at, secret->len, value + at - CHUNK, CHUNK, NULL, 0, pad));
		else
			must(!md5_join(number, sizeof(number), secret->at, secret->len, vector, vector_len,
				       pad));
		for (i = 0; i < CHUNK && at + i < len; i++)
			value[at + i] ^= pad[i];
	}
}

/* Of each AVP whose length fits, as the decoder goes through them. */
static void hide_all(uint8_t *body, size_t len, const struct l2tp_secret *secret)
{
	const uint8_t *vector = NULL;
	size_t at = 0, vector_len = 0;

	while (len - at >= AVP_HEADER) {
		size_t avp = (size_t)(body[at] & 3) << 8 | body[at + 1];
		uint16_t attribute = (uint16_t)(body[at + 4] << 8 | body[at + 5]);

		if (avp < AVP_HEADER || avp > len - at)
			return;
		if (body[at] & 0x40 && vector)
			hide(body + at + AVP_HEADER, avp - AVP_HEADER, attribute, secret, vector,
			     vector_len);
		if (!body[at + 2] && !body[at + 3] && !(body[at] & 0x7c) && attribute == L2TP_RANDOM_VECTOR) {
			vector = body + at + AVP_HEADER;
			vector_len = avp - AVP_HEADER;
		}
		at += avp;
	}
}

/* --- messages --- */

struct decoded {
	const uint8_t *body;
	size_t len;
	uint8_t *hidden;	/* room for as many octets as the body has, and no more */
	struct l2tp_message msg;
	int ret;
};

static void decode(struct decoded *d, const struct l2tp_secret *secret)
{
	struct wr scratch;

	d->hidden = malloc(d->len ? d->len : 1);
	must(d->hidden);
	scratch = wr_to(d->hidden, d->len);
	d->ret = l2tp_decode(rd_of(d->body, d->len), secret, &scratch, &d->msg);
	must(!scratch.bad || d->ret == -EBADMSG || !d->ret);
}

static void inside(const struct decoded *d, enum l2tp_attribute attribute, const struct l2tp_octets *o)
{
	bool in_body, in_hidden;

	if (!l2tp_has(&d->msg, attribute))
		return;
	in_body = o->at >= d->body && o->at + o->len <= d->body + d->len;
	in_hidden = o->at >= d->hidden && o->at + o->len <= d->hidden + d->len;
	must(in_body || in_hidden);
	must(o->len <= L2TP_AVP_VALUE_MAX);
}

static unsigned int longest(const struct decoded *d)
{
	const struct l2tp_message *m = &d->msg;
	const struct { enum l2tp_attribute attribute; const struct l2tp_octets *octets; } all[] = {
		{ L2TP_RESULT_CODE, &m->result.text }, { L2TP_HOST_NAME, &m->host_name },
		{ L2TP_VENDOR_NAME, &m->vendor_name }, { L2TP_CHALLENGE, &m->challenge },
		{ L2TP_CAUSE_CODE, &m->cause.text }, { L2TP_CALLED_NUMBER, &m->called },
		{ L2TP_CALLING_NUMBER, &m->calling }, { L2TP_SUB_ADDRESS, &m->sub_address },
		{ L2TP_INITIAL_RX_CONFREQ, &m->initial_rx_confreq },
		{ L2TP_LAST_TX_CONFREQ, &m->last_tx_confreq },
		{ L2TP_LAST_RX_CONFREQ, &m->last_rx_confreq }, { L2TP_PROXY_NAME, &m->proxy_name },
		{ L2TP_PROXY_CHALLENGE, &m->proxy_challenge }, { L2TP_PROXY_RESPONSE, &m->proxy_response },
		{ L2TP_PRIVATE_GROUP, &m->private_group },
	};
	unsigned int most = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		inside(d, all[i].attribute, all[i].octets);
		if (l2tp_has(m, all[i].attribute) && all[i].octets->len > most)
			most = all[i].octets->len;
	}
	return most;
}

/* What is written from it and read again says the same: it is written like the first time. */
static void same_again(const struct l2tp_message *msg, const struct l2tp_hiding *hiding, bool may_fail)
{
	uint8_t first[WRITTEN_MAX], hidden[WRITTEN_MAX], second[WRITTEN_MAX];
	struct wr one = wr_to(first, sizeof(first)), way = wr_to(hidden, sizeof(hidden)),
		  two = wr_to(second, sizeof(second));
	struct decoded d;

	l2tp_encode(&one, msg, NULL);
	must(!one.bad);
	l2tp_encode(&way, msg, hiding);
	if (may_fail && way.bad)
		return;
	must(!way.bad);
	d = (struct decoded){ .body = hidden, .len = way.len };
	decode(&d, hiding ? &hiding->secret : NULL);
	must(!d.ret && d.msg.have == msg->have && !d.msg.unread);
	l2tp_encode(&two, &d.msg, NULL);
	must(!two.bad && one.len == two.len && !memcmp(first, second, one.len));
	free(d.hidden);
}

static void message(struct in in, uint8_t how)
{
	uint8_t secret_octets[SECRET_MAX];
	struct l2tp_secret secret = { secret_octets, 0 };
	struct l2tp_hiding hiding = { .vector = "vector", .padding = "padding" };
	const struct l2tp_secret *known = how & SECRET ? &secret : NULL;
	struct decoded d;
	unsigned int most;
	uint8_t *body;

	if (known) {
		secret.len = in_u8(&in) % (SECRET_MAX + 1);
		in_fill(&in, secret_octets, secret.len);
	}
	body = in_take(&in, L2TP_CONTROL_MAX, &d.len);
	if (secret.len && !(how & AS_IT_IS))
		hide_all(body, d.len, &secret);
	d.body = body;
	decode(&d, known);
	must(!d.ret || d.ret == -ENOMSG || d.ret == -EBADMSG);
	must((d.ret == -EBADMSG) == (d.msg.fault.what != NULL));
	must(!(d.msg.have >> (L2TP_ATTRIBUTE_MAX + 1)) && !l2tp_has(&d.msg, L2TP_RANDOM_VECTOR));
	must(!known || !d.msg.unread);
	must(l2tp_type_to_str(d.msg.type)[0] && l2tp_attribute_to_str(d.msg.fault.attribute)[0]);
	most = longest(&d);
	if (!d.ret && !d.msg.unread) {
		hiding.secret = secret.len ? secret : (struct l2tp_secret){ "s", 1 };
		same_again(&d.msg, NULL, false);
		same_again(&d.msg, &hiding, most > HIDEABLE_MAX);
	}
	free(d.hidden);
	free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);
	uint8_t how = in_u8(&in);

	if (how & HEADER)
		header(in);
	else
		message(in, how);
	return 0;
}
