#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A proxy between a client and a backend that makes faults

witness_faults.py PORT BACKEND-PORT

Passes connections to 127.0.0.1 PORT on to BACKEND-PORT. The number of the flow in
a connection's first message chooses the fault after some exchanges, see FAULTS.
Prints its pid when the socket listens.
"""
import os
import selectors
import socket
import struct
import sys

MESSAGE, EXCHANGE = 80, 256
FAULTS = ["nothing", "change request", "change answer", "repeat answer",
          "swallow answer", "rename", "reset", "close"]
UNTOUCHED = 5		# exchanges without a fault


class Passage:
    """A connection with its fault, and the number of answers so far."""

    def __init__(self, client, backend):
        self.client, self.backend = client, backend
        self.fault = None
        self.answers = 0

    def from_client(self):
        size = EXCHANGE if self.fault else MESSAGE
        data = self.client.recv(size, socket.MSG_WAITALL)
        if not self.fault and data:
            self.fault = FAULTS[struct.unpack_from("=III", data)[2]]
        elif self.answers > UNTOUCHED and self.fault == "change request":
            data = data[:200] + bytes([data[200] ^ 1]) + data[201:]
        return data

    def from_backend(self):
        size = EXCHANGE if self.answers else MESSAGE
        data = self.backend.recv(size, socket.MSG_WAITALL)
        self.answers += 1
        if self.answers <= UNTOUCHED or not data:
            return data
        if self.fault == "change answer":
            return data[:255] + bytes([data[255] ^ 255])
        if self.fault == "repeat answer":
            return data + data
        if self.fault == "rename":
            return data[:16] + b"b2" + data[18:]
        if self.fault == "reset":
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        if self.fault in ("reset", "close"):
            return b""
        return None if self.fault == "swallow answer" else data


def main():
    port, backend_port = (int(word) for word in sys.argv[1:])
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    pid = os.fork()
    if pid:
        print(pid, flush=True)
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number in 0, 1, 2:
        os.dup2(null, number)
    ways = selectors.DefaultSelector()
    ways.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in ways.select():
            if key.fileobj is listener:
                client, _ = listener.accept()
                backend = socket.create_connection(("127.0.0.1", backend_port))
                passage = Passage(client, backend)
                ways.register(client, selectors.EVENT_READ,
                              (passage, passage.from_client, backend))
                ways.register(backend, selectors.EVENT_READ,
                              (passage, passage.from_backend, client))
                continue
            if key.fileobj.fileno() < 0:
                continue	# the other end was closed in this turn
            passage, read, to = key.data
            try:
                data = read()
                if data:
                    to.sendall(data)
            except OSError:
                data = b""
            if data == b"":
                for sock in passage.client, passage.backend:
                    ways.unregister(sock)
                    sock.close()


main()
