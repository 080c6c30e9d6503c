// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP-MSCHAPv2 on both sides against a peer that may say anything: packets of the input, each behind its length; 255
 * instead of a length is what a right peer would say next. Whoever is let in has proved that it knows the password.
 */
#include "fuzz.h"
#include "proto/eap_mschapv2.h"

static struct eap_server server;
static struct eap_peer peer, right;
static uint8_t out[EAP_PACKET_MAX], answer[EAP_PACKET_MAX];
static size_t out_len;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(!mschap_init());
	return 0;
}

static void to_server(const uint8_t *data, size_t len, bool *honest)
{
	struct wr w = wr_to(out, sizeof(out));
	enum eap_outcome o = eap_server_rx(&server, data, len, "gw", &w);

	if (o == EAP_ASK) {
		must(strlen(server.user) <= EAP_NAME_MAX);
		o = eap_server_password(&server, "password", &w);
	}
	must(!w.bad && (o != EAP_SEND || w.len >= 4));
	must(o != EAP_DONE || *honest);
	must(o != EAP_REFUSED || server.why[0]);
	if (w.len)
		out_len = w.len;
}

static void say(struct in *in, bool *honest)
{
	uint8_t len = in_u8(in);
	struct wr w = wr_to(answer, sizeof(answer));
	size_t n;
	uint8_t *packet;

	if (len == 255) {
		*honest = true;
		eap_peer_rx(&right, out, out_len, "user", "password", &w);
		to_server(answer, w.len, honest);
		return;
	}
	packet = in_take(in, len, &n);
	to_server(packet, n, honest);
	free(packet);
}

static void as_server(struct in *in)
{
	static const uint8_t challenge[16] = { 1 };
	struct wr w = wr_to(out, sizeof(out));
	bool honest = false;

	eap_server_start(&server, in_u8(in), challenge, &w);
	out_len = w.len;
	eap_peer_start(&right, challenge);
	for (unsigned int i = 0; i < 40 && in->left; i++)
		say(in, &honest);
}

static void as_peer(struct in *in)
{
	static const uint8_t challenge[16] = { 2 };

	eap_peer_start(&peer, challenge);
	for (unsigned int i = 0; i < 40 && in->left; i++) {
		struct wr w = wr_to(out, sizeof(out));
		uint8_t len = in_u8(in);
		size_t n;
		uint8_t *packet = in_take(in, len, &n);
		enum eap_outcome o = eap_peer_rx(&peer, packet, n, "user", "password", &w);

		/* A gateway that does not know the password cannot say S=. */
		must(!w.bad && o != EAP_DONE && o != EAP_ASK);
		must(o != EAP_REFUSED || peer.why[0]);
		free(packet);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in in = in_of(data, size);

	if (in_u8(&in) & 1)
		as_server(&in);
	else
		as_peer(&in);
	return 0;
}
