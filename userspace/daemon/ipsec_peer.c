// SPDX-License-Identifier: GPL-2.0-or-later
/* Sections as the protocol wants them: identities, keys, proposals and networks. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "daemon/ipsec.h"

#define MEGABYTE		1000000u
#define L2TP_PORT		1701	/* RFC 3193 section 4 */

static bool fails(char why[IKE_WHY_MAX], const char *option, const char *error)
{
	snprintf(why, IKE_WHY_MAX, "%s: %s", option, error);
	return false;
}

/* With the file's name, where it is known: the engine has only what was in it. */
static bool file_fails(char why[IKE_WHY_MAX], const char *option, const struct conf_file *file, const char *error)
{
	snprintf(why, IKE_WHY_MAX, "%s: %s%s%s", option, file->path ? file->path : "", file->path ? ": " : "", error);
	return false;
}

static bool set_id(struct ike_id *id, const char *text, const char *option, char why[IKE_WHY_MAX])
{
	char error[IKE_ERROR_MAX];

	return !text || !ike_id_parse(text, id, error) || fails(why, option, error);
}

static bool set_offers(const struct conf_ike *ike, enum conf_ike_version version, enum ike_use use,
		       struct ike_offers *out, char why[IKE_WHY_MAX])
{
	char *const *list = use == IKE_USE_IKE ? ike->ike_proposals : ike->esp_proposals;
	unsigned int n = use == IKE_USE_IKE ? ike->n_ike_proposals : ike->n_esp_proposals, i;
	char text[CONF_PROPOSALS_MAX + 1] = "", error[IKE_ERROR_MAX];
	size_t len = 0;

	if (!n) {
		ike_offers_default(version == CONF_IKEV1 ? IKE_V1 : IKE_V2, use, ike->legacy, out);
		return true;
	}
	for (i = 0; i < n && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "", list[i]);
	if (len >= sizeof(text))
		return fails(why, "proposals", "they are too long");
	return !ike_offers_parse(text, use, ike->legacy, out, error) ||
	       fails(why, use == IKE_USE_IKE ? "ike-proposals" : "esp-proposals", error);
}

static bool set_own(const struct conf_ike *ike, struct ike_peer *p, char why[IKE_WHY_MAX])
{
	char error[IKE_ERROR_MAX];

	if (ike->key.text) {
		p->key = ike_key_load(ike->key.text, strlen(ike->key.text), error);
		if (!p->key)
			return file_fails(why, "key", &ike->key, error);
	}
	if (!ike->certificate.text)
		return true;
	p->own = ike_own_load(ike->certificate.text, strlen(ike->certificate.text), error);
	if (!p->own)
		return file_fails(why, "certificate", &ike->certificate, error);
	if (!p->key || !ike_own_fits(p->own, p->key))
		return file_fails(why, "key", &ike->key, "it is not the one of the certificate");
	if (p->local_id.type && !ike_own_is(p->own, &p->local_id))
		return file_fails(why, "certificate", &ike->certificate,
				  "it has neither the subject nor the alternative name that local-id says");
	return true;
}

static bool set_trust(const struct conf_ike *ike, struct ike_peer *p, char why[IKE_WHY_MAX])
{
	char error[IKE_ERROR_MAX];
	unsigned int i;

	if (!ike->n_ca)
		return true;
	p->trust = ike_trust_new();
	if (!p->trust)
		return fails(why, "ca", "out of memory");
	for (i = 0; i < ike->n_ca; i++)
		if (ike_trust_add_ca(p->trust, ike->ca[i].text, strlen(ike->ca[i].text), error) < 0)
			return file_fails(why, "ca", &ike->ca[i], error);
	for (i = 0; i < ike->n_crl; i++)
		if (ike_trust_add_crl(p->trust, ike->crl[i].text, strlen(ike->crl[i].text), error) < 0)
			return file_fails(why, "crl", &ike->crl[i], error);
	return true;
}

static bool set_common(const struct conf_ike *ike, enum conf_ike_version version, struct ike_peer *p,
		       char why[IKE_WHY_MAX])
{
	unsigned int i;

	for (i = 0; i < ike->n_local_subnets; i++)
		ike_ts_of_prefix(&ike->local_subnets[i], &p->local_ts[i]);
	p->n_local_ts = ike->n_local_subnets;
	p->pfs_optional = !ike->n_esp_proposals;
	p->mobike = ike->mobike;
	p->fragmentation = ike->fragmentation;
	p->legacy = ike->legacy;
	p->ike_lifetime_s = ike->ike_lifetime_s;
	p->child_lifetime_s = ike->child_lifetime_s;
	p->child_lifetime_bytes = (uint64_t)ike->child_lifetime_mb * MEGABYTE;
	p->dpd_interval_s = ike->dpd_interval_s;
	p->retransmissions = ike->retransmissions;
	return set_id(&p->local_id, ike->local_id, "local-id", why) &&
	       set_offers(ike, version, IKE_USE_IKE, &p->ike, why) &&
	       set_offers(ike, version, IKE_USE_ESP, &p->esp, why) &&
	       set_own(ike, p, why) && set_trust(ike, p, why);
}

static unsigned int auth_of(unsigned int conf)
{
	return ((conf & CONF_AUTH_PSK) ? IKE_BY_PSK : 0) | ((conf & CONF_AUTH_CERT) ? IKE_BY_CERT : 0) |
	       ((conf & CONF_AUTH_RAW_KEY) ? IKE_BY_RAW_KEY : 0) | ((conf & CONF_AUTH_EAP) ? IKE_BY_EAP : 0);
}

static bool set_site_auth(const struct conf_site *conf, struct ike_peer *p, char why[IKE_WHY_MAX])
{
	char error[IKE_ERROR_MAX];

	p->local_auth = p->remote_auth = auth_of(conf->auth);
	if (conf->auth == CONF_AUTH_EAP)
		p->remote_auth = IKE_BY_CERT;
	if (conf->user) {
		p->user = secret_strdup(conf->user);
		p->password = secret_strdup(conf->password);
		p->xauth = conf->version == CONF_IKEV1;
	}
	if (conf->ike.secret)
		p->secret = secret_strdup(conf->ike.secret);
	if (conf->peer_key.text) {
		p->peer_key = ike_pubkey_load(conf->peer_key.text, strlen(conf->peer_key.text), error);
		if (!p->peer_key)
			return file_fails(why, "peer-key", &conf->peer_key, error);
	}
	return true;
}

/* Who the peer has to be where the section does not say it: remote is an address or a name. */
static void default_remote_id(const char *remote, struct ike_peer *p)
{
	char error[IKE_ERROR_MAX];
	struct addr a;

	if (addr_parse(remote, &a))
		ike_id_parse(remote, &p->remote_id, error);
	else
		ike_id_from_addr(&p->remote_id, &a);
}

static void set_remote_networks(const struct conf_site *conf, struct ike_peer *p)
{
	static const struct prefix all4 = { .addr = { .family = AF_INET } };
	unsigned int i;

	for (i = 0; i < conf->n_remote_subnets; i++)
		ike_ts_of_prefix(&conf->remote_subnets[i], &p->remote_ts[i]);
	p->n_remote_ts = conf->n_remote_subnets;
	if (!p->n_remote_ts && conf->request_address) {
		ike_ts_of_prefix(&all4, &p->remote_ts[0]);
		p->n_remote_ts = 1;
	}
}

struct ike_peer *ipsec_site_peer(const struct conf_site *conf, const struct addr *remote, char why[IKE_WHY_MAX])
{
	struct ike_peer *p = ike_peer_new();

	if (!p) {
		fails(why, "site", "out of memory");
		return NULL;
	}
	snprintf(p->name, sizeof(p->name), "site %s", conf->name);
	p->remote = *remote;
	p->transport = conf->mode == CONF_MODE_TRANSPORT;
	p->request_address = conf->request_address;
	p->aggressive = conf->aggressive;
	p->encapsulate = conf->encapsulate;
	if (!conf->remote_id && strcmp(conf->remote, CONF_ANY_REMOTE))
		default_remote_id(conf->remote, p);
	set_remote_networks(conf, p);
	if (set_id(&p->remote_id, conf->remote_id, "remote-id", why) && set_site_auth(conf, p, why) &&
	    set_common(&conf->ike, conf->version, p, why))
		return p;
	ike_peer_put(p);
	return NULL;
}

struct ike_peer *ipsec_l2tp_peer(const struct conf_server *conf, enum conf_ike_version version, bool by_secret,
				 char why[IKE_WHY_MAX])
{
	struct ike_peer *p = ike_peer_new();

	if (!p) {
		fails(why, "server l2tp", "out of memory");
		return NULL;
	}
	snprintf(p->name, sizeof(p->name), "server l2tp");
	p->transport = true;
	p->local_auth = p->remote_auth = by_secret ? IKE_BY_PSK : IKE_BY_CERT;
	if (by_secret)
		p->secret = secret_strdup(conf->ike.secret);
	if (set_common(&conf->ike, version, p, why))
		return p;
	ike_peer_put(p);
	return NULL;
}

static void only_l2tp(const struct addr *a, struct ike_selector *ts)
{
	*ts = (struct ike_selector){ .protocol = IPPROTO_UDP, .port_from = L2TP_PORT, .port_to = L2TP_PORT,
				     .from = *a, .to = *a };
}

struct ike_peer *ipsec_client_peer(const struct conf_client *conf, const struct ike_path *path, char why[IKE_WHY_MAX])
{
	struct ike_peer *p = ike_peer_new();

	if (!p) {
		fails(why, "client", "out of memory");
		return NULL;
	}
	snprintf(p->name, sizeof(p->name), "client %s", conf->name);
	p->remote = path->peer;
	p->transport = true;
	p->local_auth = p->remote_auth = conf->ike.secret ? IKE_BY_PSK : IKE_BY_CERT;
	if (conf->ike.secret)
		p->secret = secret_strdup(conf->ike.secret);
	else if (!conf->remote_id)
		default_remote_id(conf->gateway, p);
	if (set_id(&p->remote_id, conf->remote_id, "remote-id", why) &&
	    set_common(&conf->ike, conf->ike_version, p, why)) {
		only_l2tp(&path->local, &p->local_ts[0]);
		only_l2tp(&path->peer, &p->remote_ts[0]);
		p->n_local_ts = p->n_remote_ts = 1;
		return p;
	}
	ike_peer_put(p);
	return NULL;
}

struct ike_peer *ipsec_server_peer(const struct conf_server *conf, enum conf_ike_version version, bool by_secret,
				   char why[IKE_WHY_MAX])
{
	static const struct prefix all4 = { .addr = { .family = AF_INET } }, all6 = { .addr = { .family = AF_INET6 } };
	struct ike_peer *p = ike_peer_new();

	if (!p) {
		fails(why, "server ikev2", "out of memory");
		return NULL;
	}
	snprintf(p->name, sizeof(p->name), "server ikev2");
	p->assign_addresses = true;
	p->local_auth = by_secret ? IKE_BY_PSK : IKE_BY_CERT;
	p->remote_auth = by_secret ? IKE_BY_PSK : auth_of(conf->auth_methods & ~CONF_AUTH_PSK);
	if (version == CONF_IKEV1) {
		p->remote_auth &= ~(unsigned int)IKE_BY_EAP;
		p->xauth = true;
		p->aggressive = conf->aggressive;
	}
	if (by_secret)
		p->secret = secret_strdup(conf->secret);
	if (!set_common(&conf->ike, version, p, why)) {
		ike_peer_put(p);
		return NULL;
	}
	if (!p->n_local_ts) {
		ike_ts_of_prefix(&all4, &p->local_ts[p->n_local_ts++]);
		if (conf->ipv6)
			ike_ts_of_prefix(&all6, &p->local_ts[p->n_local_ts++]);
	}
	return p;
}

/* --- those of servers --- */

struct ipsec_peers *ipsec_peers_of(struct ipsec_peers both[2], enum conf_ike_version version)
{
	return &both[version == CONF_IKEV2];
}

unsigned int ipsec_peers_put(const struct ipsec_peers *peers, struct ike_peer **out, unsigned int max)
{
	unsigned int i;

	for (i = 0; i < peers->n && i < max; i++)
		out[i] = peers->peer[i];
	return i;
}

void ipsec_peers_drop(struct ipsec_peers both[2])
{
	unsigned int v;

	for (v = 0; v < 2; v++)
		while (both[v].n)
			ike_peer_put(both[v].peer[--both[v].n]);
}
