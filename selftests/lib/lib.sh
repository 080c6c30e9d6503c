# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every shell test shares. Sourced first:
#
#	. "$(dirname "$0")/../lib/lib.sh"
#	<topology and daemons, each made with a "defer" that undoes it>
#	check "what must hold" COMMAND...
#	check "what must not"  refused COMMAND...
#	done_testing
#
# A test that ends in any other way than done_testing has failed. TMP is a directory of its own; *.log, *.conf and
# *.pcap in it are shown or kept when the test has failed.

TMP=$(mktemp -d /tmp/adit-test.XXXXXX)
LIB_CASES=0
LIB_FAILED=0
LIB_DEFERRED=()
LIB_DONE=no

# How much longer things take here than on a release's own kernel.
TIME_FACTOR=${ADIT_TIME_FACTOR:-1}

# Longest piece of one log that is shown when a test fails.
LIB_LOG_LINES=60

# run COMMAND...: echoed first; for what builds the topology.
run()
{
	echo "# $*"
	"$@"
}

# rules NAMESPACE: those of nftables on standard input. A test that needs them is nothing without.
rules()
{
	ip netns exec "$1" nft -f - && return
	echo "# $1 cannot have these rules"
	exit 1
}

# defer COMMAND: undone at the end of the test, whatever happens, the last first. One word, evaluated then.
defer()
{
	LIB_DEFERRED+=("$1")
}

# case_result STATUS NAME: one line of KTAP.
case_result()
{
	LIB_CASES=$((LIB_CASES + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $LIB_CASES $2"
	else
		LIB_FAILED=$((LIB_FAILED + 1))
		echo "not ok $LIB_CASES $2"
	fi
}

# check NAME COMMAND...: a case that passes if the command does. Its output is only shown if it does not. The command
# runs in this shell, so that it may start things and set variables.
check()
{
	local name=$1 rc=0

	shift
	"$@" >"$TMP/check.out" 2>&1 || rc=$?
	[ $rc -eq 0 ] || sed "s/^/# /; 1i # $* gave $rc:" "$TMP/check.out"
	case_result $rc "$name"
}

# refused COMMAND...: true if the command fails, and says why. One that does not exist (127) has refused nothing.
refused()
{
	local rc=0

	"$@" >"$TMP/refused.out" 2>&1 || rc=$?
	if [ $rc -eq 0 ]; then
		echo "not refused: $*"
		return 1
	fi
	cat "$TMP/refused.out"
	[ $rc -ne 127 ] || return 1
	[ -s "$TMP/refused.out" ] || { echo "refused without a word: $*"; return 1; }
}

# wait_for SECONDS COMMAND...: until the command succeeds; false if it did not in time. The command is quiet but for
# its last try. Seconds are those of a release's own kernel.
wait_for()
{
	local end=$((SECONDS + $1 * TIME_FACTOR))

	shift
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			"$@"
			return
		fi
		sleep 0.1
	done
}

# Namespaces and wires.

# namespace NAME: made now, with lo up, removed at the end.
namespace()
{
	run ip netns add "$1"
	defer "ip netns del $1"
	ip -n "$1" link set lo up
}

# An IPv6 address that is still being checked for duplicates is no source for the test's first packet.
lib_address()
{
	local nodad=()

	[[ $3 != *:* ]] || nodad=(nodad)
	ip -n "$1" addr add "$3" dev "$2" "${nodad[@]}"
}

# join NS_A IF_A ADDR_A NS_B IF_B ADDR_B: a wire between two namespaces, addresses with their prefix length.
join()
{
	run ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	lib_address "$1" "$2" "$3"
	lib_address "$4" "$5" "$6"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
}

# in_order NAMESPACE: one CPU receives for all wires of a namespace. Otherwise each CPU has a queue of its own, a sender
# that moves between CPUs inverts packets, and a test of order would be one of the scheduler.
in_order()
{
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec "$1" sh -c 'for queue in /sys/class/net/*/queues/rx-*/rps_cpus; do
		[ ! -e "$queue" ] || echo 1 >"$queue"
	done'
}

# Processes.

# background NAME COMMAND...: runs until the test ends; output in $TMP/NAME.log.
background()
{
	local name=$1

	shift
	# Here, not by the child, which may be late: nobody shall read what another process of this name has left.
	: >"$TMP/$name.log"
	"$@" >>"$TMP/$name.log" 2>&1 </dev/null &
	declare -g "PID_${name//-/_}=$!"
	defer "stop $name"
}

# pid_of NAME
pid_of()
{
	local var=PID_${1//-/_}

	echo "${!var:-}"
}

# running NAME: whether it has not ended by itself.
running()
{
	[ -n "$(pid_of "$1")" ] && kill -0 "$(pid_of "$1")" 2>/dev/null
}

# stop NAME [SIGNAL]: ends it and waits for it. What has ended already is as good. 10 s after the signal it is killed.
stop()
{
	local pid

	pid=$(pid_of "$1")
	[ -n "$pid" ] || return 0
	unset "PID_${1//-/_}"
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	wait_for 10 lib_ended "$pid" || kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

# A zombie has ended: only this shell can reap it, and kill -0 does not tell.
lib_ended()
{
	! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

log_of()
{
	cat "$TMP/$1.log"
}

# log_has NAME TEXT: whether its output holds text that the shell pattern matches.
log_has()
{
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $(<"$TMP/$1.log") == *$2* ]]
}

# log_has_loudly NAME TEXT: for refused(), which wants to hear why.
log_has_loudly()
{
	log_has "$@" || { echo "no \"$2\" in the log of $1"; return 1; }
}

# The end.

lib_undo()
{
	local i

	for ((i = ${#LIB_DEFERRED[@]} - 1; i >= 0; i--)); do
		eval "${LIB_DEFERRED[i]}" || echo "# could not undo: ${LIB_DEFERRED[i]}"
	done
	LIB_DEFERRED=()
}

lib_present()
{
	ls /run/netns /sys/class/net
	jobs -p -r
}

# lib_nothing_left: true if namespaces, devices and children are as they were at the start.
lib_nothing_left()
{
	[ "$(lib_present)" = "$LIB_BEFORE" ] && return
	diff <(echo "$LIB_BEFORE") <(lib_present)
	return 1
}

lib_show_logs()
{
	local log

	for log in "$TMP"/*.log; do
		[ -s "$log" ] || continue
		echo "# --- ${log##*/}"
		tail -n $LIB_LOG_LINES "$log" | sed 's/^/# /'
	done
}

lib_keep_logs()
{
	[ -n "${ADIT_TEST_LOGS:-}" ] || return 0
	mkdir -p "$ADIT_TEST_LOGS"
	find "$TMP" -maxdepth 1 -type f \( -name '*.log' -o -name '*.conf' -o -name '*.pcap' \) -size -4M \
		-exec cp -t "$ADIT_TEST_LOGS" {} +
}

# done_testing: undoes everything, sees that nothing is left, prints the plan, and ends the test.
done_testing()
{
	lib_undo
	check "nothing is left behind" wait_for 10 lib_nothing_left
	LIB_DONE=yes
	echo "1..$LIB_CASES"
	exit $((LIB_FAILED > 0))
}

lib_exit()
{
	local rc=$?

	trap - EXIT
	if [ $LIB_DONE = no ]; then
		echo "# the test ended early, with status $rc, after $LIB_CASES cases"
		[ $rc -ne 0 ] || rc=1
		lib_undo
	fi
	[ $rc -eq 0 ] || lib_show_logs
	lib_keep_logs
	rm -rf "$TMP"
	exit $rc
}

[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP needs root, and a machine it may spoil: make check T=..."; exit 4; }
mkdir -p /run/netns
LIB_BEFORE=$(lib_present)
trap lib_exit EXIT
trap 'exit 143' TERM INT
echo "TAP version 13"
