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

server_bin() { compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1; }

if [ -z "$(server_bin)" ]; then
	[ "$(id -u)" = 0 ] || die "PostgreSQL is missing, and only root can install it (Debian: apt-get install postgresql)"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql; } >&2 ||
		die "apt-get could not install postgresql"
fi
bin="$(server_bin)"
[ -n "$bin" ] || die "PostgreSQL is installed, but not under /usr/lib/postgresql"

work="$(mktemp -d)"
as_server=()
if [ "$(id -u)" = 0 ]; then
	# PostgreSQL refuses to run as root.
	chmod 711 "$work"
	install -d -o postgres "$work/server"
	as_server=(runuser -u postgres --)
else
	mkdir "$work/server"
fi
stop() {
	"${as_server[@]}" "$bin/pg_ctl" -D "$work/server/db" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap stop EXIT

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"${as_server[@]}" "$bin/initdb" -D "$work/server/db" -A trust -U interop -E UTF8 --locale C.UTF-8 --no-sync >"$work/initdb.log" 2>&1 ||
	die "initdb: $(cat "$work/initdb.log")"
"${as_server[@]}" "$bin/pg_ctl" -D "$work/server/db" -l "$work/server/log" -w start >/dev/null \
	-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" ||
	die "PostgreSQL does not start: $(cat "$work/server/log")"

export PGHOST=127.0.0.1 PGPORT="$port" PGUSER=interop PGDATABASE=postgres
psql() { "$bin/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

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
