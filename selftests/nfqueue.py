#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A program behind nft's queues that accepts all packets

nfqueue.py [--hold] QUEUE...
    Prints "ready" when packets can come, and accepts packets until killed. The
    hooks after a queue run in this process. --hold: packets wait instead.
"""
import signal
import socket
import struct
import sys

NETLINK_NETFILTER, NFNL_SUBSYS_QUEUE = 12, 3
MSG_PACKET, MSG_VERDICT, MSG_CONFIG = 0, 1, 2
NFQA_PACKET_HDR, NFQA_VERDICT_HDR = 1, 2
CFG_CMD, CFG_PARAMS, CFG_MAXLEN = 1, 2, 3
CMD_BIND, COPY_META, NF_ACCEPT = 1, 1, 1
SOL_NETLINK, NETLINK_NO_ENOBUFS, SO_RCVBUFFORCE = 270, 5, 33


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, queue, *attributes):
    body = struct.pack(">BBH", socket.AF_UNSPEC, 0, queue) + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_QUEUE << 8 | kind,
                       1, 0, 0) + body


def packets(data):
    """The queue and the number of each packet in the data of one read"""
    offset = 0
    while offset + 20 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        at, end = offset + 20, offset + length
        if kind == NFNL_SUBSYS_QUEUE << 8 | MSG_PACKET:
            queue = struct.unpack_from(">H", data, offset + 18)[0]
            while at < end:
                size, attr = struct.unpack_from("=HH", data, at)
                if attr == NFQA_PACKET_HDR:
                    yield queue, struct.unpack_from(">I", data, at + 4)[0]
                    break
                at += size + 3 & ~3
        offset += length + 3 & ~3


def main():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
    sock.bind((0, 0))
    hold = sys.argv[1] == "--hold"
    for queue in map(int, sys.argv[1 + hold:]):
        sock.send(message(MSG_CONFIG, queue, attribute(
            CFG_CMD, struct.pack(">BBH", CMD_BIND, 0, 0))))
        sock.send(message(
            MSG_CONFIG, queue,
            attribute(CFG_PARAMS, struct.pack(">IB", 0, COPY_META)),
            attribute(CFG_MAXLEN, struct.pack(">I", 4096))))
    print("ready", flush=True)
    while hold:
        signal.pause()
    while True:
        for queue, number in packets(sock.recv(65536)):
            sock.send(message(MSG_VERDICT, queue, attribute(
                NFQA_VERDICT_HDR, struct.pack(">II", NF_ACCEPT, number))))


main()
