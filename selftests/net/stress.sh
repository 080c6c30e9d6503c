#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices, sessions, children, sockets, namespaces and claims made and removed by many processes at once, on all CPUs,
# under traffic in both directions; and the concentrators themselves removed and made again under all of them. Nobody
# gets an answer that cannot be right, a tunnel beside all this goes on, and nothing is left.
#
#	a: gw0 10.2.0.1, sessions 10.2.x.x  ~~~~~~~~~~  raw GRE      :b
#	   lgw0 10.8.0.1, sessions 10.8.x.x  ~~~~~~~~~  UDP port 1701
#	   egw0 10.12.0.1, children 10.12.x.x (back to themselves)  ~~  raw ESP
#	   p0 10.1.0.1  ===========pptp===========  p0 10.1.0.2
#	   wan0 192.0.2.1 ------------------------ wan0 192.0.2.2

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=selftests/net/lib-pptp.sh
. "$(dirname "$0")/lib-pptp.sh"

CHURN=$(dirname "$0")/churn_tool
CHURN_SECONDS=$((20 * TIME_FACTOR))
CPUS=$(nproc)

namespace a
namespace b
join a wan0 192.0.2.1/24 b wan0 192.0.2.2/24
p2p a p0 192.0.2.1 192.0.2.2 30001 30002 10.1.0.1 10.1.0.2
p2p b p0 192.0.2.2 192.0.2.1 30002 30001 10.1.0.2 10.1.0.1

concentrators()
{
	tool a link gw0 mode=1 && ip -n a addr add 10.2.0.1/14 dev gw0 && ip -n a link set gw0 up &&
		ip -n a link add lgw0 type l2tp mode concentrator && ip -n a addr add 10.8.0.1/14 dev lgw0 &&
		ip -n a link set lgw0 up &&
		ip -n a link add egw0 type esp mode concentrator && ip -n a addr add 10.12.0.1/14 dev egw0 &&
		ip -n a link set egw0 up
}

# churn NUMBER NAMESPACE WHAT: in the background, on CPU NUMBER modulo CPUS. Senders of packets take what the others leave,
# which is much, since those wait for one another: on a slow kernel nothing else came to its turn.
churn()
{
	local device=gw0 nice=0

	[[ $3 != l2tp-* ]] || device=lgw0
	[[ $3 != esp-* ]] || device=egw0
	[[ $3 != *inside && $3 != *outside ]] || nice=19
	background "churn-$1-$3" ip netns exec "$2" nice -n $nice "$CHURN" "$3" $(($1 % CPUS)) "$CHURN_SECONDS" $device
	churns+=("churn-$1-$3")
}

# churned NAME: waits for one; true if it came to its end and has done something.
churned()
{
	wait "$(pid_of "$1")" && log_has "$1" " rounds" && ! log_has "$1" " 0 rounds" && return
	log_of "$1"
	return 1
}

# devices_die TIMES: the concentrators removed and made again.
devices_die()
{
	local i

	for ((i = 0; i < $1; i++)); do
		ip -n a link del gw0 && ip -n a link del lgw0 && ip -n a link del egw0 && concentrators || return 1
	done
}

check "three concentrators" concentrators
check "a tunnel beside it" wait_for 10 pings a 10.1.0.2

churns=()
number=0
for what in sessions sessions links links namespaces claims claims dumps inside inside \
	l2tp-sessions l2tp-sessions l2tp-links l2tp-links l2tp-inside esp-children esp-children esp-links esp-inside; do
	churn $number a $what
	number=$((number + 1))
done
churn 0 b outside
churn 1 b outside
churn 0 b l2tp-outside
churn 1 b l2tp-outside
churn 0 b esp-outside
check "the concentrators die and come again, ten times" devices_die 10
for name in "${churns[@]}"; do
	number=${name#churn-}
	check "${name#churn-*-} on CPU $((${number%%-*} % CPUS))" churned "$name"
	log_of "$name" | sed 's/^/# /'
done
check "the tunnel beside it still works" wait_for 10 pings a 10.1.0.2
check "in both directions" wait_for 10 pings b 10.1.0.1
check "a session on the concentrator can be made" tool a new gw0 id=100 local=192.0.2.1 peer=192.0.2.2 call-id=100 \
	peer-call-id=100
check "a concentrator goes" ip -n a link del gw0
check "so does another" ip -n a link del lgw0
check "and the third" ip -n a link del egw0
check "the tunnel goes" ip -n a link del p0
check "its other end goes" ip -n b link del p0
check "no device of another namespace is left" wait_for 10 bash -c \
	'! { ip -n a -o link show type pptp; ip -n a -o link show type l2tp; ip -n a -o link show type esp; } | grep .'
check "the module unloads" wait_for 10 rmmod adit

done_testing
