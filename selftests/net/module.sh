#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module loaded and unloaded a thousand times, every tenth time with a device of each kind, a session and a security
# association in between: each time it comes and goes whole. Fewer times on a kernel that looks at everything, which is
# slow at it and sees a leak at once.

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

HERE=$(dirname "$0")

ROUNDS=1000
[ "$TIME_FACTOR" -eq 1 ] || ROUNDS=100
# What a thousand lost pages would exceed, and a machine's own comings and goings do not.
SLACK_KB=3000
MODULE=/lib/modules/$(uname -r)/updates/adit.ko

namespace a
# A socket of UDP has to be at home somewhere.
run ip -n a addr add 192.0.2.1/32 dev lo

used()
{
	tool a link gw0 mode=1 &&
		tool a new gw0 id=1 local=192.0.2.1 peer=192.0.2.2 call-id=1 peer-call-id=2 prefix=10.0.0.1/32 &&
		ip -n a link add l0 type l2tp tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4 \
			local 192.0.2.1 remote 192.0.2.2 &&
		ip -n a link add e0 type esp local 192.0.2.1 remote 192.0.2.2 &&
		esp a sa-new e0 child=1 dir=in spi=0x1001 cipher=aes-gcm "key=$(key 20)" &&
		ip -n a link del gw0 && ip -n a link del l0 && ip -n a link del e0
}

unload()
{
	wait_for 10 rmmod adit
}

rounds()
{
	local i

	for ((i = 10; i <= $1; i += 10)); do
		"$HERE/reload_tool" "$MODULE" adit 9 || { echo "after $((i - 10)) rounds"; return 1; }
		insmod "$MODULE" || { echo "round $i: it does not load"; return 1; }
		used || { echo "round $i: it does not work"; return 1; }
		unload || { echo "round $i: it does not unload"; return 1; }
	done
}

# kernel_kb: memory of the kernel's that is not given back by itself.
kernel_kb()
{
	awk '/^(SUnreclaim|Percpu|VmallocUsed|KernelStack):/ { sum += $2 } END { print sum }' /proc/meminfo
}

no_more_memory()
{
	local now

	now=$(kernel_kb)
	[ $((now - before)) -le $SLACK_KB ] || { echo "$before kB before, $now kB after"; return 1; }
}

# What it needs stays.
run modprobe adit
unload
check "it loads and unloads" rounds 10
before=$(kernel_kb)
check "$ROUNDS times" rounds $ROUNDS
check "the kernel's memory is what it was" wait_for 10 no_more_memory
check "nothing of it is left in the kernel's tables" bash -c '! grep "\[adit\]" /proc/kallsyms /proc/slabinfo'

done_testing
