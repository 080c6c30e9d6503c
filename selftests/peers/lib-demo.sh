# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# How the parts of the demo speak.

title()
{
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# shown COMMAND...: the command as one would type it, and what it says.
shown()
{
	echo "\$ $*"
	"$@" 2>&1 | sed 's/^/    /'
	[ "${PIPESTATUS[0]}" -eq 0 ] || broken "$*"
}

# quietly WHAT COMMAND...: a line of what is being done; its output only if it fails.
quietly()
{
	local what=$1

	shift
	printf '  %-66s' "$what"
	if "$@" >"$TMP/quietly.log" 2>&1; then
		echo ok
	else
		echo FAILED
		broken "$*"
	fi
}

# broken WHAT: ends the demo; what was said, and how the logs end, tell why.
broken()
{
	local log

	echo
	echo "The demo failed at: $1"
	for log in "$TMP"/*.log; do
		[ -s "$log" ] || continue
		echo "--- how ${log##*/} ends:"
		tail -n 30 "$log" | sed 's/^/    /'
	done
	exit 1
}

# What is left goes without a word.
lib_show_logs()
{
	:
}
