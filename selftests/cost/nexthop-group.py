#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes a resilient nexthop group of the nexthops 1 to N.

The kernel takes groups of any size, but `ip nexthop` has room for about a
hundred members in its message.
"""
import socket
import struct
import sys

RTM_NEWNEXTHOP = 104
NLM_F = 0x1 | 0x4 | 0x200 | 0x400  # request, ack, exclusive, create
NLMSG_ERROR = 2
NHA_ID, NHA_GROUP, NHA_GROUP_TYPE, NHA_RES_GROUP = 1, 2, 3, 12
NHA_RES_GROUP_BUCKETS = 1
NLA_F_NESTED = 0x8000
RESILIENT = 1


def attribute(kind, payload):
    """A netlink attribute with its padding."""
    padding = b"\0" * (-len(payload) % 4)
    return struct.pack("=HH", 4 + len(payload), kind) + payload + padding


def main():
    """nexthop-group.py ID N BUCKETS"""
    group, members, buckets = (int(word) for word in sys.argv[1:])
    entries = b"".join(struct.pack("=IBBH", member, 0, 0, 0)
                       for member in range(1, members + 1))
    body = struct.pack("=BBBBI", socket.AF_UNSPEC, 0, 0, 0, 0)
    body += attribute(NHA_ID, struct.pack("=I", group))
    body += attribute(NHA_GROUP, entries)
    body += attribute(NHA_GROUP_TYPE, struct.pack("=H", RESILIENT))
    body += attribute(NHA_RES_GROUP | NLA_F_NESTED,
                      attribute(NHA_RES_GROUP_BUCKETS,
                                struct.pack("=H", buckets)))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
        route.send(struct.pack("=IHHII", 16 + len(body), RTM_NEWNEXTHOP,
                               NLM_F, 1, 0) + body)
        answer = route.recv(65536)
    kind, error = struct.unpack_from("=4xH10xi", answer)
    if kind != NLMSG_ERROR or error:
        sys.exit(f"nexthop-group: the kernel says {error}")


main()
