// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the scripted peer of IKEv1, made of words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_ike1_peer.h"

#define LIFE_SECONDS	14400
#define CHILD_LIFE_SECONDS	3600

static const struct {
	const char *name;
	uint8_t number;
} exchanges[] = {
	{ "main", IKE1_MAIN }, { "aggressive", IKE1_AGGRESSIVE }, { "quick", IKE1_QUICK },
	{ "info", IKE1_INFORMATIONAL }, { "config", IKE1_TRANSACTION }, { "group", IKE1_NEW_GROUP },
};
#define N_EXCHANGES (sizeof(exchanges) / sizeof(exchanges[0]))

static bool is_phase1(uint8_t exchange)
{
	return exchange == IKE1_MAIN || exchange == IKE1_AGGRESSIVE;
}

static uint16_t auth_method(const struct script_setup *setup)
{
	if (setup->key)
		return setup->xauth ? IKE1_AUTH_XAUTH_INIT_RSA : IKE1_AUTH_RSA_SIG;
	return setup->xauth ? IKE1_AUTH_XAUTH_INIT_PSK : IKE1_AUTH_PSK;
}

static bool put_sa(struct making *k, const char *text, unsigned int use)
{
	static struct ike1_proposals sa;
	const struct ike1_life life = { .seconds = CHILD_LIFE_SECONDS };
	const struct script_setup *setup = k->script->setup;
	struct ike_offers own = use == IKE_USE_IKE ? setup->ike : setup->esp;
	const struct ike_alg *pfs;
	char error[IKE_ERROR_MAX];
	uint8_t spi[4];
	struct wr w = wr_to(spi, sizeof(spi));

	if (*text && ike_offers_parse(text, (enum ike_use)use, true, &own, error))
		return false;
	wr_u32(&w, k->m.spi);
	pfs = own.offer[0].n[IKE_TRANSFORM_DH] ? own.offer[0].alg[IKE_TRANSFORM_DH][0] : NULL;
	if (use == IKE_USE_IKE)
		ike1_sa_offer(&sa, &own, NULL, auth_method(setup), LIFE_SECONDS);
	else
		ike1_sa_offer_ipsec(&sa, &own, pfs, k->encap, &life, spi);
	ike1_put_sa(&k->m.chain, &sa);
	return true;
}

struct bomb {
	unsigned long proposals, transforms, octets;	/* octets: of one transform */
	bool ike;
};

/* One that nobody takes; its attributes are all the same. */
static void put_bomb_transform(struct wr *w, const struct bomb *b, unsigned long number)
{
	wr_u16(w, number < b->transforms ? IKE1_PAYLOAD_TRANSFORM << 8 : 0);
	wr_u16(w, (uint16_t)b->octets);
	wr_u32(w, (uint32_t)number << 24 | 1 << 16);
	for (unsigned long at = 8; at < b->octets && !w->bad; at += 4)
		wr_u32(w, 0x80010001);
}

static void put_bomb_proposal(struct wr *w, const struct bomb *b, unsigned long number, uint32_t spi)
{
	size_t spi_len = b->ike ? 0 : sizeof(spi);

	wr_u16(w, number < b->proposals ? IKE1_PAYLOAD_PROPOSAL << 8 : 0);
	wr_u16(w, (uint16_t)(8 + spi_len + b->transforms * b->octets));
	wr_u8(w, (uint8_t)number);
	wr_u8(w, b->ike ? IKE_PROTO_IKE : IKE_PROTO_ESP);
	wr_u8(w, (uint8_t)spi_len);
	wr_u8(w, (uint8_t)b->transforms);
	if (spi_len)
		wr_u32(w, spi);
	for (unsigned long i = 1; i <= b->transforms && !w->bad; i++)
		put_bomb_transform(w, b, i);
}

/* PROPOSALS/TRANSFORMS/ATTRIBUTES: so many proposals of so many transforms each, of so many attributes each. */
static bool put_bomb(struct making *k, const char *text, unsigned int what)
{
	struct bomb b = { .ike = is_phase1(k->m.header.exchange) };
	struct wr *w = &k->m.w;
	char *rest;

	(void)what;
	b.proposals = strtoul(text, &rest, 10);
	b.transforms = strtoul(rest + (*rest == '/'), &rest, 10);
	b.octets = 8 + 4 * strtoul(rest + (*rest == '/'), NULL, 10);
	ike_payload_begin(&k->m.chain, IKE1_PAYLOAD_SA);
	wr_u32(w, IKE1_DOI_IPSEC);
	wr_u32(w, IKE1_SIT_IDENTITY_ONLY);
	for (unsigned long i = 1; i <= b.proposals && !w->bad; i++)
		put_bomb_proposal(w, &b, i, k->m.spi);
	ike_payload_end(&k->m.chain);
	return true;
}

static bool put_ke(struct making *k, const char *text, unsigned int what)
{
	const struct ike_alg *group = *text ? ike_alg_by_name(text, strlen(text)) : script_suite(k->script).dh;
	uint8_t private[IKE_DH_PRIVATE_MAX], public[IKE_DH_PUBLIC_MAX];

	(void)what;
	script_private(k->script, k->conv, private);
	if (!group || group->type != IKE_TRANSFORM_DH || ike_dh_public(group, private, public))
		return false;
	ike_put_octets(&k->m.chain, IKE1_PAYLOAD_KE, public, group->out_len);
	return true;
}

static bool put_nonce(struct making *k, const char *text, unsigned int what)
{
	uint8_t nonce[32];
	size_t len = words_nonce(text, nonce);

	(void)what;
	ike_put_octets(&k->m.chain, IKE1_PAYLOAD_NONCE, nonce, len);
	return len;
}

static bool put_id(struct making *k, const char *text, unsigned int what)
{
	char error[IKE_ERROR_MAX];
	struct ike_id id;

	(void)what;
	if (ike_id_parse(*text ? text : "peer.example", &id, error))
		return false;
	ike1_put_id(&k->m.chain, id.type, 0, 0, id.data, id.len);
	return true;
}

/* Of quick mode: PREFIX[,PROTOCOL[,PORT]] */
static bool put_net(struct making *k, const char *text, unsigned int what)
{
	char network[64];
	struct ike_selector ts;
	struct prefix p;
	size_t len = strcspn(text, ",");
	char *rest = (char *)text + len;

	(void)what;
	snprintf(network, sizeof(network), "%.*s", (int)len, text);
	if (prefix_parse(network, &p))
		return false;
	ike_ts_of_prefix(&p, &ts);
	if (*rest)
		ts.protocol = (uint8_t)strtoul(rest + 1, &rest, 10);
	if (*rest)
		ts.port_from = ts.port_to = (uint16_t)strtoul(rest + 1, NULL, 10);
	ike1_put_id_selector(&k->m.chain, &ts);
	return true;
}

/* Where the proof goes, which is made as the message is sealed. */
static bool put_hash(struct making *k, const char *text, unsigned int what)
{
	static const uint8_t zeros[IKE_HASH_MAX_LEN];

	(void)text;
	(void)what;
	ike_put_octets(&k->m.chain, IKE1_PAYLOAD_HASH, zeros, script_suite(k->script).prf->out_len);
	return true;
}

/* Likewise; but what it signs has to be said before. */
static bool put_sig(struct making *k, const char *text, unsigned int what)
{
	const struct conv *c = k->conv;
	const struct ike1_exchange x = script_material(k->script, c);
	uint8_t sig[IKE_SIGNATURE_MAX], hash[IKE_HASH_MAX_LEN], id[DATA_MAX];
	struct wr w = wr_to(sig, sizeof(sig)), body = wr_to(id, sizeof(id));
	struct ike_id own;
	char error[IKE_ERROR_MAX];

	(void)what;
	if (!k->script->setup->key || !c->have_keys || ike_id_parse(*text ? text : "peer.example", &own, error))
		return false;
	ike1_id_body(&body, own.type, 0, 0, own.data, own.len);
	if (ike1_hash_auth(&c->keys, c->keys.suite.prf, &x, c->initiator, ike_octets_of(id, body.len), hash) ||
	    ike1_sign(k->script->setup->key, hash, c->keys.suite.prf->out_len, &w))
		return false;
	ike_put_octets(&k->m.chain, IKE1_PAYLOAD_SIG, sig, w.len);
	return true;
}

static void cookies(const struct conv *c, uint8_t out[2 * IKE_SPI_LEN])
{
	struct wr w = wr_to(out, (size_t)2 * IKE_SPI_LEN);

	wr_u64(&w, c->spi_i);
	wr_u64(&w, c->spi_r);
}

/* About the ISAKMP SA: NAME[:HEX]. About a child: NAME:SPI. */
static bool put_notify(struct making *k, const char *text, unsigned int protocol)
{
	uint16_t type = words_notify(text, ike1_notify_to_str);
	uint8_t data[DATA_MAX], spi[2 * IKE_SPI_LEN];
	size_t len;

	text += strcspn(text, ":");
	len = words_octets(text + (*text == ':'), data, sizeof(data));
	cookies(k->conv, spi);
	if (protocol == IKE_PROTO_IKE)
		ike1_put_notify(&k->m.chain, IKE_PROTO_IKE, type, spi, sizeof(spi), data, len);
	else
		ike1_put_notify(&k->m.chain, IKE_PROTO_ESP, type, data, len, NULL, 0);
	return type != 0;
}

/* The ISAKMP SA, or children by SPIs in hex, one behind the other. */
static bool put_delete(struct making *k, const char *text, unsigned int what)
{
	uint8_t spis[DATA_MAX];
	size_t len = words_octets(text, spis, sizeof(spis));

	(void)what;
	if (!*text)
		cookies(k->conv, spis);
	ike1_put_delete(&k->m.chain, *text ? IKE_PROTO_ESP : IKE_PROTO_IKE, spis,
			*text ? 4 : 2 * IKE_SPI_LEN, *text ? (uint16_t)(len / 4) : 1);
	return true;
}

static bool put_vendor(struct making *k, const char *text, unsigned int what)
{
	static const char *const names[] = {
		[IKE1_VID_NATT] = "natt", [IKE1_VID_NATT_02N] = "natt-02n", [IKE1_VID_NATT_02] = "natt-02",
		[IKE1_VID_NATT_03] = "natt-03", [IKE1_VID_DPD] = "dpd", [IKE1_VID_XAUTH] = "xauth",
		[IKE1_VID_UNITY] = "unity", [IKE1_VID_FRAGMENTATION] = "fragmentation",
	};

	(void)what;
	for (unsigned int i = 0; i < IKE1_VID_COUNT; i++) {
		if (strcmp(names[i], text))
			continue;
		ike1_put_vendor(&k->m.chain, (enum ike1_vendor_id)i);
		return true;
	}
	return false;
}

/* Where each end is, as it should be, or with a NAT before the peer (:there) or before whom is tested (:here). */
static bool put_natds(struct making *k, const char *text, unsigned int payload)
{
	const struct conv *c = k->conv;
	const struct ike_alg *prf = script_suite(k->script).prf;
	struct addr own = addr_v4(WORDS_NETWORK | k->m.head.host), other = addr_v4(WORDS_NETWORK | WORDS_OWN_HOST);
	uint16_t port = k->m.head.port == IKE_PORT ? IKE_PORT : IKE_NATT_PORT;
	uint8_t hash[IKE_HASH_MAX_LEN];

	if (!strcmp(text, "here"))
		other = addr_v4(0x0a000002);
	if (!strcmp(text, "there"))
		own = addr_v4(0x0a000001);
	ike1_natd(prf, c->spi_i, c->spi_r, &other, port, hash);
	ike_put_octets(&k->m.chain, (uint8_t)payload, hash, prf->out_len);
	ike1_natd(prf, c->spi_i, c->spi_r, &own, k->m.head.port, hash);
	ike_put_octets(&k->m.chain, (uint8_t)payload, hash, prf->out_len);
	return true;
}

static bool put_natoa(struct making *k, const char *text, unsigned int what)
{
	struct addr a;

	(void)what;
	if (addr_parse(text, &a))
		return false;
	ike1_put_natoa(&k->m.chain, IKE1_PAYLOAD_NATOA, &a);
	return true;
}

static const struct {
	const char *name;
	uint16_t number;
} attributes[] = {
	{ "type", IKE1_XAUTH_TYPE }, { "user", IKE1_XAUTH_USER_NAME }, { "password", IKE1_XAUTH_USER_PASSWORD },
	{ "status", IKE1_XAUTH_STATUS }, { "ip4", IKE_CFG_IP4_ADDRESS }, { "netmask", IKE_CFG_IP4_NETMASK },
	{ "dns", IKE_CFG_IP4_DNS }, { "ip6", IKE_CFG_IP6_ADDRESS },
};

static uint16_t attribute_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (!strncmp(attributes[i].name, name, len) && !attributes[i].name[len])
			return attributes[i].number;
	return (uint16_t)strtoul(name, NULL, 10);
}

/* TEXT or 0xHEX */
static size_t attribute_value(const char *text, size_t len, uint8_t out[DATA_MAX])
{
	bool hex = len >= 2 && !strncmp(text, "0x", 2);
	size_t n = hex ? (len - 2) / 2 : len;

	n = n < DATA_MAX ? n : DATA_MAX;
	if (hex)
		return words_octets(text + 2, out, n);
	memcpy(out, text, n);
	return n;
}

/* NAME[=TEXT|=0xHEX],... */
static bool put_cfg(struct making *k, const char *text, unsigned int type)
{
	static uint8_t values[IKE2_ATTRIBUTES_MAX][DATA_MAX];
	struct ike_cfg cfg = { .type = (uint8_t)type, .id = 7 };

	while (*text && cfg.n < IKE2_ATTRIBUTES_MAX) {
		size_t len = strcspn(text, ","), name = strcspn(text, "=,");
		size_t n = attribute_value(text + name + 1, len > name ? len - name - 1 : 0, values[cfg.n]);

		cfg.attr[cfg.n] = (struct ike_cfg_attr){ .type = attribute_by_name(text, name),
							 .value = { values[cfg.n], n } };
		cfg.n++;
		text += len + (text[len] == ',');
	}
	ike1_put_cfg(&k->m.chain, &cfg);
	return true;
}

static bool put_payload(struct making *k, const char *text, unsigned int what)
{
	(void)what;
	words_put_payload(&k->m.chain, text);
	return true;
}

/* TYPE:LENGTH: a payload of four octets whose length field says something else. */
static bool put_lie(struct making *k, const char *text, unsigned int what)
{
	size_t at = k->m.w.len;
	char *rest;
	uint8_t type = (uint8_t)strtoul(text, &rest, 10);
	uint16_t len = *rest ? (uint16_t)strtoul(rest + 1, NULL, 10) : 0;

	(void)what;
	ike_put_octets(&k->m.chain, type, "four", 4);
	if (!k->m.w.bad) {
		k->m.octets[at + 2] = len >> 8;
		k->m.octets[at + 3] = len & 0xff;
	}
	return true;
}

static const struct {
	const char *word;
	bool (*put)(struct making *k, const char *text, unsigned int what);
	unsigned int what;
} items[] = {
	{ "ike-sa", put_sa, IKE_USE_IKE }, { "esp-sa", put_sa, IKE_USE_ESP }, { "bomb", put_bomb, 0 },
	{ "ke", put_ke, 0 }, { "nonce", put_nonce, 0 }, { "id", put_id, 0 }, { "net", put_net, 0 },
	{ "hash", put_hash, 0 }, { "@sig", put_sig, 0 }, { "n", put_notify, IKE_PROTO_IKE },
	{ "n-esp", put_notify, IKE_PROTO_ESP }, { "delete", put_delete, 0 }, { "vid", put_vendor, 0 },
	{ "@natd", put_natds, IKE1_PAYLOAD_NATD }, { "@natd-draft", put_natds, IKE1_PAYLOAD_NATD_DRAFT },
	{ "natoa", put_natoa, 0 }, { "request", put_cfg, IKE_CFG_REQUEST }, { "reply", put_cfg, IKE_CFG_REPLY },
	{ "set", put_cfg, IKE_CFG_SET }, { "ack", put_cfg, IKE_CFG_ACK }, { "payload", put_payload, 0 },
	{ "lie", put_lie, 0 },
};

bool script_say(struct making *k, const struct token *t)
{
	for (unsigned int i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const char *text = words_value(t, items[i].word);

		if (text)
			return items[i].put(k, text, items[i].what);
	}
	return false;
}

/* --- which exchange --- */

bool script_exchange(struct making *k, const struct token **t, unsigned int *n)
{
	for (unsigned int i = 0; i < N_EXCHANGES; i++) {
		if (!words_take(t, n, exchanges[i].name))
			continue;
		k->m.header.exchange = exchanges[i].number;
		return true;
	}
	return false;
}

const char *script_exchange_name(uint8_t exchange)
{
	for (unsigned int i = 0; i < N_EXCHANGES; i++)
		if (exchanges[i].number == exchange)
			return exchanges[i].name;
	return "?";
}
