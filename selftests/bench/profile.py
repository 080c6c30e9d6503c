#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""profile.py RUN_DIR: for each figure of RUN_DIR/icount.jsonl the instructions per function, from the plugin's counts
RUN_DIR/profile.N and the guest's symbols RUN_DIR/kallsyms-HALF. Each is compared with plain routing's at the same size."""

import bisect
import collections
import json
import os
import sys

LEAST = 4  # instructions per packet that are worth a line
KERNEL = 0xffff000000000000


def symbols(path):
    """Sorted addresses, and their names; a module's with the module's name behind it."""
    table = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            address, kind, name, *module = line.split()
            if kind in "tTwW":
                table[int(address, 16)] = " ".join([name, *module])
    addresses = sorted(table)
    return addresses, [table[address] for address in addresses]


def functions(path, addresses, names):
    """Instructions by function; of user space only their sum."""
    counts = collections.Counter()
    with open(path, encoding="ascii") as lines:
        for line in lines:
            address, executed = line.split()
            address = int(address, 16)
            at = bisect.bisect_right(addresses, address) - 1
            counts[names[at] if address >= KERNEL and at >= 0 else "(user space)"] += int(executed)
    return counts


UNITS = {"packets": "packet", "kib": "KiB", "ends": "end of a session"}


def unit_of(figure):
    return next(name for name in UNITS if name in figure)


def per_unit(figure):
    return figure[unit_of(figure)]


def marked(figure):
    """Of set-ups, only those are between marks that do nothing else."""
    return figure["figure"] != "setup" or figure["kind"].endswith("-setup")


def label(figure):
    unit = UNITS[unit_of(figure)]
    size = f", {figure['size']} octets" if "size" in figure else ""
    return f"{figure['figure']}: {figure['kind']}, {figure['sessions']} sessions{size}, instructions per {unit}"


def show(figure, counts, floor):
    units = per_unit(figure)
    total = sum(counts.values()) / units
    print(f"== {label(figure)}: {total:.0f}, by the clock {figure['ns'] / units:.0f}")
    print(f"{'function':<52} {'here':>9} {'routing':>9} {'more':>9}")
    rows = []
    for name in set(counts) | set(floor):
        here, plain = counts[name] / units, floor[name]
        rows.append((here - plain, here, plain, name))
    for more, here, plain, name in sorted(rows, reverse=True):
        if abs(more) >= LEAST:
            print(f"{name:<52} {here:9.1f} {plain:9.1f} {more:9.1f}")
    print()


def main():
    run = sys.argv[1]
    if not os.path.exists(os.path.join(run, "icount.jsonl")):
        return
    with open(os.path.join(run, "icount.jsonl"), encoding="utf-8") as lines:
        figures = [figure for figure in map(json.loads, lines) if marked(figure)]
    tables = {half: symbols(os.path.join(run, f"kallsyms-{half}")) for half in {f["half"] for f in figures}}
    floors = {}
    for number, figure in enumerate(figures, 1):
        counts = functions(os.path.join(run, f"profile.{number}"), *tables[figure["half"]])
        key = (figure["figure"], figure.get("size"), figure["sessions"], figure["half"])
        if figure["kind"] == "floor":
            floors[key] = collections.Counter({n: c / per_unit(figure) for n, c in counts.items()})
        show(figure, counts, floors.get(key, collections.Counter()))


if __name__ == "__main__":
    main()
