// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IKEv1 endpoint, from peers that say what the input says, sealed and with the proofs that belong there or not, and
 * an owner that dials, renews and ends things, and whose process dies. The world ends the program when an op is about
 * what is not there, when a record cannot be read, and when a timer or a peer outlives the endpoint.
 */
#include "fuzz.h"
#include "ike_mend.h"
#include "tape_run.h"

static const char *const set_lines[] = {
	"max-half-open 2", "max-half-open 16", "dpd 10", "no-fragmentation", "esp aes128gcm16-x25519",
	"ike 3des-sha1-modp1024,aes128-sha256-x25519", "esp aes256-sha256,aes128gcm16", "child-lifetime 60",
	"lifetime 120", "max-sas 2", "aggressive", "transport", "xauth", "user x", "login", "pool 10.9.0.7",
	"request", "other", "hosts", "encapsulate", "nobody", NULL
};

static const char *const do_lines[] = {
	"dial", "close", "rekey", "probe", "child", "rekey-child", "close-child", "stats", "die", "again",
	"again back=1", "again back=2", "again from=77", "reflect", "reflect back=1", NULL
};

#define NETS "net:10.1.0.0/16 net:10.2.0.0/16"
#define OUR_NETS "net:10.2.0.0/16 net:10.1.0.0/16"

static const char *const say_lines[] = {
	"main ike-sa", "main ike-sa vid:natt vid:dpd vid:fragmentation vid:xauth", "c2 main from=3 ike-sa",
	"c2 main ike-sa", "main ke nonce", "main ke nonce @natd", "main ke nonce @natd:there",
	"main ke nonce @natd:here", "main id hash", "main id hash n:INITIAL-CONTACT",
	"main port=4500 id hash", "main forged id hash", "main stranger id hash", "main cut=2 id hash",
	"piece 1", "piece 2", "piece 2 number=7 more", "piece 1 of=2", "c2 main ke nonce", "c2 main id hash",
	"main id:us.example hash", "aggressive ike-sa ke nonce id vid:dpd", "aggressive hash",
	"aggressive clear ike-sa ke nonce id hash", "quick esp-sa nonce " NETS,
	"quick spi=c0000002 esp-sa nonce " NETS, "quick more", "quick esp-sa ke nonce " NETS,
	"quick encap=3 esp-sa nonce " NETS, "quick encap=4 esp-sa nonce natoa:10.0.0.1 natoa:10.0.0.2",
	"quick esp-sa nonce", "quick answer esp-sa nonce " OUR_NETS,
	"quick answer spi=c0000003 esp-sa nonce " OUR_NETS, "quick answer esp-sa ke nonce " OUR_NETS,
	"c2 quick esp-sa nonce " NETS, "quick forged esp-sa nonce " NETS, "quick port=4501 more",
	"info n:R-U-THERE:00000001", "info n:R-U-THERE:00000002", "info n:R-U-THERE-ACK:00000001",
	"info delete", "info delete:c0000001", "info delete:c0000001c0000002c0000003", "c2 info delete",
	"info n:INITIAL-CONTACT", "info clear n:NO-PROPOSAL-CHOSEN", "info clear delete", "info bent delete",
	"info n-esp:NO-PROPOSAL-CHOSEN:c0000001", "info n:INVALID-ID-INFORMATION",
	"config request:ip4,netmask,dns", "config request:user,password", "config set:status=0x0001",
	"config set:status=0x0000", "config answer reply:user=alice,password=wonderland",
	"config answer reply:user=alice,password=x", "config answer ack:status",
	"config answer reply:ip4=0x0a090007", "config more reply:ip4=0x0a090007", "config set:ip4=0x0a090007",
	NULL
};

const struct tape_target tape_target = {
	.kind = &world_ike1,
	.lines = { [TAPE_SET] = set_lines, [TAPE_DO] = do_lines, [TAPE_SAY] = say_lines },
	/* Of as many children as there may be, with both their SAs. */
	.outputs_max = 1024,
	.line_max = PATTERN_MAX / 8,
	.mend = ike_mend,
};
