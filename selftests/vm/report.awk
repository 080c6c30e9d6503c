# SPDX-License-Identifier: GPL-2.0-or-later
#
# The verdict on a run's KTAP: awk -v expect="net:a peers:b.sh ..." -f report.awk FILE
#
# Each leaf is counted: a test's own cases where it prints any, else the test. A test that was expected and gave no
# result (a guest that died or hung), one that gave fewer results than it planned, and one that was skipped, failed.
# Exit status 1 if anything failed or nothing passed.

function fail(name, why)
{
	failed++
	failures[failed] = name (why == "" ? "" : ": " why)
}

function start_test()
{
	cases_ok = cases_failed = cases_planned = 0
}

# A case inside a test: "# ok 1 name" or "# not ok 1 - name".
function finish_case(line,    name)
{
	name = line
	sub(/^# (not )?ok [0-9]* *(- )?/, "", name)
	if (line ~ /^# ok/ && toupper(line) !~ /# SKIP/) {
		cases_ok++
		passed++
		return
	}
	cases_failed++
	waiting[++waiting_n] = (line ~ /^# ok/) ? name " (skipped: nothing may be skipped here)" : name
}

function name_of(line)
{
	sub(/^(not )?ok [0-9]+ selftests: /, "", line)
	sub(/ # .*/, "", line)
	return line
}

function finish_test(line,    name, ran, i, why)
{
	name = name_of(line)
	split(name, word, ": ")
	done[word[1] ":" word[2]] = 1
	for (i = 1; i <= waiting_n; i++)
		fail(name, waiting[i])
	ran = cases_ok + cases_failed
	why = line
	if (!sub(/.* # /, "", why))
		why = ""
	if (why ~ /^SKIP/)
		fail(name, "skipped: nothing may be skipped here")
	else if (line ~ /^not ok/ && (cases_failed == 0 || why ~ /^TIMEOUT/))
		fail(name, why)
	else if (line ~ /^ok/ && ran < cases_planned)
		fail(name, "planned " cases_planned " results and gave " ran)
	else if (line ~ /^ok/ && ran == 0)
		passed++
	waiting_n = 0
	start_test()
}

BEGIN { start_test() }
{ sub(/\r$/, "") }
/^# 1\.\.[0-9]+/ { split($2, plan, "."); cases_planned += plan[3] }
/^# (not )?ok( |$)/ { finish_case($0) }
/^(not )?ok [0-9]+ selftests: / { finish_test($0) }

END {
	# Cases of a test that never ended; the test itself is named below.
	for (i = 1; i <= waiting_n; i++)
		fail("unfinished test", waiting[i])
	n = split(expect, tests, " ")
	for (i = 1; i <= n; i++)
		if (!(tests[i] in done))
			fail(tests[i], "no result: the machine stopped before this test ended")
	for (i = 1; i <= failed; i++)
		print "FAILED " failures[i]
	print passed + 0 " passed, " failed + 0 " failed"
	exit failed > 0 || passed == 0
}
