/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adit.conf: read, checked and held. A configuration is immutable once read; a reload reads a new
 * one and swaps. Every error names file, line, option and what to do. The option tables in
 * conf/options.c are the one source for parse, check, dump and the man page's table.
 */
#ifndef ADIT_CONF_CONF_H
#define ADIT_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/addr.h"
#include "base/log.h"

#define CONF_LIST_MAX		16
#define CONF_PAIRS_MAX		32	/* of networks that one child of the kernel protects */
#define CONF_SESSIONS_MAX	65536	/* a call id each, of 16 bits, is unique in the daemon */
#define CONF_PASSWORD_MAX	255	/* octets: PAP counts them in one, RFC 1334 section 2.2.1 */
/* octets of a user's name, as in RADIUS: RFC 2865 section 5.1 */
#define CONF_USER_MAX		253
/* addresses: ten times the sessions that one device is made for */
#define CONF_POOL_MAX		(1u << 20)

/* The bits of enum auth_method in proto/auth.h, which is above this directory. */
enum { CONF_AUTH_PAP = 1, CONF_AUTH_CHAP_MD5 = 2, CONF_AUTH_MSCHAP = 4, CONF_AUTH_MSCHAPV2 = 8 };
/* Of a client alone: the server need not ask who we are. */
#define CONF_AUTH_NONE		(1u << 16)
/* Of server ikev2 and of sites, which have none of those above. */
#define CONF_AUTH_EAP		(1u << 17)	/* EAP-MSCHAPv2 with a user's password */
#define CONF_AUTH_PSK		(1u << 18)
#define CONF_AUTH_CERT		(1u << 19)
#define CONF_AUTH_RAW_KEY	(1u << 20)
#define CONF_AUTH_XAUTH		(1u << 21)	/* of users of IKEv1 */
#define CONF_AUTH_IKE		(CONF_AUTH_EAP | CONF_AUTH_PSK | CONF_AUTH_CERT | CONF_AUTH_RAW_KEY)

/*
 * The mark of a client's own packets where it has the default route and no other mark, and the
 * table that everything without the mark is looked up in.
 */
#define CONF_CLIENT_FWMARK	0xad17
#define CONF_CLIENT_TABLE	0xad17

#define CONF_FILE_MAX		65536		/* octets of a file of certificates or keys */
#define CONF_FILES_MAX		8
#define CONF_PROPOSALS_MAX	4095		/* octets of those of one section, with the commas between them */
#define CONF_ID_MAX		255		/* octets of an IKE identity as it is written */

/* A PEM file: read when the configuration is, so that its reader needs no other file. */
struct conf_file {
	char *path;			/* NULL: what stands in the file's place is the text itself */
	char *text;			/* secret */
	unsigned int line;		/* on which the configuration names it */
};

/* What server ikev2 and the sites have in common. */
struct conf_ike {
	char *local_id;			/* NULL: of the certificate, else the address */
	char *secret;			/* NULL: none */
	struct conf_file certificate;	/* with those that lead to its issuer behind it */
	struct conf_file key;
	struct conf_file ca[CONF_FILES_MAX], crl[CONF_FILES_MAX];
	unsigned int n_ca, n_crl;
	char *ike_proposals[CONF_LIST_MAX], *esp_proposals[CONF_LIST_MAX];
	unsigned int n_ike_proposals, n_esp_proposals;	/* 0: the default ones */
	bool legacy;			/* algorithms that old peers need */
	uint32_t ike_lifetime_s, child_lifetime_s;
	uint32_t child_lifetime_mb;	/* 0: without this limit */
	uint32_t dpd_interval_s;	/* 0: never asks */
	uint32_t retransmissions;
	bool mobike, fragmentation;
	struct prefix local_subnets[CONF_LIST_MAX];
	unsigned int n_local_subnets;
};

/* The tables of IPsec's routes that go before the main one's, and of a default route. */
#define CONF_IPSEC_TABLE	0xad18
#define CONF_IPSEC_DEFAULT_TABLE	0xad19

struct conf_user {
	char *name;
	char *password;			/* secret; from password or password-file */
	struct addr address;		/* fixed; family 0: from the pool */
	struct prefix routes[CONF_LIST_MAX];
	unsigned int n_routes;
	bool disabled;
	unsigned int auth_methods;	/* 0: what the server allows */
};

struct conf_pool {
	char *name;
	struct addr first, last;	/* IPv4 */
	struct prefix ipv6;		/* family 0: none; sessions get a /64 each */
};

enum conf_encryption { CONF_ENCRYPTION_REQUIRED, CONF_ENCRYPTION_OPTIONAL, CONF_ENCRYPTION_NONE };
enum conf_mppe_mode { CONF_MPPE_STATELESS, CONF_MPPE_STATEFUL, CONF_MPPE_ANY };
enum conf_duplicate { CONF_DUPLICATE_REPLACE, CONF_DUPLICATE_REFUSE, CONF_DUPLICATE_ALLOW };

/* What a peer may say otherwise than its server: unset is "as the server says". */
enum conf_choice { CONF_UNSET, CONF_YES, CONF_NO };
/* Numbers in L2TP data: where the peer asks for them, or always in what we send. */
enum conf_sequencing { CONF_SEQUENCING_ASKED = 1, CONF_SEQUENCING_ALWAYS };
enum conf_proxy { CONF_PROXY_ACCEPT = 1, CONF_PROXY_RENEGOTIATE };
enum conf_strangers { CONF_PEERS_ANY, CONF_PEERS_KNOWN };
enum conf_ipsec { CONF_IPSEC_NONE, CONF_IPSEC_REQUIRED };

#define CONF_HOST_NAME_MAX	255	/* octets that an L2TP endpoint takes */
#define CONF_ANY_HOST		"*"

/* l2tp-peer NAME { ... } */
struct conf_l2tp_peer {
	char *name;
	char *host_name;		/* as it calls itself; NULL: name; CONF_ANY_HOST */
	struct prefix addresses[CONF_LIST_MAX];	/* that it comes from */
	unsigned int n_addresses;	/* 0: from anywhere */
	char *secret, *local_name;	/* NULL: the server's */
	enum conf_choice authenticate, hide;
	enum conf_sequencing sequencing;	/* 0: the server's */
	enum conf_proxy proxy;
};

/* server pptp { ... }, server l2tp { ... } */
struct conf_server {
	char *protocol;			/* "pptp", "l2tp" */
	struct addr listen[CONF_LIST_MAX];	/* pptp: IPv4 */
	unsigned int n_listen;		/* 0: all addresses */
	char device[16];		/* "pptp0", "l2tp0" */
	struct addr address;		/* the gateway's inner IPv4 address */
	const struct conf_pool *pool;
	unsigned int auth_methods;	/* enum auth_method bits, default MS-CHAPv2 */
	enum conf_encryption encryption;	/* default required; l2tp: none */
	unsigned int mppe_strengths;	/* 1: 40, 2: 56, 4: 128; default 128 */
	/* default any: stateless unless the peer asks for stateful */
	enum conf_mppe_mode mppe_mode;
	struct addr dns[2], nbns[2];
	struct prefix client_routes[CONF_LIST_MAX];	/* told to clients that ask by DHCPINFORM */
	unsigned int n_client_routes;
	uint16_t mtu, mru;		/* 1400, 1400 */
	uint32_t mss_clamp;		/* 1: from the MTU */
	bool ipv6;
	uint32_t fwmark;
	uint32_t lcp_echo_interval_s, lcp_echo_failures;
	uint32_t idle_timeout_s, session_timeout_s;	/* 0: never */
	uint32_t max_sessions, max_connections, max_connections_per_address;
	uint32_t max_logins_per_address;
	enum conf_duplicate duplicate;
	/* l2tp alone */
	char *host_name;		/* NULL: conf.hostname */
	char *secret;			/* NULL: none */
	enum conf_choice authenticate, hide;
	enum conf_sequencing sequencing;
	enum conf_proxy proxy;
	enum conf_strangers peers;
	enum conf_ipsec ipsec;
	uint32_t hello_interval_s;	/* 0: never */
	uint32_t retransmissions;
	uint32_t max_sessions_per_tunnel, max_half_open, max_half_open_per_address;
	/* ikev2 alone */
	bool xauth;			/* clients of IKEv1 too */
	bool aggressive;		/* and they may begin by aggressive mode */
	struct conf_ike ike;
};

enum conf_ike_version { CONF_IKEV1 = 1, CONF_IKEV2 };
enum conf_mode { CONF_MODE_TUNNEL, CONF_MODE_TRANSPORT };
enum conf_start { CONF_START_NOW, CONF_START_TRAFFIC, CONF_START_PEER };

#define CONF_ANY_REMOTE		"any"

/* site "NAME" { ... } */
struct conf_site {
	char *name;
	struct addr local;		/* family 0: as the route to the peer has it */
	char *remote;			/* an address, a name, or CONF_ANY_REMOTE */
	enum conf_ike_version version;
	char *remote_id;		/* NULL: its address; with any, what the peer proves */
	unsigned int auth;		/* one of CONF_AUTH_IKE */
	char *user, *password;		/* of EAP, or with IKEv1 of XAUTH */
	struct conf_file peer_key;	/* the peer's raw public key */
	struct conf_ike ike;
	struct prefix remote_subnets[CONF_LIST_MAX];
	unsigned int n_remote_subnets;	/* 0: the peer alone, or with request-address everything */
	enum conf_mode mode;
	enum conf_start start;
	bool request_address;
	bool aggressive;		/* of IKEv1 */
	bool encapsulate;		/* in UDP, even without a NAT */
	uint32_t redial_min_s, redial_max_s;
};

enum conf_connect { CONF_CONNECT_START, CONF_CONNECT_MANUAL };

/* client "NAME" { ... } */
struct conf_client {
	char *name;
	char *protocol;			/* "pptp" or "l2tp" */
	char *gateway;			/* a name or an address */
	char *user;
	char *password;			/* secret; from password or password-file */
	unsigned int auth_methods;	/* enum auth_method bits and CONF_AUTH_NONE */
	enum conf_encryption encryption;
	unsigned int mppe_strengths;
	enum conf_mppe_mode mppe_mode;
	char device[16];		/* the name, if nothing else is said */
	struct prefix routes[CONF_LIST_MAX];
	unsigned int n_routes;
	bool default_route;
	uint32_t fwmark;		/* never 0 with default_route */
	uint16_t mtu, mru;
	uint32_t mss_clamp;
	bool ipv6;
	enum conf_connect connect;
	uint32_t redial_min_s, redial_max_s;
	uint32_t redial_tries;		/* 0: without end */
	uint32_t idle_timeout_s;	/* 0: never */
	uint32_t lcp_echo_interval_s, lcp_echo_failures;
	/* l2tp alone: */
	char *host_name;		/* how we call ourselves; NULL: hostname */
	char *peer_name;		/* how the server has to call itself; NULL: anyhow */
	char *secret;			/* of the tunnel; NULL: none */
	enum conf_choice authenticate, hide;
	enum conf_sequencing sequencing;
	uint32_t hello_interval_s;	/* 0: never */
	uint32_t retransmissions;
	enum conf_ipsec ipsec;		/* required: L2TP is inside of it, and this is how: */
	enum conf_ike_version ike_version;
	char *remote_id;		/* NULL: with certificates the gateway, else whoever knows the secret */
	struct conf_ike ike;
};

struct conf {
	char *path;
	enum log_level log_level;
	char *user;			/* account that the engine runs as, "adit" */
	char *hostname;			/* how we call ourselves */
	/* The device of all that IKE negotiates. */
	char ipsec_device[16];
	uint32_t ipsec_fwmark;		/* of its packets and of IKE's sockets */
	uint16_t ipsec_mtu;
	uint32_t ipsec_mss_clamp;
	struct conf_server *servers;
	unsigned int n_servers;
	struct conf_pool *pools;
	unsigned int n_pools;
	struct conf_l2tp_peer *l2tp_peers;
	unsigned int n_l2tp_peers;
	struct conf_user *users;
	unsigned int n_users;
	struct conf_client *clients;
	unsigned int n_clients;
	struct conf_site *sites;
	unsigned int n_sites;
};

struct conf_problem { unsigned int line; bool warning; char text[256]; };
typedef void (*conf_report_fn)(void *arg, const char *file, const struct conf_problem *problem);

/*
 * Read and check. Every problem found is reported, not only the first. Returns NULL when one was an
 * error. Needs no privilege.
 */
struct conf *conf_read(const char *path, conf_report_fn report, void *arg);
/*
 * Whether the files that it names hold what they should at that time: keys that fit their certificates, authorities,
 * lists. A certificate whose time is over, or to come, is a warning.
 */
bool conf_check_files(const struct conf *conf, time_t now, conf_report_fn report, void *arg);
void conf_free(struct conf *conf);		/* wipes secrets */
const struct conf_client *conf_client_find(const struct conf *conf, const char *name);
const struct conf_site *conf_site_find(const struct conf *conf, const char *name);
/* What is said of a site before and after: the same, with other text in its files, or something else. */
enum conf_change { CONF_UNCHANGED, CONF_CHANGED_FILES, CONF_CHANGED };
enum conf_change conf_site_change(const struct conf_site *a, const struct conf_site *b);
bool conf_server_is_ike(const struct conf_server *server);
bool conf_server_has_ipsec(const struct conf_server *server);	/* L2TP in IPsec */
bool conf_client_has_ipsec(const struct conf_client *client);	/* likewise */
bool conf_has_ike(const struct conf *conf);	/* something that IKE's sockets are needed for */
const struct conf_user *conf_user_find(const struct conf *conf, const char *name);
/* Why somebody who is in may not stay, as the end of a sentence; NULL: he may. u NULL: there is no such user. */
const char *conf_user_refusal(const struct conf_user *u);
/*
 * What is said of the peer that calls itself so and comes from there: a name goes before any name,
 * then the narrowest network before wider ones and anywhere. NULL: nothing.
 */
const struct conf_l2tp_peer *conf_l2tp_peer_find(const struct conf *conf, const char *host_name,
						 const struct addr *from);
/*
 * One line at a time, without its newline, in the language of the file: reading it again gives the
 * same configuration. conf_dump() says *** for secrets; conf_dump_secrets() tells them, those of
 * password-file too, so its reader needs no other file.
 */
void conf_dump(const struct conf *conf, void (*put)(void *arg, const char *line), void *arg);
void conf_dump_secrets(const struct conf *conf, void (*put)(void *arg, const char *line),
		       void *arg);
/* The option table as rows of an mdoc list, for adit.conf(5). */
void conf_man_table(void (*put)(void *arg, const char *line), void *arg);

#endif /* ADIT_CONF_CONF_H */
