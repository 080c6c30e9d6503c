// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into unit tests and the replay program with --wrap: what they hand to the functions that
 * are fuzzed becomes a seed, in the form that the target takes, in SEEDS/TARGET/.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "conf/conf.h"
#include "daemon/control.h"
#include "daemon/memory.h"
#include "datapath/codec.h"
#include "datapath/events.h"
#include "datapath/extack.h"
#include "proto/auth.h"
#include "proto/eap_mschapv2.h"
#include "proto/dhcp_inform.h"
#include "proto/ike_cert.h"
#include "proto/l2tp.h"
#include "proto/ra.h"
#include "wire/inet.h"
#include "wire/l2tp.h"
#include "wire/ppp.h"
#include "wire/pptp.h"

#define EVENTS_FAMILY	33	/* of events_fuzz.c */
#define SEED_MAX	65536
#define KEEP_MAX	300	/* seeds of one target by one program */

struct seed {
	const char *target;
	uint8_t octets[SEED_MAX];
	size_t len;
};

static void put(struct seed *s, const void *data, size_t len)
{
	if (len > sizeof(s->octets) - s->len)
		len = sizeof(s->octets) - s->len;
	if (len)
		memcpy(s->octets + s->len, data, len);
	s->len += len;
}

static void put_u8(struct seed *s, uint8_t v)
{
	put(s, &v, 1);
}

static void put_u16(struct seed *s, uint16_t v)
{
	put_u8(s, v >> 8);
	put_u8(s, v & 0xff);
}

static struct seed *seed_new(const char *target)
{
	static struct seed s;

	s.target = target;
	s.len = 0;
	return &s;
}

static bool too_many(const char *target)
{
	static struct { const char *target; unsigned int n; } kept[32];
	unsigned int i;

	for (i = 0; kept[i].target && strcmp(kept[i].target, target); i++)
		;
	kept[i].target = target;
	return ++kept[i].n > KEEP_MAX;
}

/* Called after its content, so that equal ones are one. */
static void seed_done(const struct seed *s)
{
	const char *dir = getenv("SEEDS");
	uint64_t sum = 0xcbf29ce484222325ULL;
	char path[512];
	FILE *f;
	size_t i;

	if (!dir || too_many(s->target))
		return;
	for (i = 0; i < s->len; i++)
		sum = (sum ^ s->octets[i]) * 0x100000001b3ULL;
	snprintf(path, sizeof(path), "%s/%s", dir, s->target);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%016llx", dir, s->target, (unsigned long long)sum);
	f = fopen(path, "w");
	if (!f || fwrite(s->octets, 1, s->len, f) != s->len || fclose(f)) {
		perror(path);
		exit(1);
	}
}

static void seed_of(const char *target, const void *head, size_t head_len, const void *data, size_t len)
{
	struct seed *s = seed_new(target);

	put(s, head, head_len);
	put(s, data, len);
	seed_done(s);
}

#define PLAIN(target, data, len)	seed_of(target, NULL, 0, data, len)
#define BEHIND(target, data, len, ...)							\
	seed_of(target, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), \
		data, len)

/* WRAP(type, name, parameters, arguments, statement): the statement before the function itself. */
#define WRAP(type, name, parameters, arguments, ...)					\
	type __real_##name parameters;							\
	type __wrap_##name parameters;							\
	type __wrap_##name parameters							\
	{										\
		__VA_ARGS__;								\
		return __real_##name arguments;						\
	}

WRAP(int, pptp_decode, (const uint8_t *data, size_t len, struct pptp_message *msg), (data, len, msg),
     PLAIN("pptp_wire", data, len))
WRAP(int, ppp_packet_parse, (struct ppp_packet *p, const uint8_t *data, size_t len), (p, data, len),
     BEHIND("ppp_wire", data, len, 0))
WRAP(bool, ppp_options_valid, (struct rd options), (options),
     BEHIND("ppp_wire", options.at, options.left, 1))
WRAP(int, ppp_chap_value_parse,
     (struct rd data, const uint8_t **value, uint8_t *value_len, char *name, size_t cap),
     (data, value, value_len, name, cap), BEHIND("ppp_wire", data.at, data.left, 2, 0xfd))
WRAP(int, ppp_pap_request_parse,
     (struct rd data, char *name, size_t name_cap, char *password, size_t password_cap),
     (data, name, name_cap, password, password_cap),
     BEHIND("ppp_wire", data.at, data.left, 3, 0xfd, 0xff))
WRAP(int, utf16le_from_utf8, (const char *text, uint8_t *out, size_t cap), (text, out, cap),
     BEHIND("utf16", text, strlen(text), cap < 255 ? (uint8_t)cap : 255))
WRAP(int, inet_parse4, (const uint8_t *data, size_t len, struct inet_packet *p), (data, len, p),
     BEHIND("inet", data, len, 9, 0))
WRAP(int, inet_parse6, (const uint8_t *data, size_t len, struct inet_packet *p), (data, len, p),
     BEHIND("inet", data, len, 0, 0))
WRAP(size_t, ra_answer,
     (const struct ra_config *cfg, const uint8_t *packet, size_t len, uint8_t *out),
     (cfg, packet, len, out), BEHIND("ra", packet, len, 3, 5, 0x78))
WRAP(size_t, dhcp_inform_answer,
     (const struct dhcp_inform_config *cfg, const uint8_t *packet, size_t len, uint8_t *out),
     (cfg, packet, len, out), BEHIND("dhcp_inform", packet, len, 0x13, 1, 24, 10, 5, 0, 0))

/* --- L2TP --- */

/* As it came: what is hidden in it stays so. */
static void record_message(struct rd body, const struct l2tp_secret *secret)
{
	struct seed *s = seed_new("l2tp_wire");
	uint8_t len = secret && secret->len <= 40 ? (uint8_t)secret->len : 0;

	put_u8(s, secret ? 6 : 4);
	if (secret)
		put_u8(s, len);
	if (len)
		put(s, secret->at, len);
	put(s, body.at, body.left);
	seed_done(s);
}

static void record_thaw(uint8_t kind, const struct rd *r)
{
	BEHIND("l2tp_record", r->at, r->left, kind, (uint8_t)(r->left >> 8), (uint8_t)r->left);
}

WRAP(int, l2tp_header_parse, (struct l2tp_header *h, const uint8_t *data, size_t len, const char **why),
     (h, data, len, why), BEHIND("l2tp_wire", data, len, 1))
WRAP(int, l2tp_decode,
     (struct rd body, const struct l2tp_secret *secret, struct wr *scratch, struct l2tp_message *msg),
     (body, secret, scratch, msg), record_message(body, secret))
WRAP(struct l2tp_tunnel *, l2tp_tunnel_thaw, (struct l2tp *l2tp, void *owner, struct rd *r),
     (l2tp, owner, r), record_thaw(0, r))
WRAP(struct l2tp_call *, l2tp_call_thaw, (struct l2tp_tunnel *t, void *owner, struct rd *r), (t, owner, r),
     record_thaw(1, r))

/* --- IKE --- */

static void record_certs(const struct ike_cert *certs, unsigned int n)
{
	struct seed *s = seed_new("ike_cert");

	put_u8(s, 1);
	for (unsigned int i = 0; i < n; i++) {
		put_u16(s, certs[i].data.len);
		put(s, certs[i].data.at, certs[i].data.len);
	}
	seed_done(s);
}

/* One packet, to whoever has just begun. */
static void record_eap(uint8_t who, const uint8_t *data, size_t len)
{
	if (who)
		BEHIND("eap", data, len, 1, data[1], 255, 255, (uint8_t)len);
	else
		BEHIND("eap", data, len, 0, (uint8_t)len);
}

WRAP(int, ike2_parse, (struct ike2_message *m, const uint8_t *data, size_t len, struct ike_fault *f), (m, data, len, f),
     BEHIND("ike_wire", data, len, 0))
WRAP(int, ike1_parse,
     (struct ike1_message *m, const uint8_t *data, size_t len, struct ike_octets *encrypted, struct ike_fault *f),
     (m, data, len, encrypted, f), BEHIND("ike_wire", data, len, 1))
WRAP(int, ike1_parse_chain,
     (struct ike1_message *m, uint8_t first, const uint8_t *data, size_t len, struct ike_fault *f),
     (m, first, data, len, f), BEHIND("ike_wire", data, len, 3, first))
WRAP(int, ike_offers_parse,
     (const char *text, enum ike_use use, bool legacy, struct ike_offers *out, char error[IKE_ERROR_MAX]),
     (text, use, legacy, out, error),
     BEHIND("ike_text", text, strlen(text), (uint8_t)((use == IKE_USE_IKE) | legacy << 1)))
WRAP(int, ike_id_parse, (const char *text, struct ike_id *id, char error[IKE_ERROR_MAX]), (text, id, error),
     BEHIND("ike_text", text, strlen(text), 5))
WRAP(int, ike_id_from_wire, (struct ike_id *id, uint8_t type, struct ike_octets data), (id, type, data),
     BEHIND("ike_text", data.at, data.len, 4, type, 3))
WRAP(struct ike_pubkey *, ike_trust_verify,
     (const struct ike_trust *t, const struct ike_cert *certs, unsigned int n, const struct ike_id *id, time_t now,
      struct ike_cert_verdict *v),
     (t, certs, n, id, now, v), record_certs(certs, n))
WRAP(struct ike_chain_file *, ike_own_load, (const void *octets, size_t len, char error[IKE_ERROR_MAX]),
     (octets, len, error), BEHIND("ike_cert", octets, len, 0))
WRAP(int, ike_trust_add_ca, (struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX]),
     (t, octets, len, error), BEHIND("ike_cert", octets, len, 8))
WRAP(int, ike_trust_add_crl, (struct ike_trust *t, const void *octets, size_t len, char error[IKE_ERROR_MAX]),
     (t, octets, len, error), BEHIND("ike_cert", octets, len, 8))
WRAP(struct ike_key *, ike_key_load, (const void *octets, size_t len, char error[IKE_ERROR_MAX]), (octets, len, error),
     BEHIND("ike_cert", octets, len, 2))
WRAP(enum eap_outcome, eap_server_rx,
     (struct eap_server *server, const uint8_t *data, size_t len, const char *name, struct wr *out),
     (server, data, len, name, out), record_eap(1, data, len))
WRAP(enum eap_outcome, eap_peer_rx,
     (struct eap_peer *p, const uint8_t *data, size_t len, const char *user, const char *password, struct wr *out),
     (p, data, len, user, password, out), record_eap(0, data, len))

/* --- MS-CHAP --- */

static void record_request(const struct auth_request *req, const char *password)
{
	struct seed *s = seed_new("mschap");

	put_u8(s, 0);
	put_u8(s, (uint8_t)strlen(password));
	put(s, password, strlen(password) & 0xff);
	put_u8(s, (uint8_t)__builtin_ctz(req->method));
	put_u8(s, (uint8_t)strlen(req->user));
	put(s, req->user, strlen(req->user));
	put_u8(s, req->chap_id);
	put_u8(s, req->challenge_len);
	put(s, req->challenge, req->challenge_len);
	put_u8(s, req->response_len);
	put(s, req->response, req->response_len);
	if (req->method == AUTH_PAP) {
		put_u8(s, (uint8_t)strlen(req->password));
		put(s, req->password, strlen(req->password));
	}
	seed_done(s);
}

void __real_auth_verify_password(const struct auth_request *req, const char *password,
				 struct auth_reply *reply);
void __wrap_auth_verify_password(const struct auth_request *req, const char *password,
				 struct auth_reply *reply);

void __wrap_auth_verify_password(const struct auth_request *req, const char *password,
				 struct auth_reply *reply)
{
	record_request(req, password);
	__real_auth_verify_password(req, password, reply);
}

/* --- the configuration --- */

static void record_file(const char *path)
{
	struct seed *s = seed_new("conf");
	FILE *f = fopen(path, "r");

	if (!f)
		return;
	s->len = fread(s->octets, 1, sizeof(s->octets), f);
	fclose(f);
	seed_done(s);
}

WRAP(struct conf *, conf_read, (const char *path, conf_report_fn report, void *arg),
     (path, report, arg), record_file(path))

/* --- netlink --- */

WRAP(int, codec_get, (struct nlattr *attrs, int len, struct dp_session *session, struct dp_stats *stats),
     (attrs, len, session, stats), BEHIND("events", attrs, (size_t)len, 1))

/* A session as it is told to the kernel is one that the kernel could tell. */
int __real_codec_put_new(struct nl_msg *msg, const struct dp_session *session);
int __wrap_codec_put_new(struct nl_msg *msg, const struct dp_session *session);

int __wrap_codec_put_new(struct nl_msg *msg, const struct dp_session *session)
{
	const struct nlmsghdr *nl = nlmsg_hdr(msg);
	size_t before = nl->nlmsg_len;
	int ret = __real_codec_put_new(msg, session);

	BEHIND("events", (const uint8_t *)nl + before, nl->nlmsg_len - before, 1);
	return ret;
}

ssize_t __real_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *n);
ssize_t __wrap_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *n);

ssize_t __wrap_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *n)
{
	ssize_t got = __real_recvfrom(fd, buf, len, flags, from, n);
	struct seed *s;

	if (got < (ssize_t)sizeof(struct nlmsghdr))
		return got;
	s = seed_new("events");
	put_u8(s, 0);
	put_u8(s, 0);
	put_u16(s, (uint16_t)got);
	put(s, buf, (size_t)got);
	((struct nlmsghdr *)(s->octets + 4))->nlmsg_type = EVENTS_FAMILY;
	seed_done(s);
	return got;
}

static void record_explain(const struct nlmsghdr *error, const struct extack_request *req)
{
	static const struct extack_set *const sets[] = {
		&extack_dev, &extack_session, &extack_frame, &extack_socket, &extack_link, &extack_addr,
		&extack_route,
	};
	struct seed *s = seed_new("extack");
	size_t skip = NLMSG_HDRLEN + req->header;
	uint8_t kind = 0;

	while (kind < sizeof(sets) / sizeof(sets[0]) && sets[kind] != req->set)
		kind++;
	put_u8(s, kind);
	put_u8(s, 0);
	put_u8(s, (error->nlmsg_flags & NLM_F_CAPPED) ? 0 : 1);
	put_u16(s, (uint16_t)(req->msg->nlmsg_len - skip));
	put(s, (const uint8_t *)req->msg + skip, req->msg->nlmsg_len - skip);
	put_u16(s, (uint16_t)(error->nlmsg_len - NLMSG_HDRLEN));
	put(s, (const uint8_t *)error + NLMSG_HDRLEN, error->nlmsg_len - NLMSG_HDRLEN);
	seed_done(s);
}

WRAP(int, extack_explain,
     (const struct nlmsghdr *error, const struct extack_request *req, char *text, size_t cap),
     (error, req, text, cap), record_explain(error, req))

/* --- the daemon --- */

static void record_command(const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	struct seed *s = seed_new("control");

	put_u8(s, 1);		/* with a session, */
	put_u8(s, 0x10);	/* in one piece */
	put(s, text, strlen(text));
	put_u8(s, '\n');
	free(text);
	seed_done(s);
}

WRAP(json_t *, control_command,
     (struct engine *e, const json_t *request, struct control_waits *waits), (e, request, waits),
     record_command(request))

WRAP(int, memory_commit,
     (struct memory *m, enum memory_kind kind, uint32_t slot, const void *data, size_t len),
     (m, kind, slot, data, len),
     BEHIND("record", data, len, kind, (uint8_t)(len >> 8), (uint8_t)len))
