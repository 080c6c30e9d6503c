#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A namespace exits, and one allocation fails on the way: the first, one a little later, and so on until an exit passes
# without a fault. Each time its devices are gone, the one that lives in another namespace too, and nothing keeps the
# module. Exits run in kernel threads, so allocation_faults.c cannot do this. Needs a kernel with fault injection (make
# check-debug); on others this is no test.
#
#	leaving: gw0 with sessions, p0 (moved) -> staying

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

FAILSLAB=/sys/kernel/debug/failslab
# An allocation fails once this many octets more were allocated than last time; few allocations are smaller.
STEP=96
ROUNDS_MOST=1500

failslab()
{
	echo "$2" >"$FAILSLAB/$1"
}

# Only the kernel's unbound workers fail, one of which ends namespaces.
workers_may_fail()
{
	local dir name

	for dir in /proc/[0-9]*; do
		read -r name <"$dir/comm" || continue
		[[ $name != kworker/u* ]] || echo "$1" >"$dir/make-it-fail"
	done 2>/dev/null
}

switches_on()
{
	failslab ignore-gfp-wait N && failslab verbose 0 && failslab task-filter Y && failslab interval 1 &&
		failslab times 0 && failslab probability 100
}

switches_off()
{
	failslab probability 0 && failslab times -1 && failslab task-filter N && failslab space 0
	workers_may_fail 0
}

populate()
{
	local id

	ip netns add leaving && tool leaving link gw0 mode=1 || return
	for id in 1 2 3; do
		tool leaving new gw0 id=$id local=192.0.2.1 peer=192.0.2.2 call-id=$id peer-call-id=$id \
			prefix=10.0.0.$id/32 prefix=10.$id.0.0/16 || return
	done
	tool leaving link p0 local=192.0.2.1 remote=192.0.2.2 call-id=11 peer-call-id=22 &&
		ip -n leaving link set p0 netns staying
}

# Devices hold the module; the wire keys are free again when the sessions are gone.
all_gone()
{
	! ip -n staying -o link show type pptp | grep . && [ "$(cat /sys/module/adit/refcnt)" = 0 ]
}

# exit_with_fault OCTETS: 0 if a fault came.
exit_with_fault()
{
	populate || { echo "no namespace to leave"; failed=1; return 1; }
	workers_may_fail 1
	failslab space "$1"
	failslab times 1
	ip netns del leaving
	wait_for 20 all_gone || { echo "with a fault after $1 octets:"; ip -n staying link show type pptp; failed=1; }
	[ "$(cat $FAILSLAB/times)" = 0 ]
}

# Allocations of other work in the same threads shift the count, so that one exit without a fault is not the end.
every_exit()
{
	local octets=0 quiet=0

	failed=0 faults=0
	while [ $failed -eq 0 ] && [ $quiet -lt 3 ] && [ $((octets / STEP)) -lt $ROUNDS_MOST ]; do
		if exit_with_fault $octets; then
			faults=$((faults + 1)) quiet=0
		else
			quiet=$((quiet + 1))
		fi
		failslab times 0
		octets=$((octets + STEP))
	done
	[ $failed -eq 0 ]
}

namespace staying
modprobe adit
defer switches_off
check "allocations can be made to fail" switches_on
check "every exit takes its devices along" every_exit
echo "# $faults faults"
check "some exits had a fault" test $faults -gt 3
check "without faults it works" populate
check "and ends" ip netns del leaving
check "with all its devices" wait_for 20 all_gone

done_testing
