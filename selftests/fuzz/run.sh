#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh check SECONDS TARGET...: one KTAP result for each target: its regression inputs, then so many seconds of
# fuzzing from the seeds, with the same random numbers every time.
# run.sh fuzz SECONDS TARGET...: so many seconds for each, from the seeds and what earlier runs left in CORPUS, with other
# random numbers every time.
# Programs and seeds are in OUT. As many targets run at a time as there are processors.

set -uo pipefail
cd "$(dirname "$0")" || exit 1
mode=$1 seconds=$2
shift 2
OUT=${OUT:-out}
CORPUS=${CORPUS:-$OUT/corpus}
FOUND=${FOUND:-$OUT/found}
# One input may take this long; one that needs more hangs, or is an attack on the processor.
TIMEOUT=10
MEMORY_MB=1500
# Lines of the source in what is found.
export ASAN_OPTIONS=external_symbolizer_path=/usr/bin/addr2line:detect_leaks=1
export OUT CORPUS FOUND TIMEOUT MEMORY_MB mode seconds

# one TARGET: its output in LOGS/TARGET, its status in LOGS/TARGET.status
one()
{
	local target=$1 seeds=$OUT/seeds/$1 args dirs=()
	args=("-timeout=$TIMEOUT" "-rss_limit_mb=$MEMORY_MB" "-artifact_prefix=$FOUND/$target-" -print_final_stats=1
		-print_funcs=0)

	if [ -n "$(ls "regressions/$target" 2>/dev/null)" ]; then
		"$OUT/$target" "${args[@]}" "regressions/$target"/* || return
	fi
	[ ! -e "$target.dict" ] || args+=("-dict=$target.dict")
	[ ! -d "$seeds" ] || dirs+=("$seeds")
	if [ "$mode" = check ]; then
		rm -rf "$LOGS/corpus-$target"
		mkdir "$LOGS/corpus-$target"
		args+=(-seed=1)
		dirs=("$LOGS/corpus-$target" "${dirs[@]}")
	else
		mkdir -p "$CORPUS/$target"
		dirs=("$CORPUS/$target" "${dirs[@]}")
	fi
	"$OUT/$target" "${args[@]}" "-max_total_time=$seconds" "${dirs[@]}"
}

run_one()
{
	one "$1" >"$LOGS/$1" 2>&1
	echo $? >"$LOGS/$1.status"
}

# summary TARGET: how much was done.
summary()
{
	awk '/^stat::number_of_executed_units:/ { inputs = $2 }
		/^#[0-9]+\t*DONE/ { cover = $4 }
		/^Executed / { regressions++ }
		END { print inputs " inputs, " cover + 0 " edges covered, " regressions + 0 " regressions" }' "$LOGS/$1"
}

export -f one run_one
LOGS=$(mktemp -d)
export LOGS
trap 'rm -rf "$LOGS"' EXIT
mkdir -p "$FOUND"
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'run_one {}'

number=0 failed=0
echo "KTAP version 1"
echo "1..$#"
for target in "$@"; do
	number=$((number + 1))
	if [ "$(cat "$LOGS/$target.status")" = 0 ]; then
		echo "ok $number $target"
		echo "# $target: $(summary "$target")"
	else
		grep -vE '^(#[0-9]+|INFO:|stat::)' "$LOGS/$target" | tail -n 60 | sed 's/^/# /'
		echo "not ok $number $target"
		failed=1
	fi
done
exit $failed
