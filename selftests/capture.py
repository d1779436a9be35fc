#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""capture.py FILE INTERFACE - writes all packets of an interface as a pcap

Prints "ready" when the capture has begun, and ends at a line of input, or at the
end of the input. The file has all packets that arrived before.
"""
import select
import socket
import struct
import sys

ETH_P_ALL = 3
BUFFER = 32 << 20
SO_RCVBUFFORCE = 33
LINKTYPE_ETHERNET = 1


def main():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    tap.bind((sys.argv[2], ETH_P_ALL))
    tap.setblocking(False)
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144,
                              LINKTYPE_ETHERNET))
        print("ready", flush=True)
        ended = False
        while True:
            try:
                frame = tap.recv(262144)
            except BlockingIOError:
                if ended:
                    return
                readable = select.select([tap, sys.stdin], [], [])[0]
                ended = sys.stdin in readable
                continue
            out.write(struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame)


main()
