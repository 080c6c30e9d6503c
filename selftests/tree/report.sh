#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The verdict on runs as they should not be. Each case is a log and the report that it must get: a report that says
# "passed" for one of these would hide what the test machine found.

cd "$(dirname "$0")/../vm" || exit 1
broken=0

# verdict EXPECTED_TESTS EXIT_STATUS REPORT: of the log on standard input; REPORT's lines are joined with "; ".
verdict()
{
	local report rc

	report=$(awk -v expect="$1" -f report.awk /dev/stdin)
	rc=$?
	report=${report//$'\n'/; }
	[ "$report" != "$3" ] || [ $rc -ne "$2" ] || return 0
	printf 'expected %s: %s\ngot      %s: %s\n' "$2" "$3" "$rc" "$report"
	broken=1
}

verdict "net:a" 0 "2 passed, 0 failed" <<-LOG
	TAP version 13
	1..1
	# selftests: net: a
	# TAP version 13
	# 1..2
	# ok 1 works
	# ok 2 is refused
	ok 1 selftests: net: a
LOG

# A test without cases of its own counts as one.
verdict "net:a net:b" 1 "FAILED net: b: exit=1; 1 passed, 1 failed" <<-LOG
	ok 1 selftests: net: a
	not ok 2 selftests: net: b # exit=1
LOG

# Only leaves count, and a failure is named with its parents.
verdict "unit:check" 1 "FAILED unit: check: lcp: opens; 2 passed, 1 failed" <<-LOG
	# 1..2
	#   1..2
	#   ok 1 - closes
	#   not ok 2 - opens
	# not ok 1 lcp
	#   1..1
	#   ok 1 - ccp
	# ok 2 ccp
	not ok 1 selftests: unit: check
LOG

# A program that died after its cases passed.
verdict "unit:check" 1 "FAILED unit: check: lcp # exit status 134; 1 passed, 1 failed" <<-LOG
	#   1..1
	#   ok 1 - opens
	# not ok 1 lcp # exit status 134
	not ok 1 selftests: unit: check
LOG

verdict "net:a" 1 "FAILED net: a: planned 3 results and gave 1; 1 passed, 1 failed" <<-LOG
	# 1..3
	# ok 1 works
	ok 1 selftests: net: a
LOG

verdict "net:a" 1 "FAILED net: a: TIMEOUT 45 seconds; 1 passed, 1 failed" <<-LOG
	# ok 1 works
	not ok 1 selftests: net: a # TIMEOUT 45 seconds
LOG

verdict "net:a" 1 "FAILED net: a: skipped: nothing may be skipped here; 0 passed, 1 failed" <<-LOG
	# 1..0 # SKIP no such thing here
	ok 1 selftests: net: a # SKIP
LOG

verdict "net:a" 1 "FAILED net: a: works # SKIP no nft (skipped: nothing may be skipped here); 0 passed, 1 failed" <<-LOG
	# 1..1
	# ok 1 works # SKIP no nft
	ok 1 selftests: net: a
LOG

# The guest died in the second test.
verdict "net:a net:b" 1 "FAILED unfinished test: half; FAILED net:b: no result: the machine stopped before this test \
ended; 1 passed, 2 failed" <<-LOG
	ok 1 selftests: net: a
	# selftests: net: b
	# not ok 1 half
LOG

# Two guests prove each that nothing leaks; the second died before.
verdict "vm:leaks vm:leaks" 1 "FAILED vm:leaks: no result: the machine stopped before this test ended; 1 passed, \
1 failed" <<-LOG
	ok 1 selftests: vm: leaks
LOG

verdict "net:a" 1 "FAILED net: a: left behind; 1 passed, 1 failed" <<-LOG
	ok 1 selftests: net: a
	# namespace x
	not ok 1 selftests: net: a: left behind
LOG

# Run a second time: that counts, and the first is told.
verdict "peers:a peers:b" 0 "FLAKY peers: a: works; 3 passed, 0 failed" <<-LOG
	# ok 1 begins
	# not ok 2 works
	not ok 1 selftests: peers: a # exit=1
	# adit-vm: run again: peers: a
	# ok 1 begins
	# ok 2 works
	ok 1 selftests: peers: a
	ok 2 selftests: peers: b
LOG

verdict "peers:a" 1 "FLAKY peers: a: works; FAILED peers: a: begins; 1 passed, 1 failed" <<-LOG
	# ok 1 begins
	# not ok 2 works
	not ok 1 selftests: peers: a # exit=1
	# adit-vm: run again: peers: a
	# not ok 1 begins
	# ok 2 works
	not ok 1 selftests: peers: a # exit=1
LOG

# The machine died in the second run.
verdict "peers:a" 1 "FLAKY peers: a: works; FAILED peers:a: no result: the machine stopped before this test ended; \
0 passed, 1 failed" <<-LOG
	# not ok 1 works
	not ok 1 selftests: peers: a # exit=1
	# adit-vm: run again: peers: a
LOG

verdict "" 1 "0 passed, 0 failed" </dev/null

exit $broken
