#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Permissions: every command of the spec, by every kind of user; as KTAP."""
import errno
import os
import socket
import struct
import sys

import callers
import every_command as every
import wire
from callers import Child
from wire import RING, text

# Commands for users without the right to change rings: shares, counters, receipts,
# limits. Commands that answer with positions or the seed are not in this set. A new
# command belongs here only if its answer has neither.
HARMLESS = {
    "ring-get", "node-get", "history-get", "moves-get", "ops-get",
    "digest-get", "attach-get", "limits-get", "migrate-get", "steps-get",
}


def connect(state, become=None, *args):
    """Opens a socket, after a change of the user."""
    if become:
        getattr(callers, become)(*args)
    state["wire"] = wire.Wire()
    return os.getuid()


def ask(state, requests):
    return [(r.err, r.said, r.raw) for r in every.ask(state["wire"], requests)]


def listen(state, group):
    state["events"] = callers.listen(group)


def heard(state):
    return callers.heard(state["events"])


def borrow(state, port):
    """Takes over a socket that another process has opened."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(port)
    with sock:
        _, fds, _, _ = socket.recv_fds(sock, 1, 1)
    lent = wire.Wire.__new__(wire.Wire)
    lent.sock = socket.socket(fileno=fds[0])
    lent.sock.settimeout(20)
    state["wire"] = lent


def enter(_, fd):
    """Tries to enter another user's network namespace by root's descriptor."""
    try:
        callers.check(callers.libc.setns(fd, callers.CLONE_NEWNET))
    except OSError as e:
        return e.errno
    return 0


def tracefs_closed(_):
    """Whether trace events are hidden."""
    try:
        os.listdir("/sys/kernel/tracing/events/hashring")
    except OSError as e:
        return e.errno in (errno.EACCES, errno.ENOENT)
    return False


def forget_flows(_):
    """Tries a file that only the host's administrator may write."""
    try:
        with open("/sys/kernel/debug/hashring/forget_flows", "w",
                  encoding="ascii") as f:
            f.write("1")
    except OSError as e:
        return e.errno
    return 0


def lend(sock, child, port):
    """Passes a socket to CHILD."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(port)
        os.chmod(port, 0o777)
        door.listen()
        child.begin(borrow, port)
        taker, _ = door.accept()
        with taker:
            socket.send_fds(taker, [b"x"], [sock.fileno()])
        child.end()
    os.unlink(port)


def state_of(sock):
    """The state that must not change: generation, epoch, digests of each ring."""
    return [r.raw for r in every.ask(sock, [
        request for request in every.READ
        if request[0] in ("ring-get", "digest-get", "attach-get",
                          "migrate-get")])]


class Table:
    """A printed table of commands and users."""

    def __init__(self):
        self.rows = {}

    def add(self, who, requests, replies):
        for (name, dump, _), (err, _, _) in zip(requests, replies):
            row = self.rows.setdefault((name, dump), {})
            word = errno.errorcode[err] if err else "yes"
            row[who] = word if row.get(who, word) == word else "some"

    def show(self, people):
        print(f"# {'command':24}" + "".join(f"{who:12}" for who in people))
        for (name, dump), row in self.rows.items():
            print(f"# {name + (' (dump)' if dump else ''):24}"
                  + "".join(f"{row[who]:12}" for who in people))


def wrong(requests, replies, admin):
    """Requests with an unexpected result."""
    for (name, dump, payload), (err, said, _) in zip(requests, replies):
        refused = not admin and every.of_admins(name, dump, payload)
        if err != (errno.EPERM if refused else 0):
            yield f"{name}{' (dump)' if dump else ''}: errno {err} {said}"


def of_document(path):
    """Operations in a document, and whether the document requires admin."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            cells = [c.strip() for c in line.split("|")]
            if len(cells) == 7 and cells[1].startswith("`"):
                for name in cells[1].split(", "):
                    yield name.strip("`"), cells[4] == "yes"


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    table = Table()
    work = os.environ["WORK"]
    document = os.path.join(os.environ["ROOT"], "Documentation/netlink.md")

    tap.check("every command of the spec is tried", not every.missing(),
              every.missing())
    tap.check("commands for all users are known to be harmless",
              {n for n, _, _ in every.EVERY} - wire.SPEC.admin == HARMLESS,
              {n for n, _, _ in every.EVERY} - wire.SPEC.admin)
    told = dict(of_document(document))
    tap.check("the document has the permissions of every command",
              told == {n: n in wire.SPEC.admin for n, _, _ in every.EVERY},
              told)

    root = {"wire": wire.Wire()}
    group = callers.events_group()
    initial = os.open("/proc/self/ns/net", os.O_RDONLY)
    own = Child()
    own.run(connect, "own_namespaces", callers.NOBODY)
    owned = os.open(f"/proc/{own.pid}/ns/net", os.O_RDONLY)
    nobody, bare, other = Child(), Child(), Child()
    nobody.run(connect, "become", callers.NOBODY)
    nobody.run(listen, group)
    bare.run(connect, "drop", callers.CAP_NET_ADMIN)
    other.run(connect, "own_namespaces", callers.SOMEBODY)

    built = ask(root, every.BUILD)
    bad = list(wrong(every.BUILD, built, True))
    tap.check("root makes rings", not bad, bad)
    before = state_of(root["wire"])
    reads = ask(root, every.READ)
    bad = list(wrong(every.READ, reads, True))
    tap.check("root reads", not bad, bad)

    seen = {}
    for who, child in ("nobody", nobody), ("no cap", bare):
        seen[who] = child.run(ask, every.EVERY)
        table.add(who, every.EVERY, seen[who])
        bad = list(wrong(every.EVERY, seen[who], False))
        tap.check(f"{who}: changes and look-ups are refused, other commands succeed",
                  not bad, bad)
        tap.check(f"{who}: nothing has changed",
                  state_of(root["wire"]) == before)

    mine = own.run(ask, every.EVERY)
    table.add("own ns", every.EVERY, mine)
    bad = list(wrong(every.EVERY, mine, True))
    tap.check("the owner of a namespace may use every command there",
              not bad, bad)
    tap.check("the owner's commands change nothing outside the namespace",
              state_of(root["wire"]) == before)
    own.run(ask, every.BUILD[:1])
    tap.check("a ring's name is not known in another namespace",
              other.run(ask, [("ring-get", False, text(RING["name"], "hash"))]
                        )[0][0] == errno.ENOENT)

    tap.check("no user enters another user's namespace",
              [other.run(enter, owned), nobody.run(enter, owned),
               own.run(enter, initial)] == [errno.EPERM] * 3)
    lend(wire.Wire().sock, other, os.path.join(work, "port"))
    foreign = other.run(ask, every.EVERY)
    table.add("lent socket", every.EVERY, foreign)
    bad = list(wrong(every.EVERY, foreign, False))
    tap.check("a socket passed by root gives no permission", not bad, bad)
    tap.check("commands by the passed socket have changed nothing",
              state_of(root["wire"]) == before)

    # All bytes that unprivileged users got, in replies, refusals and events.
    outside = b"".join(raw for who in seen.values() for _, _, raw in who)
    outside += b"".join(raw for _, _, raw in foreign) + nobody.run(heard)
    secrets = {"seed": every.SEED, "seed in words": every.SEED.hex().encode(),
               **{f"point {i}": every.POINTS[i:i + 4] for i in (0, 4, 8)}}
    inside = b"".join(raw for _, _, raw in reads)
    tap.check("administrators get seed and points",
              every.SEED in inside and every.POINTS in inside)
    leaked = [name for name, secret in secrets.items() if secret in outside]
    tap.check(f"neither is in the {len(outside)} bytes that other users get",
              len(outside) > 10000 and not leaked, leaked)
    tap.check("only root may write the module's files in debugfs",
              [c.run(forget_flows) for c in (nobody, own)]
              == [errno.EACCES] * 2 and forget_flows(None) == 0)
    tap.check("only root may see trace events", nobody.run(tracefs_closed)
              and own.run(tracefs_closed))

    ended = ask(root, every.END)
    bad = list(wrong(every.END, ended, True))
    tap.check("root removes all", not bad, bad)
    table.add("root", every.EVERY, built + reads + ended)
    tap.check("events of removals do not have the seed",
              every.SEED not in nobody.run(heard))

    seeds = set()
    for i in range(64):
        made = root["wire"].do("ring-add", text(RING["name"], f"r{i}"))
        seeds.add(dict(wire.attrs_of(made.payload))[RING["seed"]])
        root["wire"].do("ring-del", text(RING["name"], f"r{i}"))
    ones = sum(bin(int.from_bytes(s, "big")).count("1") for s in seeds)
    # 64 seeds of 128 bits: 4096 ones, within five standard errors
    tap.check("seeds have 128 bits, and all differ",
              len(seeds) == 64 and {len(s) for s in seeds} == {16}
              and abs(ones - 4096) < 5 * 45.3, ones)

    for child in nobody, bare, own, other:
        child.close()
    table.show(["root", "own ns", "no cap", "nobody", "lent socket"])
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
