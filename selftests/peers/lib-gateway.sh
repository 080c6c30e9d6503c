# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The gateway under test: aditd, or with ADIT_TEST_SERVER=pptpd Debian's pptpd and pppd, which shows whether a failure
# is ours or the scenario's. What only aditd can pass is left out for the other with "adit_only".

# shellcheck source=lib-unit.sh
. "$PEERS_DIR/lib-unit.sh"

GATEWAY=${ADIT_TEST_SERVER:-adit}

# Every scenario's users. The password of alice has a blank in it, as people's have.
GW_USERS="
user \"alice\" { password = 'correct horse' }
user \"bob\" { password = 'battery staple' address = \"10.9.0.5\" }
user \"carol\" { password = 'curry comb' }
user \"eve\" { password = 'sleeping' enabled = no }"

adit_only()
{
	[ "$GATEWAY" = adit ]
}

# What is served.
GW_PROTOCOL=pptp

# gw_conf "KEY = VALUE"...: writes the configuration; what is given replaces the line of that key below. GW_MORE are
# sections of the test's own.
gw_conf()
{
	local line key
	local -A server=([listen]="{ \"$GW\" }" [device]="\"${GW_PROTOCOL}0\"" [address]="\"$INNER_GW\"" [pool]='"office"'
		[encryption]=required [auth]="{ mschapv2 }" [lcp-echo-interval]=30)

	[ "$GW_PROTOCOL" = pptp ] || server[encryption]=none

	GW_RANGE=10.9.0.10-10.9.0.250
	for line in "$@"; do
		case $line in
		range*) GW_RANGE=${line#*= } ;;
		*) server[${line%% =*}]=${line#*= } ;;
		esac
	done
	{
		echo "log-level = debug"
		echo "hostname = \"gateway\""
		echo "pool \"office\" { range = \"$GW_RANGE\" ${GW_POOL_IPV6:-} }"
		echo "server $GW_PROTOCOL {"
		for key in "${!server[@]}"; do
			echo "	$key = ${server[$key]}"
		done
		echo "}"
		echo "${GW_MORE:-}"
		echo "$GW_USERS"
	} >"$TMP/adit.conf"
	chmod 600 "$TMP/adit.conf"
	adit_only || pptpd_conf "${server[encryption]}" "${server[auth]}"
}

# pptpd_conf ENCRYPTION AUTH: the same wishes in pptpd's words.
pptpd_conf()
{
	local method

	printf '%s\n' "localip $INNER_GW" "remoteip ${GW_RANGE/-10.9.0./-}" "connections 120" >"$TMP/pptpd.conf"
	{
		printf '%s\n' "name gateway" auth nobsdcomp nodeflate novj nodefaultroute debug \
			"logfile $TMP/pppds.log" "ip-up-script /bin/true" "ip-down-script /bin/true" \
			"lcp-echo-interval 30" "lcp-echo-failure 4"
		for method in pap chap mschap mschap-v2; do
			[[ " ${2//,/ } " != *" ${method/-/} "* ]] || echo "require-$method"
		done
		case $1 in
		required) echo require-mppe-128 ;;
		optional) echo require-mppe ;;
		none) echo nomppe ;;
		esac
	} >"$TMP/pptpd.options"
	# name "password" [fixed address], from the lines of GW_USERS.
	sed -nE "s/^user (\"[^\"]*\") \{ password = '([^']*)'( address = \"(.*)\")?.*/\1 * \"\2\" \4/p" \
		<<<"$GW_USERS" | sed 's/" $/" */' >"$TMP/secrets"
}

# gw_start: without a gateway there is nothing to test, and the test ends.
gw_start()
{
	if adit_only; then
		background gateway ip netns exec "$G" "${GW_LIMITS[@]}" aditd -c "$TMP/adit.conf" -s "$TMP/control" --foreground
	else
		install -m 600 "$TMP/secrets" /etc/ppp/chap-secrets
		install -m 600 "$TMP/secrets" /etc/ppp/pap-secrets
		background gateway ip netns exec "$G" pptpd -f -l "$GW" -c "$TMP/pptpd.conf" -o "$TMP/pptpd.options" \
			-p "$TMP/pptpd.pid"
	fi
	wait_for 20 gw_ready || {
		echo "# the gateway does not come up"
		log_of gateway | sed 's/^/# /'
		exit 1
	}
	in_order "$G"
}

gw_ready()
{
	[ -n "$(ip netns exec "$G" ss -Htuln "sport = :1723 or sport = :1701")" ] &&
		{ ! adit_only || adit status >/dev/null; }
}

gw_stop()
{
	stop gateway
}

# The gateway's own command. The control socket is a file: no namespace in the way.
adit()
{
	command adit -s "$TMP/control" "$@"
}

# ask EXPRESSION COMMAND...: a Python expression over what "adit COMMAND --json" says, called r.
ask()
{
	local expression=$1

	shift
	adit "$@" --json >"$TMP/answer" || return 1
	python3 -c "
import json, sys
r = json.load(open('$TMP/answer'))
print($expression)"
}

# session_is EXPRESSION: whether it is true of the newest session in detail; shows the session if not.
session_is()
{
	local id

	id=$(ask "max((s['id'] for s in r), default='')" sessions)
	[ -n "$id" ] || { echo "there is no session"; return 1; }
	[ "$(ask "$1" session "$id")" = True ] && return
	echo "not true of session $id: $1"
	adit session "$id"
	return 1
}

sessions_are()
{
	[ "$(ask "len(r)" sessions)" = "$1" ]
}

no_sessions()
{
	wait_for 20 sessions_are 0
}

engine_pid()
{
	ask "r['engine_pid']" status
}

# The engine's death.

engine_is_new()
{
	local pid

	pid=$(engine_pid) && [ -n "$pid" ] && [ "$pid" != "$1" ]
}

kill_engine()
{
	local old

	old=$(engine_pid)
	kill -KILL "$old" || return 1
	wait_for 20 engine_is_new "$old"
}

# kill_many TIMES: each time a new engine has to come.
kill_many()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		kill_engine || { echo "no new engine after kill $i"; return 1; }
	done
}
