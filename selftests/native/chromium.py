# SPDX-License-Identifier: GPL-2.0-only
#
# chromium.py - drives a headless Chromium over a pipe (--remote-debugging-pipe)
#
# Messages are JSON, each ended by a NUL. There is no port and no library.

import base64
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zlib


class Chromium:
    """A browser with one page."""

    def __init__(self, timeout=60):
        self.timeout = timeout
        self.number = 0
        self.rest = b""
        self.events = []
        self.profile = tempfile.mkdtemp(prefix="hashring-chromium.")
        to_read, self.to = os.pipe()
        self.come, to_write = os.pipe()

        def place():
            # The numbers of the pipe's ends in the browser.
            low, high = os.dup(to_read), os.dup(to_write)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
             "--hide-scrollbars", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--disable-component-update",
             "--user-data-dir=" + self.profile, "--remote-debugging-pipe",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=place, close_fds=False,
            start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self.session = None
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"]
                      if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget",
                                targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.ask(domain + ".enable")

    def close(self):
        """Ends the browser and removes its files."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.to)
        os.close(self.come)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self, deadline):
        while b"\0" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.come], [], [], left)[0]:
                raise TimeoutError("the browser says nothing")
            more = os.read(self.come, 1 << 20)
            if not more:
                raise EOFError("the browser has ended")
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def ask(self, method, **params):
        """Sends one command and returns its answer; keeps events."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        deadline = time.monotonic() + self.timeout
        while True:
            said = self._read(deadline)
            if said.get("id") == self.number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return said["result"]
            self.events.append(said)

    def open(self, url):
        """Loads a page; later events are events of this page."""
        self.events = []
        self.ask("Page.navigate", url=url)
        deadline = time.monotonic() + self.timeout
        while not self.of("Page.loadEventFired"):
            self.events.append(self._read(deadline))
        self.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")

    def of(self, method):
        """The events of a kind."""
        return [e["params"] for e in self.events if e.get("method") == method]

    def complaints(self):
        """All messages of the console, and dialogs."""
        return [str(e) for kind in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown",
                                    "Log.entryAdded", "Page.javascriptDialogOpening",
                                    "Network.loadingFailed")
                for e in self.of(kind)]

    def requests(self):
        """The requested addresses."""
        return [e["request"]["url"] for e in self.of("Network.requestWillBeSent")]

    def run(self, script):
        """The value of an expression in the page."""
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True,
                          awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def look(self, width, height=900, dark=False, media=""):
        """Sets the window's size, and the kind of screen or paper."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia", media=media,
                 features=[{"name": "prefers-color-scheme",
                            "value": "dark" if dark else "light"}])

    def picture(self, whole=True):
        """A PNG of the page, or of the visible part."""
        return base64.b64decode(self.ask("Page.captureScreenshot",
                                         captureBeyondViewport=whole,
                                         optimizeForSpeed=True)["data"])

    def paper(self):
        """A PDF of the printed page."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=False,
                                         preferCSSPageSize=True)["data"])


def pixels(png):
    """Rows of a PNG with 8 bits a channel, and the bytes of a pixel."""
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colours = struct.unpack(">IIBB", png[at + 8:at + 18])
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    if depth != 8 or colours not in (2, 6):
        raise ValueError(f"a PNG of depth {depth}, kind {colours}")
    size = 3 if colours == 2 else 4
    raw, above, rows = zlib.decompress(data), bytearray(width * size), []
    for y in range(height):
        start = y * (width * size + 1)
        method, row = raw[start], bytearray(raw[start + 1:start + 1 + width * size])
        for x in range(len(row) if method else 0):
            left = row[x - size] if x >= size else 0
            corner = above[x - size] if x >= size else 0
            if method == 1:
                guess = left
            elif method == 2:
                guess = above[x]
            elif method == 3:
                guess = (left + above[x]) // 2
            else:
                guess = min((abs(above[x] - corner), 0, left),
                            (abs(left - corner), 1, above[x]),
                            (abs(left + above[x] - 2 * corner), 2, corner))[2]
            row[x] = (row[x] + guess) & 255
        rows.append(row)
        above = row
    return rows, size
