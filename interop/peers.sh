#!/usr/bin/env bash
# Races a first load and keyed upserts with target-duckdb and dlt, and the first
# load with the Singer SDK's sample target for Parquet, on the same Singer input;
# rows must be the same. A peer that cannot be had is left out, loudly.
# PEERS_ROWS, PEERS_UPSERTS and PEERS_REPS change the sizes.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
	printf '\n*** peers DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

export TARGET="${TARGET:-$PWD/bin/target-filelake}" PYTHONDONTWRITEBYTECODE=1
[ -x "$TARGET" ] || die "bin/target-filelake is missing: run make build"
command -v python3 >/dev/null || die "python3 is missing"

# The sample is no package on PyPI: it comes in the source of the SDK.
install_sample() {
	local sdk
	sdk=$(mktemp -d)
	"$venv/bin/pip" download -q --disable-pip-version-check --no-deps --no-binary singer-sdk -d "$sdk" "$1" &&
		tar -xzf "$sdk"/singer_sdk-*.tar.gz -C "$sdk" &&
		"$venv/bin/pip" install -q --disable-pip-version-check --no-deps "$sdk"/singer_sdk-*/packages/meltano-target-parquet
	local status=$?
	rm -rf "$sdk"
	return $status
}

# A line is one virtual environment: target-duckdb needs an older DuckDB than dlt
# comes with. Its 0.8.0 may lose the first row of a batch in DuckDB 1.3 and later,
# whose COPY takes that row for a header (jwills/target-duckdb#58).
while read -r -a pins; do
	venv="$PWD/.venv-peers/${pins[0]%%[[=]*}"
	[ "${pins[*]}" = "$(cat "$venv/installed.txt" 2>/dev/null)" ] && continue
	rm -f "$venv/installed.txt"
	python3 -m venv "$venv" || die "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
	# What is not installed peers.py names and leaves out.
	if "$venv/bin/pip" install -q --disable-pip-version-check "${pins[@]}" &&
		{ [ "${venv##*/}" != singer-sdk ] || install_sample "${pins[0]}"; }; then
		echo "${pins[*]}" >"$venv/installed.txt"
	fi
done <interop/peers.txt
python3 interop/peers.py
