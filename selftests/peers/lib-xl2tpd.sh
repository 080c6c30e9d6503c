# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The stock L2TP client: Debian's xl2tpd and pppd. A client's name is the name of its device; what xl2tpd says is in the
# log NAME-xl2tpd, what pppd says in NAME.

# l2tp_topology [direct|nat]: the in-tree l2tp never takes super-packets of a UDP tunnel apart, so the wire does.
l2tp_topology()
{
	local end

	"topology_${1:-direct}"
	for end in "$G wire" "$C wire"; do
		# shellcheck disable=SC2086 # two words
		ip netns exec ${end% *} ethtool -K ${end#* } tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off
	done
}

# l2tp_client_conf NAME USER PASSWORD [PPPD OPTION]...: writes what client_start below begins with. L2TP_LAC and
# L2TP_GLOBAL are more lines for its two sections, L2TP_SECRET what it knows of the tunnel, CLIENT_LOCAL where it calls
# from, L2TP_LNS whom.
l2tp_client_conf()
{
	local name=$1 user=$2 password=$3

	shift 3
	{
		printf '%s\n' "[global]" "listen-addr = ${CLIENT_LOCAL:-192.0.2.10}"
		[ -z "${L2TP_GLOBAL:-}" ] || printf '%s\n' "$L2TP_GLOBAL"
		printf '%s\n' "[lac $name]" "lns = ${L2TP_LNS:-$GW}" "pppoptfile = $TMP/$name.options" "redial = no" \
			"autodial = ${L2TP_AUTODIAL:-yes}"
		[ -z "${L2TP_LAC:-}" ] || printf '%s\n' "$L2TP_LAC"
	} >"$TMP/$name-xl2tpd.conf"
	l2tp_secrets "${L2TP_SECRET:-}" >"$TMP/$name.secrets"
	printf '%s\n' "user \"$user\"" "password \"$password\"" noauth "ifname $name" "logfile $TMP/$name.log" debug \
		"remotename gateway" noipdefault nodefaultroute nobsdcomp nodeflate novj "ip-up-script /bin/true" \
		"ip-down-script /bin/true" "lcp-max-configure 10" "mtu 1400" "mru 1400" "$@" >"$TMP/$name.options"
	: >"$TMP/$name.log"
}

# l2tp_secrets SECRET: for every peer, or for none where it is empty. The rest of the line is the secret, quotes too.
l2tp_secrets()
{
	[ -z "$1" ] || printf '* * %s' "$1"
}

# l2tp_client_start NAME ...: begins to log in.
l2tp_client_start()
{
	l2tp_client_conf "$@"
	background "$1-xl2tpd" ip netns exec "$C" xl2tpd -D -c "$TMP/$1-xl2tpd.conf" -C "$TMP/$1.control" -p "$TMP/$1.pid" \
		-s "$TMP/$1.secrets"
}

l2tp_client_decided()
{
	log_has "$1" "remote IP address" || l2tp_client_ended "$1"
}

# l2tp_client_ended NAME: its pppd, or the tunnel before there was one.
l2tp_client_ended()
{
	log_has "$1" "Connection terminated" || log_has "$1" "Exit." || log_has "$1-xl2tpd" "Connection *closed to" ||
		log_has "$1-xl2tpd" "closing down tunnel" || log_has "$1-xl2tpd" "Maximum retries exceeded" ||
		log_has "$1-xl2tpd" "Denied connection" || ! running "$1-xl2tpd"
}

# l2tp_client_up NAME [SECONDS]: waits until it has an address.
l2tp_client_up()
{
	wait_for "${2:-40}" l2tp_client_decided "$1"
	log_has "$1" "remote IP address" && in_order "$C" && return
	log_of "$1-xl2tpd" | tail -n 20
	log_of "$1" | tail -n 12
	return 1
}

# l2tp_client_refused NAME [SECONDS]: waits until it has given up; to come up is the failure.
l2tp_client_refused()
{
	wait_for "${2:-60}" l2tp_client_decided "$1"
	l2tp_client_ended "$1" && ! log_has "$1" "remote IP address"
}

l2tp_client_dials()
{
	l2tp_client_start "$@"
	l2tp_client_up "$1"
}

# l2tp_client_stop NAME: hangs up, closes the tunnel, ends.
l2tp_client_stop()
{
	stop "$1-xl2tpd"
}

# shellcheck disable=SC2120 # tests do pass it
# lns_start [PPPD OPTION]...: xl2tpd as server; LNS_SECRET is what it knows of the tunnel and asks for.
lns_start()
{
	{
		printf '%s\n' "[global]" "listen-addr = $GW" "[lns default]" "ip range = 10.9.0.10-10.9.0.20" \
			"local ip = $INNER_GW" "name = gateway" "pppoptfile = $TMP/lns.options" "require chap = yes" \
			"refuse pap = yes" "require authentication = yes"
		[ -z "${LNS_SECRET:-}" ] || echo "challenge = yes"
	} >"$TMP/lns.conf"
	l2tp_secrets "${LNS_SECRET:-}" >"$TMP/lns.secrets"
	printf '%s\n' auth require-mschap-v2 "ms-dns 10.9.0.53" nobsdcomp nodeflate novj nodefaultroute debug \
		"logfile $TMP/lns-pppd.log" "ip-up-script /bin/true" "ip-down-script /bin/true" "mtu 1400" "mru 1400" \
		"$@" >"$TMP/lns.options"
	printf '%s\n' 'alice gateway "correct horse" *' >"$TMP/secrets"
	install -m 600 "$TMP/secrets" /etc/ppp/chap-secrets
	: >"$TMP/lns-pppd.log"
	background lns ip netns exec "$G" xl2tpd -D -c "$TMP/lns.conf" -C "$TMP/lns.control" -p "$TMP/lns.pid" \
		-s "$TMP/lns.secrets"
	wait_for 20 log_has lns "Listening on IP address"
	in_order "$G"
}

# Its pppd has to go too, before another has its address.
no_pppd()
{
	! pgrep -x pppd >/dev/null
}

lns_stop()
{
	stop lns
	wait_for 20 no_pppd
}

# Without a word to anybody.
lns_restart()
{
	stop lns KILL
	pkill -KILL -x pppd
	wait_for 20 no_pppd && lns_start
}
