#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Searches all answers for uninitialized memory, and for addresses of the kernel.

The guest's kernel poisons memory at allocation and at free, and does not clear
it: an uninitialized byte is 0x5a or 0x6b, or 0xaa in whole pages. Every reply,
dump, refusal and event is searched for these bytes, for bytes that are not 0 in
the padding of attributes or after the end of strings, and for addresses of the
kernel.
"""
import re
import socket
import struct
import sys

import callers
import every_command as every
import wire
from wire import CHANGE, SPEC, op, text, u32

POISON = re.compile(rb"\x5a{3}|\x6b{3}|\xaa{4}")
# Without KASLR: all memory, vmalloc, struct page, the kernel, its modules.
ADDRESSES = ((0xFFFF888000000000, 1 << 33), (0xFFFFC90000000000, 1 << 36),
             (0xFFFFEA0000000000, 1 << 31), (0xFFFFFFFF81000000, 1 << 26),
             (0xFFFFFFFFC0000000, 1 << 25))
SO_MARK = 36


def poison(raw):
    found = POISON.search(raw)
    if found:
        yield f"{found.group().hex()} at {found.start()}"


def addresses(raw):
    for at in range(len(raw) - 7):
        if raw[at + 7] != 0xFF or raw[at + 6] != 0xFF:
            continue
        word = struct.unpack_from("=Q", raw, at)[0]
        # cells end at such positions, and the last cell at 2^32 - 1
        if word & 0xFFFFF != 0xFFFFF and any(
                low <= word < low + size for low, size in ADDRESSES):
            yield f"{word:#x} at {at}"


def padding(data):
    """Errors in bytes between attributes, at any depth."""
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            yield f"an attribute of {length} bytes"
            return
        behind = data[length:(length + 3) & ~3]
        if behind.strip(b"\0"):
            yield f"{behind.hex()} behind attribute {kind & 0x3FFF}"
        if kind & every.NEST:
            yield from padding(data[4:length])
        data = data[(length + 3) & ~3:]


def strings(name, data):
    """Strings without a NUL exactly at the end."""
    for kind, value in wire.attrs_of(data):
        if kind in TEXTS.get(name, ()) and value.find(b"\0") != len(value) - 1:
            yield f"attribute {kind} of {name}: {value!r}"


TEXTS = {}
for SET in SPEC.sets_by_name.values():
    TEXTS[SET["name"]] = {
        i for i, a in enumerate(SET["attributes"], 1) if a["type"] == "string"}


def messages(raw):
    while len(raw) >= 16:
        size, kind = struct.unpack_from("=IH", raw)
        yield kind, raw[16:size]
        behind, raw = raw[size:(size + 3) & ~3], raw[(size + 3) & ~3:]
        if behind.strip(b"\0"):
            yield None, behind


def search(what, raw, attributes):
    """All errors in the answers to a command."""
    for kind, message in messages(raw):
        # an error's number is negative
        rest = message[4:] if kind == wire.NLMSG_ERROR else message
        for wrong in (*poison(rest), *addresses(rest)):
            yield f"{what}: {wrong}"
        if kind is None:
            yield f"{what}: {message.hex()} behind a message"
        elif kind == wire.Wire.family:
            for wrong in (*padding(message[4:]),
                          *strings(attributes, message[4:])):
                yield f"{what}: {wrong}"


OUTPUT = ("attach-add", False, b"".join((
    text(every.ATTACH["ring"], "hash"), u32(every.ATTACH["hook"], 1),
    u32(every.ATTACH["mark"], every.MARK),
    u32(every.ATTACH["mark-mask"], every.MARK),
    u32(every.ATTACH["node-mask"], every.NODE_MASK),
    u32(every.ATTACH["key-policy"], 1))))


def packets():
    """Sends flows for the migration to track."""
    for port in range(20000, 20200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, SO_MARK, every.MARK)
            sock.bind(("", port))
            sock.sendto(b"a datagram", ("192.0.2.10", 9))


def broken(requests):
    """The requests, each wrong in two ways, to search the refusals too."""
    for name, dump, payload in requests:
        yield name, dump, payload + u32(200, 1)
        if name != "ring-add" and b"hash\0" in payload:
            yield name, dump, payload.replace(b"hash\0", b"none\0")


def long_names():
    """Nodes with names, seats and ids of all lengths, for padding of every kind."""
    return ("change", False, text(CHANGE["ring"], "explicit") + b"".join(
        op("n" * n, more=wire.attrs(u32(wire.ATTRS["id"], 100 + n)) + wire.attr(
            every.OP["points"], struct.pack("=I", n << 20))
           + text(every.OP["seat"], "s" * (64 - n)))
        for n in range(1, 64)))


def rehearse(tap):
    """The search finds planted errors."""
    good = wire.attr(1, b"abc\0") + wire.attr(2, b"abc")
    tap.check("a clean message is clean",
              not [*poison(good), *addresses(good), *padding(good)])
    tap.check("poison is found", [*poison(good + b"\x6b\x6b\x6b")])
    tap.check("an address is found at any offset", [*addresses(
        b"x" + struct.pack("=Q", 0xFFFF888004711000))])
    tap.check("bytes in the padding are found", [*padding(
        wire.attr(every.NEST | 3, wire.attr(2, b"abc")[:-1] + b"\x01"))])


def main():
    tap = wire.Ktap()
    sys.stdout.reconfigure(line_buffering=True)
    print("TAP version 13")
    rehearse(tap)
    sock = wire.Wire()
    events = callers.listen(callers.events_group())
    attributes = {o["name"]: o.get("attribute-set") for o in SPEC.operations}
    total, found = 0, []

    def run(requests, refused=False):
        nonlocal total
        bad = []
        for request, reply in zip(requests, every.ask(sock, requests)):
            total += len(reply.raw)
            found.extend(wrong for wrong in search(
                request[0], reply.raw, attributes[request[0]])
                         if wrong not in found)
            if bool(reply.err) != refused:
                bad.append(f"{request[0]}: {reply}")
        return bad

    bad = run(every.BUILD + [OUTPUT])
    packets()
    bad += run([long_names()] + every.READ)
    tracked = dict(wire.attrs_of(sock.do("flows-get", text(
        every.TRACKED["ring"], "hash")).payload))[every.TRACKED["entries"]]
    tap.check("flows are tracked", tracked != bytes(4), tracked)
    tap.check("rings, a migration and flows are made and read",
              not bad, bad)
    tap.check("no uninitialized memory in the answers", not found, found[:8])
    found.clear()
    bad = run(list(broken(every.EVERY)), refused=True)
    tap.check("all requests again, and refused", not bad, bad)
    tap.check("no uninitialized memory in the refusals", not found, found[:8])
    found.clear()
    bad = run([("attach-del", False, u32(every.ATTACH["id"], 2))] + every.END)
    tap.check("all is removed", not bad, bad)
    heard = callers.heard(events)
    total += len(heard)
    found.extend(search("an event", heard, None))
    tap.check(f"no uninitialized memory in {len(heard)} bytes of events",
              len(heard) > 1000 and not found, found[:8])
    print(f"# {total} bytes searched")
    print(f"1..{tap.number}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
