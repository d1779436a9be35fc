#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Limits that no other script tests, and the effect of one user's excess on other
users; as KTAP.
"""
import os
import socket
import struct
import sys
import time

import callers
import every_command as every
import wire
from callers import Child, do
from every_command import ring
from wire import CHANGE, RING, attr, op, said_by_kernel, text, u32

E2BIG, ERANGE, ENOSPC, ENOBUFS = 7, 34, 28, 105
TRACE = "/sys/kernel/tracing"


def connect(state, uid):
    callers.own_namespaces(uid)
    state["wire"] = wire.Wire()


def add(name, node):
    return "change", every.change(name, op(node))


def hold(name, node="late"):
    return "change", every.change(name, op(node),
                                  more=attr(CHANGE["hold"], b""))


def drop(name):
    return "ring-del", text(RING["name"], name)


def limits(sock):
    """The values of all limits by name, as the kernel reports these."""
    found = {}
    reply = sock.do("limits-get", b"", flags=every.DUMP)
    name = None
    for kind, value in wire.attrs_of(reply.payload):
        if kind == every.LIMIT["name"]:
            name = value.rstrip(b"\0").decode()
        elif kind == every.LIMIT["value"]:
            found[name] = struct.unpack("=Q", value)[0]
    return found


def refused(tap, what, said, err, words):
    tap.check(what, said[0] == err and said_by_kernel(words) in said[1], said)


def one_ring(tap, sock, limit):
    """Limits of a message, a change, a ring, a namespace."""
    root = {"wire": sock}
    do(root, ring("tokens", placement=1), ring("small", points=1))
    many = limit["node-points"] + 1
    refused(tap, "too many points in one operation",
            do(root, ("change", every.change("tokens", op("t", more=attr(
                every.OP["points"], struct.pack(f"={many}I", *range(many))))))),
            E2BIG, f"too many points in one operation: {many} (at most")
    refused(tap, "more flows than a migration can track",
            do(root, ring("wide", max_entries=limit["entries"] + 1)), ERANGE,
            f"entries is out of range: {limit['entries'] + 1}, not 1 to")

    do(root, ("change-begin", text(CHANGE["ring"], "small")))
    batch = op("n", kind=2) * 2048
    for _ in range(limit["operations"] // 2048):
        done = do(root, ("change-add", batch))
        if done[0]:
            break
    tap.check("a change of the largest number of operations", not done[0], done)
    refused(tap, "one more operation is refused",
            do(root, ("change-add", op("n"))), E2BIG,
            "too many operations in one change: "
            f"{limit['operations'] + 1} (at most")
    do(root, ("change-abort", text(CHANGE["ring"], "small")))

    for i in range(limit["attachments"] + 1):
        done = do(root, ("attach-add", b"".join((
            text(every.ATTACH["ring"], "small"), u32(every.ATTACH["hook"], 0),
            u32(every.ATTACH["mark"], i), u32(every.ATTACH["mark-mask"], 0xFF),
            u32(every.ATTACH["node-mask"], every.NODE_MASK),
            u32(every.ATTACH["key-policy"], 0)))))
        if done[0]:
            break
    refused(tap, "too many attachments", done, ENOSPC,
            "too many attachments in the network namespace: "
            f"at most {limit['attachments']}")
    tap.check("the largest number of attachments is accepted",
              i == limit["attachments"], i)
    for i in range(i):
        do(root, ("attach-del", u32(every.ATTACH["id"], i + 1)))

    do(root, add("small", "a"), hold("small", "b"))
    for i in range(limit["steps"]):
        do(root, ("migrate-set", text(every.MIGRATION["ring"], "small")
                  + u32(every.MIGRATION["state"], 4 if i % 2 else 1)))
    kept = dict(wire.attrs_of(sock.do("steps-get", text(
        every.STEPS["ring"], "small")).payload))[every.STEPS["kept"]]
    tap.check("no more steps are kept",
              struct.unpack("=I", kept)[0] == limit["steps"], kept)
    do(root, drop("small"), drop("tokens"))


def flow_state(tap, sock, limit):
    """A user who takes all flow state for users takes no flow state from the
    machine's own rings."""
    rings = [(ring(f"f{i}", points=1, max_entries=limit["entries"]),
              add(f"f{i}", "a"), hold(f"f{i}"))
             for i in range(limit["user-entries"] // limit["entries"])]
    one = ring("one", points=1, max_entries=1), add("one", "a"), hold("one")
    user, other = Child(), Child()
    user.run(connect, callers.NOBODY)
    other.run(connect, callers.SOMEBODY)
    done = user.run(do, *sum(rings, ()))
    tap.check("a user tracks as many flows as all users may", not done[0], done)
    refused(tap, "one more flow is refused", user.run(do, *one), E2BIG,
            "too many flows are tracked already")
    refused(tap, "another user's flow is refused too",
            other.run(do, *one), E2BIG,
            "too many flows are tracked already")
    done = do({"wire": sock}, *one)
    tap.check("the machine's own rings still track flows", not done[0], done)
    user.run(do, drop("f0"))
    for _ in range(200):  # the pool is freed a grace period later
        done = other.run(do, hold("one"))
        if not done[0]:
            break
        time.sleep(0.05)
    tap.check("the other user tracks flows after a ring of the first user has ended",
              not done[0], done)
    do({"wire": sock}, drop("one"))
    user.close()
    other.close()


def deaf(state, group):
    """Listens for events, and reads none."""
    callers.become(callers.NOBODY)
    state["events"] = callers.listen(group)
    state["events"].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)


def wakes(state):
    """Reads the events: first an error, then the content of the buffer."""
    try:
        state["events"].recv(65536)
    except OSError as e:
        return e.errno, len(callers.heard(state["events"]))
    return 0, 0


def listeners(tap, sock):
    """A listener that reads no events loses only its own events."""
    child = Child()
    child.run(deaf, callers.events_group())
    root = {"wire": sock}
    done = do(root, ring("told", points=1), add("told", "a"), *(
        ("change", every.change("told", op("a", kind=1, more=wire.attrs(u32(
            wire.ATTRS["weight"], 2 + i % 2))))) for i in range(200)))
    tap.check("changes succeed with a listener that does not read",
              not done[0], done)
    err, kept = child.run(wakes)
    tap.check(f"a listener that does not read gets an error ({kept} bytes "
              "are kept)", err == ENOBUFS and 0 < kept <= 16384, (err, kept))
    do(root, drop("told"))
    child.close()


def odd_bytes(tap, sock):
    """Names and texts with bytes that would control a terminal, or forge a line of
    the trace."""
    evil = "x\n\x1b[2J\u009b2J"
    with open(f"{TRACE}/trace", "w", encoding="ascii"):
        pass
    with open(f"{TRACE}/events/hashring/enable", "w", encoding="ascii") as f:
        f.write("1")
    root = {"wire": sock}
    do(root, ring("odd", points=1), add("odd", "a"), hold("odd"))
    do(root, ("migrate-run", text(every.MIGRATION["ring"], "odd")
              + text(every.MIGRATION["holder"], evil)))
    do(root, ("migrate-set", text(every.MIGRATION["ring"], "odd")
              + u32(every.MIGRATION["state"], 4)
              + text(every.MIGRATION["reason"], evil)))
    told = sock.do("migrate-get", text(every.MIGRATION["ring"], "odd")).payload
    said = wire.Wire().do("migrate-run", text(every.MIGRATION["ring"], "odd"))
    tap.check("a holder and a reason are printable",
              told.count(b"x??[2J???2J") == 0 and told.count(
                  b"x??[2J??2J\0") >= 2 and said.said.isprintable()
              and said_by_kernel("the migration is paced: by x??[2J??2J")
              in said.said, (told, said))
    for payload in (text(CHANGE["ring"], evil) + op("a"),
                    every.change("odd", op(evil)),
                    every.change("odd", op("a", kind=3, more=text(
                        every.OP["new-name"], evil)))):
        reply = sock.do("change", payload)
        tap.check("a refused name is not in the text", reply.err
                  and reply.said.isprintable() and "x" not in reply.said[:1],
                  reply)
    do(root, drop("odd"))
    with open(f"{TRACE}/events/hashring/enable", "w", encoding="ascii") as f:
        f.write("0")
    with open(f"{TRACE}/trace", encoding="latin-1") as f:
        lines = [line for line in f.read().split("\n") if line]
    tap.check("the trace has no forged lines",
              len(lines) > 15 and all(
                  line.isprintable() and (line[0] == "#" or "hashring_" in line)
                  for line in (line.replace("\t", " ") for line in lines)),
              lines)


class Links:
    """Devices by rtnetlink, because a process for each would take longer."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)

    def ask(self, kind, flags, payload):
        body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + payload
        self.sock.send(struct.pack("=IHHII", len(body) + 16, kind,
                                   5 | flags, 1, 0) + body)
        return -struct.unpack_from("=i", self.sock.recv(4096), 16)[0]

    def come_and_go(self, times):
        """The seconds that the fastest of several devices takes to go."""
        best = 1e9
        for _ in range(times):
            err = self.ask(16, 0x600, text(3, "gone") + attr(18, text(1, "dummy")))
            if err:
                raise OSError(err, "no dummy device")
            start = time.monotonic()
            self.ask(17, 0, text(3, "gone"))
            best = min(best, time.monotonic() - start)
        return best


def devices(state, times):
    return Links().come_and_go(times)


def unplugging(tap):
    """A device that goes holds the lock of all devices; the time must not grow with
    the number of nodes."""
    user = Child()
    user.run(connect, callers.NOBODY)
    user.run(devices, 2)
    before = user.run(devices, 10)
    via6 = wire.attrs(attr(wire.ATTRS["via6"], socket.inet_pton(
        socket.AF_INET6, "2001:db8::9")))
    done = user.run(do, ring("fleet", points=1), *(
        ("change", text(CHANGE["ring"], "fleet") + b"".join(
            op(f"n{i}", more=via6) for i in range(n, n + 400)))
        for n in range(0, 30000, 400)))
    tap.check("a ring of 30,000 nodes", not done[0], done)
    after = user.run(devices, 10)
    print(f"# a device goes in {before * 1e3:.1f} ms, beside 30,000 nodes in "
          f"{after * 1e3:.1f} ms")
    tap.check("a device goes as fast beside many nodes",
              after < 2 * before + 0.005, (before, after))
    user.close()


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    sock = wire.Wire()
    limit = limits(sock)
    only = sys.argv[1:]
    for name, run in (("ring", lambda: one_ring(tap, sock, limit)),
                      ("flows", lambda: flow_state(tap, sock, limit)),
                      ("listeners", lambda: listeners(tap, sock)),
                      ("bytes", lambda: odd_bytes(tap, sock)),
                      ("devices", lambda: unplugging(tap))):
        if not only or name in only:
            start = time.monotonic()
            run()
            print(f"# {name}: {time.monotonic() - start:.1f} s")
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
