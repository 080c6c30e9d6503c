#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py RUN_DIR: what the bench measured, as a table on standard output, RUN_DIR/bench.json and RUN_DIR/bench.svg.

Reads RUN_DIR/icount.jsonl (nanoseconds are instructions) and RUN_DIR/uml.jsonl (nanoseconds are this machine's); either
may be missing. The cost of a path is what it takes over plain routing, measured in the same half of the run; of several
rounds the least counts."""

import json
import os
import sys

# Ours, and the in-tree path that it is measured by.
RIVALS = {
    "adit-pptp": "pptp",
    "adit-pptp-128s": "pptp-128s",
    "adit-pptp-128": "pptp-128",
    "adit-pptp-many": "pptp",
    "adit-pptp-many-128": "pptp-128",
    "adit-l2tp": "l2tp-ppp",
    "adit-l2tp-eth": "l2tp-eth",
    "adit-l2tp-many": "l2tp-ppp",
    "adit-esp-null": "esp-null",
    "adit-esp-hmac": "esp-hmac",
    "adit-esp-gcm": "esp-gcm",
    "adit-esp-cbc": "esp-cbc",
    "adit-esp-chacha": "esp-chacha",
    "adit-esp-udp-gcm": "esp-udp-gcm",
    "adit-l2tp-esp": "l2tp-esp",
    "adit-esp-many": "esp-gcm",
}

# Others that ours is held against, beside its rival.
OTHERS = {
    "xfrmi": ("adit-esp-gcm", "xfrmi-gcm"),
    "wireguard": ("adit-esp-chacha", "wireguard"),
}

# What a ratio must not exceed: (what, kind, column) to limit.
TARGETS = {
    ("packet", "adit-pptp", 64): 0.6,
    ("packet", "adit-pptp", 1340): 0.52,
    ("packet", "adit-pptp-128s", 64): 0.5,
    ("packet", "adit-pptp-128s", 1340): 0.52,
    ("packet", "adit-pptp-128", 64): 0.52,
    ("packet", "adit-pptp-128", 1340): 0.52,
    ("stream", "adit-pptp", "tcp-gso"): 0.4,
    ("many", "adit-pptp-many", 10000): 1.02,
    ("many native", "adit-pptp-many", 10000): 1.3,
    ("memory", "adit-pptp-many", 1000): 1 / 20,
    ("time", "adit-pptp-many", 1000): 1 / 50,
    ("packet", "adit-l2tp", 64): 0.8,
    ("packet", "adit-l2tp", 1340): 0.63,
    ("stream", "adit-l2tp", "tcp-gso"): 0.12,
    ("stream", "adit-l2tp", "tcp-plain"): 0.8,
    ("many", "adit-l2tp-many", 1000): 1.02,
    ("many", "adit-l2tp-many", 10000): 1.02,
    ("many native", "adit-l2tp-many", 1000): 1.3,
    ("many native", "adit-l2tp-many", 10000): 1.3,
    ("memory", "adit-l2tp-many", 1000): 1 / 20,
    ("time", "adit-l2tp-many", 1000): 1 / 50,
    ("packet", "adit-esp-null", 64): 0.45,
    ("packet", "adit-esp-null", 1340): 0.45,
    ("packet", "adit-esp-hmac", 64): 1,
    ("packet", "adit-esp-hmac", 1340): 1,
    ("packet", "adit-esp-gcm", 64): 0.6,
    ("packet", "adit-esp-gcm", 1340): 0.7,
    ("packet", "adit-esp-cbc", 64): 1,
    ("packet", "adit-esp-cbc", 1340): 1,
    ("packet", "adit-esp-chacha", 64): 1,
    ("packet", "adit-esp-chacha", 1340): 1,
    ("packet", "adit-esp-udp-gcm", 64): 0.6,
    ("packet", "adit-esp-udp-gcm", 1340): 0.65,
    ("packet", "adit-l2tp-esp", 64): 0.4,
    ("packet", "adit-l2tp-esp", 1340): 0.46,
    ("other", "xfrmi", 64): 0.4,
    ("other", "wireguard", 64): 0.4,
    ("other stream", "xfrmi", "tcp-gso"): 0.62,
    ("many", "adit-esp-many", 10000): 1.02,
    ("made and removed", "adit-esp-setup", 1000): 0.1,
}


class Run:
    """The figures of one yardstick."""

    def __init__(self, path):
        self.figures = {}
        self.setups = {}
        self.rows = []
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                self.add(json.loads(line))

    def add(self, row):
        self.rows.append(row)
        if row["figure"] == "setup":
            self.setups[row["kind"], row["sessions"]] = row
            return
        # Natively the least of the pieces that nobody else's work fell into; instructions need no such choice.
        row["each"] = row["ns_per_kib"] if "ns_per_kib" in row else row["ns_per_packet"]
        row["best"] = row.get("least", row["each"])
        key = (row["figure"], row["half"], row["kind"], row["size"], row["sessions"])
        self.figures.setdefault(key, []).append(row)

    def kinds(self):
        seen = {}
        for row in self.rows:
            seen.setdefault(row["kind"], row.get("half"))
            seen[row["kind"]] = seen[row["kind"]] or row.get("half")
        return [(kind, half) for kind, half in seen.items() if kind != "floor" and half]

    def halves(self):
        return list(dict.fromkeys(row["half"] for row in self.rows if row.get("half")))

    def value(self, figure, half, kind, size, sessions, native=False):
        rows = self.figures.get((figure, half, kind, size, sessions))
        if not rows:
            return None
        return min(row["best" if native else "each"] for row in rows)

    def row(self, figure, half, kind, size, sessions):
        return (self.figures.get((figure, half, kind, size, sessions)) or [None])[0]

    def cost(self, figure, half, kind, size, sessions=1, native=False):
        """
        Over plain routing, without policies: that they are looked up is part of what IPsec with them costs. Nothing costs
        less than plain routing: then something else had the processor while one of the two was measured, and it is no figure.
        """
        whole = self.value(figure, half, kind, size, sessions, native)
        floor = self.value(figure, "ours" if half == "policies" else half, "floor", size, sessions, native)
        return None if whole is None or floor is None or whole <= floor else whole - floor

    def ratio_to(self, kind, rival, cost):
        """Of ours to another; cost is a function of half and kind."""
        ours, theirs = cost("ours", kind), cost(dict(self.kinds()).get(rival), rival)
        return None if ours is None or not theirs else ours / theirs

    def ratio(self, kind, cost):
        """Of ours to its rival's."""
        return self.ratio_to(kind, RIVALS[kind], cost) if kind in RIVALS else None

    def sizes(self):
        return sorted({row["size"] for row in self.rows if row["figure"] == "udp"})

    def counts(self):
        return sorted({row["sessions"] for row in self.rows if row["figure"] == "sessions"})


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def table(title, head, rows):
    rows = [row for row in rows if any(cell != "-" for cell in row[1:])]
    if not rows:
        return
    print(title)
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  " + row[0].ljust(widths[0]) + "".join("  " + c.rjust(w) for c, w in zip(row[1:], widths[1:])))
    print()


def packets(run, unit, native):
    sizes = run.sizes()
    rows = []
    for half in run.halves():
        floor = [run.value("udp", half, "floor", size, 1, native) for size in sizes]
        rows.append([f"routing, {half} half"] + [c for f in floor for c in (number(f), "-")])
    for kind, half in run.kinds():
        row = [kind]
        for size in sizes:
            row.append(number(run.cost("udp", half, kind, size, 1, native)))
            row.append(number(run.ratio(kind, lambda h, k, s=size: run.cost("udp", h, k, s, 1, native)), 3))
        rows.append(row)
    head = [""] + [c for size in sizes for c in (f"{size} B", "ratio")]
    table(f"{unit} per packet: routing whole, all others over it; ratio: ours by in-tree", head, rows)


def streams(run):
    rows = []
    for kind, half in [*(("floor", half) for half in run.halves()), *run.kinds()]:
        row = [kind if kind != "floor" else f"routing, {half} half"]
        for figure in ("tcp-gso", "tcp-plain"):
            whole = run.row(figure, half, kind, 0, 1)
            row.append(number(run.value(figure, half, kind, 0, 1)))
            row.append(number(run.ratio(kind, lambda h, k, f=figure: run.value(f, h, k, 0, 1)), 3))
            row.append(number(whole and whole["acks"] / max(whole["segments"], 1), 2))
        rows.append(row)
    head = ["", "GSO wires", "ratio", "ACKs/segment", "plain wires", "ratio", "ACKs/segment"]
    table("Instructions per KiB of a TCP stream, whole", head, rows)


def sessions(run, unit, native, figure, title):
    counts = run.counts()
    rows = []
    for kind, half in run.kinds():
        one = run.cost(figure, half, kind, 64, 1, native)
        row = [kind]
        for count in counts:
            cost = run.cost(figure, half, kind, 64, count, native)
            row.append(number(cost))
            row.append(number(cost / one if cost and one else None, 3))
        rows.append(row)
    head = [""] + [c for count in counts for c in (f"{count:,} sessions", "by one")]
    table(f"{unit} per packet of 64 B over routing, {title}", head, rows)


def setup_cost(run, kind, sessions_, what):
    row = run.setups.get((kind, sessions_))
    return row and row[what] / row["ends"]


def setups(run, unit):
    rows = []
    for (kind, count), row in run.setups.items():
        if count < 100:
            continue
        made = row.get("made", row["ns"])
        rows.append([f"{kind}, {count:,} sessions", number(row["octets"] / row["ends"]), number(made / row["ends"]),
                     number((row["ns"] - made) / row["ends"]) if row["ns"] > made else "-"])
    table("Set-up of one end of a session", ["", "octets", f"{unit}, made", "removed"], rows)


def by_setup(run, kind, rival, count, what):
    """What one end of a session takes, by what another kind's does."""
    ours, theirs = setup_cost(run, kind, count, what), setup_cost(run, rival, count, what)
    return ours / theirs if ours is not None and theirs else None


def by_unit(run, kind, count, what):
    """A session beside a ppp unit with its channel and socket."""
    return by_setup(run, kind, "pptp", count, what)


def by_one(run, kind, count, native):
    many, one = (run.cost("sessions", "ours", kind, 64, n, native) for n in (count, 1))
    return many / one if many and one else None


def reached(icount, native):
    """For every target what the run gave, or None."""
    for (what, kind, column), limit in TARGETS.items():
        if what == "packet":
            value = icount.ratio(kind, lambda h, k, c=column: icount.cost("udp", h, k, c))
        elif what == "stream":
            value = icount.ratio(kind, lambda h, k, c=column: icount.value(c, h, k, 0, 1))
        elif what == "other":
            value = icount.ratio_to(*OTHERS[kind], lambda h, k, c=column: icount.cost("udp", h, k, c))
        elif what == "other stream":
            value = icount.ratio_to(*OTHERS[kind], lambda h, k, c=column: icount.value(c, h, k, 0, 1))
        elif what == "made and removed":
            value = by_setup(icount, kind, "xfrm-setup", column, "ns")
        elif what == "many":
            value = by_one(icount, kind, column, False)
        elif what == "many native":
            value = by_one(native, kind, column, True)
        else:
            value = by_unit(icount, kind, column, "octets" if what == "memory" else "ns")
        yield what, kind, column, limit, value


def targets(icount, native):
    rows = []
    for what, kind, column, limit, value in reached(icount, native):
        verdict = "-" if value is None else "met" if value <= limit else "MISSED"
        rows.append([f"{what}, {kind}, {column}", f"{limit:.3f}", number(value, 3), verdict])
    if any(row[2] != "-" for row in rows):
        table("Where ours must stand, as a ratio", ["", "at most", "reached", ""], rows)


def svg(path, icount):
    """Cost over plain routing: a bar for each kind, in-tree grey, ours green, a panel for each size."""
    sizes, kinds = icount.sizes(), icount.kinds()
    if not sizes or not kinds:
        return
    bar, gap, panel, left = 16, 6, 420, 170
    height = 60 + len(kinds) * (bar + gap)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + panel * len(sizes) + 20}" height="{height}" '
           'font-family="sans-serif" font-size="12">',
           '<text x="10" y="20" font-size="14">Instructions per packet over plain routing</text>']
    for column, size in enumerate(sizes):
        costs = [icount.cost("udp", half, kind, size) or 0 for kind, half in kinds]
        scale = (panel - 110) / max([1, *costs])
        x = left + column * panel
        out.append(f'<text x="{x}" y="40">{size} octets</text>')
        for line, ((kind, half), cost) in enumerate(zip(kinds, costs)):
            y = 50 + line * (bar + gap)
            color = "#2a8f5a" if half == "ours" else "#9a9a9a"
            if not column:
                out.append(f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{kind}</text>')
            out.append(f'<rect x="{x}" y="{y}" width="{max(cost, 0) * scale:.1f}" height="{bar}" fill="{color}"/>')
            out.append(f'<text x="{x + max(cost, 0) * scale + 4:.1f}" y="{y + 12}">{cost:,.0f}</text>')
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    run = sys.argv[1]
    icount = Run(os.path.join(run, "icount.jsonl"))
    native = Run(os.path.join(run, "uml.jsonl"))
    packets(icount, "Instructions", False)
    streams(icount)
    for figure, title in (("sessions", "each burst another session's, and answered"),
                          ("spread", "each packet another session's, and answered")):
        sessions(icount, "Instructions", False, figure, title)
        sessions(native, "User Mode Linux, nanoseconds", True, figure, title)
    setups(icount, "instructions")
    packets(native, "User Mode Linux, nanoseconds", True)
    targets(icount, native)
    verdicts = [{"what": what, "kind": kind, "column": column, "limit": limit, "reached": value}
                for what, kind, column, limit, value in reached(icount, native)]
    with open(os.path.join(run, "bench.json"), "w", encoding="utf-8") as file:
        json.dump({"instructions": icount.rows, "native": native.rows, "targets": verdicts}, file, indent=1)
        file.write("\n")
    svg(os.path.join(run, "bench.svg"), icount)


if __name__ == "__main__":
    main()
