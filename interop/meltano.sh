#!/usr/bin/env bash
# Loads a PostgreSQL table in a Meltano project, twice, as docs/meltano.md tells it,
# with this repository's definition of the loader; compares the lake with the table
# after each run, and what Meltano keeps with the STATE of the lake.
set -euo pipefail
cd "$(dirname "$0")"
repo="$(dirname "$PWD")"
export TARGET="${TARGET:-$repo/bin/target-filelake}"

die() {
	printf '\n*** meltano DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

fail() {
	printf 'meltano: %s\n' "$*" >&2
	[ ! -e "$work/log" ] || tail -40 "$work/log" >&2
	exit 1
}

[ -x "$TARGET" ] || die "$TARGET is missing: run make build"
[ "${TARGET##*/}" = target-filelake ] || die "$TARGET is not named target-filelake, as the definition has it"
command -v python3 >/dev/null || die "python3 is missing"
python3 "$repo/meltano/definition.py" --check

venv="$repo/.venv-meltano"
if ! cmp -s meltano.txt "$venv/installed.txt"; then
	python3 -m venv "$venv" || die "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
	"$venv/bin/pip" install -q --disable-pip-version-check -r meltano.txt || die "pip could not install what interop/meltano.txt pins"
	cp meltano.txt "$venv/installed.txt"
fi
guide="$repo/docs/meltano.md"
tap="pip_url: $(grep -x 'meltanolabs-tap-postgres==.*' requirements.txt)"
grep -qF -- "$tap" "$guide" || die "docs/meltano.md does not say $tap, as interop/requirements.txt has it"

. ./server.sh
for name in $(compgen -e | grep -E '^(MELTANO|TARGET_FILELAKE|TAP_POSTGRES)_'); do
	unset "$name"
done
export PGPASSWORD=none PATH="$(dirname "$TARGET"):$venv/bin:$PATH" NO_COLOR=1 MELTANO_SEND_ANONYMOUS_USAGE_STATS=false
ln -s "$repo" "$work/target-filelake"

# meltano runs it, and notes what was run; its log goes to $work/log.
meltano() {
	echo "meltano $*" >>"$work/ran"
	timeout 300 "$venv/bin/meltano" "$@" 2>"$work/log" </dev/null
}

# must is meltano that must go well.
must() { meltano "$@" || fail "meltano $*: exit $?"; }

# says PATTERN expects it in what is on stdin.
says() {
	cat >"$work/said"
	grep -qE -- "$1" "$work/said" || fail "no $1 in: $(cat "$work/said")"
}

# compare expects the lake to hold the table's rows, and what Meltano adds to them.
compare() {
	psql -c "COPY (SELECT id, name, price, note, (extract(epoch FROM updated_at) * 1000000)::bigint AS at FROM parcel ORDER BY id)
		TO STDOUT (FORMAT csv, HEADER)" >"$work/want"
	"$TARGET" query --lake "$work/project/lake" --format csv \
		'SELECT id, name, price, note, epoch_us(updated_at) AS at FROM "public-parcel" ORDER BY id' >"$work/got"
	diff "$work/want" "$work/got" >"$work/differ" || fail "the lake is not the table: $(head -20 "$work/differ")"
	"$TARGET" query --lake "$work/project/lake" --format csv \
		'SELECT count(*) FILTER (_sdc_extracted_at IS NULL) FROM "public-parcel"' | says '^0$'
}

# rows_read is how many rows the tap has read in the last run.
rows_read() {
	grep -o '"metric":"record_count","value":[0-9]*' "$work/log" | awk -F: '{ n += $3 } END { print n + 0 }'
}

# same_state expects Meltano to have kept the STATE that the lake has.
same_state() {
	must state get dev:tap-postgres-to-target-filelake >"$work/kept"
	python3 -c 'import json, sys; kept, lake = (json.load(open(name)) for name in sys.argv[1:]); sys.exit(kept != {"singer_state": lake})' \
		"$work/kept" "$work/project/lake/state-tap-postgres.json" || fail "Meltano has kept $(cat "$work/kept")"
}

psql <<'END'
CREATE TABLE parcel (id bigint PRIMARY KEY, name text, price numeric(12,2) NOT NULL, note text, updated_at timestamptz NOT NULL);
INSERT INTO parcel
SELECT i, 'name ' || i, i * 0.07, CASE WHEN i % 3 > 0 THEN 'Zoë "quotes", ' || i END, timestamptz '2026-01-01Z' + i * interval '0.1 seconds'
FROM generate_series(1, 3000) AS i;
END

cd "$work"
must init project >"$work/said"
cd project
sed -n '/^```yaml$/,/^```$/{/^```/d;p}' "$guide" >>meltano.yml
must add target-filelake --from-ref ../target-filelake/meltano/target-filelake.yml >"$work/said"
must config set target-filelake lake_path '$MELTANO_PROJECT_ROOT/lake' >"$work/said"
must config set target-filelake pipeline '$MELTANO_EXTRACTOR_NAME' >"$work/said"
must config set target-filelake retention 7d >"$work/said"
must config set target-filelake streams '{"public-parcel": {"types": {"price": "decimal(12,2)"}}}' >"$work/said"
must add target-filelake --from-ref ../target-filelake/meltano/target-filelake.yml >"$work/said" # as after an upgrade
grep -qFx '      retention: 7d' meltano.yml || fail "no retention in $PWD/meltano.yml: $(tail -9 meltano.yml)"
meltano install >"$work/said" || die "meltano install: $(tail -20 "$work/log")"

export TARGET_FILELAKE_ADD_RECORD_METADATA=true
must invoke target-filelake --about | says "^Version: $("$TARGET" --version | cut -d' ' -f2)$"
must invoke target-filelake:check >"$work/checked"
for line in 'add_record_metadata +true +environment' 'retention +7d +environment' "lake_path +$work/project/lake "; do
	says "^$line" <"$work/checked"
done

# Meltano 4.4.1 trips over the end of a loader that it tests, whatever the loader.
status=0
TARGET_FILELAKE_LAKE_PATH="$work/tested" meltano config test target-filelake >"$work/said" || status=$?
[ "$status" = 0 ] || grep -q ProcessLookupError "$work/said" "$work/log" || fail "meltano config test: exit $status"
"$TARGET" show --lake "$work/tested" | says meltano_test_stream

must run tap-postgres target-filelake >"$work/said"
compare
first="$(rows_read)"
[ "$first" = 3000 ] || fail "the first run read $first rows, want 3000"
same_state
must state list | says '^dev:tap-postgres-to-target-filelake$'

psql <<'END'
UPDATE parcel SET price = price + 1, name = NULL, note = coalesce(note, 'was NULL'),
  updated_at = timestamptz '2026-02-01Z' + id * interval '0.1 seconds'
WHERE id % 20 = 3;
INSERT INTO parcel SELECT i, 'new', i, NULL, timestamptz '2026-03-01Z' + i * interval '1 second' FROM generate_series(3001, 3050) AS i;
END
must run tap-postgres target-filelake >"$work/said"
compare
second="$(rows_read)" # 150 updated, 50 inserted, and the one at the bookmark again
[ "$second" = 201 ] || fail "the second run read $second rows, want 201"
same_state

must invoke target-filelake:show | says 'public-parcel'
must invoke target-filelake:query 'SELECT count(*), max(updated_at) FROM "public-parcel"' | says '^3050 '
must invoke target-filelake:verify >"$work/said"
must invoke target-filelake:log | says 'tap-postgres'

# The guide has no command that was not run.
plain() { tr -d "\"'"; }
sed -n '/^```sh$/,/^```$/{/^meltano /p}' "$guide" | while read -r command; do
	plain <"$work/ran" | grep -qFx -- "$(plain <<<"$command")" || fail "docs/meltano.md has a command that was not run: $command"
done
echo "meltano: two runs, $first and then $second rows read, the lake equals the table after each, STATE kept by $("$venv/bin/meltano" --version 2>/dev/null)"
