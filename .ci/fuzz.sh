#!/usr/bin/env bash
# Fuzzes every target for a time: fuzz.sh 10s [NAME]. go test takes one target at a
# time, and gets one core, so two run side by side. What is found is kept below
# testdata/fuzz, to be tried by every test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
export GO="${GO:-go}" FUZZTIME="$1"

one() { # directory, target
	# An input that reaches something new is made smaller for at most ten tries: by
	# default that takes a minute, which is all there is.
	if said="$("$GO" test -run '^$' -fuzz "^$2\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 10x -parallel 1 "$1" 2>&1)"; then
		echo "$1 $2: $(grep execs <<<"$said" | tail -1)"
	elif grep -q 'context deadline exceeded' <<<"$said" && ! grep -q 'Failing input' <<<"$said"; then
		echo "$1 $2: $(grep execs <<<"$said" | tail -1)" # the time was over in the middle of an input
	else
		printf '%s %s:\n%s\n' "$1" "$2" "$said"
		return 255 # xargs begins no other
	fi
}
export -f one

grep -ro --include='*_test.go' '^func Fuzz[A-Za-z]*' . | sed 's|/[^/]*:func | |' | sort | grep "${2:-Fuzz}" |
	xargs -P 2 -L 1 bash -c 'one "$0" "$1"'
