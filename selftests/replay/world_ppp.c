// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PPP link. Packets are written as
 *
 *   PROTOCOL CODE ID ITEMS...     lcp req 1 (mru 0578) (magic 11223344)
 *   PROTOCOL raw HEX...           the control packet octet for octet, length and all
 *
 * The length is filled in. (NAME HEX...) is an option with its length; the name may be a number. In
 * an answer to a challenge
 * @md5 USER PASSWORD, @mschap USER PASSWORD or @mschapv2 USER PASSWORD stands for value and name,
 * computed against the challenge that came out last; @success PASSWORD is what a server that knows
 * the password says to the last @mschapv2. Random octets are 5a and up, so magic numbers are known
 * in advance. Users given by "set user" are answered at once, or with "set answers manual" by "do
 * answer". With "set client USER PASSWORD" we are the one who logs in. "do proxy" begins where a LAC
 * has got to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ppp.h"
#include "wire/mschap.h"
#include "wire/ppp.h"
#include "world.h"

#define USERS_MAX 4

struct user {
	char name[64], password[64];
	struct addr address;
};

struct world {
	struct outputs *out;
	struct loop *loop;
	struct ppp_config cfg;
	struct ppp *ppp;
	struct user users[USERS_MAX];
	unsigned int n_users;
	struct addr dns[2], nbns[2];
	bool manual, no_keys;
	bool asked, encrypted, over;
	struct auth_request request;
	struct loop_timer answer;
	uint8_t next_random;
	uint8_t challenge[16], response[MSCHAP_RESPONSE_LEN];
	char response_user[64];
	char close_on[32];	/* op in which the owner closes */
	char password[64];	/* as client */
};

static const struct { const char *name; uint16_t number; } protocols[] = {
	{ "lcp", PPP_LCP }, { "pap", PPP_PAP }, { "chap", PPP_CHAP }, { "ccp", PPP_CCP },
	{ "ipcp", PPP_IPCP }, { "ipv6cp", PPP_IPV6CP }, { "ipv4", PPP_IPV4 }, { "acsp", 0x8235 },
};

static const struct { const char *name; uint8_t code;
} codes[] = {
	{ "req", 1 },	     { "ack", 2 },	   { "nak", 3 },	{ "rej", 4 },
	{ "term", 5 },	     { "term-ack", 6 },	   { "code-rej", 7 },	{ "proto-rej", 8 },
	{ "echo", 9 },	     { "echo-reply", 10 }, { "discard", 11 },	{ "ident", 12 },
	{ "time-left", 13 }, { "reset", 14 },	   { "reset-ack", 15 }, { "challenge", 1 },
	{ "response", 2 },   { "success", 3 },	   { "failure", 4 },
};

static const struct { const char *name; uint8_t type;
} option_names[] = {
	{ "mru", 1 },	  { "accm", 2 },     { "auth", 3 },	 { "quality", 4 }, { "magic", 5 },
	{ "pfc", 7 },	  { "acfc", 8 },     { "callback", 13 }, { "mrru", 17 },   { "mppe", 18 },
	{ "bsd", 21 },	  { "deflate", 26 }, { "addr", 3 },	 { "vj", 2 },	   { "dns1", 129 },
	{ "nbns1", 130 }, { "dns2", 131 },   { "nbns2", 132 },	 { "ifid", 1 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- ops --- */

static void owner_closes(struct world *w, const char *op)
{
	if (strcmp(w->close_on, op))
		return;
	w->close_on[0] = 0;
	ppp_close(w->ppp, "the owner had enough");
}

/* down() is the last op, whatever happens. */
static void not_over(const struct world *w, const char *op)
{
	if (!w->over)
		return;
	fprintf(stderr, "%s() called after down()\n", op);
	abort();
}

static void remember_challenge(struct world *w, uint16_t protocol, const uint8_t *data, size_t len)
{
	const char *c = len > 4 ? memmem(data, len, " C=", 3) : NULL;
	unsigned int i, octet;

	if (protocol != PPP_CHAP)
		return;
	if (data[0] == 1)
		memcpy(w->challenge, data + 5, data[4] < 16 ? data[4] : 16);
	for (i = 0; data[0] == 4 && c && i < 16 && sscanf(c + 3 + 2 * i, "%2x", &octet) == 1; i++)
		w->challenge[i] = octet;
}

/* Whoever asks, we log in with the methods that we may use and no other. */
static void may_log_in(const struct world *w, uint16_t protocol, const uint8_t *data, size_t len)
{
	unsigned int methods = 0;

	if (!w->cfg.client)
		return;
	if (protocol == PPP_PAP && data[0] == 1)
		methods = AUTH_PAP;
	else if (protocol == PPP_CHAP && data[0] == 2 && len > PPP_HEADER_LEN)
		methods = data[PPP_HEADER_LEN] == CHAP_MD5_LEN ? AUTH_CHAP_MD5 : AUTH_MSCHAP | AUTH_MSCHAPV2;
	if (!methods || methods & w->cfg.auth_methods)
		return;
	fprintf(stderr, "a login with a method that may not be used\n");
	abort();
}

static void op_tx(void *ctx, uint16_t protocol, const uint8_t *data, size_t len)
{
	struct world *w = ctx;
	uint8_t buf[PATTERN_MAX] = { protocol >> 8, protocol & 0xff };

	not_over(w, "tx");
	if (len < PPP_HEADER_LEN || len > PPP_PACKET_MAX || (data[2] << 8 | data[3]) != (int)len) {
		fprintf(stderr, "a packet of %zu octets that says otherwise\n", len);
		abort();
	}
	may_log_in(w, protocol, data, len);
	remember_challenge(w, protocol, data, len);
	memcpy(buf + 2, data, len);
	outputs_packet(w->out, buf, len + 2);
}

static void op_random(void *ctx, void *buf, size_t len)
{
	struct world *w = ctx;
	uint8_t *p = buf;

	while (len--)
		*p++ = w->next_random++;
}

static void op_auth_ask(void *ctx, const struct auth_request *req)
{
	struct world *w = ctx;

	not_over(w, "auth_ask");
	w->request = *req;
	w->asked = true;
	outputs_event(w->out, "ask %s %s", req->user, auth_method_to_str(req->method));
	if (!w->manual)
		loop_timer_start(&w->answer, 0);
}

static void op_auth_forget(void *ctx)
{
	struct world *w = ctx;

	not_over(w, "auth_forget");
	if (w->asked)
		outputs_event(w->out, "forget %s", w->request.user);
	w->asked = false;
	loop_timer_stop(&w->answer);
}

static void op_link_up(void *ctx, bool tx_acfc, bool tx_pfc, uint16_t peer_mru)
{
	struct world *w = ctx;

	not_over(w, "link_up");
	outputs_event(w->out, "link acfc=%d pfc=%d mru=%u", tx_acfc, tx_pfc, peer_mru);
	owner_closes(w, "link");
}

static unsigned int bits_of(unsigned int strength)
{
	return strength == PPP_MPPE_128 ? 128 :
	       strength == PPP_MPPE_56	? 56 :
	       strength == PPP_MPPE_40	? 40 :
					  0;
}

static void op_mppe_up(void *ctx, const struct ppp_mppe_keys *keys)
{
	struct world *w = ctx;

	not_over(w, "mppe_up");
	w->encrypted = true;
	outputs_event(w->out, "mppe %u %s tx=%02x%02x%02x%02x rx=%02x%02x%02x%02x",
		      bits_of(keys->strength), keys->stateful ? "stateful" : "stateless",
		      keys->tx[0], keys->tx[1], keys->tx[2], keys->tx[3], keys->rx[0], keys->rx[1],
		      keys->rx[2], keys->rx[3]);
	owner_closes(w, "mppe");
}

static void op_mppe_flush(void *ctx)
{
	struct world *w = ctx;

	not_over(w, "mppe_flush");
	outputs_event(w->out, "flush");
}

static void op_net(void *ctx, unsigned int open)
{
	struct world *w = ctx;
	static const char *const names[] = { "none", "ipv4", "ipv6", "ipv4+ipv6" };

	not_over(w, "net");
	if (open && w->cfg.mppe == PPP_MPPE_REQUIRED && !w->encrypted) {
		fprintf(stderr, "data may flow although required encryption is missing\n");
		abort();
	}
	outputs_event(w->out, "net %s", names[open]);
	owner_closes(w, "net");
}

static void op_authenticated(void *ctx, const char *user, enum auth_method method,
			     const struct auth_reply *reply)
{
	struct world *w = ctx;

	(void)reply;
	not_over(w, "authenticated");
	outputs_event(w->out, "user %s %s", user, auth_method_to_str(method));
	owner_closes(w, "user");
}

static void op_down(void *ctx, const char *why)
{
	struct world *w = ctx;

	not_over(w, "down");
	w->over = true;
	outputs_event(w->out, "down %s", why);
}

static struct log_about op_about(void *ctx)
{
	(void)ctx;
	return (struct log_about){ .session = 1 };
}

static void op_password(void *ctx, char password[AUTH_PASSWORD_MAX + 1])
{
	struct world *w = ctx;

	not_over(w, "password");
	strcpy(password, w->password);
}

static const struct ppp_ops ops = {
	.tx = op_tx,
	.random = op_random,
	.auth_ask = op_auth_ask,
	.auth_forget = op_auth_forget,
	.link_up = op_link_up,
	.mppe_up = op_mppe_up,
	.mppe_flush = op_mppe_flush,
	.net = op_net,
	.authenticated = op_authenticated,
	.password = op_password,
	.down = op_down,
	.about = op_about,
};

/* --- the backend --- */

static const struct user *find_user(const struct world *w, const char *name)
{
	unsigned int i;

	for (i = 0; i < w->n_users; i++)
		if (!strcmp(w->users[i].name, mschap_user_of(name)))
			return &w->users[i];
	return NULL;
}

static void answer(struct world *w, enum auth_result forced)
{
	const struct user *u = find_user(w, w->request.user);
	struct auth_reply reply = { .result = AUTH_UNKNOWN_USER };

	if (forced != AUTH_OK)
		reply.result = forced;
	else if (u)
		auth_verify_password(&w->request, u->password, &reply);
	if (w->no_keys)
		memset(&reply.keys, 0, sizeof(reply.keys));
	if (reply.result == AUTH_OK)
		reply.address = u->address;
	memcpy(reply.dns, w->dns, sizeof(reply.dns));
	memcpy(reply.nbns, w->nbns, sizeof(reply.nbns));
	w->asked = false;
	ppp_auth_reply(w->ppp, &reply);
}

static void answer_now(void *arg)
{
	answer(arg, AUTH_OK);
}

/* --- life --- */

static struct world *make(struct outputs *out)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || mschap_init())
		abort();
	w->out = out;
	w->loop = loop_new_virtual(1000000);
	w->next_random = 0x5a;
	w->cfg = (struct ppp_config){
		.mru = 1400,
		.auth_methods = AUTH_MSCHAPV2,
		.mppe = PPP_MPPE_REQUIRED,
		.mppe_strengths = PPP_MPPE_128,
		.mppe_mode = PPP_MPPE_ANY,
		.acfc = true,
		.pfc = true,
		.ipv4 = true,
		.local = addr_v4(0x0a090001),
		.local_ifid = { 0, 0, 0, 0, 0, 0, 0, 1 },
		.peer_ifid = { 2, 0, 0, 0, 0, 0, 0, 2 },
		.restart_ms = 3000,
		.max_configure = 10,
		.max_terminate = 2,
		.max_failure = 5,
		.auth_tries = 3,
		.setup_timeout_ms = 60000,
		.name = "gw",
	};
	loop_timer_init(&w->answer, w->loop, answer_now, w);
	return w;
}

static void destroy(struct world *w)
{
	uint64_t due;

	loop_timer_stop(&w->answer);
	ppp_free(w->ppp);
	if (loop_virtual_next(w->loop, &due)) {
		fprintf(stderr, "a timer runs although its owner is gone\n");
		abort();
	}
	loop_free(w->loop);
	free(w);
}

static unsigned int bits(const struct token *t, unsigned int n, const char *const *names,
			 unsigned int n_names)
{
	unsigned int i, j, mask = 0;

	for (i = 0; i < n; i++)
		for (j = 0; j < n_names; j++)
			if (!strcmp(t[i].text, names[j]))
				mask |= 1 << j;
	return mask;
}

static unsigned int index_of(const char *word, const char *const *names, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && strcmp(word, names[i]); i++)
		;
	return i;
}

static const char *set_user(struct world *w, const struct token *t, unsigned int n)
{
	struct user *u = &w->users[w->n_users];

	if (n < 2 || w->n_users == USERS_MAX)
		return "set user NAME PASSWORD [ADDRESS]";
	snprintf(u->name, sizeof(u->name), "%.63s", t[0].text);
	snprintf(u->password, sizeof(u->password), "%.63s", t[1].text);
	if (n > 2 && addr_parse(t[2].text, &u->address))
		return "not an address";
	w->n_users++;
	return NULL;
}

static const char *set_addresses(struct addr *list, const struct token *t, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && i < 2; i++)
		if (addr_parse(t[i].text, &list[i]))
			return "not an address";
	return NULL;
}

static const char *set_client(struct world *w, const struct token *t)
{
	w->cfg.client = true;
	w->cfg.local = (struct addr){ .family = 0 };
	w->cfg.local_ifid[7] = 3;
	snprintf(w->cfg.user, sizeof(w->cfg.user), "%.253s", t[0].text);
	snprintf(w->password, sizeof(w->password), "%.63s", t[1].text);
	return NULL;
}

static const char *set(struct world *w, const struct token *t, unsigned int n)
{
	static const char *const methods[] = { "pap", "chap", "mschap", "mschapv2" };
	static const char *const policies[] = { "none", "optional", "required" };
	static const char *const strengths[] = { "40", "56", "128" };
	static const char *const modes[] = { "stateless", "stateful", "any" };
	const char *key = n ? t[0].text : "", *value = n > 1 ? t[1].text : "";

	if (!strcmp(key, "auth"))
		w->cfg.auth_methods = bits(t + 1, n - 1, methods, COUNT(methods));
	else if (!strcmp(key, "mppe"))
		w->cfg.mppe = index_of(value, policies, COUNT(policies));
	else if (!strcmp(key, "strengths"))
		w->cfg.mppe_strengths = bits(t + 1, n - 1, strengths, COUNT(strengths));
	else if (!strcmp(key, "mode"))
		w->cfg.mppe_mode = index_of(value, modes, COUNT(modes));
	else if (!strcmp(key, "mru"))
		w->cfg.mru = atoi(value);
	else if (!strcmp(key, "acfc"))
		w->cfg.acfc = atoi(value);
	else if (!strcmp(key, "pfc"))
		w->cfg.pfc = atoi(value);
	else if (!strcmp(key, "ipv4"))
		w->cfg.ipv4 = atoi(value);
	else if (!strcmp(key, "ipv6"))
		w->cfg.ipv6 = atoi(value);
	else if (!strcmp(key, "echo"))
		w->cfg.echo_interval_ms = (uint16_t)atoi(value) * 1000,
		w->cfg.echo_failures = n > 2 ? atoi(t[2].text) : 0;
	else if (!strcmp(key, "tries"))
		w->cfg.auth_tries = atoi(value);
	else if (!strcmp(key, "answers"))
		w->manual = !strcmp(value, "manual");
	else if (!strcmp(key, "keys"))
		w->no_keys = !strcmp(value, "none");
	else if (!strcmp(key, "dns"))
		return set_addresses(w->dns, t + 1, n - 1);
	else if (!strcmp(key, "nbns"))
		return set_addresses(w->nbns, t + 1, n - 1);
	else if (!strcmp(key, "user"))
		return set_user(w, t + 1, n - 1);
	else if (!strcmp(key, "client") && n == 3)
		return set_client(w, t + 1);
	else if (!strcmp(key, "want"))
		return set_addresses(&w->cfg.local, t + 1, 1);
	else if (!strcmp(key, "ask-dns"))
		w->cfg.ask_dns = true;
	else if (!strcmp(key, "close-on"))
		snprintf(w->close_on, sizeof(w->close_on), "%.31s", value);
	else
		return "no such setting";
	return NULL;
}

/* What struct ppp_config promises. */
static bool config_valid(const struct ppp_config *c)
{
	return c->mru >= PPP_MRU_MIN && c->mru <= PPP_PACKET_MAX && (c->auth_methods || c->client) &&
	       c->mppe <= PPP_MPPE_REQUIRED && c->mppe_mode <= PPP_MPPE_ANY &&
	       (c->mppe == PPP_MPPE_NONE || c->mppe_strengths) && (c->ipv4 || c->ipv6);
}

static const char *begin(struct world *w)
{
	if (!config_valid(&w->cfg))
		return "no such configuration can be";
	w->ppp = ppp_new(w->loop, &w->cfg, &ops, w);
	return w->ppp ? NULL : "ppp_new() failed";
}

/* Another process takes over; what it writes down is what it was given. */
static const char *freeze(struct world *w)
{
	uint8_t record[PPP_FROZEN_MAX], again[PPP_FROZEN_MAX];
	struct wr wr = wr_to(record, sizeof(record)), wr2 = wr_to(again, sizeof(again));
	struct rd rd;

	if (!ppp_can_freeze(w->ppp))
		return "the link cannot be frozen now";
	ppp_freeze(w->ppp, &wr);
	ppp_free(w->ppp);
	rd = rd_of(record, wr.len);
	w->ppp = ppp_thaw(w->loop, &w->cfg, &ops, w, &rd);
	if (wr.bad || !w->ppp || !rd_done(&rd))
		return "the record is not valid";
	ppp_freeze(w->ppp, &wr2);
	return wr.len != wr2.len || memcmp(record, again, wr.len) ? "the record changed" : NULL;
}

static void show_info(struct world *w)
{
	struct ppp_info i;

	ppp_get_info(w->ppp, &i);
	outputs_event(w->out, "phase=%s net=%u user=%s method=%s mru=%u/%u mppe=%u%s malformed=%u",
		      i.phase, i.net, i.user, i.method ? auth_method_to_str(i.method) : "-",
		      i.local_mru, i.peer_mru, bits_of(i.mppe_strength),
		      i.mppe_stateful ? " stateful" : "", i.malformed);
}

static void show_addresses(struct world *w)
{
	char local[ADDR_STRLEN], peer[ADDR_STRLEN], dns1[ADDR_STRLEN], dns2[ADDR_STRLEN];
	struct ppp_info i;

	ppp_get_info(w->ppp, &i);
	outputs_event(w->out, "local=%s/%02x%02x peer=%s/%02x%02x dns=%s,%s",
		      addr_to_str(&i.local, local), i.local_ifid[0], i.local_ifid[7],
		      addr_to_str(&i.peer, peer), i.peer_ifid[0], i.peer_ifid[7],
		      addr_to_str(&i.dns[0], dns1), addr_to_str(&i.dns[1], dns2));
}

static const char *act_answer(struct world *w, const char *word)
{
	static const char *const results[] = { "ok",	     "wrong",	 "unknown",    "method",
					       "no-address", "disabled", "unavailable" };
	unsigned int result = index_of(word, results, COUNT(results));

	if (result == COUNT(results))
		return "no such answer";
	answer(w, result);
	return NULL;
}

static int option_type(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(option_names); i++)
		if (!strcmp(option_names[i].name, name))
			return option_names[i].type;
	return name[0] >= '0' && name[0] <= '9' ? atoi(name) : -1;
}

/* "( NAME HEX... )": tokens taken, or 0. */
static unsigned int put_option(const struct token *t, unsigned int n, struct pattern *p)
{
	int type = n > 1 ? option_type(t[1].text) : -1;
	size_t at = p->len;
	unsigned int i;

	if (type < 0)
		return 0;
	pattern_put(p, (uint8_t[]){ type, 0 }, 2);
	for (i = 2; i < n && strcmp(t[i].text, ")"); i++)
		if (!pattern_token(p, &t[i]))
			return 0;
	p->value[at + 1] = p->len - at;
	return i < n ? i + 1 : 0;
}

/* "( NAME TOKENS... )": the octets of one part of what a LAC knows. */
static unsigned int proxy_part(const struct token *t, unsigned int n, struct pattern *p)
{
	unsigned int took, i = 2;

	while (i < n && strcmp(t[i].text, ")")) {
		took = strcmp(t[i].text, "(") ? pattern_token(p, &t[i]) : put_option(t + i, n - i, p);
		if (!took)
			return 0;
		i += took;
	}
	return i < n ? i + 1 : 0;
}

/* do proxy ID (sent ...) (received ...) [(name ...) (challenge ...) (response ...)] */
static const char *act_proxy(struct world *w, const struct token *t, unsigned int n)
{
	static const char *const names[] = { "sent", "received", "name", "challenge", "response" };
	struct pattern parts[5] = { 0 };
	unsigned int i = 1, which, took;
	struct ppp_proxy proxy = { .id = n ? atoi(t[0].text) : 0 };

	while (i + 1 < n && !strcmp(t[i].text, "(")) {
		which = index_of(t[i + 1].text, names, COUNT(names));
		took = which < COUNT(names) ? proxy_part(t + i, n - i, &parts[which]) : 0;
		if (!took)
			return "do proxy ID (PART TOKENS...)...";
		proxy.answered |= which > 1;
		i += took;
	}
	proxy.sent = rd_of(parts[0].value, parts[0].len);
	proxy.received = rd_of(parts[1].value, parts[1].len);
	proxy.name = rd_of(parts[2].value, parts[2].len);
	proxy.challenge = rd_of(parts[3].value, parts[3].len);
	proxy.response = rd_of(parts[4].value, parts[4].len);
	if (!ppp_start_proxy(w->ppp, &proxy)) {
		outputs_event(w->out, "negotiates anew");
		ppp_start(w->ppp);
	}
	return NULL;
}

static const char *act(struct world *w, const struct token *t, unsigned int n)
{
	const char *verb = n ? t[0].text : "", *arg = n > 1 ? t[1].text : "";

	if (!strcmp(verb, "proxy"))
		return act_proxy(w, t + 1, n - 1);
	if (!strcmp(verb, "start"))
		ppp_start(w->ppp);
	else if (!strcmp(verb, "close"))
		ppp_close(w->ppp, arg);
	else if (!strcmp(verb, "lower-down"))
		ppp_lower_down(w->ppp, arg);
	else if (!strcmp(verb, "desync"))
		ppp_mppe_desync(w->ppp);
	else if (!strcmp(verb, "freeze"))
		return freeze(w);
	else if (!strcmp(verb, "cannot-freeze"))
		return ppp_can_freeze(w->ppp) ? "it can" : NULL;
	else if (!strcmp(verb, "info"))
		show_info(w);
	else if (!strcmp(verb, "addresses"))
		show_addresses(w);
	else if (!strcmp(verb, "answer"))
		return act_answer(w, arg);
	else
		return "no such act";
	return NULL;
}

static void rx(struct world *w, const uint8_t *data, size_t len)
{
	if (len >= 2)
		ppp_rx(w->ppp, data[0] << 8 | data[1], data + 2, len - 2);
}

static void advance(struct world *w, uint64_t ms)
{
	loop_virtual_advance(w->loop, ms);
}

/* --- packets --- */

static void put_counted(struct pattern *p, const uint8_t *value, uint8_t len, const char *name)
{
	pattern_put(p, &len, 1);
	pattern_put(p, value, len);
	pattern_put(p, name, strlen(name));
}

static void respond_mschap(struct world *w, const char *password, bool v2, const char *user)
{
	uint8_t challenge[MSCHAP_CHALLENGE_LEN], hash[MSCHAP_HASH_LEN];
	uint8_t *nt = w->response + 24;
	int i;

	memset(w->response, 0, sizeof(w->response));
	memcpy(challenge, w->challenge, sizeof(challenge));
	if (v2) {
		for (i = 0; i < 16; i++)
			w->response[i] = 0xc0 + i;
		mschapv2_challenge_hash(w->response, w->challenge, mschap_user_of(user), challenge);
	} else {
		w->response[48] = 1;
	}
	mschap_nt_hash(password, hash);
	mschap_challenge_response(challenge, hash, nt);
	snprintf(w->response_user, sizeof(w->response_user), "%.63s", user);
}

static void put_success(struct world *w, const char *password, struct pattern *p)
{
	uint8_t challenge[MSCHAP_CHALLENGE_LEN], hash[MSCHAP_HASH_LEN];
	char text[MSCHAPV2_SUCCESS_CAP];

	mschapv2_challenge_hash(w->response, w->challenge, mschap_user_of(w->response_user),
				challenge);
	mschap_nt_hash(password, hash);
	mschap_hash_hash(hash, hash);
	mschapv2_success(hash, w->response + 24, challenge, text);
	pattern_put(p, text, strlen(text));
}

/* How many tokens it took; 0: not known. */
static unsigned int put_macro(struct world *w, const struct token *t, unsigned int n, uint8_t id,
			      struct pattern *p)
{
	const char *what = t[0].text;
	uint8_t md5[CHAP_MD5_LEN];

	if (!strcmp(what, "@success") && n > 1) {
		put_success(w, t[1].text, p);
		return 2;
	}
	if (n < 3)
		return 0;
	if (!strcmp(what, "@md5")) {
		chap_md5(id, t[2].text, w->challenge, sizeof(w->challenge), md5);
		put_counted(p, md5, sizeof(md5), t[1].text);
	} else if (!strcmp(what, "@mschap") || !strcmp(what, "@mschapv2")) {
		respond_mschap(w, t[2].text, what[7] != 0, t[1].text);
		put_counted(p, w->response, sizeof(w->response), t[1].text);
	} else {
		return 0;
	}
	return 3;
}

static const char *encode_items(struct world *w, const struct token *t, unsigned int n, uint8_t id,
				struct pattern *p)
{
	unsigned int i = 0, took;

	while (i < n) {
		if (!t[i].quoted && !strcmp(t[i].text, "("))
			took = put_option(t + i, n - i, p);
		else if (!t[i].quoted && t[i].text[0] == '@')
			took = put_macro(w, t + i, n - i, id, p);
		else
			took = pattern_token(p, &t[i]);
		if (!took)
			return "a word that cannot be read";
		i += took;
	}
	return NULL;
}

static const char *encode_control(struct world *w, const struct token *t, unsigned int n,
				  struct pattern *p)
{
	uint8_t id = n > 1 ? atoi(t[1].text) : 0;
	const char *err;
	size_t i;

	for (i = 0; i < COUNT(codes) && strcmp(codes[i].name, t[0].text); i++)
		;
	if (n < 2 || (i == COUNT(codes) && !atoi(t[0].text)))
		return "PROTOCOL CODE ID ...: no such code";
	pattern_put(p, (uint8_t[]){ i < COUNT(codes) ? codes[i].code : atoi(t[0].text), id, 0, 0 },
		    4);
	if (!strcmp(t[1].text, "?"))
		p->mask[3] = 0;
	err = encode_items(w, t + 2, n - 2, id, p);
	p->value[4] = (p->len - 2) >> 8;
	p->value[5] = (p->len - 2) & 0xff;
	if (p->open)
		p->mask[4] = p->mask[5] = 0;
	return err;
}

static const char *encode(struct world *w, const struct token *t, unsigned int n, struct pattern *p)
{
	uint16_t number;
	size_t i;

	if (n < 2)
		return "PROTOCOL CODE ID ...";
	for (i = 0; i < COUNT(protocols) && strcmp(protocols[i].name, t[0].text); i++)
		;
	number = i < COUNT(protocols) ? protocols[i].number : strtoul(t[0].text, NULL, 16);
	pattern_put(p, (uint8_t[]){ number >> 8, number & 0xff }, 2);
	if (strcmp(t[1].text, "raw"))
		return encode_control(w, t + 1, n - 1, p);
	return encode_items(w, t + 2, n - 2, 0, p);
}

const struct world_kind world_ppp = {
	.name = "ppp",
	.make = make,
	.destroy = destroy,
	.set = set,
	.begin = begin,
	.act = act,
	.encode = encode,
	.rx = rx,
	.advance = advance,
};
