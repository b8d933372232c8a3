#!/usr/bin/env bash
# Lists what is linked into the program. licences.sh: as THIRD_PARTY.md, on stdout.
# licences.sh DIRECTORY: the licences' texts, as modules come with them, into it.
set -euo pipefail
cd "$(dirname "$0")/.."
go="${GO:-go}"
tool="github.com/google/go-licenses@v1.6.0"

modules() { # of Linux on both architectures: path, version, directory
	for arch in amd64 arm64; do
		CGO_ENABLED=1 GOOS=linux GOARCH="$arch" "$go" list -deps \
			-f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/target-filelake
	done | sort -u | grep .
}

# What the tool cannot name, read by hand; fonts have a licence of their own.
byhand() {
	cat <<-'END'
		github.com/ajstarks/svgo CC-BY-4.0
		github.com/golang/freetype FTL
		github.com/duckdb/duckdb-go-bindings/lib/linux-arm64 MIT
		codeberg.org/go-fonts/liberation OFL-1.1
		go.yaml.in/yaml/v3 Apache-2.0
	END
}

if [ $# -gt 0 ]; then
	mkdir -p "$1"
	to="$(realpath "$1")"
	modules | while read -r path _ dir; do
		mkdir -p "$to/$path"
		(cd "$dir" && find . -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' -o -path './licenses/*' \) \
			-not -path '*/testdata/*' -not -name '*.go' -exec cp --no-preserve=mode --parents {} "$to/$path/" \;)
		! rmdir "$to/$path" 2>/dev/null || { echo "$path: no text of a licence" >&2; exit 1; }
	done
	exit
fi

# A line for each directory with a licence; the tool also looks for addresses of the
# texts, which may be out of reach and are not wanted.
found="$("$go" run "$tool" report ./cmd/target-filelake --ignore target-filelake --template packaging/licences.tpl 2>/dev/null)"
cat packaging/third_party_head.md
modules | awk -v found="$found"$'\n'"$(byhand)" '
	BEGIN {
		n = split(found, lines, "\n")
		for (i = 1; i <= n; i++) {
			split(lines[i], f, " ")
			if (f[2] != "" && f[2] != "Unknown") of[f[1]] = (f[1] in of) ? of[f[1]] " AND " f[2] : f[2]
		}
	}
	{
		all = ""
		for (name in of) if (index(name "/", $1 "/") == 1) {
			m = split(of[name], one, " AND ")
			for (j = 1; j <= m; j++) if (index(" " all " ", " " one[j] " ") == 0) all = all == "" ? one[j] : all " " one[j]
		}
		if (all == "") { print $1 ": no licence found" > "/dev/stderr"; exit 1 }
		m = split(all, one, " ")
		for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++) if (one[j] < one[i]) { t = one[i]; one[i] = one[j]; one[j] = t }
		line = one[1]
		for (i = 2; i <= m; i++) line = line " AND " one[i]
		printf "| %s | %s | %s |\n", $1, $2, line
	}'
cat packaging/third_party_tail.md
