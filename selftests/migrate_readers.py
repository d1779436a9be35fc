#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A deadline and a change of a ring with the largest pool of flows, beside
processes without privileges that read without pause; as KTAP. The argument is the
number of readers of the migration; each such read counts the pool.
"""
import os
import signal
import sys
import time

import callers
import every_command as every
import wire
from wire import (ATTRS, CHANGE, MIGRATION, NODE, OP, RING, attr, attrs, op,
                  text, u32)

ENTRIES = 1 << 20
DEADLINE = 2.0	# seconds
# allowed delay on a slow machine, beside readers; more on a kernel that looks for faults
LATE = 6.0 * int(os.environ.get("SELFTEST_FEWER", 1))
ACTIVE, DRAINING, DONE = 0, 1, 8
SET = 1

# Each command that an unprivileged user may send about a ring, except the command
# that more readers send.
MAY = [(name, dump, payload) for name, dump, payload in every.reads("web", 1)
       + [("ring-get", True, b""), ("migrate-get", True, b""),
          ("attach-get", True, b""),
          ("node-get", False, text(NODE["ring"], "web")
           + text(NODE["name"], "a"))]
       if name not in wire.SPEC.admin]
MIGRATE = ("migrate-get", False, text(MIGRATION["ring"], "web"))


def reader(requests, tell):
    """Reads as an unprivileged user until killed; writes to TELL after one round."""
    callers.become(callers.NOBODY)
    sock = wire.Wire()
    sock.sock.settimeout(None)
    wrong = []
    for request in requests:
        reply = every.ask(sock, [request])[0]
        # generations and receipts may go meanwhile
        if reply.err not in (0, wire.ENOENT):
            wrong.append(f"{request[0]}: {reply}")
    os.write(tell, "; ".join(wrong).encode() + b"\n")
    while True:
        every.ask(sock, requests)


def readers(jobs):
    """Starts readers, and waits for one answer to each: pids, and errors."""
    pids, wrong = [], ""
    mine, theirs = os.pipe()
    for requests in jobs:
        pid = os.fork()
        if not pid:
            reader(requests, theirs)
        pids.append(pid)
    os.close(theirs)
    said = b""
    while said.count(b"\n") < len(pids):
        more = os.read(mine, 4096)
        if not more:
            wrong = "a reader has ended"
            break
        said += more
    os.close(mine)
    return pids, wrong or said.decode().strip()


def stop(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        os.waitpid(pid, 0)


def attribute(sock, cmd, payload, kind):
    reply = sock.do(cmd, payload)
    found = dict(wire.attrs_of(reply.payload)).get(kind)
    return None if found is None else int.from_bytes(found, "little")


def change(sock, *ops, hold=False):
    """The seconds that a change takes."""
    start = time.monotonic()
    reply = sock.do("change", every.change(
        "web", *ops, more=attr(CHANGE["hold"], b"") if hold else b""))
    if reply.err:
        raise RuntimeError(f"change: {reply}")
    return time.monotonic() - start


def drain(sock):
    """The seconds from the command until the deadline has ended the migration."""
    start = time.monotonic()
    change(sock, op("b", SET, attrs(u32(ATTRS["state"], DRAINING)) + every.u64(
        OP["deadline"], int(DEADLINE * 1000))))
    while attribute(sock, "ring-get", text(RING["name"], "web"),
                    RING["migration"]) != DONE:
        if time.monotonic() - start > 60:
            break
        time.sleep(0.1)
    return time.monotonic() - start


def end(sock):
    sock.do("migrate-rollback", text(MIGRATION["ring"], "web")
            + attr(MIGRATION["now"], b"") + attr(MIGRATION["all"], b""))


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    sock = wire.Wire()
    sock.sock.settimeout(120)
    for cmd, payload in (
            every.ring("web", max_entries=ENTRIES),
            ("change", every.change("web", op("a"), op("b")))):
        reply = sock.do(cmd, payload)
        tap.check(cmd, not reply.err, reply)

    alone = drain(sock)
    quick = change(sock, op("b", SET, attrs(u32(ATTRS["state"], ACTIVE))))
    print(f"# alone: a deadline of {DEADLINE:.0f} s after {alone:.1f} s, "
          f"a change in {quick:.2f} s")

    for name, jobs in (
            ("readers of the migration", [[MIGRATE]] * int(sys.argv[1])),
            ("readers of all that anybody may read",
             [MAY[i:] + MAY[:i] for i in range(0, len(MAY), 3)])):
        # a migration, so that readers have flows to count
        change(sock, op("c"), hold=True)
        pids, wrong = readers(jobs)
        tap.check(f"{len(pids)} {name}", not wrong, wrong)
        slow = change(sock, op("a", SET, attrs(u32(ATTRS["weight"], 2))),
                      hold=True)
        end(sock)
        late = drain(sock)
        slow = max(slow, change(sock, op("b", SET, attrs(u32(ATTRS["state"], ACTIVE)))))
        stop(pids)
        print(f"# beside {len(pids)} {name}: after {late:.1f} s, "
              f"a change in {slow:.2f} s")
        tap.check(f"a deadline holds beside {name}", late < alone + LATE, late)
        tap.check(f"a change is made beside {name}", slow < quick + LATE, slow)
        change(sock, op("a", SET, attrs(u32(ATTRS["weight"], 1))))
    reply = sock.do("ring-del", text(RING["name"], "web"))
    tap.check("nothing holds the ring", not reply.err, reply)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
