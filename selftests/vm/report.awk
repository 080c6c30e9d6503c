# SPDX-License-Identifier: GPL-2.0-or-later
#
# The verdict on a run's KTAP: awk -v expect="net:a peers:b.sh ..." -f report.awk FILE
#
# Each leaf is counted: a test's own cases where it prints any, else the test. A test that was expected and gave no
# result (a guest that died or hung), one that gave fewer results than it planned, and one that was skipped, failed.
# What several guests run is expected twice. A test that is run a second time counts by that; what failed in the first is
# told as FLAKY.
# Exit status 1 if anything failed or nothing passed.

function fail(name, why)
{
	failed++
	failures[failed] = name (why == "" ? "" : ": " why)
}

# Results of one level are the children of the next result one level up. Level 0 is a test's own; leaves[], bad[] and
# given[] hold what a level has seen since its last parent, planned[] what its plans promised.
function clear(from,    d)
{
	for (d = from; d <= deepest; d++)
		leaves[d] = bad[d] = given[d] = planned[d] = 0
}

# What is below a level: sets below_leaves, below_bad and below_short.
function sum_below(from,    d)
{
	below_leaves = below_bad = 0
	below_short = ""
	for (d = from; d <= deepest; d++) {
		below_leaves += leaves[d]
		below_bad += bad[d]
		if (given[d] < planned[d])
			below_short = "planned " planned[d] " results and gave " given[d]
	}
}

# A case inside a test, "# ok 1 name" or "#   not ok 1 - name", more deeply nested if more indented.
function finish_case(line, level,    name, ok, i)
{
	name = line
	sub(/^# *(not )?ok [0-9]* *(- )?/, "", name)
	ok = line ~ /^# *ok/
	if (toupper(name) ~ /# SKIP/) {
		ok = 0
		name = name " (skipped: nothing may be skipped here)"
	}
	if (level > deepest)
		deepest = level
	sum_below(level + 1)
	if (ok && below_short != "") {
		ok = 0
		name = name ": " below_short
	}
	clear(level + 1)
	for (i = waiting_n; i > 0 && waiting_level[i] > level; i--) {
		waiting[i] = name ": " waiting[i]
		waiting_level[i] = level
	}
	given[level]++
	leaves[level] += below_leaves
	bad[level] += below_bad
	if (below_leaves == 0 || (!ok && below_bad == 0)) {
		leaves[level]++
		bad[level] += !ok
		if (!ok) {
			waiting[++waiting_n] = name
			waiting_level[waiting_n] = level
		}
	}
}

# The test whose result came last is run again: what it gave counts no more.
function take_back(    i)
{
	for (i = failed_before + 1; i <= failed; i++)
		flaky[++flaky_n] = failures[i]
	failed = failed_before
	passed = passed_before
	done[last]--
}

function finish_test(line,    name, i, why)
{
	failed_before = failed
	passed_before = passed
	name = line
	sub(/^(not )?ok [0-9]+ selftests: /, "", name)
	sub(/ # .*/, "", name)
	split(name, word, ": ")
	last = word[1] ":" word[2]
	done[last]++
	for (i = 1; i <= waiting_n; i++)
		fail(name, waiting[i])
	waiting_n = 0
	sum_below(0)
	clear(0)
	passed += below_leaves - below_bad
	why = line
	if (!sub(/.* # /, "", why))
		why = ""
	if (why ~ /^SKIP/)
		fail(name, "skipped: nothing may be skipped here")
	else if (line ~ /^not ok/ && (below_bad == 0 || why ~ /^TIMEOUT/))
		fail(name, why)
	else if (line ~ /^ok/ && below_short != "")
		fail(name, below_short)
	else if (line ~ /^ok/ && below_leaves == 0)
		passed++
}

# level_of LINE: how deep "# ..." is, two blanks a level.
function level_of(line)
{
	match(line, /^# */)
	return int((RLENGTH - 2) / 2)
}

{ sub(/\r$/, "") }
/^# *1\.\.[0-9]+/ {
	level = level_of($0)
	if (level > deepest)
		deepest = level
	split($2, plan, ".")
	planned[level] += plan[3]
}
/^# *(not )?ok( |$)/ { finish_case($0, level_of($0)) }
/^(not )?ok [0-9]+ selftests: / { finish_test($0) }
/^# adit-vm: run again: / { take_back() }

END {
	# Cases of a test that never ended; the test itself is named below.
	for (i = 1; i <= waiting_n; i++)
		fail("unfinished test", waiting[i])
	n = split(expect, tests, " ")
	for (i = 1; i <= n; i++)
		if (done[tests[i]]-- <= 0)
			fail(tests[i], "no result: the machine stopped before this test ended")
	for (i = 1; i <= flaky_n; i++)
		print "FLAKY " flaky[i]
	for (i = 1; i <= failed; i++)
		print "FAILED " failures[i]
	print passed + 0 " passed, " failed + 0 " failed"
	exit failed > 0 || passed == 0
}
