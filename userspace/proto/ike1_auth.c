// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is it? Identities, and proofs by pre-shared key and by signature (RFC 2409 sections 5.1 and 5.4). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "proto/ike1_impl.h"

bool ike1_is_psk(uint16_t auth_method)
{
	return auth_method == IKE1_AUTH_PSK || auth_method == IKE1_AUTH_XAUTH_INIT_PSK ||
	       auth_method == IKE1_AUTH_XAUTH_RESP_PSK;
}

bool ike1_is_xauth(uint16_t auth_method)
{
	return auth_method >= IKE1_AUTH_XAUTH_INIT_PSK && auth_method <= IKE1_AUTH_XAUTH_RESP_RSA;
}

size_t ike1_methods(const struct ike_peer *p, uint16_t out[4])
{
	unsigned int both = p->local_auth & p->remote_auth;
	size_t n = 0;

	/* IKEv1 has one method for both sides. */
	if (both & IKE_BY_PSK && p->secret)
		out[n++] = p->xauth ? IKE1_AUTH_XAUTH_INIT_PSK : IKE1_AUTH_PSK;
	if (both & (IKE_BY_CERT | IKE_BY_RAW_KEY) && p->key) {
		uint16_t method = ike1_auth_of(p->key);

		if (p->xauth && method == IKE1_AUTH_RSA_SIG)
			out[n++] = IKE1_AUTH_XAUTH_INIT_RSA;
		else if (!p->xauth && method)
			out[n++] = method;
	}
	return n;
}

/*
 * What HASH_I and HASH_R are made with: what was agreed on, but of a signature that is tied to a hash the HMAC of that
 * one (RFC 2409 section 5.1, RFC 4754 section 5).
 */
static const struct ike_alg *proof_prf(const struct ike1_sa *sa)
{
	const char *name;

	switch (sa->auth_method) {
	case IKE1_AUTH_ECDSA_256:
		name = "prfsha256";
		break;
	case IKE1_AUTH_ECDSA_384:
		name = "prfsha384";
		break;
	case IKE1_AUTH_ECDSA_521:
		name = "prfsha512";
		break;
	default:
		return sa->suite.prf;
	}
	return ike_alg_by_name(name, strlen(name));
}

/* --- our own --- */

void ike1_own_id(struct ike1_sa *sa)
{
	if (sa->peer->local_id.type != IKE_ID_NONE)
		sa->local_id = sa->peer->local_id;
	else if (!ike1_is_psk(sa->auth_method) && sa->peer->own)
		ike_own_subject(sa->peer->own, &sa->local_id);
	else
		ike_id_from_addr(&sa->local_id, &sa->path.local);
}

/* RFC 3947 section 4: with NAT traversal the port is 0; else both are as well, which RFC 2407 section 4.6.2 allows. */
size_t ike1_own_id_body(struct ike1_sa *sa, uint8_t *out, size_t cap)
{
	struct wr w = wr_to(out, cap);

	ike1_id_body(&w, sa->local_id.type, 0, 0, sa->local_id.data, sa->local_id.len);
	return w.bad ? 0 : w.len;
}

static void put_certs(struct ike1_sa *sa, struct ike_chain *c)
{
	const struct ike_chain_file *own = sa->peer->own;
	char error[IKE_ERROR_MAX];

	/* It is the peer's to refuse it. */
	if (own && ike_own_check(own, (time_t)sa->ike->ops->wall_time(sa->ike->ctx), error))
		ike1_log(sa, LOG_LEVEL_WARN, "%s", error);
	for (unsigned int i = 0; own && i < ike_own_count(own); i++) {
		struct ike_octets der = ike_own_der(own, i);

		ike1_put_cert(c, IKE1_PAYLOAD_CERT, IKE_CERT_X509_SIGNATURE, der.at, der.len);
	}
}

int ike1_put_proof(struct ike1_sa *sa, struct ike_chain *c)
{
	const struct ike1_exchange x = ike1_material(sa);
	uint8_t id[4 + IKE_ID_DATA_MAX], hash[IKE_HASH_MAX_LEN], sig[IKE_SIGNATURE_MAX];
	struct ike_octets body = { id, ike1_own_id_body(sa, id, sizeof(id)) };
	const struct ike_alg *prf = proof_prf(sa);
	struct wr w = wr_to(sig, sizeof(sig));
	int err = ike1_hash_auth(&sa->keys, prf, &x, sa->initiator, body, hash);

	if (err)
		return err;
	if (ike1_is_psk(sa->auth_method)) {
		ike_put_octets(c, IKE1_PAYLOAD_HASH, hash, prf->out_len);
		return 0;
	}
	put_certs(sa, c);
	err = ike1_sign(sa->peer->key, hash, prf->out_len, &w);
	if (!err)
		ike_put_octets(c, IKE1_PAYLOAD_SIG, sig, w.len);
	return err;
}

/* RFC 2408 section 3.10: one for each authority that we believe. */
void ike1_put_crs(struct ike1_sa *sa, struct ike_chain *c)
{
	const struct ike_peer *p = sa->peer ? sa->peer : sa->n_candidates ? sa->candidates[0] : NULL;

	if (ike1_is_psk(sa->auth_method) || !p || !p->trust)
		return;
	for (unsigned int i = 0; i < ike_trust_count(p->trust) && i < IKE1_CRS_MAX; i++) {
		struct ike_octets name = ike_trust_name(p->trust, i);

		ike1_put_cert(c, IKE1_PAYLOAD_CR, IKE_CERT_X509_SIGNATURE, name.at, name.len);
	}
}

/* --- the peer's --- */

static bool check_hash(const struct ike1_sa *sa, const struct ike1_message *m, const uint8_t *hash,
		       char why[IKE_WHY_MAX])
{
	if (ike1_has(m, IKE1_PAYLOAD_HASH) && m->hash.len == sa->suite.prf->out_len &&
	    secret_equal(m->hash.at, hash, m->hash.len))
		return true;
	snprintf(why, IKE_WHY_MAX, "the peer does not prove that it knows the pre-shared key");
	return false;
}

/* XAUTH has RSA alone. */
static bool verify(const struct ike1_sa *sa, const struct ike_pubkey *key, const struct ike1_message *m,
		   const uint8_t *hash, char error[IKE_ERROR_MAX])
{
	const uint16_t method = ike1_is_xauth(sa->auth_method) ? IKE1_AUTH_RSA_SIG : sa->auth_method;

	return !ike1_verify(key, method, hash, proof_prf(sa)->out_len, m->sig, error);
}

static bool check_signature(struct ike1_sa *sa, const struct ike_peer *peer, const struct ike1_message *m,
			    const uint8_t *hash, char why[IKE_WHY_MAX])
{
	struct ike_cert_verdict verdict;
	struct ike_pubkey *key = NULL;
	char error[IKE_ERROR_MAX];
	bool ok;

	if (!ike1_has(m, IKE1_PAYLOAD_SIG)) {
		snprintf(why, IKE_WHY_MAX, "the peer sent no signature");
		return false;
	}
	if (peer->remote_auth & IKE_BY_RAW_KEY && peer->peer_key) {
		ok = verify(sa, peer->peer_key, m, hash, error);
		snprintf(why, IKE_WHY_MAX, "%s", ok ? "" : error);
		return ok;
	}
	if (peer->trust)
		key = ike_trust_verify(peer->trust, m->cert, m->n_certs, &sa->peer_id,
				       (time_t)sa->ike->ops->wall_time(sa->ike->ctx), &verdict);
	if (!key) {
		snprintf(why, IKE_WHY_MAX, "%s", peer->trust ? verdict.text :
			 "no authority is configured that could vouch");
		return false;
	}
	ok = verify(sa, key, m, hash, error);
	snprintf(why, IKE_WHY_MAX, "%s", ok ? "" : error);
	ike_pubkey_free(key);
	return ok;
}

static bool check_id(struct ike1_sa *sa, const struct ike_peer *peer, struct ike_octets id_body, char why[IKE_WHY_MAX])
{
	struct rd r = rd_of(id_body.at, id_body.len);
	uint8_t type = rd_u8(&r);
	char got[IKE_ID_STRLEN / 4], want[IKE_ID_STRLEN / 4];

	rd_skip(&r, 3);
	if (r.bad || ike_id_from_wire(&sa->peer_id, type, ike_octets_of(r.at, r.left))) {
		snprintf(why, IKE_WHY_MAX, "the peer's identity, of type %s, is malformed", ike_id_type_to_str(type));
		return false;
	}
	if (ike_id_matches(&peer->remote_id, &sa->peer_id))
		return true;
	snprintf(why, IKE_WHY_MAX, "the peer says it is %s, and %s is expected",
		 ike_id_to_str(&sa->peer_id, got, sizeof(got)), ike_id_to_str(&peer->remote_id, want, sizeof(want)));
	return false;
}

bool ike1_proof_check(struct ike1_sa *sa, const struct ike_peer *peer, const struct ike1_keys *keys,
		      const struct ike1_message *m, struct ike_octets id_body, char why[IKE_WHY_MAX])
{
	const struct ike1_exchange x = ike1_material(sa);
	uint8_t hash[IKE_HASH_MAX_LEN];

	if (ike1_hash_auth(keys, proof_prf(sa), &x, !sa->initiator, id_body, hash)) {
		snprintf(why, IKE_WHY_MAX, "libcrypto refuses to compute a hash");
		return false;
	}
	if (!check_id(sa, peer, id_body, why))
		return false;
	return ike1_is_psk(sa->auth_method) ? check_hash(sa, m, hash, why) : check_signature(sa, peer, m, hash, why);
}
