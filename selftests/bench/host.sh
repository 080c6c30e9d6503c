# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The bench, on this machine: boots the guest that counts instructions, and makes table, JSON, and plot of what it
# prints. Sourced by selftests/vm/run; the variables that choose are described in Documentation/bench.md.

BENCH_DIR=$TREE_DIR/selftests/bench

# What the guest is told.
BENCH_VARIABLES="KINDS SIZES SESSIONS COUNT KIB ROUNDS PROFILE"

# bench_environment: the variables that are set, as words for env.
bench_environment()
{
	local name

	for name in $BENCH_VARIABLES; do
		[ -z "${!name:-}" ] || printf '%s=%q ' "$name" "${!name}"
	done
}

# bench_icount: figures of a guest whose nanoseconds are instructions, into $RUN/icount.jsonl.
bench_icount()
{
	# The jitter RNG does not find jitter here, and its failure takes others along: it is left out.
	GUEST_CMDLINE_MORE=" initcall_blacklist=jent_mod_init"
	ADIT_ACCEL=icount
	[ -z "${PROFILE:-}" ] || GUEST_ARGS=(-plugin "$RUN/plugin.so,out=$RUN/profile")
	GUEST_SECONDS=${ADIT_VM_SECONDS:-7200}
	do_command exec "env $(bench_environment) /usr/lib/adit-vm/tests/bench/bench.sh" | tee "$RUN/icount.log" |
		grep --line-buffered -v '^{' || true
	grep '^{' "$RUN/icount.log" >"$RUN/icount.jsonl"
}

do_bench()
{
	build_inside stage >"$RUN/build.log" || { cat "$RUN/build.log"; exit 1; }
	build_inside bench >>"$RUN/build.log" 2>&1 || { cat "$RUN/build.log"; exit 1; }
	cp "$BUILD/src/selftests/bench/build/plugin.so" "$RUN/"
	build_close
	bench_icount
	[ -z "${PROFILE:-}" ] || chroot_run "$RUN:run" "$BENCH_DIR:bench" -- /mnt/bench/profile.py /mnt/run >"$RUN/profile"
	echo "logs: $RUN"
}
