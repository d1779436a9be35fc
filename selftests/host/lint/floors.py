#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks that calls and includes run downwards only

floors.py TABLE FOLDER=OBJECTS...

TABLE has a line for each floor, the lowest first: patterns of the files on the
floor, with | between rooms. OBJECTS has the compiled objects of FOLDER. A file
may call functions of its own room and of lower floors, and include their
headers. Within a room calls may not form a circle. Prints a line for each call
or include that runs upwards or into another room, and each circle, with the
called names.
"""
import fnmatch
import os
import re
import subprocess
import sys

# The kernel's tracepoints: trace.c defines all of them, and has no calls.
DATA = re.compile(r"__(tracepoint|traceiter|SCT__tp_func|SCK__tp_func)_")


class Floors:
    def __init__(self, path):
        self.floors = []
        with open(path, encoding="utf-8") as table:
            for line in table:
                rooms = [room.split() for room in line.partition("#")[0].split("|")]
                if rooms[0]:
                    self.floors.append(rooms)

    def of(self, path):
        """The numbers of a file's floor and room, or None."""
        for number, rooms in enumerate(self.floors):
            for room, patterns in enumerate(rooms):
                if any(fnmatch.fnmatch(path, pattern) for pattern in patterns):
                    return number, room
        return None

    def allow(self, source, to):
        """Whether a file may call and include another one."""
        if not self.of(source) or not self.of(to):
            return True     # reported already
        (floor, room), (below, other) = self.of(source), self.of(to)
        return floor > below or (floor, room) == (below, other)


def files_below(folder, suffix):
    for at, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith(suffix):
                yield os.path.join(at, name)


def symbols(objects):
    """The source that defines each name, and the names that each source uses."""
    where, wanted = {}, {}
    for source, path in objects.items():
        said = subprocess.run(["nm", path], check=True, capture_output=True,
                              text=True).stdout
        wanted[source] = set()
        for line in said.splitlines():
            *_, kind, name = line.split()
            if kind in "Uw":
                wanted[source].add(name)
            elif kind in "TDBRVWC":
                where[name] = source
    return where, wanted


def calls(objects):
    where, wanted = symbols(objects)
    arrows = {}
    for source, names in wanted.items():
        for name in names:
            to = where.get(name, source)
            if to != source and not DATA.match(name):
                arrows.setdefault((source, to), set()).add(name)
    return arrows


def includes(sources):
    arrows = {}
    for source in sources:
        with open(source, encoding="utf-8") as text:
            names = re.findall(r'^#include "([^"]+)"', text.read(), re.M)
        for name in names:
            at = os.path.normpath(os.path.join(os.path.dirname(source), name))
            if not os.path.exists(at):
                at = os.path.join(source.split("/")[0], name)
            if os.path.exists(at):
                arrows.setdefault((source, at), set()).add("#include")
    return arrows


def circles(arrows):
    """Sets of more than one file that all reach each other (Tarjan 1972)."""
    lead = {}
    for source, to in arrows:
        lead.setdefault(source, []).append(to)
        lead.setdefault(to, [])
    number, low, path, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        path.append(node)
        for to in lead[node]:
            if to not in number:
                visit(to)
            if to in path:
                low[node] = min(low[node], low[to])
        if low[node] == number[node]:
            circle = set(path[path.index(node):])
            del path[path.index(node):]
            if len(circle) > 1:
                found.append(circle)

    for node in lead:
        if node not in number:
            visit(node)
    return found


def main():
    sys.setrecursionlimit(10000)
    floors = Floors(sys.argv[1])
    bad = 0
    objects, sources = {}, []
    for pair in sys.argv[2:]:
        folder, built = pair.split("=")
        sources += list(files_below(folder, (".c", ".h")))
        for source in files_below(folder, ".c"):
            path = os.path.join(built, os.path.relpath(source, folder))[:-1] + "o"
            if os.path.exists(path):
                objects[source] = path
    for source in sources:
        if floors.of(source) is None:
            print(f"{source} is on no floor of {sys.argv[1]}")
            bad += 1
    called = calls(objects)
    for (source, to), names in sorted([*called.items(),
                                       *includes(sources).items()]):
        if not floors.allow(source, to):
            print(f"{source} -> {to} runs upwards or aside: {', '.join(sorted(names))}")
            bad += 1
    for circle in circles(called):
        bad += 1
        print(f"a circle of {len(circle)}:")
        for (source, to), names in sorted(called.items()):
            if {source, to} <= circle:
                print(f"  {source} -> {to}: {', '.join(sorted(names))}")
    print(f"{len(objects)} objects, {len(called)} arrows between them, "
          f"{len(floors.floors)} floors: {bad} against them")
    return bool(bad) or not objects


if __name__ == "__main__":
    sys.exit(main())
