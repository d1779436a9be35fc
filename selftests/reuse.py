#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections that end in each way, and begin again from their ports

reuse.py serve ADDRESS,... NAME=NETNS...
    Backends at port 7000 of all ADDRESSes. A line is answered by NAME. If the last line
    before the end of input was "go on SECONDS...", more lines follow, each after such a
    pause. Prints its pid when all sockets listen.

reuse.py client VIP
    Reads commands, and prints a line for each (names with numbers, or words), and "."

open NAME ADDRESS COUNT PORT  opens connections from COUNT sources, ADDRESS first, and
                asks on each; prints the number of answers
nodes NAME      SOURCE PORT BACKEND of each, by the first answer
talk NAME       a request and an answer on each; same: by the first backend;
                other: by another backend; broken: no answer
reset NAME      ends the connections by RST
finish NAME     ends the connections by FIN, and waits for the FIN of the other end
half NAME SECONDS...  ends the output of the connections; the backends go on
rest NAME       the rest of the input; same: all lines by the first backend, and as many
                as half demands; other, broken: as in talk
"""
import ipaddress
import os
import socket
import struct
import sys
import threading
import time

from packets import PORT, enter_netns, family_of, new_socket

PATIENCE = 30	# s; a working connection needs milliseconds


# --- backends ---------------------------------------------------------------

def serve_connection(conn, name):
    line = ""
    with conn, conn.makefile("rw", encoding="ascii") as stream:
        try:
            for line in stream:
                stream.write(f"{name}\n")
                stream.flush()
            if line.startswith("go on "):
                for pause in line.split()[2:]:
                    time.sleep(float(pause))
                    stream.write(f"{name}\n")
                    stream.flush()
        except OSError:
            pass	# a reset


def serve_listener(listener, name):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve_connection, args=(conn, name),
                         daemon=True).start()


def serve(addresses, *backends):
    listeners = []
    for backend in backends:
        name, _, netns = backend.partition("=")
        enter_netns(netns)
        for address in addresses.split(","):
            sock = new_socket(family_of(address), socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((address, PORT))
            sock.listen(256)
            listeners.append((sock, name))
    pid = os.fork()
    if pid:
        print(pid, flush=True)
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    threads = [threading.Thread(target=serve_listener, args=listener)
               for listener in listeners]
    for thread in threads:
        thread.start()


# --- clients ----------------------------------------------------------------

class Flow:
    def __init__(self, vip, source, port):
        self.source, self.port = source, port
        self.node = None
        self.left = 0
        self.sock = new_socket(family_of(vip), socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.settimeout(PATIENCE)
        self.sock.bind((source, port))
        self.stream = self.sock.makefile("rw", encoding="ascii")
        try:
            self.sock.connect((vip, PORT))
        except OSError:
            return	# talk() tells

    def take(self):
        """A line: same, other, or broken."""
        try:
            node = self.stream.readline().strip()
        except OSError:
            node = ""
        self.node = self.node or node
        return ("broken" if not node else
                "same" if node == self.node else "other")

    def talk(self, line="hello"):
        try:
            self.stream.write(f"{line}\n")
            self.stream.flush()
        except OSError:
            return "broken"
        return self.take()

    def close(self, linger):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", linger, 0))
        if not linger:
            self.sock.shutdown(socket.SHUT_WR)
            self.stream.read()
        self.stream.close()
        self.sock.close()

    def half(self, pauses):
        self.left = len(pauses)
        said = self.talk(" ".join(["go on", *pauses]))
        self.sock.shutdown(socket.SHUT_WR)
        return said

    def rest(self):
        said = [self.take() for _ in range(self.left)]
        try:
            more = self.stream.readline()
        except OSError:
            return "broken"
        if more:
            return "other"
        return next((word for word in said if word != "same"), "same")


class Client:
    def __init__(self, vip):
        self.vip = vip
        self.flows = {}

    def count(self, said):
        print(*(word for kind in ("same", "other", "broken")
                for word in (kind, said.count(kind))))

    def open(self, name, address, count, port):
        first = ipaddress.ip_address(address)
        self.flows[name] = [Flow(self.vip, str(first + i), int(port))
                            for i in range(int(count))]
        self.talk(name)

    def nodes(self, name):
        for flow in self.flows[name]:
            print(flow.source, flow.port, flow.node)

    def talk(self, name):
        self.count([flow.talk() for flow in self.flows[name]])

    def half(self, name, *pauses):
        self.count([flow.half(pauses) for flow in self.flows[name]])

    def rest(self, name):
        self.count([flow.rest() for flow in self.flows[name]])

    def reset(self, name):
        for flow in self.flows.pop(name):
            flow.close(1)

    def finish(self, name):
        for flow in self.flows.pop(name):
            flow.close(0)


def client(vip):
    said = Client(vip)
    commands = {name: getattr(said, name)
                for name in ("open", "nodes", "talk", "reset", "finish",
                             "half", "rest")}
    for line in sys.stdin:
        command, *words = line.split()
        commands[command](*words)
        print(".", flush=True)


if __name__ == "__main__":
    {"serve": serve, "client": client}[sys.argv[1]](*sys.argv[2:])
