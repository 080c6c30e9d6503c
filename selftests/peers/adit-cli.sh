#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an administrator does to a gateway with sessions: look, reload with a good and with a bad file, change the log
# level, disconnect; and the timeouts and the rule for the same user again.

. "$(dirname "$0")/lib-peers.sh"
. "$(dirname "$0")/lib-gateway.sh"
. "$(dirname "$0")/lib-client.sh"

adit_only || { echo "1..0 # SKIP only aditd has this command"; exit 4; }

# says PATTERN COMMAND...: the command succeeds and its output matches.
says()
{
	local pattern=$1 out

	shift
	out=$("$@" 2>&1) || { echo "$* failed: $out"; return 1; }
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $out == $pattern ]] || { echo "no \"$pattern\" in what $* says: $out"; return 1; }
}

# refuses PATTERN COMMAND...: the command fails and says this.
refuses()
{
	local pattern=$1 out

	shift
	! out=$("$@" 2>&1) || { echo "$* succeeded: $out"; return 1; }
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $out == $pattern ]] || { echo "no \"$pattern\" in what $* says: $out"; return 1; }
}

# bad_conf LINE: the configuration with a line that is wrong.
bad_conf()
{
	cp "$TMP/good.conf" "$TMP/adit.conf"
	echo "$1" >>"$TMP/adit.conf"
}

json_is_an_array()
{
	[ "$(ask "isinstance(r, list)" sessions)" = True ]
}

udp_is_unharmed()
{
	touch "$TMP/enough"
	wait "$(pid_of steady)"
}

client_ended()
{
	! running "$1"
}

another_engine()
{
	local pid

	pid=$(engine_pid) && [ -n "$pid" ] && [ "$pid" != "$1" ]
}

# hangup_between_engines PARENT: after a second death in a row the parent waits before it starts another engine.
hangup_between_engines()
{
	local old

	old=$(engine_pid)
	kill -KILL "$old" && wait_for 20 another_engine "$old" && kill -KILL "$(engine_pid)" &&
		wait_for 20 log_has gateway "starting it again after a pause" && kill -HUP "$1"
}

# in_its_own_session PID: has no terminal that it shares with anybody.
in_its_own_session()
{
	local session

	read -r _ _ _ _ _ session _ <"/proc/$1/stat"
	[ "$session" -eq "$1" ]
}

topology_direct
client_addresses 2
traffic_server_start
gw_conf
cp "$TMP/adit.conf" "$TMP/good.conf"
gw_start

check "a client logs in" client_dials one alice "correct horse" require-mppe-128
id=$(ask "r[0]['id']" sessions)
check "status" says "*pptp0*" adit status
check "sessions" says "*alice*192.0.2.10*" adit sessions
check "session in detail" says "*MS-CHAPv2*" adit session "$id"
check "sessions in JSON" json_is_an_array
check "the engine is in a session of its own" in_its_own_session "$(engine_pid)"
check "a session that is not there" refuses "*4711*" adit session 4711
check "an unknown command" refuses "*nonsense*" adit nonsense
check "no password in any of it" refuses "*" grep -r "correct horse" "$TMP"/*.log

background steady ip netns exec "$C" python3 "$PEERS_DIR/traffic.py" udp $SERVER --device one --gap-ms 10 --until "$TMP/enough"

bad_conf "flavour = sweet"
check "check finds an unknown key, and its line" refuses "*adit.conf:$(wc -l <"$TMP/adit.conf")*flavour*" adit check "$TMP/adit.conf"
check "reload refuses it" refuses "*flavour*" adit reload
bad_conf "user \"alice\" { password = 'twice' }"
check "reload refuses a user given twice" refuses "*alice*" adit reload
sed 's/pool = "office"/pool = "atlantis"/' "$TMP/good.conf" >"$TMP/adit.conf"
check "reload refuses a pool that is not there" refuses "*atlantis*" adit reload
check "a session after refused reloads" session_is "r['id'] == $id and r['state'] == 'up'"
CLIENT_LOCAL=192.0.2.101
check "the old configuration is still in force" client_dials two carol "curry comb" require-mppe-128
client_stop two

sed "s/user \"carol\".*/user \"dave\" { password = 'new here' }/" "$TMP/good.conf" >"$TMP/adit.conf"
check "check passes a good file" adit check "$TMP/adit.conf"
check "reload takes it" adit reload
check "a new user logs in" client_dials new dave "new here" require-mppe-128
CLIENT_LOCAL=192.0.2.102
client_start old carol "curry comb" require-mppe-128
check "one that is gone from the file does not" client_refused old
check_log "and hears why" old "E=691"
CLIENT_LOCAL=192.0.2.101
cp "$TMP/good.conf" "$TMP/adit.conf"
check "reload without the new user" adit reload
check "ends that user's session" wait_for 20 client_ended new
check_log "and says why" new "LCP terminated by peer (*not configured*"
check "and nobody else's" session_is "r['id'] == $id and r['state'] == 'up'"
check "not a packet of the session was lost to all the reloads" udp_is_unharmed
log_of steady | sed 's/^/# /'

check "log-level tells" says "*debug*" adit log-level
check "log-level changes" adit log-level warn
check "and tells the new one" says "*warn*" adit log-level
check "an unknown level" refuses "*loud*" adit log-level loud
# What systemctl reload sends, to the parent.
sed 's/^log-level = .*/log-level = error/' "$TMP/good.conf" >"$TMP/adit.conf"
check "SIGHUP" kill -HUP "$(ask "r['pid']" status)"
check "has the file read again" wait_for 20 says "*error*" adit log-level
cp "$TMP/good.conf" "$TMP/adit.conf"
check "and so does the command" adit reload
check "the level is the file's again" says "*debug*" adit log-level
sed 's/^log-level = .*/log-level = error/' "$TMP/good.conf" >"$TMP/adit.conf"
parent=$(ask "r['pid']" status)
check "SIGHUP while there is no engine" hangup_between_engines "$parent"
check "the file is read when there is an engine again" wait_for 20 says "*error*" adit log-level
cp "$TMP/good.conf" "$TMP/adit.conf"
check "and once more" adit reload

# A device of the name that the new server wants is there already, and of another kind.
ip -n "$G" link add taken0 type veth peer name taken1
cat "$TMP/good.conf" - >"$TMP/adit.conf" <<-CONF
	pool "more" { range = "10.11.0.10-10.11.0.20" }
	server l2tp { listen = { "$GW" } device = "taken0" address = "10.11.0.1" pool = "more" }
CONF
check "a reload of which a part cannot be had says so" refuses "*" adit reload
check "the rest is as it was" session_is "r['id'] == $id and r['state'] == 'up'"
old=$(engine_pid)
check "the engine that applied it dies" kill -KILL "$old"
check "there is another" wait_for 20 another_engine "$old"
check "it has the session" session_is "r['id'] == $id and r['state'] == 'up'"
check_log "and says that not all is served" gateway "not all of the configuration could be put to work"
ip -n "$G" link del taken0
check "reload again, without an obstacle" adit reload
check "has the other server" says "*taken0*" adit status
cp "$TMP/good.conf" "$TMP/adit.conf"
check "and so has one without it" adit reload

check "that PPTP is broken was said once, whatever was reloaded" [ "$(grep -c "broken cryptography" "$TMP/gateway.log")" -eq 1 ]

check "the same user again" client_dials three alice "correct horse" require-mppe-128
check "the older session goes" wait_for 20 client_ended one
check "and only that" session_is "r['user'] == 'alice' and r['peer'] == '192.0.2.101' and r['state'] == 'up'"
check "one session is left" sessions_are 1

check "disconnect by user" adit disconnect --user alice
check_log "the client is told" three "LCP terminated by peer"
check "gone" no_sessions
check "disconnect of nobody" refuses "*alice*" adit disconnect --user alice
check "a session to be ended by its address" client_dials four alice "correct horse" require-mppe-128
check "an address that nobody has" refuses "*10.9.0.249*" adit disconnect 10.9.0.249
check "disconnect by address" adit disconnect "$(ask "r[0]['address']" sessions)"
check_log "the client is told that, too" four "LCP terminated by peer"
check "gone as well" no_sessions

gw_conf "duplicate-login = refuse" "idle-timeout = 5"
check "reload with timeouts" adit reload
check "a session that will idle" client_dials idle alice "correct horse" require-mppe-128
CLIENT_LOCAL=192.0.2.102
client_start twice alice "correct horse" require-mppe-128
check "the same user again is refused now" client_refused twice
check "the idle session is ended" wait_for 30 client_ended idle
check_log "with the reason" idle "LCP terminated by peer (*idle*"
check "gone, too" no_sessions

check "a last session" client_dials last bob "battery staple" require-mppe-128
check "shutdown" adit shutdown
check_log "tells the client" last "LCP terminated by peer"
check "the daemon ends" wait_for 20 client_ended gateway
check "the command says what is wrong then" refuses "*aditd*" adit status

done_testing
