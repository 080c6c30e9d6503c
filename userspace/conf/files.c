// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in the files that sections of IPsec name: keys, certificates, authorities, revocation lists. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "proto/ike_cert.h"

struct checking {
	const struct conf *conf;
	time_t now;
	conf_report_fn report;
	void *arg;
	bool failed;
};

static void say(struct checking *c, bool warning, const char *option, const struct conf_file *file, const char *error)
{
	struct conf_problem p = { .line = file->line, .warning = warning };

	snprintf(p.text, sizeof(p.text), "%s: %s%s%s", option, file->path ? file->path : "", file->path ? ": " : "",
		 error);
	c->failed = c->failed || !warning;
	c->report(c->arg, c->conf->path, &p);
}

static struct ike_key *load_key(struct checking *c, const struct conf_file *file)
{
	char error[IKE_ERROR_MAX];
	struct ike_key *key;

	if (!file->text)
		return NULL;
	key = ike_key_load(file->text, strlen(file->text), error);
	if (!key)
		say(c, false, "key", file, error);
	return key;
}

static struct ike_chain_file *load_own(struct checking *c, const struct conf_file *file)
{
	struct ike_chain_file *own;
	char error[IKE_ERROR_MAX];

	if (!file->text)
		return NULL;
	own = ike_own_load(file->text, strlen(file->text), error);
	if (!own)
		say(c, false, "certificate", file, error);
	return own;
}

/* Its dates are no reason to refuse it: they change by themselves, and the clock may be what is wrong. */
static void check_own(struct checking *c, const struct conf_ike *ike)
{
	struct ike_chain_file *own = load_own(c, &ike->certificate);
	struct ike_key *key = load_key(c, &ike->key);
	char error[IKE_ERROR_MAX];
	struct ike_id id;

	if (own && key && !ike_own_fits(own, key))
		say(c, false, "key", &ike->key, "it is not the one of the certificate");
	if (own && ike->local_id && !ike_id_parse(ike->local_id, &id, error) && !ike_own_is(own, &id))
		say(c, false, "certificate", &ike->certificate,
		    "it has neither the subject nor the alternative name that local-id says");
	if (own && ike_own_check(own, c->now, error))
		say(c, true, "certificate", &ike->certificate, error);
	ike_own_free(own);
	ike_key_free(key);
}

static void check_trust(struct checking *c, const struct conf_ike *ike)
{
	struct ike_trust *trust = ike_trust_new();
	char error[IKE_ERROR_MAX];
	unsigned int i;

	for (i = 0; trust && i < ike->n_ca; i++)
		if (ike_trust_add_ca(trust, ike->ca[i].text, strlen(ike->ca[i].text), error) < 0)
			say(c, false, "ca", &ike->ca[i], error);
	for (i = 0; trust && i < ike->n_crl; i++)
		if (ike_trust_add_crl(trust, ike->crl[i].text, strlen(ike->crl[i].text), error) < 0)
			say(c, false, "crl", &ike->crl[i], error);
	ike_trust_free(trust);
}

static void check_peer_key(struct checking *c, const struct conf_file *file)
{
	struct ike_pubkey *key;
	char error[IKE_ERROR_MAX];

	if (!file->text)
		return;
	key = ike_pubkey_load(file->text, strlen(file->text), error);
	if (!key)
		say(c, false, "peer-key", file, error);
	ike_pubkey_free(key);
}

static void check_section(struct checking *c, const struct conf_ike *ike)
{
	check_own(c, ike);
	check_trust(c, ike);
}

bool conf_check_files(const struct conf *conf, time_t now, conf_report_fn report, void *arg)
{
	struct checking c = { .conf = conf, .now = now, .report = report, .arg = arg };
	unsigned int i;

	for (i = 0; i < conf->n_servers; i++)
		check_section(&c, &conf->servers[i].ike);
	for (i = 0; i < conf->n_clients; i++)
		check_section(&c, &conf->clients[i].ike);
	for (i = 0; i < conf->n_sites; i++) {
		check_section(&c, &conf->sites[i].ike);
		check_peer_key(&c, &conf->sites[i].peer_key);
	}
	return !c.failed;
}
