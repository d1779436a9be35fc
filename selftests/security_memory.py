#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Memory accounting: all memory of an unprivileged user is charged to the user's
cgroup. At the cgroup's limit, requests of this user fail, and other users' requests
succeed; as KTAP.
"""
import os
import struct
import sys
import time

import callers
import every_command as every
import wire
from callers import Child
from every_command import ring
from wire import CHANGE, RING, op, text

CGROUPS = os.environ["CGROUPS"]
KEPT = int(os.environ["KEPT_KB"]) << 10
LIMIT = 48 << 20
MIB = 1 << 20
ENOMEM = 12


def join(state, group, uid=None):
    """Joins a cgroup, and then becomes root in new namespaces."""
    with open(f"{CGROUPS}/{group}/cgroup.procs", "w", encoding="ascii") as f:
        f.write(str(os.getpid()))
    if uid:
        callers.own_namespaces(uid)
    state["wire"] = wire.Wire()


def do(state, *requests):
    """Sends requests until one fails: error, text, number of successes."""
    for i, (name, payload) in enumerate(requests):
        reply = state["wire"].do(name, payload)
        if reply.err:
            return reply.err, reply.said, i
    return 0, "", len(requests)


def charged(group):
    with open(f"{CGROUPS}/{group}/memory.current", encoding="ascii") as f:
        return int(f.read())


def used():
    """Used bytes of the machine, without caches."""
    meminfo = {}
    with open("/proc/meminfo", encoding="ascii") as f:
        for line in f:
            key, value = line.split(":")
            meminfo[key] = int(value.split()[0]) * 1024
    return meminfo["MemTotal"] - meminfo["MemFree"] - meminfo["Cached"] \
        - meminfo["Buffers"] - meminfo["SReclaimable"]


def nodes(ring, first, last, more=b""):
    """Changes that add nodes, in messages that are not too large."""
    return [("change", text(CHANGE["ring"], ring) + b"".join(
        op(f"n{i}", more=more)
        for i in range(n, min(n + 400, last))))
            for n in range(first, last, 400)]


def points(name, step):
    return [("change", text(CHANGE["ring"], name) + op(f"p{step}", more=wire.attr(
        every.OP["points"], struct.pack("=8000I", *range(
            step, step + 8000 * 4096, 4096)))))]


def hold(name):
    return "change", every.change(name, op("late"),
                                  more=wire.attr(CHANGE["hold"], b""))


# Everything that a user can have, each of a megabyte or more.
KINDS = {
    "rings": [ring(f"r{i}", points=1) for i in range(1000)],
    "a table": [ring("table", points=100000)] + nodes("table", 0, 4),
    "nodes": [ring("nodes", points=1)] + nodes(
        "nodes", 0, 4000, wire.attrs(every.via(wire.ATTRS["via4"], 1))),
    "given points": [ring("given", placement=1)] + sum(
        (points("given", i) for i in range(16)), []),
    "cells": sum(([ring(f"cells{i}", placement=2, grid=1 << 20)]
                  + nodes(f"cells{i}", 0, 4) for i in range(5)), []),
    "receipts": [ring("past", placement=2, grid=1 << 18)] + sum((
        nodes("past", n, n + 100) for n in range(0, 3000, 100)), []),
    "flow state": [ring("flows", points=1, max_entries=1 << 16)]
    + nodes("flows", 0, 2) + [hold("flows")],
}


def migrating():
    """A ring in the middle of a migration: a reader's request makes the kernel build
    its map."""
    return [ring("way", points=100000, established=1)] + nodes("way", 0, 4) + [
        hold("way"), ("migrate-step", text(every.MIGRATION["ring"], "way")
                      + every.u64(every.MIGRATION["step-share"], 1 << 27))]


def stage(state, bytes_wanted):
    """Begins changes on new sockets, and ends none."""
    state["staged"] = []
    made = 0
    for _ in range(16):
        sock = wire.Wire()
        state["staged"].append(sock)
        if sock.do("change-begin", text(CHANGE["ring"], "way")).err:
            break
        for n in range(4):
            if sock.do("change-add", b"".join(
                    op(f"x{n * 700 + i}") for i in range(700))).err:
                return made
            made += 700 * 300
            if made > bytes_wanted:
                return made
    return made


def settled():
    """The machine's used memory and the user's charge, when old tables are freed and
    the charge no longer changes."""
    seen = []
    while len(seen) < 4 or (len(set(seen[-4:])) > 1 and len(seen) < 200):
        seen.append(charged("user") >> 14)
        time.sleep(0.03)
    return used(), charged("user")


def paid(tap, what, before):
    """Most of the memory that the machine lost is charged to the user."""
    taken, bill = (a - b for a, b in zip(settled(), before))
    print(f"# {what}: {bill / MIB:.1f} MiB charged, "
          f"{taken / MIB:.1f} MiB less on the machine")
    # not charged: other work of the machine, and freed memory that is held back
    tap.check(f"{what}: charged to the user", bill > MIB / 2
              and taken < bill * 1.15 + 4 * MIB + KEPT, (bill, taken))


def fill(state):
    """Makes more rings, until a request is refused."""
    for i in range(1000):
        err, said, _ = do(state, ring(f"more{i}", points=50000),
                          *nodes(f"more{i}", 0, 4))
        if err:
            return err, said, i
    return 0, "", 1000


def limit(value):
    with open(f"{CGROUPS}/user/memory.max", "w", encoding="ascii") as f:
        f.write(str(value))


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    user, other = Child(), Child()
    user.run(join, "user", callers.NOBODY)
    other.run(join, "other")
    other.run(do, ring("mine", points=100), *nodes("mine", 0, 4))

    for what, requests in KINDS.items():
        before = settled()
        err, said, n = user.run(do, *requests)
        if err:
            tap.check(f"{what}: made", False, (err, said, n))
            continue
        paid(tap, what, before)
    user.run(do, *migrating())
    before = settled()
    err, said, _ = user.run(do, ("digest-get", text(every.DIGEST["ring"],
                                                    "way")))
    tap.check("a map is read in mid-migration", not err, said)
    paid(tap, "the map of a moment", before)
    before = settled()
    user.run(stage, 4 * MIB)
    paid(tap, "staged changes", before)

    # At the limit, requests are refused, no process is killed, and the machine loses
    # no more than the limit.
    before = used()
    limit(charged("user") + LIMIT)
    err, said, n = user.run(fill)
    print(f"# at his limit: errno {err} '{said}' after {n} rings")
    tap.check("at the limit, a request is refused",
              err == ENOMEM, (err, said, n))
    taken = used() - before
    tap.check("the machine has lost no more than the limit",
              taken < LIMIT * 1.2 + 4 * MIB + KEPT, taken)
    err, said, _ = other.run(do, ring("more", points=50000),
                             *nodes("more", 0, 4), *nodes("mine", 4, 8))
    tap.check("other users' requests succeed", not err, (err, said))
    err, said, _ = user.run(do, *(
        ("ring-del", text(RING["name"], name)) for name in (
            "given", "cells0", "past", "more0", "more1")))
    for _ in range(100):  # the rings' memory is freed a grace period later
        if err:
            break
        err, said, _ = user.run(do, *nodes("table", 4, 5))
        if not err:
            break
        time.sleep(0.05)
        err = 0
    else:
        err = ENOMEM
    tap.check("requests succeed after rings were removed", not err, said)
    with open(f"{CGROUPS}/user/memory.events", encoding="ascii") as f:
        events = dict(line.split() for line in f)
    tap.check("no process was killed", events["oom_kill"] == "0", events)
    user.close()
    other.close()
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
