#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The close of sockets during a long change, of another ring and of the ring of
the lease; leases and ports; as KTAP. The argument is the number of points of a node
in the large ring.
"""
import select
import socket
import sys
import time

import every_command as every
import wire
from callers import Child
from wire import CHANGE, MIGRATION, RING, attr, op, text, u32

HOLDING, RUNNING, PAUSED = 1, 2, 4
TRIES = 2


def connect(state):
    state["wire"] = wire.Wire()
    state["wire"].sock.settimeout(300)


def timed(state, request):
    start = time.monotonic()
    reply = state["wire"].do(*request)
    return time.monotonic() - start, reply.err, reply.said


def close_sockets(other):
    """Closes sockets until OTHER has an answer: the longest close, the number."""
    worst = nr = 0
    while not nr or not ready(other):
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                             wire.NETLINK_GENERIC)
        sock.bind((0, 0))
        start = time.monotonic()
        sock.close()
        worst = max(worst, time.monotonic() - start)
        nr += 1
    return worst, nr


def ready(child):
    return bool(select.select([child.sock], [], [], 0)[0])


def large(node, more=b""):
    return "change", every.change("large", op(node), more=more)


def beside(changer, what):
    """Closes sockets during a change of the large ring: the longest close as a part
    of the time of the change, and that time."""
    changer.begin(timed, large(what))
    worst, nr = close_sockets(changer)
    taken, _, _ = changer.end()
    print(f"# {what}: the change took {taken * 1e3:.0f} ms; {nr} sockets "
          f"closed, the longest {worst * 1e3:.0f} ms")
    return worst / taken, taken


def told(sock, name):
    return dict(wire.attrs_of(sock.do("migrate-get", text(
        MIGRATION["ring"], name)).payload))


def state_of(found):
    return int.from_bytes(found[MIGRATION["state"]], "little")


def lease(name):
    """A new socket with the lease of a ring."""
    sock = wire.Wire()
    reply = sock.do("migrate-run", text(MIGRATION["ring"], name)
                    + text(MIGRATION["holder"], "a pacer"))
    return sock, reply


def others(tap, changer):
    """A lease on one ring delays no close of a socket by another ring's change.
    Returns the lease's socket and the time of a change."""
    without = min(beside(changer, f"without-{i}")[0] for i in range(TRIES))
    pacer, reply = lease("web")
    tap.check("a lease is taken", not reply.err, reply)
    paced = [beside(changer, f"paced-{i}") for i in range(TRIES)]
    share = min(part for part, _ in paced)
    tap.check("no close waits for a change of another ring",
              share < max(0.25, 3 * without), (without, share))
    return pacer, min(taken for _, taken in paced)


def paused(found):
    return (state_of(found) == PAUSED and MIGRATION["holder"] not in found
            and b"its pacer is gone" in found[MIGRATION["reason"]])


def own(tap, sock, changer, usual):
    """During a change of the lease's own ring: the socket closes at once, and the
    lease ends at once."""
    hold = attr(CHANGE["hold"], b"")
    reply = sock.do(*large("held", hold))
    tap.check("a large migration", not reply.err, reply)
    pacer, reply = lease("large")
    tap.check("the large migration has a lease", not reply.err, reply)
    changer.begin(timed, large("joins", hold))
    # after the change has begun, and before the change ends
    time.sleep(usual / 4)
    early = not ready(changer)
    start = time.monotonic()
    pacer.close()
    taken = time.monotonic() - start
    before = told(sock, "large")
    asked = time.monotonic() - start
    early = early and not ready(changer)
    change, err, said = changer.end()
    print(f"# the change took {change * 1e3:.0f} ms; the lease's socket closed "
          f"in {taken * 1e3:.0f} ms, and was asked after in {asked * 1e3:.0f} ms")
    tap.check("a change runs during the close",
              not err and early, (err, said, early))
    tap.check("closing the lease's socket waits for no change",
              taken < max(0.1, change / 4), (taken, change))
    tap.check("the end of the lease is visible at once", paused(before), before)
    tap.check("the end of the lease is visible after the change",
              paused(told(sock, "large")))
    reply = sock.do("migrate-step", text(MIGRATION["ring"], "large")
                    + every.u64(MIGRATION["step-share"], 1 << 20))
    tap.check("nothing moves before the migration is resumed",
              reply.err == wire.EBUSY
              and wire.said_by_kernel("the migration has to be resumed: "
                                      "its pacer is gone") in reply.said,
              reply)


def bound(port):
    """A connected socket with a given port."""
    sock = wire.Wire()
    sock.sock.close()
    sock.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                              wire.NETLINK_GENERIC)
    sock.sock.bind((port, 0))
    sock.sock.setsockopt(wire.SOL_NETLINK, wire.NETLINK_EXT_ACK, 1)
    sock.sock.settimeout(60)
    return sock


def ports(tap, sock, pacer):
    """The lease of a closed socket does not pass to the next socket with the same
    port, and the close of this next socket ends no other lease."""
    port = pacer.sock.getsockname()[0]
    pacer.close()
    tap.check("the pacer is gone", paused(told(sock, "web")))
    again = bound(port)
    throttled = text(MIGRATION["ring"], "web") + u32(MIGRATION["state"], 3)
    reply = again.do("migrate-set", throttled)
    tap.check("a new socket with the same port has no lease",
              reply.err == wire.EBUSY, reply)
    other, reply = lease("web")
    tap.check("another socket takes the lease", not reply.err, reply)
    again.close()
    found = told(sock, "web")
    tap.check("the other socket keeps the lease", state_of(found) == RUNNING
              and MIGRATION["holder"] in found, found)
    step = text(MIGRATION["ring"], "web") + every.u64(
        MIGRATION["step-share"], 1 << 20)
    reply = sock.do("migrate-step", step)
    tap.check("a socket without the lease cannot step",
              reply.err == wire.EBUSY, reply)
    reply = other.do("migrate-step", step)
    tap.check("the socket with the lease steps", not reply.err, reply)
    other.close()


def many(tap, sock):
    """One socket with the leases of many rings."""
    names = [f"r{i}" for i in range(64)]
    bad = [sock.do(*r).err for name in names for r in (
        every.ring(name, established=1), ("change", every.change(
            name, op("a"), more=attr(CHANGE["hold"], b""))))]
    pacer = wire.Wire()
    bad += [pacer.do("migrate-run", text(MIGRATION["ring"], name)).err
            for name in names]
    pacer.close()
    left = [name for name in names
            if MIGRATION["holder"] in told(sock, name)]
    tap.check(f"{len(names)} leases end with their socket",
              not any(bad) and not left,
              (set(bad), left))
    for name in names:
        sock.do("ring-del", text(RING["name"], name))


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    sock = wire.Wire()
    sock.sock.settimeout(300)
    changer = Child()
    changer.run(connect)
    for cmd, payload in (
            every.ring("web", max_entries=256),
            every.ring("large", points=int(sys.argv[1]), max_entries=256),
            ("change", every.change("web", op("a"))),
            ("change", every.change("web", op("b"),
                                    more=attr(CHANGE["hold"], b"")))):
        reply = sock.do(cmd, payload)
        tap.check(cmd, not reply.err, reply)
    pacer, usual = others(tap, changer)
    own(tap, sock, changer, usual)
    ports(tap, sock, pacer)
    many(tap, sock)
    for name in ("web", "large"):
        reply = sock.do("ring-del", text(RING["name"], name))
        tap.check(f"nothing holds {name}", not reply.err, reply)
    changer.close()
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
