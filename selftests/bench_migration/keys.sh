# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # sourced by guest
#
# keys.sh - runs the seed document's quantitative example: ten nodes and one
# more, a million keys, batches of 1000. `ringctl map` has the owners of keys
# before, in the middle and at the end. The batch of a key follows from its
# position and from the frontiers of steps.

key_list()
{
	awk -v n="$BENCH_KEYS" 'BEGIN {
		for (i = 0; i < n; i++)
			print "key_" i
	}'
}

key_nodes() # FILE
{
	"$RINGCTL" map keys <"$WORK/keys" >"$1" || die "no map"
}

# key_migration LABEL OPTION... - of `ring add`
key_migration()
{
	local label=$1 i ops="" batch started ms
	shift

	"$RINGCTL" ring add keys "$@" seed 000102030405060708090a0b0c0d0e0f >/dev/null ||
		die "no ring"
	for ((i = 0; i < 10; i++)); do
		ops+="node add node_$i; "
	done
	"$RINGCTL" change keys "{ $ops}" >/dev/null || die "no nodes"
	key_nodes "$WORK/before"
	"$RINGCTL" change keys --hold '{ node add node_10 }' >/dev/null || die "no hold"

	# 1000 keys of a million are one thousandth of the ring.
	batch=$(awk -v n="$BENCH_KEYS" 'BEGIN { printf "%.6f", 1000 / n }')
	started=$(now_ms)
	"$RINGCTL" migrate run keys --batch "$batch" --interval 0 --quiet 1ms \
		--max-moved 4.5% >"$WORK/steps" 2>"$WORK/stopped"
	[ $? = 4 ] || die "$(<"$WORK/stopped")"
	ms=$(($(now_ms) - started))
	key_nodes "$WORK/middle"
	started=$(now_ms)
	"$RINGCTL" migrate run keys --batch "$batch" --interval 0 --quiet 1ms \
		>>"$WORK/steps" || die "no migration"
	((ms += $(now_ms) - started))
	key_nodes "$WORK/after"
	"$RINGCTL" ring del keys

	awk -F '\t' -v label="$label" -v ms="$ms" -v n="$BENCH_KEYS" \
		-v before="$WORK/before" -v middle="$WORK/middle" '
	function position(hex,   i, value) {
		if (hex !~ /^0x/)
			return hex + 0
		for (i = 3; i <= length(hex); i++)
			value = value * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
		return value
	}
	FNR == NR {
		if (split($0, word, " ") && word[2] == "step")
			for (i = 3; i < 6; i++)
				if (word[i] == "->")
					frontier[steps++] = position(word[i + 1])
		next
	}
	{
		getline old <before
		getline mid <middle
		split(old, was, "\t")
		split(mid, is, "\t")
		moved_middle += is[3] != was[3]
		if (is[3] != was[3] && is[3] != $3)
			astray++
		if (was[3] == $3)
			next
		moved++
		astray += $3 != "node_10"
		low = 0
		high = steps
		while (low < high) {
			m = int((low + high) / 2)
			if ($2 < frontier[m])
				high = m
			else
				low = m + 1
		}
		keys[low]++
	}
	END {
		least = n
		for (i = 0; i < steps; i++) {
			if (keys[i] + 0 > most)
				most = keys[i]
			if (i < steps - 1 && keys[i] + 0 < least)
				least = keys[i] + 0
		}
		printf "%-22s %7d %8d %8d %6d..%-6d %9d %8.2f %7.1f %8d\n",
			label, steps, moved, moved_middle, least, most,
			keys[steps - 1], ms / 1000, ms / (steps ? steps : 1), astray
	}' "$WORK/steps" "$WORK/after"
}

part_keys()
{
	printf '\n10 nodes and one more, %d keys, batches of 1000 keys (%s of the ring)\n' \
		"$BENCH_KEYS" "$(awk -v n="$BENCH_KEYS" 'BEGIN { printf "%g%%", 100000 / n }')"
	printf '%-22s %7s %8s %8s %14s %9s %8s %7s %8s\n' '' batches moved \
		half-way 'keys a batch' 'the last' seconds 'ms each' astray
	key_list >"$WORK/keys"
	key_migration "hash, 160 points" points 160
	key_migration "balanced" placement balanced
	awk -v n="$BENCH_KEYS" 'BEGIN {
		printf "%-22s %7d %8d %24s %9s %8d %7d\n", "the seed says",
			n / 10 / 1000, n / 10, 1000, 1000, n / 10 / 1000 * 2, 2000
		printf "%-22s %7d %8d\n", "a perfect method", n / 11 / 1000 + 1, n / 11
	}'
}
