#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ynl.sh - the kernel tree's own netlink client, unmodified, uses the family by the
# project's spec: do, dump, subscribe
#
# one kernel: the spec alone decides; wire.sh has the messages of each kernel

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"

tools=$("$ROOT/selftests/host/linux-tools.sh") || ktap_skip_all "no linux-source"
spec=$ROOT/Documentation/netlink/specs/hashring.yaml

# ynl OPTION... - slow, because each call reads the whole spec
ynl()
{
	/usr/bin/python3 "$tools/tools/net/ynl/cli.py" --spec "$spec" \
		--output-json "$@"
}

# by_schema OPTION... - cli.py first checks the spec against the project's schema;
# one such call is enough
by_schema()
{
	ynl --schema "$ROOT/Documentation/netlink/genetlink-legacy.yaml" "$@"
}

# All requests that do not depend on an answer, in one message.
does()
{
	by_schema --multi ring-add \
		'{"name": "y", "placement": "hash", "points": 40}' \
		--multi change '{"ring": "y", "op": [
			{"kind": "add", "name": "a", "attrs": {"via4": 167772161}},
			{"kind": "add", "name": "b", "attrs": {"id": 7, "weight": 2}}]}' \
		--multi lookup \
		'{"ring": "y", "positions": "0500000005000000"}' \
		--multi digest-get '{"ring": "y"}' \
		--multi limits-get '{"name": "nodes"}' >"$WORK/done"
	/usr/bin/python3 -c 'import json, sys
for reply in json.load(sys.stdin):
	print(json.dumps(reply))' <"$WORK/done" >"$WORK/replies"
	expect_equal 5 "$(wc -l <"$WORK/replies")" "replies"
}

reply() # NUMBER
{
	sed -n "$1p" "$WORK/replies"
}

makes_a_ring()
{
	expect_match '"generation": 0' reply 1
}

changes_it()
{
	expect_match '"moved": 0.*"gained": 4294967296' reply 2
	expect_match '"generation": ?1,' "$RINGCTL" -j ring show y
}

dumps_nodes()
{
	ynl --no-schema --dump node-get --json '{"ring": "y"}' >"$WORK/said"
	expect_match '"name": "a".*"via4": "10.0.0.1".*"name": "b".*"id": 7' \
		cat "$WORK/said"
}

looks_up()
{
	local id

	id=$("$RINGCTL" -j lookup y position 5)
	id=$(json_number id "$id")
	expect_match "\"owners\": \[$id, $id\]" reply 3
}

reads_the_rest()
{
	expect_match '"digest":' reply 4
	expect_match '"value": 65535' reply 5
	expect_match '"receipt": .*"added": 2' ynl --no-schema \
		--dump history-get --json '{"ring": "y"}'
	expect_match '"after": .*"kind": "add"|"kind": "add".*"after":' ynl \
		--no-schema --dump ops-get --json '{"ring": "y", "generation": 1}'
	expect_match '"ends": .*"owners":' ynl --no-schema --dump arcs-get \
		--json '{"ring": "y"}'
	expect_match '\[\]' ynl --no-schema --dump attach-get
}

complains()
{
	ynl --no-schema "$@" >&2	# cli.py prints errors on standard output
}

is_told_why()
{
	expect_error "no such node$(detail ': z')" any complains --do change --json \
		'{"ring": "y", "op": [{"kind": "del", "name": "z"}]}'
}

is_told_of_events()
{
	local listener

	# cli.py subscribes, sleeps, and then prints the events.
	ynl --no-schema --subscribe events --sleep 2 >"$WORK/events" &
	listener=$!
	while kill -0 "$listener" 2>/dev/null; do
		"$RINGCTL" node set y b weight "$((1 + RANDOM % 1000))"
	done
	wait "$listener"
	expect_match '"name": "change-ntf".*"receipt"' cat "$WORK/events"
}

need_module
need_program "$RINGCTL" python3
ktap_begin
kernel_log_mark
ktap_test "do: several requests at once, by the schema" does
ktap_test "do: a ring is made" makes_a_ring
ktap_test "do: a change of two operations" changes_it
ktap_test "dump: nodes" dumps_nodes
ktap_test "do: a look-up of packed positions" looks_up
ktap_test "history, digest, arcs, limits, attachments" reads_the_rest
ktap_test "a refusal has its text" is_told_why
ktap_test "subscribe: a change sends an event" is_told_of_events
"$RINGCTL" ring del y >/dev/null
ktap_test "the kernel does not complain" kernel_log_faults
ktap_finish
