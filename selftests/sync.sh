#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sync.sh - rings in files: save, restore, sync, and plans without the kernel
#
# one kernel: ringctl alone compares

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

one='' two=''

# The namespace of the rings, and a second one.
ring()
{
	"$RINGCTL" -n "$one" "$@"
}

ring2()
{
	"$RINGCTL" -n "$two" "$@"
}

# number KEY COMMAND... - a number in the JSON of COMMAND
number()
{
	local key=$1 json
	shift

	json=$("$@")
	json_number "$key" "$json"
}

# digests FUNCTION RING... - of maps and configurations
digests()
{
	local run=$1 name
	shift

	for name; do
		"$run" digest "$name"
		"$run" digest "$name" --config
	done
}

generation()
{
	number generation ring -j ring show "$1"
}

# write TEXT - into file.yaml
write()
{
	printf '%s\n' "$1" >"$WORK/file.yaml"
}

# --- malformed files ----------------------------------------------------------

# wrong LINE:COLUMN REGEX TEXT - the error for a file with TEXT
wrong()
{
	write "$3"
	expect_error "file\.yaml:$1: $2" 1 "$RINGCTL" restore "$WORK/file.yaml"
}

# All commands that read files print the same error.
bad_everywhere()
{
	write 'rings: 1'
	expect_error "file\.yaml:1:8: rings: expected a list" 1 "$RINGCTL" restore "$WORK/file.yaml"
	expect_error "file\.yaml:1:8: rings: expected a list" 1 "$RINGCTL" sync "$WORK/file.yaml"
	expect_error "file\.yaml:1:8: rings: expected a list" 1 \
		"$RINGCTL" plan web '{ node del b1 }' --offline "$WORK/file.yaml"
	expect_error "stdin:1:8: rings: expected a list" 1 "$RINGCTL" sync - <"$WORK/file.yaml"
}

bad_syntax()
{
	wrong 4:1 ".*did not find expected" $'rings:\n- name: web\n  nodes: [ { name: b1'
	wrong 3:1 ".*tab character" $'rings:\n- name: web\n\tnodes: []'
	wrong 2:11 "invalid leading UTF-8" $'rings:\n- name: "w\xffb"'
	wrong 1:10 ".*undefined alias" $'rings: [ *none ]'
	wrong 3:1 ".*second one" $'rings: []\n---\nrings: []'
	wrong 1:1 ".*empty" ''
}

bad_keys()
{
	wrong 4:17 'unknown key "colour" of a node: expected one of name' \
		$'rings:\n- name: web\n  nodes:\n  - { name: b1, colour: 2 }'
	wrong 2:3 "name is missing from a ring" $'rings:\n- nodes: []'
	wrong 2:3 "nodes is missing from a ring" $'rings:\n- name: web'
	wrong 4:5 "name is missing from a node" $'rings:\n- name: web\n  nodes:\n  - { id: 3 }'
	wrong 4:3 "name is given twice" $'rings:\n- name: web\n  nodes: []\n  name: web'
	wrong 1:1 'unknown key "ring"' $'ring: []'
	wrong 5:5 "fwmark is missing from an attachment" \
		$'rings:\n- name: web\n  nodes: []\n  attachments:\n  - { hook: output, key: source }'
}

bad_types()
{
	wrong 3:10 "nodes: expected a list" $'rings:\n- name: web\n  nodes: 5'
	wrong 1:1 "expected rings: a mapping" 'web'
	wrong 3:12 "expected a node: a mapping" $'rings:\n- name: web\n  nodes: [ b1 ]'
	wrong 2:9 "name: expected a name, not a list" $'rings:\n- name: [ web ]\n  nodes: []'
	wrong 3:11 "points: expected a number, not a mapping" \
		$'rings:\n- name: web\n  points: { }\n  nodes: []'
}

bad_values()
{
	local one_node=$'rings:\n- name: web\n  nodes:\n  - { name: b1, '

	wrong 4:25 'weight: expected a number from 1 to 1000, not "heavy"' "${one_node}weight: heavy }"
	wrong 4:25 'weight: expected a number from 1 to 1000, not "1001"' "${one_node}weight: 1001 }"
	wrong 4:21 'id: expected a number from 1 to' "${one_node}id: 0 }"
	wrong 4:24 'state: expected one of active, draining, down, not "up"' "${one_node}state: up }"
	wrong 4:22 'via: expected an IPv4 or IPv6 address' "${one_node}via: 10.0.0 }"
	wrong 4:33 'via: a node has one address of each family' "${one_node}via: [10.0.0.1, 10.0.0.2] }"
	wrong 4:25 'points cannot be given in this placement' "${one_node}points: [7] }"
	wrong 2:9 'name "a.b": a name must not contain' $'rings:\n- name: a{b\n  nodes: []'
	wrong 3:9 'seed: expected 32 hexadecimal digits' $'rings:\n- name: web\n  seed: 12\n  nodes: []'
	wrong 3:14 'algorithm [0-9]+' $'rings:\n- name: web\n  algorithm: 4000000\n  nodes: []'
	wrong 5:34 'fwmark: expected VALUE/MASK, not "x"' \
		$'rings:\n- name: web\n  nodes: []\n  attachments:\n  - { hook: output, fwmark:      x, key: source }'
	wrong 5:5 "fwmark 0x2 has bits that its mask 0x1 has not" \
		$'rings:\n- name: web\n  nodes: []\n  attachments:\n  - { hook: output, fwmark: 2/1, key: source }'
}

bad_settings()
{
	local head=$'rings:\n- name: web\n  nodes: []\n  settings: '

	wrong 4:13 'expected settings: a mapping' "${head}[]"
	wrong 4:15 'unknown key "tcp" of settings: expected one of established' "$head{ tcp: 5s }"
	wrong 4:28 'established: expected one of stay, move' "$head{ established: go }"
	wrong 4:28 'tcp-timeout: expected a time' "$head{ tcp-timeout: 0 }"
	wrong 4:28 'udp-timeout: expected a time' "$head{ udp-timeout: -1s }"
	wrong 4:28 'max-entries: expected a number' "$head{ max-entries: 0 }"
}

bad_as_a_whole()
{
	local ring=$'rings:\n- name: web\n  nodes:\n  - { name: b1, id: 4 }\n'

	wrong 5:13 "node b1 stands on line 4 already" "$ring  - { name: b1 }"
	wrong 5:21 "id is given twice: 4, to node b1 already" "$ring  - { name: b2, id: 4 }"
	wrong 5:23 "seat is held: b1 by node b1" "$ring  - { name: b2, seat: b1 }"
	wrong 5:9 "ring web stands on line 2 already" "$ring- name: web"$'\n  nodes: []'
	wrong 4:21 "id does not fit the mask of an attachment: 4 .at most 3" \
		"$ring"$'  attachments:\n  - { hook: output, fwmark: 1/1, set: 6, key: source }'
	wrong 5:24 "position is held: 7 by node a" \
		$'rings:\n- name: web\n  placement: explicit\n  nodes: [ { name: a, points: [7] },\n    { name: b, points: [7, 8] } ]'
	wrong 4:12 "node needs points in this placement: a" \
		$'rings:\n- name: web\n  placement: explicit\n  nodes: [ { name: a } ]'
	wrong 4:11 "points and per are not for this placement" \
		$'rings:\n- name: web\n  placement: explicit\n  points: 4\n  nodes: []'
}

no_file()
{
	expect_error "nowhere.yaml: No such file" 1 "$RINGCTL" sync "$WORK/nowhere.yaml"
	expect_error "FILE is missing" 1 "$RINGCTL" restore
}

# --- plans without the kernel -------------------------------------------------

without_module()
{
	[ ! -d /sys/module/hashring ]
	write $'rings:\n- name: web\n  seed: 000102030405060708090a0b0c0d0e0f\n  nodes: [ { name: b1 }, { name: b2 } ]'
	expect_match "planned  added 1" "$RINGCTL" plan web '{ node add b3 }' --offline "$WORK/file.yaml"
	expect_error "there is no ring wib" 1 "$RINGCTL" plan wib '{ node add b3 }' --offline "$WORK/file.yaml"
	write $'rings:\n- name: web\n  nodes: [ { name: b1 } ]'
	expect_error "has no seed" 1 "$RINGCTL" plan web '{ node add b3 }' --offline "$WORK/file.yaml"
}

# Rings of every kind, with past changes: seats unlike names, ids with gaps.
make_rings()
{
	ring ring add web points 40/2
	ring change web '{ node add b1 weight 2 via 10.0.0.1 ; node add b2 id 200 via 10.0.0.2 via fd00::2 ;
		node add b3 state draining ; node add b4 weight 7 ; node add b5 state down }'
	ring node replace web b2 yes id 9
	ring node del web b1
	ring node add web b6 weight 3
	ring ring add tokens placement explicit
	ring change tokens '{ node add a point 5 7 0xfffffff0 ; node add b point 1000 2000 3000 4000 5000 6000 7000 state down }'
	ring ring add empty
	ring attach add web hook prerouting fwmark 0x100/0x100 set 0xff0000 key 5tuple mode observe
	ring attach add web hook output priority -5 fwmark 0x200/0x300 key source none drop
}

# Drops figures that differ from run to run, and bytes: a ring that grew and shrank
# may use some more memory than a ring from a file.
figures()
{
	sed -E '/"(time|build_ns|impact_ns|bytes_before|bytes_after|bytes_both)"/d'
}

offline_like_kernel()
{
	local name=$1 change=$2
	ring save "$WORK/saved.yaml"
	ring -j -p plan "$name" "$change" | figures >"$WORK/kernel"
	"$RINGCTL" -j -p plan "$name" "$change" --offline "$WORK/saved.yaml" | figures >"$WORK/offline"
	grep -q '"moved": [1-9]' "$WORK/kernel"
	diff "$WORK/kernel" "$WORK/offline"
}

offline_figures()
{
	offline_like_kernel web '{ node add n1 }'
	offline_like_kernel web '{ node add n1 weight 5 ; node add n2 ; node del b4 }'
	offline_like_kernel web '{ node replace yes n1 id 44 ; node set b6 weight 9 ; node set b3 state active }'
	offline_like_kernel tokens '{ node set b state active }'
	offline_like_kernel tokens '{ node add c point 1 2147483648 ; node set a point 6 8 }'
}

# Other methods beside the ring, once from the kernel and once from a file.
compared_alike()
{
	local compare=(compare web '{ node add n1 ; node del b4 }' --samples 1000)

	ring save "$WORK/saved.yaml"
	"$RINGLAB" -n "$one" -j -p "${compare[@]}" | sed /lookup_ns/d >"$WORK/kernel"
	"$RINGLAB" -j -p "${compare[@]}" --offline "$WORK/saved.yaml" | sed /lookup_ns/d >"$WORK/offline"
	grep -q '"method": "ring"' "$WORK/kernel"
	diff "$WORK/kernel" "$WORK/offline"
	expect_error "no such ring" 2 "$RINGLAB" -n "$one" compare nobody '{ node del b4 }'
}

refused_alike()
{
	local kernel offline
	kernel=$(ring plan "$@" 2>&1) && return 1
	offline=$("$RINGCTL" plan "$@" --offline "$WORK/saved.yaml" 2>&1) && return 1
	# The kernel may add the attribute's name, and may lack details.
	kernel=$(sed -E 's/ \([a-z0-9.-]+\)$//' <<<"$kernel")
	[ -n "$(detail says)" ] || offline=${offline:0:${#kernel}}
	expect_equal "$kernel" "$offline"
}

offline_refusals()
{
	ring save "$WORK/saved.yaml"
	refused_alike web '{ node add b4 }'
	refused_alike web '{ node add n1 ; node del n2 }'
	refused_alike web '{ node add n1 id 9 }'
	refused_alike web '{ node add n1 id 256 }'
	refused_alike web '{ node set b4 weight 1001 }'
	refused_alike web '{ node add n1 }' --max-moved 0.001%
	refused_alike web '{ node add n1 }' --generation 99
	refused_alike tokens '{ node add n1 }'
	refused_alike tokens '{ node add n1 point 7 }'
	expect_error "would move more than is allowed: [0-9.]+%, not 0\.001%" 4 "$RINGCTL" plan web '{ node add n1 }' --max-moved 0.001% --offline "$WORK/saved.yaml"
	expect_error "generation does not match: [0-9]+, not 99" 3 "$RINGCTL" plan web '{ node add n1 }' --generation 99 --offline "$WORK/saved.yaml"
}

# --- save and restore ---------------------------------------------------------

saved_file()
{
	umask 022
	: >"$WORK/saved.yaml"
	chmod 644 "$WORK/saved.yaml"
	ring save "$WORK/saved.yaml"
	expect_equal 600 "$(stat -c %a "$WORK/saved.yaml")"
	expect_equal "$(<"$WORK/saved.yaml")" "$(ring save)"
	expect_equal "$(<"$WORK/saved.yaml")" "$(ring save -)"
	expect_match "name: tokens" ring save - tokens
	expect_equal 1 "$(ring save - tokens | grep -c '^- name:')"
	expect_equal '' "$(find "$WORK" -name 'saved.yaml?*')"
	expect_error "no such ring" 2 "$RINGCTL" -n "$one" save "$WORK/saved.yaml" nobody
	grep -q 'name: web' "$WORK/saved.yaml"
	expect_error "No such file or directory" 1 "$RINGCTL" -n "$one" save "$WORK/no/where"
	if command -v capsh >/dev/null; then
		expect_error "seed of ring .* CAP_NET_ADMIN" 2 ip netns exec "$one" \
			capsh --drop=cap_net_admin -- -c "'$RINGCTL' save"
	fi
}

restore_elsewhere()
{
	ring save "$WORK/saved.yaml"
	ring2 restore "$WORK/saved.yaml"
	digests ring web tokens empty >"$WORK/digests1"
	digests ring2 web tokens empty >"$WORK/digests2"
	diff "$WORK/digests1" "$WORK/digests2"
	ring2 save - | grep -v generation: >"$WORK/saved2"
	grep -v generation: "$WORK/saved.yaml" | diff - "$WORK/saved2"
	# A restored ring has one change.
	expect_match '"generation": ?1[,}]' ring2 -j ring show web
}

restore_on_top()
{
	ring save "$WORK/saved.yaml"
	ring2 ring del empty
	expect_error 'saved\.yaml:[0-9]+:9: ring tokens exists' 2 \
		"$RINGCTL" -n "$two" restore "$WORK/saved.yaml"
	expect_error "no such ring" 2 "$RINGCTL" -n "$two" ring show empty
	ring2 ring add empty
}

# The second ring cannot get its attachment: no ring stays.
restore_undone()
{
	setup_ns half
	write $'rings:
- name: r1
  nodes: [ { name: a } ]
  attachments: [ { hook: output, fwmark: 1/1, key: source } ]
- name: r2
  nodes: [ { name: b } ]
  attachments: [ { hook: output, fwmark: 1/1, key: source } ]'
	expect_error "nothing was restored" 2 "$RINGCTL" -n "${half:-}" restore "$WORK/file.yaml"
	expect_equal '' "$("$RINGCTL" -n "$half" ring show)"
	expect_equal '' "$("$RINGCTL" -n "$half" attach show)"
}

# --- sync ---------------------------------------------------------------------

# The file has the running configuration, edited by a sed script.
edit()
{
	ring save "$WORK/file.yaml"
	cp "$WORK/file.yaml" "$WORK/before.yaml"
	sed -i -E "$1" "$WORK/file.yaml"
	! cmp -s "$WORK/file.yaml" "$WORK/before.yaml"
}

# The running configuration equals the file, except for the order of lines.
like_file()
{
	ring save - | grep -v generation: | sort >"$WORK/now"
	grep -v generation: "$WORK/file.yaml" | sort | diff - "$WORK/now"
}

sync_nothing()
{
	local before
	before=$(generation web)
	ring save "$WORK/file.yaml"
	expect_equal $'empty unchanged\ntokens unchanged\nweb unchanged' "$(ring sync "$WORK/file.yaml")"
	expect_equal "$before" "$(generation web)"
}

sync_changes()
{
	local before
	before=$(generation web)
	edit 's/(name: b4.*) weight: 7/\1 weight: 5/; /name: b6/d; s/(name: b3.*)draining/\1active/
		s/^(  - \{ name: b5.*)/\1\n  - { name: b7, id: 77, weight: 1, state: active, via: [10.0.0.7] }/'
	expect_match "web generation $((before + 1)) planned  added 1  removed 1  set 2" \
		ring sync "$WORK/file.yaml" --dry-run
	expect_equal "$before" "$(generation web)"
	expect_match "web generation $((before + 1))  added 1  removed 1  set 2" \
		ring sync "$WORK/file.yaml"
	expect_equal $((before + 1)) "$(generation web)"
	like_file
	expect_match "web unchanged" ring sync "$WORK/file.yaml"
}

sync_replaces()
{
	local share json
	share=$(number share ring -j node show web b4)
	edit 's/name: b4,/name: n4, seat: b4,/'
	json=$(ring -j sync "$WORK/file.yaml")
	expect_equal 1 "$(json_number replaced "$json")"
	expect_equal 0 "$(json_number collateral "$json")"
	expect_equal "$share" "$(json_number moved "$json")"
	like_file
}

sync_points()
{
	edit 's/\[5, 7, /[5, 8, /'
	expect_match "tokens generation [0-9]+  set 1" ring sync "$WORK/file.yaml"
	like_file
}

# An id and attachments that the file omits stay.
sync_leaves()
{
	local before
	before=$(ring attach show)
	edit '/^  attachments:/d; /hook:/d; s/ id: [0-9]+,//'
	ring sync "$WORK/file.yaml"
	expect_equal "$before" "$(ring attach show)"
	expect_equal 77 "$(number id ring -j node show web b7)"
}

sync_budget()
{
	local before
	before=$(generation web)
	edit 's/(name: b7.*) weight: 1/\1 weight: 50/'
	expect_error "would move more than is allowed$(detail ': [0-9.]+%, not 1\.000%')" 4 \
		"$RINGCTL" -n "$one" sync "$WORK/file.yaml" --max-moved 1%
	expect_equal "$before" "$(generation web)"
}

# The kernel refuses the second ring's change, so the first ring does not change.
sync_refused()
{
	local before
	before=$(generation tokens)
	edit 's/\[5, 8, /[5, 9, /; s/id: 77/id: 256/; s/, set: 0xff0000//'
	expect_error "id does not fit the mask of an attachment$(detail ": 256")" 2 "$RINGCTL" -n "$one" sync "$WORK/file.yaml"
	expect_equal "$before" "$(generation tokens)"
}

sync_new_ring()
{
	ring save "$WORK/file.yaml"
	cat >>"$WORK/file.yaml" <<END
- name: fresh
  seed: 000102030405060708090a0b0c0d0e0f
  nodes: [ { name: f1 }, { name: f2 } ]
END
	expect_match "fresh would be made" ring sync "$WORK/file.yaml" --dry-run
	expect_error "no such ring" 2 "$RINGCTL" -n "$one" ring show fresh
	expect_match "fresh generation 1  added 2" ring sync "$WORK/file.yaml"
	expect_match "fresh unchanged" ring sync "$WORK/file.yaml"
}

sync_other_rings()
{
	ring save "$WORK/file.yaml" web tokens empty
	expect_match "fresh is not in the file: left alone" ring sync "$WORK/file.yaml"
	expect_match "fresh would be removed" ring sync "$WORK/file.yaml" --prune --dry-run
	ring attach add fresh hook output fwmark 0x100/0x300 key source
	expect_match "fresh removed" ring sync "$WORK/file.yaml" --prune
	expect_error "no such ring" 2 "$RINGCTL" -n "$one" ring show fresh
	like_file
}

sync_attachments()
{
	local id
	# An attachment in another mode is a new attachment.
	edit 's/mode: observe/mode: steer/'
	expect_match "attach add .*hook prerouting .*mode steer" ring sync "$WORK/file.yaml"
	like_file
	# An attachment moved to another ring keeps its id.
	id=$(ring attach show web | sed -n 's/^\([0-9]*\) .*prerouting.*/\1/p')
	ring save "$WORK/file.yaml"
	python3 - "$WORK/file.yaml" <<'END'
import sys
lines = open(sys.argv[1]).read().split("\n")
moved = [line for line in lines if "hook: prerouting" in line]
lines = [line for line in lines if "hook: prerouting" not in line]
at = lines.index("- name: empty")
at = lines.index("  attachments: []", at)
lines[at:at + 1] = ["  attachments:"] + moved
open(sys.argv[1], "w").write("\n".join(lines))
END
	expect_match "empty attach replace id $id .*\(was web\)" ring sync "$WORK/file.yaml"
	like_file
	expect_equal "$id" "$(number id ring -j attach show empty)"
}

settings() # FUNCTION RING
{
	"$1" -j ring show "$2" | grep -oE '"established".*"max_entries":[0-9]+'
}

settings_travel()
{
	local was

	ring ring add kept established move tcp-timeout 10ms udp-timeout 1h entries 77
	was=$(settings ring kept)
	ring save "$WORK/kept.yaml" kept
	ring2 restore "$WORK/kept.yaml" >/dev/null
	expect_equal "$was" "$(settings ring2 kept)"
	ring2 ring set kept established stay entries 78 >/dev/null
	expect_match 'kept settings would change' ring2 sync "$WORK/kept.yaml" --dry-run
	expect_match 'kept settings changed' ring2 sync "$WORK/kept.yaml"
	expect_equal "$was" "$(settings ring2 kept)"
	expect_match 'kept unchanged' ring2 sync "$WORK/kept.yaml"
	# Settings that the file omits stay.
	sed '/settings:/,/}/d' "$WORK/kept.yaml" >"$WORK/bare.yaml"
	expect_match 'kept unchanged' ring2 sync "$WORK/bare.yaml"
	expect_equal "$was" "$(settings ring2 kept)"
	ring ring del kept
	ring2 ring del kept
}

sync_born_otherwise()
{
	edit "s/seed: '.{4}/seed: '0123/"
	expect_error 'file\.yaml:[0-9]+:9: ring .* has another seed' 1 "$RINGCTL" -n "$one" sync "$WORK/file.yaml"
	edit 's/points: 40/points: 41/'
	expect_error 'file\.yaml:[0-9]+:11: ring web has 40 points for 2 of weight' 1 \
		"$RINGCTL" -n "$one" sync "$WORK/file.yaml"
	edit 's/name: b7,/name: b7, seat: other,/'
	expect_error 'file\.yaml:[0-9]+:23: node b7 holds seat b7, not other' 1 \
		"$RINGCTL" -n "$one" sync "$WORK/file.yaml"
	write $'rings:\n- name: tokens\n  nodes: []'
	expect_error 'file\.yaml:2:9: ring tokens has explicit placement' 1 \
		"$RINGCTL" -n "$one" sync "$WORK/file.yaml"
}

ktap_begin
need_program python3 awk
ktap_test "malformed YAML is refused, with line and column" bad_syntax
ktap_test "unknown, missing and repeated keys are refused" bad_keys
ktap_test "values of another type are refused" bad_types
ktap_test "values out of range are refused" bad_values
ktap_test "wrong settings are refused" bad_settings
ktap_test "files that contradict themselves are refused" bad_as_a_whole
ktap_test "every command prints the error and its place" bad_everywhere
ktap_test "a missing file is refused" no_file
if [ ! -d /sys/module/hashring ]; then
	ktap_test "a plan needs no module" without_module
fi
need_module
setup_ns one two
ktap_test "rings with past changes" make_rings
ktap_test "a plan from the file has the kernel's figures" offline_figures
ktap_test "a comparison is the same offline" compared_alike
ktap_test "a plan from the file is refused in the kernel's words" offline_refusals
ktap_test "save writes a private file, all or nothing" saved_file
ktap_test "restored rings have the same digests" restore_elsewhere
ktap_test "restore refuses rings that exist" restore_on_top
ktap_test "a restore that fails leaves no ring" restore_undone
ktap_test "sync to the running configuration changes nothing" sync_nothing
ktap_test "sync makes one change of all differences" sync_changes
ktap_test "sync replaces by seat, without collateral" sync_replaces
ktap_test "sync changes points" sync_points
ktap_test "sync keeps what the file omits" sync_leaves
ktap_test "sync keeps to its limit" sync_budget
ktap_test "a refused sync changes no ring" sync_refused
ktap_test "sync makes missing rings" sync_new_ring
ktap_test "sync leaves or prunes rings that the file does not name" sync_other_rings
ktap_test "sync moves, makes and removes attachments" sync_attachments
ktap_test "settings are saved, restored, and changed by sync" settings_travel
ktap_test "sync cannot change seed, points or placement of a ring" sync_born_otherwise
ktap_finish
