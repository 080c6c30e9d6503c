#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A namespace exits, and one allocation on the way fails: the first, the second, and so on until an exit passes without
# a fault. Each time its devices are gone, those that live in another namespace too, and nothing keeps the module. Exits
# run in kernel threads, so allocation_faults.c cannot do this. Needs a kernel with fault injection (make check-debug);
# on others this is no test.
#
#	leaving: gw0 with sessions, egw0 with children and SAs; p0, l0 and e0 (moved) -> staying

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-esp.sh
. "$(dirname "$0")/lib-esp.sh"

ROUNDS_MOST=500

# By default only allocations that may not sleep fail, and each failure is told with a trace.
switches_on()
{
	echo N >/sys/kernel/debug/failslab/ignore-gfp-wait && echo 0 >/sys/kernel/debug/failslab/verbose &&
		echo 0 >/sys/kernel/debug/fail_page_alloc/verbose
}

# workers_fail NTH: of each of the kernel's unbound workers, one of which ends namespaces, the NTH allocation fails;
# with 0 none does.
workers_fail()
{
	local pid

	mapfile -t workers < <(pgrep '^kworker/u')
	for pid in "${workers[@]}"; do
		echo "$1" >"/proc/$pid/fail-nth"
	done 2>/dev/null
}

# Whether one of those has failed: what is left to go is 0 then.
worker_failed()
{
	local pid left

	for pid in "${workers[@]}"; do
		read -r left <"/proc/$pid/fail-nth" || continue
		[ "$left" != 0 ] || return 0
	done 2>/dev/null
	return 1
}

# children: of each, an SA each way.
children()
{
	local id dir

	ip -n leaving link add egw0 type esp mode concentrator || return
	for id in 1 2; do
		esp leaving child-new egw0 id=$id local=192.0.2.1 peer=192.0.2.2 sel=10.0.0.0/8,10.$id.0.0/16 || return
		for dir in in out; do
			esp leaving sa-new egw0 child=$id dir=$dir spi=0x100$id cipher=aes-gcm "key=$(key 20)" \
				soft-seconds=1000 || return
		done
	done
}

populate()
{
	local id

	ip netns add leaving && ip -n leaving link set lo up && ip -n leaving addr add 192.0.2.1/32 dev lo &&
		tool leaving link gw0 mode=1 || return
	for id in 1 2 3; do
		tool leaving new gw0 id=$id local=192.0.2.1 peer=192.0.2.2 call-id=$id peer-call-id=$id \
			prefix=10.0.0.$id/32 prefix=10.$id.0.0/16 || return
	done
	tool leaving link p0 local=192.0.2.1 remote=192.0.2.2 call-id=11 peer-call-id=22 &&
		ip -n leaving link add l0 type l2tp tunnel-id 1 peer-tunnel-id 2 session-id 3 peer-session-id 4 \
			local 192.0.2.1 remote 192.0.2.2 &&
		ip -n leaving link add e0 type esp local 192.0.2.1 remote 192.0.2.2 && children || return
	for id in p0 l0 e0; do
		ip -n leaving link set $id netns staying || return
	done
}

# Devices hold the module; the wire keys are free again when the sessions are gone.
all_gone()
{
	! ip -n staying -o link show | grep -v ' lo: ' && [ "$(cat /sys/module/adit/refcnt)" = 0 ]
}

# exit_with_fault NTH: 0 if a fault came.
exit_with_fault()
{
	populate || { echo "no namespace to leave"; failed=1; return 1; }
	workers_fail "$1"
	ip netns del leaving
	wait_for 20 all_gone || { echo "with a fault in allocation $1:"; ip -n staying link show; failed=1; }
	worker_failed
}

# Other work in the same threads shifts the count, so that one exit without a fault is not the end.
every_exit()
{
	local nth=1 quiet=0

	failed=0 faults=0
	while [ $failed -eq 0 ] && [ $quiet -lt 3 ] && [ $nth -lt $ROUNDS_MOST ]; do
		if exit_with_fault $nth; then
			faults=$((faults + 1)) quiet=0
		else
			quiet=$((quiet + 1))
		fi
		workers_fail 0
		nth=$((nth + 1))
	done
	[ $failed -eq 0 ]
}

namespace staying
modprobe adit
defer "workers_fail 0"
check "allocations can be made to fail" switches_on
check "every exit takes its devices along" every_exit
echo "# $faults faults"
check "many exits had a fault" test "$faults" -gt 10
check "exits without a fault ended it" test "$faults" -lt $((ROUNDS_MOST - 10))
check "without faults it works" populate
check "and ends" ip netns del leaving
check "with all its devices" wait_for 20 all_gone

done_testing
