#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check-all with runs that are none: does it run every kernel of the table, add up, and fail when one of them did?

cd "$(dirname "$0")/../vm" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp check-all "$work/"
printf '%s\n' '# table' '6.1 x - y z' '6.12 x - y z' >"$work/releases"
broken=0

# sums STATUS LAST_LINES CASES: $CASES is what "run" does for a kernel, as in a case of sh.
sums()
{
	local out rc

	printf '#!/bin/sh\necho "$KERNEL $*" >>ran\ncase $KERNEL in %s; esac\n' "$3" >"$work/run"
	chmod +x "$work/run"
	: >"$work/ran"
	out=$(cd "$work" && ./check-all a b)
	rc=$?
	out=$(tail -n 3 <<<"$out")
	out=${out//$'\n'/; }
	[ "$out" = "$2" ] && [ $rc -eq "$1" ] && [ "$(xargs <"$work/ran")" = "6.1 check a b 6.12 check a b" ] && return
	printf 'expected %s: %s\ngot      %s: %s\n' "$1" "$2" "$rc" "$out"
	broken=1
}

sums 0 "kernel 6.1: 3 passed, 0 failed; kernel 6.12: 4 passed, 0 failed; 7 passed, 0 failed" \
	'6.1) echo "3 passed, 0 failed";; 6.12) echo "4 passed, 0 failed"'
# One that failed does not keep the next from running.
sums 1 "kernel 6.1: 2 passed, 1 failed; kernel 6.12: 4 passed, 0 failed; 6 passed, 1 failed" \
	'6.1) echo "FAILED net: a"; echo "2 passed, 1 failed"; exit 1;; 6.12) echo "4 passed, 0 failed"'
# One that breaks off.
sums 1 "kernel 6.1: 3 passed, 0 failed; kernel 6.12: 0 passed, 1 failed: no verdict, the run ended with status 2; 3 passed, 1 failed" \
	'6.1) echo "3 passed, 0 failed";; 6.12) exit 2'
# One that passed nothing.
sums 1 "kernel 6.1: 0 passed, 1 failed: the run ended with status 1; kernel 6.12: 4 passed, 0 failed; 4 passed, 1 failed" \
	'6.1) echo "0 passed, 0 failed"; exit 1;; 6.12) echo "4 passed, 0 failed"'
exit $broken
