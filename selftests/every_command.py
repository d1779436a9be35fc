# SPDX-License-Identifier: GPL-2.0-only
"""Every command of the spec, in an order in which each command succeeds.

BUILD makes rings, changes, an attachment and a migration, and leaves these there.
READ has all requests that read, and END removes everything. For an administrator,
no request fails. Another user can try all requests on an administrator's rings.
missing() returns the commands of the spec that are in none of the three.
"""
import socket
import struct

import wire
from wire import CHANGE, RING, SPEC, attr, text, u32

ATTACH = SPEC.sets["attach"]
DIGEST, FLOW = SPEC.sets["digest"], SPEC.sets["flow"]
LIMIT, MIGRATION = SPEC.sets["limit"], SPEC.sets["migration"]
OP, STEPS, TRACKED = SPEC.sets["op"], SPEC.sets["steps"], SPEC.sets["tracked"]

SEED = bytes.fromhex("c3d1e7f9b5a7938f8b9dafbdcbd9e5f3")
POINTS = struct.pack("=3I", 0x13C9D7E5, 0x7BD3F1C7, 0xE9C5B3D1)
MARK, NODE_MASK = 0x100, 0xFF0000
DUMP = wire.NLM_F_REQUEST | wire.NLM_F_DUMP
NEST = 0x8000


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def via(kind, number):
    return attr(kind, socket.inet_aton(f"127.9.0.{number}"))


def ring(name, **more):
    """A request that makes a ring."""
    return "ring-add", text(RING["name"], name) + b"".join(
        u32(RING[key.replace("_", "-")], value) for key, value in more.items())


def change(ring, *ops, more=b""):
    return text(CHANGE["ring"], ring) + b"".join(ops) + more


def request(command, dump, values):
    """A command, whether it is a dump, its attributes."""
    return command, dump, SPEC.message(command, {
        key.replace("_", "-"): value for key, value in values.items()})


def do(command, **values):
    return request(command, False, values)


def dump(command, **values):
    return request(command, True, values)


def node(kind, name, **more):
    """An operation on a node."""
    return {"kind": kind, "name": name,
            **{key.replace("_", "-"): value for key, value in more.items()}}


def ip(address):
    return struct.unpack(">I", socket.inet_aton(address))[0]


ONE_FLOW = {"protocol": 17, "saddr4": ip("198.18.0.1"), "daddr4": ip("192.0.2.10"),
            "sport": 4711, "dport": 7000}


def reads(ring, last):
    """All requests that read a ring by its name; LAST is its generation."""
    past = {"ring": ring, "generation": last}
    return [
        do("ring-get", name=ring),
        dump("node-get", ring=ring),
        do("history-get", **past),
        dump("history-get", ring=ring),
        do("moves-get", **past),
        dump("moves-get", **past),
        do("ops-get", **past),
        dump("ops-get", **past),
        do("digest-get", ring=ring),
        do("digest-get", ring=ring, config=True),
        do("arcs-get", ring=ring),
        dump("arcs-get", ring=ring),
        dump("arcs-get", ring=ring, raw_points=True),
        do("lookup", ring=ring, key=b"a key"),
        do("lookup", ring=ring, flow=ONE_FLOW),
        do("lookup", ring=ring, position=1 << 31),
        do("lookup", ring=ring, positions=bytes(400)),
        do("migrate-get", ring=ring),
        do("steps-get", ring=ring),
        dump("steps-get", ring=ring),
    ]


# The rings are hash (in a migration, attached), explicit, and even (with placement
# balanced).
BUILD = [
    do("ring-add", name="hash", points=8, seed=SEED),
    do("ring-add", name="explicit", placement="explicit"),
    do("ring-add", name="even", placement="balanced", grid=1024, seed=SEED),
    do("ring-set", name="hash", max_entries=1024),
    do("change", ring="hash", op=[node("add", f"b{i}", id=i,
                                       via4=ip(f"127.9.0.{i}"))
                                  for i in range(1, 5)]),
    do("change", ring="explicit", op=[node("add", "t1", points=POINTS, id=1)]),
    do("change", ring="even", op=[node("add", f"n{i}", weight=i)
                                  for i in range(1, 6)]),
    do("change", ring="even", op=[node("set", "n3", state="draining")]),
    do("change-begin", ring="hash"),
    do("change-add", op=[node("replace", "b4", new_name="b5", id=5)]),
    do("change-commit"),
    do("change-begin", ring="hash"),
    do("change-abort", ring="hash"),
    do("attach-add", ring="hash", hook="prerouting", mark=MARK,
       mark_mask=MARK, node_mask=NODE_MASK, key_policy="5tuple", mode="steer"),
    do("attach-replace", id=1, ring="explicit"),
    do("attach-replace", id=1, ring="hash"),
    do("change", ring="hash", op=[node("add", "b6", id=6), node("del", "b1")],
       hold=True),
    do("migrate-run", ring="hash", holder="somebody"),
    do("migrate-step", ring="hash", step_share=1 << 28),
    do("migrate-set", ring="hash", state="paused", reason="for a while"),
]

READ = [
    *reads("hash", 2), *reads("explicit", 1), *reads("even", 2),
    dump("ring-get"),
    do("node-get", ring="hash", name="b2"),
    do("node-get", ring="explicit", name="t1"),
    dump("node-get", ring="explicit", with_points=True),
    dump("node-get", ring="even", with_points=True),
    do("moved-arcs-get", ring="even", generation=2),
    dump("moved-arcs-get", ring="even", generation=2),
    do("attach-get", id=1),
    dump("attach-get"),
    dump("migrate-get"),
    do("flows-get", ring="hash"),
    dump("flows-get", ring="hash"),
    do("limits-get", name="rings"),
    dump("limits-get"),
]

END = [
    do("migrate-finish", ring="hash", force=True, cut="b1"),
    do("migrate-rollback", ring="hash"),
    do("migrate-finish", ring="hash", force=True),
    do("attach-del", id=1),
    do("ring-del", name="hash"),
    do("ring-del", name="explicit"),
    do("ring-del", name="even"),
]

EVERY = BUILD + READ + END


def missing():
    """Requests of the spec without a test here: (command, do or dump)."""
    return SPEC.requests() - {(name, "dump" if dumped else "do")
                              for name, dumped, _ in EVERY}


def of_admins(name, dumped, payload):
    """Whether the spec allows a request to administrators only. Dumps with points
    belong to a command that other users may use."""
    if name in SPEC.admin:
        return True
    return (name, dumped) == ("node-get", True) and SPEC.message(
        name, {"with-points": True}) in payload


def ask(sock, requests):
    """The replies, in order."""
    return [sock.do(name, payload, **({"flags": DUMP} if dumped else {}))
            for name, dumped, payload in requests]
