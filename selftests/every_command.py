# SPDX-License-Identifier: GPL-2.0-only
"""Every command of the spec, in an order in which each can be carried out.

BUILD makes rings, changes, an attachment and a migration and leaves them there,
READ asks for all that can be asked for, END takes everything down. So what an
administrator may do fails nowhere, and somebody else can try all of it on what
another one has built. A command of the spec that is in none of them is told by
missing().
"""
import socket
import struct

import wire
from wire import (ATTRS, CHANGE, LOOKUP, NODE, RING, SPEC, attr, attrs, op,
                  text, u32)

ATTACH, ARC = SPEC.sets["attach"], SPEC.sets["arc"]
DIGEST, FLOW = SPEC.sets["digest"], SPEC.sets["flow"]
HISTORY, LIMIT = SPEC.sets["history"], SPEC.sets["limit"]
MIGRATION, OP = SPEC.sets["migration"], SPEC.sets["op"]
STEPS, TRACKED = SPEC.sets["steps"], SPEC.sets["tracked"]

SEED = bytes.fromhex("c3d1e7f9b5a7938f8b9dafbdcbd9e5f3")
POINTS = struct.pack("=3I", 0x13C9D7E5, 0x7BD3F1C7, 0xE9C5B3D1)
MARK, NODE_MASK = 0x100, 0xFF0000
DUMP = wire.NLM_F_REQUEST | wire.NLM_F_DUMP
NEST = 0x8000


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def flow():
    """A flow to be looked up."""
    return attr(LOOKUP["flow"] | NEST, b"".join((
        attr(FLOW["protocol"], b"\x11"),
        attr(FLOW["saddr4"], socket.inet_aton("198.18.0.1")),
        attr(FLOW["daddr4"], socket.inet_aton("192.0.2.10")),
        attr(FLOW["sport"], struct.pack("!H", 4711)),
        attr(FLOW["dport"], struct.pack("!H", 7000)))))


def via(kind, number):
    return attr(kind, socket.inet_aton(f"127.9.0.{number}"))


def ring(name, **more):
    """A request that makes one."""
    return "ring-add", text(RING["name"], name) + b"".join(
        u32(RING[key.replace("_", "-")], value) for key, value in more.items())


def change(ring, *ops, more=b""):
    return text(CHANGE["ring"], ring) + b"".join(ops) + more


def attach(ring):
    return b"".join((
        text(ATTACH["ring"], ring), u32(ATTACH["hook"], 0),
        u32(ATTACH["mark"], MARK), u32(ATTACH["mark-mask"], MARK),
        u32(ATTACH["node-mask"], NODE_MASK), u32(ATTACH["key-policy"], 1),
        u32(ATTACH["mode"], 0)))


def migration(*more):
    return text(MIGRATION["ring"], "hash") + b"".join(more)


def reads(ring, last):
    """All that is asked of a ring by its name: LAST is its generation."""
    past = text(HISTORY["ring"], ring), u64(HISTORY["generation"], last)
    return [
        ("ring-get", False, text(RING["name"], ring)),
        ("node-get", True, text(NODE["ring"], ring)),
        ("history-get", False, b"".join(past)),
        ("history-get", True, past[0]),
        ("moves-get", False, b"".join(past)),
        ("moves-get", True, b"".join(past)),
        ("ops-get", False, b"".join(past)),
        ("ops-get", True, b"".join(past)),
        ("digest-get", False, text(DIGEST["ring"], ring)),
        ("digest-get", False, text(DIGEST["ring"], ring)
         + attr(DIGEST["config"], b"")),
        ("arcs-get", False, text(ARC["ring"], ring)),
        ("arcs-get", True, text(ARC["ring"], ring)),
        ("arcs-get", True, text(ARC["ring"], ring)
         + attr(ARC["raw-points"], b"")),
        ("lookup", False, text(LOOKUP["ring"], ring)
         + attr(LOOKUP["key"], b"a key")),
        ("lookup", False, text(LOOKUP["ring"], ring) + flow()),
        ("lookup", False, text(LOOKUP["ring"], ring)
         + u32(LOOKUP["position"], 1 << 31)),
        ("lookup", False, text(LOOKUP["ring"], ring)
         + attr(LOOKUP["positions"], bytes(400))),
        ("migrate-get", False, text(MIGRATION["ring"], ring)),
        ("steps-get", False, text(STEPS["ring"], ring)),
        ("steps-get", True, text(STEPS["ring"], ring)),
    ]


# A command, whether it is a dump, its attributes. The rings are hash (in a
# migration, attached), explicit, and even (a balanced one).
BUILD = [
    ("ring-add", False, text(RING["name"], "hash") + u32(RING["points"], 8)
     + attr(RING["seed"], SEED)),
    ("ring-add", False, text(RING["name"], "explicit")
     + u32(RING["placement"], 1)),
    ("ring-add", False, text(RING["name"], "even") + u32(RING["placement"], 2)
     + u32(RING["grid"], 1024) + attr(RING["seed"], SEED)),
    ("ring-set", False, text(RING["name"], "hash")
     + u32(RING["max-entries"], 1024)),
    ("change", False, change("hash", *(
        op(f"b{i}", more=attrs(u32(ATTRS["id"], i), via(ATTRS["via4"], i)))
        for i in range(1, 5)))),
    ("change", False, change("explicit", op("t1", more=attr(
        OP["points"], POINTS) + attrs(u32(ATTRS["id"], 1))))),
    ("change", False, change("even", *(
        op(f"n{i}", more=attrs(u32(ATTRS["weight"], i))) for i in range(1, 6)))),
    ("change", False, change("even", op("n3", kind=1, more=attrs(u32(
        ATTRS["state"], 1))))),
    ("change-begin", False, text(CHANGE["ring"], "hash")),
    ("change-add", False, op("b4", kind=3, more=text(OP["new-name"], "b5")
                             + attrs(u32(ATTRS["id"], 5)))),
    ("change-commit", False, b""),
    ("change-begin", False, text(CHANGE["ring"], "hash")),
    ("change-abort", False, text(CHANGE["ring"], "hash")),
    ("attach-add", False, attach("hash")),
    ("attach-replace", False, u32(ATTACH["id"], 1)
     + text(ATTACH["ring"], "explicit")),
    ("attach-replace", False, u32(ATTACH["id"], 1)
     + text(ATTACH["ring"], "hash")),
    ("change", False, change("hash", op("b6", more=attrs(u32(ATTRS["id"], 6))),
                             op("b1", kind=2),
                             more=attr(CHANGE["hold"], b""))),
    ("migrate-run", False, migration(text(MIGRATION["holder"], "somebody"))),
    ("migrate-step", False, migration(u64(MIGRATION["step-share"], 1 << 28))),
    ("migrate-set", False, migration(u32(MIGRATION["state"], 4),
                                     text(MIGRATION["reason"], "for a while"))),
]

READ = [
    *reads("hash", 2), *reads("explicit", 1), *reads("even", 2),
    ("ring-get", True, b""),
    ("node-get", False, text(NODE["ring"], "hash") + text(NODE["name"], "b2")),
    ("node-get", False, text(NODE["ring"], "explicit")
     + text(NODE["name"], "t1")),
    ("node-get", True, text(NODE["ring"], "explicit")
     + attr(NODE["with-points"], b"")),
    ("node-get", True, text(NODE["ring"], "even")
     + attr(NODE["with-points"], b"")),
    ("moved-arcs-get", False, text(HISTORY["ring"], "even")
     + u64(HISTORY["generation"], 2)),
    ("moved-arcs-get", True, text(HISTORY["ring"], "even")
     + u64(HISTORY["generation"], 2)),
    ("attach-get", False, u32(ATTACH["id"], 1)),
    ("attach-get", True, b""),
    ("migrate-get", True, b""),
    ("flows-get", False, text(TRACKED["ring"], "hash")),
    ("flows-get", True, text(TRACKED["ring"], "hash")),
    ("limits-get", False, text(LIMIT["name"], "rings")),
    ("limits-get", True, b""),
]

END = [
    ("migrate-rollback", False, migration()),
    ("migrate-finish", False, migration(attr(MIGRATION["force"], b""))),
    ("attach-del", False, u32(ATTACH["id"], 1)),
    ("ring-del", False, text(RING["name"], "hash")),
    ("ring-del", False, text(RING["name"], "explicit")),
    ("ring-del", False, text(RING["name"], "even")),
]

EVERY = BUILD + READ + END


def missing():
    """Commands of the spec that nothing here tries: (name, is a dump)."""
    there = {(o["name"], dump) for o in SPEC.operations
             for dump, key in ((False, "do"), (True, "dump")) if key in o}
    return there - {(name, dump) for name, dump, _ in EVERY}


def of_admins(name, dump, payload):
    """Whether a request is for administrators alone, as the spec says; dumps of
    points are a part of a command that others may use."""
    if name in SPEC.admin:
        return True
    return (name, dump) == ("node-get", True) and attr(
        NODE["with-points"], b"") in payload


def ask(sock, requests):
    """The replies, in order."""
    return [sock.do(name, payload, **({"flags": DUMP} if dump else {}))
            for name, dump, payload in requests]
