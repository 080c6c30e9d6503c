#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Site to site with libreswan and a secret, by version 1 of IKE: as initiator and as responder, the end by either end, and what
# goes wrong told in words. New keys of both kinds by either end, without the loss of a packet that could be read. And an end that
# is gone without a word, which the other one finds out.

. "$(dirname "$0")/lib-ike.sh"
. "$(dirname "$0")/lib-site.sh"
. "$(dirname "$0")/lib-pluto.sh"
. "$(dirname "$0")/lib-pluto-site.sh"

VERSION=1

# pluto_states PATTERN
pluto_states()
{
	whack pluto1 --showstates | grep -c "STATE_$1.*established"
}

peer_has_one_of_each()
{
	[ "$(pluto_states MAIN_)" = 1 ] && [ "$(pluto_states QUICK_)" = 1 ] && return
	whack pluto1 --showstates
	return 1
}

ping_begins()
{
	background pings ip netns exec "$L" ping -n -i 0.1 $RIGHT
	background arrived ip netns exec "$R" tcpdump --immediate-mode -l -n -i gw "icmp[icmptype] == icmp-echo"
	background between ip netns exec "$G" tcpdump --immediate-mode -l -n -i wire "esp or udp port 500"
	wait_for 20 log_has pings "icmp_seq=3 "
}

# ping_lost_nothing [but-early]: but for what was on its way when it ended, and, where the gateway begins, for what libreswan
# sends by a child's new keys before our third message: its second one may still be on its way to us, or being read, and without
# it nobody has those keys.
ping_lost_nothing()
{
	stop pings INT
	stop arrived
	stop between
	# What either kernel has dropped, and why.
	ip netns exec "$P" grep -vP '\t0$' /proc/net/xfrm_stat
	ip netns exec "$G" grep -vP '\t0$' /proc/net/xfrm_stat
	ip -n "$G" -s link show esp0
	python3 -IS - "$TMP/pings.log" "$TMP/arrived.log" "$TMP/between.log" $GW "$@" <<-'CODE'
		import re, sys
		log, arrived, between = (open(name).read() for name in sys.argv[1:4])
		seen = set(map(int, re.findall(r"icmp_seq=(\d+) ", log)))
		there = set(map(int, re.findall(r"seq (\d+)", arrived)))
		sent = int(re.search(r"(\d+) packets transmitted", log)[1])
		lost = sorted(set(range(1, max(seen) + 1)) - seen)
		answered = [n for n in lost if n in there]
		print(f"sent {sent}, the last answered is {max(seen)}, lost before it: {lost}")
		print(f"of those the peer's network has seen: {answered}")

		# By SPIs that are new since our first message of quick mode, until our last.
		known, new, early, quick = set(), [], 0, 0
		for line in between.splitlines():
		    ours = line.split(" > ")[0].split(" IP ")[-1].startswith(sys.argv[4])
		    esp = re.search(r"ESP\(spi=(0x[0-9a-f]+)", line)
		    if esp and not ours and quick % 2 == 0:
		        known.add(esp[1])
		    elif esp and not ours and esp[1] not in known:
		        new.append(esp[1])
		    elif ours and "oakley-quick" in line:
		        quick += 1
		        early, new = early + len(new), []
		print(f"by new keys libreswan has sent before ours were there: {early}")
		excused = early if "but-early" in sys.argv[5:] and lost == answered else 0
		sys.exit(len(lost) > excused or sent - max(seen) > 20 or sent < 20)
	CODE
}

# both_are_new: after ike_before and keys_before.
both_are_new()
{
	keys_are_new && ike_is_new
}

gateway_replaces_all()
{
	check "keys: pings begin" ping_begins
	keys_before
	ike_before
	check "keys: the gateway replaces all" adit site rekey office
	check "keys: they are new" wait_for 20 both_are_new
	check "keys: libreswan has no others" wait_for 40 peer_has_one_of_each
	check "keys: no packet was lost meanwhile" ping_lost_nothing but-early
}

# It does so by time alone. The group of a child's new keys is that of IKE's, whichever was agreed on, so that is the child's.
libreswan_replaces_all()
{
	site_conf 'start = now' "$SITE_ESP" 'ike-proposals = { "aes256-sha256-modp2048" }'
	PLUTO_MORE=$'ikelifetime=70s\nsalifetime=50s\nrekeymargin=30s\nrekeyfuzz=0%' peer_conf
	peer_start
	gw_start
	check "keys: up" site_up 40
	check "keys: pings begin" ping_begins
	keys_before
	ike_before
	check "keys: libreswan replaces the child by itself" wait_for 60 keys_are_new
	check "keys: and IKE's" wait_for 60 ike_is_new
	check "keys: it was libreswan that began" wait_for 20 log_has pluto1 "initiating*to replace*initiating*to replace"
	check "keys: no packet was lost meanwhile" ping_lost_nothing
	check "keys: traffic" traffic_works
	stop gateway
	peer_stop
}

# pluto_was_answered TIMES: it has asked whether we live, and nothing else makes us send such messages.
pluto_was_answered()
{
	local seen

	seen=$(tcpdump -n -r "$TMP/wire.pcap" "src $GW and udp port 500" 2>/dev/null | grep -c "phase 2/others . inf")
	[ "$seen" -ge "$1" ] && return
	echo "$seen informational messages from the gateway"
	return 1
}

# watching INTERVAL LINES: the gateway asks after so many seconds of silence, and libreswan as its lines say.
watching()
{
	site_conf 'start = now' "$SITE_ESP" "dpd-interval = $1"
	PLUTO_MORE=$2 peer_conf
	peer_start
	gw_start
	check "gone: up" site_up 40
	check "gone: traffic" traffic_works
}

ike_topology
# What libreswan shall protect needs a route already, as a default route is one.
run ip -n "$P" route add default via $GW
traffic_server_start
wire_start
# Ours of version 1 is without keys of its own for children, as clients have it; libreswan's is with them.
# And whack's words for new keys do nothing there.
REKEYS_BY_TIME=yes ESP=aes256-sha2_256 SITE_ESP='esp-proposals = { "aes256-sha256-modp2048" }'
site_through 1 "3des-sha1;modp2048"
libreswan_replaces_all

stop wire
wire_start
watching 0 $'dpddelay=2\ndpdtimeout=6\ndpdaction=clear'
gateway_replaces_all
before=$(ask "r[0]['spis']" sas)
check "gone: libreswan asks, and is answered" wait_for 40 pluto_was_answered 4
check "gone: so all stays as it is" [ "$(ask "r[0]['spis']" sas)" = "$before" ]
check "gone: the gateway is killed" gw_kill
check "gone: libreswan notices" wait_for 40 peer_has_nothing
check "gone: by itself" log_has pluto1 "DPD action"
peer_stop

watching 2 ""
stop pluto1 KILL
check "gone: libreswan is, and the gateway notices" wait_for 60 site_is "s['state'] != 'up'"
check "gone: and says it" gw_says "ended: the peer does not answer any more"
check "gone: no traffic without it" refused ping_right 1 2
check "nothing ever left in the clear" nothing_in_clear

done_testing
