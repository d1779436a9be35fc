#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# report_test.py - pages of ringlab report, read in a browser
#
# Rings come from files, so that no kernel is needed. The rendered page is
# compared with `ringctl -j` and with counts from the map itself.

import html.parser
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chromium import Chromium, pixels   # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RINGCTL = os.environ.get("RINGCTL", ROOT + "/build/user/ringctl/ringctl")
RINGLAB = os.environ.get("RINGLAB", ROOT + "/build/user/ringlab/ringlab")
WHOLE = 1 << 32
SEED = "000102030405060708090a0b0c0d0e0f"
# Names that are valid for the kernel, and have to be escaped in a page.
HOSTILE = ["</script><script>alert(1)</script>", "<img/src=x/onerror=alert(2)>",
           "</style><svg/onload=alert(3)>", "<!--<script>", "&ltb4&copy", "]]>"]

# All figures and texts of the rendered page.
READ = """(() => {
    const data = row => Object.fromEntries([...row.querySelectorAll('data')].map(
        d => [d.dataset.figure, [Number(d.value), d.innerText]]));
    const rows = (section, table) => [...section.querySelectorAll(`table.${table} tbody tr`)].map(
        row => ({...row.dataset, figures: data(row),
                 text: [...row.children].map(cell => cell.innerText.trim())}));
    return [...document.querySelectorAll('section.ring')].map(section => ({
        ring: section.dataset.ring,
        heading: section.querySelector('h2').innerText,
        lead: section.querySelector('.lead').innerText,
        caption: section.querySelector('figcaption').innerText,
        figures: data(section.querySelector('.figures')),
        nodes: rows(section, 'nodes'), moves: rows(section, 'moves'),
        rivals: rows(section, 'rivals'), history: rows(section, 'history'),
        json: Object.fromEntries([...section.querySelectorAll('script')].map(
            s => [s.dataset.of, JSON.parse(s.textContent)]))}));
})()"""

# For each band, the lengths of the nodes' arcs in turns, and the marked parts.
DRAWN = """(() => {
    const length = (path, radius) => path.getTotalLength() / (2 * Math.PI * radius);
    const bands = {};
    for (const band of document.querySelectorAll('.band')) {
        const radius = Number(band.querySelector('.ground').getAttribute('r'));
        bands[band.dataset.band] = Object.fromEntries([...band.querySelectorAll('path')].map(
            p => [p.textContent.split(' ')[0], length(p, radius)]));
    }
    const marks = [...document.querySelectorAll('.marks path')].map(p => {
        const height = Number(p.getAttribute('stroke-width'));
        return [height, length(p, 300 + height / 2)];
    });
    return {bands, marks,
            labels: [...document.querySelectorAll('.labels text')].map(t => t.textContent)};
})()"""

# The lowest contrast of any text with its background, by WCAG 2.
CONTRAST = """(() => {
    const parse = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => parse(colour).slice(0, 3).map(c => c / 255).map(
        c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce(
        (sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if ((parse(colour)[3] ?? 1) > 0)
                return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    let lowest = 99;
    for (const element of document.body.querySelectorAll('*:not(script)')) {
        const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!own || element.closest('.band, .labels, title, desc'))
            continue;
        const style = getComputedStyle(element);
        const a = luminance(element.closest('svg') ? style.fill : style.color);
        const b = luminance(behind(element));
        lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    }
    return lowest;
})()"""


def share(value):
    """A share in ringctl's format."""
    return f"{100 * value / WHOLE:.3f}%" if value else "0"


def ratio(value):
    """A ratio in ringctl's format."""
    return f"{value / WHOLE:.3f}" if value else "-"


def expect(right, *what):
    """Fails the test if the condition is false."""
    if not right:
        raise AssertionError(" ".join(str(w) for w in what))


def same(wanted, seen, what=""):
    """As expect(), with both values in the message."""
    expect(wanted == seen, f"{what}: expected {wanted!r}, saw {seen!r}")


class Test:
    """The tests, and their shared parts."""

    def __init__(self, folder):
        self.folder = folder
        self.browser = Chromium()

    def path(self, name):
        return os.path.join(self.folder, name)

    def saved(self, name, nodes, placement="hash", points=160, ring="web"):
        """A file with a ring; nodes are (name, weight, [positions])."""
        lines = ["rings:", f"- name: '{ring}'", f"  placement: {placement}"]
        if placement == "hash":
            lines += [f"  points: {points}", "  per: 1"]
        lines += [f"  seed: '{SEED}'", "  generation: 7", "  nodes:"]
        for i, (node, weight, *at) in enumerate(nodes):
            given = f", points: {at[0]}" if at else ""
            lines.append(f"  - {{ name: '{node}', id: {i + 1}, weight: {weight},"
                         f" state: active{given} }}")
        with open(self.path(name), "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        return self.path(name)

    def hundred(self):
        return self.saved("hundred.yaml", [(f"b{i}", 1) for i in range(1, 101)])

    def said(self, *words, **more):
        return subprocess.run(words, capture_output=True, text=True, check=False,
                              timeout=120, **more)

    def ringctl(self, *words):
        return self.done(RINGCTL, *words)

    def ringlab(self, *words):
        return self.done(RINGLAB, *words)

    def done(self, *words):
        done = self.said(*words)
        same(0, done.returncode, f"status of {words}: {done.stderr}")
        return done.stdout

    def report(self, name, *words):
        self.ringlab("report", self.path(name), *words)
        self.browser.look(1100)
        self.browser.open("file://" + self.path(name))
        same([], self.browser.complaints(), "console")
        same(["file://" + self.path(name)], self.browser.requests(), "requests")
        return self.browser.run(READ)

    def plan(self, name, saved, ring, ops):
        """A page of a planned change, and the output of -j for the same."""
        pages = self.report(name, ring, ops, "--offline", saved)
        same(1, len(pages), "rings")
        told = json.loads(self.ringctl("-j", "plan", ring, ops, "--offline", saved))
        return pages[0], told["receipt"]

    def agrees(self, page, receipt):
        """Compares figures, rows and data block of a page with a receipt."""
        for key in ("moved", "required", "collateral", "ideal"):
            same([receipt[key], share(receipt[key])], page["figures"][key], key)
        for key in ("gained", "lost"):
            same(receipt[key], page["figures"].get(key, [0])[0], key)
        for key in ("peak_before", "peak_after"):
            same([receipt[key], ratio(receipt[key])], page["figures"][key], key)
        for key in ("nodes_before", "nodes_after", "arcs"):
            same([receipt[key], str(receipt[key])], page["figures"][key], key)
        rows = {(m["from"], m["to"]): (m["figures"]["share"], m["figures"]["arcs"][0])
                for m in page["moves"]}
        same(receipt["nr_moves"], len(rows), "rows of the matrix")
        for move in receipt["move"]:
            same(([move["share"], share(move["share"])], move["arcs"]),
                 rows[move["from"], move["to"]], move)
        same(receipt["moved"], sum(r[0][0] for r in rows.values()), "sum of rows")
        told = {k: v for k, v in receipt.items()
                if k not in ("time", "build_ns", "impact_ns")}
        same(told, page["json"]["plan"]["receipt"], "block")
        self.loads_agree(page, receipt)

    def loads_agree(self, page, receipt):
        """Compares loads with the matrix and with the balance."""
        came = {n["node"]: 0 for n in page["nodes"]}
        for move in page["moves"]:
            came[move["to"]] += move["figures"]["share"][0]
            came[move["from"]] -= move["figures"]["share"][0]
        for node in page["nodes"]:
            before, after = (node["figures"][k][0] for k in ("before", "after"))
            same(came[node["node"]], after - before, node["node"])
            same(share(after), node["figures"]["after"][1], node["node"])
        same(WHOLE, sum(n["figures"]["after"][0] for n in page["nodes"]), "sum of loads")
        same(receipt["peak_after"],
             max(n["figures"]["load"][0] for n in page["nodes"] if "load" in n["figures"]),
             "largest load")

    # --- the tests -----------------------------------------------------------

    def hundred_nodes(self):
        page, receipt = self.plan("hundred.html", self.hundred(), "web",
                                  "{ node add b101 }")
        same("web", page["heading"])
        same(101, len(page["nodes"]), "nodes")
        expect(receipt["moved"] and not receipt["collateral"], receipt)
        self.agrees(page, receipt)
        expect("No method can move less" in page["lead"], page["lead"])
        expect("drawn together with their neighbours" in page["caption"], page["caption"])

    def mixed_change(self):
        saved = self.saved("mixed.yaml", [(f"b{i}", 1 + i % 3) for i in range(1, 8)])
        page, receipt = self.plan("mixed.html", saved, "web",
                                  "{ node add b8 weight 2; node del b2; node set b3 weight 5;"
                                  " node replace b4 b9 }")
        expect(receipt["collateral"], receipt)
        self.agrees(page, receipt)
        states = {n["node"]: n["text"][1] for n in page["nodes"]}
        same(("would join", "would go", "active", "would go", "would join"),
             tuple(states[n] for n in ("b8", "b2", "b3", "b4", "b9")), "states")
        expect("replace b4 by b9" in page["lead"], page["lead"])

    def first_and_last(self):
        saved = self.saved("one.yaml", [("b1", 1)])
        page, receipt = self.plan("one.html", saved, "web", "{ node del b1 }")
        same((WHOLE, 0), (receipt["lost"], receipt["moved"]), "lost")
        same([WHOLE, "100.000%"], page["figures"]["lost"], "lost")
        saved = self.saved("none.yaml", [("b1", 1)])
        with open(saved, encoding="ascii") as f:
            text = re.sub(r"nodes:.*", "nodes: []\n", f.read(), flags=re.S)
        with open(saved, "w", encoding="ascii") as f:
            f.write(text)
        page, receipt = self.plan("none.html", saved, "web", "{ node add b1 }")
        same([WHOLE, "100.000%"], page["figures"]["gained"], "gained")
        same([WHOLE, "100.000%"], page["nodes"][0]["figures"]["after"], "load")
        [page] = self.report("still.html", "--offline", saved)
        same([], page["nodes"], "nodes of an empty ring")

    def other_methods(self):
        """The figures of ringlab compare, and figures counted here."""
        saved = self.saved("rivals.yaml", [(f"b{i}", 1) for i in range(1, 5)])
        for ops in "{ node add b5 }", "{ node del b2 }", "{ node replace b2 b5; node add b6 }":
            [page] = self.report("rivals.html", "web", ops, "--offline", saved)
            told = json.loads(self.ringlab("-j", "compare", "web", ops, "--offline", saved))
            told = {row["method"]: row for row in told["methods"]}
            rows = {row["method"]: row["figures"] for row in page["rivals"]}
            expect({"ring", "balanced", "modulo", "range-split", "range-recut",
                    "maglev-65537"} <= set(rows),
                   "methods", set(rows))
            for method, figures in rows.items():
                same("exact", told[method]["how"], method)
                for key in "moved", "required", "collateral":
                    same([told[method][key], share(told[method][key])], figures[key],
                         method + " " + key)
                same(told[method]["peak_after"], figures["peak_after"][0], method)
            same(page["figures"]["moved"], rows["ring"]["moved"], "this ring")
            same(page["figures"]["collateral"], rows["ring"]["collateral"], "this ring")
            block = {row["method"]: row for row in page["json"]["compare"]["methods"]}
            same(set(rows), set(block), "methods in the block")
            if "add b5" in ops:
                same("80.000%", rows["modulo"]["moved"][1], "4 -> 5")

    def drawing(self):
        """Drawn arcs have the right lengths, and marks cover the moved parts."""
        at = [400000000, 900000000, 2000000000, 2300000000, 4100000000]
        saved = self.saved("few.yaml", [(f"node_{i}", 1, [p]) for i, p in enumerate(at)],
                           "explicit")
        page, receipt = self.plan("few.html", saved, "web",
                                  "{ node add node_5 point 3000000000 }")
        self.agrees(page, receipt)
        drawn = self.browser.run(DRAWN)
        for node in page["nodes"]:
            for band in "before", "after":
                owns = node["figures"][band][0] / WHOLE
                expect(abs(drawn["bands"][band].get(node["node"], 0) - owns) < 0.003,
                       node["node"], band, owns, drawn["bands"][band])
        [(height, length)] = drawn["marks"]
        same(30, height, "height of a mark")
        expect(abs(length - receipt["moved"] / WHOLE) < 0.003, length)
        same(sorted(n["node"] for n in page["nodes"]), sorted(drawn["labels"]), "labels")

        page, receipt = self.plan("many.html", self.hundred(), "web",
                                  "{ node del b1; node del b2; node del b3 }")
        drawn = self.browser.run(DRAWN)
        for band, nodes in drawn["bands"].items():
            expect(abs(sum(nodes.values()) - 1) < 0.01, band, sum(nodes.values()))
        covered = sum(height / 30 * length for height, length in drawn["marks"])
        expect(abs(covered - receipt["moved"] / WHOLE) < 0.1 * receipt["moved"] / WHOLE,
               covered, receipt["moved"] / WHOLE)

    def looks(self):
        """On a phone, a tablet and a desktop; in light, dark and print."""
        self.report("looks.html", "web", "{ node add b101; node del b7 }",
                    "--offline", self.hundred())
        papers = {}
        for width in 320, 360, 768, 1280:
            for dark in False, True:
                self.browser.look(width, dark=dark)
                same(width, self.browser.run("document.documentElement.scrollWidth"),
                     "width of the page")
                lowest = self.browser.run(CONTRAST)
                expect(lowest >= 4.5, "contrast", lowest, width, dark)
                rows, size = pixels(self.browser.picture(whole=False))
                same(width, len(rows[0]) // size, "width of the picture")
                counts = {}
                for row in rows[::3]:
                    for x in range(0, len(row), 3 * size):
                        colour = bytes(row[x:x + 3])
                        counts[colour] = counts.get(colour, 0) + 1
                expect(len(counts) > 50, "colours seen", len(counts), width)
                papers[dark] = max(counts, key=counts.get)
        expect(min(papers[False]) > 240 and max(papers[True]) < 40, "papers", papers)
        self.browser.look(800, dark=True, media="print")
        same("rgb(255, 255, 255)",
             self.browser.run("getComputedStyle(document.body).backgroundColor"), "in print")
        expect(self.browser.run(CONTRAST) >= 4.5, "contrast in print")
        self.browser.look(1100)
        pdf = self.browser.paper()
        expect(pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) > 1,
               "a PDF of", len(pdf), "bytes")

    def accessible(self):
        self.report("access.html", "web", "{ node add b101 }", "--offline", self.hundred())
        wrong = self.browser.run("""(() => {
            const wrong = [];
            const all = what => [...document.querySelectorAll(what)];
            for (const table of all('table'))
                if (!table.caption?.innerText)
                    wrong.push('a table without a caption');
            for (const cell of all('th'))
                if (!['row', 'col'].includes(cell.scope))
                    wrong.push('no scope: ' + cell.innerText);
            for (const svg of all('svg[role=img]'))
                for (const id of svg.getAttribute('aria-labelledby').split(' '))
                    if (!document.getElementById(id)?.textContent)
                        wrong.push('no text: ' + id);
            for (const svg of all('svg:not([role=img])'))
                if (svg.getAttribute('aria-hidden') !== 'true')
                    wrong.push('a picture without words');
            if (!document.documentElement.lang || !document.title)
                wrong.push('no language or title');
            const ids = all('[id]').map(e => e.id);
            if (new Set(ids).size !== ids.length)
                wrong.push('an id twice');
            return wrong;
        })()""")
        same([], wrong)

    def hostile_names(self):
        saved = self.saved("hostile.yaml", [(n, 1) for n in HOSTILE], ring=HOSTILE[0])
        page, receipt = self.plan("hostile.html", saved, HOSTILE[0],
                                  "{ node add " + HOSTILE[1] + "2 }")
        self.agrees(page, receipt)
        same(HOSTILE[0], page["heading"])
        same(sorted(HOSTILE + [HOSTILE[1] + "2"]), sorted(n["node"] for n in page["nodes"]))
        same(sorted(HOSTILE + [HOSTILE[1] + "2"]), sorted(n["text"][0] for n in page["nodes"]))
        same(0, self.browser.run("document.querySelectorAll('img, main style, [onload]').length"))
        # The file's own text, before a browser repairs it.
        tags = set()
        parser = html.parser.HTMLParser()
        parser.handle_starttag = lambda tag, attrs: tags.add(tag)
        with open(self.path("hostile.html"), encoding="utf-8") as f:
            parser.feed(f.read())
        same(set(), tags & {"img", "object", "iframe"})

    def alone(self):
        """The drawing in a separate file."""
        svg = self.path("alone.svg")
        saved = self.saved("alone.yaml", [(n, 1) for n in HOSTILE], ring=HOSTILE[0])
        self.ringlab("report", "/dev/null", HOSTILE[0], "{ node del ]]> }",
                     "--offline", saved, "--svg", svg)
        root = ElementTree.parse(svg).getroot()
        same("{http://www.w3.org/2000/svg}svg", root.tag)
        same("Ring " + HOSTILE[0], root[0].text)
        for dark in False, True:
            self.browser.look(800, 800, dark=dark)
            self.browser.open("file://" + svg)
            same([], self.browser.complaints(), "console")
            rows, size = pixels(self.browser.picture(whole=False))
            expect((max(rows[2][2 * size:2 * size + 3]) < 40) == dark, "paper", dark)
            expect(len({bytes(row[x:x + 3]) for row in rows[::3]
                        for x in range(0, len(row), 3 * size)}) > 50, "colours")

    def many_rings(self):
        with open(self.saved("a.yaml", [("b1", 1), ("b2", 2)], ring="a"), encoding="ascii") as f:
            text = f.read()
        for ring in "b", "c":
            with open(self.saved("x.yaml", [(ring + "1", 1)], ring=ring), encoding="ascii") as f:
                text += f.read().replace("rings:\n", "")
        with open(self.path("abc.yaml"), "w", encoding="ascii") as f:
            f.write(text)
        words = "--offline", self.path("abc.yaml")
        same(["a", "b", "c"], [p["ring"] for p in self.report("abc.html", *words)])
        same(["c", "a"], [p["ring"] for p in self.report("ca.html", "c", "a", "c", *words)])
        [page] = self.report("b.html", "b", *words)
        same([WHOLE, "100.000%"], page["nodes"][0]["figures"]["share"])

    def the_same_again(self):
        words = "web", "{ node add b101 }", "--offline", self.hundred()

        def lines():
            return [line for line in self.ringlab("report", "-", *words).split("\n")
                    if 'class="made"' not in line]

        first = lines()
        time.sleep(1.1)
        same(first, lines(), "a page made twice")
        expect(sum(map(len, first)) < 400000, "size of a page", sum(map(len, first)))

    def large(self):
        saved = self.saved("large.yaml", [(f"b{i}", 1) for i in range(2000)])
        page, receipt = self.plan("large.html", saved, "web", "{ node add x1; node add x2; node add x3; node add x4 }")
        same((1000, 400), (len(page["nodes"]), len(page["moves"])), "rows")
        same([receipt["moved"], share(receipt["moved"])], page["figures"]["moved"])
        size = os.path.getsize(self.path("large.html"))
        expect(size < 2000000, "size of a page", size)

    def refused(self):
        saved = self.hundred()
        web = "web", "{ node add b101 }"
        for wanted, *words in (
                ("/nowhere/x.html: No such file", "/nowhere/x.html", *web, "--offline", saved),
                ("/dev/full: No space left", "/dev/full", *web, "--offline", saved),
                ("there is no ring web2", self.path("no.html"), "web2", "--offline", saved),
                ("a change is of one ring", self.path("no.html"), "{ node add b101 }",
                 "--offline", self.path("abc.yaml")),
                ("--svg draws one ring", self.path("no.html"), "--svg", self.path("no.svg"),
                 "--offline", self.path("abc.yaml")),
                ("cannot be one file", self.path("no.html"), "web", "--svg",
                 self.path("no.html"), "--offline", saved),
                ("no such node: b0", self.path("no.html"), "web", "{ node del b0 }",
                 "--offline", saved),
                ("unknown word", self.path("no.html"), "web", "--offline", saved, "web"),
                ("nowhere.yaml: No such file", self.path("no.html"), "--offline",
                 self.path("nowhere.yaml"))):
            done = self.said(RINGLAB, "report", *words)
            expect(done.returncode in (1, 2) and wanted in done.stderr,
                   words, done.returncode, done.stderr)
        same([], [n for n in os.listdir(self.folder) if n.startswith("no.")], "files made")

    def printed_elsewhere(self):
        """A file and outputs of ringctl: a grid by default, no control characters."""
        saved, printed = self.path("grid.yaml"), self.path("grid.json")
        with open(saved, "w", encoding="ascii") as f:
            f.write("rings:\n- name: web\n  placement: balanced\n  generation: 1\n"
                    "  nodes:\n  - { name: a, id: 1, cells: [0-65535] }\n")
        words = (RINGLAB, "report", self.path("grid.html"), "web", "--offline", saved,
                 "--from", printed)
        change = {"ring": "web", "receipt": {"generation": 1}}
        moved = {"ring": "web", "kept_moves": 1, "receipt": {
            "kind": "change", "generation": 1, "nr_moves": 1,
            "move": [{"from": "\x1b[31mred", "to": "a", "share": 5, "arcs": 1}]}}
        for item, status in (change, 0), (moved, 1):
            with open(printed, "w", encoding="ascii") as f:
                json.dump([item], f)
            done = self.said(*words)
            same(status, done.returncode, done.stderr)

    def progress(self):
        """Progress of a large ring on a terminal

        Not every machine has a terminal: standard error pretends to be one.
        selftests/interrupt.sh has a real one.
        """
        passes = self.path("passes.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", passes, "-x", "c", "-"], check=True,
                       input=b"int isatty(int file);\nint isatty(int file) { return file == 2; }\n")
        for points, wanted in (1, False), (1100, True):
            saved = self.saved("slow.yaml", [(f"b{i}", 1) for i in range(1000)], points=points)
            said = subprocess.run([RINGLAB, "report", self.path("slow.html"), "--offline", saved],
                                  stderr=subprocess.PIPE, check=True, timeout=60, text=True,
                                  env={**os.environ, "LD_PRELOAD": passes}).stderr
            same(wanted, "web: maps" in said and "web: page" in said, repr(said))
            expect(re.search(r"\x1b\[K\S*slow.html written, [0-9.]+K", said), repr(said))

    def interrupted(self):
        """No partial page; the old page stays."""
        path = self.path("kept.html")
        with open(path, "w", encoding="ascii") as f:
            f.write("old")
        before = set(os.listdir(self.folder))
        with subprocess.Popen([RINGLAB, "report", path, "web", "--offline", "-"],
                              stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
            time.sleep(0.3)
            run.send_signal(signal.SIGINT)
            same(-signal.SIGINT, run.wait(timeout=20), "status")
        same(before, set(os.listdir(self.folder)), "files")
        with open(path, encoding="ascii") as f:
            same("old", f.read(), "the page before")


def main():
    print("TAP version 13", flush=True)
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix="hashring-report.") as folder:
        test = Test(folder)
        tests = (
            ("a page of 100 nodes has the figures of ringctl -j", test.hundred_nodes),
            ("so has one of a change of many kinds", test.mixed_change),
            ("the first node and the last one", test.first_and_last),
            ("other methods are those of ringlab compare", test.other_methods),
            ("arcs and marks are as long as they are", test.drawing),
            ("phone, desk, light, dark and print", test.looks),
            ("tables and drawings have words", test.accessible),
            ("hostile names stay names", test.hostile_names),
            ("the drawing alone", test.alone),
            ("many rings on one page", test.many_rings),
            ("the same input gives the same page", test.the_same_again),
            ("a large ring's page stays small", test.large),
            ("what is refused, and why", test.refused),
            ("what was printed elsewhere is checked", test.printed_elsewhere),
            ("progress is shown where it takes long", test.progress),
            ("an interrupt leaves no half page", test.interrupted),
        )
        try:
            for number, (name, run) in enumerate(tests, 1):
                try:
                    run()
                    print(f"ok {number} - {name}", flush=True)
                except Exception as error:      # pylint: disable=broad-except
                    failed += 1
                    print(f"not ok {number} - {name}")
                    print(f"# {type(error).__name__}: {str(error)[:2000]}", flush=True)
        finally:
            test.browser.close()
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
