// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/ipcp.h"

#include <errno.h>
#include <string.h>

enum {
	OPT_ADDRESS = 3,	/* RFC 1332 section 3.3 */
	OPT_DNS1 = 129,		/* RFC 1877 section 1 */
	OPT_NBNS1 = 130,
	OPT_DNS2 = 131,
	OPT_NBNS2 = 132,
};

static struct ipcp *ipcp_of(struct fsm *fsm)
{
	return hash_entry(fsm, struct ipcp, fsm);
}

static void begin(struct fsm *fsm)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	ipcp->ask_address = true;
	for (int i = 0; i < AUTH_NAMESERVERS_MAX; i++)
		ipcp->ask_dns[i] = ipcp->cfg.client && ipcp->cfg.ask_dns;
}

static void write_address(struct wr *w, uint8_t type, const struct addr *a)
{
	ppp_option_bytes(w, type, &a->v4, sizeof(a->v4));
}

static void request(struct fsm *fsm, struct wr *w)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	/* As client, zeros ask for an address: RFC 1332 section 3.3, RFC 1877 section 1. */
	if (ipcp->ask_address)
		write_address(w, OPT_ADDRESS, &ipcp->cfg.local);
	if (ipcp->ask_dns[0])
		write_address(w, OPT_DNS1, &ipcp->cfg.dns[0]);
	if (ipcp->ask_dns[1])
		write_address(w, OPT_DNS2, &ipcp->cfg.dns[1]);
}

static void judge_begin(struct fsm *fsm)
{
	ipcp_of(fsm)->peer_address = false;
}

static bool same(struct rd *data, const struct addr *a)
{
	const uint8_t *bytes = data ? rd_bytes(data, sizeof(a->v4)) : NULL;

	return bytes && !memcmp(bytes, &a->v4, sizeof(a->v4));
}

/* As client: it has the address that it says; one without has to do without being told one. */
static enum fsm_verdict judge_servers_address(struct ipcp *ipcp, struct rd *data)
{
	struct addr a = { .family = AF_INET };

	if (!data)
		return FSM_REJECT;
	rd_copy(data, &a.v4, sizeof(a.v4));
	if (!a.v4.s_addr)
		return FSM_REJECT;
	ipcp->cfg.peer = a;
	return FSM_ACK;
}

static enum fsm_verdict judge_address(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	struct ipcp *ipcp = ipcp_of(fsm);
	char theirs[ADDR_STRLEN] = "a malformed one", ours[ADDR_STRLEN];
	struct addr a = { .family = AF_INET };
	struct rd look = data ? *data : rd_of(NULL, 0);

	if (ipcp->cfg.client)
		return judge_servers_address(ipcp, data);
	if (same(data, &ipcp->cfg.peer)) {
		ipcp->peer_address = true;
		return FSM_ACK;
	}
	rd_copy(&look, &a.v4, sizeof(a.v4));
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "the peer insists on the address %s, %s was assigned to it",
			   data ? addr_to_str(&a, theirs) : theirs,
			   addr_to_str(&ipcp->cfg.peer, ours));
	write_address(nak, OPT_ADDRESS, &ipcp->cfg.peer);
	return FSM_NAK;
}

/* A peer that asks for no address gets told which it has to ask for (RFC 1332 section 3.3). */
static enum fsm_verdict judge_end(struct fsm *fsm, struct wr *nak)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	if (ipcp->peer_address || ipcp->cfg.client)
		return FSM_ACK;
	if (!fsm_patient(fsm))
		fsm_refuse(fsm, "the peer does not want the address that was assigned to it");
	write_address(nak, OPT_ADDRESS, &ipcp->cfg.peer);
	return FSM_NAK;
}

/* RFC 1877: zeros and wrong guesses are answered with the real one, and what we lack is rejected.
 */
static enum fsm_verdict judge_server(const struct addr *have, uint8_t type, struct rd *data,
				     struct wr *nak)
{
	if (have->family != AF_INET)
		return FSM_REJECT;
	if (same(data, have))
		return FSM_ACK;
	write_address(nak, type, have);
	return FSM_NAK;
}

/* A client has none to tell, whatever it was told itself. */
static const struct addr *to_tell(struct fsm *fsm, const struct addr *a)
{
	static const struct addr none;

	return ipcp_of(fsm)->cfg.client ? &none : a;
}

static enum fsm_verdict judge_dns1(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	return judge_server(to_tell(fsm, &ipcp_of(fsm)->cfg.dns[0]), OPT_DNS1, data, nak);
}

static enum fsm_verdict judge_dns2(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	return judge_server(to_tell(fsm, &ipcp_of(fsm)->cfg.dns[1]), OPT_DNS2, data, nak);
}

static enum fsm_verdict judge_nbns1(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	return judge_server(to_tell(fsm, &ipcp_of(fsm)->cfg.nbns[0]), OPT_NBNS1, data, nak);
}

static enum fsm_verdict judge_nbns2(struct fsm *fsm, struct rd *data, struct wr *nak)
{
	return judge_server(to_tell(fsm, &ipcp_of(fsm)->cfg.nbns[1]), OPT_NBNS2, data, nak);
}

static void take_address(struct addr *a, struct ppp_option *opt)
{
	struct addr given = { .family = AF_INET };

	rd_copy(&opt->data, &given.v4, sizeof(given.v4));
	if (opt->data.bad || opt->data.left)
		return;
	if (!given.v4.s_addr)
		given.family = 0;
	*a = given;
}

/* As server our address is not the peer's to choose; the same request goes out again. */
static void nak(struct fsm *fsm, struct ppp_option *opt)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	if (!ipcp->cfg.client)
		return;
	if (opt->type == OPT_ADDRESS)
		take_address(&ipcp->cfg.local, opt);
	else if (opt->type == OPT_DNS1 && ipcp->ask_dns[0])
		take_address(&ipcp->cfg.dns[0], opt);
	else if (opt->type == OPT_DNS2 && ipcp->ask_dns[1])
		take_address(&ipcp->cfg.dns[1], opt);
}

static void rej(struct fsm *fsm, struct ppp_option *opt)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	if (opt->type == OPT_ADDRESS)
		ipcp->ask_address = false;
	else if (opt->type == OPT_DNS1)
		ipcp->ask_dns[0] = false;
	else if (opt->type == OPT_DNS2)
		ipcp->ask_dns[1] = false;
}

/* A client needs an address, and servers at zeros are none. */
static bool acked(struct fsm *fsm)
{
	struct ipcp *ipcp = ipcp_of(fsm);

	if (!ipcp->cfg.client || ipcp->cfg.local.family)
		return true;
	fsm_refuse(fsm, "the peer gives us no address");
	return false;
}

/* Van Jacobson compression (2) and the old IP-Addresses (1) are left out, and so rejected. */
static const struct fsm_option options[] = {
	{ OPT_ADDRESS, 4, judge_address },
	{ OPT_DNS1, 4, judge_dns1 },
	{ OPT_NBNS1, 4, judge_nbns1 },
	{ OPT_DNS2, 4, judge_dns2 },
	{ OPT_NBNS2, 4, judge_nbns2 },
};

static const struct fsm_proto proto = {
	.protocol = PPP_IPCP,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.begin = begin,
	.request = request,
	.judge_begin = judge_begin,
	.judge_end = judge_end,
	.nak = nak,
	.rej = rej,
	.acked = acked,
};

void ipcp_init(struct ipcp *ipcp, struct fsm_link *link, const struct ipcp_config *cfg)
{
	fsm_init(&ipcp->fsm, &proto, link);
	ipcp->cfg = *cfg;
}

static void freeze_address(struct wr *w, const struct addr *a)
{
	wr_bytes(w, a->family == AF_INET ? &a->v4 : &(struct in_addr){ 0 }, sizeof(a->v4));
}

static void thaw_address(struct rd *r, struct addr *a)
{
	memset(a, 0, sizeof(*a));
	rd_copy(r, &a->v4, sizeof(a->v4));
	if (a->v4.s_addr)
		a->family = AF_INET;
}

void ipcp_freeze(const struct ipcp *ipcp, struct wr *w)
{
	int i;

	fsm_freeze(&ipcp->fsm, w);
	if (ipcp->cfg.client)	/* a server's is in its configuration */
		freeze_address(w, &ipcp->cfg.local);
	freeze_address(w, &ipcp->cfg.peer);
	for (i = 0; i < AUTH_NAMESERVERS_MAX; i++) {
		freeze_address(w, &ipcp->cfg.dns[i]);
		freeze_address(w, &ipcp->cfg.nbns[i]);
	}
}

int ipcp_thaw(struct ipcp *ipcp, struct rd *r)
{
	int i;

	if (fsm_thaw(&ipcp->fsm, r))
		return -EBADMSG;
	if (ipcp->cfg.client)
		thaw_address(r, &ipcp->cfg.local);
	thaw_address(r, &ipcp->cfg.peer);
	for (i = 0; i < AUTH_NAMESERVERS_MAX; i++) {
		thaw_address(r, &ipcp->cfg.dns[i]);
		thaw_address(r, &ipcp->cfg.nbns[i]);
	}
	return r->bad ? -EBADMSG : 0;
}
