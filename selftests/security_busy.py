#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One user's work does not delay another user: the largest changes, many rings in
migrations, and namespaces that end during all of these; as KTAP.
"""
import os
import select
import signal
import socket
import sys
import time

import callers
import every_command as every
import wire
from callers import Child, do
from every_command import ring
from wire import CHANGE, NODE, RING, attr, op, text

POINTS = 3 << 20
RINGS = 300


def connect(state, uid):
    callers.own_namespaces(uid)
    state["wire"] = wire.Wire()
    state["wire"].sock.settimeout(200)


def enter(state, pid):
    """Becomes root in another user's namespace."""
    fd = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    callers.check(callers.libc.setns(fd, callers.CLONE_NEWNET))
    state["wire"] = wire.Wire()
    state["wire"].sock.settimeout(200)


def change(name, *ops, **more):
    return "change", every.change(name, *ops, **more)


def hold(name, node):
    return change(name, op(node), more=attr(CHANGE["hold"], b""))


def ready(child):
    """Whether the function that the child began has ended."""
    return bool(select.select([child.sock], [], [], 0)[0])


def largest(tap, user, other, third):
    """Another user's small changes continue beside a large change; a process that
    waits for the same ring can be killed."""
    other.run(do, ring("small", points=10))
    user.run(do, ring("large", points=POINTS))
    start = time.monotonic()
    user.begin(do, change("large", op("a")))
    nr, worst = 0, 0.0
    while not ready(user):
        before = time.monotonic()
        done = other.run(do, change("small", op(f"n{nr}")))
        worst = max(worst, time.monotonic() - before)
        if done[0]:
            break
        nr += 1
    taken = time.monotonic() - start
    done = user.end()
    print(f"# {POINTS} points in {taken:.1f} s; beside it {nr} small changes, "
          f"the longest {worst * 1e3:.0f} ms")
    tap.check("a large change is made", not done[0], done)
    tap.check("other users' changes succeed beside the large change",
              nr >= 20, nr)

    user.begin(do, change("large", op("b")))
    third.begin(do, change("large", op("c")))
    time.sleep(0.2)
    os.kill(third.pid, signal.SIGKILL)
    os.waitpid(third.pid, 0)
    tap.check("a process that waits for the ring can be killed",
              not ready(user))
    user.end()
    user.run(do, ("ring-del", text(RING["name"], "large")))


def many(tap, user, other):
    """Hundreds of rings in migrations, changed without pause: another user's
    migration still ends at its deadline."""
    done = user.run(do, *(r for i in range(RINGS) for r in (
        ring(f"r{i}", points=4, established=1), change(f"r{i}", op("a")),
        hold(f"r{i}", "b"))))
    tap.check(f"{RINGS} migrations", not done[0], done)
    other.run(do, change("small", op("late"), more=attr(CHANGE["hold"], b"")))
    user.begin(do, *(hold(f"r{i}", f"c{n}") for n in range(3)
                     for i in range(RINGS)))
    done = other.run(do, (
        "migrate-step", text(every.MIGRATION["ring"], "small")
        + every.u64(every.MIGRATION["position"], 1 << 32)), (
        "migrate-set", text(every.MIGRATION["ring"], "small")
        + every.u64(every.MIGRATION["deadline"], 300)))
    tap.check("a deadline is set", not done[0], done)
    for _ in range(400):
        if other.run(state_of, "small") == 0:
            break
        time.sleep(0.05)
    tap.check("the migration ends at the deadline",
              other.run(state_of, "small") == 0)
    done = user.end()
    tap.check("all changes of the migrations succeed", not done[0], done)


def state_of(state, name):
    """Whether a migration is under way: its changes."""
    found = dict(wire.attrs_of(state["wire"].do("migrate-get", text(
        every.MIGRATION["ring"], name)).payload))
    return int(every.MIGRATION["changes"] in found)


def in_flight(state):
    """Begins requests of all kinds, and ends none."""
    every.ask(state["wire"], every.BUILD)
    state["events"] = callers.listen(callers.events_group())
    state["more"] = wire.Wire()
    state["more"].do("change-begin", text(CHANGE["ring"], "hash"))
    state["more"].do("change-add", op("x"))
    # A dump that no process reads to its end.
    state["wire"].do("change", every.change("even", *(
        op(f"m{i}") for i in range(500))))
    state["dump"] = wire.Wire()
    body = b"\x00\x01\0\0" + text(NODE["ring"], "even")
    body = bytes([wire.SPEC.ops["node-get"]]) + body[1:]
    state["dump"].sock.send(
        (len(body) + 16).to_bytes(4, "little")
        + wire.Wire.family.to_bytes(2, "little")
        + every.DUMP.to_bytes(2, "little") + bytes(8) + body)
    return len(state["dump"].sock.recv(4096, socket.MSG_PEEK))


def references():
    with open("/sys/module/hashring/refcnt", encoding="ascii") as f:
        return int(f.read())


def dying(tap):
    before = references()
    children = [Child() for _ in range(4)]
    for child in children:
        child.run(connect, callers.NOBODY)
    seen = [child.run(in_flight) for child in children]
    tap.check("namespaces with all kinds of things in flight",
              min(seen) > 1000 and references() > before, seen)
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
    for child in children:
        os.waitpid(child.pid, 0)
    for _ in range(400):
        if references() == before:
            break
        time.sleep(0.05)
    tap.check("all references end with the namespaces",
              references() == before, references())


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    user, other = Child(), Child()
    user.run(connect, callers.NOBODY)
    other.run(connect, callers.SOMEBODY)
    third = Child()
    third.run(enter, user.pid)
    largest(tap, user, other, third)
    many(tap, user, other)
    user.close()
    other.close()
    dying(tap)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
