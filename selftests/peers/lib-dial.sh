# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# aditd as client, in the client's namespace: the client section is called hq, and so is its device.

# dial_conf "KEY = VALUE"...: writes the configuration; what is given replaces the line of that key below.
dial_conf()
{
	local line key
	local -A client=([protocol]=pptp [gateway]="\"$GW\"" [user]=alice [password]="'correct horse'"
		[routes]="{ \"${SERVER%.*}.0/24\" }" [connect]=manual [redial-min]=2 [redial-max]=60)

	for line in "$@"; do
		client[${line%% =*}]=${line#*= }
	done
	{
		echo "log-level = debug"
		echo "hostname = \"branch\""
		echo "client hq {"
		for key in "${!client[@]}"; do
			echo "	$key = ${client[$key]}"
		done
		echo "}"
	} >"$TMP/dial.conf"
	chmod 600 "$TMP/dial.conf"
}

# dial_start: the daemon in the client's namespace; its log is that of "dialler".
dial_start()
{
	background dialler ip netns exec "$C" aditd -c "$TMP/dial.conf" -s "$TMP/dial" --foreground
	wait_for 20 dial status || {
		echo "# the client's daemon does not come up"
		log_of dialler | sed 's/^/# /'
		exit 1
	}
	in_order "$C"
}

dial_stop()
{
	stop dialler
}

# The client's own command.
dial()
{
	command adit -s "$TMP/dial" "$@"
}

# dial_ask EXPRESSION: a Python expression over what "adit clients --json" says of the client, called r.
dial_ask()
{
	dial clients --json >"$TMP/dial.answer" || return 1
	python3 -IS -c "
import json
r = json.load(open('$TMP/dial.answer'))[0]
print($1)"
}

# hq_is EXPRESSION: whether it is true of the client; shows it if not.
hq_is()
{
	[ "$(dial_ask "$1")" = True ] && return
	echo "not true of the client: $1"
	cat "$TMP/dial.answer"
	return 1
}

hq_up()
{
	wait_for "${1:-30}" hq_is "r['state'] == 'up'"
}

# hq_gone: no device, no route, no rule of ours.
hq_gone()
{
	! ip -n "$C" link show hq >/dev/null 2>&1 || { echo "the device is there"; return 1; }
	[ -z "$(ip -n "$C" route show table all | grep -w hq)" ] || { ip -n "$C" route show table all; return 1; }
	[ "$(ip -n "$C" rule | wc -l) $(ip -n "$C" -6 rule | wc -l)" = "3 2" ] || { ip -n "$C" rule; return 1; }
}

# connect_fails PATTERN: the command fails with status 1, and says why.
connect_fails()
{
	local out rc=0

	out=$(dial connect hq 2>&1) || rc=$?
	[ $rc -eq 1 ] || { echo "status $rc: $out"; return 1; }
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $out == $1 ]] || { echo "no \"$1\" in: $out"; return 1; }
}

dial_engine()
{
	dial status --json | python3 -IS -c 'import json, sys; print(json.load(sys.stdin)["engine_pid"])'
}

dial_engine_is_new()
{
	local pid

	pid=$(dial_engine) && [ -n "$pid" ] && [ "$pid" != "$1" ]
}

# dial_kill_engine: kill -9, and another one is there.
dial_kill_engine()
{
	local old

	old=$(dial_engine)
	kill -KILL "$old" && wait_for 20 dial_engine_is_new "$old"
}

# device_has PATTERN: in what ip says of the device and its addresses.
device_has()
{
	local text

	text=$(ip -n "$C" addr show dev hq)
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $text == *$1* ]] || { echo "no \"$1\" in: $text"; return 1; }
}
