/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/adit.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_ADIT_H
#define _UAPI_LINUX_ADIT_H

#define ADIT_FAMILY_NAME	"adit"
#define ADIT_FAMILY_VERSION	1

#define ADIT_MPPE_START_KEY_LEN	16
#define ADIT_FRAME_DATA_MAX	2048
#define ADIT_L2TP_COOKIE_MAX	8
#define ADIT_PREFIXES_MAX	64

/**
 * enum adit_kind - What a device encapsulates in.
 */
enum adit_kind {
	ADIT_KIND_PPTP = 1,
	ADIT_KIND_L2TP,
	ADIT_KIND_ESP,
};

/**
 * enum adit_dev_mode - How many sessions a device holds.
 * @ADIT_DEV_MODE_POINT_TO_POINT: One session, made and removed with the
 *   device; its id is 1.
 * @ADIT_DEV_MODE_CONCENTRATOR: Any number of sessions; the inner destination
 *   address chooses one.
 */
enum adit_dev_mode {
	ADIT_DEV_MODE_POINT_TO_POINT,
	ADIT_DEV_MODE_CONCENTRATOR,
};

/**
 * enum adit_ppp_net - Network protocols that PPP has opened; data of any other
 *   is dropped and counted.
 */
enum adit_ppp_net {
	ADIT_PPP_NET_IPV4 = 1,
	ADIT_PPP_NET_IPV6 = 2,
};

/**
 * enum adit_ppp_framing - What may be left out of the PPP header on transmit.
 *   Receive accepts both forms always.
 * @ADIT_PPP_FRAMING_ACFC: Address and control field compression (RFC 1661
 *   section 6.6).
 * @ADIT_PPP_FRAMING_PFC: Protocol field compression (RFC 1661 section 6.5).
 */
enum adit_ppp_framing {
	ADIT_PPP_FRAMING_ACFC = 1,
	ADIT_PPP_FRAMING_PFC = 2,
};

/**
 * enum adit_mppe_strength - Strength of an MPPE key in bits (RFC 3078 section
 *   2.1).
 */
enum adit_mppe_strength {
	ADIT_MPPE_STRENGTH_40 = 1,
	ADIT_MPPE_STRENGTH_56,
	ADIT_MPPE_STRENGTH_128,
};

/**
 * enum adit_session_event - What the owner of a device is told about a
 *   session.
 * @ADIT_SESSION_EVENT_MPPE_DESYNC: A packet was lost in stateful MPPE; data is
 *   dropped until a flushed packet arrives. Send a CCP Reset-Request.
 * @ADIT_SESSION_EVENT_FRAMES_LOST: Frames were dropped because the owner did
 *   not read or the session's allowance was used up.
 * @ADIT_SESSION_EVENT_GONE: The session was removed by somebody other than the
 *   owner's own socket.
 */
enum adit_session_event {
	ADIT_SESSION_EVENT_MPPE_DESYNC = 1,
	ADIT_SESSION_EVENT_FRAMES_LOST,
	ADIT_SESSION_EVENT_GONE,
};

/**
 * enum adit_l2tp_version
 * @ADIT_L2TP_VERSION_V2: RFC 2661.
 * @ADIT_L2TP_VERSION_V3: RFC 3931; data of static pseudowires, without a
 *   control connection.
 */
enum adit_l2tp_version {
	ADIT_L2TP_VERSION_V2 = 2,
	ADIT_L2TP_VERSION_V3,
};

/**
 * enum adit_l2tp_encap - What carries L2TP.
 * @ADIT_L2TP_ENCAP_IP: IP protocol 115, version 3 only.
 */
enum adit_l2tp_encap {
	ADIT_L2TP_ENCAP_UDP,
	ADIT_L2TP_ENCAP_IP,
};

/**
 * enum adit_l2tp_payload - What a device of kind l2tp carries.
 * @ADIT_L2TP_PAYLOAD_PPP: IP packets in PPP.
 * @ADIT_L2TP_PAYLOAD_ETHERNET: Ethernet frames; version 3, point to point.
 */
enum adit_l2tp_payload {
	ADIT_L2TP_PAYLOAD_PPP,
	ADIT_L2TP_PAYLOAD_ETHERNET,
};

/**
 * enum adit_l2tp_sublayer - L2-specific sublayer of version 3, both ways (RFC
 *   3931 section 4.6).
 * @ADIT_L2TP_SUBLAYER_DEFAULT: Four octets with room for a sequence number.
 */
enum adit_l2tp_sublayer {
	ADIT_L2TP_SUBLAYER_NONE,
	ADIT_L2TP_SUBLAYER_DEFAULT,
};

/**
 * enum adit_l2tp_seq - Sequence numbers of data. Those that come are heeded,
 *   whatever is set.
 * @ADIT_L2TP_SEQ_SEND: Packets go out with a number.
 * @ADIT_L2TP_SEQ_REQUIRED: What comes without a number is dropped.
 * @ADIT_L2TP_SEQ_FOLLOW: Begin and cease to send numbers as the peer does (RFC
 *   2661 section 5.4, a LAC without Sequencing Required).
 */
enum adit_l2tp_seq {
	ADIT_L2TP_SEQ_SEND = 1,
	ADIT_L2TP_SEQ_REQUIRED = 2,
	ADIT_L2TP_SEQ_FOLLOW = 4,
};

#define ADIT_SELECTORS_MAX	32
#define ADIT_SA_IN_MAX		4
#define ADIT_SA_KEY_MAX		36
#define ADIT_SA_AUTH_KEY_MAX	64
#define ADIT_REPLAY_WINDOW_MAX	4096

/**
 * enum adit_esp_mode - What of a packet a child protects (RFC 4301 section
 *   4.1).
 * @ADIT_ESP_MODE_TUNNEL: The whole packet, in an outer one between the peers.
 * @ADIT_ESP_MODE_TRANSPORT: What follows the IP header, of packets between the
 *   two outer addresses themselves. The header goes outside, made anew with
 *   addresses, DSCP, ECN, TTL and DF. Fragments of IPv4 are put together
 *   first; those of IPv6 are not, so large datagrams need a device with a
 *   large MTU and df clear.
 */
enum adit_esp_mode {
	ADIT_ESP_MODE_TUNNEL,
	ADIT_ESP_MODE_TRANSPORT,
};

/**
 * enum adit_esp_df - The don't-fragment bit of outer IPv4 packets, and with it
 *   what happens to what does not fit.
 * @ADIT_ESP_DF_COPY: That of the inner packet, and of IPv6 always. What does
 *   not fit the path is fragmented before it is encrypted where it may be,
 *   else refused to its sender, who learns the size by ICMP.
 * @ADIT_ESP_DF_SET: Set always; otherwise as copy.
 * @ADIT_ESP_DF_CLEAR: Clear always. What does not fit the path is fragmented
 *   after it was encrypted, over IPv6 as well.
 */
enum adit_esp_df {
	ADIT_ESP_DF_COPY,
	ADIT_ESP_DF_SET,
	ADIT_ESP_DF_CLEAR,
};

/**
 * enum adit_child_state - What a child can do.
 * @ADIT_CHILD_STATE_LARVAL: It has no outbound security association. What is
 *   routed to it raises an acquire and waits.
 * @ADIT_CHILD_STATE_MATURE: It has one.
 * @ADIT_CHILD_STATE_DYING: It has one, which has reached a soft limit.
 */
enum adit_child_state {
	ADIT_CHILD_STATE_LARVAL,
	ADIT_CHILD_STATE_MATURE,
	ADIT_CHILD_STATE_DYING,
};

/**
 * enum adit_child_event - What the owner of a device is told about a child.
 * @ADIT_CHILD_EVENT_ACQUIRE: A packet waits for an outbound security
 *   association. Told once a second at most.
 * @ADIT_CHILD_EVENT_GONE: The child was removed by somebody other than the
 *   owner's own socket.
 * @ADIT_CHILD_EVENT_PEER_MOVED: An authentic packet, newer than all before it,
 *   came from another address or port of the peer. Packets go there from now
 *   on.
 */
enum adit_child_event {
	ADIT_CHILD_EVENT_ACQUIRE = 1,
	ADIT_CHILD_EVENT_GONE,
	ADIT_CHILD_EVENT_PEER_MOVED,
};

enum adit_sa_direction {
	ADIT_SA_DIRECTION_IN = 1,
	ADIT_SA_DIRECTION_OUT,
};

/**
 * enum adit_sa_event - What the owner of a device is told about a security
 *   association.
 * @ADIT_SA_EVENT_SOFT: It reached a soft limit and should be replaced.
 * @ADIT_SA_EVENT_HARD: It reached a hard limit, or the end of its sequence
 *   numbers, and carries nothing any more.
 */
enum adit_sa_event {
	ADIT_SA_EVENT_SOFT = 1,
	ADIT_SA_EVENT_HARD,
};

/**
 * enum adit_sa_cipher
 * @ADIT_SA_CIPHER_AES_GCM: AES-GCM with an ICV of 16 octets (RFC 4106). Key of
 *   16, 24 or 32 octets and a salt of 4.
 * @ADIT_SA_CIPHER_CHACHA20_POLY1305: RFC 7634. Key of 32 octets and a salt of
 *   4.
 * @ADIT_SA_CIPHER_AES_CBC: RFC 3602. Key of 16, 24 or 32 octets.
 * @ADIT_SA_CIPHER_DES3_CBC: RFC 2451. Key of 24 octets. Only with the flag
 *   legacy.
 * @ADIT_SA_CIPHER_NULL: RFC 2410. No key.
 */
enum adit_sa_cipher {
	ADIT_SA_CIPHER_AES_GCM = 1,
	ADIT_SA_CIPHER_CHACHA20_POLY1305,
	ADIT_SA_CIPHER_AES_CBC,
	ADIT_SA_CIPHER_DES3_CBC,
	ADIT_SA_CIPHER_NULL,
};

/**
 * enum adit_sa_auth - Integrity algorithm of a cipher that has none of its
 *   own.
 * @ADIT_SA_AUTH_HMAC_SHA1_96: RFC 2404. Key of 20 octets.
 * @ADIT_SA_AUTH_HMAC_SHA256_96: HMAC-SHA-256 cut to 96 bits, as an early draft
 *   had it and old peers send it. Key of 32 octets.
 * @ADIT_SA_AUTH_HMAC_SHA256_128: RFC 4868. Key of 32 octets.
 * @ADIT_SA_AUTH_HMAC_SHA384_192: RFC 4868. Key of 48 octets.
 * @ADIT_SA_AUTH_HMAC_SHA512_256: RFC 4868. Key of 64 octets.
 */
enum adit_sa_auth {
	ADIT_SA_AUTH_NONE,
	ADIT_SA_AUTH_HMAC_SHA1_96,
	ADIT_SA_AUTH_HMAC_SHA256_96,
	ADIT_SA_AUTH_HMAC_SHA256_128,
	ADIT_SA_AUTH_HMAC_SHA384_192,
	ADIT_SA_AUTH_HMAC_SHA512_256,
};

enum {
	ADIT_A_DEV_PAD = 1,
	ADIT_A_DEV_IFINDEX,
	ADIT_A_DEV_IFNAME,
	ADIT_A_DEV_KIND,
	ADIT_A_DEV_MODE,
	ADIT_A_DEV_SESSIONS,
	ADIT_A_DEV_OWNER,
	ADIT_A_DEV_TAKE_OVER,
	ADIT_A_DEV_NO_SESSION,
	ADIT_A_DEV_FRAMES_LOST,

	__ADIT_A_DEV_MAX,
	ADIT_A_DEV_MAX = (__ADIT_A_DEV_MAX - 1)
};

enum {
	ADIT_A_PREFIX_V4 = 1,
	ADIT_A_PREFIX_V6,
	ADIT_A_PREFIX_LEN,

	__ADIT_A_PREFIX_MAX,
	ADIT_A_PREFIX_MAX = (__ADIT_A_PREFIX_MAX - 1)
};

enum {
	ADIT_A_MPPE_STRENGTH = 1,
	ADIT_A_MPPE_STATEFUL,
	ADIT_A_MPPE_START_KEY,

	__ADIT_A_MPPE_MAX,
	ADIT_A_MPPE_MAX = (__ADIT_A_MPPE_MAX - 1)
};

enum {
	ADIT_A_L2TP_VERSION = 1,
	ADIT_A_L2TP_ENCAP,
	ADIT_A_L2TP_TUNNEL_ID,
	ADIT_A_L2TP_PEER_TUNNEL_ID,
	ADIT_A_L2TP_SESSION_ID,
	ADIT_A_L2TP_PEER_SESSION_ID,
	ADIT_A_L2TP_COOKIE,
	ADIT_A_L2TP_PEER_COOKIE,
	ADIT_A_L2TP_SUBLAYER,
	ADIT_A_L2TP_SEQ,
	ADIT_A_L2TP_NO_UDP_CSUM,
	ADIT_A_L2TP_DF,

	__ADIT_A_L2TP_MAX,
	ADIT_A_L2TP_MAX = (__ADIT_A_L2TP_MAX - 1)
};

enum {
	ADIT_A_SOCKET_FD = 1,
	ADIT_A_SOCKET_KIND,

	__ADIT_A_SOCKET_MAX,
	ADIT_A_SOCKET_MAX = (__ADIT_A_SOCKET_MAX - 1)
};

enum {
	ADIT_A_RX_STATS_PAD = 1,
	ADIT_A_RX_STATS_PACKETS,
	ADIT_A_RX_STATS_BYTES,
	ADIT_A_RX_STATS_FRAMES,
	ADIT_A_RX_STATS_ACKS,
	ADIT_A_RX_STATS_LOST,
	ADIT_A_RX_STATS_REORDERED,
	ADIT_A_RX_STATS_DUPLICATE,
	ADIT_A_RX_STATS_LATE,
	ADIT_A_RX_STATS_MALFORMED,
	ADIT_A_RX_STATS_CLOSED,
	ADIT_A_RX_STATS_PLAINTEXT,
	ADIT_A_RX_STATS_NO_KEY,
	ADIT_A_RX_STATS_MPPE_DESYNC,
	ADIT_A_RX_STATS_MPPE_JUMP,
	ADIT_A_RX_STATS_MPPE_FORGED,
	ADIT_A_RX_STATS_SOURCE,
	ADIT_A_RX_STATS_FRAMES_LOST,
	ADIT_A_RX_STATS_NO_MEMORY,
	ADIT_A_RX_STATS_COOKIE,
	ADIT_A_RX_STATS_UNSEQUENCED,
	ADIT_A_RX_STATS_WRONG_SOCKET,

	__ADIT_A_RX_STATS_MAX,
	ADIT_A_RX_STATS_MAX = (__ADIT_A_RX_STATS_MAX - 1)
};

enum {
	ADIT_A_TX_STATS_PAD = 1,
	ADIT_A_TX_STATS_PACKETS,
	ADIT_A_TX_STATS_BYTES,
	ADIT_A_TX_STATS_FRAMES,
	ADIT_A_TX_STATS_ACKS,
	ADIT_A_TX_STATS_CLOSED,
	ADIT_A_TX_STATS_NO_KEY,
	ADIT_A_TX_STATS_TOO_BIG,
	ADIT_A_TX_STATS_NO_ROUTE,
	ADIT_A_TX_STATS_LOOP,
	ADIT_A_TX_STATS_NO_MEMORY,
	ADIT_A_TX_STATS_NO_SOCKET,
	ADIT_A_TX_STATS_NO_CHILD,
	ADIT_A_TX_STATS_NO_SA,

	__ADIT_A_TX_STATS_MAX,
	ADIT_A_TX_STATS_MAX = (__ADIT_A_TX_STATS_MAX - 1)
};

enum {
	ADIT_A_SESSION_PAD = 1,
	ADIT_A_SESSION_IFINDEX,
	ADIT_A_SESSION_ID,
	ADIT_A_SESSION_LOCAL_V4,
	ADIT_A_SESSION_PEER_V4,
	ADIT_A_SESSION_CALL_ID,
	ADIT_A_SESSION_PEER_CALL_ID,
	ADIT_A_SESSION_PREFIX,
	ADIT_A_SESSION_IFID,
	ADIT_A_SESSION_NET,
	ADIT_A_SESSION_FRAMING,
	ADIT_A_SESSION_MRU,
	ADIT_A_SESSION_MPPE_REQUIRED,
	ADIT_A_SESSION_MPPE_TX,
	ADIT_A_SESSION_MPPE_RX,
	ADIT_A_SESSION_MPPE_FLUSH,
	ADIT_A_SESSION_RX_WINDOW,
	ADIT_A_SESSION_REORDER_MS,
	ADIT_A_SESSION_ACK_DELAY_MS,
	ADIT_A_SESSION_RX_STATS,
	ADIT_A_SESSION_TX_STATS,
	ADIT_A_SESSION_RX_IDLE_MS,
	ADIT_A_SESSION_TX_IDLE_MS,
	ADIT_A_SESSION_EVENT,
	ADIT_A_SESSION_LOCAL_V6,
	ADIT_A_SESSION_PEER_V6,
	ADIT_A_SESSION_LOCAL_PORT,
	ADIT_A_SESSION_PEER_PORT,
	ADIT_A_SESSION_L2TP,
	ADIT_A_SESSION_CHILD_IFINDEX,
	ADIT_A_SESSION_CHILD,

	__ADIT_A_SESSION_MAX,
	ADIT_A_SESSION_MAX = (__ADIT_A_SESSION_MAX - 1)
};

enum {
	ADIT_A_FRAME_IFINDEX = 1,
	ADIT_A_FRAME_ID,
	ADIT_A_FRAME_PROTOCOL,
	ADIT_A_FRAME_DATA,
	ADIT_A_FRAME_ENCRYPTED,

	__ADIT_A_FRAME_MAX,
	ADIT_A_FRAME_MAX = (__ADIT_A_FRAME_MAX - 1)
};

enum {
	ADIT_A_LINK_PPTP_MODE = 1,
	ADIT_A_LINK_PPTP_LOCAL,
	ADIT_A_LINK_PPTP_REMOTE,
	ADIT_A_LINK_PPTP_CALL_ID,
	ADIT_A_LINK_PPTP_PEER_CALL_ID,
	ADIT_A_LINK_PPTP_FWMARK,
	ADIT_A_LINK_PPTP_LINK,
	ADIT_A_LINK_PPTP_FRAMING,
	ADIT_A_LINK_PPTP_MRU,
	ADIT_A_LINK_PPTP_MSS_CLAMP,
	ADIT_A_LINK_PPTP_RX_WINDOW,
	ADIT_A_LINK_PPTP_REORDER_MS,
	ADIT_A_LINK_PPTP_ACK_DELAY_MS,
	ADIT_A_LINK_PPTP_MPPE_REQUIRED,

	__ADIT_A_LINK_PPTP_MAX,
	ADIT_A_LINK_PPTP_MAX = (__ADIT_A_LINK_PPTP_MAX - 1)
};

enum {
	ADIT_A_LINK_L2TP_MODE = 1,
	ADIT_A_LINK_L2TP_PAYLOAD,
	ADIT_A_LINK_L2TP_LOCAL_V4,
	ADIT_A_LINK_L2TP_REMOTE_V4,
	ADIT_A_LINK_L2TP_LOCAL_V6,
	ADIT_A_LINK_L2TP_REMOTE_V6,
	ADIT_A_LINK_L2TP_LOCAL_PORT,
	ADIT_A_LINK_L2TP_REMOTE_PORT,
	ADIT_A_LINK_L2TP_L2TP,
	ADIT_A_LINK_L2TP_FWMARK,
	ADIT_A_LINK_L2TP_LINK,
	ADIT_A_LINK_L2TP_FRAMING,
	ADIT_A_LINK_L2TP_MRU,
	ADIT_A_LINK_L2TP_MSS_CLAMP,
	ADIT_A_LINK_L2TP_RX_WINDOW,
	ADIT_A_LINK_L2TP_REORDER_MS,
	ADIT_A_LINK_L2TP_MPPE_REQUIRED,
	ADIT_A_LINK_L2TP_CHILD_IFINDEX,
	ADIT_A_LINK_L2TP_CHILD,

	__ADIT_A_LINK_L2TP_MAX,
	ADIT_A_LINK_L2TP_MAX = (__ADIT_A_LINK_L2TP_MAX - 1)
};

enum {
	ADIT_A_SELECTOR_LOCAL = 1,
	ADIT_A_SELECTOR_REMOTE,
	ADIT_A_SELECTOR_PROTOCOL,
	ADIT_A_SELECTOR_LOCAL_PORT_MIN,
	ADIT_A_SELECTOR_LOCAL_PORT_MAX,
	ADIT_A_SELECTOR_REMOTE_PORT_MIN,
	ADIT_A_SELECTOR_REMOTE_PORT_MAX,

	__ADIT_A_SELECTOR_MAX,
	ADIT_A_SELECTOR_MAX = (__ADIT_A_SELECTOR_MAX - 1)
};

enum {
	ADIT_A_CHILD_STATS_PAD = 1,
	ADIT_A_CHILD_STATS_ACQUIRES,
	ADIT_A_CHILD_STATS_WAITED,
	ADIT_A_CHILD_STATS_WAIT_DROPPED,
	ADIT_A_CHILD_STATS_TOO_BIG,
	ADIT_A_CHILD_STATS_NO_ROUTE,
	ADIT_A_CHILD_STATS_LOOP,
	ADIT_A_CHILD_STATS_NO_MEMORY,
	ADIT_A_CHILD_STATS_NO_SOCKET,
	ADIT_A_CHILD_STATS_UNFIT,
	ADIT_A_CHILD_STATS_NO_SESSION,
	ADIT_A_CHILD_STATS_CONTROLS,
	ADIT_A_CHILD_STATS_CONTROLS_LOST,
	ADIT_A_CHILD_STATS_FRAGMENTED,
	ADIT_A_CHILD_STATS_JOINED,
	ADIT_A_CHILD_STATS_FRAGMENTS_LOST,

	__ADIT_A_CHILD_STATS_MAX,
	ADIT_A_CHILD_STATS_MAX = (__ADIT_A_CHILD_STATS_MAX - 1)
};

enum {
	ADIT_A_CHILD_PAD = 1,
	ADIT_A_CHILD_IFINDEX,
	ADIT_A_CHILD_ID,
	ADIT_A_CHILD_LOCAL_V4,
	ADIT_A_CHILD_PEER_V4,
	ADIT_A_CHILD_LOCAL_V6,
	ADIT_A_CHILD_PEER_V6,
	ADIT_A_CHILD_SELECTOR,
	ADIT_A_CHILD_DF,
	ADIT_A_CHILD_NO_DSCP,
	ADIT_A_CHILD_NO_ECN,
	ADIT_A_CHILD_STATE,
	ADIT_A_CHILD_STATS,
	ADIT_A_CHILD_RX_IDLE_MS,
	ADIT_A_CHILD_TX_IDLE_MS,
	ADIT_A_CHILD_EVENT,
	ADIT_A_CHILD_FLOW,
	ADIT_A_CHILD_LOCAL_PORT,
	ADIT_A_CHILD_PEER_PORT,
	ADIT_A_CHILD_MODE,
	ADIT_A_CHILD_L2TP_PORT,

	__ADIT_A_CHILD_MAX,
	ADIT_A_CHILD_MAX = (__ADIT_A_CHILD_MAX - 1)
};

enum {
	ADIT_A_CONTROL_IFINDEX = 1,
	ADIT_A_CONTROL_CHILD,
	ADIT_A_CONTROL_PEER_PORT,
	ADIT_A_CONTROL_DATA,

	__ADIT_A_CONTROL_MAX,
	ADIT_A_CONTROL_MAX = (__ADIT_A_CONTROL_MAX - 1)
};

enum {
	ADIT_A_SA_STATS_PAD = 1,
	ADIT_A_SA_STATS_PACKETS,
	ADIT_A_SA_STATS_BYTES,
	ADIT_A_SA_STATS_MALFORMED,
	ADIT_A_SA_STATS_LATE,
	ADIT_A_SA_STATS_REPLAYED,
	ADIT_A_SA_STATS_FORGED,
	ADIT_A_SA_STATS_PADDING,
	ADIT_A_SA_STATS_PROTOCOL,
	ADIT_A_SA_STATS_INNER,
	ADIT_A_SA_STATS_SELECTOR,
	ADIT_A_SA_STATS_ECN,
	ADIT_A_SA_STATS_DUMMY,
	ADIT_A_SA_STATS_EXPIRED,
	ADIT_A_SA_STATS_NO_MEMORY,
	ADIT_A_SA_STATS_CRYPTO,
	ADIT_A_SA_STATS_DOWN,
	ADIT_A_SA_STATS_ENCAP,

	__ADIT_A_SA_STATS_MAX,
	ADIT_A_SA_STATS_MAX = (__ADIT_A_SA_STATS_MAX - 1)
};

enum {
	ADIT_A_SA_PAD = 1,
	ADIT_A_SA_IFINDEX,
	ADIT_A_SA_CHILD,
	ADIT_A_SA_DIRECTION,
	ADIT_A_SA_SPI,
	ADIT_A_SA_CIPHER,
	ADIT_A_SA_KEY,
	ADIT_A_SA_AUTH,
	ADIT_A_SA_AUTH_KEY,
	ADIT_A_SA_ESN,
	ADIT_A_SA_REPLAY_WINDOW,
	ADIT_A_SA_LEGACY,
	ADIT_A_SA_SOFT_SECONDS,
	ADIT_A_SA_HARD_SECONDS,
	ADIT_A_SA_SOFT_BYTES,
	ADIT_A_SA_HARD_BYTES,
	ADIT_A_SA_SOFT_PACKETS,
	ADIT_A_SA_HARD_PACKETS,
	ADIT_A_SA_SEQ,
	ADIT_A_SA_AGE_MS,
	ADIT_A_SA_EXPIRED,
	ADIT_A_SA_STATS,
	ADIT_A_SA_EVENT,

	__ADIT_A_SA_MAX,
	ADIT_A_SA_MAX = (__ADIT_A_SA_MAX - 1)
};

enum {
	ADIT_A_LINK_ESP_MODE = 1,
	ADIT_A_LINK_ESP_LOCAL_V4,
	ADIT_A_LINK_ESP_REMOTE_V4,
	ADIT_A_LINK_ESP_LOCAL_V6,
	ADIT_A_LINK_ESP_REMOTE_V6,
	ADIT_A_LINK_ESP_FWMARK,
	ADIT_A_LINK_ESP_LINK,
	ADIT_A_LINK_ESP_MSS_CLAMP,
	ADIT_A_LINK_ESP_DF,
	ADIT_A_LINK_ESP_NO_DSCP,
	ADIT_A_LINK_ESP_NO_ECN,
	ADIT_A_LINK_ESP_ESP_MODE,

	__ADIT_A_LINK_ESP_MAX,
	ADIT_A_LINK_ESP_MAX = (__ADIT_A_LINK_ESP_MAX - 1)
};

enum {
	ADIT_CMD_DEV_GET = 1,
	ADIT_CMD_DEV_CLAIM,
	ADIT_CMD_DEV_RELEASE,
	ADIT_CMD_SESSION_NEW,
	ADIT_CMD_SESSION_SET,
	ADIT_CMD_SESSION_DEL,
	ADIT_CMD_SESSION_GET,
	ADIT_CMD_FRAME_SEND,
	ADIT_CMD_FRAME_NTF,
	ADIT_CMD_SESSION_NTF,
	ADIT_CMD_SOCKET_ATTACH,
	ADIT_CMD_SOCKET_DETACH,
	ADIT_CMD_CHILD_NEW,
	ADIT_CMD_CHILD_SET,
	ADIT_CMD_CHILD_DEL,
	ADIT_CMD_CHILD_GET,
	ADIT_CMD_CHILD_NTF,
	ADIT_CMD_SA_NEW,
	ADIT_CMD_SA_DEL,
	ADIT_CMD_SA_GET,
	ADIT_CMD_SA_NTF,
	ADIT_CMD_CONTROL_SEND,
	ADIT_CMD_CONTROL_NTF,

	__ADIT_CMD_MAX,
	ADIT_CMD_MAX = (__ADIT_CMD_MAX - 1)
};

#endif /* _UAPI_LINUX_ADIT_H */
