#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# random_changes.py PLACEMENT NUMBER SEED - changes of a ring, one a line
#
# Each change has 1 to 4 operations of all kinds. A ring that begins empty accepts
# all changes. Runs with the same SEED print the same changes.

import random
import sys

placement, number, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
r = random.Random(f"{placement} {seed}")
names = [f"b{i}" for i in range(12)]
seats = {}       # of the members
ids = {}
points = {}
replaced = 0


def free_points(n):
    taken = {p for list in points.values() for p in list}
    found = set()
    while len(found) < n:
        p = r.getrandbits(32)
        if p not in taken:
            found.add(p)
    return sorted(found)


def settings(name):
    words = []
    if r.random() < .4:
        words.append(f"weight {r.randint(1, 9)}")
    if r.random() < .3:
        words.append("state " + r.choice(["active", "draining", "down"]))
    if r.random() < .3:
        words.append(r.choice([f"via 10.0.0.{r.randint(1, 254)}",
                               f"via fd00::{r.randint(1, 99)}", "via none"]))
    if r.random() < .2:
        ids[name] = r.choice([i for i in range(50, 90) if i not in ids.values()])
        words.append(f"id {ids[name]}")
    return words


def point(name):
    points[name] = free_points(r.randint(1, 20))
    return ["point " + " ".join(map(str, points[name]))]


while number:
    ops, named = [], set()
    for _ in range(r.randint(1, 4)):
        here = [n for n in seats if n not in named]
        away = [n for n in names if n not in seats and n not in named
                and n not in seats.values()]
        kind = r.choice(["add", "add", "set", "set", "del", "replace"])
        if kind == "add" and away:
            name = r.choice(away)
            seats[name] = name
            words = settings(name)
            if placement == "explicit":
                words += point(name)
            ops.append(" ".join(["node add", name] + words))
        elif kind == "set" and here:
            name = r.choice(here)
            words = settings(name)
            if placement == "explicit" and r.random() < .3:
                words += point(name)
            if not words:
                words = ["weight 5"]
            ops.append(" ".join(["node set", name] + words))
        elif kind == "del" and len(here) > 1:
            name = r.choice(here)
            # The seat stays taken until the end of the change.
            del seats[name]
            ids.pop(name, None)
            points.pop(name, None)
            named.add(name)
            ops.append(f"node del {name}")
            break
        elif kind == "replace" and here:
            name = r.choice(here)
            replaced += 1
            new = f"r{replaced}"
            seats[new] = seats.pop(name)
            ids.pop(name, None)
            if placement == "explicit":
                points[new] = points.pop(name)
            named.add(name)
            # Words of a replacement: the new node keeps the other settings.
            words = [w for w in settings(new) if w[:2] in ("id", "vi")]
            ops.append(" ".join(["node replace", name, new] + words))
            name = new
        else:
            continue
        named.add(name)
    if ops:
        print("{ " + " ; ".join(ops) + " }")
        number -= 1
