#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random commands over migrations against a model of what each has to be, as KTAP

migrate_random.py NUMBER SEED PLACEMENT...

The model tells of each command whether it is in force at once, held, or refused, and
with which error. A second ring, twin, gets each accepted change without a migration:
where the frontier is at its end, and after the migration, both digests are equal.
Rings are made anew after some commands.
"""
import random
import struct
import sys
import time

from every_command import ip, node
from wire import SPEC, Ktap, Wire, attrs_of, said_by_kernel

WHOLE = 1 << 32
GRID = 1024
SEED = bytes(range(16))
ENOENT, EBUSY, EEXIST, EINVAL, ERANGE = 2, 16, 17, 22, 34
EALREADY, EINPROGRESS, ESTALE = 114, 115, 116
ACTIVE, DRAINING, DOWN = "active", "draining", "down"
UNDER_WAY = (EINPROGRESS, "a migration is under way")
STEPS_ON = (ERANGE, "the last change was in force at once")
NO_NODE = (ENOENT, "no such node")
IN_SERVICE = (EBUSY, "the node is in service")
NOT_HELD = (EINVAL, "a node that goes down is not held")
NO_MIGRATION = (ENOENT, "no migration is under way")
DONE = (0, "")


class Kernel:
    """Requests and replies by the names of the spec."""

    def __init__(self):
        self.wire = Wire()

    def ask(self, command, **values):
        return self.wire.do(command, SPEC.message(command, {
            key.replace("_", "-"): value for key, value in values.items()}))

    def read(self, command, **values):
        """The numbers of a reply, by name."""
        reply = self.ask(command, **values)
        if reply.err:
            raise RuntimeError(f"{command}: {reply}")
        names = {number: name for name, number
                 in SPEC.sets[SPEC.set_of(command)].items()}
        sizes = {4: "=I", 8: "=Q", 0: None}
        return {names[kind]: struct.unpack(sizes[len(value)], value)[0]
                if sizes.get(len(value)) else True
                for kind, value in attrs_of(reply.payload)}

    def digests(self, ring):
        return [self.read("digest-get", ring=ring, **more)["digest"]
                for more in ({}, {"config": True})]

    def share(self, ring, name):
        reply = self.ask("node-get", ring=ring, name=name)
        share = dict(attrs_of(reply.payload))[SPEC.sets["node"]["share"]]
        return struct.unpack("=Q", share)[0]


class Migration:
    """What the model knows of a migration.

    automatic: it ends by itself; at_once: no step goes back; back: it leads to the
    origin; changes: a rollback would undo so many.
    """

    def __init__(self, model):
        self.frontier = 0
        self.automatic = self.at_once = self.back = False
        self.changes = 0
        self.origin = dict(model.members)
        self.origin_seats = dict(model.seats)
        self.origin_log = len(model.log)


class Model:
    """The members, leaving nodes and the migration of ring web.

    members: the state of each; seats: the seat of each; leaving: of each leaving node,
    whether it is down; log: all that twin got, for a twin of an earlier time.
    """

    def __init__(self, track):
        self.members, self.seats, self.leaving, self.log = {}, {}, {}, []
        self.migration = None
        self.generation = 0
        self.track = track
        self.same_map = True	# as twin's

    def at_end(self):
        """Nothing has still to move."""
        return self.migration and (self.migration.frontier == WHOLE or self.same_map)

    def settle(self):
        self.leaving = {}
        self.migration = None
        self.generation += 1

    # --- what a change has to be ------------------------------------------------

    def downs(self, op):
        return op.get("now") or op["kind"] == "set" and op.get("state") == DOWN

    def stays(self, op):
        """In force wherever the frontier is."""
        return self.migration and (self.downs(op) or self.only_said(op))

    def only_said(self, op):
        """An address or a zone, which moves no arc."""
        return "via4" in op or "zone" in op

    def wanted(self, op, hold):
        """The errno and the text of a change."""
        name = op["name"]
        if hold and self.downs(op):
            return NOT_HELD
        if (self.migration and not hold and not self.stays(op)
                and not self.at_end()):
            return UNDER_WAY
        if op["kind"] == "add":
            wanted = self.wanted_new(name)
            if wanted == DONE and name in self.seats.values():
                return EEXIST, "seat is held"
            return wanted
        if op["kind"] == "replace" and name in self.members:
            return self.wanted_new(op["new-name"])
        if name in self.members:
            return DONE
        if self.leaving.get(name, True):
            return NO_NODE
        if not self.downs(op):
            return EINPROGRESS, "node is leaving, and can only go down"
        return DONE

    def wanted_new(self, name):
        if name in self.members:
            return EEXIST, "node exists already"
        if name in self.leaving:
            return EINPROGRESS, "a leaving node has the name"
        return DONE

    def change(self, op, hold):
        """Carry out an accepted change."""
        name = op["name"]
        stays = self.stays(op)
        hold = hold and not self.only_said(op)
        if not self.migration and (hold or "deadline" in op):
            self.migration = Migration(self)
        if not stays and self.migration:
            m = self.migration
            m.back = False
            m.at_once = not hold
            m.automatic |= not hold
            m.frontier = 0 if hold else WHOLE
        if self.migration:
            # a node that goes down stays down
            stays_down = self.downs(op) and (op["kind"] == "set" or
                                             name in self.leaving)
            same = op["kind"] == "set" and op.get("state") == self.members.get(name)
            self.migration.changes += not stays_down and not same
        self.generation += 1
        if name in self.leaving:
            self.leaving[name] = True
            return
        self.log.append([{k: v for k, v in op.items()
                          if k not in ("deadline", "now")}])
        if op["kind"] in ("del", "replace"):
            was, seat = self.members.pop(name), self.seats.pop(name)
            if self.migration:
                self.leaving[name] = was == DOWN or bool(self.downs(op))
            if op["kind"] == "replace":
                self.members[op["new-name"]] = was
                self.seats[op["new-name"]] = seat
        else:
            self.seats.setdefault(name, name)
            self.members[name] = op.get("state",
                                        self.members.get(name, ACTIVE))

    # --- rollback -----------------------------------------------------------------

    def rollback(self):
        m = self.migration
        now = dict(self.members)
        down = [name for name in m.origin if m.origin[name] != DOWN
                and (now.get(name) == DOWN or self.leaving.get(name))]
        leaving = {name: is_down for name, is_down in self.leaving.items()
                   if name not in m.origin}
        leaving.update((name, state == DOWN) for name, state in now.items()
                       if name not in m.origin)
        up_again = any(now.get(name, DOWN) != DOWN and state == DOWN
                       for name, state in m.origin.items())
        self.leaving = leaving
        self.members, self.seats = dict(m.origin), dict(m.origin_seats)
        self.members.update((name, DOWN) for name in down)
        del self.log[m.origin_log:]
        if down:
            self.log.append([node("set", name, state=DOWN) for name in down])
        m.back, m.at_once = True, False
        m.frontier = m.changes = 0
        self.generation += 1
        return not up_again


class Test:
    """Two rings and the model, and a random command after the other."""

    def __init__(self, kernel, placement, r):
        self.kernel, self.placement, self.random = kernel, placement, r
        self.counts = {}
        self.ids = self.number = self.made = 0
        self.last = self.model = self.digests = None

    # --- rings -----------------------------------------------------------------------

    def ring(self, name, **more):
        kinds = {"hash": {"points": 16}, "balanced": {"grid": GRID}}
        self.kernel.ask("ring-del", name=name)
        reply = self.kernel.ask("ring-add", name=name, placement=self.placement,
                                seed=SEED, **kinds[self.placement], **more)
        assert not reply.err, reply

    def begin(self):
        self.model = Model(self.random.random() < .8)
        self.ring("web", udp_grace=0, max_entries=64,
                  established="stay" if self.model.track else "move")
        self.made = 0
        self.ring("twin")
        for _ in range(self.random.randint(4, 8)):
            op = self.add()
            self.model.change(op, False)
            assert not self.kernel.ask("change", ring="web", op=[op]).err
        self.catch_up()
        self.check("begin")

    def catch_up(self):
        """twin gets what is new."""
        for ops in self.model.log[self.made:]:
            reply = self.kernel.ask("change", ring="twin", op=ops)
            assert not reply.err, (reply, ops)
        self.made = len(self.model.log)

    def twin_again(self):
        self.ring("twin")
        self.made = 0
        self.catch_up()

    # --- observations ----------------------------------------------------------------

    def see(self):
        """The state of web. A migration may have ended by itself."""
        seen = self.kernel.read("migrate-get", ring="web")
        gone = SPEC.enums["migration-state"][seen["state"]] in ("none", "done")
        m = self.model.migration
        if m and gone and m.automatic and self.model.at_end() and \
                seen["generation"] == self.model.generation + 1:
            self.model.settle()
            self.count("ended by itself")
            self.same("the digests after the end", self.kernel.digests("web"),
                      self.kernel.digests("twin"))
        return seen, gone

    def check(self, what):
        """The state of web is that of the model. Returns the digests."""
        seen, gone = self.see()
        m = self.model.migration
        self.same(f"{what}: a migration", not gone, bool(m))
        self.same(f"{what}: generation", seen["generation"], self.model.generation)
        if m:
            self.same(f"{what}: frontier", seen["frontier"], m.frontier)
            self.same(f"{what}: changes", seen["changes"], m.changes)
            self.same(f"{what}: back", "back" in seen, m.back)
        digests = self.kernel.digests("web")
        twin = self.kernel.digests("twin")
        self.same(f"{what}: digest of the members", digests[1], twin[1])
        self.model.same_map = digests[0] == twin[0]
        if not m or m.frontier == WHOLE:
            self.same(f"{what}: digest of the map", digests[0], twin[0])
        self.digests = digests
        return digests

    def before(self):
        """The digests before a command: those after the last one."""
        self.see()
        return self.digests

    def same(self, what, seen, wanted):
        if seen != wanted:
            raise AssertionError(f"{what}: saw {seen}, wanted {wanted}")

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def said(self, what, reply, wanted):
        """Compares a reply. False: the migration had ended, the command goes again."""
        if (reply.err, said_by_kernel(wanted[1]) in reply.said) == (wanted[0], True):
            return True
        if reply.err == ESTALE or reply.err == ENOENT:
            had = self.model.migration
            self.see()
            if had and not self.model.migration:
                return False
        raise AssertionError(f"{what}: {reply}, wanted {wanted}")

    # --- random operations -------------------------------------------------------------

    def new_name(self):
        """A name, sometimes that of a leaving node or of a member."""
        r, members, leaving = self.random, self.model.members, self.model.leaving
        free = [name for name in (f"b{i}" for i in range(14))
                if name not in members and name not in leaving]
        if leaving and r.random() < .4:
            return r.choice(sorted(leaving))
        if r.random() < .1 and members and self.model.migration:
            return r.choice(sorted(members))
        return r.choice(free)

    def add(self):
        self.ids += 1
        return node("add", self.new_name(), id=self.ids,
                    weight=self.random.randint(1, 4))

    def replace(self):
        """A replacement of a member: two names that are wrong would be two errors."""
        name = self.random.choice(sorted(self.model.members))
        new = self.new_name()
        self.ids += 1
        return node("replace", name, id=self.ids,
                    new_name=new if new != name else "fresh")

    def pick(self):
        """A node: mostly a member, sometimes a leaving node or no node."""
        r = self.random.random()
        if r < .12 and self.model.leaving:
            return self.random.choice(sorted(self.model.leaving))
        if r < .14:
            return "nobody"
        return self.random.choice(sorted(self.model.members))

    def op(self):
        """An operation that leaves two active nodes."""
        name, r = self.pick(), self.random
        active = [n for n, state in self.model.members.items()
                  if state == ACTIVE and n != name]
        kinds = ["weight", "active", "via", "zone"]
        if len(self.model.members) + len(self.model.leaving) < 14:
            kinds += ["add", "add", "replace"]
        if len(active) >= 2:
            kinds += ["drain", "drain", "deadline", "deadline", "down", "del", "del",
                      "now"]
        kind = r.choice(kinds)
        if kind == "add":
            return kind, self.add()
        if kind == "replace":
            return kind, self.replace()
        if kind == "now":
            return kind, node("del", name, now=True)
        if kind == "del":
            return kind, node("del", name)
        return kind, node("set", name, **{
            "weight": {"weight": r.randint(1, 9)},
            "active": {"state": ACTIVE},
            "drain": {"state": DRAINING},
            "deadline": {"state": DRAINING, "deadline": r.choice([1, 200, 600000])},
            "down": {"state": DOWN},
            "via": {"via4": ip(f"10.0.0.{r.randrange(1, 255)}")},
            "zone": {"zone": r.randrange(1, 9)}}[kind])

    # --- random commands ---------------------------------------------------------------

    def do_change(self):
        kind, op = self.op()
        hold = self.random.random() < .3
        self.last = f"{op}{' hold' if hold else ''}"
        before = self.before()
        model = self.model
        wanted = model.wanted(op, hold)
        stays, had, at_end = model.stays(op), model.migration, model.at_end()
        share = self.kernel.share("web", op["name"]) if stays and not wanted[0] \
            and op["name"] in model.members else None
        reply = self.kernel.ask("change", ring="web", op=[op],
                                expect_generation=model.generation,
                                **({"hold": True} if hold else {}))
        if not self.said(self.last, reply, wanted):
            return self.do_change()
        if wanted[0]:
            self.count(f"refused: {wanted[1]}")
            self.same("digests after a refusal", self.check("refused"), before)
            return None
        down = model.downs(op)
        model.change(op, hold)
        self.catch_up()
        after = self.check("accepted")
        if stays:
            self.count("in force at once, wherever the frontier is")
            if not down and not at_end:
                self.same("map after via or zone", after[0], before[0])
            if share is not None and down and op["name"] in model.members:
                self.same("share of a node that is down",
                          self.kernel.share("web", op["name"]), 0)
        elif hold:
            self.count("held")
            if not down and op.get("state") != ACTIVE:
                self.same("map after a held change", after[0], before[0])
        else:
            self.count("in force at once" if had or model.migration else
                       "in force, without a migration")
        return None

    def do_step(self):
        r, m = self.random, self.model.migration
        cell = WHOLE // GRID if self.placement == "balanced" else 1
        kind = r.choice(["end", "end", "position", "start", "share", "back"])
        target = {"end": WHOLE, "start": 0}.get(
            kind, r.randrange(0, WHOLE + 1, cell))
        values = {"position": target}
        if kind in ("share", "back"):
            values = {"step_share": r.randrange(1, WHOLE // 3)}
            if kind == "back":
                values["back"] = True
        self.last = f"step {kind} {values}"
        before = self.before()
        m = self.model.migration
        if not m:
            wanted = NO_MIGRATION
        elif kind == "share" and m.frontier == WHOLE:
            wanted = ERANGE, "the frontier is at its end already"
        elif kind == "back" and not m.frontier:
            wanted = ERANGE, "the frontier is at its start already"
        elif m.at_once and (kind == "back" or kind != "share" and target < m.frontier):
            wanted = STEPS_ON
        else:
            wanted = DONE
        reply = self.kernel.ask("migrate-step", ring="web", **values)
        if not self.said(self.last, reply, wanted):
            return self.do_step()
        if wanted[0]:
            self.count(f"refused: {wanted[1]}")
            return self.same("digests after a refusal", self.check("refused"), before)
        self.count("step")
        if kind in ("share", "back"):
            frontier = self.kernel.read("migrate-get", ring="web")["frontier"]
            if frontier % cell or (frontier > m.frontier) != (kind == "share"):
                raise AssertionError(f"frontier {m.frontier} -> {frontier}")
            target = frontier
        was, m.frontier = m.frontier, target
        after = self.check("step")
        if target == was:
            self.same("map after no step", after[0], before[0])
        return None

    def do_rollback(self):
        r = self.random
        flags = {key: True for key in ("all", "now") if r.random() < .4}
        self.last, before = f"rollback {flags}", self.before()
        m = self.model.migration
        if not m:
            wanted = NO_MIGRATION
        elif m.back and "now" not in flags:
            wanted = EALREADY, "the migration goes back already"
        elif not m.back and m.changes > 1 and "all" not in flags:
            wanted = EINPROGRESS, "more than one change would be undone"
        else:
            wanted = DONE
        reply = self.kernel.ask("migrate-rollback", ring="web", **flags)
        if not self.said(self.last, reply, wanted):
            return self.do_rollback()
        if wanted[0]:
            self.count(f"refused: {wanted[1]}")
            return self.same("digests after a refusal", self.check("refused"), before)
        self.count("rollback" if "now" not in flags else "rollback at once")
        same_map = True
        if not m.back:
            same_map = self.model.rollback()
            self.twin_again()
        if "now" in flags:
            self.model.settle()
        after = self.check("rollback")
        if "now" not in flags and same_map:
            self.same("map after a rollback", after[0], before[0])
        return None

    def do_finish(self):
        force = self.random.random() < .6
        self.last = f"finish {'force' if force else ''}"
        before = self.before()
        m = self.model.migration
        flags = {"force": True} if force else {}
        reply = self.kernel.ask("migrate-finish", ring="web", **flags)
        wanted = DONE
        if not m:
            wanted = NO_MIGRATION
        elif not force and not self.model.at_end():
            wanted = EBUSY, "a part has still to move"
        elif not force and reply.err:
            wanted = EBUSY, "unknown connections may be left"
        if not self.said(self.last, reply, wanted):
            return self.do_finish()
        if wanted[0]:
            self.count(f"refused: {wanted[1]}")
            return self.same("digests after a refusal", self.check("refused"), before)
        self.count("finish by force" if force else "finish")
        self.model.settle()
        self.check("finish")
        return None

    def do_cut(self):
        name = self.pick()
        self.last = f"cut {name}"
        before = self.before()
        wanted = DONE
        if not self.model.migration:
            wanted = NO_MIGRATION
        elif name not in self.model.members and name not in self.model.leaving:
            wanted = NO_NODE
        elif self.model.members.get(name) == ACTIVE:
            wanted = IN_SERVICE
        elif not self.model.track:
            wanted = EINVAL, "no flows are tracked"
        reply = self.kernel.ask("migrate-finish", ring="web", cut=name)
        if not self.said(self.last, reply, wanted):
            return self.do_cut()
        self.count(f"refused: {wanted[1]}" if wanted[0] else "cut")
        self.same("digests after a cut", self.check("cut"), before)
        return None

    def do_wait(self):
        """Without flows, a migration that is automatic ends by itself."""
        self.last = "wait"
        self.before()
        m = self.model.migration
        if not m or not m.automatic or not self.model.at_end():
            return
        reply = self.kernel.ask("migrate-set", ring="web", quiet=1)
        end = time.monotonic() + 60
        while self.model.migration and time.monotonic() < end:
            time.sleep(.02)
            self.see()
        self.same(f"a migration, waited for ({reply})", bool(self.model.migration),
                  False)
        self.check("ended by itself")

    def run(self, number):
        commands = ([self.do_change] * 20 + [self.do_step] * 8 +
                    [self.do_rollback] * 4 + [self.do_finish, self.do_cut] * 2 +
                    [self.do_wait])
        for self.number in range(number):
            if not self.number % 60:
                self.begin()
            self.random.choice(commands if self.model.migration or not self.number % 8
                               else [self.do_change])()


# What has to come up in a run, for each placement.
KINDS = (
    "in force at once", "in force at once, wherever the frontier is", "held", "step",
    "rollback", "rollback at once", "finish by force", "cut", "ended by itself",
    "refused: a migration is under way",
    "refused: more than one change would be undone",
    "refused: the last change was in force at once",
    "refused: a leaving node has the name",
    "refused: node is leaving, and can only go down",
    "refused: a node that goes down is not held",
)


def try_placement(tap, placement, number, seed):
    test = Test(Kernel(), placement, random.Random(f"{placement} {seed}"))
    seen = ""
    try:
        test.run(number)
    except AssertionError as error:
        seen = f"{error}; command {test.number}: {test.last}"
    tap.check(f"{placement}: {number} random commands, each as the model says",
              not seen, seen)
    for what in sorted(test.counts):
        print(f"# {test.counts[what]} {what}")
    rare = [what for what in KINDS if test.counts.get(what, 0) < number // 500]
    tap.check(f"{placement}: every kind of answer", not rare, rare)


def main():
    number, seed, *placements = sys.argv[1:]
    tap = Ktap()
    print("TAP version 13")
    for placement in placements:
        try_placement(tap, placement, int(number), seed)
    print(f"1..{tap.number}")
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
