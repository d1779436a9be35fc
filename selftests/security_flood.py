#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hash flooding: packets crafted to reach one node, and SYNs without end, on a ring
with a seed unknown to the sender, and on a ring with a known seed; as KTAP.

The script builds the packets, which leave over a device that drops all. The nodes'
counters show the result.
"""
import math
import random
import socket
import struct
import sys

import every_command as every
import wire
from wire import CHANGE, LOOKUP, NODE, RING, attr, op, text, u32

NODES = 8
VIP = "192.0.2.10"
SO_MARK = 36
UDP, TCP = 17, 6
SYN, ACK, PSH = 2, 16, 8
EACH = 2000  # flows for each kind of attack
random.seed(20)  # the attacks are the same in each run, the ring's seed is not


class Sender:
    """Packets of any source."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                  socket.IPPROTO_RAW)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_MARK, every.MARK)

    def send(self, flows, protocol=UDP, flags=0):
        daddr, sock = socket.inet_aton(VIP), self.sock
        for saddr, sport, dport in flows:
            if protocol == UDP:
                rest = struct.pack("!HHHH", sport, dport, 8, 0)
            else:
                rest = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50,
                                   flags, 1024, 0, 0)
                if flags & PSH:
                    rest += b"data"
            sock.sendto(struct.pack("!BBHHHBBHI4s", 0x45, 0, 20 + len(rest), 0,
                                    0, 64, protocol, 0, saddr, daddr) + rest,
                        (VIP, 0))


def make_ring(sock, name, seed=None, **more):
    sock.do("ring-add", text(RING["name"], name) + u32(RING["points"], 64)
            + (attr(RING["seed"], seed) if seed else b"")
            + b"".join(u32(RING[k.replace("_", "-")], v)
                       for k, v in more.items()))
    reply = sock.do("change", text(CHANGE["ring"], name) + b"".join(
        op(f"b{i}", more=wire.attrs(u32(wire.ATTRS["id"], i)))
        for i in range(1, NODES + 1)))
    assert not reply.err, reply


def attach(sock, name):
    reply = sock.do("attach-add", b"".join((
        text(every.ATTACH["ring"], name), u32(every.ATTACH["hook"], 1),
        u32(every.ATTACH["mark"], every.MARK),
        u32(every.ATTACH["mark-mask"], every.MARK),
        u32(every.ATTACH["node-mask"], every.NODE_MASK),
        u32(every.ATTACH["key-policy"], 1), u32(every.ATTACH["mode"], 0))))
    assert not reply.err, reply
    return u32(every.ATTACH["id"], struct.unpack("=I", dict(wire.attrs_of(
        reply.payload))[every.ATTACH["id"]])[0])


def nodes(sock, name):
    """The share of the ring, and the packets, of each node."""
    found, node = {}, None
    for kind, value in wire.attrs_of(sock.do(
            "node-get", text(NODE["ring"], name), flags=every.DUMP).payload):
        if kind == NODE["name"]:
            node = found.setdefault(value.rstrip(b"\0").decode(), {})
        elif kind in (NODE["share"], NODE["packets"]):
            node[kind] = struct.unpack("=Q", value)[0]
    return {n: (v[NODE["share"]] / 2**32, v[NODE["packets"]])
            for n, v in found.items()}


def owner(sock, name, flow, protocol=UDP):
    """The node of a flow by the ring's look-up, and where the flow stays."""
    saddr, sport, dport = flow
    told = dict(wire.attrs_of(sock.do("lookup", text(
        LOOKUP["ring"], name) + attr(LOOKUP["flow"] | every.NEST, b"".join((
            attr(every.FLOW["protocol"], bytes([protocol])),
            attr(every.FLOW["saddr4"], struct.pack("!I", saddr)),
            attr(every.FLOW["daddr4"], socket.inet_aton(VIP)),
            attr(every.FLOW["sport"], struct.pack("!H", sport)),
            attr(every.FLOW["dport"], struct.pack("!H", dport)))))).payload))
    return told[LOOKUP["node"]].rstrip(b"\0").decode()


def loads(sock, sender, name, flows, **more):
    """The packets at each node, and the number expected from its share."""
    before = nodes(sock, name)
    sender.send(flows, **more)
    after = nodes(sock, name)
    return {n: (after[n][1] - before[n][1], after[n][0] * len(flows))
            for n in after}


def unlikely(load):
    """A chi-square, and the bound that chance exceeds one time in a million (Wilson
    and Hilferty)."""
    df = len(load) - 1
    chi = sum((seen - wanted) ** 2 / wanted for seen, wanted in load.values())
    bound = df * (1 - 2 / (9 * df) + 4.75 * math.sqrt(2 / (9 * df))) ** 3
    return chi, bound


def anywhere():
    while True:
        yield (random.randrange(11 << 24, 126 << 24), random.randrange(65536),
               random.randrange(1, 65536))


def take(flows, n):
    return [flow for flow, _ in zip(flows, range(n))]


def aimed(sock, name, node, n):
    """Flows to one node of a ring whose seed the attacker knows."""
    return take((f for f in anywhere() if owner(sock, name, f) == node), n)


def attacks():
    """Flows chosen without the seed, by the kind of choice."""
    base = 198 << 24
    return {
        "ports one after the other": [(base + 1, p, 80)
                                      for p in range(20000, 20000 + EACH)],
        "addresses one after the other": [(base + i, 4711, 80)
                                          for i in range(EACH)],
        "equal low bits": [(base + (i << 12), (i << 8) & 0xFF00, 0x100)
                           for i in range(EACH)],
        "one bit at a time": [(base + (1 << i), 1 << j & 0xFFFF, 1 + k)
                              for i in range(20) for j in range(10)
                              for k in range(EACH // 200)],
        "sums of words that are equal": [
            (base + i, (40000 - i) & 0xFFFF, 80) for i in range(EACH)],
    }


def spread(tap, sock, sender):
    make_ring(sock, "victim")
    there = attach(sock, "victim")
    for what, flows in attacks().items():
        load = loads(sock, sender, "victim", flows)
        chi, bound = unlikely(load)
        tap.check(f"{what}: spread as at random ({chi:.1f}, at most {bound:.1f})",
                  sum(seen for seen, _ in load.values()) == len(flows)
                  and chi < bound, load)

    # The attacker looks flows up in an own ring with the same nodes.
    guess = bytes(16)
    make_ring(sock, "guess", guess)
    target = max(nodes(sock, "guess"))
    flows = aimed(sock, "guess", target, EACH // 4)
    load = loads(sock, sender, "victim", flows)
    chi, bound = unlikely(load)
    tap.check(f"aimed by another ring's seed: spread as at random ({chi:.1f}, at "
              f"most {bound:.1f})", chi < bound, load)
    sock.do("attach-del", there)

    # For comparison: the attacker knows the seed.
    make_ring(sock, "known", guess)
    there = attach(sock, "known")
    load = loads(sock, sender, "known", flows)
    chi, bound = unlikely(load)
    tap.check(f"aimed by the ring's own seed: all at one node ({chi:.0f})",
              load[target][0] == len(flows) and chi > 20 * bound, load)
    sock.do("attach-del", there)
    for name in "victim", "guess", "known":
        sock.do("ring-del", text(RING["name"], name))


def migration(sock, name):
    found = dict(wire.attrs_of(sock.do("migrate-get", text(
        every.MIGRATION["ring"], name)).payload))
    stats = {k: struct.unpack("=Q", v)[0] for k, v in wire.attrs_of(
        found[every.MIGRATION["stats"]]) if len(v) == 8}
    names = {v: k for k, v in wire.SPEC.sets["track-stats"].items()}
    return (struct.unpack("=I", found[every.MIGRATION["entries"]])[0],
            {names[k]: v for k, v in stats.items()})


def where(sock, sender, name, flows):
    """The nodes of packets of each flow, sent in blocks: the number of packets at each
    node for each block."""
    return [[seen for seen, _ in loads(
        sock, sender, name, flows[i:i + 8], protocol=TCP,
        flags=ACK | PSH).values()] for i in range(0, len(flows), 8)]


def syns(tap, sock, sender):
    most = 256
    make_ring(sock, "busy", max_entries=most)
    there = attach(sock, "busy")
    old = [((198 << 24) + 77, p, 80) for p in range(30000, 30064)]
    new = [((198 << 24) + 78, p, 80) for p in range(30000, 30032)]
    sender.send(old, protocol=TCP, flags=SYN)
    sender.send(old, protocol=TCP, flags=ACK)
    sock.do("change", every.change("busy", op("b9", more=wire.attrs(u32(
        wire.ATTRS["id"], 9))), op("b1", kind=2), more=attr(CHANGE["hold"], b"")))
    sock.do("migrate-step", text(every.MIGRATION["ring"], "busy") + every.u64(
        every.MIGRATION["position"], 1 << 31))
    sender.send(new, protocol=TCP, flags=SYN)
    sender.send(new, protocol=TCP, flags=ACK)
    before = where(sock, sender, "busy", old + new)

    flows = take(anywhere(), 8000)
    sender.send(flows, protocol=TCP, flags=SYN)
    entries, stats = migration(sock, "busy")
    tap.check(f"of {len(flows)} SYNs at most {most} are kept ({entries})",
              entries <= most, entries)
    tap.check("the other SYNs are counted as without an entry",
              stats["no-entry"] > 100, stats)
    after = where(sock, sender, "busy", old + new)
    tap.check("existing connections stay at their nodes",
              before == after, (before, after))
    tap.check("the existing connections have different nodes",
              len({tuple(b) for b in before}) > 3)
    sock.do("attach-del", there)
    sock.do("ring-del", text(RING["name"], "busy"))


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    sock, sender = wire.Wire(), Sender()
    spread(tap, sock, sender)
    syns(tap, sock, sender)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
