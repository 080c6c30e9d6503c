# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The stock client: Debian's pptp-linux and pppd. A client's name is the name of its device and of its log.

# client_start NAME USER PASSWORD [PPPD OPTION]...: begins to log in. CLIENT_LOCAL is the outer address it calls from,
# CLIENT_PPTP are more options of pptp.
client_start()
{
	local name=$1 user=$2 password=$3
	local pptp="pptp $GW --nolaunchpppd --nohostroute --loglevel 2 --logstring $name"

	shift 3
	pptp+=" --localbind ${CLIENT_LOCAL:-192.0.2.10} ${CLIENT_PPTP:-}"
	background "$name" ip netns exec "$C" pppd pty "$pptp" nodetach noauth user "$user" password "$password" \
		ifname "$name" remotename gateway noipdefault nodefaultroute nobsdcomp nodeflate novj debug \
		ip-up-script /bin/true ip-down-script /bin/true lcp-max-configure 10 "$@"
}

# client_up NAME [SECONDS]: waits until it has an address.
client_up()
{
	wait_for "${2:-30}" client_decided "$1"
	log_has "$1" "remote IP address" && in_order "$C" && return
	log_of "$1" | tail -n 12
	return 1
}

client_decided()
{
	log_has "$1" "remote IP address" || ! running "$1"
}

# client_refused NAME [SECONDS]: waits until it has given up; to come up is the failure.
client_refused()
{
	wait_for "${2:-40}" client_decided "$1"
	! running "$1" && ! log_has "$1" "remote IP address"
}

client_stop()
{
	stop "$1"
}

# client_dials NAME USER PASSWORD OPTION...: start and wait in one.
client_dials()
{
	client_start "$@"
	client_up "$1"
}

# only METHOD: the pppd options of a client that knows one authentication method.
only()
{
	local method

	for method in eap pap chap mschap mschap-v2; do
		[ "$method" = "$1" ] || echo "refuse-$method"
	done
}

# syslog_start: pptp says what it has to say to the system log only.
syslog_start()
{
	background syslog busybox syslogd -n -O "$TMP/syslog.log" -l 8
	wait_for 10 test -S /dev/log
}

# client_route NAME: what is behind the gateway is reached through this client, for answers to those who call it from there.
client_route()
{
	run ip -n "$C" route replace "${SERVER%.*}.0/24" dev "$1"
}
