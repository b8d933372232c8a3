#!/usr/bin/env bash
# Loads a PostgreSQL table through tap-postgres, changes it, loads it again from
# the STATE the first load said, and compares the lake with the table each time.
set -euo pipefail
cd "$(dirname "$0")"
: "${TARGET:?interop/run.sh sets it}" "${VENV:?interop/run.sh sets it}"

die() {
	printf '\n*** interop DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

. ./server.sh

cat >"$work/tap.json" <<END
{"host": "127.0.0.1", "port": $port, "user": "interop", "password": "none", "database": "postgres",
 "filter_schemas": ["public"]}
END
tap=("$VENV/bin/tap-postgres" --config "$work/tap.json")

# catalog TABLE writes a catalog that selects TABLE alone, to be read by updated_at.
catalog() {
	"${tap[@]}" --discover 2>"$work/discover.log" | "$VENV/bin/python" catalog.py "public-$1" >"$work/$1.json"
}

# extract FILE [--state STATE] keeps what the tap says of parcel in FILE.
extract() {
	local out="$1"
	shift
	"${tap[@]}" --catalog "$work/parcel.json" "$@" >"$out" 2>"$work/tap.log" || die "tap-postgres: $(tail -5 "$work/tap.log")"
}

# load_and_compare NAME expects the tap's output in NAME.jsonl.
load_and_compare() {
	"$TARGET" --lake "$work/lake" <"$work/$1.jsonl" >"$work/$1.state" 2>"$work/$1.log" ||
		{ cat "$work/$1.log" >&2; exit 1; }
	tail -1 "$work/$1.state" | tr -d '\n' | cmp - "$work/lake/state.json"
	psql -At -c "SELECT row_to_json(r) FROM ($(cat canonical.sql)) r" >"$work/$1.source"
	"$VENV/bin/python" compare.py "$work/lake" "$work/$1.source"
}

psql -f source.sql
catalog parcel
extract "$work/first.jsonl"
load_and_compare first

psql -f update.sql
tail -1 "$work/first.state" >"$work/last.json"
extract "$work/second.jsonl" --state "$work/last.json"
read_again="$(grep -c '"type":"RECORD"' "$work/second.jsonl")"
[ "$read_again" -lt 20000 ] || { echo "the tap did not resume from STATE: it read $read_again rows" >&2; exit 1; }
load_and_compare second

catalog holed
status=0
"${tap[@]}" --catalog "$work/holed.json" 2>"$work/tap.log" |
	"$TARGET" --lake "$work/holed" >"$work/holed.state" 2>"$work/holed.log" || status=$?
[ "$status" = 65 ] && grep -q '"public-holed", /tags/1' "$work/holed.log" ||
	{ echo "a null its SCHEMA forbids: exit $status, want 65 naming /tags/1: $(cat "$work/holed.log")" >&2; exit 1; }
echo "postgres: a null its SCHEMA forbids: refused"
