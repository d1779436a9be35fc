#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Malformed messages and staged changes, byte by byte, as KTAP.

Numbers of attributes come from the spec, so that there is no second copy.
"""
import os
import signal
import socket
import struct
import sys

from spec import Spec

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_GENERIC, SOL_NETLINK = 16, 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_COOKIE = 1, 2, 3
EPERM, ENOENT, EBUSY, EINVAL, ERANGE, ESTALE = 1, 2, 16, 22, 34, 116
HEADER = 20  # netlink and generic netlink


def attr(kind, payload, length=None):
    """An attribute; LENGTH is a false length."""
    length = len(payload) + 4 if length is None else length
    return (struct.pack("=HH", length, kind) + payload
            + b"\0" * (-len(payload) % 4))


def text(kind, value):
    return attr(kind, value.encode() + b"\0")


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def attrs_of(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def said_by_kernel(words):
    """Texts before Linux 6.3 have no details, which begin at a colon."""
    release = tuple(int(n) for n in os.uname().release.split(".")[:2])
    return words if release >= (6, 3) else words.split(": ")[0]


class Reply:
    """errno, the kernel's text, and the offset of the error; the attributes of all
    messages, and all received bytes."""

    def __init__(self, err, said="", offset=None, payload=b""):
        self.err, self.said, self.offset, self.op = err, said, offset, None
        self.payload, self.raw = payload, b""

    def __str__(self):
        return (f"errno {self.err}, '{self.said}', offset {self.offset}, "
                f"operation {self.op}")


class Wire:
    """A socket."""

    family = None

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.settimeout(20)
        if Wire.family is None:
            reply = self.send_to(GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                                 text(CTRL_ATTR_FAMILY_NAME, "hashring"))
            found = dict(attrs_of(reply.payload))
            Wire.family = struct.unpack("=H", found[CTRL_ATTR_FAMILY_ID])[0]

    def close(self):
        self.sock.close()

    def send_to(self, family, cmd, payload, flags=NLM_F_REQUEST | NLM_F_ACK,
                length=None):
        body = struct.pack("=BBH", cmd, 1, 0) + payload
        length = len(body) + 16 if length is None else length
        self.sock.send(struct.pack("=IHHII", length, family, flags, 7, 0)
                       + body)
        payload = raw = b""
        while True:
            data = self.sock.recv(65536)
            raw += data
            while data:
                size, kind, fl = struct.unpack_from("=IHH", data)
                message, data = data[16:size], data[(size + 3) & ~3:]
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    reply = self.end(message, fl, payload)
                    reply.raw = raw
                    return reply
                payload += message[4:]

    @staticmethod
    def end(message, flags, payload):
        reply = Reply(-struct.unpack_from("=i", message)[0], payload=payload)
        if flags & NLM_F_ACK_TLVS:
            skip = 20 if flags & NLM_F_CAPPED else 4
            for kind, value in attrs_of(message[skip:]):
                if kind == NLMSGERR_ATTR_MSG:
                    reply.said = value.rstrip(b"\0").decode()
                elif kind == NLMSGERR_ATTR_OFFS:
                    reply.offset = struct.unpack("=I", value)[0]
                elif kind == NLMSGERR_ATTR_COOKIE:
                    reply.op = struct.unpack("=Q", value)[0]
        return reply

    def do(self, cmd, payload, **more):
        return self.send_to(Wire.family, SPEC.ops[cmd], payload, **more)


class Ktap:
    number = failed = 0

    def check(self, name, good, seen=""):
        self.number += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}")
        if not good:
            print(f"# saw {seen}")

    def refused(self, name, reply, err, words, offset=None, op=None):
        good = (reply.err == err and said_by_kernel(words) in reply.said
                and (offset is None or reply.offset == offset)
                and reply.op == op)
        self.check(name, good, reply)


SPEC = Spec()
RING, NODE, OP = SPEC.sets["ring"], SPEC.sets["node"], SPEC.sets["op"]
ATTRS = SPEC.sets["node-attrs"]
CHANGE, LOOKUP = SPEC.sets["change"], SPEC.sets["lookup"]
MIGRATION = SPEC.sets["migration"]


def attrs(*given):
    """The nest with a node's attributes, in an operation."""
    return attr(OP["attrs"] | 0x8000, b"".join(given))


def op(name, kind=0, more=b""):
    return attr(CHANGE["op"] | 0x8000,
                u32(OP["kind"], kind) + text(OP["name"], name) + more)


def generation(wire, ring):
    reply = wire.do("ring-get", text(RING["name"], ring))
    return struct.unpack("=Q",
                         dict(attrs_of(reply.payload))[RING["generation"]])[0]


def malformed(tap, wire):
    ring = text(CHANGE["ring"], "wire")
    before = generation(wire, "wire")
    after_ring = HEADER + len(ring)

    tap.refused("an unknown attribute",
                wire.do("ring-get", text(RING["name"], "wire")
                        + u32(200, 1)), EINVAL, "Unknown attribute")
    tap.refused("an unknown attribute of a command that takes none",
                wire.do("change-abort", u32(200, 1)), EINVAL,
                "Unknown attribute")
    tap.refused("an unknown attribute in a nest",
                wire.do("change", ring + op("b9", more=u32(99, 1))),
                EINVAL, "Unknown attribute")
    tap.refused("an attribute longer than the message",
                wire.do("change", ring + attr(CHANGE["op"], b"abcd", 400)),
                EINVAL, "")
    tap.refused("an attribute shorter than its header",
                wire.do("change", ring + attr(CHANGE["op"], b"abcd", 2)),
                EINVAL, "")
    tap.refused("a u32 of two bytes",
                wire.do("change", ring + attr(CHANGE["op"] | 0x8000, attr(
                    OP["kind"], b"\0\0") + text(OP["name"], "b9"))),
                EINVAL, "invalid attribute length", after_ring + 4)
    tap.refused("a u32 of eight bytes",
                wire.do("change", ring + op("b9", more=attrs(attr(
                    ATTRS["weight"], b"\0" * 8)))), EINVAL,
                "invalid attribute length")
    tap.refused("a string without its NUL",
                wire.do("ring-get", attr(RING["name"], b"wire")), EINVAL,
                "", HEADER)
    tap.refused("a nest without NLA_F_NESTED",
                wire.do("change", ring + attr(
                    CHANGE["op"], u32(OP["kind"], 0) + text(OP["name"], "b9"))),
                EINVAL, "NLA_F_NESTED", after_ring)
    tap.refused("an operation of an unknown kind",
                wire.do("change", ring + op("b9", kind=17)), ERANGE, "")
    tap.refused("an operation without a name",
                wire.do("change", ring + attr(CHANGE["op"] | 0x8000,
                                              u32(OP["kind"], 0))),
                EINVAL, "name is missing")
    tap.refused("the second operation without a name",
                wire.do("change", ring + op("b9") + attr(
                    CHANGE["op"] | 0x8000, u32(OP["kind"], 0))),
                EINVAL, "name is missing", op=2)
    tap.refused("a change without a ring", wire.do("change", op("b9")),
                EINVAL, "ring is missing")
    tap.refused("a change without operations", wire.do("change", ring), EINVAL,
                "missing")
    tap.refused("points of a wrong length",
                wire.do("change", ring + op("b9", more=attr(
                    OP["points"], b"abcdef"))), EINVAL, "4 bytes each")
    tap.refused("an IPv6 address of 15 bytes",
                wire.do("change", ring + op("b9", more=attrs(attr(
                    ATTRS["via6"], b"\1" * 15)))), ERANGE, "")
    tap.refused("positions of a wrong length",
                wire.do("lookup", text(LOOKUP["ring"], "wire") + attr(
                    LOOKUP["positions"], b"abcde")), EINVAL, "4 bytes each")
    tap.refused("more positions than one look-up takes",
                wire.do("lookup", text(LOOKUP["ring"], "wire") + attr(
                    LOOKUP["positions"], b"\0" * 4 * 15001)), 7,
                "too many positions in one lookup: 15001 (at most 15000)")
    tap.refused("an empty key",
                wire.do("lookup", text(LOOKUP["ring"], "wire")
                        + attr(LOOKUP["key"], b"")), EINVAL, "empty")
    tap.refused("a key and positions at once",
                wire.do("lookup", text(LOOKUP["ring"], "wire")
                        + attr(LOOKUP["key"], b"k")
                        + attr(LOOKUP["positions"], b"\0" * 4)), EINVAL,
                "one of key, flow, position and positions")
    tap.refused("an unknown command",
                wire.send_to(Wire.family, 250, b""), 95, "")
    tap.refused("a dump of an unknown ring",
                wire.do("node-get", text(NODE["ring"], "nosuch"),
                        flags=NLM_F_REQUEST | NLM_F_DUMP), ENOENT,
                "no such ring")
    tap.check("malformed messages have changed nothing",
              generation(wire, "wire") == before,
              generation(wire, "wire"))


def stage_many(wire):
    for first in range(0, 3000, 100):
        wire.do("change-add", b"".join(
            op(f"s{i}") for i in range(first, first + 100)))


def staged(tap, wire):
    ring = text(CHANGE["ring"], "wire")
    before = generation(wire, "wire")

    tap.refused("a commit without a staged change",
                wire.do("change-commit", b""), ENOENT,
                "no change is staged")
    tap.refused("an operation without a staged change",
                wire.do("change-add", op("b9")),
                ENOENT, "no change is staged")

    other = Wire()
    tap.check("a change is begun", other.do("change-begin", ring).err == 0)
    tap.refused("a second staged change on the socket",
                other.do("change-begin", ring), EBUSY, "staged on this socket")
    tap.check("an operation is added",
              other.do("change-add", op("b9")).err == 0)
    tap.refused("another socket cannot commit the change",
                wire.do("change-commit", b""), ENOENT, "no change is staged")
    other.close()
    tap.check("a staged change ends with its socket",
              generation(wire, "wire") == before)

    sockets = [Wire() for _ in range(17)]
    begun = [s.do("change-begin", ring) for s in sockets]
    tap.check("sixteen changes may be staged",
              [r.err for r in begun[:16]] == [0] * 16, [str(r) for r in begun])
    tap.refused("a seventeenth staged change is refused",
                begun[16], 7, "too many staged changes: 16 already")
    sockets[0].close()
    last = Reply(7)
    for _ in range(1000):  # a work queue handles the end of a socket
        last = sockets[16].do("change-begin", ring)
        if last.err == 0:
            break
    tap.check("a change may be staged after another has ended",
              last.err == 0, last)

    one = sockets[16]
    stage_many(one)
    reply = one.do("change-add", op("bad", kind=2))
    tap.check("3000 operations are staged", reply.err == 0, reply)
    tap.refused("with one wrong operation, all are refused",
                one.do("change-commit", b""), ENOENT,
                "no such node: bad", op=3001)
    tap.check("the refused change made no generation",
              generation(wire, "wire") == before)
    tap.refused("the refused change is not staged any more",
                one.do("change-commit", b""), ENOENT, "no change is staged")
    one.do("change-begin", ring)
    stage_many(one)
    tap.check("without the wrong operation, a dry run succeeds",
              one.do("change-commit", attr(CHANGE["dry-run"], b"")).err == 0)
    tap.check("a dry run changes nothing", generation(wire, "wire") == before,
              generation(wire, "wire"))
    one.do("change-begin", ring)
    stage_many(one)
    tap.check("the staged operations are carried out",
              one.do("change-commit", b"").err == 0)
    tap.check("all staged operations are one generation",
              generation(wire, "wire") == before + 1,
              generation(wire, "wire"))
    for s in sockets:
        s.close()


def runs(*words):
    return attr(OP["cells"], struct.pack(f"={len(words)}I", *words))


def cells(tap, wire):
    name = text(RING["name"], "even")
    balanced = name + u32(RING["placement"], 2)
    ring = text(CHANGE["ring"], "even")
    in_op = HEADER + len(ring) + 4 + 8 + len(text(OP["name"], "b1"))

    for grid in 0, 1023, 1025, 1 << 21, 0xFFFFFFFF:
        tap.refused(f"a grid of {grid}",
                    wire.do("ring-add", balanced + u32(RING["grid"], grid)),
                    ERANGE, "a power of two", HEADER + len(balanced))
    tap.refused("a grid of two bytes",
                wire.do("ring-add", balanced + attr(RING["grid"], b"\0\4")),
                EINVAL, "invalid attribute length")
    tap.refused("points of a balanced ring",
                wire.do("ring-add", balanced + u32(RING["points"], 4)), EINVAL,
                "points and per are not for this placement", HEADER + len(balanced))
    tap.refused("a grid of a hashed ring",
                wire.do("ring-add", name + u32(RING["grid"], 1024)), EINVAL,
                "a grid is not for this placement", HEADER + len(name))
    made = wire.do("ring-add", balanced + u32(RING["grid"], 1024))
    found = dict(attrs_of(made.payload))
    tap.check("a balanced ring has a grid and no points",
              made.err == 0 and found.get(RING["grid"]) == b"\0\4\0\0"
              and RING["points"] not in found, made)

    for what, given, err, words in (
            ("runs of a wrong length", runs(0, 512, 512), EINVAL,
             "8 bytes each: not 12"),
            ("runs of odd bytes", attr(OP["cells"], b"abcde"), EINVAL,
             "8 bytes each: not 5"),
            ("no cells at all", runs(), EINVAL, "due differ: b1, 0 and 1024"),
            ("an empty run", runs(0, 0), EINVAL, "not empty and ascend"),
            ("runs that descend", runs(512, 512, 0, 512), EINVAL,
             "not empty and ascend"),
            ("a run beyond the grid", runs(0, 1025), ERANGE, "beyond"),
            ("a run of the largest numbers", runs(0xFFFFFFFF, 0xFFFFFFFF),
             ERANGE, "beyond"),
            ("too few cells", runs(0, 1023), EINVAL, "due differ: b1, 1023 and 1024"),
            ("more runs than one operation takes",
             runs(*[w for i in range(8001) for w in (2 * i, 1)]), 7,
             "in one operation: 8001 (at most 8000)")):
        tap.refused(what, wire.do("change", ring + op("b1", more=given)), err,
                    words, in_op)
    tap.refused("cells of a hashed ring",
                wire.do("change", text(CHANGE["ring"], "wire")
                        + op("b1", more=runs(0, 5))), EINVAL,
                "cells cannot be given", in_op)
    tap.check("malformed messages have changed nothing",
              generation(wire, "even") == 0)

    one = Wire()
    done = [one.do("change-begin", ring),
            one.do("change-add", op("b1", more=runs(0, 100, 600, 412))),
            one.do("change-add", op("b2", more=runs(100, 500, 1012, 12))),
            one.do("change-commit", b"")]
    tap.check("cells are staged", all(r.err == 0 for r in done),
              [str(r) for r in done])
    one.do("change-begin", ring)
    one.do("change-add", op("b1", kind=1, more=runs(0, 511)))
    tap.refused("staged cells other than the cells due",
                one.do("change-commit", b""), EINVAL,
                "cells given and cells due differ: b1, 511 and 512")
    one.do("change-begin", ring)
    one.do("change-add", op("b1", kind=1, more=runs(0, 512)))
    one.close()
    tap.check("staged cells end with their socket",
              generation(wire, "even") == 1)
    drained = wire.do("change", ring + op(
        "b1", kind=1, more=attrs(u32(ATTRS["state"], 1))))
    told = dict(attrs_of(wire.do(
        "node-get", text(NODE["ring"], "even") + text(NODE["name"], "b1")
    ).payload))
    tap.check("a draining node has the cells for its return",
              drained.err == 0 and told.get(NODE["home"])
              == struct.pack("=4I", 0, 100, 600, 412), told)
    wire.do("ring-del", name)


def come_and_go(names):
    """Makes and removes rings, until killed."""
    wire = Wire()
    while True:
        for command in "ring-add", "ring-del":
            for name in names:
                wire.do(command, text(RING["name"], name))


def leases(tap, wire):
    """Leases end with their sockets, also while other rings are made and removed."""
    ring = text(MIGRATION["ring"], "paced")
    wire.do("ring-add", text(RING["name"], "paced")
            + u32(RING["max-entries"], 1))
    held = wire.do("change", text(CHANGE["ring"], "paced")
                   + attr(CHANGE["hold"], b"") + op("n1"))
    others = [f"a{i}" for i in range(48)]
    child = os.fork()
    if not child:
        come_and_go(others)
    taken = left = 0
    try:
        for _ in range(1000):
            pacer = Wire()
            taken += pacer.do("migrate-run", ring).err == 0
            pacer.close()
            told = dict(attrs_of(wire.do("migrate-get", ring).payload))
            left += MIGRATION["holder"] in told
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    tap.check("a lease goes with its socket while other rings come and go",
              held.err == 0 and taken == 1000 and left == 0,
              f"{taken} taken, {left} left")
    for name in ["paced"] + others:
        wire.do("ring-del", text(RING["name"], name))


def main():
    tap = Ktap()
    print("TAP version 13")
    wire = Wire()
    made = wire.do("ring-add", text(RING["name"], "wire")
                   + u32(RING["points"], 4))
    tap.check("a ring is made", made.err == 0, made)
    malformed(tap, wire)
    staged(tap, wire)
    cells(tap, wire)
    leases(tap, wire)
    gone = wire.do("ring-del", text(RING["name"], "wire"))
    tap.check("the ring is removed", gone.err == 0, gone)
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
