#!/usr/bin/env bash
# Looks at a report of bench as people do, in a browser: report.sh REPORT.html.
# It must draw itself on a phone and on a desk, not scroll sideways on the phone,
# and print. SHOTS names a directory that keeps the pictures.
set -euo pipefail

die() {
	printf '\n*** report DID NOT RUN: %s\n\n' "$*" >&2
	exit 1
}

fail() {
	printf 'report: %s\n' "$*" >&2
	exit 1
}

[ $# = 1 ] || die "usage: $0 REPORT.html"
[ -f "$1" ] || die "$1 is missing"
page="$(realpath "$1")"

if ! command -v chromium >/dev/null; then
	[ "$(id -u)" = 0 ] || die "chromium is missing, and only root can install it (Debian: apt-get install chromium)"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-dejavu-core; } >&2 ||
		die "apt-get could not install chromium"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
shots="${SHOTS:-$work}"
mkdir -p "$shots"

# browse WIDTH ARGS... opens a page in a window of that width.
browse() {
	local width="$1" root=()
	shift
	[ "$(id -u)" != 0 ] || root=(--no-sandbox) # Chromium refuses to run as root with one
	timeout 120 chromium --headless=new "${root[@]}" --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
		--window-size="$width,4000" "$@" 2>"$work/log" || fail "chromium $*: $(tail -3 "$work/log")"
}

# large FILE expects a PNG or PDF of more than 20 kB.
large() {
	[ -f "$1" ] || fail "there is no $1: $(tail -3 "$work/log")"
	head -c 4 "$1" | LC_ALL=C grep -qaE 'PNG|%PDF' || fail "$1 does not begin as it should"
	[ "$(stat -c %s "$1")" -gt 20000 ] || fail "$1 has only $(stat -c %s "$1") bytes"
}

for width in 390 1200; do
	browse "$width" --screenshot="$shots/report-$width.png" "file://$page"
	large "$shots/report-$width.png"
done

# A frame, because windows are 500 pixels wide at least where no picture is taken.
cp "$page" "$work/page.html"
cat >"$work/frame.html" <<'END'
<iframe src="page.html" style="border: 0; width: 390px; height: 844px" onload="
	document.body.dataset.widths = contentWindow.innerWidth + ' ' + contentDocument.documentElement.scrollWidth"></iframe>
END
browse 1200 --allow-file-access-from-files --dump-dom "file://$work/frame.html" >"$work/dom.html"
widths="$(sed -n 's/.*data-widths="\([0-9 ]*\)".*/\1/p' "$work/dom.html")"
[ "$widths" = "390 390" ] || fail "a window and its page, in pixels: ${widths:-not said}, want 390 390"

browse 1200 --no-pdf-header-footer --print-to-pdf="$shots/report.pdf" "file://$page"
large "$shots/report.pdf"
echo "report: drawn at 390 and 1200 pixels, no scrolling sideways, printed"
