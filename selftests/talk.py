#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections that stay open and exchange data, and forged segments

talk.py VIP     runs in the namespace of the clients; reads commands, and
                prints a line for each (names with numbers, or words), and "."

open NAME ADDRESS COUNT [PORT]  opens connections from COUNT sources, ADDRESS
                first, or from one source with COUNT ports if ADDRESS ends
                with "+"; prints the number; connections stay until closed
begin NAME ADDRESS COUNT [PORT] the same, without a wait for the answers
await NAME      waits until all connections that were begun are connected
talk NAME       a request and an answer on each; same: by the first backend;
                other: by another backend; broken: no answer
nodes NAME      SOURCE PORT BACKEND of each, by the first answer
forge NAME FLAGS    a segment on each with the flags S, R, F or A, and a wrong
                sequence number
close NAME      resets the connections on this side
close_all       the same for all connections
"""
import ipaddress
import selectors
import socket
import struct
import sys
import time

from packets import PORT, checksum, family_of, new_socket

FLAGS = {"F": 1, "S": 2, "R": 4, "A": 16}
PATIENCE = 30	# s; a working connection needs milliseconds
LINGER_RESET = struct.pack("ii", 1, 0)


class Flow:
    def __init__(self, vip, source, port):
        self.vip, self.source, self.port = vip, source, port
        self.node = None
        self.sock = new_socket(family_of(vip), socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             LINGER_RESET)
        self.sock.bind((source, port))
        self.sock.setblocking(False)
        self.sock.connect_ex((vip, PORT))

    def connected(self, patience):
        with selectors.DefaultSelector() as wait:
            wait.register(self.sock, selectors.EVENT_WRITE)
            if not wait.select(patience):
                return False
        self.sock.settimeout(PATIENCE)
        return not self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def talk(self):
        try:
            self.sock.sendall(b"hello 0")
            said = b""
            while not said.endswith(b"\n"):
                part = self.sock.recv(100)
                if not part:
                    return "broken"
                said += part
        except OSError:
            return "broken"
        node = said.decode().strip()
        self.node = self.node or node
        return "same" if node == self.node else "other"

    def forge(self, flags):
        bits = sum(FLAGS[letter] for letter in flags)
        family = family_of(self.vip)
        segment = struct.pack("!HHIIBBHHH", self.port, PORT, 0x5eed5eed,
                              0x5eed5eed if bits & 16 else 0, 5 << 4, bits,
                              65535, 0, 0)
        ends = (socket.inet_pton(family, self.source) +
                socket.inet_pton(family, self.vip))
        pseudo = ends + struct.pack("!II", len(segment), socket.IPPROTO_TCP)
        total = struct.pack("!H", checksum(pseudo + segment))
        segment = segment[:16] + total + segment[18:]
        with new_socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
            raw.bind((self.source, 0))
            raw.sendto(segment, (self.vip, 0))


class Client:
    def __init__(self, vip):
        self.vip = vip
        self.flows = {}

    def begin(self, name, address, count, port="20000"):
        one = address.endswith("+")
        first = ipaddress.ip_address(address.rstrip("+"))
        self.flows[name] = [
            Flow(self.vip, str(first if one else first + i),
                 int(port) + (i if one else 0)) for i in range(int(count))]

    def await_(self, name):
        end = time.monotonic() + PATIENCE
        print("connected", sum(flow.connected(max(0, end - time.monotonic()))
                               for flow in self.flows[name]))

    def open(self, *words):
        self.begin(*words)
        self.await_(words[0])

    def talk(self, name):
        said = [flow.talk() for flow in self.flows[name]]
        print(*(word for kind in ("same", "other", "broken")
                for word in (kind, said.count(kind))))

    def nodes(self, name):
        for flow in self.flows[name]:
            print(flow.source, flow.port, flow.node)

    def forge(self, name, flags):
        for flow in self.flows[name]:
            flow.forge(flags)

    def close(self, name):
        for flow in self.flows.pop(name):
            flow.sock.close()

    def close_all(self):
        for name in list(self.flows):
            self.close(name)


def main():
    client = Client(sys.argv[1])
    commands = {"await" if name == "await_" else name: getattr(client, name)
                for name in ("begin", "await_", "open", "talk", "nodes",
                             "forge", "close",
                             "close_all")}
    for line in sys.stdin:
        command, *words = line.split()
        commands[command](*words)
        print(".", flush=True)


if __name__ == "__main__":
    sys.exit(main())
