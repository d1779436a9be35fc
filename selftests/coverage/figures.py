#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
figures.py NATIVE.json [GUEST.json]... - coverage, by file and in all

Reads the output of gcovr: lines and branches of kmod/core natively, and lines
of all of kmod, by the guests and natively together. Fails below the limits, and
also if an untaken branch of the core has no reason in
Documentation/coverage.md, or a branch with a reason there is taken.
"""
import collections
import json
import re
import sys

CORE = "kmod/core/"
CORE_LINES, CORE_BRANCHES, ALL_LINES = 95, 90, 85
GENERATED = "kmod/netlink/gen"
LIST = "Documentation/coverage.md"


class File:
    """The count of each line, and of each of its branches."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.Counter()

    def add(self, line):
        number = line["line_number"]
        self.lines[number] += line["count"]
        for at, branch in enumerate(line["branches"]):
            self.branches[number, at] += branch["count"]


def read(names):
    files = collections.defaultdict(File)
    for name in names:
        with open(name, encoding="utf-8") as stream:
            data = json.load(stream)
        for file in data["files"]:
            path = re.sub(r"^.*(?=kmod/)", "", file["file"])
            for line in file["lines"]:
                if not line["gcovr/noncode"] and not path.startswith(GENERATED):
                    files[path].add(line)
    return files


def part(counts):
    """The number of all, and of those that ran."""
    return len(counts), sum(count > 0 for count in counts)


def percent(whole, ran):
    return 100 * ran / whole if whole else 100


def table(files, kinds):
    """Prints a row for each file; returns the last row, which is the sum."""
    sums = [[0, 0] for _ in kinds]
    print(f"  {'':<26}" + "".join(f"{kind:>18}" for kind in kinds))
    for path in sorted(files):
        row = f"  {path.removeprefix('kmod/'):<26}"
        for at, kind in enumerate(kinds):
            whole, ran = part(getattr(files[path], kind).values())
            sums[at][0] += whole
            sums[at][1] += ran
            row += f"{ran:>6} /{whole:>5} {percent(whole, ran):>4.0f}%"
        print(row)
    print(f"  {'all':<26}" + "".join(
        f"{ran:>6} /{whole:>5} {percent(whole, ran):4.1f}%"[:18] for whole, ran in sums))
    return [percent(*pair) for pair in sums]


def untested(files):
    """The code of the lines with a branch that is never taken."""
    found = set()
    for path, file in files.items():
        with open(path, encoding="utf-8") as stream:
            source = stream.read().split("\n")
        numbers = {number for (number, _), count in file.branches.items() if not count}
        found |= {(path, source[number - 1].strip()) for number in numbers}
    return found


def listed():
    """Rows of the page's table: a file of the core, and the line."""
    with open(LIST, encoding="utf-8") as stream:
        rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", stream.read(), re.M)
    return {("kmod/core/" + file, code.replace("\\|", "|")) for file, code in rows}


def main(native, guests):
    faults = []

    def want(what, is_, least):
        if is_ < least:
            faults.append(f"{what}: {is_:.1f} %, less than {least} %")

    core = {path: file for path, file in read([native]).items() if path.startswith(CORE)}
    print("kmod/core, natively")
    lines, branches = table(core, ["lines", "branches"])
    want("lines of the core", lines, CORE_LINES)
    want("branches of the core", branches, CORE_BRANCHES)
    found, known = untested(core), listed()
    faults += [f"{path}: `{code}` is not tested, and not in {LIST}"
               for path, code in sorted(found - known)]
    faults += [f"{path}: `{code}` is in {LIST}, and tested or gone"
               for path, code in sorted(known - found)]
    if guests:
        print("kmod, in guests and natively")
        lines, = table(read([native] + guests), ["lines"])
        want("lines of the module", lines, ALL_LINES)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
