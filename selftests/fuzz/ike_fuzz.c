// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IKEv2 endpoint, from peers that say what the input says, sealed with the right keys or not, and an owner that
 * dials, renews and ends things, and whose process dies. The world ends the program when an op is about what is not
 * there, when a record cannot be read, and when a timer or a peer outlives the endpoint.
 */
#include "fuzz.h"
#include "ike_mend.h"
#include "tape_run.h"

static const char *const set_lines[] = {
	"max-half-open 2", "cookie-above 0", "cookie-above 1", "dpd 10", "mobike", "no-fragmentation",
	"ike aes128gcm16-prfsha256-modp1024-x25519", "esp aes128gcm16-x25519",
	"esp aes256-sha256,aes128gcm16", "child-lifetime 60", "lifetime 120", "max-sas 2", "encapsulate",
	"hosts", "transport", NULL
};

static const char *const do_lines[] = {
	"dial", "close", "rekey", "probe", "child", "rekey-child", "close-child", "stats", "die", "again",
	"again back=1", "again back=2", "again from=77", "reflect", "reflect back=1", NULL
};

#define CHILD "esp-sa nonce tsi:10.1.0.0/16 tsr:10.2.0.0/16"

static const char *const say_lines[] = {
	"init ike-sa ke nonce", "c2 init from=3 ike-sa ke nonce",
	"c2 init ike-sa ke nonce n:IKEV2_FRAGMENTATION_SUPPORTED", "init @cookie ike-sa ke nonce",
	"init n:COOKIE:1234 ike-sa ke nonce", "init ike-sa ke:modp1024 nonce", "init answer ike-sa ke nonce",
	"init answer n:COOKIE:1234", "init answer n:INVALID_KE_PAYLOAD:001f",
	"init answer clear n:NO_PROPOSAL_CHOSEN", "init id=0 version=30 ike-sa ke nonce",
	"auth idi idr @auth esp-sa tsi:10.1.0.0/16 tsr:10.2.0.0/16",
	"auth id=1 idi idr @auth n:INITIAL_CONTACT",
	"auth answer idr @auth esp-sa tsi:10.2.0.0/16 tsr:10.1.0.0/16", "auth answer n:AUTHENTICATION_FAILED",
	"auth id=1 frag=1/2 idi idr @auth", "auth id=1 frag=2/2 idi idr @auth payload:43/600",
	"create " CHILD, "create spi=c0000002 " CHILD, "create spi=c0000002 n:REKEY_SA:c0000001 " CHILD,
	"create ike-sa nonce ke", "create ike-sa nonce:00 ke", "c2 create spi=c0000003 " CHILD,
	"create answer spi=c0000002 esp-sa nonce tsi:10.2.0.0/16 tsr:10.1.0.0/16",
	"create answer ike-sa nonce ke", "create answer ike-sa nonce:ff ke",
	"create answer n:TEMPORARY_FAILURE", "create answer n:NO_ADDITIONAL_SAS",
	"create answer n:CHILD_SA_NOT_FOUND:c0000001", "create answer id=0 n:INVALID_KE_PAYLOAD:001f", "info",
	"info answer", "info answer id=0", "info answer delete:c0000001", "info delete",
	"info delete:c0000001", "info delete:c0000002", "info bent delete", "info clear delete",
	"info critical:200", "c2 info delete", "c2 info", "info n:UPDATE_SA_ADDRESSES",
	"info port=4500 from=5 n:UPDATE_SA_ADDRESSES", "info answer clear n:INVALID_IKE_SPI", "resume", NULL
};

const struct tape_target tape_target = {
	.kind = &world_ike,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* Of as many children as there may be, with both their SAs. */
	.outputs_max = 1024,
	.line_max = PATTERN_MAX / 8,
	.mend = ike_mend,
};
