# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # shared with scripts, and by lib.sh
#
# cli_lib.sh - shared by the cli*.sh scripts, on top of lib.sh: ringctl in a
# namespace, and a check of all printed JSON at the end

export LC_ALL=C
readonly WHOLE=$((1 << 32)) SEED=000102030405060708090a0b0c0d0e0f
here='' other=''	# namespaces with rings

ringctl()
{
	"$RINGCTL" -n "$here" "$@"
}

# said_json WORD... - prints with -j; the output is kept and checked at the end
#
# Called often, so the only process is ringctl.
said_json_number=0
said_json()
{
	local file=$WORK/json/$BASHPID.$((++said_json_number)) said

	ringctl -j "$@" >"$file" || {
		local status=$?
		rm "$file"
		return $status
	}
	echo "$*" >"$file.words"
	IFS= read -rd '' said <"$file" || :
	printf '%s' "$said"
}

# figure KEY WORD... - a number in the JSON of this command
figure()
{
	local key=$1 json
	shift

	json=$(said_json "$@")
	json_number "$key" "$json"
}

# refuses REGEX STATUS WORD...
refuses()
{
	expect_error "$1" "$2" "$RINGCTL" -n "$here" "${@:3}"
}

# expect_nothing COMMAND... - no output
expect_nothing()
{
	expect_equal '' "$("$@" || :)" "$*"
}

digests() # RING
{
	local said

	said=$(ringctl -b - <<<"digest $1"$'\n'"digest $1 --config")
	echo "${said/$'\n'/ }"
}

# fresh RING WORD... - a new ring for one test
fresh()
{
	ringctl ring add "$@" seed "$SEED"
	ringctl change "$1" '{ node add b1 ; node add b2 weight 2 ; node add b3 ;
		node add b4 weight 3 via 10.0.0.4 via fd00::4 }' >/dev/null
}

# The figures of a receipt, without those that differ from run to run.
figures()
{
	grep -o '"receipt":{.*' |
		sed -E 's/"(time|build_ns|impact_ns)":[0-9]+,//g; s/,"plan":.*//; s/,"nr_moves":[0-9]+,"kept_moves":.*//; s/[]}]*$//'
}

# cli_begin - loads the module, makes namespaces and a folder for the JSON
cli_begin()
{
	need_module
	need_program "$RINGCTL" python3 awk
	mkdir "$WORK/json"
	ktap_begin
	kernel_log_mark
	setup_ns here other
}

# json_by_spec OBJECT... - checks all output of -j against the spec: known keys,
# numbers and words where the spec has these. Each OBJECT was printed at least once.
json_by_spec()
{
	/usr/bin/python3 "$ROOT/selftests/json_by_spec.py" \
		"$ROOT/Documentation/netlink/specs/hashring.yaml" "$WORK/json" "$@"
}
