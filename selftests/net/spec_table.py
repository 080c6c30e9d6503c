#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the netlink spec as C tables for netlink_fuzz.c: spec_table.py SPEC"""
import sys

import yaml

NUMBERS = {"s32-max": 2**31 - 1, "u32-max": 2**32 - 1, "u16-max": 2**16 - 1}
BITS = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}


def c_name(*words):
    return "_".join(words).replace("-", "_")


def entries(definition):
    """Values of an enum or flags."""
    names = definition["entries"]
    if definition["type"] == "flags":
        return [1 << n for n in range(len(names))]
    return [definition.get("value-start", 0) + n for n in range(len(names))]


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.yaml = yaml.safe_load(file)
        self.definitions = {d["name"]: d for d in self.yaml["definitions"]}

    def number(self, value):
        if isinstance(value, int):
            return value
        return NUMBERS[value] if value in NUMBERS else self.definitions[value]["value"]

    def limits(self, attr):
        """Smallest and largest value that may be, from the checks and the enum."""
        bits = BITS.get(attr["type"], 0)
        low, high = 0, (1 << bits) - 1 if bits else 0
        checks = attr.get("checks", {})
        if "enum" in attr:
            values = entries(self.definitions[attr["enum"]])
            low, high = (0, sum(values)) if attr.get("enum-as-flags") else (min(values), max(values))
        return self.number(checks.get("min", low)), self.number(checks.get("max", high))

    def attribute(self, number, attr):
        low, high = self.limits(attr)
        nest = f"&{c_name('set', attr['nested-attributes'])}" if attr["type"] == "nest" else "NULL"
        exact = self.number(attr.get("checks", {}).get("exact-len", 0))
        return (f'\t{{ "{attr["name"]}", {number}, SPEC_{attr["type"].upper()}, {low}ull, {high}ull, {exact}, {nest}, '
                f'{"true" if attr.get("multi-attr") else "false"} }},')

    def sets(self):
        # Those that others nest come first.
        for one in sorted(self.yaml["attribute-sets"], key=lambda s: any("nested-attributes" in a for a in s["attributes"])):
            name = c_name("set", one["name"])
            yield f"static const struct spec_attr {name}_attrs[] = {{"
            yield from (self.attribute(n, a) for n, a in enumerate(one["attributes"], 1))
            yield "};"
            yield (f'static const struct spec_set {name} = {{ "{one["name"]}", {name}_attrs, '
                   f"{len(one['attributes'])} }};\n")

    def operations(self):
        lists, rows = [], []
        for number, op in enumerate(self.yaml["operations"]["list"], 1):
            request = op.get("do", {}).get("request", {}).get("attributes", [])
            names = [a["name"] for s in self.yaml["attribute-sets"] if s["name"] == op["attribute-set"]
                     for a in s["attributes"]]
            numbers = ", ".join(str(names.index(a) + 1) for a in request) or "0"
            lists.append(f"static const uint16_t {c_name('op', op['name'])}_attrs[] = {{ {numbers} }};")
            rows.append(f'\t{{ "{op["name"]}", {number}, &{c_name("set", op["attribute-set"])}, '
                        f"{c_name('op', op['name'])}_attrs, {len(request)} }},")
        yield from lists
        yield "\nstatic const struct spec_op spec_ops[] = {"
        yield from rows
        yield "};"


def main():
    spec = Spec(sys.argv[1])
    print("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Made from the netlink spec by spec_table.py. */")
    for line in [*spec.sets(), *spec.operations()]:
        print(line)


if __name__ == "__main__":
    main()
