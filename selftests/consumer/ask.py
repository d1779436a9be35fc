#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ask.py - asks hashring_consumer

ask.py owners	positions from standard input, a line each; prints
		POSITION<TAB>NODE, where the node of id 7 is n7 and none is "-"
ask.py make N	prints N flows of all kinds, as "ringctl lookup R flow" wants them
ask.py flows POLICY
		flows from standard input, a line each as "make" prints them; prints
		POSITION<TAB>NODE once for the flow's addresses and ports and once for
		a packet of the flow
"""
import ipaddress
import os
import random
import struct
import sys

FILES = "/sys/kernel/debug/hashring_consumer/"
MOST = 1000		# words: a page, less the kernel's part of it
FLOW = struct.Struct("=BBBx4s16s16s")
PLACE = struct.Struct("=III")
POLICIES = {"source": 0, "5tuple": 1, "5tuple-sym": 2}
PORTS = {"tcp": 6, "udp": 17, "33": 33, "132": 132, "136": 136}
NO_PORTS = {4: {"1": 1, "47": 47}, 6: {"58": 58, "47": 47}}


def ask(name, sent, size):
    """The answer of the module, with the given size."""
    handle = os.open(FILES + name, os.O_RDWR)
    if os.write(handle, sent) != len(sent):
        sys.exit("not all was taken")
    said = os.pread(handle, size, 0)
    os.close(handle)
    return said


def node(owner):
    """The name of a node."""
    return f"n{owner}" if owner else "-"


def owners():
    """Prints the owners of positions."""
    positions = [int(line) for line in sys.stdin]
    for start in range(0, len(positions), MOST):
        part = positions[start:start + MOST]
        words = struct.Struct(f"={len(part)}I")
        said = ask("owners", words.pack(*part), words.size)
        for position, owner in zip(part, words.unpack(said)):
            print(position, node(owner), sep="\t")


def make(count):
    """Prints flows that differ in every part that counts."""
    rnd = random.Random(1)
    for _ in range(count):
        family = rnd.choice((4, 6))
        protocol = rnd.choice(list(PORTS) + list(NO_PORTS[family]))
        ports = [rnd.randrange(65536) if protocol in PORTS else 0
                 for _ in range(2)]
        source, target = (
            ipaddress.IPv4Address(rnd.randrange(1, 1 << 32)) if family == 4
            else ipaddress.IPv6Address(0x20010db8 << 96 | rnd.getrandbits(96))
            for _ in range(2))
        print(protocol, source, ports[0], target, ports[1])


def packed(policy, line):
    """A flow in the module's format."""
    protocol, source, sport, target, dport = line.split()
    addresses = [ipaddress.ip_address(word) for word in (source, target)]
    family = addresses[0].version
    return FLOW.pack(POLICIES[policy], family,
                     PORTS.get(protocol) or NO_PORTS[family][protocol],
                     struct.pack(">HH", int(sport), int(dport)),
                     *(address.packed for address in addresses))


def flows(policy):
    """Prints the positions of flows, and the owners."""
    lines = [packed(policy, line) for line in sys.stdin]
    most = MOST * 4 // FLOW.size
    for start in range(0, len(lines), most):
        part = lines[start:start + most]
        said = ask("flows", b"".join(part), PLACE.size * len(part))
        for by_flow, by_packet, owner in PLACE.iter_unpack(said):
            print(by_flow, node(owner), sep="\t")
            print(by_packet, node(owner), sep="\t")


if sys.argv[1] == "owners":
    owners()
elif sys.argv[1] == "make":
    make(int(sys.argv[2]))
else:
    flows(sys.argv[2])
