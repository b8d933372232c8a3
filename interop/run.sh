#!/usr/bin/env bash
# Loads real Singer streams through the real binary: the SDK's kit for targets,
# and a PostgreSQL table read by a tap, by itself and in a Meltano project. Fails
# loudly where a tool is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
	printf '\n*** interop DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

export TARGET="$PWD/bin/target-filelake" VENV="$PWD/.venv" PYTHONDONTWRITEBYTECODE=1
[ -x "$TARGET" ] || die "bin/target-filelake is missing: run make build"

if ! cmp -s interop/requirements.txt "$VENV/installed.txt"; then
	command -v python3 >/dev/null || die "python3 is missing"
	python3 -m venv "$VENV" || die "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
	"$VENV/bin/pip" install -q --disable-pip-version-check -r interop/requirements.txt ||
		die "pip could not install what interop/requirements.txt pins"
	cp interop/requirements.txt "$VENV/installed.txt"
fi

"$VENV/bin/python" interop/kit.py
interop/postgres.sh
interop/readers.sh
interop/plain.sh
interop/meltano.sh
bench="$(mktemp -d)"
trap 'rm -rf "$bench"' EXIT
"$TARGET" bench --records 20000 --batch-mb 1,4 --reps 2 --dir "$bench" --out "$bench/out" >/dev/null
interop/report.sh "$bench/out/report.html"
echo "interop: all passed"
