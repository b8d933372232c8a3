package lake

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	logDir     = "_lake/log"
	tablesDir  = "_lake/tables"
	rejectsDir = "_lake/rejects"
	locksDir   = "_lake/locks"
	tempDir    = "_lake/tmp" // spill of DuckDB, one directory a process

	dataSuffix   = ".parquet"
	linesSuffix  = ".jsonl"
	stagedSuffix = ".staged" // after dataSuffix: no glob over *.parquet sees it
	tempSuffix   = ".tmp"
	tempPrefix   = ".tmp-" // of root manifests
	jsonSuffix   = ".json"
)

// maxDirName bounds a stream's directory name, in bytes.
const maxDirName = 120

func manifestPath(v Version) string { return path.Join(logDir, v.String()+jsonSuffix) }

// parseManifest is the version a name in logDir stands for; false if none.
func parseManifest(name string) (Version, bool) {
	digits, ok := strings.CutSuffix(name, jsonSuffix)
	v, err := strconv.ParseUint(digits, 10, 64)
	return Version(v), ok && err == nil && Version(v).String() == digits
}

// tablesPath starts with the version, so that what a lost race or a crash left
// can be told from what a version names without reading every version.
func tablesPath(v Version, id string) string {
	return path.Join(tablesDir, v.String()+"-"+id+jsonSuffix)
}

// parseTables splits a name in tablesDir into its version and id.
func parseTables(name string) (Version, string, bool) {
	digits, id, ok := strings.Cut(strings.TrimSuffix(name, jsonSuffix), "-")
	v, err := strconv.ParseUint(digits, 10, 64)
	return Version(v), id, ok && err == nil && strings.HasSuffix(name, jsonSuffix)
}

func batchPath(dir, id string, day time.Time) string {
	return path.Join(dir, "batches", "ingest_date="+day.UTC().Format(time.DateOnly), id+dataSuffix)
}

// tableDir is where the compacted files of a stream stand in its directory.
const tableDir = "table"

func compactedPath(dir, partition, id string) string {
	return path.Join(dir, tableDir, partition, id+dataSuffix)
}

func deletePath(dir, id string) string { return path.Join(dir, "deletes", id+dataSuffix) }

func rejectPath(dir, id string) string { return path.Join(rejectsDir, dir, id+linesSuffix) }

func lockPath(pipeline string) string { return path.Join(locksDir, EncodeName(pipeline)) }

// ViewsLock is the lock of who publishes views; no pipeline's lock has its name.
const ViewsLock = locksDir + "/.views"

// vacuumLock is the lock of who removes old versions, or brings one back.
const vacuumLock = locksDir + "/.vacuum"

// encodeName makes a file name of any string: one no other string has on a
// file system that tells cases apart, without separators, control characters
// or names that Windows keeps for itself.
func encodeName(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
		if plain && !(c == '.' && (i == 0 || i == len(s)-1)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// EncodeName is the file name that stands for s, a pipeline's name, say.
func EncodeName(s string) string { return shorten(encodeName(s), s, false) }

// foldDir makes names alike that a file system may take for one.
func foldDir(dir string) string { return strings.ToLower(dir) }

// streamDir is the directory of a new stream, none of taken, which are folded.
func streamDir(stream string, taken map[string]bool) string {
	dir := encodeName(stream)
	if ownName(dir) {
		dir = fmt.Sprintf("%%%02X", dir[0]) + dir[1:]
	}
	return shorten(dir, stream, taken[foldDir(dir)])
}

// shorten cuts a long name, and marks a cut or clashing one with a hash of what it stands for.
func shorten(name, of string, clash bool) string {
	if len(name) <= maxDirName && !clash {
		return name
	}
	sum := sha256.Sum256([]byte(of))
	mark := "-" + shortHash(sum[:])
	return name[:min(len(name), maxDirName-len(mark))] + mark
}

// ownName reports whether a stream's directory would stand where the lake or
// Windows has something else.
func ownName(dir string) bool {
	low := strings.ToLower(dir)
	base, _, _ := strings.Cut(low, ".")
	device := slices.Contains([]string{"con", "prn", "aux", "nul"}, base) ||
		len(base) == 4 && (strings.HasPrefix(base, "com") || strings.HasPrefix(base, "lpt")) && base[3] >= '0' && base[3] <= '9'
	return device || low == "_lake" || low == "views.sql" || strings.HasPrefix(low, "lake.duckdb") ||
		strings.HasPrefix(low, "state") && strings.Contains(low, jsonSuffix)
}

// order32 keeps the order of what it encodes.
var order32 = base32.HexEncoding.WithPadding(base32.NoPadding)

// shortHash is 50 bits of a hash, as ten characters.
func shortHash(sum []byte) string { return strings.ToLower(order32.EncodeToString(sum[:7]))[:10] }

func pipelineID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return shortHash(sum[:])
}

// ids makes names for the files of one run: unique, sorted by the time they
// were made, starting with their pipeline's id.
type ids struct {
	mu    sync.Mutex
	pipe  string
	clock func() time.Time
	rand  io.Reader
	n     uint32
}

func (s *ids) next() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(s.clock().UnixMilli())<<16)
	binary.BigEndian.PutUint32(b[6:10], s.n)
	s.n++
	if _, err := io.ReadFull(s.rand, b[10:]); err != nil {
		return "", fmt.Errorf("draw a file id: %w", err)
	}
	return s.pipe + "-" + strings.ToLower(order32.EncodeToString(b[:])), nil
}
