# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One job of a guest: what it shall do, what was built for it, and its lines and logs. All of it is in RUN, the
# directory of this run or of this guest of it; STAGE is the built tree.

# write_job NAME=VALUE...: what the guest's init reads.
write_job()
{
	printf '%s\n' "TIME_FACTOR=$TIME_FACTOR" "CONFIG=$CONFIG" "MACHINE=$MACHINE" "$@" >"$STAGE/usr/lib/adit-vm/guest/job"
	tar -C "$STAGE" --sort=name -c -f "$RUN/built.tar" .
}

# boot stdio|batch: RUN's guest; its lines go to standard output, its console is shown if it did not come to its end.
boot()
{
	local rc=0

	boot_guest "$RUN" "$RUN/built.tar" "$1" || rc=$?
	rm -f "$RUN/built.tar"
	if ! tar -x -C "$RUN" -f "$RUN/logs.tar" 2>/dev/null || [ ! -e "$RUN/status" ]; then
		[ $rc -ne 124 ] || echo "# adit-vm: no end within $((GUEST_SECONDS * TIME_FACTOR)) s, the guest was stopped"
		echo "# adit-vm: the guest did not end by itself; its console ended with:"
		tail -n 60 "$RUN/console.log" | sed 's/^/# console: /'
		return 1
	fi
	rm -f "$RUN/logs.tar"
	return "$(cat "$RUN/status")"
}
