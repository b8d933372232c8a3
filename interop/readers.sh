#!/usr/bin/env bash
# Reads lakes whose schemas have changed at random with every DuckDB since 1.1.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
	printf '\n*** readers DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

command -v "${GO:-go}" >/dev/null || die "go is missing"
lakes="$(mktemp -d)"
trap 'rm -rf "$lakes"' EXIT
WALK_DIR="$lakes" "${GO:-go}" test -count=1 -run TestSchemaWalks ./cmd/target-filelake

while read -r version; do
	venv="$PWD/.venv-duckdb/$version"
	if ! [ -e "$venv/installed" ]; then
		python3 -m venv "$venv" || die "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
		"$venv/bin/pip" install -q --disable-pip-version-check "duckdb==$version" || die "pip could not install duckdb $version"
		touch "$venv/installed"
	fi
	"$venv/bin/python" interop/readers.py "$lakes"
done <interop/duckdbs.txt
