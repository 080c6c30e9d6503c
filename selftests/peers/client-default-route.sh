#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A client whose default route is the tunnel, where its way to the server is a default route too: the packets that carry the
# tunnel do not run into it, what has a route of its own keeps it, and a lost or ended connection leaves nothing behind, nor
# does a daemon that is killed with all its processes. The server is aditd.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-dial.sh"

# rules_are TEXT: the rules but those that every namespace has.
rules_are()
{
	[ "$(ip -n "$C" rule | grep -vE "lookup (local|main|default) *$" | sed 's/:.*lookup / /; s/ *$//')" = "$1" ] && return
	ip -n "$C" rule
	return 1
}

# goes_by DEVICE ADDRESS [mark MARK]
goes_by()
{
	local text device=$1

	shift
	text=$(ip -n "$C" route get "$@")
	[[ $text == *" dev $device "* ]] || { echo "$text"; return 1; }
}

no_loops()
{
	local id

	id=$(dial_ask "r['session']")
	dial session "$id" --json >"$TMP/counters"
	python3 -c "
import json
tx = json.load(open('$TMP/counters'))['tx']
print(tx)
exit(tx['loop'] != 0 or tx['packets'] == 0)"
}

kill_everything()
{
	local parent

	parent=$(pid_of dialler)
	kill -KILL "$(dial_engine)" "$parent"
	wait "$parent" 2>/dev/null
	unset PID_dialler
	ip -n "$C" link show hq
}

topology_nat
ip -n "$C" route del 192.0.2.0/24
run ip -n "$C" route add default via 192.168.5.1
traffic_server_start
gw_conf
gw_start
dial_conf "default-route = yes" "routes = { \"203.0.113.0/24\" }"
dial_start

check "before: the server by the wire" goes_by wire $GW
check "connect" dial connect hq
check "the rules" rules_are $'32700 main suppress_prefixlength 0\n32701 44311'
check "everything else by the tunnel" goes_by hq 198.51.100.1
check "the server by the tunnel, too" goes_by hq $GW
check "but not for the tunnel's own packets" goes_by wire $GW mark 0xad17
check "what has a better route keeps it" goes_by wire 192.168.5.1
check "networks of the section by the tunnel" goes_by hq 203.0.113.7
check "traffic" traffic_works hq
check "not one packet ran into the tunnel" no_loops
check "kill -9 of the engine" dial_kill_engine
check "nothing has changed" rules_are $'32700 main suppress_prefixlength 0\n32701 44311'
check "traffic goes on" traffic_works hq 100000
check "disconnect" dial disconnect hq
check "every rule and route is gone" hq_gone
check "the default route is the wire's again" goes_by wire 198.51.100.1

check "once more" dial connect hq
before=$(dial_ask "r['session']")
check "the session is ended by the gateway" adit disconnect --user alice
check "and made again, with the rules once" wait_for 30 hq_is "r['state'] == 'up' and r['session'] != $before"
check "traffic, after all" traffic_works hq 100000
check "no rule twice" rules_are $'32700 main suppress_prefixlength 0\n32701 44311'
check "both processes killed: the device is left" kill_everything
dial_start
check "another daemon takes its place" dial connect hq
check "traffic on the new device" traffic_works hq 100000
check "no rule twice, still" rules_are $'32700 main suppress_prefixlength 0\n32701 44311'
dial_stop
check "the end of the daemon takes everything" hq_gone

dial_conf "routes = { \"192.0.0.0/16\" }"
dial_start
check "a route that leads to the server itself" refused dial connect hq
check "is told" hq_is "'leave the server out' in r['why']"
check "and taken back" hq_gone
run ip -n "$C" link add hq type dummy
check "a device of somebody else's is not touched" refused dial connect hq
check "which is told" hq_is "'a device hq exists already' in r['why']"
check "it is there" ip -n "$C" link show hq
run ip -n "$C" link del hq
dial_conf "default-route = yes" "routes = { \"203.0.113.0/24\" }" "connect = start"
check "reload" dial reload
check "by itself" hq_up
# Nobody answers any more: the echoes notice.
dial_stop
dial_conf "default-route = yes" "lcp-echo-interval = 1" "lcp-echo-failures = 3"
dial_start
check "with echoes" dial connect hq
run ip -n "$NAT" link set out down
check "the server does not answer: the rules go" wait_for 30 hq_gone
check "why" hq_is "r['state'] != 'up' and r['why'] is not None"
run ip -n "$NAT" link set out up
check "it is there again: so is the tunnel" hq_up 60
check "traffic through it" traffic_works hq 100000

done_testing
