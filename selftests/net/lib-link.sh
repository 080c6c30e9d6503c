# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests of ip link share; sourced after lib.sh, with KIND set then.

# shown_in NAMESPACE DEVICE KEY=JSON...: whether ip -d -j says exactly this about the device's options.
shown_in()
{
	ip -n "$1" -d -j link show dev "$2" | python3 -c '
import json, sys
info = json.load(sys.stdin)[0]["linkinfo"]
assert info["info_kind"] == sys.argv[1], info
want = dict((k, json.loads(v)) for k, v in (w.split("=", 1) for w in sys.argv[2:]))
got = {k: info["info_data"].get(k) for k in want}
sys.exit(0 if got == want else f"{got} instead of {want}")' "$KIND" "${@:3}"
}

# shown DEVICE KEY=JSON...: likewise, of a.
shown()
{
	shown_in a "$@"
}

# add NAME WORD...
add()
{
	ip -n a link add "$1" type "$KIND" "${@:2}"
}
