#!/usr/bin/env bash
# Builds what is released: a stripped binary for each architecture whose C compiler
# is here, with licence and documents; the modules in it as CycloneDX; checksums.
# dist.sh VERSION DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
version="$1" out="$2"
go="${GO:-go}"
sbom="github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

rm -rf "$out"
mkdir -p "$out"
out="$(realpath "$out")"

build() { # architecture, C compiler, C++ compiler
	local name="target-filelake-$version-linux-$1"
	if ! command -v "$2" >/dev/null || ! command -v "$3" >/dev/null; then
		printf '\n*** %s NOT BUILT: %s or %s is missing (Debian: apt-get install crossbuild-essential-%s)\n\n' "$name" "$2" "$3" "$1" >&2
		return
	fi
	mkdir "$out/$name"
	CGO_ENABLED=1 GOOS=linux GOARCH="$1" CC="$2" CXX="$3" "$go" build -trimpath -ldflags "-s -w -X main.version=$version" \
		-o "$out/$name/target-filelake" ./cmd/target-filelake
	cp -r LICENSE THIRD_PARTY.md README.md CHANGELOG.md SECURITY.md docs "$out/$name/"
	packaging/licences.sh "$out/$name/licences"
	tar -C "$out" --sort=name --owner=0 --group=0 --mtime=@0 -czf "$out/$name.tar.gz" "$name"
	printf '%s: %d MB, packed %d MB\n' "$name" "$(($(stat -c %s "$out/$name/target-filelake") / 1000000))" "$(($(stat -c %s "$out/$name.tar.gz") / 1000000))"
	rm -r "${out:?}/$name"
}

case "$(uname -m)" in
x86_64) native=amd64 ;;
aarch64) native=arm64 ;;
*) native= ;;
esac
compilers() { if [ "$1" = "$native" ]; then echo gcc g++; else echo "$2-linux-gnu-gcc $2-linux-gnu-g++"; fi; }
# shellcheck disable=SC2046
build amd64 $(compilers amd64 x86_64)
# shellcheck disable=SC2046
build arm64 $(compilers arm64 aarch64)
ls "$out"/*.tar.gz >/dev/null

"$go" run "$sbom" app -json -licenses -main cmd/target-filelake -output "$out/target-filelake-$version.sbom.json"
(cd "$out" && sha256sum ./*.tar.gz ./*.sbom.json >SHA256SUMS && sha256sum --check --quiet SHA256SUMS)
ls -l "$out"
