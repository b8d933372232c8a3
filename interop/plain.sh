#!/usr/bin/env bash
# Reads a stream's current directory as people do who know only Parquet: pandas,
# pyarrow, Polars, and DuckDB with a glob.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
	printf '\n*** plain readers DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

venv="$PWD/.venv-plain"
if ! cmp -s interop/plain.txt "$venv/installed.txt"; then
	python3 -m venv "$venv" || die "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
	"$venv/bin/pip" install -q --disable-pip-version-check -r interop/plain.txt || die "pip could not install what interop/plain.txt pins"
	cp interop/plain.txt "$venv/installed.txt"
fi
TARGET="${TARGET:-$PWD/bin/target-filelake}" "$venv/bin/python" interop/plain.py
