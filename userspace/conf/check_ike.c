// SPDX-License-Identifier: GPL-2.0-or-later
/* What makes sense in a site section and in server ikev2. */
#include <string.h>

#include "conf/options.h"
#include "conf/read.h"
#include "proto/ike_alg.h"
#include "proto/ike_id.h"

#define RETRANSMISSIONS	6	/* of servers, which have no option for it */

/* The table has parsed each; what it cannot see is whether old algorithms were asked for. */
static void check_proposals(struct reading *r, const struct conf_ike *ike, cfg_t *cfg, const char *option)
{
	bool esp = !strcmp(option, "esp-proposals");
	char *const *list = esp ? ike->esp_proposals : ike->ike_proposals;
	unsigned int i, n = esp ? ike->n_esp_proposals : ike->n_ike_proposals;
	char error[IKE_ERROR_MAX];
	struct ike_offers p;
	size_t len = 0;

	for (i = 0; i < n; i++)
		len += strlen(list[i]) + strlen(", ");
	if (len > CONF_PROPOSALS_MAX)
		reading_error(r, reading_line(cfg, option), "%s: they are longer than %u octets together", option,
			      CONF_PROPOSALS_MAX);
	for (i = 0; i < n && !ike->legacy; i++) {
		if (ike_offers_parse(list[i], esp ? IKE_USE_ESP : IKE_USE_IKE, false, &p, error))
			reading_error(r, reading_line(cfg, option), "%s: \"%s\": %s", option, list[i], error);
	}
}

static void check_certificate(struct reading *r, const struct conf_ike *ike, cfg_t *cfg, const char *what)
{
	if (!ike->certificate.text)
		reading_error(r, (unsigned int)cfg->line,
			      "%s needs our certificate: add  certificate = \"/path\"", what);
	if (!ike->key.text)
		reading_error(r, (unsigned int)cfg->line, "%s needs our private key: add  key = \"/path\"",
			      what);
}

static void check_id(struct reading *r, const char *id, cfg_t *cfg, const char *option)
{
	char error[IKE_ERROR_MAX];
	struct ike_id parsed;

	if (id && ike_id_parse(id, &parsed, error))
		reading_error(r, reading_line(cfg, option), "%s: %s", option, error);
}

/* For what is wrong in one, once it is looked into. */
static void note_lines(struct conf_ike *ike, cfg_t *cfg)
{
	unsigned int i;

	ike->certificate.line = reading_line(cfg, "certificate");
	ike->key.line = reading_line(cfg, "key");
	for (i = 0; i < ike->n_ca; i++)
		ike->ca[i].line = reading_line_of(cfg, "ca", i);
	for (i = 0; i < ike->n_crl; i++)
		ike->crl[i].line = reading_line_of(cfg, "crl", i);
}

static void check_common(struct reading *r, struct conf_ike *ike, cfg_t *cfg)
{
	note_lines(ike, cfg);
	check_id(r, ike->local_id, cfg, "local-id");
	check_proposals(r, ike, cfg, "ike-proposals");
	check_proposals(r, ike, cfg, "esp-proposals");
	if (ike->n_crl && !ike->n_ca)
		reading_error(r, reading_line(cfg, "crl"),
			      "crl: there is no authority whose list it could be: add  ca = { \"/path\" }");
}

void check_ike_server(struct reading *r, struct conf_server *s, cfg_t *cfg)
{
	s->ike.retransmissions = RETRANSMISSIONS;
	check_common(r, &s->ike, cfg);
	if (s->auth_methods & ~CONF_AUTH_IKE)
		reading_error(r, reading_line(cfg, "auth"),
			      "auth: pap, chap, mschap and mschapv2 are of pptp and l2tp: server ikev2 has "
			      "eap-mschapv2, psk and certificate");
	if (s->auth_methods & CONF_AUTH_EAP)
		check_certificate(r, &s->ike, cfg, "eap-mschapv2");
	if (s->auth_methods & CONF_AUTH_CERT)
		check_certificate(r, &s->ike, cfg, "auth = certificate");
	if ((s->auth_methods & CONF_AUTH_CERT) && !s->ike.n_ca)
		reading_error(r, (unsigned int)cfg->line,
			      "auth = certificate needs the authority of the clients' certificates: add  "
			      "ca = { \"/path\" }");
	if ((s->auth_methods & CONF_AUTH_PSK) && !s->secret)
		reading_error(r, (unsigned int)cfg->line, "auth = psk needs a secret: add  secret = '...'");
	if (!(s->auth_methods & CONF_AUTH_PSK) && s->secret)
		reading_error(r, reading_line(cfg, cfg_size(cfg, "secret") ? "secret" : "secret-file"),
			      "secret: it means nothing without auth = psk");
	if (s->xauth && !(s->auth_methods & (CONF_AUTH_PSK | CONF_AUTH_CERT)))
		reading_error(r, reading_line(cfg, "xauth"),
			      "xauth: before they log in, clients of IKEv1 prove themselves by psk or certificate: add "
			      "one of them to auth");
	if (s->aggressive && !s->xauth)
		reading_error(r, reading_line(cfg, "aggressive"), "aggressive: it means nothing without xauth = yes");
	if (!s->pool)
		reading_error(r, (unsigned int)cfg->line,
			      "server ikev2 has no pool for its clients' addresses: add  pool = \"name\"");
}

/* --- L2TP in IPsec --- */

/* Which option of IPsec is there although there is no IPsec, NULL: none. */
static const char *without_ipsec(cfg_t *cfg)
{
	static const char *const options[] = { "ipsec-secret", "ipsec-secret-file", "local-id", "certificate", "key",
					       "ca", "crl", "ike-proposals", "esp-proposals" };
	unsigned int i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (cfg_size(cfg, options[i]))
			return options[i];
	return NULL;
}

static const char *client_without_ipsec(cfg_t *cfg)
{
	const char *vain = without_ipsec(cfg);

	return !vain && cfg_size(cfg, "remote-id") ? "remote-id" : vain;
}

static void check_client_proof(struct reading *r, const struct conf_client *c, cfg_t *cfg)
{
	if (!c->ike.secret && !c->ike.certificate.text)
		reading_error(r, reading_line(cfg, "ipsec"),
			      "ipsec: how do we and the gateway prove who we are? Add  ipsec-secret = '...'  or a "
			      "certificate with its key and ca");
	if (c->ike.secret && c->ike.certificate.text)
		reading_error(r, reading_line(cfg, "certificate"),
			      "certificate: a client proves itself in one way: leave it or ipsec-secret out");
	if (!c->ike.certificate.text != !c->ike.key.text)
		check_certificate(r, &c->ike, cfg, "ipsec");
	if (c->ike.certificate.text && !c->ike.n_ca)
		reading_error(r, reading_line(cfg, "certificate"),
			      "certificate: the gateway needs one as well: add the authority of it by  "
			      "ca = { \"/path\" }");
}

void check_client_ipsec(struct reading *r, struct conf_client *c, cfg_t *cfg)
{
	const char *vain = client_without_ipsec(cfg);

	c->ike.retransmissions = c->retransmissions;
	if (!conf_client_has_ipsec(c)) {
		if (vain && !strcmp(c->protocol, "l2tp"))
			reading_error(r, reading_line(cfg, vain), "%s: it means nothing without ipsec = required",
				      vain);
		return;
	}
	check_common(r, &c->ike, cfg);
	check_id(r, c->remote_id, cfg, "remote-id");
	check_client_proof(r, c, cfg);
	if (c->fwmark && c->fwmark != r->conf->ipsec_fwmark)
		reading_error(r, reading_line(cfg, "fwmark"),
			      "fwmark: what carries the tunnel is IPsec, whose mark is ipsec-fwmark: leave this one "
			      "out");
	c->fwmark = r->conf->ipsec_fwmark;
}

void check_l2tp_ipsec(struct reading *r, struct conf_server *s, cfg_t *cfg)
{
	const char *vain = without_ipsec(cfg);

	s->ike.retransmissions = RETRANSMISSIONS;
	if (!conf_server_has_ipsec(s)) {
		if (vain)
			reading_error(r, reading_line(cfg, vain), "%s: it means nothing without ipsec = required",
				      vain);
		return;
	}
	check_common(r, &s->ike, cfg);
	if (!s->ike.secret && !s->ike.certificate.text)
		reading_error(r, reading_line(cfg, "ipsec"),
			      "ipsec: how do clients and gateway prove who they are? Add  ipsec-secret = '...'  or a "
			      "certificate with its key, and ca for those of the clients");
	if (!s->ike.certificate.text != !s->ike.key.text)
		check_certificate(r, &s->ike, cfg, "ipsec");
	if (s->ike.certificate.text && !s->ike.n_ca)
		reading_error(r, reading_line(cfg, "certificate"),
			      "certificate: clients need certificates as well: add the authority of theirs by  "
			      "ca = { \"/path\" }");
}

/* --- sites --- */

static bool any_remote(const struct conf_site *s)
{
	return !strcmp(s->remote, CONF_ANY_REMOTE);
}

static void refuse_unless(struct reading *r, cfg_t *cfg, const struct conf_site *s, unsigned int auth,
			  const char *option, const char *word)
{
	if (cfg_size(cfg, option) && !(s->auth & auth))
		reading_error(r, reading_line(cfg, option), "%s: it means nothing without auth = %s", option, word);
}

static void check_site_auth(struct reading *r, const struct conf_site *s, cfg_t *cfg)
{
	refuse_unless(r, cfg, s, CONF_AUTH_PSK, "secret", "psk");
	refuse_unless(r, cfg, s, CONF_AUTH_PSK, "secret-file", "psk");
	if (s->version != CONF_IKEV1) {
		refuse_unless(r, cfg, s, CONF_AUTH_EAP, "user", "eap-mschapv2");
		refuse_unless(r, cfg, s, CONF_AUTH_EAP, "password", "eap-mschapv2");
		refuse_unless(r, cfg, s, CONF_AUTH_EAP, "password-file", "eap-mschapv2");
	}
	refuse_unless(r, cfg, s, CONF_AUTH_RAW_KEY, "peer-key", "raw-key");
	refuse_unless(r, cfg, s, CONF_AUTH_CERT, "certificate", "certificate");
	refuse_unless(r, cfg, s, CONF_AUTH_CERT | CONF_AUTH_RAW_KEY, "key", "certificate or raw-key");
	refuse_unless(r, cfg, s, CONF_AUTH_CERT | CONF_AUTH_EAP, "ca", "certificate or eap-mschapv2");
	if (s->auth == CONF_AUTH_PSK && !s->ike.secret)
		reading_error(r, (unsigned int)cfg->line, "site \"%s\" has no secret: add  secret = '...'",
			      s->name);
	if (s->auth == CONF_AUTH_CERT)
		check_certificate(r, &s->ike, cfg, "auth = certificate");
	if ((s->auth & (CONF_AUTH_CERT | CONF_AUTH_EAP)) && !s->ike.n_ca)
		reading_error(r, (unsigned int)cfg->line,
			      "site \"%s\" needs the authority of the peer's certificate: add  ca = { \"/path\" }",
			      s->name);
	if (s->auth == CONF_AUTH_RAW_KEY && (!s->ike.key.text || !s->peer_key.text))
		reading_error(r, (unsigned int)cfg->line,
			      "site \"%s\" needs our private key and the peer's public one: add  key = \"/path\"  "
			      "and  peer-key = \"/path\"", s->name);
	if (s->auth == CONF_AUTH_EAP ? !s->user || !s->password : !s->user != !s->password)
		reading_error(r, (unsigned int)cfg->line,
			      "site \"%s\" needs a user and a password: add  user = \"name\"  and  "
			      "password = '...'", s->name);
}

static void check_site_remote(struct reading *r, const struct conf_site *s, cfg_t *cfg)
{
	struct addr a;

	if (!any_remote(s)) {
		if (!addr_parse(s->remote, &a) && s->local.family && s->local.family != a.family)
			reading_error(r, reading_line(cfg, "local"),
				      "local: it is not of the same family as remote");
		return;
	}
	if (s->start != CONF_START_PEER)
		reading_error(r, reading_line(cfg, "start"),
			      "start: whoever comes from anywhere has to begin: say start = peer");
	if (!s->remote_id && s->auth != CONF_AUTH_CERT)
		reading_error(r, (unsigned int)cfg->line,
			      "site \"%s\" takes peers from anywhere: say by remote-id who they have to be",
			      s->name);
	if (s->user || s->request_address)
		reading_error(r, reading_line(cfg, "remote"),
			      "remote: whoever logs in, or asks for an address, has to know where: give an address "
			      "or a name");
}

static void check_site_kind(struct reading *r, const struct conf_site *s, cfg_t *cfg)
{
	if (s->mode == CONF_MODE_TRANSPORT && (s->ike.n_local_subnets || s->n_remote_subnets))
		reading_error(r, reading_line(cfg, "mode"),
			      "mode: with transport, what is protected is between the two peers: leave local-subnets "
			      "and remote-subnets out");
	if (s->mode == CONF_MODE_TRANSPORT && s->request_address)
		reading_error(r, reading_line(cfg, "mode"),
			      "mode: an address inside of the tunnel needs mode = tunnel");
	if (s->request_address && s->ike.n_local_subnets)
		reading_error(r, reading_line(cfg, "local-subnets"),
			      "local-subnets: with request-address there is the requested address alone");
	if (s->auth == CONF_AUTH_EAP && s->version == CONF_IKEV1)
		reading_error(r, reading_line(cfg, "auth"), "auth: ikev1 has no EAP: say version = ikev2");
	if (s->version == CONF_IKEV1 && s->user && s->auth == CONF_AUTH_RAW_KEY)
		reading_error(r, reading_line(cfg, "user"),
			      "user: with ikev1 a user logs in after psk or certificate (XAUTH), not after raw-key");
	if (s->user && s->start == CONF_START_PEER)
		reading_error(r, reading_line(cfg, "start"),
			      "start: whoever logs in has to begin: leave it, or user and password, out");
	if (s->aggressive && (s->version != CONF_IKEV1 || s->auth != CONF_AUTH_PSK))
		reading_error(r, reading_line(cfg, "aggressive"),
			      "aggressive: it is of version = ikev1 and auth = psk");
	if (s->redial_min_s > s->redial_max_s)
		reading_error(r, reading_line(cfg, "redial-max"),
			      "redial-max: %u is less than redial-min, which is %u", s->redial_max_s,
			      s->redial_min_s);
}

/* Each network here is paired with each of the same family there, our own address with all of them. */
static unsigned int pairs_of(const struct conf_site *s)
{
	unsigned int n = 0, i, k;

	if (!s->ike.n_local_subnets)
		return s->n_remote_subnets;
	for (i = 0; i < s->ike.n_local_subnets; i++)
		for (k = 0; k < s->n_remote_subnets; k++)
			n += s->ike.local_subnets[i].addr.family == s->remote_subnets[k].addr.family;
	return n;
}

static void check_site_pairs(struct reading *r, const struct conf_site *s, cfg_t *cfg)
{
	unsigned int n = pairs_of(s);

	if (n > CONF_PAIRS_MAX)
		reading_error(r, reading_line(cfg, "remote-subnets"),
			      "remote-subnets: each with each of local-subnets makes %u pairs of networks, and one "
			      "tunnel protects %u: name larger networks, or share them out to several sites",
			      n, CONF_PAIRS_MAX);
}

void check_site(struct reading *r, unsigned int i)
{
	struct conf_site *s = &r->conf->sites[i];
	cfg_t *cfg = cfg_getnsec(r->cfg, "site", i);

	check_common(r, &s->ike, cfg);
	check_id(r, s->remote_id, cfg, "remote-id");
	s->peer_key.line = reading_line(cfg, "peer-key");
	check_site_auth(r, s, cfg);
	check_site_remote(r, s, cfg);
	check_site_kind(r, s, cfg);
	check_site_pairs(r, s, cfg);
}
