#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# report_page.py PAGE RING WORD... - prints data of a page of ringlab report
#
# 	block OF        the JSON of a command in the page, keys sorted
# 	nodes COLUMN... the nodes' figures, a line each
# 	moves           from, to, share and arcs, a line each
# 	history         generations, a line each
# 	marks           the number of drawn paths of marks
# 	migrations      first and last epoch, end, steps, moved and flows, a line
# 	                each, the latest first
# 	steps           epoch, kind and frontier of each drawn step

import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    """One ring of a page."""

    def __init__(self, ring):
        super().__init__()
        self.ring, self.inside, self.of, self.table = ring, False, None, None
        self.blocks, self.rows, self.marks, self.in_marks = {}, {}, 0, False
        self.migrations, self.in_timeline, self.steps = [], False, []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "section":
            self.inside = attrs["data-ring"] == self.ring
        if not self.inside:
            return
        if tag == "script":
            self.of = attrs["data-of"]
        elif tag == "table":
            self.table = self.rows.setdefault(attrs["class"], [])
        elif tag == "tr" and self.table is not None:
            self.table.append({k[5:]: v for k, v in attrs.items() if k.startswith("data-")})
        elif tag == "figure" and attrs.get("class") == "timeline":
            self.in_timeline = True
            self.migrations.append({k[5:]: v for k, v in attrs.items()
                                    if k.startswith("data-")})
        elif tag == "data" and self.in_timeline:
            self.migrations[-1][attrs["data-figure"]] = attrs["value"]
        elif tag == "data" and self.table:
            self.table[-1][attrs["data-figure"]] = attrs["value"]
        elif tag == "g":
            self.in_marks = attrs.get("class") == "marks"
        elif tag == "path" and self.in_timeline and "data-epoch" in attrs:
            self.steps.append((int(attrs["data-epoch"]), attrs["class"].split()[1],
                               attrs["data-frontier"]))
        elif tag == "path" and self.in_marks:
            self.marks += 1

    def handle_endtag(self, tag):
        if tag == "table":
            self.table = None
        elif tag == "figure":
            self.in_timeline = False
        elif tag == "script":
            self.of = None

    def handle_data(self, data):
        if self.of:
            self.blocks[self.of] = json.loads(data)


with open(sys.argv[1], encoding="utf-8") as f:
    page = Page(sys.argv[2])
    page.feed(f.read())
what, words = sys.argv[3], sys.argv[4:]
if what == "block":
    print(json.dumps(page.blocks[words[0]], sort_keys=True))
elif what == "nodes":
    for row in page.rows["nodes"]:
        if "node" in row:
            print(row["node"], *(row.get(word, "-") for word in words))
elif what == "moves":
    for row in page.rows.get("moves", ()):
        if "from" in row:
            print(row["from"], row["to"], row["share"], row["arcs"])
elif what == "history":
    for row in page.rows["history"]:
        if "generation" in row:
            print(row["generation"])
elif what == "migrations":
    for row in page.migrations:
        print(*(row[word] for word in ("first", "last", "end", "steps", "moved", "flows")))
elif what == "steps":
    for step in sorted(page.steps):
        print(*step)
else:
    print(page.marks)
