// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/options.h"

#include <string.h>

#define FIELD(type, field)	.at = offsetof(type, field), .size = sizeof(((type *)0)->field)
#define LIST(type, field, n)	FIELD(type, field), .count_at = offsetof(type, n)
#define N_OF(a)			(sizeof(a) / sizeof((a)[0]))

static const struct option_word log_levels[] = {
	{ "error", LOG_LEVEL_ERROR }, { "warn", LOG_LEVEL_WARN }, { "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG }, { NULL, 0 },
};

static const struct option_word auth_methods[] = {
	{ "pap", CONF_AUTH_PAP }, { "chap", CONF_AUTH_CHAP_MD5 }, { "mschap", CONF_AUTH_MSCHAP },
	{ "mschapv2", CONF_AUTH_MSCHAPV2 }, { "eap-mschapv2", CONF_AUTH_EAP },
	{ "psk", CONF_AUTH_PSK }, { "certificate", CONF_AUTH_CERT }, { NULL, 0 },
};

static const struct option_word site_auth_methods[] = {
	{ "psk", CONF_AUTH_PSK }, { "certificate", CONF_AUTH_CERT }, { "raw-key", CONF_AUTH_RAW_KEY },
	{ "eap-mschapv2", CONF_AUTH_EAP }, { NULL, 0 },
};

static const struct option_word user_auth_methods[] = {
	{ "pap", CONF_AUTH_PAP }, { "chap", CONF_AUTH_CHAP_MD5 }, { "mschap", CONF_AUTH_MSCHAP },
	{ "mschapv2", CONF_AUTH_MSCHAPV2 }, { "eap-mschapv2", CONF_AUTH_EAP }, { "xauth", CONF_AUTH_XAUTH },
	{ NULL, 0 },
};

static const struct option_word versions[] = {
	{ "ikev2", CONF_IKEV2 }, { "ikev1", CONF_IKEV1 }, { NULL, 0 },
};

static const struct option_word modes[] = {
	{ "tunnel", CONF_MODE_TUNNEL }, { "transport", CONF_MODE_TRANSPORT }, { NULL, 0 },
};

static const struct option_word starts[] = {
	{ "now", CONF_START_NOW }, { "traffic", CONF_START_TRAFFIC }, { "peer", CONF_START_PEER },
	{ NULL, 0 },
};

static const struct option_word client_auth_methods[] = {
	{ "pap", CONF_AUTH_PAP }, { "chap", CONF_AUTH_CHAP_MD5 }, { "mschap", CONF_AUTH_MSCHAP },
	{ "mschapv2", CONF_AUTH_MSCHAPV2 }, { "none", CONF_AUTH_NONE }, { NULL, 0 },
};

static const struct option_word connects[] = {
	{ "start", CONF_CONNECT_START }, { "manual", CONF_CONNECT_MANUAL }, { NULL, 0 },
};

static const struct option_word encryptions[] = {
	{ "required", CONF_ENCRYPTION_REQUIRED }, { "optional", CONF_ENCRYPTION_OPTIONAL },
	{ "none", CONF_ENCRYPTION_NONE }, { NULL, 0 },
};

static const struct option_word mppe_strengths[] = {
	{ "40", 1 }, { "56", 2 }, { "128", 4 }, { NULL, 0 },
};

static const struct option_word mppe_modes[] = {
	{ "stateless", CONF_MPPE_STATELESS },
	{ "stateful", CONF_MPPE_STATEFUL },
	{ "any", CONF_MPPE_ANY },
	{ NULL, 0 },
};

static const struct option_word duplicates[] = {
	{ "replace", CONF_DUPLICATE_REPLACE }, { "refuse", CONF_DUPLICATE_REFUSE },
	{ "allow", CONF_DUPLICATE_ALLOW }, { NULL, 0 },
};

static const struct option_word choices[] = {
	{ "yes", CONF_YES }, { "no", CONF_NO }, { NULL, 0 },
};

static const struct option_word sequencings[] = {
	{ "asked", CONF_SEQUENCING_ASKED }, { "always", CONF_SEQUENCING_ALWAYS }, { NULL, 0 },
};

static const struct option_word proxies[] = {
	{ "accept", CONF_PROXY_ACCEPT }, { "renegotiate", CONF_PROXY_RENEGOTIATE }, { NULL, 0 },
};

static const struct option_word strangers[] = {
	{ "any", CONF_PEERS_ANY }, { "known", CONF_PEERS_KNOWN }, { NULL, 0 },
};

static const struct option_word ipsecs[] = {
	{ "none", CONF_IPSEC_NONE }, { "required", CONF_IPSEC_REQUIRED }, { NULL, 0 },
};

#define GLOBAL(field) FIELD(struct conf, field)
static const struct option global_options[] = {
	{ "log-level", &value_word, GLOBAL(log_level), .words = log_levels, .fallback = "info",
	  .doc = "What is logged; each level includes those before it." },
	{ "run-as", &value_name, GLOBAL(user), .max = 32, .fallback = "adit",
	  .doc = "The account that the engine runs as, with the right to administer the network and no other." },
	{ "hostname", &value_name, GLOBAL(hostname), .max = 63, .fallback = "adit",
	  .doc = "How the gateway calls itself towards its peers." },
	{ "ipsec-device", &value_device, GLOBAL(ipsec_device), .fallback = "esp0",
	  .doc = "The network device of everything that sites and server ikev2 negotiate. It is made when there "
		 "is something for it." },
	{ "ipsec-fwmark", &value_number, GLOBAL(ipsec_fwmark), .min = 1, .max = UINT32_MAX, .fallback = "0xad18",
	  .doc = "The mark of the packets that it sends and of those of IKE." },
	{ "ipsec-mtu", &value_number, GLOBAL(ipsec_mtu), .min = 576, .max = 9000, .fallback = "1400",
	  .doc = "The largest packet that is sent into it, in octets." },
	{ "ipsec-mss-clamp", &value_clamp, GLOBAL(ipsec_mss_clamp), .min = 536, .max = 8960,
	  .fallback = "auto",
	  .doc = "The largest TCP segment that is let through it. With auto it follows the MTU." },
};

#define POOL(field) FIELD(struct conf_pool, field)
static const struct option pool_options[] = {
	{ "range", &value_range, POOL(first), .required = true,
	  .doc = "The first and the last IPv4 address that are lent, with a dash between them." },
	{ "ipv6", &value_prefix_v6, POOL(ipv6), .min = 16, .max = 63,
	  .doc = "An IPv6 prefix out of which each session gets a /64. The first /64 is left to the gateway." },
};

#define SERVER(field) FIELD(struct conf_server, field)
/* What server ikev2, server l2tp in IPsec, and the sites have in common. */
#define IKE_OPTIONS(type, protocol)								\
	{ "local-id", &value_name, FIELD(type, ike.local_id), .max = CONF_ID_MAX, .of = (protocol),	\
	  .doc = "Who we say we are: an address, a host name, user@domain, or a distinguished name as in "	\
		 "CN=gw, O=Example. Without it, as the certificate says, and without one our address." },	\
	{ "certificate", &value_file, FIELD(type, ike.certificate), .of = (protocol),			\
	  .doc = "Our certificate in PEM, with those that lead to its issuer behind it." },		\
	{ "key", &value_file, FIELD(type, ike.key), .of = (protocol),					\
	  .doc = "Our private key in PEM, without a passphrase. Nobody else may read its file." },	\
	{ "ca", &value_files, LIST(type, ike.ca, ike.n_ca), .max = CONF_FILES_MAX, .of = (protocol),	\
	  .doc = "Certificates in PEM of the authorities that peers' certificates are believed from." },	\
	{ "crl", &value_files, LIST(type, ike.crl, ike.n_crl), .max = CONF_FILES_MAX, .of = (protocol),	\
	  .doc = "Revocation lists in PEM. With one, there has to be one of every authority." },	\
	{ "ike-proposals", &value_ike_proposals, LIST(type, ike.ike_proposals, ike.n_ike_proposals),	\
	  .max = CONF_LIST_MAX, .of = (protocol),							\
	  .doc = "Algorithms of IKE itself, the best first: encryption, integrity or prf and groups with dashes " \
		 "between them, such as aes256gcm16-prfsha384-ecp384 or aes128-sha256-modp2048-x25519." }, \
	{ "esp-proposals", &value_esp_proposals, LIST(type, ike.esp_proposals, ike.n_esp_proposals),	\
	  .max = CONF_LIST_MAX, .of = (protocol),							\
	  .doc = "Algorithms of what is protected, likewise: encryption, integrity where the encryption has none, " \
		 "groups for keys of its own, and esn for extended sequence numbers." },		\
	{ "legacy", &value_switch, FIELD(type, ike.legacy), .fallback = "no", .of = (protocol),		\
	  .doc = "Whether algorithms that only old peers need are agreed to: 3DES, MD5, MODP 1024 and 1536." },	\
	{ "ike-lifetime", &value_number, FIELD(type, ike.ike_lifetime_s), .min = 60, .max = 604800,	\
	  .fallback = "14400", .of = (protocol),								\
	  .doc = "Seconds after which the keys of IKE are replaced." },					\
	{ "child-lifetime", &value_number, FIELD(type, ike.child_lifetime_s), .min = 60, .max = 604800,	\
	  .fallback = "3600", .of = (protocol),								\
	  .doc = "Seconds after which the keys of what is protected are replaced." },			\
	{ "child-megabytes", &value_number, FIELD(type, ike.child_lifetime_mb), .max = 1000000000,	\
	  .fallback = "0", .of = (protocol),								\
	  .doc = "Megabytes, of a million octets, after which they are replaced; 0 is without this limit." },	\
	{ "dpd-interval", &value_number, FIELD(type, ike.dpd_interval_s), .max = 3600,			\
	  .fallback = "30", .of = (protocol),								\
	  .doc = "Seconds of silence after which the peer is asked whether it lives; 0 never asks." },	\
	{ "fragmentation", &value_switch, FIELD(type, ike.fragmentation), .fallback = "yes", .of = (protocol),	\
	  .doc = "Whether long messages are sent in parts, for networks that lose IP fragments (RFC 7383)." }

/* And what is not of L2TP in IPsec. */
#define IKE_NETWORK_OPTIONS(type, protocol)							\
	{ "mobike", &value_switch, FIELD(type, ike.mobike), .fallback = "yes", .of = (protocol),		\
	  .doc = "Whether whoever began goes on from another address (RFC 4555): the peer, or we when the way " \
		 "to it has another address of ours. Where local says which, and where that address itself is "	\
		 "protected, the peer is found not to answer, and the tunnel begins anew." },			\
	{ "local-subnets", &value_subnets, LIST(type, ike.local_subnets, ike.n_local_subnets),		\
	  .max = CONF_LIST_MAX, .of = (protocol),							\
	  .doc = "Networks behind us that are reached through the tunnel. Without it, of a site our own address, " \
		 "and of server ikev2 everything." }

static const struct option server_options[] = {
	{ "listen", &value_addrs, .of = OPTION_OF_PPP, LIST(struct conf_server, listen, n_listen),
	  .max = CONF_LIST_MAX,
	  .doc = "The addresses at which clients are awaited; without it every address of the machine. PPTP "
		 "exists over IPv4 alone. L2TP sessions at an address that is taken out by a reload end." },
	{ "device", &value_device, .of = OPTION_OF_PPP, SERVER(device), .fallback = "pptp0", .fallback_l2tp = "l2tp0",
	  .doc = "The network device that holds the sessions. It is made when there is none." },
	{ "address", &value_addr_v4, SERVER(address), .required = true,
	  .doc = "The gateway's own address inside the tunnels." },
	{ "pool", &value_pool, SERVER(pool),
	  .doc = "The pool that clients get their addresses from. Without it only users with a fixed "
		 "address can log in." },
	{ "auth", &value_words, SERVER(auth_methods), .words = auth_methods, .fallback = "mschapv2",
	  .fallback_ikev2 = "eap-mschapv2",
	  .doc = "How clients may prove who they are. Of the first four, which pptp and l2tp have, only mschap and "
		 "mschapv2 make keys for encryption; the others are of ikev2." },
	{ "encryption", &value_word, .of = OPTION_OF_PPP, SERVER(encryption), .words = encryptions,
	  .fallback = "required", .fallback_l2tp = "none",
	  .doc = "Whether data is encrypted with MPPE. With required not one packet passes in clear." },
	{ "mppe", &value_words, .of = OPTION_OF_PPP, SERVER(mppe_strengths), .words = mppe_strengths, .fallback = "128",
	  .doc = "The strengths in bits that are agreed to, the strongest common one being taken." },
	{ "mppe-mode", &value_word, .of = OPTION_OF_PPP, SERVER(mppe_mode), .words = mppe_modes, .fallback = "any",
	  .doc = "Whether the key changes with every packet (stateless) or every 256 (stateful). With "
		 "any the client chooses." },
	{ "dns", &value_addrs_v4, SERVER(dns), .max = 2,
	  .doc = "Name servers that clients are told." },
	{ "nbns", &value_addrs_v4, .of = OPTION_OF_PPP, SERVER(nbns), .max = 2,
	  .doc = "NetBIOS (WINS) name servers that clients are told." },
	{ "client-routes", &value_prefixes, .of = OPTION_OF_PPP,
	  LIST(struct conf_server, client_routes, n_client_routes), .max = CONF_LIST_MAX,
	  .doc = "Networks behind the gateway. Clients that ask by DHCPINFORM, as Windows does, are told them." },
	{ "mtu", &value_number, .of = OPTION_OF_PPP, SERVER(mtu), .min = 576, .max = 1500, .fallback = "1400",
	  .doc = "The largest packet that is sent to clients, in octets." },
	{ "mru", &value_number, .of = OPTION_OF_PPP, SERVER(mru), .min = 576, .max = 1500, .fallback = "1400",
	  .doc = "The largest packet that clients are asked to send, in octets." },
	{ "mss-clamp", &value_clamp, .of = OPTION_OF_PPP, SERVER(mss_clamp), .min = 536, .max = 1460,
	  .fallback = "auto",
	  .doc = "The largest TCP segment that is let through. With auto it follows the MTU." },
	{ "ipv6", &value_switch, SERVER(ipv6), .fallback = "no",
	  .doc = "Whether IPv6 is offered to clients." },
	{ "fwmark", &value_number, .of = OPTION_OF_PPP, SERVER(fwmark), .max = UINT32_MAX, .fallback = "0",
	  .doc = "The mark of the packets that carry the tunnels." },
	{ "lcp-echo-interval", &value_number, .of = OPTION_OF_PPP, SERVER(lcp_echo_interval_s), .max = 3600,
	  .fallback = "30",
	  .doc = "Seconds between the echo requests that tell a living client from a dead one; 0 sends none." },
	{ "lcp-echo-failures", &value_number, .of = OPTION_OF_PPP, SERVER(lcp_echo_failures), .min = 1, .max = 100,
	  .fallback = "4", .doc = "Unanswered echo requests after which a client is given up." },
	{ "idle-timeout", &value_number, .of = OPTION_OF_PPP, SERVER(idle_timeout_s), .max = 31536000, .fallback = "0",
	  .doc = "Seconds without data after which a session ends; 0 means never." },
	{ "session-timeout", &value_number, .of = OPTION_OF_PPP, SERVER(session_timeout_s), .max = 31536000,
	  .fallback = "0",
	  .doc = "Seconds after which a session ends in any case; 0 means never." },
	{ "max-sessions", &value_number, SERVER(max_sessions), .min = 1, .max = CONF_SESSIONS_MAX,
	  .fallback = "10000", .doc = "Sessions that the server holds at most." },
	{ "max-connections", &value_number, .of = OPTION_OF_PPP, SERVER(max_connections), .min = 1,
	  .max = CONF_SESSIONS_MAX,
	  .fallback = "10000",
	  .doc = "Control connections that the server holds at most; those of L2TP are tunnels." },
	{ "max-connections-per-address", &value_number, .of = OPTION_OF_PPP, SERVER(max_connections_per_address),
	  .min = 1, .max = 1000000, .fallback = "64",
	  .doc = "Control connections from one address. Clients behind one NAT share an address." },
	{ "max-logins-per-address", &value_number, .of = OPTION_OF_PPP, SERVER(max_logins_per_address),
	  .min = 1, .max = 1000000, .fallback = "64",
	  .doc = "Sessions from one address, of IPv6 from one /64, in which nobody has logged in yet; one more is "
		 "told that the gateway is busy. Peers of L2TP that have proved the secret of an l2tp-peer section are "
		 "not limited." },
	{ "duplicate-login", &value_word, .of = OPTION_OF_PPP, SERVER(duplicate), .words = duplicates,
	  .fallback = "replace",
	  .doc = "What happens when a user who has a session logs in again, with another Windows domain in front of "
		 "the name or without." },
	{ "host-name", &value_name, SERVER(host_name), .max = CONF_HOST_NAME_MAX, .of = "l2tp",
	  .doc = "How the gateway calls itself when tunnels are opened; without it, as hostname says." },
	{ "secret", &value_secret, SERVER(secret), .max = CONF_PASSWORD_MAX,
	  .doc = "What both ends of a tunnel know. Of l2tp, an l2tp-peer section may have another; of ikev2 it is the "
		 "pre-shared key of every client." },
	{ "secret-file", &value_secret_file, SERVER(secret), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the secret and nothing else, instead of the option above." },
	{ "authenticate", &value_word, SERVER(authenticate), .words = choices, .fallback = "yes",
	  .of = "l2tp",
	  .doc = "Whether a peer has to prove that it knows the secret, where there is one. The gateway proves "
		 "it whenever it is asked." },
	{ "hide-avps", &value_word, SERVER(hide), .words = choices, .fallback = "no", .of = "l2tp",
	  .doc = "Whether control messages are sent with their values hidden by the secret. What a peer hides is "
		 "read in any case." },
	{ "sequencing", &value_word, SERVER(sequencing), .words = sequencings, .fallback = "asked",
	  .of = "l2tp",
	  .doc = "When data packets are numbered: for peers that ask for it, or always, in which case peers "
		 "number theirs too." },
	{ "proxy", &value_word, SERVER(proxy), .words = proxies, .fallback = "accept", .of = "l2tp",
	  .doc = "Whether what an access concentrator has agreed on with the client, and the client's answer to "
		 "its challenge, are taken over, or everything is negotiated with the client itself. An answer "
		 "is taken over from peers alone that have an l2tp-peer section and have proved that they know "
		 "the secret (authenticate), because it could be an old one; of others the client is asked "
		 "for a new one." },
	{ "peers", &value_word, SERVER(peers), .words = strangers, .fallback = "any", .of = "l2tp",
	  .doc = "Who may open tunnels: any peer, or those with an l2tp-peer section." },
	{ "ipsec", &value_word, SERVER(ipsec), .words = ipsecs, .fallback = "none", .of = "l2tp",
	  .doc = "Whether L2TP is served inside IPsec: with required there alone, and plain L2TP is refused. The "
		 "daemon speaks IKE itself, of both versions, and clients behind one NAT do not disturb one another." },
	{ "ipsec-secret", &value_secret, SERVER(ike.secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "The pre-shared key of every client of IPsec. With certificate, clients may have certificates as "
		 "well." },
	{ "ipsec-secret-file", &value_secret_file, SERVER(ike.secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "A file that holds it and nothing else, instead of the option above." },
	{ "hello-interval", &value_number, SERVER(hello_interval_s), .max = 3600, .fallback = "60",
	  .of = "l2tp",
	  .doc = "Seconds of silence after which a peer is asked whether it lives; 0 never asks." },
	{ "retransmissions", &value_number, SERVER(retransmissions), .min = 1, .max = 30,
	  .fallback = "8", .of = "l2tp",
	  .doc = "How often a control message is sent again, after 1, 2, 4 and then every 8 seconds, before the "
		 "peer is given up." },
	{ "max-sessions-per-tunnel", &value_number, SERVER(max_sessions_per_tunnel), .min = 1,
	  .max = 65535, .fallback = "10000", .of = "l2tp",
	  .doc = "Sessions in one tunnel." },
	{ "max-half-open", &value_number, SERVER(max_half_open), .min = 1, .max = 1000000,
	  .fallback = "1000", .of = "l2tp",
	  .doc = "Tunnels that are being opened by peers that have proved nothing, not even their address. The "
		 "oldest makes room." },
	{ "max-half-open-per-address", &value_number, SERVER(max_half_open_per_address), .min = 1,
	  .max = 1000000, .fallback = "32", .of = "l2tp",
	  .doc = "The same from one address; one more is refused." },
	{ "xauth", &value_switch, SERVER(xauth), .fallback = "no", .of = "ikev2",
	  .doc = "Whether clients that speak IKEv1 are served as well. They prove themselves by what auth has of psk "
		 "and certificate, then log in with a user and a password (XAUTH), and get an address (mode-config)." },
	{ "aggressive", &value_switch, SERVER(aggressive), .fallback = "no", .of = "ikev2",
	  .doc = "Whether those may begin by aggressive mode, as clients with a group name do. It shows everybody who "
		 "they are, and lets whoever listens guess at the secret." },
	IKE_OPTIONS(struct conf_server, OPTION_OF_IPSEC),
	IKE_NETWORK_OPTIONS(struct conf_server, "ikev2"),
};

#define PEER(field) FIELD(struct conf_l2tp_peer, field)
static const struct option l2tp_peer_options[] = {
	{ "host-name", &value_name, PEER(host_name), .max = CONF_HOST_NAME_MAX,
	  .doc = "How the peer calls itself; without it, as the section. An asterisk is any name." },
	{ "addresses", &value_prefixes, LIST(struct conf_l2tp_peer, addresses, n_addresses),
	  .max = CONF_LIST_MAX,
	  .doc = "The networks that the peer comes from; without it, from anywhere." },
	{ "secret", &value_secret, PEER(secret), .max = CONF_PASSWORD_MAX,
	  .doc = "What both ends of a tunnel with this peer know." },
	{ "secret-file", &value_secret_file, PEER(secret), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the secret and nothing else, instead of the option above." },
	{ "local-name", &value_name, PEER(local_name), .max = CONF_HOST_NAME_MAX,
	  .doc = "How the gateway calls itself towards this peer." },
	{ "authenticate", &value_word, PEER(authenticate), .words = choices,
	  .doc = "As in the server section." },
	{ "hide-avps", &value_word, PEER(hide), .words = choices,
	  .doc = "As in the server section." },
	{ "sequencing", &value_word, PEER(sequencing), .words = sequencings,
	  .doc = "As in the server section." },
	{ "proxy", &value_word, PEER(proxy), .words = proxies, .doc = "As in the server section." },
};

#define USER(field) FIELD(struct conf_user, field)
static const struct option user_options[] = {
	{ "password", &value_secret, USER(password), .max = CONF_PASSWORD_MAX,
	  .doc = "The password. Write it in single quotes: in double quotes a backslash and ${ have a meaning." },
	{ "password-file", &value_secret_file, USER(password), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the password and nothing else, instead of the option above." },
	{ "address", &value_addr_v4, USER(address),
	  .doc = "A fixed address for this user, from the pool or not. Nobody else gets it." },
	{ "routes", &value_prefixes, LIST(struct conf_user, routes, n_routes), .max = CONF_LIST_MAX,
	  .doc = "Networks behind this user, which are routed to the user's session." },
	{ "auth", &value_words, USER(auth_methods), .words = user_auth_methods,
	  .doc = "How this user may prove who he is; without it, in every way that the server allows." },
	{ "enabled", &value_enabled, USER(disabled), .fallback = "yes",
	  .doc = "Whether the user may log in. After a reload with no, the user's sessions end too; whatever else has "
		 "changed, the password for one, counts at the next login." },
};

#define CLIENT(field) FIELD(struct conf_client, field)
static const struct option client_options[] = {
	{ "protocol", &value_name, CLIENT(protocol), .max = 16, .required = true,
	  .doc = "The protocol that the server speaks, pptp or l2tp. The last options are of l2tp alone." },
	{ "gateway", &value_name, CLIENT(gateway), .max = 253, .required = true,
	  .doc = "The server's address, or a name. The addresses of a name are tried one after the other." },
	{ "user", &value_name, CLIENT(user), .max = CONF_USER_MAX, .required = true,
	  .doc = "As whom to log in." },
	{ "password", &value_secret, CLIENT(password), .max = CONF_PASSWORD_MAX,
	  .doc = "The password. Write it in single quotes: in double quotes a backslash and ${ have a meaning." },
	{ "password-file", &value_secret_file, CLIENT(password), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the password and nothing else, instead of the option above." },
	{ "auth", &value_words, CLIENT(auth_methods), .words = client_auth_methods,
	  .fallback = "mschapv2",
	  .doc = "How to prove who we are to a server that asks. Only with mschapv2 it has to prove that it "
		 "knows the password too. A server that does not ask is refused, unless none is among the words." },
	{ "encryption", &value_word, CLIENT(encryption), .words = encryptions,
	  .fallback = "required", .fallback_l2tp = "none",
	  .doc = "Whether data is encrypted with MPPE. With required not one packet passes in clear." },
	{ "mppe", &value_words, CLIENT(mppe_strengths), .words = mppe_strengths, .fallback = "128",
	  .doc = "The strengths in bits that are agreed to." },
	{ "mppe-mode", &value_word, CLIENT(mppe_mode), .words = mppe_modes, .fallback = "any",
	  .doc = "Whether the key changes with every packet (stateless) or every 256 (stateful). With "
		 "any it is as the server likes it." },
	{ "device", &value_device, CLIENT(device),
	  .doc = "The network device, which exists while there is a session. Without this, it has the client's name." },
	{ "routes", &value_prefixes, LIST(struct conf_client, routes, n_routes), .max = CONF_LIST_MAX,
	  .doc = "Networks behind the server, which are routed to the device while it is up." },
	{ "default-route", &value_switch, CLIENT(default_route), .fallback = "no",
	  .doc = "Whether everything goes through the tunnel for which no route but a default one is there. "
		 "One client can have it. Where rp_filter is 1 the kernel drops what carries the tunnel: set it "
		 "to 2." },
	{ "fwmark", &value_number, CLIENT(fwmark), .max = UINT32_MAX, .fallback = "0",
	  .doc = "The mark of the packets that carry the tunnel. With default-route, 0 stands for 0xad17." },
	{ "mtu", &value_number, CLIENT(mtu), .min = 576, .max = 1500, .fallback = "1400",
	  .doc = "The largest packet that is sent into the tunnel, in octets, if the server takes that much." },
	{ "mru", &value_number, CLIENT(mru), .min = 576, .max = 1500, .fallback = "1400",
	  .doc = "The largest packet that the server is asked to send, in octets." },
	{ "mss-clamp", &value_clamp, CLIENT(mss_clamp), .min = 536, .max = 1460, .fallback = "auto",
	  .doc = "The largest TCP segment that is let through. With auto it follows the MTU." },
	{ "ipv6", &value_switch, CLIENT(ipv6), .fallback = "no", .doc = "Whether IPv6 is asked for." },
	{ "connect", &value_word, CLIENT(connect), .words = connects, .fallback = "start",
	  .doc = "When to connect: as soon as the daemon starts, or at the command adit connect. With manual an "
		 "attempt that fails is the last one, but a connection that was lost is made again." },
	{ "redial-min", &value_number, CLIENT(redial_min_s), .min = 1, .max = 3600, .fallback = "5",
	  .doc = "Seconds before a failed attempt is repeated; they double with each that fails." },
	{ "redial-max", &value_number, CLIENT(redial_max_s), .min = 1, .max = 86400,
	  .fallback = "300",
	  .doc = "The most that they double to, and the wait after a login that was refused." },
	{ "redial-tries", &value_number, CLIENT(redial_tries), .max = 1000000, .fallback = "0",
	  .doc = "Failed attempts in a row after which the client is given up until adit connect; 0 means never." },
	{ "idle-timeout", &value_number, CLIENT(idle_timeout_s), .max = 31536000, .fallback = "0",
	  .doc = "Seconds without data after which the client disconnects until adit connect; 0 means never." },
	{ "lcp-echo-interval", &value_number, CLIENT(lcp_echo_interval_s), .max = 3600,
	  .fallback = "30",
	  .doc = "Seconds between the echo requests that tell a living server from a dead one; 0 sends none." },
	{ "lcp-echo-failures", &value_number, CLIENT(lcp_echo_failures), .min = 1, .max = 100,
	  .fallback = "4",
	  .doc = "Unanswered echo requests after which the connection is made anew." },
	{ "host-name", &value_name, CLIENT(host_name), .max = CONF_HOST_NAME_MAX, .of = "l2tp",
	  .doc = "How we call ourselves when the tunnel is opened; without it, as hostname says." },
	{ "peer-name", &value_name, CLIENT(peer_name), .max = CONF_HOST_NAME_MAX, .of = "l2tp",
	  .doc = "How the server has to call itself; without it, as it likes." },
	{ "secret", &value_secret, CLIENT(secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "What both ends of the tunnel know." },
	{ "secret-file", &value_secret_file, CLIENT(secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "A file that holds the secret and nothing else, instead of the option above." },
	{ "authenticate", &value_word, CLIENT(authenticate), .words = choices, .fallback = "yes",
	  .of = "l2tp",
	  .doc = "Whether the server has to prove that it knows the secret, where there is one. We prove it "
		 "whenever we are asked." },
	{ "hide-avps", &value_word, CLIENT(hide), .words = choices, .fallback = "no", .of = "l2tp",
	  .doc = "Whether control messages are sent with their values hidden by the secret." },
	{ "sequencing", &value_word, CLIENT(sequencing), .words = sequencings, .fallback = "asked",
	  .of = "l2tp",
	  .doc = "When data packets are numbered: while the server numbers its own, or always, in which case "
		 "the server has to as well." },
	{ "hello-interval", &value_number, CLIENT(hello_interval_s), .max = 3600, .fallback = "60",
	  .of = "l2tp",
	  .doc = "Seconds of silence after which the server is asked whether it lives; 0 never asks." },
	{ "retransmissions", &value_number, CLIENT(retransmissions), .min = 1, .max = 30,
	  .fallback = "8", .of = "l2tp",
	  .doc = "How often a control message, or a request of IKE, is sent again, after 1, 2, 4 and then every 8 "
		 "seconds, before the server is given up." },
	{ "ipsec", &value_word, CLIENT(ipsec), .words = ipsecs, .fallback = "none", .of = "l2tp",
	  .doc = "Whether L2TP goes inside IPsec: with required it does there alone, and nothing of it is ever sent "
		 "without. The daemon speaks IKE itself." },
	{ "ike-version", &value_word, CLIENT(ike_version), .words = versions, .fallback = "ikev1", .of = "l2tp",
	  .doc = "The version of IKE, of which L2TP servers mostly speak the first." },
	{ "ipsec-secret", &value_secret, CLIENT(ike.secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "The pre-shared key of IPsec. Without it there is certificate." },
	{ "ipsec-secret-file", &value_secret_file, CLIENT(ike.secret), .max = CONF_PASSWORD_MAX, .of = "l2tp",
	  .doc = "A file that holds it and nothing else, instead of the option above." },
	{ "remote-id", &value_name, CLIENT(remote_id), .max = CONF_ID_MAX, .of = "l2tp",
	  .doc = "Who the gateway has to be in IPsec, written as local-id. Without it, with a certificate what gateway "
		 "says, and with a secret whoever knows it." },
	IKE_OPTIONS(struct conf_client, "l2tp"),
};

#define SITE(field) FIELD(struct conf_site, field)
static const struct option site_options[] = {
	{ "local", &value_addr, SITE(local),
	  .doc = "Our address towards the peer; without it, the one that the route to it has." },
	{ "remote", &value_name, SITE(remote), .max = 253, .required = true,
	  .doc = "The peer's address, or a name, or any for a peer that comes from anywhere." },
	{ "version", &value_word, SITE(version), .words = versions, .fallback = "ikev2",
	  .doc = "The version of IKE." },
	{ "auth", &value_word, SITE(auth), .words = site_auth_methods, .fallback = "psk",
	  .doc = "How both prove who they are: by a secret that both know, by certificates, or by keys that the "
		 "other has been given. With eap-mschapv2 we log in with a password at a peer with a certificate." },
	{ "secret", &value_secret, SITE(ike.secret), .max = CONF_PASSWORD_MAX,
	  .doc = "What both know. Write it in single quotes: in double quotes a backslash and ${ have a meaning." },
	{ "secret-file", &value_secret_file, SITE(ike.secret), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the secret and nothing else, instead of the option above." },
	{ "user", &value_name, SITE(user), .max = CONF_USER_MAX,
	  .doc = "As whom to log in, with eap-mschapv2; with ikev1, as whom to answer the peer that asks for a user "
		 "after psk or certificate (XAUTH). Whoever knows that secret can ask." },
	{ "password", &value_secret, SITE(password), .max = CONF_PASSWORD_MAX,
	  .doc = "The password of that user." },
	{ "password-file", &value_secret_file, SITE(password), .max = CONF_PASSWORD_MAX,
	  .doc = "A file that holds the password and nothing else, instead of the option above." },
	{ "remote-id", &value_name, SITE(remote_id), .max = CONF_ID_MAX,
	  .doc = "Who the peer has to be, written as local-id. Without it, it is the peer's address, or the host name "
		 "that remote says; with any it must be given, unless certificates are used." },
	{ "peer-key", &value_file, SITE(peer_key),
	  .doc = "The peer's public key in PEM, with raw-key." },
	{ "remote-subnets", &value_subnets, LIST(struct conf_site, remote_subnets, n_remote_subnets),
	  .max = CONF_LIST_MAX,
	  .doc = "Networks behind the peer. They are routed to the tunnel, and never reached without it." },
	{ "mode", &value_word, SITE(mode), .words = modes, .fallback = "tunnel",
	  .doc = "Whether whole packets are carried (tunnel), or only what is in those between the two peers "
		 "themselves (transport), which then is between their outer addresses. A peer that insists on the "
		 "other mode is refused." },
	{ "aggressive", &value_switch, SITE(aggressive), .fallback = "no",
	  .doc = "With ikev1, whether to begin by aggressive mode, which some gateways with a group name want, "
		 "and to take it. It shows everybody who we are, and lets whoever listens guess at the secret. The group "
		 "cannot be negotiated: it is the first of ike-proposals." },
	{ "start", &value_word, SITE(start), .words = starts, .fallback = "now",
	  .doc = "When to begin: at once, when there is something to carry, or not before the peer does." },
	{ "request-address", &value_switch, SITE(request_address), .fallback = "no",
	  .doc = "Whether the peer is asked for an address, which is then ours inside of the tunnel." },
	{ "encapsulate", &value_switch, SITE(encapsulate), .fallback = "no",
	  .doc = "Whether everything is carried in UDP, even where no NAT is found on the way." },
	{ "retransmissions", &value_number, SITE(ike.retransmissions), .min = 1, .max = 30,
	  .fallback = "6",
	  .doc = "How often a request is sent again, after 1, 2, 4 and then every 8 seconds, before the peer is "
		 "given up." },
	{ "redial-min", &value_number, SITE(redial_min_s), .min = 1, .max = 3600, .fallback = "5",
	  .doc = "Seconds before a failed attempt is repeated; they double with each that fails." },
	{ "redial-max", &value_number, SITE(redial_max_s), .min = 1, .max = 86400, .fallback = "300",
	  .doc = "The most that they double to." },
	IKE_OPTIONS(struct conf_site, NULL),
	IKE_NETWORK_OPTIONS(struct conf_site, NULL),
};

const struct section conf_sections[N_SECTIONS] = {
	[SECTION_GLOBAL] = { "", "", global_options, N_OF(global_options), sizeof(struct conf),
			     "Options for the whole daemon stand outside of sections." },
	[SECTION_POOL] = { "pool", "name", pool_options, N_OF(pool_options),
			   sizeof(struct conf_pool),
			   "Addresses that are lent to clients. A pool belongs to one server." },
	[SECTION_SERVER] = { "server", "protocol", server_options, N_OF(server_options),
			     sizeof(struct conf_server),
			     "A protocol that is served: pptp, l2tp or ikev2." },
	[SECTION_L2TP_PEER] = { "l2tp-peer", "name", l2tp_peer_options, N_OF(l2tp_peer_options),
				sizeof(struct conf_l2tp_peer),
				"What holds for tunnels with one peer instead of what the section server l2tp "
				"says. Of several that fit, one with the peer's name goes before those with an "
				"asterisk, and then the one with the smallest network." },
	[SECTION_USER] = { "user", "name", user_options, N_OF(user_options),
			   sizeof(struct conf_user),
			   "Somebody who may log in. A reload that does not find the section any more ends the "
			   "user's sessions, of whichever protocol." },
	[SECTION_CLIENT] = { "client", "name", client_options, N_OF(client_options),
			     sizeof(struct conf_client),
			     "A server of somebody else's that the daemon logs in to." },
	[SECTION_SITE] = { "site", "name", site_options, N_OF(site_options),
			   sizeof(struct conf_site),
			   "A peer of IPsec: another site, another host, or a gateway that we log in to." },
};

const struct option *option_find(const struct section *section, const char *name)
{
	unsigned int i;

	for (i = 0; i < section->n_options; i++) {
		if (!strcmp(section->options[i].name, name))
			return &section->options[i];
	}
	return NULL;
}

bool option_applies(const struct option *o, const char *protocol)
{
	if (!o->of || !protocol)
		return true;
	if (!strcmp(o->of, OPTION_OF_PPP))
		return strcmp(protocol, "ikev2") != 0;
	if (!strcmp(o->of, OPTION_OF_IPSEC))
		return strcmp(protocol, "pptp") != 0;
	return !strcmp(o->of, protocol);
}

const char *option_fallback(const struct option *o, const char *protocol)
{
	if (protocol && o->fallback_l2tp && !strcmp(protocol, "l2tp"))
		return o->fallback_l2tp;
	if (protocol && o->fallback_ikev2 && !strcmp(protocol, "ikev2"))
		return o->fallback_ikev2;
	return o->fallback;
}

const char *section_protocol(const struct section *section, const void *base)
{
	if (section == &conf_sections[SECTION_SERVER])
		return ((const struct conf_server *)base)->protocol;
	/* Of a client it is an option, the first of all. */
	if (section == &conf_sections[SECTION_CLIENT])
		return ((const struct conf_client *)base)->protocol;
	return NULL;
}
